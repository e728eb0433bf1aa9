"""A delivered GeoPackage written again in another format: read back, sorted by what the format holds, written."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

import riverline as rl
from riverline.cli.jobs.exporting_planes import IN_METRES, in_metres, one_kind, without_faults
from riverline.cli.jobs.handover import Steps, require_folder
from riverline.cli.jobs.reading import layer_names, read_plain
from riverline.cli.jobs.steps import read_named
from riverline.export.drawings import load_drawing
from riverline.export.formats import ENDINGS
from riverline.schema import EXTENTS, FRAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from riverline.cli.jobs.handover import Step
    from riverline.cli.jobs.steps import Layer
    from riverline.schema import Language

__all__ = ["TAKES", "ExportJob", "Exported", "export_file", "read_delivery"]

TAKES: dict[str, frozenset[str]] = {
    "profile": frozenset({"gpkg", "gdb", "shp"}),
    "project": frozenset({"gpkg"}),
    "encoding": frozenset({"shp", "ovi"}),
    "zip": frozenset({"shp", "gdb"}),
    "dialect": frozenset({"txt"}),
    "drawing": frozenset({"dxf"}),
    "scale": frozenset({"dxf"}),
    "zone_prefix": frozenset({"dxf"}),
    "max_zoom": frozenset({"pmtiles"}),
    "form": frozenset({"xlsx"}),
    "photo_column": frozenset({"kmz"}),
    "photo_folder": frozenset({"kmz"}),
    "crs": IN_METRES,
    "language": frozenset(ENDINGS) - {"txt", "ovi"},
}
"""What may be said of the writing → formats of which it may."""

_ONE_A_FILE = frozenset({"geojson", "parquet", "pmtiles"})
_WITHOUT_TABLES = frozenset({"kmz", "dxf", "txt", "pmtiles", "ovi"})
_PATH_NAMES = frozenset(
    {"path", "results", "kind", "columns", "about", "names", "photo_column", "photo_folder", *TAKES}
)
_POINT, _AREA = 0, 2
_TOLD = 10


@dataclass(frozen=True, slots=True)
class ExportJob:
    """From GeoPackages to a file of another format.

    ``layers`` are names of tables or schemas, all if empty; ``said`` is what :data:`TAKES` names; ``beside`` are layers
    of other files, by their schemas.
    """

    files: Sequence[Path]
    to: str
    out: Path | None = None
    layers: tuple[str, ...] = ()
    said: Mapping[str, Any] = field(default_factory=dict)
    language: Language = "zh"
    beside: Mapping[str, Layer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: layers with their numbers of rows, layers that the format does not hold, the files, notes."""

    rows: dict[str, int]
    left: tuple[str, ...]
    paths: tuple[Path, ...]
    notes: tuple[str, ...] = ()


def export_file(job: ExportJob, tell: Callable[[Step], None]) -> Exported:
    """Do the job; the file is there whole at its end, or not at all.

    Raises
    ------
    RiverlineError
        If anything about the call is wrong.
    """
    _require_taken(job)
    step = Steps(tell, 2)
    names = "、".join(path.name for path in job.files)
    step(f"读取 {names}", f"read {names}")
    others = [{name: read_named(name, layer, FRAMES[name])} for name, layer in job.beside.items()]
    read = _together([*map(read_delivery, dict.fromkeys(job.files)), *others])
    if not job.layers:
        kept = {name: frame for name, frame in read.items() if _holds(job.to, frame)}
    else:
        kept = _chosen(read, job.layers)
    kept, told = one_kind(kept, job.language) if job.to == "txt" and not job.layers else (kept, ())
    left = tuple(name for name in read if name not in kept) if not job.layers else ()
    if not kept:
        raise rl.JobError(
            f"{names} 中没有 {job.to} 能写的图层（现有：{'、'.join(read) or '-'}）",
            f"{names} has no layer that {job.to} holds (there are: {', '.join(read) or '-'})",
        )
    named = job.to == "dxf" and not job.layers and not load_drawing(job.said.get("drawing", "plain")).faults
    drawn, aside = without_faults(kept, job.language) if named else (kept, ())
    kept, moved = in_metres(drawn, job.to, job.said.get("crs"), job.language)
    target = _target(job, several=len(kept) > 1)
    require_folder(target.parent)
    target.parent.mkdir(parents=True, exist_ok=True)
    step(f"写出 {target.name}", f"write {target.name}")
    path = rl.export.to_file(target, kind=job.to, **_arguments(kept), **_options(job))
    if profile := job.said.get("profile"):
        gone = rl.export.list_unwanted(profile, **_arguments(kept))
        left += tuple(name for name, called in zip(kept, _arguments(kept), strict=True) if {name, called} & set(gone))
        kept = {name: frame for name, frame in kept.items() if name not in left}
    beside = (path.with_suffix(".qgz"),) if job.said.get("project") else ()
    rows = {name: len(frame) for name, frame in kept.items()}
    lost = _lost_photos(kept, job)
    return Exported(rows, left, (path, *beside), (*told, *aside, *moved, *lost))


