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

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "CRSError",
    "Hint",
    "JobError",
    "LedgerError",
    "MissingDependencyError",
    "ReadError",
    "RiverlineError",
    "RuleError",
    "SchemaError",
    "needed",
]


@dataclass(frozen=True, slots=True)
class Hint:
    """What a message says to type, as data: another surface, such as the command, has its own way to write it.

    Attributes
    ----------
    call
        As it stands in the message, for a call in Python.
    option
        What is meant: ``crs``, ``plane``, ``zone``, ``encoding``, ``unit``, ``width``, ``layer``,
        ``column`` or ``set``.
    values
        Its value, or one for each time that it is to be said.

    Examples
    --------
    >>> Hint.of("crs", "EPSG:4547")
    Hint(call='crs="EPSG:4547"', option='crs', values=('EPSG:4547',))
    >>> Hint.mapping("columns", {"HDMC": "name"})
    Hint(call='columns={"HDMC": "name"}', option='column', values=('HDMC=name',))
    """

    call: str
    option: str
    values: tuple[str, ...]

    @classmethod
    def of(cls, argument: str, value: str, *, option: str = "") -> Self:
        """One value for an argument."""
        return cls(f'{argument}="{value}"', option or argument, (value,))

    @classmethod
    def mapping(cls, argument: str, pairs: Mapping[str, str]) -> Self:
        """``columns={…}`` or ``values={…}``."""
        typed = ", ".join(f'"{left}": "{right}"' for left, right in pairs.items())
        option = {"columns": "column", "values": "set"}[argument]
        return cls(f"{argument}={{{typed}}}", option, tuple(f"{left}={right}" for left, right in pairs.items()))


class RiverlineError(Exception):
    """Base of every error that riverline raises.

    Parameters
    ----------
    zh, en
        The message in Chinese and in English: what was expected, what was found, what to type.
    hints
        What it says to type, as data.
    """

    def __init__(self, zh: str, en: str, hints: Iterable[Hint] = ()) -> None:
        super().__init__(zh, en)
        self.zh = zh
        self.en = en
        self.hints = tuple(hints)

    def __str__(self) -> str:
        return f"{self.zh}\n{self.en}"

    def message(self, language: str = "zh") -> str:
        """The message in one language, ``"zh"`` or ``"en"``."""
        return self.en if language == "en" else self.zh

    @classmethod
    def listing(cls, zh: str, en: str, problems: Iterable[Problem]) -> Self:
        """One error for many things that are wrong: a title and a numbered line each, in both languages."""
        every = list(problems)
        hints = [hint for problem in every if len(problem) == 3 for hint in problem[2]]  # noqa: PLR2004 - has hints
        if len(every) == 1:
            return cls(f"{zh}：{every[0][0]}", f"{en}: {every[0][1]}", hints)
        lines_zh = "".join(f"\n  {i}. {problem[0]}" for i, problem in enumerate(every, 1))
        lines_en = "".join(f"\n  {i}. {problem[1]}" for i, problem in enumerate(every, 1))
        return cls(f"{zh}：{lines_zh}", f"{en}:{lines_en}", hints)


Problem = tuple[str, str] | tuple[str, str, tuple[Hint, ...]]
"""What is wrong in Chinese and English, and what to type."""


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


def needed(*packages: str, extra: str, zh: str, en: str) -> Any:  # noqa: ANN401 - a module
    """The first of some packages that an extra brings, if all are there.

    Parameters
    ----------
    *packages
        Their names, as they are imported.
    extra
        The extra of riverline.
    zh, en
        What needs them; in English with its verb.

    Raises
    ------
    MissingDependencyError
        If one is not there.

    Examples
    --------
    >>> needed("json", extra="report", zh="输出报告", en="reports need").__name__
    'json'
    """
    try:
        first, *_others = map(import_module, packages)
    except ImportError as error:
        gap = " " if zh[-1].isascii() else ""
        raise MissingDependencyError(
            f"{zh}{gap}需要 {' 和 '.join(packages)}；请执行 python -m pip install 'riverline[{extra}]'",
            f"{en} {' and '.join(packages)}; run python -m pip install 'riverline[{extra}]'",
        ) from error
    return first
