"""Which pixels of a window changed for good, how, and what each date shows there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtri

from riverline._kernels.grids.covers import GROUND, UNSEEN, VEGETATION, WATER, beyond_shift, mostly, moved
from riverline._kernels.grids.invariance import chi_square
from riverline._kernels.grids.persistence import lasting
from riverline._kernels.grids.shores import shore_moves
from riverline.encroachment.change.indexing import index_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.encroachment.change.decisions import ChangeRules, Stage, Transition
    from riverline.encroachment.change.inputs import Day
    from riverline.encroachment.change.pairing import Pair

    Floats = NDArray[np.float32]
    Flags = NDArray[np.bool_]
    Passed = tuple[NDArray[np.intp], Flags]
    Moves = tuple[Passed, Passed]

__all__ = ["Examined", "Search", "examine"]

GROUPS = {"ground": 1, "surface": 1, "water": 2, "green": 3}
"""Families whose pixels may be one patch: what stands in the water has a rim that only dims it."""

LEVEL = 1
"""Group of pixels that only the water level explains: below those of the families, which begin at twice the first."""

SOLID = 2, 0.7
"""Steps around a changed pixel, and least share of the changed ones there that are bright, of what is built."""

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
    digest
        Digest of the table.
    """

    days: tuple[Day, ...]
    roles: tuple[str, ...]
    pairs: tuple[Pair, ...]
    rules: ChangeRules
    transitions: tuple[Transition, ...]
    digest: str

    @property
    def earliest(self) -> int:
        """The first day that is a reference."""
        return min(pair.reference for pair in self.pairs)

    @property
    def grown(self) -> int:
        """The first reference of the growing season, else the first of all: what was green then."""
        seasons = [pair.reference for pair in self.pairs if self.days[pair.reference].season == "growing"]
        return min(seasons, default=self.earliest)

    @property
    def halo(self) -> int:
        """Pixels around a window that are needed to judge those in it."""
        reach = max(
            (max(pair.tolerance_px, abs(pair.stage_most_px)) + pair.tolerance_px for pair in self.pairs), default=0
        )
        return reach + max(2, self.rules.stage.shore_px)


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """What was found in a window (h, w): n changed pixels of it; p pairs, t days.

    Attributes
    ----------
    places : (n,)
        Places of the changed pixels, row by row.
    code : (n,)
        Place of the transition in the search.
    group : (h, w)
        What may be one patch: families that belong together, those that enough days show apart from the others;
        ``LEVEL`` what the water level explains on banks of any slope; 0 where nothing changed for good.
    hit, agreeing, shown : (p, n)
        Whether a later day differs from its reference as looked for, whether it looks like the change at all (bare
        ground in winter, say, where the reference of winter was bare as well), and whether it shows the pixel.
    bright : (n,)
        Whether it is bright on the last day that shows the change.
    state : t of (h, w)
        State on each day.
    indices : t of dict
        Name to values (h, w), later days normalised.
    explained, doubtful : (h, w)
        Pixels that changed as the water level explains on banks of any slope, and on gentle ones, on any day.
    """

    places: NDArray[np.intp]
    code: NDArray[np.uint8]
    group: NDArray[np.uint8]
    hit: Flags
    agreeing: Flags
    shown: Flags
    bright: Flags
    state: list[NDArray[np.uint8]]
    indices: list[dict[str, Floats]]
    explained: Flags
    doubtful: Flags


@dataclass(slots=True, eq=False)
class _Seen:
    """Indices, states and what can be used of every day of a window."""

    indices: list[dict[str, Floats]] = field(default_factory=list)
    state: list[NDArray[np.uint8]] = field(default_factory=list)
    bright: list[Flags] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class _ByLevel:
    """Pixels whose change the water level explains on banks of any slope, by pair, and which transition they made.

    ``doubtful`` are those whose change it may explain on gentle banks, on any day.
    """

    explained: list[Flags]
    made: NDArray[np.uint8]
    doubtful: Flags

    @property
    def somewhere(self) -> Flags:
        """Pixels whose change it explains on any day."""
        return np.asarray(np.logical_or.reduce(self.explained))


@dataclass(frozen=True, slots=True, eq=False)
class _Settled:
    """Pixels of one family that changed for good: as in :class:`Examined`."""

    places: NDArray[np.intp]
    code: NDArray[np.uint8]
    hit: Flags
    agreeing: Flags
    shown: Flags


def examine(
    values: list[Floats], reason: list[NDArray[np.uint8]], inside: Flags, search: Search
) -> tuple[Examined | None, int, list[Moves]]:
    """The changed pixels of a window, how many pixels are water on the earliest reference, how the waterline moved.

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
    list
        For each pair the pixels behind the waterline and which it passed: :func:`riverline._kernels.grids.shores`.
    """
    seen = _seen(values, reason, search)
    water = int(np.count_nonzero((seen.state[search.earliest] == WATER) & inside))
    moves = [shore_moves(seen.state[pair.reference], seen.state[pair.later]) for pair in search.pairs]
    hits, by_level = _hits(values, seen, inside, search)
    group = np.zeros(inside.shape, dtype="uint8")
    parts = []
    for family in dict.fromkeys(each.family for each in search.transitions):
        own = [place for place, each in enumerate(search.transitions) if each.family == family and place in hits]
        if own:
            part = _settle(family, own, (hits, by_level.explained), seen, search, group)
            enough = part.hit.sum(axis=0) >= min(search.rules.persistence.dates, len(search.days) - 1)
            group.reshape(-1)[part.places] = 2 * GROUPS[family] + 1 - enough
            parts.append(part)
    parts.append(_levelled(by_level, seen, search, group))
    if not any(len(part.places) for part in parts):
        return None, water, moves
    return _found(parts, group, seen, search, by_level), water, moves


