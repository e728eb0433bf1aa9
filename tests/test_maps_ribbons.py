"""Rates on maps: ribbons that lie on the bank and join without a gap, how fast and how sure by colour and width."""

from __future__ import annotations

import time

import numpy as np
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

import banks as bk
import riverline as rl
from browser import browser
from riverline.maps.groups import groups_of
from riverline.maps.lightening import merge
from riverline.maps.ribbons import along_banks, rate_classes
from riverline.style import collect

FIND_MAP = "window.themap = window[Object.keys(window).find(k => /^map_[0-9a-f]{32}$/.test(k))];"


def ribbons(*results):
    """The rates of a map in metres, drawn along the banks."""
    layers = along_banks(merge(collect(*results)))
    frame = next(layer.frame for layer in layers if layer.name == "rates")
    return frame.to_crs(bk.CRS)


def lying(frame):
    """Vertices of one bank's ribbons relative to the origin, (n, 3, 2)."""
    return shapely.get_coordinates(frame.geometry.to_numpy()).reshape(-1, 3, 2) - bk.ORIGIN


@pytest.mark.parametrize("tells", ["observed_shorelines", "intersections"])
def test_a_ribbon_lies_where_the_bank_was_met_last_and_runs_half_way_to_its_neighbours(tells) -> None:
    """After 30 years at a metre a year both banks are 80 m from the axis, whatever tells the map so."""
    lines = bk.retreating(uncertainty_m=2.0)
    change = bk.measured(lines)
    found = ribbons(change.rates, lines if tells == "observed_shorelines" else change.intersections)
    for bank, sign in (("left", 1.0), ("right", -1.0)):
        rows = found[(found["bank"] == bank) & found["chainage_m"].between(100, 800)].sort_values("chainage_m")
        places = lying(rows)
        assert len(places) == 8
        assert np.abs(places[..., 1] - sign * 80.0).max() < 0.05
        wanted = rows["chainage_m"].to_numpy()[:, None] + [-50.0, 0.0, 50.0]
        assert np.abs(np.sort(places[..., 0], axis=1) - wanted).max() < 0.2
        assert np.abs(places[1:, 0] - places[:-1, 2]).max() < 1e-6


def test_where_nothing_on_the_map_tells_the_bank_transects_are_drawn_as_they_are() -> None:
    rates = bk.measured(bk.retreating(uncertainty_m=2.0)).rates
    assert shapely.equals_exact(ribbons(rates).geometry, rates.geometry, 1e-3).all()


def test_where_bank_and_stations_end_together_the_last_ribbon_lies_along_the_bank_too() -> None:
    """Stations of DSAS begin at the line's start and end with it: in degrees the last one just misses the bank."""
    lines = bk.retreating(uncertainty_m=2.0)
    change = bk.measured(lines, spacing_m=100.0, convention="dsas")
    assert change.rates["chainage_m"].max() == pytest.approx(bk.LENGTH)
    found = ribbons(change.rates, lines)
    across = found.geometry.bounds["maxy"] - found.geometry.bounds["miny"]
    assert len(found) == 22
    assert across.max() < 1.0


def test_a_gap_between_transects_is_a_gap_between_ribbons_and_one_alone_is_as_long_as_they_are_apart() -> None:
    change = bk.measured(bk.retreating(uncertainty_m=2.0))
    rates = bk.of_bank(change.rates, "left").sort_values("chainage_m")
    found = ribbons(rates.iloc[[0, 1, 2, 6]], change.intersections)
    places = lying(found.sort_values("chainage_m"))
    assert shapely.length(found.geometry).max() == pytest.approx(100.0, abs=1.0)
    ends = np.sort(places[:, [0, 2], 0], axis=1)
    assert ends[3, 0] - ends[2, 1] == pytest.approx(300.0, abs=1.0)


def test_input_is_kept_and_rows_without_a_rate_keep_their_transect() -> None:
    change = bk.measured(bk.retreating(uncertainty_m=2.0))
    rates = change.rates
    rates.loc[rates.index[3], ["trend", "rate"]] = ["unknown", None]
    before = rates.copy()
    found = ribbons(rates, change.intersections)
    assert_geodataframe_equal(rates, before)
    assert found["transect_id"].tolist() == rates["transect_id"].tolist()
    assert shapely.equals_exact(found.geometry.iloc[3], rates.geometry.iloc[3], 1e-3)
    groups = groups_of(merge(collect(rates)), language="zh", names={})
    assert sum(group.count for group in groups) == len(rates)
    assert [(group.label, group.symbol.shown) for group in groups][-1] == ("不明", False)


