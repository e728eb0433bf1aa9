"""Run by the interpreter that QGIS was built for, not imported here: a project through a print layout into one PDF.

The job comes as JSON: ``project``, ``template``, ``target`` (files), ``coverage`` (ids of atlas layers), ``scale``
(denominator, or 0 for the project's view), ``scales``, ``grid`` (expression of the grid's step, of ``@map_scale``),
``heading`` (title where it is no atlas), ``texts`` (item → text), ``slots`` (item → what stands beside), ``table``
(ids of layers of stakes, title, notes, columns), ``left_out`` (ids of layers that are not on sheets), ``matches`` (ids
of layers of match lines), ``words`` (what pages that join are marked by). Sizes are told, for the caller to judge
whether they fit.
What became of it is printed as JSON on the last line.
"""

from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path

sys.path.insert(0, os.fspath(Path(__file__).parent))
from joining import join
from legend_room import make_room, take_off
from stakes_on_pages import tabulate


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
    leave_out(layout, project, job)
    covering = with_rows(project, job["coverage"])
    shown = ground(project, [layer.id() for layer in covering])  # what is hidden is not among it
    if shown is None:
        return {"error": "empty"}
    link(layout, sheet)
    write(layout, job)
    settings = QgsLayoutExporter.PdfExportSettings()
    settings.forceVectorOutput = True
    settings.textRenderFormat = settings.textRenderFormat.__class__(1)  # texts stay texts
    if covering:
        boxes = [feature.geometry().boundingBox() for feature in covering[0].getFeatures()]
        shown = [max(box.width() for box in boxes), max(box.height() for box in boxes)]
        pages = cover(layout, sheet, covering[0], job)
        join(layout, sheet, project, covering[0], job)
        table = tabulate(layout, sheet, with_rows(project, job["table"]["layers"]), job["table"], covering)
        legend = make_room(layout, table, job["table"], atlas=True)
        code, _said = QgsLayoutExporter.exportToPdf(layout.atlas(), job["target"], settings)
    else:
        pages = 1
        layout.atlas().setEnabled(False)
        see(layout, sheet, project, job)
        table = tabulate(layout, sheet, with_rows(project, job["table"]["layers"]), job["table"], covering)
        legend = make_room(layout, table, job["table"], atlas=False)
        code = QgsLayoutExporter(layout).exportToPdf(job["target"], settings)
    page = layout.pageCollection().page(0).pageSize()
    return {
        "pages": pages, "code": int(code), "scale": sheet.scale(), "ground": shown,
        "room": [sheet.rect().width(), sheet.rect().height()], "page": [page.width(), page.height()],
        "legend": legend,
    }  # fmt: skip


def with_rows(project, keys):
    """Layers of some ids that have a row."""
    found = [project.mapLayer(key) for key in keys]
    return [layer for layer in found if layer is not None and layer.featureCount()]


def view_of(project):
    """What the project opens at."""
    settings = project.viewSettings()
    return settings.fullExtent() if settings.defaultViewExtent().isEmpty() else settings.defaultViewExtent()


def ground(project, left_out):
    """Width and height of what there is to see in the project's view; None where there is nothing."""
    from qgis.core import QgsCoordinateTransform, QgsMapLayerType

    tree, view = project.layerTreeRoot(), view_of(project)
    boxes = []
    for layer in project.mapLayers().values():
        node = tree.findLayer(layer.id())
        if layer.id() in left_out or node is None or not node.isVisible():
            continue
        if layer.type() != QgsMapLayerType.VectorLayer:
            boxes.append(view)
        elif layer.isSpatial() and layer.featureCount() and not layer.extent().isNull():
            change = QgsCoordinateTransform(layer.crs(), project.crs(), project)
            boxes.append(change.transformBoundingBox(layer.extent()))
    if not boxes:
        return None
    west, south = (max(getattr(view, side)(), min(getattr(box, side)() for box in boxes))
                   for side in ("xMinimum", "yMinimum"))  # fmt: skip
    east, north = (min(getattr(view, side)(), max(getattr(box, side)() for box in boxes))
                   for side in ("xMaximum", "yMaximum"))  # fmt: skip
    return [east - west, north - south] if east >= west and north >= south else None


def link(layout, sheet):
    """Scale bar, legend and north arrow are those of the map, small as on our own sheets."""
    from qgis.core import QgsScaleBarSettings, QgsTextFormat

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
        for node in legend.model().rootGroup().findLayers():
            # QGIS would evaluate what a name holds between these signs.
            node.setCustomProperty("legend/title-label", node.name().replace("[%", "［%"))
    for grid in sheet.grids().asList():
        grid.setAnnotationTextFormat(small)
        grid.setAnnotationFrameDistance(1.5)


