"""Patrols: what was walked of a reach, what counts, how often it was due; closed forms on a straight river."""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from shapely import LineString

import patrolled as pt
import riverline as rl
from riverline import schema
from riverline._kernels.lines.following import newly_by, united_by

WHOLE_MAY = {"since": "2025-05-01", "until": "2025-05-31"}


def shares(result):
    return result.coverage["share"].round(9).tolist()


# Walked


def test_six_hundred_of_a_thousand_metres_are_sixty_per_cent():
    result = pt.measured(pt.walked([(0, 20), (600, 20)]))
    assert shares(result) == [0.6]
    assert result.coverage["covered_m"].tolist() == [600.0]
    assert result.gaps[["start_chainage_m", "end_chainage_m", "length_m"]].to_numpy().tolist() == [
        [600.0, 1000.0, 400.0]
    ]
    row = result.tracks.iloc[0]
    assert (row["length_m"], row["on_river_m"], row["covered_m"], row["new_m"]) == (600.0, 600.0, 600.0, 600.0)
    assert (row["minutes"], row["speed_kmh"], row["fixes"]) == (9.0, 4.0, 13)


def test_overlapping_walks_count_once_and_there_and_back_is_one_way():
    result = pt.measured(pt.walked([(0, 20), (600, 20)], [(400, 20), (800, 20)], [(0, 30), (300, 30), (0, 30)]))
    assert shares(result) == [0.8]
    assert result.tracks["length_m"].tolist() == [600.0, 400.0, 600.0]
    assert result.tracks["covered_m"].tolist() == [600.0, 400.0, 300.0]
    assert result.coverage["patrols"].tolist() == [3]


def test_the_bank_is_the_side_of_the_axis_and_crossing_it_changes_bank():
    both = pt.duties(("张三", "village", ""))
    result = pt.measured(pt.walked([(0, 20), (600, -40)]), of=both)
    assert result.coverage[["bank", "covered_m"]].to_numpy().tolist() == [["left", 200.0], ["right", 400.0]]
    left, right = (result.gaps[result.gaps["bank"] == bank] for bank in ("left", "right"))
    assert left[["start_chainage_m", "end_chainage_m"]].round(6).to_numpy().tolist() == [[200.0, 1000.0]]
    assert right[["start_chainage_m", "end_chainage_m"]].round(6).to_numpy().tolist() == [[0.0, 200.0], [600.0, 1000.0]]
    afloat = pt.measured(pt.walked([(0, 0), (500, 0)]), of=both)
    assert shares(afloat) == [0.5, 0.5]
    assert afloat.tracks["on_river_m"].tolist() == [500.0]


@pytest.mark.parametrize("noise", [0.0, 1e-9, 4.0])
def test_along_the_axis_nobody_knows_the_bank_and_both_count(noise):
    """A boat, a file written in degrees, a brook: no confetti of banks, and a note says why both count."""
    tracks = pt.walked([(0, 0), (1000, 0)], every=20.0)
    errors = np.random.default_rng(0).uniform(-noise, noise, len(tracks))
    tracks = tracks.set_geometry(
        shapely.transform(tracks.geometry.to_numpy(), lambda xy: xy + np.c_[0 * errors, errors])
    )
    result = pt.measured(tracks, of=pt.duties(("张三", "village", "")))
    assert shares(result) == [1.0, 1.0]
    assert result.gaps.empty
    assert len(result.passes) == 2
    told = result.faults.set_index("code").loc["track-bank-doubtful"]
    assert (told["feature_id"], told["limit"]) == ("T1", 10.0)
    assert told["value"] == pytest.approx(1000, abs=30)


def test_errors_of_position_do_not_change_the_bank_and_bridges_do():
    along = np.arange(0.0, 1001.0, 20.0)
    aside = 12 + np.random.default_rng(1).normal(0, 7, len(along))
    both = pt.duties(("张三", "village", ""))
    assert (aside < 0).sum() > 1
    assert shares(pt.measured(pt.walked(list(zip(along, aside, strict=True)), every=5.0), of=both)) == [1.0, 0.0]
    # A look at the other bank, however short, from a bridge at 400 m to one at 430 m.
    over = [(0, 30), (400, 30), (400, -30), (430, -30), (430, 30), (1000, 30)]
    assert pt.measured(pt.walked(over), of=both).coverage["covered_m"].tolist() == [970.0, 30.0]
    # Beside the axis after a bank that is told: still that bank; before another bank: until the axis is crossed.
    towards = [(0, 30), (300, 5), (600, 5), (700, -5), (1000, -30)]
    assert pt.measured(pt.walked(towards), of=both).coverage["covered_m"].tolist() == [650.0, 350.0]
    back = pt.measured(pt.walked(towards[::-1]), of=both)
    assert back.coverage["covered_m"].tolist() == [650.0, 350.0]
    assert "track-bank-doubtful" not in pt.codes(back)


def test_what_leaves_the_buffer_ends_there():
    # From the axis to 200 m off over 400 m: the buffer of 100 m ends half way.
    result = pt.measured(pt.walked([(100, 0.0), (500, 200)]))
    assert result.coverage["covered_m"].tolist() == [200.0]
    assert result.tracks["on_river_m"].iloc[0] == pytest.approx(np.hypot(200, 100), abs=0.05)


def test_a_drawn_line_of_two_vertices_follows_a_bent_river_all_the_way():
    """Closed form: along the inside of a right angle the walk is shorter than the reach, and nothing is left out."""
    bent = pt.axes([(0, 0), (1000, 0), (1000, 1000)])
    result = pt.measured(pt.drawn([(0, 20), (980, 20), (980, 1000)]), on=bent)
    assert shares(result) == [1.0]
    assert result.gaps.empty
    assert result.coverage["walked"].tolist() == ["full"]


def test_cutting_off_a_bend_does_not_walk_it():
    hairpin = pt.axes([(0, 0), (2000, 0), (2000, 120), (0, 120)])
    across = pt.drawn([(500, 20), (500, 100)])
    result = pt.measured(across, on=hairpin, of=pt.duties(("张三", "village", "")))
    assert result.coverage["covered_m"].sum() < 1.0
    assert "track-cuts-across" in pt.codes(result)


