"""What a river's dossier says: 一河一档, of what was given and no more, and which parts were not given."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from riverline.errors import CRSError
from riverline.export.forms import Form, load_form
from riverline.export.sheets import Head, Sheet
from riverline.geodesy import geodesic_length
from riverline.io.sheet_cells import cells_of, clean_text, number_format
from riverline.reports.drawing import draw_map
from riverline.reports.given import Given, as_day, gather, of_river, rivers_in, standing
from riverline.reports.model import Block, Document, Facts, Paragraph, Section, numbered
from riverline.reports.parts import PARTS, Part
from riverline.reports.periods import after_day, captioned, ledger_days, spans_of
from riverline.reports.printed import shown, table_of, tables_of
from riverline.reports.standing import with_places
from riverline.reports.waters import Water, water_of
from riverline.reports.wording import remarks_of, said
from riverline.schema import AXES, EXTENTS, PROBLEMS
from riverline.style.codes import named
from riverline.style.rivers import are_works

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["OPEN", "compose_dossier", "form_named", "still_open"]


_EXTENTS = ("axes", "extents", "management_lines", "stakes", "boards")
_TROUBLES = ("axes", "extents", "hot_reaches", "placed_outfalls", "problems")
OPEN = ("found", "assigned", "rectifying", "review", "reopened")
"""Where a problem stands that is not closed."""
_REJECTED = "rejected"
_COUNTED = ("stakes", "boards", "placed_outfalls")
_ALONG = ["axis_length_m", "left_length_m", "right_length_m", "confidence"]
_AXIS = ("rank", "catchment_km2", "width_m", "chief")
_AREA = ("area_m2",)
_EXTENT = ("axis_length_m", "left_length_m", "right_length_m", "area_m2", "confidence")


def form_named(name: str) -> Form:
    """A form of reports by its name."""
    return load_form(str(files("riverline.reports.forms").joinpath(f"{name}.toml")))


def compose_dossier(
    river_id: str,
    *results: Any,  # noqa: ANN401 - any result, frame or ledger
    language: Language = "zh",
    on: dt.date | str | None = None,
) -> Document:
    """A river's dossier as content, before it becomes a file.

    Parameters
    ----------
    river_id
        Code of the river.
    *results
        Results, frames that follow a schema, ledgers.
    language
        Of every text.
    on
        Day of the ledgers; the last one if not given.

    Returns
    -------
    Document
        Sections, tables and figures.

    Raises
    ------
    JobError
        If nothing that was given speaks of the river.
    SchemaError
        If something is neither a result, a frame nor a ledger.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> axes = gpd.GeoDataFrame(
    ...     {"river_id": ["R1"], "name": ["清水河"]},
    ...     geometry=[shapely.LineString([(5e5, 3.5e6), (5e5, 3.501e6)])],
    ...     crs=4548,
    ... )
    >>> compose_dossier("R1", axes).title
    '清水河河流档案'
    """
    day = as_day(on, what="on")
    given = gather(results, language=language, on=day)
    own = of_river(given, river_id)
    water = water_of(own, river_id, rivers_in(given).get(river_id) or river_id, language)
    asked = _Asked(water, day, ledger_days(own, day, language) if PROBLEMS.name in own else "")
    sections, placed = [_basics(own, river_id, asked)], with_places(own, language)
    for part in PARTS:
        if part.given(own):
            title = water.words(part.title(own, language))
            sections.append(Section(title, tuple(_blocks(placed, part, asked))))
    absent = [water.words(each) for part in PARTS for each in part.missing(own, language)]
    sections.append(_lacking(absent, water))
    head = said(
        language, f"{water.running}　{water.name}（{river_id}）", f"{water.running} · {water.name} ({river_id})"
    )
    layers = [layer for each in own.layers.values() for layer in each]
    remarks = (*filter(None, [_sentence(asked.standing, language)]), *remarks_of(layers, language))
    return numbered(Document(clean_text(water.title), language, clean_text(head), "", tuple(sections), remarks=remarks))


class _Asked(NamedTuple):
    """What a dossier is of, the day that was asked for, and as of which day its problems stand."""

    water: Water
    day: dt.date | None
    standing: str


def _sentence(words: str, language: Language) -> str:
    return words and said(language, f"问题状态：{words}", f"Problems as they stand: {words}")


def _basics(own: Given, river_id: str, asked: _Asked) -> Section:
    """Facts of the river, and its maps."""
    water, language = asked.water, asked.water.language
    pairs = [(AXES["river_id"].label(language), river_id), (AXES["name"].label(language), water.name)]
    pairs += _pairs(own.rows("axes"), AXES, _AXIS, language)
    pairs += _measured(own, language)
    for piece in (piece for part in PARTS for piece in part.given(own) if piece.schema in _COUNTED):
        rows = own.rows(piece.schema)
        lost = len(rows) - len(standing(rows)) if piece.schema == "stakes" else 0
        more = said(language, f"（另有 {lost} 个无处可设，未计）", f" ({lost} more have no place)") if lost else ""
        label = said(language, f"{piece.zh}数", piece.en)
        pairs.append((label, f"{len(rows) - lost}{more}"))
    if PROBLEMS.name in own:
        real, still = _real_and_open(own.rows(PROBLEMS.name))
        void = len(own.rows(PROBLEMS.name)) - real
        beside = said(language, f"（另有不属实 {void} 个，未计）", f" ({void} more were rejected)") if void else ""
        pairs += [(said(language, "四乱问题数", "Problems"), f"{real}{beside}")]
        pairs += [
            (
                said(language, "未销号", "Open"),
                said(language, f"{still}（{asked.standing}）", f"{still} ({asked.standing})"),
            )
        ]
    told = tuple((clean_text(water.words(key)), clean_text(value)) for key, value in pairs)
    return Section(said(language, "基本情况", "Facts"), (Facts(told), *_maps(own, water)))


def _measured(own: Given, language: Language) -> list[tuple[str, str]]:
    """Lengths and areas of the river's own extents; of a river without them, the length of its axis."""
    extents = own.rows("extents")
    found: list[tuple[str, str]] = []
    for kind in EXTENTS["kind"].choices if len(extents) else ():
        rows = extents[extents["kind"] == kind.value]
        rows = rows[~are_works(rows)]
        told = _pairs(rows, EXTENTS, _EXTENT if kind.value == "management" else _AREA, language)
        # An area is that of one of the two extents, and says of which.
        area = EXTENTS["area_m2"].label(language)
        whose = kind.label(language)
        found += [
            (said(language, f"{whose}{key}", f"{whose}: {key}") if key == area else key, each) for key, each in told
        ]
    label = EXTENTS["axis_length_m"].label(language)
    axes = [layer.frame for layer in own.chosen("axes") if layer.spatial and len(layer.frame)]
    if axes and label not in dict(found):
        metres = sum(float(geodesic_length(frame).sum()) for frame in axes)
        how = said(language, "（按所给中心线在椭球面上量算）", " (measured on the ellipsoid)")
        found.insert(0, (label, f"{metres:.1f}{how}"))
    return found


