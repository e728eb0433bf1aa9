"""Stakes of a surveyed river: the flood line of sixty-four sections."""

from __future__ import annotations

import pytest
import shapely

import riverline as rl

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def drawn(surveyed):
    """The demarcation of the surveyed river, and its axis; a second one half a metre higher."""
    axes, sections = surveyed
    rules = rl.load_rules("anhui")
    higher = sections.assign(level_m=sections["level_m"] + 0.5)
    return [rl.demarcate(axes, rules, sections=each) for each in (sections, higher)], axes


def test_stakes_stand_on_the_line_and_are_kept(drawn):
    (result, _), axes = drawn
    stakes = rl.place_stakes(result, axes=axes)
    assert shapely.distance(stakes.geometry.array, result.lines.union_all()).max() < 1e-3
    assert (stakes["next_m"].dropna() <= 1000.0).all()
    assert rl.check(stakes, rl.schema.STAKES).empty
    # Not in China: there is no way to CGCS2000 that is safe, and none is guessed.
    assert stakes[["lon", "lat", "zone", "y_zoned_m"]].isna().all(axis=None)
    assert rl.place_stakes(result, axes=axes, existing=stakes)["status"].eq("kept").all()


def test_stakes_that_define_the_line_give_nothing_away(drawn):
    (result, _), axes = drawn
    assert rl.place_stakes(result, axes=axes)["inside_m"].max() > 1.0
    assert rl.place_stakes(result, axes=axes, role="define")["inside_m"].max() == 0.0


def test_a_higher_flood_moves_stakes_and_loses_none(drawn):
    (result, higher), axes = drawn
    stakes = rl.place_stakes(result, axes=axes)
    moved = rl.place_stakes(higher, axes=axes, existing=stakes)
    old = moved[moved["status"] != "new"]
    assert sorted(old["number"]) == sorted(stakes["number"])
    assert (old["status"] == "moved").mean() > 0.9
    on_line = moved[moved["status"].isin(["moved", "new"])]
    assert shapely.distance(on_line.geometry.array, higher.lines.union_all()).max() < 1e-3
