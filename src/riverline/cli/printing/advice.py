"""What an error advises, in terms of the command: the library speaks of its arguments, a terminal has options."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from riverline.errors import JobError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd

    from riverline.errors import Hint, RiverlineError
    from riverline.schema import Language

__all__ = ["as_options", "nothing_drawn"]


# Commands that can be asked for one zone.
_ZONED = frozenset({"demarcate", "waters", "works"})


def as_options(
    error: RiverlineError, language: Language = "zh", *, layer: str = "", file: str = "FILE", command: str = "demarcate"
) -> str:
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
    command
        The subcommand that was typed.

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
        message = message.replace(hint.call, _typed(hint, layer, file, command, language))
    return message


def _typed(hint: Hint, layer: str, file: str, command: str, language: Language) -> str:
    if hint.option == "layer":
        return shlex.quote(f"{file}::{hint.values[0]}")
    if hint.option == "zone":
        numbers = f"{hint.values[0]} {hint.values[-1]}"
        rest = "（原有的选项）" if language == "zh" else "(your options)"
        again = command if command in _ZONED else "demarcate"
        return f"for z in $(seq {numbers}); do riverline {again} {rest} --zone $z --out out/$z; done"
    prefix = f"{layer}::" if layer and hint.option in {"column", "set"} else ""
    return " ".join(f"--{hint.option} {shlex.quote(prefix + value)}" for value in hint.values)


def nothing_drawn(
    faults: gpd.GeoDataFrame,
    axes: str,
    told: Mapping[str, list[str] | None],
    crs: str | None,
    encoding: str | None,
) -> JobError:
    """The error of a demarcation without a river, and, where banks lack a line, the commands that estimate one.

    Parameters
    ----------
    faults
        Of the demarcation.
    axes
        The axes as they were named.
    told
        Options that may be repeated, by name: those of the axes hold for the command that is advised as well.
    crs, encoding
        As they were given.

    Returns
    -------
    JobError
        To raise.
    """
    zh = "没有一条河划成：原因见上表；请补充堤防、岸顶线、水域或洪水位等图层"
    en = "no river could be drawn: the table above says why; give levees, bank tops, water or flood levels"
    bare = faults["note"].fillna("").astype("str").str.startswith("no-reference")
    if not bare.any():
        return JobError(zh, en)
    words = ["riverline", "banks", axes, *_repeated(told)]
    words += [] if crs is None else ["--crs", crs]
    words += [] if encoding is None else ["--encoding", encoding]
    banks = f"{shlex.join(words)} --width 20 --out 岸顶线.gpkg"
    water = "riverline axes {} --out 中心线.gpkg"
    return JobError(
        f"{zh}\n只有中心线和河宽时，先推定岸顶线：\n{banks}\n有水域面时，先求中心线：\n{water.format('水域.shp')}",
        f"{en}\nwith axes and a width alone, estimate bank tops first:\n{banks}\n"
        f"with water polygons, trace axes from them first:\n{water.format('water.shp')}",
    )


def _repeated(told: Mapping[str, list[str] | None]) -> Iterator[str]:
    """The options again that hold for the axes: those that name no layer, or this one."""
    for option, texts in told.items():
        for text in texts or []:
            before, sign, after = text.partition("::")
            named = bool(sign) and "=" not in before
            if not named or before == "axes":
                yield from (f"--{option}", after if named else text)
