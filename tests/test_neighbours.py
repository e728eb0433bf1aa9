"""Rivers that meet: no land in two extents, none lost, edges shared vertex for vertex, and every line on its edge."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import riverline as rl
from county import CRS, ORIGIN, axes, bank_tops, levees, rule_set
from riverline._kernels.areas.narrows import narrows
from riverline._kernels.areas.neighbours import part_in_order
from riverline.faults import describe

MM = 1e-3
MAIN, TRIBUTARY = [(0, 0), (1000, 0)], [(500, 600), (500, 0)]


def ruled(folder, *, widths=None, **policy):
    """The test rule set with values of its policy changed; extents end at the toes unless widths say otherwise."""
    rule_set(folder, **({"levee": 0.0} | (widths or {})))
    path = folder / "rules.toml"
    text = path.read_text(encoding="utf-8").replace('mouth = "close"\nmouth_follow_m = 0.0\n', "")
    values = {"mouth": "close", "mouth_follow_m": 0.0, **policy}
    said = "\n".join(f"{name} = {value!r}" for name, value in values.items())
    path.write_text(text.replace("several_levees", f"{said}\nseveral_levees", 1), encoding="utf-8")
    return rl.load_rules(path)


def toes(*rows):
    """Landside toes of several rivers: (river, line)."""
    frames = [levees(line, river_id=river) for river, line in rows]
    drawn = pd.concat(frames, ignore_index=True)
    return drawn.assign(levee_id=[f"L{n + 1}" for n in range(len(rows))])


MOUTH = toes(
    ("R1", [(0, 110), (1000, 110)]),
    ("R1", [(0, -110), (1000, -110)]),
    ("R2", [(550, 600), (550, 0)]),
    ("R2", [(450, 600), (450, 0)]),
)
BESIDE = toes(*((river, [(0, y), (1000, y)]) for river, y in (("R1", 80), ("R1", -80), ("R2", 220), ("R2", 60))))


def mouth(folder, *, ranks=("main", "tributary-1"), widths=None, **policy):
    """A tributary, 100 m wide, that joins a river of 220 m at a right angle."""
    return rl.demarcate(axes(MAIN, TRIBUTARY, rank=list(ranks)), ruled(folder, widths=widths, **policy), levees=MOUTH)


def beside(folder, *, columns=None, **policy):
    """Two rivers side by side whose extents overlap by 20 m."""
    rows = axes(MAIN, [(0, 140), (1000, 140)], **(columns or {"rank": ["main", "tributary-1"]}))
    return rl.demarcate(rows, ruled(folder, **policy), levees=BESIDE)


def extent(result, river, kind="management"):
    rows = result.extents[(result.extents["river_id"] == river) & (result.extents["kind"] == kind)]
    return shapely.transform(rows.geometry.iloc[0], lambda xy: xy - ORIGIN)


def line_of(result, line_id):
    found = result.lines.set_index("line_id").geometry[line_id]
    return (shapely.get_coordinates(found) - ORIGIN).round(3).tolist()


def told(result, *codes):
    rows = result.faults[result.faults["code"].isin(codes)].sort_values("code")
    return [
        (row.code, row.feature_id, row.note, pytest.approx(row.value, abs=MM)) for row in rows.itertuples(index=False)
    ]


def of_bank(result, river, bank):
    rows = result.lines[(result.lines["river_id"] == river) & (result.lines["bank"] == bank)]
    rows = rows.sort_values("start_chainage_m")
    return [
        (row.line_id, row.basis, row.start_chainage_m, row.end_chainage_m, row.length_m) for row in rows.itertuples()
    ]


# A mouth at a right angle -------------------------------------------------------------------------------------------


def test_a_mouth_is_parted_exactly_and_both_share_the_edge_vertex_for_vertex(tmp_path) -> None:
    result = mouth(tmp_path)
    main, tributary = extent(result, "R1"), extent(result, "R2")
    assert main.area == pytest.approx(1000 * 220, abs=1e-6)
    assert tributary.area == pytest.approx(100 * 490, abs=1e-6)
    assert shapely.union_all([main, tributary]).area == pytest.approx(main.area + tributary.area, abs=1e-6)
    edge = {(450.0, 110.0), (550.0, 110.0)}
    for each in (main, tributary):
        assert edge <= {(x, y) for x, y in shapely.get_coordinates(each).tolist()}
    assert shapely.coverage_is_valid(result.extents.geometry.array)
    assert result.extents["area_m2"].tolist() == pytest.approx([220_000, 49_000], rel=1e-3)


def test_the_tributary_ends_at_the_main_line_and_closing_pieces_name_whose_edge_it_is(tmp_path) -> None:
    result = mouth(tmp_path)
    assert of_bank(result, "R1", "left") == [("R1-L-001", "levee", 0.0, 1000.0, 1000.0)]
    assert of_bank(result, "R2", "left") == [
        ("R2-L-001", "levee", 0.0, 490.0, 490.0),
        ("R2-L-M01", "joined", 490.0, 600.0, 50.0),
    ]
    assert line_of(result, "R2-L-M01") == [[550, 110], [500, 110]]
    assert line_of(result, "R2-R-M01") == [[450, 110], [500, 110]]
    closing = result.lines[result.lines["line_id"] == "R2-L-M01"].iloc[0]
    assert (closing["source_ids"], closing["rule_id"], closing["confidence"]) == ("R1", "test/policy.shared", "low")
    assert result.extents.set_index("river_id")["left_length_m"].to_dict() == {"R1": 1000.0, "R2": 540.0}
    assert result.extents["clearance_m"].tolist() == pytest.approx([0.0, 0.0], abs=1e-6)


def test_what_was_shared_dropped_and_closed_is_told_in_both_languages(tmp_path) -> None:
    result = mouth(tmp_path)
    assert told(result, "extents-shared", "line-dropped", "mouth-closed") == [
        ("extents-shared", "R2", "R1", 11_000.0),
        ("line-dropped", "R2", "R1", 220.0),
        ("mouth-closed", "R1", "R2", 100.0),
    ]
    rows = result.faults[result.faults["code"] == "mouth-closed"]
    assert describe(rows, "zh")["detail"].tolist() == ["支流 R2 汇入河流 R1，R1 的管理范围线横过支流口 100 m"]
    assert describe(rows, "en")["detail"].tolist() == ["R2 joins R1, whose line runs across its mouth, 100 m"]
    assert rl.explain(result, "R2", "left", 550).startswith(
        "清水河左岸 K0+550：此处两个管理范围相接，界线是与清水河（R1）共用的边"
    )
    assert "the edge shared with 清水河 (R1)" in rl.explain(result, "R2", "right", "K0+600", language="en")


def test_a_river_that_follows_its_tributary_opens_at_the_mouth(tmp_path) -> None:
    result = mouth(tmp_path, mouth="follow", mouth_follow_m=100.0)
    assert extent(result, "R1").area == pytest.approx(1000 * 220 + 100 * 100, abs=1e-6)
    assert extent(result, "R2").area == pytest.approx(100 * 390, abs=1e-6)
    assert shapely.coverage_is_valid(result.extents.geometry.array)
    assert of_bank(result, "R1", "left") == [
        ("R1-L-001", "levee", 0.0, 450.0, 450.0),
        ("R1-L-M01", "levee", 450.0, pytest.approx(483.3), 100.0),
        ("R1-L-M02", "joined", pytest.approx(483.3), pytest.approx(516.7), 100.0),
        ("R1-L-M03", "levee", pytest.approx(516.7), 550.0, 100.0),
        ("R1-L-001-1", "levee", 550.0, 1000.0, 450.0),
    ]
    assert line_of(result, "R1-L-M01") == [[450, 110], [450, 210]]
    sources = result.lines.set_index("line_id")["source_ids"]
    assert sources[["R1-L-M01", "R1-L-M02", "R1-L-M03"]].tolist() == ["L4", "R2", "L3"]
    assert "up tributary R2" in rl.explain(result, "R1", "left", 460, language="en")
    assert line_of(result, "R2-L-M01") == [[550, 210], [500, 210]]
    assert told(result, "mouth-followed", "mouth-closed") == [("mouth-followed", "R1", "R2", 10_000.0)]


def test_the_tributary_may_keep_the_land_and_the_main_river_is_cut(tmp_path) -> None:
    result = mouth(tmp_path, ranks=("tributary-1", "main"))
    assert extent(result, "R2").area == pytest.approx(100 * 600, abs=1e-6)
    assert extent(result, "R1").area == pytest.approx(1000 * 220 - 100 * 110, abs=1e-6)
    assert of_bank(result, "R1", "left") == [
        ("R1-L-001", "levee", 0.0, 450.0, 450.0),
        ("R1-L-M01", "joined", 450.0, 550.0, 320.0),
        ("R1-L-001-1", "levee", 550.0, 1000.0, 450.0),
    ]
    assert shapely.coverage_is_valid(result.extents.geometry.array)


def test_a_river_across_another_goes_on_beyond_it(tmp_path) -> None:
    rows = axes(MAIN, [(500, 600), (500, -600)], rank=["main", "tributary-1"])
    across = toes(
        ("R1", [(0, 110), (1000, 110)]), ("R1", [(0, -110), (1000, -110)]),
        ("R2", [(550, 600), (550, -600)]), ("R2", [(450, 600), (450, -600)]),
    )  # fmt: skip
    result = rl.demarcate(rows, ruled(tmp_path), levees=across)
    assert [part.area for part in extent(result, "R2").geoms] == pytest.approx([49_000, 49_000], abs=1e-6)
    assert of_bank(result, "R2", "left") == [
        ("R2-L-001", "levee", 0.0, 490.0, 490.0),
        ("R2-L-M01", "joined", 490.0, 600.0, 50.0),
        ("R2-L-M02", "joined", 600.0, 710.0, 50.0),
        ("R2-L-001-1", "levee", 710.0, 1200.0, 490.0),
    ]
    assert told(result, "mouth-closed") == []


def test_protection_extents_overlap_neither_each_other_nor_a_management_extent(tmp_path) -> None:
    result = mouth(tmp_path, widths={"protection": 50.0})
    assert result.extents["kind"].value_counts().to_dict() == {"management": 2, "protection": 2}
    assert shapely.coverage_is_valid(result.extents.geometry.array)
    assert extent(result, "R2").area == pytest.approx(100 * 490, abs=1e-6)
    # The tributary's own land interrupts the main river's band, and the main river's band the tributary's.
    assert extent(result, "R1", "protection").area == pytest.approx(2 * 1000 * 50 - 100 * 50, rel=1e-4)
    assert extent(result, "R2", "protection").area == pytest.approx(2 * 50 * 440, rel=1e-4)


# Side by side ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shared", "columns", "areas"),
    [
        ("higher_rank", {"rank": ["main", "tributary-1"]}, [160, 140]),
        ("higher_rank", {"rank": ["二级支流", "干流"]}, [140, 160]),
        ("higher_rank", {"rank": ["main", "main"], "catchment_km2": [5.0, 80.0]}, [140, 160]),
        ("higher_rank", {"width_m": [20.0, 30.0]}, [140, 160]),
        ("larger", {"rank": ["main", "tributary-1"], "catchment_km2": [5.0, 80.0]}, [140, 160]),
        ("first_code", {"rank": ["tributary-1", "main"]}, [160, 140]),
        ("midline", {"rank": ["tributary-1", "main"]}, [150, 150]),
    ],
)
def test_the_rule_set_says_who_keeps_land_between_parallel_rivers(tmp_path, shared, columns, areas) -> None:
    result = beside(tmp_path, columns=columns, shared=shared)
    assert [extent(result, river).area / 1000 for river in ("R1", "R2")] == pytest.approx(areas, abs=1e-6)
    assert shapely.coverage_is_valid(result.extents.geometry.array)
    assert told(result, "shared-by-code") == []


def test_halves_meet_in_the_middle_and_both_lines_are_the_one_edge(tmp_path) -> None:
    result = beside(tmp_path, shared="midline")
    assert of_bank(result, "R1", "left") == [("R1-L-M01", "joined", 0.0, 1000.0, 1000.0)]
    assert of_bank(result, "R2", "right") == [("R2-R-M01", "joined", 0.0, 1000.0, 1000.0)]
    one, other = (result.lines.set_index("line_id").geometry[key] for key in ("R1-L-M01", "R2-R-M01"))
    assert shapely.equals_exact(one, other)
    assert np.abs(shapely.get_coordinates(one)[:, 1] - ORIGIN[1] - 70.0).max() < 1e-6
    assert [code for code, *_ in told(result, "extents-halved", "extents-shared")] == ["extents-halved"]


def test_where_only_codes_tell_rivers_apart_that_is_a_warning(tmp_path) -> None:
    result = beside(tmp_path, columns={"rank": ["县级", "县级"]})
    assert told(result, "shared-by-code") == [("shared-by-code", "R2", "R1", 20_000.0)]
    assert extent(result, "R1").area == pytest.approx(160_000, abs=1e-6)


def test_a_river_inside_another_has_no_extent_and_is_told(tmp_path) -> None:
    inner = toes(("R1", [(0, 80), (1000, 80)]), ("R1", [(0, -80), (1000, -80)]),
                 ("R2", [(200, 30), (800, 30)]), ("R2", [(200, 10), (800, 10)]))  # fmt: skip
    rows = axes(MAIN, [(200, 20), (800, 20)], rank=["main", "tributary-1"])
    result = rl.demarcate(rows, ruled(tmp_path), levees=inner)
    assert result.extents["river_id"].tolist() == ["R1"]
    assert set(result.lines["river_id"]) == {"R1"}
    assert told(result, "extent-taken")[0][:3] == ("extent-taken", "R2", "R1")


NOTCH = [(0, 75), (400, 75), (401, 80.4), (599, 80.4), (600, 75), (1000, 75)]


@pytest.mark.parametrize(("gaps", "code"), [("tell", "hole-between"), ("give", "hole-given")])
def test_a_strip_between_extents_that_none_holds_is_told_and_given_only_by_policy(tmp_path, gaps, code) -> None:
    rows = axes(MAIN, [(0, 200), (1000, 200)], rank=["main", "tributary-1"])
    drawn = toes(("R1", [(0, 80), (1000, 80)]), ("R1", [(0, -80), (1000, -80)]),
                 ("R2", [(0, 240), (1000, 240)]), ("R2", NOTCH))  # fmt: skip
    result = rl.demarcate(rows, ruled(tmp_path, gaps=gaps), levees=drawn)
    holes = result.faults[result.faults["code"].isin(["hole-between", "hole-given"])]
    assert holes[["code", "feature_id", "note"]].to_numpy().tolist() == [[code, "R1", "R1, R2"]]
    assert holes["limit"].iloc[0] == pytest.approx(0.4, abs=0.01)
    area = holes["value"].iloc[0]
    assert area == pytest.approx(0.4 * (198 + 198 + 2 * 0.4 / 5.4) / 2, abs=MM)
    given = extent(result, "R1").area - 160_000
    assert given == pytest.approx(area if gaps == "give" else 0.0, abs=MM)
    assert len(shapely.get_rings(shapely.union_all(result.extents.geometry.array))) == (1 if gaps == "give" else 2)
    assert told(rl.demarcate(rows, ruled(tmp_path, gaps=gaps, gap_m=0.2), levees=drawn), code) == []


@pytest.mark.parametrize(("gaps", "code"), [("tell", "hole-between"), ("give", "hole-given")])
@pytest.mark.parametrize("wide", [0.2, 0.5, 0.9])
def test_a_strip_that_lies_open_between_two_rivers_is_told_and_given_as_an_enclosed_one(
    tmp_path, wide, gaps, code
) -> None:
    long, y = 2000, 80 + wide
    rows = axes([(0, 0), (long, 0)], [(0, y + 80), (long, y + 80)], rank=["main", "tributary-1"])
    edges = (("R1", 80), ("R1", -80), ("R2", y + 160), ("R2", y))
    drawn = toes(*((river, [(0, at), (long, at)]) for river, at in edges))
    result = rl.demarcate(rows, ruled(tmp_path, gaps=gaps), levees=drawn)
    holes = result.faults[result.faults["code"].isin(["hole-between", "hole-given"])]
    assert holes[["code", "feature_id", "note"]].to_numpy().tolist() == [[code, "R1", "R1, R2"]]
    assert holes["limit"].iloc[0] == pytest.approx(wide, abs=0.02)
    # Each open end is a meniscus: a disc of half the limit enters by less than that.
    assert long * wide - wide < holes["value"].iloc[0] < long * wide
    gained = extent(result, "R1").area - 160 * long
    assert gained == pytest.approx(holes["value"].iloc[0] if gaps == "give" else 0.0, abs=MM)
    assert extent(result, "R2").area == pytest.approx(160 * long, abs=MM)
    if gaps == "give":
        edge = shapely.intersection(shapely.boundary(extent(result, "R1")), shapely.boundary(extent(result, "R2")))
        assert edge.length == pytest.approx(long, abs=1.0)
        assert "joined" in set(result.lines["basis"][result.lines["river_id"] == "R1"])


def test_outlines_that_part_at_an_angle_and_land_as_wide_as_the_limit_leave_no_strip() -> None:
    river = shapely.box(0, 0, 400, 10)
    wedge, far = shapely.Polygon([(0, 10), (400, 40), (0, 40)]), shapely.box(0, 11.01, 400, 20)
    assert len(narrows(np.array([river, wedge]), limit_m=1.0, least_m=1e-5)[2]) == 0
    assert len(narrows(np.array([river, far]), limit_m=1.0, least_m=1e-5)[2]) == 0
    assert len(narrows(np.array([river, far]), limit_m=1.02, least_m=1e-5)[2]) == 1


def test_rounding_between_extents_is_no_hole() -> None:
    crack = 3e-6
    areas = np.array([shapely.box(0, 0, 9, 5), shapely.box(0, 5 + crack, 9, 9), shapely.box(8, 4, 12, 6)])
    areas = np.append(areas, shapely.box(-2, 4, 1, 6))
    parted = part_in_order(areas, bounding=4, gap_m=1.0, give=False)
    assert len(parted.gaps) == 0
    assert shapely.coverage_is_valid(parted.shapes)
    assert len(shapely.get_rings(shapely.union_all(parted.shapes))) == 1


def test_a_policy_of_another_word_is_refused(tmp_path) -> None:
    with pytest.raises(rl.RuleError, match="shared"):
        ruled(tmp_path, shared="nobody")


def test_shipped_rules_say_that_no_text_was_seen_on_mouths() -> None:
    policy = rl.load_rules("anhui").policy
    assert (policy.shared, policy.gaps, policy.mouth) == ("higher_rank", "tell", "close")
    assert {policy.source_of(name).certainty for name in ("shared", "gaps", "gap_m", "mouth")} == {"U"}


# What is done with it -------------------------------------------------------------------------------------------------


def test_stakes_stand_where_the_line_enters_and_leaves_the_mouth_and_none_between(tmp_path) -> None:
    result = mouth(tmp_path)
    stakes = rl.place_stakes(result, axes=axes(MAIN, TRIBUTARY))
    sites = shapely.get_coordinates(stakes.geometry) - ORIGIN
    at = (np.abs(sites - (500, 110)) <= 60).all(axis=1)
    assert sorted(sites[at].round(3).tolist()) == [[450.0, 110.0], [550.0, 110.0]]
    assert stakes.loc[at, "river_id"].tolist() == ["R1", "R1"]
    assert stakes.loc[at, "reasons"].tolist() == ["confluence", "confluence"]
    assert stakes.loc[at, "chainage_m"].tolist() == [450.0, 550.0]
    assert rl.inspect(result, axes=axes(MAIN, TRIBUTARY), stakes=stakes).checks["failed"].eq(0).all()


@pytest.mark.parametrize("shared", ["higher_rank", "midline"])
def test_an_edge_that_two_rivers_share_is_staked_once(tmp_path, shared) -> None:
    result = beside(tmp_path, shared=shared)
    stakes = rl.place_stakes(result)
    edge = {"higher_rank": 80.0, "midline": 70.0}[shared]
    between = stakes[np.abs(stakes.geometry.y - ORIGIN[1] - edge) < 0.1]
    assert set(between["river_id"]) == {"R1"}
    assert len(between) == int((stakes["bank"] == "left").sum()) - int((stakes["river_id"] == "R2").sum())
    assert shapely.distance(between.geometry.array[:-1], between.geometry.array[1:]).min() > 1.0


def test_confirmed_land_is_counted_once(tmp_path) -> None:
    result = mouth(tmp_path)
    x, y = ORIGIN
    parcels = gpd.GeoDataFrame(
        {"parcel_id": ["P1"], "owner": ["甲村"], "ownership": ["collective"]},
        geometry=[shapely.box(x - 100, y - 300, x + 1100, y + 700)], crs=CRS,
    )  # fmt: skip
    titles = rl.confirm(result, parcels)
    assert "extents-overlap" not in set(titles.faults["code"])
    assert titles.holdings["area_m2"].sum() == pytest.approx(result.extents["area_m2"].sum(), abs=0.02)


# Laws -----------------------------------------------------------------------------------------------------------------


@st.composite
def networks(draw):
    """Two to four winding rivers that meet anyhow: (axes, bank tops)."""
    lines, columns = [], {"rank": [], "catchment_km2": []}
    for number in range(draw(st.integers(2, 4))):
        heading = draw(st.floats(-np.pi, np.pi))
        turns = draw(st.lists(st.floats(-0.5, 0.5), min_size=4, max_size=8))
        steps = 100.0 * np.column_stack([f(heading + np.cumsum(turns)) for f in (np.cos, np.sin)])
        course = np.vstack([[0.0, 0.0], np.cumsum(steps, axis=0)])
        middle = course[len(course) // 2]
        place = np.array([draw(st.floats(-200.0, 200.0)), draw(st.floats(-200.0, 200.0))]) * min(number, 1)
        lines.append([tuple(xy) for xy in np.round(course - middle + place, 2)])
        columns["rank"].append(draw(st.sampled_from(["main", "tributary-1", "tributary-2", None])))
        columns["catchment_km2"].append(draw(st.sampled_from([None, 5.0, 80.0])))
    rivers = axes(*lines, **columns)
    tops = [rl.channel.estimate_bank_tops(row, width_m=draw(st.sampled_from([12.0, 40.0])))
            for row in (rivers.iloc[[n]] for n in range(len(rivers)))]  # fmt: skip
    return rivers, pd.concat(tops, ignore_index=True)


def drawn_alone(rivers, tops, rules):
    found = [rl.demarcate(rivers.iloc[[n]], rules, bank_tops=tops[tops["river_id"] == rivers["river_id"].iloc[n]])
             for n in range(len(rivers))]  # fmt: skip
    return pd.concat([each.extents for each in found], ignore_index=True)


@settings(max_examples=6, deadline=None, phases=[Phase.generate],
          suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])  # fmt: skip
@given(
    network=networks(),
    policy=st.sampled_from(
        [{}, {"mouth": "follow", "mouth_follow_m": 80.0}, {"shared": "midline"}, {"shared": "larger"}]
    ),
    order=st.randoms(use_true_random=False),
)
def test_neighbours_part_their_union_without_overlap_or_crack(tmp_path, network, policy, order) -> None:
    rivers, tops = network
    rules = ruled(tmp_path, widths={"protection": 15.0}, **policy)
    alone, result = drawn_alone(rivers, tops, rules), rl.demarcate(rivers, rules, bank_tops=tops)
    together = result.extents
    assert shapely.coverage_is_valid(together.geometry[together["kind"] == "management"].array)
    assert together.geometry.is_valid.all()
    areas = together.geometry.array
    one, other = shapely.STRtree(areas).query(areas, predicate="intersects")
    apart = one < other
    assert shapely.area(shapely.intersection(areas[one[apart]], areas[other[apart]])).max(initial=0.0) < 1e-6
    for kinds in (["management"], ["management", "protection"]):
        before, after = (
            shapely.union_all(rows.geometry[rows["kind"].isin(kinds)].array, grid_size=2.0**-20)
            for rows in (alone, together)
        )
        # Corners stand on a grid of a micron.
        assert shapely.symmetric_difference(before, after).area < 2e-6 * before.length
    assert (together["clearance_m"].dropna() >= -1e-6).all()
    _lines_bound(result)
    shuffled = list(range(len(rivers)))
    order.shuffle(shuffled)
    again = rl.demarcate(rivers.iloc[shuffled], rules, bank_tops=tops.sample(frac=1.0, random_state=1))
    assert again.lines.geometry.geom_equals_exact(result.lines.geometry, 1e-9).all()
    assert again.extents.drop(columns="geometry").equals(result.extents.drop(columns="geometry"))


def _lines_bound(result):
    """Each piece lies on the edge of its extent, has a code of its own, and a bank's chainages leave no gap."""
    management = result.extents[result.extents["kind"] == "management"].set_index("river_id").geometry
    edges = management.boundary[result.lines["river_id"]].buffer(1e-4).reset_index(drop=True)
    assert result.lines.geometry.difference(edges).length.max() < MM
    assert result.lines["line_id"].is_unique
    for _, rows in result.lines.sort_values(["start_chainage_m", "end_chainage_m"]).groupby(["river_id", "bank"]):
        reached = rows["end_chainage_m"].cummax().to_numpy()[:-1]
        assert (rows["start_chainage_m"].to_numpy()[1:] <= reached + 0.11).all()


