"""Marks of points: their shapes on either side of a bar, their counts and numbers apart, and areas too small to see."""

from __future__ import annotations

import re
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import invented
import ledgers
import patrolled as pt
import riverline as rl
from browser import browser
from riverline.maps.notices import unmeasured
from riverline.maps.surfaces import _breaks
from riverline.style import collect
from test_maps_focus import FIND_MAP, opened
from test_maps_search import asked, chosen, printed, stakes

SIDES = """
    return [...document.querySelectorAll('.leaflet-riverlineBeforeLines-pane path')].map(e => e.getAttribute('d'));
"""
BESIDE = """
    return [...document.querySelectorAll('.leaflet-riverlineBeforeLines-pane text')].map(e => e.textContent);
"""
# What is written beside marks, and names, as boxes of the window.
WRITTEN = """
    const pen = document.createElement('canvas').getContext('2d'), found = [];
    pen.font = '600 11px sans-serif';
    themap.eachLayer(l => {
      if (!l.beside || !l.crowd || !l.getLatLng) return;
      const p = themap.latLngToContainerPoint(l.getLatLng()), x = p.x + l.beside.x, y = p.y + l.beside.y;
      found.push([x, y - 5, x + pen.measureText(l.beside.text).width, y + 5]);
    });
    document.querySelectorAll('.riverline-name > span').forEach(e => {
      const b = e.getBoundingClientRect();
      if (e.style.visibility !== 'hidden') found.push([b.left, b.top, b.right, b.bottom]);
    });
    return found;
"""
LEGEND = "return [...document.querySelectorAll('.riverline-legend')].map(e => e.innerText).join(' ');"
ALONG = shapely.points(500_000.0 + 40.0 * np.arange(60), 3_450_000.0)


@pytest.fixture(scope="module")
def page():
    with browser() as found:
        yield found


def problems(*kinds):
    """A problem of each kind, a kilometre apart."""
    frame = ledgers.problems_of(len(kinds)).assign(kind=list(kinds), problem_id=[f"P{i}" for i in range(len(kinds))])
    places = shapely.points(500_000.0 + 1_000.0 * np.arange(len(kinds)), 3_450_000.0)
    frame = frame.set_geometry(places, crs=invented.CRS)
    return rl.schema.PROBLEMS.conform(frame.reindex(columns=rl.schema.PROBLEMS.empty(invented.CRS).columns))


def boards(count=60):
    """Boards that stand where stakes do."""
    empty = rl.schema.BOARDS.empty(invented.CRS)
    numbers = [f"GS-{i:03d}" for i in range(count)]
    frame = gpd.GeoDataFrame({empty.columns[0]: numbers, "river_id": "QS01"}, geometry=ALONG[:count], crs=invented.CRS)
    return rl.schema.BOARDS.conform(frame.reindex(columns=empty.columns))


@pytest.mark.browser
def test_marks_of_a_side_have_the_shapes_that_the_legend_shows(page, tmp_path) -> None:
    kinds = ("extraction", "dumping", "construction", "discharge")
    opened(page, tmp_path, rl.maps.show_change([problems(*kinds)], [problems(*kinds)], invented.extents()))
    # Beside marks there are rings, which have no corners.
    marks = [each for each in page.run(SIDES) if "L" in each]
    assert [each.count("L") + 1 for each in marks] == [3, 4, 4, 5]
    # A square lies on its side, a diamond on its tip.
    square, diamond = (np.array(re.findall(r"-?[\d.]+", each), dtype=float)[1::2] for each in marks[1:3])
    assert len(np.unique(square.round(1))) == 2
    assert len(np.unique(diamond.round(1))) == 3
    assert page.console() == []


@pytest.mark.browser
def test_marks_of_a_side_are_counted_and_bear_their_numbers_from_close_by(page, tmp_path) -> None:
    frame = stakes()
    opened(page, tmp_path, rl.maps.show_change([frame], [frame.iloc[:3]], invented.extents()))
    page.run("themap.setZoom(12, {animate: false})")
    counts = [int(text[1:]) for text in page.run(BESIDE)]
    drawn = [each for each in page.run(SIDES) if each != "M0 0"]
    assert sum(counts) + len(drawn) - len(counts) == 60
    assert len(drawn) < 30
    assert "×8" in page.run(LEGEND)
    centre = frame.to_crs(4326).geometry.iloc[5]
    page.run("themap.setView([arguments[0], arguments[1]], 18, {animate: false})", centre.y, centre.x)
    assert set(frame["number"].iloc[4:7]) <= set(page.run(BESIDE))
    assert not [text for text in page.run(BESIDE) if text.startswith("×")]
    page.run("[...document.querySelectorAll('.leaflet-control-layers-overlays input')].forEach(e => e.click());")
    assert page.run(BESIDE) == []
    assert page.console() == []


