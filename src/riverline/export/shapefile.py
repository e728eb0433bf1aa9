"""Results as shapefiles that old programs open right: marked as GBK, short names, a table that explains them."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa
import shapely
from pyogrio import raw
from pyproj import CRS

from riverline.errors import JobError
from riverline.export.dbf_shape import shaped
from riverline.export.drafts import in_words, layers_for, publish, zip_files
from riverline.export.dressing import DATE
from riverline.export.profiled import left_out, profiled, typed
from riverline.export.profiles import load_profile
from riverline.export.tables import GEOMETRY, tables_of
from riverline.io.file_names import file_names
from riverline.io.sheet_cells import is_risky
from riverline.io.whole_files import cannot_write, publish_folder
from riverline.schema.clock import heading
from riverline.style import in_language

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping, Sequence

    from riverline.export.dbf_shape import Shaped
    from riverline.schema import Language

__all__ = ["to_shapefile"]

FIELDS_NAME, LONG_NAME, SIGNS_NAME, LEFT_NAME = "字段说明.csv", "长文本.csv", "代用符号.csv", "未写入的图层.csv"
_LEFT_HEADS = ("图层", "layer", "行数 rows")

_WRITTEN: dict[str, tuple[str, str]] = {"GBK": ("LDID/77", "gbk"), "UTF-8": ("UTF-8", "utf-8")}
# Read back, numbers are what sixteen digits of them are.
_DIGITS = 1e-14
# What GDAL calls geometries where the format has no name for them.
_GDALS_NAME = "wkb_geometry"
_HEADS = ("文件 file", "字段 field", "列 column", "中文名", "English", "单位 unit", "取值 values", "说明 meaning")


def to_shapefile(
    path: str | os.PathLike[str],
    *results: Any,  # noqa: ANN401 - any result or frame
    language: Language = "zh",
    encoding: Literal["GBK", "UTF-8"] = "GBK",
    names: Mapping[str, str] | None = None,
    profile: str | os.PathLike[str] | None = None,
    **layers: Any,  # noqa: ANN401
) -> Path:
    """Write results and frames as shapefiles, one a layer, with a table of what their fields mean.

    Parameters
    ----------
    path
        A file named ``….zip``, or a folder. Its own folder has to be there. A folder that an earlier call wrote is
        replaced as a whole; any other has to be empty or not there.
    *results
        Results such as :class:`riverline.Demarcation`, and frames that follow a schema.
    language
        Language of file names and of the words that codes become.
    encoding
        ``"GBK"`` marks the table as ArcGIS does (language driver 77) and needs no ``.cpg``; ``"UTF-8"`` knows every
        sign, and old programs show it wrong.
    names
        Column → name of its field, at most ten bytes, for columns of your own. Columns of the data dictionary have its
        short names; others are cut between signs, and numbered (``材质_2``) where :func:`riverline.read_layer` would
        take them for a column of the dictionary that is there too.
    profile
        Name or path of an export profile, as :func:`riverline.export.to_geopackage` takes it: fields have its types and
        lengths, which a DBF counts in bytes; ``未写入的图层.csv`` then names the layers that it does not speak of.
    **layers
        More frames or results, each with a name.

    Returns
    -------
    Path
        The file or folder.

    Raises
    ------
    SchemaError
        If something is neither a result nor a frame.
    CRSError
        If a layer has no CRS, or two of one schema have different ones.
    JobError
        If a name is too long, a feature mixes kinds of geometry, a text has signs that GBK does not know (㳇, 𣲗 and
        other river names: GDAL would drop them without a word) or more bytes than a profile's field; if the files
        cannot be written, or do not read back as what was written. Nothing is then left of them.

    Notes
    -----
    A DBF field holds 254 bytes: a longer text is cut, ends with ``…``, and stands whole in ``长文本.csv``. Codes become
    words, since a shapefile has no list of values: :func:`riverline.read_layer` takes them back. Times are ISO texts on
    Beijing's clock with its zone, days are days, blanks at the ends of texts and line ends are not kept. Layers without
    geometry are DBF tables alone.
    Units and signs that GBK lacks and that are no part of a name (``m²``, ``−``, ``∉``) are written in others, which
    ``代用符号.csv`` lists. ``字段说明.csv`` (UTF-8) says what every field is. The same result gives the same bytes.

    Examples
    --------
    >>> import tempfile
    >>> import riverline as rl
    >>> file = rl.export.to_shapefile(f"{tempfile.mkdtemp()}/成果.zip", rl.schema.AXES.empty("EPSG:4548"))
    >>> rl.read_layer(file, rl.schema.AXES).crs.to_epsg()
    4548
    """
    target = Path(path)
    if encoding not in _WRITTEN:
        raise JobError(
            f"文本编码应为 GBK 或 UTF-8，实际为 {encoding!r}", f"the encoding is GBK or UTF-8, got {encoding!r}"
        )
    found = layers_for("Shapefile", target, (".zip", ""), results, layers)
    receiver = None if profile is None else load_profile(profile)
    left = () if receiver is None else left_out(found, receiver)
    titles = {each.name: (each.label("zh"), each.label("en"), len(each.frame)) for each in found}
    found = in_language(found, language) if receiver is None else profiled(found, receiver)
    plain = tables_of(found, language=language)
    plain = plain if receiver is None else typed(plain, receiver)
    tables = shaped(plain, encoding=_WRITTEN[encoding][1], language=language, names=names)
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.stem[:40]}.") as folder:
            draft = Path(folder) / "draft"
            draft.mkdir()
            with in_words(target, Path(folder) / "probe"):
                files = _write(draft, tables, _WRITTEN[encoding][0])
            _explain(draft, tables, files)
            if left:
                _write_csv(draft / LEFT_NAME, _LEFT_HEADS, [titles[name] for name in left])
            _require_same(draft, tables, files)
            if target.suffix:
                publish(_zipped(draft), target)
            else:
                _replace(draft, target)
    except OSError as error:
        raise cannot_write(target, error.strerror or str(error)) from error
    return target


def _write(folder: Path, tables: Sequence[Shaped], encoding: str) -> list[str]:
    """Write each table; the names of the files, without their endings."""
    files = file_names((each.table.name for each in tables), fallback="layer")
    for each, file in zip(tables, files, strict=True):
        table = each.table
        spatial = {"geometry_name": GEOMETRY, "geometry_type": table.geometry_type, "crs": table.crs}
        raw.write_arrow(
            table.content,
            str(folder / f"{file}.{'shp' if table.crs else 'dbf'}"),
            layer=file,
            driver="ESRI Shapefile",
            encoding=encoding,
            layer_options={"DBF_DATE_LAST_UPDATE": DATE[:10], "2GB_LIMIT": "YES"},
            **(spatial if table.crs else {}),
        )
    return files


def _explain(folder: Path, tables: Sequence[Shaped], files: Sequence[str]) -> None:
    rows = [
        (
            file, short, field.name, heading(field.column, "zh", unit=False) if field.column else field.alias,
            heading(field.column, "en", unit=False) if field.column else "", field.column.unit if field.column else "",
            "；".join(f"{choice.label_zh} {choice.value}" for choice in field.column.choices) if field.column else "",
            field.column.meaning if field.column else "",
        )
        for each, file in zip(tables, files, strict=True)
        for field, short in zip(each.fields, each.table.content.column_names, strict=False)
    ]  # fmt: skip
    _write_csv(folder / FIELDS_NAME, _HEADS, rows)
    long = [(file, text.row, text.field, text.text) for each, file in zip(tables, files, strict=True)
            for text in each.long_texts]  # fmt: skip
    if long:
        _write_csv(folder / LONG_NAME, ("文件 file", "行 row", "字段 field", "全文 text"), long)
    signs = [(file, *sign) for each, file in zip(tables, files, strict=True) for sign in each.signs]
    if signs:
        _write_csv(folder / SIGNS_NAME, ("文件 file", "字段 field", "原符号 sign", "写作 written"), signs)


def _write_csv(path: Path, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        # A spreadsheet computes what looks like a formula: an apostrophe keeps it a text.
        writer.writerows([f"'{cell}" if isinstance(cell, str) and is_risky(cell) else cell for cell in row]
                         for row in rows)  # fmt: skip


def _require_same(folder: Path, tables: Sequence[Shaped], files: Sequence[str]) -> None:
    changed = []
    for each, file in zip(tables, files, strict=True):
        table = each.table
        about, back = raw.read_arrow(str(folder / f"{file}.{'shp' if table.crs else 'dbf'}"))
        if back.num_rows != table.content.num_rows:
            changed.append((file, f"{table.content.num_rows} → {back.num_rows}"))
            continue
        sent = [name for name in table.content.column_names if name != GEOMETRY]
        place = about["geometry_name"] or _GDALS_NAME
        read = [name for name in back.column_names if name != place]
        changed += [(file, f"{name} → {other}") for name, other in zip(sent, read, strict=False) if name != other]
        changed += [(file, name) for name in sent if name in read and not _equal(table.content[name], back[name])]
        if table.crs is not None:
            same = CRS(about["crs"]).equals(CRS(table.crs), ignore_axis_order=True) if about["crs"] else False
            changed += [] if same else [(file, "CRS")]
            shapes = (_places(table.content[GEOMETRY]), _places(back[place]))
            changed += [] if np.array_equal(*shapes) else [(file, GEOMETRY)]
    if changed:
        listed = ", ".join(f"{file}.{what}" for file, what in changed)
        raise JobError(
            f"写出后复读与原数据不一致：{listed}；请改用 GeoPackage",
            f"what was written does not read back the same: {listed}; take a GeoPackage",
        )


def _equal(sent: pa.ChunkedArray, back: pa.ChunkedArray) -> bool:
    if pa.types.is_floating(sent.type) or pa.types.is_integer(sent.type):
        one, other = (np.asarray(column.cast(pa.float64()).to_numpy(), dtype=float) for column in (sent, back))
        return bool(np.allclose(one, other, rtol=_DIGITS, atol=_DIGITS, equal_nan=True))
    return bool(sent.to_pylist() == back.to_pylist())


def _places(column: pa.ChunkedArray) -> np.ndarray:
    """(n, 4) row and coordinates of the corners of geometries, each once, whatever ring they begin and turn in."""
    shapes = shapely.from_wkb(np.array(column.to_pylist(), dtype=object))
    corners, row = shapely.get_coordinates(shapes, include_z=True, return_index=True)
    return np.unique(np.column_stack([row, np.nan_to_num(corners)]), axis=0)


def _zipped(folder: Path) -> Path:
    """The files of a folder as one, with a date that does not change."""
    archive = folder.with_suffix(".zip")
    zip_files(archive, {file.name: file for file in sorted(folder.iterdir())})
    return archive


def _replace(draft: Path, target: Path) -> None:
    """Put a folder in the place of one that an earlier call wrote."""
    if target.exists() and any(target.iterdir()) and not (target / FIELDS_NAME).is_file():
        raise JobError(
            f"文件夹 {target.name} 中有其他文件；请换一个新文件夹，或写成 .zip",
            f"folder {target.name} holds other files: take a new one, or write a .zip",
        )
    publish_folder(draft, target)
