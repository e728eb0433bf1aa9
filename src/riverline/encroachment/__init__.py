"""Encroachment: what lies inside the line that ought not to, how far, of what kind, how sure and how severe.

:func:`screen` holds vector layers against the line.
"""

from __future__ import annotations

from riverline.encroachment.result import Screening
from riverline.encroachment.screening import screen
from riverline.encroachment.telling import describe_suspects

__all__ = ["Screening", "describe_suspects", "screen"]
