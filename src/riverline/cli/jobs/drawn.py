"""What ``riverline demarcate`` and its like wrote, read back as the result that it was."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

import riverline as rl
from riverline import provenance
from riverline.channel.given import texts
from riverline.cli.jobs.reading import layer_names
from riverline.cli.jobs.steps import numbered, read_named
from riverline.demarcation.given_extents import complete_extents
from riverline.schema import EXTENTS, Schema

if TYPE_CHECKING:
    from pathlib import Path

    from riverline.cli.jobs.steps import Layer
    from riverline.rules import RuleSet

_PLAIN = Schema(
    EXTENTS.name, EXTENTS.label_zh, EXTENTS.label_en, EXTENTS.key, EXTENTS.geometry,
    tuple(column if column.name == "kind" else replace(column, optional=True) for column in EXTENTS), EXTENTS.meaning,
)  # fmt: skip
"""Extents from elsewhere: the kind alone has to be told."""

ASIDE = "aside"
"""Where a frame keeps, in both languages, what of its file was left aside."""

# A line so near to an edge runs along it: coordinates keep a millimetre.
_NEAR_M = 2e-3

_JOINED = "demarcation ("
"""What the inputs of a joined county are called: each a result, with the rules that drew it."""

_SHAPED = frozenset({"点", "线", "面", "points", "lines", "areas"})
"""What the export adds to the name of a layer whose rows have shapes of several sorts, or may have."""

__all__ = [
    "ASIDE",
    "by_schema",
    "faults_in",
    "holds_lines",
    "layer_of",
    "lines_and_extents",
    "read_drawn",
    "read_extents",
    "read_limits",
    "read_told",
]


def read_limits(layer: Layer, rules: str = "") -> rl.Demarcation | gpd.GeoDataFrame:
    """What things are held against: a file that ``demarcate`` wrote with its lines, or a layer of extents, in metres.

    Parameters
    ----------
    layer
        The file; of a layer from elsewhere shapes and their kind are enough.
    rules
        For :func:`read_drawn`.
    """
    if holds_lines(layer):
        return read_drawn(layer.path, rules)
    return read_extents(layer)


def read_extents(layer: Layer) -> gpd.GeoDataFrame:
    """Extents in metres, of which shapes and their kind are enough; what else they lack is filled."""
    plain = numbered(layer, EXTENTS["extent_id"])
    return rl.geodesy.to_metric(complete_extents(read_named("extents", plain, _PLAIN)))


def read_drawn(path: Path, rules: str = "", *, on: str | None = None) -> rl.Demarcation:
    """The lines and extents of a file with the rule set that drew them.

    Parameters
    ----------
    path
        The file.
    rules
        Name or path of the rule set; if empty, the one that the file names.
    on
        Day on which it was in force.

    Raises
    ------
    ReadError
        If the file is not there or cannot be read.
    JobError
        If it has no lines or extents, or another rule set, or another version of it, drew them.

    Notes
    -----
    A file may hold what several rule sets drew, such as rivers and works: what the one that is asked for drew is the
    result, and the lines' ``attrs`` tell what was left aside. A county that was joined is read whole: its rule set is
    the one that said who has what.
    """
    lines, extents = lines_and_extents(path)
    made, drew = provenance.made_by(lines)
    if made is not None and drew is not None and any(name.startswith(_JOINED) for name in made.inputs):
        return _read_county(lines, extents, made, drew, rules=rules, on=on)
    known = rl.load_rules(rules, on=on) if rules else _drawn_by(extents, on)
    _require_same_rules(extents, known)
    lines, extents = _drawn_with(lines, extents, known)
    told = {"management_lines": provenance.describe_input(lines)}
    used = provenance.rules_used(known, extents["rules"])
    run = provenance.Run(rl.__version__, known.digest, told, provenance.crs_text(lines.crs), used)
    return rl.Demarcation(lines, extents, rl.schema.FAULTS.empty(lines.crs), known, run)


def _read_county(
    lines: gpd.GeoDataFrame,
    extents: gpd.GeoDataFrame,
    made: provenance.Run,
    drew: provenance.RulesUsed,
    *,
    rules: str,
    on: str | None,
) -> rl.Demarcation:
    known = rl.load_rules(rules or drew.name, on=on)
    if known.digest != drew.digest:
        raise _other_rules(f"{drew.name} {drew.digest[:12]}", known)
    return rl.Demarcation(
        lines, extents, rl.schema.FAULTS.empty(lines.crs), known, _run_here(made, lines, rl.__version__)
    )


def read_told(path: Path) -> rl.Demarcation:
    """A result as its file tells it, whoever drew it: lines, extents, and which version and rules made them.

    Parameters
    ----------
    path
        The file. Its rule set need not ship: the result has the name, title and digest of it and no rules.
    """
    lines, extents = lines_and_extents(path)
    made, drew = provenance.made_by(lines)
    digest = (drew and drew.digest) or ", ".join(sorted(set(extents["version"])))
    drew = replace(drew or provenance.RulesUsed("", "", "", ""), digest=digest)
    run = made or provenance.Run(rl.__version__, digest)
    told = _run_here(run, lines, run.version)
    return rl.Demarcation(lines, extents, rl.schema.FAULTS.empty(lines.crs), cast("RuleSet", drew), told)


def _run_here(made: provenance.Run, lines: gpd.GeoDataFrame, version: str) -> provenance.Run:
    """The run of a file, of a version and in the CRS that its lines were read in."""
    return replace(made, version=version, crs=provenance.crs_text(lines.crs))


def faults_in(path: Path, crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - a CRS
    """The faults that a result file tells, of all its layers of them; none where it has no such layer."""
    known = (rl.schema.FAULTS.label_zh, rl.schema.FAULTS.name)
    frames = [pyogrio.read_dataframe(path, layer=name) for name in layer_names(path) if name.startswith(known)]
    placed = [frame if "geometry" in frame else frame.assign(geometry=None) for frame in frames]
    parts = [rl.schema.FAULTS.conform(gpd.GeoDataFrame(frame, geometry="geometry", crs=crs)) for frame in placed]
    return rl.faults.combine(parts, crs=crs)


def _drawn_by(extents: gpd.GeoDataFrame, on: str | None) -> RuleSet:
    """The rule set that extents were drawn by: of those that the rows name, for one may have stood in, that version."""
    named = sorted({name for row in extents["rules"].dropna() for name in str(row).split(", ")})
    loaded = [rl.load_rules(name, on=on) for name in named or ["national"]]
    return next((each for each in loaded if each.digest in set(extents["version"])), loaded[0])


def holds_lines(layer: Layer) -> bool:
    """Whether a file is one that ``demarcate`` wrote, with the lines beside the extents."""
    if layer.layer is not None or layer.path.suffix.lower() != ".gpkg" or not layer.path.is_file():
        return False
    names = {str(name) for name in pyogrio.list_layers(layer.path)[:, 0]}
    return bool(names & {rl.schema.MANAGEMENT_LINES.label_zh, rl.schema.MANAGEMENT_LINES.name})


def lines_and_extents(path: Path) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Both layers of a demarcation."""
    return layer_of(path, rl.schema.MANAGEMENT_LINES), layer_of(path, rl.schema.EXTENTS)


