"""Problems put on their rivers: river, bank, chainage, segment, administrative unit and chiefs of every level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline import faults
from riverline._kernels.lines.chainage import locate_many
from riverline.channel.given import Axes, aligned, feature_ids, rows_by_name, texts, usable_axes
from riverline.channel.locating import banks_of
from riverline.channel.reaches import chiefs_of, segments_of
from riverline.channel.units import unit_holding
from riverline.checks.reading import read_rows, row_names
from riverline.errors import SchemaError
from riverline.faults.finding import findings_to_faults
from riverline.schema import ADMIN, CHIEFS, EXTENTS, PROBLEMS, SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.faults.finding import Finding
    from riverline.schema import Schema

    Rows = NDArray[np.intp]
    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

__all__ = ["Attached", "attach"]

# Long axes are looked for by pieces of so many vertices: the box of a whole river holds half a county.
_PIECE = 32
_DECIMALS = 1
# A row of a layer of which one of these cannot be read would be taken for more than it says.
_PLACING = frozenset({"bank", "kind", "level", "start_chainage_m", "end_chainage_m"})


@dataclass(frozen=True, slots=True, eq=False)
class Attached:
    """Problems with their place along the river.

    Attributes
    ----------
    problems
        Every row that was given, in the CRS of the axes, with what could be found out.
    faults
        Rows of :data:`riverline.schema.FAULTS`: places that no river, or no one river, can be named for.
    """

    problems: gpd.GeoDataFrame
    faults: gpd.GeoDataFrame

    def __repr__(self) -> str:
        river = self.problems["river_id"].fillna("")
        return f"Attached({(river != '').sum()} of {len(river)} problems on a river, {len(self.faults)} faults)"


def attach(
    problems: gpd.GeoDataFrame,
    axes: gpd.GeoDataFrame,
    *,
    extents: gpd.GeoDataFrame | None = None,
    segments: gpd.GeoDataFrame | None = None,
    admin: gpd.GeoDataFrame | None = None,
    chiefs: gpd.GeoDataFrame | None = None,
    far_m: float = 1000.0,
    margin_m: float = 20.0,
) -> Attached:
    """River, bank, chainage, segment, administrative unit and chiefs of problems.

    Parameters
    ----------
    problems
        Points, lines or areas in any CRS that can be brought to that of the axes; a place inside stands for lines and
        areas.
    axes
        Rows of :data:`riverline.schema.AXES`, in metres.
    extents
        Rows of :data:`riverline.schema.EXTENTS`: a problem inside the extent of one river is that river's, whichever
        axis is nearer.
    segments
        Rows of :data:`riverline.schema.SEGMENTS`, as from :func:`riverline.split_axes`.
    admin
        Rows of :data:`riverline.schema.ADMIN`.
    chiefs
        Rows of :data:`riverline.schema.CHIEFS`: who answers for which reach.
    far_m
        A problem farther from every axis, and inside no extent, is on no river.
    margin_m
        A problem whose second nearest river is no more than this farther away than its nearest, and that is inside the
        extent of neither or of both, has no river.

    Returns
    -------
    Attached
        The problems in their order with ``river_id``, ``chainage_m``, ``bank``, and where the layer was given
        ``segment_id``, ``admin`` and ``chief_province`` … ``chief_village``; and faults. A river that a row names
        already is kept. What cannot be found out is blank.

    Raises
    ------
    SchemaError
        If layers lack columns, or a distance is below zero.
    CRSError
        If the axes are not in metres, or a layer cannot be brought to their CRS safely.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> import riverline as rl
    >>> lines = [shapely.LineString([(500000, 3500000 + y), (501000, 3500000 + y)]) for y in (0, 300)]
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1", "R2"], "name": ["甲河", "乙河"]}, geometry=lines, crs=4548)
    >>> places = [shapely.Point(500100, 3499980), shapely.Point(500200, 3500150), shapely.Point(500300, 3509999)]
    >>> found = gpd.GeoDataFrame({"problem_id": ["A", "B", "C"]}, geometry=places, crs=4548)
    >>> told = rl.attach(found, axes, far_m=500)
    >>> told.problems["river_id"].tolist(), told.problems["chainage_m"].tolist()
    (['R1', '', ''], [100.0, nan, nan])
    >>> told.faults[["feature_id", "code"]].values.tolist()
    [['B', 'river-ambiguous'], ['C', 'river-far']]
    """
    if not (far_m >= 0 and margin_m >= 0):
        raise SchemaError(
            f"距离不能小于零，实际为 {far_m} 和 {margin_m}",
            f"distances must not be below zero, got {far_m}, {margin_m}",
        )
    usable = usable_axes(axes)
    rows = aligned(problems, usable, layer="problems")
    shapes = np.asarray(rows.geometry.array, dtype=object)
    place = np.asarray(shapely.point_on_surface(shapes), dtype=object)
    found = _Found(rows, place, usable, feature_ids(rows, layer="problems"))
    legal = None if extents is None else found.read(_given(extents, EXTENTS, usable), EXTENTS)
    found.name(legal, far_m=far_m, margin_m=margin_m)
    made = found.columns()
    if segments is not None:
        made["segment_id"] = segments_of(found.read(_given(segments, SEGMENTS, usable), SEGMENTS), made)
    if admin is not None:
        made["admin"] = pd.array(unit_holding(place, _given(admin, ADMIN, usable)), dtype="str")
    if chiefs is not None:
        named, about = chiefs_of(found.read(_given(chiefs, CHIEFS, usable), CHIEFS), made)
        made |= named
        found.findings += about
    geometry = rows.geometry.name
    told = rows.assign(**made)
    told = told[[name for name in told.columns if name != geometry] + [geometry]]
    about_layers = findings_to_faults(found.layers, usable.crs)
    return Attached(told, faults.combine([*found.faults(), *about_layers], crs=usable.crs))


def _given(layer: Any, schema: Any, axes: Axes) -> Any:  # noqa: ANN401 - a frame or None, a schema
    if layer is None:
        return None
    schema.require(layer, layer=schema.name)
    return aligned(layer, axes, layer=schema.name)


class _Found:
    """What is known of n problems so far; ``axis`` is -1 where no river is."""

    def __init__(self, rows: gpd.GeoDataFrame, place: Shapes, axes: Axes, labels: list[str]) -> None:
        self.rows, self.place, self.axes, self.labels = rows, place, axes, np.array(labels, dtype=object)
        self.xy: Floats = np.column_stack([shapely.get_x(place), shapely.get_y(place)])
        self.own = texts(rows["river_id"]) if "river_id" in rows.columns else np.full(len(rows), "", dtype=object)
        self.axis = np.full(len(rows), -1, dtype="int64")
        self.along, self.offset = np.full((2, len(rows)), np.nan)
        self.findings: list[tuple[str, str, float, float, str, str]] = []
        self.layers: list[Finding] = []

    def read(self, layer: gpd.GeoDataFrame, schema: Schema) -> gpd.GeoDataFrame:
        """The rows of a layer that can be read whole; what could not be is told."""
        rows, findings = read_rows(layer, schema)
        self.layers += findings
        strange = {each.feature_id for each in findings if each.column in _PLACING}
        return rows[~np.isin(row_names(layer, schema), list(strange))]

    def name(self, extents: gpd.GeoDataFrame | None, *, far_m: float, margin_m: float) -> None:
        """Find rivers: the one a row names, else the one whose extent alone it is in, else the nearest if clear."""
        named = rows_by_name(self.axes.river_id)
        rivers = self._inside(extents)
        wanted = np.where(self.own != "", self.own, rivers)
        for river, rows in rows_by_name(wanted).items():
            if river in named:
                self._locate(rows, named[river])
            elif river:
                self.findings += [("river-unknown", self.labels[k], np.nan, np.nan, "", river) for k in rows]
        there = np.isfinite(self.xy).all(axis=1)
        free = np.flatnonzero((wanted == "") & there)
        self._locate(free, np.arange(len(self.axes.line)))
        self._doubt(free, far_m=far_m, margin_m=margin_m)
        self.findings += [("problem-placeless", self.labels[k], np.nan, np.nan, "", "") for k in np.flatnonzero(~there)]

    def _locate(self, rows: Rows, candidates: Rows) -> None:
        nearest, along, offset = locate_many(self.xy[rows], self.axes.line[candidates].tolist())
        found = nearest >= 0
        at = rows[found]
        self.axis[at] = candidates[nearest[found]]
        self.along[at], self.offset[at] = along[found] + self.axes.start[self.axis[at]], offset[found]

    def _inside(self, extents: gpd.GeoDataFrame | None) -> NDArray[np.object_]:
        """River of the one management extent that each place is in; empty where it is in none or in several rivers'."""
        river = np.full(len(self.place), "", dtype=object)
        if extents is None:
            return river
        legal = extents[(extents["kind"] == "management").to_numpy(dtype=bool)] if "kind" in extents else extents
        tree = shapely.STRtree(legal.geometry.to_numpy())
        point, area = tree.query(self.place, predicate="intersects")
        pairs = pd.DataFrame({"point": point, "river": texts(legal["river_id"].iloc[area])}).drop_duplicates()
        single = pairs[~pairs.duplicated("point", keep=False)]
        river[single["point"].to_numpy()] = single["river"].to_numpy()
        return river

    def _doubt(self, rows: Rows, *, far_m: float, margin_m: float) -> None:
        """Take back rivers that are too far, or not clearly the nearest."""
        away = (
            np.array(shapely.distance(self.place[rows], self.axes.line[self.axis[rows]])) if len(rows) else np.zeros(0)
        )
        if not len(self.axes.line):
            return
        far = away > far_m
        for k in np.flatnonzero(far):
            nearest = str(self.axes.river_id[self.axis[rows[k]]])
            self.findings.append(("river-far", self.labels[rows[k]], float(away[k]), far_m, "m", nearest))
        close = rows[~far]
        second, river = self._second(close, away[~far], margin_m)
        for k in np.flatnonzero(np.isfinite(second)):
            both = f"{self.axes.river_id[self.axis[close[k]]]}, {river[k]}"
            self.findings.append(("river-ambiguous", self.labels[close[k]], float(second[k]), margin_m, "m", both))
        self._forget(np.concatenate([rows[far], close[np.isfinite(second)]]))

    def _second(self, rows: Rows, away: Floats, margin_m: float) -> tuple[Floats, NDArray[np.object_]]:
        """How much farther another river is, where that is within the margin, and its code; NaN where none is."""
        pieces, owner = _pieces(self.axes.line)
        tree = shapely.STRtree(pieces)
        point, piece = tree.query(self.place[rows], predicate="dwithin", distance=away + margin_m)
        other = self.axes.river_id[owner[piece]] != self.axes.river_id[self.axis[rows[point]]]
        point, piece = point[other], piece[other]
        more = shapely.distance(self.place[rows[point]], pieces[piece]) - away[point]
        order = np.lexsort((self.axes.river_id[owner[piece]].astype(str), more, point))
        first = order[np.unique(point[order], return_index=True)[1]]
        extra, river = np.full(len(rows), np.nan), np.full(len(rows), "", dtype=object)
        extra[point[first]], river[point[first]] = more[first], self.axes.river_id[owner[piece[first]]]
        return extra, river

    def _forget(self, rows: Rows) -> None:
        self.axis[rows] = -1
        self.along[rows] = self.offset[rows] = np.nan

    def columns(self) -> dict[str, Any]:
        """River, chainage and bank as columns; a bank or a chainage that a row has is kept where no river was found."""
        river = self.own.copy()
        known = self.axis >= 0
        river[known] = self.axes.river_id[self.axis[known]]
        bank = pd.Series(banks_of(self.offset), index=self.rows.index)
        if "bank" in self.rows.columns:
            bank = bank.where(known, self.rows["bank"])
        return {
            "river_id": pd.Series(river, index=self.rows.index, dtype="str"),
            "bank": bank.astype("str"),
            "chainage_m": pd.Series(np.round(self.along, _DECIMALS), index=self.rows.index),
        }

    def faults(self) -> Iterator[gpd.GeoDataFrame]:
        """Findings as fault rows, at the places of their problems."""
        place = dict(zip(self.labels.tolist(), self.place, strict=True))
        told = pd.DataFrame(self.findings, columns=["code", "feature", "value", "limit", "unit", "note"])
        for (code, unit), some in told.groupby(["code", "unit"]):
            yield faults.found(
                str(code), layer=PROBLEMS.name, unit=str(unit), crs=self.axes.crs, feature_id=some["feature"].tolist(),
                geometry=[place.get(each) for each in some["feature"]], value=some["value"].to_numpy(),
                limit=some["limit"].to_numpy(), note=some["note"].tolist(),
            )  # fmt: skip


def _pieces(lines: Shapes) -> tuple[Shapes, Rows]:
    """Lines cut into short runs of their vertices that share their ends, and the line of each."""
    coords, owner = shapely.get_coordinates(lines, return_index=True)
    first = np.concatenate([[0], np.flatnonzero(np.diff(owner)) + 1])
    count = np.diff(np.append(first, len(owner)))
    runs = np.maximum(-(-(count - 1) // (_PIECE - 1)), 1)
    line = np.repeat(np.arange(len(first)), runs)
    number = np.arange(len(line)) - np.repeat(np.cumsum(runs) - runs, runs)
    begin = first[line] + number * (_PIECE - 1)
    end = np.minimum(begin + _PIECE - 1, first[line] + count[line] - 1)
    size = end - begin + 1
    piece = np.repeat(np.arange(len(line)), size)
    at = np.repeat(begin, size) + np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    return np.asarray(shapely.linestrings(coords[at], indices=piece), dtype=object), owner[begin]
