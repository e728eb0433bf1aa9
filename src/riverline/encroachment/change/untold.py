"""What changed and is no suspect: every patch with its reason and outline, and a note that counts them by extent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.demarcation.findings import Finding
from riverline.encroachment.change.tracking import codes_by_place
from riverline.geodesy import ellipsoidal_area, round_half_up
from riverline.schema import UNTOLD_CHANGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.encroachment.change.deciding import Verdicts
    from riverline.encroachment.change.pixels import Search

__all__ = ["count_untold", "untold_rows"]

_CODES = {
    "small": "change-too-small",
    "unclassified": "change-unclassified",
    "level": "change-by-level",
    "waterline": "change-waterline",
    "season": "change-seasonal",
    "passing": "change-not-lasting",
}


def untold_rows(
    frame: gpd.GeoDataFrame, verdicts: Verdicts, large: NDArray[np.bool_], usable: gpd.GeoDataFrame, search: Search
) -> gpd.GeoDataFrame:
    """Rows of :data:`riverline.schema.UNTOLD_CHANGES`.

    Parameters
    ----------
    frame : (n,)
        All patches.
    verdicts
        What was made of them.
    large : (n,)
        Whether each is as large as the smallest that is told.
    usable
        Extents.
    search
        What was looked for.
    """
    shapes = np.asarray(frame.geometry.array, dtype="object")
    of = _extents_of(shapes, usable)
    rows = np.flatnonzero((of >= 0) & ~(large & verdicts.alarmed))
    if not len(rows):
        return UNTOLD_CHANGES.empty(usable.crs)
    classes = [search.rules.classes[place] if place >= 0 else None for place in verdicts.chosen[rows]]
    why = np.array(["unclassified" if each is None else each.why or "passing" for each in classes], dtype=object)
    why[verdicts.levelled[rows]] = "level"
    # What was not seen for long says little of what it is.
    why[~large[rows]] = "small"
    owner = usable.iloc[of[rows]]
    days = pd.to_datetime([search.days[pair.later].date for pair in search.pairs])
    # The place behind the last is no day: what no day shows for certain.
    dated = [*days, pd.NaT]
    columns: dict[str, Any] = {
        "untold_id": codes_by_place(shapes[rows], owner["river_id"].to_numpy(object), why),
        "extent_id": owner["extent_id"].to_numpy(object),
        "river_id": owner["river_id"].to_numpy(object),
        "why": why,
        "change_class": ["" if each is None else each.id for each in classes],
        "class_title": ["" if each is None else each.title for each in classes],
        "class_title_en": ["" if each is None else each.title_en or each.title for each in classes],
        "area_m2": round_half_up(ellipsoidal_area(gpd.GeoSeries(shapes[rows], crs=frame.crs)).to_numpy(), 2),
        "days_seen": verdicts.there[:, rows].sum(axis=0),
        "first_seen": [dated[place] for place in verdicts.onset[rows]],
        "last_seen": [dated[place] for place in verdicts.last[rows]],
        "by_level": np.round(np.where(verdicts.levelled, 1.0, verdicts.shape["by_level"])[rows], 4),
    }
    made = gpd.GeoDataFrame(columns, geometry=shapes[rows], crs=frame.crs)
    return UNTOLD_CHANGES.conform(made.sort_values(["extent_id", "untold_id"], kind="stable", ignore_index=True))


def _extents_of(shapes: NDArray[np.object_], usable: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """The first extent that each patch meets, -1 where it meets none."""
    tree = shapely.STRtree(np.asarray(usable.geometry.array, dtype="object"))
    one, other = tree.query(shapes, predicate="intersects")
    first = pd.Series(other).groupby(one).min()
    of = np.full(len(shapes), -1)
    of[first.index] = first.to_numpy()
    return of


def count_untold(untold: gpd.GeoDataFrame, usable: gpd.GeoDataFrame) -> list[Finding]:
    """A note for each reason and extent: how many patches there are, and how much ground."""
    place = {name: at for at, name in enumerate(usable["extent_id"])}
    findings = []
    for why, code in _CODES.items():
        for extent, rows in sorted(untold[untold["why"] == why].groupby("extent_id"), key=lambda each: place[each[0]]):
            points = shapely.multipoints(shapely.point_on_surface(np.asarray(rows.geometry.array, dtype="object")))
            area = round(float(rows["area_m2"].sum()), 2)
            findings.append(Finding(code, "extents", str(extent), points, len(rows), area, "m²"))
    return findings
