"""What a map holds: layers, texts, order, bounds; data that tries to be code stays text. No browser here."""

from __future__ import annotations

import json
import logging
import re

import folium
import geopandas as gpd
import geopandas.testing
import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import invented

import riverline as rl
from riverline import schema
from riverline.maps.elements import json_text
from riverline.maps.groups import groups_of
from riverline.maps.lightening import lighten, merge
from riverline.maps.texts import texts_of
from riverline.style import collect, in_language


def layers_of(page):
    return [child for child in page._children.values() if isinstance(child, folium.FeatureGroup)]


def popups(*results, language="zh", **layers):
    """{layer: {label: [text of each row]}} as the popups have it."""
    found = in_language(collect(*results, **layers), language)
    texts = {layer.name: texts_of(layer, language=language, names={"QS01": "清水河"}) for layer in found}
    return {name: dict(zip(each.fields, each.cells.T.tolist(), strict=True)) for name, each in texts.items()}


def test_one_layer_for_each_category_in_legend_order():
    page = rl.maps.show(invented.result(), invented.axes(), invented.water(), 乡镇=invented.towns())
    assert isinstance(page, folium.Map)
    names = [layer.layer_name for layer in layers_of(page)]
    assert names[:7] == [
        "管理范围线：堤防",
        "管理范围线：洪水位线",
        "管理范围线：岸顶线",
        "管理范围线：水边线",
        "管理范围线：连接段",
        "管理范围线：湖泊",
        "管理范围线：水库",
    ]
    assert names[7:11] == [f"管理范围线 · 可信度：{each}" for each in ("高", "中", "低", "不明")]
    assert names[11:] == [
        "管理与保护范围：管理范围",
        "管理与保护范围：保护范围",
        "水域：河流",
        "水域：湖泊",
        "质检问题：错误",
        "质检问题：警告",
        "河道中心线",
        "乡镇",
        "河流名称",
    ]
    assert [layer.show for layer in layers_of(page)][7:11] == [False, False, True, True]


def test_every_row_is_drawn_once():
    result = invented.result()
    groups = groups_of(merge(collect(result)), language="zh", names={})
    drawn = sum(len(group.features) for group in groups)
    assert drawn == len(result.lines) + len(result.extents) + len(result.faults) - 1
    assert sum(group.count for group in groups if group.halo < 0) == drawn


def test_a_frame_of_shapes_alone_is_drawn():
    page = rl.maps.show(范围=invented.towns()[["geometry"]])
    assert [layer.layer_name for layer in layers_of(page)] == ["范围"]


def test_popups_say_what_the_line_is_and_why():
    row = {label: texts[0] for label, texts in popups(invented.lines())["management_lines"].items()}
    assert row == {
        "河流": "清水河（QS01）",
        "岸别": "左岸",
        "划界依据": "堤防",
        "规则编号": "AH-levee",
        "依据条款": invented.CITATION,
        "外延宽度": "20 m",
        "桩号": "K0+000 – K1+800",
        "长度": row["长度"],
        "可信度": "高",
        "来源要素": "D0",
        "说明": "",
        "线段编码": "QS01-left-1",
    }
    assert re.fullmatch(r"\d,\d{3}(\.\d)? m", row["长度"])


def test_areas_faults_and_free_frames_are_readable():
    found = popups(invented.result(), 乡镇=invented.towns())
    assert re.fullmatch(r"[\d,.]+ m²（[\d,.]+ 公顷）", found["extents"]["面积"][0])
    assert found["faults"]["图层"][0] == "河道中心线"
    assert found["faults"]["处理建议"][0].startswith("拆分为单部件")
    assert found["乡镇"] == {"town": ["清水镇", "白溪乡"]}


def test_english_is_english_everywhere():
    page = rl.maps.show(invented.result(), language="en", title="Qingshui")
    html = page.get_root().render()
    ours = {"清水河", "白溪", invented.CITATION, invented.Rules().title, "多部件要素"}
    chinese = set(re.findall(r"[\u4e00-\u9fff][\u4e00-\u9fff，。；：《》（）0-9]*", html))
    assert {text for text in chinese if not any(text in each or each in text for each in ours)} == set()
    found = popups(invented.result(), language="en")
    assert found["faults"]["Detail"][0] == "multipart feature of 3 parts"
    assert found["management_lines"]["Basis"][0] == "Levee"


def test_the_same_input_gives_the_same_page_and_row_order_does_not_matter_to_the_legend():
    first = rl.maps.show(invented.result(), invented.water()).get_root().render()
    assert rl.maps.show(invented.result(), invented.water()).get_root().render() == first
    shuffled = invented.lines().sample(frac=1, random_state=3)
    names = [layer.layer_name for layer in layers_of(rl.maps.show(shuffled))]
    assert names == [layer.layer_name for layer in layers_of(rl.maps.show(invented.lines()))]


