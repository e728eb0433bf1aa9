"""Patrol rules: what makes a patrol valid and how often a level has to patrol, as dated, cited data.

Examples
--------
>>> import riverline as rl
>>> rules = rl.rules.load_patrol_rules("xinjiang_aheqi")
>>> [(each.levels, each.times, each.per) for each in rules.frequencies][0]
(('county',), 1, 'quarter')
"""

from __future__ import annotations

from riverline.rules.patrolling.loading import list_patrol_rules, load_patrol_rules
from riverline.rules.patrolling.model import Cleaning, Equivalent, Frequency, PatrolRules, Suspicion, Validity

__all__ = [
    "Cleaning",
    "Equivalent",
    "Frequency",
    "PatrolRules",
    "Suspicion",
    "Validity",
    "list_patrol_rules",
    "load_patrol_rules",
]
