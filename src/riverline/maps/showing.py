"""A folium map of results: groups of features with popups, a legend that follows them, and nothing that runs data."""

from __future__ import annotations

import hashlib
import json
import re
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import folium
from folium.template import Template
from folium.utilities import JsCode

from riverline._version import __version__
from riverline.errors import JobError
from riverline.maps.basemaps import Basemap, tianditu
from riverline.maps.groups import blank, groups_of, lighten, merge, name_points, to_features
from riverline.maps.notices import undrawn
from riverline.maps.texts import river_names
from riverline.schema import FAULTS
from riverline.style import collect, in_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from riverline.maps.groups import Group
    from riverline.rules import RuleSet
    from riverline.schema import Language
    from riverline.style import Layer, Symbol

__all__ = ["show"]

_HOVER_LIMIT = 5_000
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
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


def show(
    *results: Any,  # noqa: ANN401 - any result or frame
    language: Language = "zh",
    title: str = "",
    basemap: Basemap | None = None,
    tianditu_key: str | None = None,
    width: str | int = "100%",
    height: str | int = "100%",
    max_features: int = 30_000,
    **layers: Any,  # noqa: ANN401
) -> folium.Map:
    """A map of results and frames, layers by category, with popups, legend and scale.

    Parameters
    ----------
    *results
        Results such as :class:`riverline.Demarcation`, and frames that follow a schema, in any CRS.
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
    **layers
        More frames or results, each with a name: ``乡镇=towns`` draws a frame that follows no schema in grey.

    Returns
    -------
    folium.Map
        One feature group for each category; add to it whatever folium has. The same input gives the same HTML.

    Raises
    ------
    SchemaError
        If something is neither a result nor a frame.
    CRSError
        If a frame has no CRS or cannot be reprojected safely.
    JobError
        If there are too many features, or a basemap without a key.

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
    found = in_language(collect(*results, **layers), language)
    _refuse_too_many(found, max_features)
    merged = merge(found)
    light, tolerance = lighten(merged)
    names = river_names(found)
    groups = groups_of(light, language=language, names=names)
    page, bounds = _page(merged, width=width, height=height)
    for tiles in tianditu(basemap, key=tianditu_key, language=language) if basemap else ():
        page.add_child(_identify(tiles, tiles.tile_name))
    drawn = _add_groups(page, groups, opened=_opened(found))
    _add_names(page, name_points(light, names), names, _WORDS[language]["names"])
    # A note on data without a place is told in the tables: no feature is missing for it.
    missing = sum(int(blank(layer.frame).sum()) for layer in merged if layer.name != FAULTS.name)
    spec = _spec(groups, title=title, language=language, tolerance=tolerance, missing=missing)
    spec |= {"corner": _corner(found, language), "bounds": bounds, "notice": undrawn(found, language, names)}
    page.add_child(_identify(_Frame(spec, drawn), page.get_name()))
    page.add_child(_identify(_Layers(position="topleft"), page.get_name()))
    page.get_root().title = _html(title or "riverline")  # type: ignore[attr-defined]
    return page


class _Frame(folium.MacroElement):
    """What stands around the layers: styles, scripts, legend, title, scale and corner text."""

    _template = Template(
        "{% macro header(this, kwargs) %}<style>{{ this.css }}</style>\n<script>{{ this.js }}</script>{% endmacro %}"
        "{% macro script(this, kwargs) %}"
        "riverline.dress({{ this._parent.get_name() }}, {{ this.spec }}, [{{ this.groups|join(', ') }}]);"
        "{% endmacro %}"
    )

    def __init__(self, spec: dict[str, Any], groups: Sequence[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "RiverlineFrame"
        folder = files("riverline.maps") / "page"
        self.css = folder.joinpath("map.css").read_text(encoding="utf-8")
        self.js = folder.joinpath("map.js").read_text(encoding="utf-8")
        self.spec = _json(spec)
        self.groups = tuple(groups)


class _Layers(folium.LayerControl):
    """folium's layer control, put up when the page is complete: layers may be added to the map after it."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "document.addEventListener('DOMContentLoaded', function () {"
        "L.control.layers("
        "{ {%- for key, val in this.base_layers.items() %}{{ key|tojson }}: {{ val }}, {%- endfor %} }, "
        "{ {%- for key, val in this.overlays.items() %}{{ key|tojson }}: {{ val }}, {%- endfor %} }, "
        "{{ this.options|tojavascript }}).addTo({{ this._parent.get_name() }}); });"
        "{% endmacro %}"
    )


