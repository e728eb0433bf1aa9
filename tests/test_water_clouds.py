"""Clouds on images without a mask, banks that nobody sees, and images stored the other way up."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from rasterio import Affine

import imagery
import riverline as rl
from riverline._kernels.grids.clouds import HELPFUL, NEEDED, like_cloud
from riverline.shoreline.water.result import UNKNOWN, WET
from riverline.shoreline.water.thresholds import METHODS

ROLES = ("blue", "green", "red", "nir", "swir1", "swir2")
SEEN = {
    "water": (0.06, 0.08, 0.05, 0.03, 0.02, 0.01),
    "muddy": (0.09, 0.14, 0.17, 0.15, 0.04, 0.02),
    "shallow": (0.14, 0.12, 0.06, 0.04, 0.02, 0.01),
    "field": (0.04, 0.08, 0.05, 0.40, 0.20, 0.10),
    "sand": (0.14, 0.22, 0.30, 0.38, 0.45, 0.40),
    "soil": (0.08, 0.11, 0.15, 0.22, 0.30, 0.26),
    "snow": (0.80, 0.82, 0.78, 0.70, 0.06, 0.05),
    "cloud": (0.45, 0.44, 0.46, 0.50, 0.40, 0.30),
    "haze": (0.22, 0.20, 0.19, 0.25, 0.18, 0.12),
}


def codes(result):
    return result.faults["code"].tolist()


def valley(*, clouds=True, rows=96, columns=130):
    """Six bands of a river through fields, a cloud over a bank and one over land; and where the clouds are."""
    share = imagery.river(rows, columns)[0][0].astype("float64")
    wet = ((0.12 - share) / 0.02)[None]
    water, field, cloud = (np.array(SEEN[name])[:, None, None] for name in ("water", "field", "cloud"))
    values = wet * water + (1.0 - wet) * field
    values += np.random.default_rng(2).normal(0.0, 0.003, values.shape)
    hidden = np.zeros(share.shape, dtype=bool)
    if clouds:
        hidden[30:52, 40:70] = hidden[4:20, 100:125] = True
        values = np.where(hidden, cloud, values)
    return np.clip(values, 0.001, 1.0).astype("float32"), hidden


def opened(folder, values, roles=ROLES, name="valley_20240415.tif", **options):
    more = {key: options.pop(key) for key in ("transform",) if key in options}
    path = imagery.write(folder / name, values, **more)
    return rl.read_scene(path, **{"bands": {role: n for n, role in enumerate(roles, 1)}, "scale": 1.0, **options})


# Clouds


def test_a_cloud_is_told_from_what_is_as_bright_and_from_every_water():
    found = {name: bool(like_cloud(dict(zip(ROLES, np.float32(row)[:, None], strict=True)))[0])
             for name, row in SEEN.items()}  # fmt: skip
    assert [name for name, cloud in found.items() if cloud] == ["cloud", "haze"]


def test_without_short_wave_infrared_its_tests_are_left_out():
    assert set(ROLES) == {*NEEDED, *HELPFUL}
    found = [
        name for name, row in SEEN.items() if like_cloud(dict(zip(NEEDED, np.float32(row)[:4, None], strict=True)))[0]
    ]
    assert found == ["snow", "cloud", "haze"]
    nothing = np.full((4, 3), np.nan, dtype="float32")
    assert not like_cloud(dict(zip(NEEDED, nothing, strict=True))).any()


@pytest.mark.parametrize("index", ["mndwi", "ndwi", "awei_sh"])
def test_clouds_of_an_image_without_a_mask_are_unknown_and_told_with_their_share(tmp_path, index):
    values, hidden = valley()
    scene = opened(tmp_path, values)
    found = rl.map_water(scene, index=index)
    assert (found.water[hidden] == UNKNOWN).all()
    assert (found.water[~hidden] != UNKNOWN).all()
    clear = rl.map_water(opened(tmp_path, valley(clouds=False)[0], name="clear_20240415.tif"), index=index)
    assert ((found.water == WET) == ((clear.water == WET) & ~hidden)).all()
    assert found.threshold.value == pytest.approx(clear.threshold.value, abs=0.05)
    told = found.faults.query("code == 'scene-cloud-suspected'")
    assert told["value"].tolist() == [pytest.approx(100.0 * hidden.mean(), abs=0.7)]
    assert "water-bright" not in codes(found)
    assert "scene-cloud-suspected" not in codes(clear)


def test_waterlines_end_at_suspected_clouds_and_say_so(tmp_path):
    traced = rl.trace_waterlines(opened(tmp_path, valley()[0]))
    assert set(traced.gaps["cause"]) == {"edge", "cloud-suspected"}
    assert (traced.gaps["cause"] == "cloud-suspected").sum() >= 2
    assert any("疑似云" in text for text in traced.faults["detail"])
    strips = rl.trace_waterlines(opened(tmp_path, valley()[0]), strip_pixels=130 * 16)
    assert strips.lines.geometry.to_wkb().tolist() == traced.lines.geometry.to_wkb().tolist()


def test_a_stack_does_not_look_at_suspected_clouds(tmp_path):
    values, hidden = valley()
    scenes = [opened(tmp_path, values), opened(tmp_path, valley(clouds=False)[0], name="other_20240515.tif")]
    stack = rl.measure_water_occurrence(scenes)
    assert (stack.looks == np.where(hidden, 1, 2)).all()


def test_a_mask_and_the_word_of_the_caller_are_believed(tmp_path):
    values, hidden = valley()
    sure = opened(tmp_path, values, mask=False)
    found = rl.map_water(sure, threshold="zero")
    assert (found.water[hidden] == WET).all()
    assert found.faults.query("code == 'water-bright'")["value"].iloc[0] > 20.0
    imagery.write(tmp_path / "fmask.tif", np.zeros(hidden.shape, dtype="uint8"))
    masked = opened(tmp_path, values, mask={"fmask": "fmask.tif"})
    told = codes(rl.map_water(masked, threshold="zero"))
    assert "scene-cloud-suspected" not in told
    assert "water-bright" in told


def test_where_bands_are_lacking_for_the_tests_bright_water_is_an_error_with_its_share(tmp_path):
    values, hidden = valley()
    found = rl.map_water(opened(tmp_path, values[[1, 4]], ("green", "swir1")), threshold="zero")
    told = found.faults.query("code == 'water-bright'").iloc[0]
    assert told["severity"] == "error"
    assert told["note"] == "swir1 > 0.11"
    share = 100.0 * (hidden & (found.water == WET)).sum() / (found.water == WET).sum()
    assert told["value"] == pytest.approx(share, abs=6.0)
    clear = rl.map_water(opened(tmp_path, valley(clouds=False)[0][[1, 4]], ("green", "swir1"), "clear_20240415.tif"))
    assert not {"water-bright", "water-not-dark"} & set(codes(clear))


def test_of_bare_numbers_water_that_is_no_darker_than_land_is_an_error(tmp_path):
    values = np.stack([np.full((64, 64), 800.0), np.full((64, 64), 2600.0)])
    values += np.random.default_rng(1).normal(0, 20.0, values.shape)
    values[:, 20:44, 20:44] = np.array([5200.0, 5000.0])[:, None, None]
    path = imagery.write(tmp_path / "a_20240415.tif", values.astype("uint16"))
    found = rl.map_water(rl.read_scene(path, bands={"green": 1, "nir": 2}))
    assert found.faults.query("code == 'water-not-dark'")["value"].iloc[0] > 150.0
    traced = rl.trace_waterlines(rl.read_scene(path, bands={"green": 1, "nir": 2}))
    assert len(traced.lines)
    assert set(traced.lines["doubt"]) == {"bright"}


def plain_with_lakes(*, dry=True):
    """Raw numbers of green and near infrared: lakes, green crops, and dry fields greener than infrared."""
    rng = np.random.default_rng(5)
    values = np.stack([np.full((160, 160), 90.0), np.full((160, 160), 170.0)])
    if dry:
        values[:, :, ::2], values[:, ::3] = (
            np.array([150.0, 140.0])[:, None, None],
            np.array([150.0, 140.0])[:, None, None],
        )
    lake = np.zeros((160, 160), dtype=bool)
    lake[30:70, 30:80] = lake[100:140, 90:150] = True
    values[:, lake] = np.array([70.0, 25.0])[:, None]
    return (values + rng.normal(0.0, 4.0, values.shape)).clip(1, 255).astype("uint8"), lake


def test_dry_fields_that_pass_for_water_are_an_error_and_every_line_is_in_doubt(tmp_path):
    """Lakes pull the mean infrared of the water down: only that it is of two kinds tells that most of it are fields."""
    values, lake = plain_with_lakes()
    path = imagery.write(tmp_path / "a_20240415.tif", values)
    scene = rl.read_scene(path, bands={"green": 1, "nir": 2})
    found = rl.map_water(scene, threshold="zero")
    told = found.faults.query("code == 'water-mixed'").iloc[0]
    wrong = 100.0 * ((found.water == WET) & ~lake).sum() / (found.water == WET).sum()
    assert told["severity"] == "error"
    assert told["value"] == pytest.approx(wrong, abs=1.0)
    assert wrong > 50.0
    assert set(rl.trace_waterlines(scene, threshold="zero").lines["doubt"]) == {"mixed"}
    number = float(told["note"].rpartition("threshold=")[2])
    mended = rl.map_water(scene, threshold=number)
    assert "water-mixed" not in codes(mended)
    assert ((mended.water == WET) == lake).mean() > 0.99


def test_lakes_alone_are_one_kind_of_water(tmp_path):
    path = imagery.write(tmp_path / "a_20240415.tif", plain_with_lakes(dry=False)[0])
    scene = rl.read_scene(path, bands={"green": 1, "nir": 2})
    assert not {"water-mixed", "threshold-seed"} & set(codes(rl.map_water(scene)))
    assert rl.trace_waterlines(scene).lines["doubt"].isna().all()


def test_a_rule_that_had_nothing_to_go_by_is_not_reported_as_used(tmp_path):
    """A handful of stray pixels in a dry land: no block holds an edge, and the index's own zero is no edge."""
    values = np.stack([np.full((96, 96), 0.08), np.full((96, 96), 0.30)]).astype("float32")
    values[:, 40, 40:44] = np.array([0.10, 0.05])[:, None]
    scene = opened(tmp_path, values, ("green", "nir"))
    found = rl.map_water(scene)
    assert found.threshold.method == "seed"
    assert found.run.inputs[scene.name]["threshold_method"] == "seed"
    told = found.faults.query("code == 'threshold-seed'").iloc[0]
    assert (told["severity"], told["value"]) == ("warning", 4.0)
    assert set(rl.trace_waterlines(scene, shortest_m=0.0).lines["doubt"]) == {"seed"}


