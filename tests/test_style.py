"""Every category has a symbol, and symbols can be told apart by colour-blind readers and on a grey print."""

from __future__ import annotations

import dataclasses
from itertools import combinations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from tests import invented

import riverline as rl
from riverline import schema, style

# Machado, Oliveira & Fernandes (2009), severity 1.0, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WITH_CHOICES = [theme for theme in (*style.THEMES, style.PROBLEMS_BY_STATUS) if theme.column]
# Choices of what lies on maps that are no categories to draw it by, and why not.
NOT_DRAWN_BY = {
    ("*", "bank"): "where it lies says which bank it is",
    ("*", "positive"): "how numbers are meant, one for all rows",
    ("*", "convention"): "how numbers are meant, one for all rows",
    ("*", "hit_rule"): "how numbers were made, one for all rows",
    ("suspects", "permit_state"): "standing says what comes of it",
    ("suspects", "position"): "where it lies says so, and standing what comes of it",
    ("suspects", "extent_kind"): "standing says what comes of it, extents are drawn by it",
    ("suspects", "tracking"): "a list of two rounds, told in popups and tables",
    ("extents", "confidence"): "the weakest of the pieces of its lines, which bear the band",
    ("boards", "kind"): "boards have that of stakes by schema and are all of one kind",
    ("boards", "reason"): "why a stake stands there, told in popups",
    ("stakes", "reason"): "why a stake stands there, told in popups",
    ("boards", "setting"): "the ground around it, drawn by the layer of settings",
    ("stakes", "setting"): "the ground around it, drawn by the layer of settings",
    ("stakes", "extent"): "the line that it stands on is drawn by it",
    ("stakes", "role"): "one for all stakes of a river",
    ("bank_tops", "feature"): "what stands in for a bank top counts as one",
    ("rebounds", "kind"): "the problem that came back is drawn by it",
    ("holdings", "ownership"): "the parcels that it is cut from are drawn by it",
    ("area_changes", "kind"): "the extents that changed are drawn by it",
    ("title_changes", "ownership"): "the parcels that it is cut from are drawn by it",
    ("title_changes", "land"): "land without a title has no parcel, told in popups",
    ("bands", "factor"): "a map shows one of them, or all of them on top of each other",
    ("band_titles", "ownership"): "the parcels that it is cut from are drawn by it",
    ("baselines", "placement"): "where it lies says so",
    ("transects", "limited_by"): "what it ends at is drawn",
    ("rates", "rate_basis"): "which statistic it is, told in popups",
    ("rates", "real_basis"): "which errors it weighs, told in popups",
    ("field_checks", "kind"): "what was suspected; the verdict says what is there",
    ("field_checks", "check_kind"): "the problem that it becomes is drawn by it",
    ("field_checks", "severity"): "the problem that it becomes is drawn by it",
    ("field_checks", "permit_state"): "the verdict says what comes of it",
    ("field_checks", "position"): "where it lies says so",
    ("field_checks", "standing"): "the suspect that was checked is drawn by it",
    ("field_checks", "extent_kind"): "extents are drawn by it",
    ("field_checks", "state"): "the suspect that was checked is drawn by it",
    ("field_checks", "tracking"): "a list of two rounds, told in popups and tables",
    ("waterlines", "form"): "its shape says so",
    ("waterlines", "start_gap"): "the gap there is drawn by it",
    ("waterlines", "end_gap"): "the gap there is drawn by it",
    ("hot_segments", "moran"): "a second statistic beside the verdict, told in popups",
    ("hot_segments", "funnel"): "a second statistic beside the verdict, told in popups",
    ("emerging", "baseline"): "how it was tested, one for all rows",
    ("placed_outfalls", "section_way"): "how the section was found, told in popups",
    ("placed_outfalls", "intake_way"): "how the intake was found, told in popups",
    ("track_points", "level"): "the track that it is of is drawn by it",
    ("patrols", "level"): "whether it was valid is what counts; tracks and chiefs are drawn by it",
    ("coverage", "level"): "whether it was walked is what counts; a map of patrols has a list of levels",
    ("patrol_gaps", "level"): "that nobody walked is what counts; a map of patrols has a list of levels",
    ("plates", "status"): "an index sheet shows what there is; a failed sheet is a fault",
}


