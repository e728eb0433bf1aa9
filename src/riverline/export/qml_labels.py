"""Names beside features in QGIS, from the table of lettering: stakes, rivers, sheets, each up to its scale."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from riverline.style import CHINESE_FONTS, LETTERING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from riverline.export.tables import Field, Kind

__all__ = ["labels_into"]

# Screens are read from farther away than paper.
_LARGER = 1.3
_OFF_MM, _BUFFER_MM = "0.6", "0.5"
_AROUND, _CURVED, _HORIZONTAL = "6", "3", "4"
_PLACEMENTS = {"point": _AROUND, "line": _CURVED, "area": _HORIZONTAL}
_BESIDE_AND_UPRIGHT = "14"
_REPEATED_MM = "150"
_MOST_FIRST = 10
_OWN = '"{extent_id}" = "{river_id}" || \'-management\''
_STANDING, _FLOWING = '"{axis_length_m}" IS NULL', '"{axis_length_m}" IS NOT NULL'


def labels_into(
    root: ET.Element, schema: str, fields: Sequence[Field], *, kind: Kind, others: Collection[str] = ()
) -> None:
    """Add to a style what is written beside the features of a layer; say that there is nothing if it is so.

    Parameters
    ----------
    root
        The element of a QML document, or a layer of a project.
    schema
        Name of the layer's schema.
    fields
        Columns of its table.
    kind
        What its geometries are.
    others
        Schemas of the layers of the file that bear names: where axes or waters do, extents do not.

    Examples
    --------
    >>> from xml.etree import ElementTree as ET
    >>> root = ET.Element("qgis")
    >>> labels_into(root, "towns", (), kind="area")
    >>> root.get("labelsEnabled"), len(root)
    ('0', 0)
    """
    expression = _expression(schema, fields, others)
    placement = _PLACEMENTS.get(kind)
    root.set("labelsEnabled", str(int(bool(expression and placement))))
    if not expression or placement is None:
        return
    text = LETTERING[schema]
    settings = ET.SubElement(ET.SubElement(root, "labeling", type="simple"), "settings", calloutType="simple")
    size = f"{text.size * _LARGER:g}"
    written = ET.SubElement(
        settings, "text-style", fieldName=expression, isExpression="1", fontFamily=CHINESE_FONTS[0], fontSize=size,
        fontSizeUnit="Point", fontWeight="50", textColor=_rgba(text.color), textOpacity="1", allowHtml="0",
        namedStyle="Regular",
    )  # fmt: skip
    # What stands first is taken where it is installed; with none of them Qt looks for signs in whatever there is.
    families = ET.SubElement(written, "families")
    for family in CHINESE_FONTS:
        ET.SubElement(families, "family", name=family)
    ET.SubElement(
        written, "text-buffer", bufferDraw="1", bufferSize=_BUFFER_MM, bufferSizeUnits="MM",
        bufferColor=_rgba("#FFFFFF"), bufferOpacity="1", bufferJoinStyle="128",
    )  # fmt: skip
    ET.SubElement(settings, "text-format", multilineAlign="3", formatNumbers="0")
    ET.SubElement(
        settings, "placement", placement=placement, placementFlags=_BESIDE_AND_UPRIGHT, dist=_OFF_MM, distUnits="MM",
        offsetType="1", predefinedPositionOrder="TR,TL,BR,BL,R,L,TSR,BSR", priority=str(min(text.first, _MOST_FIRST)),
        repeatDistance=_REPEATED_MM if kind == "line" else "0", repeatDistanceUnits="MM", centroidInside="1",
        maxCurvedCharAngleIn="25", maxCurvedCharAngleOut="-25",
    )  # fmt: skip
    # Texts keep off marks and lines; areas lie on areas, and are where their own texts stand.
    ET.SubElement(
        settings, "rendering", scaleVisibility="1", scaleMin="1", scaleMax=str(text.scale),
        obstacle=str(int(kind != "area")), obstacleType="1", obstacleFactor="1",
        drawLabels="1", mergeLines=str(int(kind == "line")), upsidedownLabels="0", fontMinPixelSize="3",
        fontMaxPixelSize="10000",
    )  # fmt: skip


def _expression(schema: str, fields: Sequence[Field], others: Collection[str]) -> str:
    """What is written, as QGIS has it: the first column that has a value; of ranges the name of their own river."""
    names = {field.column.name: field.name.replace('"', '""') for field in fields if field.column}
    columns = [names[name] for name in LETTERING[schema].columns if name in names] if schema in LETTERING else []
    if not columns:
        return ""
    parts = [f"nullif(\"{name}\", '')" for name in columns]
    text = parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"
    if schema != "extents":
        return text
    # As `lettered` chooses: rivers by axes, lakes by waters, what has neither by its range, works by themselves.
    wanted = ["extent_id", "river_id", *(["axis_length_m"] if {"axes", "water"} & set(others) else [])]
    if {"axes", "water"} <= set(others) or any(name not in names for name in wanted):
        return ""
    which = [_OWN, *([_STANDING] if "axes" in others else []), *([_FLOWING] if "water" in others else [])]
    return f"CASE WHEN {' AND '.join(which).format_map(names)} THEN {text} END"


def _rgba(color: str) -> str:
    return ",".join(str(int(color[i : i + 2], 16)) for i in (1, 3, 5)) + ",255"
