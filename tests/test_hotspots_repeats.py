"""Near repeats: tables are counted as by hand, chance is exact in the mean, and direction is that of the water."""

from __future__ import annotations

from itertools import permutations, product

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pointpats import Knox
from scipy import stats

import riverline as rl
from riverline._kernels.network.near_repeats import Pairs, knox

CRS = "EPSG:4548"
X, Y = 500_000.0, 3_400_000.0


def all_pairs(place):
    one, other = np.triu_indices(len(place), 1)
    return Pairs(one, other, np.hypot(*(place[one] - place[other]).T))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_statistic_is_that_of_pointpats():
    random = np.random.default_rng(2)
    place, days = random.uniform(0, 1_000, (150, 2)), random.integers(0, 100, 150).astype(float)
    theirs = Knox(place, days[:, None], 120.0, 15.0, permutations=9)
    found = knox(all_pairs(place), days, np.array([0.0, 120.0]), np.array([0.0, 15.0]), 1)
    assert found.observed[0, 0] == theirs.statistic_


@pytest.mark.parametrize("ordered", [False, True])
def test_expectation_is_the_mean_over_every_deal_of_the_dates(ordered):
    random = np.random.default_rng(3)
    place, days = random.uniform(0, 100, (6, 2)), np.array([0.0, 1.0, 1.0, 4.0, 9.0, 20.0])
    bands, spans = np.array([0.0, 30.0, 60.0]), np.array([0.0, 3.0, 10.0, 20.0])
    pairs = all_pairs(place)
    tables = [
        knox(pairs, np.array(deal), bands, spans, 1, worlds=0, ordered=ordered).observed for deal in permutations(days)
    ]
    found = knox(pairs, days, bands, spans, 1, worlds=0, ordered=ordered)
    np.testing.assert_allclose(found.expected, np.mean(tables, axis=0), atol=1e-9)


def deals_within(days, group):
    """Every deal of the days within groups, once each."""
    parts = [np.flatnonzero(group == each) for each in np.unique(group)]
    for deals in product(*(permutations(days[rows]) for rows in parts)):
        dealt = days.copy()
        for rows, deal in zip(parts, deals, strict=True):
            dealt[rows] = deal
        yield dealt


@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("first", [0.0, 2.0])
def test_within_groups_expectation_and_chance_are_those_of_every_deal_within_them(ordered, first):
    random = np.random.default_rng(4)
    place = random.uniform(0, 100, (7, 2))
    days, group = np.array([0.0, 1.0, 1.0, 3.0, 3.0, 9.0, 20.0]), np.array([0, 1, 0, 1, 2, 0, 1])
    bands, spans = np.array([0.0, 40.0, 90.0]), np.array([first, 3.0, 10.0, 20.0])
    one, other = np.nonzero(~np.eye(7, dtype=bool)) if ordered else np.triu_indices(7, 1)
    pairs = Pairs(one, other, np.hypot(*(place[one] - place[other]).T))
    how = {"ordered": ordered, "group": group}
    tables = np.array([
        knox(pairs, dealt, bands, spans, 1, worlds=0, **how).observed for dealt in deals_within(days, group)
    ])  # fmt: skip
    found = knox(pairs, days, bands, spans, 1, worlds=4_999, **how)
    np.testing.assert_allclose(found.expected, tables.mean(axis=0), atol=1e-9)
    np.testing.assert_allclose(found.p, (tables >= found.observed).mean(axis=0), atol=0.03)
    together = knox(pairs, days, bands, spans, 1, worlds=0, ordered=ordered)
    assert not np.allclose(together.expected, found.expected, atol=1e-3)


def test_simulated_chances_are_those_of_every_deal():
    random = np.random.default_rng(5)
    place, days = random.uniform(0, 100, (6, 2)), np.array([0.0, 1.0, 2.0, 4.0, 9.0, 20.0])
    bands, spans = np.array([0.0, 60.0]), np.array([0.0, 5.0])
    pairs = all_pairs(place)
    tables = np.array([knox(pairs, np.array(deal), bands, spans, 1, worlds=0).observed for deal in permutations(days)])
    found = knox(pairs, days, bands, spans, 1, worlds=4_999)
    assert found.p[0, 0] == pytest.approx((tables >= found.observed).mean(), abs=0.03)


