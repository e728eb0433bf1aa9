"""Checks, revisions and sensitivity of a surveyed river: the flood line of sixty-four sections."""

from __future__ import annotations

import pytest

import riverline as rl

pytestmark = pytest.mark.real


def test_half_a_metre_of_flood_gains_land_and_loses_none(surveyed):
    axes, sections = surveyed
    rules = rl.load_rules("anhui")
    higher = sections.assign(level_m=sections["level_m"] + 0.5)
    old, new = (rl.demarcate(axes, rules, sections=each) for each in (sections, higher))
    change = rl.compare(old, new)
    management = change.areas[change.areas["kind"] == "management"]
    area = management.groupby("change")["area_m2"].sum()
    assert area["gained"] > 100.0 * area.get("lost", 0.0)
    assert set(change.stretches["cause"]) == {"data"}
    was, now = (each.extents.loc[each.extents["kind"] == "management", "area_m2"].sum() for each in (old, new))
    assert was + area["gained"] - area.get("lost", 0.0) == pytest.approx(now, abs=0.005 * (len(management) + 2))
    assert rl.compare(new, new).areas.empty


def test_its_line_is_as_sure_as_its_levels_and_the_whole_of_it_is_told(surveyed):
    axes, sections = surveyed
    rules = rl.load_rules("anhui")
    base = rl.demarcate(axes, rules, sections=sections)
    little, much = (
        rl.measure_sensitivity(axes, rules, sections=sections, level_m=level, terrain_m=0.0, toe_m=0.0)
        for level in (0.02, 0.3)
    )
    beyond = [each.bands.loc[each.bands["movement"] == "beyond", "length_m"].sum() for each in (little, much)]
    assert 0.0 < beyond[0] < beyond[1]
    for each in (little, much):
        assert each.bands["length_m"].sum() == pytest.approx(base.lines["length_m"].sum(), abs=0.1 * len(each.bands))


def test_what_was_drawn_passes_and_what_was_given_is_told(surveyed):
    axes, sections = surveyed
    result = rl.demarcate(axes, rl.load_rules("anhui"), sections=sections)
    inspection = rl.inspect(result, axes=axes, stakes=rl.place_stakes(result))
    checks = inspection.checks
    # The published axis repeats a vertex.
    assert checks.loc[checks["outcome"] == "failed", "check_id"].tolist() == ["geometry"]
    told = inspection.faults[inspection.faults["check_id"] == "geometry"]
    assert told[["layer", "code"]].to_numpy().tolist() == [["axes", "repeated-vertices"]]
