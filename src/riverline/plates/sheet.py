"""One sheet before it is drawn: its window, its layers, how it looks, and what it joins."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from riverline.plates.imprint import Imprint
from riverline.plates.paper import Box

if TYPE_CHECKING:
    import shapely

    from riverline.plates.content import Bounds
    from riverline.plates.fonts import Fonts
    from riverline.plates.paper import Layout
    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["Canvas", "Grid", "Look", "Match", "Sheet", "map_box"]

Grid = Literal["km", "graticule", "none"]


@dataclass(frozen=True, slots=True)
class Look:
    """What the sheets of one call have in common; ``notes`` are the sentences on datum and rules."""

    layout: Layout
    fonts: Fonts
    language: Language = "zh"
    grid: Grid = "km"
    imprint: Imprint = field(default_factory=Imprint)
    notes: tuple[str, ...] = ()
    table: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """A line at which a sheet goes on on another, and the other's number."""

    number: str
    line: shapely.LineString


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """What one sheet shows.

    Attributes
    ----------
    number, title
        Printed above the map.
    window
        West, south, east and north of the map in the plane, metres.
    scale
        Denominator.
    crs
        The plane, as text.
    layers
        What is drawn, cut to the window.
    matches
        Where it goes on on which sheet.
    around
        Numbers and windows of the sheets in the index, this one among them.
    unit
        What the sheet is a part of.
    span
        Chainages between its match lines, metres; empty where it has none.
    """

    number: str
    title: str
    window: Bounds
    scale: int
    crs: str
    layers: tuple[Layer, ...]
    matches: tuple[Match, ...] = ()
    around: tuple[tuple[str, Bounds], ...] = ()
    unit: str = ""
    span: tuple[float, ...] = ()

    @property
    def printed(self) -> str:
        """The number as it is printed: that of an index is 00."""
        return self.number.removesuffix("-index")


@dataclass(slots=True)
class Canvas:
    """A page whose unit is the millimetre, and every text that was written on it."""

    figure: Any
    page: Any
    look: Look
    texts: list[str] = field(default_factory=list)

    def write(self, x: float, y: float, text: str, size: float, *, serif: bool = False, **about: Any) -> None:  # noqa: ANN401
        """Write a text as it is: no signs of mathematics, no markup; ``halo`` puts a white rim around it."""
        if not text:
            return
        self.texts.append(text)
        fonts = self.look.fonts
        halo = about.pop("halo", 0.0)
        about = {"ha": "left", "va": "center", "color": "#111111", "zorder": 8, **about}
        about |= {"fontsize": size, "fontfamily": list(fonts.serif if serif else fonts.sans), "parse_math": False}
        if halo:
            from matplotlib.patheffects import Stroke

            # A text with effects is drawn as outlines, which cannot be searched: the rim is a drawing of its own.
            rim = [Stroke(linewidth=halo, foreground="white")]
            self.page.text(x, y, text, **{**about, "path_effects": rim, "zorder": about["zorder"] - 0.5})
        self.page.text(x, y, text, **about)

    def line(self, xs: Any, ys: Any, *, width: float = 0.3, **about: Any) -> None:  # noqa: ANN401
        """A line through points in mm; ``width`` in mm too."""
        about = {"color": "#111111", "solid_capstyle": "butt", "zorder": 7, **about}
        self.page.plot(xs, ys, linewidth=width * 72 / 25.4, **about)

    def rule(self, panel: Box, y: float) -> None:
        """A thin line across a box at a height."""
        self.line([panel.left, panel.right], [y, y], width=0.2)

    def rectangle(
        self, box: Box, *, width: float = 0.3, face: str = "none", edge: str = "#111111", order: float = 7
    ) -> None:
        """The outline of a box; ``width`` in mm."""
        from matplotlib.patches import Rectangle

        self.page.add_patch(Rectangle((box.left, box.bottom), box.width, box.height, facecolor=face, zorder=order,
                                      edgecolor=edge, linewidth=width * 72 / 25.4, joinstyle="miter"))  # fmt: skip


def map_box(sheet: Sheet, room: Box) -> Box:
    """Where the map of a sheet lies on the paper: as large as its scale says, in the middle of its room."""
    west, south, east, north = sheet.window
    width, height = (east - west) * 1000.0 / sheet.scale, (north - south) * 1000.0 / sheet.scale
    return Box(room.left + (room.width - width) / 2, room.bottom + (room.height - height) / 2, width, height)
