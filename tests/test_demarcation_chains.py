"""What joins levees across gaps beside bends and up to the ends of a reach."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

import riverline as rl
from riverline.demarcation.banks.chains import _without_loops

CRS = "EPSG:4548"
ORIGIN = np.array([500_000.0, 3_500_000.0])


def line(*coords):
    return shapely.LineString(np.add(ORIGIN, coords))


def demarcated(axis, *toes):
    axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[axis], crs=CRS)
    columns = {"levee_id": [f"D{n}" for n in range(len(toes))], "river_id": "R1", "feature": "landside_toe"}
    levees = gpd.GeoDataFrame(columns, geometry=list(toes), crs=CRS)
    return rl.demarcate(axes, rl.load_rules("anhui"), levees=levees)


def joined(result, bank):
    rows = result.lines[(result.lines["bank"] == bank) & (result.lines["basis"] == "joined")]
    return rows.union_all()


@pytest.mark.parametrize(
    ("loops", "plain"),
    [
        ([(0, 0), (10, 0), (10, 5), (5, 5), (5, -5)], [(0, 0), (5, 0), (5, -5)]),
        (
            [(0, 0), (8, 0), (8, 4), (4, 4), (4, -4), (20, -4), (20, 4), (16, 4), (16, -8)],
            [(0, 0), (4, 0), (4, -4), (16, -4), (16, -8)],
        ),
        ([(0, 0), (10, 0), (10, 5), (2, 5), (2, -5), (6, -5), (6, 9)], [(0, 0), (2, 0), (2, -5), (6, -5), (6, 9)]),
        ([(0, 0), (5, 0), (5, 5)], [(0, 0), (5, 0), (5, 5)]),
    ],
)
def test_a_line_goes_on_from_where_it_passes_a_crossing_last(loops, plain) -> None:
    found = shapely.LineString(_without_loops(np.array(loops, dtype="float64")))
    assert found.is_simple
    assert found.equals(shapely.LineString(plain))


def test_a_gap_beside_a_bend_that_is_sharper_than_the_levee_is_away_is_joined_without_a_loop() -> None:
    bend = np.radians(np.arange(-90, 91, 10))
    turn = 100 * np.column_stack([np.cos(bend), np.sin(bend)]) + [3000, 100]
    wiggle = np.column_stack([np.arange(0, 3000, 50), 60 * np.sin(np.arange(0, 3000, 50) / 90)])
    axis = shapely.LineString(ORIGIN + np.vstack([wiggle, turn, [(0, 200)]]))
    # Left is inside the bend: the two arms of the river are nearer than twice the distance of its toes.
    left = line((0, 90), (400, 90)), line((400, 110), (0, 110))
    right = (line((0, -300), (400, -300)), line((400, 500), (0, 500)))
    result = demarcated(axis, *left, *right)
    assert joined(result, "right").is_simple
    assert result.extents["clearance_m"].min() >= -1e-6
    assert "line-inside" not in set(result.faults["code"])
    assert "chains-cross" not in set(result.faults["code"])


def test_a_jump_aside_farther_than_the_rules_join_is_a_sketch_without_a_citation() -> None:
    axis = line((0, 0), (1000, 0))
    result = demarcated(axis, line((0, 50), (500, 50)), line((500, 3050), (1000, 3050)), line((0, -50), (1000, -50)))
    faults = result.faults.set_index("code")
    assert "gap-joined" not in faults.index
    told = faults.loc["gap-unfounded"]
    assert (told["value"], told["limit"], told["severity"]) == (3000.0, 300.0, "error")
    rows = result.lines[result.lines["basis"] == "joined"]
    assert set(rows["confidence"]) == {"low"}
    assert set(rows["rule_id"]) == set(rows["citation"]) == {""}
    assert rows["offset_m"].isna().all()
    assert rows["note"].str.contains("示意").all()


def test_levees_that_lie_farther_apart_than_the_rules_join_leave_the_gap_to_the_next_basis() -> None:
    axis = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[line((0, 0), (2000, 0))], crs=CRS)
    toes = [line((0, 50), (900, 50)), line((1000, 500), (2000, 500)), line((0, -50), (2000, -50))]
    columns = {"levee_id": ["D1", "D2", "D3"], "river_id": "R1", "feature": "landside_toe"}
    frames = {
        "levees": gpd.GeoDataFrame(columns, geometry=toes, crs=CRS),
        "bank_tops": gpd.GeoDataFrame(
            {"bank_id": ["B1"], "river_id": "R1"}, geometry=[line((0, 30), (2000, 30))], crs=CRS
        ),
    }
    result = rl.demarcate(axis, rl.load_rules("anhui"), **frames)
    left = result.lines[result.lines["bank"] == "left"]
    assert left["basis"].tolist() == ["levee", "joined", "bank_top", "joined", "levee"]
    assert "gap-unfounded" not in set(result.faults["code"]), "from one basis to another the line steps on the normal"


def test_a_sketch_does_not_look_like_law() -> None:
    axis = line((0, 0), (50_000, 0))
    result = demarcated(axis, line((0, 50), (50, 50)), line((0, -50), (50, -50)))
    sketch = result.lines[result.lines["basis"] == "joined"]
    assert set(sketch["citation"]) == set(sketch["rule_id"]) == {""}
    extent = result.extents.iloc[0]
    assert extent["founded_share"] == pytest.approx(50 / 50_000, abs=1e-4)
    assert extent["confidence"] == "low"
    assert "rules-fallback" not in set(result.faults["code"])
    for language, words in (("zh", "不适用任何条款"), ("en", "under no rule")):
        told = rl.explain(result, "R1", "left", 20_000, language=language)
        assert words in told
        assert "条例" not in told
    assert rl.check(result.lines, rl.schema.MANAGEMENT_LINES).empty
    whole = demarcated(axis, line((0, 50), (50_000, 50)), line((0, -50), (50_000, -50)))
    assert whole.extents[["founded_share", "confidence"]].drop_duplicates().values.tolist() == [[1.0, "high"]]


def test_a_bank_that_is_joined_to_the_end_of_the_reach_does_not_pass_it_and_come_back() -> None:
    axis = line(*[(x, 0) for x in range(0, 2001, 10)], (2040, 30), (2060, 60))
    result = demarcated(axis, line((0, 150), (1000, 150)), line((0, -150), (1000, -150)))
    end = shapely.get_coordinates(axis)[-1]
    heading = np.array([20.0, 30.0]) / np.hypot(20.0, 30.0)
    for bank in ("left", "right"):
        beyond = (shapely.get_coordinates(joined(result, bank)) - end) @ heading
        # The strip goes round the corner of the line, but no farther than it is wide.
        assert beyond.max() < 10.0
    assert "chains-cross" not in set(result.faults["code"])
    assert result.extents["clearance_m"].min() >= -1e-6
