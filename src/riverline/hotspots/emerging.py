"""A cube of segments and periods: which reaches are newly, ever more, or no longer hot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from riverline._kernels.statistics.emerging import Wording, categories, mann_kendall
from riverline._kernels.statistics.exact_null import binomial_tails
from riverline._kernels.statistics.local_statistics import with_self
from riverline.errors import JobError
from riverline.hotspots.counting import count_problems, require_days
from riverline.hotspots.segments import neighbours_of, segments_of
from riverline.hotspots.settings import HotspotSettings
from riverline.rules.dating import as_day
from riverline.schema import EMERGING

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.hotspots.segments import Segments
    from riverline.schema import Language

    Floats = NDArray[np.float64]

__all__ = ["EmergingSettings", "describe_emerging", "find_emerging"]

_REACH = 2.0
_BASELINES = {
    "cube": ("对照全部时段", "against all periods"),
    "window": ("对照同一时窗", "against the same window"),
    "period": ("对照当期", "against the same period"),
}


@dataclass(frozen=True, slots=True)
class EmergingSettings:
    """How a cube is cut and named.

    Attributes
    ----------
    periods, period_days
        Number of periods up to the day, and their length.
    back
        Periods before a step that belong to its neighbourhood.
    share
        Share of the periods from which a segment counts as always hot.
    trend_level
        Largest p of a trend that counts.
    baseline
        What a step of a neighbourhood is held against. ``"cube"``: all problems of all periods; ``"window"``: those of
        the same periods, the step and those ``back``, so that a rise everywhere is no hotspot; ``"period"``: those of
        the same step elsewhere.
    wording
        Which of the published wordings of the seventeen categories: ``"3"`` or ``"2.8"`` (Esri's, by version).
    autocorrelated
        Whether trends are corrected for autocorrelation: for what ``back`` makes by construction, and for what the
        scores show beyond it.
    """

    periods: int = 12
    period_days: int = 30
    back: int = 1
    share: float = 0.9
    trend_level: float = 0.05
    baseline: Literal["cube", "window", "period"] = "cube"
    wording: Wording = "3"
    autocorrelated: bool = True

    @property
    def window_days(self) -> int:
        """Days that the periods hold, as :class:`riverline.HotspotSettings` of a report on the same problems takes."""
        return self.periods * self.period_days

    def __post_init__(self) -> None:
        if self.periods < 2 or self.period_days < 1 or self.back < 0 or not 0 < self.share <= 1:  # noqa: PLR2004
            raise JobError(
                "EmergingSettings 有误：periods ≥ 2，period_days ≥ 1，back ≥ 0，0 < share ≤ 1",
                "EmergingSettings are wrong: periods 2 or more, period_days 1 or more, back 0 or more, 0 < share <= 1",
            )
        if self.baseline not in _BASELINES:
            raise JobError(f'baseline 应为 "cube"、"window" 或 "period"，实际为 {self.baseline!r}',
                           f'baseline must be "cube", "window" or "period", got {self.baseline!r}')  # fmt: skip
        if self.wording not in {"2.8", "3"}:
            raise JobError(f'wording 应为 "2.8" 或 "3"，实际为 {self.wording!r}',
                           f'wording must be "2.8" or "3", got {self.wording!r}')  # fmt: skip


def find_emerging(
    problems: gpd.GeoDataFrame,
    axes: gpd.GeoDataFrame,
    *,
    on: dt.date | str,
    segment_m: float = 500.0,
    by_bank: bool = True,
    settings: HotspotSettings | None = None,
    emerging: EmergingSettings | None = None,
) -> gpd.GeoDataFrame:
    """Which reaches are newly hot, ever hotter, on and off, or no longer hot.

    Parameters
    ----------
    problems, axes, segment_m, by_bank
        As for :func:`riverline.find_hotspots`; problems need ``found_on``.
    on
        Last day of the last period.
    settings
        Neighbours, correction and level.
    emerging
        Periods, trend and wording.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.EMERGING`, one a segment, each with its reason.

    Raises
    ------
    SchemaError, CRSError, RuleError
        As for :func:`riverline.find_hotspots`, and if problems have no ``found_on``.
    JobError
        If there is no last day.

    Notes
    -----
    What does not count, such as problems before the first period, is told by :func:`check_problems` with the same day
    and ``HotspotSettings(window_days=EmergingSettings().window_days)``.

    Each step of each segment is tested exactly: its neighbourhood, along the water and ``back`` periods long, holds a
    binomial share of the problems of the baseline. The baselines are those that Esri's tool has (entire cube,
    neighbourhood time step, individual time step). With the last one the neighbourhood and what lies outside it in the
    step are two Poisson counts, compared given their sum. p are corrected over all steps and segments together. The
    trend is that of the scores, by Mann-Kendall with ties; their overlap by ``back`` widens its variance.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd, shapely
    >>> import riverline as rl
    >>> axis = shapely.LineString([(500000, 3500000), (540000, 3500000)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[axis], crs=4548)
    >>> places = [shapely.Point(505100 + 10 * i, 3500020) for i in range(12)]
    >>> days = pd.Timestamp("2025-12-01") + pd.to_timedelta(range(12), unit="D")
    >>> problems = gpd.GeoDataFrame({"found_on": days}, geometry=places, crs=4548)
    >>> found = rl.hotspots.find_emerging(problems, axes, on="2025-12-20")
    >>> found.loc[found["segment_id"] == "R1/0011-L", ["category", "hot_steps"]].values.tolist()
    [['new_hot', 1]]
    """
    chosen = HotspotSettings() if settings is None else settings
    cube = EmergingSettings() if emerging is None else emerging
    day = as_day(on)
    if day is None:
        raise JobError("时空演变需要最后一天：on=", "a cube of periods needs its last day: on=")
    require_days(problems)
    segments = segments_of(axes, segment_m, by_bank=by_bank)
    counts = _cube(problems, segments, chosen, cube, day)
    reach = _REACH * segment_m if chosen.reach_m is None else chosen.reach_m
    own = with_self(neighbours_of(segments, chosen, reach))
    length = segments.end - segments.begin
    hot, cold, score = _steps(counts, own, length / length.sum(), chosen, cube)
    trend = mann_kendall(score, autocorrelated=cube.autocorrelated, overlap=cube.back)
    way = np.where(trend.p <= cube.trend_level, np.sign(trend.statistic), 0.0).astype("int64")
    named = categories(hot, cold, way, wording=cube.wording, share=cube.share)
    frame = segments.frame.assign(
        problems=counts.sum(axis=1).astype("int64"), steps=counts.shape[1],
        first_day=pd.Timestamp(day) - pd.Timedelta(days=cube.window_days - 1), last_day=pd.Timestamp(day),
        hot_steps=hot.sum(axis=1),
        cold_steps=cold.sum(axis=1), z=score[:, -1], trend_z=trend.z, trend_p=trend.p, slope=trend.slope,
        category=pd.array(named, dtype="str"), wording=f"Esri {cube.wording}", baseline=cube.baseline, reason="",
    )  # fmt: skip
    return describe_emerging(EMERGING.conform(frame))


def _cube(
    problems: gpd.GeoDataFrame, segments: Segments, settings: HotspotSettings, cube: EmergingSettings,
    day: dt.date,
) -> Floats:  # fmt: skip
    """Problems by segment and period, the last period last."""
    counted = count_problems(problems, segments, settings, day)
    table = np.zeros((len(segments.frame), cube.periods))
    ago = np.asarray((pd.Timestamp(str(day)) - counted.rows["found_on"]).dt.days) // cube.period_days
    kept = ago < cube.periods
    np.add.at(table, (counted.segment[kept], cube.periods - 1 - ago[kept]), 1.0)
    return table


def _steps(
    counts: Floats,
    own: Any,  # noqa: ANN401 - sparse
    share: Floats,
    settings: HotspotSettings,
    cube: EmergingSettings,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Floats]:
    """Hot and cold steps, and their scores."""
    steps = counts.shape[1]
    running = np.concatenate([np.zeros((len(counts), 1)), np.cumsum(counts, axis=1)], axis=1)
    first = np.maximum(np.arange(steps) - cube.back, 0)
    held = running[:, 1:] - running[:, first]
    around = np.asarray(own @ held)
    space, long = np.asarray(own @ share)[:, None], np.arange(steps) + 1 - first
    if cube.baseline == "cube":
        total, part = np.full(around.shape, counts.sum()), space * long / steps
    elif cube.baseline == "window":
        total, part = np.broadcast_to(held.sum(axis=0), around.shape), np.broadcast_to(space, around.shape)
    else:
        total = around + counts.sum(axis=0) - np.asarray(own @ counts)
        part = space * long / (space * long + 1.0 - space)
    upper, lower = binomial_tails(around, part, total)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.nan_to_num((around - total * part) / np.sqrt(total * part * (1.0 - part)))
    p = np.minimum(2.0 * np.minimum(upper, lower), 1.0) if settings.sides == "two" else upper
    adjusted = stats.false_discovery_control(p.ravel(), method=settings.adjustment).reshape(p.shape)
    found = adjusted <= settings.level
    return found & (upper < lower), found & (lower < upper) & (settings.sides == "two"), score


def describe_emerging(frame: gpd.GeoDataFrame, language: Language = "zh") -> gpd.GeoDataFrame:
    """A copy whose reasons are written in the language asked for.

    Parameters
    ----------
    frame
        Rows of :data:`riverline.schema.EMERGING`.
    language
        ``"zh"`` or ``"en"``.

    Returns
    -------
    GeoDataFrame
        The same rows, but for ``reason``.

    Examples
    --------
    >>> from riverline.schema import EMERGING
    >>> len(describe_emerging(EMERGING.empty(4548), "en"))
    0
    """
    label = {choice.value: choice.label(language) for choice in EMERGING["category"].choices}
    against = {name: words[0 if language == "zh" else 1] for name, words in _BASELINES.items()}
    sentence = {
        "zh": "{name}（{wording} 措辞，{baseline}）：{first} 至 {last} 的 {steps} 期中 {hot} 期为热点、"
        "{cold} 期为冷点，趋势 z={z:.2f}（p={p:.3f}）",
        "en": "{name} (wording {wording}, {baseline}): hot in {hot} and cold in {cold} of {steps} periods, "
        "{first} to {last}; "
        "trend z={z:.2f} (p={p:.3f})",
    }[language]
    names = [
        "category",
        "wording",
        "baseline",
        "first_day",
        "last_day",
        "steps",
        "hot_steps",
        "cold_steps",
        "trend_z",
        "trend_p",
    ]
    told = [
        sentence.format(
            name=label[c],
            wording=w,
            baseline=against[b],
            first=f.date(),
            last=t.date(),
            steps=s,
            hot=h,
            cold=k,
            z=z,
            p=p,
        )
        for c, w, b, f, t, s, h, k, z, p in frame[names].itertuples(index=False)
    ]
    return EMERGING.conform(frame.assign(reason=pd.array(told, dtype="str")))
