"""Patrols as a map: what of each chief's reach was walked in a month, and what nobody walked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riverline.errors import SchemaError
from riverline.maps.clock import CHOICE, FIRST, LAST, Clock, month_numbers, months_of
from riverline.maps.drawing import Look, draw
from riverline.maps.showing import MOST_FEATURES, refuse_too_many
from riverline.schema import COVERAGE, PATROL_GAPS, PATROLS
from riverline.style import collect

if TYPE_CHECKING:
    import os

    import folium

    from riverline.maps.basemaps import Basemap
    from riverline.patrol import Patrols
    from riverline.schema import Language

__all__ = ["show_patrols"]


def show_patrols(
    patrols: Patrols,
    *results: Any,  # noqa: ANN401 - any result or frame
    language: Language = "zh",
    title: str = "",
    basemap: Basemap | str | os.PathLike[str] | None = None,
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
    language, title, basemap, max_features
        As in :func:`show`.
    **layers
        More frames or results, each with a name.

    Returns
    -------
    folium.Map
        It opens on the last month. Coverage and gaps are there in every month that their period touches, a track in the
        one in which it began (China's time), or in all if nobody knows. Tracks go by the name of who walked.

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
    parts: list[Any] = [getattr(patrols, name, None) for name in ("coverage", "gaps", "tracks")]
    if any(part is None for part in parts):
        what = type(patrols).__name__
        raise SchemaError(
            f"patrols 应为 riverline.measure_patrols 的返回值，实际为 {what}",
            f"patrols must be what riverline.measure_patrols returns, got {what}",
        )
    for part, schema in zip(parts, (COVERAGE, PATROL_GAPS, PATROLS), strict=True):
        schema.require(part, layer=schema.name)
    coverage, gaps, tracks = parts
    started = pd.Series(pd.to_datetime(tracks["started"], utc=True))
    began: pd.Series[Any] = started.dt.tz_convert("Asia/Shanghai").dt.tz_localize(None)
    spans = [(part["period_start"], part["period_end"]) for part in (coverage, gaps)] + [(began, began)]
    steps, first = months_of(*(days for span in spans for days in span))
    names = [part["chief"].astype("str") for part in (coverage, gaps)] + [tracks["patroller"].astype("str")]
    chiefs = sorted({name for each in names for name in each if name})
    timed = [
        part.assign(**_times(start, end, first, len(steps)), **{CHOICE: _numbers(name, chiefs)})
        for part, (start, end), name in zip(parts, spans, names, strict=True)
    ]
    found = collect(*timed, *results, **layers)
    refuse_too_many(found, max_features)
    label = COVERAGE["chief"].label_zh if language == "zh" else COVERAGE["chief"].label_en
    clock = Clock(steps or ("",), max(len(steps) - 1, 0), label, tuple(chiefs))
    return draw(found, Look(language, title, basemap, focus=[coverage, gaps] if len(coverage) else None, clock=clock))


def _times(start: pd.Series[Any], end: pd.Series[Any], first: int, count: int) -> dict[str, Any]:
    low, high = month_numbers(start) - first, month_numbers(end) - first
    return {FIRST: np.where(np.isfinite(low), low, 0.0), LAST: np.where(np.isfinite(high), high, float(count))}


def _numbers(names: pd.Series[Any], known: list[str]) -> list[int]:
    places = {name: number for number, name in enumerate(known)}
    return [places.get(name, len(known)) for name in names]
