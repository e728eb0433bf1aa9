"""Text comes out as it was written, whatever .cpg and language id say, and the evidence is told."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import geopandas as gpd
import pyogrio
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

import riverline as rl
from riverline.io.dbf import read_header, sample_text
from riverline.io.encodings import TextSample, decode, detect, named_codec

if TYPE_CHECKING:
    from pathlib import Path

LINE = shapely.LineString([(0, 0), (100, 100)])
# Characters of GB 2312, level one: what names of Chinese rivers are made of.
COMMON = [bytes([lead, trail]).decode("gb2312") for lead in range(0xB0, 0xD7) for trail in range(0xA1, 0xFF)]
NAMES = st.text(st.sampled_from(COMMON), min_size=2, max_size=8)


def write_shapefile(
    path: Path, columns: dict[str, list[str]], encoding: str, *, cpg: str | None = None, ldid: int | None = None
) -> Path:
    """A shapefile in an encoding, with the .cpg and the language id that the test wants."""
    count = len(next(iter(columns.values())))
    frame = gpd.GeoDataFrame(columns, geometry=[LINE] * count, crs=4548)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(frame, path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[29] = 0 if ldid is None else ldid
    path.with_suffix(".dbf").write_bytes(bytes(table))
    return path


def source(frame: gpd.GeoDataFrame) -> dict:
    return frame.attrs["source"]


def told(frame: gpd.GeoDataFrame, language: str = "en") -> str:
    return "\n".join(note[language] for note in source(frame)["notes"])


@settings(max_examples=300, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=20), st.sampled_from(["gbk", "gb18030", "utf-8"]))
@example(["一"], "gbk")
@example(["联通"], "gbk")
@example(["㳇河"], "gb18030")
@example(["长江"], "utf-8")
def test_chinese_names_are_read_as_they_were_written(names, encoding):
    found = detect(TextSample(tuple(name.encode(encoding) for name in names)))
    codec = named_codec(found.encoding)
    assert [decode(name.encode(encoding), codec)[0] for name in names] == names


@settings(max_examples=200, deadline=None)
@given(st.lists(NAMES, min_size=3, max_size=20), st.integers(1, 2), st.sampled_from(["utf-8", "gbk"]))
def test_values_cut_inside_a_character_lose_that_character_only(names, lost, encoding):
    whole = [name.encode(encoding) for name in names]
    lost = lost if encoding == "utf-8" else 1
    cut = [value[:-lost] for value in whole]
    codec = named_codec(detect(TextSample(tuple(whole), tuple(cut))).encoding)
    assert [decode(value, codec) for value in cut] == [(name[:-1], "cut") for name in names]


@pytest.mark.parametrize("word", ["Río Grande", "Müller", "São Francisco", "Île-de-France", "Señor"])
def test_western_names_are_not_taken_for_chinese(word):
    assert detect(TextSample((word.encode("latin-1"),))).encoding == "Windows-1252"
    assert detect(TextSample((word.encode(),))).encoding == "UTF-8"


def test_thin_evidence_is_called_thin():
    assert not detect(TextSample(("一".encode("gbk"),))).sure
    assert detect(TextSample(("长江".encode("gbk"),))).sure


@pytest.mark.parametrize(
    ("written", "expected"), [("GBK", "GBK"), ("GB18030", "GBK"), ("UTF-8", "UTF-8"), ("LDID/77", "GBK")]
)
def test_a_shapefile_without_cpg_and_language_id_is_read(tmp_path, written, expected):
    file = write_shapefile(tmp_path / "河道.shp", {"河流编码": ["R1", "R2"], "名称": ["长江", "黄河"]}, written)
    axes = rl.read_layer(file, rl.schema.AXES, columns={"河流编码": "river_id"})
    assert axes["name"].tolist() == ["长江", "黄河"]
    assert source(axes)["encoding"] == expected
    assert source(axes)["encoding_from"] == "detected"
    assert f"text is {expected}" in told(axes)


def test_rare_characters_outside_gbk_are_kept(tmp_path):
    file = write_shapefile(tmp_path / "a.shp", {"HLBM": ["R1", "R2"], "MC": ["㳇河", "长江"]}, "GB18030")
    axes = rl.read_layer(file, rl.schema.AXES)
    assert axes["name"].tolist() == ["㳇河", "长江"]
    assert source(axes)["encoding"] == "GB18030"


@pytest.mark.parametrize(
    ("written", "cpg", "ldid", "origin"),
    [
        ("GBK", "936", None, "cpg"),
        ("GBK", "GBK", None, "cpg"),
        ("UTF-8", "UTF-8", None, "cpg"),
        ("GBK", None, 0x4D, "ldid"),
        ("UTF-8", "65001", 0x4D, "cpg"),
    ],
)
def test_a_declaration_that_holds_is_followed(tmp_path, written, cpg, ldid, origin):
    file = write_shapefile(tmp_path / "a.shp", {"HLBM": ["R1"], "MC": ["大沙河"]}, written, cpg=cpg, ldid=ldid)
    axes = rl.read_layer(file, rl.schema.AXES)
    assert axes["name"].tolist() == ["大沙河"]
    assert (source(axes)["encoding"], source(axes)["encoding_from"]) == (written, origin)


@pytest.mark.parametrize(
    ("written", "cpg", "ldid", "named"),
    [
        ("GBK", "UTF-8", None, ".cpg file says utf-8"),
        ("UTF-8", "GBK", None, ".cpg file says gbk"),
        ("UTF-8", None, 0x4D, "language id of the DBF says gbk"),
        ("GBK", "ISO-8859-1", None, ".cpg file says iso8859-1"),
        ("GBK", None, 0x03, "language id of the DBF says cp1252"),
    ],
)
def test_a_declaration_that_lies_is_told_and_not_followed(tmp_path, written, cpg, ldid, named):
    columns = {"HLBM": ["R1", "R2"], "MC": ["大沙河", "小清河"]}
    axes = rl.read_layer(write_shapefile(tmp_path / "a.shp", columns, written, cpg=cpg, ldid=ldid), rl.schema.AXES)
    assert axes["name"].tolist() == ["大沙河", "小清河"]
    assert source(axes)["encoding_from"] == "detected"
    assert named in told(axes)


def test_utf8_field_names_and_values_cut_inside_a_character(tmp_path):
    columns = {"河道中心线名称": ["黄" * 84 + "河流", "长江"], "HLBM": ["R1", "R2"]}
    file = write_shapefile(tmp_path / "a.shp", columns, "UTF-8", cpg="UTF-8")
    with pytest.raises(UnicodeDecodeError):
        pyogrio.read_info(file)
    axes = rl.read_layer(file, rl.schema.AXES, columns={"河道中心线名称": "name"})
    assert axes["name"].tolist() == ["黄" * 84, "长江"]
    whole = write_shapefile(tmp_path / "b.shp", {"HLBM": ["R1"], "MC": ["a" + "黄" * 84]}, "UTF-8", cpg="UTF-8")
    table = whole.with_suffix(".dbf").read_bytes()
    cut = ("ab" + "黄" * 84).encode()[:253]
    whole.with_suffix(".dbf").write_bytes(table.replace(("a" + "黄" * 84).encode()[:253], cut))
    axes = rl.read_layer(whole, rl.schema.AXES)
    assert axes["name"].tolist() == ["ab" + "黄" * 83]
    assert "1 distinct values were cut at the width of their field" in told(axes)


def test_labels_that_the_format_cut_are_still_found(tmp_path):
    # 河流编码 has twelve bytes in UTF-8; ten are left, and one of them is half a character.
    file = write_shapefile(tmp_path / "a.shp", {"河流编码": ["R1"], "名称": ["长江"]}, "UTF-8")
    assert rl.read_layer(file, rl.schema.AXES)["river_id"].tolist() == ["R1"]


def test_fields_whose_cut_names_are_equal_keep_their_own_values(tmp_path):
    file = write_shapefile(tmp_path / "a.shp", {"HLBM": ["R1", "R2"], "MC": ["a", "b"], "XY": ["c", "d"]}, "GBK")
    table = bytearray(file.with_suffix(".dbf").read_bytes())
    table[96:107] = table[64:75]  # the third field takes the name of the second
    file.with_suffix(".dbf").write_bytes(bytes(table))
    axes = rl.read_layer(file, rl.schema.AXES)
    assert axes["name"].tolist() == ["a", "b"]
    assert axes["MC_1"].tolist() == ["c", "d"]


def test_a_few_damaged_values_are_shown_and_counted(tmp_path):
    names = [f"清水河{chr(0x4E00 + at)}" for at in range(30)]
    file = write_shapefile(tmp_path / "a.shp", {"HLBM": [str(at) for at in range(30)], "MC": names}, "GBK")
    table = file.with_suffix(".dbf").read_bytes()
    broken = names[7].encode("gbk")
    assert table.count(broken) == 1
    file.with_suffix(".dbf").write_bytes(table.replace(broken, broken[:2] + b"\xff\xff" + broken[4:]))
    axes = rl.read_layer(file, rl.schema.AXES)
    assert axes["name"].tolist()[:7] == names[:7]
    assert "�" in axes["name"][7]
    assert "1 values hold bytes" in told(axes)


def test_bytes_of_no_encoding_are_refused_with_the_recipe(tmp_path):
    file = write_shapefile(tmp_path / "a.shp", {"HLBM": ["R1"], "MC": ["大沙河"]}, "GBK")
    table = file.with_suffix(".dbf").read_bytes()
    file.with_suffix(".dbf").write_bytes(table.replace("大沙河".encode("gbk"), b"\xff\xfe\xff\xfe\xff\xff"))
    with pytest.raises(rl.ReadError, match="say encoding="):
        rl.read_layer(file, rl.schema.AXES)


def test_an_encoding_that_is_given_is_followed_or_refused(tmp_path):
    file = write_shapefile(tmp_path / "a.shp", {"HLBM": ["R1"], "MC": ["大沙河"]}, "GBK", cpg="UTF-8")
    axes = rl.read_layer(file, rl.schema.AXES, encoding="gb2312")
    assert (axes["name"].tolist(), source(axes)["encoding_from"]) == (["大沙河"], "given")
    with pytest.raises(rl.ReadError, match="cannot be decoded as encoding='utf-8'"):
        rl.read_layer(file, rl.schema.AXES, encoding="UTF-8")
    with pytest.raises(rl.ReadError, match="unknown encoding 'klingon'"):
        rl.read_layer(file, rl.schema.AXES, encoding="klingon")
    utf8 = write_shapefile(tmp_path / "b.shp", {"HLBM": ["R1"], "MC": ["长江"]}, "UTF-8")
    with pytest.raises(rl.ReadError, match="is UTF-8, not gbk"):
        rl.read_layer(utf8, rl.schema.AXES, encoding="GBK")


def test_geojson_in_gbk_is_read_by_its_bytes(tmp_path):
    file = tmp_path / "a.geojson"
    text = (
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"HLBM": "R1", "MC": "大沙河"},'
        ' "geometry": {"type": "LineString", "coordinates": [[117, 30], [118, 31]]}}]}'
    )
    file.write_bytes(text.encode("gbk"))
    axes = rl.read_layer(file, rl.schema.AXES)
    assert axes["name"].tolist() == ["大沙河"]
    assert (source(axes)["encoding"], source(axes)["encoding_from"]) == ("GBK", "detected")


def test_the_evidence_does_not_depend_on_the_box(tmp_path):
    columns = {"HLBM": ["R1", "R2"], "MC": ["plain", "大沙河"]}
    frame = gpd.GeoDataFrame(columns, geometry=[LINE, shapely.LineString([(900, 900), (950, 950)])], crs=4548)
    pyogrio.write_dataframe(frame, tmp_path / "a.shp", encoding="GBK")
    (tmp_path / "a.cpg").unlink()
    axes = rl.read_layer(tmp_path / "a.shp", rl.schema.AXES, bbox=(-1, -1, 101, 101))
    assert axes["name"].tolist() == ["plain"]
    assert source(axes)["encoding"] == "GBK"


def test_names_and_values_of_the_table_are_the_evidence(tmp_path):
    file = write_shapefile(tmp_path / "a.shp", {"名称": ["长江", "abc"]}, "GBK")
    table = read_header(file.with_suffix(".dbf"))
    assert (table.records, table.language_id) == (2, 0)
    sample = sample_text(file.with_suffix(".dbf"), table).beyond_ascii()
    assert set(sample.whole) == {"名称".encode("gbk"), "长江".encode("gbk")}


@pytest.mark.real
def test_real_rivers_in_gbk(real_data):
    file = real_data / "china_gbk_rivers" / "hyd1_4l.shp"
    axes = rl.read_layer(file, rl.schema.AXES, columns={"HYD1_4M_": "river_id"}, crs="EPSG:4490")
    assert len(axes) == 840
    named = axes["name"].dropna()
    assert len(named) == 796
    assert {"长江", "黄河", "淮河", "雅鲁藏布江", "澜沧江"} <= set(named)
    assert named.str.fullmatch("[\u4e00-\u9fff()、]+").all()
    assert source(axes)["encoding"] == "GBK"
    assert not rl.check(axes, rl.schema.AXES)["code"].str.contains("missing_geometry").any()


@pytest.mark.real
def test_real_lakes_and_seats_in_gbk(real_data):
    folder = real_data / "china_gbk_rivers"
    lakes = rl.read_layer(folder, rl.schema.PARCELS, layer="hyd1_4p", crs=4490, columns={
        "HYD1_4M_ID": "parcel_id", "GBCODE": "ownership", "NAME": "owner",
    })  # fmt: skip
    assert {"青海湖", "鄱阳湖", "洞庭湖"} <= set(lakes["owner"].dropna().str.replace(r"\(.*\)", "", regex=True))
