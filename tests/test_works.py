"""Works: rectangles along the river, by rules of kind and size, and what is told where one cannot be drawn."""

from __future__ import annotations

import zipfile
from xml.etree import ElementTree as ET

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import riverline as rl
from county import CRS, HEAD, ORIGIN, axes, line
from riverline.maps.texts import river_names
from riverline.style import collect

RULE = """
[[rules]]
id = "{id}"
document = "law"
article = "第1条"
scope = "works"
landside = {{ m = {side} }}
upstream = {{ m = {up} }}
downstream = {{ m = {down} }}
{more}
[rules.when]
kinds = ["{kind}"]
"""


def rule_set(folder, **changes):
    """Rules for dams and sluices."""
    dam = {"id": "dam", "kind": "dam", "up": 150.0, "down": 200.0, "side": 50.0, "more": ""} | changes
    sluice = {"id": "sluice", "kind": "sluice", "up": 100.0, "down": 100.0, "side": 25.0,
              "more": "protection = { m = 100, along_m = 200 }"}  # fmt: skip
    path = folder / "rules.toml"
    rules = HEAD.format(fallback="", gap_max_m=100.0, several="outer") + RULE.format(**dam) + RULE.format(**sluice)
    path.write_text(rules, encoding="utf-8")
    return rl.load_rules(path)


def works(*shapes, kind="dam", **columns):
    ids = [f"G{n + 1}" for n in range(len(shapes))]
    return gpd.GeoDataFrame({"work_id": ids, "river_id": "R1", "kind": kind, **columns}, geometry=list(shapes), crs=CRS)


RIVER = axes([(0, 0), (2000, 0)])
DAM = line([(1000, 120), (1000, -130)])


def area_of(result, kind="management"):
    return result.extents[result.extents["kind"] == kind].geometry.iloc[0]


def told(result):
    return list(zip(result.faults["code"], result.faults["feature_id"], result.faults["note"], strict=True))


def test_a_dam_reaches_up_down_and_to_its_sides(tmp_path) -> None:
    result = rl.demarcate_works(works(DAM, name="龙山大坝"), rule_set(tmp_path), axes=RIVER)
    area = shapely.transform(area_of(result), lambda xy: xy - ORIGIN)
    assert area.bounds == pytest.approx((850, -180, 1200, 170), abs=1e-9)
    assert area.area == pytest.approx(350.0 * 350.0, abs=1e-6)
    assert told(result) == []
    assert result.extents["clearance_m"].iloc[0] == pytest.approx(0.0, abs=1e-9)
    lines = result.lines
    assert lines["bank"].isna().all()
    assert set(lines["basis"]) == {"works"}
    # From the northern edge's western corner clockwise: left bank, downstream, right bank, upstream.
    assert lines["offset_m"].tolist() == [50.0, 200.0, 50.0, 150.0]
    assert lines["end_chainage_m"].tolist() == [350.0, 700.0, 1050.0, 1400.0]
    assert rl.explain(result, "G1", None, 400).startswith(
        "沿龙山大坝界线 K0+400：管理范围线依据“水利工程”（来源要素 G1）"
    )
    assert rl.check(lines, rl.schema.MANAGEMENT_LINES).empty


def test_the_protection_range_is_wider_along_the_river(tmp_path) -> None:
    gate = shapely.Polygon(line([(990, -30), (1010, -30), (1010, 30), (990, 30)]))
    result = rl.demarcate_works(works(gate, kind="sluice"), rule_set(tmp_path), axes=RIVER)
    assert area_of(result).area == pytest.approx(220.0 * 110.0, abs=1e-6)
    assert area_of(result, "protection").area == pytest.approx(620.0 * 310.0 - 220.0 * 110.0, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 360), st.floats(-80, 80), st.floats(20, 300))
