"""Kernels: arrays and shapely geometries in, arrays and shapely geometries out.

No frames, no CRS, no files, no logging: what is here can be tested with a closed form and reused by every verb above.
"""

from __future__ import annotations

__all__: list[str] = []
