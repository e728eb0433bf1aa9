"""What changed between two results, and how sure a line is: closed forms, laws, the sample county."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st

import riverline as rl
from county import CRS, ORIGIN, axes, levees, rule_set
from riverline.cli.jobs.steps import demo_job
from riverline.provenance import content_digest, describe_file
from riverline.revision.shifting import shift_terrain, shift_toes
from riverline.schema import AREA_CHANGES, BAND_TITLES, BANDS, STAKE_CHANGES, STRETCHES, TITLE_CHANGES

LENGTH = 2000.0
RIVER = [(0.0, 0.0), (LENGTH, 0.0)]
# A strip is drawn a little wider than the law asks, so that no chord of its buffer lies inside.
WIDER = 1e-3


def toes(left=80.0, right=-80.0):
    return levees([(0.0, left), (LENGTH, left)], [(0.0, right), (LENGTH, right)])


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    return {width: rule_set(tmp_path_factory.mktemp(f"rules{width:g}"), levee=width) for width in (20.0, 30.0)}


@pytest.fixture(scope="module")
def straight(rules):
    return {width: rl.demarcate(axes(RIVER), each, levees=toes()) for width, each in rules.items()}


def box(*bounds):
    return shapely.transform(shapely.box(*bounds), lambda xy: xy + np.array(ORIGIN))


def two_parcels():
    """One parcel on each side of the old line of the left bank, and one far from it."""
    shapes = [box(0, 101, 1000, 105), box(1000, 90, LENGTH, 200), box(0, 300, 100, 400)]
    return gpd.GeoDataFrame({"parcel_id": ["P1", "P2", "P3"], "owner": ["张三", "李四", ""],
                             "ownership": ["collective", "state", "collective"]}, geometry=shapes, crs=CRS)  # fmt: skip


def sums(areas):
    return areas[areas["kind"] == "management"].groupby("change")["area_m2"].sum().to_dict()


# Closed forms


def test_a_strip_from_30_to_20_m_is_one_stretch_a_bank_and_loses_its_length_times_ten(straight):
    change = rl.compare(straight[30.0], straight[20.0])
    assert change.stretches[["bank", "start_chainage_m", "end_chainage_m", "length_m"]].to_numpy().tolist() == [
        ["left", 0.0, LENGTH, LENGTH],
        ["right", 0.0, LENGTH, LENGTH],
    ]
    for name in ("largest_m", "mean_m"):
        assert change.stretches[name].tolist() == pytest.approx([10.0, 10.0], abs=10 * WIDER)
    assert change.stretches["cause"].tolist() == ["rule", "rule"]
    assert "30 m" in change.stretches["old_rules"].iloc[0]
    assert "20 m" in change.stretches["new_rules"].iloc[0]
    assert set(sums(change.areas)) == {"lost"}
    lost = change.areas[change.areas["kind"] == "management"]
    assert lost["stretch_id"].tolist() == change.stretches["stretch_id"].tolist()
    # In the plane: the projection's scale is 1 on the meridian.
    assert lost.geometry.area.tolist() == pytest.approx([LENGTH * 10.0] * 2, rel=WIDER)


def test_a_levee_moved_by_seven_metres_is_data_and_gains_on_its_bank_only(rules, straight):
    new = rl.demarcate(axes(RIVER), rules[30.0], levees=toes(left=87.0))
    change = rl.compare(straight[30.0], new)
    assert change.stretches[["bank", "largest_m", "mean_m", "cause"]].to_numpy().tolist() == [
        ["left", 7.0, 7.0, "data"]
    ]
    assert change.areas.geometry.area.tolist() == pytest.approx([LENGTH * 7.0], rel=1e-9)
    assert change.areas["change"].tolist() == ["gained"]


def test_a_bulge_is_a_stretch_where_it_is(rules, straight):
    bulge = [(0.0, 80.0), (800.0, 80.0), (900.0, 110.0), (1100.0, 110.0), (1200.0, 80.0), (LENGTH, 80.0)]
    new = rl.demarcate(axes(RIVER), rules[30.0], levees=levees(bulge, [(0.0, -80.0), (LENGTH, -80.0)]))
    (stretch,) = rl.compare(straight[30.0], new).stretches.to_dict("records")
    # The strip's width runs ahead of the bend by as much as its normal turns.
    assert 780.0 <= stretch["start_chainage_m"] <= 805.0
    assert 1195.0 <= stretch["end_chainage_m"] <= 1220.0
    assert stretch["largest_m"] == pytest.approx(30.0, abs=0.05)


def test_another_source_is_data_and_with_another_rule_both(rules, straight):
    renamed = toes(left=83.0).assign(levee_id=["L9", "L2"])
    for width, cause in ((30.0, "data"), (20.0, "rule_and_data")):
        new = rl.demarcate(axes(RIVER), rules[width], levees=renamed)
        left = rl.compare(straight[30.0], new).stretches.set_index("bank").loc["left"]
        assert (left["cause"], left["old_sources"], left["new_sources"]) == (cause, "L1", "L9")


def test_a_bank_that_a_lake_cuts_moved_because_the_two_were_parted_and_not_for_its_data(straight):
    """The river is what it was: only that a lake beside it was joined to the county parts it from the lake."""
    lake = gpd.GeoDataFrame({"water_id": ["H"], "river_id": ["H"], "kind": ["lake"]},
                            geometry=[box(900, 60, 1100, 300)], crs=CRS)  # fmt: skip
    river = straight[30.0]
    county = rl.join_demarcations([river, rl.demarcate_waters(lake, rl.load_rules("national"))], axes(RIVER))
    for old, new in ((river, county), (county, river)):
        rows = rl.compare(old, new).stretches.query("river_id == 'R1'").sort_values("length_m")
        assert rows[["bank", "cause"]].iloc[-1].tolist() == ["left", "shared"]
    assert rl.compare(county, county).stretches.empty


def causes_of(old, new):
    return rl.compare(old, new).stretches["cause"].tolist()


def drawn_as(result, other):
    """A result whose lines are another's: what came of the same inputs by something that the run does not tell."""
    return replace(result, lines=other.lines, extents=other.extents)


