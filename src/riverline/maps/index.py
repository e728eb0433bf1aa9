"""The index page of many maps: search, list, thumbnails, an overview, figures, faults. No library, no request."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline._version import __version__
from riverline.geodesy import ellipsoidal_area, geodesic_length
from riverline.maps.elements import html_text, page_file
from riverline.maps.policy import policy_element
from riverline.maps.thumbnails import Frame, going_on, path_of, thumbnail
from riverline.maps.units import REST
from riverline.schema import EXTENTS, FAULTS, PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from riverline.maps.manifest import Drawn
    from riverline.maps.units import By, Unit
    from riverline.schema import Language
    from riverline.style import Layer

    Words = Mapping[str, Any]
    Placed = tuple[Layer, NDArray[np.object_]]

__all__ = ["Entry", "entry_of", "index_html"]

_WIDE, _HIGH, _MARGIN = 640, 560, 16.0
_MOST_FIGURES = 6
_OUTLINES = ("axes", "extents", "management_lines", "water")
"""What stands for a unit in the overview, the first that it has."""
_AMONG_DEGREES = 0.002
"""How far beyond its own rows a unit's piece of a passing line is shown in the overview."""
_FAR_DEGREES, _FAR_TIMES, _TURN = 5.0, 20.0, 360.0
_LONGEST_TITLE, _MOST_BEYOND = 40, 8
_SQUARE_KM, _HECTARE, _KM = 1e6, 1e4, 1e3
_WORDS: dict[str, Words] = {
    "zh": {
        "lang": "zh-CN", "titles": {"river": "河流地图", "county": "行政区地图", "chief": "河长地图"},
        "counts": {"river": "条河流", "lake": "个湖泊", "reservoir": "座水库", "water": "处河湖", "county": "个行政区",
                   "chief": "名河长"},
        "rest": "幅“{}”", "shown_too": "{}（图中）",
        "parted": {"county": "按字段“{label}”（admin）所写的单位分图，写县即为县，写乡镇即为乡镇"},
        "search": "按名称或编码查找", "sort": "排序", "by_name": "名称", "by_code": "编码", "by_size": "要素多少",
        "by_faults": "质检问题多少",
        "only": "只看有质检问题的", "none": "没有符合的地图", "shown": "显示 {shown} / {all}",
        "features": "个要素", "error": "错误", "warning": "警告", "note": "提示", "failed": "未能绘出",
        "why": "未能绘出：{}",
        "overview": "位置示意图，点选打开地图", "beyond": "图外 {count} 处：{listed}",
        "faults": "项质检问题",
        "foot": "位置与缩略图供查看，法定界线以成果数据为准。",
    },
    "en": {
        "lang": "en",
        "titles": {"river": "Maps of rivers", "county": "Maps of administrative units",
                   "chief": "Maps of river chiefs"},
        "counts": {"river": "rivers", "lake": "lakes", "reservoir": "reservoirs", "water": "waters",
                   "county": "administrative units", "chief": "chiefs"},
        "rest": "map “{}”", "shown_too": "{} (on the map)",
        "parted": {"county": "One map for each unit in the column {label} (admin): counties where it names counties, "
                             "townships where it names townships"},
        "search": "Find by name or code", "sort": "Sort by", "by_name": "name", "by_code": "code",
        "by_size": "features", "by_faults": "faults", "only": "Only those with faults", "none": "No map fits",
        "shown": "{shown} of {all} shown", "features": "features", "error": "errors", "warning": "warnings",
        "note": "notes",
        "failed": "Could not be drawn", "why": "Could not be drawn: {}",
        "overview": "Where they lie: choose one to open its map",
        "beyond": "{count} beyond it: {listed}",
        "faults": "faults",
        "foot": "Overview and thumbnails are pictures, not the legal line: that is in the data.",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """What the index says of one map.

    Attributes
    ----------
    code, title, file, note
        As in :class:`riverline.maps.manifest.Drawn`.
    features
        How many it shows of its own.
    figures
        Labels and texts.
    faults
        Number of errors, warnings and notes.
    picture
        Its thumbnail, an SVG element.
    outline
        What stands for it in the overview, shapes in lon/lat.
    kind
        What is counted above the list: ``"river"``, ``"lake"``, ``"reservoir"``, or ``"water"`` where none of its rows
        tells which; empty for the rows that belong to none.
    """

    code: str
    title: str
    file: str
    note: str = ""
    features: int = 0
    figures: tuple[tuple[str, str], ...] = ()
    faults: tuple[int, int, int] = (0, 0, 0)
    picture: str = ""
    outline: NDArray[np.object_] | None = None
    kind: str = "river"


def entry_of(unit: Unit, drawn: Drawn, language: Language) -> Entry:
    """What the index says of a unit: figures and pictures from its own rows."""
    severities = [str(each) for layer in unit.own if layer.schema is FAULTS for each in layer.frame["severity"]]
    counts = (severities.count("error"), severities.count("warning"), severities.count("note"))
    near = [(layer, shapes) for layer, shapes in zip(unit.around, unit.near, strict=True)
            if shapes is not None and layer.name in _OUTLINES]  # fmt: skip
    layers, shapes = (*unit.own, *(layer for layer, _ in near)), (*unit.shapes, *(each for _, each in near))
    return Entry(
        unit.code, unit.title, drawn.file, drawn.note, sum(drawn.counts.values()) - len(severities),
        tuple(_figures(unit, near, language))[:_MOST_FIGURES], counts,
        thumbnail(layers, shapes, within=len(unit.own)), _outline(unit, near), _kind_of(unit),
    )  # fmt: skip


def _outline(unit: Unit, near: Sequence[Placed]) -> NDArray[np.object_] | None:
    """What stands for a unit: its own line, or of lines that pass through it what lies among its own rows."""
    places = {layer.name: shapes for layer, shapes in zip(unit.own, unit.shapes, strict=True) if shapes is not None}
    first = next((places[name] for name in _OUTLINES if name in places), None)
    if first is not None or not places:
        return first
    own = np.concatenate([np.asarray(shapes)[~shapely.is_missing(shapes)] for shapes in places.values()])
    around = shapely.buffer(shapely.convex_hull(shapely.geometrycollections(own)), _AMONG_DEGREES)
    # Shapes brought to degrees may touch themselves.
    passing = {layer.name: shapely.intersection(shapely.make_valid(shapes), around) for layer, shapes in near}
    seen = (passing[name] for name in _OUTLINES if name in passing and (~shapely.is_empty(passing[name])).any())
    return next(seen, next(iter(places.values())))


def _kind_of(unit: Unit) -> str:
    """Whether a unit is a river, a lake or a reservoir, by what its rows say of themselves."""
    if unit.code == REST:
        return ""
    named = {layer.name: layer.frame for layer in unit.own if layer.schema is not None and len(layer.frame)}
    lines = named.get("management_lines", pd.DataFrame())
    told = {*named.get("water", pd.DataFrame()).get("kind", ()), *lines.get("basis", ())}
    if "axes" in named or pd.Series(lines.get("bank", ()), dtype=object).isin(["left", "right"]).any():
        return "river"
    # The line around standing water has no bank.
    return next((kind for kind in ("reservoir", "lake", "river") if kind in told), "lake" if len(lines) else "water")


def _figures(unit: Unit, near: Sequence[Placed], language: Language) -> Iterator[tuple[str, str]]:
    """Number and size of each layer; of lines and extents that only pass through, as many as the map shows."""
    pairs = list(zip(unit.own, unit.shapes, strict=True))
    passing = [(layer, shapes) for layer, shapes in near if layer.name not in {each.name for each in unit.own}]
    told = [*((*pair, "{}") for pair in pairs), *((*pair, str(_WORDS[language]["shown_too"])) for pair in passing)]
    for layer, shapes, words in sorted(told, key=lambda each: _rank(each[0])):
        if shapes is None or layer.schema is FAULTS or not len(layer.frame):
            continue
        yield words.format(layer.label(language)), " · ".join([f"{len(layer.frame):,}", *_size(layer, shapes)])


def _rank(layer: Layer) -> int:
    """Axes, extents and lines before what lies along them."""
    return _OUTLINES.index(layer.name) if layer.name in _OUTLINES else len(_OUTLINES)


def _size(layer: Layer, shapes: NDArray[np.object_]) -> Iterator[str]:
    """Length of lines, area of management extents and of what else is an area."""
    rows = gpd.GeoSeries(shapes, crs="EPSG:4326")
    if layer.schema is EXTENTS:
        rows = rows[(layer.frame["kind"] == "management").to_numpy(dtype=bool)]
    kinds = shapely.get_dimensions(rows.to_numpy())
    if (kinds == 1).any():
        yield f"{float(geodesic_length(rows[kinds == 1]).sum()) / _KM:,.1f} km"
    if (kinds == 2).any():  # noqa: PLR2004 - areas
        area = float(ellipsoidal_area(rows[kinds == 2]).sum())  # noqa: PLR2004
        yield f"{area / _SQUARE_KM:,.2f} km²" if area >= _SQUARE_KM else f"{area / _HECTARE:,.2f} ha"


def index_html(entries: Sequence[Entry], *, title: str, by: By, language: Language) -> str:
    """The page; texts from data are text in it, wherever they stand.

    Examples
    --------
    >>> page = index_html([Entry("R1", "<b>", "maps/R1.html")], title="", by="river", language="zh")
    >>> "<h2><b>" in page, "<h2>&lt;b&gt;" in page, "://" in page
    (False, True, False)
    """
    words = _WORDS[language]
    heading = html_text(title or str(words["titles"][by]))
    cards = "\n".join(_card(number, entry, words) for number, entry in enumerate(entries))
    spec = json.dumps({name: words[name] for name in ("shown", "none")}, ensure_ascii=False, sort_keys=True)
    script = f"{page_file('index.js')}\nriverlineIndex({spec});"
    return f"""<!DOCTYPE html>
<html lang="{words["lang"]}">
<head>
<meta charset="utf-8">
{policy_element([script])}<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{heading}</title>
<style>{page_file("index.css")}</style>
</head>
<body>
<header>
<h1>{heading}</h1>
<p>{_sums(entries, by, words)}</p>
{_parted(by, words, language)}</header>
<nav>
<input id="search" type="search" placeholder="{words["search"]}" aria-label="{words["search"]}" autocomplete="off">
<label>{words["sort"]} <select id="sort">
<option value="name">{words["by_name"]}</option><option value="code">{words["by_code"]}</option>
<option value="size">{words["by_size"]}</option><option value="faults">{words["by_faults"]}</option></select></label>
<label><input id="only" type="checkbox"> {words["only"]}</label>
<output id="shown" aria-live="polite"></output>
</nav>
<main>
{_overview(entries, words)}
<ol id="maps">
{cards}
</ol>
</main>
<footer>{words["foot"]} riverline {__version__}</footer>
<script>{script}</script>
</body>
</html>
"""


def _parted(by: By, words: Words, language: Language) -> str:
    """By what the maps are parted, where a reader may take it for something else; a line of the page."""
    told = words["parted"].get(by, "")
    return f"<p>{told.format(label=PROBLEMS['admin'].label(language))}</p>\n" if told else ""


def _sums(entries: Sequence[Entry], by: By, words: Words) -> str:
    faults = sum(sum(entry.faults) for entry in entries)
    failed = sum(bool(entry.note) for entry in entries)
    rest = [entry.title for entry in entries if entry.code == REST]
    kinds = Counter(entry.kind if by == "river" else by for entry in entries if entry.code != REST)
    told = [(kinds[kind], str(label)) for kind, label in words["counts"].items() if kinds[kind]]
    told += [(len(rest), str(words["rest"]).format(html_text(rest[0])))] if rest else []
    told += [(sum(entry.features for entry in entries), str(words["features"]))]
    told += [(faults, str(words["faults"]))] if faults else []
    parts = [f"<b>{count:,}</b> {label}" for count, label in told]
    parts += [f'<b class="bad">{failed:,}</b> {words["failed"]}'] if failed else []
    return " · ".join(parts)


def _card(number: int, entry: Entry, words: Words) -> str:
    title, code = html_text(entry.title), html_text(entry.code if entry.code != entry.title else "")
    # The page shows three lines of a name.
    tip = f' title="{title}"' if len(entry.title) > _LONGEST_TITLE else ""
    figures = "".join(f"<dt>{html_text(label)}</dt><dd>{html_text(text)}</dd>" for label, text in entry.figures)
    badges = "".join(
        f'<span class="{kind}">{count:,} {words[kind]}</span>'
        for kind, count in zip(("error", "warning", "note"), entry.faults, strict=True)
        if count
    )
    inner = (
        f'<span class="picture">{entry.picture}</span><h2{tip}>{title}</h2><small>{code}</small>'
        f"<dl>{figures}</dl><p>{badges}</p>"
    )
    if entry.note:
        body = f'<div class="failed">{inner}<p class="reason">{words["why"].format(html_text(entry.note))}</p></div>'
    else:
        body = f'<a href="{html_text(entry.file)}">{inner}</a>'
    errors, warnings, notes = entry.faults
    weight = 1_000_000 * bool(entry.note) + 1_000 * errors + 10 * warnings + notes
    rest = ' data-rest="1"' if entry.code == REST else ""
    return f'<li id="m{number}" data-size="{entry.features}" data-faults="{weight}"{rest}>{body}</li>'


def _overview(entries: Sequence[Entry], words: Words) -> str:
    """Every unit as a line, an area or a dot where it lies."""
    placed = {number: entry.outline for number, entry in enumerate(entries) if entry.outline is not None}
    outlines, inside = _together(list(placed.values()))
    box = np.asarray(
        shapely.total_bounds(np.concatenate([*compress(outlines, inside), np.array([None], dtype=object)]))
    )
    if not np.isfinite(box).all() or len(entries) < 2:  # noqa: PLR2004 - nothing to find
        return ""
    frame, paths = Frame(box, _WIDE, _HIGH, _MARGIN), []
    for number, outline in compress(zip(placed, outlines, strict=True), inside):
        entry, drawn = entries[number], frame(outline)
        path = path_of(drawn[~(shapely.is_missing(drawn) | shapely.is_empty(drawn))])
        kind = "failed" if entry.note else "bad" if entry.faults[0] else "good"
        area = " area" if (shapely.get_dimensions(drawn) == 2).any() else ""  # noqa: PLR2004
        link = f' href="{html_text(entry.file)}"' if entry.file else ""
        paths.append(
            f'<a{link} data-m="m{number}" tabindex="-1"><title>{html_text(entry.title)}</title>'
            f'<path class="wide" d="{path}"/><path class="{kind}{area}" d="{path}"/></a>'
        )
    told = words["overview"] + _beyond({number: entries[number] for number in compress(placed, ~inside)}, words)
    return (
        f'<figure><svg viewBox="0 0 {_WIDE} {_HIGH}" role="img" aria-label="{words["overview"]}">{"".join(paths)}</svg>'
        f"<figcaption>{told}</figcaption></figure>"
    )


def _beyond(entries: Mapping[int, Entry], words: Words) -> str:
    """Units that lie too far from the others to be drawn with them, the first ones as links to their maps."""
    links = []
    for number, entry in list(entries.items())[:_MOST_BEYOND]:
        link = f' href="{html_text(entry.file)}"' if entry.file else ""
        links.append(f'<a{link} data-m="m{number}">{html_text(entry.title[:_LONGEST_TITLE])}</a>')
    listed = " · ".join(links) + (" …" if len(entries) > _MOST_BEYOND else "")
    return f"<br>{words['beyond'].format(count=len(entries), listed=listed)}" if entries else ""


def _together(outlines: Sequence[NDArray[np.object_]]) -> tuple[list[NDArray[np.object_]], NDArray[np.bool_]]:
    """Outlines beside one another whatever side of the 180th meridian they are on, and which lie where most do.

    One that is twenty times as far from the middle as half of them are, and more than five degrees, would make specks
    of the others: a river in a wrong zone, or at the other end of the world.
    """
    whole = [each for outline in outlines for each in going_on([outline]) if each is not None]
    boxes = np.array([shapely.total_bounds(outline) for outline in whole], dtype=float).reshape(-1, 4)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2.0
    known = np.isfinite(centres).all(axis=1)
    if not known.any():
        return whole, np.ones(len(whole), dtype=bool)
    middle = np.median(centres[known], axis=0)
    turns = np.where(known, np.round((middle[0] - centres[:, 0]) / _TURN), 0.0) * [[_TURN], [0.0]]
    beside = [shapely.transform(outline, turn.__add__) for outline, turn in zip(whole, turns.T, strict=True)]
    away = np.abs(centres + turns.T - middle).max(axis=1)
    return beside, ~(away > max(_FAR_DEGREES, _FAR_TIMES * float(np.median(away[known]))))
