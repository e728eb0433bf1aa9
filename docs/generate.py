"""Write the reference pages that the code already knows: schema, faults, rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import riverline as rl
from riverline.rules import describe_rules

if TYPE_CHECKING:
    from pathlib import Path


def write_all(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "schema.md").write_text(schema_page(), encoding="utf-8")
    (folder / "faults.md").write_text(fault_page(), encoding="utf-8")
    (folder / "rules.md").write_text(rule_page(), encoding="utf-8")


def cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def table(heads: list[str], rows: list[list[object]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def schema_page() -> str:
    parts = ["# 数据字典 · Data dictionary\n", "★ 可缺省 optional\n"]
    for schema in rl.schema.FRAMES.values():
        parts.append(f"\n## {schema.name} · {schema.label_zh} · {schema.label_en}\n")
        parts.append(f"{schema.meaning} {', '.join(schema.geometry)}; key `{schema.key}`.\n")
        rows = [
            [
                f"`{column.name}`" + (" ★" if column.optional else ""),
                column.kind,
                column.unit,
                column.label_zh,
                column.label_en,
                f"`{column.short}`",
                "<br>".join(f"`{each.value}` {each.label_zh} {each.label_en}" for each in column.choices),
                column.meaning,
            ]
            for column in schema
        ]
        parts.append(table(["column", "type", "unit", "中文", "English", "short", "choices", "meaning"], rows))
    return "\n".join(parts)


def fault_page() -> str:
    rows = [
        [f"`{code.code}`", code.severity, code.zh, code.en, code.remedy_zh, code.remedy_en]
        for code in rl.faults.CATALOGUE.values()
    ]
    return "# 质检问题 · Faults\n\n" + table(["code", "severity", "说明", "meaning", "处理", "remedy"], rows)


def rule_page() -> str:
    parts = ["# 规则集 · Rule sets\n"]
    for name in rl.list_rules()["name"]:
        rules = rl.load_rules(name)
        parts.append(f"\n## {name} · {rules.title}\n\n```text\n{describe_rules(rules)}\n```\n")
    return "\n".join(parts)
