"""Demarcation on real data: surveyed sections, levees, 840 rivers in one call, Amazon banks, OpenStreetMap."""

from __future__ import annotations

import sqlite3
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

import riverline as rl
from browser import browser
from riverline._kernels.lines.chainage import locate, position, vertex_chainages

pytestmark = pytest.mark.real

US_FOOT = 1200 / 3937


def lines_of(result, bank):
    return result.lines[result.lines["bank"] == bank].union_all()


def management(result):
    return result.extents[result.extents["kind"] == "management"].set_index("river_id")


def left_undone(result):
    return result.faults[result.faults["code"] == "river-not-done"]


# Sixty-four surveyed sections, levels in US survey feet, no terrain ---------------------------------------------


@pytest.fixture(scope="module")
def baxter(real_data):
    folder = real_data / "river_sections"
    names = {"xs_id": "section_id", "river": "river_id", "wse": "level_m", "xs": "section_id", "elev": "ground_m"}
    sections = rl.read_sections(folder / "sections.gpkg", folder / "profiles.csv", columns=names, unit="us_ft")
    axis = gpd.read_file(folder / "sections.gpkg", layer="centreline").rename(columns={"id": "name"})
    axes = rl.geodesy.to_metric(axis.assign(river_id="Baxter River"))
    return axes, rl.demarcate(axes, rl.load_rules("national"), sections=sections)


def wet_limits(real_data):
    """Where water ends left and right in each section: from the lowest ground between the bank stations outwards.

    Worked out in feet from the table as it was published. A station is the same share of the drawn line as of the
    surveyed profile: one section in the file is drawn 0.4 % longer than its stations run.
    """
    folder = real_data / "river_sections"
    drawn = gpd.read_file(folder / "sections.gpkg", layer="sections")
    points = dict(tuple(pd.read_csv(folder / "profiles.csv").groupby("xs")))
    for section in drawn.itertuples():
        station, ground = points[int(section.xs_id)][["station", "elev"]].to_numpy().T
        channel = np.flatnonzero((station >= section.left_bank) & (station <= section.right_bank))
        ends = []
        for step in (-1, 1):
            at = channel[np.argmin(ground[channel])]
            while ground[at + step] <= section.wse:
                at += step
            share = (section.wse - ground[at]) / (ground[at + step] - ground[at])
            ends.append(station[at] + share * (station[at + step] - station[at]))
        places = shapely.line_interpolate_point(section.geometry, ends / station[-1], normalized=True)
        yield gpd.GeoSeries(places, crs=drawn.crs), (ends[1] - ends[0]) * US_FOOT


def test_both_lines_run_through_the_wet_limits_of_every_section(real_data, baxter):
    axes, result = baxter
    off = []
    for places, width in wet_limits(real_data):
        at = places.to_crs(axes.crs)
        off.append([at[side].distance(lines_of(result, bank)) / width for side, bank in enumerate(("left", "right"))])
    assert len(off) == 64
    assert np.max(off) < 0.01
    assert np.median(off) < 1e-6


def test_the_sections_make_one_extent_with_its_axis_inside_and_tell_what_is_not_sure(baxter):
    axes, result = baxter
    assert len(result.extents) == 1
    assert result.extents["clearance_m"].min() >= -1e-6
    assert (
        result.extents.geometry.iloc[0]
        .covers(axes.geometry.iloc[0].interpolate([0.01, 0.5, 0.99], normalized=True))
        .all()
    )
    assert not lines_of(result, "left").intersects(lines_of(result, "right"))
    assert result.lines["basis"].unique().tolist() == ["flood"]
    assert set(result.lines["source_ids"].str.split(",").explode()) == {str(number) for number in range(64)}
    # The axis begins 1,390 m above the first section and ends 16 m below the last: low, and told.
    assert result.lines["confidence"].tolist() == ["low", "high", "low"] * 2
    told = result.faults[result.faults["code"] == "level-extrapolated"]["value"]
    assert told.tolist() == pytest.approx([1390.3, 15.7], abs=0.1)
    assert (result.faults["severity"] != "error").all()


