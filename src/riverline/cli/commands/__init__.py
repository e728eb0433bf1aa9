"""The subcommands, by topic: options in, one job or one library call, its ending told."""

from __future__ import annotations

__all__: list[str] = []
