"""Hot and cold over time: every pattern has one name under each wording, and trends are those of the textbooks."""

from __future__ import annotations

from itertools import product

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import stats

import riverline as rl
from riverline._kernels.statistics.emerging import categories, mann_kendall

CRS = "EPSG:4548"
X, Y = 500_000.0, 3_400_000.0

# Ten steps, h hot, c cold, · neither; the trend of the scores; names under the wordings 2.8 and 3.
TRUTH = [
    ("·········h", 0, "new_hot", "new_hot"),
    ("c········h", 1, "new_hot", "new_hot"),
    ("·······hhh", 1, "consecutive_hot", "consecutive_hot"),
    ("c······hhh", 0, "consecutive_hot", "consecutive_hot"),
    ("hhhhhhhhhh", 1, "intensifying_hot", "intensifying_hot"),
    ("·hhhhhhhhh", 1, "intensifying_hot", "intensifying_hot"),
    ("hhhh·hhhhh", 0, "persistent_hot", "persistent_hot"),
    ("hhhhhhhhhh", -1, "diminishing_hot", "diminishing_hot"),
    ("h·h·h·h··h", 0, "sporadic_hot", "sporadic_hot"),
    ("h·h·h·h···", 0, "sporadic_hot", "none"),
    ("hh·····c·h", 0, "oscillating_hot", "oscillating_hot"),
    ("hhhhhhhhh·", 0, "historical_hot", "historical_hot"),
    ("hhhhhhhhhc", -1, "historical_hot", "new_cold"),
    ("cccccccccc", 1, "diminishing_cold", "diminishing_cold"),
    ("cccccccccc", -1, "intensifying_cold", "intensifying_cold"),
    ("cccccccc·c", 0, "persistent_cold", "persistent_cold"),
    ("·········c", 0, "new_cold", "new_cold"),
    ("········cc", 0, "consecutive_cold", "consecutive_cold"),
    ("c·c······c", 0, "sporadic_cold", "sporadic_cold"),
    ("cc··h····c", 0, "oscillating_cold", "oscillating_cold"),
    ("ccccccccc·", 0, "historical_cold", "historical_cold"),
    ("··········", 1, "none", "none"),
    ("hh··cc····", 0, "none", "none"),
]


# Rough, rising and alternating, whose autocorrelations are significant at some lags.
REFERENCE_SERIES = [
    [
        0.13,
        -0.03,
        0.62,
        0.6,
        -0.06,
        0.32,
        1.56,
        2.19,
        1.05,
        -0.43,
        -0.96,
        -0.73,
        -2.91,
        -2.55,
        -3.28,
        -3.36,
        -3.23,
        -2.9,
        -1.91,
        -0.48,
    ],
    [
        -0.13,
        1.53,
        0.97,
        0.99,
        2.67,
        2.68,
        1.7,
        1.36,
        2.12,
        3.55,
        3.22,
        3.58,
        4.62,
        5.78,
        6.37,
        6.71,
        6.22,
        6.46,
        8.17,
        9.94,
    ],
    [
        -1.26,
        2.4,
        -0.33,
        1.01,
        -0.44,
        -0.0,
        1.46,
        0.94,
        1.14,
        0.51,
        -0.0,
        -1.21,
        0.84,
        0.07,
        -1.34,
        1.33,
        -0.5,
        1.05,
        -1.92,
        0.68,
    ],
]
REFERENCE_VARIANCES = [1348.7286967418547, 1681.607142857143, 128.40041353383438]
REFERENCE_SCORES = [-2.477873284500417, 3.926120315078206, -1.7650084317942858]


def steps(text):
    return np.array([[each == "h" for each in text]]), np.array([[each == "c" for each in text]])


@pytest.mark.parametrize(("text", "trend", "older", "newer"), TRUTH)
def test_the_truth_table_of_the_seventeen_names(text, trend, older, newer):
    hot, cold = steps(text)
    if text == "hhhhhhhhhc":
        older = newer  # the last step is cold: both texts hold, and what is now comes before what was
    for wording, name in (("2.8", older), ("3", newer)):
        assert categories(hot, cold, np.array([trend]), wording=wording).tolist() == [name]
        mirrored = {"hot": "cold", "cold": "hot"}
        kind = name.rpartition("_")
        other = f"{kind[0]}_{mirrored[kind[2]]}" if kind[2] in mirrored else name
        assert categories(cold, hot, np.array([-trend]), wording=wording).tolist() == [other]


def test_no_hot_place_is_ever_called_cold_only():
    for text in product("hc·", repeat=5):
        hot, cold = steps(text)
        for wording in ("2.8", "3"):
            (name,) = categories(hot, cold, np.zeros(1, dtype=int), wording=wording)
            if "h" not in text:
                assert not name.endswith("_hot")
            if "c" not in text:
                assert not name.endswith("_cold")
            if text[-1] == "h":
                assert name.endswith("_hot")


