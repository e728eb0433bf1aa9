"""Areas and lengths on the ellipsoid: closed forms, the survey's own formula, Karney's polygons, laws."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

from riverline.errors import CRSError
from riverline.geodesy import ellipsoidal_area, geodesic_length, to_metric

A, RF = 6378137.0, 298.257222101
E2 = (2.0 - 1.0 / RF) / RF
# Northings and eastings of zone 39 between 20 and 52 degrees of latitude.
EASTINGS = st.floats(370_000.0, 630_000.0)
NORTHINGS = st.floats(2_300_000.0, 5_700_000.0)


def zone_area(south: float, north: float, width: float) -> float:
    """Closed form of the ellipsoid's area between two parallels and two meridians (Bagratuni)."""
    e = math.sqrt(E2)

    def authalic(latitude: float) -> float:
        s = math.sin(math.radians(latitude))
        return s / (1.0 - E2 * s * s) + math.atanh(e * s) / e

    return A * A * (1.0 - E2) / 2.0 * math.radians(width) * (authalic(north) - authalic(south))


def notice_area(ring: list[tuple[float, float]]) -> float:
    """The formula of 国土调查办发〔2008〕32号, edge by edge, as it is printed."""
    e2, e4, e6, e8 = E2, E2**2, E2**3, E2**4
    b = A * (1.0 - 1.0 / RF)
    ka = 1 + 3 / 6 * e2 + 30 / 80 * e4 + 35 / 112 * e6 + 630 / 2304 * e8
    kb = 1 / 6 * e2 + 15 / 80 * e4 + 21 / 112 * e6 + 420 / 2304 * e8
    kc = 3 / 80 * e4 + 7 / 112 * e6 + 180 / 2304 * e8
    kd = 1 / 112 * e6 + 45 / 2304 * e8
    ke = 5 / 2304 * e8
    total = 0.0
    reference = math.radians(ring[0][0])
    for (l1, b1), (l2, b2) in zip(ring, ring[1:] + ring[:1], strict=True):
        dl = (math.radians(l1) + math.radians(l2)) / 2.0 - reference
        db, bm = math.radians(b2 - b1), math.radians(b1 + b2) / 2.0
        total += (
            2.0 * b * b * dl
            * (
                ka * math.sin(db / 2) * math.cos(bm)
                - kb * math.sin(3 * db / 2) * math.cos(3 * bm)
                + kc * math.sin(5 * db / 2) * math.cos(5 * bm)
                - kd * math.sin(7 * db / 2) * math.cos(7 * bm)
                + ke * math.sin(9 * db / 2) * math.cos(9 * bm)
            )
        )  # fmt: skip
    return abs(total)


def series(*shapes: object, crs: object = 4548) -> gpd.GeoSeries:
    return gpd.GeoSeries(list(shapes), crs=crs)


def quad(x: float, y: float, size: float, turn: float) -> shapely.Polygon:
    """An irregular quadrangle, so that errors of opposite edges do not cancel."""
    corners = [(0.0, 0.0), (size, 0.1 * size), (0.8 * size, size), (-0.2 * size, 0.7 * size)]
    turned: shapely.Polygon = affinity.rotate(shapely.Polygon(corners), turn, origin=(0, 0))
    return affinity.translate(turned, x, y)


@pytest.mark.parametrize("south", [3.0, 20.0, 34.5, 49.9])
@pytest.mark.parametrize("step", [0.01, 1.0, 4.0])
def test_cells_between_parallels_have_the_closed_form_area(south: float, step: float) -> None:
    cell = series(shapely.box(110.0, south, 110.0 + step, south + step), crs=4490)
    assert ellipsoidal_area(cell).iloc[0] == pytest.approx(zone_area(south, south + step, step), rel=2e-11)


def test_the_plain_formula_is_the_notice_printed() -> None:
    ring = [(116.01, 39.9), (116.035, 39.905), (116.03, 39.93), (116.012, 39.921)]
    found = ellipsoidal_area(series(shapely.Polygon(ring), crs=4490), densify=False)
    assert found.iloc[0] == pytest.approx(notice_area(ring), rel=1e-11)


