"""Names beside marks: placed where they cover neither marks, lines nor one another, and left out where they would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline.plates.fonts import clean
from riverline.schema import ZONES
from riverline.style import LETTERING
from riverline.style.lettering import lettered

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from riverline.schema import Language
    from riverline.style import Layer

    Floats = NDArray[np.float64]

__all__ = ["LONGEST", "NEAR", "WIDE", "Label", "labels_of", "place", "shortened", "text_size", "wrapped"]

_NAMED = ("problems", "suspects", "stakes", "boards", "works", "plates", "holdings", "zones", "outfalls",
          "placed_outfalls", "admin", "water", "landmarks", "parcels")  # fmt: skip
_COLUMNS = {name: (LETTERING[name].columns[-1], LETTERING[name].first) for name in _NAMED}
"""Which column of a layer is written beside its features, and which layer comes first where room is short."""
_COLORS = {name: each.color for name, each in LETTERING.items()}
_LARGER = {name: each.size for name, each in LETTERING.items()}
_SIZE = 5.0
_LAKE_SIZE = 8.0
LONGEST = 24
_MM_PER_POINT = 25.4 / 72.0
WIDE = 0x2E80
"""Characters from here on are as wide as they are high; those before are about half of that."""
_NARROW_EM = 0.58
_OFF_MM, _EDGE_MM = 1.1, 0.5
NEAR = 10_000
"""The smallest scale at which everything is drawn and numbered."""
_MANY = frozenset(name for name, each in LETTERING.items() if each.scale <= NEAR) - {"stakes"}
"""What is so many that it is numbered up to 1:10,000 only; stakes are as far as there is room on a sheet."""
_BASIC, _DENSIFIED = 8, 6.5
"""Where stakes come at smaller scales: numbers of basic ones first, of all before those of suspects."""
_LEAST_SIZE = 2.4
_AROUND = np.array([(1, 1), (1, -1), (-1, 1), (-1, -1), (1, 0), (-1, 0), (0, 1), (0, -1)], dtype="float64")


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a place of the plane; ``inside`` is written on the place itself, other ones beside it."""

    text: str
    x: float
    y: float
    size: float
    color: str
    first: float
    inside: bool = False


def labels_of(layers: Sequence[Layer], scale: int, language: Language = "zh") -> list[Label]:
    """What is written beside the features of a sheet, the most needed first; numbers of many at large scales only."""
    found: list[Label] = _standing(layers)
    for layer in layers:
        column, first = _COLUMNS.get(layer.name, ("", 0))
        if column not in layer.frame or not len(layer.frame) or (scale > NEAR and layer.name in _MANY):
            continue
        geometry = layer.frame.geometry.to_numpy()
        places = shapely.get_coordinates(shapely.point_on_surface(geometry))
        inside = (shapely.get_dimensions(geometry) == 2) & (layer.name not in {"suspects", "problems"})  # noqa: PLR2004
        if layer.name == "plates":
            found += _numbers(layer.frame, scale)
            continue
        values = _zones(layer.frame, language) if layer.name == "zones" else layer.frame[column].astype("object")
        texts = [clean(value, LONGEST) for value in values.fillna("")]
        size, color = _LARGER.get(layer.name, _SIZE), _COLORS.get(layer.name, "#222222")
        ranks = np.full(len(texts), first)
        if layer.name == "stakes" and scale > NEAR and "kind" in layer.frame:
            ranks = np.where(layer.frame["kind"].isin(["basic"]), _BASIC, _DENSIFIED)
        found += [
            Label(text, at[0], at[1], size, color, rank, bool(within))
            for text, at, rank, within in zip(texts, places.tolist(), ranks.tolist(), inside, strict=True)
            if text
        ]
    return sorted(set(found), key=lambda each: (-each.first, each.text, each.x, each.y))


def _zones(zones: gpd.GeoDataFrame, language: Language) -> pd.Series:
    """Bank and number of zones and what they are: their codes look like those of stakes, which count by themselves."""
    numbers = zones["zone_id"].astype("object")
    if "number" in zones:
        numbers = zones["number"].astype("object").where(zones["number"].notna(), numbers)
    if "type" not in zones:
        return numbers
    types = {value: ZONES["type"].value_label(value, language) for value in zones["type"].dropna().unique()}
    return numbers + " " + zones["type"].map(types).astype("object").fillna("")


def _standing(layers: Sequence[Layer]) -> list[Label]:
    """Names of lakes and reservoirs, inside their management extents; where waters are drawn they bear the names."""
    waters = [layer.frame["name"] for layer in layers if layer.name == "water" and "name" in layer.frame]
    named = {name for names in waters for name in names}
    found = []
    for layer in layers:
        if layer.name != "extents" or "name" not in layer.frame:
            continue
        rows = layer.frame
        # As beside axes: rivers are named along them.
        rows = rows[lettered(layer, rows, {"axes"}) & rows["name"].notna() & ~rows["name"].isin(named)]
        places = shapely.get_coordinates(shapely.point_on_surface(rows.geometry.to_numpy()))
        texts = [clean(name, LONGEST) for name in rows["name"]]
        found += [Label(text, at[0], at[1], _LAKE_SIZE, _COLORS["water"], 9, inside=True)
                  for text, at in zip(texts, places.tolist(), strict=True) if text]  # fmt: skip
    return found