# Levees and rivers in degrees --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kern(real_data):
    folder = real_data / "levees_kern"
    rivers = rl.geodesy.to_metric(gpd.read_file(folder / "rivers_kern.geojson"))
    axes = rivers.assign(river_id=[f"K{number:02d}" for number in range(len(rivers))])
    drawn = rl.geodesy.to_metric(gpd.read_file(folder / "levees_kern.geojson"))
    levees = drawn.assign(levee_id=[f"L{number:02d}" for number in range(len(drawn))], river_id=None, feature="crest",
                          name=drawn["SEGMENT_NAME"])  # fmt: skip
    return axes, levees, rl.demarcate(axes, rl.load_rules("anhui"), levees=levees)


def test_banks_of_levees_agree_with_the_names_that_speak_of_them(kern):
    axes, levees, _ = kern
    found, faults = rl.channel.assign_banks(levees, axes, layer="levees")
    assert faults["code"].value_counts().to_dict() == {"river-by-place": 52, "bank-ambiguous": 3}
    assert found["bank"].value_counts(dropna=False).tolist() == [34, 15, 3]
    assert sorted(faults["feature_id"][faults["code"] == "bank-ambiguous"]) == ["L07", "L15", "L46"]
    named = found["name"].str.extract("(left|right) bank")[0]
    assert named.value_counts().to_dict() == {"left": 21, "right": 5}
    sure = named.notna() & found["bank"].notna()
    assert (named[sure] == found["bank"][sure]).all()
    assert sure.sum() == 25


def test_every_levee_ends_in_a_line_or_in_a_fault_and_every_river_in_an_extent_or_a_fault(kern):
    axes, levees, result = kern
    used = set(result.lines["source_ids"].str.split(",").explode())
    told = set(result.faults["feature_id"][result.faults["layer"] == "levees"])
    assert used <= set(levees["levee_id"]) <= used | told
    unused = result.faults["feature_id"][
        result.faults["code"].isin(["feature-not-used", "bank-ambiguous", "far-from-river"])
    ]
    assert (len(used), len(unused), len(used & set(unused))) == (36, 16, 0)
    assert set(management(result).index) == {"K26", "K56"}
    assert set(management(result).index) | set(left_undone(result)["feature_id"]) == set(axes["river_id"])
    assert len(left_undone(result)) == 55


def test_lines_keep_ten_metres_from_the_crests_that_they_are_drawn_from(kern):
    _, levees, result = kern
    assert set(result.lines["offset_m"].dropna()) == {10.0}
    drawn = result.lines[result.lines["basis"] == "levee"]
    levee = levees.set_index("levee_id").geometry
    short = np.array(
        [10.0 - line.distance(levee[key]) for line, key in zip(drawn.geometry, drawn["source_ids"], strict=True)]
    )
    # L44 goes on up the river beyond the start of the axis: there the line ends on the normal.
    assert drawn["source_ids"][short > 1e-6].tolist() == ["L44"]
    assert len(drawn) == 37
    # A gap of ten kilometres in the middle of the Kern River is joined beside bends without a loop.
    assert management(result).loc["K26", "clearance_m"] >= -1e-6
    assert "chains-cross" not in set(result.faults["code"])
    # Three joins are longer than the 300 m that the rules allow though their chainages are not so far apart.
    assert result.faults["code"].value_counts()[["gap-unfounded", "gap-joined", "toe-missing"]].tolist() == [10, 13, 36]
    assert result.faults.loc[result.faults["code"] == "gap-joined", "value"].max() <= 300.0
    # Upstream, the upper Kern ends in a bend sharper than the levee is far away: not proven, and an error.
    inside = result.faults[result.faults["code"] == "line-inside"]
    assert inside["feature_id"].tolist() == ["K56"]
    assert management(result).loc["K56", "clearance_m"] == pytest.approx(-inside["value"].iloc[0], abs=1e-3)


# 840 rivers of the country, GBK without .cpg, no CRS ---------------------------------------------------------------


