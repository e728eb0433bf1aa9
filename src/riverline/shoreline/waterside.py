"""The waterside line of each bank, from lines or from the water, and the band of land behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.lines.band import band_between
from riverline._kernels.lines.chainage import cut, locate
from riverline.demarcation.edges import ring_edges
from riverline.demarcation.findings import Finding
from riverline.shoreline.sides import weakest
from riverline.shoreline.wording import FROM_PLANNER, FROM_WATER

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.shoreline.inputs import Inputs
    from riverline.shoreline.sides import Side

    Floats = NDArray[np.float64]

__all__ = ["Shore", "shores_of"]

ON_EDGE_M = 0.05
"""Water that comes this near to the edge of the extent ends there."""

ON_LINE_M = 1e-3
"""A part of an extent so near to a line is bounded by it."""

SHORT_M = 10.0
"""Outer line beyond the ends of a waterside line that is told: more than skew ends of a reach account for."""


@dataclass(frozen=True, slots=True, eq=False)
class Shore:
    """One bank with its waterside line.

    Attributes
    ----------
    side
        The bank.
    coords : (n, 2)
        The waterside line, downstream; empty where there is none.
    band
        The land between the two lines; None where there is none.
    extent
        The management extent of the river.
    basis, confidence, source_ids
        Of the waterside line.
    findings
        What was odd about it.
    """

    side: Side
    coords: Floats = field(default_factory=lambda: np.empty((0, 2)))
    band: Any = None
    extent: Any = None
    basis: str = ""
    confidence: str = "unknown"
    source_ids: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)

    @property
    def line(self) -> shapely.LineString:
        """The waterside line."""
        return shapely.LineString(self.coords)


def shores_of(sides: list[Side], inputs: Inputs) -> list[Shore]:
    """Every bank with its waterside line, or a finding where it has none.

    Parameters
    ----------
    sides
        Banks of all rivers.
    inputs
        With lines or water, and the extents.

    Returns
    -------
    list of Shore
        One a side, in their order.
    """
    extents = _grounds(sides, dict(zip(inputs.extents["river_id"], inputs.extents.geometry, strict=True)))
    frame = inputs.waterside
    rows = {} if frame is None else frame.groupby("river_id").indices
    shores = []
    for side in sides:
        mine = None if frame is None or side.river_id not in rows else frame.iloc[rows[side.river_id]]
        extent = extents[side.key]
        if mine is None:
            shores.append(_without(side, extent))
        elif inputs.from_water:
            shores.append(_of_water(side, sides, extents, mine))
        else:
            shores.append(_of_lines(side, extent, mine[(mine["bank"] == side.bank).fillna(False).to_numpy(dtype=bool)]))
    return shores


def _grounds(sides: list[Side], extents: dict[str, Any]) -> dict[str, Any]:
    """By bank the extent in front of it: where others part a river's in several, the parts that its line runs along."""
    found = {}
    for side in sides:
        extent = extents.get(side.river_id)
        parts = shapely.get_parts(extent) if extent is not None else np.array([], dtype=object)
        mine = parts[shapely.dwithin(parts, side.line, ON_LINE_M)]
        found[side.key] = extent if not len(mine) or len(mine) == len(parts) else shapely.union_all(mine)
    return found


def _without(side: Side, extent: Any) -> Shore:  # noqa: ANN401 - an area or None
    finding = Finding("waterside-missing", "management_lines", side.river_id, side.line, note=side.bank)
    return Shore(side, extent=extent, findings=[finding])


def _of_lines(side: Side, extent: Any, rows: gpd.GeoDataFrame) -> Shore:  # noqa: ANN401
    if rows.empty:
        return _without(side, extent)
    merged = shapely.line_merge(shapely.union_all(rows.geometry.array))
    parts = [_downstream(shapely.get_coordinates(part), side) for part in shapely.get_parts(merged)]
    parts.sort(key=lambda coords: float(shapely.line_locate_point(side.line, shapely.Point(coords[0]))))
    basis = "、".join(dict.fromkeys(_texts(rows, "waterside_basis"))) or FROM_PLANNER[0]
    given = [str(each) for each in _texts(rows, "confidence")]
    confidence = weakest(given) if given and "confidence" in rows.columns else "unknown"
    return _shore(side, extent, np.vstack(parts), basis, confidence, tuple(rows["waterside_id"].astype("str")))


def _texts(rows: gpd.GeoDataFrame, column: str) -> list[str]:
    if column not in rows.columns:
        return []
    return [str(each) for each in rows[column].dropna() if str(each).strip()]


