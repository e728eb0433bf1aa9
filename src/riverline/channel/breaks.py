"""Printed chainage where an axis was measured anew: 断链, places where the printed number jumps.

The printed chainage is what stands on stakes and in documents; the true chainage is the distance along the axis.
Upstream of the first break both are equal. A break says which number arrives (``back_m``) and which goes on
(``ahead_m``): the jump ahead − back holds from there to the next break. Where it is forward, the numbers between are
printed nowhere; where it is backward, the numbers between are printed twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import shapely

from riverline import faults
from riverline._kernels.lines.chainage import locate_many
from riverline.channel.given import aligned, feature_ids, rows_by_name, texts, usable_axes
from riverline.errors import SchemaError
from riverline.schema import CHAINAGE_BREAKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Chainages = float | Sequence[float] | Floats | pd.Series
    Rivers = str | Sequence[str] | pd.Series | None

__all__ = ["check_breaks", "print_chainage", "true_chainage"]

# Numbers nearer than this are one number: printed chainages have three decimals at most.
_SAME_M = 1e-6

# A break whose point is farther along the axis from where its numbers put it was drawn or printed wrong.
_MISFIT_M = 20.0


def print_chainage(chainage_m: Chainages, breaks: gpd.GeoDataFrame, *, river_id: Rivers = None) -> Any:  # noqa: ANN401
    """Printed chainage of true ones.

    Parameters
    ----------
    chainage_m
        Metres along the axis, its ``start_chainage_m`` added, as :func:`locate` gives them.
    breaks
        Rows of :data:`riverline.schema.CHAINAGE_BREAKS`.
    river_id
        River of the chainages, one for all or one for each; may be left out if the breaks are of one river.

    Returns
    -------
    float, ndarray or Series
        Printed metres, of the kind that was given; at a break itself the number that goes on.

    Raises
    ------
    SchemaError
        If the breaks lack columns or numbers, run backwards along the river, or the river is not said.

    Examples
    --------
    >>> import geopandas as gpd
    >>> breaks = gpd.GeoDataFrame(
    ...     {"break_id": ["D1"], "river_id": ["R1"], "back_m": [10000.0], "ahead_m": [9800.0]},
    ...     geometry=[None],
    ...     crs=4548,
    ... )
    >>> print_chainage([9000.0, 10000.0, 10500.0], breaks).tolist()
    [9000.0, 9800.0, 10300.0]
    """
    return _for_each_river(chainage_m, breaks, river_id, _printed)


def true_chainage(
    printed_m: Chainages,
    breaks: gpd.GeoDataFrame,
    *,
    river_id: Rivers = None,
    unclear: Literal["raise", "nan", "upstream", "downstream"] = "raise",
) -> Any:  # noqa: ANN401 - of the kind given
    """True chainage of printed ones: the way back of :func:`print_chainage`.

    Parameters
    ----------
    printed_m
        Printed metres; :func:`parse_chainage` reads them from text.
    breaks
        Rows of :data:`riverline.schema.CHAINAGE_BREAKS`.
    river_id
        River of the chainages, one for all or one for each; may be left out if the breaks are of one river.
    unclear
        What to do with numbers that are printed twice or nowhere: ``"raise"`` one error that lists them with what they
        could mean; ``"nan"``; ``"upstream"`` or ``"downstream"`` takes that one of two places and NaN for nowhere.

    Returns
    -------
    float, ndarray or Series
        Metres along the axis, of the kind that was given.

    Raises
    ------
    SchemaError
        As :func:`print_chainage`, and for unclear numbers.

    Examples
    --------
    >>> import geopandas as gpd
    >>> breaks = gpd.GeoDataFrame(
    ...     {"break_id": ["D1"], "river_id": ["R1"], "back_m": [10000.0], "ahead_m": [9800.0]},
    ...     geometry=[None],
    ...     crs=4548,
    ... )
    >>> true_chainage(10300.0, breaks)
    10500.0
    >>> true_chainage([9900.0], breaks, unclear="downstream").tolist()
    [10100.0]
    >>> true_chainage([9900.0], breaks)
    Traceback (most recent call last):
    ...
    riverline.errors.SchemaError: 桩号不唯一：9900（9900 或 10100）；可写 unclear="upstream"、"downstream" 或 "nan"
    printed chainages are not clear: 9900 (9900 or 10100); type unclear="upstream", "downstream" or "nan"
    """
    problems: list[tuple[str, str]] = []

    def convert(printed: Floats, stretches: _Stretches) -> Floats:
        upstream, downstream = _candidates(printed, stretches)
        clear = downstream - upstream <= _SAME_M
        if unclear == "raise":
            problems.extend(_unclear(printed, upstream, downstream, clear))
        choice = {"upstream": upstream, "downstream": downstream}.get(unclear, np.where(clear, upstream, np.nan))
        return np.where(np.isfinite(upstream), choice, np.nan)

    result = _for_each_river(printed_m, breaks, river_id, convert)
    if problems:
        zh, en = ("、".join(each) for each in zip(*problems[:5], strict=True))
        raise SchemaError(
            f'桩号不唯一：{zh}；可写 unclear="upstream"、"downstream" 或 "nan"',
            f'printed chainages are not clear: {en}; type unclear="upstream", "downstream" or "nan"',
        )
    return result


def check_breaks(breaks: gpd.GeoDataFrame, axes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Breaks whose point does not lie on the axis where their numbers put it.

    Parameters
    ----------
    breaks
        Rows of :data:`riverline.schema.CHAINAGE_BREAKS`.
    axes
        Rows of :data:`riverline.schema.AXES`, in metres.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.FAULTS`: ``break-misplaced`` where both differ by more than 20 m along the axis,
        ``river-unknown`` where there is no axis.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> axis = shapely.LineString([(500000, 3500000), (520000, 3500000)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[axis], crs=4548)
    >>> columns = {"break_id": ["D1"], "river_id": ["R1"], "back_m": [10000.0], "ahead_m": [9800.0]}
    >>> breaks = gpd.GeoDataFrame(columns, geometry=[shapely.Point(510300, 3500005)], crs=4548)
    >>> check_breaks(breaks, axes)["detail"].tolist()
    ['断链点沿中心线偏离其桩号所在处 300 m']
    """
    usable = usable_axes(axes)
    CHAINAGE_BREAKS.require(breaks)
    placed = aligned(breaks, usable, layer="chainage_breaks")
    river, ids = texts(placed["river_id"]), np.array(feature_ids(placed, layer="chainage_breaks"), dtype="object")
    sites = np.asarray(placed.geometry.array)
    xy = np.column_stack([shapely.get_x(sites), shapely.get_y(sites)])
    misfit, named = np.full(len(placed), np.nan), rows_by_name(usable.river_id)
    for name, here in rows_by_name(river).items():
        if name in named:
            lines = named[name]
            which, along, _ = locate_many(xy[here], usable.line[lines].tolist())
            order, stretches = _stretches(placed.iloc[here])
            drawn = (along + usable.start[lines[np.maximum(which, 0)]])[order]
            misfit[here[order]] = np.abs(drawn - stretches.true[1:])
    unknown, far = ~np.isin(river, usable.river_id), misfit > _MISFIT_M

    def rows(code: str, where: NDArray[np.bool_], **measured: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - as found() takes
        at = {"feature_id": ids[where].tolist(), "geometry": sites[where], "crs": placed.crs}
        return faults.found(code, layer="chainage_breaks", **at, **measured)

    misplaced = rows("break-misplaced", far, value=misfit[far], limit=_MISFIT_M, unit="m")
    return faults.combine([misplaced, rows("river-unknown", unknown, note=river[unknown].tolist())], crs=placed.crs)


@dataclass(frozen=True, slots=True)
class _Stretches:
    """Stretches between breaks, from −∞ to ∞: true and printed chainage where each starts, printed where it ends."""

    true: Floats
    printed: Floats
    last: Floats


_UNBROKEN = _Stretches(np.array([-np.inf]), np.array([-np.inf]), np.array([np.inf]))


def _stretches(breaks: pd.DataFrame) -> tuple[NDArray[np.int64], _Stretches]:
    """Order of the breaks downstream, and the stretches between them; raises where the numbers run backwards."""
    back, ahead = (breaks[name].to_numpy(dtype="float64") for name in ("back_m", "ahead_m"))
    order = np.lexsort((ahead, back))
    back, ahead = back[order], ahead[order]
    step = back[1:] - ahead[:-1]
    if np.isnan(back + ahead).any() or (step < 0).any():
        pairs = ", ".join(f"{b:g}→{a:g}" for b, a in zip(back, ahead, strict=True))
        raise SchemaError(
            f"断链数据矛盾：{pairs}；每处断链的来向桩号不得小于上一处的去向桩号，且不得为空",
            f"chainage breaks contradict: {pairs}; none may arrive below what the one before goes on with, or be blank",
        )
    true = np.concatenate([[-np.inf], back[:1], back[:1] + np.cumsum(step)])
    return order, _Stretches(true, np.append(-np.inf, ahead), np.append(back, np.inf))


def _printed(chainage: Floats, stretches: _Stretches) -> Floats:
    place = np.maximum(np.searchsorted(stretches.true, chainage, side="right") - 1, 0)
    jump = np.append(0.0, stretches.printed[1:] - stretches.true[1:])
    return np.asarray(chainage + jump[place])


def _candidates(printed: Floats, stretches: _Stretches) -> tuple[Floats, Floats]:
    """Places farthest upstream and downstream that are printed so; NaN where none is."""
    jump = np.append(0.0, stretches.printed[1:] - stretches.true[1:])
    number = printed[:, None]
    within = (number >= stretches.printed - _SAME_M) & (number <= stretches.last + _SAME_M)
    places = number - jump
    upstream = np.where(within, places, np.inf).min(axis=1)
    downstream = np.where(within, places, -np.inf).max(axis=1)
    found = within.any(axis=1)
    return np.where(found, upstream, np.nan), np.where(found, downstream, np.nan)


def _unclear(printed: Floats, upstream: Floats, downstream: Floats, clear: NDArray[np.bool_]) -> list[tuple[str, str]]:
    said = []
    for number, one, other in zip(
        *(each[np.isfinite(printed) & ~clear] for each in (printed, upstream, downstream)), strict=True
    ):
        if np.isnan(one):
            said.append((f"{number:g}（不存在）", f"{number:g} (printed nowhere)"))
        else:
            said.append((f"{number:g}（{one:g} 或 {other:g}）", f"{number:g} ({one:g} or {other:g})"))
    return said


def _for_each_river(values: Chainages, breaks: gpd.GeoDataFrame, river_id: Rivers, convert: Any) -> Any:  # noqa: ANN401
    """Chainages converted river by river, in the kind they were given."""
    CHAINAGE_BREAKS.require(breaks)
    numbers = np.atleast_1d(np.asarray(values, dtype="float64"))
    broken = texts(breaks["river_id"])
    rivers = _rivers(river_id, broken, len(numbers))
    named, result = rows_by_name(broken), numbers.copy()
    for name, rows in rows_by_name(rivers).items():
        stretches = _stretches(breaks.iloc[named[name]])[1] if name in named else _UNBROKEN
        result[rows] = convert(numbers[rows], stretches)
    if isinstance(values, pd.Series):
        return pd.Series(result, index=values.index, name=values.name)
    return float(result[0]) if np.ndim(values) == 0 else result


def _rivers(river_id: Rivers, broken: NDArray[np.object_], count: int) -> NDArray[np.object_]:
    if river_id is None:
        known = np.unique(broken.astype(str))
        if len(known) > 1:
            raise SchemaError(
                f"断链属于多条河流（{'、'.join(known)}），请用 river_id= 指明桩号所在河流",
                f"the breaks are of several rivers ({', '.join(known)}); say whose chainages they are with river_id=",
            )
        return np.full(count, known[0] if len(known) else "", dtype="object")
    if isinstance(river_id, str):
        return np.full(count, river_id, dtype="object")
    return texts(pd.Series(river_id))
