"""What an error advises, in terms of the command: the library speaks of its arguments, a terminal has options."""

from __future__ import annotations

import re

__all__ = ["as_options"]

# An argument as the library's messages write it, and what does the same on the command line.
_OPTIONS = (
    (re.compile(r'\bcrs=(?:"([^"]*)"|\'([^\']*)\')'), "--crs {}"),
    (re.compile(r'\bencoding=(?:"([^"]*)"|\'([^\']*)\')'), "--encoding {}"),
    (re.compile(r'\bunit=(?:"([^"]*)"|\'([^\']*)\')'), "--unit {}"),
    (re.compile(r'\blayer=(?:"([^"]*)"|\'([^\']*)\'|…)'), "FILE::{}"),
    (re.compile(r'\bsheet=(?:"([^"]*)"|\'([^\']*)\')'), "FILE::{}"),
)
_COLUMNS = re.compile(r"\bcolumns=\{([^{}]*)\}")
_PAIR = re.compile(r'"([^"]*)": "([^"]*)"')


def as_options(message: str) -> str:
    """A message whose advice is written as options of the command.

    Parameters
    ----------
    message
        One language of an error.

    Returns
    -------
    str
        The message; what is no argument of the library stays as it is.

    Examples
    --------
    >>> as_options('文件没有坐标系；请用 crs="EPSG:4547" 指定')
    '文件没有坐标系；请用 --crs EPSG:4547 指定'
    >>> as_options('choose with columns={"HDMC": "name"} or layer="河道"')
    'choose with --column HDMC=name or FILE::河道'
    """
    for pattern, option in _OPTIONS:
        message = pattern.sub(lambda found, text=option: text.format(found[1] or found[2] or "LAYER"), message)  # type: ignore[misc]
    return _COLUMNS.sub(_pairs, message)


def _pairs(found: re.Match[str]) -> str:
    pairs = _PAIR.findall(found[1])
    return " ".join(f"--column {yours}={ours}" for yours, ours in pairs) or found[0]
