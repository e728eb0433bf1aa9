"""Levees against a flood: what holds, what does not, and that it is told."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from riverline.demarcation.flooding.flood import flood_references_from_terrain, levee_truth_table
from valleys import CELL, CRS, Valley, centres, levees

VALLEY = Valley(30.0)
GIVEN = ((0.0, 104.0), (1000.0, 103.0))
HIGH = 110.0
WHOLE = ((-30, -100), (1030, -100))


@pytest.fixture(scope="module")
def terrain(tmp_path_factory):
    return VALLEY.write(tmp_path_factory.mktemp("levees"))


def run(terrain, lines, heights, *, given=GIVEN):
    """Faults by code, states by levee, flooded area behind the line at offset −100 as a share of what lies there."""
    walls = levees([VALLEY.line(*line) for line in lines], heights)
    frame = VALLEY.levels(*given)
    references, area, faults = flood_references_from_terrain(VALLEY.axis, "R1", frame, terrain, crs=CRS, levees=walls)
    table = levee_truth_table(VALLEY.axis, walls, river_id="R1", levels=frame, terrain=terrain, crs=CRS)
    behind = shapely.Polygon([VALLEY.at(*place) for place in ((0, -100), (1000, -100), (1000, -200), (0, -200))])
    share = shapely.intersection(area, behind).area / behind.area
    assert len(references) == 2
    assert all(reference.line.is_simple for reference in references)
    return faults.set_index("code"), table.set_index("levee_id")["state"].to_dict(), share


def test_a_levee_that_holds_is_the_line_exactly(terrain):
    walls = levees([VALLEY.line(*WHOLE)], [HIGH])
    references, area, faults = flood_references_from_terrain(
        VALLEY.axis, "R1", VALLEY.levels(*GIVEN), terrain, crs=CRS, levees=walls
    )
    along, offset = VALLEY.locate(shapely.get_coordinates(references[0].line))
    assert np.abs(offset + 100).max() < 1e-6
    assert along[[0, -1]] == pytest.approx([0, 1000], abs=1e-6)
    assert len(faults) == 0
    right = VALLEY.half_width(np.array([0.0, 1000.0]), GIVEN).mean()
    assert area.area == pytest.approx(1000 * (100 + right), rel=1e-6)


def test_the_table_says_how_much_a_levee_has_to_spare(terrain):
    walls = levees([VALLEY.line(*WHOLE), VALLEY.line((200, 60), (400, 60))], [105.0, np.nan])
    table = levee_truth_table(
        VALLEY.axis, walls, river_id="R1", levels=VALLEY.levels(*GIVEN), terrain=terrain, crs=CRS
    ).set_index("levee_id")
    assert table.loc["D0", ["bank", "state", "crest_from"]].tolist() == ["left", "holds", "given"]
    assert table.loc["D0", ["crest_m", "freeboard_m", "overtopped_m"]].tolist() == pytest.approx([105.0, 1.0, 0.0])
    # a line that the terrain knows nothing of: its crest is the ground
    assert table.loc["D1", ["bank", "state", "crest_from"]].tolist() == ["right", "overtopped", "terrain"]


def test_a_crest_as_high_as_the_level_holds_and_one_centimetre_less_does_not(terrain):
    faults, states, share = run(terrain, [WHOLE], [104.0])
    assert (len(faults), states, share) == (0, {"D0": "holds"}, pytest.approx(0, abs=1e-9))
    faults, states, share = run(terrain, [WHOLE], [103.99])
    assert states == {"D0": "overtopped"}
    assert share > 0.8
    row = faults.loc["levee-overtopped"]
    assert row["value"] == pytest.approx(0.01, abs=1e-6)
    # the level falls a metre a kilometre: the crest is too low on the first ten metres, less a millimetre's worth
    assert row.geometry.length == pytest.approx(9.0, abs=1e-3)
    assert VALLEY.locate(shapely.get_coordinates(row.geometry))[0] == pytest.approx([0, 9], abs=1e-3)


def test_an_open_end_lets_the_water_behind_and_is_told(terrain):
    faults, states, share = run(terrain, [((-30, -100), (700, -100))], [HIGH])
    assert faults.index.tolist() == ["levee-open-end"]
    assert states == {"D0": "open_end"}
    assert shapely.equals_exact(faults.loc["levee-open-end"].geometry, shapely.Point(VALLEY.at(700, -100)), 1e-6)
    assert share > 0.8


@pytest.mark.parametrize("foot", [-260.0, -172.0, -160.0])
def test_an_end_on_or_near_ground_above_the_level_is_tied(terrain, foot):
    # the level meets the ground at 165 to 193 m from the axis here; the wings end in it, on it, and a cell short of it
    line = ((300, foot), (300, -100), (600, -100), (600, foot))
    faults, states, _ = run(terrain, [line], [HIGH], given=((0.0, 103.2), (1000.0, 102.2)))
    assert states == {"D0": "holds"}
    assert set(faults.index) <= {"flood-disconnected"}


@pytest.mark.parametrize("gap", [60.0, 7.0, 2.0])
def test_a_gap_between_levees_lets_the_water_behind_however_narrow(terrain, gap):
    first = ((300, -260), (300, -100), (450, -100))
    second = ((450 + gap, -100), (700, -100), (700, -260))
    faults, states, share = run(terrain, [first, second], [HIGH, HIGH])
    assert states == {"D0": "gap", "D1": "gap"}
    assert faults.index.tolist() == ["levee-gap"]
    assert faults.loc["levee-gap", "value"] == pytest.approx(gap)
    assert faults.loc["levee-gap", "note"] == "D1"
    assert share > 0.8


def test_levees_that_touch_leave_no_gap(terrain):
    first = ((300, -260), (300, -100), (450, -100))
    second = ((450, -100), (700, -100), (700, -260))
    faults, states, share = run(terrain, [first, second], [HIGH, HIGH])
    assert states == {"D0": "holds", "D1": "holds"}
    assert faults.index.tolist() == ["flood-disconnected"]
    assert share < 0.7


def test_a_second_line_behind_the_first_is_no_gap(terrain):
    toe = ((-30, -110), (500, -110))
    faults, states, share = run(terrain, [WHOLE, toe], [HIGH, HIGH])
    assert states == {"D0": "holds", "D1": "holds"}
    assert len(faults) == 0
    assert share == pytest.approx(0, abs=1e-9)


def test_a_ring_levee_keeps_its_land_dry_but_inside_the_extent(terrain):
    ring = ((300, -50), (600, -50), (600, -150), (300, -150), (300, -50))
    faults, states, share = run(terrain, [ring], [HIGH])
    assert states == {"D0": "holds"}
    assert faults.index.tolist() == ["flood-disconnected"]
    assert faults.loc["flood-disconnected", "value"] == pytest.approx(300 * 100, rel=0.05)
    assert share > 0.8


def test_a_channel_narrower_than_a_cell_keeps_its_water_between_two_walls(terrain):
    walls = levees([VALLEY.line((-30, -0.6), (1030, -0.6)), VALLEY.line((-30, 0.9), (1030, 0.9))], [HIGH, HIGH])
    references, area, faults = flood_references_from_terrain(
        VALLEY.axis, "R1", VALLEY.levels(*GIVEN), terrain, crs=CRS, levees=walls
    )
    assert area.area == pytest.approx(1.5 * 1000, rel=1e-6)
    assert [each.line.length for each in references] == pytest.approx([1000, 1000], rel=1e-6)
    assert len(faults) == 0


def test_a_levee_beside_the_axis_leaves_the_other_bank_alone(terrain):
    walls = levees([VALLEY.line((-30, -0.4), (1030, -0.4))], [HIGH])
    _, area, _ = flood_references_from_terrain(VALLEY.axis, "R1", VALLEY.levels(*GIVEN), terrain, crs=CRS, levees=walls)
    right = VALLEY.half_width(np.array([0.0, 1000.0]), GIVEN).mean()
    assert area.area == pytest.approx(1000 * (0.4 + right), rel=1e-6)


def test_a_crest_that_is_not_given_is_read_from_the_terrain_and_told(tmp_path):
    ground = VALLEY.ground()
    _, offset = VALLEY.locate(np.stack(centres(ground.shape), axis=-1))
    ground[np.abs(offset + 100) < 0.8 * CELL] = 107.0
    path = VALLEY.write(tmp_path, ground)
    walls = levees([VALLEY.line(*WHOLE)], [np.nan]).drop(columns="height_m")
    frame = VALLEY.levels(*GIVEN)
    references, _, faults = flood_references_from_terrain(VALLEY.axis, "R1", frame, path, crs=CRS, levees=walls)
    assert faults["code"].tolist() == ["levee-no-crest"]
    assert faults["note"].tolist() == ["terrain"]
    assert references[0].confidence == "medium"
    table = levee_truth_table(VALLEY.axis, walls, river_id="R1", levels=frame, terrain=path, crs=CRS)
    assert table[["state", "crest_from", "crest_m"]].to_numpy().tolist() == [["holds", "terrain", 107.0]]


def test_a_levee_off_the_terrain_is_unknown_and_not_trusted(terrain):
    line = ((200, -3000), (700, -3000))
    faults, states, _ = run(terrain, [line], [np.nan])
    assert states == {"D0": "unknown"}
    assert faults.loc["levee-no-crest", "note"] == "none"


def test_without_levees_the_table_is_empty(terrain):
    table = levee_truth_table(
        VALLEY.axis,
        levees([VALLEY.line(*WHOLE)], [HIGH]).iloc[:0],
        river_id="R1",
        levels=VALLEY.levels(*GIVEN),
        terrain=terrain,
        crs=CRS,
    )
    assert len(table) == 0
    assert "state" in table.columns
