"""Write the pages that the code already knows (functions, command, schema, faults, rules) and copy the notebooks."""

from __future__ import annotations

import importlib
import inspect
import shutil
from typing import TYPE_CHECKING

import gallery  # beside this file

import riverline as rl

if TYPE_CHECKING:
    from pathlib import Path

NAMESPACES = {
    "geodesy": "坐标、面积、长度 · Planes, areas, lengths",
    "channel": "桩号、岸别、中心线 · Chainage, banks, centrelines",
    "rules": "规则集 · Rule sets",
    "inspection": "质检 · Checks before delivery",
    "hotspots": "四乱热点 · Hotspots",
    "maps": "地图 · Maps",
    "plates": "图幅 · Map sheets",
    "export": "成果图层 · Layers",
    "reports": "报告 · Reports",
    "style": "符号 · Symbols",
    "faults": "质检问题 · Faults",
    "catalog": "四乱认定目录 · Catalogue of the four chaos",
    "samples": "样例 · Samples",
}
SCHEMA_TYPES = ("Schema", "Column", "Choice")
COMMANDS = (
    "demo", "demarcate", "axes", "banks", "waters", "works", "join", "stakes", "confirm", "shoreline", "change",
    "waterlines", "inspect", "compare",
    "check", "schema", "rules list", "rules show",
    "screen", "detect", "field-check", "hotspots", "emerging", "near-repeats", "scan", "patrols",
    "outfalls", "score", "export", "maps", "plates", "catalog list", "catalog show",
    "ledger take", "ledger record", "ledger list", "ledger history", "ledger statistics", "ledger rebounds",
    "ledger export", "ledger import", "ledger verify",
    "report dossier", "report announcement", "report monthly", "report template",
)  # fmt: skip


def write_all(folder: Path, *, notebooks: Path) -> None:
    """All pages into a folder that is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    pages = {
        "api": api_page(),
        "command": command_page(),
        "schema": schema_page(),
        "faults": fault_page(),
        "rules": rule_page(),
    }
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    for path in sorted(notebooks.glob("*.ipynb")):
        shutil.copy(path, folder / path.name)
    gallery.write_gallery(folder)


def public_names() -> list[str]:
    """Every function, class and constant that is promised, by the path that a user types."""
    names = [
        f"riverline.{name}" for name in rl.__all__ if name != "__version__" and not inspect.ismodule(getattr(rl, name))
    ]
    for space in NAMESPACES:
        module = importlib.import_module(f"riverline.{space}")
        names += [f"riverline.{space}.{name}" for name in module.__all__]
    return names + [f"riverline.schema.{name}" for name in SCHEMA_TYPES]


def api_page() -> str:
    """One entry a public name, under its namespace; verbs of the top level stand there and nowhere else."""
    names = public_names()
    errors = {f"riverline.{name}" for name in importlib.import_module("riverline.errors").__all__}
    spaces = {"riverline": "主要函数 · Main functions"}
    spaces |= {f"riverline.{space}": title for space, title in NAMESPACES.items()}
    spaces["riverline.schema"] = "数据字典 · Data dictionary"
    parts = ["# 函数参考 · Functions\n"]
    for space, title in spaces.items():
        here = [name for name in names if name.rpartition(".")[0] == space and name not in errors]
        summary = (importlib.import_module(space).__doc__ or "").strip().splitlines()[0]
        parts.append(f"\n## {title}\n\n`{space}`: {summary}\n\n```{{eval-rst}}")
        parts += [entry(name) for name in here]
        parts.append("```\n")
    return "\n".join(parts)


def entry(name: str) -> str:
    """The directive that documents one name."""
    space, _, last = name.rpartition(".")
    value = getattr(importlib.import_module(space), last)
    if inspect.isclass(value):
        return f".. autoclass:: {name}\n   :members:\n"
    if inspect.isfunction(value):
        return f".. autofunction:: {name}\n"
    return f".. autodata:: {name}\n   :no-value:\n"


def command_page() -> str:
    """What ``--help`` prints."""
    from typer.testing import CliRunner

    from riverline.cli.app import app

    parts = ["# 命令行 · Command line\n"]
    for command in ("", *COMMANDS):
        ran = CliRunner().invoke(app, [*command.split(), "--help"], env={"COLUMNS": "100", "TERM": "dumb"})
        text = "\n".join(line.rstrip() for line in ran.output.strip("\n").splitlines())
        parts.append(f"\n## riverline {command}\n\n```text\n{text.replace('Usage: root', 'Usage: riverline')}\n```\n")
    return "\n".join(parts)


def cell(text: object) -> str:
    """Text that a cell of a table can hold."""
    return str(text).replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def table(heads: list[str], rows: list[list[object]]) -> str:
    """A table in Markdown."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def schema_page() -> str:
    """Every frame and column."""
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
                "; ".join(f"`{each.value}` {each.label_zh} {each.label_en}" for each in column.choices),
                column.meaning,
            ]
            for column in schema
        ]
        parts.append(table(["column", "type", "unit", "中文", "English", "short", "choices", "meaning"], rows))
    return "\n".join(parts)


def fault_page() -> str:
    """Every code of the catalogue."""
    rows = [
        [f"`{code.code}`", code.severity, code.zh, code.en, code.remedy_zh, code.remedy_en]
        for code in rl.faults.CATALOGUE.values()
    ]
    return "# 质检问题 · Faults\n\n" + table(["code", "severity", "说明", "meaning", "处理", "remedy"], rows)


def rule_page() -> str:
    """Every shipped rule set, in both languages."""
    parts = ["# 规则集 · Rule sets\n"]
    for name in rl.list_rules()["name"]:
        rules = rl.load_rules(name)
        parts.append(f"\n## {name} · {rules.title}\n")
        parts += [f"```text\n{rl.rules.describe_rules(rules, language=language)}\n```\n" for language in ("zh", "en")]
    for name in rl.rules.list_zone_rules()["name"]:
        parts.append(zone_rule_section(name))
    for name in rl.catalog.list_catalogs()["name"]:
        catalog = rl.load_catalog(name)
        parts.append(f"\n## {name} · {catalog.title}\n")
        parts += [
            f"```text\n{rl.catalog.describe_catalog(catalog, language=language)}\n```\n" for language in ("zh", "en")
        ]
    return "\n".join(parts)


def zone_rule_section(name: str) -> str:
    """One set of zone rules: which factor makes which zone, and what may be built there."""
    rules = rl.rules.load_zone_rules(name)
    kinds, types = rl.schema.SENSITIVE["sensitive_kind"], rl.schema.ZONES["type"]
    rows: list[list[object]] = [
        [rule.id, "、".join(kinds.value_label(kind) for kind in rule.kinds), "、".join(rule.levels),
         types.value_label(rule.type), rule.basis, rules.cite(rule), rules.confidence(rule)]
        for rule in rules.rules
    ]  # fmt: skip
    held: list[list[object]] = [
        [types.value_label(each.type), each.restraints, rules.cite(each), rules.confidence(each)]
        for each in rules.types
    ]
    return (
        f"\n## {rules.name} · {rules.title}\n\n{rules.note}\n\n"
        + table(["rule", "敏感因素", "级别", "分区", "理由", "依据", "confidence"], rows)
        + "\n"
        + table(["分区", "管控要求", "依据", "confidence"], held)
    )
