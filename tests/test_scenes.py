"""Images in: any sensor, any grid, any way of saying "nothing here", opened by headers and read by window."""

from __future__ import annotations

import datetime as dt
import json
import sys

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from rasterio import Affine
from rasterio.errors import NotGeoreferencedWarning

import changing
import imagery
import riverline as rl
from riverline._kernels.grids.phase import phase_shift
from riverline.io import scenes as sc
from riverline.io.scenes.sensors import sensors
from riverline.schema import FAULTS

GREEN_NIR = ("green", "nir")


def codes(scene):
    return set(scene.faults["code"])


def opened(tmp_path, values, name="a.tif", **keywords):
    written = {
        key: keywords.pop(key) for key in list(keywords) if key not in {"bands", "sensor", "mask", "date", "scale"}
    }
    return rl.read_scene(imagery.write(tmp_path / name, values, **written), **{"sensor": "rgbn", **keywords})


# Which band is what


@pytest.mark.parametrize(
    ("name", "count", "sensor"),
    [
        ("GF1_PMS1_E117.2_N31.6_20240415_L1A0000000001-MSS1.tif", 4, "gf-1"),
        ("GF2_PMS2_E117.2_N31.6_20240415_L1A0000000001-MSS2.tif", 4, "gf-2"),
        ("GF6_WFV_E117.2_N31.6_20240415_L1A0000000001.tif", 8, "gf-6"),
        ("ZY302_MUX_E117.2_N31.6_20240415_L1A0000000001.tif", 4, "zy-3"),
        ("20240415_023456_12_24a1_3B_AnalyticMS_SR.tif", 4, "planetscope"),
        ("m_4709963_se_14_1_20240415.tif", 4, "naip"),
        ("LE70220492024106EDC01_stack.tif", 8, "landsat-5-7-espa"),
    ],
)
def test_bands_and_day_go_by_the_name_that_the_provider_gives(tmp_path, name, count, sensor):
    scene = rl.read_scene(imagery.write(tmp_path / name, imagery.ramp(count)))
    order = next(each for each in sensors()[sensor].orders if len(each) == count)
    assert scene.sensor == sensor
    assert scene.date == dt.date(2024, 4, 15)
    assert {role: band.index for role, band in scene.bands.items()} == {
        role: number for number, role in enumerate(order, 1) if role != "fmask"
    }
    assert "scene-sensor-from-name" in codes(scene)


def test_every_sensor_of_the_table_is_consistent():
    for sensor in sensors().values():
        assert sensor.title and sensor.source  # noqa: PT018 - both are texts of the table
        for order in sensor.orders:
            assert len(set(order)) == len(order)
            assert set(order) <= {*sc.sensors.ROLES, *sc.sensors.mask_kinds()}
        assert set(sensor.codes) <= set(sc.sensors.ROLES)


def test_bands_go_by_descriptions_and_by_colours_before_anything_is_asked(tmp_path):
    told = imagery.write(tmp_path / "a.tif", imagery.ramp(3), descriptions=["近红外", "Green", "red"])
    assert {role: band.index for role, band in rl.read_scene(told).bands.items()} == {"nir": 1, "green": 2, "red": 3}
    coloured = imagery.write(tmp_path / "b.tif", imagery.ramp(4, dtype="uint8"), photometric="RGB")
    assert list(rl.read_scene(coloured).bands) == ["red", "green", "blue"]


def test_unknown_bands_are_asked_for_with_the_line_to_type(tmp_path):
    path = imagery.write(tmp_path / "a.tif", imagery.ramp(5))
    with pytest.raises(rl.SchemaError, match=r"bands=\{.green.: 2") as caught:
        rl.read_scene(path)
    assert "bgrn" not in caught.value.en  # none of the table has five bands
    with pytest.raises(rl.SchemaError, match="has 5 bands, images of gf-1 have 4"):
        rl.read_scene(path, sensor="gf-1")
    with pytest.raises(rl.SchemaError, match="has no band 9, only 5"):
        rl.read_scene(path, bands={"green": 2, "nir": 9})
    with pytest.raises(rl.SchemaError, match="unknown roles in bands: infrared"):
        rl.read_scene(path, bands={"infrared": 2})
    with pytest.raises(rl.SchemaError, match="there is no sensor modis"):
        rl.read_scene(path, sensor="modis")
    with pytest.raises(rl.SchemaError, match="mask must be one kind"):
        rl.read_scene(path, bands={"green": 2}, mask={"clouds": 3})
    scene = rl.read_scene(path, bands={"green": 2, "nir": 4})
    with pytest.raises(rl.SchemaError, match=r"has no band swir1 \(there are: green, nir\)"):
        rl.read_window(scene, ("green", "swir1"))


def test_a_day_is_given_tagged_or_named_and_never_guessed(tmp_path):
    path = imagery.write(tmp_path / "影像2024.tif", imagery.ramp(), tags={"TIFFTAG_DATETIME": "2023:01:02 00:00:00"})
    scene = rl.read_scene(path, sensor="rgbn")
    assert scene.date is None
    assert "scene-undated" in codes(scene)
    assert rl.read_scene(path, sensor="rgbn", date="2024-04-15").date == dt.date(2024, 4, 15)
    with pytest.raises(rl.SchemaError, match="is not year-month-day"):
        rl.read_scene(path, sensor="rgbn", date="15/04/2024")


