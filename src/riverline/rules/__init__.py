"""Rule sets: which law puts the line where, as dated, cited data.

A rule set is a TOML file: documents, rules with their conditions and widths, and a policy. :func:`load_rules` reads
and checks one, a :class:`RuleSet` answers what holds at a levee or at a bank without one, and a :class:`Decision` says
which rule of which document decided, how wide, from which line, and how sure that is.

How sure a rule is follows from how its text was seen (:func:`confidence_of`): read as the document's own text gives
``high``, restated by a third party ``medium``, everything else ``low``. What lowers it further: a band out of which the
law leaves the choice to somebody, something the rule assumes, another flood than the rule means, and a rule that is
borrowed from the rule set fallen back on. What is unverified says so in its citation.

Examples
--------
>>> import riverline as rl
>>> rules = rl.load_rules("anhui", on="2025-06-01")
>>> decision = rules.decide_levee(river="颍河", bank="left", feature="landside_toe", rank="淮河重要支流")
>>> decision.landside_m, decision.waterside_m, decision.protection_m, decision.confidence
(20.0, 30.0, 100.0, 'high')
"""

from __future__ import annotations

from riverline.rules.conditions import Conditions
from riverline.rules.deciding import Decision
from riverline.rules.describing import describe_rules
from riverline.rules.fields import Confidence, Mark, Reference, Scope, confidence_of
from riverline.rules.land_classes import LandClass, LandClasses, list_land_classes, load_land_classes
from riverline.rules.loading import list_rules, load_rules, template_of
from riverline.rules.model import Document, Rule, Setting
from riverline.rules.patrolling import (
    Cleaning,
    Equivalent,
    Frequency,
    PatrolRules,
    Suspicion,
    Validity,
    list_patrol_rules,
    load_patrol_rules,
)
from riverline.rules.policy import Policy, PolicySource, VirtualSection
from riverline.rules.ruleset import RuleSet
from riverline.rules.scoring import Adjustment, Card, Indicator, ScoreRules, list_score_rules, load_score_rules
from riverline.rules.staking import Boards, Numbering, Spacing, Stakes, StakeSpacing
from riverline.rules.widths import Band, PeriodRow, Protection, Width, WidthRow
from riverline.rules.zoning import ZonePolicy, ZoneRule, ZoneRules, ZoneType, list_zone_rules, load_zone_rules

__all__ = [
    "Adjustment",
    "Band",
    "Boards",
    "Card",
    "Cleaning",
    "Conditions",
    "Confidence",
    "Decision",
    "Document",
    "Equivalent",
    "Frequency",
    "Indicator",
    "LandClass",
    "LandClasses",
    "Mark",
    "Numbering",
    "PatrolRules",
    "PeriodRow",
    "Policy",
    "PolicySource",
    "Protection",
    "Reference",
    "Rule",
    "RuleSet",
    "Scope",
    "ScoreRules",
    "Setting",
    "Spacing",
    "StakeSpacing",
    "Stakes",
    "Suspicion",
    "Validity",
    "VirtualSection",
    "Width",
    "WidthRow",
    "ZonePolicy",
    "ZoneRule",
    "ZoneRules",
    "ZoneType",
    "confidence_of",
    "describe_rules",
    "list_land_classes",
    "list_patrol_rules",
    "list_rules",
    "list_score_rules",
    "list_zone_rules",
    "load_land_classes",
    "load_patrol_rules",
    "load_rules",
    "load_score_rules",
    "load_zone_rules",
    "template_of",
]