@pytest.mark.real
def test_dry_fields_of_a_real_plain_are_not_delivered_as_water_in_silence(real_data):
    """NAIP of June 2010: 61 % of what every rule but one calls water is dry fields."""
    scene = rl.read_scene(real_data / "naip_wetlands" / "m_4709963_se_14_1_20100629.tif")
    found = rl.map_water(scene)
    assert found.faults.query("code == 'water-mixed'")["value"].iloc[0] == pytest.approx(68.0, abs=2.0)
    assert set(rl.trace_waterlines(scene).lines["doubt"]) == {"mixed"}
    mended = rl.map_water(scene, threshold=round(found.threshold.mixture.parting, 2))
    assert "water-mixed" not in codes(mended)
    assert mended.water_m2 == pytest.approx(2.2e6, rel=0.1)


@pytest.mark.real
@pytest.mark.parametrize("mask", [None, False])
def test_clouds_over_taylorsville_are_not_taken_for_water_in_silence(real_data, mask):
    """Broken cloud over a lake that is cut out of the image: what is left of water is next to nothing."""
    path = real_data / "l8_taylorsville_lake" / "L8_Taylorsville.tif"
    scene = rl.read_scene(path, sensor="landsat-8-espa", date="2016-01-01", mask=mask)
    found = rl.map_water(scene)
    if mask is False:
        assert found.faults.query("code == 'water-bright'")["value"].iloc[0] > 90.0
        return
    assert found.faults.query("code == 'scene-cloud-suspected'")["value"].iloc[0] == pytest.approx(16.4, abs=0.3)
    assert found.water_m2 < 0.8e6  # it was 21.1 km²
    near_infrared = rl.read_window(scene, ("nir",))["nir"]
    assert np.median(near_infrared[found.water == WET]) < 0.11
    causes = rl.trace_waterlines(scene, index="ndwi").gaps["cause"]
    assert set(causes) <= {"cloud-suspected", "nodata"}


