"""The layer control as a tree, numbers beside stakes, and what lies on top when many things are on one map."""

from __future__ import annotations

import time

import geopandas as gpd
import numpy as np
import pytest
import shapely

import invented
import patrolled as pt
import riverline as rl
from browser import browser
from riverline.maps.drawing import _opened
from riverline.maps.lightening import merge
from riverline.style import collect
from test_maps_focus import FIND_MAP, opened, stakes
from test_maps_focus import axes as long_river

BOXES = """
    return Object.fromEntries([...document.querySelectorAll('.riverline-branch')].map(e => {
      const all = e.querySelector('.riverline-branch-all'), leaves = [...e.querySelectorAll('.riverline-leaves input')];
      return [e.querySelector('button').textContent,
              [all.checked, all.indeterminate, leaves.filter(i => i.checked).length, leaves.length]];
    }));
"""
ALL = "[...document.querySelectorAll('.riverline-branch')].find(e => e.querySelector('button').textContent === '{}')"
LEGEND = """
    return [...document.querySelectorAll('.riverline-legend li')].filter(e => e.offsetParent).map(e => e.innerText);
"""
WRITTEN = """
    const told = [], draws = CanvasRenderingContext2D.prototype, write = draws.fillText;
    draws.fillText = function (text) { told.push(text); };
    themap.eachLayer(l => {
      if (l.feature && l.crowd !== undefined && l.getLatLng) { window.one = l; l.redraw(); }
    });
    themap.invalidateSize();
    return new Promise(r => setTimeout(() => { draws.fillText = write; r(told); }, 300));
"""


@pytest.fixture(scope="module")
def page():
    with browser() as found:
        yield found


@pytest.mark.browser
def test_categories_stand_under_their_layer_and_one_box_switches_them_all(page, tmp_path) -> None:
    opened(page, tmp_path, rl.maps.show(invented.result(), invented.axes()))
    boxes = page.run(BOXES)
    several = boxes["管理范围线"]
    assert several[2:] == [several[3], several[3]]
    assert several[3] > 1
    assert several[:2] == [True, False]
    drawn = "let n = 0; themap.eachLayer(l => { n += Boolean(l.feature); }); return n;"
    before = page.run(drawn)
    page.run(f"{ALL.format('管理范围线')}.querySelector('.riverline-branch-all').click()")
    assert page.run(BOXES)["管理范围线"][:3] == [False, False, 0]
    assert page.run(drawn) < before
    page.run(f"{ALL.format('管理范围线')}.querySelector('.riverline-leaves input').click()")
    assert page.run(BOXES)["管理范围线"][:3] == [False, True, 1]
    page.run(f"{ALL.format('管理范围线')}.querySelector('.riverline-branch-all').click()")
    assert page.run(BOXES)["管理范围线"][0] is True
    assert page.run(drawn) == before
    folded = f"return {ALL.format('管理范围线')}.querySelector('.riverline-leaves').offsetHeight === 0"
    page.run("document.querySelector('.leaflet-control-layers').classList.add('leaflet-control-layers-expanded')")
    # The county has many rows: its tree opens folded.
    assert page.run(folded)
    page.run(f"{ALL.format('管理范围线')}.querySelector('button').click()")
    assert not page.run(folded)
    # A layer with one category is one row; Leaflet makes rows anew when a layer comes, and the fold stays.
    assert "河道中心线" not in page.run(BOXES)
    page.run(
        "themap.eachLayer(l => { if (l.feature) window.one = l; }); themap.removeLayer(one); themap.addLayer(one);"
    )
    assert not page.run(folded)
    assert page.console() == []


@pytest.mark.browser
def test_hostile_headings_stay_text_in_the_tree(page, tmp_path) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    frame = invented.axes().assign(name=hostile)
    opened(page, tmp_path, rl.maps.show(invented.result(), **{hostile: frame[["geometry"]]}))
    assert page.run("return document.querySelectorAll('.leaflet-control-layers img').length") == 0
    assert hostile in page.run("return document.querySelector('.leaflet-control-layers').textContent")


