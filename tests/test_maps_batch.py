"""Many maps at once: every row on a map or told, nothing drawn twice, whole files, an index that finds them."""

from __future__ import annotations

import hashlib
import json
import re
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from tests import invented
from tests.browser import browser
from typer.testing import CliRunner

import riverline as rl
from riverline.cli.app import app
from riverline.maps.gathering import gather, settled
from riverline.maps.index import _together
from riverline.maps.thumbnails import thumbnail
from riverline.maps.units import part
from riverline.style import Layer, collect


def county(**changes):
    return [invented.result(), invented.axes().assign(**changes), invented.water()]


def many(count=5, names=None):
    """Straight rivers beside each other."""
    lines = [shapely.LineString([(500_000, 3_450_000 + 900 * i), (503_000, 3_450_100 + 900 * i)]) for i in range(count)]
    rows = {"river_id": [f"R{i}" for i in range(count)], "name": names or [f"河{i}" for i in range(count)]}
    return gpd.GeoDataFrame(rows, geometry=lines, crs=invented.CRS)


def contents(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}  # fmt: skip


def states(made):
    return made.maps.set_index("unit")["state"].to_dict()


def test_a_map_for_each_river_and_an_index(tmp_path):
    rows = {
        "problem_id": ["P1", "P2", "P3"],
        "river_id": "QS01",
        "kind": "dumping",
        "status": ["found", "closed", "closed"],
    }
    problems = filled(rl.schema.PROBLEMS, rows, shapely.points(500_000 + 50 * np.arange(3), 3_450_000))
    made = rl.maps.batch([*county(), [problems]], tmp_path / "out", title="清水县")
    # Some faults of the county are of no river and have no place.
    assert made.maps["unit"].tolist() == ["BX02", "QS01"]
    assert made.maps["title"].tolist() == ["白溪", "清水河"]
    assert made.faults.set_index("code").loc["map-outside", "layer"] == "faults"
    files = sorted(each.name for each in (tmp_path / "out" / "maps").iterdir())
    assert files == ["BX02_白溪.html", "QS01_清水河.html"]
    manifest = json.loads(made.manifest_path.read_text("utf-8"))
    for file in manifest["files"]:
        path = tmp_path / "out" / file["file"]
        assert file["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert file["size"] == path.stat().st_size
    assert {file["file"] for file in manifest["files"]} == {"index.html", *made.maps["file"]}
    index = made.index_path.read_text("utf-8")
    assert "清水河" in index
    assert "://" not in index
    # What is closed is neither counted nor drawn as if it were not.
    (counts,) = [each["counts"] for each in manifest["maps"] if each["unit"] == "QS01"]
    assert (counts["problems"], counts["settled_problems"]) == (1, 2)
    assert "已了结的问题" in index
    told = rl.faults.found("geometry-missing", layer="problems", feature_id=["P2"], geometry=[None], crs=invented.CRS)
    units, outside = part(settled(gather(problems, told)), by="river", language="zh")
    assert [(each.name, len(each.frame)) for each in units[0].own] == [
        ("problems", 1), ("settled_problems", 2), ("faults", 1),
    ]  # fmt: skip
    assert not outside


def test_every_row_is_on_one_map_or_told():
    layers = collect(*county(), 乡镇=invented.towns())
    units, outside = part(layers, by="river", language="zh")
    for layer in layers:
        own = [each.frame for unit in units for each in unit.own if each.name == layer.name]
        around = {row for unit in units for each in unit.around if each.name == layer.name for row in each.frame.index}
        rows = sorted(row for frame in own for row in frame.index)
        assert len(rows) == len(set(rows))
        assert len(rows) + len(around) + outside.get(layer.name, 0) == len(layer.frame), layer.name


def test_lines_go_with_the_chief_of_their_rivers_axis():
    chiefs = {"QS01": "王强", "BX02": "李芳"}
    axes = invented.axes()
    units, _ = part(collect(*county(chief=axes["river_id"].map(chiefs))), by="chief", language="zh")
    assert [unit.code for unit in units] == ["李芳", "王强"]
    for unit in units:
        rivers = {code for layer in unit.own if "river_id" in layer.frame for code in layer.frame["river_id"]}
        assert {chiefs[code] for code in rivers} == {unit.code}
        assert {layer.name for layer in unit.own} >= {"axes", "extents", "management_lines", "water"}


def filled(schema, rows, shapes):
    """Rows of a schema, blank but for some columns."""
    names = [column.name for column in schema.columns if not column.optional or column.name in rows]
    frame = pd.DataFrame(rows).reindex(columns=names)
    return schema.conform(gpd.GeoDataFrame(frame, geometry=list(shapes), crs=invented.CRS))


def standing(**more):
    """Two rivers with their chiefs, a lake and a reservoir without an axis, a problem of no river."""
    ring = shapely.box(520_000, 3_450_000, 520_400, 3_450_300)
    far = shapely.box(540_000, 3_450_000, 540_400, 3_450_300)
    extents = {"extent_id": ["JH01-management", "SK01-management"], "river_id": ["JH01", "SK01"],
               "name": ["镜湖", "石门水库"], "kind": "management"}  # fmt: skip
    lines = {"line_id": ["JH01-S-001", "SK01-S-001"], "river_id": ["JH01", "SK01"], "basis": ["water", "reservoir"]}
    stakes = {"stake_id": ["JH01-001", "SK01-001", "R0-001"], "river_id": ["JH01", "SK01", "R0"],
              "admin": ["甲镇", "乙镇", "甲镇"]}  # fmt: skip
    at = gpd.points_from_xy([520_000, 540_000, 500_000], [3_450_000, 3_450_000, 3_450_000])
    told = rl.faults.found("extents-shared", layer="extents", feature_id=["JH01-management"], geometry=[None],
                           crs=invented.CRS)  # fmt: skip
    shapes = [ring, far]
    return {
        "axes": many(2).assign(chief=["王强", "李芳"]),
        "extents": filled(rl.schema.EXTENTS, extents, shapes),
        "management_lines": filled(rl.schema.MANAGEMENT_LINES, lines, [each.exterior for each in shapes]),
        "stakes": filled(rl.schema.STAKES, stakes, at),
        "faults": told,
    } | more


def test_what_has_no_chief_has_a_map_of_its_own(tmp_path):
    made = rl.maps.batch(standing(), tmp_path, by="chief")
    assert made.maps["title"].tolist() == ["李芳", "王强", "未填写河长"]
    assert made.maps["features"].tolist() == [1, 2, 7]
    told = made.faults.set_index("layer")
    assert set(told["code"]) == {"map-unit-blank"}
    assert set(told["severity"]) == {"warning"}
    assert told["value"].to_dict() == {"extents": 2, "faults": 1, "management_lines": 2, "stakes": 2}


def test_a_lakes_chief_may_stand_with_its_extent():
    given = standing()
    given["extents"]["chief"] = ["张湖", None]
    units, outside = part(collect(**given), by="chief", language="zh")
    rows = {unit.code: {layer.name: len(layer.frame) for layer in unit.own} for unit in units}
    assert rows["张湖"] == {"extents": 1, "management_lines": 1, "stakes": 1, "faults": 1}
    assert rows[""] == {"extents": 1, "management_lines": 1, "stakes": 1}
    assert not outside


def test_a_chief_with_a_title_and_without_is_one_where_nothing_speaks_against_it(tmp_path):
    """A river in common and no other level: one map. Another level, no river in common, or two of that name: told."""
    axes = many(6).assign(chief=["县长 林清源", "镇长 柳青", "王伟（县委书记）", "副县长王伟", "村主任:石岭", "陈溪"])
    walks = pd.DataFrame({
        "river_id": ["R0", "R1", "R2", "R3", "R0", "R5"],
        "chief": ["林清源", "柳青", "王伟", "王伟", "石岭", "溪"],
        "level": ["county", "village", "county", "county", "village", "village"],
    })  # fmt: skip
    made = rl.maps.batch({"axes": axes, "walks": walks}, tmp_path, by="chief")
    told = {code: set(zip(rows["feature_id"], rows["note"], strict=True)) for code, rows in made.faults.groupby("code")}
    assert told["map-chief-joined"] == {("县长 林清源", "林清源")}
    assert told["map-chief-apart"] == {
        *(("镇长 柳青", "柳青"), ("王伟（县委书记）", "王伟"), ("副县长王伟", "王伟"), ("村主任:石岭", "石岭")),
    }
    features = made.maps.set_index("unit")["features"]
    assert features["县长 林清源"] == 2
    assert "林清源" not in features
    assert {"陈溪", "溪", "王伟", "柳青"} <= set(features.index), "one sign is no name, and who is in doubt stays apart"


def test_codes_that_are_numbers_with_a_blank_among_them_stay_what_they_are(tmp_path):
    axes = many(3).assign(river_id=[1.0, 20.0, None])
    made = rl.maps.batch(axes, tmp_path)
    assert made.maps[["unit", "title"]].to_numpy().tolist() == [["1", "河0"], ["20", "河1"], ["", "未填写河流"]]


def test_the_index_counts_rivers_lakes_and_reservoirs_apart(tmp_path):
    bare = gpd.GeoDataFrame({"river_id": [""]}, geometry=[shapely.Point(500_100, 3_450_000)], crs=invented.CRS)
    page = rl.maps.batch(standing(点=bare), tmp_path).index_path.read_text("utf-8")
    head = page[page.index("<header>") : page.index("</header>")]
    counts = ("<b>2</b> 条河流", "<b>1</b> 个湖泊", "<b>1</b> 座水库", "<b>1</b> 幅“未填写河流”")
    assert " · ".join(counts) in head


def test_cards_of_units_tell_of_the_lines_that_pass_through(tmp_path):
    page = rl.maps.batch(standing(), tmp_path, by="county").index_path.read_text("utf-8")
    assert "<b>2</b> 个行政区" in page
    lake = page[page.index("<h2>乙镇") :]
    assert "管理范围线（图中）</dt><dd>1 · 1.4 km" in lake[: lake.index("</li>")]
    # The overview shows the ring, not the one stake: a line goes on, a dot is an arc.
    left = page[page.index("<figure>") : page.index("</figure>")]
    assert "乙镇" in left
    assert "a1.6 1.6" not in left


def test_counties_are_those_of_the_column_admin(tmp_path):
    axes = many(4).assign(admin=["甲县", "乙县", "甲县", None])
    made = rl.maps.batch(axes, tmp_path, by="county")
    assert made.maps["unit"].tolist() == ["乙县", "甲县", ""]
    assert made.maps["title"].tolist()[-1] == "未填写行政区"
    assert made.maps["features"].tolist() == [1, 2, 1]
    told = made.faults.set_index("code").loc["map-unit-blank"]
    assert (told["layer"], told["value"], told["note"]) == ("axes", 1, "admin")
    for language, said in (
        ("zh", "按字段“行政区”（admin）所写的单位分图"),
        ("en", "in the column Administrative unit (admin)"),
    ):
        for by in ("county", "river"):
            page = rl.maps.batch(axes, tmp_path / language / by, by=by, language=language).index_path.read_text("utf-8")
            head = page[page.index("<header>") : page.index("</header>")]
            assert (said in head) == (by == "county")


def test_sums_that_are_of_no_river_make_no_map_and_are_told(tmp_path):
    sums = pd.DataFrame({"river_id": ["", "R1"], "length_m": [1.0, 2.0]})
    made = rl.maps.batch({"axes": many(2), "sums": sums}, tmp_path)
    assert made.maps["unit"].tolist() == ["R0", "R1"]
    told = made.faults.set_index("code").loc["map-outside"]
    assert (told["layer"], told["value"]) == ("sums", 1)
    assert "map-empty" not in set(made.faults["code"])


def test_what_is_unchanged_is_not_drawn_again(tmp_path):
    axes = many()
    rl.maps.batch(axes, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "maps").iterdir()}
    assert set(states(rl.maps.batch(axes.iloc[::-1], tmp_path)).values()) == {"kept"}
    axes.loc[2, "name"] = "改名"
    made = rl.maps.batch(axes, tmp_path)
    assert [unit for unit, state in states(made).items() if state == "drawn"] == ["R2"]
    after = {path: path.stat().st_mtime_ns for path in (tmp_path / "maps").iterdir()}
    assert len(set(before.items()) & set(after.items())) == 4
    assert (tmp_path / "maps" / "R2_改名.html").is_file()
    assert not (tmp_path / "maps" / "R2_河2.html").exists()


