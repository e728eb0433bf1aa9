"""Titles: every place in one holding, every defect a row with its size, nothing repaired unless asked."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import cadastre
import county
import riverline as rl
from cadastre import CRS, EXTENT, area, box
from riverline.schema import CHANGES, FAULTS, HOLDINGS, REGISTER


@pytest.fixture(scope="module")
def titles():
    """The stretch with every defect, confirmed as it is."""
    return rl.confirm(cadastre.extents(EXTENT), cadastre.defects())


def rows(titles, code):
    """Feature, other features and value of the faults of one code."""
    found = titles.faults[titles.faults["code"] == code]
    return [
        (feature, note, round(value, 2))
        for feature, note, value in zip(found["feature_id"], found["note"], found["value"], strict=True)
    ]


def cents(values):
    return int(np.round(np.asarray(values) * 100).sum())


def assert_partition(titles, extents):
    """Law 6: holdings do not overlap, are the extent together, and their adjusted areas sum to it exactly."""
    holdings = titles.holdings
    assert holdings["holding_id"].is_unique
    for _, extent in extents.iterrows():
        mine = holdings[holdings["extent_id"] == extent["extent_id"]]
        shapes = mine.geometry.array
        one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        pair = one < other
        shared = shapely.area(shapely.intersection(np.asarray(shapes)[one[pair]], np.asarray(shapes)[other[pair]]))
        assert shared.sum() <= 1e-5
        assert shapely.area(shapely.symmetric_difference(shapely.union_all(shapes), extent.geometry)) <= 1e-4
        assert cents(mine["adjusted_area_m2"]) == cents([area(extent.geometry)])
        assert np.abs(mine["adjusted_area_m2"] - mine["area_m2"]).max() <= 0.02
    assert cents(titles.register["adjusted_area_m2"]) == cents(holdings["adjusted_area_m2"])
    split = titles.register[["clear_m2", "untitled_m2", "unknown_m2", "contested_m2"]].sum(axis=1)
    assert np.allclose(split, titles.register["adjusted_area_m2"], atol=1e-6)


# The defects, each of known size.


def test_the_stretch_is_parted(titles):
    assert_partition(titles, cadastre.extents(EXTENT))
    areas = titles.holdings.groupby("parcel_id")["area_m2"].sum()
    assert areas["P01"] == area(box(0, -100, 200, 100))
    assert areas["P04; P05"] == area(box(480, -100, 500, 100))
    assert areas["P08"] == area(box(750, -100, 850, 100))
    assert areas[""] == pytest.approx(area(box(600, -100, 650, 100)) + area(box(300, -100, 300.2, 100)), abs=0.02)
    assert "P12" not in areas


def test_states_follow_from_what_was_found(titles):
    status = titles.holdings.set_index("parcel_id")["status"].drop("").to_dict()
    assert status == {
        "P01": "clear", "P02": "clear", "P03": "clear", "P03; P04": "overlapping", "P04": "clear",
        "P04; P05": "disputed", "P05": "clear", "P06; P07": "overlapping", "P08": "clear", "P09": "clear",
        "P10": "clear", "P10; P11": "claimed", "P11": "clear",
    }  # fmt: skip
    assert set(titles.holdings.loc[titles.holdings["parcel_id"] == "", "status"]) == {"untitled"}
    thin = titles.holdings.dropna(subset="width_m").set_index("parcel_id")["width_m"]
    assert thin.to_dict() == pytest.approx({"": 0.2, "P03; P04": 0.1}, abs=0.003)


def test_every_defect_is_a_row_with_its_size(titles):
    assert rows(titles, "untitled-land") == [("R1-management", "", area(box(600, -100, 650, 100)))]
    assert rows(titles, "titles-overlap") == [("P04", "P05", area(box(480, -100, 500, 100)))]
    assert rows(titles, "state-title-claimed") == [("P10", "P11", area(box(940, -100, 950, 100)))]
    assert rows(titles, "title-duplicated") == [("P06", "P07", area(box(650, -100, 750, 100)))]
    assert rows(titles, "parcel-straddles") == [("P08", "", area(box(750, -100, 850, 100)))]
    assert rows(titles, "sliver-gap") == [("R1-management", "", 0.2)]
    assert rows(titles, "sliver-overlap") == [("P03", "P04", 0.1)]
    assert rows(titles, "sliver-straddle") == [("P09", "", 0.2)]
    assert rows(titles, "features-outside") == [("*", "", 1.0)]
    assert set(titles.faults["code"]) == {
        "untitled-land", "titles-overlap", "state-title-claimed", "title-duplicated", "parcel-straddles",
        "sliver-gap", "sliver-overlap", "sliver-straddle", "features-outside",
    }  # fmt: skip


def test_every_defect_is_drawn_where_it_is(titles):
    places = titles.faults.set_index("code").geometry
    assert places["titles-overlap"].symmetric_difference(box(480, -100, 500, 100)).area < 1e-6
    assert places["sliver-gap"].symmetric_difference(box(300, -100, 300.2, 100)).area < 1e-5
    assert places["parcel-straddles"].symmetric_difference(box(750, -100, 850, 100)).area < 1e-6


def test_a_sliver_is_narrow_and_not_small():
    """Half a metre wide over 200 m is a dispute of 100 m²; a corner of ten square metres is one too."""
    wide = {
        "A": ("甲", "collective", box(0, -100, 500, 100)),
        "B": ("乙", "collective", box(499.5, -100, 997, 100)),
        "C": ("丙", "collective", box(994, 97, 1000, 100)),
    }
    titles = rl.confirm(cadastre.extents(EXTENT), cadastre.parcels(wide))
    assert rows(titles, "titles-overlap") == [("A", "B", 100.0), ("B", "C", 9.0)]
    narrow = rl.confirm(cadastre.extents(EXTENT), cadastre.parcels(wide), tolerance_m=0.6)
    assert rows(narrow, "titles-overlap") == [("B", "C", 9.0)]
    assert [row[:2] for row in rows(narrow, "sliver-overlap")] == [("A", "B")]


def test_a_fault_states_the_width_that_the_holding_states():
    parted = {"A": ("甲", "collective", box(0, -100, 500, 100)), "B": ("乙", "collective", box(500.2, -100, 1000, 100))}
    titles = rl.confirm(cadastre.extents(EXTENT), cadastre.parcels(parted))
    assert titles.faults.set_index("code").loc["sliver-gap", "value"] == 0.2
    assert titles.holdings["width_m"].dropna().tolist() == [0.2]


def test_parcels_without_owners_are_taken_as_a_file_that_lacks_them(tmp_path):
    bare = cadastre.defects().drop(columns="owner")
    bare.to_file(tmp_path / "宗地.gpkg")
    read = rl.confirm(cadastre.extents(EXTENT), rl.read_layer(tmp_path / "宗地.gpkg", rl.schema.PARCELS))
    held = rl.confirm(cadastre.extents(EXTENT), bare)
    assert set(held.holdings["owner"]) == {""}
    alone = held.holdings[held.holdings["parcel_id"].isin(["P01", "P02", "P11"])].set_index("parcel_id")["status"]
    assert alone.to_dict() == {"P01": "clear", "P02": "unknown", "P11": "clear"}, "whose it is: the state is one"
    columns = ["code", "feature_id", "value", "note"]
    pd.testing.assert_frame_equal(held.faults[columns], read.faults[columns])
    assert "owner" not in bare.columns


def test_an_office_s_own_extent_needs_no_more_than_its_shape_and_kind():
    plain = cadastre.extents(EXTENT)[["kind", "geometry"]]
    fields = cadastre.parcels({"A": ("甲", "collective", box(0, -100, 500, 100))})
    given, own = rl.confirm(plain, fields).holdings, rl.confirm(cadastre.extents(EXTENT), fields).holdings
    assert given["adjusted_area_m2"].tolist() == own["adjusted_area_m2"].tolist()
    assert given["status"].tolist() == own["status"].tolist()
    with pytest.raises(rl.SchemaError, match="kind"):
        rl.confirm(plain[["geometry"]], fields)


@pytest.mark.parametrize("closed", [0, 1])
def test_a_crack_that_opens_onto_untitled_water_is_a_sliver_by_its_width(closed):
    """Two fields 0.2 m apart by a river that nobody holds: the crack opens onto the water, at one end or at both."""
    fields = {
        "A": ("甲", "collective", box(0, -100, 500, 40)),
        "B": ("乙", "collective", box(500.2, -100, 1000, 40)),
        "C": ("丙", "collective", box(0, -100 - closed, 1000, -100 + 5 * closed)),
    }
    drawn = cadastre.extents(box(0, -110, 1000, 100))
    titles = rl.confirm(drawn, cadastre.parcels(fields))
    assert_partition(titles, drawn)
    ((_, _, width),) = rows(titles, "sliver-gap")
    assert width == pytest.approx(0.2, abs=0.003)
    crack = titles.faults.set_index("code").geometry["sliver-gap"]
    assert crack.difference(box(500, -100, 500.2, 40)).area < 1e-6
    assert crack.length / 2 == pytest.approx(140 - 5 * closed + 0.2, abs=0.4), "but for the arcs at its mouths"
    tidy = rl.confirm(drawn, cadastre.parcels(fields), clean=True)
    assert_partition(tidy, drawn)
    assert tidy.changes["kind"].tolist() == ["gap_filled"]
    wide = rl.confirm(drawn, cadastre.parcels(fields), tolerance_m=0.1)
    assert not rows(wide, "sliver-gap")


def test_untitled_land_beside_the_line_or_in_a_wedge_is_no_crack():
    """A strip along the extent's own edge has a title on one side alone; sides that part by 6 degrees are no crack."""
    wedge = shapely.Polygon(
        [(cadastre.EAST + x, cadastre.NORTH + y) for x, y in ((0, 0), (600, 60), (600, 90), (0, 90))]
    )
    fields = {"A": ("甲", "collective", box(0, -99.8, 600, 0)), "B": ("乙", "collective", wedge)}
    titles = rl.confirm(cadastre.extents(box(0, -100, 1000, 100)), cadastre.parcels(fields))
    assert rows(titles, "sliver-gap") == []
    assert len(rows(titles, "untitled-land")) == 1


