"""Which pixels of a window changed for good, how, and what each date shows there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import chi2

from riverline._kernels.covers import GROUND, UNSEEN, VEGETATION, WATER, beyond_shift, moved
from riverline._kernels.invariance import chi_square
from riverline._kernels.persistence import lasting
from riverline.encroachment.change.pairing import index_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.encroachment.change.decisions import ChangeRules, Transition
    from riverline.encroachment.change.inputs import Day
    from riverline.encroachment.change.pairing import Pair

    Floats = NDArray[np.float32]
    Flags = NDArray[np.bool_]

__all__ = ["Examined", "Search", "examine"]

GROUPS = {"ground": 1, "surface": 1, "water": 2, "green": 3}
"""Families whose pixels may be one patch: what stands in the water has a rim that only dims it."""

CODES = {"water": WATER, "vegetation": VEGETATION, "ground": GROUND}


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What is looked for, the same in every window.

    Attributes
    ----------
    days, roles, pairs, rules
        The images by day, the bands that are read, later days with their references, the table that decides.
    transitions
        Those of the table that the bands allow.
    """

    days: tuple[Day, ...]
    roles: tuple[str, ...]
    pairs: tuple[Pair, ...]
    rules: ChangeRules
    transitions: tuple[Transition, ...]

    @property
    def earliest(self) -> int:
        """The first day that is a reference."""
        return min(pair.reference for pair in self.pairs)

    @property
    def halo(self) -> int:
        """Pixels around a window that are needed to judge those in it."""
        reach = max((max(pair.tolerance_px, abs(pair.stage_px)) + pair.tolerance_px for pair in self.pairs), default=0)
        return reach + 2


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """What was found in a window (h, w); p pairs, t days.

    Attributes
    ----------
    code : (h, w)
        Place of the transition in the search plus 1, 0 where nothing changed for good.
    group : (h, w)
        What may be one patch: families that belong together, those that enough days show apart from the others.
    hit, agreeing, shown : (p, h, w)
        Whether a later day differs from its reference as looked for, whether it looks like the change at all (bare
        ground in winter, say, where the reference of winter was bare as well), and whether it shows the pixel.
    state : (t, h, w)
        State on each day.
    bright : (h, w)
        Whether it is bright on the last day that shows the change.
    indices
        Name to values (t, h, w), later days normalised.
    explained
        Pixels that changed as the water level explains, on any day.
    """

    code: NDArray[np.uint8]
    group: NDArray[np.uint8]
    hit: Flags
    agreeing: Flags
    shown: Flags
    state: NDArray[np.uint8]
    bright: Flags
    indices: dict[str, Floats]
    explained: Flags


@dataclass(slots=True, eq=False)
class _Seen:
    """Indices, states and what can be used of every day of a window."""

    indices: list[dict[str, Floats]] = field(default_factory=list)
    state: list[NDArray[np.uint8]] = field(default_factory=list)
    bright: list[Flags] = field(default_factory=list)


def examine(
    values: list[Floats], reason: list[NDArray[np.uint8]], inside: Flags, search: Search
) -> tuple[Examined | None, int]:
    """The changed pixels of a window, and how many pixels of it are water on the earliest reference.

    Parameters
    ----------
    values : t of (bands, h, w)
        The images as read.
    reason : t of (h, w)
        Why pixels cannot be used, 0 where they can.
    inside : (h, w)
        Where changes are looked for.
    search
        What is looked for.

    Returns
    -------
    Examined or None
        None where nothing in the window changed for good and nothing is explained by the level.
    int
        Pixels of water.
    """
    seen = _seen(values, reason, search)
    water = int(np.count_nonzero((seen.state[search.earliest] == WATER) & inside))
    hits, explained = _hits(values, seen, inside, search)
    code = np.zeros(inside.shape, dtype="uint8")
    hit, agreeing, shown = np.zeros((3, len(search.pairs), *inside.shape), dtype=bool)
    for family in dict.fromkeys(each.family for each in search.transitions):
        own = [place for place, each in enumerate(search.transitions) if each.family == family]
        if not any(hits[place].any() for place in own if hits[place] is not None):
            continue
        _settle(family, own, hits, seen, search, (code, hit, agreeing, shown))
    if not code.any() and not explained.any():
        return None, water
    curves = {name: np.stack([each[name] for each in seen.indices]) for name in seen.indices[0]}
    group, bright = _groups(code, hit, search), _bright_at_end(seen, agreeing, search)
    found = Examined(code, group, hit, agreeing, shown, np.stack(seen.state), bright, curves, explained)
    return found, water


