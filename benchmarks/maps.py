"""A map of very many polygons, against ``GeoDataFrame.explore`` of the same frame.

Run ``python benchmarks/maps.py``: 30,000 polygons of thirty vertices with three columns, time to build and save and
megabytes of the file; ``--zoom`` opens both maps of 100,000 in a headless Chromium (with ``--count N`` of N) and times
how long a change of zoom takes until it is drawn, the middle of five. explore has no basemap and saves by
``rl.maps.save``, so that both are whole files; it is drawn on a canvas, the quicker of its ways. It prints the ratios
and fails unless building is three times faster and the file three times smaller, and with ``--zoom`` redrawing five
times faster. ``--suspects`` takes polygons with the columns of suspects, which have bands around them.
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

FASTER, SMALLER, REDRAWN = 3.0, 3.0, 5.0
# Zooms to a level, waits until everything is on the screen, and tells how long that took in milliseconds.
ZOOM = """
    const map = window[Object.keys(window).find(k => /^map_[0-9a-f]{32}$/.test(k))], done = arguments[1];
    const begin = performance.now();
    map.setZoom(map.getZoom() + arguments[0], { animate: false });
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begin)));
"""


def polygons(count, seed=1, *, suspects=False):
    """Ragged polygons of 80 m, 120 m from each other; plain ones, or suspects of all kinds and severities."""
    random = np.random.default_rng(seed)
    angle, side = np.linspace(0.0, 2.0 * np.pi, 31)[:-1], int(np.ceil(np.sqrt(count)))
    row, column = np.divmod(np.arange(count), side)
    radius = 40.0 * (1.0 + 0.3 * random.standard_normal((count, 30)).clip(-2.0, 2.0))
    x, y = 500_000.0 + 120.0 * column[:, None], 3_450_000.0 + 120.0 * row[:, None]
    shapes = shapely.polygons(np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=-1))
    rows = {"code": [f"P{i}" for i in range(count)], "owner": [f"户{i % 997}" for i in range(count)],
            "area": np.round(random.uniform(10.0, 900.0, count), 1)}  # fmt: skip
    if suspects:
        kinds = random.choice(["construction", "dumping", "occupation", "extraction"], count)
        rows = {"suspect_id": rows["code"], "river_id": "R1", "bank": "left", "kind": kinds,
                "severity": random.choice(["minor", "serious", "major"], count), "area_m2": rows["area"],
                "inside_m2": rows["area"], "intrusion_m": 1.0, "shoreline_m": 1.0, "chainage_m": 0.0, "item": "x",
                "confidence": 0.5, "evidence": "", "first_seen": "2025-01-01", "last_seen": "2025-01-01",
                "source": "遥感", "adjusted_area_m2": rows["area"]}  # fmt: skip
    return gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4548")


def explore(frame, path):
    """The peer."""
    import riverline as rl

    return rl.maps.save(frame.explore(tiles=None, prefer_canvas=True), path)


def show(frame, path):
    """Ours."""
    import riverline as rl

    return rl.maps.save(rl.maps.show(图斑=frame, max_features=len(frame)), path)


def built(count, folder, *, suspects):
    """Seconds of processor time and megabytes of each way."""
    for way in (explore, show):
        way(polygons(50, suspects=suspects), folder / "warm.html")
        way(polygons(5_001, suspects=suspects), folder / "warm.html")
    seconds, size = {}, {}
    for way in (explore, show):
        frame = polygons(count, suspects=suspects)
        begin = time.process_time()
        path = way(frame, folder / f"{way.__name__}.html")
        seconds[way], size[way] = time.process_time() - begin, path.stat().st_size / 1e6
        print(f"{way.__name__:8} s {seconds[way]:8.2f}  {size[way]:8.1f} MB  {count} polygons")
    return seconds[explore] / seconds[show], size[explore] / size[show]


def redrawn(folder):
    """Milliseconds of a change of zoom of each way."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
    from browser import browser

    taken = {}
    for way in (explore, show):
        with browser() as page:
            page.driver.set_page_load_timeout(600)
            page.driver.set_script_timeout(600)
            page.open(folder / f"{way.__name__}.html")
            each = [page.driver.execute_async_script(ZOOM, step) for step in (1, -1, 1, -1, 1)]
        taken[way] = float(np.median(each))
        print(f"{way.__name__:8} zoom {taken[way]:8.0f} ms")
    return taken[explore] / taken[show]


def main():
    """Time both ways; 1 if a target is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--zoom", action="store_true", help="time the redrawing of 100,000 in a browser, too")
    parser.add_argument("--count", type=int, default=100_000, help="polygons of that")
    parser.add_argument("--suspects", action="store_true", help="polygons with the columns of suspects")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        faster, smaller = built(30_000, Path(name), suspects=given.suspects)
        print(
            f"show: {faster:.1f}× faster to build (at least {FASTER:g}), {smaller:.1f}× smaller (at least {SMALLER:g})"
        )
        good = faster >= FASTER and smaller >= SMALLER
        if given.zoom:
            built(given.count, Path(name), suspects=given.suspects)
            ratio = redrawn(Path(name))
            print(f"show: {ratio:.1f}× faster to redraw (at least {REDRAWN:g})")
            good &= ratio >= REDRAWN
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
