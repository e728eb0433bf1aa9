"""Rivers whose banks move by known amounts: what the measuring of shoreline change is tested on."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

import riverline as rl

CRS = "EPSG:4548"
ORIGIN = (500_000.0, 3_500_000.0)
LENGTH, WIDTH = 1000.0, 100.0


def line(points: Any) -> shapely.LineString:
    """A line whose coordinates count from the origin of the test county."""
    return shapely.LineString(np.asarray(points, dtype="float64") + ORIGIN)


def level(away: float, start: float = 0.0, end: float = LENGTH) -> shapely.LineString:
    """A line along a straight river that flows east, so far to its left."""
    return line([(start, away), (end, away)])


def arc(radius: float, *, angle: float = np.pi, steps: int = 721) -> shapely.LineString:
    """An arc around (0, 0) from the west, clockwise: a river on it bends to the right."""
    turn = np.linspace(np.pi, np.pi - angle, steps)
    return line(np.column_stack([radius * np.cos(turn), radius * np.sin(turn)]))


def axes(*lines: Any, **columns: Any) -> gpd.GeoDataFrame:
    """Axes R1, R2 …; one straight one if none is given."""
    drawn = list(lines) or [level(0.0)]
    rivers = [f"R{number}" for number in range(1, len(drawn) + 1)]
    return gpd.GeoDataFrame({"river_id": rivers, "name": "", **columns}, geometry=drawn, crs=CRS)


def shorelines(*rows: tuple[str, str | None, Any], **columns: Any) -> gpd.GeoDataFrame:
    """Shorelines S1, S2 … of river R1 from (date, bank, line)."""
    dates, sides, lines = zip(*rows, strict=True)
    codes = [f"S{number}" for number in range(1, len(rows) + 1)]
    frame = {"shoreline_id": codes, "river_id": "R1", "date": list(dates), "bank": list(sides), **columns}
    return gpd.GeoDataFrame(frame, geometry=list(lines), crs=CRS)


def retreating(rate: float = 1.0, years: tuple[int, ...] = (0, 10, 20, 30), **columns: Any) -> gpd.GeoDataFrame:
    """Both banks of the straight river, moving away from it by so many metres a year of 365.25 days."""
    days = np.datetime64("2000-01-01") + np.round(np.array(years) * 365.25).astype("int64")
    moved = rate * (days - days[0]).astype("int64") / 365.25
    rows = [
        (str(day), bank, level(sign * (WIDTH / 2.0 + away)))
        for day, away in zip(days, moved, strict=True)
        for bank, sign in (("left", 1.0), ("right", -1.0))
    ]
    return shorelines(*rows, **columns)


def measured(frame: gpd.GeoDataFrame, cast_from: gpd.GeoDataFrame | None = None, **choices: Any) -> rl.ShorelineChange:
    """The change of shorelines, by transects 100 m apart if not told otherwise."""
    choices = {"spacing_m": 100.0, **choices}
    return rl.measure_shoreline_change(frame, axes() if cast_from is None else cast_from, **choices)


def of_bank(frame: gpd.GeoDataFrame, bank: str) -> gpd.GeoDataFrame:
    """Rows of one bank."""
    return frame[frame["bank"] == bank]


def codes_of(change: rl.ShorelineChange) -> set[str]:
    """Codes of the faults."""
    return set(change.faults["code"])
