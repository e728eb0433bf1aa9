"""What cannot be read gives one error that says what the file is and what to do, in both languages."""

from __future__ import annotations

import re
import zipfile

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

import riverline as rl
from riverline.io.gdal import take_rows

LINE = shapely.LineString([(500_000, 3_300_000), (500_900, 3_300_900)])
AXES = rl.schema.AXES


def axes_frame(**extra: list) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"], **extra}, geometry=[LINE], crs=4548)


@pytest.fixture
def shapefile(tmp_path):
    path = tmp_path / "河道.shp"
    pyogrio.write_dataframe(axes_frame(), path, encoding="GBK")
    return path


@pytest.mark.parametrize(
    ("name", "content", "zh", "en"),
    [
        ("a.shp", b"", "空文件", "is empty"),
        ("a.gpkg", b"", "空文件", "is empty"),
        ("a.shp", b"<!DOCTYPE html><html>404</html>", "HTML 网页", "holds an HTML page"),
        ("a.geojson", b"\n <html><body>login</body></html>", "HTML 网页", "holds an HTML page"),
        ("a.shp", b"PK\x03\x04 a zip", "ZIP 压缩包", "holds a ZIP archive"),
        ("a.shp", "河道,名称".encode(), "纯文本", "holds plain text"),
        ("a.gpkg", b"\x00\x01\x02\x03" * 9, "无法识别的二进制", "binary data"),
        ("a.mdb", b"\x00\x01\x00\x00Standard Jet DB\x00", "导出为 GeoPackage", "export the layers to a GeoPackage"),
        ("a.shp", b"\x00\x01\x00\x00Standard ACE DB\x00", "导出为 GeoPackage", "export the layers to a GeoPackage"),
        ("a.dwg", b"AC1032\x00", "另存为 DXF", "save it as DXF"),
        ("a.rar", b"Rar!\x1a\x07\x00", "先解压", "unpack it first"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c", "先解压", "unpack it first"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "另存为 .xlsx", "save as .xlsx"),
        ("a.tif", b"II*\x00", "这是影像", "this is an image"),
        ("a.pdf", b"%PDF-1.7", "PDF", "PDF"),
        ("a.vct", b"DataMark: LANDUSE-VCT", "转换为 GeoPackage", "convert it to a GeoPackage"),
        ("a.qgz", b"PK\x03\x04", "工程或样式文件", "project or style file"),
        ("a.dbf", b"\x03abc", "读取同名的 .shp", "read the .shp of the same name"),
        ("a.gpkg", b"version https://git-lfs.github.com/spec/v1", "git lfs pull", "git lfs pull"),
        ("a.zip", b"PK\x03\x04 but cut short", "已损坏", "is damaged"),
        ("a.parquet", b"PAR1....", "无法读取", "cannot read"),
        ("a.dat", b"hello", "无法读取", "cannot read"),
    ],
)
def test_what_is_no_layer_is_named_and_has_a_recipe(tmp_path, name, content, zh, en):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(rl.ReadError) as caught:
        rl.read_layer(file, AXES)
    assert zh in caught.value.zh
    assert en in caught.value.en
    assert name in caught.value.zh
    assert str(tmp_path.parent) not in caught.value.zh.replace(str(file), "")


@pytest.mark.parametrize("lost", [".shx", ".dbf"])
def test_a_shapefile_that_lacks_a_part(shapefile, lost):
    shapefile.with_suffix(lost).unlink()
    with pytest.raises(rl.ReadError, match=f"lacks 河道{lost}"):
        rl.read_layer(shapefile, AXES)


@pytest.mark.parametrize("part", [".shp", ".dbf"])
def test_a_shapefile_that_is_cut_short(shapefile, part):
    file = shapefile.with_suffix(part)
    file.write_bytes(file.read_bytes()[:-30])
    with pytest.raises(rl.ReadError, match=r"is cut short: \d+ bytes expected"):
        rl.read_layer(shapefile, AXES)


def test_parts_of_two_shapefiles(shapefile, tmp_path):
    two = pd.concat([axes_frame(), axes_frame()])
    pyogrio.write_dataframe(two, tmp_path / "b.shp", encoding="GBK")
    (tmp_path / "b.dbf").replace(shapefile.with_suffix(".dbf"))
    with pytest.raises(rl.ReadError, match=r"has 1 shapes but 河道\.dbf has 2 records"):
        rl.read_layer(shapefile, AXES)


def test_a_table_that_is_no_dbf(shapefile):
    shapefile.with_suffix(".dbf").write_bytes(b"<html>" * 20)
    with pytest.raises(rl.ReadError, match="not a valid DBF"):
        rl.read_layer(shapefile, AXES)


def test_a_file_that_is_not_there_lists_what_is_called_alike(shapefile):
    with pytest.raises(rl.ReadError, match=r"no such file: 河道\.sph; similar: .*河道\.shp"):
        rl.read_layer(shapefile.with_suffix(".sph"), AXES)
    with pytest.raises(rl.ReadError, match="no folder nowhere"):
        rl.read_layer(shapefile.parent / "nowhere" / "a.shp", AXES)


def test_a_read_error_is_also_a_value_error_and_an_os_error(tmp_path):
    for kind in (ValueError, OSError, rl.RiverlineError):
        with pytest.raises(kind):
            rl.read_layer(tmp_path / "nothing.gpkg", AXES)


def test_several_layers_are_listed(tmp_path):
    file = tmp_path / "a.gpkg"
    for layer in ("干流", "支流"):
        axes_frame().to_file(file, layer=layer)
    with pytest.raises(rl.ReadError, match='has several layers: “干流”, “支流”; choose one with layer="干流"'):
        rl.read_layer(file, AXES)
    with pytest.raises(rl.ReadError, match=r"has no layer '湖泊'"):
        rl.read_layer(file, AXES, layer="湖泊")
    assert rl.read_layer(file, AXES, layer="支流").attrs["source"]["layer"] == "支流"


def test_a_layer_that_bears_the_schemas_name_is_taken(tmp_path):
    file = tmp_path / "a.gpkg"
    for layer in ("water", "axes"):
        axes_frame().to_file(file, layer=layer)
    source = rl.read_layer(file, AXES).attrs["source"]
    assert source["layer"] == "axes"
    assert "of 2 layers, 'axes' was chosen by its name" in source["notes"][0]["en"]


def test_tables_beside_one_layer_do_not_matter(tmp_path):
    file = tmp_path / "a.gpkg"
    axes_frame().to_file(file, layer="河道")
    pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), file, layer="说明", append=True)
    assert len(rl.read_layer(file, AXES)) == 1
    with pytest.raises(rl.ReadError, match="no geometry"):
        rl.read_layer(file, AXES, layer="说明")


