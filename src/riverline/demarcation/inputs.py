"""What goes into a demarcation: layers checked, brought to one CRS and sorted by river."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.demarcation.findings import Finding
from riverline.demarcation.intake import row_names, single_parts, split_plausible, split_usable, typed
from riverline.demarcation.nearness import split_near
from riverline.demarcation.references import Axis
from riverline.errors import JobError, RiverlineError, RuleError, SchemaError
from riverline.geodesy import align, point_scale, require_metric
from riverline.io.shapes import abutting
from riverline.provenance import crs_text, describe_file, describe_input
from riverline.rules import RuleSet
from riverline.schema import AXES, BANK_TOPS, FLOOD_LEVELS, LEVEES, SECTIONS, WATER

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from numpy.typing import NDArray

    from riverline.schema import Schema

__all__ = [
    "Inputs", "describe_all", "prepare", "require_all", "require_rules", "scale_findings", "terrain_path",
    "usable_rows",
]  # fmt: skip

LAYERS: dict[str, Schema] = {
    "levees": LEVEES,
    "bank_tops": BANK_TOPS,
    "water": WATER,
    "flood_levels": FLOOD_LEVELS,
    "sections": SECTIONS,
}

SCALE_LIMIT = 1 / 2500
"""Largest distortion of length that passes without a note: what a 3-degree zone has at its edge in the far south."""

SCALE_TOO_FAR = 1 / 1000
"""Distortion at which widths in plane metres are no legal widths any more: 3 cm in 30 m."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Layers in the CRS of the axes, the usable axes by code, and the rivers of which rows of a layer were refused."""

    axes: dict[str, Axis]
    frame: gpd.GeoDataFrame
    layers: dict[str, gpd.GeoDataFrame]
    terrain: Path | None
    described: dict[str, dict[str, Any]]
    rows: dict[str, dict[str, NDArray[np.intp]]]
    refused: dict[str, set[str]]
    findings: list[Finding] = field(default_factory=list)

    def of_river(self, layer: str, river_id: str) -> gpd.GeoDataFrame | None:
        """Rows of one river in a layer; None where the layer was not given or has none."""
        rows = self.rows.get(layer, {}).get(river_id)
        return None if rows is None else self.layers[layer].iloc[rows]


def prepare(axes: gpd.GeoDataFrame, layers: dict[str, Any], terrain: Any) -> Inputs:  # noqa: ANN401 - a path
    """Check every layer, bring all to the CRS of the axes, and take out the rows that cannot be used.

    Parameters
    ----------
    axes
        Rows of :data:`riverline.schema.AXES`.
    layers
        Frames by layer name, None where not given.
    terrain
        Path of a terrain raster, or None.

    Returns
    -------
    Inputs
        Rows without usable geometry and rows of unknown rivers are findings.

    Raises
    ------
    SchemaError, CRSError
        With everything that is wrong with all layers.
    """
    AXES.require(axes)
    require_metric(axes, layer="axes")
    given = {name: frame for name, frame in layers.items() if frame is not None}
    require_all(given, LAYERS)
    path = terrain_path(terrain)
    described = describe_all("axes", axes, given, path)
    frame, findings = typed(axes, AXES)
    usable, refused = _usable_axes(frame, row_names(axes, AXES))
    findings += [*refused, *scale_findings([axis.line for axis in usable.values()], axes.crs, layer="axes")]
    kept: dict[str, gpd.GeoDataFrame] = {}
    unused: dict[str, set[str]] = {}
    undone = set(frame["river_id"].dropna()) - set(usable)
    for name, rows in given.items():
        kept[name], unused[name], dropped = _usable_rows(rows, LAYERS[name], usable, undone, crs=axes.crs)
        findings.extend(dropped)
    by_river = {name: rows.groupby("river_id", sort=False).indices for name, rows in kept.items()}
    if path is not None and not set(by_river.get("flood_levels", ())) - set(by_river.get("sections", ())):
        findings.append(Finding("terrain-not-used", "terrain", "*", None, note=path.name))
    return Inputs(usable, frame, kept, path, described, by_river, unused, findings)


def require_rules(rules: object, on: date | str | None) -> RuleSet:
    """The rule set as it is in force on a day; one that was named rather than loaded raises."""
    if not isinstance(rules, RuleSet):
        raise RuleError(
            f'rules 应为规则集，实际为 {rules!r}；请写 riverline.load_rules("anhui")',
            f'rules must be a rule set, got {rules!r}; write riverline.load_rules("anhui")',
        )
    return rules if on is None else rules.in_force(on)


