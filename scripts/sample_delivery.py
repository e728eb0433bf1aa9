"""What the invented county 清水县 needs beside its rivers for everything that a delivery hands over.

Works, uses and sensitive areas of the shoreline, waterside lines, surroundings, the lake's levee, stakes and bank
tops of the year before. Nothing here is drawn at random: :mod:`make_samples` writes it after all that is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines.chainage import position
from riverline.geodesy import ellipsoidal_area, round_half_up
from riverline.schema import BANK_TOPS, LANDMARKS, LEVEES, SENSITIVE, SETTINGS, USES, WATERSIDE, WORKS

if TYPE_CHECKING:
    from make_samples import River

STEP_M = 20.0


def beside(river: River, start: float, end: float, near: float, far: float) -> shapely.Polygon:
    """The ground between two distances from an axis, over a stretch of it; offsets left of it are negative."""
    along = np.arange(start, end + STEP_M / 2, STEP_M)
    sides = [position(river.axis, along, np.full(len(along), offset)) for offset in (near, far)]
    return shapely.Polygon(np.round(np.vstack([sides[0], sides[1][::-1]]), 2))


def across(river: River, along: float, half: float) -> shapely.LineString:
    """A line square to an axis, from left to right."""
    return shapely.LineString(np.round(position(river.axis, [along, along], [-half, half]), 2))


def spot(river: River, along: float, offset: float) -> shapely.Point:
    return shapely.Point(np.round(position(river.axis, [along], [offset])[0], 2))


def _frame(rows: list[tuple], columns: str, crs: str) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(rows, columns=[*columns.split(), "geometry"])
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=crs)


def works_frame(made: dict[str, River], crs: str) -> gpd.GeoDataFrame:
    """A bridge, two sluices, a weir, a pump station and a wharf: rules that ship know sluices only."""
    main, stone, willow = (made[code] for code in ("QS01", "BS02", "LX03"))
    rows = [
        ("GC-01", "QS01", "bridge", None, "清水河大桥", beside(main, 4_100.0, 4_120.0, -300.0, 300.0)),
        ("GC-02", "QS01", "sluice", "medium", "清水闸", beside(main, 7_000.0, 7_020.0, -75.0, 75.0)),
        ("GC-03", "LX03", "sluice", "small", "柳溪口闸", across(willow, willow.length - 400.0, 10.0)),
        ("GC-04", "BS02", "weir", "small", "石门堰", across(stone, 3_000.0, 20.0)),
        ("GC-05", "QS01", "pump_station", "small", "城东泵站", spot(main, 10_200.0, 190.0)),
        ("GC-06", "QS01", "wharf", None, "临时码头", beside(main, 11_160.0, 11_240.0, -95.0, -60.0)),
    ]
    return WORKS.conform(_frame(rows, "work_id river_id kind size name", crs))


def uses_frame(made: dict[str, River], crs: str) -> gpd.GeoDataFrame:
    main = made["QS01"]
    rows = [
        ("LY-01", "清水河大桥", "桥梁", "QS01", None, np.nan, beside(main, 4_100.0, 4_120.0, -300.0, 300.0)),
        ("LY-02", "滨河公园", "公园绿地", "QS01", "right", np.nan, beside(main, 8_560.0, 9_160.0, 72.0, 112.0)),
        ("LY-03", "城南取水口", "取水口", "QS01", "right", 30.0, spot(main, 8_800.0, 95.0)),
        ("LY-04", "临时码头", "码头", "QS01", "left", np.nan, beside(main, 11_160.0, 11_240.0, -95.0, -60.0)),
    ]
    return USES.conform(_frame(rows, "use_id name use_kind river_id bank use_length_m", crs))


def sensitive_frame(made: dict[str, River], crs: str) -> gpd.GeoDataFrame:
    """One stretch for each of the four zones, and what several rules fight over."""
    main, stone = made["QS01"], made["BS02"]
    rows = [
        ("MG-01", "water_source", "城南水源一级保护区", "一级", "QS01", beside(main, 8_300.0, 9_300.0, -40.0, 400.0)),
        ("MG-02", "wetland", "云河湿地", "", "QS01", beside(main, 2_600.0, 3_600.0, -400.0, 0.0)),
        ("MG-03", "flood_risk", "清源险工", "", "QS01", beside(main, 5_900.0, 6_700.0, 20.0, 400.0)),
        ("MG-04", "crowded", "县城岸段", "", "QS01", beside(main, 9_200.0, 10_300.0, 20.0, 400.0)),
        ("MG-05", "fit_for_use", "东坝岸段", "", "QS01", beside(main, 10_700.0, 12_000.0, -400.0, -20.0)),
        ("MG-06", "scenic", "石门峡", "", "BS02", beside(stone, 400.0, 1_800.0, -400.0, 400.0)),
    ]
    return SENSITIVE.conform(_frame(rows, "sensitive_id sensitive_kind name level river_id", crs))


def waterside_frame(made: dict[str, River], crs: str) -> gpd.GeoDataFrame:
    """Waterside lines as a planner draws them, at the water's edge of the bank-forming discharge."""
    rows = []
    for river in made.values():
        for bank, sign in (("left", -1.0), ("right", 1.0)):
            line = river.beside(np.full(int(river.length / STEP_M * 2.0), sign * river.width * 0.36))
            rows.append((f"LS-{river.code}-{bank[0].upper()}", river.code, bank, "造床流量（虚构）", "medium", line))
    return WATERSIDE.conform(_frame(rows, "waterside_id river_id bank waterside_basis confidence", crs))


