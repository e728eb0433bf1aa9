"""Numbers of stakes: in order from upstream, and never changed by stakes that come later.

A sequence is a tuple of whole numbers: ``(12,)`` is printed 012, ``(12, 1)`` 012-1. What comes between 012 and 013 is
012-1, 012-2 … in the order in which it came, so that no number grows longer than that.
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
        ``river``, ``bank`` (``left``, ``right``, or empty on a closed line), ``admin``, ``chainage``.

    Examples
    --------
    >>> import riverline as rl
    >>> numbering = rl.load_rules("national").policy.stakes.number
    >>> write(numbering, (12, 1), {"river": "QS01", "bank": "left", "admin": "", "chainage": "K1+200"})
    'QS01-L-012-1'
    >>> write(numbering, (12,), {"river": "H1", "bank": "", "admin": "", "chainage": "K1+200"})
    'H1-012'
    """
    pattern, bank = _pattern(numbering, values["bank"])
    said = f"{sequence[0]:0{numbering.digits}d}" + "".join(f"{numbering.suffix}{each}" for each in sequence[1:])
    return pattern.format(**{**values, "bank": bank, "sequence": said})


def _pattern(numbering: Numbering, bank: str) -> tuple[str, str]:
    """The pattern of numbers on a bank or a closed line, and what the bank is called in it."""
    if not bank:
        return numbering.closed_pattern, ""
    return numbering.pattern, numbering.left if bank == "left" else numbering.right


def parse(numbering: Numbering, number: str, *, river: str, bank: str) -> Place | None:
    """The sequence that a number holds; None if it is not written in this pattern.

    Examples
    --------
    >>> import riverline as rl
    >>> numbering = rl.load_rules("national").policy.stakes.number
    >>> parse(numbering, "QS01-L-012-1", river="QS01", bank="left"), parse(numbering, "左12", river="QS01", bank="left")
    ((12, 1), None)
    """
    form, called = _pattern(numbering, bank)
    if "{sequence}" not in form:
        return None
    known = {"{river}": re.escape(river), "{bank}": re.escape(called)}
    sequence = rf"(?P<sequence>\d+(?:{re.escape(numbering.suffix)}\d+)*)"
    parts = re.split(r"(\{\w+\})", form)
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
    >>> assign([(1,), None, (1, 1), None, (2,)], retired=[(1, 4)])
    [(1,), (1, 5), (1, 1), (1, 6), (2,)]
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
    """New sequences: whole numbers behind the last stake, else the next ones under the stake upstream."""
    if after is None:
        last = max((each[0] for each in taken), default=0)
        found: list[Place] = [(last + number,) for number in range(1, count + 1)]
    else:
        stem = before[0] if before is not None else max(after[0] - 1, 0)
        last = max((each[1] for each in taken if each[0] == stem and len(each) > 1), default=0)
        found = [(stem, last + number) for number in range(1, count + 1)]
    taken.update(found)
    return found
