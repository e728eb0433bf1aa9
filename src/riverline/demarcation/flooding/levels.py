"""Flood levels along an axis: a level for every chainage, from levels given at points or along lines across."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.lines import chainage
from riverline.demarcation.findings import Finding
from riverline.demarcation.stated import disagreeing

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Levels", "against_flow", "beyond_ends", "crossings_of", "level_at", "place_levels", "rising"]

RISE_M = 0.01
"""A level that is less than this above the one upstream is as high: levels are given to the centimetre."""

SAME_PLACE_M = 0.01
"""Levels nearer to each other along the axis than this are at one place."""

NEAR_END_M = 1.0
"""A level that stops nearer than this to the end of the reach is not called extrapolated."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Levels by rising chainage.

    Attributes
    ----------
    chainage_m, level_m : (n,)
        Where they are and how high, n ≥ 1.
    ids
        Their keys.
    lines
        Lines across the valley along which the chainage is constant, as (coordinates, chainage).
    """

    chainage_m: Floats
    level_m: Floats
    ids: tuple[str, ...]
    lines: tuple[tuple[Floats, float], ...] = field(default=())


def level_at(levels: Levels, chainage_m: Floats) -> Floats:
    """Level at chainages: linear between the given ones, constant beyond the first and the last.

    Parameters
    ----------
    levels
        Given levels.
    chainage_m
        Any array of chainages.

    Returns
    -------
    ndarray
        Levels, of the same shape.

    Notes
    -----
    No splines: they overshoot, and an overshoot moves a legal line.

    Examples
    --------
    >>> given = Levels(np.array([0.0, 100.0]), np.array([5.0, 4.0]), ("a", "b"))
    >>> level_at(given, np.array([-10.0, 25.0, 200.0])).tolist()
    [5.0, 4.75, 4.0]
    """
    shape = np.shape(chainage_m)
    return np.interp(np.ravel(chainage_m), levels.chainage_m, levels.level_m).reshape(shape)


def beyond_ends(levels: Levels, length_m: float, margin_m: float) -> Levels:
    """The same levels inside a reach, going on straight beyond its ends.

    Parameters
    ----------
    levels
        Given levels.
    length_m
        Length of the reach.
    margin_m
        How far to go on.

    Returns
    -------
    Levels
        Without a bend at the ends, where half a cell lies outside of the reach.

    Examples
    --------
    >>> given = Levels(np.array([0.0, 60.0]), np.array([5.0, 4.4]), ("a", "b"))
    >>> level_at(beyond_ends(given, 100.0, 10.0), np.array([-10.0, 0.0, 60.0, 110.0])).round(2).tolist()
    [5.1, 5.0, 4.4, 4.4]
    """
    inside = (levels.chainage_m > SAME_PLACE_M) & (levels.chainage_m < length_m - SAME_PLACE_M)
    knots = np.concatenate([[0.0], levels.chainage_m[inside], [length_m]])
    heights = level_at(levels, knots)
    slopes = np.diff(heights)[[0, -1]] / np.diff(knots)[[0, -1]]
    outer = heights[[0, -1]] + slopes * [-margin_m, margin_m]
    knots = np.concatenate([[-margin_m], knots, [length_m + margin_m]])
    return replace(levels, chainage_m=knots, level_m=np.concatenate([outer[:1], heights, outer[1:]]))


def place_levels(
    axis: shapely.LineString, levels: gpd.GeoDataFrame, *, shift_m: float = 0.0
) -> tuple[Levels | None, list[Finding]]:
    """Levels of one river in their order along its axis.

    Parameters
    ----------
    axis
        The axis, drawn downstream.
    levels
        Rows of :data:`riverline.schema.FLOOD_LEVELS` of this river, in the axis's CRS. A point lies at its
        ``chainage_m`` if it has one, here counted from the first vertex of the axis (:func:`riverline.demarcate` takes
        the axis's ``start_chainage_m`` off what is printed), else where it is nearest to the axis; a line lies where it
        crosses the axis.
    shift_m
        Added to every level, to see how the line moves with it.

    Returns
    -------
    Levels or None
        None if no level can be used.
    list of Finding
        ``level-missing``, ``level-line-misses-axis``, ``level-line-crosses-again``, ``level-duplicate``,
        ``levels-mixed``, ``chainage-disagrees``, ``axis-against-levels``, ``level-rises-downstream``,
        ``level-extrapolated``.

    Examples
    --------
    >>> import geopandas as gpd
    >>> points = [shapely.Point(90, 5), shapely.Point(10, -5)]
    >>> data = {"level_id": ["b", "a"], "river_id": "R1", "level_m": [4.2, 4.0], "basis": "design"}
    >>> frame = gpd.GeoDataFrame(data, geometry=points, crs=4548)
    >>> given, findings = place_levels(shapely.LineString([(0, 0), (100, 0)]), frame)
    >>> given.chainage_m.tolist(), given.ids
    ([10.0, 90.0], ('a', 'b'))
    >>> [(finding.code, finding.feature_id, round(finding.value, 3)) for finding in findings]
    [('axis-against-levels', 'R1', 0.2), ('level-rises-downstream', 'b', 0.2), ('level-extrapolated', 'a', 10.0), ('level-extrapolated', 'b', 10.0)]
    """  # noqa: E501 - the findings are shown as they are printed
    levels = levels.sort_values("level_id", kind="stable")
    ids = levels["level_id"].astype("str").to_numpy()
    heights = levels["level_m"].to_numpy(dtype="float64", na_value=np.nan) + shift_m
    shapes = levels.geometry.to_numpy()
    placed, lines, findings = _place(axis, levels, ids, shapes)
    usable = np.isfinite(heights)
    findings += [Finding("level-missing", "flood_levels", ids[i], shapes[i]) for i in np.flatnonzero(~usable)]
    kept = np.flatnonzero(usable & np.isfinite(placed))
    kept = kept[np.lexsort((ids[kept], placed[kept]))]
    if not len(kept):
        return None, findings
    findings += _mixed(levels.iloc[kept], shapes[kept])
    kept, doubled = _one_a_place(placed, heights, kept, ids, shapes)
    given = Levels(placed[kept], heights[kept], tuple(ids[kept]), tuple(lines[i] for i in kept.tolist() if i in lines))
    river = str(levels["river_id"].iloc[0])
    findings += [*doubled, *against_flow(given, axis, river), *rising(given, shapes[kept], layer="flood_levels")]
    findings += _extrapolated(axis, given)
    return given, findings


def _place(
    axis: shapely.LineString, levels: gpd.GeoDataFrame, ids: NDArray[Any], shapes: NDArray[Any]
) -> tuple[Floats, dict[int, tuple[Floats, float]], list[Finding]]:
    """Chainage of each level (NaN where it has none), its level line if it is one, and what was found."""
    corners = shapely.get_coordinates(axis)
    is_line = shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING
    placed = np.full(len(levels), np.nan)
    points = np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.POINT)
    placed[points] = chainage.locate(shapely.get_coordinates(shapes[points]), corners)[0]
    stated = np.full(len(levels), np.nan)
    if "chainage_m" in levels.columns:
        stated = levels["chainage_m"].to_numpy(dtype="float64", na_value=np.nan)
    drawn = np.full((len(levels), 2), np.nan)
    drawn[points] = shapely.get_coordinates(shapes[points])
    findings = disagreeing(axis, stated, drawn, layer="flood_levels", ids=ids, shapes=shapes, used="chainage-used")
    placed = np.where(np.isfinite(stated) & ~is_line, stated, placed)
    lines: dict[int, tuple[Floats, float]] = {}
    crossed = np.full((len(levels), 2), np.nan)
    for number in np.flatnonzero(is_line):
        i = int(number)
        crossings = crossings_of(shapes[i], axis)
        if not len(crossings):
            findings.append(Finding("level-line-misses-axis", "flood_levels", ids[i], shapes[i]))
            continue
        if len(crossings) > 1:
            findings.append(Finding("level-line-crosses-again", "flood_levels", ids[i], shapes[i], len(crossings), 1.0))
        line, at = _around_crossing(shapes[i], crossings)
        placed[i] = chainage.locate([at], corners)[0][0]
        lines[i] = (line, float(placed[i]))
        crossed[i] = at
    findings += disagreeing(axis, stated, crossed, layer="flood_levels", ids=ids, shapes=shapes, used="place-used")
    return placed, lines, findings


def crossings_of(line: shapely.LineString, axis: shapely.LineString) -> Floats:
    """Where a line across the valley crosses the axis; a touch at an end of the axis may miss it by a little.

    Parameters
    ----------
    line, axis
        The two lines.

    Returns
    -------
    (n, 2)
        Coordinates on the line, none if it passes the axis farther off than :data:`NEAR_END_M`.

    Examples
    --------
    >>> axis = shapely.LineString([(0, 0), (9, 0)])
    >>> crossings_of(shapely.LineString([(-0.1, 5), (-0.1, -5)]), axis).tolist()
    [[-0.1, 0.0]]
    """
    crossings = shapely.get_coordinates(shapely.intersection(line, axis))
    if len(crossings) or line.distance(axis) > NEAR_END_M:
        return crossings
    return shapely.get_coordinates(shapely.shortest_line(line, axis))[:1]


def _around_crossing(line: shapely.LineString, crossings: Floats) -> tuple[Floats, Floats]:
    """The part of a line around the crossing nearest to its middle, up to half way to the next crossings."""
    along = np.sort(shapely.line_locate_point(line, shapely.points(crossings)))
    chosen = int(np.argmin(np.abs(along - line.length / 2)))
    start = (along[chosen - 1] + along[chosen]) / 2 if chosen else 0.0
    end = (along[chosen] + along[chosen + 1]) / 2 if chosen + 1 < len(along) else line.length
    coords = shapely.get_coordinates(line)
    return chainage.cut(coords, start, end), chainage.position(coords, np.array([along[chosen]]))[0]


def _mixed(levels: gpd.GeoDataFrame, shapes: NDArray[Any]) -> list[Finding]:
    """Levels of several floods in one river: their mixture is no flood at all."""
    columns = [name for name in ("return_period", "basis") if name in levels.columns]
    kinds = sorted({", ".join(str(value) for value in row) for row in levels[columns].itertuples(index=False)})
    if len(kinds) < 2:  # noqa: PLR2004 - one flood is what is wanted
        return []
    rivers = levels["river_id"].astype("str").iloc[0]
    where = shapely.union_all(shapely.point_on_surface(shapes))
    return [Finding("levels-mixed", "flood_levels", rivers, where, len(kinds), 1.0, note="; ".join(kinds))]


def _one_a_place(
    placed: Floats, heights: Floats, kept: NDArray[np.int64], ids: NDArray[Any], shapes: NDArray[Any]
) -> tuple[NDArray[np.int64], list[Finding]]:
    """Of several levels at one place the highest, so that the line is never inside."""
    place = np.cumsum(np.diff(placed[kept], prepend=placed[kept[0]]) > SAME_PLACE_M)
    order = np.lexsort((ids[kept], -heights[kept], place))
    first = np.append(True, np.diff(place[order]) > 0)
    best = kept[order[first]]
    findings = [
        Finding("level-duplicate", "flood_levels", ids[i], shapes[i], heights[i], heights[best[place[n]]], "m",
                note=ids[best[place[n]]])
        for n, i in enumerate(kept) if i != best[place[n]]
    ]  # fmt: skip
    return best, findings


def rising(levels: Levels, shapes: Sequence[Any], *, layer: str) -> list[Finding]:
    """Levels that are higher than the one before them upstream.

    Parameters
    ----------
    levels
        Levels by rising chainage.
    shapes
        Their geometries, in the same order.
    layer
        Layer they come from.

    Returns
    -------
    list of Finding
        ``level-rises-downstream`` with the rise in metres and the level upstream; the level is used as it is.

    Examples
    --------
    >>> levels = Levels(np.array([0.0, 9.0]), np.array([4.0, 4.5]), ("a", "b"))
    >>> [finding.note for finding in rising(levels, [None, None], layer="sections")]
    ['a']
    """
    return [
        Finding("level-rises-downstream", layer, levels.ids[i], shapes[i], rise, 0.0, "m", note=levels.ids[i - 1])
        for i, rise in enumerate(np.diff(levels.level_m).tolist(), 1)
        if rise > RISE_M
    ]


def against_flow(levels: Levels, axis: shapely.LineString, river_id: str) -> list[Finding]:
    """An axis along which all levels rise: it is drawn upstream, or the chainages of the levels count the other way.

    Parameters
    ----------
    levels
        Levels by rising chainage.
    axis
        The axis.
    river_id
        Its code.

    Returns
    -------
    list of Finding
        ``axis-against-levels`` with the rise in metres from the first level to the last, as
        :func:`riverline.channel.check_orientation` has it; none where some level falls.

    Examples
    --------
    >>> axis = shapely.LineString([(0, 0), (9, 0)])
    >>> found = against_flow(Levels(np.array([0.0, 9.0]), np.array([4.0, 4.5]), ("a", "b")), axis, "R1")
    >>> [(finding.code, finding.value, finding.note) for finding in found]
    [('axis-against-levels', 0.5, 'a → b')]
    """
    rise = float(levels.level_m[-1] - levels.level_m[0])
    if rise <= RISE_M or (np.diff(levels.level_m) < -RISE_M).any():
        return []
    ends = f"{levels.ids[0]} → {levels.ids[-1]}"
    return [Finding("axis-against-levels", "axes", river_id, axis, rise, RISE_M, "m", note=ends)]


def _extrapolated(axis: shapely.LineString, levels: Levels) -> list[Finding]:
    """Stretches at the ends of the reach that take the nearest level as it is."""
    corners = shapely.get_coordinates(axis)
    first, last = np.clip(levels.chainage_m[[0, -1]], 0.0, axis.length)
    stretches = ((0.0, first, levels.ids[0]), (last, axis.length, levels.ids[-1]))
    return [
        Finding("level-extrapolated", "flood_levels", level_id, shapely.LineString(chainage.cut(corners, start, end)),
                float(end - start), NEAR_END_M, "m")
        for start, end, level_id in stretches if end - start > NEAR_END_M
    ]  # fmt: skip
