"""Reading: layers, tables, surveyed sections and imagery, under the names of the data dictionary.

Nothing is guessed in silence: what was detected, chosen, dropped or split stands in ``frame.attrs["source"]``, and what
cannot be read is refused once, with the recipe.
"""

from __future__ import annotations

from riverline.io.chainage_text import format_chainage, parse_chainage
from riverline.io.layers import read_layer
from riverline.io.scenes import (
    Registration,
    Scene,
    Scenes,
    measure_registration,
    read_scene,
    read_scenes,
    read_window,
)
from riverline.io.sections import read_sections
from riverline.io.tables import read_table

__all__ = [
    "Registration",
    "Scene",
    "Scenes",
    "format_chainage",
    "measure_registration",
    "parse_chainage",
    "read_layer",
    "read_scene",
    "read_scenes",
    "read_sections",
    "read_table",
    "read_window",
]
