"""The pieces of a page that folium has not: frame, layer control, features with popups, and text that stays text."""

from __future__ import annotations

import hashlib
import json
import re
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

import folium
from branca.element import Element
from folium.template import Template
from folium.utilities import JsCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riverline.maps.groups import Group
    from riverline.maps.pictures import Picture
    from riverline.maps.surfaces import Drawn
    from riverline.style import Symbol

__all__ = [
    "FRAME_PARTS",
    "MARKED",
    "Asides",
    "Frame",
    "Layers",
    "PackedFeatures",
    "PictureLayer",
    "Plain",
    "Script",
    "draw_features",
    "heading_of",
    "html_text",
    "identify",
    "json_text",
    "leaflet_options",
    "page_file",
    "path_options",
    "title_of",
]

FRAME_PARTS = ("layout", "marks", "map", "tree", "search", "tools", "overview", "print")
"""Scripts and styles of every page, as files of that name."""
# Marks that are known by their number: from close by it stands beside them.
_CALLED = frozenset({"boards", "existing", "stakes"})
# What is known by a mark: an area that is smaller on the screen than its mark is drawn as the mark.
MARKED = frozenset({"problems", "settled_problems"})
_WITHOUT_STYLE = frozenset({"packed", "painted", "tiled", "tiles"})
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def page_file(name: str) -> str:
    """A script or a style of ours that pages hold."""
    return (files("riverline.maps") / "page").joinpath(name).read_text(encoding="utf-8")


