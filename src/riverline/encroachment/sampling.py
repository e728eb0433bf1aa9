"""Areas by kind from a sample of points: which class the map has at each, and how much of the map each class is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.encroachment.estimating import estimate_areas
from riverline.geodesy import ellipsoidal_area

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

__all__ = ["kinds_of", "sampled_areas"]

_NONE = "none"


def kinds_of(frame: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """(n,) kind of each row, empty where it says none."""
    if "kind" not in frame.columns:
        return np.full(len(frame), "", dtype=object)
    return frame["kind"].astype("str").fillna("").str.strip().to_numpy(dtype=object)


def sampled_areas(
    found: gpd.GeoDataFrame, points: gpd.GeoDataFrame, extents: gpd.GeoDataFrame, confidence: float
) -> pd.DataFrame:
    """Areas by kind from a sample: the map's class of a point is that of the most probable object over it."""
    region = shapely.union_all(np.asarray(extents.geometry.array))
    kind = np.where(kinds_of(found) == "", "found", kinds_of(found)).astype(object)
    chance = found["confidence"].to_numpy(dtype="float64") if "confidence" in found.columns else np.ones(len(found))
    order = np.lexsort((shapely.to_wkb(np.asarray(found.geometry.array, dtype=object)), kind.astype(str), -chance))
    shapes, kind = np.asarray(found.geometry.array, dtype=object)[order], kind[order]
    places = np.asarray(points.geometry.array, dtype=object)
    inside = shapely.intersects(region, places)
    point, which = shapely.STRtree(shapes).query(places[inside], predicate="intersects")
    mapped = np.full(int(inside.sum()), _NONE, dtype=object)
    rank = np.lexsort((which, point))
    owner, first = np.unique(point[rank], return_index=True)
    mapped[owner] = kind[which[rank][first]]
    reference = kinds_of(points)[inside]
    reference = np.where(reference == "", _NONE, reference)
    names = sorted({*mapped.tolist(), *reference.tolist(), *kind.tolist(), _NONE})
    counts = pd.crosstab(pd.Categorical(mapped, names), pd.Categorical(reference, names), dropna=False)
    counts.index, counts.columns = pd.Index(names), pd.Index(names)
    return estimate_areas(counts, _mapped(shapes, kind, region, names, found.crs), confidence=confidence)


def _mapped(
    shapes: Shapes,
    kind: NDArray[np.object_],
    region: shapely.Geometry,
    names: Sequence[str],
    crs: Any,  # noqa: ANN401
) -> dict[str, float]:
    """Area of each class within the region, what several objects cover going to the most probable one's kind."""
    left, parts = region, {}
    for name in dict.fromkeys(kind.tolist()):
        covered = shapely.intersection(left, shapely.union_all(shapes[kind == name]))
        parts[name], left = covered, shapely.difference(left, covered)
    parts[_NONE] = left
    areas = ellipsoidal_area(gpd.GeoSeries(list(parts.values()), crs=crs)).to_numpy()
    known = dict(zip(parts, areas.tolist(), strict=True))
    return {name: known.get(name, 0.0) for name in names}
