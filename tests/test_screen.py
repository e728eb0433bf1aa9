"""Screening against figures worked out by hand, permits and their days, and input that is not as it should be."""

from __future__ import annotations

import json
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from shapely import MultiPolygon, Point, Polygon

import held
import riverline as rl
from cadastre import CRS, area
from held import at, box, codes, line, one, permits, things
from invented import HOSTILE
from riverline.encroachment import describe_suspects
from riverline.schema import ENCROACHED, FAULTS, SUSPECTS


def screen(*shapes, drawn=None, axes=True, **keywords):
    columns = keywords.pop("columns", {})
    line_ = held.drawn() if drawn is None else drawn
    return rl.screen(things(*shapes, **columns), line_, axes=held.axes() if axes is True else axes, **keywords)


# Figures


def test_a_square_half_inside():
    row = one(screen(box(200, 80, 240, 120)))
    assert (row["river_id"], row["bank"], row["position"], row["suspect_id"]) == ("R1", "left", "across", "R1-B1")
    assert row["inside_m2"] == area(box(200, 80, 240, 100))
    assert row["area_m2"] == area(box(200, 80, 240, 120))
    assert row["share_inside"] == pytest.approx(0.5, abs=1e-9)
    assert (row["intrusion_m"], row["shoreline_m"], row["chainage_m"], row["axis_m"]) == (20.0, 40.0, 220.0, 80.0)
    assert (row["confidence"], row["kind"], row["severity"], row["item"]) == (1.0, "unknown", "unknown", "")
    assert row["is_counted"]
    assert row["counted_m2"] == row["inside_m2"]


def test_an_l_shape_reaches_in_with_its_arm_and_takes_the_line_by_both():
    shape = Polygon(at((300, 90), (360, 90), (360, 95), (310, 95), (310, 130), (300, 130)))
    row = one(screen(shape))
    assert row["inside_m2"] == area(box(300, 90, 360, 95), box(300, 95, 310, 100))
    assert (row["intrusion_m"], row["shoreline_m"]) == (10.0, 60.0)


def test_a_strip_along_the_line_and_a_band_from_line_to_line():
    found = screen(box(0, 98, 1000, 100), box(400, -100, 500, 100)).suspects
    assert found["intrusion_m"].tolist() == [2.0, 100.0]
    # The band lies on both banks: it takes a hundred metres of each.
    assert found["shoreline_m"].tolist() == [1000.0, 200.0]
    assert json.loads(found["evidence"].iloc[1])["shoreline_m"] == {"left": 100.0, "right": 100.0}
    assert found["position"].tolist() == ["across", "across"]


def test_what_lies_wholly_inside_is_told_apart_from_what_touches_the_line_from_inside():
    found = screen(box(100, 40, 120, 60), box(200, 80, 220, 100), box(300, 100, 320, 120))
    assert found.suspects["position"].tolist() == ["inside", "across"]
    assert found.suspects["share_inside"].tolist() == [1.0, 1.0]
    assert found.faults.set_index("code").loc["features-not-inside", "value"] == 1.0


def test_holes_and_islands_of_an_extent():
    hole = box(400, -40, 500, 40)
    region = MultiPolygon([Polygon(box(0, -100, 1000, 100).exterior, [hole.exterior]), box(420, -10, 440, 10)])
    house, on_island, astride = box(450, -5, 460, 5), box(425, -5, 435, 5), box(390, -10, 410, 10)
    found = rl.screen(things(house, on_island, astride), held.valley(region), axes=held.axes()).suspects
    assert found["feature_id"].tolist() == ["B2", "B3"]
    # Island: 5 m from each of its sides to the house's, so its middle is 10 m in; the house reaches 10 m from the edge.
    assert found["intrusion_m"].tolist() == [10.0, 10.0]
    assert found["inside_m2"].tolist() == [area(on_island), area(box(390, -10, 400, 10))]


