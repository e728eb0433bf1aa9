"""What coordinate texts say of themselves: zone, datum and unit are held against digits, drawing and what one types."""

from __future__ import annotations

import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

import riverline as rl

SIDE = 100


def write(folder, *, zone="39", prefix="39", area="1.0", east=500_000, more=()):
    """A square of one hectare as a file has it; ``zone`` and ``prefix`` may be empty."""
    head = ["[属性描述]", *([f"带号={zone}"] if zone else []), *more, "[地块坐标]", f"5,{area},A1,甲,面,,,0601,@"]
    corners = [(0, 0), (0, SIDE), (SIDE, SIDE), (SIDE, 0), (0, 0)]
    points = [f"J1,1,{3_400_000 + y},{prefix}{east + x}" for y, x in corners]
    path = folder / "地块.txt"
    path.write_text("\n".join([*head, *points]), encoding="utf-8")
    return path


def notes(frame, language="zh"):
    return " ".join(each[language] for each in frame.attrs["source"]["notes"])


def longitude(frame):
    return frame.to_crs("EPSG:4490").geometry.iloc[0].centroid.x


@pytest.mark.parametrize("zone", ["39", ""])
@pytest.mark.parametrize("prefix", ["39", ""])
@pytest.mark.parametrize("crs", ["EPSG:4548", "EPSG:4527", "EPSG:4509", "EPSG:4498", None])
def test_a_crs_of_the_same_meridian_is_taken_with_or_without_the_zones_number(zone, prefix, crs, tmp_path):
    path = write(tmp_path, zone=zone, prefix=prefix)
    if not zone and not prefix and crs is None:
        with pytest.raises(rl.CRSError, match="没有带号"):
            rl.read_coordinate_text(path)
        return
    frame = rl.read_coordinate_text(path, crs=crs)
    assert longitude(frame) == pytest.approx(117, abs=0.01)
    if crs is not None:
        assert frame.crs == pyproj.CRS(crs)


@pytest.mark.parametrize(
    "crs", ["EPSG:4547", "EPSG:4526", "EPSG:4549", "+proj=tmerc +lon_0=116.5 +x_0=500000 +ellps=GRS80"]
)
@pytest.mark.parametrize(("zone", "prefix", "typed"), [
    ("39", "39", "EPSG:4527"), ("", "39", "EPSG:4527"), ("39", "", "EPSG:4548"),
])  # fmt: skip
def test_a_crs_of_another_zone_is_refused_with_what_each_says_and_what_to_type(zone, prefix, typed, crs, tmp_path):
    with pytest.raises(rl.CRSError) as told:
        rl.read_coordinate_text(write(tmp_path, zone=zone, prefix=prefix), crs=crs)
    said = str(told.value)
    assert ("文件头带号 39（117°）" in said) == bool(zone)
    assert ("东坐标带号 39（117°）" in said) == bool(prefix)
    assert f"（{rl.geodesy.zones.gauss_kruger(crs).meridian:g}°）" in said
    assert f'应写 crs="{typed}"' in said
    assert f'say crs="{typed}"' in said
    assert longitude(rl.read_coordinate_text(write(tmp_path, zone=zone, prefix=prefix), crs=typed)) > 116.99


def test_a_header_against_its_digits_is_refused_whatever_one_types(tmp_path):
    path = write(tmp_path, zone="38", prefix="39")
    for crs in (None, "EPSG:4547", "EPSG:4548", "EPSG:4526"):
        with pytest.raises(
            rl.CRSError, match=r"文件头带号 38（114°）、东坐标带号 39（117°）.*请核对，改正文件头的带号"
        ):
            rl.read_coordinate_text(path, crs=crs)


@pytest.mark.parametrize(("zone", "prefix"), [("39", "39"), ("39", ""), ("", "39")])
@pytest.mark.parametrize("crs", ["EPSG:32650", "EPSG:3857", "EPSG:4490"])
def test_another_projection_is_refused_where_a_zone_is_told(zone, prefix, crs, tmp_path):
    with pytest.raises(rl.CRSError, match=f'{crs}.*请写 crs="EPSG:45[24]') as told:
        rl.read_coordinate_text(write(tmp_path, zone=zone, prefix=prefix), crs=crs)
    assert "EPSG:4527" in str(told.value) or "EPSG:4548" in str(told.value)


