"""Stakes of the protection extent, and the landmarks of point notes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import riverline as rl
from county import CRS, ORIGIN, axes, levees, line
from riverline.demarcation.stakes.protection import protection_lines

LENGTH = 2000.0
RULES = rl.load_rules("anhui")


def drawn(*bend):
    """A levee'd river whose toes run 80 m to both sides, the left one by way of the places of a bend."""
    left = [(0.0, 80.0), *bend, (LENGTH, 80.0)]
    return rl.demarcate(axes([(0.0, 0.0), (LENGTH, 0.0)]), RULES, levees=levees(left, [(0.0, -80.0), (LENGTH, -80.0)]))


@pytest.fixture(scope="module")
def straight():
    return drawn()


def local(frame):
    """Coordinates from the gate of the county, (n, 2)."""
    return shapely.get_coordinates(frame.geometry) - np.array(ORIGIN)


# The protection extent


def test_stakes_of_the_protection_extent_stand_along_its_outer_line(straight):
    far = straight.extents.query("kind == 'protection'").total_bounds[[1, 3]] - ORIGIN[1]
    near = straight.extents.query("kind == 'management'").total_bounds[[1, 3]] - ORIGIN[1]
    stakes = rl.place_stakes(straight, of="protection")
    assert set(stakes["extent"]) == {"protection"}
    xy = local(stakes)
    inner = np.isin(xy[:, 0].round(3), [0.0, LENGTH])
    assert np.abs(xy[~inner, 1]).min() == pytest.approx(far[1], abs=1e-3)
    for bank, sign in (("left", 1), ("right", -1)):
        mine = xy[(stakes["bank"] == bank).to_numpy()]
        edges = sorted(abs(each) for each in (near[(sign + 1) // 2], far[(sign + 1) // 2]))
        # From the management line out, along, and back in at the end of the reach.
        assert mine[0].tolist() == pytest.approx([0.0, sign * edges[0]], abs=0.02)
        assert mine[1].tolist() == pytest.approx([0.0, sign * edges[1]], abs=0.02)
        assert mine[-2:].tolist() == [pytest.approx([LENGTH, sign * each], abs=0.02) for each in edges[::-1]]
    assert "stake-off-line" not in set(rl.check_stakes(stakes, straight)["code"])
    assert set(stakes["rule_id"]) == set(straight.lines["rule_id"])


def test_no_number_of_the_protection_extent_is_one_of_the_management_line(straight):
    both = [rl.place_stakes(straight, of=each) for each in ("management", "protection")]
    assert both[0]["number"].str.match(r"R1-[LR]-\d{3}$").all()
    assert both[1]["number"].str.match(r"R1-[LR]-B\d{3}$").all()
    together = pd.concat(both, ignore_index=True)
    assert together["stake_id"].is_unique
    assert set(rl.check_stakes(together, straight)["code"]) == {"setting-unknown"}
    again = rl.place_stakes(straight, of="protection", existing=both[1])
    assert again["number"].tolist() == both[1]["number"].tolist()
    assert set(again["status"]) == {"kept"}


def test_outer_lines_and_management_extents_bound_what_is_protected(straight):
    lines = protection_lines(straight)
    whole = shapely.union_all(straight.extents.geometry)
    assert shapely.covers(shapely.boundary(whole).buffer(0.02), shapely.union_all(lines.geometry))
    left = shapely.difference(shapely.boundary(whole), shapely.union_all(lines.geometry).buffer(0.02))
    ends = shapely.union_all([line([(x, -95.0), (x, 95.0)]).buffer(0.05) for x in (0.0, LENGTH)])
    assert shapely.covers(ends, left), "what is left over is where the extent ends with the reach"
    assert set(zip(lines["river_id"], lines["bank"], strict=True)) == {("R1", "left"), ("R1", "right")}
    assert (lines["start_chainage_m"] <= lines["end_chainage_m"]).all()
    assert rl.check(lines, rl.schema.MANAGEMENT_LINES).empty


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(2, 18), st.integers(60, 160)), min_size=1, max_size=4, unique_by=lambda p: p[0]))
def test_along_any_levee_no_stake_stands_inside_what_is_protected(places):
    result = drawn(*[(100.0 * x, float(y)) for x, y in sorted(places)])
    stakes = rl.place_stakes(result, of="protection")
    whole = shapely.union_all(result.extents.geometry)
    assert shapely.distance(shapely.boundary(whole), stakes.geometry.array).max() < 0.02
    along = stakes[stakes["bank"] == "left"]["chainage_m"].to_numpy()
    assert (np.diff(along) >= -20.0).all(), "downstream, but for corners whose nearest place of the line lies behind"


