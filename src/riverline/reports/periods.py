"""Which days the patrols of a report are of: counts without their days are taken for those of the report's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from riverline.reports.model import Paragraph
from riverline.reports.wording import said

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from riverline.reports.given import Given
    from riverline.schema import Language

__all__ = ["patrol_days"]


def patrol_days(
    given: Given, language: Language, *, month: tuple[dt.date, dt.date] | None = None
) -> Iterator[Paragraph]:
    """The first and last day that coverage was measured for; told in red where they are not those of a month.

    Parameters
    ----------
    given
        What the report was given.
    language
        Of the words.
    month
        First and last day of the report, if it is of a month.

    Examples
    --------
    >>> import pandas as pd
    >>> from riverline.reports.given import Given
    >>> list(patrol_days(Given({}), "zh"))
    []
    """
    rows = given.rows("coverage")
    first, last = (pd.to_datetime(rows.get(name, pd.Series(dtype="object"))) for name in ("period_start", "period_end"))
    if not (first.notna().any() and last.notna().any()):
        return
    begin, end = first.min().date(), last.max().date()
    told = said(language, f"巡河统计期间：{begin} 至 {end}。", f"Patrols from {begin} to {end}.")
    if month is None or month == (begin, end):
        yield Paragraph(told, "note")
    else:
        other = said(
            language,
            "与本月起止日期不同，次数与覆盖率不是本月的。",
            " Not the month: counts and shares are of those days.",
        )
        yield Paragraph(told + other, "alert")
