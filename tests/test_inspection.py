"""Checks before delivery: each planted defect is found by its check and by no other, a clean county passes all."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

import riverline as rl
from county import CRS, ORIGIN, axes, bank_tops, rule_set
from riverline.cli.jobs.steps import demo_job
from riverline.inspection import Check, failing
from riverline.inspection.known import CODES
from riverline.inspection.registry import shipped
from riverline.schema import CHECKS, FAULTS

RIVER = [(0.0, 0.0), (2000.0, 0.0)]
TOPS = ([(0.0, 80.0), (2000.0, 80.0)], [(0.0, -80.0), (2000.0, -80.0)])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A straight river with strips of 10 m, its axis, stakes, holdings, water, levee and bridge."""
    result = rl.demarcate(axes(RIVER), rule_set(tmp_path_factory.mktemp("rules")), bank_tops=bank_tops(*TOPS))
    parcels = frame([box(-50, -200, 900, 200), box(900, -200, 2050, 200)], parcel_id=["P1", "P2"],
                    owner=["张三", "李四"], ownership="collective")  # fmt: skip
    plan = planned(result)
    return result, {
        "axes": axes(RIVER),
        "stakes": rl.place_stakes(result),
        "holdings": rl.confirm(result, parcels).holdings,
        "water": frame([box(0, -60, 2000, 60)], water_id="W1", river_id="R1", kind="river"),
        "levees": frame([shapely.LineString(shifted([(0, 70), (2000, 70)]))], levee_id="L1", river_id="R1",
                        feature="landside_toe"),
        "bridges": frame([box(990, -200, 1010, 200)], work_id="桥1", kind="bridge"),
        "zones": plan.zones,
        "shorelines": plan.lines,
    }  # fmt: skip


def planned(result):
    """The plan between the management lines and lines 60 m from the axis, with a wetland on the left bank."""
    waterside = frame([shapely.LineString(shifted([(0, y), (2000, y)])) for y in (60, -60)],
                      waterside_id=["W1", "W2"], river_id="R1", bank=["left", "right"])  # fmt: skip
    wetland = frame([box(700, 60, 1200, 80)], sensitive_id="S1", sensitive_kind="wetland")
    return rl.plan_shoreline(result, waterside=waterside, sensitive=wetland)


def shifted(coords):
    return np.asarray(coords, dtype="float64") + ORIGIN


def box(*bounds):
    return shapely.transform(shapely.box(*bounds), lambda xy: xy + np.array(ORIGIN))


def frame(shapes, **columns):
    return gpd.GeoDataFrame({name: value if isinstance(value, list) else [value] * len(shapes)
                             for name, value in columns.items()}, geometry=shapes, crs=CRS)  # fmt: skip


def failed(inspection) -> dict[str, int]:
    table = inspection.checks
    return dict(table[table["outcome"] == "failed"][["check_id", "failed"]].itertuples(index=False))


def cut(lines, *spans):
    """The left line as pieces over spans of x."""
    left = lines[lines["bank"] == "left"].iloc[[0] * len(spans)].copy()
    y = shapely.get_coordinates(left.geometry.iloc[0])[0, 1]
    left["line_id"] = [f"R1-L-{n:03d}" for n in range(1, len(spans) + 1)]
    left["start_chainage_m"], left["end_chainage_m"] = zip(*spans, strict=True)
    left["length_m"] = left["end_chainage_m"] - left["start_chainage_m"]
    shapes = [shapely.LineString([(ORIGIN[0] + a, y), (ORIGIN[0] + b, y)]) for a, b in spans]
    return pd.concat([left.set_geometry(shapes, crs=CRS), lines[lines["bank"] == "right"]], ignore_index=True)


# What is clean


def test_a_clean_delivery_passes_every_check(made):
    result, layers = made
    inspection = rl.inspect(result, **layers)
    assert inspection.checks["outcome"].tolist() == ["passed"] * len(shipped())
    assert inspection.checks["check_id"].tolist() == [check.check_id for check in shipped()]
    assert inspection.faults.empty
    assert "check_id" in inspection.faults
    assert rl.check(inspection.checks, CHECKS).empty


def test_the_sample_county_passes_every_check_it_has_layers_for():
    job = demo_job(Path("unused"), "zh")
    frames = {name: layer.read(rl.schema.FRAMES[name]) for name, layer in job.layers.items()}
    others = {name: each for name, each in frames.items() if name != "axes"}
    result = rl.demarcate(frames["axes"], rl.load_rules(job.rules), terrain=job.terrain, **others)
    parcels = rl.read_layer(rl.samples.path("清水县.gpkg"), rl.schema.PARCELS, layer="parcels")
    layers = {name: frames[name] for name in ("axes", "water", "levees")}
    layers |= {"stakes": rl.place_stakes(result), "boards": rl.place_boards(result)}
    waterside = rl.read_layer(rl.samples.path("清水县.gpkg"), rl.schema.WATERSIDE, layer="waterside")
    plan = rl.plan_shoreline(result, waterside=waterside, axes=frames["axes"])
    layers |= {"zones": plan.zones, "shorelines": plan.lines}
    inspection = rl.inspect(result, holdings=rl.confirm(result, parcels).holdings, **layers)
    outcomes = inspection.checks.set_index("check_id")["outcome"]
    assert outcomes.drop("unbroken-at-bridges").eq("passed").all()
    assert outcomes["unbroken-at-bridges"] == "not_applicable"
    # The lake has water and no extent: it is told, not passed over.
    assert inspection.checks.set_index("check_id").loc["covers-water", "note"].startswith("1 个要素")
    assert not inspection.faults["severity"].eq("error").any()


