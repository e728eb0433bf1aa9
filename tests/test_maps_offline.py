"""Saving: everything is in the file, nothing is guessed or fetched, and a failed write leaves the old file."""

from __future__ import annotations

import hashlib
import os
import re
from importlib import metadata
from pathlib import Path

import folium
import folium.plugins
import geopandas as gpd
import pytest
import shapely
from tests import invented

import riverline as rl
from riverline.maps.assets import _WANTED, ASSETS, SPARE, STAND_INS, Asset, inline_text, read_asset, stand_in

DISTRIBUTION = metadata.distribution
CORE = [asset for asset in ASSETS.values() if asset.package not in _WANTED]


def installed(package):
    try:
        return bool(metadata.version(package))
    except metadata.PackageNotFoundError:
        return False


@pytest.mark.parametrize("asset", CORE, ids=lambda asset: Path(asset.file).name)
def test_assets_are_the_files_that_were_tested(asset):
    # What folium itself carries and links is of one version with it.
    assert asset.sha256 or asset.package == "folium"
    assert hashlib.sha256(read_asset(asset).encode()).hexdigest() == asset.sha256 or asset.package == "folium"
    assert asset.licence
    inline = inline_text(asset)
    assert inline.count("</script") + inline.count("</style") == 1
    assert "sourceMappingURL" not in inline
    assert not re.search(r"url\((?!data:|#)", inline)


def test_folium_links_nothing_that_is_not_in_the_table():
    linked = {url for _, url in [*folium.Map.default_js, *folium.Map.default_css]}
    known = folium.plugins
    for each in (known.MarkerCluster, known.FastMarkerCluster, known.HeatMap, known.Draw, known.Fullscreen,
                 known.MeasureControl, known.MousePosition):  # fmt: skip
        linked |= {url for _, url in [*each.default_js, *each.default_css]}
    assert linked <= {*ASSETS, *SPARE, *STAND_INS}


@pytest.mark.parametrize("name", sorted({*STAND_INS.values()} - {""}))
def test_stand_ins_are_elements_that_nothing_ends_early(name):
    told = stand_in(name)
    assert told.count("<script>") == told.count("</script>") == told.count("<style>") == told.count("</style>") == 1
    assert "http" not in told.replace("http://www.w3.org/2000/svg", "")


def test_a_changed_asset_is_refused():
    good = CORE[0]
    changed = Asset(good.url, good.package, good.file, "0" * 64, good.licence, good.kind)
    with pytest.raises(rl.JobError, match=r"xstatic-leaflet 1\.9\.3"):
        read_asset(changed)


def test_a_missing_package_is_named():
    with pytest.raises(rl.MissingDependencyError, match="pip install no-such-package"):
        read_asset(Asset("u", "no-such-package", "x.js", "", "MIT", "script"))


