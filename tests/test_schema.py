"""The data dictionary: names that every format can hold, words in both languages, and reading without guessing."""

from __future__ import annotations

import datetime as dt
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import riverline as rl
import zoo
from riverline import schema
from riverline.schema import Column, Schema
from riverline.schema.values import read_values

SCHEMAS = list(schema.FRAMES.values())
COLUMNS = [pytest.param(frame, column, id=f"{frame.name}.{column.name}") for frame in SCHEMAS for column in frame]
BEIJING = dt.timezone(dt.timedelta(hours=8))
by_name = pytest.mark.parametrize("frame", SCHEMAS, ids=lambda frame: frame.name)


def _chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def _column(kind: str) -> Column:
    return Column("c", kind, "列", "Column", "C", "A column.")


# What every schema promises.


def test_the_design_is_complete():
    wanted = """axes water levees bank_tops flood_levels management_lines extents stakes boards zones parcels
    land_classes holdings permits suspects problems tracks outfalls segments faults sections chainage_breaks works
    admin settings landmarks existing register changes waterside sensitive uses shorelines used_shorelines utilisation
    checks boundary_points stretches area_changes stake_changes title_changes bands band_titles
    observed_shorelines baselines transects intersections rates forecasts change_areas features encroached
    accuracies accuracy_curve reliability class_areas line_errors
    waterlines waterline_gaps looks change_evidence check_differences field_checks
    chiefs attachments events look_backs proposals overdue stock ledger_sums closing_times
    rebounds rebound_odds paper_closings
    hot_segments hot_reaches reach_ranks densities scan_clusters near_repeats emerging
    indicators scores score_trace cards
    water_sections intakes placed_outfalls section_reaches
    track_points duties patrol_warnings activities patrols coverage patrol_gaps patrol_passes duty_checks
    patrolled_duties month_sums line_grounds plates match_lines untold_changes gone_suspects"""
    assert set(schema.FRAMES) == set(wanted.split())
    assert all(getattr(schema, name.upper()) is frame for name, frame in schema.FRAMES.items())


@by_name
def test_short_names_fit_a_shapefile_and_differ(frame):
    shorts = [column.short for column in frame]
    assert all(0 < len(short.encode(encoding)) <= 10 for short in shorts for encoding in ("utf-8", "gbk"))
    # A shapefile does not tell upper from lower case.
    assert len({short.lower() for short in shorts}) == len(shorts)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", short) for short in shorts)


@by_name
def test_names_are_plain_and_differ_and_the_key_is_text(frame):
    names = [column.name for column in frame]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in [frame.name, *names])
    assert "geometry" not in names
    assert names[0] == frame.key
    assert frame[frame.key].kind == "text"
    assert not frame[frame.key].optional
    assert frame.geometry or frame.meaning.endswith("a table without geometry.") or frame.name in {"register", "checks"}


@by_name
def test_a_layer_has_a_title_in_both_languages(frame):
    assert _chinese(frame.label())
    assert frame.label("en").isascii()
    assert frame.meaning.endswith(".")


@pytest.mark.parametrize(("frame", "column"), COLUMNS)
def test_a_column_is_labelled_and_explained_in_both_languages(frame, column):  # noqa: ARG001 - in the id
    assert _chinese(column.label())
    assert column.label("en").strip()
    assert not _chinese(column.label_en)
    assert column.meaning.strip()


@pytest.mark.parametrize(("frame", "column"), COLUMNS)
def test_choices_are_of_the_columns_type_differ_and_have_names(frame, column):  # noqa: ARG001 - in the id
    values = list(column.values)
    assert len(set(values)) == len(values)
    for choice in column.choices:
        assert isinstance(choice.value, int if column.kind == "integer" else str)
        assert _chinese(choice.label()) or choice.label()[0].isdigit()
        assert not _chinese(choice.label("en"))
        assert column.value_label(choice.value, "en") == choice.label("en")
    assert len({choice.label_zh for choice in column.choices}) == len(values)


@pytest.mark.parametrize(("frame", "column"), COLUMNS)
def test_a_unit_in_the_name_is_the_unit_of_the_column(frame, column):  # noqa: ARG001 - in the id
    for suffix, unit in {"_m2": "m²", "_m3": "m³", "_km2": "km²", "_mu": "亩", "_m": "m"}.items():
        if column.name.endswith(suffix):
            assert column.unit == unit
            assert column.kind == "number"
            break
    if column.kind == "text":
        assert column.unit == ""