def test_a_column_that_is_stored_as_another_type_without_loss_is_noted_and_fails_nothing(made):
    result, layers = made
    inspection = rl.inspect(result, **layers | {"axes": layers["axes"].assign(rank=2)})
    assert inspection.checks["failed"].eq(0).all()
    assert inspection.faults[["check_id", "code", "severity"]].to_numpy().tolist() == [["codes", "column-type", "note"]]


def test_stakes_stand_on_the_line_of_their_own_river_and_bank_not_on_anybodys(made):
    result, layers = made
    stakes = layers["stakes"]
    swapped = stakes.assign(bank=stakes["bank"].map({"left": "right", "right": "left"}))
    for wrong, code, count in (
        (swapped, "stake-off-line", len(stakes)),
        (stakes.assign(bank="right"), "stake-off-line", int((stakes["bank"] == "left").sum())),
        (stakes.assign(river_id="R7"), "stake-without-line", len(stakes)),
    ):
        faults = rl.inspect(result, stakes=wrong).faults
        assert (faults.query("check_id == 'stakes-on-line'")["code"] == code).sum() == count


def test_what_was_not_given_is_not_applicable_and_says_so(made):
    table = rl.inspect(made[0]).checks.set_index("check_id")
    apart = table[table["outcome"] == "not_applicable"]
    assert set(apart.index) == {"covers-water", "covers-levees", "unbroken-at-bridges", "stakes-on-line",
                                "stakes-numbered", "stakes-spacing", "stated-places", "stated-rows", "zones-apart",
                                "zones-inside", "zones-whole"}  # fmt: skip
    assert apart["counted"].eq(0).all()
    assert apart["note"].str.startswith("未提供").all()


# What is planted


def broken_line(result, layers):
    return replace(result, lines=cut(result.lines, (0.0, 990.0), (1010.0, 2000.0))), layers


def broken_elsewhere(result, layers):
    return replace(result, lines=cut(result.lines, (0.0, 400.0), (430.0, 2000.0))), layers


def end_missing(result, layers):
    return replace(result, lines=cut(result.lines, (0.0, 1490.0))), layers


def needless_node(result, layers):
    return replace(result, lines=cut(result.lines, (0.0, 700.0), (700.0, 2000.0))), layers


def line_twice(result, layers):
    twin = result.lines.iloc[[0]].assign(line_id="R1-X-001", bank="right", start_chainage_m=5.0, end_chainage_m=1990.0)
    return replace(result, lines=pd.concat([result.lines, twin], ignore_index=True)), layers


def crossing_axis(result, layers):
    knot = shapely.LineString(shifted([(0, 0), (1500, 0), (1500, 9), (1200, -9), (2000, -9)]))
    return result, layers | {"axes": layers["axes"].set_geometry([knot], crs=CRS)}


def bow_tie(result, layers):
    tie = shapely.Polygon(shifted([(0, -60), (2000, 60), (2000, -60), (0, 60)]))
    return result, layers | {"water": layers["water"].set_geometry([tie], crs=CRS)}


def blank_code(result, layers):
    return result, layers | {"stakes": layers["stakes"].assign(river_id=["", *layers["stakes"]["river_id"][1:]])}


def strange_river(result, layers):
    return result, layers | {"holdings": layers["holdings"].assign(river_id="R9")}


def long_bank(result, layers):
    return replace(result, extents=result.extents.assign(axis_length_m=700.0)), layers


def wide_water(result, layers):
    return result, layers | {"water": layers["water"].set_geometry([box(0, -60, 2000, 100)], crs=CRS)}


def levee_beyond(result, layers):
    moved = layers["levees"].set_geometry(layers["levees"].translate(0.0, 25.0))
    return result, layers | {"levees": moved}


def stake_astray(result, layers):
    moved = layers["stakes"].geometry.copy()
    moved.iloc[1] = shapely.Point(moved.iloc[1].x, moved.iloc[1].y + 7.0)
    return result, layers | {"stakes": layers["stakes"].set_geometry(moved)}


def number_twice(result, layers):
    number = layers["stakes"]["number"].tolist()
    return result, layers | {"stakes": layers["stakes"].assign(number=[number[1], *number[1:]])}


def stakes_apart(result, layers):
    far = layers["stakes"]["next_m"].copy()
    far.iloc[0] = 5000.0
    return result, layers | {"stakes": layers["stakes"].assign(next_m=far)}


def holding_overlaps(result, layers):
    holdings = layers["holdings"]
    grown = holdings.geometry.copy()
    grown.iloc[0] = shapely.union(grown.iloc[0], box(890, -30, 905, 30))
    return result, layers | {"holdings": holdings.set_geometry(grown)}


def holding_lost(result, layers):
    return result, layers | {"holdings": layers["holdings"].iloc[1:]}


def line_off_the_extent(result, layers):
    moved = result.lines.geometry.copy()
    moved.iloc[0] = shapely.transform(moved.iloc[0], lambda xy: xy + np.array((0.0, 0.5)))
    return replace(result, lines=result.lines.set_geometry(moved)), layers


def far_off(result, layers):
    gone = layers["bridges"].set_geometry(layers["bridges"].translate(3e6, 0.0))
    return result, layers | {"bridges": gone}


