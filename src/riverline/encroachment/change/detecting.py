"""The public verb: images of several days held against each other inside the extents of many rivers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from riverline import faults
from riverline._version import __version__
from riverline.demarcation import Demarcation
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.demarcation.given_extents import complete_extents
from riverline.demarcation.result import require_metric_result
from riverline.encroachment.change.decisions import ChangeRules, load_change_rules, with_slope
from riverline.encroachment.change.gates import gated, with_levels
from riverline.encroachment.change.inputs import comparable, days_of, ground_of, in_metres, levels_of, usable_extents
from riverline.encroachment.change.pairing import implausible_days, pairs_of, sample_of
from riverline.encroachment.change.patches import Patches, find_patches
from riverline.encroachment.change.pixels import Search
from riverline.encroachment.change.reading import open_stack, undeclared_in
from riverline.encroachment.change.result import Changes
from riverline.encroachment.change.rows import Against, implausible_shares, rows_of
from riverline.encroachment.change.tracking import looked_at
from riverline.errors import JobError
from riverline.provenance import Run, crs_text, describe_input

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from riverline.encroachment.change.decisions import Transition
    from riverline.encroachment.change.inputs import Day, Ground
    from riverline.encroachment.change.pairing import Pair
    from riverline.io.scenes import Scene

__all__ = ["detect_change"]

VALUES, BLOCK_PX, SMALLEST_PX = 4_500_000, 512, 64
"""Values of a window over all days and bands; side of the blocks that tiled files have; smallest side of a window."""

UNCOMPARED = frozenset(
    {"change-unseen-day", "change-not-comparable", "change-shifted", "scene-overflow", "scene-values-implausible"}
)
"""Faults of an image that keep it from being compared."""


def detect_change(  # noqa: PLR0913 - one argument a layer
    scenes: Iterable[Scene],
    extents: Demarcation | gpd.GeoDataFrame,
    *,
    axes: gpd.GeoDataFrame | None = None,
    permits: gpd.GeoDataFrame | None = None,
    rules: ChangeRules | str | os.PathLike[str] = "national",
    levels: Mapping[Any, float] | None = None,
    slope: float | tuple[float, float] | None = None,
    previous: Changes | gpd.GeoDataFrame | None = None,
    window_px: int | None = None,
) -> Changes:
    """Find what was built, filled, dug, heaped up or planted inside extents between images of two or more days.

    Parameters
    ----------
    scenes
        From :func:`riverline.read_scenes` or :func:`riverline.read_scene`: any sensor, any CRS; several of one day are
        a mosaic. Bands that all of them have are compared; an image that lacks what most have is left out and told.
    extents
        A :class:`riverline.Demarcation`, or rows of :data:`riverline.schema.EXTENTS` in a CRS in metres, of which
        ``kind`` and the geometry are enough; thousands are fine. Only windows of the images that meet one are read.
    axes
        Rows of :data:`riverline.schema.AXES`, for banks and chainages.
    permits
        Rows of :data:`riverline.schema.PERMITS`; what one covers that was valid on the last day keeps its row, with
        the permit, and does not count.
    rules
        From :func:`riverline.load_change_rules`, or its argument.
    levels
        Water level of each day in metres, ``{"2024-04-15": 13.2}``. What the difference moves the waterline by on a
        steep bank is counted and not told; what it may move it by on a gentle one is told as unconfirmed.
    slope
        Rise of the banks by their run, where it is known: one figure, or the gentlest and the steepest; else those of
        the table.
    previous
        The result of the round before, or its suspects: those that are there still keep their code and ``first_seen``.
        Of a result those that were gone are known as well: they stay in ``gone``, or come ``back``.
    window_px
        Side of a window. If not given, as many pixels as make 4.5 million values over all days and bands. The result is
        the same whatever it is; memory goes with its square.

    Returns
    -------
    Changes
        Suspects with probability and evidence, a row of evidence a suspect and day, faults, run.

    Raises
    ------
    SchemaError
        If there are fewer than two days, bands are missing, no extent is covered twice, or layers lack columns.
    CRSError
        If extents are not in metres, or there is no safe way between coordinate systems.
    RuleError
        If the table of decisions is wrong.
    ReadError
        If a file is cut short or damaged.
    JobError
        If ``window_px`` is no size.

    Notes
    -----
    The earliest day of each season is the reference of its season. Later days are brought to its radiometry on pixels
    that did not change (iteratively reweighted multivariate alteration detection, Nielsen 2007; orthogonal regression,
    Canty & Nielsen 2008), estimated on a sample from all over the images. A pixel changed where its state (water,
    vegetation, ground) and the deciding index moved by more than the noise of the pair, the chi-square of the
    alteration says so too, and neither a shift of a pixel nor the water level explains it. It must look so on most
    days since, the last one that shows it included. Patches are told where enough days and both seasons show them;
    with two days, across seasons, and where the level may explain it, everything is ``unconfirmed`` and less probable.
    Where images do not tell the kind it is ``unknown`` and the evidence names what it may be. Fields that lie fallow,
    crops of winter and waterlines that moved all along the bank are listed in ``untold``. All figures are in the
    table; most are our own choice and say so. Probabilities are fitted on invented worlds: see the decisions.

    Outlines run along pixel sides: half a pixel and the shift of the images is how well they are known.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import riverline as rl
    >>> folder = rl.samples.path("清水河_2023-03-18.tif").parent
    >>> scenes = rl.read_scenes(sorted(folder.glob("清水河_*.tif")))
    >>> axes = rl.read_layer(folder / "清水县.gpkg", rl.schema.AXES, layer="axes")
    >>> river = axes.set_index("river_id").geometry["QS01"]
    >>> columns = {"river_id": ["QS01"], "name": "清水河", "kind": "management"}
    >>> extents = gpd.GeoDataFrame(columns, geometry=[river.buffer(190.0)], crs=axes.crs)
    >>> changes = rl.detect_change(scenes, extents, axes=axes)
    >>> changes.suspects.groupby("kind").size().to_dict()
    {'construction': 2, 'extraction': 1, 'occupation': 4, 'unknown': 5}
    """
    table = with_slope(rules if isinstance(rules, ChangeRules) else load_change_rules(rules), slope)
    if window_px is not None and (not isinstance(window_px, int) or window_px < SMALLEST_PX):
        raise JobError(
            f"window_px 应为不小于 {SMALLEST_PX} 的整数，实际为 {window_px!r}",
            f"window_px must be a whole number of {SMALLEST_PX} or more, got {window_px!r}",
        )
    if isinstance(extents, Demarcation):
        require_metric_result(extents, name="extents")
    drawn = extents.extents if isinstance(extents, Demarcation) else complete_extents(extents)
    days, findings = days_of(scenes, table)
    drawn, brought = in_metres(drawn, days)
    findings += brought
    usable, wrong = usable_extents(drawn)
    days, roles, lacking = comparable(days)
    heights, unleveled = levels_of(levels, days)
    ground, uncovered = ground_of(days, usable)
    findings += [*lacking, *unleveled, *wrong, *uncovered]
    with open_stack(days, roles, ground.grid) as stack:
        values, seen = sample_of(stack, ground, table)
        impossible = implausible_days(days, values, seen, stack)
        pairs, about = pairs_of(days, values, seen, roles, table, without=impossible)
        pairs, shifted = gated(pairs, days, table)
        findings += [*about, *shifted]
        search = Search(days, roles, with_levels(pairs, heights, table, ground.grid.pixel), table,
                        _possible(pairs, table), table.digest)  # fmt: skip
        patches = find_patches(stack, ground, search, window_px=window_px or _side(search)) if pairs else None
        limits = extents if isinstance(extents, Demarcation) else drawn
        against = Against(usable, limits, axes, permits, *_rounds(previous))
        made = rows_of(patches, search, heights, against, lambda places: looked_at(stack, places, _newest(pairs)))
        findings += [*impossible.values(), *undeclared_in(stack, days)]
    findings += [*_about_days(search, patches), *implausible_shares(made.suspects, usable, table)]
    if not pairs:
        findings += _not_compared(usable, findings)
    crs = drawn.crs
    every = faults.combine([*findings_to_faults(findings + made.findings, crs), *made.faults], crs=crs)
    return Changes(made.suspects, made.evidence, made.untold, made.gone, every, _run(search, ground, usable, patches))


def _rounds(previous: Changes | gpd.GeoDataFrame | None) -> tuple[gpd.GeoDataFrame | None, gpd.GeoDataFrame | None]:
    """Suspects of the round before, and those that were gone then."""
    return (previous.suspects, previous.gone) if isinstance(previous, Changes) else (previous, None)


def _newest(pairs: list[Pair]) -> int:
    """The last day that was compared, -1 if none was."""
    return max((pair.later for pair in pairs), default=-1)


def _side(search: Search) -> int:
    """Side of a window that holds no more values than a machine can spare, in whole blocks of tiled files."""
    side = int(np.sqrt(VALUES / (len(search.days) * len(search.roles))))
    return max(side // BLOCK_PX * BLOCK_PX, BLOCK_PX)


def _possible(pairs: list[Pair], table: ChangeRules) -> tuple[Transition, ...]:
    """The transitions that the bands allow: those whose states and index there are."""
    limits = [pair.limits for pair in pairs]
    there = {"ground", "brightness"}
    there |= {"water"} if all(limit.water[0] for limit in limits) else set()
    there |= {"vegetation"} if all(limit.vegetation[0] for limit in limits) else set()
    return tuple(
        each
        for each in table.transitions
        if each.index in there and there.intersection(each.before) and there.intersection(each.after)
    )


def _about_days(search: Search, patches: Patches | None) -> list[Finding]:
    """What is to be said of the images as a whole."""
    days, table = search.days, search.rules
    findings = [
        Finding("change-season-missing", "scenes", days[pair.later].name, None)
        for pair in search.pairs
        if not pair.same_season
    ]
    findings += [
        Finding(_unlike(pair, days, table), "scenes", days[pair.later].name, None, note=days[pair.reference].name)
        for pair in search.pairs
        if pair.same_season and not pair.alike
    ]
    idle = [each.id for each in table.transitions if each not in search.transitions]
    if idle:
        findings.append(Finding("change-rule-idle", "scenes", "*", None, len(idle), note=", ".join(idle)))
    if "nir" not in search.roles:
        blind = [scene.name for day in days for scene in day.scenes if "nir" not in scene.bands]
        findings += [Finding("rgb-only", "scenes", name, None) for name in blind]
    if len(days) == 2:  # noqa: PLR2004 - before and after
        findings.append(Finding("change-two-dates", "scenes", "*", None, 2))
    if patches is not None and not patches.water_px and search.pairs[0].limits.water[0]:
        findings.append(Finding("change-no-water", "scenes", days[search.earliest].name, None))
    return findings


def _unlike(pair: Pair, days: tuple[Day, ...], table: ChangeRules) -> str:
    """Why plants cannot be compared between two days: the time of the year, or numbers that could not be matched."""
    near = table.seasons.alike(days[pair.later].date, days[pair.reference].date)
    return "change-plants-unmatched" if near else "change-season-apart"


def _not_compared(extents: gpd.GeoDataFrame, findings: list[Finding]) -> list[Finding]:
    """An error for each extent that images cover, none of which could be compared: no suspects are then no answer."""
    uncovered = {each.feature_id for each in findings if each.code == "change-not-covered"}
    reasons = ", ".join(sorted({each.code for each in findings} & UNCOMPARED))
    return [
        Finding("change-not-compared", "extents", str(name), shape, note=reasons)
        for name, shape in zip(extents["extent_id"], extents.geometry, strict=True)
        if name not in uncovered
    ]


def _run(search: Search, ground: Ground, extents: gpd.GeoDataFrame, patches: Patches | None) -> Run:
    pairs = {
        f"{search.days[pair.later].date} - {search.days[pair.reference].date}": _told(pair, search.roles)
        for pair in search.pairs
    }
    images = {
        scene.name: {"date": day.date.isoformat(), "season": day.season, "reflectance": scene.reflectance}
        for day in search.days
        for scene in day.scenes
    }
    table = {"name": search.rules.name, "edition": search.rules.edition, "digest": search.digest}
    pixels = {
        "crs": crs_text(ground.grid.crs),
        "pixel": ground.grid.pixel,
        "bands": list(search.roles),
        "windows": 0 if patches is None else patches.windows,
        "water_px": 0 if patches is None else patches.water_px,
    }
    inputs = {"extents": describe_input(extents), "scenes": images, "pairs": pairs, "rules": table, "pixels": pixels}
    return Run(__version__, search.digest, inputs, crs_text(extents.crs))


def _told(pair: Pair, roles: tuple[str, ...]) -> dict[str, Any]:
    """What a run remembers of a pair."""
    change = pair.alteration
    return {
        "gain": dict(zip(roles, np.round(pair.gain.astype("float64"), 5).tolist(), strict=True)),
        "offset": dict(zip(roles, np.round(pair.offset.astype("float64"), 6).tolist(), strict=True)),
        "correlation": [] if change is None else np.round(change.correlation, 4).tolist(),
        "settled": change is not None and change.settled,
        "changed": None if change is None else round(change.changed, 4),
        "spread": {name: [round(value, 5) for value in values] for name, values in pair.spread.items()},
        "water": f"{pair.limits.water[0]} >= {pair.limits.water[1]:.4f}",
        "vegetation": f"{pair.limits.vegetation[0]} >= {pair.limits.vegetation[1]:.4f}",
        "bright": round(pair.limits.bright, 5),
        "shift_px": None if np.isnan(pair.shift_px) else round(pair.shift_px, 3),
        "tolerance_px": pair.tolerance_px,
        "stage_px": [pair.stage_px, pair.stage_most_px],
        "alike": pair.alike,
    }