def _pairs(rows: pd.DataFrame, schema: Any, names: Iterable[str], language: Language) -> list[tuple[str, str]]:  # noqa: ANN401
    """Columns of the first row with what stands in them."""
    found = []
    for name in names:
        if len(rows) and name in rows and pd.notna(rows[name].iloc[0]) and str(rows[name].iloc[0]) != "":
            column = schema[name]
            cell = cells_of(rows[name].iloc[:1], column, language)[0]
            text = shown(cell, number_format(column))
            found.append((column.label(language), named(name, text, language)))
    return found


def _maps(own: Given, water: Water) -> Iterable[Block]:
    language = water.language
    troubles = said(language, "问题、热点与排污口分布图", "Problems, hotspots and outfalls")
    for title, schemas, least in ((water.map_title, _EXTENTS, 0), (troubles, _TROUBLES, 2)):
        layers = [_still(each) for each in own.chosen(*schemas)]
        shown_layers = [each for each in layers if len(each.frame)]
        # The second map is for what the first does not show.
        if any(each.name in schemas[least:] for each in shown_layers):
            yield from _map(shown_layers, _open_only(title, own, shown_layers, language), language)


def _map(layers: list[Layer], title: str, language: Language) -> Iterable[Block]:
    """The map of some layers; an axis alone that is too wide for a plane stays without, which is told."""
    try:
        figure = draw_map(layers, title=title, language=language)
    except CRSError:
        if {layer.name for layer in layers} != {"axes"}:
            raise
        told = (
            "中心线跨多个投影带，不能按一个比例尺绘在一个平面上，未附图。",
            "The axis lies in several zones: no plane holds it at one scale, and no map was drawn.",
        )
        yield Paragraph(said(language, *told), "note")
        return
    if figure is not None:
        yield figure


def _open_only(title: str, own: Given, layers: list[Layer], language: Language) -> str:
    """The title of a map with problems says that it shows the open ones, and how many of how many they are."""
    drawn = [layer.frame.geometry for layer in layers if layer.name == PROBLEMS.name and layer.spatial]
    if not drawn:
        return title
    rows = own.rows(PROBLEMS.name)
    real, still = _real_and_open(rows)
    without = still - sum(int((shapes.notna() & ~shapes.is_empty).sum()) for shapes in drawn)
    zh, en = (f"，其中 {without} 个没有位置", f", {without} of them without a place") if without else ("", "")
    return said(
        language,
        title.replace("问题", f"未销号问题（{real} 个中的 {still} 个{zh}）", 1),
        title.replace("Problems", f"Open problems ({still} of {real}{en})", 1),
    )


def _real_and_open(problems: pd.DataFrame) -> tuple[int, int]:
    """How many problems were not rejected, and how many of all are open."""
    return int((problems["status"] != _REJECTED).sum()), int(problems["status"].isin(OPEN).sum())


