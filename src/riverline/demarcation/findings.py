"""Faults as a demarcation and what is built on it find them: the light values of :mod:`riverline.faults.finding`."""

from __future__ import annotations

from riverline.faults.finding import Finding, findings_to_faults

__all__ = ["Finding", "findings_to_faults"]