def test_colour_tells_the_rate_and_width_whether_it_is_proven() -> None:
    rates = bk.measured(bk.retreating(uncertainty_m=2.0)).rates
    rates["rate"] = np.tile([0.1, -0.7, 3.0, 1.0], 6)[: len(rates)]
    trends = ["erosion_unproven", "accretion", "erosion", "erosion"]
    rates["trend"] = np.tile(trends, 6)[: len(rates)]
    told = {label: (symbol, len(rows)) for _, label, symbol, rows in rate_classes(rates, "zh")}
    assert set(told) == {
        "冲刷 > 2 m/a，已证实", "冲刷 0.5–2 m/a，已证实", "淤积 0.5–2 m/a，已证实", "冲刷 < 0.5 m/a，未证实",
    }  # fmt: skip
    assert sum(count for _, count in told.values()) == len(rates)
    sure, unsure = told["冲刷 > 2 m/a，已证实"][0], told["冲刷 < 0.5 m/a，未证实"][0]
    assert sure.width > 1.5 * unsure.width
    assert len({symbol.color for symbol, _ in told.values()}) == 4
    english = [label for _, label, _, _ in rate_classes(rates, "en")]
    assert english[0] == "Erosion > 2 m/a, proven"
    rates["trend"] = "stable"
    assert [label for _, label, _, _ in rate_classes(rates, "zh")] == ["无变化"]


@pytest.fixture(scope="module")
def page():
    with browser() as opened:
        yield opened


RED = "let red; themap.eachLayer(l => { if (l.feature && l.options.color === '#7F0019') { red = l; } });"
DRAWN = """
    const found = {ribbons: 0, areas: 0, shores: 0};
    themap.eachLayer(l => {
      if (!l.feature || !l.getLatLngs) { return; }
      if (l.options.fillColor && l.feature.geometry.type.includes('Polygon')) { found.areas += 1; }
      else if (['#D9825F', '#C23B2A', '#7F0019'].includes(l.options.color)) { found.ribbons += 1; }
      else if (l.options.color === '#5D6A75') { found.shores += 1; }
    });
    return found;
"""


@pytest.mark.browser
def test_areas_and_shorelines_are_there_from_close_by_and_the_legend_says_so(page, tmp_path) -> None:
    lines = bk.retreating(uncertainty_m=2.0)
    change = bk.measured(lines)
    page.open(rl.maps.save(rl.maps.show(change.rates, change.areas, lines, bk.axes()), tmp_path / "map.html"))
    page.run(FIND_MAP)
    time.sleep(0.3)
    assert page.requests() == []
    assert page.console() == []
    close = page.run(DRAWN)
    assert close["ribbons"] == 22
    assert close["areas"] == len(change.areas)
    assert close["shores"] == len(lines)
    away = "return [...document.querySelectorAll('.riverline-legend li.away > span')].map(e => e.textContent)"
    assert page.run(away) == []
    page.run("themap.setZoom(11, {animate: false})")
    far = page.run(DRAWN)
    assert far == {"ribbons": 22, "areas": 0, "shores": 0}
    # Two banks 160 m apart are three pixels apart: ribbons are slimmer than from close by.
    assert page.run(f"{RED} return red.options.weight") < 5.0
    assert page.run(away) == ["冲刷后退", "历次岸线"]
    toggle = """
        [...document.querySelectorAll('.leaflet-control-layers-overlays label')]
          .find(e => e.textContent.trim().startsWith('岸线变化速率')).querySelector('input').click();
    """
    page.run(toggle)
    assert page.run(DRAWN)["ribbons"] == 0
    page.run(toggle)
    page.run("themap.setZoom(16, {animate: false})")
    assert page.run(DRAWN) == close
    page.run(
        "let one; themap.eachLayer(l => { if (l.feature && l.options.color === '#7F0019') one = l; }); one.openPopup();"
    )
    time.sleep(0.3)
    told = page.text(".leaflet-popup-content")[0]
    assert "变化速率" in told
    assert "1 m/a" in told
    assert page.console() == []
