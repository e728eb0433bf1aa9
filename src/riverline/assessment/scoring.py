"""The public verb: scores, their trace and cards in one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from riverline import faults
from riverline._version import __version__
from riverline.channel.given import texts
from riverline.checks.reading import read_rows, row_names
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.errors import RuleError
from riverline.provenance import Run, content_digest
from riverline.rules import Adjustment, ScoreRules, load_score_rules
from riverline.schema import CARDS, INDICATORS, SCORE_TRACE, SCORES

if TYPE_CHECKING:
    import geopandas as gpd

    from riverline.rules import Card, Indicator
    from riverline.schema import Language

__all__ = ["Assessment", "assess"]

_NOWHERE = "EPSG:4490"
_SUBJECT = ["subject_kind", "subject", "period"]
_NOTHING: dict[str, str] = {"zh": "无应考事项，计满分", "en": "nothing to be judged: full points"}


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """Scores and what they are made of.

    Attributes
    ----------
    scores
        Rows of :data:`riverline.schema.SCORES`.
    trace
        Rows of :data:`riverline.schema.SCORE_TRACE`; the points of a subject and period sum to its score, but for the
        sheet's lowest and highest.
    cards
        Rows of :data:`riverline.schema.CARDS`.
    faults
        Rows of :data:`riverline.schema.FAULTS`.
    rules
        The score sheet.
    run
        Version, digest of the sheet, inputs.
    """

    scores: pd.DataFrame
    trace: pd.DataFrame
    cards: pd.DataFrame
    faults: gpd.GeoDataFrame
    rules: ScoreRules
    run: Run

    def __repr__(self) -> str:
        shown = self.cards[self.cards["standing"] == "shown"]["card"].value_counts()
        return (
            f"Assessment({len(self.scores)} scores, {int(self.scores['score'].isna().sum())} incomplete, "
            f"{shown.get('yellow', 0)} yellow and {shown.get('red', 0)} red cards, {len(self.faults)} faults)"
        )

    def _repr_html_(self) -> str:
        return f"<b>{SCORES.label()}</b>{self.scores.to_html(index=False)}<pre>{self!r}</pre>"


def assess(indicators: pd.DataFrame, *, rules: ScoreRules | None = None, language: Language = "zh") -> Assessment:
    """Score rivers, counties and chiefs by a score sheet.

    Parameters
    ----------
    indicators
        Rows of :data:`riverline.schema.INDICATORS`: a value for each subject, period and indicator, with the rows that
        it comes from.
    rules
        From :func:`riverline.rules.load_score_rules`. If not given, ``example``, which is no document's rule.
    language
        Language of titles and reckonings, ``"zh"`` or ``"en"``.

    Returns
    -------
    Assessment
        Scores, trace, cards, faults, rules and run.

    Raises
    ------
    SchemaError
        If the table lacks columns.
    RuleError
        If ``rules`` are no score sheet.

    Notes
    -----
    An indicator without a value is unknown, unless the sheet says that no row means zero, or nothing to be judged and
    full points; a row whose value is blank is unknown by any sheet. A score with an unknown
    indicator is blank; how low and how high it may be is told instead, and a card that depends on it is ``unknown``.

    Examples
    --------
    >>> import pandas as pd
    >>> import riverline as rl
    >>> values = {"patrol_met": 0.9, "coverage": 0.5, "closed_share": 1.0, "rebounds": 2.0, "targets_met": 1.0}
    >>> table = pd.DataFrame({"indicator": values.keys(), "value": values.values()}).assign(
    ...     value_id=[f"V{i}" for i in range(5)], subject_kind="river", subject="R1", period="2025Q2"
    ... )
    >>> result = rl.assess(table)
    >>> result.scores[["subject", "score"]].values.tolist()
    [['R1', 84.0]]
    >>> result.trace.query("indicator == 'rebounds'")[["points", "reckoning"]].values.tolist()
    [[6.0, '10 − 2 × 2']]
    """
    sheet: object = load_score_rules() if rules is None else rules
    if not isinstance(sheet, ScoreRules):
        found = type(sheet).__name__
        raise RuleError(
            f"rules 应为考核办法，实际为 {found}；请写 rules=rl.rules.load_score_rules(…)",
            f"rules must be a score sheet, got {found}; type rules=rl.rules.load_score_rules(…)",
        )
    INDICATORS.require(indicators, layer="indicators")
    values, findings = _values(indicators, sheet)
    trace = _trace(values, sheet, language)
    scores = _scores(trace, sheet)
    cards = _cards(trace, scores, sheet, language)
    found_rows = faults.combine(findings_to_faults(findings, _NOWHERE), crs=_NOWHERE)
    described = {"indicators": {"rows": len(indicators), "crs": "", "digest": content_digest(indicators)}}
    run = Run(__version__, sheet.digest, described, "")
    return Assessment(scores, trace, cards, found_rows, sheet, run)


def _values(indicators: pd.DataFrame, sheet: ScoreRules) -> tuple[pd.DataFrame, list[Finding]]:
    """One value a subject, period and indicator, and the rows that cannot be used."""
    rows, findings = read_rows(indicators, INDICATORS)
    told = pd.DataFrame({name: texts(rows[name]) for name in ("value_id", *_SUBJECT, "indicator")}, dtype="object")
    told["source_ids"] = texts(rows["source_ids"]) if "source_ids" in rows else ""
    told["value"] = pd.to_numeric(rows["value"], errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    told["name"] = row_names(indicators, INDICATORS)
    listed: list[Indicator | Adjustment] = [*sheet.indicators, *sheet.adjustments]
    items = {each.id: each for each in listed}
    lacking = np.full(len(told), "", dtype="object")
    for name in (*_SUBJECT, "value_id"):
        lacking[(told[name] == "").to_numpy()] = name
    kinds = {choice.value for choice in INDICATORS["subject_kind"].choices}
    lacking[~told["subject_kind"].isin(kinds).to_numpy()] = "subject_kind"
    stranger = (~told["indicator"].isin(items)).to_numpy() & (lacking == "")
    findings += [_about("value-without-subject", told, row, lacking[row]) for row in np.flatnonzero(lacking != "")]
    many = told.loc[stranger, "indicator"].value_counts().sort_index()
    findings += [
        Finding("indicator-unknown", INDICATORS.name, str(name), None, float(count)) for name, count in many.items()
    ]
    told = told[(lacking == "") & ~stranger].sort_values([*_SUBJECT, "indicator", "value_id"], ignore_index=True)
    wrong = np.array(
        [_beyond(items[name], value) for name, value in zip(told["indicator"], told["value"], strict=True)]
    )
    findings += [_about("value-out-of-range", told, row) for row in np.flatnonzero(wrong)]
    told["value"] = told["value"].mask(wrong.astype(bool))
    keys = [*_SUBJECT, "indicator"]
    sums = np.array([getattr(items[name], "combine", "sum") == "sum" for name in told["indicator"]], dtype=bool)
    rival = told.duplicated(keys, keep=False).to_numpy() & ~sums
    beside = told.groupby(keys)["name"].transform(", ".join) if len(told) else told["name"]
    findings += [_about("value-twice", told, row, beside[row]) for row in np.flatnonzero(rival)]
    told["value"] = told["value"].mask(rival)
    told["source_ids"] = told["source_ids"].where(told["source_ids"] != "", "indicators:" + told["name"])
    one = told.groupby(keys, as_index=False, sort=True).agg(
        value=("value", lambda each: each.sum(skipna=False)), source_ids=("source_ids", ",".join)
    )
    return one, findings


def _about(code: str, told: pd.DataFrame, row: int | np.integer[Any], note: object = "") -> Finding:
    place = told.iloc[int(row)]
    return Finding(code, INDICATORS.name, str(place["name"]), None, float(place["value"]), note=str(note))


def _beyond(item: Indicator | Adjustment, value: float) -> bool:
    share = not isinstance(item, Adjustment) and item.method == "share"
    return bool(value < 0 or (share and value > 1) or np.isinf(value))


def _trace(values: pd.DataFrame, sheet: ScoreRules, language: Language) -> pd.DataFrame:
    """Rows of every item of the sheet for every subject and period; adjustments only where there is a value."""
    subjects = values[_SUBJECT].drop_duplicates()
    parts = []
    items: list[Indicator | Adjustment] = [*sheet.indicators, *sheet.adjustments]
    for item in items:
        mine = values[values["indicator"] == item.id]
        how: Literal["inner", "left"] = "inner" if isinstance(item, Adjustment) else "left"
        rows = subjects.merge(mine, on=_SUBJECT, how=how).assign(indicator=item.id)
        given = rows["source_ids"].notna()
        missing = getattr(item, "missing", "unknown")
        if missing == "zero":
            rows["value"] = rows["value"].mask(~given, 0.0)
        told = [_reckoned(item, value) for value in rows["value"]]
        rows["points"] = np.array([points for points, _ in told], dtype="float64")
        rows["reckoning"] = [text for _, text in told]
        if missing == "full" and not isinstance(item, Adjustment):
            rows["points"] = rows["points"].where(given, item.weight)
            rows["reckoning"] = rows["reckoning"].where(given, _NOTHING[language])
        weight = item.cap if isinstance(item, Adjustment) else item.weight
        title = item.title if language == "zh" else item.title_en or item.title
        parts.append(
            rows.assign(weight=weight, title=title, citation=sheet.cite(item), kind=isinstance(item, Adjustment))
        )
    trace = pd.concat(parts, ignore_index=True)
    trace["source_ids"] = trace["source_ids"].fillna("")
    trace["trace_id"] = trace[[*_SUBJECT, "indicator"]].astype("str").agg("/".join, axis=1) if len(trace) else ""
    trace = trace.sort_values(_SUBJECT, kind="stable", ignore_index=True)
    return SCORE_TRACE.conform(trace[[column.name for column in SCORE_TRACE]])


def _reckoned(item: Indicator | Adjustment, value: float) -> tuple[float, str]:
    """Points of a value, and the sum as a person would write it."""
    if np.isnan(value):
        return np.nan, ""
    if isinstance(item, Adjustment):
        # Nothing taken off is 0: −10 × 0 would be −0.
        return float(np.clip(item.rate * value, -item.cap, item.cap)) + 0.0, f"{item.rate:g} × {value:g}"
    if item.method == "share":
        return item.weight * value, f"{item.weight:g} × {value:g}"
    raw = item.rate * value if item.method == "award" else item.weight - item.rate * value
    text = f"{item.rate:g} × {value:g}"
    return float(np.clip(raw, 0.0, item.weight)), text if item.method == "award" else f"{item.weight:g} − {text}"


def _scores(trace: pd.DataFrame, sheet: ScoreRules) -> pd.DataFrame:
    """Rows of SCORES: the sum where all is known, else how low and how high it may be."""
    given = {each.id for each in sheet.adjustments}
    blank = trace["points"].isna()
    # An adjustment whose value is unknown may go either way by its cap.
    least = trace["points"].mask(blank, np.where(trace["indicator"].isin(given), -trace["weight"], 0.0))
    rows = trace.assign(low=least, high=trace["points"].fillna(trace["weight"]), unknown=blank.astype("int64"))
    sums = rows.groupby(_SUBJECT, as_index=False).agg(
        lowest=("low", "sum"), highest=("high", "sum"), unknown_count=("unknown", "sum")
    )
    for name in ("lowest", "highest"):
        sums[name] = sums[name].clip(sheet.lowest, sheet.highest).round(6)
    sums["score"] = sums["lowest"].where(sums["unknown_count"] == 0)
    sums["score_id"] = sums[_SUBJECT].astype("str").agg("/".join, axis=1) if len(sums) else ""
    sums["unknown_count"] = sums["unknown_count"].astype("Int64")
    return SCORES.conform(sums[[column.name for column in SCORES]])


def _cards(trace: pd.DataFrame, scores: pd.DataFrame, sheet: ScoreRules, language: Language) -> pd.DataFrame:
    """Rows of CARDS: what is shown, and what cannot be ruled out."""
    parts = [_card(card, trace, scores) .assign(
        card=card.colour, title=card.title if language == "zh" else card.title_en or card.title,
        citation=sheet.cite(card), name=card.id,
    ) for card in sheet.cards]  # fmt: skip
    if not parts:
        return CARDS.empty()[[column.name for column in CARDS]]
    rows = pd.concat(parts, ignore_index=True)
    rows["card_id"] = rows[[*_SUBJECT, "name"]].astype("str").agg("/".join, axis=1) if len(rows) else ""
    return CARDS.conform(rows.sort_values("card_id", ignore_index=True)[[column.name for column in CARDS]])


def _card(card: Card, trace: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    if card.score_below is not None:
        standing = np.select([scores["highest"] < card.score_below, scores["lowest"] < card.score_below],
                             ["shown", "unknown"], "")  # fmt: skip
        rows = scores[_SUBJECT].assign(reached=scores["score"], limit=card.score_below, standing=standing)
    else:
        mine = trace[trace["indicator"] == card.indicator]
        standing = np.select([mine["value"] >= (card.at_least or 0.0), mine["value"].isna()], ["shown", "unknown"], "")
        rows = mine[_SUBJECT].assign(reached=mine["value"], limit=card.at_least, standing=standing)
    return rows[rows["standing"] != ""]
