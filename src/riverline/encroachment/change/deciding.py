"""What a patch is, whether it lasts, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from riverline._kernels.grids.persistence import lasting_odds
from riverline.encroachment.change.measures import mean_of, measures_of
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
        Whether it was seen on as many days, and in the seasons, that the table asks for, its class can be confirmed,
        and the water level may not explain it.
    levelled : (n,)
        Whether the water level explains all of it on banks of any slope.
    untold : (n,)
        Whether no class fits, or one that is not told, or the water level explains it.
    alarmed : (n,)
        Seen on as many days and in the seasons that the table asks for; or there are only two days.
    probability : (n,)
        That it is a change that stays.
    weighed
        What it was made of, (n,) each: probability of the class, and how much likelier the later days make it.
    difference, distance : (n,)
        Mean difference of the deciding index on the last day that shows it, and the same in its spread.
    shape
        Name to (n,): the measures that the classes of the table ask for; see there.
    cut : (n,)
        Share of its sides on what the water level does explain.
    """

    chosen: NDArray[np.int64]
    made: NDArray[np.int64]
    there: Flags
    visible: Flags
    onset: NDArray[np.int64]
    last: NDArray[np.int64]
    confirmed: Flags
    levelled: Flags
    untold: Flags
    alarmed: Flags
    probability: Floats
    weighed: tuple[Floats, Floats]
    difference: Floats
    distance: Floats
    shape: dict[str, Floats]
    cut: Floats


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
    days = telling, there, visible = _days(patches, search.rules, len(search.pairs))
    onset, last = _first_and_last(telling)
    shape = measures_of(patches, made, days, onset, search)
    chosen = _classes(made, shape, search)
    sides = np.maximum(patches["sides"].to_numpy(), 1.0)
    enough = _enough(telling, there, visible, made, onset, search) & (last >= 0)
    banded = shape["by_level"] >= search.rules.stage.covered
    confirmed = enough & _confirmable(chosen, shape, search) & ~banded
    levelled = patches["level"].to_numpy() > 0.0
    untold = levelled | np.array([*(each.kind == "" for each in search.rules.classes), True])[chosen]
    difference, spread = _differences(patches, made, last, search)
    noise = spread / np.sqrt(np.maximum(pixels / search.rules.probability.patch_px, 1.0))
    lasting, ratio = _lasting(chosen, banded, search), _ratio(telling, there, visible, onset, search)
    odds = lasting / (1.0 - lasting) * ratio
    probability = _real(difference, noise, search.rules) * odds / (1.0 + odds)
    most = np.where(confirmed, 1.0, search.rules.probability.unconfirmed)
    two = len(search.days) == 2  # noqa: PLR2004 - before and after
    return Verdicts(
        chosen, made, there, visible, onset, last, confirmed, levelled, untold,
        (enough | two) & (last >= 0) & ~untold, np.minimum(probability, most), (lasting, ratio), difference,
        np.abs(difference) / np.maximum(noise, 1e-9), shape, patches["cut_sides"].to_numpy() / sides,
    )  # fmt: skip


def _confirmable(chosen: NDArray[np.int64], shape: dict[str, Floats], search: Search) -> Flags:
    """Whether the class of each patch is one that images can confirm, and the seasons that it asks for were seen."""
    classes = search.rules.classes
    can = np.array([*(each.confirms for each in classes), False])[chosen]
    both = np.array([*(each.both_seasons for each in classes), False])[chosen]
    seen = np.isfinite(shape["dormant"]) & np.isfinite(shape["growing"])
    return np.asarray(can & (seen | ~both) & (shape["alike"] > 0.0))


def _classes(made: NDArray[np.int64], shape: dict[str, Floats], search: Search) -> NDArray[np.int64]:
    """The first class of the table that fits each patch."""
    names = np.array([each.id for each in search.transitions], dtype="object")[made]
    chosen = np.full(len(made), -1)
    for place, each in reversed(list(enumerate(search.rules.classes))):
        chosen[_fits(each, names, shape)] = place
    return chosen


def _fits(each: PatchClass, names: NDArray[np.object_], shape: dict[str, Floats]) -> Flags:
    fits = np.isin(names.astype(str), each.of)
    for name, measure in shape.items():
        least, most = getattr(each, name)
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


def _enough(
    telling: Flags, there: Flags, visible: Flags, made: NDArray[np.int64], onset: NDArray[np.int64], search: Search
) -> Flags:
    """Whether enough days since the first, and both seasons, show a change."""
    rules = search.rules.persistence
    since = np.arange(len(there))[:, None] >= onset
    enough = (telling & since).sum(axis=0) >= rules.dates
    enough &= (there & since).sum(axis=0) >= rules.share * (visible & since).sum(axis=0)
    if not rules.seasons:
        return enough
    growing = np.array([each.family == "green" for each in search.transitions])[made]
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
                one, other = (mean_of(patches, index, day)[rows] for day in (pair.reference, pair.later))
                if index == "brightness":
                    one, other = np.log(np.maximum(one, 1e-6)), np.log(np.maximum(other, 1e-6))
                noise = max(pair.spread[index][CODES[name]] for name in transition.before)
                difference[rows], spread[rows] = other - one, max(noise, 1e-6)
    return difference, spread


def _real(difference: Floats, noise: Floats, rules: ChangeRules) -> Floats:
    """Posterior probability that a mean difference is more than noise."""
    prior, amplitude = rules.probability.prior, rules.probability.amplitude
    wide = np.hypot(noise, amplitude)
    exponent = 0.5 * difference**2 * (1.0 / noise**2 - 1.0 / wide**2)
    odds = prior / (1.0 - prior) * noise / wide * np.exp(np.minimum(exponent, 500.0))
    return odds / (1.0 + odds)


def _lasting(chosen: NDArray[np.int64], banded: Flags, search: Search) -> Floats:
    """Probability of each class to be a change that stays, less where the water level may explain the patch."""
    lasting = np.array([*(each.lasting for each in search.rules.classes), 0.5])[chosen]
    odds = lasting / (1.0 - lasting) * np.where(banded, search.rules.probability.doubtful, 1.0)
    return np.asarray(odds / (1.0 + odds))


def _ratio(telling: Flags, there: Flags, visible: Flags, onset: NDArray[np.int64], search: Search) -> Floats:
    """How much likelier the days after the first are if a change stays; only days that tell it from what was there."""
    visible = visible & (telling | ~there)
    rules = search.rules.probability
    after = np.arange(len(there))[:, None] > onset
    seasons = np.array([search.days[pair.later].season for pair in search.pairs])
    kept = np.ones(there.shape)
    for at in range(len(there)):
        before = (seasons[:at] == seasons[at])[:, None] & visible[:at] & (np.arange(at)[:, None] >= onset)
        kept[at] = np.where(before.any(axis=0), rules.same_season, 1.0)
    return lasting_odds(telling, visible & after, stays=rules.stays, passes=rules.passes, kept=kept)