def _page(layers: Sequence[Layer], *, width: str | int, height: str | int) -> tuple[folium.Map, Any]:
    frames = [layer.frame[~blank(layer.frame)] for layer in layers]
    corners = [frame.total_bounds for frame in frames if len(frame)]
    west, south = (min((c[i] for c in corners), default=0.0) for i in (0, 1))
    east, north = (max((c[i] for c in corners), default=0.0) for i in (2, 3))
    page = folium.Map(
        location=[(south + north) / 2, (west + east) / 2] if corners else _CHINA[0],
        zoom_start=12 if corners else _CHINA[1],
        tiles=None,
        width=width,
        height=height,
        zoom_control=False,
        prefer_canvas=True,
        font_size="13px",
        # Thin lines need a margin to be hit; the camel case is what reaches Leaflet when there are no tiles.
        renderer=JsCode("L.canvas({tolerance: 5, padding: 0.3})"),  # type: ignore[arg-type]
        maxZoom=20,
        # Any zoom, so that the first view fills the window; the buttons and the wheel go on in halves and more.
        zoomSnap=0,
        zoomDelta=0.5,
    )
    _identify(page, repr([corner.round(9).tolist() for corner in corners]))
    return page, [[south, west], [north, east]] if corners else None


def _opened(layers: Sequence[Layer]) -> frozenset[str]:
    """Layers of which every category is to be seen at once: the faults of an inspection are what its map is about."""
    return frozenset(layer.name for layer in layers if layer.name == FAULTS.name and "check_id" in layer.frame)


def _add_groups(page: folium.Map, groups: Sequence[Group], *, opened: frozenset[str]) -> list[str]:
    sources: dict[str, list[str]] = {}
    drawn = []
    hover = sum(group.count for group in groups if group.halo < 0) <= _HOVER_LIMIT
    for number, group in enumerate(groups):
        title = _layer_name(group, number, groups)
        parent = _identify(
            folium.FeatureGroup(title, show=group.symbol.shown or group.layer in opened), page.get_name(), str(number)
        )
        page.add_child(parent)
        drawn.append(parent.get_name())
        if group.halo < 0:
            child = _identify(_features(group, hover=hover), parent.get_name(), json.dumps(group.features))
            parent.add_child(child)
            sources.setdefault(group.layer, []).append(child.get_name())
    for group, name in zip(groups, drawn, strict=True):
        if group.halo >= 0:
            borrowed = f"[{', '.join(sources[group.layer])}], {group.halo}, {_leaflet(group.symbol)}"
            page.add_child(_identify(_Script(f"riverline.halo({name}, {borrowed});"), name))
    return drawn


