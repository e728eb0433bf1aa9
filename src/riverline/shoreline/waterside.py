"""The waterside line of each bank, from lines or from the water, and the band of land behind it.

A lake, a sluice or a weir may cut a bank's management line in parts. The bank has one waterside line all the same, and
each part owns a stretch of it: between the cuts on which its own ends reach the water. What lies before the edge that
the river shares with the lake or the work belongs to neither part, as that edge is no shoreline.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.lines.band import band_between, feet_of
from riverline._kernels.lines.chainage import cut, locate
from riverline.demarcation.findings import Finding
from riverline.shoreline.sides import axis_of, weakest
from riverline.shoreline.water_edges import water_edges
from riverline.shoreline.wording import FROM_PLANNER, FROM_WATER

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.shoreline.inputs import Inputs
    from riverline.shoreline.sides import Side

    Floats = NDArray[np.float64]

__all__ = ["Shore", "shores_of"]

ON_LINE_M = 1e-3
"""Land outside an extent, or in two bands, that is nowhere wider comes of rounding."""

SHORT_M = 10.0
"""Outer line beyond the ends of a waterside line that is told: more than skew ends of a reach account for."""


@dataclass(frozen=True, slots=True, eq=False)
class Shore:
    """One bank, or one part of it, with its waterside line.

    Attributes
    ----------
    side
        The bank.
    coords : (n, 2)
        The waterside line, downstream; empty where there is none.
    band
        The land between the two lines; None where there is none.
    basis, confidence, source_ids
        Of the waterside line.
    findings
        What was odd about it.
    """

    side: Side
    coords: Floats = field(default_factory=lambda: np.empty((0, 2)))
    band: Any = None
    basis: str = ""
    confidence: str = "unknown"
    source_ids: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)

    @property
    def line(self) -> shapely.LineString:
        """The waterside line."""
        return shapely.LineString(self.coords)


@dataclass(frozen=True, slots=True, eq=False)
class _Edge:
    """The waterside line of a whole bank, downstream, before it is parted."""

    coords: Floats
    basis: str
    confidence: str
    source_ids: tuple[str, ...]
    from_water: bool = False
    pieces: int = 1


def shores_of(sides: list[Side], inputs: Inputs) -> list[Shore]:
    """Every bank with its waterside line, or a finding where it has none.

    Parameters
    ----------
    sides
        Banks of all rivers.
    inputs
        With lines or water, the extents, and the axes.

    Returns
    -------
    list of Shore
        One a side, in their order. Bands lie in the extent of their river, and no two overlap: what two would have is
        the first one's, and a finding.
    """
    extents = dict(zip(inputs.extents["river_id"], inputs.extents.geometry, strict=True))
    frame = inputs.waterside
    rows = {} if frame is None else frame.groupby("river_id").indices
    shores = []
    for river, banks in _banks(sides).items():
        mine = None if frame is None or river not in rows else frame.iloc[rows[river]]
        edges, findings = _edges(banks, extents.get(river), mine, from_water=inputs.from_water)
        for bank, parts in banks.items():
            if bank in edges:
                shores += _parted(parts, edges[bank], extents.get(river), axis_of(parts[0], inputs.axes))
            else:
                shores += [_without(part, findings.get(bank, "waterside-missing")) for part in parts]
    place = {side.key: number for number, side in enumerate(sides)}
    return _apart(sorted(shores, key=lambda shore: place[shore.side.key]))


def _banks(sides: list[Side]) -> dict[str, dict[str, list[Side]]]:
    """The parts of banks by river and bank, downstream."""
    found: dict[str, dict[str, list[Side]]] = {}
    for side in sides:
        found.setdefault(side.river_id, {}).setdefault(side.bank, []).append(side)
    return found


def _without(side: Side, code: str = "waterside-missing") -> Shore:
    return Shore(side, findings=[Finding(code, "management_lines", side.river_id, side.line, note=side.bank)])


# The waterside line of a whole bank


def _edges(
    banks: dict[str, list[Side]],
    extent: Any,  # noqa: ANN401 - an area or None
    rows: gpd.GeoDataFrame | None,
    *,
    from_water: bool,
) -> tuple[dict[str, _Edge], dict[str, str]]:
    """The waterside lines of a river by bank, and codes of findings for banks that have none."""
    if rows is None:
        return {}, {}
    if not from_water:
        own = {bank: rows[(rows["bank"] == bank).fillna(False).to_numpy(dtype=bool)] for bank in banks}
        return {bank: _drawn(banks[bank], mine) for bank, mine in own.items() if len(mine)}, {}
    if len(banks) < 2:  # noqa: PLR2004 - both banks
        return {}, dict.fromkeys(banks, "waterside-one-bank")
    ids = tuple(rows["water_id"].astype("str"))
    lines = {bank: [part.coords for part in parts] for bank, parts in banks.items()}
    found, pieces = water_edges(shapely.union_all(rows.geometry.array), extent, lines["left"], lines["right"])
    return {
        bank: _Edge(coords, FROM_WATER[0], "low", ids, from_water=True, pieces=pieces) for bank, coords in found.items()
    }, {}


def _drawn(parts: list[Side], rows: gpd.GeoDataFrame) -> _Edge:
    """The lines that a planner drew for a bank as one."""
    course = shapely.LineString(np.vstack([part.coords for part in parts]))
    merged = shapely.line_merge(shapely.union_all(rows.geometry.array))
    pieces = [_downstream(shapely.get_coordinates(piece), course) for piece in shapely.get_parts(merged)]
    pieces.sort(key=lambda coords: float(shapely.line_locate_point(course, shapely.Point(coords[0]))))
    basis = "、".join(dict.fromkeys(_texts(rows, "waterside_basis"))) or FROM_PLANNER[0]
    given = [str(each) for each in _texts(rows, "confidence")]
    confidence = weakest(given) if given and "confidence" in rows.columns else "unknown"
    return _Edge(np.vstack(pieces), basis, confidence, tuple(rows["waterside_id"].astype("str")))


def _texts(rows: gpd.GeoDataFrame, column: str) -> list[str]:
    if column not in rows.columns:
        return []
    return [str(each) for each in rows[column].dropna() if str(each).strip()]


def _downstream(coords: Floats, course: shapely.LineString) -> Floats:
    first, last = shapely.line_locate_point(course, shapely.points(coords[[0, -1], :2]))
    return coords[::-1, :2] if first > last else coords[:, :2]


# Its parts


def _parted(parts: list[Side], edge: _Edge, extent: Any, axis: Any) -> list[Shore]:  # noqa: ANN401
    """Each part of a bank with the stretch of the waterside line that it owns."""
    whole = _within(shapely.LineString(edge.coords), extent)
    if not whole[1] > whole[0]:
        return [_without(part) for part in parts]
    stretches = _stretches(parts, edge.coords, whole, axis)
    return [_shore(part, edge, extent, stretch, whole) for part, stretch in zip(parts, stretches, strict=True)]


def _stretches(parts: list[Side], edge: Floats, whole: tuple[float, float], axis: Any) -> Floats:  # noqa: ANN401
    """From where to where each part of a bank owns its waterside line, (k, 2), ascending and apart."""
    ends = np.array([feet_of(part.coords, edge, np.array([0.0, part.length]), axis) for part in parts])
    free = ~np.array([part.goes_on for part in parts], dtype=bool)
    ends[free[:, 0], 0], ends[free[:, 1], 1] = whole
    clipped = np.clip(np.maximum.accumulate(ends.ravel()), *whole)
    return np.asarray(clipped.reshape(-1, 2))


def _shore(side: Side, edge: _Edge, extent: Any, stretch: Floats, whole: tuple[float, float]) -> Shore:  # noqa: ANN401
    """The waterside line of one part and the band, with what is odd about them."""
    if not stretch[1] > stretch[0]:
        return _without(side)
    outer = side.line
    cropped = cut(edge.coords, float(stretch[0]), float(stretch[1]))
    findings = []
    beyond = _beyond(side, cropped, stretch, whole)
    if beyond > SHORT_M:
        told = (side.river_id, outer, beyond, SHORT_M, "m", side.bank)
        findings.append(Finding("waterside-short", "management_lines", *told))
    ring = band_between(side.coords, cropped)
    if not shapely.is_valid(ring):
        findings.append(Finding("waterside-crosses", "management_lines", side.river_id, outer, note=side.bank))
    band = _inside(shapely.make_valid(ring, method="structure", keep_collapsed=False), extent)
    if shapely.is_empty(band):
        return _without(side)
    if edge.from_water:
        line = shapely.LineString(cropped)
        findings.append(Finding("waterside-from-water", "water", side.river_id, line, note=side.bank))
        if edge.pieces > 1:
            findings.append(Finding("water-in-pieces", "water", side.river_id, line, edge.pieces, note=side.bank))
    return Shore(side, cropped, band, edge.basis, edge.confidence, edge.source_ids, findings)


def _beyond(side: Side, cropped: Floats, stretch: Floats, whole: tuple[float, float]) -> float:
    """Metres of outer line beyond the ends of the waterside line; a cut on which a part ends is no such end."""
    first, last = shapely.line_locate_point(side.line, shapely.points(cropped[[0, -1]]))
    before = first if stretch[0] <= whole[0] else 0.0
    after = side.length - last if stretch[1] >= whole[1] else 0.0
    return float(before + after)


def _within(line: shapely.LineString, extent: Any) -> tuple[float, float]:  # noqa: ANN401 - an area or None
    """From where to where a line lies in the extent; all of it where there is none."""
    if extent is None:
        return 0.0, float(line.length)
    inside = shapely.intersection(line, extent)
    if shapely.is_empty(inside):
        return 0.0, 0.0
    ends = shapely.get_coordinates(shapely.get_point(shapely.get_parts(inside)[:, None], [0, -1]))
    along, _ = locate(ends if len(ends) else shapely.get_coordinates(inside), shapely.get_coordinates(line))
    return float(along.min()), float(along.max())


# The land


def _inside(band: Any, extent: Any) -> Any:  # noqa: ANN401 - areas
    """A band without what lies outside the extent: land of lakes and works, or that strips enclose, and beyond."""
    if extent is None or not _wide(shapely.difference(band, extent)):
        return band
    return _areal(shapely.intersection(band, extent))


def _apart(shores: list[Shore]) -> list[Shore]:
    """Shores whose bands do not overlap: land of two is the first one's, and told."""
    there = np.array([number for number, shore in enumerate(shores) if shore.band is not None], dtype=np.intp)
    bands = np.array([shores[number].band for number in there], dtype=object)
    one, two = shapely.STRtree(bands).query(bands, predicate="intersects") if len(bands) else np.empty((2, 0), int)
    kept = list(shores)
    for first, second in sorted(zip(there[one].tolist(), there[two].tolist(), strict=True)):
        if first >= second or kept[first].band is None or kept[second].band is None:
            continue
        both = _areal(shapely.intersection(kept[first].band, kept[second].band))
        if _wide(both):
            mine, other = kept[second], kept[first].side
            told = (mine.side.river_id, both, round(float(shapely.area(both)), 2), float("nan"), "m²")
            finding = Finding("shoreline-overlap", "management_lines", *told, note=f"{mine.side.key}、{other.key}")
            band = _areal(shapely.difference(mine.band, kept[first].band))
            kept[second] = replace(
                mine, band=None if shapely.is_empty(band) else band, findings=[*mine.findings, finding]
            )
    return kept


def _wide(area: Any) -> bool:  # noqa: ANN401
    return bool(shapely.area(area) > 0.0) and not shapely.is_empty(shapely.buffer(area, -ON_LINE_M / 2.0))


def _areal(shape: Any) -> Any:  # noqa: ANN401
    """What of a shape has an area; an intersection leaves points and lines where areas touch."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004 - areas
