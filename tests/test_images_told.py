"""What images are refused for and what is said of them: enough to know what to do, and nothing that is wrong."""

from __future__ import annotations

import pyproj
import pytest
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
