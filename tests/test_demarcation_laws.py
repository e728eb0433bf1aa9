"""Laws of the demarcation, on random meandering rivers with levees, bank tops, gaps and open ends, several a call."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import riverline as rl
from county import CRS, ORIGIN, rule_set
from riverline.demarcation.extents.seams import HAIR_M

MM = 1e-3
CRUMB = 1.0
HAIR = 1e-4
"""Wide enough for buffers at coordinates of eight digits."""
GRADES = {2: 30.0, 5: 15.0}
SPACING = 20_000.0
"""Rivers of one county stand so far apart that none is within the strip of another."""

laws = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate],  # making a failing county smaller takes minutes and says little
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
few = settings(laws, max_examples=4)


@dataclass(frozen=True)
class County:
    """The layers of one call."""

    axes: gpd.GeoDataFrame
    levees: gpd.GeoDataFrame
    bank_tops: gpd.GeoDataFrame
    water: gpd.GeoDataFrame

    def demarcated(self, rules, **choices):
        return rl.demarcate(self.axes, rules, levees=self.levees, bank_tops=self.bank_tops, water=self.water, **choices)

    def each(self, change) -> County:
        """The county with every layer changed."""
        return County(change(self.axes), change(self.levees), change(self.bank_tops), change(self.water))


@st.composite
def _bank(draw, *, half_width: float, radius: float, length: float):
    """Pieces of one bank: (kind, grade, from, to, distance from the axis), running past the ends or short of them."""
    cuts = sorted(draw(st.lists(st.floats(0.1, 0.9), max_size=3)))
    starts = [draw(st.sampled_from([-60.0, -5.0, 0.0, 8.0, 90.0])), *(cut * length for cut in cuts)]
    over = draw(st.sampled_from([-60.0, -5.0, 0.0, 8.0, 90.0]))
    gaps = [draw(st.sampled_from([0.0, 0.5, 40.0, 120.0, 260.0])) for _ in cuts]
    ends = [*(cut * length - gap for cut, gap in zip(cuts, gaps, strict=True)), length - over]
    reach = max(min(0.75 * radius, half_width + 120.0), half_width + 1.0)
    pieces = []
    for start, end in zip(starts, ends, strict=True):
        kind = draw(st.sampled_from(["levee", "levee", "levee", "bank_top", "none"]))
        away = half_width if kind == "bank_top" else draw(st.floats(half_width, reach))
        if end - start > 30.0:
            pieces.append((kind, draw(st.sampled_from(sorted(GRADES))), start, end, away))
    return pieces


@st.composite
def _river(draw):
    """A sine-generated meander (Langbein and Leopold 1966) and what stands on its banks."""
    wave = draw(st.floats(300.0, 1500.0))
    swing = draw(st.floats(0.0, 1.7))
    waves = draw(st.sampled_from([0.5, 1.0, 1.5]))
    step = draw(st.sampled_from([7.0, 15.0, 31.0]))
    turn = draw(st.floats(-np.pi, np.pi))
    along = np.arange(0.0, wave * waves + step, step)
    heading = turn + swing * np.sin(2.0 * np.pi * (along[:-1] + step / 2.0) / wave)
    axis = np.vstack([[0.0, 0.0], np.cumsum(step * np.column_stack([np.cos(heading), np.sin(heading)]), axis=0)])
    radius = wave / (2.0 * np.pi * max(swing, 0.05))
    half_width = draw(st.floats(3.0, min(60.0, 0.6 * radius)))
    banks = [draw(_bank(half_width=half_width, radius=radius, length=float(along[-1]))) for _ in range(2)]
    pool = draw(st.sampled_from([None, 0.5, 0.95]))
    return axis, banks, None if pool is None else pool * half_width


def _beside(axis, start, end, offset):
    """Vertices beside an axis, drawn downstream, at a signed distance to its right."""
    along = shapely.get_coordinates(axis)
    total = axis.length
    inner = np.append(0.0, np.cumsum(np.hypot(*np.diff(along, axis=0).T)))
    stations = np.unique(np.concatenate([[start], inner[(inner > start + 0.5) & (inner < end - 0.5)], [end]]))
    near = np.clip(stations, 0.0, total)
    before, after = (shapely.get_coordinates(axis.interpolate(np.clip(near + d, 0.0, total))) for d in (-1.0, 1.0))
    ahead = (after - before) / np.hypot(*(after - before).T)[:, None]
    foot = shapely.get_coordinates(axis.interpolate(near)) + (stations - near)[:, None] * ahead
    return foot + offset * np.column_stack([ahead[:, 1], -ahead[:, 0]])


@st.composite
def counties(draw, rivers=(1, 2, 3)):
    """One to three rivers with levees, bank tops and water; coordinates to the centimetre, as they are kept."""
    rows = {"axes": [], "levees": [], "bank_tops": [], "water": []}
    for number in range(draw(st.sampled_from(rivers))):
        river = f"R{number + 1}"
        local, banks, pool = draw(_river())
        origin = np.array([ORIGIN[0] + number * SPACING, ORIGIN[1]])
        axis = shapely.LineString(np.round(local + origin, 2))
        rows["axes"].append((river, axis))
        for side, pieces in zip((-1.0, 1.0), banks, strict=True):
            for kind, grade, start, end, away in pieces:
                line = shapely.LineString(np.round(_beside(axis, start, end, side * away), 2))
                line = line.reverse() if draw(st.booleans()) else line
                if kind == "levee":
                    rows["levees"].append((f"L{len(rows['levees']) + 1}", river, grade, line))
                elif kind == "bank_top":
                    rows["bank_tops"].append((f"B{len(rows['bank_tops']) + 1}", river, line))
        if pool is not None:
            rows["water"].append((f"W{len(rows['water']) + 1}", river, axis.buffer(pool, cap_style="flat")))
    return County(
        _frame(rows["axes"], ["river_id"], name="清水河"),
        _frame(rows["levees"], ["levee_id", "river_id", "grade"], feature="landside_toe"),
        _frame(rows["bank_tops"], ["bank_id", "river_id"]),
        _frame(rows["water"], ["water_id", "river_id"], kind="river"),
    )


def _frame(rows, names, **more):
    columns = {name: [row[n] for row in rows] for n, name in enumerate(names)}
    return gpd.GeoDataFrame(columns | more, geometry=[row[-1] for row in rows], crs=CRS)


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    """Strips of 30 and 15 m behind levees, 10 m behind bank tops, 5 m beside water, and a protection band."""
    return rule_set(tmp_path_factory.mktemp("rules"), grades=GRADES, protection=40.0)


KEYS = {"levees": "levee_id", "bank_tops": "bank_id", "water": "water_id"}


def ids(series):
    """Single ids out of columns that list several."""
    return {each for text in series for each in text.split(",") if each}


def management(result, river):
    extents = result.extents
    return extents[(extents["river_id"] == river) & (extents["kind"] == "management")].geometry.iloc[0]


def done(result):
    """Rivers that have an extent and whose references do not cross: where they do, a fault says so and all is odd."""
    crossing = set(result.faults.loc[result.faults["code"] == "chains-cross", "feature_id"])
    return sorted(set(result.extents["river_id"]) - crossing)


@laws
@given(counties())
def test_every_input_ends_in_a_line_or_a_fault_and_every_river_in_an_extent_or_a_fault(rules, county):
    result = county.demarcated(rules)
    used = ids(result.lines["source_ids"])
    for layer in ("levees", "bank_tops"):
        told = set(result.faults.loc[result.faults["layer"] == layer, "feature_id"])
        assert set(getattr(county, layer)[KEYS[layer]]) <= used | told, layer
    refused = result.faults.loc[result.faults["code"] == "river-not-done", "feature_id"]
    rivers = result.extents.loc[result.extents["kind"] == "management", "river_id"]
    assert sorted([*refused, *rivers]) == county.axes["river_id"].tolist(), "each river once"
    assert set(result.lines["river_id"]) == set(rivers)
    assert result.lines["line_id"].is_unique
    assert result.extents["extent_id"].is_unique
    assert result.faults["fault_id"].is_unique


@few
@given(counties())
def test_stakes_that_nobody_touched_pass_inspection_whatever_the_banks_are(rules, county):
    result = county.demarcated(rules)
    for axes in (county.axes, None):
        stakes = rl.place_stakes(result, axes=axes)
        told = rl.inspect(result, axes=county.axes, stakes=stakes).faults
        told = told[(told["layer"] == "stakes") & (told["severity"] != "note")]
        assert told[["code", "feature_id", "note"]].to_numpy().tolist() == []


@laws
@given(counties(), st.randoms(use_true_random=False))
def test_inputs_stay_as_they_are_and_neither_row_order_nor_other_columns_matter(rules, county, random):
    def dressed(frame):
        order = list(range(len(frame)))
        random.shuffle(order)
        more = frame.assign(备注="=cmd()", width=5, start=-1.0, bank_given="?")
        return more.iloc[order].set_index(np.arange(len(frame)) * 7 % 5)

    before = county.each(lambda frame: frame.copy(deep=True))
    plain = county.demarcated(rules)
    for layer in ("axes", "levees", "bank_tops", "water"):
        assert getattr(county, layer).equals(getattr(before, layer)), layer
    mixed = county.each(dressed)
    kept = mixed.each(lambda frame: frame.copy(deep=True))
    other = mixed.demarcated(rules)
    for layer in ("axes", "levees", "bank_tops", "water"):
        assert getattr(mixed, layer).equals(getattr(kept, layer)), layer
    assert other.lines.equals(plain.lines)
    assert other.extents.equals(plain.extents)
    assert other.faults.equals(plain.faults)


@laws
@given(counties(), st.floats(-np.pi, np.pi), st.floats(-80_000, 80_000), st.floats(-200_000, 200_000))
def test_moving_and_turning_the_map_moves_and_turns_the_result(rules, county, turn, east, north):
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])

    def moved(geometry):
        return shapely.transform(geometry, lambda xy: (xy - ORIGIN) @ rotation + ORIGIN + [east, north])

    here = county.demarcated(rules)
    there = county.each(lambda frame: frame.set_geometry(moved(frame.geometry.array), crs=CRS)).demarcated(rules)
    assert done(there) == done(here)
    for river in done(here):
        one, two = moved(management(here, river)), management(there, river)
        assert abs(one.area - two.area) < MM * one.length
        assert shapely.hausdorff_distance(one, two) < 2 * MM, "the ends of the reach are cut a millimetre thick"
    banks = dict(list(lines_by_bank(there)))
    for key, rows in lines_by_bank(here):
        one, two = moved(shapely.union_all(rows.geometry.array)), shapely.union_all(banks[key].geometry.array)
        assert shapely.hausdorff_distance(one, two) < MM
        assert_same_reasons(rows, banks[key], "start_chainage_m", "end_chainage_m")


def assert_same_reasons(one, two, *columns):
    """The same pieces in the same order. Where the strips of two references meet, a crumb may go to either."""
    told = ["basis", "rule_id", "source_ids", "confidence", "offset_m"]
    one, two = (rows[rows["length_m"] > CRUMB].fillna({"offset_m": -1.0}) for rows in (one, two))
    assert two[told].to_numpy().tolist() == one[told].to_numpy().tolist()
    for column in ("length_m", *columns):
        assert np.abs(two[column].to_numpy() - one[column].to_numpy()).max(initial=0.0) < CRUMB


@laws
@given(counties())
def test_reversing_the_axes_swaps_the_banks_and_mirrors_the_chainage(rules, county):
    down = county.demarcated(rules)
    upwards = county.axes.set_geometry(shapely.reverse(county.axes.geometry.array), crs=CRS)
    up = replace(county, axes=upwards).demarcated(rules)
    length = dict(zip(county.axes["river_id"], county.axes.geometry.length, strict=True))
    assert done(up) == done(down)
    for (river, bank), rows in lines_by_bank(down):
        mirror = up.lines[(up.lines["river_id"] == river) & (up.lines["bank"] == {"left": "right"}.get(bank, "left"))]
        mirror = mirror.iloc[::-1].assign(
            start_chainage_m=length[river] - mirror["end_chainage_m"],
            end_chainage_m=length[river] - mirror["start_chainage_m"],
        )
        assert_same_reasons(rows, mirror, "start_chainage_m", "end_chainage_m")
        one, two = shapely.union_all(rows.geometry.array), shapely.union_all(mirror.geometry.array)
        assert shapely.hausdorff_distance(one, two) < MM
    for river in done(down):
        assert shapely.hausdorff_distance(management(down, river), management(up, river)) < MM


def segments(line):
    """The sides of a line."""
    vertices = shapely.get_coordinates(line)
    return shapely.linestrings(np.stack([vertices[:-1], vertices[1:]], axis=1))


def lines_by_bank(result):
    """Rows of each bank from reach start to reach end, without what encloses pockets."""
    pockets = set(result.faults.loc[result.faults["code"] == "pocket", "feature_id"])
    rows = result.lines[result.lines["river_id"].isin(set(done(result)) - pockets)]
    return rows.groupby(["river_id", "bank"])


@laws
@given(counties())
def test_each_bank_has_one_line_whose_pieces_join_end_to_end(rules, county):
    result = county.demarcated(rules)
    length = dict(zip(county.axes["river_id"], county.axes.geometry.length, strict=True))
    for (river, bank), rows in lines_by_bank(result):
        merged = shapely.line_merge(shapely.union_all(rows.geometry.array))
        assert merged.geom_type == "LineString", (river, bank)
        starts, ends = (shapely.get_coordinates(shapely.get_point(rows.geometry.array, at)) for at in (0, -1))
        assert (starts[1:] == ends[:-1]).all()
        assert min(shapely.length(segments(line)).min() for line in rows.geometry) >= HAIR_M
        begin, finish = rows["start_chainage_m"].to_numpy(), rows["end_chainage_m"].to_numpy()
        assert begin[0] == 0.0
        assert finish[-1] == pytest.approx(length[river], abs=0.051)
        assert (begin[1:] == finish[:-1]).all()
        assert (begin <= finish).all()


@laws
@given(counties())
def test_the_two_lines_and_the_ends_of_the_reach_bound_the_extent(rules, county):
    result = county.demarcated(rules)
    for river in done(result):
        extent = management(result, river)
        rows = result.lines[result.lines["river_id"] == river]
        if len(extent.geoms) > 1:
            continue
        drawn = shapely.union_all(rows.geometry.array)
        assert shapely.difference(drawn, shapely.buffer(extent.boundary, HAIR)).length == 0.0
        ends = shapely.difference(extent.boundary, shapely.buffer(drawn, HAIR))
        ends = shapely.get_parts(shapely.line_merge(ends)) if ends.geom_type == "MultiLineString" else np.array([ends])
        assert (shapely.length(ends) > MM).sum() <= 2
        axis = county.axes.set_index("river_id").geometry[river]
        for tip in (axis.coords[0], axis.coords[-1]):
            assert shapely.distance(shapely.union_all(ends), shapely.Point(tip)) < 1.0


@laws
@given(counties(), st.sampled_from(["square", "taper", "outer"]))
def test_results_conform_to_their_schemas(rules, county, steps):
    result = county.demarcated(rules, width_steps=steps)
    for frame, schema in (
        (result.lines, rl.schema.MANAGEMENT_LINES),
        (result.extents, rl.schema.EXTENTS),
        (result.faults, rl.schema.FAULTS),
    ):
        assert rl.check(frame, schema).query("severity == 'error'").empty
        assert frame.dtypes.to_dict() == {**schema.empty(CRS).dtypes, **frame.dtypes.to_dict()}
    assert shapely.is_valid(result.extents.geometry.array).all()
    assert (result.lines["length_m"] > 0).all()


@laws
@given(counties(), st.sampled_from(["square", "taper", "outer"]))
def test_the_extent_contains_water_and_levees(rules, county, steps):
    result = county.demarcated(rules, width_steps=steps)
    for river in done(result):
        # Water drawn to the ends of the reach ends on normals whose own ends are kept to the millimetre.
        extent = shapely.buffer(management(result, river), MM)
        axis = county.axes.set_index("river_id").geometry[river]
        for water in county.water.geometry[county.water["river_id"] == river]:
            assert shapely.covers(extent, water)
        for layer in (county.levees, county.bank_tops):
            mine = layer[(layer["river_id"] == river) & layer[layer.columns[0]].isin(ids(result.lines["source_ids"]))]
            for line in mine.geometry:
                points = line.interpolate(np.arange(0.0, line.length, 3.0))
                assert shapely.covers(extent, points[beside(points, axis)]).all()


def beside(points, axis, margin=1.0):
    """Whether points lie beside an axis and not beyond its ends."""
    along = shapely.line_locate_point(axis, points)
    return (along > margin) & (along < axis.length - margin)


def landside(result, county, layer, share):
    """Points at a share of its strip's width landside of the middle of each segment of a used toe; their extent."""
    rows = result.lines.drop_duplicates(["river_id", "bank", "source_ids"])
    single = rows[(rows["basis"].isin(["levee", "bank_top"])) & ~rows["source_ids"].str.contains(",")]
    told = {row.source_ids: (row.bank, row.offset_m) for row in single.itertuples()}
    rivers = set(done(result))
    for row in layer[layer[layer.columns[0]].isin(list(told)) & layer["river_id"].isin(rivers)].itertuples():
        bank, width = told[row[1]]
        axis = county.axes.set_index("river_id").geometry[row.river_id]
        coords = shapely.get_coordinates(row.geometry)
        if axis.project(shapely.Point(coords[0])) > axis.project(shapely.Point(coords[-1])):
            coords = coords[::-1]
        step = np.diff(coords, axis=0)
        right = np.column_stack([step[:, 1], -step[:, 0]]) / np.hypot(*step.T)[:, None]
        middles = (coords[1:] + coords[:-1]) / 2.0
        points = middles + share * width * right * (1.0 if bank == "right" else -1.0)
        kept = beside(shapely.points(middles), axis, margin=20.0)
        yield row.river_id, bank, shapely.points(middles[kept]), shapely.points(points[kept]), row.geometry, width


