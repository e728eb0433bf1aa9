"""How evidence from images is drawn, on maps and in pictures alike: bands as colours, indices as curves."""

from __future__ import annotations

__all__ = ["COLOURS", "CURVES", "HEAT"]

COLOURS = (("red", "green", "blue"), ("nir", "red", "green"), ("nir", "green", "green"))
"""Bands shown as red, green and blue: the first three that an image has."""

CURVES = (("ndwi", "#00629B", "-"), ("ndvi", "#2E7D32", "--"), ("brightness", "#B26A00", ":"))
"""Column of :data:`riverline.schema.CHANGE_EVIDENCE`, colour and dash of its curve as matplotlib writes it."""

HEAT = (("#fdd49e", 0.45), ("#fdae6b", 0.55), ("#f16913", 0.6), ("#d7301f", 0.65), ("#7f0000", 0.7))
"""Classes of a density, few to many: colour and opacity; each darker than the one before, also in grey."""
