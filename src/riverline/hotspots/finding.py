"""The public verb: where problems concentrate along rivers beyond chance."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riverline import faults
from riverline._kernels.statistics.ranks import funnel_limits, ranks
from riverline._kernels.statistics.shrinkage import smooth
from riverline._version import __version__
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.errors import JobError
from riverline.hotspots.counting import count_problems, window_of
from riverline.hotspots.density import density_of
from riverline.hotspots.exposing import exposed
from riverline.hotspots.quality import report
from riverline.hotspots.ranking import PRIORS, unwalked
from riverline.hotspots.reaches import FUNNEL_LEVEL, reaches_of
from riverline.hotspots.result import Hotspots
from riverline.hotspots.segments import neighbours_of, segments_of
from riverline.hotspots.settings import HotspotSettings
from riverline.hotspots.testing import chance_of
from riverline.hotspots.wording import reasons_of
from riverline.provenance import Run, crs_text, describe_input
from riverline.rules.dating import as_day
from riverline.schema import HOT_REACHES, HOT_SEGMENTS

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.hotspots.counting import Counted
    from riverline.hotspots.segments import Segments
    from riverline.hotspots.testing import Chance

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["find_hotspots"]

# Neighbours lie within so many lengths of a segment, unless the settings say how far.
_REACH = 2.0
# With more than this share of the segments hot or cold, it is the counts that differ and not some places.
_MANY = 0.25


def find_hotspots(  # noqa: PLR0913 - the choices that are the office's, not the method's; those are in settings
    problems: gpd.GeoDataFrame,
    axes: gpd.GeoDataFrame,
    *,
    segment_m: float = 500.0,
    by_bank: bool = True,
    exposure: pd.DataFrame | None = None,
    effort: pd.DataFrame | None = None,
    on: dt.date | str | None = None,
    seed: int = 0,
    settings: HotspotSettings | None = None,
) -> Hotspots:
    """Where problems concentrate along rivers beyond chance, which reaches first, and where nobody looked enough.

    Parameters
    ----------
    problems
        Points, lines or areas in any CRS that can be brought to that of the axes; an area counts once. Of columns
        ``problem_id``, ``river_id``, ``bank``, ``kind``, ``severity``, ``status`` and ``found_on`` are used where they
        are there; a problem that names its river, or its bank, is put there. Rejected ones do not count.
    axes
        Rows of :data:`riverline.schema.AXES`, in metres, digitised downstream.
    segment_m
        Longest segment; the segments of an axis are equally long.
    by_bank
        Whether left and right bank are counted apart.
    exposure
        Intervals of chainage (``river_id``, ``start_chainage_m``, ``end_chainage_m``, ``bank`` or both) with their
        ``exposure``; without it the length of bank counts.
    effort
        Intervals of chainage that patrols covered, one row a pass, or with ``passes``: the exposure is multiplied by
        the passes, and segments passed less than ``settings.min_passes`` times are not tested. Rows whose ``validity``
        is ``invalid`` are no look, and rows with a day ``on`` count in the window only. Where more problems lie on a
        segment that nobody looked at enough than on stretches of its length elsewhere, a warning names it.
    on
        Last day that counts, as a date or ISO text; problems without a day are then left out.
    seed
        Of random deals, where the null is simulated, of the global test and of the choice of a bandwidth.
    settings
        Choices of method.

    Returns
    -------
    Hotspots
        Segments, clusters with their reasons, surface, faults with the ledger quality report, run.

    Raises
    ------
    SchemaError, CRSError
        If frames lack columns, geometry or CRS, or the axes are not in metres.
    RuleError
        If ``on`` is no day.
    JobError
        If the null that the settings ask for does not fit the weights, or a window has no last day.

    Notes
    -----
    Chance is exact for counts: each of the N problems falls anew in proportion to exposure (or, if the settings ask for
    it, the counts are dealt out anew). The p of a segment is that of its neighbourhood, itself included (Gi*), and is
    corrected for all segments (Benjamini & Hochberg 1995, or Benjamini & Yekutieli 2001), so that at most
    ``settings.level`` of the hot segments are false discoveries. ``moran`` says by the same chance whether the
    neighbours alone are high or low, given what the segment has itself: a lone heap is hot, but not high among high.
    The global p is that of Simes: the smallest adjusted p.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> import riverline as rl
    >>> axis = shapely.LineString([(500000, 3500000), (520000, 3500000)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[axis], crs=4548)
    >>> places = [shapely.Point(505100 + 10 * i, 3500020) for i in range(9)]
    >>> spots = rl.find_hotspots(gpd.GeoDataFrame(geometry=places, crs=4548), axes)
    >>> spots
    Hotspots(9 problems on 80 segments: 5 hot, 0 cold, 0 unseen, 75 none; 1 hot reaches of 2.5 km, 0 faults)
    >>> print(spots.clusters["reason"].iloc[0].split("，热点")[0])
    清水河左岸 K4+000—K6+500（2.50 km）：9 个问题，按岸线长度应有 0.6 个
    """
    chosen = HotspotSettings() if settings is None else settings
    day = as_day(on)
    if chosen.window_days is not None and day is None:
        raise JobError("时段（window_days）需要最后一天：on=", "a window (window_days) needs its last day: on=")
    segments = segments_of(axes, segment_m, by_bank=by_bank, snap_m=chosen.snap_m)
    counted = count_problems(problems, segments, chosen, day)
    held = exposed(segments, exposure, effort, window_of(day, chosen.window_days))
    size, passes, findings, kind = held
    tested = held.tested(chosen.min_passes)
    reach = _REACH * segment_m if chosen.reach_m is None else chosen.reach_m
    values = np.bincount(counted.segment, counted.weight, len(segments.frame)).astype("float64")
    neighbours = neighbours_of(segments, chosen, reach)
    chance = chance_of(values, size, neighbours, tested, chosen, seed)
    surface, bandwidth = density_of(counted, segments, chosen, seed, reach)
    told = _told(chosen, chance, day, kind, reach_m=reach, bandwidth_m=bandwidth, segment_m=segment_m)
    frame = _rows(segments, counted, size, passes, tested, chance, neighbours, chosen)
    clusters = reaches_of(frame, segments)
    clusters = HOT_REACHES.conform(clusters.assign(reason=reasons_of(clusters, told, "zh")))
    about = [*counted.findings, *report(counted, segments), *findings, *_about(frame, chance, chosen)]
    found = faults.combine(findings_to_faults(about, axes.crs), crs=axes.crs)
    inputs = {"problems": describe_input(problems), "axes": describe_input(axes), "find_hotspots": told}
    return Hotspots(frame, clusters, surface, found, Run(__version__, "", inputs, crs_text(axes.crs)))


def _told(
    settings: HotspotSettings, chance: Chance, day: dt.date | None, exposure: str, **numbers: float | None
) -> dict[str, Any]:
    """Every choice, with those that were made automatically, and the global tests."""
    asked = asdict(settings)
    automatic = [name for name in ("reach_m", "bandwidth_m") if asked[name] is None and numbers[name] is not None]
    window = window_of(day, settings.window_days)
    since = None if window is None or window[0] is None else window[0].date().isoformat()
    return asked | numbers | {
        "null": chance.null, "automatic": [*automatic, *(["null"] if settings.null == "auto" else [])],
        "on": None if day is None else day.isoformat(), "since": since, "exposure": exposure,
        "global_p": chance.global_p[0], "dispersion_p": chance.global_p[1],
    }  # fmt: skip


def _rows(
    segments: Segments, counted: Counted, size: Floats, passes: Floats | None, tested: Flags, chance: Chance,
    neighbours: Any, settings: HotspotSettings,  # noqa: ANN401 - sparse
) -> gpd.GeoDataFrame:  # fmt: skip
    number = len(segments.frame)
    counts = np.bincount(counted.segment, minlength=number)
    values = np.bincount(counted.segment, counted.weight, number)
    seen = np.where(tested, values, 0.0)
    total = np.where(tested, size, 0.0)
    mean = seen.sum() / total.sum() if total.sum() > 0.0 else 0.0
    rates = smooth(seen, total, PRIORS[settings.smoothing](seen, total))
    place = ranks(rates.rate, rates.low, rates.high)
    low, high = funnel_limits(mean * total, FUNNEL_LEVEL)
    columns: dict[str, Any] = {"problems": counts}
    if settings.weight != "count":
        columns["weight"] = values
    if passes is not None:
        columns["passes"] = passes
    columns |= {
        "exposure": size, "expected": mean * total, "rate": np.divide(values, size, out=np.full(number, np.nan),
                                                                      where=size > 0.0),
        "smoothed": rates.rate, "smoothed_low": rates.low, "smoothed_high": rates.high,
        "neighbours": np.diff(neighbours.indptr), "around": chance.around, "around_expected": chance.expected,
        "z": chance.z, "p": chance.p, "p_adjusted": chance.adjusted,
        "verdict": pd.array(chance.verdict, dtype="str"), "hot": chance.verdict == "hot",
        "moran_z": chance.moran.z, "moran_p": chance.moran.p, "moran_p_adjusted": chance.moran.adjusted,
        "moran": pd.array(chance.moran.kind, dtype="str"),
        "rank_place": place.rank, "rank_first": place.first, "rank_last": place.last,
        "funnel": pd.array(np.where(seen > high, "above", np.where(seen < low, "below", "within")), dtype="str"),
    }  # fmt: skip
    return HOT_SEGMENTS.conform(segments.frame.assign(**columns))


def _about(frame: gpd.GeoDataFrame, chance: Chance, settings: HotspotSettings) -> list[Finding]:
    """That segments were not looked at, and hold problems, that all counts differ, and that nothing clusters."""
    found = []
    unseen = frame[frame["verdict"] == "unseen"]
    if len(unseen):
        length = f"{unseen['length_m'].sum() / 1000.0:.1f} km"
        found.append(Finding("segments-unseen", "segments", "*", None, float(len(unseen)), settings.min_passes,
                             note=length))  # fmt: skip
    heaps = frame[unwalked(frame)]
    found += [
        Finding("segment-unwalked", "segments", name, shape, float(many), settings.min_passes)
        for name, shape, many in zip(heaps["segment_id"], heaps.geometry, heaps["problems"], strict=True)
    ]
    beyond = int(frame["verdict"].isin(["hot", "cold"]).sum())
    if chance.null == "binomial" and beyond > _MANY * (len(frame) - len(unseen)):
        note = f"dispersion p={chance.global_p[1]:.3f}"
        found.append(Finding("counts-uneven", "segments", "*", None, float(beyond), float(len(frame) - len(unseen)),
                             note=note))  # fmt: skip
    if settings.weight != "count":
        found.append(Finding("weights-tested", "segments", "*", None, note=f"weight={settings.weight}"))
    if not beyond:
        aside = int(unseen["problems"].sum())
        note = f"n={int(frame['problems'].sum()) - aside}, dispersion p={chance.global_p[1]:.3f}"
        code, note = ("no-clustering-seen", f"{aside}") if aside else ("no-clustering", note)
        found.append(Finding(code, "segments", "*", None, chance.global_p[0], settings.level, note=note))
    return found
