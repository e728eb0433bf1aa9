"""Does one problem bring the next: near repeats along the water, by kinds, upstream against downstream."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import shapely
from scipy import stats

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

    from riverline._kernels.network.near_repeats import Knox
    from riverline._kernels.network.river_graph import Direction
    from riverline.hotspots.counting import Counted
    from riverline.hotspots.segments import Segments
    from riverline.schema import Language

    Floats = NDArray[np.float64]

__all__ = ["describe_near_repeats", "find_near_repeats"]

_SEGMENT_M = 1_000.0


def find_near_repeats(  # noqa: PLR0913 - one argument a choice
    problems: gpd.GeoDataFrame,
    axes: gpd.GeoDataFrame,
    *,
    distances_m: Sequence[float] = (0.0, 200.0, 500.0, 1_000.0),
    days: Sequence[float] = (0.0, 7.0, 14.0, 30.0, 90.0),
    kinds: tuple[str, str] | Sequence[tuple[str, str]] | None = None,
    direction: Literal["both", "downstream", "upstream"] = "both",
    within_kinds: bool = False,
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
        ``("乱采", "乱堆")``, or several such pairs, each with its own rows; None: any two.
    direction
        ``"downstream"``: the later problem lies down the water of the earlier one; ``"upstream"``: up; ``"both"``:
        wherever.
    within_kinds
        Whether days are dealt out among problems of one kind only where any two count. With ``kinds`` they always are.
    worlds
        How often the days are dealt out anew.
    seed
        Of the deals.
    settings
        ``max_distance_m`` and ``snap_m``; ``adjustment`` and ``level`` of the correction for all rows.

    Returns
    -------
    DataFrame
        Rows of :data:`riverline.schema.NEAR_REPEATS`, one a pair of bands, and of kinds, each with its reason. The
        table observed and the expectation are exact; p is simulated, and never below one in ``worlds + 1``: the more
        rows, the more worlds are needed for one to be beyond chance after correction.

    Raises
    ------
    SchemaError, CRSError
        As for :func:`riverline.find_hotspots`, and if problems have no days.
    JobError
        If edges do not rise from 0 or more, a kind is none, or there are no worlds.

    Notes
    -----
    With kinds or a direction pairs are ordered: the later problem is the second one; two of one day count as a pair
    both ways.

    Chance deals out days, places stay. Dealt out among all kinds, a kind that has a season or a campaign of its own
    would repeat though its places are random; so with ``kinds`` the days of either kind stay with it, and the
    expectation of the pairs from A to B is that of every day of A against every day of B. Without kinds it is the
    test of Knox (1964): are place and day independent for problems as a whole. It says yes to kinds that have both
    places and seasons of their own, too; ``within_kinds`` tells whether there is more than that.

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
    asked = _asked(kinds)
    if worlds < 1:
        raise JobError(f"worlds 应为 1 或更大，实际为 {worlds}", f"worlds must be 1 or more, got {worlds}")
    require_days(problems)
    segments = segments_of(axes, _SEGMENT_M, by_bank=False)
    counted = count_problems(problems, segments, chosen, None)
    dated = counted.rows["found_on"].notna().to_numpy()
    since = counted.rows["found_on"][dated].dt.normalize() - pd.Timestamp("2000-01-01")
    moment: Floats = np.asarray(since.dt.days, dtype="float64")
    kind = texts(counted.rows["kind"])[dated] if "kind" in counted.rows else np.full(len(moment), "", dtype="object")
    pairs = _pairs(counted, dated, segments, float(bands[-1]), direction, chosen)
    group = np.unique(kind.astype(str), return_inverse=True)[1]
    tables = []
    for two in asked:
        ordered = two is not None or direction != "both"
        some = (
            (kind[pairs.one] == two[0]) & (kind[pairs.other] == two[1])
            if two is not None
            else np.full(len(pairs.one), fill_value=True) if ordered else pairs.one < pairs.other
        )  # fmt: skip
        dealt = group if two is not None or within_kinds else None
        found = knox(_of(pairs, some), moment, bands, spans, seed, worlds=worlds, ordered=ordered, group=dealt)
        tables.append(_table(found, bands, spans, two, direction, dealt="all" if dealt is None else "kind"))
    return _judged(pd.concat(tables, ignore_index=True), worlds, chosen)


def _asked(kinds: Any) -> list[tuple[str, str] | None]:  # noqa: ANN401 - one pair or several
    """Pairs of kinds by their values, each once; one None where any two count."""
    if kinds is None:
        return [None]
    given = [kinds] if len(kinds) == 2 and all(isinstance(each, str) for each in kinds) else list(kinds)  # noqa: PLR2004
    if not given or any(isinstance(each, str) or len(each) != 2 for each in given):  # noqa: PLR2004 - a pair
        raise JobError(
            f'kinds 应为一对类型，例 ("extraction", "dumping")，或若干对，实际为 {kinds!r}',
            f'kinds must be a pair such as ("extraction", "dumping"), or several pairs, got {kinds!r}',
        )
    return list(dict.fromkeys((_kind(first), _kind(then)) for first, then in given))


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


def _table(
    found: Knox, bands: Floats, spans: Floats, kinds: tuple[str, str] | None, direction: str, *, dealt: str
) -> pd.DataFrame:
    first, then = kinds or ("any", "any")
    cells = [(near, span) for near in pairwise(bands) for span in pairwise(spans)]
    expected = found.expected.ravel()
    return pd.DataFrame({
        "repeat_id": [f"{first}-{then}/{direction}/{near[1]:g}m/{span[1]:g}d" for near, span in cells],
        "first_kind": first, "then_kind": then, "direction": direction,
        "from_m": [near[0] for near, _ in cells], "to_m": [near[1] for near, _ in cells],
        "from_days": [span[0] for _, span in cells], "to_days": [span[1] for _, span in cells],
        "pairs": found.observed.ravel(), "expected": expected,
        "ratio": np.divide(found.observed.ravel(), expected, out=np.full(len(cells), np.nan), where=expected > 0.0),
        "p": found.p.ravel(), "dealt": dealt,
    })  # fmt: skip


def _judged(table: pd.DataFrame, worlds: int, settings: HotspotSettings) -> pd.DataFrame:
    """Rows with p corrected for all of them, verdict and reason."""
    adjusted = stats.false_discovery_control(table["p"].to_numpy(), method=settings.adjustment)
    verdict = np.where(adjusted <= settings.level, "repeats", "none")
    rows = table.assign(p_adjusted=adjusted, adjustment=settings.adjustment, tests=len(table), worlds=worlds,
                        verdict=pd.array(verdict, dtype="str"), reason="")  # fmt: skip
    return describe_near_repeats(NEAR_REPEATS.conform(rows))


_SENTENCE = {
    "zh": (
        "{first}之后 {days} 天，沿水 {near} m 内{where}的{then}：{pairs} 对，偶然应有 {expected:.1f} 对"
        "（日期{dealt}重新分配）；{verdict}，校正后 p={p}（{adjustment}，共 {tests} 行；模拟 {worlds} 次）"
    ),
    "en": (
        "{then} {where}within {near} m along the water, {days} days after {first}: {pairs} pairs where chance gives "
        "{expected:.1f} (days dealt out {dealt}); {verdict}, adjusted p={p} ({adjustment} over {tests} rows; {worlds} "
        "deals)"
    ),
}
_ANY = {"zh": ("任一问题", "另一问题"), "en": ("another", "any problem")}
_WHERE = {
    "both": ("", ""), "downstream": ("下游", "downstream "), "upstream": ("上游", "upstream "),
}  # fmt: skip
_DEALT = {"all": ("在全部问题间", "among all problems"), "kind": ("在同类问题间", "within each kind")}


def describe_near_repeats(frame: pd.DataFrame, language: Language = "zh") -> pd.DataFrame:
    """A copy whose reasons are written in the language asked for.

    Parameters
    ----------
    frame
        Rows of :data:`riverline.schema.NEAR_REPEATS`.
    language
        ``"zh"`` or ``"en"``.

    Returns
    -------
    DataFrame
        The same rows, but for ``reason``.

    Examples
    --------
    >>> from riverline.schema import NEAR_REPEATS
    >>> len(describe_near_repeats(NEAR_REPEATS.empty(), "en"))
    0
    """
    which = 0 if language == "zh" else 1
    told = [_sentence(row, language, which) for row in frame.to_dict("records")]
    return NEAR_REPEATS.conform(frame.assign(reason=pd.array(told, dtype="str")))


def _sentence(row: dict[Any, Any], language: Language, which: int) -> str:
    first, then = (
        _ANY[language][at] if row[name] == "any" else NEAR_REPEATS[name].value_label(row[name], language)
        for at, name in ((0, "first_kind"), (1, "then_kind"))
    )
    verdict = NEAR_REPEATS["verdict"].value_label(row["verdict"], language)
    dash = "—" if language == "zh" else "-"
    return _SENTENCE[language].format(
        first=first.lower() if which else first,
        then=then.capitalize() if which else then,
        days=f"{row['from_days']:g}{dash}{row['to_days']:g}",
        near=f"{row['from_m']:g}{dash}{row['to_m']:g}",
        where=_WHERE[row["direction"]][which],
        pairs=row["pairs"],
        expected=row["expected"],
        dealt=_DEALT[row["dealt"]][which],
        verdict=verdict.lower() if which else verdict,
        p=f"{row['p_adjusted']:.3f}",
        adjustment=str(row["adjustment"]).upper(),
        tests=row["tests"],
        worlds=row["worlds"],
    )