class _Script(folium.MacroElement):
    """One statement of JavaScript after the layers that it names."""

    _template = Template("{% macro script(this, kwargs) %}{{ this.code }}{% endmacro %}")

    def __init__(self, code: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "RiverlineScript"
        self.code = code


def _layer_name(group: Group, number: int, groups: Sequence[Group]) -> str:
    same = sum(_title(each) == _title(group) for each in groups[:number])
    # Leaflet writes the name as HTML, and folium renders what it writes as a template once more.
    return _html(_title(group) + f" ({same + 1})" * bool(same))


def _title(group: Group) -> str:
    heading = group.heading if group.halo >= 0 else group.heading.split(" · ")[0]
    return f"{heading}：{group.label}" if heading else group.label


def _features(group: Group, *, hover: bool) -> folium.GeoJson:
    spec = {
        "title": _title(group),
        "fields": group.fields,
        "tip": group.tip,
        "texts": group.texts,
        "hover": hover,
    }
    return folium.GeoJson(
        {"type": "FeatureCollection", "features": group.features},
        smooth_factor=0.5,
        on_each_feature=JsCode(f"riverline.describe({_json(spec)})"),
        pointToLayer=JsCode(f"riverline.point({_leaflet(group.symbol)})"),
        **_path(group.symbol),
    )


def _add_names(page: folium.Map, points: gpd.GeoSeries, names: dict[str, str], title: str) -> None:
    if not len(points):
        return
    texts = [names[code] for code in points.index]
    features = to_features(points.to_numpy(), [{"t": i} for i in range(len(texts))])
    layer = folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        pointToLayer=JsCode(f"riverline.name({_json(texts)})"),
    )
    parent = _identify(folium.FeatureGroup(title), page.get_name(), "names")
    parent.add_child(_identify(layer, parent.get_name(), json.dumps(features)))
    page.add_child(parent)


def _path(symbol: Symbol) -> dict[str, Any]:
    return {
        "color": symbol.color,
        "weight": symbol.width,
        "opacity": symbol.opacity,
        "dashArray": " ".join(str(length) for length in symbol.dash) or None,
        "lineCap": "butt" if symbol.dash else "round",
        "fillColor": symbol.fill or None,
        "fillOpacity": symbol.fill_opacity,
        "radius": symbol.size / 2,
        "shape": symbol.shape,
    }


def _leaflet(symbol: Symbol) -> str:
    return _json({key: value for key, value in _path(symbol).items() if value is not None})


def _spec(groups: Sequence[Group], *, title: str, language: Language, tolerance: float, missing: int) -> dict[str, Any]:
    words = _WORDS[language]
    notes = [words["picture"].format(tolerance=tolerance) if groups else words["nothing"]]
    notes += [words["missing"].format(missing=missing)] * bool(missing)
    rows = [
        {
            "heading": group.heading,
            "label": group.label,
            "kind": group.kind,
            "count": group.count,
            "style": _path(group.symbol),
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
    return " | ".join(_html(part) for part in parts)


def _refuse_too_many(layers: Sequence[Layer], max_features: int) -> None:
    count = sum(len(layer.frame) for layer in layers if layer.spatial)
    if count > max_features:
        raise JobError(
            f"要绘制 {count:,} 个要素，多于上限 {max_features:,}；请分河流绘制（如 lines[lines.river_id == …]），"
            f"或设 max_features={count}",
            f"{count:,} features are more than the limit of {max_features:,}; draw river by river "
            f"(lines[lines.river_id == …]) or set max_features={count}",
        )


def _json(content: Any) -> str:  # noqa: ANN401 - anything JSON can hold
    r"""JSON that is safe inside a script and inside the Jinja template that folium makes of every script.

    Examples
    --------
    >>> _json(["</script>", "{{ 7 * 7 }}", "{% raw %}"])
    '["\\u003c/script\\u003e", "\\u007b\\u007b 7 * 7 }}", "\\u007b% raw %}"]'
    """
    text = _LONE_SURROGATE.sub("\ufffd", json.dumps(content, ensure_ascii=False, sort_keys=True))
    for raw in "<>&\u2028\u2029":
        text = text.replace(raw, f"\\u{ord(raw):04x}")
    # In JSON a brace is followed by a quote or a brace that closes; these pairs are inside texts only.
    return text.replace("{{", "\\u007b\\u007b").replace("{%", "\\u007b%").replace("{#", "\\u007b#")


def _html(text: str) -> str:
    return escape(_LONE_SURROGATE.sub("\ufffd", text)).replace("{", "&#123;")


def _identify(element: Any, *content: str) -> Any:  # noqa: ANN401 - folium is untyped
    # folium names elements by random numbers; a digest of what they hold makes the page repeatable.
    element._id = hashlib.sha256("\x1f".join((type(element).__name__, *content)).encode()).hexdigest()[:32]  # noqa: SLF001 - folium has no other way
    return element
