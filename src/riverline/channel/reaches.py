"""What holds along reaches of a river: segments, and the chiefs who answer for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline.channel.given import texts
from riverline.schema import CHIEFS

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Rows = NDArray[np.intp]

__all__ = ["CHIEF_COLUMNS", "chiefs_of", "segments_of"]

CHIEF_COLUMNS = tuple(f"chief_{choice.value}" for choice in CHIEFS["level"].choices)
"""Columns of problems that name the chief of each level, the highest first."""

_HALF = 0.25  # of the step between two rivers
Finding = tuple[str, str, float, float, str, str]


def segments_of(segments: gpd.GeoDataFrame, at: dict[str, Any]) -> pd.api.extensions.ExtensionArray:
    """Code of the segment that each place lies along, empty where none does; at a shared end the one downstream."""
    row, reach = _along(segments, at)
    names = texts(segments["segment_id"])
    start = segments["start_chainage_m"].to_numpy(dtype="float64")
    order = np.lexsort((names[reach].astype(str), -start[reach], row))
    first = order[np.unique(row[order], return_index=True)[1]]
    made = np.full(len(at["river_id"]), "", dtype=object)
    made[row[first]] = names[reach[first]]
    return pd.array(made, dtype="str")


def chiefs_of(chiefs: gpd.GeoDataFrame, at: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """Name of the chief of each level, empty where none is; and what is wrong with their reaches."""
    row, reach = _along(chiefs, at)
    level, name = texts(chiefs["level"]), texts(chiefs["name"])
    code = texts(chiefs["chief_id"])
    river = at["river_id"].fillna("").to_numpy(dtype=object)
    made: dict[str, Any] = {}
    findings: list[Finding] = []
    known = np.zeros(len(river), dtype=bool)
    for choice in (each.value for each in CHIEFS["level"].choices):
        here = level[reach] == choice
        pairs = pd.DataFrame({"row": row[here], "code": code[reach[here]], "name": name[reach[here]]})
        pairs = pairs.sort_values(["row", "code"], kind="stable")
        first = pairs.drop_duplicates("row")
        told = np.full(len(river), "", dtype=object)
        told[first["row"].to_numpy()] = first["name"].to_numpy()
        known[first["row"].to_numpy()] = True
        made[f"chief_{choice}"] = pd.array(told, dtype="str")
        findings += _several(pairs, river)
    lacking = int(((river != "") & ~known).sum())
    if lacking:
        findings.append(("chief-lacking", "*", float(lacking), np.nan, "", ""))
    return made, findings


def _several(pairs: pd.DataFrame, river: NDArray[np.object_]) -> list[Finding]:
    """Reaches for which several chiefs of one level answer."""
    shared = pairs[pairs.duplicated("row", keep=False)]
    told = shared.groupby("row")["code"].agg(", ".join)
    both = pd.DataFrame({"river": river[told.index.to_numpy(dtype="int64")], "codes": told.to_numpy()})
    return [("chiefs-overlap", str(row.river), np.nan, np.nan, "", str(row.codes))
            for row in both.drop_duplicates().itertuples()]  # fmt: skip


def _along(reaches: gpd.GeoDataFrame, at: dict[str, Any]) -> tuple[Rows, Rows]:
    """Pairs of places and reaches of their river, their chainage and their bank.

    Rivers are laid one above the other, chainage to the right, so that a search tree finds the reaches of a place.
    """
    names, rivers = texts(reaches["river_id"]), at["river_id"].fillna("").to_numpy(dtype=object)
    _, level = np.unique(np.concatenate([names, rivers]).astype(str), return_inverse=True)
    start, end = (reaches[name].to_numpy(dtype="float64") for name in ("start_chainage_m", "end_chainage_m"))
    chainage = at["chainage_m"].to_numpy(dtype="float64")
    there, whole = np.flatnonzero(np.isfinite(chainage)), np.flatnonzero(np.isfinite(start) & np.isfinite(end))
    high, low = level[: len(names)][whole], level[len(names) :][there]
    spans = shapely.box(np.minimum(start, end)[whole], high - _HALF, np.maximum(start, end)[whole], high + _HALF)
    found, span = shapely.STRtree(spans).query(shapely.points(chainage[there], low), predicate="intersects")
    row, reach = there[found], whole[span]
    side = texts(reaches["bank"]) if "bank" in reaches.columns else np.full(len(reaches), "", dtype=object)
    bank = at["bank"].fillna("").to_numpy(dtype=object)
    fits = (side[reach] == "") | (bank[row] == "") | (side[reach] == bank[row])
    return row[fits.astype(bool)], reach[fits.astype(bool)]