def require_all(layers: Mapping[str, gpd.GeoDataFrame], schemas: Mapping[str, Schema]) -> None:
    """Raise once with everything that is wrong with all layers."""
    problems = []
    for name, frame in layers.items():
        try:
            schemas[name].require(frame, layer=name)
        except RiverlineError as error:
            problems.append(error)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise SchemaError.listing("图层不符合要求", "layers do not fit", [(each.zh, each.en) for each in problems])


def describe_all(
    name: str, subject: gpd.GeoDataFrame, layers: Mapping[str, gpd.GeoDataFrame], terrain: Path | None
) -> dict[str, dict[str, Any]]:
    """What the run remembers of its inputs: which files, and what was brought to the CRS of the subject."""
    described = {name: describe_input(subject)}
    for layer, frame in layers.items():
        moved = "" if frame.crs == subject.crs else f"reprojected to {crs_text(subject.crs)}"
        described[layer] = describe_input(frame, note=moved)
    return described if terrain is None else {**described, "terrain": describe_file(terrain)}


def terrain_path(terrain: Any) -> Path | None:  # noqa: ANN401 - a path
    """The path of a terrain that is there; None where none is given."""
    if terrain is None:
        return None
    path = Path(terrain)
    if not path.is_file():
        raise JobError(f"找不到地形文件 {path.name}", f"there is no terrain file {path.name}")
    return path


def _usable_axes(axes: gpd.GeoDataFrame, names: NDArray[np.object_]) -> tuple[dict[str, Axis], list[Finding]]:
    """Axes by code in the order of the codes. Of several under one code none is taken: it would be a guess."""
    shared = dict.fromkeys(axes["river_id"][axes["river_id"].duplicated()], "duplicate-key")
    pieces = abutting(axes["river_id"], axes.geometry.to_numpy())
    shared |= {axes["river_id"].iloc[rows[0]]: "axis-in-pieces" for rows, _ in pieces}
    usable: dict[str, Axis] = {}
    findings = []
    columns = zip(
        axes["river_id"], names, axes["name"], axes.geometry.array,
        _column(axes, "rank"), _column(axes, "width_m"), _column(axes, "start_chainage_m"), strict=True,
    )  # fmt: skip
    for river, row, name, line, rank, width, start in columns:
        reason = _axis_fault(river, line, shared)
        if reason:
            findings.append(Finding("river-not-done", "axes", row, line if _drawable(line) else None, note=reason))
            continue
        flat = shapely.remove_repeated_points(line)
        usable[river] = Axis(
            river_id=river,
            name="" if pd.isna(name) else str(name),
            rank=None if pd.isna(rank) else str(rank),
            width_m=None if pd.isna(width) else float(width),
            line=flat,
            coords=shapely.get_coordinates(flat),
            start_m=0.0 if pd.isna(start) else float(start),
        )
    return dict(sorted(usable.items())), findings


def _axis_fault(river: Any, line: Any, shared: dict[str, str]) -> str:  # noqa: ANN401 - cells of a frame
    """Why an axis cannot be used; empty if it can."""
    if pd.isna(river) or river == "":
        return "blank-key"
    if river in shared:
        return shared[river]
    if line is None or shapely.is_empty(line):
        return "no-geometry"
    if shapely.get_type_id(line) != shapely.GeometryType.LINESTRING:
        return "not-a-single-line"
    if not _drawable(line) or line.length <= 0.0:
        return "no-length"
    return "closed-line" if line.is_closed else ""


def _drawable(line: Any) -> bool:  # noqa: ANN401 - a cell of a frame
    return line is not None and bool(np.isfinite(shapely.get_coordinates(line)).all())


