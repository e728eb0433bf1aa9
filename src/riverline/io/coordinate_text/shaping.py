"""Rings of a parcel as its geometry: parted where they close, then outer rings and holes by how deep they lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["GUESSES", "Guess", "Shaped", "crossing", "joined", "shape_of"]

Guess = Literal["open", "split", "again", "kept", "late", "island", "apart", "crossing", "crossed", "doubled", "short"]

GUESSES: dict[Guess, tuple[str, str]] = {
    "open": ("首尾未闭合的圈，已闭合", "rings that were open and were closed"),
    "split": ("同一圈号下有几个闭合的圈，已在闭合点分开", "closed rings under one number, parted where they close"),
    "again": ("圈号隔开后再次出现，作为另一圈", "numbers that come back after others, taken as rings of their own"),
    "kept": ("圈回到起点后又继续，按原样保留", "rings that go on after their first point came back, kept as they are"),
    "late": ("写在外圈之前的孔，按位置归入外圈", "holes before their outer ring, put into it by where they lie"),
    "island": ("孔中的岛，作为另一部分", "islands in holes, taken as parts"),
    "apart": ("互不包含的外圈，作为另一部分", "outer rings beside one another, taken as parts"),
    "crossing": ("互相交叉的圈，按原样保留", "rings that cross one another, kept as they are"),
    "crossed": (
        "自交的圈，按原样保留，面积不可用；请改正图形（riverline.check 指出位置）",
        "rings that cross themselves, kept as they are, areas of no use: correct them (riverline.check says where)",
    ),
    "doubled": ("重复的圈，只取一次", "rings that are there twice, taken once"),
    "short": ("点数不足的圈，未采用", "rings of too few points, left out"),
}  # fmt: skip
"""What may have been guessed of a parcel's rings, in Chinese and English."""

_CORNERS = 3
_MOSTLY = 0.5
"""A ring lies in another if more than half of it does: digits that were rounded may put a corner outside."""
_ROUNDING = 1e-6
_TOGETHER = {
    shapely.GeometryType.POINT: shapely.multipoints,
    shapely.GeometryType.LINESTRING: shapely.multilinestrings,
    shapely.GeometryType.POLYGON: shapely.multipolygons,
}
_ALIKE = [{int(kind)} for kind in _TOGETHER]


@dataclass(frozen=True, slots=True, eq=False)
class Shaped:
    """A parcel's geometry, None where there is none, the number of its rings, and what was guessed of them."""

    shape: Any
    rings: int
    guesses: frozenset[Guess] = frozenset()


def shape_of(xy: Floats, rings: Sequence[int], kind: str) -> Shaped:
    """The geometry of a parcel.

    Parameters
    ----------
    xy
        Its points, east and north, (n, 2).
    rings
        The ring that each belongs to.
    kind
        ``面``, ``线`` or ``点``.

    Returns
    -------
    Shaped
        Of areas: a ring ends where its number changes and where it comes back to its first point. A ring in an even
        number of others is an outer one, in an odd number a hole of the one around it, whatever the order in the file.
        Rings are closed where they are not; rings of fewer than three corners are left out and told.

    Examples
    --------
    >>> import numpy as np
    >>> square = np.array([[0.0, 0], [9, 0], [9, 9], [0, 9], [0, 0], [3, 3], [6, 3], [6, 6], [3, 6], [3, 3]])
    >>> shape_of(square, [1] * 5 + [2] * 5, "面").shape.area
    72.0
    >>> told = shape_of(square[::-1], [1] * 10, "面")
    >>> told.shape.area, sorted(told.guesses)
    (72.0, ['late', 'split'])
    """
    numbers = np.asarray(rings)
    if kind == "点":
        points = shapely.points(xy)
        return Shaped(points[0] if len(points) == 1 else shapely.multipoints(points), len(set(rings)))
    if kind == "线":
        groups = [xy[numbers == number] for number in dict.fromkeys(rings)]
        lines = [shapely.LineString(group) for group in groups if len(group) > 1]
        short: frozenset[Guess] = frozenset({"short"} if len(lines) < len(groups) else ())
        shape = None if not lines else lines[0] if len(lines) == 1 else shapely.multilinestrings(lines)
        return Shaped(shape, len(groups), short)
    guesses: set[Guess] = set()
    runs = [ring for run in _runs(xy, numbers, guesses) for ring in _parted(run, guesses)]
    bodies = [run[:-1] if _closed(run) else run for run in runs]
    whole = [body for body in bodies if len(body) >= _CORNERS]
    guesses |= {"open"} if any(len(run) > 1 and not _closed(run) for run in runs) else set()
    guesses |= {"short"} if len(whole) < len(bodies) else set()
    parts = _nested(whole, guesses)
    guesses |= {"crossed"} if crossing(np.array(parts, dtype=object)).any() else set()
    return Shaped(joined(parts), len(runs), frozenset(guesses))


