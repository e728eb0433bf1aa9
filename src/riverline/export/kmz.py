"""Results as one KMZ for Ovi, Google Earth and phones: a folder for each layer and river, drawn as everywhere else."""

from __future__ import annotations

import html
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import shapely

from riverline.errors import JobError, needed
from riverline.export.drafts import changed, drafted, layers_for, zip_files
from riverline.export.fault_titles import fault_titles, rivers_of_features
from riverline.export.geojson import CRS, placed
from riverline.export.icons import icon
from riverline.export.photos import Photos
from riverline.export.placards import Placards, ordered, placards_of
from riverline.geodesy.rounding import round_half_up
from riverline.io.sheet_cells import clean_text
from riverline.schema import FAULTS
from riverline.style import in_language, river_names

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from riverline.schema import Language
    from riverline.style import Layer, Symbol, Theme

__all__ = ["to_kmz"]

# A millimetre.
_DECIMALS = 8
_SMALLEST_ICON = 0.35
_ICON_PIXELS = 26.0
_KML = "{http://www.opengis.net/kml/2.2}"
_NOTE = {
    "zh": "坐标为经纬度（WGS 84，与 CGCS2000 视为一致，差在厘米级），未加 GCJ-02 偏移。线型、属性以 GeoPackage 为准。",
    "en": "Longitude and latitude on WGS 84, taken as CGCS2000 (they differ by centimetres), without any map-service "
    "shift. Dashes and attributes are complete in the GeoPackage alone.",
}
_OTHER = {"zh": "其他", "en": "Other"}
_LEFT_OUT = {"zh": "没有图形、未写入的表：", "en": "Tables without geometry, not in here: "}


def to_kmz(
    path: str | os.PathLike[str],
    *results: Any,  # noqa: ANN401 - any result or frame
    language: Language = "zh",
    photo_column: str = "",
    photo_folder: str | os.PathLike[str] | None = None,
    **layers: Any,  # noqa: ANN401
) -> Path:
    """Write results and frames as one KMZ: folders by layer and river, symbols of the style table, tables as texts.

    Parameters
    ----------
    path
        The file, named ``….kmz``; its folder has to be there. A file that is already there is replaced as a whole.
    *results
        Results such as :class:`riverline.Demarcation`, and frames that follow a schema.
    language
        Language of folders, titles and of the words that codes become.
    photo_column
        Column that names photos: one file name a cell, several parted by ``;``, or a list.
    photo_folder
        The folder of the photos. Needed with ``photo_column``: nothing outside it is read, whatever a cell says.
    **layers
        More frames or results, each with a name.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    SchemaError
        If something is neither a result nor a frame.
    CRSError
        If a layer has no CRS, or none that leads safely to longitude and latitude.
    JobError
        If no layer has geometry; if the file cannot be written, or does not read back as what was written.
    MissingDependencyError
        If simplekml is not there.

    Notes
    -----
    Coordinates are longitude and latitude to 8 decimals (1 mm) on WGS 84, which CGCS2000 is taken to equal; heights are
    on the ground. KML has no dashes: categories differ by colour and width, points by shape, and icons are pictures
    inside the file. Names and texts of data are texts: neither markup nor links of theirs come to life, balloons show
    the description alone, and nothing in the file points outside it. Faults are called by river and first words of
    their sentence; their folder is the last, and switched off where there are other layers. Photos that are not in
    the folder, or are neither JPEG nor PNG, are named in the description; :func:`list_missing_photos` lists them.
    Rows without a place are placemarks without geometry; tables without geometry are named in the document's
    description. The same result gives the same bytes.

    Examples
    --------
    >>> import tempfile
    >>> import riverline as rl
    >>> rl.export.to_kmz(f"{tempfile.mkdtemp()}/成果.kmz", rl.schema.STAKES.empty("EPSG:4548")).name
    '成果.kmz'
    """
    target = Path(path)
    found = in_language(layers_for("KMZ", target, (".kmz",), results, layers), language)
    simplekml = needed("simplekml", extra="kml", zh="输出 KMZ", en="a KMZ needs")
    photos = Photos.of(photo_column, photo_folder)
    drawn = sorted((each for each in found if each.spatial), key=_rank)
    if not drawn:
        raise JobError("成果都没有图形，不能写成 KMZ；表格请写 .xlsx", "no layer has geometry: write tables as .xlsx")
    tables = [each.label(language) for each in found if not each.spatial]
    writer = _Writer(simplekml, language, river_names(found), rivers_of_features(found), photos)
    text = writer.document([_located(each) for each in drawn], _about(tables, language))
    with drafted(target) as draft:
        zip_files(draft, {"doc.kml": text.encode(), **writer.icons, **photos.files})
        _require_same(draft, writer)
    return target


