"""Sheets: their scale measured in the file, their Chinese found in it, strips that cover a river and join."""

from __future__ import annotations

import dataclasses
import itertools
import os
import re
import shutil
import subprocess
import sys
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
import shapely.ops
from geopandas.testing import assert_geodataframe_equal

import riverline as rl
import staked
from riverline import style
from riverline.plates import composing, drawing, fonts, furniture, labels, neatline, river_names, stake_table, strips
from riverline.plates.atlas import file_names
from riverline.plates.content import drawable
from riverline.plates.crew import Crew
from riverline.plates.crowding import thinned
from riverline.plates.paper import Box, fitting_scale, lay_out
from riverline.plates.planning import plan
from riverline.plates.sheet import Sheet
from riverline.plates.wording import notes_of
from riverline.plates.working import MANIFEST
from riverline.provenance import rules_used

pypdf = pytest.importorskip("pypdf")
pytest.importorskip("matplotlib")
if not any(name in fonts._faces() for name in (*fonts.SANS, *fonts.SERIF)):
    pytest.skip("no Chinese font on this machine", allow_module_level=True)

CRS = "EPSG:4548"
HOSTILE = r"清水$x_{1}$<b>&\河]]>"
MM = 72.0 / 25.4


def river(length=3000.0, *, bends=True, half=80.0, code="R1"):
    """A demarcation of one winding river, and its axis."""
    along = np.arange(0.0, length + 1.0, 20.0)
    middle = np.column_stack([along, 150.0 * np.sin(along / 400.0) * bends])
    axis = shapely.LineString(middle)
    banks = [("left", axis.parallel_offset(half, "left")), ("right", axis.parallel_offset(half, "right"))]
    pieces = [
        staked.Piece(np.array(line.coords), bank=bank, river=code, start=0.0, end=axis.length) for bank, line in banks
    ]
    drawn = staked.demarcation(*pieces, extents=[(code, axis.buffer(half, cap_style="flat"))])
    axes = staked.frame([axis], river_id=[code], name=["清水河"])
    return drawn, axes


def stakes(count=6):
    frame = rl.place_stakes(river()[0]).head(count).reset_index(drop=True)
    assert len(frame) == count
    return frame


def streams(path):
    """What a PDF draws, page by page, as text."""
    return [page.get_contents().get_data().decode("latin-1") for page in pypdf.PdfReader(path).pages]


def text_of(path):
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


def packed(path):
    """The same without blanks, which readers put between the fonts of a turned text as they like."""
    return "".join(text_of(path).split())


# One sheet


@pytest.mark.parametrize("language", ["zh", "en"])
def test_notes_name_every_rule_set_behind_what_is_drawn(tmp_path, language) -> None:
    first, axes = river(900.0)
    anhui, tianjin = rl.load_rules("anhui"), rl.load_rules("tianjin")
    joined = dataclasses.replace(first.run, rule_sets=rules_used(anhui, ["anhui"]))
    other = dataclasses.replace(river(300.0, code="R2")[0], rules=tianjin)
    named = first.extents.assign(extent_id="R3-management", river_id="R3", rules="jiangsu, ours")
    path = tmp_path / "a.pdf"
    rl.plates.draw(dataclasses.replace(first, run=joined), other, axes, named, path=path, language=language)
    text = packed(path)
    for rules in (first.rules, anhui, tianjin):
        assert f"（{rules.name}{rules.digest[:12]}）" in text
        assert "".join((rules.title if language == "zh" else rules.title_en).split()) in text
    assert "（jiangsu）" in text
    assert "ours（ours）" in text


@pytest.mark.parametrize(("scale", "apart"), [(2000, 50.0), (500, 200.0), (5000, 20.0)])
def test_a_hundred_metres_are_as_long_on_paper_as_the_scale_says(tmp_path, scale, apart) -> None:
    place = np.array([500_000.0, 3_500_000.0])
    line = gpd.GeoDataFrame({"river_id": ["R1"], "name": [""]},
                            geometry=[shapely.LineString([place, place + np.array((60, 80))])], crs=CRS)  # fmt: skip
    path = tmp_path / "a.pdf"
    plate = rl.plates.draw(line, path=path, scale=scale, stake_table=False)
    assert plate.scale == scale
    page = pypdf.PdfReader(path).pages[0]
    assert [float(each) / MM for each in page.mediabox[2:]] == pytest.approx([420.0, 297.0], abs=0.01)
    # The axis is the only line of its colour: its two vertices in points, of which 72 are an inch.
    colour = style.themes("axes")[0].symbols[0][1].color
    channels = " ".join(f"{int(colour[i : i + 2], 16) / 255:.10f}".rstrip("0") for i in (1, 3, 5))
    content = streams(path)[0]
    start = content.index(f"{channels} RG")
    number = r"(-?\d+\.?\d*)"
    ends = re.search(rf"{number} {number} m\s+{number} {number} l", content[start:])
    ends = np.array([float(each) for each in ends.groups()]).reshape(2, 2)
    assert np.hypot(*(ends[1] - ends[0])) / MM == pytest.approx(apart, abs=1e-3)
    assert (ends[1] - ends[0]) / MM == pytest.approx(np.array([60.0, 80.0]) / 100.0 * apart, abs=1e-3)


def test_the_chinese_of_a_sheet_is_text_that_is_found_and_its_notes_say_what_it_rests_on(tmp_path) -> None:
    drawn, axes = river()
    path = tmp_path / "划界图.pdf"
    imprint = rl.plates.Imprint(
        unit="清水县水利局", secrecy="内部使用", drawn_by="李四", height_datum="1985国家高程基准"
    )
    plate = rl.plates.draw(drawn, axes, path=path, title="清水河管理范围图", number="R1-01", imprint=imprint)
    assert plate.paths == (path,)
    text = text_of(path)
    for said in ("清水河管理范围图", "界线以成果坐标为准", "2000国家大地坐标系", "3 度带", "中央经线 117",
                 "1985国家高程基准",
                 drawn.rules.title, drawn.rules.digest[:12], "清水县水利局", "内部使用", "李四", "审", "R1-01",
                 f"1:{plate.scale}"):  # fmt: skip
        assert said in text, said
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler-utils is not installed: pypdf alone found the text")
    found = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True)
    assert "清水河管理范围图" in found.stdout


def test_the_legend_has_what_is_drawn_and_nothing_else(tmp_path) -> None:
    drawn, axes = river()
    near = gpd.GeoDataFrame(geometry=[shapely.Point(500_100, 3_500_000).buffer(50)], crs=CRS)
    far = axes.assign(geometry=axes.translate(50_000.0))
    path = tmp_path / "a.pdf"
    rl.plates.draw(drawn, far, path=path, within=near, scale=2000)
    text = text_of(path)
    assert "堤防" in text
    assert "管理范围" in text
    assert "河道中心线" not in text
    assert "洪水位线" not in text
    drawn = rl.Demarcation(drawn.lines, drawn.extents, a_fault(), drawn.rules, drawn.run)
    rl.plates.draw(drawn, path=path)
    assert "错误" not in text_of(path)
    rl.plates.draw(drawn, a_fault(), path=path)
    assert "错误" in text_of(path)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_texts_of_the_legend_are_whole_on_a_small_paper_and_what_is_cut_is_told(tmp_path, language) -> None:
    drawn, axes = river()
    path = tmp_path / "a.pdf"
    plate = rl.plates.draw(drawn, axes.assign(name=""), stakes(12), path=path, paper="A4", language=language)
    assert "plate-legend-cut" not in set(plate.faults["code"])
    text = packed(path)
    assert "…" not in text
    for theme, value in (("management_lines", "levee"), ("extents", "management"), ("stakes", "basic")):
        one = style.themes(theme)[0]
        for said in (one.title(language), one.label(value, language)):
            assert "".join(said.split()) in text, said
    many = {f"layer_{'w' * 40}_{number}": axes[["geometry"]] for number in range(60)}
    plate = rl.plates.draw(drawn, path=path, paper="A4", language=language, **many)
    (cut,) = plate.faults.loc[plate.faults["code"] == "plate-legend-cut", "value"]
    assert cut == text_of(path).count("…") == 60


def a_fault():
    return rl.faults.found("geometry-missing", layer="axes", feature_id=["R1"],
                           geometry=[shapely.Point(500_100, 3_500_000)], crs=CRS)  # fmt: skip


def test_stakes_stand_in_the_table_as_far_as_there_is_room_and_what_is_left_out_is_told(tmp_path) -> None:
    drawn, _ = river()
    many = stakes(12)
    path = tmp_path / "a.pdf"
    plate = rl.plates.draw(drawn, many, path=path)
    text = text_of(path)
    for row in many.itertuples():
        assert row.number in text
        assert f"{row.x_m:.3f}" in text
    assert plate.faults.empty
    more = gpd.GeoDataFrame(np.repeat(many.to_numpy(), 40, axis=0), columns=many.columns, geometry="geometry", crs=CRS)
    more["number"] = [f"Z{n:03d}" for n in range(len(more))]
    near = {"scale": 10_000, "within": many}
    plate = rl.plates.draw(drawn, rl.schema.STAKES.conform(more), path=path, **near)
    cut = plate.faults[plate.faults["code"] == "plate-table-cut"]
    assert len(cut) == 1
    text = text_of(path)
    shown = sum(f"Z{n:03d}" in text for n in range(len(more)))
    assert cut["value"].iloc[0] + cut["limit"].iloc[0] == len(more) == 480
    assert shown >= cut["limit"].iloc[0] > 20
    assert rl.plates.draw(drawn, more, stake_table=False, **near).faults.empty


