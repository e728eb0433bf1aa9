"""GCJ-02 and BD-09: published vectors, round trips, and where nothing is shifted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from riverline.geodesy import bd09_from_wgs84, gcj02_from_wgs84, wgs84_from_bd09, wgs84_from_gcj02

if TYPE_CHECKING:
    from pathlib import Path

PAIRS = [(gcj02_from_wgs84, wgs84_from_gcj02), (bd09_from_wgs84, wgs84_from_bd09)]
UNSHIFTED = {
    "Hong Kong": (114.17, 22.3),
    "Sheung Shui": (114.128, 22.505),
    "Lantau": (113.95, 22.28),
    "Macao": (113.545, 22.195),
    "Coloane": (113.57, 22.12),
    "Taipei": (121.56, 25.03),
    "Kaohsiung": (120.3, 22.62),
    "Penghu": (119.57, 23.57),
    "Kinmen": (118.32, 24.43),
    "Seoul": (126.98, 37.57),
    "Vladivostok": (131.88, 43.12),
    "Ulaanbaatar": (106.9, 47.9),
    "Hanoi": (105.85, 21.03),
    "Kathmandu": (85.32, 27.7),
    "Almaty": (76.9, 43.25),
    "Tokyo": (139.7, 35.7),
    "Manila": (120.98, 14.6),
    "New York": (-74.0, 40.7),
    "Sydney": (151.2, -33.9),
}
SHIFTED = {
    "Beijing": (116.4, 39.9),
    "Shenzhen": (114.06, 22.543),
    "Zhuhai": (113.553, 22.255),
    "Xiamen": (118.09, 24.48),
    "Sanya": (109.5, 18.25),
    "Kashgar": (76.0, 39.5),
    "Mohe": (122.5, 53.0),
    "Dandong": (124.38, 40.12),
    "Tengchong": (98.5, 25.0),
}


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        # eviltransform's test set, and coordtransform's
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
        ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),
    ],
)
def test_published_gcj02_vectors(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    assert gcj02_from_wgs84(*wgs84) == pytest.approx(gcj02, abs=1e-12)
    assert wgs84_from_gcj02(*gcj02) == pytest.approx(wgs84, abs=1e-9)


def test_published_bd09_vector() -> None:
    # coordtransform: 116.404, 39.915 in WGS 84
    assert bd09_from_wgs84(116.404, 39.915) == pytest.approx((116.41662724378733, 39.922699552216216), abs=1e-12)


@pytest.mark.parametrize(("there", "back"), PAIRS)
@pytest.mark.parametrize("place", UNSHIFTED.values(), ids=UNSHIFTED.keys())
def test_nothing_is_shifted_outside(there: object, back: object, place: tuple[float, float]) -> None:
    assert there(*place) == place
    assert back(*place) == place


@pytest.mark.parametrize("place", SHIFTED.values(), ids=SHIFTED.keys())
def test_inside_the_shift_is_of_the_known_size(place: tuple[float, float]) -> None:
    lon, lat = gcj02_from_wgs84(*place)
    metres = 111_320.0 * np.hypot((lon - place[0]) * np.cos(np.radians(place[1])), lat - place[1])
    assert 100.0 < metres < 900.0


@pytest.mark.parametrize(("there", "back"), PAIRS)
def test_there_and_back_is_a_hair_over_the_whole_country(there: object, back: object) -> None:
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(74.0, 134.0, 100_000), rng.uniform(18.0, 53.0, 100_000)
    moved = there(lon, lat)
    inside = moved[0] != lon
    found = back(*moved)
    metres = 111_320.0 * np.hypot((found[0] - lon) * np.cos(np.radians(lat)), found[1] - lat)
    assert inside.mean() > 0.4
    assert metres[inside].max() < 1e-6
    # Just outside the outlines a shifted position may stand for two places.
    assert (metres[~inside] > 0.1).mean() < 2e-3


@given(lon=st.floats(100.0, 116.0), lat=st.floats(26.0, 40.0))
def test_the_inverse_is_exact_in_the_heart_of_the_country(lon: float, lat: float) -> None:
    for there, back in PAIRS:
        assert back(*there(lon, lat)) == pytest.approx((lon, lat), abs=1e-9)


def test_shapes_and_missing_values_pass_through() -> None:
    lon, lat = np.array([[116.4, np.nan], [0.0, 121.5]]), np.array([[39.9, 39.9], [0.0, 31.2]])
    for there, back in PAIRS:
        moved = there(lon, lat)
        assert moved[0].shape == (2, 2)
        assert np.isnan(moved[0][0, 1])
        np.testing.assert_allclose(back(*moved)[0], lon, atol=1e-9)
    assert gcj02_from_wgs84([], [])[0].shape == (0,)
    assert wgs84_from_gcj02([], [])[0].shape == (0,)


@pytest.mark.real
def test_the_outlines_hold_every_mainland_province(real_data: Path) -> None:
    units = gpd.read_file(real_data / "china_admin" / "chn_admin_level1.geojson")
    special = units["ADM1_EN"].str.contains("Taiwan|Hong Kong|Macao")
    for unit, is_special in zip(units.geometry, special, strict=True):
        points = shapely.get_coordinates(shapely.segmentize(unit, 0.05))
        inner = shapely.get_coordinates(shapely.point_on_surface(shapely.get_parts(unit)))
        moved = gcj02_from_wgs84(*np.vstack([points, inner]).T)
        share = (moved[0] != np.vstack([points, inner])[:, 0]).mean()
        assert share < 0.25 if is_special else share > 0.99
