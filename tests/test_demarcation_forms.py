"""Closed forms of the demarcation where references meet, step, end or are measured in another way."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

import riverline as rl
from county import CRS, ORIGIN, axes, bank_tops, levees, line, rule_set
from riverline.demarcation.extents.river import demarcate_river
from riverline.demarcation.extents.seams import without_seams
from riverline.faults import describe

MM = 1e-3


def extent(result, kind="management", river="R1"):
    """The extent of a river relative to the origin of the test county."""
    rows = result.extents[(result.extents["kind"] == kind) & (result.extents["river_id"] == river)]
    return shapely.transform(rows.geometry.iloc[0], lambda xy: xy - ORIGIN)


def sector(tip, radius, first, last):
    """Points a hair inside an arc around a tip; angles in degrees from north, clockwise."""
    angle = np.radians(np.linspace(first, last, 50))
    return shapely.points(np.asarray(tip) + (radius - 1e-3) * np.column_stack([np.sin(angle), np.cos(angle)]))


def test_no_wedge_is_left_out_where_an_oblique_levee_gives_way_to_another(tmp_path) -> None:
    slope = 40.0 / 500.0
    toes = levees([(0, 50), (500, 90)], [(500, 88), (1000, 88)], [(0, -80), (1000, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    wedge = sector((500, 90), 30.0, -np.degrees(np.arctan(slope)), 0.0)
    assert shapely.covers(extent(result), wedge).all()
    assert result.extents["clearance_m"].iloc[0] >= -1e-6


def test_the_end_of_the_reach_is_square_to_the_axis_for_an_oblique_levee_too(tmp_path) -> None:
    toes = levees([(-100, 42), (1000, 130)], [(0, -80), (1000, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    wedge = sector((1000, 130), 30.0, -np.degrees(np.arctan(0.08)), 0.0)
    assert shapely.covers(extent(result), wedge).all()
    left = result.lines[result.lines["bank"] == "left"].geometry.iloc[0]
    assert left.coords[-1][0] - 500_000.0 > 999.99


def test_two_levees_that_all_but_meet_at_a_bend_leave_no_notch(tmp_path) -> None:
    toes = levees([(0, 80), (500, 80)], [(500.01, 80), (1000, 40)], [(0, -80), (1000, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    bend = sector((500, 80), 30.0, 0.0, np.degrees(np.arctan(0.08)))
    assert shapely.covers(extent(result), bend).all()
    assert "joined" not in set(result.lines["basis"])


def demarcated(folder, **changes):
    """The straight test river, with columns of its levees changed."""
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    return rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(folder), levees=toes.assign(**changes))


def told(result, layer):
    rows = result.faults[result.faults["layer"] == layer]
    return list(zip(rows["code"], rows["feature_id"], rows["severity"], strict=True))


def with_a_hole(value, north):
    """A line whose middle vertex is no number."""
    whole = line([(0, north), (500, north), (1000, north)])
    return shapely.transform(whole, lambda xy: np.where([[False], [True], [False]], value, xy))


WRONG_SHAPES = {
    "None": (None, "feature-blank"),
    "empty": (shapely.LineString(), "feature-blank"),
    "polygon": (line([(0, 80), (1000, 80)]).buffer(2.0), "geometry-type"),
    "point": (shapely.Point(ORIGIN), "geometry-type"),
    "nan": (with_a_hole(np.nan, 80), "geometry-infinite"),
    "inf": (with_a_hole(np.inf, 80), "geometry-infinite"),
    "zero length": (line([(0, 80), (0, 80)]), "zero-length"),
}


@pytest.mark.parametrize("shape", WRONG_SHAPES)
@pytest.mark.parametrize("crs", [CRS, "EPSG:4490"])
def test_a_levee_that_cannot_be_drawn_is_one_error_and_the_river_is_done_without_it(tmp_path, shape, crs) -> None:
    geometry, code = WRONG_SHAPES[shape]
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    if crs != CRS and code == "geometry-infinite":
        moved = toes.to_crs(crs)
        toes = moved.set_geometry([geometry, moved.geometry[1]], crs=crs)
    else:
        toes = toes.set_geometry([geometry, toes.geometry[1]], crs=CRS).to_crs(crs)
    tops = bank_tops([(0, 40), (1000, 40)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes, bank_tops=tops)
    assert told(result, "levees") == [(code, "L1", "error")]
    assert extent(result).bounds == pytest.approx((0, -110, 1000, 50), abs=MM if crs == CRS else 0.05)


def test_a_levee_in_parts_is_used_part_by_part_and_told(tmp_path) -> None:
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    parts = shapely.MultiLineString([line([(600, 80), (1000, 80)]), line([(0, 80), (400, 80)])])
    toes = toes.set_geometry([parts, toes.geometry[1]], crs=CRS)
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    assert told(result, "levees") == [("multipart", "L1", "warning")]
    left = result.lines[result.lines["bank"] == "left"]
    assert left["basis"].tolist() == ["levee", "joined", "levee"]
    assert extent(result).bounds == pytest.approx((0, -110, 1000, 110), abs=MM)


WRONG_AXES = {
    "no geometry": (None, "no-geometry"),
    "empty": (shapely.LineString(), "no-geometry"),
    "several parts": (shapely.MultiLineString([line([(0, 0), (400, 0)]), line([(500, 0), (1000, 0)])]), None),
    "polygon": (line([(0, 0), (1000, 0)]).buffer(9.0), "not-a-single-line"),
    "nan": (with_a_hole(np.nan, 0), "no-length"),
    "zero length": (line([(0, 0), (0, 0)]), "no-length"),
}


@pytest.mark.parametrize("shape", WRONG_AXES)
def test_an_axis_that_cannot_be_used_is_one_fault_and_the_other_river_is_done(tmp_path, shape) -> None:
    geometry, reason = WRONG_AXES[shape]
    rivers = axes([(0, 5000), (1000, 5000)], [(0, 0), (1000, 0)])
    rivers = rivers.set_geometry([geometry, rivers.geometry[1]], crs=CRS)
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)], river_id="R2")
    result = rl.demarcate(rivers, rule_set(tmp_path), levees=toes)
    assert told(result, "axes") == [("river-not-done", "R1", "error")]
    assert result.faults["note"].tolist() == [reason or "not-a-single-line"]
    assert result.extents["river_id"].tolist() == ["R2"]


def test_of_two_axes_under_one_code_none_is_guessed(tmp_path) -> None:
    rivers = axes([(0, 0), (1000, 0)], [(0, 9), (1000, 9)], river_id=["R1", "R1"])
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    for order in (rivers, rivers.iloc[::-1]):
        result = rl.demarcate(order, rule_set(tmp_path), levees=toes)
        assert result.extents.empty
        assert told(result, "axes") == [("river-not-done", "R1", "error")] * 2
        assert set(result.faults.loc[result.faults["layer"] == "axes", "note"]) == {"duplicate-key"}


@pytest.mark.parametrize("codes", [[1, 2], [1.0, 2.0], ["01", "1"], ["a,b", "c"], [" L1 ", "L2"]])
def test_codes_are_text_whatever_they_look_like(tmp_path, codes) -> None:
    result = demarcated(tmp_path, levee_id=codes)
    assert result.faults.empty
    clean = [str(int(code)) if isinstance(code, float) else str(code).strip() for code in codes]
    assert sorted(result.lines["source_ids"]) == sorted(clean)


@pytest.mark.parametrize(("of_axis", "of_levees"), [(7, 7), (7, "7"), ("007", "007"), (" R1", "R1 "), (7.0, 7)])
def test_rivers_are_found_by_code_as_text(tmp_path, of_axis, of_levees) -> None:
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)]).assign(river_id=of_levees)
    result = rl.demarcate(axes([(0, 0), (1000, 0)], river_id=[of_axis]), rule_set(tmp_path), levees=toes)
    assert result.faults.empty
    assert set(result.lines["river_id"]) == {str(of_axis).strip().removesuffix(".0")}


def test_leading_zeros_tell_rivers_apart(tmp_path) -> None:
    rivers = axes([(0, 0), (1000, 0)], [(0, 5000), (1000, 5000)], river_id=["07", "7"])
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)], river_id="07")
    result = rl.demarcate(rivers, rule_set(tmp_path), levees=toes)
    assert result.extents["river_id"].tolist() == ["07"]
    assert told(result, "axes") == [("river-not-done", "7", "error")]


def test_keys_that_are_blank_or_shared_are_told(tmp_path) -> None:
    assert told(demarcated(tmp_path, levee_id=[None, "L2"]), "levees")[0] == ("key-blank", "row 0", "error")
    shared = demarcated(tmp_path, levee_id="X")
    assert told(shared, "levees") == [("key-duplicated", "X", "error")]
    assert extent(shared).bounds == pytest.approx((0, -110, 1000, 110), abs=MM), "it is used all the same"


def test_keys_of_two_layers_may_be_alike(tmp_path) -> None:
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)], levee_id=["1", "2"])
    tops = bank_tops([(0, 40), (1000, 40)], [(0, -40), (1000, -40)]).assign(bank_id=["1", "2"])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes, bank_tops=tops)
    assert told(result, "bank_tops") == [("feature-not-used", "1", "note"), ("feature-not-used", "2", "note")]


def test_values_that_cannot_be_read_are_told_and_not_guessed(tmp_path) -> None:
    result = demarcated(tmp_path, grade=["特级", "2"])
    assert told(result, "levees") == [("value-choice", "L1", "error")]
    assert result.faults["note"].iloc[0].startswith("grade（堤防级别） = 特级 ∉ 1（1级） | ")
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    rivers = axes([(0, 0), (1000, 0)], start_chainage_m="K1+000")
    result = rl.demarcate(rivers, rule_set(tmp_path), levees=toes)
    assert told(result, "axes") == [("value-type", "R1", "error")]
    assert result.lines["start_chainage_m"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("feature", ["背水侧堤脚", "Landside toe", " LANDSIDE_TOE "])
def test_labels_are_taken_for_their_codes_and_told(tmp_path, feature) -> None:
    by_code, by_label = demarcated(tmp_path), demarcated(tmp_path, feature=feature)
    assert told(by_label, "levees") == [("choice-label", "*", "note")]
    assert by_label.faults["note"].tolist() == [f"feature（线类型） = {feature.strip()} → landside_toe"]
    assert by_label.lines.geometry.geom_equals(by_code.lines.geometry).all()
    assert by_label.lines["confidence"].tolist() == ["high", "high"]


def test_a_word_that_is_no_choice_is_named_with_all_choices(tmp_path) -> None:
    result = demarcated(tmp_path, feature=["堤脚", "landside_toe"])
    assert told(result, "levees") == [("value-choice", "L1", "error"), ("toe-missing", "L1", "warning")]
    assert "landside_toe（背水侧堤脚） | waterside_toe（临水侧堤脚）" in result.faults["detail"].iloc[0]


def test_the_extent_names_the_sets_that_drew_and_a_fallback_is_told_with_its_length() -> None:
    anhui = rl.load_rules("anhui")
    river = axes([(0, 0), (1000, 0)])
    tops = bank_tops([(0, 40), (1000, 40)], [(0, -40), (1000, -40)])
    toes = levees([(0, 80), (1000, 80)])
    both = rl.demarcate(river, anhui, levees=toes, bank_tops=tops)
    assert both.extents["rules"].tolist()[0] == "anhui, national"
    told_rows = both.faults[both.faults["code"] == "rules-fallback"]
    assert told_rows[["feature_id", "severity", "note"]].to_numpy().tolist() == [["R1", "warning", "national/bank-top"]]
    borrowed = both.lines[both.lines["rule_id"].str.startswith("national/")]
    assert told_rows["value"].tolist() == pytest.approx([borrowed.length.sum()])
    assert told_rows.geometry.iloc[0].equals(shapely.union_all(borrowed.geometry.array))
    assert rl.demarcate(river, anhui, bank_tops=tops).extents["rules"].tolist() == ["national"]
    own = rl.demarcate(river, anhui, levees=levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)]))
    assert set(own.extents["rules"]) == {"anhui"}
    assert "rules-fallback" not in set(own.faults["code"])


def undone(result) -> tuple[str, str, str]:
    """Note and sentences of the river that is not done."""
    row = result.faults[result.faults["code"] == "river-not-done"]
    assert len(row) == 1
    return row["note"].iloc[0], row["detail"].iloc[0], describe(row, "en")["detail"].iloc[0]


def test_a_river_that_is_not_done_says_why_each_layer_made_no_line(tmp_path) -> None:
    river, rules = axes([(0, 0), (1000, 0)]), rule_set(tmp_path)
    one_level = {"level_id": ["H1"], "river_id": "R1", "level_m": [3.0], "basis": "design"}
    levels = gpd.GeoDataFrame(one_level, geometry=[line([(0, 0), (1, 0)]).centroid], crs=CRS)
    note, zh, en = undone(rl.demarcate(river, rules, flood_levels=levels))
    assert note == "no-reference: left, right; flood_levels: no-terrain"
    assert "洪水位: 没有提供地形" in zh
    assert "flood levels: no terrain was given, nor sections" in en
    broken = levees([(0, 80), (1000, 80)]).assign(geometry=[None])
    assert undone(rl.demarcate(river, rules, levees=broken))[0] == "no-reference: left, right; levees: refused"
    one = levees([(0, 80), (1000, 80)])
    note, zh, en = undone(rl.demarcate(river, rules, levees=one, bank_tops=bank_tops([(0, 40), (1000, 40)])))
    assert note == "no-reference: right; levees: other-bank; bank_tops: other-bank"
    assert "右岸; 堤防: 只在另一岸" in zh
    assert "levees: on the other bank only" in en
    across = levees([(0, 80), (1000, -80)], [(0, -90), (1000, 95)])
    assert undone(rl.demarcate(river, rules, levees=across))[0] == "no-reference: left, right; levees: refused"
    away = ponds(shapely.box(200, 300, 400, 400))
    assert undone(rl.demarcate(river, rules, water=away))[0] == "no-reference: left, right; water: off-axis"
    inner = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)], feature="waterside_toe")
    note, zh, _ = undone(rl.demarcate(river, rules, levees=inner))
    assert note == "no-reference: left, right; levees: waterside_toe"
    assert "临水侧堤脚" in zh
    above = levees([(-900, 80), (-100, 80)], [(0, -80), (1000, -80)])
    assert undone(rl.demarcate(river, rules, levees=above))[0] == "no-reference: left; levees: beyond-ends"
    assert undone(rl.demarcate(river, rules))[0] == "no-reference: left, right; nothing-given"
    others = levees([(0, 80), (1000, 80)], river_id="R9")
    assert undone(rl.demarcate(river, rules, levees=others))[0] == "no-reference: left, right; nothing-given"


def left_out(result) -> dict[str, shapely.Geometry]:
    rows = result.faults[result.faults["code"].isin(["water-beyond-reach", "water-outside"])]
    assert rows["value"].tolist() == pytest.approx(rows.geometry.area.tolist())
    return {code: shapely.transform(place, lambda xy: xy - ORIGIN)
            for code, place in zip(rows["code"], rows.geometry, strict=True)}  # fmt: skip


def test_water_beyond_the_ends_is_told_with_its_place_and_water_inside_is_not(tmp_path) -> None:
    river, rules = axes([(0, 0), (1000, 0)]), rule_set(tmp_path)
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    told_of = left_out(rl.demarcate(river, rules, levees=toes, water=ponds(shapely.box(-200, -30, 1300, 30))))
    assert list(told_of) == ["water-beyond-reach"]
    ends = shapely.union(shapely.box(-200, -30, 0, 30), shapely.box(1000, -30, 1300, 30))
    assert shapely.symmetric_difference(told_of["water-beyond-reach"], ends).area < 1.0
    for whole in (shapely.box(0, -30, 1000, 30), shapely.box(0, -300, 1000, 30)):
        assert left_out(rl.demarcate(river, rules, levees=toes, water=ponds(whole))) == {}
    only_water = rl.demarcate(river, rules, water=ponds(shapely.box(-200, -30, 1000, 30)))
    assert list(left_out(only_water)) == ["water-beyond-reach"]


def test_water_beside_the_reach_that_hangs_on_water_beyond_it_is_an_error(tmp_path) -> None:
    channel, arm = shapely.box(-200, -30, 1000, 30), shapely.box(-200, 300, 600, 340)
    hook = shapely.union_all([channel, arm, shapely.box(-200, -30, -150, 340)])
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes, water=ponds(hook))
    told_of = left_out(result)
    assert shapely.symmetric_difference(told_of["water-outside"], shapely.box(0, 300, 600, 340)).area < 1.0
    assert result.faults.set_index("code").loc["water-outside", "severity"] == "error"
    beyond = shapely.difference(hook, shapely.box(0, -400, 1000, 400))
    assert shapely.symmetric_difference(told_of["water-beyond-reach"], beyond).area < 1.0


def ponds(*shapes, **columns):
    rows = {"water_id": [f"W{n + 1}" for n in range(len(shapes))], "river_id": "R1", "kind": "river"}
    return gpd.GeoDataFrame(
        rows | columns, geometry=[shapely.transform(each, lambda xy: xy + ORIGIN) for each in shapes], crs=CRS
    )


def test_every_water_ends_in_an_extent_or_a_fault(tmp_path) -> None:
    inside, bow = shapely.box(100, -20, 200, 20), shapely.Polygon([(300, 0), (400, 50), (400, 0), (300, 50)])
    waters = ponds(inside, bow, inside, inside, shapely.LineString([(0, 0), (9, 0)]), inside,
                   river_id=["R1", "R1", None, "R9", "R1", None],
                   kind=["river", "river", "river", "river", "river", "lake"])  # fmt: skip
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes, water=waters)
    assert sorted((feature, code) for code, feature, _ in told(result, "water")) == [
        ("W2", "invalid"), ("W3", "river-blank"), ("W4", "river-unknown"), ("W5", "geometry-type"),
        ("W6", "still-water"),
    ]  # fmt: skip
    undone = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), water=ponds(shapely.box(0, 50, 9, 60)))
    assert told(undone, "water") == [("feature-not-used", "W1", "note")]


def test_empty_layers_are_as_good_as_none(tmp_path) -> None:
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    nothing = {name: getattr(rl.schema, name.upper()).empty(CRS)
               for name in ("bank_tops", "water", "flood_levels", "sections")}  # fmt: skip
    rivers, rules = axes([(0, 0), (1000, 0)]), rule_set(tmp_path)
    one, two = rl.demarcate(rivers, rules, levees=toes), rl.demarcate(rivers, rules, levees=toes, **nothing)
    assert one.lines.equals(two.lines)
    assert two.faults.empty
    for layers in (nothing | {"levees": rl.schema.LEVEES.empty("EPSG:4490")}, {}):
        bare = rl.demarcate(rivers, rules, **layers)
        assert bare.faults["note"].tolist() == ["no-reference: left, right; nothing-given"]


def test_a_geometry_column_of_another_name_and_a_strange_index_do_not_matter(tmp_path) -> None:
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    rivers, rules = axes([(0, 0), (1000, 0)]), rule_set(tmp_path)
    plain = rl.demarcate(rivers, rules, levees=toes)
    other = rl.demarcate(
        rivers.rename_geometry("geom").set_index(np.array([9])), rules,
        levees=toes.rename_geometry("the_geom").set_index(np.array([5, 5])),
    )  # fmt: skip
    assert other.lines.equals(plain.lines)
    assert other.faults.empty


def test_heights_and_measures_are_left_out_of_the_plane(tmp_path) -> None:
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    river = axes([(0, 0), (1000, 0)])
    flat = rl.demarcate(river, rule_set(tmp_path), levees=toes)
    spatial = rl.demarcate(
        river.set_geometry([shapely.from_wkt("LINESTRING ZM (500000 3500000 5 1, 501000 3500000 6 2)")], crs=CRS),
        rule_set(tmp_path), levees=toes.set_geometry(shapely.force_3d(toes.geometry.array, 20.0), crs=CRS),
    )  # fmt: skip
    assert flat.lines.equals(spatial.lines)
    assert not spatial.extents.geometry.has_z.any()


def test_a_channel_that_narrows_to_two_metres_stays_in_one_part(tmp_path) -> None:
    toes = levees([(0, 80), (500, 1), (1000, 80)], [(0, -80), (500, -1), (1000, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    assert result.faults.empty
    assert len(extent(result).geoms) == 1
    assert result.extents["clearance_m"].iloc[0] >= -1e-6
    hollow = 30.0 * np.hypot(500.0, 79.0) / 500.0
    assert shapely.distance(extent(result).boundary, shapely.Point(500, 1)) == pytest.approx(hollow, abs=MM)


def test_a_river_that_the_geometry_library_refuses_does_not_stop_the_others(tmp_path, monkeypatch) -> None:
    def refuse(axis, *rest, **choices):
        if axis.river_id == "R1":
            raise shapely.errors.GEOSException("TopologyException: side location conflict")
        return demarcate_river(axis, *rest, **choices)

    monkeypatch.setattr("riverline.demarcation.rivers.demarcate_river", refuse)
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)], [(0, 5080), (1000, 5080)], [(0, 4920), (1000, 4920)])
    rivers = axes([(0, 0), (1000, 0)], [(0, 5000), (1000, 5000)])
    result = rl.demarcate(rivers, rule_set(tmp_path), levees=toes.assign(river_id=["R1", "R1", "R2", "R2"]))
    assert result.extents["river_id"].tolist() == ["R2"]
    assert result.faults[["code", "feature_id", "note"]].to_numpy().tolist()[0] == [
        "river-not-done", "R1", "geometry: TopologyException: side location conflict",
    ]  # fmt: skip


def test_a_river_without_area_is_told(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("riverline.demarcation.extents.outline.landside_strip", lambda *_, **__: shapely.Polygon())
    monkeypatch.setattr("riverline.demarcation.extents.outline.corridor_between", lambda *_: (shapely.Polygon(), None))
    result = demarcated(tmp_path)
    assert result.faults[["code", "feature_id", "note"]].to_numpy().tolist()[0] == ["river-not-done", "R1", "no-area"]


def test_a_toe_with_repeated_vertices_is_like_one_without(tmp_path) -> None:
    plain = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    twice = levees([(0, 80), (0, 80), (500, 80), (500, 80), (1000, 80), (1000, 80)], [(0, -80), (1000, -80)])
    river, rules = axes([(0, 0), (1000, 0)]), rule_set(tmp_path)
    one, two = (rl.demarcate(river, rules, levees=each) for each in (plain, twice))
    assert shapely.hausdorff_distance(extent(one), extent(two)) < MM


@pytest.mark.parametrize("east", [0.0, 39_000_000.0])
def test_a_joint_of_two_levees_leaves_no_slit_at_eight_digits(tmp_path, east) -> None:
    toes = levees([(0, 80), (301.7, 77.3)], [(301.7, 77.3), (1000, 81.9)], [(0, -80), (1000, -80)])
    river = axes([(0, 0), (1000, 0)])
    moved = [each.set_geometry(each.geometry.affine_transform([0.84, -0.542, 0.542, 0.84, east, 0.0]),
                               crs="EPSG:4527" if east else CRS) for each in (river, toes)]  # fmt: skip
    result = rl.demarcate(moved[0], rule_set(tmp_path), levees=moved[1])
    left = result.lines[result.lines["bank"] == "left"]
    assert left["length_m"].sum() < 1005.0
    assert result.extents["clearance_m"].iloc[0] >= -1e-6


def test_the_line_changes_its_reason_where_the_reference_does_and_not_at_a_vertex(tmp_path) -> None:
    toes = levees([(0, 80), (300, 80)], [(300, 80), (1000, 80)], [(0, -80), (1000, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    left = result.lines[result.lines["bank"] == "left"]
    assert left[["source_ids", "start_chainage_m", "end_chainage_m"]].to_numpy().tolist() == [
        ["L1", 0.0, 300.0], ["L2", 300.0, 1000.0],
    ]  # fmt: skip
    assert left["length_m"].tolist() == [300.0, 700.0]


@pytest.mark.parametrize("turn", [0.0, 0.3, 1.0, 2.0, 3.0])
def test_water_that_was_cut_at_the_ends_of_the_reach_gives_edges_from_end_to_end(tmp_path, turn) -> None:
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])

    def turned(frame):
        moved = shapely.transform(frame.geometry.array, lambda xy: (xy - ORIGIN) @ rotation + ORIGIN)
        return frame.set_geometry(moved, crs=CRS)

    river, water = axes([(0, 0), (154, 0)]), ponds(shapely.box(0, -1.5, 154, 1.5))
    result = rl.demarcate(turned(river), rule_set(tmp_path), water=turned(water))
    assert result.lines["length_m"].tolist() == [154.0, 154.0]
    assert result.lines["basis"].tolist() == ["water", "water"]
    assert result.faults.empty
    assert extent(result).area == pytest.approx(13.0 * 154.0, abs=0.5)


def test_chainages_change_where_the_reference_does_also_on_a_bend(tmp_path) -> None:
    def arc(radius, first=0, last=180):
        angle = np.radians(180.0 - np.arange(first, last + 1))
        return list(zip(radius * np.cos(angle), radius * np.sin(angle), strict=True))

    toes = levees(arc(560, -5, 185), arc(440, -5, 60), arc(440, 60, 185))
    down = rl.demarcate(axes(arc(500)), rule_set(tmp_path), levees=toes)
    up = rl.demarcate(axes(arc(500)[::-1]), rule_set(tmp_path), levees=toes)
    length = axes(arc(500)).geometry.length[0]
    # Inside a bend drawn with chords, a place on the normal of a vertex has one foot on each of the two chords there;
    # the line is as far from the axis as the toe and its strip together.
    feet = (60.0 + 30.0) * np.sin(np.radians(0.5)) + 0.06
    right = down.lines[down.lines["bank"] == "right"]
    assert right["end_chainage_m"].tolist() == pytest.approx([length / 3.0, length], abs=feet)
    left = up.lines[up.lines["bank"] == "left"]
    assert left["end_chainage_m"].tolist() == pytest.approx([length * 2.0 / 3.0, length], abs=feet)
    assert left["source_ids"].tolist() == right["source_ids"].tolist()[::-1]


def test_pieces_change_at_the_chainage_of_the_lines_own_place_a_strip_beyond_the_step(tmp_path) -> None:
    """A toe steps 40 m towards a straight river at 500 m: its strip of 30 m runs 30 m on, and the line turns there."""
    toes = levees([(0, 120), (500, 120)], [(500, 80), (1000, 80)], [(0, -80), (1000, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    left = result.lines[result.lines["bank"] == "left"].sort_values("line_id")
    ends = np.array([shapely.get_coordinates(each)[[0, -1], 0] - ORIGIN[0] for each in left.geometry])
    assert left[["start_chainage_m", "end_chainage_m"]].to_numpy() == pytest.approx(ends, abs=0.05)
    assert left["end_chainage_m"].tolist()[0] == 530.0


def around(radius, length=1000.0):
    """A bend of half a circle between two straight arms, from the lower one to the upper one."""
    turn = np.linspace(-np.pi / 2, np.pi / 2, 60)[1:-1]
    arc = np.column_stack([length + radius * np.cos(turn), radius * np.sin(turn)])
    return [(0, -radius), (length, -radius), *arc, (length, radius), (0, radius)]


def test_a_bank_between_arms_that_its_strips_fill_has_no_line_and_says_so(tmp_path) -> None:
    ruled = rule_set(tmp_path, levee=10.0)
    result = rl.demarcate(axes(around(40)), ruled, levees=levees(around(50), around(5)))
    assert set(result.lines["bank"]) == {"right"}
    assert result.lines["length_m"].sum() == pytest.approx(2000 + np.pi * 60, abs=1.0)
    assert result.faults["code"].tolist() == ["line-swallowed", "feature-not-used"]
    assert result.extents["clearance_m"].iloc[0] >= -1e-6
    assert shapely.covers(extent(result), shapely.LineString([(0, 0), (1000, 0)]))
    apart = rl.demarcate(axes(around(40)), ruled, levees=levees(around(50), around(15)))
    assert set(apart.lines["bank"]) == {"left", "right"}


def test_pieces_of_an_axis_that_meet_are_named_so_and_joined_as_told(tmp_path) -> None:
    pieces = axes([(500, 0), (1000, 0)], [(0, 0), (500, 0)], river_id=["R1", "R1"])
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    result = rl.demarcate(pieces, rule_set(tmp_path), levees=toes)
    assert set(result.faults.loc[result.faults["layer"] == "axes", "note"]) == {"axis-in-pieces"}
    assert "join them: axes.dissolve" in rl.faults.describe(result.faults, "en")["detail"].iloc[0]
    joined = pieces.dissolve("river_id", as_index=False)
    joined = joined.set_geometry(joined.geometry.line_merge(directed=True))
    assert len(rl.demarcate(joined, rule_set(tmp_path), levees=toes).extents) == 1


def test_terrain_that_nothing_uses_is_told(tmp_path) -> None:
    terrain = tmp_path / "dem.tif"
    terrain.write_bytes(b"")
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes, terrain=terrain)
    assert told(result, "terrain") == [("terrain-not-used", "*", "note")]
    assert "dem.tif" in rl.faults.describe(result.faults, "zh")["detail"].iloc[-1]


def test_exchanged_axes_and_another_zone_number_are_named(tmp_path) -> None:
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    moved = {
        "axes-exchanged": lambda points: points[:, ::-1],
        "zone-number": lambda points: np.add(points, [38_000_000, 0]),
    }
    for code, change in moved.items():
        wrong = toes.set_geometry(shapely.transform(toes.geometry.to_numpy(), change), crs=CRS)
        result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=wrong)
        assert {each[0] for each in told(result, "levees")} == {code}


def test_explain_takes_words_for_a_bank_and_refuses_a_wrong_call_once(tmp_path) -> None:
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    result = rl.demarcate(axes([(0, 0), (1000, 0)]), rule_set(tmp_path), levees=toes)
    assert rl.explain(result, "R1", "左岸", 5) == rl.explain(result, "R1", "left", 5)
    with pytest.raises(rl.JobError) as caught:
        rl.explain(result.lines, "R1", "left", None, language="fr")
    assert all(part in caught.value.en for part in ("must come from demarcate", "got None", "got 'fr'"))


@pytest.mark.parametrize("call", [
    lambda: rl.load_rules(None),
    lambda: rl.geodesy.zone_crs("x"),
    lambda: rl.maps.save("x", "map.html"),
], ids=["load_rules", "zone_crs", "save"])  # fmt: skip
def test_a_wrong_argument_is_an_error_of_ours(call) -> None:
    with pytest.raises(rl.RiverlineError, match="got"):
        call()


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("rise", [0.0, 40.0])
def test_the_end_of_a_strip_at_a_step_is_its_own_though_another_strip_ends_just_there(tmp_path, rise, reverse) -> None:
    # The middle of the end of L2's strip, near (509, 67.5), is 30 m from the end of L1, as wide as the strip of L1.
    start = 509.0 - np.sqrt(30.0**2 - 7.5**2)
    toes = levees([(0, 60), (start, 60)], [(509, 60), (1000, 60 + rise)], [(0, -80), (1000, -80)], grade=[2, 5, 2])
    tops = bank_tops([(start, 20), (509, 20)])
    river = axes([(1000, 0), (0, 0)] if reverse else [(0, 0), (1000, 0)])
    rules = rule_set(tmp_path, gap_max_m=20.0, grades={2: 30.0, 5: 15.0})
    lines = rl.demarcate(river, rules, levees=toes, bank_tops=tops).lines
    bank = lines[lines["bank"] == ("right" if reverse else "left")].iloc[:: -1 if reverse else 1]
    makers = [sources for sources, basis in zip(bank["source_ids"], bank["basis"], strict=True) if basis != "joined"]
    assert makers == ["L1", "B1", "L2"]
    last = bank.geometry.iloc[-1].reverse() if reverse else bank.geometry.iloc[-1]
    heading = np.array([491.0, rise]) / np.hypot(491.0, rise)
    corner = np.array([509.0, 60.0]) + 15.0 * np.array([-heading[1], heading[0]])
    assert shapely.get_coordinates(last)[0] - ORIGIN == pytest.approx(np.array([509, 60]), abs=MM)
    assert shapely.distance(last, shapely.Point(corner + ORIGIN)) < MM


@pytest.mark.parametrize("turn", [0.0, 1.0, 2.5])
def test_slits_between_parts_are_closed_and_corners_stay(turn) -> None:
    # A slit of which one side is longer, one of equal sides, and a notch of a metre with a stub of 5 mm at its corner.
    ring = [(0, 0), (9, 0), (9, 4), (7.001, 4), (7, 1), (6.9995, 9), (5.002, 9), (5, 2), (4.998, 9), (4, 9), (4, 8.995),
            (3, 8.995), (3, 9), (0, 9)]  # fmt: skip
    spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    area = shapely.transform(shapely.Polygon(ring), lambda xy: xy @ spin)
    closed = shapely.transform(without_seams(area), lambda xy: xy @ spin.T)
    there = np.array([ring[at] for at in (0, 1, 2, 3, 5, 6, 8, 9, 10, 11, 12, 13)])
    assert len(shapely.get_coordinates(closed)) == len(there) + 1
    assert shapely.distance(shapely.points(there), shapely.boundary(closed)) == pytest.approx(0.0, abs=1e-9)


def test_a_step_to_the_channel_where_a_strip_ends_has_no_strip_and_is_no_gap() -> None:
    toes = levees([(0, 100), (3000, 100)], [(0, -100), (3000, -100)], [(1000, 140), (2000, 140)])
    toes["feature"] = ["landside_toe", "landside_toe", "parallel_river"]
    rules = rl.load_rules("jiangsu", on="2025-06-01")
    result = rl.demarcate(axes([(0, 0), (3000, 0)], name=["新沂河"]), rules, levees=toes)
    # Strips are 0.9 mm wider than the rule has it, so that no place lies inside the legal distance.
    assert extent(result).area == pytest.approx(2 * 130 * 3000 + 10 * 1000 + 5000 * 9e-4, abs=0.01)
    left = result.lines[result.lines["bank"] == "left"]
    rows = left[["basis", "offset_m", "start_chainage_m", "end_chainage_m", "length_m"]].to_numpy().tolist()
    assert rows == [
        ["levee", 30.0, 0.0, 1000.0, 1000.0], ["joined", 0.0, 1000.0, 1000.0, 10.0],
        ["levee", 0.0, 1000.0, 2000.0, 1000.0], ["joined", 0.0, 2000.0, 2000.0, 10.0],
        ["levee", 30.0, 2000.0, 3000.0, 1000.0],
    ]  # fmt: skip
    assert not set(result.faults["code"]) & {"gap-joined", "gap-unfounded"}
    assert result.extents["clearance_m"].iloc[0] >= 0.0
