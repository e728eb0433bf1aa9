"""Laws of shoreline change on random rivers: nothing depends on the map, on order, on which day it is."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import banks as bk
from riverline._kernels.lines import casting
from riverline._kernels.lines.swept import faces_of

few = settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.generate))
NUMBERS = [
    "nsm_m", "sce_m", "epr", "epr_error", "lrr", "lrr_error", "lrr_interval", "lrr_r2", "wlr", "wlr_interval", "sen",
    "sen_low", "sen_high", "real_probability",
]  # fmt: skip
DATES = ("1990-03-01", "1998-09-20", "2007-01-15", "2016-06-30")


def course(bends: list[float], offset: float = 0.0, beyond: float = 0.0) -> np.ndarray:
    """A river that swings by some 100 m over each 400 m, or a line beside it that goes on beyond its ends."""
    x = np.linspace(-beyond, 2000.0 + beyond, 201 + 2 * int(beyond / 10.0))
    y = np.interp(x, np.linspace(0.0, 2000.0, len(bends)), bends)
    y = np.convolve(np.pad(y, 12, mode="edge"), np.ones(25) / 25.0, mode="valid")
    return np.column_stack([x, y + offset])


@st.composite
def rivers(draw):
    """Axis and shorelines of both banks at four dates, with errors; on one date a bank was only partly seen."""
    first, second, *others = draw(st.lists(st.floats(-90.0, 90.0), min_size=4, max_size=4))
    bends = [first, first, second, *others, others[-1]]
    moved = draw(st.lists(st.floats(-12.0, 12.0), min_size=8, max_size=8))
    rows = []
    for number, date in enumerate(DATES):
        for side, (bank, sign) in enumerate((("left", 1.0), ("right", -1.0))):
            points = course(bends, sign * (45.0 + moved[2 * number + side]), beyond=200.0)
            rows.append((date, bank, bk.line(points[:120] if number == 1 and side else points)))
    errors = [2.0 + number for number in range(8)]
    return bk.axes(bk.line(course(bends))), bk.shorelines(*rows, uncertainty_m=errors)


def numbers(change, names=NUMBERS) -> np.ndarray:
    return change.rates[names].to_numpy(dtype="float64")


@few
@given(rivers(), st.floats(-3.0, 3.0), st.floats(-5e4, 5e4))
def test_moving_and_turning_the_map_leaves_every_number(river, angle, shift):
    axes, lines = river

    def moved(frame):
        turned = shapely.affinity.rotate
        shapes = [turned(each, angle, origin=bk.ORIGIN, use_radians=True) for each in frame.geometry]
        return frame.set_geometry(gpd.GeoSeries(shapes, crs=bk.CRS).translate(shift, -shift))

    here, there = bk.measured(lines, axes), bk.measured(moved(lines), moved(axes))
    np.testing.assert_allclose(numbers(there), numbers(here), atol=1e-5)
    for change in ("erosion", "accretion"):
        sums = [each.areas.loc[each.areas["change"] == change].geometry.area.sum() for each in (here, there)]
        assert sums[1] == pytest.approx(sums[0], rel=1e-6, abs=0.05)


@few
@given(rivers(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(river, random):
    axes, lines = river
    order = list(range(len(lines)))
    random.shuffle(order)
    one, other = bk.measured(lines, axes), bk.measured(lines.iloc[order], axes)
    for name in ("transects", "intersections", "rates", "areas", "forecasts", "faults"):
        assert_geodataframe_equal(getattr(one, name), getattr(other, name))


@few
@given(rivers())
def test_an_axis_drawn_the_other_way_round_swaps_banks_and_keeps_rates(river):
    axes, lines = river
    other = {"left": "right", "right": "left"}
    there = bk.measured(lines.assign(bank=lines["bank"].map(other)), axes.set_geometry(axes.geometry.reverse()))
    here = bk.measured(lines, axes)
    length = axes.geometry.iloc[0].length
    mirrored = here.rates.assign(bank=here.rates["bank"].map(other), chainage_m=length - here.rates["chainage_m"])
    keys = ["bank", "chainage_m"]
    one = mirrored.assign(chainage_m=mirrored["chainage_m"].round(3)).sort_values(keys)[NUMBERS].to_numpy("float64")
    two = there.rates.assign(chainage_m=there.rates["chainage_m"].round(3)).sort_values(keys)
    np.testing.assert_allclose(two[NUMBERS].to_numpy("float64"), one, atol=1e-6)
    for change in ("erosion", "accretion"):
        sums = [each.areas.loc[each.areas["change"] == change, "area_m2"].sum() for each in (here, there)]
        assert sums[0] == pytest.approx(sums[1], rel=1e-6, abs=0.1)


@few
@given(rivers(), st.integers(-20_000, 8_000))
def test_shifting_all_dates_leaves_every_number(river, days):
    axes, lines = river
    later = lines.assign(date=pd.to_datetime(lines["date"]) + pd.Timedelta(days=days))
    np.testing.assert_allclose(numbers(bk.measured(later, axes)), numbers(bk.measured(lines, axes)), rtol=1e-12)


@few
@given(rivers(), st.integers(2, 5))
def test_time_that_runs_slower_makes_rates_smaller_and_leaves_movements(river, factor):
    axes, lines = river
    dates = pd.to_datetime(lines["date"])
    slower = lines.assign(date=dates.min() + (dates - dates.min()) * factor)
    here, there = bk.measured(lines, axes).rates, bk.measured(slower, axes).rates
    rates = ["epr", "epr_error", "lrr", "lrr_error", "lrr_interval", "wlr", "sen", "sen_low", "sen_high"]
    np.testing.assert_allclose(there[rates].to_numpy() * factor, here[rates].to_numpy(), rtol=1e-9, atol=1e-12)
    same = ["nsm_m", "sce_m", "lrr_r2", "lrr_p", "lrr_residual_m", "real_probability"]
    np.testing.assert_allclose(there[same].to_numpy(), here[same].to_numpy(), rtol=1e-7, atol=1e-12)


@few
@given(rivers(), st.integers(0, 7))
def test_a_shoreline_given_twice_changes_nothing(river, row):
    axes, lines = river
    again = lines.iloc[[row]].assign(shoreline_id="S9")
    twice = bk.measured(pd.concat([lines, again], ignore_index=True), axes)
    np.testing.assert_array_equal(numbers(twice), numbers(bk.measured(lines, axes)))


@few
@given(rivers(), st.floats(5.0, 80.0), st.floats(0.0, 300.0))
def test_no_two_transects_of_a_river_have_a_place_in_common(river, spacing, smoothing):
    axes, lines = river
    change = bk.measured(lines, axes, spacing_m=spacing, smoothing_m=smoothing, reach_m=600.0, areas="none")
    for bank in ("left", "right"):
        drawn = bk.of_bank(change.transects, bank).geometry.to_numpy()
        one, other = shapely.STRtree(drawn).query(drawn, predicate="intersects")
        assert not (one < other).any()


@few
@given(rivers())
def test_net_swept_area_is_the_area_that_the_water_gained(river):
    """Erosion less accretion of both banks is the water's area of the last date less that of the first."""
    axes, lines = river
    change = bk.measured(lines, axes, spacing_m=axes.length.iloc[0] / 80.0, areas="ends", segment_m=1e6)
    net = change.areas["area_m2"].where(change.areas["change"] == "erosion", -change.areas["area_m2"]).sum()
    reach = bk.line([(0, -999), (0, 999), (2000, 999), (2000, -999)])
    water = []
    for date in (DATES[0], DATES[-1]):
        left, right = (shapely.get_coordinates(each) for each in lines[lines["date"] == date].geometry)
        whole = shapely.Polygon(np.concatenate([left, right[::-1]]))
        water.append(whole.intersection(shapely.Polygon(shapely.get_coordinates(reach))).area)
    assert net == pytest.approx(water[1] - water[0], abs=1.0)


