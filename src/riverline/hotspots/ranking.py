"""Which reaches first: groups ranked by rate with how sure that is, and the first kilometres to walk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riverline._kernels.statistics.ranks import funnel_limits, ranks
from riverline._kernels.statistics.shrinkage import gamma_prior, moment_prior, smooth
from riverline.channel.reaches import chiefs_of
from riverline.checks.reading import read_or_refuse
from riverline.errors import JobError, SchemaError
from riverline.hotspots.reaches import FUNNEL_LEVEL
from riverline.schema import CHIEFS, HOT_SEGMENTS, REACH_RANKS

if TYPE_CHECKING:
    import geopandas as gpd

    from riverline.hotspots.result import Hotspots

__all__ = ["PRIORS", "first_to_walk", "rank_reaches", "unwalked"]

# What rates are drawn towards, by the name that settings give it.
PRIORS = {"likelihood": gamma_prior, "moments": moment_prior}


def rank_reaches(spots: Hotspots, *, by: str = "river_id", chiefs: gpd.GeoDataFrame | None = None) -> pd.DataFrame:
    """Groups of segments, such as the chiefs' reaches, ranked by their rate with the interval of each rank.

    Parameters
    ----------
    spots
        What :func:`riverline.find_hotspots` gave.
    by
        Column of ``spots.segments`` that names the group: ``river_id``, ``chief``, or any that the axes brought along;
        with ``chiefs`` also ``chief_village``, ``chief_township`` … ``chief_province``.
    chiefs
        Rows of :data:`riverline.schema.CHIEFS`: a segment is on the reach of whoever answers for its middle.

    Returns
    -------
    DataFrame
        Rows of :data:`riverline.schema.REACH_RANKS`, the highest rate first. Rates are drawn towards the mean of all
        groups by how little they rest on, so that two kilometres with one problem are not the county's worst; equal
        rates share a rank. Segments without a name are the group ``""``. Of segments that nobody looked at enough
        neither exposure nor problems count; the latter are told as ``untested``, for they are in no rate.

    Raises
    ------
    SchemaError
        If there is no such column, or the layer of chiefs lacks columns or holds words that nobody knows.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> import riverline as rl
    >>> lines = [
    ...     shapely.LineString([(500000, 3500000 + y), (500000 + m, 3500000 + y)]) for y, m in ((0, 2e4), (5e3, 2e3))
    ... ]
    >>> axes = gpd.GeoDataFrame(
    ...     {"river_id": ["R1", "R2"], "name": "河", "chief": ["张", "李"]}, geometry=lines, crs=4548
    ... )
    >>> places = [shapely.Point(500200 + 500 * i, 3500020) for i in range(30)] + [shapely.Point(500200, 3505020)]
    >>> spots = rl.find_hotspots(gpd.GeoDataFrame(geometry=places, crs=4548), axes)
    >>> rl.hotspots.rank_reaches(spots, by="chief")[["part", "problems", "rank_first", "rank_last"]].values.tolist()
    [['张', 30, 1, 2], ['李', 1, 1, 2]]
    """
    frame = spots.segments if chiefs is None else _with_chiefs(spots.segments, chiefs)
    if by not in frame.columns:
        raise SchemaError(
            f"热点河段没有字段 {by}；可用：{', '.join(map(str, frame.columns))}",
            f"the segments have no column {by!r}; there are {', '.join(map(str, frame.columns))}",
        )
    seen = (frame["verdict"] != "unseen").to_numpy()
    values = frame["weight" if "weight" in frame.columns else "problems"].to_numpy(dtype="float64")
    problems = frame["problems"].to_numpy(dtype="int64")
    table = pd.DataFrame({
        "part": frame[by].astype("object").where(frame[by].notna(), "").astype("str").to_numpy(),
        "length_m": frame["length_m"].to_numpy(), "problems": np.where(seen, problems, 0),
        "untested": np.where(seen, 0, problems),
        "value": np.where(seen, values, 0.0), "exposure": np.where(seen, frame["exposure"].to_numpy(), 0.0),
    })  # fmt: skip
    sums = table.groupby("part", sort=True).sum().reset_index()
    value, size = sums.pop("value").to_numpy(), sums["exposure"].to_numpy()
    ranked = _ranked(value, size, str(spots.run.inputs["find_hotspots"]["smoothing"]))
    ranked |= {"rank_id": sums["part"].where(sums["part"] != "", "-"), "length_m": sums["length_m"].round(1)}
    return REACH_RANKS.conform(sums.assign(**ranked).sort_values(["rank_place", "part"]).reset_index(drop=True))


def _with_chiefs(segments: gpd.GeoDataFrame, chiefs: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Segments with the chief of each level who answers for their middle."""
    CHIEFS.require(chiefs, layer="chiefs")
    middle = segments[["start_chainage_m", "end_chainage_m"]].mean(axis=1)
    bank = segments["bank"] if "bank" in segments else pd.Series("", index=segments.index)
    at = {"river_id": segments["river_id"], "chainage_m": middle, "bank": bank}
    return segments.assign(**chiefs_of(read_or_refuse(chiefs, CHIEFS, layer="chiefs"), at)[0])


