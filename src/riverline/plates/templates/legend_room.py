"""Run beside ``print_layout`` by QGIS's interpreter: the legend has its room first, the table of stakes what is left.

Sizes are those that QGIS draws: a page is rendered, small and into nothing, since only then is the legend filtered by
its map. Of several pages the largest counts.
"""

from __future__ import annotations

import json

HEAD_MM, FOOT_MM, GAP_MM = 4.5, 4.5, 2.0
"""What the table of stakes needs above and below, and between the legend and itself."""
LEAST_ROWS = 8
"""A table of fewer rows is none."""
SIZES = ((1, 1.0), (2, 1.0), (2, 0.85), (3, 0.85), (3, 0.7))
"""Columns of the legend and its type as a share of the usual, the best first."""
_DPI = 25
_NAMED = 2


def make_room(layout, table, words, *, atlas):
    """Lay legend and table out so that no row of the legend is cut; the sentence of what had to go, or nothing.

    ``table`` has what there is of it (body, frame, row height, rows, how many stakes each page has), or is None.
    ``words``: ``title`` of a table, ``more`` and ``others`` below it, ``none`` without it, ``cut`` with the names of
    layers left off the legend.
    """
    legend = layout.itemById("legend")
    if legend is None:
        return {}
    box = (legend.pos().x(), legend.pos().y(), legend.rect().width(), legend.rect().height())
    sizes = measured(layout, legend, atlas=atlas)
    chosen, rows = choice(sizes, box[2:], table)
    left_out = []
    while chosen is None and drop_last(legend, left_out, sizes[-1], box):
        sizes = measured(layout, legend, atlas=atlas)
        chosen, rows = choice(sizes, (box[2], box[3] - FOOT_MM), None)
    chosen = len(SIZES) - 1 if chosen is None else chosen
    set_size(legend, chosen)
    lay(layout, legend, box, table, rows, words, left_out)
    return {"columns": SIZES[chosen][0], "type": SIZES[chosen][1], "rows": rows, "left_out": left_out,
            "legend": [legend.rect().width(), legend.rect().height()], "needed": sizes[chosen]}  # fmt: skip


def choice(sizes, room, table):
    """Which size, and how many rows of the table beside it; None where nothing fits."""
    width, height = room
    fitting = [at for at, (wide, high) in enumerate(sizes) if wide <= width and high <= height]
    if table is None:
        return (fitting[0] if fitting else None), 0
    wanted = min(LEAST_ROWS, table["rows"])
    for at in fitting:
        over = height - sizes[at][1] - GAP_MM - HEAD_MM - FOOT_MM
        rows = min(table["rows"], int(over / table["row"]) - 1)
        if rows >= wanted:
            return at, rows
    fitting = [at for at in fitting if sizes[at][1] <= height - FOOT_MM]
    return (fitting[0] if fitting else None), 0


def measured(layout, legend, *, atlas):
    """Width and height that the legend needs at each size, of the page where it needs most."""
    from qgis.core import QgsLayoutExporter

    found = [(0.0, 0.0)] * len(SIZES)
    before, guide = legend.sizeWithUnits(), layout.atlas()
    legend.setResizeToContents(True)
    for page in range(guide.count() if atlas else 1):
        if atlas:
            guide.seekTo(page)
        legend.updateFilterByMap(False)
        QgsLayoutExporter(layout).renderPageToImage(0, dpi=_DPI)
        for at in range(len(SIZES)):
            set_size(legend, at)
            legend.adjustBoxSize()
            found[at] = (max(found[at][0], legend.rect().width()), max(found[at][1], legend.rect().height()))
    legend.setResizeToContents(False)
    legend.attemptResize(before)
    return found


