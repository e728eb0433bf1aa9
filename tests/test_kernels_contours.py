"""Contours seen strip by strip are the contours of the whole, end for a reason, and keep the high side on one side."""

from __future__ import annotations

from itertools import pairwise

import contourpy
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from riverline._kernels.grids import contour_pieces as kernel

MASK_REASON = 4


def whole(field, reason):
    return kernel.together([strip(field, reason, 0, len(field) - 1)])


def strip(field, reason, top, bottom):
    """The pieces between two rows, seen with a row more on either side where there is one."""
    first, last = max(top - 1, 0), min(bottom + 1, len(field) - 1)
    return kernel.pieces_of_strip(
        field[first : last + 1], reason[first : last + 1], rows=(top - first, bottom - first), first_row=first,
        height=len(field),
    )  # fmt: skip


def lines_of(pieces):
    return [pieces.places[a:b] for a, b in zip(pieces.offsets[:-1], pieces.offsets[1:], strict=True)]


def segments(lines):
    """Segments of lines as sorted pairs of places, to a millionth of a pixel."""
    found = [np.hstack([line[:-1], line[1:]]) for line in lines if len(line) > 1]
    rows = np.vstack(found).round(6) if found else np.zeros((0, 4))
    return rows[np.lexsort(rows.T)]


@st.composite
def seen(draw):
    """A rough field, some of it hidden, and rows at which it is cut into strips."""
    rows, columns = draw(st.integers(2, 24)), draw(st.integers(2, 24))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    field = rng.normal(size=(rows, columns)).astype("float32")
    if draw(st.booleans()):
        field = np.round(field)  # many values on the level itself
    reason = np.where(rng.random((rows, columns)) < draw(st.sampled_from([0.0, 0.1, 0.4])), MASK_REASON, 0)
    cuts = draw(st.lists(st.integers(1, rows - 1), max_size=4, unique=True)) if rows > 1 else []
    return field, reason.astype("uint8"), sorted(cuts)


@settings(max_examples=200, deadline=None)
@given(seen(), st.sampled_from([3, 5, 512]))
def test_strips_and_tiles_make_no_difference(case, tile):
    field, reason, cuts = case
    bounds = [0, *cuts, len(field) - 1]
    usual, kernel.TILE = kernel.TILE, tile
    try:
        parts = [strip(field, reason, top, bottom) for top, bottom in pairwise(bounds) if bottom > top]
    finally:
        kernel.TILE = usual
    joined, once = kernel.together(parts), whole(field, reason)
    assert len(joined) == len(once)
    one, other = segments(lines_of(joined)), segments(lines_of(once))
    assert one.shape == other.shape
    assert np.abs(one - other).max(initial=0.0) <= 2e-6
    assert sorted(joined.start_cause.tolist() + joined.end_cause.tolist()) == sorted(
        once.start_cause.tolist() + once.end_cause.tolist()
    )


@settings(max_examples=200, deadline=None)
@given(seen())
def test_lines_are_those_of_marching_squares_and_end_for_a_reason(case):
    field, reason, _ = case
    pieces = whole(field, reason)
    lifted = np.where(np.abs(field) < kernel.TINY, np.float32(kernel.TINY), field)
    plain = contourpy.contour_generator(z=np.ma.array(lifted, mask=reason > 0), name="serial", corner_mask=False)
    assert np.abs(segments(lines_of(pieces)) - segments(plain.lines(0.0))).max(initial=0.0) <= 2e-6
    closed = pieces.start < 0
    for line, ring in zip(lines_of(pieces), closed, strict=True):
        assert (line[0] == line[-1]).all() == ring
    for cause in (pieces.start_cause, pieces.end_cause):
        assert ((cause > 0) == ~closed).all()
        assert set(cause.tolist()) <= {0, MASK_REASON, kernel.BEYOND}


def test_the_high_side_is_on_the_right_where_rows_run_downward():
    field = np.full((5, 5), -1.0, dtype="float32")
    field[2, 2] = 1.0
    (ring,) = lines_of(whole(field, np.zeros((5, 5), dtype="uint8")))
    x, y = ring[:, 0], -ring[:, 1]
    assert ((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2) < 0  # clockwise with north up
    assert np.allclose(np.abs(ring - 2).sum(axis=1), 0.5)


def test_steepness_is_the_gradient_across_the_line():
    x, y = np.meshgrid(np.arange(20.0), np.arange(15.0))
    field = (0.3 * (x - 9.4) + 0.4 * (y - 6.7)).astype("float32")
    pieces = whole(field, np.zeros(field.shape, dtype="uint8"))
    assert np.allclose(pieces.steepness, 0.5, atol=1e-5)


def test_nothing_to_draw_gives_nothing():
    empty = kernel.together([])
    assert (len(empty), len(empty.places)) == (0, 0)
    flat = np.ones((4, 4), dtype="float32")
    assert len(whole(flat, np.zeros((4, 4), dtype="uint8"))) == 0
    assert len(whole(-flat, np.ones((4, 4), dtype="uint8"))) == 0
