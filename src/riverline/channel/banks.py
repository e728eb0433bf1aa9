"""On which bank lines stand, from geometry alone, and whether what people wrote agrees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from riverline import faults
from riverline._kernels.lines.sides import side_lengths
from riverline.channel.given import aligned, feature_ids, nearest_axis, texts, usable_axes
from riverline.schema import FRAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.channel.given import Axes

    Floats = NDArray[np.float64]
    Names = NDArray[np.object_]

__all__ = ["assign_banks"]

# A line with less of its length on one side crosses the axis: an error, not a vote.
_LEAST_SHARE = 0.9

# 左江 and 右江 are rivers: a bank is meant where the word goes on with bank, levee, side or line, or ends.
_SAID = {
    "left": re.compile(r"左(?=岸|堤|侧|线|边|防|圩|$)|(?<![a-z])(?:left|lb)(?![a-z])", re.IGNORECASE),
    "right": re.compile(r"右(?=岸|堤|侧|线|边|防|圩|$)|(?<![a-z])(?:right|rb)(?![a-z])", re.IGNORECASE),
}


def assign_banks(
    lines: gpd.GeoDataFrame, axes: gpd.GeoDataFrame, *, layer: str
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """River and bank of levees, bank tops or other lines, found by geometry, and an audit of what was given.

    Parameters
    ----------
    lines
        LineStrings or MultiLineStrings, with or without ``river_id`` and ``bank``.
    axes
        Rows of :data:`riverline.schema.AXES`, in metres, digitised downstream (see :func:`check_orientation`).
    layer
        Name of the layer in faults, such as ``"levees"``; a name of the data dictionary tells which column is the key.

    Returns
    -------
    lines : GeoDataFrame
        The lines in the CRS of the axes, in their order, with ``river_id`` (where blank, the river whose axis is
        nearest to most of the line), ``bank`` as found, ``share`` of the line's length on that side, and
        ``bank_given`` if there was a column ``bank``. Bank and share are blank where a line has no axis; the bank is
        blank where less than 90 % of the line lies on one side.
    faults : GeoDataFrame
        Rows of :data:`riverline.schema.FAULTS`: ``bank-ambiguous``, ``bank-disagrees``, ``bank-name-disagrees``,
        ``banks-swapped``, ``river-unknown``, ``river-by-place``, ``geometry-missing``, ``zero-length``.

    Raises
    ------
    SchemaError
        If the axes lack columns.
    CRSError
        If the axes are not in metres, or the lines cannot be brought to their CRS safely.

    Notes
    -----
    The axis, continued straight at both ends, cuts the plane in two; a line is cut where it crosses, and each piece
    lies on the side from which its nearest place of the axis is seen. That holds for levees far off on sharp bends
    and across meanders, where the sign of the nearest segment does not.

    Names are read for 左, 右, left, right, lb and rb, in the key, in ``name`` and in the name of the file.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> axis = shapely.LineString([(500000, 3500000), (501000, 3500000)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[axis], crs=4548)
    >>> levee = shapely.LineString([(500000, 3500060), (501000, 3500060)])
    >>> levees = gpd.GeoDataFrame(
    ...     {"levee_id": ["D1"], "river_id": ["R1"], "bank": ["right"]}, geometry=[levee], crs=4548
    ... )
    >>> found, wrong = assign_banks(levees, axes, layer="levees")
    >>> found[["levee_id", "river_id", "bank", "share", "bank_given"]].values.tolist()
    [['D1', 'R1', 'left', 1.0, 'right']]
    >>> wrong[["code", "feature_id", "detail"]].values.tolist()
    [['bank-disagrees', 'D1', '给定岸别与位置不符（给定 → 实际）：右岸 → 左岸，全长的 100 % 在实际一侧']]
    """
    usable = usable_axes(axes)
    placed = aligned(lines, usable, layer=layer)
    drawn = np.asarray(placed.geometry.array, dtype="object")
    named = texts(placed["river_id"]) if "river_id" in placed.columns else np.full(len(placed), "", dtype="object")
    axis = nearest_axis(drawn, named, usable)
    left, right = _sides(drawn, axis, usable).T
    share = np.maximum(left, right)
    bank = np.where(share >= _LEAST_SHARE, np.where(left > right, "left", "right"), "").astype("object")
    river = named.copy()
    river[axis >= 0] = usable.river_id[axis[axis >= 0]]
    columns = {"river_id": _missing_if_blank(river), "bank": _missing_if_blank(bank), "share": share}
    if "bank" in placed.columns:
        columns["bank_given"] = placed["bank"]
    order = [name for name in {**placed, **columns} if name != placed.geometry.name]
    result = placed.assign(**columns)[[*order, placed.geometry.name]]
    return result, faults.combine(_audit(result, bank, named, axis, usable, layer), crs=placed.crs)


def _sides(lines: NDArray[np.object_], axis: NDArray[np.int64], axes: Axes) -> Floats:
    """Share of each line's length on the left and on the right of its axis; NaN without one."""
    sides = np.full((len(lines), 2), np.nan)
    order = np.argsort(axis, kind="stable")
    numbers, first = np.unique(axis[order], return_index=True)
    # No lines give no numbers, but one part without rows.
    for number, rows in zip(numbers, np.split(order, first[1:]), strict=False):
        if number >= 0:
            lengths = side_lengths(lines[rows].tolist(), axes.line[number])
            sides[rows] = np.minimum(lengths / shapely.length(lines[rows])[:, None], 1.0)
    return sides


def _missing_if_blank(values: Names) -> pd.api.extensions.ExtensionArray:
    return pd.array(np.where(values == "", np.nan, values), dtype="str")


def _audit(
    placed: gpd.GeoDataFrame, bank: Names, named: Names, axis: NDArray[np.int64], axes: Axes, layer: str
) -> Iterator[gpd.GeoDataFrame]:
    """Faults of the lines: drawn wrong, without a river, across the axis, against what was written."""
    ids, drawn = np.array(feature_ids(placed, layer=layer), dtype="object"), np.asarray(placed.geometry.array)

    def rows(
        code: str, where: NDArray[np.bool_], note: Names, value: Floats | None = None
    ) -> Iterator[gpd.GeoDataFrame]:
        if where.any():
            measured = np.nan if value is None else value[where]
            at = {"feature_id": ids[where], "geometry": drawn[where], "crs": placed.crs}
            yield faults.found(code, layer=layer, value=measured, note=note[where].tolist(), **at)

    absent = shapely.is_missing(drawn) | shapely.is_empty(drawn)
    long = np.nan_to_num(shapely.length(drawn)) > 0
    written = _banks_in(placed["bank_given"]) if "bank_given" in placed else np.full(len(placed), "", dtype="object")
    said = _said(placed, layer=layer)
    percent = 100 * placed["share"].to_numpy()
    yield from rows("geometry-missing", absent, named)
    yield from rows("zero-length", ~long & ~absent, named)
    yield from rows("river-unknown", long & (axis < 0), named)
    yield from rows("river-by-place", (axis >= 0) & (named == ""), texts(placed["river_id"]))
    yield from rows("bank-ambiguous", (axis >= 0) & (bank == ""), named, percent)
    for code, word in (("bank-disagrees", written), ("bank-name-disagrees", said)):
        yield from rows(code, (bank != "") & (word != "") & (word != bank), word + " → " + bank, percent)
    yield _swapped(np.where(written != "", written, said), bank, axis, axes, layer)


def _swapped(word: Names, bank: Names, axis: NDArray[np.int64], axes: Axes, layer: str) -> gpd.GeoDataFrame:
    """Rivers all of whose lines, on both banks, lie opposite to what was written."""
    known = pd.DataFrame({"axis": axis, "bank": bank, "against": word != bank})[(word != "") & (bank != "")]
    rivers = known.groupby("axis").agg(all=("against", "all"), banks=("bank", "nunique"), lines=("bank", "size"))
    swapped = rivers[rivers["all"] & (rivers["banks"] == len(_SAID))]
    which = swapped.index.to_numpy(dtype="int64")
    at = {"feature_id": axes.river_id[which], "geometry": axes.line[which], "crs": axes.crs}
    return faults.found("banks-swapped", layer=layer, value=swapped["lines"].to_numpy(), **at)


def _said(placed: gpd.GeoDataFrame, *, layer: str) -> Names:
    """Bank that the key or the name speaks of, or else the file's name; empty where they speak of none, or of both."""
    said = np.full(len(placed), _bank_in(str(placed.attrs.get("source", {}).get("path", ""))), dtype="object")
    for name in ("name", FRAMES[layer].key if layer in FRAMES else "name"):
        spoken = _banks_in(placed[name]) if name in placed.columns else np.full(len(placed), "", dtype="object")
        said = np.where(spoken != "", spoken, said)
    return said


def _banks_in(values: pd.Series) -> Names:
    return np.array([_bank_in(each) for each in texts(values)], dtype="object")


def _bank_in(text: str) -> str:
    spoken = [bank for bank, pattern in _SAID.items() if pattern.search(text)]
    return spoken[0] if len(spoken) == 1 else ""
