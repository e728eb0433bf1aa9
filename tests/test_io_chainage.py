"""Chainages as text and as metres."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riverline.io import format_chainage, parse_chainage


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("K12+345", 12345.0),
        ("K12+345.67", 12345.67),
        ("k0+000", 0.0),
        ("12+345", 12345.0),
        (" K 12 + 345 ", 12345.0),
        ("Ｋ１２＋３４５．５", 12345.5),
        ("K1+5", 1005.0),
        ("K-0+050", -50.0),
        ("-0+050", -50.0),
        ("ZK3+200m", 3200.0),
        ("桩号3+200米", 3200.0),
        ("K123+004.", 123004.0),
        (7.5, 7.5),
    ],
)
def test_chainages_as_people_write_them(text, metres):
    assert parse_chainage(text) == metres


@pytest.mark.parametrize("text", ["", "K12", "12.345", "K12+3456", "K12-345", "长江", "K+5", "K1+2+3"])
def test_what_is_no_chainage_is_no_number(text):
    assert math.isnan(parse_chainage(text))


@given(st.integers(-99_999_999, 99_999_999), st.integers(0, 3))
def test_what_is_printed_is_read_back(units, decimals):
    metres = units / 10**decimals
    assert parse_chainage(format_chainage(metres, decimals=decimals)) == pytest.approx(metres, abs=1e-9)


@given(st.floats(-1e6, 1e6), st.integers(0, 3))
def test_printing_moves_by_half_a_unit_at_most(metres, decimals):
    printed = format_chainage(metres, decimals=decimals)
    assert abs(parse_chainage(printed) - metres) <= 0.5 / 10**decimals + 1e-6
    whole, part = printed.removeprefix("K").removeprefix("-").split("+")
    assert len(part.split(".")[0]) == 3
    assert whole == str(int(whole))


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), max_size=20))
def test_a_series_is_the_values_one_by_one(values):
    series = pd.Series(values, dtype="float64", index=[f"i{at}" for at in range(len(values))])
    printed = format_chainage(series, decimals=1)
    assert printed.tolist() == ["" if np.isnan(each) else format_chainage(each, decimals=1) for each in series]
    assert printed.index.equals(series.index)
    back = parse_chainage(printed)
    assert np.allclose(back, series, atol=0.051, equal_nan=True)


def test_halves_are_rounded_up():
    assert format_chainage(0.5) == "K0+001"
    assert format_chainage(1.25, decimals=1) == "K0+001.3"
    assert format_chainage(999.5) == "K1+000"
    assert format_chainage(-0.2) == "K0+000"


def test_numbers_in_a_series_are_metres():
    assert parse_chainage(pd.Series([1, 2])).tolist() == [1.0, 2.0]
    assert parse_chainage(pd.Series([], dtype="str")).tolist() == []