@pytest.fixture
def moved(rules):
    """The left levee stands three metres farther out."""
    return rl.demarcate(axes(RIVER), rules[30.0], levees=toes(left=83.0))


def test_another_version_is_the_cause_where_rules_and_inputs_are_the_same(straight, moved):
    old = replace(straight[30.0], run=replace(straight[30.0].run, version="0.0.0"))
    assert causes_of(old, drawn_as(straight[30.0], moved)) == ["version"]
    assert causes_of(old, moved) == ["unknown"], "the levee moved too"
    untold = replace(old, run=replace(old.run, inputs={}))
    assert causes_of(untold, moved) == ["version"], "as far as the runs tell"


def test_a_policy_is_the_rule_that_moved_a_line_whose_inputs_are_the_same(straight, moved, tmp_path):
    other = rl.demarcate(axes(RIVER), rule_set(tmp_path, levee=30.0, water=7.0), levees=toes())
    assert causes_of(straight[30.0], drawn_as(other, moved)) == ["rule"]
    older = replace(other, run=replace(other.run, version="0.0.0"))
    assert causes_of(straight[30.0], drawn_as(older, moved)) == ["unknown"]


def test_another_source_of_the_same_inputs_is_no_data(straight, rules):
    renamed = rl.demarcate(axes(RIVER), rules[30.0], levees=toes(left=83.0).assign(levee_id=["L9", "L2"]))
    old = replace(straight[30.0], run=replace(straight[30.0].run, version="0.0.0"))
    assert causes_of(old, drawn_as(straight[30.0], renamed)) == ["version"]
    assert causes_of(straight[30.0], renamed) == ["data"]


def test_a_line_that_was_mended_by_hand_has_a_cause_that_no_run_tells(straight, moved):
    assert causes_of(straight[30.0], drawn_as(straight[30.0], moved)) == ["unknown"]


def test_a_cause_that_cannot_be_told_is_unknown(straight, tmp_path):
    other = rule_set(tmp_path, levee=30.0, water=7.0)
    both = rl.demarcate(axes(RIVER), other, levees=toes(left=83.0))
    assert causes_of(straight[30.0], both) == ["unknown"]