def test_overlaps_of_one_owner_or_of_an_unknown_one_are_no_dispute():
    both = {"A": ("甲", "collective", box(0, -100, 500, 100)), "B": ("甲", "collective", box(400, -100, 1000, 100))}
    titles = rl.confirm(cadastre.extents(EXTENT), cadastre.parcels(both))
    assert rows(titles, "titles-overlap-same-owner") == [("A", "B", area(box(400, -100, 500, 100)))]
    unknown = cadastre.parcels(both)
    unknown["owner"] = ["甲", None]
    titles = rl.confirm(cadastre.extents(EXTENT), unknown)
    assert [row[0] for row in rows(titles, "titles-overlap-same-owner")] == ["A"]


def test_duplicates_of_two_owners_are_disputed_and_near_duplicates_are_found():
    both = {"A": ("甲", "collective", box(0, -100, 500, 100)), "B": ("乙", "collective", box(0.1, -99.9, 500.1, 100))}
    titles = rl.confirm(cadastre.extents(EXTENT), cadastre.parcels(both), clean=True)
    assert [row[:2] for row in rows(titles, "title-duplicated")] == [("A", "B")]
    status = titles.holdings.set_index("parcel_id")["status"]
    assert status["A; B"] == "disputed"
    assert "duplicate_merged" not in set(titles.changes["kind"])


