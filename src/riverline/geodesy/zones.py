"""CGCS2000 Gauss-Krüger zones: which one a longitude or a CRS is in, and its EPSG code.

======================  ==================  ==================
EPSG codes              3-degree zones      6-degree zones
======================  ==================  ==================
zone numbers            25–45 (75E–135E)    13–23 (75E–135E)
plain (500 km)          4534–4554           4502–4512
prefixed (39 500 km)    4513–4533           4491–4501
======================  ==================  ==================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from riverline.errors import CRSError
from riverline.geodesy.datum import horizontal

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from riverline.schema import Language

    Floats = NDArray[np.float64]

__all__ = ["GaussKruger", "ZoneWidth", "central_meridian", "gauss_kruger", "plane_name", "zone_crs", "zone_number"]

ZoneWidth = Literal[3, 6]

_FIRST_ZONE = {3: 25, 6: 13}
_LAST_ZONE = {3: 45, 6: 23}
_FIRST_PLAIN_CODE = {3: 4534, 6: 4502}
_FIRST_PREFIXED_CODE = {3: 4513, 6: 4491}
_FALSE_EASTING_M = 500_000.0
_DATUMS = {
    "CGCS2000": "CGCS2000",
    "China Geodetic Coordinate System 2000": "CGCS2000",
    "Beijing 1954": "1954年北京坐标系",
    "Xian 1980": "1980西安坐标系",
}
_PER_ZONE_M = 1_000_000.0


@dataclass(frozen=True, slots=True)
class GaussKruger:
    """What a Gauss-Krüger CRS is made of.

    Attributes
    ----------
    meridian
        Longitude of the central meridian, degrees east.
    false_easting_m
        500 000 m, plus the zone's millions where eastings carry its number.
    is_six
        Whether it is registered as one of CGCS2000's 6-degree zones.
    """

    meridian: float
    false_easting_m: float
    is_six: bool

    def fits(self, zone_width: ZoneWidth | None, *, prefixed: bool | None) -> bool:
        """Whether it is a zone of the width and numbering asked for; None asks for nothing."""
        if zone_width is None and prefixed is None:
            return True
        widths: tuple[ZoneWidth, ...] = (3, 6) if zone_width is None else (zone_width,)
        numberings = (True, False) if prefixed is None else (prefixed,)
        return any(self._is_zone(width, numbered=numbered) for width in widths for numbered in numberings)

    def _is_zone(self, width: ZoneWidth, *, numbered: bool) -> bool:
        zone = int(zone_number(self.meridian, zone_width=width))
        easting = _FALSE_EASTING_M + (zone * _PER_ZONE_M if numbered else 0.0)
        return self.meridian == central_meridian(zone, width) and self.false_easting_m == easting


def zone_number(longitude: ArrayLike, *, zone_width: ZoneWidth = 3) -> NDArray[np.int64]:
    """Number of the zone that a longitude lies in.

    Parameters
    ----------
    longitude
        Degrees east, of any shape.
    zone_width
        3 or 6 degrees.

    Returns
    -------
    ndarray of int64
        The same shape. A longitude on the edge of two zones belongs to the eastern one.

    Examples
    --------
    >>> from riverline.geodesy import zone_number
    >>> zone_number([116.4, 118.5, 121.5]).tolist(), zone_number(116.4, zone_width=6).tolist()
    ([39, 40, 41], 20)
    """
    degrees = np.asarray(longitude, dtype="float64")
    zone = np.floor((degrees + 1.5) / 3.0) if zone_width == 3 else np.floor(degrees / 6.0) + 1.0  # noqa: PLR2004
    return np.asarray(zone, dtype="int64")


def central_meridian(zone: int, zone_width: ZoneWidth) -> float:
    """Longitude of a zone's central meridian, degrees east."""
    return 3.0 * zone if zone_width == 3 else 6.0 * zone - 3.0  # noqa: PLR2004 - the two zone systems


