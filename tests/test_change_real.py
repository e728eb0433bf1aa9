"""Bank migration of three Amazon rivers between published dates: transects on real bends, figures from elsewhere."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import riverline as rl

pytestmark = pytest.mark.real

# Folder, CRS (southern zone that the data are in), files by date as left bank, right bank, axis. The Mamoré flows
# north, as its axes are drawn: there the names of the files have the banks the other way round.
RIVERS = {
    "purus": ("purus", 32719, {
        "1987-07-01": ("19870701_lb", "19870701_rb", "19870701_cl"),
        "2017-08-04": ("20170804_lb", "20170804_rb", "20170804_cl"),
    }),
    "mamore": ("mamore_yearly", 32720, {
        f"{year}-07-01": (f"rb_{year}", f"lb_{year}", f"cline_{year}") for year in (1987, 2007, 2017)
    }),
    "tarauaca": ("tarauaca", 32719, {
        "2007-07-29": ("20070729_lb", "20070729_rb", "20070729_cl"),
        "2017-07-24": ("20170724_lb", "20170724_rb", "20170724_cl"),
    }),
}  # fmt: skip
PIXEL_M, SPACING_M = 30.0, 100.0


def line_of(real_data, river, name):
    """One published line, moved to the southern zone that it is meant to be in."""
    shape = gpd.read_file(real_data / "banks_amazon" / RIVERS[river][0] / f"{name}.shp").geometry.iloc[0]
    return shapely.affinity.translate(shape, 0, 10_000_000)


def read(real_data, river):
    """Bank lines of all dates, centrelines of all dates, and the axis: the newest centreline."""
    _, crs, dates = RIVERS[river]
    lines = {date: [line_of(real_data, river, name) for name in names] for date, names in dates.items()}
    rows = [
        (f"{date}-{bank}", date, bank, lines[date][i]) for date in lines for i, bank in enumerate(("left", "right"))
    ]
    frame = pd.DataFrame(rows, columns=["shoreline_id", "date", "bank", "geometry"])
    banks = gpd.GeoDataFrame(frame.assign(river_id=river, uncertainty_m=PIXEL_M / 2.0), geometry="geometry", crs=crs)
    middle = [(date, date, "left", each[2]) for date, each in lines.items()]
    middle = pd.DataFrame(middle, columns=["shoreline_id", "date", "bank", "geometry"]).assign(river_id=river)
    axes = gpd.GeoDataFrame({"river_id": [river], "name": ""}, geometry=[lines[max(lines)][2]], crs=crs)
    return banks, gpd.GeoDataFrame(middle, geometry="geometry", crs=crs), axes


@pytest.fixture(scope="module", params=RIVERS)
def river(request, real_data):
    banks, middle, axes = read(real_data, request.param)
    return request.param, banks, middle, axes, rl.measure_shoreline_change(banks, axes, spacing_m=SPACING_M)


def test_no_two_transects_of_a_bank_cross_on_hundreds_of_real_bends(river):
    change = river[4]
    for _, rows in change.transects.groupby("bank"):
        drawn = rows.geometry.to_numpy()
        one, other = shapely.STRtree(drawn).query(drawn, predicate="intersects")
        assert not (one < other).any()
    assert (change.transects["limited_by"] == "other_arm").sum() > 500, "there are necks"


def test_transects_meet_the_axis_at_their_station_only_however_sharp_the_bend(river):
    _, _, _, axes, change = river
    line, transects = axes.geometry.iloc[0], change.transects
    stations = shapely.get_coordinates(shapely.line_interpolate_point(line, transects["chainage_m"].to_numpy()))
    met, row = shapely.get_coordinates(shapely.intersection(transects.geometry.to_numpy(), line), return_index=True)
    # The others begin a rounding error beside the line.
    assert len(np.unique(row)) > 0.4 * len(transects)
    assert np.hypot(*(met - stations[row]).T).max() < 1e-3


def test_positions_lie_on_their_shorelines_and_most_transects_meet_every_date(river):
    _, banks, _, _, change = river
    lines = banks.set_index("shoreline_id").geometry
    places = change.intersections
    for code, rows in places.groupby("shoreline_id"):
        assert shapely.distance(rows.geometry.to_numpy(), lines[code]).max() < 1e-5
    assert (change.rates["date_count"] >= 2).mean() > 0.89
    assert (change.rates["date_count"] >= 1).all(), "the newest banks lie beside the axis everywhere"
    assert change.faults[change.faults["severity"] == "error"].empty


def test_banks_move_as_the_published_centrelines_do(river):
    """Half the difference of both banks' movements is that of the middle, which was drawn apart from them."""
    _, banks, middle, axes, change = river
    earlier, later = sorted(banks["date"].unique())[-2:]
    transects = change.transects.iloc[0][["smoothing_m"]].astype("float64")
    centre = rl.measure_shoreline_change(
        middle[middle["date"] == earlier], axes, spacing_m=SPACING_M, smoothing_m=transects["smoothing_m"], areas="none"
    )
    # The axis is the later centreline: the middle has moved from where it was met to zero.
    of_middle = -centre.intersections[centre.intersections["bank"] == "left"].set_index("chainage_m")["position_m"]
    place = change.intersections[change.intersections["is_counted"]]
    place = place.pivot_table(index="chainage_m", columns=["bank", "date"], values="position_m")
    moved = {bank: place[bank][pd.Timestamp(later)] - place[bank][pd.Timestamp(earlier)] for bank in ("left", "right")}
    both = pd.DataFrame({"banks": (moved["left"] - moved["right"]) / 2.0, "middle": of_middle}).dropna()
    assert len(both) > 0.75 * len(change.transects) / 2.0
    assert (both["banks"] - both["middle"]).abs().median() < PIXEL_M / 2.0
    assert both.corr().iloc[0, 1] > 0.95


