"""What commands say and how they end: a console, a progress bar, tables, files written, statuses."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, TypeVar

import typer
from rich.console import Console

import riverline as rl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import geopandas as gpd
    from rich.table import Table

    from riverline.cli.jobs.handover import Delivery, Step
    from riverline.cli.jobs.steps import MainJob
    from riverline.schema import Language

__all__ = [
    "ERROR_STATUS",
    "MISSING_STATUS",
    "STRICT_STATUS",
    "conclude",
    "deliver",
    "end",
    "tell",
    "tell_file",
    "told",
    "with_progress",
]

Made = TypeVar("Made")

ERROR_STATUS = 1
STRICT_STATUS = 3
MISSING_STATUS = 4
_NOT_WRITTEN = frozenset({"map-not-drawn", "plate-not-drawn"})
"""Faults that tell of a file which was asked for and is not there."""


@contextlib.contextmanager
def told(language: Language, *, command: str = "demarcate") -> Iterator[Console]:
    """A console to print on; riverline's own errors become one message there and status 1.

    Parameters
    ----------
    language
        Of the message.
    command
        The subcommand that was typed, where an error may advise to type it again.
    """
    try:
        yield Console()
    except rl.RiverlineError as error:
        from riverline.cli.printing.advice import as_options

        about = {"layer": getattr(error, "layer", ""), "file": getattr(error, "file", "FILE"), "command": command}
        told = as_options(error, language, **about)
        # The terminal breaks the line, not we: a path or an option in it can be copied.
        Console(stderr=True).print(told, style="bold red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(ERROR_STATUS) from None


def with_progress(do: Callable[[Callable[[Step], None]], Made], language: Language, console: Console) -> Made:
    """Do a job under a progress bar that it tells its steps to; an error before the first of them stands alone."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    progress = Progress(*columns, console=console)
    task = progress.add_task("", total=None)

    def advance(step: Step) -> None:
        text = step.zh if language == "zh" else step.en
        progress.update(task, description=text, completed=step.number - 1, total=step.total)
        progress.start()

    try:
        made = do(advance)
        done = progress.tasks[0].total
        progress.update(task, description="完成" if language == "zh" else "done", completed=done)
    finally:
        if progress.live.is_started:
            progress.stop()
    return made


def conclude(
    console: Console,
    delivery: Delivery,
    tables: tuple[Table, ...],
    faults: gpd.GeoDataFrame,
    language: Language,
    *,
    strict: bool = False,
    each: bool = False,
) -> None:
    """Say what was read, what was made of it, what is wrong with the data and where the files are; then end.

    Parameters
    ----------
    console, language
        Where and how to say it.
    delivery
        What the job read, and its files.
    tables
        What was made.
    faults
        What is wrong with the data.
    strict
        Whether errors in the data have a status of their own.
    each
        Whether faults are listed one by one, or counted by kind.
    """
    if delivery.scenes:
        from riverline.cli.printing.images import scenes_table

        tables = (scenes_table(delivery.scenes, language), *tables)
    tell(console, delivery.inputs, tables, faults, language, each=each)
    if delivery.map_path is None and not delivery.tables_only:
        from riverline.maps import MOST_FEATURES

        few = (
            f"要素多于 {MOST_FEATURES:,} 个，未出图"
            if language == "zh"
            else f"more than {MOST_FEATURES:,} features: no map"
        )
        console.print(f"· {few}", markup=False, highlight=False)
    for told in (frame.attrs.get("aside") for frame in delivery.inputs.values()):
        if told is not None:
            console.print(f"· {told[language]}", markup=False, highlight=False)
    if delivery.without_tables:
        from riverline.cli.jobs.office import NO_TABLES

        console.print(f"· {NO_TABLES[0 if language == 'zh' else 1]}", markup=False, highlight=False)
    for path in delivery.paths:
        tell_file(console, path)
    end(faults, strict=strict)


def tell(
    console: Console,
    inputs: Mapping[str, gpd.GeoDataFrame],
    tables: tuple[Table, ...],
    faults: gpd.GeoDataFrame,
    language: Language,
    *,
    each: bool = False,
) -> None:
    """Say what was read, what was made of it and what is wrong with the data, one by one or counted by kind."""
    from riverline.cli.printing.summary import fault_counts, fault_rows, input_table

    wrong = (fault_rows if each else fault_counts)(faults, language)
    read = (input_table(inputs, language),) if inputs else ()
    for shown in (*read, *tables, wrong):
        console.print(shown)


def tell_file(console: Console, path: Path) -> None:
    """Name a file that was written."""
    console.print(f"→ {path}", markup=False, highlight=False, soft_wrap=True)


def end(faults: gpd.GeoDataFrame, *, strict: bool) -> None:
    """End with a status of its own where sheets or maps are missing, or the data have errors and the caller asked.

    Parameters
    ----------
    faults
        What is wrong.
    strict
        Whether errors in the data have a status too; what is missing always has.
    """
    if faults["code"].isin(_NOT_WRITTEN).any():
        raise typer.Exit(MISSING_STATUS)
    if strict and (faults["severity"] == "error").any():
        raise typer.Exit(STRICT_STATUS)


def deliver(job: MainJob, console: Console, *, strict: bool = False) -> Delivery:
    """Do the job under a progress bar, then say what came of it."""
    from riverline.cli.jobs.steps import carry_out
    from riverline.cli.printing.summary import closed_table, river_table

    delivery = with_progress(lambda tell: carry_out(job, tell), job.language, console)
    result = delivery.result
    table = (river_table if job.subject == "axes" else closed_table)(result, job.language)
    conclude(console, delivery, (table,), result.faults, job.language, strict=strict)
    return delivery