def test_chainage_starts_where_the_axis_says_and_duties_take_their_own_reach():
    on = pt.axes(start_chainage_m=[5000.0])
    of = pt.duties(start_chainage_m=[5200.0], end_chainage_m=[5700.0])
    result = pt.measured(pt.walked([(0, 20), (600, 20)]), on=on, of=of)
    assert result.coverage[["start_chainage_m", "end_chainage_m", "covered_m"]].to_numpy().tolist() == [
        [5200.0, 5700.0, 400.0]
    ]
    assert shares(result) == [0.8]
    assert result.gaps["start_chainage_m"].tolist() == [5600.0]


def test_coverage_goes_by_period_and_a_month_without_a_patrol_is_a_gap():
    tracks = pd.concat([
        pt.fixes("A", [(0, 20), (600, 20)], start="2025-05-31T23:50"),
        pt.fixes("B", [(0, 20), (300, 20)], start="2025-07-01T00:10"),
    ])  # fmt: skip
    result = pt.measured(tracks, since="2025-05-01", until="2025-07-31")
    assert shares(result) == [0.6, 0.0, 0.3]
    assert result.coverage["walked"].tolist() == ["part", "none", "part"]
    assert result.gaps["period_start"].dt.strftime("%m").tolist() == ["05", "06", "07"]
    assert shares(pt.measured(tracks, since="2025-05-01", until="2025-07-31", period=None)) == [0.6]
    assert shares(pt.measured(tracks, since="2025-06-01", until="2025-06-30")) == [0.0]


def known(metres):
    """How many metres of a bank are walked, with runs of ten and fewer that are missing beside what was walked."""
    runs = np.split(metres, np.flatnonzero(np.diff(metres)) + 1)
    return sum(len(run) for run in runs if run[0] or (len(run) <= 10 and len(runs) > 1))


@settings(max_examples=10, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(
    walks=st.lists(
        st.tuples(st.integers(-200, 1200), st.integers(1, 900), st.integers(-80, 80)), min_size=1, max_size=6
    ),
    seed=st.integers(0, 99),
)
def test_covered_and_gaps_make_up_the_reach_and_the_order_of_rows_does_not_matter(walks, seed):
    rows = [[(start, offset), (start + length, offset)] for start, length, offset in walks]
    tracks, of = pt.walked(*rows, every=200.0), pt.duties(("张三", "village", ""))
    result = pt.measured(tracks, of=of)
    cover = result.coverage.set_index("bank")["covered_m"]
    missed = result.gaps.groupby("bank")["length_m"].sum().reindex(cover.index).fillna(0.0)
    assert (cover + missed).tolist() == pytest.approx([1000.0] * 2, abs=0.3)
    place = np.zeros((2, 1000), dtype=bool)
    for start, length, offset in walks:
        first, last = max(start, 0), max(min(start + length, 1000), 0)
        # Ten metres off and fifty along, or twenty off, tell the bank.
        near = 20 if last - first < 50 else 11
        for row, on in enumerate((offset > -near, offset < near)):
            place[row, first:last] |= on
    assert cover.tolist() == pytest.approx([known(bank) for bank in place], abs=0.11)
    shuffled = pt.measured(tracks.sample(frac=1, random_state=seed), of=of)
    for name in ("tracks", "coverage", "gaps", "faults"):
        assert_geodataframe_equal(getattr(result, name), getattr(shuffled, name))
    assert_frame_equal(result.checks, shuffled.checks)
    assert_frame_equal(result.duties, shuffled.duties)


@pytest.mark.parametrize(
    ("ends", "walked", "gaps"),
    [
        ([(4, 996)], "full", []),
        ([(10, 500), (510, 990)], "full", []),
        ([(0, 989)], "part", [(989, 1000)]),
        ([(0, 500), (511, 1000)], "part", [(500, 511)]),
        ([(11, 500), (505, 1000)], "part", [(0, 11)]),
    ],
)
def test_a_reach_walked_up_to_what_places_err_is_walked_wholly(ends, walked, gaps):
    """Five centimetres against positions that are good to ten metres: 99.998 % read as not walked."""
    result = pt.measured(pt.walked(*([(a, 20), (b, 20)] for a, b in ends), every=20.0))
    row = result.coverage.iloc[0]
    assert row["walked"] == walked
    told = result.gaps[["start_chainage_m", "end_chainage_m"]].round(6).to_numpy().tolist()
    assert told == [list(map(float, gap)) for gap in gaps]
    missing = sum(b - a for a, b in gaps)
    assert (row["covered_m"], row["share"]) == pytest.approx((1000.0 - missing, 1 - missing / 1000))
    assert result.duties["share"].tolist() == pytest.approx([1 - missing / 1000])
    assert set(result.checks["share"].round(9)) <= {0.0, round(1 - missing / 1000, 9)}


def test_how_much_may_be_missing_is_the_rules_word_and_a_short_reach_that_nobody_walked_is_a_gap():
    own = pt.every_patrol_counts()
    exact = own.model_copy(update={"cleaning": own.cleaning.model_copy(update={"position_m": 0.0})})
    result = pt.measured(pt.walked([(4, 20), (996, 20)]), rules=exact)
    assert result.coverage["walked"].tolist() == ["part"]
    assert result.gaps["length_m"].tolist() == [4.0, 4.0]
    short = pt.measured(pt.walked([(100, 20), (900, 20)]), of=pt.duties(start_chainage_m=[0.0], end_chainage_m=[8.0]))
    assert short.coverage[["covered_m", "walked"]].to_numpy().tolist() == [[0.0, "none"]]
    assert short.gaps["length_m"].tolist() == [8.0]


# Kernels


intervals = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(0, 20), st.integers(0, 5)), max_size=12
)