def rivers():
    lines = [
        shapely.LineString([(X, Y), (X + 30_000, Y)]),
        shapely.LineString([(X + 10_000, Y + 9_000), (X + 10_000, Y)]),
    ]
    return gpd.GeoDataFrame({"river_id": ["R1", "R2"], "name": ["河", "溪"]}, geometry=lines, crs=CRS)


def test_dumping_that_follows_mining_down_the_water_is_found_there_and_not_above():
    random = np.random.default_rng(7)
    along = random.uniform(1_000, 28_000, 60)
    day = pd.Timestamp("2025-01-01") + pd.to_timedelta(random.integers(0, 330, 60), unit="D")
    below = along + random.uniform(50, 400, 60)
    later = day + pd.to_timedelta(random.integers(1, 7, 60), unit="D")
    frame = gpd.GeoDataFrame(
        {"kind": ["extraction"] * 60 + ["dumping"] * 60, "found_on": [*day, *later]},
        geometry=[shapely.Point(X + each, Y - 15) for each in [*along, *below]], crs=CRS,
    )  # fmt: skip

    def table(kinds, direction):
        found = rl.hotspots.find_near_repeats(frame, rivers(), distances_m=(0, 500), days=(0, 7, 60), kinds=kinds,
                                              direction=direction, worlds=99)  # fmt: skip
        return found.iloc[0]

    down = table(("extraction", "dumping"), "downstream")
    assert down["pairs"] >= 55
    assert down["p"] == 0.01
    assert down["ratio"] > 5
    assert table(("extraction", "dumping"), "upstream")["pairs"] < 10
    assert table(("dumping", "extraction"), "downstream")["p"] > 0.01


def seasons(seed, *kinds):
    """Problems of each kind anywhere, within days of the year of its own."""
    random = np.random.default_rng(seed)
    parts = [
        pd.DataFrame({"kind": kind, "day": random.integers(*span, many), "x": random.uniform(0, 20_000, many)})
        for kind, many, span in kinds
    ]
    rows = pd.concat(parts, ignore_index=True)
    found_on = pd.Timestamp("2025-01-01") + pd.to_timedelta(rows.pop("day"), unit="D")
    places = gpd.points_from_xy(X + rows.pop("x"), np.full(len(found_on), Y + 20))
    return gpd.GeoDataFrame(rows.assign(found_on=found_on), geometry=places, crs=CRS)


def one_river():
    line = shapely.LineString([(X, Y), (X + 20_000, Y)])
    return gpd.GeoDataFrame({"river_id": ["R1"], "name": ["河"]}, geometry=[line], crs=CRS)


CAMPAIGN = (("dumping", 40, (100, 130)), ("construction", 120, (0, 365)))
SEASONS = (("extraction", 40, (60, 150)), ("dumping", 40, (120, 210)), ("construction", 60, (0, 365)))


@pytest.mark.parametrize(("made", "kinds"), [(CAMPAIGN, ("dumping", "dumping")), (SEASONS, ("extraction", "dumping"))])
def test_seasons_of_their_own_are_no_repeats_of_kinds(made, kinds):
    """Places are random: p ≤ 0.05 in some three of sixty worlds (9 or more: one chance in two hundred)."""
    bands = {"distances_m": (0, 1_000), "days": (0, 30), "kinds": kinds, "worlds": 39}
    axes = one_river()
    found = pd.concat([rl.hotspots.find_near_repeats(seasons(seed, *made), axes, **bands) for seed in range(60)])
    assert (found["p"] <= 0.05).sum() <= 8
    assert found["pairs"].mean() == pytest.approx(found["expected"].mean(), rel=0.05)


