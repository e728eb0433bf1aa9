"""Pixels that did not change, changes that last, patches across seams: against closed forms and plain searches."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from scipy.stats import chi2

from riverline._kernels.grids.covers import GROUND, VEGETATION, WATER, beyond_shift, moved, states_of
from riverline._kernels.grids.invariance import alteration, chi_square, match_bands, match_bulk, robust_spread
from riverline._kernels.grids.patches import Seams, label_patches, near, near_at, open_sides, sums_of
from riverline._kernels.grids.persistence import lasting, lasting_odds


def ground(seed=0, n=6000, bands=3, changed=0.1, noise=0.02):
    """The same ground at two dates through two sensors; the first tenth of the second was built over."""
    random = np.random.default_rng(seed)
    first = random.normal(size=(n, bands)) @ random.normal(size=(bands, bands))
    gain, offset = random.uniform(0.5, 2.0, bands), random.normal(size=bands)
    second = (first - offset) / gain + noise * random.normal(size=(n, bands))
    count = int(changed * n)
    second[:count] += random.normal(3.0, 1.0, (count, bands))
    return first, second, gain, offset, count


@pytest.mark.parametrize("seed", range(4))
def test_no_linear_change_of_radiometry_moves_the_chi_square(seed) -> None:
    first, second, *_ = ground(seed)
    found = alteration(first, second)
    other = alteration(first * [2.0, 0.3, 5.0] + [7.0, -3.0, 0.0], second * 40.0 - 100.0)
    chi = chi_square(found, first.T, second.T)
    scaled = chi_square(other, (first * [2.0, 0.3, 5.0] + [7.0, -3.0, 0.0]).T, (second * 40.0 - 100.0).T)
    np.testing.assert_allclose(scaled, chi, rtol=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_what_did_not_change_gives_back_gain_and_offset(seed) -> None:
    first, second, gain, offset, count = ground(seed)
    found = alteration(first, second)
    assert found.settled
    chi = chi_square(found, first.T, second.T)
    assert chi[:count].min() > np.quantile(chi[count:], 0.99)
    kept = (chi2.sf(chi, 3) > 0.05).astype(float)
    for matching in (match_bands(first, second, kept), match_bulk(first, second)):
        np.testing.assert_allclose(matching.gain, gain, rtol=0.02)
        np.testing.assert_allclose(matching.offset, offset, atol=0.05)
        assert matching.agreement.min() > 0.99


@pytest.mark.parametrize("bands", [1, 2, 3, 5])
@pytest.mark.parametrize("changed", [0.0, 0.1, 0.3])
def test_as_many_pixels_are_as_before_as_did_not_change(bands, changed) -> None:
    first, second, _, _, count = ground(7, 20_000, bands, changed, noise=0.3)
    second[:count] += 20.0
    found = alteration(first, second)
    odds = chi2.sf(chi_square(found, first.T, second.T), bands)
    assert odds[:count].max(initial=0.0) < 0.01
    assert found.changed == pytest.approx(changed, abs=0.02)
    for share in (0.95, 0.5, 0.1):
        assert (odds[count:] >= share).mean() == pytest.approx(1.0 - share, abs=0.035)


def test_nearly_equal_images_in_coarse_numbers_have_no_spread_of_nothing() -> None:
    random = np.random.default_rng(2)
    first = random.integers(40, 200, (20_000, 3)).astype(float)
    second = first + (random.random(first.shape) < 0.1)
    found = alteration(first, second)
    assert (chi2.sf(chi_square(found, first.T, second.T), 3) < 0.01).mean() < 0.35
    assert match_bands(first, second, np.ones(20_000)).gain == pytest.approx(1.0, abs=0.01)


def test_a_line_of_least_squares_would_be_too_flat() -> None:
    random = np.random.default_rng(3)
    ground_ = random.normal(size=(4000, 1))
    first, second = (ground_ + 0.5 * random.normal(size=ground_.shape) for _ in range(2))
    assert match_bands(first, second, np.ones(4000)).gain[0] == pytest.approx(1.0, abs=0.03)
    assert np.polyfit(second[:, 0], first[:, 0], 1)[0] < 0.85


def test_too_few_pixels_equal_bands_and_equal_images_are_told_apart() -> None:
    random = np.random.default_rng(1)
    first = random.normal(size=(500, 2))
    assert alteration(first[:30], first[:30]) is None
    assert alteration(np.column_stack([first[:, 0], np.ones(500)]), first) is None
    twins = np.column_stack([first[:, 0], first[:, 0]])
    assert alteration(twins, twins) is None
    same = alteration(first, first)
    assert chi_square(same, first.T, first.T).max() == pytest.approx(0.0, abs=1e-12)
    assert match_bands(first, -first, np.ones(500)) is None
    assert match_bulk(first, -first) is None
    assert np.isnan(robust_spread(np.array([np.nan])))


def slow_lasting(hit, agreeing, seen, share):
    """The rule of persistence, said plainly for one pixel."""
    agrees = (agreeing | hit) & seen
    for start in range(len(hit)):
        since = np.flatnonzero(seen[start:]) + start
        if hit[start] and seen[start] and agrees[since[-1]] and agrees[start:].sum() >= share * len(since):
            return start
    return -1


def test_lasting_is_the_rule_for_every_possible_history() -> None:
    days = 3
    every = np.array(list(itertools.product([False, True], repeat=3 * days))).T.reshape(3, days, -1)
    hit, agreeing, seen = every[0] & every[2], every[1], every[2]
    for share in (0.5, 0.6, 1.0):
        lasts, onset = lasting(hit, agreeing, seen, share=share)
        wanted = [slow_lasting(hit[:, k], agreeing[:, k], seen[:, k], share) for k in range(hit.shape[1])]
        np.testing.assert_array_equal(onset, wanted)
        np.testing.assert_array_equal(lasts, np.array(wanted) >= 0)


def test_days_that_are_not_seen_or_tell_nothing_leave_the_odds_alone() -> None:
    there = np.array([[True], [False]])
    odds = {"stays": 0.9, "passes": 0.3}
    assert lasting_odds(there, np.zeros_like(there), **odds)[0] == 1.0
    assert lasting_odds(there, np.ones_like(there), **odds, kept=0.0)[0] == 1.0
    both = lasting_odds(there, np.ones_like(there), **odds)[0]
    assert both == pytest.approx((0.9 / 0.3) * (0.1 / 0.7))


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    shape=st.tuples(st.integers(1, 23), st.integers(1, 23)),
    side=st.integers(1, 9),
    share=st.floats(0.1, 0.9),
)
def test_patches_do_not_depend_on_the_windows(seed, shape, side, share) -> None:
    random = np.random.default_rng(seed)
    group = np.where(random.random(shape) < share, random.integers(1, 3, shape), 0).astype("uint8")
    seams, count = Seams(shape[1]), 0
    numbers = np.zeros(shape, dtype=int)
    for row in range(0, shape[0], side):
        for column in range(0, shape[1], side):
            part = group[row : row + side, column : column + side]
            labels, here = label_patches(part)
            if here:
                seams.add(labels, part, count, row=row, column=column)
                numbers[row : row + side, column : column + side] = np.where(labels > 0, labels + count, 0)
            count += here
    part, patches = seams.patches(count)
    whole, wanted = label_patches(group)
    assert patches == wanted
    pairs = np.unique(np.column_stack([part[numbers[group > 0] - 1], whole[group > 0]]), axis=0)
    assert len(pairs) == wanted


def test_sides_of_a_patch_add_up_to_its_outline() -> None:
    group = np.zeros((6, 8), dtype="uint8")
    group[1:4, 1:5] = 1
    group[4, 5] = 2
    water = np.zeros(group.shape, dtype=bool)
    water[0] = True
    labels, count = label_patches(group[1:-1, 1:-1])
    places = np.nonzero(labels)
    sides, wet = open_sides(places, labels[places], count, group, water)
    assert sides.tolist() == [14.0, 4.0]
    assert wet.tolist() == [4.0, 0.0]
    assert sums_of(labels.ravel(), count, np.full(labels.size, 2)).tolist() == [24.0, 2.0]


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_near_is_a_square_around_every_flag(steps) -> None:
    flags = np.random.default_rng(steps).random((20, 30)) < 0.03
    wanted = ndimage.binary_dilation(flags, np.ones((2 * steps + 1,) * 2)) if steps else flags
    np.testing.assert_array_equal(near(flags, steps), wanted)
    for places in (np.arange(flags.size), np.array([0, 29, 313, 570, 599])):
        np.testing.assert_array_equal(near_at(flags, places, steps), wanted.ravel()[places])


def test_a_shift_explains_an_edge_and_not_what_stands_alone() -> None:
    land = np.zeros((12, 20), dtype=bool)
    land[:, :5] = True
    hit = np.zeros_like(land)
    hit[:, 5] = True
    hit[4:8, 12:16] = True
    kept = beyond_shift(hit, land, 1, 1)
    assert not kept[:, 5].any()
    assert kept[4:8, 12:16].all()
    np.testing.assert_array_equal(beyond_shift(hit, land, 0, 1), hit)


def test_states_go_by_water_first_and_unseen_pixels_have_none() -> None:
    wet, green = np.array([0.2, 0.2, -0.5, -0.5]), np.array([0.8, 0.0, 0.8, 0.0])
    seen = np.array([True, True, True, True])
    assert states_of(seen, wet, green, (0.0, 0.4)).tolist() == [WATER, WATER, VEGETATION, GROUND]
    assert states_of(~seen, wet, green, (0.0, 0.4)).tolist() == [0] * 4
    gaps = np.array([np.nan, 0.2, -0.5, -0.5])
    assert states_of(seen, gaps, green, (0.0, 0.4)).tolist() == [0, WATER, VEGETATION, GROUND]
    assert states_of(seen, None, None, (0.0, 0.4)).tolist() == [GROUND] * 4
    assert moved(wet, wet - 0.2, least=-0.15).all()
    assert not moved(wet, wet + 0.2, least=-0.15).any()
    assert moved(np.array([2.0, -1.0]), np.array([3.0, 0.0]), least=1.4, by_ratio=True).tolist() == [True, True]