def test_trends_are_those_of_kendall_and_of_sen():
    random = np.random.default_rng(1)
    series = random.normal(size=(30, 14)) + np.linspace(0, 2, 14)
    found = mann_kendall(series, autocorrelated=False)
    for row, values in enumerate(series):
        tau = stats.kendalltau(np.arange(14), values)
        assert found.statistic[row] == pytest.approx(tau.statistic * 14 * 13 / 2)
        assert found.slope[row] == pytest.approx(stats.theilslopes(values, np.arange(14)).slope)
    np.testing.assert_allclose(found.variance, 14 * 13 * 33 / 18)


def test_ties_take_their_share_of_the_variance():
    """By every order of the values: the variance of the statistic is that of all permutations."""
    from itertools import permutations

    values = (1.0, 1.0, 2.0, 2.0, 2.0, 3.0)
    every = np.array(list(permutations(values)))
    found = mann_kendall(every, autocorrelated=False)
    assert found.statistic.mean() == pytest.approx(0.0)
    assert found.statistic.var() == pytest.approx(found.variance[0])


def test_autocorrelation_makes_trends_less_sure():
    random = np.random.default_rng(3)
    noise = random.normal(size=(2_000, 40))
    rough = np.zeros_like(noise)
    for step in range(40):
        rough[:, step] = 0.7 * (rough[:, step - 1] if step else 0.0) + noise[:, step]
    plain = (mann_kendall(rough, autocorrelated=False).p <= 0.05).mean()
    corrected = (mann_kendall(rough).p <= 0.05).mean()
    assert plain > 0.2
    assert corrected < 0.75 * plain
    assert (mann_kendall(noise).p <= 0.05).mean() < 0.065


def test_the_published_correction_is_that_of_another_implementation():
    """Variance and score by ``hamed_rao_modification_test`` of pymannkendall 1.4.3."""
    found = mann_kendall(np.array(REFERENCE_SERIES), narrowing=True)
    np.testing.assert_allclose(found.variance, REFERENCE_VARIANCES, rtol=1e-12)
    np.testing.assert_allclose(found.z, REFERENCE_SCORES, rtol=1e-12)


@pytest.mark.parametrize("steps", [12, 24])
@pytest.mark.parametrize("overlap", [0, 1, 2])
def test_sums_over_steps_without_trend_have_none(steps, overlap):
    """Five percent within three standard errors; the published correction calls twice as many and more."""
    random = np.random.default_rng(11)
    noise = random.normal(size=(4_000, steps + overlap))
    series = sum(noise[:, at : at + steps] for at in range(overlap + 1))
    assert (mann_kendall(series, overlap=overlap).p <= 0.05).mean() < 0.06
    assert (mann_kendall(series, narrowing=True).p <= 0.05).mean() > 0.075


def test_chance_never_makes_a_trend_surer_than_independence_does():
    series = np.random.default_rng(12).normal(size=(500, 12))
    plain, published = (
        mann_kendall(series, **how).variance for how in ({"autocorrelated": False}, {"narrowing": True})
    )
    assert (published < plain).mean() > 0.1
    for overlap in (0, 1):
        assert (mann_kendall(series, overlap=overlap).variance >= plain).all()
    steady = np.repeat(np.arange(3.0), 5)[None, :]
    assert mann_kendall(steady, overlap=1).variance[0] > mann_kendall(steady, autocorrelated=False).variance[0]


def test_the_overlap_is_the_correlation_of_the_ranks_of_sums():
    from riverline._kernels.statistics.emerging import _shared

    noise = np.random.default_rng(13).normal(size=60_002)
    sums = stats.rankdata(noise[2:] + noise[1:-1] + noise[:-2])
    for lag in (1, 2, 3):
        assert _shared(lag, 2) == pytest.approx(np.corrcoef(sums[lag:], sums[:-lag])[0, 1], abs=0.015)
    assert _shared(1, 0) == 0.0


def frame(along, days):
    places = [shapely.Point(X + each, Y + 20) for each in along]
    return gpd.GeoDataFrame({"found_on": days}, geometry=places, crs=CRS)


@pytest.fixture(scope="module")
def axes():
    line = shapely.LineString([(X, Y), (X + 60_000, Y)])
    return gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[line], crs=CRS)


@pytest.fixture(scope="module")
def found(axes):
    """Problems anywhere all year, one reach always bad, another one in the last month."""
    random = np.random.default_rng(5)
    end = pd.Timestamp("2025-12-31")
    anywhere = random.uniform(0, 60_000, 120), end - pd.to_timedelta(random.integers(0, 360, 120), unit="D")
    always = np.full(120, 10_250.0), end - pd.to_timedelta(np.arange(120) * 3, unit="D")
    fresh = np.full(15, 40_250.0), end - pd.to_timedelta(random.integers(0, 25, 15), unit="D")
    along = np.concatenate([anywhere[0], always[0], fresh[0]])
    return rl.hotspots.find_emerging(
        frame(along, [*anywhere[1], *always[1], *fresh[1]]), axes, on=end.date(), by_bank=False
    )