def test_a_ring_of_line_is_taken_the_shorter_way_round():
    ring = line((500, -20), (540, -20), (540, 20), (500, 20), (500, -20))
    region = Polygon(box(0, -100, 1000, 100).exterior, [ring])
    # Around the corner where the ring starts: 10 m of either side.
    shape = box(495, -25, 510, -10)
    row = one(rl.screen(things(shape), held.drawn(region, ring), axes=held.axes()))
    assert row["shoreline_m"] == pytest.approx(20.0, abs=0.1)


def test_points_and_lines_are_features_too():
    road = line((50, 150), (50, 0))
    outlets = (Point(at((700, 95))[0]), Point(at((800, -100))[0]), Point(at((900, 130))[0]))
    found = screen(road, *outlets, tolerance_m=0.0)
    rows = found.suspects.set_index("feature_id")
    assert rows.index.tolist() == ["B1", "B2", "B3"]
    assert rows["position"].tolist() == ["across", "inside", "across"]
    assert rows.loc["B1", ["inside_m", "inside_m2", "intrusion_m", "shoreline_m"]].tolist() == [100.0, 0.0, 100.0, 0.0]
    assert rows.loc["B1", "share_inside"] == pytest.approx(100.0 / 150.0)
    assert rows.loc["B2", ["intrusion_m", "shoreline_m", "share_inside", "bank"]].tolist() == [5.0, 0.0, 1.0, "left"]
    # On the line itself: neither in nor out.
    assert rows.loc["B3", ["intrusion_m", "confidence", "bank"]].tolist() == [0.0, 0.5, "right"]


def test_tolerance_becomes_the_normal_probability_and_shows_what_is_near():
    shapes = (box(100, 99, 110, 120), box(200, 100.5, 210, 120), box(300, 103, 310, 120), box(400, 0, 410, 10))
    found = screen(*shapes, tolerance_m=2.0)
    rows = found.suspects.set_index("feature_id")
    assert rows["position"].to_dict() == {"B1": "across", "B2": "near", "B4": "inside"}
    for name, depth in {"B1": 1.0, "B2": -0.5, "B4": 100.0}.items():
        assert rows.loc[name, "intrusion_m"] == pytest.approx(depth)
        # Two mean-square errors are the limit: sigma is 1 m.
        normal = 0.5 * (1.0 + math.erf(depth / 1.0 / math.sqrt(2.0)))
        assert rows.loc[name, "confidence"] == pytest.approx(normal, abs=1e-12)
    near = rows.loc["B2"]
    assert (near["inside_m2"], near["shoreline_m"], near["is_counted"], near["bank"]) == (0.0, 0.0, False, "left")
    assert found.sums["suspects"].sum() == 2


def test_ground_that_several_cover_counts_once_in_the_sums_of_a_bank():
    three = box(100, 80, 130, 100), box(120, 80, 150, 100), box(120, 80, 130, 100)
    sums = screen(*three, box(100, -100, 130, -80)).sums.set_index("bank")
    assert sums["inside_m2"].to_dict() == pytest.approx({"left": 1000.0, "right": 600.0})
    assert sums["counted_m2"].to_dict() == pytest.approx({"left": 1000.0, "right": 600.0})
    assert sums["overlap_m2"].to_dict() == pytest.approx({"left": 400.0, "right": 0.0})
    assert sums["suspects"].to_dict() == {"left": 3, "right": 1}


def test_sums_count_shoreline_once_and_areas_by_bank():
    shapes = (box(100, 90, 200, 110), box(150, 80, 250, 110), box(600, -110, 650, -90))
    found = screen(*shapes)
    assert found.suspects["shoreline_m"].tolist() == [100.0, 100.0, 50.0]
    sums = found.sums.set_index("bank")
    assert sums["shoreline_m"].to_dict() == {"left": 150.0, "right": 50.0}
    assert sums["suspects"].to_dict() == {"left": 2, "right": 1}
    both = sums.loc["left", ["inside_m2", "overlap_m2"]].sum()
    assert both == pytest.approx(found.suspects["inside_m2"][:2].sum())
    assert found.sums["encroached_id"].tolist() == ["R1-M-L", "R1-M-R"]