# Kernels


@few
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=9))
def test_faces_of_a_ring_have_its_signed_area_where_it_goes_round_once(points):
    ring = np.array([*points, points[0]], dtype="float64")
    if len({*points}) < 3 or np.ptp(ring[:, 0]) == 0 or np.ptp(ring[:, 1]) == 0:
        return
    shape = shapely.polygons(ring)
    faces, owner, turn = faces_of(np.array([shape]))
    assert shapely.is_valid(faces).all()
    assert set(owner.tolist()) <= {0}
    x, y = ring.T
    signed = (x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2.0
    around = [shapely.area(faces)[turn == sign].sum() for sign in (1, -1)]
    # A face that the ring goes round twice counts once here: never more than the signed area says.
    assert around[0] - around[1] == pytest.approx(signed, abs=1e-6) or len(points) > 4


@few
@given(st.lists(st.floats(-60.0, 60.0), min_size=4, max_size=8), st.floats(4.0, 40.0))
def test_rays_end_short_of_each_other_and_go_no_farther_than_asked(bends, spacing):
    axis = bk.line(np.column_stack([np.linspace(0.0, 500.0, len(bends)), bends]))
    rays = casting.cast(
        casting.Lines.of([axis]), spacing=spacing, window=0.0, sides=(casting.LEFT, casting.RIGHT), centred=True
    )
    length = casting.ends_at_rays(rays, np.full(len(rays.line), 250.0))
    assert ((length > 0) & (length <= 250.0)).all()
    drawn = casting.ray_lines(rays, length)
    one, other = shapely.STRtree(drawn).query(drawn, predicate="intersects")
    assert (rays.station[one] == rays.station[other]).all()
