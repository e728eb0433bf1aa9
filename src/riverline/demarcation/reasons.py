"""Why the line is where it is, in a sentence that can be read out at the counter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riverline.channel import format_chainage
from riverline.errors import JobError
from riverline.schema import MANAGEMENT_LINES

if TYPE_CHECKING:
    import pandas as pd

    from riverline.demarcation.result import Demarcation
    from riverline.schema import Language

__all__ = ["explain"]


def explain(result: Demarcation, river_id: str, bank: str, chainage: float, *, language: Language = "zh") -> str:
    """Say why the management line of a bank is where it is at a chainage.

    Parameters
    ----------
    result
        From :func:`riverline.demarcate`.
    river_id
        Code of the river.
    bank
        ``"left"`` or ``"right"``.
    chainage
        Metres along the axis, as printed on the line.
    language
        ``"zh"`` or ``"en"``.

    Returns
    -------
    str
        Place, basis, rule with citation, width, sources and confidence.

    Raises
    ------
    JobError
        If the result has no such river, bank or chainage; the message says what there is.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> import riverline as rl
    >>> river, left, right = (LineString([(500_000, y), (501_000, y)]) for y in (3_500_000, 3_500_080, 3_499_920))
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[river], crs=4548)
    >>> tops = gpd.GeoDataFrame({"bank_id": ["B1", "B2"], "river_id": "R1"}, geometry=[left, right], crs=4548)
    >>> result = rl.demarcate(axes, rl.load_rules("national"), bank_tops=tops)
    >>> print(rl.explain(result, "R1", "left", 500))  # doctest: +ELLIPSIS
    清水河左岸 K0+500：管理范围线依据“岸顶线”（来源要素 B1）...
    """
    piece = _piece_at(result, river_id, bank, chainage)
    name = _river_name(result, river_id)
    parts = {
        "where": f"{name}{'' if language == 'zh' else ', '}{_word('bank', bank, language)} {format_chainage(chainage)}",
        "basis": _word("basis", piece["basis"], language),
        "sources": piece["source_ids"],
        "offset": f"{piece['offset_m']:g}",
        "rule": piece["rule_id"],
        "citation": piece["citation"],
        "confidence": _word("confidence", piece["confidence"], language),
        "span": f"{format_chainage(piece['start_chainage_m'])} – {format_chainage(piece['end_chainage_m'])}",
        "rules": f"{result.rules.name} {result.rules.digest[:12]}",
    }
    told = _template(str(piece["basis"]), str(piece["confidence"]), language).format(**parts)
    return f"{told}{_NOTE[language].format(piece['note'])}" if piece["note"] else told


_ZH = (
    "{where}：管理范围线依据“{basis}”（来源要素 {sources}）向背水侧外延 {offset} 米；"
    "规则 {rule}，条款：{citation}；本段 {span}；可信度：{confidence}；规则集 {rules}。"
)
_EN = (
    "{where}: the management line is drawn from the {basis} (features {sources}), {offset} m to landside; "
    "rule {rule}, citation: {citation}; piece {span}; confidence: {confidence}; rule set {rules}."
)


_JOINED_ZH = (
    "{where}：此段没有自己的依据，由相邻要素 {sources} 连接而成，按其规则 {rule} 的宽度外延 {offset} 米{sketch}；"
    "本段 {span}；可信度：{confidence}；规则集 {rules}。"
)
_JOINED_EN = (
    "{where}: the stretch has no basis of its own; it joins the neighbouring features {sources}, {offset} m wide as "
    "their rule {rule} has it{sketch}; piece {span}; confidence: {confidence}; rule set {rules}."
)
_SKETCH = {"zh": "，仅供示意，不是法定界线", "en": ", a sketch and no legal line"}


def _template(basis: str, confidence: str, language: Language) -> str:
    if basis != "joined":
        return _ZH if language == "zh" else _EN
    joined = _JOINED_ZH if language == "zh" else _JOINED_EN
    return joined.replace("{sketch}", _SKETCH[language] if confidence == "low" else "")


_NOTE = {"zh": "说明：{}。", "en": " Note: {}."}


def _piece_at(result: Demarcation, river_id: str, bank: str, chainage: float) -> pd.Series:
    lines = result.lines
    rivers = sorted(set(lines["river_id"]))
    mine = lines[(lines["river_id"] == river_id) & (lines["bank"] == bank)]
    if mine.empty:
        shown = ", ".join(rivers[:20]) or "-"
        raise JobError(
            f"成果中没有河流 {river_id} 的 {bank} 管理范围线；现有河流：{shown}；岸别为 left 或 right",
            f"the result has no {bank} line of river {river_id}; rivers: {shown}; banks: left, right",
        )
    here = mine[(mine["start_chainage_m"] <= chainage) & (mine["end_chainage_m"] >= chainage)]
    if here.empty:
        low, high = mine["start_chainage_m"].min(), mine["end_chainage_m"].max()
        raise JobError(
            f"桩号 {chainage:g} 不在 {format_chainage(low)} 至 {format_chainage(high)} 之间",
            f"chainage {chainage:g} is not between {format_chainage(low)} and {format_chainage(high)}",
        )
    return here.iloc[0]


def _river_name(result: Demarcation, river_id: str) -> str:
    names = result.extents["name"][result.extents["river_id"] == river_id]
    return str(names.iloc[0]) if len(names) and names.iloc[0] else river_id


def _word(column: str, value: str, language: Language) -> str:
    """A choice as it stands inside a sentence."""
    return MANAGEMENT_LINES[column].value_label(value, language).lower()
