"""One size policy for every map: few features one by one, many on a canvas, also by month and on sides of a bar."""

from __future__ import annotations

import inspect
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from selenium.webdriver import ActionChains

import invented
import ledgers
import riverline as rl
from browser import browser
from riverline.cli.jobs.handover import hand_over
from riverline.maps import drawing, groups
from test_maps_clock import CHOOSE, COUNTS, MOVE
from test_maps_packed import squares

FIND_MAP = "window.themap = window[Object.keys(window).find(k => /^map_[0-9a-f]{32}$/.test(k))];"


@pytest.fixture(scope="module")
def page():
    with browser() as opened:
        yield opened


@pytest.fixture
def packed(monkeypatch):
    """A page packs from ten features, a category from one."""
    monkeypatch.setattr(drawing, "PLAIN_FEATURES", 10)
    monkeypatch.setattr(groups, "_PACKED_FROM", 1)


def opened(page, tmp_path, drawn):
    page.open(rl.maps.save(drawn, tmp_path / "map.html"))
    page.run(FIND_MAP)
    time.sleep(0.4)
    assert page.requests() == []
    assert page.console() == []


def book(count=40):
    """Problems found and closed over ten months, as a frame."""
    frame = ledgers.problems_of(count).assign(problem_id=[f"WT{i:03d}" for i in range(count)])
    numbers = np.arange(count)
    found = pd.Timestamp("2025-01-10") + pd.to_timedelta(8 * numbers, unit="D")
    closed = pd.Series(found + pd.to_timedelta(45, unit="D")).where(numbers % 3 == 0)
    frame = frame.assign(
        found_on=found, closed_on=closed.to_numpy(), status=np.where(numbers % 3 == 0, "closed", "rectifying"),
        kind=np.array(["occupation", "dumping"])[numbers % 2],
    )  # fmt: skip
    frame = frame.set_geometry(shapely.points(500_000 + 40.0 * numbers, 3_500_000.0))
    return rl.schema.PROBLEMS.conform(frame.reindex(columns=rl.schema.PROBLEMS.empty(ledgers.CRS).columns))


def test_every_map_takes_as_many_features_unasked_and_refuses_more_with_what_to_do() -> None:
    for name in rl.maps.__all__:
        drawn = getattr(rl.maps, name)
        parameters = inspect.signature(drawn).parameters if callable(drawn) else {}
        if "max_features" in parameters:
            assert parameters["max_features"].default == rl.maps.MOST_FEATURES, name
    calls = (
        lambda: rl.maps.show_ledger(book(), max_features=20),
        lambda: rl.maps.show_change(book(), book(3), max_features=20),
    )
    for call in calls:
        with pytest.raises(rl.maps.TooManyFeaturesError, match="max_features="):
            call()


def test_a_delivery_goes_on_without_a_map_that_is_too_large(tmp_path) -> None:
    def write(path):
        path.write_text("layers")
        return path

    out = hand_over(tmp_path / "out", draw=lambda: rl.maps.show_ledger(book(), max_features=20), write=write)
    assert out == (None, tmp_path / "out" / "成果.gpkg")
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["成果.gpkg"]
    drawn, _ = hand_over(tmp_path / "out", draw=lambda: rl.maps.show_ledger(book()), write=write)
    assert drawn.name == "map.html"
    with pytest.raises(rl.SchemaError):
        hand_over(tmp_path / "out", draw=lambda: rl.maps.show_ledger(None), write=write)


@pytest.mark.browser
def test_a_packed_ledger_shows_in_every_month_what_a_plain_one_shows(page, tmp_path, monkeypatch) -> None:
    kind = str(rl.schema.PROBLEMS["kind"].value_label("dumping", "zh"))
    seen = []
    for packs in (False, True):
        if packs:
            monkeypatch.setattr(drawing, "PLAIN_FEATURES", 10)
            monkeypatch.setattr(groups, "_PACKED_FROM", 1)
        opened(page, tmp_path, rl.maps.show_ledger(book()))
        assert (page.run("return document.querySelectorAll('script[type=\"text/plain\"]').length") > 0) == packs
        told = [(page.run(MOVE, month), page.run(COUNTS)) for month in range(10)]
        page.run(CHOOSE, kind)
        told.append(page.run(COUNTS))
        seen.append(told)
        assert page.console() == []
    assert seen[0] == seen[1]
    assert len({tuple(sorted(counts.items())) for _, counts in seen[1][:-1]}) > 5


