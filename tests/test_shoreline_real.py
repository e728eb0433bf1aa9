"""Shoreline plans on real rivers: Amazon banks with meanders, riverbanks and buildings of OpenStreetMap."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
import shapely.ops

import county
import riverline as rl
import shorelines as sh
from riverline.channel import trace_axis

pytestmark = pytest.mark.real

SOUTH = 32719
STRIP_M = 120.0


def tarauaca(real_data, kind):
    """One layer of the Tarauacá in 2017, in the southern zone that it is meant to be in."""
    frame = gpd.read_file(real_data / "banks_amazon" / "tarauaca" / f"20170724_{kind}.shp")
    return frame.set_geometry(frame.translate(0, 10_000_000)).set_crs(SOUTH, allow_override=True)


@pytest.mark.slow
def test_zones_part_the_shoreline_of_a_meandering_river(real_data, tmp_path):
    axis, left, right = (tarauaca(real_data, kind) for kind in ("cl", "lb", "rb"))
    axes = gpd.GeoDataFrame({"river_id": ["R"], "name": ["Tarauacá"]}, geometry=[axis.geometry.iloc[0]], crs=SOUTH)
    banks = gpd.GeoDataFrame(
        {"bank_id": ["L", "R"], "river_id": "R", "bank": ["left", "right"]},
        geometry=[left.geometry.iloc[0], right.geometry.iloc[0]],
        crs=SOUTH,
    )
    result = rl.demarcate(axes, county.rule_set(tmp_path, bank_top=STRIP_M), bank_tops=banks)
    starts = np.linspace(500.0, axis.geometry.iloc[0].length - 3000.0, 40)
    pieces = [shapely.ops.substring(axis.geometry.iloc[0], at, at + 900.0) for at in starts]
    kinds = np.resize(["wetland", "crowded", "fit_for_use"], len(starts))
    areas = gpd.GeoDataFrame(
        {"sensitive_id": [f"S{n:02d}" for n in range(len(starts))], "sensitive_kind": kinds},
        geometry=shapely.buffer(pieces, 400.0, cap_style="flat"),
        crs=SOUTH,
    )
    waterside = banks.rename(columns={"bank_id": "waterside_id"})
    plan = rl.plan_shoreline(result, waterside=waterside, sensitive=areas, axes=axes)
    assert set(plan.zones["type"]) == {1, 2, 3, 4}
    for bank in ("left", "right"):
        zones = plan.zones[plan.zones["bank"] == bank]
        outer = plan.lines[(plan.lines["bank"] == bank) & (plan.lines["line"] == "outer")].iloc[0]
        shapes = zones.geometry.to_numpy()
        assert shapely.is_valid(shapes).all()
        assert shapely.area(shapes).sum() == pytest.approx(shapely.area(shapely.union_all(shapes)), rel=1e-9)
        assert sh.units(zones["adjusted_area_m2"]) == round(100 * outer["band_area_m2"])
        assert sh.units(zones["shoreline_m"]) == round(100 * outer["length_m"])
        assert len(zones) > 40


def test_used_shoreline_of_openstreetmap_buildings_is_told_or_refused(real_data, tmp_path):
    file = real_data / "osm" / "andorra.osm.pbf"
    lines = pyogrio.read_dataframe(file, layer="lines").to_crs(32631)
    banks = lines[lines["waterway"] == "riverbank"]
    water = gpd.GeoDataFrame(
        {"water_id": banks["osm_id"].to_numpy(), "river_id": banks["osm_id"].to_numpy(), "kind": "river"},
        geometry=[shapely.Polygon(shapely.get_coordinates(line)) for line in banks.geometry],
        crs=lines.crs,
    )
    result = rl.demarcate(trace_axis(water).assign(name="riu"), county.rule_set(tmp_path, water=15.0), water=water)
    areas = pyogrio.read_dataframe(file, layer="multipolygons").to_crs(32631)
    houses = areas[areas["building"].notna()]
    uses = gpd.GeoDataFrame(
        {"use_id": [f"B{n}" for n in range(len(houses))], "name": "", "use_kind": "building"},
        geometry=list(houses.geometry),
        crs=lines.crs,
    )
    plan = rl.plan_shoreline(result, waterside=water, uses=uses)
    lost = plan.faults[(plan.faults["layer"] == "uses") & (plan.faults["severity"] == "error")]
    assert set(plan.uses["use_id"]) | set(lost["feature_id"]) == set(uses["use_id"])
    assert not set(plan.uses["use_id"]) & set(lost["feature_id"])
    total = plan.utilisation[plan.utilisation["scope"] == "river"]
    assert 0.0 < total["used_m"].sum() <= plan.uses["occupied_m"].sum() + 1.0
    # A building inside the band takes no more of a nearly straight bank than it is long, but for corners of the line.
    size = np.hypot(
        *(shapely.bounds(houses.geometry.to_numpy())[:, 2:] - shapely.bounds(houses.geometry.to_numpy())[:, :2]).T
    )
    longest = dict(zip(uses["use_id"], size, strict=True))
    ratio = plan.uses["occupied_m"] / plan.uses["use_id"].map(longest)
    assert ratio.median() < 1.2
