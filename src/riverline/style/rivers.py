"""What rivers are called, wherever results name them: one answer for maps, folders and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from riverline.style.layers import Layer

__all__ = ["are_works", "river_names"]


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
    """Which rows are rivers themselves."""
    return ~are_works(rows) if layer.name == "extents" else np.ones(len(rows), dtype=bool)


def are_works(extents: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether each extent is that of a work, (n,): its code is the work's own, its river that which it stands at.

    Extents that others coded are of rivers and lakes: only what :func:`riverline.demarcate_works` made says otherwise.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"extent_id": ["R1-management", "S1-management", "E7"], "river_id": "R1", "kind": "management"}
    >>> are_works(pd.DataFrame(rows)).tolist()
    [False, True, False]
    """
    if not {"extent_id", "river_id", "kind"} <= set(extents.columns):
        return np.zeros(len(extents), dtype=bool)
    code, river, kind = (extents[name].astype("str").fillna("") for name in ("extent_id", "river_id", "kind"))
    made = np.array([each.endswith(f"-{of}") for each, of in zip(code, kind, strict=True)], dtype=bool)
    other = (code != river + "-" + kind).to_numpy(dtype=bool)
    if "axis_length_m" in extents:
        other = other & extents["axis_length_m"].isna().to_numpy()
    return np.asarray(made & other, dtype=bool)
