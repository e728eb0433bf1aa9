"""The samples' upland: a reservoir, a dam, a pump station, and every rung of the ladder where no official line is."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import riverline as rl
from riverline import samples

COUNTY = "清水县.gpkg"
RUNGS = ("road", "canal", "village_front", "slope_foot", "scarp", "flood_mark")


def layer(name, schema=None):
    path = samples.path(COUNTY)
    return gpd.read_file(path, layer=name) if schema is None else rl.read_layer(path, schema, layer=name)


@pytest.fixture(scope="module")
def rules():
    return rl.load_rules(samples.path("清水县规则.toml"))


@pytest.fixture(scope="module")
def stream():
    return layer("upland_axes", rl.schema.AXES)


@pytest.fixture(scope="module")
def works():
    every = pd.concat([layer(name, rl.schema.WORKS) for name in ("works", "upland_works")], ignore_index=True)
    return every[~every["kind"].isin(["bridge", "wharf"])]


@pytest.fixture(scope="module")
def ranges(rules, stream, works):
    axes = pd.concat([layer("axes", rl.schema.AXES), stream], ignore_index=True)
    return rl.demarcate_works(works, rules, axes=axes)


def test_the_rules_say_that_they_are_made_up_and_fall_back_on_the_province(rules):
    told = rl.rules.describe_rules(rules)
    assert "虚构" in rules.title
    assert "不得用于实际划界" in told
    assert not {"S", "M"} & {document.seen for document in rules.documents if document.id == "invented"}
    assert "anhui" in told


def test_the_reservoir_ends_at_the_land_acquired(rules):
    pool = layer("reservoirs", rl.schema.WATER)
    line = layer("reservoir_lines", rl.schema.BANK_TOPS)
    result = rl.demarcate_waters(pool, rules, lines=line)
    assert result.lines["basis"].tolist() == ["reservoir"]
    (extent,) = result.extents.geometry
    wanted = shapely.Polygon(line.geometry.iloc[0].coords)
    assert extent.symmetric_difference(wanted).area < 1e-3
    assert extent.covers(pool.geometry.iloc[0])
    assert "征地线" in rl.explain(result, "SK01", None, 10)


def test_every_work_has_a_range_by_a_rule_of_the_county(rules, works, ranges):
    assert not (ranges.faults["code"] == "work-not-done").any()
    drawn = ranges.extents[ranges.extents["kind"] == "management"]
    assert len(drawn) == len(works)
    assert set(ranges.lines["rule_id"].str.partition("/")[0]) == {rules.name}
    assert (ranges.lines["confidence"] != "high").all()


@pytest.mark.parametrize(("work", "upstream", "downstream", "sides"), [("GC-07", 100, 150, 50), ("GC-05", 30, 30, 30)])
def test_dam_and_pump_station_reach_as_far_as_their_rule_says(work, upstream, downstream, sides, works, ranges):
    shape = works.set_index("work_id").geometry[work]
    along, across = upstream + downstream, shape.length + 2 * sides
    drawn = ranges.extents.set_index("extent_id")
    (name,) = [each for each in drawn.index if work in each and drawn.loc[each, "kind"] == "management"]
    assert drawn.geometry[name].area == pytest.approx(along * across, rel=0.02)
    assert drawn.geometry[name].covers(shape)


def test_every_rung_of_the_ladder_is_used_and_named(rules, stream):
    given = {name: layer(name) for name in ("roads", "canals", "villages", "slope_feet", "scarps", "flood_marks")}
    found = rl.find_stand_ins(stream, within_m=120, **given)
    assert set(found["feature"]) == set(RUNGS)
    result = rl.demarcate(stream, rules, bank_tops=found)
    pieces = result.lines[result.lines["basis"] == "fallback"]
    used = {name.rpartition("/fallback-")[2].replace("-", "_") for name in pieces["rule_id"]}
    assert used == set(RUNGS)
    labels = rl.schema.BANK_TOPS["feature"]
    for rung in RUNGS:
        rows = pieces[pieces["rule_id"].str.endswith(rung.replace("_", "-"))]
        assert rows["note"].str.contains(labels.value_label(rung)).all(), rung
    assert not (result.faults["severity"] == "error").any()
    assert result.extents["area_m2"].gt(0).all()
