"""Run beside ``print_layout`` by QGIS's interpreter: the legend has its room first, the table of stakes what is left.

Sizes are those that QGIS draws: a page is rendered, small and into nothing, since only then is the legend filtered by
its map. Of several pages the largest counts.
"""

from __future__ import annotations

HEAD_MM, FOOT_MM, GAP_MM = 4.5, 4.5, 2.0
"""What the table of stakes needs above and below, and between the legend and itself."""
LEAST_ROWS = 8
"""A table of fewer rows is none."""
SIZES = ((1, 1.0), (2, 1.0), (2, 0.85), (3, 0.85), (3, 0.7))
"""Columns of the legend and its type as a share of the usual, the best first."""
_DPI = 25


def make_room(layout, table, words, *, atlas):
    """Lay legend and table out so that no row of the legend is cut; the sentence of what had to go, or nothing.

    ``table`` has what there is of it (title, note, body, row height, rows), or is None. ``words``: ``note`` of a table,
    ``none`` without it, ``cut`` with the names of layers left off the legend.
    """
    legend = layout.itemById("legend")
    if legend is None:
        return {}
    box = (legend.pos().x(), legend.pos().y(), legend.rect().width(), legend.rect().height())
    sizes = measured(layout, legend, atlas=atlas)
    chosen, rows = choice(sizes, box[2:], table)
    left_out = []
    while chosen is None and drop_last(legend, left_out):
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


def drop_last(legend, left_out):
    """Take the last layer off the legend; whether there was one to take."""
    layers = legend.model().rootGroup().findLayers()
    if not layers:
        return False
    legend.setAutoUpdateModel(False)
    node = legend.model().rootGroup().findLayers()[-1]
    left_out.insert(0, node.name())
    take_off(node)
    return True


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

    left, top, width, height = box
    said = [words["cut"].format(layers="、".join(left_out))] if left_out else []
    used = 0.0
    if table is not None and rows:
        used = HEAD_MM + (rows + 1) * table["row"] + FOOT_MM
        start = top + height - used
        table["body"].setMaximumNumberOfFeatures(rows)
        frame = table["frame"]
        frame.attemptSetSceneRect(QRectF(left, start + HEAD_MM, width, used - HEAD_MM - FOOT_MM + 0.5))
        frame.setZValue(9)
        tell(layout, words["title"], (left, start, width), 7)
        said.append(words["note"].format(shown=rows))
    elif table is not None:
        table["body"].removeFrame(0)
        layout.removeMultiFrame(table["body"])
        said.append(words["none"])
    legend.attemptResize(QgsLayoutSize(width, height - (used or (FOOT_MM if said else 0.0))))
    if said:
        tell(layout, "　".join(said), (left, top + height - 4.0, width), 5)


def tell(layout, text, at, points):
    """A line of text at a place: left, top and width."""
    from qgis.core import QgsExpressionContextUtils, QgsLayoutItemLabel, QgsLayoutPoint, QgsLayoutSize

    label = QgsLayoutItemLabel(layout)
    layout.addLayoutItem(label)
    # Names of layers are texts, and no expressions.
    variable = f"riverline_told_{points}"
    QgsExpressionContextUtils.setLayoutVariable(layout, variable, text)
    label.setText(f"[% @{variable} %]")
    font = label.font()
    font.setPointSizeF(points)
    label.setFont(font)
    label.attemptMove(QgsLayoutPoint(*at[:2]))
    label.attemptResize(QgsLayoutSize(at[2], 4.0))
    label.setZValue(9)
