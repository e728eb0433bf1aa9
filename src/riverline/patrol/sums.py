"""Each duty over the whole window: what was walked of it, and whether the patrols look perfunctory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from riverline._kernels.lines.following import newly_by, united_by
from riverline.geodesy import round_half_up
from riverline.patrol.reaches import lengths_of
from riverline.schema import PATROLLED_DUTIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.rules import Suspicion

    Floats = NDArray[np.float64]

__all__ = ["new_to", "sums_of"]


def new_to(passed: pd.DataFrame, who: NDArray[np.int64], order: NDArray[np.int64], count: int) -> Floats:
    """Length that each track passed and no earlier one of the same person; -1 in ``order`` leaves a track out.

    Parameters
    ----------
    passed
        Stretches by ``track``, ``river_id``, ``start``, ``end``.
    who
        Number of the person, by track.
    order
        Place of each track in time.
    count
        Number of tracks.
    """
    rows = passed[order[passed["track"]] >= 0]
    track = rows["track"].to_numpy(dtype="int64")
    river = pd.factorize(rows["river_id"], sort=True)[0]
    group = who[track] * (river.max(initial=0) + 1) + river
    new = newly_by(group, rows["start"].to_numpy(), rows["end"].to_numpy(), order[track])
    return np.where(order >= 0, np.bincount(track, new, count), np.nan)


def sums_of(
    walked: pd.DataFrame,
    tracks: pd.DataFrame,
    reaches: pd.DataFrame,
    checks: pd.DataFrame,
    limits: Suspicion,
    *,
    apart: float,
) -> pd.DataFrame:
    """Rows of :data:`riverline.schema.PATROLLED_DUTIES`.

    Parameters
    ----------
    walked
        What was passed on duty, in the window.
    tracks
        ``order``, ``validity``, ``vehicle`` and ``copy_of`` by number of the track.
    reaches
        The duties.
    checks
        Rows of :data:`riverline.schema.DUTY_CHECKS`.
    limits
        When patrols look perfunctory.
    apart
        Metres that may be missing, as in :func:`riverline.patrol.reaches.lengths_of`.
    """
    count = len(reaches)
    length = (reaches["high"] - reaches["low"]).to_numpy()
    duty, track = (walked[name].to_numpy(dtype="int64") for name in ("duty", "track"))
    start, end = walked["start"].to_numpy(), walked["end"].to_numpy()
    visits = walked[["duty", "track"]].drop_duplicates()
    facts = tracks.iloc[visits["track"]]
    of = visits["duty"].to_numpy(dtype="int64")

    def counted(which: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        return np.bincount(of if which is None else of[which], minlength=count)

    counts = (tracks["validity"] == "valid").to_numpy(dtype=bool)[track]
    spans = pd.DataFrame({"group": duty, "start": start, "end": end})
    share, seen = (lengths_of(spans[part], reaches, apart) / length for part in (counts, counts | True))
    repeated = _repeated(duty, track, start, end, tracks["order"].to_numpy(dtype="int64"), count)
    patrols = counted()
    signs = {
        "same_stretch": (patrols >= limits.least_patrols) & (repeated >= limits.repeated_share)
        & (seen <= limits.walked_share),
        "vehicle": counted(facts["vehicle"].to_numpy(dtype=bool)) > 0,
        "copy": counted((facts["copy_of"] != "").to_numpy(dtype=bool)) > 0,
    }  # fmt: skip
    told = [",".join(name for name, held in signs.items() if held[row]) for row in range(count)]
    judged = checks[checks["outcome"].isin(["met", "not_met", "unknown"])]
    per_duty = reaches["duty_id"].map(judged["duty_id"].value_counts()).fillna(0)
    met = reaches["duty_id"].map(judged.loc[judged["outcome"] == "met", "duty_id"].value_counts()).fillna(0)
    frame = reaches[["duty_id", "river_id", "chief", "level"]].assign(
        length_m=round_half_up(length, 1),
        patrols=patrols,
        valid=counted((facts["validity"] == "valid").to_numpy(dtype=bool)),
        share=share,
        seen_share=seen,
        repeated=repeated,
        due=per_duty.astype("int64"),
        met=met.astype("int64"),
        perfunctory=np.where(patrols == 0, "unknown", np.where(np.array(told, dtype=str) != "", "yes", "no")),
        signs=told,
    )
    return PATROLLED_DUTIES.conform(frame)


def _repeated(
    duty: NDArray[np.int64], track: NDArray[np.int64], start: Floats, end: Floats, order: NDArray[np.int64], count: int
) -> Floats:
    """Share of what the patrols of a duty after its first walked that had been walked before; NaN without any."""
    visit = pd.DataFrame({"duty": duty, "track": track}).groupby(["duty", "track"]).ngroup().to_numpy()
    whole, begin, finish = united_by(visit.astype("int64"), start, end)
    first = pd.Series(order[track]).groupby(duty).transform("min").to_numpy() if len(duty) else order[:0]
    later = order[track] > first
    new = np.bincount(duty[later], newly_by(duty, start, end, order[track])[later], count)
    owner, late = np.zeros(visit.max(initial=-1) + 1, dtype="int64"), np.zeros(visit.max(initial=-1) + 1, dtype=bool)
    owner[visit], late[visit] = duty, later
    kept = late[whole]
    walked = np.bincount(owner[whole[kept]], (finish - begin)[kept], count)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(walked > 0, 1 - new / walked, np.nan)
