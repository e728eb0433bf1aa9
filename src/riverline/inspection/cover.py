"""Whether extents contain what the law puts into them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline.channel.given import texts
from riverline.demarcation.standing.codes import codes_of
from riverline.inspection.check import failing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.inspection.check import Subject

__all__ = ["beside_the_extents", "levees_covered", "water_covered"]


def water_covered(subject: Subject, limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Waters of which more than the limit in square metres lies in no extent: at a mouth a neighbour's holds it."""
    yield _uncovered(subject, "water", shapely.area, "water-uncovered", limit, "m²")


def levees_covered(subject: Subject, limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Levees of which more than the limit in metres lies outside the extents."""
    yield _uncovered(subject, "levees", shapely.length, "levee-uncovered", limit, "m")


def beside_the_extents(subject: Subject, layer: str) -> NDArray[np.bool_]:
    """Which rows of a layer belong to a river or a lake that has no extent, so that they cannot be looked at."""
    return np.asarray(~np.isin(_whose(subject.rows(layer)).astype(str), _rivers(subject)))


def _whose(frame: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """The code under which each row was demarcated: its river's or, of a lake that names none, its own."""
    return codes_of(frame) if "water_id" in frame else texts(frame["river_id"])


def _rivers(subject: Subject) -> NDArray[np.str_]:
    extents = subject.rows("extents")
    return texts(extents["river_id"][extents["kind"] == "management"]).astype(str)


def _uncovered(
    subject: Subject, layer: str, measure: Callable[..., NDArray[np.float64]], code: str, limit: float, unit: str
) -> gpd.GeoDataFrame:
    frame, extents = subject.rows(layer), subject.rows("extents")
    frame = frame[~beside_the_extents(subject, layer)]
    extents = extents[extents["kind"] == "management"]
    around = dict(zip(texts(extents["river_id"]), extents.geometry, strict=True))
    regions = np.array([around[code] for code in _whose(frame)], dtype=object)
    shapes = np.asarray(frame.geometry.array)
    usable = shapely.is_valid(shapes) & shapely.is_valid(regions)
    shapely.prepare(regions)
    out = np.flatnonzero(usable & ~shapely.covers(regions, shapes))
    outside = np.full(len(frame), None, dtype=object)
    outside[out] = [_outside_all(shape, extents.geometry.to_numpy()) for shape in shapes[out]]
    size = measure(outside)
    return failing(frame, layer, where=size > limit, code=code, value=size, limit=limit, unit=unit, geometry=outside)


def _outside_all(shape: shapely.Geometry, extents: NDArray[np.object_]) -> shapely.Geometry:
    """What of a shape no extent holds: neighbours share no land, so what is a river's may lie in the next one's."""
    near = extents[shapely.is_valid(extents) & shapely.intersects(extents, shape)]
    return shapely.difference(shape, shapely.union_all(near))
