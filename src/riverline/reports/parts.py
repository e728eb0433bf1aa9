"""The parts of a dossier: which schemas each is made of, what it is called by what it holds, what of it is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from riverline.reports.wording import said

if TYPE_CHECKING:
    from collections.abc import Container

    from riverline.schema import Language

__all__ = ["PARTS", "Part", "Piece"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One schema of a part, and what a reader calls its rows."""

    schema: str
    zh: str
    en: str

    def words(self, language: Language) -> str:
        """What its rows are called."""
        return said(language, self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a dossier: what it is called where nothing of it is missing, and its pieces."""

    zh: str
    en: str
    pieces: tuple[Piece, ...]

    @property
    def schemas(self) -> tuple[str, ...]:
        """The schemas that it is made of."""
        return tuple(piece.schema for piece in self.pieces)

    def given(self, there: Container[str]) -> list[Piece]:
        """The pieces that are there."""
        return [piece for piece in self.pieces if piece.schema in there]

    def title(self, there: Container[str], language: Language) -> str:
        """What it is called by what it holds.

        Examples
        --------
        >>> part = next(part for part in PARTS if part.zh == "界桩与公告牌")
        >>> part.title({"stakes", "boards"}, "zh"), part.title({"stakes"}, "zh"), part.title({"boards"}, "en")
        ('界桩与公告牌', '界桩', 'Notice boards')
        """
        given = self.given(there)
        if len(given) == len(self.pieces):
            return said(language, self.zh, self.en)
        return said(language, "与", ", ").join(piece.words(language) for piece in given)

    def missing(self, there: Container[str], language: Language) -> list[str]:
        """What of it was not given.

        Examples
        --------
        >>> part = next(part for part in PARTS if part.zh == "界桩与公告牌")
        >>> part.missing({"stakes"}, "zh"), part.missing((), "en")
        (['公告牌'], ['Stakes', 'Notice boards'])
        """
        return [piece.words(language) for piece in self.pieces if piece.schema not in there]


PARTS = (
    Part("河长", "River chiefs", (Piece("chiefs", "河长名录", "List of river chiefs"),)),
    Part(
        "管理范围",
        "Extents and lines",
        (
            Piece("extents", "管理与保护范围", "Extents"),
            Piece("management_lines", "管理范围线", "Management lines"),
        ),
    ),
    Part(
        "界桩与公告牌",
        "Stakes and boards",
        (Piece("stakes", "界桩", "Stakes"), Piece("boards", "公告牌", "Notice boards")),
    ),
    Part(
        "确权",
        "Titles",
        (Piece("register", "权属面积汇总", "Areas by title"), Piece("holdings", "权属地块", "Holdings")),
    ),
    Part(
        "岸线功能分区与利用",
        "Shoreline zones and use",
        (
            Piece("zones", "岸线功能分区", "Shoreline zones"),
            Piece("used_shorelines", "岸线利用项目", "Uses of the shoreline"),
        ),
    ),
    Part(
        "四乱问题", "Problems", (Piece("problems", "四乱问题", "Problems"), Piece("rebounds", "反弹问题", "Rebounds"))
    ),
    Part("四乱热点", "Hotspots", (Piece("hot_reaches", "四乱热点", "Hotspots"),)),
    Part("巡河", "Patrols", (Piece("patrolled_duties", "巡河履职", "Patrols by duty"),)),
    Part(
        "排污口与水质",
        "Outfalls and water quality",
        (
            Piece("placed_outfalls", "入河排污口", "Outfalls"),
            Piece("section_reaches", "水质断面", "Water quality by reach"),
        ),
    ),
    Part("考核", "Assessment", (Piece("scores", "考核得分", "Scores"), Piece("cards", "黄牌与红牌", "Cards"))),
)
"""The parts of a dossier, in order."""