@settings(max_examples=4, deadline=None, phases=[Phase.generate],
          suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])  # fmt: skip
@given(network=networks(), policy=st.sampled_from([{}, {"shared": "midline"}]))
def test_stakes_of_any_network_stand_once_on_a_bank_and_pass_inspection(tmp_path, network, policy) -> None:
    rivers, tops = network
    result = rl.demarcate(rivers, ruled(tmp_path, **policy), bank_tops=tops)
    stakes = rl.place_stakes(result, axes=rivers)
    # What is looked at are stakes; where extents touch at a point, other checks have their own word.
    checks = rl.inspect(result, axes=rivers, stakes=stakes).checks.set_index("check_id")
    assert checks.loc[["stakes-on-line", "stakes-numbered", "stated-rows", "stated-places"], "failed"].eq(0).all()
    sites = stakes.geometry.array
    one, other = shapely.STRtree(sites).query(sites, predicate="dwithin", distance=MM)
    assert (one == other).all()
    # No stake of a river stands where its own axis leaves its extent: that is midstream.
    lines = dict(zip(rivers["river_id"], rivers.geometry, strict=True))
    tips = stakes[stakes["reason"].isin(["start", "end"])]
    away = shapely.distance(tips.geometry.array, np.array([lines[river] for river in tips["river_id"]], dtype=object))
    assert away.min() > 1.0


