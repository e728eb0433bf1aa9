"""The ``riverline`` command; each of its subcommands is one library call with printing around it."""

from __future__ import annotations

import io
import sys

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
    from riverline.cli.commands import app

    app()


def _print_what_the_terminal_can() -> None:
    """Let a terminal that is not UTF-8 show ``?`` where it has no character, instead of ending with an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
