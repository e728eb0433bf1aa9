"""The symbology table: how each category of each frame is drawn, on screens, on paper and in desktop GIS.

Categories of one theme differ by colour *and* by width, dash or shape, so that they can be told apart by colour-blind
readers and on a grey print. Labels are not written here: they come from :mod:`riverline.schema`.
"""

from __future__ import annotations

from riverline.schema import FRAMES
from riverline.style.model import OTHER, Shape, Symbol, Theme

__all__ = ["NEUTRAL", "OTHER", "PROBLEMS_BY_STATUS", "THEMES", "Shape", "Symbol", "Theme", "themes"]


def _line(color: str, width: float, *dash: int, shown: bool = True) -> Symbol:
    return Symbol(color, width, dash, fill=color, fill_opacity=0.75, size=width * 3, shown=shown)


def _area(color: str, width: float, fill: str, fill_opacity: float, *dash: int, shown: bool = True) -> Symbol:
    return Symbol(color, width, dash, fill=fill, fill_opacity=fill_opacity, size=10.0, shown=shown)


def _mark(color: str, shape: Shape, size: float, *dash: int, fill: str | None = None, shown: bool = True) -> Symbol:
    return Symbol(
        color, 1.6, dash, fill=color if fill is None else fill, fill_opacity=0.75, shape=shape, size=size, shown=shown
    )


def _ring(color: str, width: float, *dash: int, opacity: float = 0.45, shown: bool = True) -> Symbol:
    return Symbol(color, width, dash, opacity=opacity, size=22.0, shown=shown)


def _single(schema: str, order: int, symbol: Symbol) -> Theme:
    return Theme(schema, "", order, (("", symbol),))


RED, BLUE, OCHRE, SKY, BLACK, GREEN, PURPLE = (
    "#C1121F", "#0057B8", "#B26A00", "#2A94C4", "#3F4347", "#0B8457", "#7B2D8E",
)  # fmt: skip
GREY = "#7A7F85"

NEUTRAL = Theme(
    "", "", 3, (("", Symbol("#8A8F94", 1.0, fill="#8A8F94", fill_opacity=0.05, size=6.0)),)
)  # fmt: skip
"""How layers without a schema (towns, roads …) are drawn: grey, at the bottom."""