@settings(max_examples=60, deadline=None)
@given(intervals)
def test_new_lengths_add_up_to_the_union_and_are_what_no_earlier_one_covers(rows):
    group, start, length, order = (np.array(column, dtype="int64") for column in zip(*rows, strict=True)) if rows else (
        np.zeros(0, dtype="int64"),) * 4  # fmt: skip
    new = newly_by(group, start.astype(float), (start + length).astype(float), order)
    for each in set(group.tolist()):
        for rank in range(6):

            def cells(mine, each=each):
                return {c for g, s, n, o in rows if g == each and mine(o) for c in range(s, s + n)}  # fmt: skip

            expected = cells(lambda o, rank=rank: o == rank) - cells(lambda o, rank=rank: o < rank)
            assert new[(group == each) & (order == rank)].sum() == len(expected)
    _, begin, finish = united_by(group, start.astype(float), (start + length).astype(float))
    assert new.sum() == (finish - begin).sum()


# Cleaning


def test_a_jump_is_dropped_and_walks_on():
    tracks = pt.walked([(0, 20), (600, 20)])
    tracks.loc[5, "geometry"] = pt.at(250, 9000)
    result = pt.measured(tracks)
    assert shares(result) == [0.6]
    assert result.tracks[["dropped", "breaks", "length_m"]].to_numpy().tolist() == [[1, 0, 600.0]]
    assert "track-jumps" in pt.codes(result)


def test_a_silence_is_a_break_and_a_rest_is_none():
    one, two = (pt.fixes("T1", [(a, 20), (b, 20)], start=when) for a, b, when in (
        (0, 200, "2025-05-06T09:00"), (700, 900, "2025-05-06T10:00")))  # fmt: skip
    two = two.assign(point_id="x" + two["point_id"])
    result = pt.measured(pd.concat([one, two]))
    assert result.tracks[["breaks", "length_m", "pauses"]].to_numpy().tolist() == [[1, 400.0, 0]]
    assert shares(result) == [0.4]
    later = pt.fixes("T1", [(200, 20), (400, 20)], start="2025-05-06T10:00")
    rested = pt.measured(pd.concat([one, later.assign(point_id="y" + later["point_id"])]))
    assert rested.tracks[["breaks", "pauses", "covered_m"]].to_numpy().tolist() == [[0, 1, 400.0]]
    assert rested.tracks["minutes"].iloc[0] == 63.0
    assert rested.tracks["moving_minutes"].iloc[0] == 6.0
    assert rested.tracks["speed_kmh"].iloc[0] == 4.0


def test_repeated_fixes_change_nothing():
    tracks = pt.walked([(0, 20), (600, 20)])
    twice = pd.concat([tracks, tracks.assign(point_id="again" + tracks["point_id"])])
    one, other = pt.measured(tracks), pt.measured(twice)
    assert other.tracks["dropped"].tolist() == [13]
    assert_geodataframe_equal(one.coverage, other.coverage)


def test_tracks_without_times_are_kept_and_said():
    tracks = pt.walked([(0, 20), (600, 20)]).assign(
        time=pd.Series(pd.NaT, index=range(13), dtype="datetime64[us, UTC]")
    )
    result = pt.measured(tracks, period=None, rules=None, **WHOLE_MAY)
    row = result.tracks.iloc[0]
    assert (row["length_m"], row["covered_m"], row["validity"]) == (600.0, 600.0, "unknown")
    assert pd.isna(row["minutes"]) and pd.isna(row["started"]) and pd.isna(row["speed_kmh"])  # noqa: PT018 - one thought
    assert pt.codes(result) == ["track-undated", "track-without-times"]
    assert shares(result) == [0.0], "nobody knows when"
    unordered = pt.measured(tracks.drop(columns="sequence"))
    assert unordered.tracks["length_m"].tolist() == [0.0]
    assert "track-unordered" in pt.codes(unordered)


def test_m_of_lines_is_their_time():
    seconds = pd.Timestamp("2025-05-06T01:00Z").timestamp()
    text = f"LINESTRING M ({pt.X} {pt.Y + 20} {seconds}, {pt.X + 600} {pt.Y + 20} {seconds + 540})"
    frame = pt.drawn([(0, 0), (1, 1)]).set_geometry([shapely.from_wkt(text)], crs=pt.CRS)
    frame["started"] = frame["ended"] = pd.Series([pd.NaT], dtype="datetime64[us, UTC]")
    row = pt.measured(frame).tracks.iloc[0]
    assert (row["minutes"], row["speed_kmh"], row["started"].isoformat()) == (9.0, 4.0, "2025-05-06T01:00:00+00:00")


def test_every_track_ends_in_a_row_or_in_a_fault():
    good = pt.drawn(
        [(0, 20), (600, 20)], [(0, 20), (600, 20)], [(0, 9000), (600, 9000)], [(5, 5), (5, 5)], [(0, 1), (9, 1)]
    )
    good["track_id"] = ["a", "b", "far", "still", ""]
    nowhere = pt.drawn([(0, 0), (1, 0)]).assign(track_id="nowhere").set_geometry([None], crs=pt.CRS)
    wrong = pt.drawn([(0, 20), (10, 20)], start="2025-05-06T10:00+08:00", end="2025-05-06T09:00+08:00").assign(
        track_id="back"
    )
    tracks = pd.concat([good, nowhere, wrong], ignore_index=True)
    before = tracks.copy()
    result = pt.measured(tracks)
    told = set(result.faults["feature_id"])
    assert set(result.tracks["track_id"]) == {"a", "b", "far", "still", "back"}
    assert {"row 4", "nowhere", "far", "still", "back"} <= told
    found = set(zip(result.faults["feature_id"], result.faults["code"], strict=True))
    assert {("far", "track-off-river"), ("still", "track-no-walk"), ("b", "track-copied")} <= found
    assert {"key-blank", "feature-blank", "track-ends-before"} <= set(result.faults["code"])
    assert result.tracks.set_index("track_id")["copy_of"].to_dict() == {
        "a": "",
        "b": "a",
        "far": "",
        "still": "",
        "back": "",
    }
    assert_geodataframe_equal(tracks, before)


