"""What rivers are called, wherever results name them: one answer for maps, folders and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from riverline.style.layers import Layer

__all__ = ["river_names"]


def river_names(layers: Sequence[Layer]) -> dict[str, str]:
    """River code → name, from the layers that have both: extents and axes.

    Parameters
    ----------
    layers
        Layers of results.

    Returns
    -------
    dict
        The range of a work bears the code of its river and the work's own name: that counts where the river has none.

    Examples
    --------
    >>> from riverline import schema, style
    >>> river_names(style.collect(schema.AXES.empty(4548)))
    {}
    """
    names: dict[str, str] = {}
    works: dict[str, str] = {}
    for layer in layers:
        if layer.name in {"extents", "axes"} and {"river_id", "name"} <= set(layer.frame.columns):
            known = layer.frame.dropna(subset=["river_id", "name"])
            own = _of_rivers(layer, known)
            for rows, found in ((known[own], names), (known[~own], works)):
                told = zip(rows["river_id"].astype("str"), rows["name"].astype("str"), strict=True)
                found.update({code: name for code, name in told if name})
    return works | names


def _of_rivers(layer: Layer, rows: pd.DataFrame) -> np.ndarray:
    """Which rows are rivers themselves: keys of their own ranges begin with the river's code."""
    if layer.name != "extents" or "extent_id" not in rows:
        return np.ones(len(rows), dtype=bool)
    told = zip(rows["extent_id"].astype("str"), rows["river_id"].astype("str"), strict=True)
    return np.array([key.startswith(f"{river}-") for key, river in told], dtype=bool)
