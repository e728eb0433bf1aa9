"""Kernels: arrays and shapely geometries in, arrays and shapely geometries out.

No frames, no CRS, no files, no logging: what is here can be tested with a closed form and reused by every verb above.
:mod:`lines <riverline._kernels.lines>` and :mod:`areas <riverline._kernels.areas>` hold geometry,
:mod:`network <riverline._kernels.network>` water that flows on, :mod:`grids <riverline._kernels.grids>` pixels, and
:mod:`statistics <riverline._kernels.statistics>` numbers and their chances.
"""

from __future__ import annotations

__all__: list[str] = []