def _seen(values: list[Floats], reason: list[NDArray[np.uint8]], search: Search) -> _Seen:
    by_day = {pair.later: pair for pair in search.pairs}
    limits = {pair.reference: pair.limits for pair in search.pairs}
    found = _Seen()
    for day, (image, why) in enumerate(zip(values, reason, strict=True)):
        pair = by_day.get(day)
        indices = index_values(image if pair is None else _normalised(image, pair), search.roles)
        limit = pair.limits if pair is not None else limits.get(day) or next(iter(limits.values()))
        usable = (why == 0) if day in by_day or day in limits else np.zeros(why.shape, dtype=bool)
        state = limit.states(indices, usable)
        found.indices.append(indices)
        found.state.append(state)
        found.bright.append((state == GROUND) & (indices["brightness"] >= np.float32(limit.bright)))
    return found


def _normalised(image: Floats, pair: Pair) -> Floats:
    """The later image of a pair in the radiometry of its reference."""
    matched = image * pair.gain[:, None, None]
    matched += pair.offset[:, None, None]
    return matched


def _hits(values: list[Floats], seen: _Seen, inside: Flags, search: Search) -> tuple[list[NDArray[np.bool_]], Flags]:
    """For each transition the pixels (p, h, w) that made it on each later day; and those that the level explains."""
    hits = [np.zeros((len(search.pairs), *inside.shape), dtype=bool) for _ in search.transitions]
    explained = np.zeros(inside.shape, dtype=bool)
    for at, pair in enumerate(search.pairs):
        limit = float(chi2.isf(search.rules.test.alpha, len(search.roles)))
        for place, transition in enumerate(search.transitions):
            hit = _moved(pair, transition, seen, search) & inside
            if hit.any() and pair.alteration is not None:
                # The sum over the bands is computed for the few pixels that come this far.
                chi = chi_square(pair.alteration, values[pair.reference][:, hit], values[pair.later][:, hit])
                hit[hit] = chi > limit
            if hit.any():
                hits[place][at], by_level = _unexplained(hit, pair, transition, seen)
                explained |= by_level
    return hits, explained


def _moved(pair: Pair, transition: Transition, seen: _Seen, search: Search) -> Flags:
    """Pixels that went from the states before to those after, the index moving as far as it must."""
    before, after = seen.state[pair.reference], seen.state[pair.later]
    if transition.same_season and not pair.same_season:
        return np.zeros(before.shape, dtype=bool)
    if transition.growing and pair.same_season and search.days[pair.later].season != "growing":
        return np.zeros(before.shape, dtype=bool)
    found = _is_one(before, transition.before) & _is_one(after, transition.after)
    if not found.any():
        return found
    noise = search.rules.test.spreads * max(pair.spread[transition.index][CODES[name]] for name in transition.before)
    one, other = (seen.indices[day][transition.index] for day in (pair.reference, pair.later))
    if transition.index == "brightness":
        least = max(transition.change, float(np.exp(noise)))
        return found & moved(one, other, least=least, by_ratio=True)
    return found & moved(one, other, least=float(np.copysign(max(abs(transition.change), noise), transition.change)))


def _is_one(state: NDArray[np.uint8], names: tuple[str, ...]) -> Flags:
    found = state == CODES[names[0]]
    for name in names[1:]:
        found |= state == CODES[name]
    return found


