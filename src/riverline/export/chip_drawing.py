"""A sheet of pixels that pictures of suspects are drawn on: images, lines, texts, scale bars and curves.

Shapes are drawn at twice the size and made small at the end, so that their edges are smooth; then letters are set.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["FINE", "Chart", "Sheet", "dashed", "ticks_of", "within"]

FINE = 2
"""Pixels that shapes are drawn with, along each side of one that is written."""
_PACKING = 3
"""How hard a file is packed: harder takes thrice the time for a twentieth of the size."""
_DASHES = {"-": (), "--": (7.4, 3.2), ":": (2.0, 3.3)}
_INK = "#111111"


def dashed(line: Floats, on: float, off: float) -> list[Floats]:
    """The pieces of a line (n, 2) that a pen draws which is put down for ``on`` and lifted for ``off``.

    Examples
    --------
    >>> [piece[:, 0].tolist() for piece in dashed(np.array([[0.0, 0.0], [5.0, 0.0], [10.0, 0.0]]), 4.0, 2.0)]
    [[0.0, 4.0], [6.0, 10.0]]
    """
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    starts = np.arange(0.0, along[-1], on + off)
    ends = np.minimum(starts + on, along[-1])
    places = np.unique(np.concatenate([along, starts, ends]))
    points = np.column_stack([np.interp(places, along, line[:, axis]) for axis in (0, 1)])
    first, last = np.searchsorted(places, starts), np.searchsorted(places, ends)
    return [points[a : b + 1] for a, b in zip(first, last, strict=True)]


def ticks_of(low: float, high: float, most: int = 6) -> Floats:
    """Round numbers between two, at most so many: steps of 1, 2 or 5 and zeros.

    Examples
    --------
    >>> ticks_of(-0.43, 0.61).tolist()
    [-0.4, -0.2, 0.0, 0.2, 0.4, 0.6]
    """
    rough = (high - low) / most
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(power * each for each in (1.0, 2.0, 5.0, 10.0) if power * each >= rough * (1.0 - 1e-9))
    numbers = np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1.0)
    return np.asarray(np.round(numbers * step, 9) + 0.0, dtype="float64")


@dataclass(slots=True, eq=False)
class Sheet:
    """White paper in pixels; y goes down. Texts are kept until it is saved."""

    size: tuple[int, int]
    font: tuple[str, int]
    fonts: dict[int, Any]
    image: Any = field(init=False)
    pen: Any = field(init=False)
    moved: Floats = field(init=False, default_factory=lambda: np.zeros(2))
    texts: list[tuple[tuple[float, float], str, int, str, str]] = field(default_factory=list)

    upright: list[tuple[tuple[float, float], str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        from PIL import Image, ImageDraw

        self.image = Image.new("RGB", (self.size[0] * FINE, self.size[1] * FINE), "white")
        self.pen = ImageDraw.Draw(self.image)

    def paste(self, picture: NDArray[np.uint8], box: tuple[int, int, int, int]) -> None:
        """An image (rows, columns, 3) in a box of left, top, right, bottom; its pixels stay squares."""
        from PIL import Image

        left, top, right, bottom = (each * FINE for each in box)
        wide = right - left
        finer = picture.shape[1] > wide
        drawn = Image.fromarray(picture).resize(
            (wide, bottom - top), Image.Resampling.BOX if finer else Image.Resampling.NEAREST
        )
        self.image.paste(drawn, (left, top))

    def line(self, points: Floats, color: str, width: float, dash: Sequence[float] = ()) -> None:
        """A line (n, 2) of a width in pixels."""
        for piece in dashed(points, *dash) if dash else [points]:
            self.pen.line(
                ((piece - self.moved) * FINE).ravel().tolist(), fill=color, width=round(width * FINE), joint="curve"
            )

    def ring(self, points: Floats, color: str, width: float, dash: Sequence[float] = ()) -> None:
        """A line whose ends, where they meet, are joined as its bends are."""
        closed = len(points) > 2 and bool((points[0] == points[-1]).all())  # noqa: PLR2004 - fewer close nothing
        self.line(np.concatenate([points, points[1:2]]) if closed and not dash else points, color, width, dash)

    def dot(self, at: Floats, color: str, radius: float) -> None:
        """A filled circle."""
        (x, y), r = at * FINE, radius * FINE
        self.pen.ellipse((x - r, y - r, x + r, y + r), fill=color)

    def frame(self, box: tuple[int, int, int, int]) -> None:
        """The edges of a box."""
        self.pen.rectangle(tuple(each * FINE for each in box), outline=_INK, width=FINE)

    @contextmanager
    def clipped(self, box: tuple[int, int, int, int]) -> Iterator[None]:
        """While it lasts, what is drawn ends at the edges of a box."""
        from PIL import ImageDraw

        place = (box[0] * FINE, box[1] * FINE)
        whole, part = self.image, self.image.crop(tuple(each * FINE for each in box))
        outer = self.pen
        self.pen, self.moved = ImageDraw.Draw(part), np.array(box[:2], dtype="float64")
        try:
            yield
        finally:
            self.pen, self.moved = outer, np.zeros(2)
            whole.paste(part, place)

    def key(self, at: tuple[float, float], color: str, dash: str) -> None:
        """A short piece of a curve."""
        (x, y) = at
        self.line(np.array([[x, y], [x + 22.0, y]]), color, 2.0, _DASHES[dash])

    def write(self, at: tuple[float, float], text: str, size: int, anchor: str = "ls", color: str = _INK) -> None:
        """A text; the anchor says which point of it ``at`` is, as Pillow writes it."""
        self.texts.append((at, text, size, anchor, color))

    def write_up(self, middle: tuple[float, float], text: str, size: int) -> None:
        """A text that runs upwards."""
        self.upright.append((middle, text, size))

    def width_of(self, text: str, size: int) -> float:
        """How wide a text is."""
        return float(self._font(size).getlength(text))

    def _font(self, size: int) -> Any:  # noqa: ANN401 - Pillow's
        from PIL import ImageFont

        if size not in self.fonts:
            self.fonts[size] = ImageFont.truetype(self.font[0], size, index=self.font[1])
        return self.fonts[size]

    def scale(self, at: tuple[float, float], metres: float, room: float) -> None:
        """A bar of a round length, at most ``room`` pixels, where a pixel has so many metres."""
        power = 10.0 ** np.floor(np.log10(metres * room))
        length = max(power * each for each in (1.0, 2.0, 5.0) if power * each <= metres * room)
        long, (x, y) = length / metres, at
        self.pen.rectangle([each * FINE for each in (x, y - 2.0, x + long, y + 2.0)], fill=_INK)
        text = f"{length / 1000.0:g} km" if length >= 1000.0 else f"{length:g} m"  # noqa: PLR2004 - a kilometre
        self.write((x + long + 6.0, y), text, 13, "lm")

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a PNG file."""
        from PIL import Image, ImageDraw
        from PIL.PngImagePlugin import PngInfo

        small = self.image.reduce(FINE)
        pen = ImageDraw.Draw(small)
        for at, text, size, anchor, color in self.texts:
            pen.text(at, text, fill=color, font=self._font(size), anchor=anchor)
        for (x, y), text, size in self.upright:
            mask = Image.new("L", (round(self.width_of(text, size)) + 2, size + 6))
            ImageDraw.Draw(mask).text((1, size + 5), text, fill=255, font=self._font(size), anchor="ld")
            mask = mask.transpose(Image.Transpose.ROTATE_90)
            small.paste(_INK, (round(x - mask.width / 2), round(y - mask.height / 2)), mask)
        told = PngInfo()
        told.add_text("Software", "riverline")
        small.save(path, format="PNG", compress_level=_PACKING, pnginfo=told, dpi=(100, 100))


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """Curves over days in a box; each with a scale of its own on the right where it is said to have one."""

    sheet: Sheet
    box: tuple[int, int, int, int]
    days: Floats

    def across(self, days: Floats) -> Floats:
        """Days as pixels."""
        left, _, right, _ = self.box
        first, last = self._edges()
        return left + (days - first) / (last - first) * (right - left)

    def _edges(self) -> tuple[float, float]:
        first, last = float(self.days.min()), float(self.days.max())
        gap = max(last - first, 1.0) * 0.05
        return first - gap, last + gap

    def scale_for(self, curves: Mapping[str, Floats]) -> tuple[float, float]:
        """What the scale of some curves runs from and to."""
        values = np.concatenate([*curves.values(), np.empty(0)])
        known = values[np.isfinite(values)]
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        gap = max(high - low, 0.02) * 0.05
        return low - gap, high + gap

    def curve(self, values: Floats, scale: tuple[float, float], color: str, dash: str) -> None:
        """One curve, broken where nothing is known."""
        _, top, _, bottom = self.box
        points = np.column_stack([
            self.across(self.days), bottom - (values - scale[0]) / (scale[1] - scale[0]) * (bottom - top)
        ])  # fmt: skip
        known = np.isfinite(values)
        for run in np.split(np.arange(len(values)), np.flatnonzero(np.diff(known)) + 1):
            if known[run[0]]:
                if len(run) > 1:
                    self.sheet.line(points[run], color, 2.0, _DASHES[dash])
                for at in points[run]:
                    self.sheet.dot(at, color, 2.8)

    def mark(self, day: float, color: str) -> None:
        """A day, from top to bottom."""
        x = float(self.across(np.array([day]))[0])
        self.sheet.line(np.array([[x, self.box[1]], [x, self.box[3]]]), color, 1.0)

    def axes(self, scale: tuple[float, float], dates: Mapping[float, str]) -> None:
        """Frame, ticks and figures on the left and below."""
        left, _, _, bottom = self.box
        self.sheet.frame(self.box)
        self.figures(scale, right=False)
        for day, text in dates.items():
            x = float(self.across(np.array([day]))[0])
            self.sheet.line(np.array([[x, bottom], [x, bottom + 4.0]]), _INK, 1.0)
            self.sheet.write((max(x, left), bottom + 7.0), text, 11, "ma")

    def figures(self, scale: tuple[float, float], *, right: bool, color: str = _INK) -> None:
        """Ticks and figures of a scale on one side."""
        edge, out = (self.box[2], 4.0) if right else (self.box[0], -4.0)
        _, top, _, bottom = self.box
        for number in ticks_of(*scale):
            y = bottom - (number - scale[0]) / (scale[1] - scale[0]) * (bottom - top)
            self.sheet.line(np.array([[edge, y], [edge + out, y]]), color, 1.0)
            self.sheet.write((edge + 1.7 * out, y), f"{number:g}", 11, "lm" if right else "rm", color)


def within(shapes: Sequence[Any], window: Any, scale: float, corner: tuple[float, float]) -> list[Floats]:  # noqa: ANN401
    """Lines in a window of the ground as pixels (n, 2) from its north-west corner; window and shapes in metres."""
    west, south, east, north = window.bounds
    more = (east - west) * 0.05
    cut = shapely.clip_by_rect(np.asarray(shapes, dtype=object), west - more, south - more, east + more, north + more)
    whole = shapely.line_merge(cut)
    parts = shapely.get_parts(whole)
    lines = parts[(shapely.get_type_id(parts) == 1) & ~shapely.is_empty(parts)]
    return [
        np.column_stack([corner[0] + (xy[:, 0] - west) * scale, corner[1] + (north - xy[:, 1]) * scale])
        for xy in map(shapely.get_coordinates, lines)
    ]
