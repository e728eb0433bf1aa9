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
from riverline.geodesy import apportion, round_half_up
from riverline.schema import USED_SHORELINES, USES
from riverline.shoreline.projection import Spans, spans_on
from riverline.shoreline.sides import chainage_at
from riverline.shoreline.stretches import LEAST_M
from riverline.shoreline.zones import degrees_on

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from riverline.shoreline.inputs import Inputs
    from riverline.shoreline.stretches import Stretch
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
        Uses on no shoreline, on both banks, in the water, and points without a length, or with one that cannot be:
        each use is in ``taken`` or in an error.
    """
    uses = inputs.uses
    points = shapely.get_dimensions(uses.geometry.array) == 0
    declared = np.full(len(uses), np.nan)
    if "use_length_m" in uses.columns:
        declared = uses["use_length_m"].to_numpy(dtype="float64")
    found = spans_on(shores, uses, inputs.rules.policy.water_reach_m)
    bare = np.zeros(len(uses), dtype=bool)
    bare[found.row[found.end <= found.start]] = True
    longest = _longest(found, shores, len(uses))
    absurd = (points | bare) & ~np.isnan(declared) & ~((declared > 0.0) & (declared <= longest))
    unmeasured = points & np.isnan(declared)
    stretched = _with_lengths(found, shores, np.where(absurd, np.nan, declared))
    taken = stretched.only(~(absurd | unmeasured)[found.row] & (stretched.end > stretched.start))
    short = _short(found, stretched, declared) & ~absurd
    told = [
        *_about_lengths("use-length-implausible", absurd, uses, declared, longest),
        *_about_lengths("use-length-cut", short, uses, declared, _taken_by(taken, len(uses))),
    ]
    return taken, [*told, *_findings(taken, found, shores, uses, absurd | unmeasured, unmeasured)]


def _longest(found: Spans, shores: Sequence[Shore], uses: int) -> Floats:
    """Metres of the bank that each use lies on, all its parts together, (n,); infinite where it lies on none."""
    banks = pd.Series([f"{shore.side.river_id}\n{shore.side.bank}" for shore in shores], dtype="str")
    lengths = pd.Series([shore.side.length for shore in shores], dtype="float64").groupby(banks).transform("sum")
    longest = np.zeros(uses)
    np.maximum.at(longest, found.row, lengths.to_numpy()[found.shore])
    return np.where(np.isin(np.arange(uses), found.row), longest, np.inf)


def _with_lengths(found: Spans, shores: Sequence[Shore], declared: Floats) -> Spans:
    """What has no length of its own takes the one declared, half to each side, moved along where the line ends."""
    total = np.array([shore.side.length for shore in shores])[found.shore] if len(found.row) else np.empty(0)
    bare = found.end <= found.start
    half = np.where(bare, np.minimum(np.nan_to_num(declared[found.row]), total), 0.0) / 2.0
    middle = np.clip((found.start + found.end) / 2.0, half, total - half)
    start, end = np.where(bare, middle - half, found.start), np.where(bare, middle + half, found.end)
    return Spans(found.row, found.shore, start, end, found.in_water)


def _short(found: Spans, stretched: Spans, declared: Floats) -> NDArray[np.bool_]:
    """Uses that declare more than the part of the bank on which they lie is long, (n,)."""
    bare = found.end <= found.start
    less = bare & (stretched.end - stretched.start < declared[found.row] - LEAST_M)
    return np.isin(np.arange(len(declared)), found.row[less])


def _taken_by(taken: Spans, uses: int) -> Floats:
    """Metres that each use takes, (n,)."""
    return np.bincount(taken.row, taken.end - taken.start, minlength=uses).astype("float64")


def _about_lengths(
    code: str, there: NDArray[np.bool_], uses: gpd.GeoDataFrame, declared: Floats, allowed: Floats
) -> list[Finding]:
    """A finding for each declared length that cannot be as it is, with what could be."""
    keys, shapes = uses["use_id"].to_numpy(dtype=object), uses.geometry.to_numpy()
    limit = np.where(np.isfinite(allowed), round_half_up(np.nan_to_num(allowed, posinf=0.0), 1), np.nan)
    return [
        Finding(code, "uses", str(keys[row]), shapes[row], float(declared[row]), float(limit[row]), "m")
        for row in np.flatnonzero(there)
    ]


def _findings(
    taken: Spans,
    every: Spans,
    shores: Sequence[Shore],
    uses: gpd.GeoDataFrame,
    told: NDArray[np.bool_],
    unmeasured: NDArray[np.bool_],
) -> list[Finding]:
    keys, shapes = uses["use_id"].to_numpy(dtype=object), uses.geometry.to_numpy()
    rows = np.arange(len(uses))
    measured = np.isin(rows, taken.row)
    lost = ~measured & ~told
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


def used_of(
    taken: Spans, shores: Sequence[Shore], stretches: Mapping[str, list[Stretch]], inputs: Inputs
) -> gpd.GeoDataFrame:
    """One row a use, bank and county: the stretches of management line that it takes.

    Parameters
    ----------
    taken
        From :func:`taken_on`.
    shores, inputs
        Banks and layers.
    stretches
        Stretches of each bank, by its key: they say which county is where, as for zones.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.USED_SHORELINES` with the uses' other columns. Rows of a use on one bank sum to
        what it takes of it, in tenths of a metre.
    """
    if not len(taken.row):
        return USED_SHORELINES.empty(inputs.lines.crs)
    pairs, which = np.unique(np.column_stack([taken.shore, taken.row]), axis=0, return_inverse=True)
    counties = {each: _counties_along(stretches[shores[each].side.key]) for each in np.unique(taken.shore).tolist()}
    rows = []
    for number, (shore, row) in enumerate(pairs.tolist()):
        mine = which == number
        whole = united(taken.start[mine], taken.end[mine])
        rows += [{"_row": row, **part} for part in _rows(shores[shore], whole, counties[shore], inputs)]
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


def _counties_along(stretches: list[Stretch]) -> list[tuple[float, float, int]]:
    """From where to where along a bank each county is."""
    runs: list[tuple[float, float, int]] = []
    for each in stretches:
        if runs and runs[-1][2] == each.county:
            runs[-1] = (runs[-1][0], each.end, each.county)
        else:
            runs.append((each.start, each.end, each.county))
    return runs


def _rows(
    shore: Shore, whole: tuple[Floats, Floats], counties: list[tuple[float, float, int]], inputs: Inputs
) -> list[dict[str, Any]]:
    """What a use takes of one bank, a row a county."""
    starts: dict[int, list[Floats]] = {}
    ends: dict[int, list[Floats]] = {}
    for low, high, county in counties:
        start, end = np.clip(whole[0], low, high), np.clip(whole[1], low, high)
        if (end > start).any():
            starts.setdefault(county, []).append(start[end > start])
            ends.setdefault(county, []).append(end[end > start])
    joined = [(county, np.concatenate(starts[county]), np.concatenate(ends[county])) for county in starts]
    lengths = np.array([(end - start).sum() for _, start, end in joined])
    metres = apportion(lengths, float(lengths.sum()), decimals=1)
    names = [] if inputs.counties is None else inputs.counties["admin"].tolist()
    return [
        {**_row(shore, start, end, inputs), "occupied_m": length, "admin": [*names, ""][county]}
        for (county, start, end), length in zip(joined, metres.tolist(), strict=True)
    ]


def _row(shore: Shore, start: Floats, end: Floats, inputs: Inputs) -> dict[str, Any]:
    side = shore.side
    lines = cut_many(side.coords, start, end)
    ends = degrees_on(side, np.array([start[0], end[-1]]), inputs)
    along = round_half_up(chainage_at(side, [start[0], end[-1]]), 1)
    return {
        "shore_key": side.key,
        "river_id": side.river_id,
        "bank": side.bank,
        "start_chainage_m": along[0], "end_chainage_m": along[1],
        "start_lon": ends[0, 0], "start_lat": ends[0, 1], "end_lon": ends[1, 0], "end_lat": ends[1, 1],
        "geometry": lines[0] if len(lines) == 1 else shapely.multilinestrings([*lines]),
    }  # fmt: skip
