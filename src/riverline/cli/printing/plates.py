"""The table of sheets that the command prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riverline.cli.tables import add_row, table_of
from riverline.schema import PLATES

if TYPE_CHECKING:
    from rich.table import Table

    from riverline.plates import Atlas, Plate
    from riverline.schema import Language

__all__ = ["plate_table"]


def plate_table(drawn: Atlas | Plate, language: Language) -> Table:
    """One row a unit: how many sheets, at which scale, how many were drawn, kept, or failed; one row for one sheet."""
    states = [PLATES["status"].value_label(state, language) for state in ("drawn", "kept", "failed")]
    names = ("unit", "scale")
    heads = [PLATES[name].label_zh if language == "zh" else PLATES[name].label_en for name in names]
    table = table_of(PLATES.label(language), [*heads, *states], right=(1, 2, 3, 4), lesser=(1,), language=language)
    plates = getattr(drawn, "plates", None)
    if plates is None:
        add_row(table, drawn.title, f"1:{drawn.scale}", 1, 0, 0)  # type: ignore[union-attr]
        return table
    for (unit, scale), rows in plates.groupby([plates["unit"].fillna(""), "scale"], sort=True):
        counts = [int((rows["status"] == state).sum()) for state in ("drawn", "kept", "failed")]
        add_row(table, unit, f"1:{scale}", *counts)
    return table
