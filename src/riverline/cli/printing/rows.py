"""Rows of a frame as a table of the terminal, headed and worded by their schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from riverline.schema import Language, Schema

__all__ = ["show_rows"]

SHOWN = 40


def show_rows(console: Console, rows: pd.DataFrame, schema: Schema, language: Language) -> None:
    """A frame as a table of the terminal, its first rows."""
    from riverline.cli.tables import add_row, table_of

    columns = [schema[name] for name in rows.columns if name in schema]
    right = tuple(at for at, column in enumerate(columns) if column.kind in {"number", "integer"})
    lesser = tuple(range(len(columns) - 1, 2, -1))
    heads = [column.label(language) for column in columns]
    table = table_of(schema.label(language), heads, right=right, lesser=lesser, language=language)
    for row in rows[[column.name for column in columns]].head(SHOWN).itertuples(index=False):
        add_row(table, *(_cell(value, column, language) for value, column in zip(row, columns, strict=True)))
    if len(rows) > SHOWN:
        table.caption = f"共 {len(rows)} 行" if language == "zh" else f"{len(rows)} rows in all"
    console.print(table)


def _cell(value: Any, column: Any, language: Language) -> str:  # noqa: ANN401 - a value, a column
    import pandas as pd

    if pd.isna(value):
        return ""
    if column.kind == "date":
        return str(value)[:10]
    if column.kind == "number":
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    return str(column.value_label(value, language))
