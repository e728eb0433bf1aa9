"""Tables in the shape that a shapefile can hold: short names, texts of 254 bytes, words instead of codes.

Nothing is left to the writer's own shortening: what every field is called and means stands in a table beside the files,
and a text that is too long stands there whole.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from riverline.errors import Hint, JobError
from riverline.export.fitness import mixed
from riverline.export.gbk_signs import written_in_gbk
from riverline.export.tables import GEOMETRY, WIDTH, word_of
from riverline.io.field_names import answers_to
from riverline.io.sheet_cells import clean_text
from riverline.schema.clock import OFFICE_ZONE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from riverline.errors import Problem
    from riverline.export.tables import Field, Table
    from riverline.schema import Language

__all__ = ["LongText", "Shaped", "shaped"]

_NAME_BYTES, _TEXT_BYTES = 10, 254
# Whole numbers of 16 bits have no type of their own in a DBF: programs know them by this many digits.
_SHORT_DIGITS = 4
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class LongText:
    """A text that no field holds: where it belongs, and the whole of it."""

    file: str
    row: int
    field: str
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Shaped:
    """A table as a shapefile holds it: ``table`` with short names, its fields as they were, its long texts.

    ``signs`` are those that the encoding lacks and something else stands for: field, sign, what is written.
    """

    table: Table
    fields: tuple[Field, ...]
    long_texts: list[LongText] = field(default_factory=list)
    signs: list[tuple[str, str, str]] = field(default_factory=list)


def shaped(
    tables: Sequence[Table], *, encoding: str, language: Language, names: Mapping[str, str] | None = None
) -> tuple[Shaped, ...]:
    """Tables with short names and texts that fit.

    Parameters
    ----------
    tables
        Tables, as :func:`riverline.export.tables.tables_of` gives them.
    encoding
        Python's name of the encoding that texts are written in.
    language
        Language of the words that codes become.
    names
        Column → name of its field, for columns that are called otherwise than the dictionary does.

    Returns
    -------
    tuple of Shaped
        In the same order, each with as many rows.

    Raises
    ------
    JobError
        If a layer mixes kinds of geometry in one feature, a name is too long or used twice, a text has signs that the
        encoding does not know, or more bytes than the field that a receiver asks for.
    """
    problems: list[Problem] = [problem for table in tables for problem in mixed(table)]
    found = []
    for table in tables:
        short, wrong = _short_names(table, encoding, names or {})
        problems += wrong
        found.append(_shaped(table, short, encoding, language))
    problems += [*_unknown_signs(found, encoding), *_too_wide(found, encoding)]
    if problems:
        raise JobError.listing("成果不能写成 Shapefile", "the result cannot be written as shapefiles", problems)
    return tuple(found)


def _short_names(table: Table, encoding: str, names: Mapping[str, str]) -> tuple[list[str], list[tuple[str, str]]]:
    """A name of at most ten bytes for each field, none read as another's, and what is wrong with those asked for."""
    short: list[str] = []
    taken: set[str] = set()
    problems = []
    known = [each.column for each in table.fields if each.column is not None]
    for each in table.fields:
        asked = names.get(each.name)
        name = asked or (each.column.short if each.column is not None else _cut(each.name, _NAME_BYTES, encoding))
        if asked is not None and (len(_bytes(asked, encoding)) > _NAME_BYTES or asked.casefold() in taken):
            problems.append((
                f"{table.name} 的字段名 {asked}（{each.name}）超过 {_NAME_BYTES} 字节或重复",
                f"{table.name}: the name {asked} for {each.name} is longer than {_NAME_BYTES} bytes or used twice",
            ))  # fmt: skip
        # A field that its reader would take for a column of the dictionary that stands beside it has to be told apart.
        others = [] if each.column is not None or asked is not None else known
        number = 1
        while name.casefold() in taken or any(answers_to(name, other, _NAME_BYTES, encoding) for other in others):
            number += 1
            ending = f"_{number}"
            name = _cut(each.name if each.column is None else each.column.short, _NAME_BYTES - len(ending), encoding)
            name += ending
        taken.add(name.casefold())
        short.append(name)
    return short, problems


def _shaped(table: Table, short: Sequence[str], encoding: str, language: Language) -> Shaped:
    arrays: list[Any] = []
    columns: list[pa.Field] = []
    long_texts: list[LongText] = []
    signs: list[tuple[str, str, str]] = []
    for each, name in zip(table.fields, short, strict=True):
        array, long, replaced = _values(table.content[each.name], each, encoding, language)
        arrays.append(array)
        columns.append(_field(name, array.type, table.content.schema.field(each.name)))
        signs += [(name, *pair) for pair in replaced]
        long_texts += [LongText(table.name, row, name, text) for row, text in long]
    # A layer that may hold anything and holds nothing is a table of its fields.
    bare = table.kind in {"none", "other"}
    if not bare:
        arrays.append(table.content[GEOMETRY])
        columns.append(table.content.schema.field(GEOMETRY))
    content = pa.table(arrays, schema=pa.schema(columns))
    held = dataclasses.replace(table, content=content, crs=None if bare else table.crs)
    return Shaped(held, table.fields, long_texts, signs)


