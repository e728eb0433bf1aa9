"""Map sheets on paper: exact scale, vector PDF whose Chinese can be searched, one sheet or an atlas of many.

Examples
--------
>>> import riverline as rl
>>> rl.plates.draw(rl.schema.AXES.empty("EPSG:4548"), paper="A4", language="en").scale
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