def read_delivery(path: Path) -> dict[str, pd.DataFrame]:
    """The layers of a GeoPackage by their titles, those of the data dictionary under its types.

    Tables into which one layer was parted (points, lines, areas, rows without a place) are one again.

    Raises
    ------
    ReadError
        If the file is not there or is none.
    """
    parts: dict[str, list[pd.DataFrame]] = {}
    for name in layer_names(path):
        schema = (pyogrio.read_info(path, layer=name)["layer_metadata"] or {}).get("schema", "")
        parts.setdefault(schema if schema in FRAMES else name, []).append(read_plain(path, name))
    return {name: _whole(name, frames) for name, frames in parts.items()}


def _together(deliveries: Sequence[Mapping[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """The layers of several files; those of one name are one, in the CRS of the first."""
    parts: dict[str, list[pd.DataFrame]] = {}
    for delivery in deliveries:
        for name, frame in delivery.items():
            first = next(iter(parts.get(name, [])), None)
            both = isinstance(frame, gpd.GeoDataFrame) and isinstance(first, gpd.GeoDataFrame)
            aligned = rl.geodesy.align(frame, first.crs, layer=name) if both and first is not None else frame
            parts.setdefault(name, []).append(aligned)
    return {name: frames[0] if len(frames) == 1 else _whole(name, frames) for name, frames in parts.items()}


def _lost_photos(kept: Mapping[str, pd.DataFrame], job: ExportJob) -> tuple[str, ...]:
    """What to tell of photos that cells name and the folder has not."""
    if "photo_column" not in job.said:
        return ()
    column, folder = job.said["photo_column"], job.said["photo_folder"]
    if not any(column in frame for frame in kept.values()):
        return (f"写出的图层都没有字段 {column}" if job.language == "zh" else f"no layer has a column {column}",)
    lost = rl.export.list_missing_photos(photo_column=column, photo_folder=folder, **_arguments(kept))
    if not lost:
        return ()
    listed = "、".join(lost[:_TOLD]) + ("…" if len(lost) > _TOLD else "")
    if job.language == "zh":
        return (f"{len(lost)} 张照片未找到、在文件夹之外或不是 JPEG、PNG：{listed}",)
    return (f"{len(lost)} photos are missing, outside the folder, or neither JPEG nor PNG: {listed}",)


def _whole(name: str, frames: list[pd.DataFrame]) -> pd.DataFrame:
    placed = [frame for frame in frames if isinstance(frame, gpd.GeoDataFrame)]
    schema = FRAMES.get(name)
    if not placed:
        return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    crs = placed[0].crs
    bare = [gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([None] * len(frame), index=frame.index), crs=crs)
            for frame in frames if not isinstance(frame, gpd.GeoDataFrame)]  # fmt: skip
    parts = [*placed, *bare]
    whole = parts[0] if len(parts) == 1 else gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=crs)
    # Tables of one layer were made together; of what was put together afterwards nobody knows.
    whole.attrs = frames[0].attrs if all(each.attrs == frames[0].attrs for each in frames) else {}
    return whole if schema is None else schema.conform(whole)


def _holds(kind: str, frame: pd.DataFrame) -> bool:
    """Whether a format is for such a layer: points for Ovi, areas for the coordinate text, no tables on a map."""
    if kind not in _WITHOUT_TABLES:
        return True
    if not isinstance(frame, gpd.GeoDataFrame):
        return False
    if kind == "kmz":
        return True
    shapes = np.asarray(frame.geometry.array, dtype=object)
    dimensions = shapely.get_dimensions(shapes[~shapely.is_missing(shapes)])
    if kind == "ovi":
        return len(dimensions) > 0 and bool((shapely.get_type_id(shapes[~shapely.is_missing(shapes)]) == _POINT).all())
    return len(dimensions) > 0 and (kind != "txt" or bool((dimensions == _AREA).all()))


def _chosen(read: Mapping[str, pd.DataFrame], wanted: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    titles = {FRAMES[name].label_zh: name for name in read if name in FRAMES}
    kinds = {text: kind.value for kind in EXTENTS["kind"].choices for text in (kind.value, kind.label_zh)}
    asked = {kinds[each] for each in wanted if each in kinds and each not in read}
    if asked and EXTENTS.name in read:
        # One kind of range by its own name, as it is a file of its own for who receives it.
        ranges = read[EXTENTS.name]
        read = {**read, EXTENTS.name: ranges[ranges["kind"].isin(asked)]}
        wanted = tuple(EXTENTS.name if each in kinds else each for each in wanted)
    named = {each: titles.get(each, each) for each in wanted}
    lost = [each for each, name in named.items() if name not in read]
    if lost:
        there = [FRAMES[name].label_zh if name in FRAMES else name for name in read]
        raise rl.JobError(
            f"没有图层 {'、'.join(lost)}（现有：{'、'.join(there) or '-'}）",
            f"there is no layer {', '.join(lost)} (there are: {', '.join(read) or '-'})",
        )
    return {name: read[name] for name in dict.fromkeys(named.values())}


def _require_taken(job: ExportJob) -> None:
    if ("photo_column" in job.said) != ("photo_folder" in job.said):
        raise rl.JobError(
            "照片须同时写 --photo-column 字段 和 --photo-folder 文件夹",
            "photos need both --photo-column COLUMN and --photo-folder FOLDER",
        )
    wrong = [name for name in job.said if job.to in ENDINGS and job.to not in TAKES[name]]
    if wrong:
        listed = "、".join(f"--{name.replace('_', '-')}" for name in wrong)
        raise rl.JobError(f"--to {job.to} 没有 {listed}", f"--to {job.to} does not take {listed}")


def _target(job: ExportJob, *, several: bool) -> Path:
    if job.out is not None:
        return job.out
    stem = job.files[0].stem
    if job.to == "shp":
        return Path(f"{stem}.zip" if job.said.get("zip") else f"{stem}_shp")
    if job.to == "gdb" and job.said.get("zip"):
        return Path(f"{stem}.gdb.zip")
    if job.to == "gpkg":
        return Path(f"{stem}_export.gpkg")
    ending = ".zip" if several and job.to in _ONE_A_FILE else ENDINGS.get(job.to, f".{job.to}")
    return Path(f"{stem}_{job.to}{ending}" if ending in {".zip", ".txt"} else f"{stem}{ending}")


def _arguments(kept: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Layers as arguments; one that is called as an option gets another name."""
    return {f"{name}_" if name in _PATH_NAMES else name: frame for name, frame in kept.items()}


def _options(job: ExportJob) -> dict[str, Any]:
    said = {name: value for name, value in job.said.items() if name not in {"zip", "crs"}}
    said |= {"with_faults": True} if job.to == "dxf" and job.layers else {}
    return said | ({"language": job.language} if job.to in TAKES["language"] else {})
