"""What is told of hotspots: what makes a reach hot, what to walk first, what lies outside the window, and when."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import riverline as rl
from riverline.cli.jobs.emerging import why_nothing
from riverline.maps.hotspots import _in_window

CRS = "EPSG:4548"
X, Y = 500_000.0, 3_500_000.0


@pytest.fixture(scope="module")
def axes():
    line = shapely.LineString([(X, Y), (X + 20_000, Y)])
    return gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[line], crs=CRS)


def problems(along, day="2025-12-01", kind="dumping"):
    places = [shapely.Point(X + each, Y + 20) for each in along]
    return gpd.GeoDataFrame({"kind": kind, "found_on": pd.to_datetime([day] * len(places))}, geometry=places, crs=CRS)


@pytest.fixture(scope="module")
def beside(axes):
    """Heaps on both sides of a segment that holds nothing; patrols did not look at the heaps enough to test them."""
    along = [*(9_600.0 + 20.0 * np.arange(6)), *(10_600.0 + 20.0 * np.arange(6)), 2_100.0, 2_200.0]
    return rl.find_hotspots(problems(along), axes, on="2025-12-31")


def alone(spots):
    """The reach that is hot without any problem of its own, cut out of the run that it lies in."""
    from riverline.hotspots.reaches import reaches_of
    from riverline.hotspots.segments import segments_of
    from riverline.hotspots.wording import reasons_of

    hollow = spots.segments["hot"] & (spots.segments["problems"] == 0) & (spots.segments["start_chainage_m"] == 10_000)
    frame = spots.segments.assign(verdict=np.where(hollow, "hot", "none"))
    line = shapely.LineString([(X, Y), (X + 20_000, Y)])
    axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[line], crs=CRS)
    clusters = reaches_of(frame, segments_of(axes, 500.0, by_bank=True))
    told = dict(spots.run.inputs["find_hotspots"])
    zh, en = (reasons_of(clusters, told, language) for language in ("zh", "en"))
    return replace(spots, clusters=clusters.assign(reason=zh)), zh[0], en[0]


def test_a_reach_without_problems_says_what_makes_it_hot(beside):
    spots, zh, en = alone(beside)
    (reach,) = spots.clusters.itertuples()
    assert (reach.problems, reach.around) == (0, 12)
    expected = f"{reach.around_expected:.1f}"
    assert "本段没有问题，因邻域问题多而为热点" in zh
    assert f"其中 12 个，应有 {expected} 个" in zh
    assert "for its neighbourhood, with no problem of its own" in en
    assert f"12 problems where {expected} would be expected" in en
    page = rl.maps.show_hotspots(spots).get_root().render()
    assert f"本段 0 个，邻域 12 个，应有 {expected}" in page


def test_the_neighbourhood_of_a_reach_is_the_one_its_p_is_of(beside):
    (reach,) = beside.clusters.itertuples()
    least = beside.segments.loc[beside.segments["p_adjusted"].idxmin()]
    assert reach.p_adjusted == least["p_adjusted"]
    assert (reach.around, reach.around_expected) == (least["around"], least["around_expected"])
    assert "没有问题" not in beside.clusters["reason"].iloc[0]


def test_what_is_hot_for_its_neighbours_alone_is_not_walked_before_problems(beside):
    """Two problems that are not hot come before the empty segments of a hot reach, and the heaps before both."""
    hollow = beside.segments["hot"] & (beside.segments["problems"] == 0)
    assert hollow.sum() >= 2
    walk = rl.hotspots.first_to_walk(beside, kilometres=40)
    held = walk["problems"].to_numpy()
    assert held[:3].tolist() == [6, 6, 2]
    assert (held[3:] == 0).all()
    # Of those that hold nothing alike, the hot ones go first.
    assert walk["hot"].iloc[3 : 3 + int(hollow.sum())].all()


def test_a_map_of_a_window_draws_its_problems_and_the_others_apart(axes):
    inside, outside = problems(5_000.0 + 10.0 * np.arange(9)), problems([100.0, 900.0], day="2024-05-01")
    every = pd.concat([inside, outside], ignore_index=True)
    settings = rl.HotspotSettings(window_days=92)
    spots = rl.find_hotspots(every, axes, on="2025-12-31", settings=settings)
    page = rl.maps.show_hotspots(spots, axes, 四乱问题=every)
    layers = {each.layer_name: each for each in page._children.values() if hasattr(each, "layer_name")}
    assert not layers["不在时段内的问题"].show
    found, _ = _in_window(rl.style.collect(spots, axes, 四乱问题=every), spots, "zh")
    assert [len(each.frame) for each in found if each.label().endswith("问题") and "kind" in each.frame] == [9, 2]
    english = rl.maps.show_hotspots(spots, axes, 四乱问题=every, language="en").get_root().render()
    assert "Problems outside the window" in english
    whole = rl.maps.show_hotspots(rl.find_hotspots(every, axes), axes, 四乱问题=every)
    assert "不在时段内的问题" not in whole.get_root().render()


def test_a_cube_tells_its_days_and_why_it_names_nothing(axes):
    found = rl.hotspots.find_emerging(problems([100.0, 9_000.0]), axes, on="2025-12-31")
    assert set(found["first_day"].dt.date.astype(str)) == {"2025-01-06"}
    assert set(found["last_day"].dt.date.astype(str)) == {"2025-12-31"}
    assert "2025-01-06 至 2025-12-31" in found["reason"].iloc[0]
    (zh,), (en,) = why_nothing(found, "zh"), why_nothing(found, "en")
    assert "2 个问题分到 80 段 × 12 期 = 960 格" in zh
    assert "960 cells" in en
    named = rl.hotspots.find_emerging(problems(np.full(30, 9_000.0)), axes, on="2025-12-31")
    assert why_nothing(named, "zh") == []
    window = rl.HotspotSettings(window_days=rl.hotspots.EmergingSettings().window_days)
    late = pd.concat([problems([100.0]), problems([100.0], day="2024-01-01")], ignore_index=True)
    told = rl.hotspots.check_problems(late, axes, on="2025-12-31", settings=window)
    assert told.loc[told["code"] == "problems-outside-window", "value"].tolist() == [1.0]


def test_a_bandwidth_is_an_argument_of_either_density_and_a_setting_of_both(axes):
    some, settings = problems([5_000.0, 5_100.0]), rl.HotspotSettings(bandwidth_m=300)
    one, other = (
        rl.hotspots.measure_density(some, axes, **how) for how in ({"bandwidth_m": 300}, {"settings": settings})
    )
    pd.testing.assert_frame_equal(one, other)
    assert rl.hotspots.measure_surface(some, axes, settings=settings).bandwidth_m == 300
    assert rl.hotspots.measure_surface(some, axes, bandwidth_m=500, settings=settings).bandwidth_m == 500
    assert rl.hotspots.measure_surface(some, axes).bandwidth_m == 1_000
