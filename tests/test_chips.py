"""Pictures of suspects and the round trip through the field."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

import changing
import riverline as rl
from changing import build, pair, whole


@pytest.fixture
def found(tmp_path):
    scenes = pair(tmp_path, build)
    return rl.detect_change(scenes, whole()), scenes


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_suspect_has_a_picture_that_shows_it_before_and_after(tmp_path, found, language) -> None:
    from matplotlib.image import imread

    changes, scenes = found
    hostile = changes.suspects.assign(suspect_id="../../拆除 <1>")
    evidence = changes.evidence.assign(suspect_id="../../拆除 <1>")
    renamed = rl.Changes(hostile, evidence, changes.faults, changes.run)
    folder = tmp_path / "pictures"
    paths = rl.export.to_chips(folder, renamed, scenes=scenes, extents=whole(), language=language)
    assert [path.parent for path in paths] == [folder]
    assert sorted(folder.iterdir()) == paths
    picture = imread(paths[0])
    assert picture.shape[:2] == (420, 1200)
    before, after = picture[60:380, 20:400, :3], picture[60:380, 420:800, :3]
    assert np.abs(before.mean(axis=(0, 1)) - after.mean(axis=(0, 1))).max() > 0.02


def test_without_an_image_before_and_after_there_is_no_picture(tmp_path, found) -> None:
    changes, scenes = found
    assert rl.export.to_chips(tmp_path / "a", changes, scenes=[scenes[0]]) == []
    with pytest.raises(rl.JobError, match="margin_m"):
        rl.export.to_chips(tmp_path / "a", changes, scenes=scenes, margin_m=-1.0)


def test_a_missing_matplotlib_names_the_extra(tmp_path, found, monkeypatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib_scalebar", None)
    with pytest.raises(rl.MissingDependencyError, match=r"riverline\[report\]"):
        rl.export.to_chips(tmp_path, found[0], scenes=found[1])


def test_what_people_change_in_the_file_comes_back_as_differences(tmp_path, found) -> None:

    changes, _ = found
    other = changes.suspects.assign(suspect_id="S2").set_geometry(changes.suspects.translate(300.0))
    suspects = rl.schema.SUSPECTS.conform(pd.concat([changes.suspects, other], ignore_index=True))
    sent = rl.prepare_checks(suspects)
    assert sent["check_verdict"].isna().all()
    path = rl.export.to_geopackage(tmp_path / "核查.gpkg", sent, language="en")
    layer = pyogrio.list_layers(path)[0, 0]
    back = rl.read_layer(path, rl.schema.FIELD_CHECKS, layer=layer)
    unchanged, none = rl.compare_checks(sent, back)
    assert unchanged.empty
    assert none.empty
    code = suspects["suspect_id"].iloc[0]
    edited = back[back["suspect_id"] == code].assign(kind="dumping", check_verdict="confirmed", checker="李")
    edited = edited.set_geometry(edited.buffer(10.0, join_style="mitre"))
    added = back[back["suspect_id"] == code].assign(suspect_id="")
    strange = added.assign(suspect_id="X9")
    returned = rl.schema.FIELD_CHECKS.conform(pd.concat([edited, added, strange], ignore_index=True))
    differences, told = rl.compare_checks(sent, returned)
    rows = differences.set_index(["suspect_id", "difference", "column"])
    assert rows.loc[(code, "value", "kind"), ["before", "after"]].tolist() == ["construction", "dumping"]
    assert rows.loc[(code, "verdict", "check_verdict"), "after"] == "confirmed"
    assert rows.loc[(code, "verdict", "checker"), "after"] == "李"
    assert rows.loc[(code, "shape", "geometry"), "area_m2"] == pytest.approx(100.0**2 - 80.0**2, rel=1e-3)
    assert sorted(differences["difference"]) == ["added", "added", "missing", "shape", "value", "verdict", "verdict"]
    assert differences["difference_id"].is_unique
    assert told["feature_id"].tolist() == ["X9"]
    assert told["code"].tolist() == ["check-unknown"]
    assert sent["kind"].iloc[0] == "construction"


def test_only_suspects_can_be_sent_out_and_only_once(found) -> None:
    changes, _ = found
    with pytest.raises(rl.SchemaError):
        rl.prepare_checks(whole())
    twice = rl.prepare_checks(pd.concat([changes.suspects] * 2, ignore_index=True))
    with pytest.raises(rl.SchemaError, match="twice"):
        rl.compare_checks(twice, twice)
    assert shapely.equals(rl.prepare_checks(changes).geometry.iloc[0], changes.suspects.geometry.iloc[0])
    assert changing.ROLES


def test_the_command_writes_map_layers_and_pictures_of_one_run(tmp_path) -> None:
    from typer.testing import CliRunner

    from riverline.cli.commands import app

    folder = tmp_path / "影像"
    folder.mkdir()
    pair(folder, build)
    lines = tmp_path / "范围.gpkg"
    whole().to_file(lines, driver="GPKG")
    out = tmp_path / "成果"
    ran = CliRunner().invoke(
        app,
        ["detect", str(folder), "--extents", str(lines), "--level", "2024-07-01=13.2", "--chips", "--out", str(out)],
    )
    assert ran.exit_code == 0, ran.output
    assert sorted(path.name for path in out.iterdir()) == ["变化图.html", "变化图斑.gpkg", "图斑影像"]
    assert "riverlineSwipe.swipe(" in (out / "变化图.html").read_text(encoding="utf-8")
    layers = set(pyogrio.list_layers(out / "变化图斑.gpkg")[:, 0])
    assert all(any(layer.startswith(name) for layer in layers) for name in ("疑似问题图斑", "变化证据", "外业核查表"))
    assert len(list((out / "图斑影像").glob("*.png"))) == 1
    wrong = CliRunner().invoke(app, ["detect", str(folder), "--extents", str(lines), "--level", "2024-07-01=high"])
    assert wrong.exit_code == 2
    once = CliRunner().invoke(app, ["detect", str(folder / "0.tif"), "--extents", str(lines), "--out", str(out)])
    assert once.exit_code == 1


def test_the_command_takes_the_lines_of_a_demarcation_with_its_extents(tmp_path):
    from typer.testing import CliRunner

    from riverline.cli.commands import app

    county, levees = rl.samples.path("清水县.gpkg"), rl.samples.path("堤防.shp")
    command = [
        "demarcate",
        f"{county}::axes",
        "--rules",
        "anhui",
        "--levees",
        str(levees),
        "--out",
        str(tmp_path / "d"),
    ]
    assert CliRunner().invoke(app, command).exit_code == 0
    images = [str(rl.samples.path(f"清水河_{day}.tif")) for day in ("2024-03-20", "2025-03-16")]
    drawn = str(tmp_path / "d" / "成果.gpkg")
    ran = CliRunner().invoke(app, ["detect", *images, "--extents", drawn, "--out", str(tmp_path / "o")])
    assert ran.exit_code == 0, ran.output
    told = pd.concat([gpd.read_file(tmp_path / "o" / "变化图斑.gpkg", layer=layer) for layer in _faults(tmp_path)])
    assert "line-from-outline" not in set(told["code"])
    assert len(told)


def _faults(folder):
    names = pyogrio.list_layers(folder / "o" / "变化图斑.gpkg")[:, 0]
    return [name for name in names if name.startswith("质检问题")]