def _numbers(plates: gpd.GeoDataFrame, scale: int) -> list[Label]:
    """Numbers of sheets in the upper left corner of their windows; without the code of the river where it is short."""
    found = []
    for number, unit, window in zip(plates["number"], plates["unit"].fillna(""), plates.geometry, strict=True):
        west, _, east, north = window.bounds
        room = 0.92 * (east - west) * 1000.0 / scale
        whole = clean(number)
        text = whole if text_size(whole, _SIZE)[0] <= room else whole.removeprefix(f"{clean(unit)}-")
        size = min(room / max(text_size(text, 1.0)[0], 1e-6), _LARGER["plates"])
        width, height = (each * scale / 1000.0 for each in text_size(text, size))
        x, y = west + width / 2 + 0.04 * (east - west), north - height
        found.append(Label(text, x, y, size, "#5B1B52", 9, inside=True))
    return [label for label in found if label.size >= _LEAST_SIZE]


def text_size(text: str, size: float) -> tuple[float, float]:
    """About how wide and high a text is, mm.

    Examples
    --------
    >>> width, height = text_size("清水河", 10.0)
    >>> round(width, 2), round(height, 2)
    (10.58, 3.53)
    """
    ems = sum(1.0 if ord(each) >= WIDE else _NARROW_EM for each in text)
    return ems * size * _MM_PER_POINT, size * _MM_PER_POINT


def shortened(text: str, width: float, size: float) -> str:
    """A text as far as it fits into a width, mm, an ellipsis for the rest.

    Examples
    --------
    >>> shortened("管理范围线（堤防）", 12.0, 6.0)
    '管理范围线…'
    """
    text = clean(text)
    while len(text) > 1 and text_size(text, size)[0] > width:
        text = text[:-2].rstrip("…") + "…"
    return text


def wrapped(text: str, width: float, size: float) -> list[str]:
    """A text as lines that fit; it is broken between any two characters, as Chinese is, words of letters kept whole.

    Examples
    --------
    >>> wrapped("Management extent", 13.0, 6.2), wrapped("管理范围线", 7.0, 6.2)
    (['Management', 'extent'], ['管理范', '围线'])
    """
    lines, line = [], ""
    for part in _pieces(text):
        if line and text_size(line + part, size)[0] > width:
            lines.append(line.rstrip())
            line = part.lstrip()
        else:
            line += part
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> list[str]:
    found = [""]
    for each in text:
        if each.isascii() and each != " " and found[-1] and found[-1][-1].isascii() and found[-1][-1] != " ":
            found[-1] += each
        else:
            found.append(each)
    return found


def place(labels: Sequence[Label], at: Floats, room: tuple[float, float], avoid: Sequence[np.ndarray]) -> list[Floats]:
    """Where labels go.

    Parameters
    ----------
    labels
        n labels, the most needed first.
    at
        (n, 2) their places on the map, mm from its lower left corner.
    room
        Width and height of the map.
    avoid
        Arrays of geometries on the map, mm: points of marks and areas of other texts, which no label should cover, and
        lines, which it better does not.

    Returns
    -------
    list
        For each label the (2,) middle of its text; none, (0,), where there is no room.

    Notes
    -----
    Greedy in the order given, over eight places around a mark: of those that are free the one that crosses the fewest
    lines.
    """
    sizes = np.array([text_size(each.text, each.size) for each in labels]).reshape(-1, 2)
    inside = np.array([each.inside for each in labels], dtype=bool)
    middles = at[:, None, :] + _AROUND[None] * (sizes[:, None, :] / 2 + _OFF_MM)
    middles[inside] = at[inside][:, None, :]
    low, high = middles - sizes[:, None, :] / 2 - 0.15, middles + sizes[:, None, :] / 2 + 0.15
    cost = _crossings(low, high, avoid)
    cost += 1000.0 * ((low < _EDGE_MM) | (high > np.array(room) - _EDGE_MM)).any(axis=2)
    taken: list[tuple[float, ...]] = []
    rows = zip(middles, low, high, cost, strict=True)
    return [_best(*row, taken) for row in rows]


def _best(middles: Floats, low: Floats, high: Floats, cost: Floats, taken: list[tuple[float, ...]]) -> Floats:
    """The cheapest place that covers no label that stands; it is taken then."""
    boxes = np.array(taken).reshape(-1, 4)
    hit = (
        (low[:, None, 0] < boxes[None, :, 2]) & (high[:, None, 0] > boxes[None, :, 0])
        & (low[:, None, 1] < boxes[None, :, 3]) & (high[:, None, 1] > boxes[None, :, 1])
    ).any(axis=1)  # fmt: skip
    total = np.where(hit, np.inf, cost)
    best = int(np.argmin(total))
    if not total[best] < 1000.0:  # noqa: PLR2004 - beyond the neat line, or on a mark
        return np.empty(0)
    taken.append((*low[best], *high[best]))
    return middles[best]


def _crossings(low: Floats, high: Floats, avoid: Sequence[np.ndarray]) -> Floats:
    """What it costs to put a label in each place: a line is crossed before a mark or a text is covered."""
    boxes = shapely.box(low[..., 0], low[..., 1], high[..., 0], high[..., 1]).ravel()
    cost = np.zeros(len(boxes))
    for geometry in avoid:
        if len(geometry) and len(boxes):
            lines = shapely.get_dimensions(geometry) == 1
            tree = shapely.STRtree(geometry)
            box, which = tree.query(boxes, predicate="intersects")
            np.add.at(cost, box, np.where(lines[which], 1.0, 50.0))
    return cost.reshape(low.shape[:2])
