"""Who answers for which reach of the invented county, who walked what, and what flows into its rivers.

Village chiefs walk half of their reach each week, from one end and from the other; one of them does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines.chainage import cut, position
from riverline.schema import CHIEFS, DUTIES, INTAKES, OUTFALLS, PATROL_WARNINGS, WATER_SECTIONS

if TYPE_CHECKING:
    from pathlib import Path

    from make_samples import River

TRACKS, LAZY_GPX = "巡河轨迹.csv", "马得闲.gpx"
LAZY = "马得闲"
FIRST = pd.Timestamp("2025-09-29")  # the Monday whose week the quarter begins in
_EVERY_S = 90.0
_CHIEFS = (
    ("QS01", "city", "江宏远", 0.0, 1.0, None),
    ("QS01", "county", "林清源", 0.0, 1.0, None),
    ("BS02", "county", "石远", 0.0, 1.0, None),
    ("LX03", "county", "苏晓岚", 0.0, 1.0, None),
    ("QS01", "township", "云海", 0.0, 0.55, None),
    ("QS01", "township", "程光", 0.55, 1.0, None),
    ("BS02", "township", "石岭", 0.0, 1.0, None),
    ("LX03", "township", "柳青", 0.0, 1.0, None),
    ("QS01", "village", "周一帆", 0.0, 0.33, "left"),
    ("QS01", "village", "吴小河", 0.33, 0.66, "left"),
    ("QS01", "village", "郑水生", 0.66, 1.0, "left"),
    ("QS01", "village", "王长堤", 0.0, 0.33, "right"),
    ("QS01", "village", "冯渡", 0.33, 0.66, "right"),
    ("QS01", "village", LAZY, 0.66, 1.0, "right"),
    ("BS02", "village", "陈溪", 0.0, 0.5, None),
    ("BS02", "village", "褚山", 0.5, 1.0, None),
    ("LX03", "village", "卫柳", 0.0, 1.0, None),
)
_OUTFALLS = (
    ("QS01", 1_200.0, -80.0, "云河镇污水处理厂", "城镇污水处理厂排污口", "在用"),
    ("QS01", 2_900.0, 85.0, "云河灌区退水", "大中型灌区排口", "在用"),
    ("QS01", 6_300.0, -82.0, "东坝水产养殖", "规模化水产养殖排污口", "在用"),
    ("QS01", 9_200.0, 78.0, "城关镇污水处理厂", "城镇污水处理厂排污口", "在用"),
    ("QS01", 10_100.0, 80.0, "城东食品厂", "工矿企业排污口", "整改"),
    ("QS01", 10_900.0, -84.0, "临时码头", "港口码头排口", "封堵"),
    ("BS02", 2_100.0, 20.0, "石门村", "农村污水处理设施排污口", "在用"),
    ("BS02", 5_400.0, -22.0, "石门畜禽场", "规模化畜禽养殖排污口", "在用"),
    ("BS02", 7_800.0, 19.0, "溪口散排", "农村生活污水散排口", "整改"),
    ("LX03", 900.0, -12.0, "柳湾村", "农村生活污水散排口", "在用"),
    ("LX03", 2_600.0, 12.0, "县城雨水口", "合流管溢流", "在用"),
)
_SECTIONS = (
    ("SZ-01", "QS01", 300.0, "入境断面", "Ⅲ类", "Ⅱ类"),
    ("SZ-02", "QS01", 7_000.0, "清水闸", "Ⅲ类", "Ⅲ类"),
    ("SZ-03", "QS01", 14_000.0, "出境断面", "Ⅲ类", "Ⅲ类"),
    ("SZ-04", "BS02", 8_600.0, "白石溪口", "Ⅱ类", "Ⅱ类"),
    ("SZ-05", "LX03", 3_300.0, "柳溪口", "Ⅳ类", "Ⅴ类"),
)
_INTAKES = (("QSK-01", "QS01", 8_800.0, "城南取水口"), ("QSK-02", "QS01", 13_200.0, "城东灌溉泵站"))


def office_layers(made: dict[str, River], crs: str) -> dict[str, pd.DataFrame]:
    """Chiefs and duties, outfalls, sections, intakes and the warnings of the quarter, by name of the layer."""
    chiefs = chiefs_frame(made, crs)
    return {
        "chiefs": chiefs,
        "duties": duties_frame(chiefs),
        "outfalls": OUTFALLS.conform(_spots(made, crs, _OUTFALLS, OUTFALLS.key)),
        "water_sections": WATER_SECTIONS.conform(
            _at(made, crs, _SECTIONS, "water_section_id river_id name target measured")
        ),
        "intakes": INTAKES.conform(_at(made, crs, _INTAKES, "intake_id river_id name")),
        "patrol_warnings": pd.DataFrame(PATROL_WARNINGS.conform(_warnings())),
    }


def chiefs_frame(made: dict[str, River], crs: str) -> gpd.GeoDataFrame:
    rows = []
    for number, (code, level, name, start, end, bank) in enumerate(_CHIEFS, 1):
        river = made[code]
        low, high = (round(share * river.length, 1) for share in (start, end))
        line = shapely.LineString(np.round(cut(river.axis, low, min(high, river.length)), 2))
        rows.append((f"HZ{number:02d}", code, level, name, low, high, bank, line))
    columns = ["chief_id", "river_id", "level", "name", "start_chainage_m", "end_chainage_m", "bank", "geometry"]
    return CHIEFS.conform(gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=crs))


def duties_frame(chiefs: gpd.GeoDataFrame) -> pd.DataFrame:
    """The same reaches as what each chief has to walk."""
    told = pd.DataFrame(chiefs.drop(columns="geometry")).rename(columns={"name": "chief"})
    told.insert(0, "duty_id", "ZR" + told.pop("chief_id").str[2:])
    return pd.DataFrame(DUTIES.conform(told))


def _at(made: dict[str, River], crs: str, rows: tuple[tuple, ...], columns: str) -> gpd.GeoDataFrame:
    """Points on the axes: code, river, chainage, and the rest."""
    shapes = [shapely.Point(np.round(position(made[code].axis, [min(along, made[code].length)])[0], 2))
              for _, code, along, *_ in rows]  # fmt: skip
    frame = pd.DataFrame([(*row[:2], *row[3:]) for row in rows], columns=columns.split())
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=crs)


def _spots(made: dict[str, River], crs: str, rows: tuple[tuple, ...], key: str) -> gpd.GeoDataFrame:
    shapes = [
        shapely.Point(np.round(position(made[code].axis, [along], [away])[0], 2)) for code, along, away, *_ in rows
    ]
    frame = pd.DataFrame([(code, *rest) for code, _, _, *rest in rows], columns=["river_id", "name", "class", "status"])
    frame.insert(0, key, [f"PWK-{number:02d}" for number in range(1, len(rows) + 1)])
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=crs)


def _warnings() -> pd.DataFrame:
    row = {"warning_id": ["YJ-01"], "river_id": ["LX03"], "colour": ["red"], "source": ["柳溪口水质超标"],
           "from_on": [pd.Timestamp("2025-11-18")], "to_on": [pd.Timestamp("2025-11-20")]}  # fmt: skip
    return pd.DataFrame(row)


def _walk(river: River, start: float, end: float, away: float, began: pd.Timestamp, kmh: float,
          rng: np.random.Generator) -> pd.DataFrame:  # fmt: skip
    """Fixes of one walk along a bank, one every minute and a half, some metres off."""
    seconds = np.arange(0.0, abs(end - start) / kmh * 3.6 + _EVERY_S, _EVERY_S)
    along = np.clip(start + np.sign(end - start) * seconds * kmh / 3.6, min(start, end), max(start, end))
    xy = position(river.axis, along, away + rng.normal(0.0, 3.0, len(along)))
    return pd.DataFrame({"x": xy[:, 0], "y": xy[:, 1], "time": began + pd.to_timedelta(seconds, unit="s")})


def write_tracks(rng: np.random.Generator, made: dict[str, River], duties: pd.DataFrame, folder: Path,
                 crs: str) -> dict[str, object]:  # fmt: skip
    """Write the fixes of the quarter, the lazy chief's as the GPX of his telephone; gives what was planted of him."""
    tracks: list[tuple[str, str, str, pd.DataFrame]] = []
    for duty in duties.itertuples():
        if duty.chief != LAZY:
            visits = {"city": 1, "county": 1, "township": 3, "village": 14}[duty.level]
            step = {"city": 0, "county": 0, "township": 30, "village": 7}[duty.level]
            for number in range(visits):
                fixes = _visit(rng, made[duty.river_id], duty, number, 3 + step * number)
                tracks.append((f"{duty.duty_id}-{number + 1:02d}", duty.chief, duty.level, fixes))
    # A red warning: daily walks of the brook.
    brook = duties[duties["chief"] == "卫柳"].iloc[0]
    for number, day in enumerate((51, 53)):
        tracks.append(
            (f"{brook.duty_id}-R{number + 1}", brook.chief, "village", _visit(rng, made["LX03"], brook, number, day))
        )
    table = pd.concat([each.assign(track_id=name, patroller=who, level=level) for name, who, level, each in tracks])
    place = gpd.GeoSeries(gpd.points_from_xy(table["x"], table["y"]), crs=crs).to_crs(4490)
    told = table[["track_id", "patroller", "level"]].reset_index(drop=True)
    told["time"] = table["time"].dt.strftime("%Y-%m-%dT%H:%M:%S+08:00").to_numpy()
    told = told.assign(lon=place.x.round(6).to_numpy(), lat=place.y.round(6).to_numpy())
    told.to_csv(folder / TRACKS, index=False)
    return _write_lazy(rng, made["QS01"], duties[duties["chief"] == LAZY].iloc[0], folder, crs)


