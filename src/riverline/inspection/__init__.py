"""Inspection: the checks before delivery as rules with ids, a table of passed and failed, and a layer of faults.

A public call reads as its parts: :mod:`registry <riverline.inspection.registry>` lists the checks that ship,
:mod:`known <riverline.inspection.known>` takes what single layers and stakes are told by their own checks,
:mod:`bank_ends <riverline.inspection.bank_ends>`, :mod:`cover <riverline.inspection.cover>` and
:mod:`outlines <riverline.inspection.outlines>` hold lines and extents against each other and the ground,
:mod:`stated <riverline.inspection.stated>` what stands in rows against their geometry,
:mod:`zoned <riverline.inspection.zoned>` the zones of a shoreline plan against each other and its band;
:mod:`comparing <riverline.inspection.comparing>` reads checks that users write.
"""

from __future__ import annotations

from riverline.inspection.check import Check, Subject, failing
from riverline.inspection.inspecting import inspect
from riverline.inspection.loading import load_checks
from riverline.inspection.result import Inspection as Inspection

__all__ = ["Check", "Subject", "failing", "inspect", "load_checks"]
