"""Surveyed sections: lines and ground points become sections with profiles in metres, and disagreements are told."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import riverline as rl

FOOT, SURVEY_FOOT = 0.3048, 1200 / 3937


def lines(length: float = 100.0, ids: tuple[str, ...] = ("A", "B")) -> gpd.GeoDataFrame:
    shapes = [shapely.LineString([(5e5, 3.3e6 + 50 * at), (5e5 + length, 3.3e6 + 50 * at)]) for at in range(len(ids))]
    return gpd.GeoDataFrame({"section_id": list(ids), "river_id": "R1", "level_m": 10.0}, geometry=shapes, crs=4548)


def points(ids: tuple[str, ...] = ("A", "B"), reach: float = 100.0) -> pd.DataFrame:
    rows = [(name, station * reach, ground) for name in ids for station, ground in [(0, 20.0), (0.5, 5.0), (1, 20.0)]]
    return pd.DataFrame(rows, columns=["section_id", "起点距", "高程"])


def notes(frame: gpd.GeoDataFrame, language: str = "en") -> str:
    return "\n".join(note[language] for note in frame.attrs["source"]["notes"])


def corners(profile) -> list[tuple[float, float]]:
    return [tuple(each) for each in shapely.get_coordinates(profile).tolist()]


def test_profiles_are_built_by_station():
    sections = rl.read_sections(lines(), points().sample(frac=1, random_state=1))
    assert corners(sections["profile"][0]) == [(0, 20), (50, 5), (100, 20)]
    assert sections.columns.tolist() == ["section_id", "river_id", "level_m", "profile", "geometry"]
    assert len(rl.check(sections, rl.schema.SECTIONS)) == 0
    assert "stations are 1.0000 times the length" in notes(sections)


def test_the_index_of_the_inputs_does_not_matter():
    table = points().astype({"高程": "str"})
    first, second = lines().set_axis(["x", "x"]), table.set_axis([0] * len(table))
    sections = rl.read_sections(first, second)
    assert [corners(each) for each in sections["profile"]] == [[(0, 20), (50, 5), (100, 20)]] * 2
    assert sections.index.tolist() == [0, 1]


def test_no_input_is_changed():
    first, second = lines(), points()
    before = first.copy(), second.copy()
    rl.read_sections(first, second, unit="m")
    assert first.equals(before[0])
    assert second.equals(before[1])
    assert first.attrs == {}


def test_a_vertical_wall_stays_in_order():
    wall = pd.DataFrame(
        {"section_id": "A", "station_m": [0, 40, 40, 60, 60, 100], "ground_m": [20.0, 20.0, 5.0, 5.0, 21.0, 21.0]}
    )
    expected = [(0, 20), (40, 20), (40, 5), (60, 5), (60, 21), (100, 21)]
    assert corners(rl.read_sections(lines(ids=("A",)), wall)["profile"][0]) == expected
    # The same section, surveyed from the right bank.
    assert corners(rl.read_sections(lines(ids=("A",)), wall.iloc[::-1])["profile"][0]) == expected


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.floats(0, 100), min_size=2, max_size=9, unique=True), min_size=1, max_size=5),
    st.randoms(use_true_random=False),
)
def test_any_points_in_any_order_give_rising_profiles(stations, random):
    ids = tuple(f"S{at}" for at in range(len(stations)))
    rows = [(name, station, station % 7) for name, every in zip(ids, stations, strict=True) for station in every]
    random.shuffle(rows)
    table = pd.DataFrame(rows, columns=["section_id", "station_m", "ground_m"])
    try:
        sections = rl.read_sections(lines(ids=ids), table)
    except rl.SchemaError as error:
        assert "a foot to a metre" in error.en  # noqa: PT017 - stations of random reach may look like feet
        return
    for name, every in zip(ids, stations, strict=True):
        profile = sections.set_index("section_id")["profile"][name]
        assert shapely.get_coordinates(profile)[:, 0].tolist() == sorted(every)
        assert shapely.get_coordinates(profile)[:, 1].tolist() == [station % 7 for station in sorted(every)]


@pytest.mark.parametrize(("unit", "metres"), [("ft", FOOT), ("us_ft", SURVEY_FOOT)])
def test_feet_become_metres(unit, metres):
    frame = lines(length=100 * metres).assign(left_levee_station_m=10.0, chainage_m=1000.0, width=7.0)
    sections = rl.read_sections(frame, points(), unit=unit)
    assert corners(sections["profile"][0])[1] == pytest.approx((50 * metres, 5 * metres))
    assert sections["level_m"][0] == pytest.approx(10 * metres)
    assert sections["left_levee_station_m"][0] == pytest.approx(10 * metres)
    assert sections["chainage_m"][0] == pytest.approx(1000 * metres)
    assert sections["width"][0] == 7.0
    assert f"converted from {unit} to metres: level_m, chainage_m, left_levee_station_m" in notes(sections)


def test_the_wrong_unit_is_refused():
    with pytest.raises(rl.SchemaError, match='use unit="us_ft"'):
        rl.read_sections(lines(length=100 * FOOT), points())
    with pytest.raises(rl.SchemaError, match='use unit="m"'):
        rl.read_sections(lines(), points(), unit="ft")


def test_lengths_are_compared_in_any_crs():
    geographic = lines().set_geometry(
        gpd.GeoSeries([shapely.LineString([(500_000, 3_300_000), (500_100, 3_300_000)])] * 2, crs=4548)
    )
    assert "stations are 1.000" in notes(rl.read_sections(geographic.to_crs(4490), points()))
    feet = lines(length=100 / SURVEY_FOOT).set_crs(2226, allow_override=True)
    assert "stations are 1.0000" in notes(rl.read_sections(feet, points()))


def test_sections_that_disagree_are_told():
    table = pd.concat([points(("A",)), points(("B",), reach=90.0)])
    assert "1 sections differ by more than 1 %: “B”" in notes(rl.read_sections(lines(), table))


def test_what_has_no_partner_is_told_and_nothing_is_lost():
    table = pd.concat([points(("A",)), points(("X",)).iloc[:2]])
    sections = rl.read_sections(lines(), table)
    assert sections["section_id"].tolist() == ["A", "B"]
    assert sections["profile"].isna().tolist() == [False, True]
    assert "1 sections have no usable profile" in notes(sections)
    assert "2 points belong to no section line and were not used: “X”" in notes(sections)


@pytest.mark.parametrize("bad", ["浅滩", "", None])
def test_a_point_without_a_number_costs_its_section_the_profile(bad):
    table = points().astype({"高程": "str"})
    table.loc[1, "高程"] = bad
    sections = rl.read_sections(lines(), table)
    assert sections["profile"].isna().tolist() == [True, False]
    assert "“A”" in notes(sections)


def test_everything_that_is_missing_in_either_is_said_at_once():
    with pytest.raises(rl.SchemaError) as caught:
        rl.read_sections(
            lines().drop(columns="level_m").set_crs(None, allow_override=True), points().drop(columns="高程")
        )
    for part in ("'level_m'", "profiles: column 'ground_m'", "has no CRS"):
        assert part in caught.value.en


def test_one_mapping_serves_both():
    frame = lines().rename(columns={"section_id": "断面", "level_m": "H"})
    table = points().rename(columns={"section_id": "断面", "高程": "Z"})
    sections = rl.read_sections(frame, table, columns={"断面": "section_id", "H": "level_m", "Z": "ground_m"})
    assert sections["profile"].notna().all()
    with pytest.raises(rl.SchemaError, match="field 'nowhere' in columns is not in the file"):
        rl.read_sections(lines(), points(), columns={"nowhere": "chainage_m"})


def test_files_of_both(tmp_path):
    lines().to_file(tmp_path / "断面.gpkg")
    points().to_csv(tmp_path / "断面点.csv", index=False, encoding="gbk")
    points().to_excel(tmp_path / "断面点.xlsx", index=False)
    from_csv = rl.read_sections(tmp_path / "断面.gpkg", tmp_path / "断面点.csv")
    from_excel = rl.read_sections(tmp_path / "断面.gpkg", tmp_path / "断面点.xlsx")
    assert (
        from_csv["profile"].geom_equals(from_excel["profile"]).all()
        if hasattr(from_csv["profile"], "geom_equals")
        else True
    )
    assert [corners(each) for each in from_csv["profile"]] == [corners(each) for each in from_excel["profile"]]
    assert from_csv.attrs["source"]["profiles"] == "断面点.csv"


def test_no_sections_give_an_empty_frame():
    sections = rl.read_sections(lines().iloc[:0], points().iloc[:0])
    assert len(sections) == 0
    assert "profile" in sections.columns


@pytest.mark.real
def test_real_sections_in_survey_feet(real_data):
    folder = real_data / "river_sections"
    names = {"xs_id": "section_id", "river": "river_id", "wse": "level_m", "xs": "section_id", "elev": "ground_m"}
    sections = rl.read_sections(folder / "sections.gpkg", folder / "profiles.csv", columns=names, unit="us_ft")
    assert len(sections) == 64
    assert sections["profile"].notna().all()
    assert "stations are 1.0000 times the length of the lines (median); 0 sections differ" in notes(sections)
    table = pd.read_csv(folder / "profiles.csv")
    assert shapely.get_num_points(sections["profile"].to_numpy()).sum() == len(table)
    first = table[table["xs"] == 0]
    assert np.allclose(shapely.get_coordinates(sections["profile"][0]), first[["station", "elev"]] * SURVEY_FOOT)
    # Every level wets its section: it stands above the lowest ground and below the highest.
    ground = shapely.bounds(sections["profile"].to_numpy())
    assert ((sections["level_m"] > ground[:, 1]) & (sections["level_m"] < ground[:, 3])).all()
    metric = rl.geodesy.to_metric(sections)
    reach = pd.Series(ground[:, 2] - ground[:, 0])
    assert np.allclose(metric.length, reach, rtol=0.01)
    with pytest.raises(rl.SchemaError, match=r'stations are 3\.281 times .* use unit="us_ft"'):
        rl.read_sections(folder / "sections.gpkg", folder / "profiles.csv", columns=names)
