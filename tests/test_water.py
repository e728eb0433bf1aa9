"""Water on images: indices, thresholds, masks, waterlines between pixels that end where nothing is known, stacks."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio import Affine

import imagery
import riverline as rl
from riverline._kernels.grids.thresholds import multi_otsu, otsu, split_at
from riverline.io import scenes as sc
from riverline.io.scenes.model import Reason
from riverline.schema import LOOKS, WATERLINE_GAPS, WATERLINES
from riverline.shoreline.water.indices import compute_index, indices
from riverline.shoreline.water.result import DRY, UNKNOWN, WET

BANDS = {"green": 1, "nir": 2}


def scene_of(tmp_path, values, name="river_20240415.tif", *, bands=BANDS, **options):
    mask = options.pop("mask", False)
    path = imagery.write(tmp_path / name, values, **options)
    return rl.read_scene(path, bands=bands, scale=1.0, mask=mask)


def river_scene(tmp_path, name="river_20240415.tif", *, rows=60, columns=90, mask=None, noise=0.0, **options):
    """A river askew and its axis; ``mask`` are Fmask numbers, ``noise`` a standard deviation of reflectance."""
    shape = {key: options.pop(key) for key in ("width", "slope", "land", "water") if key in options}
    values, ends = imagery.river(rows, columns, **shape)
    values = values + np.random.default_rng(5).normal(0.0, noise, values.shape).astype("float32") if noise else values
    if mask is not None:
        imagery.write(tmp_path / "mask.tif", mask, transform=options.get("transform", imagery.NORTH_UP))
    scene = scene_of(tmp_path, values, name, mask={"fmask": "mask.tif"} if mask is not None else False, **options)
    x, y = sc.to_plane(scene.transform, *np.array(ends).T)
    axis = shapely.LineString(np.column_stack([x, y]))
    axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["试验河"]}, geometry=[axis], crs=imagery.CRS)
    return scene, axes


def same_lines(one, other, tolerance=1e-6):
    """Whether two sets of lines are the same, vertex by vertex, whatever their order."""
    key = ["river_id", "bank", "form", "start_gap", "end_gap"]
    assert one.lines[key].fillna("").astype(str).equals(other.lines[key].fillna("").astype(str))
    counts = shapely.get_num_coordinates(one.lines.geometry), shapely.get_num_coordinates(other.lines.geometry)
    assert counts[0].tolist() == counts[1].tolist()
    gap = np.abs(shapely.get_coordinates(one.lines.geometry) - shapely.get_coordinates(other.lines.geometry))
    assert gap.max(initial=0.0) <= tolerance


# Indices


def test_formulas_give_what_the_publications_print():
    value = {"blue": 0.06, "green": 0.08, "red": 0.05, "nir": 0.03, "swir1": 0.02, "swir2": 0.01}
    bands = {role: np.float32([number]) for role, number in value.items()}
    b, g, r, n, s1, s2 = value.values()
    wanted = {
        "ndwi": (g - n) / (g + n),
        "mndwi": (g - s1) / (g + s1),
        "awei_nsh": 4 * (g - s1) - (0.25 * n + 2.75 * s2),
        "awei_sh": b + 2.5 * g - 1.5 * (n + s1) - 0.25 * s2,
        "wi2015": 1.7204 + 171 * g + 3 * r - 70 * n - 45 * s1 - 71 * s2,
        "mbwi": 2 * g - r - n - s1 - s2,
        "red_blue": (b - r) / (b + r),
        "ndvi": (n - r) / (n + r),
        "evi": 2.5 * (n - r) / (n + 6 * r - 7.5 * b + 1),
        "ndbi": (s1 - n) / (s1 + n),
        "bsi": ((s1 + r) - (n + b)) / ((s1 + r) + (n + b)),
        "ndmi": (n - s1) / (n + s1),
    }
    assert set(wanted) == set(indices())
    for name, number in wanted.items():
        assert compute_index(indices()[name].formula, bands)[0] == pytest.approx(number, rel=1e-5), name


def test_the_table_of_indices_is_public_and_says_where_each_comes_from():
    table = rl.list_indices()
    assert table["name"].is_unique
    assert (table["citation"].str.len() > 20).all()
    assert set(table["kind"]) == {"water", "vegetation", "built", "bare"}


@pytest.mark.parametrize("formula", ["green.real", "__import__('os')", "green ** 2", "swir1 + 1", "'x'", "[green]"])
def test_a_formula_is_arithmetic_and_nothing_else(formula):
    with pytest.raises(rl.SchemaError, match="cannot be computed"):
        compute_index(formula, {"green": np.float32([1])})


def test_the_index_is_the_best_that_the_bands_allow_and_wrong_ones_are_refused(tmp_path):
    six = scene_of(tmp_path, np.full((6, 20, 20), 0.1, dtype="float32"), "a.tif",
                   bands={"blue": 1, "green": 2, "red": 3, "nir": 4, "swir1": 5, "swir2": 6})  # fmt: skip
    assert rl.map_water(six).threshold.index == "mndwi"
    river, _ = river_scene(tmp_path)
    assert rl.map_water(river).threshold.index == "ndwi"
    with pytest.raises(rl.SchemaError, match="MNDWI needs swir1"):
        rl.map_water(river, index="mndwi")
    with pytest.raises(rl.SchemaError, match="no such index of water: ndvi"):
        rl.map_water(six, index="ndvi")
    raw = rl.read_scene(six.bands["nir"].path, bands={role: band.index for role, band in six.bands.items()})
    with pytest.raises(rl.SchemaError, match="AWEInsh needs reflectance"):
        rl.map_water(raw, index="awei_nsh")
    lone = scene_of(tmp_path, np.full((1, 20, 20), 0.1, dtype="float32"), "b.tif", bands={"nir": 1})
    with pytest.raises(rl.SchemaError, match="do not tell water"):
        rl.map_water(lone)
    with pytest.raises(rl.SchemaError, match="scene must be what"):
        rl.map_water("a.tif")
    for wrong in ("best", True, float("nan")):
        with pytest.raises(rl.SchemaError, match="threshold="):
            rl.map_water(river, threshold=wrong)


# Thresholds


def histogram(values, bins=256):
    counts, edges = np.histogram(values, bins=bins)
    return counts, (edges[:-1] + edges[1:]) / 2


def test_otsu_agrees_with_scikit_image():
    filters = pytest.importorskip("skimage.filters")
    rng = np.random.default_rng(3)
    for share in (0.1, 0.5, 0.8):
        values = np.concatenate(
            [rng.normal(-0.4, 0.1, int(9000 * (1 - share))), rng.normal(0.3, 0.15, int(9000 * share))]
        )
        counts, centres = histogram(values)
        width = centres[1] - centres[0]
        assert abs(otsu(counts, centres) - filters.threshold_otsu(hist=(counts, centres))) <= width
        three = filters.threshold_multiotsu(hist=(counts, centres), classes=3)
        assert np.abs(np.array(multi_otsu(counts, centres)) - three).max() <= 1.5 * width


def test_a_threshold_in_an_empty_gap_is_half_way_between_the_classes():
    values = np.repeat([-0.5, 0.1], [900, 100])
    counts, centres = histogram(np.append(values, [-0.6, 0.2]), bins=400)
    assert otsu(counts, centres) == pytest.approx(-0.2, abs=0.01)
    split = split_at(counts, centres, otsu(counts, centres))
    assert split.separability > 0.99
    assert split.lower == pytest.approx(-0.5, abs=0.01)
    assert split.spread > 0.2


def test_one_bell_curve_has_the_separability_of_two_over_pi():
    counts, centres = histogram(np.random.default_rng(1).normal(0, 1, 400_000), bins=1000)
    assert split_at(counts, centres, otsu(counts, centres)).separability == pytest.approx(2 / np.pi, abs=0.01)


def fields(rows=320, columns=320):
    """Half bare, half green ground with a small river: what contrasts most is not water."""
    values, _ = imagery.river(rows, columns, width=6.0, slope=0.1, land=0.20, water=0.02)
    values[1][:, columns // 2 :] += np.where(values[1][:, columns // 2 :] > 0.06, np.float32(0.35), np.float32(0.0))
    return values + np.random.default_rng(2).normal(0, 0.004, values.shape).astype("float32")


def test_a_small_river_between_fields_is_found_at_its_edge_and_not_by_the_whole_image(tmp_path):
    scene = scene_of(tmp_path, fields())
    near, whole = rl.map_water(scene, threshold="edge"), rl.map_water(scene, threshold="otsu")
    assert near.water_m2 / near.clear_m2 == pytest.approx(6 / 320, rel=0.25)
    assert whole.threshold.value < -0.2
    assert whole.water_m2 == 0.0
    assert "water-none" in set(whole.faults["code"])


@pytest.mark.parametrize("method", ["half", "edge", "zero", "otsu", "multi_otsu", "local", 0.05])
def test_every_method_is_reported_and_finds_a_plain_river(tmp_path, method):
    scene, _ = river_scene(tmp_path, noise=0.003)
    found = rl.map_water(scene, threshold=method)
    assert found.threshold.method == ("given" if method == 0.05 else method)
    assert found.threshold.holds_water
    assert found.threshold.land < found.threshold.value < found.threshold.water
    assert found.water_m2 / found.clear_m2 == pytest.approx(20 * np.hypot(1, 0.25) / 60, rel=0.08)
    assert found.run.inputs[scene.name]["threshold"] == found.threshold.value


def test_a_local_threshold_follows_the_light(tmp_path):
    """A veil of haze that thickens to the east: one threshold for all loses the east, local ones keep it."""
    values, _ = imagery.river(512, 1536, width=60.0, slope=0.0)
    haze = np.linspace(0.0, 1.0, 1536, dtype="float32") ** 2
    values[1] = values[1] + haze * 0.068
    values = values + np.random.default_rng(2).normal(0, 0.003, values.shape).astype("float32")
    scene = scene_of(tmp_path, values)
    truth = 60 / 512
    wrong = {
        method: abs(found.water_m2 / found.clear_m2 / truth - 1.0)
        for method in ("zero", "local") for found in [rl.map_water(scene, threshold=method)]
    }  # fmt: skip
    assert wrong["local"] < 0.04
    assert wrong["zero"] > 0.1


# Masks


def test_masks_in_memory_and_in_a_file_are_one_whatever_the_strip(tmp_path):
    cloud = np.zeros((60, 90), dtype="uint8")
    cloud[20:40, 30:50] = 4
    scene, _ = river_scene(tmp_path, mask=cloud, noise=0.01)
    whole = rl.map_water(scene)
    strips = rl.map_water(scene, strip_pixels=90 * 16, path=tmp_path / "mask_of_water.tif")
    assert strips.water is None
    with rasterio.open(strips.path) as source:
        assert np.array_equal(source.read(1), whole.water)
        assert source.nodata == UNKNOWN
        assert source.transform == scene.transform
    assert strips.threshold.value == whole.threshold.value
    assert (strips.water_m2, strips.clear_m2) == (whole.water_m2, whole.clear_m2)
    assert np.array_equal(whole.water == UNKNOWN, cloud == 4)
    assert set(np.unique(whole.water)) == {DRY, WET, UNKNOWN}
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".riverline")]


def test_areas_are_those_of_the_ellipsoid(tmp_path):
    scene, _ = river_scene(tmp_path)
    found = rl.map_water(scene)
    plane = 60 * 90 * 100.0
    assert found.clear_m2 == pytest.approx(plane, rel=1e-3)
    assert found.clear_m2 != plane


# Waterlines


def distances_to(truth, lines, step=1.0):
    """How far lines run from the truth, sampled along them."""
    dense = shapely.segmentize(np.asarray(lines, dtype=object), step)
    return shapely.distance(shapely.points(shapely.get_coordinates(dense)), truth)


def coast(cell, *, seed=4, side=2400.0, fine=1.0, wet=(0.09, 0.04), dry=(0.24, 0.34)):
    """Green and near infrared of a wavy sandy coast at a pixel size, and the true line, local metres, north up.

    As in Bishop-Taylor et al. 2019, a landscape of fine pixels with the spectra of water and of sand is averaged to the
    pixels of a sensor; the truth is known to a fraction of a fine pixel.
    """
    rng = np.random.default_rng(seed)
    x = (np.arange(int(side / fine)) + 0.5) * fine
    line = np.full(len(x), side / 2)
    for length, height in ((1300.0, 160.0), (420.0, 55.0), (170.0, 18.0), (80.0, 6.0)):
        line += height * np.sin(2 * np.pi * (x / length + rng.random()))
    y = (np.arange(int(side / fine)) + 0.5) * fine
    sea = y[:, None] > line[None, :]  # rows run southward: the sea is in the south
    size = int(cell / fine)
    bands = []
    for over_water, over_land in zip(wet, dry, strict=True):
        texture = rng.normal(0.0, 0.02, sea.shape)
        values = np.where(sea, over_water, over_land) * (1.0 + texture)
        bands.append(values.reshape(len(y) // size, size, len(x) // size, size).mean(axis=(1, 3)))
    return np.stack(bands).astype("float32"), shapely.LineString(np.column_stack([x, -line]))


def pixel_edges(index, threshold, transform):
    """The line along the edges of pixels, as a mask turned into polygons has it."""
    from rasterio.features import shapes

    wet = (index > threshold).astype("uint8")
    areas = [shapely.geometry.shape(area) for area, value in shapes(wet, transform=transform) if value == 1]
    edge = shapely.boundary(shapely.union_all(areas))
    frame = shapely.box(*shapely.total_bounds(areas)).exterior.buffer(1.5 * transform.a)
    return shapely.difference(edge, frame)


def rmse(values):
    return float(np.sqrt(np.mean(np.square(values))))


def test_lines_between_pixels_are_half_as_wrong_as_pixel_edges(tmp_path):
    """The design of Bishop-Taylor et al. 2019, table A1: sandy, 10 m: 1.47 m against 2.80 m with the best threshold."""
    values, truth = coast(10.0)
    truth = shapely.affinity.translate(truth, 520_000.0, 3_500_000.0)
    transform = imagery.NORTH_UP
    scene = scene_of(tmp_path, values, transform=transform)
    index = compute_index(indices()["ndwi"].formula, {"green": values[0], "nir": values[1]})
    inside = shapely.box(520_030, 3_497_630, 522_370, 3_499_970)

    def errors(threshold):
        traced = rl.trace_waterlines(scene, threshold=threshold)
        lines = shapely.intersection(np.asarray(traced.lines.geometry.array, dtype=object), inside)
        return rmse(distances_to(truth, lines))

    cuts = np.arange(-0.12, 0.34, 0.04)
    between = [errors(float(cut)) for cut in cuts]
    edges = [
        rmse(distances_to(truth, shapely.intersection(pixel_edges(index, cut, transform), inside))) for cut in cuts
    ]
    best = min(between)
    assert best <= 1.5
    assert min(edges) >= 1.7 * best
    assert errors("half") <= 1.5


def test_the_uncertainty_that_is_told_is_about_the_error_that_is_made(tmp_path):
    values, truth = coast(10.0)
    truth = shapely.affinity.translate(truth, 520_000.0, 3_500_000.0)
    scene = scene_of(tmp_path, values)
    inside = shapely.box(520_030, 3_497_630, 522_370, 3_499_970)
    for method in ("half", "edge", "otsu"):
        lines = rl.trace_waterlines(scene, threshold=method).lines
        made = rmse(distances_to(truth, shapely.intersection(np.asarray(lines.geometry.array, dtype=object), inside)))
        assert 0.5 <= lines["uncertainty_m"].median() / made <= 2.0, method


@pytest.mark.parametrize(
    ("wet", "dry"),
    [
        ((0.06, 0.02), (0.30, 0.40)),
        ((0.08, 0.02), (0.45, 0.55)),
        ((0.07, 0.03), (0.08, 0.35)),
        ((0.09, 0.04), (0.10, 0.14)),
    ],
    ids=["sand", "white sand", "reeds", "dark ground"],
)
@pytest.mark.parametrize("cell", [10.0, 30.0])
def test_the_uncertainty_of_the_rule_that_draws_unless_asked_holds_its_bias(tmp_path, wet, dry, cell):
    """Otsu's threshold lies too high over bright ground: by up to 0.4 pixels, of which the line has to tell."""
    values, truth = coast(cell, wet=wet, dry=dry)
    truth = shapely.affinity.translate(truth, 520_000.0, 3_500_000.0)
    scene = scene_of(tmp_path, values, transform=Affine(cell, 0.0, 520_000.0, 0.0, -cell, 3_500_000.0))
    inside = shapely.box(520_030, 3_497_630, 522_370, 3_499_970)
    lines = rl.trace_waterlines(scene).lines
    made = rmse(distances_to(truth, shapely.intersection(np.asarray(lines.geometry.array, dtype=object), inside)))
    assert 1.0 <= lines["uncertainty_m"].median() / made <= 2.5


