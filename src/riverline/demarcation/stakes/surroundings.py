"""Town, country or gorge along a line, and how far apart stakes stand there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline.channel.given import texts
from riverline.demarcation.stakes.bank_lines import rows_by_line
from riverline.demarcation.stakes.control_points import crossings

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.demarcation.stakes.bank_lines import BankLine
    from riverline.rules import StakeSpacing

    Floats = NDArray[np.float64]

__all__ = ["Stretches", "limits", "settings_at", "stretches"]

_BY_WEIGHT = ("town", "country", "gorge", "unknown")


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Stretches of a line in one kind of surroundings: where they meet, (j + 1,), and which they are, (j,)."""

    knots: Floats
    settings: NDArray[np.object_]

    def at(self, places: Floats) -> NDArray[np.object_]:
        """Surroundings of places, (k,); where two meet, the one downstream."""
        last = len(self.settings) - 1
        return np.asarray(self.settings[np.clip(np.searchsorted(self.knots, places, side="right") - 1, 0, last)])


def limits(settings: NDArray[np.object_], spacing: StakeSpacing) -> tuple[Floats, Floats]:
    """Least and largest distance between stakes in surroundings, each (k,).

    Where the surroundings are not known, those of the country hold; where none are needed, the largest is infinite.

    Examples
    --------
    >>> import riverline as rl
    >>> least, most = limits(np.array(["town", "gorge"], dtype=object), rl.load_rules("national").policy.stake_spacing)
    >>> least.tolist(), most.tolist()
    ([100.0, 300.0], [300.0, inf])
    """
    country, gorge = spacing.country, spacing.gorge
    wild = (country.min_m, np.inf) if gorge == "none" else (gorge.min_m, gorge.max_m)
    named = {"town": (spacing.town.min_m, spacing.town.max_m), "gorge": wild}
    pairs = np.array([named.get(each, (country.min_m, country.max_m)) for each in settings]).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def stretches(bank_lines: Sequence[BankLine], settings: gpd.GeoDataFrame | None) -> list[Stretches]:
    """Surroundings along each line.

    Parameters
    ----------
    bank_lines
        The lines.
    settings
        Rows of :data:`riverline.schema.SETTINGS` in the CRS of the lines, or None.

    Returns
    -------
    list of Stretches
        ``unknown`` where no polygon lies; where polygons overlap, the town goes before the country before the gorge.
    """
    if settings is None or not len(settings):
        return [Stretches(np.array([0.0, each.length]), np.array(["unknown"], dtype="object")) for each in bank_lines]
    areas = np.asarray(settings.geometry.array)
    line, along, _ = crossings(bank_lines, shapely.boundary(areas))
    knots = [
        np.unique(np.concatenate([[0.0, each.length], np.clip(along[here], 0.0, each.length)]))
        for here, each in zip(rows_by_line(line, len(bank_lines)), bank_lines, strict=True)
    ]
    middles = [each.at((places[:-1] + places[1:]) / 2.0) for each, places in zip(bank_lines, knots, strict=True)]
    found = _surroundings(np.vstack([*middles, np.empty((0, 2))]), areas, texts(settings["setting"]))
    ends = np.cumsum([len(each) for each in middles]).tolist()
    pairs = zip(knots, [0, *ends[:-1]], ends, strict=True) if middles else ()
    return [Stretches(places, found[start:end]) for places, start, end in pairs]


def settings_at(along_lines: Sequence[Stretches], line: NDArray[np.int64], along: Floats) -> NDArray[np.object_]:
    """Surroundings of places on many lines, (k,); ``unknown`` where the line is -1."""
    found = np.full(len(line), "unknown", dtype="object")
    for here, each in zip(rows_by_line(line, len(along_lines)), along_lines, strict=True):
        found[here] = each.at(along[here])
    return found


def _surroundings(points: Floats, areas: NDArray[np.object_], named: NDArray[np.object_]) -> NDArray[np.object_]:
    weight = np.array([_BY_WEIGHT.index(each) if each in _BY_WEIGHT else len(_BY_WEIGHT) - 1 for each in named])
    point, area = shapely.STRtree(areas).query(shapely.points(points), predicate="intersects")
    least = np.full(len(points), len(_BY_WEIGHT) - 1)
    np.minimum.at(least, point, weight[area])
    return np.array(_BY_WEIGHT, dtype="object")[least]