@pytest.mark.browser
def test_of_packed_problems_only_those_of_the_month_are_painted_and_can_be_clicked(page, tmp_path, packed) -> None:
    opened(page, tmp_path, rl.maps.show_ledger(book()))
    assert packed is None
    last = book().to_crs(4326).geometry.iloc[-1]
    page.run("themap.setView([arguments[1], arguments[0]], 17, { animate: false })", last.x, last.y)
    time.sleep(0.3)

    def at_the_middle():
        page.run("themap.closePopup()")
        time.sleep(0.2)
        box = page.driver.find_element("css selector", ".folium-map")
        ActionChains(page.driver).move_to_element(box).click().perform()
        time.sleep(0.4)
        alpha = page.run("""
            const canvas = themap.getPane('riverlinePacked').querySelector('canvas');
            const box = canvas.getBoundingClientRect(), at = themap.getContainer().getBoundingClientRect();
            const size = themap.getSize(), ratio = canvas.width / box.width;
            const x = (size.x / 2 + at.left - box.left) * ratio, y = (size.y / 2 + at.top - box.top) * ratio;
            return canvas.getContext('2d').getImageData(x, y, 1, 1).data[3];
        """)
        return alpha > 0, "".join(page.text(".leaflet-popup-content"))

    painted, told = at_the_middle()
    assert painted
    assert "WT039" in told
    page.run(MOVE, 0)
    time.sleep(0.3)
    assert at_the_middle() == (False, "")
    # Chromium would like to be told that tests read pixels.
    assert [line for line in page.console() if "getImageData" not in line] == []


def stakes(count=12):
    """Stakes 400 m apart, every third of them moved."""
    numbers = np.arange(count)
    rows = {
        "stake_id": [f"S{i}" for i in numbers],
        "number": [f"QS01-L-{i:03d}" for i in numbers],
        "river_id": "R1",
        "bank": "left",
        "kind": "densified",
        "status": np.where(numbers % 3, "kept", "moved"),
    }
    frame = gpd.GeoDataFrame(rows, geometry=shapely.points(500_000.0 + 400.0 * numbers, 3_500_000.0), crs=invented.CRS)
    return rl.schema.STAKES.conform(frame.reindex(columns=rl.schema.STAKES.empty(invented.CRS).columns))


@pytest.mark.parametrize("packs", [False, True])
def test_low_confidence_is_told_on_every_map_and_on_both_sides(monkeypatch, packs) -> None:
    if packs:
        monkeypatch.setattr(drawing, "PLAIN_FEATURES", 3)
        monkeypatch.setattr(groups, "_PACKED_FROM", 1)
    lines = invented.lines().assign(confidence="low")
    one = rl.maps.show(lines).get_root().render()
    both = rl.maps.show_change(lines.head(4), lines).get_root().render()
    assert ("riverlinePacked.layer(" in both) == packs
    assert one.count("riverline.halo(feature_group") == 1
    assert both.count("riverline.halo(feature_group") == 2
    assert f'"count": {len(lines)}, "heading": "管理范围线 · 可信度"' in one
    for side, count in (("前", 4), ("后", len(lines))):
        assert f'"count": {count}, "heading": "{side} 管理范围线 · 可信度"' in both


# How much is painted in a box of the packed canvas, measured from the middle of the window.
INKED = """
    const canvas = themap.getPane('riverlinePacked').querySelector('canvas'), box = canvas.getBoundingClientRect();
    const at = themap.getContainer().getBoundingClientRect(), size = themap.getSize(), ratio = canvas.width / box.width;
    const x = size.x / 2 + at.left - box.left + arguments[0], y = size.y / 2 + at.top - box.top + arguments[1];
    const part = [x, y, arguments[2], arguments[3]].map(length => length * ratio);
    const data = canvas.getContext('2d').getImageData(...part).data;
    return data.filter((value, i) => i % 4 === 3 && value > 0).length;
"""


