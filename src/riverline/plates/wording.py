"""What stands on a sheet in words, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riverline._version import __version__
from riverline.channel import format_chainage
from riverline.geodesy import zone_number
from riverline.geodesy.zones import gauss_kruger
from riverline.plates.fonts import clean
from riverline.plates.subjects import LINES
from riverline.style import rule_sets_named, rule_sets_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyproj

    from riverline.plates.imprint import Imprint
    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["WORDS", "notes_from", "notes_of", "span_text"]

WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "legend": "图　例", "index": "接图表", "north": "北", "table": "界桩坐标表（单位：米）", "number": "桩号",
        "x": "X（北）", "y": "Y（东）", "more": "共 {all} 个，本表列 {shown} 个，其余见界桩成果表",
        "others": "图上另有 {count} 个属他河、他区或邻幅，见各自图幅",
        "unit": "编制单位", "surveyed_by": "测绘单位", "date": "日　　期", "drawn_by": "制　　图",
        "checked_by": "校　　核", "approved_by": "审　　定", "review_no": "审 图 号", "sheet": "图　　号",
        "match": "接 {number}", "secrecy": "密级：{secrecy}", "span": "桩号 {start}—{end}",
        "no": "图号 {number}", "metres": "米", "other": "其他要素", "overview": "分幅索引图",
        "no table": "界桩坐标见界桩成果表", "thinned": "图上绘界桩 {shown} 个，全部 {all} 个见界桩成果表",
        "cut": "图例未列 {count} 个图层：{layers}",
    },
    "en": {
        "legend": "Legend", "index": "Sheet index", "north": "N", "table": "Stakes (metres)", "number": "Number",
        "x": "X (north)", "y": "Y (east)", "more": "{shown} of {all}; the others are in the table of stakes",
        "others": "{count} more on the map are of other sheets, rivers or units",
        "unit": "Compiled by", "surveyed_by": "Surveyed by", "date": "Date", "drawn_by": "Drawn by",
        "checked_by": "Checked by", "approved_by": "Approved by", "review_no": "Map review", "sheet": "Sheet",
        "match": "joins {number}", "secrecy": "{secrecy}",
        "span": "Chainage {start}–{end}", "no": "Sheet {number}", "metres": "m", "other": "Other layers",
        "overview": "Sheet index",
        "no table": "For stakes see their table",
        "thinned": "{shown} of {all} stakes are drawn; all are in their table",
        "cut": "{count} layers not in the legend: {layers}",
    },
}  # fmt: skip


def span_text(span: Sequence[float], language: Language) -> str:
    """Between which chainages a sheet lies; empty where it has none.

    Examples
    --------
    >>> span_text((0.0, 612.0), "zh")
    '桩号 K0+000—K0+612'
    """
    if not span:
        return ""
    start, end = (str(format_chainage(float(each))) for each in span)
    return WORDS[language]["span"].format(start=start, end=end)


def notes_of(
    layers: Sequence[Layer], crs: pyproj.CRS, imprint: Imprint, language: Language, *, shown: Sequence[Layer]
) -> tuple[str, ...]:
    """The sentences below the map: plane and datum, heights, rules and their version, what counts.

    Parameters
    ----------
    layers
        What was given to be drawn: their runs and every rule set behind them are told.
    crs
        The plane.
    imprint
        Vertical datum and a remark.
    language
        Of the sentences.
    shown
        What of them is drawn: that the line is that of the coordinates is said where one is.
    """
    rules = [f"{each.label(language)}（{each.name} {each.digest[:12]}）" for each in rule_sets_of(layers)]
    rules += [f"{title}（{name}）" for name, title in rule_sets_named(layers, language).items()]
    versions = {layer.run.version for layer in layers if layer.run is not None}
    lines = any(layer.name in LINES and len(layer.frame) for layer in shown)
    return notes_from(rules, sorted(versions), crs, imprint, language, lines=lines, heights=_heights_of(layers))


def notes_from(
    rules: Sequence[str],
    versions: Sequence[str],
    crs: pyproj.CRS,
    imprint: Imprint,
    language: Language,
    *,
    lines: bool,
    heights: str = "",
) -> tuple[str, ...]:
    """The same from what the rule sets are called and which versions drew; this one if that is not known.

    ``heights`` is the vertical datum of the data, which is told only where somebody gave it.
    """
    zh = language == "zh"
    parting, colon = ("；", "：") if zh else ("; ", ": ")
    told = [_plane(crs, language)]
    datum = heights if imprint.height_datum is None else imprint.height_datum
    parts = [f"高程基准{colon}{_DATUMS_ZH.get(datum, datum)}" if zh else f"Heights{colon}{_DATUMS.get(datum, datum)}"]
    units = "坐标、距离单位：米" if zh else "coordinates and distances in metres"
    told.append(parting.join([*(parts if datum else []), units if datum or zh else units.capitalize()]))
    if rules:
        told.append(("规则集" if zh else "Rules") + colon + parting.join(rules))
    made = f"riverline {', '.join(versions or [__version__])}"
    counts = ("界线以成果坐标为准。" if zh else "The line is that of the coordinates. ") if lines else ""
    told.append(counts + made)
    return tuple(clean(each, _LONGEST_NOTE) for each in (*told, imprint.remark) if each)


_LONGEST_NOTE = 400
_NUMBERED_M = 1e6
"""Eastings from here on begin with the number of their zone."""
_DATUMS = {"1985国家高程基准": "1985 National Height Datum", "1956年黄海高程系": "Yellow Sea 1956"}
_DATUMS_ZH = {"Yellow Sea 1985": "1985国家高程基准", "Yellow Sea 1956": "1956年黄海高程系"}
"""What EPSG calls datums of heights, in the words of China's."""


def _heights_of(layers: Sequence[Layer]) -> str:
    """The vertical datum of which the layers' own CRS speak; empty where none does, or not all of one."""
    systems = [layer.frame.crs for layer in layers if layer.spatial and layer.frame.crs is not None]
    vertical = {part.datum.name for each in systems for part in each.sub_crs_list if part.is_vertical and part.datum}
    return next(iter(vertical)) if len(vertical) == 1 else ""


def _is_cgcs2000(crs: pyproj.CRS) -> bool:
    """Whether a plane is a Gauss-Krüger zone on CGCS2000."""
    named = "CGCS2000" in crs.name or "China Geodetic Coordinate System 2000" in str(crs.geodetic_crs)
    return gauss_kruger(crs) is not None and named


def _plane(crs: pyproj.CRS, language: Language) -> str:
    """Datum, projection, zone and central meridian; the name of a plane that is no Gauss-Krüger zone of CGCS2000."""
    zone = gauss_kruger(crs)
    # What was given as text of PROJ has no name.
    name = crs.to_string() if crs.name == "unknown" else crs.name
    if zone is None or not _is_cgcs2000(crs):
        return f"坐标系：{name}" if language == "zh" else f"Plane: {name}"
    width = 6 if zone.is_six else 3
    number = int(zone_number(zone.meridian, zone_width=width))  # type: ignore[arg-type]
    if language == "en":
        return f"CGCS2000, Gauss-Krüger {width}-degree zone {number}, central meridian {zone.meridian:g}°E"
    numbered = "，横坐标含带号" if zone.false_easting_m > _NUMBERED_M else ""
    return f"2000国家大地坐标系，高斯-克吕格 {width} 度带，带号 {number}，中央经线 {zone.meridian:g}°{numbered}"
