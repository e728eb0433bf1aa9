"""Which checks are made: those that ship, with a user's limits, and a user's own."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from riverline.errors import JobError, ReadError
from riverline.inspection.check import Check
from riverline.inspection.comparing import CheckFile
from riverline.inspection.registry import shipped
from riverline.rules.wording import wrong_values

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

__all__ = ["load_checks"]


def load_checks(path: str | os.PathLike[str] | None = None, *, checks: Sequence[Check] = ()) -> tuple[Check, ...]:
    """The checks that ship, with the limits and the checks of one's own.

    Parameters
    ----------
    path
        A TOML file. ``[limits]`` sets limits by the id of a check, ``skip`` leaves checks out, and each ``[[checks]]``
        is one of one's own: ``id``, ``title``, ``title_en``, ``layer`` (name of a schema), ``column``, ``operator``
        (``==``, ``!=``, ``<``, ``<=``, ``>``, ``>=``, ``in``, ``not in``, ``matches``, ``filled``), ``value``, and
        ``where``, a list of more comparisons that pick the rows. A blank value satisfies nothing but is picked by
        nothing either. Nothing in it is executed.
    checks
        More :class:`riverline.inspection.Check` values, written in Python.

    Returns
    -------
    tuple of Check
        For :func:`riverline.inspect`.

    Raises
    ------
    ReadError
        If there is no such file.
    JobError
        If it is no TOML, holds wrong values (all are listed), names a check that does not exist, or two checks have
        one id.

    Notes
    -----
    No published limit was found for bank lengths, bridges and what an extent may leave uncovered. What ships is a
    starting point and marked so in ``limits.toml``.

    Examples
    --------
    >>> import riverline as rl
    >>> len(rl.load_checks())
    26
    """
    file = CheckFile() if path is None else _read(Path(path))
    known = {check.check_id for check in shipped()}
    strangers = sorted((set(file.limits) | set(file.skip)) - known)
    problems = [
        (f"没有检查 {name}；可用 {', '.join(sorted(known))}", f"there is no check {name}; {', '.join(sorted(known))}")
        for name in strangers
    ]
    problems += [
        (f"checks 中应为 Check，实际为 {each!r}", f"checks must hold Check values, got {each!r}")
        for each in checks
        if not isinstance(each, Check)
    ]
    if problems:
        raise JobError.listing("检查规则有误", "the checks are wrong", problems)
    own = [*(each.as_check() for each in file.checks), *checks]
    kept = [
        replace(check, limit=file.limits.get(check.check_id, check.limit))
        for check in shipped()
        if check.check_id not in file.skip
    ]
    _require_distinct([*kept, *own])
    return (*kept, *own)


def _read(path: Path) -> CheckFile:
    if not path.is_file():
        raise ReadError(f"找不到文件 {path.name}", f"there is no file {path.name}")
    try:
        text = path.read_text(encoding="utf-8-sig")
        data: dict[str, Any] = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise JobError(
            f"{path.name} 不是 UTF-8 的 TOML：{error}", f"{path.name} is no TOML in UTF-8: {error}"
        ) from error
    try:
        return CheckFile.model_validate(data)
    except ValidationError as error:
        problems = list(wrong_values(error, text=text, data=data))
        raise JobError.listing(f"{path.name} 有误", f"{path.name} is wrong", problems) from None


def _require_distinct(checks: Sequence[Check]) -> None:
    twice = sorted(name for name, count in Counter(check.check_id for check in checks).items() if count > 1)
    if twice:
        listed = ", ".join(twice)
        raise JobError(f"检查编号重复：{listed}；请改名", f"checks share an id: {listed}; rename them")
