"""Laws of stakes, for any line: distances, sight lines, control points, numbers, maps that move."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import riverline as rl
from riverline._kernels.lines.chainage import cut, vertex_chainages
from riverline._kernels.lines.stake_chain import push_out
from riverline._kernels.lines.stake_spans import chord_errors, even_places, turn_places
from riverline.demarcation.stakes.numbers import assign, parse, write
from staked import CRS, RULES, Piece, X, Y, demarcation, frame, winding

SPACING, STAKES = RULES.policy.stake_spacing, RULES.policy.stakes
LAWS = settings(max_examples=15, deadline=None)
seeds = st.integers(0, 10_000)
banks = st.sampled_from(["left", "right"])
noises = st.sampled_from([0.0, 0.5, 4.0])


def bend(seed: int, bank: str = "left", noise: float = 0.5) -> Piece:
    return Piece(winding(seed, noise=noise), bank=bank)


def works(result: rl.Demarcation, shares: list[float]):
    line = result.lines.geometry.iloc[0]
    spots = [shapely.transform(line.interpolate(share, normalized=True), lambda xy: xy - (X, Y)) for share in shares]
    return frame(spots, work_id=[f"S{number}" for number in range(len(shares))])


@LAWS
@given(seeds, banks, noises, st.sampled_from(["town", "country", "gorge"]))
def test_every_stake_is_on_the_line_and_no_span_is_longer_than_allowed(seed, bank, noise, setting):
    result = demarcation(bend(seed, bank, noise))
    around = frame([shapely.box(-1e4, -1e4, 1e5, 1e4)], setting_id=["1"], setting=[setting])
    stakes = rl.place_stakes(result, settings=around)
    line = result.lines.geometry.iloc[0]
    assert shapely.distance(stakes.geometry.array, line).max() < 1e-3
    along = shapely.line_locate_point(line, stakes.geometry.array)
    assert along.tolist() == pytest.approx(sorted(along))
    assert (along[0], along[-1]) == pytest.approx((0.0, line.length))
    if setting != "gorge":
        assert np.diff(along).max() <= getattr(SPACING, setting).max_m + 1e-6


@LAWS
@given(seeds, noises)
def test_the_line_keeps_the_sight_lines_wherever_a_stake_fits(seed, noise):
    """Where it does not, every vertex out of sight is nearer to a stake than turns may be."""
    result = demarcation(bend(seed, noise=noise))
    stakes = rl.place_stakes(result)
    coords = shapely.get_coordinates(result.lines.geometry.iloc[0])
    along, vertices = shapely.line_locate_point(result.lines.geometry.iloc[0], stakes.geometry.array), None
    for number, deviation in enumerate(stakes["deviation_m"].iloc[:-1]):
        span = cut(coords, along[number], along[number + 1])
        chord = shapely.LineString(span[[0, -1]])
        away = shapely.distance(shapely.points(span), chord)
        assert deviation == pytest.approx(away.max(), abs=1e-3)
        vertices = vertex_chainages(span)
        room = np.minimum(vertices, vertices[-1] - vertices) >= STAKES.turns_apart_m
        assert not (room & (away > STAKES.sight_line_m + 1e-6)).any()
    # The check asks for no stake that placing would not give, and misses none that was taken away.
    assert "stake-out-of-sight" not in set(rl.check_stakes(stakes, result)["code"])
    # Every span over the sight line is told, where no other stake fits as a note.
    told = rl.check_stakes(stakes, result)
    over = stakes["deviation_m"] > STAKES.sight_line_m + 0.02
    noted = told.loc[told["code"] == "stake-turn-too-near"]
    assert set(stakes.loc[over, "stake_id"]) <= set(noted["feature_id"])
    assert (noted["value"] > STAKES.sight_line_m).all()
    assert set(noted["severity"]) <= {"note"}
    turns = stakes[stakes["reason"] != "turn"]
    wanted = (stakes["reason"] == "turn").any()
    assert ("stake-out-of-sight" in set(rl.check_stakes(turns, result)["code"])) == wanted


@LAWS
@given(seeds, st.lists(st.floats(0.02, 0.98), min_size=1, max_size=6, unique=True))
def test_every_control_point_has_a_stake(seed, shares):
    result = demarcation(bend(seed))
    asked = works(result, shares)
    stakes = rl.place_stakes(result, structures=asked)
    basic = stakes[stakes["kind"] == "basic"]
    gap = shapely.distance(np.asarray(asked.geometry.array)[:, None], np.asarray(basic.geometry.array)[None, :]).min(
        axis=1
    )
    assert gap.max() <= STAKES.together_m * len(shares)
    named = {each for cell in basic["source_ids"] for each in cell.split(",")}
    assert named >= set(asked["work_id"])


@LAWS
@given(seeds, banks, st.lists(st.floats(0.02, 0.98), min_size=1, max_size=4, unique=True))
def test_stakes_that_come_later_change_nothing_that_stands(seed, bank, shares):
    result = demarcation(bend(seed, bank))
    stakes = rl.place_stakes(result)
    more = rl.place_stakes(result, structures=works(result, shares), existing=stakes)
    kept = more[more["stake_id"].isin(stakes["stake_id"])]
    assert kept["number"].tolist() == stakes["number"].tolist()
    assert (shapely.distance(kept.geometry.array, stakes.geometry.array) == 0.0).all()
    assert more["number"].is_unique
    assert more["stake_id"].is_unique


@LAWS
@given(seeds, st.integers(-40, 40), st.integers(-300, 300))
def test_moving_the_map_moves_the_stakes_and_nothing_else(seed, east, north):
    x, y = 1024.0 * east, 1024.0 * north
    piece = bend(seed)
    here = rl.place_stakes(demarcation(piece))
    there = rl.place_stakes(demarcation(piece, at=(X + x, Y + y)))
    assert there["number"].tolist() == here["number"].tolist()
    assert there["reason"].tolist() == here["reason"].tolist()
    assert there["x_m"].to_numpy() - y == pytest.approx(here["x_m"].to_numpy(), abs=2e-3)
    assert there["y_m"].to_numpy() - x == pytest.approx(here["y_m"].to_numpy(), abs=2e-3)
    assert there["chainage_m"].tolist() == pytest.approx(here["chainage_m"].tolist(), abs=0.11)


@LAWS
@given(seeds, banks, noises)
def test_a_chain_that_defines_contains_the_line(seed, bank, noise):
    piece = bend(seed, bank, noise)
    stakes = rl.place_stakes(demarcation(piece), role="define")
    assert stakes["inside_m"].max() == 0.0
    chain = np.column_stack([stakes.geometry.x - X, stakes.geometry.y - Y])
    # The land of the river: from the chain across to a baseline far on the side of the water.
    base = -2000.0 if bank == "left" else 2000.0
    inside = shapely.Polygon([*chain, (chain[-1, 0], base), (chain[0, 0], base)]).buffer(2e-3)
    ends = (piece.coords[:, 0] > chain[0, 0]) & (piece.coords[:, 0] < chain[-1, 0])
    assert inside.covers(shapely.LineString(piece.coords[ends]))


@LAWS
@given(seeds, st.lists(st.floats(0.0, 1.0), min_size=2, max_size=30))
def test_what_the_kernels_gave_stays_as_it_is(seed, shares):
    coords = winding(seed)
    length = vertex_chainages(coords)[-1]
    breaks = np.unique([0.0, *(length * share for share in shares), length])
    turns = turn_places(coords, breaks, tolerance_m=5.0, least_m=50.0)
    assert np.isin(breaks, turns).all()
    assert turn_places(coords, turns, tolerance_m=5.0, least_m=50.0).tolist() == turns.tolist()
    even = even_places(turns, [0.0, length], [300.0])
    assert np.isin(turns, even).all()
    assert even_places(even, [0.0, length], [300.0]).tolist() == even.tolist()
    spans = np.diff(turns)
    assert len(even) - len(turns) == int((np.ceil(spans / 300.0 - 1e-9) - 1).clip(0).sum())


@LAWS
@given(seeds, st.sampled_from([1.0, -1.0]), st.lists(st.floats(0.05, 0.95), max_size=12))
def test_pushed_chains_cut_nothing_off(seed, landside, shares):
    coords = winding(seed)
    length = vertex_chainages(coords)[-1]
    breaks = np.unique([0.0, *(length * share for share in shares), length])
    stakes = np.vstack([cut(coords, place, place)[:1] for place in breaks])
    chain, inside = push_out(coords, breaks, stakes, landside=landside)
    assert inside.max() == 0.0
    assert chord_errors(coords, breaks, chain, landside=landside)[1].max() <= 1e-3


@given(st.lists(st.integers(0, 200), max_size=25))
def test_sequences_of_any_insertions_are_new_readable_and_in_order_but_for_one_suffix(spots):
    """Stakes are put in behind the n-th one, one after another."""
    numbering = STAKES.number
    line = assign([None] * 5)
    for spot in spots:
        at = spot % (len(line) + 1)
        longer = assign([*line[:at], None, *line[at:]])
        assert [*longer[:at], *longer[at + 1 :]] == line
        assert len(set(longer)) == len(longer)
        assert max(map(len, longer)) <= 2
        assert [each[0] for each in longer] == sorted(each[0] for each in longer)
        line = longer
    values = {"river": "Q-1", "bank": "right", "admin": "", "chainage": ""}
    texts = [write(numbering, each, values) for each in line]
    assert len(set(texts)) == len(texts)
    assert [parse(numbering, text, river="Q-1", bank="right") for text in texts] == line


def test_a_province_of_stakes_takes_seconds():
    """Fifty banks of six kilometres, 16,000 vertices: no loop over vertices."""
    import time

    pieces = [Piece(winding(n) - (0, 1000.0 * n), river=f"R{n}", bank="left") for n in range(50)]
    result = demarcation(*pieces)
    start = time.process_time()
    stakes = rl.place_stakes(result)
    assert stakes.crs == CRS
    assert len(stakes) > 1000
    assert time.process_time() - start < 10.0