def test_inputs_are_known_by_their_content_in_any_order(rules, tmp_path):
    lines = toes().assign(built=pd.to_datetime(["2001-05-01", None]), note=["新堤", None])
    shuffled = lines.iloc[::-1][["note", "geometry", *lines.columns.drop(["note", "geometry"])]]
    assert content_digest(lines) == content_digest(shuffled)
    one, two = (rl.demarcate(axes(RIVER), rules[30.0], levees=each) for each in (lines, shuffled))
    assert one.run == two.run
    files = [rl.export.to_geopackage(tmp_path / f"{at}.gpkg", each) for at, each in enumerate((one, two))]
    assert files[0].read_bytes() == files[1].read_bytes()
    shifted = lines.set_geometry(lines.geometry.translate(xoff=0.001), crs=lines.crs)
    others = [
        shifted,
        lines.assign(note=["新堤", "旧堤"]),
        lines.iloc[:1],
        lines.drop(columns="note"),
        lines.iloc[[0, 1, 1]],
    ]
    assert len({content_digest(each) for each in [lines, *others]}) == len(others) + 1


def test_a_terrain_is_known_by_its_bytes(tmp_path):
    first, second = tmp_path / "a.tif", tmp_path / "b.tif"
    first.write_bytes(b"x" * 100_000)
    second.write_bytes(b"x" * 99_999 + b"y")
    assert describe_file(first) == {"file": "a.tif", "digest": hashlib.sha256(b"x" * 100_000).hexdigest()}
    assert describe_file(first)["digest"] != describe_file(second)["digest"]


def test_part_of_a_bank_by_another_rule_is_a_stretch_of_its_own(tmp_path):
    """The first half of the left bank is of a grade that has a strip of 50 m from now on."""
    parts = levees([(0.0, 80.0), (1000.0, 80.0)], [(1000.0, 80.0), (LENGTH, 80.0)], [(0.0, -80.0), (LENGTH, -80.0)],
                   grade=[2, 4, 4])  # fmt: skip
    pair = [rule_set(tmp_path, levee=30.0, grades=grades) for grades in ({2: 30.0}, {2: 50.0})]
    old, new = (rl.demarcate(axes(RIVER), each, levees=parts) for each in pair)
    (stretch,) = rl.compare(old, new).stretches.to_dict("records")
    assert (stretch["bank"], stretch["start_chainage_m"], stretch["cause"]) == ("left", 0.0, "rule")
    assert stretch["end_chainage_m"] == pytest.approx(1000.0, abs=5.0)


def test_a_river_that_comes_or_goes_is_whole(rules, straight):
    both = rl.demarcate(axes(RIVER, [(0.0, 2000.0), (900.0, 2000.0)]), rules[30.0], levees=pd.concat(
        [toes(), levees([(0.0, 2050.0), (900.0, 2050.0)], [(0.0, 1950.0), (900.0, 1950.0)], river_id="R2")
         .assign(levee_id=["L3", "L4"])], ignore_index=True))  # fmt: skip
    came, went = rl.compare(straight[30.0], both), rl.compare(both, straight[30.0])
    assert came.stretches[["river_id", "cause", "length_m"]].to_numpy().tolist() == [["R2", "came", 900.0]] * 2
    assert went.stretches[["river_id", "cause", "length_m"]].to_numpy().tolist() == [["R2", "went", 900.0]] * 2
    assert came.stretches["largest_m"].isna().all()
    assert came.faults["code"].tolist() == ["line-came"] * 2
    assert went.faults["code"].tolist() == ["line-went"] * 2
    region = both.extents.set_index("river_id").geometry["R2"]
    assert came.areas.geometry.area.sum() == pytest.approx(region.area, rel=1e-12)


