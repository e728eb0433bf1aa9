"""Scores of rivers, counties and chiefs from indicators and a score sheet, each number traced to its rows."""

from __future__ import annotations

from riverline.assessment.gathering import gather_indicators
from riverline.assessment.scoring import Assessment, assess

__all__ = ["Assessment", "assess", "gather_indicators"]
