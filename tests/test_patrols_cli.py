"""``riverline patrols``: from tracks, axes and a table of duties to a map, layers that read back, and a table."""

from __future__ import annotations

import pandas as pd
import pyogrio
import pytest
from typer.testing import CliRunner

import patrolled as pt
import riverline as rl
from riverline.cli.app import app


def run(*arguments: object, status: int = 0) -> str:
    ran = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": "140", "TERM": "dumb"})
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == status, ran.output
    return ran.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("巡河")
    pt.axes().to_file(folder / "中心线.gpkg")
    labels = {"duty_id": "责任编码", "river_id": "河流编码", "chief": "河长", "level": "河长级别", "bank": "岸别"}
    of = pt.duties(("张三", "村级", "左岸"), ("李四", "乡级", ""))
    of.rename(columns=labels).to_csv(folder / "责任段.csv", index=False, encoding="gbk")
    points = pt.walked([(0, 20), (600, 20)]).to_crs("EPSG:4326")
    rows = "".join(
        f'<trkpt lat="{row.geometry.y:.9f}" lon="{row.geometry.x:.9f}">'
        f"<time>{row.time:%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
        for row in points.itertuples()
    )
    gpx = f'<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{rows}</trkseg></trk></gpx>'
    (folder / "0506.gpx").write_text(gpx, encoding="utf-8")
    return folder


def test_the_command_gives_what_the_library_gives(folder, tmp_path):
    out = tmp_path / "成果"
    told = run(
        "patrols", folder / "0506.gpx", "--axes", folder / "中心线.gpkg", "--duties", folder / "责任段.csv",
        "--patroller", "张三", "--level", "village", "--rules", "anhui_dinghu",
        "--since", "2025-05-01", "--until", "2025-05-31", "--out", out,
    )  # fmt: skip
    assert sorted(path.name for path in out.iterdir()) == ["map.html", "巡河成果.gpkg"]
    assert "60.0%" in told
    names = set(pyogrio.list_layers(out / "巡河成果.gpkg")[:, 0])
    assert {"巡河记录", "巡河覆盖", "未走到河段", "巡河频次核查", "履职汇总"} <= names
    back = rl.read_layer(out / "巡河成果.gpkg", rl.schema.COVERAGE, layer="巡河覆盖")
    assert back.set_index("coverage_id")["covered_m"].to_dict() == pytest.approx(
        {"D1/L/20250501": 600.0, "D2/L/20250501": 0.0, "D2/R/20250501": 0.0}, abs=0.1
    )
    assert "全段未走到" in (out / "map.html").read_text(encoding="utf-8")


def test_in_english_with_warnings_and_a_wrong_name_of_rules(folder, tmp_path):
    warnings = tmp_path / "warnings.csv"
    frame = {"warning_id": ["W"], "river_id": "R1", "colour": "red", "from_on": "2025-05-06", "to_on": "2025-05-06"}
    pd.DataFrame(frame).to_csv(warnings, index=False)
    named = ("--axes", folder / "中心线.gpkg", "--duties", folder / "责任段.csv")
    arguments = ("patrols", folder / "0506.gpx", *named, "--patroller", "张三", "--level", "village",
                 "--language", "en", "--out", tmp_path / "out")  # fmt: skip
    told = run(*arguments, "--warnings", warnings, "--period", "week")
    assert "Perfunctory" in told
    assert (tmp_path / "out" / "patrols.gpkg").is_file()
    assert "shipped are" in run(*arguments, "--rules", "nowhere", status=1)