def _visit(rng: np.random.Generator, river: River, duty: object, number: int, day: int) -> pd.DataFrame:
    """One half of a reach, from its upper or its lower end; who has a whole river goes down it by car."""
    low, high = duty.start_chainage_m, min(duty.end_chainage_m, river.length)
    middle = low + (high - low) * rng.uniform(0.5, 0.6)
    side = {"left": -1.0, "right": 1.0}.get(duty.bank, (-1.0, 1.0)[number // 2 % 2])
    away = side * (river.width * 0.5 + 10.0)
    began = FIRST + pd.Timedelta(days=day, hours=8, minutes=int(rng.integers(0, 150)))
    if duty.level in {"city", "county"}:
        return _walk(river, low, low + (high - low) * 0.6, away, began, 9.0, rng)
    ends = (low, middle) if number % 2 == 0 else (high, high - (middle - low))
    return _walk(river, *ends, away, began, float(rng.uniform(3.8, 5.0)), rng)


def _write_lazy(rng: np.random.Generator, river: River, duty: object, folder: Path, crs: str) -> dict[str, object]:
    """Nine outings in fourteen weeks, always the same 900 m at the lower end, twice by car."""
    high = min(duty.end_chainage_m, river.length)
    parts = []
    for number, week in enumerate((0, 1, 3, 4, 5, 7, 9, 10, 12)):
        began = FIRST + pd.Timedelta(days=7 * week + 4, hours=16, minutes=40)
        fast = number in {3, 7}
        fixes = _walk(river, high, high - 900.0, river.width * 0.5 + 12.0, began, 26.0 if fast else 4.5, rng)
        place = gpd.GeoSeries(gpd.points_from_xy(fixes["x"], fixes["y"]), crs=crs).to_crs(4326)
        time = (fixes["time"] - pd.Timedelta(hours=8)).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        points = "".join(f'<trkpt lat="{y:.6f}" lon="{x:.6f}"><time>{when}</time></trkpt>\n'
                         for x, y, when in zip(place.x, place.y, time, strict=True))  # fmt: skip
        parts.append(f"<trk><name>巡河{number + 1}</name><trkseg>\n{points}</trkseg></trk>\n")
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="samples" xmlns="http://www.topografix.com/GPX/1/1">\n'
    (folder / LAZY_GPX).write_text(head + "".join(parts) + "</gpx>\n", encoding="utf-8")
    return {"chief": LAZY, "duty_id": duty.duty_id, "file": LAZY_GPX, "tracks": len(parts), "by_car": 2,
            "start_chainage_m": round(high - 900.0, 1), "end_chainage_m": round(high, 1)}  # fmt: skip