# Numbers


def test_a_tag_and_a_name_that_tell_two_days_are_told(tmp_path):
    path = imagery.write(tmp_path / "清水河_2021-01-02.tif", imagery.ramp(4))
    for tagged, told in (("2023-08-12", ["2023-08-12 | 2021-01-02"]), ("2021-01-03T00:10:00", [])):
        with rasterio.open(path, "r+") as target:
            target.update_tags(ACQUIRED=tagged)
        scene = rl.read_scene(path, sensor="rgbn")
        assert scene.date.isoformat() == tagged[:10]
        assert scene.faults.query("code == 'scene-date-contradicts'")["note"].tolist() == told
    given = rl.read_scene(path, sensor="rgbn", date="2020-05-05")
    assert "scene-date-contradicts" not in codes(given)


def test_sixteen_bit_numbers_do_not_overflow(tmp_path):
    values = np.full((4, 3, 3), 60_000, dtype="uint16")
    values[3] = 40_000
    scene = opened(tmp_path, values)
    pixels = rl.read_window(scene, GREEN_NIR)
    assert pixels.values.dtype == np.float32
    assert np.allclose((pixels["green"] - pixels["nir"]) / (pixels["green"] + pixels["nir"]), 0.2)


def test_scale_and_offset_come_from_the_caller_the_file_or_the_sensor(tmp_path):
    values = imagery.ramp(7)
    c2 = rl.read_scene(imagery.write(tmp_path / "LC08_L2SP_121038_20240415_20240420_02_T1.tif", values))
    assert c2.reflectance
    assert np.allclose(rl.read_window(c2, ["nir"])["nir"], values[4] * 2.75e-5 - 0.2, atol=1e-6)
    given = rl.read_scene(c2.bands["nir"].path, scale=(0.001, 0.5))
    assert np.allclose(rl.read_window(given, ["nir"])["nir"], values[4] * 0.001 + 0.5, atol=1e-6)
    path = imagery.write(tmp_path / "own.tif", imagery.ramp())
    with rasterio.open(path, "r+") as target:
        target.scales, target.offsets = (0.01,) * 4, (1.0,) * 4
    own = rl.read_scene(path, sensor="rgbn")
    assert own.reflectance
    assert np.allclose(rl.read_window(own, ["nir"])["nir"], imagery.ramp()[3] * 0.01 + 1.0, atol=1e-4)


@pytest.mark.parametrize(
    ("baseline", "offset", "doubt"), [("_N0510", -0.1, False), ("_N0301", 0.0, False), ("", 0.0, True)]
)
def test_the_offset_of_sentinel_2_goes_by_the_processing_baseline(tmp_path, baseline, offset, doubt):
    name = f"S2A_MSIL2A_20240415T024551{baseline}_R132_T50RNV_20240415T055555.tif"
    scene = rl.read_scene(imagery.write(tmp_path / name, imagery.ramp(12)))
    assert scene.bands["green"].offset == offset
    assert ("scene-offset-unknown" in codes(scene)) == doubt


def test_a_sensor_without_a_factor_says_that_values_are_not_reflectance(tmp_path):
    scene = opened(tmp_path, imagery.ramp())
    assert not scene.reflectance
    assert "scene-scale-unknown" in codes(scene)


# Nothing here, in any form


@pytest.mark.parametrize(
    ("dtype", "nodata"),
    [("uint16", 0), ("int16", -9999), ("float32", -3.4028234663852886e38), ("float32", np.nan), ("float64", -9999.0)],
)
def test_declared_nodata_is_nothing(tmp_path, dtype, nodata):
    values = imagery.ramp(dtype=dtype)
    values[:, 5:8, 2:6] = nodata
    pixels = rl.read_window(opened(tmp_path, values, nodata=nodata), GREEN_NIR)
    gone = np.zeros((20, 30), dtype=bool)
    gone[5:8, 2:6] = True
    assert np.array_equal(pixels.reason == sc.Reason.NODATA, gone)
    assert np.array_equal(np.isnan(pixels.values).all(axis=0), gone)
    assert np.array_equal(pixels.valid, ~gone)


def test_infinite_and_missing_numbers_are_nothing_even_undeclared(tmp_path):
    values = imagery.ramp(dtype="float32")
    values[1, 0, 0], values[3, 0, 1] = np.inf, np.nan
    pixels = rl.read_window(opened(tmp_path, values), GREEN_NIR)
    assert np.argwhere(~pixels.valid).tolist() == [[0, 0], [0, 1]]


@pytest.mark.parametrize(("dtype", "fill"), [("uint8", 0), ("uint8", 255), ("uint16", 0), ("uint16", 65535)])
def test_edges_filled_without_being_declared_are_found(tmp_path, dtype, fill):
    values = np.maximum(imagery.ramp(dtype="int32") % 200, 5).astype(dtype)
    values[:, :4, :7] = fill
    values[0, 10, 10] = fill  # one band alone is ground
    scene = opened(tmp_path, values)
    pixels = rl.read_window(scene, ("red", "nir"))
    assert "scene-edge-undeclared" in codes(scene)
    assert scene.faults.set_index("code")["value"]["scene-edge-undeclared"] == fill
    assert np.array_equal(pixels.reason == sc.Reason.NODATA, (np.arange(20)[:, None] < 4) & (np.arange(30) < 7))
    ground = rl.read_window(rl.read_scene(scene.bands["red"].path, sensor="rgbn", nodata=False), ("red", "nir"))
    assert not (ground.reason == sc.Reason.NODATA).any()


