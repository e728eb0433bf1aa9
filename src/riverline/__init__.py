"""riverline: demarcate rivers, find what encroaches on them, map where problems concentrate.

Frames in, frames out: every step takes and gives plain GeoDataFrames whose columns :mod:`riverline.schema` explains.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from riverline import faults, schema
from riverline._version import __version__
from riverline.checks import check
from riverline.errors import (
    CRSError,
    JobError,
    LedgerError,
    MissingDependencyError,
    ReadError,
    RiverlineError,
    RuleError,
    SchemaError,
)

if TYPE_CHECKING:
    from riverline import export, maps

__all__ = [
    "CRSError",
    "JobError",
    "LedgerError",
    "MissingDependencyError",
    "ReadError",
    "RiverlineError",
    "RuleError",
    "SchemaError",
    "__version__",
    "check",
    "export",
    "faults",
    "maps",
    "schema",
]

# Loaded when first asked for: they bring folium and rasterio along.
_LAZY = frozenset({"maps", "export"})


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module
    if name in _LAZY:
        return importlib.import_module(f"riverline.{name}")
    message = f"module 'riverline' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted(__all__)
