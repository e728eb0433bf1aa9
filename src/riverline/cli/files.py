"""What a text on the command line says of a file."""

from __future__ import annotations

from pathlib import Path

__all__ = ["file_and_layer"]


def file_and_layer(text: str) -> tuple[Path, str | None]:
    """``FILE::LAYER`` parted."""
    file, _, layer = text.partition("::")
    return Path(file), layer or None