@pytest.mark.browser
@pytest.mark.parametrize("zoom", [10, 11.5, 13, 14.5, 17, 19])
def test_counts_numbers_and_names_are_not_written_over_each_other(page, tmp_path, zoom) -> None:
    river = invented.axes().set_geometry(
        [shapely.LineString([(500_000, 3_450_000), (502_400, 3_450_000)])] * 2, crs=invented.CRS
    )
    opened(page, tmp_path, rl.maps.show(stakes(), boards(), river))
    page.run("themap.setZoom(arguments[0], {animate: false})", zoom)
    boxes = np.array(page.run(WRITTEN))
    assert len(boxes) > 2
    shapes = shapely.box(*boxes.T)
    one, other = np.triu_indices(len(shapes), 1)
    assert shapely.area(shapely.intersection(shapes[one], shapes[other])).max() == 0
    # All are told all the same: 60 of each.
    assert (
        page.run("let n = 0; themap.eachLayer(l => { if (l.feature && l.getLatLng) n += l.crowd || 0; }); return n;")
        == 120
    )


@pytest.mark.browser
def test_a_problem_smaller_than_its_mark_is_a_mark_and_can_be_hit_as_one(page, tmp_path) -> None:
    one = problems("dumping", "dumping")
    areas = [one.geometry.iloc[0].buffer(4.0), one.geometry.iloc[1].buffer(400.0)]
    frame = one.set_geometry(gpd.GeoSeries(areas, crs=one.crs, index=one.index))
    opened(page, tmp_path, rl.maps.show(frame, invented.extents()))
    page.run("themap.setView([31.15, 117.005], 12, {animate: false})")
    hit = """
        const found = [];
        themap.eachLayer(l => {
          if (!(l instanceof L.Polygon) || l.feature.properties.h === undefined || l.options.shape !== 'square') return;
          const box = l._rawPxBounds, size = box.getSize();
          if (arguments[1] !== size.x < 10) return;
          const p = box.getCenter();
          found.push(l._containsPoint(p.add([arguments[0], 0])), l._pxBounds.getSize().x);
        });
        return found;
    """
    small = page.run(hit, 6, True)
    assert small[0] is True
    assert small[1] > 12
    assert page.run(hit, 40, True)[0] is False
    page.run("themap.setZoom(19, {animate: false})")
    assert page.run(hit, 6, True) == []
    assert page.console() == []


@pytest.mark.browser
def test_a_river_comes_before_a_work_that_lies_on_it(page, tmp_path) -> None:
    result = invented.result()
    rows = result.extents[result.extents["river_id"] == "QS01"].head(1)
    gate = rows.assign(extent_id="GC-02-management", name="清水闸", geometry=rows.centroid.buffer(50))
    both = gpd.GeoDataFrame(pd.concat([gate, result.extents], ignore_index=True), crs=result.extents.crs)
    opened(page, tmp_path, rl.maps.show(both, invented.axes(), stakes()))
    for word in ("清水河", "QS01"):
        listed = asked(page, word)
        assert listed[0] == ["清水河（QS01）", "管理与保护范围：管理范围 · QS01-management"]
        # Numbers that begin with the river's code come before what only lies on it.
        assert word == "QS01" or "清水闸" in [name for name, _ in listed[1:]]
    assert "GC-02" not in chosen(page)
    assert asked(page, "清水闸")[0][0] == "清水闸"


@pytest.mark.browser
def test_zeros_before_a_number_make_no_difference_and_other_numbers_do(page, tmp_path) -> None:
    frame = stakes(300)
    frame["number"] = [f"QS01-L-{i:03d}" for i in range(300)]
    opened(page, tmp_path, rl.maps.show(frame))
    assert asked(page, "qs01-l-26")[0][0] == "QS01-L-260"
    assert "QS01-L-026" in [name for name, _ in asked(page, "QS01-L-26")]
    assert [name for name, _ in asked(page, "L-7")] == ["QS01-L-007"]
    assert [name for name, _ in asked(page, "QS1-L-0299")] == ["QS01-L-299"]
    assert asked(page, "L-300") == []


@pytest.mark.browser
def test_a_long_legend_has_a_sheet_of_its_own_and_an_open_popup_is_whole(page, tmp_path) -> None:
    towns = {f"图层{i:02d}": invented.towns() for i in range(70)}
    drawn = rl.maps.show(invented.result(), invented.axes(), title="清水县", **towns)
    opened(page, tmp_path, drawn)
    text, pages, _ = printed(tmp_path / "map.html", tmp_path)
    told = text.replace(" ", "")
    assert pages == 2
    assert [name for name in towns if name not in told] == []
    for word in ("图例", "图例见下页", "法定界线以成果数据为准", "堤防"):
        assert word in told, word
    page.run("""
        let top = null;
        const north = l => l.getBounds().getNorth();
        themap.eachLayer(l => { if (l.told && l.getBounds && (!top || north(l) > north(top))) top = l; });
        top.openPopup(top.getBounds().getNorthWest());
        window.dispatchEvent(new Event('beforeprint'));
    """)
    inside = """
        const [f, p, t] = ['.folium-map', '.leaflet-popup', '.riverline-title']
          .map(each => document.querySelector(each).getBoundingClientRect());
        return [p.left - f.left, p.top - t.bottom, f.right - p.right, f.bottom - p.bottom];
    """
    assert min(page.run(inside)) >= 0
    page.run("window.dispatchEvent(new Event('afterprint'))")
    assert page.run("return document.querySelectorAll('.riverline-sheet, .on-paper, .fine, .moved').length") == 0
    assert page.console() == []


