"""Rivers as a directed graph: places on axes as nodes, water as edges, distances along the water up to a limit.

No matrix of all distances is ever made: what lies within a limit of each place is found hop by hop for all places at
once, at a cost that grows with the number of pairs found.

Examples
--------
>>> graph = Graph(3, np.array([0, 1]), np.array([1, 2]), np.array([10.0, 5.0]), np.array([True, True]))
>>> origin, node, distance = within(graph, np.array([0, 2]), 12.0)
>>> list(zip(origin.tolist(), node.tolist(), distance.tolist(), strict=True))
[(0, 0, 0.0), (0, 1, 10.0), (1, 1, 5.0), (1, 2, 0.0)]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline._kernels.network.river_joins import Joins

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["Direction", "Graph", "Places", "contracted", "graph_of", "stretches_of", "within"]

Direction = Literal["both", "downstream", "upstream"]

# Places of one axis nearer to each other than this are one node, metres.
_GRAIN_M = 1e-3


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and the water between them.

    Attributes
    ----------
    count
        Number of nodes.
    tail, head : (e,)
        Nodes at the upstream and the downstream end of each edge.
    length : (e,)
        Metres.
    flows : (e,)
        False where ends of two rivers meet head on: near each other, but no water goes from one to the other.
    """

    count: int
    tail: Integers
    head: Integers
    length: Floats
    flows: Flags


@dataclass(frozen=True, slots=True)
class Places:
    """Places on axes, n of them: the axis, metres from its start, and the bank, 0 or 1, where banks are kept apart."""

    axis: Integers
    along: Floats
    bank: Integers


def graph_of(lengths: Floats, joined: Joins, places: Places, *, banks: bool) -> tuple[Graph, Integers]:
    """The graph whose nodes are ends of axes, junctions and the places asked for.

    Parameters
    ----------
    lengths : (k,)
        Of the axes.
    joined
        Where they meet.
    places
        Other nodes that are wanted.
    banks
        Whether the two banks are graphs of their own. A tributary that comes from the left then joins both its banks
        to the left bank of the other river, so that its mouth can be crossed, but no river; where ends meet, left
        goes on as left.

    Returns
    -------
    graph
    node : (n,)
        The node of each place.

    Examples
    --------
    >>> from riverline._kernels.network.river_joins import Joins
    >>> none = np.zeros(0, dtype="int64")
    >>> alone = Joins(none, none.astype(bool), none, none.astype(float), none)
    >>> places = Places(np.array([0, 0]), np.array([25.0, 75.0]), np.array([0, 0]))
    >>> graph, node = graph_of(np.array([100.0]), alone, places, banks=False)
    >>> graph.count, node.tolist(), graph.length.tolist()
    (4, [1, 2], [25.0, 50.0, 25.0])
    """
    number = len(lengths)
    own = np.where(joined.at_end, lengths[joined.axis], 0.0)
    every = np.arange(number)
    axis = np.concatenate([every, every, joined.other, places.axis])
    along = np.concatenate([np.zeros(number), lengths, joined.along, places.along])
    node, first = _merged(axis, along)
    count = len(first)
    inner = np.flatnonzero(axis[first][1:] == axis[first][:-1])
    gaps = along[first][inner + 1] - along[first][inner]
    # Ends of axes are the first 2k places; junctions follow.
    ends = np.where(joined.at_end, node[number + joined.axis], node[joined.axis])
    spot = node[2 * number : 2 * number + len(joined.axis)]
    meets_end = joined.along >= lengths[joined.other]
    meets_start = joined.along <= 0.0
    flows = ~np.where(joined.at_end, meets_end, meets_start)
    tail, head = np.where(joined.at_end, ends, spot), np.where(joined.at_end, spot, ends)
    wanted = node[2 * number + len(own) :]
    if not banks:
        graph = Graph(
            count, np.concatenate([inner, tail]), np.concatenate([inner + 1, head]),
            np.concatenate([gaps, np.zeros(len(tail))]), np.concatenate([np.ones(len(inner), dtype=bool), flows]),
        )  # fmt: skip
        return graph, wanted
    sides = [_bank_edges(joined, tail, head, bank, count) for bank in (0, 1)]
    graph = Graph(
        2 * count,
        np.concatenate([inner, inner + count, *(tails for tails, _ in sides)]),
        np.concatenate([inner + 1, inner + 1 + count, *(heads for _, heads in sides)]),
        np.concatenate([gaps, gaps, np.zeros(2 * len(tail))]),
        np.concatenate([np.ones(2 * len(inner), dtype=bool), flows, flows]),
    )
    return graph, wanted + places.bank * count


def stretches_of(lengths: Floats, joined: Joins, places: Places, *, banks: bool) -> tuple[Graph, Places]:
    """The graph whose edges are the stretches between ends of axes, junctions and the places asked for.

    Parameters
    ----------
    lengths, joined, places, banks
        As for :func:`graph_of`.

    Returns
    -------
    graph
        Every edge has a length.
    begin : Places
        Axis, bank and metres from the start of the axis at the tail of each edge, ordered by bank, axis and metres.

    Examples
    --------
    >>> from riverline._kernels.network.river_joins import Joins
    >>> none = np.zeros(0, dtype="int64")
    >>> alone = Joins(none, none.astype(bool), none, none.astype(float), none)
    >>> places = Places(np.array([0]), np.array([25.0]), np.array([0]))
    >>> graph, begin = stretches_of(np.array([100.0]), alone, places, banks=False)
    >>> graph.length.tolist(), begin.along.tolist()
    ([25.0, 75.0], [0.0, 25.0])
    """
    graph, _ = graph_of(lengths, joined, places, banks=banks)
    every = np.arange(len(lengths))
    axis = np.concatenate([every, every, joined.other, places.axis])
    along = np.concatenate([np.zeros(len(lengths)), lengths, joined.along, places.along])
    _, first = _merged(axis, along)
    inner = np.flatnonzero(axis[first][1:] == axis[first][:-1])
    layers = 1 + banks
    begin = Places(
        np.tile(axis[first][inner], layers), np.tile(along[first][inner], layers),
        np.repeat(np.arange(layers), len(inner)),
    )  # fmt: skip
    return contracted(graph)[0], begin


