"""The scan along rivers: the stretch, and the days, that hold more problems than chance gives anywhere."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline._kernels.network.river_graph import Places, graph_of, within
from riverline._kernels.network.river_joins import joins
from riverline._kernels.network.river_scan import Chances, Windows, judge, scan, significance
from riverline.errors import JobError
from riverline.hotspots.counting import count_problems, require_days, window_of
from riverline.hotspots.exposing import exposed
from riverline.hotspots.segments import segments_of
from riverline.hotspots.settings import HotspotSettings
from riverline.rules.dating import as_day
from riverline.schema import SCAN_CLUSTERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from riverline._kernels.network.river_scan import Best, Significance
    from riverline.hotspots.counting import Counted
    from riverline.hotspots.segments import Segments

    Floats = NDArray[np.float64]
    _Days = tuple[pd.Timestamp, pd.Timestamp]

__all__ = ["ScanSettings", "scan_rivers"]


# What a tail fitted to a thousand worlds can tell at most.
_LEAST_TAIL = 1e-6


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """How rivers are scanned.

    Attributes
    ----------
    reach_m
        Largest distance from a window's centre along the water.
    share
        Largest share of the exposure that a window may hold.
    period_days, periods
        Length and number of the periods up to the day ``on``; one period is a scan of place alone, of whatever was
        found up to that day, and has no length.
    prospective
        Whether only windows count that reach the last period: what is going on now; needs several periods.
    most, level
        Most windows that are told, and the largest p of those after the best: none shares a segment with a better one.
    worlds, enough
        Most random worlds, and after how many better ones to stop.
    min_passes, max_distance_m, snap_m, same_bank
        As for :class:`riverline.HotspotSettings`.
    """

    reach_m: float = 5_000.0
    share: float = 0.5
    period_days: int = 30
    periods: int = 1
    prospective: bool = False
    most: int = 5
    level: float = 0.05
    worlds: int = 999
    enough: int = 10
    min_passes: float = 1.0
    max_distance_m: float = 1_000.0
    snap_m: float = 5.0
    same_bank: bool = True

    def __post_init__(self) -> None:
        positive = (
            "reach_m",
            "share",
            "period_days",
            "periods",
            "most",
            "level",
            "worlds",
            "enough",
            "max_distance_m",
            "snap_m",
        )
        wrong = [name for name in positive if not getattr(self, name) > 0]
        if wrong:
            raise JobError(f"ScanSettings 的 {', '.join(wrong)} 应大于 0", f"{', '.join(wrong)} must be above 0")
        if self.prospective and self.periods == 1:
            raise JobError(
                "只看仍在发生的（prospective）需要多个时段：periods 应大于 1",
                "what is going on now (prospective) needs several periods: periods must be above 1",
            )

    @property
    def window_days(self) -> int | None:
        """Days that are looked at up to the last one; None, as many as there are, in a scan of place alone."""
        return self.period_days * self.periods if self.periods > 1 else None


def scan_rivers(  # noqa: PLR0913 - one argument a table or choice
    problems: gpd.GeoDataFrame,
    axes: gpd.GeoDataFrame,
    *,
    controls: gpd.GeoDataFrame | None = None,
    exposure: pd.DataFrame | None = None,
    effort: pd.DataFrame | None = None,
    segment_m: float = 500.0,
    by_bank: bool = True,
    on: dt.date | str | None = None,
    seed: int = 0,
    settings: ScanSettings | None = None,
    tell: Callable[[int], None] | None = None,
) -> gpd.GeoDataFrame:
    """The windows along rivers, of place or of place and time, that are hardest to explain by chance.

    Parameters
    ----------
    problems, axes, segment_m, by_bank
        As for :func:`riverline.find_hotspots`.
    controls
        What was looked at and found in order: windows are then judged by their share of problems (Bernoulli), else by
        their number against the exposure (Poisson).
    exposure, effort
        As for :func:`riverline.find_hotspots`; not with controls, which say themselves where was looked. With several
        periods passes that have a day ``on`` count in their own. Segments that were passed less than
        ``settings.min_passes`` times in all, and periods in which nobody passed, have no exposure: their problems are
        left out, as the report of :func:`check_problems` with the same tables says.
    on
        Last day of the last period; needed for more than one. With one period, everything found up to that day counts,
        as in :func:`riverline.find_hotspots`.
    seed
        Of the random worlds.
    settings
        Size of windows, periods, worlds.
    tell
        Is told how many random worlds were drawn, before each: for a bar of progress.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.SCAN_CLUSTERS`: the best window, and those after it that share no segment with a
        better one and are beyond chance themselves; none where no window holds more than expected. ``p`` is simulated,
        for all of them against the best window of random worlds, so that those after the first are judged on the safe
        side; ``tail_p``, by a Gumbel tail, is not bound by the number of worlds, and gives the ``recurrence_days`` of a
        prospective scan: how many days of chance bring one such alarm.

    Raises
    ------
    SchemaError, CRSError, RuleError
        As for :func:`riverline.find_hotspots`.
    JobError
        If several periods are asked for without ``on``, or controls come with an exposure.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> import riverline as rl
    >>> axis = shapely.LineString([(500000, 3500000), (520000, 3500000)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[axis], crs=4548)
    >>> places = [shapely.Point(505100 + 100 * i, 3500020) for i in range(9)] + [shapely.Point(515000, 3500020)]
    >>> found = rl.hotspots.scan_rivers(gpd.GeoDataFrame(geometry=places, crs=4548), axes)
    >>> found[["problems", "start_chainage_m", "end_chainage_m"]].values.tolist(), bool(found["p"].iloc[0] <= 0.002)
    ([[9, 4500.0, 6000.0]], True)
    """
    chosen = ScanSettings() if settings is None else settings
    day = as_day(on)
    if chosen.periods > 1 and day is None:
        raise JobError("按时段扫描需要最后一天：on=", "a scan of several periods needs its last day: on=")
    if controls is not None and (exposure is not None or effort is not None):
        raise JobError("controls 不能与 exposure、effort 同用：对照本身就是看过的地方",
                       "controls do not go with exposure or effort: they are what was looked at")  # fmt: skip
    if day is not None:
        require_days(problems)
    segments = segments_of(axes, segment_m, by_bank=by_bank)
    counts, days = _counts(problems, segments, chosen, day)
    others = None if controls is None else _counts(controls, segments, chosen, day)[0]
    size = _exposures(segments, exposure, effort, chosen, day)
    counts = np.where(size > 0.0, counts, 0.0)
    if not counts.any():
        return SCAN_CLUSTERS.empty(axes.crs)
    share = size / size.sum()
    windows, distance = _windows(segments, share.sum(axis=1), chosen)
    found = _apart(counts, share, windows, others, chosen)
    if not found:
        return SCAN_CLUSTERS.empty(axes.crs)
    first = _chance(found[0], counts, share, windows, others, chosen, seed, tell)
    judged = [(each, judge(first.values, each.ratio, worlds=chosen.worlds)) for each in found]
    rows = [
        _row(best, chance, windows, float(distance[best.window]), segments, chosen, days)
        for number, (best, chance) in enumerate(judged)
        if number == 0 or chance.p <= chosen.level
    ]
    return SCAN_CLUSTERS.conform(gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=axes.crs))


def _apart(
    counts: Floats, share: Floats, windows: Windows, controls: Floats | None, settings: ScanSettings
) -> list[Best]:
    """The best window, and the best of those that share no segment with a better one, as often as is asked."""
    taken = np.zeros(len(counts), dtype=bool)
    found: list[Best] = []
    while len(found) < settings.most:
        best = scan(counts, share, windows, last_only=settings.prospective, controls=controls, taken=taken)
        if best.ratio <= 0.0:
            break
        found.append(best)
        taken[windows.held(best.window)] = True
    return found


def _counts(
    problems: gpd.GeoDataFrame, segments: Segments, settings: ScanSettings, day: dt.date | None
) -> tuple[Floats, _Days]:
    """Problems by segment and period, the last period last; and the first and last day that were looked at."""
    asked = HotspotSettings(
        max_distance_m=settings.max_distance_m, window_days=settings.window_days if day else None
    )  # fmt: skip
    counted: Counted = count_problems(problems, segments, asked, day)
    period = np.zeros(len(counted.segment), dtype="int64")
    if settings.periods > 1 and day is not None:
        ago = (pd.Timestamp(day) - counted.rows["found_on"]).dt.days.to_numpy() // settings.period_days
        period = settings.periods - 1 - ago
    table = np.zeros((len(segments.frame), settings.periods))
    np.add.at(table, (counted.segment, period), 1.0)
    found = pd.DatetimeIndex(counted.rows.get("found_on", []))
    return table, (found.min(), found.max() if day is None else pd.Timestamp(day))


def _exposures(
    segments: Segments, exposure: pd.DataFrame | None, effort: pd.DataFrame | None, settings: ScanSettings,
    day: dt.date | None,
) -> Floats:  # fmt: skip
    """Exposure of each segment in each period, 0 where nobody looked enough."""
    held = exposed(segments, exposure, effort, window_of(day, settings.window_days))
    size = np.repeat((held.size / settings.periods)[:, None], settings.periods, axis=1)
    if effort is not None and "on" in effort and settings.periods > 1 and day is not None:
        days = settings.period_days
        lasts = [day - dt.timedelta(days=days * ago) for ago in reversed(range(settings.periods))]
        size = np.column_stack([exposed(segments, exposure, effort, window_of(last, days)).size for last in lasts])
    return np.where(held.tested(settings.min_passes)[:, None], size, 0.0)


def _windows(segments: Segments, share: Floats, settings: ScanSettings) -> tuple[Windows, Floats]:
    """Growing neighbourhoods of each segment, and the distance that each window reaches."""
    apart = segments.by_bank and settings.same_bank
    middle = (segments.begin + segments.end) / 2
    places = Places(segments.axis, middle, segments.bank)
    lengths = shapely.length(segments.axes.line)
    graph, node = graph_of(lengths, joins(segments.axes.line, settings.snap_m, segments.width), places, banks=apart)
    origin, reached, distance = within(graph, node, settings.reach_m)
    order = np.argsort(node, kind="stable")
    first, end = (np.searchsorted(node[order], reached, side=side) for side in ("left", "right"))
    many = end - first
    row = np.repeat(np.arange(len(reached)), many)
    member = order[np.repeat(first - (np.cumsum(many) - many), many) + np.arange(len(row))]
    origin, distance = origin[row], np.round(distance[row], 6)
    sorted_rows = np.lexsort((member, distance, origin))
    origin, member, distance = origin[sorted_rows], member[sorted_rows], distance[sorted_rows]
    whole = np.ones(len(origin), dtype=bool)
    whole[:-1] = (origin[1:] != origin[:-1]) | (distance[1:] > distance[:-1])
    start = np.searchsorted(origin, np.arange(len(segments.frame) + 1))
    running = np.concatenate([[0.0], np.cumsum(share[member])])
    held = running[1:] - running[start[origin]]
    return Windows(member, start, whole & ((held <= settings.share) | (member == origin))), distance


def _chance(
    best: Best, counts: Floats, share: Floats, windows: Windows, controls: Floats | None, settings: ScanSettings,
    seed: int, tell: Callable[[int], None] | None,
) -> Significance:  # fmt: skip
    """How good the best window of random worlds is: problems fall by exposure, or cases and controls are dealt anew."""
    total, last_only = int(counts.sum()), settings.prospective
    if controls is None:
        expected = Chances(share * total, windows, last_only=last_only)

        def draw(random: np.random.Generator) -> float:
            return expected.best_ratio(random.multinomial(total, share.ravel()).reshape(share.shape))
    else:
        looked = (counts + controls).astype("int64")
        seen = Chances(looked.astype("float64"), windows, last_only=last_only, everyone=float(looked.sum()))

        def draw(random: np.random.Generator) -> float:
            cases = random.multivariate_hypergeometric(looked.ravel(), total, method="marginals")
            return seen.best_ratio(cases.reshape(share.shape))

    return significance(best.ratio, draw, seed, worlds=settings.worlds, enough=settings.enough, tell=tell)


def _row(
    best: Best, chance: Significance, windows: Windows, reach: float, segments: Segments, settings: ScanSettings,
    days: _Days,
) -> dict[str, Any]:  # fmt: skip
    members = windows.held(best.window)
    centre = members[0]
    frame = segments.frame.iloc[np.sort(members)]
    own = frame[frame["river_id"] == segments.frame["river_id"].iloc[centre]]
    shape = shapely.line_merge(shapely.multilinestrings(list(frame.geometry)))
    row: dict[str, Any] = {
        "scan_id": f"{segments.frame['segment_id'].iloc[centre]}/S",
        "river_id": segments.frame["river_id"].iloc[centre], "start_chainage_m": own["start_chainage_m"].min(),
        "end_chainage_m": own["end_chainage_m"].max(), "length_m": round(float(frame["length_m"].sum()), 1),
        "reach_m": reach, "segments": len(members), "problems": int(best.count), "expected": best.expected,
        "likelihood_ratio": best.ratio, "p": chance.p, "tail_p": chance.tail_p, "worlds": chance.worlds,
        "first_day": days[0], "last_day": days[1], "recurrence_days": np.nan, "geometry": shape,
    }  # fmt: skip
    if segments.by_bank and settings.same_bank:
        row["bank"] = segments.frame["bank"].iloc[centre]
    if settings.periods > 1:
        ends = days[1] - pd.Timedelta(days=settings.period_days * (settings.periods - 1 - best.last))
        row["last_day"] = ends
        row["first_day"] = ends - pd.Timedelta(days=settings.period_days * (best.last - best.first + 1) - 1)
    if settings.prospective:
        row["recurrence_days"] = settings.period_days / max(chance.tail_p, _LEAST_TAIL)
    return row