def _ranked(value: Any, size: Any, smoothing: str) -> dict[str, Any]:  # noqa: ANN401 - arrays
    mean = value.sum() / size.sum() if size.sum() > 0.0 else 0.0
    rates = smooth(value, size, PRIORS[smoothing](value, size))
    place = ranks(rates.rate, rates.low, rates.high)
    low, high = funnel_limits(mean * size, FUNNEL_LEVEL)
    return {
        "expected": mean * size, "rate": np.divide(value, size, out=np.full(len(size), np.nan), where=size > 0.0),
        "smoothed": rates.rate, "smoothed_low": rates.low, "smoothed_high": rates.high, "rank_place": place.rank,
        "rank_first": place.first, "rank_last": place.last,
        "funnel": pd.array(np.where(value > high, "above", np.where(value < low, "below", "within")), dtype="str"),
    }  # fmt: skip


def unwalked(frame: gpd.GeoDataFrame) -> np.ndarray:
    """Segments that nobody looked at enough though they hold more problems than stretches of their length do.

    Parameters
    ----------
    frame
        Rows of :data:`riverline.schema.HOT_SEGMENTS`.

    Returns
    -------
    (n,) of bool
        More than the funnel's upper limit for as many kilometres at the mean of all.
    """
    length, problems = (frame[name].to_numpy(dtype="float64") for name in ("length_m", "problems"))
    mean = problems.sum() / length.sum() if length.sum() > 0.0 else 0.0
    unseen = (frame["verdict"] == "unseen").to_numpy(dtype=bool)
    return np.asarray(unseen & (problems > funnel_limits(mean * length, FUNNEL_LEVEL)[1]))


def first_to_walk(spots: Hotspots, *, kilometres: float = 10.0) -> gpd.GeoDataFrame:
    """The kilometres to walk first: heaps where nobody looks, hot segments that hold some, then what is likely high.

    Parameters
    ----------
    spots
        What :func:`riverline.find_hotspots` gave.
    kilometres
        Length of bank, or of river, that can be walked.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.HOT_SEGMENTS` in order, the last one reaching or passing ``kilometres``. First
        come segments that patrols do not look at enough and that hold more problems than stretches of their length
        elsewhere, by problems per kilometre. Then hot ones that hold more than expected themselves; a segment that is
        hot for its neighbours alone has nothing to walk to, and waits with the others. Among either the lower end of
        the rate's interval decides, so that what its own count shows to be high goes first, and then hot before not.

    Raises
    ------
    JobError
        If there is nothing to walk: ``kilometres`` is not above zero.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> import riverline as rl
    >>> axis = shapely.LineString([(500000, 3500000), (520000, 3500000)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[axis], crs=4548)
    >>> places = [shapely.Point(505100 + 10 * i, 3500020) for i in range(9)]
    >>> spots = rl.find_hotspots(gpd.GeoDataFrame(geometry=places, crs=4548), axes)
    >>> rl.hotspots.first_to_walk(spots, kilometres=1)["segment_id"].tolist()
    ['R1/0011-L', 'R1/0009-L']
    """
    if not kilometres > 0:
        raise JobError(f"kilometres 应大于 0，实际为 {kilometres}", f"kilometres must be above 0, got {kilometres}")
    frame = spots.segments
    heap = unwalked(frame)
    hot, held = frame["hot"].to_numpy(dtype=bool), frame["weight" if "weight" in frame.columns else "problems"]
    own = (frame["problems"] > 0) & (held > frame["expected"])
    turn = np.where(heap, 0, np.where(hot & own.to_numpy(dtype=bool), 1, 2))
    rate = np.where(heap, frame["problems"] / frame["length_m"], frame["smoothed_low"])
    order = frame.assign(_turn=turn, _rate=-rate, _hot=~hot)
    order = order.sort_values(["_turn", "_rate", "_hot", "segment_id"]).drop(columns=["_turn", "_rate", "_hot"])
    walked = order["length_m"].cumsum().to_numpy()
    return HOT_SEGMENTS.conform(
        order[np.concatenate([[True], walked < kilometres * 1000.0])[:-1]].reset_index(drop=True)
    )