def test_protection_extents_are_kept_apart_and_never_counted():
    regions = [box(0, -100, 1000, 100), MultiPolygon([box(0, 100, 1000, 150), box(0, -150, 1000, -100)])]
    extents = held.valley(regions, kinds=["management", "protection"]).assign(
        river_id="R1", extent_id=["R1-management", "R1-protection"]
    )
    found = rl.screen(things(box(300, 90, 310, 110), box(500, 120, 510, 130)), extents, axes=held.axes()).suspects
    assert found["suspect_id"].tolist() == ["R1-B1", "R1-P-B1", "R1-P-B2"]
    assert found["extent_kind"].tolist() == ["management", "protection", "protection"]
    assert found["is_counted"].tolist() == [True, False, False]
    # Depth in the band is measured from its outer edge.
    assert found["intrusion_m"].tolist() == [10.0, 50.0, 30.0]


def test_a_feature_in_the_extents_of_two_rivers_is_a_row_in_each_and_told():
    extents = held.valley([box(0, -100, 1000, 100), box(300, -500, 500, 500)])
    found = rl.screen(things(box(400, 80, 420, 120)), extents)
    assert found.suspects["suspect_id"].tolist() == ["R1-B1", "R2-B1"]
    assert found.suspects["inside_m2"].tolist() == [area(box(400, 80, 420, 100)), area(box(400, 80, 420, 120))]
    told = found.faults[found.faults["code"] == "feature-in-several"]
    assert told["note"].tolist() == ["R1-management, R2-management"]


def test_chainage_and_bank_without_axes_come_from_the_line_and_from_nothing_stay_blank():
    shape = box(200, 80, 240, 120)
    by_line = one(screen(shape, axes=None))
    assert (by_line["bank"], by_line["chainage_m"]) == ("left", 220.0)
    assert pd.isna(by_line["axis_m"])
    found = screen(shape, axes=None, drawn=held.valley())
    row = one(found)
    assert pd.isna(row["bank"])
    assert pd.isna(row["chainage_m"])
    assert row["intrusion_m"] == 20.0
    assert codes(found) == ["outline-without-axis"]
    with_axis = screen(shape, drawn=held.valley())
    assert codes(with_axis) == ["line-from-outline"]


@pytest.mark.parametrize("turned", [False, True])
def test_an_outline_without_an_axis_is_taken_where_the_feature_stands_not_round_the_whole_river(turned):
    """In the middle of the river, over both banks, beside a bay, round the corner: as with the axis, or by hand."""
    bay = Polygon(at((0, -100), (1000, -100), (1000, 100), (630, 100), (630, 115), (600, 115), (600, 100), (0, 100)))
    region = Polygon(bay.exterior.coords[3:] + bay.exterior.coords[1:4]) if turned else bay
    middle, bridge, before_bay = box(490, -10, 510, 10), box(300, -120, 320, 120), box(595, 80, 635, 90)
    without = screen(middle, bridge, before_bay, axes=None, drawn=held.valley(region)).suspects
    with_axis = screen(middle, bridge, before_bay, drawn=held.valley(region)).suspects
    assert without["shoreline_m"].tolist() == pytest.approx([40.0, 40.0, 70.0], abs=0.1)
    assert with_axis["shoreline_m"].tolist() == without["shoreline_m"].tolist()


def test_layers_of_two_places_are_one_error_that_names_both():
    found = screen(box(50_000, 0, 50_020, 20), box(51_000, 0, 51_020, 20))
    told = found.faults.set_index("code")
    assert sorted(told.index) == ["features-elsewhere", "features-not-inside"]
    assert told.loc["features-elsewhere", ["severity", "value", "unit"]].tolist() == ["error", 49.0, "km"]
    # On the map of the extents, where the features ought to be.
    assert told.loc["features-elsewhere", "geometry"].intersects(held.valley().union_all())
    for language, words in (("zh", ("不在一处", "49 km", "°E", "EPSG:4548")), ("en", ("49 km apart", "EPSG:4548"))):
        said = rl.faults.describe(found.faults, language).set_index("code").loc["features-elsewhere", "detail"]
        assert all(word in said for word in words), said
    # A village beside the river is no mistake.
    assert codes(screen(box(500, 600, 520, 620))) == ["features-not-inside"]


