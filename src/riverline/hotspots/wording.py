"""Why a reach is hot, in one sentence: numbers, neighbours, window and what was chosen automatically."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from riverline.io.chainage_text import format_chainage
from riverline.schema import HOT_REACHES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from riverline.hotspots.result import Hotspots
    from riverline.schema import Language

__all__ = ["describe_hotspots", "reasons_of"]

_NEAR = {
    "along": ("沿河上下游", "up and down the water"),
    "connected": ("水流相通的上下游", "that water flows to or from"),
    "downstream": ("下游", "downstream"),
    "upstream": ("上游", "upstream"),
}
_NULLS = {
    "permutation": ("精确置换检验（个数重新分给各段）", "exact permutation test (counts dealt out anew)"),
    "conditional": (
        "精确条件置换检验（本段个数不变，其余重新分配）",
        "exact conditional permutation test (each keeps its count, the others are dealt out anew)",
    ),
    "binomial": ("以总数为条件的二项检验（按暴露量分布）", "binomial test given the total, by exposure"),
    "simulation": ("随机模拟检验（尾部拟合）", "simulation with a fitted tail"),
}
_EXPOSURES = {
    "length": ("岸线长度", "length of bank"),
    "passes": ("岸线长度与巡查次数", "length of bank and patrol passes"),
    "given": ("所给暴露量", "the exposure given"),
    "given-passes": ("所给暴露量与巡查次数", "the exposure given and patrol passes"),
}
_WEIGHTS = {
    "severity": (
        "；按严重程度加权，检验的是权重是否相邻成片，不是个数是否偏多",
        "; weighted by severity: tested is whether weights lie together, not whether problems are many",
    ),
    "bank_m": (
        "；按占用岸线加权，检验的是占用是否相邻成片，不是个数是否偏多",
        "; weighted by bank taken: tested is whether what is taken lies together, not whether problems are many",
    ),
}
_SENTENCE = {
    "zh": (
        "{river}{bank} {start}—{end}（{km:.2f} km）：{n} 个问题，按{exposure}应有 {expected:.1f} 个，"
        "{verdict}，{why}校正后 p={p}（{adjustment}，{sides}）；邻域为{side}{near} {reach:g} m 内，"
        "其中 {around} 个，应有 {around_expected:.1f} 个；"
        "时段{window}；{null}{chosen}{weight}。{excess}"
    ),
    "en": (
        "{river} {bank} {start}-{end} ({km:.2f} km): {n} problems where {expected:.1f} would be expected by {exposure}"
        "; {verdict}, {why}adjusted p={p} ({adjustment}, {sides}); neighbours: {side}within {reach:g} m {near}, "
        "{around} problems where {around_expected:.1f} would be expected; "
        "window {window}; {null}{chosen}{weight}. {excess}"
    ),
}


def describe_hotspots(spots: Hotspots, language: Language = "zh") -> Hotspots:
    """A copy whose reasons are written in the language asked for.

    Parameters
    ----------
    spots
        What :func:`riverline.find_hotspots` gave.
    language
        ``"zh"`` or ``"en"``.

    Returns
    -------
    Hotspots
        The same, but for ``clusters["reason"]``.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> import riverline as rl
    >>> axis = shapely.LineString([(500000, 3500000), (520000, 3500000)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["Clear"]}, geometry=[axis], crs=4548)
    >>> places = [shapely.Point(505100 + 10 * i, 3500020) for i in range(9)]
    >>> spots = rl.find_hotspots(gpd.GeoDataFrame(geometry=places, crs=4548), axes)
    >>> rl.hotspots.describe_hotspots(spots, "en").clusters["reason"].iloc[0][:38]
    'Clear left bank K4+000-K6+500 (2.50 km'
    """
    told = reasons_of(spots.clusters, dict(spots.run.inputs["find_hotspots"]), language)
    return replace(spots, clusters=HOT_REACHES.conform(spots.clusters.assign(reason=told)))


def reasons_of(clusters: gpd.GeoDataFrame, told: Mapping[str, Any], language: Language) -> Any:  # noqa: ANN401
    """The sentence of each reach."""
    columns = {name: clusters[name].tolist() for name in clusters.columns if name != clusters.geometry.name}
    rows = (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))
    return pd.array([_sentence(row, told, language) for row in rows], dtype="str")


def _sentence(row: Mapping[str, Any], told: Mapping[str, Any], language: Language) -> str:
    which = 0 if language == "zh" else 1
    name = row.get("name")
    bank = HOT_REACHES["bank"].value_label(row["bank"], language) if "bank" in row else ""
    return _SENTENCE[language].format(
        river=name if isinstance(name, str) and name else row["river_id"],
        bank=bank if language == "zh" else bank.lower(),
        start=format_chainage(row["start_chainage_m"]),
        end=format_chainage(row["end_chainage_m"]),
        km=row["length_m"] / 1000.0,
        n=row["problems"],
        expected=row["expected"],
        exposure=_EXPOSURES[told["exposure"]][which],
        verdict=(("热点", "hot") if row["verdict"] == "hot" else ("冷点", "cold"))[which],
        why=_why(row, which),
        around=f"{row['around']:.1f}".removesuffix(".0"),
        around_expected=row["around_expected"],
        p=_chance(row["p_adjusted"]),
        adjustment=told["adjustment"].upper(),
        sides=(("双侧", "two-sided") if told["sides"] == "two" else ("单侧", "one-sided"))[which],
        side=(("同岸", "the same bank, ") if told["same_bank"] else ("", ""))[which],
        near=_NEAR[told["neighbours"]][which],
        reach=told["reach_m"],
        window=_window(told, which),
        null=_NULLS[told["null"]][which],
        chosen=_chosen(told, which),
        weight=_WEIGHTS.get(told["weight"], ("", ""))[which],
        excess=_excess(row, which),
    ).strip()  # fmt: skip


def _why(row: Mapping[str, Any], which: int) -> str:
    """That a hot reach holds nothing itself: its neighbourhood makes it hot."""
    if row["verdict"] != "hot" or row["problems"]:
        return ""
    return ("本段没有问题，因邻域问题多而为热点，", "for its neighbourhood, with no problem of its own, ")[which]


def _chance(p: float) -> str:
    return f"{p:.3f}" if p >= 0.001 else f"{p:.1e}"  # noqa: PLR2004 - where three decimals end


def _window(told: Mapping[str, Any], which: int) -> str:
    if told["on"] is None:
        return ("不限", "open")[which]
    since = told["since"]
    if since is None:
        return (f"截至 {told['on']}", f"up to {told['on']}")[which]
    return (f" {since} 至 {told['on']}", f"{since} to {told['on']}")[which]


def _chosen(told: Mapping[str, Any], which: int) -> str:
    said = [
        *([("检验", "the test")] if "null" in told["automatic"] else []),
        *([("邻域距离", "the reach")] if "reach_m" in told["automatic"] else []),
        *([("密度带宽", "the bandwidth of the density")] if "bandwidth_m" in told["automatic"] else []),
    ]
    if not said:
        return ""
    words = ("、", ", ")[which].join(each[which] for each in said)
    return (f"（自动选定：{words}）", f" (chosen automatically: {words})")[which]


def _excess(row: Mapping[str, Any], which: int) -> str:
    if row["verdict"] != "hot" or not row["excess"]:
        return ""
    return (f"比同等河段的漏斗上限多 {row['excess']} 个。",
            f"It has {row['excess']} more than the funnel's limit for such a reach.")[which]  # fmt: skip
