"""Laws of shoreline plans on random rivers: zones part the band, order does not matter, uses only add up."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import county
import riverline as rl
import shorelines as sh
from riverline._kernels.lines.band import band_between, feet_of, part_band
from riverline._kernels.lines.intervals import covered, united

fast = settings(max_examples=10, deadline=None, phases=(Phase.explicit, Phase.generate))
metres = st.floats(0.0, 1000.0).map(lambda value: round(value, 2))
intervals = st.lists(st.tuples(metres, metres).map(sorted), max_size=8)
KINDS = ("wetland", "crowded", "fit_for_use", "living")


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    return county.rule_set(tmp_path_factory.mktemp("rules"), levee=0.0)


def course(bends: list[float], offset: float = 0.0) -> list[tuple[float, float]]:
    """A river that swings by up to 60 m over each 250 m, or a line beside it."""
    x = np.linspace(0.0, 1000.0, 81)
    y = np.interp(x, np.linspace(0.0, 1000.0, len(bends)), bends)
    y = np.convolve(np.pad(y, 6, mode="edge"), np.ones(13) / 13.0, mode="valid")
    return list(zip(x.tolist(), (y + offset).tolist(), strict=True))


swings = st.lists(st.floats(-60.0, 60.0), min_size=5, max_size=5)


def drawn(rules, bends):
    levees = county.levees(course(bends, 90.0), course(bends, -90.0))
    result = rl.demarcate(county.axes(course(bends)), rules, levees=levees)
    return result, sh.waterside(course(bends, 25.0), course(bends, -25.0))


def areas_at(places, kinds=KINDS):
    pairs = [(kinds[n % len(kinds)], sh.box(a, -300, b, 300)) for n, (a, b) in enumerate(places) if b > a]
    return sh.sensitive(*pairs)


def uses_at(places):
    return sh.uses(*(sh.box(a, -300, b + 0.5, 300) for a, b in places))


# Kernels


@given(intervals, st.lists(metres, min_size=2, max_size=6).map(sorted))
def test_covered_length_is_that_of_the_union_and_adds_up(spans, breaks):
    start, end = np.array(spans, dtype=float).reshape(-1, 2).T
    low, high = np.array(breaks[:-1]), np.array(breaks[1:])
    union = shapely.union_all([shapely.LineString([(a, 0), (b, 0)]) for a, b in spans if b > a])
    wanted = [
        shapely.intersection(union, shapely.box(a, -1, b, 1)).length if b > a else 0.0
        for a, b in zip(low, high, strict=True)
    ]
    assert covered(start, end, low, high) == pytest.approx(np.array(wanted), abs=1e-6)
    begin, finish = united(start, end)
    assert (begin[1:] > finish[:-1]).all()
    assert covered(start, end, [low[0]], [high[-1]])[0] == pytest.approx(covered(start, end, low, high).sum(), abs=1e-6)


@fast
@given(swings, st.lists(metres, max_size=6).map(sorted), st.booleans())
def test_pieces_of_a_band_part_it(bends, stations, along_axis):
    outer, waterside = np.array(course(bends, 90.0)), np.array(course(bends, 25.0))
    at = np.array(sorted(set(stations) - {0.0, 1000.0}))
    axis = shapely.LineString(course(bends)) if along_axis else None
    shapes, clean = part_band(outer, waterside, at, feet_of(outer, waterside, at, axis))
    whole = band_between(outer, waterside)
    assert len(shapes) == len(at) + 1
    assert shapely.area(shapes).sum() == pytest.approx(whole.area, rel=1e-9)
    assert shapely.area(shapely.union_all(shapes)) == pytest.approx(whole.area, rel=1e-9)
    assert clean


def test_a_band_that_crosses_itself_is_still_parted_without_overlap():
    outer = np.array([[0.0, 10.0], [100.0, 10.0]])
    waterside = np.array([[0.0, 4.0], [50.0, 16.0], [100.0, 4.0]])
    shapes, clean = part_band(outer, waterside, np.array([20.0, 60.0]), np.array([21.0, 61.0]))
    assert not clean
    valid = shapely.make_valid(band_between(outer, waterside), method="structure", keep_collapsed=False)
    assert shapely.area(shapes).sum() == pytest.approx(valid.area)
    assert shapely.area(shapely.union_all(shapes)) == pytest.approx(valid.area)


# Plans


@fast
@given(swings, intervals, st.booleans())
def test_zones_part_the_band_and_sums_are_exact(rules, bends, places, along_axis):
    result, lines = drawn(rules, bends)
    axes = county.axes(course(bends)) if along_axis else None
    plan = rl.plan_shoreline(result, waterside=lines, sensitive=areas_at(places), axes=axes)
    for bank in ("left", "right"):
        zones = plan.zones[plan.zones["bank"] == bank]
        outer = plan.lines[(plan.lines["bank"] == bank) & (plan.lines["line"] == "outer")].iloc[0]
        water = plan.lines[(plan.lines["bank"] == bank) & (plan.lines["line"] == "waterside")].iloc[0]
        band = band_between(shapely.get_coordinates(outer.geometry), shapely.get_coordinates(water.geometry))
        shapes = zones.geometry.to_numpy()
        assert shapely.area(shapely.symmetric_difference(shapely.union_all(shapes), band)) < 1e-3
        assert shapely.area(shapes).sum() == pytest.approx(band.area, rel=1e-9)
        assert sh.units(zones["adjusted_area_m2"]) == round(100 * outer["band_area_m2"])
        assert sh.units(zones["shoreline_m"]) == round(100 * outer["length_m"])
        assert (zones["start_chainage_m"].iloc[1:].to_numpy() == zones["end_chainage_m"].iloc[:-1].to_numpy()).all()


@fast
@given(swings, intervals, intervals, st.randoms(use_true_random=False))
def test_row_order_does_not_matter(rules, bends, places, taken, dice):
    result, lines = drawn(rules, bends)
    layers = {"waterside": lines, "sensitive": areas_at(places), "uses": uses_at(taken)}
    shuffled = {name: frame.sample(frac=1.0, random_state=dice.randrange(999)) for name, frame in layers.items()}
    one, other = rl.plan_shoreline(result, **layers), rl.plan_shoreline(result, **shuffled)
    for name in ("lines", "zones", "uses", "faults"):
        assert_geodataframe_equal(getattr(one, name), getattr(other, name))
    assert one.utilisation.equals(other.utilisation)


@fast
@given(swings, intervals, st.tuples(metres, metres).map(sorted))
def test_adding_a_use_never_lowers_the_used_length(rules, bends, taken, more):
    result, lines = drawn(rules, bends)
    before = rl.plan_shoreline(result, waterside=lines, uses=uses_at(taken))
    after = rl.plan_shoreline(result, waterside=lines, uses=uses_at([*taken, more]))
    assert sh.totals(after)["R1"][1] >= sh.totals(before)["R1"][1]
    assert (after.zones["used_m"].to_numpy() >= before.zones["used_m"].to_numpy()).all()
    assert (after.zones["used_m"] <= after.zones["shoreline_m"]).all()
    assert after.zones["rate"].between(0.0, 100.0).all()


@fast
@given(swings, intervals, intervals)
def test_reversing_the_river_swaps_the_banks_and_mirrors_the_chainage(rules, bends, places, taken):
    result, lines = drawn(rules, bends)
    levees = county.levees(course(bends, 90.0), course(bends, -90.0))
    turned = rl.demarcate(county.axes(course(bends)[::-1]), rules, levees=levees)
    swapped = lines.assign(bank=lines["bank"].map({"left": "right", "right": "left"}))
    layers = {"sensitive": areas_at(places), "uses": uses_at(taken)}
    one = rl.plan_shoreline(result, waterside=lines, **layers)
    other = rl.plan_shoreline(turned, waterside=swapped, **layers)
    for bank, opposite in (("left", "right"), ("right", "left")):
        mine = one.zones[one.zones["bank"] == bank]
        theirs = other.zones[other.zones["bank"] == opposite].iloc[::-1]
        assert mine["type"].tolist() == theirs["type"].tolist()
        assert mine["shoreline_m"].to_numpy() == pytest.approx(theirs["shoreline_m"].to_numpy(), abs=0.21)
        assert mine["used_m"].to_numpy() == pytest.approx(theirs["used_m"].to_numpy(), abs=0.21)
        assert mine["adjusted_area_m2"].to_numpy() == pytest.approx(
            theirs["adjusted_area_m2"].to_numpy(), rel=1e-3, abs=0.5
        )


@fast
@given(intervals)
def test_every_use_is_counted_or_a_fault_and_none_is_lost(rules, taken):
    result, lines = drawn(rules, [0.0] * 5)
    far = [sh.box(a, 400, b + 1, 420) for a, b in taken[:3]]
    uses = sh.uses(*uses_at(taken).geometry, *far)
    plan = rl.plan_shoreline(result, waterside=lines, uses=uses)
    lost = plan.faults[plan.faults["severity"] == "error"]["feature_id"]
    assert set(plan.uses["use_id"]) | set(lost) == set(uses["use_id"])
    assert not set(plan.uses["use_id"]) & set(lost)
    assert isinstance(plan.uses, gpd.GeoDataFrame)