def test_an_impossible_nodata_is_told(tmp_path):
    path = imagery.write(tmp_path / "a.tif", imagery.ramp())
    scene = rl.read_scene(path, sensor="rgbn", nodata=-9999)
    assert "scene-nodata-impossible" in codes(scene)
    assert rl.read_window(scene, GREEN_NIR).valid.all()


def test_saturated_pixels_are_told_apart(tmp_path):
    values = imagery.ramp(8, dtype="int16") % 5000
    values[3, 2, 2] = 16_000
    scene = rl.read_scene(imagery.write(tmp_path / "LE70220492024106EDC01_stack.tif", values), mask=False)
    assert np.argwhere(rl.read_window(scene, GREEN_NIR).reason == sc.Reason.SATURATED).tolist() == [[2, 2]]
    assert rl.read_window(scene, ("green", "red")).valid.all()
    white = imagery.ramp(dtype="int32") % 200 + 20
    white[:, 3, 4], white[0, 7, 7] = 255, 255
    pixels = rl.read_window(opened(tmp_path, white.astype("uint8")), GREEN_NIR)
    assert np.argwhere(pixels.reason == sc.Reason.SATURATED).tolist() == [[3, 4]]


def test_an_alpha_band_says_where_nothing_is(tmp_path):
    values = np.maximum(imagery.ramp(dtype="int32") % 200, 5).astype("uint8")
    values[3] = 255
    values[3, :, 20:] = 0
    path = imagery.write(tmp_path / "drone.tif", values, photometric="RGB", alpha="YES")
    scene = rl.read_scene(path, sensor="rgb")
    pixels = rl.read_window(scene, ("red", "blue"))
    assert np.array_equal(pixels.reason == sc.Reason.NODATA, np.broadcast_to(np.arange(30) >= 20, (20, 30)))
    assert "scene-no-mask" not in codes(scene)
    half = sc.PixelGrid(scene.crs, Affine(5, 0, 520_000, 0, -5, 3_500_000), (40, 60))
    fine = rl.read_window(scene, ("red", "blue"), grid=half)
    assert (fine.reason[:, :39] == 0).all()
    assert (fine.reason[:, 41:] > 0).all()


# Masks


@pytest.mark.parametrize(
    ("kind", "dtype", "numbers"),
    [
        ("fmask", "uint8", {0: 0, 1: 0, 2: "SHADOW", 3: "SNOW", 4: "CLOUD", 255: "NODATA"}),
        ("qa_pixel", "uint16", {21824: 0, 21952: 0, 22280: "CLOUD", 23888: "SHADOW", 30048: "SNOW", 1: "NODATA"}),
        (
            "scl",
            "uint8",
            {0: "NODATA", 1: "SATURATED", 2: 0, 3: "SHADOW", 4: 0, 6: 0, 8: "CLOUD", 9: "CLOUD", 11: "SNOW"},
        ),
        ("clear", "uint8", {1: 0, 0: "CLOUD"}),
    ],
)
def test_masks_become_reasons(tmp_path, kind, dtype, numbers):
    told = np.resize(np.array(list(numbers), dtype=dtype), (20, 30))
    imagery.write(tmp_path / "mask.tif", told)
    scene = opened(tmp_path, imagery.ramp(), mask={kind: "mask.tif"})
    reason = rl.read_window(scene, GREEN_NIR).reason
    for number, name in numbers.items():
        assert (reason[told == number] == (sc.Reason[name] if name else 0)).all()


def test_a_mask_of_floats_that_is_nan_cannot_be_used_there(tmp_path):
    told = np.zeros((20, 30), dtype="float32")
    told[:, :5], told[:, 5:9] = np.nan, 4.0
    imagery.write(tmp_path / "mask.tif", told)
    reason = rl.read_window(opened(tmp_path, imagery.ramp(), mask={"fmask": "mask.tif"}), GREEN_NIR).reason
    assert (reason[:, :5] == sc.Reason.NODATA).all()
    assert (reason[:, 5:9] == sc.Reason.CLOUD).all()
    assert (reason[:, 9:] == 0).all()


def test_clouds_keep_their_values_and_nothing_outweighs_nothing(tmp_path):
    values = imagery.ramp(dtype="int16")
    values[:, 0, 0] = -9999
    imagery.write(tmp_path / "mask.tif", np.full((20, 30), 4, dtype="uint8"))
    pixels = rl.read_window(opened(tmp_path, values, nodata=-9999, mask={"fmask": "mask.tif"}), GREEN_NIR)
    assert pixels.reason[0, 0] == sc.Reason.NODATA
    assert (pixels.reason.ravel()[1:] == sc.Reason.CLOUD).all()
    assert np.isfinite(pixels.values[:, 0, 1:]).all()


# Where it lies


