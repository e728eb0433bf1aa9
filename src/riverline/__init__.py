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
    from riverline import (
        catalog,
        channel,
        export,
        faults,
        geodesy,
        hotspots,
        inspection,
        maps,
        plates,
        reports,
        rules,
        samples,
        schema,
        style,
    )
    from riverline.assessment import Assessment, assess, gather_indicators
    from riverline.catalog import load_catalog
    from riverline.channel import attach, estimate_bank_tops, locate, split_axes, trace_axis
    from riverline.channel.attaching import Attached
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
    from riverline.encroachment import (
        DetectionAccuracy,
        LineAccuracy,
        Screening,
        assess_detection,
        assess_waterlines,
        classify,
        estimate_areas,
        screen,
    )
    from riverline.encroachment.change import ChangeRules, Changes, detect_change, load_change_rules
    from riverline.encroachment.checking import compare_checks, prepare_checks
    from riverline.hotspots import Hotspots, HotspotSettings, find_hotspots
    from riverline.inspection import Inspection, inspect, load_checks
    from riverline.io import read_layer, read_table
    from riverline.io.coordinate_text import read_coordinate_text
    from riverline.io.scenes import (
        Registration,
        Scene,
        Scenes,
        measure_registration,
        read_scene,
        read_scenes,
        read_window,
    )
    from riverline.io.sections import read_sections
    from riverline.io.tracks import read_tracks
    from riverline.ledger import (
        Intake,
        Ledger,
        LedgerRules,
        Rebounds,
        Recorded,
        list_ledger_rules,
        load_ledger_rules,
    )
    from riverline.outfalls import OutfallInventory, place_outfalls
    from riverline.patrol import Patrols, measure_patrols
    from riverline.revision import Revision, Sensitivity, compare, measure_sensitivity
    from riverline.rules import list_rules, load_rules
    from riverline.shoreline import (
        ShorelineChange,
        ShorelinePlan,
        Waterlines,
        WaterMap,
        WaterOccurrence,
        list_indices,
        map_water,
        measure_shoreline_change,
        measure_water_occurrence,
        plan_shoreline,
        trace_waterlines,
    )

__all__ = [
    "Assessment",
    "Attached",
    "CRSError",
    "ChangeRules",
    "Changes",
    "Confirmation",
    "Demarcation",
    "DetectionAccuracy",
    "HotspotSettings",
    "Hotspots",
    "Inspection",
    "Intake",
    "JobError",
    "Ledger",
    "LedgerError",
    "LedgerRules",
    "LineAccuracy",
    "MissingDependencyError",
    "OutfallInventory",
    "Patrols",
    "ReadError",
    "Rebounds",
    "Recorded",
    "Registration",
    "Revision",
    "RiverlineError",
    "RuleError",
    "Scene",
    "Scenes",
    "SchemaError",
    "Screening",
    "Sensitivity",
    "ShorelineChange",
    "ShorelinePlan",
    "WaterMap",
    "WaterOccurrence",
    "Waterlines",
    "__version__",
    "assess",
    "assess_detection",
    "assess_waterlines",
    "attach",
    "catalog",
    "channel",
    "check",
    "check_stakes",
    "classify",
    "compare",
    "compare_checks",
    "confirm",
    "demarcate",
    "demarcate_waters",
    "demarcate_works",
    "detect_change",
    "estimate_areas",
    "estimate_bank_tops",
    "explain",
    "export",
    "faults",
    "find_hotspots",
    "find_stand_ins",
    "gather_indicators",
    "geodesy",
    "hotspots",
    "inspect",
    "inspection",
    "join_demarcations",
    "list_indices",
    "list_ledger_rules",
    "list_rules",
    "load_catalog",
    "load_change_rules",
    "load_checks",
    "load_ledger_rules",
    "load_rules",
    "locate",
    "map_water",
    "maps",
    "measure_patrols",
    "measure_registration",
    "measure_sensitivity",
    "measure_shoreline_change",
    "measure_water_occurrence",
    "place_boards",
    "place_outfalls",
    "place_stakes",
    "plan_shoreline",
    "plates",
    "prepare_checks",
    "read_coordinate_text",
    "read_layer",
    "read_scene",
    "read_scenes",
    "read_sections",
    "read_table",
    "read_tracks",
    "read_window",
    "reports",
    "rules",
    "samples",
    "schema",
    "screen",
    "split_axes",
    "style",
    "trace_axis",
    "trace_waterlines",
]

