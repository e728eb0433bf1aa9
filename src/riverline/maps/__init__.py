"""Web maps: results as a folium map, and any folium map as one file that opens without a network.

Examples
--------
>>> import tempfile
>>> import riverline as rl
>>> page = rl.maps.show(rl.schema.AXES.empty("EPSG:4548"), title="清水县河湖管理范围")
>>> rl.maps.save(page, f"{tempfile.mkdtemp()}/map.html").name
'map.html'
"""

from __future__ import annotations

from riverline.maps.basemaps import Basemap
from riverline.maps.batching import Batch, MapStep, batch, batch_steps
from riverline.maps.changing import show_change
from riverline.maps.hotspots import show_hotspots
from riverline.maps.ledger import show_ledger
from riverline.maps.patrols import show_patrols
from riverline.maps.saving import save
from riverline.maps.showing import MOST_FEATURES, TooManyFeaturesError, show

__all__ = [
    "MOST_FEATURES",
    "Basemap",
    "Batch",
    "MapStep",
    "TooManyFeaturesError",
    "batch",
    "batch_steps",
    "save",
    "show",
    "show_change",
    "show_hotspots",
    "show_ledger",
    "show_patrols",
]
