"""The commands about images: plain extents, mapped fields, tables beside the layers, no answer that is none."""

from __future__ import annotations

import openpyxl
import pytest
import shapely
from typer.testing import CliRunner

import changing
import held
import riverline as rl
from changing import build, image, pair, whole
from riverline.cli.app import app


def run(*arguments: object, status: int = 0) -> str:
    ran = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": "160", "TERM": "dumb"})
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == status, ran.output
    return ran.output


def suspects_in(out) -> set[str]:
    frame = rl.read_layer(out / "变化图斑.gpkg", rl.schema.SUSPECTS, layer="疑似问题图斑_面")
    return set(frame.geometry.normalize().to_wkb(hex=True))


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    folder = tmp_path_factory.mktemp("影像")
    pair(folder, build)
    return folder


def test_shapes_and_their_kind_are_extents_enough(images):
    plain = whole()[["kind", "geometry"]]
    before = plain.copy()
    found = rl.detect_change(rl.read_scenes(images), plain)
    whole_found = rl.detect_change(rl.read_scenes(images), whole())
    assert found.suspects["inside_m2"].tolist() == whole_found.suspects["inside_m2"].tolist() != []
    assert found.suspects["extent_id"].tolist() == ["E1"]
    assert plain.equals(before)
    screened = rl.screen(found.suspects[["geometry"]], plain)
    assert screened.suspects["inside_m2"].tolist() == found.suspects["inside_m2"].tolist()


def test_plain_extents_are_called_the_same_whatever_the_order_of_their_rows(images):
    halves = shapely.box(*whole().total_bounds), shapely.box(*(whole().total_bounds + 2000.0))
    both = changing.gpd.GeoDataFrame({"kind": "management"}, geometry=list(halves), index=[4, 9], crs=changing.CRS)
    scenes = rl.read_scenes(images)
    found = [rl.detect_change(scenes, frame) for frame in (both, both[::-1])]
    assert found[0].suspects.drop(columns="geometry").equals(found[1].suspects.drop(columns="geometry"))
    told = [set(each.faults.query("code == 'change-not-covered'")["feature_id"]) for each in found]
    assert told == [{"E2"}, {"E2"}]


def test_the_command_maps_fields_and_takes_values_for_whole_layers(images, tmp_path):
    whole().to_file(tmp_path / "全.gpkg")
    whole()[["geometry"]].assign(LX="管理范围", SY="是").to_file(tmp_path / "自有.gpkg")
    run("detect", images, "--extents", tmp_path / "全.gpkg", "--slope", 0.05, 0.1, "--out", tmp_path / "a")
    run("detect", images, "--extents", tmp_path / "全.gpkg", "--slope", 0.1, 0.05, "--out", tmp_path / "x", status=1)
    run("detect", images, "--extents", tmp_path / "自有.gpkg", "--column", "LX=kind", "--out", tmp_path / "b")
    run("detect", images, "--extents", tmp_path / "自有.gpkg", "--set", "kind=management", "--only", "SY=是", "--out",
        tmp_path / "c")  # fmt: skip
    assert suspects_in(tmp_path / "a") == suspects_in(tmp_path / "b") == suspects_in(tmp_path / "c") != set()
    refused = run("detect", images, "--extents", tmp_path / "自有.gpkg", "--out", tmp_path / "d", status=1)
    assert refused == "" or "extents::kind" in refused
    screened = run("screen", f"{tmp_path / 'a' / '变化图斑.gpkg'}::疑似问题图斑_面", "--extents",
                   tmp_path / "自有.gpkg", "--column", "extents::LX=kind", "--out", tmp_path / "e")  # fmt: skip
    assert "管理范围" in screened


@pytest.mark.parametrize(
    ("language", "name", "sheets", "heads"),
    [
        ("zh", "变化图斑表.xlsx", ["疑似问题清单", "变化证据"], ["图斑编号", "四乱类型", "影像印证", "侵入深度（m）"]),
        ("en", "changes_tables.xlsx", ["Suspects", "Evidence of change"], ["Suspect code", "Kind", "Shown by images"]),
    ],
)
def test_the_tables_of_a_detection_stand_beside_its_layers(images, tmp_path, language, name, sheets, heads):
    whole().to_file(tmp_path / "全.gpkg")
    output = run("detect", images, "--extents", tmp_path / "全.gpkg", "--language", language, "--out", tmp_path / "o")
    assert name in output
    book = openpyxl.load_workbook(tmp_path / "o" / name)
    assert set(sheets) <= set(book.sheetnames)
    rows = [list(row) for row in book[sheets[0]].iter_rows(values_only=True)]
    head = next(row for row in rows if heads[0] in row)
    assert set(heads) <= set(head)
    known = {column.name for column in rl.schema.SUSPECTS}
    assert not known & set(head), "every heading is that of the dictionary"
    if language == "zh":
        assert "影像不足" in rows[rows.index(head) + 1]


