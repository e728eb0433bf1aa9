"""A QGIS project beside a GeoPackage: its layers in groups and drawing order, styled as in the file."""

from __future__ import annotations

import zipfile
from pathlib import PurePath
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
from pyproj import CRS

from riverline.errors import JobError
from riverline.export.drafts import changed, zip_files
from riverline.export.qml import style_into, xml_text
from riverline.schema import EXTENTS, FAULTS, MANAGEMENT_LINES
from riverline.style import river_names
from riverline.style.lettering import names_told

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from riverline.export.tables import Kind, Table
    from riverline.schema import Language

__all__ = ["project_xml", "write_project"]

_GROUPS: tuple[tuple[tuple[Kind, ...], str, str], ...] = (
    (("point",), "点", "Points"), (("line",), "线", "Lines"), (("area",), "面", "Areas"),
    (("other",), "混合", "Mixed"), (("none",), "表", "Tables"),
)  # fmt: skip
_GEOMETRY: dict[Kind, str] = {
    "point": "Point",
    "line": "Line",
    "area": "Polygon",
    "none": "No geometry",
    "other": "Unknown",
}
_MARGIN = 0.05


def write_project(path: Path, tables: Sequence[Table], file_name: str, *, language: Language) -> None:
    """Write the project of a GeoPackage.

    Parameters
    ----------
    path
        The file, ``….qgz``.
    tables
        Tables of the GeoPackage, in the order in which they are in it.
    file_name
        Name of the GeoPackage, which will lie in the same folder.
    language
        Language of groups and labels.

    Raises
    ------
    JobError
        If the name has a bar, which QGIS would take for the end of it.
    """
    if "|" in file_name:
        raise JobError(
            f"QGIS 工程要求文件名中没有竖线：{file_name}",
            f"a QGIS project needs a file name without a bar: {file_name}",
        )
    text = project_xml(tables, file_name, language=language)
    zip_files(path, {f"{PurePath(file_name).stem}.qgs": text.encode()})
    with zipfile.ZipFile(path) as archive:
        back = ET.fromstring(archive.read(archive.namelist()[0]))  # noqa: S314 - written just now, and escaped
    if len(back.findall("projectlayers/maplayer")) != len(tables):
        raise changed([path.name])


def project_xml(tables: Sequence[Table], file_name: str, *, language: Language) -> str:
    """The project as XML: everything that is not ours is escaped by the writer.

    Parameters
    ----------
    tables, file_name, language
        As for :func:`write_project`.

    Notes
    -----
    A project's CRS needs its WKT and the word that projections are enabled: with less QGIS opens the project without
    one. A layer's id has more than ten signs, or QGIS makes another and its tree finds no layer. Layers are found by
    their names, those whose names have a bar by their place in the file.

    Examples
    --------
    >>> from riverline import schema, style
    >>> from riverline.export.tables import tables_of
    >>> tables = tables_of(style.collect(schema.AXES.empty("EPSG:4548")), language="zh")
    >>> text = project_xml(tables, "成果.gpkg", language="zh")
    >>> "./成果.gpkg|layername=河道中心线" in text
    True
    """
    root = ET.Element("qgis", projectname=xml_text(PurePath(file_name).stem), version="3.22.0")
    ET.SubElement(root, "homePath", path="")
    ET.SubElement(root, "title").text = xml_text(_title(tables, file_name, language))
    drawn = [table for table in tables if table.crs]
    if drawn:
        _crs(ET.SubElement(root, "projectCrs"), str(drawn[0].crs))
    there = names_told([table.layer for table in tables])
    keys = {table.name: f"riverline_layer_{number}" for number, table in enumerate(tables)}
    order = sorted(tables, key=lambda table: -_order(table))
    _tree(root, order, keys, {table.name: _source(table, at, file_name) for at, table in enumerate(tables)}, language)
    _canvas(root, drawn)
    layers = ET.SubElement(root, "projectlayers")
    for number, table in enumerate(tables):
        _layer(layers, table, keys[table.name], _source(table, number, file_name), language, there)
    ranked = ET.SubElement(root, "layerorder")
    for kinds, _, _ in _GROUPS:
        for table in order:
            if table.kind in kinds:
                ET.SubElement(ranked, "layer", id=keys[table.name])
    properties = ET.SubElement(root, "properties")
    ET.SubElement(ET.SubElement(properties, "Paths"), "Absolute", type="bool").text = "false"
    if drawn:
        ET.SubElement(ET.SubElement(properties, "SpatialRefSys"), "ProjectionsEnabled", type="int").text = "1"
    ET.indent(root, " ")
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(root, encoding="unicode") + "\n"