def test_registered_areas_are_held_against_the_drawing():
    drawn = area(box(200, -100, 300, 100))
    # Half the tolerance along an outline of 600 m explains 90 m².
    for off, told in ((0.0, False), (89.0, False), (-89.0, False), (91.0, True), (-2000.0, True)):
        areas = pd.DataFrame({"parcel_id": ["P02", "P99"], "registered_area_m2": [drawn + off, 1.0]})
        titles = rl.confirm(cadastre.extents(EXTENT), cadastre.defects(), registered_areas=areas)
        assert rows(titles, "area-differs") == [("P02", f"{drawn:.2f} − {drawn + off:.2f}", round(-off, 2))] * told
        assert rows(titles, "registered-unknown") == [("P99", "", pytest.approx(np.nan, nan_ok=True))]
        assert rows(titles, "registered-blank") == [("*", "", 10.0)]
    own = cadastre.defects(registered_area_m2=[np.nan, drawn + 500.0, *[np.nan] * 10])
    assert [row[0] for row in rows(rl.confirm(cadastre.extents(EXTENT), own), "area-differs")] == ["P02"]
    series = pd.Series({"P02": drawn + 500.0})
    titles = rl.confirm(cadastre.extents(EXTENT), cadastre.defects(), registered_areas=series)
    assert [row[0] for row in rows(titles, "area-differs")] == ["P02"]


# Tidying.


def test_nothing_is_repaired_unless_asked(titles):
    assert titles.changes.empty
    assert titles.changes.dtypes.equals(CHANGES.empty(CRS).dtypes)


def test_tidying_takes_slivers_and_duplicates_and_lists_each():
    extents = cadastre.extents(EXTENT)
    titles = rl.confirm(extents, cadastre.defects(), clean=True)
    assert_partition(titles, extents)
    told = titles.changes[["kind", "from_parcels", "to_parcel", "area_m2"]].to_numpy().tolist()
    assert told == [
        ["duplicate_merged", "P06; P07", "P06", area(box(650, -100, 750, 100))],
        ["gap_filled", "", "P02", area(box(300, -100, 300.2, 100))],
        ["overlap_assigned", "P03; P04", "P03", area(box(399.9, -100, 400, 100))],
    ]
    assert rl.check(titles.changes, CHANGES).empty
    assert titles.holdings["width_m"].isna().all()
    left = set(titles.holdings["parcel_id"])
    assert {"P04; P05", "P10; P11", ""} <= left, "disputes, claims and untitled land stay"
    assert not {"P07", "P06; P07", "P03; P04"} & left
    asked = {"sliver-gap", "sliver-overlap", "title-duplicated", "titles-overlap", "untitled-land"}
    assert asked & set(titles.faults["code"]) == {"titles-overlap", "untitled-land"}, "what is mended is no fault"
    assert asked <= set(rl.confirm(extents, cadastre.defects()).faults["code"])
    areas = titles.holdings.set_index("parcel_id")["area_m2"]
    assert areas["P02"] == area(box(200, -100, 300.2, 100))


def test_a_gap_goes_to_the_neighbour_along_its_longest_edge():
    shapes = {
        "A": ("甲", "collective", box(0, -100, 500, 20)),
        "B": ("乙", "collective", box(0, 20, 500, 100)),
        "C": ("丙", "collective", box(500.2, -100, 1000, 100)),
    }
    titles = rl.confirm(cadastre.extents(EXTENT), cadastre.parcels(shapes), clean=True)
    assert titles.changes[["kind", "to_parcel"]].to_numpy().tolist() == [["gap_filled", "C"]]


# Land classes, banks, administrative areas.


SURVEY = {
    "T1": ("1101", box(0, -40, 1000, 40)),
    "T2": ("116", box(0, 40, 1000, 60)),
    "T3": ("0101", box(0, 60, 1000, 100)),
    "T4": ("1109", box(0, -100, 1000, -40)),
}


def test_claims_against_the_state_follow_the_class_of_the_survey():
    extents = cadastre.extents(EXTENT)
    owners = {
        "A": ("甲村", "collective", box(0, -100, 500, 100)),
        "B": ("水利局", "state", box(500, -100, 800, 100)),
        "C": ("乙村", "collective", box(800, 39.8, 1000, 100)),
        "D": ("丙", "unknown", box(800, -100, 1000, 39.8)),
    }
    titles = rl.confirm(extents, cadastre.parcels(owners), land_classes=cadastre.patches(SURVEY))
    assert_partition(titles, extents)
    assert rows(titles, "river-land-claimed") == [("A", "1101", area(box(0, -40, 500, 40)))]
    assert sorted(rows(titles, "river-land-presumed")) == sorted(
        [
            ("A", "116", area(box(0, 40, 500, 60))),
            ("A", "1109", area(box(0, -100, 500, -40))),
            ("C", "116", area(box(800, 40, 1000, 60))),
        ]
    )
    assert rows(titles, "sliver-claim") == [("C", "1101", 0.2)]
    claimed = titles.holdings[titles.holdings["status"] == "claimed"]
    assert claimed[["parcel_id", "land_class"]].to_numpy().tolist() == [["A", "1101"]]
    assert set(titles.holdings.loc[titles.holdings["owner"] == "丙", "status"]) == {"clear"}, "unknown stays unknown"


def test_waters_without_a_title_are_the_states_and_still_untitled():
    """Of 1,000 m x 200 m one village has 300 m; of the rest the river is the state's, flats and fields are unknown."""
    owner = {"A": ("甲村", "collective", box(0, -100, 300, 100))}
    titles = rl.confirm(cadastre.extents(EXTENT), cadastre.parcels(owner), land_classes=cadastre.patches(SURVEY))
    told = titles.register.set_index(["ownership", "land_class"])
    assert told.loc[("state", "1101"), "untitled_m2"] == pytest.approx(area(box(300, -40, 1000, 40)), abs=0.01)
    assert told.loc[("state", "1101"), "clear_m2"] == 0.0
    untitled = titles.holdings[titles.holdings["status"] == "untitled"]
    assert untitled.set_index("land_class")["ownership"].to_dict() == {
        "1101": "state", "116": "unknown", "0101": "unknown", "1109": "unknown",
    }  # fmt: skip