@pytest.mark.parametrize(
    ("transform", "code"),
    [
        (Affine(10, 0, 520_000, 0, 10, 3_499_800), "scene-south-up"),
        (Affine(9, 3, 520_000, 3, -9, 3_500_000), "scene-turned"),
    ],
)
def test_south_up_and_turned_images_lie_where_their_transform_says(tmp_path, transform, code):
    values = imagery.ramp(dtype="float32")
    scene = opened(tmp_path, values, transform=transform)
    assert code in codes(scene)
    assert np.array_equal(rl.read_window(scene, ["red"])["red"], values[0])
    x, y = sc.to_plane(transform, 10.5, 7.5)
    grid = sc.PixelGrid(scene.crs, Affine(1, 0, float(x) - 0.5, 0, -1, float(y) + 0.5), (1, 1))
    assert rl.read_window(scene, ["red"], grid=grid)["red"][0, 0] == pytest.approx(values[0, 7, 10], abs=0.05)


def test_images_without_a_place_are_refused_once(tmp_path):
    with pytest.raises(rl.CRSError, match="has no CRS"):
        rl.read_scene(imagery.write(tmp_path / "a.tif", imagery.ramp(), crs=None), sensor="rgbn")
    with pytest.warns(NotGeoreferencedWarning):
        imagery.write(tmp_path / "b.tif", imagery.ramp(), transform=None)
    with pytest.raises(rl.CRSError, match="has no place on the ground"):
        rl.read_scene(tmp_path / "b.tif", bands={"red": 1})
    with pytest.raises(rl.CRSError, match="does not fit its coordinates"):
        rl.read_scene(imagery.write(tmp_path / "c.tif", imagery.ramp(), crs="EPSG:4490"), sensor="rgbn")
    with pytest.raises(rl.ReadError, match="complex numbers"):
        rl.read_scene(imagery.write(tmp_path / "d.tif", imagery.ramp(dtype="complex64")), sensor="rgbn")


