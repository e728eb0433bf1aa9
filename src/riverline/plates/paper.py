"""Papers and how a sheet is divided: the map, a band above and below it, a panel beside it; millimetres throughout."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from riverline.errors import Hint, JobError

__all__ = [
    "AIR", "PAPERS", "SCALES", "Box", "Layout", "Orientation", "fitting_scale", "lay_out", "require_fit",
    "require_look", "require_scale",
]  # fmt: skip

Orientation = Literal["landscape", "portrait"]

PAPERS: dict[str, tuple[float, float]] = {
    "A0": (1189.0, 841.0), "A1": (841.0, 594.0), "A2": (594.0, 420.0), "A3": (420.0, 297.0), "A4": (297.0, 210.0),
}  # fmt: skip
"""Width and height of papers in landscape, mm (ISO 216)."""

SCALES = (200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 40_000, 50_000, 75_000, 100_000,
          150_000, 200_000, 250_000, 300_000, 400_000, 500_000, 600_000, 750_000, 1_000_000)  # fmt: skip
"""Denominators that ``scale="auto"`` chooses from: those of the national series, and round ones between.

Of scales that are measured on, up to 1:10,000, there are those of the series alone.
"""

_MARGIN, _HEAD, _FOOT, _GAP, _BETWEEN = 9.0, 16.0, 19.0, 7.0, 3.0
_PANEL_SHARE, _PANEL = 0.2, (46.0, 110.0)
_SMALLEST_MAP = 60.0
_ROUND = 10.0
AIR = 0.94
"""Share of a map that content may fill where its scale is chosen."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on paper: lower left corner, width and height, mm."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width

    @property
    def top(self) -> float:
        """The upper edge."""
        return self.bottom + self.height

    def grown(self, by: float) -> Box:
        """The rectangle with a border around it."""
        return Box(self.left - by, self.bottom - by, self.width + 2 * by, self.height + 2 * by)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a paper is divided.

    Attributes
    ----------
    name
        Name of the paper, or its size.
    page
        The whole paper.
    room
        The most that a map can fill: inside the inner neat line.
    panel
        Legend, stake table and signatures.
    gap
        Between the inner and the outer neat line.
    """

    name: str
    page: Box
    room: Box
    panel: Box
    gap: float = _GAP

    @property
    def head(self) -> Box:
        """The band above the map."""
        frame = self.room.grown(self.gap)
        return Box(frame.left, frame.top, self.panel.right - frame.left, self.page.top - _MARGIN / 2 - frame.top)

    @property
    def foot(self) -> Box:
        """The band below the map."""
        frame = self.room.grown(self.gap)
        return Box(frame.left, _MARGIN / 2, frame.width, frame.bottom - _MARGIN / 2 - 1.5)


def lay_out(paper: str | tuple[float, float], orientation: Orientation = "landscape") -> Layout:
    """Divide a paper.

    Parameters
    ----------
    paper
        ``"A0"`` … ``"A4"``, or width and height in mm, which are then taken as they are.
    orientation
        How a named paper lies.

    Raises
    ------
    JobError
        If there is no such paper, or no room for a map of 60 mm on it.

    Examples
    --------
    >>> lay_out("A3").room
    Box(left=16.0, bottom=35.0, width=300.0, height=230.0)
    """
    width, height = _size(paper, orientation)
    panel = min(max(width * _PANEL_SHARE, _PANEL[0]), _PANEL[1])
    across = width - 2 * _MARGIN - 2 * _GAP - _BETWEEN - panel
    up = height - _MARGIN - _HEAD - _FOOT - 2 * _GAP - _MARGIN
    # A round frame; what is left over goes to the panel and to the band below.
    room = (math.floor(across / _ROUND) * _ROUND, math.floor(up / _ROUND) * _ROUND)
    if min(room) < _SMALLEST_MAP:
        raise JobError(
            f"纸张 {width:g} × {height:g} mm 太小，放不下 {_SMALLEST_MAP:g} mm 见方的图；请用 A4 或更大",
            f"a paper of {width:g} × {height:g} mm has no room for a map of {_SMALLEST_MAP:g} mm: take A4 or larger",
        )
    left, top = _MARGIN + _GAP, height - _MARGIN - _HEAD - _GAP
    box = Box(left, top - room[1], *room)
    frame = box.grown(_GAP)
    right = width - _MARGIN
    beside = Box(frame.right + _BETWEEN, frame.bottom, right - frame.right - _BETWEEN, frame.height)
    name = paper if isinstance(paper, str) else f"{width:g}x{height:g}"
    return Layout(name, Box(0.0, 0.0, width, height), box, beside)


def _size(paper: str | tuple[float, float], orientation: Orientation) -> tuple[float, float]:
    if isinstance(paper, str):
        size = PAPERS.get(paper.upper())
        if size is None or orientation not in {"landscape", "portrait"}:
            there = ", ".join(PAPERS)
            raise JobError(
                f"没有纸张 {paper!r}、{orientation!r}；可用：{there}，landscape 或 portrait；或写毫米 (600, 420)",
                f"there is no paper {paper!r}, {orientation!r}; there are {there}, landscape or portrait; or give "
                "millimetres, paper=(600, 420)",
            )
        return size if orientation == "landscape" else (size[1], size[0])
    width, height = (float(each) for each in paper)
    if not (math.isfinite(width) and math.isfinite(height)):
        raise JobError(f"纸张尺寸应为毫米数：{paper!r}", f"the size of a paper is in millimetres: {paper!r}")
    return width, height


def require_scale(scale: int | Literal["auto"]) -> None:
    """Raise unless a scale is ``"auto"`` or a denominator."""
    good = scale == "auto" or (isinstance(scale, int) and not isinstance(scale, bool) and scale >= 1)
    if not good:
        raise JobError(
            f'scale 应为比例尺分母（如 2000）或 "auto"，实际为 {scale!r}',
            f'scale must be a denominator such as 2000, or "auto", got {scale!r}',
        )


def require_look(grid: str, language: str) -> None:
    """Raise unless a grid and a language are among those that there are."""
    problems = [
        (
            f"{name} 应为 {'、'.join(there)}，实际为 {given!r}",
            f"{name} must be one of {', '.join(there)}, got {given!r}",
        )
        for name, given, there in (("grid", grid, ("km", "graticule", "none")), ("language", language, ("zh", "en")))
        if given not in there
    ]
    if problems:
        raise JobError.listing("图幅不能这样绘制", "a sheet cannot be drawn so", problems)


def require_fit(width_m: float, height_m: float, scale: int, room: Box, paper: str) -> None:
    """Raise unless a ground of this size fits into a map at a scale.

    Parameters
    ----------
    width_m, height_m
        Size of the ground.
    scale
        Denominator.
    room
        The map on paper.
    paper
        What it is called.
    """
    if max(width_m / room.width, height_m / room.height) * 1000.0 <= scale * (1.0 + 1e-9):
        return
    best = fitting_scale(width_m / AIR, height_m / AIR, room)
    part = ("、within= 指定范围", ", a part by within=")
    raise JobError(
        f"内容 {width_m:,.0f} × {height_m:,.0f} m，1:{scale} 的一幅 {paper} 放不下；请用 scale={best} 或 "
        f'scale="auto"、更大的纸张{part[0]}，或用 riverline.plates.atlas 分幅',
        f"what is to be drawn is {width_m:,.0f} × {height_m:,.0f} m, more than a sheet of {paper} holds at "
        f'1:{scale}; take scale={best} or scale="auto", a larger paper{part[1]}, or '
        "riverline.plates.atlas for many sheets",
        # A command draws no part.
        [Hint(f"scale={best}", "scale", (str(best),)), Hint.of("scale", "auto"),
         Hint("riverline.plates.atlas", "by", ("river",)), *(Hint(each, "within", ()) for each in part)],
    )  # fmt: skip


def fitting_scale(width_m: float, height_m: float, room: Box) -> int:
    """The largest scale at which a ground of this size fits into a map.

    Parameters
    ----------
    width_m, height_m
        Size of the ground.
    room
        The map on paper.

    Returns
    -------
    int
        A denominator of :data:`SCALES`; above them a round number of half millions.

    Examples
    --------
    >>> fitting_scale(550.0, 100.0, Box(0, 0, 300, 220)), fitting_scale(650.0, 100.0, Box(0, 0, 300, 220))
    (2000, 5000)
    """
    least = max(width_m / room.width, height_m / room.height) * 1000.0
    return next((scale for scale in SCALES if scale >= least), math.ceil(least / 5e5) * 500_000)
