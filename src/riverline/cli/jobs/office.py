"""The office's tables beside the layers of a delivery: written where the extra for them is there, told where not."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import riverline as rl

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from riverline.schema import Language

__all__ = ["NO_TABLES", "tables_beside", "tables_written"]

NO_TABLES = (
    "未输出 Excel 成果表：请先执行 python -m pip install 'riverline[report]'",
    "no tables for Excel: run python -m pip install 'riverline[report]' first",
)
"""What is told where the extra is not there, in both languages."""

_WRITERS = ("openpyxl", "xlsxwriter")


def tables_written() -> bool:
    """Whether tables can be written here."""
    return all(find_spec(name) is not None for name in _WRITERS)


def tables_beside(layers_name: str, *results: Any, language: Language) -> dict[str, Callable[[Path], Path]]:  # noqa: ANN401 - any result
    """The file of tables for :func:`~riverline.cli.handover.hand_over`: its name, and what writes it.

    Parameters
    ----------
    layers_name
        Name of the file of layers that they stand beside: ``成果.gpkg`` has ``成果表.xlsx``, ``changes.gpkg`` has
        ``changes_tables.xlsx``.
    *results
        Results and frames, as :func:`riverline.export.to_xlsx` takes them.
    language
        Of the tables.

    Returns
    -------
    dict
        Empty where the extra for tables is not there.
    """

    def write(path: Path) -> Path:
        return rl.export.to_xlsx(path, *results, language=language)

    stem = layers_name.removesuffix(".gpkg")
    return {f"{stem}_tables.xlsx" if stem.isascii() else f"{stem}表.xlsx": write} if tables_written() else {}
