"""Flood lines from surveyed sections, without terrain: the wet limits of the sections joined along each bank."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from riverline import faults
from riverline._kernels.areas.section_area import between_sections, beyond_section
from riverline._kernels.grids.flood_area import without_holes
from riverline._kernels.lines import chainage
from riverline.demarcation.edges import ring_edges
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.demarcation.flooding.bank_reference import BankReference
from riverline.demarcation.flooding.levels import NEAR_END_M, Levels, against_flow, rising
from riverline.demarcation.flooding.section_limits import Limits, find_limits
from riverline.errors import CRSError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.demarcation.references import Bank

    Floats = NDArray[np.float64]

__all__ = ["flood_references_from_sections"]

FEWEST = 2
"""Sections that a line needs at least."""

_PINCH_M = 0.01  # half the width that an area keeps where both limits of a dry section lie on the axis


def flood_references_from_sections(
    axis: shapely.LineString,
    river_id: str,
    sections: gpd.GeoDataFrame,
    *,
    crs: Any,  # noqa: ANN401 - anything pyproj takes
) -> tuple[list[BankReference], gpd.GeoDataFrame]:
    """The flood line on both banks of a river, from surveyed sections with levels.

    Parameters
    ----------
    axis
        The axis, drawn downstream, in metres.
    river_id
        Its code, for the faults.
    sections
        Rows of :data:`riverline.schema.SECTIONS` of this river.
    crs
        CRS of both.

    Returns
    -------
    list of BankReference
        Per bank, pieces that join end to end downstream from the start to the end of the reach. A piece ends where the
        confidence changes: it is ``low`` beyond the first and the last section, where the width of the nearest one is
        kept, and beside sections whose limit is not known. Empty if fewer than two sections can be used.
    GeoDataFrame
        Rows of :data:`riverline.schema.FAULTS`.

    Raises
    ------
    CRSError
        If the sections are in another CRS.

    Notes
    -----
    In a section, wet is the ground below its level around the axis, up to the first ground as high as the level or to a
    levee that is. Between sections the limits of a bank are joined straight, unless that would meet the axis or come
    near to it: there the line follows the axis, its distance from it linear in chainage. The line is the edge of the
    land between sections, so where sections cross it is the outer one.

    Examples
    --------
    >>> import geopandas as gpd
    >>> profile = shapely.LineString([(0, 9), (10, 1), (20, 9)])
    >>> lines = [shapely.LineString([(at, 10), (at, -10)]) for at in (0, 100)]
    >>> data = {"section_id": ["S1", "S2"], "river_id": "R1", "level_m": [5.0, 3.0], "profile": [profile, profile]}
    >>> sections = gpd.GeoDataFrame(data, geometry=lines, crs=4548)
    >>> axis = shapely.LineString([(0, 0), (100, 0)])
    >>> references, _ = flood_references_from_sections(axis, "R1", sections, crs=sections.crs)
    >>> [(each.bank, each.line.wkt) for each in references]
    [('left', 'LINESTRING (0 5, 100 2.5)'), ('right', 'LINESTRING (0 -5, 100 -2.5)')]
    """
    if sections.crs != crs:
        raise CRSError(
            f"sections 的坐标系是 {sections.crs}，应为 {crs}；请用 riverline.geodesy.align 转换",
            f"sections are in {sections.crs}, expected {crs}; bring them over with riverline.geodesy.align",
        )
    found, findings = find_limits(axis, sections)
    if len(found) < FEWEST:
        findings.append(Finding("sections-too-few", "axes", river_id, axis, len(found), FEWEST))
        return [], faults.combine(findings_to_faults(findings, crs), crs=crs)
    findings += _along(axis, found, river_id)
    findings += _crossing(found)
    references = _references(axis, found)
    return references, faults.combine(findings_to_faults(findings, crs), crs=crs)


def _along(axis: shapely.LineString, found: list[Limits], river_id: str) -> list[Finding]:
    """Levels that rise, and stretches beyond the first and the last section."""
    levels = Levels(
        np.array([each.chainage for each in found]),
        np.array([each.level for each in found]),
        tuple(each.section_id for each in found),
    )
    shapes = [shapely.LineString(each.line) for each in found]
    stretches = ((0.0, found[0].chainage, found[0]), (found[-1].chainage, axis.length, found[-1]))
    corners = shapely.get_coordinates(axis)
    findings = [*against_flow(levels, axis, river_id), *rising(levels, shapes, layer="sections")]
    for start, end, each in stretches:
        if end - start > NEAR_END_M:
            where, length = shapely.LineString(chainage.cut(corners, start, end)), float(end - start)
            findings.append(Finding("level-extrapolated", "sections", each.section_id, where, length, NEAR_END_M, "m"))
    return findings


def _crossing(found: list[Limits]) -> list[Finding]:
    """Pairs of sections that cross where they are wet."""
    wet = np.array([shapely.LineString(chainage.cut(each.line, each.left, each.right)) for each in found])
    one, other = shapely.STRtree(wet).query(wet, predicate="intersects")
    return [
        Finding("sections-cross", "sections", found[i].section_id, shapely.intersection(wet[i], wet[j]).centroid,
                note=found[j].section_id)
        for i, j in zip(one.tolist(), other.tolist(), strict=True) if i < j
    ]  # fmt: skip


def _references(axis: shapely.LineString, found: list[Limits]) -> list[BankReference]:
    """The two edges of the land between the sections, in pieces of one confidence; none where all are dry."""
    coords = shapely.get_coordinates(axis)
    limits = [np.array([each.half(side)[-1] for each in found]) for side in (0, 1)]
    away = [chainage.locate(points[[0, -1]], coords)[1] for points in limits]
    area = _area(coords, axis.length, found, away)
    if shapely.is_empty(area):
        return []
    ends = [chainage.position(coords, np.array([0.0, axis.length]), offsets) for offsets in away]
    edges = ring_edges(area, np.vstack(ends))
    banks: tuple[Bank, Bank] = ("left", "right")
    return [
        piece
        for side, bank in enumerate(banks)
        for piece in _pieces(bank, edges[bank], limits[side], [each.sure[side] for each in found], found)
    ]


def _area(coords: Floats, length: float, found: list[Limits], away: list[Floats]) -> shapely.Polygon:
    """The land between the sections, and beyond them of constant width to the ends of the reach."""
    parts = []
    for side, sign in ((0, -1.0), (1, 1.0)):
        for one, other in pairwise(found):
            span = (one.chainage, other.chainage)
            parts.append(between_sections(coords, span, (one.half(side), other.half(side)), sign))
        first, last = abs(away[side]) * sign
        parts.append(beyond_section(coords, (0.0, found[0].chainage), found[0].half(side), first))
        parts.append(beyond_section(coords, (found[-1].chainage, length), found[-1].half(side), last))
    area = without_holes(shapely.union_all(parts))
    if not isinstance(area, shapely.Polygon):
        thread = shapely.buffer(shapely.LineString(coords), _PINCH_M, cap_style="flat", join_style="mitre")
        area = without_holes(shapely.union_all([area, thread]))
    whole = shapely.get_parts(area)
    return whole[int(np.argmax(shapely.area(whole)))]


def _pieces(
    bank: Bank, edge: shapely.LineString, limits: Floats, sure: list[bool], found: list[Limits]
) -> list[BankReference]:
    """A bank's line cut where its confidence changes."""
    ids = [each.section_id for each in found]
    at = np.maximum.accumulate(shapely.line_locate_point(edge, shapely.points(limits)))
    bounds = np.concatenate([[0.0], at, [edge.length]])
    known = [one and other for one, other in pairwise(sure)]
    panels = [False, *known, False]
    sources = [ids[:1], *([one, other] for one, other in pairwise(ids)), ids[-1:]]
    pieces = []
    start = 0
    for i in range(1, len(panels) + 1):
        if i < len(panels) and panels[i] == panels[start]:
            continue
        line = shapely.LineString(chainage.cut(shapely.get_coordinates(edge), bounds[start], bounds[i]))
        confidence: Literal["high", "low"] = "high" if panels[start] else "low"
        used = tuple(dict.fromkeys(name for each in sources[start:i] for name in each))
        if line.length > 0:
            pieces.append(BankReference(bank, line, used, confidence, "sections"))
        start = i
    return pieces