def test_a_move_below_the_tolerance_is_a_note_and_no_stretch(rules, straight):
    new = rl.demarcate(axes(RIVER), rules[30.0], levees=toes(left=80.04))
    change = rl.compare(straight[30.0], new)
    assert change.stretches.empty
    assert change.faults[["code", "value"]].to_numpy().tolist() == [
        ["line-moved-slightly", pytest.approx(0.04, abs=1e-6)]
    ]
    assert change.areas["stretch_id"].tolist() == [""]
    assert len(rl.compare(straight[30.0], new, tolerance_m=0.03).stretches) == 1


def test_stakes_that_moved_came_and_went(straight):
    old = rl.place_stakes(straight[30.0])
    ids = old["stake_id"].tolist()
    moved = old.geometry.copy()
    moved.iloc[1] = shapely.Point(moved.iloc[1].x + 3.0, moved.iloc[1].y)
    new = old.set_geometry(moved).iloc[:-1]
    new = pd.concat([new, old.iloc[[0]].assign(stake_id="新桩")], ignore_index=True)
    change = rl.compare(straight[30.0], straight[30.0], stakes=(old, new)).stakes.set_index("stake_id")
    assert change["change"].to_dict() == {ids[1]: "moved", ids[-1]: "went", "新桩": "came"}
    assert change.loc[ids[1], "moved_m"] == 3.0
    assert change.geometry[ids[1]].equals(moved.iloc[1])
    assert change["moved_m"].notna().sum() == 1


def test_parcels_gained_and_lost_from_parcels_and_from_holdings_alike(straight):
    parcels = two_parcels()
    old, new = straight[20.0], straight[30.0]
    change = rl.compare(old, new, parcels=parcels).holdings.set_index("parcel_id")
    # The left line goes from y = 100 to 110.
    assert change["change"].to_dict() == {"P1": "entered", "P2": "more"}
    assert change["gained_m2"].to_dict() == pytest.approx({"P1": 4000.0, "P2": 10_000.0}, rel=5e-3)
    assert change.loc["P2", "before_m2"] == pytest.approx(10_000.0, rel=5e-3)
    assert change["lost_m2"].eq(0.0).all()
    pair = tuple(rl.confirm(each, parcels).holdings for each in (old, new))
    held = rl.compare(old, new, holdings=pair).holdings.set_index("parcel_id")
    names = ["change", "gained_m2", "owner", "ownership"]
    pd.testing.assert_frame_equal(held.loc[["P1", "P2"], names], change[names])
    # Two clippings of one parcel differ in the last bits: no needle of it is drawn.
    assert held.geometry.area.tolist() == pytest.approx(held["gained_m2"].tolist(), rel=5e-3)
    assert held.geometry["P1"].bounds[3] - held.geometry["P1"].bounds[1] == pytest.approx(4.0, abs=2e-3)
    # Untitled land is nobody's, and not lost from the table.
    assert held.loc["", "change"] == "more"
    assert held["gained_m2"].sum() == pytest.approx(sums(rl.compare(old, new).areas)["gained"], rel=1e-9)


# Laws


def test_a_result_against_itself_has_changed_nothing(straight):
    stakes = rl.place_stakes(straight[30.0])
    held = rl.confirm(straight[30.0], two_parcels()).holdings
    change = rl.compare(straight[30.0], straight[30.0], stakes=(stakes, stakes), holdings=(held, held))
    for part in (change.stretches, change.areas, change.stakes, change.holdings, change.faults):
        assert part.empty
    for part, schema in ((change.stretches, STRETCHES), (change.areas, AREA_CHANGES), (change.stakes, STAKE_CHANGES),
                         (change.holdings, TITLE_CHANGES)):  # fmt: skip
        assert part.dtypes.equals(schema.empty(CRS).dtypes)


@settings(max_examples=6, deadline=None)
@given(left=st.floats(60.0, 120.0), right=st.floats(-120.0, -60.0))
def test_turning_it_round_swaps_gained_and_lost(rules, straight, left, right):
    new = rl.demarcate(axes(RIVER), rules[20.0], levees=toes(left, right))
    there, back = rl.compare(straight[30.0], new), rl.compare(new, straight[30.0])
    swapped = {"gained": "lost", "lost": "gained"}
    assert {swapped[change]: area for change, area in sums(back.areas).items()} == sums(there.areas)
    for name in ("bank", "start_chainage_m", "end_chainage_m", "largest_m", "cause"):
        assert there.stretches[name].tolist() == back.stretches[name].tolist()
    # What was, less what is lost, and what is gained is what is.
    was, now = (
        each.extents.loc[each.extents["kind"] == "management", "area_m2"].sum() for each in (straight[30.0], new)
    )
    assert was + sums(there.areas).get("gained", 0.0) - sums(there.areas).get("lost", 0.0) == pytest.approx(
        now, abs=0.03
    )


