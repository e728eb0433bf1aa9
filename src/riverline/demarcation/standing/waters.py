"""The public verb for lakes and reservoirs: many of them in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline import faults
from riverline._kernels.grids.flood_area import without_holes
from riverline._version import __version__
from riverline.demarcation.extents.closed import Closed, borrowed, closed_extents, closed_lines
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.demarcation.inputs import (
    describe_all,
    prepare,
    require_all,
    require_rules,
    scale_findings,
    terrain_path,
    usable_rows,
)  # fmt: skip
from riverline.demarcation.nearness import LEAST_M
from riverline.demarcation.result import Demarcation
from riverline.demarcation.sharing.ranges import Ranges, part_ranges
from riverline.demarcation.standing.closing import Shore
from riverline.demarcation.standing.codes import STANDING, codes_of, with_rivers
from riverline.demarcation.standing.shores import demarcate_shore
from riverline.geodesy import require_metric
from riverline.provenance import Run, crs_text, describe_input, rules_used
from riverline.schema import BANK_TOPS, FLOOD_LEVELS, LEVEES, WATER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import geopandas as gpd

    from riverline.demarcation.references import Axis
    from riverline.rules import RuleSet
    from riverline.schema import Schema

__all__ = ["demarcate_waters"]

LAYERS: dict[str, Schema] = {"levees": LEVEES, "lines": BANK_TOPS, "flood_levels": FLOOD_LEVELS}


def demarcate_waters(
    water: gpd.GeoDataFrame,
    rules: RuleSet,
    *,
    axes: gpd.GeoDataFrame | None = None,
    levees: gpd.GeoDataFrame | None = None,
    flood_levels: gpd.GeoDataFrame | None = None,
    lines: gpd.GeoDataFrame | None = None,
    terrain: str | Path | None = None,
    on: date | str | None = None,
) -> Demarcation:
    """Draw the legal management line of every lake and reservoir.

    A line that is given for the water goes first (an approved plan, the land acquired), then levees with their strips,
    then the line at the level that the rule names, over terrain, then the edge of the water. The extent is what these
    enclose, islands included; its edge is one closed line. Each water is drawn alone; what several claim is then parted
    as the rule set says: no water loses its own surface, one that lies within another keeps its range, and its line is
    that of the hole in the other.

    Parameters
    ----------
    water
        Rows of :data:`riverline.schema.WATER` in a CRS in metres; rivers among them are left to
        :func:`riverline.demarcate`. A lake's code is its ``river_id`` or, where that is blank or no column, its
        ``water_id``; rows of one code are one water.
    rules
        From :func:`riverline.load_rules`.
    axes
        Rivers that enter and leave: the line of a lake is closed across their mouths.
    levees, flood_levels
        Frames of the schema of that name whose ``river_id`` is the lake's code; levees without one go to the nearest
        water within 5 km. Other rows are told as not used.
    lines
        Rows of :data:`riverline.schema.BANK_TOPS` whose ``feature`` is ``acquisition_line`` or ``plan_line``.
    terrain
        Path of a terrain raster, for lines at a level.
    on
        Day for which to draw; the rule set must be in force then.

    Returns
    -------
    Demarcation
        In ``lines`` the bank is blank and chainages run along the line itself, clockwise from its northernmost place;
        in ``extents`` the code of the water is the ``river_id``.

    Raises
    ------
    SchemaError, CRSError
        If layers lack columns or a CRS, listing everything; if the water is not in metres.
    RuleError
        If the rule set is not in force on that day.
    JobError
        If the terrain file is not there.

    Notes
    -----
    江苏技术规定（试行）4.1.5: the area below the design level with islands, inlets and outlets; with a levee up to the
    outer edge of its strip; an approved plan goes first. A level is the same all over a water.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString, Point
    >>> import riverline as rl
    >>> pond = Point(500_000, 3_500_000).buffer(400)
    >>> water = gpd.GeoDataFrame(
    ...     {"water_id": ["W1"], "river_id": ["H1"], "kind": ["lake"], "name": ["镜湖"]}, geometry=[pond], crs=4548
    ... )
    >>> toe = LineString(Point(500_000, 3_500_000).buffer(450).exterior.coords)
    >>> levees = gpd.GeoDataFrame(
    ...     {"levee_id": ["D1"], "river_id": ["H1"], "feature": ["landside_toe"], "grade": [4]},
    ...     geometry=[toe],
    ...     crs=4548,
    ... )
    >>> result = rl.demarcate_waters(water, rl.load_rules("anhui"), levees=levees)
    >>> result.lines[["bank", "basis", "offset_m", "confidence"]].values.tolist()
    [[nan, 'levee', 10.0, 'high']]
    >>> print(rl.explain(result, "H1", None, 500, language="en"))  # doctest: +ELLIPSIS
    K0+500 along the line of 镜湖: the management line is drawn from the levee (features D1), 10 m to landside; ...
    """
    rules = require_rules(rules, on)
    given = {"levees": levees, "lines": lines, "flood_levels": flood_levels}
    shores, path, findings, described = _prepared(water, axes, given, terrain)
    alone = [_outcome(shore, rules, path, water.crs) for shore in shores]
    parted, met = part_ranges(Ranges(alone, [shore.surface for shore in shores]), rules)
    outcomes = [each for each in parted if isinstance(each, Closed)]
    drawn = closed_lines(outcomes, water.crs, rules, "S")
    extents = closed_extents(outcomes, water.crs, rules)
    findings += [*met, *(each for made in outcomes for each in (*made.findings, *borrowed(made, rules)))]
    findings += _unused(shores, alone)
    told = faults.combine(findings_to_faults(findings, water.crs), crs=water.crs)
    run = Run(__version__, rules.digest, described, crs_text(water.crs), rules_used(rules, extents["rules"]))
    return Demarcation(drawn, extents, told, rules, run)


def _outcome(shore: Shore, rules: RuleSet, terrain: Path | None, crs: Any) -> Closed:  # noqa: ANN401 - a CRS
    """What came of one water. What the geometry library refuses is that water's fault, and the others are done."""
    try:
        return demarcate_shore(shore, rules, terrain=terrain, crs=crs)
    except shapely.errors.GEOSException as error:
        finding = Finding("water-not-done", "water", shore.code, shore.water, note=f"geometry: {error}")
        return Closed(shore.code, shore.code, shore.name, "water", findings=[finding])


