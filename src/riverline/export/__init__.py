"""Hand-over formats: results as files that desktop programs open right.

Examples
--------
>>> import tempfile
>>> import riverline as rl
>>> rl.export.to_geopackage(f"{tempfile.mkdtemp()}/out.gpkg", rl.schema.WATER.empty("EPSG:4548")).name
'out.gpkg'
"""

from __future__ import annotations

from riverline.export.boundary_points import list_boundary_points
from riverline.export.chips import to_chips
from riverline.export.coordinate_text import to_coordinate_text
from riverline.export.drawings import Drawing, DrawingLayer, list_drawings, load_drawing
from riverline.export.dxf import to_dxf
from riverline.export.filegdb import to_filegdb
from riverline.export.formats import to_file
from riverline.export.forms import Form, FormColumn, FormTable, Words, list_forms, load_form
from riverline.export.geojson import to_geojson
from riverline.export.geopackage import to_geopackage
from riverline.export.geoparquet import to_geoparquet
from riverline.export.kmz import to_kmz
from riverline.export.ovi import to_ovi
from riverline.export.photos import list_missing_photos
from riverline.export.pmtiles import to_pmtiles
from riverline.export.profiled import list_unwanted
from riverline.export.profiles import Profile, ProfileField, ProfileLayer, list_profiles, load_profile
from riverline.export.shapefile import to_shapefile
from riverline.export.workbook import to_xlsx
from riverline.io.coordinate_text.dialects import Dialect, list_dialects, load_dialect

__all__ = [
    "Dialect",
    "Drawing",
    "DrawingLayer",
    "Form",
    "FormColumn",
    "FormTable",
    "Profile",
    "ProfileField",
    "ProfileLayer",
    "Words",
    "list_boundary_points",
    "list_dialects",
    "list_drawings",
    "list_forms",
    "list_missing_photos",
    "list_profiles",
    "list_unwanted",
    "load_dialect",
    "load_drawing",
    "load_form",
    "load_profile",
    "to_chips",
    "to_coordinate_text",
    "to_dxf",
    "to_file",
    "to_filegdb",
    "to_geojson",
    "to_geopackage",
    "to_geoparquet",
    "to_kmz",
    "to_ovi",
    "to_pmtiles",
    "to_shapefile",
    "to_xlsx",
]
