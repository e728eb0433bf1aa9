"""Codes that are no choices of a column and yet have names, as tables that leave riverline say them."""

from __future__ import annotations

from riverline.style.codes import named

__all__ = ["named"]