def test_points_that_name_nobody_or_several_people_are_told():
    tracks = pt.walked([(0, 20), (600, 20)])
    tracks.loc[3, "patroller"] = "李四"
    tracks.loc[4, "track_id"] = " "
    tracks.loc[5, "time"] = pd.NaT
    tracks.loc[6, "geometry"] = None
    result = pt.measured(tracks)
    assert pt.codes(result) == ["feature-blank", "key-blank", "track-points-lost", "track-several-patrollers"]
    assert len(result.tracks) == 1


def test_other_columns_of_lines_come_through():
    result = pt.measured(pt.drawn([(0, 20), (600, 20)]).assign(weather="晴"))
    assert result.tracks["weather"].tolist() == ["晴"]


# What counts


RULE = """
[[validities]]
id = "v"
document = "own"
article = "第三条"
levels = ["village"]
least_minutes = 10.0
least_m = 500.0
least_gap_h = 96.0
"""


def test_time_length_and_gap_are_judged_and_a_failed_patrol_does_not_start_the_clock(tmp_path):
    rules = pt.rules(tmp_path, RULE)
    tracks = pd.concat([
        pt.fixes("A", [(0, 20), (700, 20)], start="2025-05-01T09:00"),
        pt.fixes("B", [(0, 20), (400, 20)], start="2025-05-05T10:00", kmh=2.0),
        pt.fixes("C", [(0, 20), (700, 22)], start="2025-05-05T09:00", kmh=4.0),
        pt.fixes("D", [(0, 20), (700, 21)], start="2025-05-05T11:00"),
        pt.fixes("E", [(0, 20), (600, 20)], start="2025-05-20T11:00", kmh=6.0),
    ])  # fmt: skip
    result = pt.measured(tracks, rules=rules)
    told = result.tracks.set_index("track_id")[["validity", "unmet"]].apply(tuple, axis=1).to_dict()
    assert told == {
        "A": ("valid", ""), "B": ("invalid", "length"), "C": ("invalid", "gap"), "D": ("valid", ""),
        "E": ("invalid", "time"),
    }  # fmt: skip
    reasons = result.tracks.set_index("track_id")["reason"]
    assert reasons["C"] == "距上次有效巡河 96.0 小时，不超过 96 小时"
    assert reasons["B"] == "长度 400 米，少于 500 米"
    english = pt.measured(tracks, rules=rules, language="en").tracks.set_index("track_id")["reason"]
    assert english["E"] == "6 min, less than 10 min"
    assert set(result.tracks["citation"]) == {"本县文件：第三条"}


def test_copies_and_cars_are_signs_and_count_as_the_rule_says(tmp_path):
    car = pt.fixes("A", [(0, 20), (900, 20)], kmh=40.0, every=100.0)
    copy = pt.fixes("B", [(0, 20), (900, 20)], start="2025-05-07T09:00", kmh=3.0, every=100.0)
    rules = pt.rules(tmp_path, RULE.replace("least_gap_h = 96.0", "refuse_vehicles = true").replace("10.0", "1.0"))
    result = pt.measured(pd.concat([car, copy]), rules=rules)
    assert result.tracks["unmet"].tolist() == ["vehicle", "copy"]
    assert result.duties[["perfunctory", "signs"]].to_numpy().tolist() == [["yes", "vehicle,copy"]]


def test_a_copied_track_and_a_drive_cover_nothing_and_are_told_apart():
    """甲 walks 600 m, drives 300 m at 54 km/h; 乙 copies 甲's walk: 0.6 and 0 covered, 0.9 and 0.6 seen."""
    walk = pt.fixes("A", [(0, 20), (600, 20)], who="甲", kmh=3.0)
    drive = pt.fixes("B", [(600, 20), (900, 20)], who="甲", kmh=54.0, start="2025-05-12T09:00")
    copy = pt.fixes("C", [(0, 20), (600, 20)], who="乙", kmh=3.0, start="2025-05-07T09:00")
    of = pt.duties(("甲", "village", "left"), ("乙", "village", "left"))
    result = pt.measured(pd.concat([walk, drive, copy]), of=of, rules=None, **WHOLE_MAY)
    assert result.tracks["unmet"].tolist() == ["", "time,length", "copy"]
    told = result.coverage[["covered_m", "share", "seen_m", "seen_share", "patrols", "valid", "walked"]]
    assert told.to_numpy().tolist() == [
        [600.0, 0.6, 900.0, 0.9, 2, 1, "part"],
        [0.0, 0.0, 600.0, 0.6, 1, 0, "not_valid"],
    ]
    gaps = result.gaps[["start_chainage_m", "end_chainage_m", "seen_m"]]
    assert gaps.round(6).to_numpy().tolist() == [[600.0, 1000.0, 300.0], [0.0, 1000.0, 600.0]]
    assert result.duties[["share", "seen_share"]].to_numpy().tolist() == [[0.6, 0.9], [0.0, 0.6]]
    paid = rl.gather_indicators(by="chief", patrols=result, period="2025-05", **WHOLE_MAY)
    assert paid[paid["indicator"] == "coverage"].set_index("subject")["value"].to_dict() == {"甲": 0.6, "乙": 0.0}
    page = rl.maps.show_patrols(result, pt.axes()).get_root().render()
    assert "只有未计有效的巡河走到" in page


def test_the_same_short_stretch_again_and_again_looks_perfunctory():
    lazy = [pt.fixes(f"T{i}", [(0, 20 + i), (200, 20 + i)], start=f"2025-05-{i + 1:02d}T09:00") for i in range(4)]
    result = pt.measured(pd.concat(lazy))
    row = result.duties.iloc[0]
    assert (row["share"], row["repeated"], row["perfunctory"], row["signs"]) == (0.2, 1.0, "yes", "same_stretch")
    assert result.tracks["new_m"].tolist() == [200.0, 0.0, 0.0, 0.0]
    keen = [
        pt.fixes(f"T{i}", [(250 * i, 20), (250 * i + 250, 20)], start=f"2025-05-{i + 1:02d}T09:00") for i in range(4)
    ]
    honest = pt.measured(pd.concat(keen)).duties.iloc[0]
    assert (honest["share"], honest["repeated"], honest["perfunctory"]) == (1.0, 0.0, "no")
    idle = pt.measured(pd.concat(lazy), of=pt.duties(("李四", "village", "left"))).duties.iloc[0]
    assert (idle["patrols"], idle["perfunctory"]) == (0, "unknown")


