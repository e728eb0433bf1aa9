"""Axes cut into pieces: the unit in which shoreline, problems and patrols are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines.chainage import cut_many
from riverline.channel.given import usable_axes
from riverline.errors import SchemaError
from riverline.geodesy import round_half_up
from riverline.schema import SEGMENTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["split_axes"]

_LENGTH_DECIMALS = 1

# A last piece shorter than this is rounding, not a piece.
_LEAST_M = 1e-6
# More pieces than this are a length in the wrong unit: all rivers of the country in half kilometres are three million.
_MOST_PIECES = 10_000_000


def split_axes(
    axes: gpd.GeoDataFrame, *, length_m: float, pieces: Literal["exact", "equal"] = "exact"
) -> gpd.GeoDataFrame:
    """Axes cut into pieces end to end.

    Parameters
    ----------
    axes
        Rows of :data:`riverline.schema.AXES`, in metres.
    length_m
        Length of a piece.
    pieces
        ``"exact"``: each piece is ``length_m`` long, the last of an axis is what remains. ``"equal"``: the pieces of an
        axis are equally long, as few as possible, none longer than ``length_m``.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.SEGMENTS`, river by river, downstream: ``segment_id`` is the river's code and
        the piece's number, chainages start at the axis's ``start_chainage_m``. Neighbours share their end to the last
        bit. ``length_m`` is rounded to 0.1 m so that the pieces of an axis add up to its own rounded length. Other
        columns of the axes come along. Axes without length have no pieces; :func:`riverline.check` names them.

    Raises
    ------
    SchemaError
        If the axes lack columns, ``length_m`` is not above zero, or the pieces would be more than ten million.
    CRSError
        If the axes are not in metres.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> axis = shapely.LineString([(500000, 3500000), (502500, 3500000)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[axis], crs=4548)
    >>> split_axes(axes, length_m=1000)[
    ...     ["segment_id", "start_chainage_m", "end_chainage_m", "length_m"]
    ... ].values.tolist()
    [['R1/0001', 0.0, 1000.0, 1000.0], ['R1/0002', 1000.0, 2000.0, 1000.0], ['R1/0003', 2000.0, 2500.0, 500.0]]
    >>> split_axes(axes, length_m=1000, pieces="equal")["length_m"].round(1).tolist()
    [833.3, 833.4, 833.3]
    """
    if not isinstance(length_m, int | float | np.number) or not length_m > 0:
        raise SchemaError(
            f"段长应大于 0 米，实际为 {length_m!r}；例如 length_m=1000",
            f"the length of a piece must be above 0 m, got {length_m!r}; for example length_m=1000",
        )
    usable = usable_axes(axes)
    lengths = shapely.length(usable.line)
    many = np.ceil(lengths / length_m).sum()
    if many > _MOST_PIECES:
        raise SchemaError(
            f"段长 {length_m:g} 米会把 {lengths.sum() / 1000.0:,.0f} km 河道切成 {many:,.0f} 段"
            f"（限 {_MOST_PIECES:,} 段）；请加大段长",
            f"pieces of {length_m:g} m would cut {lengths.sum() / 1000.0:,.0f} km of rivers into {many:,.0f} "
            f"(limit {_MOST_PIECES:,}); type a longer piece",
        )
    ends = [_ends(length, length_m, pieces) for length in lengths]
    count = np.array([len(each) - 1 for each in ends], dtype="int64")
    axis = np.repeat(np.arange(len(ends)), count)
    begin = np.concatenate([each[:-1] for each in ends] or [np.zeros(0)])
    finish = np.concatenate([each[1:] for each in ends] or [np.zeros(0)])
    kept = [name for name in axes.columns if name not in SEGMENTS and name != axes.geometry.name]
    columns = (
        axes.iloc[usable.row[axis]]
        .reset_index(drop=True)[kept]
        .assign(
            segment_id=_ids(usable.river_id[axis]),
            river_id=usable.river_id[axis],
            start_chainage_m=usable.start[axis] + begin,
            end_chainage_m=usable.start[axis] + finish,
            length_m=_adding_up(begin, finish),
        )
    )
    vertices = (shapely.get_coordinates(line) for line in usable.line)
    drawn = [cut_many(line, each[:-1], each[1:]) for line, each in zip(vertices, ends, strict=True)]
    geometry = gpd.GeoSeries(np.concatenate([*drawn, np.zeros(0, dtype="object")]), crs=axes.crs)
    return SEGMENTS.conform(gpd.GeoDataFrame(columns, geometry=geometry, crs=axes.crs))


def _ends(length: float, piece: float, pieces: str) -> Floats:
    """Where the pieces of an axis begin and end."""
    count = max(int(np.ceil((length - _LEAST_M) / piece)), 1)
    if pieces == "equal":
        return np.linspace(0.0, length, count + 1)
    return np.append(np.arange(count) * piece, length)


def _ids(river_id: NDArray[np.object_]) -> pd.Series:
    """Code of the river and number of the piece; pieces of several axes of one code are numbered on."""
    rivers = pd.Series(river_id, dtype="str")
    return rivers + "/" + (rivers.groupby(rivers).cumcount() + 1).astype("str").str.zfill(4)


def _adding_up(begin: Floats, finish: Floats) -> Floats:
    """Rounded lengths whose sum is the rounded length of the whole."""
    return np.round(round_half_up(finish, _LENGTH_DECIMALS) - round_half_up(begin, _LENGTH_DECIMALS), _LENGTH_DECIMALS)
