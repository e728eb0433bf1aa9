"""Which zone holds where along a bank: sensitive factors, rules and counties, cut into stretches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.lines.chainage import locate
from riverline.demarcation.findings import Finding
from riverline.demarcation.intake import refused
from riverline.schema import SENSITIVE
from riverline.schema.words import titled

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.rules import ZoneRule, ZoneRules
    from riverline.shoreline.inputs import Inputs
    from riverline.shoreline.projection import Spans
    from riverline.shoreline.waterside import Shore

    Floats = NDArray[np.float64]

__all__ = ["UNDECIDED", "Claims", "Stretch", "claims_of", "counties_at", "stretches_of"]

UNDECIDED = 0
"""Type of a zone where a factor lies that could not be read, or of which no rule speaks."""

LEAST_M = 1e-6
"""Two breaks nearer than this are one."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of management line in one zone and one county.

    Attributes
    ----------
    start, end
        Metres along the management line.
    type
        The zone.
    rule
        What decided; None for the default.
    sources
        Positions of the sensitive areas that the rule decided by.
    others
        Positions of those that gave way.
    unread
        Positions of those that no rule spoke of and that might have decided otherwise: the zone is undecided.
    county
        Position of the county; -1 outside all.
    """

    start: float
    end: float
    type: int
    rule: ZoneRule | None
    sources: tuple[int, ...]
    others: tuple[int, ...]
    unread: tuple[int, ...] = ()
    county: int = -1

    @property
    def decision(self) -> tuple[Any, ...]:
        """All but the place: neighbours with the same are one stretch."""
        return self.type, self.rule.id if self.rule else "", self.sources, self.others, self.unread, self.county


@dataclass(frozen=True, slots=True, eq=False)
class Claims:
    """Sensitive areas with the rule that speaks of each.

    Attributes
    ----------
    frame
        Their rows.
    rules : (n,)
        None where no rule speaks of the factor.
    labels : (n,)
        Name or code.
    """

    frame: gpd.GeoDataFrame
    rules: tuple[ZoneRule | None, ...]
    labels: tuple[str, ...]


def claims_of(inputs: Inputs) -> tuple[Claims, list[Finding]]:
    """The sensitive areas with their rules; a factor that is blank or that no rule speaks of is a finding."""
    frame = inputs.sensitive
    blank = [""] * len(frame)
    levels = frame["level"].fillna("").str.strip() if "level" in frame.columns else blank
    kinds = frame["sensitive_kind"].fillna("").str.strip()
    rules = tuple(inputs.rules.rule_of(kind, level) for kind, level in zip(kinds, levels, strict=True))
    names = frame["name"].fillna("").str.strip() if "name" in frame.columns else blank
    labels = tuple(name or key for name, key in zip(names, frame["sensitive_id"], strict=True))
    told = refused(inputs.findings, "sensitive_kind")
    rows = zip(frame["sensitive_id"], frame.geometry, kinds, rules, strict=True)
    findings = [
        Finding("no-rule", "sensitive", key, place, note=f"sensitive_kind = {kind}")
        if kind
        else Finding("value-blank", "sensitive", key, place, note=titled(SENSITIVE["sensitive_kind"]))
        for key, place, kind, rule in rows
        if rule is None and (kind or key not in told)
    ]
    return Claims(frame, rules, labels), findings


def stretches_of(shore: Shore, claims: Claims, spans: Spans, inputs: Inputs) -> list[Stretch]:
    """The stretches of one bank from its start to its end.

    Parameters
    ----------
    shore
        A bank with its band.
    claims
        Sensitive areas.
    spans
        Where they lie along this bank.
    inputs
        Zone rules and counties.

    Returns
    -------
    list of Stretch
        End to end, without gaps; neighbours differ in zone, reason or county.
    """
    row, start, end = spans.row, spans.start, spans.end
    breaks = _breaks(shore, np.concatenate([start, end, _county_breaks(shore, inputs.counties)]))
    middles = (breaks[1:] + breaks[:-1]) / 2.0
    counties = counties_at(shore, middles, inputs.counties)
    over = (start[None, :] <= middles[:, None]) & (middles[:, None] <= end[None, :])
    stretches = [
        replace(
            _decided(inputs.rules, claims, sorted(set(row[here].tolist()))), start=low, end=high, county=int(county)
        )
        for low, high, here, county in zip(breaks[:-1].tolist(), breaks[1:].tolist(), over, counties, strict=True)
    ]
    return _without_crumbs(_joined(stretches), inputs.rules.policy.shortest_m)


def _decided(rules: ZoneRules, claims: Claims, rows: list[int]) -> Stretch:
    """What several sensitive areas make of a place."""
    known = {number: rule for number in rows if (rule := claims.rules[number]) is not None}
    unread = tuple(number for number in rows if number not in known)
    # Nothing is stricter than protection: where that is decided, what was not read cannot change it.
    if unread and not (rules.policy.several == "strictest" and any(rule.type == 1 for rule in known.values())):
        return Stretch(0.0, 0.0, UNDECIDED, None, (), tuple(known), unread)
    if not known:
        return Stretch(0.0, 0.0, rules.policy.default_type, None, (), ())
    winner = min(known.values(), key=rules.rank)
    sources = tuple(number for number, rule in known.items() if rule.id == winner.id)
    others = (*(number for number, rule in known.items() if rule.id != winner.id), *unread)
    return Stretch(0.0, 0.0, winner.type, winner, sources, others)


def _breaks(shore: Shore, places: Floats) -> Floats:
    """Where stretches begin and end, from 0 to the line's length, ascending."""
    length = shore.side.length
    inner = np.unique(places[(places > LEAST_M) & (places < length - LEAST_M)])
    apart = np.diff(np.append(0.0, inner)) > LEAST_M
    return np.concatenate([[0.0], inner[apart], [length]])


