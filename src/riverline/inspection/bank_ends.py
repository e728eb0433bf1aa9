"""How the pieces of a bank's line meet: loose ends, gaps at bridges, nodes that separate nothing, lengths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline import faults
from riverline._kernels.lines.chainage import cut, locate_many
from riverline.channel.given import texts, usable_axes
from riverline.demarcation.extents.borders import hanging_together, shared_by_policy
from riverline.demarcation.extents.closed import closed_rows
from riverline.inspection.check import failing
from riverline.inspection.loose_ends import TOUCH_M, ends_of, loose_ends, meeting

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.inspection.check import Subject

__all__ = ["bank_lengths", "banks_not_whole", "broken_at_bridges", "count_with_banks", "gaps", "useless_nodes"]

# Columns in which two pieces of one bank may differ, so that they need the node between them.
_SEPARATING = ["basis", "rule_id", "citation", "offset_m", "confidence", "source_ids", "note"]


def gaps(subject: Subject, _limit: float = 0.0) -> Iterator[gpd.GeoDataFrame]:
    """Ends of lines that meet no other of their bank, but for the first and the last of each bank."""
    lines = subject.rows("management_lines")
    loose = loose_ends(lines)
    alone = loose["gap"].isna().to_numpy(dtype=bool)
    for code, rows in (("line-gap", loose[~alone]), ("line-end-alone", loose[alone])):
        yield faults.found(
            code,
            layer="management_lines",
            feature_id=texts(lines["line_id"])[rows["piece"]].tolist(),
            geometry=rows["point"].to_numpy(),
            crs=lines.crs,
            value=rows["gap"].to_numpy(),
            limit=TOUCH_M,
            unit="m",
        )


def broken_at_bridges(subject: Subject, limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Gaps of lines within the limit of a bridge, one row for each loose end."""
    lines, bridges = subject.rows("management_lines"), subject.rows("works")
    loose = loose_ends(lines)
    shapes = np.asarray(bridges.geometry.array)
    across = shapely.linestrings(np.stack([_xy(loose["point"]), _xy(loose["other"])], axis=1))
    gap, bridge = shapely.STRtree(shapes).query(np.atleast_1d(across), predicate="dwithin", distance=limit)
    _, first = np.unique(gap, return_index=True)
    gap, bridge = gap[first], bridge[first]
    yield faults.found(
        "line-broken-at-bridge",
        layer="management_lines",
        feature_id=texts(lines["line_id"])[loose["piece"].to_numpy()[gap]].tolist(),
        geometry=np.atleast_1d(across)[gap],
        crs=lines.crs,
        value=loose["gap"].to_numpy()[gap],
        limit=limit,
        unit="m",
        note=texts(bridges["work_id"])[bridge].tolist(),
    )


def useless_nodes(subject: Subject, _limit: float = 0.0) -> Iterator[gpd.GeoDataFrame]:
    """Nodes of a bank where two pieces meet that have everything in common."""
    lines = subject.rows("management_lines")
    ends = ends_of(lines)
    one, two = meeting(ends)
    alone = np.bincount(one, minlength=len(ends)) == 1
    pair = (one < two) & alone[one] & alone[two] & ~_seams(lines, ends, one, two)
    first, second = (ends["piece"].to_numpy()[each[pair]] for each in (one, two))
    # A work has a line a side: its corners are nodes, however alike the sides are.
    works = (texts(lines["basis"]) == "works")[first] | (texts(lines["basis"]) == "works")[second]
    there = [name for name in _SEPARATING if name in lines]
    told = lines[there].astype("str").fillna("").to_numpy(dtype=object)
    same = (told[first] == told[second]).all(axis=1) & (first != second) & ~works
    ids = np.sort(np.stack([texts(lines["line_id"])[each] for each in (first[same], second[same])]), axis=0)
    yield faults.found(
        "pseudo-node",
        layer="management_lines",
        feature_id=ids[0].tolist(),
        geometry=ends["point"].to_numpy()[one[pair][same]],
        crs=lines.crs,
        note=ids[1].tolist(),
    )