def test_a_straight_bank_is_exact_where_the_index_is_linear(tmp_path):
    """Where the index falls in a straight line across pixels, a contour has no error but rounding."""
    x = np.arange(40) + 0.5
    index = (x - 17.3) / 40.0
    green, nir = 0.5 * (1 + index), 0.5 * (1 - index)
    values = np.stack([np.tile(green, (30, 1)), np.tile(nir, (30, 1))])
    traced = rl.trace_waterlines(scene_of(tmp_path, values), threshold=0.0)
    assert len(traced.lines) == 1
    assert np.allclose(shapely.get_coordinates(traced.lines.geometry)[:, 0], 520_000 + 173.0, atol=1e-3)


@pytest.mark.parametrize("pixels", [90 * 16, 90 * 32, 90 * 48])
@pytest.mark.parametrize("noise", [0.0, 0.08])
def test_lines_do_not_depend_on_strips(tmp_path, pixels, noise):
    cloud = np.zeros((128, 90), dtype="uint8")
    cloud[30:34, 20:60], cloud[64:66, 10:30], cloud[90:100, 70:] = 4, 2, 4
    scene, axes = river_scene(tmp_path, rows=128, mask=cloud, noise=noise, slope=0.9)
    whole = rl.trace_waterlines(scene, axes=axes, shortest_m=0.0)
    strips = rl.trace_waterlines(scene, axes=axes, shortest_m=0.0, strip_pixels=pixels)
    assert len(whole.lines) >= 4
    same_lines(whole, strips)
    assert whole.gaps["cause"].value_counts().to_dict() == strips.gaps["cause"].value_counts().to_dict()


