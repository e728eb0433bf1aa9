"""Rates of banks as a map shows them: a ribbon along the bank, its colour the rate, its width how sure it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.schema import RATES
from riverline.style import Symbol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from riverline.maps.groups import Group
    from riverline.schema import Language
    from riverline.style import Layer

    Objects = NDArray[np.object_]

__all__ = ["along_banks", "beside_ribbons", "rate_classes"]

_NEAR_BANKS = {"change_areas": 5.0, "observed_shorelines": 2.5, "waterlines": 2.5}
# Metres a pixel up to which they are drawn beside ribbons: from farther off they would be a smear that hides them.
_SHORE = Symbol("#5D6A75", 1.0, opacity=0.8)
_EARTH_M = 111_320.0
_SHORELINES = ("observed_shorelines", "waterlines")
_NICE = tuple(digit * 10.0**power for power in range(-3, 4) for digit in (1, 2, 5))
_GAP = 1.6
_TOUCHING = 1e-7  # degrees, a centimetre
_COLOURS = {"erosion": ("#D9825F", "#C23B2A", "#7F0019"), "accretion": ("#6FA3CF", "#2B6CB0", "#08306B")}
_STABLE = "#3F4347"
_SURE, _UNSURE = 8.0, 4.4
_WORDS = {
    "zh": {
        "title": "岸线变化速率 · 颜色为速率，粗线为已证实", "erosion": "冲刷", "accretion": "淤积",
        "below": "< {low:g} m/a", "between": "{low:g}–{high:g} m/a", "above": "> {high:g} m/a",
        "sure": "{words}，已证实", "unsure": "{words}，未证实",
    },
    "en": {
        "title": "Rates of change · colour: rate, wide: proven", "erosion": "Erosion", "accretion": "Accretion",
        "below": "< {low:g} m/a", "between": "{low:g}–{high:g} m/a", "above": "> {high:g} m/a",
        "sure": "{words}, proven", "unsure": "{words}, not proven",
    },
}  # fmt: skip


def along_banks(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Layers with the rates of banks drawn along the banks instead of across them.

    Parameters
    ----------
    layers
        Layers in lon/lat.

    Returns
    -------
    tuple of Layer
        Rows of ``rates`` whose bank is known have a piece of it, half way to the transects beside them; others keep
        their transect.

    Notes
    -----
    The bank is where the transect was met last: at its intersection of the last date if these are among the layers,
    else at its farthest crossing with the shorelines of the last date on the map.
    """
    return tuple(replace(layer, frame=_ribbons(layer.frame, layers)) if layer.name == "rates" else layer
                 for layer in layers)  # fmt: skip


def _ribbons(rates: gpd.GeoDataFrame, layers: Sequence[Layer]) -> gpd.GeoDataFrame:
    lines = rates.geometry.to_numpy()
    rows = rates[_is_known(rates) & ~shapely.is_missing(lines) & ~shapely.is_empty(lines)].sort_values(
        ["river_id", "bank", "chainage_m"], kind="stable"
    )
    banks = _banks(rows, layers)
    there = banks.notna()
    shapes = pd.Series(lines, index=rates.index, dtype=object)
    if there.any():
        shapes[rows.index[there]] = _pieces(rows[there], banks[there].to_numpy(), _spacing(rows))
    return gpd.GeoDataFrame(rates, geometry=gpd.GeoSeries(shapes.to_numpy(), index=rates.index, crs=rates.crs))


