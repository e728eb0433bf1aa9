"""A catalogue of one's own to begin with: what it extends, and the items whose grading was not readable, to fill in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from riverline.catalog.loading import load_catalog

if TYPE_CHECKING:
    from riverline.catalog.model import Item

__all__ = ["template_of"]

_HEAD = """\
## riverline 认定目录 · catalogue of problems
## 另存为 本地目录.toml，填写下文，再用 --catalog 本地目录.toml 或 riverline.load_catalog("本地目录.toml")。
## Save it as a file of your own, fill it in, and name the file where a catalogue is asked for.
##
## [[documents]]  文件：标题、文号、印发日期、怎么见到的 title, number, day of issue, and how it was seen
##                seen：S 原文、M 转载、D 推得、U 未核实 own text, restated, derived, not verified
## [[items]]      条目：measure 为 presence（有无）、area（m²）、volume（m³）、length（m）、value（元）
##                presence 用 severity，其余用 bands: presence has a severity, all others have bands, such as
##                bands = [{{ severity = "serious", at_least = 1000, below = 5000 }}]
##                minor 一般、serious 较严重、major 重大、unknown 不明
##                replaces = true 表示替换 {name} 的同名条目 stands in place of the item of that name
## [[words]]      词条：哪些字段取哪些值指向哪个条目 which values of which columns speak of which item
##
## 以 # 开头的行去掉 # 即生效。Lines behind a single # hold once it is taken away.

extends = "{name}"
name = "local"
title = "本地认定目录"
title_en = "Local catalogue"
jurisdiction = "本地"
jurisdiction_en = "local"

# [[documents]]
# id = "local-table"
# title = "《本地分级表》"
# title_en = "Local table of grades"
# number = ""
# seen = "S"
# source = "印发文件原文"
"""

_ITEM = """
## {title}（{name}/{id}）{title_en}
# [[items]]
# id = {id_text}
# replaces = true
# kind = "{kind}"
# title = {title_text}
# title_en = {title_en_text}
# document = "local-table"
# article = "第…项"
# article_en = "row …"
# measure = "presence"
# severity = "unknown"
"""


def template_of(name: str = "national") -> str:
    """A catalogue as TOML to start one's own from: it extends a shipped one, and lists what is to be graded.

    Parameters
    ----------
    name
        Name of a shipped catalogue.

    Returns
    -------
    str
        TOML that :func:`riverline.load_catalog` reads once it is saved as a file. Items of the shipped catalogue whose
        severity is unknown stand in it behind ``#``, to be filled in from the table that the province issued.

    Raises
    ------
    RuleError
        If there is none of that name.

    Examples
    --------
    >>> text = template_of("national")
    >>> [line for line in text.splitlines() if line.startswith("extends")]
    ['extends = "national"']
    """
    catalog = load_catalog(name)
    ungraded = [item for item in catalog.items if item.measure == "presence" and item.severity == "unknown"]
    return _HEAD.format(name=catalog.name) + "".join(_told(item, catalog.name) for item in ungraded)


def _told(item: Item, name: str) -> str:
    english = item.title_en or item.title
    texts = {"id_text": item.id, "title_text": item.title, "title_en_text": english}
    quoted = {key: json.dumps(text, ensure_ascii=False) for key, text in texts.items()}
    return _ITEM.format(id=item.id, name=name, kind=item.kind, title=item.title, title_en=english, **quoted)
