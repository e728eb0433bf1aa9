"""Lines of a coordinate text as parcels and points, each with the number of its line; what is wrong is told by line."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from riverline.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Block", "Text", "parse"]

_HEADING = re.compile(r"^[\[【]\s*(.+?)\s*[\]】]$")
_PARCELS, _ABOUT = "地块坐标", "属性描述"
_ENDED = re.compile(r"[@＠]\s*[,，]?$")
_NUMBER = re.compile(r"[-+]?\d+(\.\d*)?")
_MOST_TOLD = 20
_POINT_ITEMS = 4
_SHOWN = 40


@dataclass(slots=True)
class Block:
    """One parcel: the line that opens it, the items in it, and its points.

    ``names``, ``rings``, ``first``, ``second`` and ``lines`` are of the points, in order.
    """

    line: int
    items: list[str]
    names: list[str] = field(default_factory=list)
    rings: list[int] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    second: list[float] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Text:
    """What a file says: its header, its parcels, sections passed over, and whether its marks are not the format's.

    ``wide`` are full-width commas, ``tabs`` tabs in place of commas, ``heights`` fifth items of points.
    """

    about: dict[str, str] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    wide: bool = False
    tabs: bool = False
    heights: bool = False


def parse(text: str, name: str) -> Text:
    r"""A text taken apart.

    Parameters
    ----------
    text
        The whole file.
    name
        Of the file, for messages.

    Raises
    ------
    ReadError
        If lines are neither parcels nor points: each is named by its number, twenty at most.

    Examples
    --------
    >>> told = parse("[地块坐标]\n1,0.01,A,甲,面,,,0601,@\nJ1,1,3400000,39500000", "a.txt")
    >>> told.blocks[0].items, told.blocks[0].first
    (['1', '0.01', 'A', '甲', '面', '', '', '0601'], [3400000.0])
    """
    found, problems, section = Text(), [], ""
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip().strip("\ufeff")
        heading = _HEADING.match(line)
        if not line:
            continue
        if heading:
            section = heading[1]
            found.other += [section] if section not in {_PARCELS, _ABOUT, *found.other} else []
        elif section == _ABOUT:
            key, _, value = line.replace("＝", "=").partition("=")
            found.about[key.strip()] = value.strip()
        elif section == _PARCELS or not section:
            problem = _take(found, number, line)
            problems += [problem] if problem else []
    if len(problems) > _MOST_TOLD:
        more = len(problems) - _MOST_TOLD
        problems = [*problems[:_MOST_TOLD], (f"另有 {more} 行", f"{more} more lines")]
    if problems:
        raise ReadError.listing(f"{name} 不能按坐标交换格式读取", f"{name} is no coordinate text", problems)
    if not found.blocks:
        raise ReadError(
            f"{name} 中没有地块：应有 [地块坐标] 及以 @ 结尾的地块行",
            f"{name} holds no parcel: there should be [地块坐标] and lines that end in @",
        )
    return found


def _take(found: Text, number: int, line: str) -> tuple[str, str] | None:
    """Take one line in; what is wrong with it."""
    tabs = "\t" in line and not {",", "，"} & set(line)
    # In a parcel's line a full-width comma beside plain ones is part of a name; in a point's it can only part items.
    wide = "，" in line and ("," not in line or not _ENDED.search(line))
    found.wide, found.tabs = found.wide or wide, found.tabs or tabs
    plain = line.replace("，", ",") if wide else line.replace("\t", ",") if tabs else line
    items = [item.strip() for item in plain.split(",")]
    if items[-1] in {"@", "＠"} or (items[-1] == "" and len(items) > 1 and items[-2] in {"@", "＠"}):
        end = max(at for at, item in enumerate(items) if item in {"@", "＠"})
        found.blocks.append(Block(number, items[:end]))
        return None
    shown = f"{line[:_SHOWN]}…" if len(line) > _SHOWN else line
    if not found.blocks:
        return (f"第 {number} 行：点在任何地块之前：{shown}", f"line {number}: a point before any parcel: {shown}")
    items = [item for item in items if item] if len(items) > _POINT_ITEMS else items
    if len(items) == _POINT_ITEMS + 1 and _NUMBER.fullmatch(items[-1]):
        found.heights, items = True, items[:_POINT_ITEMS]
    return _point(found.blocks[-1], number, items, shown)


def _point(block: Block, number: int, items: Sequence[str], shown: str) -> tuple[str, str] | None:
    if len(items) != _POINT_ITEMS:
        return (
            f"第 {number} 行：应为“点号,圈号,X,Y”4 项，实际 {len(items)} 项：{shown}",
            f"line {number}: expected point, ring, X, Y, got {len(items)} items: {shown}",
        )
    plain = [unicodedata.normalize("NFKC", item) for item in items]
    try:
        ring, first, second = int(plain[1]), float(plain[2]), float(plain[3])
    except ValueError:
        return (
            f"第 {number} 行：圈号应为整数、坐标应为数字：{shown}",
            f"line {number}: the ring has to be a whole number, coordinates have to be numbers: {shown}",
        )
    if ring < 1 or first != first or second != second or abs(first) == float("inf") or abs(second) == float("inf"):  # noqa: PLR0124 - NaN is what differs from itself
        return (
            f"第 {number} 行：圈号应大于零、坐标应为有限数：{shown}",
            f"line {number}: the ring has to be above zero, coordinates finite: {shown}",
        )
    block.names.append(items[0])
    block.rings.append(ring)
    block.first.append(first)
    block.second.append(second)
    block.lines.append(number)
    return None
