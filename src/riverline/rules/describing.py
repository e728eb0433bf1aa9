"""Rule sets and decisions in words, for people."""

from __future__ import annotations

import unicodedata
from html import escape
from typing import TYPE_CHECKING

from riverline.rules.fields import confidence_of
from riverline.rules.wording import label, metres_text
from riverline.schema import WORKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riverline.rules.conditions import Conditions
    from riverline.rules.deciding import Decision
    from riverline.rules.model import Rule
    from riverline.rules.ruleset import RuleSet
    from riverline.schema import Language

__all__ = ["as_html", "describe_rules", "explain"]

_WIDEST = 30  # columns of a terminal that one cell takes before it is wrapped
_TITLES = {
    "zh": ("规则", "适用", "起算线", "背水侧", "临水侧", "保护范围", "依据", "见法/可信度", "施行"),
    "en": ("Rule", "Holds for", "From", "Landside", "Waterside", "Protection", "Stands in", "Seen/sure", "In force"),
}


def explain(decision: Decision, language: Language = "zh") -> str:
    """A decision in one sentence, with its citation and how sure it is.

    Parameters
    ----------
    decision
        What :meth:`~.ruleset.RuleSet.decide_levee` or :meth:`~.ruleset.RuleSet.decide_bank` gave.
    language
        ``"zh"`` or ``"en"``.

    Examples
    --------
    >>> import riverline as rl
    >>> rules = rl.load_rules("ningxia_qingtongxia")
    >>> print(explain(rules.decide_levee(river="红柳沟", grade=5)))
    依据青铜峡市2024年1月10日公告第2(1)项（ningxia_qingtongxia/grade-4-5）：自背水侧堤脚外延 8 m。可信度：高。\
公告引《堤防工程设计规范》定护堤地宽度。
    """
    return _explain_zh(decision) if language == "zh" else _explain_en(decision)


def _explain_zh(decision: Decision) -> str:
    line = label(decision.reference)
    if decision.upstream_m is not None:
        line = f"{line}上游 {decision.upstream_m:g} m、下游 {decision.downstream_m:g} m、两侧"
    said = [f"自{line}外延 {decision.landside_m:g} m" if decision.landside_m else f"以{line}为界"]
    if decision.waterside_m is not None:
        said.append(f"临水侧自{label(decision.waterside_reference)}起 {decision.waterside_m:g} m")
    if decision.protection_m:
        said.append(f"保护范围再外延 {decision.protection_m:g} m")
    tail = f"{decision.note}。" if decision.note else ""
    sure = label(decision.confidence)
    return f"依据{decision.citation}（{decision.rule_id}）：{'；'.join(said)}。可信度：{sure}。{tail}"


def _explain_en(decision: Decision) -> str:
    line = label(decision.reference, "en")
    if decision.upstream_m is not None:
        line = (
            f"{line} to its sides, {decision.upstream_m:g} m upstream and {decision.downstream_m:g} m downstream of it"
        )
    said = [f"{decision.landside_m:g} m beyond the {line}" if decision.landside_m else f"along the {line}"]
    if decision.waterside_m is not None:
        waterside = label(decision.waterside_reference, "en")
        said.append(f"{decision.waterside_m:g} m from the {waterside} on the waterside")
    if decision.protection_m:
        said.append(f"a further {decision.protection_m:g} m of protection")
    tail = f" {decision.note_en[0].upper()}{decision.note_en[1:]}." if decision.note_en else ""
    by = f"By {decision.citation_en} ({decision.rule_id})"
    return f"{by}: {', '.join(said)}. Confidence: {decision.confidence}.{tail}"


def describe_rules(ruleset: RuleSet, *, language: Language = "zh", width: int | None = None) -> str:
    """A rule set as text: every rule with its conditions, widths, citation and how sure it is, then the policy.

    Parameters
    ----------
    ruleset
        What :func:`riverline.load_rules` gave.
    language
        ``"zh"`` or ``"en"``.
    width
        Columns of the terminal: where the table of rules is wider, each rule becomes a block of lines instead. ``None``
        for the table at any width.

    Returns
    -------
    str
        Lines for a terminal with a fixed-width font; Chinese characters take two columns.

    Examples
    --------
    >>> import riverline as rl
    >>> from riverline.rules import describe_rules
    >>> print(describe_rules(rl.load_rules("henan_huojia"), language="en").splitlines()[0])
    Huojia county, Henan: 运粮河 (henan_huojia)
    """
    table = [_TITLES[language], *(_cells(ruleset, rule, language) for rule in ruleset.rules)]
    drawn = _table(table)
    if width is not None and max(map(_columns, drawn)) > width:
        drawn = _blocks(table, width)
    parts = [*_head(ruleset, language), "", *drawn, "", *_notes(ruleset, language), *_policy(ruleset, language)]
    return "\n".join(parts)


