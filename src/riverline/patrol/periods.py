"""Days and the calendar units that duties and coverage are counted in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.rules.patrolling.model import Per

    Days = NDArray[np.datetime64]

__all__ = ["local_days", "unit_ends", "unit_starts", "units"]

_DAY = np.timedelta64(1, "D")
_MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
_MONDAY = 3  # 1970-01-01 was a Thursday


def local_days(seconds: NDArray[np.float64], timezone: str) -> Days:
    """The day on which moments fall where the rules hold; NaT where unknown.

    Examples
    --------
    >>> str(local_days(np.array([1740760200.0]), "Asia/Shanghai")[0])  # 2025-02-28T16:30Z
    '2025-03-01'
    """
    moments = pd.to_datetime(pd.Series(seconds, dtype="float64"), unit="s", utc=True).dt.tz_convert(timezone)
    return moments.dt.tz_localize(None).to_numpy(dtype="datetime64[D]")


def unit_starts(days: Days, per: Per) -> Days:
    """First day of the calendar unit that each day is in; weeks begin on Monday.

    Examples
    --------
    >>> day = np.array(["2025-05-21"], dtype="datetime64[D]")
    >>> [str(unit_starts(day, per)[0]) for per in ("week", "ten_days", "quarter", "half_year")]
    ['2025-05-19', '2025-05-21', '2025-04-01', '2025-01-01']
    """
    if per == "day":
        return days
    if per == "week":
        return np.asarray(days - (days.astype("int64") + _MONDAY) % 7 * _DAY)
    month = days.astype("datetime64[M]")
    if per == "ten_days":
        first = month.astype("datetime64[D]")
        return np.asarray(first + 10 * np.minimum((days - first).astype("int64") // 10, 2) * _DAY)
    number = month.astype("int64")
    return np.asarray((number - number % _MONTHS[per]).astype("datetime64[M]").astype("datetime64[D]"))


def unit_ends(starts: Days, per: Per) -> Days:
    """Last day of the units that begin on these days.

    Examples
    --------
    >>> first = np.array(["2025-02-21"], dtype="datetime64[D]")
    >>> str(unit_ends(first, "ten_days")[0]), str(unit_ends(first, "week")[0])
    ('2025-02-28', '2025-02-27')
    """
    if per in {"day", "week"}:
        return np.asarray(starts + (0 if per == "day" else 6) * _DAY)
    month = starts.astype("datetime64[M]")
    if per == "ten_days":
        last = starts - month.astype("datetime64[D]") >= 20 * _DAY
        return np.where(last, (month + 1).astype("datetime64[D]") - _DAY, starts + 9 * _DAY)
    return np.asarray((month + _MONTHS[per]).astype("datetime64[D]") - _DAY)


def units(since: np.datetime64, until: np.datetime64, per: Per | None) -> tuple[Days, Days]:
    """The units of a window, the first and the last cut to it; the window itself for None.

    Examples
    --------
    >>> starts, ends = units(np.datetime64("2025-01-10"), np.datetime64("2025-02-05"), "month")
    >>> starts.astype(str).tolist(), ends.astype(str).tolist()
    (['2025-01-10', '2025-02-01'], ['2025-01-31', '2025-02-05'])
    """
    if per is None:
        return np.array([since]), np.array([until])
    starts = np.unique(unit_starts(np.arange(since, until + _DAY), per))
    return np.maximum(starts, since), np.minimum(unit_ends(starts, per), until)
