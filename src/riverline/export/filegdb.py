"""Results as a file geodatabase for ArcGIS and SuperMap: Chinese names, every field with its title as its alias."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from pyogrio import raw

from riverline.errors import JobError
from riverline.export.compared import differences
from riverline.export.drafts import changed, in_words, layers_for, publish, zip_files
from riverline.export.fitness import mixed
from riverline.export.profiled import profiled, typed
from riverline.export.profiles import load_profile
from riverline.export.tables import GEOMETRY, tables_of, word_of
from riverline.io.sheet_cells import clean_text
from riverline.io.whole_files import cannot_write, publish_folder
from riverline.style import in_language

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from riverline.export.tables import Field, Table
    from riverline.schema import Language

__all__ = ["to_filegdb"]

_ALIAS = "GDAL:OGR:alternative_name"
# Names that the format keeps for itself, or that SQL does.
_RESERVED = frozenset(
    (
        "objectid",
        "shape",
        "shape_length",
        "shape_area",
        "add",
        "alter",
        "and",
        "as",
        "asc",
        "between",
        "by",
        "column",
        "create",
        "date",
        "delete",
        "desc",
        "drop",
        "exists",
        "for",
        "from",
        "in",
        "insert",
        "into",
        "is",
        "like",
        "not",
        "null",
        "or",
        "order",
        "select",
        "set",
        "table",
        "update",
        "values",
        "where",
    )
)
# The driver loses names with signs beyond the basic plane.
_NOT_IN_NAMES = re.compile(r"\W|[\U00010000-\U0010ffff]")
_LONGEST_FIELD, _LONGEST_NAME, _LONGEST_ALIAS = 60, 120, 255
# Coordinates are kept on a grid of a tenth of a millimetre, or of a billionth of a degree.
_NEAR_M, _NEAR_DEG = 1.01e-4, 1.01e-8
_MOST = 2**53
_MARK = "a00000001.gdbtable"


def to_filegdb(
    path: str | os.PathLike[str],
    *results: Any,  # noqa: ANN401 - any result or frame
    language: Language = "zh",
    profile: str | os.PathLike[str] | None = None,
    **layers: Any,  # noqa: ANN401
) -> Path:
    """Write results and frames as one file geodatabase.

    Parameters
    ----------
    path
        A folder named ``….gdb``, or ``….gdb.zip``; its own folder has to be there. A geodatabase that is already there
        is replaced as a whole.
    *results
        Results and frames that follow a schema.
    language
        Language of layer names, of aliases and of the words that codes become.
    profile
        Name or path of an export profile, as :func:`riverline.export.to_geopackage` takes it.
    **layers
        More frames or results, each with a name.

    Returns
    -------
    Path
        The folder or file.

    Raises
    ------
    SchemaError
        If something is neither a result nor a frame.
    CRSError
        If a layer has no CRS, or two of one schema have different ones.
    JobError
        If a folder of that name holds something else; if a profile does not exist or a text is too long for it; if
        features mix points, lines and areas, or their coordinates are no finite numbers; if it cannot
        be written, or does not read back the same.

    Notes
    -----
    Written by GDAL's OpenFileGDB for ArcGIS 10 and later; days are date-times at midnight, as all of these read them,
    times are in UTC and their aliases say so.
    Aliases are the dictionary's titles; names of fields keep letters, digits and Chinese signs, all else becomes ``_``.
    Coordinates are kept to 0.1 mm, yes and no become 1 and 0, whole numbers of more than 32 bits become numbers, or
    texts where a number would not hold them. Styles and lists of values are not in it, GeoPackage has both: codes
    become words, which :func:`riverline.read_layer` takes back, and the alias of a number that is a code says what each
    means.
    A layer that may hold anything and holds nothing is a table of its fields.

    Examples
    --------
    >>> import tempfile
    >>> import pyogrio
    >>> import riverline as rl
    >>> file = rl.export.to_filegdb(f"{tempfile.mkdtemp()}/成果.gdb", rl.schema.AXES.empty("EPSG:4548"))
    >>> pyogrio.list_layers(file)[:, 0].tolist()
    ['河道中心线']
    """
    target = Path(path)
    found = layers_for("FileGDB", target, (".gdb", ".zip"), results, layers)
    receiver = None if profile is None else load_profile(profile)
    found = in_language(found, language) if receiver is None else profiled(found, receiver)
    tables = tables_of(found, language=language)
    tables = tables if receiver is None else typed(tables, receiver)
    problems = [problem for table in tables for problem in mixed(table)]
    if problems:
        raise JobError.listing(
            "成果不能写成文件地理数据库", "the result cannot be written as a file geodatabase", problems
        )
    if target.is_dir() and any(target.iterdir()) and not (target / _MARK).is_file():
        raise JobError(
            f"文件夹 {target.name} 中有其他文件；请换一个名称",
            f"folder {target.name} holds other files: take another name",
        )
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".riverline-") as folder:
            draft = Path(folder) / "draft.gdb"
            with in_words(target, Path(folder) / "probe"):
                _write(draft, tables, language)
            if target.suffix.lower() == ".gdb":
                publish_folder(draft, target)
            else:
                inside = f"{target.name.removesuffix('.zip').removesuffix('.gdb')}.gdb"
                archive = Path(folder) / "draft.zip"
                zip_files(archive, {f"{inside}/{file.name}": file for file in sorted(draft.iterdir())})
                publish(archive, target)
    except OSError as error:
        raise cannot_write(target, error.strerror or str(error)) from error
    return target


def _write(path: Path, tables: Sequence[Table], language: Language) -> None:
    taken = set(_RESERVED)
    for table in tables:
        name = _free(table.name, taken, _LONGEST_NAME)
        # The format has no layer for whatever geometry: one that holds nothing is a table.
        there = table.crs and table.kind != "other"
        content = _named(table, _fields(table, language), language)
        content = content if there else content.drop_columns([GEOMETRY] if table.crs else [])
        spatial = {"geometry_name": GEOMETRY, "geometry_type": table.geometry_type, "crs": table.crs}
        aliased = {"LAYER_ALIAS": clean_text(table.name)}
        raw.write_arrow(content, str(path), layer=name, driver="OpenFileGDB",
                        layer_options=aliased, **(spatial if there else {}))  # fmt: skip
        about, back = raw.read_arrow(str(path), layer=name)
        place = {GEOMETRY: about["geometry_name"]} if there else {}
        near = _NEAR_DEG if table.crs and _is_degrees(table.crs) else _NEAR_M
        wrong = differences(content, back, geometry=place, near=near)
        if wrong:
            raise changed(f"{name}.{each}" for each in wrong)


def _is_degrees(crs: str) -> bool:
    from pyproj import CRS

    return CRS(crs).is_geographic


def _fields(table: Table, language: Language) -> dict[str, tuple[str, str]]:
    """Column → name and alias of its field."""
    taken = set(_RESERVED)
    return {each.name: (_free(each.name, taken, _LONGEST_FIELD), clean_text(_title(each, language))[:_LONGEST_ALIAS])
            for each in table.fields}  # fmt: skip


def _title(each: Field, language: Language) -> str:
    """The title of a field, with what the format has no place for: the zone of an instant, what numbers stand for."""
    column = each.column
    if column is not None and column.kind == "timestamp":
        return f"{each.alias}（UTC）"
    if column is None or column.kind != "integer" or not column.choices:
        return each.alias
    told = [f"{choice.value} {choice.label(language)}" for choice in column.choices]
    return f"{each.alias}（{'，'.join(told)}）" if language == "zh" else f"{each.alias} ({', '.join(told)})"


def _named(table: Table, fields: dict[str, tuple[str, str]], language: Language) -> pa.Table:
    """The rows under their names there, aliases in the metadata that GDAL reads, texts without what XML cannot hold."""
    columns, found = [], []
    own = {each.name: each for each in table.fields}
    for field in table.content.schema:
        column = table.content[field.name]
        if field.name in fields:
            name, alias = fields[field.name]
            if pa.types.is_int64(field.type):
                column = column.cast(pa.float64() if _is_exact(column) else pa.string())
            if pa.types.is_date(field.type):
                # Before ArcGIS Pro 3.2 the format knows no days: they are midnights, and GDAL need not warn of each.
                column = column.cast(pa.timestamp("ms"))
            if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
                column = pa.chunked_array([_texts(column, own[field.name], language)])
            found.append(pa.field(name, column.type, metadata={**(field.metadata or {}), _ALIAS: alias}))
        else:
            found.append(field)
        columns.append(column)
    return pa.table(columns, schema=pa.schema(found))


def _texts(column: pa.ChunkedArray, field: Field, language: Language) -> pa.Array:
    """Texts without what XML cannot hold, codes as words; each of those that are equal is looked at once."""
    spelled = pa.array(column.to_pylist(), pa.string()).dictionary_encode()
    words = [clean_text(word_of(text, field, language)) for text in spelled.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(spelled.indices)


def _is_exact(column: pa.ChunkedArray) -> bool:
    """Whether every whole number has a float of its own."""
    return all(abs(number) <= _MOST for number in (pc.max(column).as_py() or 0, pc.min(column).as_py() or 0))


def _free(name: str, taken: set[str], longest: int) -> str:
    plain = _NOT_IN_NAMES.sub("_", name)[:longest] or "_"
    plain = plain if plain[0].isalpha() else f"F{plain}"
    candidate, number = plain, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{plain}_{number}"
    taken.add(candidate.casefold())
    return candidate
