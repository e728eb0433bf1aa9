"""Neighbours on a surveyed network: the rivers of the Methow basin, joined reach by reach, and their 124 mouths."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
import shapely.ops

import riverline as rl

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def methow(real_data):
    """Rivers from the network's reaches: at a node the reach with the larger catchment goes on."""
    raw = gpd.read_file(real_data / "river_net_methow" / "Methow_Network.shp").set_crs(26910)
    reaches = raw.assign(ToLink=raw["ToLink"].fillna(-1).astype("int64")).set_index("GridID")
    main = reaches.sort_values("usarea_km2").groupby("ToLink").tail(1)
    down = {reach: to for reach, to in main["ToLink"].items() if to in reaches.index}
    rows = []
    for head in sorted(set(reaches.index) - set(down.values())):
        chain = [head]
        while chain[-1] in down:
            chain.append(down[chain[-1]])
        merged = shapely.ops.linemerge(list(reaches.geometry[chain])) if len(chain) > 1 else reaches.geometry[head]
        rows.append((f"M{head:.0f}", reaches["usarea_km2"][chain[-1]], _downstream(merged, reaches, chain)))
    columns = {"river_id": [row[0] for row in rows], "name": "", "catchment_km2": [row[1] for row in rows]}
    return gpd.GeoDataFrame(columns, geometry=[row[2] for row in rows], crs=26910)


def _downstream(line, reaches, chain):
    """A river drawn towards the reach that it flows into, or away from its head."""
    to = reaches["ToLink"][chain[-1]]
    beyond = reaches.geometry[to] if to in reaches.index else None
    start, end = (shapely.Point(line.coords[at]) for at in (0, -1))
    if beyond is not None:
        return line.reverse() if start.distance(beyond) < end.distance(beyond) else line
    head = reaches.geometry[chain[0]]
    return line.reverse() if end.distance(head) < start.distance(head) else line


@pytest.mark.parametrize("mouth", ["close", "follow"])
def test_every_mouth_of_a_basin_is_parted_without_crack_or_overlap(methow, mouth):
    rules = rl.load_rules("anhui")
    policy = rules.policy.model_copy(update={"mouth": mouth, "mouth_follow_m": 100.0})
    tops = rl.channel.estimate_bank_tops(methow, width_m=60)
    result = rl.demarcate(methow, rules.model_copy(update={"policy": policy}), bank_tops=tops)
    assert len(methow) == len(result.extents) == 125
    assert shapely.coverage_is_valid(result.extents.geometry.array)
    counts = result.faults["code"].value_counts()
    # A tree of 125 rivers has 124 mouths; in one the bends above it run together and the river cannot be followed.
    assert counts.get("mouth-closed", 0) == (124 if mouth == "close" else 1)
    assert counts.get("mouth-followed", 0) == (0 if mouth == "close" else 123)
    assert counts.get("mouth-not-followed", 0) == (0 if mouth == "close" else 1)
    edges = result.extents.set_index("river_id").boundary[result.lines["river_id"]].buffer(1e-4)
    assert result.lines.geometry.difference(edges.reset_index(drop=True)).length.max() < 1e-3
    assert result.extents["clearance_m"].min() >= -1e-6
