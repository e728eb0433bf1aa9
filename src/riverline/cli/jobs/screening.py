"""The job behind ``riverline screen`` as steps: read, screen, classify, map, layers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import riverline as rl
from riverline.cli.jobs.drawn import read_limits
from riverline.cli.jobs.handover import Delivery, Steps, hand_over, require_folder
from riverline.cli.jobs.office import tables_beside
from riverline.cli.jobs.steps import numbered, read_named
from riverline.cli.tables import add_row, table_of
from riverline.schema import ENCROACHED, FEATURES, Column, Schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd
    from rich.table import Table

    from riverline.catalog import Catalog
    from riverline.cli.jobs.handover import Step
    from riverline.cli.jobs.steps import Layer
    from riverline.demarcation import Demarcation
    from riverline.encroachment import Screening
    from riverline.schema import Language

__all__ = ["ScreenJob", "carry_out", "catalog_table", "sums_table"]

NAMES = {"zh": ("侵占图.html", "侵占成果.gpkg"), "en": ("encroachment.html", "encroachment.gpkg")}

_ANY = Schema(
    FEATURES.name, FEATURES.label_zh, FEATURES.label_en, FEATURES.key, FEATURES.geometry,
    tuple(replace(column, optional=True) for column in FEATURES), FEATURES.meaning,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScreenJob:
    """From files to suspects.

    ``layers`` names the inputs: ``features``, ``extents`` (a layer, or the file that ``demarcate`` wrote), ``axes``
    and ``permits``.
    """

    layers: Mapping[str, Layer]
    out: Path
    tolerance_m: float = 0.0
    catalog: str = "national"
    rules: str = ""
    on: str | None = None
    language: Language = "zh"
    title: str = ""


def carry_out(job: ScreenJob, tell: Callable[[Step], None]) -> Delivery:
    """Do the job; the files appear together at its end, or not at all."""
    step = Steps(tell, len(job.layers) + 3)
    require_folder(job.out)
    catalog = rl.load_catalog(job.catalog, on=job.on)  # what does not exist is told before the work begins
    frames: dict[str, gpd.GeoDataFrame] = {}
    drawn: Demarcation | gpd.GeoDataFrame
    for name, layer in job.layers.items():
        schema = _with_words(layer, catalog) if name == "features" else rl.schema.FRAMES[name]
        step(f"读取{schema.label_zh}", f"read {schema.label_en}")
        if name == "extents":
            drawn = read_limits(layer, job.rules)
            frames["extents"] = drawn.extents if isinstance(drawn, rl.Demarcation) else drawn
        else:
            frames[name] = read_named(
                name, numbered(layer, _ANY["feature_id"]) if name == "features" else layer, schema
            )
    others = {name: frames[name] for name in ("axes", "permits") if name in frames}
    step("与界线、许可比对", "hold against the line")
    found = rl.screen(frames["features"], drawn, tolerance_m=job.tolerance_m, on=job.on, **others)
    found = rl.classify(found, catalog)
    layers = [found, *([frames["permits"]] if "permits" in frames else [])]
    beside = tables_beside(NAMES[job.language][1], *layers, language=job.language)
    shown = [drawn, *others.values()]
    paths = hand_over(
        job.out,
        draw=lambda: rl.maps.show(*shown, found, language=job.language, title=job.title),
        write=lambda path: rl.export.to_geopackage(path, *layers, language=job.language),
        names=NAMES[job.language],
        beside=beside,
        step=step,
    )
    more = tuple(job.out / name for name in beside)
    return Delivery(frames, found, *paths, more_paths=more, without_tables=not beside)


def _with_words(layer: Layer, catalog: Catalog) -> Schema:
    """What features are read by: with the fields of the catalogue's words that the layer's fields are said to be."""
    mapped = (layer.columns or {}).values()
    asked = {name for ours in mapped for name in ([ours] if isinstance(ours, str) else ours)}
    asked |= set(layer.values or {})  # noqa: PD011 - of no frame
    fields = {"item", *(field for word in catalog.words for field in word.fields)}
    words = tuple(
        Column(name, "text", name, name, f"WORD{number}", "What the words of the catalogue are looked for in.",
               optional=True)
        for number, name in enumerate(sorted(asked & fields))
    )  # fmt: skip
    return replace(_ANY, columns=(*_ANY.columns, *words))


def sums_table(result: Screening, language: Language) -> Table:
    """One row a river, kind of extent and bank, and one for all."""
    names = ("name", "extent_kind", "bank", "suspects", "across", "permitted", "counted_m2", "shoreline_m")
    heads = [ENCROACHED[name].label(language) for name in names]
    # Where a heading may be broken, so that the kind of extent, without which rows look alike, has its place.
    heads = [head.replace("疑似", "疑似 ").replace("其中", "其中 ") for head in heads]
    table = table_of(ENCROACHED.label(language), heads, right=(3, 4, 5, 6, 7), lesser=(4, 5), language=language)
    for row in result.sums.itertuples():
        labels = [ENCROACHED[name].value_label(getattr(row, name), language) for name in ("extent_kind", "bank")]
        counts = [str(getattr(row, name)) for name in ("suspects", "across", "permitted")]
        river = " ".join(str(each) for each in (row.name, row.river_id) if each)
        told = [river, *labels, *counts]
        add_row(table, *told, f"{row.counted_m2:,.2f}", f"{row.shoreline_m:,.1f}")
    return table


def catalog_table(listed: pd.DataFrame, language: Language) -> Table:
    """The shipped catalogues, one row each."""
    zh = language == "zh"
    heads = ("名称", "目录", "扩展自", "见法", "条目") if zh else ("Name", "Catalogue", "Extends", "Seen", "Items")
    table = table_of("", heads, right=(4,), language=language)
    for row in listed.itertuples():
        told = (row.name, row.title if zh else row.title_en, row.extends or "-", row.certainty, str(row.items))
        add_row(table, *told)
    return table
