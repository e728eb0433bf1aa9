"""What goes into a demarcation: layers checked, brought to one CRS and sorted by river."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline.demarcation.findings import Finding
from riverline.demarcation.references import Axis
from riverline.errors import JobError, RiverlineError, SchemaError
from riverline.geodesy import align, point_scale, require_metric
from riverline.provenance import describe_input
from riverline.schema import AXES, BANK_TOPS, FLOOD_LEVELS, LEVEES, SECTIONS, WATER

if TYPE_CHECKING:
    import geopandas as gpd

    from riverline.schema import Schema

__all__ = ["Inputs", "prepare"]

LAYERS: dict[str, Schema] = {
    "levees": LEVEES,
    "bank_tops": BANK_TOPS,
    "water": WATER,
    "flood_levels": FLOOD_LEVELS,
    "sections": SECTIONS,
}

SCALE_LIMIT = 1 / 2500
"""Largest distortion of length that passes without a note: what a 3-degree zone has at its edge in the far south."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Layers in the CRS of the axes, and the usable axes by code."""

    axes: dict[str, Axis]
    frame: gpd.GeoDataFrame
    layers: dict[str, gpd.GeoDataFrame]
    terrain: Path | None
    described: dict[str, dict[str, Any]]
    findings: list[Finding] = field(default_factory=list)

    def of_river(self, layer: str, river_id: str) -> gpd.GeoDataFrame | None:
        """Rows of one river in a layer; None where the layer was not given or has none."""
        frame = self.layers.get(layer)
        if frame is None:
            return None
        rows = frame[frame["river_id"] == river_id]
        return rows if len(rows) else None


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
    _require_all(given)
    aligned = {name: align(frame, axes.crs, layer=name) for name, frame in given.items()}
    described = {"axes": describe_input(axes)}
    for name, frame in given.items():
        moved = "" if frame.crs == axes.crs else f"reprojected to {axes.crs.to_string()}"
        described[name] = describe_input(frame, note=moved)
    path = _terrain_path(terrain)
    if path is not None:
        described["terrain"] = {"file": path.name}
    usable, findings = _usable_axes(axes)
    kept: dict[str, gpd.GeoDataFrame] = {}
    for name, frame in aligned.items():
        kept[name], dropped = _usable_rows(frame, LAYERS[name], usable)
        findings.extend(dropped)
    findings.extend(_scale_finding(axes))
    return Inputs(usable, axes, kept, path, described, findings)


def _require_all(layers: dict[str, gpd.GeoDataFrame]) -> None:
    problems = []
    for name, frame in layers.items():
        try:
            LAYERS[name].require(frame, layer=name)
        except RiverlineError as error:
            problems.append(error)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise SchemaError.listing("图层不符合要求", "layers do not fit", [(each.zh, each.en) for each in problems])


def _terrain_path(terrain: Any) -> Path | None:  # noqa: ANN401 - a path
    if terrain is None:
        return None
    path = Path(terrain)
    if not path.is_file():
        raise JobError(f"找不到地形文件 {path.name}", f"there is no terrain file {path.name}")
    return path


def _usable_axes(axes: gpd.GeoDataFrame) -> tuple[dict[str, Axis], list[Finding]]:
    ordered = axes.sort_values("river_id", kind="stable")
    usable: dict[str, Axis] = {}
    findings = []
    columns = zip(
        ordered["river_id"], ordered["name"], ordered.geometry.array,
        _column(ordered, "rank"), _column(ordered, "width_m"), _column(ordered, "start_chainage_m"), strict=True,
    )  # fmt: skip
    for river, name, line, rank, width, start in columns:
        reason = _axis_fault(river, line, usable)
        if reason:
            findings.append(Finding("river-not-done", "axes", str(river), line, note=reason))
            continue
        flat = shapely.remove_repeated_points(shapely.force_2d(line))
        usable[river] = Axis(
            river_id=river,
            name="" if pd.isna(name) else str(name),
            rank=None if pd.isna(rank) else str(rank),
            width_m=None if pd.isna(width) else float(width),
            line=flat,
            coords=shapely.get_coordinates(flat),
            start_m=0.0 if pd.isna(start) else float(start),
        )
    return usable, findings


def _axis_fault(river: Any, line: Any, usable: dict[str, Axis]) -> str:  # noqa: ANN401 - cells of a frame
    """Why an axis cannot be used; empty if it can."""
    if pd.isna(river) or str(river).strip() == "":
        return "blank-key"
    if river in usable:
        return "duplicate-key"
    if line is None or shapely.is_empty(line):
        return "no-geometry"
    if shapely.get_type_id(line) != shapely.GeometryType.LINESTRING:
        return "not-a-single-line"
    if not np.isfinite(shapely.get_coordinates(line)).all() or line.length <= 0.0:
        return "no-length"
    return ""


def _usable_rows(
    frame: gpd.GeoDataFrame, schema: Schema, axes: dict[str, Axis]
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Rows of known rivers with geometry, sorted by key; the rest become findings."""
    geometry = frame.geometry.array
    placed_by_number = (
        frame["chainage_m"].notna().to_numpy() if schema is FLOOD_LEVELS and "chainage_m" in frame else False
    )
    blank = (shapely.is_missing(geometry) | shapely.is_empty(geometry)) & ~np.asarray(placed_by_number)
    stated = frame["river_id"].notna().to_numpy() & (frame["river_id"].astype("str") != "").to_numpy()
    unknown = ~blank & stated & ~frame["river_id"].isin(list(axes)).to_numpy()
    still = (
        (frame["kind"].isin(["lake", "reservoir"])).to_numpy() if schema is WATER else np.zeros(len(frame), dtype=bool)
    )
    findings = [
        Finding(code, schema.name, str(key), geometry_, note=str(river))
        for code, mask in (
            ("feature-blank", blank),
            ("river-unknown", unknown & ~still),
            ("feature-not-used", unknown & still),
        )
        for key, geometry_, river in zip(
            frame[schema.key][mask], frame.geometry[mask], frame["river_id"][mask], strict=True
        )
    ]
    flat = frame.set_geometry(shapely.force_2d(geometry), crs=frame.crs)
    if "chainage_m" in flat.columns:
        starts = flat["river_id"].map({river: axis.start_m for river, axis in axes.items()})
        flat = flat.assign(chainage_m=flat["chainage_m"] - starts)
    kept = flat[~(blank | unknown)].sort_values(schema.key, kind="stable").reset_index(drop=True)
    return kept, findings


def _scale_finding(axes: gpd.GeoDataFrame) -> list[Finding]:
    if axes.geometry.notna().sum() == 0:
        return []
    scale = float(point_scale(axes))
    if abs(scale) <= SCALE_LIMIT:
        return []
    return [Finding("scale-distortion", "axes", "", None, value=scale, limit=SCALE_LIMIT)]


def _column(frame: gpd.GeoDataFrame, name: str) -> Any:  # noqa: ANN401 - a column or blanks
    return frame[name] if name in frame.columns else [None] * len(frame)
