"""Where the points of a coordinate text lie: header, digits and the caller's CRS say it, and have to say the same."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from riverline.errors import CRSError, ReadError
from riverline.geodesy import identify_coordinates, zone_crs
from riverline.geodesy.datum import horizontal, is_modern, legacy_datum, name_of, to_degrees
from riverline.geodesy.identify import are_degrees_in_china
from riverline.geodesy.zones import central_meridian, gauss_kruger
from riverline.io.notes import few, note

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

    from riverline.geodesy import GridGuess
    from riverline.geodesy.zones import ZoneWidth
    from riverline.io.coordinate_text.parsing import Text
    from riverline.io.notes import Note

    Floats = NDArray[np.float64]

__all__ = ["place"]

_PER_ZONE_M = 1_000_000.0
_ZONES: dict[ZoneWidth, range] = {6: range(13, 24), 3: range(25, 46)}
_WIDTHS = re.compile(r"(?<!\d)[36三六]\s*(?:度|°)\s*分?带?")
_MERIDIANS = ("中央子午线", "中央经线")
_GAUSS = re.compile(r"高斯|gauss|横轴墨卡托", re.IGNORECASE)
_DATUMS = (
    ("CGCS2000", re.compile(r"2000|wgs", re.IGNORECASE)),
    ("西安1980", re.compile(r"(?<!\d)(19)?80(?!\d)|西安|xi'?an", re.IGNORECASE)),
    ("北京1954", re.compile(r"(?<!\d)(19)?54(?!\d)|北京|beijing", re.IGNORECASE)),
)
_OLD_CODES: dict[str, dict[ZoneWidth, tuple[int, int]]] = {
    "西安1980": {3: (2349, 2370), 6: (2327, 2338)}, "北京1954": {3: (2401, 2422), 6: (21413, 21453)},
}  # fmt: skip
"""EPSG codes of the first zone of each width, with and without the zone's number before eastings."""
_OLD_DEGREES = {"西安1980": "EPSG:4610", "北京1954": "EPSG:4214"}


@dataclass(frozen=True, slots=True)
class _Header:
    """What ``[属性描述]`` says of the plane: zone and its width, datum, projection; empty where it is silent."""

    zone: int | None
    width: ZoneWidth
    datum: str
    system: str
    projection: str

    @property
    def meridian(self) -> float | None:
        """Central meridian of the zone, degrees east."""
        return None if self.zone is None else central_meridian(self.zone, self.width)


def place(told: Text, crs: object, name: str) -> tuple[Floats, pyproj.CRS, list[Note]]:
    """East and north of all points, their CRS, and what was found.

    Parameters
    ----------
    told
        The text taken apart.
    crs
        What the caller says, None for nothing.
    name
        Of the file, for messages.

    Returns
    -------
    tuple
        (n, 2), the CRS, and notes.

    Raises
    ------
    ReadError
        If there are no points, or some are not where the others are.
    CRSError
        If nothing tells the CRS, or header, digits and ``crs`` tell different ones.
    """
    first = np.concatenate([np.asarray(block.first, dtype=float) for block in told.blocks])
    second = np.concatenate([np.asarray(block.second, dtype=float) for block in told.blocks])
    lines = np.concatenate([np.asarray(block.lines, dtype=int) for block in told.blocks])
    if not len(first):
        raise ReadError(f"{name} 的地块都没有点", f"no parcel of {name} has points")
    guess = identify_coordinates(first, second, misfits="report")
    if guess.misfits:
        wrong = few(lines[list(guess.misfits)])
        raise ReadError(
            f"{name} 有坐标与其余不在一处（行 {wrong}）：{guess.reason_zh}",
            f"coordinates of {name} do not fit the rest (lines {wrong}): {guess.reason_en}",
        )
    east, north = (first, second) if guess.east == "x" else (second, first)
    header = _header(told.about, name)
    found = _agreed(header, guess, crs, (east, north), name)
    zone = gauss_kruger(found)
    if zone is not None:
        # The number before an easting is notation: it follows the CRS once the zones agree.
        there, wanted = (np.floor(each / _PER_ZONE_M) for each in (np.median(east), zone.false_easting_m))
        east = east + (wanted - there) * _PER_ZONE_M
    order = ("Y 在前（东、北）", "east first") if guess.east == "x" else ("X 在前（北、东）", "north first")
    notes = [note(f"坐标次序：{order[0]}；坐标系 {name_of(found)}", f"order of axes: {order[1]}; CRS {name_of(found)}")]
    if guess.kind == "degrees" and header.zone is not None:
        zh, en = _claims(header, guess, None)
        notes.append(
            note(
                f"{zh}，坐标却是经纬度，按经纬度读取；请核对文件头",
                f"{en}, but coordinates are degrees and were read so",
            )
        )
    return np.column_stack([east, north]), found, notes


