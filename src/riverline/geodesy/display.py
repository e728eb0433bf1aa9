"""The shifted coordinates of Chinese web maps, GCJ-02 (高德, 腾讯) and BD-09 (百度), for display only.

Nothing is ever stored, measured or demarcated in them: they exist so that results can be drawn over those maps and so
that points read from those maps can be brought back.

The shift holds where Chinese map services apply it: on the mainland, Hainan and the neighbouring seas. Elsewhere, and
in Hong Kong, Macao and Taiwan, coordinates stay as they are. Where is decided with the coarse outlines below, drawn by
hand for this purpose: along the land border they lie mostly up to 50 km outside, around Hong Kong and Macao they are
good to about 1 km, around Taiwan to about 30 km over water. They say nothing about any boundary.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]

__all__ = ["bd09_from_wgs84", "gcj02_from_wgs84", "shifted_rings", "wgs84_from_bd09", "wgs84_from_gcj02"]

# Krassovsky's ellipsoid, which the published formula of the shift is written with.
_A = 6378245.0
_E2 = 0.00669342162296594323
_CLOSE_DEG = 1e-12
_ROUNDS = 30

# fmt: off
_SHIFTED = (
    (135.2, 48.7), (134.6, 47.4), (134.3, 46.4), (133.5, 45.2), (133.2, 44.8), (131.7, 44.9), (131.6, 43.9),
    (131.6, 42.9), (130.8, 42.1), (129.9, 42.6), (129.4, 42.0), (128.4, 41.7), (128.3, 41.1), (127.9, 41.2),
    (126.9, 41.4), (126.2, 40.6), (124.7, 39.8), (124.0, 39.3), (123.4, 37.4), (122.5, 35.5), (123.4, 32.0),
    (123.4, 29.5), (121.8, 27.3), (120.7, 26.2), (119.6, 24.9), (118.8, 24.1), (118.2, 23.4), (118.6, 21.5),
    (118.5, 16.5), (118.3, 11.5), (115.0, 6.5), (112.0, 3.8), (110.0, 7.5), (111.0, 12.5), (110.0, 16.5),
    (108.2, 18.2), (107.6, 20.3), (107.9, 21.3), (106.9, 21.6), (106.4, 22.3), (106.4, 22.7), (105.3, 22.9),
    (104.6, 22.5), (103.9, 22.2), (102.9, 22.3), (102.3, 22.1), (101.9, 21.0), (101.1, 21.0), (100.0, 21.2),
    (98.7, 21.9), (98.5, 23.5), (97.3, 23.6), (97.2, 24.6), (97.5, 24.9), (97.6, 25.25), (97.9, 25.6),
    (98.3, 27.2), (97.2, 27.9), (97.0, 27.5), (95.8, 26.8), (93.5, 26.5), (91.8, 26.6), (91.4, 27.7),
    (90.2, 27.9), (89.5, 27.7), (89.35, 27.2), (88.9, 27.0), (88.5, 27.7), (87.0, 27.5), (85.9, 27.7),
    (84.8, 28.2), (83.8, 28.9), (82.0, 29.9), (81.1, 29.8), (80.1, 30.4), (78.9, 31.0), (78.1, 32.3),
    (78.3, 32.9), (78.7, 33.6), (77.9, 35.2), (76.0, 35.5), (75.6, 36.0), (74.3, 36.8), (74.2, 38.2),
    (73.3, 38.9), (73.3, 39.7), (74.4, 40.3), (75.6, 40.9), (77.8, 41.3), (79.8, 42.3), (79.6, 44.7),
    (79.8, 45.2), (82.2, 45.5), (82.1, 46.0), (82.9, 47.5), (85.4, 47.4), (85.4, 48.5), (86.5, 49.4),
    (87.9, 49.5), (90.2, 48.2), (91.4, 46.9), (91.4, 45.5), (95.3, 44.6), (96.6, 43.0), (100.1, 42.9),
    (104.8, 41.9), (107.4, 42.7), (109.9, 42.9), (111.6, 43.7), (111.1, 44.5), (111.5, 45.3), (113.6, 45.4),
    (115.7, 46.0), (116.1, 46.7), (117.5, 46.9), (119.3, 47.0), (119.4, 47.2), (117.5, 47.5), (115.6, 47.4),
    (115.2, 48.1), (116.4, 50.2), (118.4, 50.1), (118.8, 50.6), (120.4, 52.2), (119.8, 52.6), (120.8, 53.6),
    (123.5, 53.8), (126.2, 53.1), (127.7, 50.6), (128.0, 49.9), (129.6, 49.7), (131.2, 49.1), (132.9, 48.2),
)
_UNSHIFTED = (
    # Hong Kong: down the middle of Deep Bay, the Shenzhen River and Mirs Bay
    ((113.83, 22.13), (113.83, 22.41), (113.88, 22.43), (113.93, 22.455), (113.98, 22.485), (114.03, 22.506),
     (114.07, 22.516), (114.09, 22.53), (114.115, 22.532), (114.13, 22.541), (114.155, 22.553), (114.18, 22.556),
     (114.225, 22.547), (114.26, 22.555), (114.32, 22.565), (114.42, 22.54), (114.44, 22.42), (114.5, 22.13)),
    # Macao
    ((113.532, 22.214), (113.549, 22.2165), (113.565, 22.214), (113.63, 22.21), (113.63, 22.08), (113.555, 22.1),
     (113.553, 22.14), (113.535, 22.175), (113.528, 22.2)),
    # Taiwan and Penghu
    ((119.2, 23.05), (119.2, 23.9), (120.5, 24.9), (121.0, 25.5), (122.4, 25.8), (122.4, 23.5), (121.8, 21.7),
     (120.5, 21.7), (119.8, 22.8)),
    # Kinmen and Matsu
    ((118.2, 24.37), (118.2, 24.53), (118.5, 24.53), (118.5, 24.37)),
    ((119.88, 26.1), (119.88, 26.28), (120.05, 26.28), (120.05, 26.1)),
)
# fmt: on


def gcj02_from_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """GCJ-02 longitude and latitude of WGS 84 or CGCS2000 ones, for drawing over 高德 or 腾讯 maps.

    Parameters
    ----------
    lon, lat
        Degrees, of one shape.

    Returns
    -------
    tuple of ndarray
        Shifted longitudes and latitudes; unchanged outside China and in Hong Kong, Macao and Taiwan.

    Notes
    -----
    The published approximation of the shift (300–700 m), good to a few metres against the services' own. Display only.

    Examples
    --------
    >>> from riverline.geodesy import gcj02_from_wgs84
    >>> lon, lat = gcj02_from_wgs84([116.404], [39.915])
    >>> round(float(lon[0]), 6), round(float(lat[0]), 6)
    (116.410244, 39.916404)
    """
    return _forward(lon, lat, _gcj02)


def wgs84_from_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """WGS 84 longitude and latitude of GCJ-02 ones, the exact inverse of :func:`gcj02_from_wgs84`.

    Parameters
    ----------
    lon, lat
        Degrees, of one shape.

    Returns
    -------
    tuple of ndarray
        Longitudes and latitudes; unchanged outside China and in Hong Kong, Macao and Taiwan.

    Notes
    -----
    Solved by fixed-point iteration to below 10⁻⁹ degree. The shift is cut off at the edge of the outlines, so within
    1 km of that edge one GCJ-02 position may stand for two places; the one inside is returned.

    Examples
    --------
    >>> from riverline.geodesy import gcj02_from_wgs84, wgs84_from_gcj02
    >>> lon, lat = wgs84_from_gcj02(*gcj02_from_wgs84([116.404], [39.915]))
    >>> round(float(lon[0]), 9), round(float(lat[0]), 9)
    (116.404, 39.915)
    """
    return _backward(lon, lat, _gcj02)


def bd09_from_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """BD-09 longitude and latitude of WGS 84 or CGCS2000 ones, for drawing over 百度 maps.

    Parameters
    ----------
    lon, lat
        Degrees, of one shape.

    Returns
    -------
    tuple of ndarray
        Shifted longitudes and latitudes; unchanged outside China and in Hong Kong, Macao and Taiwan.

    Notes
    -----
    GCJ-02 first, then the published second shift. Display only.

    Examples
    --------
    >>> from riverline.geodesy import bd09_from_wgs84
    >>> lon, lat = bd09_from_wgs84([116.404], [39.915])
    >>> round(float(lon[0]), 6), round(float(lat[0]), 6)
    (116.416627, 39.9227)
    """
    return _forward(lon, lat, _bd09)


def wgs84_from_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """WGS 84 longitude and latitude of BD-09 ones, the exact inverse of :func:`bd09_from_wgs84`.

    Parameters
    ----------
    lon, lat
        Degrees, of one shape.

    Returns
    -------
    tuple of ndarray
        Longitudes and latitudes; unchanged outside China and in Hong Kong, Macao and Taiwan.

    Notes
    -----
    As for :func:`wgs84_from_gcj02`; the edge is 2 km wide.

    Examples
    --------
    >>> from riverline.geodesy import bd09_from_wgs84, wgs84_from_bd09
    >>> lon, lat = wgs84_from_bd09(*bd09_from_wgs84([116.404], [39.915]))
    >>> round(float(lon[0]), 9), round(float(lat[0]), 9)
    (116.404, 39.915)
    """
    return _backward(lon, lat, _bd09)


def shifted_rings() -> list[list[tuple[float, float]]]:
    """Rings within which GCJ-02 shifts, holes too, degrees: for a page that shifts by itself."""
    parts = shapely.get_parts(_outline())
    return [[(float(x), float(y)) for x, y in shapely.get_coordinates(ring)] for ring in shapely.get_rings(parts)]


def _forward(lon: ArrayLike, lat: ArrayLike, shift: Shift) -> tuple[Floats, Floats]:
    x, y = np.broadcast_arrays(np.asarray(lon, dtype="float64"), np.asarray(lat, dtype="float64"))
    inside = _is_shifted(x, y)
    shifted = shift(np.where(inside, x, 105.0), np.where(inside, y, 35.0))
    return np.where(inside, shifted[0], x), np.where(inside, shifted[1], y)


def _backward(lon: ArrayLike, lat: ArrayLike, shift: Shift) -> tuple[Floats, Floats]:
    x, y = np.broadcast_arrays(np.asarray(lon, dtype="float64"), np.asarray(lat, dtype="float64"))
    # The shift is at most 0.02 degree: far from every outline there is nothing to solve.
    near = _is_near(x, y)
    goal_x, goal_y = np.where(near, x, 105.0), np.where(near, y, 35.0)
    found_x, found_y = goal_x.copy(), goal_y.copy()
    for _ in range(_ROUNDS):
        there_x, there_y = shift(found_x, found_y)
        miss_x, miss_y = goal_x - there_x, goal_y - there_y
        found_x, found_y = found_x + miss_x, found_y + miss_y
        if max(np.abs(miss_x).max(initial=0.0), np.abs(miss_y).max(initial=0.0)) < _CLOSE_DEG:
            break
    inside = near & _is_shifted(found_x, found_y)
    return np.where(inside, found_x, x), np.where(inside, found_y, y)


def _gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    ripple = _waves(x, (20.0, 6.0), (20.0, 2.0))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += ripple + _waves(y, (20.0, 1.0), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += ripple + _waves(x, (20.0, 1.0), (40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30))
    w2 = 1.0 - _E2 * np.sin(np.radians(lat)) ** 2
    meridian, normal = _A * (1.0 - _E2) / (w2 * np.sqrt(w2)), _A / np.sqrt(w2)
    return lon + np.degrees(east / (normal * np.cos(np.radians(lat)))), lat + np.degrees(north / meridian)


def _waves(value: Floats, *terms: tuple[float, float]) -> Floats:
    total = np.zeros_like(value)
    for height, pace in terms:
        total += height * np.sin(pace * np.pi * value)
    return total * (2.0 / 3.0)


def _bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = _gcj02(lon, lat)
    pace = np.pi * 3000.0 / 180.0
    radius = np.hypot(x, y) + 0.00002 * np.sin(pace * y)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(pace * x)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


@cache
def _outline() -> Any:  # noqa: ANN401 - a shapely geometry
    outline = shapely.difference(shapely.Polygon(_SHIFTED), shapely.union_all([shapely.Polygon(p) for p in _UNSHIFTED]))
    shapely.prepare(outline)
    return outline


@cache
def _surroundings() -> Any:  # noqa: ANN401 - a shapely geometry
    wider = shapely.buffer(_outline(), 0.05)
    shapely.prepare(wider)
    return wider


def _is_shifted(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    return np.asarray(shapely.contains_xy(_outline(), lon, lat))


def _is_near(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    return np.asarray(shapely.contains_xy(_surroundings(), lon, lat))