_SENSITIVE_MARKS: tuple[tuple[str, str, Shape, tuple[int, ...]], ...] = (
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
_SENSITIVE = tuple(
    (kind, Symbol(color, 1.6, dash, fill=color, fill_opacity=0.12, shape=shape, size=9.0))
    for kind, color, shape, dash in _SENSITIVE_MARKS
)
_WORK_MARKS: tuple[tuple[str, str, Shape, float, tuple[int, ...]], ...] = (
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
_WORKS = tuple((kind, Symbol(color, width, dash, 1.0, color, 0.45, shape, 9.0))
               for kind, color, shape, width, dash in _WORK_MARKS)  # fmt: skip

THEMES: tuple[Theme, ...] = (
    Theme("management_lines", "basis", 60, (
        ("levee", _line(RED, 3.6)),
        ("flood", _line(BLUE, 2.4)),
        ("bank_top", _line(OCHRE, 2.6, 10, 4)),
        ("water", _line(SKY, 2.6, 5, 4)),
        ("joined", _line(BLACK, 2.0, 2, 4)),
        ("lake", _line(GREEN, 4.8)),
        ("reservoir", _line(PURPLE, 3.0, 14, 4, 2, 4, 2, 4)),
        ("fallback", _line("#2C003F", 2.2, 6, 2, 2, 2)),
        ("works", _line("#3F0600", 3.4, 18, 4)),
    )),
    Theme("management_lines", "confidence", 55, (
        ("high", _ring("#5DA9E9", 7.0, shown=False)),
        ("medium", _ring("#F2C230", 9.0, shown=False)),
        ("low", _ring("#E4572E", 12.0)),
        ("unknown", _ring(GREY, 12.0, 3, 9)),
    ), halo=True),
    Theme("extents", "kind", 10, (
        ("management", _area("#2F6F9F", 1.2, "#4D9DCE", 0.18)),
        ("protection", _area("#5E7F33", 1.2, "#A9C66C", 0.14, 6, 4)),
    )),
    Theme("stakes", "kind", 80, (
        ("basic", _mark(RED, "square", 9.0)), ("densified", _mark(RED, "circle", 7.0, fill="#FFFFFF")),
    )),
    Theme("stakes", "status", 79, (
        ("new", _ring(BLUE, 3.0, shown=False)),
        ("kept", _ring(GREEN, 2.0, shown=False)),
        ("moved", _ring("#E4572E", 4.0)),
        ("missing", _ring(BLACK, 3.0, 3, 4)),
    ), halo=True),
    _single("existing", 79, _mark(GREY, "square", 8.0, fill="#FFFFFF")),
    _single("boards", 81, _mark(PURPLE, "diamond", 12.0)),
    Theme("zones", "type", 20, (
        (1, _area("#1B7837", 1.6, "#5AAE61", 0.35)),
        (2, _area("#8A6D00", 1.6, "#F2C230", 0.30, 8, 3)),
        (3, _area("#B35806", 1.6, "#F1A340", 0.40, 3, 3)),
        (4, _area("#8E0152", 1.6, "#DE77AE", 0.45, 10, 3, 2, 3)),
        (0, _area("#4D4D4D", 1.6, "#BDBDBD", 0.35, 2, 4)),
    )),
    Theme("shorelines", "line", 61, (
        ("waterside", _line(BLUE, 1.8, 8, 3)),
        ("outer", _line(RED, 1.4, 2, 3)),
    )),
    _single("waterside", 43, _line("#2A94C4", 1.4, 4, 2)),
    _single("observed_shorelines", 44, _line("#5B4A8A", 1.2, 7, 2)),
    _single("baselines", 41, _line(BLACK, 1.4, 12, 3)),
    _single("transects", 45, _line(GREY, 0.8, 2, 3, shown=False)),
    _single("intersections", 63, _mark("#5B4A8A", "circle", 4.0, shown=False)),
    Theme("rates", "trend", 64, (
        ("erosion", _line("#B2182B", 3.4)),
        ("erosion_unproven", _line("#C4604A", 2.0, 5, 3)),
        ("stable", _line(BLACK, 1.2, 1, 3)),
        ("accretion_unproven", _line("#3B82B4", 1.6, 8, 3)),
        ("accretion", _line("#1A4F8B", 2.6, 14, 2)),
        ("unknown", _line(GREY, 0.8, 2, 4)),
    )),
    _single("forecasts", 65, _mark(PURPLE, "triangle", 6.0, shown=False)),
    Theme("change_areas", "change", 27, (
        ("erosion", _area("#B2182B", 1.4, "#D6604D", 0.50)),
        ("accretion", _area("#1A4F8B", 1.4, "#4393C3", 0.50, 6, 3)),
    )),
    Theme("sensitive", "sensitive_kind", 15, _SENSITIVE),
    _single("uses", 36, _area("#4A148C", 1.6, "#9575CD", 0.30, 6, 2)),
    _single("used_shorelines", 62, _line("#4A148C", 5.0)),
    Theme("problems", "kind", 75, (
        ("occupation", _mark(BLUE, "circle", 11.0)),
        ("extraction", _mark(OCHRE, "triangle", 13.0)),
        ("dumping", _mark(BLACK, "square", 10.0)),
        ("construction", _mark(RED, "diamond", 13.0)),
        ("discharge", _mark(GREEN, "pentagon", 12.0)),
    )),
    Theme("problems", "status", 74, (
        ("found", _ring(RED, 4.0)),
        ("assigned", _ring(OCHRE, 4.0, 8, 3, shown=False)),
        ("rectifying", _ring(BLUE, 4.0, 4, 3, shown=False)),
        ("review", _ring(PURPLE, 4.0, 2, 3, shown=False)),
        ("closed", _ring(GREEN, 2.0, shown=False)),
        ("reopened", _ring("#E4572E", 7.0)),
        ("rejected", _ring(GREY, 2.0, 2, 5, shown=False)),
    ), halo=True),
    _single("look_backs", 77, _mark(GREEN, "star", 12.0, fill="#FFFFFF")),
    Theme("rebounds", "evidence", 76, (
        ("reopened", _mark("#C2410C", "star", 14.0)),
        ("place", _mark(PURPLE, "triangle", 12.0, 6, 3)),
        ("suspect", _mark(BLUE, "diamond", 10.0, 2, 3)),
    )),
    Theme("hot_segments", "verdict", 66, (
        # Every one lies under the reach that it belongs to: only its edges show there.
        ("hot", _line("#D94801", 12.0)),
        ("cold", _line("#1A4F8B", 7.5, 16, 2)),
        ("unseen", _line(BLACK, 2.0, 6, 9)),
        ("none", _line(GREY, 1.2, shown=False)),
    )),
    Theme("hot_reaches", "verdict", 67, (
        ("hot", _line("#7F0019", 8.0)),
        ("cold", _line("#08306B", 5.0, 10, 2, 2, 2)),
    )),
    Theme("emerging", "category", 65, (
        ("new_hot", _line("#B2182B", 5.0)),
        ("consecutive_hot", _line("#B2182B", 4.4, 18, 2)),
        ("intensifying_hot", _line("#7F0019", 6.2)),
        ("persistent_hot", _line("#7F0019", 4.4, 14, 3)),
        ("diminishing_hot", _line("#C4604A", 3.6, 10, 4)),
        ("sporadic_hot", _line("#C4604A", 3.0, 6, 4)),
        ("oscillating_hot", _line("#C4604A", 3.0, 8, 3, 2, 3)),
        ("historical_hot", _line("#A0522D", 2.0, 3, 4)),
        ("new_cold", _line("#1A4F8B", 3.6)),
        ("consecutive_cold", _line("#1A4F8B", 3.4, 16, 2, 2, 2)),
        ("intensifying_cold", _line("#08306B", 4.4, 12, 2, 2, 2)),
        ("persistent_cold", _line("#08306B", 3.4, 12, 3)),
        ("diminishing_cold", _line("#3B82B4", 2.6, 8, 4)),
        ("sporadic_cold", _line("#3B82B4", 2.2, 5, 4)),
        ("oscillating_cold", _line("#3B82B4", 2.2, 6, 3, 2, 3)),
        ("historical_cold", _line("#5B6F8A", 1.6, 2, 4)),
        ("none", _line(GREY, 1.0, 1, 3, shown=False)),
    )),
    _single("scan_clusters", 68, _line("#B5179E", 9.0, 2, 5)),
    _single("densities", 42, _line("#8E0152", 2.0, 6, 2, shown=False)),
    Theme("suspects", "kind", 70, (
        ("occupation", _area(BLUE, 1.8, BLUE, 0.30)),
        ("extraction", _area(OCHRE, 1.8, OCHRE, 0.35, 8, 3)),
        ("dumping", _area(BLACK, 1.8, BLACK, 0.30, 3, 3)),
        ("construction", _area(RED, 2.8, RED, 0.35)),
        ("discharge", _area(GREEN, 1.8, GREEN, 0.35, 10, 3, 2, 3)),
        ("unknown", _area("#5B4A8A", 1.4, "#8C7FB0", 0.30, 2, 2)),
    )),
    Theme("suspects", "standing", 72, (
        ("counted", _ring("#101418", 2.0, shown=False)),
        ("permitted", _ring(GREEN, 7.0, 10, 4, opacity=0.9)),
        ("protection", _ring("#5E7F33", 3.0, 3, 4, opacity=0.7)),
        ("outside", _ring(GREY, 4.0, 2, 6, opacity=0.9)),
    ), halo=True),
    Theme("suspects", "severity", 69, (
        ("minor", _ring("#F2C230", 4.0, opacity=0.9)),
        ("serious", _ring("#E4572E", 6.0)),
        ("major", _ring("#8E0152", 9.0)),
        ("unknown", _ring("#101418", 3.4, opacity=0.9)),
    ), halo=True),
    _single("gone_suspects", 27, _area(BLACK, 1.4, "#FFFFFF", 0.30, 5, 5, shown=False)),
    Theme("untold_changes", "why", 26, (
        ("level", _area(BLUE, 1.4, BLUE, 0.06, 8, 3, 2, 3, shown=False)),
        ("waterline", _area(BLUE, 1.0, BLUE, 0.10, 2, 4, shown=False)),
        ("season", _area(GREEN, 1.0, GREEN, 0.10, 6, 4, shown=False)),
        ("passing", _area(GREY, 1.0, GREY, 0.10, 8, 3, shown=False)),
        ("unclassified", _area(PURPLE, 1.2, PURPLE, 0.12, 4, 2, shown=False)),
        ("small", _area(BLACK, 0.8, BLACK, 0.06, 1, 4, shown=False)),
    )),
    _single("field_checks", 68, _area("#00629B", 1.6, "#56B4E9", 0.25, 4, 3)),
    _single("features", 8, _area("#8A8F94", 1.0, "#8A8F94", 0.10)),
    Theme("holdings", "status", 22, (
        ("clear", _area(GREEN, 1.0, "#7FC8A9", 0.30)),
        ("overlapping", _area(RED, 2.4, "#E8837E", 0.45)),
        ("untitled", _area(BLACK, 1.2, "#B8BCC2", 0.35, 6, 4)),
        ("unknown", _area(OCHRE, 1.4, "#E6C48F", 0.45, 6, 3, 2, 3)),
        ("disputed", _area(PURPLE, 1.8, "#C79BD3", 0.50, 2, 3)),
        ("claimed", _area(BLUE, 1.8, "#8FB4E3", 0.50, 10, 3, 2, 3)),
    )),
    Theme("changes", "kind", 24, (
        ("gap_filled", _area(BLACK, 1.6, "#B8BCC2", 0.60)),
        ("overlap_assigned", _area(RED, 1.6, "#E8837E", 0.60, 6, 3)),
        ("duplicate_merged", _area(PURPLE, 2.4, "#C79BD3", 0.40, 2, 3)),
    )),
    Theme("stretches", "cause", 62, (
        ("rule", _line(RED, 7.4)),
        ("data", _line(BLUE, 5.6, 12, 4)),
        ("rule_and_data", _line(PURPLE, 6.4, 12, 4, 2, 4)),
        ("shared", _line(SKY, 6.0, 4, 2)),
        ("version", _line(OCHRE, 5.0, 2, 3)),
        ("came", _line(GREEN, 5.6, 36, 5)),
        ("went", _line(BLACK, 4.2, 6, 4)),
        ("unknown", _line(GREY, 4.2)),
    )),
    Theme("area_changes", "change", 26, (
        ("gained", _area(GREEN, 1.4, "#57B894", 0.50)),
        ("lost", _area(RED, 1.4, "#E8837E", 0.50, 6, 3)),
    )),
    Theme("stake_changes", "change", 83, (
        ("moved", _mark("#C2410C", "diamond", 13.0)),
        ("came", _mark(GREEN, "triangle", 12.0)),
        ("went", _mark(BLACK, "star", 13.0)),
    )),
    Theme("title_changes", "change", 25, (
        ("entered", _area(GREEN, 1.8, "#7FC8A9", 0.35)),
        ("left", _area(RED, 2.4, "#E8837E", 0.35, 6, 3)),
        ("more", _area(BLUE, 1.2, "#8FB4E3", 0.35, 10, 3)),
        ("less", _area(OCHRE, 1.8, "#E6C48F", 0.35, 2, 3)),
        ("shifted", _area(GREY, 1.2, "#C9CCD0", 0.35, 10, 3, 2, 3)),
    )),
    Theme("bands", "movement", 58, (
        ("within", _line(GREEN, 4.0, 4, 3)),
        ("beyond", _line("#C2410C", 8.0)),
    )),
    Theme("band_titles", "factor", 27, (
        ("level", _area(BLUE, 1.8, "#8FB4E3", 0.45)),
        ("terrain", _area(OCHRE, 1.2, "#E6C48F", 0.45, 8, 3)),
        ("toe", _area(RED, 2.4, "#E8837E", 0.45, 2, 3)),
        ("edge", _area(GREEN, 1.8, "#7FC8A9", 0.45, 10, 3)),
    )),
    # Tables are not drawn; their columns have titles all the same.
    *(_single(name, 1, _area("#8A8F94", 0.8, "#FFFFFF", 0.01)) for name, frame in FRAMES.items() if not frame.geometry),
    _single("permits", 35, _area("#00695C", 1.8, "#4DB6AC", 0.25, 8, 2)),
    _single("outfalls", 72, _mark(PURPLE, "triangle", 10.0)),
    Theme("tracks", "level", 50, (
        ("province", _line(RED, 3.4)), ("city", _line(PURPLE, 2.8, 12, 3)), ("county", _line(BLUE, 2.2)),
        ("township", _line(GREEN, 1.8, 6, 3)), ("village", _line(OCHRE, 1.4, 2, 3)),
    )),
    Theme("chiefs", "level", 51, (
        ("province", _line(RED, 4.0)), ("city", _line(PURPLE, 3.3, 14, 3)), ("county", _line(BLUE, 2.6)),
        ("township", _line(GREEN, 2.1, 7, 3)), ("village", _line(OCHRE, 1.6, 3, 3)),
    )),
    Theme("patrols", "validity", 51, (
        ("valid", _line("#A2197F", 2.6, 5, 2)), ("invalid", _line("#C2410C", 2.0, 6, 3)),
        ("unknown", _line(GREY, 1.4, 1, 4)),
    )),
    Theme("coverage", "walked", 45, (
        ("full", _line("#00A86B", 5.4)), ("part", _line("#8A6D00", 3.4, 9, 3, 4, 3)),
        ("not_valid", _line("#6B4E9B", 3.0, 7, 2, 1, 2)), ("none", _line(BLACK, 2.4, 3, 8)),
    )),
    Theme("section_reaches", "target_met", 43, (
        ("met", _line("#00838F", 4.0, 20, 3, 3, 3)), ("not_met", _line("#C2410C", 5.0, 8, 3, 2, 3)),
        ("unknown", _line(GREY, 2.4, 2, 4)),
    )),
    Theme("placed_outfalls", "class_group", 72, (
        ("industrial", _mark(PURPLE, "square", 11.0)), ("municipal", _mark(BLUE, "diamond", 12.0)),
        ("agricultural", _mark(GREEN, "triangle", 12.0)), ("other", _mark(OCHRE, "circle", 9.0)),
        ("unknown", _mark(BLACK, "star", 11.0)),
    )),
    _single("water_sections", 73, _mark("#00629B", "pentagon", 11.0)),
    _single("intakes", 73, _mark(SKY, "diamond", 11.0)),
    _single("patrol_gaps", 44, _line("#B00020", 8.0, 4, 3)),
    _single("track_points", 52, _mark(BLUE, "circle", 4.0, shown=False)),
    Theme("waterlines", "bank", 63, (("left", _line("#1E88E5", 3.4)), ("right", _line("#B3410B", 3.4, 20, 6)))),
    _single("waterline_gaps", 64, _mark(PURPLE, "circle", 7.0)),
    _single("segments", 42, _line(PURPLE, 2.2)),
    Theme("levees", "feature", 48, (
        ("landside_toe", _line("#7F3B08", 1.8)),
        ("waterside_toe", _line("#01665E", 1.8, 6, 3)),
        ("crest", _line("#5A4632", 3.2)),
        ("flood_wall", _line("#4D4D4D", 2.6, 8, 2, 2, 2)),
        ("berm_toe", _line("#A66A00", 1.4, 2, 2)),
        ("parallel_river", _line("#1668A5", 2.4, 10, 2)),
        ("drainage_ditch", _line("#2A7F7F", 1.6, 1, 3)),
    )),
    Theme("works", "kind", 71, _WORKS),
    _single("bank_tops", 46, _line("#6B4F2A", 1.4)),
    _single("axes", 44, _line("#1668A5", 1.4, 12, 3, 2, 3)),
    Theme("flood_levels", "basis", 47, (
        ("design", _line(BLUE, 1.6)),
        ("historical", _line(PURPLE, 1.6, 5, 3)),
        ("check", _line(RED, 2.2, 8, 3)),
        ("normal", _line(GREEN, 1.2, 2, 3)),
    )),
    _single("sections", 45, _line(BLACK, 1.0)),
    _single("chainage_breaks", 49, _mark(BLACK, "star", 10.0)),
    Theme("water", "kind", 30, (
        ("river", _area("#3F8CBD", 0.8, "#A9D3EC", 0.75)),
        ("lake", _area("#2F7FB5", 2.2, "#86BDE0", 0.75)),
        ("reservoir", _area("#22618C", 1.4, "#6FA8CF", 0.75, 6, 3)),
    )),
    _single("admin", 6, _area("#6C6F75", 1.4, "#FFFFFF", 0.01, 12, 3, 2, 3)),
    Theme("settings", "setting", 7, (
        ("town", _area("#A65E00", 1.2, "#E9C9A0", 0.30)),
        ("country", _area("#5E7F33", 1.2, "#DCE8C6", 0.25, 6, 4)),
        ("gorge", _area("#5A4632", 1.2, "#BFB2A3", 0.35, 2, 3)),
        ("unknown", _area(GREY, 1.2, "#E3E5E8", 0.25, 10, 3, 2, 3)),
    )),
    _single("plates", 85, _area("#A0288C", 2.2, "#FFFFFF", 0.01)),
    _single("match_lines", 84, _line("#A0288C", 1.0, 9, 3, 2, 3)),
    _single("boundary_points", 81, _mark(BLACK, "circle", 5.0, fill="#FFFFFF")),
    _single("landmarks", 73, _mark(BLACK, "triangle", 9.0)),
    _single("parcels", 5, _area("#8A8F94", 0.8, "#FFFFFF", 0.01)),
    _single("land_classes", 4, _area("#A8A38F", 0.6, "#EDE9D8", 0.35)),
    Theme("faults", "severity", 90, (
        ("error", _mark("#B00020", "diamond", 14.0)),
        ("warning", _mark("#A65E00", "triangle", 12.0, shown=False)),
        ("note", _mark("#50555A", "circle", 8.0, shown=False)),
    )),
)  # fmt: skip
"""Every theme, in legend order. The first theme of a schema is its main one."""


PROBLEMS_BY_STATUS = Theme("problems", "status", 75, (
    ("found", _mark(RED, "circle", 11.0)),
    ("assigned", _mark(OCHRE, "triangle", 13.0)),
    ("rectifying", _mark(BLUE, "square", 10.0)),
    ("review", _mark(PURPLE, "diamond", 13.0)),
    ("closed", _mark(GREEN, "circle", 8.0, fill="#FFFFFF")),
    ("reopened", _mark("#8E0152", "star", 16.0)),
    ("rejected", _mark(GREY, "pentagon", 8.0)),
))  # fmt: skip
"""How the map of a ledger draws problems: by their state, where other maps draw them by their kind."""


def themes(schema: str) -> tuple[Theme, ...]:
    """The ways in which frames of one schema are drawn, the main one first; :data:`NEUTRAL` for any other name.

    Parameters
    ----------
    schema
        Name of a schema, such as ``"problems"``.

    Returns
    -------
    tuple of Theme
        At least one.

    Examples
    --------
    >>> from riverline import style
    >>> [theme.column for theme in style.themes("problems")]
    ['kind', 'status']
    >>> style.themes("towns") == (style.NEUTRAL,)
    True
    """
    return tuple(theme for theme in THEMES if theme.schema == schema) or (NEUTRAL,)
