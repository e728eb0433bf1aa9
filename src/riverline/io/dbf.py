"""The bytes of a DBF table: its field names, its language id and its text, before anybody decoded them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from riverline.io.encodings import TextSample

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["Dbf", "Field", "codec_of_language_id", "field_bytes", "read_header", "sample_text"]

_HEADER_END = 0x0D
_NAME_WIDTH = 10
# dBASE III to 7, Visual FoxPro, with and without memo files.
_VERSIONS = frozenset((0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x83, 0x8B, 0x8C, 0xCB, 0xF5, 0xFB))
# Beyond this, every n-th record is looked at: not every name of a million is needed to know the encoding.
_MOST_BYTES = 64 * 2**20

# dBASE language ids that name a code page for sure; 0x57 (the machine's own) and 0 say nothing.
_LANGUAGE_CODECS = {
    0x01: "cp437",
    0x02: "cp850",
    0x03: "cp1252",
    0x13: "cp932",
    0x4D: "gbk",
    0x4E: "cp949",
    0x4F: "cp950",
    0x58: "cp1252",
    0x59: "cp1252",
    0x78: "cp950",
    0x79: "cp949",
    0x7A: "gbk",
    0x7B: "cp932",
    0xC8: "cp1250",
    0xC9: "cp1251",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name as bytes, its type letter, and where it stands in a record."""

    name: bytes
    kind: str
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class Dbf:
    """What the header of a DBF says."""

    fields: tuple[Field, ...]
    records: int
    header_bytes: int
    record_bytes: int
    language_id: int

    @property
    def file_bytes(self) -> int:
        """How long the file has to be for every record to be there."""
        return self.header_bytes + self.records * self.record_bytes


def read_header(path: Path) -> Dbf:
    """The header of a DBF file.

    Parameters
    ----------
    path
        The .dbf file.

    Raises
    ------
    ValueError
        If the file is no DBF: too short, of an unknown version, or with fields that do not fit into a record.
    """
    with path.open("rb") as stream:
        start = stream.read(32)
        if len(start) < 32:  # noqa: PLR2004 - the fixed part of the header
            raise ValueError(f"{path.name}: {len(start)} bytes are no DBF header")
        records, header_bytes, record_bytes = struct.unpack("<IHH", start[4:12])
        descriptors = stream.read(max(0, header_bytes - 32))
    fields = _fields(descriptors)
    if start[0] not in _VERSIONS or not fields or fields[-1].start + fields[-1].width > record_bytes:
        raise ValueError(f"{path.name}: version {start[0]:#x} or fields beyond a record of {record_bytes} bytes")
    return Dbf(fields, records, header_bytes, record_bytes, start[29])


def codec_of_language_id(language_id: int) -> str | None:
    """The Python codec that a language id names, or None where it names none.

    Examples
    --------
    >>> codec_of_language_id(0x4D), codec_of_language_id(0)
    ('gbk', None)
    """
    return _LANGUAGE_CODECS.get(language_id)


def field_bytes(path: Path, table: Dbf, field: Field, *, step: int = 1) -> NDArray[np.bytes_]:
    """The raw bytes of one field.

    Parameters
    ----------
    path, table, field
        The file, its header, the field.
    step
        Take every step-th record.

    Returns
    -------
    ndarray
        Byte strings, one a record, padding spaces and NULs at the end cut off.
    """
    there = min(table.records, max(0, path.stat().st_size - table.header_bytes) // table.record_bytes)
    if there == 0:
        return np.empty(0, dtype="S1")
    records = np.memmap(path, "uint8", "r", table.header_bytes, (there, table.record_bytes))
    part = np.ascontiguousarray(records[::step, field.start : field.start + field.width])
    return np.char.rstrip(part.view(f"S{field.width}").ravel(), b" \0")


def sample_text(path: Path, table: Dbf) -> TextSample:
    """Field names and distinct text values beyond ASCII: the evidence for the encoding."""
    names = [field.name for field in table.fields]
    whole = {name for name in names if len(name) < _NAME_WIDTH}
    cut = set(names) - whole
    step = max(1, -(-table.records * table.record_bytes // _MOST_BYTES))
    for field in table.fields:
        if field.kind == "C":
            values = field_bytes(path, table, field, step=step)
            lengths = np.char.str_len(values)
            high = _beyond_ascii(values)
            whole.update(np.unique(values[high & (lengths < field.width)]).tolist())
            cut.update(np.unique(values[high & (lengths == field.width)]).tolist())
    return TextSample(tuple(sorted(whole)), tuple(sorted(cut)))


def _beyond_ascii(values: NDArray[np.bytes_]) -> NDArray[np.bool_]:
    width = values.dtype.itemsize
    if len(values) == 0 or width == 0:
        return np.zeros(len(values), dtype=bool)
    return np.asarray((values.view("uint8").reshape(len(values), width) > 0x7F).any(axis=1))  # noqa: PLR2004 - ASCII


def _fields(descriptors: bytes) -> tuple[Field, ...]:
    fields: list[Field] = []
    start = 1  # the first byte of a record marks deleted ones
    for at in range(0, len(descriptors) - 31, 32):
        descriptor = descriptors[at : at + 32]
        if descriptor[0] == _HEADER_END:
            break
        name = descriptor[:11].split(b"\0")[0].strip()
        fields.append(Field(name, chr(descriptor[11]), start, descriptor[16]))
        start += descriptor[16]
    return tuple(fields)