def test_a_file_that_was_changed_by_hand_is_drawn_again(tmp_path):
    made = rl.maps.batch(many(2), tmp_path)
    path = tmp_path / made.maps.loc[0, "file"]
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    assert states(rl.maps.batch(many(2), tmp_path)) == {"R0": "drawn", "R1": "kept"}
    assert path.read_bytes() == whole


def test_a_run_that_was_killed_goes_on(tmp_path):
    steps = rl.maps.batch_steps(many(), tmp_path / "killed")
    for _ in range(4):
        next(steps)
    steps.close()
    written = sorted(path.name for path in (tmp_path / "killed" / "maps").iterdir())
    assert written == ["R0_河0.html", "R1_河1.html", "R2_河2.html"]
    with (tmp_path / "killed" / ".riverline-maps.jsonl").open("ab") as file:
        file.write(b'{"unit": "R3", "fi')
    made = rl.maps.batch(many(), tmp_path / "killed")
    assert list(states(made).values()) == ["kept", "kept", "kept", "drawn", "drawn"]
    rl.maps.batch(many(), tmp_path / "whole")
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")


@pytest.mark.parametrize("shared", [False, True])
def test_the_same_bytes_from_two_processes_and_from_one(tmp_path, shared):
    for name, processes in (("one", 1), ("two", 2)):
        rl.maps.batch(many(), tmp_path / name, processes=processes, shared_assets=shared, language="en")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_shared_assets_are_there_once(tmp_path):
    alone = rl.maps.batch(many(3), tmp_path / "alone")
    shared = rl.maps.batch(many(3), tmp_path / "shared", shared_assets=True)
    assert (alone.maps["bytes"] > 20 * shared.maps["bytes"]).all()
    names = {path.name for path in (tmp_path / "shared" / "assets").iterdir()}
    for path in (tmp_path / "shared" / "maps").iterdir():
        text = path.read_text("utf-8")
        assert all(f'"../assets/{name}"' in text for name in names)
    (tmp_path / "shared" / "assets" / min(names)).unlink()
    assert set(states(rl.maps.batch(many(3), tmp_path / "shared", shared_assets=True)).values()) == {"drawn"}
    assert {path.name for path in (tmp_path / "shared" / "assets").iterdir()} == names


