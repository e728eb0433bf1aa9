"""What a file of the catalogue holds: documents, items with their bands, and words that attributes use; frozen."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import unicodedata
from functools import cached_property
from itertools import combinations
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from riverline.rules.dating import is_in_force, nothing_in_force
from riverline.rules.fields import Frozen, Mark, Name, Sentence, as_tuple, wrong
from riverline.rules.model import Document  # noqa: TC001 - pydantic reads the annotations

__all__ = ["Band", "Catalog", "Item", "Measure", "Word", "plain_word"]

Kind = Literal["occupation", "extraction", "dumping", "construction", "discharge"]
Severity = Literal["minor", "serious", "major", "unknown"]
Measure = Literal["presence", "area", "volume", "length", "value"]
_Day = Annotated[dt.date, Field(strict=True)]
_Size = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_Texts = Annotated[tuple[Sentence, ...], BeforeValidator(as_tuple), Field(min_length=1)]
_ANY = "*"


def plain_word(text: str) -> str:
    """A value as it is compared: full-width letters made narrow, no blanks around, small letters.

    Examples
    --------
    >>> plain_word(" Ｙes ")
    'yes'
    """
    return unicodedata.normalize("NFKC", text).strip().casefold()


class Band(Frozen):
    """A stretch of a measure and what it makes of a problem.

    Attributes
    ----------
    severity
        ``minor``, ``serious``, ``major`` or ``unknown``.
    at_least, above, below
        From this on, more than this, less than this; in m², m³, m or yuan.
    article, article_en
        Where it stands, if not where its item does.
    """

    severity: Severity
    at_least: _Size | None = None
    above: _Size | None = None
    below: _Size | None = None
    article: str = ""
    article_en: str = ""

    @model_validator(mode="after")
    def _is_a_stretch(self) -> Self:
        if self.at_least is not None and self.above is not None:
            raise wrong("at_least 与 above 只写一个", "write at_least or above, not both")
        if self.below is not None and self.start[0] >= self.below:
            raise wrong("档次的下限不小于上限", "the band ends before it begins")
        return self

    @property
    def start(self) -> tuple[float, bool]:
        """Where it begins, and whether that itself is left out."""
        return (self.above, True) if self.above is not None else (self.at_least or 0.0, False)

    @property
    def end(self) -> float:
        """Where it ends; that itself is left out."""
        return float("inf") if self.below is None else self.below

    def holds(self, value: float) -> bool:
        """Whether a value lies in it."""
        low, open_ = self.start
        return (value > low if open_ else value >= low) and value < self.end

    def text(self) -> str:
        """The band in signs, the same in every language.

        Examples
        --------
        >>> Band(severity="serious", at_least=1000.0, below=5000.0).text()
        '≥ 1,000, < 5,000'
        """
        low, open_ = self.start
        parts = [f"{'>' if open_ else '≥'} {low:,g}"] * bool(low or open_)
        return ", ".join([*parts, *[f"< {self.end:,g}"] * (self.below is not None)]) or "≥ 0"


class Item(Frozen):
    """One item of the catalogue.

    Attributes
    ----------
    id, title, title_en
        What it is called.
    kind
        Kind of problem.
    document, article, article_en
        Where it stands.
    measure
        What severity goes by: ``presence``, ``area`` (m²), ``volume`` (m³), ``length`` (m) or ``value`` (yuan).
    severity
        Of what is there at all, for ``presence``; ``unknown`` where it was not read.
    bands
        Of the measure; outside all of them severity is unknown.
    note, note_en
        What a reader must know.
    certainty
        How the item was seen; as its document where it is not written.
    replaces
        Whether it stands for the item of the same name in the catalogue that this one extends.
    effective_from, effective_to
        First and last day in force; the first follows from the document where it is not written.
    origin
        Catalogue that it comes from; filled in when it is read.
    """

    id: Name
    kind: Kind
    title: Sentence
    title_en: str = ""
    document: Name
    article: Sentence
    article_en: str = ""
    measure: Measure
    severity: Severity = "unknown"
    bands: Annotated[tuple[Band, ...], BeforeValidator(as_tuple)] = ()
    note: str = ""
    note_en: str = ""
    certainty: Mark | None = None
    replaces: bool = False
    effective_from: _Day | None = None
    effective_to: _Day | None = None
    origin: str = ""

    @model_validator(mode="after")
    def _bands_agree(self) -> Self:
        if self.measure == "presence" and self.bands:
            raise wrong("measure = presence 的条目不分档", "an item that goes by presence has no bands")
        if self.measure != "presence" and self.severity != "unknown":
            raise wrong("分档的条目不写 severity", "an item that goes by bands has no severity of its own")
        for one, other in combinations(self.bands, 2):
            first, second = sorted((one, other), key=lambda band: (band.start, band.end))
            if second.start[0] < first.end and second.severity != first.severity:
                listed = f"{first.text()} / {second.text()}"
                raise wrong(f"两档重叠而严重程度不同：{listed}", f"two bands overlap and disagree: {listed}")
        return self

    def decide(self, value: float | None) -> tuple[Severity, Band | None]:
        """Severity of a problem of that size, and the band that decided; unknown where none does.

        Examples
        --------
        >>> import riverline as rl
        >>> plants = rl.load_catalog("national").find("tall-plants")
        >>> [plants.decide(area)[0] for area in (999.99, 1000.0, 5000.0, None)]
        ['minor', 'serious', 'major', 'unknown']
        """
        if self.measure == "presence":
            return self.severity, None
        band = None if value is None else next((band for band in self.bands if band.holds(value)), None)
        return ("unknown", None) if band is None else (band.severity, band)


class Word(Frozen):
    """What attributes of features speak of an item.

    Attributes
    ----------
    fields
        Columns, such as ``building`` or ``类型``.
    values
        Their values; ``*`` is any but those of ``but``.
    but
        Values that do not count; ``except`` in the file.
    item
        The item.
    """

    fields: _Texts
    values: _Texts
    but: Annotated[tuple[Sentence, ...], BeforeValidator(as_tuple)] = Field(default=(), alias="except")
    item: Name

    @property
    def any_value(self) -> bool:
        """Whether every value speaks of the item."""
        return _ANY in self.values

    @property
    def claims(self) -> set[tuple[str, str]]:
        """Pairs of field and value that it claims."""
        return {(field, plain_word(value)) for field in self.fields for value in self.values}


class Catalog(Frozen):
    """A catalogue in force on a day; :func:`riverline.load_catalog` makes it.

    Attributes
    ----------
    name, title, title_en, jurisdiction, jurisdiction_en, note, note_en
        What it is called, where it holds, and what a reader must know.
    extends
        Name or path of the catalogue whose items and words it adds to.
    documents, items, words
        See their classes; with those of the catalogue that it extends once it is read.
    on
        The day, if one was asked for.
    """

    name: Name
    title: Sentence
    title_en: str = ""
    jurisdiction: Sentence
    jurisdiction_en: str = ""
    note: str = ""
    note_en: str = ""
    extends: str = ""
    documents: Annotated[tuple[Document, ...], BeforeValidator(as_tuple)] = ()
    items: Annotated[tuple[Item, ...], BeforeValidator(as_tuple)] = ()
    words: Annotated[tuple[Word, ...], BeforeValidator(as_tuple)] = ()
    on: dt.date | None = None

    @cached_property
    def digest(self) -> str:
        """Twenty letters that change with anything in force."""
        content = self.model_dump(mode="json", exclude={"on"})
        return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:20]

    def find(self, item: str) -> Item | None:
        """The item of a name; None if there is none.

        Examples
        --------
        >>> import riverline as rl
        >>> rl.load_catalog("national").find("rubbish").kind
        'dumping'
        """
        return next((each for each in self.items if each.id == item), None)

    def is_verified(self, item: Item) -> bool:
        """Whether an item was read as it stands: not derived, nor taken on trust.

        Examples
        --------
        >>> import riverline as rl
        >>> catalog = rl.load_catalog("national")
        >>> [catalog.is_verified(catalog.find(name)) for name in ("rubbish", "tall-plants")]
        [True, False]
        """
        document = next(each for each in self.documents if each.id == item.document)
        return (item.certainty or document.seen) not in {"U", "D"}

    def cite(self, item: Item, band: Band | None = None, *, language: Literal["zh", "en"] = "zh") -> str:
        """Document, number and article behind an item or its band, with what is not verified marked.

        Examples
        --------
        >>> import riverline as rl
        >>> catalog = rl.load_catalog("national")
        >>> catalog.cite(catalog.find("rubbish"))[-16:]
        '18〕245号）第一部分（乱堆）'
        """
        document = next(each for each in self.documents if each.id == item.document)
        mark = not self.is_verified(item)
        if language == "en":
            article = (band.article_en if band else "") or item.article_en or item.article
            return f"{document.title_en or document.title}, {article}{' (not verified)' if mark else ''}"
        number = f"（{document.number}）" if document.number else ""
        article = (band.article if band else "") or item.article
        return f"{document.title}{number}{article}{'（未核实）' if mark else ''}"

    def in_force(self, day: dt.date | None) -> Catalog:
        """The same with the items in force on a day, and the words that speak of them; without a day, without an end.

        Raises
        ------
        RuleError
            If none is.
        """
        dated = [self._dated(item) for item in self.items]
        items = tuple(item for item in dated if is_in_force(item, day))
        if dated and not items:
            raise nothing_in_force(self.name, dated, day)
        there = {item.id for item in items}
        words = tuple(word for word in self.words if word.item in there)
        return self.model_copy(update={"items": items, "words": words, "on": day})

    def _dated(self, item: Item) -> Item:
        document = next(each for each in self.documents if each.id == item.document)
        return item.model_copy(update={"effective_from": item.effective_from or document.start})
