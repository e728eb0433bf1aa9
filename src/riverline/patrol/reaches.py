"""The reaches that chiefs answer for, what patrols walked of them, and what nobody walked."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines.chainage import cut_many
from riverline._kernels.lines.following import closed_by, gaps_by
from riverline.channel.given import texts
from riverline.checks.reading import read_rows, refused, row_names
from riverline.demarcation.findings import Finding
from riverline.geodesy import round_half_up
from riverline.patrol.walks import BANKS
from riverline.schema import COVERAGE, DUTIES, PATROL_GAPS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.channel.given import Axes
    from riverline.patrol.periods import Days

    Floats = NDArray[np.float64]

__all__ = ["coverage_of", "gaps_of", "lengths_of", "names_on_duty", "on_duty", "plain_name", "reaches_of"]

# Lengths are told to a tenth of a metre; what is shorter is rounding.
_LEAST_M = 0.05
_BESIDE_M = 10.0
# Duties are written in whole metres: one that ends no farther beyond the axis ends with it.
_STATED_M = 1.0


def plain_name(name: str) -> str:
    """A person's name as it is compared: full-width letters made narrow, spaces left out.

    Examples
    --------
    >>> plain_name("张　三")
    '张三'
    """
    return "".join(unicodedata.normalize("NFKC", name).split())


def reaches_of(duties: pd.DataFrame, axes: Axes) -> tuple[pd.DataFrame, set[str], list[Finding]]:
    """Duties with the chainages they run between, in order of their codes; what cannot be used is a finding.

    Parameters
    ----------
    duties
        Rows of :data:`riverline.schema.DUTIES`.
    axes
        The rivers.

    Returns
    -------
    DataFrame
        ``duty_id``, ``river_id``, ``bank`` ("" for both), ``chief``, ``level``, ``deputies``, ``low``, ``high``.
    set of str
        Names of those who patrol for duties that could not be used.
    list of Finding
        What could not be read; ``duty-unusable``, ``duty-duplicated``, ``duty-without-river``, ``duty-no-length``,
        ``duty-cut``.
    """
    read, findings = read_rows(duties, DUTIES)
    names = row_names(duties, DUTIES)
    words = {name: texts(read[name]) if name in read else np.full(len(read), "", dtype="object")
             for name in ("duty_id", "river_id", "bank", "chief", "level", "deputies")}  # fmt: skip
    rows, blank = pd.DataFrame(words, dtype="object"), np.full(len(read), np.nan)
    stated = [read[name].to_numpy(dtype="float64", na_value=np.nan) if name in read else blank
              for name in ("start_chainage_m", "end_chainage_m")]  # fmt: skip
    whole = pd.DataFrame({"river": axes.river_id, "low": axes.start, "high": axes.start + shapely.length(axes.line)})
    ends = whole.groupby("river").agg(low=("low", "min"), high=("high", "max")).reindex(rows["river_id"])
    low, high = (np.where(np.isnan(said), end, said) for said, end in zip(stated, ends.to_numpy().T, strict=True))
    reached = np.clip(np.column_stack([low, high]), ends["low"].to_numpy()[:, None], ends["high"].to_numpy()[:, None])
    reasons = {
        "duty-unusable": _lacking(rows, names, findings),
        "duty-duplicated": np.where(rows["duty_id"].duplicated(), rows["chief"], ""),
        "duty-without-river": np.where(ends["low"].isna(), rows["river_id"], ""),
        "duty-no-length": np.where(reached[:, 1] - reached[:, 0] > _LEAST_M, "", rows["river_id"]),
    }
    usable = np.ones(len(rows), dtype=bool)
    shared = rows["duty_id"].map(rows["duty_id"].value_counts()).to_numpy(dtype="float64")
    for code, note in reasons.items():
        wrong = (note != "") & usable
        value = shared if code == "duty-duplicated" else blank
        findings += [Finding(code, DUTIES.name, names[row], None, float(value[row]), note=str(note[row]))
                     for row in np.flatnonzero(wrong)]  # fmt: skip
        usable &= ~wrong
    beyond = (high - low) - (reached[:, 1] - reached[:, 0])
    findings += [Finding("duty-cut", DUTIES.name, names[row], None, beyond[row], unit="m", note=rows["river_id"][row])
                 for row in np.flatnonzero(usable & (beyond > _STATED_M))]  # fmt: skip
    rows = rows.assign(low=reached[:, 0], high=reached[:, 1])
    known = rows[usable].sort_values("duty_id", ignore_index=True)
    return known, names_on_duty(rows[~usable]) - {""}, findings


def _lacking(
    rows: pd.DataFrame, names: NDArray[np.object_], findings: list[Finding]
) -> NDArray[np.object_]:  # fmt: skip
    """The first column that a duty needs and has not, or whose word nobody knows; empty where none is."""
    found = np.full(len(rows), "", dtype="object")
    for name in ("bank", "start_chainage_m", "end_chainage_m"):
        found[np.isin(names, list(refused(findings, name)))] = name
    for name in ("level", "chief", "river_id", "duty_id"):
        found[(rows[name] == "").to_numpy()] = name
    return found


def on_duty(passed: pd.DataFrame, tracks: pd.DataFrame, reaches: pd.DataFrame) -> pd.DataFrame:
    """What each track passed of the reaches that its patroller answers for.

    Parameters
    ----------
    passed
        Stretches by ``track``, ``river_id``, ``bank``.
    tracks
        ``name`` and ``level`` of the patrollers, by number of the track.
    reaches
        From :func:`reaches_of`.

    Returns
    -------
    DataFrame
        ``track``, ``duty`` (row of ``reaches``), ``bank``, ``start``, ``end``, cut to the reach.
    """
    mine = passed.assign(
        name=tracks["name"].to_numpy()[passed["track"]], own=tracks["level"].to_numpy()[passed["track"]]
    )
    people = _people(reaches)
    both = mine.merge(people, on="name").merge(
        reaches[["river_id", "bank", "low", "high"]].rename(columns={"river_id": "on", "bank": "only"}),
        left_on="duty", right_index=True,
    )  # fmt: skip
    fits = (both["on"] == both["river_id"]) & both["only"].isin(["", *BANKS]) & (
        (both["only"] == "") | (both["only"] == both["bank"])
    ) & ((both["own"] == "") | (both["needs"] == "") | (both["own"] == both["needs"]))  # fmt: skip
    both = both[fits]
    start, end = np.maximum(both["start"], both["low"]), np.minimum(both["end"], both["high"])
    kept = np.asarray(end > start)
    found = both.assign(start=start, end=end)[["track", "duty", "bank", "start", "end"]][kept]
    return found.drop_duplicates().sort_values(["duty", "track", "bank", "start"], ignore_index=True)


def _people(reaches: pd.DataFrame) -> pd.DataFrame:
    """Who patrols for which duty: the chief, at his level, and his deputies."""
    deputies = reaches["deputies"].str.replace("，", ",").str.replace("、", ",").str.split(",").explode()
    chiefs = pd.DataFrame({"name": reaches["chief"].map(plain_name), "needs": reaches["level"]})
    helpers = pd.DataFrame({"name": deputies.map(plain_name), "needs": ""}).query("name != ''")
    people = pd.concat([chiefs, helpers]).rename_axis("duty").reset_index()
    return people.drop_duplicates(["duty", "name"], keep="last").astype({"name": "object", "needs": "object"})


def names_on_duty(reaches: pd.DataFrame) -> set[str]:
    """Names of everybody who patrols for some duty."""
    return set(_people(reaches)["name"])


def _banked(reaches: pd.DataFrame) -> pd.DataFrame:
    """One row a duty and bank."""
    sides = [[each] if each else BANKS.tolist() for each in reaches["bank"]]
    return reaches.assign(bank=pd.Series(sides, index=reaches.index)).explode("bank").rename_axis("duty").reset_index()


def _by_period(
    walked: pd.DataFrame, day: Days, reaches: pd.DataFrame, periods: tuple[Days, Days]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of duty, bank and period, and the stretches walked with the number of their row."""
    starts, ends = periods
    rows = _banked(reaches)
    count = len(starts)
    rows = rows.loc[rows.index.repeat(count)].assign(period=np.tile(np.arange(count), len(rows))).reset_index(drop=True)
    rows = rows.assign(group=np.arange(len(rows)), period_start=starts[rows["period"]], period_end=ends[rows["period"]])
    dated = day[walked["track"]]
    period = np.searchsorted(starts, dated, side="right") - 1
    inside = (period >= 0) & (dated <= ends[np.maximum(period, 0)]) & ~np.isnat(dated)
    found = walked[inside].assign(period=period[inside])
    return rows, found.merge(rows[["duty", "bank", "period", "group"]], on=["duty", "bank", "period"])