@pytest.mark.parametrize(("owner", "ownership", "status"), [
    ("", "unknown", "unknown"), (None, None, "unknown"), ("", "collective", "unknown"), ("", "private", "unknown"),
    ("", "state", "clear"), ("甲村", "unknown", "clear"), ("甲村", "collective", "clear"),
])  # fmt: skip
def test_a_parcel_that_does_not_say_whose_it_is_is_not_clear(owner, ownership, status):
    drawn = cadastre.extents(EXTENT)
    fields = {"A": (owner, ownership, box(0, -100, 300, 100)), "B": ("乙村", "collective", box(300, -100, 1000, 100))}
    titles = rl.confirm(drawn, cadastre.parcels(fields))
    assert_partition(titles, drawn)
    assert titles.holdings.set_index("parcel_id")["status"].to_dict() == {"A": status, "B": "clear"}
    size = area(box(0, -100, 300, 100))
    assert rows(titles, "holder-unknown") == [("A", "", size)] * (status == "unknown")
    sums = titles.register[["clear_m2", "unknown_m2"]].sum()
    assert sums["unknown_m2"] == (pytest.approx(size, abs=0.02) if status == "unknown" else 0.0)
    told = titles.faults[titles.faults["code"] == "holder-unknown"]["detail"].tolist()
    assert told == [f"宗地 A 没有权利人，也不是国有，范围内 {size:.10g} m² 权属不明"] * (status == "unknown")


def test_what_tidying_gives_to_a_parcel_without_an_owner_is_not_clear_either():
    fields = {"A": ("", "unknown", box(0, -100, 500, 100)), "B": ("乙村", "collective", box(500.2, -100, 1000, 20))}
    titles = rl.confirm(cadastre.extents(EXTENT), cadastre.parcels(fields), clean=True)
    assert titles.changes[["kind", "to_parcel"]].to_numpy().tolist() == [["gap_filled", "A"]]
    assert titles.holdings.set_index("parcel_id")["status"].to_dict() == {"": "untitled", "A": "unknown", "B": "clear"}
    assert [row[0] for row in rows(titles, "holder-unknown")] == ["A"]


def test_a_nameless_title_of_a_collective_on_the_river_is_a_claim_all_the_same():
    fields = {"A": ("", "collective", box(0, -100, 1000, 100))}
    titles = rl.confirm(cadastre.extents(EXTENT), cadastre.parcels(fields), land_classes=cadastre.patches(SURVEY))
    status = titles.holdings.set_index("land_class")["status"].to_dict()
    assert status == {"1101": "claimed", "116": "unknown", "0101": "unknown", "1109": "unknown"}


def wrong_patches():
    """Layers of which nothing can be used: no rows, a bow-tie, a corner that is no number."""
    x, y = county.ORIGIN
    bow = shapely.Polygon([(x, y), (x + 9, y + 9), (x + 9, y), (x, y + 9)])
    endless = shapely.set_coordinates(shapely.box(x, y, x + 9, y + 9), [(x, y), *[(x, np.nan)] * 3, (x, y)])
    return {"none": {}, "bow-tie": {"T1": ("1101", bow)}, "infinite": {"T1": ("1101", endless)}}


@pytest.mark.parametrize("what", ["none", "bow-tie", "infinite"])
def test_a_survey_of_which_nothing_can_be_used_leaves_all_land_without_a_class(what):
    titles = rl.confirm(
        cadastre.extents(EXTENT), cadastre.defects(), land_classes=cadastre.patches(wrong_patches()[what])
    )
    assert_partition(titles, cadastre.extents(EXTENT))
    assert rows(titles, "class-missing") == [("R1-management", "", pytest.approx(EXTENT.area))]
    wrong = {"none": set(), "bow-tie": {"invalid"}, "infinite": {"geometry-infinite"}}[what]
    wrong |= {"left-out"} if wrong else set()
    assert wrong == set(titles.faults.loc[titles.faults["layer"] == "land_classes", "code"])


def test_parcels_that_are_none_are_refused_in_words():
    with pytest.raises(rl.SchemaError, match="parcels must be a GeoDataFrame"):
        rl.confirm(cadastre.extents(EXTENT), None)


def test_units_go_by_name_and_those_of_one_name_stay_apart():
    units = gpd.GeoDataFrame(
        {"admin_id": ["349903100", "349903101", "349903102"], "name": ["城关镇", "新村", "新村"]},
        geometry=[box(0, -100, 400, 100), box(400, -100, 700, 100), box(700, -100, 1000, 100)],
        crs=CRS,
    )
    owner = {"A": ("甲村", "collective", EXTENT)}
    titles = rl.confirm(cadastre.extents(EXTENT), cadastre.parcels(owner), admin=units)
    named = [["城关镇", "349903100"], ["新村", "349903101"], ["新村", "349903102"]]
    assert titles.holdings[["admin", "admin_code"]].to_numpy().tolist() == named
    assert titles.register[["admin", "admin_code"]].to_numpy().tolist() == named
    assert titles.register["adjusted_area_m2"].round(-2).tolist() == [80000.0, 60000.0, 60000.0]


def test_land_that_several_claim_from_the_state_stays_disputed_and_is_told():
    both = {"A": ("甲", "collective", box(0, -100, 1000, 100)), "B": ("乙", "collective", box(900, -100, 1000, 100))}
    survey = cadastre.patches({"T1": ("1101", EXTENT)})
    titles = rl.confirm(cadastre.extents(EXTENT), cadastre.parcels(both), land_classes=survey)
    assert titles.holdings.set_index("parcel_id")["status"].to_dict() == {"A": "claimed", "A; B": "disputed"}
    assert [row[0] for row in rows(titles, "river-land-claimed")] == ["A", "A; B"]


