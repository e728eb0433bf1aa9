"""What goes into a shoreline plan: layers checked, in the CRS of the demarcation, and what cannot be used set aside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.channel.given import usable_axes
from riverline.demarcation import Demarcation
from riverline.demarcation.extents.closed import closed_codes, shared_with_others
from riverline.demarcation.extents.whose import drawn_lines
from riverline.demarcation.findings import Finding
from riverline.demarcation.intake import row_names, single_parts, split_usable, typed
from riverline.demarcation.mending import left_out, mended
from riverline.demarcation.result import require_metric_result
from riverline.errors import RiverlineError, RuleError, SchemaError
from riverline.geodesy import align
from riverline.provenance import crs_text, describe_input
from riverline.rules import ZoneRules
from riverline.schema import SENSITIVE, USES, WATER, WATERSIDE, Column, Schema

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.channel.given import Axes

__all__ = ["Inputs", "prepare"]

# What it means for the plan that a feature of a layer took no part.
_MEANS = {USES.name: "counts-unused", SENSITIVE.name: "counts-insensitive"}
COUNTY_NAMES = ("county", "name", "admin", "admin_id")
"""Columns that may say what a county is called; the first that a frame has is taken, so that towns may name theirs."""

_TOWN = re.compile("(?:镇|乡|街道|街道办事处|苏木|村|社区)$")
_TOWN_LEVELS = frozenset({"township", "town", "village", "乡", "镇", "乡镇", "乡级", "乡镇级", "街道", "村", "村级"})
_COUNTY_LEVELS = frozenset({"county", "city", "province", "县", "县级", "区", "区县", "市", "市级", "省", "省级"})
# Names that are told of a layer of towns.
_NAMED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """Layers in the CRS of the demarcation; what could not be used is a finding.

    ``extents`` are those of rivers: what a lake or a work has is none of a river's, though it may bear its code.
    ``waterside`` holds lines or water; ``counties`` has the columns ``admin`` and, where given, ``city``.
    """

    lines: gpd.GeoDataFrame
    extents: gpd.GeoDataFrame
    waterside: gpd.GeoDataFrame | None
    from_water: bool
    sensitive: gpd.GeoDataFrame
    uses: gpd.GeoDataFrame
    counties: gpd.GeoDataFrame | None
    axes: Axes | None
    rules: ZoneRules
    described: dict[str, dict[str, Any]]
    findings: list[Finding]


def prepare(
    result: Demarcation, layers: dict[str, gpd.GeoDataFrame | None], rules: ZoneRules, axes: gpd.GeoDataFrame | None
) -> Inputs:
    """Check every layer, bring all to the CRS of the demarcation, and take out the rows that cannot be used.

    Parameters
    ----------
    result
        The demarcation.
    layers
        ``waterside``, ``uses``, ``sensitive`` and ``admin``, None where not given.
    rules
        Zone rules.
    axes
        Rows of :data:`riverline.schema.AXES`, or None.

    Raises
    ------
    SchemaError, CRSError, RuleError
        With everything that is wrong with all layers.
    """
    _require_call(result, rules)
    given = {name: frame for name, frame in layers.items() if frame is not None}
    from_water = "waterside" in given and _holds_areas(given["waterside"])
    schemas = {"waterside": WATER if from_water else WATERSIDE, "uses": USES, "sensitive": SENSITIVE}
    _require_all(given, schemas)
    require_metric_result(result, name="result")
    crs = result.lines.crs
    described: dict[str, dict[str, Any]] = {"management_lines": describe_input(result.lines)}
    for name, frame in {**given, **({} if axes is None else {"axes": axes})}.items():
        described[name] = describe_input(frame, note="" if frame.crs == crs else f"reprojected to {crs_text(crs)}")
    described["zone_rules"] = {"name": rules.name, "digest": rules.digest}
    usable: dict[str, gpd.GeoDataFrame] = {}
    findings = [*_without_bank(result.lines), *_beside_others(result.lines)]
    for name, schema in schemas.items():
        frame = given.get(name, schema.empty(crs))
        usable[name], wrong = _usable(align(frame, crs, layer=name), schema)
        findings += wrong
    if "admin" in given:
        findings += _about_counties(given["admin"])
    return Inputs(
        lines=result.lines,
        extents=_of_rivers(result),
        waterside=usable["waterside"] if "waterside" in given else None,
        from_water=from_water,
        sensitive=usable["sensitive"],
        uses=usable["uses"],
        counties=_counties(align(given["admin"], crs, layer="admin")) if "admin" in given else None,
        axes=None if axes is None else usable_axes(align(axes, crs, layer="axes")),
        rules=rules,
        described=described,
        findings=findings,
    )


def _of_rivers(result: Demarcation) -> gpd.GeoDataFrame:
    closed = [f"{code}-management" for code in closed_codes(result.lines)]
    mine = (result.extents["kind"] == "management") & ~result.extents["extent_id"].isin(closed)
    return result.extents[mine.to_numpy(dtype=bool)]


def _without_bank(lines: gpd.GeoDataFrame) -> list[Finding]:
    """A finding for every lake, reservoir or work: lines that close around something have no bank to plan."""
    closed = {code: rows for (code, bank), rows in drawn_lines(lines).items() if not bank}
    told = []
    for code, rows in closed.items():
        where = shapely.multilinestrings(rows.geometry.to_numpy())
        told.append(
            Finding("shoreline-without-bank", "management_lines", code, where, round(float(where.length), 1), unit="m")
        )
    return told


def _beside_others(lines: gpd.GeoDataFrame) -> list[Finding]:
    """A finding for every bank whose line runs, in places, along the extent of a lake or a work."""
    shared = lines[shared_with_others(lines)]
    return [
        Finding("shoreline-of-others", "management_lines", str(river), shapely.multilinestrings(list(rows.geometry)),
                round(float(rows.geometry.length.sum()), 1), unit="m", note=str(bank))
        for (river, bank), rows in shared.groupby(["river_id", "bank"], sort=True)
    ]  # fmt: skip


def _require_call(result: object, rules: object) -> None:
    if not isinstance(result, Demarcation):
        raise SchemaError(
            f"result 应为 riverline.demarcate 的返回值，实际为 {type(result).__name__}",
            f"result must be what riverline.demarcate returns, got {type(result).__name__}",
        )
    if not isinstance(rules, ZoneRules):
        raise RuleError(
            f'rules 应为分区规则，实际为 {rules!r}；请写 riverline.rules.load_zone_rules("national")',
            f'rules must be zone rules, got {rules!r}; write riverline.rules.load_zone_rules("national")',
        )


def _holds_areas(frame: object) -> bool:
    """Whether waterside lines come as the water itself."""
    if getattr(frame, "_geometry_column_name", None) not in getattr(frame, "columns", ()):
        return False
    return bool((shapely.get_dimensions(frame.geometry.array) == 2).any())  # type: ignore[attr-defined]  # noqa: PLR2004 - areas


def _require_all(given: dict[str, gpd.GeoDataFrame], schemas: dict[str, Schema]) -> None:
    problems = []
    for name, frame in given.items():
        try:
            (_county_schema(frame) if name == "admin" else schemas[name]).require(frame, layer=name)
        except RiverlineError as error:
            problems.append(error)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise SchemaError.listing("图层不符合要求", "layers do not fit", [(each.zh, each.en) for each in problems])


def _county_schema(frame: object) -> Schema:
    """What counties have to have: a geometry, a CRS, and a name in one of three columns."""
    there = next((name for name in COUNTY_NAMES if name in getattr(frame, "columns", ())), COUNTY_NAMES[0])
    label = Column(there, "text", "县（区）名称", "Name of the county", "XQ", "Name of the county.")
    return Schema("admin", "县（区）", "Counties", there, ("Polygon", "MultiPolygon"), (label,), "Counties.")


def _usable(frame: gpd.GeoDataFrame, schema: Schema) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    rows, findings = typed(frame.assign(**_lacking(frame)), schema)
    names = row_names(frame, schema)
    rows, repaired = mended(rows, schema, names)
    usable, wrong = split_usable(rows, schema, names=names, places=np.zeros(len(rows), dtype=bool))
    findings += [*repaired, *wrong, *left_out(wrong, _MEANS.get(schema.name, "counts-no-edge"))]
    if schema is WATERSIDE:
        usable, several = single_parts(usable, schema)
        findings += several
    return _sorted(usable, schema.key), findings


def _lacking(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """A blank river for layers that name none."""
    return {} if "river_id" in frame.columns else {"river_id": pd.array([""] * len(frame), dtype="str")}


def _sorted(frame: gpd.GeoDataFrame, key: str) -> gpd.GeoDataFrame:
    """Rows in an order that does not depend on that of the input."""
    ordered = frame.assign(_place=frame.geometry.to_wkb(hex=True)).sort_values([key, "_place"], kind="stable")
    return ordered.drop(columns="_place").reset_index(drop=True)


def _counties(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One row a county: units that name one county are together its area."""
    name = _named_by(frame)
    shapes = shapely.force_2d(np.asarray(frame.geometry.array, dtype=object))
    columns = {"admin": frame[name].fillna("").astype("str").str.strip().array}
    if "city" in frame.columns:
        columns["city"] = frame["city"].fillna("").astype("str").str.strip().array
    areal = (shapely.get_dimensions(shapes) == 2) & ~shapely.is_empty(shapes)  # noqa: PLR2004 - areas
    kept = gpd.GeoDataFrame(columns, geometry=shapes, crs=frame.crs)[areal]
    if name == "county":
        kept = kept[kept["admin"] != ""].dissolve(list(columns), as_index=False)
    return _sorted(kept, "admin")