def test_one_river_that_fails_does_not_stop_the_others(tmp_path):
    axes = many(4)
    axes.loc[1, "geometry"] = shapely.LineString([(500_000, 3_450_000), (500_000, 99_000_000)])
    axes.loc[3, "geometry"] = None
    made = rl.maps.batch(axes, tmp_path)
    assert states(made) == {"R0": "drawn", "R1": "failed", "R2": "drawn", "R3": "drawn"}
    codes = made.faults.set_index("feature_id")["code"].to_dict()
    assert codes["R1"] == "map-not-drawn"
    assert codes["R3"] == "map-empty"
    assert "未能绘出" in made.index_path.read_text("utf-8")
    axes.loc[1, "geometry"] = shapely.LineString([(500_000, 3_450_000), (500_900, 3_450_000)])
    assert states(rl.maps.batch(axes, tmp_path)) == {"R0": "kept", "R1": "drawn", "R2": "kept", "R3": "kept"}


def test_a_river_that_lies_elsewhere_than_it_says_has_no_map(tmp_path):
    axes = many(3)
    lines = axes.set_crs(4547, allow_override=True).iloc[:1].assign(river_id="R1")
    made = rl.maps.batch([axes, pd.concat([axes.iloc[:0], lines.to_crs(axes.crs)])], tmp_path)
    assert states(made) == {"R0": "drawn", "R1": "failed", "R2": "drawn"}
    assert "相距" in made.faults.set_index("feature_id").loc["R1", "detail"]


