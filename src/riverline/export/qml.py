"""QGIS layer styles written from the symbology table: renderer, names, Chinese titles of columns and values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from riverline.export.qml_labels import labels_into
from riverline.schema import FAULTS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from riverline.export.tables import Field, Kind
    from riverline.schema import Language
    from riverline.style import Symbol, Theme

__all__ = ["qml", "style_into", "xml_text"]

_MM_PER_PIXEL = 25.4 / 96
_SYMBOL_TYPES = {"point": "marker", "line": "line", "area": "fill"}
_GEOMETRY_TYPES = {"point": "0", "line": "1", "area": "2"}
_HATCH = {"angle": "45", "distance": "2.5", "distance_unit": "MM", "line_width": "0.15", "line_width_unit": "MM"}
# Stakes stand every few hundred metres: beyond this scale marks of full size would lie over the line that they mark.
_FULL_SIZE_SCALE, _SMALLEST = 20_000, 0.4
_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
# XML 1.0 has no place for these, not even escaped.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def qml(theme: Theme, fields: Sequence[Field], *, kind: Kind, language: Language, others: Collection[str] = ()) -> str:
    """The QML of one theme for one table.

    Parameters
    ----------
    theme
        What to tell apart, and by which symbols.
    fields
        The table's columns: their labels become aliases, their choices a list of values with names.
    kind
        ``point``, ``line``, ``area``, or ``none`` and ``other`` for a style that names columns and draws nothing.
    language
        Language of every label.
    others
        Schemas of the layers of the file that bear names (:func:`riverline.style.lettering.names_told`).

    Returns
    -------
    str
        A QML document that QGIS 3 reads.

    Notes
    -----
    Symbol properties are written both as ``Option`` (QGIS 3.18 and later) and as ``prop`` (earlier).

    Examples
    --------
    >>> from riverline import style
    >>> text = qml(style.themes("extents")[0], (), kind="area", language="zh")
    >>> text.count("<category "), 'label="管理范围"' in text
    (3, True)
    """
    categories = "Symbology|Labeling|Fields|Forms" if kind in _SYMBOL_TYPES else "Fields|Forms"
    root = ET.Element("qgis", version="3.22.0", styleCategories=categories)
    style_into(root, theme, fields, kind=kind, language=language, others=others)
    ET.indent(root, " ")
    return _DOCTYPE + ET.tostring(root, encoding="unicode") + "\n"


def style_into(
    root: ET.Element,
    theme: Theme,
    fields: Sequence[Field],
    *,
    kind: Kind,
    language: Language,
    others: Collection[str] = (),
) -> None:
    """Add a style to an element: that of a QML document, or a layer of a project.

    Parameters
    ----------
    root
        The element.
    theme, fields, kind, language, others
        As for :func:`qml`.
    """
    labels_into(root, theme.schema, fields, kind=kind, others=others)
    _field_configuration(root, fields, language)
    _aliases(root, fields)
    if kind in _SYMBOL_TYPES:
        _renderer(root, theme, fields, kind, language)
        ET.SubElement(root, "layerGeometryType").text = _GEOMETRY_TYPES[kind]


def _renderer(root: ET.Element, theme: Theme, fields: Sequence[Field], kind: Kind, language: Language) -> None:
    # What is found wrong lies over what it is found in: an area of it is hatched, so that both are seen.
    hatched = theme.schema == FAULTS.name
    if not theme.column:
        renderer = ET.SubElement(root, "renderer-v2", type="singleSymbol", symbollevels="0", forceraster="0")
        _symbol(ET.SubElement(renderer, "symbols"), "0", theme.symbols[0][1], kind, hatched=hatched)
        return
    name = next((field.name for field in fields if field.column and field.column.name == theme.column), theme.column)
    renderer = ET.SubElement(
        root, "renderer-v2", type="categorizedSymbol", attr=xml_text(name), symbollevels="0", forceraster="0"
    )
    categories = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    other = "其他" if language == "zh" else "Other"
    rows = [(str(value), theme.label(value, language), symbol) for value, symbol in theme.symbols]
    # An empty value stands for all others.
    for number, (value, label, symbol) in enumerate([*rows, ("", other, theme.symbol(None))]):
        ET.SubElement(
            categories, "category", value=xml_text(value), label=xml_text(label), symbol=str(number), render="true"
        )
        _symbol(symbols, str(number), symbol, kind, hatched=hatched)


def _symbol(parent: ET.Element, name: str, symbol: Symbol, kind: Kind, *, hatched: bool) -> None:
    element = ET.SubElement(
        parent, "symbol", type=_SYMBOL_TYPES[kind], name=name, alpha="1", clip_to_extent="1", force_rhr="0"
    )
    if kind == "point":
        _sized_by_scale(_symbol_layer(element, "SimpleMarker", _marker(symbol)), symbol)
        return
    if kind == "area" and hatched:
        _symbol_layer(element, "LinePatternFill", _HATCH | {"color": _rgba(symbol.color, symbol.opacity)})
    elif kind == "area":
        _symbol_layer(
            element, "SimpleFill", {"color": _rgba(symbol.fill or symbol.color, symbol.fill_opacity),
                                    "outline_style": "no", "style": "solid" if symbol.fill else "no"},
        )  # fmt: skip
    _symbol_layer(element, "SimpleLine", _line(symbol))


def _marker(symbol: Symbol) -> dict[str, str]:
    return {
        "name": symbol.shape,
        "color": _rgba(symbol.fill or symbol.color, symbol.fill_opacity),
        "outline_color": _rgba(symbol.color, symbol.opacity),
        "outline_style": "solid",
        "outline_width": _mm(symbol.width),
        "outline_width_unit": "MM",
        "size": _mm(symbol.size),
        "size_unit": "MM",
    }


def _line(symbol: Symbol) -> dict[str, str]:
    return {
        "line_color": _rgba(symbol.color, symbol.opacity),
        "line_style": "solid",
        "line_width": _mm(symbol.width),
        "line_width_unit": "MM",
        "capstyle": "flat" if symbol.dash else "round",
        "joinstyle": "round",
        "use_custom_dash": "1" if symbol.dash else "0",
        "customdash": ";".join(_mm(length) for length in symbol.dash) or "5;2",
        "customdash_unit": "MM",
    }


def _symbol_layer(parent: ET.Element, name: str, properties: Mapping[str, str]) -> ET.Element:
    layer = ET.SubElement(parent, "layer", attrib={"class": name}, enabled="1", locked="0", **{"pass": "0"})
    options = ET.SubElement(layer, "Option", type="Map")
    for key, value in properties.items():
        ET.SubElement(options, "Option", type="QString", name=key, value=value)
    for key, value in properties.items():
        ET.SubElement(layer, "prop", k=key, v=value)
    return layer


def _sized_by_scale(layer: ET.Element, symbol: Symbol) -> None:
    """Let marks and their rims shrink with the scale, down to a share of their size; legends show them whole."""
    share = f"max({_SMALLEST}, min(1, {_FULL_SIZE_SCALE} / coalesce(@map_scale, 1)))"
    options = ET.SubElement(ET.SubElement(layer, "data_defined_properties"), "Option", type="Map")
    ET.SubElement(options, "Option", type="QString", name="name", value="")
    properties = ET.SubElement(options, "Option", type="Map", name="properties")
    for name, pixels in (("size", symbol.size), ("outlineWidth", symbol.width)):
        entry = ET.SubElement(properties, "Option", type="Map", name=name)
        ET.SubElement(entry, "Option", type="bool", name="active", value="true")
        ET.SubElement(entry, "Option", type="QString", name="expression", value=f"{_mm(pixels)} * {share}")
        ET.SubElement(entry, "Option", type="int", name="type", value="3")
    ET.SubElement(options, "Option", type="QString", name="type", value="collection")


def _aliases(root: ET.Element, fields: Sequence[Field]) -> None:
    aliases = ET.SubElement(root, "aliases")
    for number, field in enumerate(fields):
        ET.SubElement(aliases, "alias", field=xml_text(field.name), index=str(number + 1), name=xml_text(field.alias))


def _field_configuration(root: ET.Element, fields: Sequence[Field], language: Language) -> None:
    configuration = ET.SubElement(root, "fieldConfiguration")
    for field in fields:
        if not field.column or not field.column.choices:
            continue
        entry = ET.SubElement(configuration, "field", name=xml_text(field.name), configurationFlags="None")
        config = ET.SubElement(ET.SubElement(entry, "editWidget", type="ValueMap"), "config")
        values = ET.SubElement(ET.SubElement(config, "Option", type="Map"), "Option", type="List", name="map")
        for choice in field.column.choices:
            pair = ET.SubElement(values, "Option", type="Map")
            ET.SubElement(
                pair, "Option", type="QString", name=xml_text(choice.label(language)), value=xml_text(str(choice.value))
            )


def _rgba(color: str, opacity: float) -> str:
    channels = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    return ",".join(str(channel) for channel in [*channels, round(opacity * 255)])


def _mm(pixels: float) -> str:
    return f"{pixels * _MM_PER_PIXEL:.3f}".rstrip("0").rstrip(".")


def xml_text(text: str) -> str:
    """A text without the signs that XML has no place for."""
    return _ILLEGAL.sub("\ufffd", text)
