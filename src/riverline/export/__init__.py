"""Hand-over formats: results as files that desktop programs open right.

Examples
--------
>>> import tempfile
>>> import riverline as rl
>>> rl.export.to_geopackage(f"{tempfile.mkdtemp()}/out.gpkg", rl.schema.WATER.empty("EPSG:4548")).name
'out.gpkg'
"""

from __future__ import annotations

from riverline.export.chips import to_chips
from riverline.export.geopackage import to_geopackage
from riverline.export.profiles import Profile, ProfileField, ProfileLayer, list_profiles, load_profile

__all__ = ["Profile", "ProfileField", "ProfileLayer", "list_profiles", "load_profile", "to_chips", "to_geopackage"]