def test_a_table_takes_parts_side_by_side_then_smaller_type_before_it_is_cut() -> None:
    def laid(count):
        rows = [(f"QS01-L-{at:03d}", "3497206.557", "511980.629") for at in range(count)]
        return stake_table._arranged(rows, 85.0, 80.0)

    assert (laid(20).parts, laid(20).share) == (1, 1.0)
    assert (laid(54).parts, laid(54).rows, laid(54).share) == (2, 27, 1.0)
    assert laid(60).share < 1.0
    assert laid(110).parts == 3
    assert laid(500).holds < 500


def on_an_overview(count, apart, scale):
    """A sheet with so many stakes along a line, so far apart, every tenth a basic one, the last found missing."""
    at = np.arange(count) * apart
    rows = {"number": [f"R1-L-{n:03d}" for n in range(count)], "status": ["kept"] * (count - 1) + ["missing"],
            "kind": np.where(np.arange(count) % 10, "densified", "basic")}  # fmt: skip
    frame = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy(at, 0.0 * at), crs=CRS)
    return Sheet("1", "", (0, 0, 1, 1), scale, CRS, (style.Layer("stakes", rl.schema.STAKES, frame),))


def test_stakes_that_would_touch_are_thinned_out_on_overviews_only_and_that_is_told(tmp_path) -> None:
    sheet, unmarked = thinned(on_an_overview(200, 500.0, 400_000))
    kept = sheet.layers[0].frame
    assert unmarked == 200 - len(kept) > 100
    assert np.diff(np.sort(kept.geometry.x)).min() >= 6.0 * 400
    assert {"R1-L-199", "R1-L-000"} <= set(kept["number"])
    for same in (
        on_an_overview(200, 500.0, 100_000),
        on_an_overview(200, 5.0, 10_000),
        on_an_overview(40, 1.0, 50_000),
    ):
        assert thinned(same) == (same, 0)
    drawn, _ = river(900.0)
    path = tmp_path / "a.pdf"
    plate = rl.plates.draw(drawn, rl.place_stakes(drawn), path=path, scale=500_000)
    assert plate.faults.empty, "a few"
    many = rl.schema.STAKES.conform(gpd.GeoDataFrame(rl.place_stakes(drawn).iloc[np.arange(80) % 4], crs=CRS))
    plate = rl.plates.draw(drawn, many, path=path, scale=500_000)
    told = plate.faults.iloc[0]
    assert (told["code"], told["value"], told["limit"]) == ("plate-stakes-thinned", 79, 80)
    assert "图上绘界桩1个,全部80个见界桩成果表" in packed(path).replace("，", ",")


def test_stakes_are_numbered_at_every_scale_basic_ones_before_codes_of_problems() -> None:
    (stakes_there,) = on_an_overview(12, 100.0, 20_000).layers
    problem = gpd.GeoDataFrame({"problem_id": ["P1"]}, geometry=[shapely.Point(0, 50)], crs=CRS)
    suspect = gpd.GeoDataFrame({"suspect_id": ["S1"]}, geometry=[shapely.Point(0, 90)], crs=CRS)
    layers = [stakes_there, style.Layer("problems", None, problem), style.Layer("suspects", None, suspect)]
    texts = [each.text for each in labels.labels_of(layers, 20_000)]
    assert texts[:3] == ["R1-L-000", "R1-L-010", "P1"]
    assert texts[-1] == "S1"
    assert len(texts) == 14


def test_borders_that_areas_share_are_drawn_once() -> None:
    squares = shapely.box([0, 1, 0], [0, 0, 1], [1, 2, 1], [1, 1, 2])
    towns = np.array([*squares[:2], shapely.MultiPolygon([squares[2], shapely.box(5, 5, 6, 6)])])
    edges = drawing._edges(towns)
    assert shapely.length(edges).sum() == 14.0
    assert shapely.equals(shapely.union_all(edges), shapely.union_all(shapely.boundary(towns)))


@pytest.mark.parametrize(
    ("heights", "language", "said"),
    [
        ("", "zh", "坐标、距离单位：米"),
        ("", "en", "Coordinates and distances in metres"),
        ("+5737", "zh", "高程基准：1985国家高程基准；坐标、距离单位：米"),
        ("+5736", "en", "Heights: Yellow Sea 1956; coordinates and distances in metres"),
    ],
)
def test_a_datum_of_heights_is_told_where_the_data_have_one_and_no_where_else(heights, language, said) -> None:
    rows = rl.schema.AXES.empty(f"{CRS}{heights}").reindex([0])
    layers = style.collect(rows.set_crs(f"{CRS}{heights}", allow_override=True))
    notes = notes_of(layers, pyproj.CRS(CRS), rl.plates.Imprint(), language, shown=layers)
    assert notes[1] == said
    assert notes[-1].startswith("riverline"), "no line on it, no word of lines"


def test_the_table_of_a_river_s_sheet_lists_its_own_stakes_up_to_the_match_lines(tmp_path) -> None:
    """A tributary crosses the river: its stakes are on the map, and in the table of its own sheet alone."""
    drawn, axes = river(1200.0)
    marks = rl.place_stakes(drawn)
    more = marks.assign(river_id="A2", number=marks["number"].str.replace("R1", "A2"))
    crossing, _ = river(1500.0, code="A2")
    every = rl.schema.STAKES.conform(gpd.GeoDataFrame(np.concatenate([more, marks]), columns=marks.columns,
                                                      geometry="geometry", crs=CRS))  # fmt: skip
    made = rl.plates.atlas([drawn, crossing, axes, every], tmp_path, scale=2000)
    mine = made.plates[made.plates["unit"] == "R1"]
    assert len(mine) > 1
    tables = []
    for row in mine.itertuples():
        between = marks["chainage_m"].between(row.start_chainage_m, row.end_chainage_m)
        text = packed(tmp_path / row.file)
        listed = [f"{number}{north:.3f}" in text for number, north in zip(marks["number"], marks["x_m"], strict=True)]
        assert listed == between.tolist(), row.number
        assert not re.search(r"A2-[LR]-\d+3\d{6}\.\d{3}", text)
        inside = every.intersects(row.geometry)
        assert f"图上另有{int(inside.sum() - between.sum())}个属他河、他区或邻幅" in text
        tables += marks["number"][between].tolist()
    assert set(tables) == set(marks["number"]), "each is in some table"


@pytest.mark.parametrize("kind", ["pdf", "png", "svg"])
def test_the_same_input_gives_the_same_bytes_whatever_the_order_of_rows_and_the_users_settings(tmp_path, kind) -> None:
    import matplotlib as mpl

    drawn, axes = river()
    marks = stakes()
    one, other = tmp_path / f"1.{kind}", tmp_path / f"2.{kind}"
    rl.plates.draw(drawn, axes, marks, path=one)
    before = dict(mpl.rcParams)
    with mpl.rc_context({"font.size": 30.0, "lines.linewidth": 9.0, "text.parse_math": True, "axes.facecolor": "red"}):
        inside = dict(mpl.rcParams)
        rl.plates.draw(drawn, axes, marks.iloc[::-1], path=other)
        assert dict(mpl.rcParams) == inside
    assert dict(mpl.rcParams) == before
    assert one.read_bytes() == other.read_bytes()
    assert "matplotlib.pyplot" not in sys.modules or not __import__("matplotlib.pyplot").pyplot.get_fignums()


