"""Local statistics of values on places and their neighbours: Gi*, local Moran, with their expectations under chance.

Neighbours are a sparse matrix, one row a place. Every place is done at once by sparse products.

Examples
--------
>>> from scipy import sparse
>>> line = sparse.csr_array(np.array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]]))
>>> gi_star(np.array([5.0, 4.0, 0.0, 0.0]), line).round(3).tolist()
[1.711, 0.988, -1.207, -1.711]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["gi_star", "local_moran", "sum_scores", "with_self"]


def with_self(weights: Any) -> Any:  # noqa: ANN401 - a sparse array
    """The neighbours with each place among its own, at weight 1.

    Parameters
    ----------
    weights : (n, n) sparse
        Weights of neighbours; what is on the diagonal is replaced.
    """
    own = sparse.csr_array(weights, dtype="float64", copy=True)
    own.setdiag(1.0)
    return own.tocsr()


def gi_star(values: Floats, weights: Any) -> Floats:  # noqa: ANN401 - a sparse array
    """Gi* of each place: how far the sum of its neighbourhood, itself included, lies from what chance gives.

    Parameters
    ----------
    values : (n,) or (n, t)
        One column a time.
    weights : (n, n) sparse
        Weights of neighbours, without the place itself, which counts with weight 1.

    Returns
    -------
    (n,) or (n, t)
        Standard scores (Ord & Getis 1995, eq. 8); NaN where the values, or all weights, are alike.

    References
    ----------
    Ord, J. K. & Getis, A. (1995). Local spatial autocorrelation statistics. Geographical Analysis 27(4).
    """
    rows = sparse.csr_array(weights)
    spare = 1.0 - rows.diagonal()
    sums, total, squares = _sums(rows, values)
    own = spare if values.ndim == 1 else spare[:, None]
    return _scores(sums + own * values, values, total + spare, squares + 1.0 - (1.0 - spare) ** 2)


def sum_scores(values: Floats, weights: Any) -> Floats:  # noqa: ANN401 - a sparse array
    """Standard scores of weighted sums, as for Gi*, whatever weight a place has in its own.

    Parameters
    ----------
    values : (n,) or (n, t)
    weights : (n, n) sparse
        A row a place.
    """
    sums, total, squares = _sums(sparse.csr_array(weights), values)
    return _scores(sums, values, total, squares)


def _sums(rows: Any, values: Floats) -> tuple[Floats, Floats, Floats]:  # noqa: ANN401 - a sparse array
    """Weighted sums of the values, sums of the weights, and of their squares."""
    ones = np.ones(rows.shape[1])
    squared = sparse.csr_array((rows.data**2, rows.indices, rows.indptr), shape=rows.shape)
    return np.asarray(rows @ values), np.asarray(rows @ ones), np.asarray(squared @ ones)


def _scores(sums: Floats, values: Floats, total: Floats, squares: Floats) -> Floats:
    count = len(values)
    mean, spread = values.mean(axis=0), values.std(axis=0)
    size = np.sqrt(np.maximum((count * squares - total**2) / max(count - 1, 1), 0.0))
    if values.ndim > 1:
        total, size = total[:, None], size[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(size * spread > 0.0, (sums - total * mean) / (size * spread), np.nan))


def local_moran(values: Floats, weights: Any) -> tuple[Floats, Floats]:  # noqa: ANN401 - a sparse array
    """Local Moran's I of each place, and its standard score under total randomisation.

    Parameters
    ----------
    values : (n,)
    weights : (n, n) sparse
        Weights of neighbours, the diagonal empty; rows need not sum to one.

    Returns
    -------
    moran : (n,)
        ``(n - 1) z_i sum_j w_ij z_j / sum z²``; places without neighbours have 0.
    score : (n,)
        ``(I - E) / sqrt(V)`` with the moments of Anselin (1995), in the form that Sokal et al. (1998) give; NaN for
        places without neighbours and where all values are alike.

    References
    ----------
    Anselin, L. (1995). Local indicators of spatial association. Geographical Analysis 27(2).
    Sokal, R. R., Oden, N. L. & Thomson, B. A. (1998). Local spatial autocorrelation in a biological model.
    Geographical Analysis 30(4).

    Examples
    --------
    >>> line = sparse.csr_array(np.array([[0, 1, 0], [0.5, 0, 0.5], [0, 1, 0]]))
    >>> [each.round(3).tolist() for each in local_moran(np.array([4.0, 1.0, 1.0]), line)]
    [[-0.667, -0.167, 0.333], [-0.236, 0.943, 1.179]]
    """
    rows = sparse.csr_array(weights, dtype="float64")
    count = len(values)
    away = values - values.mean()
    sums, total, squares = _sums(rows, away)
    with np.errstate(invalid="ignore", divide="ignore"):
        moran = (count - 1) * away * sums / (away**2).sum()
        kurtosis = (away**4).mean() / (away**2).mean() ** 2
        expected = -total / (count - 1)
        variance = squares * (count - kurtosis) / (count - 1)
        variance += (total**2 - squares) * (2 * kurtosis - count) / ((count - 1) * (count - 2))
        variance -= expected**2
        score = np.where(variance > 0.0, (moran - expected) / np.sqrt(np.maximum(variance, 0.0)), np.nan)
    return moran, score
