"""A folium map of results: groups of features with popups, a legend that follows them, and nothing that runs data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import folium
from folium.utilities import JsCode

from riverline._version import __version__
from riverline.errors import JobError
from riverline.maps.basemaps import Basemap, tianditu
from riverline.maps.elements import (
    Asides,
    Frame,
    Layers,
    Script,
    draw_features,
    html_text,
    identify,
    json_text,
    leaflet_options,
    path_options,
    title_of,
)
from riverline.maps.figures import embed_chips, evidence_curves
from riverline.maps.groups import blank, groups_of, lighten, merge, name_points, to_features
from riverline.maps.notices import undrawn
from riverline.maps.swiping import (
    Pair,
    Part,
    add_pictures,
    add_swipe,
    choose,
    make_sides,
    notes_of,
    part_images,
    see_through,
)
from riverline.maps.texts import river_names
from riverline.schema import FAULTS
from riverline.style import collect, in_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from riverline.io.scenes import Scene, Scenes
    from riverline.maps.figures import Chips
    from riverline.maps.groups import Group
    from riverline.maps.swiping import Side
    from riverline.rules import RuleSet
    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["Look", "draw", "refuse_too_many", "show"]

_HOVER_LIMIT = 5_000
_CHINA = ([35.0, 104.0], 4)
_WORDS = {
    "zh": {
        "lang": "zh-CN", "legend": "图例", "zoom_in": "放大", "zoom_out": "缩小", "names": "河流名称",
        "rules": "规则集", "other": "其他要素", "join": "",
        "picture": "本图供查看，法定界线以成果数据为准；线形按 {tolerance:g} 米容差化简。",
        "missing": "{missing} 个要素没有图形，未绘出。", "nothing": "没有可绘的要素。",
    },
    "en": {
        "lang": "en", "legend": "Legend", "zoom_in": "Zoom in", "zoom_out": "Zoom out", "names": "River names",
        "rules": "Rules", "other": "Other layers", "join": " ",
        "picture": "A picture, not the legal line: that is in the data. Lines are simplified by up to {tolerance:g} m.",
        "missing": "Not drawn for want of a geometry: {missing}.", "nothing": "There is nothing to draw.",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """Language, heading, basemap and size of a map."""

    language: Language = "zh"
    title: str = ""
    basemap: Basemap | None = None
    tianditu_key: str | None = None
    width: str | int = "100%"
    height: str | int = "100%"


def show(
    *results: Any,  # noqa: ANN401 - any result or frame
    language: Language = "zh",
    title: str = "",
    basemap: Basemap | None = None,
    tianditu_key: str | None = None,
    width: str | int = "100%",
    height: str | int = "100%",
    max_features: int = 30_000,
    scenes: Scene | Scenes | Sequence[Scene] | None = None,
    **layers: Any,  # noqa: ANN401
) -> folium.Map:
    """A map of results and frames, layers by category, with popups, legend and scale.

    Parameters
    ----------
    *results
        Results such as :class:`riverline.Demarcation`, and frames that follow a schema, in any CRS. Evidence of changes
        is drawn as curves in the popups of suspects.
    language
        ``"zh"`` or ``"en"``: every label, choice and sentence on the page.
    title
        Heading of the map; none if empty.
    basemap
        ``None`` for a map that needs no network, or a Tianditu basemap.
    tianditu_key
        Browser key for Tianditu, else the environment variable ``RIVERLINE_TIANDITU_TK``. Whoever opens the page can
        read it.
    width, height
        Size in pixels or per cent.
    max_features
        Most features that a page may hold.
    scenes
        Images under the layers: one, or two as ``(before, after)`` with a bar that swipes between them. Of more, such
        as all of :func:`riverline.read_scenes`, those of the newest day and of the earliest day of its season are
        drawn; :func:`show_change` says more of how.
    **layers
        More frames or results, each with a name: ``乡镇=towns`` draws a frame that follows no schema in grey.

    Returns
    -------
    folium.Map
        One feature group for each category; add to it whatever folium has. The same input gives the same HTML.

    Raises
    ------
    SchemaError
        If something is neither a result nor a frame, or ``scenes`` are no scenes.
    CRSError
        If a frame has no CRS, or a frame or an image cannot be reprojected safely.
    JobError
        If there are too many features, a basemap without a key, or images that do not reach the layers.

    Notes
    -----
    The page is a picture: lines are thinned by 0.1 m, more where a page would hold over 300,000 vertices, and the
    legend says by how much. All layers share one canvas, in the order of :mod:`riverline.style`: with a canvas for each
    Leaflet pane only the topmost would be clickable. Text from data is written as text, never as HTML.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> import riverline as rl
    >>> axes = gpd.GeoDataFrame(
    ...     {"river_id": ["R1"], "name": ["清水河"]},
    ...     geometry=[shapely.LineString([(39_500_000, 3_400_000), (39_502_000, 3_401_000)])],
    ...     crs="EPSG:4527",
    ... )
    >>> page = rl.maps.show(axes, title="清水河")
    >>> [child.layer_name for child in page._children.values() if isinstance(child, folium.FeatureGroup)]
    ['河道中心线', '河流名称']
    """
    rest, named, images = part_images(results, layers, scenes)
    found = collect(*rest, **named)
    refuse_too_many(found, max_features)
    pair = Pair(tuple(Part(part) for part in choose(images))) if images else None
    return draw(found, Look(language, title, basemap, tianditu_key, width, height), pair=pair)


def draw(found: Sequence[Layer], look: Look, *, pair: Pair | None = None, chips: Chips | None = None) -> folium.Map:
    """The map of layers, and of images and layers of two sides, as :func:`show` and :func:`show_change` give it out."""
    language = look.language
    found = in_language(found, language)
    merged = merge(found)
    light, tolerance = lighten(merged)
    names = river_names([*found, *(layer for part in (pair.parts if pair else ()) for layer in part.layers)])
    figures, told = evidence_curves(found, language), ""
    if chips is not None:
        figures, told = embed_chips(figures, found, chips, language)
    sides = make_sides(pair, _box(merged), language=language, names=names) if pair else ()
    groups = see_through(groups_of(light, language=language, names=names, figures=figures), sides)
    page, bounds = _page(_view(merged, sides), look, "riverlineSwipe.canvas" if sides else "L.canvas")
    for tiles in tianditu(look.basemap, key=look.tianditu_key, language=language) if look.basemap else ():
        page.add_child(identify(tiles, tiles.tile_name))
    if any(group.figures for group in groups):
        page.add_child(identify(Asides("figures"), page.get_name()))
    images = add_pictures(page, sides, language) if sides else []
    drawn = _add_groups(page, groups, opened=_opened(found))
    lines = [
        name for side in sides for name in _add_groups(page, side.groups, opened=frozenset(), pane=f"{side.pane}Lines")
    ]
    add_swipe(page, sides, [*images, *lines], language)
    _add_names(page, name_points(light, names), names, _WORDS[language]["names"])
    every = [*groups, *(group for side in sides for group in side.groups)]
    everything = [*merged, *(layer for side in sides for layer in side.merged)]
    # A note on data without a place is told in the tables: no feature is missing for it.
    missing = sum(int(blank(layer.frame).sum()) for layer in everything if layer.name != FAULTS.name)
    tolerance = max([tolerance, *(side.tolerance for side in sides)])
    notes = [*notes_of(sides, language), told]
    spec = _spec(every, title=look.title, language=language, tolerance=tolerance, missing=missing, notes=notes)
    spec |= {"corner": _corner(found, language), "bounds": bounds, "notice": undrawn(found, language, names)}
    page.add_child(identify(Frame(spec, [*drawn, *lines]), page.get_name()))
    page.add_child(identify(Layers(position="topleft"), page.get_name()))
    page.get_root().title = html_text(look.title or "riverline")  # type: ignore[attr-defined]
    return page


def _box(layers: Sequence[Layer]) -> Any:  # noqa: ANN401 - four numbers or None
    """West, south, east and north of everything that can be drawn."""
    frames = [layer.frame[~blank(layer.frame)] for layer in layers]
    corners = [frame.total_bounds for frame in frames if len(frame)]
    if not corners:
        return None
    west, south = (float(min(corner[i] for corner in corners)) for i in (0, 1))
    east, north = (float(max(corner[i] for corner in corners)) for i in (2, 3))
    return west, south, east, north


def _view(layers: Sequence[Layer], sides: Sequence[Side]) -> Any:  # noqa: ANN401 - four numbers or None
    """What the page opens on: the images where there are any, else the layers."""
    bounds = [picture.bounds for side in sides for picture in side.pictures]
    if not bounds:
        return _box([*layers, *(layer for side in sides for layer in side.merged)])
    south, west = (min(low[i] for low, _ in bounds) for i in (0, 1))
    north, east = (max(high[i] for _, high in bounds) for i in (0, 1))
    return west, south, east, north


def _page(box: Any, look: Look, canvas: str) -> tuple[folium.Map, Any]:  # noqa: ANN401 - as above
    west, south, east, north = box or (0.0, 0.0, 0.0, 0.0)
    page = folium.Map(
        location=[(south + north) / 2, (west + east) / 2] if box else _CHINA[0],
        zoom_start=12 if box else _CHINA[1],
        tiles=None,
        width=look.width,
        height=look.height,
        zoom_control=False,
        prefer_canvas=True,
        font_size="13px",
        # Thin lines need a margin to be hit; the camel case is what reaches Leaflet when there are no tiles.
        renderer=JsCode(f"{canvas}({{tolerance: 5, padding: 0.3}})"),  # type: ignore[arg-type]
        maxZoom=20,
        # Any zoom, so that the first view fills the window; the buttons and the wheel go on in halves and more.
        zoomSnap=0,
        zoomDelta=0.5,
    )
    identify(page, repr([round(each, 9) for each in box or ()]))
    return page, [[south, west], [north, east]] if box else None


def _opened(layers: Sequence[Layer]) -> frozenset[str]:
    """Layers of which every category is to be seen at once: the faults of an inspection are what its map is about."""
    return frozenset(layer.name for layer in layers if layer.name == FAULTS.name and "check_id" in layer.frame)


def _add_groups(page: folium.Map, groups: Sequence[Group], *, opened: frozenset[str], pane: str = "") -> list[str]:
    sources: dict[str, list[str]] = {}
    drawn = []
    hover = sum(group.count for group in groups if group.halo < 0) <= _HOVER_LIMIT
    for number, group in enumerate(groups):
        title = _layer_name(group, number, groups)
        parent = identify(
            folium.FeatureGroup(title, show=group.symbol.shown or group.layer in opened),
            page.get_name(),
            f"{pane}{number}",
        )
        page.add_child(parent)
        drawn.append(parent.get_name())
        if group.halo < 0:
            child = identify(
                draw_features(group, hover=hover, pane=pane), parent.get_name(), json.dumps(group.features)
            )
            parent.add_child(child)
            sources.setdefault(group.layer, []).append(child.get_name())
    for group, name in zip(groups, drawn, strict=True):
        if group.halo >= 0:
            borrowed = f"[{', '.join(sources[group.layer])}], {group.halo}, {leaflet_options(group.symbol)}"
            page.add_child(identify(Script(f"riverline.halo({name}, {borrowed});"), name))
    return drawn


def _layer_name(group: Group, number: int, groups: Sequence[Group]) -> str:
    same = sum(title_of(each) == title_of(group) for each in groups[:number])
    # Leaflet writes the name as HTML, and folium renders what it writes as a template once more.
    return html_text(title_of(group) + f" ({same + 1})" * bool(same))


def _add_names(page: folium.Map, points: gpd.GeoSeries, names: dict[str, str], title: str) -> None:
    if not len(points):
        return
    texts = [names[code] for code in points.index]
    features = to_features(points.to_numpy(), [{"t": i} for i in range(len(texts))])
    layer = folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        pointToLayer=JsCode(f"riverline.name({json_text(texts)})"),
    )
    parent = identify(folium.FeatureGroup(title), page.get_name(), "names")
    parent.add_child(identify(layer, parent.get_name(), json.dumps(features)))
    page.add_child(parent)


def _spec(
    groups: Sequence[Group], *, title: str, language: Language, tolerance: float, missing: int, notes: Sequence[str]
) -> dict[str, Any]:
    words = _WORDS[language]
    notes = [*filter(None, notes), words["picture"].format(tolerance=tolerance) if groups else words["nothing"]]
    notes += [words["missing"].format(missing=missing)] * bool(missing)
    rows = [
        {
            "heading": group.heading,
            "label": group.label,
            "kind": group.kind,
            "count": group.count,
            "style": path_options(group.symbol),
        }
        for group in groups
    ]
    order = sorted(range(len(groups)), key=lambda i: groups[i].order)
    return {"title": title, "words": words, "note": words["join"].join(notes), "rows": rows, "order": order}


def _rules_title(rules: RuleSet, language: Language) -> str:
    return rules.title if language == "zh" else rules.title_en or rules.title


def _corner(layers: Sequence[Layer], language: Language) -> str:
    parts = {f"riverline {__version__}": None}
    for layer in layers:
        if layer.rules is not None:
            name, digest = str(layer.rules.name), str(layer.rules.digest)
            mark = "（{}）" if language == "zh" else " ({})"
            title = f"{_WORDS[language]['rules']} {_rules_title(layer.rules, language)}"
            parts[f"{title}{mark.format(f'{name} {digest[:12]}')}"] = None
    return " | ".join(html_text(part) for part in parts)


def refuse_too_many(layers: Sequence[Layer], max_features: int) -> None:
    """Raise if a page would hold more features than it may."""
    count = sum(len(layer.frame) for layer in layers if layer.spatial)
    if count > max_features:
        raise JobError(
            f"要绘制 {count:,} 个要素，多于上限 {max_features:,}；请分河流绘制（如 lines[lines.river_id == …]），"
            f"或设 max_features={count}",
            f"{count:,} features are more than the limit of {max_features:,}; draw river by river "
            f"(lines[lines.river_id == …]) or set max_features={count}",
        )