def test_hostile_names_are_drawn_as_they_are(tmp_path) -> None:
    drawn, axes = river()
    axes = axes.assign(name=HOSTILE + "\x00\n")
    works = staked.frame([shapely.Point(300.0, 40.0)], work_id=["W1"], name=[HOSTILE], kind=["sluice"], river_id=["R1"])
    paths = [tmp_path / "a.pdf", tmp_path / "a.svg"]
    plate = rl.plates.draw(drawn, axes, works, path=paths, title=HOSTILE, number="../../etc/passwd")
    assert sorted(tmp_path.iterdir()) == paths
    assert HOSTILE in text_of(paths[0])
    import xml.etree.ElementTree as ET

    root = ET.fromstring(paths[1].read_text(encoding="utf-8"))  # noqa: S314 - our own file
    texts = ["".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert HOSTILE in {each.strip() for each in texts}
    assert not [each for each in root.iter() if each.tag.endswith(("}b", "}script"))]
    assert plate.title == HOSTILE


def test_a_character_without_a_glyph_is_told_and_the_sheet_is_drawn_all_the_same(tmp_path) -> None:
    drawn, _ = river()
    plate = rl.plates.draw(drawn, path=tmp_path / "a.png", title="清水河\U0003134a")
    assert plate.faults["code"].tolist() == ["plate-glyph-missing"]
    assert plate.faults["note"].tolist() == ["\U0003134a"]
    assert (tmp_path / "a.png").stat().st_size > 10_000


@pytest.mark.parametrize("grid", ["km", "graticule", "none"])
def test_grid_labels_are_those_of_the_place(tmp_path, grid) -> None:
    drawn, _ = river(400.0)
    path = tmp_path / "a.pdf"
    plate = rl.plates.draw(drawn, path=path, grid=grid, scale=2000)
    text = text_of(path)
    assert ("500.2" in text and "3500.0" in text) == (grid == "km")
    assert ("117°" in text.replace("中央经线 117°", "")) == (grid == "graticule")
    west, _, east, _ = plate.window
    assert east - west == 600.0


@pytest.mark.parametrize("beyond", [60.0, 120.0, 200.0, -150.0])
def test_labels_of_the_grid_keep_clear_of_those_of_the_corners(beyond) -> None:
    drawn, _ = river(300.0)
    # The map is 3,000 m wide: its right edge lies so far beyond a whole kilometre.
    middle = shapely.Point(500_500 + beyond, 3_500_000)
    wide = gpd.GeoDataFrame(geometry=[middle.buffer(10)], crs=CRS)
    figure = rl.plates.draw(drawn, scale=10_000, within=wide, stake_table=False).figure
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    renderer = FigureCanvasAgg(figure).get_renderer()
    texts = [text for text in figure.findobj(Text) if re.fullmatch(r"\d{3,4}(\.\d+)?", text.get_text())]
    boxes = shapely.box(*np.array([text.get_window_extent(renderer).extents for text in texts]).T)
    assert len(boxes) >= 8 + 4
    apart = shapely.STRtree(boxes).query(boxes, predicate="intersects")
    assert [texts[one].get_text() for one, other in apart.T if one < other] == []


@pytest.mark.parametrize(("scale", "between"), [(2_500, "500.25"), (25_000, "502.5"), (20_000, "502")])
def test_a_grid_line_between_whole_kilometres_is_labelled_as_what_it_is(tmp_path, scale, between) -> None:
    drawn, _ = river(3000.0 if scale > 10_000 else 300.0)
    wide = gpd.GeoDataFrame(geometry=[shapely.box(499_990, 3_499_990, 500_010, 3_500_010)], crs=CRS)
    path = tmp_path / "grid.pdf"
    rl.plates.draw(drawn, path=path, scale=scale, within=wide, stake_table=False)
    assert between in pypdf.PdfReader(path).pages[0].extract_text().split()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sheet_speaks_one_language(tmp_path, language) -> None:
    drawn, axes = river()
    path = tmp_path / "a.pdf"
    rl.plates.draw(drawn, axes.assign(name="Clear"), stakes(), path=path, language=language, title="A")
    chinese = re.findall(r"[\u4e00-\u9fff]", text_of(path))
    assert bool(chinese) == (language == "zh")


def test_results_of_every_kind_are_drawn(tmp_path) -> None:
    drawn, axes = river(1200.0)
    place = shapely.Point(500_300, 3_500_100)
    problems = rl.schema.PROBLEMS.empty(CRS).reindex([0]).assign(
        problem_id="P1", kind="dumping", status="found", geometry=gpd.GeoSeries([place], crs=CRS))  # fmt: skip
    suspects = rl.schema.SUSPECTS.empty(CRS).reindex([0]).assign(
        suspect_id="S1", kind="construction", standing="counted", severity="major",
        geometry=gpd.GeoSeries([place.buffer(20)], crs=CRS))  # fmt: skip
    holdings = rl.schema.HOLDINGS.empty(CRS).reindex([0]).assign(
        holding_id="H1", owner="张三", status="clear",
        geometry=gpd.GeoSeries([shapely.Point(500_800, 3_500_100).buffer(60)], crs=CRS))  # fmt: skip
    path = tmp_path / "a.pdf"
    rl.plates.draw(drawn, axes, problems, suspects, holdings, path=path, 乡镇=axes.buffer(900).to_frame("geometry"))
    text = text_of(path)
    for said in ("乱堆", "乱建", "重大", "P1", "S1", "张三", "乡镇"):
        assert said in text, said


def test_one_point_is_a_sheet_and_nothing_to_draw_is_none(tmp_path) -> None:
    point = rl.plates.draw(stakes(1), path=tmp_path / "b.pdf")
    assert (point.scale, point.title) == (1000, "界桩图")
    bare = gpd.GeoDataFrame(geometry=stakes(1).geometry)
    assert rl.plates.draw(stakes=bare).title == "界桩图", "without numbers there is no table"
    assert "界线以" not in text_of(tmp_path / "b.pdf")
    x, y = stakes(1).geometry.iloc[0].coords[0]
    assert (point.window[0] + point.window[2]) / 2 == pytest.approx(x)
    assert (point.window[1] + point.window[3]) / 2 == pytest.approx(y)
    away = gpd.GeoDataFrame(geometry=[shapely.Point(600_000, 3_600_000).buffer(10)], crs=CRS)
    across = gpd.GeoSeries([shapely.LineString([(500_000, 3_500_000), (500_100, 3_500_000)])], crs=CRS)
    transects = rl.schema.TRANSECTS.empty(CRS).reindex([0]).assign(geometry=across)
    for drawn, more, said in (
        ((rl.schema.EXTENTS.empty(CRS),), {}, "没有可绘的要素"),
        ((rl.schema.EXTENTS.empty(CRS), stakes(1).iloc[:0]), {}, "没有可绘的要素"),
        ((stakes(3),), {"within": away}, "所取范围内没有要素：stakes"),
        ((transects,), {}, "没有可绘的内容：transects"),
    ):
        with pytest.raises(rl.SchemaError, match=said):
            rl.plates.draw(*drawn, path=tmp_path / "a.pdf", **more)
    assert not (tmp_path / "a.pdf").exists()


def test_rows_that_cannot_be_drawn_are_told(tmp_path) -> None:
    marks = stakes(4).copy()
    marks.geometry = gpd.GeoSeries([*marks.geometry[:2], shapely.Point(np.nan, 3.5e6), None], crs=CRS)
    ids = marks["stake_id"].tolist()[2:]
    for made in (rl.plates.draw(river(300.0)[0], marks), rl.plates.atlas([river(300.0)[0], marks], tmp_path)):
        told = made.faults[made.faults["code"] == "plate-row-undrawn"]
        assert told["feature_id"].tolist() == ids
        assert set(told["layer"]) == {"stakes"}


def lines_in_degrees(*lines):
    count = len(lines)
    rows = {"river_id": [f"R{number}" for number in range(count)], "name": ["河"] * count}
    return gpd.GeoDataFrame(rows, geometry=[shapely.LineString(line) for line in lines], crs=4326)


FAR = ((179.9, -17.0), (179.95, -17.1)), ((-179.9, -17.0), (-179.95, -17.1))


@pytest.mark.parametrize("lines", [FAR, [((179.9, -17.0), (-179.9, -17.1))], [((-179.9, -17.0), (179.9, -17.1))]])
def test_what_lies_on_both_sides_of_the_180th_meridian_is_drawn_there(lines) -> None:
    plate = rl.plates.draw(axes=lines_in_degrees(*lines))
    assert plate.crs == "EPSG:32701"
    assert plate.window[2] - plate.window[0] < 40_000


def test_what_no_zone_holds_is_refused_with_advice_that_holds_and_by_the_users_own_name() -> None:
    wide = lines_in_degrees(((80, 30), (81, 31)), ((120, 30), (121, 31)))
    with pytest.raises(rl.CRSError, match=r"^河道：.*crs=\"\+proj=lcc") as caught:
        rl.plates.draw(河道=wide)
    (plane,) = next(hint.values for hint in caught.value.hints if hint.call.startswith("crs="))
    drawn = rl.plates.draw(河道=wide, crs=plane)
    assert "+proj=lcc" in drawn.crs
    assert drawn.scale > 1_000_000
    with pytest.raises(rl.CRSError, match="EPSG:4490"):
        rl.plates.draw(河道=wide, crs=4490)
    apart = lines_in_degrees(((170, -17), (171, -17)), ((-160, -17), (-161, -17)))
    with pytest.raises(rl.CRSError, match=r"170\.000°–200\.000°.*EPSG:32701.*lon_0=185\.0"):
        rl.plates.draw(axes=apart)
    # Round the whole earth the way it is drawn, not across the 180th meridian.
    with pytest.raises(rl.CRSError, match=r"-170\.000°–170\.000°"):
        rl.plates.draw(axes=lines_in_degrees(((-170, 10), (0, 10), (170, 10))))


def test_what_lies_in_no_plane_with_a_true_scale_is_drawn_in_its_zone() -> None:
    drawn, axes = river()
    assert rl.plates.draw(axes.to_crs(4490)).crs == CRS
    assert rl.plates.draw(axes.to_crs(4527)).crs == "EPSG:4527"
    # Web Mercator has no true scale: the sheet is drawn in the zone.
    assert rl.plates.draw(axes.to_crs(3857)).crs == CRS
    with pytest.raises(rl.CRSError, match="no CRS"):
        rl.plates.draw(gpd.GeoDataFrame(axes.drop(columns="geometry"), geometry=axes.geometry.to_numpy()))
    with pytest.raises(rl.SchemaError, match="there is no layer"):
        rl.plates.draw()
    assert drawn.lines.crs == CRS


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"paper": "B7"}, "A0, A1"),
        ({"paper": (90.0, 80.0)}, "A4 or larger"),
        ({"scale": 0}, "denominator"),
        ({"scale": "2000"}, "denominator"),
        ({"path": "a.dwg"}, ".svg"),
        ({"font": "No Such Font"}, "no font"),
        ({"scale": 200}, "atlas"),
        ({"grid": "x"}, "km, graticule, none"),
        ({"language": "fr"}, "zh, en"),
    ],
)
def test_what_cannot_be_drawn_so_is_said(tmp_path, monkeypatch, wrong, said) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(rl.JobError, match=re.escape(said)):
        rl.plates.draw(*river(), **wrong)
    assert not list(tmp_path.iterdir())


