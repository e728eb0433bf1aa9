"""What images are refused for and what is said of them: enough to know what to do, and nothing that is wrong."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import rasterio
import shapely

import changing
import imagery
import riverline as rl
from riverline import provenance


def codes(result):
    return result.faults["code"].tolist()


# Coordinate systems


@pytest.fixture
def lookups(monkeypatch):
    """How often PROJ was asked for the code of a CRS."""
    asked = []
    ask = pyproj.CRS.to_authority

    def counted(self, *args, **options):
        asked.append(self.name)
        return ask(self, *args, **options)

    monkeypatch.setattr(pyproj.CRS, "to_authority", counted)
    return asked


def test_the_code_of_a_crs_is_looked_up_once(lookups, tmp_path):
    odd = "+proj=tmerc +lat_0=0 +lon_0=117.4321 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs"
    path = imagery.write(tmp_path / "a_20240415.tif", imagery.river()[0], crs=odd)
    scene = rl.read_scene(path, bands={"green": 1, "nir": 2}, scale=1.0)
    runs = [verb(scene).run for verb in (rl.map_water, rl.trace_waterlines) for _ in range(2)]
    assert len({run.crs for run in runs}) == 1
    assert runs[0].crs == scene.crs.to_string()
    assert lookups.count(scene.crs.name) <= 3  # for its text, for its code, and by this test


def test_codes_and_texts_are_those_of_proj():
    for code in ("EPSG:4548", "EPSG:4490", "+proj=utm +zone=50 +ellps=krass +towgs84=1,2,3 +units=m"):
        crs = pyproj.CRS(code)
        assert provenance.crs_text(crs) == crs.to_string()
        assert provenance.crs_authority(crs) == crs.to_authority()
    assert provenance.crs_text(None) == ""


# Sensors


def test_a_file_whose_bands_nobody_knows_is_told_what_fits_and_how_that_differs(tmp_path):
    path = imagery.write(tmp_path / "a_20240415.tif", imagery.ramp(7))
    with pytest.raises(rl.errors.SchemaError) as caught:
        rl.read_scene(path)
    for text in (caught.value.zh, caught.value.en):
        assert "1 coastal, 2 blue, 3 green, 4 red, 5 nir, 6 swir1, 7 swir2; x 2.75e-05 -0.2" in text
        assert "landsat-8-espa" in text
        assert "x 0.0001" in text
        assert "7 qa_pixel" in text
        assert "sentinel-2" not in text  # has 12 or 13
        assert "8 qa_pixel" not in text


def test_an_unknown_sensor_is_told_those_of_like_names_with_their_bands(tmp_path):
    path = imagery.write(tmp_path / "a_20240415.tif", imagery.ramp(7))
    with pytest.raises(rl.errors.SchemaError) as caught:
        rl.read_scene(path, sensor="Landsat")
    for text in (caught.value.zh, caught.value.en):
        assert text.count("\n  landsat-") == 4
        assert "\n  naip" not in text
        assert ", naip, " in text
    with pytest.raises(rl.errors.SchemaError, match="1 red, 2 green, 3 blue, 4 nir"):
        rl.read_scene(path, sensor="nothing like it")


# Edges


def test_a_number_that_a_sensor_has_for_nothing_is_no_edge_unless_it_fills_a_corner(tmp_path):
    values = imagery.ramp(6, dtype="uint8").clip(1)
    scene = rl.read_scene(imagery.write(tmp_path / "a_20240415.tif", values), sensor="landsat-5-7")
    assert "scene-edge-undeclared" not in codes(scene)
    values[:, :5, :5] = 0
    scene = rl.read_scene(imagery.write(tmp_path / "b_20240415.tif", values), sensor="landsat-5-7")
    assert "scene-edge-undeclared" in codes(scene)
    assert not rl.read_window(scene, ("green",)).valid[:5, :5].any()


@pytest.mark.real
def test_olinda_has_no_filled_edge(real_data):
    scene = rl.read_scene(real_data / "landsat7_olinda" / "L7_ETMs.tif", sensor="landsat-5-7")
    assert "scene-edge-undeclared" not in codes(scene)


# Days


def test_images_without_a_day_are_named_where_days_are_too_few(tmp_path):
    for name, day in (("dated", "2024-07-01"), ("undated", None)):
        tags = {} if day is None else {"ACQUIRED": day}
        imagery.write(tmp_path / f"{name}.tif", imagery.ramp(), tags=tags)
    scenes = rl.read_scenes(tmp_path, sensor="rgbn")
    area = changing.extent(shapely.box(520_000.0, 3_499_800.0, 520_300.0, 3_500_000.0))
    with pytest.raises(rl.errors.SchemaError) as caught:
        rl.detect_change(scenes, area)
    for text in (caught.value.zh, caught.value.en):
        assert "2024-07-01 (dated)" in text
        assert "undated" in text.split("2024-07-01 (dated)")[1]


# Whole numbers that ran over


def fields(seed, *, rows=80, columns=160):
    """Green and near infrared of fields and a river as 16-bit numbers; textured, as the ground is."""
    base = imagery.river(rows, columns)[0].astype("float64")
    noise = np.random.default_rng(seed).normal(0.0, 0.01, base.shape)
    return np.clip((base + noise) * 10_000.0, 1, None).round().astype("uint16")


SMALL = (fields(1) // 16).astype("uint8")
OVERFLOWN = {
    "a difference in 16 bits": fields(2) - fields(1),
    "a factor in 16 bits": fields(1) * np.uint16(24),
    "a difference in 8 bits": SMALL - (fields(2) // 16).astype("uint8"),
    "a factor in 8 bits": SMALL * np.uint8(4),
    "a sum in 8 bits": SMALL + np.uint8(80),
    "a difference in 32 bits": fields(2).astype("uint32") - fields(1).astype("uint32"),
}
OPTIONS = {"bands": {"green": 1, "nir": 2}, "date": "2024-04-15"}


@pytest.mark.parametrize("what", OVERFLOWN)
def test_whole_numbers_that_ran_over_are_one_error_and_no_water(tmp_path, what):
    scene = rl.read_scene(imagery.write(tmp_path / "a.tif", OVERFLOWN[what]), **OPTIONS)
    for found in (rl.map_water(scene), rl.trace_waterlines(scene)):
        told = found.faults.query("severity == 'error'")
        assert told["code"].tolist() == ["scene-overflow"]
        assert told["value"].iloc[0] >= told["limit"].iloc[0]
    assert rl.map_water(scene).water_m2 == 0.0
    stack = rl.measure_water_occurrence([scene])
    assert "scene-overflow" in codes(stack)


@pytest.mark.parametrize("values", [fields(1), SMALL, fields(1).astype("float32") * 24.0])
def test_numbers_that_did_not_are_used(tmp_path, values):
    scene = rl.read_scene(imagery.write(tmp_path / "a.tif", values), **OPTIONS)
    found = rl.map_water(scene)
    assert "scene-overflow" not in codes(found)
    assert found.water_m2 > 0.0


def test_nothing_and_saturated_beside_each_other_did_not_run_over(tmp_path):
    values = SMALL.copy()
    values[:, 10:20, 20:60:2], values[:, 10:20, 21:60:2] = 0, 255
    scene = rl.read_scene(imagery.write(tmp_path / "a.tif", values), **OPTIONS)
    assert "scene-overflow" not in codes(rl.map_water(scene))


def test_a_day_whose_numbers_ran_over_is_left_out_of_changes(tmp_path):
    ground = {"2023-07-01": fields(1), "2024-07-01": fields(2), "2025-07-01": fields(3) * np.uint16(24)}
    for day, values in ground.items():
        imagery.write(tmp_path / f"{day}.tif", values)
    scenes = [rl.read_scene(tmp_path / f"{day}.tif", **{**OPTIONS, "date": day}) for day in ground]
    area = changing.extent(shapely.box(520_000.0, 3_499_200.0, 521_600.0, 3_500_000.0))
    found = rl.detect_change(scenes, area)
    assert found.faults.query("code == 'scene-overflow'")["feature_id"].tolist() == ["2025-07-01"]
    assert found.suspects.empty


@pytest.mark.real
def test_real_images_did_not_run_over_and_their_differences_did(real_data, tmp_path):
    paths = sorted((real_data / "naip_wetlands").glob("*.tif"))
    images = []
    for path in paths:
        assert "scene-overflow" not in codes(rl.map_water(rl.read_scene(path, sensor="naip")))
        with rasterio.open(path) as source:
            images.append(source.read())
    path = imagery.write(tmp_path / "difference.tif", images[0] - images[1])
    found = rl.map_water(rl.read_scene(path, sensor="naip", date="2014-07-20"))
    assert "scene-overflow" in codes(found)
    assert found.water_m2 == 0.0
