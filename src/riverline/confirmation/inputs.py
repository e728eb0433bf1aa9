"""What goes into a confirmation: layers checked, in the CRS of the extents, and what cannot be used set aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.channel.given import usable_axes
from riverline.demarcation.findings import Finding
from riverline.demarcation.given_extents import complete_extents
from riverline.demarcation.intake import row_names, split_usable, typed
from riverline.demarcation.mending import left_out, mended
from riverline.errors import RiverlineError, SchemaError
from riverline.geodesy import align, ellipsoidal_area, require_metric, round_half_up
from riverline.provenance import crs_text, describe_input
from riverline.schema import ADMIN, EXTENTS, LAND_CLASSES, PARCELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.channel.given import Axes
    from riverline.schema import Schema

    Texts = NDArray[np.object_]

__all__ = ["Inputs", "Parcels", "prepare"]

# What it means for the result that a feature of a layer took no part.
_MEANS = {PARCELS.name: "counts-untitled", LAND_CLASSES.name: "counts-unclassed", ADMIN.name: "counts-no-unit"}
LAYERS: dict[str, Schema] = {"parcels": PARCELS, "land_classes": LAND_CLASSES, "admin": ADMIN}


@dataclass(frozen=True, slots=True, eq=False)
class Parcels:
    """Parcels as arrays of n, sorted by key.

    Attributes
    ----------
    frame
        Their rows.
    key, owner, ownership, land_class : (n,)
        Texts, empty where blank; an ownership that is blank or no choice is ``unknown``.
    geometry : (n,)
        Valid polygons in the CRS of the extents.
    registered : (n,)
        Registered areas in square metres, missing where unknown; None if no parcel has one.
    """

    frame: gpd.GeoDataFrame
    key: Texts
    owner: Texts
    ownership: Texts
    land_class: Texts
    geometry: NDArray[np.object_]
    registered: NDArray[np.float64] | None


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """Layers in the CRS of the extents; what could not be used is a finding.

    ``areas`` are those of the extents, on the ellipsoid; ``counts`` says how many rows a layer had.
    """

    extents: gpd.GeoDataFrame
    areas: NDArray[np.float64]
    parcels: Parcels
    land_classes: gpd.GeoDataFrame | None
    admin: gpd.GeoDataFrame | None
    axes: Axes | None
    counts: dict[str, int]
    described: dict[str, dict[str, Any]]
    findings: list[Finding]


def prepare(
    extents: gpd.GeoDataFrame,
    layers: dict[str, gpd.GeoDataFrame | None],
    *,
    axes: gpd.GeoDataFrame | None,
    registered: Any,  # noqa: ANN401 - a table or a series
) -> Inputs:
    """Check every layer, bring all to the CRS of the extents, and take out the rows that cannot be used.

    Parameters
    ----------
    extents
        Rows of :data:`riverline.schema.EXTENTS` in metres, at least ``kind`` and geometry; protection extents are set
        aside with a note.
    layers
        ``parcels``, and ``land_classes`` and ``admin`` where given.
    axes
        Rows of :data:`riverline.schema.AXES`, or None.
    registered
        Table with ``parcel_id`` and ``registered_area_m2``, a series of areas by parcel code, or None.

    Returns
    -------
    Inputs
        Only rows that meet an extent.

    Raises
    ------
    SchemaError, CRSError
        With everything that is wrong with all layers.
    """
    given = {name: _with_blanks(frame, LAYERS[name]) for name, frame in layers.items() if frame is not None}
    extents = complete_extents(extents)
    _require_all(extents, {"parcels": None, **given})
    crs = extents.crs
    described = {"extents": describe_input(extents)}
    for name, frame in {**given, **({} if axes is None else {"axes": axes})}.items():
        described[name] = describe_input(frame, note="" if frame.crs == crs else f"reprojected to {crs_text(crs)}")
    kept, findings = _management(extents)
    usable: dict[str, gpd.GeoDataFrame] = {}
    for name, frame in given.items():
        usable[name], wrong = _near(align(frame, crs, layer=name), LAYERS[name], kept)
        findings += wrong
    parcels, wrong = _parcels(usable["parcels"], registered, given["parcels"])
    counts = {LAYERS[name].name: len(frame) for name, frame in given.items()}
    return Inputs(
        kept,
        round_half_up(ellipsoidal_area(kept).to_numpy(), 2),
        parcels,
        usable.get("land_classes"),
        usable.get("admin"),
        None if axes is None else usable_axes(align(axes, crs, layer="axes")),
        counts,
        described,
        findings + wrong,
    )


def _with_blanks(frame: Any, schema: Schema) -> Any:  # noqa: ANN401 - whatever was given
    """A frame with the columns it lacks that may be blank, as a file is read that lacks them."""
    if not isinstance(frame, gpd.GeoDataFrame):
        return frame
    lacking = [each for each in schema if each.may_be_blank and not each.optional and each.name != schema.key]
    blank = {each.name: pd.Series([None] * len(frame), frame.index, dtype=each.dtype)
             for each in lacking if each.name not in frame.columns}  # fmt: skip
    return frame.assign(**blank) if blank else frame


def _require_all(extents: gpd.GeoDataFrame, layers: dict[str, Any]) -> None:
    problems = []
    for name, frame in {"extents": extents, **layers}.items():
        try:
            (EXTENTS if name == "extents" else LAYERS[name]).require(frame, layer=name)
        except RiverlineError as error:
            problems.append(error)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise SchemaError.listing("图层不符合要求", "layers do not fit", [(each.zh, each.en) for each in problems])
    require_metric(extents, layer="extents")


def _management(extents: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Management extents that can be used, by code; the others are findings."""
    rows, findings = typed(extents, EXTENTS)
    usable, wrong = split_usable(
        rows, EXTENTS, names=row_names(extents, EXTENTS), places=np.zeros(len(rows), dtype=bool)
    )
    other = (usable["kind"] == "protection").fillna(False).to_numpy(dtype=bool)
    aside = zip(usable["extent_id"][other], usable.geometry[other], strict=True)
    findings += [*wrong, *(Finding("extent-not-confirmed", "extents", key, place) for key, place in aside)]
    return _sorted(usable[~other], "extent_id"), findings


