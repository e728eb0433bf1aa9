"""The main job on the samples with core dependencies only: what an install without extras must be able to do."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from pathlib import Path

import riverline as rl

found = [name for name in ("typer", "matplotlib", "openpyxl", "skimage") if importlib.util.find_spec(name)]
if found:
    sys.exit(f"this environment has extras: {', '.join(found)}")
county = rl.samples.path("清水县.gpkg")
layers = {
    name: rl.read_layer(county, rl.schema.FRAMES[name], layer=name) for name in ("axes", "bank_tops", "flood_levels")
}
axes = layers.pop("axes")
layers["levees"] = rl.read_layer(rl.samples.path("堤防.shp"), rl.schema.LEVEES, columns={"地面高程": "ground_m"})
result = rl.demarcate(axes, rl.load_rules("anhui"), terrain=rl.samples.path("白石溪地形.tif"), **layers)
with tempfile.TemporaryDirectory() as folder:
    files = [
        rl.maps.save(rl.maps.show(result), Path(folder) / "map.html"),
        rl.export.to_geopackage(Path(folder) / "成果.gpkg", result),
    ]
    print(result, *(f"{file.name}: {file.stat().st_size:,} bytes" for file in files), sep="\n")
