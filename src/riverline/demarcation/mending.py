"""Areas that are drawn wrongly: which can be mended without changing what they mean, and what leaving others out does.

An outline that crosses itself, such as a bow tie, has no area that anybody could have meant: mending it makes one up.
An outline that touches itself, or goes out and back along a line, encloses what it encloses. So an area is mended only
if its size stays; parts of one feature that overlap are what they cover together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline.demarcation.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.schema import Schema

__all__ = ["REFUSED", "left_out", "mended"]

REFUSED = frozenset({"key-blank", "feature-blank", "geometry-type", "geometry-infinite", "invalid"})
"""Codes of features that took no part."""

# What an area is rounded to: by less a mended area is the same.
_SAME_M2 = 0.01
_AREAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def mended(
    frame: gpd.GeoDataFrame, schema: Schema, names: NDArray[np.object_]
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """The frame with areas mended that can be, and a finding for each.

    Parameters
    ----------
    frame
        n rows in metres; it is not changed.
    schema
        Its schema.
    names : (n,)
        What to call the rows.

    Returns
    -------
    frame
        What cannot be mended is as it was, for others to refuse.
    findings
        ``parts-united`` and ``area-mended``.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from riverline.schema import PARCELS
    >>> twice = shapely.MultiPolygon([shapely.box(0, 0, 9, 9), shapely.box(5, 0, 20, 9)])
    >>> bow = shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])
    >>> rows = gpd.GeoDataFrame({"parcel_id": ["P1", "P2"]}, geometry=[twice, bow], crs=4548)
    >>> made, findings = mended(rows, PARCELS, rows["parcel_id"].to_numpy())
    >>> made.geometry.area.tolist(), made.geometry.is_valid.tolist(), [(each.code, each.value) for each in findings]
    ([180.0, 0.0], [True, False], [('parts-united', 36.0)])
    """
    shapes = np.asarray(frame.geometry.array, dtype="object").copy()
    coords, owner = shapely.get_coordinates(shapes, return_index=True)
    finite = np.ones(len(shapes), dtype=bool)
    finite[owner[~np.isfinite(coords).all(axis=1)]] = False
    wrong = finite & np.isin(shapely.get_type_id(shapes), _AREAL) & ~shapely.is_valid(shapes)
    findings = []
    for row in np.flatnonzero(wrong).tolist():
        parts, touched = _parts(shapes[row])
        if parts is None:
            continue
        whole = shapely.union_all(parts)
        twice = float(shapely.area(parts).sum() - whole.area)
        if touched:
            findings.append(Finding("area-mended", schema.name, str(names[row]), whole))
        if twice > _SAME_M2 or not touched:
            findings.append(Finding("parts-united", schema.name, str(names[row]), whole, twice, unit="m²"))
        shapes[row] = whole
    return (frame.set_geometry(shapes, crs=frame.crs) if findings else frame), findings


def _parts(shape: shapely.Geometry) -> tuple[NDArray[np.object_] | None, bool]:
    """The parts of an area, each valid, and whether one had to be mended; None where that would change its size."""
    parts = shapely.get_parts(shape)
    wrong = np.flatnonzero(~shapely.is_valid(parts))
    for at in wrong:
        made = shapely.get_parts(shapely.make_valid(parts[at]))
        areal = made[np.isin(shapely.get_type_id(made), _AREAL)]
        if not len(areal) or abs(float(shapely.area(areal).sum()) - float(shapely.area(parts[at]))) > _SAME_M2:
            return None, True
        parts[at] = shapely.union_all(areal)
    return parts, bool(len(wrong))


def left_out(findings: Sequence[Finding], means: str) -> list[Finding]:
    """For every feature that findings refuse, one that says what it means for the result.

    Parameters
    ----------
    findings
        Of one layer.
    means
        A word of :mod:`riverline.faults.words`, such as ``counts-untitled``.

    Examples
    --------
    >>> [each.note for each in left_out([Finding("invalid", "parcels", "P1", None)], "counts-untitled")]
    ['counts-untitled']
    """
    refused = {each.feature_id: each for each in findings if each.code in REFUSED}
    return [Finding("left-out", each.layer, name, each.geometry, note=means) for name, each in refused.items()]
