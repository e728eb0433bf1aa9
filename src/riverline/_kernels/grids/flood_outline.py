"""The outline of flooded cells by marching squares, block by block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import contourpy
import numpy as np
import shapely
from scipy import ndimage
from scipy.spatial import KDTree

from riverline._kernels.grids.flooding import join_wet, window_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from riverline._kernels.grids.flooding import Booleans, Field, Fill, Floats, Integers, Key, Links

    Parts = NDArray[np.object_]

__all__ = ["Outline", "outline"]

_DRY = -1.0  # what stands in for the depth of cells that water does not reach
_ON_THE_LINE = 1e-8  # depths nearer to zero than this are moved off it, so that no contour touches itself at a centre
_TICKS = 2.0**30  # coordinates of the outline are whole multiples of a cell over this
_BESIDE_CELLS = 2  # how far along a barrier an area may go on where it is too narrow to hold a centre


@dataclass(frozen=True, slots=True)
class Outline:
    """The reached area and what was seen along its edge.

    Attributes
    ----------
    parts : (n,)
        Polygons in (column, row), with holes, that share edges; without the squares that barriers run through.
    beside : (m,)
        What is wet in the squares between centres that barriers run through, on both sides of them.
    held : (k, 2)
        Places in ``beside``, as (column, row), that water reaches.
    at_nodata, at_edge : (k, 2)
        Row and column of reached cells beside unknown ground, at the edge of the grid.
    unreached : (k, 3)
        Row and column of the first cell of each wet area that water does not reach, as far as it lies in a block, and
        its number of cells.
    """

    parts: Parts
    beside: Parts
    held: Floats
    at_nodata: Integers
    at_edge: Integers
    unreached: Integers


def outline(fill: Fill, field: Field, links: Links) -> Outline:
    """The area of the reached cells, bounded where the depth is zero between cell centres.

    Parameters
    ----------
    fill
        What :func:`flood` found.
    field, links
        As they were there.

    Returns
    -------
    Outline
        The area is ``parts`` and, of ``beside`` cut by the barriers, the faces that hold a place of ``held``.

    Notes
    -----
    Marching squares: the zero is interpolated linearly on the edges between centres. A square whose wet corners face
    each other across is split or joined by the mean of its corners.

    Examples
    --------
    >>> from riverline._kernels.grids.flooding import crossed_links, flood
    >>> ground = np.array([[2.0, 2.0, -2.0], [2.0, 2.0, -2.0]])
    >>> none = crossed_links([])
    >>> fill = flood(ground.shape, lambda *window: ground[window], np.array([[0, 0]]), none, block=8)
    >>> shapely.union_all(outline(fill, lambda *window: ground[window], none).parts).bounds
    (0.0, 0.0, 1.5, 1.0)
    """
    squares = _crossed_squares(links, fill.shape)
    found = [_outline_block(fill, key, field, links, squares) for key in _outlined(fill)]
    at_nodata, at_edge, unreached, touched = (
        np.concatenate([_no_cells(width), *(getattr(each, name) for each in found)])
        for name, width in (("at_nodata", 2), ("at_edge", 2), ("unreached", 3), ("touched", 4))
    )
    near = squares[KDTree(touched[:, :2]).query(squares, p=np.inf)[0] <= _BESIDE_CELLS] if len(touched) else squares[:0]
    return Outline(
        parts=np.concatenate([_no_parts(), *(each.parts for each in found)]),
        beside=np.concatenate([_no_parts(), *_square_parts(fill, field, near)]),
        # moved from the corner into the square, where it lies on no edge
        held=(touched[:, :2] + 0.5 + (0.5 - 1e-6) * touched[:, 2:])[:, ::-1],
        at_nodata=np.unique(at_nodata, axis=0),
        at_edge=np.unique(at_edge, axis=0),
        unreached=unreached,
    )


@dataclass(frozen=True, slots=True)
class _Block:
    """What one block adds to the outline.

    ``touched`` are squares on barriers, once for each reached corner, with the way to it: -1 or 1 row and column.
    """

    parts: Parts
    at_nodata: Integers
    at_edge: Integers
    unreached: Integers
    touched: Integers


def _no_parts() -> Parts:
    return np.empty(0, dtype="object")


def _no_cells(width: int) -> Integers:
    return np.empty((0, width), dtype="int64")


def _outlined(fill: Fill) -> list[Key]:
    """Blocks whose squares, which reach one row and column into the next blocks, have a reached corner."""
    keys = set()
    for (i, j), (first, _, left, _) in fill.sides.items():
        reached = fill.reached[i, j]
        if reached.any():
            keys.add((i, j))
        if i and reached[first].any():
            keys.add((i - 1, j))
        if j and reached[left].any():
            keys.add((i, j - 1))
        if i and j and reached[first[0]]:
            keys.add((i - 1, j - 1))
    return sorted(keys)


def _reached(fill: Fill, key: Key, depth: Floats | None, links: Links) -> Booleans:
    """Whether the cells of a block and of the first row and column of the next ones are reached."""
    rows, columns = window_of(fill, key, more=1)
    own_rows, own_columns = window_of(fill, key)
    height, width = own_rows.stop - own_rows.start, own_columns.stop - own_columns.start
    mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), dtype="bool")
    if key in fill.full and fill.reached[key].any():
        mask[:height, :width] = True
    elif depth is not None and key in fill.sides and fill.reached[key].any():
        labels, _ = join_wet(depth[:height, :width], links.inwindow_of(own_rows, own_columns))
        mask[:height, :width] = fill.reached[key][labels]
    i, j = key
    if (i + 1, j) in fill.sides:
        mask[height:, :width] = fill.reached[i + 1, j][fill.sides[i + 1, j][0]]
    if (i, j + 1) in fill.sides:
        mask[:height, width:] = fill.reached[i, j + 1][fill.sides[i, j + 1][2]][:, None]
    if (i + 1, j + 1) in fill.sides:
        mask[height:, width:] = fill.reached[i + 1, j + 1][fill.sides[i + 1, j + 1][0][0]]
    return mask


def _outline_block(fill: Fill, key: Key, field: Field, links: Links, squares: Integers) -> _Block:
    rows, columns = window_of(fill, key, more=1)
    corner = np.array([rows.start, columns.start])
    own = _in_block(squares, key, fill.block) - corner
    reached = _reached(fill, key, None, links)
    if reached.all():
        box = np.array([shapely.box(columns.start, rows.start, columns.stop - 1, rows.stop - 1)])
        return _Block(
            _without(box, own + corner),
            _no_cells(2),
            _at_edge(fill, reached, corner),
            _no_cells(3),
            _touched(own, reached, corner),
        )
    depth = _off_the_line(field(rows, columns))
    reached = _reached(fill, key, depth, links)
    apart = (depth > 0) & ~reached
    return _Block(
        parts=_without(_contour(np.where(np.isnan(depth) | apart, _DRY, depth), corner), own + corner),
        at_nodata=np.argwhere(reached & ndimage.binary_dilation(np.isnan(depth))) + corner,
        at_edge=_at_edge(fill, reached, corner),
        unreached=_unreached(apart, corner),
        touched=_touched(own, reached, corner),
    )


def _without(parts: Parts, squares: Integers) -> Parts:
    """Polygons less the squares, which are given by their upper left corner."""
    if not len(squares):
        return parts
    row, column = squares.T
    rest = shapely.difference(parts, shapely.union_all(shapely.box(column, row, column + 1, row + 1)))
    return np.asarray(shapely.get_parts(rest[~shapely.is_empty(rest)]))


def _touched(squares: Integers, reached: Booleans, corner: Integers) -> Integers:
    found = [_no_cells(4)]
    for down, right in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
        here = squares[reached[squares[:, 0] + (down > 0), squares[:, 1] + (right > 0)]]
        found.append(np.column_stack([here + corner, np.broadcast_to([down, right], here.shape)]))
    return np.concatenate(found)


def _off_the_line(depth: Floats) -> Floats:
    return np.where(np.abs(depth) < _ON_THE_LINE, np.where(depth > 0, _ON_THE_LINE, -_ON_THE_LINE), depth)


def _in_block(cells: Integers, key: Key, block: int) -> Integers:
    return np.asarray(cells[(cells // block == key).all(axis=1)])


def _crossed_squares(links: Links, shape: tuple[int, int]) -> Integers:
    """Row and column of squares between centres (their upper left one) that a barrier runs through."""
    squares = np.vstack([links.across, links.across - [1, 0], links.down, links.down - [0, 1]])
    inside = (squares >= 0).all(axis=1) & (squares < np.array(shape) - 1).all(axis=1)
    return np.unique(squares[inside], axis=0)


def _square_parts(fill: Fill, field: Field, squares: Integers) -> Iterator[Parts]:
    """What is wet in squares that a barrier runs through, on both sides of it.

    There no cell is taken for dry because water does not reach it, so that the area goes on up to the barrier and
    behind it, and the barrier can cut it.
    """
    for i, j in np.unique(squares // fill.block, axis=0):
        own = _in_block(squares, (i, j), fill.block)
        low, high = own.min(axis=0), own.max(axis=0) + 2
        depth = _off_the_line(field(slice(low[0], high[0]), slice(low[1], high[1])))
        row, column = (own - low)[:, :1] + [0, 0, 1, 1], (own - low)[:, 1:] + [0, 1, 1, 0]
        wet = np.where(np.isnan(depth), _DRY, depth)[row, column]
        yield _march(wet, np.stack([column, row], axis=-1).astype("float64") + low[::-1])


def _march(depth: Floats, places: Floats) -> Parts:
    """Polygons of the wet part of squares: depths (n, 4) at corners (n, 4, 2) in their order around the square."""
    following = np.roll(depth, -1, axis=1)
    wet, passes = depth > 0, (depth > 0) != (following > 0)
    share = depth / np.where(passes, depth - following, 1.0)
    zeros = places + share[..., None] * (np.roll(places, -1, axis=1) - places)
    # wet corners that face each other across stay apart: each is a triangle with the zeros on either side of it
    split = passes.all(axis=1)
    corners, edges = wet & ~split[:, None], passes & ~split[:, None]
    chosen = np.stack([corners, edges], axis=-1).reshape(-1, 8)
    around = np.stack([places, zeros], axis=2).reshape(-1, 8, 2)[chosen]
    square, corner = np.nonzero(wet & split[:, None])
    triangles = np.stack([zeros[square, corner - 1], places[square, corner], zeros[square, corner]], axis=1)
    points = np.concatenate([around, triangles.reshape(-1, 2)])
    ring = np.concatenate([np.nonzero(chosen)[0], len(depth) + np.repeat(np.arange(len(triangles)), 3)])
    if not len(ring):
        return _no_parts()
    return np.asarray(
        shapely.polygons(shapely.linearrings(_rounded(points), indices=np.unique(ring, return_inverse=True)[1]))
    )


def _at_edge(fill: Fill, reached: Booleans, corner: Integers) -> Integers:
    """Reached cells of a window that lie at the edge of the grid."""
    first, last = -corner, np.array(fill.shape) - 1 - corner
    edge = np.zeros_like(reached)
    for row in {int(first[0]), int(last[0])} & set(range(reached.shape[0])):
        edge[row] = True
    for column in {int(first[1]), int(last[1])} & set(range(reached.shape[1])):
        edge[:, column] = True
    return np.argwhere(reached & edge) + corner


def _unreached(wet: Booleans, corner: Integers) -> Integers:
    if not wet.any():
        return np.empty((0, 3), dtype="int64")
    labels, _ = ndimage.label(wet[:-1, :-1])
    _, first, count = np.unique(labels, return_index=True, return_counts=True)
    row, column = np.unravel_index(first, labels.shape)
    areas = np.column_stack([row + corner[0], column + corner[1], count])
    return np.asarray(areas[labels[row, column] > 0])


def _contour(z: Floats, corner: Integers) -> Parts:
    """Polygons where z > 0."""
    if min(z.shape) < 2:  # noqa: PLR2004 - a square has two rows and two columns
        return _no_parts()
    maker = contourpy.contour_generator(z=z, name="serial", fill_type=contourpy.FillType.ChunkCombinedOffsetOffset)
    filled: Any = maker.filled(0.0, np.inf)
    (points,), (rings,), (polygons,) = filled
    if points is None:
        return _no_parts()
    offsets = (rings.astype("int64"), polygons.astype("int64"))
    return np.asarray(shapely.from_ragged_array(shapely.GeometryType.POLYGON, _rounded(points + corner[::-1]), offsets))


def _rounded(points: Floats) -> Floats:
    """Coordinates as every block finds them: interpolated from either end of an edge they differ in the last bits."""
    return np.round(points * _TICKS) / _TICKS
