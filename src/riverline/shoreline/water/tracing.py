"""Waterlines of an image: contours of an index between pixels, in pieces that end where nothing is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline._kernels.grids.contour_pieces import BEYOND, Pieces, pieces_of_strip, together
from riverline.channel.given import usable_axes
from riverline.demarcation.findings import Finding
from riverline.errors import ReadError, SchemaError
from riverline.geodesy import align, is_metric, round_half_up, to_metric
from riverline.io.scenes import Reason, to_plane
from riverline.schema import WATERLINE_GAPS, WATERLINES
from riverline.shoreline.water.finding import find_water, gather_faults, run_of
from riverline.shoreline.water.looking import STRIP_PIXELS, Strip, strips_of
from riverline.shoreline.water.mapping import pixel_m2
from riverline.shoreline.water.naming import AXIS, Named, name_banks
from riverline.shoreline.water.result import Waterlines
from riverline.shoreline.water.thresholds import APART, surface

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from riverline.io.scenes import Scene
    from riverline.shoreline.water.finding import Found
    from riverline.shoreline.water.thresholds import Method

    Floats = NDArray[np.float64]

__all__ = ["trace_waterlines"]

SUBPIXEL_SHARE = 0.15
"""Error of a contour between pixels, in pixels: 1.43 to 1.56 m at 10 m (Bishop-Taylor et al. 2019, table A1)."""

_CAUSES = {int(reason): reason.word for reason in Reason} | {0: "none", BEYOND: "edge", AXIS: "axis"}
# What is bright in the infrared or brighter than green there is no water, whatever the index says.
_DOUBTS = {"water-bright": "bright", "water-not-dark": "bright", "water-mixed": "mixed", "threshold-seed": "seed"}
_SHORTEST_PIXELS = 10
_SAME = 3


def trace_waterlines(  # noqa: PLR0913 - each is a choice that has to be visible
    scene: Scene,
    *,
    index: str | None = None,
    threshold: Method | float = "edge",
    axes: gpd.GeoDataFrame | None = None,
    extent: gpd.GeoDataFrame | None = None,
    bridges: gpd.GeoDataFrame | None = None,
    registration_m: float = 0.0,
    shortest_m: float | None = None,
    strip_pixels: int = STRIP_PIXELS,
) -> Waterlines:
    """The waterlines of an image, between pixels.

    Parameters
    ----------
    scene
        From :func:`riverline.read_scene`.
    index, threshold, extent
        As in :func:`riverline.map_water`.
    axes
        Rows of :data:`riverline.schema.AXES`, in metres: lines are given the river and bank of the nearest axis, and
        are cut where they change from one bank to the other.
    bridges
        Polygons that hide the water's edge: lines end at them.
    registration_m
        Standard deviation of the image's place on the ground, such as ``uncertainty_m`` of
        :func:`riverline.measure_registration`.
    shortest_m
        Lines below this length are counted, not listed; ten pixels if not given.
    strip_pixels
        Pixels held at a time; the lines do not depend on it.

    Returns
    -------
    Waterlines
        Lines in the CRS of the axes; without axes in the image's, or in its zone's where that is in degrees. An image
        without water gives no line and the note ``water-none``.

    Raises
    ------
    SchemaError
        If the index, its bands or the threshold are not there, or a length is negative.
    CRSError
        If a layer cannot be brought to the image's CRS safely, or the axes are not in metres.

    Notes
    -----
    Vertices lie between the centres of neighbouring pixels where the index, taken as linear, has the threshold
    (marching squares). A line never crosses a pixel that cannot be used: it ends, and ``gaps`` tells why.

    The uncertainty is that of the pixel (0.15 of its side), of the threshold (its spread, taken as equally likely all
    over, by the gradient of the index across the line) and of the registration, as independent standard deviations.
    Part of the threshold's is a bias: ``edge`` draws bright ground too far landward, and says so in the spread. Other
    methods may follow another edge than the water's, such as that of bare ground in fields: how far their lines are
    from those of ``edge`` is told beyond a pixel, and then counts in full.

    Examples
    --------
    >>> import riverline as rl
    >>> scene = rl.read_scene(rl.samples.path("影像2024.tif"), sensor="rgbn")
    >>> axes = rl.read_layer(rl.samples.path("清水县.gpkg"), rl.schema.AXES, layer="axes")
    >>> traced = rl.trace_waterlines(scene, axes=axes)
    >>> traced.lines[["river_id", "bank", "form", "start_gap"]].to_numpy().tolist()
    [['QS01', 'left', 'open', 'edge'], ['QS01', 'right', 'open', 'edge']]
    """
    if registration_m < 0.0 or (shortest_m is not None and shortest_m < 0.0):
        raise SchemaError("registration_m、shortest_m 不能为负", "registration_m and shortest_m may not be negative")
    usable = None if axes is None else usable_axes(axes)
    found = find_water(scene, index, threshold, extent, bridges, strip_pixels)
    said: list[Finding] = []
    pieces = _contours(found, said)
    lines = _on_the_ground(pieces, found)
    lines = align(lines, usable.crs, layer="scene") if usable is not None else _in_metres(lines)
    named = name_banks(lines, pieces, usable, flipped=scene.transform.determinant > 0.0)
    pixel_m = float(np.sqrt(pixel_m2(scene.grid)))
    shortest = _SHORTEST_PIXELS * pixel_m if shortest_m is None else shortest_m
    table, said_short = _rows(named, found, lines.crs, pixel_m, registration_m, shortest)
    gaps = _gaps(table)
    said += [*said_short, *_counted(gaps, scene)]
    layers = {"axes": axes, "extent": extent, "bridges": bridges}
    return Waterlines(table, gaps, found.threshold, gather_faults(found, said, lines.crs),
                      run_of([found], lines.crs, layers))  # fmt: skip


def _contours(found: Found, said: list[Finding]) -> Pieces:
    """Every piece of the contour, seams of strips joined."""
    if not found.wet or found.view is None:
        return together([])
    parts = []
    try:
        with strips_of(found.view, found.index) as strips:
            for field, reason, rows, first in _overlapping(_fields(strips, found), found.view.shape[0]):
                parts.append(pieces_of_strip(field, reason, rows=rows, first_row=first, height=found.view.shape[0]))
    except ReadError as error:
        said.append(Finding("scene-damaged", "scenes", found.scene.name, None, note=error.zh.replace("\n", " ")))
    return together(parts)


def _fields(strips: Iterable[Strip], found: Found) -> Iterator[Strip]:
    """Strips of index less threshold."""
    for strip in strips:
        rows = slice(strip.row, strip.row + len(strip.field))
        yield Strip(
            strip.row, strip.field - surface(found.threshold, rows, strip.field.shape[1]), strip.reason, strip.bands
        )


def _overlapping(
    strips: Iterable[Strip], height: int
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.uint8], tuple[int, int], int]]:
    """Fields and reasons with a row more on either side than is to be contoured, so that causes are seen across seams.

    Yields
    ------
    tuple
        Field, reason, first and last row to contour between, and the row of the grid that the field begins at.
    """
    values, reason, first = None, None, 0
    for strip in strips:
        if values is None or reason is None:
            values, reason, first, begin = strip.field, strip.reason, strip.row, 0
        else:
            # the last three rows are carried over: one already contoured beyond, the seam, and one not yet contoured
            kept = min(3, len(values))
            begin = kept - 2
            first = strip.row - kept
            values = np.concatenate([values[-kept:], strip.field])
            reason = np.concatenate([reason[-kept:], strip.reason])
        last = first + len(values) == height
        end = len(values) - 1 if last else len(values) - 2
        if end > begin:
            yield values, reason, (begin, end), first


def _on_the_ground(pieces: Pieces, found: Found) -> gpd.GeoDataFrame:
    """Lines of the pieces in the CRS of the image, water to their right."""
    crs = found.scene.crs
    if not len(pieces) or found.view is None:
        return gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=crs), crs=crs)
    x, y = to_plane(found.view.grid.transform, pieces.places[:, 0] + 0.5, pieces.places[:, 1] + 0.5)
    line = np.repeat(np.arange(len(pieces)), np.diff(pieces.offsets))
    lines = shapely.linestrings(np.column_stack([x, y]), indices=line)
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries(lines, crs=crs), crs=crs)


def _in_metres(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Lines in the CRS of the image where that is in metres, else in that of their zone."""
    return lines if is_metric(lines) else to_metric(lines)


