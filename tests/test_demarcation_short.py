"""References that stand for no bank are told: much shorter than theirs, unless by its own bends, or in the water."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

import riverline as rl
from county import CRS, ORIGIN, axes, levees, rule_set


def short(result) -> list[tuple[str, str, str]]:
    assert len(result.extents) == 1, "told, and drawn all the same"
    rows = result.faults[result.faults["code"] == "reference-short"]
    assert (rows["severity"] == "warning").all()
    assert (rows["value"] < rows["limit"]).all()
    return list(rows[["layer", "feature_id", "note"]].itertuples(index=False, name=None))


def loop(width: float, depth: float = 900.0) -> list[tuple[float, float]]:
    """A course that goes out to the north and comes back."""
    east = 1000.0 + width
    return [(0, 0), (1000, 0), (1000, depth), (east, depth), (east, 0), (east + 1000, 0)]


def around(width: float, off: float, depth: float = 900.0) -> list[tuple[float, float]]:
    """The left bank of such a course."""
    east = 1000.0 + width
    return [(0, off), (1000 - off, off), (1000 - off, depth + off), (east + off, depth + off), (east + off, off),
            (east + 1000, off)]  # fmt: skip


@pytest.mark.parametrize(("width", "skipped"), [(1000.0, True), (400.0, True), (90.0, False)])
def test_a_levee_past_a_loop_is_told_where_the_loop_is_wider_than_twice_its_distance(tmp_path, width, skipped) -> None:
    past = [(0, -50), (width + 2000, -50)]
    result = rl.demarcate(axes(loop(width)), rule_set(tmp_path), levees=levees(around(width, 50), past))
    assert short(result) == ([("levees", "L2", "right")] if skipped else [])


def test_the_inside_of_a_bend_is_short_by_itself(tmp_path) -> None:
    angle = np.linspace(np.pi, 0.0, 400)

    def arc(radius: float) -> list[tuple[float, float]]:
        return list(zip(radius * np.cos(angle), radius * np.sin(angle), strict=True))

    result = rl.demarcate(axes(arc(500.0)), rule_set(tmp_path), levees=levees(arc(560.0), arc(60.0)))
    assert short(result) == []


def test_levees_that_run_straight_along_a_winding_river_are_not_short(tmp_path) -> None:
    x = np.linspace(0.0, 4000.0, 2001)
    winding = list(zip(x, 150.0 * np.sin(x / 60.0), strict=True))
    toes = levees([(0, 300), (4000, 300)], [(0, -300), (4000, -300)])
    result = rl.demarcate(axes(winding), rule_set(tmp_path), levees=toes)
    assert result.extents["axis_length_m"].iloc[0] > 1.5 * 4000
    assert short(result) == []


def test_a_levee_that_stops_on_the_other_limb_does_not_stand_for_the_bend_between(tmp_path) -> None:
    river = [(0, 0), (3000, 0), (3000, -600), (0, -600)]
    left = [(0, 60), (3060, 60), (3060, -660), (0, -660)]
    hooked = [(0, -60), (500, -60), (500, -540), (0, -540)]
    result = rl.demarcate(axes(river), rule_set(tmp_path), levees=levees(left, hooked))
    assert short(result) == [("levees", "L2", "right")]
    whole = [(0, -60), (2940, -60), (2940, -540), (0, -540)]
    assert short(rl.demarcate(axes(river), rule_set(tmp_path), levees=levees(left, whole))) == []


def test_a_join_that_cuts_off_a_bend_is_told_at_its_river(tmp_path) -> None:
    toes = levees(around(200.0, 20.0, 200.0), [(0, -20), (1000, -20)], [(1200, -20), (2200, -20)])
    result = rl.demarcate(axes(loop(200.0, 200.0)), rule_set(tmp_path, gap_max_m=700.0), levees=toes)
    assert "gap-joined" in set(result.faults["code"])
    assert short(result) == [("axes", "R1", "right")]


def pool(half_width: float) -> gpd.GeoDataFrame:
    there = shapely.box(ORIGIN[0], ORIGIN[1] - half_width, ORIGIN[0] + 2000, ORIGIN[1] + half_width)
    return gpd.GeoDataFrame({"water_id": ["W1"], "river_id": "R1", "kind": "river"}, geometry=[there], crs=CRS)


@pytest.mark.parametrize(("half_width", "soaked"), [(60.0, {"L1": 1998.0, "L2": 1998.0}), (50.5, {}), (30.0, {})])
def test_toes_in_the_water_of_their_own_river_are_told(tmp_path, half_width, soaked) -> None:
    """Toes 50 m off the axis: a metre at either end of the reach, and beside the water's edge, is as good as dry."""
    toes = levees([(0, 50), (2000, 50)], [(0, -50), (2000, -50)])
    result = rl.demarcate(axes([(0, 0), (2000, 0)]), rule_set(tmp_path), levees=toes, water=pool(half_width))
    told = result.faults[result.faults["code"] == "reference-in-water"]
    assert dict(zip(told["feature_id"], told["value"], strict=True)) == soaked
    assert set(told["note"]) == ({"left", "right"} if soaked else set())
    extent = result.extents.geometry.iloc[0]
    assert shapely.covers(shapely.buffer(extent, 1e-6), pool(half_width).geometry.iloc[0]), (
        "told, and drawn all the same"
    )