@settings(max_examples=6, deadline=None, phases=[Phase.generate],
          suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])  # fmt: skip
@given(network=networks(), policy=st.sampled_from([{}, {"shared": "midline"}, {"shared": "larger"}]))
def test_land_is_told_to_be_with_the_river_that_has_it(tmp_path, network, policy) -> None:
    rivers, tops = network
    result = rl.demarcate(rivers, ruled(tmp_path, **policy), bank_tops=tops)
    whose = result.extents[result.extents["kind"] == "management"].set_index("river_id").geometry
    for row in result.faults[result.faults["code"].isin(["extents-shared", "shared-by-code"])].itertuples():
        assert shapely.difference(row.geometry, whose[row.note].buffer(1e-4)).area < 1e-3
        assert row.value == pytest.approx(row.geometry.area)


def test_land_of_two_tributaries_that_the_main_river_has_is_not_told_to_be_with_either(tmp_path) -> None:
    """Two tributaries of 100 m lie on each other only within the extent of the river that both join."""
    rows = axes(MAIN, [(300, 600), (500, 0)], [(600, -600), (500, 0)], rank=["main", "tributary-1", "tributary-1"])
    tops = rl.channel.estimate_bank_tops(rows, width_m=100.0)
    result = rl.demarcate(rows, ruled(tmp_path), bank_tops=tops)
    alone = drawn_alone(rows, tops, ruled(tmp_path)).set_index("river_id").geometry
    assert shapely.intersection(alone["R2"], alone["R3"]).area > 1.0
    assert {(code, river, other) for code, river, other, _ in told(result, "extents-shared", "shared-by-code")} == {
        ("extents-shared", "R2", "R1"), ("extents-shared", "R3", "R1")
    }  # fmt: skip


def test_rivers_that_do_not_touch_are_each_river_alone(tmp_path) -> None:
    rules = ruled(tmp_path)
    rivers = axes([(0, 0), (900, 40)], [(0, 500), (900, 540)])
    tops = rl.channel.estimate_bank_tops(rivers, width_m=40.0)
    alone, result = drawn_alone(rivers, tops, rules), rl.demarcate(rivers, rules, bank_tops=tops)
    assert result.extents.geometry.geom_equals_exact(alone.geometry, 0.0).all()


def test_a_river_of_no_use_leaves_its_neighbours_as_they_are(tmp_path) -> None:
    rivers = axes(MAIN, TRIBUTARY)
    result = rl.demarcate(rivers, ruled(tmp_path), bank_tops=bank_tops([(0, 40), (1000, 40)], [(0, -40), (1000, -40)]))
    assert result.extents["river_id"].tolist() == ["R1"]
