"""Tables of what ``riverline axes``, ``banks``, ``standins`` and ``sensitivity`` made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import riverline as rl
from riverline.cli.tables import add_row, table_of

if TYPE_CHECKING:
    import geopandas as gpd
    from rich.table import Table

    from riverline.cli.jobs.preparations import Prepared
    from riverline.revision import Sensitivity
    from riverline.schema import Language

__all__ = ["axis_table", "band_table", "bank_table", "stand_in_table"]

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


def band_table(sure: Sensitivity, language: Language) -> Table:
    """One row a factor and river: its line, what of it moves beyond the map's accuracy, the largest move; parcels."""
    bands, titles = sure.bands, sure.holdings
    heads = [rl.schema.BANDS[name].label(language) for name in ("factor", "river_id", "shift_m")]
    more = ("线长 km", "超出精度 km", "最大移动 m") if language == "zh" else ("Line km", "Beyond km", "Largest m")
    table = table_of(rl.schema.BANDS.label(language), [*heads, *more], right=(2, 3, 4, 5))
    for number, ((factor, river, shift), rows) in enumerate(bands.groupby(["factor", "river_id", "shift_m"])):
        if number == SHOWN:
            add_row(table, "…")
            break
        beyond = rows.loc[rows["movement"] == "beyond", "length_m"].sum() / 1000.0
        most = "-" if rows["largest_m"].isna().all() else f"{rows['largest_m'].max():.2f}"
        told = rl.schema.BANDS["factor"].value_label(factor, language)
        add_row(table, told, river, f"{shift:g}", f"{rows['length_m'].sum() / 1000.0:.2f}", f"{beyond:.2f}", most)
    parcels = titles["parcel_id"].nunique()
    rows = f"{len(titles)} 处，{parcels} 宗" if language == "zh" else f"{len(titles)} places, {parcels} parcels"
    table.caption = f"{rl.schema.BAND_TITLES.label(language)}: {rows}, {titles['area_m2'].sum():,.2f} m²"
    return table


def stand_in_table(lines: gpd.GeoDataFrame | None, language: Language) -> Table:
    """One row a river and kind of line: how many there are, and how long."""
    zh, column = language == "zh", rl.schema.BANK_TOPS["feature"]
    heads = ("河流", "线类", "条", "km") if zh else ("River", "Line", "Count", "km")
    table = table_of("替代线" if zh else "Lines that stand in", heads, right=(2, 3))
    found = rl.schema.BANK_TOPS.empty("EPSG:4490") if lines is None else lines
    kilometres = rl.geodesy.geodesic_length(found) / 1000.0
    groups = kilometres.rename("km").groupby([found["river_id"], found["feature"]]).agg(["size", "sum"]).reset_index()
    for row in groups.head(SHOWN).to_dict("records"):
        told = column.value_label(row["feature"], language)
        add_row(table, row["river_id"], told, f"{row['size']:.0f}", f"{row['sum']:.2f}")
    _rest(table, len(groups), language)
    return table


def _name(name: object, river_id: object) -> str:
    return f"{name} {river_id}".strip() if isinstance(name, str) else str(river_id)


def _rest(table: Table, count: int, language: Language) -> None:
    if count > SHOWN:
        add_row(table, f"… 另有 {count - SHOWN} 条" if language == "zh" else f"… {count - SHOWN} more")


def _total(count: int, language: Language) -> str:
    return f"合计 {count} 条" if language == "zh" else f"All {count}"
