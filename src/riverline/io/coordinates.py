"""Where the rows of a table lie: which columns are coordinates, which of them is east, and in which CRS.

Surveyors write X = north and Y = east, with or without the zone number before the easting; others write it the other
way round. The numbers decide, by :func:`riverline.geodesy.identify_coordinates`; the words of a header are followed
only where the numbers leave it open, and what was decided is noted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import shapely

from riverline.errors import CRSError
from riverline.geodesy import identify_coordinates, parse_dms, zone_crs, zone_number
from riverline.geodesy.datum import horizontal, name_of, to_degrees
from riverline.geodesy.zones import gauss_kruger
from riverline.io.notes import few, note
from riverline.io.values import numbers_in_text, tidy
from riverline.schema.words import plain_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyproj
    from numpy.typing import NDArray

    from riverline.geodesy import GridGuess
    from riverline.io.mapping import Problems
    from riverline.io.notes import Note

    Floats = NDArray[np.float64]

__all__ = ["Located", "Pair", "coordinate_pair", "locate_rows", "role_of"]

Role = Literal["north", "east", "x", "y", "lat", "lon"]

# What is left of a header without its unit, brackets and the words for "coordinate" and for the datum.
_ROLES: dict[str, Role] = {
    **dict.fromkeys(("北", "纵", "x北", "北x", "纵x", "x纵", "n", "north", "northing", "xn", "nx"), "north"),
    **dict.fromkeys(("东", "横", "y东", "东y", "横y", "y横", "e", "east", "easting", "ye", "ey"), "east"),
    **dict.fromkeys(("x", "xzb"), "x"),
    **dict.fromkeys(("y", "yzb"), "y"),
    **dict.fromkeys(("纬", "纬度", "北纬", "lat", "latitude", "wd"), "lat"),
    **dict.fromkeys(("经", "经度", "东经", "lon", "lng", "long", "longitude", "jd"), "lon"),
}
_DATUM_WORDS = re.compile(
    r"^(?:国家|cgcs|wgs|西安|北京|大地|高斯|平面|直角|中心|位置|桩位|2000|1980|1954|84|80|54)+(?=\D)"
)
_OTHER_WORDS = re.compile(r"坐标|coordinates?|coord|\((?:m|米|dms|度分秒|°[^)]*|度|deg(?:rees)?)\)|_m$|_coord$|[^\w]|_")
_DMS = re.compile(r"[°º˚度′'’″\"”分秒NSEW经纬]|\d+[-:]\d+[-:]\d")
_PER_ZONE_M = 1_000_000.0
# An area of use is a box of degrees; a river may cross its edge.
_AREA_MARGIN_DEG = 1.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two columns that hold coordinates.

    Attributes
    ----------
    first, second
        Names of the columns: X, north or latitude; Y, east or longitude.
    east
        The one of the two that is east by its name, or empty where X and Y may be either.
    """

    first: str
    second: str
    east: str


@dataclass(frozen=True, slots=True)
class Located:
    """Points of the rows and their CRS, or why there are none."""

    points: NDArray[np.object_]
    crs: pyproj.CRS | None = None
    error: CRSError | None = None
    notes: list[Note] = field(default_factory=list)


def role_of(header: str) -> Role | None:
    """What a header says a column of coordinates is, or None.

    Examples
    --------
    >>> [role_of(each) for each in ("X坐标（北）", "纵坐标X(m)", "2000坐标Y", "经度(°′″)", "起点经度", "桩号")]
    ['north', 'north', 'y', 'lon', None, None]
    """
    return _ROLES.get(_residue(header))


def coordinate_pair(
    fields: Sequence[str], mapping: Mapping[str, str], *, x: str | None, y: str | None
) -> tuple[Pair | None, Pair | None, Problems]:
    """The columns of plane coordinates or those given, and those of longitude and latitude.

    Parameters
    ----------
    fields
        Names in the table.
    mapping
        ``{field: column}`` of the caller: a field mapped to ``x_m`` or ``lon`` is a coordinate.
    x, y
        Columns that the caller named.

    Returns
    -------
    plane, degrees, problems
        None where there are none.
    """
    if x is not None or y is not None:
        return _given_pair(fields, x, y)
    found: dict[Role, list[str]] = {}
    for name in fields:
        role = role_of(name) or role_of(mapping.get(name, ""))
        if role is not None:
            found.setdefault(role, []).append(name)
    several = {role: names for role, names in found.items() if len(names) > 1}
    if several:
        listed = "; ".join(", ".join(names) for names in several.values())
        return (
            None,
            None,
            {
                "x": (
                    f'有多列可能是坐标：{listed}；请用 x="…", y="…" 指明',
                    f'several columns may be coordinates: {listed}; say which with x="…", y="…"',
                )
            },
        )
    one = {role: names[0] for role, names in found.items()}
    plane = None
    if "north" in one and "east" in one:
        plane = Pair(one["north"], one["east"], one["east"])
    elif ("x" in one or "north" in one) and ("y" in one or "east" in one):
        plane = Pair(one.get("x", one.get("north", "")), one.get("y", one.get("east", "")), one.get("east", ""))
    degrees = Pair(one["lat"], one["lon"], one["lon"]) if "lat" in one and "lon" in one else None
    return plane, degrees, {}


