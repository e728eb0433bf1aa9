"""Planes, datums, areas and angles: CGCS2000 zones, safe transformations, ellipsoidal measures, map-service shifts.

What an analyst types::

    metric = riverline.geodesy.to_metric(frame)  # the CGCS2000 3-degree zone
    area = riverline.geodesy.ellipsoidal_area(extents)  # what goes into the register
    guess = riverline.geodesy.identify_coordinates(x, y)  # what bare columns are
"""

from __future__ import annotations

from riverline.geodesy.angles import format_dms, parse_dms
from riverline.geodesy.area import ellipsoidal_area, geodesic_length
from riverline.geodesy.display import bd09_from_wgs84, gcj02_from_wgs84, wgs84_from_bd09, wgs84_from_gcj02
from riverline.geodesy.identify import GridGuess, identify_coordinates
from riverline.geodesy.metric import align, to_metric
from riverline.geodesy.passage import guarded_transformer, helmert_pipeline
from riverline.geodesy.planes import is_metric, point_scale, require_metric
from riverline.geodesy.rounding import apportion, round_half_up
from riverline.geodesy.spans import zone_of
from riverline.geodesy.zones import plane_name, zone_crs, zone_number

__all__ = [
    "GridGuess",
    "align",
    "apportion",
    "bd09_from_wgs84",
    "ellipsoidal_area",
    "format_dms",
    "gcj02_from_wgs84",
    "geodesic_length",
    "guarded_transformer",
    "helmert_pipeline",
    "identify_coordinates",
    "is_metric",
    "parse_dms",
    "plane_name",
    "point_scale",
    "require_metric",
    "round_half_up",
    "to_metric",
    "wgs84_from_bd09",
    "wgs84_from_gcj02",
    "zone_crs",
    "zone_number",
    "zone_of",
]