def test_rings_across_seams_close(tmp_path):
    y, x = np.meshgrid(np.arange(96) + 0.5, np.arange(60) + 0.5, indexing="ij")
    away = np.hypot(x - 30, y - 48)
    values = np.stack([np.full_like(away, 0.1), np.clip(0.02 + 0.01 * (away - 12), 0.01, 0.4)]).astype("float32")
    scene = scene_of(tmp_path, values)
    lines = rl.trace_waterlines(scene, threshold=0.0, strip_pixels=60 * 16).lines
    assert lines["form"].tolist() == ["pool"]
    ring = lines.geometry.iloc[0]
    assert ring.is_closed
    assert ring.is_simple
    assert lines[["start_gap", "end_gap"]].to_numpy().tolist() == [["none", "none"]]
    same_lines(
        rl.trace_waterlines(scene, threshold=0.0), rl.trace_waterlines(scene, threshold=0.0, strip_pixels=60 * 16)
    )
    land = np.stack([values[0], np.clip(0.1 - 0.01 * (away - 12), 0.01, 0.4)]).astype("float32")
    island = scene_of(tmp_path, land, "island.tif")
    assert rl.trace_waterlines(island, threshold=0.0).lines["form"].tolist() == ["island"]


@pytest.mark.parametrize(
    "transform", [imagery.NORTH_UP, Affine(10, 0, 520_000, 0, 10, 3_499_000), Affine(8, 4, 520_000, 4, -8, 3_500_000)]
)
def test_banks_are_named_and_water_is_on_the_right(tmp_path, transform):
    scene, axes = river_scene(tmp_path, transform=transform)
    traced = rl.trace_waterlines(scene, axes=axes)
    assert traced.lines["bank"].tolist() == ["left", "right"]
    assert set(traced.lines["river_id"]) == {"R1"}
    axis = axes.geometry.iloc[0]
    for line in traced.lines.geometry:
        assert axis.distance(line) == pytest.approx(
            10 * transform_scale(transform), abs=4.0 * transform_scale(transform)
        )
        middle = np.array(line.interpolate(0.5, normalized=True).coords[0])
        ahead = np.array(line.interpolate(0.51, normalized=True).coords[0])
        towards = np.array(axis.interpolate(axis.project(shapely.Point(middle))).coords[0])
        turn = np.cross(np.append(ahead - middle, 0), np.append(towards - middle, 0))[2]
        assert turn < 0  # the water lies to the right
    back = axes.set_geometry(shapely.reverse(axes.geometry.array))
    assert rl.trace_waterlines(scene, axes=back).lines.set_index("bank")["length_m"].to_dict() == {
        {"left": "right", "right": "left"}[bank]: length
        for bank, length in traced.lines.set_index("bank")["length_m"].items()
    }


