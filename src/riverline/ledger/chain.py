"""Digests that hold the ledger together: each event's is made of its own words and the digest before it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

__all__ = ["START", "Event", "append", "content_digest", "link", "tail"]

_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

START = hashlib.sha256(b"riverline ledger").digest()
"""What the first event's digest is made with."""


class Event(NamedTuple):
    """One event before it is numbered: ``files`` are pairs of path and SHA-256."""

    problem: int
    problem_id: str
    event: str
    status: str
    moved: bool
    on: str
    by: str
    note: str
    changes: str
    recorded_at: str
    files: tuple[tuple[str, str], ...] = ()
    intake: str = ""


def content_digest(row: list[Any]) -> bytes:
    """SHA-256 of a problem as it was taken, the geometry as hexadecimal digits.

    Examples
    --------
    >>> content_digest(["P1", None]).hex()[:8]
    '1a43888a'
    """
    return hashlib.sha256(_ENCODE(row).encode()).digest()


def link(before: bytes, number: int, event: Event) -> bytes:
    """Digest of an event that follows another."""
    said = (number, *event[1:])
    return hashlib.sha256(before + _ENCODE(said).encode()).digest()


def tail(db: sqlite3.Connection) -> tuple[int, bytes]:
    """Number and digest of the last event."""
    last = db.execute('SELECT "no", digest FROM events ORDER BY "no" DESC LIMIT 1').fetchone()
    return (0, START) if last is None else (int(last[0]), bytes(last[1]))


def append(db: sqlite3.Connection, events: Iterable[Event]) -> list[int]:
    """Write events after the last one; their numbers. The caller holds the right to write."""
    number, digest = tail(db)
    rows, attached, numbers = [], [], []
    for event in events:
        number += 1
        digest = link(digest, number, event)
        numbers.append(number)
        rows.append((number, event.problem, *event[2:10], digest))
        attached += [(number, path, sha) for path, sha in event.files]
    db.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    db.executemany("INSERT INTO attachments (event, path, sha256) VALUES (?, ?, ?)", attached)
    return numbers