def test_row_order_does_not_matter_and_inputs_stay(straight):
    def turned(result):
        return replace(result, lines=result.lines.iloc[::-1], extents=result.extents.iloc[::-1])

    old, new, parcels = straight[20.0], straight[30.0], two_parcels()
    kept = [each.copy() for each in (old.lines, new.extents, parcels)]
    one = rl.compare(old, new, parcels=parcels)
    other = rl.compare(turned(old), turned(new), parcels=parcels.iloc[::-1])
    for name in ("stretches", "areas", "holdings", "faults"):
        assert_geodataframe_equal(getattr(one, name), getattr(other, name))
    for before, after in zip(kept, (old.lines, new.extents, parcels), strict=True):
        assert_geodataframe_equal(before, after)


def test_rows_conform_and_are_written_with_styles(straight, tmp_path):
    stakes = rl.place_stakes(straight[30.0])
    moved = stakes.set_geometry(stakes.translate(3.0, 0.0))
    change = rl.compare(straight[30.0], straight[20.0], stakes=(stakes, moved), parcels=two_parcels())
    for part, schema in ((change.stretches, STRETCHES), (change.areas, AREA_CHANGES), (change.stakes, STAKE_CHANGES),
                         (change.holdings, TITLE_CHANGES)):  # fmt: skip
        assert len(part)
        assert rl.check(part, schema).query("severity == 'error'").empty
    file = rl.export.to_geopackage(tmp_path / "修订.gpkg", change)
    back = gpd.read_file(file, layer="范围增减")
    assert back["area_m2"].sum() == pytest.approx(change.areas["area_m2"].sum(), abs=1e-6)
    assert "stretches" in repr(change)
    assert "规则变化" in change._repr_html_()


def test_wrong_calls_say_what_to_do(straight):
    with pytest.raises(rl.JobError, match=r"(?s)old.*new"):
        rl.compare(straight[30.0].lines, "new.gpkg")
    with pytest.raises(rl.JobError, match="只给一项"):
        rl.compare(straight[30.0], straight[20.0], parcels=two_parcels(), holdings=(two_parcels(), two_parcels()))
    for wrong in (0.0, -1.0, np.nan):
        with pytest.raises(rl.JobError, match="tolerance_m"):
            rl.compare(straight[30.0], straight[20.0], tolerance_m=wrong)
    with pytest.raises(rl.SchemaError, match="stake_id"):
        rl.compare(straight[30.0], straight[20.0], stakes=(two_parcels(), two_parcels()))


# How sure a line is


def test_a_toe_that_may_be_two_metres_off_moves_its_line_by_two_metres(rules):
    parcels = two_parcels()
    sure = rl.measure_sensitivity(axes(RIVER), rules[20.0], levees=toes(), level_m=0.0, terrain_m=0.0, toe_m=2.0,
                                  parcels=parcels)  # fmt: skip
    assert sure.bands[["bank", "factor", "movement", "length_m", "largest_m", "mean_m"]].to_numpy().tolist() == [
        ["left", "toe", "beyond", LENGTH, 2.0, 2.0],
        ["right", "toe", "beyond", LENGTH, 2.0, 2.0],
    ]
    held = sure.holdings.set_index("parcel_id")["area_m2"].to_dict()
    # The line is at y = 100, the band from 98 to 102: P1 lies in it from 101, P2 all through.
    assert held == pytest.approx({"P1": 1000 * 1.0, "P2": 1000 * 4.0}, rel=2e-2)
    assert sure.faults.empty
    assert rl.check(sure.bands, BANDS).empty
    assert rl.check(sure.holdings, BAND_TITLES).query("severity == 'error'").empty