def test_where_nothing_tells_a_zone_the_caller_is_believed_as_far_as_it_lies_in_china(tmp_path):
    path = write(tmp_path, zone="", prefix="")
    assert longitude(rl.read_coordinate_text(path, crs="EPSG:32650")) == pytest.approx(117, abs=0.01)
    with pytest.raises(rl.CRSError, match=r"EPSG:3857.*不合；请写坐标所在带的 EPSG 代码"):
        rl.read_coordinate_text(path, crs="EPSG:3857")
    with pytest.raises(rl.CRSError, match="应为高斯-克吕格坐标"):
        rl.read_coordinate_text(write(tmp_path, zone="", prefix="", more=["投影类型=高斯克吕格"]), crs="EPSG:32650")


def test_degrees_are_held_against_planes_and_the_headers_zone(tmp_path):
    corners = [(31, 117), (31, 117.001), (31.001, 117.001), (31, 117)]
    points = [f"J1,1,{y},{x}" for y, x in corners]
    path = tmp_path / "x.txt"
    for zone, crs, said in (
        (39, "EPSG:4548", "是经纬度，不是"),
        (36, None, "经度 117.0"),
        (36, "EPSG:4490", "经度 117.0"),
    ):
        path.write_text("\n".join(["[属性描述]", f"带号={zone}", "[地块坐标]", "4,,A,,面,,,,@", *points]), "utf-8")
        with pytest.raises(rl.CRSError, match=said):
            rl.read_coordinate_text(path, crs=crs)
    path.write_text("\n".join(["[属性描述]", "带号=39", "[地块坐标]", "4,0.5309,A,,面,,,,@", *points]), "utf-8")
    frame = rl.read_coordinate_text(path)
    assert frame.crs.to_epsg() == 4490
    assert frame["registered_area_m2"].tolist() == [5309.0], "half a thousandth of a degree squared is as large as that"
    assert rl.read_coordinate_text(path, area_unit="m2").attrs["source"]["notes"][-1]["zh"].startswith("所写面积")


@pytest.mark.parametrize("zone", ["3度39带", "39带", "３９", "三度带39", "3°带第39带", "117", "39（117）", "N39"])
def test_zones_are_read_as_they_are_written(zone, tmp_path):
    assert longitude(rl.read_coordinate_text(write(tmp_path, zone=zone, prefix=""))) == pytest.approx(117, abs=0.01)
    with pytest.raises(rl.CRSError, match=r"文件头带号 39（117°）、crs= 为 EPSG:4547（114°）"):
        rl.read_coordinate_text(write(tmp_path, zone=zone, prefix=""), crs="EPSG:4547")


@pytest.mark.parametrize("meridian", ["117", "117.0", "117°00′00″E", "东经117度"])
@pytest.mark.parametrize("zone", ["", "39"])
def test_a_header_may_name_its_meridian(meridian, zone, tmp_path):
    path = write(tmp_path, zone=zone, prefix="", more=[f"中央子午线={meridian}"])
    assert longitude(rl.read_coordinate_text(path)) == pytest.approx(117, abs=0.01)
    with pytest.raises(rl.CRSError, match="（117°）、crs= 为"):
        rl.read_coordinate_text(path, crs="EPSG:4547")
    with pytest.raises(rl.CRSError, match=r"“带号=38、中央子午线=.*”读不出带号"):
        rl.read_coordinate_text(write(tmp_path, zone="38", prefix="", more=[f"中央子午线={meridian}"]))