def test_the_register_sums_old_and_new_codes_under_one_class():
    survey = cadastre.patches({"T1": ("111", box(0, -100, 500, 100)), "T2": ("1101", box(500, -100, 1000, 100))})
    owner = {"A": ("水利局", "state", EXTENT)}
    titles = rl.confirm(cadastre.extents(EXTENT), cadastre.parcels(owner), land_classes=survey)
    assert titles.holdings["land_class"].tolist() == ["1101", "111"]
    assert titles.holdings["class_name"].tolist() == ["河流水面"] * 2
    assert titles.register[["land_class", "class_name", "holding_count"]].to_numpy().tolist() == [
        ["1101", "河流水面", 2]
    ]
    assert rows(titles, "class-generations-mixed") == [("*", "", 1.0)]


def test_gaps_overlaps_and_unknown_codes_of_the_survey_are_told():
    extents = cadastre.extents(EXTENT)
    survey = cadastre.patches(
        {
            "T1": ("1101", box(0, -100, 400, 100)),
            "T2": ("0101", box(390, -100, 700, 100)),
            "T3": ("9999", box(700.1, -100, 900, 100)),
        }
    )
    titles = rl.confirm(extents, cadastre.parcels({"A": ("水利局", "state", EXTENT)}), land_classes=survey)
    assert_partition(titles, extents)
    assert rows(titles, "classes-overlap") == [("T1", "T2", 2000.0)]
    assert rows(titles, "class-missing") == [("R1-management", "", 20000.0)]
    assert [row[:2] for row in rows(titles, "class-unknown")] == [("T3", "9999")]
    assert titles.faults.query("code == 'sliver-gap'")["layer"].tolist() == ["land_classes"]
    assert set(titles.holdings["land_class"]) == {"1101", "0101", "0101; 1101", "9999", ""}
    assert set(titles.holdings.loc[titles.holdings["land_class"] == "0101; 1101", "class_name"]) == {"水田; 河流水面"}


def test_without_a_survey_the_parcels_own_class_is_taken():
    own = cadastre.defects(land_class="0101")
    titles = rl.confirm(cadastre.extents(EXTENT), own)
    assert titles.holdings.set_index("parcel_id").loc[["P01", "P04; P05"], "class_name"].tolist() == ["水田"] * 2
    assert set(titles.holdings.loc[titles.holdings["parcel_id"] == "", "land_class"]) == {""}


def test_axes_part_an_extent_by_bank_and_reversing_them_swaps_the_banks():
    extents = cadastre.extents(EXTENT)
    axis = [(-50, 20), (400, 20), (1050, 20)]
    titles = rl.confirm(extents, cadastre.defects(), axes=cadastre.axes(axis, start_chainage_m=1000.0))
    assert_partition(titles, extents)
    left = titles.holdings[titles.holdings["bank"] == "left"]
    assert cents(left["adjusted_area_m2"]) == pytest.approx(cents([area(box(0, 20, 1000, 100))]), abs=2)
    assert left.loc[left["parcel_id"] == "P02", "chainage_m"].item() == pytest.approx(1300.0, abs=50)
    turned = rl.confirm(extents, cadastre.defects(), axes=cadastre.axes(axis[::-1]))
    swapped = turned.holdings[turned.holdings["bank"] == "right"]
    assert sorted(swapped["area_m2"]) == sorted(left["area_m2"])
    lake = rl.confirm(extents, cadastre.defects(), axes=cadastre.axes(axis).assign(river_id="R9"))
    assert lake.holdings["bank"].isna().all()
    assert [row[0] for row in rows(lake, "bank-unknown")] == ["R1-management"]


def test_outlines_that_agree_but_for_rounding_leave_no_hairs_between_them():
    # Every patch of the survey is one of the parcels, so nothing but whole parcels and the land between can come of it.
    county = rl.samples.path("清水县.gpkg")
    fields, survey, rivers = (
        rl.read_layer(county, schema, layer=schema.name)
        for schema in (rl.schema.PARCELS, rl.schema.LAND_CLASSES, rl.schema.AXES)
    )
    ground = cadastre.extents(rivers.geometry.iloc[0].buffer(311.0))
    titles = rl.confirm(ground, fields.drop(columns="land_class"), land_classes=survey)
    shapes = titles.holdings.geometry.array
    assert (2.0 * shapely.area(shapes) / shapely.length(shapes)).min() > 1e-4
    assert shapely.area(shapes).sum() == pytest.approx(ground.area.sum(), abs=1e-3)
    assert titles.holdings["adjusted_area_m2"].sum() == pytest.approx(ground["area_m2"].sum(), abs=1e-6)
    assert "partition-open" not in set(titles.faults["code"])


def test_administrative_areas_part_the_register():
    extents = cadastre.extents(EXTENT)
    counties = gpd.GeoDataFrame(
        {"admin_id": ["清水县", "白石县"], "name": ""},
        geometry=[box(-500, -500, 450, 500), box(450, -500, 990, 500)],
        crs=CRS,
    )
    titles = rl.confirm(extents, cadastre.defects(), admin=counties)
    assert_partition(titles, extents)
    sums = titles.register.groupby("admin")["adjusted_area_m2"].sum()
    assert sums["清水县"] == pytest.approx(area(box(0, -100, 450, 100)), abs=0.02)
    assert rows(titles, "admin-missing") == [("R1-management", "", 2000.0)]
    assert set(titles.register["admin"]) == {"清水县", "白石县", ""}


# Several extents, and what a demarcation gives.