def crossing(parts: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which polygons cross themselves, so that what they enclose is not what their ring goes around.

    Parameters
    ----------
    parts
        n geometries; only polygons can cross themselves.

    Returns
    -------
    ndarray
        (n,). A ring that touches itself or holds a hole by a bridge encloses what it says: it crosses nothing.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> crossing(np.array([shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]), shapely.box(0, 0, 2, 2)]))
    array([ True, False])
    """
    found = np.zeros(len(parts), dtype=bool)
    wrong = np.flatnonzero((shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_valid(parts))
    stated, enclosed = shapely.area(parts[wrong]), shapely.area(shapely.make_valid(parts[wrong]))
    found[wrong] = np.abs(stated - enclosed) > _ROUNDING * np.maximum(enclosed, 1.0)
    return found


def joined(parts: Sequence[Any]) -> Any:  # noqa: ANN401
    """One geometry of the parts: the part itself where it is alone, None where there is none."""
    if not len(parts):
        return None
    if len(parts) == 1:
        return parts[0]
    every = [each for part in parts for each in shapely.get_parts(part)]
    kinds = set(shapely.get_type_id(every).tolist())
    return _TOGETHER[kinds.pop()](every) if kinds in _ALIKE else shapely.geometrycollections(every)


def _closed(run: Floats) -> bool:
    return len(run) > 1 and bool((run[0] == run[-1]).all())


def _runs(xy: Floats, numbers: NDArray[np.int64], guesses: set[Guess]) -> list[Floats]:
    """Points that follow one another under one number; one or two that come late belong to the ring before."""
    cuts = np.flatnonzero(np.diff(numbers)) + 1
    found: list[list[Floats]] = []
    latest: dict[int, list[Floats]] = {}
    for start, run in zip([0, *cuts], np.split(xy, cuts), strict=True):
        earlier = latest.get(int(numbers[start]))
        if earlier is not None and len(run) < _CORNERS:
            earlier.append(run)
            continue
        guesses |= {"again"} if earlier is not None else set()
        latest[int(numbers[start])] = [run]
        found.append(latest[int(numbers[start])])
    return [np.concatenate(each) for each in found]


def _parted(run: Floats, guesses: set[Guess]) -> list[Floats]:
    """The closed rings that a run of points is made of; a last one may be open.

    A ring that comes by its first point and ends on it again touches itself, or holds a hole by a bridge: such a run
    stays one ring.
    """
    rings, start = [], 0
    while start < len(run):
        back = np.flatnonzero((run[start + _CORNERS :] == run[start]).all(axis=1))
        if not len(back):
            break
        end = start + _CORNERS + int(back[0]) + 1
        rings.append(run[start:end])
        start = end
    rest = run[start:]
    if rings and len(rest) and (len(rest) < _CORNERS or _closed(run)):
        guesses |= {"kept"} if len(rings) > 1 or (rest != run[0]).any() else set()
        return [run]
    parts = [*rings, rest] if len(rest) else rings
    guesses |= {"split"} if len(parts) > 1 else set()
    return parts


def _nested(bodies: Sequence[Floats], guesses: set[Guess]) -> list[Any]:
    """Polygons of rings without their closing points: outer ones in the order of the file, each with its holes."""
    if len(bodies) < 2:  # noqa: PLR2004 - nothing to nest
        return [shapely.Polygon(body) for body in bodies]
    areas = np.array([shapely.Polygon(body) for body in bodies], dtype=object)
    # Rings that cross themselves stay as they are, but are compared by what they cover.
    areas[~shapely.is_valid(areas)] = shapely.make_valid(areas[~shapely.is_valid(areas)])
    inner, outer = _within(areas, guesses)
    left = np.ones(len(areas), dtype=bool)
    alike = np.isclose(shapely.area(areas[inner]), shapely.area(areas[outer]), rtol=_ROUNDING, atol=0)
    inner_alike = inner[alike]
    left[inner_alike[shapely.equals(areas[inner_alike], areas[outer[alike]])]] = False
    guesses |= {"doubled"} if not left.all() else set()
    inner, outer = inner[left[inner] & left[outer]], outer[left[inner] & left[outer]]
    depth = np.bincount(inner, minlength=len(areas))
    home = np.full(len(areas), -1)
    # The smallest ring around comes last and stays.
    order = np.argsort(-shapely.area(areas[outer]), kind="stable")
    around = order[(depth[inner[order]] % 2 == 1) & (depth[outer[order]] % 2 == 0)]
    home[inner[around]] = outer[around]
    tops = np.flatnonzero(left & (home < 0))
    holes = np.flatnonzero(home >= 0)
    guesses |= {"late"} if (holes < home[holes]).any() else set()
    guesses |= {"island"} if (depth[tops] > 0).any() else set()
    guesses |= {"apart"} if (depth[tops] == 0).sum() > 1 else set()
    return [
        shapely.Polygon(bodies[int(top)], [bodies[hole] for hole in holes[home[holes] == top].tolist()]) for top in tops
    ]


def _within(areas: NDArray[np.object_], guesses: set[Guess]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of rings, the first in the second; of two that are the same the later is in the earlier."""
    shapely.prepare(areas)
    inner, outer = shapely.STRtree(areas).query(areas, predicate="intersects")
    size = shapely.area(areas)
    smaller = (size[inner] < size[outer]) | ((size[inner] == size[outer]) & (inner > outer))
    inner, outer = inner[smaller], outer[smaller]
    share = shapely.covers(areas[outer], areas[inner]).astype(float)
    doubtful = np.flatnonzero((share == 0) & (size[inner] > 0))
    common = shapely.area(shapely.intersection(areas[inner[doubtful]], areas[outer[doubtful]]))
    share[doubtful] = common / size[inner[doubtful]]
    guesses |= {"crossing"} if ((share > _ROUNDING) & (share < 1 - _ROUNDING)).any() else set()
    return inner[share > _MOSTLY], outer[share > _MOSTLY]