@given(st.integers(25, 45), st.sampled_from(["{}", "{}带", "3度{}带", "3度带 {}", "第{}带（{m}°）"]))
def test_any_three_degree_zone_has_its_own_meridian(tmp_path_factory, zone, form):
    path = write(tmp_path_factory.mktemp("zone"), zone=form.format(zone, m=3 * zone), prefix="", more=["几度分带=3"])
    assert rl.geodesy.zones.gauss_kruger(rl.read_coordinate_text(path).crs).meridian == 3 * zone


@given(st.integers(13, 23), st.sampled_from(["{}", "6度{}带", "六度带第{}带", "{m}"]))
def test_any_six_degree_zone_has_its_own_meridian(tmp_path_factory, zone, form):
    path = write(
        tmp_path_factory.mktemp("zone"), zone=form.format(zone, m=6 * zone - 3), prefix="", more=["几度分带=6"]
    )
    assert rl.geodesy.zones.gauss_kruger(rl.read_coordinate_text(path).crs).meridian == 6 * zone - 3


@pytest.mark.parametrize(("zone", "more", "said"), [
    ("3度", (), "“带号=3度”读不出带号"), ("339", (), "“带号=339”读不出带号"), ("38、39", (), "“带号=38、39”读不出带号"),
    ("39（114）", (), "读不出带号"), ("39", ("几度分带=6",), "带号 39 却是 3 度带"),
    ("20", ("几度分带=3",), "带号 20 却是 6 度带"),
])  # fmt: skip
def test_headers_that_make_no_sense_are_refused(zone, more, said, tmp_path):
    with pytest.raises(rl.CRSError, match=said):
        rl.read_coordinate_text(write(tmp_path, zone=zone, prefix="", more=more))


@pytest.mark.parametrize(("system", "prefix", "code", "name"), [
    ("80国家大地坐标系", "", 2384, "Xian 1980 / 3-degree Gauss-Kruger CM 117E"),
    ("1980西安坐标系", "39", 2363, "Xian 1980 / 3-degree Gauss-Kruger zone 39"),
    ("1954年北京坐标系", "", 2436, "Beijing 1954 / 3-degree Gauss-Kruger CM 117E"),
    ("北京54", "39", 2415, "Beijing 1954 / 3-degree Gauss-Kruger zone 39"),
    ("西安80", "20", 2334, "Xian 1980 / Gauss-Kruger zone 20"),
    ("北京54坐标系", "20", 21420, "Beijing 1954 / Gauss-Kruger zone 20"),
])  # fmt: skip
def test_old_datums_have_their_own_codes_to_type(system, prefix, code, name, tmp_path):
    path = write(tmp_path, zone=prefix or "39", prefix=prefix, more=[f"坐标系={system}"])
    for crs in (None, "EPSG:4548"):
        with pytest.raises(rl.CRSError, match=f'crs="EPSG:{code}"'):
            rl.read_coordinate_text(path, crs=crs)
    assert pyproj.CRS.from_epsg(code).name == name
    assert rl.read_coordinate_text(path, crs=code).crs.to_epsg() == code
    modern = write(tmp_path, more=["坐标系=2000国家大地坐标系"])
    with pytest.raises(rl.CRSError, match=r"数十米以上；请写.*EPSG:4527"):
        rl.read_coordinate_text(modern, crs=code)


@pytest.mark.parametrize(("unit", "area"), [
    ("公顷", "1.0"), ("平方米", "10000"), ("㎡", "10000.0"), ("M²", "10000"), ("亩", "15.00"), ("hm²", "1"),
])  # fmt: skip
def test_the_headers_unit_of_areas_is_read(unit, area, tmp_path):
    frame = rl.read_coordinate_text(write(tmp_path, area=area, more=[f"面积单位={unit}"]))
    assert frame["registered_area_m2"].tolist() == [10_000.0]
    assert "（文件头）" in notes(frame)
    assert "像是" not in notes(frame)
    assert "stated_area" not in frame


