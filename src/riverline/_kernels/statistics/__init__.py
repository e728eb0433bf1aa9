"""Numbers and their chances: exact nulls, trends, ranks, shrinkage, survival."""

from __future__ import annotations

__all__: list[str] = []
