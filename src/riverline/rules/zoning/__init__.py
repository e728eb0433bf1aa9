"""Zone rules: which sensitive factor puts a shoreline into which functional zone, as dated, cited data.

Examples
--------
>>> import riverline as rl
>>> rules = rl.rules.load_zone_rules("national")
>>> rules.rule_of("water_source", "二级").type, rules.rule_of("water_source").type
(2, 1)
"""

from __future__ import annotations

from riverline.rules.zoning.loading import list_zone_rules, load_zone_rules
from riverline.rules.zoning.model import ZonePolicy, ZoneRule, ZoneRules, ZoneType

__all__ = ["ZonePolicy", "ZoneRule", "ZoneRules", "ZoneType", "list_zone_rules", "load_zone_rules"]
