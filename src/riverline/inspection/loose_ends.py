"""Ends of the pieces of a line: which meet, which are loose, and which of the loose ones are a bank's first and last.

What rows state of chainages is not asked: a line that was cut by hand states what it stated before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy.sparse
import shapely

from riverline.channel.given import texts
from riverline.demarcation.extents.closed import codes_of

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["TOUCH_M", "ends_of", "loose_ends", "meeting"]

TOUCH_M = 1e-3
"""Ends this near are one place: coordinates keep a millimetre."""


def loose_ends(lines: gpd.GeoDataFrame) -> pd.DataFrame:
    """Ends that meet no other, without a bank's first and last.

    Parameters
    ----------
    lines
        Rows of :data:`riverline.schema.MANAGEMENT_LINES`.

    Returns
    -------
    DataFrame
        The columns of :func:`ends_of`, ``gap`` to the loose end across the break, missing where there is none, and
        ``other``, that end, or the end itself.

    Notes
    -----
    Of a bank in k pieces that do not meet, the nearest loose ends of two of them are the two sides of a break, and so
    on until all hang together: the two ends that are left are the bank's own. A line without a bank goes round a lake
    or a work and has no such ends. Where another extent parts a river's in two, its banks meet at the axis and close
    it: no end is loose there, and the bank goes on beyond.
    """
    ends = ends_of(lines)
    one, two = meeting(ends)
    closing = _closing(ends, lines)
    loose = ends[~np.isin(np.arange(len(ends)), np.concatenate([one, closing]))]
    strand = _strands(ends, one, two, closing)[loose.index.to_numpy()]
    loose = loose.assign(strand=strand)
    gap, other = np.full(len(loose), np.nan), loose["point"].to_numpy(dtype=object).copy()
    kept = np.ones(len(loose), dtype=bool)
    by_bank = pd.Series(np.arange(len(loose))).groupby(loose["bank"].to_numpy(), sort=False)
    for here in (rows.to_numpy() for _, rows in by_bank):
        own = loose.iloc[here]
        pairs, left = _breaks(own, ring=not own["runs"].iloc[0])
        for first, second, metres in pairs:
            one_end, other_end = here[first], here[second]
            gap[[one_end, other_end]] = metres
            other[one_end], other[other_end] = own["point"].iloc[second], own["point"].iloc[first]
        kept[here[left]] = False
    return loose.assign(gap=gap, other=other)[kept].reset_index(drop=True)


def ends_of(lines: gpd.GeoDataFrame) -> pd.DataFrame:
    """Both ends of every open line, with whose it is, the bank it belongs to and the chainage that it states."""
    shapes = np.asarray(lines.geometry.array)
    is_line = shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING
    rows = np.flatnonzero(is_line & ~shapely.is_closed(shapes) & ~shapely.is_empty(shapes))
    side = texts(lines["bank"])[rows]
    code = codes_of(lines)[rows]
    along = [lines[name].to_numpy(dtype="float64")[rows] for name in ("start_chainage_m", "end_chainage_m")]
    points = [shapely.get_point(shapes[rows], at) for at in (0, -1)]
    return pd.DataFrame(
        {
            "piece": np.tile(rows, 2),
            "code": np.tile(code, 2),
            "bank": np.tile(code + "\n" + side, 2),
            "runs": np.tile(side != "", 2).astype(bool),
            "chainage": np.nan_to_num(np.concatenate(along)),
            "point": np.concatenate(points) if len(rows) else np.zeros(0, dtype=object),
        }
    )


def meeting(ends: pd.DataFrame, *, of: str = "bank") -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of ends of one bank, or of one ``code``, that are one place, each way round."""
    points, bank = ends["point"].to_numpy(), ends[of].to_numpy()
    one, two = shapely.STRtree(points).query(points, predicate="dwithin", distance=TOUCH_M)
    pair = (one != two) & (bank[one] == bank[two])
    return one[pair], two[pair]


def _closing(ends: pd.DataFrame, lines: gpd.GeoDataFrame) -> NDArray[np.intp]:
    """Ends that meet the other bank of their river, unless it is the same line under another name."""
    one, two = meeting(ends, of="code")
    bank, piece = ends["bank"].to_numpy(), ends["piece"].to_numpy()
    across = bank[one] != bank[two]
    shapes = np.asarray(lines.geometry.array)
    return np.unique(one[across & ~shapely.equals(shapes[piece[one]], shapes[piece[two]])])


def _strands(
    ends: pd.DataFrame, one: NDArray[np.intp], two: NDArray[np.intp], closing: NDArray[np.intp]
) -> NDArray[np.int64]:
    """A number for each end: ends of pieces that hang together, or that the closing at an axis parts, have the same."""
    by_bank = closing[np.argsort(ends["bank"].to_numpy()[closing], kind="stable")]
    same = ends["bank"].to_numpy()[by_bank[:-1]] == ends["bank"].to_numpy()[by_bank[1:]]
    half = len(ends) // 2
    first = np.concatenate([one, by_bank[:-1][same], np.arange(half)])
    second = np.concatenate([two, by_bank[1:][same], np.arange(half) + half])
    links = scipy.sparse.coo_array((np.ones(len(first)), (first, second)), shape=(len(ends), len(ends)))
    return np.asarray(scipy.sparse.csgraph.connected_components(links, directed=False)[1], dtype="int64")


def _breaks(loose: pd.DataFrame, *, ring: bool) -> tuple[list[tuple[int, int, float]], list[int]]:
    """Pairs of loose ends of one bank that are the two sides of a break, and the bank's own first and last end."""
    points, strand = loose["point"].to_numpy(), loose["strand"].to_numpy().copy()
    one, two = np.triu_indices(len(loose), 1)
    gap = shapely.distance(points[one], points[two])
    pairs: list[tuple[int, int, float]] = []
    free = np.ones(len(loose), dtype=bool)
    for at in np.lexsort((two, one, gap)).tolist():
        first, second = int(one[at]), int(two[at])
        closes = ring and len(set(strand.tolist())) == 1
        if free[first] and free[second] and (strand[first] != strand[second] or closes):
            pairs.append((first, second, float(gap[at])))
            free[[first, second]] = False
            strand[strand == strand[second]] = strand[first]
    left = np.flatnonzero(free)
    if ring or len(left) <= 2:  # noqa: PLR2004 - the first and the last
        return pairs, [] if ring else left.tolist()
    # Where lines fork more ends are left: what they state is all there is to tell the first and the last by.
    along = loose["chainage"].to_numpy()[left]
    return pairs, [int(left[along.argmin()]), int(left[along.argmax()])]
