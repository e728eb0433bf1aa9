"""Reading: layers, tables and surveyed sections, under the names of the data dictionary.

Nothing is guessed in silence: what was detected, chosen, dropped or split stands in ``frame.attrs["source"]``, and what
cannot be read is refused once, with the recipe. Images are the matter of :mod:`scenes <riverline.io.scenes>`.
"""

from __future__ import annotations

from riverline.io.chainage_text import format_chainage, parse_chainage
from riverline.io.layers import read_layer
from riverline.io.sections import read_sections
from riverline.io.tables import read_table
from riverline.io.tracks import read_tracks

__all__ = ["format_chainage", "parse_chainage", "read_layer", "read_sections", "read_table", "read_tracks"]
