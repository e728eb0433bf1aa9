"""Sheets of real rivers: riverbanks of OpenStreetMap."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

import riverline as rl
from test_plates import packed

pytestmark = pytest.mark.real


def test_sheets_of_a_real_river_cover_it_and_name_it(real_data, tmp_path) -> None:
    columns = {"osm_id": "bank_id", "name": "river_id"}
    ways = rl.read_layer(real_data / "osm" / "andorra.osm.pbf", rl.schema.BANK_TOPS, layer="lines", columns=columns)
    banks = rl.geodesy.to_metric(ways[ways["waterway"] == "riverbank"])
    shapes = [shapely.Polygon(shapely.get_coordinates(way)) for way in banks.geometry]
    frame = {"water_id": banks["bank_id"], "river_id": banks["bank_id"], "name": banks["river_id"], "kind": "river"}
    water = gpd.GeoDataFrame(frame, geometry=shapes, crs=banks.crs)
    axes = rl.trace_axis(water)
    result = rl.demarcate(axes, rl.load_rules("national"), water=water)
    made = rl.plates.atlas([result, axes, water], tmp_path, scale=5_000, title="管理范围图", processes=2)
    assert set(made.plates["status"]) == {"drawn"}
    assert shapely.covers(
        shapely.union_all(made.plates.geometry.to_numpy()), shapely.union_all(result.extents.geometry)
    )
    assert set(made.plates["unit"]) == set(axes["river_id"])
    text = packed(tmp_path / made.plates["file"].iloc[0])
    assert "管理范围图" in text
    assert result.rules.digest[:12] in text
    # Spain's and France's neighbour lies in no zone of CGCS2000: the sheet says the plane that it is in.
    assert "2000国家大地坐标系" not in text
    assert "UTM" in text
    assert "1985" not in text
