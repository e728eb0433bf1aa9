"""Permits: which are valid on a day, how far each reaches, and what of pieces they cover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline._kernels.areas.cutting import areal
from riverline.demarcation.findings import Finding
from riverline.demarcation.intake import row_names, split_usable, typed
from riverline.geodesy import align
from riverline.schema import PERMITS
from riverline.schema.values import read_values

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

__all__ = ["Covered", "Permits", "covered_by", "permits_of"]

_ARCS = 32  # segments of a quarter circle of a permit with a radius
STATES = ("valid", "undecided", "future", "expired")
"""States of permits, the one that counts most first."""


@dataclass(frozen=True, slots=True, eq=False)
class Permits:
    """Permits with a reach, n of them, by code.

    Attributes
    ----------
    key, state : (n,)
        Code, and whether it is valid on the day: one of :data:`STATES`.
    period : (n,)
        First and last day as text, the same in every language.
    area : (n,)
        The ground that it covers.
    """

    key: NDArray[np.object_]
    state: NDArray[np.object_]
    period: NDArray[np.object_]
    area: Shapes


@dataclass(frozen=True, slots=True, eq=False)
class Covered:
    """What permits cover of pieces, m of them.

    Attributes
    ----------
    piece, permit : (m,)
        Pairs, in order.
    rest : dict
        For each piece that a valid permit touches what of it none covers.
    """

    piece: NDArray[np.intp]
    permit: NDArray[np.intp]
    rest: dict[int, Any]


def permits_of(
    frame: gpd.GeoDataFrame | None,
    crs: Any,  # noqa: ANN401 - a CRS
    on: dt.date | None,
) -> tuple[Permits, list[Finding]]:
    """Permits that can be used, and what is to be said of the others.

    Parameters
    ----------
    frame
        Rows of :data:`riverline.schema.PERMITS`, or None.
    crs
        CRS of the extents.
    on
        The day. Without one a permit with a date is neither valid nor expired.
    """
    none = np.empty(0, dtype=object)
    if frame is None or not len(frame):
        return Permits(none, none, none, none), []
    moved = align(frame, crs, layer="permits")
    rows, findings = typed(moved, PERMITS)
    unread = np.zeros(len(rows), dtype=bool)
    for name in {"valid_from", "valid_to"} & set(moved.columns):
        unread |= ~read_values(moved[name], PERMITS[name]).blank & rows[name].isna().to_numpy()
    rows["_unread"] = unread
    usable, wrong = split_usable(rows, PERMITS, names=row_names(moved, PERMITS), places=np.zeros(len(rows), dtype=bool))
    findings += wrong
    usable = usable.assign(_place=usable.geometry.to_wkb(hex=True)).sort_values(["permit_id", "_place"])
    area, short = _areas(usable)
    state, about = _states(usable, on)
    key = usable["permit_id"].to_numpy(dtype=object)
    kept = np.flatnonzero(~shapely.is_missing(area) & (state != "reversed"))
    about += _undated(usable.iloc[kept])
    period = np.array([f"{first} – {last}" for first, last in _days(usable)], dtype=object)
    return Permits(key[kept], state[kept], period[kept], area[kept]), findings + short + about


def _areas(rows: gpd.GeoDataFrame) -> tuple[Shapes, list[Finding]]:
    """The ground of each permit; None for a point or a line without a radius."""
    shapes = np.asarray(rows.geometry.array, dtype=object)
    radius = rows["radius_m"].to_numpy(dtype="float64") if "radius_m" in rows.columns else np.full(len(rows), np.nan)
    flat = shapely.get_dimensions(shapes) < 2  # noqa: PLR2004 - areas
    reach = flat & (np.nan_to_num(radius) > 0.0)
    area = shapes.copy()
    # Wider than the circle by what its chords cut off, so that no place within the radius is left out.
    area[reach] = shapely.buffer(shapes[reach], radius[reach] / np.cos(np.pi / (4 * _ARCS)), quad_segs=_ARCS)
    short = np.flatnonzero(flat & ~reach)
    area[short] = None
    words = ("point", "line")
    return area, [
        Finding("permit-without-reach", "permits", str(rows["permit_id"].iloc[row]), shapes[row],
                note=words[shapely.get_dimensions(shapes[row])])
        for row in short
    ]  # fmt: skip


def _undated(rows: gpd.GeoDataFrame) -> list[Finding]:
    """Permits that count for ever since nothing is written of their days."""
    days = [name for name in ("valid_from", "valid_to") if name in rows.columns]
    open_ = (rows[days].isna().all(axis=1) & ~rows["_unread"]).to_numpy(dtype=bool)
    told = zip(rows["permit_id"][open_], rows.geometry[open_], strict=True)
    return [Finding("permit-undated", "permits", str(key), place) for key, place in told]


def _days(rows: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    ends = []
    for name in ("valid_from", "valid_to"):
        days = rows[name] if name in rows.columns else pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]")
        ends.append(["…" if pd.isna(day) else str(day.date()) for day in days])
    return list(zip(*ends, strict=True))


def _states(rows: gpd.GeoDataFrame, on: dt.date | None) -> tuple[NDArray[np.object_], list[Finding]]:
    """One of :data:`STATES` for each permit, or ``reversed``; both days belong to the period."""
    blank = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]")
    first, last = (rows[name] if name in rows.columns else blank for name in ("valid_from", "valid_to"))
    turned = (last < first).to_numpy(dtype=bool)
    dated = (first.notna() | last.notna()).to_numpy(dtype=bool)
    unread = rows["_unread"].to_numpy(dtype=bool)
    state = np.full(len(rows), "valid", dtype=object)
    if on is not None:
        day = pd.Timestamp(on)
        state[(first > day).to_numpy(dtype=bool)] = "future"
        state[(last < day).to_numpy(dtype=bool)] = "expired"
    undecided = unread | (dated & (on is None))
    state[undecided], state[turned] = "undecided", "reversed"
    keys, places = rows["permit_id"].to_numpy(dtype=object), rows.geometry.to_numpy()
    findings = [
        Finding("permit-undecided", "permits", str(keys[row]), places[row],
                note="date-not-read" if unread[row] else "no-day-given")
        for row in np.flatnonzero(undecided & ~turned)
    ]  # fmt: skip
    days = _days(rows)
    return state, findings + [
        Finding("permit-dates-reversed", "permits", str(keys[row]), places[row], note=" > ".join(days[row]))
        for row in np.flatnonzero(turned)
    ]


def covered_by(permits: Permits, pieces: Shapes) -> Covered:
    """What permits cover of pieces inside an extent.

    Parameters
    ----------
    permits
        From :func:`permits_of`.
    pieces : (n,)
        Points, lines and valid areas.

    Returns
    -------
    Covered
        Pairs that share more than an edge. What valid permits leave of a piece is an empty shape where they cover it.
    """
    if not len(permits.key) or not len(pieces):
        return Covered(np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp), {})
    piece, permit = shapely.STRtree(permits.area).query(pieces, predicate="intersects")
    shared = shapely.intersection(pieces[piece], permits.area[permit])
    real = shapely.get_dimensions(shared) == shapely.get_dimensions(pieces[piece])
    piece, permit = piece[real], permit[real]
    order = np.lexsort((permit, piece))
    piece, permit = piece[order], permit[order]
    valid = permits.state[permit] == "valid"
    touched, first = np.unique(piece[valid], return_index=True)
    grounds = np.split(permits.area[permit[valid]], first[1:])
    rest = {
        int(row): _left(pieces[row], shapely.union_all(ground))
        for row, ground in zip(touched, grounds if len(touched) else [], strict=True)
    }
    return Covered(piece, permit, rest)


def _left(piece: shapely.Geometry, ground: shapely.Geometry) -> shapely.Geometry:
    left = shapely.difference(piece, ground)
    areas = shapely.get_dimensions(piece) == 2  # noqa: PLR2004 - areas
    return areal(np.array([left], dtype=object))[0] if areas else left
