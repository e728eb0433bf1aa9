"""What a code of the catalogue is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Code"]


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of fault.

    Attributes
    ----------
    code
        Its name in frames.
    severity
        ``error``: the feature cannot be used; ``warning``: used, but look at it; ``note``: for the record.
    zh, en
        The sentence, with ``{value}``, ``{limit}``, ``{unit}``, ``{feature}``, ``{layer}`` and ``{note}`` to fill in.
    remedy_zh, remedy_en
        What to do about it.
    """

    code: str
    severity: Literal["error", "warning", "note"]
    zh: str
    en: str
    remedy_zh: str
    remedy_en: str
