"""The table that the demo ends with: one row a product of county and office, what it is and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.table import Table
from rich.text import Text

import riverline as rl
from riverline.cli.jobs.join import without_rivers
from riverline.cli.tables import plain
from riverline.io.chainage_text import format_chainage

if TYPE_CHECKING:
    import pandas as pd

    from riverline.cli.jobs.county import County
    from riverline.cli.jobs.year import Year
    from riverline.schema import Column, Language

__all__ = ["product_table"]

S = rl.schema


class _Row(NamedTuple):
    """One product: its name in both languages, how many, what is said of it, its faults."""

    zh: str
    en: str
    number: int
    told: str
    faults: pd.DataFrame | None = None


def product_table(county: County, year: Year, language: Language) -> Table:
    """One row a product: its name, how many, the figures that are looked at first, errors and warnings."""
    zh = language == "zh"
    heads = ("成果", "数量", "要点", "错误", "警告") if zh else ("Product", "Count", "In short", "Errors", "Warnings")
    table = Table(title="交付成果" if zh else "Products")
    for number, head in enumerate(heads):
        table.add_column(head, overflow="fold", justify="right" if number in {1, 3, 4} else "left")
    for row in (*_rows(county, language), *_year_rows(year, language)):
        wrong = ["-" if row.faults is None else str((row.faults["severity"] == each).sum()) for each in _SEVERE]
        cells = (row.zh if zh else row.en, f"{row.number:,}", row.told, *wrong)
        table.add_row(*(Text(plain(cell)) for cell in cells))
    return table


_SEVERE = ("error", "warning")


def _rows(county: County, language: Language) -> list[_Row]:
    lakes, works = (without_rivers(county.joined, part) for part in (county.lakes, county.works))
    titles, plan = county.titles, county.plan
    return [
        _Row("湖库管理范围", "Extents of lakes", _management(lakes), _basis(lakes, language), lakes.faults),
        _Row("工程管理范围", "Ranges of works", _management(works), _works(county, language), works.faults),
        _Row("界桩", "Stakes", len(county.stakes), _counted(county.stakes, S.STAKES["status"], language)),
        _Row("公告牌", "Notice boards", len(county.boards), _counted(county.boards, S.BOARDS["status"], language)),
        _Row("岸线功能分区", "Shoreline zones", len(plan.zones), _zones(county, language), plan.faults),
        _Row("权属分块", "Holdings", len(titles.holdings), _held(county, language), titles.faults),
        _Row("质检项目", "Checks", len(county.inspection.checks),
             _counted(county.inspection.checks, S.CHECKS["outcome"], language), county.inspection.faults),
        _Row("界线变动段", "Stretches that moved", len(county.revision.stretches), _moved(county, language),
             county.revision.faults),
    ]  # fmt: skip


def _management(drawn: rl.Demarcation) -> int:
    return int((drawn.extents["kind"] == "management").sum())


def _joined(parts: list[str], language: Language) -> str:
    return ("，" if language == "zh" else ", ").join(parts)


def _counted(frame: pd.DataFrame, column: Column, language: Language) -> str:
    """How many rows have each value of a choice."""
    counts = frame[column.name].value_counts()
    there = [each for each in column.choices if each.value in counts]
    return _joined([f"{each.label(language)} {counts[each.value]}" for each in there], language)


def _basis(drawn: rl.Demarcation, language: Language) -> str:
    lengths = drawn.lines.groupby("basis")["length_m"].sum()
    basis = S.MANAGEMENT_LINES["basis"]
    return _joined([f"{basis.value_label(name, language)} {each / 1000:.2f} km" for name, each in lengths.items()],
                   language)  # fmt: skip


def _works(county: County, language: Language) -> str:
    """The rule set, and how many works none of its rules is about: those are told, not drawn."""
    left = int((county.works.faults["code"] == "work-not-done").sum())
    rules, zh = county.works.rules, language == "zh"
    if not left:
        return rules.title if zh else rules.title_en
    if zh:
        return f"{rules.title}；另有 {left} 处没有可用的规则，未划"
    return f"{rules.title_en}; {left} more have no rule and are not drawn"


def _zones(county: County, language: Language) -> str:
    kind = S.ZONES["type"]
    lengths = county.plan.zones.groupby("type")["shoreline_m"].sum()
    told = [f"{kind.value_label(each, language)} {metres / 1000:.1f} km" for each, metres in lengths.items()]
    rivers = county.plan.utilisation[county.plan.utilisation["scope"] == "river"]
    rate = 100.0 * rivers["used_m"].sum() / rivers["shoreline_m"].sum()
    return _joined([*told, f"{S.UTILISATION['rate'].label(language)} {rate:.2f}"], language)


def _held(county: County, language: Language) -> str:
    areas = county.titles.holdings.groupby("status")["adjusted_area_m2"].sum()
    there = [each for each in S.HOLDINGS["status"].choices if each.value in areas]
    return _joined([f"{each.label(language)} {areas[each.value] / 10_000:.2f} ha" for each in there], language)


def _moved(county: County, language: Language) -> str:
    stretches, areas = county.revision.stretches, county.revision.areas
    told = [_counted(stretches, S.STRETCHES["cause"], language)]
    if len(stretches):
        told.append(f"{S.STRETCHES['largest_m'].label(language)} {stretches['largest_m'].max():.2f}")
    sums = areas[areas["kind"] == "management"].groupby("change")["area_m2"].sum()
    change = S.AREA_CHANGES["change"]
    told += [f"{change.value_label(each, language)} {area:,.0f} m²" for each, area in sums.items()]
    return _joined(told, language)


def _year_rows(year: Year, language: Language) -> list[_Row]:
    """The office's year: ledger, hotspots, patrols, outfalls, scores."""
    patrols, water, scores = year.patrols, year.inventory, year.scores.scores
    return [
        _Row("台账问题", "Problems in the ledger", len(year.problems), _kept(year, language), year.faults),
        _Row("热点河段", "Hot reaches", int((year.spots.clusters["verdict"] == "hot").sum()), _hot(year, language),
             year.spots.faults),
        _Row("巡河记录", "Patrols", len(patrols.tracks), _walked(year, language), patrols.faults),
        _Row("入河排污口", "Outfalls", len(water.outfalls),
             _counted(water.reaches, S.SECTION_REACHES["target_met"], language), water.faults),
        _Row("河长得分", "Scores of chiefs", len(scores), _scored(year, language), year.scores.faults),
    ]  # fmt: skip


