"""Who looked where: passes of the window only, none of invalid patrols, and heaps where nobody looks are named."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import patrolled as pt
import riverline as rl
from riverline.hotspots.exposing import passes_of, spread_over
from riverline.hotspots.segments import segments_of

CRS = "EPSG:4548"
X, Y = 500_000.0, 3_400_000.0


def at(x, y):
    return shapely.Point(X + x, Y + y)


def problems(along, side=30.0, **columns):
    places = [at(x, y) for x, y in zip(along, np.broadcast_to(side, len(along)), strict=True)]
    return gpd.GeoDataFrame(columns, geometry=places, crs=CRS)


@pytest.fixture(scope="module")
def axes():
    shape = shapely.LineString([(X, Y), (X + 20_000, Y)])
    return gpd.GeoDataFrame({"river_id": ["R1"], "name": ["河"], "chief": ["张"]}, geometry=[shape], crs=CRS)


def walks(*rows, **columns):
    return pd.DataFrame(rows, columns=["river_id", "start_chainage_m", "end_chainage_m"]).assign(**columns)


def codes(found):
    return found.faults.set_index("code")["value"].to_dict()


# The window and what is a look


def test_patrols_hand_over_the_window_and_nothing_else():
    tracks = pd.concat(
        [pt.fixes(f"T{i}", [(0, 20), (600, 20)], start=f"2025-{day}T09:00") for i, day in enumerate(
            ("04-30", "05-01", "05-31", "06-01"))], ignore_index=True)  # fmt: skip
    may = pt.measured(tracks, since="2025-05-01", until="2025-05-31")
    assert may.tracks["track_id"].tolist() == may.passes["track_id"].tolist() == ["T1", "T2"]
    told = may.faults.set_index("code").loc["tracks-outside-window"]
    assert (told["value"], told["note"]) == (2.0, "2025-05-01 / 2025-05-31")
    every = pt.measured(tracks)
    assert len(every.tracks) == len(every.passes) == 4
    assert "tracks-outside-window" not in set(every.faults["code"])


def test_a_track_of_no_day_is_told_and_is_no_pass_of_a_window():
    undated = pt.drawn([(0, 20), (600, 20)], start=None, end=None)
    whole, may = pt.measured(undated), pt.measured(undated, since="2025-05-01", until="2025-05-31")
    assert (len(whole.tracks), len(may.tracks)) == (1, 1)
    assert (len(whole.passes), len(may.passes)) == (1, 0)
    assert "track-undated" in set(may.faults["code"])


def test_only_passes_of_the_window_count_and_none_of_invalid_patrols(axes):
    effort = walks(*[("R1", 0, 20_000)] * 5, on=["2025-09-30", "2025-10-01", "2025-10-31", "2025-11-01", None],
                   validity=["valid", "valid", "unknown", "valid", "valid"])  # fmt: skip
    frame = problems([100.0], found_on=["2025-10-05"])
    october = rl.HotspotSettings(window_days=31)
    found = rl.find_hotspots(frame, axes, effort=effort, on="2025-10-31", settings=october)
    assert set(found.segments["passes"]) == {2.0}
    assert (codes(found)["effort-outside-window"], codes(found)["effort-undated"]) == (2.0, 1.0)
    up_to = rl.find_hotspots(frame, axes, effort=effort, on="2025-10-31")
    assert set(up_to.segments["passes"]) == {3.0}
    assert set(rl.find_hotspots(frame, axes, effort=effort).segments["passes"]) == {5.0}
    drove = effort.assign(validity=["有效", "无效", "invalid", "valid", "valid"])
    found = rl.find_hotspots(frame, axes, effort=drove)
    assert set(found.segments["passes"]) == {3.0}
    assert codes(found)["effort-invalid"] == 2.0
    strange = rl.find_hotspots(frame, axes, effort=effort.assign(validity=["有效", "作废", "有效", "有效", "有效"]))
    (row,) = strange.faults[strange.faults["code"] == "value-choice"].itertuples()
    assert (row.layer, row.feature_id) == ("effort", "2")
    assert "作废" in row.detail


def test_banks_may_be_written_in_chinese_and_a_word_that_is_none_is_told(axes):
    segments = segments_of(axes, 20_000.0, by_bank=True)
    rows = walks(*[("R1", 0, 20_000)] * 5, bank=["右岸", "右", "left", "", "对岸"])
    passes, told = passes_of(rows, segments)
    assert passes.tolist() == [2.0, 3.0]
    assert passes_of(walks(*[("R1", 0, 20_000)] * 2, bank=["两岸", "both"]), segments)[0].tolist() == [2.0, 2.0]
    assert [(each.code, each.feature_id, each.note) for each in told] == [("exposure-bankless", "5", "对岸")]
    amount, told = spread_over(rows.assign(exposure=6.0), segments)
    assert amount.tolist() == pytest.approx([9.0, 15.0])
    assert [each.code for each in told] == ["exposure-bankless"]
    found = rl.find_hotspots(problems([100.0]), axes, effort=rows)
    assert "“对岸”" in found.faults.set_index("code").loc["exposure-bankless", "detail"]


# Sums that are never quite nothing


def test_where_no_pass_reaches_there_is_none_to_the_last_bit_and_a_whole_pass_is_one():
    axis = shapely.LineString([(X, Y), (X + 29_976.4, Y)])
    axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["河"]}, geometry=[axis], crs=CRS)
    segments = segments_of(axes, 500.0, by_bank=False)
    cut, end = segments.end[29], segments.end[-1]
    random = np.random.default_rng(4)
    rows = [("R1", round(each, 1), round(cut, 1)) for each in random.uniform(0, 9_000, 300)]
    passes, _ = passes_of(walks(*rows, ("R1", segments.begin[40], end)), segments)
    assert (passes[30:40] == 0.0).all()
    assert (passes[40:] == 1.0).all()
    # The whole is what was walked.
    walked = sum(stop - begin for _, begin, stop in rows) + end - segments.begin[40]
    assert (passes * (segments.end - segments.begin)).sum() == pytest.approx(walked, abs=0.1)
    # A problem where nobody goes has no rate at all, however few passes are asked for.
    frame = problems([segments.begin[35] + 100.0])
    least = rl.HotspotSettings(min_passes=0.0)
    found = rl.find_hotspots(frame, axes, effort=walks(*rows), by_bank=False, settings=least).segments
    assert found.loc[found["problems"] > 0, ["verdict", "passes"]].to_numpy().tolist() == [["unseen", 0.0]]
    assert not found["hot"].any()


# Heaps where nobody looks


@pytest.fixture(scope="module")
def unlooked(axes):
    """Fourteen problems on each of two segments that nobody passes, and two on every other one."""
    along = np.concatenate([np.full(14, 7_250.0), np.full(14, 7_750.0), np.repeat(np.arange(250.0, 20_000, 500), 2)])
    frame = problems(along)
    effort = walks(*[("R1", 0, 7_000), ("R1", 8_000, 19_000)] * 4)
    return rl.find_hotspots(frame, axes, by_bank=False, effort=effort)


def test_a_heap_where_nobody_looks_is_named_and_goes_first(unlooked):
    (left_out,) = unlooked.faults[unlooked.faults["code"] == "no-clustering-seen"].itertuples()
    assert "36 个问题" in left_out.detail
    assert "no-clustering" not in set(unlooked.faults["code"])
    named = unlooked.faults[unlooked.faults["code"] == "segment-unwalked"]
    assert named["feature_id"].tolist() == ["R1/0015", "R1/0016"]
    assert named["value"].tolist() == [16.0, 16.0]
    first = rl.hotspots.first_to_walk(unlooked, kilometres=1)
    assert first["segment_id"].tolist() == ["R1/0015", "R1/0016"]
    # What nobody passed and holds no more than others is not named.
    assert set(unlooked.segments.loc[unlooked.segments["verdict"] == "unseen", "segment_id"]) > {"R1/0039", "R1/0040"}


def test_ranks_count_what_their_rates_count_and_tell_the_rest(unlooked):
    (row,) = rl.hotspots.rank_reaches(unlooked, by="chief").itertuples()
    assert (row.problems, row.untested) == (108 - 36, 36)
    assert row.rate == pytest.approx(row.problems / row.exposure)


def test_a_hot_reach_says_how_far_it_is_over_the_limit_and_promises_nothing(axes):
    """Whatever is closed, the count stays: so no closing brings it back within a limit."""
    random = np.random.default_rng(7)
    along = np.concatenate([random.uniform(0, 20_000, 60), random.uniform(5_000, 6_000, 30)])
    frame = problems(along, status=["found"] * 90)
    spots, closed = (rl.find_hotspots(each, axes, by_bank=False) for each in (frame, frame.assign(status="closed")))
    assert spots.clusters["reason"].tolist() == closed.clusters["reason"].tolist()
    (row,) = spots.clusters[spots.clusters["verdict"] == "hot"].itertuples()
    assert "销号" not in row.reason
    assert f"上限多 {row.excess} 个" in row.reason
    english = rl.hotspots.describe_hotspots(spots, "en").clusters["reason"].iloc[0]
    assert "closed" not in english
    # The excess is counted from the largest count that chance allows at the mean rate, one time in a thousand.
    limit = row.problems - row.excess
    terms = np.exp(-row.expected + np.arange(limit + 1) * np.log(row.expected)
                   - np.cumsum(np.log(np.maximum(np.arange(limit + 1), 1))))  # fmt: skip
    assert 1.0 - terms.sum() <= 0.001 < 1.0 - terms[:-1].sum()
