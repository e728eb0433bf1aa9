"""Chance, neighbours and rates along rivers: exact against enumeration and against the reference implementations."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product
from math import comb

import esda
import libpysal
import numpy as np
import pytest
import shapely
from scipy import sparse, stats

from riverline._kernels.network.river_graph import Graph, Places, graph_of, within
from riverline._kernels.network.river_joins import joins
from riverline._kernels.statistics.exact_null import (
    binomial_tails,
    chances_of_sums,
    conditional_tails,
    permutation_tails,
)
from riverline._kernels.statistics.local_statistics import gi_star, local_moran
from riverline._kernels.statistics.ranks import funnel_limits, ranks
from riverline._kernels.statistics.shrinkage import gamma_prior, moment_prior, smooth
from riverline._kernels.statistics.tail_fit import simulated_tails, tail_chances


@pytest.fixture(scope="module")
def places():
    """Two hundred random places with five neighbours each, and small counts on them."""
    random = np.random.default_rng(4)
    weights = libpysal.weights.KNN.from_array(random.random((200, 2)), 5)
    return random.poisson(1.5, 200), weights


def chain(count):
    return sparse.diags_array([np.ones(count - 1), np.ones(count - 1)], offsets=[-1, 1]).tocsr()


# Against the reference implementations


def test_gi_star_is_what_esda_gives(places):
    counts, weights = places
    weights.transform = "B"
    own = weights.sparse.copy()
    theirs = esda.G_Local(counts.astype(float), weights, transform="B", star=True, permutations=0).Zs
    np.testing.assert_allclose(gi_star(counts.astype(float), own), theirs, rtol=0, atol=1e-9)


def test_gi_star_of_uneven_weights_is_the_formula_written_out():
    random = np.random.default_rng(6)
    values, weights = random.random(12), random.random((12, 12)) * (random.random((12, 12)) < 0.4)
    np.fill_diagonal(weights, 1.0)
    mean, spread = values.mean(), np.sqrt((values**2).mean() - values.mean() ** 2)
    for place, row in enumerate(weights):
        size = spread * np.sqrt((12 * (row**2).sum() - row.sum() ** 2) / 11)
        expected = (row @ values - mean * row.sum()) / size
        assert gi_star(values, sparse.csr_array(weights))[place] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("transform", ["B", "R"])
def test_local_moran_is_what_esda_gives(places, transform):
    counts, weights = places
    theirs = esda.Moran_Local(counts.astype(float), weights, transformation=transform, permutations=0)
    weights.transform = transform
    moran, score = local_moran(counts.astype(float), weights.sparse)
    weights.transform = "B"
    np.testing.assert_allclose(moran, theirs.Is, rtol=0, atol=1e-9)
    np.testing.assert_allclose(score, (theirs.Is - theirs.EI) / np.sqrt(theirs.VI), rtol=0, atol=1e-9)


def test_gi_star_of_many_months_is_that_of_each(places):
    _, weights = places
    months = np.random.default_rng(1).poisson(1.0, (200, 6)).astype(float)
    each = [gi_star(month, weights.sparse) for month in months.T]
    np.testing.assert_allclose(gi_star(months, weights.sparse), np.column_stack(each), atol=1e-12)


def test_moments_give_what_esda_gives_but_never_fall_below_nothing():
    random = np.random.default_rng(3)
    exposure = random.uniform(0.1, 5.0, 60)
    counts = random.poisson(random.gamma(2.0, 0.5, 60) * exposure)
    theirs = esda.smoothing.Empirical_Bayes(counts.astype(float), exposure).r.ravel()
    found = smooth(counts, exposure, moment_prior(counts, exposure))
    np.testing.assert_allclose(found.rate, theirs, rtol=0, atol=1e-9)
    even = np.array([6, 1, 0, 0, 4])
    lengths = np.array([3.2, 1.4, 0.3, 0.2, 4.1])
    assert esda.smoothing.Empirical_Bayes(even.astype(float), lengths).r.min() < 0
    np.testing.assert_allclose(smooth(even, lengths, moment_prior(even, lengths)).rate, 11 / 9.2, rtol=1e-4)
    for prior in (gamma_prior, moment_prior):
        found = smooth(even, lengths, prior(even, lengths))
        assert found.low.min() >= 0
        assert (found.low <= found.rate).all()
        assert (found.rate <= found.high).all()


def test_the_gamma_prior_is_found_again():
    random = np.random.default_rng(7)
    exposure = random.uniform(0.5, 4.0, 20_000)
    prior = gamma_prior(random.poisson(random.gamma(1.5, 2.0 / 1.5, 20_000) * exposure), exposure)
    assert prior.mean == pytest.approx(2.0, rel=0.03)
    assert prior.shape == pytest.approx(1.5, rel=0.05)
    alike = gamma_prior(random.poisson(2.0 * exposure), exposure)
    assert alike.shape > 100
    rates = smooth(np.array([0, 3]), np.array([1.0, 1.0]), prior)
    assert rates.rate.tolist() == pytest.approx([(0 + prior.shape) / (1 + prior.shape / prior.mean),
                                                 (3 + prior.shape) / (1 + prior.shape / prior.mean)])  # fmt: skip


# Exact chance


@pytest.mark.parametrize("counts", [[0, 0, 1, 2, 2, 5], [1, 1, 1, 1], [0, 0, 0, 7, 3], [4, 9, 0, 1, 1, 2, 2]])
def test_chances_of_sums_are_those_of_full_enumeration(counts):
    for drawn in range(len(counts) + 1):
        sums = [sum(each) for each in combinations(counts, drawn)]
        expected = [Fraction(sums.count(value), comb(len(counts), drawn)) for value in range(max(sums) + 1)]
        found = chances_of_sums(*np.unique(counts, return_counts=True), drawn)
        np.testing.assert_allclose(found, [float(each) for each in expected], rtol=1e-13)


def test_small_chances_keep_their_digits():
    chance = chances_of_sums(np.array([0, 1]), np.array([100_000, 20]), 12)
    np.testing.assert_allclose(chance, stats.hypergeom(100_020, 20, 12).pmf(np.arange(13)), rtol=1e-10)
    assert 0 < chance[-1] < 1e-45


def test_tails_count_ties_and_are_those_of_every_permutation():
    counts = np.array([0, 1, 1, 0, 3])
    around = chain(5)
    from itertools import permutations

    maps = np.array(list(permutations(counts)))
    sums = maps @ np.asarray(around.toarray() + np.eye(5))
    observed = (around @ counts + counts).astype(int)
    upper, lower = permutation_tails(counts, np.diff(around.indptr), observed)
    np.testing.assert_allclose(upper, (sums >= observed).mean(axis=0), atol=1e-14)
    np.testing.assert_allclose(lower, (sums <= observed).mean(axis=0), atol=1e-14)


def test_conditional_tails_are_those_of_every_deal_of_the_others():
    counts = np.array([0, 1, 1, 0, 3, 2])
    around = chain(6)
    observed = (around @ counts).astype(int)
    upper, lower = conditional_tails(counts, np.diff(around.indptr), observed)
    for place in range(6):
        others = np.delete(counts, place)
        drawn = [sum(each) for each in combinations(others, int(around.indptr[place + 1] - around.indptr[place]))]
        assert upper[place] == pytest.approx(np.mean(np.array(drawn) >= observed[place]), abs=1e-14)
        assert lower[place] == pytest.approx(np.mean(np.array(drawn) <= observed[place]), abs=1e-14)


def test_places_without_neighbours_have_no_evidence_in_the_conditional_null():
    upper, lower = conditional_tails(np.array([5, 0, 1]), np.array([0, 1, 1]), np.array([0, 1, 0]))
    assert (upper[0], lower[0]) == (1.0, 1.0)


def test_binomial_tails_are_those_of_every_outcome():
    share = np.array([0.5, 0.3, 0.2])
    for counts in ([2, 1, 0], [0, 0, 3], [1, 1, 1]):
        upper, lower = binomial_tails(np.array(counts, dtype=float), share, 3.0)
        outcomes = np.array(list(product(range(3), repeat=3)))
        chance = share[outcomes].prod(axis=1)
        for place, count in enumerate(counts):
            there = (outcomes == place).sum(axis=1)
            assert upper[place] == pytest.approx(chance[there >= count].sum(), abs=1e-14)
            assert lower[place] == pytest.approx(chance[there <= count].sum(), abs=1e-14)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # esda's own
def test_a_cluster_is_found_where_permutations_find_none():
    """Nine of three thousand places: no p of 999 permutations is small enough for Benjamini and Hochberg."""
    random = np.random.default_rng(11)
    counts = random.poisson(2.0, 3000)
    counts[1500:1509] = 12
    weights = libpysal.weights.lat2W(3000, 1)
    reach = sparse.csr_array((weights.sparse + weights.sparse @ weights.sparse) > 0).astype(float)
    reach.setdiag(0)
    reach.eliminate_zeros()
    sums = (reach @ counts + counts).astype(int)
    upper, _ = permutation_tails(counts, np.diff(reach.indptr), sums)
    exact = stats.false_discovery_control(upper) <= 0.05
    assert exact[1500:1509].all()
    assert not exact[:1490].any()
    assert not exact[1520:].any()
    graph = libpysal.weights.WSP(sparse.csr_matrix(reach)).to_W(silence_warnings=True)
    theirs = esda.G_Local(counts.astype(float), graph, transform="B", star=True, permutations=999, seed=1)
    assert not (stats.false_discovery_control(theirs.p_sim) <= 0.05).any()


def test_a_fitted_tail_goes_on_where_simulation_ends():
    random = np.random.default_rng(5)
    sampled = np.sort(random.normal(size=(200, 999)), axis=1)
    for observed, most in ((4.0, 5e-4), (5.0, 1e-4)):
        chance = tail_chances(sampled, np.full(200, observed))
        assert np.median(chance) < most
        # On the safe side of the truth: an exponential tail for a lighter one.
        assert np.median(chance) >= stats.norm.sf(observed)
    np.testing.assert_allclose(tail_chances(sampled, np.zeros(200)), ((sampled >= 0).sum(axis=1) + 1) / 1000)


def test_simulated_chances_of_counts_are_near_the_exact_ones(places):
    counts, weights = places
    own = weights.sparse + sparse.eye_array(200)
    upper, lower = simulated_tails(counts.astype(float), sparse.csr_array(own), 1, simulations=4_999)
    sums = np.asarray(own @ counts).astype(int)
    exact = permutation_tails(counts, np.full(200, 5), sums)
    assert np.abs(upper - exact[0]).max() < 0.03
    assert np.abs(lower - exact[1]).max() < 0.03


# Ranks


def test_ranks_keep_ties_and_say_what_is_not_certain():
    found = ranks(
        np.array([5.0, 5.0, 1.0, np.nan]), np.array([4.0, 4.5, 0.5, np.nan]), np.array([6.0, 7.0, 2.0, np.nan])
    )
    assert found.rank.tolist() == [1, 1, 3, 4]
    assert found.first.tolist() == [1, 1, 3, 1]
    assert found.last.tolist() == [3, 3, 4, 4]


@pytest.mark.parametrize("level", [0.95, 0.998])
def test_funnel_limits_are_the_tightest_that_hold_the_level(level):
    expected = np.array([0.01, 0.5, 1.0, 3.3, 12.0, 250.0])
    low, high = funnel_limits(expected, level)
    tail = (1 - level) / 2
    assert (stats.poisson.sf(high, expected) <= tail + 1e-12).all()
    assert (stats.poisson.sf(high - 1, expected) > tail)[high > 0].all()
    assert (stats.poisson.cdf(low - 1, expected) <= tail + 1e-12).all()
    assert (stats.poisson.cdf(low, expected) > tail).all()


# Along the water


@pytest.fixture
def confluence():
    """A main river eastward of 1,000 m, a brook from the left at 400 m, a river that goes on at its end."""
    lines = [
        shapely.LineString([(0, 0), (1000, 0)]),
        shapely.LineString([(400, 300), (400, 0)]),
        shapely.LineString([(1000, 0), (1500, 0)]),
    ]
    return np.array(lines)


def test_ends_are_joined_where_they_meet_and_know_their_side(confluence):
    found = joins(confluence, 5.0)
    rows = list(zip(found.axis, found.at_end, found.other, found.along, found.side, strict=True))
    assert rows == [(0, True, 2, 0.0, 0), (1, True, 0, 400.0, -1), (2, False, 0, 1000.0, 0)]
    mirrored = joins(shapely.transform(confluence, lambda xy: xy * [1, -1]), 5.0)
    assert mirrored.side.tolist() == [0, 1, 0]


def distances(lines, places, limit, *, direction="both", banks=False):
    graph, node = graph_of(shapely.length(lines), joins(lines, 5.0), places, banks=banks)
    origin, reached, far = within(graph, node, limit, direction=direction)
    return {(int(i), int(j)): round(float(d), 6) for i, n, d in zip(origin, reached, far, strict=True)
            for j in np.flatnonzero(node == n)}  # fmt: skip


def test_distances_are_along_the_water(confluence):
    places = Places(np.array([0, 0, 1, 2]), np.array([100.0, 900.0, 200.0, 50.0]), np.zeros(4, dtype=int))
    both = distances(confluence, places, 1e9)
    assert both[0, 1] == both[1, 0] == 800.0
    assert both[0, 2] == 300.0 + 100.0
    assert both[2, 3] == 100.0 + 600.0 + 50.0
    down = distances(confluence, places, 1e9, direction="downstream")
    assert (0, 2) not in down
    assert down[2, 1] == 600.0
    assert (1, 2) not in down
    up = distances(confluence, places, 1e9, direction="upstream")
    assert {(j, i): d for (i, j), d in down.items()} == up
    assert max(distances(confluence, places, 400.0).values()) <= 400.0


def test_banks_are_joined_on_the_side_from_which_a_tributary_comes(confluence):
    axis, along = np.array([0, 0, 1, 1, 2, 2]), np.array([500.0, 500.0, 200.0, 200.0, 50.0, 50.0])
    found = distances(confluence, Places(axis, along, np.array([0, 1] * 3)), 1e9, banks=True)
    assert found[2, 0] == found[3, 0] == 200.0  # both banks of the brook on to the left bank
    assert (2, 1) not in found
    assert (0, 1) not in found
    assert found[0, 4] == found[1, 5] == 550.0


def test_two_rivers_that_end_head_on_send_no_water_to_each_other():
    lines = np.array([shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(200, 0), (100, 0)])])
    places = Places(np.array([0, 1]), np.array([50.0, 50.0]), np.zeros(2, dtype=int))
    assert distances(lines, places, 1e9)[0, 1] == 100.0
    assert (0, 1) not in distances(lines, places, 1e9, direction="downstream")


def test_distances_are_those_of_scipy_on_a_random_graph():
    from scipy.sparse.csgraph import dijkstra

    random = np.random.default_rng(8)
    tail, head = random.integers(0, 60, (2, 150))
    length = random.uniform(1.0, 10.0, 150)
    graph = Graph(60, tail, head, length, np.ones(150, dtype=bool))
    dense = np.full((60, 60), np.inf)
    np.minimum.at(dense, (tail, head), length)
    for direction, matrix in (("downstream", dense), ("upstream", dense.T), ("both", np.minimum(dense, dense.T))):
        expected = dijkstra(np.where(np.isfinite(matrix), matrix, 0.0), limit=12.0)
        origin, node, far = within(graph, np.arange(60), 12.0, direction=direction)
        found = np.full((60, 60), np.inf)
        found[origin, node] = far
        np.testing.assert_allclose(found, expected)
        assert (np.diff(origin * 60 + node) > 0).all()