def test_too_many_features_are_a_fault_of_that_map(tmp_path):
    made = rl.maps.batch(county(), tmp_path, max_features=12, language="en")
    assert "failed" in states(made).values()
    assert (
        made.faults.loc[made.faults["code"] == "map-not-drawn", "detail"].str.contains("more than the limit of").all()
    )


def test_layers_that_lie_nowhere_near_are_told(tmp_path):
    far = gpd.GeoDataFrame({"town": ["远"]}, geometry=[shapely.box(600_000, 3_600_000, 600_100, 3_600_100)],
                           crs=invented.CRS)  # fmt: skip
    made = rl.maps.batch({"axes": many(2), "乡镇": far}, tmp_path)
    assert made.faults[["code", "layer", "value"]].to_numpy().tolist() == [["map-outside", "乡镇", 1.0]]


def test_hostile_and_equal_names_stay_in_the_folder(tmp_path):
    codes = [*invented.HOSTILE, "../../x", "a/b", "A_b", "con"]
    axes = many(len(codes), names=["清水河"] * len(codes)).assign(river_id=codes)
    made = rl.maps.batch(axes, tmp_path / "out")
    assert len({file.casefold() for file in made.maps["file"]}) == len(codes)
    assert sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out" / "maps").iterdir()) == sorted(
        made.maps["file"]
    )
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    page = made.index_path.read_text(encoding="utf-8")
    allowed = re.search(r"script-src ([^;]*);", page)[1]
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/=]+'", allowed), "the page's own script and no handler in a name"


