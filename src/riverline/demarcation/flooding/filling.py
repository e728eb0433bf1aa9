"""One flood over one terrain: which ground it covers, and what it met at the edge of what is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline._kernels.grids.chainage_field import axis_spacing, chainage_field, end_line
from riverline._kernels.grids.flood_area import cut_along, faces_holding, without_holes
from riverline._kernels.grids.flood_outline import Outline, outline
from riverline._kernels.grids.flooding import crossed_links, flood
from riverline._kernels.lines.chainage import cut_many, locate, position
from riverline.demarcation.findings import Finding
from riverline.demarcation.flooding.levels import Levels, beyond_ends, level_at
from riverline.demarcation.flooding.terrain import Terrain, heights, highest_around, to_cells, to_plane

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from riverline.demarcation.references import Bank

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["Flooded", "Surface", "fill_terrain", "lay_surface", "look_at_edge", "unknown_sides"]

_LATTICE_CELLS = (2, 32)  # the chainage is laid out on a lattice this fine and this coarse, much as its triangles are
_LEAVING_CELLS = 3  # water at the edge of the terrain so near to an end line leaves the reach through it


@dataclass(frozen=True, slots=True)
class Surface:
    """The flood over the plane.

    Attributes
    ----------
    chainage_of
        Points (n, 2) → chainages (n,).
    levels
        Level at chainages, also beyond the ends of the reach.
    step
        Cells between the places where the chainage is worked out; between them it is bilinear.
    """

    chainage_of: Callable[[Floats], Floats]
    levels: Levels
    step: int

    def level_of(self, points: Floats) -> Floats:
        """Flood levels at points (n, 2)."""
        return level_at(self.levels, self.chainage_of(points))


@dataclass(frozen=True, slots=True)
class Flooded:
    """What a flood covers, and what was seen on its edge.

    Attributes
    ----------
    area
        Polygon with its islands; empty if the whole axis is dry.
    ends
        End lines of the reach, at its start and at its end.
    dry, unknown
        Stretches of the axis on ground that is not below the level, not known; the area goes on there, a cell wide.
    at_nodata, at_edge : (k, 2)
        Where the water meets unknown ground, the edge of the terrain.
    apart : (k, 2)
        Places in wet ground beside the reach that is not joined to the axis.
    apart_m2
        Area of it, in the blocks that were looked at.
    cell_m
        Side of a cell.
    """

    area: shapely.Geometry
    ends: tuple[shapely.LineString, shapely.LineString]
    dry: list[shapely.LineString]
    unknown: list[shapely.LineString]
    at_nodata: Floats
    at_edge: Floats
    apart: Floats
    apart_m2: float
    cell_m: float


def lay_surface(axis: shapely.LineString, levels: Levels, ground: Terrain) -> Surface:
    """The flood surface of a river.

    Parameters
    ----------
    axis
        The whole axis.
    levels
        Levels along it.
    ground
        The terrain, whose cells say how fine the surface has to be laid out.

    Returns
    -------
    Surface
        It goes on straight a little beyond the ends of the reach, so that the end lines lie on no bend of it.
    """
    step = int(np.clip(2 * axis_spacing(axis) / ground.cell_m, *_LATTICE_CELLS))
    margin = 3 * step * ground.cell_m
    lines, at = [line for line, _ in levels.lines], [place for _, place in levels.lines]
    field = chainage_field(axis, level_lines=lines, line_chainages=at, margin_m=margin)
    return Surface(field, beyond_ends(levels, axis.length, margin), step)


def fill_terrain(
    reach: shapely.LineString,
    surface: Surface,
    ground: Terrain,
    *,
    barriers: Sequence[shapely.LineString],
    block_cells: int,
) -> Flooded:
    """Everything that the flood covers between the end lines of a reach.

    Parameters
    ----------
    reach
        The axis, as far as the terrain goes.
    surface, ground
        The flood and the terrain.
    barriers
        Lines that the water does not cross.
    block_cells
        Rows and columns that are looked at one at a time.

    Returns
    -------
    Flooded
        The area and its edge.
    """
    depth = _depth(surface, ground)
    size = float(np.hypot(*ground.shape)) * ground.cell_m
    ends = (end_line(reach, at_start=True, reach_m=size), end_line(reach, at_start=False, reach_m=size))
    lines = [*ends, *barriers]
    links = crossed_links([to_cells(ground, shapely.get_coordinates(line)) for line in lines])
    fill = flood(ground.shape, depth, _seeds(reach, lines, ground), links, block=block_cells)
    seen = outline(fill, depth, links)
    dry, unknown = _off_water(reach, surface, ground)
    flows = sum(stretch.length for stretch in [*dry, *unknown]) < reach.length * (1 - 1e-9)
    area = _area(seen, lines, reach, ground) if flows else shapely.Polygon()
    at_nodata, at_edge, apart = (
        to_plane(ground, cells[:, 1::-1]) for cells in (seen.at_nodata, seen.at_edge, seen.unreached)
    )
    along, _ = locate(apart, shapely.get_coordinates(reach))
    beside = (along > ground.cell_m) & (along < reach.length - ground.cell_m)
    apart_m2 = float(seen.unreached[beside, 2].sum()) * ground.cell_m**2
    return Flooded(area, ends, dry, unknown, at_nodata, at_edge, apart[beside], apart_m2, ground.cell_m)


def _depth(surface: Surface, ground: Terrain) -> Callable[[slice, slice], Floats]:
    """Depth of the flood over the ground in a window, the chainage laid out bilinearly from a lattice."""
    step = surface.step

    def field(rows: slice, columns: slice) -> Floats:
        row, column = np.arange(rows.start, rows.stop), np.arange(columns.start, columns.stop)
        i, j = (np.arange(each.start // step, (each.stop - 1) // step + 2) for each in (rows, columns))
        nodes = np.stack(np.meshgrid(j * step, i * step), axis=-1).reshape(-1, 2)
        lattice = surface.chainage_of(to_plane(ground, nodes)).reshape(len(i), len(j))
        above, across = row // step - i[0], column // step - j[0]
        share, share_across = (row % step / step)[:, None], column % step / step
        lines = lattice[above] + share * (lattice[above + 1] - lattice[above])
        steps = np.diff(lines, axis=1)
        return level_at(surface.levels, lines[:, across] + share_across * steps[:, across]) - heights(
            ground, rows, columns)  # fmt: skip

    return field


def _area(
    seen: Outline, lines: Sequence[shapely.LineString], reach: shapely.LineString, ground: Terrain
) -> shapely.Geometry:
    """One area along the reach, cut on the lines."""

    def place(parts: NDArray[np.object_]) -> shapely.Geometry:
        return shapely.transform(shapely.union_all(parts), lambda cells: to_plane(ground, cells))

    held = shapely.points(to_plane(ground, seen.held))
    flooded = shapely.union(place(seen.parts), faces_holding(place(seen.beside), lines, np.asarray(held)))
    pieces = shapely.get_parts(without_holes(flooded))
    # a strip along the axis holds the pieces together; it is always there, so that more water never makes less area
    strip = shapely.buffer(reach, 0.5 * ground.cell_m, quad_segs=4)
    joined = shapely.union_all([strip, *pieces[shapely.intersects(pieces, reach)]])
    return without_holes(cut_along(without_holes(joined), lines, reach))


def _off_water(
    reach: shapely.LineString, surface: Surface, ground: Terrain
) -> tuple[list[shapely.LineString], list[shapely.LineString]]:
    """Stretches of the reach where its own cells are not below the level, and where they are not known."""
    coords = shapely.get_coordinates(reach)
    places = np.linspace(0.0, reach.length, int(np.ceil(2 * reach.length / ground.cell_m)) + 1)
    points = position(coords, places)
    bed = highest_around(ground, points, cells=0)
    dry, unknown = bed >= surface.level_of(points), np.isnan(bed)
    return _stretches(coords, places, dry), _stretches(coords, places, unknown)


def _stretches(coords: Floats, places: Floats, chosen: NDArray[np.bool_]) -> list[shapely.LineString]:
    change = np.flatnonzero(np.diff(chosen))
    bounds = np.concatenate([places[:1], (places[change] + places[change + 1]) / 2, places[-1:]])
    starts = np.flatnonzero(np.append(chosen[change], chosen[-1]))
    return list(cut_many(coords, bounds[starts], bounds[starts + 1])) if len(starts) else []


def _seeds(reach: shapely.LineString, barriers: Sequence[shapely.LineString], ground: Terrain) -> Integers:
    """Cells around the axis, but none that a barrier parts from it."""
    count = int(np.ceil(2 * reach.length / ground.cell_m)) + 1
    points = position(shapely.get_coordinates(reach), np.linspace(0.0, reach.length, count))
    corner = np.floor(to_cells(ground, points)).astype("int64")
    cells = corner[:, None, :] + np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
    walls = shapely.union_all(list(barriers))
    shapely.prepare(walls)
    near = shapely.dwithin(walls, shapely.points(points), 2 * ground.cell_m)
    hops = np.stack([np.repeat(points[near], 4, axis=0), to_plane(ground, cells[near].reshape(-1, 2))], axis=1)
    parted = np.zeros(cells.shape[:2], dtype="bool")
    parted[near] = shapely.intersects(walls, shapely.linestrings(hops)).reshape(-1, 4)
    free = cells[~parted]
    inside = ((free >= 0) & (free < np.array(ground.shape)[::-1])).all(axis=1)
    return np.unique(free[inside][:, ::-1], axis=0)


def look_at_edge(flooded: Flooded, reach: shapely.LineString, river_id: str) -> list[Finding]:
    """What the flood met.

    Parameters
    ----------
    flooded
        The flood.
    reach
        The axis, as far as the terrain goes.
    river_id
        River the findings are noted at.

    Returns
    -------
    list of Finding
        ``axis-dry``, ``terrain-nodata``, ``flood-reaches-terrain-edge``, ``flood-disconnected``, ``flood-in-parts``.
    """
    findings = [
        Finding(code, "terrain", river_id, stretch, float(stretch.length), flooded.cell_m, "m")
        for code, stretches in (("axis-dry", flooded.dry), ("terrain-nodata", flooded.unknown))
        for stretch in stretches
        if stretch.length > flooded.cell_m
    ]
    for code, places in (("terrain-nodata", flooded.at_nodata), ("flood-reaches-terrain-edge", _spilling(flooded))):
        if len(places):
            where = shapely.MultiPoint(places)
            findings.append(Finding(code, "terrain", river_id, where, len(places) * flooded.cell_m, 0.0, "m"))
    if len(flooded.apart):
        where, count = shapely.MultiPoint(flooded.apart), str(len(flooded.apart))
        findings.append(Finding("flood-disconnected", "terrain", river_id, where, flooded.apart_m2, 0.0, "m²", count))
    parts = float(shapely.get_num_geometries(flooded.area))
    if parts > 1:
        findings.append(Finding("flood-in-parts", "terrain", river_id, reach, parts, 1.0))
    return findings


def _spilling(flooded: Flooded) -> Floats:
    """Where the flood reaches the edge of the terrain, other than through an end of the reach."""
    places = flooded.at_edge
    if not len(places):
        return places
    gap = shapely.distance(shapely.union_all(list(flooded.ends)), shapely.points(places))
    return places[gap > _LEAVING_CELLS * flooded.cell_m]


def unknown_sides(flooded: Flooded, reach: shapely.LineString) -> set[Bank]:
    """Banks on which the flood meets unknown ground or the edge of the terrain."""
    places = np.vstack([flooded.at_nodata, _spilling(flooded)])
    if not len(places):
        return set()
    _, offset = locate(places, shapely.get_coordinates(reach))
    banks: set[Bank] = {"left"} if (offset < 0).any() else set()
    return banks | {"right"} if (offset > 0).any() else banks
