"""Real images: clouds, other sensors, other coordinate systems; what nothing built is not told."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio import Affine
from rasterio.warp import Resampling, reproject

import riverline as rl

pytestmark = pytest.mark.real


def extent(shape, crs):
    row = {"extent_id": "R-management", "river_id": "R", "name": "", "kind": "management", "area_m2": 1.0,
           "left_length_m": 1.0, "right_length_m": 1.0, "axis_length_m": 1.0, "clearance_m": 0.0, "rules": "test",
           "version": "1"}  # fmt: skip
    return gpd.GeoDataFrame([row], geometry=[shape], crs=crs)


def covered(scene):
    rows, columns = scene.shape
    a, _, west, _, e, north = scene.transform[:6]
    return shapely.box(west, north + e * rows, west + a * columns, north)


def chiapas(folder):
    bands = {"blue": 1, "green": 2, "red": 3, "nir": 4, "swir1": 5}
    files = {"LE70220491999322EDC01_stack.gtif": "1999-11-18", "LE70220492002106EDC00_stack.gtif": "2002-04-16"}
    return [
        rl.read_scene(folder / name, bands=bands, mask={"fmask": 8}, date=day, scale=0.0001, nodata=-9999)
        for name, day in files.items()
    ]


def _ndvi(scene):
    red, nir = rl.read_window(scene, ("red", "nir")).values
    return (nir - red) / (nir + red)


def test_clouds_and_their_shadows_are_no_change(real_data) -> None:
    """Chiapas, 1999 and 2002: a quarter of the second image is cloud or shadow."""
    scenes = chiapas(real_data / "landsat7_chiapas_1999_2002")
    changes = rl.detect_change(scenes, extent(covered(scenes[0]), scenes[0].crs))
    mask = rl.read_window(scenes[1], ("green",)).reason
    assert (mask > 0).mean() > 0.25
    assert {"change-no-water", "change-two-dates"} <= set(changes.faults["code"])
    # From November to April the fields have turned: what the images themselves cannot match is said, and is not taken
    # for the air, which would make all of the second image green. Some ground was cleared.
    told = changes.faults.query("code == 'change-not-normalised'").iloc[0]
    assert 80.0 < told["value"] < 95.0
    assert 5 <= len(changes.suspects) <= 40
    assert changes.suspects["inside_m2"].sum() < 0.02 * mask.size * 900.0
    assert set(changes.suspects["kind"]) == {"unknown"}
    assert set(changes.suspects["item"]) == {""}
    assert set(changes.suspects["state"]) == {"unconfirmed"}
    assert (changes.suspects["confidence"] <= 0.5).all()
    shapes = changes.suspects.geometry
    burnt = rasterio.features.geometry_mask(shapes, mask.shape, scenes[1].transform, invert=True)
    assert not (burnt & (mask > 0)).any()
    before, after = (_ndvi(scene)[burnt].mean() for scene in scenes)
    assert after < before - 0.3


def test_photographs_that_cannot_be_matched_are_refused_in_one_line(real_data) -> None:
    """NAIP, 2010 and 2014: aerial photographs without reflectance, fields in other states, lakes twice as large."""
    folder = real_data / "naip_wetlands"
    days = {"m_4709963_se_14_1_20100629.tif": "2010-06-29", "m_4709963_se_14_1_20140720.tif": "2014-07-20"}
    scenes = [rl.read_scene(folder / name, sensor="naip", date=day) for name, day in days.items()]
    area = extent(covered(scenes[0]), scenes[0].crs)
    changes = rl.detect_change(scenes, area)
    assert changes.suspects.empty
    assert changes.faults.query("code == 'change-not-comparable'")["feature_id"].tolist() == [scenes[1].name]
    rules = rl.load_change_rules()
    asked = rules.model_copy(update={"sample": rules.sample.model_copy(update={"unmatched": "compare"})})
    compared = rl.detect_change(scenes, area, rules=asked)
    assert len(compared.suspects) > 0
    assert set(compared.suspects["state"]) == {"unconfirmed"}
    assert compared.suspects["confidence"].max() <= 0.5
    # Lakes that grew and shrank: no class that names a kind says so with more than little probability.
    on_water = compared.suspects[
        compared.suspects["change_class"].isin(["fill", "bright-fill", "pens", "pens-at-bank"])
    ]
    assert on_water.empty
    unlike = compared.suspects[compared.suspects["change_class"].isin(["fill-unlike", "pens-unlike", "wet-unlike"])]
    assert len(unlike)
    assert set(unlike["kind"]) == {"unknown"}
    assert unlike["confidence"].max() <= 0.25
    assert "change-waterline" in set(compared.faults["code"])


def test_what_is_planted_into_a_real_image_is_found_across_two_coordinate_systems(real_data, tmp_path) -> None:
    """Olinda: the same image a year later, in another CRS, with a fill in the sea and nothing else changed."""
    path = real_data / "landsat7_olinda" / "L7_ETMs.tif"
    with rasterio.open(path) as source:
        values, transform, crs = source.read(), source.transform, source.crs
    # Where the index of water is highest the sea is widest.
    green, nir = (values[band].astype(float) for band in (1, 3))
    wet = (green - nir) / np.maximum(green + nir, 1.0) > 0.3
    open_sea = np.argwhere(rasterio.features.sieve(wet.astype("uint8"), 400)[40:-60, 40:-60]) + 40
    row, column = open_sea[np.argmax([wet[r : r + 16, c : c + 16].mean() for r, c in open_sea[::50]]) * 50]
    later = values.copy()
    bright = np.quantile(values.reshape(6, -1), 0.97, axis=1)
    later[:, row : row + 12, column : column + 12] = bright[:, None, None]
    side = 28.5
    moved = np.zeros((6, values.shape[1] + 40, values.shape[2] + 40), dtype=values.dtype)
    place = Affine(side, 0.0, transform.c - 20 * side, 0.0, -side, transform.f + 20 * side)
    target = rasterio.crs.CRS.from_epsg(32725)
    for band in range(6):
        reproject(later[band], moved[band], src_transform=transform, src_crs=crs, dst_transform=place, dst_crs=target,
                  resampling=Resampling.bilinear)  # fmt: skip
    profile = {"driver": "GTiff", "count": 6, "dtype": "uint8", "height": moved.shape[1], "width": moved.shape[2],
               "crs": target, "transform": place, "nodata": 0}  # fmt: skip
    with rasterio.open(tmp_path / "later.tif", "w", **profile) as made:
        made.write(moved)
    bands = {"blue": 1, "green": 2, "red": 3, "nir": 4, "swir1": 5}
    scenes = [
        rl.read_scene(path, bands=bands, date="2000-07-01"),
        rl.read_scene(tmp_path / "later.tif", bands=bands, date="2001-07-01"),
    ]
    changes = rl.detect_change(scenes, extent(covered(scenes[0]), scenes[0].crs))
    x, y = transform.c + side * (column + 6), transform.f - side * (row + 6)
    planted = shapely.box(x - 6 * side, y - 6 * side, x + 6 * side, y + 6 * side)
    found = changes.suspects[changes.suspects.intersects(planted)]
    assert len(found) == 1
    assert found.geometry.iloc[0].intersection(planted).area > 0.8 * planted.area
    assert len(changes.suspects) <= 3
