"""A Kalman filter of position and rate, run over all transects at once.

Between dates a transect moves at a rate that drifts like white noise; each date that saw it corrects both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["State", "advance", "run"]


@dataclass(frozen=True, slots=True)
class State:
    """Position and rate of n transects at a time of their own, with variances and covariance; NaN where unknown."""

    time: Floats
    position: Floats
    rate: Floats
    position_variance: Floats
    covariance: Floats
    rate_variance: Floats


def run(times: Floats, positions: Floats, variances: Floats, start: State, noise: float) -> State:
    """The state after the last date of each row.

    Parameters
    ----------
    times : (n, k)
        Rising along each row where positions are known.
    positions, variances : (n, k)
        What was seen and its variance; a NaN in either leaves the date out.
    start
        State before the first date that is used.
    noise
        Standard deviation of the rate's drift over one unit of time.

    Examples
    --------
    >>> zero, one = np.zeros(1), np.ones(1)
    >>> start = State(zero, zero, one, one, zero, one)
    >>> state = run(np.array([[0.0, 10.0]]), np.array([[0.0, 10.0]]), np.full((1, 2), 1e-12), start, 0.0)
    >>> state.position.round(6).tolist(), state.rate.round(6).tolist()
    ([10.0], [1.0])
    """
    state = start
    for column in range(positions.shape[1]):
        seen = np.isfinite(times[:, column]) & np.isfinite(positions[:, column]) & np.isfinite(variances[:, column])
        if seen.any():
            time = np.where(seen, times[:, column], state.time)
            state = _corrected(advance(state, time, noise), positions[:, column], variances[:, column], seen)
    return state


def advance(state: State, time: Floats, noise: float) -> State:
    """The state carried to another time, its variances grown by the drift of the rate.

    Parameters
    ----------
    state
        What is known.
    time : (n,)
        When to.
    noise
        As for :func:`run`.

    Notes
    -----
    Position is the integral of a rate that drifts as white noise q, so over Δt the variances grow by q²Δt³/3, q²Δt²/2
    and q²Δt; small steps one after the other give the same as one large step.

    Examples
    --------
    >>> one, zero = np.ones(1), np.zeros(1)
    >>> later = advance(State(zero, zero, one, one, zero, one), np.array([3.0]), 1.0)
    >>> later.position.tolist(), later.position_variance.tolist()
    ([3.0], [19.0])
    """
    step = time - state.time
    drift = noise**2
    return State(
        time=time,
        position=state.position + step * state.rate,
        rate=state.rate,
        position_variance=state.position_variance
        + 2.0 * step * state.covariance
        + step**2 * state.rate_variance
        + drift * step**3 / 3.0,
        covariance=state.covariance + step * state.rate_variance + drift * step**2 / 2.0,
        rate_variance=state.rate_variance + drift * step,
    )


def _corrected(state: State, positions: Floats, variances: Floats, seen: NDArray[np.bool_]) -> State:
    """The state after what was seen; rows that saw nothing as they are."""
    total = np.where(seen, state.position_variance + np.where(seen, variances, 0.0), 1.0)
    surprise = np.where(seen, positions - state.position, 0.0)
    by_position = np.where(seen, state.position_variance / total, 0.0)
    by_rate = np.where(seen, state.covariance / total, 0.0)
    return State(
        time=state.time,
        position=state.position + by_position * surprise,
        rate=state.rate + by_rate * surprise,
        position_variance=state.position_variance - by_position * state.position_variance,
        covariance=state.covariance - by_position * state.covariance,
        rate_variance=state.rate_variance - by_rate * state.covariance,
    )
