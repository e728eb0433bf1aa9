"""Headers of raster files: what can be known of an image without reading it, and what makes it unusable."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from riverline.errors import CRSError, ReadError
from riverline.io.scenes.model import PixelGrid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

__all__ = ["Header", "damaged", "open_raster", "read_header"]

CACHE_BYTES = 64_000_000
"""What GDAL may keep of the blocks it has read; its own default is a twentieth of the machine."""

_CORNER = 3
_FULL_TURN = 360.0


@dataclass(frozen=True, slots=True)
class Header:
    """What a raster file says of itself.

    Attributes
    ----------
    path
        The file.
    grid
        Its pixels.
    dtypes, nodata, scales, offsets, descriptions, colors
        One for each band.
    masked
        Whether the file has a mask or an alpha band.
    tags
        Its tags.
    corners : (bands, 4)
        The number that fills each corner, NaN where several do.
    """

    path: str
    grid: PixelGrid
    dtypes: tuple[str, ...]
    nodata: tuple[float, ...]
    scales: tuple[float, ...]
    offsets: tuple[float, ...]
    descriptions: tuple[str, ...]
    colors: tuple[str, ...]
    masked: bool
    tags: Mapping[str, str]
    corners: NDArray[np.float64]

    @property
    def count(self) -> int:
        """Number of bands."""
        return len(self.dtypes)


@contextmanager
def open_raster(path: str) -> Iterator[Any]:
    """An open data set; what GDAL says becomes our error.

    Raises
    ------
    ReadError
        If the file is not there, empty or no raster.
    """
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning, RasterioIOError

    name = Path(path).name
    if not path.startswith("/vsi"):
        _require_content(Path(path))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # refused below, in our own words
        try:
            source = rasterio.open(path)
        except RasterioIOError as error:
            raise ReadError(
                f"无法读取影像 {name}：{error}；请重新复制或下载",
                f"the image {name} cannot be read: {error}; copy or download it again",
            ) from error
    with source:
        yield source


def _require_content(path: Path) -> None:
    if not path.is_file():
        raise ReadError(f"找不到影像 {path.name}", f"there is no image {path.name}")
    if path.suffix.lower() == ".hdr":
        raise ReadError(
            f"{path.name} 是 ENVI 影像的头文件；请写数据文件，即同名、扩展名为 .dat、.img、.bsq 或没有扩展名的那个",
            f"{path.name} is the header of an ENVI image; give its data file, of the same name with .dat, .img, .bsq "
            "or no ending",
        )
    if path.stat().st_size == 0:
        raise ReadError(
            f"{path.name} 是空文件（0 字节）；请重新复制或下载",
            f"{path.name} is empty (0 bytes); copy or download it again",
        )


def read_header(path: str) -> Header:
    """What a raster file says of itself, and what fills its four corners.

    Parameters
    ----------
    path
        Any raster that GDAL reads.

    Raises
    ------
    ReadError
        If it cannot be read, holds complex numbers, or ends too early.
    CRSError
        If it has no CRS, no place, or one that does not fit the other.
    """
    with open_raster(path) as source:
        grid = _grid_of(source, Path(path).name)
        return Header(
            path=path,
            grid=grid,
            dtypes=tuple(source.dtypes),
            nodata=tuple(np.nan if value is None else float(value) for value in source.nodatavals),
            scales=tuple(map(float, source.scales)),
            offsets=tuple(map(float, source.offsets)),
            descriptions=tuple(text or "" for text in source.descriptions),
            colors=tuple(color.name for color in source.colorinterp),
            masked=any(flag.name in {"per_dataset", "alpha"} for flags in source.mask_flag_enums for flag in flags),
            tags=source.tags() | source.tags(ns="ENVI") | source.tags(ns="IMAGERY"),
            corners=_corners(source),
        )


def _grid_of(source: Any, name: str) -> PixelGrid:  # noqa: ANN401 - a rasterio data set
    import pyproj

    if any(dtype.startswith("complex") for dtype in source.dtypes):
        raise ReadError(f"{name} 是复数影像，不是地表影像", f"{name} holds complex numbers, not an image of the ground")
    if source.transform.is_identity or source.transform.determinant == 0.0:
        if source.gcps[0] or source.rpcs is not None:
            raise CRSError(
                f"{name} 只有控制点或 RPC，尚未正射校正；请先用 gdalwarp 校正",
                f"{name} has only control points or RPCs; rectify it first with gdalwarp",
            )
        raise CRSError(
            f"{name} 没有地理位置（缺少仿射变换或世界文件）；请带上 .tfw 文件，或先在 QGIS 中配准",
            f"{name} has no place on the ground (no transform or world file); bring its .tfw, or register it in QGIS",
        )
    if source.crs is None:
        raise CRSError(
            f"影像 {name} 没有坐标系；请先写入，例如 gdal_edit.py -a_srs EPSG:4548 {name}",
            f"the image {name} has no CRS; write it first, such as gdal_edit.py -a_srs EPSG:4548 {name}",
        )
    if source.crs.is_geographic and max(map(abs, source.bounds)) > _FULL_TURN:
        raise CRSError(
            f"影像 {name} 的坐标系 {source.crs.to_string()} 与其坐标（{source.bounds[0]:.0f}, "
            f"{source.bounds[1]:.0f}）不符",
            f"the CRS {source.crs.to_string()} of {name} does not fit its coordinates ({source.bounds[0]:.0f}, "
            f"{source.bounds[1]:.0f})",
        )
    return PixelGrid(pyproj.CRS.from_wkt(source.crs.to_wkt()), source.transform, (source.height, source.width))


def _corners(source: Any) -> NDArray[np.float64]:  # noqa: ANN401 - a rasterio data set
    rows, columns = min(_CORNER, source.height), min(_CORNER, source.width)
    found = np.full((source.count, 4), np.nan)
    places = [(row, column) for row in (0, source.height - rows) for column in (0, source.width - columns)]
    for number, (row, column) in enumerate(places):
        with damaged(source.name, row):
            patch = source.read(window=((row, row + rows), (column, column + columns))).reshape(source.count, -1)
        same = (patch == patch[:, :1]).all(axis=1)
        found[same, number] = patch[same, 0]
    return found


@contextmanager
def damaged(path: str, row: int) -> Iterator[None]:
    """What GDAL says of a place that cannot be read becomes our error.

    Raises
    ------
    ReadError
        Naming the file and the row of pixels.
    """
    from rasterio.errors import RasterioError

    try:
        yield
    except RasterioError as error:
        name = Path(path).name
        raise ReadError(
            f"影像 {name} 自第 {row} 行像元起无法读取，文件不完整或已损坏；请重新复制或下载",
            f"the image {name} cannot be read from row {row} of pixels on: it is cut short or damaged; copy or "
            "download it again",
        ) from error
