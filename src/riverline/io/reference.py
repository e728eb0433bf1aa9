"""Which CRS a file is in: what it says, what the caller says, and what its numbers look like when nobody says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline.errors import CRSError, Hint
from riverline.geodesy import identify_coordinates
from riverline.geodesy.datum import datum_key, horizontal, is_modern, is_same, name_of
from riverline.geodesy.identify import are_degrees_in_china
from riverline.geodesy.zones import gauss_kruger
from riverline.io.notes import note

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj
    from numpy.typing import NDArray

    from riverline.io.notes import Note

__all__ = ["looks_like", "settle_crs"]

# Formats that are longitude and latitude by definition: numbers that cannot be show a wrong export, not a wrong CRS.
_DEGREES_BY_DEFINITION = frozenset({"GeoJSON", "GeoJSONSeq", "TopoJSON", "KML", "LIBKML", "GPX"})
_MOST_VERTICES = 10_000
_ZONE_M = 1_000_000.0
_EASTING_M = (100_000.0, 900_000.0)


def settle_crs(
    frame: gpd.GeoDataFrame, crs: object, *, driver: str
) -> tuple[gpd.GeoDataFrame, CRSError | None, list[Note]]:
    """The frame in the CRS that file and caller agree on; never reprojected.

    Parameters
    ----------
    frame
        Rows as the file has them.
    crs
        What the caller says, or None.
    driver
        GDAL's name of the format.

    Returns
    -------
    frame, error, notes
        The error is returned, not raised, so that it can stand beside what else is wrong.
    """
    own, notes = _own_crs(frame, driver)
    try:
        given = None if crs is None else horizontal(crs)
    except CRSError as error:
        return frame, error, notes
    if given is None:
        return frame, None if own is not None else _asked(frame), notes
    if own is not None and not _agree(own, given):
        return frame, _disagree(own, given), notes
    if own is None and given.is_geographic and _beyond_degrees(frame):
        return frame, _not_degrees(frame, given), notes
    if own is None and (why := _other_plane(frame, given)) is not None:
        return frame, why, notes
    if own is None:
        notes.append(note(f"坐标系按参数 crs：{name_of(given)}", f"CRS as given: {name_of(given)}"))
    elif not is_same(own, given):
        notes.append(
            note(
                f"文件的坐标系 {name_of(own)} 与 {name_of(given)} 坐标一致，按后者",
                f"the file's CRS {name_of(own)} and {name_of(given)} have the same coordinates; taken as the latter",
            )
        )
    return frame.set_crs(given, allow_override=True), None, notes


def looks_like(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[str | None, str, str]:
    """The code that bare coordinates suggest, or None, and the reason in both languages.

    Examples
    --------
    >>> import numpy as np
    >>> looks_like(np.array([39500000.0, 39501000.0]), np.array([3320000.0, 3321000.0]))[0]
    'EPSG:4527'
    """
    try:
        guess = identify_coordinates(x, y)
    except CRSError as error:
        return None, error.zh, error.en
    return guess.crs, guess.reason_zh, guess.reason_en


def _own_crs(frame: gpd.GeoDataFrame, driver: str) -> tuple[pyproj.CRS | None, list[Note]]:
    """The CRS that the file states, unless it states nothing usable."""
    if frame.crs is None:
        return None, []
    if frame.crs.is_engineering or "undefined" in frame.crs.name.lower():
        return None, [note("文件中的坐标系未定义", "the CRS in the file is an undefined one")]
    if driver in _DEGREES_BY_DEFINITION and frame.crs.is_geographic and _beyond_degrees(frame):
        return None, [
            note(
                f"{driver} 按定义为经纬度，数值却不是：文件未写明其坐标系",
                f"{driver} is longitude and latitude by definition but the numbers are not: the file does not state "
                "its CRS",
            )
        ]
    return frame.crs, []


def _agree(own: pyproj.CRS, given: pyproj.CRS) -> bool:
    """Whether coordinates mean the same in both, though one may lack a code or call CGCS2000 by WGS 84.

    MapInfo and GeoJSON know no CGCS2000; between it and WGS 84 riverline applies no shift anywhere.
    """
    if is_same(own, given):
        return True
    own, given = horizontal(own), horizontal(given)
    if datum_key(own) != datum_key(given) and not (is_modern(own) and is_modern(given)):
        return False
    if own.is_geographic and given.is_geographic:
        return True
    plane = gauss_kruger(own)
    return plane is not None and plane == gauss_kruger(given)


def _beyond_degrees(frame: gpd.GeoDataFrame) -> bool:
    bounds = np.abs(shapely.total_bounds(frame.geometry.to_numpy()))
    return bool((bounds > 360.0).any())  # noqa: PLR2004 - a full turn


def _vertices(frame: gpd.GeoDataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    points = shapely.get_coordinates(frame.geometry.to_numpy())
    points = points[:: max(1, len(points) // _MOST_VERTICES)]
    return points[:, 0], points[:, 1]


def _asked(frame: gpd.GeoDataFrame) -> CRSError:
    x, y = _vertices(frame)
    nothing = (None, "没有坐标可供判断", "there are no coordinates to judge by")
    code, why_zh, why_en = looks_like(x, y) if len(x) else nothing
    hint = Hint.of("crs", code or "EPSG:…")
    return CRSError(
        f"文件没有坐标系；请用 {hint.call} 指定（请向数据提供者核实）。从数值看：{why_zh}",
        f"the file has no CRS; say {hint.call} (ask whoever made the data). The numbers look like this: {why_en}",
        [hint, Hint.of("crs", "EPSG:4547")],
    )


def _disagree(own: pyproj.CRS, given: pyproj.CRS) -> CRSError:
    return CRSError(
        f"crs={name_of(given)} 与文件自带的坐标系 {name_of(own)}（{own.name}）不一致；读取时不做转换：请去掉 crs，"
        "读取后再用 riverline.geodesy.to_metric(frame) 或 frame.to_crs(...) 转换；文件自带的有误时请先在源数据中更正",
        f"crs={name_of(given)} is not the CRS of the file, {name_of(own)} ({own.name}); reading never reprojects: "
        "leave crs out and convert afterwards with riverline.geodesy.to_metric(frame) or frame.to_crs(...); if the "
        "file is wrong, correct it at the source",
    )


def _other_plane(frame: gpd.GeoDataFrame, given: pyproj.CRS) -> CRSError | None:
    """What to say of digits that contradict the plane that the caller names: degrees, or another zone number."""
    plane = gauss_kruger(given)
    x, y = _vertices(frame)
    if plane is None or not len(x):
        return None
    _, why_zh, why_en = looks_like(x, y)
    own = int(plane.false_easting_m // _ZONE_M)
    number, rest = np.divmod(x, _ZONE_M)
    # An easting of six digits bears no number; anything else that is no easting is left to the checks.
    easting = (rest > _EASTING_M[0]) & (rest < _EASTING_M[1]) & (y > _EASTING_M[1])
    borne = np.unique(number[easting])
    if not are_degrees_in_china(x, y) and (not easting.all() or own in borne):
        return None
    return CRSError(
        f"crs={name_of(given)} 与文件中的数值不符。从数值看：{why_zh}",
        f"crs={name_of(given)} does not fit the numbers of the file. They look like this: {why_en}",
    )


def _not_degrees(frame: gpd.GeoDataFrame, given: pyproj.CRS) -> CRSError:
    _, why_zh, why_en = looks_like(*_vertices(frame))
    return CRSError(
        f"crs={name_of(given)} 是经纬度，文件中的数值却不是度。从数值看：{why_zh}",
        f"crs={name_of(given)} is longitude and latitude, but the numbers are not degrees. They look like this: "
        f"{why_en}",
    )
