"""Hand-over formats: results as files that desktop programs open right.

Examples
--------
>>> import tempfile
>>> import riverline as rl
>>> rl.export.to_geopackage(f"{tempfile.mkdtemp()}/out.gpkg", rl.schema.WATER.empty("EPSG:4548")).name
'out.gpkg'
"""

from __future__ import annotations

from riverline.export.geopackage import to_geopackage

__all__ = ["to_geopackage"]