def test_bends_move_outwards_downstream_of_where_they_are_sharpest(river):
    """What Sylvester, Durkin and Covault (2019, doi:10.1130/G45608.1) found on these rivers, in sign and in lag."""
    _, _, _, axes, change = river
    rates = change.rates.pivot_table(index="chainage_m", columns="bank", values="rate")
    to_left = ((rates["left"] - rates["right"]) / 2.0).interpolate(limit_direction="both")
    line = axes.geometry.iloc[0]
    window = change.transects["smoothing_m"].iloc[0]
    places = [
        shapely.get_coordinates(shapely.line_interpolate_point(line, np.clip(rates.index + step, 0.0, line.length)))
        for step in (-window, 0.0, window)
    ]
    before, after = (np.arctan2(*(b - a).T[::-1]) for a, b in itertools.pairwise(places))
    turn = pd.Series((after - before + np.pi) % (2.0 * np.pi) - np.pi, index=rates.index)
    # A bend that turns left has its outer bank on the right: it moves right.
    lags = range(11)
    outward = [-np.corrcoef(turn.to_numpy()[: len(turn) - lag], to_left.to_numpy()[lag:])[0, 1] for lag in lags]
    assert max(outward) > 0.3
    assert int(np.argmax(outward)) >= 1
    assert outward[0] < max(outward)


def test_the_river_as_a_whole_neither_widens_nor_narrows_beyond_its_errors(river):
    name, banks, _, axes, change = river
    length = axes.geometry.iloc[0].length
    last = change.areas[change.areas["to_date"] == change.areas["to_date"].max()]
    gained, lost = (last.loc[last["change"] == kind, "area_m2"].sum() for kind in ("erosion", "accretion"))
    assert gained > 0.02 * length * PIXEL_M
    # Of the Mamoré of 1987 and 2007 whole bends were cut off: its water grew by far more than its banks tell.
    assert abs(gained - lost) / length < PIXEL_M or name == "mamore"
    assert len(banks) == 2 * len(RIVERS[name][2])
    typical = change.rates["rate"].abs().median()
    assert 3.0 < typical < 15.0, "metres a year, of rivers 100 to 400 m wide"


@pytest.mark.parametrize("year", ["1987", "2007", "2017"])
def test_banks_whose_names_were_turned_are_all_refused_though_the_river_moved_by_more_than_its_width(real_data, year):
    """Of the Mamoré of 1987 and 2007 a fifth to a half of either bank lies across the axis of 2017."""
    banks, _, axes = read(real_data, "mamore")
    turned = banks["date"].str.startswith(year)
    both = {"left": "right", "right": "left"}
    for rows in (turned, turned & (banks["bank"] == "left")):
        frame = banks.assign(bank=banks["bank"].where(~rows, banks["bank"].map(both)))
        faults = rl.measure_shoreline_change(frame, axes, spacing_m=400.0).faults
        told = faults.query("code == 'shoreline-bank-contradicts'")
        assert told["feature_id"].tolist() == banks["shoreline_id"][rows].tolist()


@pytest.mark.parametrize("name", ["purus", "tarauaca"])
def test_banks_a_hundred_kilometres_off_are_all_refused_though_some_pass_by_the_axis(real_data, name):
    banks, _, axes = read(real_data, name)
    change = rl.measure_shoreline_change(banks.set_geometry(banks.translate(100_000.0)), axes, spacing_m=400.0)
    assert change.rates["rate"].isna().all()
    told = change.faults.query("code == 'shoreline-beyond-reach'")
    assert set(told["feature_id"]) == set(banks["shoreline_id"])
