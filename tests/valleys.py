"""Synthetic valleys with a flood in them whose line is known in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import rasterio
import shapely

CRS = "EPSG:4548"
CELL = 5.0
EAST, NORTH = 500_000.0, 3_500_000.0


def write_terrain(path, ground, *, cell=CELL, crs=CRS, dtype="float64", nodata=None, corner=(EAST, NORTH), unit=None):
    """A raster with its upper left corner there."""
    rows, columns = ground.shape
    transform = rasterio.Affine(cell, 0, corner[0], 0, -cell, corner[1])
    profile = {"driver": "GTiff", "height": rows, "width": columns, "count": 1, "dtype": dtype, "nodata": nodata}
    with rasterio.open(path, "w", crs=crs, transform=transform, **profile) as target:
        target.write(ground.astype(dtype), 1)
        if unit is not None:
            target.units = (unit,)
    return path


def centres(shape, *, cell=CELL, corner=(EAST, NORTH)):
    """East and north of the centres of cells."""
    rows, columns = shape
    return np.meshgrid(corner[0] + cell * (np.arange(columns) + 0.5), corner[1] - cell * (np.arange(rows) + 0.5))


@dataclass(frozen=True)
class Valley:
    """A straight V-valley: bed falling along the axis, sides rising evenly across it."""

    angle_deg: float = 0.0
    cells: int = 300
    length: float = 1000.0
    bed: float = 100.0
    fall: float = 1e-3
    side: float = 0.02

    @property
    def along(self):
        """Unit vector downstream."""
        angle = np.deg2rad(self.angle_deg)
        return np.array([np.cos(angle), np.sin(angle)])

    @property
    def start(self):
        """Where the axis starts: the valley lies in the middle of its raster."""
        middle = np.array([EAST, NORTH]) + self.cells * CELL / 2 * np.array([1.0, -1.0])
        return middle - self.along * self.length / 2

    @property
    def axis(self):
        """The axis."""
        return shapely.LineString([self.start, self.start + self.along * self.length])

    def at(self, along, offset):
        """Place at a chainage and an offset, positive on the right."""
        right = np.array([self.along[1], -self.along[0]])
        return self.start + np.multiply.outer(along, self.along) + np.multiply.outer(offset, right)

    def line(self, *places):
        """Line through chainages and offsets."""
        return shapely.LineString([self.at(*place) for place in places])

    def locate(self, points):
        """Chainage and offset of points."""
        away = np.asarray(points) - self.start
        return away @ self.along, away @ np.array([self.along[1], -self.along[0]])

    def ground(self):
        """Heights of the cells, rows by columns."""
        along, offset = self.locate(np.stack(centres((self.cells, self.cells)), axis=-1))
        return self.bed - self.fall * along + self.side * np.abs(offset)

    def write(self, folder, ground=None, **options):
        """The raster's path."""
        return write_terrain(folder / "terrain.tif", self.ground() if ground is None else ground, **options)

    def levels(self, *given):
        """Levels at chainages."""
        return levels([shapely.Point(self.at(along, 0.0)) for along, _ in given], [level for _, level in given])

    def half_width(self, along, given):
        """How far from the axis the flood reaches."""
        level = np.interp(along, [place for place, _ in given], [level for _, level in given])
        return (level - self.bed + self.fall * np.asarray(along)) / self.side


def levels(shapes, values, **columns):
    """A frame of flood levels."""
    ids = [f"L{i}" for i in range(len(values))]
    data = {"level_id": ids, "river_id": "R1", "level_m": np.array(values, dtype="float64"), "basis": "design"}
    return gpd.GeoDataFrame(data | columns, geometry=list(shapes), crs=CRS)


def levees(lines, heights, **columns):
    """A frame of levees."""
    ids = [f"D{i}" for i in range(len(lines))]
    data = {"levee_id": ids, "river_id": "R1", "feature": "crest", "height_m": np.array(heights, dtype="float64")}
    return gpd.GeoDataFrame(data | columns, geometry=list(lines), crs=CRS)
