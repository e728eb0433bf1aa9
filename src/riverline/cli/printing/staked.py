"""The table of stakes and boards that the command prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riverline.cli.printing.summary import SHOWN_RIVERS
from riverline.cli.tables import add_row, table_of
from riverline.schema import BOARDS, STAKES

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from rich.table import Table

    from riverline.schema import Language

__all__ = ["stake_table"]


def stake_table(stakes: gpd.GeoDataFrame, boards: gpd.GeoDataFrame, language: Language) -> Table:
    """One row a river and bank: stakes by kind and by what has to be done with them, and boards; the sum below."""
    zh = language == "zh"
    heads = [STAKES[name].label(language) for name in ("river_id", "bank")]
    heads += [STAKES["kind"].value_label(each, language) for each in _STAKE_KINDS]
    heads += [STAKES["status"].value_label(each, language) for each in _STAKE_STATES]
    title = STAKES.label(language), BOARDS.label(language)
    table = table_of(
        title[0], [*heads, title[1]], right=tuple(range(2, len(heads) + 1)), lesser=(3, 2), language=language
    )
    keys = ["river_id", "bank", "name"]
    stakes, boards = (each.assign(**_whose(each)) for each in (stakes, boards))
    for number, (key, rows) in enumerate(stakes.groupby(keys, sort=True)):
        if number == SHOWN_RIVERS:
            add_row(table, "…")
            break
        mine = boards[(boards[keys] == list(key)).all(axis=1)]
        bank = STAKES["bank"].value_label(key[1], language) if key[1] else ""
        add_row(table, f"{key[2]} {key[0]}".strip(), bank, *_stake_counts(rows), len(mine))
    table.add_section()
    add_row(table, "合计" if zh else "All", "", *_stake_counts(stakes), len(boards))
    return table


def _whose(stakes: pd.DataFrame) -> dict[str, pd.Series[str]]:
    """Bank and name of each row: blank on closed lines, and of a river that which most of its rows have."""
    bank, name = (stakes[column].fillna("").astype("str") for column in ("bank", "name"))
    named = name.where(bank != "", "").groupby(stakes["river_id"]).transform("max")
    return {"bank": bank, "name": name.where(bank == "", named)}


_STAKE_KINDS = ("basic", "densified")
_STAKE_STATES = ("new", "kept", "moved", "missing")


def _stake_counts(stakes: pd.DataFrame) -> list[int]:
    placed = stakes[stakes["status"] != "missing"]
    kinds = [int((placed["kind"] == each).sum()) for each in _STAKE_KINDS]
    return kinds + [int((stakes["status"] == each).sum()) for each in _STAKE_STATES]