def transform_scale(transform):
    return np.sqrt(abs(transform.determinant))


def test_a_line_around_the_head_of_a_river_is_cut_where_the_bank_changes(tmp_path):
    """Water that ends inside the image has one line around it: half of it is the left bank, half the right."""
    y, x = np.meshgrid(np.arange(60) + 0.5, np.arange(90) + 0.5, indexing="ij")
    wet = (np.abs(y - 30) < 10) & (x > 20) & (x < 70)
    scene = scene_of(tmp_path, np.stack([np.full((60, 90), 0.1), np.where(wet, 0.03, 0.3)]).astype("float32"))
    axis = shapely.LineString([(520_250, 3_499_700), (520_650, 3_499_700)])
    axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": [""]}, geometry=[axis], crs=imagery.CRS)
    alone = rl.trace_waterlines(scene).lines
    lines = rl.trace_waterlines(scene, axes=axes).lines
    assert alone["form"].tolist() == ["pool"]
    assert lines[["bank", "form", "start_gap", "end_gap"]].to_numpy().tolist() == [
        ["left", "open", "axis", "axis"], ["right", "open", "axis", "axis"],
    ]  # fmt: skip
    assert lines["length_m"].sum() == pytest.approx(alone["length_m"].sum(), abs=0.2)
    assert (shapely.get_y(lines.geometry.iloc[0].interpolate([0.5], normalized=True)) > 3_499_700).all()


