"""Problems per square kilometre on a grid: a picture for the eye, which knows nothing of rivers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyproj
from scipy import ndimage

from riverline import faults
from riverline._version import __version__
from riverline.demarcation.findings import findings_to_faults
from riverline.errors import JobError
from riverline.hotspots.counting import count_problems
from riverline.hotspots.segments import segments_of
from riverline.hotspots.settings import HotspotSettings
from riverline.io.rasters import raster_file
from riverline.io.scenes import PixelGrid
from riverline.provenance import Run, crs_text, describe_input
from riverline.rules.dating import as_day

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Surface", "measure_surface", "write_surface"]

# Where the bell is cut off, in bandwidths; cells in a bandwidth unless their size is given; most cells of a picture.
_REACH, _CELLS, _MOST_CELLS = 4.0, 5.0, 50_000_000
_SEGMENT_M = 1_000.0
# Bandwidth where nobody says one.
_BANDWIDTH_M = 1_000.0
# What is summed, and the unit of its density, by weight.
_UNITS = {
    "count": ("problems", "1/km2"), "severity": ("weights by severity", "1/km2"), "bank_m": ("m of bank", "m/km2"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """Density in the plane.

    Attributes
    ----------
    density : (rows, columns)
        Problems, or their weights, per square kilometre; times the area of a cell it sums to the problems that count.
    grid
        Cells: CRS, transform, shape. Their edges are whole multiples of their size, so that pictures of two months lie
        on each other.
    bandwidth_m
        Standard deviation of the bell around each problem.
    faults
        Rows of :data:`riverline.schema.FAULTS`: what was not counted.
    run
        Version, inputs, CRS.
    weight
        What a problem counts for, as in :class:`HotspotSettings`: ``"count"`` is one each, ``"severity"`` its weight by
        severity, ``"bank_m"`` metres of bank taken.
    """

    density: NDArray[np.float32]
    grid: PixelGrid
    bandwidth_m: float
    faults: gpd.GeoDataFrame
    run: Run
    weight: Literal["count", "severity", "bank_m"] = "count"

    def __repr__(self) -> str:
        top = float(self.density.max(initial=0.0))
        return f"Surface({self.grid!r}, bandwidth {self.bandwidth_m:g} m, up to {top:.3g} {_UNITS[self.weight][0]}/km²)"


def measure_surface(
    problems: gpd.GeoDataFrame,
    axes: gpd.GeoDataFrame,
    *,
    bandwidth_m: float | None = None,
    cell_m: float | None = None,
    on: dt.date | str | None = None,
    path: str | Path | None = None,
    settings: HotspotSettings | None = None,
) -> Surface:
    """Problems per square kilometre on a grid, for the eye; verdicts rest on :func:`riverline.find_hotspots`.

    Parameters
    ----------
    problems, axes, on
        As for :func:`riverline.find_hotspots`; the same problems count.
    bandwidth_m
        Standard deviation of the bell around each problem, metres; None: ``settings.bandwidth_m``, else 1,000.
    cell_m
        Side of a cell, metres, at most the bandwidth; None: a fifth of it.
    path
        GeoTIFF to write besides; it appears whole or not at all.
    settings
        Window, weights and the largest distance from a river.

    Returns
    -------
    Surface

    Raises
    ------
    SchemaError, CRSError, RuleError
        As for :func:`riverline.find_hotspots`.
    JobError
        If cells are larger than the bandwidth, or would be more than 50 million.

    Notes
    -----
    Problems are counted in cells and the counts are blurred by a Gaussian, rows and then columns, so that the cost is
    that of the cells, whatever the number of problems. The grid reaches four bandwidths beyond the problems: none of
    them is cut off.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> import riverline as rl
    >>> axis = shapely.LineString([(500000, 3500000), (520000, 3500000)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[axis], crs=4548)
    >>> problems = gpd.GeoDataFrame(geometry=[shapely.Point(505100, 3500020)] * 3, crs=4548)
    >>> seen = rl.hotspots.measure_surface(problems, axes, bandwidth_m=500)
    >>> round(float(seen.density.sum() * seen.grid.pixel**2 / 1e6), 4)
    3.0
    """
    chosen = HotspotSettings() if settings is None else settings
    if bandwidth_m is None:
        bandwidth_m = _BANDWIDTH_M if settings is None or settings.bandwidth_m is None else settings.bandwidth_m
    cell = bandwidth_m / _CELLS if cell_m is None else cell_m
    if not 0.0 < cell <= bandwidth_m:
        raise JobError(
            f"cell_m 应大于 0 且不大于 bandwidth_m，实际为 {cell:g} 和 {bandwidth_m:g}",
            f"cell_m must be above 0 and at most bandwidth_m, got {cell:g} and {bandwidth_m:g}",
        )
    segments = segments_of(axes, _SEGMENT_M, by_bank=False)
    counted = count_problems(problems, segments, chosen, as_day(on))
    place = counted.place if len(counted.place) else axes.total_bounds.reshape(2, 2)
    grid = _grid(place, cell, _REACH * bandwidth_m + cell, axes.crs)
    density = _blurred(counted.place, counted.weight, grid, cell, bandwidth_m)
    inputs = {"problems": describe_input(problems), "axes": describe_input(axes)}
    found = faults.combine(findings_to_faults(counted.findings, axes.crs), crs=axes.crs)
    surface = Surface(density, grid, float(bandwidth_m), found, Run(__version__, "", inputs, crs_text(axes.crs)),
                      chosen.weight)  # fmt: skip
    if path is not None:
        write_surface(surface, path)
    return surface


def write_surface(surface: Surface, path: str | Path) -> Path:
    """Write a surface as GeoTIFF; it appears whole or not at all.

    Parameters
    ----------
    surface
        What :func:`measure_surface` found.
    path
        The file; one that is there is replaced.
    """
    with raster_file(Path(path), surface.grid, count=1, dtype="float32") as target:
        target.write(surface.density, 1)
        what, unit = _UNITS[surface.weight]
        target.set_band_description(1, f"{what} per km2")
        target.update_tags(bandwidth_m=f"{surface.bandwidth_m:g}", unit=unit, weight=surface.weight)
    return Path(path)


def _grid(place: Floats, cell: float, margin: float, crs: Any) -> PixelGrid:  # noqa: ANN401
    """Cells from the north-west corner, all problems a margin away from their edge."""
    from affine import Affine

    place = place if np.isfinite(place).all() else np.zeros((1, 2))
    low = np.floor((place.min(axis=0) - margin) / cell)
    high = np.ceil((place.max(axis=0) + margin) / cell)
    columns, rows = (int(each) for each in high - low)
    if columns * rows > _MOST_CELLS:
        fitting = cell * float(np.sqrt(columns * rows / _MOST_CELLS))
        raise JobError(
            f"{rows:,} × {columns:,} 个单元太多（限 {_MOST_CELLS:,}）；请写 cell_m={fitting:.0f} 或更大",
            f"{rows:,} x {columns:,} cells are too many (limit {_MOST_CELLS:,}); type cell_m={fitting:.0f} or more",
        )
    corner = Affine(cell, 0.0, float(low[0] * cell), 0.0, -cell, float(high[1] * cell))
    return PixelGrid(pyproj.CRS(crs), corner, (rows, columns))


def _blurred(place: Floats, weight: Floats, grid: PixelGrid, cell: float, bandwidth: float) -> NDArray[np.float32]:
    rows, columns = grid.shape
    across = ((place[:, 0] - grid.transform.c) / cell).astype("int64")
    down = ((grid.transform.f - place[:, 1]) / cell).astype("int64")
    counts = np.bincount(down * columns + across, weight, rows * columns).reshape(grid.shape)
    blurred = ndimage.gaussian_filter(counts, bandwidth / cell, mode="constant", truncate=_REACH, output="float32")
    return np.asarray(blurred / np.float32(cell**2 / 1e6), dtype="float32")
