"""Frames that were read raw, with their names and text in the characters they mean."""

from __future__ import annotations

import codecs
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from riverline.errors import Hint, ReadError
from riverline.io.encodings import EncodingFrom, TextSample, decode, detect, named_codec, settle
from riverline.io.gdal import RAW
from riverline.io.mapping import distinct_names
from riverline.io.notes import few, note

if TYPE_CHECKING:
    import geopandas as gpd

    from riverline.io.notes import Note

__all__ = ["Reading", "codec_title", "decoded", "given_codec", "sample_frame", "settled_codec"]


@dataclass(frozen=True, slots=True)
class Reading:
    """Rows as they are in the file, and how they were got out.

    Attributes
    ----------
    frame
        The rows.
    driver, layer
        Format and layer, as GDAL calls them.
    encoding, encoding_from
        Encoding of the text and who says so.
    name_bytes
        Bytes that a field name may have at most, where the format cuts longer ones; 0 where it does not.
    notes
        What was decided on the way.
    """

    frame: gpd.GeoDataFrame
    driver: str
    layer: str
    encoding: str
    encoding_from: EncodingFrom
    name_bytes: int = 0
    notes: list[Note] = field(default_factory=list)


def given_codec(encoding: str | None) -> str | None:
    """The codec that a caller means, or None if nothing was said.

    Raises
    ------
    ReadError
        If there is no such encoding.
    """
    codec = None if encoding is None else named_codec(encoding)
    if encoding is None or codec is not None:
        return codec
    raise ReadError(
        f'不认识的编码 {encoding!r}；可用 encoding="GBK"、"GB18030" 或 "UTF-8"，或不写由程序判定',
        f'unknown encoding {encoding!r}; use encoding="GBK", "GB18030" or "UTF-8", or leave it out',
        [Hint.of("encoding", "GBK")],
    )


def settled_codec(
    name: str, sample: TextSample, given: str | None, *, declared: str | None = None, origin: EncodingFrom = "declared"
) -> tuple[str, EncodingFrom, list[Note]]:
    """The codec to read with: the caller's, the declared one, or what the bytes say.

    Parameters
    ----------
    name
        Of the file.
    sample
        Its text.
    given
        What the caller says; holds, unless the bytes are UTF-8 beyond doubt.
    declared, origin
        What the file says, and where.

    Raises
    ------
    ReadError
        If nothing fits, or what the caller says cannot be.
    """
    if given is not None:
        finding = detect(sample)
        if finding.tested and finding.sure and finding.encoding == "UTF-8" and given != "utf-8":
            raise ReadError(
                f"{name} 的文本是 UTF-8 而不是 {given}（{finding.tested} 个不同的值都符合 UTF-8）；"
                '请去掉 encoding 或写 encoding="UTF-8"',
                f"the text of {name} is UTF-8, not {given} ({finding.tested} distinct values are valid UTF-8); leave "
                'encoding out or say encoding="UTF-8"',
                [Hint.of("encoding", "UTF-8")],
            )
        return given, "given", []
    codec, settled_from, notes = settle(sample, declared, origin)
    if codec is None:
        raise ReadError(
            f'无法判定 {name} 的文本编码：UTF-8、GBK、GB18030 都不能解码其中大部分值；请用 encoding="..." 指定',
            f"cannot tell the encoding of {name}: neither UTF-8 nor GBK nor GB18030 decodes most of its text; say "
            'encoding="..."',
            [Hint.of("encoding", "...")],
        )
    return codec, settled_from, notes


def sample_frame(frame: gpd.GeoDataFrame) -> TextSample:
    """Names and distinct text values of a frame that was read raw."""
    values = {str(name) for name in frame.columns}
    for at in range(frame.shape[1]):
        if pd.api.types.is_string_dtype(frame.iloc[:, at]):
            values.update(frame.iloc[:, at].dropna().unique())
    return TextSample(tuple(sorted(value.encode(RAW) for value in values)))


def decoded(frame: gpd.GeoDataFrame, codec: str, *, strict: bool) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """A frame that was read raw, decoded; and how many values were cut or damaged.

    Raises
    ------
    ReadError
        If ``strict`` and bytes fit no character.
    """
    geometry = frame.geometry.name
    result = frame.copy()
    seen: Counter[str] = Counter()
    damaged: list[str] = []
    for at, name in enumerate(frame.columns):
        column = frame.iloc[:, at]
        if name != geometry and pd.api.types.is_string_dtype(column):
            texts = {raw: decode(raw.encode(RAW), codec) for raw in column.dropna().unique()}
            seen.update(state for _, state in texts.values())
            damaged += [text for text, state in texts.values() if state == "damaged"]
            result.isetitem(at, column.map({raw: text for raw, (text, _) in texts.items()}))
    if damaged and strict:
        raise ReadError(
            f"按 encoding={codec!r} 有 {len(damaged)} 个值无法解码：{few(damaged)}；可不写 encoding，由程序按字节判定",
            f"{len(damaged)} values cannot be decoded as encoding={codec!r}: {few(damaged)}; leave encoding out to "
            "have it found from the bytes",
        )
    names = [name if name == geometry else decode(str(name).encode(RAW), codec)[0] for name in frame.columns]
    result.columns = pd.Index(distinct_names(names))
    return result.set_geometry(geometry), [*damaged_notes(damaged, codec), *_cut_notes(seen["cut"])]


def damaged_notes(values: list[str], codec: str) -> list[Note]:
    """The remark on values that hold bytes of no character, if there are any."""
    if not values:
        return []
    return [
        note(
            f"{len(values)} 个值含有 {codec} 无法解码的字节，以 � 代替：{few(values)}",
            f"{len(values)} values hold bytes that {codec} cannot decode, shown as �: {few(values)}",
        )
    ]


def codec_title(codec: str) -> str:
    """How people write a codec's name.

    Examples
    --------
    >>> codec_title("gbk"), codec_title("utf-8-sig"), codec_title("cp1252")
    ('GBK', 'UTF-8', 'Windows-1252')
    """
    name = codec.removesuffix("-sig")
    titles = {"gbk": "GBK", "gb18030": "GB18030", "utf-8": "UTF-8", "cp1252": "Windows-1252"}
    return titles.get(name, codecs.lookup(name).name.upper())


def _cut_notes(count: int) -> list[Note]:
    if not count:
        return []
    return [
        note(
            f"{count} 个不同的值在字段宽度处被截断，末尾不完整的字已略去",
            f"{count} distinct values were cut at the width of their field; half a character at the end was left out",
        )
    ]