def test_the_range_turns_with_the_map(tmp_path_factory, turn, skew, width) -> None:
    rules = rule_set(tmp_path_factory.mktemp("rules"))
    gate = shapely.affinity.rotate(line([(1000, width / 2), (1000, -width / 2)]), skew / 2)

    def turned(frame):
        return frame.set_geometry(frame.geometry.rotate(turn, origin=ORIGIN), crs=CRS)

    plain = rl.demarcate_works(works(gate), rules, axes=RIVER)
    moved = rl.demarcate_works(turned(works(gate)), rules, axes=turned(RIVER))
    back = shapely.affinity.rotate(area_of(moved), -turn, origin=ORIGIN)
    assert shapely.hausdorff_distance(back, area_of(plain)) < 1e-6
    assert sorted(plain.lines["offset_m"]) == sorted(moved.lines["offset_m"])
    assert moved.extents["clearance_m"].iloc[0] >= -1e-6


def test_a_reversed_axis_swaps_up_and_down(tmp_path) -> None:
    back = RIVER.set_geometry(RIVER.geometry.reverse(), crs=CRS)
    area = shapely.transform(
        area_of(rl.demarcate_works(works(DAM), rule_set(tmp_path), axes=back)), lambda xy: xy - ORIGIN
    )
    assert area.bounds == pytest.approx((800, -180, 1150, 170), abs=1e-9)


def test_without_an_axis_only_what_does_not_depend_on_the_flow_is_drawn(tmp_path) -> None:
    rules = rule_set(tmp_path)
    assert told(rl.demarcate_works(works(DAM), rules)) == [("work-not-done", "G1", "no-axis")]
    gate = rl.demarcate_works(works(DAM, kind="sluice"), rules)
    assert area_of(gate).area == pytest.approx(200.0 * 300.0, abs=1e-6)
    point = rl.demarcate_works(works(shapely.Point(ORIGIN), kind="sluice"), rules)
    assert told(point) == [("work-not-done", "G1", "no-axis")]


def test_a_point_is_drawn_and_told(tmp_path) -> None:
    spot = shapely.get_point(line([(500, 3), (500, 4)]), 0)
    result = rl.demarcate_works(works(spot, kind="sluice"), rule_set(tmp_path), axes=RIVER)
    assert area_of(result).area == pytest.approx(200.0 * 50.0, abs=1e-6)
    assert told(result) == [("work-as-point", "G1", "")]
    assert set(result.lines["confidence"]) == {"low"}


def test_every_work_ends_in_a_result_or_a_fault(tmp_path) -> None:
    shapes = [DAM, DAM, DAM, None, line([(1500, 50), (1500, -50)])]
    frame = works(*shapes)
    frame["kind"] = ["dam", "pump_station", "dam", "dam", "dam"]
    frame["work_id"] = ["G1", "G2", "G3", "G4", "G1"]
    frame["river_id"] = ["R1", "R1", "R9", "R1", "R1"]
    before = frame.copy()
    result = rl.demarcate_works(frame, rule_set(tmp_path), axes=RIVER)
    codes = {(code, key) for code, key, _ in told(result)}
    assert {("work-not-done", "G1"), ("work-not-done", "G2"), ("work-not-done", "G3"), ("feature-blank", "G4")} <= codes
    assert result.extents.empty
    assert before.equals(frame)


def test_a_work_far_from_its_river_is_drawn_and_told_with_the_distance(tmp_path) -> None:
    sites = [line([(1000, y + 50), (1000, y - 50)]) for y in (500, 560, 4000, 6000)]
    frame = works(*sites).assign(river_id=[None, None, "R1", None])
    result = rl.demarcate_works(frame, rule_set(tmp_path), axes=RIVER)
    columns = ["code", "feature_id", "value", "limit", "note"]
    rows = result.faults.sort_values("feature_id")[columns].astype(object)
    assert rows.where(rows.notna(), None).to_numpy().tolist() == [
        ["work-far-from-river", "G2", 510.0, 500.0, "R1"],
        ["work-far-from-river", "G3", 3950.0, 500.0, "R1"],
        ["work-not-done", "G4", None, None, "no-axis"],
    ]
    assert sorted(set(result.extents["extent_id"].str[:2])) == ["G1", "G2", "G3"]