def _head(ruleset: RuleSet, language: Language) -> list[str]:
    zh = language == "zh"
    place = ruleset.jurisdiction if zh else ruleset.jurisdiction_en or ruleset.jurisdiction
    title = ruleset.title if zh else ruleset.title_en or ruleset.title
    day = str(ruleset.on) if ruleset.on else ("现行（无截止日期）" if zh else "rules without an end")
    names = [each.name for each in ruleset.chain[1:]]
    after = " → ".join(names) or ("无" if zh else "none")
    note = ruleset.note if zh else ruleset.note_en or ruleset.note
    lines = (
        [f"辖区：{place}    日期：{day}", f"本规则集未作规定时依次按：{after}", f"摘要：{ruleset.digest[:16]}"]
        if zh
        else [f"Where: {place}    Day: {day}", f"Asked next, in turn: {after}", f"Digest: {ruleset.digest[:16]}"]
    )
    if ruleset.undated:
        listed = ", ".join(ruleset.undated)
        lines.append(f"生效日期不明：{listed}" if zh else f"First day in force not known: {listed}")
    return [f"{title} ({ruleset.name})", *lines, *([note] if note else [])]


def _cells(ruleset: RuleSet, rule: Rule, language: Language) -> tuple[str, ...]:
    zh = language == "zh"
    mark = rule.certainty or "U"
    protection = "-" if rule.protection is None else f"+{rule.protection.m:g} m"
    if rule.protection is not None and rule.protection.along_m is not None:
        protection += f" ({'上下游' if zh else 'up and down'} +{rule.protection.along_m:g} m)"
    if rule.protection is not None and rule.protection.sand_m is not None:
        protection += f" ({'砂基' if zh else 'sand'} +{rule.protection.sand_m:g} m)"
    period = f"{rule.effective_from or '…'} – {rule.effective_to or '…'}"
    return (
        rule.id,
        _holds(ruleset, rule, language),
        _line(rule, language),
        _landside(rule, language),
        "-" if rule.waterside is None else metres_text(rule.waterside, language),
        protection,
        ruleset.cite(rule)[0 if zh else 1],
        f"{mark}/{label(confidence_of(mark), language)}",
        "-" if period == "… – …" else period,
    )


def _line(rule: Rule, language: Language) -> str:
    lines = " / ".join(dict.fromkeys(label(rule.measured_from(scope), language) for scope in rule.scope))
    if rule.return_period is None:
        return lines
    flood = f"{rule.return_period:g} 年一遇" if language == "zh" else f"{rule.return_period:g}-year "
    return f"{flood}{lines}"


def _landside(rule: Rule, language: Language) -> str:
    width = metres_text(rule.landside, language)
    if rule.upstream is not None and rule.downstream is not None:
        up, down = (metres_text(each, language) for each in (rule.upstream, rule.downstream))
        zh = f"上游 {up}；下游 {down}；两侧 {width}"
        return zh if language == "zh" else f"{up} up, {down} down, {width} to the sides"
    if rule.least is not None:
        least = label(rule.least, language)
        return f"{width}；不低于{least}" if language == "zh" else f"{width}; not inside the {least}"
    if rule.until is None:
        return width
    end = label(rule.until, language)
    return f"至{end}；无则 {width}" if language == "zh" else f"to the {end}, else {width}"


def _holds(ruleset: RuleSet, rule: Rule, language: Language) -> str:
    zh = language == "zh"
    parts = [" / ".join(label(scope, language) for scope in rule.scope), *_conditions(ruleset, rule.when, language)]
    if rule.exception:
        parts.append("优先于其他规则" if zh else "before all other rules")
    return "；".join(parts) if zh else "; ".join(parts)


def _conditions(ruleset: RuleSet, when: Conditions, language: Language) -> list[str]:
    zh = language == "zh"
    said = [_listed(*names, values, language) for names, values in (
        (("堤防", "levee"), when.levees),
        (("河流", "river"), when.rivers),
        (("河流级别", "rank"), when.ranks),
        (("堤防级别", "grade"), when.grades),
        (("", ""), [label(bank, language) for bank in when.banks]),
        (("所绘", "drawn"), [label(feature, language) for feature in when.features]),
        (("重现期（年）", "years"), [f"{years:g}" for years in when.return_periods]),
        (("", ""), [WORKS["kind"].value_label(kind, language) for kind in when.kinds]),
        (("", ""), [WORKS["size"].value_label(size, language) for size in when.sizes]),
    ) if values]  # fmt: skip
    if objects := _objects(when, zh=zh):
        said.append(objects)
    said += _between("河宽" if zh else "width", "m", (when.width_over_m, ">"), (when.width_up_to_m, "≤"))
    known = ruleset.known_settings
    asked = (*when.settings, *when.unless)
    words = {word: known[word].zh if zh else known[word].en or known[word].zh for word in asked}
    said += [words[word] for word in when.settings]
    said += [f"{'非' if zh else 'not '}{words[word]}" for word in when.unless]
    return said