def test_files_that_are_gone_empty_or_cut_short_are_refused_once(tmp_path):
    with pytest.raises(rl.ReadError, match=r"there is no image none\.tif"):
        rl.read_scene(tmp_path / "none.tif", sensor="rgbn")
    (tmp_path / "empty.tif").touch()
    with pytest.raises(rl.ReadError, match="is empty"):
        rl.read_scene(tmp_path / "empty.tif", sensor="rgbn")
    (tmp_path / "text.tif").write_text("not an image", encoding="utf-8")
    with pytest.raises(rl.ReadError, match="cannot be read"):
        rl.read_scene(tmp_path / "text.tif", sensor="rgbn")
    rng = np.random.default_rng(1)
    noise = rng.integers(1, 9000, (4, 200, 200)).astype("uint16")
    whole = imagery.write(tmp_path / "whole.tif", noise, compress="deflate", blockysize=10, interleave="band")
    content = whole.read_bytes()
    (tmp_path / "cut.tif").write_bytes(content[: len(content) // 2])
    with pytest.raises(rl.ReadError, match=r"cut short or damaged|cannot be read"):
        rl.read_scene(tmp_path / "cut.tif", sensor="rgbn")
    middle = len(content) // 8
    (tmp_path / "hole.tif").write_bytes(content[:middle] + b"\0" * 9000 + content[middle + 9000 :])
    scene = rl.read_scene(tmp_path / "hole.tif", sensor="rgbn")
    with pytest.raises(rl.ReadError, match="cut short or damaged"):
        rl.read_window(scene, ("red",))


def test_envi_files_are_read_as_others_are(tmp_path):
    values = imagery.ramp(dtype="int16")
    path = imagery.write(tmp_path / "GF1_WFV1_E117.2_N31.6_20240415.dat", values, driver="ENVI")
    scene = rl.read_scene(path)
    assert scene.sensor == "gf-1"
    assert np.array_equal(rl.read_window(scene, ["nir"])["nir"], values[3])


# Windows and grids


def test_windows_are_parts_of_the_whole(tmp_path):
    scene = opened(tmp_path, imagery.ramp())
    whole = rl.read_window(scene, GREEN_NIR)
    part = rl.read_window(scene, GREEN_NIR, window=(slice(3, 9), slice(5, 25)))
    assert np.array_equal(part.values, whole.values[:, 3:9, 5:25])
    assert sc.to_plane(part.transform, 0, 0) == sc.to_plane(whole.transform, 5, 3)
    for window in [(slice(0, 21), slice(0, 30)), (slice(4, 4), slice(0, 30)), (slice(-1, 4), slice(0, 30))]:
        with pytest.raises(rl.SchemaError, match="is not on the grid"):
            rl.read_window(scene, GREEN_NIR, window=window)


def test_windows_of_several_scenes_cover_the_common_grid_once(tmp_path):
    one = opened(tmp_path, imagery.ramp(dtype="float32"), "a.tif")
    moved = Affine(20, 0, 520_050, 0, -20, 3_499_950)
    other = opened(tmp_path, imagery.ramp(dtype="float32"), "b.tif", transform=moved)
    grid = sc.common_grid([one, other])
    assert grid.shape == (15, 25)
    assert (grid.transform.c, grid.transform.f) == (520_050.0, 3_499_950.0)
    whole = [rl.read_window(each, GREEN_NIR, grid=grid) for each in (one, other)]
    seen = np.zeros(grid.shape, dtype=int)
    for (rows, columns), parts in sc.iterate_windows([one, other], GREEN_NIR, pixels=100):
        seen[rows, columns] += 1
        for part, all_of_it in zip(parts, whole, strict=True):
            assert np.array_equal(part.values, all_of_it.values[:, rows, columns], equal_nan=True)
            assert np.array_equal(part.reason, all_of_it.reason[rows, columns])
    assert (seen == 1).all()


def test_another_crs_keeps_the_place_of_things(tmp_path):
    """A linear field read in another zone's plane is the same field at the same places on the ground."""
    rows, columns = np.meshgrid(np.arange(60) + 0.5, np.arange(80) + 0.5, indexing="ij")
    x, y = sc.to_plane(imagery.NORTH_UP, columns, rows)
    field = ((x - 520_000) + 2 * (3_500_000 - y)).astype("float32")
    scene = opened(tmp_path, np.stack([field] * 4))
    away = pyproj.CRS("EPSG:4549")
    there = pyproj.Transformer.from_crs(imagery.CRS, away, always_xy=True)
    corner = there.transform(520_200, 3_499_800)
    grid = sc.PixelGrid(away, Affine(10, 0, corner[0], 0, -10, corner[1]), (80, 120))
    pixels = rl.read_window(scene, ["red"], grid=grid)
    column, row = np.meshgrid(np.arange(120) + 0.5, np.arange(80) + 0.5)
    back = there.transform(*sc.to_plane(grid.transform, column, row), direction="INVERSE")
    wanted = (back[0] - 520_000) + 2 * (3_500_000 - back[1])
    assert pixels.valid.sum() > 2000
    inside = (back[0] < 520_795) & (back[1] > 3_499_405)  # half a pixel from the edge nothing is left to interpolate
    assert np.abs(pixels["red"] - wanted)[inside].max() < 0.1
    outside = pixels.reason == sc.Reason.OUTSIDE
    assert np.array_equal(outside, (back[0] > 520_800) | (back[1] < 3_499_400))


def test_scenes_that_do_not_meet_have_no_common_grid(tmp_path):
    far = opened(tmp_path, imagery.ramp(), "b.tif", transform=Affine(10, 0, 530_000, 0, -10, 3_500_000))
    with pytest.raises(rl.SchemaError, match="no place is covered by all of: a, b"):
        sc.common_grid([opened(tmp_path, imagery.ramp()), far])
    with pytest.raises(rl.SchemaError, match="there is no scene"):
        sc.common_grid([])


def test_an_old_datum_is_not_moved_by_guess(tmp_path):
    old = opened(tmp_path, imagery.ramp(), "old.tif", crs="EPSG:2436")
    grid = sc.PixelGrid(pyproj.CRS(imagery.CRS), imagery.NORTH_UP, (5, 5))
    with pytest.raises(rl.CRSError):
        rl.read_window(old, ["red"], grid=grid)


# Products, folders, catalogues


def landsat_folder(folder):
    folder.mkdir()
    stem = "LC09_L2SP_121038_20240415_20240420_02_T1"
    for code in range(1, 8):
        imagery.write(folder / f"{stem}_SR_B{code}.TIF", imagery.ramp(1)[0] + code)
    imagery.write(folder / f"{stem}_QA_PIXEL.TIF", np.full((20, 30), 22280, dtype="uint16"))
    return stem


def test_a_folder_of_band_files_is_one_scene_with_its_mask(tmp_path):
    stem = landsat_folder(tmp_path / "product")
    scene = rl.read_scene(tmp_path / "product")
    assert (scene.sensor, scene.mask.kind, scene.date) == ("landsat-8-9", "qa_pixel", dt.date(2024, 4, 15))
    assert scene.bands["nir"].path.endswith(f"{stem}_SR_B5.TIF")
    assert (rl.read_window(scene, GREEN_NIR).reason == sc.Reason.CLOUD).all()
    beside = rl.read_scenes(tmp_path / "product")
    assert [(each.name, each.sensor, each.reflectance) for each in beside] == [(stem, "landsat-8-9", True)]
    assert beside[0].mask.kind == "qa_pixel"
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(rl.ReadError, match="holds no product of known band files"):
        rl.read_scene(empty)


def test_a_folder_of_unknown_files_is_read_where_bands_name_them(tmp_path):
    folder = tmp_path / "资源三号"
    folder.mkdir()
    for name, factor in (("绿.tif", 1), ("近红外.tif", 2)):
        imagery.write(folder / name, imagery.ramp(1)[0] * factor)
    scene = rl.read_scene(folder, bands={"green": "绿.tif", "nir": ("近红外.tif", 1)}, date="2024-04-15")
    assert scene.name == "资源三号"
    pixels = rl.read_window(scene, GREEN_NIR)
    assert np.array_equal(pixels["nir"], 2 * pixels["green"])


def test_bands_of_two_sizes_are_read_on_the_finer_grid(tmp_path):
    folder = tmp_path / "S2B_MSIL2A_20240415T024551_N0510_R132_T50RNV_20240415T055555.SAFE"
    inner = folder / "GRANULE"
    inner.mkdir(parents=True)
    stem = "T50RNV_20240415T024551"
    coarse = Affine(20, 0, 520_000, 0, -20, 3_500_000)
    imagery.write(inner / f"{stem}_B03_10m.tif", np.full((20, 30), 3000, dtype="uint16"))
    imagery.write(inner / f"{stem}_B03_20m.tif", np.full((10, 15), 3000, dtype="uint16"), transform=coarse)
    imagery.write(inner / f"{stem}_B11_20m.tif", np.full((10, 15), 5000, dtype="uint16"), transform=coarse)
    imagery.write(inner / f"{stem}_SCL_20m.tif", np.full((10, 15), 6, dtype="uint8"), transform=coarse)
    scene = rl.read_scene(folder)
    assert scene.shape == (20, 30)
    pixels = rl.read_window(scene, ("green", "swir1"))
    assert pixels.valid.all()
    assert np.allclose(pixels["green"], 0.2)
    assert np.allclose(pixels["swir1"], 0.4)


def test_a_folder_keeps_every_image_and_tells_what_could_not_be_opened(tmp_path):
    for name in ("b_20250301.tif", "a_20240415.tif", "c_20240415.tif", "undated.tif"):
        imagery.write(tmp_path / name, imagery.ramp())
    (tmp_path / "broken_20240101.tif").write_text("no image", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    landsat_folder(tmp_path / "inner")
    found = rl.read_scenes(sorted(tmp_path.glob("*.tif")), sensor="rgbn")
    assert [scene.name for scene in found] == ["a_20240415", "c_20240415", "b_20250301", "undated"]
    told = found.faults.set_index("feature_id")["code"]
    assert told["broken_20240101"] == "scene-unreadable"
    assert "scene-same-day" in told["c_20240415"].tolist()
    assert "scene-undated" in told["undated"].tolist()
    assert FAULTS.conform(found.faults).dtypes.equals(found.faults.dtypes)
    dated = rl.read_scenes(tmp_path / "undated.tif", sensor="rgbn", dates={"undated": "2023-01-01"})
    assert dated[0].date == dt.date(2023, 1, 1)
    mixed = rl.read_scenes(tmp_path)
    assert {scene.name for scene in mixed} == {"inner"}
    assert (mixed.faults["code"] == "scene-unreadable").sum() == 5
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(rl.ReadError, match="there is no image in empty"):
        rl.read_scenes(empty)


def catalogue(folder):
    """Two items, one with its bands on disk, one on a server."""
    pystac = pytest.importorskip("pystac")
    folder.mkdir()
    imagery.write(folder / "green.tif", imagery.ramp(1)[0])
    imagery.write(folder / "infrared.tif", imagery.ramp(1)[0] * 2)
    imagery.write(folder / "scl.tif", np.full((20, 30), 9, dtype="uint8"))
    root = pystac.Catalog("c", "scenes", href=str(folder / "catalog.json"))
    infrared = {"eo:common_name": "nir", "raster:scale": 0.0001, "raster:offset": -0.1}
    for name, day, base in (("later", 20, ""), ("near", 15, ""), ("far", 16, "https://example.org/")):
        item = pystac.Item(name, None, None, dt.datetime(2024, 4, day, tzinfo=dt.UTC), {})
        green = {"eo:bands": [{"common_name": "green"}], "raster:bands": [{"scale": 0.0001, "offset": -0.1}]}
        item.add_asset("B03", pystac.Asset(f"{base}green.tif", extra_fields=green))
        item.add_asset("B08", pystac.Asset(f"{base}infrared.tif", extra_fields={"bands": [infrared]}))
        item.add_asset("scl", pystac.Asset(f"{base}scl.tif"))
        root.add_item(item)
        item.set_self_href(str(folder / f"{name}.json"))
        for key, asset in item.assets.items():
            asset.href = base + {"B03": "green", "B08": "infrared"}.get(key, key) + ".tif"
    root.save(catalog_type="SELF_CONTAINED")
    return folder


def test_a_catalogue_on_disk_works_offline(tmp_path):
    folder = catalogue(tmp_path / "stac")
    assert json.loads((folder / "near.json").read_text(encoding="utf-8"))["assets"]["B03"]["href"].endswith("green.tif")
    found = rl.read_scenes(folder)
    assert [(scene.name, scene.date) for scene in found] == [
        ("near", dt.date(2024, 4, 15)),
        ("later", dt.date(2024, 4, 20)),
    ]
    assert found[0].mask.kind == "scl"
    assert found[0].reflectance
    assert {(band.scale, band.offset) for band in found[0].bands.values()} == {(0.0001, -0.1)}
    assert (rl.read_window(found[0], GREEN_NIR).reason == sc.Reason.CLOUD).all()
    wrong = found.faults[found.faults["code"] == "scene-unreadable"]
    assert wrong["feature_id"].tolist() == ["far"]
    assert "B03" in wrong["detail"].iloc[0]
    (folder / "catalog.json").write_text("{}", encoding="utf-8")
    with pytest.raises(rl.ReadError, match="no STAC catalogue"):
        rl.read_scenes(folder / "catalog.json")


def test_items_whose_bands_lie_together_in_one_file_are_read_by_window_and_compared_offline(tmp_path):
    """Two days of a catalogue, one stack each, bands named by number; factors are those of the items."""
    pystac = pytest.importorskip("pystac")
    root = pystac.Catalog("c", "scenes", href=str(tmp_path / "catalog.json"))
    words = [{"common_name": role} for role in changing.ROLES]
    for number, day in enumerate(("2024-07-01", "2025-07-01")):
        names = changing.covers()
        if number:
            changing.build(names)
        path = changing.image(
            tmp_path / f"stack{number}.tif", names, "", seed=number, tiled=True, blockxsize=16, blockysize=16
        )
        with rasterio.open(path, "r+") as target:  # what the file says is taken away: the item has to tell
            target.scales, target.descriptions = (1.0,) * 4, ("",) * 4
        item = pystac.Item(f"day{number}", None, None, dt.datetime.fromisoformat(f"{day}T03:00:00+00:00"), {})
        fields = {"eo:bands": words} if number else {"bands": words}
        fields["raster:bands"] = [{"scale": 0.0001, "offset": 0.0}] * 4
        root.add_item(item)
        item.set_self_href(str(tmp_path / f"day{number}.json"))
        item.add_asset("stack", pystac.Asset(path.name, roles=["data"], extra_fields=fields))
    root.save(catalog_type="SELF_CONTAINED")
    found = rl.read_scenes(tmp_path / "catalog.json")
    assert [(scene.name, str(scene.date), scene.reflectance) for scene in found] == [
        ("day0", "2024-07-01", True), ("day1", "2025-07-01", True),
    ]  # fmt: skip
    assert {role: band.index for role, band in found[0].bands.items()} == dict(
        zip(changing.ROLES, (1, 2, 3, 4), strict=True)
    )
    whole = rl.read_window(found[0], ("nir",))["nir"]
    parts = [part[0]["nir"] for _, part in sc.iterate_windows([found[0]], ("nir",), pixels=80 * 16)]
    assert len(parts) == 4
    assert np.array_equal(np.concatenate(parts), whole)
    changes = rl.detect_change(found, changing.whole())
    assert changes.suspects["change_class"].tolist() == ["building"]


# Registration


def ground(shift=(0.0, 0.0), *, size=400, seed=3, gain=1.0, offset=0.0):
    """Fields and roads seen with a displacement of so many pixels (rows, columns), and another light."""
    from scipy.ndimage import gaussian_filter
    from scipy.ndimage import shift as displaced

    rng = np.random.default_rng(seed)
    rough = gaussian_filter(rng.normal(size=(size + 40, size + 40)), 2.0)
    patches = np.kron(rng.random((22, 22)), np.ones((20, 20)))
    moved = displaced(rough + 0.1 * gaussian_filter(patches, 0.7), shift, order=3, mode="nearest")[20:-20, 20:-20]
    noise = rng.normal(0, 0.002, moved.shape)
    return ((moved + noise) * gain + offset).astype("float32")


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.6, -1.3), (-2.25, 0.4)])
def test_a_shift_is_measured_to_a_tenth_of_a_pixel_whatever_the_light(tmp_path, shift):
    pytest.importorskip("skimage")
    one = opened(tmp_path, ground()[None], "a.tif", bands={"red": 1}, sensor=None)
    other = opened(tmp_path, ground(shift, gain=0.6, offset=0.2)[None], "b.tif", bands={"red": 1}, sensor=None)
    found = rl.measure_registration(one, other)
    assert (found.east_m, found.north_m) == pytest.approx((10 * shift[1], -10 * shift[0]), abs=1.0)
    assert found.quality > 0.8
    assert found.uncertainty_m < 0.5
    assert ("registration-shift" in set(found.faults["code"])) == (np.hypot(*shift) > 0.5)
    mended = sc.correct_registration(other, found)
    again = rl.measure_registration(one, mended)
    assert again.shift_m < 1.0
    assert again.faults.empty
    assert mended.grid == other.grid


