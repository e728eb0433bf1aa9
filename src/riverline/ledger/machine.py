"""The rules of a ledger: what may happen to a problem and in which order, deadlines, what counts as the same again."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic reads the annotations
import hashlib
import json
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import pandas as pd
from pydantic import BeforeValidator, Field, model_validator

from riverline.errors import RuleError
from riverline.rules.fields import Confidence, Frozen, Metres, Name, Sentence, as_tuple, confidence_of, wrong
from riverline.rules.model import Document  # noqa: TC001 - pydantic reads the annotations
from riverline.rules.shipped import RuleFolder, find, names_in, read, validated

if TYPE_CHECKING:
    import os
    from importlib.resources.abc import Traversable

    from riverline.schema import Language

__all__ = ["INTAKE_EVENTS", "Deadline", "Escalation", "EventRule", "LedgerRules", "list_ledger_rules",
           "load_ledger_rules"]  # fmt: skip

INTAKE_EVENTS = {"found": ("发现", "Found"), "carried": ("接入", "Taken over")}
"""Events that an intake makes and nobody records: a problem is found; its state is taken over from its source."""

_SHIPPED = files("riverline.ledger") / "rulesets"
_KIND = RuleFolder(_SHIPPED, "台账规则", "ledger rules")

Status = Literal["found", "assigned", "rectifying", "review", "closed", "reopened", "rejected"]
Severity = Literal["minor", "serious", "major", "unknown"]
Level = Literal["province", "city", "county", "township", "village"]
Need = Literal["note", "file", "due_on", "responsible"]
Days = Annotated[int, Field(strict=True, ge=0)]
_Statuses = Annotated[tuple[Status, ...], BeforeValidator(as_tuple)]
_Needs = Annotated[tuple[Need, ...], BeforeValidator(as_tuple)]
_Windows = Annotated[tuple[Days, ...], BeforeValidator(as_tuple)]


class EventRule(Frozen):
    """One event: from which statuses it is allowed, where it leads (None: the status stays), what has to be given."""

    name: Name
    label: Sentence
    label_en: Sentence
    start: _Statuses = Field(alias="from", min_length=1)
    to: Status | None = None
    needs: _Needs = ()


class Deadline(Frozen):
    """Days from an assignment until a problem of some severity has to be closed."""

    severity: Severity
    days: Days
    working: bool = False
    document: Name


class Escalation(Frozen):
    """Days after which an open problem goes up a level, counted from finding it or from the day it was due."""

    from_level: Level
    to_level: Level
    since: Literal["found", "due"]
    days: Days
    working: bool = False
    document: Name


class Matching(Frozen):
    """How near in place and time two entries of one kind may be one problem."""

    distance_m: Metres
    days: Days
    document: Name


class Rebound(Frozen):
    """How near and how soon after closing a problem of the same kind is the same again."""

    distance_m: Metres
    days: Days
    soon_days: Days
    windows: _Windows = Field(min_length=1)
    document: Name


class LookBack(Frozen):
    """When closed problems are looked at again, and what share of them."""

    after_days: Days
    share: Annotated[float, Field(strict=True, gt=0, le=1)]
    document: Name


class Stock(Frozen):
    """The day that parts stock from increment."""

    cutoff: Annotated[dt.date, Field(strict=True)]
    document: Name


class LedgerRules(Frozen):
    """The rules that a ledger goes by: frozen, cited, with a digest.

    Attributes
    ----------
    name, title, title_en, jurisdiction, jurisdiction_en, note, note_en, extends
        What they are and for whom.
    open
        Statuses in which a problem is still to be closed.
    events
        What may happen, in the order of the file.
    deadlines, escalations
        Empty where no text was found; never presented as law: each cites a document and how it was seen.
    matching, rebound, look_back, stock
        What is proposed as a duplicate, what is a rebound, what is looked at again, what is stock.
    documents
        What is cited.
    """

    name: Name
    title: Sentence
    title_en: str = ""
    jurisdiction: Sentence
    jurisdiction_en: str = ""
    note: str = ""
    note_en: str = ""
    extends: str = ""
    open: _Statuses
    documents: Annotated[tuple[Document, ...], BeforeValidator(as_tuple)]
    events: Annotated[tuple[EventRule, ...], BeforeValidator(as_tuple)]
    deadlines: Annotated[tuple[Deadline, ...], BeforeValidator(as_tuple)] = ()
    escalations: Annotated[tuple[Escalation, ...], BeforeValidator(as_tuple)] = ()
    matching: Matching
    rebound: Rebound
    look_back: LookBack
    stock: Stock

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for name, count in Counter(each.name for each in self.events).items():
            if count > 1 or name in INTAKE_EVENTS:
                raise wrong(f"事件 {name} 重名或为保留名称", f"event {name} is there twice, or its name is taken")
        known = {each.id for each in self.documents}
        parts = (*self.deadlines, *self.escalations, self.matching, self.rebound, self.look_back, self.stock)
        lost = sorted({str(each.model_dump()["document"]) for each in parts} - known)
        if lost:
            raise wrong(
                f"引用了未列出的文件：{'、'.join(lost)}", f"documents are cited but not listed: {', '.join(lost)}"
            )
        if not {"closed"} <= {each.to for each in self.events}:
            raise wrong("没有通向销号（closed）的事件", "no event leads to closed")
        twice = [name for name, count in Counter(each.severity for each in self.deadlines).items() if count > 1]
        if twice:
            raise wrong(f"期限写了多次：{'、'.join(twice)}", f"several deadlines for {', '.join(twice)}")
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of all that they say."""
        text = json.dumps(self.model_dump(mode="json", by_alias=True), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def event(self, name: str) -> EventRule | None:
        """The event of that name, None where there is none."""
        return next((each for each in self.events if each.name == name), None)

    def allowed(self, status: str) -> tuple[str, ...]:
        """Names of the events that may happen now.

        Examples
        --------
        >>> load_ledger_rules().allowed("review")
        ('returned', 'closed', 'rejected', 'extended', 'amended', 'noted')
        """
        return tuple(each.name for each in self.events if status in each.start)

    def label(self, event: str, language: Language = "zh") -> str:
        """What a reader calls an event; the name of one that the rules do not know."""
        rule = self.event(event)
        labels = INTAKE_EVENTS.get(event, (event, event)) if rule is None else (rule.label, rule.label_en)
        return labels[0] if language == "zh" else labels[1]

    def basis(self, document: str, language: Language = "zh") -> tuple[str, Confidence]:
        """Title of a cited document and how far it may be trusted."""
        found = next(each for each in self.documents if each.id == document)
        title = found.title if language == "zh" else (found.title_en or found.title)
        return title, confidence_of(found.seen)


def load_ledger_rules(name_or_path: str | os.PathLike[str] = "national") -> LedgerRules:
    """The rules of a ledger that ship, or one's own from a TOML file, with those that it extends.

    Parameters
    ----------
    name_or_path
        Name of shipped rules (:func:`list_ledger_rules` lists them), or path of a ``.toml`` file. A table of a file
        that ``extends`` another takes the place of the other's table of that name; documents are put together.

    Returns
    -------
    LedgerRules
        Frozen.

    Raises
    ------
    RuleError
        If there is no such file, it is no TOML or holds wrong values: all are listed.

    Examples
    --------
    >>> rules = load_ledger_rules()
    >>> [event.name for event in rules.events][:4], rules.deadlines
    (['assigned', 'rectifying', 'review', 'returned'], ())
    """
    path = find(_KIND, name_or_path)
    return validated(_KIND, path, LedgerRules, *_read(path))


def list_ledger_rules() -> pd.DataFrame:
    """The ledger rules that ship, one row each.

    Returns
    -------
    DataFrame
        ``name``, ``title``, ``title_en``, ``jurisdiction``, ``deadlines`` and ``escalations`` (how many).

    Examples
    --------
    >>> list_ledger_rules()["name"].tolist()
    ['guangzhou', 'national']
    """
    every = [load_ledger_rules(name) for name in names_in(_SHIPPED)]
    columns = ("name", "title", "title_en", "jurisdiction")
    frame = pd.DataFrame({name: [getattr(each, name) for each in every] for name in columns})
    return frame.assign(
        deadlines=[len(each.deadlines) for each in every], escalations=[len(each.escalations) for each in every]
    )


def _read(path: Traversable, above: tuple[str, ...] = ()) -> tuple[str, dict[str, Any]]:
    """Text of a file, and what it and those it extends hold; a path in it is from where it lies."""
    if str(path) in above:
        raise RuleError(f"extends 成环：{path.name}", f"ledger rules extend each other in a circle: {path.name}")
    text, data = read(_KIND, path)
    if isinstance(data.get("extends"), str) and data["extends"]:
        beside = path.parent if isinstance(path, Path) else None
        _, parent = _read(find(_KIND, data["extends"], beside=beside), (*above, str(path)))
        documents = [*data.get("documents", []), *parent.get("documents", [])]
        data = {**parent, **data, "documents": documents}
    return text, data