@pytest.fixture(scope="module")
def country(real_data):
    path, columns = real_data / "china_gbk_rivers" / "hyd1_4l.shp", {"HYD1_4M_": "river_id"}
    with pytest.raises(rl.CRSError, match='say crs="EPSG:4490"'):
        rl.read_layer(path, rl.schema.AXES, columns=columns)
    return rl.read_layer(path, rl.schema.AXES, columns=columns, crs="EPSG:4490")


def test_names_of_rivers_are_read_from_gbk_without_a_cpg(country):
    name = country.set_index("river_id")["name"]
    assert name[["1", "4", "5", "200", "840"]].tolist() == ["克鲁伦河", "乌加河(乌珠尔郭勒)", "黄河", "长江", "澜沧江"]
    assert country["river_id"].is_unique
    assert country.attrs["source"]["encoding"] == "GBK"
    assert any("GB" in note["zh"] for note in country.attrs["source"]["notes"])


def test_all_840_rivers_in_one_call_end_in_an_extent_or_in_a_fault(country):
    plane = country.to_crs("+proj=lcc +lat_1=25 +lat_2=47 +lon_0=105 +datum=WGS84 +units=m")
    begin = time.process_time()
    result = rl.demarcate(plane, rl.load_rules("anhui"), bank_tops=rl.channel.estimate_bank_tops(plane, width_m=60))
    seconds = time.process_time() - begin
    # Some 10 s with the bank tops where this was written: 25 ms for each river that is drawn.
    assert seconds < 60
    undone = left_undone(result)
    assert set(management(result).index) | set(undone["feature_id"]) == set(country["river_id"])
    assert not set(management(result).index) & set(undone["feature_id"])
    # Outlines of lakes and wide rivers that the map draws as lines.
    assert undone["note"].value_counts().to_dict() == {"closed-line": 474}
    assert set(undone["feature_id"]) == set(country["river_id"][shapely.is_closed(country.geometry.array)])
    assert result.extents["clearance_m"].min() >= -1e-6
    assert result.lines.groupby("river_id")["bank"].nunique().eq(2).all()
    # One plane for the country stretches 60 m by metres: an error of the whole, told once.
    assert result.faults["code"].value_counts()["scale-too-far"] == 1
    assert (result.lines["confidence"] == "low").all()


def test_zone_by_zone_widths_are_legal_and_what_is_longer_than_a_zone_is_cut(country):
    zones = dict(tuple(country.groupby(rl.geodesy.zone_of(country))))
    assert len(zones) == 19
    scale = {code: rl.geodesy.point_scale(rl.geodesy.to_metric(part, crs=code)) for code, part in zones.items()}
    assert [code for code, worst in scale.items() if worst > 1 / 1000] == ["EPSG:4543"]
    # 3-degree zone 34 holds a river that runs on through two more: in pieces each lies in a zone of its own.
    west = rl.geodesy.to_metric(zones["EPSG:4543"], crs="EPSG:4543")
    pieces = rl.split_axes(west[~west.geometry.is_closed], length_m=50_000)
    pieces = pieces.assign(river_id=pieces["segment_id"], name="").to_crs(4490)
    done = 0
    for code, part in pieces.groupby(rl.geodesy.zone_of(pieces)):
        axes = rl.geodesy.to_metric(part, crs=code)
        result = rl.demarcate(axes, rl.load_rules("anhui"), bank_tops=rl.channel.estimate_bank_tops(axes, width_m=60))
        assert not set(result.faults["code"]) & {"scale-too-far", "river-not-done"}
        area = result.extents["area_m2"].to_numpy()
        # 60 m wide to a thousandth; beside bends the two banks do not even out.
        assert area / rl.geodesy.geodesic_length(axes).to_numpy() == pytest.approx(60.0, rel=0.02)
        done += len(result.extents)
    assert done == len(pieces)


# Axes traced between Amazon banks ----------------------------------------------------------------------------------

