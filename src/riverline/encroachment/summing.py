"""What suspects come to: counts, areas and shoreline by river, kind of extent and bank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from riverline.encroachment.rows import BANKS
from riverline.encroachment.spans import lengths_by
from riverline.geodesy import round_half_up
from riverline.schema import ENCROACHED

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.encroachment.rows import Hits

__all__ = ["sums_of"]


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
    A suspect is counted on its own bank with its whole area; the shoreline of a bank is what all of them take of that
    bank's line, what several take counted once.
    """
    inside = suspects[(suspects["position"] != "near").to_numpy(dtype=bool)]
    if inside.empty:
        return pd.DataFrame({column.name: pd.Series([], dtype=column.dtype) for column in ENCROACHED})
    keys = inside[["river_id", "extent_kind"]].assign(bank=inside["bank"].fillna(""))
    done = (inside["permit_state"] == "valid") & ~inside["is_counted"] & (inside["permitted_m2"] >= inside["inside_m2"])
    flags = keys.assign(
        suspects=1, across=(inside["position"] == "across").astype(int), permitted=done.astype(int),
        inside_m2=inside["inside_m2"], counted_m2=inside["counted_m2"],
    )  # fmt: skip
    names = ["river_id", "extent_kind", "bank"]
    table = flags.groupby(names, sort=True).sum()
    taken = _taken(suspects, hits, behind)
    table = table.join(taken, how="outer").fillna(0).reset_index()
    labels = dict(zip(extents["river_id"], extents["name"].fillna(""), strict=True))
    made = table.assign(
        encroached_id=table["river_id"] + "-" + table["extent_kind"].str[0].str.upper() + "-"
        + table["bank"].map({"left": "L", "right": "R", "": "0"}),
        name=table["river_id"].map(labels), bank=table["bank"].where(table["bank"] != "", None),
        inside_m2=round_half_up(table["inside_m2"], 2), counted_m2=round_half_up(table["counted_m2"], 2),
        shoreline_m=round_half_up(table["shoreline_m"], 1),
    )  # fmt: skip
    return made.astype({column.name: column.dtype for column in ENCROACHED})[[column.name for column in ENCROACHED]]


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
