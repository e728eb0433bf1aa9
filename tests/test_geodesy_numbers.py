"""Half-up rounding against decimal arithmetic, and degrees, minutes, seconds in every spelling that is clear."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riverline.errors import CRSError
from riverline.geodesy import format_dms, parse_dms, round_half_up


def on_paper(value: float, decimals: int) -> float:
    """What rounding the printed number gives."""
    return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)) + 0.0


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (0.125, 2, 0.13),
        (2.675, 2, 2.68),
        (1.005, 2, 1.01),
        (-2.675, 2, -2.68),
        (0.5, 0, 1.0),
        (-0.5, 0, -1.0),
        (2.5, 0, 3.0),
        (0.285, 2, 0.29),
        (1234567.885, 2, 1234567.89),
        (0.49999999999999994, 0, 0.0),
        (1250.0, -2, 1300.0),
        (-1249.999, -2, -1200.0),
        (4503599627370497.5, 0, 4503599627370498.0),
        (1e300, 2, 1e300),
    ],
)
def test_known_traps_are_rounded_as_on_paper(value: float, decimals: int, expected: float) -> None:
    assert round_half_up(value, decimals) == expected


@given(
    value=st.one_of(
        st.floats(-1e9, 1e9),
        st.decimals(-(10**7), 10**7, places=3).map(float),
        st.integers(-(10**9), 10**9).map(lambda n: n / 1000.0 + 0.0005),
    ),
    decimals=st.integers(-3, 4),
)
def test_rounding_is_that_of_the_printed_number(value: float, decimals: int) -> None:
    assert float(round_half_up(value, decimals)) == on_paper(value, decimals)


@given(st.lists(st.floats(-1e6, 1e6), max_size=20))
def test_rounding_is_odd_idempotent_and_keeps_order(values: list[float]) -> None:
    rounded = round_half_up(values, 2)
    assert (round_half_up([-value for value in values], 2) == -rounded).all()
    assert (round_half_up(rounded, 2) == rounded).all()
    assert (np.diff(round_half_up(sorted(values), 2)) >= 0.0).all()


def test_rounding_takes_any_shape_and_missing_values() -> None:
    rounded = round_half_up(np.array([[np.nan, -0.001], [np.inf, 2.675]]), 2)
    assert rounded.shape == (2, 2)
    assert np.isnan(rounded[0, 0])
    assert not np.signbit(rounded[0, 1])
    assert rounded[1].tolist() == [np.inf, 2.68]
    assert np.isinf(round_half_up(-np.inf, -2))
    assert round_half_up(pd.Series([1.25, 1.35]), 1).tolist() == [1.3, 1.4]
    assert round_half_up([]).tolist() == []
    assert round_half_up([1, 2]).dtype == np.float64


@pytest.mark.parametrize(
    "text",
    [
        "45°12′30.5″",
        "45-12-30.5",
        "45:12:30.5",
        "45 12 30.5",
        " 45° 12' 30.5\" ",
        "45º12’30.5”",
        "45°12'30.5''",
        "45度12分30.5秒",
        "４５°１２′３０．５″",
        "４５－１２－３０．５",
        "北纬45°12′30.5″",
        "N45°12′30.5″",
        "45°12′30.5″N",
        "45°12′30.5″ e",
        "+45-12-30.5",
        "东经 45 12 30.5",
    ],
)
def test_every_clear_spelling_is_the_same_angle(text: str) -> None:
    assert parse_dms(text) == pytest.approx(45.0 + 12.0 / 60.0 + 30.5 / 3600.0, abs=1e-13)


@pytest.mark.parametrize(
    ("text", "angle"),
    [
        ("-0°30′00″", -0.5),
        ("南纬36°30′", -36.5),
        ("65°30′W", -65.5),
        ("45.5°", 45.5),
        ("117°0.6′", 117.01),
        ("180°", 180.0),
        ("-65-30-00", -65.5),
    ],
)
def test_sides_signs_and_decimals(text: str, angle: float) -> None:
    assert parse_dms(text) == pytest.approx(angle, abs=1e-13)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("45.12305", "45°12′30.5″"),
        ("116.2345", "use float()"),
        ("45", "is not degrees, minutes and seconds"),
        ("45-12", "is not degrees, minutes and seconds"),
        ("45°60′00″", "out of range"),
        ("45-12-60", "out of range"),
        ("181°", "out of range"),
        ("91°00′N", "out of range"),
        ("-45°12′S", "a sign and a hemisphere"),
        ("N45°12′S", "two hemispheres"),
        ("45.5°12′", "decimals in its last part only"),
        ("K12+345", "is not degrees"),
        ("", "is empty"),
        ("abc", "is not degrees"),
        ("45-12:30", "is not degrees"),
    ],
)
def test_what_is_unclear_is_refused(text: str, said: str) -> None:
    with pytest.raises(CRSError) as caught:
        parse_dms(text)
    assert said in caught.value.en
    assert caught.value.zh


def test_a_column_is_read_at_once_and_all_its_faults_are_listed() -> None:
    column = pd.Series(["45-12-30.5", None, "117°00′36″"])
    assert np.isnan(parse_dms(column)[1])
    assert parse_dms(column)[[0, 2]].tolist() == pytest.approx([45.2084722222, 117.01])
    with pytest.raises(CRSError) as caught:
        parse_dms(["45-12-30.5", "45.12305", *["x"] * 12])
    assert "number 2" in caught.value.en
    assert "… and 3 more" in caught.value.en


@pytest.mark.parametrize(
    ("degrees", "options", "text"),
    [
        (45.20847222222222, {}, "45°12′30.5″"),
        (45.0 + 2 / 60 + 3.45 / 3600, {"decimals": 2}, "45°02′03.45″"),
        (116.99999999, {}, "117°00′00.0″"),
        (0.0, {"decimals": 0}, "0°00′00″"),
        (-0.5, {}, "-0°30′00.0″"),
        (-1e-12, {}, "0°00′00.0″"),
        (30.5, {"marks": "dashes"}, "30-30-00.0"),
        (30.5, {"marks": "chinese", "decimals": 3}, "30度30分00.000秒"),
        (float("nan"), {}, ""),
        (float("inf"), {}, ""),
    ],
)
def test_angles_are_written_as_tables_write_them(degrees: float, options: dict[str, object], text: str) -> None:
    assert format_dms(degrees, **options) == text


@given(angle=st.floats(-180.0, 180.0), marks=st.sampled_from(["symbols", "dashes", "chinese"]))
def test_what_is_written_reads_back(angle: float, marks: str) -> None:
    text = format_dms(angle, decimals=6, marks=marks)
    assert parse_dms(text) == pytest.approx(angle, abs=2e-10)
    assert format_dms(parse_dms(text), decimals=6, marks=marks) == text


def test_arrays_of_angles_keep_their_shape() -> None:
    texts = format_dms(np.array([[1.0, 2.0], [np.nan, -3.5]]), decimals=0)
    assert texts.tolist() == [["1°00′00″", "2°00′00″"], ["", "-3°30′00″"]]
    assert format_dms([]).tolist() == []
