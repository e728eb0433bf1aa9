"""Reading all days of a window: mosaics put together, the reason kept why a pixel cannot be used."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline.demarcation.findings import Finding
from riverline.io.scenes import OpenScene, PixelGrid, Reason, open_scene, read_pixels, to_plane

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from riverline.encroachment.change.inputs import Day
    from riverline.io.scenes import Window

__all__ = ["Stack", "box_of", "open_stack", "undeclared_in"]


CACHE_BYTES = 320_000_000
"""What GDAL may keep of decoded blocks: four rows of blocks of a pair of whole tiles."""


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Images of several days, open on one grid.

    Attributes
    ----------
    grid
        Their pixels.
    roles
        Bands that are read.
    days
        The open images of each day.
    """

    grid: PixelGrid
    roles: tuple[str, ...]
    days: tuple[tuple[OpenScene, ...], ...]

    def read(self, day: int, window: Window) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """Values (bands, rows, columns) and reasons (rows, columns) of one day; the first image that shows a pixel.

        Raises
        ------
        ReadError
            If a file ends before, or a block of it is damaged.
        """
        shape = tuple(side.stop - side.start for side in window)
        here = box_of(self.grid, window)
        values: NDArray[np.float32] | None = None
        reason = np.full(shape, Reason.OUTSIDE, dtype="uint8")
        for opened in self.days[day]:
            if not shapely.intersects(opened.outline, here):
                continue
            pixels = read_pixels(opened, window)
            if values is None:
                values, reason = pixels.values, pixels.reason
            else:
                better = (reason != 0) & ((pixels.reason == 0) | (reason == Reason.OUTSIDE))
                values[:, better], reason[better] = pixels.values[:, better], pixels.reason[better]
            if not reason.any():
                break
        if values is None:
            values = np.full((len(self.roles), *shape), np.nan, dtype="float32")
        return values, reason


@contextmanager
def open_stack(days: tuple[Day, ...], roles: tuple[str, ...], grid: PixelGrid) -> Iterator[Stack]:
    """All images open on one grid; closed at the end of the block."""
    import rasterio

    with ExitStack() as stack:
        opened = tuple(
            tuple(stack.enter_context(open_scene(scene, roles, grid=grid)) for scene in day.scenes) for day in days
        )
        # Windows reach a few pixels into the blocks around them: these are decoded once, not four times.
        stack.enter_context(rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES))
        yield Stack(grid, roles, opened)


def box_of(grid: PixelGrid, window: Window) -> shapely.Polygon:
    """The outline of a window in the CRS of the grid."""
    rows, columns = window
    corners = to_plane(
        grid.transform,
        [columns.start, columns.stop, columns.stop, columns.start],
        [rows.start, rows.start, rows.stop, rows.stop],
    )
    return shapely.Polygon(np.column_stack(corners))


def undeclared_in(stack: Stack, days: tuple[Day, ...]) -> list[Finding]:
    """Numbers that nobody declares and that were taken for nothing, of each image that was read."""
    return [
        Finding("scene-nodata-undeclared", "scenes", scene.name, None,
                note="、".join(f"{number:.8g}" for number in sorted(opened.undeclared)))
        for day, images in zip(days, stack.days, strict=True)
        for scene, opened in zip(day.scenes, images, strict=True)
        if opened.undeclared
    ]  # fmt: skip