def no_geometry(result, layers):
    more = pd.concat([layers["bridges"], frame([None], work_id="桥2", kind="bridge")], ignore_index=True)
    return result, layers | {"bridges": more}


def line_short(result, layers):
    """The line ends 600 m before the reach does; what its row says stays as it was."""
    lines = result.lines.copy()
    (row,) = np.flatnonzero(lines["bank"] == "left")
    whole = lines.geometry.iloc[row]
    ends = sorted(whole.coords)
    shorter = shapely.LineString([ends[0], (ends[-1][0] - 600.0, ends[-1][1])])
    lines.loc[lines.index[row], "geometry"] = shorter
    return replace(result, lines=lines), layers | {"stakes": layers["stakes"].iloc[:0]}


def line_a_bit_short(result, _layers):
    lines = result.lines.copy()
    (row,) = np.flatnonzero(lines["bank"] == "left")
    ends = sorted(lines.geometry.iloc[row].coords)
    lines.loc[lines.index[row], "geometry"] = shapely.LineString([ends[0], (ends[-1][0] - 10.0, ends[-1][1])])
    return replace(result, lines=lines), {}


def area_untrue(result, layers):
    return replace(result, extents=result.extents.assign(area_m2=1.0)), layers


def length_untrue(result, layers):
    return replace(result, lines=result.lines.assign(length_m=[5.0, *result.lines["length_m"][1:]])), layers


def bank_length_untrue(result, layers):
    return replace(result, extents=result.extents.assign(left_length_m=5.0)), layers


def extent_twice(result, layers):
    twin = result.extents.set_geometry(result.extents.translate(0.0, 100.0)).assign(extent_id="R1-twin")
    return replace(result, extents=pd.concat([result.extents, twin], ignore_index=True)), layers


def stake_north(result, layers):
    return result, layers | {"stakes": layers["stakes"].assign(x_m=layers["stakes"]["x_m"] + 100.0)}


def stake_east(result, layers):
    return result, layers | {"stakes": layers["stakes"].assign(lon=layers["stakes"]["lon"] + 1.0)}


def zone_as(shape, **columns):
    """The first zone of the left bank with another shape."""

    def plant(result, layers):
        zones = layers["zones"].assign(**columns)
        return result, layers | {"zones": zones.set_geometry([shape, *zones.geometry[1:]], crs=CRS)}

    return plant


def zone_over_the_next(*made):
    return zone_as(box(0, 60, 710, 90))(*made)


def zone_beyond_the_extent(*made):
    return zone_as(box(0, 60, 700, 93))(*made)


def zone_over_the_water(*made):
    """Inside the extent and apart from others, but no land of the band."""
    return zone_as(box(0, 55, 700, 90))(*made)


def zone_lost(result, layers):
    return result, layers | {"zones": layers["zones"].iloc[1:]}


def zones_adjusted_wrong(result, layers):
    wrong = [layers["zones"]["adjusted_area_m2"].iloc[0] + 0.02, *layers["zones"]["adjusted_area_m2"][1:]]
    return result, layers | {"zones": layers["zones"].assign(adjusted_area_m2=wrong)}


def band_lost(result, layers):
    return result, layers | {"shorelines": layers["shorelines"].query("bank == 'right'")}


PLANTED = [
    (zone_over_the_next, {"zones-apart": 1, "zones-whole": 1, "stated-areas": 1}),
    (zone_beyond_the_extent, {"zones-inside": 1, "zones-whole": 1, "stated-areas": 1}),
    (zone_over_the_water, {"zones-whole": 1, "stated-areas": 1}),
    (zone_lost, {"zones-whole": 1}),
    (zones_adjusted_wrong, {"zones-whole": 1}),
    (band_lost, {"zones-whole": 1}),
    (line_short, {"bank-whole": 1, "edge-with-lines": 1, "stated-lengths": 2}),
    (line_a_bit_short, {"edge-with-lines": 1, "stated-lengths": 2}),
    (area_untrue, {"stated-areas": 1}),
    (length_untrue, {"stated-lengths": 1}),
    (bank_length_untrue, {"stated-lengths": 1}),
    (extent_twice, {"extents-apart": 1, "edge-with-lines": 1}),
    (stake_north, {"stated-places": 10}),
    (stake_east, {"stated-places": 10}),
    # A stake stood where the line is gone.
    (
        broken_line,
        {"dangles": 2, "unbroken-at-bridges": 2, "stakes-on-line": 1, "edge-with-lines": 1, "stated-lengths": 1},
    ),
    (broken_elsewhere, {"dangles": 2, "edge-with-lines": 1, "stated-lengths": 1}),
    (end_missing, {"bank-whole": 1, "stakes-on-line": 2, "edge-with-lines": 1, "stated-lengths": 1}),
    (needless_node, {"pseudo-nodes": 1}),
    (line_twice, {"duplicates": 1, "dangles": 2, "stated-lengths": 1}),
    (crossing_axis, {"self-crossings": 1}),
    (bow_tie, {"closed-areas": 1}),
    (blank_code, {"codes": 1, "stated-rows": 2}),
    (strange_river, {"codes": 2}),
    (long_bank, {"bank-length": 1}),
    (wide_water, {"covers-water": 1}),
    (levee_beyond, {"covers-levees": 1}),
    # Its neighbours name it, and are as far from it as they say no more.
    (stake_astray, {"stakes-on-line": 1, "stated-places": 1, "stated-rows": 3}),
    (number_twice, {"stakes-numbered": 2, "stated-rows": 3}),
    (stakes_apart, {"stakes-spacing": 1, "stated-rows": 1}),
    (holding_overlaps, {"neighbours-equal": 1, "stated-areas": 1}),
    (holding_lost, {"neighbours-equal": 1}),
    (line_off_the_extent, {"neighbours-equal": 1, "edge-with-lines": 1, "stated-rows": 5}),
    (far_off, {"placement": 1}),
    (no_geometry, {"geometry": 1}),
]