def _is_known(rates: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    trend = rates["trend"].astype("object")
    return np.asarray(trend.notna() & (trend != "unknown") & rates["rate"].notna(), dtype=bool)


def _spacing(rows: gpd.GeoDataFrame) -> float:
    """The usual distance of transects in metres."""
    apart = rows.groupby(["river_id", "bank"], dropna=False)["chainage_m"].diff()
    return float(apart.median()) if apart.notna().any() else 50.0


def _banks(rows: gpd.GeoDataFrame, layers: Sequence[Layer]) -> pd.Series:
    """Where the bank is on each transect, n points, None where nothing on the map tells."""
    crossed = _crossings(rows.geometry.to_numpy(), layers).set_axis(rows.index)
    told = rows["transect_id"].astype("str").map(_met(layers)).astype("object")
    return crossed.where(told.isna(), told)


def _met(layers: Sequence[Layer]) -> pd.Series:
    """Point of the last date's intersection by transect."""
    frames = [layer.frame for layer in layers if layer.name == "intersections"]
    if not frames:
        return pd.Series(dtype=object)
    rows = frames[0].sort_values("date", kind="stable").drop_duplicates("transect_id", keep="last")
    return pd.Series(rows.geometry.to_numpy(), index=rows["transect_id"].astype("str"), dtype=object)


def _crossings(lines: Objects, layers: Sequence[Layer]) -> pd.Series:
    """Farthest crossing of each line with the shorelines of the last date that it meets, None where it meets none."""
    frames = [layer.frame[["date", "geometry"]] for layer in layers if layer.name in _SHORELINES]
    found = pd.Series([None] * len(lines), dtype=object)
    if not frames:
        return found
    shores = pd.concat(frames, ignore_index=True).dropna(subset="geometry")
    # Piece by piece: a bank of thousands of vertices is not walked for each transect.
    place, owner = shapely.get_coordinates(shores.geometry.to_numpy(), return_index=True)
    ends = np.flatnonzero(owner[1:] == owner[:-1])
    steps = shapely.linestrings(np.stack([place[ends], place[ends + 1]], axis=1))
    # A bank that ends on a transect meets it by less than degrees are rounded to.
    one, other = shapely.STRtree(steps).query(lines, predicate="dwithin", distance=_TOUCHING)
    crossing = shapely.intersection(lines[one], steps[other])
    touching = shapely.get_point(shapely.shortest_line(lines[one], steps[other]), -1)
    points = np.where(shapely.is_empty(crossing), touching, shapely.centroid(crossing))
    day = shores["date"].to_numpy()[owner[ends][other]]
    along = shapely.line_locate_point(lines[one], points)
    order = np.lexsort((along, day, one))
    last = pd.Series(points[order], index=one[order], dtype=object)
    last = last[~last.index.duplicated(keep="last")]
    found[last.index] = last
    return found


def _pieces(rows: gpd.GeoDataFrame, banks: Objects, spacing: float) -> Objects:
    """Along the bank from half way to the transect before to half way to the one after, (n,) lines.

    A bank whose neighbours are far has a piece of its own, as long as transects are apart, across its transect.
    """
    spot = shapely.get_coordinates(banks)
    group = rows.groupby(["river_id", "bank"], dropna=False).ngroup().to_numpy()
    apart = np.diff(rows["chainage_m"].to_numpy(dtype="float64"))
    joined = (np.diff(group) == 0) & (apart <= _GAP * spacing) & (_metres(spot[1:], spot[:-1]) <= 4.0 * spacing)
    middle = (spot[1:] + spot[:-1]) / 2.0
    sideways = _sideways(rows.geometry.to_numpy(), spacing / 2.0)
    before, after = spot - sideways, spot + sideways
    before[1:][joined], after[:-1][joined] = middle[joined], middle[joined]
    # A piece with one neighbour runs on as it came.
    alone = np.append(False, joined), np.append(joined, False)
    before = np.where((~alone[0] & alone[1])[:, None], 2.0 * spot - after, before)
    after = np.where((alone[0] & ~alone[1])[:, None], 2.0 * spot - before, after)
    return np.asarray(shapely.linestrings(np.stack([before, spot, after], axis=1)))


def _metres(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    narrow = np.cos(np.radians(one[:, 1]))
    return np.asarray(_EARTH_M * np.hypot((one[:, 0] - other[:, 0]) * narrow, one[:, 1] - other[:, 1]))


def _sideways(lines: Objects, metres: float) -> NDArray[np.float64]:
    """So far across each line, in degrees, (n, 2)."""
    start, end = (shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1))
    narrow = np.cos(np.radians(start[:, 1]))
    east, north = (end[:, 0] - start[:, 0]) * narrow, end[:, 1] - start[:, 1]
    scale = metres / _EARTH_M / np.maximum(np.hypot(east, north), 1e-12)
    return np.column_stack([-north * scale / narrow, east * scale])


def rate_classes(rates: gpd.GeoDataFrame, language: Language) -> Iterator[tuple[str, str, Symbol, NDArray[np.int64]]]:
    """Rows of rates by what they are drawn with: by way, size and whether it is proven.

    Parameters
    ----------
    rates
        Rows of :data:`riverline.schema.RATES`.
    language
        Language of the labels.

    Yields
    ------
    tuple
        Heading, label, symbol and numbers of rows; the fastest first. Rows of no known trend are in none. The two
        limits of three classes are figures of 1, 2 or 5, the upper at about the 90th percentile of what is on the map.
    """
    words, known = _WORDS[language], _is_known(rates)
    size = np.abs(np.nan_to_num(rates["rate"].to_numpy(dtype="float64", na_value=np.nan)))
    low, high = _limits(size[known])
    step = np.digitize(size, [low, high])
    trend = rates["trend"].astype("str").to_numpy()
    sizes = [words[name].format(low=low, high=high) for name in ("below", "between", "above")]
    for way in ("erosion", "accretion"):
        for number in (2, 1, 0):
            for sure, name in ((True, way), (False, f"{way}_unproven")):
                rows = np.flatnonzero(known & (trend == name) & (step == number))
                if len(rows):
                    label = words["sure" if sure else "unsure"].format(words=f"{words[way]} {sizes[number]}")
                    yield words["title"], label, _symbol(_COLOURS[way][number], sure=sure), rows
    rows = np.flatnonzero(known & (trend == "stable"))
    if len(rows):
        yield words["title"], RATES["trend"].value_label("stable", language), _symbol(_STABLE, sure=False), rows


def beside_ribbons(group: Group) -> Group:
    """A group beside ribbons: shorelines thin and grey, and what is slender only from close by."""
    if group.layer not in _NEAR_BANKS:
        return group
    symbol = group.symbol if group.kind == "area" else _SHORE
    return replace(group, symbol=symbol, scale=(0.0, _NEAR_BANKS[group.layer]))


def _symbol(color: str, *, sure: bool) -> Symbol:
    return Symbol(color, _SURE if sure else _UNSURE, fill=color, opacity=1.0)


def _limits(sizes: NDArray[np.float64]) -> tuple[float, float]:
    """Two limits of three classes, metres a year.

    Examples
    --------
    >>> _limits(np.array([0.1, 0.4, 1.0, 2.2])), _limits(np.array([0.0])), _limits(np.array([30.0, 80.0]))
    ((0.2, 1.0), (0.001, 0.005), (10.0, 50.0))
    """
    most = float(np.quantile(sizes, 0.9)) if len(sizes) else 1.0
    at = int(np.clip(np.searchsorted(_NICE, most, side="right") - 1, 2, len(_NICE) - 1))
    return _NICE[at - 2], _NICE[at]