def layer_of(path: Path, schema: Schema) -> gpd.GeoDataFrame:
    """One layer of a result file, by the Chinese or the English name that the export gives it."""
    names = layer_names(path)
    layer = next((name for name in (schema.label_zh, schema.name) if name in names), None)
    if layer is None:
        there = ", ".join(names) or "-"
        raise rl.JobError(
            f"{path.name} 中没有图层 {schema.label_zh}（现有：{there}）；应为 riverline demarcate 写出的 成果.gpkg",
            f"{path.name} has no layer {schema.name} (there are: {there}); give what riverline demarcate wrote",
        )
    return rl.read_layer(path, schema, layer=layer)


def by_schema(layer: Layer, schema: Schema, *, needed: bool = True) -> Layer | None:
    """The layer of a file of several that the export wrote by a schema: by its name, with or without the shapes' word.

    Parameters
    ----------
    layer
        The file; where it names its layer, or is no file of several, it is the answer.
    schema
        What is looked for.
    needed
        Whether a file that has none is given back as it is, so that reading it says what is there; else None.
    """
    if layer.layer is not None or layer.path.suffix.lower() != ".gpkg" or not layer.path.is_file():
        return layer if needed else None
    names = layer_names(layer.path)
    own = [name for name in names for known in (schema.label_zh, schema.name)
           if name == known or name.removeprefix(f"{known}_") in _SHAPED]  # fmt: skip
    if len(own) == 1:
        return replace(layer, layer=own[0])
    return layer if needed else None


def _drawn_with(
    lines: gpd.GeoDataFrame, extents: gpd.GeoDataFrame, rules: RuleSet
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """The extents that a rule set drew and their lines: those that no other extent's edge runs along more closely."""
    own = (extents["version"] == rules.digest).to_numpy()
    if own.all():
        return lines, extents
    management = (extents["kind"] == "management").to_numpy()
    edges, mine = shapely.boundary(extents.geometry.array[management]), own[management]
    shapes = np.asarray(lines.geometry.array)
    line, edge = shapely.STRtree(edges).query(shapes, predicate="dwithin", distance=_NEAR_M)
    same = texts(lines["river_id"])[line] == texts(extents["river_id"])[management][edge]
    line, edge = line[same], edge[same]
    # What of a line runs further than that from an edge is not this extent's.
    off = shapely.length(shapely.difference(shapes[line], shapely.buffer(edges[edge], _NEAR_M)))
    best = pd.DataFrame({"line": line, "off": off, "mine": mine[edge]})
    best = best.sort_values(["off", "mine"], ascending=[True, False], kind="stable").drop_duplicates("line")
    kept = np.zeros(len(lines), dtype=bool)
    kept[best.loc[best["mine"], "line"]] = True
    aside = ", ".join(sorted(set(extents.loc[~own, "rules"])))
    left = int((~kept).sum())
    told = {
        "zh": f"另有 {left} 段界线由 {aside} 划定，未使用",
        "en": f"{left} more lines, drawn by {aside}: left aside",
    }
    drawn, ranges = (frame[rows].reset_index(drop=True) for frame, rows in ((lines, kept), (extents, own)))
    drawn.attrs = {**lines.attrs, ASIDE: told}
    ranges.attrs = extents.attrs
    return drawn, ranges


def _require_same_rules(extents: gpd.GeoDataFrame, rules: RuleSet) -> None:
    """Raise where the lines were drawn by other rule sets, or another version of it, and none by this one."""
    others = sorted({f"{row.rules} {row.version[:12]}" for row in extents.itertuples()})
    if len(extents) and rules.digest not in set(extents["version"]):
        raise _other_rules(", ".join(others), rules)


def _other_rules(told: str, rules: RuleSet) -> rl.JobError:
    return rl.JobError(
        f"界线由另一规则集划定（{told}），不是 {rules.name} {rules.digest[:12]}；"
        "请用 --rules、--on 指定同一规则集，或重新划界",
        f"the lines were drawn by {told}, not by {rules.name} {rules.digest[:12]}; name the same rule set with "
        "--rules and --on, or draw them again",
    )
