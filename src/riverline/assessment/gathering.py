"""Indicators made of what the year's work gave: the ledger, the patrols, the sections; each with the rows behind it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

import numpy as np
import pandas as pd

from riverline.channel.given import texts
from riverline.channel.reaches import CHIEF_COLUMNS
from riverline.channel.units import unit_holding
from riverline.checks.reading import read_or_refuse
from riverline.errors import JobError
from riverline.geodesy import align
from riverline.schema import ADMIN, CHIEFS, INDICATORS

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.ledger import Ledger

__all__ = ["SubjectKind", "gather_indicators", "gathered"]

SubjectKind = Literal["river", "admin", "chief"]
_ROUNDED_M = 0.1
# Overdue ones, rebounds and checks are problems and duties once more.
_RECORDS = ("problems:", "patrolled_duties:", "section_reaches:")
_NAMES = ("subject", "indicator", "value", "source_ids")


class _Walked(Protocol):
    """Of :class:`riverline.Patrols` what indicators are made of."""

    @property
    def coverage(self) -> gpd.GeoDataFrame: ...

    @property
    def checks(self) -> pd.DataFrame: ...

    @property
    def duties(self) -> pd.DataFrame: ...


class _Judged(Protocol):
    """Of :class:`riverline.OutfallInventory` what indicators are made of."""

    @property
    def reaches(self) -> gpd.GeoDataFrame: ...


def gather_indicators(  # noqa: PLR0913 - one argument a result
    *,
    by: SubjectKind,
    since: dt.date | str,
    until: dt.date | str,
    period: str = "",
    ledger: Ledger | None = None,
    patrols: _Walked | None = None,
    inventory: _Judged | None = None,
    chiefs: gpd.GeoDataFrame | None = None,
    admin: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Indicators of rivers, administrative units or chiefs from results, ready for :func:`riverline.assess`.

    Parameters
    ----------
    by
        Whom the score is for: ``"river"``, ``"admin"`` or ``"chief"``.
    since, until
        First and last day of the period.
    period
        What the office calls it, such as ``"2025Q4"``; the two days if not given.
    ledger
        Gives ``closed_share``, ``overdue`` and ``rebounds``.
    patrols
        What :func:`riverline.measure_patrols` gave for that period, or its ``coverage``, ``checks`` and ``duties``.
        Gives ``patrol_met``, ``coverage`` and ``perfunctory``; for administrative units with ``admin`` only.
    inventory
        What :func:`riverline.place_outfalls` gave, or its ``reaches``. Gives ``targets_met``; for chiefs with
        ``chiefs`` only, for administrative units with ``admin`` only.
    chiefs
        Rows of :data:`riverline.schema.CHIEFS`: on whose reach each water section lies.
    admin
        Rows of :data:`riverline.schema.ADMIN`: a section is of the smallest unit it lies in, a duty of the smallest
        that holds 95 % of its reach. What a higher chief walks through several units is none's.

    Returns
    -------
    DataFrame
        Rows of :data:`riverline.schema.INDICATORS`. ``source_ids`` names the rows behind each value as schema and key.

    Raises
    ------
    JobError
        If ``by`` is none of the three, or the days are none.

    Notes
    -----
    =================  ==============================================================================================
    ``closed_share``   of the problems that were there to be closed in the period (found by ``until``, not closed
                       before ``since``, not rejected), the share that is closed on ``until``
    ``overdue``        problems open on ``until`` whose day has passed
    ``rebounds``       problems that were back in the period, each once
    ``patrol_met``     of the periods that are judged, the share met; blank where one cannot be judged
    ``coverage``       length walked in valid patrols by the length of all reaches, on either bank
    ``perfunctory``    duties whose patrols look perfunctory; none where nobody walked
    ``targets_met``    of the sections, the share that met their target; blank where one is unknown
    =================  ==============================================================================================

    A subject that nothing tells of an indicator has no row of it. What lies on no river, in no unit, with no chief, is
    nobody's: no value is made of it, and ``riverline indicators`` says how many records that are. A problem counts for
    the chief of every level.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> from shapely import LineString
    >>> import riverline as rl
    >>> axis = LineString([(500000, 3500000), (501000, 3500000)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[axis], crs=4548)
    >>> duties = pd.DataFrame({"duty_id": ["D1"], "river_id": ["R1"], "chief": ["张三"], "level": ["village"]})
    >>> tracks = gpd.GeoDataFrame(
    ...     {"track_id": ["T1"], "patroller": ["张三"], "level": ["village"]},
    ...     geometry=[LineString([(500000, 3500020), (500600, 3500020)])],
    ...     crs=4548,
    ... ).assign(started=pd.Timestamp("2025-05-06T09:00+08:00"), ended=pd.Timestamp("2025-05-06T09:20+08:00"))
    >>> patrols = rl.measure_patrols(tracks, axes, duties=duties, since="2025-05-05", until="2025-05-11")
    >>> rows = rl.gather_indicators(by="chief", since="2025-05-05", until="2025-05-11", patrols=patrols)
    >>> rows[["subject", "indicator", "value", "source_ids"]].values.tolist()[:2]  # doctest: +NORMALIZE_WHITESPACE
    [['张三', 'coverage', 0.6, 'patrolled_duties:D1'],
     ['张三', 'patrol_met', 1.0, 'duty_checks:D1/village-example/20250505']]
    """
    return gathered(by=by, since=since, until=until, period=period, ledger=ledger, patrols=patrols, inventory=inventory,
                    chiefs=chiefs, admin=admin)[0]  # fmt: skip


