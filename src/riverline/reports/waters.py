"""Whether a dossier is of a river, a lake or a reservoir, and what that makes its words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from riverline.plates.subjects import subject_of, subjects_of
from riverline.reports.printed import table_of
from riverline.reports.wording import said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from riverline.plates.subjects import Subject
    from riverline.reports.given import Given
    from riverline.reports.model import Table
    from riverline.schema import Language

__all__ = ["Water", "water_of"]

_NOUNS: Mapping[Subject, tuple[str, str]] = {"lake": ("湖泊", "lake"), "reservoir": ("水库", "reservoir")}
_ENDINGS: Mapping[Subject, str] = {"lake": "湖", "reservoir": "水库"}
_RUNNING: Mapping[Subject, str] = {"lake": "一湖一档", "reservoir": "一库一档"}
_SHORT: Mapping[Subject, str] = {"lake": "湖", "reservoir": "水库"}
# Words of forms and of the dictionary that speak of rivers. Whoever is 河长 of a lake is its 湖长.
_WORDS: Mapping[Subject, tuple[tuple[str, str], ...]] = {
    "lake": (("河流", "湖泊"), ("河长", "湖长"), ("巡河", "巡湖"), ("热点河段", "热点岸段"), ("热点河道", "热点岸段")),
    "reservoir": (
        ("河流", "水库"),
        ("河长", "河湖长"),
        ("巡河", "巡库"),
        ("热点河段", "热点岸段"),
        ("热点河道", "热点岸段"),
    ),
}
_OWN_LINE = {"zh": "沿自身界线 ", "en": " along its own line"}
_LINES = ("湖库与水利工程界线及依据", "Lines of lakes, reservoirs and works and their basis")


@dataclass(frozen=True, slots=True)
class Water:
    """What a dossier is of.

    Attributes
    ----------
    kind
        ``river``, ``lake`` or ``reservoir``; whatever nothing tells of is a river.
    name
        What it is called, its code where it has no name.
    language
        Of its words.
    """

    kind: Subject
    name: str
    language: Language

    @property
    def title(self) -> str:
        """Title of its dossier.

        Examples
        --------
        >>> [Water(kind, name, "zh").title for kind, name in (("river", "清水河"), ("lake", "镜湖"), ("lake", "白荡"))]
        ['清水河河流档案', '镜湖档案', '白荡湖泊档案']
        """
        noun = _NOUNS.get(self.kind, ("河流", ""))[0]
        noun = "" if self.kind in _ENDINGS and self.name.endswith(_ENDINGS[self.kind]) else noun
        return said(self.language, f"{self.name}{noun}档案", f"Dossier of {self.name}")

    @property
    def running(self) -> str:
        """What its pages are headed by."""
        english = _NOUNS.get(self.kind, ("", "river"))[1].capitalize()
        return said(self.language, _RUNNING.get(self.kind, "一河一档"), f"{english} dossier")

    @property
    def this(self) -> str:
        """What its own dossier calls it."""
        english = _NOUNS.get(self.kind, ("", "river"))[1]
        return said(self.language, f"本{_SHORT.get(self.kind, '河')}", f"this {english}")

    @property
    def map_title(self) -> str:
        """Of the map with its extents."""
        zh, en = _NOUNS.get(self.kind, ("河道", "river"))
        return said(self.language, f"{zh}与管理范围图", f"{en.capitalize()} and extents")

    def words(self, text: str) -> str:
        """A text of a form or of the dictionary in words that fit what it is of.

        Examples
        --------
        >>> Water("lake", "镜湖", "zh").words("河长名录"), Water("lake", "镜湖", "en").words("River chiefs")
        ('湖长名录', 'Lake chiefs')
        """
        if self.kind not in _NOUNS:
            return text
        if self.language == "en":
            noun = _NOUNS[self.kind][1]
            return text.replace("River", noun.capitalize()).replace("river", noun)
        for old, new in _WORDS[self.kind]:
            text = text.replace(old, new)
        return text

    def table(self, table: Table) -> Table:
        """A table of a lake or a reservoir: no column of banks, which it has not, and chainage along its own line."""
        if self.kind not in _NOUNS:
            return table
        sheet = table.sheet
        at = next((place for place, head in enumerate(sheet.heads) if head.name == "bank"), None)
        rows, heads, notes, title = sheet.rows, sheet.heads, sheet.notes, sheet.title
        own = at is not None and {row[at] for row in rows} <= {None, "", self.name}
        if own and at is not None:
            along = _OWN_LINE[self.language]
            told = any(isinstance(cell, str) and along in cell for row in rows for cell in row)
            rows = [
                [cell.replace(along, "") if isinstance(cell, str) else cell for cell in (*row[:at], *row[at + 1 :])]
                for row in rows
            ]
            heads = (*heads[:at], *heads[at + 1 :])
            notes = (self._chainage,) if told else notes
            title = said(self.language, "界线及依据", "Lines and their basis") if title in _LINES else title
        heads = tuple(replace(head, label=self.words(head.label)) for head in heads)
        return table_of(replace(sheet, title=self.words(title), rows=rows, heads=heads, notes=notes))

    @property
    def _chainage(self) -> str:
        zh, en = _NOUNS[self.kind]
        return said(
            self.language,
            f"桩号沿{zh}的闭合界线、自最北点顺时针起算",
            f"Chainage runs along the closed line of the {en}, clockwise from its northernmost place",
        )


def water_of(own: Given, river_id: str, name: str, language: Language) -> Water:
    """What the rows of one code are of.

    Parameters
    ----------
    own
        What was given of it.
    river_id
        Its code.
    name
        What it is called.
    language
        Of the words.

    Notes
    -----
    What has an axis is a river. Else water that says its kind goes before lines and extents; of those a reservoir is
    what a line was drawn from its level for, or what is named so. A code that is a river and a lake is a river's.
    """
    if len(own.rows("axes")):
        return Water("river", name, language)
    kinds = set(own.rows("water").get("kind", ())) & {"river", "lake", "reservoir"}
    told = subjects_of(own.chosen("management_lines", "extents")).get(river_id, frozenset())
    kind = subject_of([frozenset(kinds) if len(kinds) == 1 else told])
    return Water("river" if kind == "mixed" else kind, name, language)
