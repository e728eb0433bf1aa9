"""What goes into a measurement of change: lines to cast from, shorelines with date, river and bank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines.casting import LEFT, RIGHT
from riverline.channel.given import Axes, nearest_axis, texts
from riverline.demarcation.findings import Finding
from riverline.demarcation.inputs import usable_rows
from riverline.errors import RiverlineError, SchemaError
from riverline.geodesy import require_metric
from riverline.provenance import crs_text, describe_input
from riverline.schema import AXES, BASELINES, OBSERVED_SHORELINES

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.schema import Schema
    from riverline.shoreline.change.method import Method

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Names = NDArray[np.object_]

__all__ = ["BANK_OF", "UNKNOWN", "Inputs", "Origins", "Shorelines", "prepare"]

UNKNOWN = 0
"""Side of a shoreline that names no bank; the others are those of the casting."""

# A year and nothing else, as text, as a number, or as the number that a spreadsheet makes of it.
_YEAR = r"^\s*((?:19|20)\d{2})(?:\.0+)?\s*年?\s*$"
_MIDDLE, _MOST_TOLD = "-07-01", 12

SIDES = {"left": LEFT, "right": RIGHT}
BANK_OF = {LEFT: "left", RIGHT: "right"}


@dataclass(frozen=True, slots=True)
class Origins:
    """Lines that transects are cast from, k of them, by river and start chainage.

    Attributes
    ----------
    line, river_id, start : (k,)
        LineStrings with length, their rivers, chainage of their first vertices.
    bank : (k,)
        Side of the bank that a baseline belongs to; ``UNKNOWN`` for an axis, which has both.
    away : (k,)
        1 where a ray from it goes away from the axis, -1 where it goes towards it (a baseline on land).
    width : (k,)
        Width of the river that an axis states, NaN where it states none.
    """

    line: Names
    river_id: Names
    start: Floats
    bank: Integers
    away: Integers
    width: Floats

    @property
    def is_axis(self) -> bool:
        """Whether both banks are cast from each line."""
        return not self.bank.any()


@dataclass(frozen=True, slots=True)
class Shorelines:
    """Lines of usable shorelines, s of them, several under one code where it came in parts.

    Attributes
    ----------
    line, shoreline_id, river_id : (s,)
        LineStrings, codes, rivers.
    date : (s,)
        Days, as ``datetime64[D]``.
    bank : (s,)
        Side, ``UNKNOWN`` where the shoreline names none.
    uncertainty : (s,)
        Position errors in metres, NaN where unknown.
    """

    line: Names
    shoreline_id: Names
    river_id: Names
    date: NDArray[np.datetime64]
    bank: Integers
    uncertainty: Floats

    def only(self, rows: NDArray[np.bool_] | Integers) -> Shorelines:
        """Some of them."""
        return Shorelines(*(getattr(self, name)[rows] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Inputs:
    """Both layers in the CRS of the origins; what could not be used is a finding."""

    origins: Origins
    shorelines: Shorelines
    crs: Any
    described: dict[str, dict[str, Any]]
    findings: list[Finding]


def prepare(shorelines: gpd.GeoDataFrame, origins: gpd.GeoDataFrame, method: Method) -> Inputs:
    """Check both layers, bring them to one CRS, and take out the rows that cannot be used.

    Parameters
    ----------
    shorelines
        Rows of :data:`riverline.schema.OBSERVED_SHORELINES`.
    origins
        Rows of :data:`riverline.schema.AXES`, or of :data:`riverline.schema.BASELINES`.
    method
        What the caller chose.

    Raises
    ------
    SchemaError, CRSError
        With everything that is wrong with both layers.
    """
    schema = BASELINES if "baseline_id" in getattr(origins, "columns", ()) else AXES
    _require_all(shorelines, origins, schema)
    require_metric(origins, layer=schema.name)
    crs = origins.crs
    moved = "" if shorelines.crs == crs else f"reprojected to {crs_text(crs)}"
    described = {
        "observed_shorelines": describe_input(shorelines, note=moved),
        schema.name: describe_input(origins),
        "method": method.described(),
    }
    cast_from, wrong = _origins(origins, schema)
    usable, unusable = _shorelines(shorelines, cast_from, crs, method)
    return Inputs(cast_from, usable, crs, described, [*wrong, *unusable])


def _require_all(shorelines: object, origins: object, schema: Schema) -> None:
    problems = []
    for frame, wanted in ((shorelines, OBSERVED_SHORELINES), (origins, schema)):
        try:
            wanted.require(frame)
        except RiverlineError as error:
            problems.append(error)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise SchemaError.listing("图层不符合要求", "layers do not fit", [(each.zh, each.en) for each in problems])


def _origins(frame: gpd.GeoDataFrame, schema: Schema) -> tuple[Origins, list[Finding]]:
    rows, findings = usable_rows(frame, schema, frame.crs)
    rows, short = _with_length(rows, schema)
    findings += short
    if schema is BASELINES:
        sideless = rows["bank"].isna() | rows["placement"].isna()
        lacking = ["bank" if pd.isna(bank) else "placement" for bank in rows["bank"][sideless]]
        told = zip(rows[schema.key][sideless], rows.geometry[sideless], lacking, strict=True)
        findings += [Finding("value-blank", schema.name, str(key), place, note=name) for key, place, name in told]
        rows = rows[~sideless]
    start, width = (_numbers(rows, name) for name in ("start_chainage_m", "width_m"))
    start, width = np.nan_to_num(start), np.where(width > 0.0, width, np.nan)
    river_id = texts(rows["river_id"])
    lines = np.asarray(rows.geometry.array, dtype="object")
    order = np.lexsort((shapely.to_wkb(lines), start, river_id.astype(str)))
    rows, river_id, lines, start, width = rows.iloc[order], river_id[order], lines[order], start[order], width[order]
    if schema is not BASELINES:
        nothing = np.zeros(len(lines), dtype="int64")
        return Origins(lines, river_id, start, nothing, nothing + 1, width), findings
    bank = rows["bank"].map(SIDES).to_numpy(dtype="int64")
    away = np.where(rows["placement"] == "waterside", 1, -1)
    return Origins(lines, river_id, start, bank, away, width), findings


def _numbers(rows: gpd.GeoDataFrame, name: str) -> Floats:
    return rows[name].to_numpy(dtype="float64") if name in rows else np.full(len(rows), np.nan)


def _shorelines(
    frame: gpd.GeoDataFrame,
    origins: Origins,
    crs: Any,  # noqa: ANN401 - a CRS
    method: Method,
) -> tuple[Shorelines, list[Finding]]:
    frame, by_year = _years_as_days(frame)
    rows, findings = usable_rows(frame, OBSERVED_SHORELINES, crs)
    findings += by_year
    rows, short = _with_length(rows, OBSERVED_SHORELINES)
    findings += short
    undated = rows["date"].isna().to_numpy(dtype=bool)
    findings += _said("shoreline-without-date", rows[undated])
    rows = rows[~undated]
    rows, by_river = _placed(rows, origins, crs)
    uncertainty, wrong = _uncertainty(rows, method)
    lines = np.asarray(rows.geometry.array, dtype="object")
    bank = rows["bank"].map(SIDES).fillna(UNKNOWN) if "bank" in rows else pd.Series(UNKNOWN, index=rows.index)
    usable = Shorelines(
        line=lines,
        shoreline_id=texts(rows["shoreline_id"]),
        river_id=texts(rows["river_id"]),
        date=rows["date"].to_numpy(dtype="datetime64[D]"),
        bank=np.asarray(bank, dtype="int64"),
        uncertainty=uncertainty,
    )
    return usable, [*findings, *by_river, *wrong]


def _years_as_days(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Dates that are no more than a year as the middle of it, told once for the layer; all others as they are."""
    dates = frame["date"]
    if pd.api.types.is_datetime64_any_dtype(dates.dtype):
        return frame, []
    years = dates.astype("str").str.extract(_YEAR)[0]
    of_year = years.notna()
    if not of_year.any():
        return frame, []
    named = sorted(years[of_year].unique())
    note = ", ".join(named[:_MOST_TOLD]) + (" …" if len(named) > _MOST_TOLD else "")
    told = Finding("shorelines-dated-by-year", "observed_shorelines", "*", None, float(of_year.sum()), note=note)
    return frame.assign(date=dates.astype("object").mask(of_year, years + _MIDDLE)), [told]


