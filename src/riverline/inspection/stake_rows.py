"""Whether what stands in the rows of stakes beside their coordinates is so: neighbours, chainages, rules, texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines.chainage import locate
from riverline.channel import parse_chainage
from riverline.channel.given import rows_by_name, texts, usable_axes
from riverline.demarcation.stakes.columns import coordinate_columns
from riverline.geodesy import format_dms
from riverline.inspection.check import failing
from riverline.inspection.stated import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.inspection.check import Subject

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Rows = NDArray[np.intp]

__all__ = ["stated_rows"]

# A stake stands on the piece that is nearest, and on those that begin or end there.
_REACH_M, _SAME_M = 5.0, 0.5
# Chainages at which pieces change are rounded, and stakes of joined counties stand a little beyond them.
_CHAINAGE_M = 2.0
_PRINTED_M = 0.5
_LINE = ("rule_id", "citation")


def stated_rows(subject: Subject, limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Stakes one of whose columns is not what their place, their line or their neighbour says.

    Administrative units are not held against anything: no layer of them is given.
    """
    stakes = subject.rows("stakes").reset_index(drop=True)
    wrong = {
        **_texts_of_places(stakes, subject),
        **_neighbours(stakes, limit),
        **_on_pieces(stakes, subject, limit),
        **_printed(stakes),
    }
    for column, where in wrong.items():
        yield failing(stakes, "stakes", where=where, code="stake-row-unlike", note=column)


def _texts_of_places(stakes: gpd.GeoDataFrame, subject: Subject) -> dict[str, Flags]:
    """Degrees, minutes and seconds, and the zone, against the place that is drawn."""
    drawn = coordinate_columns(stakes.geometry, subject.result.rules.policy.stakes)
    wrong = {name: _differs(stakes, name, drawn[name]) for name in ("lon_dms", "lat_dms") if name in stakes}
    if "zone" in stakes:
        stated, own = (pd.Series(each).astype("float64").to_numpy() for each in (stakes["zone"], drawn["zone"]))
        wrong["zone"] = ~np.isnan(stated) & (stated != own)
    return wrong


def _neighbours(stakes: gpd.GeoDataFrame, limit: float) -> dict[str, Flags]:
    """The stakes before and after, by number: each other's neighbours, as far off and in the direction that is said."""
    if "next" not in stakes or "previous" not in stakes:
        return {}
    other = {name: _rows_of(stakes, name) for name in ("next", "previous")}
    points = shapely.get_coordinates(shapely.centroid(stakes.geometry.array))
    wrong: dict[str, Flags] = {}
    for name, back in (("next", "previous"), ("previous", "next")):
        row, named = other[name], texts(stakes[name]) != ""
        there = row >= 0
        returned = there & (other[back][row] == np.arange(len(stakes)))
        wrong[name] = named & ~returned
        step = np.where(returned[:, None], points[row] - points, np.nan)
        apart = np.hypot(*step.T)
        bearing = np.where(apart > 0.0, np.degrees(np.arctan2(step[:, 0], step[:, 1])) % 360.0, np.nan)
        # What is rounded sideways turns a short step more than a long one.
        turn = np.degrees(limit / np.fmax(apart, limit)) + 1e-6
        figures = {f"{name}_m": (apart, np.full(len(apart), limit)), f"{name}_bearing": (bearing, turn)}
        for column, (drawn, slack) in figures.items():
            if column in stakes:
                wrong[column] = _unlike(stakes, column, drawn, slack, known=returned, circle="bearing" in column)
        if f"{name}_bearing_dms" in stakes and f"{name}_bearing" in stakes:
            stated = numbers(stakes, f"{name}_bearing")
            wrong[f"{name}_bearing_dms"] = _differs(stakes, f"{name}_bearing_dms", format_dms(stated))
    return wrong


def _rows_of(stakes: gpd.GeoDataFrame, name: str) -> Rows:
    """Position of the stake that a column names by its number, on the same line; -1 where there is none."""
    line = [texts(stakes[each]) for each in ("river_id", "bank", "extent") if each in stakes]
    keys = pd.MultiIndex.from_arrays([*line, texts(stakes["number"])])
    wanted = pd.MultiIndex.from_arrays([*line, texts(stakes[name])])
    first = ~keys.duplicated()
    place = keys[first].get_indexer(wanted)
    return np.where((place >= 0) & (texts(stakes[name]) != ""), np.flatnonzero(first)[place], -1)