def test_inputs_are_not_changed():
    result, towns = invented.result(), invented.towns()
    before = [frame.copy() for frame in (result.lines, result.extents, result.faults, towns)]
    rl.maps.show(result, 乡镇=towns)
    for frame, old in zip((result.lines, result.extents, result.faults, towns), before, strict=True):
        gpd.testing.assert_geodataframe_equal(frame, old)


def test_frames_in_other_crs_land_in_the_same_place():
    axes = invented.axes()
    (metric,), (degrees,) = merge(collect(axes)), merge(collect(axes.to_crs(4490)))
    assert shapely.equals_exact(metric.frame.geometry, degrees.frame.geometry, 1e-9).all()
    assert metric.frame.crs == "EPSG:4326"
    west, south, east, north = metric.frame.total_bounds
    assert 116.9 < west < east < 117.2
    assert 31.1 < south < north < 31.3


def test_two_results_share_their_layers():
    north = invented.lines().assign(line_id=lambda frame: "N" + frame["line_id"])
    groups = groups_of(merge(collect(invented.lines(), north.to_crs(4490))), language="zh", names={})
    levee = next(group for group in groups if group.label == "堤防")
    assert levee.count == 6


def test_display_lines_stay_within_the_tolerance_that_the_page_names():
    layers = merge(collect(invented.result()))
    drawn = lighten(layers)
    light, tolerance = drawn.layers, drawn.tolerance
    assert tolerance == 0.1
    for before, after in zip(layers, light, strict=True):
        real, shown = before.frame.geometry.dropna(), after.frame.geometry.dropna()
        assert shapely.hausdorff_distance(real, shown).max() * 111_320 <= tolerance
    assert sum(shapely.get_num_coordinates(light[1].frame.geometry)) < sum(
        shapely.get_num_coordinates(layers[1].frame.geometry)
    )


def test_heavy_frames_are_thinned_until_the_page_is_light():
    along = np.arange(380_000) / 4
    rough = np.column_stack([500_000 + along, 3_450_000 + np.random.default_rng(1).uniform(-1, 1, len(along))])
    axes = gpd.GeoDataFrame({"river_id": ["R"], "name": [""]}, geometry=[shapely.LineString(rough)], crs=invented.CRS)
    drawn = lighten(merge(collect(axes)))
    light, tolerance = drawn.layers, drawn.tolerance
    assert tolerance > 0.1
    assert shapely.get_num_coordinates(light[0].frame.geometry).sum() <= 300_000
    page = rl.maps.show(axes)
    assert f"按 {tolerance:g} 米容差化简" in page.get_root().render()


def test_coordinates_have_seven_decimals():
    groups = groups_of(merge(collect(invented.axes())), language="zh", names={})
    numbers = re.findall(r"\d+\.\d+", json.dumps(groups[0].features))
    assert max(len(number.partition(".")[2]) for number in numbers) == 7


def test_too_many_features_are_refused_with_what_to_do():
    with pytest.raises(rl.JobError) as caught:
        rl.maps.show(invented.lines(), max_features=5)
    assert "要绘制 14 个要素，多于上限 5" in caught.value.zh
    assert "set max_features=14" in caught.value.en


def test_a_frame_without_crs_is_refused():
    with pytest.raises(rl.CRSError):
        rl.maps.show(invented.axes().set_crs(None, allow_override=True))


@pytest.mark.parametrize("name", schema.FRAMES)
def test_empty_frames_make_an_empty_map(name):
    page = rl.maps.show(schema.FRAMES[name].empty("EPSG:4548"))
    assert layers_of(page) == []
    assert "没有可绘的要素" in page.get_root().render()


def test_every_geometry_type_can_be_drawn():
    shapes = [
        shapely.Point(500_000, 3_450_000),
        shapely.MultiPoint([(500_100, 3_450_000), (500_200, 3_450_050)]),
        shapely.LineString([(500_000, 3_450_000, 8.0), (501_000, 3_450_500, 9.0)]),
        shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3)]]),
        shapely.box(500_000, 3_450_000, 500_400, 3_450_300),
        shapely.GeometryCollection([shapely.Point(500_000, 3_450_000)]),
        shapely.Point(),
        None,
    ]
    shapes[3] = shapely.affinity.translate(shapes[3], 500_000, 3_450_000)
    faults = rl.faults.found(
        "multipart", layer="axes", feature_id=range(len(shapes)), geometry=shapes, crs=invented.CRS, value=2
    )
    groups = groups_of(merge(collect(faults)), language="zh", names={})
    assert [len(group.features) for group in groups] == [6]
    drawn = gpd.GeoDataFrame({"name": "乡镇"}, index=range(len(shapes)), geometry=shapes, crs=invented.CRS)
    assert "2 个要素没有图形，未绘出" in rl.maps.show(乡镇=drawn).get_root().render()
    # Faults of data without a place are no features.
    assert "2 个要素没有图形" not in rl.maps.show(faults).get_root().render()


