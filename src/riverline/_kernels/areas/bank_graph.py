"""The graph of places between the banks of a polygon without holes, and the longest way through it.

The ring's vertices are triangulated (Delaunay, the dual of the Voronoi diagram). Where every edge of the ring is an
edge of the triangulation, the triangles inside the ring cover it exactly, and a triangle lies inside if its corners,
taken in ring order, turn the way the ring does: no point-in-polygon test is needed. An inner edge joins two places of
the ring; its middle lies inside. The middles of two edges of one triangle can be joined without leaving the triangle,
so a way through the graph never leaves the polygon.

The longest way runs along the channel from end to end. Each inner edge on it goes from one bank to the other: a
Voronoi ridge whose two sites lie on different banks, in the words of Brandt & Algazi (1992).

Examples
--------
>>> import shapely
>>> graph = bank_graph(shapely.box(0, 0, 100, 10))
>>> way = longest_way(graph)
>>> bool(abs(graph.middle[way, 1] - 5).max() < 5)
True
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.sparse import csgraph, csr_matrix
from scipy.spatial import Delaunay

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["BankGraph", "bank_graph", "longest_way"]

# Sites stand no farther apart than this share of the mean width, as long as that adds no more than so many sites.
_SITE_SPACING_WIDTHS = 1 / 6
_MOST_SITES = 200_000

# What is longer than so many of its widths is a sliver, not a channel.
_MOST_WIDTHS = 1e6

# Sites in line or on one circle are triangulated by chance, sometimes into flat triangles: for the triangulation alone
# they are moved aside by this share of their spacing.
_ASIDE = 1e-6

# Each round halves the ring edges that are not in the triangulation yet: a neck of 1/1000 of its edges needs ten.
_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class BankGraph:
    """Inner edges between places of a ring, and which of them share a triangle.

    Attributes
    ----------
    ring : (n, 2)
        Sites along the ring, counter-clockwise, the first not repeated; the polygon's own vertices among them.
    low, high : (m,)
        The two sites of each inner edge, ``low < high``.
    middle : (m, 2)
        Middle of each inner edge.
    half : (m,)
        Half its length: about half the channel's width where it crosses the channel.
    weights : (m, m) sparse
        Distance between the middles of edges that share a triangle.
    """

    ring: Floats
    low: Integers
    high: Integers
    middle: Floats
    half: Floats
    weights: Any


def bank_graph(polygon: shapely.Polygon) -> BankGraph | None:
    """The graph between the banks of a polygon.

    Parameters
    ----------
    polygon
        A valid polygon in metres; its holes are ignored.

    Returns
    -------
    BankGraph or None
        None if the polygon has no inner edge (a sliver without width).
    """
    outline = shapely.orient_polygons(shapely.Polygon(polygon.exterior))
    ring = shapely.get_coordinates(outline.exterior)[:-1]
    # Near zero, so that the triangulation sees all digits of projected coordinates.
    origin = ring.mean(axis=0)
    mean_width = 2 * outline.area / outline.length
    if mean_width * _MOST_WIDTHS <= outline.length:
        return None
    spacing = max(mean_width * _SITE_SPACING_WIDTHS, outline.length / _MOST_SITES)
    ring, low, high, owners = _triangulated(_densified(ring - origin, spacing), aside=spacing * _ASIDE)
    if not len(low):
        return None
    middle = (ring[low] + ring[high]) / 2
    half = np.hypot(*(ring[high] - ring[low]).T) / 2
    return BankGraph(ring + origin, low, high, middle + origin, half, _weights(middle, owners))


def longest_way(graph: BankGraph) -> Integers:
    """The inner edges along the longest of all shortest ways, from one end to the other.

    Notes
    -----
    Two sweeps: the edge farthest from any one is an end, the edge farthest from that is the other. In a tree that is
    exact, and inside a ring without holes the graph is one but for the triangles at forks.
    """
    somewhere = int(np.argmax(graph.half))
    begin = _farthest(csgraph.dijkstra(graph.weights, directed=False, indices=somewhere))
    distance, before = csgraph.dijkstra(graph.weights, directed=False, indices=begin, return_predecessors=True)
    way = [_farthest(distance)]
    while way[-1] != begin:
        way.append(int(before[way[-1]]))
    return np.array(way[::-1], dtype="int64")


def _farthest(distance: Floats) -> int:
    return int(np.argmax(np.where(np.isfinite(distance), distance, -1.0)))


def _densified(ring: Floats, spacing: float) -> Floats:
    """The ring with each edge cut into equal parts no longer than the spacing."""
    step = np.roll(ring, -1, axis=0) - ring
    parts = np.maximum(np.ceil(np.hypot(step[:, 0], step[:, 1]) / spacing), 1).astype("int64")
    edge = np.repeat(np.arange(len(ring)), parts)
    within = np.arange(len(edge)) - np.repeat(np.cumsum(parts) - parts, parts)
    return np.asarray(ring[edge] + (within / parts[edge])[:, None] * step[edge])


def _triangulated(ring: Floats, *, aside: float) -> tuple[Floats, Integers, Integers, Integers]:
    """Ring and its inner edges, ring edges halved until all of them are edges of triangles."""
    for _ in range(_ROUNDS):
        sites = ring + np.random.default_rng(0).uniform(-aside, aside, ring.shape)
        triangles = Delaunay(sites)
        missing = _missing_edges(np.sort(triangles.simplices, axis=1), len(ring))
        if not len(missing):
            break
        ring = np.insert(ring, missing + 1, (ring[missing] + np.roll(ring, -1, axis=0)[missing]) / 2, axis=0)
    corners, neighbours = triangles.simplices.astype("int64"), triangles.neighbors.astype("int64")
    return ring[: len(sites)], *_inner_edges(sites, corners, neighbours)


def _missing_edges(corners: Integers, count: int) -> Integers:
    """First sites of the ring edges that no triangle has; corners sorted."""
    there = np.zeros(count, dtype=bool)
    for first, second in ((0, 1), (1, 2)):
        there[corners[corners[:, second] - corners[:, first] == 1, first]] = True
    there[count - 1] = bool(((corners[:, 0] == 0) & (corners[:, 2] == count - 1)).any())
    return np.flatnonzero(~there)


def _inner_edges(ring: Floats, corners: Integers, neighbours: Integers) -> tuple[Integers, Integers, Integers]:
    """Sites (low, high) of the edges between two inside triangles, and those triangles (m, 2)."""
    in_order = ring[np.sort(corners, axis=1)]
    one, other = in_order[:, 1] - in_order[:, 0], in_order[:, 2] - in_order[:, 0]
    inside = one[:, 0] * other[:, 1] > one[:, 1] * other[:, 0]
    triangle, opposite = np.repeat(np.arange(len(corners)), 3), np.tile(np.arange(3), len(corners))
    neighbour = neighbours.ravel()
    ends = np.stack([corners[triangle, (opposite + 1) % 3], corners[triangle, (opposite + 2) % 3]])
    low, high = ends.min(axis=0), ends.max(axis=0)
    on_ring = (high - low == 1) | (high - low == len(ring) - 1)
    inner = (neighbour > triangle) & inside[triangle] & inside[neighbour] & ~on_ring
    return low[inner], high[inner], np.column_stack([triangle[inner], neighbour[inner]])


def _weights(middle: Floats, owners: Integers) -> Any:  # noqa: ANN401 - scipy.sparse has no types
    """Sparse matrix of distances between the middles of edges that share a triangle."""
    count = len(middle)
    triangle, edge = owners.T.ravel(), np.tile(np.arange(count), 2)
    order = np.argsort(triangle, kind="stable")
    triangle, edge = triangle[order], edge[order]
    pairs = [(edge[:-by][same], edge[by:][same]) for by in (1, 2) for same in [triangle[by:] == triangle[:-by]]]
    one, other = (np.concatenate(each) for each in zip(*pairs, strict=True))
    distance = np.hypot(*(middle[one] - middle[other]).T)
    return csr_matrix((np.maximum(distance, 1e-9), (one, other)), shape=(count, count))