def test_without_a_chinese_font_one_message_says_what_was_looked_for_and_what_to_install(tmp_path, monkeypatch) -> None:
    beside = fonts._faces()["DejaVu Sans"]
    monkeypatch.setattr(fonts, "_faces", lambda: {"DejaVu Sans": beside})
    with pytest.raises(rl.JobError, match="SimSun") as raised:
        rl.plates.draw(*river(), path=tmp_path / "a.pdf")
    assert "fonts-noto-cjk" in raised.value.zh
    plate = rl.plates.draw(*river(), path=tmp_path / "a.pdf", language="en")
    assert set(plate.faults["code"]) == {"plate-glyph-missing"}


def test_a_missing_matplotlib_names_the_extra(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(rl.MissingDependencyError, match=r"riverline\[report\]"):
        rl.plates.draw(*river())


def test_a_folder_that_cannot_be_written_keeps_what_was_there(tmp_path, monkeypatch) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"old")
    with pytest.raises(rl.JobError, match="cannot write"):
        rl.plates.draw(*river(), path=tmp_path / "none" / "a.pdf")

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(rl.JobError, match="No space left"):
        rl.plates.draw(*river(), path=path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_fonts_are_embedded_by_what_their_outlines_are(tmp_path) -> None:
    drawn, _ = river()
    chosen = fonts.find_fonts(None, "zh")
    assert chosen.kind == (3 if "CJK" in chosen.sans[0] else 42)
    assert fonts.find_fonts("DejaVu Sans", "zh").kind == 42
    path = tmp_path / "a.pdf"
    rl.plates.draw(drawn, path=path)
    kinds = set()
    for page in pypdf.PdfReader(path).pages:
        for font in page["/Resources"]["/Font"].values():
            kinds.add(font.get_object()["/Subtype"])
    assert kinds == ({"/Type3"} if chosen.kind == 3 else {"/Type0"})


def test_input_is_left_as_it_was() -> None:
    drawn, axes = river()
    before = axes.copy(deep=True), drawn.lines.copy(deep=True)
    rl.plates.draw(drawn, axes.rename_geometry("shape"))
    assert_geodataframe_equal(before[0], axes)
    assert_geodataframe_equal(before[1], drawn.lines)


# Papers and labels


@pytest.mark.parametrize("paper", ["A0", "A1", "A2", "A3", "A4"])
@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_the_parts_of_a_paper_lie_on_it_and_beside_each_other(paper, orientation) -> None:
    layout = lay_out(paper, orientation)
    frame = layout.room.grown(layout.gap)
    parts = [frame, layout.panel, layout.head, layout.foot]
    boxes = [shapely.box(each.left, each.bottom, each.right, each.top) for each in parts]
    page = shapely.box(0, 0, layout.page.width, layout.page.height)
    assert all(page.covers(each) for each in boxes)
    assert all(not one.overlaps(other) for n, one in enumerate(boxes) for other in boxes[:n])


@pytest.mark.parametrize("width", [10.0, 599.0, 601.0, 7_123.0, 80_000.0, 160_000.0, 301_000.0, 4e6, 5e7])
def test_the_scale_that_is_chosen_fits_and_the_next_larger_one_does_not(width) -> None:
    room = Box(0, 0, 300, 230)
    scale = fitting_scale(width, width / 10, room)
    assert width * 1000 / scale <= room.width
    smaller = [each for each in (200, 500, 1000, 2000, 5000, 10_000, 20_000) if each < scale]
    assert not smaller or width * 1000 / smaller[-1] > room.width
    assert scale <= 10_000 or width * 1000 / scale > 0.6 * room.width, "and fills the sheet"


def test_labels_cover_neither_marks_nor_one_another() -> None:
    random = np.random.default_rng(4)
    at = random.uniform(5.0, 95.0, (80, 2))
    named = [labels.Label(f"R1-L-{n:03d}", *place, 5.0, "#000000", 1) for n, place in enumerate(at)]
    marks = shapely.buffer(shapely.points(at), 0.4)
    placed = labels.place(named, at, (100.0, 100.0), [shapely.points(at)])
    boxes = []
    for label, middle in zip(named, placed, strict=True):
        if len(middle):
            half = np.array(labels.text_size(label.text, label.size)) / 2
            boxes.append(shapely.box(*(middle - half), *(middle + half)))
    assert len(boxes) > 30
    tree = shapely.STRtree(boxes)
    one, other = tree.query(boxes, predicate="intersects")
    assert (one == other).all()
    assert not len(tree.query(shapely.points(at), predicate="intersects")[0])
    assert shapely.union_all(boxes).within(shapely.box(0, 0, 100, 100))
    assert len(marks)


# Atlas


def planned(*results, by="river", paper="A4", scale=2000):
    """Where sheets would lie, without drawing them, and what is told of it."""
    layers, crs = drawable(style.collect(*results), "zh")
    made = plan(layers, by, scale, lay_out(paper).room)
    boxes = gpd.GeoSeries([shapely.box(*frame.window) for frame in made.frames], crs=crs)
    return made.frames, boxes, rl.faults.combine(made.faults, crs=crs)


def covered(boxes, shape):
    return shapely.covers(shapely.union_all(boxes.to_numpy()), shape)


@pytest.mark.parametrize("given", ["axes", "lines alone"])
@pytest.mark.parametrize("half", [40.0, 90.0])
@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_strips_cover_the_extent_wholly_and_their_match_lines_meet(given, half, paper) -> None:
    drawn, axes = river(6000.0, half=half)
    frames, boxes, told = planned(*((drawn, axes) if given == "axes" else (drawn,)), paper=paper)
    assert told.empty
    assert covered(boxes, drawn.extents.geometry.iloc[0])
    assert [frame.number for frame in frames] == [f"R1-{n:02d}" for n in range(1, len(frames) + 1)]
    assert len(frames) > 5
    room = lay_out(paper).room
    assert np.allclose(boxes.bounds["maxx"] - boxes.bounds["minx"], room.width * 2.0)
    assert np.allclose(boxes.bounds["maxy"] - boxes.bounds["miny"], room.height * 2.0)
    for here, there in itertools.pairwise(frames):
        assert here.span[1] == there.span[0]
        ahead, back = dict(here.matches)[there.number], dict(there.matches)[here.number]
        assert ahead.equals(back)
        assert shapely.box(*here.window).intersection(shapely.box(*there.window)).buffer(1e-6).covers(ahead)
        # It parts the extent between the two sheets: both its ends lie outside.
        assert not shapely.intersects(drawn.extents.geometry.iloc[0], shapely.boundary(ahead))
    assert frames[1].neighbours == ("R1-01", "R1-03")


@pytest.mark.parametrize("given", ["parts", "rows", "twice", "turned"])
def test_an_axis_in_pieces_that_touch_is_one(given) -> None:
    drawn, axes = river(4000.0)
    whole, _, _ = planned(drawn, axes)
    line = axes.geometry.iloc[0]
    upper, lower = (shapely.ops.substring(line, *part, normalized=True) for part in ((0, 0.4), (0.4, 1)))
    rows = {"parts": [shapely.MultiLineString([lower, upper])], "rows": [lower, upper], "twice": [line, line],
            "turned": [upper, lower]}[given]  # fmt: skip
    pieces = axes.iloc[[0] * len(rows)].reset_index(drop=True).set_geometry(gpd.GeoSeries(rows, crs=CRS))
    frames, _, told = planned(drawn, pieces)
    assert told.empty
    assert [frame.number for frame in frames] == [frame.number for frame in whole]
    # A sheet is looked at about every 4 m.
    assert np.allclose([frame.span for frame in frames], [frame.span for frame in whole], atol=8.0)
    assert all(frame.matches for frame in frames)


def test_a_gap_in_an_axis_is_told_and_strips_go_across_it_in_the_order_of_the_river() -> None:
    drawn, axes = river(4000.0)
    line = axes.geometry.iloc[0]
    parts = [shapely.ops.substring(line, *part, normalized=True) for part in ((0.7, 1), (0, 0.3), (0.4, 0.6))]
    frames, boxes, told = planned(drawn, axes.set_geometry([shapely.MultiLineString(parts)]).set_crs(CRS))
    assert told[["code", "feature_id"]].to_numpy().tolist() == [["plate-axis-gap", "清水河"]]
    assert covered(boxes, drawn.extents.geometry.iloc[0])
    assert np.all(np.diff([box.centroid.x for box in boxes]) > 0)
    assert all(frame.matches for frame in frames)


def test_a_river_without_an_axis_or_chainages_is_told_and_a_lake_is_not() -> None:
    drawn, _ = river(4000.0)
    frames, _, told = planned(drawn.extents)
    assert told["code"].tolist() == ["plate-no-axis"]
    assert not any(frame.span for frame in frames)
    lake = drawn.extents.assign(axis_length_m=np.nan)
    assert planned(lake)[2].empty
    assert planned(drawn.extents, by="sheet")[2].empty


@pytest.mark.parametrize("length", [2030.0, 2600.0, 4000.0])
def test_strips_are_as_even_as_the_fewest_can_be(length) -> None:
    drawn, axes = river(length, bends=False)
    frames, boxes, _ = planned(drawn, axes, paper="A3")
    lengths = np.array([frame.span[1] - frame.span[0] for frame in frames])
    # 600 m of map without a margin of 24 m on both sides.
    assert len(frames) == np.ceil(length / 552.0)
    assert lengths.min() > 0.9 * lengths.max()
    assert covered(boxes, drawn.extents.geometry.iloc[0])


def test_corners_are_labelled_to_the_metre(tmp_path) -> None:
    drawn, axes = river(900.0)
    made = rl.plates.atlas([drawn, axes], tmp_path, paper="A4", formats=["svg"])
    for row in made.plates.itertuples():
        text = (tmp_path / row.file).read_text(encoding="utf-8")
        for value in row.geometry.bounds:
            assert value == round(value)
            assert f">{value / 1000:.3f}<" in text


def test_a_match_line_is_the_same_on_both_its_sheets_and_square_to_the_river() -> None:
    guide = np.column_stack([np.arange(0.0, 1001.0, 10.0), np.zeros(101)])
    chainage = guide[:, 0]
    one, other = (0.0, -100.0, 520.0, 100.0), (480.0, -100.0, 1000.0, 100.0)
    line = strips.match_line(guide, chainage, 500.0, one, other)
    assert line.equals(strips.match_line(guide, chainage, 500.0, other, one))
    assert line.equals_exact(shapely.LineString([(500, -100), (500, 100)]), 1e-9) or line.reverse().equals_exact(
        shapely.LineString([(500, -100), (500, 100)]), 1e-9)  # fmt: skip
    assert strips.match_line(guide, chainage, 700.0, one, other) is None


def test_match_lines_carry_the_number_of_the_other_sheet(tmp_path) -> None:
    drawn, axes = river()
    made = rl.plates.atlas([drawn, axes], tmp_path, paper="A4")
    texts = {path.stem: packed(path) for path in made.paths if path.suffix == ".pdf"}
    assert "接R1-02" in texts["R1-01"]
    assert "接R1-01" in texts["R1-02"]
    assert "接R1-03" in texts["R1-02"]
    assert "桩号K0+000" in texts["R1-01"]
    assert "接图表" in texts["R1-01"]
    assert all(number.split("-")[1] in texts["00-index"] for number in made.plates["number"])


def test_numbers_stay_when_rivers_come_and_rows_are_turned_round() -> None:
    drawn, axes = river()
    other, more = river(1500.0, code="A9")
    up = {"yoff": 3000.0}
    moved = [each.assign(geometry=each.translate(**up)) for each in (other.extents, other.lines, more)]
    alone, boxes, _ = planned(drawn, axes)
    turned = rl.Demarcation(drawn.lines.iloc[::-1], drawn.extents, drawn.faults, drawn.rules, drawn.run)
    both, all_boxes, _ = planned(*moved, turned, axes)
    mine = [n for n, frame in enumerate(both) if frame.unit == "R1"]
    assert [both[n].number for n in mine] == [frame.number for frame in alone]
    assert shapely.equals_exact(all_boxes.iloc[mine].to_numpy(), boxes.to_numpy(), 1e-6).all()


def test_cells_are_named_by_their_corner_and_hang_on_nothing_else() -> None:
    drawn, _ = river()
    frames, boxes, _ = planned(drawn, by="sheet", paper="A3")
    for frame, box in zip(frames, boxes, strict=True):
        north, east = (float(each) * 1000 for each in frame.number.split("-"))
        assert box.bounds[:2] == pytest.approx((east, north))
        assert box.area == pytest.approx(600.0 * 400.0)
    assert covered(boxes, drawn.extents.geometry.iloc[0])
    by_number = dict(zip([frame.number for frame in frames], frames, strict=True))
    for frame in frames:
        for number, side in frame.matches:
            assert side.equals(dict(by_number[number].matches)[frame.number])
    again, _, _ = planned(drawn.extents, by="sheet", paper="A3")
    assert [frame.number for frame in again] == [frame.number for frame in frames]


def test_a_river_wider_than_a_sheet_is_cut_into_cells_and_that_is_told() -> None:
    drawn, axes = river(1500.0, half=400.0, bends=False)
    _, boxes, told = planned(drawn, axes)
    assert told["code"].tolist() == ["plate-strip-in-cells"]
    assert covered(boxes, drawn.extents.geometry.iloc[0])


def test_a_wide_place_gets_sheets_of_its_own_after_the_strips() -> None:
    drawn, axes = river(4000.0, half=40.0, bends=False)
    lake = shapely.union(drawn.extents.geometry.iloc[0], shapely.Point(501_000, 3_500_200).buffer(220.0))
    drawn = rl.Demarcation(drawn.lines, drawn.extents.assign(geometry=[lake]), drawn.faults, drawn.rules, drawn.run)
    frames, boxes, told = planned(drawn, axes)
    assert told.empty
    assert covered(boxes, lake)
    alone = np.array([not frame.span for frame in frames])
    assert alone.any()
    assert not alone[: np.flatnonzero(alone)[0]].any()
    assert alone[np.flatnonzero(alone)[0] :].all()


def test_rows_that_no_sheet_can_show_are_told() -> None:
    drawn, axes = river(900.0)
    stray = drawn.lines.iloc[:1].assign(line_id="stray", river_id="", geometry=drawn.lines.iloc[:1].translate(0, 9e3))
    _, _, told = planned(drawn, stray, axes)
    assert told[["code", "feature_id"]].to_numpy().tolist() == [["plate-not-covered", "stray"]]


def test_units_of_administration_are_drawn_one_by_one(tmp_path) -> None:
    drawn, axes = river()
    west, south, east, north = drawn.extents.total_bounds
    middle = (west + east) / 2
    towns = rl.schema.ADMIN.empty(CRS).reindex([0, 1]).assign(
        name=["东镇", "西镇"], admin_code=["02", "01"],
        geometry=gpd.GeoSeries([shapely.box(middle, south, east, north), shapely.box(west, south, middle, north)],
                               crs=CRS))  # fmt: skip
    marks = rl.place_stakes(drawn)
    made = rl.plates.atlas([drawn, axes, towns, marks], tmp_path, by="admin", scale="auto", formats=["pdf"])
    assert made.plates["number"].tolist() == ["01", "02"]
    assert made.plates["title"].str[:2].tolist() == ["西镇", "东镇"]
    in_west, tables = marks.geometry.x < middle, [packed(path) for path in made.paths[:2]]
    for number, north, west_of_it in zip(marks["number"], marks["x_m"], in_west, strict=True):
        assert [f"{number}{north:.3f}" in text for text in tables] == [west_of_it, not west_of_it]
    with pytest.raises(rl.JobError, match="ADMIN"):
        rl.plates.atlas(drawn, tmp_path, by="admin")


def test_sheets_that_were_drawn_are_kept_and_what_changed_is_drawn_again(tmp_path) -> None:
    drawn, axes = river(1500.0)
    first = rl.plates.atlas([drawn, axes], tmp_path, paper="A4")
    assert set(first.plates["status"]) == {"drawn"}
    before = {path: path.read_bytes() for path in first.paths}
    again = rl.plates.atlas([drawn, axes], tmp_path, paper="A4")
    assert set(again.plates["status"]) == {"kept"}
    assert {path: path.read_bytes() for path in again.paths} == before
    (tmp_path / "R1-02.pdf").write_bytes(b"torn")
    marks = stakes(1)
    third = rl.plates.atlas([drawn, axes, marks], tmp_path, paper="A4")
    states = third.plates.set_index("number")["status"]
    assert states["R1-02"] == "drawn"
    hit = third.plates.intersects(marks.geometry.iloc[0]).to_numpy()
    assert set(states[hit]) == {"drawn"}
    assert set(states[~hit].drop("R1-02", errors="ignore")) <= {"kept"}
    (tmp_path / MANIFEST).write_text("{torn", encoding="utf-8")
    assert set(rl.plates.atlas([drawn, axes], tmp_path, paper="A4").plates["status"]) == {"drawn"}
    other = rl.plates.atlas([drawn, axes], tmp_path, paper="A4", resume=False)
    assert set(other.plates["status"]) == {"drawn"}


def test_sheets_of_an_earlier_cut_are_taken_away_and_nothing_of_anybody_else(tmp_path, monkeypatch) -> None:
    drawn, axes = river(900.0)
    rl.plates.atlas([drawn, axes], tmp_path, scale=1000, formats=["pdf", "svg"], merge=True)
    first = {each.name for each in tmp_path.iterdir()}
    assert {"R1-01.pdf", "R1-03.svg", "R1-04.pdf", "00-index.pdf", "atlas.pdf"} <= first
    (tmp_path / "R1-04.pdf").write_bytes(b"signed by hand")
    (tmp_path / "R1-99.pdf").write_bytes(b"another one's")
    with monkeypatch.context() as patch:
        # A run that stops in the middle takes nothing away, and forgets nothing.
        patch.setattr("riverline.plates.working.Manifest.tidy", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            rl.plates.atlas([drawn, axes], tmp_path, scale=5000)
    assert first < {each.name for each in tmp_path.iterdir()}
    made = rl.plates.atlas([drawn, axes], tmp_path, scale=5000)
    own = {path.name for path in made.paths}
    assert own == {"R1.pdf", MANIFEST}
    assert {each.name for each in tmp_path.iterdir()} == own | {"R1-04.pdf", "R1-99.pdf"}
    assert "earlier" not in (tmp_path / MANIFEST).read_text(encoding="utf-8")
    # What was drawn of a sheet that fails now stays: the fault says that it is old.
    monkeypatch.setattr("riverline.plates.working.compose", lambda *_: 1 / 0)
    assert rl.plates.atlas([drawn, axes], tmp_path, scale=5000, grid="none").plates["status"].tolist() == ["failed"]
    assert (tmp_path / "R1.pdf").is_file()
    monkeypatch.undo()
    rl.plates.atlas([drawn, axes], tmp_path, scale=5000, formats=["svg"])
    assert not (tmp_path / "R1.pdf").exists(), "and is known to be ours later"


def test_one_sheet_that_fails_does_not_stop_the_others(tmp_path, monkeypatch) -> None:
    drawn, axes = river(1500.0)
    real = composing.compose

    def failing(sheet, look):
        if sheet.number == "R1-02":
            raise ValueError("torn geometry")
        return real(sheet, look)

    monkeypatch.setattr("riverline.plates.working.compose", failing)
    made = rl.plates.atlas([drawn, axes], tmp_path, paper="A4", merge=True)
    states = made.plates.set_index("number")["status"]
    assert states["R1-02"] == "failed"
    assert set(states.drop("R1-02")) == {"drawn"}
    wrong = made.faults[made.faults["code"] == "plate-not-drawn"]
    assert wrong["feature_id"].tolist() == ["R1-02"]
    assert "torn geometry" in wrong["detail"].iloc[0]
    assert not (tmp_path / "R1-02.pdf").exists()
    assert len(pypdf.PdfReader(tmp_path / "atlas.pdf").pages) == len(states)
    monkeypatch.undo()
    mended = rl.plates.atlas([drawn, axes], tmp_path, paper="A4")
    assert mended.plates.set_index("number")["status"].to_dict() == {
        number: "drawn" if number == "R1-02" else "kept" for number in states.index
    }


def test_processes_draw_the_same_bytes_and_the_merged_file_has_a_bookmark_each(tmp_path) -> None:
    drawn, axes = river(1500.0)
    told = []
    one = rl.plates.atlas([drawn, axes], tmp_path / "1", paper="A4", merge=True,
                          tell=lambda done, of: told.append((done, of)))  # fmt: skip
    two = rl.plates.atlas([drawn, axes], tmp_path / "2", paper="A4", merge=True, processes=2)
    assert [path.name for path in one.paths] == [path.name for path in two.paths]
    for first, second in zip(one.paths, two.paths, strict=True):
        assert first.read_bytes() == second.read_bytes(), first.name
    assert told == [(n, len(one.plates) + 1) for n in range(len(one.plates) + 2)]
    reader = pypdf.PdfReader(tmp_path / "1" / "atlas.pdf")
    assert [each.title.split(" ")[0] for each in reader.outline] == ["00-index", *one.plates["number"]]


def test_sheets_of_a_process_that_dies_are_drawn_all_the_same(tmp_path, monkeypatch) -> None:
    drawn, axes = river(1500.0)
    begin = Crew.begin

    def begin_and_die(crew):
        begin(crew)
        for process in list(crew._pool._processes.values()):
            process.kill()

    monkeypatch.setattr(Crew, "begin", begin_and_die)
    made = rl.plates.atlas([drawn, axes], tmp_path, paper="A4", processes=2)
    assert set(made.plates["status"]) == {"drawn"}
    assert all(path.is_file() for path in made.paths)


@pytest.mark.parametrize("code", ["../../etc", "C:\\x", "con", "$a$|b", "清水 河", "", "x" * 300])
def test_codes_of_rivers_never_leave_the_folder(tmp_path, code) -> None:
    drawn, axes = river(300.0, code=code or " ")
    folder = tmp_path / "atlas"
    made = rl.plates.atlas([drawn, axes], folder, paper="A4", formats=["svg"])
    assert [each.name for each in tmp_path.iterdir()] == ["atlas"]
    assert all(path.is_file() and path.parent == folder for path in made.paths)
    assert all((folder / name).is_file() for name in made.plates["file"])


def test_file_names_differ_on_systems_that_do_not_tell_large_from_small() -> None:
    names = file_names(["a", "A", "a ", "..", "aux", "aux.pdf", "a/b", "a\\b"])
    assert len({name.lower() for name in names}) == len(names)
    assert not [name for name in names if re.search(r'[\\/:*?"<>|]', name) or name.startswith(".")]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"by": "county"}, "river, sheet or admin"), ({"formats": ["dxf"]}, "dxf"), ({"processes": 0}, "whole number"),
     ({"formats": ["svg"], "merge": True}, "pdf to merge"), ({"formats": []}, "one at least")],
)  # fmt: skip
def test_an_atlas_that_cannot_be_drawn_so_is_refused(tmp_path, wrong, said) -> None:
    with pytest.raises(rl.JobError, match=said):
        rl.plates.atlas(river()[0], tmp_path / "a", **wrong)
    assert not (tmp_path / "a").exists()