def test_waterlines_and_screenings_have_their_tables(images, tmp_path):
    run("waterlines", images / "0.tif", "--out", tmp_path / "w")
    book = openpyxl.load_workbook(tmp_path / "w" / "水边线表.xlsx")
    assert {"水边线", "水边线中断处"} <= set(book.sheetnames)
    held.things(held.box(200, 80, 240, 120)).to_file(tmp_path / "房.gpkg")
    held.drawn().extents.to_file(tmp_path / "范围.gpkg")
    run("screen", tmp_path / "房.gpkg", "--extents", tmp_path / "范围.gpkg", "--out", tmp_path / "s")
    book = openpyxl.load_workbook(tmp_path / "s" / "侵占成果表.xlsx")
    assert {"疑似问题清单", "侵占情况统计表"} <= set(book.sheetnames)


@pytest.fixture
def strangers(tmp_path):
    """Two images of numbers without a unit that have nothing in common."""
    folder = tmp_path / "影像"
    folder.mkdir()
    for number in range(2):
        names = changing.np.random.default_rng(number).choice(["grass", "sand", "water"], (60, 80)).astype(object)
        path = image(folder / f"{number}.tif", names, f"202{number}-07-01", seed=number)
        with changing.rasterio.open(path, "r+") as target:
            target.scales = (1.0,) * 4
    return folder


def test_images_of_which_none_could_be_compared_are_an_error_with_its_reason(strangers):
    extents = changing.pd.concat([whole(), whole().assign(extent_id="R2-management", river_id="R2")], ignore_index=True)
    changes = rl.detect_change(rl.read_scenes(strangers), changing.gpd.GeoDataFrame(extents, crs=changing.CRS))
    told = changes.faults.query("code == 'change-not-compared'")
    assert told["feature_id"].tolist() == ["R1-management", "R2-management"]
    assert set(told["severity"]) == {"error"}
    assert told["detail"].str.contains("数值无法归一化").all()
    assert rl.faults.describe(told, "en")["detail"].str.contains("numbers that cannot be matched").all()
    assert told.geometry.iloc[0].equals(whole().geometry.iloc[0])


def test_the_command_ends_with_a_status_of_its_own_where_nothing_was_compared(strangers, tmp_path):
    whole().to_file(tmp_path / "全.gpkg")
    command = ["detect", strangers, "--extents", tmp_path / "全.gpkg"]
    output = run(*command, "--out", tmp_path / "a")
    assert "错误 1" in output
    run(*command, "--strict", "--out", tmp_path / "b", status=3)
    page = (tmp_path / "b" / "变化图.html").read_text(encoding="utf-8")
    assert "未能比较，有无变化不明（1）" in page


def test_where_something_was_compared_there_is_no_such_error(images):
    assert "change-not-compared" not in set(rl.detect_change(rl.read_scenes(images), whole()).faults["code"])


def test_a_table_of_decisions_in_another_encoding_is_one_error(tmp_path):
    (tmp_path / "本局.toml").write_bytes('name = "甲"'.encode("gbk"))
    with pytest.raises(rl.RuleError, match="UTF-8"):
        rl.load_change_rules(tmp_path / "本局.toml")


def test_a_file_that_is_no_layer_is_told_in_the_language_of_the_reader(tmp_path):
    (tmp_path / "说明.txt").write_text("只是文字", encoding="utf-8")
    with pytest.raises(rl.ReadError) as caught:
        rl.read_layer(tmp_path / "说明.txt", rl.schema.AXES)
    assert "不是可识别的图层格式" in caught.value.zh
    assert "recognized" not in caught.value.zh
    assert str(tmp_path) not in caught.value.zh + caught.value.en


def test_the_file_of_a_round_is_the_round_before_of_the_next(images, tmp_path):
    whole().to_file(tmp_path / "范围.gpkg")
    first, second = tmp_path / "一", tmp_path / "二"
    run("detect", images, "--extents", tmp_path / "范围.gpkg", "--out", first)
    run("detect", images, "--extents", tmp_path / "范围.gpkg", "--previous", first / "变化图斑.gpkg", "--out", second)
    before, after = (
        rl.read_layer(each / "变化图斑.gpkg", rl.schema.SUSPECTS, layer="疑似问题图斑_面") for each in (first, second)
    )
    assert after["suspect_id"].tolist() == before["suspect_id"].tolist() != []
    assert set(after["tracking"]) == {"kept"}


@pytest.mark.parametrize("day", ["2024", "2024-07", "7"])
def test_a_level_is_that_of_a_day(images, tmp_path, day):
    with pytest.raises(rl.SchemaError, match="map days to water levels"):
        rl.detect_change(rl.read_scenes(images), whole(), levels={day: 3.0})
    whole().to_file(tmp_path / "范围.gpkg")
    asked = ("--level", f"{day}=3", "--out", tmp_path / "成果")
    assert "levels" in run("detect", images, "--extents", tmp_path / "范围.gpkg", *asked, status=1)
