"""Accuracy against counts made by hand, against the worked example of the literature, and against closed forms."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

import held
import riverline as rl
from cadastre import CRS, EAST, NORTH, area
from held import box, line
from riverline._kernels.statistics.survival import wilson
from riverline.schema import ACCURACIES, ACCURACY_CURVE, CLASS_AREAS, LINE_ERRORS, RELIABILITY

fast = settings(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.generate))


def layer(*shapes, **columns):
    return gpd.GeoDataFrame(columns or {"n": range(len(shapes))}, geometry=list(shapes), crs=CRS)


def square(x, side=20, y=0):
    return box(x, y, x + side, y + side)


# Olofsson et al. 2014


@pytest.fixture(scope="module")
def paper():
    """Table 8 and section 5 of the paper: four classes, 640 sample units, areas in pixels of 30 m."""
    names = ["deforestation", "gain", "forest", "other"]
    counts = [[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]]
    pixels = dict(zip(names, [200_000, 150_000, 3_200_000, 6_450_000], strict=True))
    return rl.estimate_areas(pd.DataFrame(counts, index=names, columns=names), pixels).set_index("class_name")


def test_the_worked_example_of_olofsson_is_reproduced(paper):
    hectares = paper["area_m2"] * 0.09
    assert round(hectares["deforestation"]) == 21_158
    # The paper's 6,158 ha are 1.96 standard errors; the quantile is 1.95996.
    assert paper.loc["deforestation", "area_error_m2"] * 0.09 * 1.96 / 1.959964 == pytest.approx(6158, abs=1)
    assert paper.loc["deforestation", "area_m2"] == pytest.approx(235_086, abs=1)
    assert paper["users"].round(2).tolist()[:4] == [0.88, 0.73, 0.93, 0.96]
    assert paper["users_error"].round(2).tolist()[:4] == [0.07, 0.10, 0.04, 0.02]
    assert paper["producers"].round(2).tolist()[:4] == [0.75, 0.85, 0.93, 0.96]
    assert paper.loc["deforestation", "producers_error"] == pytest.approx(0.21, abs=0.005)
    assert paper.loc["*", "users"] == pytest.approx(0.95, abs=0.005)
    assert paper.loc["*", "users_error"] == pytest.approx(0.02, abs=0.005)
    assert paper["area_m2"].iloc[:4].sum() == pytest.approx(10_000_000)


@given(st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=3, max_size=3), st.floats(0.5, 0.99))
@fast
def test_estimated_areas_are_those_of_the_reference_and_sum_to_the_whole(rows, level):
    counts = pd.DataFrame(rows, index=list("abc"), columns=list("abc")) + np.eye(3, dtype=int) * 2
    made = rl.estimate_areas(counts, {"a": 10.0, "b": 20.0, "c": 70.0}, confidence=level)
    assert made["area_m2"].iloc[:3].sum() == pytest.approx(100.0, abs=0.02)
    wide = rl.estimate_areas(counts, {"a": 10.0, "b": 20.0, "c": 70.0}, confidence=0.995)
    assert (wide["area_error_m2"] >= made["area_error_m2"]).all()
    assert made["users"].between(0.0, 1.0).all()
    assert CLASS_AREAS["area_m2"].unit == "m²"


def test_one_sample_unit_tells_no_margin_and_wrong_tables_are_refused():
    counts = pd.DataFrame([[1, 0], [0, 9]], index=["a", "b"], columns=["a", "b"])
    made = rl.estimate_areas(counts, {"a": 1.0, "b": 1.0})
    assert pd.isna(made["users_error"].iloc[0])
    assert made["users"].iloc[0] == 1.0
    for wrong, areas, said in (
        (counts.rename(columns={"a": "z"}), {"a": 1.0, "b": 1.0}, "same classes"),
        (counts * 0, {"a": 1.0, "b": 1.0}, "no sample unit"),
        (counts - 2, {"a": 1.0, "b": 1.0}, "whole numbers"),
        (counts, {"a": 0.0, "b": 0.0}, "not all zero"),
    ):
        with pytest.raises(rl.JobError, match=said):
            rl.estimate_areas(wrong, areas)
    with pytest.raises(rl.JobError, match="between 0 and 1"):
        rl.estimate_areas(counts, {"a": 1.0, "b": 1.0}, confidence=1.0)


# Objects and areas


def test_objects_and_areas_counted_by_hand():
    truth = layer(square(0), square(100), square(200), square(300, 80), kind=["construction"] * 3 + ["dumping"])
    found = layer(
        square(0), square(105), square(400), square(300, 80),
        kind=["construction", "construction", "construction", "occupation"], confidence=[0.9, 0.8, 0.3, 0.6],
    )  # fmt: skip
    made = rl.assess_detection(found, truth)
    rows = made.accuracies.set_index(["scope", "part"])
    every = rows.loc[("all", "*")]
    assert every[["truth_count", "found_count", "hit_count", "right_count"]].tolist() == [4, 4, 3, 3]
    assert every[["precision", "recall", "f1"]].tolist() == [0.75, 0.75, 0.75]
    # 15 of 25 m for the one that is 5 m off.
    assert every["mean_iou"] == pytest.approx((1.0 + 0.6 + 1.0) / 3)
    assert every["shared_m2"] == area(square(0), box(105, 0, 120, 20), square(300, 80))
    assert every["found_m2"] == area(*found.geometry)
    assert every["area_recall"] == pytest.approx(every["shared_m2"] / every["truth_m2"])
    built = rows.loc[("kind", "construction")]
    assert built[["truth_count", "found_count", "hit_count"]].tolist() == [3, 3, 2]
    # Found, but as another kind.
    assert rows.loc[("kind", "dumping"), "recall"] == 0.0
    assert pd.isna(rows.loc[("kind", "dumping"), "precision"])
    assert rows.loc[("kind", "occupation"), "precision"] == 0.0
    sizes = rows.loc["size"]
    assert sizes.index.tolist() == ["0–400", "400–1000", "1000–5000", "≥5000"]
    assert sizes.loc["400–1000", ["truth_count", "hit_count", "found_count", "right_count"]].tolist() == [3, 2, 3, 2]
    assert sizes.loc["≥5000", "recall"] == 1.0
    assert pd.isna(sizes.loc["0–400", "recall"])


def test_probabilities_make_a_curve_a_brier_score_and_a_table():
    truth = layer(square(0), square(100), square(200), square(300))
    chances = [0.9, 0.8, 0.3, 0.6]
    found = layer(square(0), square(100), square(400), square(500), confidence=chances)
    made = rl.assess_detection(found, truth, thresholds=[0.0, 0.5, 0.85, 1.0])
    curve = made.curve
    assert curve["found_count"].tolist() == [4, 3, 1, 0]
    assert curve["precision"].tolist()[:3] == [0.5, pytest.approx(2 / 3), 1.0]
    assert curve["recall"].tolist() == [0.5, 0.5, 0.25, 0.0]
    assert made.brier == pytest.approx(np.mean([0.1**2, 0.2**2, 0.3**2, 0.6**2]))
    bins = made.reliability.set_index("low")
    assert bins.index.tolist() == [0.3, 0.6, 0.8, 0.9]
    assert bins["observed"].tolist() == [0.0, 0.0, 1.0, 1.0]
    assert bins["stated"].tolist() == [0.3, 0.6, 0.8, 0.9]
    assert (bins["observed_low"] <= bins["observed"]).all()
    assert (bins["observed"] <= bins["observed_high"] + 1e-12).all()
    for schema, table in {ACCURACIES: made.accuracies, ACCURACY_CURVE: curve, RELIABILITY: made.reliability}.items():
        assert table.columns.tolist() == [column.name for column in schema]
        assert len(table)
    assert "Brier" in repr(made)
    assert "查准率" in made._repr_html_()


def test_what_may_be_of_a_kind_counts_apart_from_what_was_told_as_it():
    may = '{"change": {"candidates": [{"kind": "construction"}, {"kind": "dumping"}]}}'
    truth = layer(*map(square, (0, 100, 200)), kind=["dumping", "dumping", "construction"])
    found = layer(*map(square, (0, 100, 200)), kind=["unknown", "dumping", "unknown"], evidence=[may, "", "notes"])
    rows = rl.assess_detection(found, truth).accuracies.set_index("part")
    assert rows.loc["dumping", ["recall", "candidate_recall"]].tolist() == [0.5, 1.0]
    assert rows.loc["construction", ["recall", "candidate_recall"]].tolist() == [0.0, 0.0]
    assert rows.loc["*", ["recall", "candidate_recall"]].tolist() == [1.0, 1.0]


def test_the_interval_of_a_share_is_wilsons():
    # Newcombe (1998), table I: 81 of 263, 0.2553 to 0.3662.
    assert tuple(map(float, wilson(81, 263, 0.95))) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_one_to_many_is_a_rule_that_is_asked_for():
    halves, whole = layer(square(0, 10), box(10, 0, 20, 10)), layer(box(0, 0, 20, 10))
    alone = rl.assess_detection(halves, whole, iou=0.6).accuracies.iloc[0]
    joined = rl.assess_detection(halves, whole, iou=0.6, matching="one_to_many").accuracies.iloc[0]
    assert (alone["recall"], alone["precision"]) == (0.0, 0.0)
    assert (joined["recall"], joined["precision"], joined["mean_iou"]) == (1.0, 1.0, 1.0)
    merged = rl.assess_detection(whole, halves, iou=0.6, matching="one_to_many").accuracies.iloc[0]
    assert (merged["recall"], merged["precision"]) == (1.0, 1.0)
    # The area does not care how it is parted.
    assert alone["area_iou"] == joined["area_iou"] == pytest.approx(1.0)
    # Two found objects on one true one: one is right, the other is not.
    twice = rl.assess_detection(layer(square(0), square(1)), layer(square(0))).accuracies.iloc[0]
    assert (twice["precision"], twice["recall"]) == (0.5, 1.0)


places = st.lists(st.tuples(st.integers(0, 900), st.integers(5, 60)), min_size=1, max_size=12)


@given(places, places, st.randoms(use_true_random=False))
@fast
def test_laws_of_matching(one, other, random):
    found = layer(*(square(x, s) for x, s in one), confidence=[(x % 10) / 10 for x, _ in one])
    truth = layer(*(square(x, s) for x, s in other))
    first = rl.assess_detection(found, truth)
    row = first.accuracies.iloc[0]
    assert row["hit_count"] == row["right_count"]
    assert 0.0 <= row["area_iou"] <= 1.0
    assert 0.0 <= first.brier <= 1.0
    order = list(range(len(found)))
    random.shuffle(order)
    again = rl.assess_detection(found.iloc[order], truth)
    pd.testing.assert_frame_equal(first.accuracies, again.accuracies)
    assert again.brier == pytest.approx(first.brier)
    perfect = rl.assess_detection(truth, truth).accuracies.iloc[0]
    assert perfect["area_iou"] == pytest.approx(1.0)
    more = rl.assess_detection(found, truth, matching="one_to_many").accuracies.iloc[0]
    assert more["hit_count"] >= row["hit_count"]


def test_what_a_permit_covers_is_no_false_alarm_of_a_result_and_is_told():
    features = held.things(box(200, 80, 240, 120), box(400, 0, 440, 40))
    allowed = held.permits(box(190, 70, 250, 130))
    screened = rl.screen(features, held.drawn(), axes=held.axes(), permits=allowed)
    assert screened.suspects["is_counted"].tolist().count(False) == 1
    truth = layer(box(400, 0, 440, 40))
    made = rl.assess_detection(screened, truth)
    assert made.accuracies.iloc[0][["precision", "recall"]].tolist() == [1.0, 1.0]
    told = made.faults.query("code == 'suspects-not-counted'").iloc[0]
    permitted = screened.suspects.query("not is_counted")
    assert (told["value"], told["severity"], told["note"]) == (1.0, "note", permitted["suspect_id"].iloc[0])
    every = rl.assess_detection(screened.suspects, truth)
    assert every.accuracies.iloc[0]["precision"] == 0.5
    assert every.faults.empty


def test_a_screening_is_held_against_its_truth():
    screened = rl.screen(held.things(box(200, 80, 240, 120), box(400, 0, 440, 40)), held.drawn(), axes=held.axes())
    made = rl.assess_detection(screened, layer(box(400, 0, 440, 40)))
    assert made.accuracies.iloc[0][["precision", "recall"]].tolist() == [0.5, 1.0]
    assert made.brier == pytest.approx(0.5)


def test_a_sample_of_points_estimates_areas_with_intervals():
    found = layer(box(0, 0, 100, 100), box(50, 0, 150, 100), kind=["dumping", "construction"], confidence=[0.9, 0.5])
    ground = layer(box(0, 0, 1000, 100))
    at = [(10, "dumping"), (60, "dumping"), (90, ""), (110, "construction"), (140, "none"), (500, ""), (600, "dumping"),
          (700, None), (5000, "dumping")]  # fmt: skip
    points = layer(*(Point(EAST + x, NORTH + 50) for x, _ in at), kind=[kind for _, kind in at])
    made = rl.assess_detection(found, points, extents=ground)
    rows = made.estimates.set_index("class_name")
    # The more probable object has the ground that both cover; the point outside the ground is not of the sample.
    assert rows["mapped_m2"].to_dict() == {
        "construction": area(box(100, 0, 150, 100)), "dumping": area(box(0, 0, 100, 100)),
        "none": area(box(150, 0, 1000, 100)), "*": area(box(0, 0, 1000, 100)),
    }  # fmt: skip
    assert rows["samples"].to_dict() == {"construction": 2, "dumping": 3, "none": 3, "*": 8}
    dumping = 2 / 3 * rows.loc["dumping", "mapped_m2"] + 1 / 3 * rows.loc["none", "mapped_m2"]
    assert rows.loc["dumping", "area_m2"] == pytest.approx(dumping, abs=0.02)
    assert len(made.accuracies) == 0
    assert "overall accuracy" in repr(made)
    with pytest.raises(rl.JobError, match="extents"):
        rl.assess_detection(found, points)
    with pytest.raises(rl.SchemaError, match="kind"):
        rl.assess_detection(found, points.drop(columns="kind").assign(n=1), extents=ground)


def test_what_cannot_be_compared_is_told_and_wrong_calls_raise_once():
    bow = shapely.Polygon([(EAST, NORTH), (EAST + 9, NORTH + 9), (EAST + 9, NORTH), (EAST, NORTH + 9)])
    made = rl.assess_detection(layer(square(0), bow, None), layer(square(0), line((0, 0), (5, 5))))
    assert sorted(made.faults["code"]) == ["feature-blank", "geometry-type", "invalid"]
    assert made.accuracies.iloc[0][["precision", "recall"]].tolist() == [1.0, 1.0]
    good = layer(square(0))
    with pytest.raises(rl.JobError, match=r"(?s)iou.*sizes_m2.*thresholds.*matching"):
        rl.assess_detection(good, good, iou=0.0, sizes_m2=(5.0, 1.0), thresholds=[2.0], matching="all")
    with pytest.raises(rl.CRSError, match="to_metric"):
        rl.assess_detection(good.to_crs(4490), good)
    with pytest.raises(rl.SchemaError, match="GeoDataFrame"):
        rl.assess_detection("found", good)
    with pytest.raises(rl.SchemaError, match="probability"):
        rl.assess_detection(good.assign(confidence=[np.nan]), good)
    moved = rl.assess_detection(good, good.to_crs(4490)).accuracies.iloc[0]
    assert moved["area_iou"] == pytest.approx(1.0, abs=1e-4)


def test_nothing_found_and_nothing_there_are_figures_too():
    none, some = layer(square(0))[:0], layer(square(0))
    row = rl.assess_detection(none, some).accuracies.iloc[0]
    assert row["recall"] == 0.0
    assert pd.isna(row["precision"])
    assert pd.isna(rl.assess_detection(some, none).accuracies.iloc[0]["recall"])
    empty = rl.assess_detection(none.assign(confidence=[]), none)
    assert len(empty.curve) == 0
    assert pd.isna(empty.brier)


# Lines


def lines(*shapes, **columns):
    return gpd.GeoDataFrame(columns or {"n": range(len(shapes))}, geometry=list(shapes), crs=CRS)


def test_errors_of_a_line_that_is_off_by_known_amounts():
    reference = lines(line((0, 0), (1000, 0)))
    # Half of it 2 m left, half of it 4 m right.
    given = lines(line((0, 2), (500, 2)), line((500, -4), (1000, -4)))
    row = rl.assess_waterlines(given, reference, step_m=1.0).errors.iloc[0]
    assert row["rmse_m"] == pytest.approx(np.sqrt((4 + 16) / 2), abs=1e-3)
    assert (row["mae_m"], row["bias_m"], row["spread_m"], row["within_95_m"]) == (3.0, 1.0, 3.0, 4.0)
    assert (row["places"], row["matched"], row["complete"]) == (1000, 1.0, 1.0)
    assert rl.assess_waterlines(given, reference).errors.columns.tolist() == [column.name for column in LINE_ERRORS]


def test_a_slanting_line_has_the_root_mean_square_of_a_ramp():
    row = rl.assess_waterlines(lines(line((0, 0), (1000, 9))), lines(line((-9, 0), (1009, 0))), step_m=0.5).errors.iloc[
        0
    ]
    assert row["rmse_m"] == pytest.approx(9 / np.sqrt(3), abs=2e-3)
    assert row["bias_m"] == pytest.approx(-4.5, abs=2e-3)
    assert row["within_95_m"] == pytest.approx(0.95 * 9, abs=5e-3)


def test_with_axes_the_sign_says_wider_or_narrower_on_both_banks():
    reference = lines(line((0, 50), (1000, 50)), line((1000, -50), (0, -50)), bank=["left", "right"])
    wider = lines(line((0, 53), (1000, 53)), line((0, -52), (1000, -52)), bank=["left", "right"])
    made = rl.assess_waterlines(wider, reference, axes=held.axes())
    rows = made.errors.set_index(["scope", "part"])["bias_m"]
    assert rows.to_dict() == {("all", "*"): 2.5, ("bank", "left"): 3.0, ("bank", "right"): 2.0}
    assert made.run.inputs["assess"]["positive"] == "away from the axis"
    assert rl.assess_waterlines(reference, wider, axes=held.axes()).errors["bias_m"].iloc[0] == -2.5


def test_what_has_no_reference_is_told_and_not_measured():
    reference = lines(line((0, 0), (500, 0)))
    given = lines(line((250, 1), (1000, 1)), None, LineString(), Point(EAST, NORTH), line((5, 5), (5, 5)))
    made = rl.assess_waterlines(given, reference, step_m=1.0, reach_m=10.0)
    row = made.errors.iloc[0]
    assert row["matched"] == pytest.approx(260 / 750, abs=0.01)
    assert row["complete"] == pytest.approx(260 / 500, abs=0.01)
    assert row["within_95_m"] < 10.0
    assert sorted(made.faults["code"]) == ["feature-blank", "feature-blank", "geometry-type", "zero-length"]
    none = rl.assess_waterlines(given, reference[:0]).errors.iloc[0]
    assert pd.isna(none["rmse_m"])
    assert none["matched"] == 0.0
    with pytest.raises(rl.JobError, match="step_m"):
        rl.assess_waterlines(given, reference, step_m=0.0)
    with pytest.raises(rl.CRSError, match="to_metric"):
        rl.assess_waterlines(given.to_crs(4490), reference)
