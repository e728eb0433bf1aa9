"""What makers of maps take and refuse alike, and what popups, legends and views make of odd data."""

from __future__ import annotations

import dataclasses
import inspect
import time

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import invented
import ledgers
import riverline as rl
import staked
from browser import browser
from riverline import schema
from riverline.maps.drawing import _corner, draw
from riverline.maps.focus import box_of
from riverline.maps.lightening import merge
from riverline.maps.look import Look
from riverline.maps.texts import texts_of
from riverline.style import collect

MAKERS = ("show", "show_change", "show_hotspots", "show_ledger", "show_patrols")
BROKEN = "黄\ud800河"
P, L, box = shapely.Point, shapely.LineString, shapely.box


@pytest.fixture(scope="module")
def page():
    with browser() as found:
        yield found


def cells(frame, language="zh"):
    """{label: [text of each row]} of a popup."""
    told = texts_of(collect(x=frame)[0], language=language, names={})
    return dict(zip(told.fields, told.cells.T.tolist(), strict=True)), told


def degrees(*shapes, **columns):
    return gpd.GeoDataFrame({"n": range(len(shapes)), **columns}, geometry=list(shapes), crs=4326)


def some_problems():
    rows = ledgers.problems_of(2, problem_id=["W1", "W2"], river_id="R1", status="found")
    return schema.PROBLEMS.conform(rows.reindex(columns=[*(each.name for each in schema.PROBLEMS), "geometry"]))


# Popups


def test_popups_have_coordinates_as_tables_have_them():
    """Three decimals of a degree are up to a hundred metres: no stake is found by them."""
    stakes = rl.place_stakes(staked.demarcation(staked.straight(200.0)))
    stakes = stakes if hasattr(stakes, "columns") else stakes.stakes
    place = gpd.GeoSeries([P(517_000.0, 3_497_233.4)], crs=4548)
    (lon,), (lat,) = place.to_crs(4490).x, place.to_crs(4490).y
    row = stakes.iloc[:1].set_crs(4548, allow_override=True).set_geometry(place.set_axis(stakes.index[:1]))
    texts, _ = cells(row.assign(x_m=3_497_233.4, y_m=517_000.0, zone=39, y_zoned_m=39_517_000.0, lon=lon, lat=lat))
    assert texts["经度"] == [f"{lon:.8f} °"]
    assert texts["纬度"] == [f"{lat:.8f} °"]
    assert texts["X坐标（北）"] == ["3497233.400 m"]
    assert texts["Y坐标（东）"] == ["517000.000 m"]


def test_codes_that_a_blank_made_numbers_are_whole_and_can_be_found():
    frame = degrees(P(117, 31), P(118, 31), ZDDM=[340123001001.0, np.nan], 面积=[12345678.9, 117.123456789])
    texts, told = cells(frame)
    assert texts["ZDDM"] == ["340123001001", ""]
    assert texts["面积"] == ["12345678.9", "117.123456789"]
    assert [told.fields[i] for i, _ in told.find] == ["n", "ZDDM"]
    odd = degrees(P(117, 31), P(118, 31), a=[1e300, 1e-300], b=[0.1 + 0.2, np.inf], c=np.array([0.1, 2], "float32"))
    texts, _ = cells(odd)
    assert (texts["a"], texts["b"], texts["c"]) == (["1e+300", "1e-300"], ["0.3", "inf"], ["0.1", "2"])


# Half characters


@pytest.mark.parametrize("what", ["axes", "extents", "ledger", "problems", "patrols", "batch"])
def test_half_a_character_in_a_name_stops_no_map(what, tmp_path):
    axes = invented.axes().astype({"name": "object", "river_id": "object"})
    axes.loc[0, ["name", "river_id"]] = [BROKEN, "QS\ud800"]
    extents = invented.extents().astype({"name": "object"})
    extents.loc[0, "name"] = BROKEN
    problems = some_problems().astype({"problem_id": "object"})
    problems.loc[0, "problem_id"] = "W\ud800"
    if what == "batch":
        made = rl.maps.batch([axes, extents], tmp_path / "maps")
        assert set(made.maps["state"]) == {"drawn"}
        return
    maps = {
        "axes": lambda: rl.maps.show(axes, title=BROKEN),
        "extents": lambda: rl.maps.show(extents, axes),
        "ledger": lambda: rl.maps.show_ledger(problems, axes),
        "problems": lambda: rl.maps.show(axes, 问题=problems),
        "patrols": lambda: rl.maps.show_patrols(_patrols(BROKEN), axes),
    }
    text = rl.maps.save(maps[what](), tmp_path / "map.html").read_text(encoding="utf-8")
    assert "\ufffd" in text


