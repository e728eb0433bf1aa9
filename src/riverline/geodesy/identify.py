"""What bare coordinate columns are: degrees or metres, which is east, which zone. Said, or refused with the reason.

Surveyors write X = north and Y = east; programmers, and some county announcements, write it the other way round. The
zone number may or may not stand before the easting. Digits decide, never the names of the columns:

=====================  ==================================  =======================
what                   range in China                      digits before the point
=====================  ==================================  =======================
northing               1 900 000 – 6 000 000 m (17–54°N)   7
easting, plain         100 000 – 900 000 m                 6
easting with the zone  13…23 or 25…45, then six digits     8
longitude, latitude    73–136.5°, 3–54°                    2–3
=====================  ==================================  =======================

The digits of an easting without its zone do not tell the zone, and no digits tell the datum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from riverline.errors import CRSError
from riverline.geodesy.zones import zone_crs

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

__all__ = ["GridGuess", "are_degrees_in_china", "identify_coordinates"]

_NORTHING = (1_900_000.0, 6_000_000.0)
_EASTING = (100_000.0, 900_000.0)
_LONGITUDE = (73.0, 136.5)
_LATITUDE = (3.0, 54.0)
_LISTED = 5
# So many different angles whose minutes and seconds all stay below sixty are not decimal degrees by chance.
_PACKED_ROWS = 8

Form = Literal["degrees", "plain", "prefixed"]


@dataclass(frozen=True, slots=True)
class GridGuess:
    """What two columns of bare coordinates are.

    Attributes
    ----------
    kind
        ``degrees`` or ``plane``.
    east
        Which of the two columns holds east or longitude: ``x`` or ``y``.
    crs
        EPSG code that fits, on CGCS2000 (``EPSG:4326`` for degrees outside China); None where the zone is not told.
    zone
        Number of the Gauss-Krüger zone, if told.
    zone_width
        3 or 6 degrees, if told.
    prefixed
        Whether eastings start with the zone number.
    misfits
        Positions, from 0, of rows that do not fit the rest.
    reason_zh, reason_en
        What was seen, and what is left for the caller to say.
    """

    kind: Literal["degrees", "plane"]
    east: Literal["x", "y"]
    crs: str | None
    zone: int | None
    zone_width: Literal[3, 6] | None
    prefixed: bool
    misfits: tuple[int, ...]
    reason_zh: str
    reason_en: str


def identify_coordinates(x: ArrayLike, y: ArrayLike, *, misfits: Literal["raise", "report"] = "raise") -> GridGuess:
    """Find out what two bare columns of coordinates are, or say why they cannot be told.

    Parameters
    ----------
    x, y
        The columns as they stand in the table, whatever they mean, n numbers each; rows with a missing one are left
        out.
    misfits
        ``"raise"``: every row must fit. ``"report"``: if more than half of the rows agree, the others are listed in
        the answer, for rows of faults.

    Returns
    -------
    GridGuess
        Which column is east, the CRS if the digits tell it, and the reasons.

    Raises
    ------
    CRSError
        If the rows are of no kind that is known, of several (two zones, prefixed and plain), or could be of two kinds
        (degrees that may be DD.MMSS, degrees outside China in either order); the message lists the rows.

    Notes
    -----
    The trap that this is built for was printed by a county: X=461581, Y=3906699 (east first), and an end point
    X=4556665 with one digit too many.

    Examples
    --------
    >>> from riverline.geodesy import identify_coordinates
    >>> guess = identify_coordinates([3906699.0, 3906812.0], [38461581.0, 38461690.0])
    >>> guess.east, guess.crs, guess.reason_zh
    ('y', 'EPSG:4526', 'Y 列为 8 位东坐标，带号 38（3 度带）；X 列为北坐标；数字不含基准信息，按 CGCS2000 计')
    >>> identify_coordinates([461581.0], [3906699.0]).crs is None
    True
    >>> identify_coordinates([461581.0, 4556665.0], [3906699.0, 3907012.0])
    Traceback (most recent call last):
    ...
    riverline.errors.CRSError: 坐标无法判读：第 2 行 X=4556665 Y=3907012：两列都像北坐标（7 位），东坐标多了一位数字
    cannot tell what the coordinates are: row 2, X=4556665 Y=3907012: both look like northings of 7 digits: one digit too many in the easting
    """  # noqa: E501 - the message is shown as it is printed
    first, second = np.asarray(x, dtype="float64").ravel(), np.asarray(y, dtype="float64").ravel()
    known = np.flatnonzero(np.isfinite(first) & np.isfinite(second))
    if not len(known):
        raise CRSError("没有可判读的坐标：两列中没有成对的数字", "no coordinates: no row has a number in both columns")
    pair = {"x": first[known], "y": second[known]}
    fits = _fits(pair)
    (form, east), fit = max(fits.items(), key=lambda item: int(item[1].sum()))
    wrong = np.flatnonzero(~fit)
    if len(wrong) and (misfits == "raise" or 2 * int(fit.sum()) <= len(fit)):
        raise _refusal(pair, known, wrong if fit.any() else np.arange(len(fit)))
    longitude = pair[east][fit]
    latitude = pair["y" if east == "x" else "x"][fit]
    rows = tuple(known[wrong].tolist())
    if form == "degrees":
        return _degrees(east, longitude, latitude, rows)
    return _plane(form, east, longitude, rows)


def are_degrees_in_china(x: ArrayLike, y: ArrayLike) -> bool:
    """Whether bare coordinates are longitudes and latitudes of China, in either order, whatever CRS they bear.

    Parameters
    ----------
    x, y
        n numbers each.

    Returns
    -------
    bool
        False if there are none. A plane in metres has its origin on the equator: nobody's river lies a few dozen
        metres from there, so numbers like these are degrees under the name of a plane.

    Examples
    --------
    >>> are_degrees_in_china([117.3, 117.4], [31.9, 32.0]), are_degrees_in_china([500_000.0], [3_500_000.0])
    (True, False)
    """
    first, second = np.asarray(x, dtype="float64"), np.asarray(y, dtype="float64")
    return first.size > 0 and any(
        bool((_between(east, _LONGITUDE) & _between(north, _LATITUDE)).all())
        for east, north in ((first, second), (second, first))
    )


def _fits(pair: dict[str, Floats]) -> dict[tuple[Form, Literal["x", "y"]], Mask]:
    """For each reading, the rows that it fits; the readings exclude one another, save degrees outside China."""
    masks: dict[tuple[Form, Literal["x", "y"]], Mask] = {}
    sides: tuple[tuple[Literal["x", "y"], Literal["x", "y"]], ...] = (("x", "y"), ("y", "x"))
    for east, north in sides:
        northing = _between(pair[north], _NORTHING)
        zone, rest = np.divmod(pair[east], 1_000_000.0)
        numbered = (((zone >= 13) & (zone <= 23)) | ((zone >= 25) & (zone <= 45))) & _between(rest, _EASTING)  # noqa: PLR2004 - zones of China
        masks["prefixed", east] = northing & numbered
        masks["plain", east] = northing & _between(pair[east], _EASTING)
        masks["degrees", east] = _between(pair[east], _LONGITUDE) & _between(pair[north], _LATITUDE)
    if not any(mask.any() for mask in masks.values()):
        for east, north in sides:
            small = (np.abs(pair[east]) <= 180.0) & (np.abs(pair[north]) <= 90.0)  # noqa: PLR2004 - the globe
            # Only a value beyond 90° shows which of the two is the longitude.
            masks["degrees", east] = small & bool((np.abs(pair[east]) > 90.0).any())  # noqa: PLR2004 - the poles
    return masks


def _degrees(east: Literal["x", "y"], longitude: Floats, latitude: Floats, rows: tuple[int, ...]) -> GridGuess:
    if _looks_packed(longitude) and _looks_packed(latitude):
        raise CRSError(
            "坐标可能是“度.分秒”（DD.MMSS）而不是十进制度：所有小数的分、秒位都小于 60；"
            "请用 riverline.geodesy.parse_dms 读取，或指明坐标系",
            "the coordinates may be DD.MMSS instead of decimal degrees: minutes and seconds all stay below 60; "
            "read them with riverline.geodesy.parse_dms, or give the CRS",
        )
    china = bool((_between(longitude, _LONGITUDE) & _between(latitude, _LATITUDE)).all())
    crs = "EPSG:4490" if china else "EPSG:4326"
    datum = "CGCS2000" if china else "WGS 84"
    lon, lat = ("X", "Y") if east == "x" else ("Y", "X")
    return GridGuess(
        "degrees", east, crs, None, None, False, rows,
        f"{lon} 列为经度，{lat} 列为纬度（度）；数字不含基准信息，按 {datum} 计",
        f"{lon} is longitude, {lat} is latitude, in degrees; digits do not tell the datum: {datum} is assumed",
    )  # fmt: skip


def _plane(form: Form, east: Literal["x", "y"], easting: Floats, rows: tuple[int, ...]) -> GridGuess:
    e, n = ("X", "Y") if east == "x" else ("Y", "X")
    if form == "plain":
        return GridGuess(
            "plane", east, None, None, None, False, rows,
            f'{e} 列为 6 位东坐标，没有带号，{n} 列为北坐标；带号无法从数字得知，请指明坐标系，如 crs="EPSG:4547"',
            f"{e} holds eastings of 6 digits without a zone, {n} northings; digits do not tell the zone: "
            'give the CRS, such as crs="EPSG:4547"',
        )  # fmt: skip
    zones = np.unique(easting // 1_000_000.0).astype("int64").tolist()
    if len(zones) > 1:
        names = "、".join(str(zone) for zone in zones), ", ".join(str(zone) for zone in zones)
        raise CRSError(
            f"{e} 列的东坐标属于多个带（{names[0]}）；请按带拆分后分别指定坐标系",
            f"the eastings in {e} are of several zones ({names[1]}); split the table by zone and give each its CRS",
        )
    zone = int(zones[0])
    width: Literal[3, 6] = 6 if zone <= 23 else 3  # noqa: PLR2004 - 6-degree zones of China end at 23
    return GridGuess(
        "plane", east, zone_crs(zone, prefixed=True), zone, width, True, rows,
        f"{e} 列为 8 位东坐标，带号 {zone}（{width} 度带）；{n} 列为北坐标；数字不含基准信息，按 CGCS2000 计",
        f"{e} holds eastings of 8 digits, zone {zone} ({width}-degree), {n} northings; digits do not tell the datum: "
        "CGCS2000 is assumed",
    )  # fmt: skip


def _refusal(pair: dict[str, Floats], known: NDArray[np.intp], wrong: NDArray[np.intp]) -> CRSError:
    problems = []
    for row in wrong[:_LISTED].tolist():
        x, y = float(pair["x"][row]), float(pair["y"][row])
        zh, en = _why(x, y)
        place = int(known[row]) + 1
        problems.append((f"第 {place} 行 X={x:.12g} Y={y:.12g}：{zh}", f"row {place}, X={x:.12g} Y={y:.12g}: {en}"))
    if len(wrong) > _LISTED:
        more = len(wrong) - _LISTED
        problems.append((f"……另有 {more} 行", f"… and {more} more rows"))
    return CRSError.listing("坐标无法判读", "cannot tell what the coordinates are", problems)


def _why(x: float, y: float) -> tuple[str, str]:
    """Why one row fits no reading, or not the one that the others fit."""
    if max(abs(x), abs(y)) <= 180.0:  # noqa: PLR2004 - degrees
        return (
            "经纬度不在中国范围内，看不出哪一列是经度；请指明坐标系",
            "degrees outside China: nothing tells which column is the longitude; give the CRS",
        )
    for value in (x, y):
        if _is_packed_integer(value):
            return (
                "像是“度分秒”连写（DDDMMSS）；请用 riverline.geodesy.parse_dms 读取",
                "looks like degrees, minutes and seconds run together (DDDMMSS); use riverline.geodesy.parse_dms",
            )
    digits = sorted(len(str(int(abs(value)))) for value in (x, y))
    return _REASONS.get((digits[0], digits[1]), _OTHER)


# By the digits before the point of the smaller and the larger number.
_OTHER = (
    "位数与北坐标 7 位、东坐标 6 位（不带带号）或 8 位（带带号）都不符",
    "fits neither a northing of 7 digits nor an easting of 6 (plain) or 8 digits (with the zone)",
)
_REASONS = {
    (5, 7): (
        "东坐标只有 5 位，少了一位数字，或没有加 500 km",
        "the easting has 5 digits: one is missing, or the 500 km were not added",
    ),
    (6, 6): (
        "两列都是 6 位，北坐标应为 7 位，少了一位数字",
        "both have 6 digits; a northing has 7: one digit is missing",
    ),
    (6, 7): (
        "位数合理，但数值超出中国范围，或与其余各行的列序、带号不一致",
        "digits are as they should be, but it lies outside China or its order or zone differs from the other rows",
    ),
    (6, 8): (
        "北坐标应为 7 位：多了或少了一位数字",
        "a northing has 7 digits: there is one too many or one too few",
    ),
    (7, 7): (
        "两列都像北坐标（7 位），东坐标多了一位数字",
        "both look like northings of 7 digits: one digit too many in the easting",
    ),
    (7, 8): (
        "8 位东坐标的带号不在 13–23、25–45 之内，或带号后的数值超出一个带，或与其余各行不一致",
        "the zone of the 8-digit easting is not 13–23 or 25–45, or it lies beyond a zone or unlike the other rows",
    ),
    (7, 9): (
        "东坐标有 9 位，多了一位数字",
        "the easting has 9 digits: one too many",
    ),
    (8, 8): (
        "两列都是 8 位，北坐标应为 7 位，多了一位数字",
        "both have 8 digits; a northing has 7: one digit too many",
    ),
}


def _between(values: Floats, limits: tuple[float, float]) -> Mask:
    return np.asarray((values >= limits[0]) & (values <= limits[1]))


def _looks_packed(degrees: Floats) -> bool:
    """Whether decimals read as minutes and seconds stay below sixty in enough rows that have four decimals or more."""
    scaled = np.abs(degrees) * 10_000.0
    fine = np.unique(scaled[np.abs(scaled / 100.0 - np.round(scaled / 100.0)) > 1e-6])  # noqa: PLR2004 - four decimals
    if len(fine) < _PACKED_ROWS:
        return False
    whole = np.floor(fine + 1e-6)
    return bool(((whole // 100 % 100 < 60) & (whole % 100 < 60)).all())  # noqa: PLR2004 - sexagesimal


def _is_packed_integer(value: float) -> bool:
    whole = int(abs(value))
    degrees, minutes, seconds = whole // 10_000, whole // 100 % 100, whole % 100
    return _LONGITUDE[0] <= degrees <= _LONGITUDE[1] and minutes < 60 and seconds < 60  # noqa: PLR2004 - sexagesimal