def _objects(when: Conditions, *, zh: bool) -> str:
    town = [] if when.protects is None else ["保护城镇" if zh else "guards a town"]
    unit = "亩" if zh else "mu"
    farmland = _between("耕地" if zh else "farmland", unit, (when.protects_mu_min, "≥"), (when.protects_mu_below, "<"))
    return (" 或 " if zh else " or ").join([*town, *farmland])


def _between(name: str, unit: str, *ends: tuple[float | None, str]) -> list[str]:
    said = " ".join(f"{sign}{value:g} {unit}" for value, sign in ends if value is not None)
    return [f"{name} {said}"] if said else []


def _listed(zh: str, en: str, values: Sequence[object], language: Language) -> str:
    name, mark, comma = (zh, "：", "、") if language == "zh" else (en, " ", ", ")
    return (f"{name}{mark}" if name else "") + comma.join(str(value) for value in values)


def _notes(ruleset: RuleSet, language: Language) -> list[str]:
    zh = language == "zh"
    lines = []
    for rule in ruleset.rules:
        assumes = rule.assumes if zh else rule.assumes_en or rule.assumes
        note = rule.note if zh else rule.note_en or rule.note
        said = ([f"前提：{assumes}" if zh else f"assumes {assumes}"] if assumes else []) + ([note] if note else [])
        if said:
            lines.append(f"{rule.id}: {'；'.join(said) if zh else '; '.join(said)}")
    return [*lines, ""] if lines else []


def _policy(ruleset: RuleSet, language: Language) -> list[str]:
    policy = ruleset.policy
    lines = ["约定（[U] 表示未见条文，可改）" if language == "zh" else "Policy ([U]: seen in no text, change it)"]
    for name, value in policy.entries.items():
        source = policy.source_of(name)
        stands = (
            "" if source is None else source.citation_en if language == "en" and source.citation_en else source.citation
        )
        tail = f"[{source.certainty}] {stands}" if source else "[U]"
        lines.append(f"  {name} = {_plain(value, ranked=name == 'basis_order')}  {tail}")
    return lines


def _plain(value: object, *, ranked: bool) -> str:
    if isinstance(value, tuple):
        return (" > " if ranked else ", ").join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value).replace("\n", " / ")


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as aligned columns, long cells wrapped."""
    wrapped = [[_wrap(cell) for cell in row] for row in rows]
    widths = [max(_columns(line) for row in wrapped for line in row[i]) for i in range(len(rows[0]))]
    lines = []
    for number, row in enumerate(wrapped):
        for i in range(max(map(len, row))):
            cells = [(cell[i] if i < len(cell) else "") for cell in row]
            padded = [cell + " " * (width - _columns(cell)) for cell, width in zip(cells, widths, strict=True)]
            lines.append("  ".join(padded).rstrip())
        if number == 0:
            lines.append("  ".join("-" * width for width in widths))
    return lines


def _blocks(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """The same table with one block a rule, one line a cell, those that say nothing left out."""
    titles = rows[0][1:]
    margin = max(map(_columns, titles)) + 4
    lines = []
    for row in rows[1:]:
        lines.append(row[0])
        for title, cell in zip(titles, row[1:], strict=True):
            if cell == "-":
                continue
            head = "  " + title + " " * (margin - 2 - _columns(title))
            for number, line in enumerate(_wrap(cell, max(width - margin, _WIDEST))):
                lines.append((head if number == 0 else " " * margin) + line)
    return lines


def _wrap(text: str, widest: int = _WIDEST) -> list[str]:
    lines, line = [], ""
    for piece in _pieces(text):
        if line and _columns(line + piece) > widest:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()]


def _pieces(text: str) -> list[str]:
    """Where a line may break: after a Chinese character or its punctuation, and after a space."""
    pieces = [""]
    for letter in text:
        pieces[-1] += letter
        if letter == " " or _columns(letter) > 1:
            pieces.append("")
    return [piece for piece in pieces if piece]


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def as_html(ruleset: RuleSet) -> str:
    """A rule set as a notebook shows it: its rules with width and citation."""
    rows = "".join(
        f"<tr><td>{escape(rule.id)}</td><td>{escape(metres_text(rule.landside))}</td>"
        f"<td>{escape(ruleset.cite(rule)[0])}</td></tr>"
        for rule in ruleset.rules
    )
    return (
        f"<b>{escape(ruleset.title)}</b>　{escape(ruleset.jurisdiction)}"
        f"<table><tr><th>规则</th><th>背水侧宽度</th><th>条款</th></tr>{rows}</table><pre>{escape(repr(ruleset))}</pre>"
    )
