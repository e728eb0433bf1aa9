"""Where the line of each bank, and each closed line, moved, and why."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from riverline.demarcation.extents.whose import drawn_lines, name_of
from riverline.demarcation.findings import Finding
from riverline.geodesy import round_half_up
from riverline.revision.causes import CAUSES, causes, in_words, sources
from riverline.revision.places import Places, movement, places_along, runs_of
from riverline.schema import STRETCHES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.demarcation import Demarcation
    from riverline.revision.places import Movement, Run

__all__ = ["Stretches", "stretches_of"]

# Smaller than this is the noise of doubles.
_NOISE_M = 1e-6
# A cause that holds for fewer places than this between two others is the nearest piece flickering at a joint.
_FEW = 3


@dataclass(frozen=True, slots=True)
class Stretches:
    """Rows of :data:`riverline.schema.STRETCHES`, and what was found on the way."""

    frame: gpd.GeoDataFrame
    findings: list[Finding]


def stretches_of(old: Demarcation, new: Demarcation, *, tolerance_m: float) -> Stretches:
    """Stretches of every bank and closed line that moved by more than a tolerance; both results are in one CRS.

    Chainages of a closed line run along the ring as it is now, from where it begins.
    """
    before, after = drawn_lines(old.lines), drawn_lines(new.lines)
    rows: list[dict[str, Any]] = []
    findings: list[Finding] = []
    for code, bank in sorted(before.keys() | after.keys()):
        was, now = before.get((code, bank)), after.get((code, bank))
        there = before[code, bank] if now is None else now
        if was is None or now is None:
            made = _whole(now if was is None else was, came=was is None)
        else:
            made, slight = _of_bank(old, new, was, now, tolerance_m)
            if slight > _NOISE_M:
                findings.append(Finding("line-moved-slightly", "management_lines", code, None, slight, tolerance_m,
                                        "m", bank or "closed"))  # fmt: skip
        # A work's line is of the river that the work stands in.
        river = str(there["river_id"].iloc[0])
        names = (f"{name_of(code, bank)}-M{number:03d}" for number in range(1, len(made) + 1))
        rows += [{"stretch_id": name, "river_id": river, "bank": bank or None} | row
                 for name, row in zip(names, made, strict=True)]  # fmt: skip
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=new.lines.crs) if rows else STRETCHES.empty(new.lines.crs)
    return Stretches(STRETCHES.conform(frame), findings)


def _of_bank(
    old: Demarcation, new: Demarcation, was: gpd.GeoDataFrame, now: gpd.GeoDataFrame, tolerance_m: float
) -> tuple[list[dict[str, Any]], float]:
    """Stretches of one bank, and the largest move that is below the tolerance."""
    places, others = places_along(now), places_along(was)
    was, now = (each.sort_values(["start_chainage_m", "end_chainage_m", "line_id"], kind="stable")
                for each in (was, now))  # fmt: skip
    moved = movement(places, others)
    label = np.where(moved.distance > tolerance_m, 0, -1)
    if (label >= 0).any():
        cause = causes(old, new, was.iloc[moved.other], now.iloc[places.piece], moved.distance, tolerance_m)
        label = _steady(np.where(label >= 0, cause, -1))
    slight = float(moved.distance[label < 0].max(initial=0.0))
    return [_row(run, int(label[run.first]), places, moved, was, now) for run in runs_of(places, label)], slight


def _steady(label: NDArray[np.int64]) -> NDArray[np.int64]:
    """Causes without those that hold for a few places only: they take that of the places before, or after."""
    label = label.copy()
    edges = np.append(np.flatnonzero(np.diff(label, prepend=label[:1] - 1)), len(label))
    for first, end in pairwise(edges.tolist()):
        around = [label[at] for at in (first - 1, end) if 0 <= at < len(label) and label[at] >= 0]
        if label[first] >= 0 and end - first < _FEW and around:
            label[first:end] = around[0]
    return label


def _row(
    run: Run, cause: int, places: Places, moved: Movement, was: gpd.GeoDataFrame, now: gpd.GeoDataFrame
) -> dict[str, Any]:
    here = slice(run.first, run.last + 1)
    before, after = was.iloc[np.unique(moved.other[here])], now.iloc[np.unique(places.piece[here])]
    weight = float(moved.weight[here].sum())
    mean = float(moved.product[here].sum()) / weight if weight else float(moved.distance[here].mean())
    return {
        "start_chainage_m": _tenth(run.start_m),
        "end_chainage_m": _tenth(run.end_m),
        "length_m": _tenth(run.geometry.length),
        "largest_m": _thousandth(float(moved.distance[here].max())),
        "mean_m": _thousandth(mean),
        "cause": CAUSES[cause],
        **_told(before, "old"),
        **_told(after, "new"),
        "geometry": run.geometry,
    }


def _whole(pieces: gpd.GeoDataFrame, *, came: bool) -> list[dict[str, Any]]:
    """A bank that only one of the two has."""
    line = shapely.line_merge(shapely.multilinestrings(np.asarray(pieces.geometry.array)))
    there, gone = ("new", "old") if came else ("old", "new")
    return [
        {
            "start_chainage_m": float(pieces["start_chainage_m"].min()),
            "end_chainage_m": float(pieces["end_chainage_m"].max()),
            "length_m": _tenth(line.length),
            "largest_m": np.nan,
            "mean_m": np.nan,
            "cause": "came" if came else "went",
            **_told(pieces, there),
            **_told(pieces.iloc[:0], gone),
            "geometry": line,
        }
    ]


def _told(pieces: gpd.GeoDataFrame, side: str) -> dict[str, str]:
    keys = dict.fromkeys(key for text in sources(pieces) for key in text.split(",") if key)
    return {f"{side}_rules": in_words(pieces), f"{side}_sources": ",".join(keys)}


def _tenth(metres: float) -> float:
    return float(round_half_up(metres, 1))


def _thousandth(metres: float) -> float:
    return float(round_half_up(metres, 3))
