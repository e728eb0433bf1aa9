"""Does one problem bring the next: near repeats along the water, by kinds, upstream against downstream."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import shapely

from riverline._kernels.network.near_repeats import Pairs, knox
from riverline._kernels.network.river_graph import Places, graph_of, within
from riverline._kernels.network.river_joins import joins
from riverline.channel.given import texts
from riverline.errors import JobError
from riverline.hotspots.counting import count_problems, require_days
from riverline.hotspots.segments import segments_of
from riverline.hotspots.settings import HotspotSettings
from riverline.schema import NEAR_REPEATS, PROBLEMS
from riverline.schema.words import allowed, choice_words, plain_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline._kernels.network.river_graph import Direction
    from riverline.hotspots.counting import Counted
    from riverline.hotspots.segments import Segments

    Floats = NDArray[np.float64]

__all__ = ["find_near_repeats"]

_SEGMENT_M = 1_000.0


def find_near_repeats(  # noqa: PLR0913 - one argument a choice
    problems: gpd.GeoDataFrame,
    axes: gpd.GeoDataFrame,
    *,
    distances_m: Sequence[float] = (0.0, 200.0, 500.0, 1_000.0),
    days: Sequence[float] = (0.0, 7.0, 14.0, 30.0, 90.0),
    kinds: tuple[str, str] | None = None,
    direction: Literal["both", "downstream", "upstream"] = "both",
    worlds: int = 999,
    seed: int = 0,
    settings: HotspotSettings | None = None,
) -> pd.DataFrame:
    """Whether problems near each other along the water are near in time too, more than chance makes them.

    Parameters
    ----------
    problems
        As for :func:`riverline.find_hotspots`, with ``found_on``; those without a day do not count.
    axes
        Rows of :data:`riverline.schema.AXES`, in metres, digitised downstream.
    distances_m, days
        Edges of the bands: from each up to, but not including, the next; the last one included.
    kinds
        Kind of the first problem and of the one that follows it, such as ``("extraction", "dumping")`` or
        ``("乱采", "乱堆")``; None: any two.
    direction
        ``"downstream"``: the later problem lies down the water of the earlier one; ``"upstream"``: up; ``"both"``:
        wherever.
    worlds
        How often the days are dealt out anew.
    seed
        Of the deals.
    settings
        ``max_distance_m`` and ``snap_m``.

    Returns
    -------
    DataFrame
        Rows of :data:`riverline.schema.NEAR_REPEATS`, one a pair of bands. The table observed and the expectation are
        exact; p is simulated.

    Raises
    ------
    SchemaError, CRSError
        As for :func:`riverline.find_hotspots`, and if problems have no days.
    JobError
        If edges do not rise from 0 or more, or a kind is none.

    Notes
    -----
    With kinds or a direction pairs are ordered: the later problem is the second one; two of one day count as a pair
    both ways.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd, shapely
    >>> import riverline as rl
    >>> axis = shapely.LineString([(500000, 3500000), (520000, 3500000)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[axis], crs=4548)
    >>> day = pd.to_datetime(["2025-01-01", "2025-01-03", "2025-06-01", "2025-06-02"])
    >>> places = [shapely.Point(x, 3500020) for x in (501000, 501100, 510000, 510150)]
    >>> problems = gpd.GeoDataFrame({"found_on": day}, geometry=places, crs=4548)
    >>> found = rl.hotspots.find_near_repeats(problems, axes, distances_m=(0, 200), days=(0, 7, 365))
    >>> found[["to_days", "pairs", "expected"]].round(3).values.tolist()
    [[7.0, 2, 0.667], [365.0, 0, 1.333]]
    """
    chosen = HotspotSettings() if settings is None else settings
    bands, spans = _edges(distances_m, "distances_m"), _edges(days, "days")
    kinds = None if kinds is None else (_kind(kinds[0]), _kind(kinds[1]))
    require_days(problems)
    segments = segments_of(axes, _SEGMENT_M, by_bank=False)
    counted = count_problems(problems, segments, chosen, None)
    when = counted.rows["found_on"]
    dated = when.notna().to_numpy()
    since = when[dated].dt.normalize() - pd.Timestamp("2000-01-01")
    moment: Floats = np.asarray(since.dt.days, dtype="float64")
    pairs = _pairs(counted, dated, segments, float(bands[-1]), direction, chosen)
    ordered = kinds is not None or direction != "both"
    if kinds is None:
        pairs = pairs if ordered else _of(pairs, pairs.one < pairs.other)
    else:
        kind = (
            texts(counted.rows["kind"])[dated]
            if "kind" in counted.rows
            else np.full(int(dated.sum()), "", dtype="object")
        )
        pairs = _of(pairs, (kind[pairs.one] == kinds[0]) & (kind[pairs.other] == kinds[1]))
    found = knox(pairs, moment, bands, spans, seed, worlds=worlds, ordered=ordered)
    return _table(found, bands, spans, kinds, direction)


def _kind(given: str) -> str:
    """A kind of problems by its value or its name."""
    column = PROBLEMS["kind"]
    known = choice_words(column).get(plain_name(str(given)))
    if known is None:
        raise JobError(
            f"没有问题类型 {given!r}；可用：{allowed(column)}",
            f"there is no kind of problems {given!r}; there are: {', '.join(map(str, column.values))}",
        )
    return str(known)


def _edges(given: Sequence[float], name: str) -> Floats:
    edges = np.asarray(given, dtype="float64")
    if len(edges) < 2 or not (np.diff(edges) > 0).all() or edges[0] < 0:  # noqa: PLR2004 - a band has two
        raise JobError(
            f"{name} 应为从 0 或更大起递增的至少两个数，实际为 {tuple(given)}",
            f"{name} must be two or more numbers that rise from 0 or above, got {tuple(given)}",
        )
    return edges


def _pairs(
    counted: Counted,
    dated: NDArray[np.bool_],
    segments: Segments,
    limit: float,
    direction: Direction,
    settings: HotspotSettings,
) -> Pairs:
    """All ordered pairs of dated problems within a distance along the water."""
    axis, along = counted.axis[dated], counted.along[dated]
    lengths = shapely.length(segments.axes.line)
    joined = joins(segments.axes.line, settings.snap_m, segments.width)
    graph, node = graph_of(lengths, joined, Places(axis, along, np.zeros(len(axis), dtype="int64")), banks=False)
    origin, reached, distance = within(graph, node, limit, direction=direction)
    order = np.argsort(node, kind="stable")
    held = np.bincount(node, minlength=graph.count)
    first = np.cumsum(held) - held
    many = held[reached]
    row = np.repeat(np.arange(len(reached)), many)
    other = order[np.repeat(first[reached] - (np.cumsum(many) - many), many) + np.arange(len(row))]
    return _of(Pairs(origin[row], other, distance[row]), origin[row] != other)


def _of(pairs: Pairs, kept: NDArray[np.bool_]) -> Pairs:
    return Pairs(pairs.one[kept], pairs.other[kept], pairs.distance[kept])


def _table(found: Any, bands: Floats, spans: Floats, kinds: tuple[str, str] | None, direction: str) -> pd.DataFrame:  # noqa: ANN401
    first, then = kinds or ("any", "any")
    cells = [(near, span) for near in pairwise(bands) for span in pairwise(spans)]
    expected = found.expected.ravel()
    columns = {
        "repeat_id": [f"{first}-{then}/{direction}/{near[1]:g}m/{span[1]:g}d" for near, span in cells],
        "first_kind": first, "then_kind": then, "direction": direction,
        "from_m": [near[0] for near, _ in cells], "to_m": [near[1] for near, _ in cells],
        "from_days": [span[0] for _, span in cells], "to_days": [span[1] for _, span in cells],
        "pairs": found.observed.ravel(), "expected": expected,
        "ratio": np.divide(found.observed.ravel(), expected, out=np.full(len(cells), np.nan), where=expected > 0.0),
        "p": found.p.ravel(),
    }  # fmt: skip
    return NEAR_REPEATS.conform(pd.DataFrame(columns))
