"""Faults as they are found on the way: light values first, frames once at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from riverline.faults.rows import found

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely

__all__ = ["Finding", "findings_to_faults"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault found on the way; turned into a row at the end. ``column`` is that whose value it refuses."""

    code: str
    layer: str
    feature_id: str
    geometry: shapely.Geometry | None
    value: float = float("nan")
    limit: float = float("nan")
    unit: str = ""
    note: str = ""
    column: str = ""


def findings_to_faults(findings: list[Finding], crs: Any) -> list[gpd.GeoDataFrame]:  # noqa: ANN401 - a CRS
    """Findings as fault frames, one for each code and layer."""
    frames = []
    for code, layer, unit in sorted({(each.code, each.layer, each.unit) for each in findings}):
        rows = [each for each in findings if (each.code, each.layer, each.unit) == (code, layer, unit)]
        frames.append(
            found(
                code,
                layer=layer,
                unit=unit,
                crs=crs,
                feature_id=[each.feature_id for each in rows],
                geometry=[each.geometry for each in rows],
                value=[each.value for each in rows],
                limit=[each.limit for each in rows],
                note=[each.note for each in rows],
            )
        )
    return frames
