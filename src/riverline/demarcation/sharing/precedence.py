"""Which of two rivers goes first where both claim the same land, and which of them flows into the other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.demarcation.extents.river import Outcome
    from riverline.rules import Policy

    Rows = NDArray[np.intp]

__all__ = ["Precedence", "precedence", "rank_number"]

AT_M = 0.01
"""An end of an axis nearer to an extent than this lies at it: coordinates are kept to the centimetre."""

_TRIBUTARY = re.compile(r"tributary-(\d+)")
_DIGITS = "一二三四五六七八九"
_LEVEL = re.compile(f"([{_DIGITS}1-9])级支流")


@dataclass(frozen=True, slots=True)
class Precedence:
    """The order of rivers: position of each, whether only its code tells it from the next, and the mouths.

    Attributes
    ----------
    place : (n,)
        0 for the river that goes before all others.
    measures : (n, k)
        What was compared before the code.
    mouths
        Pairs ``(tributary, river)`` where an axis ends in the extent of another river that goes on.
    """

    place: Rows
    measures: NDArray[np.float64]
    mouths: frozenset[tuple[int, int]]

    def by_code_only(self, one: int, other: int) -> bool:
        """Whether nothing but their codes tells two rivers apart."""
        return bool((self.measures[one] == self.measures[other]).all())


def rank_number(rank: str | None) -> float:
    """How far down the network a rank stands: 0 for a main river, n for a tributary of the nth order, NaN unknown.

    Examples
    --------
    >>> [rank_number(rank) for rank in ("main", "tributary-2", "干流", "一级支流", "县级", None)]
    [0.0, 2.0, 0.0, 1.0, nan, nan]
    """
    word = (rank or "").strip()
    if word in {"main", "干流"}:
        return 0.0
    if found := _TRIBUTARY.fullmatch(word):
        return float(found.group(1))
    if found := _LEVEL.fullmatch(word):
        level = found.group(1)
        return float(_DIGITS.index(level) + 1 if level in _DIGITS else int(level))
    return float("nan")


def precedence(
    outcomes: Sequence[Outcome], axes: gpd.GeoDataFrame, first: Rows, second: Rows, policy: Policy
) -> Precedence:
    """The order of rivers that share land.

    Parameters
    ----------
    outcomes
        What came of each river.
    axes
        Their rows, for the catchment.
    first, second
        The pairs that share land.
    policy
        ``shared`` says what is compared.

    Returns
    -------
    Precedence
        By rank (a river without one is of the order after that which it flows into), then catchment, then width, then
        code, under ``higher_rank`` and ``midline``; by catchment, width, code under ``larger``; else by code.
    """
    mouths = _mouths(outcomes, first, second)
    axis = [made.axis for made in outcomes]
    catchments = _catchments(axes, [each.river_id for each in axis])
    widths = np.array([np.nan if each.width_m is None else each.width_m for each in axis])
    size = [-np.nan_to_num(catchments), -np.nan_to_num(widths)]
    depth = _depths(np.array([rank_number(each.rank) for each in axis]), mouths)
    measured = {"first_code": [], "larger": size}.get(policy.shared, [depth, *size])
    codes = np.argsort(np.argsort([each.river_id for each in axis], kind="stable"), kind="stable")
    place = np.empty(len(axis), dtype=np.intp)
    place[np.lexsort([codes, *measured[::-1]])] = np.arange(len(axis))
    measures = np.column_stack(measured) if measured else codes[:, None].astype("float64")
    return Precedence(place, measures, frozenset(mouths))


def _mouths(outcomes: Sequence[Outcome], first: Rows, second: Rows) -> list[tuple[int, int]]:
    """Pairs in which the first river's axis ends in the extent of the second, which does not end or begin there."""
    ends = np.array([shapely.points(made.axis.coords[[0, -1]]) for made in outcomes], dtype=object).reshape(-1, 2)
    extents = np.array([made.extent for made in outcomes], dtype=object)
    one, other = np.concatenate([first, second]), np.concatenate([second, first])
    flows_in = shapely.intersects(extents[other], ends[one, 1])
    goes_on = [~shapely.dwithin(extents[one], ends[other, tip], AT_M) for tip in (0, 1)]
    joins = flows_in & goes_on[0] & goes_on[1]
    return sorted(zip(one[joins].tolist(), other[joins].tolist(), strict=True))


def _depths(ranks: NDArray[np.float64], mouths: list[tuple[int, int]]) -> NDArray[np.float64]:
    """Ranks, and for rivers without one the order after that of the river they flow into; 0 where there is none."""
    depth = np.where(np.isnan(ranks), np.inf, ranks)
    pairs = np.array(mouths, dtype=np.intp).reshape(-1, 2)
    unknown = np.isnan(ranks)
    heads = unknown.copy()
    heads[pairs[:, 0]] = False
    depth[heads] = 0.0
    pairs = pairs[unknown[pairs[:, 0]]]
    for _ in range(len(ranks)):
        found = np.full(len(ranks), np.inf)
        np.minimum.at(found, pairs[:, 0], depth[pairs[:, 1]] + 1.0)
        better = np.minimum(depth, found)
        if (better == depth).all():
            break
        depth = better
    return np.where(np.isinf(depth), 0.0, depth)


def _catchments(axes: gpd.GeoDataFrame, rivers: list[str]) -> NDArray[np.float64]:
    if "catchment_km2" not in axes.columns:
        return np.full(len(rivers), np.nan)
    known = pd.to_numeric(axes.drop_duplicates("river_id").set_index("river_id")["catchment_km2"], errors="coerce")
    return np.asarray(known.reindex(rivers).to_numpy(dtype="float64"))
