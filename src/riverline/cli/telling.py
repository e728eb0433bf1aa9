"""What every command does around its call: a console, riverline's own errors as one message, files, the status."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import typer
from rich.console import Console

import riverline as rl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd

    from riverline.schema import Language

__all__ = ["end", "tell_file", "told"]

ERROR_STATUS = 1
STRICT_STATUS = 3


@contextlib.contextmanager
def told(language: Language) -> Iterator[Console]:
    """A console to print on; riverline's own errors become one message there and status 1."""
    try:
        yield Console()
    except rl.RiverlineError as error:
        from riverline.cli.advice import as_options

        told = as_options(error.message(language))
        # The terminal breaks the line, not we: a path or an option in it can be copied.
        Console(stderr=True).print(told, style="bold red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(ERROR_STATUS) from None


def tell_file(console: Console, path: Path) -> None:
    """Say where a file is."""
    console.print(f"→ {path}", markup=False, highlight=False, soft_wrap=True)


def end(faults: gpd.GeoDataFrame, *, strict: bool) -> None:
    """End with a status of its own where errors are to count."""
    if strict and (faults["severity"] == "error").any():
        raise typer.Exit(STRICT_STATUS)
