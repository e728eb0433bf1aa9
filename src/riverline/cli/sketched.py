"""Tables of what ``riverline axes`` and ``riverline banks`` made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import riverline as rl
from riverline.cli.tables import add_row, table_of

if TYPE_CHECKING:
    import geopandas as gpd
    from rich.table import Table

    from riverline.cli.preparing import Prepared
    from riverline.schema import Language

__all__ = ["axis_table", "bank_table"]

SHOWN = 20
_FLOW = {"upstream": ("由上游点定", "by a point upstream"), "unknown": ("不明", "unknown")}


def axis_table(axes: gpd.GeoDataFrame, language: Language) -> Table:
    """One row a river: length, mean width, parts of water, how the direction is known; the sum below."""
    zh = language == "zh"
    heads = (
        ("河流", "长 km", "平均河宽 m", "水面块数", "流向")
        if zh
        else ("River", "km", "Mean width m", "Parts", "Direction")
    )
    table = table_of(rl.schema.AXES.label(language), heads, right=(1, 2, 3))
    length = rl.geodesy.geodesic_length(axes).to_numpy() / 1000.0
    for row, kilometres in zip(axes.head(SHOWN).itertuples(), length, strict=False):
        flow = _FLOW[str(row.orientation)][language == "en"]
        add_row(table, _name(row.name, row.river_id), f"{kilometres:.2f}", f"{row.width_m:.1f}", row.parts, flow)
    _rest(table, len(axes), language)
    table.add_section()
    add_row(table, _total(len(axes), language), f"{length.sum():.2f}", "", "", "")
    return table


def bank_table(done: Prepared, width_m: float | None, language: Language) -> Table:
    """One row a river that has bank tops: width and where it is from, length of each bank; the sum below."""
    zh, axes = language == "zh", done.axes
    tops = rl.schema.BANK_TOPS.empty(axes.crs) if done.bank_tops is None else done.bank_tops
    heads = (
        ("河流", "河宽 m", "河宽来源", "左岸 km", "右岸 km")
        if zh
        else ("River", "Width m", "From", "Left km", "Right km")
    )
    table = table_of(rl.schema.BANK_TOPS.label(language), heads, right=(1, 3, 4))
    kilometres = (rl.geodesy.geodesic_length(tops) / 1000.0).groupby([tops["river_id"], tops["bank"]]).sum()
    drawn = axes[axes["river_id"].isin(tops["river_id"])]
    for row in drawn.head(SHOWN).itertuples():
        own = "width_m" in axes and row.width_m > 0
        origin = ("中心线", "the axis") if own else ("--width", "--width")
        sides = (f"{kilometres.get((row.river_id, bank), 0.0):.2f}" for bank in ("left", "right"))
        width = row.width_m if own else width_m
        add_row(table, _name(row.name, row.river_id), f"{width:g}", origin[not zh], *sides)
    _rest(table, len(drawn), language)
    table.add_section()
    sums = (f"{kilometres[kilometres.index.get_level_values('bank') == bank].sum():.2f}" for bank in ("left", "right"))
    add_row(table, _total(len(drawn), language), "", "", *sums)
    return table


def _name(name: object, river_id: object) -> str:
    return f"{name} {river_id}".strip() if isinstance(name, str) else str(river_id)


def _rest(table: Table, count: int, language: Language) -> None:
    if count > SHOWN:
        add_row(table, f"… 另有 {count - SHOWN} 条" if language == "zh" else f"… {count - SHOWN} more")


def _total(count: int, language: Language) -> str:
    return f"合计 {count} 条" if language == "zh" else f"All {count}"
