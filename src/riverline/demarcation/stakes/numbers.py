"""Numbers of stakes: in order from upstream, and never changed by stakes that come later.

A sequence is a tuple of whole numbers: ``(12,)`` is printed 012, ``(12, 1)`` 012-1. Sequences are ordered like words,
so that between any two of them there is room: between 012 and 013 comes 012-1, between 012 and 012-1 comes 012-0-1.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from riverline.rules import Numbering

__all__ = ["assign", "parse", "write"]

Place = tuple[int, ...]


def write(numbering: Numbering, sequence: Place, values: Mapping[str, str]) -> str:
    """The number of a stake.

    Parameters
    ----------
    numbering
        The pattern.
    sequence
        Its place in the order.
    values
        ``river``, ``bank`` (``left`` or ``right``), ``admin``, ``chainage``.

    Examples
    --------
    >>> import riverline as rl
    >>> numbering = rl.load_rules("national").policy.stakes.number
    >>> write(numbering, (12, 1), {"river": "QS01", "bank": "left", "admin": "", "chainage": "K1+200"})
    'QS01-L-012-1'
    """
    bank = numbering.left if values["bank"] == "left" else numbering.right
    said = f"{sequence[0]:0{numbering.digits}d}" + "".join(f"{numbering.suffix}{each}" for each in sequence[1:])
    return numbering.pattern.format(**{**values, "bank": bank, "sequence": said})


def parse(numbering: Numbering, number: str, *, river: str, bank: str) -> Place | None:
    """The sequence that a number holds; None if it is not written in this pattern.

    Examples
    --------
    >>> import riverline as rl
    >>> numbering = rl.load_rules("national").policy.stakes.number
    >>> parse(numbering, "QS01-L-012-1", river="QS01", bank="left"), parse(numbering, "左12", river="QS01", bank="left")
    ((12, 1), None)
    """
    if "{sequence}" not in numbering.pattern:
        return None
    known = {"{river}": re.escape(river), "{bank}": re.escape(numbering.left if bank == "left" else numbering.right)}
    sequence = rf"(?P<sequence>\d+(?:{re.escape(numbering.suffix)}\d+)*)"
    parts = re.split(r"(\{\w+\})", numbering.pattern)
    seen: set[str] = set()
    pattern = ""
    for part in parts:
        again = part in seen
        seen.add(part)
        if part == "{sequence}":
            pattern += "(?P=sequence)" if again else sequence
        else:
            pattern += known.get(part, ".*?") if part.startswith("{") else re.escape(part)
    match = re.fullmatch(pattern, number)
    return tuple(int(each) for each in match["sequence"].split(numbering.suffix)) if match else None


def assign(anchors: Sequence[Place | None], retired: Sequence[Place] = ()) -> list[Place]:
    """Sequences of stakes in their order along the bank, those that have one keeping it.

    Parameters
    ----------
    anchors
        The sequence that each stake has, or None.
    retired
        Sequences that other stakes have had and that must not come back.

    Returns
    -------
    list of tuple
        One for each stake, no new one like any other.

    Examples
    --------
    >>> assign([None, None, None])
    [(1,), (2,), (3,)]
    >>> assign([None, (1,), None, None, (2,), None])
    [(0, 1), (1,), (1, 1), (1, 2), (2,), (3,)]
    >>> assign([(1,), None, (1, 1), None, (2,)], retired=[(1, 2)])
    [(1,), (1, 0, 1), (1, 1), (1, 3), (2,)]
    """
    taken = {each for each in (*anchors, *retired) if each is not None}
    result: list[Place] = []
    start = 0
    before: Place | None = None
    for position in range(len(anchors) + 1):
        after = anchors[position] if position < len(anchors) else None
        if after is None and position < len(anchors):
            continue
        result += _between(before, after, position - start, taken)
        if after is not None:
            result.append(after)
            before, start = after, position + 1
    return result


def _between(before: Place | None, after: Place | None, count: int, taken: set[Place]) -> list[Place]:
    """New sequences behind one and, where they are in order, before the other."""
    if not count:
        return []
    if after is None:
        first = max((each[0] for each in taken), default=0) + 1
        found: list[Place] = [(first + i,) for i in range(count)]
    elif before is None:
        stem = (max(after[0] - 1, 0),) if len(after) == 1 else after[:1]
        found = _under(stem, after, count, taken)
    else:
        found = _beside(before, after, count, taken) or _under(before, after, count, taken)
    taken.update(found)
    return found


def _beside(before: Place, after: Place, count: int, taken: set[Place]) -> list[Place]:
    """012-2, 012-3 … behind 012-1; nothing where these do not fit or ``before`` is a whole number."""
    found = _next(before[:-1], before[-1] + 1, count, taken) if len(before) > 1 else []
    return found if found and found[-1] < after else []


def _under(stem: Place, after: Place, count: int, taken: set[Place]) -> list[Place]:
    """012-1, 012-2 … behind 012; with zeros between where what follows is nearer."""
    while stem < after and not _next(stem, 1, count, taken)[-1] < after:
        stem = (*stem, 0)
    return _next(stem, 1, count, taken)


def _next(stem: Place, first: int, count: int, taken: set[Place]) -> list[Place]:
    found: list[Place] = []
    last = first
    while len(found) < count:
        if (*stem, last) not in taken:
            found.append((*stem, last))
        last += 1
    return found
