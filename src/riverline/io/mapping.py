"""Which field of a file is which column of the data dictionary.

What the caller maps comes first. Every other column is looked for under the names that the dictionary gives it: its
own, its Chinese and English label (with or without the unit) and its short name, upper or lower case. What is left is
given for the whole file, copied from a field that is another column too, or blank where the dictionary lets it be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from riverline.errors import Hint, Problem
from riverline.io.field_names import column_names, cut_name
from riverline.io.notes import note
from riverline.schema.words import choice_words, plain_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from riverline.io.notes import Note
    from riverline.schema import Column

__all__ = [
    "Columns", "Match", "Problems", "Values", "blank_columns", "distinct_names", "fill_columns", "given_twice",
    "given_values", "hints_of", "match_columns", "missing_columns", "rename_columns", "single_targets",
]  # fmt: skip

Problems = dict[str, Problem]
Match = dict[str, str]
Columns = Mapping[str, str | Sequence[str]]
Values = Mapping[str, object]

# In a text that is given for a whole file, this stands for the number of the row, from 1.
_ROW = "{row}"


def match_columns(
    fields: Sequence[str],
    columns: Iterable[Column],
    mapping: Mapping[str, str],
    *,
    name_bytes: int = 0,
    codec: str = "utf-8",
) -> tuple[Match, Problems]:
    """Column names by field: what is mapped, then what bears a name of the dictionary.

    Parameters
    ----------
    fields
        Names in the file.
    columns
        Columns of the dictionary that are looked for.
    mapping
        ``{field: column}`` as the caller wrote it.
    name_bytes, codec
        Where a format cuts names, after how many bytes in which codec: a cut field still answers to its full name.

    Returns
    -------
    match, problems
        Field → column; and by column, what is wrong with the mapping or ambiguous, in both languages.

    Examples
    --------
    >>> from riverline import schema
    >>> match_columns(["HDBM", "名称", "HK"], schema.AXES, {"HDBM": "river_id"})
    ({'HDBM': 'river_id', '名称': 'name', 'HK': 'width_m'}, {})

    A shapefile keeps ten bytes of a name:

    >>> match_columns(["catchment_"], schema.AXES, {}, name_bytes=10)
    ({'catchment_': 'catchment_km2'}, {})
    """
    known = list(columns)
    match, problems = _mapped(fields, known, mapping, name_bytes, codec)
    # A field that bears the very name of a column is that column.
    own = {column.name for column in known} & set(fields) - set(match) - set(match.values())
    match |= {name: name for name in fields if name in own}
    candidates: dict[str, list[str]] = {}
    # A name that was cut is told from those of columns that begin alike by nothing: then it has to be mapped.
    cuts = [cut_name(column.name, name_bytes, codec) for column in known]
    for column, cut in zip(known, cuts, strict=True):
        if column.name not in match.values():
            names = column_names(column, name_bytes, codec) | ({plain_name(cut)} if cuts.count(cut) == 1 else set())
            candidates[column.name] = [each for each in fields if each not in match and plain_name(each) in names]
    claims = [field for fields_ in candidates.values() for field in fields_]
    for name, found in candidates.items():
        if len(found) == 1 and claims.count(found[0]) == 1:
            match[found[0]] = name
        elif found:
            problems[name] = _ambiguous(name, found)
    return match, problems


def single_targets(columns: Columns | None) -> tuple[dict[str, str], dict[str, str]]:
    """A mapping whose fields may be several columns, as fields by their first column and further columns by field.

    Examples
    --------
    >>> single_targets({"id": ["river_id", "name"], "HK": "width_m"})
    ({'id': 'river_id', 'HK': 'width_m'}, {'name': 'id'})
    """
    targets = {given: (names,) if isinstance(names, str) else tuple(names) for given, names in (columns or {}).items()}
    first = {given: names[0] for given, names in targets.items() if names}
    return first, {name: given for given, names in targets.items() for name in names[1:]}


def given_values(
    frame: pd.DataFrame, columns: Iterable[Column], further: Mapping[str, str], values: Values | None
) -> tuple[dict[str, pd.Series], Problems]:
    """Columns that no field of their own fills: one value for the whole file, or a field that is another column too.

    Parameters
    ----------
    frame
        Rows as they were read.
    columns
        Columns of the dictionary.
    further
        ``{column: field}`` of fields that are several columns.
    values
        ``{column: value}`` for the whole file; ``{row}`` in a text is the number of the row.

    Returns
    -------
    filled, problems
        Values by column; and by column what is wrong with the mapping.

    Examples
    --------
    >>> from riverline import schema
    >>> filled, _ = given_values(pd.DataFrame({"id": ["a", "b"]}), schema.LEVEES, {}, {"levee_id": "L{row}"})
    >>> filled["levee_id"].tolist()
    ['L1', 'L2']
    """
    allowed = [column.name for column in columns]
    fields = [str(name) for name in frame.columns]
    filled: dict[str, pd.Series] = {}
    problems: Problems = {}
    for name, given in further.items():
        field = _find(given, fields, 0, "utf-8")
        if name not in allowed or field is None:
            problems[name] = _no_such(name, given, allowed, fields)
        else:
            filled[name] = frame[field]
    for name, value in (values or {}).items():
        if name not in allowed:
            problems[name] = _unknown_column("values", name, allowed)
        elif name in further:
            problems[name] = given_twice(name)
        elif isinstance(value, str) and _ROW in value:
            filled[name] = pd.Series([value.replace(_ROW, str(row)) for row in range(1, len(frame) + 1)], frame.index)
        else:
            filled[name] = pd.Series([value] * len(frame), frame.index)
    return filled, problems


def missing_columns(
    fields: Sequence[str], columns: Iterable[Column], match: Match, *, key: str = "", rows: pd.DataFrame | None = None
) -> Problems:
    """What has to be there and is not: one problem a column, and one that shows what to write.

    Only keys and what the dictionary does not let be blank have to be there. Where the rows are given, a field is
    proposed for a column only if what it holds could be that column's.

    Examples
    --------
    >>> from riverline import schema
    >>> for problem in missing_columns(["HDBM", "名称"], schema.AXES, {"名称": "name"}, key="river_id").values():
    ...     print(problem[1])
    column 'river_id' (River code) is missing
    fields that are left: HDBM; say columns={"HDBM": "river_id"} (the field that holds it)
    """
    missing = [
        each for each in columns if (each.name == key or not each.may_be_blank) and each.name not in match.values()
    ]
    if not missing:
        return {}
    found = {column.name: _missing(column) for column in missing}
    return found | {"columns": _how_to_give(missing, fields, match, key, rows)}


def blank_columns(columns: Iterable[Column], match: Match, *, key: str) -> list[Column]:
    """Columns that the file lacks and the dictionary lets be blank."""
    return [
        each
        for each in columns
        if each.may_be_blank and not each.optional and each.name != key and each.name not in match.values()
    ]


def fill_columns(
    frame: pd.DataFrame, filled: Mapping[str, pd.Series], blank: Sequence[Column], constants: Values | None
) -> tuple[pd.DataFrame, list[Note]]:
    """The frame with what is given for the whole file and what stays blank, and what is to be said of both."""
    notes = []
    if constants:
        told = ", ".join(f"{name}={value}" for name, value in constants.items())
        notes.append(note(f"全文件取定值：{told}", f"given for the whole file: {told}"))
    if blank:
        told = ", ".join(column.name for column in blank)
        zh = "、".join(column.label_zh for column in blank)
        notes.append(note(f"文件中没有字段 {told}（{zh}），留空", f"the file has no {told}: left blank"))
    empty = {each.name: pd.Series([None] * len(frame), frame.index, dtype=each.dtype) for each in blank}
    return frame.assign(**filled, **empty), notes


def _how_to_give(
    missing: Sequence[Column], fields: Sequence[str], match: Match, key: str, rows: pd.DataFrame | None
) -> Problem:
    """What to write for columns that are missing, with a field of the file for each as far as one could be it."""
    left = [name for name in fields if name not in match]
    ordered = sorted(missing, key=lambda column: column.name != key)
    pairs = _proposed(left, ordered, key, rows)
    head = (f"未对应的字段：{', '.join(left)}", f"fields that are left: {', '.join(left)}")
    said = [head if left else ("没有未对应的字段", "no field is left")]
    hints = []
    if pairs:
        hints.append(Hint.mapping("columns", pairs))
        said.append(
            (f"请写 {hints[-1].call}（左边换成含此内容的字段）", f"say {hints[-1].call} (the field that holds it)")
        )
    constants = [each.name for each in ordered if each.name not in pairs.values() or each.name != key]
    if constants:
        whole = {name: _numbered(key) if name == key else "…" for name in constants}
        hints.append(Hint.mapping("values", whole))
        said.append((f"整个文件取一个值则写 {hints[-1].call}", f"one value for the whole file: {hints[-1].call}"))
    if key in pairs.values() and rows is not None:
        # Whether a field of numbers is the code that is wanted, its values do not tell.
        hints.append(Hint.mapping("values", {key: _numbered(key)}))
        said.append((f"没有编码字段则按行编号 {hints[-1].call}", f"where none is the code: {hints[-1].call}"))
    zh, en = zip(*said, strict=True)
    return "；".join(zh), "; ".join(en), tuple(hints)


def _numbered(key: str) -> str:
    """A code for every row, from its letter and the number of the row."""
    return f"{key[0].upper()}{_ROW}"


def _proposed(left: Sequence[str], missing: Sequence[Column], key: str, rows: pd.DataFrame | None) -> dict[str, str]:
    """A field for each column that is missing, each once: where rows are there, one that could hold it."""
    if rows is None:
        return dict(zip(left, (column.name for column in missing), strict=False))
    found: dict[str, str] = {}
    # Words of choices are sure, codes are not.
    for column in sorted(missing, key=lambda column: not column.choices):
        free = (name for name in left if name not in found.values())
        fit = next((name for name in free if _could_be(rows[name], column, key)), None)
        if fit is not None:
            found[column.name] = fit
    return {found[column.name]: column.name for column in missing if column.name in found}


def _could_be(values: pd.Series, column: Column, key: str) -> bool:
    """Whether what a field holds could be a column's: codes that occur once, words of its choices, numbers."""
    there = values.dropna()
    if there.empty:
        return False
    if column.name == key:
        return len(there) == len(values) and there.is_unique and not pd.api.types.is_float_dtype(there.dtype)
    if column.choices:
        return bool(there.astype("str").map(plain_name).isin(choice_words(column)).any())
    if column.kind in {"number", "integer"}:
        return bool(pd.to_numeric(there, errors="coerce").notna().all())
    return not pd.api.types.is_float_dtype(there.dtype)


