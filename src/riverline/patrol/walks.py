"""Fixes cleaned into walks, and walks laid along the rivers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines.following import Followed, follow, united_by
from riverline._kernels.lines.siding import Doubt
from riverline._kernels.lines.walking import Steps, jumps, pauses, repeats, steps_of
from riverline.demarcation.findings import Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.channel.given import Axes
    from riverline.patrol.fixes import Fixes
    from riverline.rules import Cleaning

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["BANKS", "Walks", "walk"]

BANKS = np.array(["left", "right"], dtype="object")
_KMH = 1 / 3.6
# Farther from every axis no plane of theirs holds a place: such a track has no line on any map of these rivers.
_ELSEWHERE_M = 500_000.0


@dataclass(frozen=True, slots=True, eq=False)
class Walks:
    """What the tracks walked.

    Attributes
    ----------
    measures
        One row a track, as :class:`riverline.patrol.fixes.Fixes` has them: columns of
        :data:`riverline.schema.PATROLS`.
    passed
        Stretches of river that a track passed, each place once: ``track``, ``river_id``, ``bank``, ``start``, ``end``.
    lines
        Cleaned line of each track, None where there is none, or where it is in another part of the world.
    findings
        What is to be said of the tracks.
    """

    measures: pd.DataFrame
    passed: pd.DataFrame
    lines: NDArray[np.object_]
    findings: list[Finding]


def walk(fixes: Fixes, axes: Axes, how: Cleaning) -> Walks:
    """Clean fixes and lay them along the rivers.

    Parameters
    ----------
    fixes
        In the CRS of the axes.
    axes
        Where to lay them.
    how
        What is a jump, a pause, a break, and near enough.
    """
    kept = _kept(fixes, how)
    xy, time, track, part = fixes.xy[kept], fixes.time[kept], fixes.track[kept], fixes.part[kept]
    steps = steps_of(xy, time, track)
    broken = _broken(steps, part, fixes.tracks["drawn"].to_numpy(dtype=bool)[track[steps.start]], how)
    resting, rest = pauses(steps, track, still=how.still_kmh * _KMH, least_seconds=60 * how.pause_min)
    resting &= ~broken
    good = ~broken & (steps.length_m > 0)
    owner, count = track[steps.start], len(fixes.tracks)
    whole = np.cumsum(broken | np.append(True, owner[1:] != owner[:-1])[: len(owner)])
    doubt = Doubt(how.position_m, how.position_along_m)
    found = follow(xy[steps.start[good]], xy[steps.end[good]], axes.line.tolist(), buffer=how.buffer_m,
                   both=how.both_banks_m, doubt=doubt, walk=whole[good])  # fmt: skip
    walked = ~broken & ~resting
    on_river = np.bincount(owner[good], found.within_m * walked[good], count)
    measures = pd.DataFrame(
        {
            "length_m": np.bincount(owner[walked], steps.length_m[walked], count),
            "on_river_m": on_river,
            "moving_minutes": np.bincount(owner[walked], steps.seconds[walked], count) / 60,
            "fixes": np.bincount(fixes.track, minlength=count),
            "dropped": np.bincount(fixes.track[~kept], minlength=count),
            "breaks": np.bincount(owner[broken], minlength=count),
            "pauses": pd.Series(rest[resting])
            .groupby(owner[resting])
            .nunique()
            .reindex(range(count))
            .fillna(0)
            .to_numpy(),
            "across_m": np.bincount(owner[good], found.across_m, count),
            "doubted_m": np.bincount(owner[good], found.doubted_m, count),
            "nearest_m": _nearest(xy, track, owner[good], found, axes, count),
        }
    )
    lines = _lines(xy, track, steps, broken, count)
    lines[measures["nearest_m"].to_numpy() > _ELSEWHERE_M] = None
    passed = _passed(found, owner[good], axes)
    measures["copy_of"] = _copies(xy, track, fixes)
    return Walks(measures, passed, lines, _told(fixes, measures, how))


def _kept(fixes: Fixes, how: Cleaning) -> Flags:
    """Fixes that neither repeat the one before nor jump."""
    kept = ~repeats(fixes.xy, fixes.time, fixes.track)
    recorded = np.flatnonzero(kept & ~fixes.tracks["drawn"].to_numpy(dtype=bool)[fixes.track])
    place = (fixes.xy[recorded], fixes.time[recorded], fixes.track[recorded])
    kept[recorded[jumps(*place, fastest=how.fastest_kmh * _KMH, longest=how.longest_step_m)]] = False
    return kept


def _broken(steps: Steps, part: Integers, drawn: Flags, how: Cleaning) -> Flags:
    """Steps over which nothing was recorded, or that nobody can have gone."""
    with np.errstate(divide="ignore", invalid="ignore"):
        fast = steps.length_m / steps.seconds > how.fastest_kmh * _KMH
    silent = (steps.seconds > 60 * how.longest_silence_min) & (steps.length_m > how.still_m)
    far = ~drawn & (steps.length_m > how.longest_step_m)
    return np.asarray(fast | silent | far | (part[steps.start] != part[steps.end]))


def _nearest(xy: Floats, track: Integers, owner: Integers, found: Followed, axes: Axes, count: int) -> Floats:
    """Least distance of each track from an axis; of tracks without a step, that of their places."""
    nearest = np.full(count, np.inf)
    np.minimum.at(nearest, owner, found.nearest_m)
    if len(axes.line) and len(xy):
        alone = ~np.isfinite(nearest)[track]
        lines = shapely.union_all(axes.line)
        np.minimum.at(nearest, track[alone], shapely.distance(shapely.points(xy[alone]), lines))
    return nearest


def _passed(found: Followed, owner: Integers, axes: Axes) -> pd.DataFrame:
    """Stretches by track, axis and bank, in the river's own chainage, united."""
    track = owner[found.step] if len(found.step) else found.step
    code = (track * len(axes.line) + found.axis) * len(BANKS) + found.bank
    group, start, end = united_by(code, found.start, found.end)
    axis = group // len(BANKS) % max(len(axes.line), 1)
    river = axes.river_id[axis] if len(axes.line) else np.zeros(0, dtype="object")
    shift = axes.start[axis] if len(axes.line) else 0.0
    return pd.DataFrame(
        {
            "track": group // (len(BANKS) * max(len(axes.line), 1)),
            "river_id": pd.Series(river, dtype="str"),
            "bank": pd.Series(BANKS[group % len(BANKS)], dtype="str"),
            "start": start + shift,
            "end": end + shift,
        }
    )