def _near(frame: gpd.GeoDataFrame, schema: Schema, extents: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Rows that meet an extent and can be used, by key; what cannot be, there or without a place, as findings."""
    shapes = np.asarray(frame.geometry.array, dtype="object")
    nowhere = ~np.isfinite(shapely.bounds(shapes)).all(axis=1)
    _, met = shapely.STRtree(shapes).query(np.asarray(extents.geometry.array), predicate="intersects")
    nowhere[met] = True
    near = frame[nowhere]
    rows, findings = typed(near, schema)
    names = row_names(near, schema)
    rows, repaired = mended(rows, schema, names)
    usable, wrong = split_usable(rows, schema, names=names, places=np.zeros(len(rows), dtype=bool))
    return _sorted(usable, schema.key), [*findings, *repaired, *wrong, *left_out(wrong, _MEANS[schema.name])]


def _sorted(frame: gpd.GeoDataFrame, key: str) -> gpd.GeoDataFrame:
    place = frame.geometry.to_wkb(hex=True) if frame[key].duplicated().any() else ""
    ordered = frame.assign(_place=place).sort_values([key, "_place"], kind="stable")
    return ordered.drop(columns="_place").reset_index(drop=True)


def _parcels(
    frame: gpd.GeoDataFrame,
    registered: Any,  # noqa: ANN401
    given: gpd.GeoDataFrame,
) -> tuple[Parcels, list[Finding]]:
    """Parcels as arrays, with the areas that a table or their own column says."""
    ownership = frame["ownership"].fillna("").to_numpy(dtype=object)
    choices = [str(choice.value) for choice in PARCELS["ownership"].choices]
    wrong = ~np.isin(ownership.astype(str), [*choices, ""])
    findings = [
        Finding("value-choice", "parcels", str(key), place, note=f"ownership = {value} ∉ {' | '.join(choices)}")
        for key, place, value in zip(frame["parcel_id"][wrong], frame.geometry[wrong], ownership[wrong], strict=True)
    ]
    areas, unknown = _registered(frame, registered, given)
    parcels = Parcels(
        frame,
        frame["parcel_id"].to_numpy(dtype=object),
        frame["owner"].fillna("").to_numpy(dtype=object),
        np.where(np.isin(ownership.astype(str), choices), ownership, "unknown").astype(object),
        _texts(frame, "land_class"),
        np.asarray(frame.geometry.array, dtype=object),
        areas,
    )
    return parcels, findings + unknown


def _texts(frame: gpd.GeoDataFrame, name: str) -> Texts:
    if name not in frame.columns:
        return np.full(len(frame), "", dtype=object)
    return frame[name].fillna("").str.strip().to_numpy(dtype=object)


def _registered(
    frame: gpd.GeoDataFrame,
    registered: Any,  # noqa: ANN401
    given: gpd.GeoDataFrame,
) -> tuple[NDArray[np.float64] | None, list[Finding]]:
    if registered is None:
        own = frame["registered_area_m2"] if "registered_area_m2" in frame.columns else None
        return (None, []) if own is None else _plausible(frame, own.to_numpy(dtype="float64"))
    areas = _area_by_code(registered)
    every = set(given["parcel_id"].astype("str").str.strip())
    findings = [Finding("registered-unknown", "parcels", str(code), None) for code in sorted(set(areas.index) - every)]
    numbers, wrong = _plausible(frame, frame["parcel_id"].map(areas).to_numpy(dtype="float64"))
    return numbers, findings + wrong


def _plausible(frame: gpd.GeoDataFrame, areas: NDArray[np.float64]) -> tuple[NDArray[np.float64], list[Finding]]:
    """Areas above zero; others are missing, and told."""
    wrong = ~np.isnan(areas) & ~(np.isfinite(areas) & (areas > 0.0))
    told = zip(frame["parcel_id"][wrong], frame.geometry[wrong], areas[wrong], strict=True)
    findings = [
        Finding("registered-implausible", "parcels", str(key), place, float(area), unit="m²")
        for key, place, area in told
    ]
    return np.where(wrong, np.nan, areas), findings


def _area_by_code(registered: Any) -> pd.Series[Any]:  # noqa: ANN401
    """Registered areas by parcel code, in the types they ought to have."""
    if isinstance(registered, pd.DataFrame):
        missing = [name for name in ("parcel_id", "registered_area_m2") if name not in registered.columns]
        if missing:
            raise SchemaError(
                f"registered_areas 缺少字段 {'、'.join(missing)}；请改名，或传入以宗地代码为索引的面积序列",
                f"registered_areas lacks {', '.join(missing)}; rename, or give a series of areas by parcel code",
            )
        areas = pd.Series(registered["registered_area_m2"].to_numpy(), index=registered["parcel_id"])
    else:
        areas = pd.Series(registered)
    numbers = pd.to_numeric(areas, errors="coerce")
    codes = pd.Index(areas.index.astype("str").str.strip())
    if (numbers.isna() & areas.notna()).any() or codes.has_duplicates:
        raise SchemaError(
            "registered_areas 应为每个宗地代码一个数字（m²）；有代码重复或值不是数字",
            "registered_areas must give one number in m² for each parcel code; codes repeat or values are no numbers",
        )
    return pd.Series(numbers.to_numpy(dtype="float64"), index=codes)
