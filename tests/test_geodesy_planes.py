"""Zones, planes and datums: what a frame is brought into, what is left alone, what is refused and with which line."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import riverline as rl
from riverline.errors import CRSError
from riverline.geodesy import (
    align,
    guarded_transformer,
    helmert_pipeline,
    is_metric,
    point_scale,
    require_metric,
    to_metric,
    zone_crs,
    zone_number,
    zone_of,
)
from riverline.geodesy.datum import legacy_datum
from riverline.geodesy.passage import find_passage

if TYPE_CHECKING:
    from pathlib import Path

ESRI_XIAN = (
    'PROJCS["Xian_1980_3_Degree_GK_CM_117E",GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",SPHEROID["Xian_1980",6378140.0,'
    '298.257]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",117.0],'
    'PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
LOCAL_WITHOUT_DATUM = "+proj=tmerc +lat_0=0 +lon_0=117 +x_0=500000 +ellps=krass +units=m +no_defs"
IN_CHINA = st.tuples(st.floats(73.6, 135.0), st.floats(18.2, 53.5))


def points(x: object, y: object, crs: object) -> gpd.GeoDataFrame:
    x, y = np.atleast_1d(x), np.atleast_1d(y)
    return gpd.GeoDataFrame({"n": np.arange(len(x))}, geometry=gpd.points_from_xy(x, y), crs=crs)


def notes(frame: gpd.GeoDataFrame) -> list[dict[str, str]]:
    return frame.attrs["source"]["notes"]


# Zones -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [3, 6])
@pytest.mark.parametrize("prefixed", [False, True])
def test_every_zone_code_is_the_zone_that_epsg_says(width: int, *, prefixed: bool) -> None:
    zones = range(25, 46) if width == 3 else range(13, 24)
    for zone in zones:
        crs = pyproj.CRS(zone_crs(zone, prefixed=prefixed))
        values = {each.name: each.value for each in crs.coordinate_operation.params}
        meridian = 3.0 * zone if width == 3 else 6.0 * zone - 3.0
        assert values["Longitude of natural origin"] == meridian
        assert values["False easting"] == 500_000.0 + 1_000_000.0 * zone * prefixed
        assert values["Scale factor at natural origin"] == 1.0
        assert crs.datum.name == "China 2000"
        assert ("3-degree" in crs.name) == (width == 3)


@pytest.mark.parametrize("zone", [0, 12, 24, 46, 117])
def test_a_zone_that_china_has_not_is_refused(zone: int) -> None:
    with pytest.raises(CRSError, match=r"25–45.*13–23"):
        zone_crs(zone)


@given(place=IN_CHINA)
def test_a_place_lies_within_half_a_zone_of_its_meridian(place: tuple[float, float]) -> None:
    three, six = int(zone_number(place[0])), int(zone_number(place[0], zone_width=6))
    assert -1.5 <= place[0] - 3.0 * three < 1.5
    assert -3.0 <= place[0] - (6.0 * six - 3.0) < 3.0


@settings(max_examples=30, deadline=None)
@given(places=st.lists(IN_CHINA, min_size=1, max_size=12))
def test_groups_by_zone_can_always_be_brought_to_metres(places: list[tuple[float, float]]) -> None:
    frame = points(*np.array(places).T, 4490)
    zones = zone_of(frame)
    assert zones.index.equals(frame.index)
    parts = {code: to_metric(part) for code, part in frame.groupby(zones)}
    assert {part.crs.to_string() for part in parts.values()} == set(parts)
    assert sorted(n for part in parts.values() for n in part["n"]) == frame["n"].tolist()


def test_features_without_geometry_have_no_zone() -> None:
    frame = gpd.GeoSeries([shapely.Point(117, 30), None, shapely.Point()], crs=4490)
    assert zone_of(frame).isna().tolist() == [False, True, True]
    assert zone_of(frame.iloc[:0]).tolist() == []


# to_metric -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({}, 4548),
        ({"prefixed": True}, 4527),
        ({"zone_width": 6}, 4509),
        ({"zone_width": 6, "prefixed": True}, 4498),
        ({"crs": 4549}, 4549),
    ],
)
def test_the_zone_asked_for_is_taken(options: dict[str, object], code: int) -> None:
    moved = to_metric(points([116.3, 117.2, 117.4], [30.0, 30.1, 30.2], 4490), **options)
    assert moved.crs.to_epsg() == code
    expected = pyproj.Transformer.from_crs(4490, code, always_xy=True).transform(
        [116.3, 117.2, 117.4], [30.0, 30.1, 30.2]
    )
    np.testing.assert_allclose([moved.geometry.x, moved.geometry.y], expected, atol=1e-6)


def test_the_median_decides_not_the_outlier() -> None:
    frame = points([116.0, 116.1, 116.2, 118.9], [30.0] * 4, 4490)
    assert to_metric(frame).crs.to_epsg() == 4548
    assert to_metric(frame.iloc[::-1]).crs.to_epsg() == 4548


@pytest.mark.parametrize("code", [4548, 4527, 4509, 4498, 4549])
def test_a_frame_that_is_metric_already_comes_back_as_it_is(code: int) -> None:
    frame = to_metric(points([117.4, 118.2], [30.0, 30.1], 4490), crs=code)
    assert to_metric(frame) is frame


def test_a_zone_of_another_kind_is_left_when_asked_for() -> None:
    frame = to_metric(points([117.4], [30.0], 4490))
    assert to_metric(frame, prefixed=True).crs.to_epsg() == 4527
    # With the same meridian the plain zones of both widths are one plane.
    assert to_metric(frame, zone_width=6) is frame
    assert to_metric(to_metric(points([113.5], [30.0], 4490)), zone_width=6).crs.to_epsg() == 4508
    prefixed = to_metric(points([117.4], [30.0], 4490), prefixed=True)
    assert to_metric(prefixed, prefixed=False).crs.to_epsg() == 4548
    assert to_metric(prefixed, zone_width=6, prefixed=True).crs.to_epsg() == 4498


def test_a_frame_in_the_wrong_zone_goes_to_its_own() -> None:
    far = to_metric(points([121.4], [31.2], 4490), crs=4548)
    assert to_metric(far).crs.to_epsg() == 4549


def test_planes_that_are_not_gauss_krueger_are_left_in_china() -> None:
    for crs in (32650, 3857):
        frame = points([117.4], [30.0], 4490).to_crs(crs)
        moved = to_metric(frame)
        assert moved.crs.to_epsg() == 4548
        assert moved.geometry.x[0] == pytest.approx(to_metric(points([117.4], [30.0], 4490)).geometry.x[0], abs=1e-5)


def test_a_city_plane_on_its_own_meridian_is_kept() -> None:
    city = points([500_000.0], [3_300_000.0], "+proj=tmerc +lon_0=117.333 +x_0=500000 +ellps=GRS80 +units=m")
    assert to_metric(city) is city


@pytest.mark.parametrize(
    ("lon", "lat", "source", "code"),
    [
        (-119.0, 35.3, 4326, 32611),
        (-119.0, 35.3, 4269, 26911),
        (-65.1, -13.9, 4326, 32720),
        (1.5, 42.5, 4258, 25831),
        (1.5, 42.5, 4490, 32631),
    ],
)
def test_elsewhere_in_the_world_it_is_the_utm_zone(lon: float, lat: float, source: int, code: int) -> None:
    moved = to_metric(points([lon], [lat], source))
    assert moved.crs.to_epsg() == code
    assert f"EPSG:{code}" in notes(moved)[0]["zh"]
    assert to_metric(moved) is moved


def test_feet_become_metres() -> None:
    feet = points([6_500_000.0, 6_503_280.83], [1_900_000.0, 1_900_000.0], 2226)
    metres = to_metric(feet)
    assert metres.crs.to_epsg() == 26910
    assert metres.geometry.iloc[0].distance(metres.geometry.iloc[1]) == pytest.approx(1_000.0, rel=1e-3)


def test_a_frame_wider_than_a_zone_carries_is_refused_with_the_ways_out() -> None:
    wide = points([112.0, 114.0, 119.5], [30.0, 31.0, 32.0], 4490)
    with pytest.raises(CRSError) as caught:
        to_metric(wide)
    assert "37–40" in caught.value.zh
    assert "zone_of(frame)" in caught.value.en
    conic = caught.value.en.split('crs="')[1].split('"')[0]
    assert point_scale(to_metric(wide, crs=conic)) < 0.001
    halves = [to_metric(part, crs=code) for code, part in wide.groupby(zone_of(wide))]
    assert sum(map(len, halves)) == 3


@pytest.mark.parametrize(("east", "fits"), [(119.99, True), (120.01, False)])
def test_the_limit_is_half_a_zone_beyond_the_edge(east: float, *, fits: bool) -> None:
    frame = points([116.9, 117.0, east], [30.0] * 3, 4490)
    if fits:
        assert to_metric(frame).crs.to_epsg() == 4548
    else:
        with pytest.raises(CRSError, match="half a zone beyond"):
            to_metric(frame)


def test_an_empty_frame_gets_a_plane_too() -> None:
    empty = points([], [], 4490)
    moved = to_metric(empty)
    assert len(moved) == 0
    assert is_metric(moved)
    assert to_metric(moved) is moved
    no_shapes = gpd.GeoDataFrame({"n": [1]}, geometry=[None], crs=4490)
    assert is_metric(to_metric(no_shapes))


def test_nothing_is_changed_but_the_geometry() -> None:
    frame = gpd.GeoDataFrame(
        {"名称": ["清水河", "小溪"], "shape": [shapely.Point(117, 30, 5.5), shapely.Point(117.1, 30.1)]},
        geometry="shape",
        crs=4490,
        index=[7, 3],
    )
    frame.attrs = {"source": {"path": "a.shp", "notes": [{"zh": "旧", "en": "old"}]}, "mine": 1}
    before = frame.copy(deep=True)
    moved = to_metric(frame)
    assert moved.geometry.name == "shape"
    assert moved.index.tolist() == [7, 3]
    assert moved["名称"].tolist() == ["清水河", "小溪"]
    assert moved.has_z.tolist() == [True, False]
    assert shapely.get_z(moved.geometry.iloc[0]) == 5.5
    assert len(notes(moved)) == 2
    assert moved.attrs["mine"] == 1
    assert moved.attrs["source"]["path"] == "a.shp"
    assert frame.equals(before)
    assert frame.crs == before.crs
    assert len(notes(frame)) == 1


def test_heights_are_kept_and_dropped_measures_are_told() -> None:
    shapes = shapely.from_wkt(["LINESTRING ZM (117 30 5 1, 117.1 30 6 2)", "LINESTRING M (117 30 1, 117.1 30 2)", None])
    moved = to_metric(gpd.GeoDataFrame(geometry=shapes, crs=4490))
    assert shapely.get_coordinates(moved.geometry.iloc[0], include_z=True)[:, 2].tolist() == [5.0, 6.0]
    assert not moved.has_z.iloc[1]
    assert moved.geometry.iloc[2] is None
    assert notes(moved)[1]["en"] == "M values were not carried over by the transformation"


def test_a_plane_elsewhere_without_datum_is_left_where_it_is() -> None:
    local = points([500_000.0], [5_500_000.0], "+proj=tmerc +lon_0=9 +x_0=500000 +ellps=GRS80 +units=m")
    assert to_metric(local) is local
    far_off = points([1_300_000.0], [4_200_000.0], "+proj=merc +lon_0=0 +ellps=GRS80 +units=m")
    with pytest.raises(CRSError, match="ballpark"):
        to_metric(far_off)


# What is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (points([117.0], [30.0], None), 'set_crs("EPSG:4490")'),
        (points([39_500_000.0], [3_500_000.0], None), 'set_crs("EPSG:4527")'),
        (points([500_000.0], [3_500_000.0], None), "without a zone"),
        (points([4_556_665.0], [3_906_699.0], None), "one digit too many"),
        (points([], [], None), 'set_crs("EPSG:4548")'),
        (points([31.0], [117.0], 4490), "Y is longitude, X is latitude"),
        (points([39_500_000.0], [3_500_000.0], 4548), "zone 39"),
        (points([117.3, 117.4], [31.9, 32.0], 4548), "coordinates such as 117.3, 31.9 are degrees"),
        (points([500_000.0], [3_500_000.0], 4527), "without a zone"),
        (points([4_556_665.0], [3_906_699.0], 4548), "one digit too many"),
        (points([10.0], [88.0], 4326), "swapped"),
    ],
)
def test_what_cannot_be_brought_to_metres_says_what_to_type(frame: gpd.GeoDataFrame, said: str) -> None:
    with pytest.raises(CRSError) as caught:
        to_metric(frame)
    assert said in caught.value.en
    assert caught.value.zh


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (points([117.0], [30.0], 4490), "axes = riverline.geodesy.to_metric(axes)"),
        (points([117.0], [30.0], None), "axes: the layer has no CRS"),
        (points([6_500_000.0], [1_900_000.0], 2226), "US survey foot"),
        (points([13_000_000.0], [3_600_000.0], 3857), "distorts lengths by 16%"),
        (points([500_000.0], [3_500_000.0], 2436), "Beijing 1954"),
        (points([39_500_000.0], [3_500_000.0], 4548), "zone 39"),
        (points([117.3, 117.4], [31.9, 32.0], 4548), "coordinates such as 117.3, 31.9 are degrees"),
        (points([31.9], [117.3], 4548), 'to_metric(axes.set_crs("EPSG:4490", allow_override=True))'),
        (points([1.0], [1.0], 'LOCAL_CS["city grid",UNIT["metre",1.0]]'), "a projected CRS in metres is needed"),
    ],
)
def test_frames_that_are_not_metric_are_named(frame: gpd.GeoDataFrame, said: str) -> None:
    assert not is_metric(frame)
    with pytest.raises(CRSError) as caught:
        require_metric(frame, layer="axes")
    assert said in caught.value.en
    assert "axes" in caught.value.zh or "基准" in caught.value.zh


def test_metric_frames_pass() -> None:
    for crs in (4548, 32650, 25831, 2154):
        require_metric(points([500_000.0], [6_000_000.0 if crs == 2154 else 3_500_000.0], crs), layer="axes")
    # Beside the origin of the plane, but not within the degrees of China.
    require_metric(points([0.0, 100.0], [0.0, 10.0], 4548), layer="axes")


def test_a_target_in_degrees_or_a_transformation_without_target_is_refused() -> None:
    frame = points([117.0], [30.0], 4490)
    with pytest.raises(CRSError, match="crs=EPSG:4326 is no projected CRS in metres"):
        to_metric(frame, crs=4326)
    with pytest.raises(CRSError, match="needs the CRS it leads to"):
        to_metric(frame, transformation="+proj=noop")
    with pytest.raises(CRSError, match="is no CRS"):
        to_metric(frame, crs="清水县坐标系")


def test_what_lies_beyond_a_plane_is_not_squeezed_into_it() -> None:
    with pytest.raises(CRSError, match="levees: 1 features lie too far from EPSG:4548"):
        align(points([27.0], [0.0], 4490), 4548, layer="levees")


def test_without_a_place_on_earth_there_is_no_zone() -> None:
    with pytest.raises(CRSError, match="has no CRS"):
        zone_of(points([117.0], [30.0], None))
    with pytest.raises(CRSError, match="no geographic side"):
        zone_of(points([1.0], [1.0], 'LOCAL_CS["city grid",UNIT["metre",1.0]]'))


def test_grads_from_paris_are_degrees_from_greenwich_before_a_zone_is_picked() -> None:
    paris = points([0.0], [54.27], 4807)
    assert zone_of(paris).tolist() == ["EPSG:32631"]
    lambert = points([600_000.0], [2_400_000.0], 27572)
    assert to_metric(lambert) is lambert


# Datums ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        2327,
        2348,
        2349,
        2370,
        2390,
        2401,
        2422,
        2442,
        21413,
        21453,
        4214,
        4610,
        4555,
        4568,
        ESRI_XIAN,
        LOCAL_WITHOUT_DATUM,
    ],
)
def test_old_datums_are_refused_on_the_way_in_and_out(code: object) -> None:
    assert legacy_datum(code) is not None
    for source, target in ((code, 4548), (code, 4326), (4490, code)):
        with pytest.raises(CRSError, match="helmert_pipeline"):
            guarded_transformer(source, target)


def test_old_frames_are_refused_whatever_is_asked_of_them() -> None:
    frame = points([500_000.0], [3_500_000.0], 2384)
    for call in (
        lambda: to_metric(frame),
        lambda: to_metric(frame, crs=4548),
        lambda: align(frame, 4548, layer="levees"),
        lambda: require_metric(frame, layer="levees"),
    ):
        with pytest.raises(CRSError, match="西安1980"):
            call()
    # Within one datum nothing is lost.
    assert align(frame, 2385, layer="levees").crs.to_epsg() == 2385


def test_old_frames_pass_with_the_parameters() -> None:
    parameters = {"shift_m": (15.8, -154.4, -82.3), "rotation_arcsec": (0.4, -0.2, 1.1), "scale_ppm": -2.5}
    frame = points([517_000.0], [3_412_000.0], 2436)
    moved = to_metric(
        frame, crs=4548, transformation=helmert_pipeline(2436, 4548, **parameters, convention="coordinate_frame")
    )
    assert moved.crs.to_epsg() == 4548
    assert "给定" in notes(moved)[0]["zh"]
    # The textbook's formula, written out: Bursa-Wolf with X2 = T + (1 + m) R X1.
    lon, lat = pyproj.Transformer.from_crs(2436, 4214, always_xy=True).transform(517_000.0, 3_412_000.0)
    start = geocentric(lon, lat, 6378245.0, 298.3)
    rx, ry, rz = np.radians(np.array([0.4, -0.2, 1.1]) / 3600.0)
    turn = np.array([[1.0, rz, -ry], [-rz, 1.0, rx], [ry, -rx, 1.0]])
    there = np.array([15.8, -154.4, -82.3]) + (1.0 - 2.5e-6) * turn @ start
    lon, lat = pyproj.Transformer.from_crs(4479, 4490, always_xy=True).transform(*there)[:2]
    expected = pyproj.Transformer.from_crs(4490, 4548, always_xy=True).transform(lon, lat)
    np.testing.assert_allclose([moved.geometry.x[0], moved.geometry.y[0]], expected, atol=1e-3)
    # … and far from where PROJ would silently have left it.
    silent = pyproj.Transformer.from_crs(2436, 4548, always_xy=True).transform(517_000.0, 3_412_000.0)
    assert math.dist(expected, silent) > 20.0


def geocentric(lon: float, lat: float, a: float, rf: float) -> np.ndarray:
    e2 = (2.0 - 1.0 / rf) / rf
    l, b = math.radians(lon), math.radians(lat)  # noqa: E741 - L and B are what surveyors call them
    n = a / math.sqrt(1.0 - e2 * math.sin(b) ** 2)
    return n * np.array([math.cos(b) * math.cos(l), math.cos(b) * math.sin(l), (1.0 - e2) * math.sin(b)])


def test_a_pyproj_transformer_or_a_pipeline_may_be_given() -> None:
    frame = points([500_000.0], [3_412_000.0], 2436)
    text = helmert_pipeline(2436, 4548, shift_m=(15.8, -154.4, -82.3), convention="position_vector")
    by_text = align(frame, 4548, layer="levees", transformation=text)
    by_object = align(frame, 4548, layer="levees", transformation=pyproj.Transformer.from_pipeline(text))
    assert by_text.geometry.geom_equals(by_object.geometry).all()


@pytest.mark.parametrize(
    ("transformation", "said"),
    [
        ("+proj=axisswap +order=2,1", "check the axis order"),
        ("+proj=affine +xoff=39000000", "the zone"),
        ("seven parameters", "nothing PROJ understands"),
    ],
)
def test_a_transformation_that_cannot_be_is_refused(transformation: str, said: str) -> None:
    with pytest.raises(CRSError, match=said):
        align(points([500_000.0], [3_412_000.0], 2436), 4548, layer="levees", transformation=transformation)


def test_towgs84_is_taken_at_its_word_unless_it_says_nothing() -> None:
    text = "+proj=tmerc +lon_0=117 +x_0=500000 +ellps=krass +units=m +towgs84="
    moved = to_metric(points([500_000.0], [3_412_000.0], text + "15.8,-154.4,-82.3"))
    explicit = align(
        points([500_000.0], [3_412_000.0], 2436),
        4548,
        layer="levees",
        transformation=helmert_pipeline(2436, 4548, shift_m=(15.8, -154.4, -82.3), convention="position_vector"),
    )
    assert moved.geometry.iloc[0].distance(explicit.geometry.iloc[0]) < 1e-3
    with pytest.raises(CRSError, match="Beijing 1954"):
        to_metric(points([500_000.0], [3_412_000.0], text + "0,0,0"))


@settings(max_examples=30, deadline=None)
@given(place=IN_CHINA)
def test_cgcs2000_and_wgs84_are_a_documented_null(place: tuple[float, float]) -> None:
    assert guarded_transformer(4490, 4326).transform(*place) == pytest.approx(place, abs=1e-12)
    assert guarded_transformer(4979, 4480).transform(*place) == pytest.approx(place, abs=1e-12)


def test_null_and_exact_and_registered_ways_say_how_good_they_are() -> None:
    assert find_passage(4326, 4548).accuracy_m == 1.0
    assert find_passage(4548, 4527).accuracy_m == 0.0
    registered = find_passage(4269, 32611, bounds=(-119.5, 35.0, -118.5, 36.0))
    assert registered.accuracy_m > 0.0
    # Several operations, of which the best for the place counts.
    several = find_passage(4267, 4326, bounds=(-119.5, 35.0, -118.5, 36.0))
    assert 0.0 < several.accuracy_m < 50.0
    # The grids are no part of pyproj; where somebody has installed them there is nothing to tell.
    assert several.accuracy_m < 1.0 or "lacks the grid us_noaa_conus.tif" in several.note_en
    assert "good to about" in registered.note_en
    assert find_passage("EPSG:32611+5703", 32611).accuracy_m == 0.0


def test_a_way_nobody_knows_is_refused() -> None:
    nowhere = "+proj=tmerc +lon_0=117 +x_0=500000 +ellps=bessel +units=m"
    with pytest.raises(CRSError, match="ballpark") as caught:
        guarded_transformer(nowhere, 4548)
    # The argument belongs to a function that has it: verbs such as screen and detect_change have none.
    call = 'riverline.geodesy.align(frame, "EPSG:4548", layer="…", transformation=…)'
    assert call in caught.value.zh
    assert call in caught.value.en


@settings(max_examples=40, deadline=None)
@given(place=IN_CHINA, prefixed=st.booleans(), width=st.sampled_from([3, 6]))
def test_there_and_back_is_where_it_was(place: tuple[float, float], width: int, *, prefixed: bool) -> None:
    frame = points(*place, 4490)
    back = align(to_metric(frame, prefixed=prefixed, zone_width=width), 4490, layer="frame")
    assert [back.geometry.x[0], back.geometry.y[0]] == pytest.approx(place, abs=1e-10)


@settings(max_examples=40, deadline=None)
@given(place=IN_CHINA)
def test_the_zone_number_is_a_shift_in_easting_and_nothing_else(place: tuple[float, float]) -> None:
    frame = points(*place, 4490)
    plain, prefixed = to_metric(frame), to_metric(frame, prefixed=True)
    zone = int(zone_number(place[0]))
    assert prefixed.geometry.x[0] - plain.geometry.x[0] == pytest.approx(1e6 * zone, abs=1e-6)
    assert prefixed.geometry.y[0] == pytest.approx(plain.geometry.y[0], abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(latitude=st.floats(18.0, 53.0))
def test_the_plane_is_the_one_of_the_published_footpoint_series(latitude: float) -> None:
    # The land survey's constants for CGCS2000; on the meridian the footpoint's latitude is the point's.
    k0, k1, k2, k3, k4 = (
        1.57048761144159e-7,
        5.05250178820567e-3,
        2.98472900956587e-5,
        2.41626669230084e-7,
        2.22241238938534e-9,
    )
    x = to_metric(points(117.0, latitude, 4490)).geometry.y[0]
    e = k0 * x
    s = math.sin(e)
    found = e + math.cos(e) * (k1 * s - k2 * s**3 + k3 * s**5 - k4 * s**7)
    assert math.degrees(found) == pytest.approx(latitude, abs=2e-9)


@settings(max_examples=40, deadline=None)
@given(x=st.floats(-150_000.0, 150_000.0), y=st.floats(2.1e6, 5.8e6))
def test_point_scale_is_the_textbook_one(x: float, y: float) -> None:
    frame = points(500_000.0 + x, y, 4548)
    e2 = (2.0 - 1.0 / 298.257222101) / 298.257222101
    lat = math.radians(align(frame, 4490, layer="frame").geometry.y[0])
    radius2 = 6378137.0**2 * (1.0 - e2) / (1.0 - e2 * math.sin(lat) ** 2) ** 2
    expected = x * x / (2.0 * radius2) + x**4 / (24.0 * radius2**2)
    assert point_scale(frame) == pytest.approx(expected, abs=2e-8)


def test_point_scale_of_nothing_is_nothing_and_of_degrees_no_number() -> None:
    assert point_scale(points([], [], 4548)) == 0.0
    with pytest.raises(CRSError, match="not projected"):
        point_scale(points([117.0], [30.0], 4490))


def test_the_namespace_is_public() -> None:
    assert rl.geodesy.to_metric is to_metric
    assert "geodesy" in rl.__all__
    assert sorted(rl.geodesy.__all__) == list(rl.geodesy.__all__)


# Real data -------------------------------------------------------------------------------------------------------


@pytest.mark.real
def test_real_layers_come_to_the_plane_that_suits_them(real_data: Path) -> None:
    kern = gpd.read_file(real_data / "levees_kern" / "levees_kern.geojson")
    assert to_metric(kern).crs.to_epsg() == 32611
    sections = gpd.read_file(real_data / "river_sections" / "sections.gpkg", layer="sections")
    assert to_metric(sections).crs.axis_info[0].unit_name == "metre"
    banks = gpd.read_file(real_data / "banks_amazon" / "purus" / "19870701_lb.shp")
    assert to_metric(banks) is banks


@pytest.mark.real
def test_the_rivers_of_the_country_ask_for_a_crs_then_go_zone_by_zone(real_data: Path) -> None:
    rivers = gpd.read_file(real_data / "china_gbk_rivers" / "hyd1_4l.shp", encoding="GBK")
    with pytest.raises(CRSError, match="EPSG:4490"):
        to_metric(rivers)
    rivers = rivers.set_crs(4490)
    with pytest.raises(CRSError, match="26–45"):
        to_metric(rivers)
    parts = [to_metric(part, crs=code) for code, part in rivers.groupby(zone_of(rivers))]
    assert sum(map(len, parts)) == len(rivers) == 840
    assert max(point_scale(part) for part in parts) < 0.003


def test_a_name_that_is_only_like_a_crs_is_refused_and_the_whole_name_taken():
    from riverline.geodesy.datum import horizontal

    with pytest.raises(rl.CRSError, match="the nearest is New Beijing"):
        horizontal("beijing")
    assert horizontal("CGCS2000 / 3-degree Gauss-Kruger CM 117E").to_epsg() == 4548
    assert horizontal("4548") == horizontal("epsg:4548") == horizontal(4548)
