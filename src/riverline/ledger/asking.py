"""What a ledger can be asked: everything of :class:`riverline.Ledger` that changes nothing."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from riverline.errors import LedgerError
from riverline.ledger import deadlines, rebounds, recovery, state, statistics
from riverline.ledger.cells import day_of
from riverline.ledger.opening import opened
from riverline.ledger.rebounds import Question
from riverline.schema import LOOK_BACKS, PROBLEMS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

    from riverline.ledger.machine import LedgerRules
    from riverline.ledger.result import Rebounds

__all__ = ["Asked"]

_CONFIDENCE = 0.95


class _Moment(NamedTuple):
    """The problems as they stood on a day, and an open file to ask more."""

    db: sqlite3.Connection
    problems: gpd.GeoDataFrame
    day: str


class Asked:
    """A ledger that is only read. ``on=`` is a day; without it the last day on which anything happened."""

    __slots__ = ("path", "rules")

    def __init__(self, path: Path, rules: LedgerRules) -> None:
        self.path = path
        self.rules = rules

    def problems(self, *, on: dt.date | str | None = None) -> gpd.GeoDataFrame:
        """Problems as they stood at the end of a day.

        Parameters
        ----------
        on
            The day; as they stand by all events if not given.

        Returns
        -------
        GeoDataFrame
            Rows of :data:`riverline.schema.PROBLEMS` with the columns that came with them, in the order of intake.
            What was found later is not there; what was closed later is open.
        """
        with opened(self.path) as db:
            return state.problems(self.path, db, None if on is None else day_of(on))

    def history(self, problem_id: str | None = None) -> pd.DataFrame:
        """What happened to a problem.

        Parameters
        ----------
        problem_id
            Its code; every problem if not given.

        Returns
        -------
        DataFrame
            Rows of :data:`riverline.schema.EVENTS`, in the order they were written; none for a code that is not there.
        """
        with opened(self.path) as db:
            return state.events(db, problem_id)

    def attachments(self, problem_id: str | None = None) -> pd.DataFrame:
        """Files that belong to a problem.

        Parameters
        ----------
        problem_id
            Its code; every problem if not given.

        Returns
        -------
        DataFrame
            Rows of :data:`riverline.schema.ATTACHMENTS`.
        """
        with opened(self.path) as db:
            return state.attachments(db, problem_id)

    def overdue(self, *, on: dt.date | str | None = None) -> pd.DataFrame:
        """Open problems whose day has passed, and the level that they go up to.

        Parameters
        ----------
        on
            The day; today if not given, as in the layer ``problems`` of the file, for a day passes though nothing
            happens.

        Returns
        -------
        DataFrame
            Rows of :data:`riverline.schema.OVERDUE`, the longest overdue first. A day that the ledger gives goes before
            one that follows from the rules; each row names its basis. Working days are Monday to Friday.
        """
        with opened(self.path) as db:
            at = self._at(db, dt.datetime.now().astimezone().date() if on is None else on)
            return deadlines.overdue(db, at.problems, self.rules, at.day)

    def stock_and_increment(
        self, cutoff: dt.date | str | None = None, *, on: dt.date | str | None = None
    ) -> pd.DataFrame:
        """Problems found before a day and since, and how many of each are open.

        Parameters
        ----------
        cutoff
            The day that parts the two; that of the rules if not given.
        on
            Day of the question.

        Returns
        -------
        DataFrame
            Rows of :data:`riverline.schema.STOCK`: all, and by river, unit, kind, severity, responsible and month.
        """
        parting = self.rules.stock.cutoff if cutoff is None else cutoff
        with opened(self.path) as db:
            return statistics.stock(self._at(db, on).problems, self.rules, day_of(parting, what="cutoff"))

    def statistics(self, *, on: dt.date | str | None = None) -> pd.DataFrame:
        """How many are open, closed, reopened, back, overdue and rejected; shares closed, and closed in time.

        Parameters
        ----------
        on
            The day.

        Returns
        -------
        DataFrame
            Rows of :data:`riverline.schema.LEDGER_SUMS`: all, and by river, unit, kind, severity, responsible, month,
            and by the chiefs of each level where chiefs are known.
            ``reopened_count`` is of those open on the day; ``ever_reopened_count`` and ``came_back_count`` are of all
            that came back up to it, the latter by the evidence of :meth:`rebounds` with the rules' distance and days.
        """
        with opened(self.path) as db:
            at = self._at(db, on)
            due, _ = deadlines.due_days(db, at.problems, self.rules, at.day)
            asked = self._question(at.day, self.rules.rebound.distance_m, self.rules.rebound.days)
            came_back = rebounds.came_back(db, at.problems, asked)
            return statistics.sums(db, at.problems, self.rules, due, came_back, at.day)

    def closing_times(self, *, on: dt.date | str | None = None, confidence: float = _CONFIDENCE) -> pd.DataFrame:
        """How long it takes from finding to the first closing, those still open not being taken for closed.

        Parameters
        ----------
        on
            The day.
        confidence
            Level of the intervals.

        Returns
        -------
        DataFrame
            Rows of :data:`riverline.schema.CLOSING_TIMES` (Kaplan-Meier; Greenwood's variance, log-log intervals).
        """
        with opened(self.path) as db:
            at = self._at(db, on)
            return statistics.closing_times(db, at.problems, at.day, confidence)

    def rebounds(
        self,
        *,
        distance_m: float | None = None,
        within: int | None = None,
        on: dt.date | str | None = None,
        confidence: float = _CONFIDENCE,
    ) -> Rebounds:
        """Closed problems that are back: closed is not fixed.

        Parameters
        ----------
        distance_m
            How near a problem of the kind has to be found to be the same again; that of the rules if not given.
        within
            Days after closing in which it counts; those of the rules if not given.
        on
            The day.
        confidence
            Level of the intervals.

        Returns
        -------
        Rebounds
            Evidence, odds and reaches closed on paper.

        Raises
        ------
        LedgerError
            If the distance or the days are below zero.

        Notes
        -----
        Evidence is that a problem was reopened; that one of its kind was found near, not on the other bank, on a later
        day; or that a suspect was. One found on the very day of the closing is none, for days have no hours and nobody
        knows which came first: :meth:`take` proposes it as a duplicate.

        Each closing counts by itself, from its day until it is back or the day of the question, ``within`` days at
        most: closings nobody could watch for long enough are not taken for lasting. A reach is on paper where even the
        lower end of its share that is back within the rules' ``soon_days`` is above the share on all others; with many
        reaches some are so by chance, which the interval does not allow for.
        """
        away = self.rules.rebound.distance_m if distance_m is None else float(distance_m)
        days = self.rules.rebound.days if within is None else int(within)
        if not (away >= 0 and days >= 0):
            raise LedgerError(
                f"distance_m 和 within 不能小于零，实际为 {away} 和 {days}",
                f"distance_m and within must not be below zero, got {away} and {days}",
            )
        with opened(self.path) as db:
            at = self._at(db, on)
            return rebounds.find(db, at.problems, self._question(at.day, away, days, confidence))

    def look_back(
        self,
        *,
        on: dt.date | str | None = None,
        by: Sequence[str] = ("river_id", "kind"),
        share: float | None = None,
        seed: int = 0,
    ) -> gpd.GeoDataFrame:
        """A sample of closed problems to look at again: some of every stratum, by lot.

        Parameters
        ----------
        on
            The day: problems closed at least the rules' ``after_days`` before are drawn from.
        by
            Columns whose values make the strata.
        share
            Share of each stratum, at least one of each; that of the rules if not given.
        seed
            Of the lot: two runs agree.

        Returns
        -------
        GeoDataFrame
            Rows of :data:`riverline.schema.LOOK_BACKS`.

        Raises
        ------
        LedgerError
            If a column is none of a problem, or the share is not above 0 and at most 1.
        """
        wanted = self.rules.look_back.share if share is None else share
        unknown = [name for name in by if name not in PROBLEMS]
        if unknown or not 0 < wanted <= 1:
            raise LedgerError(
                f"抽样设置有误：字段 {unknown}，比例 {wanted}",
                f"the sample is wrong: columns {unknown}, share {wanted}",
            )
        with opened(self.path) as db:
            at = self._at(db, on)
        ago = (at.problems["closed_on"].rsub(pd.Timestamp(at.day))).dt.days
        old = at.problems[(at.problems["status"] == "closed") & (ago >= self.rules.look_back.after_days)]
        drawn = statistics.look_back(old, by=tuple(by), share=wanted, seed=seed)
        return LOOK_BACKS.conform(drawn[[column.name for column in LOOK_BACKS] + ["geometry"]])

    def verify(self) -> gpd.GeoDataFrame:
        """What is wrong with the file: pages, the chain of its events, states, attachments.

        Returns
        -------
        GeoDataFrame
            Rows of :data:`riverline.schema.FAULTS`; none if every event follows from the one before, every state is
            what its events come to and every attachment is what it was.

        Raises
        ------
        LedgerError
            If the file is too damaged to be read at all.
        """
        return recovery.check(self.path)

    def _question(self, day: str, distance_m: float, within: int, confidence: float = _CONFIDENCE) -> Question:
        rule = self.rules.rebound
        return Question(distance_m, within, day, rule.soon_days, rule.windows, confidence)

    def _at(self, db: sqlite3.Connection, on: dt.date | str | None) -> _Moment:
        last = db.execute('SELECT max("on") FROM events').fetchone()[0]
        day = day_of(on) if on is not None else (last or state.LAST_DAY)
        whole = on is None or day >= (last or "")
        return _Moment(db, state.problems(self.path, db, None if whole else day), day)
