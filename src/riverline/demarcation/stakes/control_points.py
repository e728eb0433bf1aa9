"""Control points: places of the line at which a stake has to stand, and what asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from riverline.channel.given import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.demarcation.stakes.bank_lines import BankLine
    from riverline.rules import Stakes

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

__all__ = ["REASONS", "Around", "control_points", "crossings", "once_at_mouths", "together", "work_places"]

REASONS = ("start", "end", "boundary", "confluence", "structure", "basis")
"""Reasons of control points; where several meet, the first is the stake's."""

# Where several share a stake it stands at the first of these: the end of a line may lie in the water of a mouth.
_STANDS_AT = ("confluence", "start", "end", "boundary", "structure", "basis")
# A bank that begins or ends at another river has its corner on that river's line.
_TIPS = frozenset({"start", "end"})
# Lines and extents that share an edge keep it to a micron.
_SHARED_M = 1e-5

_COLUMNS = ["line", "along", "reason", "source"]


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """Layers that ask for stakes, in the CRS of the lines; None where there is none."""

    extents: gpd.GeoDataFrame
    admin: gpd.GeoDataFrame | None = None
    structures: gpd.GeoDataFrame | None = None
    axes: gpd.GeoDataFrame | None = None
    landmarks: gpd.GeoDataFrame | None = None


def control_points(
    bank_lines: Sequence[BankLine], lines: gpd.GeoDataFrame, around: Around, *, reach_m: float
) -> pd.DataFrame:
    """Every place at which a stake has to stand.

    Parameters
    ----------
    bank_lines
        The lines.
    lines
        The frame that they were put together from.
    around
        What they cross.
    reach_m
        How far works may lie from the line.

    Returns
    -------
    DataFrame
        ``line`` (index of the bank line), ``along``, ``reason`` and ``source`` (key of what asks for it); several rows
        may mean one place.
    """
    parts = [_ends(bank_lines), _changes(bank_lines, lines), _borders(bank_lines, around.admin)]
    parts += [_mouths(bank_lines, around), work_places(bank_lines, around.structures, reach_m=reach_m)[0]]
    rows = [part for part in parts if len(part)]
    return pd.concat(rows, ignore_index=True) if rows else _table([], [], "start", [])


def together(points: pd.DataFrame, rules: Stakes) -> pd.DataFrame:
    """Places with those near each other made one, at the place of the weightiest reason.

    Parameters
    ----------
    points
        What :func:`control_points` gives.
    rules
        How near, in metres along the line, and what gives way farther.

    Returns
    -------
    DataFrame
        ``line``, ``along``, ``reason``, ``reasons`` (all, the weightiest first) and ``sources`` (keys), ordered.
    """
    weight = points["reason"].map({reason: i for i, reason in enumerate(REASONS)})
    ordered = points.assign(weight=weight).sort_values(["line", "along", "weight", "source"], kind="stable")
    new = (ordered["line"].diff() != 0) | (ordered["along"].diff() > rules.together_m)
    stands = ordered["reason"].map({reason: i for i, reason in enumerate(_STANDS_AT)})
    ordered = ordered.assign(group=_yielded(ordered, np.cumsum(new.to_numpy()), rules), stands=stands)
    at = ordered.sort_values(["group", "stands", "along"], kind="stable").groupby("group", sort=True)["along"].first()
    grouped = ordered.sort_values(["group", "weight", "along", "source"], kind="stable").groupby("group", sort=True)
    first = grouped[["line", "reason"]].first().assign(along=at)
    joined = [",".join(dict.fromkeys(each)) for each in (rows for _, rows in grouped["reason"])]
    sources = [",".join(dict.fromkeys(filter(None, sorted(each)))) for each in (rows for _, rows in grouped["source"])]
    return first.assign(reasons=joined, sources=sources).reset_index(drop=True)


def _yielded(ordered: pd.DataFrame, group: NDArray[np.int64], rules: Stakes) -> NDArray[np.int64]:
    """Groups of points in order, those that give way joined to the nearer of their neighbours on the line."""
    if not len(ordered):
        return group
    firm = ~ordered["reason"].isin(rules.yielding).groupby(group).transform("all").to_numpy()
    first = np.flatnonzero(np.diff(group, prepend=-1))
    last = np.append(first[1:], len(group)) - 1
    line, along = ordered["line"].to_numpy(), ordered["along"].to_numpy()
    gap = np.where(line[first[1:]] == line[last[:-1]], along[first[1:]] - along[last[:-1]], np.inf)
    before, after = np.append(np.inf, gap), np.append(gap, np.inf)
    joins = ~firm[first] & (np.minimum(before, after) <= rules.yielding_m)
    back, ahead = joins & (before <= after), joins & (before > after)
    new = ~back & ~np.append(False, ahead[:-1])
    return np.repeat(np.cumsum(new), last - first + 1)