def test_what_covers_much_of_an_extent_is_told_for_it_is_hardly_a_thing_in_it():
    found = screen(box(-500, -500, 1500, 500), box(0, -100, 150, 100), box(300, 50, 310, 60))
    told = found.faults.set_index("code").loc["feature-over-extent"]
    assert (told["feature_id"], told["value"], told["note"], told["severity"]) == (
        "B1",
        100.0,
        "R1-management",
        "warning",
    )
    assert len(found.suspects) == 3


def test_the_cut_across_the_river_at_its_end_is_no_line():
    # Beside the end of the reach, in the middle of the river: far from both banks.
    row = one(screen(box(0, -10, 20, 10), drawn=held.valley()))
    assert row["intrusion_m"] == 100.0
    assert one(screen(box(0, -10, 20, 10), drawn=held.valley(), axes=None))["intrusion_m"] == 20.0


def test_two_axes_of_one_river_are_told():
    found = screen(box(200, 80, 240, 120), axes=held.axes("R1", "R1"))
    assert codes(found) == ["axis-not-one"]
    assert one(found)["bank"] == "left"


def test_a_lake_has_one_closed_line_and_no_bank():
    shore = box(0, -100, 400, 100)
    drawn = held.drawn(shore)
    lines = drawn.lines.iloc[:1].assign(line_id="L", bank=None, geometry=[shore.exterior])
    lake = rl.Demarcation(lines, drawn.extents, drawn.faults, drawn.rules, drawn.run)
    found = rl.screen(things(box(380, -110, 410, -90), box(100, -10, 120, 10)), lake)
    assert found.suspects["bank"].isna().all()
    # Twenty metres of the southern shore and ten of the eastern one; the house in the middle is 100 m from either.
    assert found.suspects["shoreline_m"].tolist()[0] == pytest.approx(30.0, abs=0.1)
    assert found.suspects["intrusion_m"].tolist() == [10.0, 100.0]
    assert found.sums["bank"].isna().all()
    assert codes(found) == []


def test_the_same_feature_twice_is_two_rows_with_codes_of_their_own():
    shape = box(100, 80, 120, 90)
    ids = screen(shape, shape, columns={"ids": ["B", "B"]}).suspects["suspect_id"].tolist()
    assert ids[1] == f"{ids[0]}-2"


# Permits


def test_a_valid_permit_covers_and_keeps_its_reason():
    found = screen(
        box(200, 80, 240, 120), permits=permits(box(190, 70, 250, 130), valid_to="2030-12-31"), on="2026-01-01"
    )
    row = one(found)
    assert (row["permit_id"], row["permit_state"], row["is_counted"], row["counted_m2"]) == ("P1", "valid", False, 0.0)
    assert row["permitted_m2"] == row["inside_m2"] > 0.0
    assert "许可 P1 有效（… – 2030-12-31），覆盖 100%" in row["reason"]
    assert found.sums[["suspects", "permitted", "counted_m2"]].to_numpy().tolist() == [[1, 1, 0.0]]


def test_a_permit_for_a_part_leaves_the_rest_counted():
    row = one(screen(box(200, 80, 240, 120), permits=permits(box(200, 80, 210, 120), box(205, 80, 220, 120))))
    assert row["is_counted"]
    assert row["counted_m2"] == area(box(220, 80, 240, 100))
    assert row["permit_id"] == "P1; P2"
    assert row["permitted_m2"] + row["counted_m2"] == pytest.approx(row["inside_m2"], abs=0.011)


