"""Run by the interpreter that QGIS was built for, not imported here: a project through a print layout into one PDF.

The job comes as JSON: ``project``, ``template``, ``target`` (files), ``coverage`` (name of the atlas layer), ``scale``
(denominator, or 0 for the project's view), ``scales``, ``texts`` (item → text), ``slots`` (item → what stands beside).
What became of it is printed as JSON on the last line.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def draw(job):
    """Draw the job's project; what is told of it."""
    from qgis.core import QgsLayoutExporter, QgsPrintLayout, QgsProject, QgsReadWriteContext
    from qgis.PyQt.QtXml import QDomDocument

    project = QgsProject.instance()
    if not project.read(job["project"]):
        return {"error": "project"}
    broken = [layer.name() for layer in project.mapLayers().values() if not layer.isValid()]
    if broken or not project.crs().isValid():
        return {"error": "layers", "broken": broken}
    layout = QgsPrintLayout(project)
    document = QDomDocument()
    document.setContent(Path(job["template"]).read_text(encoding="utf-8"))
    _items, good = layout.loadFromTemplate(document, QgsReadWriteContext())
    sheet = layout.itemById("map") if good else None
    if sheet is None:
        return {"error": "template"}
    link(layout, sheet)
    write(layout, job)
    settings = QgsLayoutExporter.PdfExportSettings()
    settings.forceVectorOutput = True
    settings.textRenderFormat = settings.textRenderFormat.__class__(1)  # texts stay texts
    covering = [layer for layer in project.mapLayersByName(job["coverage"]) if layer.featureCount()]
    if covering:
        pages = cover(layout, sheet, covering[0], job)
        code, _said = QgsLayoutExporter.exportToPdf(layout.atlas(), job["target"], settings)
    else:
        pages = 1
        layout.atlas().setEnabled(False)
        see(sheet, project, job)
        code = QgsLayoutExporter(layout).exportToPdf(job["target"], settings)
    return {"pages": pages, "code": int(code), "scale": sheet.scale()}


def link(layout, sheet):
    """Scale bar, legend and north arrow are those of the map, small as on our own sheets."""
    from qgis.core import QgsLegendStyle, QgsScaleBarSettings, QgsTextFormat

    items = {name: layout.itemById(name) for name in ("scale bar", "legend", "north arrow")}
    for item in filter(None, items.values()):
        item.setLinkedMap(sheet)
    small = QgsTextFormat()
    small.setSize(6)
    if items["scale bar"] is not None:
        items["scale bar"].setSegmentSizeMode(QgsScaleBarSettings.SegmentSizeFitWidth)
        items["scale bar"].setMinimumBarWidth(36)
        items["scale bar"].setMaximumBarWidth(64)
        items["scale bar"].setTextFormat(small)
    legend = items["legend"]
    if legend is not None:
        legend.setLegendFilterByMapEnabled(True)
        for part, size, space in (("Title", 9, 2), ("Group", 6.5, 2), ("Subgroup", 6.5, 1.5), ("SymbolLabel", 6, 0)):
            style = legend.style(getattr(QgsLegendStyle, part))
            font = style.font()
            font.setPointSizeF(size)
            style.setFont(font)
            style.setMargin(QgsLegendStyle.Top, space)
            legend.setStyle(getattr(QgsLegendStyle, part), style)
        symbol = legend.style(QgsLegendStyle.Symbol)
        symbol.setMargin(QgsLegendStyle.Top, 1.2)
        legend.setStyle(QgsLegendStyle.Symbol, symbol)
    for grid in sheet.grids().asList():
        grid.setAnnotationTextFormat(small)
        grid.setAnnotationFrameDistance(1.5)


def lay_grid(sheet, scale):
    """Crosses 100 mm apart at a scale, which is an expression."""
    from qgis.core import QgsLayoutObject, QgsProperty

    for grid in sheet.grids().asList():
        properties = grid.dataDefinedProperties()
        for which in (QgsLayoutObject.MapGridIntervalX, QgsLayoutObject.MapGridIntervalY):
            properties.setProperty(which, QgsProperty.fromExpression(f"({scale}) / 10"))
        grid.setDataDefinedProperties(properties)


def write(layout, job):
    """Texts as they are: through variables, so that none is read as an expression."""
    from qgis.core import QgsExpressionContextUtils, QgsLayoutItemLabel, QgsLayoutPoint, QgsLayoutSize

    told = list(job["texts"].items()) + list(job["slots"].items())
    for at, (name, text) in enumerate(told):
        item = layout.itemById(name)
        if item is None:
            continue
        QgsExpressionContextUtils.setLayoutVariable(layout, f"riverline_{at}", text)
        if name in job["slots"]:
            beside = QgsLayoutItemLabel(layout)
            layout.addLayoutItem(beside)
            place = item.positionWithUnits()
            beside.attemptMove(QgsLayoutPoint(place.x() + 22.0, place.y()))
            beside.attemptResize(QgsLayoutSize(62.0, 5.2))
            beside.setFont(item.font())
            beside.setVAlign(item.vAlign())
            beside.setZValue(9)
            item = beside
        item.setText(f"[% @riverline_{at} %]")


def cover(layout, sheet, layer, job):
    """One page for each feature of the atlas layer, at the scale that stands in it; how many there are."""
    from qgis.core import QgsLayoutObject, QgsProperty

    atlas = layout.atlas()
    atlas.setEnabled(True)
    atlas.setCoverageLayer(layer)
    atlas.setHideCoverage(True)
    atlas.setPageNameExpression("title")
    atlas.setSortFeatures(True)
    atlas.setSortExpression("number")
    sheet.setAtlasDriven(True)
    properties = sheet.dataDefinedProperties()
    scale = str(job["scale"]) if job["scale"] else "attribute(@atlas_feature, 'scale')"
    properties.setProperty(QgsLayoutObject.MapScale, QgsProperty.fromExpression(scale))
    sheet.setDataDefinedProperties(properties)
    lay_grid(sheet, scale)
    hide(layout, layer)
    title = layout.itemById("title")
    if title is not None and "title" not in job["texts"]:
        title.setText("[% attribute(@atlas_feature, 'title') %]")
    return layer.featureCount()


def hide(layout, layer):
    """The layer of sheets is neither on the map nor in the legend."""
    from qgis.core import QgsProject

    QgsProject.instance().layerTreeRoot().findLayer(layer.id()).setItemVisibilityChecked(False)
    legend = layout.itemById("legend")
    if legend is not None:
        legend.setAutoUpdateModel(False)
        node = legend.model().rootGroup().findLayer(layer.id())
        node.parent().removeChildNode(node)


def see(sheet, project, job):
    """What the project opens at, at the scale asked for or the largest at which it fits."""
    settings = project.viewSettings()
    view = settings.fullExtent() if settings.defaultViewExtent().isEmpty() else settings.defaultViewExtent()
    sheet.setAtlasDriven(False)
    sheet.zoomToExtent(view)
    scale = job["scale"] or next((each for each in job["scales"] if each >= sheet.scale()), sheet.scale())
    sheet.setScale(scale)
    for grid in sheet.grids().asList():
        grid.setIntervalX(scale / 10)
        grid.setIntervalY(scale / 10)


def main():
    """Read the job, do it, tell."""
    from qgis.core import QgsApplication

    application = QgsApplication([], False)
    application.initQgis()
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    told = draw(job)
    sys.stdout.write("\n" + json.dumps(told) + "\n")
    sys.stdout.flush()
    # Leaving by the front door takes some versions of QGIS down.
    os._exit(0)


if __name__ == "__main__":
    main()
