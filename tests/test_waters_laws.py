"""Laws of lakes and reservoirs on random shores, levees and ground, the samples' lake, and real lakes of China."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import riverline as rl
from county import CRS, ORIGIN
from riverline import samples
from test_waters import DESIGN, LAKE, lake, levees, level, rule_set
from valleys import centres, write_terrain

MM = 1e-3
laws = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def shore(seed, radius, rough, count=160):
    """A winding closed line around the origin of the county."""
    rng = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    waves = sum(rng.normal(0, rough / k) * np.cos(k * angle + rng.uniform(0, 6.28)) for k in range(2, 9))
    away = radius * np.exp(waves)
    return shapely.Polygon(np.asarray(ORIGIN) + away[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]))


@st.composite
def lakes(draw):
    """Water with islands, levees around parts of it or all of it, or none."""
    seed = draw(st.integers(0, 10_000))
    water = shore(seed, draw(st.floats(150, 400)), draw(st.sampled_from([0.0, 0.05, 0.15])))
    island = shapely.Point(shapely.centroid(water)).buffer(30)
    toe = shapely.LineString(water.buffer(draw(st.sampled_from([20.0, 60.0]))).exterior.coords)
    cuts = sorted(draw(st.lists(st.floats(0.02, 0.98), max_size=4)))
    starts, ends = [0.0, *cuts], [*cuts, 1.0]
    gap = draw(st.sampled_from([0.0, 0.01, 0.08]))
    arcs = [
        shapely.ops.substring(toe, start, end - gap * (end - start), normalized=True)
        for start, end in zip(starts, ends, strict=True)
        if end - start > 0.01
    ]
    kept = [arc for arc in arcs if draw(st.booleans())]
    return water.difference(island), kept


def extent(result, kind="management"):
    return result.extents[result.extents["kind"] == kind].geometry.iloc[0]


def edges_of(result):
    return shapely.line_merge(shapely.multilinestrings(result.lines.geometry.to_numpy()))


@laws
@given(lakes(), st.sampled_from([5.0, 30.0, 200.0]))
def test_the_extent_holds_water_islands_levees_and_their_strips(tmp_path_factory, drawn, width) -> None:
    water, toes = drawn
    rules = rule_set(tmp_path_factory.mktemp("rules"), levee=width)
    result = rl.demarcate_waters(lake(water), rules, levees=levees(*toes) if toes else None)
    area = extent(result)
    assert shapely.get_num_interior_rings(shapely.get_parts(area)).sum() == 0
    assert shapely.covers(area.buffer(1e-6), shapely.Polygon(water.exterior))
    for toe in toes:
        strip = toe.buffer(width - MM, cap_style="flat", quad_segs=32)
        assert shapely.area(shapely.difference(strip, area)) < 1e-3 * max(1.0, toe.length * 1e-3)
    assert result.extents["clearance_m"].iloc[0] >= -1e-6
    ring = edges_of(result)
    assert ring.is_closed
    assert shapely.hausdorff_distance(ring, shapely.boundary(area)) < 1e-6
    assert result.lines["length_m"].sum() == pytest.approx(area.length, abs=0.1 * len(result.lines))


@laws
@given(lakes(), st.floats(0, 360))
def test_turning_the_map_turns_the_extent(tmp_path_factory, drawn, turn) -> None:
    water, toes = drawn
    rules = rule_set(tmp_path_factory.mktemp("rules"))

    def turned(frame):
        return None if frame is None else frame.set_geometry(frame.geometry.rotate(turn, origin=ORIGIN), crs=CRS)

    dykes = levees(*toes) if toes else None
    plain = rl.demarcate_waters(lake(water), rules, levees=dykes)
    moved = rl.demarcate_waters(turned(lake(water)), rules, levees=turned(dykes))
    back = shapely.affinity.rotate(extent(moved), -turn, origin=ORIGIN)
    assert shapely.area(shapely.symmetric_difference(back, extent(plain))) < 2 * MM * extent(plain).length
    # The cut at the end of a strip is its levee's or the step's that goes on from it: both lie on it.
    lengths = [
        result.lines.assign(ends=result.lines["basis"].replace("joined", "levee")).groupby("ends")["length_m"].sum()
        for result in (plain, moved)
    ]
    assert lengths[0].to_dict() == pytest.approx(lengths[1].to_dict(), abs=0.5)


@laws
@given(lakes(), st.integers(0, 100))
def test_the_order_of_rows_does_not_matter(tmp_path_factory, drawn, seed) -> None:
    water, toes = drawn
    rules = rule_set(tmp_path_factory.mktemp("rules"))
    both = gpd.GeoDataFrame(
        {"water_id": ["W1", "W2"], "river_id": ["H1", "H2"], "kind": "lake"},
        geometry=[water, shapely.affinity.translate(water, 4000, 0)], crs=CRS,
    )  # fmt: skip
    dykes = levees(*toes, *(shapely.affinity.translate(toe, 4000, 0) for toe in toes))
    dykes["river_id"] = ["H1"] * len(toes) + ["H2"] * len(toes)
    first = rl.demarcate_waters(both, rules, levees=dykes)
    second = rl.demarcate_waters(both.iloc[::-1], rules, levees=dykes.sample(frac=1.0, random_state=seed))
    assert first.lines.equals(second.lines)
    assert first.extents.equals(second.extents)
    assert first.faults.equals(second.faults)


def hills(folder, seed, cells=120, cell=10.0):
    """A bowl with bumps and pits."""
    corner = (ORIGIN[0] - cells * cell / 2, ORIGIN[1] + cells * cell / 2)
    x, y = centres((cells, cells), cell=cell, corner=corner)
    rng = np.random.default_rng(seed)
    away = np.hypot(x - ORIGIN[0], y - ORIGIN[1])
    waves = sum(
        rng.normal(0, 2.0) * np.sin((x - ORIGIN[0]) / rng.uniform(60, 200) + (y - ORIGIN[1]) / rng.uniform(60, 200))
        for _ in range(4)
    )
    return write_terrain(folder / "hills.tif", 100.0 + 0.02 * away + waves * (away > 120), cell=cell, corner=corner)


@laws
@given(st.integers(0, 10_000), st.lists(st.floats(100.5, 109.0), min_size=2, max_size=4), st.booleans())
def test_raising_the_level_never_shrinks_the_extent(tmp_path_factory, seed, heights, dyked) -> None:
    folder = tmp_path_factory.mktemp("hills")
    rules = rule_set(folder, DESIGN)
    terrain, water = hills(folder, seed), shore(seed, 100.0, 0.02)
    toe = shapely.ops.substring(water.buffer(80).exterior, 0.0, 0.4, normalized=True)
    dykes = levees(shapely.LineString(toe.coords)) if dyked else None
    areas = [
        extent(rl.demarcate_waters(lake(water), rules, levees=dykes, flood_levels=level(height), terrain=terrain))
        for height in sorted(heights)
    ]
    for lower, higher in pairwise(areas):
        assert shapely.area(shapely.difference(lower, higher)) < 1e-3
    assert all(shapely.covers(area.buffer(1e-6), water) for area in areas)


def test_the_lake_of_the_samples_is_demarcated() -> None:
    read = partial(rl.read_layer, samples.path("清水县.gpkg"))
    water, axes = (read(rl.schema.FRAMES[name], layer=name) for name in ("water", "axes"))
    dykes = rl.read_layer(samples.path("堤防.shp"), rl.schema.LEVEES, columns={"地面高程": "ground_m"})
    result = rl.demarcate_waters(water, rl.load_rules("anhui"), axes=axes, levees=dykes)
    assert result.extents["extent_id"].tolist() == ["JH01-management"]
    surface = water.set_index("water_id").geometry["JH01-W"]
    assert shapely.covers(extent(result).buffer(1e-6), surface)
    assert result.lines["basis"].tolist() == ["water"]
    assert result.lines["confidence"].tolist() == ["low"]
    told = rl.faults.describe(result.faults, "zh").set_index("code")["detail"]
    assert "JH01" in told["pool-not-drawn"]
    # The three rivers' water and all levees are rivers': told, not lost.
    unused = result.faults[result.faults["code"] == "feature-not-used"]
    assert len(unused) == 3 + len(dykes)


@pytest.mark.real
def test_the_lakes_of_china_are_demarcated(real_data) -> None:
    raw = gpd.read_file(real_data / "china_gbk_rivers" / "hyd1_4p.shp", encoding="gbk")
    parts = raw.set_crs(4490, allow_override=True).explode(ignore_index=True)
    west, _, east, _ = parts.bounds.to_numpy().T
    east = parts[(west > 115.5) & (east < 118.5)].reset_index(drop=True)
    water = gpd.GeoDataFrame(
        {"water_id": [f"W{n}" for n in range(len(east))], "river_id": None, "kind": "lake"},
        geometry=east.geometry.array, crs=4490,
    ).to_crs(4548)  # fmt: skip
    usable = water.geometry.is_valid & ~water.geometry.is_empty
    assert usable.sum() > 30
    result = rl.demarcate_waters(water, rl.load_rules("jiangsu"))
    assert len(result.extents) == usable.sum()
    by_code = result.extents.set_index("river_id").geometry
    surfaces = water[usable].set_index("water_id").geometry
    assert shapely.covers(by_code[surfaces.index].buffer(1e-6).array, surfaces.array).all()
    assert (result.extents["clearance_m"] >= -1e-6).all()
    assert set(rl.check(result.lines, rl.schema.MANAGEMENT_LINES)["code"]) <= {"far-away"}


@pytest.mark.real
def test_a_lake_in_many_surfaces_is_one_water_under_its_chinese_name(real_data) -> None:
    lakes = rl.read_layer(
        real_data / "china_gbk_rivers" / "hyd1_4p.shp", rl.schema.WATER, crs="EPSG:4490",
        columns={"NAME": ["name", "river_id"]}, values={"water_id": "W{row}", "kind": "lake"},
    )  # fmt: skip
    assert lakes.attrs["source"]["encoding"] == "GBK"
    poyang = rl.geodesy.to_metric(lakes[lakes["name"] == "鄱阳湖"].reset_index(drop=True))
    assert len(poyang) == 88
    result = rl.demarcate_waters(poyang, rl.load_rules("jiangxi"))
    assert result.extents[["river_id", "name", "kind"]].to_numpy().tolist() == [["鄱阳湖", "鄱阳湖", "management"]]
    whole = result.extents.geometry.iloc[0]
    assert shapely.covers(whole.buffer(1e-6), poyang.geometry.array).all()
    # Islands belong to it: the extent is the surfaces and what they enclose.
    filled = shapely.union_all([shapely.Polygon(each.exterior) for each in poyang.geometry])
    assert whole.area == pytest.approx(filled.area, rel=1e-6)
    assert set(result.lines["basis"]) == {"water"}
    assert set(result.lines["confidence"]) == {"low"}


@pytest.mark.real
def test_levees_drawn_around_a_real_lake_give_its_strip(real_data, tmp_path) -> None:
    raw = gpd.read_file(real_data / "china_gbk_rivers" / "hyd1_4p.shp", encoding="gbk")
    raw = raw.set_crs(4490, allow_override=True).to_crs(4548)
    near = raw[(raw.representative_point().to_crs(4490).x - 117.0).abs() < 1.5]
    largest = near.geometry.explode().iloc[near.geometry.explode().area.argmax()]
    toe = shapely.LineString(largest.buffer(500.0).exterior.coords)
    cut = shapely.ops.substring(toe, 0.05, 0.55, normalized=True)
    rules = rule_set(tmp_path, LAKE.format(id="x", scope="lake", width=0.0, more=""), levee=50.0)
    ring = rl.demarcate_waters(lake(largest), rules, levees=levees(toe))
    half = rl.demarcate_waters(lake(largest), rules, levees=levees(cut))
    for result in (ring, half):
        assert -1e-6 <= result.extents["clearance_m"].iloc[0] <= MM
        assert shapely.covers(extent(result), largest)
    assert ring.lines["basis"].tolist() == ["levee"]
    assert {"levee", "water", "joined"} == set(half.lines["basis"])
    assert shapely.area(extent(ring)) > shapely.area(extent(half))
