"""Density of events along water by paths: the equal-split discontinuous kernel, exactly, and its one-way kin.

From an event the kernel runs along every path; where a path meets n others it is split into n equal parts, at a dead
end it turns back. What a stretch of water holds is the integral of the kernel over it, so that nothing is lost to a
grid.

Examples
--------
>>> graph = Graph(3, np.array([0, 1]), np.array([1, 2]), np.array([50.0, 50.0]), np.array([True, True]))
>>> held = split_equally(graph, Events(np.array([0]), np.array([40.0]), np.ones(1)), 30.0)
>>> held.round(4).tolist(), round(float(held.sum()), 12)
([0.7901, 0.2099], 1.0)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from riverline._kernels.network.river_graph import Graph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline._kernels.network.river_graph import Direction

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["Events", "Graph", "quartic_share", "split_equally"]

# Events traced at once: bounds the memory of their paths.
_CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Events:
    """Events on edges, m of them: the edge, metres from its tail, and the weight."""

    edge: Integers
    along: Floats
    weight: Floats


def quartic_share(distance: Floats, width: float) -> Floats:
    """Share of a quartic (biweight) kernel between its middle and a distance: 0 to 0.5.

    Parameters
    ----------
    distance : (n,)
        Metres, 0 or more.
    width
        Where the kernel ends; its standard deviation is this over the root of seven.

    Examples
    --------
    >>> quartic_share(np.array([0.0, 15.0, 30.0, 99.0]), 30.0).round(4).tolist()
    [0.0, 0.3965, 0.5, 0.5]
    """
    part = np.minimum(distance / width, 1.0)
    return np.asarray(15.0 / 16.0 * (part - 2.0 / 3.0 * part**3 + part**5 / 5.0))


def split_equally(graph: Graph, events: Events, width: float, *, direction: Direction = "both") -> Floats:
    """What each edge holds of the kernels of all events.

    Parameters
    ----------
    graph
        Rivers whose edges all have a length.
    events
        On its edges.
    width
        Where the kernel ends.
    direction
        ``"both"``; or ``"downstream"`` and ``"upstream"``: the whole kernel runs that way, is split equally where
        there are several ways, and what would run beyond the last edge stays in it.

    Returns
    -------
    (e,)
        Sums to the weight of the events.

    References
    ----------
    Okabe, A., Satoh, T. & Sugihara, K. (2009). A kernel density estimation method for networks, its computational
    method and a GIS-based tool. International Journal of Geographical Information Science 23(1).
    """
    held = np.zeros(len(graph.length))
    table = _Ways(graph, direction)
    for begin in range(0, len(events.edge), _CHUNK):
        part = slice(begin, begin + _CHUNK)
        _trace(graph, table, Events(events.edge[part], events.along[part], events.weight[part]), width, held)
    return held


class _Ways:
    """Edges at each node, as they can be walked: numbered 2 e with the water, 2 e + 1 against it."""

    def __init__(self, graph: Graph, direction: Direction) -> None:
        number = np.arange(len(graph.length))
        walks = {"both": (0, 1), "downstream": (0,), "upstream": (1,)}[direction]
        leaves = np.concatenate([graph.tail if way == 0 else graph.head for way in walks])
        walk = np.concatenate([2 * number + way for way in walks])
        order = np.argsort(leaves, kind="stable")
        self.walk = walk[order]
        self.start = np.searchsorted(leaves[order], np.arange(graph.count + 1))
        self.both = direction == "both"
        self.ends = np.stack([graph.head, graph.tail], axis=1).ravel()

    def onward(self, walk: Integers) -> tuple[Integers, Integers, Floats]:
        """For walks that have reached the end of their edge: row of each, the next walks, and the share of each."""
        node = self.ends[walk]
        many = self.start[node + 1] - self.start[node]
        row = np.repeat(np.arange(len(walk)), many)
        slot = np.repeat(self.start[node] - (np.cumsum(many) - many), many) + np.arange(len(row))
        following = self.walk[slot]
        if self.both:
            # Not back the way it came, but at a dead end.
            kept = (following != (walk[row] ^ 1)) | (many[row] == 1)
            row, following = row[kept], following[kept]
            many = np.where(many == 1, 1, many - 1)
        return row, following, 1.0 / many[row]


def _trace(graph: Graph, ways: _Ways, events: Events, width: float, held: Floats) -> None:
    """Add what each edge holds, in place."""
    scale = 1.0 if ways.both else 2.0
    turns = (0, 1) if ways.both else (int(ways.walk[0] & 1),) if len(ways.walk) else ()
    rest = [graph.length[events.edge] - events.along, events.along]
    walk = np.concatenate([2 * events.edge + turn for turn in turns]) if turns else np.zeros(0, dtype="int64")
    far = np.concatenate([rest[turn] for turn in turns]) if turns else np.zeros(0)
    near = np.zeros(len(walk))
    weight = np.tile(events.weight * scale, len(turns))
    while len(walk):
        np.add.at(held, walk >> 1, weight * (quartic_share(far, width) - quartic_share(near, width)))
        going = far < width
        walk, far, weight = walk[going], far[going], weight[going]
        row, following, share = ways.onward(walk)
        if not ways.both:
            stays = np.ones(len(walk), dtype=bool)
            stays[row] = False
            left = weight[stays] * (0.5 - quartic_share(far[stays], width))
            np.add.at(held, walk[stays] >> 1, left)
        walk, near, weight = following, far[row], weight[row] * share
        far = near + graph.length[walk >> 1]
