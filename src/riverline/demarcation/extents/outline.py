"""From two reference chains to the extent and its two edges: area first, then its edge.

The extent is the corridor between the chains, the water, and each bank's strip. It is a set, so bends, hairpins and
overlapping strips cannot make loops; the legal line is what bounds it between the reach's two ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.lines.chainage import vertex_chainages
from riverline._kernels.lines.landside import GRID_M, landside_strip
from riverline._kernels.lines.proof import nearest_reference
from riverline.demarcation.edges import ring_edges, swallowed_bank
from riverline.demarcation.extents.cuts import GRAIN_M, to_the_normals, unit, waterside_past
from riverline.demarcation.extents.seams import CRACK_M, HAIR_M, without_seams

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from riverline._kernels.lines.strip_area import Steps
    from riverline.demarcation.references import Bank, Piece

__all__ = ["Outline", "chain_line", "corridor_between", "edge_pieces", "outline"]

ON_STEP_M = 2e-3
"""Places nearer to a step than this lie on it: a strip that is cut there reaches a stub past it."""

SHORTEST_PIECE_M = 0.05
"""Runs along the line that are shorter than this belong to their neighbour: half the precision lengths are given in."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The extent of one river, its two edges, the dry land that strips enclose, and where the chains cross.

    The edge of a bank that lies inside the extent, between arms of a bend that its strips fill, is empty.
    """

    extent: shapely.Polygon | shapely.MultiPolygon
    left: shapely.LineString
    right: shapely.LineString
    pockets: tuple[shapely.LinearRing, ...]
    crossings: shapely.Geometry | None


def chain_line(pieces: Sequence[Piece]) -> NDArray[np.float64]:
    """Coordinates of a chain as one line, (n, 2), without repeated points."""
    coords = np.vstack([shapely.get_coordinates(piece.line) for piece in pieces])
    moved = np.any(np.diff(coords, axis=0) != 0.0, axis=1)
    kept: NDArray[np.float64] = coords[np.concatenate([[True], moved])]
    return kept


def corridor_between(
    left: NDArray[np.float64], right: NDArray[np.float64]
) -> tuple[shapely.Polygon | shapely.MultiPolygon, shapely.Geometry | None]:
    """The land and water between two chains, and where the chains cross if they do.

    Parameters
    ----------
    left, right
        Coordinates (n, 2) and (m, 2), both drawn downstream.

    Returns
    -------
    corridor
        The area between them.
    crossings
        Points where the outline crosses itself; None where it is simple.
    """
    ring = shapely.Polygon(np.vstack([left, right[::-1]]))
    if shapely.is_valid(ring):
        return ring, None
    noded = shapely.node(ring.exterior)
    ends = shapely.get_point(shapely.get_parts(noded), 0)
    crossings = shapely.difference(shapely.union_all(ends), shapely.multipoints(np.vstack([left, right])))
    repaired = shapely.make_valid(ring, method="structure", keep_collapsed=False)
    return repaired, None if shapely.is_empty(crossings) else crossings


def outline(
    left: Sequence[Piece],
    right: Sequence[Piece],
    *,
    water: shapely.Geometry | None,
    steps: Steps,
    taper_m: float,
    beyond: bool = False,
) -> Outline | None:
    """The extent of a river and its left and right edge.

    Parameters
    ----------
    left, right
        The two chains.
    water
        Water of the river between the ends of the reach; the extent contains it.
    steps, taper_m
        How the strip changes width.
    beyond
        ``True`` adds the protection band to the strip.

    Returns
    -------
    Outline or None
        Extent, edges, and what was odd about them; None if nothing has an area.

    Notes
    -----
    All is computed relative to a place nearby, where coordinates are fine enough for the directions of short stubs.
    """
    origin = np.round(shapely.get_coordinates(left[0].line)[0])
    near_left, near_right = (
        [replace(piece, line=_shifted(piece.line, -origin)) for piece in pieces] for pieces in (left, right)
    )
    near_water = None if water is None else _shifted(water, -origin)
    made = _outline(near_left, near_right, near_water, steps, taper_m, beyond=beyond)
    if made is None:
        return None
    return Outline(
        extent=_shifted(made.extent, origin),
        left=_shifted(made.left, origin),
        right=_shifted(made.right, origin),
        pockets=tuple(_shifted(ring, origin) for ring in made.pockets),
        crossings=None if made.crossings is None else _shifted(made.crossings, origin),
    )


def _shifted(shape: shapely.Geometry, by: NDArray[np.float64]) -> Any:  # noqa: ANN401 - a shape of the same kind
    return shapely.transform(shape, lambda xy: xy + by)


def _outline(
    left: Sequence[Piece],
    right: Sequence[Piece],
    water: shapely.Geometry | None,
    steps: Steps,
    taper_m: float,
    *,
    beyond: bool,
) -> Outline | None:
    chains = chain_line(left), chain_line(right)
    corridor, crossings = corridor_between(*chains)
    ends = shapely.linestrings([[chains[0][at], chains[1][at]] for at in (0, -1)])
    # Areas stand on the grid before they are cut and united: a vertex that moved later would leave its edge.
    corridor, water = (None if area is None else shapely.set_precision(area, GRID_M) for area in (corridor, water))
    parts = [corridor]
    corners = []
    banks: tuple[tuple[Sequence[Piece], Bank], ...] = ((left, "left"), (right, "right"))
    for pieces, bank in banks:
        stripped = [piece for piece in pieces if piece.strip]
        widths = np.array([piece.width_m + piece.protection_m * beyond for piece in stripped])
        lines, trims = to_the_normals(pieces, bank, ends), waterside_past(pieces, bank, widths)
        parts.append(landside_strip(lines, widths, corridor, ends=ends, trims=trims, steps=steps, taper_m=taper_m))
        corners.extend(_corners(lines, widths, bank))
    if water is not None:
        parts.append(water)
    extent = without_seams(shapely.union_all(parts, grid_size=GRID_M))
    if shapely.is_empty(extent):
        return None
    main = max(shapely.get_parts(extent), key=lambda part: part.area)
    edges = ring_edges(main, np.array(corners))
    # Where an edge begins a hair beside a vertex, the vertex goes.
    edges = {bank: shapely.remove_repeated_points(edge, HAIR_M) for bank, edge in edges.items()}
    inside = swallowed_bank(main, np.array(corners))
    if inside is not None:
        edges[inside] = shapely.LineString()
    return Outline(extent, edges["left"], edges["right"], tuple(main.interiors), crossings)


def _corners(lines: NDArray[np.object_], widths: NDArray[np.float64], bank: Bank) -> list[NDArray[np.float64]]:
    """Where a bank's line begins and ends: on the normal of its first and last reference segment, a strip away.

    They stand a hair outside, so that the nearest place of the outline is its corner and not the cut beside it.
    """
    turn = np.array([-1.0, 1.0]) if bank == "left" else np.array([1.0, -1.0])
    corners = []
    for at, segment in ((0, (0, 1)), (-1, (-2, -1))):
        coords = shapely.get_coordinates(lines[at])
        heading = coords[segment[1]] - coords[segment[0]]
        corners.append(coords[at] + (widths[at] + CRACK_M) * turn * heading[::-1] / np.hypot(*heading))
    return corners


def edge_pieces(edge: shapely.Geometry, pieces: Sequence[Piece]) -> tuple[list[shapely.LineString], NDArray[np.intp]]:
    """An edge cut where another reference takes over.

    Parameters
    ----------
    edge
        A line or ring.
    pieces
        The chain of its bank.

    Returns
    -------
    lines
        k stretches that join end to end.
    made_by
        (k,) positions in ``pieces``: the one whose strip reaches farthest there.
    """
    coords = _with_vertices(shapely.get_coordinates(edge), _strip_corners(pieces))
    middles = (coords[1:] + coords[:-1]) / 2.0
    # Around a corner that two references share the better known one counts, whichever way the river runs.
    order = np.array(sorted(range(len(pieces)), key=lambda at: (pieces[at].basis == "joined", pieces[at].source_ids)))
    references = np.array([pieces[at].line for at in order], dtype=object)
    widths = np.array([pieces[at].width_m for at in order])
    stripped = np.array([pieces[at].strip for at in order])
    maker = order[stripped][nearest_reference(middles, references[stripped], widths[stripped])]
    # A step without a strip makes what lies on it; what goes on from it is the end of the strip of the piece it meets,
    # though another reference may be as far away as its strip is wide.
    places = shapely.points(middles)
    for at, line in _ends_on_steps(pieces):
        maker[shapely.dwithin(places, line, ON_STEP_M)] = at
    for step, line in zip(order[~stripped], references[~stripped], strict=True):
        maker[shapely.dwithin(places, line, ON_STEP_M)] = step
    maker = _without_crumbs(maker, np.hypot(*np.diff(coords, axis=0).T))
    breaks = np.flatnonzero(np.diff(maker)) + 1
    starts = np.concatenate([[0], breaks])
    ends = np.concatenate([breaks, [len(maker)]])
    lines = [shapely.LineString(coords[a : b + 1]) for a, b in zip(starts, ends, strict=True)]
    return lines, maker[starts]


def _ends_on_steps(pieces: Sequence[Piece]) -> Iterator[tuple[int, shapely.Geometry]]:
    """The ends of strips at steps: the position of each piece that a step meets, and where its strip may end.

    That is on the prolongation of the step or, where the reference's own normal reaches past that, on the normal.
    """
    for number, step in enumerate(pieces):
        if step.strip:
            continue
        coords = shapely.get_coordinates(step.line)
        for at, tip, away, inward in ((number - 1, coords[0], coords[::-1], -1), (number + 1, coords[-1], coords, 1)):
            if 0 <= at < len(pieces) and pieces[at].strip and pieces[at].width_m > 0.0:
                own = shapely.get_coordinates(shapely.remove_repeated_points(pieces[at].line, GRAIN_M))[::inward][:2]
                normal = _normal(own)
                ways = np.array([unit(away), normal, -normal]) * (pieces[at].width_m + ON_STEP_M)
                yield at, shapely.multilinestrings([[tip, tip + way] for way in ways])


def _normal(way: NDArray[np.float64]) -> NDArray[np.float64]:
    """The unit vector square to the way from the first to the last of some places."""
    across: NDArray[np.float64] = unit(way) @ np.array([[0.0, 1.0], [-1.0, 0.0]])
    return across


def _strip_corners(pieces: Sequence[Piece]) -> NDArray[np.float64]:
    """Where pieces and their strips begin and end: the ends of the reference, and at its width to both sides."""
    corners = []
    for piece in pieces:
        coords = shapely.get_coordinates(shapely.remove_repeated_points(piece.line, GRAIN_M))
        for tip, way in ((coords[0], coords[:2]), (coords[-1], coords[-2:])):
            normal = piece.width_m * _normal(way)
            corners += [tip, tip + normal, tip - normal]
    return np.array(corners)


def _with_vertices(coords: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """A line's coordinates with a vertex at each of the places that it runs through: a straight edge has none there."""
    line = shapely.LineString(coords)
    shapely.prepare(line)
    near = places[shapely.dwithin(line, shapely.points(places), CRACK_M)]
    stations = shapely.line_locate_point(line, shapely.points(near))
    along = vertex_chainages(coords)
    after = np.clip(np.searchsorted(along, stations), 1, len(along) - 1)
    apart = np.abs(along[after[:, None] - [0, 1]] - stations[:, None])
    stations = np.unique(stations[(apart > SHORTEST_PIECE_M).all(axis=1)])
    feet = shapely.get_coordinates(shapely.line_interpolate_point(line, stations))
    merged: NDArray[np.float64] = np.insert(coords, np.searchsorted(along, stations), feet, axis=0)
    return merged


def _without_crumbs(maker: NDArray[np.intp], lengths: NDArray[np.float64]) -> NDArray[np.intp]:
    """Runs shorter than the shortest piece take the maker of the run before them (the first: of the run after)."""
    breaks = np.flatnonzero(np.diff(maker)) + 1
    starts = np.concatenate([[0], breaks])
    total = np.add.reduceat(lengths, starts)
    run_maker = maker[starts]
    long_enough = total >= SHORTEST_PIECE_M
    if not long_enough.any():
        return np.full_like(maker, run_maker[0])
    source = np.where(long_enough, np.arange(len(starts)), -1)
    source = np.maximum.accumulate(source)
    source[source < 0] = np.flatnonzero(long_enough)[0]
    sizes = np.diff(np.concatenate([starts, [len(maker)]]))
    return np.repeat(run_maker[source], sizes)
