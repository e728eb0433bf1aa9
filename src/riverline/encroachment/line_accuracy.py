"""The public verb: how far lines, such as waterlines from images, lie from reference lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline import faults as fault_rows
from riverline._kernels.lines.chainage import locate_many
from riverline._kernels.lines.ruler import Ruler
from riverline._version import __version__
from riverline.channel.given import usable_axes
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.errors import JobError
from riverline.geodesy import align, require_metric, round_half_up
from riverline.provenance import Run, crs_text, describe_input
from riverline.schema import LINE_ERRORS, Schema

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

__all__ = ["LineAccuracy", "assess_waterlines"]


@dataclass(frozen=True, slots=True, eq=False)
class LineAccuracy:
    """How far lines lie from reference lines.

    Attributes
    ----------
    errors
        Rows of :data:`riverline.schema.LINE_ERRORS`: of all, by river and by bank.
    faults
        Rows of :data:`riverline.schema.FAULTS`: lines that could not be measured.
    run
        Version, inputs with step, reach and sign, CRS.
    """

    errors: pd.DataFrame
    faults: gpd.GeoDataFrame
    run: Run

    def __repr__(self) -> str:
        row = self.errors.iloc[0]
        return (
            f"LineAccuracy(RMSE {row['rmse_m']:.2f} m, bias {row['bias_m']:+.2f} m, 95 % within "
            f"{row['within_95_m']:.2f} m, {row['matched']:.0%} matched, {row['complete']:.0%} complete)"
        )


def assess_waterlines(
    lines: gpd.GeoDataFrame,
    reference: gpd.GeoDataFrame,
    *,
    axes: gpd.GeoDataFrame | None = None,
    step_m: float = 5.0,
    reach_m: float = 100.0,
) -> LineAccuracy:
    """Hold lines against reference lines: root mean square, mean, systematic and 95 % error.

    Parameters
    ----------
    lines
        Lines in a CRS in metres; ``river_id`` and ``bank`` give rows of their own where they are there.
    reference
        Lines that are right, in any CRS that can be brought to that of the lines.
    axes
        Rows of :data:`riverline.schema.AXES`. With them a distance is positive where the line lies farther from the
        axis than the reference does, else where it lies right of the reference line as that was drawn.
    step_m
        Places along lines are no farther apart than this, each for an equal length of its line.
    reach_m
        A place farther than this from every reference line has none: it is told in ``matched`` and not measured.

    Returns
    -------
    LineAccuracy
        Errors, faults and run.

    Raises
    ------
    SchemaError, CRSError
        If something is no frame with a CRS, or the lines are not in metres.
    JobError
        If ``step_m`` or ``reach_m`` is not above zero.

    Notes
    -----
    Distances are those of places of the lines to the nearest place of the reference, as benchmarks of satellite-derived
    shorelines take them along transects. What a reference has and the lines lack does not raise them: it is told in
    ``complete``.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import riverline as rl
    >>> from shapely import LineString
    >>> def layer(y):
    ...     line = LineString([(500_000, 3_500_000 + y), (501_000, 3_500_000 + y)])
    ...     return gpd.GeoDataFrame({"bank": ["left"]}, geometry=[line], crs=4548)
    >>> rl.assess_waterlines(layer(3), layer(0))
    LineAccuracy(RMSE 3.00 m, bias -3.00 m, 95 % within 3.00 m, 100% matched, 100% complete)
    """
    for name, value in {"step_m": step_m, "reach_m": reach_m}.items():
        if not (np.isfinite(value) and value > 0.0):
            raise JobError(
                f"{name} 应为大于零的长度（米），实际为 {value!r}",
                f"{name} must be a length above zero, in metres, got {value!r}",
            )
    for name, frame in {"lines": lines, "reference": reference}.items():
        Schema(name, "线", name.capitalize(), "", ("LineString",), (), "").require(frame, layer=name)
    require_metric(lines, layer="lines")
    crs = lines.crs
    given, findings = _parts(lines, "lines")
    known, about = _parts(align(reference, crs, layer="reference"), "reference")
    places, owner = _places(_shapes(given), step_m)
    axis = None if axes is None else Ruler(usable_axes(align(axes, crs, layer="axes")).line.tolist())
    distance = _distances(places, _shapes(known), axis)
    back, back_owner = _places(_shapes(known), step_m)
    complete = np.abs(_distances(back, _shapes(given), None)) <= reach_m
    rows = [_row("all", "*", distance, reach_m, complete)]
    for scope, column in (("river", "river_id"), ("bank", "bank")):
        if column not in given.columns:
            continue
        names = given[column].astype("str").fillna("").to_numpy(dtype=object)[owner]
        theirs = known[column].astype("str").fillna("").to_numpy(dtype=object)[back_owner] if column in known else None
        for name in sorted(set(names.tolist()) - {""}):
            share = None if theirs is None else complete[theirs == name]
            rows.append(_row(scope, name, distance[names == name], reach_m, share))
    table = pd.DataFrame(rows).astype({column.name: column.dtype for column in LINE_ERRORS})
    described = {"lines": describe_input(lines), "reference": describe_input(reference)}
    sign = "away from the axis" if axes is not None else "right of the reference"
    described["assess"] = {"step_m": step_m, "reach_m": reach_m, "positive": sign}
    found = fault_rows.combine(findings_to_faults([*findings, *about], crs), crs=crs)
    return LineAccuracy(table, found, Run(__version__, "", described, crs_text(crs)))


def _shapes(frame: gpd.GeoDataFrame) -> Shapes:
    return np.asarray(frame.geometry.array, dtype=object)


def _parts(frame: gpd.GeoDataFrame, layer: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Single lines with length; the others are findings."""
    shapes = _shapes(frame)
    blank = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    coords, owner = shapely.get_coordinates(shapes, return_index=True)
    broken = np.isin(np.arange(len(shapes)), owner[~np.isfinite(coords).all(axis=1)])
    other = ~blank & (shapely.get_dimensions(shapes) != 1)
    short = ~blank & ~other & ~broken & (shapely.length(shapes) == 0.0)
    findings = [
        Finding(code, layer, f"row {frame.index[row]}", None if code != "geometry-type" else shapes[row],
                note=shapes[row].geom_type if code == "geometry-type" else "")
        for code, wrong in (("feature-blank", blank), ("geometry-type", other & ~broken), ("geometry-infinite", broken),
                            ("zero-length", short))
        for row in np.flatnonzero(wrong)
    ]  # fmt: skip
    kept = frame[~(blank | other | broken | short)]
    kept = kept.set_geometry(shapely.force_2d(_shapes(kept)), crs=frame.crs)
    return kept.explode(ignore_index=True), findings


