"""Whether stated probabilities come true on invented worlds: a few of those of benchmarks/calibration.py."""

from __future__ import annotations

import importlib.util
import sys

import pytest

import changing
import riverline as rl

SEEDS = (1, 3, 5)


@pytest.fixture(scope="module")
def calibration():
    path = changing.ROOT / "benchmarks" / "calibration.py"
    spec = importlib.util.spec_from_file_location("calibration", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["calibration"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def held(calibration):
    """Suspects and things there of worlds that the table was not fitted on."""
    found, truth = calibration.worlds_of(SEEDS, processes=1)
    return found, truth[truth["there"]]


def test_probabilities_hold_on_worlds_that_they_were_not_fitted_on(calibration, held, record_property):
    found, there = held
    accuracy = rl.assess_detection(found, there, iou=calibration.IOU)
    record_property("brier", accuracy.brier)
    assert accuracy.brier < 0.1
    # What is right was stated to be likelier than what is not.
    stated = found.groupby("right")["confidence"].mean()
    assert stated[True] > stated[False] + 0.3
    # Bins with something in them: what is stated is within what came true; 0.5 is a limit for what is not confirmed.
    told = accuracy.reliability.query("found_count >= 8 and stated > 0.5")
    assert len(told) >= 1
    assert ((told["observed_low"] - 0.05 <= told["stated"]) & (told["stated"] <= told["observed_high"] + 0.05)).all()


def test_worlds_hold_plants_and_decoys_of_every_kind_and_what_is_confirmed_is_there(held):
    found, there = held
    assert set(there["kind"]) == {"occupation", "extraction", "dumping", "construction"}
    assert len(there) > 20
    assert found.query("state == 'unconfirmed'")["confidence"].max() <= 0.5
    sure = found.query("state == 'confirmed'")
    assert len(sure) > 10
    assert sure["right"].mean() > 0.9
    named = sure[sure["right"] & (sure["kind"] != "unknown")]
    assert (named["kind"] == named["true"]).mean() > 0.9


def test_fitting_finds_the_share_that_suspects_were_drawn_with(calibration):
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(3)
    odds = random.choice([1.0, 4.0, 10.0], 4_000)
    chance = 0.4 / 0.6 * odds
    right = random.random(4_000) < chance / (1.0 + chance)
    made = calibration.fitted(pd.DataFrame({"change_class": "pit", "odds": odds, "right": right}))
    assert made.loc["pit", "lasting"] == pytest.approx(0.4, abs=0.04)
