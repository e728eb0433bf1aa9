"""A thousand rivers in one call, against ten times a hundred.

Run ``python benchmarks/rivers.py``. Rivers of some 500 vertices, each with levees on both banks, gaps in them and bank
tops behind the gaps, are demarcated in one call; the processor time of 1,000 of them is held against ten times that of
100, both measured in this one run. It prints the ratio and fails where it is above 1.3: nothing that is done for one
river may look at all the others.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

import riverline as rl

RATIO = 1.3
CRS = "EPSG:4548"
ORIGIN = (400_000.0, 3_400_000.0)
VERTICES = 500
STEP = 20.0
BESIDE = 3000.0
ROW = 25

RULES = """
name = "benchmark"
title = "性能测试规则"
title_en = "Rules of the benchmark"
jurisdiction = "清水县"
fallback = "national"
[[documents]]
id = "law"
title = "《性能测试》"
seen = "S"
source = "benchmark"
"""
RULE = """
[[rules]]
id = "{scope}{grade}"
document = "law"
article = "第{grade}条"
scope = "{scope}"
landside = {{ m = {width} }}
"""


def rules():
    """Widths by grade, and one for bank tops."""
    text = RULES
    for grade, width in ((1, 50), (2, 30), (3, 20)):
        text += RULE.format(scope="levee", grade=grade, width=width) + f"[rules.when]\ngrades = [{grade}]\n"
    text += RULE.format(scope="bank_top", grade=9, width=10)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "benchmark.toml"
        path.write_text(text, encoding="utf-8")
        return rl.load_rules(path)


def meander(random):
    """Vertices of an axis whose direction swings, and its normals to the left."""
    along = np.arange(VERTICES) * STEP
    wave = random.uniform(800.0, 2500.0)
    heading = random.uniform(0.4, 1.1) * np.sin(2 * np.pi * (along / wave + random.uniform()))
    heading += 0.1 * np.sin(2 * np.pi * along / (wave / 3.7))
    step = STEP * np.column_stack([np.cos(heading), np.sin(heading)])
    axis = np.vstack([[0.0, 0.0], np.cumsum(step[:-1], axis=0)])
    return axis, np.column_stack([-np.sin(heading), np.cos(heading)])


def county(rivers, seed=20250601):
    """Axes, levees and bank tops of so many rivers, side by side."""
    random = np.random.default_rng(seed)
    axes, levees, tops = [], [], []
    for number in range(rivers):
        river = f"R{number:05d}"
        axis, normal = meander(random)
        axis = axis + ORIGIN + [(number % ROW) * 12_000.0, (number // ROW) * BESIDE]
        axes.append((river, shapely.LineString(axis)))
        for side in (1.0, -1.0):
            away = random.uniform(40.0, 70.0) + random.uniform(0.0, 5.0) * np.sin(np.arange(VERTICES) / 17.0)
            toe = axis + side * away[:, None] * normal
            cuts = np.sort(random.choice(np.arange(40, VERTICES - 40, 30), size=3, replace=False))
            gaps = random.choice([2, 6, 25], size=3)
            starts, ends = np.append(0, cuts + gaps), np.append(cuts, VERTICES)
            levees += [(f"L{len(levees) + n:06d}", river, random.integers(1, 4), shapely.LineString(toe[a:b]))
                       for n, (a, b) in enumerate(zip(starts, ends, strict=True)) if b - a > 1]  # fmt: skip
            tops.append((f"B{len(tops):06d}", river, shapely.LineString(axis + side * 25.0 * normal)))
    random.shuffle(levees)
    return (
        _frame(axes, ["river_id"], name="清水河"),
        _frame(levees, ["levee_id", "river_id", "grade"], feature="landside_toe"),
        _frame(tops, ["bank_id", "river_id"]),
    )


def _frame(rows, names, **more):
    columns = dict(zip([*names, "geometry"], zip(*rows, strict=True), strict=True))
    return gpd.GeoDataFrame({name: list(each) for name, each in columns.items()} | more, crs=CRS)


def measure(rivers, ruleset):
    """Processor seconds of one call."""
    axes, levees, tops = county(rivers)
    begin = time.process_time()
    result = rl.demarcate(axes, ruleset, levees=levees, bank_tops=tops)
    seconds = time.process_time() - begin
    management = result.extents[result.extents["kind"] == "management"]
    assert len(management) == rivers, result.faults["code"].value_counts()
    print(f"{rivers:6d} rivers: {seconds:8.2f} s, {1000 * seconds / rivers:6.1f} ms each; {result!r}")
    return seconds


def main():
    """Print the figures; 1 if the ratio is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rivers", type=int, default=100, help="rivers of the smaller call; the larger has ten times")
    few = parser.parse_args().rivers
    ruleset = rules()
    measure(min(few, 10), ruleset)
    small = measure(few, ruleset)
    large = measure(10 * few, ruleset)
    ratio = large / (10 * small)
    print(f"CPU of {10 * few} rivers / 10 × CPU of {few} rivers = {ratio:.2f} (at most {RATIO})")
    return int(ratio > RATIO)


if __name__ == "__main__":
    sys.exit(main())