@laws
@given(counties(), st.sampled_from(["square", "outer"]), st.floats(0.0, 0.9999))
def test_no_point_nearer_to_a_toe_than_its_strip_lies_outside(rules, county, steps, share):
    result = county.demarcated(rules, width_steps=steps)
    for layer in (county.levees, county.bank_tops):
        for river, _, feet, points, toe, width in landside(result, county, layer, share):
            axis = county.axes.set_index("river_id").geometry[river]
            assert (shapely.distance(points, toe) < width).all()
            way = shapely.linestrings(np.stack([shapely.get_coordinates(each) for each in (feet, points)], axis=1))
            here = ~shapely.intersects(way, axis)
            assert shapely.covers(management(result, river), points[here]).all()


@laws
@given(counties())
def test_the_clearance_that_is_claimed_is_there(rules, county):
    result = county.demarcated(rules, width_steps="outer")
    claimed = result.extents.set_index("extent_id")["clearance_m"]
    assert (claimed.filter(like="management") >= -1e-6).all()
    for layer in (county.levees, county.bank_tops):
        for river, bank, feet, points, _, width in landside(result, county, layer, 1.0):
            rows = result.lines[(result.lines["river_id"] == river) & (result.lines["bank"] == bank)]
            ways = shapely.shortest_line(feet, shapely.union_all(rows.geometry.array))
            foot, near = (shapely.get_coordinates(shapely.get_point(ways, at)) for at in (0, 1))
            out = ((near - foot) * (shapely.get_coordinates(points) - foot)).sum(axis=1) >= 0.0
            assert (shapely.length(ways) - width >= claimed[f"{river}-management"] - 1e-6)[out].all()