def _merged(axis: Integers, along: Floats) -> tuple[Integers, Integers]:
    """Node of each place, nodes numbered along axes, and the first place of each node."""
    order = np.lexsort((along, axis))
    new = np.ones(len(axis), dtype=bool)
    new[1:] = (axis[order][1:] != axis[order][:-1]) | (np.diff(along[order]) > _GRAIN_M)
    node = np.empty(len(axis), dtype="int64")
    node[order] = np.cumsum(new) - 1
    return node, order[new]


def _bank_edges(joined: Joins, tail: Integers, head: Integers, bank: int, count: int) -> tuple[Integers, Integers]:
    """Junction edges of one bank of the joining axis: to the bank it comes from, or on along its own."""
    target = np.where(joined.side < 0, 0, np.where(joined.side > 0, 1, bank))
    tails = tail + np.where(joined.at_end, bank, target) * count
    heads = head + np.where(joined.at_end, target, bank) * count
    return tails, heads


def contracted(graph: Graph) -> tuple[Graph, Integers]:
    """The graph with the nodes that edges of no length join made one, and the new number of each node.

    Examples
    --------
    >>> both = np.array([True, True])
    >>> less, node = contracted(Graph(3, np.array([0, 1]), np.array([1, 2]), np.array([0.0, 5.0]), both))
    >>> less.count, node.tolist(), less.length.tolist()
    (2, [0, 0, 1], [5.0])
    """
    joint = graph.length <= 0.0
    links = sparse.coo_array(
        (np.ones(joint.sum()), (graph.tail[joint], graph.head[joint])), shape=(graph.count, graph.count)
    )
    count, node = connected_components(links, directed=False)
    node = node.astype("int64")
    kept = ~joint
    return Graph(count, node[graph.tail[kept]], node[graph.head[kept]], graph.length[kept], graph.flows[kept]), node


def within(
    graph: Graph, sources: Integers, limit: float, *, direction: Direction = "both"
) -> tuple[Integers, Integers, Floats]:
    """Nodes within a distance of each source along the water.

    Parameters
    ----------
    graph
        The rivers.
    sources : (s,)
        Nodes to start from.
    limit
        Largest distance, metres.
    direction
        ``"both"``: however the water flows; ``"downstream"`` or ``"upstream"``: only with it, or only against it.

    Returns
    -------
    origin : (p,)
        Number of the source, 0 to s - 1, in order.
    node : (p,)
        The node reached, in order for each source; the source itself is there at distance 0.
    distance : (p,)
        The shortest distance, metres.
    """
    start, target, cost = _outgoing(graph, direction)
    key = np.arange(len(sources), dtype="int64") * graph.count + sources
    distance = np.zeros(len(sources))
    fresh, fresh_distance = key, distance
    while len(fresh):
        node = fresh % graph.count
        step = start[node + 1] - start[node]
        row = np.repeat(np.arange(len(node)), step)
        slot = np.repeat(start[node] - (np.cumsum(step) - step), step) + np.arange(len(row))
        reached = fresh_distance[row] + cost[slot]
        near = reached <= limit
        new_key, new_distance = (fresh - node)[row[near]] + target[slot[near]], reached[near]
        key, distance, fresh, fresh_distance = _shorter(key, distance, new_key, new_distance)
    return key // graph.count, key % graph.count, distance


def _outgoing(graph: Graph, direction: Direction) -> tuple[Integers, Integers, Floats]:
    """Edges that may be walked, grouped by the node they leave: where each group starts, targets, lengths."""
    used = np.ones(len(graph.tail), dtype=bool) if direction == "both" else graph.flows
    tail, head, length = graph.tail[used], graph.head[used], graph.length[used]
    if direction == "upstream":
        tail, head = head, tail
    elif direction == "both":
        tail, head, length = np.concatenate([tail, head]), np.concatenate([head, tail]), np.tile(length, 2)
    order = np.argsort(tail, kind="stable")
    start = np.searchsorted(tail[order], np.arange(graph.count + 1))
    return start, head[order], length[order]


def _shorter(
    key: Integers, distance: Floats, new_key: Integers, new_distance: Floats
) -> tuple[Integers, Floats, Integers, Floats]:
    """Known distances with the new ones that are shorter, and these alone; keys sorted."""
    order = np.lexsort((new_distance, new_key))
    new_key, new_distance = new_key[order], new_distance[order]
    least = np.diff(new_key, prepend=-1) != 0
    new_key, new_distance = new_key[least], new_distance[least]
    at = np.searchsorted(key, new_key)
    there = np.minimum(at, len(key) - 1)
    known = key[there] == new_key
    better = ~known | (new_distance < distance[there])
    new_key, new_distance, known, at = new_key[better], new_distance[better], known[better], at[better]
    distance = distance.copy()
    distance[at[known]] = new_distance[known]
    added = ~known
    return (
        np.insert(key, at[added], new_key[added]),
        np.insert(distance, at[added], new_distance[added]),
        new_key,
        new_distance,
    )