# How often


WEEKLY = """
[[frequencies]]
id = "weekly"
document = "own"
article = "第五条"
levels = ["village"]
times = 1
per = "week"
months = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]

[[frequencies]]
id = "daily-red"
document = "own"
article = "第六条"
levels = ["village"]
colour = "red"
times = 1
per = "day"

[[equivalents]]
activity = "on_site"
levels = ["village"]
"""


def outcomes(result):
    return [(f"{row.period_start:%m-%d}", row.outcome) for row in result.checks.itertuples()]


def test_a_week_with_a_valid_patrol_is_met_and_a_cut_one_is_open(tmp_path):
    tracks = pd.concat([
        pt.fixes("A", [(0, 20), (700, 20)], start="2025-05-06T09:00"),
        pt.fixes("B", [(0, 20), (700, 20)], start="2025-05-22T09:00", kmh=3.0, every=60.0),
    ])  # fmt: skip
    result = pt.measured(tracks, rules=pt.rules(tmp_path, WEEKLY), **WHOLE_MAY)
    assert outcomes(result) == [
        ("04-28", "open"), ("05-05", "met"), ("05-12", "not_met"), ("05-19", "met"), ("05-26", "open"),
    ]  # fmt: skip
    assert result.duties[["due", "met"]].to_numpy().tolist() == [[3, 2]]
    assert set(result.checks["citation"]) == {"本县文件：第五条"}


def test_out_of_season_nothing_is_due(tmp_path):
    tracks = pt.walked([(0, 20), (700, 20)], start="2025-02-26T09:00")
    result = pt.measured(tracks, rules=pt.rules(tmp_path, WEEKLY), since="2025-02-03", until="2025-03-09")
    assert outcomes(result) == [("02-24", "met"), ("03-03", "not_met")]
    winter = pt.measured(tracks, rules=pt.rules(tmp_path, WEEKLY), since="2025-02-01", until="2025-02-28")
    assert winter.checks["outcome"].tolist() == ["no_rule"]


def test_the_highest_colour_of_a_day_wins(tmp_path):
    warnings = pd.DataFrame({
        "warning_id": ["W1", "W2", "W3"], "river_id": "R1", "colour": ["red", "yellow", "purple"],
        "from_on": ["2025-05-14", "2025-05-13", "2025-05-01"], "to_on": ["2025-05-15", "2025-05-18", None],
    })  # fmt: skip
    tracks = pt.walked([(0, 20), (700, 20)], start="2025-05-14T09:00")
    result = pt.measured(
        tracks, rules=pt.rules(tmp_path, WEEKLY), warnings=warnings, since="2025-05-12", until="2025-05-18"
    )
    assert outcomes(result) == [("05-14", "met"), ("05-15", "not_met"), ("05-12", "met")]
    assert result.checks["colour"].tolist() == ["red", "red", "none"]
    assert pt.codes(result) == ["value-choice", "warning-unusable"]


def test_activities_count_where_the_rules_say_so(tmp_path):
    activities = pd.DataFrame({
        "activity_id": ["1", "2", "3", "4"], "duty_id": ["D1", "D1", "D1", "D9"],
        "activity": ["on_site", "on_site", "tea", "on_site"],
        "on": ["2025-05-13", "2025-05-14", "2025-05-14", "2025-05-14"],
    })  # fmt: skip
    tracks = pt.walked([(0, 20), (700, 20)])
    result = pt.measured(
        tracks, rules=pt.rules(tmp_path, WEEKLY), activities=activities, since="2025-05-05", until="2025-05-18"
    )
    assert result.checks[["done", "equivalent", "outcome"]].to_numpy().tolist() == [[1, 0, "met"], [0, 1, "met"]]
    assert sorted(result.faults.query("code == 'activity-not-counted'")["note"]) == ["activity", "duty_id"]


def test_shares_of_a_visit_and_of_a_unit_are_asked_for(tmp_path):
    text = WEEKLY.replace('per = "week"', 'per = "week"\nvisit_share = 0.3\ncover_share = 0.6', 1)
    rules = pt.rules(tmp_path, text)
    window = {"since": "2025-05-05", "until": "2025-05-11", "rules": rules}
    short = pt.measured(pt.walked([(0, 20), (200, 20)]), **window).checks.iloc[0]
    assert (short["done"], short["outcome"]) == (0, "not_met")
    part = pt.measured(pt.walked([(0, 20), (400, 20)]), **window).checks.iloc[0]
    assert (part["done"], round(part["share"], 9), part["outcome"]) == (1, 0.4, "not_met")
    both = pt.measured(pt.walked([(0, 20), (400, 20)], [(400, 20), (700, 20)]), **window).checks.iloc[0]
    assert (both["done"], both["outcome"]) == (2, "met")


def test_patrols_that_cannot_be_judged_leave_a_week_unknown(tmp_path):
    lines = pt.drawn([(0, 20), (700, 20)])
    lines["ended"] = pd.Series([pd.NaT], dtype="datetime64[us, UTC]")
    result = pt.measured(lines, rules=pt.rules(tmp_path, RULE + WEEKLY), since="2025-05-05", until="2025-05-11")
    assert result.tracks["validity"].tolist() == ["unknown"]
    assert result.checks[["doubtful", "outcome"]].to_numpy().tolist() == [[1, "unknown"]]