def _kept(year: Year, language: Language) -> str:
    row = year.sums[year.sums["scope"] == "all"].iloc[0]
    names = ("closed_count", "open_count", "overdue_count", "rejected_count")
    told = [f"{S.LEDGER_SUMS[name].label(language)} {row[name]}" for name in names]
    back = year.rebounds.rows["problem_id"].nunique()
    return _joined([*told, f"{S.REBOUNDS.label(language)} {back}"], language)


def _hot(year: Year, language: Language) -> str:
    hot = year.spots.clusters[year.spots.clusters["verdict"] == "hot"]
    return _joined([f"{row.name} {format_chainage(row.start_chainage_m)}—{format_chainage(row.end_chainage_m)}"
                    for row in hot.itertuples(name="Reach")], language)  # fmt: skip


def _walked(year: Year, language: Language) -> str:
    odd = year.patrols.duties.query("perfunctory == 'yes'")["chief"].tolist()
    told = _counted(year.patrols.tracks, S.PATROLS["validity"], language)
    word = S.PATROLLED_DUTIES["perfunctory"].value_label("yes", language)
    return _joined([told, f"{word} {len(odd)}"], language)


def _scored(year: Year, language: Language) -> str:
    cards = year.scores.cards[year.scores.cards["standing"] == "shown"]
    scores = year.scores.scores["score"]
    told = f"{scores.min():.1f}—{scores.max():.1f}"
    return _joined([told, _counted(cards, S.CARDS["card"], language)], language)
