"""Hotspots on real networks and real complaints."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import riverline as rl
from riverline._kernels.network.river_joins import joins

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def methow(real_data):
    """The Methow: 720 reaches, each with the one it flows to."""
    reaches = gpd.read_file(real_data / "river_net_methow" / "Methow_Network.shp").set_crs(5070)
    axes = gpd.GeoDataFrame(
        {"river_id": reaches["GridID"].astype(str), "name": ""}, geometry=reaches.geometry.values, crs=reaches.crs
    )
    return reaches, axes


def test_reaches_flow_to_the_ones_that_the_survey_says(methow):
    reaches, axes = methow
    found = joins(axes.geometry.to_numpy(), 5.0)
    code = reaches["GridID"].to_numpy()
    on = found.at_end & (found.along == 0.0)
    told = set(zip(code[found.axis[on]], code[found.other[on]], strict=True))
    given = {(one, to) for one, to in zip(code, reaches["ToLink"], strict=True) if to in set(code)}
    assert told == given
    assert len(told) == 719


def test_a_hot_valley_is_found_through_its_confluences(methow):
    """Problems fall anywhere, and forty more on the reaches within two kilometres up and down from one of them."""
    _, axes = methow
    random = np.random.default_rng(3)
    lines = axes.geometry.to_numpy()
    share = shapely.length(lines) / shapely.length(lines).sum()
    anywhere = random.choice(len(lines), 400, p=share)
    centre = shapely.line_interpolate_point(lines[300], 0.5, normalized=True)
    near = np.flatnonzero(shapely.distance(lines, centre) < 2_000)
    hot = random.choice(near, 40)
    at = np.concatenate([anywhere, hot])
    places = shapely.line_interpolate_point(lines[at], random.random(len(at)), normalized=True)
    places = shapely.points(shapely.get_coordinates(places) + random.normal(0, 15, (len(at), 2)))
    spots = rl.find_hotspots(gpd.GeoDataFrame(geometry=places, crs=axes.crs), axes, by_bank=False)
    assert spots.segments["problems"].sum() == 440
    found = spots.segments[spots.segments["hot"]]
    assert len(found)
    assert (found.distance(centre) < 6_000).mean() > 0.8
    lengths = spots.segments["length_m"].sum()
    assert lengths == pytest.approx(shapely.length(lines).sum(), rel=1e-4)


def test_complaints_of_new_york_end_in_counts_or_faults(real_data):
    """4,969 complaints against the coarse rivers that a world map has there."""
    table = pd.read_csv(real_data / "complaints_nyc311" / "311_Animals_short.csv", low_memory=False)
    places = gpd.points_from_xy(table["Longitude"], table["Latitude"], crs=4326)
    days = pd.to_datetime(table["Created Date"], format="%m/%d/%Y %H:%M").dt.normalize()
    columns = {"problem_id": table["Unique Key"].astype(str), "found_on": days}
    frame = gpd.GeoDataFrame(columns, geometry=places).to_crs(32618)
    corners = [(583_000, 4_506_000), (590_500, 4_520_000), (588_000, 4_507_000), (601_000, 4_519_000)]
    lines = [shapely.LineString(corners[:2]), shapely.LineString(corners[2:])]
    axes = gpd.GeoDataFrame({"river_id": ["Hudson", "East"], "name": ["Hudson", "East"]}, geometry=lines, crs=32618)
    settings = rl.HotspotSettings(max_distance_m=3_000.0)
    spots = rl.find_hotspots(frame, axes, on=days.max().date(), settings=settings)
    codes = ["problem-far", "problem-unplaced", "problem-bankless", "problem-without-day"]
    lost = spots.faults["code"].isin(codes).sum()
    assert spots.segments["problems"].sum() + lost == len(table) == 4_969
    assert spots.segments["problems"].sum() > 100
    assert len(spots.clusters)
    # Complaints of animals follow streets and houses: most segments are hot or cold, and where counts are dealt out
    # none is hot. Two straight lines stand for the rivers, so nothing may be read into the places.
    assert spots.faults["code"].eq("counts-uneven").sum() == 1
    dealt = rl.find_hotspots(frame, axes, on=days.max().date(),
                             settings=rl.HotspotSettings(max_distance_m=3_000.0, null="conditional"))  # fmt: skip
    assert not dealt.segments["hot"].any()
    seen = rl.hotspots.measure_surface(frame, axes, on=days.max().date(), settings=settings, cell_m=100.0)
    assert seen.density.sum() * 0.01 == pytest.approx(spots.segments["problems"].sum(), abs=3)
    assert (spots.surface["density"] * spots.surface["length_m"] / 1e3).sum() == pytest.approx(
        spots.segments["problems"].sum(), rel=1e-3
    )


def test_complaints_go_through_the_ledger_to_what_comes_again(real_data, tmp_path):
    """Taken on one day, asked for as of another: what the ledger gives is what the search takes."""
    table = pd.read_csv(real_data / "complaints_nyc311" / "311_Animals_short.csv", low_memory=False)
    day = pd.to_datetime(table["Created Date"], format="%m/%d/%Y %H:%M").dt.normalize()
    places = gpd.points_from_xy(table["Longitude"], table["Latitude"], crs=4326)
    columns = {"problem_id": table["Unique Key"].astype(str), "found_on": day, "kind": "dumping"}
    ledger = rl.Ledger.open(tmp_path / "ledger.gpkg")
    ledger.take(gpd.GeoDataFrame(columns, geometry=places).to_crs(32618), source="NYC 311", on="2025-03-15")
    river = shapely.LineString([(588_000, 4_507_000), (601_000, 4_519_000)])
    axes = gpd.GeoDataFrame({"river_id": ["East"], "name": ["East"]}, geometry=[river], crs=32618)
    half = ledger.problems(on="2025-02-01")
    report = rl.hotspots.check_problems(half, axes, on="2025-02-01")
    spots = rl.find_hotspots(half, axes, on="2025-02-01")
    lost = report["code"].isin(["problem-far", "problem-unplaced", "problem-bankless"]).sum()
    assert spots.segments["problems"].sum() + lost == (day <= "2025-02-01").sum()
    cube = rl.hotspots.EmergingSettings(periods=10, period_days=7)
    named = rl.hotspots.find_emerging(ledger.problems(), axes, on="2025-03-14", emerging=cube)
    assert named["problems"].sum() > spots.segments["problems"].sum()
    near = rl.hotspots.find_near_repeats(ledger.problems(), axes, distances_m=(0, 100, 500), days=(0, 3, 30), worlds=99)
    # The same places complain again within days, more than at any distance later.
    assert near["ratio"].iloc[0] == near["ratio"].max() > 1.2
    assert near["p"].iloc[0] == 0.01
