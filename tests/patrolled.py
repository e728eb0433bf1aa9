"""Rivers, chiefs and walks with closed forms, shared by the files that test patrols."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point

import riverline as rl

CRS = "EPSG:4548"
X, Y = 500_000.0, 3_400_000.0


def axes(*lines, **columns):
    """Axes R1, R2 …; without any, one that runs east for a kilometre."""
    drawn = lines or ([(0, 0), (1000, 0)],)
    names = [f"R{i}" for i in range(1, len(drawn) + 1)]
    shapes = [LineString([(X + x, Y + y) for x, y in each]) for each in drawn]
    return gpd.GeoDataFrame({"river_id": names, "name": names, **columns}, geometry=shapes, crs=CRS)


def duties(*rows, **columns):
    """Duties D1, D2 … of (chief, level, bank) on R1; without any, the left bank of a village chief."""
    table = rows or (("张三", "village", "left"),)
    names = [f"D{i}" for i in range(1, len(table) + 1)]
    chief, level, bank = zip(*table, strict=True)
    frame = pd.DataFrame({"duty_id": names, "river_id": "R1", "chief": chief, "level": level, "bank": bank})
    return frame.assign(**columns)


def walked(*rows, start="2025-05-06T09:00", kmh=4.0, who="张三", level="village", every=50.0):
    """Fixes of tracks T1, T2 …, each a list of vertices walked at an even speed; ``{start: …}`` rows override it."""
    frames = [
        fixes(f"T{i}", row, start=start, kmh=kmh, who=who, level=level, every=every) for i, row in enumerate(rows, 1)
    ]
    return pd.concat(frames, ignore_index=True)


def fixes(name, vertices, *, start="2025-05-06T09:00", kmh=4.0, who="张三", level="village", every=50.0):
    """Fixes of one track, every so many metres, times in China's zone."""
    line = LineString([(X + x, Y + y) for x, y in vertices])
    along = np.append(np.arange(0.0, line.length, every), line.length)
    time = pd.Timestamp(start, tz="Asia/Shanghai") + pd.to_timedelta(along / kmh * 3.6, unit="s")
    return gpd.GeoDataFrame(
        {
            "point_id": [f"{name}/{i}" for i in range(len(along))],
            "track_id": name,
            "patroller": who,
            "level": level,
            "time": time.tz_convert("UTC"),
            "sequence": range(len(along)),
        },
        geometry=[line.interpolate(each) for each in along],
        crs=CRS,
    )


def drawn(*rows, who="张三", level="village", start="2025-05-06T09:00+08:00", end="2025-05-06T09:30+08:00"):
    """Lines T1, T2 … that somebody drew, with the times of the patrol."""
    names = [f"T{i}" for i in range(1, len(rows) + 1)]
    shapes = [LineString([(X + x, Y + y) for x, y in each]) for each in rows]
    frame = gpd.GeoDataFrame({"track_id": names, "patroller": who, "level": level}, geometry=shapes, crs=CRS)
    return frame.assign(started=pd.Timestamp(start), ended=pd.Timestamp(end))


def at(x, y):
    return Point(X + x, Y + y)


def every_patrol_counts():
    """The rules that ship as an example, with nothing that a patrol has to keep to be valid."""
    return rl.rules.load_patrol_rules().model_copy(update={"validities": ()})


def measured(tracks, *, on=None, of=None, **choices):
    """Measured by rules under which every patrol counts, unless others are given; None for those that ship."""
    choices.setdefault("rules", every_patrol_counts())
    return rl.measure_patrols(tracks, axes() if on is None else on, duties=duties() if of is None else of, **choices)


def codes(result):
    return sorted(result.faults["code"])


def rules(folder, text, name="own"):
    """Rules of one's own: method as shipped, and what the text says."""
    path = folder / f"{name}.toml"
    head = """
name = "own"
title = "本县巡河规则"
jurisdiction = "本县"

[cleaning]
buffer_m = 100.0
both_banks_m = 0.0
fastest_kmh = 120.0
longest_step_m = 1000.0
longest_silence_min = 30.0
still_kmh = 0.5
pause_min = 5.0
still_m = 50.0

[suspicion]
vehicle_kmh = 15.0
least_patrols = 3
repeated_share = 0.9
walked_share = 0.5

[[documents]]
id = "own"
title = "本县文件"
seen = "S"
source = "原文"
"""
    path.write_text(head + text, encoding="utf-8")
    return rl.rules.load_patrol_rules(path)
