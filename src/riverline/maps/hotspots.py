"""Hotspots as a map: the reaches to walk first, numbered, with what was found and what was to be expected."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riverline.errors import SchemaError
from riverline.geodesy import align
from riverline.maps.drawing import draw
from riverline.maps.gathering import gather, settled
from riverline.maps.lightening import CRS
from riverline.maps.look import Look
from riverline.maps.naming import middles
from riverline.maps.showing import MOST_FEATURES, refuse_too_many
from riverline.maps.surfaces import draw_surface
from riverline.schema import HOT_REACHES, PROBLEMS
from riverline.schema.values import read_values
from riverline.style import OTHER, Theme

if TYPE_CHECKING:
    import os

    import folium
    import geopandas as gpd

    from riverline.hotspots import Hotspots, Surface
    from riverline.maps.basemaps import Basemap
    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["show_hotspots"]

_MOST = 20
# Problems outside the window lie under those in it.
_ASIDE_ORDER = 73
_WORDS = {
    "zh": (
        "",
        "{place}. {name} {problems:,.0f} 个，应有 {expected:.1f}",
        "{place}. {name} 本段 0 个，邻域 {around:,.0f} 个，应有 {around_expected:.1f}",
    ),
    "en": (
        " ",
        "{place}. {name}: {problems:,.0f}, {expected:.1f} expected",
        "{place}. {name}: none itself, {around:,.0f} around, {around_expected:.1f} expected",
    ),
}


def show_hotspots(  # noqa: PLR0913 - one argument a thing to say
    hotspots: Hotspots,
    *results: Any,  # noqa: ANN401 - any result or frame
    language: Language = "zh",
    title: str = "",
    basemap: Basemap | str | os.PathLike[str] | None = None,
    tianditu_key: str | None = None,
    width: str | int = "100%",
    height: str | int = "100%",
    max_features: int = MOST_FEATURES,
    surface: Surface | None = None,
    **layers: Any,  # noqa: ANN401
) -> folium.Map:
    """A map of hotspots that opens on the hot reaches, each with its place, its problems and how many were expected.

    Parameters
    ----------
    hotspots
        From :func:`riverline.find_hotspots`.
    *results
        What lies under them, as in :func:`show`: axes, extents, the problems themselves.
    language, title, basemap, tianditu_key, width, height, max_features
        As in :func:`show`.
    surface
        From :func:`riverline.hotspots.measure_surface`: problems per square kilometre in five classes under everything
        else, with its unit and bandwidth in the legend; below a twentieth of the highest density nothing is drawn. It
        is for the eye: verdicts rest on the reaches.
    **layers
        More frames or results, each with a name.

    Returns
    -------
    folium.Map
        Hot reaches are numbered from the least likely by chance (adjusted p), those that hold no problem
        themselves after the others, with what their neighbourhood holds; at most twenty; popups give the reason.
        Problems outside the window of the hotspots are a layer of their own to switch on.
        Density along the water and segments that are neither hot nor cold are layers to switch on. Without a hot reach
        the map opens on everything.

    Raises
    ------
    SchemaError
        If ``hotspots`` are not what ``find_hotspots`` returns, or ``surface`` is not what ``measure_surface`` does.
    CRSError
        If something cannot be reprojected safely.
    JobError
        If there are too many features.

    Examples
    --------
    >>> import riverline as rl
    >>> county = rl.samples.path("清水县.gpkg")
    >>> axes = rl.read_layer(county, rl.schema.AXES, layer="axes")
    >>> problems = rl.read_layer(county, rl.schema.PROBLEMS, layer="problems")
    >>> page = rl.maps.show_hotspots(rl.find_hotspots(problems, axes), axes, problems, title="四乱热点")
    >>> [child.layer_name for child in page._children.values() if hasattr(child, "layer_name")][-1]
    '热点名次'
    """
    look = Look(language, title, basemap, tianditu_key, width, height)
    clusters = getattr(hotspots, "clusters", None)
    if clusters is None or not hasattr(hotspots, "segments"):
        what = type(hotspots).__name__
        raise SchemaError(
            f"hotspots 应为 riverline.find_hotspots 的返回值，实际为 {what}",
            f"hotspots must be what riverline.find_hotspots returns, got {what}",
        )
    HOT_REACHES.require(clusters, layer="hot_reaches")
    found = gather(hotspots, *results, **layers)
    found, aside = _in_window(found, hotspots, language)
    found = settled(found)
    refuse_too_many(found, max_features)
    hot = clusters[(clusters["verdict"] == "hot").to_numpy(dtype=bool)]
    labels = _labels(hot, language)
    dense = None if surface is None else draw_surface(surface)
    focus = hot if len(hot) else None
    return draw(found, replace(look, focus=focus, labels=labels, surface=dense, themes=aside))


def _in_window(
    layers: tuple[Layer, ...], hotspots: Hotspots, language: Language
) -> tuple[tuple[Layer, ...], dict[str, Theme]]:
    """Layers with problems found outside the window in one of their own, and how that is drawn: not unasked."""
    told = hotspots.run.inputs["find_hotspots"]
    label = "不在时段内的问题" if language == "zh" else "Problems outside the window"
    known = {PROBLEMS.name, PROBLEMS.label("zh"), PROBLEMS.label("en")}
    found: list[Layer] = []
    outside: list[Layer] = []
    for layer in layers:
        if told["on"] is None or layer.name not in known or "found_on" not in layer.frame:
            found.append(layer)
            continue
        day = read_values(layer.frame["found_on"], PROBLEMS["found_on"]).converted
        day = pd.Series(pd.to_datetime(day).to_numpy(), index=layer.frame.index).dt.normalize()
        first = pd.Timestamp.min if told["since"] is None else pd.Timestamp(told["since"])
        inside = day.between(first, pd.Timestamp(told["on"])).to_numpy(dtype=bool)
        found.append(replace(layer, frame=layer.frame[inside]))
        schema = replace(PROBLEMS, label_zh="不在时段内的问题", label_en="Problems outside the window")
        outside += [replace(layer, name=label, schema=schema, frame=layer.frame[~inside])] * bool((~inside).any())
    theme = Theme("", "", _ASIDE_ORDER, (("", replace(OTHER, shown=False)),))
    return (*found, *outside), ({label: theme} if outside else {})


def _labels(hot: gpd.GeoDataFrame, language: Language) -> tuple[tuple[str, Any], ...]:
    """What each hot reach is called on the map, and where: at its middle."""
    ratio = -hot["problems"].astype("float64") / hot["expected"].astype("float64")
    order = np.lexsort(
        (hot["reach_id"].astype("str"), ratio, hot["p_adjusted"].astype("float64"), hot["problems"] == 0)
    )
    rows = align(hot.iloc[order[:_MOST]], CRS, layer="hot_reaches")
    names = rows["name"] if "name" in rows else rows["river_id"]
    names = names.where(names.notna() & (names != ""), rows["river_id"])
    join, words, empty = _WORDS[language]
    banks = [_bank(bank, language) for bank in rows["bank"]] if "bank" in rows else [""] * len(rows)
    called = [join.join(filter(None, each)) for each in zip(names, banks, strict=True)]
    figures = rows[["problems", "expected", "around", "around_expected"]].to_dict("records")
    told = [
        (words if each["problems"] else empty).format(place=place, name=name, **each)
        for place, (name, each) in enumerate(zip(called, figures, strict=True), 1)
    ]
    return tuple(zip(told, middles(rows.geometry.to_numpy()), strict=True))


def _bank(bank: Any, language: Language) -> str:  # noqa: ANN401 - whatever a cell holds
    return "" if pd.isna(bank) else str(HOT_REACHES["bank"].value_label(bank, language) or "")
