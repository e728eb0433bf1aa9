"""Density along water: mass is kept, paths are those of brute force, heat is that of closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from riverline._kernels.network.equal_split import Events, quartic_share, split_equally
from riverline._kernels.network.river_graph import Graph
from riverline._kernels.network.water_heat import Heat


def graph(*edges):
    tail, head, length = (np.array(each) for each in zip(*edges, strict=True))
    return Graph(
        int(max(tail.max(), head.max())) + 1, tail, head, length.astype(float), np.ones(len(edges), dtype=bool)
    )


TREE = graph((0, 2, 30), (1, 2, 40), (2, 4, 25), (3, 4, 60), (4, 5, 80), (5, 6, 20))
LOOP = graph((0, 1, 50), (1, 2, 30), (1, 3, 35), (2, 4, 20), (3, 4, 15), (4, 5, 70))
STAR = graph((0, 4, 45), (1, 4, 50), (2, 4, 55), (4, 3, 60))
NETWORKS = {"tree": TREE, "loop": LOOP, "confluence": STAR}


def ways(network, node, direction):
    """Edges that leave a node, where each leads, and whether it is walked against the water."""
    ends = ((network.tail, network.head, 0, "upstream"), (network.head, network.tail, 1, "downstream"))
    return [
        (int(each), int(there[each]), turn)
        for here, there, turn, other in ends
        if direction != other
        for each in np.flatnonzero(here == node)
    ]


def brute_force(network, edge, along, width, *, direction="both"):
    """Every path by recursion, one after the other."""
    held = np.zeros(len(network.length))
    both = direction == "both"
    scale = 1.0 if both else 2.0

    def share(low, high):
        return integrate.quad(lambda x: 15 / 16 / width * (1 - min(x / width, 1) ** 2) ** 2, low, high, epsabs=1e-13)[0]

    def walk(each, turn, near, far, node, weight):
        held[each] += weight * share(near, min(far, width)) if near < width else 0.0
        if far >= width:
            return
        onward = ways(network, node, direction)
        if both and len(onward) > 1:
            onward = [way for way in onward if (way[0], way[2]) != (each, 1 - turn)]
        if not onward:
            held[each] += weight * share(far, width)
        for other, to, way in onward:
            walk(other, way, far, far + network.length[other], to, weight / len(onward))

    if direction != "upstream":
        walk(edge, 0, 0.0, network.length[edge] - along, network.head[edge], scale)
    if direction != "downstream":
        walk(edge, 1, 0.0, along, network.tail[edge], scale)
    return held


@pytest.mark.parametrize("direction", ["both", "downstream", "upstream"])
@pytest.mark.parametrize("name", NETWORKS)
def test_paths_are_those_of_brute_force(name, direction):
    network = NETWORKS[name]
    for edge in range(len(network.length)):
        along = 0.3 * network.length[edge]
        events = Events(np.array([edge]), np.array([along]), np.ones(1))
        for width in (12.0, 90.0, 150.0):
            held = split_equally(network, events, width, direction=direction)
            np.testing.assert_allclose(held, brute_force(network, edge, along, width, direction=direction), atol=1e-9)
            assert held.sum() == pytest.approx(1.0, abs=1e-9)


def test_events_add_up_and_one_way_kernels_go_one_way():
    random = np.random.default_rng(1)
    edges = random.integers(0, 6, 40)
    events = Events(edges, random.random(40) * TREE.length[edges], random.random(40) + 0.5)
    whole = split_equally(TREE, events, 70.0)
    each = sum(split_equally(TREE, Events(edges[[i]], events.along[[i]], events.weight[[i]]), 70.0) for i in range(40))
    np.testing.assert_allclose(whole, each, atol=1e-12)
    one = Events(np.array([2]), np.array([5.0]), np.ones(1))
    assert split_equally(TREE, one, 500.0, direction="downstream")[[0, 1, 3]].sum() == 0.0
    assert split_equally(TREE, one, 500.0, direction="upstream")[[3, 4, 5]].sum() == 0.0


def test_the_quartic_kernel_has_the_variance_it_is_said_to_have():
    steps = np.linspace(0, 10, 20_001)
    density = np.diff(quartic_share(steps, 10.0))
    middle = (steps[1:] + steps[:-1]) / 2
    assert 2 * (density * middle**2).sum() == pytest.approx(100 / 7, rel=1e-6)


def cells(lengths, size):
    """Branches that meet in node 0, cut into cells: the graph, its middle nodes, and where each is."""
    tail, head, length, node, place, count = [], [], [], [], [], 1
    for branch, whole in enumerate(lengths):
        before, number = 0, int(whole / size)
        for each in range(number):
            tail.append(before)
            head.append(count)
            length.append(size / 2 if each == 0 else size)
            node.append(count)
            place.append((branch, (each + 0.5) * size))
            before, count = count, count + 1
    shape = Graph(count, *(np.array(each) for each in (tail, head)), np.array(length, dtype=float),
                  np.ones(len(tail), dtype=bool))  # fmt: skip
    return shape, np.array(node), np.array(place)


def test_heat_on_a_line_is_the_normal_density():
    shape, node, place = cells([20_000.0, 20_000.0], 50.0)
    events = (place[:, 0] == 0) & (place[:, 1] == 25.0)
    density = Heat(shape, node, np.full(len(node), 50.0), 1_000.0).spread(events.astype(float))
    along = np.where(place[:, 0] == 0, place[:, 1] - 25.0, -place[:, 1] - 25.0)
    assert density @ np.full(len(node), 50.0) == pytest.approx(1.0, abs=1e-9)
    expected = stats.norm(scale=1_000.0).pdf(along)
    assert np.abs(density - expected).max() <= 0.002 * expected.max()


def test_heat_at_a_confluence_is_split_as_the_closed_form_says():
    """On n branches that meet, 2/n of the kernel goes on into each and 2/n - 1 comes back."""
    shape, node, place = cells([20_000.0, 20_000.0, 20_000.0], 25.0)
    start = 487.5
    events = (place[:, 0] == 0) & (place[:, 1] == start)
    density = Heat(shape, node, np.full(len(node), 25.0), 800.0).spread(events.astype(float))
    own = place[:, 0] == 0
    kernel = stats.norm(scale=800.0).pdf
    expected = np.where(own, kernel(place[:, 1] - start) - kernel(place[:, 1] + start) / 3,
                        2 / 3 * kernel(place[:, 1] + start))  # fmt: skip
    assert np.abs(density - expected).max() <= 0.002 * expected.max()
    assert density.sum() * 25.0 == pytest.approx(1.0, abs=1e-9)


def test_heat_stays_where_water_ends_and_all_events_are_done_at_once():
    shape, node, place = cells([300.0, 500.0], 10.0)
    size = np.full(len(node), 10.0)
    heat = Heat(shape, node, size, 100_000.0)
    random = np.random.default_rng(2)
    events = random.poisson(0.5, (len(node), 3)).astype(float)
    together = heat.spread(events)
    np.testing.assert_allclose(together, np.column_stack([heat.spread(each) for each in events.T]), atol=1e-12)
    np.testing.assert_allclose(together, np.tile(events.sum(axis=0) / 800.0, (len(node), 1)), rtol=1e-6)
    assert place[:, 1].max() == 495.0
