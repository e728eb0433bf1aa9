"""What the water of images comes as: masks, lines, and how often ground is wet."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from riverline.schema import LOOKS, WATERLINES

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from riverline.io.scenes import PixelGrid
    from riverline.provenance import Run
    from riverline.shoreline.water.thresholds import Threshold

__all__ = ["DRY", "UNKNOWN", "WET", "WaterMap", "WaterOccurrence", "Waterlines"]

DRY, WET, UNKNOWN = 0, 1, 255
"""Numbers of a water mask."""


@dataclass(frozen=True, slots=True, eq=False)
class WaterMap:
    """The water of one image.

    Attributes
    ----------
    water
        Per pixel 0 dry, 1 water, 255 unknown, uint8; None where it was written to a file.
    path
        The file, None where it was not written.
    grid
        Where its pixels lie.
    threshold
        What parted water from land, and how well.
    water_m2, clear_m2
        Area of the water, and of what could be seen, on the ellipsoid.
    faults
        Rows of :data:`riverline.schema.FAULTS`.
    run
        Version, the image, index with formula, threshold, CRS.
    """

    water: NDArray[np.uint8] | None
    path: Path | None
    grid: PixelGrid
    threshold: Threshold
    water_m2: float
    clear_m2: float
    faults: gpd.GeoDataFrame
    run: Run

    def __repr__(self) -> str:
        return (
            f"WaterMap({self.threshold.index} > {self.threshold.value:.3f} ({self.threshold.method}), "
            f"{self.water_m2 / 1e6:.3f} km² of water in {self.clear_m2 / 1e6:.3f} km² seen, {len(self.faults)} faults)"
        )

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"


@dataclass(frozen=True, slots=True, eq=False)
class Waterlines:
    """The waterlines of one image.

    Attributes
    ----------
    lines
        Rows of :data:`riverline.schema.WATERLINES`: pieces at the threshold, between pixels, water to their right.
    gaps
        Rows of :data:`riverline.schema.WATERLINE_GAPS`: where pieces end, and why.
    threshold
        What parted water from land, and how well.
    faults
        Rows of :data:`riverline.schema.FAULTS`.
    run
        Version, the image, index with formula, threshold, CRS.
    """

    lines: gpd.GeoDataFrame
    gaps: gpd.GeoDataFrame
    threshold: Threshold
    faults: gpd.GeoDataFrame
    run: Run

    def __repr__(self) -> str:
        typical = f", uncertain by {self.lines['uncertainty_m'].median():.1f} m" if len(self.lines) else ""
        return (
            f"Waterlines({len(self.lines)} lines, {self.lines['length_m'].sum() / 1000:.2f} km, "
            f"{self.threshold.index} > {self.threshold.value:.3f} ({self.threshold.method}){typical}, "
            f"{len(self.gaps)} ends, {len(self.faults)} faults)"
        )

    def _repr_html_(self) -> str:
        return f"<b>{escape(WATERLINES.label())}</b><pre>{escape(repr(self))}</pre>"


@dataclass(frozen=True, slots=True, eq=False)
class WaterOccurrence:
    """How often ground is wet, over a stack of images.

    Attributes
    ----------
    occurrence
        Share of looks at which a pixel is wet, 0 to 1, float32; NaN where it was never seen.
    looks
        Times that a pixel was seen, uint16.
    highest_dry_m, lowest_wet_m
        Highest level at which a pixel was seen dry and lowest at which it was seen wet, float32, NaN where not; None
        without levels. Where the first is above the second, something else than the level decided.
    grid
        Where the pixels lie.
    table
        Rows of :data:`riverline.schema.LOOKS`, one an image.
    path
        File with these as bands, None where it was not written; the arrays are None where it was.
    faults
        Rows of :data:`riverline.schema.FAULTS`.
    run
        Version, the images, index with formula, CRS.
    """

    occurrence: NDArray[np.float32] | None
    looks: NDArray[np.uint16] | None
    highest_dry_m: NDArray[np.float32] | None
    lowest_wet_m: NDArray[np.float32] | None
    grid: PixelGrid
    table: pd.DataFrame
    path: Path | None
    faults: gpd.GeoDataFrame
    run: Run

    def __repr__(self) -> str:
        rows, columns = self.grid.shape
        return f"WaterOccurrence({len(self.table)} looks, {rows} x {columns} pixels, {len(self.faults)} faults)"

    def _repr_html_(self) -> str:
        return f"<b>{escape(LOOKS.label())}</b><pre>{escape(repr(self))}</pre>"
