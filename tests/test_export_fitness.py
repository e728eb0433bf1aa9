"""What every writer refuses, and how all of them treat layers that hold nothing."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from tests import invented

import riverline as rl
from riverline.export.formats import ENDINGS, FORMATS

# Formats that hold features and know no layers of their own.
BARE = {"dxf", "pmtiles", "txt", "ovi"}


def rows(*shapes, crs=4548):
    return gpd.GeoDataFrame({"名": [f"第{n}" for n in range(len(shapes))]}, geometry=list(shapes), crs=crs)


def ring(x, y, size=100.0):
    return shapely.box(x, y, x + size, y + size)


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_coordinates_that_are_no_numbers_are_refused_with_their_row(name, value, tmp_path):
    with np.errstate(invalid="ignore"):
        bad = shapely.transform(
            ring(500_000, 3_400_000), lambda xy: np.where(np.arange(len(xy))[:, None] == 1, value, xy)
        )
    with pytest.raises(rl.JobError, match="界线：1 行的坐标不是有限数（NaN 或无穷大）：第 2"):
        FORMATS[name](tmp_path / f"x{ENDINGS[name]}", 界线=rows(ring(500_000, 3_400_000), bad))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize(
    ("shape", "crs"),
    [(ring(500_000, 3_400_000), 4326), (ring(30.2, 117.5, 0.1), 4490), (ring(39_500_000, 3_400_000), 4548),
     (ring(117.2, 30.5, 0.1), 4548)],
)  # fmt: skip
def test_coordinates_outside_their_crs_are_refused(name, shape, crs, tmp_path):
    """Metres as degrees, swapped degrees, a zone number too many, degrees as metres."""
    with pytest.raises(rl.CRSError, match="界线"):
        FORMATS[name](tmp_path / f"x{ENDINGS[name]}", 界线=rows(shape, crs=crs))
    assert not list(tmp_path.iterdir())


def test_faults_lie_where_the_data_lie_that_they_are_about(tmp_path):
    """They are how somebody learns of metres under the name of degrees."""
    wrong = invented.axes().set_crs(4326, allow_override=True)
    found = rl.check(wrong, rl.schema.AXES)
    assert set(found["code"]) >= {"out-of-area"}
    path = rl.export.to_geopackage(tmp_path / "f.gpkg", found)
    assert len(gpd.read_file(path, layer="质检问题_点")) == len(found)


@pytest.mark.parametrize("name", sorted(set(FORMATS) - BARE))
def test_formats_with_layers_write_empty_ones(name, tmp_path):
    path = FORMATS[name](tmp_path / f"x{ENDINGS[name]}", invented.axes().iloc[:0])
    assert path.exists()


@pytest.mark.parametrize("name", sorted(BARE))
def test_formats_without_layers_leave_empty_ones_out_and_refuse_to_write_nothing(name, tmp_path):
    """One cause a message: the options are right, there is nothing to write."""
    target = tmp_path / f"x{ENDINGS[name]}"
    shape = shapely.Point(500_000, 3_400_000) if name == "ovi" else ring(500_000, 3_400_000)
    assert FORMATS[name](target, 甲=rows(), 乙=rows(shape)).stat().st_size > 0
    target.unlink()
    with pytest.raises(rl.JobError, match=r"没有可写成 .* 的图形：甲 没有要素或没有图形") as told:
        FORMATS[name](target, 甲=rows())
    assert "或比例尺" not in told.value.zh
    assert "级别" not in told.value.zh
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_wrong_name_and_nothing_given_are_two_messages(name, tmp_path):
    with pytest.raises(rl.JobError, match="没有给出要写的成果或图层"):
        FORMATS[name](tmp_path / f"x{ENDINGS[name]}")
    with pytest.raises(rl.JobError, match=r"文件名应以.*结尾") as told:
        FORMATS[name](tmp_path / "x.doc", 乙=rows(ring(500_000, 3_400_000)))
    assert "to_" not in told.value.zh