def _rank(layer: Layer) -> tuple[bool, int]:
    """What is drawn on top comes first, as in a layer tree; faults come last, since few open a map for them."""
    return layer.name == FAULTS.name, -layer.themes[0].order


def _located(layer: Layer) -> tuple[Layer, gpd.GeoDataFrame]:
    rows = placed(layer, gpd.GeoDataFrame(ordered(layer)))
    flat = shapely.force_2d(rows.geometry.to_numpy())
    return layer, rows.set_geometry(gpd.GeoSeries(shapely.transform(flat, _rounded), index=rows.index, crs=CRS))


def _rounded(xy: np.ndarray) -> np.ndarray:
    return round_half_up(xy, _DECIMALS)


def _about(tables: Sequence[str], language: Language) -> str:
    return _NOTE[language] + (f" {_LEFT_OUT[language]}{', '.join(tables)}" if tables else "")


@dataclass(slots=True)
class _Writer:
    """Builds the document; texts go in escaped, since the library's own escaping lets CDATA of data through.

    ``features`` are the rivers of features, by layer and key; ``icons`` are the pictures by their names in the archive;
    ``names`` and ``points`` are what was written: the placemarks' names and the number of coordinates, in order.
    """

    kml: Any
    language: Language
    rivers: Mapping[str, str]
    features: Mapping[tuple[str, str], str]
    photos: Photos
    icons: dict[str, bytes] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    places: list[np.ndarray] = field(default_factory=list)
    _styles: dict[tuple[Symbol, bool], Any] = field(default_factory=dict)

    def document(self, layers: Sequence[tuple[Layer, gpd.GeoDataFrame]], about: str) -> str:
        """The KML of all layers."""
        self.kml.Kml.resetidcounter()
        whole = self.kml.Kml(name="riverline", description=_xml(about), open=1)
        whole.parsetext(parse=False)
        alone = all(layer.name == FAULTS.name for layer, _rows in layers)
        for layer, rows in layers:
            seen = {} if alone or layer.name != FAULTS.name else {"visibility": 0}
            self._layer(whole.newfolder(name=_xml(layer.label(self.language)), **seen), layer, rows, seen)
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + whole.kml(format=False)

    def _layer(self, folder: Any, layer: Layer, rows: gpd.GeoDataFrame, seen: Mapping[str, int]) -> None:  # noqa: ANN401 - the library's own
        texts = placards_of(layer, rows, language=self.language)
        if layer.schema is FAULTS:
            texts = replace(texts, names=fault_titles(rows, self.features, self.rivers, self.language))
        theme = layer.themes[0]
        known = theme.column in rows if theme.column else True
        values = rows[theme.column].tolist() if theme.column and known else [None] * len(rows)
        by_river = layer.schema is not None and "river_id" in rows and layer.schema.key != "river_id"
        rivers = rows["river_id"].tolist() if by_river else []
        shapes, inside = rows.geometry.to_numpy(), {"": folder}
        for row in _by_river(rows, by_river=by_river):
            river = self._river(rivers[row]) if by_river else ""
            if river not in inside:
                inside[river] = folder.newfolder(name=_xml(river))
            self._place(inside[river], shapes[row], texts, row, self._style(theme, values[row], shapes[row]), seen)

    def _river(self, code: Any) -> str:  # noqa: ANN401 - a cell
        if not isinstance(code, str) or not code:
            return _OTHER[self.language]
        return f"{self.rivers.get(code, '')} {code}".strip()

    def _place(
        self, folder: Any, shape: Any, texts: Placards, row: int, style: Any, seen: Mapping[str, int],  # noqa: ANN401
    ) -> None:  # fmt: skip
        parts = shapely.get_parts(shape) if shape is not None else np.array([], dtype=object)
        parts = parts[~shapely.is_empty(parts)]
        name = _plain(texts.names[row])
        about = {"name": _xml(name), "description": _xml(self._table(texts, row))}
        # A program looks at the mark of each placemark, whatever that of its folder says.
        place = folder.newmultigeometry(**about, **seen)
        for part in parts:
            self._add(place, part)
        place.snippet = self.kml.Snippet("", 0)
        if style is not None:
            place.style = style
        for column, label, cells in zip(texts.columns, texts.labels, texts.cells, strict=True):
            if cells[row]:
                place.extendeddata.newdata(_attribute(column), _xml(cells[row]), _attribute(label))
        self.names.append(name)
        self.places.append(shapely.get_coordinates(parts))

    def _add(self, place: Any, part: Any) -> None:  # noqa: ANN401
        kind = shapely.get_type_id(part)
        if kind == shapely.GeometryType.POINT:
            place.newpoint(coords=list(part.coords))
        elif kind == shapely.GeometryType.POLYGON:
            # Counterclockwise outside, as the standard asks.
            part = shapely.orient_polygons(part)
            holes = [list(ring.coords) for ring in part.interiors]
            place.newpolygon(outerboundaryis=list(part.exterior.coords), innerboundaryis=holes)
        else:
            place.newlinestring(coords=list(part.coords), tessellate=1)

    def _style(self, theme: Theme, value: Any, shape: Any) -> Any:  # noqa: ANN401
        symbol, is_point = theme.symbol(value), shape is not None and shapely.get_dimensions(shape) == 0
        if (symbol, is_point) not in self._styles:
            style = self.kml.Style()
            style.linestyle.color, style.linestyle.width = _color(symbol.color, symbol.opacity), symbol.width
            filled = symbol.fill or symbol.color
            style.polystyle.color = _color(filled, symbol.fill_opacity if symbol.fill else 0.0)
            style.balloonstyle.text = "$[description]"
            if is_point:
                name = f"files/icon{len(self.icons) + 1}.png"
                self.icons[name] = icon(symbol)
                style.iconstyle.icon.href = name
                style.iconstyle.scale = round(max(_SMALLEST_ICON, symbol.size / _ICON_PIXELS), 2)
            self._styles[symbol, is_point] = style
        return self._styles[symbol, is_point]

    def _table(self, texts: Placards, row: int) -> str:
        """The description as HTML: our table, texts of data escaped and without what a balloon would replace."""
        rows = [
            f"<tr><th align='left'>{_markup(label)}</th><td>{_markup(cells[row])}</td></tr>"
            for label, cells in zip(texts.labels, texts.cells, strict=True)
            if cells[row]
        ]
        pictures = self.photos.of_row(texts, row, self.language)
        return f"<b>{_markup(_plain(texts.names[row]))}</b><table>{''.join(rows)}</table>{pictures}"


