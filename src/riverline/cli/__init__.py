"""The ``riverline`` command; each of its subcommands is one library call with printing around it."""

from __future__ import annotations

import codecs
import io
import sys
import unicodedata

__all__ = ["main"]


def main() -> None:
    """Run the command; without the extra ``cli``, say how to get it and end with status 1."""
    _print_what_the_terminal_can()
    try:
        import rich  # noqa: F401 - the gate: asked for before the commands import it
        import typer  # noqa: F401
    except ImportError:
        sys.stderr.write(
            "命令行需要附加包：pip install 'riverline[cli]'\nthe command needs an extra: pip install 'riverline[cli]'\n"
        )
        raise SystemExit(1) from None
    from riverline.cli.app import app

    app()


def _print_what_the_terminal_can() -> None:
    """Let a terminal that is not UTF-8 show ``km2`` for ``km²``, or ``?``, instead of ending with an error."""
    codecs.register_error("nearest", _nearest)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="nearest")


def _nearest(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = unicodedata.normalize("NFKC", error.object[error.start : error.end])
    return "".join(letter if letter.isascii() else "?" for letter in letters), error.end
