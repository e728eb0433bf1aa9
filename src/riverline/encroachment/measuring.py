"""Features held against one extent: what of each lies inside, how deep, along which line, and where on the river."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.areas.cutting import cut
from riverline._kernels.areas.depth import depths, feet_on
from riverline._kernels.areas.windows import reach
from riverline._kernels.lines.chainage import locate
from riverline._kernels.lines.ruler import Ruler
from riverline.encroachment.inputs import invalid
from riverline.encroachment.spans import Spans, spans_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from riverline._kernels.areas.depth import Feet
    from riverline.demarcation.findings import Finding
    from riverline.encroachment.inputs import Features
    from riverline.encroachment.lines import Strands

    Floats = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]

__all__ = ["Found", "Measures", "find_in", "measure"]

_STEP_M = 20.0  # long edges are looked at this densely: the extreme places along a bent line may lie between their ends


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Features that lie in an extent or near it, n of them.

    Attributes
    ----------
    row : (n,)
        Row of the features.
    position : (n,)
        ``inside``, ``across`` or ``near``.
    piece : (n,)
        What of each lies inside; of one that is only near, the whole of it.
    bad : (k,)
        Rows that meet the extent and cannot be measured; ``findings`` says why.
    """

    row: Rows
    position: NDArray[np.object_]
    piece: Shapes
    bad: Rows
    findings: list[Finding]


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """Figures of what was found in one extent, n of it, missing where not known.

    Attributes
    ----------
    depth : (n,)
        Largest distance inside the line; below zero outside it.
    spans
        What each takes of the line.
    bank, chainage, axis_m : (n,)
        Bank, chainage of its middle, distance from its nearest place to the axis.
    """

    depth: Floats
    spans: Spans
    bank: NDArray[np.object_]
    chainage: Floats
    axis_m: Floats


def find_in(region: shapely.Geometry, features: Features, candidates: Rows, within_m: float) -> Found:
    """The features that lie in an extent, or no farther from it than a tolerance.

    Parameters
    ----------
    region
        The extent.
    features
        All features.
    candidates
        Rows that may.
    within_m
        The tolerance.
    """
    some = features.shapes[candidates]
    met, within = reach(some, region, within_m=within_m)
    bad, findings = invalid(features, candidates[met])
    rows, inside = met[~bad], within[~bad]
    shapes = shapely.force_2d(some[rows])
    pieces = shapes.copy()
    position = np.where(inside, "inside", "near").astype(object)
    flat = shapely.get_dimensions(shapes)
    for dimension in (0, 1, 2):
        crossing = np.flatnonzero(~inside & (flat == dimension))
        if len(crossing):
            found, made = cut(shapes[crossing], region, dimension=dimension)
            pieces[crossing[found]] = made
            position[crossing[found]] = "across"
    kept = (position != "near") | (within_m > 0.0)
    return Found(candidates[rows[kept]], position[kept], pieces[kept], candidates[met[bad]], findings)


def measure(found: Found, region: shapely.Geometry, strands: Strands, axis: tuple[Any, float] | None) -> Measures:
    """How deep, along which line, and where on the river.

    Parameters
    ----------
    found
        From :func:`find_in`.
    region
        The extent.
    strands
        Its line.
    axis
        The axis of its river and the chainage of its first vertex, or None.
    """
    near = found.position == "near"
    dense = shapely.segmentize(found.piece, _STEP_M)
    parts, owner = shapely.get_parts(dense, return_index=True)
    points, part = shapely.get_coordinates(parts, return_index=True)
    feet = feet_on(points, strands.ruler)
    strand = strands.ruler.segments.axis[feet.segment]
    depth = np.zeros(len(near))
    in_it = ~near[owner[part]]
    depth[~near] = depths(dense[~near], strands.ruler, feet.at(in_it))
    if near.any():
        depth[near] = -_away(found.piece[near], shapely.get_rings(shapely.get_parts(region)))
    rings = [float(each) if s.closed else 0.0 for s, each in zip(strands.every, _lengths(strands), strict=True)]
    every = spans_of(part, owner[part], strand, feet.along, _places(feet, strands.ruler), rings=rings)
    bank, chainage = _by_line(every, strands, len(near))
    spans = every.only(~near[every.row])
    if axis is None:
        return Measures(depth, spans, bank, chainage, np.full(len(near), np.nan))
    line, start = axis
    along, offset = locate(shapely.get_coordinates(shapely.centroid(found.piece)), shapely.get_coordinates(line))
    bank = np.where(offset < 0.0, "left", np.where(offset > 0.0, "right", "")).astype(object)
    return Measures(depth, spans, bank, along + start, _away(found.piece, [line]))


def _places(feet: Feet, ruler: Ruler) -> Floats:
    """(n, 2) the places on the line that feet are."""
    segments = ruler.segments
    share = (feet.along - segments.chainage[feet.segment]) / segments.length[feet.segment]
    start, end = segments.start[feet.segment], segments.end[feet.segment]
    return np.asarray(start + share[:, None] * (end - start))


def _lengths(strands: Strands) -> list[float]:
    return [float(shapely.length(shapely.LineString(strand.coords))) for strand in strands.every]


def _by_line(spans: Spans, strands: Strands, count: int) -> tuple[NDArray[np.object_], Floats]:
    """Bank and chainage from the longest stretch of line of each piece, of several as long the first."""
    bank = np.full(count, "", dtype=object)
    chainage = np.full(count, np.nan)
    order = np.lexsort((spans.start, spans.strand, spans.start - spans.end, spans.row))
    rows, first = np.unique(spans.row[order], return_index=True)
    best = order[first]
    bank[rows] = strands.banks[spans.strand[best]]
    middle = (spans.start[best] + spans.end[best]) / 2.0
    for number, strand in enumerate(strands.every):
        here = spans.strand[best] == number
        if len(strand.ends) and here.any():
            chainage[rows[here]] = np.interp(middle[here], strand.ends, strand.chainages)
    return bank, chainage


def _away(pieces: Shapes, lines: Sequence[Any]) -> Floats:
    """Distance of pieces to the nearest of lines."""
    segments = Ruler(lines).segments
    edges = shapely.linestrings(np.stack([segments.start, segments.end], axis=1))
    row, found = shapely.STRtree(edges).query_nearest(pieces, all_matches=False)
    distance = np.full(len(pieces), np.nan)
    distance[row] = shapely.distance(pieces[row], edges[found])
    return distance