@pytest.mark.browser
def test_packed_stakes_have_their_rings_and_numbers(page, tmp_path, packed) -> None:
    assert packed is None
    opened(page, tmp_path, rl.maps.show(stakes()))
    places = stakes().to_crs(4326).geometry
    ring, number = (9, -2, 4, 4), (14, -14, 60, 28)

    def at(place, zoom):
        page.run(
            "themap.setView([arguments[1], arguments[0]], arguments[2], { animate: false })", place.x, place.y, zoom
        )
        time.sleep(0.3)
        return page.run(INKED, *ring) > 0, page.run(INKED, *number) > 0

    assert at(places.iloc[3], 16) == (True, False)
    assert at(places.iloc[3], 17.5) == (True, True)
    assert at(places.iloc[4], 16) == (False, False)
    page.run("""[...document.querySelectorAll('.leaflet-control-layers-overlays label')]
        .find(e => e.textContent.includes('移位')).querySelector('input').click();""")
    assert at(places.iloc[3], 16) == (False, False)
    assert "移位" not in page.text(".riverline-legend")[0]
    assert [line for line in page.console() if "getImageData" not in line] == []


@pytest.mark.browser
def test_of_many_points_in_one_place_no_kind_hides_the_others(page, tmp_path, packed) -> None:
    random = np.random.default_rng(1)
    many = pd.concat([book()] * 100, ignore_index=True)
    many = many.assign(
        problem_id=[f"W{i}" for i in range(len(many))],
        kind=np.repeat(["occupation", "construction"], 2_000),
        status="assigned",
        severity="minor",
        geometry=shapely.points(500_000 + 3e4 * random.random((4_000, 2))),
    )
    assert packed is None
    opened(page, tmp_path, rl.maps.show(many))
    colours = page.run("""
        const canvas = themap.getPane('riverlinePacked').querySelector('canvas');
        const found = { blue: 0, red: 0 };
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        for (let i = 0; i < data.length; i += 4) {
            if (data[i + 3] > 150) { found[data[i] > data[i + 2] ? 'red' : 'blue'] += 1; }
        }
        return found;
    """)
    assert 0.7 < colours["blue"] / colours["red"] < 1.4


@pytest.mark.browser
def test_many_features_of_two_sides_are_packed_and_swiped(page, tmp_path, packed) -> None:
    shapes = squares(25)
    assert packed is None
    opened(page, tmp_path, rl.maps.show_change(_lines(shapes, "2023-05-01"), _lines(shapes, "2025-05-01")))
    sides = "['riverlineBeforePacked', 'riverlineAfterPacked'].map(p => themap.getPane(p))"
    assert page.run(f"return {sides}.map(p => p.childElementCount)") == [1, 1]
    clips = f"return {sides}.map(p => p.style.clipPath)"
    first = page.run(clips)
    assert all(first)
    place = shapes.to_crs(4326).geometry.iloc[12].exterior.interpolate(0.1, normalized=True)
    page.run("themap.setView([arguments[1], arguments[0]], 18, { animate: false })", place.x, place.y)
    handle = page.driver.find_element("css selector", ".riverline-swipe-handle")
    for key, day in (("End", "2023-05-01"), ("Home", "2025-05-01")):
        page.run(
            "arguments[0].dispatchEvent(new KeyboardEvent('keydown', { key: arguments[1], bubbles: true }))",
            handle,
            key,
        )
        time.sleep(0.3)
        page.run("themap.closePopup()")
        page.run("""
            const p = themap.latLngToContainerPoint([arguments[1], arguments[0]]);
            themap.fire('click', { latlng: L.latLng(arguments[1], arguments[0]), containerPoint: p });
        """, place.x, place.y)  # fmt: skip
        time.sleep(0.3)
        assert day in page.text(".leaflet-popup-content")[0]
    assert page.run(clips) != first
    assert page.console() == []


def _lines(frame, date):
    codes = [f"W{i}" for i in range(len(frame))]
    rows = gpd.GeoDataFrame(
        {"waterline_id": codes, "river_id": "R1", "bank": "left", "date": pd.Timestamp(date)},
        geometry=frame.geometry.exterior, crs=invented.CRS,
    )  # fmt: skip
    return rl.schema.WATERLINES.conform(rows.reindex(columns=rl.schema.WATERLINES.empty(invented.CRS).columns))