def _with_length(rows: gpd.GeoDataFrame, schema: Schema) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    flat = shapely.length(np.asarray(rows.geometry.array, dtype="object")) <= 0.0
    told = zip(rows[schema.key][flat], rows.geometry[flat], strict=True)
    return rows[~flat], [Finding("zero-length", schema.name, str(key), place) for key, place in told]


def _placed(
    rows: gpd.GeoDataFrame,
    origins: Origins,
    crs: Any,  # noqa: ANN401 - a CRS
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Rows of rivers that have an origin: those that name none take that of the nearest."""
    given = texts(rows["river_id"])
    axes = Axes(origins.line, origins.river_id, origins.start, np.arange(len(origins.line)), crs)
    lines = np.asarray(rows.geometry.array, dtype="object")
    number = nearest_axis(lines, given, axes)
    known = number >= 0
    river = np.where(known, origins.river_id[number] if len(origins.line) else "", given).astype("object")
    by_place = known & (given == "")
    findings = _said("river-by-place", rows[by_place], note=river[by_place])
    findings += _said("river-unknown", rows[~known], note=given[~known])
    return rows.assign(river_id=river)[known], findings


def _uncertainty(rows: gpd.GeoDataFrame, method: Method) -> tuple[Floats, list[Finding]]:
    given = _numbers(rows, "uncertainty_m")
    impossible = given <= 0.0
    if method.convention == "dsas":
        impossible &= given < 0.0
    wrong = rows[impossible]
    findings = [
        Finding("uncertainty-not-positive", "observed_shorelines", str(key), place, float(value), unit="m")
        for key, place, value in zip(wrong["shoreline_id"], wrong.geometry, given[impossible], strict=True)
    ]
    known = np.where(impossible, np.nan, given)
    fallback = np.nan if method.uncertainty_m is None else method.uncertainty_m
    return np.where(np.isnan(known) & ~impossible, fallback, known), findings


def _said(code: str, rows: gpd.GeoDataFrame, note: Names | None = None) -> list[Finding]:
    notes = [""] * len(rows) if note is None else note
    told = zip(rows["shoreline_id"], rows.geometry, notes, strict=True)
    return [Finding(code, "observed_shorelines", str(key), place, note=str(said)) for key, place, said in told]
