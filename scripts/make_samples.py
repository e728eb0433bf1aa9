"""Make the invented county 清水县 that ships as samples: rivers, a lake, towns, works, parcels, imagery, problems.

Everything here is invented and drawn from one seed; run it twice and the files are the same to the byte.

    python scripts/make_samples.py [FOLDER]
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import rasterio
import sample_delivery as more
import sample_ledger as office
import sample_upland as upland
import shapely
from rasterio.transform import from_origin
from sample_scenes import draw_scenes, truth_frame
from scipy.ndimage import gaussian_filter
from scipy.spatial import Voronoi

from riverline._kernels.lines.chainage import locate, position
from riverline.schema import AXES, BANK_TOPS, FLOOD_LEVELS, LAND_CLASSES, PARCELS, PERMITS, PROBLEMS, TRACKS, WATER

SEED = 20260401
CRS = "EPSG:4548"
EAST, NORTH = 512_000.0, 3_497_000.0


@dataclass(frozen=True)
class River:
    """An axis and what its channel looks like."""

    code: str
    name: str
    axis: np.ndarray
    width: float

    @property
    def line(self) -> shapely.LineString:
        return shapely.LineString(self.axis)

    @property
    def length(self) -> float:
        return float(self.line.length)

    def beside(self, offsets: np.ndarray, start: float = 0.0, end: float | None = None) -> shapely.LineString:
        """A line beside the axis: offsets (n,) in metres at n even steps from start to end."""
        along = np.linspace(start, self.length if end is None else end, len(offsets))
        return shapely.LineString(np.round(position(self.axis, along, offsets), 2))


def wander(rng: np.random.Generator, count: int, scale: float, smooth: float) -> np.ndarray:
    """A smooth random walk around zero, (count,)."""
    noise = gaussian_filter(rng.standard_normal(count + 200), smooth)[100:-100]
    return scale * noise / noise.std()


def meander(rng: np.random.Generator, start: tuple[float, float], end: tuple[float, float], bends: float,
            amplitude: float, step: float = 20.0) -> np.ndarray:  # fmt: skip
    """An axis that swings between two points and meets both, vertices about a step apart."""
    a, b = np.array(start), np.array(end)
    span = np.hypot(*(b - a))
    t = np.linspace(0.0, 1.0, int(span / step) + 1)
    across = np.array([-(b - a)[1], (b - a)[0]]) / span
    calm = np.sin(np.pi * t) ** 1.5
    swing = amplitude * (np.sin(2 * np.pi * bends * t) + 0.35 * np.sin(2 * np.pi * bends * 2.3 * t + 1.0))
    swing = swing + wander(rng, len(t), amplitude * 0.12, 12)
    return np.round(a + t[:, None] * (b - a) + (calm * swing)[:, None] * across + np.array([EAST, NORTH]), 2)


def rivers(rng: np.random.Generator) -> dict[str, River]:
    """清水河 (levee'd), 白石溪 (natural valley), 柳溪 (small, through the town)."""
    main = River("QS01", "清水河", meander(rng, (0, 0), (13_000, 1_200), 2.2, 420.0), 130.0)
    stone_end = position(main.axis, np.array([5_200.0]), np.array([-205.0]))[0] - (EAST, NORTH)
    willow_end = position(main.axis, np.array([9_400.0]), np.array([60.0]))[0] - (EAST, NORTH)
    stone = River("BS02", "白石溪", meander(rng, (3_300, 8_600), tuple(stone_end), 2.6, 260.0), 26.0)
    willow = River("LX03", "柳溪", meander(rng, (10_900, -3_600), tuple(willow_end), 1.7, 90.0, 10.0), 12.0)
    return {river.code: river for river in (main, stone, willow)}


def axes_frame(made: dict[str, River]) -> gpd.GeoDataFrame:
    rows = {
        "river_id": list(made),
        "name": [river.name for river in made.values()],
        "rank": ["main", "tributary-1", "tributary-1"],
        "catchment_km2": [1260.0, 86.0, 21.0],
        "width_m": [river.width for river in made.values()],
        "chief": ["县长 林清源", "副县长 石远", "镇长 柳青"],
        "start_chainage_m": 0.0,
    }
    return AXES.conform(gpd.GeoDataFrame(rows, geometry=[river.line for river in made.values()], crs=CRS))


def levees_frame(rng: np.random.Generator, main: River) -> gpd.GeoDataFrame:
    """Toes of 清水河 with Chinese field names: a gap at the mouth of 白石溪, a flood wall at the town."""
    count = 400
    left = -(175.0 + np.abs(wander(rng, count, 28.0, 18)))
    right = 170.0 + np.abs(wander(rng, count, 30.0, 18))
    along = np.linspace(0.0, main.length, count)

    def piece(offsets: np.ndarray, start: float, end: float) -> shapely.LineString:
        at = np.unique(np.concatenate([[start], along[(along > start) & (along < end)], [end]]))
        return shapely.LineString(np.round(position(main.axis, at, np.interp(at, along, offsets)), 2))

    gap, town, length = (5_110.0, 5_290.0), (8_300.0, 9_330.0), main.length
    wall = np.interp(along, town, [110.0, 110.0])
    rows = [
        ("QSZ-1", "左岸", "背水侧堤脚", 4, 19.6, "清水河左堤（上段）", piece(left, 0.0, gap[0])),
        ("QSZ-2", "左岸", "背水侧堤脚", 4, 18.9, "清水河左堤（下段）", piece(left, gap[1], length)),
        ("QSY-1", "右岸", "背水侧堤脚", 5, 19.5, "清水河右堤（上段）", piece(right, 0.0, town[0])),
        ("QSY-2", "右岸", "防洪墙", 4, 19.2, "县城防洪墙", piece(wall, *town)),
        ("QSY-3", "右岸", "背水侧堤脚", 5, 18.7, "清水河右堤（下段）", piece(right, 9_480.0, length)),
        ("QSZ-1D", "左岸", "堤顶", 4, 19.6, "清水河左堤（上段）堤顶", piece(left + 14.0, 0.0, gap[0])),
    ]
    columns = ["堤防编码", "岸别", "线类型", "堤防级别", "堤顶高程", "名称", "geometry"]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=CRS)
    frame.insert(1, "河流编码", "QS01")
    frame.insert(5, "地面高程", [np.nan, np.nan, np.nan, 16.4, np.nan, np.nan])
    return frame


