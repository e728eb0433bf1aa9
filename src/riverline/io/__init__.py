"""Reading: layers, tables and surveyed sections, under the names of the data dictionary.

Nothing is guessed in silence: what was detected, chosen, dropped or split stands in ``frame.attrs["source"]``, and what
cannot be read is refused once, with the recipe. Sections, tracks and images, which few jobs read, are loaded where they
are asked for: :mod:`sections <riverline.io.sections>`, :mod:`tracks <riverline.io.tracks>` and
:mod:`scenes <riverline.io.scenes>`.
"""

from __future__ import annotations

from riverline.io.chainage_text import format_chainage, parse_chainage
from riverline.io.layers import read_layer
from riverline.io.tables import read_table

__all__ = ["format_chainage", "parse_chainage", "read_layer", "read_table"]
