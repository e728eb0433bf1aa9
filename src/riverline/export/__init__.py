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
from riverline.export.drawings import Drawing, DrawingLayer, list_drawings, load_drawing
from riverline.export.dxf import to_dxf
from riverline.export.forms import Form, FormColumn, FormTable, Words, list_forms, load_form
from riverline.export.geopackage import to_geopackage
from riverline.export.kmz import to_kmz
from riverline.export.profiles import Profile, ProfileField, ProfileLayer, list_profiles, load_profile
from riverline.export.shapefile import to_shapefile
from riverline.export.workbook import to_xlsx

__all__ = [
    "Drawing",
    "DrawingLayer",
    "Form",
    "FormColumn",
    "FormTable",
    "Profile",
    "ProfileField",
    "ProfileLayer",
    "Words",
    "list_drawings",
    "list_forms",
    "list_profiles",
    "load_drawing",
    "load_form",
    "load_profile",
    "to_chips",
    "to_dxf",
    "to_geopackage",
    "to_kmz",
    "to_shapefile",
    "to_xlsx",
]
