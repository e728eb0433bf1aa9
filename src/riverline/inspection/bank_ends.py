"""How the pieces of a bank's line meet: loose ends, gaps at bridges, nodes that separate nothing, lengths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline import faults
from riverline.channel.given import texts
from riverline.demarcation.closed import codes_of
from riverline.inspection.check import failing

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.inspection.check import Subject

__all__ = ["bank_lengths", "banks_not_whole", "broken_at_bridges", "gaps", "useless_nodes"]

# Ends this near are one place: coordinates keep a millimetre.
_TOUCH_M = 1e-3
# Columns in which two pieces of one bank may differ, so that they need the node between them.
_SEPARATING = ["basis", "rule_id", "citation", "offset_m", "confidence", "source_ids", "note"]


def gaps(subject: Subject, _limit: float = 0.0) -> Iterator[gpd.GeoDataFrame]:
    """Ends of lines that meet no other of their bank, but for the first and the last of each bank."""
    lines = subject.rows("management_lines")
    loose = _loose_ends(lines)
    yield faults.found(
        "line-gap",
        layer="management_lines",
        feature_id=texts(lines["line_id"])[loose["piece"]].tolist(),
        geometry=loose["point"].to_numpy(),
        crs=lines.crs,
        value=loose["gap"].to_numpy(),
        limit=_TOUCH_M,
        unit="m",
    )


def broken_at_bridges(subject: Subject, limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Gaps of lines within the limit of a bridge, one row for each loose end."""
    lines, bridges = subject.rows("management_lines"), subject.rows("works")
    loose = _loose_ends(lines)
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
    ends = _ends(lines)
    one, two = _meeting(ends)
    alone = np.bincount(one, minlength=len(ends)) == 1
    pair = (one < two) & alone[one] & alone[two] & ~_seams(lines, ends, one, two)
    first, second = (ends["piece"].to_numpy()[each[pair]] for each in (one, two))
    there = [name for name in _SEPARATING if name in lines]
    told = lines[there].astype("str").fillna("").to_numpy(dtype=object)
    same = (told[first] == told[second]).all(axis=1) & (first != second)
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
    closed = (texts(lines["bank"]) == "")[ends["piece"].to_numpy()[one]]
    along = ends["chainage"].to_numpy()
    return np.asarray(closed & (along[one] != along[two]))