def test_no_rows_are_an_index_without_maps(tmp_path):
    made = rl.maps.batch(rl.schema.AXES.empty(invented.CRS), tmp_path)
    assert made.maps.empty
    assert made.index_path.is_file()


def test_foreign_files_are_left_alone(tmp_path):
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(rl.JobError, match="another"):
        rl.maps.batch(many(1), tmp_path)
    assert (tmp_path / "index.html").read_text() == "mine"
    (tmp_path / "index.html").unlink()
    (tmp_path / "maps" / "mine.html").write_text("mine")
    rl.maps.batch(many(2), tmp_path)
    rl.maps.batch(many(1), tmp_path)
    assert {path.name for path in (tmp_path / "maps").iterdir()} == {"mine.html", "R0_河0.html"}


def test_a_manifest_cannot_lead_out_of_the_folder(tmp_path):
    outside = tmp_path / "kept.txt"
    outside.write_text("x")
    digest = hashlib.sha256(b"x").hexdigest()
    rl.maps.batch(many(1), tmp_path / "out")
    path = tmp_path / "out" / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["maps"][0] |= {"file": "../kept.txt", "sha256": digest}
    path.write_text(json.dumps(manifest))
    rl.maps.batch(many(1), tmp_path / "out")
    assert outside.read_text() == "x"


