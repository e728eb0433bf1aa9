"""What an error advises, in terms of the command: the library speaks of its arguments, a terminal has options."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from riverline.errors import Hint, RiverlineError
    from riverline.schema import Language

__all__ = ["as_options"]


def as_options(error: RiverlineError, language: Language = "zh", *, layer: str = "", file: str = "FILE") -> str:
    """An error's message whose advice can be pasted into a shell.

    Parameters
    ----------
    error
        What riverline raised; its hints say what of the message is to be typed.
    language
        Of the message.
    layer
        The layer that was being read, as ``--column`` and ``--set`` name it.
    file
        Its file.

    Returns
    -------
    str
        The message; what is no hint stays as it is.

    Examples
    --------
    >>> from riverline import CRSError
    >>> from riverline.errors import Hint
    >>> hint = Hint.of("crs", "+proj=lcc +lat_1=27")
    >>> print(as_options(CRSError(f"没有坐标系；请用 {hint.call} 指定", "", [hint])))
    没有坐标系；请用 --crs '+proj=lcc +lat_1=27' 指定
    """
    message = error.message(language)
    for hint in sorted(error.hints, key=lambda each: -len(each.call)):
        message = message.replace(hint.call, _typed(hint, layer, file, language))
    return message


def _typed(hint: Hint, layer: str, file: str, language: Language) -> str:
    if hint.option == "layer":
        return shlex.quote(f"{file}::{hint.values[0]}")
    if hint.option == "zone":
        numbers = f"{hint.values[0]} {hint.values[-1]}"
        rest = "（原有的选项）" if language == "zh" else "(your options)"
        return f"for z in $(seq {numbers}); do riverline demarcate {rest} --zone $z --out out/$z; done"
    prefix = f"{layer}::" if layer and hint.option in {"column", "set"} else ""
    return " ".join(f"--{hint.option} {shlex.quote(prefix + value)}" for value in hint.values)