def test_an_atlas_needs_a_folder_that_can_be_written(tmp_path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(rl.JobError, match="cannot be made"):
        rl.plates.atlas(river()[0], tmp_path / "file" / "a")


def test_an_atlas_of_nothing_is_refused_as_a_sheet_of_nothing_is(tmp_path) -> None:
    drawn, axes = river(300.0)
    point = axes.set_geometry([shapely.LineString([(5e5, 3.5e6), (5e5, 3.5e6)])], crs=CRS)
    away = gpd.GeoDataFrame({"admin_id": ["1"], "name": ["远"]}, geometry=[shapely.box(0, 0, 9, 9)], crs=CRS)
    for given, by, said in (
        ([rl.schema.EXTENTS.empty(CRS)], "sheet", "没有可绘的要素"),
        ([point], "river", "axes 的图形长度或面积为零"),
        ([drawn, away], "admin", "各行政区内都没有"),
    ):
        with pytest.raises(rl.SchemaError, match=said):
            rl.plates.atlas(given, tmp_path / "a", by=by)
    assert not (tmp_path / "a").exists()


def test_a_missing_pypdf_names_the_extra(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(rl.MissingDependencyError, match=r"riverline\[report\]"):
        rl.plates.atlas(river()[0], tmp_path / "a", merge=True)


@pytest.mark.parametrize("corners", [np.empty((0, 2)), np.full((2, 2), np.nan), np.full((2, 2), np.inf)])
def test_layers_that_lie_nowhere_give_no_blank_sheet(corners):
    with np.errstate(invalid="ignore"):
        shape = shapely.linestrings(corners)
    rows = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["河"]}, geometry=[shape], crs=4548)
    with pytest.raises(rl.SchemaError, match="没有一个图形可绘"):
        drawable(style.collect(rows), "zh")