def test_what_is_within_the_accuracy_is_told_too_and_touches_nobody(rules):
    sure = rl.measure_sensitivity(axes(RIVER), rules[20.0], levees=toes(), toe_m=0.5, parcels=two_parcels())
    assert sure.bands["movement"].tolist() == ["within", "within"]
    assert sure.holdings.empty
    assert sure.faults[["code", "note"]].to_numpy().tolist() == [["factor-not-shifted", "level"],
                                                             ["factor-not-shifted", "terrain"]]  # fmt: skip


def test_bands_are_the_whole_line_for_each_factor(rules):
    curved = [(0.0, 80.0), (700.0, 140.0), (1400.0, 60.0), (LENGTH, 90.0)]
    given_levees = levees(curved, [(0.0, -80.0), (LENGTH, -80.0)])
    base = rl.demarcate(axes(RIVER), rules[30.0], levees=given_levees)
    sure = rl.measure_sensitivity(axes(RIVER), rules[30.0], levees=given_levees, toe_m=1.0, map_accuracy_m=0.999)
    assert sure.bands["length_m"].sum() == pytest.approx(base.lines["length_m"].sum(), abs=0.5)


def test_levees_are_moved_away_from_the_axis_whatever_way_they_are_drawn(tmp_path):
    drawn = toes()
    drawn["geometry"] = [drawn.geometry.iloc[0].reverse(), drawn.geometry.iloc[1]]
    moved = shift_toes(axes(RIVER), {"levees": drawn}, 3.0, tmp_path).inputs["levees"]
    assert shapely.get_y(shapely.get_point(moved.geometry.array, 0)).tolist() == [ORIGIN[1] + 83.0, ORIGIN[1] - 83.0]


def test_a_terrain_raised_is_the_same_terrain_higher(tmp_path):
    source = rl.samples.path("白石溪地形.tif")
    made = shift_terrain(None, {"terrain": source}, 0.5, tmp_path).inputs["terrain"]
    with rasterio.open(source) as before, rasterio.open(made) as after:
        assert (before.crs, before.transform) == (after.crs, after.transform)
        one, other = (each.read(1, masked=True) for each in (before, after))
        assert (one.mask == other.mask).all()
        np.testing.assert_allclose(other.compressed() - one.compressed(), 0.5, atol=1e-4)


def test_wrong_shifts_are_told_at_once(rules):
    with pytest.raises(rl.JobError, match=r"(?s)level_m.*levee"):
        rl.measure_sensitivity(axes(RIVER), rules[20.0], level_m=-1.0, levee=toes())
    with pytest.raises(rl.JobError, match="map_accuracy_m"):
        rl.measure_sensitivity(axes(RIVER), rules[20.0], levees=toes(), map_accuracy_m=0.0)


def test_levels_up_are_terrain_down_on_the_sample_stream():
    """A flood line on terrain hangs on the difference of level and ground alone."""
    job = demo_job(Path("unused"), "zh")
    frames = {name: job.layers[name].read(rl.schema.FRAMES[name]) for name in ("axes", "flood_levels")}
    stream = {name: frame[frame["river_id"] == "BS02"] for name, frame in frames.items()}
    sure = rl.measure_sensitivity(stream["axes"], rl.load_rules(job.rules), level_m=0.2, terrain_m=0.2, toe_m=0.0,
                                  flood_levels=stream["flood_levels"], terrain=job.terrain)  # fmt: skip
    level, terrain = (sure.bands[sure.bands["factor"] == name] for name in ("level", "terrain"))
    assert (level["movement"] == "beyond").any()
    assert level["length_m"].sum() == pytest.approx(terrain["length_m"].sum(), rel=1e-6)
    assert level["largest_m"].max() == pytest.approx(terrain["largest_m"].max(), rel=1e-3)


# Closed lines


def pond(radius=400.0, code="H1"):
    shape = shapely.Point(ORIGIN).buffer(radius, quad_segs=64)
    return gpd.GeoDataFrame({"water_id": [code], "river_id": [""], "kind": ["lake"]}, geometry=[shape], crs=CRS)


