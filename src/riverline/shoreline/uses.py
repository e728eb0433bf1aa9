"""Used shoreline: each use on the management line of its bank, and what together they take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines.chainage import cut_many
from riverline._kernels.lines.intervals import united
from riverline.demarcation.findings import Finding
from riverline.geodesy import round_half_up
from riverline.schema import USED_SHORELINES, USES
from riverline.shoreline.projection import Spans, spans_on
from riverline.shoreline.sides import chainage_at
from riverline.shoreline.stretches import counties_at
from riverline.shoreline.zones import degrees_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from riverline.shoreline.inputs import Inputs
    from riverline.shoreline.waterside import Shore

    Floats = NDArray[np.float64]

__all__ = ["taken_on", "used_of"]


def taken_on(shores: Sequence[Shore], inputs: Inputs) -> tuple[Spans, list[Finding]]:
    """The stretches that uses take.

    Parameters
    ----------
    shores
        Banks with their bands.
    inputs
        Uses, and how far the water counts.

    Returns
    -------
    taken
        Only stretches with a length.
    findings
        Uses on no shoreline, on both banks, in the water, and points without a length: each use is in ``taken`` or in
        an error.
    """
    uses = inputs.uses
    points = shapely.get_dimensions(uses.geometry.array) == 0
    declared = np.full(len(uses), np.nan)
    if "use_length_m" in uses.columns:
        declared = uses["use_length_m"].to_numpy(dtype="float64")
    unmeasured = points & ~(np.isfinite(declared) & (declared > 0.0))
    found = spans_on(shores, uses, inputs.rules.policy.water_reach_m)
    stretched = _with_lengths(found, shores, declared)
    taken = stretched.only(~unmeasured[found.row] & (stretched.end > stretched.start))
    return taken, _findings(taken, found, shores, uses, unmeasured)


def _with_lengths(found: Spans, shores: Sequence[Shore], declared: Floats) -> Spans:
    """What has no length of its own takes the one declared, half to each side, moved along where the line ends."""
    total = np.array([shore.side.length for shore in shores])[found.shore] if len(found.row) else np.empty(0)
    bare = found.end <= found.start
    half = np.where(bare, np.minimum(np.nan_to_num(declared[found.row]), total), 0.0) / 2.0
    middle = np.clip((found.start + found.end) / 2.0, half, total - half)
    start, end = np.where(bare, middle - half, found.start), np.where(bare, middle + half, found.end)
    return Spans(found.row, found.shore, start, end, found.in_water)


def _findings(
    taken: Spans, every: Spans, shores: Sequence[Shore], uses: gpd.GeoDataFrame, unmeasured: NDArray[np.bool_]
) -> list[Finding]:
    keys, shapes = uses["use_id"].to_numpy(dtype=object), uses.geometry.to_numpy()
    rows = np.arange(len(uses))
    measured = np.isin(rows, taken.row)
    lost = ~measured & ~unmeasured
    level = lost & np.isin(rows, every.row)
    codes = {
        "use-length-missing": unmeasured,
        "use-without-length": level,
        "use-off-shoreline": lost & ~level,
        "use-in-water": np.isin(rows, taken.row[taken.in_water]),
    }
    findings = [
        Finding(code, "uses", str(keys[row]), shapes[row])
        for code, there in codes.items()
        for row in np.flatnonzero(there)
    ]
    pairs = pd.DataFrame({"row": taken.row, "bank": [shores[each].side.bank for each in taken.shore],
                          "river": [shores[each].side.river_id for each in taken.shore]}).drop_duplicates()  # fmt: skip
    both = pairs.groupby(["row", "river"])["bank"].nunique()
    for row, river in both[both > 1].index:
        findings.append(Finding("use-both-banks", "uses", str(keys[row]), shapes[row], note=str(river)))
    return findings


def used_of(taken: Spans, shores: Sequence[Shore], inputs: Inputs) -> gpd.GeoDataFrame:
    """One row a use and bank: the stretches of management line that it takes.

    Parameters
    ----------
    taken
        From :func:`taken_on`.
    shores, inputs
        Banks and layers.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.USED_SHORELINES` with the uses' other columns.
    """
    if not len(taken.row):
        return USED_SHORELINES.empty(inputs.lines.crs)
    pairs, which = np.unique(np.column_stack([taken.shore, taken.row]), axis=0, return_inverse=True)
    rows = []
    for number, (shore, row) in enumerate(pairs.tolist()):
        mine = which == number
        rows.append(_row(shores[shore], row, *united(taken.start[mine], taken.end[mine]), inputs))
    frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=inputs.lines.crs)
    source = inputs.uses.drop(columns=[inputs.uses.geometry.name]).iloc[frame.pop("_row")].reset_index(drop=True)
    own = {*(column.name for column in USES if not column.optional), "river_id", "bank"}
    extras = [name for name in source.columns if name not in frame.columns and name not in own]
    frame = frame.assign(**{name: source[name] for name in ("use_id", "name", "use_kind", *extras)})
    number = frame.groupby(["shore_key", "use_id"]).cumcount()
    again = pd.Series(np.where(number > 0, "#" + (number + 1).astype("str"), ""))
    frame["used_id"] = frame["use_id"] + "@" + frame.pop("shore_key") + again
    if inputs.counties is None:
        frame = frame.drop(columns="admin")
    return USED_SHORELINES.conform(frame)


def _row(shore: Shore, row: int, start: Floats, end: Floats, inputs: Inputs) -> dict[str, Any]:
    side = shore.side
    lines = cut_many(side.coords, start, end)
    ends = degrees_on(side, np.array([start[0], end[-1]]), inputs)
    along = round_half_up(chainage_at(side, [start[0], end[-1]]), 1)
    county = counties_at(shore, np.array([(start[0] + end[0]) / 2.0]), inputs.counties)[0]
    names = [] if inputs.counties is None else inputs.counties["admin"].tolist()
    return {
        "_row": row,
        "shore_key": side.key,
        "river_id": side.river_id,
        "bank": side.bank,
        "occupied_m": float(round_half_up(float((end - start).sum()), 1)),
        "start_chainage_m": along[0], "end_chainage_m": along[1],
        "start_lon": ends[0, 0], "start_lat": ends[0, 1], "end_lon": ends[1, 0], "end_lat": ends[1, 1],
        "admin": [*names, ""][county],
        "geometry": lines[0] if len(lines) == 1 else shapely.multilinestrings([*lines]),
    }  # fmt: skip
