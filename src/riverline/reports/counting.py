"""What happened in a month, by unit: counted from the ledger as it stood at the month's end."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import TYPE_CHECKING, Literal

import pandas as pd

from riverline.errors import JobError
from riverline.schema import MONTH_SUMS

if TYPE_CHECKING:
    from riverline.ledger import Ledger

__all__ = ["By", "count_month", "month_of"]

By = Literal["admin", "river_id", "responsible", "kind", "severity"]
_UNITS = ("admin", "river_id", "responsible", "kind", "severity")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_YEAR = 12


def month_of(month: str) -> tuple[dt.date, dt.date]:
    """First and last day of a month.

    Raises
    ------
    JobError
        If it is none.

    Examples
    --------
    >>> [str(day) for day in month_of("2024-02")]
    ['2024-02-01', '2024-02-29']
    """
    found = _MONTH.fullmatch(month) if isinstance(month, str) else None
    if found is None or not 1 <= int(found[2]) <= _YEAR or int(found[1]) < 1:
        raise JobError(f"month 应写作 2025-12，实际为 {month!r}", f"write month as 2025-12, got {month!r}")
    year, number = int(found[1]), int(found[2])
    return dt.date(year, number, 1), dt.date(year, number, calendar.monthrange(year, number)[1])


def count_month(ledger: Ledger, month: str, *, by: By | None = "admin") -> pd.DataFrame:
    """What was found, closed and reopened in a month, and where it all stands at its end.

    Parameters
    ----------
    ledger
        The ledger.
    month
        ``"2025-12"``.
    by
        Unit to count by: a column of problems that the ledger's statistics know; None for all together.

    Returns
    -------
    DataFrame
        Rows of :data:`riverline.schema.MONTH_SUMS`; a unit without a name is empty. Counts up to the month's end are
        those of :meth:`riverline.Ledger.statistics` on that day.

    Raises
    ------
    JobError
        If the month or the unit is none.

    Notes
    -----
    Closed in the month are problems that are closed at its end with a day of closing in it. Reopened are closed ones
    that an event ``reopened`` brought back in it; a problem that was found near a closed one is a sign of a rebound,
    not counted here. Ranks go by the share closed; units without a problem or without a name have none.

    Examples
    --------
    >>> import tempfile
    >>> import riverline as rl
    >>> folder = tempfile.TemporaryDirectory()
    >>> count_month(rl.Ledger.open(f"{folder.name}/台账.gpkg"), "2025-12", by=None)["found_count"].tolist()
    [0]
    >>> folder.cleanup()
    """
    first, last = month_of(month)
    if by is not None and by not in _UNITS:
        raise JobError(
            f"by 应为 {', '.join(_UNITS)} 之一，实际为 {by!r}", f"by must be one of {', '.join(_UNITS)}, got {by!r}"
        )
    problems = pd.DataFrame(ledger.problems(on=last).drop(columns="geometry"))
    events = ledger.history()
    back = events[(events["event"] == "reopened") & _within(events["on"], first, last)]
    real = problems[problems["status"] != "rejected"]
    unit = pd.Series("*", index=real.index) if by is None else _texts(real, by)
    counted = pd.DataFrame(
        {
            "found_count": _within(real["found_on"], first, last),
            "month_closed_count": (real["status"] == "closed") & _within(real["closed_on"], first, last),
            "month_reopened_count": real["problem_id"].isin(back["problem_id"]),
        }
    )
    sums = ledger.statistics(on=last)
    sums = sums[sums["scope"] == ("all" if by is None else by)].set_index("part")
    made = counted.groupby(unit).sum().reindex(sums.index, fill_value=0)
    made = made.join(sums[["problem_count", "open_count", "overdue_count"]])
    made["closed_percent"], made["on_time_percent"] = sums["closed_share"] * 100, sums["on_time_share"] * 100
    # Problems that no unit is named for are counted, and take nobody's place.
    known = made["closed_percent"].where(made.index.to_series() != "")
    made["rank_place"] = known.round(9).rank(method="min", ascending=False)
    return pd.DataFrame(MONTH_SUMS.conform(made.rename_axis("part").reset_index()))


def _within(days: pd.Series, first: dt.date, last: dt.date) -> pd.Series:
    return days.between(pd.Timestamp(first), pd.Timestamp(last))


def _texts(rows: pd.DataFrame, by: str) -> pd.Series:
    """Units as the statistics of the ledger name them."""
    return rows[by].fillna("").astype("str") if by in rows else pd.Series("", index=rows.index)
