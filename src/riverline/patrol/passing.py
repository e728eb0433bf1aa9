"""What each patrol passed, as intervals of chainage: what a search for hotspots takes for its effort."""

from __future__ import annotations

import pandas as pd

from riverline.geodesy import round_half_up
from riverline.schema import PATROL_PASSES

__all__ = ["passes_of"]


def passes_of(passed: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Rows of :data:`riverline.schema.PATROL_PASSES`.

    Parameters
    ----------
    passed
        Stretches of river that tracks passed, as :class:`riverline.patrol.walks.Walks` has them.
    facts
        ``track_id``, ``patroller``, ``level``, ``day`` and ``validity`` by number of the track.
    """
    of = facts.iloc[passed["track"].to_numpy(dtype="int64")].reset_index(drop=True)
    rows = pd.DataFrame(
        {
            **{name: of[name] for name in ("track_id", "patroller", "validity")},
            "level": of["level"].replace("", None),
            "on": pd.to_datetime(of["day"]).astype("datetime64[s]"),
            **{name: passed[name].to_numpy() for name in ("river_id", "bank")},
            "start_chainage_m": round_half_up(passed["start"].to_numpy(), 1),
            "end_chainage_m": round_half_up(passed["end"].to_numpy(), 1),
            "length_m": round_half_up((passed["end"] - passed["start"]).to_numpy(), 1),
        }
    )
    rows = rows.sort_values(["track_id", "river_id", "bank", "start_chainage_m"], kind="stable", ignore_index=True)
    number = (rows.groupby("track_id").cumcount() + 1).astype("str").str.zfill(2)
    return PATROL_PASSES.conform(
        rows.assign(pass_id=rows["track_id"].astype("str") + "/" + number)[[column.name for column in PATROL_PASSES]]
    )
