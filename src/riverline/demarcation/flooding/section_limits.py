"""Surveyed sections along an axis: where each crosses it, and how far the flood stands to its left and right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.lines import chainage
from riverline._kernels.lines.wet_width import WetWidth, wet_width
from riverline.demarcation.findings import Finding
from riverline.demarcation.flooding.levels import SAME_PLACE_M, crossings_of
from riverline.demarcation.stated import disagreeing

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Limits", "find_limits"]

LENGTH_SHARE = 0.01
"""Stations may differ from the length of the section's line by this share before it is told."""

_HOP = 0.001  # how far beside the axis, as a share of a section, its two sides are looked at


@dataclass(frozen=True, slots=True)
class Limits:
    """One section with its wet limits.

    Attributes
    ----------
    section_id
        Its key.
    level
        Flood level.
    chainage
        Where it crosses the axis.
    line : (k, 2)
        Its line, from the left to the right bank.
    middle
        Distance along the line to the axis.
    left, right
        Distances along the line to the wet limits.
    sure
        Whether the limit on the left, on the right is one: not an end of the section, not put on the axis.
    """

    section_id: str
    level: float
    chainage: float
    line: Floats
    middle: float
    left: float
    right: float
    sure: tuple[bool, bool]

    def half(self, side: int) -> Floats:
        """The line from the axis to the wet limit on the left (0) or right (1)."""
        if side == 0:
            return chainage.cut(self.line, self.left, self.middle)[::-1]
        return chainage.cut(self.line, self.middle, self.right)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A usable section before its water is looked at: line and ground from left to right, distances along the line."""

    section_id: str
    level: float
    line: Floats
    along: Floats
    ground: Floats
    middle: float
    walls: tuple[float, float]


def find_limits(axis: shapely.LineString, sections: gpd.GeoDataFrame) -> tuple[list[Limits], list[Finding]]:
    """Wet limits of every usable section of a river, by rising chainage.

    Parameters
    ----------
    axis
        The axis, drawn downstream.
    sections
        Rows of :data:`riverline.schema.SECTIONS` of this river, in the axis's CRS.

    Returns
    -------
    list of Limits
        One a place.
    list of Finding
        ``level-missing``, ``section-no-profile``, ``section-stations-fall``, ``section-misses-axis``,
        ``section-crosses-again``, ``section-reversed``, ``section-length-differs``, ``section-too-short``,
        ``section-dry``, ``section-axis-off-channel``, ``section-wet-beyond``, ``section-duplicate``,
        ``levee-overtopped``, ``chainage-disagrees``.

    Examples
    --------
    >>> import geopandas as gpd
    >>> profile = shapely.LineString([(0, 9), (10, 1), (20, 9)])
    >>> data = {"section_id": ["S1"], "river_id": ["R1"], "level_m": [5.0], "profile": [profile]}
    >>> sections = gpd.GeoDataFrame(data, geometry=[shapely.LineString([(50, 10), (50, -10)])], crs=4548)
    >>> limits, findings = find_limits(shapely.LineString([(0, 0), (100, 0)]), sections)
    >>> [(each.chainage, each.left, each.right) for each in limits], findings
    ([(50.0, 5.0, 15.0)], [])
    """
    sections = sections.sort_values("section_id", kind="stable")
    findings: list[Finding] = []
    found = []
    for row in sections.to_dict("records"):
        placed = _place(axis, row, sections.geometry.name, findings)
        if placed is not None:
            found.append(_limits(axis, placed, findings))
    findings += _misplaced(axis, sections, found)
    found.sort(key=lambda each: (each.chainage, each.section_id))
    return _one_a_place(found, findings), findings


def _misplaced(axis: shapely.LineString, sections: gpd.GeoDataFrame, found: list[Limits]) -> list[Finding]:
    """Sections that state another chainage than that at which they cross the axis, which is the one used."""
    if "chainage_m" not in sections.columns or not found:
        return []
    stated = dict(zip(sections["section_id"].astype("str"), sections["chainage_m"], strict=True))
    return disagreeing(
        axis,
        np.array([_number(stated[each.section_id]) for each in found]),
        chainage.position(shapely.get_coordinates(axis), np.array([each.chainage for each in found])),
        layer="sections",
        ids=[each.section_id for each in found],
        shapes=[shapely.LineString(each.line) for each in found],
        used="place-used",
    )


def _place(axis: shapely.LineString, row: dict[Any, Any], shape: str, findings: list[Finding]) -> _Placed | None:
    """The section turned from left to right and measured along its line; None with a finding if it cannot be used."""
    section_id, line, level = str(row["section_id"]), row[shape], _number(row["level_m"])
    points = _points(row["profile"])
    crossings = np.unique(shapely.line_locate_point(line, shapely.points(crossings_of(line, axis))))
    code = _unusable(points, level, crossings)
    if code:
        findings.append(Finding(code, "sections", section_id, line))
        return None
    along, (start, scale), differs = _along_line(points[:, 0], line.length)
    if differs > LENGTH_SHARE * line.length:
        allowed = LENGTH_SHARE * line.length
        findings.append(Finding("section-length-differs", "sections", section_id, line, differs, allowed, "m"))
    if len(crossings) > 1:
        findings.append(Finding("section-crosses-again", "sections", section_id, line, len(crossings), 1.0))
    middle = float(crossings[int(np.argmin(np.interp(crossings, along, points[:, 1])))])
    walls = [(_number(row.get(f"{bank}_levee_station_m")) - start) * scale for bank in ("left", "right")]
    coords = shapely.get_coordinates(line)
    if not _is_reversed(axis, coords, middle, line.length):
        return _Placed(section_id, level, coords, along, points[:, 1], middle, (walls[0], walls[1]))
    findings.append(Finding("section-reversed", "sections", section_id, line))
    middle = line.length - middle
    turned = _two_sides([line.length - wall for wall in walls], middle)
    return _Placed(section_id, level, coords[::-1], line.length - along[::-1], points[::-1, 1], middle, turned)


def _points(profile: object) -> Floats:
    return shapely.get_coordinates(profile) if isinstance(profile, shapely.LineString) else np.empty((0, 2))


def _unusable(points: Floats, level: float, crossings: Floats) -> str:
    """Why a section cannot be used; empty if it can."""
    if len(points) < 2 or not np.isfinite(points).all():  # noqa: PLR2004 - a profile has two points
        return "section-no-profile"
    if (np.diff(points[:, 0]) < 0).any() or points[-1, 0] <= points[0, 0]:
        return "section-stations-fall"
    if not np.isfinite(level):
        return "level-missing"
    return "" if len(crossings) else "section-misses-axis"


def _two_sides(walls: list[float], middle: float) -> tuple[float, float]:
    """The wall on the left and the wall on the right of the axis."""
    left = [wall for wall in walls if wall <= middle]
    right = [wall for wall in walls if wall > middle]
    return max(left, default=float("nan")), min(right, default=float("nan"))


def _number(value: object) -> float:
    return float("nan") if value is None else float(value)  # type: ignore[arg-type]


def _along_line(station: Floats, length: float) -> tuple[Floats, tuple[float, float], float]:
    """Distances along a line of that length, the station and scale behind them, and by how much the two differ.

    Stations count from the line's first vertex. If they only fit counted from the profile's first point, that is meant.
    """
    from_vertex, from_point = abs(station[-1] - length), abs(station[-1] - station[0] - length)
    start = float(station[0]) if from_point < from_vertex or station[0] < 0 else 0.0
    scale = length / float(station[-1] - start)
    return (station - start) * scale, (start, scale), float(abs(station[-1] - start - length))


def _is_reversed(axis: shapely.LineString, coords: Floats, middle: float, length: float) -> bool:
    """Whether the line runs from the right to the left bank where it crosses the axis."""
    sides = chainage.position(coords, np.array([middle - _HOP * length, middle + _HOP * length]))
    _, offset = chainage.locate(sides, shapely.get_coordinates(axis))
    return bool(offset[0] > offset[1])


def _limits(axis: shapely.LineString, placed: _Placed, findings: list[Finding]) -> Limits:
    at = chainage.position(placed.line, np.array([placed.middle]))
    where = float(chainage.locate(at, shapely.get_coordinates(axis))[0][0])
    water = wet_width(placed.along, placed.ground, placed.level, placed.middle, walls=placed.walls)
    if water is None:
        dry = shapely.Point(at[0])
        lowest = float(placed.ground.min())
        findings.append(Finding("section-dry", "sections", placed.section_id, dry, lowest, placed.level, "m"))
        return Limits(placed.section_id, placed.level, where, placed.line, placed.middle, placed.middle, placed.middle,
                      (False, False))  # fmt: skip
    findings.extend(_seen(placed, water))
    left, right = min(water.left, placed.middle), max(water.right, placed.middle)
    sure = (water.short[0] == 0.0, water.short[1] == 0.0)
    return Limits(placed.section_id, placed.level, where, placed.line, placed.middle, left, right, sure)


def _seen(placed: _Placed, water: WetWidth) -> list[Finding]:
    """What the water in a section says about the section."""
    limits = chainage.position(placed.line, np.array([water.left, water.right]))
    found = []
    if water.off_channel > 0.0:
        where = shapely.Point(chainage.position(placed.line, np.array([placed.middle]))[0])
        found.append(("section-axis-off-channel", where, water.off_channel, ""))
    for i, bank in enumerate(("left", "right")):
        at = shapely.Point(limits[i])
        found += [(code, at, value, bank) for code, value in (
            ("section-too-short", water.short[i]), ("section-wet-beyond", water.beyond[i]),
            ("levee-overtopped", water.topped[i])) if value > 0.0]  # fmt: skip
    return [Finding(code, "sections", placed.section_id, at, value, 0.0, "m", note) for code, at, value, note in found]


def _one_a_place(found: list[Limits], findings: list[Finding]) -> list[Limits]:
    """Of sections that cross the axis at one place, the one with the higher level."""
    kept: list[Limits] = []
    for each in found:
        if not kept or each.chainage - kept[-1].chainage > SAME_PLACE_M:
            kept.append(each)
            continue
        best, other = (each, kept[-1]) if each.level > kept[-1].level else (kept[-1], each)
        kept[-1] = best
        findings.append(Finding("section-duplicate", "sections", other.section_id, shapely.LineString(other.line),
                                other.level, best.level, "m", note=best.section_id))  # fmt: skip
    return kept
