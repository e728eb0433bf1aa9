"""Rings of coordinate texts: outer ones and holes by how deep they lie, in any order and under any number."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import invented

import riverline as rl
from riverline.io.coordinate_text.shaping import GUESSES, shape_of

CORNER = np.array([39_500_000.0, 3_400_000.0])
ZONE = np.array([39_000_000.0, 0.0])


def square(low, high, *, closed=True):
    """Corners of a square from (low, low) to (high, high), in metres from a corner of zone 39."""
    ring = np.array([(low, low), (high, low), (high, high), (low, high), (low, low)], dtype=float) + CORNER
    return ring if closed else ring[:-1]


def read(folder, *rings, numbers=None, **options):
    """A parcel of rings as a file has it."""
    numbers = numbers or range(1, len(rings) + 1)
    points = [f"J1,{number},{north:.3f},{east:.3f}" for number, ring in zip(numbers, rings, strict=True)
              for east, north in ring]  # fmt: skip
    path = folder / "x.txt"
    path.write_text("\n".join(["[地块坐标]", ",,A,甲,面,,,,@", *points]), encoding="utf-8")
    return rl.read_coordinate_text(path, **options)


def notes(frame):
    return " ".join(each["zh"] for each in frame.attrs["source"]["notes"])


OUTER, HOLE, ISLAND = square(0, 100), square(20, 80), square(40, 60)


def test_an_island_in_a_hole_is_a_part_of_its_own(tmp_path):
    frame = read(tmp_path, OUTER, HOLE, ISLAND)
    assert frame.area.tolist() == [100**2 - 60**2 + 20**2]
    assert frame.is_valid.all()
    assert "孔中的岛，作为另一部分：第 “2” 行" in notes(frame)
    assert "互不包含" not in notes(frame)


def test_a_hole_may_stand_before_its_outer_ring(tmp_path):
    frame = read(tmp_path, HOLE, OUTER)
    assert frame.area.tolist() == [100**2 - 60**2]
    assert "写在外圈之前的孔" in notes(frame)
    assert "另一部分" not in notes(frame)


def test_rings_of_one_number_part_where_they_close(tmp_path):
    frame = read(tmp_path, OUTER, HOLE, square(200, 210), numbers=[1, 1, 1])
    assert frame.area.tolist() == [100**2 - 60**2 + 10**2]
    assert frame.is_valid.all()
    assert "已在闭合点分开" in notes(frame)
    assert "未闭合" not in notes(frame), "they were closed"


def test_a_last_ring_under_the_same_number_may_be_open(tmp_path):
    frame = read(tmp_path, OUTER, square(20, 80, closed=False), numbers=[1, 1])
    assert frame.area.tolist() == [100**2 - 60**2]
    assert {"已在闭合点分开", "首尾未闭合"} <= {
        word for word in ("已在闭合点分开", "首尾未闭合") if word in notes(frame)
    }


def test_a_number_that_comes_back_is_another_ring_and_a_late_point_is_not(tmp_path):
    opened = [square(0, 50, closed=False), square(10, 40, closed=False), square(60, 90, closed=False)]
    frame = read(tmp_path, *opened, numbers=[1, 2, 1])
    assert frame.area.tolist() == [50**2 - 30**2 + 30**2]
    assert "圈号隔开后再次出现" in notes(frame)
    late = read(tmp_path, *opened[:2], opened[0][:1], numbers=[1, 2, 1])
    assert late.area.tolist() == [50**2 - 30**2]
    assert "再次出现" not in notes(late)


def test_what_touches_itself_stays_and_is_told_and_found_by_the_check(tmp_path):
    start, *_ = OUTER
    eight = np.array([(0, 0), (50, 0), (50, 50), (0, 0), (-50, 0), (-50, -50), (0, 0)]) + start
    bridged = np.concatenate([OUTER, square(20, 80), [start]])
    for ring in (eight, bridged):
        frame = read(tmp_path, ring)
        assert shapely.get_num_coordinates(frame.geometry.iloc[0]) == len(ring), "nothing is repaired"
        assert "回到起点后又继续" in notes(frame)
        assert len(rl.check(frame, rl.schema.PARCELS)) == 1
    doubled = read(tmp_path, np.concatenate([OUTER, [start]]))
    assert doubled.area.tolist() == [100**2]
    assert "回到起点" not in notes(doubled)


def test_rings_that_cross_are_kept_and_doubled_ones_taken_once(tmp_path):
    frame = read(tmp_path, OUTER, square(90, 150))
    assert shapely.get_num_coordinates(frame.geometry.iloc[0]) == 10
    assert "互相交叉的圈" in notes(frame)
    twice = read(tmp_path, OUTER, HOLE, np.roll(OUTER[:-1], 2, axis=0))
    assert twice.area.tolist() == [100**2 - 60**2]
    assert "重复的圈，只取一次" in notes(twice)
    beside = read(tmp_path, OUTER, square(100, 150))
    assert "互不包含的外圈" in notes(beside)
    assert "交叉" not in notes(beside)


def test_a_hole_that_rounding_put_a_hair_outside_is_a_hole(tmp_path):
    hole = square(20, 80) + np.where(square(20, 80) - CORNER == (80, 80), [[20.0005, 0]], 0)
    frame = read(tmp_path, OUTER, hole)
    assert frame.area.iloc[0] == pytest.approx(100**2 - 80 * 60, abs=0.1)
    assert "另一部分" not in notes(frame)


def test_counts_of_points_go_by_the_rings_that_were_found(tmp_path):
    path = tmp_path / "x.txt"
    both = [f"J1,1,{north:.3f},{east:.3f}" for east, north in np.concatenate([OUTER, HOLE])]
    for count, fits in ((10, True), (8, True), (9, False)):
        path.write_text("\n".join(["[地块坐标]", f"{count},,A,甲,面,,,,@", *both]), encoding="utf-8")
        assert ("点数不符" not in notes(rl.read_coordinate_text(path))) == fits


def test_every_guess_has_a_sentence_in_both_languages():
    assert all(zh and en and zh != en for zh, en in GUESSES.values())


@st.composite
def nested(draw, low=(0, 0), size=27 * 27, depth=0):
    """Squares in squares: each as its low corner and side, children strictly inside and apart."""
    found = [(low, size, depth)]
    cell = size // 3
    if cell < 9:
        return found
    places = draw(st.lists(st.sampled_from([(i, j) for i in range(3) for j in range(3)]), max_size=3, unique=True))
    for i, j in places if depth < 4 else []:
        found += draw(nested((low[0] + i * cell + 1, low[1] + j * cell + 1), cell - 2, depth + 1))
    return found


def polygon_of(squares):
    """Even depths are land, odd ones water."""
    whole = shapely.Polygon()
    for (x, y), size, depth in squares:
        own = shapely.box(x, y, x + size, y + size)
        whole = whole.union(own) if depth % 2 == 0 else whole.difference(own)
    return shapely.normalize(shapely.transform(whole, lambda xy: xy + CORNER))


def same(here, sent):
    return here.is_valid and shapely.equals_exact(shapely.normalize(here), sent, tolerance=1e-6)


@settings(max_examples=60, deadline=None)
@given(nested(), st.randoms(use_true_random=False), st.booleans(), st.booleans())
def test_nested_rings_are_the_same_parcel_in_any_order_turn_and_number(squares, chance, closed, numbered):
    rings = []
    for (x, y), size, _ in squares:
        ring = np.array([(x, y), (x + size, y), (x + size, y + size), (x, y + size)], dtype=float) + CORNER
        ring = np.roll(ring[:: chance.choice([1, -1])], chance.randrange(4), axis=0)
        rings.append(np.concatenate([ring, ring[:1]]) if closed or not numbered else ring)
    chance.shuffle(rings)
    numbers = [at if numbered else 1 for at, ring in enumerate(rings, 1) for _ in ring]
    told = shape_of(np.concatenate(rings), numbers, "面")
    assert same(told.shape, polygon_of(squares))
    assert told.rings == len(squares)
    assert ("island" in told.guesses) == any(depth in {2, 4} for *_, depth in squares)
    assert "crossing" not in told.guesses


@settings(max_examples=25, deadline=None)
@given(nested(), st.randoms(use_true_random=False), st.sampled_from(rl.export.list_dialects()), st.booleans())
def test_what_is_written_comes_back_as_one_parcel_with_its_rings_shuffled(
    tmp_path_factory, squares, chance, dialect, numbered
):
    folder = tmp_path_factory.mktemp("rings")
    sent = polygon_of(squares)
    plane = shapely.transform(sent, lambda xy: xy - ZONE)
    frame = gpd.GeoDataFrame({"地块": ["A"]}, geometry=[plane], crs=invented.CRS)
    path = rl.export.to_coordinate_text(folder / "x.txt", 层=frame, dialect=dialect)
    shift = ZONE * (not rl.export.load_dialect(dialect).zone_number)
    assert same(shapely.transform(rl.read_coordinate_text(path).geometry.iloc[0], lambda xy: xy + shift), sent)
    lines = path.read_text("gbk").splitlines()
    at = lines.index("[地块坐标]") + 1
    rings, opened = [], ""
    for line in lines[at:]:
        ring = line.split(",")[1]
        if line.endswith("@") or ring != opened:
            opened = "" if line.endswith("@") else ring
            rings += [] if line.endswith("@") else [[]]
        if not line.endswith("@"):
            rings[-1].append(line.split(","))
    chance.shuffle(rings)
    mixed = [",".join([name, str(number) if numbered else "1", *xy]) for number, ring in enumerate(rings, 1)
             for name, _, *xy in ring]  # fmt: skip
    path.write_bytes("\r\n".join([*lines[: at + 1], *mixed]).encode("gbk"))
    assert same(shapely.transform(rl.read_coordinate_text(path).geometry.iloc[0], lambda xy: xy + shift), sent)