def test_a_name_means_the_same_in_every_frame():
    kinds: dict[str, set[str]] = {}
    for frame in SCHEMAS:
        for column in frame:
            kinds.setdefault(column.name, set()).add(column.kind)
    assert {name for name, found in kinds.items() if len(found) > 1} <= {"confidence"}, "a word, or a probability"


@by_name
def test_an_empty_frame_conforms_and_has_no_faults(frame):
    empty = frame.empty(zoo.CRS)
    assert empty.columns.tolist() == [*(column.name for column in frame), "geometry"]
    assert [str(empty[column.name].dtype) for column in frame] == [column.dtype for column in frame]
    assert empty.crs == zoo.CRS
    assert frame.conform(empty).dtypes.equals(empty.dtypes)
    found = rl.check(empty, frame)
    assert found.empty
    assert found.dtypes.equals(schema.FAULTS.empty(zoo.CRS).dtypes)
    assert found.crs == zoo.CRS


def test_what_may_be_blank_is_free_text_optional_or_said_so():
    assert schema.AXES["name"].may_be_blank
    assert schema.LEVEES["bank"].may_be_blank, "optional"
    assert schema.FAULTS["limit"].may_be_blank, "said so"
    assert schema.MANAGEMENT_LINES["bank"].may_be_blank, "lakes have no banks"
    refused = {(f.name, c.name) for f in SCHEMAS for c in f if not c.may_be_blank}
    assert {
        ("levees", "feature"),
        ("water", "kind"),
        ("flood_levels", "level_m"),
        ("flood_levels", "basis"),
        ("management_lines", "basis"),
        ("sections", "profile"),
        ("tracks", "level"),
    } <= refused
    assert not any(c.kind == "text" and not c.choices for f in SCHEMAS for c in f if (f.name, c.name) in refused)


def test_values_outside_the_choices_and_missing_ones_are_shown_as_they_are():
    bank = schema.BANK_TOPS["bank"]
    assert [bank.value_label(value) for value in ("left", "东岸", None, np.nan, pd.NA)] == ["左岸", "东岸", "", "", ""]
    assert schema.LEVEES["grade"].value_label(2, "en") == "Grade 2"
    assert bank.value_label(["left"]) == "['left']"


# What a call must bring along.


def _bank_tops(**columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=[zoo.STRAIGHT], crs=None)


@pytest.mark.parametrize("wrong", [None, "bank_tops.shp", [1, 2], pd.Series([1])], ids=lambda each: type(each).__name__)
def test_what_is_no_table_is_refused_with_the_line_to_type(wrong):
    with pytest.raises(rl.SchemaError, match=rf"{type(wrong).__name__}.*riverline\.read_layer"):
        rl.check(wrong, schema.BANK_TOPS)


def test_everything_that_is_missing_is_said_at_once():
    with pytest.raises(rl.SchemaError) as caught:
        rl.check(_bank_tops(name=["x"]), schema.BANK_TOPS)
    assert not isinstance(caught.value, rl.CRSError)
    for text in (caught.value.zh, caught.value.en):
        assert [word in text for word in ("bank_id", "river_id", "EPSG:4548", "name")] == [True] * 4
        assert text.count("\n") == 3, "a title and three lines"


def test_a_table_without_geometry_is_told_about_columns_too():
    with pytest.raises(rl.SchemaError) as caught:
        rl.check(pd.DataFrame({"bank_id": ["B1"]}), schema.BANK_TOPS)
    assert "DataFrame" in caught.value.zh
    assert "set_geometry" in caught.value.zh
    assert "river_id" in caught.value.zh
    with pytest.raises(rl.SchemaError, match="set_geometry"):
        rl.check(gpd.GeoDataFrame({"bank_id": ["B1"], "river_id": ["R1"]}), schema.BANK_TOPS)


def test_only_a_missing_crs_is_a_crs_error():
    with pytest.raises(rl.CRSError, match=r"set_crs\(\"EPSG:4548\"\)"):
        rl.check(_bank_tops(bank_id=["B1"], river_id=["R1"]), schema.BANK_TOPS)


def test_a_column_that_stands_twice_is_refused_and_a_strangers_is_not():
    frame = _bank_tops(bank_id=["B1"], river_id=["R1"], note=["x"]).set_crs(zoo.CRS)
    twice = pd.concat([frame, frame[["river_id"]]], axis=1)
    with pytest.raises(rl.SchemaError, match="river_id"):
        rl.check(twice, schema.BANK_TOPS)
    assert rl.check(pd.concat([frame, frame[["note"]]], axis=1), schema.BANK_TOPS).empty