def _rows(
    named: Named,
    found: Found,
    crs: Any,  # noqa: ANN401 - a CRS
    pixel_m: float,
    registration_m: float,
    shortest_m: float,
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Rows of waterlines, and how many were too short to list."""
    length = round_half_up(shapely.length(named.lines), 1)
    long = length >= max(shortest_m, 0.1)
    threshold = found.threshold
    said_of_scene = {each.code for each in found.findings}
    count = int(long.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = np.nan_to_num(threshold.spread, nan=0.0) / np.sqrt(3.0) * pixel_m / named.steepness[long]
        moved = np.hypot(moved, threshold.apart_px * pixel_m if threshold.apart_px > APART else 0.0)
    pixel = np.full(count, SUBPIXEL_SHARE * pixel_m)
    registered = np.full(count, float(registration_m))
    frame = gpd.GeoDataFrame(
        {
            "river_id": pd.array(named.river_id[long], dtype="str"),
            "bank": pd.array(named.bank[long], dtype="str"),
            "date": pd.Series([found.scene.date] * count, dtype="datetime64[s]"),
            "uncertainty_m": np.sqrt(pixel**2 + moved**2 + registered**2),
            "source": found.scene.name,
            "index": found.index.name,
            "threshold": threshold.value,
            "form": pd.array(named.form[long], dtype="str"),
            "length_m": length[long],
            "start_gap": pd.array([_CAUSES[each] for each in named.start_cause[long]], dtype="str"),
            "end_gap": pd.array([_CAUSES[each] for each in named.end_cause[long]], dtype="str"),
            "pixel_m": pixel,
            "threshold_m": moved,
            "registration_m": registered,
            "doubt": next((doubt for code, doubt in _DOUBTS.items() if code in said_of_scene), None),
        },
        geometry=gpd.GeoSeries(list(named.lines[long]), crs=crs),
        crs=crs,
    )
    begin = shapely.get_coordinates(shapely.get_point(named.lines[long], 0)).reshape(-1, 2).round(_SAME)
    order = np.lexsort((begin[:, 1], begin[:, 0], frame["bank"].fillna("").astype(str), frame["river_id"].astype(str)))
    frame = frame.iloc[order].reset_index(drop=True)
    frame.insert(0, "shoreline_id", [f"{found.scene.name}/{number:05d}" for number in range(1, count + 1)])
    short = int((~long).sum())
    said = [Finding("waterlines-short", "scenes", found.scene.name, None, short, shortest_m, "m")] if short else []
    return WATERLINES.conform(frame), said


def _gaps(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The ends of lines, with their causes."""
    parts = [_ends(table, "start", 0), _ends(table, "end", -1)]
    rows = pd.concat(parts).sort_values("gap_id", kind="stable").reset_index(drop=True)
    return WATERLINE_GAPS.conform(gpd.GeoDataFrame(rows, geometry="geometry", crs=table.crs))


def _ends(table: gpd.GeoDataFrame, end: str, place: int) -> gpd.GeoDataFrame:
    rows = table[table[f"{end}_gap"] != "none"]
    points = shapely.get_point(np.asarray(rows.geometry.array, dtype="object"), place)
    names = {"gap_id": rows["shoreline_id"] + f"/{end}", "shoreline_id": rows["shoreline_id"],
             "cause": rows[f"{end}_gap"], "date": rows["date"], "source": rows["source"]}  # fmt: skip
    return gpd.GeoDataFrame(names, geometry=gpd.GeoSeries(points, index=rows.index, crs=table.crs), crs=table.crs)


def _counted(gaps: gpd.GeoDataFrame, scene: Scene) -> list[Finding]:
    """One note on how many ends there are that hide a continuation, by cause."""
    hidden = gaps[~gaps["cause"].isin(["edge", "extent", "axis"])]
    if hidden.empty:
        return []
    causes = WATERLINE_GAPS["cause"]
    told = "、".join(f"{causes.value_label(cause)} {n}" for cause, n in hidden["cause"].value_counts().items())
    return [Finding("waterlines-gaps", "scenes", scene.name, None, len(hidden), note=told)]
