"""Which rows of a layer can be used, each in the types of its schema; the rest become findings, never a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline.checks.reading import is_blank, read_rows, refused, row_names
from riverline.demarcation.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.schema import Schema

    Flags = NDArray[np.bool_]

__all__ = ["refused", "row_names", "single_parts", "split_plausible", "split_usable", "typed"]

LEVELS_M = (-200.0, 9000.0)
"""Heights between which water can stand: below the Turpan basin (154 m below the sea) up to above every summit."""


def typed(frame: gpd.GeoDataFrame, schema: Schema) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """A copy in the schema's types, without Z, its geometry column named ``geometry``; codes without blanks around.

    Parameters
    ----------
    frame
        Rows that have the columns of the schema.
    schema
        What the columns ought to hold.

    Returns
    -------
    frame
        Values that cannot be read as what the column holds, or are none of its choices, are blank; choices written by
        their label are their value.
    findings
        ``value-type`` and ``value-choice`` for each blanked value, ``choice-label`` for each label.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from riverline.schema import BANK_TOPS
    >>> rows = gpd.GeoDataFrame({"bank_id": [7], "river_id": [" R1 "]}, geometry=[shapely.Point(0, 0)], crs=4548)
    >>> typed(rows, BANK_TOPS)[0][["bank_id", "river_id"]].values.tolist()
    [['7', 'R1']]
    """
    result, findings = read_rows(frame, schema)
    return result.set_geometry(shapely.force_2d(result.geometry.array), crs=frame.crs), findings


def split_usable(
    frame: gpd.GeoDataFrame, schema: Schema, *, names: NDArray[np.object_], places: Flags
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """The rows that have a key and a geometry that can be drawn with; the others as findings.

    Parameters
    ----------
    frame
        What :func:`typed` gives.
    schema
        Its schema.
    names
        What to call the rows.
    places : (n,)
        Rows that need no geometry, since a number says where they are.

    Returns
    -------
    frame
        Rows to use.
    findings
        One for each other row: ``key-blank``, ``feature-blank``, ``geometry-type``, ``geometry-infinite``, ``invalid``;
        and ``key-duplicated`` for each key that several rows share, which are used all the same.
    """
    shapes = np.asarray(frame.geometry.array, dtype="object")
    drawn = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    kind = np.array(
        [each.geom_type if there else "" for each, there in zip(shapes, drawn, strict=True)], dtype="object"
    )
    fits = np.isin(kind, [*schema.geometry, *(f"Multi{each}" for each in schema.geometry if each == "LineString")])
    finite = np.isfinite(np.nan_to_num(shapely.bounds(shapes), nan=np.inf)).all(axis=1) & _finite(shapes)
    areal = np.char.endswith(kind.astype(str), "Polygon")
    reasons = {
        "key-blank": is_blank(frame[schema.key]),
        "feature-blank": ~drawn & ~places,
        "geometry-type": drawn & ~fits,
        "geometry-infinite": drawn & ~finite,
        "invalid": drawn & finite & areal & ~shapely.is_valid(shapes),
    }
    usable = np.ones(len(frame), dtype=bool)
    findings = []
    for code, wrong in reasons.items():
        for row in np.flatnonzero(wrong & usable):
            place = shapes[row] if finite[row] else None
            note = {
                "geometry-type": kind[row],
                "invalid": shapely.is_valid_reason(shapes[row]),
                "key-blank": schema.key,
            }
            findings.append(Finding(code, schema.name, names[row], place, note=str(note.get(code, ""))))
        usable &= ~wrong
    kept = frame[usable]
    return kept, [*findings, *_shared_keys(kept, schema)]


def split_plausible(frame: gpd.GeoDataFrame, schema: Schema) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Rows whose water level can be one of the country's, and a finding for each of the others.

    A level that is missing is kept: what draws from it says so.
    """
    if "level_m" not in schema or "level_m" not in frame.columns:
        return frame, []
    level = frame["level_m"]
    wrong = ~(level.isna() | level.between(*LEVELS_M)).to_numpy(dtype=bool)
    told = zip(frame[schema.key][wrong], frame.geometry[wrong], level[wrong], strict=True)
    note = f"{LEVELS_M[0]:g} – {LEVELS_M[1]:g} m"
    findings = [
        Finding("level-implausible", schema.name, str(key), place, float(value), unit="m", note=note)
        for key, place, value in told
    ]
    return frame[~wrong], findings


def single_parts(frame: gpd.GeoDataFrame, schema: Schema) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Lines in several parts as a row a part, under one key, and a finding for each."""
    parts = shapely.get_num_geometries(frame.geometry.array)
    many = (parts > 1) | np.char.startswith(frame.geometry.geom_type.to_numpy(dtype=str), "Multi")
    if not many.any():
        return frame, []
    told = zip(frame[schema.key][many], frame.geometry[many], parts[many], strict=True)
    findings = [Finding("multipart", schema.name, str(key), place, float(count), 1.0) for key, place, count in told]
    return frame.explode(ignore_index=True), findings


def _shared_keys(frame: gpd.GeoDataFrame, schema: Schema) -> list[Finding]:
    shared = frame[schema.key].duplicated(keep=False)
    told: Iterable[tuple[Any, Any]] = frame[shared].groupby(schema.key)
    return [
        Finding("key-duplicated", schema.name, str(key), rows.geometry.iloc[0], float(len(rows)), 1.0)
        for key, rows in told
    ]


def _finite(shapes: NDArray[np.object_]) -> Flags:
    """Whether all coordinates are numbers: bounds leave out what is none."""
    coords, owner = shapely.get_coordinates(shapes, return_index=True)
    finite = np.ones(len(shapes), dtype=bool)
    finite[owner[~np.isfinite(coords).all(axis=1)]] = False
    return finite