def _missing(column: Column) -> tuple[str, str]:
    return (
        f"缺少字段 {column.name}（{column.label_zh}）",
        f"column {column.name!r} ({column.label_en}) is missing",
    )


def rename_columns(
    frame: pd.DataFrame, match: Match, filled: Mapping[str, object] | None = None
) -> tuple[pd.DataFrame, list[Note]]:
    """The frame under the dictionary's names, and what was matched without being told.

    A field whose name another one, or a value in ``filled``, takes over keeps its values as ``…_original``.
    """
    names = {*match.values(), *(filled or ())}
    taken = [name for name in frame.columns if name in names and match.get(name) != name]
    renamed = frame.rename(columns={**{name: f"{name}_original" for name in taken}, **match})
    found = [f"{field}→{name}" for field, name in match.items() if field != name]
    notes = [note(f"字段对应：{', '.join(found)}", f"fields taken as: {', '.join(found)}")] if found else []
    if taken:
        kept = ", ".join(f"{name}_original" for name in taken)
        notes.append(note(f"同名的原字段改名保留：{kept}", f"fields of the same name were kept as: {kept}"))
    return renamed, notes


def hints_of(problem: Problem) -> tuple[Hint, ...]:
    """What a problem says to type."""
    return problem[2] if len(problem) == 3 else ()  # noqa: PLR2004 - has hints