@pytest.mark.browser
def test_a_legend_too_long_for_a_column_stays_on_the_sheet_in_smaller_type_and_two(page, tmp_path) -> None:
    """As many rows as the map of a county has with everything on it."""
    towns = {f"图层{i:02d}": invented.towns() for i in range(44)}
    opened(page, tmp_path, rl.maps.show(invented.result(), invented.axes(), **towns))
    text, pages, _ = printed(tmp_path / "map.html", tmp_path)
    assert pages == 1
    assert [name for name in towns if name not in text.replace(" ", "")] == []
    assert "法定界线以成果数据为准" in text.replace(" ", "")
    arranged = "return [...document.querySelector('.riverline-legend').classList].filter(c => c !== 'leaflet-control');"
    page.run("window.dispatchEvent(new Event('beforeprint'))")
    assert {"fine", "wide"} <= set(page.run(arranged))
    page.run("window.dispatchEvent(new Event('afterprint'))")
    assert not {"fine", "wide"} & set(page.run(arranged))


def patrols():
    """Two rivers of which one has a chief."""
    two = pt.axes([(0, 0), (1_000, 0)], [(0, 3_000), (1_000, 3_000)])
    return rl.measure_patrols(pt.walked([(0, 20), (600, 20)]), two, duties=pt.duties()), two


def test_a_river_without_a_duty_is_told() -> None:
    result, _ = patrols()
    told = result.faults[result.faults["code"] == "river-without-duty"]
    assert told[["feature_id", "severity", "layer"]].to_numpy().tolist() == [["R2", "warning", "axes"]]
    assert "R2" in rl.faults.describe(told)["detail"].iloc[0]


def test_an_axis_that_patrols_were_not_measured_on_is_told_beside_coverage_only() -> None:
    two = pt.axes([(0, 0), (1_000, 0)], [(0, 3_000), (1_000, 3_000)])
    result = rl.measure_patrols(pt.walked([(0, 20), (600, 20)]), two.iloc[:1], duties=pt.duties())
    told = unmeasured(collect(result, two), "zh", {})
    assert told == {"title": "未作巡河统计，走到与否不明（1）", "rows": ["R2"]}
    assert unmeasured(collect(two), "zh", {}) is None


@pytest.mark.browser
def test_rivers_without_a_duty_stand_in_the_legend_and_tracks_wait_to_be_asked_for(page, tmp_path) -> None:
    result, axes = patrols()
    for drawn in (rl.maps.show_patrols(result, axes), rl.maps.show(result, axes)):
        opened(page, tmp_path, drawn)
        legend = page.run(LEGEND)
        assert "未作巡河统计，走到与否不明（1）" in legend
        assert "R2" in legend
        assert "×8" not in legend
        assert "巡河记录" not in legend
        assert "巡河记录" in page.run("return document.querySelector('.leaflet-control-layers-overlays').textContent")
    page.open(rl.maps.save(rl.maps.show(result.tracks, axes), tmp_path / "map.html"))
    page.run(FIND_MAP)
    time.sleep(0.3)
    assert "巡河记录" in page.run(LEGEND)


@pytest.mark.browser
def test_words_are_those_of_the_reader(page, tmp_path) -> None:
    axes = invented.axes().assign(rank=["main", "tributary-2"])
    digest = "acc2d3ce83c6541d0f817019398db85dcdfc792074e5615d4a9209b503f58b97"
    for language, rank, layers in (("zh", "二级支流", "图层"), ("en", "Tributary of order 2", "Layers")):
        opened(page, tmp_path, rl.maps.show(axes, invented.extents().assign(version=digest), language=language))
        assert page.run("return document.querySelector('.leaflet-control-layers-toggle').title") == layers
        told = page.run(
            "const t = []; themap.eachLayer(l => { if (l.told) t.push(l.told.texts.join('|')); }); return t;"
        )
        assert any(rank in each for each in told)
        assert any(f"{digest[:12]}|" in f"{each}|" for each in told)
        assert not any(digest in each for each in told)


def test_classes_of_a_density_begin_at_round_figures() -> None:
    assert _breaks(19.76) == (1.0, 3.0, 6.0, 10.0, 15.0)
    for top in np.geomspace(1e-3, 1e4, 400):
        found = np.array(_breaks(float(top)))
        assert (np.diff(found) > 0).all()
        assert np.abs(found / (np.array([0.05, 0.15, 0.3, 0.5, 0.75]) * top) - 1).max() < 0.18
