"""DXF drawings: read back by ezdxf and by GDAL they say what was written, in Chinese, on the layers of a preset."""

from __future__ import annotations

import re
import sys

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from tests import invented

import county
import riverline as rl
from riverline import style
from riverline.cli.printing.exported import without_codes

ezdxf = pytest.importorskip("ezdxf", reason="extra cad")

HOSTILE = (*(text for text in invented.HOSTILE if "😀" not in text), "%%d %%% %%u%%", "\\U+6CB3 \\M+1C0B4", "a^Jb^M",
           "x\n0\nLINE\n8\n0\n", "{\\fSimSun;x}\\P", "=1+1", "a\x00b\x1bc")  # fmt: skip


@pytest.fixture(scope="module")
def county_drawing(tmp_path_factory):
    path = tmp_path_factory.mktemp("dxf") / "成果.dxf"
    return rl.export.to_dxf(path, invented.result(), invented.axes(), invented.water(), 乡镇=invented.towns())


def entities(path):
    document = ezdxf.readfile(path)
    assert not document.audit().errors
    return document, list(document.modelspace())


def test_the_file_is_r2000_in_gbk_in_metres(county_drawing):
    document, _ = entities(county_drawing)
    head = county_drawing.read_bytes()[:4000]
    assert document.dxfversion == "AC1015"
    assert re.search(rb"\$DWGCODEPAGE\s+3\s+ANSI_936", head)
    assert document.header["$INSUNITS"] == 6
    assert "管理范围线".encode("gbk") in county_drawing.read_bytes()
    text = document.styles.get("HZ")
    assert (text.dxf.font, text.dxf.bigfont) == ("gbenor.shx", "gbcbig.shx")


def test_every_category_has_a_layer_with_the_symbol_of_the_style_table(county_drawing):
    document, found = entities(county_drawing)
    theme = style.themes("management_lines")[0]
    seen = set()
    for entity in found:
        schema, key, *_ = (tag.value for tag in entity.get_xdata("RIVERLINE"))
        if schema != "management_lines":
            continue
        basis = invented.lines().set_index("line_id").loc[key, "basis"]
        symbol = theme.symbol(basis)
        assert entity.dxf.layer == f"管理范围线-{theme.label(basis)}"
        assert entity.dxf.linetype == ("RL_" + "_".join(map(str, symbol.dash)) if symbol.dash else "Continuous")
        assert abs(entity.dxf.lineweight / 100 - symbol.width * 25.4 / 96) < 0.1
        seen.add((basis, entity.dxf.color))
    assert len({basis for basis, _ in seen}) == len(seen) == invented.lines()["basis"].nunique()
    assert len({color for _, color in seen}) == len(seen), "no two bases have one colour"
    dashes = document.linetypes.get("RL_10_4").pattern_tags.tags
    assert [round(tag.value, 3) for tag in dashes if tag.code == 49] == [5.292, -2.117], "10 and 4 px at 1:2,000"


def test_gdal_reads_layers_and_places(county_drawing):
    back = pyogrio.read_dataframe(county_drawing)
    made = invented.result()
    lines = back[back["Layer"].str.startswith("管理范围线-")]
    assert len(lines) == len(made.lines)
    sent = {shapely.normalize(shapely.force_2d(shape)).wkb for shape in made.lines.geometry}
    assert {shapely.normalize(shapely.force_2d(shape)).wkb for shape in lines.geometry} == sent
    assert np.isclose(np.sort(lines.length), np.sort(made.lines.length), atol=1e-6).all()
    rings = back[back["Layer"].str.startswith("水域")]
    assert rings.is_closed.all()
    drawn = sorted(shapely.Polygon(ring).area for ring in rings.geometry)
    sent = [shapely.Polygon(ring) for shape in invented.water().geometry for part in shapely.get_parts(shape)
            for ring in (part.exterior, *part.interiors)]  # fmt: skip
    assert np.allclose(drawn, sorted(shapely.area(sent)), rtol=1e-9)


def test_areas_are_rings_that_tell_their_row_part_and_ring(tmp_path):
    hole = shapely.Polygon(shapely.box(0, 0, 9, 9).exterior, [shapely.box(3, 3, 6, 6).exterior])
    both = shapely.MultiPolygon([hole, shapely.box(20, 0, 29, 9)])
    frame = gpd.GeoDataFrame({"名": ["岛"]}, geometry=[both], crs=county.CRS)
    _, found = entities(rl.export.to_dxf(tmp_path / "x.dxf", 面=frame))
    told = [[tag.value for tag in entity.get_xdata("RIVERLINE")][2:] for entity in found]
    assert sorted(told) == [[0, 0], [0, 1], [1, 0]]
    assert all(entity.closed for entity in found)