def _county_breaks(shore: Shore, counties: gpd.GeoDataFrame | None) -> Floats:
    if counties is None or counties.empty:
        return np.empty(0)
    crossed = shapely.intersection(shapely.boundary(counties.geometry.array), shore.side.line)
    along, _ = locate(shapely.get_coordinates(crossed), shore.side.coords)
    return along


def counties_at(shore: Shore, stations: Floats, counties: gpd.GeoDataFrame | None) -> NDArray[np.intp]:
    """Position of the county that each place lies in, the first by name where two claim it; -1 for none."""
    found = np.full(len(stations), -1, dtype=np.intp)
    if counties is None or counties.empty:
        return found
    places = shapely.line_interpolate_point(shore.side.line, stations)
    tree = shapely.STRtree(np.asarray(counties.geometry.array, dtype=object))
    place, county = tree.query(places, predicate="intersects")
    order = np.lexsort((county, place))[::-1]
    found[place[order]] = county[order]
    return found


def _joined(stretches: list[Stretch]) -> list[Stretch]:
    """Neighbours that were decided alike as one."""
    joined: list[Stretch] = []
    for each in stretches:
        if joined and joined[-1].decision == each.decision:
            joined[-1] = replace(joined[-1], end=each.end)
        else:
            joined.append(each)
    return joined


def _without_crumbs(stretches: list[Stretch], shortest_m: float) -> list[Stretch]:
    """Stretches too short to be drawn join the stricter neighbour; which, does not depend on the direction."""
    kept = list(stretches)
    while len(kept) > 1:
        at = min(range(len(kept)), key=lambda number: kept[number].end - kept[number].start)
        crumb = kept[at]
        if crumb.end - crumb.start >= shortest_m:
            break
        beside = [number for number in (at - 1, at + 1) if 0 <= number < len(kept)]
        to = min(beside, key=lambda number: kept[number].decision)
        kept[to] = replace(kept[to], start=min(crumb.start, kept[to].start), end=max(crumb.end, kept[to].end))
        del kept[at]
        kept = _joined(kept)
    return kept
