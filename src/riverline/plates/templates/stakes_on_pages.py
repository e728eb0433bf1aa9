"""Run beside ``print_layout`` by QGIS's interpreter: the table of the stakes on each page.

Of a page that is a sheet of a river the table lists the river's own stakes between the sheet's match lines, as our own
sheets do; the others on its map are counted.
"""

from __future__ import annotations

_NEAR_M = 0.1
"""Chainages are rounded: a stake on a match line is on both its sheets."""


def tabulate(layout, sheet, stakes, about, covering):
    """The table of number and coordinates of the stakes, not yet in its place; None where there are none."""
    from qgis.core import QgsLayoutFrame
    from qgis.PyQt.QtCore import QRectF

    legend = layout.itemById("legend")
    if legend is None or not stakes:
        return None
    width = legend.rect().width()
    own = own_of(stakes[0], covering[0]) if covering else ""
    table = table_of(layout, sheet, stakes[0], about, width)
    if own:
        table.setFilterFeatures(True)
        table.setFeatureFilter(own)
    frame = QgsLayoutFrame(layout, table)
    frame.attemptSetSceneRect(QRectF(legend.pos().x(), legend.pos().y(), width, legend.rect().height()))
    table.addFrame(frame)
    pages = on_pages(layout, sheet, stakes[0], own, atlas=bool(covering))
    rows = min(about["rows"], max(listed for listed, _ in pages))
    # The smallest frame holds the head, whose type is that of the rows.
    return {"body": table, "frame": frame, "row": table.minFrameSize(0).height(), "rows": rows, "pages": pages}


def own_of(stakes, plates):
    """Which stakes belong into the table of a page, as an expression; empty where sheets are of no rivers."""
    has = {field.name() for field in stakes.fields()}
    if "river_id" not in has or "unit" not in {field.name() for field in plates.fields()}:
        return ""
    codes = {feature["river_id"] for feature in stakes.getFeatures()}
    if not codes & {feature["unit"] for feature in plates.getFeatures()}:
        return ""
    own = "\"river_id\" = attribute(@atlas_feature, 'unit')"
    if not {"bank", "chainage_m"} <= has:
        return own
    start, end = (f"coalesce(attribute(@atlas_feature, '{side}_chainage_m'), {without})"
                  for side, without in (("start", -1e9), ("end", 1e9)))  # fmt: skip
    # The chainage of what is on no bank runs around a work or a lake.
    return (
        f"{own} AND (coalesce(\"bank\", '') = '' OR \"chainage_m\" IS NULL "
        f"OR coalesce(attribute(@atlas_feature, 'adjoining'), '') = '' "
        f'OR ("chainage_m" >= {start} - {_NEAR_M} AND "chainage_m" <= {end} + {_NEAR_M}))'
    )


def on_pages(layout, sheet, stakes, own, *, atlas):
    """How many stakes the table of each page has to list, and how many others are on its map."""
    from qgis.core import QgsCoordinateTransform, QgsFeatureRequest, QgsProject

    project, guide = QgsProject.instance(), layout.atlas()
    change = QgsCoordinateTransform(project.crs(), stakes.crs(), project)
    found = []
    for page in range(guide.count() if atlas else 1):
        if atlas:
            guide.seekTo(page)
            layout.refresh()
        request = QgsFeatureRequest(change.transformBoundingBox(sheet.extent()))
        request.setFlags(QgsFeatureRequest.ExactIntersect)
        every = sum(1 for _ in stakes.getFeatures(request))
        if own:
            request.setExpressionContext(layout.createExpressionContext())
            request.setFilterExpression(own)
        listed = sum(1 for _ in stakes.getFeatures(request))
        found.append((listed, every - listed))
    return found


def table_of(layout, sheet, layer, about, width):
    """The table of what of a layer is on the map, in the order of its first column."""
    from qgis.core import QgsLayoutItemAttributeTable, QgsLayoutTable, QgsLayoutTableColumn, QgsTextFormat
    from qgis.PyQt.QtCore import Qt

    table = QgsLayoutItemAttributeTable.create(layout)
    layout.addMultiFrame(table)
    table.setVectorLayer(layer)
    columns = []
    for attribute, heading, share in about["columns"]:
        column = QgsLayoutTableColumn(heading)
        column.setAttribute(attribute)
        column.setWidth(share * width - 1.0)
        column.setVAlignment(Qt.AlignVCenter)
        columns.append(column)
    table.setColumns(columns)
    first = QgsLayoutTableColumn()
    first.setAttribute(about["columns"][0][0])
    table.setSortColumns([first])
    table.setMap(sheet)
    table.setDisplayOnlyVisibleFeatures(True)
    table.setMaximumNumberOfFeatures(about["rows"])
    table.setEmptyTableBehavior(QgsLayoutTable.HideTable)
    small = QgsTextFormat()
    small.setSize(5)
    table.setContentTextFormat(small)
    table.setHeaderTextFormat(small)
    table.setCellMargin(0.5)
    table.setGridStrokeWidth(0.1)
    return table


def said_of(page, rows, words):
    """What stands below the table of a page with stakes: how many are listed of how many, and how many are others."""
    listed, others = page
    said = []
    if listed and not rows:
        said.append(words["none"])
    elif listed > rows:
        said.append(words["more"].format(all=listed, shown=rows))
    if others:
        said.append(words["others"].format(count=others))
    return said