# Images that are all water


@pytest.mark.parametrize("method", METHODS)
def test_an_image_that_is_all_water_says_so_and_is_water(tmp_path, method):
    values = np.array(SEEN["water"])[:, None, None] + np.random.default_rng(4).normal(0.0, 0.004, (6, 80, 80))
    found = rl.map_water(opened(tmp_path, values.astype("float32")), threshold=method)
    assert (found.water == WET).mean() > 0.99
    assert found.faults.query("code == 'water-only'")["value"].iloc[0] > 99.0
    assert not {"water-none", "threshold-weak"} & set(codes(found))
    banks = rl.map_water(opened(tmp_path, valley(clouds=False)[0], name="other_20240415.tif"), threshold=method)
    assert "water-only" not in codes(banks)


# Images stored from south to north


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rows", [96, 101, 135])
def test_a_threshold_does_not_depend_on_which_row_is_stored_first(tmp_path, method, rows):
    values = valley(clouds=False, rows=rows)[0][:4]
    a, b, west, d, e, north = imagery.NORTH_UP[:6]
    upward = Affine(a, b, west, d, -e, north + e * rows)
    down = opened(tmp_path, values, ROLES[:4])
    up = opened(tmp_path, values[:, ::-1], ROLES[:4], "up_20240415.tif", transform=upward)
    for pixels in (6_000_000, 130 * 16):
        one, other = (rl.map_water(each, threshold=method, strip_pixels=pixels) for each in (down, up))
        for name in ("value", "separability", "spread", "water", "land", "water_share", "pixels", "bright_share"):
            assert getattr(one.threshold, name) == pytest.approx(getattr(other.threshold, name), rel=1e-6), name
        assert (one.water == other.water[::-1]).all()


