"""Tributaries drawn up to the bank of their river flow into it, and what is near for no clear reason is told."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

import riverline as rl
from riverline._kernels.network.downstream import followers
from riverline._kernels.network.river_joins import joins, mouths

CRS = "EPSG:4548"
X, Y = 500_000.0, 3_400_000.0
NONE = float("nan")


def line(*xy):
    return shapely.LineString([(X + x, Y + y) for x, y in xy])


MAIN = line((0, 0), (4_000, 0))


def rivers(*shapes, width):
    ids = [f"R{i + 1}" for i in range(len(shapes))]
    return gpd.GeoDataFrame({"river_id": ids, "name": ids, "width_m": width}, geometry=list(shapes), crs=CRS)


@pytest.mark.parametrize(
    ("brook", "width", "flows"),
    [
        (line((1_000, 900), (1_000, 150)), 100.0, [True]),  # straight on, within two widths
        (line((1_000, 900), (1_000, 250)), 100.0, []),  # farther than two widths: near nothing
        (line((100, 150), (1_000, 150)), 100.0, [False]),  # runs beside the river
        (line((100, 40), (1_000, 40)), 100.0, [True]),  # beside it, but in its channel
        (line((1_000, 150), (1_000, 900)), 100.0, []),  # its upper end is near, its lower is not
        (line((1_000, 900), (1_000, 150)), NONE, [False]),  # nobody knows how wide the river is
        (line((1_000, 900), (1_000, 3)), 100.0, []),  # ends on it
        (line((5_000, 0), (4_050, 0)), 100.0, []),  # at its end: a gap, no bank
    ],
)
def test_an_end_at_the_bank_flows_on_if_it_is_headed_there(brook, width, flows):
    lines, widths = np.array([MAIN, brook]), np.array([width, NONE])
    found = mouths(lines, widths, 5.0)
    assert found.flows.tolist() == flows
    met = bool(flows == [True]) or brook.distance(MAIN) <= 5.0
    assert (1 in joins(lines, 5.0, widths).axis) == met
    assert (followers(lines, snap=5.0, widths=widths)[0][1] == 0) == met
    turned = np.array([shapely.transform(each, lambda xy: xy[:, ::-1]) for each in lines])
    assert mouths(turned, widths, 5.0).flows.tolist() == flows


def test_of_several_rivers_the_nearest_bank_has_the_mouth():
    lines = np.array([MAIN, line((0, -150), (4_000, -150)), line((1_000, 900), (1_000, 60))])
    found = mouths(lines, np.array([100.0, 300.0, NONE]), 5.0)
    assert (found.axis.tolist(), found.other.tolist()) == ([2], [0])


def test_neighbours_scans_and_repeats_go_on_through_a_mouth_as_through_a_confluence():
    """The same as if the brook were drawn up to the axis, but for the last metres, which are the river's."""
    short, long = line((1_000, 2_060), (1_000, 60)), line((1_000, 2_000), (1_000, 0))
    places = [shapely.Point(X + 990, Y + 400), shapely.Point(X + 1_100, Y + 10)]
    days = np.array(["2025-01-01", "2025-01-03"], dtype="datetime64[s]")
    frame = gpd.GeoDataFrame({"found_on": days}, geometry=places, crs=CRS)
    links, pairs, reach, codes = [], [], [], []
    for brook in (short, long):
        axes = rivers(MAIN, brook, width=[80.0, NONE])
        spots = rl.find_hotspots(frame, axes)
        links.append(int(spots.segments["neighbours"].sum()))
        codes.append(set(spots.faults["code"]) & {"axis-mouth", "axis-unjoined"})
        found = rl.hotspots.find_near_repeats(frame, axes, distances_m=(0, 600), days=(0, 7))
        pairs.append(found["pairs"].tolist())
        window = rl.hotspots.scan_rivers(frame, axes, by_bank=False).iloc[0]
        reach.append((window["problems"], window["segments"]))
    assert codes == [{"axis-mouth"}, set()]
    assert links[0] == links[1]
    assert pairs == [[1], [1]]
    assert reach[0] == reach[1]
    apart = rivers(MAIN, short, width=[NONE, NONE])
    spots = rl.find_hotspots(frame, apart)
    assert spots.segments["neighbours"].sum() < links[0]
    told = spots.faults.set_index("code").loc["axis-unjoined"]
    assert (told["feature_id"], told["value"], told["limit"], told["note"]) == ("R2", 60.0, 5.0, "R1")
    assert rl.hotspots.find_near_repeats(frame, apart, distances_m=(0, 600), days=(0, 7))["pairs"].tolist() == [0]
    snapped = rl.HotspotSettings(snap_m=80.0)
    near = rl.hotspots.find_near_repeats(frame, apart, distances_m=(0, 600), days=(0, 7), settings=snapped)
    assert near["pairs"].tolist() == [1]
