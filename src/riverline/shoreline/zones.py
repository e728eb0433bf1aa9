"""Zone polygons: the band of each bank parted at the stretches' ends, measured, and explained."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines.band import feet_of, part_band
from riverline._kernels.lines.intervals import covered
from riverline.demarcation.findings import Finding
from riverline.geodesy import align, apportion, ellipsoidal_area, round_half_up
from riverline.schema import ZONES
from riverline.shoreline.sides import axis_of, chainage_at, confidence_in, weakest
from riverline.shoreline.stretches import UNDECIDED
from riverline.shoreline.wording import ALSO, DEFAULT_ZONE, UNDECIDED_BASIS, UNDECIDED_RESTRAINTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from riverline.rules import ZoneRules
    from riverline.shoreline.inputs import Inputs
    from riverline.shoreline.sides import Side
    from riverline.shoreline.stretches import Claims, Stretch
    from riverline.shoreline.waterside import Shore

    Floats = NDArray[np.float64]

__all__ = ["degrees_on", "lengths_between", "zones_of"]

_DEGREES = "EPSG:4490"
_DEGREE_DECIMALS = 8
_LENGTH_DECIMALS = 1
_RATE_DECIMALS = 2

AREA_ROUNDING = 1e-9
"""Share of a band's area that rounding may leave between its zones and what was taken out of it."""


def zones_of(
    shores: Sequence[Shore],
    stretches: Mapping[str, list[Stretch]],
    used: Mapping[str, tuple[Floats, Floats]],
    claims: Claims,
    inputs: Inputs,
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """The zones of all banks.

    Parameters
    ----------
    shores
        Banks with their bands.
    stretches
        Stretches of each bank, by its key.
    used
        Stretches that uses take on each bank, by its key: metres along the management line.
    claims, inputs
        Sensitive areas, rules, counties and axes.

    Returns
    -------
    zones
        Rows of :data:`riverline.schema.ZONES`, bank by bank, downstream.
    findings
        ``band-tangled`` for a bank whose lines cross, ``zone-undecided`` for a zone that has no type.
    """
    findings: list[Finding] = []
    parts: list[gpd.GeoDataFrame] = []
    numbered: Counter[tuple[str, str]] = Counter()
    for shore in shores:
        mine = stretches.get(shore.side.key, [])
        if not mine:
            continue
        shapes, clean = _shapes(shore, mine, inputs)
        if not clean:
            findings.append(
                Finding("band-tangled", "management_lines", shore.side.river_id, shore.band, note=shore.side.bank)
            )
        columns = _columns(shore, mine, claims, inputs)
        bank = (shore.side.river_id, shore.side.bank)
        first = numbered[bank] + 1
        numbered[bank] += len(mine)
        columns["number"] = [f"{bank[1][0].upper()}{first + at:03d}" for at in range(len(mine))]
        frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=inputs.lines.crs)
        parts.append(frame.assign(**_measured(frame, shore, mine, used[shore.side.key], inputs)))
        findings += _undecided(parts[-1], mine, claims)
    if not parts:
        return ZONES.empty(inputs.lines.crs), findings
    zones = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs=inputs.lines.crs)
    return ZONES.conform(zones), findings


def _shapes(shore: Shore, stretches: list[Stretch], inputs: Inputs) -> tuple[NDArray[np.object_], bool]:
    stations = np.array([each.start for each in stretches[1:]])
    axis = axis_of(shore.side, inputs.axes)
    for toward in (axis, None) if axis is not None else (None,):
        feet = feet_of(shore.side.coords, shore.coords, stations, toward)
        shapes, clean = part_band(shore.side.coords, shore.coords, stations, feet)
        if clean:
            break
    whole = shapely.area(shapes).sum()
    if clean and abs(whole - shapely.area(shore.band)) <= shapely.area(shore.band) * AREA_ROUNDING:
        return shapes, clean
    return _areas(shapely.intersection(shapes, shore.band)), clean