def test_lengths_are_written_from_stake_to_stake(tmp_path):
    """A line of 1000 m with stakes at 0, 300 and 1000 m, a ring of 400 m with two; one stake stands on neither."""
    line, ring = shapely.LineString([(0, 0), (400, 0), (1000, 0)]), shapely.box(0, 100, 100, 200).exterior
    lines = rl.schema.MANAGEMENT_LINES.empty(county.CRS).reindex(range(2))
    lines = lines.assign(line_id=["a", "b"]).set_geometry([line, shapely.LineString(ring)], crs=county.CRS)
    places = shapely.points([(0, 0), (300, 0), (1000, 0), (0, 150), (100, 150), (500, 3)])
    stakes = rl.schema.STAKES.empty(county.CRS).reindex(range(6)).assign(number=list("123456"))
    stakes = stakes.set_geometry(places, crs=county.CRS)
    written = {}
    for name, given in {"with": (lines, stakes), "without": (lines,)}.items():
        _, found = entities(rl.export.to_dxf(tmp_path / f"{name}.dxf", *given, drawing="cass-hhhj"))
        written[name] = sorted(float(each.dxf.text) for each in found if each.dxf.layer == "JZXCBZ")
    assert written == {"with": [200.0, 200.0, 300.0, 700.0], "without": [400.0, 1000.0]}


def test_codes_of_river_demarcation_go_into_xdata_of_cass(tmp_path):
    result, stakes = drawn_stakes(tmp_path)
    path = rl.export.to_dxf(tmp_path / "x.dxf", result, stakes, invented_levees(), drawing="cass-hhhj")
    document, found = entities(path)
    assert "SOUTH" in document.appids
    codes = {(entity.dxf.layer, entity.get_xdata("SOUTH")[0].value) for entity in found if entity.has_xdata("SOUTH")}
    assert {("JZX", "300000"), ("JZD", "301000"), ("ZH", "301001"), ("ZBBZ", "302000"), ("JZXCBZ", "302010"),
            ("SCDJX", "181112")} <= codes  # fmt: skip
    texts = {entity.dxf.text for entity in found if entity.dxf.layer == "ZH"}
    assert texts == set(stakes["number"])
    # X is north in what is written, east in the drawing; texts stand five metres (2.5 mm) beside their mark.
    marks = {f"X={each.y:.3f} Y={each.x:.3f}" for each in stakes.geometry}
    numbers = dict(zip(stakes["number"], stakes.geometry, strict=True))
    for entity in (each for each in found if each.dxf.layer in {"ZH", "ZBBZ"}):
        side = -1 if entity.dxf.halign == 2 else 1
        place = entity.dxf.insert
        mark = f"X={place.y:.3f} Y={place.x - 5 * side:.3f}"
        assert mark in marks
        assert entity.dxf.layer == "ZH" or entity.dxf.text == mark
        if entity.dxf.layer == "ZH":
            own = numbers[entity.dxf.text]
            bank = stakes.loc[stakes["number"] == entity.dxf.text, "bank"].item()
            others = stakes[stakes["bank"].notna() & (stakes["bank"] != bank)]
            if len(others):
                nearest = others.geometry.iloc[int(others.distance(own).argmin())]
                assert side == (-1 if own.x < nearest.x else 1), "away from the river"
    hangs = {entity.dxf.layer: entity.dxf.valign for entity in found if entity.dxftype() == "TEXT"}
    assert (hangs["ZH"], hangs["ZBBZ"]) == (0, 3), "a number beside its mark, coordinates under it"
    assert len([entity for entity in found if entity.dxf.layer == "JZD"]) == len(stakes)


@pytest.mark.parametrize("drawing", rl.export.list_drawings())
def test_a_drawing_opens_on_all_that_is_drawn(drawing, tmp_path):
    result, stakes = drawn_stakes(tmp_path)
    document, found = entities(rl.export.to_dxf(tmp_path / "x.dxf", result, stakes, drawing=drawing))
    assert {each.dxf.text for each in found if each.dxftype() == "TEXT"} >= set(stakes["number"]), "map and table agree"
    assert not any("质检问题" in each.dxf.layer for each in found), "faults are no part of what is handed over"
    if drawing == "plain":
        texts = {(each.dxf.layer, each.dxf.text) for each in found if each.dxftype() == "TEXT"}
        assert {text for name, text in texts if name == "管理与保护范围-注记"} == {*result.extents["name"]}
    west, south, east, north = shapely.total_bounds(
        np.concatenate([result.lines.geometry.array, result.extents.geometry.array, stakes.geometry.array])
    )
    low, high = document.header["$EXTMIN"], document.header["$EXTMAX"]
    assert (low[0], low[1]) == pytest.approx((west, south), abs=1e-3)
    assert (high[0], high[1]) == pytest.approx((east, north), abs=1e-3)
    (view,) = document.viewports.get("*Active")
    assert (view.dxf.center.x, view.dxf.center.y) == pytest.approx(((west + east) / 2, (south + north) / 2), abs=1)
    assert view.dxf.height >= north - south
    assert view.dxf.height * 1.5 >= east - west


