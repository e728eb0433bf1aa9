"""How hotspots are looked for: every choice of method in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal, get_args, get_type_hints

from riverline.errors import JobError

__all__ = ["HotspotSettings"]

_POSITIVE = ("reach_m", "level", "max_distance_m", "simulations", "bandwidth_m", "window_days")


@dataclass(frozen=True, slots=True)
class HotspotSettings:
    """Choices of method; the defaults are those that need no more than problems and axes.

    Attributes
    ----------
    neighbours
        ``"along"``: segments within ``reach_m`` along the water, up or down; ``"connected"``: only those that water
        flows to or from; ``"downstream"``, ``"upstream"``: only on that side.
    reach_m
        Distance between the middles of neighbours along the water; None takes twice the length of a segment.
    same_bank
        Whether only the same bank counts. A tributary's banks are neighbours of the bank on which it comes in.
    decay
        Weight of a neighbour by distance: ``"none"``: 1; ``"linear"``: falls to 0 at ``reach_m``; ``"gaussian"``: its
        standard deviation is a third of ``reach_m``. Other than ``"none"`` chance is simulated.
    null
        What chance is. ``"binomial"``: all problems fall anew, in proportion to exposure (exact); a heap on one segment
        is then as hot as one on several. ``"permutation"``: the segments' counts are dealt out anew (exact, for equal
        exposures); hot is then only where high counts meet. ``"conditional"``: each segment keeps its count and the
        others' are dealt out around it, as the conditional permutations of esda and GeoDa do, but exactly.
        ``"simulation"``: rates are dealt out anew, with a fitted tail, for any weights. ``"auto"``: binomial for
        counts, for whole weights on equal exposures permutation, else simulation.
    sides
        ``"two"``: hot and cold are looked for, and p is two-sided; ``"hot"``: hot only, and p is one-sided.
    adjustment
        ``"bh"``: Benjamini and Hochberg (1995); ``"by"``: Benjamini and Yekutieli (2001), for any dependence.
    level
        Largest adjusted p of a hot segment: the share of false discoveries that is accepted.
    weight
        ``"count"``: every problem counts once; ``"severity"``: by ``severity_weights``; ``"bank_m"``: by the length of
        bank that its area takes, at least 1 m. With weights the question is another one: not whether problems are more
        than chance gives, but whether high weights lie together; a note says so, and less may be hot.
    severity_weights
        Severity and weight; a severity that is not in it weighs as ``"unknown"`` does.
    smoothing
        Prior of the smoothed rates. ``"likelihood"``: the likeliest gamma-Poisson one; ``"moments"``: Marshall's (1991)
        global one, as GeoDa, esda and spdep have it, save that no rate ever falls below 0.
    min_passes
        Segments that patrols passed less often, on average over their length, are not tested.
    window_days
        Only problems found in so many days up to and including the day ``on`` count; None: whenever they were found.
    max_distance_m
        Problems farther from every axis are not counted.
    snap_m
        Ends of axes nearer than this to another axis are on it. A lower end that stops at the bank of another river,
        within twice its ``width_m`` and heading for it, flows into it all the same, and a note says so; what ends near
        another river for no clear reason is told by a warning.
    simulations
        Number of random deals.
    bandwidth_m
        Of the density along the water, metres; None: by likelihood cross-validation.
    """

    neighbours: Literal["along", "connected", "downstream", "upstream"] = "along"
    reach_m: float | None = None
    same_bank: bool = True
    decay: Literal["none", "linear", "gaussian"] = "none"
    null: Literal["auto", "permutation", "conditional", "binomial", "simulation"] = "auto"
    sides: Literal["two", "hot"] = "two"
    adjustment: Literal["bh", "by"] = "bh"
    level: float = 0.05
    weight: Literal["count", "severity", "bank_m"] = "count"
    severity_weights: tuple[tuple[str, float], ...] = (
        ("minor", 1.0), ("serious", 2.0), ("major", 3.0), ("unknown", 1.0),
    )  # fmt: skip
    smoothing: Literal["likelihood", "moments"] = "likelihood"
    min_passes: float = 1.0
    window_days: int | None = None
    max_distance_m: float = 1_000.0
    snap_m: float = 5.0
    simulations: int = 999
    bandwidth_m: float | None = None

    def __post_init__(self) -> None:
        problems = [*self._not_chosen(), *self._not_positive()]
        if not 0.0 < self.level < 1.0:
            problems.append((f"level 应在 0 与 1 之间，实际为 {self.level!r}",
                             f"level must lie between 0 and 1, got {self.level!r}"))  # fmt: skip
        if self.decay != "none" and self.null in {"permutation", "conditional", "binomial"}:
            problems.append(('距离衰减的邻域没有精确分布，请用 null="simulation" 或 "auto"',
                             'weights that decay have no exact null; type null="simulation" or "auto"'))  # fmt: skip
        if problems:
            raise JobError.listing("HotspotSettings 有误", "HotspotSettings are wrong", problems)

    def _not_chosen(self) -> list[tuple[str, str]]:
        hints: dict[str, Any] = get_type_hints(type(self))
        found = []
        for field in fields(self):
            choices = get_args(hints[field.name])
            value = getattr(self, field.name)
            if choices and all(isinstance(choice, str) for choice in choices) and value not in choices:
                listed = " | ".join(choices)
                found.append((f"{field.name} 应为 {listed}，实际为 {value!r}",
                              f"{field.name} must be {listed}, got {value!r}"))  # fmt: skip
        return found

    def _not_positive(self) -> list[tuple[str, str]]:
        values = {name: getattr(self, name) for name in _POSITIVE}
        return [
            (f"{name} 应大于 0，实际为 {value!r}", f"{name} must be above 0, got {value!r}")
            for name, value in values.items()
            if value is not None and not value > 0
        ]
