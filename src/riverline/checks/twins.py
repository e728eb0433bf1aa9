"""Features drawn twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from riverline.checks import expected
from riverline.checks.layer import report

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.checks.layer import Faults, Layer

__all__ = ["duplicates"]


def duplicates(layer: Layer) -> Faults:
    """Features whose geometry another one has too: the first key of them is named by each of the others.

    Geometries are compared in the plane, whatever the direction of a line, its repeated vertices, the start of a ring
    or the order of parts. Where two features may share a place (a section has a level for each return period), they
    are twins only if they agree in what tells them apart.
    """
    if layer.schema.name in expected.TRACES:
        return []
    rows = np.flatnonzero(layer.usable)
    table = pd.DataFrame({"shape": _canonical(layer.drawn[rows]), "key": layer.feature_id[rows], "row": rows})
    for name in expected.APART.get(layer.schema.name, ()):
        if name in layer.readings:
            table[name] = layer.readings[name].converted.to_numpy()[rows]
    agreed = [name for name in table.columns if name not in ("key", "row")]
    table = table[table.duplicated(agreed, keep=False)].sort_values(["key", "row"], kind="stable")
    first = table.groupby(agreed, dropna=False, sort=False)["key"].transform("first")
    later = table.duplicated(agreed, keep="first")
    return report(layer, "duplicate-geometry", table.loc[later, "row"].to_numpy(), note=first[later].tolist())


def _canonical(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    plain = shapely.force_2d(geometry)
    line = shapely.get_type_id(plain) == shapely.GeometryType.LINESTRING
    plain[line] = shapely.remove_repeated_points(plain[line])
    return np.asarray(shapely.to_wkb(shapely.normalize(plain)), dtype=object)
