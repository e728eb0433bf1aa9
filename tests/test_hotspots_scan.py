"""The scan along rivers: its best window is that of exhaustive enumeration, and chance is told honestly."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import stats

import riverline as rl
from riverline._kernels.network.river_scan import (
    Chances,
    Windows,
    bernoulli_ratio,
    gumbel_tail,
    poisson_ratio,
    scan,
    significance,
)

CRS = "EPSG:4548"
X, Y = 500_000.0, 3_400_000.0


def windows_of(distances, reach):
    """Every neighbourhood from a matrix of distances."""
    member, start, whole = [], [0], []
    for row in distances:
        order = np.lexsort((np.arange(len(row)), row))
        order = order[row[order] <= reach]
        member += order.tolist()
        far = row[order]
        whole += [*(far[1:] > far[:-1]).tolist(), True]
        start.append(len(member))
    return Windows(np.array(member), np.array(start), np.array(whole))


def likelihood(cases, looked):
    """Log likelihood of Bernoulli cases at their own share."""
    share = cases / looked if looked else 0.0
    return (cases * np.log(share) if cases else 0.0) + ((looked - cases) * np.log(1 - share) if cases < looked else 0.0)


@pytest.fixture(scope="module")
def world():
    random = np.random.default_rng(3)
    place = random.uniform(0, 100, 12)
    counts = random.poisson(1.5, (12, 4)).astype(float)
    counts[4:6, 2:] += 4
    size = random.uniform(0.5, 2.0, 12)
    share = np.repeat((size / size.sum() / 4)[:, None], 4, axis=1)
    return np.abs(place[:, None] - place), counts, share


@pytest.mark.parametrize("last_only", [False, True])
@pytest.mark.parametrize("model", ["poisson", "bernoulli"])
def test_the_best_window_is_that_of_exhaustive_enumeration(world, model, last_only):
    distances, counts, share = world
    controls = np.random.default_rng(5).poisson(2.0, counts.shape).astype(float) if model == "bernoulli" else None
    total, best = counts.sum(), -1.0
    for centre in range(12):
        for reach in np.unique(distances[centre]):
            inside = distances[centre] <= reach
            if reach > 60.0:
                continue
            for first in range(4):
                for last in range(first, 4):
                    if last_only and last < 3:
                        continue
                    n = counts[inside, first : last + 1].sum()
                    if controls is None:
                        e = total * share[inside, first : last + 1].sum()
                        ratio = stats.poisson.logpmf(n, n) - stats.poisson.logpmf(n, e)
                        ratio += stats.poisson.logpmf(total - n, total - n) - stats.poisson.logpmf(total - n, total - e)
                        higher = n > e
                    else:
                        looked = n + controls[inside, first : last + 1].sum()
                        everyone = total + controls.sum()
                        ratio = likelihood(n, looked) + likelihood(total - n, everyone - looked)
                        ratio -= likelihood(total, everyone)
                        higher = n * (everyone - looked) > (total - n) * looked
                    best = max(best, ratio if higher else 0.0)
    found = scan(counts, share, windows_of(distances, 60.0), last_only=last_only, controls=controls)
    assert found.ratio == pytest.approx(best, rel=1e-9)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("last_only", [False, True])
@pytest.mark.parametrize("model", ["poisson", "bernoulli"])
def test_the_short_way_to_the_best_ratio_is_that_of_every_window(seed, model, last_only):
    random = np.random.default_rng(seed)
    count, periods = int(random.integers(1, 30)), int(random.integers(1, 6))
    place = random.integers(0, 40, count).astype(float)  # several are equally far
    windows = windows_of(np.abs(place[:, None] - place), float(random.uniform(1, 50)))
    windows = Windows(windows.member, windows.start, windows.whole & (random.uniform(size=len(windows.member)) < 0.8))
    share = random.uniform(0, 1, (count, periods)) * (random.uniform(size=(count, periods)) < 0.7)
    share[0, 0] = 1.0
    share /= share.sum()
    total = int(random.integers(1, 40))
    if model == "poisson":
        chances = Chances(share * total, windows, last_only=last_only)
    else:
        looked = random.multinomial(3 * total, share.ravel()).reshape(share.shape)
        chances = Chances(looked.astype(float), windows, last_only=last_only, everyone=float(looked.sum()))
    for _ in range(10):
        if model == "poisson":
            world, controls = random.multinomial(total, share.ravel()).reshape(share.shape), None
        else:
            dealt = random.multivariate_hypergeometric(looked.ravel(), total, method="marginals")
            world = dealt.reshape(share.shape)
            controls = (looked - world).astype(float)
        whole = scan(world.astype(float), share, windows, last_only=last_only, controls=controls)
        assert chances.best_ratio(world) == pytest.approx(whole.ratio, rel=1e-9, abs=1e-9)


def test_a_scan_tells_how_many_worlds_it_has_drawn(axes):
    told = []
    settings = rl.hotspots.ScanSettings(worlds=19, enough=30)
    rl.hotspots.scan_rivers(frame([100, 120, 140]), axes, by_bank=False, settings=settings, tell=told.append)
    assert told == list(range(19))


def test_ratios_are_nothing_where_there_is_less_than_expected():
    assert poisson_ratio(np.array([1.0, 5.0, 0.0]), np.array([2.0, 5.0, 1.0]), 10.0).tolist() == [0.0, 0.0, 0.0]
    assert poisson_ratio(np.array([10.0]), np.array([4.0]), 10.0)[0] == pytest.approx(10 * np.log(2.5))
    assert bernoulli_ratio(np.array([1.0]), np.array([4.0]), 5.0, 10.0)[0] == 0.0


def test_chance_stops_early_and_its_tail_goes_on():
    common = significance(0.0, lambda random: float(random.gumbel()), 1)
    assert common.worlds < 60
    assert common.p > 0.3
    rare = significance(15.0, lambda random: float(random.gumbel()), 1)
    assert rare.worlds == 999
    assert rare.p == 0.001
    assert rare.tail_p == pytest.approx(-np.expm1(-np.exp(-15.0)), rel=1.0)
    values = np.random.default_rng(2).gumbel(3.0, 2.0, 5_000)
    assert gumbel_tail(values, 9.0) == pytest.approx(stats.gumbel_r.sf(9.0, 3.0, 2.0), rel=0.1)


def test_p_is_even_when_nothing_is_there(world):
    distances, _, share = world
    windows = windows_of(distances, 60.0)
    random = np.random.default_rng(9)

    def draw(own):
        return scan(
            own.multinomial(30, share.sum(axis=1)).astype(float)[:, None], share.sum(axis=1)[:, None], windows
        ).ratio

    p = [significance(draw(random), draw, seed, worlds=99, enough=99).p for seed in range(60)]
    assert stats.kstest(p, "uniform").pvalue > 0.01


def frame(along, days=None):
    columns = {} if days is None else {"found_on": days}
    return gpd.GeoDataFrame(columns, geometry=[shapely.Point(X + each, Y + 20) for each in along], crs=CRS)


@pytest.fixture(scope="module")
def axes():
    line = shapely.LineString([(X, Y), (X + 40_000, Y)])
    return gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[line], crs=CRS)


def test_an_outbreak_of_this_month_is_told_with_its_days_and_how_rare_it_is(axes):
    random = np.random.default_rng(4)
    days = pd.Timestamp("2025-12-31") - pd.to_timedelta(random.integers(0, 360, 120), unit="D")
    along = random.uniform(0, 40_000, 120)
    fresh = pd.Timestamp("2025-12-31") - pd.to_timedelta(random.integers(0, 25, 12), unit="D")
    both = frame([*along, *random.uniform(20_000, 21_500, 12)], [*days, *fresh])
    settings = rl.hotspots.ScanSettings(periods=12, prospective=True, worlds=99)
    (row,) = rl.hotspots.scan_rivers(both, axes, on="2025-12-31", by_bank=False, settings=settings).itertuples()
    assert (row.first_day, row.last_day) == (pd.Timestamp("2025-12-02"), pd.Timestamp("2025-12-31"))
    assert row.problems >= 12
    assert 19_000 <= row.start_chainage_m <= row.end_chainage_m <= 22_500
    assert row.p == 0.01
    assert row.recurrence_days == pytest.approx(30 / max(row.tail_p, 1e-6))
    quiet = rl.hotspots.scan_rivers(frame(along, days), axes, on="2025-12-31", by_bank=False, settings=settings)
    assert quiet["recurrence_days"].max() < 0.01 * row.recurrence_days


def test_where_more_was_looked_at_more_is_found_and_controls_say_so(axes):
    random = np.random.default_rng(6)
    busy = [*random.uniform(10_000, 12_000, 40), *random.uniform(0, 40_000, 40)]
    looked = frame([*random.uniform(10_000, 12_000, 400), *random.uniform(0, 40_000, 400)])
    settings = rl.hotspots.ScanSettings(worlds=99)
    alone = rl.hotspots.scan_rivers(frame(busy), axes, settings=settings)
    held = rl.hotspots.scan_rivers(frame(busy), axes, controls=looked, settings=settings)
    assert alone["p"].iloc[0] == 0.01
    assert held["p"].max() > 0.05


def test_a_scan_of_place_alone_takes_all_that_was_found_up_to_its_day(axes):
    old, new = pd.Timestamp("2024-03-01"), pd.Timestamp("2025-12-20")
    both = frame([*range(10_000, 10_900, 100), 30_000, 30_100], [*[old] * 9, new, new])
    few = rl.hotspots.ScanSettings(worlds=19, most=1)
    for on, last in (("2025-12-31", "2025-12-31"), (None, "2025-12-20")):
        (row,) = rl.hotspots.scan_rivers(both, axes, on=on, by_bank=False, settings=few).itertuples()
        assert row.problems == 9
        assert (row.first_day, row.last_day) == (old, pd.Timestamp(last))
    (row,) = rl.hotspots.scan_rivers(both, axes, on="2024-12-31", by_bank=False, settings=few).itertuples()
    assert (row.problems, row.last_day) == (9, pd.Timestamp("2024-12-31"))
    (row,) = rl.hotspots.scan_rivers(frame([100, 120]), axes, by_bank=False, settings=few).itertuples()
    assert pd.isna(row.first_day)
    with pytest.raises(rl.JobError, match="prospective"):
        rl.hotspots.ScanSettings(prospective=True)


def test_a_scan_conforms_and_wrong_calls_raise(axes):
    found = rl.hotspots.scan_rivers(
        frame([100, 120, 140]), axes, by_bank=False, settings=rl.hotspots.ScanSettings(worlds=19)
    )
    assert not len(rl.check(found, rl.schema.SCAN_CLUSTERS))
    assert not len(rl.hotspots.scan_rivers(frame([]), axes))
    with pytest.raises(rl.JobError, match="on="):
        rl.hotspots.scan_rivers(frame([1]), axes, settings=rl.hotspots.ScanSettings(periods=3))
    with pytest.raises(rl.JobError, match="reach_m, worlds"):
        rl.hotspots.ScanSettings(reach_m=0, worlds=0)


def test_windows_after_the_first_share_no_segment_with_it_and_are_the_best_of_the_rest(world):
    distances, counts, share = world
    windows = windows_of(distances, 60.0)
    first = scan(counts, share, windows)
    taken = np.zeros(12, dtype=bool)
    taken[windows.held(first.window)] = True
    second = scan(counts, share, windows, taken=taken)
    assert not taken[windows.held(second.window)].any()
    best = 0.0
    for number in np.flatnonzero(windows.whole):
        held = windows.held(number)
        if taken[held].any():
            continue
        for begin in range(4):
            for end in range(begin, 4):
                n, e = counts[held, begin : end + 1].sum(), counts.sum() * share[held, begin : end + 1].sum()
                best = max(best, poisson_ratio(np.array([n]), np.array([e]), counts.sum())[0])
    assert second.ratio == pytest.approx(best, rel=1e-12)
    assert scan(counts, share, windows, taken=np.ones(12, dtype=bool)).ratio == -1.0


def test_two_planted_stretches_are_told_and_chance_gives_no_third(axes):
    random = np.random.default_rng(12)
    along = [*random.uniform(0, 40_000, 60), *random.uniform(8_000, 9_500, 20), *random.uniform(30_000, 31_000, 14)]
    settings = rl.hotspots.ScanSettings(worlds=199)
    found = rl.hotspots.scan_rivers(frame(along), axes, by_bank=False, settings=settings)
    assert len(found) == 2
    assert (found["p"] <= 0.05).all()
    ordered = found.sort_values("start_chainage_m")
    assert ordered["end_chainage_m"].iloc[0] <= 11_000
    assert ordered["start_chainage_m"].iloc[1] >= 28_000
    assert not len(rl.check(found, rl.schema.SCAN_CLUSTERS))
    one = rl.hotspots.scan_rivers(
        frame(along), axes, by_bank=False, settings=rl.hotspots.ScanSettings(most=1, worlds=199)
    )
    assert one["likelihood_ratio"].tolist() == [found["likelihood_ratio"].max()]
