"""What is counted of a ledger: closed forms on small ones, statsmodels for times, a county's year."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.proportion import proportion_confint

import riverline as rl
from ledgers import CRS, X, Y, closing, ledger_of, problems_of, walk
from riverline import schema
from riverline._kernels.statistics.survival import product_limit, quantile, surviving, wilson
from riverline.ledger import machine

# Kernels


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=2, max_size=60))
def test_the_product_limit_is_that_of_statsmodels(rows):
    times, happened = np.array([row[0] for row in rows], dtype=float), np.array([row[1] for row in rows])
    curve = product_limit(times, happened)
    if not happened.any():
        assert surviving(curve, [0], 0.95)[0].tolist() == [1.0]
        return
    # statsmodels begins at a time above zero: a day later changes nothing else.
    reference = SurvfuncRight(times + 1, happened.astype(int))
    assert curve.time + 1 == pytest.approx(reference.surv_times)
    assert curve.survival == pytest.approx(reference.surv_prob)
    share, low, high = surviving(curve, curve.time, 0.95)
    assert ((low <= share) & (share <= high)).all()
    assert (low < high).all()
    # Where the curve lies on one half exactly, statsmodels goes on to the next step.
    if not np.isclose(curve.survival, 0.5).any():
        assert quantile(curve, 0.5) + 1 == pytest.approx(reference.quantile(0.5), nan_ok=True)


def test_the_last_one_that_was_watched_does_not_make_it_certain_for_all():
    """Sixty at once, thirty nobody knows more of after a week, one on the ninth day: the curve falls to nothing."""
    curve = product_limit([0.0] * 60 + [7.0] * 30 + [9.0], [True] * 60 + [False] * 30 + [True])
    share, low, high = surviving(curve, [8, 9, 10], 0.95)
    assert share[0] == pytest.approx(31 / 91)
    assert (share[1], low[1]) == (0.0, 0.0)
    assert share[0] < high[1] < high[0] + 1e-12 < 0.5
    assert np.isnan([share[2], low[2], high[2]]).all()
    done = surviving(product_limit([0.0] * 20, [True] * 20), [5, 1e4], 0.95)
    assert done[0].tolist() == [0.0, 0.0]
    assert done[2] == pytest.approx(proportion_confint(0, 20, method="beta")[1])


@pytest.mark.parametrize("hits", range(9))
def test_with_nobody_lost_the_interval_is_that_of_clopper_and_pearson(hits):
    """Of eight, watched for 180 days: also where nothing was seen, and where it was seen of all."""
    curve = product_limit([10.0] * hits + [180.0] * (8 - hits), [True] * hits + [False] * (8 - hits))
    for day in (30, 180):
        share, low, high = surviving(curve, [day], 0.95)
        assert share[0] == pytest.approx(1 - hits / 8)
        assert (low[0], high[0]) == pytest.approx(proportion_confint(8 - hits, 8, method="beta"), abs=1e-12)


def test_with_some_lost_the_interval_is_that_of_the_beta_product():
    """By simulation of the product itself: three steps, two lost between them."""
    curve = product_limit([1, 2, 3, 4, 5, 9, 9], [True, False, True, False, True, False, False])
    draws = np.random.default_rng(0)
    upper = draws.beta(7, 1, 400_000) * draws.beta(5, 1, 400_000) * draws.beta(3, 1, 400_000)
    _, low, high = surviving(curve, [6], 0.95)
    assert high[0] == pytest.approx(np.quantile(upper, 0.975), abs=0.01)
    assert low[0] == pytest.approx(np.quantile(upper * draws.beta(2, 1, 400_000), 0.025), abs=0.01)


def test_six_closings_with_nothing_back_do_not_prove_that_nothing_comes_back(tmp_path):
    ledger = ledger_of(tmp_path, problems_of(6, problem_id=list("ABCDEF"), found_on="2025-01-01"))
    for code in "ABCDEF":
        walk(ledger, code, *closing("2025-02-01"))
    odds = ledger.rebounds(on="2025-12-31").odds.query("scope == 'all'")
    ends = odds[["probability", "probability_low", "probability_high"]].to_numpy()
    assert ends[:, :2].tolist() == [[0.0, 0.0]] * 3
    assert ends[:, 2] == pytest.approx([1 - 0.025 ** (1 / 6)] * 3)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 300), st.floats(0, 1))
def test_wilson_is_that_of_statsmodels(count, share):
    hits = round(count * share)
    low, high = wilson([hits], [count], 0.9)
    assert (low[0], high[0]) == pytest.approx(proportion_confint(hits, count, alpha=0.1, method="wilson"), abs=1e-12)


# Closing


@pytest.fixture
def year(tmp_path):
    """Six problems: closed in time, closed late, closed and reopened, open and late, open, rejected."""
    frame = problems_of(
        6,
        problem_id=list("ABCDEF"),
        kind="dumping",
        severity="major",
        found_on="2025-01-01",
        river_id=["R1", "R1", "R1", "R2", "R2", "R2"],
        due_on=["2025-02-10", "2025-02-10", None, "2025-03-01", None, None],
    )
    ledger = ledger_of(tmp_path, frame)
    walk(ledger, "A", *closing("2025-02-10"))
    walk(ledger, "B", *closing("2025-02-20"))
    walk(ledger, "C", *closing("2025-01-21"), ("reopened", "2025-03-01"))
    walk(ledger, "F", ("rejected", "2025-01-05"))
    return ledger


def test_closing_statistics_are_what_can_be_counted_by_hand(year):
    told = year.statistics(on="2025-03-31").set_index(["scope", "part"])
    names = ["problem_count", "open_count", "closed_count", "reopened_count", "overdue_count", "rejected_count"]
    assert told.loc[("all", "*"), names].tolist() == [5, 3, 2, 1, 1, 1]
    assert told.loc[("all", "*"), ["closed_share", "on_time_share"]].tolist() == [0.4, 0.5]
    assert told.loc[("river_id", "R1"), names].tolist() == [3, 1, 2, 1, 0, 0]
    assert told.loc[("month", "2025-01"), "problem_count"] == 5
    for scope in ("river_id", "admin", "kind", "severity", "responsible", "month"):
        assert (told.loc[scope, names].sum() == told.loc[("all", "*"), names]).all()
    early = year.statistics(on="2025-02-15").set_index(["scope", "part"])
    assert early.loc[("all", "*"), names].tolist() == [5, 3, 2, 0, 1, 1]
    assert schema.LEDGER_SUMS.conform(year.statistics()).equals(year.statistics())


def test_open_problems_are_not_taken_for_closed(year):
    told = year.closing_times(on="2025-03-31").set_index(["scope", "part"]).loc[("all", "*")]
    # 20, 40, 50 days; two open after 89.
    assert told["problem_count"] == 5
    assert told["closed_count"] == 3
    assert told["median_days"] == 50.0
    assert np.isnan(told["upper_days"])
    assert told["within_30"] == pytest.approx(0.2)
    assert told["within_30_low"] < 0.2 < told["within_30_high"]
    assert np.isnan(told["within_90"])


def test_stock_and_increment_part_at_the_day(tmp_path):
    frame = problems_of(4, problem_id=list("ABCD"), found_on=["2017-12-31", "2018-01-01", "2018-01-02", "2016-01-01"])
    ledger = ledger_of(tmp_path, frame)
    walk(ledger, "A", *closing("2018-05-01"))
    told = ledger.stock_and_increment().set_index(["scope", "part"]).loc[("all", "*")]
    assert told[["stock_count", "stock_open", "increment_count", "increment_open"]].tolist() == [2, 1, 2, 2]
    assert told["cutoff"] == pd.Timestamp("2018-01-01")
    later = ledger.stock_and_increment(dt.date(2018, 1, 2), on="2018-04-30").set_index(["scope", "part"])
    assert later.loc[("all", "*"), ["stock_count", "stock_open"]].tolist() == [3, 3]


# Deadlines

OWN = """
extends = "national"
name = "own"
title = "某县"
[[documents]]
id = "county"
title = "某县整改办法"
seen = "S"
source = "县政府网站"
[[deadlines]]
severity = "major"
days = 10
document = "county"
[[deadlines]]
severity = "serious"
days = 5
working = true
document = "county"
[[escalations]]
from_level = "village"
to_level = "township"
since = "due"
days = 0
document = "county"
[[escalations]]
from_level = "township"
to_level = "county"
since = "due"
days = 30
document = "county"
"""


def test_what_is_overdue_follows_from_the_ledger_and_its_rules(tmp_path):
    path = tmp_path / "某县.toml"
    path.write_text(OWN, encoding="utf-8")
    columns = {"severity": ["major", "serious", "minor", "major"], "chief_village": ["甲", "乙", "丙", ""]}
    frame = problems_of(4, problem_id=list("ABCD"), found_on="2025-01-01", **columns)
    ledger = ledger_of(tmp_path, frame, rules=path)
    for code in "ABCD":
        ledger.record(code, "assigned", on="2025-01-03", by="县河长办")  # a Friday
    ledger.record("C", "extended", on="2025-01-03", by="某", note="雨", changes={"due_on": "2025-01-04"})
    told = ledger.overdue(on="2025-01-15").set_index("problem_id")
    assert told["due_on"].dt.strftime("%m-%d").to_dict() == {"A": "01-13", "B": "01-10", "C": "01-04", "D": "01-13"}
    assert told.index.tolist() == ["C", "B", "A", "D"]
    assert told["overdue_days"].tolist() == [11, 5, 2, 2]
    assert told["deadline_basis"].to_dict() == {"C": "given", **dict.fromkeys("ABD", "某县整改办法 (high)")}
    assert told["escalated_to"].fillna("").to_dict() == {"A": "township", "B": "township", "C": "township", "D": ""}
    assert ledger.overdue(on="2025-02-20").set_index("problem_id").loc["A", "escalated_to"] == "county"
    assert ledger.overdue(on="2025-01-04").empty
    assert not rl.load_ledger_rules().deadlines


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('to = "review"', 'to = "vanished"'), "vanished|review"),
        (('document = "riverline"', 'document = "nobody"'), "nobody"),
        (('name = "review"', 'name = "found"'), "found"),
        (('title = "整改台账（通用，待核实）"', ""), "title"),
    ],
)
def test_rules_that_contradict_themselves_are_one_error(tmp_path, change, message):
    text = (machine._SHIPPED / "national.toml").read_text(encoding="utf-8").replace(*change)
    path = tmp_path / "坏.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(rl.RuleError, match=message):
        rl.load_ledger_rules(path)


def test_rules_are_found_by_name_and_extend_each_other(tmp_path):
    assert rl.list_ledger_rules()["name"].tolist() == ["guangzhou", "national"]
    guangzhou = rl.load_ledger_rules("guangzhou")
    assert [each.days for each in guangzhou.escalations] == [1]
    assert guangzhou.events == rl.load_ledger_rules().events
    assert guangzhou.digest != rl.load_ledger_rules().digest
    with pytest.raises(rl.RuleError, match="没有台账规则"):
        rl.load_ledger_rules("nowhere")
    ring = tmp_path / "环.toml"
    ring.write_text(f'extends = "{ring}"\n', encoding="utf-8")
    with pytest.raises(rl.RuleError, match="成环"):
        rl.load_ledger_rules(ring)


# Rebounds


def at(x, y=0.0):
    return shapely.Point(X + x, Y + y)


def test_closed_problems_that_are_back_are_found_with_their_evidence(tmp_path):
    frame = gpd.GeoDataFrame(
        {
            "problem_id": ["old", "again", "other kind", "far", "before", "left", "reopened", "false"],
            "kind": ["dumping", "dumping", "extraction", "dumping", "dumping", "dumping", "dumping", "dumping"],
            "bank": ["right", None, "right", "right", "right", "left", "right", "right"],
            "found_on": ["2025-01-01", "2025-03-03", "2025-03-03", "2025-03-03", "2025-01-20", "2025-03-03",
                         "2025-01-01", "2025-03-04"],
        },
        geometry=[at(0), at(6, 8), at(1), at(11), at(2), at(3), at(5000), at(4)],
        crs=CRS,
    )  # fmt: skip
    ledger = ledger_of(tmp_path, frame)
    walk(ledger, "old", *closing("2025-02-01"))
    walk(ledger, "reopened", *closing("2025-02-01"), ("reopened", "2025-02-11"))
    walk(ledger, "false", ("rejected", "2025-03-05"))
    suspects = gpd.GeoDataFrame(
        {"suspect_id": ["S"], "kind": "dumping", "last_seen": "2025-05-01"}, geometry=[at(1)], crs=CRS
    )
    ledger.take(suspects, source="遥感", on="2025-06-01")
    told = ledger.rebounds(distance_m=10.0, within=365, on="2025-06-01")
    rows = told.rows.set_index("evidence")
    assert sorted(rows.index) == ["place", "reopened", "suspect"]
    assert rows.loc["place", ["problem_id", "back_as", "back_days", "away_m"]].tolist() == ["old", "again", 30.0, 10.0]
    assert rows.loc["suspect", "back_days"] == 89.0
    assert rows.loc["reopened", ["problem_id", "back_as", "back_days", "away_m"]].tolist() == [
        "reopened",
        "reopened",
        10.0,
        0.0,
    ]
    assert schema.REBOUNDS.conform(told.rows).dtypes.equals(told.rows.dtypes)
    assert ledger.rebounds(distance_m=9.9, within=365, on="2025-06-01").rows["evidence"].tolist() == [
        "suspect",
        "reopened",
    ]
    assert ledger.rebounds(distance_m=10, within=29, on="2025-06-01").rows["evidence"].tolist() == ["reopened"]
    assert ledger.rebounds(distance_m=10, on="2025-02-05").rows.empty
    odds = told.odds[told.odds["scope"] == "all"].set_index("after_days")
    assert odds.loc[30, ["closing_count", "rebound_count", "probability"]].tolist() == [2, 2, 1.0]
    with pytest.raises(rl.LedgerError, match="不能小于零"):
        ledger.rebounds(distance_m=-1)


def test_the_statistics_of_a_river_count_what_came_back_even_if_it_is_closed_again(tmp_path):
    """R1: reopened and closed again, found again beside it, reopened and then told to be none; R2: nothing."""
    frame = gpd.GeoDataFrame(
        {
            "problem_id": ["again", "old", "new", "none", "quiet"],
            "kind": "dumping",
            "river_id": ["R1", "R1", "R1", "R1", "R2"],
            "found_on": ["2025-01-01", "2025-01-01", "2025-03-01", "2025-01-01", "2025-01-01"],
        },
        geometry=[at(0), at(1000), at(1003), at(2000), at(3000)],
        crs=CRS,
    )
    ledger = ledger_of(tmp_path, frame)
    for code in ("again", "old", "none", "quiet"):
        walk(ledger, code, *closing("2025-02-01"))
    walk(ledger, "again", ("reopened", "2025-02-11"), *closing("2025-02-20")[1:])
    walk(ledger, "none", ("reopened", "2025-02-11"), ("rejected", "2025-02-12"))
    names = ["problem_count", "reopened_count", "ever_reopened_count", "came_back_count"]
    told = ledger.statistics(on="2025-06-01").set_index(["scope", "part"])
    assert told.loc[("all", "*"), names].tolist() == [4, 0, 1, 2]
    assert told.loc[("river_id", "R1"), names].tolist() == [3, 0, 1, 2]
    assert told.loc[("river_id", "R2"), names].tolist() == [1, 0, 0, 0]
    back = set(ledger.rebounds(on="2025-06-01").rows["problem_id"])
    assert back - {"none"} == {"again", "old"}
    # Before anything came back, and while it was open.
    days = [ledger.statistics(on=day).loc[0, names].tolist() for day in ("2025-02-10", "2025-02-11")]
    assert days == [[4, 0, 0, 0], [4, 2, 2, 2]]


def test_odds_count_those_who_could_not_be_watched_for_long(tmp_path):
    """Ten closings; three reopened after 10, 20 and 60 days; the others watched for 40 days or more."""
    frame = problems_of(10, problem_id=[f"P{k}" for k in range(10)], found_on="2025-01-01", river_id="R1")
    ledger = ledger_of(tmp_path, frame)
    day = pd.Timestamp("2025-06-01")
    for k, (watched, back) in enumerate([(100, 10), (100, 20), (100, 60), *[(40, None)] * 4, *[(100, None)] * 3]):
        closed = day - pd.Timedelta(days=watched)
        walk(ledger, f"P{k}", *closing(str(closed.date())))
        if back:
            walk(ledger, f"P{k}", ("reopened", str((closed + pd.Timedelta(days=back)).date())))
    told = ledger.rebounds(distance_m=1, within=365, on=day.date())
    odds = told.odds[told.odds["scope"] == "all"].set_index("after_days")
    assert odds.loc[30, "probability"] == pytest.approx(0.2)
    assert odds.loc[90, "probability"] == pytest.approx(1 - 0.8 * 3 / 4)
    assert np.isnan(odds.loc[180, "probability"])
    (reach,) = told.reaches.to_dict("records")
    assert (reach["closing_count"], reach["soon_count"]) == (10, 2)


def test_a_reach_that_is_closed_on_paper_stands_out(tmp_path):
    count = 60
    frame = problems_of(count, problem_id=[f"P{k:02d}" for k in range(count)], found_on="2025-01-01",
                        river_id=["纸面" if k < 15 else "其余" for k in range(count)])  # fmt: skip
    ledger = ledger_of(tmp_path, frame)
    steps = [{"problem_id": code, "event": event, "on": "2025-02-01", "by": "某"} for code in frame["problem_id"]
             for event, _ in closing("2025-02-01")]  # fmt: skip
    back = [{"problem_id": f"P{k:02d}", "event": "reopened", "on": "2025-02-15", "by": "某", "note": "又堆"}
            for k in [*range(10), 20, 21]]  # fmt: skip
    assert ledger.record_all(pd.DataFrame(steps + back)).faults.empty
    reaches = ledger.rebounds(on="2025-12-31").reaches.set_index("river_id")
    assert reaches["on_paper"].to_dict() == {"纸面": True, "其余": False}
    assert reaches.loc["纸面", ["closing_count", "soon_count"]].tolist() == [15, 10]
    assert reaches.loc["纸面", "elsewhere_share"] == pytest.approx(2 / 45)


# Look-backs


def test_the_sample_takes_some_of_every_stratum_whatever_the_order(tmp_path):
    columns = {"river_id": ["R1"] * 40 + ["R2"] * 3 + ["R3"] * 7, "status": "closed", "found_on": "2024-01-01",
               "closed_on": ["2024-06-01"] * 43 + ["2025-12-01"] * 7, "kind": "dumping"}  # fmt: skip
    frame = problems_of(50, problem_id=[f"P{k:02d}" for k in range(50)], **columns)
    drawn = ledger_of(tmp_path, frame).look_back(on="2025-12-31", share=0.25, seed=3)
    assert drawn.groupby("river_id").size().to_dict() == {"R1": 10, "R2": 1}
    assert drawn.groupby("river_id")["stratum_count"].first().to_dict() == {"R1": 40, "R2": 3}
    assert schema.LOOK_BACKS.conform(drawn).dtypes.equals(drawn.dtypes)
    other = tmp_path / "再"
    other.mkdir()
    ledger = ledger_of(other, frame.sample(frac=1, random_state=1))
    assert ledger.look_back(on="2025-12-31", share=0.25, seed=3)["problem_id"].tolist() == drawn["problem_id"].tolist()
    assert ledger.look_back(on="2025-12-31", share=0.25, seed=4)["problem_id"].tolist() != drawn["problem_id"].tolist()
    with pytest.raises(rl.LedgerError, match="抽样设置有误"):
        ledger.look_back(by=("nothing",))


def test_statistics_are_told_by_the_chiefs_of_a_level_where_any_is_known(tmp_path):
    frame = problems_of(4, problem_id=list("ABCD"), chief_county=["林", "林", "周", ""])
    ledger = ledger_of(tmp_path, frame)
    walk(ledger, "A", *closing("2025-03-20"))
    told = ledger.statistics(on="2025-03-31").set_index(["scope", "part"])
    assert told.loc["chief_county", "problem_count"].to_dict() == {"": 1, "周": 1, "林": 2}
    assert told.loc[("chief_county", "林"), "closed_count"] == 1
    assert "chief_village" not in told.index.get_level_values("scope")