def _patrols(who):
    import patrolled as pt

    result = pt.measured(pt.walked([(0, 20), (600, 20)]))
    coverage = result.coverage.astype({"chief": "object"})
    coverage["chief"] = pd.Series([who] * len(coverage), dtype="object")
    return rl.Patrols(**{name: getattr(result, name) for name in result.__dataclass_fields__} | {"coverage": coverage})


# The antimeridian


@pytest.mark.parametrize(
    ("shapes", "view"),
    [
        ([box(179.5, 1, 180, 2), box(-180, 1, -179.5, 2)], (179.5, 1, 180.5, 2)),
        ([shapely.MultiPolygon([box(179.5, 1, 180, 2), box(-180, 1, -179.5, 2)])], (179.5, 1, 180.5, 2)),
        ([L([(179, 1), (179.9, 2)]), L([(-179.9, 1), (-179, 2)])], (179, 1, 181, 2)),
        ([P(179.9, 1), P(-179.9, 1)], (179.9, 1, 180.1, 1)),
        ([L([(179, 1), (-179, 1)]), P(-178, 2)], (179, 1, 182, 2)),
        ([box(-180, -80, 180, 80)], (-180, -80, 180, 80)),
        ([box(-180, -80, 180, 80), L([(179, 1), (-179, 1)]), P(-5, 1)], (-180, -80, 181, 80)),
        ([P(117, 31), P(20, 5)], (20, 5, 117, 31)),
        ([P(-179, 1)], (-179, 1, -179, 1)),
        ([P(), None], None),
    ],
)
def test_what_lies_on_both_sides_of_the_antimeridian_is_one_view(shapes, view):
    assert box_of(merge(collect(x=degrees(*shapes)))) == view
    other = degrees(*shapes[::-1])
    assert box_of(merge(collect(x=other))) == view, "the order of rows does not matter"
    assert box_of(merge(collect(x=degrees(*shapes[:1]), y=degrees(*shapes[1:])))) == view, "nor who brings them"


@pytest.mark.browser
def test_two_boxes_beside_the_antimeridian_open_close_by_also_if_one_is_the_focus(page, tmp_path):
    both = degrees(box(179.5, 10, 180, 10.5), box(-180, 10, -179.5, 10.5))
    for focus in (None, both.iloc[1:]):
        page.open(rl.maps.save(rl.maps.show(面=both, focus=focus), tmp_path / "map.html"))
        time.sleep(0.3)
        west, east, zoom = page.run(
            "const m = Object.values(window).find(x => x instanceof L.Map), b = m.getBounds();"
            "return [b.getWest(), b.getEast(), m.getZoom()];"
        )
        assert 178 < west < 180.5 < east < 183
        assert zoom > 7
        assert page.console() == []


def test_a_label_goes_where_its_place_has_gone():
    both = collect(面=degrees(box(179.5, 10, 180, 10.5), box(-180, 10, -179.5, 10.5)))
    html = draw(both, Look(labels=(("甲", P(-179.9, 10.2)), ("乙", P(179.9, 10.2))))).get_root().render()
    assert "[180.1, 10.2]" in html
    assert "[179.9, 10.2]" in html
    assert "[-179.9, 10.2]" not in html


# Names and legends


@pytest.mark.browser
def test_layers_may_be_called_whatever_javascript_has_words_for(page, tmp_path):
    names = ["__proto__", "constructor", "toString"]
    page.open(rl.maps.save(rl.maps.show(**dict.fromkeys(names, None) | {
        name: degrees(P(117 + i, 31)) for i, name in enumerate(names)
    }), tmp_path / "map.html"))  # fmt: skip
    time.sleep(0.3)
    assert page.console() == []
    told = page.run("return [...document.querySelectorAll('.leaflet-control-layers label')].map(e => e.textContent)")
    assert set(names) <= {text.strip() for text in told}
    assert set(names) <= {text.split("\n")[0].strip() for text in page.text(".riverline-legend li")}


@pytest.mark.browser
@pytest.mark.parametrize(
    ("shapes", "tags"),
    [
        ([P(117, 31)], ["circle"]),
        ([L([(117, 31), (117.1, 31)])], ["line"]),
        ([P(117, 31), L([(117, 31), (117.1, 31)]), box(117, 31, 117.2, 31.1)], ["rect", "line", "circle"]),
        ([shapely.GeometryCollection([P(117, 31), box(117, 31, 117.2, 31.1)])], ["rect", "circle"]),
    ],
)
def test_the_legend_shows_every_kind_that_a_mixed_layer_holds(page, tmp_path, shapes, tags):
    page.open(rl.maps.save(rl.maps.show(混合=degrees(*shapes)), tmp_path / "map.html"))
    script = "return [...document.querySelectorAll('.riverline-legend li svg > *')].map(e => e.tagName)"
    assert page.run(script) == tags


