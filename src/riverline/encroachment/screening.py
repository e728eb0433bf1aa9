"""The public verb: features of any layer held against the line, for many rivers in one call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline import faults
from riverline._version import __version__
from riverline.demarcation import Demarcation
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.encroachment.inputs import prepare, refused
from riverline.encroachment.lines import strands_from_lines, strands_from_outline
from riverline.encroachment.measuring import find_in, measure
from riverline.encroachment.places import elsewhere
from riverline.encroachment.result import Screening
from riverline.encroachment.rows import gathered, suspects_of
from riverline.encroachment.summing import sums_of
from riverline.errors import JobError
from riverline.provenance import Run, crs_text
from riverline.rules.dating import as_day

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.encroachment.inputs import Inputs
    from riverline.encroachment.lines import Strands
    from riverline.encroachment.measuring import Found, Measures

    Rows = NDArray[np.intp]

__all__ = ["screen"]

# With more extents than this a tree finds the features near each.
_FEW_EXTENTS = 4
# What covers more than this of an extent is hardly a thing that stands in it.
_MOST = 0.2


def screen(
    features: gpd.GeoDataFrame,
    result_or_extents: Demarcation | gpd.GeoDataFrame,
    *,
    axes: gpd.GeoDataFrame | None = None,
    permits: gpd.GeoDataFrame | None = None,
    tolerance_m: float = 0.0,
    on: dt.date | str | None = None,
) -> Screening:
    """Hold buildings, ponds, fields, roads or outlets against the line: what lies inside, how far, under which permit.

    Parameters
    ----------
    features
        Areas, lines or points in any CRS that can be brought to that of the extents; millions are fine. A column
        ``feature_id`` (or the key of another layer, or OpenStreetMap's ``osm_way_id`` and ``osm_id``) names them;
        ``first_seen``, ``last_seen`` and ``source`` are taken over, all other columns come through.
    result_or_extents
        A :class:`riverline.Demarcation`, or rows of :data:`riverline.schema.EXTENTS` in a CRS in metres, of which
        ``kind`` and the geometry are enough. Without the lines of a demarcation the outline of an extent stands in for
        them, and a note says so; without an axis too the outline tells no banks, and the cuts across the river at its
        ends count as line.
    axes
        Rows of :data:`riverline.schema.AXES`: banks, chainages and distances to the axis are then measured on them.
    permits
        Rows of :data:`riverline.schema.PERMITS`: areas as drawn, points and lines with their ``radius_m``. What a valid
        one covers is subtracted, and the reason kept.
    tolerance_m
        Limit of the positional error of features against the line. Features outside, but no farther than this, are
        rows too, with ``position`` ``near``.
    on
        Day on which permits must be valid, as a date or ISO text. Without it a permit that has dates is not
        subtracted, and a fault says so: two runs agree whatever the day.

    Returns
    -------
    Screening
        Suspects, sums, faults and run. Kind, item and severity are unknown until :func:`riverline.classify`.

    Raises
    ------
    SchemaError, CRSError
        If layers lack columns or a CRS, listing everything; if the extents are not in metres.
    JobError
        If the tolerance is not a length.
    RuleError
        If ``on`` is no day.

    Notes
    -----
    Areas are ellipsoidal. The intrusion is the largest distance from any place of the part inside, on its edges and
    within, to the nearest of the management line: exact at corners, else less by a centimetre or 1/2,000 at most.
    The shoreline taken is, for each connected part, from its first to its last place, each brought to the nearest of
    the line; what a feature takes twice counts once, and ``sums`` count once what several take.

    ``confidence`` is the probability that the feature reaches inside: Φ(intrusion / (tolerance / 2)), the limit being
    two mean-square errors (GB 50026-2007, 1.0.3); without a tolerance what is drawn is true.

    A feature in a protection extent is a row of its own kind of extent and never counted; one in the extents of two
    rivers is a row in each and a warning. Layers of two places are an error in the faults, which names both.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> import riverline as rl
    >>> x, y = 500_000, 3_500_000
    >>> columns = {"river_id": ["R1"], "kind": "management"}
    >>> extents = gpd.GeoDataFrame(columns, geometry=[shapely.box(x, y - 100, x + 1000, y + 100)], crs=4548)
    >>> axis = shapely.LineString([(x, y), (x + 1000, y)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[axis], crs=4548)
    >>> houses = gpd.GeoDataFrame(
    ...     {"feature_id": ["B1", "B2", "B3"], "building": "yes"},
    ...     geometry=[
    ...         shapely.box(x + at, y + low, x + at + 20, y + low + 10)
    ...         for at, low in ((100, 95), (200, 50), (300, 200))
    ...     ],
    ...     crs=4548,
    ... )
    >>> found = rl.screen(houses, extents, axes=axes, tolerance_m=1.0)
    >>> found.suspects[["suspect_id", "bank", "position", "intrusion_m", "shoreline_m", "chainage_m"]].values.tolist()
    [['R1-B1', 'left', 'across', 5.0, 20.0, 110.0], ['R1-B2', 'left', 'inside', 50.0, 20.0, 210.0]]
    >>> found.suspects["confidence"].round(6).tolist(), found.faults["code"].tolist()
    ([1.0, 1.0], ['line-from-outline', 'features-not-inside'])
    """
    if not (np.isfinite(tolerance_m) and tolerance_m >= 0.0):
        raise JobError(
            f"tolerance_m 应为不小于零的长度（米），实际为 {tolerance_m!r}",
            f"tolerance_m must be a length of zero or more, in metres, got {tolerance_m!r}",
        )
    day = as_day(on)
    inputs = prepare(features, result_or_extents, axes=axes, permits=permits, on=day)
    bad, about = refused(inputs.features)
    made = _Made(inputs, float(tolerance_m), np.flatnonzero(~bad))
    for position in range(len(inputs.extents)):
        made.do(position)
    hits = gathered(made.parts)
    suspects, behind = suspects_of(hits, inputs, float(tolerance_m))
    sums = sums_of(suspects, hits, behind, inputs.extents)
    findings = [*inputs.findings, *about, *made.findings, *_about_features(made, inputs, hits.row), *_several(suspects)]
    findings += _over_most(suspects, inputs.extents)
    if not len(hits.row):
        findings += elsewhere(inputs.features.shapes[made.usable], inputs.extents, features.crs)
    crs = inputs.extents.crs
    found = faults.combine(findings_to_faults(findings, crs), crs=crs)
    told = {"tolerance_m": float(tolerance_m), "on": None if day is None else day.isoformat()}
    digest = result_or_extents.rules.digest if isinstance(result_or_extents, Demarcation) else ""
    run = Run(__version__, digest, inputs.described | {"screen": told}, crs_text(crs))
    return Screening(suspects, sums, found, run)


@dataclass(slots=True, eq=False)
class _Made:
    """What came of the extents so far."""

    inputs: Inputs
    tolerance_m: float
    usable: Rows
    parts: list[tuple[int, Found, Measures, Any, bool]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    bad: dict[int, Finding] = field(default_factory=dict)
    tree: shapely.STRtree | None = None

    def do(self, position: int) -> None:
        """Screen one extent. What the geometry library refuses is that extent's fault, and the others are done."""
        extent = self.inputs.extents.iloc[position]
        name, region = str(extent["extent_id"]), extent.geometry
        try:
            found = find_in(region, self.inputs.features, self._candidates(region), self.tolerance_m)
            self.bad |= dict(zip(found.bad.tolist(), found.findings, strict=True))
            if len(found.row):
                axis, about = self._axis(position)
                strands = self._strands(position, axis)
                measures = measure(found, region, strands, axis)
                self.parts.append((position, found, measures, strands.banks, strands.drawn))
                self.findings += about
                if extent["kind"] == "management" and not strands.drawn:
                    code = "outline-without-axis" if axis is None else "line-from-outline"
                    self.findings.append(Finding(code, "extents", name, region))
        except shapely.errors.GEOSException as error:
            self.findings.append(Finding("extent-not-screened", "extents", name, region, note=str(error)))

    def _candidates(self, region: shapely.Geometry) -> Rows:
        if len(self.inputs.extents) <= _FEW_EXTENTS:
            return self.usable
        if self.tree is None:
            self.tree = shapely.STRtree(self.inputs.features.shapes[self.usable])
        west, south, east, north = region.bounds
        reach = self.tolerance_m
        around = shapely.box(west - reach, south - reach, east + reach, north + reach)
        return np.sort(self.usable[self.tree.query(around)])

    def _axis(self, position: int) -> tuple[tuple[Any, float] | None, list[Finding]]:
        extent, axes = self.inputs.extents.iloc[position], self.inputs.axes
        if axes is None:
            return None, []
        rows = np.flatnonzero(axes.river_id == str(extent["river_id"]))
        if len(rows) != 1:
            name = str(extent["extent_id"])
            return None, [Finding("axis-not-one", "extents", name, extent.geometry, float(len(rows)), 1.0)]
        return (axes.line[rows[0]], float(axes.start[rows[0]])), []

    def _strands(self, position: int, axis: tuple[Any, float] | None) -> Strands:
        """The lines of a management extent where a demarcation drew them, else the outline."""
        extents, lines = self.inputs.extents, self.inputs.lines
        extent = extents.iloc[position]
        line = None if axis is None else axis[0]
        if extent["kind"] == "protection":
            own = extents[(extents["river_id"] == extent["river_id"]).to_numpy(dtype=bool)]
            whole = shapely.union_all(own.geometry.to_numpy())
            return strands_from_outline(whole, line)
        drawn = None
        if lines is not None:
            drawn = strands_from_lines(lines[(lines["river_id"] == extent["river_id"]).to_numpy(dtype=bool)])
        return drawn or strands_from_outline(extent.geometry, line)


def _about_features(made: _Made, inputs: Inputs, hits: Rows) -> list[Finding]:
    """Areas that cannot be measured, keys that several share, and how many features lie in no extent."""
    shapes = inputs.features.shapes
    used = np.unique(hits)
    names = inputs.features.keys(used)
    distinct, first, count = np.unique(names.astype(str), return_index=True, return_counts=True)
    shared = [
        Finding("key-duplicated", "features", str(distinct[at]), shapes[used[first[at]]], float(count[at]), 1.0)
        for at in np.flatnonzero((count > 1) & (distinct != ""))
    ]
    outside = len(made.usable) - len(used) - len(set(made.bad) - set(used.tolist()))
    code = "features-not-inside" if len(inputs.extents) else "features-not-screened"
    left = [Finding(code, "features", "*", None, float(outside))] * bool(outside)
    return [*made.bad.values(), *shared, *left]


def _over_most(suspects: gpd.GeoDataFrame, extents: gpd.GeoDataFrame) -> list[Finding]:
    """Features that cover much of an extent: a county, a reserve or the river itself is in no way of the water."""
    area = pd.Series(shapely.area(extents.geometry.to_numpy()), index=extents["extent_id"])
    share = suspects["inside_m2"].to_numpy() / area[~area.index.duplicated()].reindex(suspects["extent_id"]).to_numpy()
    rows = np.flatnonzero(share > _MOST)
    names = suspects["feature_id"].astype("str").where(suspects["feature_id"] != "", suspects["suspect_id"])
    return [
        Finding("feature-over-extent", "features", str(names.iloc[row]), suspects.geometry.iloc[row],
                round(100.0 * min(float(share[row]), 1.0), 1), 100.0 * _MOST, "%", str(suspects["extent_id"].iloc[row]))
        for row in rows
    ]  # fmt: skip


def _several(suspects: gpd.GeoDataFrame) -> list[Finding]:
    """Features that lie in the management extents of several rivers."""
    if suspects["extent_id"].nunique() < 2:  # noqa: PLR2004 - several
        return []
    inside = suspects[((suspects["position"] != "near") & (suspects["extent_kind"] == "management")).to_numpy(bool)]
    named = inside.assign(_place=inside.geometry.to_wkb(hex=True))
    twice = named[named.duplicated(["feature_id", "_place"], keep=False)]
    return [
        Finding("feature-in-several", "features", str(key) or str(rows["suspect_id"].iloc[0]), rows.geometry.iloc[0],
                float(len(rows)), 1.0, note=", ".join(sorted(set(rows["extent_id"].astype(str)))))
        for (key, _), rows in twice.groupby(["feature_id", "_place"])
        if len(set(rows["extent_id"])) > 1
    ]  # fmt: skip
