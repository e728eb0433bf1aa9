"""Patrols: who walked which reach and bank, how often, and what nobody walked.

:func:`measure_patrols` takes tracks (:func:`riverline.read_tracks` reads them), axes, the duties of the chiefs and
patrol rules.
"""

from __future__ import annotations

from riverline.patrol.measuring import measure_patrols
from riverline.patrol.result import Patrols

__all__ = ["Patrols", "measure_patrols"]