def test_the_corner_says_rules_once():
    rules = dataclasses.replace(invented.Rules(), title_en="Rules of the invented county")
    told = _corner(collect(dataclasses.replace(invented.result(), rules=rules)), "en")
    assert " | Rules of the invented county (" in told
    assert " | Rules Anhui " in _corner(collect(invented.result()), "en")
    assert _corner(collect(invented.result()), "zh").count("规则集") == 1


# What is asked


@pytest.mark.parametrize("name", MAKERS)
def test_every_maker_takes_the_same_options(name):
    taken = inspect.signature(getattr(rl.maps, name)).parameters
    wanted = {"language", "title", "basemap", "tianditu_key", "width", "height", "max_features"}
    assert wanted <= set(taken)
    shown = inspect.signature(rl.maps.show).parameters
    assert {each: taken[each].default for each in wanted} == {each: shown[each].default for each in wanted}


def test_options_reach_the_page_of_every_maker():
    problems = some_problems()
    axes = invented.axes()
    pages = [
        rl.maps.show(axes, width=640, height=300, basemap="tianditu_vec", tianditu_key="k3y"),
        rl.maps.show_change(axes, axes, width=640, height=300, basemap="tianditu_vec", tianditu_key="k3y"),
        rl.maps.show_ledger(problems, width=640, height=300, basemap="tianditu_vec", tianditu_key="k3y"),
        rl.maps.show_patrols(_patrols("张三"), width=640, height=300, basemap="tianditu_vec", tianditu_key="k3y"),
    ]
    for made in pages:
        assert (made.width, made.height) == ((640.0, "px"), (300.0, "px"))
        tiles = [child for child in made._children.values() if isinstance(child, folium.TileLayer)]
        assert len(tiles) == 2
        assert all("tk=k3y" in layer.tiles for layer in tiles)


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"language": "fr"}, "'fr'"),
        ({"title": 5}, "title"),
        ({"basemap": 5}, "basemap"),
        ({"max_features": "3"}, "max_features"),
        ({"width": "abc"}, "width"),
        ({"height": "600"}, "height"),
        ({"height": -1}, "height"),
        ({"tianditu_key": 5}, "tianditu_key"),
        ({"basemap": "https://x.test/y.png"}, "{z}"),
        ({"basemap": "tianditu"}, "tianditu_vec"),
    ],
)
def test_what_cannot_be_meant_is_one_error_that_names_it(asked, word, tmp_path):
    problems = some_problems()
    for maker in (rl.maps.show, rl.maps.show_ledger):
        with pytest.raises(rl.JobError) as caught:
            maker(problems, **asked)
        assert word in caught.value.zh
        assert word in caught.value.en
    if set(asked) <= {"language", "title"}:
        with pytest.raises(rl.JobError):
            rl.maps.batch(invented.axes(), tmp_path, **asked)


def test_everything_that_cannot_be_meant_is_told_at_once():
    with pytest.raises(rl.JobError) as caught:
        rl.maps.show(invented.axes(), language="fr", title=5, width="abc")
    assert all(word in caught.value.en for word in ("language", "title", "width"))


@pytest.mark.parametrize("path", ["/nowhere/x.mbtiles", "tiles/here", "x.mbtiles"])
def test_a_basemap_that_is_not_there_is_said_to_be_missing(path):
    with pytest.raises(rl.ReadError, match="找不到底图") as caught:
        rl.maps.show(invented.axes(), basemap=path)
    assert "tianditu" not in str(caught.value)


def test_two_columns_of_one_name_are_one_error():
    twice = gpd.GeoDataFrame(np.array([[1, 2]]), columns=["a", "a"], geometry=[P(117, 31)], crs=4490)
    with pytest.raises(rl.SchemaError, match="several columns of one name") as caught:
        rl.maps.show(宗地=twice)
    assert "宗地" in caught.value.zh
    assert "a" in caught.value.en


def test_a_file_name_that_no_disk_can_hold_is_one_error(tmp_path):
    with pytest.raises(rl.JobError, match="file name"):
        rl.maps.save(rl.maps.show(invented.axes()), f"{tmp_path}/a\0b.html")


# Ledgers


def test_a_ledger_stands_for_its_problems_as_they_are_now(tmp_path):
    ledger = ledgers.ledger_of(tmp_path, ledgers.problems_of(3))
    names = ledger.problems()["problem_id"].tolist()
    ledgers.walk(ledger, names[0], *ledgers.closing("2026-01-05"))
    given = rl.maps.show(ledger, invented.axes()).get_root().render()
    told = rl.maps.show(ledger.problems(), ledger.attachments(), invented.axes()).get_root().render()
    assert given == told
    before = rl.maps.show(ledger.problems(on="2026-01-01"), invented.axes()).get_root().render()
    assert "销号" in given
    assert before != given
    named = rl.maps.show(invented.axes(), 台账=ledger)
    assert [child.layer_name for child in named._children.values() if hasattr(child, "layer_name")]