def _usable_rows(
    frame: gpd.GeoDataFrame,
    schema: Schema,
    axes: dict[str, Axis],
    undone: set[str],
    *,
    crs: Any,  # noqa: ANN401 - a CRS
) -> tuple[gpd.GeoDataFrame, set[str], list[Finding]]:
    """Rows of known rivers with geometry, in the CRS of the axes, sorted by key; the rest, by river and as findings."""
    rows, wrong = typed(frame, schema)
    by_number = schema is FLOOD_LEVELS and "chainage_m" in rows.columns
    places = rows["chainage_m"].notna().to_numpy() if by_number else np.zeros(len(rows), dtype=bool)
    rivers = rows["river_id"]
    rows, unusable = split_usable(rows, schema, names=row_names(frame, schema), places=places)
    rows, implausible = split_plausible(rows, schema)
    refused = set(rivers.drop(rows.index).dropna())
    wrong += [*unusable, *implausible]
    if schema.geometry == ("LineString",) and schema is not SECTIONS:
        rows, many = single_parts(rows, schema)
        wrong += many
    rows = align(rows, crs, layer=schema.name)
    wrong = _moved(wrong, frame.crs, crs)
    rows, elsewhere = _of_known_rivers(rows, schema, axes, undone)
    rows, far = split_near(rows, schema, axes)
    refused |= {each.note for each in far}
    if "chainage_m" in rows.columns:
        starts = rows["river_id"].map({river: axis.start_m for river, axis in axes.items()})
        rows = rows.assign(chainage_m=rows["chainage_m"] - starts.astype("float64"))
    place = rows.geometry.to_wkb(hex=True).fillna("") if rows[schema.key].duplicated().any() else ""
    rows = rows.assign(_place=place).sort_values([schema.key, "_place"], kind="stable").drop(columns="_place")
    return rows.reset_index(drop=True), refused, [*wrong, *elsewhere, *far]


def usable_rows(frame: gpd.GeoDataFrame, schema: Schema, crs: Any) -> tuple[gpd.GeoDataFrame, list[Finding]]:  # noqa: ANN401
    """Rows of a layer that is not sorted by river which can be drawn with, in one CRS, by key; the rest as findings."""
    rows, wrong = typed(frame, schema)
    # The level of a lake is the same all over: it needs no place.
    anywhere = np.full(len(rows), schema is FLOOD_LEVELS)
    rows, unusable = split_usable(rows, schema, names=row_names(frame, schema), places=anywhere)
    wrong += unusable
    if schema.geometry == ("LineString",):
        rows, many = single_parts(rows, schema)
        wrong += many
    rows = align(rows, crs, layer=schema.name)
    place = rows.geometry.to_wkb(hex=True).fillna("")
    rows = rows.assign(_place=place).sort_values([schema.key, "_place"], kind="stable").drop(columns="_place")
    return rows.reset_index(drop=True), _moved(wrong, frame.crs, crs)


def _moved(findings: list[Finding], source: Any, target: Any) -> list[Finding]:  # noqa: ANN401 - CRSs
    """Findings with their places in another CRS."""
    if source == target or not findings:
        return findings
    places = gpd.GeoSeries([each.geometry for each in findings], crs=source).to_crs(target)
    return [replace(each, geometry=place) for each, place in zip(findings, places, strict=True)]


def _of_known_rivers(
    frame: gpd.GeoDataFrame, schema: Schema, axes: dict[str, Axis], undone: set[str]
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Rows that belong to a river with an axis; lines of a bank that name none are kept, their place will tell.

    Rows of rivers whose axis was refused are right: that fault is the axis's, and they are only not used.
    """
    named = frame["river_id"].notna().to_numpy() & (frame["river_id"] != "").to_numpy()
    unknown = named & ~frame["river_id"].isin(list(axes)).to_numpy()
    waiting = frame["river_id"].isin(undone).to_numpy()
    still = (
        frame["kind"].isin(["lake", "reservoir"]).to_numpy() if schema is WATER else np.zeros(len(frame), dtype=bool)
    )
    nameless = ~named & (schema not in (LEVEES, BANK_TOPS))
    findings = [
        Finding(code, schema.name, str(key), place, note="" if pd.isna(river) else str(river))
        for code, mask in (
            ("river-unknown", unknown & ~still & ~waiting),
            ("river-blank", nameless & ~still),
            ("still-water", (unknown | nameless) & still),
            ("feature-not-used", unknown & waiting & ~still),
        )
        for key, place, river in zip(
            frame[schema.key][mask], frame.geometry[mask], frame["river_id"][mask], strict=True
        )
    ]
    return frame[~(unknown | nameless)], findings


def scale_findings(shapes: Any, crs: Any, *, layer: str) -> list[Finding]:  # noqa: ANN401 - geometries and a CRS
    """What is to be told of how far the projection distorts lengths where shapes lie."""
    scale = point_scale(gpd.GeoDataFrame(geometry=shapes, crs=crs))
    if scale <= SCALE_LIMIT:
        return []
    code = "scale-distortion" if scale <= SCALE_TOO_FAR else "scale-too-far"
    return [Finding(code, layer, "*", None, 1000.0 * scale, 1000.0 * SCALE_LIMIT, "m/km")]


def _column(frame: gpd.GeoDataFrame, name: str) -> Any:  # noqa: ANN401 - a column or blanks
    return frame[name] if name in frame.columns else [None] * len(frame)
