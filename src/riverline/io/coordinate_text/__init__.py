"""勘测定界界址点坐标交换格式: the text in which land surveyors hand over parcels, read whatever dialect it is in."""

from __future__ import annotations

from riverline.io.coordinate_text.dialects import Dialect, list_dialects, load_dialect
from riverline.io.coordinate_text.reading import read_coordinate_text

__all__ = ["Dialect", "list_dialects", "load_dialect", "read_coordinate_text"]