def test_a_bank_that_passes_a_mouth_stays_the_rivers(tmp_path):
    scene, axes = river_scene(tmp_path, slope=0.0)
    mouth = shapely.LineString([(520_500, 3_499_450), (520_450, 3_499_700)])
    both = gpd.GeoDataFrame({"river_id": ["R1", "T1"], "name": ["", ""]}, geometry=[axes.geometry.iloc[0], mouth],
                            crs=imagery.CRS)  # fmt: skip
    traced = rl.trace_waterlines(scene, axes=both)
    assert traced.lines[["river_id", "bank"]].to_numpy().tolist() == [["R1", "left"], ["R1", "right"]]


@pytest.mark.parametrize(("number", "cause"), [(4, "cloud"), (2, "shadow"), (3, "snow"), (255, "nodata")])
def test_lines_end_at_what_hides_them_and_say_why(tmp_path, number, cause):
    hidden = np.zeros((60, 90), dtype="uint8")
    hidden[:, 40:50] = number
    scene, axes = river_scene(tmp_path, mask=hidden, slope=0.0)
    traced = rl.trace_waterlines(scene, axes=axes)
    assert len(traced.lines) == 4
    assert traced.gaps["cause"].value_counts().to_dict() == {cause: 4, "edge": 4}
    band = shapely.box(520_400, 3_490_000, 520_500, 3_510_000)
    assert not shapely.intersects(np.asarray(traced.lines.geometry.array), band.buffer(4.9)).any()
    ends = traced.gaps[traced.gaps["cause"] == cause].geometry
    assert np.allclose(shapely.distance(np.asarray(ends.array), band), 5.0)
    said = traced.faults.set_index("code")
    assert said.loc["waterlines-gaps", "value"] == 4


def test_bridges_and_the_extent_cut_lines(tmp_path):
    scene, axes = river_scene(tmp_path, slope=0.0)
    deck = shapely.box(520_440, 3_499_000, 520_460, 3_500_400)
    bridges = gpd.GeoDataFrame(geometry=[deck], crs=imagery.CRS)
    extent = gpd.GeoDataFrame(geometry=[shapely.box(520_100, 3_499_000, 520_800, 3_500_400)], crs=imagery.CRS)
    traced = rl.trace_waterlines(scene, axes=axes, bridges=bridges.to_crs(4490), extent=extent)
    assert traced.gaps["cause"].value_counts().to_dict() == {"bridge": 4, "extent": 4}
    assert not shapely.intersects(np.asarray(traced.lines.geometry.array), deck).any()
    away = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 10, 10)], crs=imagery.CRS)
    nothing = rl.trace_waterlines(scene, extent=away)
    assert nothing.lines.empty
    assert "scene-outside" in set(nothing.faults["code"])
    with pytest.raises(rl.SchemaError, match="holds no polygons"):
        rl.trace_waterlines(scene, bridges=axes)
    with pytest.raises(rl.SchemaError, match="may not be negative"):
        rl.trace_waterlines(scene, registration_m=-1.0)


def test_the_uncertainty_is_that_of_pixel_threshold_and_registration(tmp_path):
    scene, axes = river_scene(tmp_path, noise=0.01)
    plain = rl.trace_waterlines(scene, axes=axes).lines
    moved = rl.trace_waterlines(scene, axes=axes, registration_m=4.0).lines
    assert np.allclose(plain["pixel_m"], 1.5, atol=0.01)
    assert (plain["threshold_m"] > 0).all()
    assert np.allclose(moved["uncertainty_m"] ** 2, plain["uncertainty_m"] ** 2 + 16.0)
    parts = plain[["pixel_m", "threshold_m", "registration_m"]].to_numpy()
    assert np.allclose(plain["uncertainty_m"], np.sqrt((parts**2).sum(axis=1)))


def test_frames_conform_and_feed_into_rates(tmp_path):
    scene, axes = river_scene(tmp_path)
    traced = rl.trace_waterlines(scene, axes=axes)
    for frame, schema in ((traced.lines, WATERLINES), (traced.gaps, WATERLINE_GAPS)):
        assert schema.conform(frame).dtypes.equals(frame.dtypes)
        assert len(rl.check(frame, schema)) == 0
    alone = rl.trace_waterlines(scene).lines
    assert alone["bank"].isna().all()
    assert len(rl.check(alone, WATERLINES)) == 0
    assert {"shoreline_id", "river_id", "bank", "date", "uncertainty_m", "source"} <= set(traced.lines.columns)
    assert traced.lines["date"].dt.date.astype(str).unique().tolist() == ["2024-04-15"]
    assert "Waterlines(2 lines" in repr(traced)
    assert "水边线" in traced._repr_html_()
    assert traced.run.inputs[scene.name]["formula"] == indices()["ndwi"].formula