@pytest.mark.parametrize(("area", "more", "title", "code"), [
    ("10000", (), "平方米", "m2"), ("9800.5", (), "平方米", "m2"), ("15.00", (), "亩", "mu"), ("14.6", (), "亩", "mu"),
    ("1", ("面积单位=亩",), "公顷", "ha"), ("1", ("面积单位=平方米",), "公顷", "ha"),
    ("10000", ("面积单位=亩",), "平方米", "m2"), ("15", ("面积单位=平方米",), "亩", "mu"),
])  # fmt: skip
def test_an_area_in_another_unit_than_it_says_is_told_and_never_converted(area, more, title, code, tmp_path):
    path = write(tmp_path, area=area, more=more)
    frame = rl.read_coordinate_text(path)
    assert frame["registered_area_m2"].isna().tolist() == [True]
    assert frame["stated_area"].tolist() == [area]
    assert f'像是{title}；未换算，面积留空；核对后请写 area_unit="{code}"' in notes(frame)
    assert f'area_unit="{code}"' in notes(frame, "en")
    typed = rl.read_coordinate_text(path, area_unit=code)
    assert typed["registered_area_m2"].iloc[0] == pytest.approx(10_000, rel=0.03)
    assert "像是" not in notes(typed)


def test_what_one_types_stays_and_is_told_and_other_areas_are_left_alone(tmp_path):
    frame = rl.read_coordinate_text(write(tmp_path, area="15.00"), area_unit="ha")
    assert frame["registered_area_m2"].tolist() == [150_000.0]
    assert "像是亩；仍按指明的单位计" in notes(frame)
    assert rl.read_coordinate_text(write(tmp_path, area="2.0"))["registered_area_m2"].tolist() == [20_000.0]
    against = rl.read_coordinate_text(write(tmp_path, area="1", more=["面积单位=亩"]), area_unit="ha")
    assert "文件头的面积单位为“亩”，按指明的公顷计" in notes(against)
    with pytest.raises(rl.ReadError, match="不是面积单位"):
        rl.read_coordinate_text(write(tmp_path), area_unit="顷")


def test_an_unknown_unit_and_words_stay_unknown_and_are_kept(tmp_path):
    frame = rl.read_coordinate_text(write(tmp_path, area="1.0", more=["面积单位=顷"]))
    assert frame["registered_area_m2"].isna().all()
    assert frame["stated_area"].tolist() == ["1.0"]
    assert "不认识文件头的面积单位“顷”" in notes(frame)
    words = rl.read_coordinate_text(write(tmp_path, area="约1公顷"))
    assert words["registered_area_m2"].isna().all()
    assert words["stated_area"].tolist() == ["约1公顷"]
    assert "面积不是数字" in notes(words)
    assert "stated_area" not in rl.read_coordinate_text(write(tmp_path, area=""))


def test_parts_of_a_parcel_have_a_sum_only_if_all_are_known(tmp_path):
    path = write(tmp_path, area="0.5")
    first = path.read_text("utf-8").splitlines()
    for area, total, stated in (("0.5", [10_000.0], None), ("", [5_000.0], None), ("少许", None, ["0.5 + 少许"])):
        part = [line.replace("39500", "39600") for line in first[3:]]
        part[0] = f"5,{area},A1,甲,面,,,0601,@"
        path.write_text("\n".join([*first, *part]), "utf-8")
        frame = rl.read_coordinate_text(path)
        assert len(frame) == 1
        assert frame["registered_area_m2"].dropna().tolist() == (total or [])
        assert (frame["stated_area"].tolist() if "stated_area" in frame else None) == stated


def test_areas_of_parts_are_held_against_the_whole(tmp_path):
    path = write(tmp_path, area="15.0")
    first = path.read_text("utf-8").splitlines()
    beside = [
        line.replace("39500", f"39{500 + k}")
        for k in range(1, 15)
        for line in [first[3].replace("15.0", ""), *first[4:]]
    ]
    path.write_text("\n".join([*first, *beside]), "utf-8")
    frame = rl.read_coordinate_text(path)
    assert frame.area.tolist() == [15 * SIDE**2]
    assert frame["registered_area_m2"].tolist() == [150_000.0], "one part of 15 looks like 15 mu"