def test_cells_of_the_grid_are_told_apart_in_the_index():
    """Row and column name a cell: 512.4 alone would be two sheets."""
    assert furniture._shared(["QS01-3496.4-511.8", "QS01-3496.8-512.4", "QS01-3496.4-512.4"]) == len("QS01-")
    assert furniture._shared(["3496.4-511.8", "3498.0-511.8"]) == 0
    assert furniture._shared(["R1-01", "R1-02", "R1-12"]) == len("R1-")


def test_lakes_and_reservoirs_have_their_names_inside_and_once():
    square = shapely.MultiPolygon([shapely.box(0, 0, 900, 900)])
    rows = gpd.GeoDataFrame(
        {"extent_id": ["JH01-management", "R1-management", "GC-02-management"], "river_id": ["JH01", "R1", "R1"],
         "name": ["镜湖", "清水河", "清水闸"], "kind": "management", "axis_length_m": [np.nan, 900.0, np.nan]},
        geometry=[shapely.transform(square, lambda xy, k=k: xy + 2000 * k) for k in range(3)], crs=4548)  # fmt: skip
    layer = style.Layer("extents", rl.schema.EXTENTS, rows)
    (label,) = labels.labels_of([layer], 75_000)
    assert label.text == "镜湖"
    assert label.inside
    assert rows.geometry.iloc[0].contains(shapely.Point(label.x, label.y))
    water = style.Layer("water", rl.schema.WATER, rows.iloc[:1].assign(water_id="W1"))
    assert [each.text for each in labels.labels_of([layer, water], 75_000)] == ["镜湖"], "not twice"