def test_a_saved_map_links_to_nothing(tmp_path):
    path = rl.maps.save(rl.maps.show(invented.result()), tmp_path / "map.html")
    html = path.read_text(encoding="utf-8")
    assert path == tmp_path / "map.html"
    assert not re.search(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=", html)
    assert "default-src 'none'" in html
    assert not re.search(r"bootstrap@|fontawesome|awesome-markers|glyphicons", html)


def test_saving_twice_gives_the_same_bytes_for_any_map(tmp_path):
    def anyones():
        page = folium.Map([31, 117], tiles=None)
        folium.Marker([31, 117], popup="a", tooltip="b").add_to(page)
        return page

    first = rl.maps.save(anyones(), tmp_path / "1.html").read_bytes()
    assert rl.maps.save(anyones(), tmp_path / "2.html").read_bytes() == first


def test_numbers_that_only_look_like_folium_ids_stay(tmp_path):
    digest = hashlib.md5(b"x", usedforsecurity=False).hexdigest()
    page = folium.Map([31, 117], tiles=None)
    folium.Marker([31, 117], popup=f"file_{digest}").add_to(page)
    assert f"file_{digest}" in rl.maps.save(page, tmp_path / "m.html").read_text(encoding="utf-8")


def directives(html):
    """The policy of a page: what each directive lets in."""
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
    return {name: values for name, *values in (row.split() for row in policy.split("; "))}


def test_a_map_with_online_tiles_holds_its_scripts_and_asks_no_one_else(tmp_path):
    page = rl.maps.show(invented.axes(), basemap="https://{s}.tiles.test:8443/{z}/{x}/{y}.png")
    html = rl.maps.save(page, tmp_path / "m.html", offline=False).read_text(encoding="utf-8")
    assert not re.search(r"<(?:script|link)[^>]*(?:src|href)=", html)
    policy = directives(html)
    assert policy["img-src"] == ["data:", "blob:", *(f"https://{letter}.tiles.test:8443" for letter in "abc")]
    assert all(value.startswith("'sha256-") for value in policy["script-src"])
    assert policy["default-src"] == ["'none'"]


def test_what_no_package_carries_stays_a_link_online_and_only_its_host_is_let_in(tmp_path):
    page = folium.Map([31, 117], tiles=None)
    folium.plugins.AntPath([[31, 117], [32, 117]]).add_to(page)
    html = rl.maps.save(page, tmp_path / "m.html", offline=False).read_text(encoding="utf-8")
    assert re.findall(r'<script src="([^"]+)"', html) == [url for _, url in folium.plugins.AntPath.default_js]
    assert [value for value in directives(html)["script-src"] if "sha256" not in value] == ["https://cdn.jsdelivr.net"]
    assert directives(html)["img-src"] == ["data:", "blob:"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda m: folium.TileLayer("https://t.test/{z}/{x}/{y}", attr="x", overlay=True).add_to(m), "https://t.test/"),
        (lambda m: folium.raster_layers.WmsTileLayer("https://wms.test/x", "l").add_to(m), "https://wms.test/x"),
        (lambda m: m.add_js_link("x", "https://cdn.test/x.js"), "https://cdn.test/x.js"),
        (lambda m: m.get_root().html.add_child(folium.Element('<img src="https://i.test/a.png">')), "i.test/a.png"),
        (lambda m: m.get_root().html.add_child(folium.Element('<iframe src="//f.test">')), "//f.test"),
        (lambda m: m.get_root().html.add_child(folium.Element('<img src="local.png">')), "local.png"),
        (lambda m: folium.plugins.LocateControl().add_to(m), "leaflet-locatecontrol"),
        (
            lambda m: folium.plugins.TreeLayerControl(
                {"label": "x", "children": [{"label": "y", "layer": folium.TileLayer("OpenStreetMap").add_to(m)}]}
            ).add_to(m),
            "tile.openstreetmap.org",
        ),
    ],
    ids=["tiles", "wms", "script", "picture", "frame", "file-beside", "plugin", "tiles-named"],
)
def test_what_needs_the_network_is_refused_by_name_and_nothing_is_written(tmp_path, change, named):
    page = folium.Map([31, 117], tiles=None)
    page.default_js, page.default_css = [*page.default_js], [*page.default_css]
    change(page)
    with pytest.raises(rl.JobError) as caught:
        rl.maps.save(page, tmp_path / "m.html")
    assert named in caught.value.zh
    assert named in caught.value.en
    assert list(tmp_path.iterdir()) == []


def test_icons_without_the_package_of_their_font_are_refused_instead_of_left_blank(tmp_path, monkeypatch):
    page = folium.Map([31, 117], tiles=None)
    folium.Marker([31, 117], icon=folium.Icon(color="red")).add_to(page)
    html = rl.maps.save(page, tmp_path / "m.html").read_text(encoding="utf-8")
    assert ".glyphicon-info-sign:before { content:" in html
    assert ".glyphicon-euro:before, .glyphicon-eur:before {" in html
    assert html.count("url(data:font/woff2;base64,") == 1
    monkeypatch.setattr(metadata, "distribution", gone("xstatic-bootstrap-scss"))
    with pytest.raises(rl.MissingDependencyError, match="pip install xstatic-bootstrap-scss"):
        rl.maps.save(page, tmp_path / "n.html")
    folium.plugins.Draw().add_to(page)
    monkeypatch.setattr(metadata, "distribution", gone("django-leaflet"))
    with pytest.raises(rl.MissingDependencyError, match="pip install --no-deps django-leaflet=="):
        rl.maps.save(page, tmp_path / "n.html")
    assert not (tmp_path / "n.html").exists()


def gone(package):
    """What finds every package but one."""

    def without(name):
        if name == package:
            raise metadata.PackageNotFoundError(name)
        return DISTRIBUTION(name)

    return without


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "m.html"
    path.write_text("old", encoding="utf-8")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(rl.JobError, match="No space left"):
        rl.maps.save(folium.Map(tiles=None), path)
    assert path.read_text(encoding="utf-8") == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["m.html"]


