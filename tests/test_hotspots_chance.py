"""Chance as the verb takes it: every null holds its level, finds what is planted, and says what the neighbours say."""

from __future__ import annotations

from itertools import product

import esda
import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy import sparse

import riverline as rl
from riverline.hotspots import testing

NULLS = ["auto", "binomial", "permutation", "conditional"]


def chain(count, reach=1):
    """Neighbours of places in a row."""
    return sum(
        sparse.diags_array([np.ones(count - far), np.ones(count - far)], offsets=[-far, far])
        for far in range(1, reach + 1)
    ).tocsr()


def chance(values, size=None, weights=None, **asked):
    count = len(values)
    size = np.ones(count) if size is None else size
    weights = chain(count) if weights is None else weights
    values, all_of_them = np.asarray(values, dtype="float64"), np.ones(count, dtype=bool)
    return testing.chance_of(values, size, weights, all_of_them, rl.HotspotSettings(**asked), 1)


@pytest.mark.parametrize("null", ["auto", "permutation", "conditional"])
def test_under_complete_randomness_at_most_one_world_in_twenty_has_a_discovery(null, monkeypatch):
    """Five hundred worlds in which problems fall anywhere; with none planted every discovery is a false one."""
    monkeypatch.setattr(testing, "_WORLDS", 9)  # of the test of dispersion, which is not asked about here
    random = np.random.default_rng(2)
    size = random.uniform(0.3, 1.0, 300) if null == "auto" else np.ones(300)
    around, wrong, beside = chain(300, 2), 0, 0
    for _ in range(500):
        found = chance(random.multinomial(360, size / size.sum()), size, around, null=null)
        wrong += np.isin(found.verdict, ["hot", "cold"]).any()
        beside += (found.moran.kind != "none").any()
    assert wrong <= 25
    assert beside <= 25


@pytest.mark.parametrize("null", NULLS)
def test_nine_of_three_thousand_are_found(null):
    """Where 999 permutations with the same correction find none: tests/test_kernels_hotspots.py holds that."""
    counts = np.random.default_rng(11).poisson(2.0, 3000)
    counts[1500:1509] = 12
    found = chance(counts, weights=chain(3000, 2), null=null)
    hot = np.flatnonzero(found.verdict == "hot")
    assert set(range(1500, 1509)) <= set(hot)
    assert hot.min() >= 1490
    assert hot.max() < 1520
    assert (found.moran.kind[1501:1508] == "high_high").all()


def test_a_lone_heap_is_hot_where_problems_fall_but_not_where_counts_are_dealt_out():
    counts = np.random.default_rng(3).multinomial(200, np.full(400, 1 / 400))
    counts[200] = 14
    falling, dealt, kept = (chance(counts, null=null) for null in ("auto", "permutation", "conditional"))
    assert falling.verdict[200] == "hot"
    assert falling.moran.kind[200] != "high_high"
    assert {"hot", "cold"}.isdisjoint(dealt.verdict) or dealt.verdict[200] != "hot"
    assert kept.verdict[200] != "hot"


def test_counts_that_differ_without_regard_to_place_are_not_hot_where_counts_are_dealt_out(monkeypatch):
    """Heaps in themselves, put anywhere: high by exposure, but no cluster."""
    monkeypatch.setattr(testing, "_WORLDS", 9)
    random = np.random.default_rng(5)
    found = {"binomial": 0, "permutation": 0, "conditional": 0}
    for _ in range(100):
        counts = random.poisson(random.gamma(1.0, 1.2, 400))
        for null in found:
            found[null] += (chance(counts, null=null).verdict == "hot").any()
    assert found["permutation"] <= 5
    assert found["conditional"] <= 5
    assert found["binomial"] > 50


def test_neighbours_are_tested_given_what_the_segment_has_itself():
    """Against every outcome: four problems on three segments of unequal length, those of the first one staying."""
    size, counts = np.array([0.5, 0.3, 0.2]), np.array([1, 3, 0])
    found = chance(counts, size, null="binomial", sides="hot")
    share = size[1:] / size[1:].sum()
    outcomes = np.array(list(product(range(2), repeat=3)))  # where each of the other three falls
    probability = share[outcomes].prod(axis=1)
    at_least = probability[(outcomes == 0).sum(axis=1) >= 3].sum()
    assert found.moran.p[0] == pytest.approx(at_least, abs=1e-12)
    assert found.moran.p[1] == pytest.approx(1.0)  # both others are its neighbours: one is all that is left


