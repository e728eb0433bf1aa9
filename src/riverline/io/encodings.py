"""Which encoding text bytes are in: a strict test of the bytes themselves, for what Chinese offices send.

A shapefile's .cpg and language id are often missing and sometimes wrong; a CSV has neither. What does not lie is the
text: UTF-8 is so strict that Chinese text in another encoding practically never passes for it, and GBK bytes come in
pairs. So each distinct value that goes beyond ASCII is decoded, strictly, in each candidate; only a value that fills
its field to the last byte may end inside a character, because the writing program cut it there.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from riverline.io.notes import Note

from riverline.io.notes import note

__all__ = ["Finding", "TextSample", "decode", "detect", "named_codec", "settle"]

State = Literal["whole", "cut", "damaged"]
EncodingFrom = Literal["given", "cpg", "ldid", "declared", "bom", "detected"]

_MOST_VALUES = 20_000
# Above this share of undecodable values no candidate is believed.
_MOST_DAMAGED = 0.1
_CJK = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_FOUR_BYTES = re.compile(rb"(?:[\x81-\xfe][0-9]){2}")
_LETTER_BESIDE = re.compile(rb"[A-Za-z0-9][\x80-\xff]{2}(?![\x80-\xff])|(?<![\x80-\xff])[\x80-\xff]{2}[A-Za-z0-9]")
_PYTHON_CODECS = {"UTF-8": "utf-8", "GBK": "gbk", "GB18030": "gb18030", "Windows-1252": "cp1252"}
# Chinese double-byte code pages: what one of them declares, GBK or GB18030 may well be.
_GB_CODECS = frozenset({"gbk", "gb18030", "gb2312"})
_OTHER_DOUBLE_BYTE = frozenset({"big5", "big5hkscs", "cp950", "cp949", "cp932", "euc_kr", "euc_jp", "shift_jis"})


@dataclass(frozen=True, slots=True)
class TextSample:
    """Distinct text values as bytes.

    Attributes
    ----------
    whole
        Values that end where their writer ended them.
    cut
        Values that fill their field to the last byte, and may end inside a character.
    """

    whole: tuple[bytes, ...] = ()
    cut: tuple[bytes, ...] = ()

    def beyond_ascii(self) -> TextSample:
        """The values that are evidence, in a stable order, at most twenty thousand."""
        kept = (tuple(sorted({each for each in part if not each.isascii()})) for part in (self.whole, self.cut))
        whole, cut = (part[:: max(1, len(part) // _MOST_VALUES)] for part in kept)
        return TextSample(whole, cut)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the bytes say.

    Attributes
    ----------
    encoding
        ``UTF-8``, ``GBK``, ``GB18030``, ``Windows-1252``, or empty where nothing fits.
    tested
        How many distinct values beyond ASCII were decoded.
    bad
        How many of them cannot be decoded, by candidate.
    sure
        ``False`` where another encoding fits nearly as well.
    """

    encoding: str
    tested: int
    bad: dict[str, int] = field(default_factory=dict)
    sure: bool = True


def detect(sample: TextSample) -> Finding:
    """The encoding that decodes every value, or nearly every one.

    Parameters
    ----------
    sample
        Distinct values; those of pure ASCII say nothing and are left out.

    Returns
    -------
    Finding
        With an empty ``encoding`` if more than a tenth of the values fail in every candidate.

    Examples
    --------
    >>> detect(TextSample(("长江".encode("gbk"), "黄河".encode("gbk")))).encoding
    'GBK'
    >>> detect(TextSample(("㳇河".encode("gb18030"),))).encoding
    'GB18030'
    >>> detect(TextSample((), ("行政区划".encode()[:10],))).encoding
    'UTF-8'
    """
    evidence = sample.beyond_ascii()
    every = (*evidence.whole, *evidence.cut)
    if not every:
        return Finding("UTF-8", 0)
    bad = {name: _failures(evidence, codec) for name, codec in _PYTHON_CODECS.items() if name != "Windows-1252"}
    if bad["UTF-8"] == 0:
        return _utf8_or_gbk(every, bad)
    if _is_western(every):
        return Finding("Windows-1252", len(every), bad, sure=False)
    for name in ("GBK", "GB18030"):
        if bad[name] == 0:
            return Finding(name, len(every), bad)
    best = min(("UTF-8", "GB18030"), key=lambda name: bad[name])
    believed = bad[best] <= _MOST_DAMAGED * len(every)
    return Finding(best if believed else "", len(every), bad, sure=believed)


def decode(value: bytes, codec: str) -> tuple[str, State]:
    r"""Text of a value, and what state it was in.

    Returns
    -------
    text, state
        ``cut``: a character that the end of the field cut in two was left out; ``damaged``: bytes that fit no
        character became U+FFFD.

    Examples
    --------
    >>> decode("河道中心".encode()[:10], "utf-8")
    ('河道中', 'cut')
    >>> decode("长江".encode("gbk") + b"\xff", "utf-8")[1]
    'damaged'
    """
    decoder = codecs.getincrementaldecoder(codec)("strict")
    try:
        text = decoder.decode(value, final=False)
    except UnicodeDecodeError:
        return value.decode(codec, errors="replace"), "damaged"
    return text, "cut" if decoder.getstate()[0] else "whole"