def moved_by(transform, columns, rows):
    a, b, c, d, e, f = transform[:6]
    return Affine(a, b, c + a * columns + b * rows, d, e, f + d * columns + e * rows)


@pytest.mark.parametrize(("columns", "rows"), [(1, 0), (3, 0), (4, 0), (0, 3), (-2, 1)])
def test_a_shift_along_the_bank_is_measured_whole_on_the_samples_of_one_day_and_of_two(tmp_path, columns, rows):
    """Tiles hold little but a bank that runs east: what lies along it moves within the same window of both images."""
    first = rl.read_scene(rl.samples.path("清水河_2023-08-12.tif"))
    for day, least in (("2023-08-12", 0.1), ("2024-08-15", 0.4)):
        with rasterio.open(rl.samples.path(f"清水河_{day}.tif")) as source:
            profile = source.profile | {"transform": moved_by(source.transform, columns, rows)}
            path = tmp_path / f"shifted_{day}.tif"
            with rasterio.open(path, "w", **profile) as target:
                target.write(source.read())
                target.descriptions, target.scales = source.descriptions, source.scales
                target.update_tags(**source.tags())
        found = rl.measure_registration(first, rl.read_scene(path))
        assert (found.east_m, found.north_m) == pytest.approx((10 * columns, -10 * rows), abs=10 * least)
        assert found.uncertainty_m < 1.0


