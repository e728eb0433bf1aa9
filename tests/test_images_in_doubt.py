"""Images whose numbers, bands, places or levels cannot be trusted: told, and never taken for ground or for change."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.ndimage import gaussian_filter, zoom

import changing
import imagery
import riverline as rl
from changing import build, codes, covers, image, pair, whole

GREEN_NIR = {"green": 1, "nir": 2}
FLOAT_MIN = float(np.finfo("float32").min)


def one(code, result):  # noqa: ARG001 - the query reads it
    return result.faults.query("code == @code")


def river_file(folder, *, dtype="float32", factor=1.0, hole=None, **options):
    """A river askew, stored as numbers of a type; ``hole`` is written into a block of it."""
    values = (imagery.river()[0].astype("float64") * factor).astype("int64" if dtype != "float32" else dtype)
    values = values.astype(dtype)  # whole numbers wrap as they do where a program overflows
    if hole is not None:
        values[:, 20:30, 40:50] = hole
    return imagery.write(folder / "river.tif", values, **options)


# Bands


def test_a_band_that_nobody_names_is_told_with_the_line_to_type(tmp_path) -> None:
    path = imagery.write(tmp_path / "a.tif", imagery.ramp(), descriptions=("red", "green", "blue", ""))
    scene = rl.read_scene(path, date="2024-04-15")
    told = one("scene-band-unnamed", scene)
    assert told["note"].tolist() == ['bands={"red": 1, "green": 2, "blue": 3, "nir": 4}']
    assert told["note"].iloc[0] in told["detail"].iloc[0]
    named = rl.read_scene(path, bands={"red": 1, "green": 2, "blue": 3, "nir": 4}, date="2024-04-15")
    assert one("scene-band-unnamed", named).empty


def test_an_alpha_band_and_a_mask_are_no_unnamed_bands(tmp_path) -> None:
    path = imagery.write(tmp_path / "a.tif", imagery.ramp(dtype="uint8"), photometric="RGB", alpha="YES")
    assert one("scene-band-unnamed", rl.read_scene(path, date="2024-04-15")).empty
    words = ("red", "green", "blue", "fmask")
    path = imagery.write(tmp_path / "b.tif", imagery.ramp(), descriptions=words)
    assert one("scene-band-unnamed", rl.read_scene(path, date="2024-04-15")).empty


def test_a_stray_photograph_does_not_take_infrared_from_all_others(tmp_path) -> None:
    for number, day in enumerate(("2024-07-01", "2025-07-01", "2025-08-01")):
        names = covers()
        if number:
            build(names)
        image(tmp_path / f"{number}.tif", names, day, seed=number)
    names = covers()
    build(names)
    without = rl.detect_change(rl.read_scenes(tmp_path), whole())
    image(tmp_path / "drone.tif", names, "2025-09-01", seed=9, roles=("blue", "green", "red"))
    with_it = rl.detect_change(rl.read_scenes(tmp_path), whole())
    assert one("change-bands-lacking", with_it)[["feature_id", "note"]].to_numpy().tolist() == [["drone", "nir"]]
    assert not {"rgb-only", "change-rule-idle"} & set(codes(with_it))
    assert with_it.suspects.drop(columns="source").equals(without.suspects.drop(columns="source"))


def test_where_most_images_are_photographs_infrared_is_set_aside_and_told(tmp_path) -> None:
    for number, day in enumerate(("2024-07-01", "2025-07-01", "2025-08-01")):
        names = covers()
        if number:
            build(names)
        roles = changing.ROLES if number == 0 else ("blue", "green", "red")
        image(tmp_path / f"{number}.tif", names, day, seed=number, roles=roles)
    found = rl.detect_change(rl.read_scenes(tmp_path), whole())
    assert sorted(one("rgb-only", found)["feature_id"]) == ["1", "2"]
    assert one("change-bands-unshared", found)[["feature_id", "note"]].to_numpy().tolist() == [
        ["1", "nir"],
        ["2", "nir"],
    ]


# Nothing that is not declared


@pytest.mark.parametrize(
    ("dtype", "number"),
    [
        ("float32", FLOAT_MIN), ("float32", -FLOAT_MIN), ("float32", -9999.0), ("float32", -32768.0),
        ("int16", -9999), ("int16", -32768), ("float32", np.nan),
    ],
)  # fmt: skip
def test_undeclared_nothing_is_no_land(tmp_path, dtype, number) -> None:
    factor = 1.0 if dtype == "float32" else 10_000.0
    options = {"bands": GREEN_NIR, "date": "2024-04-15", "scale": 1.0 / factor}
    scene = rl.read_scene(river_file(tmp_path, dtype=dtype, factor=factor, hole=number), **options)
    found = rl.map_water(scene)
    assert (found.water[20:30, 40:50] == 255).all()
    assert (found.water == 255).sum() == 100
    told = one("scene-nodata-undeclared", found)
    assert told["note"].tolist() == ([] if np.isnan(number) else [f"{number:.8g}"])
    if not np.isnan(number):
        ground = rl.read_scene(scene.bands["nir"].path, nodata=False, **options)
        infinite = abs(number) > 1e30
        assert rl.read_window(ground, ("nir",)).valid.all()
        assert infinite or one("scene-nodata-undeclared", rl.map_water(ground)).empty


@pytest.mark.parametrize("number", [FLOAT_MIN, -9999.0])
def test_undeclared_nothing_does_not_bleed_into_other_grids(tmp_path, number) -> None:
    scene = rl.read_scene(river_file(tmp_path, hole=number), bands=GREEN_NIR, date="2024-04-15", scale=1.0)
    finer = imagery.write(
        tmp_path / "f.tif",
        imagery.ramp(2, 120, 180),
        transform=imagery.Affine(5.0, 0.0, 520_000.0, 0.0, -5.0, 3_500_000.0),
    )
    grid = rl.read_scene(finer, bands=GREEN_NIR).grid
    pixels = rl.read_window(scene, ("green", "nir"), grid=grid)
    assert not pixels.valid[40:60, 80:100].any()
    assert np.nanmin(pixels.values) >= 0.0
    assert np.nanmax(pixels.values) <= 0.31


def test_undeclared_nothing_is_no_change(tmp_path) -> None:
    for number, day in enumerate(("2024-07-01", "2025-07-01")):
        path = image(tmp_path / f"{number}.tif", covers(), day, seed=number, dtype="int16")
        with changing.rasterio.open(path, "r+") as target:
            values = target.read()
            values[:, 5:15, 10:60] = -9999 if number else values[:, 5:15, 10:60]
            target.write(values)
    found = rl.detect_change(rl.read_scenes(tmp_path), whole())
    assert found.suspects.empty
    assert one("scene-nodata-undeclared", found)[["feature_id", "note"]].to_numpy().tolist() == [["1", "-9999"]]


# Numbers that cannot be


@pytest.mark.parametrize(
    ("scale", "dtype", "factor", "note"),
    [
        (1.0, "uint16", 10_000.0, "> 1"),
        ((0.0000275, -0.2), "uint16", 10_000.0, "< -0.05"),
        ((0.0001, -0.1), "uint16", 10_000.0, "<= 0"),
        (1.0 / 110_000.0, "int16", 110_000.0, "< -0.05"),  # 33,000 is more than 16 bits with a sign hold
    ],
)
def test_a_wrong_factor_or_numbers_that_ran_over_are_one_error_and_no_water(
    tmp_path, scale, dtype, factor, note
) -> None:
    scene = rl.read_scene(
        river_file(tmp_path, dtype=dtype, factor=factor), bands=GREEN_NIR, date="2024-04-15", scale=scale
    )
    for found in (rl.map_water(scene), rl.trace_waterlines(scene)):
        told = one("scene-values-implausible", found)
        assert len(told) == 1
        assert note in told["note"].iloc[0]
    assert rl.map_water(scene).water_m2 == 0.0
    assert rl.trace_waterlines(scene).lines.empty


def test_a_wrong_factor_of_one_day_leaves_that_day_out(tmp_path) -> None:
    for number, day in enumerate(("2024-07-01", "2025-07-01", "2025-08-01")):
        names = covers()
        if number:
            build(names)
        image(tmp_path / f"{number}.tif", names, day, seed=number)
    right = rl.read_scenes([tmp_path / "1.tif", tmp_path / "2.tif"])
    wrong = rl.read_scene(tmp_path / "0.tif", scale=1.0)
    alone = rl.detect_change(right, whole())
    found = rl.detect_change([*right, wrong], whole())
    assert one("scene-values-implausible", found)["feature_id"].tolist() == ["0"]
    assert found.suspects.empty
    assert alone.suspects.empty
    good = rl.detect_change(rl.read_scenes(tmp_path), whole())
    assert len(good.suspects) == 1


def test_pixels_whose_index_divides_by_less_than_nothing_are_not_known(tmp_path) -> None:
    values, _ = imagery.river()
    values[:, 30, 40:60] = -0.01
    path = imagery.write(tmp_path / "a.tif", values)
    found = rl.map_water(rl.read_scene(path, bands=GREEN_NIR, date="2024-04-15", scale=1.0))
    assert (found.water[30, 40:60] == 255).all()
    values[:, 28:40, 40:60] = -0.01
    path = imagery.write(tmp_path / "a.tif", values)
    found = rl.map_water(rl.read_scene(path, bands=GREEN_NIR, date="2024-04-15", scale=1.0))
    assert len(one("index-undefined", found)) == 1
    assert found.water_m2 > 0.0


# Places


def seasons(folder, *, shift_px, growing_noise):
    """The same ground in two seasons: what is common to both under what each has of its own; the second moved east."""
    random = np.random.default_rng(3)

    def patches(seed):
        own = np.random.default_rng(seed)
        return zoom(own.normal(0.0, 1.0, (30, 40)), 10, order=0)

    common, spring, summer = patches(1), patches(2), patches(4)
    for name, day, own, weight in (("a", "2024-03-01", spring, 1.0), ("b", "2024-08-01", summer, growing_noise)):
        ground = gaussian_filter(common + weight * own, 0.7) * 0.02
        bands = [base + ground + random.normal(0, 0.002, ground.shape) for base in (0.06, 0.09, 0.10, 0.25)]
        moved = imagery.Affine(
            10.0, 0.0, changing.WEST + (10.0 * shift_px if name == "b" else 0.0), 0.0, -10.0, changing.NORTH
        )
        imagery.write(
            folder / f"{name}.tif", np.stack(bands).astype("float32"), transform=moved, tags={"ACQUIRED": day}
        )
    bands = {"blue": 1, "green": 2, "red": 3, "nir": 4}
    return rl.read_scenes(folder, bands=bands, scale=1.0)


def test_reflectance_that_was_scaled_twice_is_not_compared(tmp_path) -> None:
    scenes = list(pair(tmp_path, build))
    twice = rl.read_scene(scenes[1].bands["red"].path, scale=1e-8)
    found = rl.detect_change([scenes[0], twice], whole())
    told = one("scene-values-implausible", found)
    assert told["value"].tolist() == [100.0]
    assert "< 0.002" in told["note"].iloc[0]
    assert found.suspects.empty
    assert "change-not-compared" in codes(found)


def test_a_fill_on_images_that_are_unlike_is_of_no_kind_and_hardly_probable(tmp_path) -> None:
    def fill(names):
        names[20:28, 30:40] = "sand"

    near = rl.detect_change(pair(tmp_path, fill, dates=("2024-07-01", "2025-07-10")), whole()).suspects
    apart = rl.detect_change(pair(tmp_path, fill, dates=("2024-05-02", "2025-09-30")), whole()).suspects
    assert near[["change_class", "kind", "item"]].to_numpy().tolist() == [["fill", "occupation", "land-occupied"]]
    assert apart[["change_class", "kind", "item"]].to_numpy().tolist() == [["fill-unlike", "unknown", ""]]
    assert apart["confidence"].iloc[0] < 0.3 < near["confidence"].iloc[0]


def test_a_shift_is_refused_only_where_it_is_surely_beyond_the_limit() -> None:
    pytest.importorskip("skimage")
    folder = rl.samples.path("清水河_2023-03-18.tif").parent
    scenes = rl.read_scenes([folder / f"清水河_{day}.tif" for day in ("2023-03-18", "2025-08-18")])
    measured = rl.measure_registration(*scenes, limit_m=20.0)
    assert measured.shift_m > 20.0
    assert measured.uncertainty_m > 5.0
    assert measured.faults["code"].tolist() == ["registration-vague"]
    axes = rl.read_layer(folder / "清水县.gpkg", rl.schema.AXES, layer="axes")
    river = axes.set_index("river_id").geometry["QS01"]
    found = rl.detect_change(scenes, changing.extent(river.buffer(190.0), "QS01"))
    assert "change-shifted" not in codes(found)
    assert one("change-shift-unknown", found)["feature_id"].tolist() == ["清水河_2025-08-18"]
    assert found.evidence["date"].nunique() in {0, 2}


def test_a_shift_that_is_well_measured_is_refused_across_seasons_too(tmp_path) -> None:
    pytest.importorskip("skimage")
    scenes = seasons(tmp_path, shift_px=4, growing_noise=0.3)
    measured = rl.measure_registration(*scenes)
    assert measured.shift_m == pytest.approx(40.0, abs=2.0)
    assert measured.faults["code"].tolist() == ["registration-shift"]
    assert "change-shifted" in codes(rl.detect_change(scenes, whole(300, 400)))


# Levels


def test_levels_without_an_image_and_images_without_a_level_are_told(tmp_path) -> None:
    scenes = pair(tmp_path, build)
    found = rl.detect_change(scenes, whole(), levels={"2024-07-01": 3.0, "2023-01-01": 4.0})
    assert one("level-without-image", found)[["feature_id", "value"]].to_numpy().tolist() == [["2023-01-01", 4.0]]
    assert one("image-without-level", found)["feature_id"].tolist() == ["1"]
    stack = rl.measure_water_occurrence(scenes, levels={"2024-07-01": 3.0})
    assert one("image-without-level", stack)[["feature_id", "note"]].to_numpy().tolist() == [["1", "2025-07-01"]]
    silent = rl.detect_change(scenes, whole())
    assert not {"level-without-image", "image-without-level"} & set(codes(silent))


# Pairs that have little in common


@pytest.mark.real
def test_photographs_that_have_little_in_common_are_told_with_the_figures(real_data) -> None:
    """NAIP, 2010 and 2014: lakes twice as large, fields in other states, another camera."""
    folder = real_data / "naip_wetlands"
    days = {"m_4709963_se_14_1_20100629.tif": "2010-06-29", "m_4709963_se_14_1_20140720.tif": "2014-07-20"}
    scenes = [rl.read_scene(folder / name, sensor="naip", date=day) for name, day in days.items()]
    rows, columns = scenes[0].shape
    a, _, west, _, e, north = scenes[0].transform[:6]
    area = changing.extent(shapely.box(west, north + e * rows, west + a * columns, north))
    area = gpd.GeoDataFrame(area.drop(columns="geometry"), geometry=list(area.geometry), crs=scenes[0].crs)
    refused = rl.detect_change(scenes, area)
    told = one("change-not-comparable", refused)
    assert 60.0 < told["value"].iloc[0] < 85.0
    assert told["unit"].iloc[0] == "%"
    assert "r = " in told["note"].iloc[0]
    assert refused.suspects.empty
    rules = rl.load_change_rules()
    asked = rules.model_copy(update={"sample": rules.sample.model_copy(update={"unmatched": "compare"})})
    compared = rl.detect_change(scenes, area, rules=asked)
    assert "change-by-spread" in codes(compared)
    # A quarter of the ground changed; most suspects are fields that were green and are bare, or wetter.
    pair_ = next(iter(compared.run.inputs["pairs"].values()))
    assert 0.15 < pair_["changed"] < 0.4
    assert compared.suspects["inside_m2"].sum() < 0.06 * rows * columns * 25.0
    assert set(compared.suspects["state"]) == {"unconfirmed"}
    assert (compared.suspects["kind"] == "unknown").mean() > 0.8
    assert "change-plants-unmatched" in codes(compared)
    assert "change-season-apart" not in codes(compared)


def test_suspects_all_over_an_extent_are_doubted(tmp_path) -> None:
    def much(names):
        names[2:18, 5:75] = "concrete"

    found = rl.detect_change(pair(tmp_path, much), whole())
    share = one("change-share-implausible", found)["value"].tolist()
    assert share == [pytest.approx(100.0 * found.suspects["inside_m2"].sum() / 480_000.0, abs=0.1)]
    assert share[0] > 100.0 * 16 * 70 / 4_800 - 1.0
    assert one("change-share-implausible", rl.detect_change(pair(tmp_path, build), whole())).empty


# What a pair has in common


def test_no_warning_is_given_of_the_samples_that_are_good() -> None:
    folder = rl.samples.path("清水河_2023-03-18.tif").parent
    axes = rl.read_layer(folder / "清水县.gpkg", rl.schema.AXES, layer="axes")
    area = changing.extent(axes.set_index("river_id").geometry["QS01"].buffer(190.0), "QS01")
    found = rl.detect_change(rl.read_scenes(sorted(folder.glob("清水河_*.tif"))), area, axes=axes)
    assert not [code for code in codes(found) if code.startswith(("change-not-normalised", "change-by-spread"))]
    pairs = found.run.inputs["pairs"].values()
    assert all(0.0 <= pair["changed"] < 0.25 for pair in pairs)


def turned(folder):
    """Two days of fields without anything bright: on the second they are dry, some more than others; one is bare."""
    random = np.random.default_rng(8)
    green = np.array([0.05, 0.08, 0.06, 0.35])
    dry = np.array([0.08, 0.11, 0.11, 0.27])
    bare = np.array([0.14, 0.17, 0.22, 0.25])
    shape = (60, 80)
    patch = zoom(random.normal(0.0, 0.15, (15, 20)), 4, order=1)
    for name, day, cover in (("a", "2024-11-18", green), ("b", "2025-04-16", dry)):
        values = cover[:, None, None] * (1.0 + 0.2 * random.normal(size=shape)[None] * 0.2 + 0.1 * patch[None])
        if name == "b":
            values[:, 30:42, 30:48] = bare[:, None, None]
        values += random.normal(0.0, 0.004, values.shape)
        imagery.write(folder / f"{name}.tif", values.astype("float32"), tags={"ACQUIRED": day},
                      transform=imagery.Affine(10.0, 0.0, changing.WEST, 0.0, -10.0, changing.NORTH))  # fmt: skip
    return rl.read_scenes(folder, bands={"blue": 1, "green": 2, "red": 3, "nir": 4}, scale=1.0)


def test_fields_that_turned_are_not_taken_for_the_air(tmp_path) -> None:
    found = rl.detect_change(turned(tmp_path), whole())
    told = one("change-not-normalised", found)
    assert len(told) == 1
    assert told["unit"].tolist() == ["%"]
    pair_ = next(iter(found.run.inputs["pairs"].values()))
    assert all(abs(offset) <= 0.02 for band, offset in pair_["offset"].items() if pair_["gain"][band] == 1.0)
    # April is not November: what is bare may be a field, and no law is named.
    assert found.suspects[["kind", "item", "state"]].to_numpy().tolist() == [["unknown", "", "unconfirmed"]]
    assert "change-season-apart" in codes(found)
    assert "类型未能分辨" in found.suspects["reason"].iloc[0]
    assert found.suspects["inside_m2"].iloc[0] == pytest.approx(12 * 18 * 100.0, rel=0.1)