def test_one_kind_is_judged_by_its_own_rows_alone():
    frame = seasons(3, *CAMPAIGN)
    bands = {"distances_m": (0, 300, 1_000), "days": (0, 7, 30), "kinds": ("dumping", "dumping"), "worlds": 99}
    among, alone = (
        rl.hotspots.find_near_repeats(each, one_river(), **bands)
        for each in (frame, frame[frame["kind"] == "dumping"].reset_index(drop=True))
    )
    assert among["pairs"].tolist() == alone["pairs"].tolist()
    np.testing.assert_allclose(among["expected"], alone["expected"])
    np.testing.assert_allclose(among["p"], alone["p"], atol=0.2)


def test_from_one_kind_to_another_every_day_meets_every_day():
    """The expectation written out: near pairs, times the share of the A × B table with so many days between."""
    frame = seasons(5, *SEASONS)
    found = rl.hotspots.find_near_repeats(
        frame, one_river(), distances_m=(0, 1_000), days=(0, 30), kinds=("extraction", "dumping"), worlds=1
    )
    mined, dumped = (frame[frame["kind"] == kind] for kind in ("extraction", "dumping"))
    near = np.abs(np.subtract.outer(mined.geometry.x.to_numpy(), dumped.geometry.x.to_numpy())) <= 1_000
    days = np.subtract.outer(dumped["found_on"].to_numpy(), mined["found_on"].to_numpy()).astype("timedelta64[D]").T
    share = ((days >= np.timedelta64(0)) & (days <= np.timedelta64(30))).mean()
    assert found["pairs"].iloc[0] == (near & (days >= np.timedelta64(0)) & (days <= np.timedelta64(30))).sum()
    assert found["expected"].iloc[0] == pytest.approx(near.sum() * share)


def test_days_may_stay_with_their_kinds_where_any_two_count():
    """Kinds with a place and a season each: together they repeat, beyond that nothing does."""
    parts = [seasons(at, (kind, 40, span)) for at, (kind, span) in enumerate(
        [("dumping", (0, 60)), ("extraction", (120, 180)), ("construction", (240, 300))])]  # fmt: skip
    frame = pd.concat([each.set_geometry(each.geometry.translate(6_000.0 * at).where(
        each.geometry.x < X + 5_000.0)) for at, each in enumerate(parts)], ignore_index=True)  # fmt: skip
    bands = {"distances_m": (0, 2_000), "days": (0, 60), "worlds": 99}
    classical, within = (
        rl.hotspots.find_near_repeats(frame, one_river(), within_kinds=each, **bands).iloc[0] for each in (False, True)
    )
    assert classical["pairs"] == within["pairs"]
    assert (classical["p"], classical["dealt"]) == (0.01, "all")
    assert within["p"] > 0.05
    assert within["dealt"] == "kind"


