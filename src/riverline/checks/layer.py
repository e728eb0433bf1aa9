"""The layer being checked, taken apart into arrays once, and the one way its checks write fault rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline import faults
from riverline.checks.units import metres_per_unit
from riverline.schema.values import read_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pyproj
    from numpy.typing import NDArray

    from riverline.schema import Schema
    from riverline.schema.values import Reading

    Faults = list[gpd.GeoDataFrame]

__all__ = ["WHOLE_LAYER", "Layer", "gather", "places_of", "report", "report_layer", "take_apart"]

WHOLE_LAYER = "*"
# A millimetre: finer than any survey of a river, coarser than the rounding of coordinates.
_RESOLUTION_M = 0.001


@dataclass(frozen=True, slots=True)
class Layer:
    """A frame as arrays of n features and m vertices.

    Attributes
    ----------
    schema
        What the frame ought to be.
    frame, crs
        The frame itself, for values to quote, and its CRS.
    feature_id
        (n,) what faults call a feature: its key, or ``row`` and its index label where the key is blank.
    geometry
        (n,) geometries as they are, None where missing.
    kind
        (n,) their types, such as ``LineString``; empty where missing.
    usable
        (n,) neither missing nor empty nor with coordinates that are not finite.
    drawn
        (n,) the usable geometries, None elsewhere: what may be measured.
    coordinates, owner
        (m, 2) vertices of the usable geometries and (m,) the feature that each belongs to.
    readings
        The schema's columns that the frame has, read.
    resolution
        One millimetre in units of the CRS.
    """

    schema: Schema
    frame: gpd.GeoDataFrame
    crs: pyproj.CRS
    feature_id: NDArray[np.str_]
    geometry: NDArray[np.object_]
    kind: NDArray[np.str_]
    usable: NDArray[np.bool_]
    drawn: NDArray[np.object_]
    coordinates: NDArray[np.float64]
    owner: NDArray[np.intp]
    readings: Mapping[str, Reading]
    resolution: float


def take_apart(frame: gpd.GeoDataFrame, schema: Schema) -> Layer:
    """The frame as arrays; nothing in it is changed.

    Parameters
    ----------
    frame
        n features with geometry and CRS.
    schema
        What they ought to be.
    """
    readings = {column.name: read_values(frame[column.name], column) for column in schema if column.name in frame}
    geometry = np.asarray(frame.geometry.array, dtype=object)
    coordinates, owner = shapely.get_coordinates(geometry, return_index=True)
    finite = np.isfinite(coordinates).all(axis=1)
    usable = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    usable[owner[~finite]] = False
    drawn = geometry.copy()
    drawn[~usable] = None
    kept = usable[owner]
    return Layer(
        schema=schema,
        frame=frame,
        crs=frame.crs,
        feature_id=_feature_ids(frame, readings[schema.key]),
        geometry=geometry,
        kind=frame.geom_type.fillna("").to_numpy(dtype=str),
        usable=usable,
        drawn=drawn,
        coordinates=coordinates[kept],
        owner=owner[kept],
        readings=readings,
        resolution=_RESOLUTION_M / float(metres_per_unit(frame.crs, np.zeros(1))[0, 1]),
    )


def _feature_ids(frame: gpd.GeoDataFrame, key: Reading) -> NDArray[np.str_]:
    named = key.converted.to_numpy(dtype=object, na_value="")
    nameless = np.flatnonzero(key.blank)
    named[nameless] = [f"row {label}" for label in frame.index[nameless]]
    return named.astype(str)


def report(
    layer: Layer,
    code: str,
    rows: Any,  # noqa: ANN401 - a mask or positions
    *,
    at: Any = None,  # noqa: ANN401 - any sequence of geometries
    value: Any = np.nan,  # noqa: ANN401 - a number or a sequence of them
    limit: Any = np.nan,  # noqa: ANN401
    unit: str = "",
    note: str | Sequence[str] = "",
) -> Faults:
    """Fault rows of one code for some features of the layer: a list of one frame, empty when there are none.

    Parameters
    ----------
    layer
        Where the features are.
    code
        A code of :data:`riverline.faults.CATALOGUE`.
    rows
        (n,) mask, or positions of the features.
    at
        Where to look, one geometry each; a point on the feature if not given.
    value, limit, unit, note
        As in :func:`riverline.faults.found`, one for each of the rows.
    """
    positions = np.flatnonzero(rows) if np.asarray(rows).dtype == bool else np.asarray(rows, dtype=np.intp)
    if not len(positions):
        return []
    frame = faults.found(
        code,
        layer=layer.schema.name,
        feature_id=layer.feature_id[positions].tolist(),
        geometry=places_of(layer, positions) if at is None else at,
        crs=layer.crs,
        value=value,
        limit=limit,
        unit=unit,
        note=note,
    )
    return [frame]


def report_layer(layer: Layer, code: str, *, value: float, note: str = "") -> Faults:
    """One fault row about the layer as a whole, its feature being :data:`WHOLE_LAYER`."""
    return [
        faults.found(
            code,
            layer=layer.schema.name,
            feature_id=[WHOLE_LAYER],
            geometry=[None],
            crs=layer.crs,
            value=value,
            note=note,
        )
    ]


def places_of(layer: Layer, positions: NDArray[np.intp]) -> NDArray[np.object_]:
    """A point on each of the features at these positions; None where there is nothing to point at."""
    return np.asarray(shapely.force_2d(shapely.point_on_surface(layer.drawn[positions])), dtype=object)


def gather(xy: NDArray[np.float64], owner: NDArray[np.intp], n: int) -> NDArray[np.object_]:
    """(n,) the places of each of n features: a point, points where there are several, None where there are none.

    Parameters
    ----------
    xy, owner
        (k, 2) coordinates of places and (k,) the feature that each is of, in any order, repeated or not.
    n
        Number of features.
    """
    table = (
        pd.DataFrame({"owner": owner, "x": xy[:, 0], "y": xy[:, 1]}).drop_duplicates().sort_values(["owner", "x", "y"])
    )
    places = np.full(n, None, dtype=object)
    if len(table):
        shapely.multipoints(table[["x", "y"]].to_numpy(), indices=table["owner"].to_numpy(), out=places)
    single = shapely.get_num_geometries(places) == 1
    places[single] = shapely.get_geometry(places[single], 0)
    return places