def zone_crs(zone: int, *, prefixed: bool = False) -> str:
    """EPSG code of a CGCS2000 Gauss-Krüger zone; the number says whether it is a 3- or a 6-degree zone.

    Parameters
    ----------
    zone
        25–45 for 3-degree zones, 13–23 for 6-degree zones.
    prefixed
        Whether eastings start with the zone number (39 500 000 m) or not (500 000 m).

    Returns
    -------
    str
        Such as ``EPSG:4548``.

    Raises
    ------
    CRSError
        If China has no zone of that number.

    Examples
    --------
    >>> from riverline.geodesy import zone_crs
    >>> zone_crs(39), zone_crs(39, prefixed=True), zone_crs(20), zone_crs(20, prefixed=True)
    ('EPSG:4548', 'EPSG:4527', 'EPSG:4509', 'EPSG:4498')
    """
    if not isinstance(zone, int | np.integer):
        raise CRSError(f"带号应为整数，实际为 {zone!r}", f"the number of a zone is a whole number, got {zone!r}")
    for width, first in _FIRST_ZONE.items():
        if first <= zone <= _LAST_ZONE[width]:
            codes = _FIRST_PREFIXED_CODE if prefixed else _FIRST_PLAIN_CODE
            return f"EPSG:{codes[width] + zone - first}"
    raise CRSError(
        f"带号 {zone} 不存在：中国 3 度带为 25–45，6 度带为 13–23",
        f"there is no zone {zone}: China's 3-degree zones are 25–45, its 6-degree zones 13–23",
    )


def gauss_kruger(crs: object) -> GaussKruger | None:
    """The parts of a Gauss-Krüger CRS in metres (scale 1 on the meridian), or None.

    Examples
    --------
    >>> from riverline.geodesy.zones import gauss_kruger
    >>> gauss_kruger("EPSG:4527"), gauss_kruger("EPSG:32650")
    (GaussKruger(meridian=117.0, false_easting_m=39500000.0, is_six=False), None)
    """
    flat = horizontal(crs)
    operation = flat.coordinate_operation
    if not flat.is_projected or flat.is_bound or operation is None or operation.method_name != "Transverse Mercator":
        return None
    values = {parameter.name: parameter.value for parameter in operation.params}
    scale = values.get("Scale factor at natural origin", 1.0)
    if scale != 1.0 or flat.axis_info[0].unit_conversion_factor != 1.0:
        return None
    code = flat.to_epsg() or 0
    is_six = _FIRST_PREFIXED_CODE[6] <= code < _FIRST_PREFIXED_CODE[3]
    return GaussKruger(float(values["Longitude of natural origin"]), float(values["False easting"]), is_six)


def plane_name(crs: object, language: Language = "zh") -> str:
    """What a CRS is called: China's datums and Gauss-Krüger zones in Chinese, others and in English as registered.

    Parameters
    ----------
    crs
        Any CRS.
    language
        ``"zh"`` or ``"en"``.

    Returns
    -------
    str
        Such as ``CGCS2000 3度带 中央经线117°``.

    Examples
    --------
    >>> from riverline.geodesy import plane_name
    >>> plane_name("EPSG:4548"), plane_name("EPSG:4527"), plane_name("EPSG:4490")
    ('CGCS2000 3度带 中央经线117°', 'CGCS2000 3度带 中央经线117° 带号39', 'CGCS2000 经纬度')
    >>> plane_name("EPSG:4548", "en"), plane_name("EPSG:32650")
    ('CGCS2000 / 3-degree Gauss-Kruger CM 117E', 'WGS 84 / UTM zone 50N')
    """
    plane = horizontal(crs)
    datum = next((zh for name, zh in _DATUMS.items() if plane.name.startswith(name)), "")
    if language != "zh" or not datum:
        return str(plane.name)
    if plane.is_geographic:
        return f"{datum} 经纬度"
    zone = gauss_kruger(plane)
    if zone is None:
        return str(plane.name)
    width: ZoneWidth = 6 if zone.is_six or "6-degree" in plane.name else 3
    number = int((zone.false_easting_m - _FALSE_EASTING_M) / _PER_ZONE_M)
    return f"{datum} {width}度带 中央经线{zone.meridian:g}°" + (f" 带号{number}" if number else "")