def coverage_of(
    walked: pd.DataFrame,
    valid: NDArray[np.bool_],
    day: Days,
    reaches: pd.DataFrame,
    axes: Axes,
    *,
    periods: tuple[Days, Days],
    apart: float,
) -> gpd.GeoDataFrame:
    """Rows of :data:`riverline.schema.COVERAGE`; what ``apart`` metres or less are missing of was walked."""
    rows, found = _by_period(walked, day, reaches, periods)
    good = found[valid[found["track"]]]
    covered, seen = (lengths_of(part, rows, apart) for part in (good, found))
    patrols, counted = (_visits(part, len(rows)) for part in (found, good))
    length = (rows["high"] - rows["low"]).to_numpy()
    full = length - covered < _LEAST_M
    told = _reach_columns(rows, length).assign(
        coverage_id=_ids(rows),
        covered_m=round_half_up(covered, 1),
        share=covered / length,
        seen_m=round_half_up(seen, 1),
        seen_share=seen / length,
        patrols=patrols,
        valid=counted,
        walked=np.select([full, covered > 0, seen > 0], ["full", "part", "not_valid"], "none"),
    )
    drawn = _beside(rows, np.arange(len(rows)), rows["low"].to_numpy(), rows["high"].to_numpy(), axes)
    return COVERAGE.conform(gpd.GeoDataFrame(told, geometry=gpd.GeoSeries(drawn, crs=axes.crs), crs=axes.crs))