def _by_river(rows: pd.DataFrame, *, by_river: bool) -> Sequence[int]:
    """Positions of rows, those of a river together, rivers by their codes."""
    if not by_river:
        return range(len(rows))
    codes = rows["river_id"].fillna("").astype("str").to_numpy()
    return [int(row) for row in np.argsort(codes, kind="stable")]


def _plain(text: str) -> str:
    return clean_text(text).replace("\n", " ")


def _xml(text: str) -> str:
    return html.escape(clean_text(text))


def _attribute(text: str) -> str:
    # The library escapes these, but for what stands between the marks of CDATA.
    return clean_text(text).replace("<![CDATA[", "< ![CDATA[")


def _markup(text: str) -> str:
    """A text inside HTML; ``$[…]`` would be replaced by a balloon."""
    return html.escape(text).replace("$", "&#36;").replace("\n", "<br>")


def _color(color: str, opacity: float) -> str:
    return f"{round(opacity * 255):02x}{color[5:7]}{color[3:5]}{color[1:3]}".lower()


def _require_same(path: Path, written: _Writer) -> None:
    with zipfile.ZipFile(path) as archive, archive.open("doc.kml") as file:
        root = ET.parse(file).getroot()  # noqa: S314 - written just now, and escaped
    places = list(root.iter(f"{_KML}Placemark"))
    names = [each.findtext(f"{_KML}name", "") for each in places]
    if names != written.names:
        raise changed(["Placemark/name"])
    for place, sent in zip(places, written.places, strict=True):
        back = _numbers([each.text or "" for each in place.iter(f"{_KML}coordinates")])
        if back.shape != sent.shape or not np.array_equal(np.unique(back, axis=0), np.unique(sent, axis=0)):
            raise changed([f"Placemark {place.findtext(f'{_KML}name', '')!r}"])


def _numbers(texts: Sequence[str]) -> np.ndarray:
    """Longitude and latitude of ``lon,lat,height`` texts, (n, 2)."""
    values = np.array(" ".join(texts).replace(",", " ").split(), dtype=float)
    return values.reshape(-1, 3)[:, :2]
