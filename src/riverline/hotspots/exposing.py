"""How much there was to find, or how often somebody looked: intervals on chainage summed up by segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from riverline.channel.given import texts
from riverline.checks.attributes import outside_choices
from riverline.demarcation.findings import Finding
from riverline.errors import SchemaError
from riverline.schema import DUTIES, PATROL_PASSES
from riverline.schema.values import read_values
from riverline.schema.words import allowed, titled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.hotspots.segments import Segments

    Floats = NDArray[np.float64]

__all__ = ["Exposed", "Window", "exposed", "passes_of", "spread_over"]

_INTERVAL = ("river_id", "start_chainage_m", "end_chainage_m")
# Chainages are rounded to this: intervals that overlap by less only touch, metres.
_GRAIN_M = 0.1

Window = tuple[pd.Timestamp | None, pd.Timestamp]
"""First and last day that count; without a first one, every day before."""


class Exposed(NamedTuple):
    """What problems on segments, n of them, are held against.

    Attributes
    ----------
    size : (n,)
        Exposure: kilometres, or what was given, times passes where there are any.
    passes : (n,)
        Mean number of passes; None without effort.
    findings
        What was wrong with the tables.
    kind
        ``length``, ``given``, ``passes`` or ``given-passes``.
    """

    size: Floats
    passes: Floats | None
    findings: list[Finding]
    kind: str

    def tested(self, min_passes: float) -> NDArray[np.bool_]:
        """Segments that take part in a test: exposed, and looked at often enough."""
        seen = np.ones(len(self.size), dtype=bool) if self.passes is None else self.passes >= min_passes
        return (self.size > 0.0) & seen


def exposed(
    segments: Segments, exposure: pd.DataFrame | None, effort: pd.DataFrame | None, window: Window | None = None
) -> Exposed:
    """What problems are held against: kilometres or what is given, times the passes of the window.

    Raises
    ------
    SchemaError
        If a table lacks columns or holds no numbers.
    """
    findings: list[Finding] = []
    size, passes, kind = (segments.end - segments.begin) / 1000.0, None, "length"
    if exposure is not None:
        size, findings = spread_over(exposure, segments)
        kind = "given"
    if effort is not None:
        passes, about = passes_of(effort, segments, window)
        size, findings = size * passes, [*findings, *about]
        kind = "passes" if kind == "length" else "given-passes"
    return Exposed(size, passes, findings, kind)


def passes_of(effort: pd.DataFrame, segments: Segments, window: Window | None = None) -> tuple[Floats, list[Finding]]:
    """Mean number of passes of each segment.

    Parameters
    ----------
    effort
        ``river_id``, ``start_chainage_m``, ``end_chainage_m``, with ``bank`` where a pass saw one bank only, and
        ``passes`` where a row stands for several; what patrols covered, one row a pass. Of rows with ``validity`` those
        that are ``invalid`` are no look; of rows with ``on`` those outside the window, or of no day, are none of it.
    segments
        Of :func:`riverline.hotspots.segments.segments_of`.
    window
        First and last day; None: whenever it was.

    Returns
    -------
    passes : (n,)
        Length passed over the length of the segment.
    findings
        Rows that lie on no axis or name no bank, and how many are no look or lie outside the window.

    Raises
    ------
    SchemaError
        If columns are missing or hold no numbers.
    """
    table, about = _looked(_intervals(effort, "effort"), window)
    table, bankless = _sided(table, "effort")
    times = _numbers(table, "passes", "effort") if "passes" in table else np.ones(len(table))
    covered, findings = _summed(table, times, segments, "effort")
    # A whole pass is one to the last bit, whatever the sums of chainages leave.
    return np.round(covered / (segments.end - segments.begin), 6), [*about, *bankless, *findings]


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
    table, bankless = _sided(_intervals(exposure, "exposure"), "exposure")
    amount = _numbers(table, "exposure", "exposure")
    length = np.abs(_numbers(table, "end_chainage_m", "exposure") - _numbers(table, "start_chainage_m", "exposure"))
    share = np.where(table["_bank"].to_numpy() < 0, 1.0 + segments.by_bank, 1.0)
    total, findings = _summed(table, amount / np.maximum(length, 1e-9) / share, segments, "exposure")
    return total, [*bankless, *findings]


def _looked(table: pd.DataFrame, window: Window | None) -> tuple[pd.DataFrame, list[Finding]]:
    """Rows that are a look in the window, and how many are none."""
    dropped: dict[str, tuple[NDArray[np.bool_], str]] = {}
    kept = np.ones(len(table), dtype=bool)
    findings: list[Finding] = []
    if "validity" in table:
        column = PATROL_PASSES["validity"]
        reading = read_values(table["validity"], column)
        dropped["effort-invalid"] = (reading.converted == "invalid").fillna(value=False).to_numpy(dtype=bool), ""
        strange = outside_choices(reading, column)
        told = zip(table.index[strange], table["validity"][strange], strict=True)
        findings += [Finding("value-choice", "effort", str(row + 1), None, column=column.name,
                             note=f"{titled(column)} = {word} ∉ {allowed(column)}") for row, word in told]  # fmt: skip
    if window is not None and "on" in table:
        day = read_values(table["on"], PATROL_PASSES["on"]).converted
        undated = day.isna().to_numpy(dtype=bool)
        outside = (day > window[1]) | (day < (pd.Timestamp.min if window[0] is None else window[0]))
        dropped["effort-undated"] = undated, ""
        first = "…" if window[0] is None else window[0].date().isoformat()
        dropped["effort-outside-window"] = (outside.fillna(value=False).to_numpy(dtype=bool),
                                            f"{first} / {window[1].date().isoformat()}")  # fmt: skip
    for code, (rows, note) in dropped.items():
        many = int((rows & kept).sum())
        findings += [Finding(code, "effort", "*", None, float(many), note=note)] * bool(many)
        kept &= ~rows
    return table[kept], findings


def _sided(table: pd.DataFrame, layer: str) -> tuple[pd.DataFrame, list[Finding]]:
    """Rows with their bank, 0 left, 1 right, -1 both; those whose word for it is none are findings."""
    if "bank" not in table:
        return table.assign(_bank=-1), []
    given = table["bank"]
    reading = read_values(given, DUTIES["bank"])
    side = reading.converted.map({"left": 0, "right": 1}).fillna(-1).astype("int64")
    known = reading.blank | (side >= 0).to_numpy(dtype=bool)
    told = zip(table.index[~known], given[~known], strict=True)
    findings = [Finding("exposure-bankless", layer, str(row + 1), None, note=str(word)) for row, word in told]
    return table.assign(_bank=side)[known], findings


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


def _summed(table: pd.DataFrame, per_metre: Floats, segments: Segments, layer: str) -> tuple[Floats, list[Finding]]:
    """Integral over each segment of the sum of intervals' densities, at a cost of one sort."""
    bounds = np.column_stack([_numbers(table, name, layer) for name in _INTERVAL[1:]])
    low, high = bounds.min(axis=1), bounds.max(axis=1)
    river, bank = texts(table["river_id"]), table["_bank"].to_numpy()
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
    return total, [Finding("exposure-unmatched", layer, str(row + 1), None) for row in table.index[off]]


