"""Results that were drawn apart made one county: read, join, map, layers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

import riverline as rl
from riverline.cli.jobs.drawn import faults_in, read_drawn, read_told
from riverline.cli.jobs.handover import LAYERS_NAME, Delivery, Steps, hand_over, require_folder
from riverline.cli.jobs.office import tables_beside
from riverline.cli.jobs.steps import read_named
from riverline.demarcation.extents.closed import closed_codes, codes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pandas as pd

    from riverline.cli.jobs.handover import Step
    from riverline.cli.jobs.steps import Layer
    from riverline.schema import Language

__all__ = ["JoinJob", "join_files", "rivers_of", "without_rivers"]


@dataclass(frozen=True, slots=True)
class JoinJob:
    """From the files of several demarcations to one of the county.

    An empty ``rules`` is the rule set that the first file names: its policy says who has what several claim.
    """

    drawn: Sequence[Path]
    axes: Layer
    out: Path
    rules: str = ""
    on: str | None = None
    language: Language = "zh"
    title: str = ""


def join_files(job: JoinJob, tell: Callable[[Step], None]) -> Delivery:
    """Do the job; the files appear together at its end, or not at all."""
    step = Steps(tell, len(job.drawn) + 4)
    require_folder(job.out)
    results = []
    for path in job.drawn:
        step(f"读取 {path.parent.name}/{path.name}", f"read {path.parent.name}/{path.name}")
        told = read_told(path)
        results.append(replace(told, faults=faults_in(path, told.lines.crs)))
    step(f"读取{rl.schema.AXES.label_zh}", f"read {rl.schema.AXES.label_en}")
    axes = read_named("axes", job.axes, rl.schema.AXES)
    rules = rl.load_rules(job.rules, on=job.on) if job.rules else read_drawn(job.drawn[0], on=job.on).rules
    step("合并管理范围", "join the extents")
    result = rl.join_demarcations(results, axes, rules=rules)
    beside = tables_beside(LAYERS_NAME, result, language=job.language)
    paths = hand_over(
        job.out,
        draw=lambda: rl.maps.show(result, axes, language=job.language, title=job.title),
        write=lambda path: rl.export.to_geopackage(path, result, language=job.language),
        beside=beside,
        step=step,
    )
    more = tuple(job.out / name for name in beside)
    named = {f"{path.parent.name}/{path.name}": each.extents for path, each in zip(job.drawn, results, strict=True)}
    return Delivery({**named, "axes": axes}, result, *paths, more_paths=more, without_tables=not beside)


def rivers_of(county: rl.Demarcation) -> rl.Demarcation:
    """The rivers of a joined county: their lines and extents, and every fault."""
    closed = set(closed_codes(county.lines))
    return replace(
        county,
        lines=county.lines[county.lines["bank"].notna()].reset_index(drop=True),
        extents=county.extents[~_codes(county).isin(closed)].reset_index(drop=True),
    )


def without_rivers(county: rl.Demarcation, part: rl.Demarcation | None = None) -> rl.Demarcation:
    """The lakes, reservoirs and works of a joined county; of one part of it alone where that is given."""
    closed = set(closed_codes((county if part is None else part).lines))
    mine = np.isin(codes_of(county.lines).astype(str), sorted(closed))
    lines = county.lines[mine & county.lines["bank"].isna().to_numpy()]
    return replace(
        county,
        lines=lines.reset_index(drop=True),
        extents=county.extents[_codes(county).isin(closed)].reset_index(drop=True),
        faults=(county if part is None else part).faults,
        rules=(county if part is None else part).rules,
    )


def _codes(county: rl.Demarcation) -> pd.Series[str]:
    return county.extents["extent_id"].str.replace("-(?:management|protection)$", "", regex=True)