@pytest.mark.parametrize(("plant", "wanted"), PLANTED, ids=[plant.__name__ for plant, _ in PLANTED])
def test_each_defect_fails_its_check_and_no_other(made, plant, wanted):
    result, layers = plant(*made)
    inspection = rl.inspect(result, **layers)
    assert failed(inspection) == wanted
    wrong = inspection.faults[inspection.faults["severity"] != "note"]
    assert set(wrong["check_id"]) == set(wanted)
    assert FAULTS.conform(inspection.faults).columns.tolist() == inspection.faults.columns.tolist()


UNTRUE = {
    "next_m": 3.0, "next_bearing": 7.0, "next_bearing_dms": "1°00′", "previous_m": 5.0, "previous": "X", "next": "X",
    "chainage_m": 99_999.0, "printed_chainage": "K9+999", "lon_dms": "1°02′", "lat_dms": "1°02′", "zone": 12,
    "rule_id": "a/b", "citation": "《别的条例》", "offset_m": 3.3,
}  # fmt: skip


@pytest.mark.parametrize("column", UNTRUE)
@pytest.mark.parametrize("rows", [slice(None), slice(3, 4)], ids=["all", "one"])
def test_a_column_of_stakes_that_is_not_what_the_drawing_says_is_told_by_its_name(made, column, rows):
    result, layers = made
    stakes = layers["stakes"].copy()
    stakes.loc[stakes.index[rows], column] = UNTRUE[column]
    told = rl.inspect(result, stakes=stakes).faults.query("code == 'stake-row-unlike' and note == @column")
    assert set(told["feature_id"]) == set(stakes["stake_id"][rows])
    assert (told["check_id"] == "stated-rows").all()


def test_printed_chainages_that_breaks_shift_and_stakes_of_both_roles_are_as_they_should_be(made):
    result, _ = made
    there = box(700, 0, 701, 1).centroid
    breaks = frame([there], break_id=["D1"], river_id=["R1"], back_m=[700.0], ahead_m=[10_850.0])
    for more in ({"breaks": breaks}, {"role": "define"}, {}):
        stakes = rl.place_stakes(result, **more)
        assert "stated-rows" not in failed(rl.inspect(result, stakes=stakes))


def test_every_check_that_ships_has_a_planted_defect():
    assert {name for _, wanted in PLANTED for name in wanted} == {check.check_id for check in shipped()}


def test_every_error_and_warning_of_a_layers_own_check_fails_a_check():
    folder = Path(rl.__file__).parent / "checks"
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    told = {code for code, entry in rl.faults.CATALOGUE.items()
            if re.search(rf'"{code}"', source) and entry.severity != "note"}  # fmt: skip
    assert told <= {code for codes in CODES.values() for code in codes}


def test_sizes_are_those_of_the_defects(made):
    faults = rl.inspect(broken_line(*made)[0], **made[1]).faults
    assert faults.loc[faults["code"] == "line-broken-at-bridge", "value"].tolist() == [20.0, 20.0]
    assert faults.loc[faults["code"] == "line-broken-at-bridge", "note"].tolist() == ["桥1", "桥1"]
    result, layers = wide_water(*made)
    (size,) = rl.inspect(result, **layers).faults["value"]
    assert size == pytest.approx(2000.0 * 10.0, rel=1e-3)


def edge(inspection):
    faults = inspection.faults
    return faults[faults["code"] == "edge-without-line"]


@pytest.mark.parametrize("short", [2.0, 10.0, 600.0])
def test_what_a_bank_lacks_is_as_long_as_what_was_taken_from_its_line(made, short):
    result = made[0]
    lines = result.lines.copy()
    (row,) = np.flatnonzero(lines["bank"] == "left")
    ends = sorted(lines.geometry.iloc[row].coords)
    lines.loc[lines.index[row], "geometry"] = shapely.LineString([ends[0], (ends[-1][0] - short, ends[-1][1])])
    told = edge(rl.inspect(replace(result, lines=lines)))
    # Two banks 180 m apart: the way across lacks no line.
    assert told["value"].tolist() == pytest.approx([short], abs=0.01)
    assert told.geometry.length.tolist() == pytest.approx([180.0 + short], abs=0.01)


def test_a_gap_along_one_bank_is_lacking_as_a_whole_and_an_extent_without_lines_its_whole_edge(made):
    told = edge(rl.inspect(broken_elsewhere(*made)[0]))
    assert told["value"].tolist() == pytest.approx([30.0], abs=0.01)
    bare = replace(made[0], lines=made[0].lines.iloc[:0])
    assert edge(rl.inspect(bare))["value"].tolist() == pytest.approx([2.0 * (2000.0 + 180.0)], abs=0.01)


