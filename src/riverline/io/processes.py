"""Whether the script that runs may begin other processes: each of them reads the script again from its first line."""

from __future__ import annotations

import ast
import linecache
import multiprocessing
import sys
from typing import TYPE_CHECKING

from riverline.errors import JobError

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["require_guard"]


def require_guard(processes: int, *, verb: str) -> None:
    """Refuse to begin processes from a script whose work is not under ``if __name__ == "__main__":``.

    Parameters
    ----------
    processes
        How many are asked for; one is the script's own.
    verb
        The function that was called.

    Raises
    ------
    JobError
        If the call stands at the top of a script, with what to type. Nothing has been begun then.

    Notes
    -----
    A new process imports the script that began it. What stands at its top would run there again, and Python ends such
    a process with a ``RuntimeError`` of its own. In a notebook, in ``python -c`` and in the console there is no script
    to import.

    Examples
    --------
    >>> require_guard(1, verb="atlas")
    """
    if processes < 2:  # noqa: PLR2004 - nothing to begin
        return
    line = _line_of_script()
    if line:
        raise _unguarded(verb, processes, line)
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise _unguarded(verb, processes)


def _unguarded(verb: str, processes: int, line: int = 0) -> JobError:
    """The error of such a script.

    Parameters
    ----------
    verb, processes
        What was called.
    line
        Where in the script, from 1; 0 if that is not known.
    """
    zh, en = (f"（脚本第 {line} 行）", f" (line {line} of the script)") if line else ("", "")
    typed = f'if __name__ == "__main__":\n    {verb}(..., processes={processes})'
    return JobError(
        f"{verb}(processes={processes}) 会另起进程，每个进程都从头读一遍本脚本{zh}；请把这一句及其后的语句写在 "
        f'if __name__ == "__main__": 之下，或用 processes=1：\n{typed}',
        f"{verb}(processes={processes}) begins other processes, and each reads this script from its top{en}; put the "
        f'call and what follows under if __name__ == "__main__":, or take processes=1:\n{typed}',
    )  # fmt: skip


def _line_of_script() -> int:
    """Line at the top of the running script from which this was called, if nothing guards it; else 0."""
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 - the one way to the callers
    while frame is not None:
        if frame.f_code.co_name == "<module>" and frame.f_globals.get("__name__") == "__main__":
            file = frame.f_code.co_filename
            return frame.f_lineno if script == file and not _guarded(file, frame.f_lineno) else 0
        frame = frame.f_back
    return 0


def _guarded(file: str, line: int) -> bool:
    """Whether the statement at the top of a file that holds a line asks for ``__name__``; true if it cannot be read."""
    try:
        statements = ast.parse("".join(linecache.getlines(file))).body
    except SyntaxError:
        return True
    own = [each for each in statements if each.lineno <= line <= (each.end_lineno or line)]
    return not own or any(
        isinstance(node, ast.Name) and node.id == "__name__"
        for each in own
        if isinstance(each, ast.If)
        for node in ast.walk(each.test)
    )