def distinct_names(names: Sequence[str]) -> list[str]:
    """Names, repeated ones numbered, as GDAL numbers those that it cuts.

    Examples
    --------
    >>> distinct_names(["行政区", "a", "行政区"])
    ['行政区', 'a', '行政区_1']
    """
    taken: dict[str, int] = {}
    distinct = []
    for name in names:
        taken[name] = taken.get(name, 0) + 1
        distinct.append(name if taken[name] == 1 else f"{name}_{taken[name] - 1}")
    return distinct


def _mapped(
    fields: Sequence[str], columns: list[Column], mapping: Mapping[str, str], name_bytes: int, codec: str
) -> tuple[Match, Problems]:
    match: Match = {}
    problems: Problems = {}
    allowed = [column.name for column in columns]
    for given, name in mapping.items():
        field = _find(given, fields, name_bytes, codec)
        if name not in allowed or field is None:
            problems[name] = _no_such(name, given, allowed, fields)
        elif name in match.values():
            problems[name] = _ambiguous(name, [each for each, target in mapping.items() if target == name])
        else:
            match[field] = name
    return match, problems


def _no_such(name: str, given: str, allowed: Sequence[str], fields: Sequence[str]) -> tuple[str, str]:
    """A mapping whose column the schema, or whose field the file does not have."""
    if name not in allowed:
        return _unknown_column("columns", name, allowed)
    listed = ", ".join(fields) or "-"
    return (
        f"columns 中的字段 {given!r} 不在文件中；现有字段：{listed}",
        f"field {given!r} in columns is not in the file; there are: {listed}",
    )


def _unknown_column(argument: str, name: str, allowed: Sequence[str]) -> tuple[str, str]:
    listed = ", ".join(allowed)
    return (
        f"{argument} 中的 {name!r} 不是数据字典的字段；可用：{listed}",
        f"{name!r} in {argument} is no column of the schema; there are: {listed}",
    )


def given_twice(name: str) -> tuple[str, str]:
    """What is wrong with a column that is both mapped and given."""
    return (
        f"字段 {name} 同时写在 columns 和 values 中；请只写一处",
        f"column {name!r} is both in columns and in values; say one of them",
    )


def _find(given: str, fields: Sequence[str], name_bytes: int, codec: str) -> str | None:
    """The field that a caller means: by its name, then in any case and width, then as the format cut it."""
    if given in fields:
        return given
    for wanted in (plain_name(given), plain_name(cut_name(given, name_bytes, codec))):
        found = [field for field in fields if plain_name(field) == wanted]
        if len(found) == 1:
            return found[0]
    return None


def _ambiguous(name: str, found: list[str]) -> Problem:
    listed = ", ".join(found)
    hint = Hint.mapping("columns", {found[0]: name})
    return (
        f"字段 {name} 有多个候选：{listed}；请用 {hint.call} 指明",
        f"several fields may be {name!r}: {listed}; say which with {hint.call}",
        (hint,),
    )
