"""How lines, areas, points and bands of the symbology table are made, its colours, and what several themes share."""

from __future__ import annotations

from riverline.style.model import Shape, Symbol, Theme

__all__ = [
    "BLACK", "BLUE", "CONFIDENCE", "GREEN", "GREY", "NEUTRALS", "OCHRE", "PROBLEMS_BY_STATUS", "PURPLE", "RED",
    "SENSITIVE", "SETTLED", "SKY",
    "STAKE_STATUS", "WORKS", "area", "line", "mark", "ring", "single",
]  # fmt: skip


def line(color: str, width: float, *dash: int, shown: bool = True) -> Symbol:
    """A line; what lies as an area or a point in such a layer is filled with its colour."""
    return Symbol(color, width, dash, fill=color, fill_opacity=0.75, size=width * 3, shown=shown)


def area(color: str, width: float, fill: str, fill_opacity: float, *dash: int, shown: bool = True) -> Symbol:
    """An area with its outline."""
    return Symbol(color, width, dash, fill=fill, fill_opacity=fill_opacity, size=10.0, shown=shown)


def mark(color: str, shape: Shape, size: float, *dash: int, fill: str | None = None, shown: bool = True) -> Symbol:
    """A point, full unless another fill is given."""
    return Symbol(
        color, 1.6, dash, fill=color if fill is None else fill, fill_opacity=0.75, shape=shape, size=size, shown=shown
    )


def ring(color: str, width: float, *dash: int, opacity: float = 0.45, size: float = 22.0, shown: bool = True) -> Symbol:
    """A band around what is drawn."""
    return Symbol(color, width, dash, opacity=opacity, size=size, shown=shown)


def single(schema: str, order: int, symbol: Symbol) -> Theme:
    """A theme that draws all rows alike."""
    return Theme(schema, "", order, (("", symbol),))


RED, BLUE, OCHRE, SKY, BLACK, GREEN, PURPLE = (
    "#C1121F", "#0057B8", "#B26A00", "#2A94C4", "#3F4347", "#0B8457", "#7B2D8E",
)  # fmt: skip
GREY = "#7A7F85"

CONFIDENCE = (
    ("high", ring("#5DA9E9", 7.0, shown=False)),
    ("medium", ring("#F2C230", 9.0, shown=False)),
    ("low", ring("#E4572E", 12.0)),
    ("unknown", ring(GREY, 12.0, 3, 9)),
)
STAKE_STATUS = (
    ("new", ring(BLUE, 3.0, shown=False)),
    ("kept", ring(GREEN, 2.0, shown=False)),
    ("moved", ring("#E4572E", 4.0)),
    ("missing", ring(BLACK, 3.0, 3, 4)),
)
_SENSITIVE_KINDS: tuple[tuple[str, str, Shape, tuple[int, ...]], ...] = (
    ("water_source", BLUE, "circle", ()),
    ("nature_reserve", GREEN, "circle", (12, 3)),
    ("red_line", RED, "square", ()),
    ("wetland", "#01665E", "square", (12, 3)),
    ("fish_reserve", SKY, "triangle", (9, 3)),
    ("flood_risk", "#E4572E", "triangle", ()),
    ("unstable_bank", OCHRE, "diamond", (6, 3)),
    ("hub_works", BLACK, "diamond", ()),
    ("historic", "#7F3B08", "pentagon", (3, 3)),
    ("scenic", "#5E7F33", "pentagon", ()),
    ("living", "#1B7837", "star", (6, 2, 2, 2)),
    ("no_demand", GREY, "circle", (2, 4)),
    ("crowded", PURPLE, "square", (10, 2, 2, 2, 2, 2)),
    ("fit_for_use", "#8E0152", "star", (14, 4)),
)
SENSITIVE = tuple(
    (kind, Symbol(color, 1.6, dash, fill=color, fill_opacity=0.12, shape=shape, size=9.0))
    for kind, color, shape, dash in _SENSITIVE_KINDS
)
_WORK_KINDS: tuple[tuple[str, str, Shape, float, tuple[int, ...]], ...] = (
    ("dam", BLACK, "square", 3.0, ()),
    ("sluice", BLUE, "pentagon", 2.4, (8, 2)),
    ("pump_station", PURPLE, "diamond", 1.8, (4, 2)),
    ("ship_lock", GREEN, "star", 2.0, (12, 3)),
    ("hydropower", OCHRE, "triangle", 2.2, (2, 2)),
    ("weir", "#01665E", "square", 2.6, (10, 2, 2, 2)),
    ("culvert", "#7F3B08", "circle", 1.6, (3, 3)),
    ("bridge", "#4D4D4D", "diamond", 2.8, (14, 2)),
    ("wharf", RED, "pentagon", 2.0, (6, 2, 2, 2)),
    ("other", GREY, "circle", 1.4, (1, 3)),
)
WORKS = tuple((kind, Symbol(color, width, dash, 1.0, color, 0.45, shape, 9.0))
               for kind, color, shape, width, dash in _WORK_KINDS)  # fmt: skip

_NEUTRAL_STROKES: tuple[tuple[str, float, tuple[int, ...], Shape, float], ...] = (
    ("#8A8F94", 1.0, (), "circle", 6.0),
    ("#8C6D31", 1.4, (7, 3), "square", 6.0),
    ("#4C6A92", 1.8, (2, 3), "triangle", 8.0),
    ("#7B5C86", 1.4, (10, 3, 2, 3), "diamond", 8.0),
    ("#3D7A66", 2.2, (), "pentagon", 7.0),
    ("#9C4A2F", 1.2, (14, 4), "star", 9.0),
)
NEUTRALS: tuple[Theme, ...] = tuple(
    Theme("", "", 3, (("", Symbol(color, width, dash, 1.0, color, 0.05, shape, size)),))
    for color, width, dash, shape, size in _NEUTRAL_STROKES
)
"""How layers without a schema (towns, roads …) are drawn, at the bottom: the first grey, the second as the second."""

PROBLEMS_BY_STATUS = Theme("problems", "status", 75, (
    ("found", mark(RED, "circle", 11.0)),
    ("assigned", mark(OCHRE, "triangle", 13.0)),
    ("rectifying", mark(BLUE, "square", 10.0)),
    ("review", mark(PURPLE, "diamond", 13.0)),
    ("closed", mark(GREEN, "circle", 8.0, fill="#FFFFFF")),
    ("reopened", mark("#8E0152", "star", 16.0)),
    ("rejected", mark(GREY, "pentagon", 8.0)),
))  # fmt: skip
"""How the map of a ledger draws problems: by their state, where other maps draw them by their kind."""

# What is closed or rejected accuses nobody any more: in layers of its own, by state, as on the map of a ledger.
SETTLED = Theme("problems", "status", 73, tuple(
    (state, PROBLEMS_BY_STATUS.symbol(state)) for state in ("closed", "rejected")
), layer="settled_problems")  # fmt: skip
"""How problems that are closed or rejected are drawn beside those that are not, which are drawn by their kind."""