def test_protection_extents_are_set_aside_and_overlapping_ones_are_told():
    shapes = (EXTENT, box(900, -100, 1500, 100), box(0, 100, 1000, 200))
    extents = cadastre.extents(*shapes, kinds=["management", "management", "protection"])
    titles = rl.confirm(extents, cadastre.defects())
    assert_partition(titles, extents[:2])
    assert set(titles.holdings["extent_id"]) == {"R1-management", "R2-management"}
    assert [row[0] for row in rows(titles, "extent-not-confirmed")] == ["R3-protection"]
    assert rows(titles, "extents-overlap") == [("R1-management", "R2-management", area(box(900, -100, 1000, 100)))]


def test_extents_under_one_code_are_told_and_each_sums_to_its_own_area():
    extents = cadastre.extents(box(0, -100, 400, 100), box(500, -100, 1000, 100)).assign(extent_id="E")
    titles = rl.confirm(extents, cadastre.defects())
    assert [row[0] for row in rows(titles, "key-duplicated")] == ["E"]
    assert titles.holdings["holding_id"].is_unique
    west = titles.holdings[titles.holdings["river_id"] == "R1"]
    assert cents(west["adjusted_area_m2"]) == cents([area(box(0, -100, 400, 100))])


def test_a_parcel_that_two_overlapping_extents_hold_straddles_by_what_is_in_neither():
    extents = cadastre.extents(EXTENT, box(900, -100, 1500, 100))
    titles = rl.confirm(extents, cadastre.parcels({"A": ("甲", "collective", box(800, -100, 1100, 150))}))
    assert rows(titles, "parcel-straddles") == [("A", "", area(box(800, -100, 1100, 100)))]


def test_one_extent_that_the_geometry_library_refuses_does_not_stop_the_others(monkeypatch):
    from riverline.confirmation import confirming

    def refuse(region, *arguments, **options):
        if region.bounds[0] == cadastre.EAST:
            raise shapely.errors.GEOSException("TopologyException: side location conflict")
        return drawn(region, *arguments, **options)

    drawn = confirming.titles_in
    monkeypatch.setattr(confirming, "titles_in", refuse)
    extents = cadastre.extents(box(0, -100, 400, 100), box(500, -100, 1000, 100))
    titles = rl.confirm(extents, cadastre.defects(), land_classes=cadastre.patches(SURVEY))
    assert [row[0] for row in rows(titles, "extent-not-done")] == ["R1-management"]
    assert set(titles.holdings["river_id"]) == {"R2"}


def test_a_parcel_in_two_neighbouring_extents_straddles_no_line():
    extents = cadastre.extents(box(0, -100, 500, 100), box(500, -100, 1000, 100))
    titles = rl.confirm(extents, cadastre.parcels({"A": ("甲", "collective", EXTENT)}))
    assert_partition(titles, extents)
    assert titles.faults.empty
    assert titles.holdings["extent_id"].tolist() == ["R1-management", "R2-management"]


def test_a_demarcation_is_taken_as_it_is(tmp_path):
    toes = county.levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    drawn = rl.demarcate(county.axes([(0, 0), (1000, 0)]), county.rule_set(tmp_path), levees=toes)
    owner = cadastre.parcels({"A": ("甲", "collective", box(-10, -200, 1010, 0))})
    titles = rl.confirm(drawn, owner)
    assert cents(titles.holdings["adjusted_area_m2"]) == cents(drawn.extents["area_m2"])
    assert titles.run.rules_digest == drawn.rules.digest
    assert rl.confirm(drawn.extents, owner).holdings.equals(titles.holdings)


def test_an_area_that_is_not_the_drawings_is_told():
    extents = cadastre.extents(EXTENT).assign(area_m2=150_000.0)
    titles = rl.confirm(extents, cadastre.defects())
    assert rows(titles, "extent-area-differs") == [("R1-management", "", round(150_000.0 - area(EXTENT), 2))]
    assert cents(titles.holdings["adjusted_area_m2"]) == cents([area(EXTENT)])


# Laws.


def test_results_conform_to_their_schemas_and_have_no_faults(titles):
    for frame, schema in ((titles.holdings, HOLDINGS), (titles.register, REGISTER), (titles.faults, FAULTS)):
        assert frame.dtypes.equals(schema.conform(frame).dtypes)
        assert rl.check(frame, schema).empty, schema.name
    full = rl.confirm(
        cadastre.extents(EXTENT),
        cadastre.defects(),
        axes=cadastre.axes([(-50, 20), (1050, 20)]),
        land_classes=cadastre.patches(SURVEY),
    )
    assert rl.check(full.holdings, HOLDINGS).empty


def test_no_input_is_changed_and_no_order_matters_and_other_columns_come_through():
    extents, parcels = cadastre.extents(EXTENT), cadastre.defects(title_no="皖2024", remark=range(12))
    survey = cadastre.patches(SURVEY)
    before = [frame.copy(deep=True) for frame in (extents, parcels, survey)]
    titles = rl.confirm(extents, parcels, land_classes=survey)
    for frame, copy in zip((extents, parcels, survey), before, strict=True):
        assert frame.equals(copy)
    mixed = parcels.sample(frac=1.0, random_state=3), survey.sample(frac=1.0, random_state=4)
    again = rl.confirm(extents, mixed[0], land_classes=mixed[1])
    assert again.holdings.drop(columns="geometry").equals(titles.holdings.drop(columns="geometry"))
    assert again.faults["fault_id"].tolist() == titles.faults["fault_id"].tolist()
    assert again.register.equals(titles.register)
    named = titles.holdings.set_index("parcel_id")
    assert (named.loc["P02", "remark"] == 1).all()
    assert (named.loc["P02", "title_no"] == "皖2024").all()
    assert named.loc["P04; P05", "remark"].isna().all()


def test_moving_the_map_moves_the_result(titles):
    def move(frame):
        return frame.set_geometry(frame.translate(3000.0, -7000.0))

    moved = rl.confirm(move(cadastre.extents(EXTENT)), move(cadastre.defects()))
    kept = ["holding_id", "parcel_id", "owner", "ownership", "status"]
    assert moved.holdings[kept].equals(titles.holdings[kept])
    back = moved.holdings.translate(-3000.0, 7000.0)
    away = shapely.area(shapely.symmetric_difference(back.array, titles.holdings.geometry.array))
    assert away.max() < 1e-5