@pytest.mark.parametrize("drawing", ["cass", "cass-hhhj"])
def test_no_line_is_drawn_twice_and_stakes_are_no_control_points(drawing, tmp_path):
    """Where a river has no lines, the ring of its extent is the line."""
    result, stakes = drawn_stakes(tmp_path)
    other = result.extents.assign(river_id="R9", extent_id="R9-" + result.extents["kind"])
    _, found = entities(rl.export.to_dxf(tmp_path / "x.dxf", result, stakes, other=other, drawing=drawing))
    drawn = {(entity.get_xdata("RIVERLINE")[0].value, entity.get_xdata("RIVERLINE")[1].value) for entity in found
             if entity.dxftype() == "LWPOLYLINE"}  # fmt: skip
    rings = {key for schema, key in drawn if schema == "extents" and "management" in key}
    assert rings == {"R9-management"}
    assert {key for schema, key in drawn if schema == "management_lines"} == set(result.lines["line_id"])
    points = {entity.dxf.layer for entity in found if entity.dxftype() == "POINT"}
    assert "KZD" not in points


def test_the_command_says_which_layers_have_no_code():
    assert "未写 SOUTH 编码的图层：JZD" in without_codes("cass", "zh")
    assert without_codes("cass-hhhj", "zh") == without_codes("plain", "en") == ""


def invented_levees():
    return county.levees([(0, 80), (2000, 80)], [(0, -80), (2000, -80)])


def drawn_stakes(folder):
    axes = county.axes([(0, 0), (2000, 0)])
    result = rl.demarcate(axes, county.rule_set(folder), levees=invented_levees())
    return result, rl.place_stakes(result, axes=axes)


def test_protection_extents_are_hatched_with_their_holes(tmp_path):
    extents = invented.extents()
    extents = extents.assign(kind="protection")
    _, found = entities(rl.export.to_dxf(tmp_path / "x.dxf", extents, drawing="cass-hhhj"))
    kinds = {(entity.dxf.layer, entity.dxftype()) for entity in found}
    assert kinds == {("HLBHFWX", "LWPOLYLINE"), ("HLBHFWM", "HATCH")}
    rings = sum(len(p.interiors) + 1 for shape in extents.geometry for p in shapely.get_parts(shape))
    assert sum(len(entity.paths.paths) for entity in found if entity.dxftype() == "HATCH") == rings


def test_the_zone_number_is_put_before_eastings_and_taken_off(tmp_path):
    plain = invented.axes()
    _, found = entities(rl.export.to_dxf(tmp_path / "x.dxf", plain, zone_prefix=True))
    first = found[0].get_points("xy")[0]
    assert 39_000_000 < first[0] < 40_000_000
    assert 3_000_000 < first[1] < 4_000_000
    prefixed = plain.to_crs("EPSG:4527")
    _, back = entities(rl.export.to_dxf(tmp_path / "y.dxf", prefixed, zone_prefix=False))
    assert np.isclose(back[0].get_points("xy")[0][0], first[0] - 39_000_000)
    for wrong in (plain.to_crs(4490), plain.set_crs(None, allow_override=True)):
        with pytest.raises(rl.CRSError):
            rl.export.to_dxf(tmp_path / "z.dxf", wrong)
    with pytest.raises(rl.CRSError, match="zone_prefix"):
        rl.export.to_dxf(tmp_path / "z.dxf", plain.to_crs("EPSG:32650"), zone_prefix=True)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_one_line_and_no_codes(text, tmp_path):
    stakes = gpd.GeoDataFrame({"名": [text]}, geometry=[shapely.Point(500_000, 3_400_000)], crs=invented.CRS)
    lines = invented.lines().iloc[[0]].assign(line_id=text)
    path = rl.export.to_dxf(tmp_path / "x.dxf", lines, drawing="cass", **{text: stakes})
    document, found = entities(path)
    assert [entity.dxftype() for entity in found] == ["LWPOLYLINE", "POINT"], "nothing came in through a text"
    key = found[0].get_xdata("RIVERLINE")[1].value
    assert not re.search(r"%%|\\U\+|\\M\+|\^|[\r\n\x00-\x1f]", key)
    assert all(not re.search(r'[<>/\\":;?*|=,`]', layer.dxf.name) for layer in document.layers)
    assert len(pyogrio.read_dataframe(path)) == 2


