"""The ledger: the one class of riverline that has verbs of its own, since what it stands for changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from riverline.ledger import intake, opening, recording, recovery, sheets
from riverline.ledger.asking import Asked
from riverline.ledger.cells import day_of
from riverline.ledger.machine import LedgerRules, load_ledger_rules

if TYPE_CHECKING:
    import datetime as dt
    import os
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from riverline.ledger.result import Intake, Recorded
    from riverline.schema import Language

__all__ = ["Ledger"]


class Ledger(Asked):
    """The rectification ledger: problems from finding to closing, and back, in one file that QGIS opens live.

    :meth:`open` gives one. The file is a GeoPackage: its layer ``problems`` shows where every problem stands, its table
    ``events`` what happened. Events are added, never changed; what a method returned is in the file, whatever happens
    to the program afterwards. Several programs may write to one file at once.

    Attributes
    ----------
    path
        The file.
    rules
        What may happen to a problem and in which order, deadlines, what counts as the same problem again.

    Examples
    --------
    >>> import tempfile, geopandas as gpd, shapely
    >>> import riverline as rl
    >>> folder = tempfile.TemporaryDirectory()
    >>> ledger = rl.Ledger.open(f"{folder.name}/台账.gpkg")
    >>> found = gpd.GeoDataFrame(
    ...     {"kind": ["dumping"], "found_on": ["2025-03-01"], "description": ["堆土"]},
    ...     geometry=[shapely.Point(500_000, 3_500_000)],
    ...     crs=4548,
    ... )
    >>> ledger.take(found, source="巡河", on="2025-03-02")
    Intake(1 added, 0 kept, 0 look the same, 0 look like rebounds, 0 faults (0 errors))
    >>> ledger.take(found, source="巡河", on="2025-03-05")
    Intake(0 added, 1 kept, 0 look the same, 0 look like rebounds, 0 faults (0 errors))
    >>> code = ledger.problems()["problem_id"].iloc[0]
    >>> ledger.record(code, "assigned", on="2025-03-03", by="县河长办", changes={"due_on": "2025-04-01"})
    '2'
    >>> ledger.problems(on="2025-03-02")["status"].tolist(), ledger.problems()["status"].tolist()
    (['found'], ['assigned'])
    >>> folder.cleanup()
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Ledger({self.path.name!r}, rules={self.rules.name!r})"

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        rules: LedgerRules | str | os.PathLike[str] | None = None,
        create: bool = True,
    ) -> Self:
        """Open a ledger, or begin one where no file is.

        Parameters
        ----------
        path
            A ``.gpkg`` file.
        rules
            Rules of :func:`riverline.load_ledger_rules`, their name or the path of their file; ``"national"`` if not
            given.
        create
            Whether to begin one where no file is; False for whoever only asks or records, so that a mistyped path is
            no empty ledger.

        Returns
        -------
        Ledger

        Raises
        ------
        LedgerError
            If the file cannot be made, is damaged or no ledger, or is not there and ``create`` is False.
        RuleError
            If the rules cannot be read.
        """
        chosen = rules if isinstance(rules, LedgerRules) else load_ledger_rules("national" if rules is None else rules)
        there = Path(path)
        opening.create(there, begin=create)
        return cls(there, chosen)

    def take(
        self,
        frame: pd.DataFrame,
        *,
        source: str,
        on: dt.date | str,
        columns: Mapping[str, str] | None = None,
        words: Mapping[str, Mapping[str, str]] | None = None,
        date_format: str | None = None,
    ) -> Intake:
        """Take suspects, problems or complaints; what is there already adds nothing.

        Parameters
        ----------
        frame
            Suspects as :func:`riverline.screen` or :func:`riverline.detect_change` found them, rows of
            :data:`riverline.schema.PROBLEMS`, or any table with a kind and a day of finding; a plain table has its
            places in columns ``lon`` and ``lat``. Other columns come along.
        source
            Where they come from: ``"遥感2025Q2"``. A part of what makes rows without a code the same.
        on
            Day of the intake.
        columns
            Column of the frame → column of the dictionary.
        words
            Column of the dictionary → word of the frame → value of the dictionary:
            ``{"kind": {"垃圾": "dumping"}}``.
        date_format
            How days are written where the year does not stand first: ``"%m/%d/%Y %H:%M"`` as
            :func:`datetime.datetime.strptime` has it, or ``"excel"`` for serial numbers such as 45296. Without it such
            a day is refused, never guessed; with it one that is written otherwise still is.

        Returns
        -------
        Intake
            Rows added and rows kept, pairs that may be one problem, faults.

        Raises
        ------
        LedgerError
            If the day is none, the source is empty, columns that are spoken of are not there, or the date format does
            not tell a day.
        CRSError
            If places have no CRS, or the first ones of a ledger are not in metres.

        Notes
        -----
        A row keeps its own ``problem_id``. One without gets a code made of source, suspect's code, kind, day, words and
        place to the centimetre. A suspect is found on the newest day that shows it, else on the day of the intake; one
        that is not counted (permitted, or outside the line) is not taken. A problem that comes with a state other than
        found has it taken over by an event ``carried``: on its day of closing, else on the day of the intake. The
        ``suspect_id`` of a suspect stays with its problem, as columns of one's own do.
        """
        return intake.take(self.path, self.rules, frame, source=source, on=on, columns=columns, words=words,
                           date_format=date_format)  # fmt: skip

    def record(
        self,
        problem_id: str,
        event: str,
        *,
        on: dt.date | str,
        by: str,
        note: str = "",
        files: Iterable[str | os.PathLike[str]] = (),
        changes: Mapping[str, Any] | None = None,
    ) -> str:
        """Record what happened to a problem.

        Parameters
        ----------
        problem_id
            Its code.
        event
            A name of the rules: ``assigned``, ``rectifying``, ``review``, ``returned``, ``closed``, ``rejected``,
            ``reopened``, ``looked_back``, ``extended``, ``amended``, ``noted``.
        on
            Day on which it happened: not before the last event of the problem.
        by
            Who did it.
        note
            What there is to say.
        files
            Photographs and documents: path and SHA-256 are kept, the files stay where they are.
        changes
            Columns of :data:`riverline.schema.PROBLEMS` with new values, such as ``due_on`` and ``responsible``. They
            hold from ``on``; what the ledger said before stays its history. A wrong ``found_on`` may be corrected too,
            to a day that is not after the next event of the problem.

        Returns
        -------
        str
            Code of the event. When it is returned the event is on the disk.

        Raises
        ------
        LedgerError
            If there is no such problem, the event is not allowed now (the message says what is), something that the
            rules ask for is missing, or a value is wrong.
        """
        wish = recording.made_wish(
            problem_id, event, on=day_of(on), by=by, note=note, files=map(Path, files), changes=changes
        )
        return recording.record(self.path, self.rules, wish)

    def record_all(self, frame: pd.DataFrame) -> Recorded:
        """Record many events at once: those that are allowed are written, the others are faults.

        Parameters
        ----------
        frame
            ``problem_id``, ``event``, ``on``, ``by``, and where there is something to say ``note``, ``files`` (lists of
            paths) and columns of :data:`riverline.schema.PROBLEMS` to change; a blank cell changes nothing. Rows are
            taken in the order of their days, those of one day in their own.

        Returns
        -------
        Recorded
            Events and faults.

        Raises
        ------
        LedgerError
            If columns are missing, or a file cannot be read: then nothing is written.
        """
        return recording.record_all(self.path, self.rules, frame)

    def to_log(self, path: str | os.PathLike[str]) -> Path:
        """Write every event as one line of JSON: a copy that a ledger can be rebuilt from.

        Parameters
        ----------
        path
            A ``.jsonl`` file; an old one is there until the new one is whole.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        LedgerError
            If it cannot be written.
        """
        return recovery.to_log(self.path, Path(path))

    def to_excel(self, path: str | os.PathLike[str], *, language: Language = "zh") -> Path:
        """Write the ledger as a workbook that people may edit: 台账.

        Parameters
        ----------
        path
            An ``.xlsx`` file.
        language
            Of its headings and of the labels of choices.

        Returns
        -------
        Path
            The file. Text that a spreadsheet would take for a formula has a ``'`` before it. It is printed on its side,
            every page with the title, the head and its number.

        Raises
        ------
        MissingDependencyError
            Without the extra ``report``.
        LedgerError
            If it cannot be written, or there are more problems than rows of a sheet.
        """
        return sheets.to_excel(self.path, Path(path), language=language)

    def take_back(self, path: str | os.PathLike[str], *, by: str, on: dt.date | str) -> Recorded:
        """Take back what was edited in a workbook that :meth:`to_excel` wrote.

        Parameters
        ----------
        path
            The workbook.
        by
            Who edited it.
        on
            Day of the events; a problem that the sheet closes is closed on the sheet's day if it names one.

        Returns
        -------
        Recorded
            A new status is the event that leads to it, other values are an event ``amended``. A row that has changed in
            the ledger too since the sheet was written is a conflict among the faults, and nothing is done with it.
            A row that was typed in, with nothing under 台账版本, is a new problem and taken as :meth:`take` would; it
            has no place, and the same row adds nothing when it comes again.

        Raises
        ------
        MissingDependencyError
            Without the extra ``report``.
        LedgerError
            If the workbook cannot be read, or is none that :meth:`to_excel` wrote.
        """
        return sheets.from_excel(self.path, self.rules, Path(path), by=by, on=day_of(on))

    @classmethod
    def rebuild(
        cls,
        path: str | os.PathLike[str],
        *,
        log: str | os.PathLike[str],
        rules: LedgerRules | str | os.PathLike[str] | None = None,
    ) -> Self:
        """Make a ledger again from the log of its events, proving each.

        Parameters
        ----------
        path
            A file that is not there yet.
        log
            What :meth:`to_log` wrote.
        rules
            As for :meth:`open`.

        Returns
        -------
        Ledger

        Raises
        ------
        LedgerError
            If the file is there, or the log is incomplete, changed or no log.
        """
        recovery.rebuild(Path(path), Path(log))
        return cls.open(path, rules=rules)
