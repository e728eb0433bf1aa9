"""Areas that a coordinate text states: in which unit, and whether the drawing bears it out."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from riverline.errors import ReadError
from riverline.io.notes import few, note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.io.notes import Note

__all__ = ["STATED", "AreaUnit", "measured_against", "stated_areas", "unit_of", "unreadable"]

AreaUnit = Literal["ha", "m2", "mu"]

STATED = "stated_area"
"""Column of the texts whose size is not known."""

_SQUARE_METRES: dict[AreaUnit, float] = {"ha": 10_000.0, "m2": 1.0, "mu": 10_000.0 / 15.0}
_TITLES: dict[AreaUnit, tuple[str, str]] = {"ha": ("公顷", "hectares"), "m2": ("平方米", "m²"), "mu": ("亩", "mu")}
_WORDS: dict[str, AreaUnit] = {
    "公顷": "ha", "ha": "ha", "hm2": "ha", "hectare": "ha", "hectares": "ha",
    "平方米": "m2", "平米": "m2", "m2": "m2", "m^2": "m2",
    "亩": "mu", "市亩": "mu", "mu": "mu",
}  # fmt: skip
_KEYS = ("面积单位", "面积计量单位", "地块面积单位")
_NUMBER = re.compile(r"\d+(\.\d*)?")
_NEAR = 1.1
"""Certificates and drawings differ by a few in a hundred; the nearest two units by fifteen."""
_ROUNDED_M2 = 1.0
"""Hectares are written to four decimals."""
_METRES_PER_DEGREE = 111_320.0


def unit_of(about: Mapping[str, str], given: AreaUnit | None) -> tuple[AreaUnit | None, list[Note]]:
    """The unit of areas: the caller's, else the header's, else the format's hectare; None where nobody knows it.

    Parameters
    ----------
    about
        Lines of ``[属性描述]``.
    given
        What the caller says.

    Raises
    ------
    ReadError
        If the caller names a unit that is none.

    Examples
    --------
    >>> unit_of({"面积单位": "㎡"}, None)[0], unit_of({"面积单位": "顷"}, None)[0], unit_of({}, None)[0]
    ('m2', None, 'ha')
    """
    if given is not None and given not in _SQUARE_METRES:
        raise ReadError(
            f"area_unit={given!r} 不是面积单位；请写 {'、'.join(map(repr, _SQUARE_METRES))} 之一",
            f"area_unit={given!r} is no unit of areas: say one of {', '.join(map(repr, _SQUARE_METRES))}",
        )
    said = next((about[key] for key in _KEYS if about.get(key)), "")
    header = _WORDS.get(unicodedata.normalize("NFKC", said).strip().casefold())
    if given is not None:
        told = note(
            f"文件头的面积单位为“{said}”，按指明的{_TITLES[given][0]}计",
            f'the header says areas are in "{said}"; they were taken as {_TITLES[given][1]}, as told',
        )
        return given, [told] if said and header != given else []
    if said and header is None:
        told = note(
            f'不认识文件头的面积单位“{said}”，面积留空；请写 area_unit="ha"、"m2" 或 "mu"',
            f'the unit of areas "{said}" of the header is not known, areas are left blank: say area_unit="ha", "m2" or '
            '"mu"',
        )
        return None, [told]
    if header is not None:
        return header, [
            note(f"面积单位 {_TITLES[header][0]}（文件头）", f"areas in {_TITLES[header][1]}, by the header")
        ]
    return "ha", [
        note(
            "文件头没有面积单位，按格式约定为公顷", "the header names no unit of areas: hectares, as the format has it"
        )
    ]


def stated_areas(texts: Sequence[str], unit: AreaUnit | None) -> NDArray[np.float64]:
    """Areas in square metres; missing where the text is no number or the unit is not known.

    Examples
    --------
    >>> stated_areas(["1.5", "约1", ""], "ha").tolist()
    [15000.0, nan, nan]
    """
    plain = [text.strip() for text in texts]
    numbers = np.array([float(each) if _NUMBER.fullmatch(each) else np.nan for each in plain], dtype=float)
    return numbers * (np.nan if unit is None else _SQUARE_METRES[unit])


def unreadable(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Which texts are there and are no numbers."""
    return np.array([bool(text) and not _NUMBER.fullmatch(text.strip()) for text in texts], dtype=bool)