def test_a_lake_that_grew_is_a_stretch_all_round_and_one_that_vanished_went(rules):
    old, new = (rl.demarcate_waters(pond(radius), rules[30.0]) for radius in (400.0, 407.0))
    (stretch,) = rl.compare(old, new).stretches.to_dict("records")
    assert (stretch["stretch_id"], stretch["river_id"], stretch["cause"]) == ("H1-M001", "H1", "data")
    assert pd.isna(stretch["bank"])
    assert stretch["start_chainage_m"] == 0.0
    assert stretch["end_chainage_m"] == pytest.approx(new.lines["length_m"].sum(), abs=0.1)
    assert stretch["largest_m"] == pytest.approx(7.0, abs=0.05)
    gone = replace(new, lines=new.lines.iloc[:0], extents=new.extents.iloc[:0])
    assert rl.compare(old, gone).stretches[["river_id", "cause"]].to_numpy().tolist() == [["H1", "went"]]
    assert rl.compare(gone, old).stretches[["river_id", "cause"]].to_numpy().tolist() == [["H1", "came"]]
    assert rl.compare(old, old).stretches.empty


def test_a_bay_is_a_stretch_along_the_ring_where_it_is(rules):
    bulge = shapely.Point(ORIGIN[0] + 400.0, ORIGIN[1]).buffer(60.0)
    bay = pond().assign(geometry=lambda frame: frame.geometry.union(bulge))
    old, new = (rl.demarcate_waters(each, rules[30.0]) for each in (pond(), bay))
    (stretch,) = rl.compare(old, new).stretches.to_dict("records")
    along = new.lines.geometry.iloc[0].project(shapely.Point(ORIGIN[0] + 470.0, ORIGIN[1]))
    assert stretch["start_chainage_m"] < along < stretch["end_chainage_m"]
    assert stretch["length_m"] < 400.0
    change = rl.compare(old, new, tolerance_m=100.0)
    assert change.faults.loc[0, ["code", "feature_id"]].tolist() == ["line-moved-slightly", "H1"]
    assert change.faults.loc[0, "detail"].startswith("H1 闭合界线移动不超过")


def test_the_edge_of_a_lake_moves_its_line_by_as_much(rules):
    parcels = two_parcels().iloc[[0]].set_geometry([box(400, -5, 480, 5)], crs=CRS)
    sure = rl.measure_sensitivity(pond(), rules[30.0], edge_m=2.0, parcels=parcels)
    assert sure.bands[["band_id", "river_id", "factor", "movement"]].to_numpy().tolist() == [
        ["H1-edge-001", "H1", "edge", "beyond"]
    ]
    assert sure.bands["bank"].isna().all()
    assert sure.bands["largest_m"].iloc[0] == pytest.approx(2.0, abs=0.05)
    # The band is four metres wide where the parcel of ten crosses it.
    assert sure.holdings["area_m2"].tolist() == [pytest.approx(40.0, abs=0.5)]
    assert rl.check(sure.bands, BANDS).empty
    with pytest.raises(rl.JobError, match="bank_tops"):
        rl.measure_sensitivity(pond(), rules[30.0], bank_tops=toes())


def test_a_levee_round_a_lake_is_moved_away_from_its_water(rules):
    ring = shapely.LineString(shapely.Point(ORIGIN).buffer(450.0, quad_segs=64).exterior.coords)
    dyke = gpd.GeoDataFrame({"levee_id": ["D1"], "river_id": ["H1"], "feature": ["landside_toe"]},
                            geometry=[ring], crs=CRS)  # fmt: skip
    for drawn in (dyke, dyke.set_geometry(dyke.geometry.reverse())):
        moved = shift_toes(pond(), {"levees": drawn}, 3.0, Path()).inputs["levees"].geometry.iloc[0]
        assert moved.is_closed
        assert moved.distance(shapely.Point(ORIGIN)) == pytest.approx(453.0, abs=0.1)
    sure = rl.measure_sensitivity(pond(), rules[30.0], levees=dyke, toe_m=2.0, edge_m=0.0, level_m=0.0, terrain_m=0.0)
    assert sure.bands["largest_m"].tolist() == [pytest.approx(2.0, abs=0.05)]


