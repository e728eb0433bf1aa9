"""Density of events along water by the heat equation: all events at once, at a cost that grows with the water.

Heat that starts at the events and flows along the rivers, splitting where they split, is after the time ``sigma² / 2``
the equal-split continuous kernel of bandwidth sigma (McSwiggan, Baddeley & Nair 2017). Rivers are cut into cells with
finite volumes, and the implicit scheme needs one sparse factorisation, which on a river's tree has no fill.

Examples
--------
>>> graph = Graph(5, np.arange(4), np.arange(1, 5), np.array([1.0, 2.0, 2.0, 1.0]), np.ones(4, dtype=bool))
>>> heat = Heat(graph, np.array([1, 2, 3]), np.array([2.0, 2.0, 2.0]), 2.0)
>>> density = heat.spread(np.array([0.0, 1.0, 0.0]))
>>> round(float(density @ [2.0, 2.0, 2.0]), 12)
1.0
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from riverline._kernels.network.river_graph import Graph, contracted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["Graph", "Heat"]

# Steps in time, of which the first two are each two half-steps that damp what a point's heat makes oscillate.
_STEPS, _DAMPED = 24, 2


class Heat:
    """The heat equation on rivers, factorised for one bandwidth.

    Parameters
    ----------
    graph
        Rivers; edges of length 0 join nodes.
    cell : (c,)
        Nodes in the middle of the cells.
    length : (c,)
        Lengths of the cells: what each holds is density times length.
    sigma
        Bandwidth: standard deviation of the kernel on a river without end or confluence.
    """

    def __init__(self, graph: Graph, cell: Integers, length: Floats, sigma: float) -> None:
        joined, node = contracted(graph)
        number, tail, head, flow = joined.count, joined.tail, joined.head, 1.0 / joined.length
        away = sparse.coo_array((-flow, (tail, head)), shape=(number, number))
        laplacian = sparse.csc_array(away + away.T)
        laplacian = laplacian - sparse.diags_array(np.asarray(laplacian.sum(axis=0)).ravel())
        self._node = node[cell]
        self._length = length
        volume = np.bincount(self._node, length, number)
        half = sigma**2 / 2.0 / _STEPS / 2.0
        self._volume = volume
        self._step = sparse.csr_array(sparse.diags_array(volume) - half * laplacian)
        self._solve = splu(sparse.csc_array(sparse.diags_array(volume) + half * laplacian), permc_spec="MMD_AT_PLUS_A",
                           options={"SymmetricMode": True}, diag_pivot_thresh=0.0).solve  # fmt: skip

    def spread(self, events: Floats) -> Floats:
        """Density of each cell.

        Parameters
        ----------
        events : (c,) or (c, k)
            Events that start in each cell, or their weights.

        Returns
        -------
        (c,) or (c, k)
            Events per unit of length; times the cells' lengths they sum to the events.
        """
        mass = np.zeros((len(self._volume), *events.shape[1:]))
        np.add.at(mass, self._node, events)
        heat = mass
        for step in range(_STEPS):
            if step < _DAMPED:
                density = self._solve(heat)
                density = self._solve(self._held(density))
            else:
                density = self._solve(self._step @ density)
            heat = self._held(density)
        return np.asarray(density[self._node])

    def _held(self, density: Floats) -> Floats:
        return self._volume[:, None] * density if density.ndim > 1 else self._volume * density
