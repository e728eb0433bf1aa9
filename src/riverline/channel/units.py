"""Which administrative unit a reach or a place is of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline.channel.given import texts
from riverline.schema import ADMIN

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

__all__ = ["unit_holding"]

# A border follows its river only as well as both were drawn.
_HELD = 0.95


def unit_holding(places: Shapes, admin: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Name of the smallest unit that holds each line, by at least 95 % of its length, or each point; else empty.

    Parameters
    ----------
    places : ndarray of shape (n,)
        Lines or points; what is missing or empty is in no unit.
    admin
        Rows of :data:`riverline.schema.ADMIN`, in the CRS of the places. What lies on a border counts as inside.

    Returns
    -------
    ndarray of shape (n,)
        Names, or codes where the layer has no names.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np, shapely
    >>> units = gpd.GeoDataFrame({"name": ["县", "镇"]}, geometry=[shapely.box(0, 0, 9, 9), shapely.box(0, 0, 4, 9)])
    >>> lines = [shapely.LineString([(1, 1), (3, 1)]), shapely.LineString([(1, 1), (8, 1)]), shapely.Point(20, 1)]
    >>> unit_holding(np.array(lines), units).tolist()
    ['镇', '县', '']
    """
    areas = admin.geometry.to_numpy()
    place, unit = shapely.STRtree(areas).query(places, predicate="intersects")
    lines = np.flatnonzero(shapely.length(places[place]) > 0)
    inside = shapely.length(shapely.intersection(places[place[lines]], areas[unit[lines]]))
    crossed = lines[inside < _HELD * shapely.length(places[place[lines]])]
    place, unit = np.delete(place, crossed), np.delete(unit, crossed)
    names = texts(admin["name"] if "name" in admin.columns else admin[ADMIN.key])
    order = np.lexsort((names[unit].astype("str"), shapely.area(areas[unit]), place))
    first = order[np.unique(place[order], return_index=True)[1]]
    made = np.full(len(places), "", dtype="object")
    made[place[first]] = names[unit[first]]
    return made
