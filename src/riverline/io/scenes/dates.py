"""The day an image was taken: from its tags, or from the name that its provider gave it."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from riverline.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["date_of_name", "date_of_tags", "given_date"]

_TAGS = ("ACQUIRED", "ACQUISITION_DATE", "ACQUISITIONDATE", "DATE_ACQUIRED", "acquisition time", "acquisition_time",
         "datetime", "DATETIME", "SENSING_TIME", "DATATAKE_1_DATATAKE_SENSING_START")  # fmt: skip
_OLD_LANDSAT = re.compile(r"^L[COTEM][4578]\d{6}(\d{4})(\d{3})")
_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20)\d{2})([-_]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?![\d])")
_YEAR_FIRST_TIME = re.compile(r"(?<!\d)((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=T\d{6})")


def given_date(date: object) -> dt.date | None:
    """A caller's date.

    Parameters
    ----------
    date
        A date, a time, ISO text, or None.

    Raises
    ------
    SchemaError
        If it is text in another order.

    Examples
    --------
    >>> given_date("2024-04-15")
    datetime.date(2024, 4, 15)
    """
    if date is None:
        return None
    if isinstance(date, dt.datetime):
        return date.date()
    if isinstance(date, dt.date):
        return date
    try:
        return dt.datetime.fromisoformat(str(date)).date()
    except ValueError as error:
        raise SchemaError(
            f'date={date!r} 不是年-月-日；请写例如 date="2024-04-15"',
            f'date={date!r} is not year-month-day; write date="2024-04-15", say',
        ) from error


def date_of_tags(tags: Mapping[str, str]) -> dt.date | None:
    """The day that a file's tags tell; the day of its making (``TIFFTAG_DATETIME``) is not asked, it says another.

    Examples
    --------
    >>> date_of_tags({"ACQUIRED": "2024-04-15", "TIFFTAG_DATETIME": "2025:01:01 00:00:00"})
    datetime.date(2024, 4, 15)
    """
    for tag in _TAGS:
        try:
            return dt.datetime.fromisoformat(tags[tag].strip()).date()
        except (KeyError, ValueError):
            continue
    return None


def date_of_name(name: str) -> dt.date | None:
    """The day in a file's name: year, month, day with or without dashes, or a Landsat scene's year and day of year.

    Names with two days, such as the taking and the making of a Landsat product, tell the first.

    Examples
    --------
    >>> date_of_name("LC08_L2SP_121038_20240415_20240420_02_T1"), date_of_name("LE70220491999322EDC01_stack")
    (datetime.date(2024, 4, 15), datetime.date(1999, 11, 18))
    >>> date_of_name("S2A_MSIL2A_20240415T024551_N0510"), date_of_name("影像2024") is None
    (datetime.date(2024, 4, 15), True)
    """
    old = _OLD_LANDSAT.match(name)
    if old:
        return dt.date(int(old[1]), 1, 1) + dt.timedelta(days=int(old[2]) - 1)
    timed, plain = _YEAR_FIRST_TIME.search(name), _YEAR_FIRST.search(name)
    try:
        if timed:
            return dt.date(int(timed[1]), int(timed[2]), int(timed[3]))
        return dt.date(int(plain[1]), int(plain[3]), int(plain[4])) if plain else None
    except ValueError:
        return None