def test_pieces_that_go_round_have_no_ends_but_where_they_are_cut(made):
    ring = shapely.get_coordinates(box(0, 0, 400, 400))
    for cut_m in (0.0, 5.0):
        last = ring[-1] - (ring[-1] - ring[-2]) / 400.0 * cut_m
        pieces = [shapely.LineString(ring[:3]), shapely.LineString([*ring[2:-1], last])]
        lines = made[0].lines.iloc[[0, 0]].assign(
            line_id=["H1-S-001", "H1-S-002"], river_id="H1", bank=None, start_chainage_m=[0.0, 800.0],
            end_chainage_m=[800.0, 1600.0 - cut_m], length_m=[800.0, 800.0 - cut_m],
        )  # fmt: skip
        extents = (
            made[0]
            .extents.iloc[[0]]
            .assign(
                extent_id="H1-management",
                river_id="H1",
                left_length_m=np.nan,
                right_length_m=np.nan,
                axis_length_m=np.nan,
            )
        )
        lake = replace(made[0], lines=lines.set_geometry(pieces, crs=CRS),
                       extents=extents.set_geometry([box(0, 0, 400, 400)], crs=CRS))  # fmt: skip
        gaps = rl.inspect(lake).faults
        gaps = gaps[gaps["code"] == "line-gap"]
        assert sorted(gaps["feature_id"]) == ["H1-S-001", "H1-S-002"] * (cut_m > 0.0)
        assert gaps["value"].tolist() == pytest.approx([cut_m] * len(gaps))


def test_an_edge_that_two_rivers_share_is_a_line_of_both(made):
    lines = made[0].lines
    twin = lines.iloc[[0]].assign(line_id="R2-R-M01", river_id="R2", bank="right")
    for river, wanted in (("R2", 0), ("R1", 1)):
        both = pd.concat([lines, twin.assign(river_id=river)], ignore_index=True)
        told = rl.inspect(replace(made[0], lines=both)).faults
        assert (told["code"] == "duplicate-geometry").sum() == wanted


def test_zones_say_how_much_they_share_lack_and_reach_beyond(made):
    _, over = zone_over_the_next(*made)
    for zones in (over["zones"], over["zones"].iloc[::-1]):
        faults = rl.inspect(made[0], zones=zones, shorelines=over["shorelines"]).faults.set_index("code")
        told = faults.loc["zone-in-another"]
        assert (told["feature_id"], told["note"], round(told["value"], 3)) == ("R1-L-001", "R1-L-002", 300.0)
        whole = faults.loc[["zones-not-whole"]]
        assert whole["feature_id"].tolist() == ["R1-L-outer"]
        assert whole["value"].tolist() == pytest.approx([300.0], rel=3e-3)
    _, beyond = zone_beyond_the_extent(*made)
    told = rl.inspect(made[0], zones=beyond["zones"]).faults.set_index("code").loc["zone-beyond-extent"]
    assert told["feature_id"] == "R1-L-001"
    assert told["value"] == pytest.approx(2100.0, rel=1e-3)
    lost = rl.inspect(made[0], zones=made[1]["zones"].iloc[:0], shorelines=made[1]["shorelines"])
    assert lost.checks.set_index("check_id").loc["zones-whole", ["counted", "failed"]].tolist() == [4, 2]


def test_what_overlaps_is_measured_and_told_once_whatever_the_order(made):
    result, _ = extent_twice(*made)
    for extents in (result.extents, result.extents.iloc[::-1]):
        faults = rl.inspect(replace(result, extents=extents)).faults
        told = faults[faults["code"] == "extent-in-another"]
        # Two strips of 2000 m by 180 m, 100 m apart.
        assert told["value"].tolist() == pytest.approx([2000.0 * 80.0], rel=1e-4)
        assert told[["feature_id", "note"]].to_numpy().tolist() == [["R1-management", "R1-twin"]]


def test_measures_that_are_not_those_of_the_geometry_say_which_and_by_how_much(made):
    faults = rl.inspect(bank_length_untrue(*made)[0]).faults
    assert faults["value"].tolist() == [1995.0]
    assert faults["detail"].tolist() == ["管理与保护范围 R1-management 所填左岸长度与图形相差 1995 m（允许 0.1 m）"]
    assert rl.faults.describe(faults, "en")["detail"].iloc[0].startswith("left bank length of Extents R1-management")
    result, layers = stake_north(*made)
    assert set(rl.inspect(result, **layers).faults["value"].round(3)) == {100.0}
    result, layers = stake_east(*made)
    off = rl.inspect(result, **layers).faults["value"]
    # A degree of the parallel: it is a cosine of the latitude, 31.6°, times a degree of the equator.
    assert off.tolist() == pytest.approx([111_320.0 * np.cos(np.radians(31.6))] * len(off), rel=2e-3)


def test_nothing_to_look_at_is_not_applicable(made):
    result = made[0]
    bare = replace(result, lines=result.lines.iloc[:0], extents=result.extents.iloc[:0])
    table = rl.inspect(bare, stakes=made[1]["stakes"].iloc[:0]).checks
    assert set(table["outcome"]) == {"not_applicable"}
    assert table.set_index("check_id").loc["stakes-on-line", "note"] == "图层中没有要素"