def test_layers_are_not_changed_and_lines_come_in_their_crs(tmp_path):
    scene, axes = river_scene(tmp_path)
    away = axes.to_crs("EPSG:4549")
    before = away.copy(deep=True)
    traced = rl.trace_waterlines(scene, axes=away)
    assert traced.lines.crs == away.crs
    assert away.equals(before)
    assert traced.lines["bank"].tolist() == ["left", "right"]
    degrees = imagery.river()[0]
    place = Affine(0.0001, 0, 117.2, 0, -0.0001, 31.6)
    flat = rl.trace_waterlines(scene_of(tmp_path, degrees, "deg.tif", transform=place, crs="EPSG:4490"))
    assert flat.lines.crs.to_string() == "EPSG:4548"
    assert flat.lines["pixel_m"].iloc[0] == pytest.approx(0.15 * 10.3, rel=0.02)


# Nothing to draw


def test_a_desert_gives_no_line_and_a_note(tmp_path):
    rng = np.random.default_rng(8)
    sand = np.stack([0.30 + rng.normal(0, 0.006, (80, 80)), 0.45 + rng.normal(0, 0.006, (80, 80))]).astype("float32")
    scene = scene_of(tmp_path, sand)
    for method in ("half", "edge", "zero", "otsu", "multi_otsu", "local"):
        traced = rl.trace_waterlines(scene, threshold=method)
        assert traced.lines.empty
        assert traced.gaps.empty
        assert "water-none" in set(traced.faults["code"]), method
        assert (rl.map_water(scene, threshold=method).water == DRY).all()
        assert WATERLINES.conform(traced.lines).dtypes.equals(traced.lines.dtypes)


def test_an_image_all_in_cloud_says_so(tmp_path):
    scene, axes = river_scene(tmp_path, mask=np.full((60, 90), 4, dtype="uint8"))
    traced = rl.trace_waterlines(scene, axes=axes)
    assert traced.lines.empty
    assert "scene-all-masked" in set(traced.faults["code"])
    assert np.isnan(traced.threshold.value)
    assert (rl.map_water(scene).water == UNKNOWN).all()


def test_colour_alone_draws_with_its_loss_told(tmp_path):
    rng = np.random.default_rng(8)
    values, _ = imagery.river(width=24.0)
    share = (values[1] - 0.05) / 0.25
    red, green, blue = 0.04 + 0.10 * share, 0.06 + 0.06 * share, 0.07 + 0.03 * share
    rgb = np.stack([red, green, blue]) + rng.normal(0, 0.002, (3, 60, 90))
    scene = rl.read_scene(imagery.write(tmp_path / "uav_20240415.tif", rgb.astype("float32")), sensor="rgb")
    traced = rl.trace_waterlines(scene)
    assert traced.threshold.index == "red_blue"
    assert "rgb-only" in set(traced.faults["code"])
    assert len(traced.lines) == 2


def test_a_weak_threshold_is_told(tmp_path):
    rng = np.random.default_rng(8)
    one = np.stack([np.full((64, 64), 0.2), 0.2 + rng.normal(0, 0.02, (64, 64))]).astype("float32")
    found = rl.map_water(scene_of(tmp_path, one), threshold="otsu")
    assert found.threshold.separability < 0.7
    assert "threshold-weak" in set(found.faults["code"])


def test_a_file_damaged_in_its_middle_is_one_fault(tmp_path):
    rng = np.random.default_rng(1)
    noise = rng.random((2, 256, 256)).astype("float32")
    whole = imagery.write(tmp_path / "whole.tif", noise, compress="deflate", blockysize=16)
    content = whole.read_bytes()
    middle = len(content) // 2
    (tmp_path / "hole.tif").write_bytes(content[:middle] + b"\0" * 9000 + content[middle + 9000 :])
    scene = rl.read_scene(tmp_path / "hole.tif", bands=BANDS, scale=1.0)
    for result in (rl.trace_waterlines(scene), rl.map_water(scene)):
        assert result.faults["code"].tolist().count("scene-damaged") == 1


def test_short_lines_are_counted_not_listed(tmp_path):
    scene, axes = river_scene(tmp_path, noise=0.08)
    every = rl.trace_waterlines(scene, axes=axes, shortest_m=0.0)
    long = rl.trace_waterlines(scene, axes=axes)
    left_out = [each.faults.set_index("code")["value"].get("waterlines-short", 0) for each in (every, long)]
    assert len(every.lines) + left_out[0] == len(long.lines) + left_out[1]
    assert left_out[1] > 100
    assert long.lines["length_m"].min() >= 99.9


# Stacks


