"""Transects of each bank: cast from axes or baselines, as far as their shorelines lie, and never across each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from riverline._kernels.lines import casting
from riverline.shoreline.change.inputs import BANK_OF

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline._kernels.lines.casting import Rays
    from riverline.shoreline.change.inputs import Origins
    from riverline.shoreline.change.method import Method
    from riverline.shoreline.change.reaching import Reaches

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Names = NDArray[np.object_]

__all__ = ["Transects", "cast_transects"]

_LIMITS = np.array(["reach", "other_arm", "neighbour"], dtype="object")


@dataclass(frozen=True, slots=True)
class Transects:
    """Transects, n of them, one for each ray: a river's station has one to the left and one to the right.

    Attributes
    ----------
    rays
        Where they start and which way they go.
    length : (n,)
        How far.
    limited_by, transect_id, river_id, bank : (n,)
        What ends them; codes; rivers; banks.
    chainage, window : (n,)
        Printed chainage; length of line whose mean direction was taken.
    side, away : (n,)
        Side of their bank; 1 where going along them leads away from the axis.
    partner : (n,)
        The transect of the other bank at the same station, itself where there is none.
    """

    rays: Rays
    length: Floats
    limited_by: Names
    transect_id: Names
    river_id: Names
    bank: Names
    chainage: Floats
    window: Floats
    side: Integers
    away: Integers
    partner: Integers


def cast_transects(origins: Origins, reaches: Reaches, method: Method) -> Transects:
    """Transects of every river and bank.

    Parameters
    ----------
    origins
        Lines that they are cast from.
    reaches
        How far they go.
    method
        Spacing, smoothing and convention.
    """
    smoothing = 2.0 * reaches.median if method.smoothing_m is None else method.smoothing_m
    window = np.broadcast_to(smoothing, len(origins.line))
    sides = (casting.LEFT, casting.RIGHT) if origins.is_axis else np.asarray(origins.bank * origins.away)
    lines = casting.Lines.of(origins.line)
    rays = casting.cast(
        lines, spacing=method.spacing_m, window=window, sides=sides, centred=method.convention != "dsas"
    )
    full = reaches.reach[rays.line]
    river = np.unique(origins.river_id.astype(str), return_inverse=True)[1]
    to_arms = casting.ends_at_arms(rays, full, origins.line.tolist())
    length = casting.ends_at_rays(rays, to_arms, river[rays.line])
    limit = np.where(length < to_arms, 2, np.where(to_arms < full, 1, 0))
    side = rays.side if origins.is_axis else origins.bank[rays.line]
    bank = pd.Series(side).map(BANK_OF).to_numpy(dtype="object")
    river_id = origins.river_id[rays.line]
    numbers = np.arange(len(side))
    return Transects(
        rays=rays,
        length=length,
        limited_by=_LIMITS[limit],
        transect_id=_codes(river_id, bank),
        river_id=river_id,
        bank=bank,
        chainage=origins.start[rays.line] + rays.chainage,
        window=window[rays.line],
        side=side,
        away=origins.away[rays.line],
        partner=numbers ^ 1 if origins.is_axis else numbers,
    )


def _codes(river_id: Names, bank: Names) -> Names:
    """``R1-L-0001``: numbered along each river and bank."""
    frame = pd.DataFrame({"river": river_id, "bank": bank})
    number = frame.groupby(["river", "bank"], sort=False).cumcount() + 1
    code = frame["river"] + "-" + frame["bank"].str[0].str.upper() + "-" + number.astype("str").str.zfill(4)
    return code.to_numpy(dtype="object")
