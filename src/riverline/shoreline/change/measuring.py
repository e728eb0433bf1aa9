"""The public verb: how the banks of many rivers moved, in one call."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from riverline import faults
from riverline._kernels.lines.hits import Path
from riverline._version import __version__
from riverline.demarcation.findings import findings_to_faults
from riverline.provenance import Run, crs_text
from riverline.shoreline.change.areas import areas_of
from riverline.shoreline.change.casting import cast_transects
from riverline.shoreline.change.forecast import forecast
from riverline.shoreline.change.frames import forecast_frame, intersection_frame, rate_frame, transect_frame
from riverline.shoreline.change.inputs import prepare
from riverline.shoreline.change.intersecting import meet, series_of
from riverline.shoreline.change.lacking import lacking
from riverline.shoreline.change.method import method_of
from riverline.shoreline.change.rates import rates_of
from riverline.shoreline.change.reaching import reaches_of
from riverline.shoreline.change.result import ShorelineChange

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from riverline.shoreline.change.method import Areas, Convention, HitRule

__all__ = ["measure_shoreline_change"]


def measure_shoreline_change(  # noqa: PLR0913 - one argument a convention that peers differ in
    shorelines: gpd.GeoDataFrame,
    axes: gpd.GeoDataFrame,
    *,
    spacing_m: float,
    convention: Convention = "riverline",
    confidence: float = 0.95,
    hit: HitRule = "closest",
    year_days: float | None = None,
    smoothing_m: float | None = None,
    reach_m: float | None = None,
    uncertainty_m: float | None = None,
    jump_slope: float = 4.0,
    forecast_years: Sequence[float] = (10, 20),
    areas: Areas = "consecutive",
    segment_m: float = 1000.0,
) -> ShorelineChange:
    """Measure how shorelines of several dates moved: transects, positions, rates, forecasts, areas.

    Parameters
    ----------
    shorelines
        Rows of :data:`riverline.schema.OBSERVED_SHORELINES`, in any number of pieces. Name the bank where you know it:
        a bank that has moved across the axis can only then be told from the other one.
    axes
        Rows of :data:`riverline.schema.AXES`, in metres, drawn downstream: both banks are measured from them. Or rows
        of :data:`riverline.schema.BASELINES`, each for one bank.
    spacing_m
        Distance of transects along the axis or baseline.
    convention
        ``"riverline"``: positive is erosion, the bank moving away from the axis; stations are centred on each line.
        ``"dsas"``: positive is accretion, the bank moving into the water, as USGS DSAS counts seaward; stations begin
        at the line's start; a position error of zero counts as 0.01 m.
    confidence
        Level of every interval, 0 to 1.
    hit
        Which hit counts where a date has several: the one ``"closest"`` to the axis or baseline, the ``"farthest"``,
        or the ``"mean"`` of all.
    year_days
        Days of a year; 365.25 if not given, in both conventions.
    smoothing_m
        Length of axis or baseline whose mean direction a transect stands square to. If not given, twice the median
        distance of the river's shorelines: its width, seen from an axis.
    reach_m
        How far transects go to either side; if not given, a quarter farther than the river's shorelines lie, but no
        more than six times their median distance (three widths of the river): what is farther off is a course that
        was left. A shoreline of which more than half lies beyond 20 widths of the river (the median distance of the
        banks of a day, else ``width_m`` of the axis) or 10 km is not used and is an error; of others what lies beyond
        the reach is a note.
    uncertainty_m
        One standard deviation of the position of shorelines that state none; unknown if not given.
    jump_slope
        A bank jumps where, from one transect to the next, it goes out or in by more than this many times the way
        between them, or than the spacing where transects between them meet nothing. A stretch between jumps that is
        shorter than they are high is set aside (``is_counted``): a bend was cut off there. ``math.inf`` counts
        everything, as the DSAS convention does.
    forecast_years
        How many years after the latest date of a river's bank to forecast for; ``()`` for no forecasts.
    areas
        Eroded and accreted ground between ``"consecutive"`` dates, between the first and the last (``"ends"``), or
        ``"none"``.
    segment_m
        Length of the stretches of chainage that areas are summed over.

    Returns
    -------
    ShorelineChange
        Transects, intersections, rates, areas, forecasts, faults and run.

    Raises
    ------
    JobError
        If a number or a choice is impossible, naming all that are.
    SchemaError, CRSError
        If a layer lacks columns or a CRS, or the axes are not in metres.

    Notes
    -----
    *Transects* never cross within a river: on the inside of bends, of two that would, the one that gets there later
    ends; and each ends where another arm of its river is nearer (``limited_by``). *Gaps* stay unknown: a transect that
    misses a date has no row for it. *Rates*: NSM, SCE, EPR; LRR and WLR (weights 1/u²) by least squares over three
    dates or more with standard error, half interval by Student's t, R² and p; the Theil-Sen slope with Sen's interval.
    *Probability*: the smaller of what the position errors and the scatter about the line leave to a bank that moves,
    1 less the two-sided tail of either; a trend is proven where it reaches the level. *Forecasts* come from a Kalman
    filter (Long and Plant 2012, doi:10.1029/2012GL052180). The documentation's page on shoreline change sets each
    figure against that of DSAS.

    Examples
    --------
    A left bank that retreats by a metre a year:

    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> import riverline as rl
    >>> x, y = 500_000, 3_500_000
    >>> at = lambda away: LineString([(x, y + away), (x + 1000, y + away)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[at(0)], crs=4548)
    >>> dates = ["2000-01-01", "2010-01-01", "2020-01-01"]
    >>> shorelines = gpd.GeoDataFrame(
    ...     {"shoreline_id": ["S1", "S2", "S3"], "river_id": "R1", "date": dates, "bank": "left", "uncertainty_m": 2.0},
    ...     geometry=[at(50), at(60), at(70)],
    ...     crs=4548,
    ... )
    >>> change = rl.measure_shoreline_change(shorelines, axes, spacing_m=200)
    >>> left = change.rates[change.rates["bank"] == "left"]
    >>> left[["transect_id", "nsm_m", "trend"]].values.tolist()[:2], left["lrr"].round(3).unique().tolist()
    ([['R1-L-0001', 20.0, 'erosion'], ['R1-L-0002', 20.0, 'erosion']], [1.0])
    >>> change.areas[["bank", "change", "measured_m", "mean_m"]].values.tolist()
    [['left', 'erosion', 1000.0, 10.0], ['left', 'erosion', 1000.0, 10.0]]
    """
    method = method_of(
        spacing_m=spacing_m,
        convention=convention,
        confidence=confidence,
        hit=hit,
        year_days=year_days,
        smoothing_m=smoothing_m,
        reach_m=reach_m,
        uncertainty_m=uncertainty_m,
        jump_slope=jump_slope,
        forecast_years=forecast_years,
        segment_m=segment_m,
        areas=areas,
    )
    inputs = prepare(shorelines, axes, method)
    crs = inputs.crs
    reaches = reaches_of(inputs.origins, inputs.shorelines, method)
    inputs = replace(
        inputs,
        shorelines=inputs.shorelines.only(~reaches.beyond),
        findings=[*inputs.findings, *reaches.findings],
    )
    transects = cast_transects(inputs.origins, reaches, method)
    path = Path.of(inputs.shorelines.line)
    positions, findings = meet(transects, inputs.shorelines, path, method)
    series = series_of(positions, transects)
    rates = rates_of(series, method)
    turned = {each.feature_id for each in findings if each.code == "banks-all-contradict"}
    unknown = [each for each in lacking(inputs, transects, positions, series) if each.feature_id not in turned]
    findings = [*inputs.findings, *findings, *unknown]
    return ShorelineChange(
        transects=transect_frame(transects, series, method, crs),
        intersections=intersection_frame(positions, transects, method, crs),
        rates=rate_frame(rates, transects, series, method, crs),
        areas=areas_of(positions, series, transects, path, method, crs=crs),
        forecasts=forecast_frame(forecast(rates, series, method), transects, method, crs),
        faults=faults.combine(findings_to_faults(findings, crs), crs=crs),
        run=Run(__version__, "", inputs.described, crs_text(crs)),
    )
