"""Which field of a file is which column of the data dictionary.

What the caller maps comes first. Every other column is looked for under the names that the dictionary gives it: its
own, its Chinese and English label (with or without the unit) and its short name, upper or lower case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from riverline.io.notes import note
from riverline.schema.words import plain_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from riverline.io.notes import Note
    from riverline.schema import Column

__all__ = ["Match", "Problems", "distinct_names", "match_columns", "missing_columns", "rename_columns"]

Problems = dict[str, tuple[str, str]]
Match = dict[str, str]


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
    """
    known = list(columns)
    match, problems = _mapped(fields, known, mapping, name_bytes, codec)
    # A field that bears the very name of a column is that column.
    own = {column.name for column in known} & set(fields) - set(match) - set(match.values())
    match |= {name: name for name in fields if name in own}
    candidates: dict[str, list[str]] = {}
    for column in known:
        if column.name not in match.values():
            names = _names(column, name_bytes, codec)
            candidates[column.name] = [each for each in fields if each not in match and plain_name(each) in names]
    claims = [field for fields_ in candidates.values() for field in fields_]
    for name, found in candidates.items():
        if len(found) == 1 and claims.count(found[0]) == 1:
            match[found[0]] = name
        elif found:
            problems[name] = _ambiguous(name, found)
    return match, problems


def missing_columns(fields: Sequence[str], columns: Iterable[Column], match: Match) -> Problems:
    """What has to be there and is not: one problem a column, and one that shows how to map the fields that are left.

    Examples
    --------
    >>> from riverline import schema
    >>> for zh, en in missing_columns(["HDBM", "名称"], schema.AXES, {"名称": "name"}).values():
    ...     print(en)
    column 'river_id' (River code) is missing
    fields that are left: HDBM; say columns={"field 1": "river_id"}
    """
    missing = [column for column in columns if not column.optional and column.name not in match.values()]
    if not missing:
        return {}
    left = ", ".join(name for name in fields if name not in match) or "-"
    wanted = [f'{at}": "{column.name}"' for at, column in enumerate(missing, 1)]
    asked_zh, asked_en = (", ".join(f'"{word}{each}' for each in wanted) for word in ("字段", "field "))
    return {column.name: _missing(column) for column in missing} | {
        "columns": (
            f"未对应的字段：{left}；请写 columns={{{asked_zh}}}",
            f"fields that are left: {left}; say columns={{{asked_en}}}",
        )
    }


def _missing(column: Column) -> tuple[str, str]:
    return (
        f"缺少字段 {column.name}（{column.label_zh}）",
        f"column {column.name!r} ({column.label_en}) is missing",
    )


def rename_columns(frame: pd.DataFrame, match: Match) -> tuple[pd.DataFrame, list[Note]]:
    """The frame under the dictionary's names, and what was matched without being told.

    A field whose name another one takes over keeps its values as ``…_original``.
    """
    taken = [name for name in frame.columns if name in match.values() and match.get(name) != name]
    renamed = frame.rename(columns={**{name: f"{name}_original" for name in taken}, **match})
    found = [f"{field}→{name}" for field, name in match.items() if field != name]
    notes = [note(f"字段对应：{', '.join(found)}", f"fields taken as: {', '.join(found)}")] if found else []
    if taken:
        kept = ", ".join(f"{name}_original" for name in taken)
        notes.append(note(f"同名的原字段改名保留：{kept}", f"fields of the same name were kept as: {kept}"))
    return renamed, notes


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
        if name not in allowed:
            listed = ", ".join(allowed)
            problems[name] = (
                f"columns 中的 {name!r} 不是数据字典的字段；可用：{listed}",
                f"{name!r} in columns is no column of the schema; there are: {listed}",
            )
        elif field is None:
            listed = ", ".join(fields) or "-"
            problems[name] = (
                f"columns 中的字段 {given!r} 不在文件中；现有字段：{listed}",
                f"field {given!r} in columns is not in the file; there are: {listed}",
            )
        elif name in match.values():
            problems[name] = _ambiguous(name, [each for each, target in mapping.items() if target == name])
        else:
            match[field] = name
    return match, problems


def _find(given: str, fields: Sequence[str], name_bytes: int, codec: str) -> str | None:
    """The field that a caller means: by its name, then in any case and width, then as the format cut it."""
    if given in fields:
        return given
    for wanted in (plain_name(given), plain_name(_cut(given, name_bytes, codec))):
        found = [field for field in fields if plain_name(field) == wanted]
        if len(found) == 1:
            return found[0]
    return None


def _names(column: Column, name_bytes: int, codec: str) -> set[str]:
    labels = (column.label_zh, column.label_en, column.label("zh"), column.label("en"))
    every = (column.name, column.short, *labels, *(_cut(label, name_bytes, codec) for label in labels))
    return {plain_name(name) for name in every}


def _cut(name: str, name_bytes: int, codec: str) -> str:
    if not name_bytes:
        return name
    return name.encode(codec, errors="replace")[:name_bytes].decode(codec, errors="ignore")


def _ambiguous(name: str, found: list[str]) -> tuple[str, str]:
    listed = ", ".join(found)
    return (
        f'字段 {name} 有多个候选：{listed}；请用 columns={{"{found[0]}": "{name}"}} 指明',
        f'several fields may be {name!r}: {listed}; say which with columns={{"{found[0]}": "{name}"}}',
    )