def _header(about: dict[str, str], name: str) -> _Header:
    """What the header says, read as it is written in the wild: 39, 39带, 3度39带, ３９, or the meridian 117."""
    said = {key: unicodedata.normalize("NFKC", about.get(key, "")).strip()
            for key in ("带号", *_MERIDIANS, "几度分带", "坐标系", "投影类型")}  # fmt: skip
    widths: set[ZoneWidth] = {3 if sign in "3三" else 6 for sign in re.findall(r"[36三六]", said["几度分带"])}
    told = [key for key in ("带号", *_MERIDIANS) if said[key] and (key == "带号" or re.search(r"\d", said[key]))]
    # Zeros are decimals, minutes and seconds of a meridian.
    numbers = sorted({int(each) for key in told for each in re.findall(r"\d+", _WIDTHS.sub(" ", said[key]))} - {0})
    datum = next((title for title, words in _DATUMS if words.search(said["坐标系"])), "")
    zone = _zone_of(numbers, widths) if numbers else None
    if zone is None and told:
        written = "、".join(f"{key}={about[key]}" for key in told)
        raise CRSError(
            f"{name} 文件头的“{written}”读不出带号：中国 3 度带为 25–45，6 度带为 13–23；"
            "请把文件头改为如“带号=39”，或删去这些行并用 crs= 指明",
            f'the header of {name} says "{written}", which is no zone: China\'s 3-degree zones are 25–45, its 6-degree '
            "zones 13–23; write it like 带号=39, or take the lines out and say crs=",
        )
    width: ZoneWidth = 6 if zone in _ZONES[6] else 3
    if zone is not None and len(widths) == 1 and width not in widths:
        raise CRSError(
            f"{name} 文件头写“几度分带={about['几度分带']}”，带号 {zone} 却是 {width} 度带；请改正其中之一",
            f'the header of {name} says "几度分带={about["几度分带"]}", but zone {zone} is a {width}-degree one: '
            "correct one of them",
        )
    return _Header(zone, width, datum, said["坐标系"], said["投影类型"])


def _zone_of(numbers: list[int], widths: set[ZoneWidth]) -> int | None:
    """The zone that is written, or the one of the only meridian that is."""
    zones = [number for number in numbers if any(number in zones for zones in _ZONES.values())]
    meridians = [number for number in numbers if number % 3 == 0 and 75 <= number <= 135]  # noqa: PLR2004 - of China
    if len(numbers) == len(zones) == 1:
        return zones[0]
    if len(numbers) == len(meridians) == 1:
        return (meridians[0] + 3) // 6 if widths == {6} and meridians[0] % 6 == 3 else meridians[0] // 3  # noqa: PLR2004
    # A zone and its own meridian, as in 39带（117°）.
    both = len(numbers) == 2 and len(zones) == len(meridians) == 1  # noqa: PLR2004
    width: ZoneWidth = 6 if both and zones[0] in _ZONES[6] else 3
    return zones[0] if both and central_meridian(zones[0], width) == meridians[0] else None


def _agreed(header: _Header, guess: GridGuess, crs: object, places: tuple[Floats, Floats], name: str) -> pyproj.CRS:
    """The CRS that all that is said agrees on."""
    given = None if crs is None else horizontal(crs)
    if given is None and header.datum in _OLD_CODES:
        zh, en = _such_as(header, guess)
        raise CRSError(
            f"{name} 的坐标系为“{header.system}”；请用 crs= 指明其 EPSG 代码{zh}，转换须另给参数",
            f"{name} is on {header.system}: say its EPSG code with crs={en}; changing the datum needs parameters",
        )
    if given is not None:
        _require_datum(header, guess, given, name)
        _require_kind(header, guess, given, places, name)
    _require_zone(header, guess, given, places, name)
    if given is not None:
        return given
    expected = _expected(header, guess)
    if expected is None:
        raise CRSError(
            f'{name} 没有带号，东坐标也不带带号；请指明，例如 crs="EPSG:4548"',
            f'{name} tells no zone, and its eastings carry none: say it, such as crs="EPSG:4548"',
        )
    return horizontal(expected)


def _expected(header: _Header, guess: GridGuess) -> str | None:
    """The code to type, by header and digits: on the datum of the header, CGCS2000 if it names none."""
    zone = guess.zone if guess.zone is not None else header.zone
    if guess.kind == "degrees":
        return _OLD_DEGREES.get(header.datum, guess.crs)
    if zone is None:
        return guess.crs
    if header.datum in _OLD_CODES:
        width: ZoneWidth = 6 if zone in _ZONES[6] else 3
        numbered, plain = _OLD_CODES[header.datum][width]
        return f"EPSG:{(numbered if guess.prefixed else plain) + zone - _ZONES[width].start}"
    return zone_crs(zone, prefixed=guess.prefixed)


def _such_as(header: _Header, guess: GridGuess) -> tuple[str, str]:
    """The code to type as an example, where it is known."""
    code = _expected(header, guess)
    return ("", "") if code is None else (f'，如 crs="{code}"', f', such as crs="{code}"')


def _to_say(header: _Header, guess: GridGuess) -> tuple[str, str]:
    """What to type instead of a CRS that does not fit."""
    code = _expected(header, guess)
    if code is None:
        return (
            '；请写坐标所在带的 EPSG 代码，如 crs="EPSG:4548"',
            '; say the code of their zone, such as crs="EPSG:4548"',
        )
    return f'；请写 crs="{code}"', f'; say crs="{code}"'