def gaps_of(
    walked: pd.DataFrame,
    valid: NDArray[np.bool_],
    day: Days,
    reaches: pd.DataFrame,
    axes: Axes,
    *,
    periods: tuple[Days, Days],
    apart: float,
) -> gpd.GeoDataFrame:
    """Rows of :data:`riverline.schema.PATROL_GAPS`: with what was covered they make up each reach."""
    rows, found = _by_period(walked, day, reaches, periods)
    low, high = rows["low"].to_numpy(), rows["high"].to_numpy()
    good = valid[found["track"]]
    spans = _closed(found[good], rows, apart)
    group, start, end = gaps_by(*spans, low=low, high=high, least=_LEAST_M)
    seen = _seen_in(pd.DataFrame({"group": group, "low": start, "high": end}), found[~good])
    mine = rows.iloc[group].reset_index(drop=True).assign(low=start, high=end)
    number = mine.groupby("group").cumcount() + 1
    names = _ids(mine) + "/" + number.astype("str")
    told = _reach_columns(mine, end - start).assign(gap_id=names, seen_m=round_half_up(seen, 1))
    drawn = _beside(mine, np.arange(len(mine)), start, end, axes)
    return PATROL_GAPS.conform(gpd.GeoDataFrame(told, geometry=gpd.GeoSeries(drawn, crs=axes.crs), crs=axes.crs))