def _seams(
    lines: gpd.GeoDataFrame, ends: pd.DataFrame, one: NDArray[np.intp], two: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Where a closed line begins and ends: one node, at which it counts from nought and to its whole length."""
    closed = closed_rows(lines)[ends["piece"].to_numpy()[one]]
    along = ends["chainage"].to_numpy()
    return np.asarray(closed & (along[one] != along[two]))


def with_banks(subject: Subject) -> gpd.GeoDataFrame:
    """The extents that have an axis to hold banks against: those of rivers, not of lakes, reservoirs and works."""
    extents = subject.rows("extents")
    return extents[(extents["kind"] == "management") & (extents["axis_length_m"] > 0)]


def count_with_banks(subject: Subject) -> int:
    """How many extents have banks."""
    return len(with_banks(subject))


def bank_lengths(subject: Subject, limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Banks whose line is more than the limit times as long as the axis, or as much shorter, and edges that go round.

    What closes a bank along a neighbour goes on from its other pieces. An outline that comes back to itself is that of
    a work or a lake within the extent, which adds to the bank's length and to no chainage.
    """
    lines, extents = subject.rows("management_lines"), with_banks(subject)
    drawn = pd.Series(shapely.length(lines.geometry.array)).groupby([texts(lines["river_id"]), texts(lines["bank"])])
    sums = drawn.sum()
    for bank in ("left", "right"):
        along = np.array([sums.get((river, bank), 0.0) for river in texts(extents["river_id"])], dtype="float64")
        ratio = along / extents["axis_length_m"].to_numpy(dtype="float64")
        unlike = (ratio > limit) | (ratio < 1.0 / limit)
        yield failing(extents, "extents", where=unlike, code="bank-length-unlike", value=ratio, limit=limit, note=bank)
    round_ = _going_round(lines)
    yield failing(lines, "management_lines", where=round_ > 0.0, code="bank-goes-round", value=round_, unit="m")


def _going_round(lines: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Length of the outline that each piece is a part of, (n,); 0 for a piece of a line that runs along a bank."""
    shapes, rows = np.asarray(lines.geometry.array), np.flatnonzero(shared_by_policy(lines))
    banks = texts(lines["river_id"]) + "\n" + texts(lines["bank"])
    label = hanging_together(lines, rows, banks[rows])
    order = np.argsort(label, kind="stable")
    whole = shapely.line_merge(shapely.multilinestrings(shapes[rows[order]], indices=label[order]))
    length = np.zeros(len(lines))
    length[rows] = np.where(shapely.is_closed(whole), shapely.length(whole), 0.0)[label]
    return length


def banks_not_whole(subject: Subject, limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Banks whose line lacks more than the limit of the axis's chainages at its ends.

    Where the axis is given, its length and the places of the line on it count, not what rows state of them.
    """
    lines, extents = subject.rows("management_lines"), with_banks(subject)
    axes, management = _axes(subject), subject.rows("extents")
    management = management[management["kind"] == "management"]
    rivers, banks = texts(lines["river_id"]), texts(lines["bank"])
    shapes = np.asarray(lines.geometry.array)
    for bank in ("left", "right"):
        lacks = np.zeros(len(extents))
        for row, (river, stated) in enumerate(zip(texts(extents["river_id"]), extents["axis_length_m"], strict=True)):
            own = (rivers == river) & (banks == bank)
            if river in axes:
                lacks[row] = _lacking(shapes[own], axes[river], _others(management, extents.index[row], axes[river]))
            else:
                lacks[row] = stated - _stated(lines[own])
        told: dict[str, Any] = {"value": lacks, "limit": limit, "unit": "m", "note": bank}
        yield failing(extents, "extents", where=lacks > limit, code="bank-not-whole", **told)


def _axes(subject: Subject) -> dict[str, shapely.LineString]:
    """The axes that were given, by river; of a river with several none, for nothing says which is meant."""
    if "axes" not in subject.layers:
        return {}
    usable = usable_axes(subject.layers["axes"])
    names, count = np.unique(usable.river_id.astype(str), return_counts=True)
    single = set(names[count == 1].tolist())
    return {str(river): line for river, line in zip(usable.river_id, usable.line, strict=True) if river in single}


def _lacking(pieces: NDArray[np.object_], axis: shapely.LineString, others: shapely.Geometry) -> float:
    """Metres of the axis at its ends beside which no piece is drawn, and which run in no other extent.

    At a mouth or a lake the line ends where the other one's land begins.
    """
    places = shapely.get_coordinates(pieces)
    if not len(places):
        return float(axis.length)
    _, along, _ = locate_many(places, [axis])
    coords = shapely.get_coordinates(axis)
    tips = shapely.get_coordinates([shapely.get_point(pieces, at) for at in (0, -1)])
    first = min(np.nanmin(along), _ahead(tips, coords[0], coords[1] - coords[0]))
    last = max(np.nanmax(along), axis.length - _ahead(tips, coords[-1], coords[-2] - coords[-1]))
    ends = [cut(coords, *span) for span in ((0.0, first), (last, axis.length)) if np.ptp(span)]
    left = shapely.difference(shapely.MultiLineString(ends), others)
    return float(shapely.length(left))


def _ahead(tips: NDArray[np.float64], end: NDArray[np.float64], inward: NDArray[np.float64]) -> float:
    """How far before an axis's end, along it, the nearest tip of a line stands: on the normal of the end, nought.

    Far from an axis that bends, what stands on the normal of its end may be nearer to another place of it.
    """
    if not len(tips):
        return np.inf
    nearest = tips[np.hypot(*(tips - end).T).argmin()]
    return max(float((nearest - end) @ inward) / float(np.hypot(*inward)), 0.0)


def _others(extents: gpd.GeoDataFrame, own: Hashable, axis: shapely.LineString) -> shapely.Geometry:
    """The other extents that an axis runs through: of rivers, of lakes, and of works, which bear the river's code."""
    shapes = np.asarray(extents.geometry.array)
    near = shapely.is_valid(shapes) & shapely.intersects(shapes, axis) & (extents.index != own)
    return shapely.union_all(shapes[near])


def _stated(pieces: gpd.GeoDataFrame) -> float:
    """Metres of chainage that pieces say they cover."""
    if pieces.empty:
        return 0.0
    return float(pieces["end_chainage_m"].max() - pieces["start_chainage_m"].min())


def _xy(points: pd.Series[Any]) -> NDArray[np.float64]:
    return shapely.get_coordinates(points.to_numpy()).reshape(-1, 2)
