"""Kinds that images cannot tell, waterlines, fields and seasons: said with their doubt, or listed and not told."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

import changing
import riverline as rl
from changing import codes, covers, extent, image, pair, whole
from riverline._kernels.grids.shores import shore_moves
from riverline.schema import UNTOLD_CHANGES

LAST = (2, 3, 4, 5)


def planted():
    """What is there, and what only looks like it; chainages of even blocks of 160 m are fields."""
    plant = changing.drawing().Plant
    return (
        plant("strip", "occupation", "soil", 2_500, 55, (300, 22), LAST),
        plant("pit open to the river", "extraction", "water", 3_200, 95, (150, 66), LAST),
        plant("house on grass", "construction", "concrete", 3_080, -152, (40, 30), LAST),
        plant("house on a field", "construction", "concrete", 2_480, -152, (40, 30), LAST),
        plant("grey plant", "construction", "grey", 3_420, -152, (70, 56), LAST),
        plant("trees on grass", "occupation", "trees", 3_420, 152, (120, 50), LAST),
        plant("trees on a field", "occupation", "trees", 3_620, 152, (120, 50), LAST),
        plant("pens at the bank", "occupation", "pens", 4_600, 44, (90, 40), LAST),
        plant("fallow in the reference year", "", "soil", 2_600, -154, (120, 50), (1,), decoy=True),
        plant("ploughed in two summers", "", "soil", 2_960, -154, (120, 50), (3, 5), decoy=True),
        plant("a crop of winter", "", "crop", 3_920, -154, (110, 50), (2, 4), decoy=True),
    )


@pytest.fixture(scope="module")
def river(tmp_path_factory):
    """A folder of images for plants and levels, the extent along the river, and its days."""
    drawing = changing.drawing()
    axes = rl.read_layer(rl.samples.path("清水县.gpkg"), rl.schema.AXES, layer="axes")
    axis = shapely.get_coordinates(axes.set_index("river_id").geometry["QS01"])

    def drawn(plants=(), levels_m=drawing.LEVELS_M):
        folder = tmp_path_factory.mktemp("scenes")
        drawing.draw_scenes(axis, folder, plants=plants, levels_m=levels_m)
        return rl.read_scenes(folder), dict(zip(drawing.DATES, levels_m, strict=True))

    return drawn, extent(shapely.LineString(axis).buffer(190.0), "QS01"), drawing.truth_frame(axis, planted())


@pytest.fixture(scope="module")
def found(river):
    """What is found without and with the water levels of the days, and what was there."""
    drawn, area, truth = river
    scenes, levels = drawn(planted())
    return rl.detect_change(scenes, area), rl.detect_change(scenes, area, levels=levels), truth.set_index("name")


def at(changes, truth, name):
    """The one suspect where something was planted."""
    hit = changes.suspects[changes.suspects.intersects(truth.geometry[name])]
    assert len(hit) == 1, name
    return hit.iloc[0]


@pytest.mark.parametrize("name", ["trees on grass", "trees on a field"])
def test_trees_are_found_where_winter_was_bare(found, name):
    row = at(found[0], found[2], name)
    assert row[["kind", "item", "state"]].tolist() == ["occupation", "tall-plants", "confirmed"]
    assert row["area_m2"] > 0.9 * found[2].geometry[name].area


def test_pens_against_the_bank_are_found(found):
    assert at(found[0], found[2], "pens at the bank")[["kind", "item"]].tolist() == ["occupation", "water-occupied"]


def test_a_strip_filled_along_the_bank_is_told_where_the_bank_up_and_down_the_river_stayed(found):
    for changes in found[:2]:
        row = at(changes, found[2], "strip")
        assert row[["kind", "state"]].tolist() == ["occupation", "unconfirmed"]
        assert row["confidence"] <= 0.5
        assert json.loads(row["evidence"])["change"]["moving"] < 0.05


@pytest.mark.parametrize("name", ["house on grass", "house on a field", "grey plant"])
def test_what_images_cannot_tell_has_no_kind_and_says_what_it_may_be(found, name):
    row = at(found[0], found[2], name)
    assert row[["kind", "item"]].tolist() == ["unknown", ""]
    may = {each["kind"]: each["share"] for each in json.loads(row["evidence"])["change"]["candidates"]}
    assert "construction" in may
    assert len(may) > 1
    assert "类型未能分辨，可能为" in row["reason"]
    assert "乱建" in row["reason"]
    classified = rl.classify(found[0]).suspects.set_index("suspect_id").loc[row["suspect_id"]]
    assert classified[["kind", "severity"]].tolist() == ["unknown", "unknown"]


def test_a_pit_open_to_the_river_keeps_its_size_whether_levels_are_known_or_not(found):
    true = found[2].geometry["pit open to the river"].area
    for changes in found[:2]:
        row = at(changes, found[2], "pit open to the river")
        assert row["kind"] == "extraction"
        assert row["area_m2"] > 0.8 * true
    cut = json.loads(at(found[1], found[2], "pit open to the river")["evidence"])["change"]["cut"]
    assert (cut > 0.1) == ("面积可能偏小" in at(found[1], found[2], "pit open to the river")["reason"])


@pytest.mark.parametrize("name", ["fallow in the reference year", "ploughed in two summers", "a crop of winter"])
def test_ordinary_farming_is_listed_and_not_told(found, name):
    changes, truth = found[0], found[2]
    assert not changes.suspects.intersects(truth.geometry[name]).any()
    listed = changes.untold[changes.untold.intersects(truth.geometry[name])]
    assert "season" in set(listed["why"])
    assert listed.query("why == 'season'")["area_m2"].sum() > 0.7 * truth.geometry[name].area
    assert "change-seasonal" in codes(changes)


def test_every_patch_that_is_not_told_is_listed_with_reason_and_outline_and_notes_count_them(found):
    changes = found[0]
    assert rl.check(changes.untold, UNTOLD_CHANGES).query("severity == 'error'").empty
    assert changes.untold["untold_id"].is_unique
    assert changes.untold.geometry.is_valid.all()
    noted = changes.faults[changes.faults["unit"].eq("m²") & changes.faults["layer"].eq("extents")]
    assert noted["value"].sum() == len(changes.untold) > 5
    assert noted["limit"].sum() == pytest.approx(changes.untold["area_m2"].sum(), abs=0.1)
    assert not shapely.intersects(changes.untold.geometry.union_all().buffer(-1.0), changes.suspects.union_all())


FELL = (15.0, 15.6, 13.0, 13.3, 13.0, 13.3)


@pytest.mark.parametrize("known", [None, {}, {"slope": 0.05}])
def test_a_river_that_fell_by_two_metres_is_no_fill(river, known):
    drawn, area, _ = river
    scenes, levels = drawn((), FELL)
    changes = rl.detect_change(scenes, area, levels=None if known is None else levels, **(known or {}))
    assert changes.suspects.query("state == 'confirmed'").empty
    assert changes.suspects.empty
    if known is None:
        assert changes.untold.query("why == 'waterline'")["area_m2"].sum() > 100_000.0
    else:
        assert "change-by-level" in codes(changes)


def test_what_the_level_may_explain_on_a_gentle_bank_is_not_confirmed(tmp_path):
    """A fill of 60 m at one place of a bank; the water fell by a metre on some slope between 0.01 and 0.3."""
    scenes, levels, _ = bank_filled(tmp_path, "sand")
    sure = rl.detect_change(scenes, whole(), levels=levels, slope=0.3).suspects.iloc[0]
    doubtful = rl.detect_change(scenes, whole(), levels=levels, slope=(0.01, 0.3)).suspects.iloc[0]
    assert [sure["state"], doubtful["state"]] == ["confirmed", "unconfirmed"]
    assert doubtful["confidence"] <= 0.5 < sure["confidence"]
    assert sure["kind"] == doubtful["kind"] == "occupation"
    assert "可由水位差解释" in doubtful["reason"]


def bank_filled(folder, cover):
    """Images of a bank filled with a cover since 2024, levels that fell by a metre, and where it was filled."""
    scenes, days = [], ("2023-07-01", "2024-07-01", "2024-08-01", "2025-07-01")
    for number, day in enumerate(days):
        names = covers()
        if number:
            names[20:26, 30:40] = cover
        scenes.append(rl.read_scene(image(folder / f"{number}.tif", names, day, seed=number)))
    x, y = changing.WEST, changing.NORTH
    return scenes, dict(zip(days, (6.0, 5.0, 5.0, 5.0), strict=True)), shapely.box(x + 300, y - 260, x + 400, y - 200)


def test_what_the_level_explains_is_listed_as_what_it_would_be_and_concrete_is_no_mud(tmp_path):
    scenes, levels, place = bank_filled(tmp_path, "sand")
    changes = rl.detect_change(scenes, whole(), levels=levels, slope=0.01)
    assert changes.suspects.empty
    listed = changes.untold.query("why == 'level'")
    assert listed["change_class"].tolist() == ["fill"]
    assert listed["by_level"].tolist() == [1.0]
    assert listed["days_seen"].tolist() == [3]
    assert listed.intersection(place).area.sum() > 0.9 * place.area
    noted = changes.faults.query("code == 'change-by-level'")
    assert noted["feature_id"].tolist() == ["R1-management"]
    assert noted["limit"].tolist() == listed["area_m2"].tolist()
    scenes, levels, place = bank_filled(tmp_path, "concrete")
    built = rl.detect_change(scenes, whole(), levels=levels, slope=0.01).suspects
    assert built["change_class"].tolist() == ["bright-fill"]
    assert built["state"].tolist() == ["unconfirmed"]
    assert built.geometry.iloc[0].intersection(place).area > 0.9 * place.area


def test_days_far_apart_in_the_year_confirm_no_bare_ground(tmp_path):
    def strip(names):
        names[5:13, 30:38] = "sand"

    near = rl.detect_change(pair(tmp_path, strip, dates=("2024-07-01", "2025-07-10")), whole())
    apart = rl.detect_change(pair(tmp_path, strip, dates=("2024-05-02", "2025-09-30")), whole())
    assert near.suspects["change_class"].tolist() == ["bare-once"]
    assert apart.suspects[["change_class", "kind", "state"]].to_numpy().tolist() == [
        ["bare-unlike", "unknown", "unconfirmed"]
    ]
    assert ["change-season-apart" in codes(each) for each in (near, apart)] == [False, True]
    assert near.suspects[["kind", "state"]].to_numpy().tolist() == [["unknown", "unconfirmed"]]
    assert max(each.suspects["confidence"].iloc[0] for each in (near, apart)) < 0.3


def test_shores_move_by_more_than_a_pixel_or_not():
    before = np.full((6, 8), 3, dtype="uint8")
    before[:, 4:] = 1
    one, two = before.copy(), before.copy()
    one[:, 4] = 3
    two[:, 4:6] = 3
    assert [int(shore_moves(before, each)[0][1].sum()) for each in (before, one, two)] == [0, 0, 6]
    back = shore_moves(two, before)
    assert (int(back[1][1].sum()), int(back[0][1].sum())) == (6, 0)
    hidden = two.copy()
    hidden[:3] = 0
    assert len(shore_moves(before, hidden)[0][0]) == 3