def test_a_patrol_counts_for_the_chief_at_his_level_and_for_those_who_name_a_deputy():
    of = pt.duties(
        ("张三", "village", "left"),
        ("张三", "county", "left"),
        ("王五", "county", "left"),
        deputies=["", "", "李四、张 三"],
    )
    result = pt.measured(pt.walked([(0, 20), (600, 20)]), of=of)
    assert result.duties["patrols"].tolist() == [1, 0, 1]
    stranger = pt.measured(pt.walked([(0, 20), (600, 20)], who="赵六"), of=of)
    assert "track-no-duty" in pt.codes(stranger)
    assert stranger.coverage["covered_m"].sum() == 0


def test_duties_that_cannot_be_checked_are_faults(tmp_path):
    of = pt.duties(*[("张三", "village", "left")] * 6).assign(
        duty_id=["D1", "D1", "D3", "D4", "D5", "D6"], river_id=["R1", "R1", "R9", "R1", "R1", "R1"],
        start_chainage_m=[np.nan, np.nan, np.nan, 900.0, np.nan, np.nan],
        end_chainage_m=[np.nan, np.nan, np.nan, 100.0, np.nan, np.nan],
        chief=["张三", "李四", "张三", "张三", "", "张三"], level=["village"] * 5 + ["city"],
    )  # fmt: skip
    result = pt.measured(pt.walked([(0, 20), (600, 20)]), of=of, rules=pt.rules(tmp_path, WEEKLY))
    assert result.duties["duty_id"].tolist() == ["D1", "D6"]
    assert pt.codes(result) == [
        "duty-duplicated", "duty-no-length", "duty-unusable", "duty-without-river", "duty-without-rule",
    ]  # fmt: skip
    assert result.checks[result.checks["duty_id"] == "D6"]["outcome"].tolist() == ["no_rule"]
    twice = result.faults.set_index("code").loc["duty-duplicated"]
    assert (twice["feature_id"], twice["value"], twice["note"]) == ("D1", 2.0, "李四")
    assert "共 2 行" in twice["detail"]


@pytest.mark.parametrize(
    ("wrong", "zh", "en"),
    [
        ({"level": "组级"}, "缺少河长级别或其值", "lacks level, or"),
        ({"chief": ""}, "缺少河长或其值", "lacks river chief, or"),
        ({"bank": "东岸"}, "缺少岸别或其值", "lacks bank, or"),
    ],
)
def test_what_a_duty_lacks_is_called_as_in_the_table_of_duties(wrong, zh, en):
    told = pt.measured(
        pt.walked([(0, 20), (600, 20)]), of=pt.duties(("张三", "village", "left")).assign(**wrong)
    ).faults
    told = told[told["code"] == "duty-unusable"]
    assert zh in told["detail"].iloc[0]
    assert en in rl.faults.describe(told, "en")["detail"].iloc[0]


def test_the_colour_that_a_warning_lacks_is_called_as_in_its_table():
    warned = pd.DataFrame({"warning_id": ["W1"], "river_id": "R1", "colour": ["紫"], "from_on": ["2025-05-05"],
                           "to_on": [""]})  # fmt: skip
    told = pt.measured(pt.walked([(0, 20), (600, 20)]), warnings=warned).faults.set_index("code")["detail"]
    assert "缺少预警颜色" in told["warning-unusable"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"level": "组级"},
        {"river_id": "R9"},
        {"start_chainage_m": 900.0, "end_chainage_m": 100.0},
        {"chief": "李四", "deputies": "张三", "bank": "东岸"},
    ],
)
def test_who_has_a_duty_that_cannot_be_used_is_not_told_to_have_none(wrong):
    of = pt.duties(("张三", "village", "left"), ("王五", "village", "right"))
    for name, value in wrong.items():
        of[name] = pd.Series([value, of[name].iloc[1] if name in of else None], dtype="object")
    tracks = pd.concat(
        [pt.walked([(0, 20), (600, 20)]), pt.walked([(0, 25), (600, 25)], who="赵六")], ignore_index=True
    )
    tracks["track_id"] = tracks["patroller"].map({"张三": "T1", "赵六": "T2"})
    told = pt.measured(tracks, of=of).faults.set_index("code")["feature_id"]
    assert (told["track-duty-refused"], told["track-no-duty"]) == ("T1", "T2")
    # With another duty that can be used nothing is to be said of his tracks.
    twice = pd.concat([of, pt.duties(("张三", "village", "left")).assign(duty_id="D9")], ignore_index=True)
    assert "track-duty-refused" not in pt.codes(pt.measured(tracks, of=twice))


@pytest.mark.parametrize(
    ("ends", "beyond"),
    [((0.0, 9000.0), 8000.0), ((-500.0, 1000.5), 500.5), ((-0.5, 1000.5), None), ((None, None), None)],
)
def test_what_a_duty_states_beyond_its_river_is_told(ends, beyond):
    of = pt.duties(("张三", "village", "left")).assign(start_chainage_m=[ends[0]], end_chainage_m=[ends[1]])
    result = pt.measured(pt.walked([(0, 20), (600, 20)]), of=of)
    assert result.coverage["length_m"].tolist() == [1000.0]
    told = result.faults[result.faults["code"] == "duty-cut"]
    assert told["value"].tolist() == ([] if beyond is None else [beyond])
    assert told["feature_id"].tolist() == ([] if beyond is None else ["D1"])


@pytest.mark.parametrize("bank", ["left", "左岸", "左", "L", " Left bank "])
def test_a_bank_is_read_by_what_people_call_it(bank):
    of = pt.duties(("张三", "村级", bank))
    result = pt.measured(pt.walked([(0, 20), (600, 20)], level="村级"), of=of)
    assert result.coverage[["bank", "level", "covered_m"]].to_numpy().tolist() == [["left", "village", 600.0]]
    assert of["bank"].tolist() == [bank]


@pytest.mark.parametrize("bank", ["", None, "两岸", "左右岸", "both", "Both banks"])
def test_no_bank_and_both_banks_are_both(bank):
    result = pt.measured(pt.walked([(0, 20), (600, 20)]), of=pt.duties(("张三", "village", bank)))
    assert result.coverage[["bank", "covered_m"]].to_numpy().tolist() == [["left", 600.0], ["right", 0.0]]
    assert not {"value-choice", "duty-unusable"} & set(pt.codes(result))