def test_the_layers_own_name_stands_in_the_message():
    with pytest.raises(rl.SchemaError, match="北岸"):
        schema.BANK_TOPS.require(_bank_tops(), layer="北岸")


def test_a_geometry_column_of_another_name_is_fine():
    frame = _bank_tops(bank_id=["B1"], river_id=["R1"]).set_crs(zoo.CRS).rename_geometry("shape")
    assert rl.check(frame, schema.BANK_TOPS).empty
    assert schema.BANK_TOPS.conform(frame).geometry.name == "geometry"


# Conforming.


def test_conforming_orders_converts_and_keeps_what_is_not_ours():
    frame = zoo.axes([zoo.STRAIGHT], width_m=["12.5"], surveyor=["甲"])
    frame = frame[["surveyor", "geometry", "width_m", "name", "river_id"]]
    before = frame.copy(deep=True)
    conformed = schema.AXES.conform(frame)
    assert conformed.columns.tolist() == ["river_id", "name", "width_m", "surveyor", "geometry"]
    assert conformed["width_m"].tolist() == [12.5]
    assert frame.equals(before)
    assert list(frame.columns) == list(before.columns)


@pytest.mark.parametrize("value", ["约12", "12m", "03/04/2024"])
def test_conforming_never_guesses_a_value_away(value):
    frame = zoo.water([zoo.SQUARE, zoo.SQUARE], date=["2024-05-06", value])
    assert schema.WATER.conform(frame)["date"].tolist() == ["2024-05-06", value]


def test_codes_that_passed_through_a_spreadsheet_lose_their_decimal_point():
    frame = zoo.axes([zoo.STRAIGHT, zoo.STRAIGHT]).assign(river_id=[520103.0, 520104.0])
    assert schema.AXES.conform(frame)["river_id"].tolist() == ["520103", "520104"]


# Reading values.


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-05-06", "2024-05-06"),
        ("2024/5/6", "2024-05-06"),
        ("2024.05.06", "2024-05-06"),
        ("2024年5月6日", "2024-05-06"),
        ("20240506", "2024-05-06"),
        (" 2024-05-06 ", "2024-05-06"),
        ("2024-05-06 23:59", "2024-05-06"),
        ("2024-05-06T00:30:00+08:00", "2024-05-06"),
    ],
)
def test_a_text_date_with_the_year_first_is_read(text, day):
    reading = read_values(pd.Series([text]), _column("date"))
    assert reading.complete
    assert reading.converted[0] == pd.Timestamp(day)
    assert not reading.native


@pytest.mark.parametrize("text", ["03/04/2024", "3.4.2024", "13/04/2024", "24-05-06", "5/6/24 10:00"])
def test_a_text_date_in_another_order_is_refused(text):
    reading = read_values(pd.Series([text]), _column("date"))
    assert reading.ambiguous.tolist() == [True]
    assert reading.unreadable.tolist() == [False]
    assert reading.converted.isna().all()


@pytest.mark.parametrize("text", ["2024-02-30", "2024-13-01", "去年", "2024", "2024-5", "45000", "nan"])
def test_a_text_that_is_no_day_is_unreadable(text):
    assert read_values(pd.Series([text]), _column("date")).unreadable.tolist() == [True]


def test_numbers_are_never_dates():
    for values in ([20240506], [45000.0], [True]):
        assert read_values(pd.Series(values), _column("date")).unreadable.all()


def test_dates_come_as_dates_times_and_with_zones():
    for values in (
        [dt.date(2024, 5, 6)],
        [dt.datetime(2024, 5, 6, 0, 30, tzinfo=BEIJING)],
        pd.to_datetime(["2024-05-06T00:30+08:00"]),
        pd.to_datetime(["2024-05-06"]).astype("datetime64[ms]"),
    ):
        reading = read_values(pd.Series(values), _column("date"))
        assert reading.native
        assert reading.complete
        assert reading.converted.dt.date[0] == dt.date(2024, 5, 6)


def test_a_time_needs_its_zone():
    texts = pd.Series(["2024-05-06T08:00:00+08:00", "2024-05-06T00:00Z", "2024-05-06 08:00", "2024-05-06", None])
    reading = read_values(texts, _column("timestamp"))
    assert reading.zoneless.tolist() == [False, False, True, True, False]
    assert reading.converted[0] == reading.converted[1] == pd.Timestamp("2024-05-06", tz="UTC")
    assert read_values(pd.Series(pd.to_datetime(["2024-05-06"])), _column("timestamp")).zoneless.all()
    mixed = pd.Series([dt.datetime(2024, 5, 6, 8, tzinfo=BEIJING), dt.datetime(2024, 5, 6, 8)])  # noqa: DTZ001 - the point
    assert read_values(mixed, _column("timestamp")).zoneless.tolist() == [False, True]


