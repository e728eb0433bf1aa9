"""What is drawn or written lies where it says: stakes at their own coordinates, layers of a river beside each other."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from tests import invented, staked

import riverline as rl

WRONG = "EPSG:4547"
OUTPUTS = {
    "report": lambda path, *layers: rl.reports.announcement(*layers, path=path / "a.pdf"),
    "plate": lambda path, *layers: rl.plates.draw(*layers, path=path / "a.png"),
    "atlas": lambda path, *layers: rl.plates.atlas(list(layers), path / "a"),
    "file": lambda path, *layers: rl.export.to_kmz(path / "a.kmz", *layers),
    "map": lambda path, *layers: rl.maps.save(rl.maps.show(*layers), path / "a.html"),
    "maps": lambda path, *layers: rl.maps.batch(list(layers), path / "a"),
}


def labelled(frame, crs=WRONG):
    return frame.set_crs(crs, allow_override=True)


@pytest.fixture(scope="module")
def stakes():
    return rl.place_stakes(staked.demarcation(staked.straight(600.0)))


def taken(frame):
    return rl.style.collect(frame)[0].frame


@pytest.mark.parametrize("output", sorted(OUTPUTS))
def test_a_wrong_zone_goes_out_nowhere(output, stakes, tmp_path):
    drawn = labelled(invented.extents()).assign(river_id="R1")
    with pytest.raises(rl.CRSError, match=r"stakes：(\d+) 行中 \1 行.* km；") as caught:
        OUTPUTS[output](tmp_path, drawn, labelled(stakes))
    assert not [each for each in tmp_path.rglob("*") if each.is_file()]
    typed = re.search(r"stakes = (stakes\.set_crs\(.*?\))", caught.value.en)
    assert eval(typed[1], {"stakes": labelled(stakes)}).crs == staked.CRS  # noqa: S307 - what the message says to type


def test_rows_are_held_against_what_they_say_in_any_crs(stakes):
    for crs in (staked.CRS, 4527, 4549, 4509, 4490, 32650, 3857):
        assert len(taken(stakes.to_crs(crs))) == len(stakes)
    blank = stakes.assign(lon=np.nan, lat=np.nan)
    # Without longitude and latitude the zone tells; without a zone the plane of the frame has to do.
    unzoned = blank.assign(zone=pd.NA, y_zoned_m=np.nan)
    for wrong in (labelled(blank), labelled(blank.assign(zone=pd.NA))):
        with pytest.raises(rl.CRSError, match="x_m = "):
            taken(wrong)
    assert len(taken(unzoned)) == len(stakes)
    for name, by in (("lon", 0.01), ("lat", 0.01), ("x_m", 500.0), ("y_m", 500.0)):
        off = stakes.assign(**{name: stakes[name].where(stakes.index != 1, stakes[name] + by)})
        with pytest.raises(rl.CRSError, match=rf"1 行，如 {off.stake_id[1]} 写明 (?s:.*)write them again") as caught:
            taken(off)
        typed = re.search(r"again: stakes = (stakes.*)", caught.value.en)[1]
        assert len(taken(eval(typed, {"stakes": off}))) == len(stakes)  # noqa: S307
    with pytest.raises(rl.CRSError, match="x_m = "):
        taken(unzoned.assign(x_m=unzoned.x_m + 500.0))
    # Coarse, but of the place: degrees to whole seconds, and a stake that was moved in the field.
    seconds = stakes.assign(lon=(stakes.lon * 3600).round() / 3600, lat=(stakes.lat * 3600).round() / 3600)
    assert len(taken(seconds)) == len(stakes)
    assert len(taken(stakes.set_geometry(stakes.translate(2.0, 0.0)))) == len(stakes)


def test_boundary_points_are_held_against_their_columns():
    points = rl.export.list_boundary_points(invented.extents())
    assert len(taken(points)) == len(points)
    with pytest.raises(rl.CRSError, match=r'set_crs\("EPSG:4548"'):
        taken(labelled(points))


@pytest.mark.parametrize("output", sorted(OUTPUTS))
def test_layers_of_one_river_that_lie_far_apart_are_refused(output, tmp_path):
    with pytest.raises(
        rl.CRSError, match=r"extents \(EPSG:4548\) 与 .*\(EPSG:4547\) 中 \d 条河流.*相距 28\d km"
    ) as caught:
        OUTPUTS[output](tmp_path, invented.extents(), labelled(invented.lines()))
    assert not [each for each in tmp_path.rglob("*") if each.is_file()]
    assert 'management_lines = management_lines.set_crs("EPSG:4548", allow_override=True)' in caught.value.en


def test_stakes_say_which_of_two_layers_is_the_wrong_one(stakes):
    """Their rows agree with them: whoever has mended the stakes is not told to spoil them again."""
    axes = gpd.GeoDataFrame(
        {"river_id": stakes.river_id.iloc[:1], "name": "河"}, geometry=[stakes.union_all().envelope.boundary], crs=WRONG
    )
    with pytest.raises(rl.CRSError, match=r"若标错的是 axes，请写 axes = "):
        rl.style.collect(axes, stakes)
    other = axes.assign(geometry=shapely.transform(axes.geometry.array, lambda xy: xy + 190_000.0))
    with pytest.raises(rl.CRSError, match=r"请核对两层的坐标系和 river_id.*axes\.river_id != 'R1'"):
        rl.style.collect(labelled(other, staked.CRS), stakes)
    # In planes of their own they are beside each other, and a river without a code is nobody's.
    rl.style.collect(labelled(axes, staked.CRS).to_crs(4490), stakes.to_crs(WRONG))
    rl.style.collect(axes.assign(river_id=""), stakes)


def test_a_sheet_tells_of_layers_without_a_river_that_lie_elsewhere():
    """Townships of the next zone: nothing says that they should be here, but a sheet without them is told."""
    axes, towns = invented.axes(), labelled(invented.towns())
    (told,) = rl.plates.draw(axes, 乡镇=towns.assign(kind=1)).faults.query("code == 'plate-layer-apart'").itertuples()
    assert (told.layer, told.severity) == ("乡镇", "warning")
    assert 270 < told.value < 290
    assert "与 河道中心线 相距" in told.detail
    assert rl.plates.draw(axes, 乡镇=invented.towns()).faults.empty


def test_degrees_under_the_name_of_a_plane_are_refused_row_by_row():
    degrees = shapely.LineString([(117.1, 31.1), (117.2, 31.2)])
    good = invented.axes()
    rows = good.assign(geometry=[degrees, *good.geometry.iloc[1:]])
    for frame, count in ((rows, f"{len(rows)} 个要素中的 1 个"), (rows.iloc[:1], "1 个要素中的 1 个")):
        with pytest.raises(rl.CRSError, match=count) as caught:
            rl.maps.show(frame, good)
        typed = re.search(r"type axes = (.*)", caught.value.en)[1]
        mended = eval(typed, {"axes": frame, "riverline": rl, "pandas": pd})  # noqa: S307
        assert mended.to_crs(4490).geometry.iloc[-1].equals_exact(degrees, 1e-6)
    kern = gpd.GeoDataFrame(
        {"river_id": ["K"], "name": ["Kern"]}, geometry=[shapely.LineString([(-119, 35), (-118, 36)])]
    )
    with pytest.raises(rl.CRSError, match=r'set_crs\("EPSG:4326"'):
        rl.style.collect(kern.set_crs(32611))


def test_reports_refuse_what_has_no_crs_or_a_wrong_one():
    axes = invented.axes()
    river = axes.river_id.iloc[0]
    with pytest.raises(rl.CRSError, match=r"axes = axes\.set_crs\(riverline\.geodesy\.zone_crs\(zone\)\)；zone 为"):
        rl.reports.dossier(river, axes.set_crs(None, allow_override=True), path="a.pdf")
    with pytest.raises(rl.CRSError, match="不在坐标系 EPSG:4490 的范围内"):
        rl.reports.dossier(river, labelled(axes, 4490), path="a.pdf")