def test_wrong_calls(tmp_path):
    with pytest.raises(rl.JobError, match="admin"):
        rl.maps.batch(many(1), tmp_path, by="county")
    with pytest.raises(rl.JobError, match="river, county, chief"):
        rl.maps.batch(many(1), tmp_path, by="basin")
    with pytest.raises(rl.JobError, match="processes"):
        rl.maps.batch(many(1), tmp_path, processes=0)
    with pytest.raises(rl.CRSError):
        rl.maps.batch(many(1).set_crs(None, allow_override=True), tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(rl.JobError, match="file"):
        rl.maps.batch(many(1), tmp_path / "file")


def test_the_command(tmp_path):
    rl.export.to_geopackage(tmp_path / "成果.gpkg", invented.result(), invented.axes())
    arguments = ["maps", str(tmp_path / "成果.gpkg"), str(tmp_path / "out"), "--title", "清水县", "--shared-assets"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert "绘制 2 幅，未变 0 幅" in done.output
    assert "绘制 0 幅，未变 2 幅" in CliRunner().invoke(app, arguments).output
    assert len(list((tmp_path / "out" / "maps").iterdir())) == 2
    # The file tells by which rules its lines were drawn, and so does each map of it.
    rules = invented.Rules()
    for page in (tmp_path / "out" / "maps").iterdir():
        assert f"规则集 {rules.title}（{rules.name} {rules.digest[:12]}）" in page.read_text("utf-8")


def test_the_command_takes_the_fields_of_any_file(tmp_path):
    """A shapefile in GBK without a CRS and with names of its own, as offices have them."""
    many(2).rename(columns={"river_id": "编码", "name": "HDMC"}).to_file(tmp_path / "河.shp", encoding="GBK")
    for ending in ("cpg", "prj"):
        (tmp_path / f"河.{ending}").unlink()
    call = ["maps", f"{tmp_path / '河.shp'}::河", str(tmp_path / "out")]
    told = CliRunner().invoke(app, call, env={"COLUMNS": "300"})
    assert told.exit_code == 1
    assert "--column FIELD=river_id" in told.output
    assert "HDMC" in told.output
    assert told.output == told.stderr, "no bar of what has not begun"
    wrong = CliRunner().invoke(app, [*call, "--column", "HDMC=owner"], env={"COLUMNS": "300"})
    assert wrong.exit_code == 1
    assert "仍认不出是哪种图层" in wrong.output
    for given in (["--column", "编码=river_id"], ["--set", "river_id=R{row}"]):
        done = CliRunner().invoke(app, [*call, *given, "--column", "河::HDMC=name", "--crs", invented.CRS])
        assert done.exit_code == 0, done.output
        names = sorted(path.name for path in (tmp_path / "out" / "maps").iterdir())
        assert names == (["R0_河0.html", "R1_河1.html"] if "--column" in given else ["R1_河0.html", "R2_河1.html"])
    (tmp_path / "file").write_text("x")
    refused = CliRunner().invoke(app, ["maps", call[1], str(tmp_path / "file" / "sub")], env={"COLUMNS": "300"})
    assert "--out" not in refused.output


def test_maps_that_are_not_drawn_have_a_status_of_their_own(tmp_path):
    axes = many(2)
    axes.loc[1, "geometry"] = shapely.LineString([(500_000, 3_450_000), (500_000, 99_000_000)])
    axes.to_file(tmp_path / "成果.gpkg", layer="axes")
    done = CliRunner().invoke(app, ["maps", str(tmp_path / "成果.gpkg"), str(tmp_path / "out")])
    assert done.exit_code == 4, done.output
    assert "绘制 1 幅，未变 0 幅，未能绘出 1 幅" in done.output


def far_and_wide():
    """Three rivers of a county and one across the 180th meridian."""
    across = shapely.LineString([(179.9, -16.0), (-179.9, -16.2)])
    line = gpd.GeoDataFrame({"river_id": ["R9"], "name": ["日界线河"]}, geometry=[across], crs="EPSG:4490")
    return pd.concat([many(3).to_crs("EPSG:4490"), line])


def paths(html, start):
    """Corners of the paths whose element begins like that, (n, 2) each."""
    found = re.findall(rf'{start} d="([^"]*)"', html)
    return [np.array([corner.split() for corner in re.split("[ML]", path)[1:]], dtype=float) for path in found]


def test_one_river_at_the_end_of_the_world_leaves_the_others_their_sketch(tmp_path):
    made = rl.maps.batch([far_and_wide()], tmp_path, shared_assets=True)
    page = made.index_path.read_text("utf-8")
    sketch = page.split("<figure>")[1].split("</figure>")[0]
    drawn = paths(sketch, 'class="good"')
    assert len(drawn) == 3
    assert np.ptp(np.concatenate(drawn)[:, 0]) > 600, "the rivers of the county fill the sketch"
    assert "图外 1 处：<a href=" in sketch
    assert ">日界线河</a>" in sketch
    card = page.split('<li id="m3"')[1]
    (line,) = paths(card.split("</svg>")[0], "<path")
    assert np.ptp(line[:, 1]) > 40, "it goes on over the meridian: 21 km wide, 22 km high"


def test_outlines_are_beside_one_another_and_only_what_is_far_is_left_out():
    def lines(*places):
        return [np.array([shapely.LineString([(x, y), (x + 0.1, y + 0.1)])], dtype=object) for x, y in places]

    beside, inside = _together(lines((179.8, 10), (-179.9, 10), (-179.7, 10.2)))
    assert inside.all()
    assert np.ptp([shapely.total_bounds(each)[0] for each in beside]) == pytest.approx(0.5)
    assert _together(lines((75, 38), (87, 44), (117, 31), (121, 31), (126, 46)))[1].all(), "rivers of a country"
    assert _together(lines((117, 31), (117.1, 31), (117.2, 31), (31, 117), (114, 31)))[1].tolist() == [True] * 3 + [
        False,
        True,
    ]
    assert _together([])[1].tolist() == []
    missing = np.array([None], dtype=object)
    assert _together([missing, *lines((117, 31))])[1].all()


def test_lines_of_a_thumbnail_leave_a_narrow_river_its_parts():
    axis = shapely.LineString([(117.0, 31.0), (117.1, 31.0)])
    for width, widest in ((0.0004, 0.9), (0.002, 0.72), (0.02, 1.7)):
        band = axis.buffer(width / 2, cap_style="flat")
        pieces = [shapely.box(117 + k / 1000, 31 - width / 2, 117 + (k + 1) / 1000, 31 + width / 2) for k in range(100)]
        shapes = [np.array([axis], dtype=object), np.array([band], dtype=object), np.array(pieces, dtype=object)]
        layers = [Layer(name, None, gpd.GeoDataFrame(geometry=each, crs="EPSG:4326"))
                  for name, each in zip("abc", shapes, strict=True)]  # fmt: skip
        strokes = [float(each) for each in re.findall(r'stroke-width="([^"]*)"', thumbnail(layers, shapes))]
        assert max(strokes) <= widest
        high = width / 0.1 * 154 / np.cos(np.radians(31))
        assert high < 1.2 or max(strokes) <= high / 3, "both edges and the axis leave something between them"


def test_a_long_name_is_whole_in_the_page_and_three_lines_high(tmp_path):
    made = rl.maps.batch([many(2, ["界河" * 150, '"><script>' * 9])], tmp_path, shared_assets=True)
    page = made.index_path.read_text("utf-8")
    assert f'<h2 title="{"界河" * 150}">{"界河" * 150}</h2>' in page
    assert '<script>"' not in page


@pytest.mark.browser
def test_names_go_as_a_dictionary_has_them_and_codes_as_they_are(tmp_path):
    names = ["清水河", "白石溪", "10号沟", "2号沟", "界河" * 150]
    rows = pd.concat([many(5, names), gpd.GeoDataFrame({"river_id": [""], "name": [""]}, geometry=[
        shapely.LineString([(500_000, 3_456_000), (503_000, 3_456_000)])], crs=invented.CRS)])  # fmt: skip
    made = rl.maps.batch([rows], tmp_path, shared_assets=True)
    shown = "return [...document.querySelectorAll('#maps > li h2')].map(e => e.textContent)"
    with browser() as page:
        page.open(made.index_path)
        assert page.run(shown) == ["2号沟", "10号沟", "白石溪", "界河" * 150, "清水河", "未填写河流"]
        page.run("document.getElementById('sort').value = 'code'")
        page.run("document.getElementById('sort').dispatchEvent(new Event('change'))")
        assert page.run(shown) == [*names, "未填写河流"]
        heights = page.run("return [...document.querySelectorAll('#maps > li > *')].map(e => e.offsetHeight)")
        assert max(heights) < min(heights) + 60, "no row is stretched"
        assert page.console() == []


@pytest.mark.browser
def test_the_index_in_a_browser(tmp_path):
    names = [invented.HOSTILE[0], "白溪", "清水河", "清水溪"]
    faults = invented.fault_rows().head(1).assign(layer="axes", feature_id="R2")
    made = rl.maps.batch([many(4, names), faults], tmp_path, shared_assets=True)
    shown = "return [...document.querySelectorAll('#maps > li:not([hidden]) h2')].map(e => e.textContent)"
    with browser() as page:
        page.open(made.index_path)
        assert page.run(shown) == names
        find = page.driver.find_element("id", "search")
        find.send_keys("清水")
        assert page.run(shown) == ["清水河", "清水溪"]
        assert page.text("#shown") == ["显示 2 / 4"]
        assert page.run("return document.querySelectorAll('figure a.off').length") == 2
        find.clear()
        find.send_keys("没有")
        assert page.text(".nothing") == ["没有符合的地图"]
        find.clear()
        find.send_keys(" ")
        page.run("document.getElementById('sort').value = 'faults'")
        page.run("document.getElementById('sort').dispatchEvent(new Event('change'))")
        assert page.run(shown)[0] == "清水河"
        page.driver.find_element("id", "only").click()
        assert page.run(shown) == ["清水河"]
        assert page.run("return document.querySelectorAll('img, script[src], link').length") == 0
        assert page.requests() == []
        assert page.console() == []
        page.driver.find_element("css selector", "#maps > li:not([hidden]) a").click()
        time.sleep(0.5)
        assert page.text(".riverline-title") == ["清水河"]
        assert all(url.startswith("file:") for url in page.requests())
        assert page.console() == []
        assert page.run("return document.querySelectorAll('.riverline-legend li').length") > 0


@pytest.mark.real
def test_a_map_for_each_of_many_real_rivers(tmp_path, real_data):
    # Every seventh of 840: benchmarks/maps_batch.py draws them all, against the clock.
    raw = gpd.read_file(real_data / "china_gbk_rivers" / "hyd1_4l.shp", encoding="gbk").set_crs("EPSG:4490")[::7]
    codes = [f"R{i:03d}" for i in range(len(raw))]
    axes = gpd.GeoDataFrame({"river_id": codes, "name": raw["NAME"].fillna("")}, geometry=raw.geometry)
    made = rl.maps.batch(axes, tmp_path, shared_assets=True, processes=2)
    assert (made.maps["state"] == "drawn").sum() == len(raw) == 120
    assert made.faults.empty
    assert len(list((tmp_path / "maps").iterdir())) == 120
