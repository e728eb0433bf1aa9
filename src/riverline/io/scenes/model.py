"""What a scene is: an image on disk that was looked at, and not yet read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from riverline.provenance import crs_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    import geopandas as gpd
    import pyproj
    from affine import Affine
    from numpy.typing import NDArray

__all__ = ["Band", "Mask", "PixelGrid", "Pixels", "Reason", "Scene", "Scenes", "Window"]

Window = tuple[slice, slice]
"""Rows and columns of a grid."""


class Reason(IntEnum):
    """Why a pixel cannot be used; 0 where it can.

    Where several hold, the one that stands last here is told, but that nothing outweighs ``NODATA`` and ``OUTSIDE``.

    Examples
    --------
    >>> Reason.CLOUD.value, Reason(2).name, Reason.CLOUD_SUSPECTED.word
    (4, 'OUTSIDE', 'cloud-suspected')
    """

    VALID = 0
    NODATA = 1
    OUTSIDE = 2
    SATURATED = 3
    CLOUD = 4
    SHADOW = 5
    SNOW = 6
    BRIDGE = 7
    EXTENT = 8
    CLOUD_SUSPECTED = 9

    @property
    def word(self) -> str:
        """What tables call it."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True, repr=False)
class PixelGrid:
    """Where the pixels of an image lie.

    Attributes
    ----------
    crs
        Coordinate system.
    transform
        From (column, row) of pixel corners to coordinates; may be turned or run south to north.
    shape
        Rows and columns.
    """

    crs: pyproj.CRS
    transform: Affine
    shape: tuple[int, int]

    def __repr__(self) -> str:
        rows, columns = self.shape
        return f"PixelGrid({crs_text(self.crs)}, {rows} x {columns} pixels of {self.pixel:g})"

    @property
    def pixel(self) -> float:
        """Side of a pixel, in units of the CRS: the root of its area."""
        return float(np.sqrt(abs(self.transform.determinant)))


@dataclass(frozen=True, slots=True)
class Band:
    """One band of a scene and how its numbers are meant: value = number x scale + offset.

    Attributes
    ----------
    path, index
        File, and band in it from 1.
    grid
        Its own pixels; bands of one scene may be of different size.
    scale, offset
        From stored numbers to reflectance; 1 and 0 where that is not known.
    nodata
        Declared number for "nothing here", NaN where none is.
    edge
        Number that fills the edges of the image without being declared, NaN where none does.
    saturated
        Numbers from here on are saturated; infinite where nobody says.
    masked
        Whether the file has a mask or an alpha band of its own.
    guessed
        Whether numbers that programs write for nothing are taken for it without being declared.
    """

    path: str
    index: int
    grid: PixelGrid
    scale: float = 1.0
    offset: float = 0.0
    nodata: float = float("nan")
    edge: float = float("nan")
    saturated: float = float("inf")
    masked: bool = False
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Mask:
    """The band that tells cloud, shadow and snow.

    Attributes
    ----------
    kind
        How its numbers are meant: a name in the table of sensors, such as ``fmask``, ``qa_pixel`` or ``scl``.
    path, index
        File, and band in it from 1.
    grid
        Its own pixels.
    """

    kind: str
    path: str
    index: int
    grid: PixelGrid


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One image of one day, opened but not read.

    Attributes
    ----------
    name
        What results call it: the file's name without its ending.
    date
        Day it was taken, None where nobody says.
    grid
        The finest of its bands' grids; pixels are read on it unless another is asked for.
    bands
        Role (``red``, ``nir``, ``swir1`` …) to band.
    mask
        Where cloud, shadow and snow are told, None where nowhere.
    sensor
        Row of the table of sensors, empty where it is not known.
    reflectance
        Whether values are reflectance; else they are the numbers of the file.
    shift_m
        East and north that every pixel is moved by when read, from :func:`correct_registration`.
    faults
        Rows of :data:`riverline.schema.FAULTS`: what opening it brought to light.
    clear
        Whether the caller said that nothing hides the ground (``mask=False``): nothing is then taken for cloud.
    """

    name: str
    date: dt.date | None
    grid: PixelGrid
    bands: Mapping[str, Band]
    mask: Mask | None
    sensor: str
    reflectance: bool
    shift_m: tuple[float, float]
    faults: gpd.GeoDataFrame
    clear: bool = False

    @property
    def crs(self) -> pyproj.CRS:
        """CRS of its grid."""
        return self.grid.crs

    @property
    def transform(self) -> Affine:
        """Transform of its grid."""
        return self.grid.transform

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of its grid."""
        return self.grid.shape

    def __repr__(self) -> str:
        rows, columns = self.shape
        day = "no date" if self.date is None else self.date.isoformat()
        mask = "no mask" if self.mask is None else self.mask.kind
        return (
            f"Scene({self.name}, {day}, {self.sensor or 'unknown sensor'}, {rows} x {columns} pixels of "
            f"{self.grid.pixel:g}, {', '.join(self.bands)}, {mask}, {len(self.faults)} faults)"
        )

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"


@dataclass(frozen=True, slots=True, eq=False)
class Scenes:
    """Scenes in the order of their days, and what could not be opened.

    Iterating, ``len`` and ``scenes[0]`` reach the scenes.

    Attributes
    ----------
    scenes
        By date, then name; those without a date last.
    faults
        Rows of :data:`riverline.schema.FAULTS`: files that are no scene, and what opening the others brought to light.
    """

    scenes: tuple[Scene, ...]
    faults: gpd.GeoDataFrame

    def __iter__(self) -> Iterator[Scene]:
        return iter(self.scenes)

    def __len__(self) -> int:
        return len(self.scenes)

    def __getitem__(self, place: int) -> Scene:
        return self.scenes[place]

    def __repr__(self) -> str:
        days = [scene.date.isoformat() for scene in self.scenes if scene.date is not None]
        span = f"{days[0]} to {days[-1]}" if days else "no dates"
        return f"Scenes({len(self.scenes)} scenes, {span}, {len(self.faults)} faults)"


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """Values of a window.

    Attributes
    ----------
    roles
        Bands, in the order of ``values``.
    values : (bands, rows, columns)
        Float32; reflectance where the scene knows it. NaN where there is nothing; cloud and shadow keep their values.
    reason : (rows, columns)
        :class:`Reason` of each pixel, uint8, 0 where all bands can be used.
    transform
        From (column, row) of the window's pixel corners to coordinates.
    """

    roles: tuple[str, ...]
    values: NDArray[np.float32]
    reason: NDArray[np.uint8]
    transform: Any

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Where every band can be used."""
        return self.reason == 0

    def __getitem__(self, role: str) -> NDArray[np.float32]:
        return self.values[self.roles.index(role)]
