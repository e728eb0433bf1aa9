"""Reading tracks of receivers: GPX, layers and tables as fixes in one form."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from riverline.errors import JobError, ReadError
from riverline.io.layers import read_layer
from riverline.io.notes import note
from riverline.io.tables import read_table
from riverline.schema import TRACK_POINTS

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

    from riverline.io.mapping import Columns

__all__ = ["read_tracks"]

_TABLES = frozenset({".csv", ".txt", ".xlsx", ".xlsm"})
_GPX = "EPSG:4326"


def read_tracks(
    path: str | os.PathLike[str],
    *,
    patroller: str | None = None,
    level: str | None = None,
    columns: Columns | None = None,
    values: Mapping[str, Any] | None = None,
    crs: object = None,
    encoding: str | None = None,
    layer: str | None = None,
) -> gpd.GeoDataFrame:
    """Read fixes of patrols from GPX, from a layer of points, or from a table with a row a fix.

    Parameters
    ----------
    path
        ``.gpx``; a table (.csv, .txt, .xlsx); or anything else that GDAL reads.
    patroller, level
        Who walked, and at which level, where the file does not say, in a column or in a row of it: GPX never does.
    columns, values, crs, encoding, layer
        As for :func:`riverline.read_layer` and :func:`riverline.read_table`.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.TRACK_POINTS`. Of GPX: in longitude and latitude, ``track_id`` the file's name
        and the number of the track, with ``name`` as the file has it; ``track_part`` the segment; a track without a
        point is one row without geometry; waypoints and routes are left out and noted. What has no time keeps its
        place and is blank in ``time``. A ``point_id`` that the file lacks is the row's number.

    Raises
    ------
    ReadError, SchemaError, CRSError
        If the file cannot be read, lacks columns or does not tell its CRS.
    JobError
        If the level is none.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import riverline as rl
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "0506.gpx"
    >>> fix = '<trkpt lat="31.6" lon="117.{}"><time>2025-05-06T01:0{}:00Z</time></trkpt>'
    >>> fixes = fix.format(1, 0) + fix.format(2, 5)
    >>> text = f'<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{fixes}</trkseg></trk></gpx>'
    >>> _ = file.write_text(text, encoding="utf-8")
    >>> points = rl.read_tracks(file, patroller="张三", level="village")
    >>> points[["track_id", "patroller", "sequence"]].values.tolist()
    [['0506/1', '张三', 1], ['0506/1', '张三', 2]]
    >>> points["time"].iloc[0].isoformat()
    '2025-05-06T01:00:00+00:00'
    """
    source = Path(path)
    if level is not None and level not in (levels := [each.value for each in TRACK_POINTS["level"].choices]):
        there = ", ".join(map(str, levels))
        raise JobError(f"没有级别 {level!r}；可用：{there}", f"there is no level {level!r}; there are: {there}")
    if source.suffix.lower() == ".gpx":
        return _read_gpx(source, patroller or "", level)
    told: dict[str, Any] = {"columns": columns, "crs": crs, "encoding": encoding}
    spare = {"patroller": patroller or None, "level": level, "point_id": "{row}"}
    if source.suffix.lower() in _TABLES:
        return _read(lambda more: read_table(source, TRACK_POINTS, values=more, sheet=layer, **told), values, spare)
    return _read(lambda more: read_layer(source, TRACK_POINTS, values=more, layer=layer, **told), values, spare)


def _read(
    read: Callable[[dict[str, Any] | None], gpd.GeoDataFrame], values: Mapping[str, Any] | None, spare: dict[str, Any]
) -> gpd.GeoDataFrame:
    """What is read; who walked, at which level and the number of a row are filled in where the file does not say."""
    from riverline.errors import SchemaError

    given, left = dict(values or {}), {name: each for name, each in spare.items() if each is not None}
    try:
        frame = read(given or None)
    except SchemaError as error:
        lacking = {name: each for name, each in left.items() if name not in given and f"{name!r}" in str(error)}
        if not lacking:
            raise
        frame = read({**given, **lacking})
    source = frame.attrs
    for name in ("patroller", "level"):
        if name in left and name not in given:
            blank = frame[name].isna() | (frame[name].astype("str").str.strip() == "")
            frame[name] = frame[name].mask(blank, left[name])
    frame.attrs = source
    return frame


def _read_gpx(path: Path, patroller: str, level: str | None) -> gpd.GeoDataFrame:
    import pyogrio

    if not path.is_file():
        raise ReadError(f"找不到文件 {path.name}", f"there is no file {path.name}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # fields that the format leaves out are none of the reader's business
            points = pyogrio.read_dataframe(path, layer="track_points")
            names = pyogrio.read_dataframe(path, layer="tracks", fid_as_index=True, columns=["name"])
            beside = {each: pyogrio.read_info(path, layer=each)["features"] for each in ("waypoints", "routes")}
    except pyogrio.errors.DataSourceError as error:
        raise ReadError(
            f"{path.name} 不是能读取的 GPX 文件；请从设备重新导出",
            f"{path.name} is no GPX that can be read; export it again from the device",
        ) from error
    frame = _points(points, path.stem).assign(patroller=patroller, level=level)
    frame["name"] = frame.pop("fid").map(names["name"])
    empty = names.index.difference(points["track_fid"])
    frame = pd.concat([frame, _pointless(empty, names["name"], path.stem, patroller, level)], ignore_index=True)
    frame = TRACK_POINTS.conform(gpd.GeoDataFrame(frame, geometry="geometry", crs=_GPX))
    notes = [note("GPX 为经纬度（WGS 84），时间为世界时", "GPX is in longitude and latitude (WGS 84), times are UTC")]
    for what, zh in (("waypoints", "航点"), ("routes", "航线")):
        if beside[what]:
            notes.append(note(f"{beside[what]} 个{zh}未读取", f"{beside[what]} {what} were not read"))
    if len(empty):
        notes.append(note(f"{len(empty)} 条轨迹没有点", f"{len(empty)} tracks have no point"))
    frame.attrs = {
        "source": {"path": path.name, "driver": "GPX", "layer": "track_points", "encoding": "UTF-8",
                   "encoding_from": "declared", "crs": _GPX, "rows": len(points), "notes": notes}
    }  # fmt: skip
    return frame


def _points(points: gpd.GeoDataFrame, stem: str) -> pd.DataFrame:
    """Fixes as the format has them, under the names of the dictionary."""
    time = pd.to_datetime(points["time"], utc=True)
    track = stem + "/" + (points["track_fid"] + 1).astype("str")
    part = points["track_seg_id"] + 1
    sequence = points["track_seg_point_id"] + 1
    return pd.DataFrame(
        {
            "point_id": track + "/" + part.astype("str") + "/" + sequence.astype("str"),
            "track_id": track,
            "fid": points["track_fid"],
            "time": time,
            "sequence": sequence,
            "track_part": part,
            "geometry": points.geometry,
        }
    )


def _pointless(fids: pd.Index, names: pd.Series, stem: str, patroller: str, level: str | None) -> pd.DataFrame:
    """Tracks without a fix: a row each, without a place."""
    track = [f"{stem}/{fid + 1}" for fid in fids]
    return pd.DataFrame(
        {
            "point_id": track,
            "track_id": track,
            "time": pd.Series([pd.NaT] * len(fids), dtype="datetime64[ms, UTC]"),
            "sequence": 0,
            "track_part": 0,
            "geometry": None,
            "patroller": patroller,
            "level": level,
            "name": names.reindex(fids).to_numpy(),
        }
    )