def test_occurrence_counts_looks_and_brackets_the_level(tmp_path):
    clear = np.zeros((60, 90), dtype="uint8")
    clouded = clear.copy()
    clouded[:, :30] = 4
    scenes, levels = [], {}
    for number, (width, level) in enumerate(((10.0, 20.0), (20.0, 21.0), (30.0, 22.0))):
        folder = tmp_path / str(number)
        folder.mkdir()
        mask = clouded if number == 1 else clear
        scene, _ = river_scene(folder, f"day_2024040{number + 1}.tif", width=width, slope=0.0, mask=mask)
        scenes.append(scene)
        levels[f"2024-04-0{number + 1}"] = level
    stack = rl.measure_water_occurrence(scenes, levels=levels, threshold="zero", strip_pixels=90 * 7)
    column = stack.occurrence[:, 60]
    assert column[30] == 1.0
    assert column[30 + 7] == pytest.approx(2 / 3)
    assert column[30 + 12] == pytest.approx(1 / 3)
    assert column[5] == 0.0
    assert stack.occurrence[30 + 7, 10] == pytest.approx(1 / 2)
    assert (stack.looks[:, :30] == 2).all()
    assert (stack.looks[:, 30:] == 3).all()
    assert (stack.highest_dry_m[37, 60], stack.lowest_wet_m[37, 60]) == (20.0, 21.0)
    assert (stack.highest_dry_m[42, 60], stack.lowest_wet_m[42, 60]) == (21.0, 22.0)
    assert np.isnan(stack.lowest_wet_m[5, 60])
    assert LOOKS.conform(stack.table).dtypes.equals(stack.table.dtypes)
    assert stack.table["level_m"].tolist() == [20.0, 21.0, 22.0]
    assert stack.table["clear_share"].round(1).tolist() == [100.0, 66.7, 100.0]
    file = rl.measure_water_occurrence(scenes, levels=levels, threshold="zero", path=tmp_path / "stack.tif").path
    with rasterio.open(file) as source:
        assert source.descriptions == ("occurrence", "looks", "highest_dry_m", "lowest_wet_m")
        assert np.array_equal(source.read(1), stack.occurrence, equal_nan=True)
    with pytest.raises(rl.SchemaError, match="levels of no image: 2020-01-01"):
        rl.measure_water_occurrence(scenes, levels={"2020-01-01": 3.0})
    with pytest.raises(rl.SchemaError, match="is for one image"):
        rl.measure_water_occurrence(scenes, threshold="local")
    with pytest.raises(rl.SchemaError, match="there is no scene"):
        rl.measure_water_occurrence([])


def test_a_stack_without_levels_has_none_and_tells_of_clouded_days(tmp_path):
    hidden = np.full((60, 90), 4, dtype="uint8")
    hidden[:, :30] = 0
    scene, _ = river_scene(tmp_path, mask=hidden)
    stack = rl.measure_water_occurrence([scene])
    assert stack.highest_dry_m is None
    assert "look-masked" in set(stack.faults["code"])
    assert np.isnan(stack.occurrence[:, 30:]).all()


def test_a_stack_goes_on_where_one_of_its_files_is_damaged(tmp_path):
    whole, _ = river_scene(tmp_path, "a_20240401.tif", rows=256, columns=256)
    rng = np.random.default_rng(1)
    broken = imagery.write(tmp_path / "b_20240402.tif", rng.random((2, 256, 256)).astype("float32"), blockysize=16,
                           compress="deflate")  # fmt: skip
    content = broken.read_bytes()
    middle = len(content) // 2
    scene = rl.read_scene(broken, bands=BANDS, scale=1.0, mask=False)
    broken.write_bytes(content[:middle] + b"\0" * 9000 + content[middle + 9000 :])
    stack = rl.measure_water_occurrence([whole, scene], threshold="zero")
    assert stack.faults[stack.faults["code"] == "scene-damaged"]["feature_id"].tolist() == ["b_20240402"]
    assert (stack.looks == 1).all()
    assert stack.table["clear_share"].tolist() == [100.0, 0.0]


def test_reasons_have_a_cause_each():
    from riverline.shoreline.water.tracing import _CAUSES

    assert set(_CAUSES.values()) == set(WATERLINES["start_gap"].values)
    assert {reason.word for reason in Reason if reason} <= set(_CAUSES.values())


# The samples and real images


def test_the_samples_two_images_give_both_banks_and_the_growth_of_the_bar():
    axes = rl.read_layer(rl.samples.path("清水县.gpkg"), rl.schema.AXES, layer="axes")
    lines = {}
    for year in (2024, 2026):
        scene = rl.read_scene(rl.samples.path(f"影像{year}.tif"), sensor="rgbn")
        traced = rl.trace_waterlines(scene, axes=axes)
        assert traced.lines[["river_id", "bank"]].to_numpy().tolist() == [["QS01", "left"], ["QS01", "right"]]
        axis = axes.set_index("river_id").geometry["QS01"]
        for bank in ("left", "right") if year == 2024 else ("left",):
            line = traced.lines.set_index("bank").geometry[bank]
            away = shapely.distance(shapely.points(shapely.get_coordinates(line)), axis)
            assert abs(np.median(away) - 62.0) < 2.0
        lines[year] = traced.lines.set_index("bank")["length_m"]
    assert lines[2026]["right"] > lines[2024]["right"] + 20.0


@pytest.mark.real
def test_real_lakes_have_closed_lines_that_hold_at_both_scales(real_data):
    """Prairie lakes at 5 m: the large ones are closed by one line each, and a coarser image has their areas."""
    scene = rl.read_scene(real_data / "naip_wetlands" / "m_4709963_se_14_1_20140720.tif")
    traced = rl.trace_waterlines(scene)
    assert traced.threshold.separability > 0.7
    pools = traced.lines[traced.lines["form"] == "pool"]
    areas = [shapely.Polygon(line).area for line in pools.geometry]
    assert max(areas) > 150_000
    mask = rl.map_water(scene)
    assert 0.10 < mask.water_m2 / mask.clear_m2 < 0.35
    assert mask.threshold.value == traced.threshold.value


