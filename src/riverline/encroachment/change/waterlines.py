"""Whether the waterline moved all along the bank around a patch: the stage, and no fill."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline._kernels.grids.shores import sums_around
from riverline.io.scenes import to_pixels

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.encroachment.change.pixels import Moves, Search
    from riverline.io.scenes import PixelGrid, Window

__all__ = ["Waterlines"]

REACH, SMALLEST_PX = 2, 16
"""Cells looked at on either side of that of a patch; smallest side of a cell."""
ENOUGH = 20
"""Pixels of waterline beside those of a patch, below which nothing is said of it."""
DEGREE_M = 111_320.0


class Waterlines:
    """Counts of a coarse grid: pixels behind the waterline, and those that it passed, falling and rising, by pair.

    Parameters
    ----------
    grid
        All pixels.
    search
        What is looked for.
    """

    def __init__(self, grid: PixelGrid, search: Search) -> None:
        side_m = grid.pixel * (DEGREE_M if grid.crs.is_geographic else 1.0)
        self._side = max(int(search.rules.stage.around_m / REACH / side_m), SMALLEST_PX)
        self._grid = grid
        cells = tuple(-(-size // self._side) for size in grid.shape)
        # Falling and rising; all, and those that were passed.
        self._counts = np.zeros((len(search.pairs), 2, 2, *cells))

    def add(self, moves: list[Moves], window: Window, core: Window, width: int) -> None:
        """Take in a window, of whose surroundings only ``core`` is its own; ``width`` of both together."""
        for pair, both in enumerate(moves):
            for way, (places, passed) in enumerate(both):
                row, column = np.divmod(places, width)
                row, column = row - core[0].start, column - core[1].start
                own = (row >= 0) & (row < window[0].stop - window[0].start)
                own &= (column >= 0) & (column < window[1].stop - window[1].start)
                cell_row = (row[own] + window[0].start) // self._side
                cell_column = (column[own] + window[1].start) // self._side
                for what, weight in enumerate((np.ones(int(own.sum())), passed[own].astype("float64"))):
                    np.add.at(self._counts[pair, way, what], (cell_row, cell_column), weight)

    def around(self, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Patches with ``fall_…`` and ``rise_…`` for each pair: the share of the waterline around that it passed.

        The pixels of a patch itself are left out: a fill is no evidence of a stage that explains it.
        """
        if not len(frame):
            return frame
        counts = sums_around(self._counts, REACH)
        row, column = self._cells(np.asarray(frame.geometry.array, dtype="object"))
        columns = {}
        for pair in range(len(counts)):
            for way, (own, name) in enumerate((("fell", "fall"), ("rose", "rise"))):
                every, passed = (counts[pair, way, what][row, column] for what in range(2))
                mine = np.minimum(frame[f"{own}_{pair}"].to_numpy(), passed)
                left = every - mine
                share = np.divide(passed - mine, left, out=np.zeros(len(frame)), where=left >= ENOUGH)
                columns[f"{name}_{pair}"] = share
        return frame.assign(**columns)

    def _cells(self, shapes: NDArray[np.object_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        middles = shapely.centroid(shapes)
        column, row = to_pixels(self._grid.transform, shapely.get_x(middles), shapely.get_y(middles))
        limits = np.array(self._counts.shape[-2:]) - 1
        return tuple(
            np.clip(np.floor(place / self._side).astype("intp"), 0, limit)
            for place, limit in zip((row, column), limits, strict=True)
        )