def _prepared(
    water: gpd.GeoDataFrame,
    axes: gpd.GeoDataFrame | None,
    given: Mapping[str, gpd.GeoDataFrame | None],
    terrain: str | Path | None,
) -> tuple[list[Shore], Path | None, list[Finding], dict[str, dict[str, Any]]]:
    """The waters with their rows, the terrain, what could not be used, and what the run remembers."""
    water = with_rivers(water)
    WATER.require(water)
    require_metric(water, layer="water")
    frames = {name: frame for name, frame in given.items() if frame is not None}
    require_all(frames, LAYERS)
    path = terrain_path(terrain)
    described = describe_all("water", water, frames, path)
    rows, findings = usable_rows(water, WATER, water.crs)
    still = rows["kind"].isin(STANDING).to_numpy()
    # What is of rivers is told without a place: a map of lakes would have to show the whole county for it.
    findings += [Finding("feature-not-used", "water", str(key), None) for key in rows["water_id"][~still]]
    rows = rows[still].reset_index(drop=True)
    rows = rows.assign(code=codes_of(rows))
    findings += scale_findings(rows.geometry.array, water.crs, layer="water") if len(rows) else []
    rivers: list[Axis] = []
    if axes is not None:
        ready = prepare(axes.to_crs(water.crs) if axes.crs != water.crs else axes, {}, None)
        findings += ready.findings
        described["axes"] = describe_input(axes)
        rivers = list(ready.axes.values())
    placed: dict[str, gpd.GeoDataFrame] = {}
    for name, frame in frames.items():
        placed[name], wrong = _of_waters(frame, LAYERS[name], rows, water.crs)
        findings += wrong
    return _shores(rows, placed, rivers), path, findings, described


def _of_waters(
    frame: gpd.GeoDataFrame,
    schema: Schema,
    water: gpd.GeoDataFrame,
    crs: Any,  # noqa: ANN401 - a CRS
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Rows with the code of the water they are of, as ``code``; the others as findings."""
    rows, findings = usable_rows(frame, schema, crs)
    code = rows["river_id"].fillna("").astype("object").to_numpy().copy()
    if schema is LEVEES and len(water) and len(rows):
        blank = np.flatnonzero(code == "")
        tree = shapely.STRtree(water.geometry.to_numpy())
        row, near = tree.query_nearest(rows.geometry.to_numpy()[blank], max_distance=LEAST_M, all_matches=False)
        code[blank[row]] = water["code"].to_numpy()[near]
    known = np.isin(code, water["code"].to_numpy().astype(str)) & (code != "")
    findings += [Finding("feature-not-used", schema.name, str(key), None) for key in rows[schema.key][~known]]
    return rows.assign(code=code)[known].reset_index(drop=True), findings


def _shores(rows: gpd.GeoDataFrame, placed: Mapping[str, gpd.GeoDataFrame], rivers: Sequence[Axis]) -> list[Shore]:
    """One value a water, in the order of their codes."""
    by_code = {name: {str(code): mine for code, mine in frame.groupby("code")} for name, frame in placed.items()}
    centres = np.array([axis.line for axis in rivers], dtype=object)
    shores = []
    for key, mine in rows.groupby("code", sort=True):
        code = str(key)
        surface = shapely.union_all(mine.geometry.array)
        whole = without_holes(surface)
        around = [whole, *(by_code["levees"][code].geometry if code in by_code.get("levees", {}) else [])]
        reach = shapely.convex_hull(shapely.geometrycollections(around))
        crossing = np.flatnonzero(shapely.intersects(centres, reach)).tolist()
        names = mine["name"].dropna() if "name" in mine.columns else pd.Series([], dtype="str")
        shores.append(
            Shore(
                code=code,
                name="" if names.empty else str(names.iloc[0]),
                kind="lake" if mine["kind"].iloc[0] == "lake" else "reservoir",
                water=whole,
                ids=tuple(mine["water_id"].astype("str")),
                levees=by_code.get("levees", {}).get(code),
                lines=by_code.get("lines", {}).get(code),
                levels=by_code.get("flood_levels", {}).get(code),
                axes=tuple(rivers[at] for at in crossing if rivers[at].river_id != code),
                surface=surface,
            )
        )
    return shores


def _unused(shores: Sequence[Shore], outcomes: Sequence[Closed]) -> list[Finding]:
    """A note for every feature that made no line and was not told of, so that none is lost."""
    findings = []
    for shore, made in zip(shores, outcomes, strict=True):
        used = {source for _, piece in made.rows for source in piece.source_ids}
        used |= {each.feature_id for each in made.findings}
        for layer, key, rows in (
            ("levees", "levee_id", shore.levees),
            ("bank_tops", "bank_id", shore.lines),
            ("flood_levels", "level_id", shore.levels),
        ):
            if rows is None:
                continue
            silent = rows[~rows[key].isin(used)].drop_duplicates(key)
            findings += [
                Finding("feature-not-used", layer, str(name), place)
                for name, place in zip(silent[key], silent.geometry, strict=True)
            ]
    return findings