def _levelled(by_level: _ByLevel, seen: _Seen, search: Search, group: NDArray[np.uint8]) -> _Settled:
    """The pixels that the water level explains and no family holds: patches too, though none that is told."""
    at = np.flatnonzero(by_level.somewhere & (group == 0))
    group.reshape(-1)[at] = LEVEL
    hit = np.stack([flags.reshape(-1)[at] for flags in by_level.explained])
    states = (tuple(seen.state[day].reshape(-1)[at] for day in (pair.reference, pair.later)) for pair in search.pairs)
    shown = np.stack([(before != UNSEEN) & (after != UNSEEN) for before, after in states])
    return _Settled(at, by_level.made.reshape(-1)[at], hit, hit, shown)


def _found(
    parts: list[_Settled], group: NDArray[np.uint8], seen: _Seen, search: Search, by_level: _ByLevel
) -> Examined:
    none = np.zeros(0, dtype="intp")
    nothing = _Settled(none, none.astype("uint8"), *(np.zeros((len(search.pairs), 0), dtype=bool) for _ in range(3)))
    every = [nothing, *parts]
    at = np.concatenate([part.places for part in every])
    hit, agreeing, shown = (
        np.concatenate([getattr(part, name) for part in every], axis=1) for name in ("hit", "agreeing", "shown")
    )
    bright = np.zeros(len(at), dtype=bool)
    for number, pair in enumerate(search.pairs):
        bright = np.where(agreeing[number], seen.bright[pair.later].reshape(-1)[at], bright)
    code = np.concatenate([part.code for part in every])
    levels = by_level.somewhere, by_level.doubtful
    return Examined(at, code, group, hit, agreeing, shown, bright, seen.state, seen.indices, *levels)


def _seen(values: list[Floats], reason: list[NDArray[np.uint8]], search: Search) -> _Seen:
    by_day = {pair.later: pair for pair in search.pairs}
    limits = {pair.reference: pair.limits for pair in search.pairs}
    found = _Seen()
    for day, (image, why) in enumerate(zip(values, reason, strict=True)):
        pair = by_day.get(day)
        indices = index_values(image if pair is None else _normalised(image, pair), search.roles)
        limit = pair.own_limits if pair is not None else limits.get(day) or next(iter(limits.values()))
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


def _hits(values: list[Floats], seen: _Seen, inside: Flags, search: Search) -> tuple[dict[int, list[Flags]], _ByLevel]:
    """The pixels that made each transition, p of (h, w), where any did; and those that the level explains, or may."""
    found: dict[int, list[Flags]] = {}
    nothing = np.zeros(inside.shape, dtype=bool)
    level = _ByLevel([nothing] * len(search.pairs), np.zeros(inside.shape, dtype="uint8"), nothing.copy())
    limit = float(chdtri(len(search.roles), search.rules.test.alpha))
    for place, transition in enumerate(search.transitions):
        hits = []
        for number, pair in enumerate(search.pairs):
            hit = _moved(pair, transition, seen, search) & inside
            at = np.flatnonzero(hit)
            if len(at) and pair.alteration is not None:
                # The sum over the bands is computed for the few pixels that come this far.
                pixels = (values[day].reshape(len(search.roles), -1)[:, at] for day in (pair.reference, pair.later))
                hit.reshape(-1)[at] = chi_square(pair.alteration, *pixels) > limit
            if len(at):
                hit, by_level, perhaps = _unexplained(hit, pair, transition, seen, search.rules.stage)
                if by_level is not None:
                    np.copyto(level.made, np.uint8(place), where=by_level & ~level.somewhere)
                    level.explained[number] = level.explained[number] | by_level
                if perhaps is not None:
                    np.logical_or(level.doubtful, perhaps, out=level.doubtful)
            hits.append(hit if len(at) else nothing)
        if any(hit.any() for hit in hits if hit is not nothing):
            found[place] = hits
    return found, level


def _moved(pair: Pair, transition: Transition, seen: _Seen, search: Search) -> Flags:
    """Pixels that went from the states before to those after, the index moving as far as it must."""
    before, after = seen.state[pair.reference], seen.state[pair.later]
    if transition.same_season and not pair.same_season:
        return np.zeros(before.shape, dtype=bool)
    found = _is_one(before, transition.before) & _is_one(after, transition.after)
    if not found.any():
        return found
    index = pair.limits.deciding(transition.index)
    noise = search.rules.test.spreads * max(pair.spread[index][CODES[name]] for name in transition.before)
    one, other = (seen.indices[day][index] for day in (pair.reference, pair.later))
    if index == "brightness":
        least = max(transition.change, float(np.exp(noise)))
        return found & moved(one, other, least=least, by_ratio=True)
    return found & moved(one, other, least=float(np.copysign(max(abs(transition.change), noise), transition.change)))