def test_words_that_nobody_knows_in_duties_warnings_and_activities_are_faults(tmp_path):
    of = pt.duties(("张三", "village", "东岸"), ("李四", "村干部", "left"), ("王五", "village", "right"))
    of = of.assign(start_chainage_m=[None, None, "K1"])
    warned = pd.DataFrame({"warning_id": ["W1", "W2"], "river_id": "R1", "colour": ["红色", "紫"],
                           "from_on": ["2025-05-05", "2025-05-05"], "to_on": ["下周", ""]})  # fmt: skip
    done = pd.DataFrame({"activity_id": ["A1"], "duty_id": ["D1"], "activity": ["meeting"], "on": ["昨天"]})
    result = pt.measured(pt.walked([(0, 20), (600, 20)]), of=of, warnings=warned, activities=done,
                         rules=pt.rules(tmp_path, WEEKLY))  # fmt: skip
    assert result.duties.empty
    told = result.faults.groupby("code")["feature_id"].agg(sorted)
    assert told["duty-unusable"] == ["D1", "D2", "D3"]
    assert told["value-choice"] == ["D1", "D2", "W2"]
    assert told["value-type"] == ["A1", "D3", "W1"]
    assert told["warning-unusable"] == ["W1", "W2"]


# The call


def test_nothing_gives_nothing():
    empty = pt.measured(pt.walked([(0, 20), (600, 20)]).iloc[:0], **WHOLE_MAY)
    assert empty.tracks.empty
    assert shares(empty) == [0.0]
    assert len(empty.gaps) == 1
    none = pt.measured(pt.walked([(0, 20), (600, 20)]), of=pt.duties().iloc[:0])
    assert (len(none.tracks), len(none.coverage), len(none.gaps), len(none.checks), len(none.duties)) == (1, 0, 0, 0, 0)
    # What was walked is told whoever has a duty.
    assert (len(empty.passes), len(none.passes)) == (0, 1)


def test_passes_are_intervals_of_chainage_and_the_effort_of_a_search_for_hotspots():
    there_and_back = pt.fixes("T1", [(0, 20), (600, 20), (200, 20)])
    crossing = pt.fixes(
        "T2", [(300, 20), (500, 20), (500, -20), (900, -20)], start="2025-05-07T09:00", kmh=2.0, every=20.0
    )
    axes = pt.axes(start_chainage_m=[5000.0])
    result = pt.measured(pd.concat([crossing, there_and_back], ignore_index=True), on=axes)
    told = result.passes[["track_id", "bank", "start_chainage_m", "end_chainage_m", "length_m"]]
    assert told.to_numpy().tolist() == [
        ["T1", "left", 5000.0, 5600.0, 600.0],
        ["T2", "left", 5300.0, 5500.0, 200.0],
        ["T2", "right", 5500.0, 5900.0, 400.0],
    ]
    assert result.passes["on"].dt.strftime("%m-%d").tolist() == ["05-06", "05-07", "05-07"]
    assert result.tracks["covered_m"].tolist() == [600.0, 600.0]
    problems = gpd.GeoDataFrame(geometry=[pt.at(50, 10)], crs=pt.CRS)
    segments = rl.find_hotspots(problems, axes, segment_m=200, effort=result.passes).segments
    passes = segments.set_index(["bank", "start_chainage_m"])["passes"].to_dict()
    assert [passes["left", 5000.0 + m] for m in (0, 200, 400, 600, 800)] == pytest.approx([1, 1.5, 1.5, 0, 0])
    assert [passes["right", 5000.0 + m] for m in (0, 200, 400, 600, 800)] == pytest.approx([0, 0, 0.5, 1, 0.5])


def test_frames_follow_their_schemas():
    result = pt.measured(pt.walked([(0, 20), (600, 20)]))
    pairs = {"tracks": schema.PATROLS, "coverage": schema.COVERAGE, "gaps": schema.PATROL_GAPS,
             "passes": schema.PATROL_PASSES, "checks": schema.DUTY_CHECKS,
             "duties": schema.PATROLLED_DUTIES}  # fmt: skip
    for name, wanted in pairs.items():
        frame = getattr(result, name)
        assert rl.check(frame, wanted).query("severity == 'error'").empty, name
        assert frame[wanted.key].is_unique
        for column in wanted:
            assert str(frame[column.name].dtype) == column.dtype, (name, column.name)
    assert "1 tracks" in repr(result)
    assert "有效" in result._repr_html_()
    assert dataclasses.is_dataclass(result)


def test_a_wrong_call_says_everything_at_once():
    tracks = pt.walked([(0, 20), (600, 20)])
    with pytest.raises(rl.JobError, match=r"(?s)since.*period"):
        pt.measured(tracks, since="May", period="fortnight")
    with pytest.raises(rl.SchemaError, match=r"(?s)patroller.*chief"):
        pt.measured(tracks.drop(columns="patroller"), of=pt.duties().drop(columns="chief"))
    with pytest.raises(rl.RuleError, match="patrol rules"):
        pt.measured(tracks, rules=rl.load_rules("anhui"))


def test_tracks_may_come_in_degrees_and_maps_show_them():
    tracks = pt.walked([(0, 20), (600, 20)]).to_crs("EPSG:4490")
    result = pt.measured(tracks)
    assert shares(result) == [0.6]
    page = rl.maps.show(result, pt.axes())
    text = page.get_root().render()
    assert "巡河覆盖" in text
    assert "未走到河段" in text


# Rules


def test_a_track_in_another_part_of_the_world_is_told_and_spoils_no_map(tmp_path):
    near = pt.fixes("T1", [(0, 20), (600, 20)]).to_crs(4326)
    far = pt.fixes("T2", [(0, 20), (600, 20)]).to_crs(4326)
    far = far.set_geometry(far.geometry.translate(-103.0, 15.0))
    result = pt.measured(pd.concat([near, far], ignore_index=True))
    told = result.faults.set_index("feature_id").loc["T2"]
    assert told["code"] == "track-off-river"
    assert told["value"] > 5e6
    assert result.tracks.set_index("track_id").geometry.isna().to_dict() == {"T1": False, "T2": True}
    assert result.coverage["covered_m"].tolist() == [600.0]
    assert "R1" in rl.maps.show_patrols(result, pt.axes()).get_root().render()
    rl.export.to_geopackage(tmp_path / "巡河成果.gpkg", result)


