"""What subcommands do, as steps that others may run: read, call the library, map, layers."""

from __future__ import annotations

__all__: list[str] = []