def test_clouds_water_and_moved_things_do_not_pull_the_shift(tmp_path):
    pytest.importorskip("skimage")
    first, second = ground(), ground((0.0, 1.0))
    second[100:160, 100:200] = ground(seed=9)[100:160, 100:200]
    cloud = np.zeros((400, 400), dtype="uint8")
    cloud[200:280, 150:300] = 4
    imagery.write(tmp_path / "m.tif", cloud)
    second[200:280, 150:300] = 3.0
    one = opened(tmp_path, first[None], "a.tif", bands={"red": 1}, sensor=None)
    other = opened(tmp_path, second[None], "b.tif", bands={"red": 1}, sensor=None, mask={"fmask": "m.tif"})
    found = rl.measure_registration(one, other)
    assert (found.east_m, found.north_m) == pytest.approx((10.0, 0.0), abs=1.0)
    box = gpd.GeoDataFrame(geometry=[shapely.box(520_000, 3_497_000, 522_000, 3_500_000)], crs=imagery.CRS)
    assert rl.measure_registration(one, other, stable=box).east_m == pytest.approx(10.0, abs=1.5)


def test_images_that_cannot_be_compared_say_so(tmp_path):
    pytest.importorskip("skimage")
    one = opened(tmp_path, ground()[None], "a.tif", bands={"red": 1}, sensor=None)
    flat = opened(tmp_path, np.full((1, 400, 400), 0.2, dtype="float32"), "b.tif", bands={"red": 1}, sensor=None)
    found = rl.measure_registration(one, flat)
    assert np.isnan(found.shift_m)
    assert found.faults["code"].tolist() == ["registration-unsure"]
    with pytest.raises(rl.SchemaError, match="nothing could be measured"):
        sc.correct_registration(flat, found)
    other = opened(tmp_path, ground()[None], "c.tif", bands={"nir": 1}, sensor=None)
    with pytest.raises(rl.SchemaError, match="no band to compare"):
        rl.measure_registration(one, other)