# Folder, pattern, name of the published axis, EPSG code, and what was measured, in hundredths of the local width at the
# 95th percentile: our axis from the published one, the published one from the middle, ours from the middle.
REACHES = {
    "Mamoré 1987": ("mamore_yearly", "{}_1987", "cline", 32720, 7.7, 9.3, 5.9),
    "Mamoré 2007": ("mamore_yearly", "{}_2007", "cline", 32720, 9.6, 11.5, 5.0),
    "Mamoré 2017": ("mamore_yearly", "{}_2017", "cline", 32720, 6.3, 8.3, 4.5),
    "Purus 1987": ("purus", "19870701_{}", "cl", 32719, 5.0, 6.3, 2.9),
    "Purus 2017": ("purus", "20170804_{}", "cl", 32719, 5.6, 6.8, 3.0),
    "Tarauacá 2007": ("tarauaca", "20070729_{}", "cl", 32719, 13.0, 12.4, 1.8),
    "Tarauacá 2017": ("tarauaca", "20170724_{}", "cl", 32719, 11.2, 11.6, 2.0),
}


def published(real_data, reach, kind):
    folder, pattern, axis, code, *_ = REACHES[reach]
    name = pattern.format(axis if kind == "axis" else kind) + ".shp"
    frame = gpd.read_file(real_data / "banks_amazon" / folder / name)
    # As published: a zone of the northern hemisphere, with northings below zero.
    return frame.set_geometry(frame.translate(0, 10_000_000)).set_crs(code, allow_override=True)


def segments(line):
    vertices = shapely.get_coordinates(line)
    return shapely.linestrings(np.stack([vertices[:-1], vertices[1:]], axis=1))


@pytest.mark.parametrize("reach", REACHES)
def test_traced_axes_are_the_published_ones_as_far_as_those_are_in_the_middle(real_data, reach):
    left, right = (published(real_data, reach, kind).geometry.iloc[0] for kind in ("lb", "rb"))
    ring = np.concatenate([shapely.get_coordinates(left), shapely.get_coordinates(right)[::-1]])
    columns = {"water_id": ["W"], "river_id": "R", "kind": "river"}
    water = gpd.GeoDataFrame(columns, geometry=[shapely.Polygon(ring)], crs=REACHES[reach][3])
    ours = shapely.get_coordinates(rl.trace_axis(water).geometry.iloc[0])
    theirs = shapely.get_coordinates(published(real_data, reach, "axis").geometry.iloc[0])

    trees = [shapely.STRtree(segments(bank)) for bank in (left, right)]

    def off_middle(axis):
        places = shapely.points(position(axis, np.arange(0.0, vertex_chainages(axis)[-1], 50.0)))
        near = [tree.query_nearest(places, return_distance=True, all_matches=False)[1] for tree in trees]
        return places, np.abs(near[0] - near[1]) / 2 / np.sum(near, axis=0), np.sum(near, axis=0)

    places, our_share, width = off_middle(ours)
    _, their_share, _ = off_middle(theirs)
    along, offset = locate(shapely.get_coordinates(places), theirs)
    beside = (along > 0) & (along < vertex_chainages(theirs)[-1])
    apart = np.percentile(np.abs(offset / width)[beside], 95)
    measured = 100 * np.array([apart, np.percentile(their_share, 95), np.percentile(our_share[beside], 95)])
    assert measured == pytest.approx(REACHES[reach][4:], abs=0.3)
    # A tenth of the width, or else no more than the published axis itself is off the middle and a hundredth: the
    # Tarauacá is 105 m wide, three and a half pixels of the images that its axis is the skeleton of.
    assert apart < max(0.10, measured[1] / 100 + 0.01)
    assert measured[2] < 0.7 * measured[1]


def test_banks_of_a_traced_river_are_its_lines_and_swapped_ones_are_told(real_data):
    reach = "Purus 1987"
    banks = [published(real_data, reach, kind)[["geometry"]].assign(bank=bank) for kind, bank in
             (("lb", "right"), ("rb", "left"))]  # fmt: skip
    tops = pd.concat(banks, ignore_index=True).assign(river_id="R", bank_id=["lb", "rb"])
    axes = published(real_data, reach, "axis")[["geometry"]].assign(river_id="R", name="Purus")
    result = rl.demarcate(axes, rl.load_rules("national"), bank_tops=tops)
    assert {"banks-swapped", "bank-disagrees"} <= set(result.faults["code"])
    assert result.lines.groupby("bank")["source_ids"].unique().map(list).to_dict() == {"left": ["lb"], "right": ["rb"]}
    north = axes.set_crs(32619, allow_override=True).assign(geometry=axes.translate(0, -10_000_000))
    assert set(rl.check(north, rl.schema.AXES)["code"]) & {"out-of-area", "beyond-area", "off-projection"}


