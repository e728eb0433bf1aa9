"""The data dictionary of boundary points: the corners of areas as a land office lists them."""

from __future__ import annotations

from riverline.schema import columns as c
from riverline.schema.model import Column, Schema

__all__ = ["BOUNDARY_POINTS"]

BOUNDARY_POINTS = Schema(
    "boundary_points", "界址点", "Boundary points", "point_id", ("Point",),
    (
        c.key("point_id", "界址点编码", "Point code", "JZDBM"),
        c.text("layer", "图层", "Layer", "TC", "Layer of the area that it is a corner of."),
        c.text("feature_id", "要素编码", "Feature code", "YSBM", "The area."),
        Column("ring", "integer", "圈号", "Ring", "QH", "1 for the first outer ring of the area, then on; holes too."),
        c.text("number", "界址点号", "Point number", "JZDH", "J1, J2 … through the rings of the area."),
        c.metres("x_m", "X坐标（北）", "X (north)", "XZB", "Gauss-Krüger northing."),
        c.metres("y_m", "Y坐标（东）", "Y (east)", "YZB", "Gauss-Krüger easting, 500 km on the meridian."),
        c.degrees("lon", "经度", "Longitude", "JD", "CGCS2000 longitude."),
        c.degrees("lat", "纬度", "Latitude", "WD", "CGCS2000 latitude."),
        c.metres("next_m", "至下一点边长", "Distance to the next", "BC", "Plane length of the side that begins here."),
    ),
    "Corners of areas in the order of their rings.",
)  # fmt: skip
