"""Transects of each bank: cast from axes or baselines, as far as their shorelines lie, and never across each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines import casting
from riverline._kernels.lines.chainage import locate_many
from riverline.channel.given import rows_by_name
from riverline.shoreline.change.inputs import BANK_OF

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline._kernels.lines.casting import Rays
    from riverline.shoreline.change.inputs import Inputs, Origins, Shorelines
    from riverline.shoreline.change.method import Method

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Names = NDArray[np.object_]

__all__ = ["Transects", "cast_transects"]

# Transects reach this much farther than the farthest place of a shoreline, for lines that bulge between vertices.
_MARGIN = 1.25
# And no farther than so many times the median: seen from an axis three widths of the river. What lies beyond is a bend
# that was cut off or a course that was left; a transect to it measures no bank that moved.
_MOST_MEDIANS = 6.0
# Most places of a river's shorelines that are looked at to see how far off they lie.
_PLACES = 20_000
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


def cast_transects(inputs: Inputs, method: Method) -> Transects:
    """Transects of every river and bank.

    Parameters
    ----------
    inputs
        Lines and shorelines.
    method
        Spacing, smoothing, reach and convention.
    """
    origins = inputs.origins
    median, farthest = _distances(origins, inputs.shorelines, method)
    farthest = np.minimum(farthest * _MARGIN, median * _MOST_MEDIANS)
    farthest = np.where(farthest > 0.0, farthest, method.spacing_m)
    reach = np.full(len(origins.line), method.reach_m) if method.reach_m is not None else farthest
    window = np.full(len(origins.line), method.smoothing_m) if method.smoothing_m is not None else 2.0 * median
    sides = (casting.LEFT, casting.RIGHT) if origins.is_axis else np.asarray(origins.bank * origins.away)
    lines = casting.Lines.of(origins.line)
    rays = casting.cast(
        lines, spacing=method.spacing_m, window=window, sides=sides, centred=method.convention != "dsas"
    )
    full = reach[rays.line]
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


def _distances(origins: Origins, shorelines: Shorelines, method: Method) -> tuple[Floats, Floats]:
    """Median and largest distance of a river's shorelines from each of its origins; 0 where there is none.

    What lies beyond the ends of an origin has no distance from it across. A shoreline given twice counts once.
    """
    median, farthest = np.zeros((2, len(origins.line)))
    once = pd.DataFrame({"river": shorelines.river_id, "shape": shapely.to_wkb(shapely.normalize(shorelines.line))})
    kept = ~once.duplicated().to_numpy()
    lines, of_river = shorelines.line[kept], rows_by_name(shorelines.river_id[kept])
    nothing = np.zeros(0, dtype="int64")
    for number, (origin, river) in enumerate(zip(origins.line, origins.river_id, strict=True)):
        places = _along(lines[of_river.get(str(river), nothing)], method.spacing_m)
        _, chainage, offset = locate_many(places, [origin])
        beside = np.abs(offset[(chainage > 0.0) & (chainage < origin.length * (1.0 - 1e-12))])
        if len(beside):
            median[number], farthest[number] = np.median(beside), beside.max()
    return median, farthest


def _along(lines: Names, step: float) -> Floats:
    """Places along lines, a step apart or so far that they are no more than can be looked at."""
    if not len(lines):
        return np.zeros((0, 2))
    laid = casting.Lines.of(lines)
    count = np.ceil(laid.length / max(step, laid.length.sum() / _PLACES)).astype("int64")
    owner = np.repeat(np.arange(len(lines)), count)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    return laid.at(owner, (number + 0.5) * laid.length[owner] / count[owner])
