"""The public verb that makes one county of what rivers, lakes, reservoirs and works were demarcated to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from riverline import faults
from riverline._version import __version__
from riverline.demarcation.extents.river import Outcome
from riverline.demarcation.findings import findings_to_faults
from riverline.demarcation.inputs import prepare, require_rules
from riverline.demarcation.result import Demarcation
from riverline.demarcation.sharing.neighbours import part_neighbours
from riverline.demarcation.sharing.ranges import Ranges, part_ranges
from riverline.demarcation.sharing.rows_again import Members, frames_of, members_of
from riverline.errors import CRSError, JobError, SchemaError
from riverline.geodesy import align
from riverline.provenance import Run, crs_text, describe_input, rules_used

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from riverline.demarcation.extents.closed import Closed
    from riverline.demarcation.findings import Finding
    from riverline.demarcation.references import Axis
    from riverline.provenance import RulesUsed
    from riverline.rules import RuleSet

__all__ = ["join_demarcations"]


def join_demarcations(
    results: Sequence[Demarcation], axes: gpd.GeoDataFrame, *, rules: RuleSet | None = None
) -> Demarcation:
    """Join demarcations of rivers, lakes, reservoirs and works to one in which no place lies in two extents.

    Each was drawn without knowing of the others. What several of them claim goes to one: among rivers as
    :func:`riverline.demarcate` parts them, between kinds by the order of the policy. The union stays what it was.

    Parameters
    ----------
    results
        From :func:`riverline.demarcate`, :func:`riverline.demarcate_waters` and :func:`riverline.demarcate_works`, by
        whatever rule sets, in one CRS.
    axes
        Rows of :data:`riverline.schema.AXES` with every river of the results: where a line is cut, they tell at which
        chainage and bank, and which river goes first.
    rules
        The rule set whose policy decides: ``shared_kinds`` between works, waters and rivers, ``shared`` within a kind,
        ``gaps``. If not given, that of the first result.

    Returns
    -------
    Demarcation
        Lines and extents of all. Rows of what shares land with none are those that were given; where a line was cut,
        what stays keeps its piece, number and further columns, and what closes it has the basis ``joined`` and names
        whose edge it is. Faults are those of all results, and each overlap with its area and who has it. A work that
        lies in a river leaves a hole in the river's extent, along which the river has no line of its own.

    Raises
    ------
    SchemaError
        If a result is no demarcation, or the axes lack columns.
    CRSError
        If results are in several CRS.
    JobError
        If there is nothing to join, a code occurs in two results, or the axes lack a river.

    Notes
    -----
    防洪法 art. 21 and 水法 art. 43 give rivers and works a range each; whose the land is where two lie on one another
    was seen in no text, so ``shared_kinds`` is marked unverified. Works go first because most of their ranges lie
    wholly in that of their river: they would have none.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString, box
    >>> import riverline as rl
    >>> x, y = 500_000, 3_500_000
    >>> river, left, right = (LineString([(x, y + at), (x + 2000, y + at)]) for at in (0, 80, -80))
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["袁河"]}, geometry=[river], crs=4548)
    >>> tops = gpd.GeoDataFrame({"bank_id": ["B1", "B2"], "river_id": "R1"}, geometry=[left, right], crs=4548)
    >>> sluice = gpd.GeoDataFrame(
    ...     {"work_id": ["G1"], "river_id": ["R1"], "kind": ["sluice"]},
    ...     geometry=[box(x + 1000, y - 30, x + 1020, y + 30)],
    ...     crs=4548,
    ... )
    >>> rivers = rl.demarcate(axes, rl.load_rules("national"), bank_tops=tops)
    >>> works = rl.demarcate_works(sluice, rl.load_rules("jiangxi_luxi"), axes=axes)
    >>> county = rl.join_demarcations([rivers, works], axes)
    >>> land = county.extents.query("kind == 'management'").geometry
    >>> bool(abs(land.area.sum() - land.union_all().area) < 1e-6)
    True
    >>> county.faults.query("code == 'extents-shared'")[["feature_id", "note", "value"]].round(2).values.tolist()
    [['R1', 'G1', 24200.0]]
    """
    _require_call(results)
    rules = require_rules(results[0].rules if rules is None else rules, None)
    crs = results[0].lines.crs
    ready = prepare(align(axes, crs, layer="axes"), {}, None)
    _require_axes(results, ready.axes)
    given = members_of(results, ready.axes)
    made, findings = _parted(given, ready.frame, rules)
    lines, extents = frames_of(given, made, rules)
    told = [*(each.faults for each in results), *findings_to_faults(findings, crs)]
    every = [*rules_used(rules, ()), *(used for each in results for used in _used_by(each))]
    used = tuple({each.digest: each for each in every}.values())
    run = Run(__version__, rules.digest, _described(results, axes), crs_text(crs), used)
    return Demarcation(lines, extents, faults.combine(told, crs=crs), rules, run)


def _parted(given: Members, axes: gpd.GeoDataFrame, rules: RuleSet) -> tuple[list[Outcome | Closed], list[Finding]]:
    """Rivers parted from rivers, which knows mouths, and then all kinds from each other."""
    rivers = [each for each in given.made if isinstance(each, Outcome)]
    others = [each for each in given.made if not isinstance(each, Outcome)]
    parted, met = part_neighbours(rivers, axes, rules)
    made, findings = part_ranges(Ranges([*parted, *others], [None] * len(given.made)), rules)
    return made, [*met, *findings]


def _require_call(results: object) -> None:
    if not isinstance(results, list | tuple) or not all(isinstance(each, Demarcation) for each in results):
        raise SchemaError(
            "results 应为划界成果的列表，如 [河道成果, 湖泊成果, 工程成果]",
            "results must be a list of demarcations, such as [rivers, lakes, works]",
        )
    if not results:
        raise JobError("results 为空，没有可合并的成果", "results is empty: there is nothing to join")
    systems = {crs_text(each.lines.crs) for each in results}
    if len(systems) > 1:
        raise CRSError(
            f"各成果的坐标系不同：{'、'.join(sorted(systems))}；请在同一坐标系中划界",
            f"results are in several CRS: {', '.join(sorted(systems))}; demarcate them in one",
        )
    counted = Counter(code for each in results for code in each.extents["extent_id"])
    if twice := sorted(code for code, times in counted.items() if times > 1):
        raise JobError(
            f"范围编码出现在多个成果中：{'、'.join(twice)}；河流、湖库、工程的编码须各不相同",
            f"extents occur in several results: {', '.join(twice)}; rivers, waters and works need codes of their own",
        )


def _require_axes(results: Sequence[Demarcation], axes: dict[str, Axis]) -> None:
    banked = {river for each in results for river in each.lines["river_id"][each.lines["bank"].notna()]}
    if lacking := sorted(banked - set(axes)):
        raise JobError(
            f"axes 缺少成果中的河流：{'、'.join(lacking)}；请给出划界所用的全部中心线",
            f"axes lack rivers of the results: {', '.join(lacking)}; give all axes that they were demarcated with",
        )


def _used_by(result: Demarcation) -> tuple[RulesUsed, ...]:
    return result.run.rule_sets or rules_used(result.rules, result.extents["rules"])


def _described(results: Sequence[Demarcation], axes: gpd.GeoDataFrame) -> dict[str, dict[str, Any]]:
    """The inputs of all results; of layers that differ each under a number, and by which rules each was drawn."""
    described: dict[str, dict[str, Any]] = {}
    for number, result in enumerate(results, 1):
        for name, said in result.run.inputs.items():
            key = name if described.get(name, said) == said else f"{name} ({number})"
            described[key] = dict(said)
        described[f"demarcation ({number})"] = {"rules": result.rules.name, "digest": result.run.rules_digest}
    described.setdefault("axes", describe_input(axes))
    return described
