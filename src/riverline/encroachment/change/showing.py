"""What each day shows of each suspect: rows of evidence, and the same in short on the suspect itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riverline.io.scenes import Reason
from riverline.schema import CHANGE_EVIDENCE

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.encroachment.change.deciding import Verdicts
    from riverline.encroachment.change.pixels import Search

__all__ = ["evidence_of", "in_short", "no_evidence"]

_SHARES = ("water", "vegetation", "ground")
_REASONS = ("valid", "nodata", "outside", "saturated", "cloud", "shadow", "snow")


def evidence_of(
    codes: NDArray[np.object_],
    patches: gpd.GeoDataFrame,
    verdicts: Verdicts,
    rows: NDArray[np.intp],
    search: Search,
    levels: NDArray[np.float64],
) -> pd.DataFrame:
    """Rows of :data:`riverline.schema.CHANGE_EVIDENCE` for some of the patches, by suspect and day.

    Parameters
    ----------
    codes : (n,)
        Codes of the suspects.
    patches, verdicts
        All patches, and what was made of them.
    rows : (n,)
        Which of the patches the suspects are.
    search, levels
        What was looked for; water level of each day.
    """
    parts = [_of_day(day, patches.iloc[rows], verdicts, rows, search) for day in range(len(search.days))]
    for day, part in enumerate(parts):
        part.insert(0, "suspect_id", codes)
        part["level_m"] = levels[day]
    if not len(rows):
        return no_evidence()
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "evidence_id", table["suspect_id"] + "/" + table["date"].dt.strftime("%Y-%m-%d"))
    table = table.sort_values(["suspect_id", "date"], kind="stable", ignore_index=True)
    return _typed(table)


def no_evidence() -> pd.DataFrame:
    """A table without rows that has every column."""
    return pd.DataFrame({column.name: pd.Series([], dtype=column.dtype) for column in CHANGE_EVIDENCE})


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype({column.name: column.dtype for column in CHANGE_EVIDENCE})[
        [column.name for column in CHANGE_EVIDENCE]
    ]


def _of_day(
    day: int, patches: gpd.GeoDataFrame, verdicts: Verdicts, rows: NDArray[np.intp], search: Search
) -> pd.DataFrame:
    pixels, seen = patches["pixels"].to_numpy(), patches[f"seen_{day}"].to_numpy()
    known = np.where(seen > 0, seen, np.nan)
    at = next((place for place, pair in enumerate(search.pairs) if pair.later == day), None)
    references = {pair.reference for pair in search.pairs}
    reason = _reasons(patches, day, used=at is not None or day in references)
    changed = np.full(len(rows), np.nan)
    if at is None:
        shown = np.full(len(rows), "reference" if day in references else "hidden", dtype=object)
        shown[seen == 0] = "hidden"
    else:
        visible, there = verdicts.visible[at][rows], verdicts.there[at][rows]
        shown = np.where(~visible, "hidden", np.where(there, "shows", "absent")).astype(object)
        judged = patches[f"shown_{at}"].to_numpy()
        changed = np.divide(patches[f"agreeing_{at}"].to_numpy(), judged, out=changed, where=judged > 0)
        flooded = patches[f"water_{day}"].to_numpy() > pixels / 2.0
        other = np.where(flooded, "flooded", "season")
        reason = np.where((shown == "hidden") & (reason == "valid"), other, reason)
    columns: dict[str, Any] = {
        "date": pd.Timestamp(search.days[day].date),
        "scene": search.days[day].name,
        "season": search.days[day].season,
        "shown": shown,
        "reason": reason,
        "seen_share": np.round(seen / pixels, 4),
        "changed_share": np.round(changed, 4),
    }
    for name in ("ndwi", "ndvi", "brightness"):
        there_is = f"{name}_{day}" in patches.columns
        columns[name] = np.round(patches[f"{name}_{day}"].to_numpy() / known, 5) if there_is else np.nan
    for name in _SHARES:
        columns[f"{name}_share"] = np.round(patches[f"{name}_{day}"].to_numpy() / known, 4)
    columns["shift_px"] = np.nan if at is None else search.pairs[at].shift_px
    return pd.DataFrame(columns, index=range(len(rows)))


def _reasons(patches: gpd.GeoDataFrame, day: int, *, used: bool) -> NDArray[np.object_]:
    """What makes most of a patch's pixels useless on a day; ``valid`` where most can be used."""
    counts = np.column_stack([patches[f"reason{value.value}_{day}"] for value in Reason][: len(_REASONS)])
    most = np.where(counts[:, 0] >= 0.5 * counts.sum(axis=1), 0, 1 + counts[:, 1:].argmax(axis=1))
    names = np.array(_REASONS, dtype=object)[most]
    return names if used else np.where(names == "valid", "misregistered", names).astype(object)


def in_short(
    rows: NDArray[np.intp], patches: gpd.GeoDataFrame, verdicts: Verdicts, search: Search
) -> list[dict[str, Any]]:
    """What shows each of some patches, ready for JSON."""
    pixels = patches["pixels"].to_numpy()[rows]
    made = {each.id: patches[f"made_{each.id}"].to_numpy()[rows] for each in search.transitions}
    days = [search.days[pair.later] for pair in search.pairs]
    since = np.arange(len(search.pairs))[:, None] >= verdicts.onset[rows]
    there, absent = verdicts.there[:, rows] & since, verdicts.visible[:, rows] & ~verdicts.there[:, rows] & since
    return [
        {
            "transitions": {name: round(float(n[at] / pixels[at]), 3) for name, n in made.items() if n[at] > 0},
            "seen_on": [day.date.isoformat() for day, flag in zip(days, there[:, at], strict=True) if flag],
            "not_seen_on": [day.date.isoformat() for day, flag in zip(days, absent[:, at], strict=True) if flag],
            "seasons": sorted({day.season for day, flag in zip(days, there[:, at], strict=True) if flag}),
            "pixels": int(pixels[at]),
            **_decided(int(row), verdicts, search),
        }
        for at, row in enumerate(rows)
    ]


def _decided(row: int, verdicts: Verdicts, search: Search) -> dict[str, Any]:
    """What a patch was taken for, and by which figures."""
    pair = search.pairs[int(verdicts.last[row])]
    decided = search.rules.classes[int(verdicts.chosen[row])]
    return {
        "class": decided.id,
        "candidates": [{"kind": each.kind, "item": each.item, "share": each.share} for each in decided.candidates],
        "class_seen": decided.seen,
        "reference": search.days[pair.reference].date.isoformat(),
        "index": pair.limits.deciding(search.transitions[int(verdicts.made[row])].index),
        "difference": round(float(verdicts.difference[row]), 4),
        "spreads": round(float(verdicts.distance[row]), 1),
        **{name: _figure(values[row]) for name, values in verdicts.shape.items() if name != "area_m2"},
        "lasting": round(float(verdicts.weighed[0][row]), 4),
        "odds": round(float(verdicts.weighed[1][row]), 4),
        "cut": round(float(verdicts.cut[row]), 3),
        "tolerance_px": pair.tolerance_px,
        "shift_px": None if np.isnan(pair.shift_px) else round(pair.shift_px, 3),
        "rules": search.digest,
    }


def _figure(value: float) -> float | None:
    """Rounded; nothing where it is not known."""
    return round(float(value), 3) if np.isfinite(value) else None