@pytest.mark.parametrize(
    ("first", "last", "on", "state"),
    [
        ("2020-01-01", "2025-12-31", "2026-01-01", "expired"),
        ("2020-01-01", "2026-01-01", "2026-01-01", "valid"),
        ("2026-01-01", "2026-01-01", "2026-01-01", "valid"),
        ("2026-01-02", None, "2026-01-01", "future"),
        (None, None, "2026-01-01", "valid"),
        (None, None, None, "valid"),
        ("2020-01-01", None, None, "undecided"),
        ("03/04/2024", None, "2026-01-01", "undecided"),
    ],
)
def test_the_day_decides_and_what_is_not_valid_is_said_and_not_subtracted(first, last, on, state):
    given = permits(box(190, 70, 250, 130), valid_from=[first], valid_to=[last])
    found = screen(box(200, 80, 240, 120), permits=given, on=on)
    row = one(found)
    assert row["permit_state"] == state
    assert row["is_counted"] == (state != "valid")
    assert row["permit_id"] == ("P1" if state == "valid" else "")
    assert "P1" in row["reason"]
    assert ("permit-undecided" in codes(found)) == (state == "undecided")


def test_permits_by_radius_and_permits_that_cannot_be_applied():
    middle = Point(at((220, 90))[0])
    covered = one(screen(box(210, 80, 230, 100), permits=permits(middle, radius_m=[15.0])))
    assert not covered["is_counted"]
    bare = screen(box(210, 80, 230, 100), permits=permits(middle, line((200, 90), (240, 90))))
    assert codes(bare) == ["permit-without-reach", "permit-without-reach"]
    assert one(bare)["is_counted"]
    turned = screen(
        box(210, 80, 230, 100),
        permits=permits(box(200, 0, 240, 200), valid_from=["2026-02-01"], valid_to=["2026-01-01"]),
        on="2026-01-15",
    )
    assert codes(turned) == ["permit-dates-reversed"]
    assert one(turned)["is_counted"]


def test_a_permit_covers_points_and_lines():
    outlet, road = Point(at((700, 95))[0]), line((50, 150), (50, 60))
    found = screen(outlet, road, permits=permits(box(690, 90, 710, 99), box(40, 80, 60, 200))).suspects
    assert found["is_counted"].tolist() == [False, True]
    assert found["permit_state"].tolist() == ["valid", "valid"]


# Frames


def test_rows_conform_and_the_features_own_columns_come_through():
    columns = {"name": ["=cmd()"], "kind": ["yes"], "area_m2": [7], "last_seen": ["2025-06-01"], "楼层": [3]}
    frame = things(box(200, 80, 240, 120), **columns)
    before = frame.copy(deep=True)
    found = rl.screen(frame, held.drawn(), axes=held.axes())
    assert_geodataframe_equal(frame, before)
    row = one(found)
    assert (row["name"], row["feature_kind"], row["feature_area_m2"], row["楼层"]) == ("=cmd()", "yes", 7, 3)
    assert row["last_seen"] == pd.Timestamp("2025-06-01")
    assert SUSPECTS.conform(found.suspects).dtypes.equals(found.suspects.dtypes)
    assert not len(rl.check(found.suspects, SUSPECTS))
    assert [column.name for column in ENCROACHED] == found.sums.columns.tolist()
    assert FAULTS.conform(found.faults).dtypes.equals(found.faults.dtypes)
    assert found.run.inputs["screen"] == {"tolerance_m": 0.0, "on": None}
    assert "1 suspects" in repr(found)
    assert "占用岸线" in found._repr_html_()


def test_suspects_can_be_screened_again():
    once = screen(box(200, 80, 240, 120), columns={"kind": ["yes"]}).suspects
    again = one(rl.screen(once, held.drawn(), axes=held.axes()))
    assert (again["suspect_id"], again["feature_kind"], again["feature_feature_kind"]) == ("R1-B1", "yes", "unknown")
    assert again["intrusion_m"] == once["intrusion_m"].item()


def test_the_reason_is_told_in_either_language():
    found = screen(box(200, 80, 240, 120), tolerance_m=1.0).suspects
    assert found["reason"].tolist() == [
        "压线；范围内 800.00 m²（50%）；最深入线 20.00 m；占左岸岸线 40.0 m；位置限差 ±1 m，越线概率 1.00"
    ]
    assert describe_suspects(found, "en")["reason"].tolist() == [
        (
            "on the line; 800.00 m² inside (50%); reaches 20.00 m in; takes 40.0 m of the left bank; "
            "positions to ±1 m, probability inside 1.00"
        )
    ]


