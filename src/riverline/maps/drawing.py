"""Layers and images as one folium map: panes, groups, names, legend, and what the page says of itself."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import folium
import numpy as np
import shapely
from folium.utilities import JsCode

from riverline._version import __version__
from riverline.maps.basemaps import add_basemap
from riverline.maps.clock import add_clock
from riverline.maps.elements import (
    MARKED,
    Asides,
    Frame,
    Layers,
    PackedFeatures,
    Script,
    draw_features,
    heading_of,
    html_text,
    identify,
    json_text,
    leaflet_options,
    path_options,
    title_of,
)
from riverline.maps.figures import popup_figures
from riverline.maps.focus import box_of, first_view
from riverline.maps.groups import blank, groups_of, to_features
from riverline.maps.lightening import eastward, lighten, merge
from riverline.maps.naming import line_names, name_points
from riverline.maps.notices import counted, undrawn, unmeasured
from riverline.maps.overview import overview
from riverline.maps.saving import OfflineMap
from riverline.maps.surfaces import add_surface, surface_rows
from riverline.maps.swiping import (
    Pair,
    add_pictures,
    add_swipe,
    make_sides,
    notes_of,
    see_through,
)
from riverline.maps.texts import river_names
from riverline.maps.tools import tools_of
from riverline.schema import COVERAGE, FAULTS, PATROLS
from riverline.style import in_language, own_line_names, rule_sets_of, themes, with_rule_titles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riverline.maps.figures import Chips
    from riverline.maps.groups import Group
    from riverline.maps.look import Look
    from riverline.maps.pictures import Box
    from riverline.maps.swiping import Side
    from riverline.schema import Language
    from riverline.style import Layer, Theme

__all__ = ["PLAIN_FEATURES", "draw"]

_HOVER_LIMIT = 5_000
PLAIN_FEATURES = 5_000
"""Most features that Leaflet draws one by one; of more, large layers are packed for a canvas of our own."""
# Marks that are many and close by their nature; problems and suspects are seen one by one at every scale.
_CROWDED = frozenset({"boards", "existing", "forecasts", "intersections", "stakes", "track_points", "waterline_gaps"})
# What lies under the faults of an inspection; beside anything else they would cover what the map is about.
_INSPECTED = frozenset({FAULTS.name, "axes", "boards", "extents", "management_lines", "stakes", "water"})
_CHINA = ([35.0, 104.0], 4)
_WORDS = {
    "zh": {
        "lang": "zh-CN", "legend": "图例", "zoom_in": "放大", "zoom_out": "缩小", "names": "河流名称",
        "lines": "水边线名称", "labels": "热点名次",
        "search": "查找河流、编号、界桩", "search_hint": "按河名或编号、界桩号、问题编号查找本图要素",
        "search_none": "本图没有找到",
        "search_count": "找到 {count} 个", "search_more": "找到 {count} 个，列出前 {shown} 个",
        "overview": "位置示意：框内为当前窗口，点按可移动",
        "overview_open": "显示位置示意", "overview_close": "收起位置示意",
        "everything": "看全图", "back": "回到成果", "away": "（放大后显示）", "crowd": "此处 {count} 个，放大后分开",
        "rules": "规则集", "other": "其他要素", "join": "",
        "crowds": "“×8” 为该处 8 个标志合并显示，放大后分开。", "next": "图例见下页", "layers": "图层",
        "picture": "本图供查看，法定界线以成果数据为准；线形按 {tolerance:g} 米容差化简。",
        "packed": "要素较多，其中 {count:,} 个由画布直接绘制，节点取至 7.5 厘米格网。",
        "small": "点密集处符号缩小绘出。",
        "tiled": "节点极多，其中 {count:,} 个要素存为页内矢量切片（PMTiles），按窗口读取，节点取至 0.6 米格网。",
        "missing": "{missing} 个要素没有图形，未绘出。", "nothing": "没有可绘的要素。",
    },
    "en": {
        "lang": "en", "legend": "Legend", "zoom_in": "Zoom in", "zoom_out": "Zoom out", "names": "River names",
        "lines": "Waterline names", "labels": "Hotspots by place",
        "search": "Find a river, code, stake",
        "search_hint": "Find by name or code of a river, stake or problem number",
        "search_none": "Not on this map", "search_count": "{count} found",
        "search_more": "{count} found, the first {shown} listed",
        "overview": "Where this is: the frame is the window; click to move it", "overview_open": "Show where this is",
        "overview_close": "Fold it away",
        "everything": "Everything", "back": "Back to the results", "away": " (from closer by)",
        "crowd": "{count} here: zoom in to part them",
        "rules": "Rules", "other": "Other layers", "join": " ",
        "crowds": "“×8” stands for eight marks: zoom in to part them.", "next": "Legend on the next page",
        "layers": "Layers",
        "picture": "A picture, not the legal line: that is in the data. Lines are simplified by up to {tolerance:g} m.",
        "packed": "For their number {count:,} features are drawn on one canvas, vertices on a grid of 7.5 cm.",
        "small": "Where points crowd, their marks are smaller.",
        "tiled": "For their vertices {count:,} features are PMTiles in this page, vertices on a grid of 0.6 m.",
        "missing": "Not drawn for want of a geometry: {missing}.", "nothing": "There is nothing to draw.",
    },
}  # fmt: skip


def draw(found: Sequence[Layer], look: Look, *, pair: Pair | None = None, chips: Chips | None = None) -> folium.Map:
    """The map of layers, and of images and layers of two sides, as :func:`show` and :func:`show_change` give it out."""
    language = look.language
    found = with_rule_titles(in_language(found, language), language)
    merged = merge(found)
    sided = [layer for part in (pair.parts if pair else ()) for layer in part.layers]
    packs = _many([*merged, *sided])
    light = lighten(merged, packs=packs)
    names = river_names([*found, *sided])
    figures, photos, told = popup_figures(found, sided, chips, language)
    how: dict[str, Any] = {
        "language": language,
        "names": own_line_names([*found, *sided]) | names,
        "figures": figures,
        "packs": packs,
    }
    sides = make_sides(pair, box_of(merged), **how) if pair else ()
    groups = groups_of(light.layers, own=_tracks_aside(found) | dict(look.themes), tiled=light.tiled, **how)
    groups = see_through(groups, sides)
    view, whole = _view(merged, sides, look.focus)
    page = _page(view, look, "riverlineSwipe.canvas" if sides else "L.canvas")
    based = add_basemap(page, look, box=view if look.one_of_many else whole)
    every = [*groups, *(group for side in sides for group in side.groups)]
    _add_asides(page, every, photos)
    images = add_pictures(page, sides, language) if sides else []
    under = [add_surface(page, look.surface, language)] if look.surface else []
    drawn = _add_groups(page, groups, opened=_opened(found), crowd=_WORDS[language]["crowd"])
    lines = [
        name
        for side in sides
        for name in _add_groups(
            page, side.groups, opened=frozenset(), crowd=_WORDS[language]["crowd"], pane=f"{side.pane}Lines"
        )
    ]
    add_swipe(page, sides, [*images, *lines], language)
    _name(page, light.layers, names, look)
    everything = [*merged, *(layer for side in sides for layer in side.merged)]
    # A note on data without a place is told in the tables: no feature is missing for it.
    missing = sum(int(blank(layer.frame).sum()) for layer in everything if layer.name != FAULTS.name)
    tolerance = max([light.tolerance, *(side.tolerance for side in sides)])
    crowded = _crowded(groups, *(side.groups for side in sides))
    notes = [*notes_of(sides, language), *told, based, _packed_note(every, language), counted(found, language)]
    spec = _spec(every, title=look.title, language=language, tolerance=tolerance, missing=missing, notes=notes)
    told_of = (undrawn(found, language, names), unmeasured(found, language, names))
    spec |= {
        "corner": _corner([*found, *sided], language), "bounds": _corners(view), "whole": _corners(whole),
        "crowds": _WORDS[language]["crowds"], "notices": [each for each in told_of if each], "crowded": crowded,
        "overview": overview(everything, whole),
        "tools": tools_of([*found, *sided], language),
    }  # fmt: skip
    dense = surface_rows(look.surface, language) if look.surface else []
    spec["rows"] += dense
    page.add_child(identify(Frame(spec, [*drawn, *lines, *under * len(dense)]), page.get_name()))
    if look.clock is not None:
        add_clock(page, look.clock, drawn, language)
    titles = [(name, heading_of(group)) for name, group in zip([*drawn, *lines], every, strict=True)]
    page.add_child(identify(Layers(titles, _WORDS[language]["layers"]), page.get_name()))
    page.get_root().title = html_text(look.title or "riverline")  # type: ignore[attr-defined]
    return page


def _many(layers: Sequence[Layer]) -> bool:
    """Whether large categories are packed: for the number of all features, on whichever side of a bar."""
    return sum(len(layer.frame) for layer in layers if layer.spatial) > PLAIN_FEATURES


def _packed_note(groups: Sequence[Group], language: Language) -> str:
    counts = {"packed": 0, "tiled": 0}
    for group in groups:
        if group.packed is not None:
            counts["tiled" if group.packed.tiles else "packed"] += group.count
    told = [_WORDS[language][how].format(count=count) for how, count in counts.items() if count]
    points = any(group.packed is not None and group.kind == "point" for group in groups)
    return _WORDS[language]["join"].join(told + [_WORDS[language]["small"]] * points)


def _add_asides(page: folium.Map, groups: Sequence[Group], photos: Sequence[tuple[str, int, int]]) -> None:
    """The scripts that only some groups need."""
    if any(group.packed for group in groups):
        for name in ("painted", "packed"):
            page.add_child(identify(Asides(name), page.get_name(), name))
    if any(group.packed and group.packed.tiles for group in groups):
        page.add_child(identify(Asides("tiled"), page.get_name(), "tiled"))
    if any(group.figures for group in groups):
        code = f"riverlineFigures.keep({json_text(photos)});" if photos else ""
        page.add_child(identify(Asides("figures", code), page.get_name()))


def _view(
    layers: Sequence[Layer],
    sides: Sequence[Side],
    focus: Any,  # noqa: ANN401 - as in show
) -> tuple[Box | None, Box | None]:
    """What the page opens on, and everything: what it is about, else the images, else all layers."""
    everything = [*layers, *(layer for side in sides for layer in side.merged)]
    images = _box_of_images(sides)
    whole = box_of(everything)
    if images and whole:
        whole = (*map(min, images[:2], whole[:2]), *map(max, images[2:], whole[2:]))  # type: ignore[assignment]
    whole = whole or images
    view = first_view(everything, focus) or images or whole
    if view and whole and view[2] < whole[0]:
        # What a map is about may lie beyond the antimeridian alone, where everything goes on.
        view = (view[0] + 360.0, view[1], view[2] + 360.0, view[3])
    return view, whole


def _box_of_images(sides: Sequence[Side]) -> Box | None:
    bounds = [picture.bounds for side in sides for picture in side.pictures]
    if not bounds:
        return None
    south, west = (min(low[i] for low, _ in bounds) for i in (0, 1))
    north, east = (max(high[i] for _, high in bounds) for i in (0, 1))
    return west, south, east, north


def _corners(box: Box | None) -> list[list[float]] | None:
    """A box as Leaflet has it."""
    return None if box is None else [[box[1], box[0]], [box[3], box[2]]]


def _page(box: Box | None, look: Look, canvas: str) -> folium.Map:
    west, south, east, north = box or (0.0, 0.0, 0.0, 0.0)
    page = OfflineMap(
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
    return page


def _opened(layers: Sequence[Layer]) -> frozenset[str]:
    """Layers of which all is to be seen at once: the faults of an inspection, where the map is about them."""
    if not {layer.name for layer in layers if layer.spatial} <= _INSPECTED:
        return frozenset()
    return frozenset(layer.name for layer in layers if layer.name == FAULTS.name and "check_id" in layer.frame)


def _add_groups(
    page: folium.Map, groups: Sequence[Group], *, opened: frozenset[str], crowd: str, pane: str = ""
) -> list[str]:
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
            child: PackedFeatures | folium.GeoJson
            if group.packed is not None:
                child = PackedFeatures(group, pane.removesuffix("Lines"))
                content = group.packed.content
            else:
                child = draw_features(group, hover=hover, pane=pane, crowd=crowd)
                content = json.dumps(group.features)
            parent.add_child(identify(child, parent.get_name(), content))
            sources.setdefault(group.layer, []).append(child.get_name())
    for group, name in zip(groups, drawn, strict=True):
        if group.halo >= 0:
            where = {"pane": pane} if pane else {}
            borrowed = f"[{', '.join(sources[group.layer])}], {group.halo}, {leaflet_options(group.symbol, **where)}"
            page.add_child(identify(Script(f"riverline.halo({name}, {borrowed}, {group.order});"), name))
    return drawn


def _layer_name(group: Group, number: int, groups: Sequence[Group]) -> str:
    same = sum(title_of(each) == title_of(group) for each in groups[:number])
    # Leaflet writes the name as HTML, and folium renders what it writes as a template once more.
    return html_text(title_of(group) + f" ({same + 1})" * bool(same))


def _name(page: folium.Map, layers: Sequence[Layer], names: dict[str, str], look: Look) -> None:
    """Names of rivers, what waterlines are, and labels of the map's own."""
    language = look.language
    places = name_points(layers, names)
    _add_names(page, places.to_numpy(), [names[code] for code in places.index], _WORDS[language]["names"])
    called, middles = line_names(layers, language)
    _add_names(page, middles, called, _WORDS[language]["lines"], "line")
    own, box = np.array([place for _, place in look.labels], dtype=object), box_of(layers)
    own = shapely.transform(own, lambda xy: eastward(xy, box[0])) if box else own
    _add_names(page, own, [text for text, _ in look.labels], _WORDS[language]["labels"], "line")