def set_size(legend, at):
    """Columns, type, swatches and spaces of a size."""
    from qgis.core import QgsLegendStyle

    columns, share = SIZES[at]
    legend.setColumnCount(columns)
    legend.setSplitLayer(columns > 1)
    legend.setSymbolWidth(7 * share)
    legend.setSymbolHeight(2.8 * share)
    parts = (("Title", 9, 2), ("Group", 6.5, 2), ("Subgroup", 6.5, 1.5), ("SymbolLabel", 6, 0))
    for part, size, space in parts:
        style = legend.style(getattr(QgsLegendStyle, part))
        font = style.font()
        font.setPointSizeF(size * share)
        style.setFont(font)
        style.setMargin(QgsLegendStyle.Top, space * share)
        legend.setStyle(getattr(QgsLegendStyle, part), style)
    symbol = legend.style(QgsLegendStyle.Symbol)
    symbol.setMargin(QgsLegendStyle.Top, 1.2 * share)
    legend.setStyle(QgsLegendStyle.Symbol, symbol)


def drop_last(legend, left_out, taken, box):
    """Take as many of the last layers off the legend as do not fit by the share of its size; whether any was there."""
    layers = legend.model().rootGroup().findLayers()
    share = max(0.0, 1.0 - (box[3] - FOOT_MM) / taken[1], 1.0 - box[2] / taken[0])
    legend.setAutoUpdateModel(False)
    for _ in range(min(len(layers), max(1, int(share * len(layers))))):
        node = legend.model().rootGroup().findLayers()[-1]
        left_out.insert(0, node.name())
        take_off(node)
    return bool(layers)


def take_off(node):
    """Take a layer out of a tree, and the groups that are empty without it."""
    parent = node.parent()
    parent.removeChildNode(node)
    if parent.parent() is not None and not parent.children():
        take_off(parent)


def lay(layout, legend, box, table, rows, words, left_out):
    """Put everything where it has its room, and say below what had to go."""
    from qgis.core import QgsLayoutSize
    from qgis.PyQt.QtCore import QRectF
    from stakes_on_pages import said_of

    left, top, width, height = box
    names = "、".join(left_out[:_NAMED]) + ("…" if len(left_out) > _NAMED else "")
    said = [words["cut"].format(count=len(left_out), layers=names)] if left_out else []
    used = 0.0
    if table is not None and rows:
        used = HEAD_MM + (rows + 1) * table["row"] + FOOT_MM
        start = top + height - used
        table["body"].setMaximumNumberOfFeatures(rows)
        frame = table["frame"]
        frame.attemptSetSceneRect(QRectF(left, start + HEAD_MM, width, used - HEAD_MM - FOOT_MM + 0.5))
        frame.setZValue(9)
        tell(
            layout, "table", [words["title"] if listed else "" for listed, _ in table["pages"]], (left, start, width), 7
        )
    elif table is not None:
        table["body"].removeFrame(0)
        layout.removeMultiFrame(table["body"])
    pages = [(0, 0)] if table is None else table["pages"]
    told = ["　".join([*said, *said_of(page, rows, words)]) for page in pages]
    legend.attemptResize(QgsLayoutSize(width, height - (used or (FOOT_MM if any(told) else 0.0))))
    tell(layout, "note", told, (left, top + height - FOOT_MM, width), 5)


def tell(layout, name, texts, at, points):
    """Text at a place (left, top and width): one for all pages, or one for each."""
    from qgis.core import QgsExpressionContextUtils, QgsLayoutItemLabel, QgsLayoutPoint, QgsLayoutSize

    label = QgsLayoutItemLabel(layout)
    layout.addLayoutItem(label)
    # Names of layers are texts, and no expressions.
    variable = f"riverline_told_{name}"
    QgsExpressionContextUtils.setLayoutVariable(layout, variable, json.dumps(texts, ensure_ascii=False))
    page = "0" if len(texts) == 1 else "@atlas_featurenumber - 1"
    label.setText(f"[% array_get(from_json(@{variable}), {page}) %]")
    font = label.font()
    font.setPointSizeF(points)
    label.setFont(font)
    label.attemptMove(QgsLayoutPoint(*at[:2]))
    label.attemptResize(QgsLayoutSize(at[2], FOOT_MM))
    label.setZValue(9)