@pytest.mark.parametrize("name", ["清水河", "京杭运河（江南运河）", "Clear River"])
def test_names_of_rivers_stand_beside_a_straight_stretch_and_on_no_stake(name):
    """A river that winds, then runs straight, with stakes left of it."""
    x = np.linspace(0, 20_000, 1_601)
    y = np.where(x < 10_000, 300 * np.sin(x / 100), 300 * np.sin(100.0))
    line = shapely.LineString(np.column_stack([x, y]))
    axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": [name]}, geometry=[line], crs=4548)
    stakes = shapely.points(np.column_stack([x, y + 100]))[::8]
    ((label, angle),) = river_names.river_labels(
        [style.Layer("axes", rl.schema.AXES, axes)], 50_000, marks=[stakes, np.array([line], dtype=object)]
    )
    wide, high = (each * 50 for each in labels.text_size(label.text, label.size))
    text = shapely.box(label.x - wide / 2, label.y - high / 2, label.x + wide / 2, label.y + high / 2)
    assert abs(angle) < 3
    assert label.x > 10_000
    assert not shapely.intersects(text, line)
    assert not shapely.intersects(text, stakes).any()
    assert shapely.distance(text, line) < 10 * 50, "yet near"


def written_on(label, angle, scale):
    """The ground that a name covers."""
    upright = "\n" in label.text
    wide, high = (each * scale / 1000 for each in labels.text_size(label.text.replace("\n", ""), label.size))
    wide, high = (high, wide * 1.7) if upright else (wide, high)
    place = shapely.box(label.x - wide / 2, label.y - high / 2, label.x + wide / 2, label.y + high / 2)
    return shapely.affinity.rotate(place, angle)


@pytest.mark.parametrize("name", ["清水河", "京杭运河（江南运河）"])
@pytest.mark.parametrize("slope", [0.0, 0.5, -0.5, 9.0])
def test_names_of_rivers_keep_within_the_window_or_are_left_out(name, slope):
    """A river along the edge of a sheet: its name stands on the side that has room for it, and on none if none has."""
    scale, line = 50_000, np.array([(0.0, 0.0), (6_000.0, 0.0)])
    shape = shapely.affinity.rotate(shapely.LineString(line), np.degrees(np.arctan(slope)), origin=(0, 0))
    axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": [name]}, geometry=[shape], crs=4548)
    layers = [style.Layer("axes", rl.schema.AXES, axes)]
    west, south, east, north = shape.bounds
    for window in ((west - 600, south - 2_000, east, north + 100), (west, south - 100, east + 600, north + 2_000)):
        ((label, angle),) = river_names.river_labels(layers, scale, window=window)
        assert shapely.box(*window).contains(written_on(label, angle, scale))
    middle = shape.interpolate(0.5, normalized=True)
    assert river_names.river_labels(layers, scale, window=middle.buffer(60).bounds) == []


def test_numbers_of_neighbours_stand_between_the_labels_of_the_grid():
    sheet, box = SimpleNamespace(window=(0.0, 0.0, 600.0, 400.0), scale=2000), Box(20.0, 30.0, 300.0, 200.0)
    canvas = SimpleNamespace(look=SimpleNamespace(grid="km"))
    ticks = 30.0 + np.arange(0, 401, neatline.grid_step(2000)) / 2
    at = neatline._between_grid(np.array([(320.0, 30.0), (320.0, 230.0)]), sheet, box, canvas)
    assert at[0] == 320
    assert np.abs(ticks - at[1]).min() > 20


# Meridians and parallels


def on_paper(plate, kind):
    """Green lines or crosses of a sheet, (n, 2, 2) mm on the page."""
    from matplotlib.collections import LineCollection
    from matplotlib.colors import to_hex
    from matplotlib.lines import Line2D

    if kind == "crosses":
        found = [each for each in plate.figure.findobj(LineCollection) if to_hex(each.get_color()[0]) == "#3c6e57"]
        return np.array([line for each in found for line in each.get_segments()])
    lines = [each for each in plate.figure.findobj(Line2D) if each.get_color() == neatline._GRID_COLOR]
    return np.array([np.column_stack(each.get_data()) for each in lines])


def degrees_of(text):
    found = re.fullmatch(r"(-?)(\d+)°(\d\d)′(\d\d)″", text)
    return (-1 if found[1] else 1) * (int(found[2]) + int(found[3]) / 60 + int(found[4]) / 3600)


def stream_at(east, north, crs=CRS):
    line = shapely.LineString([(east, north), (east + 50, north + 50)])
    return gpd.GeoDataFrame({"river_id": ["R1"], "name": ["河"]}, geometry=[line], crs=crs)


@pytest.mark.parametrize(
    ("east", "north", "crs", "scale"),
    [(500_000, 3_500_000, CRS, 2_000), (660_000, 5_300_000, CRS, 75_000), (330_000, 3_500_000, CRS, 250_000),
     (700_000, 2_500_000, CRS, 1_000_000), (500_000, 8_000_000, "EPSG:32701", 500_000)],
)  # fmt: skip
def test_each_edge_of_the_frame_meets_meridians_and_parallels_where_they_are(east, north, crs, scale) -> None:
    import pyproj
    from matplotlib.text import Text

    place = stream_at(east, north, crs)
    plate = rl.plates.draw(place, grid="graticule", scale=scale)
    room = lay_out("A3").room
    back = pyproj.Transformer.from_crs(crs, pyproj.CRS(crs).geodetic_crs, always_xy=True)
    written = [each for each in plate.figure.findobj(Text) if re.fullmatch(r"-?\d+°\d\d′\d\d″", each.get_text())]
    edges = dict.fromkeys(("bottom", "top", "left", "right"), 0)
    for (x, y), _ in on_paper(plate, "ticks"):
        side = next(name for name in edges if abs((y if name in {"bottom", "top"} else x) - getattr(room, name)) < 1e-6)
        upright = side in {"bottom", "top"}
        near = [each for each in written if abs(each.get_position()[1 - upright] - (x, y)[1 - upright]) < 1e-6]
        own = [each for each in near if abs(each.get_position()[upright] - (x, y)[upright]) < 7.0]
        if not own:
            continue
        edges[side] += 1
        ground = np.array(plate.window[:2]) + (np.array([x, y]) - (room.left, room.bottom)) * scale / 1000.0
        lon, lat = back.transform(*ground)
        said, there = degrees_of(own[0].get_text()), lon if upright else lat
        off = (there - said + 180.0) % 360.0 - 180.0
        # A hundredth of a millimetre of this sheet.
        assert abs(off) * 111_320.0 < 0.01 * scale / 1000.0, (side, own[0].get_text(), there)
    assert min(edges.values()) >= 1, edges
    assert sum(edges.values()) == len(written), "every label has its tick"


def test_crosses_of_one_meridian_run_from_its_lower_to_its_upper_tick() -> None:
    plate = rl.plates.draw(stream_at(690_000, 3_500_000), grid="graticule", scale=250_000)
    room = lay_out("A3").room
    ticks = on_paper(plate, "ticks")[:, 0]
    low, high = (np.sort(ticks[np.abs(ticks[:, 1] - edge) < 1e-6, 0]) for edge in (room.bottom, room.top))
    middles = on_paper(plate, "crosses").mean(axis=1)
    inner = middles[(middles[:, 1] > room.bottom + 5) & (middles[:, 1] < room.top - 5)]
    inner = inner[(inner[:, 0] > room.left + 5) & (inner[:, 0] < room.right - 5)]
    both = [(a, b) for a in low for b in high if abs(a - b) < 8.0]
    assert len(both) >= 2
    assert max(abs(a - b) for a, b in both) > 1.0, "far from its zone's middle a meridian leans"
    lines = shapely.linestrings([[(a, room.bottom), (b, room.top)] for a, b in both])
    assert shapely.distance(shapely.points(inner)[:, None], lines).min(axis=1).max() < 0.05


