"""Figures as files: the same figure gives the same bytes."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any

from riverline._version import __version__
from riverline.errors import JobError
from riverline.plates.composing import settings

if TYPE_CHECKING:
    from pathlib import Path

    from riverline.plates.fonts import Fonts

__all__ = ["FORMATS", "encode", "format_of"]

FORMATS = ("pdf", "png", "svg")
_PNG_DPI = 200


def format_of(path: Path) -> str:
    """The format that a file name asks for; JobError for others."""
    kind = path.suffix.lower().lstrip(".")
    if kind not in FORMATS:
        raise JobError(
            f"图幅写为 .pdf、.png 或 .svg，实际为 {path.name!r}", f"a sheet is .pdf, .png or .svg, got {path.name!r}"
        )
    return kind


def encode(figure: Any, kind: str, fonts: Fonts, *, title: str) -> bytes:  # noqa: ANN401 - matplotlib's
    """A figure as the bytes of a file, without dates.

    Parameters
    ----------
    figure
        From :func:`riverline.plates.composing.compose`.
    kind
        ``"pdf"``, ``"png"`` (200 dots an inch) or ``"svg"`` (texts stay texts).
    fonts
        How a PDF embeds them.
    title
        Title in the file's metadata.
    """
    made = f"riverline {__version__}"
    by_kind: dict[str, dict[str, Any]] = {
        "pdf": {"Title": title, "Creator": made, "CreationDate": None, "ModDate": None},
        "png": {"Title": title, "Software": made},
        "svg": {"Title": title, "Creator": made, "Date": None},
    }
    metadata = by_kind[kind]
    target = io.BytesIO()
    with settings(fonts.kind), warnings.catch_warnings():
        # What has no glyph is a row of the sheet's faults, which says more.
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        if kind == "png":
            figure.savefig(target, format="png", dpi=_PNG_DPI, metadata=metadata)
        else:
            figure.savefig(target, format=kind, metadata=metadata)
    return target.getvalue()