def measured_against(
    frame: gpd.GeoDataFrame, unit: AreaUnit | None, *, told: bool
) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """Parcels whose stated area is that of the drawing in another unit: left blank, and told with what to type.

    Parameters
    ----------
    frame
        Parcels with ``registered_area_m2``, the texts of what was stated in ``stated_area``, and ``line``.
    unit
        The unit that was taken.
    told
        Whether the caller said the unit: then areas stay, and are only told.

    Returns
    -------
    tuple
        The parcels, with ``stated_area`` only if some text has no size, and notes.
    """
    stated = frame["registered_area_m2"].to_numpy(dtype=float)
    drawn = _drawn_m2(frame)
    notes: list[Note] = []
    doubtful = np.zeros(len(frame), dtype=bool)
    for other, size in _SQUARE_METRES.items():
        if unit is None or other == unit:
            continue
        with np.errstate(divide="ignore", invalid="ignore"):
            off = np.abs(np.log(stated * size / _SQUARE_METRES[unit] / drawn))
        alike = np.isfinite(off) & (off < np.log(_NEAR))
        doubtful |= alike
        notes += _told_off(frame["line"].to_numpy()[alike], unit, other, kept=told)
    if unit is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            off = (np.abs(np.log(stated / drawn)) > np.log(_NEAR)) & (np.abs(stated - drawn) > _ROUNDED_M2)
        notes += _unlike(frame["line"].to_numpy()[off & ~doubtful])
    blank = doubtful & (not told)
    unknown = blank | (np.isnan(stated) & (frame[STATED] != "").to_numpy(dtype=bool))
    areas = np.where(blank, np.nan, stated)
    if not unknown.any():
        return frame.drop(columns=STATED).assign(registered_area_m2=areas), notes
    return frame.assign(registered_area_m2=areas, **{STATED: frame[STATED].where(unknown, "")}), notes


def _told_off(lines: NDArray[np.int64], unit: AreaUnit, other: AreaUnit, *, kept: bool) -> list[Note]:
    if not len(lines):
        return []
    factor = _SQUARE_METRES[unit] / _SQUARE_METRES[other]
    times = f"{factor:.4g} 倍", f"{factor:.4g} times"
    if factor < 1:
        times = f"{1 / factor:.4g} 分之一", f"one part in {1 / factor:.4g} of"
    here, there = _TITLES[unit], _TITLES[other]
    done = "仍按指明的单位计", "kept as told"
    if not kept:
        done = (
            f'未换算，面积留空；核对后请写 area_unit="{other}"，确为{here[0]}则写 area_unit="{unit}"',
            f'not converted, areas left blank: look, and say area_unit="{other}", or "{unit}" if it is so',
        )
    told = note(
        f"所写面积按{here[0]}约为图形的 {times[0]}，像是{there[0]}；{done[0]}：第 {few(lines)} 行的地块",
        f"areas in {here[1]} are about {times[1]} those drawn, as if in {there[1]}; {done[1]}: parcels of lines "
        f"{few(lines)}",
    )
    return [told]


def _unlike(lines: NDArray[np.int64]) -> list[Note]:
    if not len(lines):
        return []
    return [
        note(
            f"所写面积与图形面积相差一成以上，请核对：第 {few(lines)} 行的地块",
            f"stated areas differ from those drawn by more than a tenth, see which is right: parcels of lines "
            f"{few(lines)}",
        )
    ]


def _drawn_m2(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Area of the drawing to a hundredth or two, which is near enough to tell units by."""
    shapes = frame.geometry.to_numpy()
    areas = np.asarray(shapely.area(shapes), dtype=float)
    if frame.crs is None or not frame.crs.is_geographic:
        return areas
    _, south, _, north = shapely.bounds(shapes).T
    return np.asarray(areas * _METRES_PER_DEGREE**2 * np.cos(np.radians((south + north) / 2.0)))
