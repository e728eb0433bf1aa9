"""riverline: demarcate rivers, find what encroaches on them, map where problems concentrate.

Frames in, frames out: every step takes and gives plain GeoDataFrames whose columns :mod:`riverline.schema` explains.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from riverline._version import __version__
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
    from riverline import channel, export, faults, geodesy, inspection, maps, rules, samples, schema
    from riverline.channel import estimate_bank_tops, locate, split_axes, trace_axis
    from riverline.checks import check
    from riverline.confirmation import Confirmation, confirm
    from riverline.demarcation import (
        Demarcation,
        check_stakes,
        demarcate,
        demarcate_waters,
        demarcate_works,
        explain,
        find_stand_ins,
        join_demarcations,
        place_boards,
        place_stakes,
    )
    from riverline.inspection import Inspection, inspect, load_checks
    from riverline.io import read_layer, read_sections, read_table
    from riverline.revision import Revision, Sensitivity, compare, measure_sensitivity
    from riverline.rules import list_rules, load_rules
    from riverline.shoreline import ShorelinePlan, plan_shoreline

__all__ = [
    "CRSError",
    "Confirmation",
    "Demarcation",
    "Inspection",
    "JobError",
    "LedgerError",
    "MissingDependencyError",
    "ReadError",
    "Revision",
    "RiverlineError",
    "RuleError",
    "SchemaError",
    "Sensitivity",
    "ShorelinePlan",
    "__version__",
    "channel",
    "check",
    "check_stakes",
    "compare",
    "confirm",
    "demarcate",
    "demarcate_waters",
    "demarcate_works",
    "estimate_bank_tops",
    "explain",
    "export",
    "faults",
    "find_stand_ins",
    "geodesy",
    "inspect",
    "inspection",
    "join_demarcations",
    "list_rules",
    "load_checks",
    "load_rules",
    "locate",
    "maps",
    "measure_sensitivity",
    "place_boards",
    "place_stakes",
    "plan_shoreline",
    "read_layer",
    "read_sections",
    "read_table",
    "rules",
    "samples",
    "schema",
    "split_axes",
    "trace_axis",
]

# Loaded when first asked for: neither ``import riverline`` nor ``riverline --help`` waits for what it does not use.
_NAMESPACES = frozenset({"channel", "export", "faults", "geodesy", "inspection", "maps", "rules", "samples", "schema"})
_HOMES = {
    "Confirmation": "confirmation",
    "Demarcation": "demarcation",
    "ShorelinePlan": "shoreline",
    "Inspection": "inspection",
    "Revision": "revision",
    "Sensitivity": "revision",
    "check": "checks",
    "check_stakes": "demarcation",
    "compare": "revision",
    "confirm": "confirmation",
    "demarcate": "demarcation",
    "demarcate_waters": "demarcation",
    "demarcate_works": "demarcation",
    "estimate_bank_tops": "channel",
    "explain": "demarcation",
    "find_stand_ins": "demarcation",
    "inspect": "inspection",
    "join_demarcations": "demarcation",
    "list_rules": "rules",
    "load_checks": "inspection",
    "load_rules": "rules",
    "locate": "channel",
    "measure_sensitivity": "revision",
    "place_boards": "demarcation",
    "place_stakes": "demarcation",
    "plan_shoreline": "shoreline",
    "read_layer": "io",
    "read_sections": "io",
    "read_table": "io",
    "split_axes": "channel",
    "trace_axis": "channel",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module or a function
    if name in _NAMESPACES:
        return importlib.import_module(f"riverline.{name}")
    if name in _HOMES:
        return getattr(importlib.import_module(f"riverline.{_HOMES[name]}"), name)
    message = f"module 'riverline' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted(__all__)