def _of_water(side: Side, sides: list[Side], extents: dict[str, Any], water: gpd.GeoDataFrame) -> Shore:
    """The edge of a river's water on one bank, between the ends of the reach or of its part."""
    extent = extents[side.key]
    together = [each for each in sides if each.river_id == side.river_id and _equal(extents[each.key], extent)]
    banks = {each.bank: each for each in together}
    alone = len(banks) != 2 or len(together) != 2  # noqa: PLR2004 - both banks
    inside = None if extent is None else shapely.intersection(shapely.union_all(water.geometry.array), extent)
    if alone or inside is None or not shapely.area(inside) > 0.0:
        return _without(side, extent)
    parts = shapely.get_parts(inside)
    main = shapely.Polygon(shapely.get_exterior_ring(max(parts, key=lambda part: part.area)))
    ends = [_end_corners(main, extent, banks["left"].coords[at], banks["right"].coords[at]) for at in (0, -1)]
    corners = np.array([ends[0][0], ends[1][0], ends[0][1], ends[1][1]])
    edge = shapely.get_coordinates(ring_edges(main, corners)[side.bank])  # type: ignore[index]
    shore = _shore(side, extent, edge, FROM_WATER[0], "low", tuple(water["water_id"].astype("str")))
    shore.findings.append(Finding("waterside-from-water", "water", side.river_id, shore.line, note=side.bank))
    return shore


def _equal(one: Any, other: Any) -> bool:  # noqa: ANN401 - areas or None
    return one is other or (one is not None and other is not None and bool(shapely.equals_identical(one, other)))


def _end_corners(water: shapely.Polygon, extent: Any, left: Floats, right: Floats) -> tuple[Floats, Floats]:  # noqa: ANN401
    """Left and right corner of the water at one end of a reach; its tip twice where it ends before."""
    chord = shapely.LineString([left, right])
    vertices = shapely.get_coordinates(water)
    places = shapely.points(vertices)
    there = shapely.dwithin(places, shapely.boundary(extent), ON_EDGE_M)
    there &= shapely.distance(places, chord) <= ON_EDGE_M + chord.length / 2.0
    if not there.any():
        tip = vertices[np.argmin(shapely.distance(places, chord))]
        return tip, tip
    along = shapely.line_locate_point(chord, places[there])
    return vertices[there][np.argmin(along)], vertices[there][np.argmax(along)]


def _downstream(coords: Floats, side: Side) -> Floats:
    first, last = shapely.line_locate_point(side.line, shapely.points(coords[[0, -1], :2]))
    return coords[::-1, :2] if first > last else coords[:, :2]


def _shore(
    side: Side,
    extent: Any,  # noqa: ANN401
    coords: Floats,
    basis: str,
    confidence: str,
    source_ids: tuple[str, ...],
) -> Shore:
    """The waterside line between the ends of the reach, and the band, with what is odd about them."""
    outer = side.line
    start, end = _within(shapely.LineString(coords), extent)
    if not end > start:
        return _without(side, extent)
    cropped = cut(coords, start, end)
    findings = []
    first, last = shapely.line_locate_point(outer, shapely.points(cropped[[0, -1]]))
    beyond = float(first + side.length - last)
    if beyond > SHORT_M:
        note = side.bank
        findings.append(
            Finding("waterside-short", "management_lines", side.river_id, outer, beyond, SHORT_M, "m", note)
        )
    band = band_between(side.coords, cropped)
    tangled = not shapely.is_valid(band)
    if tangled:
        findings.append(Finding("waterside-crosses", "management_lines", side.river_id, outer, note=side.bank))
        band = shapely.make_valid(band, method="structure", keep_collapsed=False)
    return Shore(
        side, cropped, _on_land(band, extent, tangled=tangled), extent, basis, confidence, source_ids, findings
    )


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


def _on_land(band: Any, extent: Any, *, tangled: bool) -> Any:  # noqa: ANN401 - areas
    """A band without what lies outside the extent: dry land that strips enclose, water beyond the outer line."""
    if extent is None:
        return band
    if tangled:
        return shapely.intersection(band, extent)
    rings = [ring for part in shapely.get_parts(extent) for ring in part.interiors]
    holes = np.array([shapely.Polygon(ring) for ring in rings], dtype=object)
    met = holes[shapely.STRtree(holes).query(band, predicate="intersects")] if len(holes) else holes
    return shapely.difference(band, shapely.union_all(met)) if len(met) else band
