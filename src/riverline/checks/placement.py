"""Where the layer lies: inside the CRS's area of use, the right way round, and together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely
from pyproj.enums import TransformDirection

from riverline.checks.layer import report
from riverline.checks.units import metres_per_unit
from riverline.geodesy.zones import gauss_kruger

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.checks.layer import Faults, Layer

    Box = tuple[float, float, float, float]

__all__ = ["misplaced", "stragglers"]

# Neighbouring zones overlap by about half a degree in mapping practice, so a county that straddles two is drawn in one.
_OVERLAP_KM = 50.0
# A whole 3-degree zone too far: no layer is drawn that far out on purpose.
_NEXT_ZONE_KM = 300.0
_ZONE_M = 1_000_000.0
_EASTING_M = (200_000.0, 800_000.0)
_NORTHING_M = (1_900_000.0, 6_000_000.0)
_DEGREE_KM = 111.195
_ROUND_TRIP_M = 10.0
_WORLD = (-180.0, -90.0, 180.0, 90.0)

# No river of a layer lies farther from the rest than this many times the layer's typical distance from its middle; for
# an even spread over a length L that is 2 L. The floor lets a single river of any usual length have two vertices only.
_SPREADS = 8.0
_LEAST_GAP_KM = 100.0
_STRAGGLERS = 0.1
_ENOUGH = 5


def misplaced(layer: Layer) -> tuple[Faults, NDArray[np.bool_]]:
    """Features outside the CRS's area of use: those that fit it with x and y exchanged, and the others.

    Returns
    -------
    faults
        Rows ``axis-order``, ``zone-prefix``, ``beyond-area``, ``out-of-area`` and ``off-projection``; a feature is in
        one at most.
    lost
        (n,) features that lie nowhere near, rows ``beyond-area`` excepted.

    Notes
    -----
    The area of use is that of the EPSG registry, widened by 50 km. Up to 300 km outside a layer can be used, distorted
    as it is; beyond that it is misplaced. A feature is turned when all of its vertices are misplaced as they are and
    all of them inside when exchanged.
    """
    area = _area_of_use(layer.crs)
    n = len(layer.geometry)
    suspect = _corners_outside(layer, area)[layer.owner]
    vertices, owner = layer.coordinates[suspect], layer.owner[suspect]
    outside = _outside_km(layer.crs, vertices, area)
    exchanged = _outside_km(layer.crs, vertices[:, ::-1], area)
    farthest, nearest = _largest(outside, owner, n), -_largest(-outside, owner, n)
    lost = farthest > _NEXT_ZONE_KM
    turned = lost & (nearest > _NEXT_ZONE_KM) & (_largest(exchanged, owner, n) <= _OVERLAP_KM)
    first = _first_of_largest(outside, owner)
    worst = np.zeros((n, 2))
    worst[owner[first]] = vertices[first]
    borne, own = _zone_numbers(layer.crs, worst)
    numbered = lost & ~turned & (borne != own)
    nowhere = lost & ~turned & ~numbered & np.isinf(farthest)
    away = lost & ~turned & ~numbered & ~nowhere
    beyond = (farthest > _OVERLAP_KM) & ~lost
    note = [f"{x:.0f}, {y:.0f}" for x, y in worst[nowhere].tolist()]
    at = np.asarray(shapely.points(worst), dtype=object)
    return [
        *report(layer, "axis-order", turned, at=at[turned]),
        *report(layer, "zone-prefix", numbered, at=at[numbered], value=borne[numbered], limit=own),
        *report(layer, "off-projection", nowhere, at=at[nowhere], note=note),
        *report(layer, "out-of-area", away, at=at[away], value=farthest[away], limit=_NEXT_ZONE_KM, unit="km"),
        *report(layer, "beyond-area", beyond, at=at[beyond], value=farthest[beyond], limit=_OVERLAP_KM, unit="km"),
    ], lost


def _zone_numbers(crs: pyproj.CRS, xy: NDArray[np.float64]) -> tuple[NDArray[np.int64], int]:
    """The zone number that each place's easting bears, the CRS's where it cannot be told, and the CRS's; 0 is none."""
    plane = gauss_kruger(crs)
    if plane is None:
        return np.zeros(len(xy), dtype="int64"), 0
    own = int(plane.false_easting_m // _ZONE_M)
    number, rest = np.divmod(xy[:, 0], _ZONE_M)
    likely = (
        (rest >= _EASTING_M[0]) & (rest <= _EASTING_M[1]) & (xy[:, 1] >= _NORTHING_M[0]) & (xy[:, 1] <= _NORTHING_M[1])
    )
    likely &= (number == 0) | ((number >= 13) & (number <= 45))  # noqa: PLR2004 - zones of China
    return np.where(likely, number, own).astype("int64"), own


def _corners_outside(layer: Layer, area: Box) -> NDArray[np.bool_]:
    """(n,) whether a corner of the feature's box is outside: only those need a look at every vertex."""
    suspect = np.zeros(len(layer.geometry), dtype=bool)
    rows = np.flatnonzero(layer.usable)
    boxes = shapely.bounds(layer.drawn[rows])
    corners = np.concatenate([boxes[:, [i, j]] for i in (0, 2) for j in (1, 3)])
    far = _outside_km(layer.crs, corners, area) > _OVERLAP_KM
    suspect[np.tile(rows, 4)[far]] = True
    return suspect


def _area_of_use(crs: pyproj.CRS) -> Box:
    """West, south, east and north of the CRS's area of use; east may be beyond 180. The world where none is known."""
    code = crs.to_epsg()
    known = crs.area_of_use or (pyproj.CRS.from_epsg(code).area_of_use if code else None)
    if known is None:
        return _WORLD
    return known.west, known.south, known.east + 360.0 * (known.east < known.west), known.north


def _outside_km(crs: pyproj.CRS, xy: NDArray[np.float64], area: Box) -> NDArray[np.float64]:
    """(m,) kilometres from the area of use, 0 inside; infinite where the CRS has no such point."""
    longitude, latitude = _degrees(crs, xy)
    west, south, east, north = area
    turn = (longitude - (west + east) / 2.0 + 180.0) % 360.0 - 180.0
    sideways = np.maximum(np.abs(turn) - (east - west) / 2.0, 0.0) * np.cos(np.radians(np.clip(latitude, -90.0, 90.0)))
    upwards = np.maximum(np.maximum(south - latitude, latitude - north), 0.0)
    distance = np.hypot(sideways, upwards) * _DEGREE_KM
    return np.where(np.isfinite(distance), distance, np.inf)


def _degrees(crs: pyproj.CRS, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, m) longitude from Greenwich and latitude on the CRS's own datum; NaN where the projection has no inverse."""
    geodetic = crs.geodetic_crs
    if geodetic is None:
        return np.zeros((2, len(xy)))
    there = xy.T
    if not crs.is_geographic:
        transformer = pyproj.Transformer.from_crs(crs.to_2d(), geodetic.to_2d(), always_xy=True)
        there = np.array(transformer.transform(xy[:, 0], xy[:, 1]))
        # Far from its meridian a projection may answer with a point on the other side of the earth.
        back = np.array(transformer.transform(there[0], there[1], direction=TransformDirection.INVERSE))
        there = np.where(np.hypot(*(back - xy.T)) < _ROUND_TRIP_M, there, np.nan)
    degrees: NDArray[np.float64] = np.degrees(there * geodetic.axis_info[0].unit_conversion_factor)
    degrees[0] += geodetic.prime_meridian.longitude if geodetic.prime_meridian else 0.0
    return degrees


def _largest(values: NDArray[np.float64], owner: NDArray[np.intp], n: int) -> NDArray[np.float64]:
    """(n,) the largest of each feature's values; minus infinity where it has none."""
    largest = np.full(n, -np.inf)
    np.maximum.at(largest, owner, values)
    return largest


def _first_of_largest(values: NDArray[np.float64], owner: NDArray[np.intp]) -> NDArray[np.intp]:
    """Positions of each feature's largest value, features in order."""
    order = np.lexsort([-values, owner])
    return order[np.unique(owner[order], return_index=True)[1]]


def stragglers(layer: Layer, *, lost: NDArray[np.bool_]) -> Faults:
    """Features with vertices far away from the rest: across an empty gap that dwarfs the spread of the layer.

    Parameters
    ----------
    layer
        What is checked.
    lost
        (n,) features that are reported as misplaced already and left out.

    Notes
    -----
    Along x and along y, every vertex weighs one over the number of vertices of its feature. The spread is the weighted
    median of the distance from the weighted median. A gap between neighbouring vertices wider than eight spreads, and
    than 100 km, cuts the layer; what is beyond it straggles, if it weighs no more than a tenth of the layer (or one
    feature of five). A chain of reaches however long has no such gap.
    """
    vertex = ~lost[layer.owner]
    xy, owner = layer.coordinates[vertex], layer.owner[vertex]
    if not len(xy):
        return []
    weight = 1.0 / np.bincount(owner)[owner]
    middle = _median(xy[:, 1], weight)
    km = xy * metres_per_unit(layer.crs, np.array([middle])) / 1000.0
    count = len(np.unique(owner))
    allowed = max(_STRAGGLERS * count, 1.0 if count >= _ENOUGH else 0.0)
    beyond = np.maximum(*(_beyond(along, weight, allowed) for along in km.T))
    worst = _first_of_largest(beyond, owner)
    worst = worst[beyond[worst] > 0.0]
    return report(
        layer,
        "far-away",
        owner[worst],
        at=shapely.points(xy[worst]),
        value=beyond[worst],
        limit=_LEAST_GAP_KM,
        unit="km",
    )


def _beyond(along: NDArray[np.float64], weight: NDArray[np.float64], allowed: float) -> NDArray[np.float64]:
    """(m,) how far each vertex is from the main body across the gap that cuts it off; 0 in the body."""
    if not _gappy(along):
        return np.zeros(len(along))
    spread = _median(np.abs(along - _median(along, weight)), weight)
    order = np.argsort(along, kind="stable")
    sorted_along, before = along[order], np.cumsum(weight[order])
    gap = np.flatnonzero(np.diff(sorted_along) > max(_LEAST_GAP_KM, _SPREADS * spread))
    slack = 1e-9 * before[-1]
    below = gap[before[gap] <= allowed + slack]
    above = gap[before[-1] - before[gap] <= allowed + slack]
    low = sorted_along[below[-1] + 1] if len(below) else -np.inf
    high = sorted_along[above[0]] if len(above) else np.inf
    return np.maximum(np.maximum(low - along, along - high), 0.0)


def _gappy(along: NDArray[np.float64]) -> bool:
    """Whether the least gap may occur at all: quick, so that sound layers are not sorted."""
    bins = (along - along.min()) // (_LEAST_GAP_KM / 2.0)
    count = bins.max() + 1.0
    return bool(count > len(along) or (np.bincount(bins.astype(np.intp), minlength=int(count)) == 0).any())


def _median(values: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2.0)])
