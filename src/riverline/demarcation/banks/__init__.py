"""What the line of a bank may be measured from: candidates, their order of bases, and one unbroken chain per bank."""

from __future__ import annotations

__all__: list[str] = []