def _title(tables: Sequence[Table], file_name: str, language: Language) -> str:
    """What the window is headed: the rivers and the file, of which many are called alike."""
    rivers = river_names([table.layer for table in tables])
    names = list(dict.fromkeys(rivers[code] for code in sorted(rivers)))
    stem = PurePath(file_name).stem
    if not names:
        return stem
    if language == "zh":
        return f"{names[0]}{f'等 {len(names)} 条（座）' if len(names) > 1 else ''} · {stem}"
    return f"{names[0]}{f' and {len(names) - 1} more' if len(names) > 1 else ''} · {stem}"


def _shown(tables: Sequence[Table]) -> set[str]:
    """Tables that the project opens with: as on maps what symbols hide waits, and faults beside their result."""
    results = {EXTENTS.name, MANAGEMENT_LINES.name} & {table.layer.name for table in tables}
    drawn = set()
    for table in tables:
        aside = table.layer.name == FAULTS.name and (table.layer.run is not None or bool(results))
        symbols = table.layer.themes[0].symbols
        if not aside and any(symbol.shown for _, symbol in symbols):
            drawn.add(table.name)
    return drawn or {table.name for table in tables}


def _order(table: Table) -> int:
    return table.layer.themes[0].order


def _source(table: Table, number: int, file_name: str) -> str:
    which = f"layerid={number}" if "|" in table.name else f"layername={table.name}"
    return xml_text(f"./{file_name}|{which}")


def _tree(
    root: ET.Element, tables: Sequence[Table], keys: dict[str, str], sources: dict[str, str], language: Language
) -> None:
    tree = ET.SubElement(root, "layer-tree-group")
    shown = _shown(tables)
    for kinds, zh, en in _GROUPS:
        own = [table for table in tables if table.kind in kinds]
        if not own:
            continue
        name = zh if language == "zh" else en
        group = ET.SubElement(tree, "layer-tree-group", name=name, checked="Qt::Checked", expanded="1")
        for table in own:
            seen = "Qt::Checked" if table.name in shown else "Qt::Unchecked"
            ET.SubElement(group, "layer-tree-layer", id=keys[table.name], name=xml_text(table.name), providerKey="ogr",
                          source=sources[table.name], checked=seen, expanded="0")  # fmt: skip


def _canvas(root: ET.Element, drawn: Sequence[Table]) -> None:
    """Where the project opens: at all that is in the CRS of the first layer."""
    frames = [gpd.GeoDataFrame(table.layer.frame) for table in drawn if table.crs == drawn[0].crs]
    bounds = np.array([frame.total_bounds for frame in frames if len(frame)]).reshape(-1, 4)
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return
    (west, south), (east, north) = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    margin = _MARGIN * max(east - west, north - south)
    canvas = ET.SubElement(root, "mapcanvas", name="theMapCanvas")
    extent = ET.SubElement(canvas, "extent")
    values = {"xmin": west - margin, "ymin": south - margin, "xmax": east + margin, "ymax": north + margin}
    for name, value in values.items():
        ET.SubElement(extent, name).text = f"{value:.9g}" if abs(value) < 1e3 else f"{value:.3f}"  # noqa: PLR2004 - degrees
    _crs(ET.SubElement(canvas, "destinationsrs"), str(drawn[0].crs))
    # The same for programs that have no canvas, such as a server or a print job.
    view = ET.SubElement(root, "ProjectViewSettings", UseProjectScales="0")
    opened = {node.tag: str(node.text) for node in extent}
    _crs(ET.SubElement(view, "DefaultViewExtent", opened), str(drawn[0].crs))


def _layer(parent: ET.Element, table: Table, key: str, source: str, language: Language, there: Collection[str]) -> None:
    layer = ET.SubElement(parent, "maplayer", type="vector", geometry=_GEOMETRY[table.kind])
    ET.SubElement(layer, "id").text = key
    ET.SubElement(layer, "datasource").text = source
    ET.SubElement(layer, "layername").text = xml_text(table.name)
    if table.crs:
        _crs(ET.SubElement(layer, "srs"), table.crs)
    ET.SubElement(layer, "provider", encoding="UTF-8").text = "ogr"
    theme = table.layer.themes[0]
    style_into(layer, theme, table.fields, kind=table.kind, language=language, others=there)


def _crs(parent: ET.Element, text: str) -> None:
    crs = CRS(text)
    authority = crs.to_authority(min_confidence=100)
    system = ET.SubElement(parent, "spatialrefsys")
    ET.SubElement(system, "wkt").text = crs.to_wkt()
    ET.SubElement(system, "srid").text = authority[1] if authority and authority[0] == "EPSG" else "0"
    ET.SubElement(system, "authid").text = ":".join(authority) if authority else ""
    ET.SubElement(system, "description").text = crs.name
    ET.SubElement(system, "geographicflag").text = "true" if crs.is_geographic else "false"
