"""A field check read back: its differences and the suspects as people left them, as one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import riverline as rl
from riverline.cli.jobs.drawn import by_schema
from riverline.cli.jobs.handover import Delivery, hand_over
from riverline.cli.jobs.steps import read_named
from riverline.encroachment.checking import checked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd
    from rich.table import Table

    from riverline.schema import Language

__all__ = ["Checked", "check_files", "differences_table"]

NAMES = {"zh": ("核查图.html", "核查图斑.gpkg"), "en": ("checked.html", "checked.gpkg")}
"""Map and layers."""


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """Suspects as the field check left them, what people changed, and what was wrong with what came back."""

    checks: gpd.GeoDataFrame
    differences: pd.DataFrame
    faults: gpd.GeoDataFrame


def check_files(layers: Mapping[str, Any], out: Path, language: Language) -> Delivery:
    """Read both files, compare them, and write differences and corrected suspects."""
    schemas = {"suspects": rl.schema.SUSPECTS, "field_checks": rl.schema.FIELD_CHECKS}
    frames = {name: read_named(name, by_schema(layers[name], schema) or layers[name], schema)
              for name, schema in schemas.items()}  # fmt: skip
    differences, faults = rl.compare_checks(frames["suspects"], frames["field_checks"])
    found = Checked(checked(frames["suspects"], frames["field_checks"]), differences, faults)
    title = "外业核查" if language == "zh" else "Field check"
    paths = hand_over(
        out,
        draw=lambda: rl.maps.show(found.checks, language=language, title=title),
        write=lambda path: rl.export.to_geopackage(path, found, language=language),
        names=NAMES[language],
    )
    return Delivery(frames, found, *paths)


def differences_table(found: Checked, language: Language) -> Table:
    """How many differences of each sort there are."""
    from riverline.cli.tables import add_row, table_of
    from riverline.schema import CHECK_DIFFERENCES

    heads = ("差异", "处数", "图斑") if language == "zh" else ("Difference", "Number", "Suspects")
    table = table_of(CHECK_DIFFERENCES.label(language), heads, right=(1, 2), language=language)
    for kind, rows in found.differences.groupby("difference"):
        add_row(table, CHECK_DIFFERENCES["difference"].value_label(kind, language), len(rows),
                rows["suspect_id"].nunique())  # fmt: skip
    return table
