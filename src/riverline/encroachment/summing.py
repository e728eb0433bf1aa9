"""What suspects come to: counts, areas and shoreline by river, kind of extent and bank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from riverline.encroachment.rows import BANKS
from riverline.encroachment.spans import lengths_by
from riverline.geodesy import round_half_up
from riverline.schema import ENCROACHED

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.encroachment.rows import Hits

__all__ = ["sums_of"]

LEAST_M2 = 0.005
"""What two share along a common side, by rounding, is no overlap."""


def sums_of(
    suspects: gpd.GeoDataFrame, hits: Hits, behind: NDArray[np.intp], extents: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Rows of :data:`riverline.schema.ENCROACHED`.

    Parameters
    ----------
    suspects
        All suspects; those that only lie near are left out.
    hits, behind
        What was found, and the hit behind each suspect.
    extents
        The extents.

    Notes
    -----
    A suspect is counted on its own bank with its whole area; ground that several of a bank cover, and the line that
    several take of it, count once. ``overlap_m2`` says how much more their own areas come to.
    """
    near = (suspects["position"] == "near").to_numpy(dtype=bool)
    inside = suspects[~near]
    if inside.empty:
        return pd.DataFrame({column.name: pd.Series([], dtype=column.dtype) for column in ENCROACHED})
    keys = inside[["river_id", "extent_kind"]].assign(bank=inside["bank"].fillna(""))
    done = (inside["permit_state"] == "valid") & ~inside["is_counted"] & (inside["permitted_m2"] >= inside["inside_m2"])
    flags = keys.assign(
        suspects=1, across=(inside["position"] == "across").astype(int), permitted=done.astype(int),
        inside_m2=inside["inside_m2"], counted_m2=inside["counted_m2"],
    )  # fmt: skip
    names = ["river_id", "extent_kind", "bank"]
    pieces = hits.piece[behind[~near]]
    # Areas are those on the ellipsoid, overlaps are measured in the plane.
    scale = (inside["inside_m2"] / np.maximum(shapely.area(pieces), LEAST_M2)).to_numpy(dtype="float64")
    flags["overlap_m2"] = scale * _repeated(pieces, flags[names])
    flags["inside_m2"] -= flags["overlap_m2"]
    counts = (flags["counted_m2"] > 0.0).to_numpy()
    flags.loc[counts, "counted_m2"] -= scale[counts] * _repeated(pieces[counts], flags.loc[counts, names])
    table = flags.groupby(names, sort=True).sum()
    table["counted_m2"] = table["counted_m2"].clip(lower=0.0)
    taken = _taken(suspects, hits, behind)
    table = table.join(taken, how="outer").fillna(0).reset_index()
    labels = dict(zip(extents["river_id"], extents["name"].fillna(""), strict=True))
    made = table.assign(
        encroached_id=table["river_id"] + "-" + table["extent_kind"].str[0].str.upper() + "-"
        + table["bank"].map({"left": "L", "right": "R", "": "0"}),
        name=table["river_id"].map(labels), bank=table["bank"].where(table["bank"] != "", None),
        inside_m2=round_half_up(table["inside_m2"], 2), counted_m2=round_half_up(table["counted_m2"], 2),
        overlap_m2=round_half_up(table["overlap_m2"], 2), shoreline_m=round_half_up(table["shoreline_m"], 1),
    )  # fmt: skip
    return made.astype({column.name: column.dtype for column in ENCROACHED})[[column.name for column in ENCROACHED]]


def _repeated(pieces: NDArray[np.object_], keys: pd.DataFrame) -> NDArray[np.float64]:
    """Area of each piece that an earlier one of its river, kind of extent and bank covers already, square metres."""
    again = np.zeros(len(pieces))
    group = keys.groupby(list(keys.columns), sort=False).ngroup().to_numpy()
    one, other = shapely.STRtree(pieces).query(pieces, predicate="intersects")
    ours = (one > other) & (group[one] == group[other])
    one, other = one[ours], other[ours]
    shared = shapely.intersection(pieces[one], pieces[other])
    wide = shapely.area(shared) > LEAST_M2
    for row, parts in pd.Series(shared[wide]).groupby(one[wide]):
        again[row] = shapely.area(shapely.union_all(parts.to_numpy()))
    return again


def _taken(suspects: gpd.GeoDataFrame, hits: Hits, behind: NDArray[np.intp]) -> pd.DataFrame:
    """Length of line by river, kind of extent and bank of the line."""
    place = np.empty(len(behind), dtype=np.intp)
    place[behind] = np.arange(len(behind))
    at = suspects.iloc[place[hits.spans.row]]
    bank = np.array(BANKS, dtype=object)[hits.span_bank]
    keys = pd.MultiIndex.from_arrays(
        [at["river_id"], at["extent_kind"], bank], names=["river_id", "extent_kind", "bank"]
    )
    group, groups = pd.factorize(keys)
    spans = hits.spans
    length = lengths_by(np.asarray(group), spans.strand, spans.start, spans.end, len(groups))
    return pd.DataFrame({"shoreline_m": length}, index=pd.MultiIndex.from_tuples(groups, names=keys.names))
