"""The public verb: every check on what is about to be delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from riverline import faults
from riverline._version import __version__
from riverline.checks import check as check_layer
from riverline.demarcation.intake import typed
from riverline.demarcation.result import require_result
from riverline.demarcation.standing.codes import with_rivers
from riverline.errors import CRSError, JobError, RiverlineError, SchemaError
from riverline.geodesy import align
from riverline.inspection.check import Check, Subject
from riverline.inspection.cover import beside_the_extents
from riverline.inspection.known import REVIEW
from riverline.inspection.loading import load_checks
from riverline.inspection.result import Inspection
from riverline.provenance import Run, crs_text, describe_input
from riverline.schema import CHECKS, FRAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from riverline.demarcation import Demarcation

__all__ = ["inspect"]

_SNAPPED = "dangles"
_AROUND = ("water", "levees")


def inspect(  # noqa: PLR0913 - one argument a layer
    result: Demarcation,
    *,
    stakes: gpd.GeoDataFrame | None = None,
    boards: gpd.GeoDataFrame | None = None,
    holdings: gpd.GeoDataFrame | None = None,
    axes: gpd.GeoDataFrame | None = None,
    water: gpd.GeoDataFrame | None = None,
    levees: gpd.GeoDataFrame | None = None,
    bridges: gpd.GeoDataFrame | None = None,
    settings: gpd.GeoDataFrame | None = None,
    zones: gpd.GeoDataFrame | None = None,
    shorelines: gpd.GeoDataFrame | None = None,
    rules: Sequence[Check] | None = None,
) -> Inspection:
    """Check a delivery before it leaves the house.

    Parameters
    ----------
    result
        From :func:`riverline.demarcate`, as it was drawn or as it was read back and mended.
    stakes, boards, holdings, axes, water, levees
        Frames of the schema of that name; a check that needs one that is not given is not applicable, and
        so is one that finds nothing to look at.
    bridges
        Rows of :data:`riverline.schema.WORKS` at which lines must not be broken.
    settings
        Rows of :data:`riverline.schema.SETTINGS` that stakes were placed by: how far apart they may stand.
    zones, shorelines
        Zones and lines of a :class:`riverline.shoreline.ShorelinePlan`; with both, zones are summed up against the
        band between the lines.
    rules
        The checks, from :func:`riverline.load_checks`; those that ship if not given.

    Returns
    -------
    Inspection
        One row a check, with how many features were looked at and how many failed, and the faults. Notes do not fail
        a check. Faults that :func:`riverline.demarcate` told of its inputs are in its own result.

    Raises
    ------
    JobError
        If ``result`` is no demarcation, ``rules`` are no checks, or a check of one's own names a column that the
        layer lacks.
    SchemaError, CRSError
        If layers lack columns or a CRS, listing everything; if the result is not in metres.

    Notes
    -----
    The checks follow what a delivery standard of Guangdong asks of demarcation layers (restated by others): no blank or
    wrong codes, no dangles, pseudo-nodes, duplicates or self-crossings, closed areas, lines not broken by bridges,
    shared geometry where features touch. Each is made on the layers that are given.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> import riverline as rl
    >>> river, left, right = (LineString([(500_000, y), (502_000, y)]) for y in (3_500_000, 3_500_080, 3_499_920))
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[river], crs=4548)
    >>> tops = gpd.GeoDataFrame({"bank_id": ["B1", "B2"], "river_id": "R1"}, geometry=[left, right], crs=4548)
    >>> result = rl.demarcate(axes, rl.load_rules("national"), bank_tops=tops)
    >>> rl.inspect(result, axes=axes, stakes=rl.place_stakes(result))
    Inspection(26 checks: 20 passed, 0 failed, 6 not applicable; 0 faults)
    """
    require_result(result)
    checks = load_checks() if rules is None else _require_checks(rules)
    given = {"stakes": stakes, "boards": boards, "holdings": holdings, "axes": axes, "water": with_rivers(water),
             "levees": levees, "works": bridges, "settings": settings, "zones": zones,
             "shorelines": shorelines}  # fmt: skip
    layers = {"management_lines": result.lines, "extents": result.extents}
    layers |= {name: frame for name, frame in given.items() if frame is not None}
    _require_layers(layers)
    subject = _subject(result, layers, checks)
    found = {check.check_id: _faults_of(check, subject) for check in checks}
    table = CHECKS.conform(pd.DataFrame([_row(check, subject, found[check.check_id]) for check in checks]))
    told = faults.combine([part for part in found.values() if len(part)], crs=subject.crs)
    if "check_id" not in told:
        told = told.assign(check_id=pd.Series([], dtype="str"))
    described = {name: describe_input(frame) for name, frame in layers.items()}
    run = Run(__version__, result.rules.digest, described, crs_text(subject.crs), result.run.rule_sets)
    return Inspection(table, told, run)


def _require_checks(rules: object) -> Sequence[Check]:
    if isinstance(rules, list | tuple) and all(isinstance(each, Check) for each in rules):
        return rules
    raise JobError(
        f'rules 应为检查的列表，实际为 {rules!r}；请写 riverline.load_checks("自定检查.toml")',
        f'rules must be checks, got {rules!r}; write riverline.load_checks("mine.toml")',
    )


def _require_layers(layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Raise one error for everything that all layers lack."""
    problems: list[RiverlineError] = []
    for name, frame in layers.items():
        try:
            FRAMES[name].require(frame)
        except (SchemaError, CRSError) as error:
            problems.append(error)
    if problems:
        kind = type(problems[0]) if len({type(each) for each in problems}) == 1 else SchemaError
        zh, en = ("\n".join(each.message(language) for each in problems) for language in ("zh", "en"))
        raise kind(zh, en)