def test_a_work_with_a_code_that_no_axis_has_is_told_so(tmp_path) -> None:
    frame = works(DAM).assign(river_id="R9")
    result = rl.demarcate_works(frame, rule_set(tmp_path), axes=RIVER)
    assert told(result) == [("work-not-done", "G1", "river-unknown")]
    assert "河流编码不在中心线图层中" in rl.faults.describe(result.faults)["detail"].iloc[0]
    assert told(rl.demarcate_works(frame, rule_set(tmp_path))) == [("work-not-done", "G1", "no-axis")]


def test_a_work_without_a_kind_is_told_and_asks_for_it(tmp_path) -> None:
    frame = works(DAM, DAM).assign(kind=["dam", None])
    assert told(rl.demarcate_works(frame, rule_set(tmp_path), axes=RIVER)) == [("work-not-done", "G2", "no-kind")]
    bare = frame[["work_id", "geometry"]]
    assert [note for *_, note in told(rl.demarcate_works(bare, rule_set(tmp_path), axes=RIVER))] == ["no-kind"] * 2


def test_a_kind_that_is_none_of_the_choices_is_not_called_blank(tmp_path) -> None:
    drawn = rl.demarcate_works(works(DAM).assign(kind=["lock"]), rule_set(tmp_path), axes=RIVER)
    assert sorted(drawn.faults["code"]) == ["value-choice", "work-not-done"]
    said = drawn.faults.set_index("code").loc["work-not-done", "detail"]
    assert "所填工程类型不在可选范围内" in said
    assert "没有填写" not in said


def test_one_layer_of_works_gives_ranges_and_stakes(tmp_path) -> None:
    rules = rule_set(tmp_path)
    banks = gpd.GeoDataFrame(
        {"bank_id": ["B1", "B2"], "river_id": "R1"},
        geometry=[line([(0, y), (2000, y)]) for y in (60, -60)], crs=CRS,
    )  # fmt: skip
    bridge = shapely.MultiLineString([line([(x, 90), (x, -90)]) for x in (500, 512)])
    frame = works(DAM, bridge).assign(kind=["dam", "bridge"])
    drawn = rl.demarcate_works(frame, rules, axes=RIVER)
    assert drawn.extents["extent_id"].tolist() == ["G1-management"]
    assert told(drawn) == [("work-not-done", "G2", "no-rule")]
    stakes = rl.place_stakes(rl.demarcate(RIVER, rl.load_rules("national"), bank_tops=banks), structures=frame)
    named = stakes.loc[stakes["reason"] == "structure", ["source_ids", "bank"]].value_counts().to_dict()
    assert named == {("G1", "left"): 1, ("G1", "right"): 1, ("G2", "left"): 2, ("G2", "right"): 2}


@pytest.mark.parametrize("role", ["mark", "define"])
def test_stakes_and_boards_of_works_are_each_works_own(role) -> None:
    """Two sluices on one river: stakes at the corners, numbered and named by work, with nothing for a check to find."""
    east, north = ORIGIN
    shapes = [shapely.box(east + at, north - 30.0, east + at + 20.0, north + 30.0) for at in (1000.0, 1500.0)]
    two = works(*shapes, kind="sluice", name=["闸1", "闸2"])
    result = rl.demarcate_works(two, rl.load_rules("jiangxi_luxi"), axes=RIVER)
    stakes = rl.place_stakes(result, axes=RIVER, role=role)
    assert stakes["number"].tolist() == [f"{work}-00{at}" for work in ("G1", "G2") for at in (1, 2, 3, 4)]
    assert stakes["name"].tolist() == ["闸1"] * 4 + ["闸2"] * 4
    assert stakes["bank"].isna().all()
    assert stakes["inside_m"].max() == 0.0
    assert stakes["chainage_m"].tolist() == [0.0, 220.0, 330.0, 550.0] * 2
    drawn = result.extents.query("kind == 'management'").geometry.array
    assert set(map(tuple, shapely.get_coordinates(stakes.geometry.array).round(3))) == set(
        map(tuple, shapely.get_coordinates(drawn).round(3))
    )
    again = rl.place_stakes(result, axes=RIVER, role=role, existing=stakes)
    assert again["stake_id"].tolist() == stakes["stake_id"].tolist()
    assert again["status"].eq("kept").all()
    boards = rl.place_boards(result)
    assert boards["front"].tolist() == ["闸1管理范围公告牌\n编号 G1-P01", "闸2管理范围公告牌\n编号 G2-P01"]
    outer = rl.place_stakes(result, of="protection")
    assert outer["number"].str.fullmatch(r"G[12]-B\d{3}").all()
    checked = rl.inspect(result, stakes=stakes, boards=boards)
    assert checked.faults.query("severity != 'note'").empty


