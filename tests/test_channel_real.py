"""The channel on real rivers: Amazon banks with published axes, riverbanks of OpenStreetMap, 840 Chinese rivers."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

import riverline as rl
from riverline._kernels.areas.medial_axis import bank_distance
from riverline._kernels.lines.chainage import locate, position, vertex_chainages
from riverline.channel import assign_banks, check_traced, estimate_bank_tops, trace_axis

pytestmark = pytest.mark.real

# Folder, date, name of the published axis, and the zone of the southern hemisphere that the data are in.
REACHES = {
    "Mamoré 1987": ("mamore_yearly", "{}_1987", "cline", 32720),
    "Mamoré 2007": ("mamore_yearly", "{}_2007", "cline", 32720),
    "Mamoré 2017": ("mamore_yearly", "{}_2017", "cline", 32720),
    "Purus 1987": ("purus", "19870701_{}", "cl", 32719),
    "Purus 2017": ("purus", "20170804_{}", "cl", 32719),
    "Tarauacá 2007": ("tarauaca", "20070729_{}", "cl", 32719),
    "Tarauacá 2017": ("tarauaca", "20170724_{}", "cl", 32719),
}
LANDSAT_PIXEL_M = 30.0


def read(real_data, reach, kind):
    """One layer as published: in a zone of the northern hemisphere, with northings below zero."""
    folder, pattern, axis, _ = REACHES[reach]
    return gpd.read_file(
        real_data / "banks_amazon" / folder / (pattern.format(axis if kind == "axis" else kind) + ".shp")
    )


def read_moved(real_data, reach, kind):
    """The same, set to the southern zone that it is meant to be in."""
    frame = read(real_data, reach, kind)
    return frame.set_geometry(frame.translate(0, 10_000_000)).set_crs(REACHES[reach][3], allow_override=True)


def water_between(real_data, reach):
    left, right = (read_moved(real_data, reach, kind) for kind in ("lb", "rb"))
    rings = [shapely.get_coordinates(bank.geometry.iloc[0]) for bank in (left, right)]
    water = shapely.Polygon(np.concatenate([rings[0], rings[1][::-1]]))
    frame = gpd.GeoDataFrame({"water_id": ["W"], "river_id": ["R"], "kind": ["river"]}, geometry=[water], crs=left.crs)
    return frame, rings


@pytest.mark.parametrize("reach", REACHES)
def test_axis_of_amazon_banks_is_the_published_one_within_a_tenth_of_the_width(real_data, reach):
    water, banks = water_between(real_data, reach)
    axes = trace_axis(water)
    line = shapely.get_coordinates(axes.geometry.iloc[0])
    published = shapely.get_coordinates(read_moved(real_data, reach, "axis").geometry.iloc[0])
    places = position(line, np.arange(0, vertex_chainages(line)[-1], 25.0))
    chainage, offset = locate(places, published)
    beside = (chainage > 0) & (chainage < vertex_chainages(published)[-1])
    width = sum(bank_distance(bank)(places) for bank in banks)
    assert axes.geometry.iloc[0].is_simple
    assert shapely.Polygon(water.geometry.iloc[0].exterior).buffer(1e-6).covers(axes.geometry.iloc[0])
    off = np.abs(offset[beside])
    # The Tarauacá is four pixels wide: its published axis is that of the pixels.
    allowed = LANDSAT_PIXEL_M / 2 / width[beside] if reach.startswith("Tarauacá") else 0.1
    assert np.percentile(off / width[beside] - allowed, 95) <= 0


@pytest.mark.parametrize("reach", ["Mamoré 2017", "Purus 1987"])
def test_axis_of_amazon_banks_is_as_far_from_both_where_the_published_one_is_not(real_data, reach):
    water, banks = water_between(real_data, reach)
    line = shapely.get_coordinates(trace_axis(water, smooth_widths=0).geometry.iloc[0])
    published = shapely.get_coordinates(read_moved(real_data, reach, "axis").geometry.iloc[0])
    left, right = (bank_distance(bank) for bank in banks)
    unequal = [np.abs(left(axis) - right(axis)).mean() for axis in (line[4:-4], published)]
    assert unequal[0] < 0.05
    assert unequal[1] > 10


@pytest.mark.parametrize(("reach", "swapped"), [("Mamoré 1987", True), ("Mamoré 2017", True), ("Purus 2017", False)])
def test_swapped_bank_files_are_found(real_data, reach, swapped):
    banks = [read_moved(real_data, reach, kind)[["geometry"]].assign(bank=bank) for kind, bank in
             (("lb", "left"), ("rb", "right"))]  # fmt: skip
    lines = pd.concat(banks, ignore_index=True).assign(river_id="R", bank_id=["lb", "rb"])
    axes = read_moved(real_data, reach, "axis")[["geometry"]].assign(river_id="R", name=reach)
    found, faults = assign_banks(lines, axes, layer="bank_tops")
    assert found["share"].min() > 0.999
    assert (found["bank"] != found["bank_given"]).tolist() == [swapped] * 2
    expected = {"bank-disagrees": 2, "bank-name-disagrees": 2, "banks-swapped": 1} if swapped else {}
    assert faults["code"].value_counts().to_dict() == expected
    reversed_axes = axes.set_geometry(axes.reverse())
    assert assign_banks(lines, reversed_axes, layer="bank_tops")[0]["bank"].tolist() == found["bank"].tolist()[::-1]


def test_the_wrong_hemisphere_is_reported(real_data):
    axes = read(real_data, "Mamoré 2017", "axis")[["geometry"]].assign(river_id="R", name="Mamoré")
    assert set(rl.check(axes, rl.schema.AXES)["code"]) & {"out-of-area", "beyond-area", "off-projection"}
    moved = read_moved(real_data, "Mamoré 2017", "axis")[["geometry"]].assign(river_id="R", name="Mamoré")
    assert rl.check(moved, rl.schema.AXES).empty


def andorra_riverbanks(real_data):
    lines = pyogrio.read_dataframe(real_data / "osm" / "andorra.osm.pbf", layer="lines").to_crs(32631)
    banks = lines[lines["waterway"] == "riverbank"]
    polygons = [shapely.Polygon(shapely.get_coordinates(line)) for line in banks.geometry]
    frame = {"water_id": banks["osm_id"].to_numpy(), "river_id": banks["osm_id"].to_numpy(), "kind": "river"}
    return gpd.GeoDataFrame(frame, geometry=polygons, crs=lines.crs), lines[lines["waterway"] == "river"]


def test_axes_of_openstreetmap_riverbanks_lie_inside_and_beside_the_mapped_river(real_data):
    water, rivers = andorra_riverbanks(real_data)
    axes = trace_axis(water)
    assert axes["untraced"].tolist() == [""] * 9
    assert axes.is_simple.all()
    filled = water.sort_values("river_id").geometry.reset_index(drop=True)
    assert filled.buffer(1e-6).covers(axes.geometry).all()
    mapped = rivers.union_all()
    for line, width in zip(axes.geometry, axes["width_m"], strict=True):
        places = shapely.line_interpolate_point(line, np.linspace(0.05, 0.95, 200), normalized=True)
        assert np.percentile(shapely.distance(places, mapped), 90) < width / 2


def test_parts_of_one_river_are_reported_not_dropped_in_silence(real_data):
    water, _ = andorra_riverbanks(real_data)
    faults = check_traced(trace_axis(water.assign(river_id="Valira")))
    assert faults["code"].tolist() == ["water-in-parts", "direction-unknown"]
    assert faults["value"].iloc[0] == 4


def test_every_one_of_840_chinese_rivers_gets_two_banks(real_data):
    path = real_data / "china_gbk_rivers" / "hyd1_4l.shp"
    rivers = gpd.read_file(path, encoding="gbk").explode(ignore_index=True)
    albers = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +datum=WGS84 +units=m"
    rivers = rivers.set_crs(4326, allow_override=True).to_crs(albers)
    axes = rivers[["geometry"]].assign(river_id=[f"R{i}" for i in range(len(rivers))], name="")
    tops = estimate_bank_tops(axes, width_m=60)
    assert rl.check(tops, rl.schema.BANK_TOPS).query("severity == 'error'").empty
    sides = tops.groupby("river_id")["bank"].nunique()
    drawn = axes[axes.length > 0]
    assert (sides.reindex(drawn["river_id"]) == 2).all()
    found, faults = assign_banks(tops, axes, layer="bank_tops")
    differs = found[found["bank"] != found["bank_given"]]
    assert set(differs["bank_id"]) == set(faults["feature_id"])
    # Outlines of lakes drawn as lines: where such a ring closes, a few metres lie on both sides.
    assert drawn.set_index("river_id").loc[differs["river_id"]].geometry.is_ring.all()
    assert differs.length.max() < 10