def test_works_have_nothing_to_shift_and_say_so(rules):
    gate = gpd.GeoDataFrame({"work_id": ["G1"], "kind": ["sluice"]}, geometry=[box(0, 0, 9, 9)], crs=CRS)
    with pytest.raises(rl.JobError, match="没有可扰动的资料"):
        rl.measure_sensitivity(gate, rules[30.0])


# Causes side by side


def test_where_a_levee_moved_too_the_rule_is_not_the_only_cause(rules):
    """The strip goes from 20 to 30 m, and the levee stands seven metres farther out over a kilometre of it."""
    long = 3000.0
    straight, bent = (
        levees(left, [(0.0, -80.0), (long, -80.0)])
        for left in (
            [(0.0, 80.0), (long, 80.0)],
            [(0.0, 80.0), (1000.0, 80.0), (1010.0, 87.0), (1990.0, 87.0), (2000.0, 80.0), (long, 80.0)],
        )
    )
    axis = axes([(0.0, 0.0), (long, 0.0)])
    change = rl.compare(rl.demarcate(axis, rules[20.0], levees=straight), rl.demarcate(axis, rules[30.0], levees=bent))
    left = change.stretches[change.stretches["bank"] == "left"]
    assert left["cause"].tolist() == ["rule", "rule_and_data", "rule"]
    assert left["start_chainage_m"].iloc[1] == pytest.approx(1000.0, abs=25.0)
    assert left["end_chainage_m"].iloc[1] == pytest.approx(2000.0, abs=25.0)
    assert left["largest_m"].iloc[[0, 2]].max() < 10.2
    assert left["largest_m"].iloc[1] == pytest.approx(17.0, abs=0.05)
    assert change.stretches.loc[change.stretches["bank"] == "right", "cause"].tolist() == ["rule"]


# Refusals


def in_degrees(result):
    return replace(result, lines=result.lines.to_crs(4490), extents=result.extents.to_crs(4490))


def test_frames_that_are_no_pair_are_told_so(straight):
    stakes = rl.place_stakes(straight[30.0])
    for wrong in ({"stakes": stakes}, {"holdings": stakes}, {"stakes": (stakes,)}):
        with pytest.raises(rl.JobError, match="应为一对图层"):
            rl.compare(straight[30.0], straight[30.0], **wrong)


def test_a_result_in_degrees_is_refused_by_every_verb_with_what_to_type(straight):
    degrees = in_degrees(straight[30.0])
    stakes = rl.place_stakes(straight[30.0])
    calls = {
        "result": [
            lambda: rl.place_stakes(degrees),
            lambda: rl.place_boards(degrees),
            lambda: rl.check_stakes(stakes, degrees),
            lambda: rl.inspect(degrees),
            lambda: rl.plan_shoreline(degrees),
        ],
        "new": [lambda: rl.compare(straight[30.0], degrees)],
        "extents": [lambda: rl.confirm(degrees, two_parcels())],
        "result_or_extents": [lambda: rl.screen(two_parcels(), degrees)],
    }
    for name, each in calls.items():
        for call in each:
            with pytest.raises(rl.CRSError, match=rf"{name} = dataclasses\.replace\({name}, lines=lines"):
                call()
    # What is advised does it; and an old result in another CRS is brought to that of the new one.
    lines = rl.geodesy.to_metric(degrees.lines)
    mended = replace(degrees, lines=lines, extents=degrees.extents.to_crs(lines.crs))
    assert len(rl.place_stakes(mended)) == len(stakes)
    assert rl.compare(degrees, straight[30.0]).stretches.empty


def test_untitled_land_is_no_parcel(straight):
    pair = tuple(rl.confirm(straight[each], two_parcels()).holdings for each in (20.0, 30.0))
    change = rl.compare(straight[20.0], straight[30.0], holdings=pair)
    assert change.holdings.set_index("parcel_id")["land"].to_dict() == {"": "untitled", "P1": "titled", "P2": "titled"}
    assert "2 parcels" in repr(change)
