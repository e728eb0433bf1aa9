"""Hotspots of problems along rivers: beyond chance, by bank, with effort, and with a reason for each reach.

:func:`find_hotspots` counts problems on segments and tests them, :func:`rank_reaches` and :func:`first_to_walk` say
which go first, :func:`describe_hotspots` tells why in either language.
"""

from __future__ import annotations

from riverline.hotspots.density import measure_density
from riverline.hotspots.finding import find_hotspots
from riverline.hotspots.ranking import first_to_walk, rank_reaches
from riverline.hotspots.result import Hotspots
from riverline.hotspots.settings import HotspotSettings
from riverline.hotspots.wording import describe_hotspots

__all__ = [
    "HotspotSettings",
    "Hotspots",
    "describe_hotspots",
    "find_hotspots",
    "first_to_walk",
    "measure_density",
    "rank_reaches",
]
