"""Photographs in popups: found, turned, made small, each once; what is missing, changed or no picture is told."""

from __future__ import annotations

import base64
import io
import time
import warnings

import numpy as np
import pandas as pd
import pytest
import rasterio
from matplotlib.image import imread

import ledgers
import riverline as rl
from browser import browser
from riverline.maps import photos
from riverline.maps.photos import small_jpeg, take_photos
from riverline.style import collect

FIND_MAP = "window.themap = window[Object.keys(window).find(k => /^map_[0-9a-f]{32}$/.test(k))];"
HOSTILE = "<img src=x onerror=alert(1)> {{ 7 * 7 }}"


def photo(path, *, rows=900, columns=1200, orientation=None, driver="JPEG"):
    """A picture that is red above and blue below."""
    levels = np.zeros((3, rows, columns), dtype="uint8")
    levels[0, : rows // 2], levels[2, rows // 2 :] = 220, 220
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(path, "w", driver=driver, dtype="uint8", count=3, height=rows, width=columns) as file:
            file.write(levels)
    path.with_name(path.name + ".aux.xml").unlink(missing_ok=True)
    if orientation:
        content = path.read_bytes()
        entry = b"\x12\x01\x03\x00\x01\x00\x00\x00" + bytes([orientation, 0, 0, 0])
        tiff = b"II*\x00\x08\x00\x00\x00\x01\x00" + entry + b"\x00\x00\x00\x00"
        exif = b"Exif\x00\x00" + tiff
        path.write_bytes(content[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + content[2:])
    return path


def decoded(content):
    return imread(io.BytesIO(content), format="jpg")


@pytest.fixture
def ledger(tmp_path):
    """Three problems: two photographs and a document, one shared with the next, and none."""
    made = ledgers.ledger_of(tmp_path, ledgers.problems_of(3), on="2025-01-31")
    codes = made.problems()["problem_id"].tolist()
    shared = photo(tmp_path / f"{HOSTILE.replace('/', '')}.jpg")
    paper = tmp_path / "整改通知.docx"
    paper.write_bytes(b"PK no picture")
    made.record(codes[0], "assigned", on="2025-02-01", by="李", files=[shared, paper])
    made.record(codes[0], "rectifying", on="2025-02-05", by="李", files=[photo(tmp_path / "后.png", driver="PNG")])
    made.record(codes[1], "assigned", on="2025-02-02", by="李", files=[shared])
    return made


def test_a_picture_is_small_the_right_way_up_and_rid_of_what_the_camera_wrote(tmp_path) -> None:
    small, *size = small_jpeg(photo(tmp_path / "a.jpg").read_bytes())
    assert size == [720, 540]
    assert decoded(small).shape == (540, 720, 3)
    assert decoded(small)[10, 10, 0] > 150
    for orientation, shape, red in ((3, (540, 720), (530, 10)), (6, (720, 540), (10, 530)), (8, (720, 540), (10, 10))):
        turned, *size = small_jpeg(photo(tmp_path / f"{orientation}.jpg", orientation=orientation).read_bytes())
        assert size == [*shape[::-1]]
        assert decoded(turned).shape[:2] == shape
        assert decoded(turned)[(*red, 0)] > 150, orientation
        assert b"Exif" not in turned
    assert small_jpeg(b"PK no picture") is None
    assert small_jpeg(b"") is None
    # What GDAL would read by following it elsewhere is no picture.
    assert small_jpeg(b"<VRTDataset rasterXSize='1' rasterYSize='1'></VRTDataset>") is None


def test_each_picture_is_in_the_page_once_and_files_that_are_none_are_named(ledger) -> None:
    figures, pool, told = take_photos(collect(ledger.attachments()), "zh")
    codes = ledger.problems()["problem_id"].tolist()
    assert len(pool) == 2
    assert told == ""
    assert [each["note"] for each in figures[codes[0]]["photos"]][1] == "后.png"
    assert figures[codes[0]]["note"] == "其他附件：整改通知.docx"
    assert figures[codes[1]]["photos"][0]["at"] == figures[codes[0]]["photos"][0]["at"]
    assert codes[2] not in figures
    assert all(base64.b64decode(url.split(",")[1])[:2] == b"\xff\xd8" for url, _, _ in pool)


def test_what_is_gone_or_changed_is_not_shown_as_if_it_were_and_the_rest_is_told(tmp_path, ledger, monkeypatch) -> None:
    photo(tmp_path / "后.png", rows=30, columns=40, driver="PNG")
    next(tmp_path.glob("*.jpg")).unlink()
    figures, pool, _ = take_photos(collect(ledger.attachments()), "en")
    first = ledger.problems()["problem_id"].iloc[0]
    assert pool == []
    assert figures[first]["photos"] == []
    assert "后.png (changed since, left out)" in figures[first]["note"]
    assert "(not found)" in figures[first]["note"]
    names = [photo(tmp_path / f"{i}.jpg", rows=60, columns=80) for i in range(4)]
    table = pd.DataFrame({"attachment_id": list("abcd"), "problem_id": "P", "event_id": "1",
                          "path": [str(name) for name in names], "sha256": ""})  # fmt: skip
    monkeypatch.setattr(photos, "MAX_PHOTOS", 3)
    figures, pool, told = take_photos(collect(rl.schema.ATTACHMENTS.conform(table)), "zh")
    assert len(pool) == 3
    # The newest are those that stay.
    assert [each["note"] for each in figures["P"]["photos"]] == ["1.jpg", "2.jpg", "3.jpg"]
    assert told.startswith("问题照片嵌入 3 张（至多 3 张、12 MB），其余 1 张")
    monkeypatch.setattr(photos, "MAX_PHOTO_BYTES", 10)
    assert take_photos(collect(rl.schema.ATTACHMENTS.conform(table)), "zh")[1] == []


@pytest.mark.browser
def test_popups_show_the_photographs_offline_in_every_state_and_names_stay_text(tmp_path, ledger) -> None:
    with browser() as page:
        for drawn in (
            rl.maps.show_ledger(ledger, title="台账"),
            rl.maps.show(ledger.problems(), ledger.attachments()),
        ):
            path = rl.maps.save(drawn, tmp_path / "map.html")
            assert path.read_text().count("data:image/jpeg") == 2
            page.open(path)
            page.run(FIND_MAP)
            page.run("""
                window.alert = function () { window.caught = true; };
                themap.eachLayer(l => {
                  if (l.feature && l.feature.properties.f !== undefined && !window.one) window.one = l;
                });
                one.openPopup();
            """)
            time.sleep(0.4)
            seen = page.run("return [...document.querySelectorAll('.riverline-figure img')].map(e => e.naturalWidth)")
            assert seen
            assert set(seen) == {720}
            assert HOSTILE.replace("/", "") in page.run(
                "return document.querySelector('.leaflet-popup-content').textContent"
            )
            assert page.run("return window.caught || false") is False
            assert page.requests() == []
            assert page.console() == []
            page.picture(tmp_path / "photos.png")