def test_a_map_names_the_river_by_its_own_name_and_not_by_that_of_a_work_on_it(tmp_path) -> None:
    drawn = rl.demarcate_works(works(DAM, name="龙山大坝"), rule_set(tmp_path), axes=RIVER)
    banks = gpd.GeoDataFrame(
        {"bank_id": ["B1", "B2"], "river_id": "R1"},
        geometry=[line([(0, y), (2000, y)]) for y in (60, -60)], crs=CRS,
    )  # fmt: skip
    river = rl.demarcate(RIVER, rl.load_rules("national"), bank_tops=banks)
    name = RIVER["name"].iloc[0]
    for shown in ((drawn, river), (river, drawn)):
        assert river_names(collect(*shown)) == {"R1": name}
    assert river_names(collect(drawn)) == {"R1": "龙山大坝"}


def test_folders_of_a_kmz_name_the_river_by_its_own_name_whatever_stands_last(tmp_path) -> None:
    pytest.importorskip("simplekml", reason="extra kml")
    drawn = rl.demarcate_works(works(DAM, name="龙山大坝"), rule_set(tmp_path), axes=RIVER)
    river = rl.schema.EXTENTS.conform(
        drawn.extents.assign(extent_id=lambda rows: "R1-" + rows["kind"], name="甲河", river_id="R1")
    )
    for at, shown in enumerate(((river, drawn), (drawn, river))):
        file = rl.export.to_kmz(tmp_path / f"{at}.kmz", *shown)
        with zipfile.ZipFile(file) as archive:
            root = ET.fromstring(archive.read("doc.kml"))  # noqa: S314 - written just now
        named = {each.text for each in root.iterfind(".//{*}Folder/{*}Folder/{*}name")}
        assert named == {"甲河 R1"}


def test_a_work_without_a_river_takes_the_nearest(tmp_path) -> None:
    frame = works(DAM).assign(river_id=None)
    result = rl.demarcate_works(frame, rule_set(tmp_path), axes=RIVER)
    assert result.extents["river_id"].tolist() == ["R1"]


@pytest.mark.parametrize(("size", "area"), [(None, 200.0 * 110.0), ("large", 200.0 * 110.0), ("small", 10.0 * 70.0)])
def test_luxi_tells_small_sluices_from_others(size, area) -> None:
    gate = works(line([(1000, 30), (1000, -30)]), kind="sluice", size=size)
    result = rl.demarcate_works(gate, rl.load_rules("jiangxi_luxi"), axes=RIVER)
    assert area_of(result).area == pytest.approx(area, abs=1e-6)


def test_dongying_measures_the_sides_from_the_centre_line() -> None:
    gate = works(line([(1000, 130), (1000, -30)]), kind="sluice")
    rules = rl.load_rules("shandong_dongying")
    assert area_of(rl.demarcate_works(gate, rules, axes=RIVER)).area == pytest.approx(200.0 * 100.0, abs=1e-6)
    wide = rl.demarcate_works(gate, rules.with_policy(band="max"), axes=RIVER)
    assert area_of(wide).area == pytest.approx(320.0 * 300.0, abs=1e-6)
    assert "100–160 m" in wide.lines["note"].iloc[0]
