"""Encroachment: what lies inside the line that ought not to, how far, of what kind, how sure and how severe.

:func:`screen` holds vector layers against the line, :func:`classify` says of what kind and how severe suspects are,
:func:`assess_detection` and :func:`assess_waterlines` how good a detection is.
"""

from __future__ import annotations

from riverline.encroachment.accuracy import DetectionAccuracy
from riverline.encroachment.assessing import assess_detection
from riverline.encroachment.classifying import classify
from riverline.encroachment.estimating import estimate_areas
from riverline.encroachment.line_accuracy import LineAccuracy, assess_waterlines
from riverline.encroachment.result import Screening
from riverline.encroachment.screening import screen
from riverline.encroachment.telling import describe_suspects

__all__ = [
    "DetectionAccuracy",
    "LineAccuracy",
    "Screening",
    "assess_detection",
    "assess_waterlines",
    "classify",
    "describe_suspects",
    "estimate_areas",
    "screen",
]
