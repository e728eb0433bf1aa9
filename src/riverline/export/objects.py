"""What a management line goes round or along: a river, a lake, a reservoir or a work, whatever it was drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riverline.style import Layer

__all__ = ["OBJECTS", "Object", "objects_of"]

Object = Literal["river", "lake", "reservoir", "work"]
OBJECTS: tuple[Object, ...] = ("river", "lake", "reservoir", "work")

# Keys of riverline's own lines: code of the object, the bank or S of standing water or W of a work, a number.
_KEY = r"^(?P<object>.*)-(?P<mark>[A-Z])-\d+$"


def objects_of(lines: pd.DataFrame, layers: Sequence[Layer] = ()) -> pd.Series:
    """The kind of object of each management line; all lines of one object have one.

    Parameters
    ----------
    lines
        Management lines.
    layers
        Layers of the same result: a water layer says which of the standing waters are reservoirs.

    Returns
    -------
    Series of text
        ``river``, ``lake``, ``reservoir`` or ``work``, with the index of the lines. Without a water layer a standing
        water is a reservoir if any of its lines was drawn by a rule for reservoirs, and a lake otherwise.

    Examples
    --------
    >>> rows = pd.DataFrame(
    ...     {
    ...         "line_id": ["SK01-S-001", "SK01-S-002", "QS01-L-001"],
    ...         "river_id": ["SK01", "SK01", "QS01"],
    ...         "bank": [None, None, "left"],
    ...         "basis": ["reservoir", "joined", "levee"],
    ...     }
    ... )
    >>> objects_of(rows).tolist()
    ['reservoir', 'reservoir', 'river']
    """
    keys = lines["line_id"].astype("str").str.extract(_KEY)
    whole = keys["object"].fillna(lines["river_id"].astype("str"))
    closed = lines["bank"].isna().to_numpy(dtype=bool)
    basis = lines["basis"].astype("str")
    standing = (keys["mark"] == "S").to_numpy(dtype=bool) | (keys["mark"].isna().to_numpy() & closed)
    work = (keys["mark"] == "W").to_numpy(dtype=bool) | (keys["mark"].isna().to_numpy() & (basis == "works").to_numpy())
    told = _told(layers)
    of_water = lines["river_id"].astype("str").map(told)
    reservoir = (basis == "reservoir").groupby(whole).transform("any")
    known = of_water.isin(["lake", "reservoir"]).to_numpy(dtype=bool)
    told_reservoir = np.where(known, of_water == "reservoir", reservoir)
    kinds = np.select([work, standing & told_reservoir, standing], ["work", "reservoir", "lake"], "river")
    return pd.Series(kinds, index=lines.index, dtype="str")


def _told(layers: Sequence[Layer]) -> dict[str, str]:
    """Code → kind of water, where the water layers name one kind for it."""
    rows = [layer.frame[["river_id", "kind"]].dropna().astype("str") for layer in layers if layer.name == "water"]
    known = pd.concat(rows).drop_duplicates() if rows else pd.DataFrame({"river_id": [], "kind": []})
    once = known[~known["river_id"].duplicated(keep=False)]
    return dict(zip(once["river_id"], once["kind"], strict=True))
