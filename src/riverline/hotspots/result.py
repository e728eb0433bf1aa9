"""What a search for hotspots hands over."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from riverline.schema import HOT_REACHES

if TYPE_CHECKING:
    import geopandas as gpd

    from riverline.provenance import Run

__all__ = ["Hotspots"]


@dataclass(frozen=True, slots=True, eq=False)
class Hotspots:
    """Where problems concentrate beyond chance, how sure that is, and what was wrong with the problems.

    Attributes
    ----------
    segments
        Rows of :data:`riverline.schema.HOT_SEGMENTS`, one a segment and bank, with the axes' own columns.
    clusters
        Rows of :data:`riverline.schema.HOT_REACHES`: runs of hot, or cold, segments, each with its reason. Without
        any there is no evidence of clustering, and a note in ``faults`` says so.
    surface
        Rows of :data:`riverline.schema.DENSITIES`: problems per kilometre of bank, spread along the water.
    faults
        Rows of :data:`riverline.schema.FAULTS`: the ledger quality report, and what was not counted.
    run
        Version, inputs with every choice and the global tests under ``find_hotspots``, CRS.
    """

    segments: gpd.GeoDataFrame
    clusters: gpd.GeoDataFrame
    surface: gpd.GeoDataFrame
    faults: gpd.GeoDataFrame
    run: Run

    def __repr__(self) -> str:
        verdicts = self.segments["verdict"].value_counts()
        counts = ", ".join(f"{int(verdicts.get(name, 0))} {name}" for name in ("hot", "cold", "unseen", "none"))
        hot = self.clusters[self.clusters["verdict"] == "hot"]
        return (
            f"Hotspots({int(self.segments['problems'].sum())} problems on {len(self.segments)} segments: {counts}; "
            f"{len(hot)} hot reaches of {hot['length_m'].sum() / 1000:,.1f} km, {len(self.faults)} faults)"
        )

    def _repr_html_(self) -> str:
        rows = "".join(f"<li>{escape(reason)}</li>" for reason in self.clusters["reason"])
        return f"<b>{escape(HOT_REACHES.label())}</b><ol>{rows}</ol><pre>{escape(repr(self))}</pre>"