def _add_names(page: folium.Map, points: np.ndarray, texts: Sequence[str], title: str, kind: str = "") -> None:
    if not len(points):
        return
    features = to_features(points, [{"t": i} for i in range(len(texts))])
    layer = folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        pointToLayer=JsCode(f"riverline.name({json_text(texts)}, {json_text(kind)})"),
    )
    parent = identify(folium.FeatureGroup(title), page.get_name(), "names", title)
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
            "kind": "point" if group.layer in MARKED and group.kind != "line" else "+".join(group.kinds) or group.kind,
            "count": group.count,
            "style": path_options(group.symbol),
        }
        | ({"scale": group.scale} if group.scale else {})
        | ({"slims": True} if group.layer == "rates" else {})
        for group in groups
    ]
    # The fastest erosion is the first of its rows in the legend and lies on top.
    order = sorted(range(len(groups)), key=lambda i: (groups[i].order, -i if groups[i].layer == "rates" else i))
    told = {"title": title, "words": words, "note": words["join"].join(notes)}
    return told | {"rows": rows, "order": order}


def _tracks_aside(layers: Sequence[Layer]) -> dict[str, Theme]:
    """Tracks that wait to be asked for, where what was walked is on the map: they lie along the same banks."""
    if not any(layer.name == COVERAGE.name for layer in layers):
        return {}
    tracks = themes(PATROLS.name)[0]
    symbols = tuple((value, replace(symbol, shown=False)) for value, symbol in tracks.symbols)
    return {PATROLS.name: replace(tracks, symbols=symbols)}


def _crowded(*sets: Sequence[Group]) -> list[list[int]]:
    """Numbers of the groups whose marks are many and close, those of one layer and side together, the chief ones first.

    Groups are numbered through: those of both sides of a bar, then those of each.
    """
    found: dict[tuple[int, str], list[int]] = {}
    every = [(side, group) for side, groups in enumerate(sets) for group in groups]
    for number, (side, group) in enumerate(every):
        if group.layer in _CROWDED and group.halo < 0 and group.packed is None:
            found.setdefault((side, group.layer), []).append(number)
    return list(found.values())


def _corner(layers: Sequence[Layer], language: Language) -> str:
    parts = [f"riverline {__version__}"]
    for used in rule_sets_of(layers):
        mark = "（{}）" if language == "zh" else " ({})"
        label, word = used.label(language), _WORDS[language]["rules"]
        # A title may say itself what it is: Rules of the county.
        title = label if label.startswith(word) else f"{word} {label}"
        parts.append(f"{title}{mark.format(f'{used.name} {used.digest[:12]}')}")
    return " | ".join(html_text(part) for part in dict.fromkeys(parts))
