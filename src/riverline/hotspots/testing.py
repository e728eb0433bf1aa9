"""How likely each segment's neighbourhood is by chance, and what that says after correction for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse, stats

from riverline._kernels.statistics.exact_null import MOST_DRAWN, binomial_tails, conditional_tails, permutation_tails
from riverline._kernels.statistics.local_statistics import gi_star, local_moran, sum_scores, with_self
from riverline._kernels.statistics.tail_fit import simulated_tails
from riverline.errors import JobError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.hotspots.settings import HotspotSettings

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["Chance", "Moran", "chance_of", "dispersion_chance"]

# Exposures that differ by less than this share of their mean are equal.
_EVEN = 0.01
# The global test draws so many maps, while that is not more numbers than this.
_WORLDS, _MOST_DRAWN = 999, 20_000_000
# Stands in for an exposure of 0 that something is divided by.
_NOTHING = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class Moran:
    """Local Moran of segments, n of them; NaN where one was not tested or has no neighbours.

    Attributes
    ----------
    z, p, adjusted : (n,)
        Score, and p of the neighbours' sum, given the segment's own value, before and after correction.
    kind : (n,)
        ``high_high``, ``low_low``, ``high_low`` (itself high, its neighbours low), ``low_high`` or ``none``.
    """

    z: Floats
    p: Floats
    adjusted: Floats
    kind: NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Chance:
    """What chance says of segments, n of them; NaN where one was not tested.

    Attributes
    ----------
    null
        ``permutation``, ``conditional``, ``binomial`` or ``simulation``.
    around, expected : (n,)
        Weighted sum of the neighbourhood, itself included, and its expectation.
    z, p, adjusted : (n,)
        Score, and p before and after correction.
    verdict : (n,)
        ``hot``, ``cold``, ``unseen`` or ``none``.
    moran
        The neighbours by themselves.
    global_p
        Chance of the smallest adjusted p anywhere (Simes), and of counts differing as much as they do.
    """

    null: str
    around: Floats
    expected: Floats
    z: Floats
    p: Floats
    adjusted: Floats
    verdict: NDArray[np.object_]
    moran: Moran
    global_p: tuple[float, float]


def chance_of(
    values: Floats,
    exposure: Floats,
    weights: Any,  # noqa: ANN401 - sparse
    tested: Flags,
    settings: HotspotSettings,
    seed: int,
) -> Chance:
    """Test every segment.

    Parameters
    ----------
    values, exposure : (n,)
        Problems, or weights, and what they are held against.
    weights : (n, n) sparse
        Of neighbours.
    tested : (n,)
        Which segments take part; the others count neither as segments nor as neighbours.
    settings
        Null, sides, correction and level.
    seed
        Of random deals.

    Raises
    ------
    JobError
        If the null that was asked for does not fit the weights.
    """
    rows = np.flatnonzero(tested)
    near = sparse.csr_array(weights)[rows][:, rows]
    held = _Held(values[rows], exposure[rows], near, with_self(near))
    null = _null_for(held, settings)
    upper, lower, score = _neighbourhood(held, null, settings, seed)
    p, adjusted = _corrected(upper, lower, settings)
    found = adjusted <= settings.level
    verdict = np.full(len(values), "unseen", dtype="object")
    verdict[rows] = np.where(
        found & (upper < lower), "hot", np.where(found & (settings.sides == "two"), "cold", "none")
    )
    simes = float(stats.false_discovery_control(p).min()) if len(p) else 1.0
    spread = dispersion_chance(held.value, held.size, seed)
    whole = with_self(weights)
    total = held.value.sum() / held.size.sum() if held.size.sum() > 0 else 0.0
    z, p, adjusted = (_everywhere(each, rows, len(values)) for each in (score, p, adjusted))
    return Chance(
        null=null,
        around=np.asarray(whole @ np.where(tested, values, 0.0)),
        expected=np.asarray(whole @ np.where(tested, exposure, 0.0)) * total,
        z=z, p=p, adjusted=adjusted, verdict=verdict, moran=_moran(held, null, settings, seed, rows, len(values)),
        global_p=(simes, spread),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """What is tested: values, their exposures, neighbours without and with the segment itself."""

    value: Floats
    size: Floats
    near: Any
    own: Any

    @property
    def rate(self) -> Floats:
        return self.value / self.size

    @property
    def around(self) -> NDArray[np.int64]:
        """Number of neighbours of each."""
        return np.diff(self.near.indptr)

    def sized(self, weights: Any) -> Any:  # noqa: ANN401 - sparse
        """Weights that make sums of rates sums of values."""
        return (weights @ sparse.diags_array(self.size)).tocsr() if len(self.size) else weights


def _neighbourhood(held: _Held, null: str, settings: HotspotSettings, seed: int) -> tuple[Floats, Floats, Floats]:
    """Both tails of each neighbourhood, itself included, and its score."""
    sums = np.asarray(held.own @ held.value)
    if null == "permutation":
        upper, lower = permutation_tails(_whole(held.value), held.around, _whole(sums))
        return upper, lower, gi_star(held.value, held.near)
    if null == "conditional":
        return *_beside(held, null, settings, seed), gi_star(held.value, held.near)
    if null == "binomial":
        share = np.asarray(held.own @ held.size) / max(held.size.sum(), _NOTHING)
        upper, lower = binomial_tails(sums, share, float(held.value.sum()))
        mean = share * held.value.sum()
        with np.errstate(invalid="ignore", divide="ignore"):
            return upper, lower, (sums - mean) / np.sqrt(mean * (1.0 - share))
    rows = held.sized(held.own)
    return *simulated_tails(held.rate, rows, seed, simulations=settings.simulations), sum_scores(held.rate, rows)


def _beside(held: _Held, null: str, settings: HotspotSettings, seed: int) -> tuple[Floats, Floats]:
    """Both tails of the neighbours of each, itself left out, given what it has itself."""
    sums = np.asarray(held.near @ held.value)
    if null in {"permutation", "conditional"}:
        return conditional_tails(_whole(held.value), held.around, _whole(sums))
    if null == "binomial":
        others = held.size.sum() - held.size
        share = np.asarray(held.near @ held.size) / np.maximum(others, _NOTHING)
        return binomial_tails(sums, share, held.value.sum() - held.value)
    return simulated_tails(held.rate, held.sized(held.near), seed, simulations=settings.simulations)


def _moran(held: _Held, null: str, settings: HotspotSettings, seed: int, rows: NDArray[np.intp], count: int) -> Moran:
    """Local Moran: whether the neighbours of a segment are high or low, and it itself."""
    z = local_moran(held.rate, held.near)[1] if len(rows) > 2 else np.full(len(rows), np.nan)  # noqa: PLR2004 - its moments
    p, adjusted = np.full((2, len(rows)), np.nan)
    kind = np.full(count, "none", dtype="object")
    some = held.around > 0
    if some.any():
        upper, lower = (each[some] for each in _beside(held, null, settings, seed))
        p[some], adjusted[some] = _corrected(upper, lower, settings)
        itself = np.where(held.rate[some] > held.value.sum() / held.size.sum(), "high", "low").astype("object")
        named = itself + np.where(upper < lower, "_high", "_low").astype("object")
        kind[rows[some]] = np.where(adjusted[some] <= settings.level, named, "none")
    z, p, adjusted = (_everywhere(each, rows, count) for each in (z, p, adjusted))
    return Moran(z, p, adjusted, kind)


def _corrected(upper: Floats, lower: Floats, settings: HotspotSettings) -> tuple[Floats, Floats]:
    """Both p of one or two sides, before and after correction for all."""
    p = np.minimum(2.0 * np.minimum(upper, lower), 1.0) if settings.sides == "two" else upper
    return p, stats.false_discovery_control(p, method=settings.adjustment) if len(p) else p


def _whole(values: Floats) -> NDArray[np.int64]:
    return np.rint(values).astype("int64")


def _null_for(held: _Held, settings: HotspotSettings) -> str:
    whole = bool((held.value == np.rint(held.value)).all())
    few = int(held.around.max(initial=0)) + 1 <= MOST_DRAWN
    even = len(held.value) == 0 or np.ptp(held.size) <= _EVEN * held.size.mean()
    if settings.null != "auto":
        if settings.null in {"permutation", "conditional"} and not (whole and few):
            raise JobError(
                f'精确置换检验要求整数权重，且邻域不超过 {MOST_DRAWN} 段；请用 null="simulation"',
                f"the exact permutation null needs whole weights and at most {MOST_DRAWN} segments in a "
                'neighbourhood; type null="simulation"',
            )
        if settings.null == "binomial" and settings.weight != "count":
            raise JobError(
                '二项检验只用于个数（weight="count"）；加权时请用 null="simulation"',
                'the binomial null is for counts (weight="count"); for weights type null="simulation"',
            )
        return settings.null
    if settings.decay == "none" and settings.weight == "count":
        return "binomial"
    return "permutation" if settings.decay == "none" and whole and few and even else "simulation"


def _everywhere(values: Floats, rows: NDArray[np.intp], count: int) -> Floats:
    full = np.full(count, np.nan)
    full[rows] = values
    return full


def dispersion_chance(values: Floats, exposure: Floats, seed: int) -> float:
    """Chance that counts differ as much from segment to segment as they do, if all are one rate.

    Parameters
    ----------
    values, exposure : (n,)
        Counts; other weights are rounded.
    seed
        Of the simulation.

    Returns
    -------
    float
        Of ``sum c (c - 1) / e``, whose expectation is ``N - 1`` and variance ``2 (n - 1) (N - 1) / N`` (Potthoff &
        Whittinghill 1966): from 999 multinomial maps, or, where those are too many numbers, from the normal.
    """
    count = np.rint(values)
    total = int(count.sum())
    if total < 2 or exposure.sum() <= 0 or len(count) < 2:  # noqa: PLR2004 - nothing can differ
        return 1.0
    share = exposure / exposure.sum()
    observed = float((count * (count - 1) / (total * share)).sum())
    if _WORLDS * len(count) > _MOST_DRAWN:
        spread = np.sqrt(2.0 * (len(count) - 1) * (total - 1) / total)
        return float(stats.norm.sf((observed - (total - 1)) / spread))
    worlds = np.random.default_rng(seed).multinomial(total, share, _WORLDS)
    drawn = (worlds * (worlds - 1) / (total * share)).sum(axis=1)
    return float((1 + (drawn >= observed * (1.0 - 1e-12)).sum()) / (_WORLDS + 1))
