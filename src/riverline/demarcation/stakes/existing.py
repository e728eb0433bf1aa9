"""Stakes that stand already: which line they belong to, whether they stand right, and where they have to go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.channel.given import finite, texts
from riverline.errors import SchemaError
from riverline.geodesy import align
from riverline.schema import EXISTING, STAKES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from riverline.demarcation.stakes.bank_lines import BankLine
    from riverline.rules import Stakes

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["join", "locate_existing", "places_of", "read_existing"]

_KEYS = ("number", "bank", "river_id")
_REASONS = frozenset(STAKES["reason"].values)
_BEHIND_M = 1e9


def read_existing(existing: gpd.GeoDataFrame | None, crs: object, *, key: str) -> gpd.GeoDataFrame | None:
    """A copy of the existing stakes in the CRS of the lines, in the order of their numbers.

    Parameters
    ----------
    existing
        Rows of :data:`riverline.schema.EXISTING`, and ``key`` if known. Numbers that a table kept as figures are
        written without decimals; heights of the points fill ``height_m`` where it is blank.
    crs
        CRS of the lines.
    key
        ``stake_id`` or ``board_id``.

    Returns
    -------
    GeoDataFrame
        A multipoint of one point is that point.

    Raises
    ------
    SchemaError, CRSError
        If the frame has no numbers or no CRS, or the features are not points.
    """
    if existing is None:
        return None
    EXISTING.require(existing)
    shapes = _single(np.asarray(existing.geometry.array))
    other = int(((shapely.get_type_id(shapes) > 0) & ~shapely.is_empty(shapes)).sum())
    if other:
        raise SchemaError(f"existing 中有 {other} 个要素不是点", f"{other} features of existing are not points")
    existing = existing.set_geometry(gpd.GeoSeries(shapes, index=existing.index, crs=existing.crs))
    moved = finite(align(existing, crs, layer="existing"))
    moved = moved if moved.geometry.name == "geometry" else moved.rename_geometry("geometry")
    names = {name: _written(moved[name]) if name in moved else np.full(len(moved), "") for name in (key, *_KEYS)}
    moved = _with_heights(moved)
    place = shapely.to_wkb(np.asarray(moved.geometry.array), hex=True)
    order = np.lexsort((pd.Series(place).fillna("").to_numpy(dtype=str), *(names[each].astype(str) for each in names)))
    return (
        moved.assign(**{name: pd.array(names[name], dtype="str") for name in names}).iloc[order].reset_index(drop=True)
    )


def _single(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """The shapes with the point in place of multipoints that have one."""
    shapes = shapes.copy()
    alone = (shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOINT) & (shapely.get_num_geometries(shapes) == 1)
    shapes[alone] = shapely.get_geometry(shapes[alone], 0)
    return shapes


def _written(values: pd.Series) -> NDArray[np.object_]:
    """Values as text; whole numbers as people write them."""
    if pd.api.types.is_float_dtype(values):
        return np.array(["" if pd.isna(each) else f"{each:.15g}" for each in values], dtype="object")
    return texts(values)


def _with_heights(existing: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The stakes with the heights of their points where the column says none."""
    shapes = np.asarray(existing.geometry.array)
    own = existing["height_m"] if "height_m" in existing else pd.Series(np.nan, index=existing.index)
    heights = pd.to_numeric(own, errors="coerce").to_numpy(dtype="float64")
    heights = np.where(np.isnan(heights), shapely.get_z(shapes), heights)
    flat = gpd.GeoSeries(shapely.force_2d(shapes), index=existing.index, crs=existing.crs)
    return existing.set_geometry(flat) if np.isnan(heights).all() else existing.assign(geometry=flat, height_m=heights)


def locate_existing(existing: gpd.GeoDataFrame | None, bank_lines: Sequence[BankLine], rules: Stakes) -> pd.DataFrame:
    """Line and place of the existing stakes, and what has to be done with them.

    Parameters
    ----------
    existing
        What :func:`read_existing` gives.
    bank_lines
        The lines.
    rules
        How near a stake that stands right is, and how far one that has lost its line.

    Returns
    -------
    DataFrame
        By position in ``existing``: ``line`` (-1 where there is none), ``along``, ``gap_m`` and ``status``: ``kept``,
        ``moved``, ``missing``.
    """
    count = 0 if existing is None else len(existing)
    table = pd.DataFrame({"line": -1, "along": np.nan, "gap_m": np.nan, "status": "missing"}, index=range(count))
    if existing is None or not count or not bank_lines:
        return table
    lines = np.array([each.line for each in bank_lines], dtype="object")
    points = np.asarray(existing.geometry.array)
    there = np.flatnonzero(~shapely.is_missing(points) & ~shapely.is_empty(points))
    row, line = shapely.STRtree(lines).query(points[there], predicate="dwithin", distance=rules.lost_m)
    row = there[row]
    mine = np.ones(len(row), dtype=bool)
    for name in ("river_id", "bank"):
        wanted = existing[name].to_numpy(dtype=object)[row]
        own = np.array([getattr(each, name) for each in bank_lines], dtype="object")[line]
        mine &= (wanted == "") | (wanted == own)
    row, line = row[mine], line[mine]
    gap = shapely.distance(points[row], lines[line])
    order = np.lexsort((line, gap, row))
    best = order[np.diff(row[order], prepend=-1) != 0]
    row, line, gap = row[best], line[best], gap[best]
    table.loc[row, "line"], table.loc[row, "gap_m"] = line, gap
    table.loc[row, "along"] = shapely.line_locate_point(lines[line], points[row])
    table.loc[row, "status"] = np.where(gap <= rules.stands_m, "kept", "moved")
    return table


