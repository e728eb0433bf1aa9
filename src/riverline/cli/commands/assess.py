"""The subcommand that scores rivers, counties and chiefs.

What draws on geopandas is imported when the command runs, so that ``riverline --help`` answers at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riverline.cli.options import (
    FILE,
    EncodingOption,
    LanguageOption,
    OnOption,
    OutOption,
    SetOption,
    StrictOption,
    layer_column_option,
    named_layers,
)
from riverline.cli.printing.telling import conclude, told, with_progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from riverline.cli.jobs.handover import Delivery, Step

__all__ = ["score"]

_NAMES = {"zh": "考核成果.gpkg", "en": "assessment.gpkg"}


def score(  # noqa: PLR0913 - one option a choice
    indicators: Annotated[str, typer.Argument(metavar=FILE, help="考核指标值表 | table of indicator values")],
    *,
    rules: Annotated[
        str, typer.Option(metavar="NAME", help="考核办法名称或 TOML 文件；example 只是示例 | score sheet")
    ] = "example",
    column: Annotated[list[str] | None, layer_column_option("指标=indicator", ("指标值表", "the table"))] = None,
    set_: SetOption = None,
    encoding: EncodingOption = None,
    on: OnOption = None,
    out: OutOption = Path("考核成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """河湖长制考核：得分、逐项来源、黄牌红牌 | scores with the rows behind them, and cards."""
    layers = named_layers({"indicators": indicators}, None, encoding, column, set_, unnamed="indicators")
    with told(language) as console:
        import riverline as rl
        from riverline.cli.jobs.handover import Delivery, Steps, hand_over, require_folder
        from riverline.cli.jobs.steps import read_named
        from riverline.cli.tables import add_row, table_of

        def carry_out(tell: Callable[[Step], None]) -> Delivery:
            step = Steps(tell, 4)
            require_folder(out)
            sheet = rl.rules.load_score_rules(rules, on=on)
            step("读取指标值", "read the values")
            frame = read_named("indicators", layers["indicators"], rl.schema.INDICATORS)
            step("计算得分", "reckon the scores")
            result = rl.assess(frame, rules=sheet, language=language)
            written = hand_over(
                out,
                draw=None,
                write=lambda path: rl.export.to_geopackage(path, result, language=language),
                names=("map.html", _NAMES[language]),
                step=step,
            )
            return Delivery({"indicators": frame}, result, *written, tables_only=True)

        delivery = with_progress(carry_out, language, console)
        zh = ("对象", "考核期", "得分", "未知", "牌")
        heads = zh if language == "zh" else ("Subject", "Period", "Score", "Unknown", "Cards")
        table = table_of(rl.schema.SCORES.label(language), heads, right=(2, 3), language=language)
        cards = delivery.result.cards
        for row in delivery.result.scores.head(60).itertuples():
            mine = cards[(cards["subject"] == row.subject) & (cards["period"] == row.period)]
            names = [rl.schema.CARDS["card"].value_label(each, language)
                     for each in mine.loc[mine["standing"] == "shown", "card"]]  # fmt: skip
            said = "-" if row.unknown_count else f"{row.score:.2f}"
            add_row(table, row.subject, row.period, said, str(row.unknown_count), ", ".join(names))
        conclude(console, delivery, (table,), delivery.result.faults, language, strict=strict)
