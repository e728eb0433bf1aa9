"""Map sheets on paper: exact scale, vector PDF whose Chinese can be searched, one sheet or an atlas of many.

Examples
--------
>>> import geopandas as gpd
>>> import riverline as rl
>>> stake = gpd.GeoDataFrame(geometry=gpd.points_from_xy([500_000.0], [3_400_000.0]), crs="EPSG:4548")
>>> rl.plates.draw(stake=stake, paper="A4", language="en").scale
2000
"""

from __future__ import annotations

from riverline.plates.atlas import atlas
from riverline.plates.imprint import Imprint
from riverline.plates.in_qgis import draw_in_qgis
from riverline.plates.result import Atlas, Plate
from riverline.plates.showing import draw
from riverline.plates.templates import qgis_template

__all__ = ["Atlas", "Imprint", "Plate", "atlas", "draw", "draw_in_qgis", "qgis_template"]
