"""Hotspots of problems along rivers: beyond chance, by bank, with effort, and with a reason for each reach.

:func:`find_hotspots` counts problems on segments and tests them, :func:`rank_reaches` and :func:`first_to_walk` say
which go first, :func:`describe_hotspots` tells why in either language.
"""

from __future__ import annotations

from riverline.hotspots.density import measure_density
from riverline.hotspots.emerging import EmergingSettings, describe_emerging, find_emerging
from riverline.hotspots.finding import find_hotspots
from riverline.hotspots.planar import Surface, measure_surface
from riverline.hotspots.quality import check_problems
from riverline.hotspots.ranking import first_to_walk, rank_reaches
from riverline.hotspots.repeating import describe_near_repeats, find_near_repeats
from riverline.hotspots.result import Hotspots as Hotspots
from riverline.hotspots.scanning import ScanSettings, scan_rivers
from riverline.hotspots.settings import HotspotSettings as HotspotSettings
from riverline.hotspots.wording import describe_hotspots

__all__ = [
    "EmergingSettings",
    "ScanSettings",
    "Surface",
    "check_problems",
    "describe_emerging",
    "describe_hotspots",
    "describe_near_repeats",
    "find_emerging",
    "find_hotspots",
    "find_near_repeats",
    "first_to_walk",
    "measure_density",
    "measure_surface",
    "rank_reaches",
    "scan_rivers",
]