class Frame(folium.MacroElement):
    """What stands around the layers: styles, scripts, legend, title, search, tools, overview, scale and corner text."""

    _template = Template(
        "{% macro header(this, kwargs) %}{%- for css, js in this.parts -%}"
        "<style>{{ css }}</style>\n<script>{{ js }}</script>\n{% endfor %}{% endmacro %}"
        "{% macro script(this, kwargs) %}"
        "riverline.dress({{ this._parent.get_name() }}, {{ this.spec }}, [{{ this.groups|join(', ') }}]);"
        "{% endmacro %}"
    )

    def __init__(self, spec: dict[str, Any], groups: Sequence[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "RiverlineFrame"
        self.parts = [(page_file(f"{name}.css"), page_file(f"{name}.js")) for name in FRAME_PARTS]
        self.spec = json_text(spec)
        self.groups = tuple(groups)


class Asides(folium.MacroElement):
    """Styles and scripts that only some pages need, and what they do before the layers are there."""

    _template = Template(
        "{% macro header(this, kwargs) %}{% if this.css %}<style>{{ this.css }}</style>\n{% endif %}"
        "<script>{{ this.js }}</script>{% endmacro %}"
        "{% macro script(this, kwargs) %}{{ this.code }}{% endmacro %}"
    )

    def __init__(self, name: str, code: str = "") -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = f"Riverline{name.capitalize()}"
        self.css = "" if name in _WITHOUT_STYLE else page_file(f"{name}.css")
        self.js, self.code = page_file(f"{name}.js"), code


class Layers(folium.LayerControl):
    """folium's layer control as a tree, put up when the page is complete: layers may be added to the map after it."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "document.addEventListener('DOMContentLoaded', function () {"
        "riverlineTree.control("
        # As pairs: in an object as it is written down __proto__ would be no name.
        "{%- for named in [this.base_layers, this.overlays] %}"
        "Object.fromEntries([ {%- for key, val in named.items() %}[{{ key|tojson }}, {{ val }}], {%- endfor %} ]), "
        "{%- endfor %}"
        "[ {%- for name, heading in this.headings %}[{{ name }}, {{ heading }}], {%- endfor %} ], "
        "{{ this.options|tojavascript }}).addTo({{ this._parent.get_name() }}); });"
        "{% endmacro %}"
    )

    def __init__(self, headings: Sequence[tuple[str, str]], title: str) -> None:
        super().__init__(position="topleft", title=title)
        self.headings = [(name, json_text(heading)) for name, heading in headings]


class PackedFeatures(folium.map.Layer):
    """The features of a packed group; their numbers lie in the page as text, outside of every template."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = riverlinePacked.layer({{ this.spec }});"
        "{{ this._parent.get_name() }}.addLayer({{ this.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self, group: Group, pane: str = "") -> None:
        super().__init__()
        self._name = "RiverlinePacked"
        self.group, self.pane, self.spec, self.data = group, pane, "", Plain("")

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401 - as folium has it
        """Put the numbers beside the scripts that read them."""
        group, packed = self.group, self.group.packed
        if packed is None:
            return ""
        name = f"{self.get_name()}_data"
        self.spec = json_text({
            "data": name, "count": packed.count, "parts": packed.parts, "vertices": packed.vertices, "kind": group.kind,
            "order": group.order, "style": path_options(group.symbol), "title": title_of(group), "tip": group.tip,
            "find": group.find, "fields": group.fields, "texts": group.texts, "marks": group.marks, "pane": self.pane,
            "figures": group.figures, "called": _called(group),
        })  # fmt: skip
        numbers = " ".join([packed.content, *packed.tiles])
        self.data = Plain(f'<script type="text/plain" id="{name}">{numbers}</script>')
        root: Any = self.get_root()
        root.html.add_child(identify(self.data, name), name=name)
        return str(super().render(**kwargs))  # type: ignore[no-untyped-call]


class PictureLayer(folium.map.Layer):
    """A picture in its pane, in the page itself.

    Its pixels have to be those of Web Mercator: Leaflet puts its corners where ``bounds`` says, in degrees, and
    stretches evenly on the screen between them.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = L.imageOverlay({{ this.url }}, {{ this.bounds }}, {{ this.options }});"
        "{% endmacro %}"
    )

    def __init__(self, picture: Picture | Drawn, title: str, pane: str) -> None:
        super().__init__(name=title, overlay=True)
        self._name = "RiverlineImage"
        self.url, self.bounds = json_text(picture.url), json_text(picture.bounds)
        self.options = json_text({"pane": pane, "alt": title})


class Plain(Element):
    """Text of a page that no template reads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._name, self.text = "RiverlinePlain", text

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401, ARG002 - as folium has it
        """The text as it is."""
        return self.text


class Script(folium.MacroElement):
    """One statement of JavaScript after the layers that it names."""

    _template = Template("{% macro script(this, kwargs) %}{{ this.code }}{% endmacro %}")

    def __init__(self, code: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "RiverlineScript"
        self.code = code


def _called(group: Group) -> int:
    """Which of the popup's texts stands beside a mark from close by, -1 for none."""
    return next((i for i, whose in group.find if not whose), -1) if group.layer in _CALLED else -1


def heading_of(group: Group) -> str:
    """What the titles of all categories of a layer begin with; empty for a layer of one's own without categories."""
    heading = group.heading if group.halo >= 0 else group.heading.split(" · ")[0]
    # As wide a colon as the word before it.
    return heading and heading + ("：" if east_asian_width(heading[-1]) in "WF" else ": ")


def title_of(group: Group) -> str:
    """What a group is called in the layer control and above its popups."""
    return heading_of(group) + group.label


def draw_features(group: Group, *, hover: bool, crowd: str, pane: str = "") -> folium.GeoJson:
    """The features of a group as a layer of folium's.

    Parameters
    ----------
    group
        What is drawn.
    hover
        Whether features widen under the pointer.
    crowd
        What a mark says that stands for others: their ``{count}``.
    pane
        Where Leaflet puts them, its own if empty.
    """
    spec = {
        "title": title_of(group),
        "fields": group.fields,
        "tip": group.tip,
        "find": group.find,
        "texts": group.texts,
        "hover": hover,
        "crowd": crowd,
        "called": _called(group),
    } | ({"figures": group.figures} if group.figures else {})
    spec |= {"marked": True} if group.layer in MARKED and group.kind != "line" else {}
    where: dict[str, Any] = {"pane": pane} if pane else {}
    return folium.GeoJson(
        {"type": "FeatureCollection", "features": group.features},
        smooth_factor=0.5,
        on_each_feature=JsCode(f"riverline.describe({json_text(spec)})"),
        pointToLayer=JsCode(f"riverline.point({leaflet_options(group.symbol, **where)})"),
        **path_options(group.symbol),
        **where,
    )


def path_options(symbol: Symbol) -> dict[str, Any]:
    """A symbol as Leaflet's options of a path."""
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


def leaflet_options(symbol: Symbol, **more: str) -> str:
    """A symbol, and what else is said of its layer, as a JavaScript object."""
    return json_text({key: value for key, value in path_options(symbol).items() if value is not None} | more)


def json_text(content: Any) -> str:  # noqa: ANN401 - anything JSON can hold
    r"""JSON that is safe inside a script and inside the Jinja template that folium makes of every script.

    Examples
    --------
    >>> json_text(["</script>", "{{ 7 * 7 }}", "{% raw %}"])
    '["\\u003c/script\\u003e", "\\u007b\\u007b 7 * 7 }}", "\\u007b% raw %}"]'
    """
    text = _LONE_SURROGATE.sub("\ufffd", json.dumps(content, ensure_ascii=False, sort_keys=True))
    for raw in "<>&\u2028\u2029":
        text = text.replace(raw, f"\\u{ord(raw):04x}")
    # In JSON a brace is followed by a quote or a brace that closes; these pairs are inside texts only.
    return text.replace("{{", "\\u007b\\u007b").replace("{%", "\\u007b%").replace("{#", "\\u007b#")


def html_text(text: str) -> str:
    """Text as HTML that a template leaves alone."""
    return escape(_LONE_SURROGATE.sub("\ufffd", text)).replace("{", "&#123;")


def identify(element: Any, *content: str) -> Any:  # noqa: ANN401 - folium is untyped
    """The element, named by what it holds."""
    # folium names elements by random numbers; a digest of what they hold makes the page repeatable.
    element._id = hashlib.sha256("\x1f".join((type(element).__name__, *content)).encode()).hexdigest()[:32]  # noqa: SLF001 - folium has no other way
    return element