def divide_bar(layout, scales):
    """A scale bar whose parts are round numbers, where one scale holds for all pages."""
    from qgis.core import QgsScaleBarSettings

    bar = layout.itemById("scale bar")
    if bar is not None and len(scales) == 1:
        bar.setSegmentSizeMode(QgsScaleBarSettings.SegmentSizeFixed)
        bar.setUnitsPerSegment(round_part(scales.pop()))


def round_part(scale):
    """A quarter of about 60 mm at a scale, metres, as on our own sheets."""
    most = 15.0 * scale / 1000.0
    power = 10.0 ** math.floor(math.log10(most))
    return max(step * power for step in (1.0, 2.0, 2.5, 5.0) if step * power <= most * (1 + 1e-9))


def lay_grid(sheet, step):
    """Crosses a step apart, which is an expression of the scale."""
    from qgis.core import QgsLayoutObject, QgsProperty

    for grid in sheet.grids().asList():
        properties = grid.dataDefinedProperties()
        for which in (QgsLayoutObject.MapGridIntervalX, QgsLayoutObject.MapGridIntervalY):
            properties.setProperty(which, QgsProperty.fromExpression(step))
        grid.setDataDefinedProperties(properties)


def write(layout, job):
    """Texts as they are: through variables, so that none is read as an expression."""
    from qgis.core import QgsExpressionContextUtils

    told = list(job["texts"].items()) + list(job["slots"].items())
    for at, (name, text) in enumerate(told):
        item = layout.itemById(name)
        if item is None:
            continue
        QgsExpressionContextUtils.setLayoutVariable(layout, f"riverline_{at}", text)
        if name in job["slots"]:
            item = beside(layout, item)
        item.setText(f"[% @riverline_{at} %]")


def beside(layout, slot):
    """The label right of a slot."""
    from qgis.core import QgsLayoutItemLabel, QgsLayoutPoint, QgsLayoutSize

    label = QgsLayoutItemLabel(layout)
    layout.addLayoutItem(label)
    place = slot.positionWithUnits()
    label.attemptMove(QgsLayoutPoint(place.x() + 22.0, place.y()))
    label.attemptResize(QgsLayoutSize(62.0, 5.2))
    label.setFont(slot.font())
    label.setVAlign(slot.vAlign())
    label.setZValue(9)
    return label


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
    lay_grid(sheet, job["grid"].replace("@map_scale", scale))
    divide_bar(layout, {job["scale"]} if job["scale"] else {each["scale"] for each in layer.getFeatures()})
    hide(layout, layer)
    slot = layout.itemById("slot 8")
    if slot is not None:
        beside(layout, slot).setText("[% attribute(@atlas_feature, 'number') %]")
    title = layout.itemById("title")
    if title is not None and "title" not in job["texts"]:
        title.setText("[% attribute(@atlas_feature, 'title') %]")
    atlas.updateFeatures()  # without, it has no pages before it is drawn
    return atlas.count()


def hide(layout, layer):
    """A layer, such as that of sheets, is neither on the map nor in the legend."""
    from qgis.core import QgsProject

    shown = QgsProject.instance().layerTreeRoot().findLayer(layer.id())
    if shown is not None:
        shown.setItemVisibilityChecked(False)
    unlist(layout, layer)


def leave_out(layout, project, job):
    """What is not on sheets is not on the map; match lines are on those of an atlas alone, and not in the legend."""
    for key in job["left_out"]:
        if project.mapLayer(key) is not None:
            hide(layout, project.mapLayer(key))
    for key in job["matches"]:
        if project.mapLayer(key) is not None:
            (unlist if with_rows(project, job["coverage"]) else hide)(layout, project.mapLayer(key))


def unlist(layout, layer):
    """A layer is not in the legend."""
    legend = layout.itemById("legend")
    listed = None if legend is None else legend.model().rootGroup().findLayer(layer.id())
    if listed is not None:
        legend.setAutoUpdateModel(False)
        take_off(legend.model().rootGroup().findLayer(layer.id()))


def see(layout, sheet, project, job):
    """What the project opens at, at the scale asked for or the largest at which it fits."""
    from qgis.core import QgsExpression, QgsExpressionContext

    sheet.setAtlasDriven(False)
    sheet.zoomToExtent(view_of(project))
    scale = job["scale"] or next((each for each in job["scales"] if each >= sheet.scale()), sheet.scale())
    sheet.setScale(scale)
    divide_bar(layout, {scale})
    step = QgsExpression(job["grid"].replace("@map_scale", str(scale))).evaluate(QgsExpressionContext())
    for grid in sheet.grids().asList():
        grid.setIntervalX(step)
        grid.setIntervalY(step)
    title = layout.itemById("title")
    if title is not None and "title" not in job["texts"]:
        title.setText(job["heading"])


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
