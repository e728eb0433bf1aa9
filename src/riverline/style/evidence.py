"""How evidence from images is drawn, on maps and in pictures alike: bands as colours, indices as curves."""

from __future__ import annotations

__all__ = ["COLOURS", "CURVES"]

COLOURS = (("red", "green", "blue"), ("nir", "red", "green"), ("nir", "green", "green"))
"""Bands shown as red, green and blue: the first three that an image has."""

CURVES = (("ndwi", "#00629B", "-"), ("ndvi", "#2E7D32", "--"), ("brightness", "#B26A00", ":"))
"""Column of :data:`riverline.schema.CHANGE_EVIDENCE`, colour and dash of its curve as matplotlib writes it."""