def once_at_mouths(points: pd.DataFrame, bank_lines: Sequence[BankLine], rules: Stakes) -> pd.DataFrame:
    """Places without those that a stake of another river, lake or work near by marks as well.

    Parameters
    ----------
    points
        What :func:`together` gives.
    bank_lines
        The lines.
    rules
        Which reasons give way to a neighbour, and how near that is; of two that both would, the second does.

    Notes
    -----
    A bank that ends at a river that goes on has its corner on that river's line: the stake there is that of the river
    that goes on, for its line would else run past the mouth without one.
    """
    if not len(points) or not rules.yielding_m:
        return points
    line = points["line"].to_numpy()
    sites = shapely.points(
        np.vstack([bank_lines[i].at(np.array([s])) for i, s in zip(line, points["along"], strict=True)])
    )
    code = np.array([each.code for each in bank_lines], dtype="object")[line]
    reasons = [set(each.split(",")) for each in points["reasons"]]
    yields = np.array([each <= set(rules.yielding) for each in reasons], dtype=bool)
    ends = np.array([each & _TIPS and "confluence" in each for each in reasons], dtype=bool)
    ends &= np.array([each <= _TIPS | set(rules.yielding) for each in reasons], dtype=bool)
    tree = shapely.STRtree(sites)
    one, other = tree.query(sites, predicate="dwithin", distance=rules.together_m)
    goes_on = np.array(["confluence" in each for each in reasons], dtype=bool) & ~ends
    goes_on &= np.array([each.bank != "" for each in bank_lines], dtype=bool)[line]
    there = ends[one] & (code[one] != code[other]) & (goes_on[other] | (ends[other] & (other < one)))
    gone = np.isin(np.arange(len(points)), one[there])
    firm = ~yields | np.isin(np.arange(len(points)), other[there])
    one, other = tree.query(sites, predicate="dwithin", distance=rules.yielding_m)
    goes = ~firm[one] & ~gone[other] & (code[one] != code[other]) & (firm[other] | (other < one))
    gone[one[goes]] = True
    return points[~gone].reset_index(drop=True)


def _table(line: object, along: object, reason: str, source: object) -> pd.DataFrame:
    columns = {"line": np.asarray(line, dtype="int64"), "along": np.asarray(along, dtype="float64")}
    return pd.DataFrame({**columns, "reason": reason, "source": source}, columns=_COLUMNS)


def _ends(bank_lines: Sequence[BankLine]) -> pd.DataFrame:
    open_ = [i for i, each in enumerate(bank_lines) if not each.is_ring]
    start = _table(range(len(bank_lines)), np.zeros(len(bank_lines)), "start", "")
    return pd.concat([start, _table(open_, [bank_lines[i].length for i in open_], "end", "")], ignore_index=True)


def _changes(bank_lines: Sequence[BankLine], lines: gpd.GeoDataFrame) -> pd.DataFrame:
    """Where basis or width change from one piece to the next: ends of levees, of grades, of joints."""
    basis, width = lines["basis"].to_numpy(), lines["offset_m"].to_numpy(dtype="float64")
    found = [_table([], [], "basis", [])]
    for number, each in enumerate(bank_lines):
        before, after = each.rows[:-1], each.rows[1:]
        same = np.isclose(width[before], width[after], equal_nan=True) & (basis[before] == basis[after])
        places = each.ends[:-1][~same]
        found.append(_table(np.full(len(places), number), places, "basis", ""))
    return pd.concat(found, ignore_index=True)


def _borders(bank_lines: Sequence[BankLine], admin: gpd.GeoDataFrame | None) -> pd.DataFrame:
    if admin is None or not len(admin):
        return _table([], [], "boundary", [])
    line, along, shape = crossings(bank_lines, shapely.boundary(np.asarray(admin.geometry.array)))
    return _table(line, along, "boundary", texts(admin["admin_id"])[shape])


