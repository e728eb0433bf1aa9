"""Boundary points: every corner once, numbered round its ring, and the sides add up to the edge of the area."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely
from tests import invented

import riverline as rl

AT = np.array([500_000.0, 3_400_000.0])


def box(west, south, east, north):
    return shapely.transform(shapely.box(west, south, east, north), lambda xy: xy + AT)


def test_corners_run_clockwise_from_the_north_west_and_holes_the_other_way():
    field = shapely.Polygon(box(0, 0, 100, 50).exterior, [box(10, 10, 20, 20).exterior])
    frame = gpd.GeoDataFrame({"地块": ["A"]}, geometry=[field], crs=4548)
    points = rl.export.list_boundary_points(征地=frame)
    assert points["number"].tolist() == [f"J{n}" for n in range(1, 9)]
    assert points["ring"].tolist() == [1] * 4 + [2] * 4
    local = points[["y_m", "x_m"]].to_numpy() - AT
    assert local[:4].tolist() == [[0, 50], [100, 50], [100, 0], [0, 0]]
    assert local[4:].tolist() == [[10, 20], [10, 10], [20, 10], [20, 20]]
    assert points["next_m"].tolist() == [100, 50, 100, 50, 10, 10, 10, 10]


def test_a_result_has_each_corner_once_and_its_sides_are_its_edge():
    extents = invented.result().extents
    points = rl.export.list_boundary_points(invented.result())
    mine = points[points["layer"] == rl.schema.EXTENTS.label_zh]
    rings = shapely.get_num_coordinates(extents.geometry.to_numpy()).sum() - len(
        shapely.get_rings(shapely.get_parts(extents.geometry.to_numpy()))
    )
    assert len(mine) == rings
    assert mine.groupby("feature_id")["next_m"].sum().to_dict() == pytest.approx(
        dict(zip(extents["extent_id"], extents.length, strict=True))
    )
    assert points["point_id"].is_unique
    assert set(rl.check(points, rl.schema.BOUNDARY_POINTS)["code"]) <= {"duplicate-geometry"}, "extents share corners"
    turned = rl.export.list_boundary_points(extents.iloc[::-1])
    assert turned["point_id"].tolist() == mine["point_id"].tolist()
    assert np.allclose(turned[["x_m", "y_m", "lon", "lat"]], mine[["x_m", "y_m", "lon", "lat"]])


def test_a_zone_number_before_the_easting_is_left_out():
    plain = gpd.GeoDataFrame({"地块": ["A"]}, geometry=[box(0, 0, 100, 50)], crs=4548)
    zoned = gpd.GeoDataFrame({"地块": ["A"]}, geometry=plain.translate(39_000_000.0).to_numpy(), crs=4527)
    one, other = (rl.export.list_boundary_points(甲=frame) for frame in (plain, zoned))
    assert np.allclose(one[["x_m", "y_m", "lon", "lat"]], other[["x_m", "y_m", "lon", "lat"]])


def test_they_are_a_table_of_the_workbook_in_order(tmp_path):
    points = rl.export.list_boundary_points(征地=gpd.GeoDataFrame(geometry=[box(0, 0, 9, 9).buffer(3)], crs=4548))
    sheet = openpyxl.load_workbook(rl.export.to_xlsx(tmp_path / "t.xlsx", points))["界址点成果表"]
    heads, *rows = sheet.iter_rows(min_row=3, values_only=True)
    assert {"界址点号", "X坐标（北）（m）", "至下一点边长（m）"} <= set(heads)
    assert [row[4] for row in rows] == points["number"].tolist()
    assert sheet["F4"].number_format == "0.000"


def test_waters_of_each_kind_have_the_prefix_of_their_kind(tmp_path):
    water = invented.water().iloc[[0, 0, 0]].assign(water_id=["a", "b", "c"], kind=["river", "lake", "reservoir"])
    axes = invented.axes().assign(rank="main", chief="李四")
    path = rl.export.to_geopackage(tmp_path / "浙江.gpkg", water, axes, invented.result().lines, profile="zhejiang")
    codes = {name: gpd.read_file(path, layer=name)["code"].tolist() for name in ("RVAA", "OWAA", "RSAA")}
    assert codes == {"RVAA": ["a"], "OWAA": ["b"], "RSAA": ["c"]}
    assert set(gpd.read_file(path, layer="RVCL")["mntrb"]) == {"0"}
    assert len(gpd.read_file(path, layer="RVML")) == len(invented.result().lines), "a bank along a lake is a river's"
    with pytest.raises(rl.JobError, match=r"1 rows of .* belong to no layer of profile zhejiang: b"):
        rl.export.to_geopackage(tmp_path / "x.gpkg", water.assign(kind=["river", None, "lake"]), profile="zhejiang")
    assert not (tmp_path / "x.gpkg").exists()


RVAA = ["name", "code", "city", "county", "length", "width", "sname", "ename", "grade", "mntrb", "trntype", "town",
        "bas", "landform", "function", "area", "vol", "mu", "imp", "contdiff", "spcl", "sdl", "edl", "rchief", "rcode",
        "remark"]  # fmt: skip


def test_a_river_has_all_fields_of_the_receiver_with_what_its_axis_and_its_shape_tell(tmp_path):
    water = invented.water().iloc[[0, 0]].assign(water_id=["a", "b"], kind="river", name=["乙水", None])
    water = water.assign(river_id=["QS01", "XX09"])
    axes = invented.axes().iloc[:1].assign(river_id="QS01", name="甲河", rank="main", chief="李四", width_m=26.0)
    path = rl.export.to_geopackage(tmp_path / "z.gpkg", water, axes, profile="zhejiang")
    rows = gpd.read_file(path, layer="RVAA")
    assert rows.columns.tolist() == [*RVAA, "geometry"]
    own, strange = rows.iloc[0], rows.iloc[1]
    assert own["name"] == "乙水", "what the row says itself comes first"
    assert own[["mntrb", "rchief", "width", "rcode"]].tolist() == ["0", "李四", 26.0, "QS01"]
    assert own["area"] == round(float(rl.geodesy.ellipsoidal_area(water).iloc[0]), 2)
    assert own["length"] == round(float(rl.geodesy.geodesic_length(axes).iloc[0]), 1)
    assert strange[["name", "mntrb", "rchief", "width", "length", "grade"]].isna().all(), "nothing is known of it"
    assert strange["area"] == own["area"]
    # Without a name of its own a river has that of its axis; a length of the river does not stand in two rows of it.
    parts = water.assign(name=None, river_id="QS01")
    rows = gpd.read_file(rl.export.to_geopackage(path, parts, axes, profile="zhejiang"), layer="RVAA")
    assert rows["name"].tolist() == ["甲河", "甲河"]
    assert rows["length"].isna().all()
    with pytest.raises(rl.JobError, match="no schema rivers"):
        own_profile(tmp_path, 'of = "rivers"')


def own_profile(folder, told):
    path = folder / "own.toml"
    path.write_text(
        'name = "own"\ntitle = "本局"\nseen = "U"\nsource = "本局"\n[[layers]]\nschema = "water"\nname = "A"\n'
        f'fields = [{{ name = "width", kind = "number", column = "width_m", {told} }}]\n',
        encoding="utf-8",
    )
    return rl.export.load_profile(path)


@pytest.mark.parametrize("water", [True, False])
def test_lines_go_by_what_they_go_round_whatever_they_were_drawn_from(water, tmp_path):
    """A lake behind a levee, a reservoir with a joined piece, a sluice: each whole in one layer."""
    keys = ["QS01-L-001", "JH01-S-001", "JH01-S-002", "SK01-S-001", "SK01-S-002", "GC-02-W-001"]
    lines = invented.result().lines.iloc[[0] * 6].assign(
        line_id=keys, river_id=["QS01", "JH01", "JH01", "SK01", "SK01", "QS01"],
        bank=["left", *[None] * 5], basis=["levee", "levee", "water", "reservoir", "joined", "joined"],
    )  # fmt: skip
    areas = (
        invented.water()
        .iloc[[0, 0]]
        .assign(water_id=["a", "b"], river_id=["JH01", "SK01"], kind=["reservoir", "reservoir"])
    )
    path = rl.export.to_geopackage(tmp_path / "z.gpkg", lines, *[areas] * water, profile="zhejiang")
    held = {str(name): gpd.read_file(path, layer=name)["code"].tolist() for name in gpd.list_layers(path)["name"]
            if str(name).endswith("ML")}  # fmt: skip
    rivers = {"RVML": ["QS01", "QS01"]}
    lake = {"RSML": ["JH01", "JH01", "SK01", "SK01"]} if water else {"OWML": ["JH01"] * 2, "RSML": ["SK01"] * 2}
    assert {name: sorted(codes) for name, codes in held.items()} == rivers | lake


def test_what_has_no_corners_or_no_plane_is_refused():
    with pytest.raises(rl.SchemaError, match="no layer of areas"):
        rl.export.list_boundary_points(invented.axes())
    with pytest.raises(rl.CRSError, match="one Gauss-Krüger plane"):
        rl.export.list_boundary_points(甲=gpd.GeoDataFrame(geometry=[shapely.box(117, 30, 118, 31)], crs=4490))
