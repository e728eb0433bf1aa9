"""What ``riverline demarcate`` wrote, read back as the result that it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyogrio

import riverline as rl
from riverline import provenance

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from riverline.rules import RuleSet
    from riverline.schema import Schema

__all__ = ["layer_of", "lines_and_extents", "read_drawn"]


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
    """
    lines, extents = lines_and_extents(path)
    known = rl.load_rules(rules, on=on) if rules else _drawn_by(extents, on)
    _require_same_rules(extents, known)
    told = {"management_lines": provenance.describe_input(lines)}
    run = provenance.Run(rl.__version__, known.digest, told, lines.crs.to_string())
    return rl.Demarcation(lines, extents, rl.schema.FAULTS.empty(lines.crs), known, run)


def _drawn_by(extents: gpd.GeoDataFrame, on: str | None) -> RuleSet:
    """The rule set that extents were drawn by: of those that the rows name, for one may have stood in, that version."""
    named = sorted({name for row in extents["rules"].dropna() for name in str(row).split(", ")})
    loaded = [rl.load_rules(name, on=on) for name in named or ["national"]]
    return next((each for each in loaded if each.digest in set(extents["version"])), loaded[0])


def lines_and_extents(path: Path) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Both layers of a demarcation."""
    return layer_of(path, rl.schema.MANAGEMENT_LINES), layer_of(path, rl.schema.EXTENTS)


def layer_of(path: Path, schema: Schema) -> gpd.GeoDataFrame:
    """One layer of a result file, by the Chinese or the English name that the export gives it."""
    names = _names(path)
    layer = next((name for name in (schema.label_zh, schema.name) if name in names), None)
    if layer is None:
        there = ", ".join(names) or "-"
        raise rl.JobError(
            f"{path.name} 中没有图层 {schema.label_zh}（现有：{there}）；应为 riverline demarcate 写出的 成果.gpkg",
            f"{path.name} has no layer {schema.name} (there are: {there}); give what riverline demarcate wrote",
        )
    return rl.read_layer(path, schema, layer=layer)


def _names(path: Path) -> list[str]:
    if not path.exists():
        raise rl.ReadError(f"找不到文件 {path.name}", f"there is no file {path.name}")
    try:
        return [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    except pyogrio.errors.DataSourceError as error:
        raise rl.ReadError(f"无法读取 {path.name}：{error}", f"cannot read {path.name}: {error}") from error


def _require_same_rules(extents: gpd.GeoDataFrame, rules: RuleSet) -> None:
    """Raise where the lines were drawn by another rule set, or another version of it."""
    other = sorted({f"{row.rules} {row.version[:12]}" for row in extents.itertuples() if row.version != rules.digest})
    if other:
        told = ", ".join(other)
        raise rl.JobError(
            f"界线由另一规则集划定（{told}），不是 {rules.name} {rules.digest[:12]}；"
            "请用 --rules、--on 指定同一规则集，或重新划界",
            f"the lines were drawn by {told}, not by {rules.name} {rules.digest[:12]}; name the same rule set with "
            "--rules and --on, or draw them again",
        )
