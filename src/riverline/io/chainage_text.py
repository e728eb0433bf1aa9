"""Chainages as people write them, ``K12+345``, and as numbers: metres along the axis."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import overload

import numpy as np
import pandas as pd

__all__ = ["format_chainage", "parse_chainage"]

# K12+345.6, k 12+345, ZK1+234, 桩号1+234, K12+345m, 12+345, -0+050; full-width forms are normalised first.
_PATTERN = re.compile(r"^(?:桩号)?([+-]?)[A-Z]{0,3}([+-]?)(\d+)\+(\d{1,3}(?:\.\d*)?)(?:M|米)?$")
_METRES_PER_KILOMETRE = 1000.0


@overload
def parse_chainage(text: str | float) -> float: ...
@overload
def parse_chainage(text: pd.Series) -> pd.Series: ...
def parse_chainage(text: str | float | pd.Series) -> float | pd.Series:
    """Metres of a written chainage.

    Parameters
    ----------
    text
        ``K12+345.6``, ``12+345``, ``K-0+050`` … in any case, with full-width characters or spaces; a number is taken
        as metres. One value or a Series.

    Returns
    -------
    float or Series
        Metres; NaN where the text is no chainage. A bare number in text is not a chainage: ``"12.345"`` may be
        kilometres.

    Notes
    -----
    After the plus sign stand metres below a thousand, in three digits; fewer digits are accepted as written, so
    ``K1+5`` is 1,005 m.

    Examples
    --------
    >>> parse_chainage("K12+345.6")
    12345.6
    >>> import pandas as pd
    >>> parse_chainage(pd.Series(["k1+234.5", "Ｋ０＋０５０", "K-0+020", "unknown", None])).tolist()
    [1234.5, 50.0, -20.0, nan, nan]
    """
    if isinstance(text, pd.Series):
        if pd.api.types.is_numeric_dtype(text):
            return text.astype("float64")
        distinct = text.dropna().unique()
        metres = {each: _metres(each) for each in distinct.tolist()}
        return text.map(metres).astype("float64")
    return _metres(text)


@overload
def format_chainage(metres: float, *, decimals: int = 0) -> str: ...
@overload
def format_chainage(metres: pd.Series, *, decimals: int = 0) -> pd.Series: ...
def format_chainage(metres: float | pd.Series, *, decimals: int = 0) -> str | pd.Series:
    """A chainage as it is printed.

    Parameters
    ----------
    metres
        One number or a Series of them.
    decimals
        Decimals of the metres; rounded half-up, as the standards ask.

    Returns
    -------
    str or Series
        ``K12+345``; empty text where the number is missing.

    Examples
    --------
    >>> format_chainage(12345.0)
    'K12+345'
    >>> format_chainage(999.96, decimals=1)
    'K1+000.0'
    >>> import pandas as pd
    >>> format_chainage(pd.Series([-20.0, 50.25, None]), decimals=1).tolist()
    ['K-0+020.0', 'K0+050.3', '']
    """
    if isinstance(metres, pd.Series):
        return pd.Series(
            [_printed(value, decimals) for value in metres.to_numpy("float64", na_value=np.nan).tolist()],
            index=metres.index,
            dtype="str",
        )
    return _printed(metres, decimals)


def _metres(text: str | float) -> float:
    if not isinstance(text, str):
        return float(text)
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()
    match = _PATTERN.match(plain)
    if match is None:
        return float("nan")
    before, after, kilometres, metres = match.groups()
    size = int(kilometres) * _METRES_PER_KILOMETRE + float(metres)
    return -size if "-" in (before, after) else size


def _printed(metres: float, decimals: int) -> str:
    if math.isnan(metres):
        return ""
    scale = 10**decimals
    # A hair above the half, because 50.25 may be stored as 50.2499999.
    units = int(np.floor(abs(metres) * scale + 0.5 + 1e-9))
    kilometres, rest = divmod(units, 1000 * scale)
    width = 3 + (decimals + 1 if decimals else 0)
    sign = "-" if metres < 0 and units else ""
    return f"K{sign}{kilometres}+{rest / scale:0{width}.{decimals}f}"