def locate_rows(table: pd.DataFrame, pair: Pair, *, crs: object, other: Pair | None = None) -> Located:
    """Points of a table's rows.

    Parameters
    ----------
    table
        Text columns.
    pair
        The columns to use.
    crs
        What the caller says, or None: then the digits have to tell.
    other
        Columns of longitude and latitude beside plane ones: they tell which zone to suggest.

    Returns
    -------
    Located
        None for rows without a number in both columns. The error is returned, not raised, so that it can stand beside
        what else is wrong with the table.
    """
    nothing = np.full(len(table), None, dtype="object")
    try:
        given = None if crs is None else horizontal(crs)
        first, second = _numbers(table[pair.first]), _numbers(table[pair.second])
        both = np.isfinite(first) & np.isfinite(second)
        if not both.any():
            return Located(nothing, error=_no_numbers(pair))
        east, found, notes = _decide(first[both], second[both], pair, given, _zone_hint(table, other))
    except CRSError as error:
        return Located(nothing, error=error)
    x, y = (first, second) if east == "first" else (second, first)
    x, moved = _renumbered(x, found)
    points = nothing
    points[both] = shapely.points(x[both], y[both])
    return Located(points, found, None, [*notes, *moved, *_lost(table, pair, both)])


def _residue(header: str) -> str:
    plain = plain_name(header)
    return _OTHER_WORDS.sub("", _DATUM_WORDS.sub("", _OTHER_WORDS.sub("", plain) or plain))


def _given_pair(fields: Sequence[str], x: str | None, y: str | None) -> tuple[Pair | None, Pair | None, Problems]:
    missing = [name for name in (x, y) if name not in fields]
    if x is None or y is None or missing or x == y:
        listed = ", ".join(fields) or "-"
        return (
            None,
            None,
            {
                "x": (
                    f"x= 与 y= 须是表中的两列；现有列：{listed}",
                    f"x= and y= have to be two columns of the table; there are: {listed}",
                )
            },
        )
    return Pair(x, y, x), None, {}


def _numbers(column: pd.Series[Any]) -> Floats:
    """Plain numbers, or degrees, minutes and seconds."""
    if not pd.api.types.is_string_dtype(column):
        return column.to_numpy(dtype="float64", na_value=np.nan)
    numbers = numbers_in_text(column)
    angles = column[numbers.isna() & column.notna()]
    angles = angles[angles.map(lambda text: bool(_DMS.search(tidy(text)) and re.search(r"\d", text)))]
    if len(angles):
        numbers.loc[angles.index] = parse_dms(angles.tolist())
    return numbers.to_numpy(dtype="float64")


def _decide(
    first: Floats, second: Floats, pair: Pair, given: pyproj.CRS | None, hint: str | None
) -> tuple[Literal["first", "second"], pyproj.CRS, list[Note]]:
    """Which of the two is east, and the CRS."""
    try:
        guess = identify_coordinates(first, second)
    except CRSError as error:
        if given is None or gauss_kruger(given) is not None:
            raise _refused(error, pair) from error
        return _by_area(first, second, pair, given), given, [_decided(pair, given)]
    east: Literal["first", "second"] = "first" if guess.east == "x" else "second"
    zh, en = _with_names(guess, pair)
    if given is None:
        if guess.crs is None:
            raise CRSError(
                f"{zh}" + (f"；按表中经度，应为 {hint}" if hint else ""),
                f"{en}" + (f"; by the longitudes in the table it is {hint}" if hint else ""),
            )
        crs = horizontal(guess.crs)
    else:
        _require_agreement(guess, given, zh, en)
        crs = given
    notes = [note(f"坐标判读：{zh}；坐标系 {name_of(crs)}", f"coordinates: {en}; CRS {name_of(crs)}")]
    if pair.east and pair.east != (pair.first if east == "first" else pair.second):
        notes.append(
            note(
                f"列名与数值相反：数值表明 {pair.first if east == 'first' else pair.second} 为东（经度），以数值为准",
                f"names and numbers disagree: {pair.first if east == 'first' else pair.second} is east (longitude) by "
                "its numbers, which hold",
            )
        )
    return east, crs, notes


def _with_names(guess: GridGuess, pair: Pair) -> tuple[str, str]:
    """The reason of a guess under the names of the columns."""
    names = {"X": f"“{pair.first}”", "Y": f"“{pair.second}”"}
    zh = re.sub(r"\b([XY])(?= 列)", lambda match: names[match[1]], guess.reason_zh)
    en = re.sub(r"\b([XY])(?= (?:holds|is))", lambda match: names[match[1]], guess.reason_en)
    return zh, re.sub(r"\b([XY]) northings", lambda match: f"{names[match[1]]} northings", en)


