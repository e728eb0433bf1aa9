"""Hotspots: what is planted is found, what is not is not, and every problem ends in a count or in a fault."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st

import riverline as rl
from riverline.geodesy import gcj02_from_wgs84
from riverline.hotspots.exposing import passes_of, spread_over
from riverline.hotspots.segments import neighbours_of, segments_of

CRS = "EPSG:4548"
X, Y = 500_000.0, 3_400_000.0
ROWS = ["segment_id", "problems", "verdict"]


def at(*xy):
    return shapely.Point(X + xy[0], Y + xy[1])


def line(*xy):
    return shapely.LineString([(X + x, Y + y) for x, y in xy])


def rivers(*lines, **columns):
    ids = [f"R{i + 1}" for i in range(len(lines))]
    return gpd.GeoDataFrame(
        {"river_id": ids, "name": [f"河{i}" for i in ids], **columns}, geometry=list(lines), crs=CRS
    )


def problems(places, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(places), crs=CRS)


@pytest.fixture(scope="module")
def straight():
    return rivers(line((0, 0), (60_000, 0)))


@pytest.fixture(scope="module")
def planted():
    """Two hundred problems anywhere on both banks, and thirty on three kilometres of the right one."""
    random = np.random.default_rng(1)
    along, side = random.uniform(0, 60_000, 200), random.choice([-40.0, 40.0], 200)
    along = np.concatenate([along, random.uniform(20_000, 23_000, 30)])
    side = np.concatenate([side, np.full(30, -40.0)])
    ids = [f"P{i:03d}" for i in range(230)]
    kinds = random.choice(["dumping", "construction"], 230)
    days = pd.Timestamp("2025-01-01") + pd.to_timedelta(random.integers(0, 365, 230), unit="D")
    return problems(map(at, along, side), problem_id=ids, kind=kinds, found_on=days, note="x")


@pytest.fixture(scope="module")
def spots(planted, straight):
    return rl.find_hotspots(planted, straight)


# What is found


def test_a_planted_reach_is_found_on_its_bank_and_nowhere_else(spots):
    hot = spots.segments[spots.segments["hot"]]
    assert set(hot["bank"]) == {"right"}
    assert hot["start_chainage_m"].min() >= 18_500
    assert hot["end_chainage_m"].max() <= 24_500
    core = spots.segments[
        (spots.segments["bank"] == "right") & spots.segments["start_chainage_m"].between(20_000, 22_500)
    ]
    assert core["hot"].all()
    (reach,) = spots.clusters.itertuples()
    assert reach.problems == hot["problems"].sum()
    assert reach.expected == pytest.approx(230 * reach.length_m / 120_000)
    assert reach.length_m == hot["length_m"].sum()
    assert reach.p_adjusted == hot["p_adjusted"].min()


def test_the_reason_says_numbers_neighbours_window_and_choices_in_both_languages(spots):
    (zh,) = spots.clusters["reason"]
    (row,) = spots.clusters.itertuples()
    for part in (
        f"{row.problems} 个问题",
        "右岸",
        "p=",
        "BH",
        "双侧",
        "同岸",
        "1000 m",
        "时段不限",
        "二项检验",
        "自动选定",
    ):
        assert part in zh
    (en,) = rl.hotspots.describe_hotspots(spots, "en").clusters["reason"]
    for part in (f"{row.problems} problems", "right bank", "BH", "two-sided", "same bank", "window open", "binomial"):
        assert part in en
    assert en.replace("河R1", "").isascii()


def test_no_evidence_of_clustering_is_an_answer(straight):
    random = np.random.default_rng(3)
    even = problems(map(at, random.uniform(0, 60_000, 150), random.choice([-30.0, 30.0], 150)))
    spots = rl.find_hotspots(even, straight)
    assert not len(spots.clusters)
    (fault,) = spots.faults[spots.faults["code"] == "no-clustering"].itertuples()
    assert fault.value > 0.05
    assert "没有聚集的证据" in fault.detail
    assert spots.run.inputs["find_hotspots"]["global_p"] == pytest.approx(fault.value)


def test_counts_that_differ_everywhere_are_told_so_and_a_planted_reach_is_not(spots, straight):
    """One segment in five is a heap: hot by number, but in no place more than in others."""
    random = np.random.default_rng(8)
    heaps = np.repeat(random.choice(120, 24, replace=False) * 500.0 + 250.0, 25)
    frame = problems(map(at, heaps, random.choice([-30.0, 30.0], len(heaps))))
    found = rl.find_hotspots(frame, straight)
    (fault,) = found.faults[found.faults["code"] == "counts-uneven"].itertuples()
    assert fault.value == found.segments["verdict"].isin(["hot", "cold"]).sum() > 60
    assert fault.limit == 240
    dealt = rl.find_hotspots(frame, straight, settings=rl.HotspotSettings(null="permutation"))
    assert not dealt.segments["hot"].any()
    assert "counts-uneven" not in {*dealt.faults["code"], *spots.faults["code"]}


def test_nothing_at_all_is_no_evidence_either(straight):
    spots = rl.find_hotspots(problems([]), straight)
    assert spots.segments["problems"].sum() == 0
    assert (spots.segments["verdict"] == "none").all()
    assert not len(spots.surface)
    assert spots.segments["smoothed"].eq(0.0).all()


@pytest.mark.parametrize("null", ["binomial", "permutation", "simulation"])
def test_each_null_finds_the_planted_reach(planted, straight, null):
    spots = rl.find_hotspots(planted, straight, settings=rl.HotspotSettings(null=null))
    hot = spots.segments[spots.segments["hot"]]
    assert hot["start_chainage_m"].between(18_000, 25_000).all()
    assert len(hot) >= 5
    assert spots.run.inputs["find_hotspots"]["null"] == null


def test_one_sided_tests_never_call_a_segment_cold(straight):
    random = np.random.default_rng(5)
    along = np.concatenate([random.uniform(0, 20_000, 600), random.uniform(50_000, 60_000, 300)])
    frame = problems(map(at, along, random.choice([-30.0, 30.0], 900)))
    both = rl.find_hotspots(frame, straight)
    assert set(both.clusters["verdict"]) == {"hot", "cold"}
    assert both.segments.loc[both.segments["verdict"] == "cold", "start_chainage_m"].between(18_000, 50_000).all()
    one = rl.find_hotspots(frame, straight, settings=rl.HotspotSettings(sides="hot"))
    assert set(one.clusters["verdict"]) == {"hot"}


def test_by_any_dependence_less_is_found_and_without_banks_segments_are_whole(planted, straight):
    careful = rl.find_hotspots(planted, straight, settings=rl.HotspotSettings(adjustment="by"))
    usual = rl.find_hotspots(planted, straight)
    assert (careful.segments["p_adjusted"] >= usual.segments["p_adjusted"] - 1e-15).all()
    whole = rl.find_hotspots(planted, straight, by_bank=False)
    assert len(whole.segments) == 120
    assert "bank" not in whole.segments
    assert whole.segments["problems"].sum() == 230


# Nothing is lost, nothing is changed


def test_every_problem_ends_in_a_count_or_in_a_fault(straight):
    frame = problems(
        [
            at(100, 20),
            at(200, 20),
            None,
            shapely.Point(),
            at(300, 9_000),
            at(400, 0),
            at(500, 20),
            at(600, 20),
            at(700, 20),
        ],
        problem_id=["A", "A", "B", "C", "D", "E", "F", "G", "H"],
        status=["found"] * 6 + ["rejected", "found", "found"],
        found_on=["2025-03-01"] * 7 + ["2026-01-01", None],
    )
    spots = rl.find_hotspots(frame, straight, on="2025-12-31")
    codes = spots.faults.set_index("code")["feature_id"].groupby(level=0).apply(list).to_dict()
    assert codes["key-duplicated"] == ["A"]
    assert codes["problem-unplaced"] == ["B", "C"]
    assert codes["problem-far"] == ["D"]
    assert codes["problem-bankless"] == ["E"]
    assert codes["problem-without-day"] == ["H"]
    notes = spots.faults.set_index("code")["value"]
    assert notes["problems-rejected"] == notes["problems-outside-window"] == 1.0
    assert spots.segments["problems"].sum() == 1
    whole = rl.find_hotspots(frame, straight, by_bank=False)
    assert whole.segments["problems"].sum() == 4  # A, the one on the axis, and those of other days


def test_input_stays_and_the_order_of_rows_does_not_matter(planted, straight, spots):
    before = planted.copy()
    again = rl.find_hotspots(planted.sample(frac=1.0, random_state=4), straight)
    assert_geodataframe_equal(planted, before)
    assert_geodataframe_equal(again.segments, spots.segments)
    assert_geodataframe_equal(again.clusters, spots.clusters)
    pd.testing.assert_frame_equal(again.faults, spots.faults)


def test_adding_a_problem_never_lowers_a_count(planted, straight, spots):
    more = pd.concat([planted, problems([at(30_000, 40)], problem_id=["new"])], ignore_index=True)
    after = rl.find_hotspots(more, straight).segments["problems"]
    assert ((after - spots.segments["problems"]) >= 0).all()
    assert (after - spots.segments["problems"]).sum() == 1


def test_turning_the_map_turns_the_result_and_reversing_the_axis_swaps_the_banks(planted, straight, spots):
    def turned(frame):
        return frame.set_geometry(frame.geometry.rotate(30, origin=(X, Y)), crs=CRS)

    moved = rl.find_hotspots(turned(planted), turned(straight))
    assert moved.segments[ROWS].equals(spots.segments[ROWS])
    back = rl.find_hotspots(planted, straight.set_geometry(straight.geometry.reverse()))
    swapped = back.segments.sort_values(["bank", "start_chainage_m"], ascending=[True, True])
    mine = spots.segments.sort_values(["bank", "start_chainage_m"], ascending=[False, False])
    assert swapped["problems"].tolist() == mine["problems"].tolist()
    assert swapped["verdict"].tolist() == mine["verdict"].tolist()


def test_results_conform_and_have_no_faults(spots):
    for frame, schema in ((spots.segments, rl.schema.HOT_SEGMENTS), (spots.clusters, rl.schema.HOT_REACHES),
                          (spots.surface, rl.schema.DENSITIES)):  # fmt: skip
        schema.require(frame)
        assert not len(rl.check(frame, schema))


def test_an_area_counts_once_however_many_segments_it_touches(straight):
    area = shapely.box(X + 1_000, Y + 10, X + 4_000, Y + 60)
    spots = rl.find_hotspots(problems([area]), straight)
    assert spots.segments["problems"].tolist().count(1) == 1
    assert spots.segments["problems"].sum() == 1
    heavy = rl.find_hotspots(problems([area]), straight, settings=rl.HotspotSettings(weight="bank_m"))
    assert heavy.segments["weight"].sum() == pytest.approx(3_000)


def test_severity_weighs_where_it_is_asked_to(straight):
    frame = problems([at(100, 20), at(120, 20), at(140, 20)], severity=["major", "minor", None])
    spots = rl.find_hotspots(frame, straight, settings=rl.HotspotSettings(weight="severity"))
    assert spots.segments["weight"].sum() == 3 + 1 + 1
    assert spots.segments["problems"].sum() == 3


def test_a_problem_goes_to_the_river_and_bank_that_it_names():
    axes = rivers(line((0, 0), (5_000, 0)), line((0, 300), (5_000, 300)))
    frame = problems([at(1_000, 200), at(1_000, 200)], river_id=["R1", None], bank=["right", None])
    segments = rl.find_hotspots(frame, axes).segments
    assert segments.loc[segments["problems"] > 0, "segment_id"].tolist() == ["R1/0003-R", "R2/0003-R"]


def test_the_window_is_told_and_kept(planted, straight):
    spots = rl.find_hotspots(planted, straight, on=dt.date(2025, 6, 30), settings=rl.HotspotSettings(window_days=181))
    inside = planted["found_on"].between("2025-01-01", "2025-06-30").sum()
    assert spots.segments["problems"].sum() == inside
    assert spots.run.inputs["find_hotspots"]["since"] == "2025-01-01"
    assert all("2025-01-01 至 2025-06-30" in reason for reason in spots.clusters["reason"])


# Effort and exposure


def walks(*rows, **columns):
    frame = pd.DataFrame(rows, columns=["river_id", "start_chainage_m", "end_chainage_m"])
    return frame.assign(**columns)


def test_reaches_nobody_looked_at_are_never_cold(planted, straight):
    effort = walks(("R1", 0, 40_000), ("R1", 0, 40_000), ("R1", 40_000, 40_100))
    spots = rl.find_hotspots(planted, straight, effort=effort)
    unseen = spots.segments[spots.segments["verdict"] == "unseen"]
    assert set(spots.segments.loc[spots.segments["start_chainage_m"] >= 40_000, "verdict"]) == {"unseen"}
    assert unseen[["p", "p_adjusted", "z"]].isna().all(axis=None)
    assert (spots.segments.loc[spots.segments["start_chainage_m"] < 40_000, "passes"] == 2.0).all()
    (note,) = spots.faults[spots.faults["code"] == "segments-unseen"].itertuples()
    assert note.value == len(unseen) == 80
    assert spots.segments["problems"].sum() == 230


def test_what_was_looked_at_ten_times_as_often_is_not_hot_for_ten_times_the_problems(straight):
    random = np.random.default_rng(9)
    along = np.concatenate([random.uniform(0, 20_000, 400), random.uniform(20_000, 60_000, 80)])
    frame = problems(map(at, along, random.choice([-30.0, 30.0], 480)))
    plain = rl.find_hotspots(frame, straight)
    assert plain.segments["hot"].any()
    effort = walks(("R1", 0, 20_000), ("R1", 20_000, 60_000), passes=[10, 1])
    assert not rl.find_hotspots(frame, straight, effort=effort).segments["hot"].any()


def test_passes_and_exposures_are_integrals_over_segments():
    segments = segments_of(rivers(line((0, 0), (1_000, 0)), start_chainage_m=[2_000.0]), 250.0, by_bank=True)
    passes, wrong = passes_of(walks(("R1", 2_100, 2_500), ("R1", 3_000, 2_750), ("R9", 0, 100), bank=["", "left", ""]),
                              segments)  # fmt: skip
    assert passes.reshape(4, 2).T.tolist() == [[0.6, 1.0, 0.0, 1.0], [0.6, 1.0, 0.0, 0.0]]
    assert [each.feature_id for each in wrong] == ["3"]
    amount, _ = spread_over(walks(("R1", 2_000, 2_500), exposure=[8.0]), segments)
    assert amount.tolist() == pytest.approx([2.0, 2.0, 2.0, 2.0, 0, 0, 0, 0])
    with pytest.raises(rl.SchemaError, match="end_chainage_m"):
        passes_of(pd.DataFrame({"river_id": ["R1"], "start_chainage_m": [0.0]}), segments)
    with pytest.raises(rl.SchemaError, match="passes"):
        passes_of(walks(("R1", 0, 1), passes=[-1]), segments)


# Neighbours


def names_near(segments, settings, reach, name):
    near = neighbours_of(segments, settings, reach)
    names = segments.frame["segment_id"].tolist()
    own = slice(near.indptr[names.index(name)], near.indptr[names.index(name) + 1])
    return {names[each]: weight for each, weight in zip(near.indices[own], near.data[own], strict=True)}


@pytest.fixture(scope="module")
def confluence():
    """A river eastward, a brook that comes from the north, its left, at 1,000 m."""
    return segments_of(rivers(line((0, 0), (2_000, 0)), line((1_000, 1_000), (1_000, 0))), 500.0, by_bank=True)


def test_neighbours_are_along_the_water_and_on_the_bank_that_the_water_joins(confluence):
    near = names_near(confluence, rl.HotspotSettings(), 500.0, "R2/0002-R")
    assert near.keys() == {"R2/0001-R", "R1/0002-L", "R1/0003-L", "R2/0002-L"}  # across the mouth, not the river
    every = names_near(confluence, rl.HotspotSettings(same_bank=False), 500.0, "R1/0002-R")
    assert every.keys() == {"R1/0001-L", "R1/0001-R", "R1/0002-L", "R1/0003-L", "R1/0003-R", "R2/0002-L", "R2/0002-R"}


def test_directions_are_parted_where_water_parts(confluence):
    def near(kind, name):
        return set(names_near(confluence, rl.HotspotSettings(neighbours=kind), 500.0, name))

    assert near("downstream", "R2/0002-L") == {"R1/0003-L"}
    assert near("connected", "R2/0002-L") == {"R1/0003-L", "R2/0001-L"}
    assert near("upstream", "R1/0003-L") == {"R1/0002-L", "R2/0002-L", "R2/0002-R"}


def test_weights_decay_with_distance(confluence):
    linear = names_near(confluence, rl.HotspotSettings(decay="linear"), 1_250.0, "R1/0001-R")
    assert linear == pytest.approx({"R1/0002-R": 0.6, "R1/0003-R": 0.2})
    gauss = names_near(confluence, rl.HotspotSettings(decay="gaussian"), 1_000.0, "R1/0001-R")
    assert gauss == pytest.approx({"R1/0002-R": np.exp(-0.5 * 1.5**2), "R1/0003-R": np.exp(-0.5 * 9)})


def test_islands_are_tested_by_themselves():
    axes = rivers(*(line((0, 2_000 * i), (400, 2_000 * i)) for i in range(40)))
    frame = problems([at(200 + i, 10) for i in range(12)] + [at(200, 2_000 * i + 10) for i in range(1, 20)])
    spots = rl.find_hotspots(frame, axes)
    assert (spots.segments["neighbours"] == 0).all()
    assert spots.segments.loc[spots.segments["hot"], "segment_id"].tolist() == ["R1/0001-L"]


# The ledger quality report


def winding(count, shift=(0.0, 0.0), seed=2):
    random = np.random.default_rng(seed)
    along = np.linspace(0, 40_000, 400)
    axis = line(*zip(along, 3_000 * np.sin(along / 4_000), strict=True))
    places = shapely.line_interpolate_point(axis, random.uniform(1_000, axis.length - 1_000, count))
    xy = shapely.get_coordinates(places) + random.normal(0, 20, (count, 2)) + shift
    return rivers(axis), [shapely.Point(each) for each in xy]


def test_a_constant_offset_of_all_snaps_is_told_and_the_web_maps_named():
    axes, places = winding(200)
    assert "snaps-shifted" not in set(rl.find_hotspots(problems(places), axes).faults["code"])
    _, places = winding(200, shift=(250.0, -180.0))
    (fault,) = rl.find_hotspots(problems(places), axes).faults.query("code == 'snaps-shifted'").itertuples()
    assert fault.value == pytest.approx(308, abs=25)
    assert "GCJ-02" not in fault.note
    axes, places = winding(200)
    degrees = problems(places).to_crs("EPSG:4490").geometry
    lon, lat = gcj02_from_wgs84(degrees.x.to_numpy(), degrees.y.to_numpy())
    wrong = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4490")
    (fault,) = rl.find_hotspots(wrong, axes).faults.query("code == 'snaps-shifted'").itertuples()
    assert "GCJ-02" in fault.note
    assert 300 < fault.value < 800


def test_a_shifted_source_is_told_though_the_others_are_right():
    axes, right = winding(200)
    _, wrong = winding(14, shift=(250.0, -180.0), seed=5)
    both = problems([*right, *wrong], source=["巡河", "举报"] * 100 + ["随手拍"] * 14)
    (fault,) = rl.find_hotspots(both, axes).faults.query("code == 'snaps-shifted'").itertuples()
    assert fault.note.endswith("source=随手拍")
    assert fault.value == pytest.approx(308, abs=40)
    few = both.drop(index=range(200, 206))
    assert "snaps-shifted" not in set(rl.find_hotspots(few, axes).faults["code"])
    assert "snaps-shifted" not in set(rl.find_hotspots(both.drop(columns="source"), axes).faults["code"])


def test_problems_along_one_bank_are_no_shift():
    axes, _ = winding(10)
    side = shapely.offset_curve(axes.geometry.iloc[0], 150.0)
    places = shapely.line_interpolate_point(side, np.linspace(500, side.length - 500, 150))
    assert "snaps-shifted" not in set(rl.find_hotspots(problems(places), axes).faults["code"])


def test_heaped_dates_and_twins_are_told(straight):
    random = np.random.default_rng(6)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 700, 200), unit="D")
    places = [at(x, 20) for x in random.uniform(0, 60_000, 200)]
    assert "dates-heaped" not in set(rl.find_hotspots(problems(places, found_on=days), straight).faults["code"])
    heaped = days.where(np.arange(200) >= 30, pd.Timestamp("2024-08-15"))
    (fault,) = rl.find_hotspots(problems(places, found_on=heaped), straight).faults.query(
        "code == 'dates-heaped'").itertuples()  # fmt: skip
    assert (fault.value, fault.note) == (30 + (days[30:] == "2024-08-15").sum(), "2024-08-15")
    ends = (days + pd.offsets.MonthEnd(0)).where(np.arange(200) < 120, days)
    notes = rl.find_hotspots(problems(places, found_on=ends), straight).faults.query("code == 'dates-heaped'")["note"]
    assert "…-30/31" in set(notes)
    twins = problems([at(10, 20), at(10, 20)], problem_id=["A", "B"], kind="dumping", found_on="2025-01-01")
    spots = rl.find_hotspots(twins, straight)
    twin = spots.faults.query("code == 'problem-twin'")
    assert twin[["feature_id", "value", "note"]].to_numpy().tolist() == [["B", 0.0, "A, 0 d"]]
    assert spots.segments["problems"].sum() == 2


def test_exposure_on_no_axis_is_told(straight):
    effort = walks(("R1", 0, 60_000), ("R9", 0, 10))
    spots = rl.find_hotspots(problems([at(1, 20)]), straight, effort=effort)
    assert spots.faults.query("code == 'exposure-unmatched'")["feature_id"].tolist() == ["2"]


# Wrong calls


def test_wrong_settings_are_told_at_once():
    with pytest.raises(rl.JobError) as caught:
        rl.HotspotSettings(neighbours="near", level=2.0, reach_m=-1.0, decay="linear", null="binomial")
    for part in ("neighbours must be along", "level must lie", "reach_m must be above 0", "no exact null"):
        assert part in caught.value.en
    frame, axes = problems([at(1, 20)], severity=["major"]), rivers(line((0, 0), (5_000, 0)))
    uneven = (("major", 1.5),)
    for wrong in (
        rl.HotspotSettings(weight="severity", null="binomial"),
        rl.HotspotSettings(weight="severity", null="permutation", severity_weights=uneven),
    ):
        with pytest.raises(rl.JobError, match="simulation"):
            rl.find_hotspots(frame, axes, settings=wrong)


def test_a_window_needs_its_last_day(straight):
    with pytest.raises(rl.JobError, match="on="):
        rl.find_hotspots(problems([at(0, 9)]), straight, settings=rl.HotspotSettings(window_days=30))


def test_the_last_day_counts_to_its_last_hour(straight):
    frame = problems([at(100, 9), at(200, 9)], found_on=pd.to_datetime(["2025-12-31 23:30", "2026-01-01 00:10"]))
    assert rl.find_hotspots(frame, straight, on="2025-12-31").segments["problems"].sum() == 1
    cube = rl.hotspots.find_emerging(frame, straight, on="2025-12-31")
    assert cube["problems"].sum() == 1
    local = frame.assign(found_on=frame["found_on"].dt.tz_localize("Asia/Shanghai"))
    assert rl.find_hotspots(local, straight, on="2025-12-31").segments["problems"].sum() == 1


def test_without_axes_every_problem_is_far_from_all(straight):
    spots = rl.find_hotspots(problems([at(0, 9)], problem_id=["A"]), straight.iloc[:0])
    assert not len(spots.segments)
    assert spots.faults.query("code == 'problem-far'")["feature_id"].tolist() == ["A"]
    assert not len(rl.hotspots.first_to_walk(spots))
    assert not len(rl.hotspots.rank_reaches(spots))


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_whatever_problems_come_none_is_lost(data):
    """Places on, near and far from two rivers, or none; codes that may be shared; any status and bank."""
    some = st.one_of(st.none(), st.tuples(st.floats(-3e3, 8e3), st.floats(-3e3, 3e3)))
    rows = data.draw(st.lists(st.tuples(some, st.sampled_from("ABCDEFGH"), st.sampled_from(["found", "rejected"]),
                                        st.sampled_from(["left", "right", None])), max_size=12))  # fmt: skip
    places = [None if place is None else at(*place) for place, *_ in rows]
    columns = {name: [row[i] for row in rows] for i, name in ((1, "problem_id"), (2, "status"), (3, "bank"))}
    axes = rivers(line((0, 0), (5_000, 0)), line((2_000, 2_000), (2_000, 0)))
    spots = rl.find_hotspots(problems(places, **columns), axes)
    codes = spots.faults.groupby("code")["value"].agg(["size", "sum"])
    single = codes["size"].reindex(["problem-unplaced", "problem-far", "problem-bankless"], fill_value=0).sum()
    rejected = codes["sum"].reindex(["problems-rejected"], fill_value=0).sum()
    repeated = codes.reindex(["key-duplicated"], fill_value=0)
    again = (repeated["sum"] - repeated["size"]).sum()
    assert spots.segments["problems"].sum() + single + rejected + again == len(rows)


def test_wrong_frames_raise_once(straight):
    with pytest.raises(rl.CRSError):
        rl.find_hotspots(gpd.GeoDataFrame(geometry=[at(0, 0)]), straight)
    with pytest.raises(rl.SchemaError):
        rl.find_hotspots(problems([at(0, 0)]), straight, segment_m=0)
    with pytest.raises(rl.RuleError):
        rl.find_hotspots(problems([at(0, 0)]), straight, on="03/04/2025")


# Ranks


def test_ranks_come_with_what_is_not_certain():
    axes = rivers(line((0, 0), (20_000, 0)), line((0, 5_000), (20_000, 5_000)), line((0, 10_000), (800, 10_000)),
                  chief=["甲", "乙", None])  # fmt: skip
    places = [at(150 * i, 20) for i in range(120)] + [at(2_000 * i, 5_020) for i in range(9)] + [at(400, 10_020)]
    spots = rl.find_hotspots(problems(places), axes)
    table = rl.hotspots.rank_reaches(spots, by="chief").set_index("part")
    assert table["problems"].to_dict() == {"甲": 120, "": 1, "乙": 9}
    assert table.loc["甲", ["rank_place", "rank_first", "funnel"]].tolist() == [1, 1, "above"]
    assert table.loc["乙", ["rank_place", "funnel"]].tolist() == [3, "below"]
    assert table.loc["", ["rank_first", "rank_last"]].tolist() == [2, 3]
    with pytest.raises(rl.SchemaError, match="mayor"):
        rl.hotspots.rank_reaches(spots, by="mayor")
    walked = rl.hotspots.first_to_walk(spots, kilometres=10.0)
    assert walked["length_m"].sum() == pytest.approx(10_000)
    assert set(walked["river_id"]) == {"R1"}
    for length in (0.0, -1.0, np.nan):
        with pytest.raises(rl.JobError, match="kilometres 应大于 0"):
            rl.hotspots.first_to_walk(spots, kilometres=length)


def test_chiefs_reaches_are_ranked_by_the_chief_of_each_segments_middle():
    axes = rivers(line((0, 0), (10_000, 0)))
    spots = rl.find_hotspots(problems([at(100 + 20 * k, -20) for k in range(30)]), axes)
    rows = {"chief_id": list("ABCD"), "river_id": "R1", "level": ["village"] * 3 + ["county"], "name": list("甲乙丙丁"),
            "start_chainage_m": [0.0, 4_700.0, 0.0, 0.0], "end_chainage_m": [4_700.0, 1e4, 1e4, 1e4],
            "bank": ["right", "right", "left", None]}  # fmt: skip
    chiefs = gpd.GeoDataFrame(rows, geometry=[axes.geometry.iloc[0]] * 4, crs=axes.crs)
    table = rl.hotspots.rank_reaches(spots, by="chief_village", chiefs=chiefs).set_index("part")
    assert table["problems"].to_dict() == {"甲": 30, "乙": 0, "丙": 0}
    # The segment from 4,500 to 5,000 m is of whoever has its middle.
    assert table["length_m"].to_dict() == {"甲": 4_500.0, "乙": 5_500.0, "丙": 10_000.0}
    assert table["rank_place"].idxmin() == "甲"
    assert rl.hotspots.rank_reaches(spots, by="chief_county", chiefs=chiefs)["part"].tolist() == ["丁"]
    with pytest.raises(rl.SchemaError, match="chiefs"):
        rl.hotspots.rank_reaches(spots, chiefs=chiefs.drop(columns="level"))
    called = chiefs.assign(bank=["右岸", "右", "左岸", "两岸"], level=["村级"] * 3 + ["县级"])
    same = rl.hotspots.rank_reaches(spots, by="chief_village", chiefs=called).set_index("part")
    assert same["problems"].to_dict() == {"甲": 30, "乙": 0, "丙": 0}
    with pytest.raises(rl.SchemaError, match=r"(?s)B：bank（岸别） = 东岸.*chiefs holds values that cannot be read"):
        rl.hotspots.rank_reaches(spots, chiefs=called.assign(bank=["右岸", "东岸", "左岸", "两岸"]))


def test_the_surface_holds_every_problem(spots):
    assert (spots.surface["density"] * spots.surface["length_m"] / 1000).sum() == pytest.approx(230, rel=1e-3)
    peak = spots.surface.loc[spots.surface["density"].idxmax()]
    assert 19_500 <= peak["start_chainage_m"] <= 23_500
    assert peak["bank"] == "right"


@pytest.mark.parametrize("kernel", ["heat", "equal_split", "downstream", "upstream"])
@pytest.mark.parametrize("by_bank", [True, False])
def test_densities_hold_every_problem_and_run_as_the_water_does(confluence_axes, kernel, by_bank):
    frame = problems([at(700, 20), at(1_000 + 15, 500), at(1_990, -20)])
    settings = rl.HotspotSettings(bandwidth_m=150.0)
    found = rl.hotspots.measure_density(frame, confluence_axes, kernel=kernel, by_bank=by_bank, settings=settings)
    held = found["density"] * (found["end_chainage_m"] - found["start_chainage_m"]) / 1000
    assert held.sum() == pytest.approx(3.0, abs=1e-5)
    brook = found["river_id"] == "R2"
    if kernel == "downstream":
        assert found.loc[brook, "start_chainage_m"].min() >= 490
        assert found.loc[~brook, "start_chainage_m"].min() >= 670
    if kernel == "upstream":
        assert found.loc[brook, "end_chainage_m"].max() <= 501
    if by_bank and kernel != "heat":
        right = found[(found["bank"] == "right") & ~brook]
        assert right["start_chainage_m"].min() >= 1_500 or kernel == "upstream"


@pytest.fixture(scope="module")
def confluence_axes():
    return rivers(line((0, 0), (2_000, 0)), line((1_000, 1_000), (1_000, 0)))


def test_a_bandwidth_is_chosen_by_what_was_left_out(straight):
    random = np.random.default_rng(4)
    tight = random.choice(np.arange(5_000, 60_000, 5_000), 300) + random.normal(0, 120, 300)
    spread = random.uniform(0, 60_000, 300)
    chosen = [
        rl.find_hotspots(problems(map(at, each, [20.0] * 300)), straight).run.inputs["find_hotspots"]["bandwidth_m"]
        for each in (tight, spread)
    ]
    assert chosen[0] < chosen[1]