def settings_frame(made: dict[str, River], towns: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The town along 清水河, the gorge of 白石溪, and country everywhere else."""
    town = beside(made["QS01"], 8_200.0, 10_400.0, -300.0, 900.0)
    gorge = beside(made["BS02"], 0.0, 1_800.0, -400.0, 400.0)
    country = shapely.difference(shapely.box(*towns.total_bounds), shapely.union_all([town, gorge]))
    rows = [("HJ-1", "town", town), ("HJ-2", "gorge", gorge), ("HJ-3", "country", country)]
    return SETTINGS.conform(_frame(rows, "setting_id setting", towns.crs))


def lake_levees_frame(water: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The toe of the levee along the southern shore of 镜湖."""
    lake = water.set_index("water_id").geometry["JH01-W"]
    ring = shapely.get_coordinates(lake.buffer(16.0, quad_segs=4).exterior)
    south = ring[ring[:, 1] < lake.centroid.y - 60.0]
    row = ("JHD-1", "JH01", "landside_toe", 4, "镜湖大堤", shapely.LineString(np.round(south, 2)))
    return LEVEES.conform(_frame([row], "levee_id river_id feature grade name", water.crs))


def landmarks_frame(made: dict[str, River], crs: str) -> gpd.GeoDataFrame:
    """Things near the banks that are hard to destroy: a tower, pylons, old trees, wells."""
    kinds = ("高压铁塔", "古樟树", "机井房", "水塔", "里程碑", "石拱桥头")
    rows = []
    for river in made.values():
        for number, along in enumerate(np.arange(120.0, river.length, 260.0)):
            away = (1.0 if number % 2 else -1.0) * (river.width + 60.0 + 35.0 * (number % 4))
            name = f"{river.name}{kinds[number % len(kinds)]}{number // len(kinds) + 1}"
            rows.append((f"FW-{river.code}-{number + 1:02d}", name, spot(river, along, away)))
    return LANDMARKS.conform(_frame(rows, "landmark_id name", crs))


def old_stakes_frame(levees: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Stakes of the year before on the left bank of 清水河: most stand, one was pushed aside, one lies far off."""
    toe = shapely.get_coordinates(levees.set_index("堤防编码").geometry["QSZ-1"])
    along = np.arange(250.0, 5_000.0, 475.0)
    offset = np.full(len(along), -10.0)
    offset[4], offset[-1] = -14.0, -760.0
    spots = shapely.points(np.round(position(toe, along, offset), 2))
    numbers = [f"QS01-L-{number:03d}" for number in range(1, len(along) + 1)]
    told = {"桩号牌": numbers, "河流编码": "QS01", "岸别": "左岸", "材质": "混凝土", "埋设日期": "2025-03-18"}
    return gpd.GeoDataFrame(told, geometry=spots, crs=levees.crs)


def old_bank_tops_frame(bank_tops: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Bank tops as they were surveyed the year before: since then a bend of 柳溪 has worn away its left bank."""
    rows = bank_tops[bank_tops["bank_id"] == "LX03-L"]
    coords = shapely.get_coordinates(rows.geometry.iloc[0])
    t = np.linspace(0.0, 1.0, len(coords))
    worn = 6.0 * np.exp(-(((t - 0.45) / 0.07) ** 2))
    away = np.gradient(coords, axis=0) @ np.array([[0.0, -1.0], [1.0, 0.0]])
    before = coords + worn[:, None] * away / np.hypot(*away.T)[:, None]
    old = bank_tops.copy()
    old.loc[rows.index, "geometry"] = [shapely.LineString(np.round(before, 2))]
    return BANK_TOPS.conform(old)


def with_registered_areas(parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Parcels with the area of their certificates: that of the drawing, but for a few that are some 8 in 100 off."""
    drawn = round_half_up(ellipsoidal_area(parcels).to_numpy(), 2)
    off = np.where(np.arange(len(parcels)) % 41 == 17, 1.08, 1.0)
    return parcels.assign(registered_area_m2=round_half_up(drawn * off, 2))
