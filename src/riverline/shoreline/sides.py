"""One bank of one river: its management line as one line, with chainages along it, and the land in front of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.lines.chainage import vertex_chainages
from riverline.demarcation.extents.closed import shared_with_others
from riverline.schema import MANAGEMENT_LINES

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from riverline.channel.given import Axes

    Floats = NDArray[np.float64]

__all__ = ["Side", "axis_of", "chainage_at", "confidence_in", "sides_of", "weakest"]

_SHARED_DECIMALS = 3
"""Ends of pieces that are equal to the millimetre are one place."""

_WEAKEST_FIRST = ("low", "unknown", "medium", "high")


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One bank.

    Attributes
    ----------
    river_id, name, bank
        What it is called.
    part
        1, or the number of the part where a bank's line is not in one piece.
    coords : (n, 2)
        The management line, downstream, without repeated vertices.
    ends, chainages : (k + 1,)
        Where its k pieces join: metres along the line, and chainages there.
    confidence : (k,)
        Confidence of each piece.
    basis
        What the line was drawn from, in Chinese.
    line_ids
        Keys of its pieces.
    goes_on
        Whether the bank goes on before its start and after its end: along an edge shared with a lake or a work, or as
        another part.
    """

    river_id: str
    name: str
    bank: str
    part: int
    coords: Floats
    ends: Floats
    chainages: Floats
    confidence: tuple[str, ...]
    basis: str
    line_ids: tuple[str, ...]
    goes_on: tuple[bool, bool] = (False, False)

    @property
    def length(self) -> float:
        """Metres along the line."""
        return float(self.ends[-1])

    @property
    def line(self) -> shapely.LineString:
        """The management line."""
        return shapely.LineString(self.coords)

    @property
    def key(self) -> str:
        """Code of the bank: ``R1-L``, or ``R1-L2`` for its second part."""
        return f"{self.river_id}-{self.bank[0].upper()}{self.part if self.part > 1 else ''}"


def axis_of(side: Side, axes: Axes | None) -> shapely.LineString | None:
    """The axis of a bank's river, where it has exactly one."""
    if axes is None:
        return None
    rows = np.flatnonzero(axes.river_id == side.river_id)
    return axes.line[rows[0]] if len(rows) == 1 else None


def chainage_at(side: Side, stations: Any) -> Floats:  # noqa: ANN401 - numbers
    """Chainages of places along the management line, linear within its pieces."""
    return np.asarray(np.interp(stations, side.ends, side.chainages))


def confidence_in(side: Side, low: float, high: float) -> str:
    """The weakest confidence of the pieces that a stretch runs over."""
    touched = (side.ends[:-1] < high) & (side.ends[1:] > low)
    return weakest([each for each, there in zip(side.confidence, touched, strict=True) if there] or ["unknown"])


def weakest(levels: list[str]) -> str:
    """The weakest of several confidences.

    Examples
    --------
    >>> weakest(["high", "low", "medium"]), weakest(["high", "unknown"])
    ('low', 'unknown')
    """
    return min(levels, key=_WEAKEST_FIRST.index)


def sides_of(lines: gpd.GeoDataFrame, names: dict[str, str]) -> list[Side]:
    """The banks of all rivers.

    Parameters
    ----------
    lines
        Rows of :data:`riverline.schema.MANAGEMENT_LINES`; closed ones are rings around land that strips enclose, and
        no shoreline, nor are edges shared with lakes and works.
    names
        Names of rivers by code.

    Returns
    -------
    list of Side
        By river and bank; a bank whose pieces do not join end to end is several sides.
    """
    shapes = np.asarray(lines.geometry.array, dtype=object)
    drawn = (shapely.get_type_id(shapes) == 1) & (shapely.length(shapes) > 0.0) & ~shapely.is_closed(shapes)
    shared = drawn & shared_with_others(lines)
    cuts = _ends_by_river(lines[shared])
    rows = lines[drawn & ~shared].sort_values(["river_id", "bank", "start_chainage_m", "end_chainage_m", "line_id"])
    found = []
    for (river, bank), pieces in rows.groupby(["river_id", "bank"], sort=True):
        chains = _chains([shapely.get_coordinates(line)[:, :2] for line in pieces.geometry])
        parts = [
            _side(pieces.iloc[chain], str(river), names.get(str(river), ""), str(bank), number)
            for number, chain in enumerate(chains, 1)
        ]
        found += [_going_on(part, len(parts), cuts.get(str(river), set())) for part in parts]
    return found


def _ends_by_river(shared: gpd.GeoDataFrame) -> dict[str, set[tuple[float, float]]]:
    """Where edges shared with lakes and works begin and end, by the river's code."""
    ends: dict[str, set[tuple[float, float]]] = {}
    for river, line in zip(shared["river_id"].astype("str"), shared.geometry, strict=True):
        ends.setdefault(river, set()).update(_place(xy) for xy in shapely.get_coordinates(line)[[0, -1], :2])
    return ends


def _going_on(side: Side, parts: int, cuts: set[tuple[float, float]]) -> Side:
    """A part of a bank with what is known of its ends."""
    start, end = (_place(side.coords[at]) in cuts for at in (0, -1))
    return replace(side, goes_on=(start or side.part > 1, end or side.part < parts))


def _chains(pieces: list[Floats]) -> list[list[int]]:
    """Positions of pieces in the order in which they join head to tail, chain by chain."""
    heads = {_place(piece[0]): number for number, piece in reversed(list(enumerate(pieces)))}
    tails = {_place(piece[-1]) for piece in pieces}
    chains: list[list[int]] = []
    used: set[int] = set()
    starts = [number for number, piece in enumerate(pieces) if _place(piece[0]) not in tails]
    for start in [*starts, *range(len(pieces))]:
        chain: list[int] = []
        at = start
        while at not in used:
            chain.append(at)
            used.add(at)
            at = heads.get(_place(pieces[at][-1]), start)
        chains += [chain] if chain else []
    return chains


def _place(xy: Floats) -> tuple[float, float]:
    return round(float(xy[0]), _SHARED_DECIMALS), round(float(xy[1]), _SHARED_DECIMALS)


def _side(pieces: pd.DataFrame, river: str, name: str, bank: str, part: int) -> Side:
    shapes = [shapely.get_coordinates(line)[:, :2] for line in pieces.geometry]
    every = np.vstack([shapes[0], *(piece[1:] for piece in shapes[1:])])
    moved = np.append(True, np.any(np.diff(every, axis=0) != 0.0, axis=1))
    coords = every[moved]
    along = vertex_chainages(every)
    counts = np.cumsum([len(shapes[0]), *(len(piece) - 1 for piece in shapes[1:])]) - 1
    ends = np.append(0.0, along[counts])
    # Lengths of the pieces as drawn must end where the joined line does, to the last bit.
    ends[-1] = vertex_chainages(coords)[-1]
    chainages = np.append(pieces["start_chainage_m"].iloc[0], pieces["end_chainage_m"]).astype("float64")
    bases = [MANAGEMENT_LINES["basis"].value_label(basis) for basis in dict.fromkeys(pieces["basis"])]
    return Side(
        river, name, bank, part, coords, ends, chainages, tuple(pieces["confidence"].fillna("unknown")),
        "管理范围线：" + "、".join(bases), tuple(pieces["line_id"].astype("str")),
    )  # fmt: skip