def _places(lines: Shapes, step_m: float) -> tuple[Floats, NDArray[np.intp]]:
    """Middles of equal pieces of each line, and the line of each."""
    length = shapely.length(lines)
    count = np.maximum(np.ceil(length / step_m), 1).astype(int)
    owner = np.repeat(np.arange(len(lines)), count)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    share = (number + 0.5) / count[owner] if len(owner) else np.empty(0)
    points = shapely.line_interpolate_point(lines[owner], share, normalized=True)
    return shapely.get_coordinates(points), owner


def _distances(places: Floats, lines: Shapes, axis: Ruler | None) -> Floats:
    """Signed distance of places to the nearest line; infinite where there is none."""
    if not len(lines) or not len(places):
        return np.full(len(places), np.inf)
    which, along, offset = locate_many(places, lines.tolist())
    if axis is None:
        return offset
    feet = shapely.get_coordinates(shapely.line_interpolate_point(lines[which], along))
    out, back = (np.abs(locate_many(points, axis)[2]) for points in (places, feet))
    return np.abs(offset) * np.where(out >= back, 1.0, -1.0)


def _row(scope: str, part: str, distance: Floats, reach_m: float, complete: Any) -> dict[str, Any]:  # noqa: ANN401
    near = distance[np.abs(distance) <= reach_m]
    blank = len(near) == 0
    figures = (
        np.full(5, np.nan)
        if blank
        else [np.sqrt(np.mean(near**2)), np.abs(near).mean(), near.mean(), near.std(), np.quantile(np.abs(near), 0.95)]
    )
    rmse, mae, bias, spread, within = (float(each) for each in round_half_up(figures, 3))
    return {
        "error_id": f"{scope}-{part}", "scope": scope, "part": part, "places": len(near), "rmse_m": rmse, "mae_m": mae,
        "bias_m": bias, "spread_m": spread, "within_95_m": within,
        "matched": len(near) / len(distance) if len(distance) else np.nan,
        "complete": float(np.mean(complete)) if complete is not None and len(complete) else np.nan,
    }  # fmt: skip