def test_problems_have_a_ring_for_their_status():
    problems = schema.PROBLEMS.empty(invented.CRS)
    rows = gpd.GeoDataFrame(
        {"problem_id": ["P1", "P2"], "kind": ["dumping", "construction"], "status": ["reopened", "closed"]},
        geometry=[shapely.Point(500_000, 3_450_000), shapely.Point(500_100, 3_450_000)],
        crs=invented.CRS,
    )
    rows = schema.PROBLEMS.conform(rows.reindex(columns=problems.columns))
    groups = groups_of(merge(collect(rows)), language="zh", names={})
    assert [(group.label, group.kind, group.halo >= 0) for group in groups] == [
        ("乱堆", "point", False),
        ("乱建", "point", False),
        ("销号", "point", True),
        ("反弹", "point", True),
    ]


def test_unknown_values_and_missing_values_keep_their_rows():
    odd = invented.lines()
    odd["basis"] = ["堤防外侧", "<b>", None, *odd["basis"][3:]]
    labels = {group.label: group.count for group in groups_of(merge(collect(odd)), language="zh", names={})}
    assert labels["堤防外侧"] == labels["<b>"] == labels["未填写"] == 1


@pytest.mark.parametrize("hostile", invented.HOSTILE)
def test_hostile_text_never_leaves_its_string(hostile):
    towns = invented.towns().rename(columns={"town": hostile})
    page = rl.maps.show(
        invented.hostile_lines(), invented.axes().assign(name=hostile), title=hostile, **{hostile: towns}
    )
    html = page.get_root().render()
    assert "<img" not in html
    assert "alert(1)</script" not in html
    assert "{{ 7 * 7 }}" not in html
    assert html.count("<script") == html.count("</script>")
    data = json_text(hostile)
    assert json.loads(data) == hostile
    assert data in html


@settings(max_examples=200, deadline=None)
@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8))
def test_json_for_scripts_reads_back_and_holds_no_markup_and_no_template(content):
    text = json_text(content)
    assert not re.search(r"[<>&\u2028\u2029]|\{\{|\{%|\{#", text)
    assert json.loads(text) == json.loads(re.sub("[\ud800-\udfff]", "\ufffd", json.dumps(content, ensure_ascii=False)))


def test_text_that_no_file_can_hold_is_replaced():
    towns = invented.towns().assign(town=pd.Series(["半\ud800个", ""], dtype=object))
    page = rl.maps.show(镇=towns, title="\udfff")
    assert page.get_root().render().encode("utf-8")


def test_the_corner_names_rules_and_version():
    html = rl.maps.show(invented.result()).get_root().render()
    assert f"riverline {rl.__version__} | 规则集 安徽省河湖管理范围（anhui 3f9c1e5a77b2）" in html


def test_the_page_asks_for_no_tiles_and_draws_on_one_canvas():
    page = rl.maps.show(invented.result(), width=640, height="480px")
    assert page.options["prefer_canvas"]
    assert not [child for child in page._children.values() if isinstance(child, folium.TileLayer)]
    assert page.width == (640.0, "px")


def test_tianditu_needs_a_key_and_never_tells_it(monkeypatch, caplog):
    monkeypatch.delenv("RIVERLINE_TIANDITU_TK", raising=False)
    with pytest.raises(rl.JobError, match="RIVERLINE_TIANDITU_TK"):
        rl.maps.show(invented.axes(), basemap="tianditu_img")
    with caplog.at_level(logging.DEBUG):
        page = rl.maps.show(invented.axes(), basemap="tianditu_img", tianditu_key="5ecret0key")
    assert "5ecret0key" not in caplog.text
    tiles = [child for child in page._children.values() if isinstance(child, folium.TileLayer)]
    assert [layer.tiles.partition("_w/")[0][-3:] for layer in tiles] == ["img", "cia"]
    assert all("tk=5ecret0key" in layer.tiles for layer in tiles)
    with pytest.raises(rl.JobError) as caught:
        rl.maps.save(page, "never.html")
    assert "5ecret0key" not in str(caught.value)
    assert "tk=***" in str(caught.value)
    with pytest.raises(rl.JobError, match="tianditu_vec") as caught:
        rl.maps.show(invented.axes(), basemap="google", tianditu_key="5ecret0key")
    assert "5ecret0key" not in str(caught.value)


def test_the_environment_gives_the_key(monkeypatch):
    monkeypatch.setenv("RIVERLINE_TIANDITU_TK", "abc123")
    page = rl.maps.show(invented.axes(), basemap="tianditu_vec", language="en")
    tiles = [child for child in page._children.values() if isinstance(child, folium.TileLayer)]
    assert [layer.tile_name for layer in tiles] == ["Tianditu map", "Tianditu names"]
