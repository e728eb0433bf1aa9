"""A stretch of river with parcels of every kind of defect, each of known size."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from riverline.geodesy import ellipsoidal_area, round_half_up

CRS = "EPSG:4548"
EAST, NORTH = 500_000.0, 3_500_000.0


def box(x0, y0, x1, y1):
    """A rectangle by metres from the start of the river."""
    return shapely.box(EAST + x0, NORTH + y0, EAST + x1, NORTH + y1)


def area(*shapes):
    """Ellipsoidal area in hundredths of a square metre."""
    return float(round_half_up(ellipsoidal_area(gpd.GeoSeries(list(shapes), crs=CRS)).sum(), 2))


def extents(*shapes, kinds=None, crs=CRS):
    """Extents R1, R2 … of shapes."""
    rivers = [f"R{number}" for number in range(1, len(shapes) + 1)]
    kinds = kinds or ["management"] * len(shapes)
    data = {
        "extent_id": [f"{river}-{kind}" for river, kind in zip(rivers, kinds, strict=True)],
        "river_id": rivers,
        "name": "清水河",
        "kind": kinds,
        "area_m2": [area(shape) for shape in shapes],
        **dict.fromkeys(("left_length_m", "right_length_m", "axis_length_m"), 1000.0),
        "clearance_m": 0.0,
        "rules": "test",
        "version": "1",
    }
    frame = gpd.GeoDataFrame(data, geometry=list(shapes), crs=CRS)
    return frame.to_crs(crs)


def parcels(rows, **columns):
    """Parcels from code → (owner, ownership, shape)."""
    data = {
        "parcel_id": list(rows),
        "owner": [owner for owner, _, _ in rows.values()],
        "ownership": [ownership for _, ownership, _ in rows.values()],
    }
    return gpd.GeoDataFrame(data | columns, geometry=[shape for _, _, shape in rows.values()], crs=CRS)


def patches(rows):
    """Patches of the land survey from code → (class, shape)."""
    data = {"patch_id": list(rows), "land_class": [code for code, _ in rows.values()]}
    return gpd.GeoDataFrame(data, geometry=[shape for _, shape in rows.values()], crs=CRS)


def axes(*lines, **columns):
    """Axes R1, R2 … of lines of metres from the start."""
    rivers = [f"R{number}" for number in range(1, len(lines) + 1)]
    shapes = [shapely.LineString(np.array(line, dtype=float) + np.array([EAST, NORTH])) for line in lines]
    return gpd.GeoDataFrame({"river_id": rivers, "name": "清水河"} | columns, geometry=shapes, crs=CRS)


EXTENT = box(0, -100, 1000, 100)
"""A kilometre of river, 100 m on either side of the axis."""

DEFECTS = {
    "P01": ("水利局", "state", box(0, -100, 200, 100)),
    "P02": ("张三", "collective", box(200, -100, 300, 100)),
    # A sliver of 0.2 m between P02 and P03.
    "P03": ("李四", "collective", box(300.2, -100, 400, 100)),
    # Overlaps P03 by 0.1 m: a sliver.
    "P04": ("王五", "collective", box(399.9, -100, 500, 100)),
    # Overlaps P04 by 20 m: a dispute.
    "P05": ("赵六", "private", box(480, -100, 600, 100)),
    # A gap of 50 m, then two parcels that are one.
    "P06": ("钱七", "collective", box(650, -100, 750, 100)),
    "P07": ("钱七", "collective", box(650, -100, 750, 100)),
    # Straddles the line: 100 m inside, 40 m outside.
    "P08": ("孙八", "collective", box(750, -100, 850, 140)),
    # Crosses the line by 0.2 m: an error of drawing.
    "P09": ("周九", "collective", box(850, -100.2, 900, 100)),
    # On state land of another title.
    "P10": ("吴十", "collective", box(900, -100, 950, 100)),
    "P11": ("水利局", "state", box(940, -100, 1000, 100)),
    "P12": ("郑某", "collective", box(2000, 0, 2100, 100)),
}


def defects(**columns):
    """The parcels above."""
    return parcels(DEFECTS, **columns)
