"""Run beside ``print_layout`` by QGIS's interpreter: how the pages of an atlas join, as on our own sheets.

Match lines with the number of the sheet that goes on there, chainages beside the sheet's number, and an index of the
sheets around it.
"""

from __future__ import annotations

_COLOR, _SHADE = "#A0288C", "#D9A8A0"
_INDEX_MM = (24.0, 2.0, 59.0, 26.0)
"""Where the index stands in the panel: left, top, width, height."""
_ARROW_MM = (4.0, 4.0)


def join(layout, sheet, project, covering, job):
    """Show how the pages of an atlas join."""
    for key in job["matches"]:
        layer = project.mapLayer(key)
        if layer is not None:
            draw_matches(layer, job["words"])
    number = layout.itemById("number")
    if number is not None:
        number.setText(f"[% {numbered(covering, job['words'])} %]")
    if covering.featureCount() > 1:
        draw_index(layout, sheet, project, covering, job)


def numbered(covering, words):
    """Number and chainages of a page, as an expression."""
    number = "' || attribute(@atlas_feature, 'number') || '"
    told = f"'{words['no'].format(number=number)}'"
    if not {"start_chainage_m", "end_chainage_m"} <= {field.name() for field in covering.fields()}:
        return told
    ends = {}
    for end in ("start", "end"):
        metres = f"round(attribute(@atlas_feature, '{end}_chainage_m'))"
        ends[end] = f"' || 'K' || floor({metres} / 1000) || '+' || lpad(to_string({metres} % 1000), 3, '0') || '"
    return f"{told} || coalesce('　{words['span'].format(**ends)}', '')"


def written(size, color):
    """A type for labels with a white rim."""
    from qgis.core import QgsTextBufferSettings, QgsTextFormat
    from qgis.PyQt.QtGui import QColor

    style, rim = QgsTextFormat(), QgsTextBufferSettings()
    style.setSize(size)
    style.setColor(QColor(color))
    rim.setEnabled(True)
    rim.setSize(0.6)
    style.setBuffer(rim)
    return style


def labelled(layer, expression, style, only):
    """Label those features of a layer that an expression holds for."""
    from qgis.core import QgsPalLayerSettings, QgsRuleBasedLabeling, QgsWkbTypes

    about = QgsPalLayerSettings()
    about.fieldName, about.isExpression = expression, True
    about.setFormat(style)
    about.displayAll = True
    if layer.geometryType() == QgsWkbTypes.LineGeometry:
        about.placement = QgsPalLayerSettings.Line
    root, rule = QgsRuleBasedLabeling.Rule(None), QgsRuleBasedLabeling.Rule(about)
    rule.setFilterExpression(only)
    root.appendChild(rule)
    layer.setLabeling(QgsRuleBasedLabeling(root))
    layer.setLabelsEnabled(True)


def ruled(layer, rules):
    """Draw features of a layer by rules: symbols, and which features each is for."""
    from qgis.core import QgsRuleBasedRenderer

    root = QgsRuleBasedRenderer.Rule(None)
    for symbol, only in rules:
        root.appendChild(QgsRuleBasedRenderer.Rule(symbol, filterExp=only))
    layer.setRenderer(QgsRuleBasedRenderer(root))


def draw_matches(layer, words):
    """The match lines of each page, and on them the number of the other sheet."""
    from qgis.core import QgsLineSymbol

    here = "\"number\" = attribute(@atlas_feature, 'number')"
    dashes = {"line_color": _COLOR, "line_width": "0.35", "use_custom_dash": "1", "customdash": "9;2.5;1.5;2.5",
              "customdash_unit": "MM", "line_width_unit": "MM"}  # fmt: skip
    ruled(layer, [(QgsLineSymbol.createSimple(dashes), here)])
    number = "' || \"joins\" || '"
    labelled(layer, f"'{words['match'].format(number=number)}'", written(6.5, _COLOR), here)


def draw_index(layout, sheet, project, covering, job):
    """The sheets of the same unit around a page, this one shaded, beside the north arrow; where the panel has room."""
    from legend_room import tell
    from qgis.core import (
        QgsFillSymbol,
        QgsLayoutItemMap,
        QgsLayoutObject,
        QgsLayoutPoint,
        QgsLayoutSize,
        QgsProperty,
        QgsRectangle,
    )  # fmt: skip

    panel, arrow, legend = (layout.itemById(name) for name in ("panel", "north arrow", "legend"))
    if panel is None or arrow is None or legend is None:
        return
    left, top = panel.pos().x(), panel.pos().y()
    if legend.pos().y() < top + _INDEX_MM[1] + _INDEX_MM[3] or panel.rect().width() < _INDEX_MM[0] + _INDEX_MM[2]:
        return
    scale = str(job["scale"]) if job["scale"] else "attribute(@atlas_feature, 'scale')"
    layer = covering.clone()
    layer.setScaleBasedVisibility(False)
    project.addMapLayer(layer, False)
    here = "\"number\" = attribute(@atlas_feature, 'number')"
    same = "\"unit\" = attribute(@atlas_feature, 'unit')" if "unit" in {
        field.name() for field in covering.fields()} else "TRUE"  # fmt: skip
    plain = {"color": "255,255,255,0", "outline_color": "#111111", "outline_width": "0.15"}
    ruled(layer, [(QgsFillSymbol.createSimple(plain), f"{same} AND NOT {here}"),
                  (QgsFillSymbol.createSimple({**plain, "color": _SHADE, "outline_width": "0.3"}), here)])  # fmt: skip
    labelled(layer, '"number"', written(5, "#111111"), same)
    arrow.attemptMove(QgsLayoutPoint(left + _ARROW_MM[0], top + _ARROW_MM[1]))
    index = QgsLayoutItemMap(layout)
    layout.addLayoutItem(index)
    index.attemptMove(QgsLayoutPoint(left + _INDEX_MM[0], top + _INDEX_MM[1] + 4.0))
    index.attemptResize(QgsLayoutSize(_INDEX_MM[2], _INDEX_MM[3] - 4.0))
    # The item keeps its size only if it has an extent of its shape.
    index.setExtent(QgsRectangle(0.0, 0.0, _INDEX_MM[2], _INDEX_MM[3] - 4.0))
    index.setLayers([layer])
    index.setKeepLayerSet(True)
    index.setBackgroundEnabled(False)
    index.setAtlasDriven(True)
    index.setAtlasScalingMode(QgsLayoutItemMap.Fixed)  # any other resizes the item
    properties = index.dataDefinedProperties()
    smaller = 2.0 * sheet.rect().height() / (_INDEX_MM[3] - 4.0)
    properties.setProperty(QgsLayoutObject.MapScale, QgsProperty.fromExpression(f"({scale}) * {smaller}"))
    index.setDataDefinedProperties(properties)
    index.setZValue(6)
    tell(layout, "index", [job["words"]["index"]], (left + _INDEX_MM[0], top + 1.0, _INDEX_MM[2]), 7)