@laws
@given(county=counties(), more=st.floats(0.5, 40.0))
def test_a_wider_strip_never_shrinks_the_extent(rules, county, more, tmp_path_factory):
    wide = rule_set(
        tmp_path_factory.mktemp("wide"), levee=30.0 + more, grades={2: 30.0 + more, 5: 15.0}, bank_top=10.0 + more
    )
    before, after = county.demarcated(rules), county.demarcated(wide)
    for river in done(before):
        assert shapely.covers(shapely.buffer(management(after, river), MM), management(before, river))


@laws
@given(counties())
def test_a_levee_farther_out_never_shrinks_the_extent(rules, county):
    rows = []
    for river, axis in zip(county.axes["river_id"], county.axes.geometry, strict=True):
        layers = (county.levees, county.bank_tops, county.water)
        mine = np.concatenate([frame.geometry.array[frame["river_id"] == river] for frame in layers])
        # A levee in the water would be no levee farther out: whatever stands on the bank counts, not levees alone.
        away = max([20.0, *shapely.hausdorff_distance(mine, axis)])
        rows.append((f"X{river}", river, 2, shapely.LineString(_beside(axis, -80.0, axis.length + 80.0, away + 3.0))))
    farther = _frame(rows, ["levee_id", "river_id", "grade"], feature="landside_toe")
    more = replace(county, levees=gpd.GeoDataFrame(gpd.pd.concat([county.levees, farther], ignore_index=True), crs=CRS))
    before, after = county.demarcated(rules), more.demarcated(rules)
    rivers = set(before.extents["river_id"])
    assert rivers <= set(after.extents["river_id"])
    for river in rivers & set(done(before)) & set(done(after)):
        # References are kept to the centimetre, and so is the line between their ends that closes the reach.
        assert shapely.covers(shapely.buffer(management(after, river), 0.05), management(before, river))


@laws
@given(counties(rivers=(2, 3)))
def test_many_rivers_in_one_call_are_each_river_alone(rules, county):
    together = county.demarcated(rules)
    for river in county.axes["river_id"]:
        alone = county.each(lambda frame, river=river: frame[frame["river_id"] == river]).demarcated(rules)
        for one, two in ((alone.lines, together.lines), (alone.extents, together.extents)):
            assert one.equals(two[two["river_id"] == river].reset_index(drop=True))