def test_every_parcel_ends_in_a_holding_or_a_fault():
    bow = shapely.Polygon([(500_000, 3_500_000), (500_010, 3_500_010), (500_010, 3_500_000), (500_000, 3_500_010)])
    bad = cadastre.parcels(
        {
            "B1": ("甲", "collective", None),
            "B2": ("甲", "collective", bow),
            "B3": ("甲", "collective", shapely.Point(500_000, 3_500_000)),
            " ": ("甲", "collective", EXTENT),
            "B5": ("甲", "国有土地使用权", EXTENT),
            "B6": ("甲", "collective", box(1000, -100, 1100, 100)),
        }
    )
    titles = rl.confirm(cadastre.extents(EXTENT), bad)
    told = titles.faults[titles.faults["code"] != "left-out"].set_index("feature_id")["code"]
    assert told[["B1", "B2", "B3", "row 3", "B5", "*"]].tolist() == [
        "feature-blank", "invalid", "geometry-type", "key-blank", "value-choice", "features-outside",
    ]  # fmt: skip
    assert rows(titles, "features-outside") == [("*", "", 1.0)], "one that only touches lies outside"
    assert titles.holdings[["parcel_id", "ownership"]].to_numpy().tolist() == [["B5", "unknown"]]


def test_another_crs_is_brought_along_and_the_fact_is_kept():
    parcels = cadastre.defects()
    titles = rl.confirm(cadastre.extents(EXTENT), parcels.to_crs(4490))
    assert titles.run.inputs["parcels"]["note"] == "reprojected to EPSG:4548"
    assert titles.run.inputs["land_class_table"]["edition"]
    plain = rl.confirm(cadastre.extents(EXTENT), parcels)
    assert titles.holdings["parcel_id"].tolist() == plain.holdings["parcel_id"].tolist()
    assert np.allclose(titles.holdings["area_m2"], plain.holdings["area_m2"], atol=0.02)


def test_nothing_and_next_to_nothing():
    none = rl.confirm(cadastre.extents(EXTENT), cadastre.defects()[:0])
    assert none.holdings["status"].tolist() == ["untitled"]
    assert cents(none.holdings["adjusted_area_m2"]) == cents([area(EXTENT)])
    empty = rl.confirm(cadastre.extents(EXTENT)[:0], cadastre.defects())
    assert empty.holdings.empty
    assert empty.register.empty
    assert empty.holdings.dtypes.equals(HOLDINGS.empty(CRS).dtypes)
    assert rows(empty, "features-outside") == [("*", "", 12.0)]


def test_wrong_calls_raise_once_with_everything():
    with pytest.raises(rl.SchemaError, match="ownership") as error:
        rl.confirm(cadastre.extents(EXTENT).drop(columns="kind"), cadastre.defects().drop(columns="ownership"))
    assert "kind" in error.value.en
    with pytest.raises(rl.CRSError, match="to_metric"):
        rl.confirm(cadastre.extents(EXTENT, crs=4490), cadastre.defects())
    for width in (0.0, -1.0, np.nan):
        with pytest.raises(rl.JobError, match="tolerance_m"):
            rl.confirm(cadastre.extents(EXTENT), cadastre.defects(), tolerance_m=width)
    with pytest.raises(rl.SchemaError, match="registered_area_m2"):
        rl.confirm(cadastre.extents(EXTENT), cadastre.defects(), registered_areas=pd.DataFrame({"parcel_id": ["P01"]}))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 9), st.integers(-10, 9), st.integers(1, 6), st.integers(1, 6),
            st.sampled_from(["甲", "乙", ""]), st.sampled_from(["state", "collective", "private", "unknown"]),
            st.sampled_from([0.0, 0.05, 0.2]),
        ),
        max_size=7,
    ),
    st.booleans(),
)  # fmt: skip
def test_any_titles_part_the_extent(drawn, clean):
    extents = cadastre.extents(EXTENT)
    owners = {
        f"P{number}": (owner, kind, box(100 * x + shift, 10 * y, 100 * (x + w), 10 * (y + h) - shift))
        for number, (x, y, w, h, owner, kind, shift) in enumerate(drawn)
    }
    titles = rl.confirm(extents, cadastre.parcels(owners), land_classes=cadastre.patches(SURVEY), clean=clean)
    assert_partition(titles, extents)
    told = set(titles.holdings["parcel_id"].str.split("; ").explode()) - {""}
    gone = set(titles.changes["from_parcels"].str.split("; ").explode()) - {""}
    outside = titles.faults.query("code == 'features-outside' and layer == 'parcels'")["value"].sum()
    assert len(told | gone) + outside == len(owners)
    assert rl.check(titles.holdings, HOLDINGS).empty


# Words.


def test_every_text_of_an_official_table_is_chinese_and_comes_from_the_schema(titles):
    for frame, schema in ((titles.register, REGISTER), (titles.holdings, HOLDINGS)):
        for name in frame.columns:
            if name != "geometry":
                assert any("\u4e00" <= letter <= "\u9fff" for letter in schema[name].label())
    assert [HOLDINGS["status"].value_label(value) for value in ("clear", "untitled", "claimed")] == [
        "权属清楚", "未登记", "涉及国有土地",
    ]  # fmt: skip
    assert REGISTER.label() == "权属面积汇总表"
    assert titles.faults["detail"].str.contains("[\u4e00-\u9fff]").all()
    assert rl.faults.describe(titles.faults, "en")["detail"].str.isascii().sum() > 0
    assert "权属面积汇总表" in titles._repr_html_()
    assert "13 holdings" in repr(titles) or "15 holdings" in repr(titles)