def test_tables_are_sent_to_read_table(tmp_path):
    csv = tmp_path / "a.csv"
    csv.write_text("river_id,name\nR1,a\n")
    with pytest.raises(rl.ReadError, match="read_table"):
        rl.read_layer(csv, AXES)
    parquet = tmp_path / "a.parquet"
    pd.DataFrame({"river_id": ["R1"]}).to_parquet(parquet)
    with pytest.raises(rl.ReadError, match="Parquet without geometry"):
        rl.read_layer(parquet, AXES)


@pytest.mark.usefixtures("shapefile")
def test_folders(tmp_path):
    assert rl.read_layer(tmp_path, AXES)["name"].tolist() == ["清水河"]
    axes_frame().to_file(tmp_path / "支流.gpkg")
    with pytest.raises(rl.ReadError, match="holds several layers: “支流”, “河道”"):
        rl.read_layer(tmp_path, AXES)
    assert rl.read_layer(tmp_path, AXES, layer="河道").attrs["source"]["path"].endswith("河道.shp")
    (tmp_path / "empty").mkdir()
    with pytest.raises(rl.ReadError, match=re.escape("holds no layer that can be read; it holds: (nothing)")):
        rl.read_layer(tmp_path / "empty", AXES)


def zipped(archive, folder, names, **options):
    with zipfile.ZipFile(archive, "w", **options) as bundle:
        for name in names:
            bundle.write(folder / name, name)
    return archive