@pytest.mark.real
def test_a_real_coast_is_one_line_from_edge_to_edge(real_data):
    bands = {"blue": 1, "green": 2, "red": 3, "nir": 4, "swir1": 5, "swir2": 6}
    scene = rl.read_scene(real_data / "landsat7_olinda" / "L7_ETMs.tif", bands=bands)
    traced = rl.trace_waterlines(scene)
    assert traced.threshold.index == "mndwi"
    longest = traced.lines.sort_values("length_m").iloc[-1]
    assert longest["length_m"] > 10_000
    assert {longest["start_gap"], longest["end_gap"]} == {"edge"}


@pytest.mark.real
def test_where_water_and_land_overlap_the_uncertainty_tells_how_far_another_threshold_would_draw(real_data):
    """NAIP of 2010, separability 0.53: two rules that part as well draw the shores of its lakes 2 to 10 m apart."""
    path = real_data / "naip_wetlands" / "m_4709963_se_14_1_20100629.tif"
    scene = rl.read_scene(path, sensor="naip", date="2010-06-29")
    edge, half = (rl.trace_waterlines(scene, threshold=method) for method in ("edge", "half"))
    assert "threshold-weak" in set(edge.faults["code"])
    lakes = edge.lines.nlargest(8, "length_m")
    other = shapely.union_all(np.asarray(half.lines.geometry.array, dtype=object))
    apart = [rmse(distances_to(other, [line], 5.0)) for line in lakes.geometry]
    assert np.median(lakes["uncertainty_m"] / apart) >= 1.0
    assert (lakes["uncertainty_m"] / apart).min() >= 0.6


@pytest.mark.real
def test_real_clouds_end_lines(real_data):
    second = rl.read_scenes(real_data / "landsat7_chiapas_1999_2002")[1]
    traced = rl.trace_waterlines(second, threshold=-0.4, shortest_m=0.0)
    assert {"cloud", "shadow"} <= set(traced.gaps["cause"])
    pixels = rl.read_window(second, ("green",))
    hidden = np.argwhere(pixels.reason >= Reason.CLOUD)
    x, y = sc.to_plane(second.transform, hidden[:, 1] + 0.5, hidden[:, 0] + 0.5)
    lines = shapely.union_all(np.asarray(traced.lines.geometry.array))
    assert shapely.distance(shapely.points(x, y), lines).min() >= 15.0


# The command


def run(*arguments, status=0):
    from typer.testing import CliRunner

    from riverline.cli.app import app

    ran = CliRunner().invoke(app, ["waterlines", *map(str, arguments)], env={"COLUMNS": "120", "TERM": "dumb"})
    assert ran.exit_code == status, ran.output
    return ran.output


def test_the_command_writes_lines_gaps_map_and_mask(tmp_path):
    pytest.importorskip("typer")
    county = rl.samples.path("清水县.gpkg")
    out = tmp_path / "out"
    shown = run(
        rl.samples.path("影像2026.tif"), "--sensor", "rgbn", "--axes", f"{county}::axes", "--mask", "--out", out
    )
    assert sorted(path.name for path in out.iterdir()) == ["map.html", "水体.tif", "水边线.gpkg", "水边线表.xlsx"]
    lines = rl.read_layer(out / "水边线.gpkg", WATERLINES, layer="水边线")
    assert lines["bank"].tolist() == ["left", "right"]
    assert "左岸" in shown
    told = "".join(shown.split())
    assert all(path.name in told for path in out.iterdir())
    with rasterio.open(out / "水体.tif") as source:
        assert source.shape == (160, 400)
    english = run(rl.samples.path("影像2026.tif"), "--band", "green=2", "--band", "nir=4", "--threshold", "0.1",
                  "--language", "en", "--out", tmp_path / "en")  # fmt: skip
    assert "Waterlines · ndwi > 0.100 (given)" in english
    assert sorted(path.name for path in (tmp_path / "en").iterdir()) == [
        "map.html", "waterlines.gpkg", "waterlines_tables.xlsx",
    ]  # fmt: skip
    # No layer was read, so none is listed; the image is.
    assert "Inputs" not in english
    assert "2026-04-12" in english


@pytest.mark.parametrize(("language", "none"), [("zh", "无"), ("en", "none")])
def test_the_command_says_of_a_desert_that_there_is_nothing(tmp_path, language, none):
    pytest.importorskip("typer")
    dry = np.full((4, 40, 50), 1, dtype="uint16") * np.array([1200, 1600, 2000, 2600], dtype="uint16")[:, None, None]
    file = imagery.write(
        tmp_path / "dry.tif", dry, descriptions=("blue", "green", "red", "nir"), tags={"ACQUIRED": "2024-05-01"}
    )
    shown = run(file, "--language", language, "--out", tmp_path / "out")
    assert none in shown
    assert "nan" not in shown


def test_the_command_refuses_once_and_writes_nothing(tmp_path):
    pytest.importorskip("typer")
    image, out = rl.samples.path("影像2026.tif"), tmp_path / "none"
    for status, arguments in (
        (1, (image, "--sensor", "modis")),
        (1, (image, "--threshold", "best")),
        (1, (tmp_path / "none.tif",)),
        (2, (image, "--band", "green")),
    ):
        run(*arguments, "--out", out, status=status)
    assert not out.exists()


def test_strict_ends_with_a_status_of_its_own_on_errors(tmp_path):
    pytest.importorskip("typer")
    values, _ = imagery.river()
    path = imagery.write(tmp_path / "cloudy_20240415.tif", values)
    imagery.write(tmp_path / "m.tif", np.full((60, 90), 4, dtype="uint8"))
    given = (path, "--band", "green=1", "--band", "nir=2", "--mask-band", "fmask=m.tif", "--out", tmp_path / "out")
    run(*given, "--strict", status=3)