@pytest.mark.parametrize(
    ("values", "read"),
    [
        ([1, 2], [1.0, 2.0]),
        (["1", " 2.5 ", "1e3", "-3"], [1.0, 2.5, 1000.0, -3.0]),
        (pd.array([1, None], dtype="Int64"), [1.0, None]),
        ([None, None], [None, None]),
        (["", "\u3000", "\u200b"], [None, None, None]),
    ],
)
def test_plain_numbers_are_read(values, read):
    reading = read_values(pd.Series(values), _column("number"))
    assert reading.complete
    assert [None if np.isnan(value) else value for value in reading.converted] == read


@pytest.mark.parametrize(
    "value", ["约12", "12m", "1,234", "十二", "nan", "inf", "1e999", np.inf, True, dt.date(2024, 5, 6)]
)
def test_what_is_no_plain_number_is_unreadable(value):
    reading = read_values(pd.Series([1.0, value], dtype=object), _column("number"))
    assert reading.unreadable.tolist() == [False, True]
    assert reading.converted.isna().tolist() == [False, True]


def test_whole_numbers_are_whole():
    reading = read_values(pd.Series(["1", "2.0", "2.5", "二", None]), _column("integer"))
    assert reading.converted.tolist() == [1, 2, pd.NA, pd.NA, pd.NA]
    assert reading.unreadable.tolist() == [False, False, True, True, False]


@pytest.mark.parametrize("name", zoo.NAMES)
def test_names_are_text_whatever_they_look_like(name):
    reading = read_values(pd.Series([name]), _column("text"))
    assert reading.converted.tolist() == [name]
    assert reading.native
    assert reading.blank.tolist() == [not name.strip().strip("\u200b")]


def test_categories_are_read_as_what_they_name():
    reading = read_values(pd.Series(["left", "right"], dtype="category"), schema.BANK_TOPS["bank"])
    assert reading.native
    assert reading.converted.tolist() == ["left", "right"]


def test_a_profile_is_a_line():
    values = pd.Series([shapely.LineString([(0, 5), (9, 4)]), shapely.Point(0, 5), "0 5, 9 4", None], dtype=object)
    reading = read_values(values, schema.SECTIONS["profile"])
    assert reading.unreadable.tolist() == [False, True, True, False]
    assert reading.blank.tolist() == [False, False, False, True]


MIXED = (
    *([], [None], ["x"], [1], [1.5], [True], ["2024-05-06", 3]),
    [dt.date(2024, 5, 6)],
    [pd.Timestamp("2024-05-06", tz="UTC")],
)


@pytest.mark.parametrize("kind", ["text", "number", "integer", "boolean", "date", "timestamp", "profile"])
@pytest.mark.parametrize("values", MIXED, ids=repr)
def test_reading_never_fails_and_keeps_dtype_index_and_input(kind, values):
    series = pd.Series(values, index=range(10, 10 + len(values)), dtype=object if values else "str")
    before = series.copy(deep=True)
    reading = read_values(series, _column(kind))
    assert reading.converted.index.equals(series.index)
    assert kind == "profile" or str(reading.converted.dtype) == _column(kind).dtype
    assert not (reading.blank & (reading.unreadable | reading.ambiguous | reading.zoneless)).any()
    assert series.equals(before)


def test_a_schema_is_a_value():
    assert isinstance(schema.AXES, Schema)
    assert "river_id" in schema.AXES
    assert "nothing" not in schema.AXES
    with pytest.raises(AttributeError):
        schema.AXES.name = "other"
    assert hash(schema.AXES) == hash(schema.AXES)


def test_conform_and_read_layer_take_the_same_labels(tmp_path):
    words = ["左岸", "LEFT BANK", "right", "右 岸", "左", "Ｒ"]
    frame = gpd.GeoDataFrame(
        {"bank_id": list("abcdef"), "river_id": "R1", "bank": words},
        geometry=[zoo.STRAIGHT] * 6,
        crs=4548,
    )
    frame.to_file(tmp_path / "banks.gpkg")
    expected = ["left", "left", "right", "right", "left", "right"]
    assert schema.BANK_TOPS.conform(frame)["bank"].tolist() == expected
    assert rl.read_layer(tmp_path / "banks.gpkg", schema.BANK_TOPS)["bank"].tolist() == expected
    assert frame["bank"].tolist() == words, "the frame that was given is as it was"
