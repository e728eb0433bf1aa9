"""The QGIS project beside a GeoPackage, read as XML: what it names is there, what data say is escaped."""

from __future__ import annotations

import zipfile
from xml.etree import ElementTree as ET

import geopandas as gpd
import pyogrio
import pytest
import shapely
from pyproj import CRS
from tests import invented

import riverline as rl
from riverline import style


def project_of(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == [f"{path.stem}.qgs"]
        return ET.fromstring(archive.read(archive.namelist()[0]))  # noqa: S314 - written by this test run


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    rl.export.to_geopackage(
        folder / "成果.gpkg", invented.result(), invented.axes(), invented.water(), project=True, 乡镇=invented.towns()
    )
    return folder


def test_every_layer_of_the_file_is_a_layer_of_the_project(delivered):
    root = project_of(delivered / "成果.qgz")
    layers = {each.findtext("layername"): each for each in root.findall("projectlayers/maplayer")}
    names = set(pyogrio.list_layers(delivered / "成果.gpkg")[:, 0]) - {"layer_styles"}
    assert set(layers) == names
    assert {each.findtext("datasource") for each in layers.values()} == {
        f"./成果.gpkg|layername={name}" for name in names
    }
    for each in layers.values():
        file, _, which = each.findtext("datasource").partition("|layername=")
        assert len(pyogrio.read_info(delivered / file, layer=which)["fields"]) > 0
        assert each.findtext("provider") == "ogr"
    kinds = {name: each.get("geometry") for name, each in layers.items()}
    assert (kinds["管理范围线"], kinds["水域"], kinds["质检问题_点"], kinds["质检问题_无图形"]) == (
        "Line", "Polygon", "Point", "No geometry"
    )  # fmt: skip


def test_the_tree_the_order_and_the_ids_agree(delivered):
    root = project_of(delivered / "成果.qgz")
    ids = [each.findtext("id") for each in root.findall("projectlayers/maplayer")]
    tree = root.find("layer-tree-group")
    groups = tree.findall("layer-tree-group")
    assert [each.get("name") for each in groups] == ["点", "线", "面", "表"]
    placed = [each.get("id") for each in tree.iter("layer-tree-layer")]
    assert sorted(placed) == sorted(ids) == sorted(set(ids))
    assert [each.get("id") for each in root.findall("layerorder/layer")] == placed, "what is on top is drawn last"
    lines = [each.get("name") for each in groups[1].iter("layer-tree-layer")]
    ranks = {theme.frame.label_zh: theme.order for theme in style.THEMES if not theme.halo and theme.frame is not None}
    orders = [ranks.get(name.partition("_")[0], 0) for name in lines]
    assert orders == sorted(orders, reverse=True)


def test_the_crs_is_told_by_its_wkt(delivered):
    root = project_of(delivered / "成果.qgz")
    for each in (
        root.find("projectCrs"),
        root.find("projectlayers/maplayer/srs"),
        root.find("mapcanvas/destinationsrs"),
    ):
        assert CRS(each.findtext("spatialrefsys/wkt")) == CRS("EPSG:4548")
        assert each.findtext("spatialrefsys/authid") == "EPSG:4548"
    box = [float(root.findtext(f"mapcanvas/extent/{name}")) for name in ("xmin", "ymin", "xmax", "ymax")]
    assert shapely.box(*box).covers(shapely.box(*invented.extents().total_bounds))


def test_layers_are_styled_as_in_the_file(delivered):
    root = project_of(delivered / "成果.qgz")
    layer = next(each for each in root.iter("maplayer") if each.findtext("layername") == "管理范围线")
    theme = style.themes("management_lines")[0]
    renderer = layer.find("renderer-v2")
    assert renderer.get("attr") == "basis"
    assert [each.get("label") for each in renderer.iter("category")][:-1] == [theme.label(v) for v, _ in theme.symbols]
    assert {each.get("field"): each.get("name") for each in layer.iter("alias")}["citation"] == "依据条款"


@pytest.mark.parametrize("text", [*invented.HOSTILE, "a|subset=1=1", "x|layername=y", "]]><evil/>"])
def test_hostile_names_add_no_element_and_no_part_of_a_source(text, tmp_path):
    frame = gpd.GeoDataFrame({text: ["1"]}, geometry=[shapely.Point(500_000, 3_400_000)], crs=invented.CRS)
    path = rl.export.to_geopackage(tmp_path / "x.gpkg", invented.axes(), project=True, **{text: frame})
    root = project_of(path.with_suffix(".qgz"))
    simple = frame.set_axis(["a", "geometry"], axis=1).set_geometry("geometry")
    other = rl.export.to_geopackage(tmp_path / "y.gpkg", invented.axes(), project=True, 点=simple)
    plain = project_of(other.with_suffix(".qgz"))
    assert [each.tag for each in root.iter()] == [each.tag for each in plain.iter()]
    for each in root.iter("datasource"):
        assert each.text.count("|") == 1
    layer = list(root.iter("maplayer"))[1]
    which = layer.findtext("datasource").partition("|")[2]
    names = pyogrio.list_layers(path)[:, 0].tolist()
    assert names[1] == (which.removeprefix("layername=") if "layername" in which else names[int(which[8:])])


def test_both_files_are_there_or_none(tmp_path, monkeypatch):
    from riverline.export import geopackage

    def full(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(geopackage, "write_project", full)
    with pytest.raises(rl.JobError, match="No space left"):
        rl.export.to_geopackage(tmp_path / "x.gpkg", invented.axes(), project=True)
    assert not list(tmp_path.iterdir())
    monkeypatch.undo()
    with pytest.raises(rl.JobError, match="竖线"):
        rl.export.to_geopackage(tmp_path / "a|b.gpkg", invented.axes(), project=True)
    assert not list(tmp_path.iterdir())
    one = rl.export.to_geopackage(tmp_path / "x.gpkg", invented.axes(), project=True).with_suffix(".qgz").read_bytes()
    again = rl.export.to_geopackage(tmp_path / "x.gpkg", invented.axes(), project=True).with_suffix(".qgz").read_bytes()
    assert one == again


def test_areas_of_faults_are_hatched_for_what_lies_below(tmp_path):
    found = {"code": "extents-shared", "severity": "note", "layer": "extents", "detail": ""}
    faults = rl.schema.FAULTS.empty("EPSG:4548").reindex([0]).assign(**found)
    faults = faults.assign(geometry=list(invented.extents().geometry[:1]))
    rl.export.to_geopackage(tmp_path / "a.gpkg", invented.result(), faults=faults, project=True)
    root = project_of(tmp_path / "a.qgz")
    layer = next(each for each in root.iter("maplayer") if each.findtext("layername").startswith("质检问题_面"))
    kinds = {each.get("class") for each in layer.find("renderer-v2").iter("layer")}
    assert kinds == {"LinePatternFill", "SimpleLine"}