def test_the_table_of_land_classes_is_complete_in_both_generations():
    table = rl.rules.list_land_classes()
    assert table["code"].is_unique
    old = [*table["old"][table["old"] != ""], *table["code"][table["code"].str.fullmatch(r"\d{3}")]]
    assert len(set(old)) == len(old) == 57, "all classes of the second level of 2007"
    river = table[table["code"].between("1101", "1110")]
    assert river["old"].tolist() == ["111", "112", "113", "114", "115", "116", "117", "125", "118", "119"]
    assert set(table["land"]) == {"", "state", "presumed"}
    assert set(table["seen"]) == {"M", "U"}
    assert not table["en"].str.contains("[\u4e00-\u9fff]").any()
    known = rl.rules.load_land_classes()
    assert [known.find(code).zh for code in ("1107A", "0201K", "05H1", "031")] == [
        "沟渠",
        "果园",
        "商业服务业设施用地",
        "有林地",
    ]
    assert known.find("1101X9") is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=40), st.integers(0, 10**11))
def test_parts_of_a_total_sum_to_it_exactly_and_stay_next_to_their_share(shares, units):
    parts = rl.geodesy.apportion(shares, units / 100)
    if sum(shares) > 0:
        assert int(np.round(parts * 100).sum()) == units
        exact = np.array(shares) / np.sum(shares) * units
        assert np.abs(np.round(parts * 100) - exact).max() <= 1 + 1e-9 * units
    else:
        assert not parts.any()


# Areas that are drawn wrongly


def test_a_parcel_that_takes_no_part_says_that_its_land_counts_as_untitled():
    x, y = county.ORIGIN
    bow = shapely.Polygon([(x, y), (x + 90, y + 90), (x + 90, y), (x, y + 90)])
    drawn = cadastre.parcels({"A": ("甲", "collective", bow), " ": ("乙", "collective", box(300, -50, 400, 50))})
    titles = rl.confirm(cadastre.extents(EXTENT), drawn)
    told = titles.faults[titles.faults["code"] == "left-out"]
    assert told["detail"].tolist() == [f"宗地 {name} 未参与，其范围内的面积计为未登记" for name in ("A", "row 1")]
    assert rl.faults.describe(told, "en")["detail"].iloc[0].endswith("took no part: its land counts as untitled")
    assert set(titles.holdings["status"]) == {"untitled"}


def test_an_outline_that_touches_itself_is_mended_for_its_area_stays():
    x, y = county.ORIGIN
    spike = shapely.Polygon([(x, y), (x + 100, y), (x + 100, y + 50), (x + 150, y + 50), (x + 100, y + 50),
                             (x + 100, y + 90), (x, y + 90)])  # fmt: skip
    twice = shapely.MultiPolygon([box(300, -50, 400, 50), box(350, -50, 500, 50)])
    drawn = cadastre.parcels({"A": ("甲", "collective", spike), "B": ("乙", "collective", twice)})
    titles = rl.confirm(cadastre.extents(EXTENT), drawn)
    assert not spike.is_valid
    assert_partition(titles, cadastre.extents(EXTENT))
    held = titles.holdings.set_index("parcel_id").geometry.area
    assert held[["A", "B"]].tolist() == pytest.approx([9000.0, 20_000.0])
    assert rows(titles, "parts-united") == [("B", "", pytest.approx(5000.0))]
    assert titles.faults.loc[titles.faults["code"] == "area-mended", "feature_id"].tolist() == ["A"]
    assert "left-out" not in set(titles.faults["code"])


def test_an_overlap_that_is_the_noise_of_doubles_is_no_holding_and_a_larger_one_is():
    hair = 4e-5
    drawn = cadastre.parcels({"A": ("甲", "collective", box(0, -100, 500 + hair, 100)),
                              "B": ("乙", "collective", box(500, -100, 1000, 100))})  # fmt: skip
    near = cadastre.parcels({"A": ("甲", "collective", box(0, -100, 500, 100).union(box(500, 0, 500.001, 0.0005))),
                             "B": ("乙", "collective", box(500, -100, 1000, 100))})  # fmt: skip
    for each, count in ((drawn, 3), (near, 2)):
        titles = rl.confirm(cadastre.extents(EXTENT), each)
        assert_partition(titles, cadastre.extents(EXTENT))
        assert len(titles.holdings) == count
        assert (titles.holdings["area_m2"] > 0.0).all()
    small = cadastre.parcels({"A": ("甲", "collective", box(0, -100, 500, 100).union(box(500, 0, 500.01, 0.01))),
                              "B": ("乙", "collective", box(500, -100, 1000, 100))})  # fmt: skip
    titles = rl.confirm(cadastre.extents(EXTENT), small)
    assert titles.holdings["status"].value_counts()["overlapping"] == 1


def test_registered_areas_that_are_none_have_a_fault_of_their_own():
    drawn = cadastre.parcels({name: ("甲", "collective", box(at, -50, at + 90, 50))
                              for at, name in ((0, "A"), (100, "B"), (200, "C"))})  # fmt: skip
    stated = {"A": -5.0, "B": np.inf, "C": 9000.0}
    for titles in (
        rl.confirm(cadastre.extents(EXTENT), drawn, registered_areas=pd.Series(stated)),
        rl.confirm(cadastre.extents(EXTENT), drawn.assign(registered_area_m2=list(stated.values()))),
    ):
        told = titles.faults[titles.faults["code"] == "registered-implausible"]
        assert told[["feature_id", "value"]].to_numpy().tolist() == [["A", -5.0], ["B", np.inf]]
        assert "area-differs" not in set(titles.faults["code"])


@pytest.mark.parametrize("wrong", ["0.3", None, True, np.nan, 0.0])
def test_a_tolerance_that_is_no_width_is_told(wrong):
    with pytest.raises(rl.JobError, match="tolerance_m 应为大于零的米数"):
        rl.confirm(cadastre.extents(EXTENT), cadastre.defects(), tolerance_m=wrong)
