"""The clock that people read: China has one, eight hours ahead of UTC the whole year."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from riverline.schema.model import Column, Language

__all__ = ["OFFICE_ZONE", "heading", "in_office_time", "is_on_clock", "time_text"]

OFFICE_ZONE = dt.timezone(dt.timedelta(hours=8))
"""China Standard Time: frames keep instants in UTC, whatever a person reads is on this clock."""

_CLOCK = {"zh": "北京时间", "en": "Beijing time"}


def heading(column: Column, language: Language = "zh", *, unit: bool = True) -> str:
    """What stands above a column whose values people read: its title, of times with the clock that they are on.

    Parameters
    ----------
    column
        Any column.
    language
        Language of the title.
    unit
        Whether the title has the column's unit.

    Examples
    --------
    >>> from riverline import schema
    >>> heading(schema.TRACKS["started"]), heading(schema.TRACKS["started"], "en"), heading(schema.STAKES["x_m"])
    ('开始时间（北京时间）', 'Started (Beijing time)', 'X坐标（北）（m）')
    """
    label = column.label_zh if language == "zh" else column.label_en
    label = column.label(language) if unit else label
    if column.kind != "timestamp":
        return label
    return f"{label}（{_CLOCK[language]}）" if language == "zh" else f"{label} ({_CLOCK[language]})"


def in_office_time(moments: pd.Series) -> pd.Series:
    """Instants as the office's clock shows them, without a zone; times that name no zone stay as they are.

    Examples
    --------
    >>> import pandas as pd
    >>> in_office_time(pd.Series(pd.to_datetime(["2025-10-01T16:30:00Z", None]))).dt.day.tolist()
    [2.0, nan]
    """
    zone = getattr(moments.dtype, "tz", None)
    shown: pd.Series = moments if zone is None else moments.dt.tz_convert(OFFICE_ZONE).dt.tz_localize(None)
    return shown


def time_text(moment: dt.date) -> str:
    """A day, or a time on the office's clock to the minute, with seconds where there are any.

    Examples
    --------
    >>> (
    ...     time_text(dt.date(2025, 1, 2)),
    ...     time_text(dt.datetime(2025, 1, 2, 7, 5)),
    ...     time_text(dt.datetime(2025, 1, 2, 0, 0, 9)),
    ... )
    ('2025-01-02', '2025-01-02 07:05', '2025-01-02 00:00:09')
    """
    if not isinstance(moment, dt.datetime):
        return moment.isoformat()
    local = moment if moment.tzinfo is None else moment.astimezone(OFFICE_ZONE).replace(tzinfo=None)
    return local.isoformat(sep=" ", timespec="seconds" if local.second else "minutes")


def is_on_clock(name: str) -> bool:
    """Whether a heading says that its times are on the office's clock.

    Examples
    --------
    >>> is_on_clock("定位时间(北京时间)"), is_on_clock("定位时间")
    (True, False)
    """
    return any(clock.casefold() in name.casefold() for clock in _CLOCK.values())
