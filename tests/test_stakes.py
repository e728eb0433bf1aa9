"""Stakes and boards: closed forms, control points, numbers, stakes that stand already, what is in the rows."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

import riverline as rl
from riverline.geodesy import parse_dms
from riverline.schema import BOARDS, STAKES
from staked import CRS, RULES, Piece, X, Y, circle, demarcation, frame, straight, winding

TOWN, COUNTRY = RULES.policy.stake_spacing.town, RULES.policy.stake_spacing.country
TOLERANCE = RULES.policy.stakes.sight_line_m


def places(stakes: gpd.GeoDataFrame) -> list[tuple[float, float]]:
    """Where stakes stand, in millimetres from the gate."""
    xy = np.column_stack([stakes.geometry.x - X, stakes.geometry.y - Y])
    return [tuple(each) for each in (xy.round(3) + 0.0).tolist()]


# Closed forms


@pytest.mark.parametrize("length", [10.0, 999.0, 1000.0, 1001.0, 2500.0, 12_345.6])
def test_a_straight_line_has_its_ends_and_as_few_even_stakes_as_the_largest_distance_allows(length):
    stakes = rl.place_stakes(demarcation(straight(length)))
    parts = int(np.ceil(length / COUNTRY.max_m))
    assert places(stakes) == [(round(length * n / parts, 3), 0.0) for n in range(parts + 1)]
    assert stakes["reason"].tolist() == ["start", *["spacing"] * (parts - 1), "end"]
    assert stakes["kind"].tolist() == ["basic", *["densified"] * (parts - 1), "basic"]
    assert stakes["deviation_m"].iloc[:-1].max() == stakes["inside_m"].iloc[:-1].max() == 0.0
    assert stakes[["deviation_m", "inside_m", "next_m"]].iloc[-1].isna().all()


def test_a_polygon_has_a_stake_at_every_corner_and_none_between():
    corners = circle(600.0, 6)
    stakes = rl.place_stakes(demarcation(Piece(corners, basis="lake")))
    assert places(stakes) == [tuple(each) for each in (corners[:-1].round(3) + 0.0).tolist()]
    assert stakes["reason"].tolist() == ["start", *["turn"] * 5]
    assert stakes["next_m"].tolist() == pytest.approx([600.0] * 6)
    assert stakes["next"].iloc[-1] == stakes["number"].iloc[0]
    assert stakes["previous"].iloc[0] == stakes["number"].iloc[-1]


@pytest.mark.parametrize(("basis", "cuts"), [("lake", True), ("levee", False)])
def test_a_circle_is_halved_until_the_chords_keep_the_sight_line(basis, cuts):
    """A chord over the angle a leaves a circle by R (1 - cos a/2); halving stops at the first that is small enough."""
    radius = 2000.0
    stakes = rl.place_stakes(demarcation(Piece(circle(radius, 1024), basis=basis)))
    count = next(2**k for k in range(12) if radius * (1.0 - np.cos(np.pi / 2**k)) <= TOLERANCE)
    error = radius * (1.0 - np.cos(np.pi / count))
    assert len(stakes) == count == 64
    assert stakes["deviation_m"].tolist() == pytest.approx([error] * count, abs=1e-3)
    # Around a lake the land is outside and chords give it away; a ring on a bank encloses dry land.
    assert stakes["inside_m"].tolist() == pytest.approx([error if cuts else 0.0] * count, abs=1e-3)


def test_stakes_that_define_a_circle_stand_on_a_larger_one():
    radius = 2000.0
    line = Piece(circle(radius, 1024), basis="lake")
    stakes = rl.place_stakes(demarcation(line), role="define")
    half = np.pi / len(stakes)
    away = np.hypot(*(np.array(places(stakes)).T))
    assert away == pytest.approx(radius + radius * (1.0 - np.cos(half)) / np.cos(half), abs=2e-3)
    assert stakes["inside_m"].max() == 0.0
    assert shapely.Polygon(places(stakes)).buffer(1e-3).contains(shapely.Polygon(line.coords))


@pytest.mark.parametrize(("bank", "cut"), [("left", 10.0), ("right", 0.0)])
def test_a_chord_gives_land_away_on_the_side_of_the_land_only(bank, cut):
    bulge = Piece([(0, 0), (20, 10), (40, 0)], bank=bank)
    stakes = rl.place_stakes(demarcation(bulge))
    assert stakes[["deviation_m", "inside_m"]].iloc[0].tolist() == [10.0, cut]
    pushed = rl.place_stakes(demarcation(bulge), role="define")
    # Square to the line, whose slope is a half, they have to go half as far along it as out.
    assert places(pushed) == [pytest.approx((-cut / 2, cut), abs=1e-3), pytest.approx((40.0 + cut / 2, cut), abs=1e-3)]
    assert pushed["inside_m"].iloc[0] == 0.0
    assert pushed["role"].eq("define").all()


def test_an_even_distance_that_cuts_a_bend_brings_a_stake_at_the_turn():
    """Over 1,990 m no vertex leaves the chord by more than 5 m; seen from the stake in the middle one does."""
    stakes = rl.place_stakes(demarcation(Piece([(0, 0), (900, -4.9), (1000, 4.9), (1990, 0)])))
    assert stakes["reason"].tolist() == ["start", "turn", "spacing", "end"]
    assert places(stakes)[1] == (900.0, -4.9)
    assert stakes["deviation_m"].iloc[:-1].max() <= TOLERANCE


# Control points


def reasons_at(stakes: gpd.GeoDataFrame) -> dict[tuple[float, float], str]:
    return dict(zip(places(stakes), stakes["reasons"], strict=True))


def test_every_change_of_basis_or_width_has_a_stake():
    pieces = [
        Piece([(0, 0), (310, 0)]),
        Piece([(310, 0), (620, 0)], width=20.0, start=310),
        Piece([(620, 0), (930, 0)], basis="flood", width=20.0, start=620),
        Piece([(930, 0), (1240, 0)], basis="flood", width=20.0, start=930),
    ]
    stakes = rl.place_stakes(demarcation(*pieces))
    wanted = {(0.0, 0.0): "start", (310.0, 0.0): "basis", (620.0, 0.0): "basis", (1240.0, 0.0): "end"}
    assert reasons_at(stakes) == wanted
    assert stakes["rule_id"].tolist() == ["rule-levee", "rule-levee", "rule-flood", "rule-flood"]


def test_pieces_without_a_width_on_either_side_are_no_change():
    pieces = [Piece([(0, 0), (300, 0)], width=np.nan), Piece([(300, 0), (600, 0)], width=np.nan, start=300)]
    assert len(rl.place_stakes(demarcation(*pieces))) == 2


TOWNS = frame([shapely.box(-50, -500, 400, 500), shapely.box(400, -500, 2000, 500)], admin_id=["01", "02"],
              name=["云河镇", ""])  # fmt: skip


def test_a_border_has_a_stake_and_every_stake_its_unit():
    stakes = rl.place_stakes(demarcation(straight(900)), admin=TOWNS)
    assert reasons_at(stakes) == {(0.0, 0.0): "start", (400.0, 0.0): "boundary", (900.0, 0.0): "end"}
    assert stakes["source_ids"].tolist() == ["", "01,02", ""]
    # The one on the border is of the unit that the line runs on into; a unit without a name is called by its code.
    assert stakes["admin"].tolist() == ["云河镇", "02", "02"]
    assert stakes["admin_code"].tolist() == ["01", "02", "02"]


def test_a_border_along_the_line_has_a_stake_where_it_comes_and_where_it_goes():
    admin = frame([shapely.box(200, 0, 500, 300)], admin_id=["01"], name=["甲镇"])
    stakes = rl.place_stakes(demarcation(straight(900)), admin=admin)
    assert stakes.loc[stakes["reason"] == "boundary", "chainage_m"].tolist() == [200.0, 500.0]


def test_the_mouth_of_another_river_has_a_stake_on_either_side():
    own, other = shapely.box(0, -100, 900, 0), shapely.box(380, -50, 420, 500)
    result = demarcation(straight(900), extents=[("R1", own), ("R2", other)])
    stakes = rl.place_stakes(result)
    mouth = stakes[stakes["reason"] == "confluence"]
    assert mouth["chainage_m"].tolist() == [380.0, 420.0]
    assert mouth["source_ids"].tolist() == ["R2", "R2"]


def test_a_river_without_an_extent_counts_by_its_axis():
    axis = frame([shapely.LineString([(400, 500), (400, -20)]), shapely.LineString([(0, -20), (900, -20)])],
                 river_id=["R2", "R1"], name="")  # fmt: skip
    stakes = rl.place_stakes(demarcation(straight(900)), axes=axis)
    assert stakes.loc[stakes["reason"] == "confluence", ["chainage_m", "source_ids"]].values.tolist() == [[400.0, "R2"]]


def test_works_have_a_stake_where_they_cross_the_line_or_come_nearest():
    works = frame(
        [
            shapely.Point(100, 40),
            shapely.LineString([(200, 30), (200, -30)]),
            shapely.box(300, -10, 340, 10),
            shapely.LineString([(500, 20), (520, 60)]),
            shapely.Point(600, 51),
            shapely.Point(700, 10),
        ],
        work_id=["pump", "bridge", "sluice", "weir", "far", "other river"],
        river_id=["", "R1", None, "", "", "R9"],
    )
    result = demarcation(straight(900))
    stakes = rl.place_stakes(result, structures=works)
    at = stakes[stakes["reason"] == "structure"].set_index("chainage_m")["source_ids"].to_dict()
    assert at == {100.0: "pump", 200.0: "bridge", 300.0: "sluice", 340.0: "sluice", 500.0: "weir"}
    told = rl.check_stakes(stakes, result, structures=works)
    assert told.loc[told["code"] == "structure-unstaked", "feature_id"].tolist() == ["far", "other river"]


def test_a_point_structure_between_two_banks_has_one_stake_on_the_nearer():
    pump = frame([shapely.Point(300, -20)], work_id=["pump"])
    result = demarcation(straight(600), Piece([(0, -50), (600, -50)], bank="right"))
    stakes = rl.place_stakes(result, structures=pump)
    assert stakes.loc[stakes["reason"] == "structure", "bank"].tolist() == ["left"]


def test_control_points_that_meet_share_a_stake_and_all_reasons_are_told():
    pieces = [Piece([(0, 0), (400.6, 0)]), Piece([(400.6, 0), (900, 0)], width=30.0, start=400.6)]
    pump = frame([shapely.Point(400.2, 5), shapely.Point(402.5, 5)], work_id=["pump", "weir"])
    stakes = rl.place_stakes(demarcation(*pieces), admin=TOWNS, structures=pump)
    inner = stakes.iloc[1:-1]
    assert places(inner) == [(400.0, 0.0), (402.5, 0.0)]
    assert inner["reason"].tolist() == ["boundary", "structure"]
    assert inner["reasons"].tolist() == ["boundary,structure,basis", "structure"]
    assert inner["source_ids"].tolist() == ["01,02,pump", "weir"]


def test_control_points_stand_however_near_each_other_and_turns_give_way():
    corner = Piece([(0, 0), (400, 0), (430, 40), (900, 40)])
    pumps = frame([shapely.Point(390, 0), shapely.Point(395, 0)], work_id=["a", "b"])
    stakes = rl.place_stakes(demarcation(corner), structures=pumps)
    assert places(stakes) == [(0.0, 0.0), (390.0, 0.0), (395.0, 0.0), (430.0, 40.0), (900.0, 40.0)]
    assert "turn" in stakes["reason"].tolist()
    free = rl.place_stakes(demarcation(corner))
    assert places(free)[1] in {(400.0, 0.0), (430.0, 40.0)}


def test_a_change_of_basis_shares_the_stake_of_a_neighbour_and_never_bridges_two():
    """Between works at 395 and 406 a change at 402 goes to the nearer; one at 500 that has no neighbour stays."""
    near = RULES.policy.stakes.yielding_m
    works = frame([shapely.Point(395, 0), shapely.Point(406, 0)], work_id=["a", "b"])
    places_of = (0.0, 402.0, 500.0, 500.0 + near, 900.0)
    pieces = [Piece([(a, 0), (b, 0)], start=a, width=b) for a, b in pairwise(places_of)]
    stakes = rl.place_stakes(demarcation(*pieces), structures=works)
    assert stakes["chainage_m"].tolist() == [0.0, 395.0, 406.0, 500.0, 900.0]
    assert stakes["reasons"].tolist()[1:4] == ["structure", "structure,basis", "basis"]


def test_at_a_mouth_stands_one_stake_on_either_side_and_none_in_the_water():
    """A tributary 12 m wide ends in the edge that it shares with the main river, whose line runs across the mouth."""
    main = Piece([(-500, 0), (500, 0)], river="R1")
    left, right = ([(x, 600), (x, 0), (0, 0)] for x in (-6, 6))
    sides = [
        Piece(coords[at : at + 2], bank, "R2", width=at, start=600.0 * at)
        for coords, bank in ((left, "left"), (right, "right"))
        for at in (0, 1)
    ]
    areas = [("R1", shapely.box(-500, -90, 500, 0)), ("R2", shapely.box(-6, 0, 6, 600))]
    stakes = rl.place_stakes(demarcation(main, *sides, extents=areas))
    mouth = stakes[stakes.geometry.y.sub(Y).abs() < 50]
    mouth = mouth[mouth.geometry.x.sub(X).abs() < 50]
    assert sorted(places(mouth)) == [(-6.0, 0.0), (6.0, 0.0)]
    # They are of the river that goes on: its line would else pass the mouth without one.
    assert mouth["river_id"].tolist() == ["R1", "R1"]
    assert mouth["reasons"].tolist() == ["confluence"] * 2
    assert mouth["source_ids"].tolist() == ["R2", "R2"]


# Surroundings


def test_the_town_has_more_stakes_than_the_country_and_a_gorge_none():
    here = frame([shapely.box(-9, -9, 1000, 9), shapely.box(1000, -9, 3000, 9), shapely.box(3000, -9, 9000, 9)],
                 setting_id=["1", "2", "3"], setting=["town", "country", "gorge"])  # fmt: skip
    pieces = [
        Piece([(0, 0), (1000, 0)]),
        Piece([(1000, 0), (3000, 0)], width=1.0, start=1000),
        Piece([(3000, 0), (9000, 0)], width=2.0, start=3000),
    ]
    stakes = rl.place_stakes(demarcation(*pieces), settings=here)
    assert stakes["chainage_m"].tolist() == [0.0, 250.0, 500.0, 750.0, 1000.0, 2000.0, 3000.0, 9000.0]
    assert stakes["setting"].tolist() == ["town"] * 4 + ["country"] * 2 + ["gorge"] * 2


def test_a_span_from_country_into_town_is_shorter_by_what_lies_in_town():
    town = frame([shapely.box(900, -9, 1200, 9)], setting_id=["1"], setting=["town"])
    stakes = rl.place_stakes(demarcation(straight(1200)), settings=town)
    # 0.9 of a country span and 1 of a town span: two parts of 0.95.
    assert stakes["chainage_m"].tolist() == [0.0, 915.0, 1200.0]
    assert stakes["setting"].tolist() == ["unknown", "town", "town"]


def test_where_surroundings_overlap_the_town_counts():
    both = frame([shapely.box(-9, -9, 700, 9)] * 2, setting_id=["1", "2"], setting=["gorge", "town"])
    assert rl.place_stakes(demarcation(straight(600)), settings=both)["chainage_m"].tolist() == [0.0, 300.0, 600.0]


# Chainage


def test_chainage_is_that_of_the_pieces_or_with_axes_that_of_the_axis():
    line = straight(1000, start=500.0, end=1000.0)
    assert rl.place_stakes(demarcation(line))["chainage_m"].tolist() == [500.0, 1000.0]
    axis = frame([shapely.LineString([(-200, -50), (2000, -50)])], river_id=["R1"], name="", start_chainage_m=[100.0])
    assert rl.place_stakes(demarcation(line), axes=axis)["chainage_m"].tolist() == [300.0, 1300.0]


def test_breaks_change_the_printed_chainage_and_not_the_true_one():
    breaks = frame([shapely.Point(600, 0)], break_id=["D1"], river_id=["R1"], back_m=[600.0], ahead_m=[10_600.0])
    stakes = rl.place_stakes(demarcation(straight(1200)), breaks=breaks)
    assert stakes["chainage_m"].tolist() == [0.0, 600.0, 1200.0]
    assert stakes["printed_chainage"].tolist() == ["K0+000.0", "K10+600.0", "K11+200.0"]


# Numbers


def test_ten_insertions_change_no_number_and_no_place():
    result = demarcation(Piece(winding(3)), Piece(winding(4) - (0, 600), bank="right"))
    stakes = rl.place_stakes(result)
    first = stakes
    random = np.random.default_rng(0)
    for number in range(10):
        line = result.lines.geometry.iloc[number % 2]
        spot = line.interpolate(random.uniform(0.05, 0.95), normalized=True)
        work = gpd.GeoDataFrame({"work_id": [f"S{number}"]}, geometry=[spot], crs=CRS)
        more = rl.place_stakes(result, structures=work, existing=stakes)
        kept = more.set_index("stake_id").loc[stakes["stake_id"]]
        assert kept["number"].tolist() == stakes["number"].tolist()
        assert shapely.distance(kept.geometry.array, stakes.geometry.array).max() == 0.0
        assert more["number"].is_unique
        assert (more["status"] == "new").sum() == 1
        assert more.loc[more["status"] == "new", "source_ids"].tolist() == [f"S{number}"]
        stakes = more
    assert len(stakes) == len(first) + 10
    order = [[int(part) for part in number.split("-")[2:]] for number in stakes.loc[stakes["bank"] == "left", "number"]]
    whole = [first for first, *_ in order]
    assert whole == sorted(whole)
    assert {len(each) for each in order} == {1, 2}


def test_stakes_put_in_at_one_place_again_and_again_have_one_suffix_each():
    stakes = rl.place_stakes(demarcation(straight(900)))
    for spot in (450, 225, 675, 110, 340, 400):
        work = frame([shapely.Point(spot, 0)], work_id=[str(spot)])
        stakes = rl.place_stakes(demarcation(straight(900)), structures=work, existing=stakes)
    assert places(stakes) == [(float(spot), 0.0) for spot in (0, 110, 225, 340, 400, 450, 675, 900)]
    assert stakes["number"].tolist() == [
        "R1-L-001", "R1-L-001-4", "R1-L-001-2", "R1-L-001-5", "R1-L-001-6", "R1-L-001-1", "R1-L-001-3", "R1-L-002",
    ]  # fmt: skip


def test_a_number_is_never_given_twice_even_if_its_stake_is_gone():
    existing = frame([shapely.Point(0, 0), shapely.Point(450, 9000)], number=["R1-L-001", "R1-L-007"], river_id="R1",
                     bank="left")  # fmt: skip
    stakes = rl.place_stakes(demarcation(straight(900)), existing=existing)
    assert stakes["number"].tolist() == ["R1-L-001", "R1-L-008", "R1-L-007"]
    assert stakes["status"].tolist() == ["kept", "new", "missing"]


def test_the_pattern_of_numbers_is_data():
    own = {"pattern": "{admin}/{river}{bank}{sequence}", "left": "左", "right": "右", "digits": 2, "suffix": "+"}
    rules = RULES.with_policy(stakes={"number": own})
    stakes = rl.place_stakes(demarcation(straight(900), rules=rules), admin=TOWNS)
    assert stakes["number"].tolist() == ["01/R1左01", "02/R1左02", "02/R1左03"]
    work = frame([shapely.Point(200, 0)], work_id=["S"])
    more = rl.place_stakes(demarcation(straight(900), rules=rules), admin=TOWNS, existing=stakes, structures=work)
    assert more["number"].tolist() == ["01/R1左01", "01/R1左01+1", "02/R1左02", "02/R1左03"]


def test_numbers_by_chainage_need_no_memory_and_never_collide():
    own = {"pattern": "{river}-{bank}-{chainage}"}
    rules = RULES.with_policy(stakes={"number": own})
    works = frame([shapely.Point(100.1, 0), shapely.Point(101.3, 0)], work_id=["a", "b"])
    pieces = [straight(300), Piece([(0, 500), (300, 500)])]
    stakes = rl.place_stakes(demarcation(*pieces, rules=rules), structures=works)
    assert stakes["number"].tolist() == [
        "R1-L-K0+000", "R1-L-K0+100", "R1-L-K0+101", "R1-L-K0+300", "R1-L-K0+000-2", "R1-L-K0+300-2",
    ]  # fmt: skip


# Stakes that stand already


def test_existing_stakes_are_kept_moved_or_without_a_place_and_none_is_lost():
    existing = frame(
        [
            shapely.Point(200, 0.3),
            shapely.Point(480, 120),
            shapely.Point(500, 501),
            None,
            shapely.Point(10, 10),
            shapely.Point(0, 0.0),
        ],
        number=["旧2", "旧5", "旧6", "旧7", "旧8", "旧1"],
        river_id=["R1", "", "R1", "R1", "R9", "R1"],
        bank=["left", "", "left", "left", "left", "left"],
        material=["石", "石", "混凝土", "石", "石", "石"],
        owner=["甲", "乙", "丙", "丁", "戊", "己"],
    )
    before = existing.copy()
    stakes = rl.place_stakes(demarcation(straight(900)), existing=existing).set_index("number")
    assert stakes["status"].to_dict() == {
        "旧1": "kept", "旧2": "kept", "旧5": "moved", "R1-L-001": "new", "旧6": "missing", "旧7": "missing",
        "旧8": "missing",
    }  # fmt: skip
    assert_geodataframe_equal(existing, before)
    assert stakes.loc[["旧1", "旧2", "旧5", "R1-L-001"]].geometry.x.sub(X).round(3).tolist() == [
        0.0,
        200.0,
        480.0,
        900.0,
    ]
    assert stakes.loc["旧2"].geometry.y - Y == pytest.approx(0.3)
    assert stakes.loc["旧2", "offset_m"] == pytest.approx(0.3)
    assert stakes.loc["旧5", ["moved_m", "offset_m"]].tolist() == [120.0, 0.0]
    assert stakes.loc["旧5", "material"] == "石"
    assert stakes.loc["旧5", "owner"] == "乙"
    assert stakes.loc["旧6", "owner"] == "丙"
    assert stakes["chainage_m"].isna().tolist() == [False, False, False, False, True, True, True]
    assert stakes.loc["旧7"].geometry is None
    # What stands at a control point is that control point's stake.
    assert stakes.loc["旧1", ["reason", "kind"]].tolist() == ["start", "basic"]


def test_what_existing_stakes_know_of_themselves_stays():
    existing = frame([shapely.Point(200, 0), shapely.Point(200, 900)], number=["旧1", ""], river_id="R1", bank="left",
                     kind=["basic", "basic"], reason=["turn", "who knows"], admin=["甲镇", "乙镇"], old=["a", "b"],
                     height_m=[21.5, 22.5], surveyed_on=["2019-05-06", None])  # fmt: skip
    stakes = rl.place_stakes(demarcation(straight(900)), existing=existing)
    kept, lost = stakes[stakes["old"] == "a"].iloc[0], stakes[stakes["old"] == "b"].iloc[0]
    names = ["kind", "reason", "admin", "height_m", "status"]
    assert kept[names].tolist() == ["basic", "turn", "甲镇", 21.5, "kept"]
    assert str(kept["surveyed_on"].date()) == "2019-05-06"
    assert lost[names].tolist() == ["basic", "who knows", "乙镇", 22.5, "missing"]
    assert stakes["old"].isna().sum() == 2
    faults = rl.check(stakes, STAKES)
    assert faults[["code", "feature_id"]].values.tolist() == [["value-choice", lost["stake_id"]]]


def test_heights_and_figures_of_old_stakes_come_through():
    """A table keeps 12 as 12.0, and survey points have heights: neither is lost."""
    points = [shapely.Point(0, 0), shapely.Point(450, 0), shapely.Point(900, 0)]
    old = frame(points, number=[12.0, 7.0, np.nan], height_m=[np.nan, 30.0, np.nan])
    old = old.set_geometry(shapely.force_3d(old.geometry.array, [21.5, 22.5, 23.5]))
    stakes = rl.place_stakes(demarcation(straight(900)), existing=old)
    assert stakes["number"].tolist() == ["12", "7", "R1-L-001"]
    assert stakes["height_m"].tolist() == [21.5, 30.0, 23.5]
    assert not shapely.has_z(stakes.geometry.array).any()
    assert rl.check(stakes, STAKES).empty


NOWHERE = shapely.Point(np.nan, np.nan)


@pytest.mark.parametrize("layer", ["admin", "structures", "settings", "landmarks"])
def test_features_around_that_have_no_place_ask_for_nothing(layer):
    keys = {"admin": "admin_id", "structures": "work_id", "settings": "setting_id", "landmarks": "landmark_id"}
    given = frame([NOWHERE, shapely.Point(), None], name="", setting="town", **{keys[layer]: ["a", "b", "c"]})
    result = demarcation(straight(900))
    assert_geodataframe_equal(rl.place_stakes(result, **{layer: given}), rl.place_stakes(result))
    if layer == "structures":
        told = rl.check_stakes(rl.place_stakes(result), result, structures=given)
        assert told.loc[told["code"] == "structure-unstaked", "feature_id"].tolist() == ["a", "b", "c"]


@pytest.mark.parametrize("nowhere", [NOWHERE, shapely.Point()])
def test_a_stake_without_a_place_on_the_map_has_none_on_the_line(nowhere):
    old = frame([shapely.Point(0, 0), nowhere], number=["旧1", "旧2"])
    stakes = rl.place_stakes(demarcation(straight(900)), existing=old)
    assert stakes.set_index("number")["status"].to_dict() == {"旧1": "kept", "R1-L-001": "new", "旧2": "missing"}


def test_a_stake_that_has_to_move_goes_to_the_control_point_of_its_own_reason():
    old = rl.place_stakes(demarcation(straight(900)), admin=TOWNS)
    moved = demarcation(Piece([(0, 60), (900, 60)]))
    border = frame(
        [shapely.box(-50, -500, 430, 500), shapely.box(430, -500, 2000, 500)], admin_id=["01", "02"], name=""
    )
    stakes = rl.place_stakes(moved, admin=border, existing=old)
    assert stakes["number"].tolist() == old["number"].tolist()
    assert places(stakes) == [(0.0, 60.0), (430.0, 60.0), (900.0, 60.0)]
    assert stakes["status"].tolist() == ["moved"] * 3
    assert stakes["moved_m"].tolist() == pytest.approx([60.0, np.hypot(30, 60), 60.0], abs=1e-3)


def test_what_was_placed_is_kept_as_it_is_when_it_comes_back():
    result = demarcation(Piece(winding(1)), Piece(winding(2) - (0, 900), bank="right"))
    stakes = rl.place_stakes(result)
    again = rl.place_stakes(result, existing=stakes)
    assert again["status"].eq("kept").all()
    told = ["status", "moved_m"]
    assert_geodataframe_equal(again.drop(columns=told), stakes.drop(columns=told), check_less_precise=True)


@pytest.mark.parametrize("bank", ["left", "right"])
@pytest.mark.parametrize("seed", [1, 2, 42])
def test_a_chain_that_defines_the_line_is_kept_as_it_is_when_it_comes_back(seed, bank):
    result = demarcation(Piece(winding(seed), bank=bank))
    stakes = rl.place_stakes(result, role="define")
    assert stakes["offset_m"].max() > 4.0 * RULES.policy.stakes.stands_m
    again = rl.place_stakes(result, role="define", existing=stakes)
    assert again["status"].eq("kept").all()
    assert again["number"].tolist() == stakes["number"].tolist()
    assert again["moved_m"].max() == again["inside_m"].max() == 0.0
    assert "stake-to-move" not in rl.check_stakes(again, result)["code"].tolist()


def test_a_stake_pushed_too_far_or_not_far_enough_has_to_move_where_stakes_define_the_line():
    radius, spare = 2000.0, RULES.policy.stakes.stands_m
    result = demarcation(Piece(circle(radius, 1024), basis="lake", bank=""))
    stakes = rl.place_stakes(result, role="define")
    out = shapely.get_coordinates(stakes.geometry) - (X, Y)
    out /= np.hypot(*out.T)[:, None]
    shift = np.zeros(len(stakes))
    shift[[8, 16, 24, 32]] = 0.9 * spare, 1.3 * spare, 40.0, -0.9 * spare
    moved = stakes.set_geometry(
        shapely.points(shapely.get_coordinates(stakes.geometry) + shift[:, None] * out), crs=CRS
    )
    again = rl.place_stakes(result, role="define", existing=moved)
    assert np.flatnonzero(again["status"] == "moved").tolist() == [16, 24]
    assert again["moved_m"].iloc[[16, 24]].tolist() == pytest.approx([1.3 * spare, 40.0], abs=0.3)


def test_a_kept_stake_is_not_pushed_and_what_its_chords_cut_is_told():
    bulge = Piece([(0, 0), (20, 10), (40, 0)])
    existing = frame([shapely.Point(0, 0)], number=["旧1"], river_id="R1", bank="left")
    stakes = rl.place_stakes(demarcation(bulge), existing=existing, role="define")
    assert places(stakes)[0] == (0.0, 0.0)
    told = rl.check_stakes(stakes, demarcation(bulge))
    if stakes["inside_m"].iloc[0] > 0.0:
        assert "stake-chord-inside" in told["code"].tolist()


@pytest.mark.parametrize(
    ("existing", "words"),
    [
        (frame([shapely.Point(0, 0)], no=["1"]), "'number' (Number) is missing"),
        (frame([shapely.LineString([(0, 0), (1, 1)])], number=["1"]), "1 features of existing are not points"),
    ],
)
def test_existing_stakes_that_cannot_be_read_are_refused(existing, words):
    with pytest.raises(rl.SchemaError) as caught:
        rl.place_stakes(demarcation(straight(900)), existing=existing)
    assert words in caught.value.en


# What is in the rows


@pytest.mark.parametrize("crs", ["EPSG:4548", "EPSG:4527"])
def test_coordinates_are_the_same_with_and_without_the_zone(crs):
    plain = demarcation(straight(900))
    result = rl.Demarcation(plain.lines.to_crs(crs), plain.extents.to_crs(crs), plain.faults, plain.rules, plain.run)
    stakes = rl.place_stakes(result)
    assert stakes["x_m"].tolist() == [Y, Y]
    assert stakes["y_m"].tolist() == [X, X + 900.0]
    assert stakes["zone"].tolist() == [39, 39]
    assert stakes["y_zoned_m"].tolist() == [39_500_000.0, 39_500_900.0]


def test_degrees_lead_back_to_the_stakes_in_either_form():
    stakes = rl.place_stakes(demarcation(Piece(winding(5))))
    for lon, lat in ((stakes["lon"], stakes["lat"]), (parse_dms(stakes["lon_dms"]), parse_dms(stakes["lat_dms"]))):
        back = gpd.GeoSeries.from_xy(lon, lat, crs=4490).to_crs(CRS)
        assert shapely.distance(back.array, stakes.geometry.array).max() < 0.003


def test_a_plane_that_is_no_zone_gives_coordinates_of_the_zone():
    plain = demarcation(straight(900))
    local = "+proj=tmerc +lat_0=0 +lon_0=117.3 +k=1 +x_0=80000 +y_0=0 +ellps=GRS80 +units=m"
    utm = rl.Demarcation(plain.lines.to_crs(32650), plain.extents.to_crs(32650), plain.faults, plain.rules, plain.run)
    stakes = rl.place_stakes(utm)
    assert stakes["zone"].tolist() == [39, 39]
    assert stakes["y_m"].tolist() == pytest.approx([X, X + 900.0], abs=2e-3)
    own = plain.lines.set_crs(4548).to_crs(local)
    stakes = rl.place_stakes(rl.Demarcation(own, plain.extents.to_crs(local), plain.faults, plain.rules, plain.run))
    assert stakes["zone"].isna().all()
    assert stakes["y_zoned_m"].isna().all()
    assert stakes["y_m"].tolist() == pytest.approx(stakes.geometry.x.tolist(), abs=1e-3)


def test_neighbours_are_told_with_distance_and_bearing():
    corner = Piece([(0, 0), (300, 0), (300, 400), (0, 400)])
    stakes = rl.place_stakes(demarcation(corner))
    assert stakes["next"].tolist() == ["R1-L-002", "R1-L-003", "R1-L-004", ""]
    assert stakes["previous"].tolist() == ["", "R1-L-001", "R1-L-002", "R1-L-003"]
    assert stakes["next_m"].iloc[:3].tolist() == [300.0, 400.0, 300.0]
    assert stakes["next_bearing"].iloc[:3].tolist() == pytest.approx([90.0, 0.0, 270.0])
    assert stakes["previous_bearing"].iloc[1:].tolist() == pytest.approx([270.0, 180.0, 90.0])
    assert stakes["next_bearing_dms"].tolist() == ["90°00′00.0″", "0°00′00.0″", "270°00′00.0″", ""]


def test_the_sheet_of_the_field_is_there_and_empty():
    stakes = rl.place_stakes(demarcation(straight(900)))
    for name in ("location", "material", "reference_1", "reference_2", "reference_3", "surveyor", "note"):
        assert stakes[name].eq("").all()
    for name in ("height_m", "reference_1_m", "reference_3_bearing", "surveyed_on"):
        assert stakes[name].isna().all()
    assert set(stakes.columns) - {"geometry"} == {column.name for column in STAKES}


def test_rows_conform_and_pass_the_checks():
    result = demarcation(Piece(winding(1)), Piece(winding(2) - (0, 900), bank="right"))
    for placed, schema in ((rl.place_stakes(result), STAKES), (rl.place_boards(result), BOARDS)):
        assert rl.check(placed, schema).empty
        assert schema.conform(placed).dtypes.equals(placed.dtypes)
        for column in schema:
            assert column.label() != column.name


def test_nothing_gives_an_empty_frame_of_the_schema():
    for placed, schema in ((rl.place_stakes(demarcation()), STAKES), (rl.place_boards(demarcation()), BOARDS)):
        assert len(placed) == 0
        assert placed.crs == CRS
        assert rl.check(placed, schema).empty
        assert set(placed.columns) == {column.name for column in schema} | {"geometry"}
        assert placed.dtypes.drop("geometry").equals(schema.empty(CRS).dtypes[placed.columns].drop("geometry"))
    assert rl.check_stakes(rl.place_stakes(demarcation()), demarcation()).empty


def test_existing_stakes_without_any_line_are_all_without_a_place():
    existing = frame([shapely.Point(0, 0)], number=["旧1"], river_id="R1", bank="left")
    assert rl.place_stakes(demarcation(), existing=existing)["status"].tolist() == ["missing"]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: rl.place_stakes(demarcation(straight(9)).lines), "must be what riverline.demarcate gives"),
        (lambda: rl.place_stakes(demarcation(straight(9)), role="fence"), "mark, define, got 'fence'"),
        (lambda: rl.check_stakes(STAKES.empty(CRS), None), "must be what riverline.demarcate gives"),
    ],
)
def test_a_wrong_call_is_refused(call, words):
    with pytest.raises(rl.JobError) as caught:
        call()
    assert words in caught.value.en


# Boards


def by_law(result: rl.Demarcation, *rules: str) -> rl.Demarcation:
    """The result, its pieces drawn by rules of the set, in turn; by the one that is law where none is named."""
    return replace(result, lines=result.lines.assign(rule_id=list(rules) or "national/flood-line"))


@pytest.mark.parametrize("rule", ["national/bank-top", "national/levee-grade-1", "elsewhere/rule"])
def test_a_board_cites_no_text_that_was_not_seen(rule):
    result = by_law(demarcation(straight(900)), rule)
    boards = rl.place_boards(result)
    assert boards["front"].str.contains("公告牌").all()
    assert boards["back"].eq("").all()
    told = rl.check_stakes(rl.place_stakes(result), result, boards=boards)
    assert told.loc[told["code"] == "board-without-law", "feature_id"].tolist() == boards["board_id"].tolist()
    written = rl.check_stakes(rl.place_stakes(result), result, boards=boards.assign(back="由县水利局拟定"))
    assert "board-without-law" not in written["code"].tolist()


@pytest.mark.parametrize("rule", ["national/policy.shared", ""])
def test_no_board_stands_where_no_rule_founds_the_line(rule):
    """Of a border inside the shared edge and one at its end, the one at the end has a board, by the rule before it."""
    pieces = [Piece([(0, 0), (400, 0)]), Piece([(400, 0), (900, 0)], start=400.0, basis="joined")]
    admin = frame([shapely.box(-50, -500, 400, 500), shapely.box(400, -500, 700, 500)], admin_id=["01", "02"], name="")
    boards = rl.place_boards(by_law(demarcation(*pieces), "national/flood-line", rule), admin=admin)
    assert boards["chainage_m"].tolist() == [0.0, 400.0]
    assert boards["rule_id"].eq("national/flood-line").all()


def test_boards_stand_where_the_rule_set_says_and_say_what_it_says():
    result = demarcation(straight(9000), extents=[("R1", shapely.box(0, -9, 9000, 0))])
    boards = rl.place_boards(by_law(result), admin=TOWNS)
    assert boards["chainage_m"].tolist() == [0.0, 400.0, 2000.0, 5500.0]
    assert boards["reason"].tolist() == ["start", "boundary", "boundary", "spacing"]
    assert boards["number"].tolist() == ["R1-L-P01", "R1-L-P02", "R1-L-P03", "R1-L-P04"]
    assert boards["front"].iloc[1] == "清水河管理范围公告牌\n左岸 K0+400\n编号 R1-L-P02"
    assert boards["back"].iloc[1] == "清水河左岸管理范围依据《测试条例》第1条划定\n界桩和公告牌不得擅自移动"
    breaks = frame([shapely.Point(300, 0)], break_id=["D1"], river_id=["R1"], back_m=[300.0], ahead_m=[5300.0])
    printed = rl.place_boards(demarcation(straight(9000)), admin=TOWNS, breaks=breaks)
    assert "K5+400" in printed["front"].iloc[1]
    again = rl.place_boards(demarcation(straight(9000)), admin=TOWNS, existing=boards)
    assert again["status"].eq("kept").all()
    assert again["board_id"].tolist() == boards["board_id"].tolist()


# What to look at


def codes(stakes: gpd.GeoDataFrame, result: rl.Demarcation) -> set[str]:
    return set(rl.check_stakes(stakes, result)["code"]) - {"setting-unknown"}


def test_placed_stakes_have_nothing_to_look_at_but_unknown_surroundings():
    result = demarcation(straight(900))
    told = rl.check_stakes(rl.place_stakes(result), result)
    assert told[["code", "feature_id", "value"]].values.tolist() == [["setting-unknown", "R1", 2.0]]
    town = frame([shapely.box(-9, -9, 999, 9)], setting_id=["1"], setting=["town"])
    assert rl.check_stakes(rl.place_stakes(result, settings=town), result).empty


def test_a_turn_too_near_a_stake_for_another_is_a_note_with_how_far_the_line_is_off():
    """The foot of a spike of 30 m is 36 m before its tip, where a stake is; turns stand 50 m apart."""
    result = demarcation(Piece([(0, 0), (380, 0), (400, 30), (440, 0)]))
    stakes, limit = rl.place_stakes(result), RULES.policy.stakes.sight_line_m
    assert places(stakes) == [(0.0, 0.0), (400.0, 30.0), (440.0, 0.0)]
    away = 380.0 * 30.0 / np.hypot(400.0, 30.0)
    told = rl.check_stakes(stakes, result).query("code == 'stake-turn-too-near'")
    assert told[["feature_id", "severity", "note", "limit"]].to_numpy().tolist() == [
        ["R1-L-001", "note", "R1-L-002", limit]
    ]
    assert told["value"].tolist() == pytest.approx([away], abs=1e-3)
    assert stakes["deviation_m"].iloc[0] == pytest.approx(away, abs=1e-3)
    assert rl.inspect(result, stakes=stakes).checks.set_index("check_id").loc["stakes-spacing", "outcome"] == "passed"


def test_a_span_that_leads_out_of_a_town_is_not_held_to_the_towns_distance():
    result = demarcation(straight(700))
    settings = frame([shapely.box(-9, -9, 100, 9), shapely.box(100, -9, 709, 9)], setting_id=["1", "2"],
                     setting=["town", "country"])  # fmt: skip
    stakes = rl.place_stakes(result, settings=settings)
    assert stakes[["setting", "next_m"]].values.tolist()[0] == ["town", 700.0]
    assert codes(stakes, result) == set()
    assert codes(stakes.assign(setting="town"), result) == {"stakes-far-apart"}


def test_a_span_out_of_sight_without_room_for_a_stake_is_a_note():
    """A corner 40 m from an end, 20 m off the chord: turns keep 50 m, so that no stake fits, and it is told."""
    result = demarcation(Piece([(0, 0), (40, 28), (400, 28)]))
    stakes = rl.place_stakes(result)
    assert "turn" not in set(stakes["reason"])
    told = rl.check_stakes(stakes, result).set_index("code").loc["stake-turn-too-near"]
    chord = shapely.LineString(stakes.geometry.iloc[:2].tolist())
    corner = shapely.Point(shapely.get_coordinates(result.lines.geometry.iloc[0])[1])
    assert told["feature_id"] == stakes["stake_id"].iloc[0]
    assert told["value"] == pytest.approx(corner.distance(chord), abs=1e-3)
    assert told["value"] > told["limit"]
    assert told["severity"] == "note"
    assert "stake-out-of-sight" not in codes(stakes, result)


def test_every_thing_to_look_at_is_told():
    result = demarcation(
        Piece([(0, 0), (200, 0), (230, 40), (260, 0), (900, 0)]),
        extents=[("R1", shapely.box(0, -9, 900, 0)), ("R2", shapely.box(800, -500, 1000, 500))],
    )
    good = rl.place_stakes(result)
    assert codes(good, result) == {"stake-in-other-river"}
    twice = good.assign(number="R1-L-001")
    assert "stake-number-twice" in codes(twice, result)
    assert "stakes-far-apart" in codes(good.assign(setting="town"), result)
    off = good.set_geometry(good.translate(0, 3))
    assert "stake-off-line" in codes(off, result)
    assert "stake-off-line" not in codes(off.assign(role="define"), result)
    assert "stake-out-of-sight" in codes(good[good["reason"] != "turn"], result)
    assert "stake-chord-inside" in codes(good.assign(role="define", inside_m=0.5), result)
    assert "stake-chord-inside" not in codes(good.assign(role="mark", inside_m=0.5), result)
    old = frame([shapely.Point(100, 70), shapely.Point(100, 700)], number=["旧1", "旧2"], river_id="R1", bank="left")
    told = rl.check_stakes(rl.place_stakes(result, existing=old), result).set_index("code")
    assert told.loc["stake-to-move", ["feature_id", "value"]].tolist() == ["旧1", 70.0]
    assert told.loc["stake-without-place", "feature_id"] == "旧2"


def test_stakes_without_optional_columns_can_be_drawn_and_written(tmp_path):
    plain = rl.place_stakes(demarcation(straight(900)))
    plain = plain[[column.name for column in STAKES if not column.optional] + ["geometry"]]
    page = rl.maps.show(plain)
    assert "基本桩" in page.get_root().render()
    written = gpd.read_file(rl.export.to_geopackage(tmp_path / "a.gpkg", plain), layer="界桩")
    assert written["number"].tolist() == plain["number"].tolist()


def test_old_numbers_may_count_anew_on_every_bank():
    result = demarcation(straight(900), Piece([(0, -90), (900, -90)], bank="right"))
    old = frame([shapely.Point(0, 0), shapely.Point(0, -90), shapely.Point(900, -90)], number=["1", "1", "1"])
    told = rl.check_stakes(rl.place_stakes(result, existing=old), result)
    shared = told[told["code"] == "stake-number-shared"]
    assert shared[["severity", "feature_id", "detail"]].values.tolist() == [
        ["note", "R1", "编号 1 在河流 R1 的左右两岸都有"]
    ]
    twice = told[told["code"] == "stake-number-twice"]
    assert sorted(twice.geometry.x.sub(X)) == [0.0, 900.0]
    assert twice.geometry.y.eq(Y - 90).all()


def test_row_order_does_not_matter():
    pieces = [Piece(winding(1)), Piece(winding(2) - (0, 900), bank="right"), Piece(winding(3) - (0, 3000), river="R0")]
    halves = []
    for each in pieces:
        middle = len(each.coords) // 2
        reach = float(np.hypot(*np.diff(each.coords[: middle + 1], axis=0).T).sum())
        halves += [Piece(each.coords[: middle + 1], each.bank, each.river),
                   Piece(each.coords[middle:], each.bank, each.river, width=3.0, start=reach)]  # fmt: skip
    result = demarcation(*halves)
    order = np.random.default_rng(1).permutation(len(halves))
    mixed = rl.Demarcation(result.lines.iloc[order], result.extents, result.faults, result.rules, result.run)
    works = frame([shapely.Point(x, 0) for x in (900, 2000, 3100)], work_id=["a", "b", "c"])
    old = rl.place_stakes(result).iloc[::3]
    one = rl.place_stakes(result, structures=works, existing=old)
    other = rl.place_stakes(mixed, structures=works[::-1], existing=old.sample(frac=1, random_state=2))
    assert_geodataframe_equal(one, other)


def test_stakes_of_the_samples_stand_on_their_lines():
    from riverline import samples

    county = samples.path("清水县.gpkg")
    axes, tops = (rl.read_layer(county, schema, layer=schema.name) for schema in (rl.schema.AXES, rl.schema.BANK_TOPS))
    towns = rl.read_layer(county, rl.schema.ADMIN, layer="towns")
    levees = rl.read_layer(samples.path("堤防.shp"), rl.schema.LEVEES, columns={"地面高程": "ground_m"})
    result = rl.demarcate(axes, rl.load_rules("anhui"), levees=levees, bank_tops=tops)
    stakes = rl.place_stakes(result, admin=towns, axes=axes)
    assert set(stakes["river_id"]) == set(result.lines["river_id"])
    assert shapely.distance(stakes.geometry.array, result.lines.union_all()).max() < 1e-3
    assert stakes["admin"].isin(towns["name"]).all()
    border = stakes[stakes["reasons"].str.contains("boundary")]
    assert shapely.distance(border.geometry.array, towns.boundary.union_all()).max() < 1.0
    page = rl.maps.show(result, stakes, rl.place_boards(result, admin=towns))
    assert "加密桩" in page.get_root().render()


def test_a_span_from_town_into_country_is_checked_as_it_was_placed():
    """78 m of town and 553 m of country: 78/300 + 553/1000 of what is allowed."""
    areas = frame([shapely.box(-9, -9, 78, 9), shapely.box(78, -9, 999, 9)], setting_id=["1", "2"],
                  setting=["town", "country"])  # fmt: skip
    result = demarcation(straight(631))
    stakes = rl.place_stakes(result, settings=areas)
    assert stakes["setting"].tolist() == ["town", "country"]
    assert rl.check_stakes(stakes, result, settings=areas).empty
    assert rl.check_stakes(stakes, result).empty
    far = rl.check_stakes(stakes.assign(next_m=[800.0, np.nan]), result, settings=areas)
    assert far[["code", "feature_id"]].to_numpy().tolist() == [["stakes-far-apart", stakes["stake_id"][0]]]
    assert far["limit"].tolist() == pytest.approx([631.0 / (78.0 / 300.0 + 553.0 / 1000.0)], abs=0.01)
    assert rl.inspect(result, stakes=stakes, settings=areas).checks.set_index("check_id")["outcome"][
        "stakes-spacing"] == "passed"  # fmt: skip


def test_a_point_alone_in_a_multipoint_is_that_point():
    result = demarcation(straight(500))
    one = shapely.Point(250.0, 0.0)
    for shape in (one, shapely.MultiPoint([one])):
        old = frame([shape], number=["旧1"], river_id="R1", bank="left")
        stakes = rl.place_stakes(result, existing=old)
        assert stakes.loc[stakes["number"] == "旧1", ["status", "chainage_m"]].to_numpy().tolist() == [["kept", 250.0]]
    two = frame([shapely.MultiPoint([one, shapely.Point(0, 0)])], number=["旧1"], river_id="R1", bank="left")
    with pytest.raises(rl.SchemaError, match="不是点"):
        rl.place_stakes(result, existing=two)