def test_without_protection_extents_there_are_no_stakes():
    tops = gpd.GeoDataFrame({"bank_id": ["B1", "B2"], "river_id": "R1"}, crs=CRS,
                            geometry=[line([(0, y), (LENGTH, y)]) for y in (60, -60)])  # fmt: skip
    bare = rl.demarcate(axes([(0.0, 0.0), (LENGTH, 0.0)]), rl.load_rules("national"), bank_tops=tops)
    assert set(bare.extents["kind"]) == {"management"}
    none = rl.place_stakes(bare, of="protection")
    assert len(none) == 0
    assert rl.check_stakes(none, bare).empty


def test_a_rule_set_may_set_pattern_and_reach_but_not_one_pattern_for_both(tmp_path):
    own = rl.rules.template_of("anhui").replace('name = "anhui"', 'name = "own"') + "\n[policy.stakes]\n"
    file = tmp_path / "own.toml"
    file.write_text(own + 'landmark_reach_m = 50\nprotection_pattern = "{river}{bank}P{sequence}"\n', encoding="utf-8")
    rules = rl.load_rules(file)
    assert rules.policy.stakes.landmark_reach_m == 50.0
    toes = levees([(0.0, 80.0), (LENGTH, 80.0)], [(0.0, -80.0), (LENGTH, -80.0)])
    result = rl.demarcate(axes([(0.0, 0.0), (LENGTH, 0.0)]), rules, levees=toes)
    assert rl.place_stakes(result, of="protection")["number"].iloc[0] == "R1LP001"
    file.write_text(own + 'protection_pattern = "{river}-{bank}-{sequence}"\n', encoding="utf-8")
    with pytest.raises(rl.RuleError, match="protection_pattern"):
        rl.load_rules(file)


def test_a_wrong_extent_is_refused_with_the_two_there_are(straight):
    with pytest.raises(rl.JobError, match="management, protection"):
        rl.place_stakes(straight, of="outer")


# Landmarks


def marks(*rows):
    names, shapes = zip(*rows, strict=True)
    ids = [f"M{number}" for number in range(1, len(rows) + 1)]
    return gpd.GeoDataFrame({"landmark_id": ids, "name": names}, geometry=list(shapes), crs=CRS)


def near(stake, east, north):
    return shapely.Point(stake.x + east, stake.y + north)


def note(row):
    return [(row[f"reference_{n}"], row[f"reference_{n}_m"], row[f"reference_{n}_bearing"]) for n in (1, 2, 3)]


def test_a_point_note_names_the_three_nearest_landmarks_with_distance_and_bearing(straight):
    stake = rl.place_stakes(straight).geometry.iloc[0]
    tower = shapely.box(stake.x + 60, stake.y - 10, stake.x + 80, stake.y + 10)
    landmarks = marks(
        ("水塔", tower), ("古槐", near(stake, 0, 30)), ("", near(stake, -30, -40)), ("碑", near(stake, 100, 0)),
        ("里程碑", near(stake, 0, -301)), ("站在其中", near(stake, 0, 0)),
    )  # fmt: skip
    first = rl.place_stakes(straight, landmarks=landmarks.sample(frac=1, random_state=1)).iloc[0]
    # The polygon counts from its nearest place, the nameless one goes by its key, what the stake stands in by nothing.
    assert note(first) == [
        ("古槐", 30.0, 0.0), ("M3", 50.0, pytest.approx(180.0 + np.degrees(np.arctan2(30, 40)))),
        ("水塔", 60.0, pytest.approx(90.0)),
    ]  # fmt: skip
    plain = rl.place_stakes(straight).iloc[0]
    assert note(plain)[0][0] == ""
    told = rl.place_boards(straight, landmarks=landmarks).iloc[0]
    assert told["reference_1"] == "古槐"


def test_beyond_reach_there_is_none_and_what_the_field_wrote_stays(straight):
    stakes = rl.place_stakes(straight)
    one, other = stakes.geometry.iloc[0], stakes.geometry.iloc[1]
    reach = RULES.policy.stakes.landmark_reach_m
    landmarks = marks(("界碑", near(one, 0, 5)), ("烟囱", near(other, 0, reach + 1)))
    stakes.loc[0, ["reference_2", "reference_2_m"]] = ["老井", 7.5]
    again = rl.place_stakes(straight, existing=stakes, landmarks=landmarks)
    assert note(again.iloc[0])[:2] == [("", pytest.approx(np.nan, nan_ok=True), pytest.approx(np.nan, nan_ok=True)),
                                       ("老井", 7.5, pytest.approx(np.nan, nan_ok=True))]  # fmt: skip
    far = shapely.distance(again.geometry.array, one) > reach + 5
    assert (again.loc[far, "reference_1"] == "").all()
    assert rl.check(again, rl.schema.STAKES).query("severity == 'error'").empty