# Riverbanks of OpenStreetMap ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def valira(real_data):
    columns = {"osm_id": "bank_id", "name": "river_id"}
    ways = rl.read_layer(real_data / "osm" / "andorra.osm.pbf", rl.schema.BANK_TOPS, layer="lines", columns=columns)
    banks = rl.geodesy.to_metric(ways[ways["waterway"] == "riverbank"])
    shapes = [shapely.Polygon(shapely.get_coordinates(way)) for way in banks.geometry]
    frame = {"water_id": banks["bank_id"], "river_id": banks["bank_id"], "name": banks["river_id"], "kind": "river"}
    water = gpd.GeoDataFrame(frame, geometry=shapes, crs=banks.crs)
    axes = rl.trace_axis(water)
    return water, axes, rl.demarcate(axes, rl.load_rules("national"), water=water)


def test_the_water_edge_of_riverbanks_bounds_extents_that_hold_the_water(valira):
    water, axes, result = valira
    assert len(water) == len(result.extents) == 9
    assert result.lines[["river_id", "bank", "basis"]].value_counts().to_dict() == {
        (river, bank, "water"): 1 for river in axes["river_id"] for bank in ("left", "right")
    }
    lost = water.set_index("river_id").geometry.difference(management(result).geometry, align=True)
    assert lost.area.sum() < 0.001 * water.area.sum()
    # What is left out lies beyond the two ends of an axis: the corners of a slanting end, and the land around a tip.
    ends = axes.set_index("river_id").boundary
    width = axes.set_index("river_id")["width_m"]
    assert (lost.hausdorff_distance(ends) > 0).all()
    for river, shape in lost.items():
        assert all(
            part.distance(ends[river]) < 2 * width[river] for part in shapely.get_parts(shape) if part.area > 1e-3
        )
    assert (result.faults["severity"] == "note").all()


def test_the_map_of_a_real_river_asks_for_nothing_and_names_it(valira, tmp_path):
    _, _, result = valira
    path = rl.maps.save(rl.maps.show(result), tmp_path / "map.html")
    with browser() as page:
        page.open(path)
        assert page.requests() == []
        assert page.console() == []
        drawn = " ".join(page.text("body"))
    assert "Riu Gran Valira" in drawn
    assert "水边线" in drawn


def test_the_geopackage_of_a_real_river_has_its_layers_and_styles_in_chinese(valira, tmp_path):
    _, _, result = valira
    path = rl.export.to_geopackage(tmp_path / "成果.gpkg", result)
    names = [name for name, _ in pyogrio.list_layers(path)]
    layers = {"管理范围线", "管理与保护范围", "质检问题_线", "质检问题_面"}
    assert layers <= set(names)
    with sqlite3.connect(path) as file:
        styled = {name for (name,) in file.execute("SELECT f_table_name FROM layer_styles WHERE useAsDefault = 1")}
    assert styled == layers
    again = rl.read_layer(path, rl.schema.MANAGEMENT_LINES, layer="管理范围线")
    assert again["line_id"].tolist() == result.lines["line_id"].tolist()
    assert again.geometry.geom_equals_exact(result.lines.geometry, 1e-9).all()


def test_where_a_line_is_not_proven_the_fault_names_the_place(kern):
    result = kern[2]
    inside = result.faults[result.faults["code"] == "line-inside"]
    assert inside.geometry.geom_type.tolist() == ["Point"]
    lines = shapely.union_all(result.lines.geometry[result.lines["river_id"] == "K56"].array)
    assert shapely.distance(inside.geometry.iloc[0], lines) < 1e-6
