"""Closed-form cases of the demarcation, to the millimetre, and what becomes of bad input."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

import riverline as rl
from county import CRS, ORIGIN, axes, bank_tops, levees, line, rule_set

MM = 1e-3


def local(geometry: shapely.Geometry) -> shapely.Geometry:
    """A geometry relative to the origin of the test county."""
    return shapely.transform(geometry, lambda xy: xy - ORIGIN)


def bank_line(result: rl.Demarcation, bank: str, river: str = "R1") -> shapely.LineString:
    rows = result.lines[(result.lines["bank"] == bank) & (result.lines["river_id"] == river)]
    merged = shapely.line_merge(shapely.union_all(rows.geometry.array))
    assert merged.geom_type == "LineString", "one continuous line a bank"
    return local(merged)


def extent(result: rl.Demarcation, kind: str = "management", river: str = "R1") -> shapely.Geometry:
    rows = result.extents[(result.extents["kind"] == kind) & (result.extents["river_id"] == river)]
    return local(rows.geometry.iloc[0])


def codes(result: rl.Demarcation) -> set[str]:
    return set(result.faults["code"])


def test_straight_river_gives_two_straight_lines(tmp_path) -> None:
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path, protection=100), levees=toes)
    assert bank_line(result, "left").hausdorff_distance(shapely.LineString([(0, 110), (1000, 110)])) < MM
    assert bank_line(result, "right").hausdorff_distance(shapely.LineString([(0, -110), (1000, -110)])) < MM
    assert extent(result).area == pytest.approx(220_000, abs=2)
    assert extent(result, "protection").area == pytest.approx(200_000, abs=2)
    row = result.extents[result.extents["kind"] == "management"].iloc[0]
    assert (row.left_length_m, row.right_length_m, row.axis_length_m) == (1000.0, 1000.0, 1000.0)
    # Nought to the millimetre, without the noise of doubles that a table would print as -0.000.
    assert f"{row.clearance_m:.3f}" == "0.000"
    assert row.clearance_m == 0.0
    assert set(result.lines["basis"]) == {"levee"}
    assert result.lines["confidence"].tolist() == ["high", "high"]
    assert rl.check(result.lines, rl.schema.MANAGEMENT_LINES).empty
    assert rl.check(result.extents, rl.schema.EXTENTS).query("severity == 'error'").empty


def test_circular_bend_gives_circular_lines(tmp_path) -> None:
    angle = np.linspace(np.pi, 0.0, 2001)

    def arc(radius: float) -> list[tuple[float, float]]:
        return list(zip(radius * np.cos(angle), radius * np.sin(angle), strict=True))

    result = rl.demarcate(axes(arc(500.0)), rule_set(tmp_path), levees=levees(arc(560.0), arc(440.0)))
    for bank, radius in (("left", 590.0), ("right", 410.0)):
        away = np.hypot(*shapely.get_coordinates(bank_line(result, bank)).T)
        sagitta = radius * (1 - np.cos(np.pi / 2000 / 2))
        assert np.abs(away - radius).max() < MM + sagitta, bank


def test_hairpin_narrower_than_two_strips_leaves_no_hole_and_no_loop(tmp_path) -> None:
    river = [(0, 0), (600, 0), (600, 100), (0, 100)]
    left, right = [(0, 20), (580, 20), (580, 80), (0, 80)], [(0, -20), (620, -20), (620, 120), (0, 120)]
    result = rl.demarcate(axes(river), rule_set(tmp_path), levees=levees(left, right))
    assert "river-not-done" not in codes(result)
    whole = extent(result)
    assert whole.covers(shapely.box(1, 21, 579, 79)), "the neck between the arms is all within 30 m of a toe"
    assert not shapely.get_parts(whole)[0].interiors
    outer = shapely.LineString([(0, -20), (620, -20), (620, 120), (0, 120)])
    right_line = bank_line(result, "right")
    assert right_line.distance(outer) == pytest.approx(30.0, abs=MM)
    assert max(shapely.distance(shapely.points(shapely.get_coordinates(right_line)), outer)) < 30.0 + MM


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("square", [(0, 110), (400, 110), (400, 100), (1000, 100)]),
        ("outer", None),
        ("taper", None),
    ],
)
def test_width_step_under_each_policy(tmp_path, policy, expected) -> None:
    toes = levees([(0, 80), (400, 80)], [(400, 80), (1000, 80)], [(0, -80), (1000, -80)], grade=[2, 5, 5])
    rules = rule_set(tmp_path, grades={2: 30, 5: 20})
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rules, levees=toes, width_steps=policy)
    left = bank_line(result, "left")
    top = shapely.get_coordinates(left)
    assert top[:, 1].max() == pytest.approx(110.0, abs=MM)
    assert top[-1, 1] == pytest.approx(100.0, abs=MM)
    if expected is not None:
        assert left.hausdorff_distance(shapely.LineString(expected)) < MM
    if policy == "outer":
        bulge = top[(top[:, 0] > 400.5) & (top[:, 0] < 415)]
        away = np.hypot(bulge[:, 0] - 400.0, bulge[:, 1] - 80.0)
        assert np.abs(away[bulge[:, 1] > 100.0 + MM] - 30.0).max() < MM
    if policy == "taper":
        assert left.length < 1000.0 + 10.0, "it runs over, it does not jump"
    assert {"test/grade-2", "test/grade-5"} <= set(result.lines["rule_id"])


def test_the_policy_of_the_rule_set_says_what_width_steps_do_and_an_argument_goes_before_it(tmp_path) -> None:
    toes = levees([(0, 80), (400, 80)], [(400, 80), (1000, 80)], [(0, -80), (1000, -80)], grade=[2, 5, 5])
    square = rule_set(tmp_path, grades={2: 30, 5: 20})
    outer = square.with_policy(width_steps="outer")

    def area(rules: rl.rules.RuleSet, **asked: str) -> float:
        return extent(rl.demarcate(axes([(0, 0), (1000, 0)]), rules, levees=toes, **asked)).area

    assert area(outer) == area(square, width_steps="outer") > area(square) + 50.0
    assert area(outer, width_steps="square") == area(square)


def test_a_taper_without_a_length_is_refused_with_what_to_write() -> None:
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    rules = rl.load_rules("anhui")
    with pytest.raises(rl.RuleError, match="taper_m = 50"):
        rl.demarcate(axes([(0, 0), (1000, 0)]), rules, levees=toes, width_steps="taper")
    tapering = rules.with_policy(taper_m=50)
    assert len(rl.demarcate(axes([(0, 0), (1000, 0)]), tapering, levees=toes, width_steps="taper").lines)


def test_strip_wider_than_the_river_stays_on_its_bank(tmp_path) -> None:
    toes = levees([(0, 4), (1000, 4)], [(0, -4), (1000, -4)], grade=[2, 5])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path, grades={2: 50, 5: 5}), levees=toes)
    assert extent(result).equals_exact(extent(result), 0)
    assert extent(result).bounds == pytest.approx((0, -9, 1000, 54), abs=MM)


def test_gap_is_joined_and_said(tmp_path) -> None:
    toes = levees([(0, 80), (400, 80)], [(500, 80), (1000, 80)], [(0, -80), (1000, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    assert bank_line(result, "left").hausdorff_distance(shapely.LineString([(0, 110), (1000, 110)])) < MM
    joined = result.lines[result.lines["basis"] == "joined"].iloc[0]
    assert (joined["start_chainage_m"], joined["end_chainage_m"], joined["source_ids"]) == (400.0, 500.0, "L1,L2")
    assert joined["confidence"] == "medium"
    assert result.faults[result.faults["code"] == "gap-joined"]["value"].tolist() == [100.0]


def test_gaps_below_a_sliver_are_one_note_a_bank_and_longer_ones_stay_single(tmp_path) -> None:
    left = [[(x, 80), (x + step, 80)] for x, step in ((0, 199.5), (200, 199.8), (400, 99.0), (500, 500.0))]
    toes = levees(*left, [(0, -80), (400.0, -80)], [(400.4, -80), (1000, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    told = result.faults.set_index("code")
    assert told.loc[["gap-joined"], "value"].tolist() == [pytest.approx(1.0)]
    small = told.loc["gaps-joined"].set_index("note")
    assert small["value"].to_dict() == {"left 2": pytest.approx(0.7), "right 1": pytest.approx(0.4)}
    assert small.geometry.length.to_dict() == pytest.approx(small["value"].to_dict())
    detail = rl.faults.describe(result.faults, "zh").set_index("code").loc["gaps-joined", "detail"]
    assert "小于 1 米的缺口已连接：左岸 2 处，共 0.7 米" in set(detail)


def test_long_gap_falls_to_the_next_basis_on_the_normal(tmp_path) -> None:
    toes = levees([(0, 80), (400, 80)], [(700, 80), (1000, 80)], [(0, -80), (1000, -80)])
    tops = bank_tops([(0, 40), (1000, 40)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes, bank_tops=tops)
    expected = [(0, 110), (400, 110), (400, 50), (700, 50), (700, 110), (1000, 110)]
    assert bank_line(result, "left").hausdorff_distance(shapely.LineString(expected)) < MM
    left = result.lines[result.lines["bank"] == "left"]
    assert left["basis"].tolist() == ["levee", "joined", "bank_top", "joined", "levee"], "steps are told"


def test_long_gap_without_other_basis_is_drawn_low_and_told(tmp_path) -> None:
    toes = levees([(0, 80), (400, 80)], [(0, -80), (1000, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    last = result.lines[result.lines["bank"] == "left"].iloc[-1]
    assert (last["basis"], last["confidence"]) == ("joined", "low")
    assert "gap-unfounded" in codes(result)


def test_levees_running_past_the_reach_are_cut_on_its_end_normals(tmp_path) -> None:
    toes = levees([(-300, 80), (1300, 80)], [(-300, -80), (1300, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    assert extent(result).bounds == pytest.approx((0, -110, 1000, 110), abs=MM)


def test_a_toe_drawn_upstream_gives_the_same_lines(tmp_path) -> None:
    river, rules = axes([(0, 0), (1000, 0)]), rule_set(tmp_path)
    one = rl.demarcate(river, rules, levees=levees([(0, 80), (1000, 90)], [(0, -80), (1000, -80)]))
    two = rl.demarcate(river, rules, levees=levees([(1000, 90), (0, 80)], [(1000, -80), (0, -80)]))
    assert one.lines.geometry.geom_equals_exact(two.lines.geometry, 1e-9).all()


def test_reversing_the_axis_swaps_the_banks(tmp_path) -> None:
    toes = levees([(0, 80), (1000, 80)], [(0, -60), (1000, -60)])
    down = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    up = rl.demarcate(axes([(1000, 0), (0, 0)]), rule_set(tmp_path), levees=toes)
    assert bank_line(down, "left").reverse().equals_exact(bank_line(up, "right"), 1e-6)
    assert extent(down).symmetric_difference(extent(up)).area < 1e-3


def test_the_outer_of_two_levees_counts_and_the_other_is_named(tmp_path) -> None:
    toes = levees([(0, 60), (1000, 60)], [(0, 150), (1000, 150)], [(0, -80), (1000, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    assert extent(result).bounds == pytest.approx((0, -110, 1000, 180), abs=MM)
    unused = result.faults[result.faults["code"] == "feature-not-used"]
    assert unused["feature_id"].tolist() == ["L1"]
    inner = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path, several="inner"), levees=toes)
    assert extent(inner).bounds == pytest.approx((0, -110, 1000, 90), abs=MM)


def test_crest_in_place_of_a_toe_is_low_and_told(tmp_path) -> None:
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    toes["feature"] = ["crest", "landside_toe"]
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    assert result.lines.set_index("bank")["confidence"].to_dict() == {"left": "low", "right": "high"}
    assert result.faults[result.faults["code"] == "toe-missing"]["feature_id"].tolist() == ["L1"]


def test_water_edge_is_the_last_resort(tmp_path) -> None:
    water = gpd.GeoDataFrame(
        {"water_id": ["W1"], "river_id": ["R1"], "kind": ["river"]},
        geometry=[shapely.box(ORIGIN[0] - 50, ORIGIN[1] - 20, ORIGIN[0] + 1050, ORIGIN[1] + 30)],
        crs=CRS,
    )
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), water=water)
    assert extent(result).bounds == pytest.approx((0, -25, 1000, 35), abs=MM)
    assert set(result.lines["basis"]) == {"water"}
    assert set(result.lines["confidence"]) == {"low"}


def test_extent_contains_water_that_reaches_past_the_banks(tmp_path) -> None:
    pool = shapely.Polygon([(400, -30), (600, -30), (600, 150), (400, 150)])
    water = gpd.GeoDataFrame(
        {"water_id": ["W1"], "river_id": ["R1"], "kind": ["river"]},
        geometry=[shapely.transform(pool, lambda xy: xy + ORIGIN)],
        crs=CRS,
    )
    tops = bank_tops([(0, 40), (1000, 40)], [(0, -40), (1000, -40)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), bank_tops=tops, water=water)
    assert extent(result).covers(pool)


def test_a_river_that_cannot_be_done_does_not_stop_the_others(tmp_path) -> None:
    rivers = axes([(0, 0), (1000, 0)], [(0, 5000), (1000, 5000)])
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    result = rl.demarcate(rivers, rule_set(tmp_path), levees=toes)
    assert set(result.lines["river_id"]) == {"R1"}
    assert result.faults[result.faults["code"] == "river-not-done"]["feature_id"].tolist() == ["R2"]


def test_every_input_ends_in_a_line_or_a_fault(tmp_path) -> None:
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)], [(0, 0), (1, 0)], [(0, 60), (900, 60)])
    toes.loc[2, "river_id"] = "R9"
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    used = {source for ids in result.lines["source_ids"] for source in ids.split(",")}
    told = set(result.faults.loc[result.faults["layer"] == "levees", "feature_id"])
    assert used | told == set(toes["levee_id"])


def test_empty_frame_in_empty_frame_out(tmp_path) -> None:
    result = rl.demarcate(rl.schema.AXES.empty(CRS), rule_set(tmp_path))
    for frame, schema in (
        (result.lines, rl.schema.MANAGEMENT_LINES),
        (result.extents, rl.schema.EXTENTS),
        (result.faults, rl.schema.FAULTS),
    ):
        assert frame.empty
        assert rl.check(frame, schema).empty


def test_wrong_calls_raise_once_with_everything(tmp_path) -> None:
    rules = rule_set(tmp_path)
    with pytest.raises(rl.SchemaError, match="name"):
        rl.demarcate(axes([(0, 0), (1, 0)]).drop(columns="name"), rules)
    with pytest.raises(rl.CRSError, match="to_metric"):
        rl.demarcate(axes([(0, 0), (1, 0)]).set_crs(4490, allow_override=True), rules)
    bad = levees([(0, 80), (1, 80)])
    with pytest.raises(rl.RiverlineError) as caught:
        rl.demarcate(axes([(0, 0), (1, 0)]), rules, levees=bad.drop(columns="feature"),
                     bank_tops=bank_tops([(0, 1), (1, 1)]).drop(columns="river_id"))  # fmt: skip
    assert "feature" in str(caught.value)
    assert "river_id" in str(caught.value)
    with pytest.raises(rl.JobError, match=r"dem\.tif"):
        rl.demarcate(axes([(0, 0), (1, 0)]), rules, terrain="dem.tif")


def test_other_crs_is_reprojected_and_noted(tmp_path) -> None:
    river, toes = axes([(0, 0), (1000, 0)]), levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    result = rl.demarcate(river, rule_set(tmp_path), levees=toes.to_crs(4490))
    assert extent(result).area == pytest.approx(220_000, rel=1e-4)
    assert "EPSG:4548" in result.run.inputs["levees"]["note"]


def test_explain_says_why(tmp_path) -> None:
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    told = rl.explain(result, "R1", "left", 500)
    for part in ("清水河左岸 K0+500", "堤防", "30 米", "《测试条例》", "第1条", "L1", "高"):
        assert part in told
    assert "30 m" in rl.explain(result, "R1", "left", 500, language="en")
    with pytest.raises(rl.JobError, match="R1"):
        rl.explain(result, "R7", "left", 500)
    with pytest.raises(rl.JobError, match=r"K1\+000"):
        rl.explain(result, "R1", "left", 5000)


def test_flood_wall_gets_a_virtual_section(tmp_path) -> None:
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)], height_m=[23.5, np.nan], ground_m=[20.0, np.nan])
    toes["feature"] = ["flood_wall", "landside_toe"]
    levels = gpd.GeoDataFrame(
        {"level_id": ["H1", "H2"], "river_id": "R1", "chainage_m": [0.0, 1000.0], "level_m": [23.0, 22.0],
         "basis": "design"},
        geometry=[line([(0, 0), (1, 0)]).interpolate(0), line([(1000, 0), (1001, 0)]).interpolate(0)],
        crs=CRS,
    )  # fmt: skip
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes, flood_levels=levels)
    # crest 23.0 + 0.5, ground 20.0: 4 m crest and 2 × 3.5 m slope, then the strip
    assert extent(result).bounds[3] == pytest.approx(80 + 4 + 7 + 30, abs=MM)
    unknown = rl.demarcate(
        axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes.drop(columns=["ground_m"]), flood_levels=levels
    )
    assert "wall-without-level" in codes(unknown)
    assert extent(unknown).bounds[3] == pytest.approx(80 + 30, abs=MM)


def test_inputs_are_left_alone_and_row_order_does_not_matter(tmp_path) -> None:
    river, toes = axes([(0, 0), (1000, 0)]), levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    before = river.copy(), toes.copy()
    one = rl.demarcate(river, rule_set(tmp_path), levees=toes)
    two = rl.demarcate(river, rule_set(tmp_path), levees=toes.iloc[::-1])
    assert river.equals(before[0])
    assert toes.equals(before[1])
    assert one.lines.equals(two.lines)


def test_a_closed_ring_is_no_axis(tmp_path) -> None:
    ring = [(0, 0), (500, 0), (500, 500), (0, 500), (0, 0)]
    result = rl.demarcate(axes(ring), rule_set(tmp_path), levees=levees([(0, 80), (1000, 80)]))
    told = result.faults[result.faults["code"] == "river-not-done"]
    assert told["feature_id"].tolist() == ["R1"]
    assert "闭合" in told["detail"].iloc[0]
    assert result.lines.empty


def test_rules_by_name_and_unknown_policies_are_refused_with_what_to_type(tmp_path) -> None:
    with pytest.raises(rl.RuleError, match="load_rules"):
        rl.demarcate(axes([(0, 0), (1000, 0)]), "anhui")
    with pytest.raises(rl.JobError, match="square, taper, outer"):
        rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), width_steps="round")


def test_two_levees_that_part_at_one_chainage_keep_their_strip_around_the_joint(tmp_path) -> None:
    toes = levees([(0, 80), (500, 80)], [(500, 140), (1000, 140)], [(0, -80), (1000, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    left = bank_line(result, "left")
    for toe in toes.geometry[:2]:
        assert left.distance(local(toe)) > 30.0 - MM
    assert result.extents["clearance_m"].min() > -MM


def test_a_projection_that_distorts_too_much_is_an_error(tmp_path) -> None:
    far = axes([(700_000, 0), (701_000, 0)])
    toes = levees([(700_000, 80), (701_000, 80)], [(700_000, -80), (701_000, -80)])
    result = rl.demarcate(far, rule_set(tmp_path), levees=toes)
    assert "scale-too-far" in codes(result)


def test_explain_of_a_join_claims_no_basis(tmp_path) -> None:
    toes = levees([(0, 80), (400, 80)], [(0, -80), (1000, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    told = rl.explain(result, "R1", "left", 700)
    assert "没有自己的依据" in told
    assert "仅供示意" in told


@pytest.mark.parametrize("steps", ["square", "outer"])
@pytest.mark.parametrize("slope", [0.0, 0.004, 0.03, 0.1, -0.004, -0.03, -0.15])
def test_a_levee_that_ends_at_an_angle_leaves_no_tooth_and_no_hair_at_the_step(tmp_path, slope, steps) -> None:
    toes = levees([(x, 60 + (x - 400) * slope) for x in range(-50, 401, 15)], [(-50, -80), (1050, -80)])
    tops = bank_tops([(0, 5), (1000, 5)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes, bank_tops=tops, width_steps=steps)
    left = result.lines[result.lines["bank"] == "left"]
    assert left["basis"].tolist() == ["levee", "joined", "bank_top"]
    assert result.faults.empty
    assert result.extents["clearance_m"].min() >= -1e-6
    step = 60 - 15 - (30 if steps == "outer" else 0)
    assert left["length_m"].iloc[1] == pytest.approx(step, abs=0.02 * step + 30 * abs(slope))
    if steps == "outer":
        assert shapely.distance(extent(result).boundary, toes.geometry[0]) >= 30 - 1e-3