def test_a_map_of_an_inspection_opens_with_all_its_faults(made):
    result, layers = long_bank(*made)
    inspection = rl.inspect(result, **layers)
    assert set(inspection.faults["severity"]) == {"warning"}
    warning = FAULTS["severity"].value_label("warning")
    told = {name: child.show for shown in (inspection, inspection.faults.drop(columns="check_id"))
            for child in rl.maps.show(result.lines, shown)._children.values()
            for name in [getattr(child, "layer_name", None) or ""] if warning in name
            for name in [f"{name} {shown is inspection}"]}  # fmt: skip
    assert sorted(told.values()) == [False, True]


# Laws


def test_row_order_does_not_matter_and_inputs_stay(made):
    result, layers = stake_astray(*made)
    before = {name: each.copy() for name, each in layers.items()}
    turned = {name: each.iloc[::-1] for name, each in layers.items()}
    one = rl.inspect(result, **layers)
    other = rl.inspect(replace(result, lines=result.lines.iloc[::-1]), **turned)
    pd.testing.assert_frame_equal(one.checks, other.checks)
    assert_geodataframe_equal(one.faults, other.faults)
    for name, each in layers.items():
        assert_geodataframe_equal(each, before[name])


def test_layers_in_degrees_are_looked_at_in_the_plane_of_the_lines(made):
    result, layers = made
    turned = layers | {"water": layers["water"].to_crs("EPSG:4490")}
    assert not failed(rl.inspect(result, **turned))


def test_a_result_without_lines_fails_nothing_and_counts_nothing(made):
    result = made[0]
    bare = replace(result, lines=result.lines.iloc[:0], extents=result.extents.iloc[:0])
    inspection = rl.inspect(bare)
    assert inspection.checks["failed"].eq(0).all()
    assert "0 faults" in repr(inspection)


# A user's own


MINE = """
skip = ["pseudo-nodes"]
[limits]
bank-length = 3.0
[[checks]]
id = "strip-wide-enough"
title = "外延宽度不小于 20 米"
title_en = "Strips of 20 m or more"
layer = "management_lines"
column = "offset_m"
operator = ">="
value = 20
where = [{ column = "basis", operator = "==", value = "bank_top" }]
[[checks]]
id = "stake-reasons"
title = "设桩原因"
layer = "stakes"
column = "reason"
operator = "in"
value = ["start", "end", "spacing", "turn"]
"""


def written(folder, text):
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_users_file_sets_limits_leaves_out_and_adds(made, tmp_path):
    checks = rl.load_checks(written(tmp_path, MINE))
    result, layers = long_bank(*made)
    inspection = rl.inspect(result, rules=checks, **layers)
    assert failed(inspection) == {"strip-wide-enough": 2}
    table = inspection.checks.set_index("check_id")
    assert "pseudo-nodes" not in table.index
    assert table.loc["bank-length", "limit"] == 3.0
    assert table.loc["stake-reasons", ["outcome", "counted"]].tolist() == ["passed", len(layers["stakes"])]
    faults = inspection.faults
    assert faults["value"].tolist() == [10.0, 10.0]
    assert faults["limit"].tolist() == [20.0, 20.0]
    assert faults["detail"].iloc[0] == "管理范围线 R1-L-001 不满足检查 strip-wide-enough"


def test_a_users_file_is_never_executed(made, tmp_path):
    text = MINE.replace('value = "bank_top"', "value = \"__import__('os').abort()\"")
    checks = rl.load_checks(written(tmp_path, text))
    assert not failed(rl.inspect(made[0], rules=checks, **made[1]))


@pytest.mark.parametrize(
    ("column", "sign", "value", "fails"),
    [
        ("offset_m", "<", "5", [0, 1, 2]),
        ("offset_m", "!=", "10", [1, 2]),
        ("note", "filled", None, [1, 2]),
        ("note", "matches", "'新.*'", [1, 2]),
        ("bank", "not in", "['right']", [2]),
        ("drawn", ">=", "2025-01-01", [0, 2]),
        ("seen", "==", "true", [1, 2]),
    ],
)
def test_comparisons_hold_where_they_should_and_a_blank_satisfies_nothing(made, tmp_path, column, sign, value, fails):
    lines = pd.concat([made[0].lines, made[0].lines.iloc[[0]]], ignore_index=True).assign(
        line_id=["A", "B", "C"], bank=["left", "left", "right"], offset_m=[10.0, np.nan, 10.0], note=["新建", "", None],
        drawn=pd.to_datetime(["2024-05-01", "2025-05-01", None]), seen=pd.array([True, False, None], dtype="boolean"),
    )  # fmt: skip
    if column == "offset_m" and sign == "!=":
        lines["offset_m"] = [9.0, 10.0, np.nan]
    told = "" if value is None else f"value = {value}"
    text = f'[[checks]]\nid = "mine"\ntitle = "我的"\nlayer = "management_lines"\ncolumn = "{column}"\n'
    checks = rl.load_checks(written(tmp_path, f'{text}operator = "{sign}"\n{told}\n'))
    faults = rl.inspect(replace(made[0], lines=lines), rules=checks[-1:]).faults
    assert faults["feature_id"].tolist() == ["ABC"[row] for row in fails]


def test_a_check_in_python_is_a_value(made):
    def named(subject, limit):
        rows = subject.rows("axes")
        yield failing(rows, "axes", where=(rows["name"].str.len() > limit).to_numpy(), limit=limit, note="short-names")

    mine = Check("short-names", "名称不长于两字", "Names of two letters", ("axes",), named, limit=2.0)
    inspection = rl.inspect(made[0], rules=rl.load_checks(checks=[mine]), **made[1])
    assert failed(inspection) == {"short-names": 1}


