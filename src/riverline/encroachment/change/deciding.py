"""What a patch is, whether it lasts, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline._kernels.grids.persistence import lasting_odds
from riverline.encroachment.change.pixels import CODES

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.encroachment.change.decisions import ChangeRules, PatchClass
    from riverline.encroachment.change.pixels import Search

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["Verdicts", "judge"]


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """What was made of n patches; p pairs.

    Attributes
    ----------
    chosen : (n,)
        Place of the class in the table, -1 where none fits.
    made : (n,)
        Place of the transition that most of its pixels made.
    there, visible : (p, n)
        Later days that show the change, and that show the place.
    onset, last : (n,)
        Pairs that show it first and last.
    confirmed : (n,)
        Whether it was seen on as many days, and in the seasons, that the table asks for.
    untold : (n,)
        Whether no class fits, or one that is not told.
    alarmed : (n,)
        Confirmed, or not to be confirmed since there are only two days.
    probability : (n,)
        That it is a change that stays.
    difference, distance : (n,)
        Mean difference of the deciding index on the last day that shows it, and the same in its spread.
    wet, bright, fill : (n,)
        Shape: share of sides on water, of bright pixels, of the smallest rectangle around it.
    """

    chosen: NDArray[np.int64]
    made: NDArray[np.int64]
    there: Flags
    visible: Flags
    onset: NDArray[np.int64]
    last: NDArray[np.int64]
    confirmed: Flags
    untold: Flags
    alarmed: Flags
    probability: Floats
    difference: Floats
    distance: Floats
    wet: Floats
    bright: Floats
    fill: Floats


def judge(patches: gpd.GeoDataFrame, search: Search) -> Verdicts:
    """Class, persistence and probability of patches.

    Parameters
    ----------
    patches
        Rows of :attr:`Patches.frame`, in metres.
    search
        What was looked for.

    Notes
    -----
    The probability is the product of two. That the change is real: posterior of a difference with normal noise, whose
    spread was measured on the pixels of the pair (divided by the root of the number of pixels whose errors are
    independent), against a prior and a normal spread of real differences. That it stays: posterior of the later days
    that show it or do not; a further day of a season that was seen tells less.
    """
    pixels = patches["pixels"].to_numpy()
    counts = np.column_stack([patches[f"made_{each.id}"] for each in search.transitions])
    made = counts.argmax(axis=1) if len(patches) else np.zeros(0, dtype="int64")
    wet = patches["wet_sides"].to_numpy() / np.maximum(patches["sides"].to_numpy(), 1.0)
    bright = patches["bright"].to_numpy() / pixels
    fill = _fill(patches)
    shore = patches["shore"].to_numpy() / pixels
    chosen = _classes(patches, made, (wet, bright, fill, shore), search)
    kinds = np.array([*(each.kind for each in search.rules.classes), ""], dtype=object)[chosen]
    telling, there, visible = _days(patches, search.rules, len(search.pairs))
    onset, last = _first_and_last(telling)
    confirmed = _confirmed(telling, there, visible, made, onset, search)
    difference, spread = _differences(patches, made, last, search)
    noise = spread / np.sqrt(np.maximum(pixels / search.rules.probability.patch_px, 1.0))
    real = _real(difference, noise, search.rules)
    stays = _stays(telling, there, visible, onset, search)
    ends_well = last >= 0
    return Verdicts(
        chosen, made, there, visible, onset, last, confirmed & ends_well,
        kinds == "", (confirmed | (len(search.days) == 2)) & ends_well & (kinds != ""),  # noqa: PLR2004 - before and after
        real * stays, difference, np.abs(difference) / np.maximum(noise, 1e-9), wet, bright, fill,
    )  # fmt: skip


def _fill(patches: gpd.GeoDataFrame) -> Floats:
    shapes = np.asarray(patches.geometry.array, dtype="object")
    rectangles = shapely.minimum_rotated_rectangle(shapes) if len(shapes) else shapes
    return np.minimum(shapely.area(shapes) / np.maximum(shapely.area(rectangles), 1e-9), 1.0)


def _classes(
    patches: gpd.GeoDataFrame, made: NDArray[np.int64], shape: tuple[Floats, ...], search: Search
) -> NDArray[np.int64]:
    """The first class of the table that fits each patch."""
    names = np.array([each.id for each in search.transitions], dtype="object")[made]
    area = shapely.area(np.asarray(patches.geometry.array, dtype="object"))
    chosen = np.full(len(patches), -1)
    for place, each in reversed(list(enumerate(search.rules.classes))):
        chosen[_fits(each, names, (*shape, area))] = place
    return chosen


def _fits(each: PatchClass, names: NDArray[np.object_], measures: tuple[Floats, ...]) -> Flags:
    fits = np.isin(names.astype(str), each.of)
    spans = (each.wet, each.bright, each.fill, each.shore, each.area_m2)
    for (least, most), measure in zip(spans, measures, strict=True):
        fits &= (measure >= least) & (measure <= most)
    return fits


def _days(patches: gpd.GeoDataFrame, rules: ChangeRules, pairs: int) -> tuple[Flags, Flags, Flags]:
    """Later days (p, n) on which enough of a patch differs, looks like the change at all, and can be seen."""
    pixels = patches["pixels"].to_numpy()
    hit = np.stack([patches[f"hit_{at}"] for at in range(pairs)])
    agreeing = np.stack([patches[f"agreeing_{at}"] for at in range(pairs)])
    shown = np.stack([patches[f"shown_{at}"] for at in range(pairs)])
    visible = shown >= rules.persistence.covered * pixels
    most = rules.persistence.covered * shown
    return visible & (hit >= most), visible & (agreeing >= most), visible


def _first_and_last(there: Flags) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    some = there.any(axis=0)
    first, last = there.argmax(axis=0), len(there) - 1 - there[::-1].argmax(axis=0)
    return np.where(some, first, -1), np.where(some, last, -1)


def _confirmed(
    telling: Flags, there: Flags, visible: Flags, made: NDArray[np.int64], onset: NDArray[np.int64], search: Search
) -> Flags:
    """Whether enough days since the first, and both seasons, show a change."""
    rules = search.rules.persistence
    since = np.arange(len(there))[:, None] >= onset
    enough = (telling & since).sum(axis=0) >= rules.dates
    enough &= (there & since).sum(axis=0) >= rules.share * (visible & since).sum(axis=0)
    if not rules.seasons:
        return enough
    growing = np.array([each.growing for each in search.transitions])[made]
    seasons = np.array([search.days[pair.later].season for pair in search.pairs])
    for season in np.unique(seasons):
        # A crop shows in the growing season only: two of these say what both seasons say of a building.
        enough &= (there & since)[seasons == season].any(axis=0) | growing
    return enough


def _differences(
    patches: gpd.GeoDataFrame, made: NDArray[np.int64], last: NDArray[np.int64], search: Search
) -> tuple[Floats, Floats]:
    """Mean difference of the deciding index on the last day that shows the change, and the spread of its noise."""
    difference, spread = np.zeros(len(patches)), np.ones(len(patches))
    for at, pair in enumerate(search.pairs):
        for place, transition in enumerate(search.transitions):
            rows = np.flatnonzero((last == at) & (made == place))
            if len(rows):
                index = pair.limits.deciding(transition.index)
                one, other = (_mean(patches, index, day)[rows] for day in (pair.reference, pair.later))
                if index == "brightness":
                    one, other = np.log(np.maximum(one, 1e-6)), np.log(np.maximum(other, 1e-6))
                noise = max(pair.spread[index][CODES[name]] for name in transition.before)
                difference[rows], spread[rows] = other - one, max(noise, 1e-6)
    return difference, spread


def _mean(patches: gpd.GeoDataFrame, index: str, day: int) -> Floats:
    seen = patches[f"seen_{day}"].to_numpy()
    return patches[f"{index}_{day}"].to_numpy() / np.maximum(seen, 1.0)


def _real(difference: Floats, noise: Floats, rules: ChangeRules) -> Floats:
    """Posterior probability that a mean difference is more than noise."""
    prior, amplitude = rules.probability.prior, rules.probability.amplitude
    wide = np.hypot(noise, amplitude)
    exponent = 0.5 * difference**2 * (1.0 / noise**2 - 1.0 / wide**2)
    odds = prior / (1.0 - prior) * noise / wide * np.exp(np.minimum(exponent, 500.0))
    return odds / (1.0 + odds)


def _stays(telling: Flags, there: Flags, visible: Flags, onset: NDArray[np.int64], search: Search) -> Floats:
    """Posterior probability that a change stays, from the days after its first that tell it from what was there."""
    visible = visible & (telling | ~there)
    rules = search.rules.probability
    after = np.arange(len(there))[:, None] > onset
    seasons = np.array([search.days[pair.later].season for pair in search.pairs])
    kept = np.ones(there.shape)
    for at in range(len(there)):
        before = (seasons[:at] == seasons[at])[:, None] & visible[:at] & (np.arange(at)[:, None] >= onset)
        kept[at] = np.where(before.any(axis=0), rules.same_season, 1.0)
    ratio = lasting_odds(telling, visible & after, stays=rules.stays, passes=rules.passes, kept=kept)
    odds = rules.lasting / (1.0 - rules.lasting) * ratio
    return odds / (1.0 + odds)
