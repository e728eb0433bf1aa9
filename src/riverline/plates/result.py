"""What drawing hands over: one sheet, or an atlas of them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

__all__ = ["Atlas", "Plate"]


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """One sheet.

    Attributes
    ----------
    number, title
        As printed above it.
    scale
        Denominator: 2000 for 1:2,000.
    paper
        Name or size of the paper.
    window
        West, south, east and north of the map, metres.
    crs
        Plane of the map.
    figure
        The ``matplotlib.figure.Figure``, as large as the paper, to go on with.
    paths
        Files that were written.
    faults
        Rows of :data:`riverline.schema.FAULTS`: characters without a glyph, stakes without room in the table.
    """

    number: str
    title: str
    scale: int
    paper: str
    window: tuple[float, float, float, float]
    crs: str
    figure: Any
    paths: tuple[Path, ...]
    faults: gpd.GeoDataFrame

    def __repr__(self) -> str:
        files = ", ".join(path.name for path in self.paths) or "not written"
        return f"Plate({self.title!r}, 1:{self.scale}, {self.paper}, {self.crs}, {files}, {len(self.faults)} faults)"

    def _repr_png_(self) -> bytes:
        target = io.BytesIO()
        self.figure.savefig(target, format="png", dpi=100)
        return target.getvalue()


@dataclass(frozen=True, slots=True, eq=False)
class Atlas:
    """Many sheets of one paper and scale.

    Attributes
    ----------
    folder
        Where they are.
    plates
        Rows of :data:`riverline.schema.PLATES`: number, title, window, chainages, neighbours, file, whether it was
        drawn now, kept from an earlier run, or failed.
    paths
        Files that there are now: sheets in their order, the index, the merged file, the manifest.
    faults
        Rows of :data:`riverline.schema.FAULTS`.
    matches
        Rows of :data:`riverline.schema.MATCH_LINES`: where each sheet goes on on another.
    """

    folder: Path
    plates: gpd.GeoDataFrame
    paths: tuple[Path, ...]
    faults: gpd.GeoDataFrame
    matches: gpd.GeoDataFrame

    def __repr__(self) -> str:
        counts = self.plates["status"].value_counts().sort_index()
        told = ", ".join(f"{count} {status}" for status, count in counts.items()) or "none"
        return f"Atlas({len(self.plates)} sheets: {told}, {len(self.faults)} faults)"