def _require_agreement(guess: GridGuess, given: pyproj.CRS, zh: str, en: str) -> None:
    """Raise if the numbers cannot be of the CRS that the caller gives."""
    zone = gauss_kruger(given)
    wrong = (guess.kind == "degrees") != given.is_geographic
    if guess.prefixed:
        meridian = None if guess.crs is None else gauss_kruger(guess.crs)
        wrong = wrong or zone is None or meridian is None or zone.meridian != meridian.meridian
    if wrong:
        raise CRSError(
            f"crs={name_of(given)}（{given.name}）与数值不符：{zh}",
            f"crs={name_of(given)} ({given.name}) does not fit the numbers: {en}",
        )


def _by_area(first: Floats, second: Floats, pair: Pair, given: pyproj.CRS) -> Literal["first", "second"]:
    """Which is east where digits do not tell: the order that lies where the CRS is used, or the names."""
    if pair.east:
        return "first" if pair.east == pair.first else "second"
    area = given.area_of_use
    orders: tuple[tuple[Literal["first", "second"], Floats, Floats], ...] = (
        ("first", first, second),
        ("second", second, first),
    )
    inside: list[Literal["first", "second"]] = []
    for name, x, y in orders:
        lon, lat = to_degrees(given, x, y)
        if area is not None and (
            np.all((lon > area.west - _AREA_MARGIN_DEG) & (lon < area.east + _AREA_MARGIN_DEG))
            and np.all((lat > area.south - _AREA_MARGIN_DEG) & (lat < area.north + _AREA_MARGIN_DEG))
        ):
            inside.append(name)
    if len(inside) == 1:
        return inside[0]
    raise CRSError(
        f"在 {name_of(given)} 中看不出“{pair.first}”与“{pair.second}”哪一列为东；"
        '请用 x="东坐标或经度列", y="北坐标或纬度列" 指明',
        f"in {name_of(given)} nothing tells which of “{pair.first}” and “{pair.second}” is east; say "
        'x="column of east or longitude", y="column of north or latitude"',
    )


def _renumbered(x: Floats, crs: pyproj.CRS) -> tuple[Floats, list[Note]]:
    """Eastings with the zone number before them, or without, as the CRS has them."""
    zone = gauss_kruger(crs)
    if zone is None:
        return x, []
    wanted = np.floor(zone.false_easting_m / _PER_ZONE_M)
    there = np.floor(np.nanmedian(x) / _PER_ZONE_M)
    if wanted == there:
        return x, []
    verb_zh, verb_en = ("加上", "was added") if wanted > there else ("去掉", "was taken off")
    number = int(max(wanted, there))
    return x + (wanted - there) * _PER_ZONE_M, [
        note(f"东坐标按坐标系{verb_zh}带号 {number}", f"the zone number {number} {verb_en}, as the CRS has eastings")
    ]


def _zone_hint(table: pd.DataFrame, other: Pair | None) -> str | None:
    """The 3-degree zone of the longitudes in the table."""
    if other is None:
        return None
    longitude = _numbers(table[other.second])
    longitude = longitude[np.isfinite(longitude)]
    if not len(longitude):
        return None
    try:
        return f'crs="{zone_crs(int(zone_number(np.median(longitude))))}"'
    except CRSError:
        return None


def _refused(error: CRSError, pair: Pair) -> CRSError:
    return CRSError(
        f"列“{pair.first}”（X）与“{pair.second}”（Y）：{error.zh}",
        f"columns “{pair.first}” (X) and “{pair.second}” (Y): {error.en}",
    )


def _no_numbers(pair: Pair) -> CRSError:
    return CRSError(
        f"列“{pair.first}”与“{pair.second}”中没有成对的数字",
        f"columns “{pair.first}” and “{pair.second}” hold no pair of numbers",
    )


def _decided(pair: Pair, given: pyproj.CRS) -> Note:
    return note(
        f"坐标系 {name_of(given)}；数字看不出列序，按列名或坐标系适用范围取“{pair.first}”“{pair.second}”",
        f"CRS {name_of(given)}; digits do not tell the order of “{pair.first}” and “{pair.second}”: it was taken from "
        "their names or the area of the CRS",
    )


def _lost(table: pd.DataFrame, pair: Pair, both: NDArray[np.bool_]) -> list[Note]:
    if both.all():
        return []
    shown = table.loc[~both, [pair.first, pair.second]].fillna("").agg(" / ".join, axis=1)
    return [
        note(
            f"{len(shown)} 行没有可用的坐标，几何为空：{few(shown)}",
            f"{len(shown)} rows have no usable coordinates and no geometry: {few(shown)}",
        )
    ]