def _unexplained(hit: Flags, pair: Pair, transition: Transition, seen: _Seen) -> tuple[Flags, Flags]:
    """Hits that neither a shift of the image nor the water level explains, and those that the level does."""
    near_states = tuple(name for name in transition.near if name != "bright")
    before = seen.state[pair.reference]
    explaining = _is_one(before, near_states) if near_states else seen.bright[pair.reference]
    kept = beyond_shift(hit, explaining, pair.tolerance_px, pair.tolerance_px)
    falling = transition.family == "ground" and "water" in transition.before
    band = pair.stage_px if falling else -pair.stage_px if transition.family == "water" else 0
    if band <= pair.tolerance_px:
        return kept, np.zeros_like(hit)
    far = beyond_shift(kept, explaining, band, pair.tolerance_px)
    return far, kept & ~far


def _settle(
    family: str,
    own: list[int],
    hits: list[NDArray[np.bool_]],
    seen: _Seen,
    search: Search,
    found: tuple[NDArray[np.uint8], Flags, Flags, Flags],
) -> None:
    """Write down the pixels that changed for good into what a family's ground looks like."""
    code, hits_found, agreeing, shown = found
    hit = np.logical_or.reduce([hits[place] for place in own])
    some = hit.any(axis=0) & (code == 0)
    if not some.any():
        return
    # All that follows happens on the few pixels that were ever hit.
    few = hit[:, some]
    agrees, usable = _agreeing(family, own, hits, seen, some, search)
    lasts, first = lasting(few, agrees, usable, share=search.rules.persistence.share)
    made = np.zeros(few.shape[1], dtype="uint8")
    for place in reversed(own):
        made[hits[place][:, some].any(axis=0)] = place + 1
    code[some] = np.where(lasts, made, 0)
    since = np.arange(len(few))[:, None] >= first
    hits_found[:, some] = few & usable & lasts & since
    agreeing[:, some] = (agrees | few) & usable & lasts & since
    shown[:, some] = usable & lasts


def _agreeing(
    family: str, own: list[int], hits: list[NDArray[np.bool_]], seen: _Seen, some: Flags, search: Search
) -> tuple[Flags, Flags]:
    """Whether later days (p, n) look like the change though their own reference does too; and which show the place."""
    shape = (len(search.pairs), int(some.sum()))
    agrees, usable = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    between = [place for place in own if search.transitions[place].before != search.transitions[place].after]
    turned = np.logical_or.reduce([hits[place][:, some].any(axis=0) for place in between] or [np.zeros(shape[1], bool)])
    for at, pair in enumerate(search.pairs):
        before, after = seen.state[pair.reference][some], seen.state[pair.later][some]
        known = (before != UNSEEN) & (after != UNSEEN)
        if family in {"ground", "green"}:
            # Water over dry land hides what stands there.
            known &= ~((after == WATER) & (before != WATER))
        if family == "green" and pair.same_season and search.days[pair.later].season != "growing":
            known[:] = False
        usable[at] = known
        if family == "ground":
            agrees[at] = turned & (before == GROUND) & (after == GROUND)
    return agrees, usable


def _groups(code: NDArray[np.uint8], hit: Flags, search: Search) -> NDArray[np.uint8]:
    """Group of each changed pixel; even numbers where enough days show the change."""
    of = np.array([0, *(2 * GROUPS[each.family] + 1 for each in search.transitions)], dtype="uint8")
    enough = hit.sum(axis=0) >= min(search.rules.persistence.dates, len(search.days) - 1)
    return np.where(code > 0, of[code] - enough, 0).astype("uint8")


def _bright_at_end(seen: _Seen, agreeing: Flags, search: Search) -> Flags:
    bright = np.zeros(agreeing.shape[1:], dtype=bool)
    for at, pair in enumerate(search.pairs):
        bright = np.where(agreeing[at], seen.bright[pair.later], bright)
    return bright