def _integral(
    key: NDArray[np.int64], low: Floats, high: Floats, height: Floats,
    asked: NDArray[np.int64], begin: Floats, end: Floats,
) -> Floats:  # fmt: skip
    """Integral from ``begin`` to ``end`` of the steps of the same key; exactly 0 where none of them reaches in."""
    long = high > low
    key, low, high, height = key[long], low[long], high[long], height[long]
    if not len(key):
        return np.zeros(len(asked))
    # Rivers laid end to end on one line, so that a running sum never crosses from one to the next.
    floor = min(low.min(), begin.min(initial=np.inf))
    span = max(high.max(), end.max(initial=-np.inf)) - floor + 1.0
    result = np.zeros(len(asked))
    # How many steps reach in is counted in whole numbers, since differences of long sums are never quite 0.
    grain = np.minimum(_GRAIN_M, (end - begin) / 4)
    reaching = np.zeros(len(asked), dtype="int64")
    for edge, sign in ((low, 1.0), (high, -1.0)):
        at = key * span + (edge - floor)
        order = np.argsort(at, kind="stable")
        at, many, local = at[order], height[order], (edge - floor)[order]
        count = np.concatenate([[0.0], np.cumsum(many)])
        moment = np.concatenate([[0.0], np.cumsum(many * local)])
        base = np.searchsorted(at, asked * span)
        inner = end - grain if sign > 0.0 else begin + grain
        upto = np.searchsorted(at, asked * span + (inner - floor), side="left" if sign > 0.0 else "right")
        reaching += int(sign) * (upto - base)
        for limit, side in ((end, 1.0), (begin, -1.0)):
            upto = np.searchsorted(at, asked * span + (limit - floor))
            result += sign * side * ((count[upto] - count[base]) * (limit - floor) - (moment[upto] - moment[base]))
    return np.where(reaching > 0, np.maximum(result, 0.0), 0.0)