def _field(name: str, kind: pa.DataType, asked: pa.Field) -> pa.Field:
    """A field of this name, as wide as a receiver asks for."""
    width = _SHORT_DIGITS if pa.types.is_int16(kind) else min(_width(asked), _TEXT_BYTES)
    return pa.field(name, kind, metadata={WIDTH: str(width)} if width else None)


def _width(of: pa.Field) -> int:
    """How wide a field is said to be; 0 if nothing is said."""
    return int((of.metadata or {}).get(WIDTH.encode(), 0))


def _values(
    array: pa.ChunkedArray, each: Field, encoding: str, language: Language
) -> tuple[pa.Array | pa.ChunkedArray, list[tuple[int, str]], list[tuple[str, str]]]:
    """A column that a DBF file can hold, the texts that it cuts, and the signs that others stand for."""
    if pa.types.is_timestamp(array.type):
        array = pa.array([None if at is None else _time(at) for at in array.to_pylist()], pa.string())
    if not pa.types.is_string(array.type) and not pa.types.is_large_string(array.type):
        return array, [], []
    spelled = pa.array(array.to_pylist(), pa.string()).dictionary_encode()
    words = [_plain(word_of(text, each, language)) for text in spelled.dictionary.to_pylist()]
    replaced: set[tuple[str, str]] = set()
    if encoding == "gbk":
        written = [written_in_gbk(text, language) for text in words]
        words = [text for text, _ in written]
        replaced.update(pair for _, pairs in written for pair in pairs)
    cut = [_cut(text, _TEXT_BYTES, encoding, "…") or None for text in words]
    places = spelled.indices.to_pylist()
    long = {at for at, text in enumerate(words) if cut[at] != (text or None)}
    kept = pa.array([None if at is None else cut[at] for at in places], pa.string())
    return kept, [(row + 1, words[at]) for row, at in enumerate(places) if at in long], sorted(replaced)


def _time(moment: dt.datetime) -> str:
    """A time as ISO text: one that names its zone on the office's clock, with that clock's zone."""
    return (moment if moment.tzinfo is None else moment.astimezone(OFFICE_ZONE)).isoformat(sep=" ")


def _plain(text: str) -> str:
    """A text without what a DBF field cannot keep: line ends, control signs, blanks at its ends."""
    return clean_text(text).replace("\n", " ").replace("�", "?").strip()


def _cut(text: str, most: int, encoding: str, ending: str = "") -> str:
    """A text of at most so many bytes, cut between signs."""
    if len(text) <= most // 4 or len(_bytes(text, encoding)) <= most:
        return text
    room = most - len(_bytes(ending, encoding))
    return _bytes(text, encoding)[:room].decode(encoding, "ignore").rstrip() + ending


def _bytes(text: str, encoding: str) -> bytes:
    return text.encode(encoding, "replace")


def _unknown_signs(found: Sequence[Shaped], encoding: str) -> Iterator[Problem]:
    """Signs of names and texts that the encoding does not know: written, they would be gone."""
    if encoding == "utf-8":
        return
    for one in found:
        for name in one.table.content.column_names:
            column = one.table.content[name]
            texts = column.to_pylist() if pa.types.is_string(column.type) else []
            used = {sign for text in {name, *texts} if text is not None for sign in text}
            strange = sorted(sign for sign in used if not _known(sign, encoding))
            if strange:
                row = next((at for at, text in enumerate(texts) if text and not set(text).isdisjoint(strange)), -1)
                signs = "、".join(strange[:_SHOWN])
                yield (
                    (
                        f"{one.table.name} 的 {name} 有 GBK 没有的字：{signs}（第 {row + 1} 行起）；"
                        '请改用 encoding="UTF-8"，或先与资料方商定代用字'
                    ),
                    (
                        f"{one.table.name}: {name} has signs that GBK does not know: {signs} (from row {row + 1}); "
                        'take encoding="UTF-8", or agree on other signs first'
                    ),
                    (Hint.of("encoding", "UTF-8"),),
                )


def _too_wide(found: Sequence[Shaped], encoding: str) -> Iterator[Problem]:
    """Texts with more bytes than the field of a receiver: fewer signs than it asks for may be that."""
    for one in found:
        for each in one.table.content.schema:
            most = _width(each)
            if not pa.types.is_string(each.type) or not 0 < most < _TEXT_BYTES:
                continue
            sizes = [len(_bytes(text or "", encoding)) for text in one.table.content[each.name].to_pylist()]
            row = next((at for at, size in enumerate(sizes) if size > most), None)
            if row is not None:
                count = sum(size > most for size in sizes)
                zh = (
                    f"{one.table.name} 的 {each.name} 有 {count} 行超过模板的长度 {most}：第 {row + 1} 行有 "
                    f"{sizes[row]} 字节；DBF 按字节计（GBK 一字 2 个，UTF-8 3 个）：请缩短，或写 GeoPackage"
                )
                en = (
                    f"{one.table.name}: {each.name} is longer than the profile's {most} in {count} rows: row {row + 1} "
                    f"has {sizes[row]} bytes; a DBF counts bytes (two a sign in GBK, three in UTF-8): shorten texts, "
                    "or take a GeoPackage, which counts signs"
                )
                yield zh, en


def _known(sign: str, encoding: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