def _require_datum(header: _Header, guess: GridGuess, given: pyproj.CRS, name: str) -> None:
    old = legacy_datum(given)
    datum = old[0] if old is not None else "CGCS2000" if is_modern(given) else ""
    if not header.datum or not datum or header.datum in datum:
        return
    raise CRSError(
        f"{name} 文件头的坐标系为“{header.system}”，crs= 的 {name_of(given)} 却是 {datum}，两者相差数十米以上；"
        f"请写与文件头一致的 EPSG 代码{_such_as(header, guess)[0]}；文件头有误时先改文件头",
        f'the header of {name} says "{header.system}", but {name_of(given)} of crs= is on '
        f"{old[1] if old is not None else datum}, tens of metres away or more; say a code that fits the header"
        f"{_such_as(header, guess)[1]}; where the header is wrong correct it first",
    )


def _require_kind(
    header: _Header, guess: GridGuess, given: pyproj.CRS, places: tuple[Floats, Floats], name: str
) -> None:
    """Refuse degrees for a plane, a plane for degrees, and other projections where a Gauss-Krüger zone is told."""
    if guess.kind == "degrees" or given.is_geographic:
        if (guess.kind == "degrees") == bool(given.is_geographic):
            return
        there = ("经纬度", "degrees") if guess.kind == "degrees" else ("平面坐标（米）", "metres of a plane")
        raise CRSError(
            f"{name} 的坐标是{there[0]}，不是 crs= 的 {name_of(given)}{_to_say(header, guess)[0]}",
            f"{name} holds {there[1]}, not {name_of(given)} as crs= says{_to_say(header, guess)[1]}",
        )
    if gauss_kruger(given) is not None:
        return
    told = header.zone is not None or guess.prefixed or bool(_GAUSS.search(header.projection))
    if told or (given.geodetic_crs is not None and not are_degrees_in_china(*to_degrees(given, *places))):
        zh, en = _claims(header, guess, None)
        title = f"{name_of(given)}（{given.name}）", f"{name_of(given)} ({given.name})"
        raise CRSError(
            f"{name} 应为高斯-克吕格坐标（{zh or '按位数'}），crs= 的 {title[0]} 不合{_to_say(header, guess)[0]}",
            f"{name} should be in a Gauss-Krüger plane ({en or 'by its digits'}), which {title[1]} of crs= does not fit"
            f"{_to_say(header, guess)[1]}",
        )


def _require_zone(
    header: _Header, guess: GridGuess, given: pyproj.CRS | None, places: tuple[Floats, Floats], name: str
) -> None:
    """Refuse a header, eastings and a CRS of different central meridians."""
    if guess.kind == "degrees":
        longitude = float(np.median(places[0]))
        if header.meridian is not None and abs(longitude - header.meridian) > header.width:
            zh, en = _claims(header, guess, None)
            raise CRSError(
                f"{name} 的{zh}与坐标的经度 {longitude:.4f}° 不符；请核对并改正文件头",
                f"{en} of {name} does not fit its longitudes of about {longitude:.4f}°: correct the header",
            )
        return
    zone = None if given is None else gauss_kruger(given)
    digits = None if guess.zone is None or guess.zone_width is None else central_meridian(guess.zone, guess.zone_width)
    own = {each for each in (header.meridian, digits) if each is not None}
    if len(own | ({zone.meridian} if zone is not None else set())) < 2:  # noqa: PLR2004 - all say the same
        return
    zh, en = _claims(header, guess, given)
    code = _expected(header, guess)
    do = "请核对，改正文件头的带号或坐标", "see which is right, and correct the header's zone or the coordinates"
    if len(own) == 1:
        do = (
            f'应写 crs="{code}"，或不写 crs=；文件有误时先改文件',
            f'say crs="{code}", or leave crs= out; correct the file if it is wrong',
        )
    raise CRSError(f"{name} 的带不一致：{zh}；{do[0]}", f"zones of {name} do not agree: {en}; {do[1]}")


def _claims(header: _Header, guess: GridGuess, given: pyproj.CRS | None) -> tuple[str, str]:
    """What header, digits and CRS say of the zone, each with its central meridian."""
    told: list[tuple[str, str]] = []
    if header.zone is not None:
        told.append(
            (f"文件头带号 {header.zone}（{header.meridian:g}°）", f"header zone {header.zone} ({header.meridian:g}°)")
        )
    if guess.zone is not None and guess.zone_width is not None:
        meridian = central_meridian(guess.zone, guess.zone_width)
        told.append((f"东坐标带号 {guess.zone}（{meridian:g}°）", f"eastings of zone {guess.zone} ({meridian:g}°)"))
    zone = None if given is None else gauss_kruger(given)
    if zone is not None and given is not None:
        told.append(
            (f"crs= 为 {name_of(given)}（{zone.meridian:g}°）", f"crs= is {name_of(given)} ({zone.meridian:g}°)")
        )
    return "、".join(zh for zh, _ in told), ", ".join(en for _, en in told)