@pytest.mark.browser
def test_stakes_bear_their_numbers_from_close_by_and_a_count_is_no_number(page, tmp_path) -> None:
    few = stakes(8, apart=4.0)
    opened(page, tmp_path, rl.maps.show(long_river(), few))
    assert set(page.run(WRITTEN)) <= {"×8"}
    page.run("themap.setView(one.getLatLng(), 19, {animate: false})")
    time.sleep(0.3)
    assert set(page.run(WRITTEN)) >= set(few["number"].head(3))
    assert "×8" in page.text(".riverline-legend")[0]


def test_faults_of_an_inspection_are_open_where_the_map_is_about_them_only() -> None:
    faults = invented.fault_rows().assign(check_id="dangles")
    assert _opened(collect(invented.result(), faults)) == {"faults"}
    problems = rl.schema.PROBLEMS.empty(invented.CRS)
    assert _opened(collect(invented.result(), faults, problems)) == frozenset()
    assert _opened(collect(invented.result(), invented.fault_rows())) == frozenset()


def test_what_has_no_finite_place_is_counted_as_not_drawn() -> None:
    points = [shapely.Point(500_000, 3_450_000), shapely.Point(np.nan, 1), shapely.Point(np.inf, 3_450_000)]
    frame = gpd.GeoDataFrame({"名称": ["a", "b", "c"]}, geometry=points, crs=4548)
    html = rl.maps.show(点=frame).get_root().render()
    assert "2 个要素没有图形，未绘出。" in html
    assert "NaN" not in html


def test_a_river_across_the_antimeridian_goes_on_and_not_around_the_world() -> None:
    line = shapely.LineString([(179.9, -16.5), (180, -16.5), (-179.9, -16.6)])
    axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["河"]}, geometry=[line], crs=4326)
    town = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(-179.5, -16.5)], crs=4326)
    merged = merge(collect(axes, 镇=town))
    assert [tuple(layer.frame.total_bounds.round(6)) for layer in merged] == [
        (179.9, -16.6, 180.1, -16.5), (180.5, -16.5, 180.5, -16.5),
    ]  # fmt: skip
    here = merge(collect(axes.set_geometry([shapely.LineString([(-5, 1), (5, 1)])])))
    assert here[0].frame.total_bounds.tolist() == [-5, 1, 5, 1]


@pytest.mark.browser
def test_patrols_open_on_the_lowest_level_of_chiefs_and_each_level_can_be_chosen(page, tmp_path) -> None:
    duties = pt.duties(("张三", "village", "left"), ("王五", "county", "left"))
    result = pt.measured(pt.walked([(0, 20), (600, 20)]), of=duties, since="2025-05-01", until="2025-05-31")
    page.open(rl.maps.save(rl.maps.show_patrols(result, pt.axes()), tmp_path / "map.html"))
    page.run(FIND_MAP)
    time.sleep(0.3)
    choice = "const s = document.querySelector('.riverline-clock select');"
    assert page.run(f"{choice} return [...s.options].map(o => o.textContent)") == [
        "全部",
        "村级",
        "县级",
        "张三",
        "王五",
    ]
    assert page.run(f"{choice} return s.selectedOptions[0].textContent") == "村级"
    rows = [" ".join(row.split()) for row in page.run(LEGEND)]
    assert "部分走到 1" in rows
    assert "全段未走到 0" in rows
    assert "有效" not in " ".join(rows)
    assert "未走到河段 1" in rows
    note = page.run("return document.querySelector('.riverline-legend').textContent")
    assert "走到程度的数字是责任段数" in note
    assert "未走到河段的数字是空白处数" in note
    assert "没有走到" not in note, "one word for one thing"
    page.run(f"{choice} s.value = 1; s.dispatchEvent(new Event('change'));")
    rows = [" ".join(row.split()) for row in page.run(LEGEND)]
    assert "全段未走到 1" in rows
    assert "部分走到 0" in rows
    assert page.console() == []