WRONG = [
    ("[limits]\nbank-lenght = 2", "没有检查 bank-lenght"),
    ("[[checks]]\nid = 'a'", "缺少必填项"),
    (MINE.replace(">=", "=>"), "应为"),
    (MINE.replace('layer = "stakes"', 'layer = "steaks"'), "没有图层 steaks"),
    (MINE.replace("value = 20", "value = [20]"), "应为列表"),
    (MINE.replace('"strip-wide-enough"', '"codes"'), "检查编号重复：codes"),
    (MINE + "\n[[", "不是 UTF-8 的 TOML"),
]


@pytest.mark.parametrize(("text", "told"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_file_says_what_is_wrong(tmp_path, text, told):
    with pytest.raises(rl.JobError, match=told):
        rl.load_checks(written(tmp_path, text))


def test_wrong_calls_say_what_to_do(made, tmp_path):
    with pytest.raises(rl.JobError, match=r"riverline\.demarcate"):
        rl.inspect(made[0].lines)
    with pytest.raises(rl.JobError, match="load_checks"):
        rl.inspect(made[0], rules="mine.toml")
    with pytest.raises(rl.ReadError, match=r"nowhere\.toml"):
        rl.load_checks(tmp_path / "nowhere.toml")
    with pytest.raises(rl.SchemaError, match=r"(?s)stake_id.*water_id"):
        rl.inspect(made[0], stakes=made[1]["stakes"].drop(columns="stake_id"),
                   water=made[1]["water"].drop(columns="water_id"))  # fmt: skip
    text = MINE.replace('column = "offset_m"', 'column = "ofset_m"')
    with pytest.raises(rl.JobError, match="没有字段 ofset_m"):
        rl.inspect(made[0], rules=rl.load_checks(written(tmp_path, text)))


@pytest.mark.parametrize(
    ("column", "sign", "value", "told"),
    [
        ("basis", ">=", "1", "basis 是文字，不能与数值比较"),
        ("offset_m", "==", '"wide"', "offset_m 是数值，不能与文字比较"),
        ("bank", "in", '["left", 2]', "bank 是文字，不能与数值比较"),
        ("offset_m", "==", "true", "offset_m 是数值，不能与是否比较"),
        ("mine", "<", "3", "mine 是文字，不能与数值比较"),
        ("length_m", ">", "2025-01-01", "length_m 是数值，不能与日期比较"),
    ],
)
def test_a_comparison_that_can_never_hold_is_refused(made, tmp_path, column, sign, value, told):
    result = replace(made[0], lines=made[0].lines.assign(mine="甲"))
    text = f'[[checks]]\nid = "mine"\ntitle = "我的"\nlayer = "management_lines"\ncolumn = "{column}"\n'
    checks = rl.load_checks(written(tmp_path, f'{text}operator = "{sign}"\nvalue = {value}\n'))
    with pytest.raises(rl.JobError, match=told):
        rl.inspect(result, rules=checks)


def test_lakes_that_name_no_river_are_held_against_the_extent_that_was_drawn_of_them():
    """As they were demarcated: by their own code. A river's water that names no river is still nobody's."""
    pond = gpd.GeoDataFrame({"water_id": ["W1"], "kind": "lake", "name": "湖"}, crs=4548,
                            geometry=[shapely.Point(500000, 3500000).buffer(500, 64)])  # fmt: skip
    result = rl.demarcate_waters(pond, rl.load_rules("national"))
    grown = pond.assign(geometry=pond.buffer(50.0))
    for blank in ({}, {"river_id": None}, {"river_id": ""}):
        row = rl.inspect(result, water=grown.assign(**blank)).checks.set_index("check_id").loc["covers-water"]
        assert row[["counted", "failed", "outcome"]].tolist() == [1, 1, "failed"]
        row = rl.inspect(result, water=pond.assign(**blank)).checks.set_index("check_id").loc["covers-water"]
        assert row[["counted", "failed", "outcome"]].tolist() == [1, 0, "passed"]
    river = grown.assign(kind="river", river_id="")
    row = rl.inspect(result, water=river).checks.set_index("check_id").loc["covers-water"]
    assert row[["counted", "outcome"]].tolist() == [0, "not_applicable"]


def test_it_is_written_with_styles_and_reads_back(made, tmp_path):
    inspection = rl.inspect(broken_line(*made)[0], **made[1])
    file = rl.export.to_geopackage(tmp_path / "质检.gpkg", inspection)
    back = gpd.read_file(file, layer="质检结果表")
    assert back["outcome"].value_counts().to_dict() == {"passed": len(shipped()) - 5, "failed": 5}
    assert "检查内容" in inspection._repr_html_()


# What rows state is not what is drawn


def uncut(lines, pieces):
    """The left line as pieces over spans of x whose rows go on stating what the whole line stated."""
    left = lines[lines["bank"] == "left"]
    drawn = cut(lines, *pieces)
    mine = drawn["bank"] == "left"
    for name in ("start_chainage_m", "end_chainage_m", "length_m"):
        drawn.loc[mine, name] = left[name].iloc[0]
    return drawn


def test_a_break_at_a_bridge_is_found_whatever_the_rows_state(made):
    result, layers = made
    for gap in (10.0, 20.0):
        broken = replace(result, lines=uncut(result.lines, [(0.0, 1000.0), (1000.0 + gap, 2000.0)]))
        told = rl.inspect(broken, bridges=layers["bridges"]).faults
        at_bridge = told[told["code"] == "line-broken-at-bridge"]
        assert at_bridge["feature_id"].tolist() == ["R1-L-001", "R1-L-002"]
        assert at_bridge["value"].tolist() == pytest.approx([gap, gap])


def test_two_breaks_are_four_loose_ends_and_the_ends_of_the_bank_are_none(made):
    spans = [(0.0, 400.0), (430.0, 1500.0), (1507.0, 2000.0)]
    told = rl.inspect(replace(made[0], lines=uncut(made[0].lines, spans))).faults
    told = told[told["code"] == "line-gap"]
    assert told["feature_id"].tolist() == ["R1-L-001", "R1-L-002", "R1-L-002", "R1-L-003"]
    assert sorted(told["value"].round(3)) == [7.0, 7.0, 30.0, 30.0]


@pytest.mark.parametrize("span", [(0.0, 1900.0), (100.0, 2000.0)])
def test_a_bank_that_is_short_is_not_whole_whatever_its_row_states(made, span):
    short = replace(made[0], lines=uncut(made[0].lines, [span]))
    told = rl.inspect(short, axes=made[1]["axes"]).faults
    assert told.loc[told["code"] == "bank-not-whole", "value"].tolist() == pytest.approx([100.0], abs=0.01)
    assert edge(rl.inspect(short))["value"].tolist() == pytest.approx([100.0], abs=0.01)


def test_the_axis_beyond_a_mouth_is_the_others(made):
    """The river ends in a lake that has an extent of its own."""
    lake = made[0].extents.iloc[[0]].assign(extent_id="H1-management", river_id="H1", axis_length_m=np.nan)
    extents = pd.concat([made[0].extents, lake.set_geometry([box(1900, -200, 2100, 200)], crs=CRS)])
    ends = replace(made[0], lines=uncut(made[0].lines, [(0.0, 1900.0)]), extents=extents)
    assert "bank-not-whole" not in set(rl.inspect(ends, axes=made[1]["axes"]).faults["code"])


def test_an_extent_is_found_by_its_river_whatever_its_key(made):
    shifted_line = made[0].lines.translate(0.0, 25.0).where(made[0].lines["bank"] == "left", made[0].lines.geometry)
    renamed = replace(
        made[0], lines=made[0].lines.set_geometry(shifted_line), extents=made[0].extents.assign(extent_id="E1")
    )
    told = rl.inspect(renamed).faults
    assert told.loc[told["code"] == "line-off-edge", "value"].tolist() == pytest.approx([25.0])
    clean = replace(renamed, lines=made[0].lines)
    assert "line-off-edge" not in set(rl.inspect(clean).faults["code"])


# Closed lines


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """A lake, and a sluice whose strips are as wide to every side."""
    water = frame([box(3000, 0, 3400, 300)], water_id="H1", river_id="", kind="lake")
    rules = rl.load_rules("jiangxi_luxi")
    gate = frame([box(500, -40, 510, 40)], work_id="G1", river_id="R1", kind="sluice", size="small")
    lake = rl.demarcate_waters(water, rule_set(tmp_path_factory.mktemp("lakes")))
    return lake, rl.demarcate_works(gate, rules, axes=axes(RIVER))


def test_banks_are_not_asked_of_lakes_and_works_and_their_codes_need_no_axis(closed):
    for result in closed:
        inspection = rl.inspect(result, axes=axes(RIVER))
        outcomes = inspection.checks.set_index("check_id")
        assert failed(inspection) == {}
        for name in ("bank-length", "bank-whole"):
            assert outcomes.loc[name, ["outcome", "counted"]].tolist() == ["not_applicable", 0]
            assert outcomes.loc[name, "note"] == "没有适用的要素"
    # A river's code that no axis has still fails.
    lost = replace(closed[1], lines=closed[1].lines.assign(river_id="R9"))
    assert failed(rl.inspect(lost, axes=axes(RIVER))) != {}


def test_the_corners_of_a_work_are_nodes_however_alike_its_sides_are(closed):
    alike = closed[1].lines.assign(offset_m=25.0)
    assert "pseudo-nodes" not in failed(rl.inspect(replace(closed[1], lines=alike)))


def test_a_spur_is_an_end_alone(made):
    lines = cut(made[0].lines, (0.0, 700.0), (700.0, 2000.0))
    node = lines.geometry.iloc[0].coords[-1]
    spur = lines.iloc[[0]].assign(line_id="R1-L-009", start_chainage_m=700.0, end_chainage_m=750.0, length_m=50.0)
    spur = spur.set_geometry([shapely.LineString([node, (node[0], node[1] + 50.0)])], crs=CRS)
    told = rl.inspect(replace(made[0], lines=pd.concat([lines, spur], ignore_index=True))).faults
    told = told[told["code"].isin(["line-gap", "line-end-alone"])]
    assert told[["code", "feature_id"]].to_numpy().tolist() == [["line-end-alone", "R1-L-009"]]
    assert " - " not in told["detail"].iloc[0]


def test_what_no_holding_holds_names_no_neighbour(made):
    result, layers = holding_lost(*made)
    (told,) = rl.inspect(result, holdings=layers["holdings"]).faults.to_dict("records")
    assert told["code"] == "extent-not-held"
    assert "（）" not in told["detail"]
