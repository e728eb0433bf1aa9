"""How much there was to find, or how often somebody looked: intervals on chainage summed up by segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from riverline.channel.given import texts
from riverline.demarcation.findings import Finding
from riverline.errors import SchemaError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.hotspots.segments import Segments

    Floats = NDArray[np.float64]

__all__ = ["passes_of", "spread_over"]

_INTERVAL = ("river_id", "start_chainage_m", "end_chainage_m")


def passes_of(effort: pd.DataFrame, segments: Segments) -> tuple[Floats, list[Finding]]:
    """Mean number of passes of each segment.

    Parameters
    ----------
    effort
        ``river_id``, ``start_chainage_m``, ``end_chainage_m``, with ``bank`` where a pass saw one bank only, and
        ``passes`` where a row stands for several; what patrols covered, one row a pass.
    segments
        Of :func:`riverline.hotspots.segments.segments_of`.

    Returns
    -------
    passes : (n,)
        Length passed over the length of the segment.
    findings
        Rows that lie on no axis.

    Raises
    ------
    SchemaError
        If columns are missing or hold no numbers.
    """
    table = _intervals(effort, "effort")
    times = _numbers(table, "passes", "effort") if "passes" in table else np.ones(len(table))
    covered, findings = _summed(table, times, segments, "effort")
    return covered / (segments.end - segments.begin), findings


def spread_over(exposure: pd.DataFrame, segments: Segments) -> tuple[Floats, list[Finding]]:
    """Exposure of each segment: that of the intervals, spread evenly over their length.

    Parameters
    ----------
    exposure
        ``river_id``, ``start_chainage_m``, ``end_chainage_m``, ``exposure``, and ``bank`` where one bank only is
        meant; without it both have half.
    segments
        Of :func:`riverline.hotspots.segments.segments_of`.

    Raises
    ------
    SchemaError
        If columns are missing or hold no numbers, or exposures are below 0.
    """
    table = _intervals(exposure, "exposure")
    amount = _numbers(table, "exposure", "exposure")
    length = np.abs(_numbers(table, "end_chainage_m", "exposure") - _numbers(table, "start_chainage_m", "exposure"))
    share = np.where(_bank(table) < 0, 1.0 + segments.by_bank, 1.0)
    return _summed(table, amount / np.maximum(length, 1e-9) / share, segments, "exposure")


def _intervals(frame: pd.DataFrame, layer: str) -> pd.DataFrame:
    wanted = [*_INTERVAL, *(["exposure"] if layer == "exposure" else [])]
    missing = [name for name in wanted if name not in getattr(frame, "columns", ())]
    if missing:
        raise SchemaError(
            f"{layer} 缺少字段 {', '.join(missing)}；每行为一段桩号区间",
            f"{layer} lacks columns {', '.join(missing)}; each row is an interval of chainage",
        )
    return pd.DataFrame(frame).reset_index(drop=True)


def _numbers(table: pd.DataFrame, name: str, layer: str) -> Floats:
    values = pd.to_numeric(table[name], errors="coerce").to_numpy(dtype="float64")
    if not (np.isfinite(values) & ((values >= 0.0) | (name not in {"passes", "exposure"}))).all():
        raise SchemaError(
            f"{layer} 的 {name} 应为有限的数，次数和暴露量不小于 0",
            f"{name} of {layer} must be finite numbers, passes and exposure 0 or more",
        )
    return values


def _bank(table: pd.DataFrame) -> NDArray[np.int64]:
    given = texts(table["bank"]) if "bank" in table else np.full(len(table), "", dtype="object")
    return np.where(given == "left", 0, np.where(given == "right", 1, -1))


def _summed(table: pd.DataFrame, per_metre: Floats, segments: Segments, layer: str) -> tuple[Floats, list[Finding]]:
    """Integral over each segment of the sum of intervals' densities, at a cost of one sort."""
    bounds = np.column_stack([_numbers(table, name, layer) for name in _INTERVAL[1:]])
    low, high = bounds.min(axis=1), bounds.max(axis=1)
    river, bank = texts(table["river_id"]), _bank(table)
    rivers, code = np.unique(np.concatenate([segments.axes.river_id[segments.axis], river]).astype(str),
                             return_inverse=True)  # fmt: skip
    own, asked = code[: len(segments.axis)], code[len(segments.axis) :]
    start = segments.axes.start[segments.axis]
    begin, end = segments.begin + start, segments.end + start
    least = np.full(len(rivers), np.inf)
    most = np.full(len(rivers), -np.inf)
    np.minimum.at(least, own, begin)
    np.maximum.at(most, own, end)
    total = np.zeros(len(own))
    for side in (-1, 0, 1):
        rows = np.flatnonzero(bank == side)
        here = np.ones(len(own), dtype=bool) if side < 0 or not segments.by_bank else segments.bank == side
        many = per_metre[rows]
        total[here] += _integral(asked[rows], low[rows], high[rows], many, own[here], begin[here], end[here])
    off = np.flatnonzero(~((high > least[asked]) & (low < most[asked])))
    return total, [Finding("exposure-unmatched", layer, str(at + 1), None) for at in off]


def _integral(
    key: NDArray[np.int64], low: Floats, high: Floats, height: Floats,
    asked: NDArray[np.int64], begin: Floats, end: Floats,
) -> Floats:  # fmt: skip
    """Integral from ``begin`` to ``end`` of the steps of the same key."""
    if not len(key):
        return np.zeros(len(asked))
    # Rivers laid end to end on one line, so that a running sum never crosses from one to the next.
    floor = min(low.min(), begin.min(initial=np.inf))
    span = max(high.max(), end.max(initial=-np.inf)) - floor + 1.0
    result = np.zeros(len(asked))
    for edge, sign in ((low, 1.0), (high, -1.0)):
        at = key * span + (edge - floor)
        order = np.argsort(at, kind="stable")
        at, many, local = at[order], height[order], (edge - floor)[order]
        count = np.concatenate([[0.0], np.cumsum(many)])
        moment = np.concatenate([[0.0], np.cumsum(many * local)])
        base = np.searchsorted(at, asked * span)
        for limit, side in ((end, 1.0), (begin, -1.0)):
            upto = np.searchsorted(at, asked * span + (limit - floor))
            result += sign * side * ((count[upto] - count[base]) * (limit - floor) - (moment[upto] - moment[base]))
    return np.maximum(result, 0.0)