def _areas(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Shapes without the points and lines that an intersection leaves where areas touch."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    kept = shapely.get_dimensions(parts) == 2  # noqa: PLR2004 - areas
    parts, owner = parts[kept], owner[kept]
    return np.array([_one(parts[owner == number]) for number in range(len(shapes))], dtype=object)


def _one(parts: NDArray[np.object_]) -> shapely.Geometry:
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon([*parts]) if len(parts) else shapely.Polygon()


def _columns(shore: Shore, stretches: list[Stretch], claims: Claims, inputs: Inputs) -> dict[str, Any]:
    side, rules = shore.side, inputs.rules
    numbers = range(1, len(stretches) + 1)
    reasons = [each.rule for each in stretches]
    types = [None if each.type == UNDECIDED else rules.type_of(each.type) for each in stretches]
    trust = [
        weakest([shore.confidence, confidence_in(side, each.start, each.end),
                 *("low" if source is None else rules.confidence(source) for source in (kind, rule))])
        for each, rule, kind in zip(stretches, reasons, types, strict=True)
    ]  # fmt: skip
    columns: dict[str, Any] = {
        "zone_id": [f"{side.key}-{number:03d}" for number in numbers],
        "river_id": side.river_id,
        "name": side.name,
        "bank": side.bank,
        "type": [each.type for each in stretches],
        "basis": [_basis(each, claims, rules.policy.default_basis) for each in stretches],
        "restraints": [UNDECIDED_RESTRAINTS[0] if kind is None else kind.restraints for kind in types],
        "rule_id": [_rule_id(each) for each in stretches],
        "citation": [_citation(each, rules) for each in stretches],
        "confidence": trust,
        "source_ids": [";".join(claims.frame["sensitive_id"].iloc[list(each.sources)]) for each in stretches],
        "note": [_note(each, claims) for each in stretches],
    }
    return columns | _county_columns(stretches, inputs.counties)


def _undecided(zones: gpd.GeoDataFrame, stretches: list[Stretch], claims: Claims) -> list[Finding]:
    """A finding for each zone of a bank that has no type, naming what could not be judged."""
    rows = zip(zones["zone_id"], zones.geometry, zones["shoreline_m"], stretches, strict=True)
    return [
        Finding("zone-undecided", "zones", key, place, float(length), unit="m", note=_named(each.unread, claims))
        for key, place, length, each in rows
        if each.type == UNDECIDED
    ]


def _named(rows: Sequence[int], claims: Claims) -> str:
    return "、".join(claims.labels[number] for number in rows)


def _rule_id(stretch: Stretch) -> str:
    if stretch.type == UNDECIDED:
        return "undecided"
    return "default" if stretch.rule is None else stretch.rule.id


def _citation(stretch: Stretch, rules: ZoneRules) -> str:
    if stretch.rule is not None:
        return rules.cite(stretch.rule)
    return "" if stretch.type == UNDECIDED else f"{rules.title}：{DEFAULT_ZONE[0]}"


def _basis(stretch: Stretch, claims: Claims, default: str) -> str:
    if stretch.type == UNDECIDED:
        return f"{UNDECIDED_BASIS[0]}（{_named(stretch.unread, claims)}）"
    if stretch.rule is None:
        return default
    return f"{stretch.rule.basis}（{_named(stretch.sources, claims)}）"


def _note(stretch: Stretch, claims: Claims) -> str:
    told = []
    for number in stretch.others:
        rule = claims.rules[number]
        told.append(claims.labels[number] if rule is None else f"{claims.labels[number]}（{rule.basis}）")
    return f"{ALSO[0]}：{'、'.join(told)}" if told else ""


def _county_columns(stretches: list[Stretch], counties: gpd.GeoDataFrame | None) -> dict[str, Any]:
    if counties is None:
        return {}
    found = {}
    for column in ("admin", *(["city"] if "city" in counties.columns else [])):
        names = [*counties[column].fillna("").astype("str"), ""]
        found[column] = [names[each.county] for each in stretches]
    return found


def _measured(
    frame: gpd.GeoDataFrame, shore: Shore, stretches: list[Stretch], used: tuple[Floats, Floats], inputs: Inputs
) -> dict[str, Any]:
    """Lengths, areas, rates and coordinates of the zones of one bank; parts add up to the whole."""
    side = shore.side
    low = np.array([each.start for each in stretches])
    high = np.array([each.end for each in stretches])
    taken = covered(used[0], used[1], low, high)
    exact = ellipsoidal_area(frame).to_numpy()
    whole = ellipsoidal_area(gpd.GeoSeries([shore.band], crs=frame.crs)).to_numpy()[0]
    start, end = degrees_on(side, low, inputs), degrees_on(side, high, inputs)
    return {
        "shoreline_m": lengths_between(low, high),
        "used_m": apportion(taken, float(taken.sum()), decimals=_LENGTH_DECIMALS),
        "rate": round_half_up(100.0 * taken / (high - low), _RATE_DECIMALS),
        "start_chainage_m": round_half_up(chainage_at(side, low), _LENGTH_DECIMALS),
        "end_chainage_m": round_half_up(chainage_at(side, high), _LENGTH_DECIMALS),
        "area_m2": round_half_up(exact, 2),
        "adjusted_area_m2": apportion(exact, float(whole)),
        "start_lon": start[:, 0], "start_lat": start[:, 1],
        "end_lon": end[:, 0], "end_lat": end[:, 1],
    }  # fmt: skip


def lengths_between(low: Floats, high: Floats) -> Floats:
    """Rounded lengths of stretches end to end, whose sum is the rounded length of the whole."""
    rounded = round_half_up(high, _LENGTH_DECIMALS) - round_half_up(low, _LENGTH_DECIMALS)
    return round_half_up(rounded, _LENGTH_DECIMALS)


def degrees_on(side: Side, stations: Floats, inputs: Inputs) -> Floats:
    """CGCS2000 longitude and latitude of places along the management line, (k, 2), eight decimals."""
    places = shapely.line_interpolate_point(side.line, np.asarray(stations, dtype="float64"))
    frame = align(gpd.GeoDataFrame(geometry=places, crs=inputs.lines.crs), _DEGREES, layer="zones")
    return round_half_up(shapely.get_coordinates(frame.geometry.array), _DEGREE_DECIMALS)
