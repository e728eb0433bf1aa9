"""The ``riverline`` command; each of its subcommands is one library call with printing around it."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command; without the extra ``cli``, say how to get it and end with status 1."""
    try:
        import rich  # noqa: F401, PLC0415 - the gate: asked for before the commands import it
        import typer  # noqa: F401, PLC0415
    except ImportError:
        sys.stderr.write(
            "命令行需要附加包：pip install 'riverline[cli]'\nthe command needs an extra: pip install 'riverline[cli]'\n"
        )
        raise SystemExit(1) from None
    from riverline.cli.commands import app  # noqa: PLC0415 - behind the gate

    app()
