"""Shoreline change against closed forms: rates, positions, areas, forecasts, and a fault for whatever is missing."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import statsmodels.api as sm
from geopandas.testing import assert_geodataframe_equal
from scipy import stats

import banks as bk
import riverline as rl
from riverline import schema

FRAMES = {
    "transects": schema.TRANSECTS, "intersections": schema.INTERSECTIONS, "rates": schema.RATES,
    "areas": schema.CHANGE_AREAS, "forecasts": schema.FORECASTS, "faults": schema.FAULTS,
}  # fmt: skip
WEDGE = bk.line([(0, 50), (1000, 150)])


# Rates


@pytest.mark.parametrize("short", [1e-9, 9e-4, -1e-9])
def test_lines_that_end_on_a_transect_are_met_there_up_to_rounding(short):
    frame = bk.shorelines(
        ("2000-01-01", "left", bk.level(50.0, short, bk.LENGTH - short)),
        ("2010-01-01", "left", bk.level(60.0, short, bk.LENGTH - short)),
    )
    change = bk.measured(frame)
    met = bk.of_bank(change.rates, "left")
    assert met["nsm_m"].notna().sum() == 11
    np.testing.assert_allclose(met["nsm_m"], 10.0, atol=1e-6)
    assert change.areas["area_m2"].sum() == pytest.approx(10.0 * bk.LENGTH, rel=1e-3)


def test_lines_that_end_before_a_transect_are_not_met_there():
    frame = bk.shorelines(*((f"{2000 + at}-01-01", "left", bk.level(50.0 + at, 0.01, 999.99)) for at in (0, 10)))
    assert bk.of_bank(bk.measured(frame).rates, "left")["nsm_m"].notna().sum() == 9


def test_ground_beyond_the_first_and_last_transect_is_told_where_it_is_much():
    for spacing, left in ((100.0, None), (300.0, 100.0), (600.0, 400.0)):
        told = bk.measured(bk.retreating(), spacing_m=spacing).faults.query("code == 'change-ends-left'")
        assert told["value"].tolist() == ([] if left is None else [left])


def test_banks_that_retreat_a_metre_a_year_have_every_rate_of_one():
    change = bk.measured(bk.retreating(uncertainty_m=2.0))
    rates = change.rates
    assert len(rates) == 22
    for name in ("rate", "epr", "lrr", "wlr", "sen", "sen_low", "sen_high"):
        np.testing.assert_allclose(rates[name], 1.0, atol=1e-7)
    np.testing.assert_allclose(rates[["lrr_error", "wlr_error", "lrr_residual_m"]], 0.0, atol=1e-6)
    np.testing.assert_allclose(rates["nsm_m"], rates["span_years"])
    np.testing.assert_allclose(rates["sce_m"], rates["nsm_m"])
    np.testing.assert_allclose(rates["epr_error"], np.sqrt(8.0) / rates["span_years"])
    assert set(rates["trend"]) == {"erosion"}
    assert set(rates["positive"]) == {"erosion"}
    assert set(rates["date_count"]) == {4}
    assert rates["first_date"].unique().tolist() == [pd.Timestamp("2000-01-01")]


def test_every_measure_of_a_scattered_bank_is_that_of_statsmodels():
    years, away, error = [0, 3, 9, 10, 22], [50.0, 55.0, 49.0, 61.0, 70.0], [4.0, 9.0, 2.0, 5.0, 3.0]
    dates = [f"{2000 + year}-05-01" for year in years]
    frame = bk.shorelines(*((d, "left", bk.level(a)) for d, a in zip(dates, away, strict=True)), uncertainty_m=error)
    row = bk.of_bank(bk.measured(frame, confidence=0.9).rates, "left").iloc[5]
    times = (pd.to_datetime(dates) - pd.Timestamp(dates[0])).days.to_numpy() / 365.25
    design = sm.add_constant(times)
    for name, fit in (
        ("lrr", sm.OLS(away, design).fit()),
        ("wlr", sm.WLS(away, design, np.array(error) ** -2.0).fit()),
    ):
        low, high = fit.conf_int(0.1)[1]
        theirs = [fit.params[1], fit.bse[1], (high - low) / 2.0, fit.rsquared, fit.pvalues[1]]
        ours = [row[name], row[f"{name}_error"], row[f"{name}_interval"], row[f"{name}_r2"], row[f"{name}_p"]]
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)
        residual = row["lrr_residual_m"] if name == "lrr" else row["wlr_residual"]
        assert residual == pytest.approx(np.sqrt(fit.scale), rel=1e-9)
    assert row["epr"] == pytest.approx(20.0 / times[-1])
    assert row["epr_error"] == pytest.approx(5.0 / times[-1])
    assert row["epr_interval"] == pytest.approx(1.6448536269514722 * 5.0 / times[-1])
    assert row["sce_m"] == pytest.approx(21.0)


def test_two_dates_give_an_end_point_rate_and_no_regression():
    change = bk.measured(bk.retreating(years=(0, 20)))
    rates = change.rates
    np.testing.assert_allclose(rates["rate"], 1.0)
    assert set(rates["rate_basis"]) == {"epr"}
    assert rates[["lrr", "lrr_interval", "wlr", "sen"]].isna().all(axis=None)
    assert change.forecasts.empty
    assert "change-dates-few" in bk.codes_of(change)


def test_a_gap_is_unknown_and_not_zero():
    frame = bk.shorelines(
        ("2000-01-01", "left", bk.level(50.0)),
        ("2010-01-01", "left", bk.level(60.0, 0.0, 450.0)),
        ("2020-01-01", "left", bk.level(70.0)),
    )
    change = bk.measured(frame)
    left = bk.of_bank(change.rates, "left")
    assert left["date_count"].tolist() == [3] * 5 + [2] * 6
    assert left["lrr"].notna().tolist() == [True] * 5 + [False] * 6
    np.testing.assert_allclose(left["nsm_m"], 20.0)
    assert len(change.intersections) == 11 + 5 + 11
    right = bk.of_bank(change.rates, "right")
    assert right["rate"].isna().all()
    assert set(right["trend"]) == {"unknown"}


def test_the_year_the_level_and_the_rule_are_choices_and_columns():
    frame = bk.retreating(uncertainty_m=3.0)
    change = bk.measured(frame, year_days=365.0, confidence=0.8, hit="farthest")
    rates = change.rates
    np.testing.assert_allclose(rates["lrr"], 365.0 / 365.25)
    assert rates[["year_days", "confidence_level", "hit_rule", "convention"]].drop_duplicates().to_numpy().tolist() == [
        [365.0, 0.8, "farthest", "riverline"]
    ]
    half = {level: bk.measured(frame, confidence=level).rates["epr_interval"].iloc[0] for level in (0.6827, 0.9545)}
    assert half[0.9545] / half[0.6827] == pytest.approx(2.0, rel=1e-3)
    assert change.run.inputs["method"]["year_days"] == 365.0


# Whether it is real


@pytest.mark.parametrize(("error", "trend"), [(1.0, "erosion"), (100.0, "erosion_unproven")])
def test_a_movement_is_proven_against_the_position_error(error, trend):
    rates = bk.measured(bk.retreating(years=(0, 20), uncertainty_m=error)).rates
    assert set(rates["trend"]) == {trend}
    assert set(rates["real_basis"]) == {"position"}
    z = 20.0 / (error * np.sqrt(2.0))
    np.testing.assert_allclose(rates["real_probability"], 1.0 - 2.0 * stats.norm.sf(z), rtol=1e-3)


def test_without_errors_two_dates_prove_nothing_and_three_go_by_the_fit():
    two = bk.measured(bk.retreating(years=(0, 20))).rates
    assert two["real_probability"].isna().all()
    assert set(two["real_basis"]) == {"none"}
    assert set(two["trend"]) == {"erosion_unproven"}
    change = bk.measured(bk.retreating(years=(0, 10, 20)))
    assert set(change.rates["real_basis"]) == {"fit"}
    assert change.rates["wlr"].isna().all(), "no weights"
    assert "uncertainty-missing" in bk.codes_of(change)
    given = bk.measured(bk.retreating(years=(0, 10, 20)), uncertainty_m=50.0).rates
    assert set(given["real_basis"]) == {"both"}
    assert set(given["trend"]) == {"erosion_unproven"}, "the fit is perfect, the positions are not"
    assert given["wlr"].notna().all()


def test_a_bank_that_stands_still_is_stable():
    assert set(bk.measured(bk.retreating(0.0)).rates["trend"]) == {"stable"}


# Banks, signs, hits


def test_the_sign_is_fixed_by_the_bank_and_by_the_convention():
    frame = bk.shorelines(
        ("2000-01-01", "left", bk.level(50.0)), ("2010-01-01", "left", bk.level(60.0)),
        ("2000-01-01", "right", bk.level(-50.0)), ("2010-01-01", "right", bk.level(-45.0)),
    )  # fmt: skip
    ours, theirs = bk.measured(frame).rates, bk.measured(frame, convention="dsas").rates
    assert ours.groupby("bank")["nsm_m"].first().round(6).to_dict() == {"left": 10.0, "right": -5.0}
    assert theirs.groupby("bank")["nsm_m"].first().round(6).to_dict() == {"left": -10.0, "right": 5.0}
    for rates in (ours, theirs):
        assert rates.groupby("bank")["trend"].first().to_dict() == {
            "left": "erosion_unproven", "right": "accretion_unproven",
        }  # fmt: skip
    assert set(theirs["positive"]) == {"accretion"}


def test_a_bank_that_crossed_the_axis_is_followed_there_if_it_says_which_it_is():
    """The river moved left by 80 m: its right bank of old lies left of the axis of today on half of the reach."""
    old = bk.line([(0, -50), (400, -50), (600, 30), (1000, 30)])
    frame = bk.shorelines(("2000-01-01", "right", bk.level(-50.0)), ("2020-01-01", "right", old))
    rates = bk.of_bank(bk.measured(frame).rates, "right").set_index("chainage_m")
    assert rates["nsm_m"].round(6).loc[[0.0, 500.0, 1000.0]].tolist() == [0.0, -40.0, -80.0]
    blind = bk.measured(frame.drop(columns="bank")).rates
    assert bk.of_bank(blind, "right").set_index("chainage_m")["nsm_m"].isna().loc[1000.0], "taken for the left bank"
    assert rates.loc[1000.0].geometry.length == pytest.approx(30.0 + 62.5), (
        "from where it was met to a quarter beyond the farthest"
    )


def test_the_hit_rule_chooses_between_an_island_and_the_bank():
    rows = [(f"{year}-01-01", None, bk.level(away)) for year in (2000, 2010) for away in (20.0, 60.0)]
    frame = bk.shorelines(*rows).assign(bank=pd.array([None] * 4, dtype="str"))
    found = {}
    for rule in ("closest", "farthest", "mean"):
        change = bk.measured(frame, hit=rule)
        found[rule] = change.intersections["position_m"].round(9).unique().tolist()
        assert set(change.intersections["hits"]) == {2}
        assert set(change.intersections["hit_rule"]) == {rule}
        assert "shorelines-share-date" in bk.codes_of(change)
    assert found == {"closest": [20.0], "farthest": [60.0], "mean": [40.0]}
    assert set(bk.measured(frame, hit="mean").intersections["shoreline_id"]) == {"S1,S2", "S3,S4"}


@pytest.mark.parametrize(("placement", "at"), [("waterside", 0.0), ("landside", 200.0)])
def test_a_baseline_measures_its_bank_from_either_side(placement, at):
    baseline = gpd.GeoDataFrame(
        {"baseline_id": ["B1"], "river_id": ["R1"], "bank": ["left"], "placement": [placement]},
        geometry=[bk.level(at)], crs=bk.CRS,
    )  # fmt: skip
    frame = bk.retreating()
    change = bk.measured(frame, baseline)
    assert set(change.rates["bank"]) == {"left"}
    np.testing.assert_allclose(change.rates["lrr"], 1.0)
    assert change.areas["change"].unique().tolist() == ["erosion"]
    assert set(change.faults.loc[change.faults["code"] == "shoreline-never-hit", "feature_id"]) == {
        "S2", "S4", "S6", "S8",
    }, "the right bank's"  # fmt: skip
    dsas = bk.measured(frame, baseline, convention="dsas")
    np.testing.assert_allclose(dsas.rates["lrr"], -1.0)
    first = dsas.intersections["position_m"].iloc[0]
    assert first == pytest.approx(150.0 if placement == "landside" else -50.0), "DSAS: negative from a seaward baseline"


# Transects


def crossings(change: rl.ShorelineChange) -> int:
    """Pairs of transects of one river and bank that have a place in common."""
    lines = change.transects.geometry.to_numpy()
    keys = (change.transects["river_id"] + change.transects["bank"]).to_numpy()
    one, other = shapely.STRtree(lines).query(lines, predicate="intersects")
    return int(((one < other) & (keys[one] == keys[other])).sum())


def test_banks_of_a_bend_are_measured_along_its_radius():
    frame = bk.shorelines(
        ("2000-01-01", "left", bk.arc(350.0)), ("2010-01-01", "left", bk.arc(360.0)),
        ("2000-01-01", "right", bk.arc(250.0)), ("2010-01-01", "right", bk.arc(245.0)),
    )  # fmt: skip
    change = bk.measured(frame, bk.axes(bk.arc(300.0)), spacing_m=20.0)
    inside = change.rates["chainage_m"].between(60.0, np.pi * 300.0 - 60.0)
    rates = change.rates[inside].groupby("bank")["nsm_m"]
    np.testing.assert_allclose(rates.min(), [10.0, 5.0], atol=0.01)
    np.testing.assert_allclose(rates.max(), [10.0, 5.0], atol=0.01)
    assert crossings(change) == 0
    assert set(change.transects["limited_by"]) == {"reach"}


def test_transects_inside_a_bend_end_before_they_cross():
    frame = bk.shorelines(("2000-01-01", "right", bk.arc(50.0)), ("2010-01-01", "right", bk.arc(60.0)))
    change = bk.measured(frame, bk.axes(bk.arc(100.0)), spacing_m=10.0, reach_m=400.0)
    assert crossings(change) == 0
    inner = bk.of_bank(change.transects, "right")
    assert set(inner["limited_by"]) <= {"neighbour", "other_arm"}
    assert inner["reach_m"].max() < 103.0, "the centre of the bend is 100 m away"
    assert (inner["date_count"] == 2).all(), "the banks are nearer than the centre"
    outer = bk.of_bank(change.transects, "left")
    assert set(outer["limited_by"]) == {"reach"}


def hairpin(away: float) -> shapely.LineString:
    """A line beside a river that goes 2 km east and comes back 300 m farther north; left is between its arms."""
    turn = np.linspace(-np.pi / 2, np.pi / 2, 181)
    radius = 150.0 - away
    bow = np.column_stack([2000.0 + radius * np.cos(turn), 150.0 + radius * np.sin(turn)])
    return bk.line([(0, away), *bow.tolist(), (0, 300.0 - away)])


def test_transects_do_not_reach_the_other_arm_of_a_bend():
    rows = [
        (date, bank, hairpin(sign * (40.0 + moved)))
        for date, moved in (("2000-01-01", 0.0), ("2010-01-01", 3.0))
        for bank, sign in (("left", 1.0), ("right", -1.0))
    ]
    for frame in (bk.shorelines(*rows), bk.shorelines(*rows).drop(columns="bank")):
        change = bk.measured(frame, bk.axes(hairpin(0.0)), spacing_m=25.0, reach_m=500.0)
        assert crossings(change) == 0
        assert change.intersections["hits"].max() == 1
        np.testing.assert_allclose(change.intersections["position_m"].round(0).unique(), [40.0, 43.0])
        left = bk.of_bank(change.transects, "left")
        assert set(left["limited_by"]) == {"other_arm", "neighbour"}
        assert left["reach_m"].max() < 200.0, "half the neck is 150 m"


def test_a_bend_that_was_cut_off_is_set_aside():
    loop = bk.line([(0, 50), (485, 50), (485, 900), (615, 900), (615, 50), (1000, 50)])
    frame = bk.shorelines(("2000-01-01", "left", loop), ("2010-01-01", "left", bk.level(55.0)))
    change = bk.measured(frame, spacing_m=20.0, reach_m=1500.0)
    left = bk.of_bank(change.rates, "left").set_index("chainage_m")
    assert left["rate"].isna().to_numpy().tolist() == left.index.to_series().between(485.0, 615.0).tolist()
    np.testing.assert_allclose(left["nsm_m"].dropna(), 5.0)
    assert change.areas["area_m2"].sum() < 5_000.0
    assert set(change.faults.loc[change.faults["code"] == "shoreline-jumps", "note"]) == {"left"}
    counted = change.intersections["is_counted"]
    assert (~counted).sum() == len(left.loc[485.0:615.0])
    everything = bk.measured(frame, spacing_m=20.0, reach_m=1500.0, jump_slope=np.inf)
    assert bk.of_bank(everything.rates, "left")["nsm_m"].min() == pytest.approx(-845.0)
    assert bk.measured(frame, spacing_m=20.0, reach_m=1500.0, convention="dsas").intersections["is_counted"].all()


@pytest.mark.parametrize(("away", "aside"), [(250.0, True), (100.0, False)])
def test_a_stretch_left_behind_between_two_gaps_is_set_aside_however_wide_they_are(away, aside):
    later = shapely.multilinestrings([bk.level(55.0, 0.0, 300.0), bk.level(away, 475.0, 525.0),
                                      bk.level(55.0, 700.0, 1000.0)])  # fmt: skip
    frame = bk.shorelines(("2000-01-01", "left", bk.level(50.0)), ("2010-01-01", "left", later))
    change = bk.measured(frame, spacing_m=20.0, reach_m=400.0)
    met = change.intersections[change.intersections["position_m"].sub(away).abs() < 1.0]
    assert len(met) in {2, 3}
    assert (~met["is_counted"]).tolist() == [aside] * len(met)
    moved = bk.of_bank(change.rates, "left")["nsm_m"].dropna()
    assert moved.max() == pytest.approx(5.0 if aside else away - 50.0)
    assert (change.areas["area_m2"].sum() < 4_000.0) == aside


def test_spacing_smoothing_and_reach_are_as_asked():
    change = bk.measured(bk.retreating(), spacing_m=300.0, smoothing_m=0.0, reach_m=120.0)
    assert bk.of_bank(change.transects, "left")["chainage_m"].tolist() == [50.0, 350.0, 650.0, 950.0]
    assert set(change.transects["reach_m"]) == {120.0}
    assert set(change.transects["smoothing_m"]) == {0.0}
    assert set(bk.of_bank(change.transects, "left")["azimuth_deg"]) == {0.0}
    assert set(bk.of_bank(change.transects, "right")["azimuth_deg"]) == {180.0}
    assert change.transects["transect_id"].tolist()[:3] == ["R1-L-0001", "R1-R-0001", "R1-L-0002"]
    dsas = bk.measured(bk.retreating(), spacing_m=300.0, convention="dsas")
    assert bk.of_bank(dsas.transects, "left")["chainage_m"].tolist() == [0.0, 300.0, 600.0, 900.0]
    started = bk.measured(bk.retreating(), bk.axes(start_chainage_m=[2000.0]), spacing_m=500.0)
    assert sorted(set(started.rates["chainage_m"])) == [2000.0, 2500.0, 3000.0]


def test_smoothing_takes_the_zigzag_out_of_transects():
    x = np.arange(0.0, 1001.0, 10.0)
    ragged = bk.line(np.column_stack([x, np.where(np.arange(len(x)) % 2, 4.0, -4.0)]))
    rough = bk.measured(bk.retreating(), bk.axes(ragged), spacing_m=15.0, smoothing_m=0.0, reach_m=90.0)
    smooth = bk.measured(bk.retreating(), bk.axes(ragged), spacing_m=15.0, reach_m=90.0)
    assert (rough.transects["limited_by"] != "reach").sum() > 100
    last = smooth.transects["chainage_m"].max()
    inner = smooth.transects["chainage_m"].between(100.0, last - 100.0)
    assert set(smooth.transects[inner]["limited_by"]) == {"reach"}
    assert smooth.transects["skew_deg"].abs().max() > 30.0
    np.testing.assert_allclose(smooth.rates[inner]["lrr"], 1.0, atol=0.01)


# Areas


def test_area_is_mean_distance_by_length_on_a_straight_bank():
    frame = bk.shorelines(
        ("2000-01-01", "left", bk.level(50.0)), ("2010-01-01", "left", WEDGE), ("2020-01-01", "left", bk.level(60.0)),
    )  # fmt: skip
    change = bk.measured(frame, spacing_m=100.0, segment_m=250.0)
    areas = change.areas
    scale = rl.geodesy.ellipsoidal_area(
        gpd.GeoSeries([shapely.box(500_000, 3_500_000, 501_000, 3_501_000)], crs=bk.CRS)
    )
    first = areas[areas["to_date"] == "2010-01-01"]
    assert set(first["change"]) == {"erosion"}
    assert first["area_m2"].sum() == pytest.approx(50_000.0 * scale.iloc[0] / 1e6, rel=1e-6)
    assert first["measured_m"].tolist() == [200.0, 300.0, 200.0, 300.0]
    second = areas[areas["to_date"] == "2020-01-01"].groupby("change")["area_m2"].sum() / (scale.iloc[0] / 1e6)
    assert second.to_dict() == pytest.approx({"accretion": 40_500.0, "erosion": 500.0}, rel=1e-5)
    np.testing.assert_allclose(areas["mean_m"], areas["area_m2"] / areas["measured_m"], atol=0.01)
    np.testing.assert_allclose(rl.geodesy.ellipsoidal_area(areas), areas["area_m2"], atol=0.006)
    assert shapely.is_valid(areas.geometry.to_numpy()).all()


def test_areas_follow_the_shorelines_between_transects():
    """A half circle of radius 50 m between two transects 200 m apart is seen, though no transect meets it."""
    turn = np.linspace(np.pi, 0.0, 181)
    bay = bk.line([(0, 50), *np.column_stack([300 + 50 * np.cos(turn), 50 + 50 * np.sin(turn)]).tolist(), (1000, 50)])
    frame = bk.shorelines(("2000-01-01", "left", bk.level(50.0)), ("2010-01-01", "left", bay))
    change = bk.measured(frame, spacing_m=200.0)
    np.testing.assert_allclose(bk.of_bank(change.rates, "left")["nsm_m"], 0.0, atol=1e-9)
    assert change.areas["area_m2"].sum() == pytest.approx(np.pi * 50.0**2 / 2.0, rel=1e-3)


def test_areas_of_stretches_sum_to_that_of_the_river_and_ends_skip_what_lies_between():
    frame = bk.shorelines(
        ("2000-01-01", "left", bk.level(50.0)), ("2010-01-01", "left", WEDGE), ("2020-01-01", "left", bk.level(60.0)),
    )  # fmt: skip
    whole, parts = (bk.measured(frame, segment_m=m).areas.groupby("change")["area_m2"].sum() for m in (1e6, 200.0))
    assert parts.to_dict() == pytest.approx(whole.to_dict(), abs=0.05)
    ends = bk.measured(frame, areas="ends", segment_m=1e6).areas
    assert ends[["change", "measured_m", "mean_m"]].to_numpy().tolist() == [["erosion", 1000.0, 10.0]]
    assert ends["from_date"].tolist() == [pd.Timestamp("2000-01-01")]
    assert bk.measured(frame, areas="none").areas.empty


def test_areas_of_a_bend_are_those_of_rings():
    frame = bk.shorelines(("2000-01-01", "left", bk.arc(350.0)), ("2010-01-01", "left", bk.arc(360.0)))
    change = bk.measured(frame, bk.axes(bk.arc(300.0)), spacing_m=10.0, segment_m=1e6)
    ring = np.pi / 2.0 * (360.0**2 - 350.0**2)
    assert change.areas["area_m2"].sum() == pytest.approx(ring, rel=0.02), "but for a rest at either end"
    assert change.areas["area_m2"].sum() <= ring


# Forecasts


def test_a_steady_bank_is_forecast_to_go_on():
    change = bk.measured(bk.retreating(uncertainty_m=2.0), forecast_years=(10, 25))
    ahead = bk.of_bank(change.forecasts, "left")
    assert sorted(set(ahead["horizon_years"])) == [10.0, 25.0]
    for horizon, rows in ahead.groupby("horizon_years"):
        np.testing.assert_allclose(rows["position_m"], 80.0 + horizon, atol=0.05)
        np.testing.assert_allclose(
            shapely.get_y(rows.geometry.to_numpy()), bk.ORIGIN[1] + rows["position_m"], atol=1e-6
        )
        assert (rows["low_m"] < rows["position_m"]).all()
        days = (rows["date"] - pd.Timestamp("2029-12-31")).dt.days
        assert days.sub(horizon * 365.25).abs().max() < 2
    spread = ahead.groupby("horizon_years")["position_error_m"].first()
    assert spread[25.0] > spread[10.0] > 2.0 / np.sqrt(2.0)
    right = bk.of_bank(change.forecasts, "right")
    assert (shapely.get_y(right.geometry.to_numpy()) < bk.ORIGIN[1]).all()
    assert bk.measured(bk.retreating(), forecast_years=()).forecasts.empty


def test_the_forecast_is_that_of_a_filter_written_out():
    away, error = [50.0, 58.0, 57.0, 71.0], [3.0, 4.0, 2.0, 5.0]
    dates = ["2000-01-01", "2004-07-01", "2011-03-05", "2019-11-30"]
    frame = bk.shorelines(*((d, "left", bk.level(a)) for d, a in zip(dates, away, strict=True)), uncertainty_m=error)
    row = bk.measured(frame, forecast_years=(10,), confidence=0.9).forecasts.iloc[0]
    t = (pd.to_datetime(dates) - pd.Timestamp(dates[0])).days.to_numpy() / 365.25
    fit = sm.OLS(away, sm.add_constant(t)).fit()
    half = np.diff(fit.conf_int(0.1)[1])[0] / 2.0
    state = np.array([fit.params[0], fit.params[1]])
    cov = np.diag([fit.scale + error[0] ** 2, half**2])

    def carried(dt):
        move = np.array([[1.0, dt], [0.0, 1.0]])
        drift = 0.1**2 * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
        return move @ state, move @ cov @ move.T + drift

    for i in range(1, 4):
        state, cov = carried(t[i] - t[i - 1])
        gain = cov[:, 0] / (cov[0, 0] + fit.scale + error[i] ** 2)
        state, cov = state + gain * (away[i] - state[0]), cov - np.outer(gain, cov[0])
    state, cov = carried(10.0)
    assert row["position_m"] == pytest.approx(state[0], rel=1e-9)
    assert row["position_error_m"] == pytest.approx(np.sqrt(cov[0, 0]), rel=1e-9)
    assert row["rate"] == pytest.approx(state[1], rel=1e-9)
    assert row["high_m"] - row["position_m"] == pytest.approx(1.6448536 * np.sqrt(cov[0, 0]), rel=1e-6)


# Many rivers, frames, calls


def test_many_rivers_in_one_call_are_each_measured_from_their_own_axis():
    lines, rows = [], []
    for number in range(40):
        base = 400.0 * number
        lines.append(bk.line([(0, base), (1000, base)]))
        for date, away in (("2000-01-01", 50.0), ("2010-01-01", 50.0 + number)):
            rows.append((f"R{number + 1}", date, bk.line([(0, base + away), (1000, base + away)])))
    rivers, dates, shapes = zip(*rows, strict=True)
    frame = gpd.GeoDataFrame(
        {"shoreline_id": [f"S{i}" for i in range(80)], "river_id": rivers, "date": dates}, geometry=list(shapes),
        crs=bk.CRS,
    )  # fmt: skip
    change = bk.measured(frame, bk.axes(*lines), spacing_m=250.0)
    left = bk.of_bank(change.rates, "left")
    moved = left.groupby("river_id")["nsm_m"].agg(["min", "max", "size"])
    for number in range(40):
        assert moved.loc[f"R{number + 1}"].tolist() == pytest.approx([number, number, 5], abs=1e-6)
    assert change.rates["transect_id"].is_unique


def test_an_axis_in_pieces_numbers_its_transects_through_and_lets_none_cross():
    """Two pieces that meet at a right angle: inside the corner they would cross."""
    pieces = [bk.line([(0, 0), (500, 0)]), bk.line([(500, 0), (500, -500)])]
    axes = bk.axes(*pieces, start_chainage_m=[0.0, 500.0]).assign(river_id="R1")
    rows = [(date, "right", bk.line([(0, -away), (500 - away, -away), (500 - away, -500)]))
            for date, away in (("2000-01-01", 40.0), ("2010-01-01", 45.0))]  # fmt: skip
    change = bk.measured(bk.shorelines(*rows), axes, spacing_m=25.0, reach_m=300.0)
    right = bk.of_bank(change.transects, "right")
    assert right["transect_id"].tolist() == [f"R1-R-{number:04d}" for number in range(1, 43)]
    assert right["chainage_m"].is_monotonic_increasing
    assert crossings(change) == 2, "at the corner, where both pieces have a station"
    touching = right.geometry.iloc[20].intersection(right.geometry.iloc[21])
    assert touching.equals(shapely.Point(bk.ORIGIN[0] + 500.0, bk.ORIGIN[1]))
    assert "key-duplicated" in bk.codes_of(change)
    both = bk.of_bank(change.rates, "right")["nsm_m"].dropna()
    np.testing.assert_allclose(both, 5.0, atol=1e-6)
    assert len(both) >= 36


def test_lines_in_parts_and_with_heights_are_measured_as_one():
    frame = bk.retreating(years=(0, 10))
    parts = [shapely.MultiLineString([bk.level(50.0, 0.0, 500.0), bk.level(50.0, 500.0, 1000.0)])]
    rough = frame.copy()
    rough.loc[0, "geometry"] = shapely.force_3d(parts[0], 7.0)
    change = bk.measured(rough, bk.axes(shapely.MultiLineString([bk.level(0.0)])))
    np.testing.assert_allclose(change.rates["nsm_m"], bk.measured(frame).rates["nsm_m"], atol=1e-9)
    assert {"multipart"} <= bk.codes_of(change)


def test_every_frame_keeps_to_its_schema_and_keys_are_unique():
    change = bk.measured(bk.retreating(uncertainty_m=2.0))
    for name, wanted in FRAMES.items():
        frame = getattr(change, name)
        assert rl.check(frame, wanted).empty, name
        assert frame[wanted.key].is_unique
        assert frame.crs == bk.CRS
        empty = wanted.empty(bk.CRS)
        assert frame.dtypes.to_dict() == empty[frame.columns].dtypes.to_dict(), name
    assert change.rates["transect_id"].tolist() == change.transects["transect_id"].tolist()
    assert "22 transects" in repr(change)
    assert "冲刷后退" in change._repr_html_()


@pytest.mark.parametrize("empty", ["shorelines", "axes", "both", "baselines"])
def test_empty_frames_give_empty_frames_of_the_right_columns(empty):
    frame, cast_from = bk.retreating(), bk.axes()
    if empty in {"shorelines", "both"}:
        frame = schema.OBSERVED_SHORELINES.empty(bk.CRS)
    if empty in {"axes", "both"}:
        cast_from = schema.AXES.empty(bk.CRS)
    if empty == "baselines":
        cast_from = schema.BASELINES.empty(bk.CRS)
    change = bk.measured(frame, cast_from)
    for name, wanted in FRAMES.items():
        part = getattr(change, name)
        assert set(part.columns) == set(wanted.empty(bk.CRS).columns), name
        assert rl.check(part, wanted).empty, name
    assert change.intersections.empty
    assert change.areas.empty
    assert len(change.transects) == (22 if empty == "shorelines" else 0)
    if empty == "shorelines":
        assert change.rates["rate"].isna().all()
        assert bk.codes_of(change) == {"change-without-shoreline"}


def test_inputs_stay_as_they_are():
    frame, cast_from = bk.retreating(uncertainty_m=2.0), bk.axes()
    before = frame.copy(), cast_from.copy()
    bk.measured(frame, cast_from)
    assert_geodataframe_equal(frame, before[0])
    assert_geodataframe_equal(cast_from, before[1])


def test_shorelines_in_another_plane_are_brought_to_that_of_the_axes():
    there = bk.measured(bk.retreating().to_crs("EPSG:4490"))
    here = bk.measured(bk.retreating())
    np.testing.assert_allclose(there.rates["nsm_m"], here.rates["nsm_m"], atol=1e-3)
    assert "EPSG:4548" in there.run.inputs["observed_shorelines"]["note"]


@pytest.mark.parametrize(
    "dates",
    [["1987", " 1987年", "2017", "2017"], [1987, 1987, 2017, 2017], [1987.0, 1987.0, 2017.0, 2017.0],
     ["1987", "1987-07-01", "2017/7/1", "2017"]],
)  # fmt: skip
def test_a_year_is_taken_as_its_middle_and_told_once(dates, tmp_path):
    frame = bk.retreating(years=(0, 30))
    given = frame.assign(date=dates)
    before = given.copy(deep=True)
    change = bk.measured(given)
    assert_geodataframe_equal(given, before)
    exact = bk.measured(frame.assign(date=["1987-07-01", "1987-07-01", "2017-07-01", "2017-07-01"]))
    assert_geodataframe_equal(change.rates, exact.rates)
    told = change.faults[change.faults["code"] == "shorelines-dated-by-year"]
    years = sum(len(str(each).strip().strip("年").removesuffix(".0")) == 4 for each in dates)
    assert told[["value", "severity", "note"]].to_numpy().tolist() == [[years, "warning", "1987, 2017"]]
    assert not bk.codes_of(change) & {"value-type", "shoreline-without-date"}
    assert "shorelines-dated-by-year" not in bk.codes_of(exact)
    # So it is from a file.
    given.to_file(tmp_path / "岸线.gpkg")
    read = rl.read_layer(tmp_path / "岸线.gpkg", schema.OBSERVED_SHORELINES)
    pd.testing.assert_series_equal(bk.measured(read).rates["rate"], exact.rates["rate"])


def test_numbers_that_are_no_year_are_no_dates():
    frame = bk.retreating(years=(0, 30)).assign(date=["87", "19870", "2017", "2017"])
    change = bk.measured(frame)
    codes = change.faults["code"].value_counts()
    assert codes[["value-type", "shoreline-without-date", "shorelines-dated-by-year"]].tolist() == [2, 2, 1]


# What is wrong


def test_every_shoreline_that_cannot_be_used_is_told():
    frame = bk.shorelines(
        ("2000-01-01", "left", bk.level(50.0)), ("2010-01-01", "left", bk.level(60.0)),
        ("", "left", bk.level(55.0)),
        ("2005-01-01", "left", bk.level(50.0, 5000.0, 6000.0)),
        ("2005-01-01", "left", bk.level(-50.0)),
        ("2005-01-01", None, bk.level(51.0)),
        ("2005-01-01", None, bk.level(52.0)),
        ("03/04/2006", "left", bk.level(53.0)),
        ("2006-01-01", "left", bk.line([(5, 5), (5, 5)])),
        uncertainty_m=[1.0, -2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
    )  # fmt: skip
    frame.loc[5, "river_id"], frame.loc[6, "river_id"] = "R9", ""
    change = bk.measured(frame)
    told = {(row.code, row.feature_id) for row in change.faults.itertuples()}
    assert {
        ("shoreline-without-date", "S3"), ("shoreline-never-hit", "S4"), ("shoreline-bank-contradicts", "S5"),
        ("river-unknown", "S6"), ("river-by-place", "S7"), ("value-type", "S8"), ("shoreline-without-date", "S8"),
        ("zero-length", "S9"), ("uncertainty-not-positive", "S2"),
    } <= told  # fmt: skip
    used = set(change.intersections["shoreline_id"])
    assert used == {"S1", "S2", "S7"}
    refused = {name for code, name in told if code not in {"river-by-place", "uncertainty-not-positive"}}
    assert set(frame["shoreline_id"]) <= used | refused, "every row ends in a result or in a fault"
    row = change.faults.set_index("feature_id").loc["S5"]
    assert (row["value"], row["limit"], row["note"]) == (100.0, 54.0, "left")
    assert "左岸" in row["detail"]


def test_names_of_banks_go_by_the_other_bank_of_their_day_and_not_by_an_axis_that_the_river_left():
    """In 2000 the river lay between 10 and 90 m to the left of the axis of today, so that its right bank was across."""
    old = (("2000-01-01", "left", bk.level(90.0)), ("2000-01-01", "right", bk.level(10.0)))
    new = (("2020-01-01", "left", bk.level(40.0)), ("2020-01-01", "right", bk.level(-40.0)))
    change = bk.measured(bk.shorelines(*old, *new))
    assert change.faults.query("code == 'shoreline-bank-contradicts'").empty
    assert set(change.rates["nsm_m"].abs().round(6)) == {50.0}
    frame = bk.shorelines(*old, *new)
    turned = frame.assign(
        bank=frame["bank"].where(frame.index > 1, frame["bank"].map({"left": "right", "right": "left"}))
    )
    told = bk.measured(turned).faults.query("code == 'shoreline-bank-contradicts'")
    assert told["feature_id"].tolist() == ["S1", "S2"]
    assert told["value"].tolist() == [100.0, 100.0]


def both_banks(middle: float, width: float = 60.0) -> gpd.GeoDataFrame:
    """Both banks of two days, around a middle so far to the left of the axis, five metres farther out on the second."""
    days = (("2000-01-01", 0.0), ("2010-01-01", 5.0))
    sides = (("left", 1.0), ("right", -1.0))
    return bk.shorelines(
        *((day, bank, bk.level(middle + sign * (width / 2.0 + out))) for day, out in days for bank, sign in sides)
    )


@pytest.mark.parametrize(
    ("shorelines", "axes"),
    [
        (both_banks(100_000.0), bk.axes()),
        (both_banks(100_000.0).drop(columns="bank"), bk.axes()),
        (both_banks(3000.0), bk.axes()),
        (both_banks(3000.0).drop(columns="bank"), bk.axes(width_m=60.0)),
        (both_banks(-3000.0).query("bank == 'left'"), bk.axes(width_m=60.0)),
    ],
    ids=["100 km off", "100 km off, no banks", "50 widths off", "no banks, 50 widths off", "one bank, 50 widths off"],
)
def test_shorelines_far_from_their_axis_have_no_rate_and_are_told_by_name_and_distance(shorelines, axes):
    change = bk.measured(shorelines, axes)
    assert change.rates["rate"].isna().all()
    told = change.faults.query("code == 'shoreline-beyond-reach'").set_index("feature_id")
    assert set(told.index) == set(shorelines["shoreline_id"])
    assert set(told["severity"]) == {"error"}
    away = shorelines.set_index("shoreline_id").geometry.distance(axes.geometry.iloc[0]).round(1)
    assert told["value"].to_dict() == away.to_dict()
    assert (told["limit"] <= 10_000.0).all()
    assert "shoreline-never-hit" not in bk.codes_of(change)


def test_shorelines_far_from_their_axis_are_measured_where_the_caller_says_how_far():
    change = bk.measured(both_banks(3000.0), reach_m=4000.0)
    assert sorted(change.rates["nsm_m"].abs().round(6).unique()) == [5.0]
    assert "shoreline-beyond-reach" not in bk.codes_of(change)


def test_shorelines_of_another_river_that_cross_the_axis_by_chance_have_no_rate_either():
    """Most of each lies farther off than the river is wide by far, though some of its places are within reach."""
    days = (("2000-01-01", 0.0), ("2010-01-01", 5.0))
    crossing = [
        (day, bank, bk.line([(0, 3000 + side * (30 + out)), (1000, -3000 + side * (30 + out))]))
        for day, out in days
        for bank, side in (("left", 1), ("right", -1))
    ]
    change = bk.measured(bk.shorelines(*crossing))
    assert change.rates["rate"].isna().all()
    told = change.faults.query("code == 'shoreline-beyond-reach'")
    assert told["feature_id"].tolist() == ["S1", "S2", "S3", "S4"]
    assert (told["value"] > told["limit"]).all()


def test_a_course_that_was_left_far_from_the_others_is_told_as_the_part_that_it_is():
    left = bk.line([(0, 50), (600, 50), (600, 900), (1000, 900)])
    change = bk.measured(bk.shorelines(("2000-01-01", "left", left), ("2010-01-01", "left", bk.level(55.0))))
    told = change.faults.set_index("code").loc["shoreline-partly-beyond"]
    reach = change.transects["reach_m"].max()
    assert (told["feature_id"], told["severity"]) == ("S1", "note")
    assert told["limit"] == pytest.approx(reach, abs=0.1)
    assert told["value"] == pytest.approx(400.0 + 900.0 - reach, abs=100.0)
    assert bk.of_bank(change.rates, "left")["nsm_m"].notna().sum() == 7


def test_a_river_whose_banks_all_contradict_is_one_fault_that_says_what_is_the_matter():
    banks = bk.retreating()
    upstream = bk.axes(bk.level(0.0).reverse())
    swapped = banks.assign(bank=banks["bank"].map({"left": "right", "right": "left"}))
    for change in (bk.measured(banks, upstream), bk.measured(swapped)):
        errors = change.faults.query("severity == 'error'")
        assert errors["code"].tolist() == ["banks-all-contradict"]
        row = errors.iloc[0]
        assert (row["layer"], row["feature_id"], row["value"]) == ("axes", "R1", len(banks))
        assert row["note"].split(", ") == sorted(banks["shoreline_id"])
        assert "画反" in row["detail"]
        assert change.rates["rate"].isna().all()
        assert not {"shoreline-never-hit", "shoreline-bank-contradicts"} & set(change.faults["code"])
    right = bk.measured(swapped, upstream)
    assert "banks-all-contradict" not in bk.codes_of(right)
    assert right.rates["rate"].notna().all()


def test_a_single_shoreline_or_a_day_that_contradicts_is_told_by_its_own_name():
    banks = bk.retreating()
    one = bk.measured(banks.head(1).assign(bank="right")).faults.query("layer == 'observed_shorelines'")
    assert one["code"].tolist() == ["shoreline-bank-contradicts"]
    day = banks["date"] == banks["date"].iloc[0]
    turned = banks.assign(bank=banks["bank"].where(~day, banks["bank"].map({"left": "right", "right": "left"})))
    told = bk.measured(turned).faults.query("severity == 'error'")
    assert set(told["code"]) == {"shoreline-bank-contradicts"}
    assert sorted(told["feature_id"]) == sorted(banks["shoreline_id"][day])


def test_a_river_without_shorelines_and_one_with_a_single_date_are_told():
    far = bk.line([(0, 5000), (1000, 5000)])
    frame = bk.shorelines(("2000-01-01", "left", bk.level(50.0)), ("2000-01-01", "left", bk.level(52.0)))
    change = bk.measured(frame, bk.axes(bk.level(0.0), far))
    faults = change.faults.set_index("code")
    assert faults.loc["change-without-shoreline", "feature_id"] == "R2"
    assert faults.loc[["change-one-date"], "value"].tolist() == [1.0, 0.0]
    assert change.rates["rate"].isna().all()
    assert change.areas.empty
    left = bk.of_bank(change.rates, "left")
    assert left["nsm_m"].isna().all()


def test_transects_without_a_hit_and_those_that_bends_cut_short_are_counted():
    frame = bk.shorelines(
        ("2000-01-01", "left", bk.level(50.0, 0.0, 450.0)), ("2010-01-01", "left", bk.level(55.0, 0.0, 450.0))
    )
    faults = bk.measured(frame).faults.set_index("code")
    row = faults.loc["transects-without-hit"]
    assert (row["value"], row["note"]) == (6.0, "left")
    assert shapely.get_num_geometries(row.geometry) == 6
    inside = bk.shorelines(("2000-01-01", "right", bk.arc(40.0)), ("2010-01-01", "right", bk.arc(-60.0, angle=-1.0)))
    cut = bk.measured(inside, bk.axes(bk.arc(100.0)), spacing_m=10.0, reach_m=400.0)
    assert "transects-shortened" in bk.codes_of(cut)


def test_transects_that_lie_on_each_other_are_told():
    columns = {"river_id": "R1", "bank": "left", "placement": "waterside"}
    twice = gpd.GeoDataFrame({"baseline_id": ["B1", "B2"], **columns}, geometry=[bk.level(0.0)] * 2, crs=bk.CRS)
    told = bk.measured(bk.retreating(), twice).faults.set_index("code").loc["transects-coincide"]
    assert (told["value"], told["note"], told["severity"]) == (22.0, "left", "warning")
    beside = twice.set_geometry([bk.level(0.0), bk.level(-10.0)], crs=bk.CRS)
    assert "transects-coincide" not in bk.codes_of(bk.measured(bk.retreating(), beside))
    assert "transects-coincide" not in bk.codes_of(bk.measured(bk.retreating()))
    # An axis that runs back over its last 300 m: stations at 700 m to 1,000 m are met from both ways.
    there = bk.level(0.0).coords
    back = shapely.LineString([there[0], there[-1], (there[-1][0] - 300.0, there[-1][1])])
    assert "transects-coincide" in bk.codes_of(bk.measured(bk.retreating(), bk.axes(back), smoothing_m=1.0))


def test_a_baseline_that_lacks_its_bank_is_told_and_not_used():
    baseline = gpd.GeoDataFrame(
        {"baseline_id": ["B1", "B2"], "river_id": "R1", "bank": [None, "left"], "placement": "waterside"},
        geometry=[bk.level(-10.0), bk.level(0.0)], crs=bk.CRS,
    )  # fmt: skip
    change = bk.measured(bk.retreating(), baseline)
    row = change.faults.set_index("code").loc["value-blank"]
    assert (row["feature_id"], row["note"]) == ("B1", "bank")
    assert len(change.transects) == 11


def test_a_wrong_call_says_everything_that_is_wrong_at_once():
    with pytest.raises(rl.JobError) as caught:
        rl.measure_shoreline_change(
            bk.retreating(), bk.axes(), spacing_m=0, convention="usgs", confidence=95, hit="first", year_days=-1,
            smoothing_m=-5.0, reach_m=float("nan"), uncertainty_m=0.0, jump_slope=0, forecast_years=(10, -1),
            areas="all", segment_m="1 km",
        )  # fmt: skip
    for name in (
        "spacing_m", "convention", "confidence", "hit", "year_days", "smoothing_m", "reach_m", "uncertainty_m",
        "jump_slope", "forecast_years", "areas", "segment_m",
    ):  # fmt: skip
        assert name in caught.value.zh
        assert name in caught.value.en


def test_frames_that_do_not_fit_are_refused_together():
    with pytest.raises(rl.SchemaError, match=r"date[\s\S]*river_id"):
        rl.measure_shoreline_change(
            bk.retreating().drop(columns="date"), bk.axes().drop(columns="river_id"), spacing_m=100
        )
    with pytest.raises(rl.CRSError, match="to_metric"):
        bk.measured(bk.retreating(), bk.axes().to_crs("EPSG:4490"))
    with pytest.raises(rl.CRSError, match="set_crs"):
        bk.measured(bk.retreating().set_crs(None, allow_override=True))
    with pytest.raises(rl.SchemaError, match="placement"):
        bk.measured(bk.retreating(), bk.axes().assign(baseline_id="B1", bank="left"))


@pytest.mark.parametrize("named", [True, False])
def test_a_river_that_left_its_axis_is_told_where_shorelines_name_no_bank(named):
    """Both banks moved to the left of the axis: without names the left one of 2020 is taken for no bank at all."""
    x, y = 500_000.0, 3_500_000.0
    at = lambda away: shapely.LineString([(x, y + away), (x + 5000.0, y + away)])  # noqa: E731
    axes = gpd.GeoDataFrame({"river_id": ["A"], "name": ["河"]}, geometry=[at(0.0)], crs=4548)
    columns = {"shoreline_id": list("abcd"), "river_id": "A", "uncertainty_m": 5.0}
    columns |= {"date": ["1990-01-01"] * 2 + ["2020-01-01"] * 2}
    columns |= {"bank": ["left", "right"] * 2} if named else {}
    lines = gpd.GeoDataFrame(columns, geometry=[at(50.0), at(-50.0), at(150.0), at(60.0)], crs=4548)
    change = rl.measure_shoreline_change(lines, axes, spacing_m=500.0)
    left = float((change.transects["bank"] == "left").sum())
    told = change.faults[change.faults["code"] == "banks-one-side"]
    assert told[["severity", "value"]].to_numpy().tolist() == ([] if named else [["warning", left]])
    assert named or "岸别" in told["detail"].iloc[0]


def test_two_dates_without_errors_are_said_to_have_no_probability():
    x, y = 500_000.0, 3_500_000.0
    at = lambda away: shapely.LineString([(x, y + away), (x + 5000.0, y + away)])  # noqa: E731
    axes = gpd.GeoDataFrame({"river_id": ["A"], "name": ["河"]}, geometry=[at(0.0)], crs=4548)
    columns = {"shoreline_id": list("ab"), "river_id": "A", "bank": "left", "date": ["1990-01-01", "2020-01-01"]}
    change = rl.measure_shoreline_change(
        gpd.GeoDataFrame(columns, geometry=[at(50.0), at(150.0)], crs=4548), axes, spacing_m=500.0
    )
    told = change.faults[change.faults["code"] == "uncertainty-missing"].iloc[0]
    assert change.rates["real_probability"].isna().all()
    assert told["severity"] == "warning"
    assert "没有概率" in told["detail"]