def _seen_in(gaps: pd.DataFrame, found: pd.DataFrame) -> Floats:
    """Length of each gap that stretches of its group cover."""
    both = gaps.rename_axis("gap").reset_index().merge(found[["group", "start", "end"]], on="group")
    start, end = np.maximum(both["start"], both["low"]), np.minimum(both["end"], both["high"])
    inside = both.assign(group=both["gap"], start=start, end=end)[np.asarray(end > start)]
    return lengths_of(inside, gaps, 0.0)


def _visits(found: pd.DataFrame, count: int) -> NDArray[np.int64]:
    """How many tracks each group has."""
    return np.bincount(found[["group", "track"]].drop_duplicates()["group"], minlength=count).astype("int64")


def lengths_of(found: pd.DataFrame, stretches: pd.DataFrame, apart: float) -> Floats:
    """What intervals pass of each stretch, each place once.

    Parameters
    ----------
    found
        Intervals by ``group`` (row of ``stretches``), ``start``, ``end``.
    stretches
        ``low`` and ``high``.
    apart
        Places of walkers are no surer than so many metres: of a stretch that was passed at all, what is missing between
        two intervals or at an end and is no longer counts as passed.

    Returns
    -------
    (n,)
        Metres.
    """
    group, start, end = _closed(found, stretches, apart)
    return np.asarray(np.bincount(group, end - start, len(stretches)), dtype="float64")


def _closed(found: pd.DataFrame, stretches: pd.DataFrame, apart: float) -> tuple[NDArray[np.int64], Floats, Floats]:
    spans = (found[name].to_numpy() for name in ("group", "start", "end"))
    low, high = (stretches[name].to_numpy(dtype="float64") for name in ("low", "high"))
    return closed_by(*spans, low=low, high=high, apart=apart)


def _ids(rows: pd.DataFrame) -> pd.Series:
    letter = rows["bank"].map({"left": "L", "right": "R"}).astype("str")
    return rows["duty_id"].astype("str") + "/" + letter + "/" + rows["period_start"].dt.strftime("%Y%m%d")


def _reach_columns(rows: pd.DataFrame, length: Floats) -> pd.DataFrame:
    kept = rows[["duty_id", "river_id", "bank", "chief", "level"]]
    return kept.assign(
        period_start=rows["period_start"],
        period_end=rows["period_end"],
        start_chainage_m=rows["low"],
        end_chainage_m=rows["high"],
        length_m=round_half_up(length, 1),
    )


def _beside(
    rows: pd.DataFrame, number: NDArray[np.int64], low: Floats, high: Floats, axes: Axes
) -> NDArray[np.object_]:
    """Stretches of the axes, drawn ten metres to the side of their bank so that both can be seen."""
    of_river = pd.DataFrame({"river_id": axes.river_id, "axis": np.arange(len(axes.line))})
    pairs = pd.DataFrame({"row": number, "river_id": rows["river_id"].to_numpy()}).merge(of_river, on="river_id")
    row, axis = pairs["row"].to_numpy(), pairs["axis"].to_numpy()
    start, end = low[row] - axes.start[axis], high[row] - axes.start[axis]
    start, end = np.maximum(start, 0.0), np.minimum(end, shapely.length(axes.line)[axis])
    kept = np.flatnonzero(end > start)
    lines = np.full(len(row), None, dtype="object")
    for each in np.unique(axis[kept]):
        mine = kept[axis[kept] == each]
        lines[mine] = cut_many(shapely.get_coordinates(axes.line[each]), start[mine], end[mine])
    side = np.where(rows["bank"].to_numpy()[row] == "left", _BESIDE_M, -_BESIDE_M)
    moved = shapely.offset_curve(lines, side)
    lines = np.where(shapely.length(moved) > 0, moved, lines)
    parts, owner = shapely.get_parts(lines[kept], return_index=True)
    drawn = np.full(len(rows), None, dtype="object")
    owners = row[kept][owner]
    order = np.argsort(owners, kind="stable")
    named = np.unique(owners)
    if len(named):
        drawn[named] = shapely.multilinestrings(parts[order], indices=np.searchsorted(named, owners[order]))
    return drawn
