"""The frames of a measurement, made from its arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines.casting import ray_lines
from riverline.schema import FORECASTS, INTERSECTIONS, RATES, TRANSECTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.shoreline.change.casting import Transects
    from riverline.shoreline.change.intersecting import Positions, Series
    from riverline.shoreline.change.method import Method
    from riverline.shoreline.change.rates import Rates

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["forecast_frame", "intersection_frame", "rate_frame", "transect_frame"]


def transect_frame(
    transects: Transects,
    series: Series,
    method: Method,
    crs: Any,  # noqa: ANN401 - a CRS
) -> gpd.GeoDataFrame:
    """Rows of :data:`riverline.schema.TRANSECTS`."""
    rays = transects.rays
    seen = np.isfinite(series.away).sum(axis=1)
    columns = {
        **_named(transects, np.arange(len(seen))),
        "azimuth_deg": np.degrees(np.arctan2(rays.direction[:, 0], rays.direction[:, 1])) % 360.0,
        "reach_m": transects.length,
        "limited_by": transects.limited_by,
        "skew_deg": rays.skew,
        "smoothing_m": transects.window,
        "date_count": seen,
    }
    return _frame(TRANSECTS, columns, _drawn(transects, series, method), crs)


def intersection_frame(
    positions: Positions,
    transects: Transects,
    method: Method,
    crs: Any,  # noqa: ANN401 - a CRS
) -> gpd.GeoDataFrame:
    """Rows of :data:`riverline.schema.INTERSECTIONS`."""
    named = _named(transects, positions.transect)
    days = pd.Series(positions.date.astype("datetime64[s]")).dt.strftime("%Y%m%d")
    columns = {
        "intersection_id": pd.Series(named["transect_id"], dtype="str") + "-" + days,
        **named,
        "date": positions.date.astype("datetime64[s]"),
        "shoreline_id": positions.shoreline_id,
        "position_m": positions.away * method.sign + 0.0,
        "uncertainty_m": positions.uncertainty,
        "hits": positions.hits,
        "is_counted": positions.counted,
        "hit_rule": method.hit,
        "positive": method.positive,
    }
    return _frame(INTERSECTIONS, columns, _places(transects, positions.transect, positions.away), crs)


def rate_frame(
    rates: Rates,
    transects: Transects,
    series: Series,
    method: Method,
    crs: Any,  # noqa: ANN401 - a CRS
) -> gpd.GeoDataFrame:
    """Rows of :data:`riverline.schema.RATES`."""
    columns: dict[str, Any] = {
        **_named(transects, np.arange(len(rates.columns))),
        **{str(name): rates.columns[name].to_numpy() for name in rates.columns},
        "convention": method.convention,
        "positive": method.positive,
        "year_days": method.year_days,
        "confidence_level": method.confidence,
        "hit_rule": method.hit,
    }
    return _frame(RATES, columns, _drawn(transects, series, method), crs)


def forecast_frame(
    forecasts: pd.DataFrame,
    transects: Transects,
    method: Method,
    crs: Any,  # noqa: ANN401 - a CRS
) -> gpd.GeoDataFrame:
    """Rows of :data:`riverline.schema.FORECASTS`."""
    if not len(forecasts):
        return FORECASTS.empty(crs)
    rows = forecasts["transect"].to_numpy(dtype="int64")
    named = _named(transects, rows)
    horizon = forecasts["horizon_years"].map("{:g}".format)
    columns = {
        "forecast_id": pd.Series(named["transect_id"], dtype="str") + "-" + horizon,
        **named,
        **{str(name): forecasts[name].to_numpy() for name in forecasts.columns[1:]},
        "convention": method.convention,
        "positive": method.positive,
        "confidence_level": method.confidence,
    }
    away = forecasts["position_m"].to_numpy() * method.sign
    return _frame(FORECASTS, columns, _places(transects, rows, away), crs)


def _named(transects: Transects, rows: Integers) -> dict[str, Any]:
    return {
        "transect_id": transects.transect_id[rows],
        "river_id": transects.river_id[rows],
        "bank": transects.bank[rows],
        "chainage_m": transects.chainage[rows],
    }


def _places(transects: Transects, rows: Integers, away: Floats) -> NDArray[np.object_]:
    along = (away * transects.away[rows])[:, None]
    return np.asarray(shapely.points(transects.rays.origin[rows] + along * transects.rays.direction[rows]))


def _drawn(transects: Transects, series: Series, method: Method) -> NDArray[np.object_]:
    """Transects as lines: from their station, or across the axis, to a little beyond what they met, or their end."""
    along = series.away * transects.away[:, None]
    met = np.isfinite(along).any(axis=1)
    nearest = np.where(np.isfinite(along), along, 0.0).min(axis=1, initial=0.0)
    farthest = np.where(np.isfinite(along), along, -np.inf).max(axis=1, initial=-np.inf)
    enough = np.where(met, np.maximum(farthest, 0.0) + method.spacing_m, np.inf)
    return ray_lines(transects.rays, np.minimum(transects.length, enough), nearest)


def _frame(schema: Any, columns: dict[str, Any], geometry: Any, crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401
    return schema.conform(gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(geometry, crs=crs), crs=crs))