def _named_by(frame: gpd.GeoDataFrame) -> str:
    return next(each for each in COUNTY_NAMES if each in frame.columns)


def _about_counties(frame: gpd.GeoDataFrame) -> list[Finding]:
    """What is to be said of a layer of counties: that it holds towns, that no city is named."""
    named_by = _named_by(frame)
    names = frame[named_by].fillna("").astype("str").str.strip()
    findings = []
    below = np.zeros(len(frame), dtype=bool) if named_by == "county" else _below_a_county(frame, names)
    if below.any():
        listed = "、".join(sorted(set(names[below]))[:_NAMED])
        findings.append(Finding("counties-are-towns", "admin", "*", None, float(below.sum()), note=listed))
    cities = frame["city"].fillna("").astype("str").str.strip() if "city" in frame.columns else names.iloc[:0]
    if not (cities != "").any():
        findings.append(Finding("counties-without-city", "admin", "*", None))
    return findings


def _below_a_county(frame: gpd.GeoDataFrame, names: pd.Series[Any]) -> NDArray[np.bool_]:
    """Units that by their level, their code (nine digits or more) or their name are towns or villages."""
    below = names.str.contains(_TOWN)
    if "level" in frame.columns:
        levels = frame["level"].fillna("").astype("str").str.strip().str.lower()
        below |= levels.isin(_TOWN_LEVELS)
        below &= ~levels.isin(_COUNTY_LEVELS)
    if "admin_id" in frame.columns:
        codes = frame["admin_id"].fillna("").astype("str").str.strip()
        below |= codes.str.fullmatch(r"\d{9}(\d{3})?") & ~codes.str.fullmatch(r"\d{6}0+")
    return below.to_numpy(dtype=bool)
