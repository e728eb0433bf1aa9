"""Which datum a CRS is on: the old Chinese ones are recognised and refused, CGCS2000 and WGS 84 are taken as equal."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import numpy as np
import pyproj

from riverline.errors import CRSError
from riverline.provenance import crs_authority, crs_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "datum_key",
    "geographic_side",
    "horizontal",
    "is_modern",
    "is_same",
    "legacy_datum",
    "name_of",
    "refuse_legacy",
    "to_degrees",
]

_IAG_1975 = (6378140.0, 298.257)
_KRASSOVSKY = (6378245.0, 298.3)
_MODERN = re.compile(r"china_(geodetic_coordinate_system_)?2000|cgcs_?2000|world_geodetic_system_1984|wgs_?(19)?84")

# Codes, PROJ strings, WKT and JSON; any other text is a name.
_NO_NAME = re.compile(r"^\s*\d+\s*$|:|=|\[|\{")


def horizontal(crs: object) -> pyproj.CRS:
    """The horizontal part of a CRS in two dimensions, as a pyproj CRS.

    Raises
    ------
    CRSError
        If pyproj does not understand it.
    """
    try:
        whole = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        raise CRSError(
            f"无法识别坐标系 {crs!r}；可写 EPSG 代码，如 4548", f"{crs!r} is no CRS; write an EPSG code such as 4548"
        ) from error
    if isinstance(crs, str) and not _NO_NAME.search(crs) and crs.strip().casefold() != whole.name.casefold():
        # PROJ takes the first registered name that is like the text: "beijing" would be New Beijing.
        raise CRSError(
            f"无法识别坐标系 {crs!r}（最接近的是 {whole.name}）；请写 EPSG 代码，如 4548，或完整名称",
            f"{crs!r} is no CRS (the nearest is {whole.name}); write an EPSG code such as 4548, or the whole name",
        )
    if whole.is_compound:
        whole = whole.sub_crs_list[0]
    # A flat one is kept as it is: to_2d would lose the text it was written as.
    return whole if whole.is_bound or len(whole.axis_info) == 2 else whole.to_2d()  # noqa: PLR2004 - dimensions


def is_same(first: pyproj.CRS, second: pyproj.CRS) -> bool:
    """Whether coordinates mean the same in both, axis order and heights aside."""
    here, there = horizontal(first), horizontal(second)
    return bool(here.equals(there, ignore_axis_order=True))


def name_of(crs: pyproj.CRS) -> str:
    """How a CRS is called in messages: its code if it has one, else its name."""
    authority = crs_authority(crs)
    if authority is not None:
        return ":".join(authority)
    text = crs_text(crs)
    return crs.name if text.startswith(("PROJ", "GEOG", "BOUND", "{")) else text.removesuffix(" +type=crs")


def datum_key(crs: pyproj.CRS) -> str:
    """The name of a CRS's datum in small letters, blanks as underscores: what datums are compared by."""
    geodetic = crs.geodetic_crs
    datum = None if geodetic is None else geodetic.datum
    return "unknown" if datum is None else re.sub(r"\W", "", datum.name.lower().replace(" ", "_"))


def is_modern(crs: pyproj.CRS) -> bool:
    """Whether a CRS is on CGCS2000 or WGS 84, between which positions are taken as equal."""
    return not crs.is_bound and _MODERN.search(datum_key(crs)) is not None


def geographic_side(crs: pyproj.CRS) -> pyproj.CRS:
    """The longitudes and latitudes that a CRS is a projection of.

    Raises
    ------
    CRSError
        If it has none, such as a local engineering grid.
    """
    geodetic = crs.geodetic_crs
    if geodetic is None or not geodetic.is_geographic:
        raise CRSError(
            f"坐标系 {name_of(crs)} 没有对应的经纬度坐标系（可能是地方独立坐标系）；请先转换到 CGCS2000",
            f"{name_of(crs)} has no geographic side (a local grid?); transform the data to CGCS2000 first",
        )
    return geodetic.to_2d()