def test_rows_of_all_pairs_of_kinds_are_corrected_together_and_say_so():
    frame = seasons(8, ("extraction", 50, (0, 365)), ("dumping", 50, (0, 365)))
    follow = frame[frame["kind"] == "extraction"].assign(
        kind="dumping", found_on=lambda rows: rows["found_on"] + pd.Timedelta(days=2)
    )
    frame = pd.concat([frame, follow], ignore_index=True)
    bands = {"distances_m": (0, 100, 1_000), "days": (0, 7, 60), "worlds": 499, "direction": "both"}
    pairs = [("extraction", "dumping"), ("dumping", "extraction"), ("乱采", "乱堆")]
    found = rl.hotspots.find_near_repeats(frame, one_river(), kinds=pairs, **bands)
    assert len(found) == 8
    assert not len(rl.check(found, rl.schema.NEAR_REPEATS))
    np.testing.assert_allclose(found["p_adjusted"], stats.false_discovery_control(found["p"]))
    assert set(found["tests"]) == {8}
    first = found.iloc[0]
    assert first["verdict"] == "repeats"
    assert first["reason"].startswith("乱采之后 0—7 天，沿水 0—100 m 内的乱堆：")
    assert "（日期在同类问题间重新分配）；多于偶然，校正后 p=0.016（BH，共 8 行；模拟 499 次）" in first["reason"]
    english = rl.hotspots.describe_near_repeats(found, "en")["reason"].iloc[0]
    assert english.startswith("Dumping within 0-100 m along the water, 0-7 days after")
    assert "adjusted p=0.016 (BH over 8 rows; 499 deals)" in english
    strict = rl.hotspots.find_near_repeats(
        frame, one_river(), kinds=pairs, settings=rl.HotspotSettings(adjustment="by"), **bands
    )
    assert (strict["p_adjusted"] >= found["p_adjusted"]).all()
    assert "BY" in strict["reason"].iloc[0]
    alone = rl.hotspots.find_near_repeats(frame, one_river(), kinds=pairs[0], **bands)
    assert set(alone["tests"]) == {4}
    any_two = rl.hotspots.find_near_repeats(frame, one_river(), **(bands | {"direction": "downstream"}))
    assert any_two["reason"].iloc[0].startswith("任一问题之后 0—7 天，沿水 0—100 m 内下游的另一问题：")
    for wrong in ([], "dumping", [("dumping",)], ("dumping", "nothing")):
        with pytest.raises(rl.JobError):
            rl.hotspots.find_near_repeats(frame, one_river(), kinds=wrong, **bands)
    with pytest.raises(rl.JobError, match="worlds"):
        rl.hotspots.find_near_repeats(frame, one_river(), worlds=0)


def test_distance_is_along_the_water_and_through_confluences():
    days = pd.to_datetime(["2025-01-01", "2025-01-02", "2025-01-03"])
    places = [shapely.Point(X + 10_300, Y - 10), shapely.Point(X + 10_010, Y + 300), shapely.Point(X + 9_700, Y + 10)]
    frame = gpd.GeoDataFrame({"found_on": days}, geometry=places, crs=CRS)
    found = rl.hotspots.find_near_repeats(frame, rivers(), distances_m=(0, 500, 700), days=(0, 10), worlds=9)
    assert found["pairs"].tolist() == [0, 3]
    down = rl.hotspots.find_near_repeats(
        frame, rivers(), distances_m=(0, 700), days=(0, 10), direction="downstream", worlds=9
    )
    assert down["pairs"].tolist() == [0]
    up = rl.hotspots.find_near_repeats(
        frame, rivers(), distances_m=(0, 700), days=(0, 10), direction="upstream", worlds=9
    )
    assert up["pairs"].tolist() == [2]


def test_a_code_that_stands_twice_counts_once():
    """The sample county has one such code: with its second row another pair would seem to be there."""
    days = pd.to_datetime(["2025-01-01", "2025-01-01", "2025-02-15"])
    columns = {"problem_id": ["A", "A", "B"], "found_on": days}
    frame = gpd.GeoDataFrame(columns, geometry=[shapely.Point(X + x, Y + 5) for x in (0, 300, 600)], crs=CRS)
    bands = {"distances_m": (0, 400, 700), "days": (0, 30, 90), "worlds": 9}
    assert rl.hotspots.find_near_repeats(frame, rivers(), **bands)["pairs"].sum() == 1
    apart = frame.assign(problem_id=["A", "C", "B"])
    assert rl.hotspots.find_near_repeats(apart, rivers(), **bands)["pairs"].sum() == 3


def test_problems_without_a_day_do_not_count_and_wrong_edges_raise():
    frame = gpd.GeoDataFrame({"found_on": [None, pd.NaT]}, geometry=[shapely.Point(X, Y + 5)] * 2, crs=CRS)
    found = rl.hotspots.find_near_repeats(frame, rivers(), worlds=9)
    assert found["pairs"].eq(0).all()
    assert not len(rl.check(found, rl.schema.NEAR_REPEATS))
    with pytest.raises(rl.JobError, match="distances_m"):
        rl.hotspots.find_near_repeats(frame, rivers(), distances_m=(100, 50))