def test_what_needs_an_extra_says_which(tmp_path, monkeypatch):
    folder = catalogue(tmp_path / "stac")
    monkeypatch.setitem(sys.modules, "pystac", None)
    with pytest.raises(rl.MissingDependencyError, match=r"riverline\[imagery\]"):
        rl.read_scenes(folder)


def test_the_shift_of_two_pictures_is_that_of_scikit_image():
    """Found in two steps on a part of the pixel, it is the one that a search of all fiftieths of it finds."""
    theirs = pytest.importorskip("skimage.registration").phase_cross_correlation
    for seed, shift in enumerate([(0.0, 0.0), (0.64, -1.3), (-7.26, 4.4), (20.0, -31.5)]):
        one, other = (
            picture[100:228, 100:228] - picture.mean() for picture in (ground(seed=seed), ground(shift, seed=seed))
        )
        fade = np.hanning(130)[1:-1]
        one, other = (each * fade[:, None] * fade for each in (one, other))
        wanted, error, _ = theirs(one, other, upsample_factor=50, normalization=None)
        found = phase_shift(one, other)
        assert found[:2] == pytest.approx(wanted.tolist(), abs=0.021)
        assert found[2] == pytest.approx(np.sqrt(1.0 - error**2), abs=1e-3)
    assert phase_shift(np.zeros((64, 64)), one[:64, :64]) == (0.0, 0.0, 0.0)


# Real images


@pytest.mark.real
def test_real_grids_in_two_crs_meet(real_data):
    """An image in SIRGAS 2000 and heights in SAD69: read on the finer grid, they cover the same ground."""
    folder = real_data / "landsat7_olinda"
    image = rl.read_scene(folder / "L7_ETMs.tif", bands={"red": 3})
    heights = rl.read_scene(folder / "olinda_dem_utm25s.tif", bands={"red": 1}, nodata=False)
    assert image.crs != heights.crs
    ((_, (one, other)),) = sc.iterate_windows([image, heights], ["red"])
    assert one.values.shape == other.values.shape
    assert other.valid.mean() > 0.95
    assert -5 < np.nanmin(other["red"]) < 5
    assert 60 < np.nanmax(other["red"]) < 300


@pytest.mark.real
def test_real_pairs_lie_on_one_another_to_a_pixel(real_data):
    for name in ("landsat7_chiapas_1999_2002", "naip_wetlands"):
        first, second = rl.read_scenes(real_data / name)
        found = rl.measure_registration(first, second)
        assert found.tiles[0] >= 4, name
        assert found.shift_m < first.grid.pixel, name


@pytest.mark.real
def test_real_images_open_as_what_they_are(real_data):
    pair = rl.read_scenes(real_data / "landsat7_chiapas_1999_2002")
    assert [str(scene.date) for scene in pair] == ["1999-11-18", "2002-04-16"]
    first, second = (rl.read_window(scene, ("green", "swir1")) for scene in pair)
    assert (first.reason == sc.Reason.CLOUD).mean() < (second.reason == sc.Reason.CLOUD).mean()
    assert (second.reason == sc.Reason.CLOUD).mean() > 0.05
    assert 0.0 < np.nanmedian(first["green"]) < 0.2
    fields = rl.read_scenes(real_data / "naip_wetlands")
    assert [scene.sensor for scene in fields] == ["naip", "naip"]
