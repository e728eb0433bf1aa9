"""Revision: what changed between two results and why, and how far the line moves when its inputs are a little wrong.

A public call reads as its parts: :mod:`places <riverline.revision.places>` measures how far one line is from another,
:mod:`stretches <riverline.revision.stretches>` makes stretches of it and :mod:`causes <riverline.revision.causes>` says
why, :mod:`areas <riverline.revision.areas>`, :mod:`stakes <riverline.revision.stakes>` and
:mod:`titles <riverline.revision.titles>` tell what else changed, :mod:`shifting <riverline.revision.shifting>` shifts
inputs for a test of sensitivity.
"""

from __future__ import annotations

from riverline.revision.comparing import compare
from riverline.revision.result import Revision, Sensitivity
from riverline.revision.sensitivity import measure_sensitivity

__all__ = ["Revision", "Sensitivity", "compare", "measure_sensitivity"]
