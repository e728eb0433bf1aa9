"""What rules of every kind have in common: a name, a place, the documents that they cite, a digest."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic reads the annotations
import hashlib
import json
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Protocol

from pydantic import BeforeValidator

from riverline.rules.fields import Confidence, Frozen, Mark, Name, Sentence, as_tuple, confidence_of, wrong
from riverline.rules.model import Document  # noqa: TC001 - pydantic reads the annotations

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Cited", "HeadedRules"]


class Cited(Protocol):
    """What names the document that it stands in; ``certainty``, if it has one, says how it was itself seen."""

    @property
    def document(self) -> str:
        """Id of the document."""


class HeadedRules(Frozen):
    """Rules with a head; a kind of rules adds what it rules.

    Attributes
    ----------
    name, title, title_en, jurisdiction, jurisdiction_en, note, note_en
        What it is called, where it holds, and what a reader must know.
    documents
        What is cited.
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
    documents: Annotated[tuple[Document, ...], BeforeValidator(as_tuple)] = ()
    on: dt.date | None = None

    @cached_property
    def digest(self) -> str:
        """Twenty letters that change with anything in force."""
        content = self.model_dump(mode="json", exclude={"on"})
        return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:20]

    def document_of(self, rule: Cited) -> Document:
        """The document that a rule stands in."""
        return next(document for document in self.documents if document.id == rule.document)

    def mark(self, rule: Cited) -> Mark:
        """How a rule was seen."""
        return getattr(rule, "certainty", None) or self.document_of(rule).seen

    def confidence(self, rule: Cited) -> Confidence:
        """How far a rule may be trusted, from how it was seen."""
        return confidence_of(self.mark(rule))

    def _require_documents(self, cited: Iterable[Cited]) -> None:
        if lost := sorted({each.document for each in cited} - {document.id for document in self.documents}):
            raise wrong(
                f"引用了未列出的文件：{'、'.join(lost)}", f"documents are cited but not listed: {', '.join(lost)}"
            )
