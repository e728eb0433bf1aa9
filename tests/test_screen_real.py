"""Screening on OpenStreetMap: buildings and land use against the Susquehanna and the rivers of Andorra."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

import riverline as rl
from riverline.channel import estimate_bank_tops

pytestmark = pytest.mark.real


def read(real_data, name, width_m, *names):
    """Areas of a file that say what they are, the demarcation of its named rivers, and their axes."""
    file = real_data / "osm" / f"{name}.osm.pbf"
    areas = rl.geodesy.to_metric(pyogrio.read_dataframe(file, layer="multipolygons"))
    lines = pyogrio.read_dataframe(file, layer="lines").to_crs(areas.crs)
    rivers = lines[(lines["waterway"] == "river") & lines["name"].isin(names)]
    courses = {
        river: max(shapely.get_parts(shapely.line_merge(shapely.union_all(rows.geometry.array))), key=shapely.length)
        for river, rows in rivers.groupby("name")
    }
    axes = gpd.GeoDataFrame(
        {"river_id": [f"R{n}" for n in range(1, len(courses) + 1)], "name": list(courses)},
        geometry=list(courses.values()), crs=areas.crs,
    )  # fmt: skip
    drawn = rl.demarcate(axes, rl.load_rules("national"), bank_tops=estimate_bank_tops(axes, width_m=width_m))
    said = areas[["building", "landuse", "amenity", "leisure"]].notna().any(axis=1)
    return areas[said].reset_index(drop=True), drawn, axes


@pytest.fixture(scope="module")
def susquehanna(real_data):
    return read(real_data, "harrisburg", 1200.0, "Susquehanna River")


@pytest.fixture(scope="module")
def andorra(real_data):
    return read(real_data, "andorra", 40.0, "Valira", "Valira d'Orient", "Valira del Nord")


def agree(areas, drawn, found):
    """Areas inside are those of an overlay, and every feature is a row, a fault or outside."""
    management = drawn.extents[drawn.extents["kind"] == "management"]
    overlay = gpd.overlay(areas.assign(n=range(len(areas))), management[["river_id", "geometry"]], how="intersection")
    plane = overlay.dissolve(["river_id", "n"]).area
    rows = found.suspects[found.suspects["position"] != "near"]
    assert len(rows) == len(plane)
    measured = rows.assign(plane=rows["inside_m2"]).groupby("river_id")["plane"].sum()
    expected = plane.groupby("river_id").sum()
    assert (measured / expected - 1.0).abs().max() < 1e-3
    outside = found.faults.set_index("code").loc["features-not-inside", "value"]
    wrong = (found.faults["severity"] == "error").sum()
    assert found.suspects["feature_id"].nunique() + outside + wrong == len(areas)


@pytest.mark.parametrize("place", ["susquehanna", "andorra"])
def test_real_features_inside_are_those_of_an_overlay_and_none_is_lost(place, request):
    areas, drawn, axes = request.getfixturevalue(place)
    found = rl.classify(rl.screen(areas, drawn, axes=axes, tolerance_m=2.0))
    agree(areas, drawn, found)
    rows = found.suspects
    assert rows["suspect_id"].is_unique
    assert len(rows) > 40
    told = rl.check(rows, rl.schema.SUSPECTS)
    # A feature in the extents of two rivers is a row in each.
    assert set(told["code"]) <= {"duplicate-geometry"}
    # Depth by the library's exact search against the corners of what lies inside.
    lines = shapely.MultiLineString(list(drawn.lines.geometry))
    region = drawn.extents.geometry.union_all()
    houses = rows[(rows["kind"] == "construction") & (rows["position"] == "inside")].head(60)
    corners = [
        shapely.distance(shapely.points(shapely.get_coordinates(shape)), lines).max() for shape in houses.geometry
    ]
    assert (houses["intrusion_m"].to_numpy() >= np.array(corners) - 0.006).all()
    assert (houses["intrusion_m"].to_numpy() <= np.array(corners) + 15.0).all()
    assert houses.geometry.within(region).all()
    near = rows[rows["position"] == "near"]
    assert near["confidence"].between(0.02, 0.5).all()


def test_words_of_openstreetmap_give_kinds_and_the_rest_stays_unknown(andorra):
    areas, drawn, axes = andorra
    rows = rl.classify(rl.screen(areas, drawn, axes=axes)).suspects
    built = rows["building"].notna()
    assert set(rows.loc[built, "kind"]) == {"construction"}
    assert set(rows.loc[rows["landuse"] == "forest", "item"]) == {"tall-plants"}
    assert set(rows.loc[rows["landuse"] == "forest", "severity"]) <= {"minor", "serious", "major"}
    parking = rows[~built & rows["landuse"].isna() & rows["leisure"].isna()]
    assert len(parking)
    assert set(parking["kind"]) == {"unknown"}
    assert set(parking["severity"]) == {"unknown"}


def test_the_map_of_real_suspects_asks_for_nothing(andorra, tmp_path):
    areas, drawn, axes = andorra
    found = rl.classify(rl.screen(areas, drawn, axes=axes))
    html = rl.maps.save(rl.maps.show(drawn, axes, suspects=found), tmp_path / "map.html").read_text(encoding="utf-8")
    assert 'src="http' not in html
    assert "疑似问题图斑：乱建" in html