@pytest.mark.parametrize("scale", [200, 500, 1_000, 2_000, 3_000, 25_000, 75_000, 150_000, 1_000_000])
def test_qgis_is_told_the_grid_of_our_own_sheets(scale) -> None:
    said = neatline.grid_expression(str(scale))
    wanted = scale / 10
    power = 10.0 ** np.floor(np.log10(wanted))
    cases = [(float(up), float(step)) for up, step in re.findall(r"<= ([\d.]+) THEN ([\d.]+)", said)]
    step = next((step for up, step in cases if wanted / power <= up), 10.0)
    assert step * power == neatline.grid_step(scale)


# What sheets are of


def around(code, name, *, basis, kind="management", place=(0.0, 0.0)):
    """A water without banks: its line and its extent."""
    ring = shapely.Point(502_000 + place[0], 3_502_000 + place[1]).buffer(300)
    line = staked.Piece(np.array(ring.exterior.coords), bank=None, river=code, start=0.0, end=ring.exterior.length)
    drawn = staked.demarcation(line, extents=[(code, ring)])
    lines = drawn.lines.assign(line_id=f"{code}-S-001", bank=None, basis=basis)
    extents = drawn.extents.assign(extent_id=f"{code}-{kind}", river_id=code, name=name, axis_length_m=np.nan)
    return dataclasses.replace(drawn, lines=lines, extents=extents)


@pytest.mark.parametrize(
    ("of", "zh", "en"),
    [
        (["river"], "河道管理范围图", "River management extents"),
        (["lake"], "湖泊管理范围图", "Lake management extents"),
        (["reservoir"], "水库管理范围图", "Reservoir management extents"),
        (["river", "lake"], "河湖管理范围图", "River and lake management extents"),
        (["reservoir", "lake"], "河湖管理范围图", "River and lake management extents"),
    ],
)
def test_a_sheet_is_titled_by_what_it_is_of(of, zh, en) -> None:
    there = {"river": river(400.0)[0], "lake": around("JH01", "镜湖", basis="levee"),
             "reservoir": around("SK01", "石门水库", basis="reservoir", place=(900.0, 0.0))}  # fmt: skip
    drawn = [there[each] for each in of]
    assert rl.plates.draw(*drawn).title == zh
    assert rl.plates.draw(*drawn, language="en").title == en
    assert rl.plates.draw(*drawn, title="某县图").title == "某县图"


def test_sheets_of_an_atlas_are_titled_each_by_its_own_and_the_index_says_sheet_once(tmp_path) -> None:
    drawn, axes = river(400.0)
    lake, pool = around("JH01", "镜湖", basis="water"), around("SK01", "石门水库", basis="joined", place=(900.0, 0.0))
    made = rl.plates.atlas([drawn, axes, lake, pool], tmp_path, scale="auto")
    titles = dict(zip(made.plates["number"], made.plates["title"], strict=True))
    assert titles == {"R1": "清水河河道管理范围图", "JH01": "镜湖管理范围图", "SK01": "石门水库管理范围图"}
    assert "镜湖管理范围图" in packed(tmp_path / "JH01.pdf")
    assert "河湖管理范围图分幅索引图" in packed(tmp_path / "00-index.pdf")


def zoned():
    """A river with a zone of each kind, and parcels without a title all over it."""
    drawn, axes = river(400.0)
    boxes = [shapely.box(500_000 + 100 * each, 3_499_900, 500_100 + 100 * each, 3_500_250) for each in range(4)]
    zones = rl.schema.ZONES.empty(CRS).reindex(range(4)).assign(
        zone_id=[f"R1-L-{n:03d}" for n in (1, 2, 3, 4)], number=[f"L{n:03d}" for n in (1, 2, 3, 4)], river_id="R1",
        type=[1, 2, 3, 4], geometry=gpd.GeoSeries(boxes, crs=CRS))  # fmt: skip
    titles = rl.schema.HOLDINGS.empty(CRS).reindex([0]).assign(
        holding_id="H1", status="untitled", geometry=gpd.GeoSeries([shapely.union_all(boxes)], crs=CRS))  # fmt: skip
    return drawn, axes, zones, titles


def test_zones_are_numbered_unlike_stakes_and_say_what_they_are(tmp_path) -> None:
    drawn, axes, zones, titles = zoned()
    rl.plates.draw(drawn, axes, zones, titles, stakes(3), path=tmp_path / "a.pdf")
    text = packed(tmp_path / "a.pdf")
    for said in ("L001岸线保护区", "L002岸线保留区"):
        assert said in text, said
    rl.plates.draw(zones, path=tmp_path / "b.pdf", language="en")
    assert "L001" in text_of(tmp_path / "b.pdf")
    assert "R1-L-001" not in text_of(tmp_path / "b.pdf")
    assert not re.findall(r"[\u4e00-\u9fff]", text_of(tmp_path / "b.pdf"))


def test_zones_have_the_colours_of_the_legend_on_the_map_too() -> None:
    """In the middle of each zone the map is of the colour that the legend shows for it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    drawn, _, zones, titles = zoned()
    plate = rl.plates.draw(drawn.extents, zones, titles, scale=2000)
    canvas = FigureCanvasAgg(plate.figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[:, :, :3].astype(float)
    layout, per = lay_out("A3"), plate.figure.dpi / 25.4
    theme = style.themes("zones")[0]
    for zone, shape in zip(zones["type"], zones.geometry, strict=True):
        x, y = np.array([shape.centroid.x + 20, shape.bounds[1] + 30]) - plate.window[:2]
        across = (layout.room.left + x / 2) * per
        down = (layout.page.height - layout.room.bottom - y / 2) * per
        symbol = theme.symbol(zone)
        rgb = np.array([int(symbol.fill[at : at + 2], 16) for at in (1, 3, 5)])
        legend = rgb * symbol.fill_opacity + 255 * (1 - symbol.fill_opacity)
        assert np.abs(pixels[int(down), int(across)] - legend).max() <= 2, zone


def test_numbers_of_sheets_and_names_of_rivers_keep_clear_of_each_other_on_the_index(tmp_path, monkeypatch) -> None:
    written = []
    write = composing.Canvas.write

    def kept(self, x, y, text, size, **about):
        written.append((x, y, text, size, about))
        write(self, x, y, text, size, **about)

    monkeypatch.setattr(composing.Canvas, "write", kept)
    drawn, axes = river(3500.0)
    made = rl.plates.atlas([drawn, axes], tmp_path, scale=1000, formats=["png"])
    index = written[max(at for at, each in enumerate(written) if "分幅索引图" in each[2]) - len(made.plates) - 60 :]
    boxes, names = [], []
    for x, y, text, size, about in index:
        wide, high = labels.text_size(text, size)
        place = shapely.box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        if text.replace("\u3000", "") == "清水河" and "rotation" in about:
            names = [shapely.affinity.rotate(place, about["rotation"])]
        elif re.fullmatch(r"(R1-)?\d\d", text) and about.get("halo"):
            boxes.append(place)
    assert len(names) == 1
    assert len(boxes) >= 5
    assert not shapely.intersects(names[0], boxes).any()


def test_numbers_of_stakes_keep_clear_of_the_numbers_on_match_lines(tmp_path, monkeypatch) -> None:
    written = {}
    write = composing.Canvas.write

    def kept(self, x, y, text, size, **about):
        wide, high = labels.text_size(text, size)
        place = shapely.box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        turned = shapely.affinity.rotate(place, about.get("rotation", 0.0))
        written.setdefault(id(self.figure), (self.figure, []))[1].append((text, turned))
        write(self, x, y, text, size, **about)

    monkeypatch.setattr(composing.Canvas, "write", kept)
    drawn, axes = river(2500.0)
    rl.plates.atlas([drawn, axes, rl.place_stakes(drawn)], tmp_path, scale=2000, formats=["png"], paper="A4")
    sheets = 0
    for _, texts in written.values():
        matches = [place for text, place in texts if text.startswith("接 R1")]
        numbers = [place for text, place in texts if re.fullmatch(r"R1-[LR]-\d+", text)]
        assert not shapely.intersects(np.array(matches)[:, None], np.array(numbers)[None]).any()
        sheets += bool(matches) and bool(numbers)
    assert sheets >= 2


def test_names_of_rivers_cross_no_border_of_a_cell_where_there_is_room(tmp_path, monkeypatch) -> None:
    """Three cells of 4 km along a river: its name is a third of a cell, and stands within one."""
    found, real = [], composing.river_labels

    def kept(layers, scale, **how):
        made = real(layers, scale, **how)
        found.append((layers, scale, made, how))
        return made

    monkeypatch.setattr(composing, "river_labels", kept)
    drawn, axes = river(6000.0)
    rl.plates.atlas([drawn, axes], tmp_path, scale=5000, formats=["png"])
    ((layers, scale, ((label, angle),), how),) = [
        each for each in found if any(layer.name == "plates" for layer in each[0])
    ]
    cells = next(layer.frame for layer in layers if layer.name == "plates")
    text = written_on(label, angle, scale)
    assert len(cells) >= 3
    assert not cells.boundary.intersects(text).any()
    assert shapely.box(*how["window"]).contains(text)
