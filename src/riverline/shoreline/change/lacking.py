"""What cannot be known of a river's change, told once for each bank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines.casting import ray_lines
from riverline._kernels.statistics.trends import FEWEST
from riverline.demarcation.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from riverline.shoreline.change.casting import Transects
    from riverline.shoreline.change.inputs import Inputs
    from riverline.shoreline.change.intersecting import Positions, Series

    Flags = NDArray[np.bool_]

__all__ = ["lacking"]

_FEWEST_FOR_RATES = 2
_ENDS_SHARE = 0.05
_SAME_DECIMALS = 3  # millimetres of a place, thousandths of a direction


def lacking(inputs: Inputs, transects: Transects, positions: Positions, series: Series) -> list[Finding]:
    """Findings for each river and bank.

    Parameters
    ----------
    inputs
        Lines and shorelines.
    transects
        Transects of all rivers.
    positions, series
        What they met.
    """
    layer = "axes" if inputs.origins.is_axis else "baselines"
    seen = np.isfinite(series.away)
    drawn = ray_lines(transects.rays, transects.length)
    several = np.zeros(len(drawn), dtype="int64")
    np.add.at(several, positions.transect[positions.hits > 1], 1)
    met = np.bincount(positions.transect, minlength=len(drawn))
    jumps = np.zeros(len(drawn), dtype="int64")
    np.add.at(jumps, positions.transect[~positions.counted], 1)
    unsure = (seen & ~np.isfinite(series.uncertainty)) * 1
    with_shoreline = set(inputs.shorelines.river_id.tolist())
    first = dict(zip(inputs.origins.river_id[::-1], inputs.origins.line[::-1], strict=True))
    findings = [
        Finding("change-without-shoreline", layer, str(river), line)
        for river, line in sorted(first.items())
        if river not in with_shoreline
    ]
    findings += _ends_left(inputs, transects, layer)
    again = _drawn_again(transects)
    frame = pd.DataFrame({"river": transects.river_id, "bank": transects.bank})
    banks: dict[Any, Any] = frame.groupby(["river", "bank"]).indices
    for (river, bank), rows in banks.items():
        if river in with_shoreline:
            counts = _Bank(
                dates=int(seen[rows].any(axis=0).sum()),
                again=again[rows],
                missed=met[rows] == 0,
                cut=(transects.limited_by[rows] != "reach") & (met[rows] < seen[rows].any(axis=0).sum()),
                several=several[rows],
                jumps=jumps[rows],
                unsure=int(unsure[rows].any(axis=0).sum()),
            )
            findings += [
                Finding(code, layer, str(river), _gathered(drawn[rows[which]]), value, limit, note=str(bank))
                for code, which, value, limit in counts.told()
            ]
    return findings


@dataclass(frozen=True, slots=True)
class _Bank:
    """What is to be counted on one bank: dates, transects on others, without hit or too short, hits, jumps, errors."""

    dates: int
    again: Flags
    missed: Flags
    cut: Flags
    several: NDArray[np.int64]
    jumps: NDArray[np.int64]
    unsure: int

    def told(self) -> Iterator[tuple[str, Flags, float, float]]:
        """Code, transects that it is about, value and limit of every finding."""
        every, none = np.ones(len(self.missed), dtype=bool), float("nan")
        if self.dates < _FEWEST_FOR_RATES:
            yield "change-one-date", every, self.dates, _FEWEST_FOR_RATES
        elif self.dates < FEWEST:
            yield "change-dates-few", every, self.dates, FEWEST
        if self.again.any():
            yield "transects-coincide", self.again, float(self.again.sum()), none
        if self.dates and self.missed.any():
            yield "transects-without-hit", self.missed, float(self.missed.sum()), none
        if self.cut.any():
            yield "transects-shortened", self.cut, float(self.cut.sum()), none
        if self.several.any():
            yield "shorelines-share-date", self.several > 0, float(self.several.sum()), none
        if self.jumps.any():
            yield "shoreline-jumps", self.jumps > 0, float(self.jumps.sum()), none
        if self.unsure:
            yield "uncertainty-missing", every, self.unsure, none


def _ends_left(inputs: Inputs, transects: Transects, layer: str) -> list[Finding]:
    """Lines of which much lies before the first or beyond the last transect, where no area is drawn."""
    length = shapely.length(inputs.origins.line)
    rays = pd.DataFrame({"line": transects.rays.line, "chainage": transects.rays.chainage})
    reached = rays.groupby("line")["chainage"].agg(lambda each: each.max() - each.min())
    left = length - reached.reindex(np.arange(len(length)), fill_value=0.0).to_numpy()
    names = inputs.origins.river_id
    return [
        Finding("change-ends-left", layer, str(names[row]), inputs.origins.line[row], round(float(left[row]), 1),
                round(float(length[row]), 1), "m")
        for row in np.flatnonzero(left > _ENDS_SHARE * length)
    ]  # fmt: skip


def _drawn_again(transects: Transects) -> Flags:
    """(n,) transects that begin where another of their river begins, and run the same way."""
    rays = transects.rays
    places = np.round(np.column_stack([rays.origin, rays.direction]), _SAME_DECIMALS) + 0.0
    frame = pd.DataFrame(places).assign(river=transects.river_id)
    return np.asarray(frame.duplicated(keep=False), dtype=bool)


def _gathered(lines: NDArray[np.object_]) -> shapely.Geometry:
    return shapely.multilinestrings(lines)
