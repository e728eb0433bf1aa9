"""The ledger on real complaints: 4,969 of New York City's, dated, most of them closed."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest

import riverline as rl

pytestmark = pytest.mark.real

NEW_YORK = "EPSG:32618"
WORDS = {"status": {"Closed": "closed", "In Progress": "rectifying", "Assigned": "assigned", "Open": "found"}}


@pytest.fixture(scope="module")
def complaints(real_data):
    table = pd.read_csv(real_data / "complaints_nyc311" / "311_Animals_short.csv", low_memory=False)
    found, closed = (pd.to_datetime(table[name], format="%m/%d/%Y %H:%M") for name in ("Created Date", "Closed Date"))
    places = gpd.points_from_xy(table["Longitude"], table["Latitude"], crs="EPSG:4326")
    frame = gpd.GeoDataFrame(table, geometry=places).to_crs(NEW_YORK)
    return frame.assign(found_on=found.dt.normalize(), closed_on=closed.dt.normalize(), kind="dumping")


@pytest.fixture(scope="module")
def taken(complaints, tmp_path_factory):
    ledger = rl.Ledger.open(tmp_path_factory.mktemp("nyc") / "ledger.gpkg")
    columns = {"Unique Key": "problem_id", "Status": "status", "Complaint Type": "item", "Borough": "admin",
               "Descriptor": "description", "Agency": "responsible"}  # fmt: skip
    made = ledger.take(complaints, source="NYC 311", on="2025-03-15", columns=columns, words=WORDS)
    return ledger, made


def test_every_complaint_is_taken_or_told(complaints, taken):
    _, made = taken
    refused = set(made.faults.loc[made.faults["severity"] == "error", "feature_id"])
    assert len(made.added) + len(refused) == len(complaints)
    assert set(made.added["problem_id"]) | refused == set(complaints["Unique Key"].astype(str))


def test_the_state_of_any_day_is_what_the_dates_say(complaints, taken):
    ledger, made = taken
    rows = complaints[complaints["Unique Key"].astype(str).isin(made.added["problem_id"])]
    for day in pd.to_datetime(["2025-01-15", "2025-02-20", "2025-03-10"]):
        told = ledger.problems(on=day.date())
        assert len(told) == (rows["found_on"] <= day).sum()
        closed = (rows["closed_on"] <= day) & (rows["Status"] == "Closed")
        assert (told["status"] == "closed").sum() == closed.sum()


def test_the_view_opens_live_with_everything(taken):
    ledger, made = taken
    read = pyogrio.read_dataframe(ledger.path, layer="problems")
    assert len(read) == len(made.added)
    assert read.crs == NEW_YORK
    assert np.isfinite(read.geometry.dropna().bounds.to_numpy()).all()


def test_closing_times_leave_open_complaints_open(taken):
    ledger, made = taken
    told = ledger.closing_times(on="2025-03-15").set_index(["scope", "part"]).loc[("all", "*")]
    closed = made.added[made.added["status"] == "closed"]
    days = (closed["closed_on"] - closed["found_on"]).dt.days
    assert told["problem_count"] == len(made.added)
    assert told["closed_count"] == len(closed)
    # Censoring can only lengthen what the closed ones alone would say.
    assert told["median_days"] >= days.median()
    assert told["within_30"] <= (days <= 30).mean() + 1e-9


def test_closing_times_by_agency_claim_nothing_of_times_that_nobody_was_watched_for(taken):
    """Of 1,695 complaints to the sanitation department 92 are open, all of them for less than thirty days."""
    ledger, _ = taken
    told = ledger.closing_times(on="2025-03-15").set_index(["scope", "part"])
    row = told.loc[("responsible", "DSNY")]
    assert (row["problem_count"], row["closed_count"]) == (1_695, 1_603)
    assert row[["within_30", "within_30_low", "within_90"]].isna().all()
    everyone = told.loc[("all", "*")]
    assert (everyone["problem_count"], everyone["closed_count"], everyone["median_days"]) == (4_969, 4_692, 0.0)
    assert everyone["within_30_low"] < 0.967 < everyone["within_30_high"]