@pytest.mark.parametrize("sign", ["㳇河", "𣲗水", "㵲水", "😀"])
def test_signs_that_gbk_does_not_know_are_refused_and_told(sign, tmp_path):
    lines = invented.lines().iloc[[0]].assign(line_id=sign)
    with pytest.raises(rl.JobError, match=f"GBK.*{sign[0]}"):
        rl.export.to_dxf(tmp_path / "x.dxf", lines)
    assert not list(tmp_path.iterdir())


def test_presets_are_data_and_ones_own_is_read(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        'name = "own"\ntitle = "本局"\nseen = "U"\nsource = "本局"\napplication = "SOUTH"\nothers = false\n'
        'layers = [{ schema = "axes", name = "ZXX", code = "210200", color = 5, draw = "corners" }]\n',
        encoding="utf-8",
    )
    _, found = entities(rl.export.to_dxf(tmp_path / "x.dxf", invented.axes(), invented.water(), drawing=own))
    assert {(entity.dxf.layer, entity.dxftype(), entity.dxf.color) for entity in found} == {("ZXX", "POINT", 5)}
    assert len(found) == len(shapely.get_coordinates(invented.axes().geometry.array))
    head = 'name = "x"\ntitle = "x"\nseen = "U"\nsource = "x"\n'
    wrong = '{ schema = "no", name = "A" }, { schema = "axes", name = "B", where = { no = ["1"] }, draw = "text" }'
    own.write_text(f"{head}layers = [{wrong}]\n", encoding="utf-8")
    with pytest.raises(rl.JobError, match=r"(?s)数据字典 no.*没有列 'no'.*须写 text"):
        rl.export.load_drawing(own)


@pytest.mark.parametrize("drawing", ["cass", "cass-hhhj"])
def test_no_code_of_a_fault_stands_where_cass_looks_for_an_element_code(drawing, tmp_path):
    made = invented.result()
    assert made.faults["code"].str.len().gt(0).any()
    known = {layer.code for layer in rl.export.load_drawing(drawing).layers} - {""}
    for asked in (None, True):
        _, found = entities(rl.export.to_dxf(tmp_path / "x.dxf", made, drawing=drawing, with_faults=asked))
        codes = {entity.get_xdata("SOUTH")[0].value for entity in found if entity.has_xdata("SOUTH")}
        assert codes <= known
        faults = [entity for entity in found if entity.get_xdata("RIVERLINE")[0].value == "faults"]
        assert bool(faults) == bool(asked)
        assert not any(entity.has_xdata("SOUTH") for entity in faults)
    _, found = entities(rl.export.to_dxf(tmp_path / "y.dxf", made.faults, drawing=drawing))
    assert len(found) > 0, "given alone, they are asked for"


def test_where_no_element_code_is_known_none_is_written_blank_or_made_up(tmp_path):
    rows = invented.axes().assign(code="自编")
    _, found = entities(rl.export.to_dxf(tmp_path / "x.dxf", rows, drawing="cass"))
    assert len(found) == len(rows)
    assert not any(entity.has_xdata("SOUTH") for entity in found)
    own = tmp_path / "own.toml"
    own.write_text(
        'name = "own"\ntitle = "本局"\nseen = "U"\nsource = "本局"\napplication = "SOUTH"\nxdata = ["{name}"]\n'
        'layers = [{ schema = "axes", name = "ZXX" }]\n',
        encoding="utf-8",
    )
    _, found = entities(rl.export.to_dxf(tmp_path / "y.dxf", rows, drawing=own))
    assert all(entity.has_xdata("SOUTH") for entity in found), "who asks for no code gets what was asked for"


def test_the_same_result_gives_the_same_bytes_and_a_wrong_call_leaves_nothing(county_drawing, tmp_path, monkeypatch):
    again = rl.export.to_dxf(
        tmp_path / "x.dxf", invented.result(), invented.axes(), invented.water(), 乡镇=invented.towns()
    )
    assert again.read_bytes() == county_drawing.read_bytes()
    again.unlink()
    with pytest.raises(rl.JobError, match=r"结尾，实际为 .x\.dwg"):
        rl.export.to_dxf(tmp_path / "x.dwg", invented.axes())
    with pytest.raises(rl.JobError, match="没有可写成 DXF 的图形"):
        rl.export.to_dxf(tmp_path / "x.dxf", invented.axes().iloc[:0])
    with pytest.raises(rl.JobError, match="制图模板"):
        rl.export.to_dxf(tmp_path / "x.dxf", invented.axes(), drawing="没有")
    monkeypatch.setitem(sys.modules, "ezdxf", None)
    with pytest.raises(rl.MissingDependencyError, match=r"riverline\[cad\]"):
        rl.export.to_dxf(tmp_path / "x.dxf", invented.axes())
    assert not list(tmp_path.iterdir())