def _subject(result: Demarcation, layers: Mapping[str, gpd.GeoDataFrame], checks: Sequence[Check]) -> Subject:
    crs = result.lines.crs
    snap_m = next((check.limit for check in checks if check.check_id == _SNAPPED), 0.0)
    known = [check_layer(frame, FRAMES[name], snap_m=snap_m) for name, frame in layers.items()]
    frames = {name: typed(align(frame, crs, layer=name), FRAMES[name])[0] for name, frame in layers.items()}
    return Subject(result, frames, faults.combine(known, crs=crs), crs)


def _applies(check: Check, subject: Subject) -> bool:
    needed = all(name in subject.layers for name in check.needs)
    return needed and any(name in subject.layers for name in check.layers)


def _faults_of(check: Check, subject: Subject) -> gpd.GeoDataFrame:
    if not _applies(check, subject):
        return faults.combine([], crs=subject.crs)
    found = faults.combine(check.find(subject, check.limit), crs=subject.crs)
    return found.assign(check_id=check.check_id)


def _row(check: Check, subject: Subject, found: gpd.GeoDataFrame) -> dict[str, Any]:
    there = [name for name in check.layers if name in subject.layers]
    counted = _counted(check, subject)
    looked_at = found["code"].isin(REVIEW)
    failed, review = (_features(found[rows]) for rows in ((found["severity"] != "note") & ~looked_at, looked_at))
    return {
        "check_id": check.check_id,
        "title": check.title,
        "title_en": check.title_en,
        "layers": ", ".join(dict.fromkeys([*there, *(name for name in check.needs if name in subject.layers)])),
        "counted": counted,
        "failed": failed,
        "review": review,
        "outcome": "failed" if failed else "passed" if counted else "not_applicable",
        "limit": check.limit,
        "unit": check.unit,
        "note": _note(check, subject),
    }


def _features(found: gpd.GeoDataFrame) -> int:
    return len(found.drop_duplicates(["layer", "feature_id"]))


def _counted(check: Check, subject: Subject) -> int:
    """How many features a check looked at; one that found nothing to look at was not made."""
    if not _applies(check, subject):
        return 0
    if check.counts is not None:
        return check.counts(subject)
    there = sum(len(subject.layers[name]) for name in check.layers if name in subject.layers)
    return there - _aside(check, subject)


def _aside(check: Check, subject: Subject) -> int:
    return sum(int(beside_the_extents(subject, name).sum()) for name in check.needs if name in _AROUND)


def _note(check: Check, subject: Subject) -> str:
    """What was not looked at."""
    if not _applies(check, subject):
        lacking = "、".join(FRAMES[name].label() for name in check.needs or check.layers if name not in subject.layers)
        return f"未提供：{lacking}"
    aside = _aside(check, subject)
    if aside:
        return f"{aside} 个要素所属河流没有管理范围，未检查"
    if _counted(check, subject):
        return ""
    return "图层中没有要素" if check.counts is None else "没有适用的要素"
