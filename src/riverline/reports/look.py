"""How reports look, in one place: fonts with what stands in for them, sizes, margins, lines, for all renderers.

Fonts are those in which Chinese offices print: 仿宋 for text, 黑体 for headings, page numbers between dashes.
A font that is not there gives way to the next of its row.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FONTS", "LOOK", "Look"]

FONTS: dict[str, tuple[str, ...]] = {
    "text": (
        "FangSong",
        "仿宋",
        "FangSong_GB2312",
        "仿宋_GB2312",
        "STFangsong",
        "FZFangSong-Z02",
        "Noto Serif CJK SC",
        "Noto Serif SC",
        "Source Han Serif SC",
        "Songti SC",
        "SimSun",
        "AR PL UMing CN",
    ),
    "head": (
        "SimHei",
        "黑体",
        "STHeiti",
        "Noto Sans CJK SC",
        "Noto Sans SC",
        "Source Han Sans SC",
        "Microsoft YaHei",
        "PingFang SC",
        "WenQuanYi Zen Hei",
        "WenQuanYi Micro Hei",
    ),
    "title": (
        "FZXiaoBiaoSong-B05S",
        "方正小标宋简体",
        "STZhongsong",
        "华文中宋",
        "Noto Serif CJK SC",
        "Noto Serif SC",
        "Source Han Serif SC",
        "Songti SC",
        "SimSun",
    ),
    "table": ("SimSun", "宋体", "STSong", "Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "Songti SC"),
}
"""What each kind of text is set in, the wanted font first, then those that stand in for it."""


@dataclass(frozen=True, slots=True)
class Look:
    """Sizes of a report.

    Attributes
    ----------
    title_pt, head_pt, text_pt, table_pt, dense_pt, tiny_pt, note_pt
        Sizes of type, points; ``dense_pt`` is that of tables with many columns, ``tiny_pt`` that of the widest.
    leading
        Height of a line of text, as a multiple of its size.
    top_mm, bottom_mm, left_mm, right_mm
        Margins of the page.
    ink, rule, shade, total
        Colours of headings, of lines, behind heads of tables and behind sums.
    alert
        Colour of what has to be looked at.
    """

    title_pt: float = 22
    head_pt: float = 14
    text_pt: float = 12
    table_pt: float = 9
    dense_pt: float = 7.2
    tiny_pt: float = 6.4
    note_pt: float = 9
    leading: float = 1.6
    top_mm: float = 30
    bottom_mm: float = 26
    left_mm: float = 25
    right_mm: float = 22
    ink: str = "#12324F"
    rule: str = "#5B6B7A"
    shade: str = "#E4ECF4"
    total: str = "#F3F3F3"
    alert: str = "#A61B1B"

    @property
    def width_mm(self) -> float:
        """Width of the text on A4."""
        return 210 - self.left_mm - self.right_mm


LOOK = Look()
"""The look of all reports."""