def test_shipped_rules_say_how_they_were_seen():
    listed = rl.rules.list_patrol_rules().set_index("name")
    assert "U" in listed.loc["national", "certainty"]
    assert "示例" in listed.loc["national", "title"]
    for name in listed.index:
        rules = rl.rules.load_patrol_rules(name)
        for rule in (*rules.validities, *rules.frequencies):
            assert ("未核实" in rules.cite(rule)) == (rules.confidence(rule) == "low"), rule.id


def test_rules_that_contradict_themselves_are_refused(tmp_path):
    with pytest.raises(rl.RuleError, match="claim the same"):
        pt.rules(tmp_path, RULE + RULE.replace('"v"', '"w"'))
    with pytest.raises(rl.RuleError, match="share an id"):
        pt.rules(tmp_path, RULE + WEEKLY.replace('"weekly"', '"v"'))
    with pytest.raises(rl.RuleError, match="not listed"):
        pt.rules(tmp_path, RULE.replace('document = "own"', 'document = "other"'))


# Reading


def test_tables_of_fixes_are_read_and_numbered(tmp_path):
    file = tmp_path / "轨迹.csv"
    text = "轨迹编码,巡河人,河长级别,定位时间,经度,纬度\n" + "".join(
        f"T1,张三,村级,2025-05-06T09:{i:02d}:00+08:00,{117.0 + i / 1000},30.7\n" for i in range(3)
    )
    file.write_text(text, encoding="gbk")
    points = rl.read_tracks(file)
    assert points[["track_id", "patroller", "level"]].drop_duplicates().to_numpy().tolist() == [
        ["T1", "张三", "village"]
    ]
    assert points["point_id"].is_unique
    assert points["time"].iloc[0].isoformat() == "2025-05-06T01:00:00+00:00"
    layer = tmp_path / "轨迹.gpkg"
    points.to_file(layer)
    again = rl.read_tracks(layer)
    assert again["time"].tolist() == points["time"].tolist()


def test_who_walked_is_filled_in_only_where_the_file_does_not_say(tmp_path):
    rows = ["T1,张三,village,2025-05-06T09:00:00+08:00,117.1,31.6", "T2,,,2025-05-06T10:00:00+08:00,117.2,31.6"]
    full = tmp_path / "full.csv"
    full.write_text("\n".join(["track_id,patroller,level,time,lon,lat", *rows]) + "\n", encoding="utf-8")
    read = rl.read_tracks(full, patroller="李四", level="county")
    assert read[["patroller", "level"]].to_numpy().tolist() == [["张三", "village"], ["李四", "county"]]
    assert read.attrs["source"]["path"] == "full.csv"
    bare = tmp_path / "bare.csv"
    bare.write_text("track_id,time,lon,lat\nT1,2025-05-06T09:00:00+08:00,117.1,31.6\n", encoding="utf-8")
    assert rl.read_tracks(bare, patroller="李四", level="county")["patroller"].tolist() == ["李四"]
    # What the caller says of the whole file holds for the whole file.
    assert rl.read_tracks(full, values={"patroller": "王五"}, level="county")["patroller"].tolist() == ["王五", "王五"]


def test_what_is_no_gpx_is_refused(tmp_path):
    (tmp_path / "a.gpx").write_text("<gpx", encoding="utf-8")
    with pytest.raises(rl.ReadError, match="GPX"):
        rl.read_tracks(tmp_path / "a.gpx")
    with pytest.raises(rl.ReadError, match="no file"):
        rl.read_tracks(tmp_path / "b.gpx")
    with pytest.raises(rl.JobError, match="level"):
        rl.read_tracks(tmp_path / "a.gpx", level="town")


@pytest.mark.real
def test_a_walk_round_a_lake_with_and_without_times(real_data):
    """Eight tracks of a receiver, one of them without a fix; the second file has no times but five."""
    timed, timeless = (
        rl.read_tracks(real_data / "gpx_lake" / f"{name}.gpx", patroller="A", level="county")
        for name in ("cerknicko-jezero", "cerknicko-without-times")
    )
    assert len(timed) == 297
    assert timed["track_id"].nunique() == 8
    plane = rl.geodesy.to_metric(timed, crs="EPSG:32633")
    longest = plane[plane.geometry.notna()].groupby("track_id").size().idxmax()
    path = LineString(plane[plane["track_id"] == longest].sort_values("sequence").geometry.tolist()).simplify(5)
    axes = gpd.GeoDataFrame({"river_id": ["L"], "name": ["Cerknica"]}, geometry=[path], crs=plane.crs)
    duties = pd.DataFrame({"duty_id": ["D"], "river_id": ["L"], "chief": ["A"], "level": ["county"]})
    one, other = (rl.measure_patrols(each, axes, duties=duties, period=None) for each in (timed, timeless))
    assert len(one.tracks) == len(other.tracks) == 8
    walked = one.tracks.set_index("track_id")
    assert walked.loc[longest, "covered_m"] > 0.5 * path.length
    assert (walked["length_m"] > 0).sum() + (one.faults["code"] == "track-no-walk").sum() == 8
    assert "track-without-times" in pt.codes(other)


def test_a_break_and_a_silent_receiver_are_told():
    one, two = (pt.fixes("T1", [(a, 20), (b, 20)], start=when) for a, b, when in (
        (0, 200, "2025-05-06T09:00"), (700, 900, "2025-05-06T10:00")))  # fmt: skip
    result = pt.measured(pd.concat([one, two.assign(point_id="x" + two["point_id"])]))
    assert pt.codes(result) == ["track-broken"]
    assert result.faults["value"].tolist() == [1.0]
