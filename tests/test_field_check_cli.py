"""The field check as a command: what came back is compared with what went out, and suspects are corrected by it."""

from __future__ import annotations

import pandas as pd
import pytest
from typer.testing import CliRunner

import held
import riverline as rl
from riverline.cli.app import app


def run(*arguments: object, status: int = 0) -> str:
    ran = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": "160", "TERM": "dumb"})
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == status, ran.output
    return ran.output


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """The file that went out, with suspects and the form, and the form."""
    features = held.things(*(held.box(at, 50, at + 20, 70) for at in (100, 300, 500)))
    found = rl.classify(rl.screen(features, held.valley()))
    folder = tmp_path_factory.mktemp("发出")
    form = rl.prepare_checks(found)
    return rl.export.to_geopackage(folder / "侵占图斑.gpkg", found, 核查=form), form


def test_what_people_changed_is_written_with_the_suspects_as_they_left_them(sent, tmp_path):
    path, form = sent
    back = form.copy()
    back["check_verdict"] = back["check_verdict"].astype("object")
    back.loc[0, "check_verdict"] = "confirmed"
    back.loc[1, "kind"] = "dumping"
    back.loc[2, "geometry"] = back.geometry[2].buffer(5.0)
    added = back.iloc[[0]].assign(suspect_id=None, geometry=back.geometry[[0]].translate(1000.0).to_numpy())
    back = pd.concat([back, added], ignore_index=True)
    back.to_file(tmp_path / "回.gpkg", layer="外业核查表")
    told = run("field-check", tmp_path / "回.gpkg", "--suspects", path, "--out", tmp_path / "核查")
    assert "外业核查差异" in told
    made = rl.read_layer(tmp_path / "核查" / "核查图斑.gpkg", rl.schema.FIELD_CHECKS, layer="外业核查表_面")
    assert len(made) == 4
    rows = made.set_index("suspect_id").loc[form["suspect_id"]]
    assert rows["check_verdict"].fillna("").tolist() == ["confirmed", "", ""]
    assert rows["kind"].tolist() == [form["kind"][0], "dumping", form["kind"][2]]
    assert rows["area_m2"].iloc[2] > 1.5 * rows["area_m2"].iloc[1]
    assert (tmp_path / "核查" / "核查图.html").stat().st_size > 10_000


def test_a_form_that_came_back_as_it_went_out_differs_in_nothing(sent, tmp_path):
    path, form = sent
    run("field-check", f"{path}::外业核查表_面", "--suspects", path, "--out", tmp_path / "核查")
    made = rl.read_layer(tmp_path / "核查" / "核查图斑.gpkg", rl.schema.FIELD_CHECKS, layer="外业核查表_面")
    assert made["suspect_id"].tolist() == form["suspect_id"].tolist()
    assert made.geometry.geom_equals(form.geometry, align=False).all()
