"""Tables that the command prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from riverline.schema import FAULTS, MANAGEMENT_LINES

if TYPE_CHECKING:
    import geopandas as gpd

    from riverline.demarcation import Demarcation
    from riverline.schema import Language, Schema

__all__ = ["fault_table", "river_table", "schema_table"]

SHOWN_FAULTS = 20


def river_table(result: Demarcation, language: Language) -> Table:
    """One row a river: lengths, area, what the line rests on."""
    zh = language == "zh"
    table = Table(title=escape(result.rules.title if zh else result.rules.title_en))
    heads = (
        ("河流", "中心线 km", "左岸 km", "右岸 km", "管理范围 km²", "依据（长度占比）", "最小裕度 mm")
        if zh
        else ("River", "Axis km", "Left km", "Right km", "Extent km²", "Basis (share of length)", "Clearance mm")
    )
    for head in heads:
        table.add_column(head)
    management = result.extents[result.extents["kind"] == "management"]
    for row in management.itertuples():
        lines = result.lines[result.lines["river_id"] == row.river_id]
        shares = lines.groupby("basis")["length_m"].sum().sort_values(ascending=False) / lines["length_m"].sum()
        basis = MANAGEMENT_LINES["basis"]
        told = "，".join(f"{basis.value_label(name, language)} {share:.0%}" for name, share in shares.items())
        table.add_row(
            escape(f"{row.name} {row.river_id}"),
            *(f"{value / 1000:.2f}" for value in (row.axis_length_m, row.left_length_m, row.right_length_m)),
            f"{row.area_m2 / 1e6:.3f}",
            told if zh else told.replace("，", ", "),
            f"{row.clearance_m * 1000:.2f}",
        )
    return table


def fault_table(faults: gpd.GeoDataFrame, language: Language) -> Table:
    """The first faults, the worst first, and how many there are."""
    from riverline import faults as fault_rows  # noqa: PLC0415 - its name is the argument's

    told = fault_rows.describe(faults, language)
    counts = told["severity"].value_counts()
    parts = [
        f"{FAULTS['severity'].value_label(name, language)} {counts.get(name, 0)}"
        for name in ("error", "warning", "note")
    ]
    table = Table(title=("质检问题：" if language == "zh" else "Faults: ") + "  ".join(parts))
    for name in ("severity", "layer", "feature_id", "detail"):
        table.add_column(FAULTS[name].label(language))
    for row in told.head(SHOWN_FAULTS).itertuples():
        severity = FAULTS["severity"].value_label(row.severity, language)
        table.add_row(severity, escape(row.layer), escape(row.feature_id), escape(row.detail))
    if len(told) > SHOWN_FAULTS:
        table.add_row("…", "", "", f"+{len(told) - SHOWN_FAULTS}")
    return table


def schema_table(schema: Schema, language: Language) -> Table:
    """Every column of a schema."""
    table = Table(
        "name", "type", "unit", "short", "label", "choices", title=f"{schema.name} · {schema.label(language)}"
    )
    for column in schema:
        choices = " ".join(f"{each.value}={each.label(language)}" for each in column.choices)
        name = column.name + (" ★" if column.optional else "")
        table.add_row(name, column.kind, column.unit, column.short, column.label(language), choices)
    return table
