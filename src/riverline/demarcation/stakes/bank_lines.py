"""The management line of each bank as whole lines on which places are distances."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline._kernels.lines.chainage import locate, position, vertex_chainages
from riverline.channel.given import rows_by_name, texts, usable_axes
from riverline.demarcation.extents.borders import staked_by_others
from riverline.demarcation.extents.closed import codes_of
from riverline.geodesy import align

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["BankLine", "bank_lines", "rows_by_line"]

# Ends of pieces nearer than this are one: pieces are cut from one line, files keep a millimetre.
_JOINED_M = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class BankLine:
    """One line of one bank, from upstream to downstream, or a ring around dry land on that bank.

    Attributes
    ----------
    river_id, bank
        Whose it is; the bank of a closed line is empty.
    code
        What its numbers begin with: the river's code, or that of the lake, reservoir or work that a closed line is of.
    line
        The whole line.
    coords : (m, 2)
        Its vertices.
    along : (m,)
        Their distances along it.
    rows : (p,)
        Positions of its pieces in the frame, in order.
    ends : (p,)
        Where they end along the line.
    knots, chainages
        Distances along the line and the chainages there, as far as the pieces tell.
    around_water
        Whether it is a ring with the water inside: that of a lake, a reservoir or a work.
    axis
        Vertices of the river's axis with the chainage of the first, if axes were given.
    """

    river_id: str
    bank: str
    code: str
    line: shapely.LineString
    coords: Floats
    along: Floats
    rows: NDArray[np.int64]
    ends: Floats
    knots: Floats
    chainages: Floats
    around_water: bool = False
    axis: tuple[Floats, float] | None = None

    @property
    def length(self) -> float:
        """Length in metres."""
        return float(self.along[-1])

    @property
    def is_ring(self) -> bool:
        """Whether it ends where it begins."""
        return bool(np.hypot(*(self.coords[0] - self.coords[-1])) <= _JOINED_M)

    @property
    def landside(self) -> float:
        """1 where the land lies left of the line, looking along it, -1 where it lies right."""
        if self.is_ring:
            # Along a ring that turns anticlockwise its inside lies on the left.
            return 1.0 if bool(shapely.is_ccw(shapely.linearrings(self.coords))) != self.around_water else -1.0
        return 1.0 if self.bank == "left" else -1.0

    def at(self, places: Floats) -> Floats:
        """Coordinates of places, (k, 2)."""
        return position(self.coords, places)

    def piece_at(self, places: Floats, *, upstream: bool = False) -> NDArray[np.int64]:
        """Positions in the frame of the pieces that places lie on, (k,); where two meet, the one downstream."""
        beside = -_JOINED_M if upstream else _JOINED_M
        return np.asarray(self.rows[np.minimum(np.searchsorted(self.ends, places + beside), len(self.rows) - 1)])

    def chainage_at(self, points: Floats, places: Floats) -> Floats:
        """True chainage of stakes, (k,): from the axis if it is known, else between the ends of the pieces."""
        if self.axis is None:
            return np.interp(places, self.knots, self.chainages)
        coords, start = self.axis
        return np.asarray(locate(points, coords)[0] + start)


def bank_lines(lines: gpd.GeoDataFrame, axes: gpd.GeoDataFrame | None = None) -> list[BankLine]:
    """The lines of every bank, put together from their pieces.

    Parameters
    ----------
    lines
        Rows of :data:`riverline.schema.MANAGEMENT_LINES`, in any order.
    axes
        Rows of :data:`riverline.schema.AXES`; without them, and along closed lines, chainages are interpolated along
        the pieces.

    Returns
    -------
    list of BankLine
        By river, closed lines by code, left before right, from upstream, rings last. Where a bank's line runs
        along a lake or a work, across the water of a mouth, or along a line of another river it is parted: the stakes
        of that edge are the other's.
    """
    known = _axes_by_river(lines, axes)
    drawn = np.nan_to_num(shapely.length(np.asarray(lines.geometry.array))) > 0.0
    usable = np.flatnonzero(drawn & ~staked_by_others(lines))
    bank, code = texts(lines["bank"])[usable], codes_of(lines)[usable]
    keys = texts(lines["river_id"])[usable] + "\x1f" + bank + "\x1f" + np.where(bank == "", code, "")
    found: list[BankLine] = []
    for key, places in rows_by_name(keys).items():
        river, side, _ = key.split("\x1f")
        axis = known.get(river) if side else None
        mine = [_bank_line(lines, rows, code[places[0]], axis) for rows in _chains(lines, usable[places])]
        found += sorted(mine, key=lambda each: (each.is_ring, float(each.chainages.min()), each.coords[0].tolist()))
    return found


def rows_by_line(line: NDArray[np.int64], count: int) -> list[NDArray[np.int64]]:
    """Positions of the places on each of ``count`` lines, in the order they are in.

    Examples
    --------
    >>> [rows.tolist() for rows in rows_by_line(np.array([2, 0, -1, 2]), 3)]
    [[1], [], [0, 3]]
    """
    order = np.argsort(line, kind="stable")
    first = np.searchsorted(line[order], np.arange(count + 1))
    return [order[start:end] for start, end in pairwise(first)]


def _axes_by_river(lines: gpd.GeoDataFrame, axes: gpd.GeoDataFrame | None) -> dict[str, tuple[Floats, float]]:
    """The axis of each river and the chainage of its first vertex; of several the longest."""
    if axes is None:
        return {}
    usable = usable_axes(align(axes, lines.crs, layer="axes"))
    order = np.argsort(shapely.length(usable.line), kind="stable")
    return {str(usable.river_id[i]): (shapely.get_coordinates(usable.line[i]), float(usable.start[i])) for i in order}


def _chains(lines: gpd.GeoDataFrame, rows: NDArray[np.int64]) -> list[list[int]]:
    """Rows of one bank as chains in which each piece begins where the one before ends."""
    shapes = np.asarray(lines.geometry.array)[rows]
    first, last = (shapely.get_point(shapes, end) for end in (0, -1))
    order = np.lexsort((shapely.to_wkb(shapes), lines["start_chainage_m"].to_numpy(dtype="float64")[rows]))
    after = _meeting(last, first)
    followers = set(after.values())
    heads = [int(i) for i in order if int(i) not in followers]
    left = {int(i) for i in order}
    chains = []
    for head in [*heads, *(int(i) for i in order)]:
        chain: list[int] = []
        following: int | None = head
        while following is not None and following in left:
            left.remove(following)
            chain.append(int(rows[following]))
            following = after.get(following)
        chains += [chain] * bool(chain)
    return chains


def _meeting(ends: NDArray[np.object_], starts: NDArray[np.object_]) -> dict[int, int]:
    """Which end is which start, each start taken once."""
    end, start = shapely.STRtree(starts).query(ends, predicate="dwithin", distance=_JOINED_M)
    gap = shapely.distance(ends[end], starts[start])
    order = np.lexsort((start, end, gap))
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for before, following in zip(end[order].tolist(), start[order].tolist(), strict=True):
        if before != following and before not in pairs and following not in taken:
            pairs[before] = following
            taken.add(following)
    return pairs


def _bank_line(lines: gpd.GeoDataFrame, rows: list[int], code: str, axis: tuple[Floats, float] | None) -> BankLine:
    shapes = np.asarray(lines.geometry.array)[rows]
    coords = shapely.get_coordinates(shapes)
    coords = coords[np.append(True, (np.diff(coords, axis=0) != 0.0).any(axis=1))]
    along = vertex_chainages(coords)
    ends = np.cumsum(shapely.length(shapes))
    ends *= along[-1] / ends[-1]
    begin, finish = (lines[name].to_numpy(dtype="float64")[rows] for name in ("start_chainage_m", "end_chainage_m"))
    river, bank = (texts(lines[name].iloc[rows[:1]])[0] for name in ("river_id", "bank"))
    return BankLine(
        river_id=river,
        bank=bank,
        code=code,
        line=shapely.LineString(coords),
        coords=coords,
        along=along,
        rows=np.array(rows),
        ends=ends,
        knots=np.column_stack([np.append(0.0, ends[:-1]), ends]).ravel(),
        chainages=np.column_stack([begin, finish]).ravel(),
        around_water=bank == "" or bool(lines["basis"].iloc[rows].isin(["lake", "reservoir"]).any()),
        axis=axis,
    )
