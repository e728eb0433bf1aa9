"""Results as one GeoPackage that opens styled in QGIS, says where it comes from, and is whole or not there."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyogrio
from pyogrio import raw

from riverline._version import __version__
from riverline.errors import JobError
from riverline.export.drafts import drafted, layers_for
from riverline.export.dressing import DATE, dress
from riverline.export.origin import origin_of
from riverline.export.profiled import left_out, profiled, typed
from riverline.export.profiles import load_profile
from riverline.export.qgis_project import write_project
from riverline.export.tables import GEOMETRY, tables_of
from riverline.provenance import metadata_of
from riverline.style import in_language

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    from riverline.export.tables import Table
    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["to_geopackage"]


def to_geopackage(
    path: str | os.PathLike[str],
    *results: Any,  # noqa: ANN401 - any result or frame
    language: Language = "zh",
    profile: str | os.PathLike[str] | None = None,
    project: bool = False,
    **layers: Any,  # noqa: ANN401
) -> Path:
    """Write results and frames as the layers of one GeoPackage.

    Parameters
    ----------
    path
        The file, named ``….gpkg``; its folder has to be there. A file that is already there is replaced as a whole.
    *results
        Results such as :class:`riverline.Demarcation`, and frames that follow a schema, each in a CRS of its own.
    language
        Language of table names, aliases and legends: ``"zh"`` names tables by the schema's Chinese label, ``"en"`` by
        the schema's name. Column names and coded values are those of the schema in both; what faults and suspects say
        in sentences is written in English for ``"en"``.
    profile
        Name or path of an export profile (:func:`riverline.export.list_profiles`): only the layers that it speaks of
        are written, with a receiver's names, fields, types and codes. Which others are left out,
        :func:`riverline.export.list_unwanted` tells, and the metadata of the file (``layers_left_out``).
    project
        Whether a QGIS project of the same name, ``….qgz``, is written beside the file: layers in groups and in drawing
        order, styled, in the CRS of the first. It names the file relatively: keep both in one folder.
    **layers
        More frames or results, each with a name: ``乡镇=towns`` writes a frame that follows no schema.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    SchemaError
        If something is neither a result nor a frame.
    CRSError
        If a layer has no CRS, or two of one schema have different ones.
    JobError
        If a profile does not exist or a text is too long for it; if the file cannot be written, or does not read back
        as what was written. Nothing is then left of it, and an older file stays as it was.

    Notes
    -----
    GeoPackage 1.2, which ArcGIS and QGIS since 3.0 read. Rows are in the order of their key, columns in the order of
    the schema. Layers whose schema allows several kinds of geometry become one table for each kind, since desktop GIS
    styles one kind a layer. Styles are in ``layer_styles``, labels and value lists in the standard's schema extension;
    the run, the rules and their digest are in the metadata of the file and of every layer. Dates in the file are fixed
    (``2000-01-01``): the same result gives the same bytes. While it writes, the process-wide GDAL option
    ``OGR_CURRENT_DATE`` is set.

    Examples
    --------
    >>> import tempfile
    >>> import pyogrio
    >>> import riverline as rl
    >>> file = rl.export.to_geopackage(f"{tempfile.mkdtemp()}/成果.gpkg", rl.schema.AXES.empty("EPSG:4548"))
    >>> pyogrio.list_layers(file)[:, 0].tolist()
    ['河道中心线', 'layer_styles']
    """
    target = Path(path)
    found = layers_for("GeoPackage", target, (".gpkg",), results, layers)
    receiver = None if profile is None else load_profile(profile)
    left = () if receiver is None else left_out(found, receiver)
    # A receiver's texts are in its own language.
    found = in_language(found, language) if receiver is None else profiled(found, receiver)
    tables = tables_of(found, language=language)
    tables = tables if receiver is None else typed(tables, receiver)
    beside = drafted(target.with_suffix(".qgz")) if project else nullcontext()
    # The inner one is put in its place first: a project never names a file that is not there.
    with beside as plan, drafted(target) as draft:
        _write(draft, tables, language)
        dress(draft, tables, about=origin_of(found, language, left_out=left), language=language)
        _require_same(draft, tables)
        if plan is not None:
            write_project(plan, tables, target.name, language=language)
    return target


def _write(path: Path, tables: Sequence[Table], language: Language) -> None:
    with _fixed_date():
        for table in tables:
            spatial = {"geometry_name": GEOMETRY, "geometry_type": table.geometry_type, "crs": table.crs}
            schema = table.layer.schema
            raw.write_arrow(
                table.content,
                str(path),
                layer=table.name,
                driver="GPKG",
                layer_metadata=_provenance(table.layer, language),
                dataset_options={"VERSION": "1.2"},
                layer_options={
                    "FID": "fid",
                    "IDENTIFIER": table.name,
                    "DESCRIPTION": f"{schema.name}: {schema.meaning}" if schema else "",
                    **({"GEOMETRY_NAME": GEOMETRY} if table.crs else {}),
                },
                **(spatial if table.crs else {}),
            )


def _provenance(layer: Layer, language: Language) -> dict[str, str]:
    about = {"riverline_version": __version__, "language": language}
    if layer.schema is not None:
        about["schema"] = layer.schema.name
    return about | metadata_of(layer.run, layer.rules)


@contextmanager
def _fixed_date() -> Iterator[None]:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": DATE})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _require_same(path: Path, tables: Sequence[Table]) -> None:
    changed = []
    for table in tables:
        _, back = raw.read_arrow(str(path), layer=table.name)
        if back.num_rows != table.content.num_rows:
            changed.append((table.name, f"{table.content.num_rows} → {back.num_rows}"))
            continue
        sent = table.content
        different = [name for name in sent.column_names if not _values(back[name], sent[name].type).equals(sent[name])]
        changed += [(table.name, name) for name in different]
    if changed:
        listed = ", ".join(f"{table}.{name}" for table, name in changed)
        raise JobError(
            f"写出后复读与原数据不一致：{listed}",
            f"what was written does not read back the same: {listed}",
        )


def _values(column: pa.ChunkedArray, wanted: pa.DataType) -> pa.ChunkedArray:
    """A column that was read, in the type that was written; of numbers with a list of choices the numbers."""
    if pa.types.is_dictionary(column.type) and not pa.types.is_dictionary(wanted):
        column = pa.chunked_array([chunk.indices for chunk in column.chunks], column.type.index_type)
    return column.cast(wanted)
