"""Closed forms of the demarcation where references meet, step, end or are measured in another way."""

from __future__ import annotations

import numpy as np
import shapely

import riverline as rl
from county import ORIGIN, axes, levees, rule_set

MM = 1e-3


def extent(result, kind="management", river="R1"):
    """The extent of a river relative to the origin of the test county."""
    rows = result.extents[(result.extents["kind"] == kind) & (result.extents["river_id"] == river)]
    return shapely.transform(rows.geometry.iloc[0], lambda xy: xy - ORIGIN)


def sector(tip, radius, first, last):
    """Points a hair inside an arc around a tip; angles in degrees from north, clockwise."""
    angle = np.radians(np.linspace(first, last, 50))
    return shapely.points(np.asarray(tip) + (radius - 1e-3) * np.column_stack([np.sin(angle), np.cos(angle)]))


def test_no_wedge_is_left_out_where_an_oblique_levee_gives_way_to_another(tmp_path) -> None:
    slope = 40.0 / 500.0
    toes = levees([(0, 50), (500, 90)], [(500, 88), (1000, 88)], [(0, -80), (1000, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    wedge = sector((500, 90), 30.0, -np.degrees(np.arctan(slope)), 0.0)
    assert shapely.covers(extent(result), wedge).all()
    assert result.extents["clearance_m"].iloc[0] >= -1e-6


def test_the_end_of_the_reach_is_square_to_the_axis_for_an_oblique_levee_too(tmp_path) -> None:
    toes = levees([(-100, 42), (1000, 130)], [(0, -80), (1000, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    wedge = sector((1000, 130), 30.0, -np.degrees(np.arctan(0.08)), 0.0)
    assert shapely.covers(extent(result), wedge).all()
    left = result.lines[result.lines["bank"] == "left"].geometry.iloc[0]
    assert left.coords[-1][0] - 500_000.0 > 999.99


def test_two_levees_that_all_but_meet_at_a_bend_leave_no_notch(tmp_path) -> None:
    toes = levees([(0, 80), (500, 80)], [(500.01, 80), (1000, 40)], [(0, -80), (1000, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    bend = sector((500, 80), 30.0, 0.0, np.degrees(np.arctan(0.08)))
    assert shapely.covers(extent(result), bend).all()
    assert "joined" not in set(result.lines["basis"])
