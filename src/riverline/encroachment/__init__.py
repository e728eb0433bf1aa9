"""Encroachment: what lies inside the line that ought not to, how far, of what kind, how sure and how severe.

:func:`screen` holds vector layers against the line, :func:`classify` says of what kind and how severe suspects are.
"""

from __future__ import annotations

from riverline.encroachment.classifying import classify
from riverline.encroachment.result import Screening
from riverline.encroachment.screening import screen
from riverline.encroachment.telling import describe_suspects

__all__ = ["Screening", "classify", "describe_suspects", "screen"]