def places_of(stakes: gpd.GeoDataFrame, bank_lines: Sequence[BankLine]) -> tuple[Integers, Floats]:
    """The nearest line of its river and bank that each stake is on, (n,), -1 for none, and how far along it."""
    line, along = np.full(len(stakes), -1), np.full(len(stakes), np.nan)
    gap = np.full(len(stakes), np.inf)
    rivers, banks, points = texts(stakes["river_id"]), texts(stakes["bank"]), np.asarray(stakes.geometry.array)
    there = ~shapely.is_missing(points) & ~shapely.is_empty(points)
    for number, each in enumerate(bank_lines):
        mine = np.flatnonzero(there & (rivers == each.river_id) & (banks == each.bank))
        nearer = mine[shapely.distance(points[mine], each.line) < gap[mine]]
        gap[nearer] = shapely.distance(points[nearer], each.line)
        line[nearer], along[nearer] = number, shapely.line_locate_point(each.line, points[nearer])
    return line, along


def join(
    controls: pd.DataFrame,
    existing: gpd.GeoDataFrame | None,
    found: pd.DataFrame,
    *,
    reach_m: Floats,
    together_m: float,
) -> pd.DataFrame:
    """Control points and existing stakes as one table of places that are given.

    A control point at which a stake stands is that stake's. A stake that has to be moved goes to the control point of
    its own reason within reach, if there is one that no other stake is nearer to.

    Parameters
    ----------
    controls
        From :func:`~.control_points.together`.
    existing, found
        The existing stakes and what :func:`locate_existing` says of them.
    reach_m : (n,)
        How far along the line each existing stake may go to its control point.
    together_m
        How near to a control point a stake stands at it.

    Returns
    -------
    DataFrame
        ``line``, ``along``, ``reason``, ``reasons``, ``sources``, ``existing`` (position, -1 for none).
    """
    given = controls.assign(existing=-1)
    if existing is None or not (found["line"] >= 0).any():
        return given
    placed = found[found["line"] >= 0].copy()
    said = texts(existing["reason"]) if "reason" in existing else np.full(len(existing), "", dtype="object")
    placed["reason"] = [each if each in _REASONS else "existing" for each in said[placed.index]]
    moves = (placed["status"] == "moved").to_numpy()
    codes = pd.Categorical([*controls["reason"], *placed["reason"]]).codes
    count = len(controls)
    own, own_gap = _nearest(placed, controls, codes[count:], codes[:count])
    near, gap = _nearest(placed, controls, 0 * codes[count:], 0 * codes[:count])
    goes = moves & (own >= 0) & (own_gap <= reach_m[placed.index])
    near, gap = np.where(goes, own, near), np.where(goes, own_gap, gap)
    # Who stands goes before who has to move.
    taken = _once(near, gap + _BEHIND_M * moves, goes | (gap <= together_m))
    placed.loc[taken & moves, "along"] = controls["along"].to_numpy()[near[taken & moves]]
    placed = placed.assign(reasons=placed["reason"], sources="", existing=placed.index)
    for name in ("reason", "reasons", "sources"):
        placed.loc[taken, name] = controls[name].to_numpy()[near[taken]]
    rest = given[~given.index.isin(near[taken])]
    return pd.concat([rest, placed[list(given.columns)]], ignore_index=True)


def _nearest(placed: pd.DataFrame, controls: pd.DataFrame, mine: Integers, theirs: Integers) -> tuple[Integers, Floats]:
    """Position of the control point of the same line and code nearest along it, -1 without one, and how far it is."""
    if not len(controls):
        return np.full(len(placed), -1), np.full(len(placed), np.inf)
    # One line after the other on one shelf, farther apart than any is long.
    apart = 4.0 * max(float(controls["along"].max()), float(placed["along"].max())) + 1.0
    kinds = int(max(mine.max(), theirs.max())) + 1
    shelf = (controls["line"].to_numpy() * kinds + theirs) * apart + controls["along"].to_numpy()
    at = (placed["line"].to_numpy() * kinds + mine) * apart + placed["along"].to_numpy()
    order = np.argsort(shelf, kind="stable")
    after = np.clip(np.searchsorted(shelf[order], at), 0, len(order) - 1)
    before = np.maximum(after - 1, 0)
    nearer = np.abs(shelf[order[before]] - at) <= np.abs(shelf[order[after]] - at)
    near = order[np.where(nearer, before, after)]
    gap = np.abs(shelf[near] - at)
    same = gap < apart / 2.0
    return np.where(same, near, -1), np.where(same, gap, np.inf)


def _once(near: Integers, cost: Floats, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of those who want the same control point, the one with the least cost."""
    rows = np.flatnonzero(wanted & (near >= 0))
    order = rows[np.lexsort((cost[rows], near[rows]))]
    first = order[np.diff(near[order], prepend=-1) != 0]
    chosen = np.zeros(len(near), dtype=bool)
    chosen[first] = True
    return chosen
