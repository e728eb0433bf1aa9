"""The errors that riverline raises.

::

    RiverlineError
    ├── SchemaError(ValueError)            a frame lacks what its schema asks for
    ├── CRSError(ValueError)               no CRS, not in metres, ambiguous, or an unsafe change of datum
    ├── RuleError(ValueError)              a rule set cannot be read or contradicts itself
    ├── LedgerError(ValueError)            a ledger cannot be opened or an event is not allowed
    ├── JobError(ValueError)               a job or a command cannot be carried out as asked
    ├── ReadError(ValueError, OSError)     a file cannot be read as what it claims to be
    └── MissingDependencyError(ImportError)  an optional package is needed; the message names the extra

A wrong *call* raises one of these, once, with everything that is wrong. Wrong *data* never raises: it becomes rows of
a faults frame (see :mod:`riverline.faults`).

Every message is written twice, in Chinese and in English: ``str(error)`` holds both, ``error.zh`` and ``error.en`` one
each.

Examples
--------
>>> import riverline as rl
>>> error = rl.CRSError("图层没有坐标系", "the layer has no CRS")
>>> print(error)
图层没有坐标系
the layer has no CRS
>>> isinstance(error, ValueError)
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "CRSError",
    "JobError",
    "LedgerError",
    "MissingDependencyError",
    "ReadError",
    "RiverlineError",
    "RuleError",
    "SchemaError",
]


class RiverlineError(Exception):
    """Base of every error that riverline raises.

    Parameters
    ----------
    zh, en
        The message in Chinese and in English: what was expected, what was found, what to type.
    """

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.zh = zh
        self.en = en

    def __str__(self) -> str:
        return f"{self.zh}\n{self.en}"

    def message(self, language: str = "zh") -> str:
        """The message in one language, ``"zh"`` or ``"en"``."""
        return self.en if language == "en" else self.zh

    @classmethod
    def listing(cls, zh: str, en: str, problems: Iterable[tuple[str, str]]) -> Self:
        """One error for many things that are wrong: a title and a numbered line each, in both languages."""
        pairs = list(problems)
        if len(pairs) == 1:
            return cls(f"{zh}：{pairs[0][0]}", f"{en}: {pairs[0][1]}")
        lines_zh = "".join(f"\n  {i}. {line}" for i, (line, _) in enumerate(pairs, 1))
        lines_en = "".join(f"\n  {i}. {line}" for i, (_, line) in enumerate(pairs, 1))
        return cls(f"{zh}：{lines_zh}", f"{en}:{lines_en}")


class SchemaError(RiverlineError, ValueError):
    """A frame lacks columns, geometry or keys that its schema asks for."""


class CRSError(RiverlineError, ValueError):
    """A frame has no CRS, one that is not in metres, or one that cannot be changed without losing accuracy."""


class RuleError(RiverlineError, ValueError):
    """A rule set cannot be found or read, or its rules contradict each other."""


class LedgerError(RiverlineError, ValueError):
    """A ledger cannot be opened, or an event is not allowed in the state that a problem is in."""


class JobError(RiverlineError, ValueError):
    """A job file or a command asks for something that cannot be done."""


class ReadError(RiverlineError, ValueError, OSError):
    """A file is missing, empty, damaged or of a kind that cannot be read; the message holds the recipe."""


class MissingDependencyError(RiverlineError, ImportError):
    """An optional package is not installed; the message names the extra that brings it."""
