"""riverline: demarcate rivers, find what encroaches on them, map where problems concentrate.

Frames in, frames out: every step takes and gives plain GeoDataFrames whose columns :mod:`riverline.schema` explains.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from riverline import faults, geodesy, schema
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
from riverline.io import read_layer, read_sections, read_table

if TYPE_CHECKING:
    from riverline import channel, export, maps, rules, samples
    from riverline.channel import locate, split_axes, trace_axis
    from riverline.demarcation import Demarcation, demarcate, explain
    from riverline.rules import list_rules, load_rules

__all__ = [
    "CRSError",
    "Demarcation",
    "JobError",
    "LedgerError",
    "MissingDependencyError",
    "ReadError",
    "RiverlineError",
    "RuleError",
    "SchemaError",
    "__version__",
    "channel",
    "check",
    "demarcate",
    "explain",
    "export",
    "faults",
    "geodesy",
    "list_rules",
    "load_rules",
    "locate",
    "maps",
    "read_layer",
    "read_sections",
    "read_table",
    "rules",
    "samples",
    "schema",
    "split_axes",
    "trace_axis",
]

# Loaded when first asked for: they bring folium, rasterio and pydantic along.
_LAZY = frozenset({"channel", "export", "maps", "rules", "samples"})
_LAZY_VERBS = {
    "Demarcation": "demarcation",
    "demarcate": "demarcation",
    "explain": "demarcation",
    "list_rules": "rules",
    "load_rules": "rules",
    "locate": "channel",
    "split_axes": "channel",
    "trace_axis": "channel",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module or a function
    if name in _LAZY:
        return importlib.import_module(f"riverline.{name}")
    if name in _LAZY_VERBS:
        return getattr(importlib.import_module(f"riverline.{_LAZY_VERBS[name]}"), name)
    message = f"module 'riverline' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted(__all__)
