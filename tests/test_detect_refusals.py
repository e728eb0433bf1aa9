"""Bad images and wrong calls: one clear error or one fault each, never a suspect out of nothing."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
import shapely
from rasterio import Affine

import changing
import imagery
import riverline as rl
from changing import ROLES, build, codes, covers, extent, image, pair, whole


def one(code, changes):  # noqa: ARG001 - the query reads it
    return changes.faults.query("code == @code")


def test_bands_missing_name_the_image_and_the_band(tmp_path) -> None:
    image(tmp_path / "a.tif", covers(), "2024-07-01")
    image(tmp_path / "b.tif", covers(), "2025-07-01", roles=("green", "red"))
    with pytest.raises(rl.SchemaError, match=r"b has no nir \(there are: green, red\)"):
        rl.detect_change(rl.read_scenes(tmp_path), whole())


def test_two_images_of_one_day_are_no_change(tmp_path) -> None:
    scenes = pair(tmp_path, build, dates=("2024-07-01", "2024-07-01"))
    with pytest.raises(rl.SchemaError, match="at least two days"):
        rl.detect_change(scenes, whole())


def test_images_without_a_day_are_told_and_left_out(tmp_path) -> None:
    scenes = list(pair(tmp_path, build))
    image(tmp_path / "c.tif", covers(), "", seed=9)
    undated = rl.read_scene(tmp_path / "c.tif")
    changes = rl.detect_change([*scenes, undated], whole())
    assert one("change-undated", changes)["feature_id"].tolist() == ["c"]
    assert len(changes.suspects) == 1


def test_no_overlap_with_any_extent_is_one_error(tmp_path) -> None:
    with pytest.raises(rl.SchemaError, match="no extent is covered"):
        rl.detect_change(pair(tmp_path, build), extent(shapely.box(400_000, 3_000_000, 400_500, 3_000_500)))


def test_an_extent_beyond_the_images_is_a_fault_beside_those_that_are_done(tmp_path) -> None:
    frame = rl.schema.EXTENTS.conform(
        changing.gpd.GeoDataFrame(
            changing.pd.concat([whole(), extent(shapely.box(4e5, 3e6, 4e5 + 9, 3e6 + 9), "R2")], ignore_index=True),
            crs=changing.CRS,
        )
    )
    changes = rl.detect_change(pair(tmp_path, build), frame)
    assert one("change-not-covered", changes)["feature_id"].tolist() == ["R2-management"]
    assert len(changes.suspects) == 1


def test_an_image_that_is_all_cloud_is_told_and_shows_nothing(tmp_path) -> None:
    for number, cloud in enumerate((0, 4)):
        folder = tmp_path / str(number)
        folder.mkdir()
        names = covers()
        build(names)
        path = image(folder / "a.tif", names if number else covers(), f"202{4 + number}-07-01", seed=number)
        with rasterio.open(path) as source:
            values, profile = source.read(), source.profile
        with rasterio.open(folder / "b.tif", "w", **{**profile, "count": 5}) as target:
            target.write(np.concatenate([values, np.full((1, *values.shape[1:]), cloud, values.dtype)]))
            target.scales = (0.0001,) * 4 + (1.0,)
            for place, role in enumerate((*ROLES, "fmask"), 1):
                target.set_band_description(place, role)
            target.update_tags(ACQUIRED=f"202{4 + number}-07-01")
    scenes = [rl.read_scene(tmp_path / str(number) / "b.tif") for number in range(2)]
    changes = rl.detect_change(scenes, whole())
    assert changes.suspects.empty
    assert changes.evidence.empty
    assert list(changes.suspects.columns[:3]) == ["suspect_id", "river_id", "bank"]
    assert one("change-unseen-day", changes)["value"].tolist() == [0.0]


def test_a_desert_has_no_water_and_a_note(tmp_path) -> None:
    sand = np.full((60, 80), "sand", dtype=object)
    after = sand.copy()
    after[5:20, 30:45] = "concrete"
    paths = [
        image(tmp_path / f"{number}.tif", names, f"202{number}-07-01", seed=number)
        for number, names in enumerate((sand, after))
    ]
    changes = rl.detect_change(rl.read_scenes(paths), whole())
    assert len(one("change-no-water", changes)) == 1
    assert changes.suspects["kind"].tolist() in (["construction"], ["unknown"])


@pytest.mark.parametrize("dtype", ["float32", "uint16", "int32"])
def test_numbers_of_any_type_give_the_same_building(tmp_path, dtype) -> None:
    changes = rl.detect_change(pair(tmp_path, build, dtype=dtype), whole())
    assert changes.suspects["area_m2"].round(-2).tolist() == [6_400.0]


def test_numbers_near_the_end_of_16_bits_do_not_overflow(tmp_path) -> None:
    """Green and near infrared of 60,000 together are more than 16 bits hold."""
    pair(tmp_path, build, gain=14.0)
    scenes = rl.read_scenes(sorted(tmp_path.glob("*.tif")), scale=0.0001 / 14.0)
    changes = rl.detect_change(scenes, whole())
    assert set(changes.suspects["change_class"]) <= {"building", "bright-spot"}
    assert changes.suspects["area_m2"].max() == pytest.approx(6_400.0, rel=0.01)


def test_nan_outside_the_image_is_no_change(tmp_path) -> None:
    scenes = []
    for number in range(2):
        names = covers()
        if number:
            build(names)
        path = image(tmp_path / f"{number}.tif", names, f"202{number}-07-01", seed=number, dtype="float32")
        with rasterio.open(path, "r+") as target:
            values = target.read()
            values[:, :, : 25 if number else 5] = np.nan
            target.write(values)
        scenes.append(rl.read_scene(path))
    changes = rl.detect_change(scenes, whole())
    assert changes.suspects["change_class"].tolist() == ["building"]


@pytest.mark.parametrize("turned", ["south-up", "rotated"])
def test_turned_images_give_the_suspect_in_its_place(tmp_path, turned) -> None:
    rows = len(covers())
    if turned == "south-up":
        transform = Affine(10.0, 0.0, changing.WEST, 0.0, 10.0, changing.NORTH - 10.0 * rows)
        middle = (changing.WEST + 340.0, changing.NORTH - 10.0 * rows + 90.0)
    else:
        cos, sin = 10.0 * np.cos(0.5), 10.0 * np.sin(0.5)
        transform = Affine(cos, sin, changing.WEST, sin, -cos, changing.NORTH)
        middle = (changing.WEST + 34 * cos + 9 * sin, changing.NORTH + 34 * sin - 9 * cos)
    area = extent(shapely.Point(changing.WEST, changing.NORTH).buffer(2_000.0))
    changes = rl.detect_change(pair(tmp_path, build, transform=transform), area)
    assert len(changes.suspects) == 1
    place = changes.suspects.geometry.iloc[0]
    assert place.area == pytest.approx(6_400.0)
    assert place.centroid.distance(shapely.Point(middle)) < 1e-6


def test_a_file_cut_short_is_one_error_that_names_it(tmp_path) -> None:
    scenes = pair(tmp_path, build)
    path = tmp_path / "1.tif"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(rl.ReadError, match=r"1\.tif"):
        rl.detect_change(scenes, whole())


def test_images_in_two_coordinate_systems_and_pixel_sizes_are_compared(tmp_path) -> None:
    image(tmp_path / "a.tif", covers(), "2024-07-01")
    later = covers()
    build(later)
    fine = np.kron(np.arange(later.size).reshape(later.shape), np.ones((2, 2), dtype=int))
    image(tmp_path / "b.tif", later.ravel()[fine], "2025-07-01", seed=3,
          transform=Affine(5.0, 0.0, changing.WEST, 0.0, -5.0, changing.NORTH))  # fmt: skip
    changes = rl.detect_change(rl.read_scenes(tmp_path), whole())
    assert "building" in set(changes.suspects["change_class"])
    largest = changes.suspects.sort_values("area_m2").iloc[-1]
    assert largest["area_m2"] == pytest.approx(6_400.0, rel=0.1)


def test_red_green_blue_alone_find_what_is_bright_and_say_what_is_lost(tmp_path) -> None:
    scenes = pair(tmp_path, build, roles=("blue", "green", "red"))
    changes = rl.detect_change(scenes, whole())
    assert {"rgb-only", "change-rule-idle"} <= set(codes(changes))
    assert "construction" in set(changes.suspects["kind"])


def test_a_shift_beyond_the_limit_refuses_the_image_or_widens_the_tolerance(tmp_path) -> None:
    random = np.random.default_rng(4)
    rows, columns = 240, 320
    names = np.full((rows, columns), "grass", dtype=object)
    for _ in range(90):
        row, column = random.integers(0, rows - 20), random.integers(0, columns - 20)
        names[row : row + random.integers(6, 18), column : column + random.integers(6, 18)] = random.choice(
            ["sand", "concrete", "water"]
        )
    after = names.copy()
    after[100:130, 100:130] = "concrete"
    image(tmp_path / "a.tif", names, "2024-07-01")
    image(tmp_path / "b.tif", after, "2025-07-01", seed=2,
          transform=Affine(10.0, 0.0, changing.WEST + 40.0, 0.0, -10.0, changing.NORTH))  # fmt: skip
    scenes, area = rl.read_scenes(tmp_path), whole(rows, columns)
    refused = rl.detect_change(scenes, area)
    assert refused.suspects.empty
    told = one("change-shifted", refused)
    assert told["value"].iloc[0] == pytest.approx(4.0, abs=0.1)
    assert told["limit"].iloc[0] == 2.0
    rules = rl.load_change_rules()
    widened = rules.model_copy(update={"registration": rules.registration.model_copy(update={"policy": "widen"})})
    wide = rl.detect_change(scenes, area, rules=widened)
    assert len(one("change-widened", wide)) == 1
    assert len(wide.suspects) <= 3


def test_an_office_may_bring_its_own_table_and_a_wrong_one_lists_what_is_wrong(tmp_path) -> None:
    from importlib.resources import files

    text = (files("riverline.encroachment.change") / "decisions.toml").read_text(encoding="utf-8")
    own = tmp_path / "本局.toml"
    own.write_text(text.replace("area_m2 = 100.0", "area_m2 = 9000.0"), encoding="utf-8")
    scenes = pair(tmp_path, build)
    changes = rl.detect_change(scenes, whole(), rules=own)
    assert changes.suspects.empty
    assert one("change-too-small", changes)["value"].tolist() == [1.0]
    assert changes.run.rules_digest != rl.load_change_rules().digest
    own.write_text(text.replace("alpha = 0.01", "alpha = 7.0").replace('policy = "refuse"', 'policy = "hope"'),
                   encoding="utf-8")  # fmt: skip
    with pytest.raises(rl.RuleError) as told:
        rl.load_change_rules(own)
    assert "alpha" in told.value.en
    assert "policy" in told.value.en
    with pytest.raises(rl.RuleError, match="there is no table"):
        rl.load_change_rules("nowhere")
    own.write_text(text.replace('of = ["dug"]', 'of = ["dreamt"]'), encoding="utf-8")
    with pytest.raises(rl.RuleError, match="dreamt"):
        rl.load_change_rules(own)
    own.write_text("no = [toml", encoding="utf-8")
    with pytest.raises(rl.RuleError, match="TOML"):
        rl.load_change_rules(own)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ({"rules": 7}, rl.RuleError),
        ({"window_px": 10}, rl.JobError),
        ({"levels": {"someday": "high"}}, rl.SchemaError),
        ({"slope": -0.1}, rl.RuleError),
        ({"slope": (0.3, 0.03)}, rl.RuleError),
        ({"scenes": ["a.tif"]}, rl.SchemaError),
    ],
)
def test_wrong_calls_raise_before_anything_is_read(tmp_path, call, error) -> None:
    scenes = call.pop("scenes", None) or pair(tmp_path, build)
    with pytest.raises(error):
        rl.detect_change(scenes, whole(), **call)


def test_images_of_two_seasons_tell_no_change_of_plants_and_say_so(tmp_path) -> None:
    def turn(names):
        names[5:13, 30:38] = "sand"

    other = rl.detect_change(pair(tmp_path, turn, dates=("2024-07-01", "2025-01-15")), whole())
    assert one("change-season-missing", other)["feature_id"].tolist() == ["1"]
    assert other.suspects.empty
    same = rl.detect_change(pair(tmp_path, turn), whole())
    assert same.suspects["change_class"].tolist() == ["bare-once"]
    assert one("change-shift-unknown", same)["limit"].tolist() == [1.0]


def test_photographs_that_have_nothing_in_common_are_not_compared(tmp_path) -> None:
    scenes = []
    for number in range(2):
        names = np.random.default_rng(number).choice(["grass", "sand", "water"], (60, 80)).astype(object)
        path = image(tmp_path / f"{number}.tif", names, f"202{number}-07-01", seed=number)
        with rasterio.open(path, "r+") as target:
            target.scales = (1.0,) * 4
        scenes.append(rl.read_scene(path))
    assert not any(scene.reflectance for scene in scenes)
    changes = rl.detect_change(scenes, whole())
    assert changes.suspects.empty
    assert one("change-not-comparable", changes)["feature_id"].tolist() == ["1"]


def test_a_change_that_fits_no_class_is_counted(tmp_path) -> None:
    rules = rl.load_change_rules()
    fewer = rules.model_copy(update={"classes": tuple(each for each in rules.classes if each.id == "pens")})
    changes = rl.detect_change(pair(tmp_path, build), whole(), rules=fewer)
    assert changes.suspects.empty
    assert one("change-unclassified", changes)["value"].tolist() == [1.0]
    assert one("change-unclassified", changes)["limit"].tolist() == [pytest.approx(6_400.0, rel=1e-4)]


def test_images_of_two_places_are_said_to_be_so_before_any_datum_is_asked_about(tmp_path) -> None:
    values = imagery.ramp(dtype="float32") / 10_000.0
    roles = ("blue", "green", "red", "nir")
    one = imagery.write(tmp_path / "a.tif", values, crs="EPSG:32615", descriptions=roles)
    other = imagery.write(tmp_path / "b.tif", values, crs="EPSG:26914", descriptions=roles)
    scenes = [rl.read_scene(one, date="2020-07-01"), rl.read_scene(other, date="2024-07-01")]
    extents = whole().set_crs("EPSG:32615", allow_override=True)
    with pytest.raises(rl.SchemaError, match="没有共同覆盖的范围"):
        rl.detect_change(scenes, extents)


def test_extents_in_degrees_are_brought_to_the_images_and_told(tmp_path) -> None:
    scenes = pair(tmp_path)
    metric, degrees = (rl.detect_change(scenes, each) for each in (whole(), whole().to_crs(4490)))
    assert codes(degrees).count("change-extents-moved") == 1
    assert degrees.suspects.crs == scenes[0].crs
    assert len(degrees.suspects) == len(metric.suspects)