def test_an_interrupted_write_leaves_nothing(tmp_path, monkeypatch):
    def stop(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        rl.maps.save(folium.Map(tiles=None), tmp_path / "m.html")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_said(tmp_path):
    with pytest.raises(rl.JobError, match="cannot write"):
        rl.maps.save(folium.Map(tiles=None), tmp_path / "no" / "m.html")


def test_a_map_that_is_there_is_replaced_and_readable_by_others(tmp_path):
    path = tmp_path / "中文 名.html"
    path.write_text("old", encoding="utf-8")
    umask = os.umask(0o022)
    try:
        rl.maps.save(folium.Map(tiles=None), path)
    finally:
        os.umask(umask)
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert path.stat().st_mode & 0o777 == 0o644


def test_explore_maps_can_be_saved(tmp_path):
    frame = gpd.GeoDataFrame({"name": ["清水河"]}, geometry=[shapely.Point(117, 31).buffer(0.1)], crs=4326)
    html = rl.maps.save(frame.explore(tiles=None), tmp_path / "m.html").read_text(encoding="utf-8")
    assert "清水河" in html or "\\u6e05\\u6c34\\u6cb3" in html
    # With the tiles that explore() takes by itself: all but these, which is said in Python and on the page.
    page = frame.explore()
    for _ in range(2):
        page.get_root().render()
        with pytest.warns(UserWarning, match=r"tile\.openstreetmap\.org.*offline=False"):
            html = rl.maps.save(page, tmp_path / "plain.html").read_text(encoding="utf-8")
        assert "var tile_layer_" not in html
        assert "so without its online basemap: tile.openstreetmap.org" in html
        assert directives(html)["img-src"] == ["data:", "blob:"]
    # The map still has them.
    online = rl.maps.save(page, tmp_path / "online.html", offline=False).read_text(encoding="utf-8")
    assert "var tile_layer_" in online
    assert "without its online basemap" not in online


@pytest.mark.parametrize(
    ("column", "package"), [("value", "xstatic-d3"), ("name", "xstatic-jquery-ui")], ids=["colour bar", "categories"]
)
def test_explore_maps_with_a_legend_take_their_scripts_from_packages_too(tmp_path, column, package):
    pytest.importorskip("mapclassify")
    frame = gpd.GeoDataFrame(
        {"name": ["甲", "乙"], "value": [1.5, 2.5]},
        geometry=[shapely.Point(117, 31).buffer(0.1), shapely.Point(118, 31).buffer(0.1)],
        crs=4326,
    )
    page = frame.explore(column=column, tiles=None)
    if installed(package):
        html = rl.maps.save(page, tmp_path / "m.html").read_text(encoding="utf-8")
        assert not re.search(r"<script[^>]+src=", html)
    else:
        with pytest.raises(rl.MissingDependencyError, match=r"riverline\[maps\]"):
            rl.maps.save(page, tmp_path / "m.html")


def test_a_legend_without_its_scripts_names_the_extra_and_stays_a_link_online(tmp_path, monkeypatch):
    pytest.importorskip("mapclassify")
    frame = gpd.GeoDataFrame({"value": [1.5]}, geometry=[shapely.Point(117, 31).buffer(0.1)], crs=4326)
    page = frame.explore(column="value", tiles=None)
    monkeypatch.setattr(metadata, "distribution", gone("xstatic-d3"))
    with pytest.raises(rl.MissingDependencyError, match=r"pip install 'riverline\[maps\]'"):
        rl.maps.save(page, tmp_path / "m.html")
    html = rl.maps.save(page, tmp_path / "m.html", offline=False).read_text(encoding="utf-8")
    assert re.findall(r'<script src="([^"]+)"', html) == ["https://cdnjs.cloudflare.com/ajax/libs/d3/3.5.5/d3.min.js"]
    assert "https://cdnjs.cloudflare.com" in directives(html)["script-src"]


def test_hosts_given_as_a_list_are_let_in_whole(tmp_path):
    layer = folium.TileLayer("https://{s}.x.test/{z}/{x}/{y}.png", attr="x", subdomains=["t0", "t1"])
    html = rl.maps.save(folium.Map([31, 117], tiles=layer), tmp_path / "m.html", offline=False).read_text(
        encoding="utf-8"
    )
    assert directives(html)["img-src"][2:] == ["https://t0.x.test", "https://t1.x.test"]
