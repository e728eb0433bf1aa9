"""Edges that two extents share: which pieces of a bank are there by policy alone, and whose stakes they bear."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from riverline.channel.given import texts
from riverline.demarcation.extents.closed import closed_rows, codes_of, shared_with_others

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Rows = NDArray[np.intp]

__all__ = ["hanging_together", "shared_by_policy", "staked_by_others"]

TOUCH_M = 1e-3
"""Ends this near are one place: coordinates keep a millimetre."""

_BETWEEN_RIVERS = "/policy.shared"
# Where along a piece it is asked whether it is a line of another river too.
_PLACES = (0.2, 0.5, 0.8)


def shared_by_policy(lines: gpd.GeoDataFrame) -> Flags:
    """Which pieces of banks are edges shared with another river, a lake or a work, (n,).

    Parameters
    ----------
    lines
        Rows of :data:`riverline.schema.MANAGEMENT_LINES`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> columns = {"line_id": ["R1-L-001", "R1-L-M01"], "river_id": "R1", "bank": "left"}
    >>> columns["rule_id"] = ["anhui/others", "anhui/policy.shared"]
    >>> line = shapely.LineString([(0, 0), (9, 0)])
    >>> shared_by_policy(gpd.GeoDataFrame(columns, geometry=[line, line])).tolist()
    [False, True]
    """
    return shared_with_others(lines) | _shared_with_rivers(lines)


def staked_by_others(lines: gpd.GeoDataFrame) -> Flags:
    """Which pieces of banks bear no stakes of their own, (n,).

    Parameters
    ----------
    lines
        Rows of :data:`riverline.schema.MANAGEMENT_LINES`.

    Notes
    -----
    Edges shared with a lake or a work: the stakes are theirs. Of edges shared with a river those that run across the
    water, where the two banks of a mouth meet at the axis: no stake stands in midstream. And those that are a line of
    the other river too, which has the stakes: its own line, or, where it is no more than the shared edge for both, that
    of the river whose code comes first.
    """
    between = _shared_with_rivers(lines)
    return shared_with_others(lines) | _across(lines, between) | _doubled(lines, between)


def hanging_together(lines: gpd.GeoDataFrame, rows: Rows, whose: NDArray[np.object_]) -> Rows:
    """A number for each of some lines, (k,): those of one owner that meet end to end have the same.

    Parameters
    ----------
    lines
        The lines.
    rows
        Positions of those that are asked.
    whose
        (k,) their owners.
    """
    shapes = np.asarray(lines.geometry.array)[rows]
    tips = np.concatenate([shapely.get_point(shapes, at) for at in (0, -1)])
    one, two = shapely.STRtree(tips).query(tips, predicate="dwithin", distance=TOUCH_M)
    one, two = one % max(len(rows), 1), two % max(len(rows), 1)
    same = whose[one] == whose[two]
    links = coo_array((np.ones(int(same.sum())), (one[same], two[same])), shape=(len(rows), len(rows)))
    return np.asarray(connected_components(links, directed=False)[1] if len(rows) else rows, dtype=np.intp)


def _shared_with_rivers(lines: gpd.GeoDataFrame) -> Flags:
    ruled = [rule.endswith(_BETWEEN_RIVERS) for rule in texts(lines["rule_id"]).tolist()]
    return np.array(ruled, dtype=bool) & ~closed_rows(lines) & _drawn(lines)


def _drawn(lines: gpd.GeoDataFrame) -> Flags:
    return np.asarray(np.nan_to_num(shapely.length(np.asarray(lines.geometry.array))) > 0.0)


def _across(lines: gpd.GeoDataFrame, between: Flags) -> Flags:
    """Shared edges that meet those of the other bank of their river."""
    rows = np.flatnonzero(between)
    found = np.zeros(len(lines), dtype=bool)
    label = hanging_together(lines, rows, texts(lines["river_id"])[rows])
    left = (texts(lines["bank"])[rows] == "left").astype("float64")
    pieces, lefts = np.bincount(label), np.bincount(label, weights=left)
    both = (lefts > 0) & (lefts < pieces)
    found[rows[both[label]]] = True
    return found


def _doubled(lines: gpd.GeoDataFrame, between: Flags) -> Flags:
    """Shared edges along which a line of another river runs that has the stakes."""
    rows = np.flatnonzero(between)
    found = np.zeros(len(lines), dtype=bool)
    shapes = np.asarray(lines.geometry.array)
    places = [shapely.line_interpolate_point(shapes[rows], share, normalized=True) for share in _PLACES]
    near = [shapely.STRtree(shapes).query(each, predicate="dwithin", distance=TOUCH_M) for each in places]
    asked, line = np.concatenate(near, axis=1)
    pair, times = np.unique(asked * len(lines) + line, return_counts=True)
    pair = pair[times == len(_PLACES)]
    asked, line = rows[pair // max(len(lines), 1)], pair % max(len(lines), 1)
    code = codes_of(lines).astype(str)
    first = (code[line] != code[asked]) & (~between[line] | (code[line] < code[asked]))
    found[asked[first]] = True
    return found
