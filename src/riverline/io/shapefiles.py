"""Shapefiles: the format of most deliverables, and the one that says least about its text.

GDAL and pyogrio stop at a name that ends inside a character, give fields of one name the values of the last, and make
floats of long codes. So geometry comes from GDAL, and the table is held against its own bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from riverline.io.dbf import codec_of_language_id, field_bytes, read_header, sample_text
from riverline.io.decoding import Reading, codec_title, decoded, settled_codec
from riverline.io.encodings import named_codec
from riverline.io.gdal import RAW, take_rows
from riverline.io.refusals import sibling

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from riverline.io.dbf import Dbf
    from riverline.io.encodings import EncodingFrom
    from riverline.io.gdal import BBox

__all__ = ["read_shapefile"]

_NAME_BYTES = 10
# GDAL reads wider whole numbers as floats, which are exact to 15 digits.
_EXACT_WIDTH = 18


def read_shapefile(path: Path, *, given: str | None, bbox: BBox | None) -> Reading:
    """The rows of a shapefile, its text decoded.

    Parameters
    ----------
    path
        The .shp file; its other parts are beside it.
    given
        Codec that the caller says the text is in; None to find out.
    bbox
        Only features that touch it.

    Raises
    ------
    ReadError
        If the text cannot be decoded.
    """
    table = sibling(path, ".dbf") or path.with_suffix(".dbf")
    header = read_header(table)
    declared, declared_by = _declared(path, header.language_id)
    sample = sample_text(table, header)
    codec, origin, said = settled_codec(path.name, sample, given, declared=declared, origin=declared_by)
    frame, driver, notes = take_rows(path, layer=None, encoding=RAW, bbox=bbox)
    _take_from_bytes(frame, table, header)
    text, told = decoded(frame.reset_index(drop=True), codec, strict=given is not None)
    return Reading(text, driver, path.stem, codec_title(codec), origin, _NAME_BYTES, [*notes, *said, *told])


def _declared(path: Path, language_id: int) -> tuple[str | None, EncodingFrom]:
    """What .cpg says, or else the language id."""
    code_page = sibling(path, ".cpg")
    codec = None if code_page is None else named_codec(code_page.read_bytes()[:64].decode("ascii", "replace"))
    return (codec, "cpg") if codec is not None else (codec_of_language_id(language_id), "ldid")


def _take_from_bytes(frame: gpd.GeoDataFrame, table: Path, header: Dbf) -> None:
    """Replace, in a frame fresh from GDAL, the columns that the bytes of the table know better."""
    names = [each.name for each in header.fields]
    places = {name: at for at, name in enumerate(frame.columns)}
    for at, each in enumerate(header.fields):
        repeated = names.count(each.name) > 1
        if repeated or (each.kind in "NF" and each.width > _EXACT_WIDTH):
            values: Any = field_bytes(table, header, each)[frame.index.to_numpy()]
            text = pd.Series(values).str.decode(RAW).str.strip()
            text = text.mask(text == "")
            if repeated or text.str.fullmatch(r"-?\d{16,}").any():
                place = at if repeated else places[each.name.decode(RAW)]
                frame.isetitem(place, text.to_numpy())