def gathered(  # noqa: PLR0913 - as :func:`gather_indicators`
    *,
    by: SubjectKind,
    since: dt.date | str,
    until: dt.date | str,
    period: str = "",
    ledger: Ledger | None = None,
    patrols: _Walked | None = None,
    inventory: _Judged | None = None,
    chiefs: gpd.GeoDataFrame | None = None,
    admin: gpd.GeoDataFrame | None = None,
) -> tuple[pd.DataFrame, int]:
    """What :func:`gather_indicators` gives, and how many problems, duties and sections are nobody's."""
    first, last = _days(by, since, until)
    parts = [
        *(_of_ledger(ledger, by, first, last) if ledger is not None else ()),
        *(_of_patrols(patrols, by, admin) if patrols is not None else ()),
        *(_of_sections(inventory, by, chiefs, admin) if inventory is not None else ()),
    ]
    rows = pd.concat([pd.DataFrame({name: pd.Series(dtype="object") for name in _NAMES}), *parts], ignore_index=True)
    nobodys = (rows["subject"] == "").to_numpy(dtype=bool)
    lost = rows.loc[nobodys, "source_ids"].str.split(",").explode()
    rows = rows[~nobodys].sort_values(["subject", "indicator"], kind="stable", ignore_index=True)
    label = period or f"{first.isoformat()}/{last.isoformat()}"
    keys = by + "/" + rows["subject"].astype("str") + "/" + label + "/" + rows["indicator"].astype("str")
    made = rows.assign(value_id=keys, subject_kind=by, period=label, value=rows["value"].astype("float64"))
    values = pd.DataFrame(INDICATORS.conform(made[[column.name for column in INDICATORS]]))
    return values, lost[lost.str.startswith(_RECORDS, na=False)].nunique()


def _days(by: str, since: dt.date | str, until: dt.date | str) -> tuple[dt.date, dt.date]:
    problems: list[tuple[str, str]] = []
    days = []
    for name, given in (("since", since), ("until", until)):
        try:
            days.append(dt.date.fromisoformat(str(given)))
        except ValueError:
            problems.append((f"{name} 应为日期，如 2025-01-01，实际为 {given!r}",
                             f"{name} must be a day such as 2025-01-01, got {given!r}"))  # fmt: skip
    if not problems and days[0] > days[1]:
        problems.append(("since 晚于 until", "since lies after until"))
    if by not in (known := get_args(SubjectKind)):
        listed = " | ".join(known)
        problems.append((f"by 应为 {listed}，实际为 {by!r}", f"by must be {listed}, got {by!r}"))
    if problems:
        raise JobError.listing("指标汇总的参数有误", "what indicators are gathered for is wrong", problems)
    return days[0], days[1]