def test_conditional_chance_is_what_permutations_come_near_to():
    random = np.random.default_rng(8)
    counts, around = random.poisson(1.5, 120), chain(120, 3)
    found = chance(counts, weights=around, null="conditional", sides="hot")
    near = np.diff(around.indptr)
    for place in (0, 7, 60, 119):
        others = np.delete(counts, place)
        sums = [random.choice(others, near[place], replace=False).sum() for _ in range(4_000)]
        observed = (around @ counts)[place]
        assert found.p[place] == pytest.approx((np.array(sums) >= observed).mean(), abs=0.03)
    np.testing.assert_allclose(found.p, found.moran.p)


@pytest.mark.parametrize("null", [*NULLS, "simulation"])
def test_segments_without_neighbours_say_nothing_of_them(null):
    around = sparse.block_diag([chain(30), sparse.csr_array((1, 1))]).tocsr()
    found = chance([*([1, 0, 2] * 10), 9], weights=around, null=null)
    assert np.isnan([found.moran.z[-1], found.moran.p[-1], found.moran.adjusted[-1]]).all()
    assert found.moran.kind[-1] == "none"
    assert np.isfinite(found.moran.p[:-1]).all()


def test_nulls_that_deal_out_counts_need_counts():
    with pytest.raises(rl.JobError, match="simulation"):
        chance([0.5, 1.0, 2.0], null="conditional", weight="severity")
    with pytest.raises(rl.JobError, match="no exact null"):
        rl.HotspotSettings(null="conditional", decay="linear")


@pytest.fixture(scope="module")
def uneven():
    """Three rivers, the counts of which differ more than chance makes them."""
    random = np.random.default_rng(4)
    lines = [shapely.LineString([(5e5, 3.4e6 + 3e3 * k), (5e5 + 9_700 - 900 * k, 3.4e6 + 3e3 * k)]) for k in range(3)]
    axes = gpd.GeoDataFrame({"river_id": ["R1", "R2", "R3"], "name": "河"}, geometry=lines, crs=4548)
    places = [shapely.Point(5e5 + x, 3.4e6 + 3e3 * k + 20) for k, many in enumerate((60, 20, 5))
              for x in random.uniform(0, 7_000, many)]  # fmt: skip
    return gpd.GeoDataFrame(geometry=places, crs=4548), axes


def test_rates_smoothed_by_moments_are_those_of_esda_in_segments_and_ranks(uneven):
    spots = rl.find_hotspots(*uneven, settings=rl.HotspotSettings(smoothing="moments"))
    frame = spots.segments
    theirs = esda.smoothing.Empirical_Bayes(frame["problems"].to_numpy(float), frame["exposure"].to_numpy()).r.ravel()
    np.testing.assert_allclose(frame["smoothed"], theirs, rtol=0, atol=1e-9)
    ranked = rl.hotspots.rank_reaches(spots).sort_values("part")
    sums = frame.groupby("river_id")[["problems", "exposure"]].sum().sort_index()
    theirs = esda.smoothing.Empirical_Bayes(sums["problems"].to_numpy(float), sums["exposure"].to_numpy()).r.ravel()
    np.testing.assert_allclose(ranked["smoothed"], theirs, rtol=0, atol=1e-9)
    usual = rl.find_hotspots(*uneven).segments
    assert not np.allclose(usual["smoothed"], frame["smoothed"])


def test_the_verb_says_which_chance_it_took(uneven):
    for null, zh, en in (("conditional", "精确条件置换检验", "exact conditional permutation"),
                         ("permutation", "精确置换检验", "exact permutation")):  # fmt: skip
        spots = rl.find_hotspots(*uneven, settings=rl.HotspotSettings(null=null, reach_m=2_000))
        assert spots.run.inputs["find_hotspots"]["null"] == null
        assert len(spots.clusters)
        assert zh in spots.clusters["reason"].iloc[0]
        assert en in rl.hotspots.describe_hotspots(spots, "en").clusters["reason"].iloc[0]
    high = spots.segments[spots.segments["moran"] == "high_high"]
    assert set(high["river_id"]) == {"R1"}
    assert set(high["bank"]) == {"left"}
