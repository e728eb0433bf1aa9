"""The public verb: how far the line moves when its inputs are shifted by what they may be wrong."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline import faults
from riverline._version import __version__
from riverline.channel.given import is_number, require_width, texts
from riverline.demarcation import Demarcation, demarcate, demarcate_waters
from riverline.demarcation.extents.whose import drawn_lines, name_of
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.errors import JobError
from riverline.geodesy import ellipsoidal_area, round_half_up
from riverline.provenance import Run
from riverline.revision.areas import polygons_of, regions_of
from riverline.revision.places import movement, places_along, runs_of
from riverline.revision.result import Sensitivity
from riverline.revision.shifting import SHIFTS, applies
from riverline.revision.titles import usable_parcels
from riverline.schema import BAND_TITLES, BANDS, WATER, WORKS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from riverline.rules import RuleSet

__all__ = ["measure_sensitivity"]


@dataclass(slots=True)
class _Found:
    """What came of the factors done so far."""

    bands: list[dict[str, Any]] = field(default_factory=list)
    titles: list[gpd.GeoDataFrame] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def measure_sensitivity(
    subject: gpd.GeoDataFrame,
    /,
    rules: RuleSet,
    *,
    level_m: float = 0.1,
    terrain_m: float = 0.5,
    toe_m: float = 0.5,
    edge_m: float = 0.5,
    map_accuracy_m: float = 1.0,
    parcels: gpd.GeoDataFrame | None = None,
    **inputs: Any,  # noqa: ANN401 - what demarcate takes
) -> Sensitivity:
    """Say how sure the line is: draw it with its inputs shifted, and tell where it moves more than the map shows.

    Parameters
    ----------
    subject
        What is demarcated: axes, as :func:`riverline.demarcate` takes them, or lakes and reservoirs, as
        :func:`riverline.demarcate_waters` does (rows with a ``water_id``).
    rules
        The rule set.
    level_m
        Flood levels are raised and lowered by this; 0 leaves the factor out.
    terrain_m
        The terrain is raised and lowered by this; 0 leaves the factor out. Surveyed sections stay.
    toe_m
        Levees are moved to landside and to waterside by this; 0 leaves the factor out.
    edge_m
        The edges of lakes and reservoirs are moved outwards and inwards by this; 0 leaves the factor out. Rivers have
        no such factor.
    map_accuracy_m
        A line that moves by no more than this is as sure as the map. Half a millimetre at 1:2,000 is 1 m.
    parcels
        Rows of :data:`riverline.schema.PARCELS`: whose land lies where the line is not sure.
    **inputs
        ``levees``, ``bank_tops``, ``water``, ``flood_levels``, ``sections``, ``terrain``, ``on``, ``width_steps`` as
        :func:`riverline.demarcate` takes them; ``axes``, ``levees``, ``flood_levels``, ``lines``, ``terrain``, ``on``
        of waters.

    Returns
    -------
    Sensitivity
        ``bands``: the whole line for each factor, parted by whether it moves beyond the accuracy; ``holdings``, the
        parcels in them; ``faults`` and ``run``.

    Raises
    ------
    JobError
        If a shift is below zero, the accuracy is not above zero, ``inputs`` holds what the verb does not take, or
        works are asked for: their ranges go by rule and outline alone, and nothing of them can be shifted.
    SchemaError, CRSError, RuleError
        As from the verb.

    Notes
    -----
    One factor is shifted at a time, so two runs a factor beside the first. No text was found that says how exact
    levels, terrain and toes are, or how exact the line has to be: the figures here are to ask with, and no standard.
    Bands of a closed line have no bank, and their chainages run along the ring.

    A terrain raised by some height and levels lowered by it give one line; terrain moves no surveyed section.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> import riverline as rl
    >>> river, left, right = (LineString([(500_000, y), (502_000, y)]) for y in (3_500_000, 3_500_080, 3_499_920))
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[river], crs=4548)
    >>> columns = {"levee_id": ["L1", "L2"], "river_id": "R1", "feature": "landside_toe"}
    >>> levees = gpd.GeoDataFrame(columns, geometry=[left, right], crs=4548)
    >>> sure = rl.measure_sensitivity(axes, rl.load_rules("anhui"), levees=levees, toe_m=2.0, level_m=0, terrain_m=0)
    >>> sure.bands[["bank", "factor", "largest_m", "movement", "length_m"]].values.tolist()
    [['left', 'toe', 2.0, 'beyond', 2000.0], ['right', 'toe', 2.0, 'beyond', 2000.0]]
    """
    shifts = {"level": level_m, "terrain": terrain_m, "toe": toe_m, "edge": edge_m}
    waters = _require_call(subject, shifts, map_accuracy_m, inputs)
    name, verb = ("water", demarcate_waters) if waters else ("axes", demarcate)
    shifts = shifts if waters else {factor: shift for factor, shift in shifts.items() if factor != "edge"}
    base = verb(subject, rules, **inputs)
    crs, found = base.lines.crs, _Found()
    owned = None if parcels is None else usable_parcels(parcels, crs)
    with tempfile.TemporaryDirectory(prefix="riverline-") as folder:
        for factor, shift in shifts.items():
            if shift > 0.0 and applies(factor, inputs):
                moved = [SHIFTS[factor](subject, inputs, sign * shift, Path(folder)) for sign in (1.0, -1.0)]
                shifted = [verb(each.subject, rules, **each.inputs) for each in moved]
                _take(found, factor, shift, base, shifted, map_accuracy_m, owned)
            elif shift > 0.0:
                found.findings.append(Finding("factor-not-shifted", name, "*", None, note=factor))
    told = faults.combine(findings_to_faults(found.findings, crs), crs=crs)
    described = {**base.run.inputs, "shifts": {**shifts, "map_accuracy": map_accuracy_m}}
    run = Run(__version__, base.rules.digest, described, base.run.crs, base.run.rule_sets)
    return Sensitivity(_frame(found.bands, crs), _titles(found.titles, crs), told, run)


_OF_RIVERS = frozenset({"levees", "bank_tops", "water", "flood_levels", "sections", "terrain", "on", "width_steps"})
_OF_WATERS = frozenset({"axes", "levees", "flood_levels", "lines", "terrain", "on"})


def _require_call(
    subject: object, shifts: Mapping[str, float], map_accuracy_m: float, inputs: Mapping[str, Any]
) -> bool:
    """Whether waters are asked for; raise one error for everything that is wrong with the call."""
    require_width("map_accuracy_m", map_accuracy_m)
    columns = getattr(subject, "columns", ())
    waters = WATER.key in columns
    taken = _OF_WATERS if waters else _OF_RIVERS
    wrong = [
        (f"{name}_m 应为不小于零的米数，实际为 {shift!r}", f"{name}_m must be metres, not below zero, got {shift!r}")
        for name, shift in shifts.items()
        if not (is_number(shift) and shift >= 0.0)
    ]
    there = ", ".join(sorted(taken))
    if WORKS.key in columns and not waters:
        zh = "水利工程的管理范围只取决于规则和工程图形，没有可扰动的资料；请给出中心线，或湖泊、水库的水域"
        en = "ranges of works go by rule and outline alone, nothing can be shifted; give axes, or lakes and reservoirs"
        wrong.append((zh, en))
    wrong += [(f"没有参数 {name}；可用 {there}", f"there is no argument {name}; there are {there}")
              for name in sorted(set(inputs) - taken)]  # fmt: skip
    if wrong:
        raise JobError.listing("敏感性分析的参数有误", "the call is wrong", wrong)
    return waters


def _take(
    found: _Found,
    factor: str,
    shift: float,
    base: Demarcation,
    shifted: list[Demarcation],
    limit: float,
    parcels: gpd.GeoDataFrame | None,
) -> None:
    """Bands, parcels and findings of one factor."""
    others = [drawn_lines(each.lines) for each in shifted]
    made = []
    for (code, bank), own in drawn_lines(base.lines).items():
        places = places_along(own)
        there = [each[code, bank] for each in others if (code, bank) in each]
        moves = [movement(places, places_along(each)) for each in there]
        lost = len(there) < len(others)
        if lost:
            note = bank or "closed"
            found.findings.append(Finding("bank-lost-by-shift", "extents", code, None, shift, unit="m", note=note))
        most = np.maximum.reduce([each.distance for each in moves]) if moves else np.zeros(len(places.piece))
        label = np.where(lost | (most > limit), 1, 0)
        for run in runs_of(places, label):
            here = slice(run.first, run.last + 1)
            weight = places.weight[here]
            mean = np.average(most[here], weights=weight) if weight.sum() else most[here].mean()
            made.append({
                "river_id": code, "bank": bank or None, "factor": factor, "shift_m": shift, "limit": limit,
                "start_chainage_m": run.start_m, "end_chainage_m": run.end_m, "length_m": run.geometry.length,
                "largest_m": np.nan if lost else float(most[here].max()), "mean_m": np.nan if lost else float(mean),
                "movement": "beyond" if label[run.first] else "within", "geometry": run.geometry,
            })  # fmt: skip
    found.bands += made
    if parcels is not None:
        found.titles.append(_in_band(factor, base, shifted, made, parcels))


def _frame(rows: list[dict[str, Any]], crs: object) -> gpd.GeoDataFrame:
    drawn = [row | {"geometry": part} for row in rows for part in shapely.get_parts(row["geometry"])]
    if not drawn:
        return BANDS.empty(crs)
    frame = gpd.GeoDataFrame(drawn, geometry="geometry", crs=crs)
    frame["length_m"] = round_half_up(frame.geometry.length.to_numpy(), 1)
    for name, decimals in (("start_chainage_m", 1), ("end_chainage_m", 1), ("largest_m", 3), ("mean_m", 3)):
        frame[name] = round_half_up(frame[name].to_numpy(dtype="float64"), decimals)
    banks = texts(frame["bank"])
    number = frame.groupby(["factor", "river_id", banks]).cumcount() + 1
    line = pd.Series([name_of(code, bank) for code, bank in zip(frame["river_id"], banks, strict=True)], dtype="str")
    frame["band_id"] = line + "-" + frame["factor"] + "-" + number.astype("str").str.zfill(3)
    return BANDS.conform(frame)


def _in_band(
    factor: str, base: Demarcation, shifted: list[Demarcation], rows: list[dict[str, Any]], parcels: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Land of each parcel between the lines of the runs, beside what moves beyond the accuracy."""
    regions = [
        {river: region for (river, kind), region in regions_of(each.extents).items() if kind == "management"}
        for each in (base, *shifted)
    ]
    nothing, owned = shapely.MultiPolygon(), np.asarray(parcels.geometry.array)
    tree = shapely.STRtree(owned)
    parts = []
    for river in sorted({str(row["river_id"]) for row in rows if row["movement"] == "beyond"}):
        drawn = np.array([each.get(river, nothing) for each in regions], dtype=object)
        between = shapely.difference(shapely.union_all(drawn), shapely.intersection_all(drawn))
        beyond = [row for row in rows if row["river_id"] == river and row["movement"] == "beyond"]
        if all(np.isfinite(row["largest_m"]) for row in beyond):
            near = [row["geometry"].buffer(row["largest_m"] * 1.01, cap_style="flat") for row in beyond]
            between = shapely.intersection(between, shapely.union_all(near))
        touched = np.sort(tree.query(between, predicate="intersects"))
        shapes = [polygons_of([each]) for each in shapely.intersection(owned[touched], between)]
        named = parcels.iloc[touched][["parcel_id", "owner", "ownership"]].assign(river_id=river, factor=factor)
        parts.append(gpd.GeoDataFrame(named, geometry=shapes, crs=parcels.crs))
    return pd.concat(parts, ignore_index=True) if parts else BAND_TITLES.empty(parcels.crs)


def _titles(parts: list[gpd.GeoDataFrame], crs: object) -> gpd.GeoDataFrame:
    filled = [part for part in parts if len(part)]
    if not filled:
        return BAND_TITLES.empty(crs)
    frame = pd.concat(filled, ignore_index=True)
    frame["area_m2"] = round_half_up(ellipsoidal_area(frame).to_numpy(), 2)
    frame["ownership"] = frame["ownership"].replace("", "unknown").fillna("unknown")
    frame = frame[frame["area_m2"] > 0.0].sort_values(["factor", "river_id", "parcel_id"], kind="stable")
    number = frame.groupby(["factor", "river_id"]).cumcount() + 1
    frame["band_title_id"] = frame["river_id"] + "-" + frame["factor"] + "-T" + number.astype("str").str.zfill(5)
    return BAND_TITLES.conform(frame.reset_index(drop=True))
