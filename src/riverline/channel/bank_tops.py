"""Bank tops where a map has only an axis and a width: an assumption, marked as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines.chainage import locate
from riverline.channel.given import usable_axes
from riverline.errors import Hint, SchemaError
from riverline.schema import BANK_TOPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from riverline.channel.given import Axes

    Floats = NDArray[np.float64]

__all__ = ["estimate_bank_tops"]

# Sixteen segments a quarter circle leave an arc by 0.1 % of the half-width: far less than a width read off a map.
_QUAD_SEGS = 16

# The outline nearer to the axis than this share of the half-width is its flat end, not a bank.
_END_SHARE = 0.9


def estimate_bank_tops(axes: gpd.GeoDataFrame, *, width_m: float | None = None) -> gpd.GeoDataFrame:
    """Bank tops half the channel's width left and right of each axis.

    Parameters
    ----------
    axes
        Rows of :data:`riverline.schema.AXES`, in metres, digitised downstream.
    width_m
        Width for the axes whose column ``width_m`` is blank, zero or absent; above 0.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.BANK_TOPS` with ``bank``, the feature ``estimated`` and a ``source`` that says
        how, downstream, river by river, left bank first. A bank is in several pieces where limbs of a bend are nearer
        than the width, or an axis crosses itself; what lies within the channel is no bank. Axes that are no lines have
        none; :func:`riverline.check` names them.

    Raises
    ------
    SchemaError
        If the axes lack columns, there are axes without a width, or ``width_m`` is not above 0.
    CRSError
        If the axes are not in metres.

    Notes
    -----
    The channel is the area within half the width of the axis, with flat ends; its outline is cut at the ends, and each
    piece is on the bank on which its middle lies. Sharp bends thus give no loops, as an offset line would. Lines that
    :func:`riverline.demarcate` draws from them are of low confidence, and it tells how long they are
    (``bank-estimated``); a surveyed bank top on the same stretch goes first.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> axis = shapely.LineString([(500000, 3500000), (501000, 3500000)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"], "width_m": [30.0]}, geometry=[axis], crs=4548)
    >>> tops = estimate_bank_tops(axes)
    >>> tops[["bank_id", "bank", "feature", "source"]].values.tolist()
    [['R1/left/1', 'left', 'estimated', 'axis ± 15 m'], ['R1/right/1', 'right', 'estimated', 'axis ± 15 m']]
    >>> tops.geometry.to_wkt().tolist()
    ['LINESTRING (500000 3500015, 501000 3500015)', 'LINESTRING (500000 3499985, 501000 3499985)']
    """
    usable = usable_axes(axes)
    width = _widths(axes, usable, width_m)
    channels = shapely.buffer(usable.line, width / 2, cap_style="flat", quad_segs=_QUAD_SEGS)
    rows = [
        (river_id, bank, f"axis ± {half:g} m", start, piece)
        for river_id, line, half, channel in zip(usable.river_id, usable.line, width / 2, channels, strict=True)
        for bank, start, piece in _banks(channel, shapely.get_coordinates(line), half)
    ]
    frame = pd.DataFrame(rows, columns=["river_id", "bank", "source", "start", "geometry"])
    frame = frame.sort_values(["river_id", "bank", "start"], kind="stable").reset_index(drop=True)
    number = (frame.groupby(["river_id", "bank"]).cumcount() + 1).astype("str")
    bank_id = frame["river_id"].astype("str") + "/" + frame["bank"].astype("str") + "/" + number
    frame = frame.assign(bank_id=bank_id, feature="estimated")
    geometry = gpd.GeoSeries(frame["geometry"].tolist(), crs=axes.crs)
    return BANK_TOPS.conform(
        gpd.GeoDataFrame(frame.drop(columns=["start", "geometry"]).astype("str"), geometry=geometry, crs=axes.crs)
    )


def _widths(axes: gpd.GeoDataFrame, usable: Axes, width_m: float | None) -> Floats:
    if width_m is not None and not 0 < width_m < np.inf:
        raise SchemaError(f"河宽 width_m 应大于 0，实际为 {width_m}", f"width_m must be above 0, got {width_m}")
    given = (
        axes["width_m"].to_numpy(dtype="float64")[usable.row] if "width_m" in axes else np.full(len(usable.row), np.nan)
    )
    width = np.where(given > 0, given, np.nan if width_m is None else width_m)
    without = usable.river_id[~(width > 0)]
    if len(without):
        some = ", ".join(without[:5]) + (" …" if len(without) > 5 else "")  # noqa: PLR2004 - as many as are named
        raise SchemaError(
            f"{len(without)} 条中心线没有河宽（{some}）；请补填 width_m 字段，或写明通用河宽，例如 width_m=20",
            f"{len(without)} axes have no width ({some}); fill in the column width_m, or give one: width_m=20",
            [Hint("width_m=20", "width", ("20",))],
        )
    return width


def _banks(channel: shapely.Geometry, axis: Floats, half: float) -> Iterator[tuple[str, float, shapely.LineString]]:
    """Pieces of the outline of a channel: bank, chainage where it starts, and the line, drawn downstream."""
    for ring in shapely.get_rings(shapely.orient_polygons(shapely.get_parts(channel))):
        vertices = shapely.get_coordinates(ring)
        _, offset = locate((vertices[1:] + vertices[:-1]) / 2, axis)
        side = np.where(np.abs(offset) < _END_SHARE * half, 0, np.sign(offset)).astype("int64")
        for sign, run in _runs(side):
            line = vertices[np.append(run, run[-1] + 1)]
            # Rings run with the channel on their left: downstream on the right bank, upstream on the left.
            line = line if sign > 0 else line[::-1]
            yield ("right" if sign > 0 else "left"), float(locate(line[:1], axis)[0][0]), shapely.LineString(line)


def _runs(side: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Runs of equal sides round a ring, ends left out: side and positions in order."""
    changes = np.flatnonzero(side != np.roll(side, 1))
    first = int(changes[0]) if len(changes) else 0
    order = np.roll(np.arange(len(side)), -first)
    for run in np.split(order, np.flatnonzero(np.diff(side[order])) + 1):
        if side[run[0]]:
            yield int(side[run[0]]), run