def test_codes_come_from_the_key_of_a_layer_from_openstreetmap_or_from_the_place():
    shape = box(200, 80, 240, 120)
    bare = gpd.GeoDataFrame(geometry=[shape, shapely.reverse(shape)], crs=CRS)
    osm = bare.assign(osm_id=[None, "7"], osm_way_id=["5", None])
    uses = bare.assign(use_id=[12.0, 13.0])
    ids = [rl.screen(frame, held.drawn()).suspects["suspect_id"].tolist() for frame in (osm, uses, bare)]
    assert ids[:2] == [["R1-5", "R1-r7"], ["R1-12", "R1-13"]]
    first, second = ids[2]
    assert first.startswith("R1-g")
    assert second == f"{first}-2"


def test_duplicate_keys_are_told_used_and_told_apart():
    found = screen(box(100, 80, 120, 90), box(200, 80, 220, 90), columns={"ids": ["B", "B"]})
    assert codes(found) == ["key-duplicated"]
    assert found.suspects["suspect_id"].is_unique
    assert found.suspects["suspect_id"].str.startswith("R1-B-").all()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_pass_through(name):
    row = one(screen(box(200, 80, 240, 120), columns={"ids": [name]}))
    assert row["suspect_id"] == f"R1-{name.strip()}"


# Input that is not as it should be


def test_features_that_cannot_be_measured_are_faults_and_all_are_accounted_for():
    bow = Polygon(at((100, 80), (140, 120), (140, 80), (100, 120)))
    with np.errstate(invalid="ignore"):
        broken = Polygon(at((300, 0), (np.nan, 0), (320, 10)))
    shapes = [
        box(200, 80, 240, 120), bow, None, Polygon(), broken,
        shapely.GeometryCollection([Point(at((300, 0))[0])]), box(0, 900, 10, 910),
    ]  # fmt: skip
    found = rl.screen(things(*shapes), held.drawn(), axes=held.axes())
    wrong = found.faults[found.faults["severity"] == "error"].set_index("feature_id")["code"].to_dict()
    assert wrong == {
        "B2": "invalid", "B3": "feature-blank", "B4": "feature-blank", "B5": "geometry-infinite", "B6": "geometry-type",
    }  # fmt: skip
    assert found.suspects["feature_id"].tolist() == ["B1"]
    assert found.faults.set_index("code").loc["features-not-inside", "value"] == 1.0


def test_heights_multipart_and_degrees_change_nothing():
    flat = box(200, 80, 240, 120)
    tall = shapely.force_3d(flat, 12.0)
    many = MultiPolygon([box(200, 80, 240, 90), box(300, 80, 340, 120)])
    plain, high, parts = (one(screen(shape)) for shape in (flat, tall, many))
    assert plain["inside_m2"] == high["inside_m2"]
    assert not high["geometry"].has_z
    assert (parts["shoreline_m"], parts["intrusion_m"]) == (80.0, 20.0)
    moved = one(rl.screen(things(flat, crs="EPSG:4490"), held.drawn(), axes=held.axes()))
    assert moved["inside_m2"] == pytest.approx(plain["inside_m2"], abs=0.01)
    assert moved["intrusion_m"] == pytest.approx(20.0, abs=0.01)


def test_nothing_to_screen_gives_empty_frames_that_conform():
    found = rl.screen(things(box(0, 0, 1, 1))[:0], held.drawn())
    assert len(found.suspects) == len(found.sums) == len(found.faults) == 0
    assert [column.name for column in SUSPECTS] == [name for name in found.suspects.columns if name != "geometry"]
    outside = screen(box(0, 500, 1, 501))
    assert len(outside.suspects) == 0
    assert codes(outside) == ["features-not-inside"]