def named_codec(name: str) -> str | None:
    """The Python codec that an encoding name in a .cpg file or an argument means, or None.

    Examples
    --------
    >>> [named_codec(name) for name in ("UTF-8", "65001", "936", "ANSI 936", "cp936", "LDID/77", "GB2312", "OEM", "?")]
    ['utf-8', 'utf-8', 'gbk', 'gbk', 'gbk', 'gbk', 'gbk', None, None]
    """
    plain = re.sub(r"^(ANSI|OEM)\s+", "", name.strip().upper()).replace("LDID/77", "936").replace("LDID/", "")
    if plain in {"65001", "UTF8"}:
        return "utf-8"
    if plain.startswith("8859"):
        plain = f"ISO-8859-{plain[4:].strip('-_')}"
    try:
        codec = codecs.lookup(f"cp{plain}" if plain.isdigit() else plain).name
    except LookupError:
        return None
    # GBK holds all of GB 2312 and is what programs write under that name.
    return "gbk" if codec in {"gb2312", "cp936"} else codec


def settle(
    sample: TextSample, declared: str | None, origin: EncodingFrom
) -> tuple[str | None, EncodingFrom, list[Note]]:
    """The codec to read with: the declared one unless the bytes contradict it.

    Parameters
    ----------
    sample
        Distinct values of the file.
    declared
        Python codec that .cpg, language id or format declare; None if nothing does.
    origin
        Where ``declared`` is from.

    Returns
    -------
    codec, origin, notes
        The codec is None if nothing fits.
    """
    finding = detect(sample)
    if declared is not None and not _contradicts(finding, declared, sample):
        return declared, origin, []
    if not finding.encoding:
        return None, "detected", []
    found = _PYTHON_CODECS[finding.encoding]
    return found, "detected", [_said(finding, declared, origin)]


def _contradicts(finding: Finding, declared: str, sample: TextSample) -> bool:
    found = _PYTHON_CODECS.get(finding.encoding)
    if finding.tested == 0 or found in {None, declared}:
        return False
    failures = _failures(sample.beyond_ascii(), declared)
    if failures > finding.bad.get(finding.encoding, 0):
        return True
    if declared in _OTHER_DOUBLE_BYTE or {declared, found} <= _GB_CODECS:
        return False
    return finding.sure


def _said(finding: Finding, declared: str | None, origin: EncodingFrom) -> Note:
    if finding.tested == 0:
        return note("文本全部为 ASCII，编码按 UTF-8 读取", "all text is ASCII; read as UTF-8")
    others = ", ".join(f"{name} {count}" for name, count in finding.bad.items() if name != finding.encoding)
    failed = finding.bad.get(finding.encoding, 0)
    lie_zh = f"{_ORIGINS[origin][0]}声明为 {declared}，与字节不符；" if declared else ""
    lie_en = f"the {_ORIGINS[origin][1]} says {declared}, the bytes say otherwise; " if declared else ""
    doubt_zh = "" if finding.sure else "；依据不足，请核对名称"
    doubt_en = "" if finding.sure else "; the evidence is thin, look at the names"
    return note(
        f"{lie_zh}文本编码判定为 {finding.encoding}：{finding.tested} 个不同的非 ASCII 值中 {failed} 个无法解码"
        f"（其他编码无法解码的个数：{others or '-'}）{doubt_zh}",
        f"{lie_en}text is {finding.encoding}: of {finding.tested} distinct values beyond ASCII {failed} cannot be "
        f"decoded (failing in others: {others or '-'}){doubt_en}",
    )


_ORIGINS: dict[str, tuple[str, str]] = {
    "given": ("参数 encoding ", "argument encoding"),
    "cpg": (".cpg 文件", ".cpg file"),
    "ldid": ("DBF 语言标识", "language id of the DBF"),
    "declared": ("文件", "file"),
    "bom": ("字节序标记", "byte order mark"),
    "detected": ("", ""),
}


def _failures(sample: TextSample, codec: str) -> int:
    return sum(not _fits(value, codec, cut=False) for value in sample.whole) + sum(
        not _fits(value, codec, cut=True) for value in sample.cut
    )


def _fits(value: bytes, codec: str, *, cut: bool) -> bool:
    try:
        codecs.getincrementaldecoder(codec)("strict").decode(value, final=not cut)
    except UnicodeDecodeError:
        return False
    return True


def _utf8_or_gbk(values: tuple[bytes, ...], bad: dict[str, int]) -> Finding:
    """UTF-8 fits; only two-byte sequences, such as 一 in GBK, leave a doubt."""
    text = "".join(decode(value, "utf-8")[0] for value in values)
    chinese = len(_CJK.findall(text))
    if bad["GBK"] or chinese * 2 >= len(_BEYOND_ASCII.findall(text)):
        return Finding("UTF-8", len(values), bad)
    # Accented letters and signs stand singly beside ASCII (Müller, m²); Chinese characters stand by themselves.
    singles = sum(bool(_LETTER_BESIDE.search(value)) for value in values)
    return Finding("UTF-8" if singles * 2 > len(values) else "GBK", len(values), bad, sure=False)


def _is_western(values: tuple[bytes, ...]) -> bool:
    """Whether most high bytes stand alone among ASCII: an accented letter each, never half a Chinese character."""
    # A rare character in GB18030 is two such bytes, each with a digit after it: 㳇 is 82 35 8B 33.
    runs = [len(run) for value in values for run in _HIGH_RUN.findall(_FOUR_BYTES.sub(b"\xff" * 4, value))]
    return sum(length == 1 for length in runs) * 2 > len(runs)
