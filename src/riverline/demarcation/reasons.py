"""Why the line is where it is, in a sentence that can be read out at the counter."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riverline.channel import format_chainage, parse_chainage
from riverline.demarcation.result import Demarcation
from riverline.demarcation.wording import along_line, notes_in_english
from riverline.errors import JobError
from riverline.faults import describe
from riverline.schema import MANAGEMENT_LINES
from riverline.schema.words import choice_words, plain_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from riverline.schema import Language

__all__ = ["explain"]

_ROUNDING_M = 0.05
_SHOWN = 20
_SOURCES_SHOWN = 3


def explain(
    result: Demarcation,
    river_id: str,
    bank: str | None,
    chainage: float | str,
    *,
    flood_levels: gpd.GeoDataFrame | None = None,
    language: Language = "zh",
) -> str:
    """Say why the management line of a bank is where it is at a chainage.

    Parameters
    ----------
    result
        From :func:`riverline.demarcate`.
    river_id
        Code of the river, or of the lake, reservoir or work whose closed line it is.
    bank
        ``"left"`` or ``"right"``, or another word for it (``左岸``, ``L``); ``None`` for the closed line of a lake, a
        reservoir or a work.
    chainage
        Metres along the axis, or along a closed line itself, as printed on the line, or a text such as ``"K1+200"``.
    flood_levels
        The levels or the sections that :func:`riverline.demarcate` was given, with ``chainage_m``: a flood line is
        then told with its level at the chainage and the two given ones it lies between. The result holds only their
        keys.
    language
        ``"zh"`` or ``"en"``.

    Returns
    -------
    str
        Place, basis, rule with citation, width, sources and confidence. Where pieces meet, one line for each of them.

    Raises
    ------
    JobError
        If the result has no such river, bank or chainage, or ``flood_levels`` does not say where its levels are; the
        message says what there is.

    Notes
    -----
    Levels are linear in chainage between the given ones and constant beyond the first and the last, as the line is
    drawn.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> import riverline as rl
    >>> river, left, right = (LineString([(500_000, y), (501_000, y)]) for y in (3_500_000, 3_500_080, 3_499_920))
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[river], crs=4548)
    >>> tops = gpd.GeoDataFrame({"bank_id": ["B1", "B2"], "river_id": "R1"}, geometry=[left, right], crs=4548)
    >>> result = rl.demarcate(axes, rl.load_rules("national"), bank_tops=tops)
    >>> print(rl.explain(result, "R1", "left", "K0+500"))  # doctest: +ELLIPSIS
    清水河左岸 K0+500：管理范围线依据“岸顶线”（来源要素 B1）...
    """
    bank = _require_call(result, bank, chainage, language)
    metres = parse_chainage(chainage)
    pieces = _pieces_at(result, river_id, bank, metres, str(chainage))
    told = []
    for piece in pieces.to_dict("records"):
        level = _level_told(piece, metres, flood_levels, language) if piece["basis"] == "flood" else ""
        told.append(_sentence(result, piece, metres, level=level, language=language))
    return "\n".join(told)


def _require_call(result: object, bank: str | None, chainage: object, language: object) -> str | None:
    """The bank as the lines have it; raise one error for everything else that is not what was asked for."""
    problems = []
    if not isinstance(result, Demarcation):
        found = type(result).__name__
        problems.append(
            (f"result 应为 riverline.demarcate 的结果，实际为 {found}", f"result must come from demarcate, got {found}")
        )
    if not isinstance(chainage, int | float | str | np.number) or isinstance(chainage, bool):
        problems.append(
            (
                f"chainage 应为米数或 'K1+200'，实际为 {chainage!r}",
                f"chainage must be metres or 'K1+200', got {chainage!r}",
            )
        )
    if language not in {"zh", "en"}:
        problems.append(
            (f"language 应为 zh 或 en，实际为 {language!r}", f"language must be zh or en, got {language!r}")
        )
    if problems:
        raise JobError.listing("explain 的参数有误", "explain was called wrongly", problems)
    return bank if bank is None else str(choice_words(MANAGEMENT_LINES["bank"]).get(plain_name(str(bank)), bank))


def _sentence(result: Demarcation, piece: Mapping[Any, Any], metres: float, *, level: str, language: Language) -> str:
    zh = language == "zh"
    blank = "宽度未定" if zh else "no width given"
    offset = piece["offset_m"]
    wide = f"向背水侧外延 {offset:g} 米" if zh else f"{offset:g} m to landside"
    name = _name_of(result, piece)
    drawn_by = _drawn_by(result, piece)
    shared = piece["basis"] == "joined" and "/policy.shared" in str(piece["rule_id"])
    parts = {
        "neighbour": _called(result, str(piece["source_ids"])) if shared else "",
        "where": _place_told(name, piece["bank"], format_chainage(metres), language),
        "basis": _word("basis", piece["basis"], language),
        "sources": level or _SOURCES[language].format(_few_sources(piece["source_ids"], language)),
        "joins": _few_sources(piece["source_ids"], language),
        "offset": f"{offset:g}",
        "wide": blank if math.isnan(offset) else wide,
        "rule": piece["rule_id"],
        "citation": piece["citation"],
        "confidence": _word("confidence", piece["confidence"], language),
        "span": f"{format_chainage(piece['start_chainage_m'])} – {format_chainage(piece['end_chainage_m'])}",
        "rules": f"{drawn_by[0]} {drawn_by[1][:12]}",
    }
    template = _SHARED[language] if shared else _template(str(piece["basis"]), str(piece["confidence"]), language)
    told = (template if piece["rule_id"] else _UNFOUNDED[language]).format(**parts)
    note = piece["note"] if zh else notes_in_english(pd.DataFrame([piece]), result.rules).iloc[0]
    return f"{told}{_NOTE[language].format(note)}" if piece["note"] and piece["rule_id"] else told


_ZH = (
    "{where}：管理范围线依据“{basis}”{sources}{wide}；"
    "规则 {rule}，条款：{citation}；本段 {span}；可信度：{confidence}；规则集 {rules}。"
)
_EN = (
    "{where}: the management line is drawn from the {basis}{sources}, {wide}; "
    "rule {rule}, citation: {citation}; piece {span}; confidence: {confidence}; rule set {rules}."
)


_JOINED_ZH = (
    "{where}：此段没有自己的依据，由相邻要素 {joins} 连接而成，按其规则 {rule} 的宽度外延 {offset} 米{sketch}；"
    "本段 {span}；可信度：{confidence}；规则集 {rules}。"
)
_JOINED_EN = (
    "{where}: the stretch has no basis of its own; it joins the neighbouring features {joins}, {offset} m wide as "
    "their rule {rule} has it{sketch}; piece {span}; confidence: {confidence}; rule set {rules}."
)
_SHARED = {
    "zh": (
        "{where}：此处两个管理范围相接，界线是与{neighbour}（{joins}）共用的边，重叠的土地归属按 {rule}；"
        "本段 {span}；可信度：{confidence}；规则集 {rules}。"
    ),
    "en": (
        "{where}: two extents meet here and the line is the edge shared with {neighbour} ({joins}); "
        "whose the land is that both claim, {rule} says; piece {span}; confidence: {confidence}; rule set {rules}."
    ),
}
_UNFOUNDED = {
    "zh": "{where}：此段没有自己的依据，由相邻要素 {joins} 连接而成，不适用任何条款，仅供示意，不是法定界线；"
          "本段 {span}；可信度：{confidence}；规则集 {rules}。",
    "en": "{where}: the stretch has no basis of its own; it joins the neighbouring features {joins} under no rule, "
          "a sketch and no legal line; piece {span}; confidence: {confidence}; rule set {rules}.",
}  # fmt: skip
_SOURCES = {"zh": "（来源要素 {}）", "en": " (features {})"}
_SKETCH = {"zh": "，仅供示意，不是法定界线", "en": ", a sketch and no legal line"}


def _few_sources(ids: str, language: Language) -> str:
    """The first keys, and how many there are if more."""
    keys = str(ids).split(",")
    if len(keys) <= _SOURCES_SHOWN:
        return ids
    shown = ",".join(keys[:_SOURCES_SHOWN])
    return f"{shown} 等 {len(keys)} 个" if language == "zh" else f"{shown} and others, {len(keys)} in all"


def _template(basis: str, confidence: str, language: Language) -> str:
    if basis != "joined":
        return _ZH if language == "zh" else _EN
    joined = _JOINED_ZH if language == "zh" else _JOINED_EN
    return joined.replace("{sketch}", _SKETCH[language] if confidence == "low" else "")


_NOTE = {"zh": "说明：{}。", "en": " Note: {}."}


def _level_told(
    piece: Mapping[Any, Any], metres: float, flood_levels: gpd.GeoDataFrame | None, language: Language
) -> str:
    """The level at a chainage and the given levels it comes from; empty where that is not known."""
    if flood_levels is None:
        return ""
    if "level_id" not in flood_levels.columns and "section_id" in flood_levels.columns:
        flood_levels = flood_levels.rename(columns={"section_id": "level_id"})
    lacking = [name for name in ("level_id", "level_m", "chainage_m") if name not in flood_levels.columns]
    if lacking:
        listed = ", ".join(lacking)
        raise JobError(
            f"flood_levels 缺少列：{listed}；请给出划界所用的洪水位图层，chainage_m 为桩号（米）",
            f"flood_levels lacks columns: {listed}; give the levels that were demarcated with, chainage_m in metres",
        )
    used = flood_levels[flood_levels["level_id"].astype("str").isin(str(piece["source_ids"]).split(","))]
    given = used.dropna(subset=["level_m", "chainage_m"]).sort_values(["chainage_m", "level_id"])
    if given.empty:
        return ""
    at = given["chainage_m"].to_numpy(dtype="float64")
    heights = given["level_m"].to_numpy(dtype="float64")
    upper = min(int(np.searchsorted(at, metres)), len(at) - 1)
    lower = upper if at[upper] == metres or metres < at[0] or metres > at[-1] else upper - 1
    keys = given["level_id"].astype("str").to_numpy()
    ends = [f"{keys[i]}（{format_chainage(at[i])}，{heights[i]:.2f} 米）" if language == "zh" else
            f"{keys[i]} ({format_chainage(at[i])}, {heights[i]:.2f} m)" for i in sorted({lower, upper})]  # fmt: skip
    level = f"{float(np.interp(metres, at, heights)):.2f}"
    return _LEVEL[language, len(ends)].format(level, *ends)


_LEVEL = {
    ("zh", 1): "（此处水位 {0} 米，取自 {1}）",
    ("zh", 2): "（此处水位 {0} 米，由 {1}与 {2}按桩号内插）",
    ("en", 1): " (level here {0} m, that of {1})",
    ("en", 2): " (level here {0} m, between {1} and {2} by chainage)",
}


def _place_told(name: str, bank: object, chainage: str, language: Language) -> str:
    """River, bank and chainage; on a closed line whose it is, along which its chainage runs, and not along a river."""
    if not isinstance(bank, str):
        return along_line(chainage, name, language)
    return f"{name}{'' if language == 'zh' else ', '}{_word('bank', bank, language)} {chainage}"


def _pieces_at(result: Demarcation, river_id: str, bank: str | None, metres: float, asked: str) -> pd.DataFrame:
    """The pieces that hold a chainage, in their order: several where pieces meet."""
    lines = result.lines
    if bank:
        mine = lines[(lines["river_id"] == river_id) & (lines["bank"] == bank)]
    else:
        mine = lines[lines["bank"].isna() & (_codes(lines) == river_id)]
    if mine.empty:
        raise _no_line(result, river_id, bank)
    start, end = mine["start_chainage_m"], mine["end_chainage_m"]
    here = mine[(start <= metres) & (end >= metres)]
    if here.empty:
        # Chainages on the line are rounded: the length of the axis itself may be a little more.
        here = mine[(start <= metres + _ROUNDING_M) & (end >= metres - _ROUNDING_M)]
    if here.empty:
        there = ", ".join(
            f"{format_chainage(low)} – {format_chainage(high)}" for low, high in _spans(start.tolist(), end.tolist())
        )
        raise JobError(
            f"桩号 {asked} 处没有管理范围线；{river_id} 的 {bank or '闭合线'} 有 {there}；"
            "桩号写作米数（1200）或 'K1+200'",
            f"there is no line at chainage {asked}; {bank or 'the closed line'} of {river_id} has {there}; "
            "write metres (1200) or 'K1+200'",
        )
    return here.sort_values(["start_chainage_m", "end_chainage_m", "line_id"])


def _codes(lines: gpd.GeoDataFrame) -> pd.Series[str]:
    """Codes of what lines are of: their keys go on with the bank and a number."""
    return lines["line_id"].str.rsplit("-", n=2).str[0]


def _spans(starts: list[float], ends: list[float]) -> list[tuple[float, float]]:
    """Stretches that pieces cover without a break."""
    spans: list[tuple[float, float]] = []
    for low, high in sorted(zip(starts, ends, strict=True)):
        if spans and low <= spans[-1][1] + _ROUNDING_M:
            spans[-1] = (spans[-1][0], max(spans[-1][1], high))
        else:
            spans.append((low, high))
    return spans


def _no_line(result: Demarcation, river_id: str, bank: str | None) -> JobError:
    lines = result.lines
    rivers = sorted(set(_codes(lines)))
    banks = ", ".join(sorted(set(lines["bank"][_codes(lines) == river_id].fillna("None"))))
    more = len(rivers) - _SHOWN
    shown = (", ".join(rivers[:_SHOWN]) or "-") + (f" … (+{more})" if more > 0 else "")
    undone = result.faults[(result.faults["code"] == "river-not-done") & (result.faults["feature_id"] == river_id)]
    why_zh, why_en = ("; ".join(describe(undone, each)["detail"]) for each in ("zh", "en"))
    there_zh, there_en = (
        (f"该河有：{banks}", f"the river has: {banks}") if banks else (f"现有河流：{shown}", f"rivers: {shown}")
    )
    return JobError(
        f"成果中没有河流 {river_id} 的 {bank} 管理范围线；{why_zh}{'；' * bool(why_zh)}{there_zh}；"
        "岸别为 left 或 right，湖泊、水库、工程的闭合线为 None",
        f"the result has no {bank} line of river {river_id}; {why_en}{'; ' * bool(why_en)}{there_en}; "
        "banks: left, right; None for the closed line of a lake, a reservoir or a work",
    )


def _name_of(result: Demarcation, piece: Mapping[Any, Any]) -> str:
    return _called(result, _code_of(piece))


def _drawn_by(result: Demarcation, piece: Mapping[Any, Any]) -> tuple[str, str]:
    """Name and digest of the rule set that drew a piece: of a joined county, that of the part that it came from."""
    own = result.rules.name, result.rules.digest
    if "/policy.shared" in str(piece["rule_id"]):
        return own
    of = result.extents["extent_id"] == f"{_code_of(piece)}-management"
    digest = next(iter(result.extents["version"][of].dropna()), own[1])
    parts = [(said["rules"], said["digest"]) for said in result.run.inputs.values() if "rules" in said]
    return next((part for part in [own, *parts] if part[1] == digest), own)


def _code_of(piece: Mapping[Any, Any]) -> str:
    """The code of what a piece of line is of."""
    closed = not isinstance(piece["bank"], str)
    return str(piece["line_id"]).rsplit("-", 2)[0] if closed else str(piece["river_id"])


def _called(result: Demarcation, code: str) -> str:
    """The name of a river or water; its code where it has none."""
    names = result.extents["name"][result.extents["extent_id"] == f"{code}-management"]
    return str(names.iloc[0]) if len(names) and names.iloc[0] else code


def _word(column: str, value: str, language: Language) -> str:
    """A choice as it stands inside a sentence."""
    return MANAGEMENT_LINES[column].value_label(value, language).lower()