def _is_one(state: NDArray[np.uint8], names: tuple[str, ...]) -> Flags:
    found = state == CODES[names[0]]
    for name in names[1:]:
        found |= state == CODES[name]
    return found


def _unexplained(
    hit: Flags, pair: Pair, transition: Transition, seen: _Seen, stage: Stage
) -> tuple[Flags, Flags | None, Flags | None]:
    """Hits that no shift and no water level explains for certain; those that the level does, and those it may.

    What falls dry is mud and sand with bright specks: what is brighter all over was brought there, and no level
    explains it.
    """
    near_states = tuple(name for name in transition.near if name != "bright")
    before = seen.state[pair.reference]
    explaining = _is_one(before, near_states) if near_states else seen.bright[pair.reference]
    kept = beyond_shift(hit, explaining, pair.tolerance_px, pair.tolerance_px)
    falling = transition.family in {"ground", "surface"} and "water" in transition.before
    sign = 1 if falling else -1 if transition.family == "water" else 0
    explained = doubtful = None
    if sign * pair.stage_px > pair.tolerance_px:
        bright = seen.indices[pair.later]["brightness"] >= np.float32(stage.solid * pair.own_limits.bright)
        bright = mostly(bright & (seen.state[pair.later] == GROUND), kept, *SOLID)
        far = beyond_shift(kept, explaining, sign * pair.stage_px, pair.tolerance_px, bright)
        kept, explained = far, kept & ~far
    if sign * pair.stage_most_px > pair.tolerance_px:
        doubtful = kept & ~beyond_shift(kept, explaining, sign * pair.stage_most_px, 0)
    return kept, explained, doubtful


def _settle(
    family: str,
    own: list[int],
    changed: tuple[dict[int, list[Flags]], list[Flags]],
    seen: _Seen,
    search: Search,
    group: NDArray[np.uint8],
) -> _Settled:
    """The pixels that changed for good into what a family's ground looks like, but for those in a group already.

    ``changed`` are the hits by transition, and what the level explains by pair: such a day says neither yes nor no.
    """
    hits, explained = changed
    some = np.logical_or.reduce([hit for place in own for hit in hits[place]])
    at = np.flatnonzero(some & (group == 0))
    # All that follows happens on the few pixels that were ever hit.
    made = {place: np.stack([hit.reshape(-1)[at] for hit in hits[place]]) for place in own}
    few = np.logical_or.reduce(list(made.values()))
    agrees, usable = _agreeing(family, made, seen, at, search)
    usable &= few | ~np.stack([flags.reshape(-1)[at] for flags in explained])
    lasts, first = lasting(few, agrees, usable, share=search.rules.persistence.share)
    code = np.zeros(len(at), dtype="uint8")
    for place in reversed(own):
        code[made[place].any(axis=0)] = place
    since = usable & (np.arange(len(few))[:, None] >= first)
    kept = np.flatnonzero(lasts)
    return _Settled(at[kept], code[kept], (few & since)[:, kept], ((agrees | few) & since)[:, kept], usable[:, kept])


def _agreeing(
    family: str, made: dict[int, Flags], seen: _Seen, at: NDArray[np.intp], search: Search
) -> tuple[Flags, Flags]:
    """Whether later days (p, n) look like the change though their own reference does too; and which show the place."""
    agrees, usable = np.zeros((2, len(search.pairs), len(at)), dtype=bool)
    turned = np.zeros(len(at), dtype=bool)
    for place, hit in made.items():
        if search.transitions[place].before != search.transitions[place].after:
            turned |= hit.any(axis=0)
    in_winter = _in_winter(family, made, search)
    for number, pair in enumerate(search.pairs):
        before, after = (seen.state[day].reshape(-1)[at] for day in (pair.reference, pair.later))
        known = (before != UNSEEN) & (after != UNSEEN)
        if family in {"ground", "green"}:
            # Water over dry land hides what stands there.
            known &= ~((after == WATER) & (before != WATER))
        if family == "water":
            # Where the reference is under water, a pit is as wet as what was there.
            known &= before != WATER
        if family == "green" and pair.same_season and search.days[pair.later].season != "growing":
            # Of crops winter tells nothing; of what was green in a winter it does.
            known &= in_winter
        usable[number] = known
        alike = {"ground": GROUND, "green": VEGETATION}.get(family)
        if alike is not None:
            agrees[number] = turned & (before == alike) & (after == alike)
    return agrees, usable


def _in_winter(family: str, made: dict[int, Flags], search: Search) -> Flags:
    """Places that turned green on a day outside the growing season."""
    some = np.logical_or.reduce(list(made.values()))
    if family != "green":
        return np.zeros(some.shape[1], dtype=bool)
    dormant = np.array([search.days[pair.later].season != "growing" for pair in search.pairs])
    return np.asarray(some[dormant].any(axis=0))
