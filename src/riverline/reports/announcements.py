"""What an announcement of extents says: 划界公告 as a draft, blanks left blank, grounds as the rules cite them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from riverline.errors import JobError
from riverline.io.sheet_cells import clean_text
from riverline.reports.dossiers import form_named
from riverline.reports.drawing import draw_map
from riverline.reports.given import Given, as_day, gather, rivers_in, standing
from riverline.reports.model import Block, Document, Paragraph, Section, numbered
from riverline.reports.printed import tables_of, with_rivers
from riverline.reports.wording import blank, day_in_words, remarks_of, said
from riverline.schema import LINE_GROUNDS, MANAGEMENT_LINES
from riverline.style import Layer, own_line_names, own_lines
from riverline.style.rivers import are_works

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from riverline.schema import Language

__all__ = ["compose_announcement", "grounds_of"]

_LENGTHS = ["axis_length_m", "left_length_m", "right_length_m"]
_WEAK = {"low", "unknown"}
_FAILED = {"river-not-done", "water-not-done", "work-not-done"}
_NAMED = 40
_LISTED = 200


def compose_announcement(
    *results: Any,  # noqa: ANN401 - any result or frame
    place: str | None = None,
    authority: str | None = None,
    date: dt.date | str | None = None,
    number: str | None = None,
    contact: str | None = None,
    language: Language = "zh",
) -> Document:
    """An announcement of extents as content, before it becomes a file.

    Parameters
    ----------
    *results
        A :class:`riverline.Demarcation`, or its lines and extents; stakes and boards.
    place, authority, date, number, contact
        What only the office knows: where it holds, who announces, when, under which number, whom to ask. What is not
        given is a blank to be filled in.
    language
        Of every text.

    Returns
    -------
    Document
        Sections, tables and figures.

    Raises
    ------
    JobError
        If no extents were given, or the date is no day.
    SchemaError
        If something is neither a result nor a frame.

    Examples
    --------
    >>> from riverline import schema
    >>> compose_announcement(schema.EXTENTS.empty("EPSG:4548"), place="清水县").title
    '关于清水县河湖管理范围划定成果的公告'
    """
    day = as_day(date)
    given = gather(results, language=language)
    if "extents" not in given:
        raise JobError(
            "公告需要划界成果（管理范围 extents）；请给出 riverline.demarcate 的返回值或该图层",
            "an announcement needs extents: give what riverline.demarcate returns, or that layer",
        )
    tables = dict[str, list[Block]]()
    form = form_named("announcement")
    layers, works = _parted(given.chosen("extents", "stakes", "boards"))
    grounds = grounds_of(given.rows("management_lines"), own_line_names(given.chosen("extents")))
    if len(grounds):
        layers.append(Layer(LINE_GROUNDS.name, LINE_GROUNDS, grounds))
    for name, table in tables_of(layers, form, language=language):
        tables.setdefault(name, []).append(table)
    for name, table in tables_of(works, form, language=language):
        tables.setdefault(name, []).append(replace(table, title=_of_works(table.title, language)))
    told = _opening(
        _names(given, works=False), _names(given, works=True), blank(place, width=4), blank(authority), language
    )
    sections = [Section("", (told,))]
    sections += _articles(tables, given, language)
    sections.append(Section(said(language, "其他事项", "Further"), tuple(_rest(contact, language))))
    sections.append(
        Section(
            said(language, "拟稿说明（发布前删除）", "Notes of the draft (delete before it goes out)"),
            tuple(_drafting(given, grounds, language)),
        )
    )
    where = blank(place, width=6)
    title = said(
        language, f"关于{where}河湖管理范围划定成果的公告", f"Announcement of river and lake extents of {where}"
    )
    running = said(language, f"{where}河湖管理范围划定公告（拟稿）", f"Extents of {where} (draft)")
    closing = tuple(map(clean_text, (blank(authority), day_in_words(day, language))))
    return numbered(
        Document(
            clean_text(title),
            language,
            clean_text(running),
            clean_text(blank(number, width=8)),
            with_rivers(sections, rivers_in(given), language),
            closing,
            remarks_of(given.chosen("extents", "management_lines", "stakes"), language),
        )
    )


def grounds_of(lines: pd.DataFrame, names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """How much of the line of each bank, lake, reservoir and work rests on which rule.

    Parameters
    ----------
    lines
        Rows of :data:`riverline.schema.MANAGEMENT_LINES`.
    names
        Names of lakes, reservoirs and works by code; who is in none goes by the code.

    Returns
    -------
    DataFrame
        Rows of :data:`riverline.schema.LINE_GROUNDS`; their lengths sum to that of the lines.
    """
    if lines.empty:
        return pd.DataFrame(LINE_GROUNDS.empty().drop(columns="geometry"))
    by = ["river_id", "bank", "name", "basis", "citation", "confidence"]
    rows = lines.assign(name=[each or "" for each in own_lines("management_lines", lines, names=names or {})])
    rows = rows.assign(**{name: rows[name].astype("object").where(rows[name].notna(), "") for name in by})
    grouped = rows.groupby(by, sort=True)
    found = pd.DataFrame(
        {
            "least_offset_m": grouped["offset_m"].min(),
            "most_offset_m": grouped["offset_m"].max(),
            "length_m": grouped["length_m"].sum().round(1),
        }
    ).reset_index()
    found["bank"] = found["bank"].where(found["bank"] != "", None)
    found.insert(0, "ground_id", [f"G{number:04d}" for number in range(1, len(found) + 1)])
    return pd.DataFrame(LINE_GROUNDS.conform(found))


def _parted(layers: list[Layer]) -> tuple[list[Layer], list[Layer]]:
    """The layers with the extents of rivers, lakes and reservoirs, and the extents of works apart."""
    parted = [(layer, are_works(layer.frame)) for layer in layers if layer.name == "extents"]
    # A work has no banks: no columns for them, in which a sum would be 0.
    works = [
        replace(layer, frame=layer.frame[those].drop(columns=_LENGTHS, errors="ignore"))
        for layer, those in parted
        if those.any()
    ]
    # Where there are works alone, no empty tables of rivers stand before theirs.
    waters = [replace(layer, frame=layer.frame[~those]) for layer, those in parted if not those.all() or not works]
    return [*waters, *(layer for layer in layers if layer.name != "extents")], works


def _of_works(title: str, language: Language) -> str:
    return said(language, f"水利工程{title.removeprefix('河湖')}", f"{title} of works")


def _names(given: Given, *, works: bool) -> list[str]:
    rows = given.rows("extents")
    rows = rows[(rows["kind"] == "management") & (are_works(rows) == works)]
    told = rows["name"].fillna("").astype("str").where(lambda name: name != "", rows["river_id"].astype("str"))
    return told.tolist()


def _opening(waters: list[str], works: list[str], place: str, authority: str, language: Language) -> Block:
    parts = [] if waters or works else [("河湖", "rivers and lakes")]
    if waters:
        zh, en = _listed(waters)
        nouns = "river or lake" if len(waters) == 1 else "rivers and lakes"
        parts.append((f"{zh}河湖", f"{len(waters)} {nouns} ({en})"))
    if works:
        zh, en = _listed(works)
        parts.append((f"{zh}水利工程", f"{len(works)} {'work' if len(works) == 1 else 'works'} ({en})"))
    zh, en = "和".join(each for each, _ in parts), " and ".join(each for _, each in parts)
    return Paragraph(
        clean_text(
            said(
                language,
                "根据《中华人民共和国水法》《中华人民共和国防洪法》《中华人民共和国河道管理条例》"
                f"等法律法规，{place}划定了{zh}的管理范围，现由{authority}公告如下。",
                "Under the Water Law, the Flood Control Law and the Regulations on River Administration, extents of "
                f"{en} of {place} were drawn. {authority} announces:",
            )
        )
    )


def _listed(names: list[str]) -> tuple[str, str]:
    """All names, and how many there are, in Chinese and in English: who is not named in it, it does not bind.

    Of more than a paragraph holds, the first ones, and where the rest are named.
    """
    first = list(dict.fromkeys(names))[:_NAMED]
    more = len(set(names)) > len(first)
    zh = (
        f"{'、'.join(first)}等 {len(names)} 处（全部名称见下表）"
        if more
        else f"{'、'.join(first)}（共 {len(names)} 处）"
    )
    return zh, ", ".join(first) + (" …, all of them named in the table" if more else "")


def _articles(tables: dict[str, list[Block]], given: Given, language: Language) -> Iterator[Section]:
    area = Paragraph(
        said(
            language,
            "管理范围的长度、面积见下表，界线以界桩坐标和附图为准。",
            "Lengths and areas are in the table; the line is that of the stakes and of the map.",
        )
    )
    figure = draw_map(
        given.chosen("extents", "management_lines"),
        language=language,
        title=said(language, "管理范围示意图", "Extents"),
    )
    maps: tuple[Block, ...] = () if figure is None else (figure,)
    yield Section(said(language, "划定的范围", "The extents"), (area, *tables.get("extents", ()), *maps))
    if "line_grounds" in tables:
        yield Section(said(language, "划定依据", "What the lines rest on"), tuple(tables["line_grounds"]))
    if "stakes" in tables or "boards" in tables:
        yield Section(
            said(language, "界桩与公告牌", "Stakes and boards"), (*tables.get("stakes", ()), *tables.get("boards", ()))
        )


def _rest(contact: str | None, language: Language) -> Iterator[Block]:
    yield Paragraph(
        said(
            language,
            "划定管理范围不改变土地的用途和权属。",
            "Drawing an extent changes neither the use nor the ownership of land.",
        )
    )
    yield Paragraph(
        said(
            language,
            "在管理范围内从事活动，应当遵守有关法律、法规的规定。",
            "Whoever acts inside an extent has to keep to the laws and regulations that hold there.",
        )
    )
    yield Paragraph(
        said(
            language,
            "任何单位和个人不得擅自移动、损毁界桩和公告牌。",
            "Nobody may move or damage stakes and boards without leave.",
        )
    )
    told = clean_text(blank(contact, width=16))
    yield Paragraph(said(language, f"联系方式：{told}", f"Contact: {told}"))


def _drafting(given: Given, grounds: pd.DataFrame, language: Language) -> Iterator[Block]:
    """What the office has to look at before the announcement goes out."""
    yield Paragraph(
        said(
            language,
            "本稿供拟定公告用，公告的内容与格式以有权机关为准；空白处由有权机关填写。",
            "A draft: the competent authority decides on text and form, and fills in the blanks.",
        ),
        "note",
    )
    if not (given.rows("extents")["kind"] == "management").any():
        yield Paragraph(
            said(
                language,
                "所给成果中没有管理范围：本稿只是空白格式，没有公告任何河湖，不得发布。",
                "What was given holds no management extent: this is a blank form that announces nothing. "
                "It must not go out.",
            ),
            "alert",
        )
    weak = grounds[grounds["confidence"].isin(_WEAK)]
    if len(weak):
        share = weak["length_m"].sum() / grounds["length_m"].sum()
        yield Paragraph(
            said(
                language,
                f"有 {weak['length_m'].sum() / 1000:.1f} km 界线（{share:.1%}）依据的可信度为低或不明，涉及 "
                f"{weak['river_id'].nunique()} 条河湖；请核实依据原文后再发布，未经核实的宽度不得作为法定依据。",
                f"{weak['length_m'].sum() / 1000:.1f} km of line ({share:.1%}) on {weak['river_id'].nunique()} rivers "
                "rest on grounds of low or unknown confidence: check them against the documents; what is not verified "
                "is no law.",
            ),
            "alert",
        )
    bare = grounds[grounds["citation"].fillna("") == ""]
    if len(bare):
        bases = "、".join(MANAGEMENT_LINES["basis"].value_label(each, language) for each in sorted(set(bare["basis"])))
        yield Paragraph(
            said(
                language,
                f"有 {bare['length_m'].sum() / 1000:.1f} km 界线没有条款依据（{bases}），为连接或示意，"
                "须由有权机关确定。",
                f"{bare['length_m'].sum() / 1000:.1f} km of line rest on no article ({bases}): the authority "
                "has to settle them.",
            ),
            "alert",
        )
    yield from _unplaced(given.rows("stakes"), language)
    yield from _not_done(given, language)


def _unplaced(stakes: pd.DataFrame, language: Language) -> Iterator[Block]:
    """That the stakes which the text speaks of are not given, or which of them stand nowhere."""
    if stakes.empty:
        told = said(
            language,
            "没有提供界桩成果：正文所说的界桩坐标尚无附表，请补充或改写。",
            "No stakes were given: the coordinates that the text speaks of have no table yet. Add them or reword it.",
        )
        yield Paragraph(told, "alert")
        return
    lost = stakes.loc[stakes.index.difference(standing(stakes).index), "number"].astype("str").tolist()
    if lost:
        listed = said(language, "、", ", ").join(lost[:_LISTED])
        told = said(
            language,
            f"{len(lost)} 个界桩无处可设，未列入界桩坐标表：{listed}。",
            f"{len(lost)} stakes have no place any more and are not in the table of coordinates: {listed}.",
        )
        yield Paragraph(clean_text(told), "alert")


def _not_done(given: Given, language: Language) -> Iterator[Block]:
    faults = given.rows("faults")
    if faults.empty:
        return
    failed = sorted(set(faults.loc[faults["code"].isin(_FAILED), "feature_id"].dropna().astype("str")))
    if failed:
        listed = said(language, "、", ", ").join(failed[:_LISTED])
        yield Paragraph(
            clean_text(
                said(
                    language,
                    f"未能划定、不在本公告内的：{listed}（共 {len(failed)} 处）。",
                    f"Not drawn and not in this announcement: {listed} ({len(failed)}).",
                )
            ),
            "alert",
        )
    errors = int((faults["severity"] == "error").sum())
    if errors:
        yield Paragraph(
            said(
                language,
                f"质检尚有 {errors} 个错误级问题，请处理后再发布。",
                f"There are {errors} errors among the faults: settle them before it goes out.",
            ),
            "alert",
        )