@pytest.mark.usefixtures("shapefile")
def test_zip_archives(tmp_path):
    parts = sorted(each.name for each in tmp_path.iterdir())
    archive = zipped(tmp_path / "成果 2025.zip", tmp_path, parts)
    axes = rl.read_layer(archive, AXES)
    assert axes["name"].tolist() == ["清水河"]
    assert axes.attrs["source"]["path"] == "成果 2025.zip/河道.shp"
    without = zipped(tmp_path / "b.zip", tmp_path, [name for name in parts if not name.endswith(".dbf")])
    with pytest.raises(rl.ReadError, match=r"lacks 河道\.dbf"):
        rl.read_layer(without, AXES)
    with pytest.raises(rl.ReadError, match="holds no layer that can be read"):
        rl.read_layer(zipped(tmp_path / "c.zip", tmp_path, ["河道.prj"]), AXES)


def test_a_zip_of_windows_has_names_in_gbk(tmp_path, shapefile):
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as bundle:
        for part in (".shp", ".shx", ".dbf", ".prj"):
            info = zipfile.ZipInfo("x" * len("河道".encode("gbk")) + part)
            bundle.writestr(info, shapefile.with_suffix(part).read_bytes())
    archive.write_bytes(archive.read_bytes().replace(b"xxxx.", "河道".encode("gbk") + b"."))
    assert rl.read_layer(archive, AXES).attrs["source"]["path"] == "a.zip/河道.shp"


def test_a_zip_of_a_geodatabase_and_of_several(tmp_path):
    axes_frame().to_file(tmp_path / "库.gdb", layer="河道", driver="OpenFileGDB")
    axes_frame().to_file(tmp_path / "另.gpkg")
    names = [f"库.gdb/{each.name}" for each in (tmp_path / "库.gdb").iterdir()]
    archive = zipped(tmp_path / "a.zip", tmp_path, names)
    assert rl.read_layer(archive, AXES).attrs["source"]["driver"] == "OpenFileGDB"
    both = zipped(tmp_path / "b.zip", tmp_path, [*names, "另.gpkg"])
    with pytest.raises(rl.ReadError, match='choose one with layer="库"'):
        rl.read_layer(both, AXES)
    assert rl.read_layer(both, AXES, layer="另").attrs["source"]["driver"] == "GPKG"


def test_a_zip_never_writes_outside(tmp_path):
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("../evil.gpkg", b"SQLite format 3\x00")
    with pytest.raises(rl.ReadError, match="holds no layer"):
        rl.read_layer(archive, AXES)
    assert not (tmp_path.parent / "evil.gpkg").exists()


def test_an_encrypted_zip(tmp_path, shapefile):
    archive = zipped(tmp_path / "a.zip", tmp_path, [shapefile.name])
    content = bytearray(archive.read_bytes())
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        content[content.index(mark) + (6 if mark[2] == 3 else 8)] |= 1
    archive.write_bytes(bytes(content))
    with pytest.raises(rl.ReadError, match="is encrypted"):
        rl.read_layer(archive, AXES)


def test_one_broken_ring_does_not_refuse_a_layer(tmp_path) -> None:
    """A ring of two points: its row comes in without geometry, the others as they are."""
    rings = {"whole": "[[0,0],[1,0],[1,1],[0,0]]", "broken": "[[0,0],[1,1]]"}
    polygon = '{{"type":"Feature","properties":{{"name":"{}"}},"geometry":{{"type":"Polygon","coordinates":[{}]}}}}'
    features = ",".join(polygon.format(*each) for each in rings.items())
    path = tmp_path / "a.geojson"
    path.write_text(f'{{"type":"FeatureCollection","features":[{features}]}}', encoding="utf-8")
    frame = take_rows(path, layer=None, encoding=None, bbox=None)[0]
    assert frame.set_index("name").geometry.isna().to_dict() == {"whole": False, "broken": True}
