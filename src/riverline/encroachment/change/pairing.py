"""Each later day beside its reference: radiometry matched, noise measured, shift and water level taken into account."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.special import chdtrc

from riverline._kernels.grids.covers import GROUND, UNSEEN, VEGETATION, WATER
from riverline._kernels.grids.invariance import alteration, chi_square, match_bands, match_bulk, robust_spread
from riverline.demarcation.findings import Finding
from riverline.encroachment.change.indexing import index_values
from riverline.encroachment.change.reading import box_of
from riverline.encroachment.change.thresholds import Limits, limits_of
from riverline.io.scenes.overflow import JUMPING
from riverline.io.scenes.plausible import Plausibility

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from riverline._kernels.grids.invariance import Alteration
    from riverline.encroachment.change.decisions import ChangeRules
    from riverline.encroachment.change.inputs import Day, Ground
    from riverline.encroachment.change.reading import Stack
    from riverline.io.scenes import Window

    Floats = NDArray[np.float32]

Spread = dict[str, tuple[float, ...]]

__all__ = ["Pair", "implausible_days", "pairs_of", "references_of", "sample_of"]

BLOCKS, BLOCK_PX = 10, 64
LARGEST_READ = 1_500_000
ENOUGH = 200
"""Pixels of a state from which on its own spread is used."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A later day and the day that it is held against.

    Attributes
    ----------
    later, reference
        Places among the days.
    same_season
        Whether both are of one season.
    gain, offset : (bands,)
        What brings the later image to the radiometry of the reference.
    alteration
        The IR-MAD transformation of the normalised pair, None where it could not be found.
    spread
        Spread of the difference of each index where nothing changed, by state on the reference: dark water is noisier
        than fields.
    limits, own_limits
        Thresholds of the states on the reference, and on the later image after it was matched: the same for
        reflectance; of numbers without a unit each image has its own.
    shift_px
        How far the images are shifted, NaN where that could not be measured.
    tolerance_px
        Steps within which a shift may explain a change.
    stage_px, stage_most_px
        Steps by which the waterline moves with the water level at the least (steep banks) and at the most (gentle
        ones): above 0 where the water fell, below where it rose.
    alike
        Whether plants can be compared: days near each other in the year, radiometry that could be matched.
    """

    later: int
    reference: int
    same_season: bool
    gain: Floats
    offset: Floats
    alteration: Alteration | None
    spread: Spread
    limits: Limits
    own_limits: Limits
    shift_px: float = float("nan")
    tolerance_px: int = 1
    stage_px: int = 0
    stage_most_px: int = 0
    alike: bool = True


def references_of(days: tuple[Day, ...], without: Collection[int] = ()) -> list[tuple[int, int, bool]]:
    """For each later day its reference: the earliest day of its season, else the earliest of all.

    Parameters
    ----------
    days
        All days.
    without
        Places of those that are of no use.

    Returns
    -------
    list of (later, reference, same_season)
        The earliest day of each season is a reference; with two days the second is held against the first whatever
        their seasons.
    """
    first: dict[str, int] = {}
    usable = [place for place in range(len(days)) if place not in without]
    for place in usable:
        first.setdefault(days[place].season, place)
    if len(usable) == len(first):
        return [(place, usable[0], days[place].season == days[usable[0]].season) for place in usable[1:]]
    return [(place, first[days[place].season], True) for place in usable if first[days[place].season] != place]


def sample_of(stack: Stack, ground: Ground, rules: ChangeRules) -> tuple[Floats, NDArray[np.bool_]]:
    """Pixels from all over the images: values (days, bands, n) and whether each day shows them (days, n).

    Blocks lie in the cells of a coarse grid, at places that the seed decides: the same on every run, and never more
    than a hundred blocks are read.
    """
    random = np.random.default_rng(rules.sample.seed)
    values, seen = [], []
    for window in _blocks(ground.grid.shape, random):
        if not any(shapely.intersects(each.outline, box_of(ground.grid, window)) for each in stack.days[0]):
            continue
        parts = [stack.read(day, window) for day in range(len(stack.days))]
        values.append(np.stack([part[0].reshape(len(stack.roles), -1) for part in parts]))
        seen.append(np.stack([(part[1] == 0).ravel() for part in parts]))
    if not values:
        return np.zeros((len(stack.days), len(stack.roles), 0), "float32"), np.zeros((len(stack.days), 0), dtype=bool)
    return np.concatenate(values, axis=2), np.concatenate(seen, axis=1)


def _blocks(shape: tuple[int, int], random: np.random.Generator) -> list[Window]:
    if shape[0] * shape[1] <= LARGEST_READ // 2:
        return [(slice(0, shape[0]), slice(0, shape[1]))]
    sides = [min(BLOCK_PX, size) for size in shape]
    windows = []
    for row in range(BLOCKS):
        for column in range(BLOCKS):
            starts = [
                int((cell + random.random()) * max(size - side, 0) / BLOCKS)
                for cell, size, side in zip((row, column), shape, sides, strict=True)
            ]
            rows, columns = (slice(start, start + side) for start, side in zip(starts, sides, strict=True))
            windows.append((rows, columns))
    return windows


def implausible_days(
    days: tuple[Day, ...], values: Floats, seen: NDArray[np.bool_], stack: Stack
) -> dict[int, Finding]:
    """Days whose numbers cannot be what they are taken for, such as a factor that was left out; of no use are these.

    Parameters
    ----------
    days, values, seen
        The days and :func:`sample_of` them.
    stack
        What they were read from: whole numbers that ran over show in it.
    """
    found, roles = {}, stack.roles
    for place, day in enumerate(days):
        shown = values[place][:, seen[place]]
        counts = Plausibility(roles)
        index = index_values(shown, roles)
        wetness = next((index[name] for name in ("ndwi", "red_blue") if name in index), shown[0])
        counts.add(shown, undefined=int(np.isnan(wetness).sum()))
        wrong = counts.problem(reflectance=day.reflectance)
        if wrong is not None:
            note, share, limit = wrong
            found[place] = Finding("scene-values-implausible", "scenes", day.name, None, share, limit, "%", note)
            continue
        over = [each for opened in stack.days[place] if (each := opened.steps.problem()) is not None]
        if over:
            found[place] = Finding("scene-overflow", "scenes", day.name, None, over[0][1], JUMPING, "%", over[0][0])
    return found


def pairs_of(
    days: tuple[Day, ...],
    values: Floats,
    seen: NDArray[np.bool_],
    roles: tuple[str, ...],
    rules: ChangeRules,
    *,
    without: Collection[int] = (),
) -> tuple[list[Pair], list[Finding]]:
    """Each later day with its reference, normalised on the sample.

    Parameters
    ----------
    days, values, seen
        The days and :func:`sample_of` them.
    roles
        Bands of the values.
    rules
        The table that decides.
    without
        Places of days that are of no use.
    """
    pairs, findings = [], []
    limits: dict[int, Limits] = {}
    for later, reference, same_season in references_of(days, without):
        if reference not in limits:
            shown = values[reference][:, seen[reference]]
            limits[reference] = limits_of(shown, roles, rules, reflectance=days[reference].reflectance)
        both = np.flatnonzero(seen[later] & seen[reference])
        if len(both) > rules.sample.pixels:
            random = np.random.default_rng([rules.sample.seed, later, reference])
            both = np.sort(random.choice(both, rules.sample.pixels, replace=False))
        known = days[later].reflectance and days[reference].reflectance
        one, other = values[reference][:, both], values[later][:, both]
        pair, state, stayed = _matched(one, other, roles, rules, limits[reference], reflectance=known)
        refused = state == "rough" and not known and rules.sample.unmatched == "refuse"
        if state:
            findings.append(
                _unmatched(state, (days[later], days[reference]), pair[2], stayed, len(both), known=known,
                           refused=refused)
            )  # fmt: skip
        if state != "unseen" and not refused:
            gain, offset, change, spread = pair
            own = limits[reference]
            if not known:
                matched = gain[:, None] * values[later][:, both] + offset[:, None]
                own = limits_of(matched, roles, rules, reflectance=False)
            alike = state != "rough" and rules.seasons.alike(days[later].date, days[reference].date)
            pairs.append(Pair(later, reference, same_season, gain, offset, change, spread, limits[reference], own,
                              alike=alike))  # fmt: skip
    # Bare winter fields are dark ground: what is bright is told by the reference with the brightest ground.
    bright = max((pair.limits.bright for pair in pairs if np.isfinite(pair.limits.bright)), default=float("inf"))
    return [
        replace(pair, limits=replace(pair.limits, bright=bright), own_limits=replace(pair.own_limits, bright=bright))
        for pair in pairs
    ], findings


def _unmatched(
    state: str,
    pair: tuple[Day, Day],
    found: Alteration | None,
    stayed: float,
    pixels: int,
    *,
    known: bool,
    refused: bool,
) -> Finding:
    """Why a pair could not be matched: how much of the sample stayed the same, and how the images correlate."""
    if state == "unseen":
        return Finding("change-unseen-day", "scenes", pair[0].name, None, pixels, note=pair[1].name)
    code = "change-not-comparable" if refused else "change-not-normalised" if known else "change-by-spread"
    told = "-" if found is None else ", ".join(f"{each:.2f}" for each in found.correlation)
    share = round(100.0 * stayed, 1)
    return Finding(code, "scenes", pair[0].name, None, share, pixels, "%", note=f"{pair[1].name} (r = {told})")


def _matched(
    first: Floats, second: Floats, roles: tuple[str, ...], rules: ChangeRules, limits: Limits, *, reflectance: bool
) -> tuple[tuple[Floats, Floats, Alteration | None, Spread], str, float]:
    """Gain, offset, transformation, spreads; ``unseen`` or ``rough`` where that failed; the share that stayed."""
    bands = len(roles)
    if first.shape[1] < 20 * bands:
        return (np.ones(bands, "float32"), np.zeros(bands, "float32"), None, {}), "unseen", 0.0
    found = alteration(first.T, second.T)
    stayed = _staying(first, second, found, rules)
    gain, offset, rough = _line(first, second, stayed, rules, reflectance=reflectance)
    spread = _spread(index_values(first, roles), index_values(gain[:, None] * second + offset[:, None], roles), limits)
    # The transformation is that of the images as they are: a linear change of radiometry does not matter to it.
    share = 0.0 if found is None else 1.0 - found.changed
    return (gain, offset, found, spread), "rough" if rough else "", share


def _staying(first: Floats, second: Floats, found: Alteration | None, rules: ChangeRules) -> NDArray[np.bool_]:
    """The pixels of a sample that are taken for unchanged; none where no transformation was found."""
    if found is None:
        return np.zeros(first.shape[1], dtype=bool)
    chi = chi_square(found, first.astype("float64"), second.astype("float64"))
    return np.asarray(chdtrc(len(first), chi) >= rules.sample.invariant)


def _spread(before: dict[str, Floats], after: dict[str, Floats], limits: Limits) -> Spread:
    """Spread of the difference of each index on all pixels, and on those of each state where there are enough.

    Pixels that left their state are no noise: after a flood they may be most of the bare ground.
    """
    seen = np.ones(len(before["brightness"]), dtype=bool)
    state = limits.states(before, seen)
    state[state != limits.states(after, seen)] = UNSEEN
    found = {}
    for name, values in before.items():
        if name == "brightness":
            difference = np.log(np.maximum(after[name], 1e-6) / np.maximum(values, 1e-6))
        else:
            difference = after[name] - values
        every = robust_spread(difference)
        own = [difference[state == code] for code in (WATER, VEGETATION, GROUND)]
        found[name] = (every, *(robust_spread(each) if len(each) >= ENOUGH else every for each in own))
    return found


def _line(
    first: Floats, second: Floats, stayed: NDArray[np.bool_], rules: ChangeRules, *, reflectance: bool
) -> tuple[Floats, Floats, bool]:
    """Gain and offset of each band, and whether a band could not be matched.

    A band goes by the pixels that did not change where these agree; else, where they are all alike (fields, say), by
    the bulk of all pixels; else noise would decide on the slope, and only its median is brought to that of the other.
    Reflectance is one unit: a gain far from 1 tells that the ground changed, such as water that became muddy, and so
    does a median that moved by more than the air explains, such as fields that turned: as much as it explains is
    evened out, the rest is left as what it is.
    """
    bands = len(first)
    gain = np.ones(bands)
    offset = np.median(first, axis=1) - np.median(second, axis=1)
    open_bands = np.ones(bands, dtype=bool)
    for bulk in (False, True):
        line = None
        if bulk and open_bands.any():
            line = match_bulk(first.T, second.T)
        elif not bulk:
            line = match_bands(first.T, second.T, stayed.astype("float64"))
        if line is not None:
            good = open_bands & (line.agreement >= rules.sample.agreement)
            if reflectance:
                good &= (line.gain >= rules.sample.gain[0]) & (line.gain <= rules.sample.gain[1])
            gain[good], offset[good] = line.gain[good], line.offset[good]
            open_bands &= ~good
    rough = open_bands.any()
    if rough and not reflectance:
        gain, offset = _by_spread(first, second)
    elif rough:
        rough = (np.abs(offset[open_bands]) > rules.sample.offset).any()
        offset[open_bands] = np.clip(offset[open_bands], -rules.sample.offset, rules.sample.offset)
    return gain.astype("float32"), offset.astype("float32"), bool(rough)


def _by_spread(first: Floats, second: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gain and offset that bring middle and spread of every band to those of the first image.

    Bands of numbers without a unit are matched all alike: an index of bands matched in different ways tells nothing.
    """
    here, there = (np.quantile(each, (0.1, 0.5, 0.9), axis=1).astype("float64") for each in (first, second))
    gain = (here[2] - here[0]) / np.maximum(there[2] - there[0], 1e-9)
    return gain, here[1] - gain * there[1]
