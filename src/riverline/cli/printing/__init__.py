"""What subcommands print: tables, files written, faults, advice; text from data cannot speak to the terminal."""

from __future__ import annotations

__all__: list[str] = []