def _lines(xy: Floats, track: Integers, steps: Steps, broken: Flags, count: int) -> NDArray[np.object_]:
    """The cleaned line of each track, in parts where the record breaks off; None where it has no length."""
    lines = np.full(count, None, dtype="object")
    if not len(xy):
        return lines
    joined = np.zeros(len(xy), dtype=bool)
    joined[steps.end[~broken]] = True
    piece = np.cumsum(~joined) - 1
    size = np.bincount(piece)
    long = size[piece] > 1
    drawn = np.flatnonzero(size > 1)
    if not len(drawn):
        return lines
    parts = shapely.linestrings(xy[long], indices=np.searchsorted(drawn, piece[long]))
    first = np.flatnonzero(~joined)[drawn]
    owners = np.unique(track[first])
    together = shapely.multilinestrings(parts, indices=np.searchsorted(owners, track[first]))
    lines[owners] = np.where(shapely.length(together) > 0, together, None)
    return lines


def _copies(xy: Floats, track: Integers, fixes: Fixes) -> list[str]:
    """For each track the first other one that runs through the same places in the same order, to a decimetre."""
    places = np.round(xy * 10).astype("int64")
    bounds = np.searchsorted(track, np.arange(len(fixes.tracks) + 1))
    digest = [
        hashlib.blake2b(places[begin:end].tobytes(), digest_size=16).hexdigest() if end - begin > 1 else f"one {number}"
        for number, (begin, end) in enumerate(pairwise(bounds))
    ]
    rows = fixes.tracks.assign(digest=digest)
    rows = rows.sort_values(["started", "track_id"], na_position="last")
    first = rows.groupby("digest")["track_id"].transform("first")
    return first.where(first != rows["track_id"], "").sort_index().tolist()


def _told(fixes: Fixes, measures: pd.DataFrame, how: Cleaning) -> list[Finding]:
    """What is to be said of tracks."""
    names = fixes.tracks["track_id"].to_numpy(dtype="object")
    timeless = np.bincount(fixes.track[~np.isnan(fixes.time)], minlength=len(names)) == 0
    there = measures["fixes"].to_numpy() > 0
    found: list[Finding] = []

    def tell(code: str, rows: Flags, value: object = None, limit: float = float("nan"), unit: str = "") -> None:
        values = np.full(len(names), np.nan) if value is None else np.asarray(value, dtype="float64")
        found.extend(
            Finding(code, "tracks", str(names[row]), None, float(values[row]), limit, unit)
            for row in np.flatnonzero(rows)
        )

    length, nearest = measures["length_m"].to_numpy(), measures["nearest_m"].to_numpy()
    tell("track-without-times", timeless & there)
    tell("track-undated", fixes.tracks["started"].isna().to_numpy())
    tell("track-no-walk", length == 0)
    tell("track-jumps", (measures["dropped"] > 0).to_numpy() & (length > 0), measures["dropped"])
    tell("track-broken", (measures["breaks"] > 0).to_numpy(), measures["breaks"])
    off = there & (measures["on_river_m"].to_numpy() == 0) & (length > 0)
    tell("track-off-river", off, np.where(np.isfinite(nearest), np.round(nearest, 1), np.nan), how.buffer_m, "m")
    tell("track-cuts-across", (measures["across_m"] >= 1).to_numpy(), measures["across_m"].round(1), unit="m")
    doubted = measures["doubted_m"].to_numpy()
    tell("track-bank-doubtful", doubted >= max(how.position_m, 1), doubted.round(1), how.position_m, "m")
    copied = measures["copy_of"].to_numpy(dtype="object")
    found.extend(
        Finding("track-copied", "tracks", str(names[row]), None, note=copied[row])
        for row in np.flatnonzero(copied != "")
    )
    return found