def _mouths(bank_lines: Sequence[BankLine], around: Around) -> pd.DataFrame:
    """Where the line enters and leaves the extent of another river, or crosses the axis of one without an extent."""
    extents = around.extents[around.extents["kind"] == "management"]
    shapes = shapely.boundary(shapely.buffer(np.asarray(extents.geometry.array), _SHARED_M))
    rivers = texts(extents["river_id"])
    if around.axes is not None:
        axis_rivers = texts(around.axes["river_id"])
        undone = ~np.isin(axis_rivers, rivers)
        shapes = np.concatenate([shapes, np.asarray(around.axes.geometry.array)[undone]])
        rivers = np.concatenate([rivers, axis_rivers[undone]])
    line, along, shape = crossings(bank_lines, shapes)
    own = np.array([each.river_id for each in bank_lines], dtype="object")
    other = own[line] != rivers[shape]
    return _table(line[other], along[other], "confluence", rivers[shape[other]])


def work_places(
    bank_lines: Sequence[BankLine], structures: gpd.GeoDataFrame | None, *, reach_m: float
) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Where works cross the line or come nearest to it, and which of them have a place.

    Parameters
    ----------
    bank_lines
        The lines.
    structures
        Rows of :data:`riverline.schema.WORKS`, or None.
    reach_m
        Works that do not cross the line have a place if they are not farther from it.

    Returns
    -------
    points
        As from :func:`control_points`.
    placed : (n,)
        For each structure, whether it has a place.
    """
    if structures is None or not len(structures) or not bank_lines:
        return _table([], [], "structure", []), np.zeros(0 if structures is None else len(structures), dtype=bool)
    shapes, keys = np.asarray(structures.geometry.array), texts(structures["work_id"])
    wanted = texts(structures["river_id"]) if "river_id" in structures else np.full(len(structures), "", dtype="object")
    own = np.array([each.river_id for each in bank_lines], dtype="object")
    edges = np.where(shapely.get_dimensions(shapes) == 2, shapely.boundary(shapes), shapes)  # noqa: PLR2004 - areas
    line, along, shape = crossings(bank_lines, edges)
    mine = (wanted[shape] == "") | (wanted[shape] == own[line])
    line, along, shape = line[mine], along[mine], shape[mine]
    placed = np.isin(np.arange(len(shapes)), shape)
    beside = _beside(bank_lines, shapes, ~placed, wanted, own, reach_m)
    placed[beside[2]] = True
    line, along, shape = (np.concatenate(pair) for pair in zip((line, along, shape), beside, strict=True))
    return _table(line, along, "structure", keys[shape]), placed


def _beside(
    bank_lines: Sequence[BankLine],
    shapes: Shapes,
    asked: NDArray[np.bool_],
    wanted: Shapes,
    own: Shapes,
    reach_m: float,
) -> tuple[NDArray[np.int64], Floats, NDArray[np.int64]]:
    """Line, place and index of the works that cross none and lie within reach of one, each at the nearest."""
    lines = np.array([each.line for each in bank_lines], dtype="object")
    rows = np.flatnonzero(asked & ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
    found, line = shapely.STRtree(lines).query(shapes[rows], predicate="dwithin", distance=reach_m)
    shape = rows[found]
    mine = (wanted[shape] == "") | (wanted[shape] == own[line])
    shape, line = shape[mine], line[mine]
    order = np.lexsort((line, shapely.distance(shapes[shape], lines[line]), shape))
    nearest = order[np.diff(shape[order], prepend=-1) != 0]
    shape, line = shape[nearest], line[nearest]
    foot = shapely.get_point(shapely.shortest_line(lines[line], shapes[shape]), 0)
    return line, shapely.line_locate_point(lines[line], foot), shape


def crossings(bank_lines: Sequence[BankLine], shapes: Shapes) -> tuple[NDArray[np.int64], Floats, NDArray[np.int64]]:
    """Line, place and shape of every crossing; of a stretch that both share, its two ends."""
    none = np.zeros(0, dtype="int64")
    lines = np.array([each.line for each in bank_lines], dtype="object")
    usable = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
    if not len(lines) or not len(usable):
        return none, np.zeros(0), none
    found, line = shapely.STRtree(lines).query(shapes[usable], predicate="intersects")
    shape = usable[found]
    parts, pair = shapely.get_parts(shapely.intersection(lines[line], shapes[shape]), return_index=True)
    runs = shapely.get_dimensions(parts) == 1
    first, last = shapely.get_point(parts[runs], 0), shapely.get_point(parts[runs], -1)
    places = np.concatenate([parts[~runs], first, last])
    pair = np.concatenate([pair[~runs], pair[runs], pair[runs]])
    return line[pair], shapely.line_locate_point(lines[line[pair]], places), shape[pair]
