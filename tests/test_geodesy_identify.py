"""Bare coordinate columns: what digits tell, what they do not, and what is refused with which reason."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riverline.errors import CRSError
from riverline.geodesy import identify_coordinates, zone_crs, zone_number

IN_CHINA = st.tuples(st.floats(75.0, 134.0), st.floats(18.2, 53.0))


def test_a_county_table_with_east_first_is_recognised_and_its_zone_asked_for() -> None:
    guess = identify_coordinates([461581.0, 461602.5], [3906699.0, 3906721.0])
    assert (guess.kind, guess.east, guess.crs, guess.zone, guess.prefixed) == ("plane", "x", None, None, False)
    assert "带号无法从数字得知" in guess.reason_zh
    assert 'crs="EPSG:4547"' in guess.reason_en


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (3906699.0, 461581.0, ("plane", "y", None, None, None, False)),
        (3906699.0, 38461581.0, ("plane", "y", "EPSG:4526", 38, 3, True)),
        (38461581.0, 3906699.0, ("plane", "x", "EPSG:4526", 38, 3, True)),
        (3906699.0, 19461581.0, ("plane", "y", "EPSG:4497", 19, 6, True)),
        (114.02, 35.28, ("degrees", "x", "EPSG:4490", None, None, False)),
        (35.28, 114.02, ("degrees", "y", "EPSG:4490", None, None, False)),
        (-119.0, 35.3, ("degrees", "x", "EPSG:4326", None, None, False)),
        (-14.1, -65.2, None),
        (42.5, 1.5, None),
    ],
)
def test_one_row_is_enough_where_digits_decide(x: float, y: float, expected: tuple[object, ...] | None) -> None:
    if expected is None:
        with pytest.raises(CRSError, match="nothing tells which column is the longitude"):
            identify_coordinates([x], [y])
        return
    guess = identify_coordinates([x], [y])
    assert (guess.kind, guess.east, guess.crs, guess.zone, guess.zone_width, guess.prefixed) == expected
    assert guess.misfits == ()


def test_degrees_outside_china_are_told_by_the_longitude_beyond_ninety() -> None:
    assert identify_coordinates([45.0, 46.0], [-70.0, -119.0]).east == "y"


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        ([461581.0, 4556665.0], [3906699.0, 3907012.0], "row 2, X=4556665 Y=3907012: both look like northings"),
        ([461581.0], [390669.0], "both have 6 digits"),
        ([61581.0], [3906699.0], "500 km were not added"),
        ([384615811.0], [3906699.0], "9 digits"),
        ([461581.0], [39066999.0], "one too many or one too few"),
        ([38461581.0], [39066990.0], "both have 8 digits"),
        ([24461581.0], [3906699.0], "zone of the 8-digit easting is not 13–23 or 25–45"),
        ([46461581.0], [3906699.0], "zone of the 8-digit easting is not 13–23 or 25–45"),
        ([38061581.0], [3906699.0], "zone of the 8-digit easting is not 13–23 or 25–45"),
        ([461581.0], [9906699.0], "outside China"),
        ([1134532.0], [342015.0], "DDDMMSS"),
        ([1.0e12], [3906699.0], "fits neither"),
        ([38461581.0, 39461581.0], [3906699.0, 3906699.0], "several zones (38, 39)"),
        ([38461581.0, 461581.0], [3906699.0, 3906699.0], "row 2"),
        ([461581.0, 3906699.0], [3906699.0, 461581.0], "differs from the other rows"),
        ([np.nan, 1.0], [2.0, np.nan], "no row has a number in both columns"),
        ([], [], "no row has a number in both columns"),
    ],
)
def test_what_cannot_be_told_is_refused_with_the_reason(x: list[float], y: list[float], said: str) -> None:
    with pytest.raises(CRSError) as caught:
        identify_coordinates(x, y)
    assert said in caught.value.en
    assert caught.value.zh


def test_every_wrong_row_is_listed_once_up_to_a_few() -> None:
    x, y = np.full(30, 461581.0), np.full(30, 3906699.0)
    x[10:20] = 4615810.0
    with pytest.raises(CRSError) as caught:
        identify_coordinates(x, y)
    assert "row 11" in caught.value.en
    assert "5 more rows" in caught.value.en


def test_misfits_are_reported_where_most_rows_agree() -> None:
    x = [461581.0, 461602.0, np.nan, 4556665.0, 461633.0]
    y = [3906699.0, 3906721.0, 1.0, 3907012.0, 3906745.0]
    guess = identify_coordinates(x, y, misfits="report")
    assert guess.misfits == (3,)
    assert guess.east == "x"
    with pytest.raises(CRSError, match="row 2"):
        identify_coordinates(x[2:4] + x[:1], y[2:4] + y[:1], misfits="report")


def test_degrees_written_as_dd_mmss_are_not_taken_for_decimal_ones() -> None:
    rng = np.random.default_rng(3)
    packed = [
        whole + rng.integers(0, 60, 40) / 100.0 + rng.integers(0, 60, 40) / 10_000.0 + rng.integers(0, 9, 40) / 1e5
        for whole in (114.0, 35.0)
    ]
    with pytest.raises(CRSError, match=r"DD\.MMSS"):
        identify_coordinates(*packed)
    decimal = [whole + rng.random(40).round(6) for whole in (114.0, 35.0)]
    assert identify_coordinates(*decimal).crs == "EPSG:4490"
    assert identify_coordinates(packed[0].round(2), packed[1].round(2)).crs == "EPSG:4490"


@settings(max_examples=80, deadline=None)
@given(
    places=st.lists(IN_CHINA, min_size=1, max_size=6),
    width=st.sampled_from([3, 6]),
    prefixed=st.booleans(),
    swapped=st.booleans(),
)
def test_what_pyproj_projects_is_recognised(
    places: list[tuple[float, float]], width: int, *, prefixed: bool, swapped: bool
) -> None:
    lon, lat = np.array(places).T
    zone = int(zone_number(lon[0], zone_width=width))
    meridian = 3.0 * zone if width == 3 else 6.0 * zone - 3.0
    lon = np.clip(lon, meridian - width / 2, meridian + width / 2)
    code = zone_crs(zone, prefixed=prefixed)
    east, north = pyproj.Transformer.from_crs(4490, code, always_xy=True).transform(lon, lat)
    guess = identify_coordinates(north, east) if swapped else identify_coordinates(east, north)
    assert guess.east == ("y" if swapped else "x")
    assert guess.crs == (code if prefixed else None)
    assert guess.zone == (zone if prefixed else None)
    order = np.arange(len(lon))[::-1]
    again = identify_coordinates(*((north, east) if swapped else (east, north)))
    assert again == identify_coordinates(*((north[order], east[order]) if swapped else (east[order], north[order])))


@given(places=st.lists(IN_CHINA, min_size=1, max_size=6), swapped=st.booleans())
def test_degrees_are_recognised_in_either_order(places: list[tuple[float, float]], *, swapped: bool) -> None:
    lon, lat = np.round(np.array(places).T, 9)
    guess = identify_coordinates(lat, lon) if swapped else identify_coordinates(lon, lat)
    assert (guess.crs, guess.east) == ("EPSG:4490", "y" if swapped else "x")
