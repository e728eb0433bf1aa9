"""What callers hand over, brought to one form: usable axes in metres, other layers in their CRS, names of features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines.chainage import locate_many
from riverline.errors import JobError
from riverline.geodesy import align, require_metric
from riverline.schema import AXES, FRAMES

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj
    from numpy.typing import NDArray

__all__ = [
    "Axes", "aligned", "feature_ids", "finite", "is_number", "nearest_axis", "require_width", "rows_by_name", "texts",
    "usable_axes", "widths_of",
]  # fmt: skip

# Places along a line that vote for the nearest axis.
_PLACES = 65


@dataclass(frozen=True, slots=True)
class Axes:
    """The axes that can be measured on, k of them.

    Attributes
    ----------
    line : (k,)
        LineStrings with length.
    river_id : (k,)
        Their rivers, as text.
    start : (k,)
        Chainage of the first vertex, 0 where none is given.
    row : (k,)
        Positions in the frame.
    crs
        A CRS in metres.
    """

    line: NDArray[np.object_]
    river_id: NDArray[np.object_]
    start: NDArray[np.float64]
    row: NDArray[np.int64]
    crs: pyproj.CRS


def usable_axes(axes: gpd.GeoDataFrame) -> Axes:
    """The rows of :data:`riverline.schema.AXES` that are lines with length, in the order of their codes.

    Parts that follow each other, each ending where the next begins, are one line.

    Raises
    ------
    SchemaError, CRSError
        If the frame lacks columns, or is not in metres.
    """
    AXES.require(axes, layer="axes")
    require_metric(axes, layer="axes")
    lines = np.array(axes.geometry.array, dtype="object")
    parts = shapely.get_type_id(lines) == shapely.GeometryType.MULTILINESTRING
    lines[parts] = shapely.line_merge(lines[parts], directed=True)
    length = np.nan_to_num(shapely.length(lines))
    usable = np.flatnonzero((shapely.get_type_id(lines) == shapely.GeometryType.LINESTRING) & (length > 0))
    river_id = texts(axes["river_id"])
    usable = usable[np.lexsort((shapely.to_wkb(lines[usable]), river_id[usable].astype(str)))]
    start = axes["start_chainage_m"].to_numpy(dtype="float64") if "start_chainage_m" in axes else np.zeros(len(axes))
    return Axes(lines[usable], river_id[usable], np.nan_to_num(start[usable]), usable, axes.crs)


def widths_of(axes: gpd.GeoDataFrame, usable: Axes) -> NDArray[np.float64]:
    """Width of each usable axis, metres; NaN where none above zero is given."""
    if "width_m" not in axes.columns:
        return np.full(len(usable.row), np.nan)
    width = pd.to_numeric(axes["width_m"], errors="coerce").to_numpy(dtype="float64")[usable.row]
    return np.where(np.isfinite(width) & (width > 0.0), width, np.nan)


def aligned(frame: gpd.GeoDataFrame, axes: Axes, *, layer: str) -> gpd.GeoDataFrame:
    """A copy of the frame in the CRS of the axes."""
    return align(frame, axes.crs, layer=layer).copy()


def finite(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The rows with a blank geometry where it is empty or coordinates are no numbers: that is no place on any map.

    Examples
    --------
    >>> import geopandas as gpd
    >>> points = gpd.GeoDataFrame(geometry=[shapely.Point(1, 2), shapely.Point()], crs=4548)
    >>> finite(points).geometry.isna().tolist()
    [False, True]
    """
    shapes = np.array(frame.geometry.array, dtype="object")
    coords, row = shapely.get_coordinates(shapes, return_index=True)
    shapes[row[~np.isfinite(coords).all(axis=1)]] = None
    shapes[shapely.is_empty(shapes)] = None
    return frame.assign(**{frame.geometry.name: frame.geometry.__class__(shapes, index=frame.index, crs=frame.crs)})


def require_width(name: str, value: object) -> None:
    """Raise unless an argument is a number of metres above zero.

    Raises
    ------
    JobError
        If it is not.
    """
    if not (is_number(value) and float(value) > 0.0):  # type: ignore[arg-type]
        raise JobError(f"{name} 应为大于零的米数，实际为 {value!r}", f"{name} must be metres above zero, got {value!r}")


def is_number(value: object) -> bool:
    """Whether a value is a finite number, and neither a text nor a truth.

    Examples
    --------
    >>> [is_number(each) for each in (0.3, 1, "0.3", True, float("nan"), None)]
    [True, True, False, False, False, False]
    """
    return isinstance(value, int | float | np.number) and not isinstance(value, bool) and bool(np.isfinite(value))


def texts(values: pd.Series) -> NDArray[np.object_]:
    """Values as text without blanks around, empty where missing."""
    return np.array(["" if pd.isna(each) else str(each).strip() for each in values], dtype="object")


def rows_by_name(names: NDArray[np.object_]) -> dict[str, NDArray[np.int64]]:
    """Positions of each name, names in order."""
    order = np.argsort(names.astype(str), kind="stable")
    distinct, first = np.unique(names[order].astype(str), return_index=True)
    return dict(zip(distinct.tolist(), np.split(order, first[1:]), strict=True)) if len(names) else {}


def feature_ids(frame: gpd.GeoDataFrame, *, layer: str) -> list[str]:
    """What faults call the features: their key, or ``row`` and the index label where it is blank."""
    key = FRAMES[layer].key if layer in FRAMES else ""
    named = texts(frame[key]) if key in frame.columns else [""] * len(frame)
    return [name or f"row {label}" for name, label in zip(named, frame.index, strict=True)]


def nearest_axis(lines: NDArray[np.object_], river_id: NDArray[np.object_], axes: Axes) -> NDArray[np.int64]:
    """Index of the axis that each line belongs to: of those of its river, or of all if it names none, the nearest.

    Returns
    -------
    (n,)
        -1 where no axis has that code, or there is no axis, or the line has no length.
    """
    found = np.full(len(lines), -1, dtype="int64")
    drawn = np.flatnonzero(np.nan_to_num(shapely.length(lines)) > 0)
    named = {**rows_by_name(axes.river_id), "": np.arange(len(axes.line))}
    for name, places in rows_by_name(river_id[drawn]).items():
        rows, candidates = drawn[places], named.get(name, np.zeros(0, dtype="int64"))
        if len(candidates) == 1:
            found[rows] = candidates[0]
        elif len(candidates):
            found[rows] = candidates[_nearest_to_most(lines[rows], axes.line[candidates])]
    return found


def _nearest_to_most(lines: NDArray[np.object_], axes: NDArray[np.object_]) -> NDArray[np.int64]:
    """Index of the axis that is the nearest one to most of each line; the first where two are to as much."""
    shares = (np.arange(_PLACES) + 0.5) / _PLACES
    places = shapely.get_coordinates(shapely.line_interpolate_point(lines[:, None], shares, normalized=True))
    nearest, _, _ = locate_many(places, axes.tolist())
    votes = pd.DataFrame({"line": np.repeat(np.arange(len(lines)), _PLACES), "axis": nearest})
    most = votes.value_counts(sort=False).rename("count").reset_index()
    most = most.sort_values(["line", "count", "axis"], ascending=[True, False, True]).drop_duplicates("line")
    return most["axis"].to_numpy(dtype="int64")
