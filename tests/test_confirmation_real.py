"""Titles on real parcels: a town by the Seine in 1827, cases of a cadastral tool, land use of OpenStreetMap."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

import riverline as rl
from riverline.channel import estimate_bank_tops
from riverline.geodesy import ellipsoidal_area, round_half_up

pytestmark = pytest.mark.real


def extent_of(shape, crs):
    """One extent drawn for the test."""
    data = {"extent_id": ["R1-management"], "river_id": "R1", "name": "河", "kind": "management"}
    data |= dict.fromkeys(("left_length_m", "right_length_m", "axis_length_m"), 1.0)
    frame = gpd.GeoDataFrame(data | {"clearance_m": 0.0, "rules": "", "version": ""}, geometry=[shape], crs=crs)
    return frame.assign(area_m2=round_half_up(ellipsoidal_area(frame), 2))


def titled(frame, keys, owners, ownership="private"):
    data = {"parcel_id": np.asarray(keys).astype(str), "owner": np.asarray(owners).astype(str), "ownership": ownership}
    return gpd.GeoDataFrame(data, geometry=frame.geometry.to_numpy(), crs=frame.crs)


def assert_partition(titles, extents):
    """The law, over all extents of a frame."""
    for _, extent in extents.iterrows():
        mine = titles.holdings[titles.holdings["extent_id"] == extent["extent_id"]]
        shapes = np.asarray(mine.geometry.array)
        assert shapely.is_valid(shapes).all()
        assert shapely.area(shapes).sum() == pytest.approx(extent.geometry.area, abs=1e-3)
        union = shapely.union_all(shapes)
        assert shapely.area(shapely.symmetric_difference(union, extent.geometry)) < 1e-2
        assert int(np.round(mine["adjusted_area_m2"] * 100).sum()) == round(extent["area_m2"] * 100)
    assert "partition-open" not in set(titles.faults["code"])


def areas_by_parcel(titles):
    rows = titles.holdings[titles.holdings["parcel_id"] != ""]
    rows = rows.assign(parcel_id=rows["parcel_id"].str.split("; "), plane_m2=rows.area).explode("parcel_id")
    return rows.groupby("parcel_id")["plane_m2"].sum().sort_index()


@pytest.fixture(scope="module")
def rouen(real_data):
    frame = gpd.read_file(real_data / "parcels_rouen_1827" / "rouen_1827_west.gpkg")
    west, south, east, north = frame.total_bounds
    course = shapely.LineString([(west, south), ((west + east) / 2, (south + north) / 2 - 80), (east, north - 200)])
    return titled(frame, frame["rowid"], frame["rowid"]), extent_of(course.buffer(150), frame.crs)


def test_a_town_by_the_river_is_parted_as_an_overlay_parts_it(rouen):
    parcels, extents = rouen
    titles = rl.confirm(extents, parcels)
    assert_partition(titles, extents)
    overlay = gpd.overlay(parcels, extents[["geometry"]], how="intersection").set_index("parcel_id").area.sort_index()
    assert len(overlay) > 2000
    assert areas_by_parcel(titles).index.equals(overlay.index)
    assert np.abs(areas_by_parcel(titles) - overlay).max() < 1e-5
    untitled = titles.holdings.loc[titles.holdings["status"] == "untitled"].area.sum()
    left = extents.geometry.iloc[0].difference(shapely.union_all(parcels.geometry.array)).area
    assert untitled == pytest.approx(left, abs=1e-3)


def test_its_slivers_are_millimetres_wide_and_tidying_leaves_none(rouen):
    parcels, extents = rouen
    titles = rl.confirm(extents, parcels)
    slivers = titles.faults[titles.faults["code"].isin(["sliver-gap", "sliver-overlap"])]
    assert len(slivers) > 20
    assert slivers["value"].max() < 0.01
    tidy = rl.confirm(extents, parcels, clean=True)
    assert_partition(tidy, extents)
    assert len(tidy.changes) == len(slivers)
    assert tidy.holdings["width_m"].isna().all()
    moved = np.abs(areas_by_parcel(tidy) - areas_by_parcel(titles))
    assert moved.max() < 0.1


def test_parcels_moved_by_two_metres_are_disputed(rouen):
    parcels, extents = rouen
    moved = parcels.geometry.to_numpy().copy()
    which = np.random.default_rng(0).choice(len(moved), 150, replace=False)
    moved[which] = shapely.transform(moved[which], lambda xy: xy + np.array([2.0, 1.0]))
    titles = rl.confirm(extents, parcels.set_geometry(moved, crs=parcels.crs))
    assert_partition(titles, extents)
    disputes = titles.faults[titles.faults["code"] == "titles-overlap"]
    assert len(disputes) > 80
    named = set(disputes["feature_id"]) | set(disputes["note"].str.split("; ").explode())
    assert len(named & set(parcels["parcel_id"].iloc[which])) > 30


def test_overlapping_polygons_of_a_cadastral_tool(real_data):
    frame = gpd.read_file(real_data / "parcel_topology_cases" / "geometry_utils.gpkg", layer="overlapping_polygons")
    extents = extent_of(shapely.box(*frame.total_bounds).buffer(5.0), frame.crs)
    titles = rl.confirm(extents, titled(frame, frame.index, frame.index))
    assert_partition(titles, extents)
    told = titles.faults["code"].value_counts()
    # One has parts that overlap: it takes part as what they cover together, told.
    assert told["parts-united"] == (~frame.is_valid).sum() == 1
    assert told["titles-overlap"] >= 8
    held = set(titles.holdings["parcel_id"].str.split("; ").explode()) - {""}
    refused = set(titles.faults.loc[titles.faults["code"] == "invalid", "feature_id"])
    assert held | refused == set(frame.index.astype(str))


def topology_case(real_data, number):
    file = real_data / "parcel_topology_cases" / "topology_cases.gpkg"
    frame = gpd.read_file(file, layer=f"polygon_case{number}")
    keys = [f"C{number}-{row}" for row in range(1, len(frame) + 1)]
    return titled(frame, keys, keys)


def around(parcels):
    return extent_of(shapely.box(*parcels.total_bounds).buffer(2.0, join_style="mitre"), parcels.crs)


@pytest.mark.parametrize(
    ("number", "parts", "holes"), [(1, 1, 0), (2, 1, 0), (3, 3, 2), (4, 3, 2), (5, 3, 2), (6, 3, 1)]
)
def test_a_parcel_of_several_parts_with_holes_is_one_holding_and_every_hole_untitled(real_data, number, parts, holes):
    parcels = topology_case(real_data, number)
    pieces = shapely.get_parts(parcels.geometry.array)
    assert (len(pieces), int(shapely.get_num_interior_rings(pieces).sum())) == (parts, holes)
    extents = around(parcels)
    titles = rl.confirm(extents, parcels)
    assert_partition(titles, extents)
    held = titles.holdings.set_index("parcel_id")
    assert held.loc[f"C{number}-1"].geometry.equals(parcels.geometry.iloc[0])
    untitled = held.loc[[""]]
    assert len(untitled) == holes + 1
    areas = sorted(shapely.Polygon(ring).area for piece in pieces for ring in piece.interiors)
    assert sorted(untitled.area)[:holes] == pytest.approx(areas, abs=1e-6)
    assert titles.faults["code"].tolist() == ["untitled-land"] * (holes + 1)


def test_neighbours_that_overlap_by_a_millimetre_are_a_sliver_and_no_dispute(real_data):
    parcels = topology_case(real_data, 7)
    extents = around(parcels)
    titles = rl.confirm(extents, parcels)
    assert_partition(titles, extents)
    (shared,) = titles.holdings[titles.holdings["status"] == "overlapping"].itertuples()
    assert shared.parcel_id == "C7-1; C7-2"
    assert shared.width_m == pytest.approx(0.0012, abs=3e-4)
    assert "titles-overlap" not in set(titles.faults["code"])
    tidy = rl.confirm(extents, parcels, clean=True)
    assert tidy.changes["kind"].tolist() == ["overlap_assigned"]
    assert set(tidy.holdings["status"]) == {"clear", "untitled"}


def test_cases_drawn_one_over_the_other_are_duplicates_and_disputes(real_data):
    cases = [topology_case(real_data, number) for number in range(1, 7)]
    together = gpd.GeoDataFrame(pd.concat(cases, ignore_index=True), crs=cases[0].crs)
    extents = around(together)
    titles = rl.confirm(extents, together)
    assert_partition(titles, extents)
    status = titles.holdings.set_index("parcel_id")["status"].to_dict()
    assert status["C1-1; C2-1"] == status["C3-1; C4-1; C5-1; C6-1"] == "disputed"
    # What one case has filled that the three others leave open is its own alone.
    assert status["C6-1"] == "clear"
    told = dict(zip(titles.faults["code"], titles.faults["note"], strict=True))
    assert (told["title-duplicated"], told["titles-overlap"]) == ("C2-1", "C4-1; C5-1; C6-1")


def test_land_use_of_openstreetmap_inside_a_demarcated_valley(real_data):
    source = real_data / "osm" / "andorra.osm.pbf"
    areas = pyogrio.read_dataframe(source, layer="multipolygons")
    areas = rl.geodesy.to_metric(areas[areas["landuse"].notna() | areas["natural"].notna()])
    lines = pyogrio.read_dataframe(source, layer="lines", columns=["name", "waterway"]).to_crs(areas.crs)
    rivers = lines[(lines["waterway"] == "river") & (lines["name"] == "Valira")]
    course = max(shapely.get_parts(shapely.line_merge(shapely.union_all(rivers.geometry.array))), key=shapely.length)
    axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["Valira"]}, geometry=[course], crs=areas.crs)
    drawn = rl.demarcate(axes, rl.load_rules("national"), bank_tops=estimate_bank_tops(axes, width_m=60.0))
    keys = areas["osm_way_id"].fillna("r" + areas["osm_id"].fillna(""))
    parcels = titled(areas, keys, areas["landuse"].fillna(areas["natural"]), "unknown")
    titles = rl.confirm(drawn, parcels, axes=axes)
    management = drawn.extents[drawn.extents["kind"] == "management"]
    assert_partition(titles, management)
    assert set(titles.holdings["bank"]) == {"left", "right"}
    overlay = gpd.overlay(parcels, management[["geometry"]], how="intersection")
    overlay = overlay.dissolve("parcel_id").area.sort_index()
    measured = areas_by_parcel(titles)
    assert measured.index.equals(overlay.index)
    assert np.abs(measured - overlay).max() < 1e-3


@pytest.mark.parametrize("clean", [False, True])
def test_land_use_as_parcels_and_as_classes_at_once_leaves_no_hair_and_loses_nothing(real_data, clean):
    """Two layers of one drawing, cut by the axes of seven rivers: outlines agree but for rounding everywhere."""
    source = real_data / "osm" / "andorra.osm.pbf"
    areas = pyogrio.read_dataframe(source, layer="multipolygons")
    areas = rl.geodesy.to_metric(areas[areas["landuse"].notna() | areas["natural"].notna()])
    lines = pyogrio.read_dataframe(source, layer="lines", columns=["name", "waterway"]).to_crs(areas.crs)
    rivers = lines[(lines["waterway"] == "river") & lines["name"].notna()].dissolve("name").geometry
    courses = [max(shapely.get_parts(shapely.line_merge(each)), key=shapely.length) for each in rivers]
    axes = gpd.GeoDataFrame({"river_id": rivers.index, "name": rivers.index}, geometry=courses, crs=areas.crs)
    axes = axes[axes.length > 1500.0]
    drawn = rl.demarcate(axes, rl.load_rules("national"), bank_tops=estimate_bank_tops(axes, width_m=200.0))
    keys = areas["osm_way_id"].fillna("r" + areas["osm_id"].fillna(""))
    use = areas["landuse"].fillna(areas["natural"])
    survey = gpd.GeoDataFrame({"patch_id": keys, "land_class": use}, geometry=areas.geometry.array, crs=areas.crs)
    titles = rl.confirm(drawn, titled(areas, keys, use, "unknown"), land_classes=survey, axes=axes, clean=clean)
    assert len(drawn.extents) > 5
    assert not shapely.is_empty(titles.holdings.geometry.array).any()
    assert not {"extent-not-done", "partition-open"} & set(titles.faults["code"])
    assert_partition(titles, drawn.extents[drawn.extents["kind"] == "management"])