def _still(layer: Layer) -> Layer:
    """A map shows the problems that are open, and the stakes that have a place."""
    if layer.name == "stakes":
        return replace(layer, frame=standing(layer.frame))
    return replace(layer, frame=still_open(layer.frame)) if layer.name == "problems" and layer.spatial else layer


def still_open(problems: Any) -> Any:  # noqa: ANN401 - GeoDataFrames
    """Problems that are open, each as one point: at the scale of a report an area of some metres is a mark."""
    rows = problems[problems["status"].isin(OPEN)]
    return rows.set_geometry(rows.geometry.representative_point()) if len(rows) else rows


def _blocks(own: Given, part: Part, asked: _Asked) -> Iterable[Block]:
    water, language = asked.water, asked.water.language
    layers = own.chosen(*part.schemas)
    if not any(len(layer.frame) for layer in layers):
        yield Paragraph(_none(said(language, "此项", ""), part.schemas, own, water))
        return
    if PROBLEMS.name in part.schemas and len(own.rows(PROBLEMS.name)):
        yield Paragraph(f"{_sentence(asked.standing, language)}{said(language, '。', '.')}", "note")
        yield table_of(_crossed(own.rows(PROBLEMS.name), language))
    spans = {name: spans_of(name, own, language) for name in part.schemas if len(own.rows(name))}
    for name, each in spans.items():
        yield from after_day(name, each, asked.day, language)
    filled = [_filled(layer) for layer in layers if len(layer.frame)]
    for name, table in tables_of(filled, form_named("dossier"), language=language):
        if table.rows:
            fitting = water.table(table)
            yield replace(fitting, title=captioned(fitting.title, spans.get(name, []), language))
    for piece in part.given(own):
        if not len(own.rows(piece.schema)):
            yield Paragraph(_none(water.words(piece.words(language)), (piece.schema,), own, water))


def _none(words: str, schemas: Iterable[str], own: Given, water: Water) -> str:
    """That what was given has no row of the river and, where that is of some days, of which."""
    spans = [span for name in schemas for span in spans_of(name, own, water.language) if span.known]
    of = f" ({words})" if words else ""
    zh = captioned(f"已提供的成果中，{water.this}没有{words}记录", spans, "zh")
    return said(
        water.language, f"{zh}。", f"{captioned(f'What was given has no row of {water.this}{of}', spans, 'en')}."
    )


def _filled(layer: Layer) -> Layer:
    """Extents without the columns that only an extent along banks fills, where none is one."""
    blank = [name for name in _ALONG if name in layer.frame and layer.frame[name].isna().all()]
    return replace(layer, frame=layer.frame.drop(columns=blank)) if layer.name == EXTENTS.name else layer


def _crossed(rows: pd.DataFrame, language: Language) -> Sheet:
    """Problems by kind and status, in the order of the dictionary, with sums; what was rejected stands beside them."""
    kinds, statuses = PROBLEMS["kind"], PROBLEMS["status"]
    counts = pd.crosstab(rows["kind"].astype("object").fillna(""), rows["status"].astype("object").fillna(""))
    known, named_kinds = statuses.values, kinds.values  # noqa: PD011 - of a column of the dictionary
    there = [value for value in known if value in counts] + [v for v in counts if v not in known]
    order = [value for value in named_kinds if value in counts.index]
    order += [value for value in counts.index if value not in named_kinds]
    counts = counts.reindex(index=order, columns=[each for each in there if each != _REJECTED]).assign(
        **{_REJECTED: counts[_REJECTED]} if _REJECTED in there else {}
    )
    every = said(language, "合计", "Total")
    real = counts.columns != _REJECTED
    counts.insert(int(real.sum()), "total", counts.loc[:, real].sum(axis=1))
    void = statuses.value_label(_REJECTED, language)
    labels = {"total": every, _REJECTED: said(language, f"{void}（不计入合计）", f"{void} (not in the total)")}
    heads = (
        Head("", kinds.label(language), "General"),
        *(Head(str(each), labels.get(str(each)) or statuses.value_label(each, language), "0") for each in counts),
    )
    body: list[list[Any]] = [
        [kinds.value_label(kind, language), *map(int, row)] for kind, row in zip(order, counts.to_numpy(), strict=True)
    ]
    body.append([every, *map(int, counts.sum(axis=0))])
    title = said(language, "四乱问题分类统计", "Problems by kind and status")
    return Sheet("problems", title, heads, body, frozenset({len(body) - 1}))


def _lacking(absent: list[str], water: Water) -> Section:
    language = water.language
    joint = said(language, "、", ", ")
    told = (
        said(
            language,
            f"编制时未提供：{joint.join(absent)}。档案中没有这些部分，不表示{water.this}没有这些情况。",
            f"Not given when this was made: {joint.join(absent)}. That they are absent here does not say that "
            f"{water.this} has none of it.",
        )
        if absent
        else said(language, "本档案所列各部分均已提供。", "Every part of the dossier was given.")
    )
    return Section(said(language, "未提供的内容", "What was not given"), (Paragraph(told),))