def test_wrong_calls_raise_once_with_everything():
    good = things(box(200, 80, 240, 120))
    with pytest.raises(rl.SchemaError, match=r"(?s)extents.*permits"):
        rl.screen(good, held.valley().drop(columns="kind"), permits=permits(box(0, 0, 1, 1)).drop(columns="title"))
    with pytest.raises(rl.CRSError, match="set_crs"):
        rl.screen(good.set_crs(None, allow_override=True), held.valley())
    with pytest.raises(rl.CRSError, match="to_metric"):
        rl.screen(good, held.valley().to_crs(4490))
    for wrong in (-1.0, float("nan"), float("inf")):
        with pytest.raises(rl.JobError, match="tolerance_m"):
            rl.screen(good, held.valley(), tolerance_m=wrong)
    with pytest.raises(rl.RuleError, match="2025-06-01"):
        rl.screen(good, held.valley(), on="01/06/2025")


def test_an_extent_that_is_not_valid_is_its_own_fault():
    bow = Polygon(at((0, -100), (1000, 100), (1000, -100), (0, 100)))
    found = rl.screen(things(box(200, -10, 240, 10)), held.valley([bow, box(100, -50, 300, 50)]))
    assert codes(found) == ["invalid", "outline-without-axis"]
    assert found.suspects["river_id"].tolist() == ["R2"]


def test_extents_without_a_kind_or_a_river_are_told_or_used_without_one():
    regions = [box(0, -100, 300, 100), box(300, -100, 600, 100), box(600, -100, 1000, 100)]
    extents = held.valley(regions).assign(kind=["management", None, "岸线"], river_id=[None, "R2", "R3"])
    found = rl.screen(things(*(box(x, 0, x + 10, 10) for x in (100, 400, 700))), extents)
    assert found.suspects["suspect_id"].tolist() == ["-B1"]
    assert codes(found) == ["features-not-inside", "outline-without-axis", "value-blank", "value-blank", "value-choice"]
    assert found.sums["suspects"].tolist() == [1]


@pytest.mark.parametrize("none", [held.valley([box(0, -100, 900, 100)]).assign(kind="river"), held.drawn().extents[:0]])
def test_without_an_extent_that_can_be_used_nothing_is_called_free_of_problems(none):
    found = rl.screen(things(box(100, 0, 110, 10), box(200, 500, 210, 510)), none)
    told = found.faults.set_index("code")
    assert told.loc["features-not-screened", ["severity", "value"]].tolist() == ["error", 2.0]
    assert "features-not-inside" not in told.index


def test_a_permit_without_days_is_subtracted_and_told():
    found = screen(box(210, 80, 230, 100), permits=permits(box(200, 70, 240, 110)))
    assert not found.suspects["is_counted"].any()
    assert codes(found) == ["permit-undated"]


def test_items_of_the_features_themselves_classify_them_by_code_or_title():
    catalog = rl.load_catalog("national")
    title = next(item.title for item in catalog.items if item.id == "tall-plants")
    shapes = [box(x, 0, x + 10, 10) for x in (100, 200, 300)]
    for name, mapping in (("item", None), ("细类", {"细类": "item"})):
        given = {name: ["tall-plants", title, "no such thing"]}
        found = rl.classify(screen(*shapes, columns=given), columns=mapping)
        assert found.suspects["item"].tolist() == ["tall-plants", "tall-plants", ""]
        assert found.suspects["item_title"].tolist() == [title, title, ""]


def test_a_feature_that_touches_the_line_from_outside_is_no_negative_length_away():
    row = one(screen(box(200, 100, 240, 120), tolerance_m=1.0))
    assert "-0.00" not in row["reason"]
    assert "0.00" in row["reason"]


def test_what_the_geometry_library_refuses_is_told_and_the_rest_is_done(monkeypatch):
    from riverline.encroachment import screening

    def refuse(found, region, strands, axis, measure=screening.measure):
        if region.bounds[3] - region.bounds[1] > 150:
            raise shapely.errors.GEOSException("TopologyException: side location conflict")
        return measure(found, region, strands, axis)

    monkeypatch.setattr(screening, "measure", refuse)
    found = rl.screen(things(box(200, -10, 240, 10)), held.valley([box(0, -100, 1000, 100), box(100, -50, 300, 50)]))
    assert "extent-not-screened" in codes(found)
    assert found.suspects["river_id"].tolist() == ["R2"]
