"""Degrees, minutes and seconds: written the way Chinese tables write them, read only where they can be read one way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, overload

import numpy as np

from riverline.errors import CRSError
from riverline.geodesy.rounding import round_half_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Texts = NDArray[np.str_]

__all__ = ["format_dms", "parse_dms"]

Marks = Literal["symbols", "dashes", "chinese"]

_MARKS = {"symbols": ("°", "′", "″"), "dashes": ("-", "-", ""), "chinese": ("度", "分", "秒")}

# Full-width digits, letters and signs become plain ones, every degree, minute and second mark becomes one mark each.
_PLAIN = str.maketrans(
    {
        **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
        **dict(zip("ＮＳＥＷnsewｎｓｅｗ北南东西東", "NSEWNSEWNSEWNSEWE", strict=True)),
        **dict.fromkeys("º˚度", "°"),
        **dict.fromkeys("'’‘＇´ʹ分", "′"),
        **dict.fromkeys('"”“＂ʺ秒', "″"),
        **dict.fromkeys("－−–—", "-"),
        **dict.fromkeys("\u3000\xa0\t", " "),
        "．": ".",
        "：": ":",
        "＋": "+",
        "纬": None,
        "緯": None,
        "经": None,
        "經": None,
    }
)
_NUMBER = r"\d+(?:\.\d+)?"
_MARKED = re.compile(rf"(?P<d>{_NUMBER})°(?:(?P<m>{_NUMBER})′(?:(?P<s>{_NUMBER})″)?)?")
_SEPARATED = re.compile(rf"(?P<d>\d+)(?P<gap>[-: ])(?P<m>\d+)(?P=gap)(?P<s>{_NUMBER})″?")
_ENDS = re.compile(r"(?P<before>[NSEW]?)(?P<sign>[+-]?)(?P<body>.*?)(?P<after>[NSEW]?)")
_LISTED = 10


@overload
def format_dms(degrees: float, *, decimals: int = ..., marks: Marks = ...) -> str: ...


@overload
def format_dms(degrees: Sequence[float] | NDArray[np.float64], *, decimals: int = ..., marks: Marks = ...) -> Texts: ...


def format_dms(
    degrees: float | Sequence[float] | NDArray[np.float64], *, decimals: int = 1, marks: Marks = "symbols"
) -> str | Texts:
    """Degrees written as degrees, minutes and seconds.

    Parameters
    ----------
    degrees
        One angle or an array of them, in decimal degrees.
    decimals
        Decimal places of the seconds, rounded half-up; a full sixty is carried over.
    marks
        ``"symbols"`` (45°12′30.5″), ``"dashes"`` (45-12-30.5) or ``"chinese"`` (45度12分30.5秒).

    Returns
    -------
    str or ndarray of str
        One text, or one for each angle; missing angles give an empty text, negative ones a leading minus.

    Examples
    --------
    >>> from riverline.geodesy import format_dms
    >>> format_dms(45.20847222222222)
    '45°12′30.5″'
    >>> format_dms([116.9999999, -0.5], decimals=2).tolist()
    ['117°00′00.00″', '-0°30′00.00″']
    >>> format_dms(30.5, decimals=0, marks="chinese")
    '30度30分00秒'
    """
    angle = np.asarray(degrees, dtype="float64")
    degree_mark, minute_mark, second_mark = _MARKS[marks]
    flat = np.where(np.isfinite(angle), angle, np.nan).ravel()
    units = round_half_up(np.abs(flat) * 3600.0 * 10.0**decimals)
    minutes, seconds = np.divmod(units, 60 * 10**decimals)
    width = 3 + decimals if decimals else 2
    texts = [
        f"{'-' if value < 0 and unit > 0 else ''}{minute // 60:.0f}{degree_mark}{minute % 60:02.0f}{minute_mark}"
        f"{second / 10**decimals:0{width}.{decimals}f}{second_mark}"
        if unit >= 0
        else ""
        for value, unit, minute, second in zip(
            *(each.tolist() for each in (flat, units, minutes, seconds)), strict=True
        )
    ]
    return texts[0] if angle.ndim == 0 else np.array(texts, dtype=np.str_).reshape(angle.shape)


@overload
def parse_dms(values: str) -> float: ...  # type: ignore[overload-overlap] # a text is an iterable of texts too


@overload
def parse_dms(values: Iterable[str]) -> NDArray[np.float64]: ...


def parse_dms(values: str | Iterable[str]) -> float | NDArray[np.float64]:
    """Degrees, minutes and seconds read as decimal degrees.

    Parameters
    ----------
    values
        One text or a sequence of them: ``45°12′30.5″``, ``45-12-30.5``, ``45:12:30.5``, ``45度12分30.5秒``,
        ``北纬45°12′``, ``45.5°``; full-width digits and marks, hemisphere letters before or after.

    Returns
    -------
    float or ndarray of float64
        Decimal degrees, south and west negative; missing texts of a sequence give NaN.

    Raises
    ------
    CRSError
        Once, with every text that cannot be read or can be read in two ways: a bare ``45.12305`` is 45.12305° to one
        surveyor and 45°12′30.5″ to another; with minutes or seconds of 60 or more; with a sign and a hemisphere.

    Examples
    --------
    >>> from riverline.geodesy import parse_dms
    >>> parse_dms("45-12-30.5") == parse_dms("45°12′30.5″") == 45.20847222222222
    True
    >>> parse_dms(["东经１１７°００′３６″", "36°30′S"]).tolist()
    [117.01, -36.5]
    >>> parse_dms("45.12305")
    Traceback (most recent call last):
    ...
    riverline.errors.CRSError: 无法读取度分秒：第 1 个“45.12305”既可能是 45.12305°，也可能是 45°12′30.5″；是十进制度请直接用 float()，是度分秒请写成 45-12-30.5
    cannot read degrees, minutes and seconds: number 1, '45.12305', may be 45.12305° or 45°12′30.5″; use float() for decimal degrees, write 45-12-30.5 for degrees, minutes and seconds
    """  # noqa: E501 - the message is shown as it is printed
    texts = [values] if isinstance(values, str) else list(values)
    found = [_read(text) if isinstance(text, str) and text.strip() else np.nan for text in texts]
    if isinstance(values, str) and not values.strip():
        found = [("是空的", "is empty")]
    wrong = [
        (f"第 {place} 个“{text}”{answer[0]}", f"number {place}, {text!r}, {answer[1]}")
        for place, (text, answer) in enumerate(zip(texts, found, strict=True), 1)
        if isinstance(answer, tuple)
    ]
    if wrong:
        more = len(wrong) - _LISTED
        rest = [(f"……另有 {more} 个", f"… and {more} more")] if more > 0 else []
        raise CRSError.listing("无法读取度分秒", "cannot read degrees, minutes and seconds", [*wrong[:_LISTED], *rest])
    return float(found[0]) if isinstance(values, str) else np.array(found, dtype="float64")  # type: ignore[arg-type]


def _read(text: str) -> float | tuple[str, str]:
    """The angle, or why it is none, in two languages."""
    plain = text.translate(_PLAIN).replace("′′", "″").strip()
    # Blanks matter only where they stand between the numbers themselves.
    plain = re.sub(r"\s*([°′″NSEW:+])\s*", r"\1", re.sub(r"\s+", " ", plain))
    ends = _ENDS.fullmatch(plain)
    body = ends["body"].strip() if ends else ""
    match = _MARKED.fullmatch(body) or _SEPARATED.fullmatch(body)
    if ends is None or match is None:
        return _reason(body)
    side = ends["before"] + ends["after"]
    if len(side) > 1 or (side and ends["sign"]):
        return ("同时有正负号与半球，或有两个半球", "has a sign and a hemisphere, or two hemispheres")
    parts = [match["d"], match["m"] or "0", match["s"] or "0"]
    given = [part for part in (match["d"], match["m"], match["s"]) if part]
    if any("." in part for part in given[:-1]):
        return ("只有最后一级可以有小数", "may have decimals in its last part only")
    degrees, minutes, seconds = (float(part) for part in parts)
    angle = (degrees * 3600.0 + minutes * 60.0 + seconds) / 3600.0
    if minutes >= 60.0 or seconds >= 60.0 or angle > (90.0 if side in {"N", "S"} else 180.0):  # noqa: PLR2004 - sexagesimal
        return ("的度、分或秒超出范围", "has degrees, minutes or seconds out of range")
    return -angle if side in {"S", "W"} or ends["sign"] == "-" else angle


def _reason(body: str) -> tuple[str, str]:
    decimal = re.fullmatch(r"(\d{1,3})\.(\d{2})(\d{2})(\d*)", body)
    if decimal is None:
        return (
            "不是度分秒；可写成 45°12′30.5″ 或 45-12-30.5",
            "is not degrees, minutes and seconds; write 45°12′30.5″ or 45-12-30.5",
        )
    degrees, minutes, seconds, rest = decimal.groups()
    packed = f"{degrees}°{minutes}′{seconds}{'.' + rest if rest else ''}″"
    dashed = f"{degrees}-{minutes}-{seconds}{'.' + rest if rest else ''}"
    return (
        f"既可能是 {body}°，也可能是 {packed}；是十进制度请直接用 float()，是度分秒请写成 {dashed}",
        f"may be {body}° or {packed}; use float() for decimal degrees, write {dashed} for degrees, minutes and seconds",
    )