def bank_lengths(subject: Subject, limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Banks whose line is more than the limit times as long as the axis, or as much shorter."""
    lines, extents = subject.rows("management_lines"), subject.rows("extents")
    drawn = pd.Series(shapely.length(lines.geometry.array)).groupby([lines["river_id"], lines["bank"]]).sum()
    extents = extents[(extents["kind"] == "management") & (extents["axis_length_m"] > 0)]
    for bank in ("left", "right"):
        along = np.array([drawn.get((river, bank), 0.0) for river in extents["river_id"]], dtype="float64")
        ratio = along / extents["axis_length_m"].to_numpy(dtype="float64")
        unlike = (ratio > limit) | (ratio < 1.0 / limit)
        yield failing(extents, "extents", where=unlike, code="bank-length-unlike", value=ratio, limit=limit, note=bank)


def banks_not_whole(subject: Subject, limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Banks whose line lacks more than the limit of the axis's chainages at its ends."""
    lines, extents = subject.rows("management_lines"), subject.rows("extents")
    by_bank = lines.groupby(["river_id", "bank"])
    span = by_bank["end_chainage_m"].max() - by_bank["start_chainage_m"].min()
    extents = extents[(extents["kind"] == "management") & (extents["axis_length_m"] > 0)]
    for bank in ("left", "right"):
        along = np.array([span.get((river, bank), 0.0) for river in extents["river_id"]], dtype="float64")
        lacks = extents["axis_length_m"].to_numpy(dtype="float64") - along
        told: dict[str, Any] = {"value": lacks, "limit": limit, "unit": "m", "note": bank}
        yield failing(extents, "extents", where=lacks > limit, code="bank-not-whole", **told)


def _loose_ends(lines: gpd.GeoDataFrame) -> pd.DataFrame:
    """Ends that meet no other, without a bank's first and last, each with the nearest loose end of its bank.

    Where another extent parts a river's in two, its banks meet at the axis and close it: no end is loose there.
    """
    ends = _ends(lines)
    met = np.concatenate([_meeting(ends)[0], _closing(ends, lines)])
    loose = ends[~np.isin(np.arange(len(ends)), met)]
    loose = loose[~loose.index.isin(_tips(ends, loose))]
    pairs = loose.reset_index().merge(loose.reset_index(), on="bank", suffixes=("", "_other"))
    pairs = pairs[pairs["piece"] != pairs["piece_other"]]
    pairs["gap"] = shapely.distance(pairs["point"].to_numpy(), pairs["point_other"].to_numpy())
    pairs = pairs.sort_values(["index", "gap", "index_other"], kind="stable").drop_duplicates("index")
    nearest = pairs.set_index("index")
    # A loose end without a partner: the line ends where nothing else of the bank does.
    loose = loose.assign(gap=nearest["gap"], other=nearest["point_other"].reindex(loose.index))
    return loose.assign(other=loose["other"].where(loose["other"].notna(), loose["point"])).reset_index(drop=True)


def _tips(ends: pd.DataFrame, loose: pd.DataFrame) -> list[int]:
    """The loose ends that are the first and the last of their bank: nothing of it goes on beyond them."""
    # A line without a bank goes round a lake or a work: it has no first and no last.
    runs = loose[loose["runs"].astype(bool)]
    along, whole = runs.groupby("bank")["chainage"], ends.groupby("bank")["chainage"]
    place = ends["chainage"].to_dict()
    tips = [(along.idxmin().to_dict(), whole.min().to_dict()), (along.idxmax().to_dict(), whole.max().to_dict())]
    return [int(at) for found, limit in tips for bank, at in found.items() if abs(place[at] - limit[bank]) <= _TOUCH_M]


def _closing(ends: pd.DataFrame, lines: gpd.GeoDataFrame) -> NDArray[np.intp]:
    """Ends that meet the other bank of their river, unless it is the same line under another name."""
    one, two = _meeting(ends, of="code")
    shapes, piece = np.asarray(lines.geometry.array), ends["piece"].to_numpy()
    return one[~shapely.equals(shapes[piece[one]], shapes[piece[two]])]


def _ends(lines: gpd.GeoDataFrame) -> pd.DataFrame:
    """Both ends of every open line, with whose it is, the bank it belongs to and its chainage."""
    shapes = np.asarray(lines.geometry.array)
    is_line = shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING
    rows = np.flatnonzero(is_line & ~shapely.is_closed(shapes) & ~shapely.is_empty(shapes))
    side = texts(lines["bank"])[rows]
    code = codes_of(lines)[rows]
    bank = code + "\n" + side
    along = [lines[name].to_numpy(dtype="float64")[rows] for name in ("start_chainage_m", "end_chainage_m")]
    points = [shapely.get_point(shapes[rows], at) for at in (0, -1)]
    return pd.DataFrame(
        {
            "piece": np.tile(rows, 2),
            "code": np.tile(code, 2),
            "bank": np.tile(bank, 2),
            "runs": np.tile(side != "", 2),
            "chainage": np.nan_to_num(np.concatenate(along)),
            "point": np.concatenate(points) if len(rows) else np.zeros(0, dtype=object),
        }
    )


def _meeting(ends: pd.DataFrame, *, of: str = "bank") -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of ends of one bank, or of one river, that are one place, each way round."""
    points, bank = ends["point"].to_numpy(), ends[of].to_numpy()
    one, two = shapely.STRtree(points).query(points, predicate="dwithin", distance=_TOUCH_M)
    pair = (one != two) & (bank[one] == bank[two])
    return one[pair], two[pair]


def _xy(points: pd.Series[Any]) -> NDArray[np.float64]:
    return shapely.get_coordinates(points.to_numpy()).reshape(-1, 2)
