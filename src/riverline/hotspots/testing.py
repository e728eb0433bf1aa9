"""How likely each segment's neighbourhood is by chance, and what that says after correction for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse, stats

from riverline._kernels.statistics.exact_null import MOST_DRAWN, binomial_tails, permutation_tails
from riverline._kernels.statistics.local_statistics import local_moran, sum_scores, with_self
from riverline._kernels.statistics.tail_fit import simulated_tails
from riverline.errors import JobError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.hotspots.settings import HotspotSettings

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["Chance", "chance_of", "dispersion_chance"]

# Exposures that differ by less than this share of their mean are equal.
_EVEN = 0.01
# The global test draws so many maps, while that is not more numbers than this.
_WORLDS, _MOST_DRAWN = 999, 20_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Chance:
    """What chance says of segments, n of them; NaN where one was not tested.

    Attributes
    ----------
    null
        ``permutation``, ``binomial`` or ``simulation``.
    around, expected : (n,)
        Weighted sum of the neighbourhood, itself included, and its expectation.
    z, moran, p, adjusted : (n,)
        Scores, and p before and after correction.
    verdict : (n,)
        ``hot``, ``cold``, ``unseen`` or ``none``.
    global_p
        Chance of the smallest adjusted p anywhere (Simes), and of counts differing as much as they do.
    """

    null: str
    around: Floats
    expected: Floats
    z: Floats
    moran: Floats
    p: Floats
    adjusted: Floats
    verdict: NDArray[np.object_]
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
    own = with_self(near)
    value, size = values[rows], exposure[rows]
    null = _null_for(value, size, near, settings)
    around = np.asarray(own @ value)
    share = np.asarray(own @ size) / size.sum() if len(rows) and size.sum() > 0 else np.zeros(len(rows))
    rate = value / size
    if null == "permutation":
        upper, lower = permutation_tails(value.astype("int64"), np.diff(near.indptr), np.rint(around).astype("int64"))
        score = sum_scores(value, own)
    elif null == "binomial":
        upper, lower = binomial_tails(around, share, float(value.sum()))
        mean = share * value.sum()
        with np.errstate(invalid="ignore", divide="ignore"):
            score = (around - mean) / np.sqrt(mean * (1.0 - share))
    else:
        sums = (own @ sparse.diags_array(size)).tocsr() if len(rows) else own
        upper, lower = simulated_tails(rate, sums, seed, simulations=settings.simulations)
        score = sum_scores(rate, sums)
    p = np.minimum(2.0 * np.minimum(upper, lower), 1.0) if settings.sides == "two" else upper
    adjusted = stats.false_discovery_control(p, method=settings.adjustment) if len(p) else p
    simes = float(stats.false_discovery_control(p).min()) if len(p) else 1.0
    found = adjusted <= settings.level
    verdict = np.full(len(values), "unseen", dtype="object")
    verdict[rows] = np.where(
        found & (upper < lower), "hot", np.where(found & (settings.sides == "two"), "cold", "none")
    )
    moran = local_moran(rate, near)[1] if len(rows) > 2 else np.full(len(rows), np.nan)  # noqa: PLR2004 - its moments
    spread = dispersion_chance(value, size, seed)
    z, moran, p, adjusted = (_everywhere(each, rows, len(values)) for each in (score, moran, p, adjusted))
    whole = with_self(weights)
    total = value.sum() / size.sum() if size.sum() > 0 else 0.0
    return Chance(
        null=null,
        around=np.asarray(whole @ np.where(tested, values, 0.0)),
        expected=np.asarray(whole @ np.where(tested, exposure, 0.0)) * total,
        z=z, moran=moran, p=p, adjusted=adjusted, verdict=verdict, global_p=(simes, spread),
    )  # fmt: skip


def _null_for(values: Floats, exposure: Floats, near: Any, settings: HotspotSettings) -> str:  # noqa: ANN401
    whole = bool((values == np.rint(values)).all())
    few = int(np.diff(near.indptr).max(initial=0)) + 1 <= MOST_DRAWN
    even = len(values) == 0 or np.ptp(exposure) <= _EVEN * exposure.mean()
    if settings.null != "auto":
        if settings.null == "permutation" and not (whole and few):
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
