"""Pictures of suspects and the round trip through the field."""

from __future__ import annotations

import time
import types

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

import changing
import riverline as rl
from changing import build, pair, whole
from riverline import style
from riverline.export import chip_drawing as drawing
from riverline.export import chips
from riverline.io.scenes import PixelGrid


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
    renamed = rl.Changes(hostile, evidence, changes.untold, changes.gone, changes.faults, changes.run)
    folder = tmp_path / "pictures"
    paths = rl.export.to_chips(folder, renamed, scenes=scenes, extents=whole(), language=language)
    assert [path.parent for path in paths] == [folder]
    assert sorted(folder.iterdir()) == paths
    picture = imread(paths[0])
    assert picture.shape[:2] == (520, 1200)
    before, after = picture[90:450, 30:390, :3], picture[90:450, 438:798, :3]
    assert np.abs(before.mean(axis=(0, 1)) - after.mean(axis=(0, 1))).max() > 0.02
    # The outline is yellow on black, on both: one of the two stands out from any ground.
    for chip in (before, after):
        yellow = np.argwhere((chip[..., 0] > 0.9) & (chip[..., 1] > 0.8) & (chip[..., 2] < 0.2))
        black = np.argwhere(chip.max(axis=-1) < 0.12)
        assert len(yellow) > 200
        for row, column in yellow[:: len(yellow) // 20]:
            assert np.abs(black - (row, column)).max(axis=1).min() <= 4
    # Date, scale and key have bands of their own: nothing but paper and ink lies beside the images.
    for band in (picture[50:74, 18:790, :3], picture[464:500, 18:790, :3]):
        assert np.median(band) > 0.99
        assert 0.01 < (band.min(axis=-1) < 0.5).mean() < 0.3


def test_without_an_image_before_and_after_there_is_no_picture(tmp_path, found) -> None:
    changes, scenes = found
    assert rl.export.to_chips(tmp_path / "a", changes, scenes=[scenes[0]]) == []
    with pytest.raises(rl.JobError, match="margin_m"):
        rl.export.to_chips(tmp_path / "a", changes, scenes=scenes, margin_m=-1.0)


def test_a_missing_matplotlib_names_the_extra(tmp_path, found, monkeypatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "PIL", None)
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


@pytest.mark.parametrize(("driver", "ending"), [("GPKG", "gpkg"), ("GeoJSON", "geojson")])
def test_what_another_tool_wrote_keeps_every_difference(tmp_path, found, driver, ending) -> None:
    """A copy that another program saved in longitudes: split, dated, judged by label and by a word of its own."""
    changes, _ = found
    sent = rl.prepare_checks(changes)
    path = rl.export.to_geopackage(tmp_path / "核查.gpkg", sent)
    edited = pyogrio.read_dataframe(path, layer=pyogrio.list_layers(path)[0, 0])
    code, shape = edited["suspect_id"].iloc[0], edited.geometry.iloc[0]
    west, south, east, north = shape.bounds
    west_half = shape.intersection(shapely.box(west, south, (west + east) / 2, north))
    two = pd.concat([edited, edited], ignore_index=True)
    two = two.set_geometry([west_half, shape.difference(west_half)], crs=edited.crs)
    two["check_verdict"] = ["属实", "重复"]
    two["checked_on"] = pd.Timestamp("2026-05-01")
    other = tmp_path / f"回来.{ending}"
    pyogrio.write_dataframe(two.to_crs(4490 if driver == "GPKG" else 4326), other, driver=driver)
    back = rl.read_layer(other, rl.schema.FIELD_CHECKS)
    differences, told = rl.compare_checks(sent, back)
    rows = differences.set_index(["suspect_id", "difference", "column"])
    assert rows.loc[(code, "verdict", "check_verdict"), "after"] == "confirmed"
    assert rows.loc[(code, "verdict", "checked_on"), "after"] == "2026-05-01"
    # The halves together are the outline that was sent; the further row is told, and so is its word.
    assert sorted(differences["difference"]) == ["added", "verdict", "verdict"]
    assert rows.loc[(code, "added", ""), "area_m2"] == pytest.approx(3_200.0, rel=1e-3)
    assert {"key-duplicated", "value-choice"} <= set(told["code"])
    assert "= 重复 ∉" in told.set_index("code").loc["value-choice", "note"]
    assert told.set_index("code").loc["key-duplicated", "value"] == 2.0


def test_a_field_check_comes_back_from_a_shapefile_that_cut_its_names(tmp_path, found) -> None:
    changes, _ = found
    sent = rl.prepare_checks(changes)
    judged = sent.assign(check_verdict="属实", check_note="新建厂房", evidence="").drop(columns="checked_on")
    # A table of dBase knows days as text or as dates, and no times.
    judged = judged.assign(**{name: judged[name].dt.strftime("%Y-%m-%d") for name in ("first_seen", "last_seen")})
    path = tmp_path / "回来.shp"
    cut = {name: name.encode()[:10].decode() for name in judged.columns if len(name) > 10}
    assert {"check_verdict", "intrusion_m", "shoreline_m"} <= set(cut)
    judged.rename(columns=cut).to_file(path, encoding="UTF-8")
    back = rl.read_layer(path, rl.schema.FIELD_CHECKS)
    differences, told = rl.compare_checks(sent, back)
    assert told.empty
    rows = differences.set_index("column")["after"].to_dict()
    assert rows == {"check_verdict": "confirmed", "check_note": "新建厂房"}
    assert back["intrusion_m"].tolist() == pytest.approx(sent["intrusion_m"].tolist())


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

    from riverline.cli.app import app

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
    assert sorted(path.name for path in out.iterdir()) == [
        "变化图.html",
        "变化图斑.gpkg",
        "变化图斑表.xlsx",
        "图斑影像",
    ]
    assert "riverlineSwipe.swipe(" in (out / "变化图.html").read_text(encoding="utf-8")
    layers = set(pyogrio.list_layers(out / "变化图斑.gpkg")[:, 0])
    assert all(any(layer.startswith(name) for layer in layers) for name in ("疑似问题图斑", "变化证据", "外业核查表"))
    assert len(list((out / "图斑影像").glob("*.png"))) == 1
    assert "影像" in ran.output
    english = tmp_path / "out"
    command = ["detect", str(folder), "--extents", str(lines), "--chips", "--language", "en", "--out", str(english)]
    ran = CliRunner().invoke(app, command, env={"COLUMNS": "160"})
    assert ran.exit_code == 0, ran.output
    assert "Of them confirmed" in ran.output
    assert sorted(path.name for path in english.iterdir()) == [
        "changes.gpkg",
        "changes.html",
        "changes_tables.xlsx",
        "chips",
    ]
    assert chinese_in(english / "changes.gpkg", but=("evidence", "citation", "name")) == []
    rows = gpd.read_file(english / "changes.gpkg", layer="suspects_areas")
    assert rows["citation"].str.match(r"^[ -~]+ · 《").all()
    named = [each for number, role in enumerate(changing.ROLES, 1) for each in ("--band", f"{role}={number}")]
    ran = CliRunner().invoke(app, [*command[:4], *named, "--scale", "0.0001", "--out", str(tmp_path / "bands")])
    assert ran.exit_code == 0, ran.output
    assert " ".join(changing.ROLES) in ran.output
    wrong = CliRunner().invoke(app, ["detect", str(folder), "--extents", str(lines), "--level", "2024-07-01=high"])
    assert wrong.exit_code == 2
    once = CliRunner().invoke(app, ["detect", str(folder / "0.tif"), "--extents", str(lines), "--out", str(out)])
    assert once.exit_code == 1


def test_the_command_takes_the_lines_of_a_demarcation_with_its_extents(tmp_path):
    from typer.testing import CliRunner

    from riverline.cli.app import app

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


def chinese_in(file, *, but):
    """Texts of a GeoPackage that hold Chinese, with layer and column; columns of names of the data's own aside."""
    found = []
    for layer in pyogrio.list_layers(file)[:, 0]:
        frame = pyogrio.read_dataframe(file, layer=layer, read_geometry=False)
        for column in frame.columns.difference(list(but) if layer != "layer_styles" else frame.columns):
            texts = frame[column].dropna().astype(str)
            found += [(layer, column, text) for text in texts[texts.str.contains("[\u4e00-\u9fff]")]]
    return found


def _faults(folder):
    names = pyogrio.list_layers(folder / "o" / "变化图斑.gpkg")[:, 0]
    return [name for name in names if name.startswith("质检问题")]


@pytest.mark.parametrize(("brightness", "axes"), [((0.1, 0.3), 1), ((80.0, 160.0), 2)])
def test_brightness_of_bare_numbers_has_an_axis_of_its_own_beside_the_indices(brightness, axes) -> None:
    sheet = drawing.Sheet((1200, 520), *sheet_font())
    days = pd.to_datetime(["2023-07-01", "2024-07-01"])
    rows = pd.DataFrame({"date": days, "shown": "shows", "ndwi": [-0.4, 0.5], "ndvi": [0.6, -0.1]})
    rows["brightness"] = brightness
    rows = rows.reindex(columns=[*rows.columns, *(name for name, _, _ in style.CURVES if name not in rows.columns)])
    scales = chips._draw_curves(sheet, rows, chips._WORDS["en"], "en")
    assert len(scales) == axes
    low, high = scales[0]
    assert high - low < 2.0
    texts = [text for _, text, *_ in sheet.texts]
    labels = [rl.schema.CHANGE_EVIDENCE[name].label("en") for name, _, _ in style.CURVES]
    assert all(label in texts for label in [*labels, "shows the change", "2023-07", "2024-07"])
    assert ("150" in texts or "140" in texts) == (axes == 2)


def sheet_font():
    (file, number), _ = chips._font("en")
    return (file, number), {}


def test_scenes_coarse_or_fine_show_the_place_around_a_suspect_in_whole_pixels(tmp_path, found) -> None:
    """A patch of one pixel of 30 m: forty pixels of ground around it, each a square of one colour, and its outline."""
    from PIL import Image

    changes, scenes = found
    shape = changes.suspects.geometry.iloc[0]
    x, y = shape.centroid.x, shape.centroid.y
    one = shapely.box(x - 15.0, y - 15.0, x + 15.0, y + 15.0)
    coarse = [coarser(scene, 30.0) for scene in scenes]
    grid = chips._grid(one, changes.suspects.crs, tuple(coarse), 60.0)
    assert grid.shape == (40, 40)
    assert grid.pixel == pytest.approx(30.0)
    # Beside a finer image the ground is that of the coarser one, the pixels those of the finer.
    mixed = chips._grid(one, changes.suspects.crs, (coarse[0], coarser(scenes[0], 10.0)), 60.0)
    assert mixed.shape == (120, 120)
    # Pixels in degrees are told apart from pixels in metres.
    degrees = chips._grid(one, changes.suspects.crs, (coarser(scenes[0], 0.0003, 4326),) * 2, 60.0)
    assert degrees.shape[0] * degrees.pixel == pytest.approx(40 * 0.0003 * 111e3, rel=0.15)
    sheet = drawing.Sheet((100, 100), *sheet_font())
    picture = (np.indices((5, 5)).sum(axis=0) % 2 * 255).astype("uint8")
    sheet.paste(np.stack([picture] * 3, axis=-1), (0, 0, 100, 100))
    sheet.save(tmp_path / "squares.png")
    written = np.asarray(Image.open(tmp_path / "squares.png"))[..., 0]
    assert (written == np.kron(picture, np.ones((20, 20), dtype="uint8"))).all()


def coarser(scene, pixel, crs=None):
    """A scene of other pixels, which is not read."""
    from affine import Affine

    grid = scene.grid
    return types.SimpleNamespace(
        grid=PixelGrid(grid.crs if crs is None else crs, Affine(pixel, 0, grid.transform.c, 0, -pixel, 0.0), grid.shape)
    )


def test_pictures_take_a_small_part_of_the_time_that_a_figure_each_would(tmp_path, found) -> None:
    """Against one bare figure of the plotting library with as many axes, in the same run."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    changes, scenes = found
    rl.export.to_chips(tmp_path, changes, scenes=scenes, extents=whole())  # fonts are listed once

    def figure():
        made = Figure(figsize=(12.0, 5.2), dpi=100)
        FigureCanvasAgg(made)
        for part in range(1, 4):
            made.add_subplot(1, 3, part).plot([0, 1], [0, 1], label="a")
            made.axes[-1].legend()
        made.savefig(tmp_path / "bare.png")

    def spent(task):
        begun = time.process_time()
        task()
        return time.process_time() - begun

    figure()
    ours = min(spent(lambda: rl.export.to_chips(tmp_path, changes, scenes=scenes, extents=whole())) for _ in range(5))
    assert ours < 0.8 * min(spent(figure) for _ in range(5))


def test_a_dash_ends_where_the_line_ends_and_goes_around_corners() -> None:
    corner = np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 4.0]])
    pieces = drawing.dashed(corner, 4.0, 1.0)
    lengths = [np.hypot(*np.diff(piece, axis=0).T).sum() for piece in pieces]
    assert lengths == pytest.approx([4.0, 2.0])
    assert pieces[0].tolist() == [[0.0, 0.0], [3.0, 0.0], [3.0, 1.0]]
    assert len(drawing.ticks_of(0.0, 1234.5)) <= 7