def _on_pieces(stakes: gpd.GeoDataFrame, subject: Subject, limit: float) -> dict[str, Flags]:
    """Chainage, rule, citation and distance against the pieces of line that a stake stands on."""
    lines = subject.rows("management_lines").reset_index(drop=True)
    if lines.empty or stakes.empty:
        return {}
    stake, piece, apart = _pieces(stakes, lines)
    known = _any(stake, len(stakes))
    wrong = {}
    if "chainage_m" in stakes:
        at = numbers(stakes, "chainage_m")[stake]
        low, high = (numbers(lines, name)[piece] for name in ("start_chainage_m", "end_chainage_m"))
        fits = (at >= np.fmin(low, high) - _CHAINAGE_M) & (at <= np.fmax(low, high) + _CHAINAGE_M)
        stated = np.isfinite(numbers(stakes, "chainage_m"))
        fitting = _any(stake[fits | np.isnan(low)], len(stakes)) | _at_foot(stakes, subject)
        wrong["chainage_m"] = known & stated & ~fitting
    for name in _LINE:
        if name in stakes and name in lines:
            said = texts(stakes[name])
            same = said[stake] == texts(lines[name])[piece]
            wrong[name] = known & (said != "") & ~_any(stake[same], len(stakes))
    if "offset_m" in stakes:
        nearest = np.full(len(stakes), np.nan)
        nearest[stake[::-1]] = apart[::-1]
        wrong["offset_m"] = _unlike(stakes, "offset_m", nearest, np.full(len(stakes), limit), known=known)
    return wrong


def _at_foot(stakes: gpd.GeoDataFrame, subject: Subject) -> Flags:
    """Stakes whose chainage is that of the nearest place of their river's axis, where axes are given.

    A line that turns back along the river has one chainage where its pieces meet, and its stakes have those of theirs.
    """
    right = np.zeros(len(stakes), dtype=bool)
    if "axes" not in subject.layers:
        return right
    axes, at = usable_axes(subject.layers["axes"]), numbers(stakes, "chainage_m")
    points = np.column_stack([each(shapely.centroid(stakes.geometry.array)) for each in (shapely.get_x, shapely.get_y)])
    for river, named in rows_by_name(texts(stakes["river_id"])).items():
        rows = named[np.isfinite(points[named, 0])]
        for axis in np.flatnonzero(axes.river_id == river):
            foot, _ = locate(points[rows], shapely.get_coordinates(axes.line[axis]))
            right[rows] |= np.abs(at[rows] - foot - float(axes.start[axis])) <= _CHAINAGE_M
    return right


def _pieces(stakes: gpd.GeoDataFrame, lines: gpd.GeoDataFrame) -> tuple[Rows, Rows, Floats]:
    """Stake, piece of the line of its own river and bank that it stands on, and how far off; the nearest first."""
    shapes = np.asarray(lines.geometry.array, dtype=object)
    points = np.asarray(stakes.geometry.array, dtype=object)
    stake, piece = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=_REACH_M)
    for name in ("river_id", "bank"):
        own = texts(stakes[name])[stake] == texts(lines[name])[piece]
        stake, piece = stake[own], piece[own]
    apart = np.asarray(shapely.distance(points[stake], shapes[piece]), dtype="float64")
    order = np.lexsort((piece, apart, stake))
    stake, piece, apart = stake[order], piece[order], apart[order]
    nearest = np.full(len(stakes), np.inf)
    np.minimum.at(nearest, stake, apart)
    kept = apart <= nearest[stake] + _SAME_M
    return stake[kept], piece[kept], apart[kept]


def _printed(stakes: gpd.GeoDataFrame) -> dict[str, Flags]:
    """Printed chainages: readable, and as far from the true one as a neighbour's, for breaks shift whole stretches."""
    if "printed_chainage" not in stakes or "chainage_m" not in stakes:
        return {}
    said, at = texts(stakes["printed_chainage"]), numbers(stakes, "chainage_m")
    printed = parse_chainage(pd.Series(said).where(said != "")).to_numpy(dtype="float64", na_value=np.nan)
    shift = printed - at
    order = np.lexsort((at, texts(stakes["bank"]).astype(str), texts(stakes["river_id"]).astype(str)))
    along = shift[order]
    before, after = np.append(np.nan, along[:-1]), np.append(along[1:], np.nan)
    lone = np.abs(along) > _PRINTED_M
    lone &= ~(np.abs(along - before) <= _PRINTED_M) & ~(np.abs(along - after) <= _PRINTED_M)
    wrong = np.zeros(len(stakes), dtype=bool)
    wrong[order] = lone
    return {"printed_chainage": wrong | ((said != "") & np.isnan(printed))}


def _differs(stakes: gpd.GeoDataFrame, column: str, drawn: Any) -> Flags:  # noqa: ANN401 - texts
    said = texts(stakes[column])
    return np.asarray((said != "") & (said != np.asarray(drawn, dtype=object)), dtype=bool)


def _unlike(
    stakes: gpd.GeoDataFrame, column: str, drawn: Floats, slack: Floats, *, known: Flags, circle: bool = False
) -> Flags:
    """Figures that are not what is drawn, or that nothing is drawn for."""
    stated = numbers(stakes, column)
    off = np.abs(stated - drawn)
    off = np.fmin(off, 360.0 - off) if circle else off
    lost = ~known if column != "offset_m" else np.zeros(len(stakes), dtype=bool)
    return np.isfinite(stated) & (lost | (off > slack))


def _any(rows: Rows, count: int) -> Flags:
    found = np.zeros(count, dtype=bool)
    found[rows] = True
    return found
