"""What goes into a screening: layers checked, in the CRS of the extents, and what cannot be used set aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline.channel.given import texts, usable_axes
from riverline.demarcation import Demarcation
from riverline.demarcation.findings import Finding
from riverline.demarcation.given_extents import complete_extents
from riverline.demarcation.intake import row_names, split_usable, typed
from riverline.demarcation.result import require_metric_result
from riverline.encroachment.permits import Permits, permits_of
from riverline.errors import RiverlineError, SchemaError
from riverline.geodesy import align, require_metric
from riverline.provenance import crs_text, describe_input
from riverline.schema import EXTENTS, FEATURES, PERMITS, Schema
from riverline.schema.values import read_values

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from riverline.channel.given import Axes

    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]

__all__ = ["KEYS", "Features", "Inputs", "invalid", "prepare", "refused"]

KEYS = ("feature_id", "building_id", "use_id", "outfall_id", "parcel_id", "patch_id", "water_id", "structure_id")
"""Columns that name a feature: the first of them that says something is taken."""
_OSM = ("osm_way_id", "osm_id")  # as GDAL reads OpenStreetMap: ways that are areas, and relations
_KINDS = (0, 1, 3, 4, 5, 6)  # points, lines, areas, and several of them
_CHUNK = 200_000
_ANY = Schema(FEATURES.name, FEATURES.label_zh, FEATURES.label_en, FEATURES.key, FEATURES.geometry, (), "")


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Features in the CRS of the extents: their rows, and their shapes as an array of n."""

    frame: gpd.GeoDataFrame
    shapes: Shapes

    def keys(self, rows: Rows) -> NDArray[np.object_]:
        """What features are called, empty where they have no name; of OpenStreetMap the way, or ``r`` and relation."""
        frame = self.frame.iloc[rows]
        found = np.full(len(frame), "", dtype=object)
        for name in (*KEYS, *_OSM):
            if name in frame.columns:
                mark = "r" if name == "osm_id" and "osm_way_id" in frame.columns else ""
                named = texts(_plain(frame[name]))
                found = np.where((found == "") & (named != ""), mark + named, found).astype(object)
        return found

    def labels(self, rows: Rows) -> list[str]:
        """What faults call them: their key, or the index label of the row."""
        return [str(key) or f"row {label}" for key, label in zip(self.keys(rows), self.frame.index[rows], strict=True)]


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """Layers in the CRS of the extents; what could not be used is a finding. ``lines`` only of a demarcation."""

    extents: gpd.GeoDataFrame
    lines: gpd.GeoDataFrame | None
    features: Features
    axes: Axes | None
    permits: Permits
    described: dict[str, dict[str, Any]]
    findings: list[Finding]


def prepare(
    features: gpd.GeoDataFrame,
    drawn: Demarcation | gpd.GeoDataFrame,
    *,
    axes: gpd.GeoDataFrame | None,
    permits: gpd.GeoDataFrame | None,
    on: dt.date | None,
) -> Inputs:
    """Check every layer and bring all to the CRS of the extents.

    Raises
    ------
    SchemaError, CRSError
        With everything that is wrong with all layers.
    """
    if isinstance(drawn, Demarcation):
        require_metric_result(drawn, name="result_or_extents")
    extents = drawn.extents if isinstance(drawn, Demarcation) else complete_extents(drawn)
    lines = drawn.lines if isinstance(drawn, Demarcation) and len(drawn.lines) else None
    _require_all(extents, features, permits)
    crs = extents.crs
    described = {"extents": describe_input(extents)}
    others = {"features": features, "axes": axes, "permits": permits}
    for name, frame in others.items():
        if frame is not None:
            note = "" if frame.crs == crs else f"reprojected to {crs_text(crs)}"
            described[name] = describe_input(frame, note=note)
    rows, findings = typed(extents, EXTENTS)
    usable, wrong = split_usable(
        rows, EXTENTS, names=row_names(extents, EXTENTS), places=np.zeros(len(rows), dtype=bool)
    )
    findings += wrong
    blank = usable["kind"].isna().to_numpy(dtype=bool)
    nameless = zip(usable["extent_id"][blank], usable.geometry[blank], strict=True)
    findings += [Finding("value-blank", "extents", str(name), place, note="kind") for name, place in nameless]
    usable = usable[~blank].assign(river_id=usable["river_id"][~blank].fillna(""))
    ordered = usable.sort_values(["extent_id", "kind"], kind="stable", ignore_index=True)
    moved = align(features, crs, layer="features")
    allowed, about = permits_of(permits, crs, on)
    return Inputs(
        ordered,
        None if lines is None else align(lines, crs, layer="management_lines"),
        Features(moved, np.asarray(moved.geometry.array, dtype=object)),
        None if axes is None else usable_axes(align(axes, crs, layer="axes")),
        allowed,
        described,
        findings + about,
    )


def _require_all(extents: gpd.GeoDataFrame, features: gpd.GeoDataFrame, permits: gpd.GeoDataFrame | None) -> None:
    problems = []
    wanted = {"extents": (EXTENTS, extents), "features": (_ANY, features)}
    if permits is not None:
        wanted["permits"] = (PERMITS, permits)
    for name, (schema, frame) in wanted.items():
        try:
            schema.require(frame, layer=name)
        except RiverlineError as error:
            problems.append(error)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise SchemaError.listing("图层不符合要求", "layers do not fit", [(each.zh, each.en) for each in problems])
    require_metric(extents, layer="extents")


def _plain(values: pd.Series[Any]) -> pd.Series[Any]:
    """Codes that passed through a spreadsheet as numbers, as the whole numbers that they were."""
    return read_values(values, FEATURES["feature_id"]).converted


def refused(features: Features) -> tuple[NDArray[np.bool_], list[Finding]]:
    """Which features cannot be held against anything, wherever they lie, and why."""
    shapes = features.shapes
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    finite = np.ones(len(shapes), dtype=bool)
    for begin in range(0, len(shapes), _CHUNK):
        coords, owner = shapely.get_coordinates(shapes[begin : begin + _CHUNK], return_index=True)
        finite[begin + owner[~np.isfinite(coords).all(axis=1)]] = False
    reasons = {
        "feature-blank": ~there,
        "geometry-type": there & ~np.isin(shapely.get_type_id(shapes), _KINDS),
        "geometry-infinite": ~finite,
    }
    bad = np.zeros(len(shapes), dtype=bool)
    findings = []
    for code, wrong in reasons.items():
        rows = np.flatnonzero(wrong & ~bad)
        for row, label in zip(rows, features.labels(rows), strict=True):
            note = shapes[row].geom_type if code == "geometry-type" else ""
            shape = shapes[row] if finite[row] and there[row] else None
            findings.append(Finding(code, "features", label, shape, _infinite(shapes[row], code), note=note))
        bad |= wrong
    return bad, findings


def _infinite(shape: shapely.Geometry, code: str) -> float:
    """Of a shape with such vertices how many there are."""
    if code != "geometry-infinite":
        return float("nan")
    return float((~np.isfinite(shapely.get_coordinates(shape)).all(axis=1)).sum())


def invalid(features: Features, rows: Rows) -> tuple[NDArray[np.bool_], list[Finding]]:
    """Which of some features are areas that cannot be measured, and why."""
    shapes = features.shapes[rows]
    bad = ~shapely.is_valid(shapes) & (shapely.get_dimensions(shapes) == 2)  # noqa: PLR2004 - areas
    told = zip(shapes[bad], features.labels(rows[bad]), strict=True)
    return bad, [
        Finding("invalid", "features", label, shape, note=str(shapely.is_valid_reason(shape))) for shape, label in told
    ]