def bank_tops_frame(rng: np.random.Generator, made: dict[str, River]) -> gpd.GeoDataFrame:
    rows = []
    for code in ("LX03", "BS02"):
        river = made[code]
        count = int(river.length / 15.0)
        for bank, sign in (("left", -1.0), ("right", 1.0)):
            offsets = sign * (river.width / 2 + np.abs(wander(rng, count, river.width * 0.08, 8)))
            rows.append((f"{code}-{bank[0].upper()}", code, bank, river.beside(offsets)))
    frame = pd.DataFrame(rows, columns=["bank_id", "river_id", "bank", "geometry"])
    return BANK_TOPS.conform(gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS))


def water_frame(rng: np.random.Generator, made: dict[str, River]) -> gpd.GeoDataFrame:
    """Water of the rivers with an island in 清水河, and 镜湖."""
    rows = []
    for river in made.values():
        count = int(river.length / 20.0)
        half = river.width * 0.42 + np.abs(wander(rng, count, river.width * 0.05, 6))
        banks = [shapely.get_coordinates(river.beside(sign * half)) for sign in (-1.0, 1.0)]
        rows.append((f"{river.code}-W", river.code, "river", shapely.make_valid(shapely.Polygon(
            np.vstack([banks[0], banks[1][::-1]])))))  # fmt: skip
    island = made["QS01"].beside(np.full(30, 8.0), 3_000.0, 3_420.0).buffer(16.0)
    rows[0] = (*rows[0][:3], shapely.difference(rows[0][3], island))
    angle = np.linspace(0.0, 2 * np.pi, 90, endpoint=False)
    radius = 520.0 + 90.0 * np.sin(2 * angle) + 40.0 * np.cos(5 * angle + 0.4)
    shore = np.column_stack([1.5 * radius * np.cos(angle), radius * np.sin(angle)]) + (EAST + 10_800, NORTH + 4_300)
    rows.append(("JH01-W", "JH01", "lake", shapely.Polygon(np.round(shore, 2))))
    frame = pd.DataFrame(rows, columns=["water_id", "river_id", "kind", "geometry"])
    frame["name"] = [*[None] * len(made), "镜湖"]
    frame["date"] = pd.Timestamp("2026-04-12")
    return WATER.conform(gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS))


