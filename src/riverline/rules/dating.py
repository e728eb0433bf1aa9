"""Days and periods: when a rule is in force, and what to say when none is."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from riverline.errors import RuleError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "Dated",
    "Period",
    "as_day",
    "covered",
    "in_words",
    "is_in_force",
    "nothing_in_force",
    "overlap",
    "period_of",
]

# First and last day; the first and the last day there are where an end is open.
Period = tuple[dt.date, dt.date]


class Dated(Protocol):
    """Anything with a first and a last day, either of them open."""

    @property
    def effective_from(self) -> dt.date | None:
        """First day in force."""

    @property
    def effective_to(self) -> dt.date | None:
        """Last day in force."""


def as_day(on: dt.date | str | None) -> dt.date | None:
    """A day out of a date or ISO text; other texts are refused, not guessed.

    Raises
    ------
    RuleError
        If it is neither.

    Examples
    --------
    >>> as_day("2025-06-01")
    datetime.date(2025, 6, 1)
    """
    if isinstance(on, dt.datetime) and not pd.isna(on):
        return on.date()
    if on is None or (isinstance(on, dt.date) and not isinstance(on, dt.datetime)):
        return on
    try:
        if isinstance(on, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", on.strip()):
            return dt.date.fromisoformat(on.strip())
    except ValueError:
        pass  # a day like 2025-02-30 gets the same message as any other text
    raise RuleError(
        f"on 应为日期或 ISO 文本，如 2025-06-01，实际为 {on!r}",
        f"on must be a date or ISO text such as 2025-06-01, got {on!r}",
    )


def period_of(rule: Dated) -> Period:
    """First and last day on which a rule is in force."""
    return (rule.effective_from or dt.date.min, rule.effective_to or dt.date.max)


def overlap(one: Period, other: Period) -> bool:
    """Whether two periods have a day in common.

    Examples
    --------
    >>> overlap((dt.date.min, dt.date(2019, 12, 31)), (dt.date(2020, 1, 1), dt.date.max))
    False
    """
    return max(one[0], other[0]) <= min(one[1], other[1])


def is_in_force(rule: Dated, day: dt.date | None) -> bool:
    """Whether a rule is in force on a day; without a day, whether it has no end."""
    return rule.effective_to is None if day is None else overlap(period_of(rule), (day, day))


def covered(rules: Iterable[Dated]) -> tuple[Period, ...]:
    """Periods in which some rule is in force, merged and in order."""
    merged: list[Period] = []
    for start, end in sorted(map(period_of, rules)):
        if merged and start.toordinal() <= merged[-1][1].toordinal() + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def in_words(periods: Iterable[Period]) -> str:
    """Periods as text, the same in both languages.

    Examples
    --------
    >>> in_words([(dt.date(2004, 1, 1), dt.date.max)])
    '2004-01-01 – …'
    """
    ends = [("…" if start == dt.date.min else str(start), "…" if end == dt.date.max else str(end))
            for start, end in sorted(periods)]  # fmt: skip
    return ", ".join(f"{start} – {end}" for start, end in ends)


def nothing_in_force(name: str, rules: Sequence[Dated], day: dt.date | None) -> RuleError:
    """The error for a day on which no rule is in force, saying for which days there are rules."""
    days = in_words(covered(rules))
    if day is None:
        return RuleError(
            f"规则集 {name} 的规则均已失效；有规则的日期：{days}；请用 on= 指定其中一天",
            f"all rules of {name} have ended; there are rules for: {days}; give one of these days as on=",
        )
    return RuleError(
        f"规则集 {name} 在 {day} 没有生效的规则；有规则的日期：{days}；请用 on= 指定其中一天",
        f"no rule of {name} is in force on {day}; there are rules for: {days}; give one of these days as on=",
    )
