"""The symbology table: how each category of each frame is drawn, on screens, on paper and in desktop GIS.

Categories of one theme differ by colour *and* by width, dash or shape, so that they can be told apart by colour-blind
readers and on a grey print. Labels are not written here: they come from :mod:`riverline.schema`.
"""

from __future__ import annotations

from dataclasses import replace

from riverline.schema import FRAMES
from riverline.style.model import OTHER, Shape, Symbol, Theme
from riverline.style.strokes import (
    BLACK,
    BLUE,
    CONFIDENCE,
    GREEN,
    GREY,
    NEUTRALS,
    OCHRE,
    PROBLEMS_BY_STATUS,
    PURPLE,
    RED,
    SENSITIVE,
    SETTLED,
    SKY,
    STAKE_STATUS,
    WORKS,
    area,
    line,
    mark,
    ring,
    single,
)  # fmt: skip

__all__ = ["NEUTRALS", "OTHER", "PROBLEMS_BY_STATUS", "SETTLED", "THEMES", "Shape", "Symbol", "Theme", "themes"]

THEMES: tuple[Theme, ...] = (
    Theme("management_lines", "basis", 60, (
        ("levee", line(RED, 3.6)),
        ("flood", line(BLUE, 2.4)),
        ("bank_top", line(OCHRE, 2.6, 10, 4)),
        ("water", line(SKY, 2.6, 5, 4)),
        ("joined", line(BLACK, 2.0, 2, 4)),
        ("lake", line(GREEN, 4.8)),
        ("reservoir", line(PURPLE, 3.0, 14, 4, 2, 4, 2, 4)),
        ("fallback", line("#2C003F", 2.2, 6, 2, 2, 2)),
        ("works", line("#3F0600", 3.4, 18, 4)),
    )),
    Theme("management_lines", "confidence", 55, CONFIDENCE, halo=True),
    Theme("extents", "kind", 10, (
        ("management", area("#2F6F9F", 1.2, "#4D9DCE", 0.18)),
        ("protection", area("#5E7F33", 1.2, "#A9C66C", 0.14, 6, 4)),
    )),
    Theme("stakes", "kind", 80, (
        ("basic", mark(RED, "square", 9.0)), ("densified", mark(RED, "circle", 7.0, fill="#FFFFFF")),
    )),
    Theme("stakes", "status", 79, STAKE_STATUS, halo=True),
    single("existing", 79, mark(GREY, "square", 8.0, fill="#FFFFFF")),
    single("boards", 81, mark(PURPLE, "diamond", 12.0)),
    Theme("boards", "status", 80, STAKE_STATUS, halo=True),
    Theme("zones", "type", 20, (
        (1, area("#1B7837", 1.6, "#5AAE61", 0.35)),
        (2, area("#8A6D00", 1.6, "#F2C230", 0.30, 8, 3)),
        (3, area("#B35806", 1.6, "#F1A340", 0.40, 3, 3)),
        (4, area("#8E0152", 1.6, "#DE77AE", 0.45, 10, 3, 2, 3)),
        (0, area("#4D4D4D", 1.6, "#BDBDBD", 0.35, 2, 4)),
    )),
    # The lines around a zone show theirs unasked; bands around both would hide the zones.
    Theme("zones", "confidence", 19, tuple(
        (value, replace(band, shown=False)) for value, band in CONFIDENCE
    ), halo=True),
    Theme("shorelines", "line", 61, (
        ("waterside", line(BLUE, 1.8, 8, 3)),
        ("outer", line(RED, 1.4, 2, 3)),
    )),
    Theme("shorelines", "confidence", 54, CONFIDENCE, halo=True),
    single("waterside", 43, line("#2A94C4", 1.4, 4, 2)),
    Theme("waterside", "confidence", 40, CONFIDENCE, halo=True),
    single("observed_shorelines", 44, line("#5B4A8A", 1.2, 7, 2)),
    single("baselines", 41, line(BLACK, 1.4, 12, 3)),
    single("transects", 45, line(GREY, 0.8, 2, 3, shown=False)),
    single("intersections", 63, mark("#5B4A8A", "circle", 4.0, shown=False)),
    Theme("rates", "trend", 64, (
        ("erosion", line("#B2182B", 3.4)),
        ("erosion_unproven", line("#C4604A", 2.0, 5, 3)),
        ("stable", line(BLACK, 1.2, 1, 3)),
        ("accretion_unproven", line("#3B82B4", 1.6, 8, 3)),
        ("accretion", line("#1A4F8B", 2.6, 14, 2)),
        ("unknown", line(GREY, 0.8, 2, 4)),
    )),
    single("forecasts", 65, mark(PURPLE, "triangle", 6.0, shown=False)),
    Theme("change_areas", "change", 27, (
        ("erosion", area("#B2182B", 1.4, "#D6604D", 0.50)),
        ("accretion", area("#1A4F8B", 1.4, "#4393C3", 0.50, 6, 3)),
    )),
    Theme("sensitive", "sensitive_kind", 15, SENSITIVE),
    single("uses", 36, area("#4A148C", 1.6, "#9575CD", 0.30, 6, 2)),
    single("used_shorelines", 62, line("#4A148C", 5.0)),
    Theme("problems", "kind", 75, (
        ("occupation", mark(BLUE, "circle", 11.0)),
        ("extraction", mark(OCHRE, "triangle", 13.0)),
        ("dumping", mark(BLACK, "square", 10.0)),
        ("construction", mark(RED, "diamond", 13.0)),
        ("discharge", mark(GREEN, "pentagon", 12.0)),
    )),
    # Wider than the rings of the state, so that both are seen.
    Theme("problems", "severity", 74, (
        ("minor", ring("#F2C230", 3.0, opacity=0.9, size=32.0, shown=False)),
        ("serious", ring("#E4572E", 2.0, 6, 3, opacity=0.9, size=32.0, shown=False)),
        ("major", ring("#8E0152", 5.0, opacity=0.8, size=32.0)),
        ("unknown", ring("#101418", 2.0, 2, 4, opacity=0.9, size=32.0, shown=False)),
    ), halo=True),
    Theme("problems", "status", 74, (
        ("found", ring(RED, 4.0)),
        ("assigned", ring(OCHRE, 4.0, 8, 3, shown=False)),
        ("rectifying", ring(BLUE, 4.0, 4, 3, shown=False)),
        ("review", ring(PURPLE, 4.0, 2, 3, shown=False)),
        ("closed", ring(GREEN, 2.0, shown=False)),
        ("reopened", ring("#E4572E", 7.0)),
        ("rejected", ring(GREY, 2.0, 2, 5, shown=False)),
    ), halo=True),
    SETTLED,
    Theme("look_backs", "kind", 77, (
        ("occupation", mark(BLUE, "circle", 15.0, fill="#FFFFFF")),
        ("extraction", mark(OCHRE, "triangle", 17.0, fill="#FFFFFF")),
        ("dumping", mark(BLACK, "square", 14.0, fill="#FFFFFF")),
        ("construction", mark(RED, "diamond", 17.0, fill="#FFFFFF")),
        ("discharge", mark(GREEN, "pentagon", 16.0, fill="#FFFFFF")),
    )),
    Theme("rebounds", "evidence", 76, (
        ("reopened", mark("#C2410C", "star", 14.0)),
        ("place", mark(PURPLE, "triangle", 12.0, 6, 3)),
        ("suspect", mark(BLUE, "diamond", 10.0, 2, 3)),
    )),
    Theme("hot_segments", "verdict", 66, (
        # Every one lies under the reach that it belongs to: only its edges show there.
        ("hot", line("#D94801", 12.0)),
        ("cold", line("#1A4F8B", 7.5, 16, 2)),
        ("unseen", line(BLACK, 2.0, 6, 9)),
        ("none", line(GREY, 1.2, shown=False)),
    )),
    Theme("hot_reaches", "verdict", 67, (
        ("hot", line("#7F0019", 8.0)),
        ("cold", line("#08306B", 5.0, 10, 2, 2, 2)),
    )),
    Theme("emerging", "category", 65, (
        ("new_hot", line("#B2182B", 5.0)),
        ("consecutive_hot", line("#B2182B", 4.4, 18, 2)),
        ("intensifying_hot", line("#7F0019", 6.2)),
        ("persistent_hot", line("#7F0019", 4.4, 14, 3)),
        ("diminishing_hot", line("#C4604A", 3.6, 10, 4)),
        ("sporadic_hot", line("#C4604A", 3.0, 6, 4)),
        ("oscillating_hot", line("#C4604A", 3.0, 8, 3, 2, 3)),
        ("historical_hot", line("#A0522D", 2.0, 3, 4)),
        ("new_cold", line("#1A4F8B", 3.6)),
        ("consecutive_cold", line("#1A4F8B", 3.4, 16, 2, 2, 2)),
        ("intensifying_cold", line("#08306B", 4.4, 12, 2, 2, 2)),
        ("persistent_cold", line("#08306B", 3.4, 12, 3)),
        ("diminishing_cold", line("#3B82B4", 2.6, 8, 4)),
        ("sporadic_cold", line("#3B82B4", 2.2, 5, 4)),
        ("oscillating_cold", line("#3B82B4", 2.2, 6, 3, 2, 3)),
        ("historical_cold", line("#5B6F8A", 1.6, 2, 4)),
        ("none", line(GREY, 1.0, 1, 3, shown=False)),
    )),
    single("scan_clusters", 68, line("#B5179E", 9.0, 2, 5)),
    single("densities", 42, line("#8E0152", 2.0, 6, 2, shown=False)),
    Theme("suspects", "kind", 70, (
        ("occupation", area(BLUE, 1.8, BLUE, 0.30)),
        ("extraction", area(OCHRE, 1.8, OCHRE, 0.35, 8, 3)),
        ("dumping", area(BLACK, 1.8, BLACK, 0.30, 3, 3)),
        ("construction", area(RED, 2.8, RED, 0.35)),
        ("discharge", area(GREEN, 1.8, GREEN, 0.35, 10, 3, 2, 3)),
        ("unknown", area("#5B4A8A", 1.4, "#8C7FB0", 0.30, 2, 2)),
    )),
    Theme("suspects", "standing", 72, (
        ("counted", ring("#101418", 2.0, shown=False)),
        ("permitted", ring(GREEN, 7.0, 10, 4, opacity=0.9)),
        ("protection", ring("#5E7F33", 3.0, 3, 4, opacity=0.7)),
        ("outside", ring(GREY, 4.0, 2, 6, opacity=0.9)),
    ), halo=True, alone=True),
    Theme("suspects", "severity", 69, (
        ("minor", ring("#F2C230", 4.0, opacity=0.9)),
        ("serious", ring("#E4572E", 6.0)),
        ("major", ring("#8E0152", 9.0)),
        ("unknown", ring("#101418", 3.4, opacity=0.9)),
    ), halo=True),
    Theme("suspects", "state", 68, (
        ("confirmed", ring(GREEN, 11.0, shown=False)),
        ("unconfirmed", ring("#5B4A8A", 11.0, 2, 5, shown=False)),
    ), halo=True),
    single("gone_suspects", 27, area(BLACK, 1.4, "#FFFFFF", 0.30, 5, 5, shown=False)),
    Theme("untold_changes", "why", 26, (
        ("level", area(BLUE, 1.4, BLUE, 0.06, 8, 3, 2, 3, shown=False)),
        ("waterline", area(BLUE, 1.0, BLUE, 0.10, 2, 4, shown=False)),
        ("season", area(GREEN, 1.0, GREEN, 0.10, 6, 4, shown=False)),
        ("passing", area(GREY, 1.0, GREY, 0.10, 8, 3, shown=False)),
        ("unclassified", area(PURPLE, 1.2, PURPLE, 0.12, 4, 2, shown=False)),
        ("small", area(BLACK, 0.8, BLACK, 0.06, 1, 4, shown=False)),
    )),
    Theme("field_checks", "check_verdict", 68, (
        ("confirmed", area("#B2182B", 2.2, "#D6604D", 0.30)),
        ("rejected", area(GREY, 1.2, "#FFFFFF", 0.30, 4, 4)),
        ("permitted", area(GREEN, 1.6, "#7FC8A9", 0.30, 10, 3)),
        ("unclear", area("#00629B", 1.6, "#56B4E9", 0.25, 2, 3)),
    )),
    single("features", 8, area("#8A8F94", 1.0, "#8A8F94", 0.10)),
    Theme("holdings", "status", 22, (
        ("clear", area(GREEN, 1.0, "#7FC8A9", 0.30)),
        ("overlapping", area(RED, 2.4, "#E8837E", 0.45)),
        ("untitled", area(BLACK, 1.2, "#B8BCC2", 0.35, 6, 4)),
        ("unknown", area(OCHRE, 1.4, "#E6C48F", 0.45, 6, 3, 2, 3)),
        ("disputed", area(PURPLE, 1.8, "#C79BD3", 0.50, 2, 3)),
        ("claimed", area(BLUE, 1.8, "#8FB4E3", 0.50, 10, 3, 2, 3)),
    )),
    Theme("changes", "kind", 24, (
        ("gap_filled", area(BLACK, 1.6, "#B8BCC2", 0.60)),
        ("overlap_assigned", area(RED, 1.6, "#E8837E", 0.60, 6, 3)),
        ("duplicate_merged", area(PURPLE, 2.4, "#C79BD3", 0.40, 2, 3)),
    )),
    Theme("stretches", "cause", 62, (
        ("rule", line(RED, 7.4)),
        ("data", line(BLUE, 5.6, 12, 4)),
        ("rule_and_data", line(PURPLE, 6.4, 12, 4, 2, 4)),
        ("shared", line(SKY, 6.0, 4, 2)),
        ("version", line(OCHRE, 5.0, 2, 3)),
        ("came", line(GREEN, 5.6, 36, 5)),
        ("went", line(BLACK, 4.2, 6, 4)),
        ("unknown", line(GREY, 4.2)),
    )),
    Theme("area_changes", "change", 26, (
        ("gained", area(GREEN, 1.4, "#57B894", 0.50)),
        ("lost", area(RED, 1.4, "#E8837E", 0.50, 6, 3)),
    )),
    Theme("stake_changes", "change", 83, (
        ("moved", mark("#C2410C", "diamond", 13.0)),
        ("came", mark(GREEN, "triangle", 12.0)),
        ("went", mark(BLACK, "star", 13.0)),
    )),
    Theme("title_changes", "change", 25, (
        ("entered", area(GREEN, 1.8, "#7FC8A9", 0.35)),
        ("left", area(RED, 2.4, "#E8837E", 0.35, 6, 3)),
        ("more", area(BLUE, 1.2, "#8FB4E3", 0.35, 10, 3)),
        ("less", area(OCHRE, 1.8, "#E6C48F", 0.35, 2, 3)),
        ("shifted", area(GREY, 1.2, "#C9CCD0", 0.35, 10, 3, 2, 3)),
    )),
    Theme("bands", "movement", 58, (
        ("within", line(GREEN, 4.0, 4, 3)),
        ("beyond", line("#C2410C", 8.0)),
    )),
    Theme("band_titles", "factor", 27, (
        ("level", area(BLUE, 1.8, "#8FB4E3", 0.45)),
        ("terrain", area(OCHRE, 1.2, "#E6C48F", 0.45, 8, 3)),
        ("toe", area(RED, 2.4, "#E8837E", 0.45, 2, 3)),
        ("edge", area(GREEN, 1.8, "#7FC8A9", 0.45, 10, 3)),
    )),
    # Tables are not drawn; their columns have titles all the same.
    *(single(name, 1, area("#8A8F94", 0.8, "#FFFFFF", 0.01)) for name, frame in FRAMES.items() if not frame.geometry),
    single("permits", 35, area("#00695C", 1.8, "#4DB6AC", 0.25, 8, 2)),
    single("outfalls", 72, mark(PURPLE, "triangle", 10.0)),
    Theme("tracks", "level", 50, (
        ("province", line(RED, 3.4)), ("city", line(PURPLE, 2.8, 12, 3)), ("county", line(BLUE, 2.2)),
        ("township", line(GREEN, 1.8, 6, 3)), ("village", line(OCHRE, 1.4, 2, 3)),
    )),
    Theme("chiefs", "level", 51, (
        ("province", line(RED, 4.0)), ("city", line(PURPLE, 3.3, 14, 3)), ("county", line(BLUE, 2.6)),
        ("township", line(GREEN, 2.1, 7, 3)), ("village", line(OCHRE, 1.6, 3, 3)),
    )),
    Theme("patrols", "validity", 51, (
        ("valid", line("#A2197F", 2.6, 5, 2)), ("invalid", line("#C2410C", 2.0, 6, 3)),
        ("unknown", line(GREY, 1.4, 1, 4)),
    )),
    Theme("coverage", "walked", 45, (
        ("full", line("#00A86B", 5.4)), ("part", line("#8A6D00", 3.4, 9, 3, 4, 3)),
        ("not_valid", line("#6B4E9B", 3.0, 7, 2, 1, 2)), ("none", line(BLACK, 2.4, 3, 8)),
    )),
    Theme("section_reaches", "target_met", 43, (
        ("met", line("#00838F", 4.0, 20, 3, 3, 3)), ("not_met", line("#C2410C", 5.0, 8, 3, 2, 3)),
        ("unknown", line(GREY, 2.4, 2, 4)),
    )),
    Theme("placed_outfalls", "class_group", 72, (
        ("industrial", mark(PURPLE, "square", 11.0)), ("municipal", mark(BLUE, "diamond", 12.0)),
        ("agricultural", mark(GREEN, "triangle", 12.0)), ("other", mark(OCHRE, "circle", 9.0)),
        ("unknown", mark(BLACK, "star", 11.0)),
    )),
    single("water_sections", 73, mark("#00629B", "pentagon", 11.0)),
    single("intakes", 73, mark(SKY, "diamond", 11.0)),
    single("patrol_gaps", 44, line("#B00020", 8.0, 4, 3)),
    single("track_points", 52, mark(BLUE, "circle", 4.0, shown=False)),
    Theme("waterlines", "bank", 63, (("left", line("#1E88E5", 3.4)), ("right", line("#B3410B", 3.4, 20, 6)))),
    Theme("waterlines", "doubt", 59, (
        ("bright", ring("#F2C230", 12.0, opacity=0.7)),
        ("mixed", ring("#E4572E", 10.0, 8, 6)),
        ("seed", ring("#5B4A8A", 14.0, 3, 9)),
    ), halo=True),
    Theme("waterline_gaps", "cause", 64, (
        ("none", mark(PURPLE, "circle", 7.0)),
        ("nodata", mark(BLACK, "square", 7.0)),
        ("outside", mark(GREY, "diamond", 8.0)),
        ("saturated", mark(OCHRE, "triangle", 9.0)),
        ("cloud", mark(SKY, "pentagon", 9.0, fill="#FFFFFF")),
        ("shadow", mark("#2C003F", "triangle", 9.0, 2, 2, fill="#FFFFFF")),
        ("snow", mark(BLUE, "star", 10.0, fill="#FFFFFF")),
        ("cloud-suspected", mark(SKY, "circle", 9.0, 2, 2, fill="#FFFFFF")),
        ("bridge", mark("#7F3B08", "square", 9.0, 4, 2, fill="#FFFFFF")),
        ("extent", mark(GREY, "circle", 5.0, fill="#FFFFFF")),
        ("edge", mark(GREY, "square", 5.0, fill="#FFFFFF")),
        ("axis", mark(GREEN, "star", 13.0, fill="#FFFFFF")),
    )),
    single("segments", 42, line(PURPLE, 2.2)),
    Theme("levees", "feature", 48, (
        ("landside_toe", line("#7F3B08", 1.8)),
        ("waterside_toe", line("#01665E", 1.8, 6, 3)),
        ("crest", line("#5A4632", 3.2)),
        ("flood_wall", line("#4D4D4D", 2.6, 8, 2, 2, 2)),
        ("berm_toe", line("#A66A00", 1.4, 2, 2)),
        ("parallel_river", line("#1668A5", 2.4, 10, 2)),
        ("drainage_ditch", line("#2A7F7F", 1.6, 1, 3)),
    )),
    Theme("levees", "grade", 46, (
        (1, ring("#7F0019", 15.0, shown=False)),
        (2, ring("#D94801", 12.0, shown=False)),
        (3, ring("#F2C230", 10.0, opacity=0.8, shown=False)),
        (4, ring("#3B82B4", 8.0, 12, 6, shown=False)),
        (5, ring(GREY, 7.0, 3, 6, opacity=0.7, shown=False)),
    ), halo=True),
    Theme("works", "kind", 71, WORKS),
    Theme("works", "size", 70, (
        ("large", ring("#7F0019", 8.0, shown=False)),
        ("medium", ring("#D94801", 5.0, 8, 3, shown=False)),
        ("small", ring(GREY, 3.0, 2, 3, opacity=0.8, shown=False)),
    ), halo=True),
    single("bank_tops", 46, line("#6B4F2A", 1.4)),
    single("axes", 44, line("#1668A5", 1.4, 12, 3, 2, 3)),
    Theme("flood_levels", "basis", 47, (
        ("design", line(BLUE, 1.6)),
        ("historical", line(PURPLE, 1.6, 5, 3)),
        ("check", line(RED, 2.2, 8, 3)),
        ("normal", line(GREEN, 1.2, 2, 3)),
    )),
    single("sections", 45, line(BLACK, 1.0)),
    single("chainage_breaks", 49, mark(BLACK, "star", 10.0)),
    Theme("water", "kind", 30, (
        ("river", area("#3F8CBD", 0.8, "#A9D3EC", 0.75)),
        ("lake", area("#2F7FB5", 2.2, "#86BDE0", 0.75)),
        ("reservoir", area("#22618C", 1.4, "#6FA8CF", 0.75, 6, 3)),
    )),
    single("admin", 6, area("#6C6F75", 1.4, "#FFFFFF", 0.01, 12, 3, 2, 3)),
    Theme("settings", "setting", 7, (
        ("town", area("#A65E00", 1.2, "#E9C9A0", 0.30)),
        ("country", area("#5E7F33", 1.2, "#DCE8C6", 0.25, 6, 4)),
        ("gorge", area("#5A4632", 1.2, "#BFB2A3", 0.35, 2, 3)),
        ("unknown", area(GREY, 1.2, "#E3E5E8", 0.25, 10, 3, 2, 3)),
    )),
    single("plates", 85, area("#A0288C", 2.2, "#FFFFFF", 0.01)),
    single("match_lines", 84, line("#A0288C", 1.0, 9, 3, 2, 3)),
    single("boundary_points", 81, mark(BLACK, "circle", 5.0, fill="#FFFFFF")),
    single("landmarks", 73, mark(BLACK, "triangle", 9.0)),
    Theme("parcels", "ownership", 5, (
        ("state", area("#2F6F9F", 0.8, "#FFFFFF", 0.01)),
        ("collective", area("#7F5A24", 0.8, "#FFFFFF", 0.01, 6, 3)),
        ("private", area("#7A7F85", 0.8, "#FFFFFF", 0.01, 2, 2)),
        ("unknown", area(BLACK, 0.8, "#FFFFFF", 0.01, 1, 5)),
    )),
    single("land_classes", 4, area("#A8A38F", 0.6, "#EDE9D8", 0.35)),
    Theme("faults", "severity", 90, (
        ("error", mark("#B00020", "diamond", 14.0)),
        ("warning", mark("#A65E00", "triangle", 12.0, shown=False)),
        ("note", mark("#50555A", "circle", 8.0, shown=False)),
    )),
)  # fmt: skip
"""Every theme, in legend order. The first theme of a schema is its main one."""


def themes(schema: str) -> tuple[Theme, ...]:
    """The ways in which frames of one schema are drawn, the main one first; grey (:data:`NEUTRALS`) for any other name.

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
    ['kind', 'severity', 'status']
    >>> style.themes("towns") == style.NEUTRALS[:1]
    True
    """
    return tuple(theme for theme in THEMES if (theme.layer or theme.schema) == schema) or NEUTRALS[:1]
