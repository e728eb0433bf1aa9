"""Forms: which tables a workbook has, what stands in each, and what it is called, as data."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from riverline.errors import JobError
from riverline.rules.fields import Frozen, as_tuple
from riverline.rules.shipped import RuleFolder, load, names_in
from riverline.schema import FRAMES

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from riverline.schema import Language

__all__ = ["Form", "FormColumn", "FormTable", "Words", "list_forms", "load_form"]

_SHIPPED = files(__name__)
_KIND = RuleFolder(_SHIPPED, "表式", "forms", JobError)


def _column(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(as_tuple)]


class Words(Frozen):
    """A text in both languages."""

    zh: str
    en: str

    def __call__(self, language: Language) -> str:
        """The text in one of them."""
        return self.zh if language == "zh" else self.en


class FormColumn(Frozen):
    """A column of a table.

    Attributes
    ----------
    column
        Column of the schema that fills it.
    label
        What it is called, if not as in the schema.
    decimals
        Of its numbers, if not those of its unit.
    printed
        Whether metres are printed as a chainage, ``K12+345``.
    words_of
        Column of the same schema whose choices say what codes, parted by commas, mean.
    language
        Language in which it stands in the table; both if none is named.
    """

    column: str
    label: Words | None = None
    decimals: Annotated[int, Field(ge=0, le=12)] | None = None
    printed: bool = False
    words_of: str = ""
    language: Literal["zh", "en"] | None = None


_Column = Annotated[FormColumn, BeforeValidator(_column)]
_Columns = Annotated[tuple[_Column, ...], BeforeValidator(as_tuple)]
_Values = Annotated[tuple[str | int, ...], BeforeValidator(as_tuple)]


class FormTable(Frozen):
    """A table: the rows of one schema, or what they sum up to.

    Attributes
    ----------
    schema_name
        The schema.
    title
        What stands above it; the sheet is called so too.
    layout
        ``table``, or ``blocks``: a sheet to fill in for each row, one below the other, each on a page of its own.
    columns
        What stands in it, in order; columns that the rows lack are left out.
    lines
        Of blocks: the names of the columns that stand beside each other, line by line.
    sketch
        Of blocks: what a blank space to draw in is called.
    only
        Values of columns that a row has to have; ``""`` is a blank, or a column that is not there.
    without
        Values of columns that a row may not have, written likewise.
    order
        Columns by which rows are sorted; the key of the schema if none is named.
    falling
        Columns of ``order`` whose largest values come first.
    sums
        Columns that are summed up in a last line, and after each group.
    groups
        Columns after each value of which there is a subtotal, the widest first.
    sum_by
        Columns by which rows are put together: one row for each of their values.
    note
        What else a reader must know.
    """

    schema_name: Annotated[str, Field(alias="schema")]
    title: Words
    layout: Literal["table", "blocks"] = "table"
    columns: _Columns = ()
    lines: Annotated[tuple[Names, ...], BeforeValidator(as_tuple)] = ()
    sketch: Words | None = None
    only: dict[str, _Values] = Field(default_factory=dict)
    without: dict[str, _Values] = Field(default_factory=dict)
    order: Names = ()
    falling: Names = ()
    sums: Names = ()
    groups: Names = ()
    sum_by: Names = ()
    note: Words | None = None


class Form(Frozen):
    """The tables of a workbook; ``seen`` and ``source`` say how its form is known.

    ``serial``, ``subtotal``, ``total``, ``contents``, ``rows`` and ``page`` are the words that no schema has.
    """

    name: str
    title: Words
    seen: Literal["S", "M", "C", "D", "U"]
    source: str
    serial: Words
    subtotal: Words
    total: Words
    contents: Words
    rows: Words
    page: Words
    tables: Annotated[tuple[FormTable, ...], BeforeValidator(as_tuple), Field(min_length=1)]


def list_forms() -> list[str]:
    """Names of the forms that ship.

    Returns
    -------
    list of str
        In alphabetical order.

    Examples
    --------
    >>> import riverline as rl
    >>> rl.export.list_forms()
    ['office']
    """
    return names_in(_SHIPPED)


def load_form(name_or_path: str | os.PathLike[str]) -> Form:
    """A form that ships, or one's own from a TOML file.

    Parameters
    ----------
    name_or_path
        Name of a shipped form, or path of a ``.toml`` file.

    Returns
    -------
    Form
        Frozen.

    Raises
    ------
    JobError
        If there is no such form, or its file holds wrong values or names that no schema has.

    Examples
    --------
    >>> import riverline as rl
    >>> [table.title.zh for table in rl.export.load_form("office").tables][:3]
    ['划界公告表', '管理范围成果表', '保护范围成果表']
    """
    return load(_KIND, name_or_path, Form, _problems)


def _problems(form: Form) -> Iterator[tuple[str, str]]:
    for table in form.tables:
        yield from _problems_of(table)


def _problems_of(table: FormTable) -> Iterator[tuple[str, str]]:
    """What of a table names things that are not there."""
    schema: Any = FRAMES.get(table.schema_name)
    if schema is None:
        yield f"没有数据字典 {table.schema_name}", f"there is no schema {table.schema_name}"
        return
    columns = {each.column for each in table.columns}
    lines = {name for line in table.lines for name in line}
    named = columns | {each.words_of for each in table.columns if each.words_of} | {*table.only, *table.without} | lines
    named |= {*table.order, *table.sums, *table.groups, *table.sum_by}
    for name in sorted(each for each in named if each not in schema):
        yield (
            f"{table.title.zh}：{schema.name} 没有列 {name!r}",
            f"{table.title.en}: {schema.name} has no column {name!r}",
        )
    for name in sorted(lines - columns):
        yield (
            f"{table.title.zh}：lines 中的 {name} 不在 columns 中",
            f"{table.title.en}: {name} of lines is not among columns",
        )
    for name in sorted(set(table.falling) - set(table.order)):
        yield (
            f"{table.title.zh}：falling 中的 {name} 不在 order 中",
            f"{table.title.en}: {name} of falling is not among order",
        )
    if (table.layout == "blocks") != bool(table.lines):
        yield (
            f"{table.title.zh}：layout = blocks 时须有 lines，否则不应有",
            f"{table.title.en}: lines go with layout = blocks and with nothing else",
        )
