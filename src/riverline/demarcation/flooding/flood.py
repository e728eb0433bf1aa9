"""Flood lines of banks without levees: where the flood level meets the terrain, or surveyed sections.

The line is where level and ground are equal, found between the centres of cells, never along their edges. It bounds
the land that the flood reaches from the channel over ground and past levees that hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from riverline import faults
from riverline._kernels.grids.flood_area import corners_on
from riverline.demarcation.edges import ring_edges
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.demarcation.flooding.bank_reference import BankReference
from riverline.demarcation.flooding.filling import (
    Flooded,
    Surface,
    fill_terrain,
    lay_surface,
    look_at_edge,
    unknown_sides,
)
from riverline.demarcation.flooding.levee_truth import LeveeTruth, try_levees
from riverline.demarcation.flooding.levels import Levels, place_levels
from riverline.demarcation.flooding.sections import flood_references_from_sections
from riverline.demarcation.flooding.terrain import Terrain, open_terrain, to_plane
from riverline.errors import CRSError

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from riverline.demarcation.references import Bank

__all__ = ["BankReference", "flood_references_from_sections", "flood_references_from_terrain", "levee_truth_table"]

BLOCK_CELLS = 512
"""Rows and columns that are looked at one at a time: the result does not depend on it, time and memory do."""


def flood_references_from_terrain(
    axis: shapely.LineString,
    river_id: str,
    levels: gpd.GeoDataFrame,
    terrain: Path | str,
    *,
    crs: Any,  # noqa: ANN401 - anything pyproj takes
    levees: gpd.GeoDataFrame | None = None,
    level_shift_m: float = 0.0,
    block_cells: int = BLOCK_CELLS,
) -> tuple[list[BankReference], shapely.Geometry, gpd.GeoDataFrame]:
    """The flood line on both banks of a river, from levels and a terrain raster.

    Parameters
    ----------
    axis
        The axis, drawn downstream, in metres.
    river_id
        Its code, for the faults.
    levels
        Rows of :data:`riverline.schema.FLOOD_LEVELS` of this river.
    terrain
        Path of a raster of ground heights in metres; only windows of it are read.
    crs
        CRS of axis, levels and levees.
    levees
        Rows of :data:`riverline.schema.LEVEES` of this river; the water does not pass one that holds.
    level_shift_m
        Added to every level, to see how the line moves with it.
    block_cells
        Rows and columns that are looked at one at a time.

    Returns
    -------
    list of BankReference
        One a bank, from the start to the end of the reach, as far as the terrain covers it; empty if no line can be
        drawn, and then a fault says why.
    Polygon
        The land that the flood reaches, between the end lines of the reach, islands included.
    GeoDataFrame
        Rows of :data:`riverline.schema.FAULTS`.

    Raises
    ------
    CRSError
        If a layer is in another CRS than ``crs``, or the terrain has none or one that cannot be brought to it safely.
    ReadError
        If the terrain is no raster.

    Notes
    -----
    The level is linear in chainage between given levels and constant beyond the first and the last. Across the valley
    it follows the lines that levels are drawn along, or else the chainage of
    :func:`riverline._kernels.grids.chainage_field.chainage_field`. Wet is what lies below the level and is joined to
    the axis through neighbouring wet cells. A levee that holds is a barrier between any two cells that it parts, and
    cuts the final area as a line. Islands belong to the area: the extent of a river has no holes. Wet ground that is
    not joined is left out and told as a note.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import rasterio
    >>> valley = np.abs(np.arange(20) - 9.5)[:, None] + np.zeros(30)
    >>> corner = rasterio.Affine(10, 0, 500_000, 0, -10, 3_500_000)
    >>> shape = {"driver": "GTiff", "width": 30, "height": 20, "count": 1, "dtype": "float64"}
    >>> with rasterio.open("/vsimem/valley.tif", "w", crs=4548, transform=corner, **shape) as target:
    ...     target.write(valley, 1)
    >>> axis = shapely.LineString([(500_010, 3_499_900), (500_290, 3_499_900)])
    >>> data = {"level_id": ["L1"], "river_id": ["R1"], "level_m": [6.0], "basis": ["design"]}
    >>> levels = gpd.GeoDataFrame(data, geometry=[shapely.Point(500_010, 3_499_900)], crs=4548)
    >>> references, area, faults = flood_references_from_terrain(
    ...     axis, "R1", levels, "/vsimem/valley.tif", crs=levels.crs
    ... )
    >>> [(each.bank, each.confidence, round(each.line.length)) for each in references]
    [('left', 'medium', 280), ('right', 'medium', 280)]
    >>> round(area.area), faults["code"].tolist()
    (33600, ['level-extrapolated'])
    """
    _require_crs(crs, {"flood_levels": levels, "levees": levees})
    given, findings = place_levels(axis, levels, shift_m=level_shift_m)
    if given is None:
        findings.append(Finding("levels-missing", "axes", river_id, axis))
        return [], shapely.Polygon(), _faults(findings, crs)
    with open_terrain(terrain, crs=crs, river_id=river_id) as (ground, notes):
        findings += notes
        reach = _covered(axis, ground)
        findings += _uncovered(axis, reach, river_id)
        if reach is None:
            return [], shapely.Polygon(), _faults(findings, crs)
        surface = lay_surface(axis, given, ground)
        truth = _truth(axis, levees, surface, ground)
        findings += truth.findings
        flooded = fill_terrain(reach, surface, ground, barriers=truth.barriers, block_cells=block_cells)
        findings += look_at_edge(flooded, reach, river_id)
    return _references(flooded, reach, given, findings), flooded.area, _faults(findings, crs)


def levee_truth_table(
    axis: shapely.LineString,
    levees: gpd.GeoDataFrame,
    *,
    river_id: str,
    levels: gpd.GeoDataFrame,
    terrain: Path | str,
    crs: Any,  # noqa: ANN401 - anything pyproj takes
    level_shift_m: float = 0.0,
) -> gpd.GeoDataFrame:
    """Per levee of a river: does it hold the flood, is it overtopped, open at an end, next to a gap, or unknown.

    Parameters
    ----------
    axis, levees, river_id, levels, terrain, crs, level_shift_m
        As for :func:`flood_references_from_terrain`.

    Returns
    -------
    GeoDataFrame
        See :class:`riverline.demarcation.flooding.levee_truth.LeveeTruth`; without rows if there is no level.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import rasterio
    >>> valley = np.abs(np.arange(20) - 9.5)[:, None] + np.zeros(30)
    >>> corner = rasterio.Affine(10, 0, 500_000, 0, -10, 3_500_000)
    >>> shape = {"driver": "GTiff", "width": 30, "height": 20, "count": 1, "dtype": "float64"}
    >>> with rasterio.open("/vsimem/valley.tif", "w", crs=4548, transform=corner, **shape) as target:
    ...     target.write(valley, 1)
    >>> axis = shapely.LineString([(500_010, 3_499_900), (500_290, 3_499_900)])
    >>> levels = {"level_id": ["L1"], "river_id": ["R1"], "level_m": [6.0], "basis": ["design"]}
    >>> levels = gpd.GeoDataFrame(levels, geometry=[shapely.Point(500_010, 3_499_900)], crs=4548)
    >>> levees = {"levee_id": ["D1"], "river_id": ["R1"], "feature": ["crest"], "height_m": [5.9]}
    >>> levee = shapely.LineString([(500_000, 3_499_920), (500_300, 3_499_920)])
    >>> levees = gpd.GeoDataFrame(levees, geometry=[levee], crs=4548)
    >>> table = levee_truth_table(
    ...     axis, levees, river_id="R1", levels=levels, terrain="/vsimem/valley.tif", crs=levels.crs
    ... )
    >>> table[["levee_id", "bank", "state"]].to_numpy().tolist(), float(table["freeboard_m"].round(3).iloc[0])
    ([['D1', 'left', 'overtopped']], -0.1)
    """
    _require_crs(crs, {"flood_levels": levels, "levees": levees})
    given, _ = place_levels(axis, levels, shift_m=level_shift_m)
    with open_terrain(terrain, crs=crs, river_id=river_id) as (ground, _):
        if given is None:
            levees = levees.iloc[:0]
            given = Levels(np.zeros(1), np.zeros(1), ())
        surface = lay_surface(axis, given, ground)
        return try_levees(axis, levees, level_of=surface.level_of, terrain=ground).table


def _require_crs(crs: Any, layers: dict[str, gpd.GeoDataFrame | None]) -> None:  # noqa: ANN401 - anything pyproj takes
    wrong = [
        (f"{name} 的坐标系是 {frame.crs}，应为 {crs}；请用 riverline.geodesy.align(frame, crs, layer=…)",
         f"{name} is in {frame.crs}, expected {crs}; bring it over with riverline.geodesy.align(frame, crs, layer=…)")
        for name, frame in layers.items() if frame is not None and frame.crs != crs
    ]  # fmt: skip
    if wrong:
        raise CRSError.listing("图层坐标系与河道中心线不一致", "layers are not in the CRS of the axis", wrong)


def _faults(findings: list[Finding], crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - anything pyproj takes
    return faults.combine(findings_to_faults(findings, crs), crs=crs)


def _covered(axis: shapely.LineString, ground: Terrain) -> shapely.LineString | None:
    """The longest stretch of the axis that lies on the terrain."""
    rows, columns = ground.shape
    corners = np.array([[0.5, 0.5], [columns - 1.5, 0.5], [columns - 1.5, rows - 1.5], [0.5, rows - 1.5]])
    sheet = shapely.Polygon(to_plane(ground, corners))
    if shapely.covers(sheet, axis):
        return axis
    parts = shapely.get_parts(shapely.line_merge(shapely.intersection(axis, sheet)))
    parts = parts[shapely.length(parts) > 2 * ground.cell_m]
    if not len(parts):
        return None
    longest = parts[int(np.argmax(shapely.length(parts)))]
    first, last = (axis.project(shapely.Point(tip)) for tip in shapely.get_coordinates(longest)[[0, -1]])
    return shapely.LineString(shapely.get_coordinates(longest)[:: 1 if first < last else -1])


def _uncovered(axis: shapely.LineString, reach: shapely.LineString | None, river_id: str) -> list[Finding]:
    if reach is axis:
        return []
    off = axis if reach is None else shapely.difference(axis, shapely.buffer(reach, 1e-6))
    return [Finding("terrain-missing", "terrain", river_id, off, float(off.length), 0.0, "m")]


def _truth(
    axis: shapely.LineString, levees: gpd.GeoDataFrame | None, surface: Surface, ground: Terrain
) -> LeveeTruth:  # fmt: skip
    if levees is None or levees.empty:
        return LeveeTruth(None, [], [])
    return try_levees(axis, levees, level_of=surface.level_of, terrain=ground)


def _references(
    flooded: Flooded, reach: shapely.LineString, given: Levels, findings: list[Finding]
) -> list[BankReference]:
    """The two edges of the flooded area between the end lines."""
    if not isinstance(flooded.area, shapely.Polygon) or flooded.area.is_empty:
        return []
    tips = shapely.get_coordinates(reach)[[0, -1]]
    (left_start, right_start), (left_end, right_end) = (
        corners_on(flooded.area, line, tip) for line, tip in zip(flooded.ends, tips, strict=True)
    )
    edges = ring_edges(flooded.area, np.array([left_start, left_end, right_start, right_end]))
    return [
        BankReference(bank, edges[bank], given.ids, _confidence(bank, flooded, reach, findings), "terrain")
        for bank in ("left", "right")
    ]


def _confidence(
    bank: Bank, flooded: Flooded, reach: shapely.LineString, findings: list[Finding]
) -> Literal["high", "medium", "low"]:
    """How sure the line of a bank is, by what was found on the way."""
    codes = {finding.code for finding in findings}
    if {"axis-against-levels", "axis-dry", "levels-mixed"} & codes or bank in unknown_sides(flooded, reach):
        return "low"
    doubtful = {"chainage-disagrees", "level-extrapolated", "level-rises-downstream", "levee-no-crest"}
    return "medium" if doubtful & codes else "high"