def test_a_reach_that_is_always_bad_and_one_that_is_newly_so_are_told_apart(found):
    name = found.set_index("segment_id")["category"]
    assert name["R1/0021"] in {"persistent_hot", "intensifying_hot", "diminishing_hot"}
    assert name["R1/0081"] == "new_hot"
    assert (name == "none").sum() > 90
    row = found.set_index("segment_id").loc["R1/0081"]
    assert (row["hot_steps"], row["steps"]) == (1, 12)
    assert row["reason"].startswith(
        "新增热点（Esri 3 措辞，对照全部时段）：2025-01-06 至 2025-12-31 的 12 期中 1 期为热点"
    )
    english = rl.hotspots.describe_emerging(found, "en").set_index("segment_id").loc["R1/0081", "reason"]
    assert english.startswith("New hot spot (wording Esri 3, against all periods): hot in 1")


def test_a_cube_conforms_is_drawn_and_wrong_settings_raise(found):
    assert not len(rl.check(found, rl.schema.EMERGING))
    page = rl.maps.show(found)
    names = [child.layer_name for child in page._children.values() if hasattr(child, "layer_name")]
    assert "时空演变：新增热点" in names
    for wrong in ({"periods": 1}, {"share": 0.0}, {"wording": "4"}, {"baseline": "month"}):
        with pytest.raises(rl.JobError):
            rl.hotspots.EmergingSettings(**wrong)


def scores(axes, baseline, back=1):
    """A year in which everything doubles in its second half, and one reach is bad in the last month alone."""
    random = np.random.default_rng(8)
    end = pd.Timestamp("2025-12-31")
    early, late = (end - pd.to_timedelta(random.integers(*span, 400), unit="D") for span in ((180, 360), (0, 180)))
    along = np.concatenate([random.uniform(0, 60_000, 400), random.uniform(0, 60_000, 400)])
    fresh = end - pd.to_timedelta(random.integers(0, 25, 14), unit="D")
    some = np.concatenate([np.arange(0, 400, 8), np.arange(400, 800)])  # fifty early, four hundred late
    days = np.concatenate([early.to_numpy(), late.to_numpy()])[some]
    events = frame([*along[some], *[40_250.0] * 14], [*days, *fresh])
    emerging = rl.hotspots.EmergingSettings(baseline=baseline, back=back)
    return rl.hotspots.find_emerging(events, axes, on=end.date(), by_bank=False, emerging=emerging).set_index(
        "segment_id"
    )


def test_a_rise_everywhere_is_hot_against_the_cube_but_not_against_its_own_time(axes):
    against = {name: scores(axes, name) for name in ("cube", "window", "period")}
    for found in against.values():
        assert found.loc["R1/0081", "category"] == "new_hot"
    elsewhere = {name: found.drop(["R1/0080", "R1/0081", "R1/0082"])["z"].mean() for name, found in against.items()}
    assert elsewhere["cube"] > 1.0
    assert abs(elsewhere["window"]) < 0.3
    assert abs(elsewhere["period"]) < 0.3
    assert "对照当期" in against["period"]["reason"].iloc[0]


def test_without_looking_back_the_window_is_the_period(axes):
    one, other = scores(axes, "window", back=0), scores(axes, "period", back=0)
    np.testing.assert_allclose(one["z"], other["z"])


def test_each_baseline_is_the_binomial_written_out(axes):
    """One segment and period by hand: four segments of a kilometre, neighbours at one kilometre, three periods."""
    from riverline._kernels.statistics.local_statistics import with_self
    from riverline.hotspots.emerging import _steps
    from riverline.hotspots.segments import neighbours_of, segments_of

    segments = segments_of(axes.set_geometry(axes.geometry.segmentize(1e9)), 15_000.0, by_bank=False)
    own = with_self(neighbours_of(segments, rl.HotspotSettings(), 15_000.0))
    counts = np.array([[3.0, 0, 5], [1, 1, 0], [0, 2, 0], [4, 0, 1]])
    asked = {  # the first segment with the second one, last period and the one before
        "cube": (6, 17, 0.5 * 2 / 3),
        "window": (6, 9, 0.5),
        "period": (6, 6 + 1, 0.5 * 2 / (0.5 * 2 + 0.5)),
    }
    for baseline, (n, total, share) in asked.items():
        cube = rl.hotspots.EmergingSettings(periods=3, baseline=baseline)
        score = _steps(counts, own, np.full(4, 0.25), rl.HotspotSettings(), cube)[2]
        assert score[0, 2] == pytest.approx((n - total * share) / np.sqrt(total * share * (1 - share)))