# Loaded when first asked for: neither ``import riverline`` nor ``riverline --help`` waits for what it does not use.
_NAMESPACES = frozenset(
    {
        "catalog",
        "channel",
        "export",
        "faults",
        "geodesy",
        "hotspots",
        "inspection",
        "maps",
        "plates",
        "reports",
        "rules",
        "samples",
        "schema",
        "style",
    }
)
_HOMES = {
    "Attached": "channel.attaching",
    "ChangeRules": "encroachment.change",
    "Changes": "encroachment.change",
    "Confirmation": "confirmation",
    "Demarcation": "demarcation",
    "DetectionAccuracy": "encroachment",
    "LineAccuracy": "encroachment",
    "ShorelineChange": "shoreline",
    "ShorelinePlan": "shoreline",
    "WaterMap": "shoreline",
    "WaterOccurrence": "shoreline",
    "Waterlines": "shoreline",
    "HotspotSettings": "hotspots",
    "Hotspots": "hotspots",
    "Inspection": "inspection",
    "Intake": "ledger",
    "Ledger": "ledger",
    "LedgerRules": "ledger",
    "Rebounds": "ledger",
    "Recorded": "ledger",
    "Revision": "revision",
    "Registration": "io.scenes",
    "Scene": "io.scenes",
    "Scenes": "io.scenes",
    "Screening": "encroachment",
    "Sensitivity": "revision",
    "assess_detection": "encroachment",
    "assess_waterlines": "encroachment",
    "attach": "channel",
    "check": "checks",
    "check_stakes": "demarcation",
    "classify": "encroachment",
    "compare": "revision",
    "compare_checks": "encroachment.checking",
    "confirm": "confirmation",
    "demarcate": "demarcation",
    "demarcate_waters": "demarcation",
    "demarcate_works": "demarcation",
    "detect_change": "encroachment.change",
    "estimate_areas": "encroachment",
    "estimate_bank_tops": "channel",
    "explain": "demarcation",
    "find_hotspots": "hotspots",
    "find_stand_ins": "demarcation",
    "inspect": "inspection",
    "join_demarcations": "demarcation",
    "list_indices": "shoreline",
    "list_ledger_rules": "ledger",
    "list_rules": "rules",
    "load_change_rules": "encroachment.change",
    "load_catalog": "catalog",
    "load_checks": "inspection",
    "load_ledger_rules": "ledger",
    "load_rules": "rules",
    "locate": "channel",
    "map_water": "shoreline",
    "OutfallInventory": "outfalls",
    "place_outfalls": "outfalls",
    "Assessment": "assessment",
    "assess": "assessment",
    "gather_indicators": "assessment",
    "Patrols": "patrol",
    "measure_patrols": "patrol",
    "measure_registration": "io.scenes",
    "measure_sensitivity": "revision",
    "measure_shoreline_change": "shoreline",
    "measure_water_occurrence": "shoreline",
    "place_boards": "demarcation",
    "place_stakes": "demarcation",
    "plan_shoreline": "shoreline",
    "prepare_checks": "encroachment.checking",
    "read_coordinate_text": "io.coordinate_text",
    "read_layer": "io",
    "read_scene": "io.scenes",
    "read_scenes": "io.scenes",
    "read_sections": "io.sections",
    "read_table": "io",
    "read_tracks": "io.tracks",
    "read_window": "io.scenes",
    "screen": "encroachment",
    "split_axes": "channel",
    "trace_axis": "channel",
    "trace_waterlines": "shoreline",
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
