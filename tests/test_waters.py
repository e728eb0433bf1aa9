"""Lakes and reservoirs: closed forms of rings and pools, given lines, mouths, and the rows that say so."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

import riverline as rl
from county import CRS, HEAD, ORIGIN, RULE, axes, line
from valleys import centres, write_terrain

MM = 1e-3
LAKE = """
[[rules]]
id = "{id}"
document = "law"
article = "第1条"
scope = "{scope}"
landside = {{ m = {width} }}
{more}
"""


def rule_set(folder, *rules, levee=30.0, gap_max_m=200.0, head=""):
    """Rules for levees, water edges and what else is written."""
    parts = [HEAD.format(fallback="", gap_max_m=gap_max_m, several="outer")]
    for scope, width in (("levee", levee), ("water", 5.0)):
        parts.append(RULE.format(id=scope, scope=scope, width=width, protection=0.0, when=""))
    path = folder / "rules.toml"
    path.write_text("".join([*parts, *rules, head]), encoding="utf-8")
    return rl.load_rules(path)


def lake(shape, kind="lake", **columns):
    data = {"water_id": ["W1"], "river_id": ["H1"], "kind": [kind], "name": ["镜湖"], **columns}
    return gpd.GeoDataFrame(data, geometry=[shape], crs=CRS)


def levees(*lines, river_id="H1", feature="landside_toe", **columns):
    ids = [f"D{n + 1}" for n in range(len(lines))]
    data = {"levee_id": ids, "river_id": river_id, "feature": feature, **columns}
    return gpd.GeoDataFrame(data, geometry=list(lines), crs=CRS)


def level(height, basis="design", **columns):
    data = {"level_id": [f"S-{basis}"], "river_id": ["H1"], "level_m": [height], "basis": [basis], **columns}
    return gpd.GeoDataFrame(data, geometry=[shapely.Point(ORIGIN)], crs=CRS)


def given(*lines, feature="acquisition_line"):
    data = {"bank_id": [f"Z{n + 1}" for n in range(len(lines))], "river_id": "H1", "feature": feature}
    return gpd.GeoDataFrame(data, geometry=list(lines), crs=CRS)


def circle(radius, *, first=0.0, last=360.0, count=3600, centre=(0.0, 0.0)):
    """An arc around a place of the test county, anticlockwise, with so many segments to the full circle."""
    angle = np.radians(np.linspace(first, last, round(count * (last - first) / 360.0) + 1))
    xy = np.asarray(ORIGIN) + centre + radius * np.column_stack([np.cos(angle), np.sin(angle)])
    return shapely.LineString(np.vstack([xy[:-1], xy[:1]]) if last - first == 360.0 else xy)


def disc(radius, centre=(0.0, 0.0)):
    return shapely.Polygon(circle(radius, centre=centre).coords)


def cone(folder, *, cells=241, cell=10.0, slope=0.02, bottom=100.0):
    """Ground that rises evenly from the origin of the county."""
    corner = (ORIGIN[0] - cells * cell / 2, ORIGIN[1] + cells * cell / 2)
    x, y = centres((cells, cells), cell=cell, corner=corner)
    ground = bottom + slope * np.hypot(x - ORIGIN[0], y - ORIGIN[1])
    return write_terrain(folder / "cone.tif", ground, cell=cell, corner=corner)


def extent(result, kind="management"):
    rows = result.extents[result.extents["kind"] == kind]
    return rows.geometry.iloc[0]


def codes(result):
    return result.faults["code"].tolist()


DESIGN = LAKE.format(id="lake", scope="lake", width=0.0, more="")


def test_a_ring_levee_gives_a_disc_to_the_millimetre(tmp_path) -> None:
    result = rl.demarcate_waters(lake(disc(400)), rule_set(tmp_path), levees=levees(circle(450)))
    area = extent(result)
    assert np.sqrt(shapely.area(area) / np.pi) == pytest.approx(480.0, abs=MM)
    strip = shapely.area(area) - shapely.area(disc(450))
    assert strip == pytest.approx(np.pi * (480.0**2 - 450.0**2), abs=2 * np.pi * 480.0 * MM)
    away = shapely.distance(shapely.points(shapely.get_coordinates(area)), shapely.Point(ORIGIN))
    assert away.min() >= 480.0 - MM / 2
    assert away.max() <= 480.0 + MM
    assert -1e-6 <= result.extents["clearance_m"].iloc[0] <= MM
    assert codes(result) == []
    row = result.lines.iloc[0]
    assert (len(result.lines), row["basis"], row["offset_m"], row["source_ids"]) == (1, "levee", 30.0, "D1")


def test_the_line_is_closed_clockwise_from_north_and_counted_along_itself(tmp_path) -> None:
    arcs = [circle(450, first=0, last=180), circle(450, first=180, last=360)]
    arcs[1] = shapely.LineString(np.vstack([arcs[1].coords[:-1], arcs[0].coords[:1]]))
    arcs[0] = shapely.LineString(np.vstack([arcs[0].coords[:-1], arcs[1].coords[:1]]))
    result = rl.demarcate_waters(lake(disc(400)), rule_set(tmp_path), levees=levees(*arcs))
    lines = result.lines
    assert lines["bank"].isna().all()
    assert lines["source_ids"].tolist() == ["D1", "D2", "D1"]
    assert lines["line_id"].tolist() == ["H1-S-001", "H1-S-002", "H1-S-003"]
    assert lines["start_chainage_m"].iloc[0] == 0.0
    assert (lines["start_chainage_m"].to_numpy()[1:] == lines["end_chainage_m"].to_numpy()[:-1]).all()
    ring = shapely.line_merge(shapely.multilinestrings(lines.geometry.to_numpy()))
    assert ring.is_closed
    assert not shapely.is_ccw(shapely.LinearRing(ring))
    first = lines.geometry.iloc[0].coords[0]
    assert first[1] == pytest.approx(ORIGIN[1] + 480.0, abs=MM)
    assert rl.schema.MANAGEMENT_LINES.conform(lines).equals(lines)
    assert rl.check(lines, rl.schema.MANAGEMENT_LINES).empty
    assert rl.check(result.extents, rl.schema.EXTENTS).empty


def test_a_lake_at_a_level_over_a_cone_is_a_circle(tmp_path) -> None:
    terrain = cone(tmp_path)
    result = rl.demarcate_waters(
        lake(disc(300)), rule_set(tmp_path, DESIGN), flood_levels=level(110.0), terrain=terrain
    )
    away = shapely.distance(shapely.points(shapely.get_coordinates(extent(result))), shapely.Point(ORIGIN))
    # 10 m cells on a slope of 2 %: linear interpolation errs by cell²/8r on the ground
    assert np.abs(away - 500.0).max() < 10.0**2 / 500.0
    assert set(result.lines["basis"]) == {"lake"}
    assert result.lines["source_ids"].iloc[0] == "S-design"
    assert codes(result) == []


def test_a_strip_beyond_the_level_is_as_wide_as_the_rule_says(tmp_path) -> None:
    wide = LAKE.format(id="lake", scope="lake", width=20.0, more="protection = { m = 50 }")
    rules = rule_set(tmp_path, wide)
    result = rl.demarcate_waters(lake(disc(300)), rules, flood_levels=level(110.0), terrain=cone(tmp_path))
    assert np.sqrt(shapely.area(extent(result)) / np.pi) == pytest.approx(520.0, abs=0.2)
    assert result.extents["clearance_m"].iloc[0] >= -1e-6
    both = shapely.area(extent(result)) + shapely.area(extent(result, "protection"))
    assert np.sqrt(both / np.pi) == pytest.approx(570.0, abs=0.2)


def test_islands_are_in_the_extent_and_the_water_always_is(tmp_path) -> None:
    island = disc(300).difference(disc(60, (100, 0)))
    result = rl.demarcate_waters(lake(island), rule_set(tmp_path))
    area = extent(result)
    assert shapely.get_num_interior_rings(shapely.get_parts(area)).sum() == 0
    assert shapely.covers(area, disc(60, (100, 0)))
    assert result.lines["basis"].tolist() == ["water"]
    assert result.lines["confidence"].tolist() == ["low"]
    assert result.lines["offset_m"].tolist() == [5.0]
    assert "pool-not-drawn" in codes(result)


def test_levee_on_one_side_and_the_level_on_the_other(tmp_path) -> None:
    toe = circle(480, first=90, last=270)
    result = rl.demarcate_waters(
        lake(disc(300)), rule_set(tmp_path, DESIGN), levees=levees(toe), flood_levels=level(110.0),
        terrain=cone(tmp_path),
    )  # fmt: skip
    area = extent(result)
    assert set(result.lines["basis"]) >= {"lake", "levee"}
    west, east = ORIGIN[0] - shapely.bounds(area)[0], shapely.bounds(area)[2] - ORIGIN[0]
    assert east == pytest.approx(500.0, abs=0.2)
    # The water goes around the open ends and behind the levee; its strip still counts.
    assert west == pytest.approx(510.0, abs=MM)
    assert result.extents["clearance_m"].iloc[0] >= -1e-6


def test_land_below_the_level_behind_a_closed_levee_is_not_the_lakes(tmp_path) -> None:
    corner = (ORIGIN[0] - 1000, ORIGIN[1] + 1000)
    terrain = write_terrain(tmp_path / "plain.tif", np.full((200, 200), 100.0), cell=10.0, corner=corner)
    options = {"flood_levels": level(104.0), "terrain": terrain}
    rules = rule_set(tmp_path, DESIGN, gap_max_m=50.0)
    ring = rl.demarcate_waters(lake(disc(400)), rules, levees=levees(circle(450)), **options)
    assert np.sqrt(shapely.area(extent(ring)) / np.pi) == pytest.approx(480.0, abs=MM)
    assert ring.lines["basis"].tolist() == ["levee"]
    # A gap of 31 m is joined and holds as well; the low crest is told, and the levee still draws the line.
    dyke = levees(circle(450, first=2, last=358), height_m=[103.5])
    gap = rl.demarcate_waters(lake(disc(400)), rules, levees=dyke, **options)
    assert shapely.area(extent(gap)) == pytest.approx(shapely.area(extent(ring)), abs=31.0 * 30.0)
    assert set(gap.lines["basis"]) == {"levee", "joined"}
    assert set(codes(gap)) == {"gap-joined", "levee-below-level", "flood-disconnected", "feature-not-used"}


def test_gaps_below_a_sliver_are_one_note_a_line_and_longer_ones_stay_single(tmp_path) -> None:
    gaps = {90: 0.5, 180: 0.7, 270: 3.0, 360: 0.4}
    bounds = [(at, size / 450.0 / 2.0) for at, size in gaps.items()]
    arcs, start = [], np.radians(0.0) + bounds[-1][1]
    for at, half in bounds:
        arcs.append(circle(450, first=np.degrees(start), last=at - np.degrees(half)))
        start = np.radians(at) + half
    result = rl.demarcate_waters(lake(disc(400)), rule_set(tmp_path), levees=levees(*arcs))
    told = result.faults.set_index("code")
    assert told.loc[["gap-joined"], "value"].tolist() == [pytest.approx(3.0, abs=MM)]
    small = told.loc[["gaps-joined"]]
    assert small[["layer", "note"]].to_numpy().tolist() == [["water", "3"]]
    assert small["value"].tolist() == [pytest.approx(1.6, abs=MM)]
    detail = rl.faults.describe(result.faults, "en").set_index("code").loc["gaps-joined", "detail"]
    assert detail == "gaps below 1 m were joined: 3, 1.6 m in all"


def test_a_levee_tied_to_high_ground_needs_no_sketch(tmp_path) -> None:
    arc = shapely.get_coordinates(circle(450, first=90, last=270))
    # One end runs straight out, as its step to the water does, the other does not.
    tips = [np.asarray(ORIGIN) + 620.0 * np.array([np.cos(a), np.sin(a)]) for a in np.radians([90, 275])]
    tied = shapely.LineString(np.vstack([tips[0], arc, tips[1]]))
    result = rl.demarcate_waters(
        lake(disc(300)), rule_set(tmp_path, DESIGN), levees=levees(tied), flood_levels=level(110.0),
        terrain=cone(tmp_path),
    )  # fmt: skip
    assert codes(result) == ["flood-disconnected"]
    area = extent(result)
    strip = tied.buffer(30.0 - MM, cap_style="flat", quad_segs=32)
    assert shapely.area(shapely.difference(strip, area)) < MM
    assert ORIGIN[0] - shapely.bounds(area)[0] == pytest.approx(480.0, abs=MM)
    assert shapely.bounds(area)[2] - ORIGIN[0] == pytest.approx(500.0, abs=0.2)
    assert {"lake", "levee"} <= set(result.lines["basis"]) <= {"lake", "levee", "joined"}
    assert len(result.lines) <= 8


def test_an_open_levee_is_closed_up_to_the_water_and_the_sketch_is_told(tmp_path) -> None:
    toe = line([(-400, 380), (400, 380)])
    result = rl.demarcate_waters(lake(disc(300)), rule_set(tmp_path), levees=levees(toe))
    area = extent(result)
    assert shapely.covers(area, shapely.Point(ORIGIN[0], ORIGIN[1] + 409.9))
    assert {"levee", "water", "joined"} == set(result.lines["basis"])
    assert codes(result).count("gap-unfounded") == 2
    assert set(result.lines.loc[result.lines["basis"] == "joined", "confidence"]) == {"low"}


@pytest.mark.parametrize(
    ("gap_max_m", "axis", "joined"), [(200.0, False, True), (20.0, False, False), (20.0, True, True)]
)
def test_a_gap_is_joined_if_it_is_short_or_a_river_enters_there(tmp_path, gap_max_m, axis, joined) -> None:
    toe = circle(450, first=5, last=355)
    river = axes([(2000, 0), (430, 0)]).assign(river_id="R1") if axis else None
    rules = rule_set(tmp_path, gap_max_m=gap_max_m)
    result = rl.demarcate_waters(lake(disc(400)), rules, levees=levees(toe), axes=river)
    assert ("gap-joined" in codes(result)) == joined
    assert ("gap-unfounded" in codes(result)) == (not joined)
    if joined:
        assert shapely.bounds(extent(result))[2] - ORIGIN[0] == pytest.approx(450 * np.cos(np.radians(5)) + 30, abs=MM)


def test_a_parallel_channel_ends_the_strip_where_the_rule_says_so(tmp_path) -> None:
    until = LAKE.format(id="hongze", scope="levee", width=50.0,
                        more='until = "parallel_river"\n[rules.when]\nrivers = ["镜湖"]')  # fmt: skip
    lines = levees(circle(450), circle(470))
    lines["feature"] = ["landside_toe", "parallel_river"]
    result = rl.demarcate_waters(lake(disc(400)), rule_set(tmp_path, until), levees=lines)
    assert np.sqrt(shapely.area(extent(result)) / np.pi) == pytest.approx(470.0, abs=MM)
    assert result.lines["source_ids"].tolist() == ["D2"]
    assert "顺堤河" in result.lines["note"].iloc[0]
    alone = rl.demarcate_waters(lake(disc(400)), rule_set(tmp_path, until), levees=lines[:1])
    assert np.sqrt(shapely.area(extent(alone)) / np.pi) == pytest.approx(500.0, abs=MM)


RESERVOIR = (
    LAKE.format(id="pool", scope="reservoir", width=0.0, more="effective_to = 2023-04-30"),
    LAKE.format(id="pool", scope="reservoir", width=0.0,
                more='reference = "acquisition_line"\nleast = "normal_level"\neffective_from = 2023-05-01'),
)  # fmt: skip


def test_a_reservoir_follows_the_rule_of_the_day(tmp_path) -> None:
    rules, terrain = rule_set(tmp_path, *RESERVOIR), cone(tmp_path)
    levels = gpd.GeoDataFrame(
        {"level_id": ["SX", "SN"], "river_id": "H1", "level_m": [114.0, 108.0], "basis": ["check", "normal"]},
        geometry=[None, None], crs=CRS,
    )  # fmt: skip
    layers = {"flood_levels": levels, "terrain": terrain, "lines": given(circle(550))}
    pool = lake(disc(300), "reservoir")

    def radius(result):
        return np.sqrt(shapely.area(extent(result)) / np.pi)

    before = rl.demarcate_waters(pool, rules, on="2023-04-30", **layers)
    after = rl.demarcate_waters(pool, rules, on="2023-05-01", **layers)
    assert (round(radius(before)), round(radius(after))) == (700, 550)
    assert before.lines["basis"].tolist() == after.lines["basis"].tolist() == ["reservoir"]
    assert after.lines["source_ids"].tolist() == ["Z1"]
    low = rl.demarcate_waters(pool, rules, **layers | {"lines": given(circle(350))})
    assert round(radius(low)) == 400
    none = rl.demarcate_waters(pool, rules, **layers | {"lines": None})
    assert round(radius(none)) == 400
    assert none.lines["confidence"].tolist() == ["low"]
    assert "征地线" in none.lines["note"].iloc[0]


def test_an_approved_plan_goes_before_levees(tmp_path) -> None:
    plan = LAKE.format(id="plan", scope="lake", width=0.0, more='reference = "plan_line"\nexception = true')
    rules = rule_set(tmp_path, DESIGN, plan)
    result = rl.demarcate_waters(
        lake(disc(400)), rules, levees=levees(circle(450)), lines=given(circle(900), feature="plan_line")
    )
    assert np.sqrt(shapely.area(extent(result)) / np.pi) == pytest.approx(900.0, abs=0.01)
    assert result.lines["basis"].tolist() == ["lake"]
    assert list(zip(result.faults["code"], result.faults["feature_id"], strict=True)) == [("feature-not-used", "D1")]


def test_the_mouth_of_an_incised_river_is_closed_from_bank_to_bank(tmp_path) -> None:
    cells, cell = 201, 10.0
    corner = (ORIGIN[0] - cells * cell / 2, ORIGIN[1] + cells * cell / 2)
    x, y = (each - start for each, start in zip(centres((cells, cells), cell=cell, corner=corner), ORIGIN, strict=True))
    ground = np.where(np.hypot(x, y) < 405, 100.0, np.where((x > 0) & (np.abs(y) < 20), 100.0, 120.0))
    terrain = write_terrain(tmp_path / "mouth.tif", ground, cell=cell, corner=corner)
    river = axes([(995, 0), (0, 0)]).assign(width_m=60.0)
    options = {"flood_levels": level(110.0), "terrain": terrain}
    rules = rule_set(tmp_path, DESIGN)
    shut = rl.demarcate_waters(lake(disc(390)), rules, axes=river, **options)
    assert "lake-mouth-closed" in codes(shut)
    assert shapely.bounds(extent(shut))[2] - ORIGIN[0] < 415
    unknown = rl.demarcate_waters(lake(disc(390)), rules, axes=river.drop(columns="width_m"), **options)
    assert "mouth-open" in codes(unknown)
    assert shapely.bounds(extent(unknown))[2] - ORIGIN[0] > 980


def test_rows_of_others_are_told_and_nothing_is_lost(tmp_path) -> None:
    water = rl.schema.WATER.conform(
        gpd.GeoDataFrame(
            {"water_id": ["W1", "W2", "W3"], "river_id": ["H1", "R9", None], "kind": ["lake", "river", "lake"]},
            geometry=[disc(400), disc(50, (3000, 0)), disc(100, (0, 3000))], crs=CRS,
        )
    )  # fmt: skip
    dykes = levees(circle(450), circle(150, centre=(0, 3000)), circle(60, centre=(3000, 0)))
    dykes["river_id"] = ["H1", None, "R9"]
    before = water.copy(), dykes.copy()
    result = rl.demarcate_waters(water, rule_set(tmp_path), levees=dykes)
    assert result.extents["extent_id"].tolist() == ["H1-management", "W3-management"]
    assert result.lines["source_ids"].tolist() == ["D1", "D2"]
    told = sorted(zip(result.faults["code"], result.faults["feature_id"], strict=True))
    assert told == [("feature-not-used", "D3"), ("feature-not-used", "W2")]
    assert before[0].equals(water)
    assert before[1].equals(dykes)


def test_a_lake_without_any_rule_is_an_error_and_the_others_are_done(tmp_path) -> None:
    path = tmp_path / "rules.toml"
    head = HEAD.format(fallback="", gap_max_m=100.0, several="outer")
    path.write_text(head + RULE.format(id="levee", scope="levee", width=30.0, protection=0.0, when=""), "utf-8")
    water = gpd.GeoDataFrame(
        {"water_id": ["W1", "W2"], "river_id": ["H1", "H2"], "kind": "lake"},
        geometry=[disc(400), disc(100, (0, 3000))], crs=CRS,
    )  # fmt: skip
    result = rl.demarcate_waters(water, rl.load_rules(path), levees=levees(circle(450)))
    assert result.extents["river_id"].tolist() == ["H1"]
    errors = result.faults[result.faults["severity"] == "error"]
    assert set(zip(errors["code"], errors["feature_id"], strict=True)) >= {("water-not-done", "H2")}


def test_a_lake_is_explained_in_both_languages(tmp_path) -> None:
    result = rl.demarcate_waters(lake(disc(400)), rule_set(tmp_path), levees=levees(circle(450)))
    told = rl.explain(result, "H1", None, "K1+200")
    assert told.startswith("沿镜湖界线 K1+200：管理范围线依据“堤防”（来源要素 D1）向背水侧外延 30 米")
    english = rl.explain(result, "H1", None, 1200, language="en")
    assert english.startswith("K1+200 along the line of 镜湖: the management line")
    with pytest.raises(rl.JobError, match="None for the closed line"):
        rl.explain(result, "H1", "left", 1200)


def test_wrong_calls_say_everything(tmp_path) -> None:
    with pytest.raises(rl.RuleError, match="load_rules"):
        rl.demarcate_waters(lake(disc(400)), "anhui")
    with pytest.raises(rl.SchemaError, match="levee_id"):
        rl.demarcate_waters(
            lake(disc(400)), rule_set(tmp_path), levees=levees(circle(450)).drop(columns="levee_id"),
            flood_levels=level(1.0).drop(columns="level_m"),
        )  # fmt: skip
    with pytest.raises(rl.JobError, match="terrain"):
        rl.demarcate_waters(lake(disc(400)), rule_set(tmp_path), terrain=tmp_path / "none.tif")


def test_stakes_and_boards_of_a_lake_name_it_and_no_bank(tmp_path) -> None:
    """A lake with a levee in the south: its line begins in the north, within one piece, and closes there."""
    result = rl.demarcate_waters(
        lake(disc(300.0)), rule_set(tmp_path), levees=levees(circle(300.0, first=200.0, last=340.0))
    )
    assert len(result.lines) > 1
    stakes, boards = (
        rl.place_stakes(result, axes=axes([(-900, 0), (900, 0)]).assign(river_id="H1")),
        rl.place_boards(result),
    )
    assert stakes["number"].tolist() == [f"H1-{number:03d}" for number in range(1, len(stakes) + 1)]
    assert stakes["bank"].isna().all()
    assert boards["bank"].isna().all()
    assert stakes["name"].eq("镜湖").all()
    # Along the shore, not along an axis that somebody drew through the lake.
    assert stakes["chainage_m"].is_monotonic_increasing
    assert stakes["chainage_m"].iloc[-1] > np.pi * 305.0
    assert boards["front"].iloc[0] == "镜湖管理范围公告牌\n编号 H1-P01"
    assert not boards["back"].str.contains("nan|岸").any()
    checked = rl.inspect(result, stakes=stakes, boards=boards)
    assert not {"value-choice", "value-blank", "pseudo-node", "line-gap"} & set(checked.faults["code"])
    assert (checked.checks["failed"] == 0).all()


def test_a_lake_need_not_be_of_a_river(tmp_path):
    pond = shapely.Point(ORIGIN).buffer(300.0)
    bare = gpd.GeoDataFrame({"water_id": ["H1"], "kind": ["lake"]}, geometry=[pond], crs=CRS)
    rules = rule_set(tmp_path)
    one, two = (rl.demarcate_waters(each, rules) for each in (bare, bare.assign(river_id="")))
    assert one.lines["river_id"].tolist() == ["H1"] == two.lines["river_id"].tolist()
    assert "river_id" not in bare