def legacy_datum(crs: object) -> tuple[str, str] | None:
    """The name of the old Chinese datum that a CRS is on, in Chinese and English, or None.

    Old ``.prj`` files that name only the ellipsoid count: IAG 1975 is Xi'an 1980's alone, and a nameless datum on
    Krassovsky's ellipsoid is taken for Beijing 1954. A CRS with non-zero ``+towgs84`` brings its transformation along
    and is not legacy.

    Examples
    --------
    >>> from riverline.geodesy.datum import legacy_datum
    >>> legacy_datum("EPSG:2385"), legacy_datum("EPSG:4548")
    (('西安1980', "Xi'an 1980"), None)
    """
    flat = horizontal(crs)
    if flat.is_bound:
        operation = flat.coordinate_operation
        if operation is not None and any(operation.towgs84):
            return None
        flat = flat.source_crs if flat.source_crs is not None else flat
    key, ellipsoid = datum_key(flat), flat.ellipsoid
    shape = None if ellipsoid is None else (ellipsoid.semi_major_metre, ellipsoid.inverse_flattening)
    if re.search(r"beijing|北京", key):
        return ("新北京1954", "New Beijing") if "new" in key else ("北京1954", "Beijing 1954")
    if re.search(r"xi_?an_?(19)?80|西安", key) or shape == _IAG_1975:
        return "西安1980", "Xi'an 1980"
    if shape == _KRASSOVSKY and key.startswith("unknown"):
        return "克拉索夫斯基椭球、基准未注明（按北京1954对待）", "unnamed on Krassovsky's ellipsoid (Beijing 1954)"
    return None


def refuse_legacy(crs: object, *, target: object = "EPSG:4548") -> None:
    """Raise if a CRS is on Beijing 1954 or Xi'an 1980, with the line to type.

    Raises
    ------
    CRSError
        If it is.
    """
    old = legacy_datum(crs)
    if old is None:
        return
    here, there = name_of(horizontal(crs)), name_of(horizontal(target))
    call = (
        f'riverline.geodesy.to_metric(frame, crs="{there}", transformation=riverline.geodesy.helmert_pipeline('
        f'"{here}", "{there}", shift_m=(dx, dy, dz), rotation_arcsec=(rx, ry, rz), scale_ppm=m, '
        'convention="coordinate_frame"))'
    )
    raise CRSError(
        f"坐标系 {here} 的基准是{old[0]}：没有测区转换参数时 PROJ 不作任何基准改正，位置会差数十米以上，故不接受；"
        f"请向测绘单位索取七参数或转换格网后写：{call}",
        f"{here} is on the datum {old[1]}: without local parameters PROJ applies no datum shift and positions are off "
        f"by tens of metres or more, so it is refused; get the seven parameters or the grid and type: {call}",
    )


def to_degrees(crs: object, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Longitude and latitude in degrees from Greenwich, on the CRS's own datum: no datum shift.

    Parameters
    ----------
    crs
        Geographic or projected.
    x, y
        East and north, or longitude and latitude in the units of the CRS.

    Returns
    -------
    tuple of ndarray
        Longitudes and latitudes; infinite where the projection cannot be undone.

    Raises
    ------
    CRSError
        If the CRS has no geographic side, such as a local engineering grid.
    """
    flat = horizontal(crs)
    flat = flat.source_crs if flat.is_bound and flat.source_crs is not None else flat
    geographic = geographic_side(flat)
    if flat.is_projected:
        x, y = pyproj.Transformer.from_crs(flat, geographic, always_xy=True).transform(x, y)
    to_radians = geographic.axis_info[0].unit_conversion_factor
    meridian = geographic.prime_meridian
    start = 0.0 if meridian is None else math.degrees(meridian.longitude * float(meridian.unit_conversion_factor))
    if abs(math.degrees(to_radians) - 1.0) < 1e-12 and start == 0.0:  # noqa: PLR2004 - degrees from Greenwich already
        return np.asarray(x, dtype="float64"), np.asarray(y, dtype="float64")
    return np.degrees(np.asarray(x) * to_radians) + start, np.degrees(np.asarray(y) * to_radians)
