"""The codes of topics that have a module of their own."""

from __future__ import annotations

from riverline.faults.assessment import ASSESSMENT_CODES
from riverline.faults.change import CHANGE_CODES
from riverline.faults.delivery import DELIVERY_CODES
from riverline.faults.detection import DETECTION_CODES
from riverline.faults.encroachment import ENCROACHMENT_CODES
from riverline.faults.hotspots import HOTSPOT_CODES
from riverline.faults.imagery import IMAGERY_CODES
from riverline.faults.ledger import LEDGER_CODES
from riverline.faults.mapping import MAP_CODES
from riverline.faults.mending import MENDING_CODES
from riverline.faults.neighbours import NEIGHBOUR_CODES
from riverline.faults.outfalls import OUTFALL_CODES
from riverline.faults.patrols import PATROL_CODES
from riverline.faults.plates import PLATE_CODES
from riverline.faults.rulings import RULE_CODES
from riverline.faults.shoreline import SHORELINE_CODES
from riverline.faults.sketches import SKETCH_CODES
from riverline.faults.staking import STAKE_CODES
from riverline.faults.titles import TITLE_CODES

__all__ = ["TOPIC_CODES"]

TOPIC_CODES = (
    *ASSESSMENT_CODES,
    *CHANGE_CODES,
    *DELIVERY_CODES,
    *DETECTION_CODES,
    *ENCROACHMENT_CODES,
    *HOTSPOT_CODES,
    *IMAGERY_CODES,
    *MAP_CODES,
    *MENDING_CODES,
    *LEDGER_CODES,
    *NEIGHBOUR_CODES,
    *OUTFALL_CODES,
    *PATROL_CODES,
    *PLATE_CODES,
    *RULE_CODES,
    *SHORELINE_CODES,
    *SKETCH_CODES,
    *STAKE_CODES,
    *TITLE_CODES,
)
