"""Score sheets: indicators with their weights, bonus and malus, yellow and red cards, as cited data.

Examples
--------
>>> import riverline as rl
>>> rl.rules.load_score_rules("example").full
100.0
"""

from __future__ import annotations

from riverline.rules.scoring.loading import list_score_rules, load_score_rules
from riverline.rules.scoring.model import Adjustment, Card, Indicator, ScoreRules

__all__ = ["Adjustment", "Card", "Indicator", "ScoreRules", "list_score_rules", "load_score_rules"]