def _told(rows: pd.DataFrame, indicator: str, layer: str) -> pd.DataFrame:
    """One row a subject: ``value`` is summed over ``size``, and the ``key`` of every row is named."""
    rows = rows.sort_values(["subject", "key"], kind="stable")
    sums = rows.groupby("subject", sort=True).agg(
        value=("value", lambda each: each.sum(skipna=False)), size=("size", "sum"), source_ids=("key", _listed(layer))
    )
    share = sums["value"] / sums["size"]
    return sums.assign(value=share, indicator=indicator).reset_index()[list(_NAMES)]


def _counted(rows: pd.DataFrame, looked_at: pd.DataFrame, indicator: str, layer: str) -> pd.DataFrame:
    """How many rows each subject has; where it has none, 0 and what was looked at."""
    rows = rows.drop_duplicates(["subject", "key"]).sort_values(["subject", "key"], kind="stable")
    there = rows.groupby("subject")["key"].agg(_listed(layer))
    number = rows.groupby("subject")["what"].nunique()
    seen = looked_at.sort_values(["subject", "key"]).groupby("subject")["key"].agg(_listed("problems"))
    told = pd.DataFrame({"source_ids": there.reindex(seen.index).fillna(seen),
                         "value": number.reindex(seen.index).fillna(0.0)})  # fmt: skip
    return told.assign(indicator=indicator).rename_axis("subject").reset_index()[list(_NAMES)]


def _listed(layer: str) -> Callable[[pd.Series[Any]], str]:
    """What names the rows of a group."""
    return lambda keys: ",".join(f"{layer}:{key}" for key in keys)


def _of_ledger(ledger: Ledger, by: str, first: dt.date, last: dt.date) -> list[pd.DataFrame]:
    rows = ledger.problems(on=last)
    rows = rows[(rows["status"] != "rejected").to_numpy(dtype=bool)]
    whose = _whose(rows, by)
    closed = (rows["status"] == "closed").to_numpy(dtype=bool)
    before = closed & (rows["closed_on"] < pd.Timestamp(first)).to_numpy(dtype=bool)
    faced = pd.DataFrame({"key": texts(rows["problem_id"]), "value": closed.astype("float64"), "size": 1.0})[~before]
    overdue = pd.DataFrame({"key": texts(ledger.overdue(on=last)["problem_id"])})
    overdue = overdue.assign(what=overdue["key"])
    back = ledger.rebounds(on=last).rows
    back = back[(back["back_on"] >= pd.Timestamp(first)) & (back["back_on"] <= pd.Timestamp(last))]
    back = pd.DataFrame({"what": texts(back["problem_id"]), "rebound": texts(back["rebound_id"])})
    back = back.merge(whose, left_on="what", right_on="key").assign(key=lambda each: each["rebound"])
    return [
        _told(faced.merge(whose, on="key"), "closed_share", "problems"),
        _counted(overdue.merge(whose, on="key"), whose, "overdue", "overdue"),
        _counted(back, whose, "rebounds", "rebounds"),
    ]


def _whose(problems: gpd.GeoDataFrame, by: str) -> pd.DataFrame:
    """Pairs of problem and subject: every problem has one, empty where nothing is known."""
    key = texts(problems["problem_id"])
    names = {"river": ("river_id",), "admin": ("admin",), "chief": CHIEF_COLUMNS}[by]
    told = pd.concat([pd.DataFrame({"key": key, "subject": texts(problems[name])}, dtype="object") for name in names])
    named = told[told["subject"] != ""].drop_duplicates()
    nobodys = pd.DataFrame({"key": key[~np.isin(key, named["key"].to_numpy())], "subject": ""}, dtype="object")
    return pd.concat([named, nobodys], ignore_index=True)