def linear(color):
    channels = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    xyz = TO_XYZ @ np.clip(rgb, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast_on_white(color):
    return 1.05 / (TO_XYZ[1] @ linear(color) + 0.05)


def form(symbol):
    return symbol.dash, symbol.shape, symbol.width, symbol.size, symbol.fill == "#FFFFFF"


def pairs(theme):
    return [(a, b) for (_, a), (_, b) in combinations(theme.symbols, 2)]


def named(theme):
    return f"{theme.layer or theme.schema}.{theme.column}" + " marks" * (theme is style.PROBLEMS_BY_STATUS)


def test_the_colour_measures_know_known_values():
    assert lab(linear("#FFFFFF")) == pytest.approx([100, 0, 0], abs=0.05)
    assert lab(linear("#FF0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.1)
    assert contrast_on_white("#000000") == pytest.approx(21.0, abs=0.01)


@pytest.mark.parametrize("name", schema.FRAMES)
def test_every_kind_of_frame_has_a_main_theme(name):
    main = style.themes(name)[0]
    assert main.schema == name
    assert not main.halo


def test_every_choice_on_a_map_is_drawn_or_said_to_be_no_category():
    """Tables have no shapes, and their values have names only."""
    choices = {(name, column.name) for name, frame in schema.FRAMES.items() if frame.geometry
               for column in frame if column.choices}  # fmt: skip
    drawn = {(theme.schema, theme.column) for theme in style.THEMES if theme.column}
    told = {each for each in choices if each in NOT_DRAWN_BY or ("*", each[1]) in NOT_DRAWN_BY}
    assert choices - drawn - told == set()
    # Nothing is excused that is drawn, or that is not there.
    assert {each for each in NOT_DRAWN_BY if each[0] != "*"} - (choices - drawn) == set()


@pytest.mark.parametrize("theme", WITH_CHOICES, ids=named)
def test_no_category_lacks_a_style(theme):
    values = list(schema.FRAMES[theme.schema][theme.column].values)
    settled = [value for value in values if value in {"closed", "rejected"}] if theme is style.SETTLED else values
    assert [value for value, _ in theme.symbols] == settled
    for value, symbol in theme.symbols:
        assert theme.symbol(value) is symbol
        assert theme.label(value) == schema.FRAMES[theme.schema][theme.column].value_label(value)
        assert theme.label(value, "en").isascii()


@pytest.mark.parametrize("theme", WITH_CHOICES, ids=named)
def test_categories_differ_by_more_than_colour(theme):
    for a, b in pairs(theme):
        assert form(a) != form(b), (a, b)
        if (a.dash, a.shape) == (b.dash, b.shape):
            assert abs(a.width - b.width) >= 0.6 or abs(a.size - b.size) >= 2, (a, b)


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("theme", WITH_CHOICES, ids=named)
def test_colours_stay_apart_for_every_kind_of_vision(theme, vision):
    for a, b in pairs(theme):
        if (a.shape, a.dash) == (b.shape, b.dash):
            distance = np.linalg.norm(lab(VISION[vision] @ linear(a.color)) - lab(VISION[vision] @ linear(b.color)))
            assert distance >= 9 or abs(a.width - b.width) >= 1.2 or abs(a.size - b.size) >= 2, (a, b, distance)


@pytest.mark.parametrize("vision", VISION)
def test_the_bases_of_the_legal_line_stay_apart_by_colour_alone(vision):
    colours = [symbol.color for _, symbol in style.themes("management_lines")[0].symbols]
    apart = [
        np.linalg.norm(lab(VISION[vision] @ linear(a)) - lab(VISION[vision] @ linear(b)))
        for a, b in combinations(colours, 2)
    ]
    assert min(apart) >= 13


def test_what_is_found_and_what_is_closed_are_apart_on_a_grey_print():
    """Both are circles of a ledger's map; one is full, the other a ring."""
    found, closed = (style.PROBLEMS_BY_STATUS.symbol(each) for each in ("found", "closed"))
    light = {each: lab(linear(each))[0] for each in (found.fill, closed.fill)}
    assert abs(light[found.fill] - light[closed.fill]) > 40


# Lines that rl.maps.show draws over each other when it is given all results of a county.
TOGETHER = (
    "management_lines", "shorelines", "waterside", "observed_shorelines", "baselines", "axes", "patrols", "coverage",
    "patrol_gaps", "section_reaches", "hot_segments", "hot_reaches", "scan_clusters", "stretches", "used_shorelines",
    "waterlines", "segments",
)  # fmt: skip


def alike(one, other):
    """Whether dashes look the same: as many lengths, none half as long again as its like."""
    return len(one) == len(other) and all(max(pair) <= 1.5 * min(pair) for pair in zip(one, other, strict=True))


def test_lines_of_different_layers_that_are_drawn_together_are_not_taken_for_each_other():
    drawn = [
        (theme.schema, value, symbol)
        for theme in style.THEMES
        if theme.schema in TOGETHER and not theme.halo
        for value, symbol in theme.symbols
        if symbol.shown
    ]
    assert {schema for schema, _, _ in drawn} == set(TOGETHER)
    confused = []
    for (schema_a, a, one), (schema_b, b, other) in combinations(drawn, 2):
        if schema_a == schema_b or not alike(one.dash, other.dash):
            continue
        seen = [lab(vision @ linear(one.color)) - lab(vision @ linear(other.color)) for vision in VISION.values()]
        wider = max(one.width, other.width) / min(one.width, other.width)
        if min(map(np.linalg.norm, seen)) < 12 and wider < 2:
            confused.append(((schema_a, a), (schema_b, b)))
    assert confused == []


@pytest.mark.parametrize("theme", [t for t in WITH_CHOICES if not t.halo], ids=named)
def test_lines_and_marks_stand_out_on_paper(theme):
    assert all(contrast_on_white(symbol.color) >= 3 for _, symbol in theme.symbols)


def test_symbols_are_frozen_and_complete():
    with pytest.raises(dataclasses.FrozenInstanceError):
        style.OTHER.color = "#000000"
    for theme in (*style.THEMES, *style.NEUTRALS):
        for _, symbol in theme.symbols:
            colours = [symbol.color, *([symbol.fill] if symbol.fill else [])]
            assert all(len(c) == 7 and int(c[1:], 16) >= 0 for c in colours)
            assert 0 <= symbol.fill_opacity <= 1
            assert 0 < symbol.opacity <= 1


def test_extents_lie_below_water_below_lines_below_faults():
    order = {name: style.themes(name)[0].order for name in ("extents", "water", "axes", "management_lines", "faults")}
    assert list(order) == sorted(order, key=order.__getitem__)
    assert style.themes("management_lines")[1].order < order["management_lines"]


@pytest.mark.parametrize("name", schema.FRAMES)
def test_a_frame_is_recognised_by_its_columns(name):
    empty = schema.FRAMES[name].empty("EPSG:4548")
    required = [column.name for column in schema.FRAMES[name] if not column.optional]
    assert style.recognise(empty[[*required, "geometry"]].assign(extra=1)).name == name


def test_values_outside_the_choices_are_drawn_and_named_as_they_are():
    basis = style.themes("management_lines")[0]
    assert basis.symbol("堤防外侧") is style.OTHER
    assert basis.label("堤防外侧") == "堤防外侧"
    assert basis.label("") == basis.label(None) == basis.label(float("nan")) == "未填写"


def test_results_are_taken_apart_with_their_provenance():
    result = invented.result()
    layers = style.collect(result, invented.axes(), 乡镇=invented.towns())
    assert [layer.name for layer in layers] == ["management_lines", "extents", "faults", "axes", "乡镇"]
    assert layers[0].frame is result.lines
    assert layers[0].run is result.run
    assert layers[0].rules.name == "anhui"
    assert layers[3].run is None
    assert [layer.label("en") for layer in layers[:2]] == ["Management lines", "Extents"]


def test_a_frame_given_twice_is_there_once():
    result = invented.result()
    assert len(style.collect(result, result.lines)) == 3


def test_everything_that_is_wrong_with_a_call_is_said_at_once():
    nameless = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(0, 0)], crs=4548)
    with pytest.raises(rl.SchemaError) as caught:
        style.collect(nameless, "lines.gpkg", other=3)
    assert "字段：a, geometry" in caught.value.zh
    assert "str: expected a GeoDataFrame" in caught.value.en
    assert "other=int" in caught.value.en


def test_polygons_are_no_line_whatever_their_columns():
    columns = {"river_id": ["R1"], "name": "清水河", "kind": "management"}
    square = gpd.GeoDataFrame(columns, geometry=[shapely.box(0, 0, 10, 10)], crs=4548)
    assert style.recognise(square) is None
    assert [(each.name, each.label()) for each in style.collect(square)] == [("extents", schema.EXTENTS.label())]
    assert style.recognise(square.set_geometry(square.boundary)).name == "axes"
    assert style.recognise(schema.AXES.empty(4548)).name == "axes"
    other = square.assign(kind="town")
    with pytest.raises(rl.SchemaError, match="follows no schema"):
        style.collect(other)


def test_layers_of_no_schema_are_told_apart_in_the_order_given():
    towns, roads = (invented.towns().rename(columns={"town": name}) for name in ("a", "b"))
    layers = style.collect(
        [invented.axes(), [schema.STAKES.empty("EPSG:4548")]], 乡镇=towns, 道路=[roads, towns.copy()]
    )
    assert [(each.name, each.number) for each in layers] == [
        ("axes", 0), ("stakes", 0), ("乡镇", 0), ("道路", 1), ("道路", 1),
    ]  # fmt: skip
    assert [each.themes for each in layers[2:4]] == [style.NEUTRALS[:1], style.NEUTRALS[1:2]]
    assert layers[0].themes == style.themes("axes")
    for (_, a), (_, b) in combinations([theme.symbols[0] for theme in style.NEUTRALS], 2):
        assert a.dash != b.dash or abs(a.width - b.width) >= 1, (a, b)
        assert a.shape != b.shape


def test_what_has_the_key_of_one_schema_is_not_taken_for_another():
    """Holdings without their extents have all columns of parcels; as such, what overlaps would be lost in silence."""
    holdings = schema.HOLDINGS.empty("EPSG:4548").drop(columns="extent_id")
    with pytest.raises(rl.SchemaError, match=r"最接近 holdings（权属分块），缺少 extent_id（范围编码）；请补齐"):
        style.collect(holdings)
    assert style.recognise(holdings.drop(columns=["holding_id", "status"])).name == "parcels"
    suspects = schema.SUSPECTS.empty("EPSG:4548")[["suspect_id", "kind", "severity", "geometry"]]
    with pytest.raises(rl.SchemaError, match="最接近 suspects（疑似问题图斑），缺少 river_id（河流编码）、bank"):
        style.collect(suspects)
    for name, frame in schema.FRAMES.items():
        required = [column.name for column in frame if not column.optional]
        if len(required) > 4 and frame.key in required:
            lacking = frame.empty("EPSG:4548").drop(columns=required[-1])
            if style.recognise(lacking) is None:
                with pytest.raises(rl.SchemaError, match=f"最接近 {name}（"):
                    style.collect(lacking)


def test_shapes_of_several_dimensions_are_told_which_a_schema_holds():
    shapes = [shapely.Point(0, 0), shapely.LineString([(0, 0), (9, 9)]), shapely.box(0, 0, 9, 9)]
    mixed = gpd.GeoDataFrame({"river_id": ["a", "b", "c"], "name": "河"}, geometry=shapes, crs=4548)
    with pytest.raises(rl.SchemaError, match=r"图形应为线，此图层有点、线、面；请只取应有的：frame\[") as caught:
        style.collect(mixed)
    assert "['LineString']" in caught.value.en
    kept = mixed[mixed.geom_type.isin(["LineString"])]
    assert [each.name for each in style.collect(kept)] == ["axes"]


def test_a_frame_that_lacks_one_column_is_told_which_of_the_nearest_schema():
    near = schema.PROBLEMS.empty("EPSG:4548").drop(columns="chainage_m")
    with pytest.raises(rl.SchemaError, match=r"最接近 problems（四乱问题），缺少 chainage_m（桩号）；请补齐"):
        style.collect(near)
    with pytest.raises(rl.SchemaError, match="；请补齐字段，或给它起名"):
        style.collect(near[["geometry"]])
