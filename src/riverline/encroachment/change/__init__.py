"""Change inside the extents, from images of several days to suspects with evidence.

:func:`detect_change` is the verb; :func:`load_change_rules` the table by which it decides. The way of the pixels:
:mod:`inputs` brings images to days and one grid, :mod:`pairing` each later day to its reference, :mod:`pixels` tells
what changed in a window, :mod:`patches` joins windows to patches, :mod:`deciding` says what they are and how sure that
is, :mod:`rows` makes suspects of them.
"""

from __future__ import annotations

from riverline.encroachment.change.decisions import ChangeRules, load_change_rules
from riverline.encroachment.change.detecting import detect_change
from riverline.encroachment.change.result import Changes

__all__ = ["ChangeRules", "Changes", "detect_change", "load_change_rules"]