def _of_patrols(patrols: _Walked, by: str, admin: gpd.GeoDataFrame | None) -> list[pd.DataFrame]:
    checks, duties, name = patrols.checks, patrols.duties, {"river": "river_id", "chief": "chief", "admin": "unit"}[by]
    if by == "admin":
        if admin is None:
            return []
        reaches = patrols.coverage.drop_duplicates("duty_id")
        unit = dict(zip(texts(reaches["duty_id"]), _units(reaches.geometry, admin), strict=True))
        checks, duties = (each.assign(unit=each["duty_id"].map(unit).fillna("")) for each in (checks, duties))
    judged = checks[checks["outcome"].isin(["met", "not_met", "unknown"])]
    met = judged["outcome"].map({"met": 1.0, "not_met": 0.0})
    odd = (duties["perfunctory"] == "yes").to_numpy(dtype="float64")
    length = duties["length_m"].to_numpy(dtype="float64")
    of = {"subject": texts(duties[name]), "key": texts(duties["duty_id"])}
    walked = pd.DataFrame({**of, "value": duties["share"].to_numpy(dtype="float64") * length, "size": length})
    frame = {"subject": texts(judged[name]), "key": texts(judged["check_id"]), "value": met.to_numpy("float64")}
    return [
        _told(pd.DataFrame(frame).assign(size=1.0), "patrol_met", "duty_checks"),
        _told(walked, "coverage", "patrolled_duties"),
        _summed(pd.DataFrame({**of, "value": odd}), "perfunctory", "patrolled_duties"),
    ]


def _summed(rows: pd.DataFrame, indicator: str, layer: str) -> pd.DataFrame:
    """Sum of the values of each subject."""
    told = _told(rows.assign(size=1.0), indicator, layer)
    number = rows.groupby("subject")["value"].sum()
    return told.assign(value=number.reindex(told["subject"]).to_numpy())


def _units(places: gpd.GeoSeries, admin: gpd.GeoDataFrame) -> NDArray[np.object_]:
    ADMIN.require(admin, layer="admin")
    return unit_holding(places.to_numpy(), align(admin, places.crs, layer="admin"))


def _of_sections(
    inventory: _Judged, by: str, chiefs: gpd.GeoDataFrame | None, admin: gpd.GeoDataFrame | None
) -> list[pd.DataFrame]:
    reaches = inventory.reaches[(inventory.reaches["water_section_id"] != "").to_numpy(dtype=bool)]
    met = reaches["target_met"].map({"met": 1.0, "not_met": 0.0}).to_numpy("float64")
    rows = pd.DataFrame({"key": texts(reaches["reach_id"]), "river_id": texts(reaches["river_id"]), "value": met,
                         "at": reaches["end_chainage_m"].to_numpy("float64"), "size": 1.0})  # fmt: skip
    if by == "river":
        return [_told(rows.assign(subject=rows["river_id"]), "targets_met", "section_reaches")]
    if by == "admin" and admin is not None:
        # A reach ends at its section.
        ends = reaches.geometry.interpolate(1.0, normalized=True)
        return [_told(rows.assign(subject=_units(ends, admin)), "targets_met", "section_reaches")]
    if by == "admin" or chiefs is None:
        return []
    CHIEFS.require(chiefs, layer="chiefs")
    chiefs = read_or_refuse(chiefs, CHIEFS, layer="chiefs")
    whose = pd.DataFrame({name: texts(chiefs[name]) for name in ("river_id", "name")}, dtype="object")
    ends = chiefs[["start_chainage_m", "end_chainage_m"]].to_numpy("float64")
    both = rows.merge(whose.assign(low=ends.min(axis=1), high=ends.max(axis=1)), on="river_id")
    # Lengths of axes and of reaches are rounded apart.
    on = both[(both["at"] >= both["low"] - _ROUNDED_M) & (both["at"] <= both["high"] + _ROUNDED_M)]
    return [_told(on.assign(subject=on["name"]).drop_duplicates(["subject", "key"]), "targets_met", "section_reaches")]
