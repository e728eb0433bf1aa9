"""A chainage for every point of the plane, so that a water level known along the axis is known across the valley.

Giving a place the level of its nearest axis point tears the surface on bends: neighbours on the two sides of a bisector
get levels of different reaches. Here the chainage is the harmonic function that equals the chainage on the axis and is
constant on given level lines, solved by finite elements on a triangulation that holds the axis points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.linalg import splu
from scipy.spatial import Delaunay, KDTree

from riverline._kernels.lines.chainage import position

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["axis_spacing", "chainage_field", "end_line"]

_AXIS_POINTS = 1000  # a reach is resolved by so many points,
_SPACING_M = (5.0, 50.0)  # but not nearer and not farther apart than this,
_FEWEST_POINTS = 20  # and never by fewer than so many
_GRADE = 0.4  # triangles grow to this share of their distance to the axis
_WIDEST = 1 / 3  # and to this share of the length of the reach
_LEAST_REACH_M = 2000.0  # the field is solved at least so far to either side, but not farther than
_REACH_SHARE = 40.0  # so many lengths of the reach
_RAY_STEPS = 160  # samples along a half of an end line
_ROUNDING_M = 1e-6  # what coordinates in metres are sure to
_TOUCHING = 1e-9  # share of a triangle by which a place on its edge may lie outside


def axis_spacing(axis: shapely.LineString) -> float:
    """Distance between the axis points that carry the field, in metres.

    Examples
    --------
    >>> axis_spacing(shapely.LineString([(0, 0), (20_000, 0)]))
    20.0
    """
    return float(min(np.clip(axis.length / _AXIS_POINTS, *_SPACING_M), axis.length / _FEWEST_POINTS))


def end_line(axis: shapely.LineString, *, at_start: bool, reach_m: float) -> shapely.LineString:
    """The line across the valley at an end of the axis, from its left to its right end.

    Parameters
    ----------
    axis
        The axis, drawn downstream.
    at_start
        The line at the first vertex, else at the last.
    reach_m
        Length of each half.

    Returns
    -------
    LineString
        The normal of the axis, as far out as the end is the nearest point of the axis. Where another limb of the river
        is nearer, the line goes on along the bisector, which keeps it off that limb.

    Examples
    --------
    >>> end_line(shapely.LineString([(0, 0), (10, 0)]), at_start=True, reach_m=5).wkt
    'LINESTRING (0 5, 0 0, 0 -5)'
    """
    points = shapely.get_coordinates(axis)
    along = _unit(points[1] - points[0] if at_start else points[-1] - points[-2])
    end, outward = (points[0], -along) if at_start else (points[-1], along)
    left = np.array([-along[1], along[0]])
    halves = [_half_line(axis, end, side, outward, reach_m) for side in (left, -left)]
    return shapely.LineString(np.vstack([halves[0][::-1], end[None], halves[1]]))


def _half_line(axis: shapely.LineString, end: Floats, side: Floats, outward: Floats, reach_m: float) -> Floats:
    """Vertices of one half of an end line beyond the axis end, outwards."""
    steps = np.geomspace(reach_m * 1e-4, reach_m, _RAY_STEPS)
    away = shapely.distance(axis, shapely.points(end + steps[:, None] * side))
    nearer = away < steps * (1 - 1e-9) - _ROUNDING_M
    if not nearer.any():
        return (end + reach_m * side)[None]
    first = int(np.argmax(nearer))
    tip = end + (steps[first - 1] if first else 0.0) * side
    other = shapely.get_coordinates(axis.interpolate(axis.project(shapely.Point(end + steps[first] * side))))[0]
    bisector = _unit(tip - end) + _unit(tip - other) if first else outward
    # between two parallel limbs the bisector has no direction of its own: it leaves the reach
    heading = _unit(bisector) if np.hypot(*bisector) > 1e-3 else outward  # noqa: PLR2004 - a thousandth of a unit
    return np.vstack([tip, tip + reach_m * heading])


def chainage_field(
    axis: shapely.LineString,
    *,
    level_lines: Sequence[Floats] = (),
    line_chainages: Sequence[float] = (),
    margin_m: float = 0.0,
) -> Callable[[Floats], Floats]:
    """A function that gives the chainage of any points near the river.

    Parameters
    ----------
    axis
        The axis, drawn downstream, in metres.
    level_lines, line_chainages
        Lines across the valley (k, 2) along which the chainage is constant, and that chainage.
    margin_m
        How far the field goes on beyond the ends of the axis, straight.

    Returns
    -------
    callable
        Points (n, 2) → chainages (n,), from −margin to length + margin.

    Notes
    -----
    Linear finite elements on a Delaunay triangulation have non-negative weights, so no value lies outside of those
    given (maximum principle), and they reproduce a linear field exactly: in a straight valley the chainage is exact
    wherever the valley points. Triangles grow with the distance from the axis, as a harmonic function allows.

    Examples
    --------
    >>> field = chainage_field(shapely.LineString([(0, 0), (300, 400)]))
    >>> field(np.array([[30.0, 40.0], [-370.0, 340.0], [470.0, -35.0]])).round(6).tolist()
    [50.0, 50.0, 254.0]
    """
    spacing = axis_spacing(axis)
    margin = max(margin_m, 4 * spacing)
    # the chord is made the first coordinate, so that the rim of a straight valley is exactly straight in floating point
    turn = _turn(shapely.get_coordinates(axis))
    corners = turn(shapely.get_coordinates(axis))
    along = np.linspace(-margin, axis.length + margin, int(np.ceil((axis.length + 2 * margin) / spacing)) + 1)
    on_axis = position(corners, along)
    length = float(along[-1] - along[0])
    reach = max(2 * float(np.hypot(*np.ptp(on_axis, axis=0))), min(_LEAST_REACH_M, _REACH_SHARE * length))
    scale = _Scale(spacing, _WIDEST * length, reach)

    lines = [(turn(np.asarray(line)), chainage) for line, chainage in zip(level_lines, line_chainages, strict=True)]
    for at_start in (True, False):
        across = end_line(shapely.LineString(on_axis), at_start=at_start, reach_m=reach)
        lines.append((shapely.get_coordinates(across), along[0] if at_start else along[-1]))
    fixed, values = _fixed_points(on_axis, along, lines, scale)
    points = np.vstack([fixed, _free_points(on_axis, fixed, scale)])
    triangles = _triangles(points)
    return _interpolator(points, triangles, _relax(points, triangles, values, on_axis), turn)


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / np.hypot(*vector), dtype="float64")


def _turn(axis: Floats) -> Callable[[Floats], Floats]:
    """Turns and moves points so that the axis starts at 0, 0 and ends on the first coordinate."""
    origin, chord = axis[0], axis[-1] - axis[0]
    along = _unit(chord) if np.hypot(*chord) > 0 else np.array([1.0, 0.0])

    def turn(places: Floats) -> Floats:
        x, y = (places - origin).T
        return np.column_stack([x * along[0] + y * along[1], y * along[0] - x * along[1]])

    return turn


@dataclass(frozen=True, slots=True)
class _Scale:
    """How fine the triangles are on the axis and far from it, and how far they go."""

    finest: float
    widest: float
    reach: float

    def gap(self, away: Floats | float) -> Floats:
        """Size of the triangles at distances from the axis."""
        return np.minimum(np.maximum(self.finest, _GRADE * np.asarray(away)), max(self.widest, self.finest))


def _fixed_points(
    on_axis: Floats, along: Floats, lines: Sequence[tuple[Floats, float]], scale: _Scale
) -> tuple[Floats, Floats]:
    """Points of known chainage: on the axis, on the level lines, on the end lines."""
    axis = KDTree(on_axis)
    points, values = on_axis, along
    # a point near an earlier one would make a needle of a triangle: the axis holds first, then the lines in their order
    for line, chainage in lines:
        sampled = _on_line(shapely.LineString(line), shapely.LineString(on_axis), scale)
        free = KDTree(points).query(sampled)[0] > 0.5 * scale.gap(axis.query(sampled)[0])
        points = np.vstack([points, sampled[free]])
        values = np.concatenate([values, np.full(int(free.sum()), chainage)])
    return points, values


def _on_line(line: shapely.LineString, axis: shapely.LineString, scale: _Scale) -> Floats:
    """Points on a line across the valley, graded outwards from where it meets the axis, with its two ends."""
    middle = line.project(shapely.Point(shapely.get_coordinates(shapely.shortest_line(axis, line))[1]))
    steps = [0.0]
    while steps[-1] < scale.reach:
        steps.append(steps[-1] + float(scale.gap(steps[-1])))
    places = np.concatenate([[0.0, line.length], middle + np.array(steps), middle - np.array(steps)])
    places = np.unique(places[(places >= 0) & (places <= line.length)])
    return shapely.get_coordinates(shapely.line_interpolate_point(line, places))


def _free_points(on_axis: Floats, fixed: Floats, scale: _Scale) -> Floats:
    """Points whose chainage is to be found: a quadtree around the axis, and the rim at the full distance."""
    axis, quarter = KDTree(on_axis), np.array([[-0.5, -0.5], [0.5, -0.5], [-0.5, 0.5], [0.5, 0.5]])
    size = scale.reach / 4
    low, high = on_axis.min(axis=0) - scale.reach, on_axis.max(axis=0) + scale.reach
    columns, rows = np.ceil((high - low) / size).astype(int)
    cells = low + size * (0.5 + np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).reshape(-1, 2))
    leaves = []
    while len(cells):
        away = axis.query(cells)[0]
        coarse = size > scale.gap(away)
        leaf = cells[~coarse & (away < scale.reach - 0.5 * scale.gap(scale.reach))]
        leaves.append(leaf + size * _scatter(len(leaf)))
        size /= 2
        cells = (cells[coarse][:, None, :] + size * quarter).reshape(-1, 2)
    free = np.vstack([*leaves, _rim(on_axis, scale)])
    free = free[~_beyond(on_axis, free)]
    clear = KDTree(fixed).query(free)[0] > 0.75 * scale.gap(axis.query(free)[0])
    return np.asarray(free[clear], dtype="float64")


def _scatter(count: int) -> Floats:
    """Small steps, evenly spread and always the same: points on a lattice have no unique triangulation."""
    steps = np.arange(count)[:, None] * np.array([0.7548776662466927, 0.5698402909980532]) % 1.0
    return np.asarray(0.2 * (steps - 0.5), dtype="float64")


def _rim(on_axis: Floats, scale: _Scale) -> Floats:
    """Points at the full distance from the axis, on both sides, so close that triangles do not reach across them."""
    length = float(np.hypot(*np.diff(on_axis, axis=0).T).sum())
    along = np.linspace(0.0, length, int(np.ceil(length / scale.gap(scale.reach))) + 1)
    rim = np.vstack([position(on_axis, along, side * scale.reach) for side in (-1.0, 1.0)])
    return np.asarray(rim[KDTree(on_axis).query(rim)[0] > scale.reach * (1 - 1e-6)], dtype="float64")


def _beyond(on_axis: Floats, places: Floats) -> NDArray[np.bool_]:
    """Whether places lie beyond an end line: nearest to an end of the axis, and ahead of or behind it."""
    nearest = KDTree(on_axis).query(places)[1]
    before = (places - on_axis[0]) @ _unit(on_axis[0] - on_axis[1]) > _ROUNDING_M
    after = (places - on_axis[-1]) @ _unit(on_axis[-1] - on_axis[-2]) > _ROUNDING_M
    return np.asarray((before & (nearest == 0)) | (after & (nearest == len(on_axis) - 1)))


def _triangles(points: Floats) -> NDArray[np.int32]:
    """Delaunay triangles; four more points far off keep the rim from being a hull, where triangles become needles."""
    low, high = points.min(axis=0), points.max(axis=0)
    far = 4 * (high - low).max() * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    triangles = Delaunay(np.vstack([points, (low + high) / 2 + far])).simplices
    return np.asarray(triangles[(triangles < len(points)).all(axis=1)])


def _relax(points: Floats, triangles: NDArray[np.int32], given: Floats, on_axis: Floats) -> Floats:
    """Solves the Laplace equation between the end lines; the first points are given."""
    known = len(given)
    stiffness = _stiffness(points, triangles[~_beyond(on_axis, points[triangles].mean(axis=1))])
    values = np.concatenate([given, given[KDTree(points[:known]).query(points[known:])[1]]])
    used = np.flatnonzero(stiffness.diagonal()[known:] > 0) + known
    if len(used):
        load = -(stiffness[used][:, :known] @ given)
        options: dict[str, Any] = {"SymmetricMode": True}
        factors = splu(stiffness[used][:, used].tocsc(), "MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options)
        # an obtuse angle at the rim could break the maximum principle, so it is enforced and not only hoped for
        values[used] = np.clip(factors.solve(load), given.min(), given.max())
    return np.asarray(values, dtype="float64")


def _stiffness(points: Floats, triangles: NDArray[np.int32]) -> Any:  # noqa: ANN401 - a scipy sparse array
    """Stiffness matrix of linear triangles: half the cotangent of the angle opposite each edge."""
    rows, columns, weights = [], [], []
    for i in range(3):
        here, left, right = triangles[:, i], triangles[:, i - 1], triangles[:, i - 2]
        a, b = points[left] - points[here], points[right] - points[here]
        half_cotangent = 0.5 * np.sum(a * b, axis=1) / np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
        rows += [left, right, left, right]
        columns += [right, left, left, right]
        weights += [-half_cotangent, -half_cotangent, half_cotangent, half_cotangent]
    entries = (np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns)))
    return coo_array(entries, shape=(len(points), len(points))).tocsr()


def _interpolator(
    points: Floats, triangles: NDArray[np.int32], values: Floats, turn: Callable[[Floats], Floats]
) -> Callable[[Floats], Floats]:
    """The linear function of a solved mesh; places outside of it get the value of the nearest point.

    Not scipy's LinearNDInterpolator: it factors every triangle with LAPACK, one by one, and where that runs threads
    their start-up costs a hundred times the work.
    """
    corners = points[triangles]
    tree = shapely.STRtree(np.asarray(shapely.polygons(corners)))
    origin, first, second = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    nearest = KDTree(points)

    def at(places: Floats) -> Floats:
        local = turn(np.asarray(places, dtype="float64"))
        place, triangle = tree.query(shapely.points(local))
        away = local[place] - origin[triangle]
        one = (away[:, 0] * second[triangle, 1] - away[:, 1] * second[triangle, 0]) / area[triangle]
        two = (first[triangle, 0] * away[:, 1] - first[triangle, 1] * away[:, 0]) / area[triangle]
        inside = np.flatnonzero((one >= -_TOUCHING) & (two >= -_TOUCHING) & (one + two <= 1 + _TOUCHING))
        held, which = np.unique(place[inside], return_index=True)
        chosen = inside[which]
        corner = values[triangles[triangle[chosen]]]
        found = values[nearest.query(local)[1]] if len(held) < len(local) else np.empty(len(local))
        found[held] = (
            corner[:, 0] + one[chosen] * (corner[:, 1] - corner[:, 0]) + two[chosen] * (corner[:, 2] - corner[:, 0])
        )
        return found

    return at
