"""Patrols as a map: what of each chief's reach was walked in a month, and what nobody walked."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riverline.errors import SchemaError
from riverline.maps.clock import CHOICE, FIRST, LAST, Clock, month_numbers, months_of
from riverline.maps.drawing import draw
from riverline.maps.gathering import gather, mended, settled
from riverline.maps.look import Look
from riverline.maps.showing import MOST_FEATURES, refuse_too_many
from riverline.schema import COVERAGE, PATROL_GAPS, PATROLS
from riverline.schema.clock import in_office_time

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    import folium
    import geopandas as gpd

    from riverline.maps.basemaps import Basemap
    from riverline.patrol import Patrols
    from riverline.schema import Language

__all__ = ["show_patrols"]

_LEVELS = tuple(choice.value for choice in COVERAGE["level"].choices)


def show_patrols(
    patrols: Patrols,
    *results: Any,  # noqa: ANN401 - any result or frame
    language: Language = "zh",
    title: str = "",
    basemap: Basemap | str | os.PathLike[str] | None = None,
    tianditu_key: str | None = None,
    width: str | int = "100%",
    height: str | int = "100%",
    max_features: int = MOST_FEATURES,
    **layers: Any,  # noqa: ANN401
) -> folium.Map:
    """A map of patrols with a slider by month and a list of chiefs: what was walked, what nobody walked, the tracks.

    Parameters
    ----------
    patrols
        From :func:`riverline.measure_patrols`.
    *results
        What lies under them, as in :func:`show`: axes, extents.
    language, title, basemap, tianditu_key, width, height, max_features
        As in :func:`show`.
    **layers
        More frames or results, each with a name.

    Returns
    -------
    folium.Map
        It opens on the last month with the tracks switched off, and on the lowest level of chiefs if there are several:
        each level, and each chief, can be chosen. Coverage and gaps are there in every month that their period
        touches, a track in the one in which it began (China's time), or in all if nobody knows. Tracks go by the name
        and level of who walked.

    Raises
    ------
    SchemaError
        If ``patrols`` are not what ``measure_patrols`` returns.
    CRSError
        If something cannot be reprojected safely.
    JobError
        If there are too many features.

    Examples
    --------
    >>> import riverline as rl
    >>> rl.maps.show_patrols(None)
    Traceback (most recent call last):
    ...
    riverline.errors.SchemaError: patrols 应为 riverline.measure_patrols 的返回值，实际为 NoneType
    patrols must be what riverline.measure_patrols returns, got NoneType
    """
    look = Look(language, title, basemap, tianditu_key, width, height)
    parts: list[Any] = [getattr(patrols, name, None) for name in ("coverage", "gaps", "tracks")]
    if any(part is None for part in parts):
        what = type(patrols).__name__
        raise SchemaError(
            f"patrols 应为 riverline.measure_patrols 的返回值，实际为 {what}",
            f"patrols must be what riverline.measure_patrols returns, got {what}",
        )
    for part, schema in zip(parts, (COVERAGE, PATROL_GAPS, PATROLS), strict=True):
        schema.require(part, layer=schema.name)
    parts = [mended(part) for part in (*(_lowest_last(part) for part in parts[:2]), parts[2])]
    coverage, gaps, tracks = parts
    started = pd.Series(pd.to_datetime(tracks["started"], utc=True))
    began = in_office_time(started)
    spans = [(part["period_start"], part["period_end"]) for part in (coverage, gaps)] + [(began, began)]
    steps, first = months_of(*(days for span in spans for days in span))
    who = [_whose(part, name) for part, name in zip(parts, ("chief", "chief", "patroller"), strict=True)]
    people = sorted({each for pairs in who for each in pairs if each[1]})
    timed = [
        part.assign(**_times(start, end, first, len(steps)), **{CHOICE: _numbers(pairs, people)})
        for part, (start, end), pairs in zip(parts, spans, who, strict=True)
    ]
    found = settled(gather(*timed, *_without_duty(patrols), *results, **layers))
    refuse_too_many(found, max_features)
    label = COVERAGE["chief"].label_zh if language == "zh" else COVERAGE["chief"].label_en
    choices, chosen = _choices(people, chain(*who[:2]), language)
    clock = Clock(steps or ("",), max(len(steps) - 1, 0), label, choices, chosen)
    focus = [coverage, gaps] if len(coverage) else None
    return draw(found, replace(look, focus=focus, clock=clock))


def _without_duty(patrols: Patrols) -> list[gpd.GeoDataFrame]:
    """The rivers that no chief answers for, as faults; the others are no matter of this map."""
    told = getattr(patrols, "faults", None)
    rows = None if told is None else told[told["code"] == "river-without-duty"]
    return [] if rows is None or rows.empty else [rows]


def _lowest_last(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows from the highest level of chiefs to the lowest, each level in its order."""
    place = rows["level"].map({level: number for number, level in enumerate(_LEVELS)}).fillna(-1)
    return rows.iloc[np.argsort(place.to_numpy(), kind="stable")]


def _times(start: pd.Series[Any], end: pd.Series[Any], first: int, count: int) -> dict[str, Any]:
    low, high = month_numbers(start) - first, month_numbers(end) - first
    return {FIRST: np.where(np.isfinite(low), low, 0.0), LAST: np.where(np.isfinite(high), high, float(count))}


def _whose(rows: pd.DataFrame, column: str) -> list[tuple[int, str]]:
    """Number of the level and name of who each row is of; -1 for a level that nobody knows."""
    level = rows["level"].map({level: number for number, level in enumerate(_LEVELS)}).fillna(-1).astype("int64")
    return list(zip(level.tolist(), rows[column].fillna("").astype("str").tolist(), strict=True))


def _numbers(pairs: list[tuple[int, str]], known: list[tuple[int, str]]) -> list[int]:
    places = {pair: number for number, pair in enumerate(known)}
    return [places.get(pair, len(known)) for pair in pairs]


def _choices(
    people: list[tuple[int, str]], duties: Iterable[tuple[int, str]], language: Language
) -> tuple[tuple[tuple[str, tuple[int, ...]], ...], int]:
    """Each level, from the lowest, then each person; and what to open at: the lowest level that has duties, if several.

    Chiefs of several levels answer for one bank, so what all of them walked cannot be seen at once.
    """
    by_level: dict[int, list[int]] = {}
    by_name: dict[str, list[int]] = {}
    for number, (level, name) in enumerate(people):
        by_level.setdefault(level, []).append(number)
        by_name.setdefault(name, []).append(number)
    levels = sorted((level for level in by_level if level >= 0), reverse=True) if len(by_level) > 1 else []
    labels = [str(COVERAGE["level"].value_label(_LEVELS[level], language)) for level in levels]
    found = [*zip(labels, (by_level[level] for level in levels), strict=True), *sorted(by_name.items())]
    on_duty = {level for level, _ in duties}
    chosen = next((place for place, level in enumerate(levels) if level in on_duty), -1)
    return tuple((label, tuple(numbers)) for label, numbers in found), chosen
