"""The proof that a legal line keeps its distance, against lines that do and lines that do not."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from riverline._kernels.lines.proof import clearance


def lines(*coords):
    return np.array([shapely.LineString(each) for each in coords], dtype=object)


TOE = [(x, 0) for x in range(0, 101, 10)]


def test_a_cut_on_the_normal_is_not_land_given_away() -> None:
    step = lines([(0, 30), (100, 30), (100, 10), (200, 10)])
    toes = lines(TOE, [(x, 0) for x in range(100, 201, 10)])
    assert clearance(step, toes, np.array([30.0, 10.0])) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("short", [1e-5, 0.01, 12.0])
def test_a_chord_across_the_strip_is_found_and_measured(short) -> None:
    dent = lines([(0, 30), (40, 30), (52, 30 - short), (60, 30), (100, 30)])
    assert clearance(dent, lines(TOE), np.array([30.0])) == pytest.approx(-short, abs=1e-9)


def test_what_a_bend_lacks_is_found_also_between_two_references_that_meet() -> None:
    bend = lines([(0, 0), (50, 0)], [(50, 0), (50, 50)])
    square, cut = [(0, -30), (80, -30), (80, 50)], [(0, -30), (50, -30), (80, 0), (80, 50)]
    for toes in (bend, lines([(0, 0), (50, 0), (50, 50)])):
        widths = np.full(len(toes), 30.0)
        assert clearance(lines(square), toes, widths) == pytest.approx(0.0, abs=1e-9)
        assert clearance(lines(cut), toes, widths) == pytest.approx(30.0 / np.sqrt(2.0) - 30.0, abs=1e-9)


def test_a_line_that_crosses_the_reference_has_lost_the_whole_strip() -> None:
    assert clearance(lines([(45, 20), (55, -20)]), lines(TOE), np.array([15.0])) == pytest.approx(-15.0)


def test_a_line_farther_out_says_by_how_much_and_nothing_says_nothing() -> None:
    assert clearance(lines([(0, 37.5), (100, 37.5)]), lines(TOE), np.array([30.0])) == pytest.approx(7.5)
    assert np.isnan(clearance(lines(), lines(TOE), np.array([30.0])))
    assert np.isnan(clearance(lines(TOE), lines(), np.array([])))


def test_a_cut_that_takes_a_corner_of_the_segment_before_is_still_a_cut() -> None:
    toe = lines([(0, 0), (50, 0), (53, 0.6)])
    heading = np.array([3.0, 0.6]) / np.hypot(3.0, 0.6)
    far = np.array([53, 0.6]) + 30.0 * np.array([-heading[1], heading[0]])
    meet = (50.0 - 30.0 * np.tan(np.arctan(0.2) / 2.0), 30.0)
    assert clearance(lines([(0, 30), meet, tuple(far), (53, 0.6)]), toe, np.array([30.0])) == pytest.approx(
        0.0, abs=1e-9
    )
