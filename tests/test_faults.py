"""Faults: one catalogue in two languages, rows that keep their ids whatever the order they were found in."""

from __future__ import annotations

import itertools
import re
import string

import numpy as np
import pytest
import shapely
import typer
from hypothesis import given, settings
from hypothesis import strategies as st

import zoo
from riverline import faults
from riverline.cli.app import app
from riverline.faults import catalogue
from riverline.schema import FAULTS

CODES = list(faults.CATALOGUE.values())
PLACES = {"value", "limit", "unit", "feature", "layer", "note"}


def _chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def _row(code: str = "multipart", feature: str = "R1", **keywords: object):
    keywords = {"layer": "axes", "feature_id": [feature], "geometry": [None], "crs": zoo.CRS, **keywords}
    return faults.found(code, **keywords)


def test_remedies_name_commands_that_there_are():
    commands = typer.main.get_command(app).commands
    named = {
        code.code: re.findall(r"\briverline ([a-z][a-z-]*)", code.remedy_zh + " " + code.remedy_en) for code in CODES
    }
    assert any(named.values())
    assert {code: words for code, words in named.items() if not set(words) <= set(commands)} == {}


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.code)
def test_every_code_speaks_both_languages_and_says_what_to_do(code):
    assert _chinese(code.zh)
    assert _chinese(code.remedy_zh)
    for english in (code.en, code.remedy_en):
        assert english.strip()
        assert not _chinese(english)
    assert code.severity in FAULTS["severity"].values
    assert re.fullmatch("[a-z]+(-[a-z]+)*", code.code)


@pytest.fixture(scope="module")
def details():
    """What a row of each code says, in each language."""
    rows = faults.combine([_row(code.code, value=2, limit=1, unit="m", note="甲") for code in CODES], crs=zoo.CRS)
    return {language: faults.describe(rows, language).set_index("code")["detail"] for language in ("zh", "en")}


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.code)
def test_every_sentence_fills_in_with_what_a_row_has(code, details):
    for sentence in (code.zh, code.en):
        assert {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None} <= PLACES
    for language in ("zh", "en"):
        detail = details[language][code.code]
        assert detail
        assert "{" not in detail
    # Remedies are read as they are: nothing is filled in.
    assert not {name for _, name, _, _ in string.Formatter().parse(code.remedy_zh + code.remedy_en)} - {None}


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.code)
def test_both_languages_of_a_sentence_quote_the_same_things(code):
    quoted = [{name for _, name, _, _ in string.Formatter().parse(text)} - {None} for text in (code.zh, code.en)]
    assert quoted[0] == quoted[1]


def test_codes_are_not_used_twice():
    assert len(faults.CATALOGUE) == len(catalogue.CODES)


def test_a_row_conforms_and_says_what_was_measured():
    frame = _row(value=3, limit=1, unit="", geometry=[shapely.Point(1, 2)])
    assert FAULTS.conform(frame).dtypes.equals(frame.dtypes)
    assert frame.loc[0, ["fault_id", "value", "limit", "detail"]].tolist() == [
        "axes/R1/multipart", 3.0, 1.0, "多部件要素，共 3 段",
    ]  # fmt: skip
    assert frame.crs == zoo.CRS


def test_an_unknown_code_is_a_mistake_of_the_caller():
    with pytest.raises(KeyError, match="no_such_code"):
        _row("no_such_code")


def test_no_features_give_an_empty_frame_that_conforms():
    frame = faults.found("multipart", layer="axes", feature_id=[], geometry=[], crs=zoo.CRS, value=[])
    assert frame.dtypes.equals(FAULTS.empty(zoo.CRS).dtypes)
    assert faults.combine([frame, frame], crs=zoo.CRS).empty


@pytest.mark.parametrize("name", zoo.NAMES)
def test_hostile_names_are_quoted_as_they_are_and_never_formatted(name):
    frame = _row("duplicate-geometry", name, note=name)
    assert frame["feature_id"].tolist() == [name]
    assert name in frame["detail"].iloc[0]
    assert name in faults.describe(frame, "en")["detail"].iloc[0]


def test_errors_come_first_then_warnings_then_notes():
    codes = ["z-present", "multipart", "invalid"]
    together = faults.combine([_row(code, note="x") for code in codes], crs=zoo.CRS)
    assert together["severity"].tolist() == ["error", "warning", "note"]


def test_several_faults_of_one_code_at_one_feature_are_numbered():
    rows = [_row("value-blank", note=note) for note in ("bank", "basis", "kind")]
    together = faults.combine(rows, crs=zoo.CRS)
    numbers = ["axes/R1/value-blank", "axes/R1/value-blank#2", "axes/R1/value-blank#3"]
    assert together["fault_id"].tolist() == numbers
    assert together["note"].tolist() == ["bank", "basis", "kind"]


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(6)))
def test_the_order_of_finding_changes_nothing(order):
    rows = [
        *(_row("value-blank", note=note) for note in ("b", "a")),
        *(_row("multipart", value=value) for value in (3, 2)),
        *(_row("invalid", note="x", geometry=[shapely.Point(x, 0)]) for x in (2, 1)),
    ]
    first = faults.combine(rows, crs=zoo.CRS)
    again = faults.combine([rows[k] for k in order], crs=zoo.CRS)
    assert first.to_wkb().equals(again.to_wkb())


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["R1", "R2", "R1/x", "R1#2"]), max_size=8))
def test_ids_are_unique(features):
    codes = itertools.cycle(["multipart", "invalid"])
    rows = [_row(code, feature, note="x") for code, feature in zip(codes, features, strict=False)]
    assert faults.combine(rows, crs=zoo.CRS)["fault_id"].is_unique


def test_rows_in_another_crs_are_brought_along():
    degrees = _row(geometry=[shapely.Point(117, 30)], crs="EPSG:4490")
    together = faults.combine([degrees, _row("invalid", note="x", geometry=[shapely.Point(5e5, 3e6)])], crs=zoo.CRS)
    assert together.crs == zoo.CRS
    assert np.allclose(shapely.get_x(together.geometry), 500_000, atol=0.01)


def test_describing_again_writes_the_other_language_and_leaves_the_frame_alone():
    frame = _row(value=2.5)
    before = frame.copy(deep=True)
    assert faults.describe(frame, "en")["detail"].tolist() == ["multipart feature of 2.5 parts"]
    assert faults.describe(faults.describe(frame, "en"), "zh").equals(frame)
    assert frame.equals(before)


def test_a_code_of_someone_else_keeps_its_sentence():
    frame = _row().assign(code="theirs", detail="as they said")
    assert faults.describe(frame, "en")["detail"].tolist() == ["as they said"]


@pytest.mark.parametrize(("value", "text"), [(3.0, "3"), (0.5, "0.5"), (1234.5678, "1234.568"), (np.nan, "-")])
def test_numbers_are_written_without_noise(value, text):
    assert _row(value=value)["detail"].iloc[0] == f"多部件要素，共 {text} 段"
