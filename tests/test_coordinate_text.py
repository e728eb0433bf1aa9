"""勘测定界 coordinate texts: every dialect reads back to the last decimal, what is unclear is refused by line."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import invented

import riverline as rl

X, Y = 500_000.0, 3_400_000.0
HOLED = shapely.Polygon(
    [(X, Y), (X + 90.12345, Y), (X + 90, Y + 90), (X, Y + 90)],
    [
        [(X + 10, Y + 10), (X + 20, Y + 10), (X + 20, Y + 20.0004)],
        [(X + 40, Y + 40), (X + 60, Y + 40), (X + 60, Y + 60)],
    ],
)
TWO = shapely.MultiPolygon([HOLED, shapely.box(X + 200, Y, X + 300, Y + 50)])


def fields(*shapes, crs=invented.CRS, **columns):
    return gpd.GeoDataFrame(
        {"地块": [f"DK{i}" for i in range(1, len(shapes) + 1)], **columns}, geometry=list(shapes), crs=crs
    )


def rounded(shape, decimals=3):
    return shapely.normalize(
        shapely.transform(
            shape,
            lambda xy: np.array(
                [[float(f"{v:.{decimals}f}") for v in rl.geodesy.round_half_up(p, decimals)] for p in xy]
            ),
        )
    )


def written(folder, *lines, encoding="gbk", head=("[属性描述]", "坐标系=2000国家大地坐标系", "带号=39", "[地块坐标]")):
    path = folder / "地块.txt"
    path.write_bytes("\r\n".join([*head, *lines]).encode(encoding))
    return path


def notes(frame):
    return " ".join(each["zh"] for each in frame.attrs["source"]["notes"])


SQUARE = (
    "J1,1,3400000,500000",
    "J2,1,3400090,500000",
    "J3,1,3400090,500090",
    "J4,1,3400000,500090",
    "J1,1,3400000,500000",
)


@pytest.mark.parametrize("dialect", rl.export.list_dialects())
def test_holes_parts_and_texts_read_back_to_the_last_decimal(dialect, tmp_path):
    frame = fields(TWO, HOLED, name=["清水，河滩", "甲,乙"], use=["耕地", None], land_class=["0101", "0601"])
    path = rl.export.to_coordinate_text(tmp_path / "x.txt", 地块=frame, dialect=dialect)
    back = rl.read_coordinate_text(path, crs=None)
    prefixed = rl.export.load_dialect(dialect).zone_number
    assert back.crs.to_epsg() == (4527 if prefixed else 4548)
    assert back["parcel_id"].tolist() == ["DK1", "DK2"]
    assert back["name"].tolist() == ["清水，河滩", "甲，乙"]
    assert (back["use"].tolist(), back["land_class"].tolist()) == (["耕地", ""], ["0101", "0601"])
    plain = back.geometry.translate(-39_000_000 if prefixed else 0)
    for here, sent in zip(plain, frame.geometry, strict=True):
        assert shapely.equals_exact(shapely.normalize(here), rounded(sent), tolerance=1e-7)
    stated = rl.geodesy.ellipsoidal_area(frame)
    assert np.allclose(back["registered_area_m2"], stated, atol=1.01)


def test_what_is_written_is_what_land_offices_write(tmp_path):
    path = rl.export.to_coordinate_text(
        tmp_path / "x.txt", 地块=fields(HOLED), about={"数据产生单位": "清水县水利局"}, columns={"name": "地块"}
    )
    raw = path.read_bytes()
    assert b"\r\n" in raw
    lines = raw.decode("gbk").split("\r\n")
    assert lines[0] == "[属性描述]"
    assert {"数据产生单位=清水县水利局", "带号=39", "几度分带=3", "精度=0.001", "转换参数=,,,,,,"} <= set(lines)
    at = lines.index("[地块坐标]")
    assert lines[at + 1] == f"13,{rl.geodesy.ellipsoidal_area(fields(HOLED))[0] / 1e4:.4f},DK1,DK1,面,,,,@"
    points = [line.split(",") for line in lines[at + 2 : -1]]
    assert [point[1] for point in points] == ["1"] * 5 + ["2"] * 4 + ["3"] * 4
    assert [point[0] for point in points] == [
        "J1",
        "J2",
        "J3",
        "J4",
        "J1",
        "J5",
        "J6",
        "J7",
        "J5",
        "J8",
        "J9",
        "J10",
        "J8",
    ]
    assert all(point[2].startswith("34000") and point[3].startswith("395000") for point in points), "X north, Y east"
    assert points[1][3] == "39500090.123" or points[3][3] == "39500090.123"


coordinates = st.floats(-4e4, 4e4, allow_nan=False).map(lambda v: round(v, 5))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=12, unique=True), st.integers(0, 6))
def test_any_ring_comes_back_within_half_of_the_last_decimal(tmp_path_factory, points, decimals):
    hull = shapely.MultiPoint([(X + x, Y + y) for x, y in points]).convex_hull
    if hull.geom_type != "Polygon" or hull.area < 1e4 or shapely.minimum_clearance(hull) < 5:
        return
    folder = tmp_path_factory.mktemp("any")
    own = folder / "own.toml"
    own.write_text(f'name = "own"\ntitle = "自编"\nseen = "U"\nsource = "-"\nitems = ["points", "area", "number"]\n'
                   f'decimals = {decimals}\nzone_number = false\nencoding = "utf-8"\n', encoding="utf-8")  # fmt: skip
    path = rl.export.to_coordinate_text(folder / "x.txt", 地块=fields(hull), dialect=own)
    back = rl.read_coordinate_text(path, crs=invented.CRS).geometry.iloc[0]
    assert shapely.hausdorff_distance(back, hull) <= 10.0**-decimals * 0.75 + 1e-9


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig"])
def test_variants_in_the_wild_are_read_and_told(encoding, tmp_path):
    head = ("【属性描述】", "坐标系=2000国家大地坐标系", "带号=39", "[扩展信息]", "随便,写,的,行", "【地块坐标】")
    rows = ["4，0.81，，㵲滩，面，，，0601，@" if encoding != "gbk" else "4，0.81，，甲，面，，，0601，@", *SQUARE[:4]]
    frame = rl.read_coordinate_text(written(tmp_path, *rows, encoding=encoding, head=head))
    assert frame.crs.to_epsg() == 4548
    assert frame.geometry.iloc[0].area == 8100
    assert frame["parcel_id"].tolist() == ["row 1"], "a number is not invented"
    assert frame["registered_area_m2"].tolist() == [8100.0]
    told = notes(frame)
    for word in ("全角", "未读的段", "扩展信息", "已闭合", "8 项", "GBK" if encoding == "gbk" else "UTF-8"):
        assert word in told
    assert frame.attrs["source"]["about"]["带号"] == "39"


@pytest.mark.parametrize(
    ("row", "points", "said"),
    [
        ("4\t0.81\tA\t甲\t面\t\t\t0601\t@", [each.replace(",", "\t") for each in SQUARE], "制表符"),
        ("4,0.81,A,甲，乙,面,,,0601,@", [each.replace(",", "，", 2) for each in SQUARE], "全角"),
        ("4,0.81,A,甲,面,,,0601,@", [f"{each},31.25" for each in SQUARE], "第 5 项（高程）未读"),
        ("4,0.81,A,㳇河,面,,,0601,@", SQUARE, "编码 GB18030"),
    ],
    ids=["tabs", "commas", "heights", "signs"],
)
def test_common_slips_of_the_pen_are_read_and_told(row, points, said, tmp_path):
    frame = rl.read_coordinate_text(written(tmp_path, row, *points, encoding="gb18030"))
    assert frame.geometry.area.tolist() == [8100]
    assert frame["name"].tolist() == [row.replace("\t", ",").split(",")[3]], "a comma in a name parts nothing"
    assert said in notes(frame)


def test_a_header_that_degrees_belie_and_a_parcel_without_a_shape_are_told(tmp_path):
    lines = ["J1,1,31.10,117.10", "J2,1,31.10,117.20", "J3,1,31.20,117.20"]
    frame = rl.read_coordinate_text(written(tmp_path, "3,,A,甲,面,,,,@", *lines, "2,,B,乙,面,,,,@", *lines[:2]))
    assert frame.geometry.isna().tolist() == [False, True]
    assert "坐标却是经纬度" in notes(frame)
    assert "没有图形" in notes(frame)


def test_axes_the_other_way_round_and_zone_numbers_are_found(tmp_path):
    swapped = [",".join([*line.split(",")[:2], "39" + line.split(",")[3], line.split(",")[2]]) for line in SQUARE]
    frame = rl.read_coordinate_text(written(tmp_path, "5,0.81,A,甲,面,,,,@", *swapped, head=("[地块坐标]",)))
    assert frame.crs.to_epsg() == 4527
    assert frame.total_bounds.tolist() == [39_500_000, 3_400_000, 39_500_090, 3_400_090]
    assert "Y 在前" in notes(frame)
    moved = rl.read_coordinate_text(written(tmp_path, "5,0.81,A,甲,面,,,,@", *swapped), crs="EPSG:4548")
    assert moved.total_bounds.tolist() == [500_000, 3_400_000, 500_090, 3_400_090]


def test_rings_outside_the_first_are_parts_and_parcels_of_one_number_are_one(tmp_path):
    apart = [line.replace(",1,", ",2,").replace(",500", ",501") for line in SQUARE]
    inside = ("J5,3,3400010,500010", "J6,3,3400020,500010", "J7,3,3400020,500020", "J5,3,3400010,500010")
    frame = rl.read_coordinate_text(written(tmp_path, "14,1.6,A,甲,面,,,,@", *SQUARE, *apart, *inside))
    shape = frame.geometry.iloc[0]
    assert (shape.geom_type, len(shape.geoms), shape.area) == ("MultiPolygon", 2, 2 * 8100 - 50)
    assert "另一部分" in notes(frame)
    path = written(
        tmp_path,
        "5,0.81,A,甲,面,,,,@",
        *SQUARE,
        "5,0.81,A,甲,面,,,,@",
        *(line.replace(",500", ",501") for line in SQUARE),
    )
    assert rl.read_coordinate_text(path)["registered_area_m2"].tolist() == [16200.0]
    assert len(rl.read_coordinate_text(path, join=False)) == 2


def test_lines_points_and_thirteen_items(tmp_path):
    items = "3,,L1,堤,线,图1,防洪,1001,堤防,水工,9,8,备注,@"
    frame = rl.read_coordinate_text(written(tmp_path, items, *SQUARE[:3], "1,,P1,桩,点,,,,@", SQUARE[0]))
    assert [shape.geom_type for shape in frame.geometry] == ["LineString", "Point"]
    assert frame.loc[0, ["patch_kind", "remark", "sheet"]].tolist() == ["堤防", "备注", "图1"]
    mixed = gpd.GeoDataFrame({"号": ["a", "b"]}, geometry=list(frame.geometry), crs=frame.crs)
    back = rl.read_coordinate_text(rl.export.to_coordinate_text(tmp_path / "y.txt", 线=mixed, dialect="plain-east"))
    assert shapely.equals(back.geometry.array, frame.geometry.array).all()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("J1,1,3400000,500000",), "第 5 行：点在任何地块之前"),
        (("4,0.8,A,甲,面,,,,@", "J1,1,3400000"), "第 6 行：应为“点号,圈号,X,Y”4 项，实际 3 项"),
        (("4,0.8,A,甲,面,,,,@", "J1,一,3400000,500000", "J2,1,34OOOOO,500000"), r"(?s)第 6 行：圈号应为整数.*第 7 行"),
        (("4,0.8,A,甲,面,,,,@", "J1,0,nan,500000"), "第 6 行：圈号应大于零"),
        (("",), "没有地块"),
        (("4,0.8,A,甲,面,,,,@",), "都没有点"),
        (("4,0.8,A,甲,面,,,,@", *SQUARE, "J9,1,12,500000"), "行 “11”"),
    ],
)  # fmt: skip
def test_lines_that_are_wrong_are_named_by_their_numbers(lines, said, tmp_path):
    with pytest.raises(rl.ReadError, match=said):
        rl.read_coordinate_text(written(tmp_path, *lines))


def test_a_crs_that_is_not_told_or_not_agreed_on_is_refused(tmp_path):
    row = "5,0.81,A,甲,面,,,,@"
    with pytest.raises(rl.CRSError, match="没有带号"):
        rl.read_coordinate_text(written(tmp_path, row, *SQUARE, head=("[地块坐标]",)))
    old = ("[属性描述]", "坐标系=80国家大地坐标系", "带号=39", "[地块坐标]")
    with pytest.raises(rl.CRSError, match="80国家大地坐标系"):
        rl.read_coordinate_text(written(tmp_path, row, *SQUARE, head=old))
    prefixed = [line.replace(",500", ",40500") for line in SQUARE]
    with pytest.raises(rl.CRSError, match="文件头带号 39（117°）、东坐标带号 40（120°）；请核对"):
        rl.read_coordinate_text(written(tmp_path, row, *prefixed))
    with pytest.raises(rl.CRSError, match="带号 40"):
        rl.read_coordinate_text(written(tmp_path, row, *prefixed), crs="EPSG:4527")
    with pytest.raises(rl.ReadError, match="找不到"):
        rl.read_coordinate_text(tmp_path / "没有.txt")
    (tmp_path / "地块.txt").write_bytes(b"\xff\xfe\x00\x01" * 9)
    with pytest.raises(rl.ReadError, match="编码"):
        rl.read_coordinate_text(tmp_path / "地块.txt")


@pytest.mark.parametrize("text", [*invented.HOSTILE, "@", "A\r\n[地块坐标]\r\n9,9,9,9,面,,,,@", "a,b，c", "=1+1"])
def test_hostile_texts_open_no_parcel_and_no_section(text, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        'name = "own"\ntitle = "x"\nseen = "U"\nsource = "-"\nencoding = "utf-8"\n'
        'items = ["points", "area", "number", "name", "shape", "sheet", "use", "land_class"]\n'
        '[header]\n"带号" = ""\n"单位" = ""\n',
        encoding="utf-8",
    )
    frame = fields(HOLED, name=[text], use=[text]).assign(地块=text)
    path = rl.export.to_coordinate_text(tmp_path / "x.txt", 地块=frame, dialect=own, about={"单位": text})
    back = rl.read_coordinate_text(path)
    assert len(back) == 1
    assert back.geometry.iloc[0].area == pytest.approx(HOLED.area, abs=1)
    assert path.read_text("utf-8").count("[地块坐标]\n") == 1


def test_a_wrong_call_is_one_error_and_leaves_nothing(tmp_path):
    with pytest.raises(rl.JobError, match="TXT 的文件名应以"):
        rl.export.to_coordinate_text(tmp_path / "x.csv", 地块=fields(HOLED))
    with pytest.raises(rl.JobError, match="㵲"):
        rl.export.to_coordinate_text(tmp_path / "x.txt", 地块=fields(HOLED, name=["㵲水"]))
    with pytest.raises(rl.JobError, match="不足三个点"):
        rl.export.to_coordinate_text(tmp_path / "x.txt", 地块=fields(shapely.box(X, Y, X + 1e-4, Y + 1)))
    with pytest.raises(rl.JobError, match="没有列 没有"):
        rl.export.to_coordinate_text(tmp_path / "x.txt", 地块=fields(HOLED), columns={"use": "没有"})
    with pytest.raises(rl.CRSError):
        rl.export.to_coordinate_text(tmp_path / "x.txt", 地块=fields(HOLED).to_crs(4490))
    with pytest.raises(rl.JobError, match="坐标交换格式"):
        rl.export.to_coordinate_text(tmp_path / "x.txt", 地块=fields(HOLED), dialect="没有")
    assert not list(tmp_path.iterdir())


def test_lines_and_points_of_several_parts_are_of_their_own_kind_again(tmp_path):
    lines = shapely.MultiLineString([[(X + 0, Y + 0), (X + 9, Y + 9)], [(X + 20, Y + 0), (X + 29, Y + 9)]])
    sent = fields(lines, shapely.MultiPoint([(X + 1, Y + 1), (X + 5, Y + 5)]), 地块=["A", "B"])
    back = rl.io.coordinate_text.read_coordinate_text(rl.export.to_coordinate_text(tmp_path / "x.txt", 层=sent))
    assert back.geom_type.tolist() == ["MultiLineString", "MultiPoint"]
    moved = shapely.transform(back.geometry.array, lambda xy: xy - np.array([39e6, 0]))
    assert shapely.equals(moved, sent.geometry.array).all()


def test_one_number_for_two_rows_is_refused_with_what_to_write(tmp_path):
    twice = fields(
        shapely.box(X + 0, Y + 0, X + 9, Y + 9),
        shapely.box(X + 20, Y + 0, X + 29, Y + 9),
        地块=["A", "A"],
        code=["1", "2"],
    )
    with pytest.raises(rl.JobError, match=r"1 个地块编号用于多行，读入时会合并为一个地块：A；.*columns="):
        rl.export.to_coordinate_text(tmp_path / "x.txt", 层=twice)
    path = rl.export.to_coordinate_text(tmp_path / "x.txt", 层=twice, columns={"number": "code"})
    assert rl.io.coordinate_text.read_coordinate_text(path)["parcel_id"].tolist() == ["1", "2"]


def test_a_plane_without_zones_is_refused_with_what_can_be_typed(tmp_path):
    with pytest.raises(rl.CRSError, match="不是高斯-克吕格投影；请先用") as told:
        rl.export.to_coordinate_text(tmp_path / "x.txt", 层=fields(shapely.box(X + 0, Y + 0, X + 9, Y + 9), crs=32650))
    assert "zone_prefix" not in str(told.value)


def test_a_file_holds_one_kind_and_no_ring_that_crosses_itself(tmp_path):
    made = invented.result()
    with pytest.raises(rl.JobError, match=r"(?s)只写一类.*管理范围线.*管理与保护范围"):
        rl.export.to_coordinate_text(tmp_path / "x.txt", made)
    bow = shapely.Polygon([(X, Y), (X + 90, Y + 90), (X + 90, Y), (X, Y + 90)])
    with pytest.raises(rl.JobError, match="自交"):
        rl.export.to_coordinate_text(tmp_path / "x.txt", 层=fields(bow))
    assert not list(tmp_path.iterdir())
    corners = [f"J{at},1,{y:.3f},{39e6 + x:.3f}" for at, (x, y) in enumerate(bow.exterior.coords, 1)]
    told = rl.read_coordinate_text(written(tmp_path, "5,1.0000,A,甲,面,,,,@", *corners)).attrs["source"]["notes"]
    said = "".join(each["zh"] for each in told)
    assert "自交的圈" in said
    assert "相差一成以上" in said
    touching = shapely.Polygon([(X, Y), (X + 50, Y + 50), (X + 90, Y), (X + 90, Y + 90), (X + 50, Y + 50), (X, Y + 90)])
    back = rl.read_coordinate_text(rl.export.to_coordinate_text(tmp_path / "y.txt", 层=fields(touching)))
    assert back.area.sum() == pytest.approx(touching.area), "a ring that touches itself encloses what it goes around"


def test_a_demarcation_goes_out_as_parcels_and_is_confirmed_with(tmp_path):
    path = rl.export.to_coordinate_text(tmp_path / "x.txt", invented.extents())
    back = rl.read_coordinate_text(path)
    assert sorted(back["parcel_id"]) == sorted(invented.extents()["extent_id"])
    assert rl.check(back, rl.schema.PARCELS).empty, "rounding to a millimetre crosses no ring"
    here = back.set_index("parcel_id").geometry.translate(-39_000_000).sort_index()
    sent = invented.extents().set_index("extent_id").geometry.sort_index()
    beyond = shapely.area(shapely.symmetric_difference(here.array, sent.array))
    assert (beyond < 1e-3 * shapely.length(sent.array)).all()