def test_cells_along_the_180th_meridian_are_like_any_other() -> None:
    there = shapely.Polygon([(179.99, 40.0), (-179.99, 40.0), (-179.99, 40.02), (179.99, 40.02)])
    here = shapely.box(110.0, 40.0, 110.02, 40.02)
    found = ellipsoidal_area(series(there, here, crs=4326))
    assert found.iloc[0] == pytest.approx(found.iloc[1], rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(x=EASTINGS, y=NORTHINGS, turn=st.floats(0.0, 360.0))
def test_survey_and_geodesic_agree_on_small_quads(x: float, y: float, turn: float) -> None:
    shapes = series(quad(x, y, 1_000.0, turn), quad(x, y, 20.0, turn))
    survey, geodesic = ellipsoidal_area(shapes), ellipsoidal_area(shapes, method="geodesic")
    assert survey.iloc[0] == pytest.approx(geodesic.iloc[0], rel=1e-9)
    # Karney's polygons carry rounding of their own, a hundredth of what a register prints.
    assert survey.iloc[1] == pytest.approx(geodesic.iloc[1], abs=5e-4)


@settings(max_examples=40, deadline=None)
@given(x=EASTINGS, y=NORTHINGS, size=st.floats(1.0, 500.0), turn=st.floats(0.0, 360.0))
def test_the_area_is_the_plane_one_over_the_square_of_the_scale(x: float, y: float, size: float, turn: float) -> None:
    import pyproj

    shape = quad(x, y, size, turn)
    projection = pyproj.Proj(4548)
    factors = projection.get_factors(*projection(shape.centroid.x, shape.centroid.y, inverse=True))
    expected = shape.area / (factors.tissot_semimajor * factors.tissot_semiminor)
    assert ellipsoidal_area(series(shape)).iloc[0] == pytest.approx(expected, rel=2e-8)


@pytest.mark.parametrize("method", ["survey", "geodesic"])
def test_long_edges_are_followed_as_they_run_in_the_plane(method: str) -> None:
    coarse = quad(580_000.0, 3_900_000.0, 60_000.0, 20.0)
    fine = shapely.segmentize(coarse, 25.0)
    found = ellipsoidal_area(series(coarse, fine), method=method)
    assert found.iloc[0] == pytest.approx(found.iloc[1], rel=1e-10)
    plain = ellipsoidal_area(series(coarse), densify=False)
    assert abs(plain.iloc[0] / found.iloc[1] - 1.0) > 1e-6


@settings(max_examples=40, deadline=None)
@given(x=EASTINGS, y=NORTHINGS, turn=st.floats(0.0, 360.0), share=st.floats(0.1, 0.9))
def test_parts_add_up_to_the_whole_when_it_is_cut(x: float, y: float, turn: float, share: float) -> None:
    whole = quad(x, y, 4_000.0, turn)
    west, south, east, north = whole.bounds
    cut = west + share * (east - west)
    parts = [
        whole & shapely.box(west - 1, south - 1, cut, north + 1),
        whole & shapely.box(cut, south - 1, east + 1, north + 1),
    ]
    found = ellipsoidal_area(series(whole, *parts))
    assert found.iloc[1] + found.iloc[2] == pytest.approx(found.iloc[0], rel=1e-9)


@settings(max_examples=30, deadline=None)
@given(x=EASTINGS, y=NORTHINGS, turn=st.floats(0.0, 360.0), method=st.sampled_from(["survey", "geodesic"]))
def test_holes_are_taken_out_and_parts_added_whatever_way_rings_run(
    x: float, y: float, turn: float, method: str
) -> None:
    outer, inner = quad(x, y, 900.0, turn), quad(x, y, 900.0, turn)
    inner = affinity.scale(inner, 0.4, 0.4)
    other = affinity.translate(inner, 5_000.0, 0.0)
    holed = shapely.Polygon(outer.exterior, [inner.exterior])
    turned = shapely.Polygon(outer.exterior.coords[::-1], [inner.exterior.coords])
    both = shapely.MultiPolygon([holed, other])
    nested = shapely.GeometryCollection([shapely.GeometryCollection([both, shapely.Point(x, y)]), outer.exterior])
    found = ellipsoidal_area(series(outer, inner, other, holed, turned, both, nested), method=method)
    assert found.iloc[3] == pytest.approx(found.iloc[0] - found.iloc[1], abs=2e-3)
    assert found.iloc[4] == pytest.approx(found.iloc[3], rel=1e-12)
    assert found.iloc[5] == pytest.approx(found.iloc[3] + found.iloc[2], rel=1e-12)
    assert found.iloc[6] == pytest.approx(found.iloc[5], rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(x=EASTINGS, y=NORTHINGS, turn=st.floats(0.0, 360.0))
def test_the_zone_number_changes_no_area_and_no_length(x: float, y: float, turn: float) -> None:
    plain = series(quad(x, y, 500.0, turn))
    prefixed = plain.translate(39_000_000.0).set_crs(4527, allow_override=True)
    assert ellipsoidal_area(prefixed).iloc[0] == pytest.approx(ellipsoidal_area(plain).iloc[0], rel=1e-9)
    assert geodesic_length(prefixed).iloc[0] == pytest.approx(geodesic_length(plain).iloc[0], rel=1e-9)


def test_what_has_no_area_has_none() -> None:
    shapes = gpd.GeoSeries(
        [None, shapely.Polygon(), shapely.Point(5e5, 3e6), shapely.LineString([(5e5, 3e6), (5.1e5, 3e6)])],
        crs=4548,
        index=list("abcd"),
    )
    found = ellipsoidal_area(shapes)
    assert found.index.tolist() == list("abcd")
    assert math.isnan(found["a"])
    assert found[["b", "c", "d"]].tolist() == [0.0, 0.0, 0.0]
    assert ellipsoidal_area(shapes.iloc[:0]).tolist() == []
    assert geodesic_length(shapes.iloc[:0]).tolist() == []
    lengths = geodesic_length(shapes)
    assert math.isnan(lengths["a"])
    assert lengths[["b", "c"]].tolist() == [0.0, 0.0]


def test_frames_and_series_rows_in_any_order_measure_the_same() -> None:
    frame = gpd.GeoDataFrame(
        {"n": [1, 2, 3]}, geometry=[quad(4e5 + i * 7e4, 3e6, 300.0 * (i + 1), 9.0) for i in range(3)], crs=4548
    )
    before = frame.copy()
    straight, turned = ellipsoidal_area(frame), ellipsoidal_area(frame.iloc[::-1])
    assert straight.name == "area_m2"
    assert turned.sort_index().tolist() == straight.tolist()
    assert frame.equals(before)


def test_degrees_and_plane_measure_the_same_parcel_the_same() -> None:
    plane = series(quad(6e5, 3.6e6, 400.0, 33.0))
    feet = to_metric(gpd.GeoDataFrame(geometry=plane), crs=32650)
    assert ellipsoidal_area(feet).iloc[0] == pytest.approx(ellipsoidal_area(plane).iloc[0], rel=1e-7)
    degrees = plane.to_crs(4490)
    assert ellipsoidal_area(degrees).iloc[0] == pytest.approx(ellipsoidal_area(plane).iloc[0], rel=1e-5)


def test_a_frame_in_feet_is_measured_in_metres() -> None:
    feet = series(shapely.box(6_500_000.0, 1_900_000.0, 6_503_280.83, 1_903_280.83), crs=2226)
    assert ellipsoidal_area(feet).iloc[0] == pytest.approx(1.0e6, rel=2e-3)
    assert geodesic_length(feet).iloc[0] == pytest.approx(4.0e3, rel=1e-3)


def test_lengths_along_meridian_and_equator_have_their_closed_forms() -> None:
    # A Gauss-Krüger plane is true on its meridian, the equator is a circle.
    meridian = series(shapely.LineString([(500_000.0, 2_000_000.0), (500_000.0, 5_000_000.0)]))
    equator = series(shapely.LineString([(100.0, 0.0), (101.0, 0.0)]), crs=4490)
    assert geodesic_length(meridian).iloc[0] == pytest.approx(3_000_000.0, abs=1e-5)
    assert geodesic_length(equator).iloc[0] == pytest.approx(A * math.pi / 180.0, rel=1e-12)


def test_lengths_are_the_geodesics_that_pyproj_gives() -> None:
    import pyproj

    line = shapely.LineString([(116.0, 40.0), (116.2, 40.1), (116.1, 40.3)])
    rings = shapely.Polygon(
        [(116.0, 40.0), (116.2, 40.0), (116.1, 40.2)], [[(116.09, 40.05), (116.1, 40.05), (116.1, 40.06)]]
    )
    geod = pyproj.Geod(a=A, rf=RF)
    found = geodesic_length(series(line, rings, crs=4490))
    assert found.iloc[0] == pytest.approx(geod.geometry_length(line), rel=1e-12)
    expected = sum(geod.geometry_length(ring) for ring in (rings.exterior, *rings.interiors))
    assert found.iloc[1] == pytest.approx(expected, rel=1e-12)


@settings(max_examples=30, deadline=None)
@given(share=st.floats(0.01, 0.99), x=EASTINGS, y=NORTHINGS)
def test_lengths_add_up_when_a_line_is_cut(share: float, x: float, y: float) -> None:
    line = shapely.LineString([(x, y), (x + 3_000.0, y + 4_000.0)])
    middle = line.interpolate(share, normalized=True)
    parts = [shapely.LineString([line.coords[0], middle]), shapely.LineString([middle, line.coords[1]])]
    found = geodesic_length(series(line, *parts))
    assert found.iloc[1] + found.iloc[2] == pytest.approx(found.iloc[0], rel=1e-9)


@pytest.mark.parametrize("measure", [ellipsoidal_area, geodesic_length])
def test_what_cannot_be_measured_is_refused_with_the_reason(measure: object) -> None:
    box = shapely.box(5e5, 3e6, 5.1e5, 3.1e6)
    with pytest.raises(CRSError, match="没有坐标系"):
        measure(series(box, crs=None))
    with pytest.raises(CRSError, match="Beijing 1954"):
        measure(series(box, crs=2436))
    with pytest.raises(CRSError, match="outside EPSG:4490"):
        measure(series(shapely.box(39.0, 116.0, 39.1, 116.1), crs=4490))


def test_another_ellipsoid_is_measured_on_itself() -> None:
    clarke = series(shapely.box(2.0, 46.0, 2.01, 46.01), crs=4275)
    a, rf = 6378249.2, 293.4660212936269
    e2 = (2.0 - 1.0 / rf) / rf
    b = np.radians([46.0, 46.01])
    band = np.sin(b) / (1 - e2 * np.sin(b) ** 2) + np.arctanh(math.sqrt(e2) * np.sin(b)) / math.sqrt(e2)
    expected = a * a * (1 - e2) / 2 * math.radians(0.01) * (band[1] - band[0])
    assert ellipsoidal_area(clarke).iloc[0] == pytest.approx(expected, rel=1e-10)
