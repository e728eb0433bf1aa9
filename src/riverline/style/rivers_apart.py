"""Layers of one river that lie far from each other, as where one of them bears a wrong CRS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.errors import CRSError
from riverline.geodesy.datum import horizontal, name_of
from riverline.geodesy.planes import python_name
from riverline.geodesy.spans import bounds_in_degrees

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from riverline.errors import Problem
    from riverline.style.layers import Layer

    Floats = NDArray[np.float64]

__all__ = ["PER_DEGREE_M", "distance", "rivers_apart"]

PER_DEGREE_M = 111_000.0
"""Metres of a degree of latitude, to a per cent."""
# What a river is drawn by; the first that speaks of a river says where it is: stakes and boards, whose rows say it too.
# Problems and tracks may be anywhere.
_OF_RIVERS = ("stakes", "boards", "extents", "axes", "management_lines", "zones", "water", "levees", "bank_tops")
# The next zone is 198 km away at least, in the north of Heilongjiang; under one CRS less is no matter of zones.
_APART_M, _APART_UNDER_ONE_CRS_M = 20_000.0, 150_000.0
_IN_KM_FROM_M = 10_000.0
_SHOWN = 3


class _Reach(NamedTuple):
    """Where rivers are by one layer: their codes, their boxes in its CRS and in degrees, (n, 4) each."""

    layer: Layer
    rivers: list[str]
    boxes: Floats
    degrees: Floats


class _Pair(NamedTuple):
    """A river that two layers have at different places: their positions in both, and how far apart."""

    first: _Reach
    at: int
    second: _Reach
    other: int
    gap_m: float


def rivers_apart(layers: Sequence[Layer]) -> Iterator[Problem]:
    """What to say of layers whose rivers lie 20 km or more from where layers of another CRS have them, or 150 km.

    Parameters
    ----------
    layers
        Layers with a CRS whose coordinates fit it.
    """
    ranked = sorted((each for each in layers if each.name in _OF_RIVERS), key=lambda each: _OF_RIVERS.index(each.name))
    known: dict[str, tuple[_Reach, int]] = {}
    for second in map(_reach_of, ranked):
        far: dict[int, list[_Pair]] = {}
        for other, river in enumerate(second.rivers):
            first, at = known.setdefault(river, (second, other))
            gap = _gap_m(first.degrees[at], second.degrees[other])
            same = first.layer.frame.crs == second.layer.frame.crs
            if gap >= (_APART_UNDER_ONE_CRS_M if same else _APART_M):
                far.setdefault(id(first), []).append(_Pair(first, at, second, other, gap))
        yield from map(_told, far.values())


def _reach_of(layer: Layer) -> _Reach:
    frame: Any = layer.frame
    bounds = shapely.bounds(np.asarray(frame.geometry.array, dtype=object))
    told = frame.get("river_id", pd.Series(index=frame.index, dtype="object")).astype("object")
    codes, rivers = pd.factorize(told.where(told.notna() & (told != ""), None))
    boxes = np.full((len(rivers), 4), np.nan)
    rows = (codes >= 0) & np.isfinite(bounds).all(axis=1)
    for side, further in enumerate((np.fmin, np.fmin, np.fmax, np.fmax)):
        further.at(boxes[:, side], codes[rows], bounds[rows, side])
    there = np.isfinite(boxes).all(axis=1)
    names = [str(each) for each in np.asarray(rivers, dtype=object)[there]]
    return _Reach(layer, names, boxes[there], _in_degrees(boxes[there], frame.crs))


def _in_degrees(boxes: Floats, crs: Any) -> Floats:  # noqa: ANN401 - a CRS
    return np.column_stack(bounds_in_degrees(gpd.GeoSeries(shapely.box(*boxes.T), crs=crs)))


def _gap_m(first: Floats, second: Floats) -> float:
    """How far apart two boxes in degrees are; zero where they touch."""
    (west, south, east, north), (left, low, right, high) = first.tolist(), second.tolist()
    across = abs(((left + right - west - east) / 2.0 + 180.0) % 360.0 - 180.0) - (east - west + right - left) / 2.0
    up = max(low - north, south - high, 0.0)
    return float(np.hypot(max(across, 0.0) * np.cos(np.radians(south)), up)) * PER_DEGREE_M


def _told(far: list[_Pair]) -> Problem:
    worst = max(far, key=lambda pair: pair.gap_m)
    first, second = worst.first.layer, worst.second.layer
    rivers = sorted(pair.second.rivers[pair.other] for pair in far)
    shown, more = rivers[:_SHOWN], "…" * (len(rivers) > _SHOWN)
    one, other = (f"{each.called} ({name_of(horizontal(each.frame.crs))})" for each in (first, second))
    typed, away, count = python_name(second.called), distance(worst.gap_m), len(rivers)
    if _fits_under_crs_of_first(worst):
        line = f'{typed} = {typed}.set_crs("{name_of(horizontal(first.frame.crs))}", allow_override=True)'
        zh, en = f"若标错的是 {second.called}，请写 {line}", f"if {second.called} is the wrong one, type {line}"
    else:
        line = f"{typed} = {typed}[{typed}.river_id != {rivers[0]!r}]"
        zh = f"请核对两层的坐标系和 river_id；不属于该河的行请去掉，如 {line}"
        en = f"check CRS and river_id of both; leave out rows that are of no such river, as in {line}"
    listed_zh, listed_en = "、".join(shown) + more, ", ".join(shown) + more
    zh = f"{one} 与 {other} 中 {count} 条河流（{listed_zh}）应在一处，实际相距 {away}；{zh}"
    return zh, f"{one} and {other} have {count} rivers ({listed_en}) {away} apart; {en}"


def _fits_under_crs_of_first(pair: _Pair) -> bool:
    try:
        moved = _in_degrees(pair.second.boxes[[pair.other]], pair.first.layer.frame.crs)[0]
    except CRSError:
        return False
    return _gap_m(pair.first.degrees[pair.at], moved) < _APART_M


def distance(metres: float) -> str:
    """How far apart two places are, in words of a message.

    Examples
    --------
    >>> distance(264_183.2), distance(71.26)
    ('264 km', '71.3 m')
    """
    return f"{metres / 1000:,.0f} km" if metres >= _IN_KM_FROM_M else f"{metres:,.1f} m"
