"""Under which names a field of a file is taken for a column of the data dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riverline.schema.clock import heading
from riverline.schema.words import plain_name

if TYPE_CHECKING:
    from riverline.schema import Column

__all__ = ["answers_to", "column_names", "cut_name"]


def answers_to(field: str, column: Column, name_bytes: int = 0, codec: str = "utf-8") -> bool:
    """Whether a field of this name may be taken for a column where nothing is told.

    Parameters
    ----------
    field
        Name in a file.
    column
        Column of the dictionary.
    name_bytes, codec
        Where a format cuts names, after how many bytes in which codec.

    Examples
    --------
    >>> from riverline import schema
    >>> [answers_to(name, schema.STAKES["material"]) for name in ("CZ", "材质", "材质_2")]
    [True, True, False]
    """
    cut = plain_name(cut_name(column.name, name_bytes, codec))
    return plain_name(field) in column_names(column, name_bytes, codec) | {cut}


def column_names(column: Column, name_bytes: int, codec: str) -> set[str]:
    """The names that a column answers to, plain: its own, its short one, its labels, whole and as a format cuts."""
    labels = {
        column.label_zh,
        column.label_en,
        column.label("zh"),
        column.label("en"),
        heading(column),
        heading(column, "en"),
    }
    every = (column.name, column.short, *labels, *(cut_name(label, name_bytes, codec) for label in labels))
    return {plain_name(name) for name in every}


def cut_name(name: str, name_bytes: int, codec: str) -> str:
    """A name of at most so many bytes, whole signs alone; all of it where a format does not cut.

    Examples
    --------
    >>> cut_name("最近一次观测", 9, "utf-8")
    '最近一'
    """
    if not name_bytes:
        return name
    return name.encode(codec, errors="replace")[:name_bytes].decode(codec, errors="ignore")
