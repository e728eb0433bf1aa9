"""What shows a suspect, in one sentence for a person: made from its columns and its evidence, in either language."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd

from riverline.schema import CHANGE_EVIDENCE, SUSPECTS

if TYPE_CHECKING:
    import geopandas as gpd

    from riverline.schema import Language

__all__ = ["describe_suspects"]

_WORDS: dict[str, tuple[str, str]] = {
    "inside": ("全部在线内", "wholly inside the line"),
    "across": ("压线", "on the line"),
    "near": ("在线外", "outside the line"),
    "protection": ("位于保护范围", "in the protection extent"),
    "area": ("范围内 {0:,.2f} m²（{1:.0%}）", "{0:,.2f} m² inside ({1:.0%})"),
    "length": ("范围内 {0:,.1f} m（{1:.0%}）", "{0:,.1f} m inside ({1:.0%})"),
    "depth": ("最深入线 {0:.2f} m", "reaches {0:.2f} m in"),
    "away": ("距线 {0:.2f} m", "{0:.2f} m from the line"),
    "left": ("占左岸岸线 {0:.1f} m", "takes {0:.1f} m of the left bank"),
    "right": ("占右岸岸线 {0:.1f} m", "takes {0:.1f} m of the right bank"),
    "": ("占岸线 {0:.1f} m", "takes {0:.1f} m of the line"),
    "chance": ("位置限差 ±{0:g} m，越线概率 {1:.2f}", "positions to ±{0:g} m, probability inside {1:.2f}"),
    "valid": ("许可 {0} 有效（{1}），覆盖 {2:.0%}", "permit {0} is valid ({1}) and covers {2:.0%}"),
    "expired": ("许可 {0} 已过期（{1}），不扣除", "permit {0} has expired ({1}): not subtracted"),
    "future": ("许可 {0} 尚未生效（{1}），不扣除", "permit {0} is not yet valid ({1}): not subtracted"),
    "undecided": (
        "许可 {0} 是否有效不明（{1}），不扣除",
        "whether permit {0} is valid is not known ({1}): not subtracted",
    ),
    "seen": ("影像自 {0} 起 {1} 期可见", "images show it on {1} days since {0}"),
    "once": ("影像仅 {0} 一期可见", "images show it on {0} only"),
    "unseen": ("其间 {0} 期未见", "{0} days since do not"),
    "differs": ("{0}较 {1} 变化 {2:+.2f}，为噪声的 {3:,.0f} 倍", "{0} {2:+.2f} against {1}, {3:,.0f} times the noise"),
    "unconfirmed": ("影像不足以确认", "images do not suffice to confirm it"),
    "by_level": ("其 {0:.0%} 可由水位差解释", "the water level may explain {0:.0%} of it"),
    "cut": ("水位差解释的部分未计入，面积可能偏小", "what the water level explains is left out: it may be larger"),
    "candidates": ("类型未能分辨，可能为{0}，须现场核定", "images do not tell the kind: {0}; to be settled on site"),
    "candidate": ("{0}（{1:.0%}）", "{0} ({1:.0%})"),
    "rule": ("{0}：{1}", "{0}: {1}"),
    "no_rule": ("目录中没有对应条目，严重程度不明", "no item of the catalogue fits; severity unknown"),
    "band": ("{0} {1:,.2f} {2}，{3}", "{0} {1:,.2f} {2}, {3}"),
    "no_band": ("{0}", "{0}"),
    "unverified": ("{0}（分级未核实）", "{0} (grading not verified)"),
}
_BETWEEN = {"zh": "；", "en": "; "}
_GLOSSED = " · "
_SLIGHT = 0.1  # share of a patch below which what the water level explains is not worth a word


def describe_suspects(suspects: gpd.GeoDataFrame, language: Language = "zh") -> gpd.GeoDataFrame:
    """A copy whose ``reason`` is written in the language asked for, and whose ``citation`` has its English in English.

    Parameters
    ----------
    suspects
        Rows of :data:`riverline.schema.SUSPECTS`.
    language
        ``"zh"`` or ``"en"``.

    Returns
    -------
    GeoDataFrame
        The same rows; a reason or title without evidence behind it stays as it is. A law keeps its Chinese name after
        the English one.

    Examples
    --------
    >>> from riverline.encroachment import describe_suspects
    >>> from riverline.schema import SUSPECTS
    >>> describe_suspects(SUSPECTS.empty(4548), "en")["reason"].tolist()
    []
    """
    own = [*(column.name for column in SUSPECTS if column.name != "reason"), "state"]
    names = [name for name in own if name in suspects.columns]
    before = suspects["reason"] if "reason" in suspects.columns else [""] * len(suspects)
    columns = {name: suspects[name].tolist() for name in names}
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    evidence = [_read(row.get("evidence")) for row in rows]
    told = {"reason": [_sentence(*each, language) for each in zip(rows, evidence, map(str, before), strict=True)]}
    if "citation" in names:
        told["citation"] = [_citation(*each, language) for each in zip(columns["citation"], evidence, strict=True)]
    if "item_title" in names:
        told["item_title"] = [_title(*each, language) for each in zip(columns["item_title"], evidence, strict=True)]
    return SUSPECTS.conform(suspects.assign(**{name: pd.array(texts, dtype="str") for name, texts in told.items()}))


def _read(text: Any) -> dict[str, Any] | None:  # noqa: ANN401 - a text or nothing
    """Evidence as it was written; None where it is none of ours."""
    try:
        evidence = json.loads(text or "")
    except (TypeError, ValueError):
        return None
    return evidence if isinstance(evidence, dict) else None


def _title(title: Any, evidence: dict[str, Any] | None, language: Language) -> Any:  # noqa: ANN401 - a text or nothing
    """What the catalogue calls the item of a row."""
    return ((evidence or {}).get("catalog") or {}).get("title" if language == "zh" else "title_en") or title


def _citation(cited: Any, evidence: dict[str, Any] | None, language: Language) -> Any:  # noqa: ANN401 - a text or nothing
    """The document behind a row: its Chinese name, in English after what it is called there."""
    gloss = ((evidence or {}).get("catalog") or {}).get("citation_en")
    if not gloss or not isinstance(cited, str) or not cited:
        return cited
    plain = cited.removeprefix(f"{gloss}{_GLOSSED}")
    return plain if language == "zh" else f"{gloss}{_GLOSSED}{plain}"


def _sentence(row: dict[str, Any], evidence: dict[str, Any] | None, old: str, language: Language) -> str:
    if evidence is None:
        return old
    if evidence.get("by") != "screen":
        # What others found they tell themselves; of a row without a sentence the rule at least is told.
        rule = _rule(evidence, language) if "catalog" in evidence else []
        return old if old.strip() and old != "nan" else _BETWEEN[language].join(rule)
    said = [
        *_images(row, evidence, language),
        *_place(row, evidence, language),
        *_permits(evidence, language),
        *_rule(evidence, language),
    ]
    return _BETWEEN[language].join(said)


def _say(word: str, language: Language, *values: Any) -> str:  # noqa: ANN401 - texts and numbers
    return _WORDS[word][0 if language == "zh" else 1].format(*values)


def _place(row: dict[str, Any], evidence: dict[str, Any], language: Language) -> list[str]:
    said = [_say("protection", language)] * (row.get("extent_kind") == "protection")
    said.append(_say(row["position"], language))
    if row["position"] == "near":
        said.append(_say("away", language, abs(row["intrusion_m"])))
    else:
        if row["inside_m2"] > 0.0:
            said.append(_say("area", language, row["inside_m2"], row["share_inside"]))
        elif pd.notna(row["inside_m"]):
            said.append(_say("length", language, row["inside_m"], row["share_inside"]))
        said.append(_say("depth", language, row["intrusion_m"]))
        said += [_say(bank, language, length) for bank, length in evidence["shoreline_m"].items() if length > 0.0]
    if evidence["tolerance_m"]:
        said.append(_say("chance", language, evidence["tolerance_m"], row["confidence"]))
    return said


def _images(row: dict[str, Any], evidence: dict[str, Any], language: Language) -> list[str]:
    """What images show of it, where it was found on them."""
    change = evidence.get("change")
    if not change:
        return []
    days, missed = change["seen_on"], change["not_seen_on"]
    said = [_say("seen", language, days[0], len(days)) if len(days) > 1 else _say("once", language, *days)]
    said += [_say("unseen", language, len(missed))] * bool(missed)
    name = change["index"]
    index = CHANGE_EVIDENCE[name].label(language) if name in CHANGE_EVIDENCE else name.upper()
    said.append(_say("differs", language, index, change["reference"], change["difference"], change["spreads"]))
    said += [_say("unconfirmed", language)] * (row.get("state") == "unconfirmed")
    said += [_say("by_level", language, change["by_level"])] * (change.get("by_level", 0.0) > _SLIGHT)
    said += [_say("cut", language)] * (change.get("cut", 0.0) > _SLIGHT)
    return said + _candidates(row, change, language)


def _candidates(row: dict[str, Any], change: dict[str, Any], language: Language) -> list[str]:
    """What a suspect may be whose kind images do not tell; nothing once somebody has said what it is."""
    if row.get("kind") != "unknown" or not change.get("candidates"):
        return []
    each = [
        _say("candidate", language, SUSPECTS["kind"].value_label(may["kind"], language), may["share"])
        for may in change["candidates"]
    ]
    return [_say("candidates", language, ("、" if language == "zh" else ", ").join(each))]


def _permits(evidence: dict[str, Any], language: Language) -> list[str]:
    return [
        _say(each["state"], language, each["id"], each["period"], each["share"]) for each in evidence.get("permits", [])
    ]


def _rule(evidence: dict[str, Any], language: Language) -> list[str]:
    rule = evidence.get("catalog")
    if rule is None:
        return []
    if not rule["id"]:
        return [_say("no_rule", language)]
    title = rule["title"] if language == "zh" else rule["title_en"]
    said = [_say("rule", language, rule["id"], title)]
    severity = SUSPECTS["severity"].value_label(rule["severity"], language)
    if rule["severity"] != "unknown" and not rule.get("verified", True):
        severity = _say("unverified", language, severity)
    if rule.get("value") is None:
        return [*said, _say("no_band", language, f"{SUSPECTS['severity'].label(language)} {severity}")]
    band = f"{rule['band']} → {severity}" if rule["band"] else severity
    measure = (
        SUSPECTS[rule["column"]].label(language).split("（")[0].split(" (")[0] if rule["column"] in SUSPECTS else ""
    )
    return [*said, _say("band", language, measure or rule["column"], rule["value"], rule["unit"], band)]
