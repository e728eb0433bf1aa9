"""The fixed objects by which a stake is found again: the nearest to it, with distance and bearing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline.channel.given import texts
from riverline.geodesy import format_dms, round_half_up

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.rules import Stakes

__all__ = ["NUMBERS", "with_landmarks"]

NUMBERS = (1, 2, 3)
"""Reference objects of a point note (点之记)."""


def with_landmarks(frame: gpd.GeoDataFrame, landmarks: gpd.GeoDataFrame | None, rules: Stakes) -> gpd.GeoDataFrame:
    """The rows with the landmarks nearest to each, where its point note names none yet.

    Parameters
    ----------
    frame
        Stakes or boards with the columns of the point note; what the field team wrote there stays.
    landmarks
        Rows of :data:`riverline.schema.LANDMARKS` in the same CRS, or None. A landmark without a name goes by its key;
        one that a stake stands in is of no use to it.
    rules
        How far a landmark may be, and decimals.

    Returns
    -------
    GeoDataFrame
        ``reference_1`` to ``reference_3``, nearest first, with the distance to the nearest place of each in metres and
        the grid bearing there in degrees and in degrees, minutes and seconds; what has no landmark within reach stays
        empty.
    """
    if landmarks is None or not len(landmarks) or not len(frame):
        return _in_minutes(frame)
    found = _nearest(frame.geometry, landmarks, rules.landmark_reach_m)
    written = np.any([texts(frame[f"reference_{number}"]) != "" for number in NUMBERS], axis=0)
    metres = round_half_up(found["metres"], rules.coordinate_decimals)
    columns: dict[str, NDArray[Any]] = {}
    for number in NUMBERS:
        ranked = (found["rank"] == number - 1) & ~written[found["stake"]]
        rows = found["stake"][ranked]
        for what, values in (("", found["name"]), ("_m", metres), ("_bearing", found["bearing"])):
            column = f"reference_{number}{what}"
            cells = frame[column].to_numpy(dtype=object if what == "" else "float64", copy=True)
            cells[rows] = values[ranked]
            columns[column] = cells
    return _in_minutes(frame.assign(**columns))


def _in_minutes(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """With bearings in degrees, minutes and seconds, as those to neighbours are, the field team's as well."""
    return frame.assign(
        **{f"reference_{n}_dms": format_dms(frame[f"reference_{n}_bearing"].to_numpy("float64")) for n in NUMBERS}
    )


def _nearest(points: gpd.GeoSeries, landmarks: gpd.GeoDataFrame, reach_m: float) -> dict[str, NDArray[Any]]:
    """Per stake and landmark within reach: stake, rank by distance and key, name, distance, bearing."""
    stakes, shapes = np.asarray(points.array), np.asarray(landmarks.geometry.array)
    stake, mark = shapely.STRtree(shapes).query(stakes, predicate="dwithin", distance=reach_m)
    metres = shapely.distance(stakes[stake], shapes[mark])
    away = metres > 0.0
    stake, mark, metres = stake[away], mark[away], metres[away]
    keys = texts(landmarks["landmark_id"])
    order = np.lexsort((keys[mark].astype(str), metres, stake))
    stake, mark, metres = stake[order], mark[order], metres[order]
    first = np.searchsorted(stake, stake)
    step = shapely.get_coordinates(shapely.shortest_line(stakes[stake], shapes[mark])).reshape(-1, 2, 2)
    east, north = (step[:, 1] - step[:, 0]).T
    named = texts(landmarks["name"]) if "name" in landmarks else np.full(len(landmarks), "", dtype="object")
    return {
        "stake": stake,
        "rank": np.arange(len(stake)) - first,
        "name": np.where(named == "", keys, named)[mark],
        "metres": metres,
        "bearing": np.degrees(np.arctan2(east, north)) % 360.0,
    }
