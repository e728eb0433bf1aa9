"""Names of rivers, beside the axis where it runs straight and where they cover no marks."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline.plates.fonts import clean
from riverline.plates.labels import LONGEST, WIDE, Label, text_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from riverline.style import Layer

    Floats = NDArray[np.float64]

__all__ = ["river_labels"]

_SIZE, _COLOR = 11.0, "#1F5F8B"
_RIVER_MM, _STEEP = 30.0, 50.0
_SPACED = 5
"""Names of up to so many signs are spaced out along the river."""
_LEADING = 1.7
_OFF_MM, _EDGE_MM = 0.8, 1.0
_AWAY, _FURTHER = (1.0, 4.0, 7.0, 12.0, 18.0), 0.4
"""How far off the line a name may stand, in steps of :data:`_OFF_MM`, and what a step further costs."""
_SHARES = np.linspace(0.1, 0.9, 17)
_STEPS = np.linspace(-0.5, 0.5, 9)
_LIKED = 0.36
_COVERED, _CROSSED = 4.0, 0.6


def river_labels(
    layers: Sequence[Layer],
    scale: int,
    *,
    marks: Sequence[NDArray[np.object_]] = (),
    window: tuple[float, float, float, float] | None = None,
) -> list[tuple[Label, float]]:
    """Names of rivers and how many degrees they are turned.

    Parameters
    ----------
    layers
        Layers of the sheet, cut to it.
    scale
        Its denominator.
    marks
        Arrays of what names better do not cover, in the plane of the sheet: lines, points, boxes of other names.
    window
        What of the plane is on the sheet: no name reaches out of it.

    Returns
    -------
    list
        One a name: beside the longest piece of its axis on the sheet, clear of the line, where the piece is straightest
        and least is covered. A name that fits nowhere in the window is left out.
    """
    found: list[tuple[Label, float] | None] = []
    room = None if window is None else shapely.buffer(shapely.box(*window), -_EDGE_MM * scale / 1000.0)
    for layer in layers:
        if layer.name != "axes" or "name" not in layer.frame:
            continue
        every = [shapely.get_parts(each) for each in marks]
        tree = shapely.STRtree(np.concatenate([np.empty(0, dtype=object), *every]))
        pieces = layer.frame[["name", "geometry"]].explode("geometry")
        pieces = pieces[(pieces.geometry.length > _RIVER_MM * scale / 1000.0) & (pieces["name"].fillna("") != "")]
        longest = (
            pieces.assign(long=pieces.length)
            .sort_values(["name", "long"], kind="stable")
            .drop_duplicates("name", keep="last")
        )
        found += [
            _beside(name, line, scale, tree, room) for name, line in zip(longest["name"], longest.geometry, strict=True)
        ]
    return [each for each in found if each is not None]


def _beside(
    name: str, line: shapely.LineString, scale: int, tree: shapely.STRtree, room: shapely.Geometry | None
) -> tuple[Label, float] | None:
    plain = clean(name, LONGEST)
    wide = any(ord(each) >= WIDE for each in plain)
    flat = "　".join(plain) if wide and len(plain) <= _SPACED else plain
    ends = shapely.get_coordinates(shapely.line_interpolate_point(line, [0.0, 1.0], normalized=True))
    run, rise = ends[1] - ends[0]
    # Down a steep river Chinese is written from top to bottom, each character upright.
    upright = wide and abs(rise) > abs(run) * np.tan(np.radians(_STEEP))
    em = text_size("河", _SIZE)[1]
    long, high = (len(plain) * em * _LEADING, em) if upright else text_size(flat, _SIZE)
    found = _straightest(line, np.array([long, high]) * scale / 1000.0, _OFF_MM * scale / 1000.0, tree, room)
    if found is None:
        return None
    place, angle = found
    angle = angle - 180.0 if angle > 90.0 else angle + 180.0 if angle < -90.0 else angle  # noqa: PLR2004
    if upright:
        angle = angle - 90.0 if angle > 0.0 else angle + 90.0
    text = "\n".join(plain) if upright else flat
    return Label(text, float(place[0]), float(place[1]), _SIZE, _COLOR, 9, inside=True), float(angle)


def _straightest(
    line: shapely.LineString, size: Floats, off: float, tree: shapely.STRtree, room: shapely.Geometry | None
) -> tuple[Floats, float] | None:
    """The middle of a text of some length and height beside a line, and its direction, degrees.

    Of places along the line, on either side, the one where the line bends least away from the text, few marks are
    covered, and which is near the upper third; None where all of them reach out of the room.
    """
    long, high = size
    at = np.clip(_SHARES[:, None] * line.length + _STEPS[None] * long, 0.0, line.length)
    points = shapely.get_coordinates(shapely.line_interpolate_point(line, at)).reshape(*at.shape, 2)
    chord = points[:, -1] - points[:, 0]
    along = chord / np.maximum(np.hypot(*chord.T), 1e-9)[:, None]
    left = np.column_stack([-along[:, 1], along[:, 0]])
    middle = points.mean(axis=1)
    bend = np.einsum("psk,pk->ps", points - middle[:, None], left)
    best, least = None, np.inf
    for side, away in product((1.0, -1.0), range(len(_AWAY))):
        shift = (side * bend).max(axis=1) + _AWAY[away] * off + high / 2
        places = middle + side * shift[:, None] * left
        half = along * long / 2
        texts = shapely.buffer(
            shapely.linestrings(np.stack([places - half, places + half], axis=1)), high / 2, cap_style="flat"
        )
        which, mark = tree.query(texts, predicate="intersects")
        weights = np.where(shapely.get_dimensions(tree.geometries[mark]) == 1, _CROSSED, _COVERED)
        covered = np.bincount(which, weights, minlength=len(texts))
        cost = np.ptp(bend, axis=1) / high + covered + np.abs(_SHARES - _LIKED) + _FURTHER * away
        if room is not None:
            cost = np.where(shapely.covers(room, texts), cost, np.inf)
        if cost.min() < least:
            here = int(np.argmin(cost))
            least = float(cost[here])
            best = (places[here], float(np.degrees(np.arctan2(along[here, 1], along[here, 0]))))
    return best
