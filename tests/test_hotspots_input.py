"""What comes in askew: rivers that are not there, axes in parts, twins by a ledger's rules, calls that cannot be."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import riverline as rl
from riverline.hotspots.counting import count_problems
from riverline.hotspots.segments import segments_of

CRS = "EPSG:4548"
X, Y = 500_000.0, 3_400_000.0


def at(x, y):
    return shapely.Point(X + x, Y + y)


def line(*xy):
    return shapely.LineString([(X + x, Y + y) for x, y in xy])


def rivers(*shapes):
    ids = [f"R{i + 1}" for i in range(len(shapes))]
    return gpd.GeoDataFrame({"river_id": ids, "name": ids}, geometry=list(shapes), crs=CRS)


def problems(*places, **columns):
    return gpd.GeoDataFrame(columns, geometry=[at(*each) for each in places], crs=CRS)


def found(faults, code):
    return faults.loc[faults["code"] == code, ["feature_id", "note"]].to_numpy().tolist()


def test_a_problem_of_a_river_that_is_not_there_is_told_where_it_was_put():
    axes = rivers(line((0, 0), (5_000, 0)), line((0, 3_000), (5_000, 3_000)))
    frame = problems((100, 20), (200, 20), (300, 20), problem_id=["A", "B", "C"], river_id=["XX", "R1", None])
    spots = rl.find_hotspots(frame, axes)
    assert spots.segments["problems"].sum() == 3
    assert found(spots.faults, "problem-river-unknown") == [["A", "XX → R1"]]
    told = spots.faults.loc[spots.faults["code"] == "problem-river-unknown", "detail"].item()
    assert "XX → R1" in told
    assert found(rl.hotspots.check_problems(frame, axes), "problem-river-unknown") == [["A", "XX → R1"]]


def test_an_axis_in_parts_that_follow_each_other_is_one_and_one_with_a_gap_is_told():
    whole = line((0, 0), (1_000, 0), (2_000, 0))
    parts = shapely.MultiLineString([line((1_000, 0), (2_000, 0)), line((0, 0), (1_000, 0))])
    frame = problems((1_500, 20))
    one, other = (rl.find_hotspots(frame, rivers(each)) for each in (whole, parts))
    assert other.segments.drop(columns="geometry").equals(one.segments.drop(columns="geometry"))
    assert other.segments.geometry.geom_equals(one.segments.geometry).all()
    assert not found(other.faults, "axis-unusable")
    gap = shapely.MultiLineString([line((0, 500), (1_000, 500)), line((1_300, 500), (2_000, 500))])
    spots = rl.find_hotspots(frame, rivers(whole, gap, None))
    assert found(spots.faults, "axis-unusable") == [["R2", ""], ["R3", ""]]
    assert set(spots.segments["river_id"]) == {"R1"}
    # Against each other's way they do not follow: nobody knows which way the water goes.
    against = shapely.MultiLineString([line((0, 0), (1_000, 0)), line((2_000, 0), (1_000, 0))])
    assert found(rl.find_hotspots(frame, rivers(against)).faults, "axis-unusable") == [["R1", ""]]


def test_twins_are_those_that_a_ledger_proposes(tmp_path):
    """Thirty metres and sixty days, as the rules that ship have it: of one kind, on one bank, not closed before."""
    axes = rivers(line((0, 0), (60_000, 0)))
    places = [(1_000, 30), (1_011, 32), (5_000, 30), (5_031, 30), (9_000, 30), (9_000, 30), (13_000, 30), (13_009, 30),
              (17_000, 30), (17_005, 30)]  # fmt: skip
    days = ["2025-01-01", "2025-01-02", "2025-01-01", "2025-01-01", "2025-01-01", "2025-03-03", "2025-01-01",
            "2025-01-05", "2025-01-01", "2025-01-20"]  # fmt: skip
    kinds = ["dumping"] * 6 + ["dumping", "construction", "dumping", "dumping"]
    frame = problems(*places, problem_id=[f"P{i}" for i in range(10)], kind=kinds, found_on=pd.to_datetime(days),
                     status=["found"] * 8 + ["closed", "found"], description="x",
                     closed_on=pd.to_datetime([None] * 8 + ["2025-01-10", None]))  # fmt: skip
    told = rl.hotspots.check_problems(frame, axes).query("code == 'problem-twin'")
    assert told[["feature_id", "note"]].to_numpy().tolist() == [["P1", "P0, 1 d"]]
    assert told["value"].tolist() == [pytest.approx(np.hypot(11, 2), abs=0.05)]
    proposals = rl.Ledger.open(tmp_path / "a.gpkg").take(frame, source="巡河", on="2025-12-31").proposals
    same = proposals[proposals["relation"] == "duplicate"]
    assert same["problem_id"].tolist() == told["feature_id"].tolist()


def test_a_heap_of_one_place_and_day_is_told_once_each():
    frame = problems(*[(500, 30)] * 400, problem_id=[f"P{i:03d}" for i in range(400)], found_on=["2025-01-01"] * 400)
    told = rl.hotspots.check_problems(frame, rivers(line((0, 0), (2_000, 0)))).query("code == 'problem-twin'")
    assert told["feature_id"].tolist() == [f"P{i:03d}" for i in range(1, 400)]
    assert set(told["note"]) == {"P000, 0 d"}


@pytest.mark.parametrize("x", [10_000.0, 10_025.0, 10_050.0, 10_120.0])
def test_the_heat_of_one_problem_is_the_normal_density_wherever_in_a_lixel_it_lies(x):
    axes = rivers(line((0, 0), (20_000, 0)))
    sigma = 700.0
    chosen = rl.HotspotSettings(bandwidth_m=sigma)
    density = rl.hotspots.measure_density(problems((x, 20)), axes, by_bank=False, settings=chosen)
    middle = (density["start_chainage_m"] + density["end_chainage_m"]) / 2
    normal = 1_000.0 * np.exp(-0.5 * ((middle - x) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
    assert np.abs(density["density"] - normal).max() < 0.005 * normal.max()
    assert (density["density"] * density["length_m"]).sum() == pytest.approx(1_000.0, rel=1e-4)
    # Its mean is where the problem is.
    assert np.average(middle, weights=density["density"]) == pytest.approx(x, abs=0.5)


def test_the_ends_of_a_river_keep_their_problems_on_their_bank():
    axes = rivers(line((0, 0), (5_000, 0)), line((0, 9_000), (5_000, 9_000)))
    frame = problems((0, 20), (5_000, 20), (4_999, -20), (3, 9_020))
    chosen = rl.HotspotSettings(bandwidth_m=300.0)
    rows = rl.hotspots.measure_density(frame, axes, settings=chosen)
    held = (rows["density"] * rows["length_m"] / 1_000.0).groupby([rows["river_id"], rows["bank"]]).sum()
    assert held.to_dict() == pytest.approx({("R1", "left"): 2.0, ("R1", "right"): 1.0, ("R2", "left"): 1.0}, rel=1e-3)


# Calls that cannot be


def test_what_is_told_of_time_needs_days_and_a_last_one():
    axes, frame = rivers(line((0, 0), (5_000, 0))), problems((100, 20))
    dated = frame.assign(found_on=pd.Timestamp("2025-01-01"))
    with pytest.raises(rl.SchemaError, match="found_on"):
        rl.hotspots.find_emerging(frame, axes, on="2025-12-31")
    with pytest.raises(rl.SchemaError, match="found_on"):
        rl.hotspots.scan_rivers(frame, axes, on="2025-12-31", settings=rl.hotspots.ScanSettings(periods=3))
    with pytest.raises(rl.SchemaError, match="found_on"):
        rl.hotspots.find_near_repeats(frame, axes)
    for kinds in (("foo", "bar"), ("dumping", "bar")):
        with pytest.raises(rl.JobError, match=r"(?s)没有问题类型.*there is no kind of problems"):
            rl.hotspots.find_near_repeats(dated, axes, kinds=kinds)
    named = rl.hotspots.find_near_repeats(dated, axes, kinds=("乱采", "乱堆"), worlds=9)
    assert set(named["first_kind"]) | set(named["then_kind"]) == {"extraction", "dumping"}
    with pytest.raises(rl.JobError, match="on="):
        rl.hotspots.find_emerging(dated, axes, on=None)
    assert len(rl.hotspots.scan_rivers(frame, axes)) == 1
    with pytest.raises(rl.JobError, match="equal_split"):
        rl.hotspots.measure_density(frame, axes, kernel="foo")


def test_more_pieces_than_the_country_has_are_refused_at_once():
    axes = rivers(line((0, 0), (30_000, 0)))
    with pytest.raises(rl.SchemaError, match="30,000,000"):
        rl.find_hotspots(problems((100, 20)), axes, segment_m=1e-3)
    with pytest.raises(rl.SchemaError, match="30,000,000"):
        rl.split_axes(axes, length_m=1e-3)
    segments = segments_of(axes, 10.0, by_bank=True)
    assert len(count_problems(problems((100, 20)), segments, rl.HotspotSettings(), None).segment) == 1


# What is said and drawn


def test_weights_ask_another_question_and_say_so():
    random = np.random.default_rng(3)
    along = np.concatenate([random.uniform(0, 30_000, 60), random.uniform(10_000, 12_000, 30)])
    frame = problems(*((x, 20) for x in along), severity=random.choice(["minor", "major"], 90))
    axes = rivers(line((0, 0), (30_000, 0)))
    plain = rl.find_hotspots(frame, axes)
    assert "weights-tested" not in set(plain.faults["code"])
    assert "加权" not in plain.clusters["reason"].iloc[0]
    weighed = rl.find_hotspots(frame, axes, by_bank=False, settings=rl.HotspotSettings(weight="severity"))
    assert found(weighed.faults, "weights-tested") == [["*", "weight=severity"]]
    assert len(weighed.clusters)
    assert all("不是个数是否偏多" in reason for reason in weighed.clusters["reason"])
    english = rl.hotspots.describe_hotspots(weighed, "en").clusters["reason"]
    assert all("weighted by severity" in reason for reason in english)


def test_a_segment_whose_bank_touches_itself_is_drawn_at_the_bank_and_downstream():
    county = rl.read_layer(rl.samples.path("清水县.gpkg"), rl.schema.AXES, layer="axes").query("river_id == 'QS01'")
    frame = segments_of(county, 500.0, by_bank=True).frame
    axis = county.geometry.iloc[0]
    middle = shapely.line_interpolate_point(frame.geometry.to_numpy(), 0.5, normalized=True)
    assert shapely.distance(middle, axis) == pytest.approx(np.full(len(frame), 65.0), abs=1.0)
    begin, end = (shapely.line_locate_point(axis, shapely.get_point(frame.geometry.to_numpy(), at)) for at in (0, -1))
    assert (end > begin).all()
    labels = [schema["verdict"].value_label("hot", "zh") for schema in (rl.schema.HOT_SEGMENTS, rl.schema.HOT_REACHES)]
    assert len(set(labels)) == 2
