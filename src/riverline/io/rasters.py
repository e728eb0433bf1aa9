"""Rasters that are written: whole, or not at all."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from riverline.io.whole_files import drafted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from riverline.io.scenes import PixelGrid

__all__ = ["raster_file"]


@contextmanager
def raster_file(path: Path, grid: PixelGrid, **profile: Any) -> Iterator[Any]:  # noqa: ANN401 - rasterio's own
    """A GeoTIFF that appears whole at the end of the block, or not at all.

    Parameters
    ----------
    path
        Where it is to stand.
    grid
        Its pixels.
    profile
        Number and type of bands, nodata.
    """
    import rasterio
    from rasterio.crs import CRS

    rows, columns = grid.shape
    tiled = {"tiled": True, "blockxsize": 256, "blockysize": 256} if min(rows, columns) >= 256 else {}  # noqa: PLR2004
    with drafted(path) as draft, rasterio.open(
        draft, "w", driver="GTiff", height=rows, width=columns, transform=grid.transform,
        crs=CRS.from_wkt(grid.crs.to_wkt()), compress="deflate", zlevel=1, bigtiff="IF_SAFER", **tiled, **profile,
    ) as target:  # fmt: skip
        yield target
