"""Maps of a whole country of rivers at once, against the same maps made one by one with ``show`` and ``save``.

Run ``python benchmarks/maps_batch.py``: 840 invented rivers, or with ``--rivers FILE`` the lines of a file, such as the
840 rivers of the 1:4,000,000 base map. ``one by one`` makes the first sixty of them with :func:`riverline.maps.show`
and :func:`riverline.maps.save`, and its time is scaled up; ``batch`` makes all and the index page, each map whole by
itself; ``shared`` has the scripts once, two at a time. It prints seconds and megabytes and fails unless ``batch`` takes
at most 1.2 times as long as ``one by one``, ``shared`` less than 300 s and a tenth of the bytes, and a second run that
draws nothing at most a fifth of the first.
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

FEW, LIMIT_S, SLOWER, LIGHTER, AGAIN = 60, 300.0, 1.2, 0.1, 0.2


def rivers(file):
    """Lines of a file, or 840 winding ones of 20 to 400 vertices, each a river of its own."""
    if file:
        lines = gpd.read_file(file, encoding="gbk").geometry.set_crs("EPSG:4490", allow_override=True)
    else:
        random, drawn = np.random.default_rng(5), []
        for number in range(840):
            along = np.linspace(0.0, random.uniform(0.2, 3.0), random.integers(20, 400))
            swing = 0.1 * np.sin(9.0 * along + number) + np.cumsum(random.normal(0.0, 0.002, len(along)))
            drawn.append(
                shapely.LineString(np.column_stack([100.0 + number % 30 + along, 25.0 + number // 30 + swing]))
            )
        lines = gpd.GeoSeries(drawn, crs="EPSG:4490")
    codes = [f"R{number:03d}" for number in range(len(lines))]
    return gpd.GeoDataFrame({"river_id": codes, "name": codes}, geometry=lines.to_numpy(), crs=lines.crs)


def main():
    """Time every way; 1 if a target is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rivers", type=Path, help="a file of lines")
    axes = rivers(parser.parse_args().rivers)
    import riverline as rl

    seconds, size = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        rl.maps.save(rl.maps.show(axes.iloc[:1]), place / "warm.html")
        begin = time.perf_counter()
        for number in range(FEW):
            rl.maps.save(rl.maps.show(axes.iloc[[number]], title="x"), place / f"{number}.html")
        seconds["one by one"] = (time.perf_counter() - begin) * len(axes) / FEW
        for way, more in (("batch", {}), ("shared", {"shared_assets": True, "processes": 2}), ("again", {})):
            begin = time.perf_counter()
            made = rl.maps.batch(axes, place / ("batch" if way == "again" else way), **more)
            seconds[way], size[way] = time.perf_counter() - begin, made.maps["bytes"].sum() / 1e6
        for way, taken in seconds.items():
            print(f"{way:11} s {taken:8.2f}  {size.get(way, float('nan')):8.1f} MB  {len(axes)} maps")
    ratio = seconds["batch"] / seconds["one by one"]
    print(f"batch: {ratio:.2f}× the time of one by one (at most {SLOWER:g})")
    print(f"shared: {seconds['shared']:.0f} s (at most {LIMIT_S:g}), {size['shared'] / size['batch']:.3f} of the bytes")
    print(f"again: {seconds['again'] / seconds['batch']:.2f} of the time (at most {AGAIN:g})")
    good = ratio <= SLOWER and seconds["shared"] <= LIMIT_S and size["shared"] <= LIGHTER * size["batch"]
    return int(not (good and seconds["again"] <= AGAIN * seconds["batch"]))


if __name__ == "__main__":
    sys.exit(main())
