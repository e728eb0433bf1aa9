"""The main job as steps: read, check, demarcate, map, layers. It yields what it does; others draw the bar."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import riverline as rl
from riverline import samples

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

    from riverline.demarcation import Demarcation
    from riverline.schema import Language, Schema

__all__ = ["Delivery", "Layer", "MainJob", "Step", "demo_job"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step that is about to run: its number, how many there are, what it does in both languages."""

    number: int
    total: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Layer:
    """Where a layer is read from."""

    path: Path
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    columns: dict[str, str] | None = None

    def read(self, schema: Schema) -> gpd.GeoDataFrame:
        """The layer as a frame of the schema."""
        return rl.read_layer(
            self.path, schema, layer=self.layer, crs=self.crs, encoding=self.encoding, columns=self.columns
        )


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the job made: the result and its files."""

    result: Demarcation
    faults: gpd.GeoDataFrame
    map_path: Path
    layers_path: Path


@dataclass(slots=True)
class MainJob:
    """From files to a map and layers.

    ``layers`` names the inputs by the argument of :func:`riverline.demarcate`; ``axes`` must be among them.
    """

    layers: dict[str, Layer]
    rules: str
    out: Path
    terrain: Path | None = None
    on: str | None = None
    language: Language = "zh"
    title: str = ""
    delivery: Delivery | None = field(default=None, init=False)

    def run(self) -> Iterator[Step]:
        """Yield each step before it runs; ``delivery`` is there when the last has run."""
        total = len(self.layers) + 4
        frames: dict[str, gpd.GeoDataFrame] = {}
        for number, (name, layer) in enumerate(self.layers.items(), 1):
            schema = rl.schema.FRAMES[name]
            yield Step(number, total, f"读取 {schema.label_zh}", f"read {schema.label_en}")
            frames[name] = layer.read(schema)
        if not rl.geodesy.is_metric(frames["axes"]):
            frames["axes"] = rl.geodesy.to_metric(frames["axes"])
        number = len(self.layers)
        yield Step(number + 1, total, "检查图层", "check the layers")
        checked = [rl.check(frame, rl.schema.FRAMES[name]) for name, frame in frames.items()]
        yield Step(number + 2, total, "划定管理范围", "demarcate")
        rules = rl.load_rules(self.rules, on=self.on)
        axes = frames.pop("axes")
        result = rl.demarcate(axes, rules, terrain=self.terrain, **frames)
        faults = rl.faults.combine([*checked, result.faults], crs=axes.crs)
        self.out.mkdir(parents=True, exist_ok=True)
        yield Step(number + 3, total, "输出离线地图", "write the offline map")
        drawn = rl.maps.show(result, language=self.language, title=self.title or None)
        map_path = rl.maps.save(drawn, self.out / "map.html", offline=True)
        yield Step(number + 4, total, "输出成果图层", "write the layers")
        layers_path = rl.export.to_geopackage(self.out / "成果.gpkg", result, language=self.language)
        self.delivery = Delivery(result, faults, map_path, layers_path)


def demo_job(out: Path, language: Language) -> MainJob:
    """The main job on the samples of the invented county."""
    county = samples.path("清水县.gpkg")
    layers = {name: Layer(county, name) for name in ("axes", "bank_tops", "water", "flood_levels")}
    levees = Layer(samples.path("堤防.shp"), columns={"地面高程": "ground_m"})
    title = "清水县河道管理范围（样例）" if language == "zh" else "Qingshui county: management extents (sample)"
    return MainJob(
        layers={**layers, "levees": levees},
        rules="anhui",
        out=out,
        terrain=samples.path("白石溪地形.tif"),
        language=language,
        title=title,
    )