def bed_level(river: River, along: np.ndarray) -> np.ndarray:
    """Height of the bed: a mountain stream that flattens towards the plain."""
    t = along / river.length
    return 41.7 - 27.0 * t + 6.0 * (1.0 - t) ** 2


def valley(rng: np.random.Generator, river: River, grid: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Ground of 白石溪's valley at the cells of a grid, (rows, columns)."""
    along, offset = locate(grid, river.axis)
    side = np.clip(np.abs(offset) - river.width / 2, 0.0, None)
    ground = bed_level(river, along) + 1.8 * (1 - np.exp(-side / 6.0)) + 0.012 * side + 26.0 * (side / 700.0) ** 2
    rough = gaussian_filter(rng.standard_normal(shape), 4.0)
    return ground.reshape(shape) + 0.5 * rough / rough.std() * np.clip(side / 80.0, 0.0, 1.0).reshape(shape)


def plain(main: River, levees: gpd.GeoDataFrame, grid: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """The same ground with 清水河 in it: channel, floodplain and levees."""
    _, offset = locate(grid, main.axis)
    away = np.abs(offset).reshape(ground.shape)
    level = np.where(away < main.width / 2, 12.6, 15.9)
    made = np.where(away < 165.0, np.minimum(ground, level), ground)
    toes = shapely.union_all(levees.geometry.array[:5])
    near = shapely.distance(shapely.points(grid), toes).reshape(ground.shape) < 14.0
    return np.where(near, np.maximum(made, 19.5), made)


def terrain(rng: np.random.Generator, made: dict[str, River], levees: gpd.GeoDataFrame, path: Path) -> None:
    """The valley of 白石溪 down to 清水河 as a GeoTIFF."""
    river, cell = made["BS02"], 15.0
    low = river.axis.min(axis=0) - 900.0
    size = np.ceil((river.axis.max(axis=0) + 900.0 - low) / cell).astype(int)
    x = low[0] + (np.arange(size[0]) + 0.5) * cell
    y = low[1] + (size[1] - np.arange(size[1]) - 0.5) * cell
    grid = np.column_stack([axis.ravel() for axis in np.meshgrid(x, y)])
    ground = plain(made["QS01"], levees, grid, valley(rng, river, grid, (int(size[1]), int(size[0]))))
    profile = {"driver": "GTiff", "width": int(size[0]), "height": int(size[1]), "count": 1, "dtype": "float32",
               "crs": CRS, "transform": from_origin(low[0], low[1] + size[1] * cell, cell, cell), "nodata": -9999.0,
               "compress": "deflate", "predictor": 3, "tiled": True, "blockxsize": 128, "blockysize": 128}  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        target.write(np.round(ground, 1).astype("float32"), 1)
        target.set_band_description(1, "地面高程 m（1985国家高程基准）")


def flood_levels_frame(made: dict[str, River]) -> gpd.GeoDataFrame:
    rows = []
    stone, main = made["BS02"], made["QS01"]
    for number, along in enumerate(np.linspace(0.0, stone.length, 10)):
        level = round(float(bed_level(stone, np.array([along]))[0]) + 3.1, 2)
        rows.append((f"BS02-{number:02d}", "BS02", along, level, 20.0, "design", stone))
    for number, along in enumerate(np.linspace(0.0, main.length, 8)):
        level = round(18.3 - 1.1 * along / main.length, 2)
        rows.append((f"QS01-{number:02d}", "QS01", along, level, 20.0, "design", main))
    points = [
        shapely.Point(np.round(position(river.axis, np.array([along]))[0], 2)) for *_, along, _, _, _, river in rows
    ]
    frame = pd.DataFrame(
        [row[:6] for row in rows], columns=["level_id", "river_id", "chainage_m", "level_m", "return_period", "basis"]
    )
    frame["chainage_m"] = frame["chainage_m"].round(1)
    return FLOOD_LEVELS.conform(gpd.GeoDataFrame(frame, geometry=points, crs=CRS))


def towns_frame() -> gpd.GeoDataFrame:
    """Four towns that cover the county; their borders follow no river."""
    seeds = np.array([(2_500, -1_500), (4_000, 6_000), (9_500, -1_200), (10_500, 5_000)]) + (EAST, NORTH)
    county = shapely.box(EAST - 1_500, NORTH - 4_600, EAST + 14_500, NORTH + 9_700)
    cells = shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=county)
    cells = [shapely.intersection(cell, county) for cell in shapely.get_parts(cells)]
    names = ["云河镇", "石门乡", "清水县城关镇", "镜湖镇"]
    owner = [next(n for n, seed in enumerate(seeds) if cell.contains(shapely.Point(seed))) for cell in cells]
    rows = sorted((f"3499{n + 1:02d}100", names[n], cell) for n, cell in zip(owner, cells, strict=True))
    return gpd.GeoDataFrame(rows, columns=["admin_id", "name", "geometry"], geometry="geometry", crs=CRS)


def parcels_frames(rng: np.random.Generator, made: dict[str, River]) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Titles and land classes along 清水河: Voronoi fields, with some overlaps and gaps as in real cadastres."""
    main = made["QS01"]
    along = rng.uniform(0.0, main.length, 1_500)
    away = rng.uniform(70.0, 620.0, 1_500) * rng.choice([-1.0, 1.0], 1_500)
    seeds = position(main.axis, along, away)
    diagram = Voronoi(seeds)
    near = main.line.buffer(600.0).difference(main.line.buffer(58.0))
    cells = [
        shapely.intersection(shapely.Polygon(diagram.vertices[region]), near) if region and -1 not in region else None
        for region in (diagram.regions[index] for index in diagram.point_region)
    ]
    keep = [cell is not None and cell.geom_type == "Polygon" and cell.area > 300.0 for cell in cells]
    fields = shapely.set_precision(np.array(cells, dtype=object)[keep], 0.01)
    order = np.argsort(along[keep], kind="stable")
    fields, side = fields[order], np.abs(away[keep])[order]
    fields[::97] = shapely.buffer(fields[::97], 0.6, join_style="mitre")
    count = len(fields)
    ownership = np.where(side < 160.0, rng.choice(["state", "collective", "unknown"], count, p=[0.35, 0.5, 0.15]),
                         rng.choice(["collective", "private"], count, p=[0.93, 0.07]))  # fmt: skip
    land = np.where(side < 160.0, rng.choice(["1106", "1109", "0101"], count, p=[0.5, 0.2, 0.3]),
                    rng.choice(["0101", "0103", "0301", "0702"], count, p=[0.55, 0.25, 0.1, 0.1]))  # fmt: skip
    surnames, villages = list("张王李赵刘陈杨黄周吴"), ["柳湾村", "石桥村", "清源村", "东坝村", "镜湖村"]
    owners = [
        f"{villages[n % 5]}村民委员会" if kind == "collective" else f"{surnames[n % 10]}某{n % 7 + 1}"
        if kind == "private" else "清水县人民政府" if kind == "state" else ""
        for n, kind in enumerate(ownership)
    ]  # fmt: skip
    keys = [f"349903{n:06d}" for n in range(count)]
    parcels = gpd.GeoDataFrame(
        {"parcel_id": keys, "owner": owners, "ownership": ownership, "land_class": land}, geometry=fields, crs=CRS
    )
    parcels = parcels[rng.random(count) > 0.03]
    classes = gpd.GeoDataFrame(
        {"patch_id": [f"TB{n:05d}" for n in range(0, count, 3)], "land_class": land[::3]},
        geometry=fields[::3], crs=CRS,
    )  # fmt: skip
    return PARCELS.conform(parcels), LAND_CLASSES.conform(classes)


def buildings_frame(rng: np.random.Generator, made: dict[str, River]) -> gpd.GeoDataFrame:
    main, willow = made["QS01"], made["LX03"]
    banks = partial(rng.choice, [-1, 1])
    spots = [
        (position(main.axis, rng.uniform(8_000, 10_600, 330), rng.uniform(150.0, 900.0, 330)), 330),
        (position(willow.axis, rng.uniform(0, willow.length, 260), rng.uniform(12, 200, 260) * banks(260)), 260),
        (position(main.axis, rng.uniform(200, main.length, 40), rng.uniform(75, 180, 40) * banks(40)), 40),
    ]
    centres = np.vstack([points for points, _ in spots])
    count = len(centres)
    length, depth, turn = rng.uniform(8, 26, count), rng.uniform(6, 14, count), rng.uniform(0, np.pi, count)
    corners = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
    local = corners[None] * np.column_stack([length, depth])[:, None]
    rotation = np.stack(
        [np.column_stack([np.cos(turn), np.sin(turn)]), np.column_stack([-np.sin(turn), np.cos(turn)])], 1
    )
    outline = np.round(np.einsum("nij,njk->nik", local, rotation) + centres[:, None], 2)
    return gpd.GeoDataFrame(
        {"building_id": [f"FW{n:05d}" for n in range(count)], "storeys": rng.integers(1, 7, count)},
        geometry=shapely.polygons(outline), crs=CRS,
    )  # fmt: skip


def permits_frame(made: dict[str, River]) -> gpd.GeoDataFrame:
    """A bridge as the ground that was approved, an intake and a wharf as points with a radius."""
    axis = made["QS01"].axis
    corners = (4_060.0, -180.0), (4_140.0, -180.0), (4_140.0, 180.0), (4_060.0, 180.0)
    along, off = np.array(corners).T
    bridge = shapely.Polygon(np.round(position(axis, along, off), 2))
    intake, wharf = (
        shapely.Point(np.round(position(axis, [at], [beside])[0], 2))
        for at, beside in ((8_800.0, 95.0), (11_200.0, -90.0))
    )
    rows = [
        ("XK2021-03", "清水河大桥", "bridge", "2021-03-01", None, np.nan, bridge),
        ("XK2023-11", "城南取水口", "intake", "2023-11-05", "2026-11-04", 25.0, intake),
        ("XK2018-07", "临时码头", "wharf", "2018-07-01", "2020-06-30", 60.0, wharf),
    ]
    columns = ["permit_id", "title", "kind", "valid_from", "valid_to", "radius_m", "geometry"]
    frame = pd.DataFrame(rows, columns=columns)
    return PERMITS.conform(gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS))


def problems_frame(rng: np.random.Generator, made: dict[str, River]) -> gpd.GeoDataFrame:
    """160 records, denser at two places, so that there is something to find."""
    texts = {"occupation": "滩地种植高秆作物", "extraction": "河道内私采砂石", "dumping": "堆放建筑垃圾",
             "construction": "管理范围内搭建房屋"}  # fmt: skip
    rows = []
    for number in range(160):
        code = rng.choice(["QS01", "BS02", "LX03"], p=[0.6, 0.15, 0.25])
        river = made[str(code)]
        centre = rng.choice([0.24, 0.71]) if rng.random() < 0.45 else rng.random()
        along = float(np.clip(centre * river.length + rng.normal(0, 300), 0, river.length))
        side = float(rng.choice([-1.0, 1.0]))
        kind = str(rng.choice(list(texts), p=[0.35, 0.15, 0.3, 0.2]))
        found = pd.Timestamp("2024-01-10") + pd.Timedelta(days=int(rng.integers(0, 820)))
        closed = found + pd.Timedelta(days=int(rng.integers(12, 160))) if rng.random() < 0.7 else pd.NaT
        point = position(river.axis, [along], [side * rng.uniform(0.5, 1.4) * river.width])[0]
        rows.append((f"SL{number:04d}", code, "left" if side < 0 else "right", round(along, 1), kind, texts[kind],
                     str(rng.choice(["minor", "serious", "major"], p=[0.7, 0.24, 0.06])),
                     "rectifying" if pd.isna(closed) else "closed", found, found + pd.Timedelta(days=60), closed,
                     str(rng.choice(["巡河", "遥感2025Q2", "群众举报"])), texts[kind],
                     shapely.Point(np.round(point, 2))))  # fmt: skip
    columns = ["problem_id", "river_id", "bank", "chainage_m", "kind", "item", "severity", "status", "found_on",
               "due_on", "closed_on", "source", "description", "geometry"]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    return PROBLEMS.conform(gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS))


def tracks_frame(rng: np.random.Generator, made: dict[str, River]) -> gpd.GeoDataFrame:
    rows = []
    for number in range(48):
        river = list(made.values())[int(rng.integers(0, 3))]
        start = rng.uniform(0.0, river.length * 0.6)
        end = min(start + rng.uniform(600.0, 3_000.0), river.length)
        side = rng.choice([-1.0, 1.0]) * (river.width / 2 + 12.0)
        line = river.beside(side + wander(rng, 60, 4.0, 3), start, end)
        began = pd.Timestamp("2026-01-05 08:00", tz="Asia/Shanghai") + pd.Timedelta(hours=int(rng.integers(0, 2_000)))
        level, who = [("village", "村级河长"), ("township", "镇级河长"), ("county", "县级河长")][number % 3]
        minutes = int((end - start) / 55.0)
        rows.append(
            (f"XH{number:04d}", f"{who}{number % 8 + 1}", level, began, began + pd.Timedelta(minutes=minutes), line)
        )
    columns = ["track_id", "patroller", "level", "started", "ended", "geometry"]
    frame = pd.DataFrame(rows, columns=columns)
    for name in ("started", "ended"):
        frame[name] = pd.to_datetime(frame[name], utc=True)
    return TRACKS.conform(gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS))


def image(rng: np.random.Generator, made: dict[str, River], path: Path, *, later: bool, cell: float = 10.0) -> None:
    """Red, green, blue and near infrared of four kilometres of 清水河; later some floodplain is built over."""
    main = made["QS01"]
    centre = position(main.axis, [9_000.0])[0]
    low = np.floor((centre - (2_000.0, 800.0)) / cell) * cell
    columns, rows = 400, 160
    x = low[0] + (np.arange(columns) + 0.5) * cell
    y = low[1] + (rows - np.arange(rows) - 0.5) * cell
    grid = np.column_stack([axis.ravel() for axis in np.meshgrid(x, y)])
    along, offset = (values.reshape(rows, columns) for values in locate(grid, main.axis))
    classes = np.full((rows, columns), 1)
    classes[np.abs(offset) < 62.0] = 0
    classes[(np.abs(offset) >= 62.0) & (np.abs(offset) < 95.0)] = 3
    classes[(offset > 170.0) & (along > 8_000.0) & (along < 10_400.0)] = 2
    if later:
        classes[(offset < -70.0) & (offset > -140.0) & (along > 9_500.0) & (along < 9_760.0)] = 2
        classes[(np.abs(offset) < 62.0) & (np.abs(offset) > 35.0) & (offset > 0) & (np.abs(along - 8_500.0) < 90.0)] = 3
    spectra = np.array([(40, 62, 70, 22), (52, 74, 44, 168), (128, 124, 120, 112), (150, 138, 112, 156)])
    bands = spectra[classes].transpose(2, 0, 1) + np.round(rng.normal(0.0, 2.0, (4, rows, columns)))
    profile = {"driver": "GTiff", "width": columns, "height": rows, "count": 4, "dtype": "uint8", "crs": CRS,
               "transform": from_origin(low[0], low[1] + rows * cell, cell, cell), "compress": "deflate",
               "predictor": 2, "photometric": "RGB"}  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        target.write(np.clip(bands, 1, 255).astype("uint8"))
        target.update_tags(ACQUIRED="2026-04-12" if later else "2024-04-15")


def write_layer(frame: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG", append=path.exists(), VERSION="1.2",
                            SPATIAL_INDEX="NO")  # fmt: skip


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.name != "README.md":
            old.unlink()
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-04-01T00:00:00.000Z"})
    os.environ["SOURCE_DATE_EPOCH"] = "1775001600"
    rng = np.random.default_rng(SEED)
    made = rivers(rng)
    levees = levees_frame(rng, made["QS01"])
    pyogrio.write_dataframe(levees, folder / "堤防.shp", encoding="GBK", driver="ESRI Shapefile")
    (folder / "堤防.cpg").unlink()
    gpkg = folder / "清水县.gpkg"
    parcels, land_classes = parcels_frames(rng, made)
    parcels = PARCELS.conform(more.with_registered_areas(parcels))
    layers = {
        "axes": axes_frame(made), "bank_tops": bank_tops_frame(rng, made), "water": water_frame(rng, made),
        "flood_levels": flood_levels_frame(made), "towns": towns_frame(), "parcels": parcels,
        "land_classes": land_classes, "buildings": buildings_frame(rng, made), "permits": permits_frame(made),
        "problems": problems_frame(rng, made), "tracks": tracks_frame(rng, made),
    }  # fmt: skip
    layers |= {
        "works": more.works_frame(made, CRS), "uses": more.uses_frame(made, CRS),
        "sensitive": more.sensitive_frame(made, CRS), "waterside": more.waterside_frame(made, CRS),
        "settings": more.settings_frame(made, layers["towns"]),
        "landmarks": more.landmarks_frame(made, CRS),
        "lake_levees": more.lake_levees_frame(layers["water"]), "old_stakes": more.old_stakes_frame(levees),
        "old_bank_tops": more.old_bank_tops_frame(layers["bank_tops"]),
    }  # fmt: skip
    layers |= upland.upland_layers((EAST, NORTH), CRS, River)
    for name, frame in layers.items():
        write_layer(frame, gpkg, name)
    upland.write_rules(folder)
    office.write_office(folder, made, layers["towns"])
    terrain(rng, made, levees, folder / "白石溪地形.tif")
    image(rng, made, folder / "影像2024.tif", later=False)
    image(rng, made, folder / "影像2026.tif", later=True)
    draw_scenes(made["QS01"].axis, folder)
    pyogrio.write_dataframe(truth_frame(made["QS01"].axis), folder / "变化真值.geojson", driver="GeoJSON",
                            COORDINATE_PRECISION="2")  # fmt: skip
    for path in sorted(folder.iterdir()):
        print(f"{path.stat().st_size:>9,}  {path.name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent / "data" / "samples")