def test_a_local_threshold_follows_the_ground_whichever_way_it_is_stored(tmp_path):
    rows = 300
    values = np.concatenate(
        [valley(clouds=False, rows=150)[0][:4], 1.4 * valley(clouds=False, rows=150)[0][:4]], axis=1
    )
    a, b, west, d, e, north = imagery.NORTH_UP[:6]
    down = opened(tmp_path, values, ROLES[:4])
    up = opened(tmp_path, values[:, ::-1], ROLES[:4], "up_20240415.tif",
                transform=Affine(a, b, west, d, -e, north + e * rows))  # fmt: skip
    one, other = (rl.trace_waterlines(each, threshold="local").lines.geometry for each in (down, up))
    assert shapely.hausdorff_distance(shapely.union_all(one), shapely.union_all(other)) < 1e-3


# Thresholds that follow another edge


def offsets_m(lines, edge):
    """Distances of the vertices of lines from other lines, metres."""
    places = shapely.points(shapely.get_coordinates(lines.geometry))
    return shapely.distance(places, shapely.union_all(edge.geometry))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ["影像2024.tif", "影像2026.tif", "清水河_2024-08-15.tif", "清水河_2024-03-20.tif"])
def test_a_threshold_that_is_far_off_is_told_and_its_uncertainty_covers_it(name, method):
    scene = rl.read_scene(rl.samples.path(name), sensor=None if "清水" in name else "rgbn")
    edge, traced = rl.trace_waterlines(scene), rl.trace_waterlines(scene, threshold=method)
    off = offsets_m(traced.lines, edge.lines)
    stated = float(traced.lines["uncertainty_m"].median())
    assert np.median(off) <= 2.0 * stated
    told = traced.faults.query("code == 'threshold-apart'")
    if np.median(off) > scene.grid.pixel or np.mean(off) > 2.0 * scene.grid.pixel:
        assert told["note"].tolist() == [method]
        assert stated > scene.grid.pixel
    if method == "edge":
        assert told.empty


def test_otsu_of_the_sample_states_more_than_three_metres():
    scene = rl.read_scene(rl.samples.path("影像2024.tif"), sensor="rgbn")
    for method, least in (("otsu", 45.0), ("half", 20.0)):
        found = rl.trace_waterlines(scene, threshold=method)
        assert found.lines["uncertainty_m"].min() > least
        assert "threshold-apart" in codes(found)
    assert rl.trace_waterlines(scene).lines["uncertainty_m"].max() < 4.0


def test_a_number_that_is_given_is_trusted():
    scene = rl.read_scene(rl.samples.path("影像2024.tif"), sensor="rgbn")
    assert "threshold-apart" not in codes(rl.map_water(scene, threshold=-0.125))
