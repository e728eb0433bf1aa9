"""Months on a map: which of them each row is there in, and the control that chooses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riverline.maps.elements import Asides, Script, identify, json_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import folium
    from numpy.typing import NDArray

    from riverline.schema import Language

__all__ = [
    "CHOICE",
    "FIRST",
    "LAST",
    "Clock",
    "add_clock",
    "clock_columns",
    "clock_marks",
    "month_numbers",
    "months_of",
]

FIRST, LAST, CHOICE = "riverline:first", "riverline:last", "riverline:choice"
"""Columns of a frame on a map with a clock: first and last step that a row is there in, and its choice's number."""
_WORDS = {
    "zh": {"play": "播放", "pause": "暂停", "month": "月份", "every": "全部"},
    "en": {"play": "Play", "pause": "Pause", "month": "Month", "every": "All"},
}


@dataclass(frozen=True, slots=True)
class Clock:
    """Steps of a map, the one it opens at, and a list of values to choose one from.

    Attributes
    ----------
    steps
        Months such as 2025-03, in order.
    at
        Number of the step that the map opens at.
    facet, choices
        What the list is called, and what may be chosen of it: a label and the numbers of :data:`CHOICE` that it shows;
        empty for none.
    chosen
        Number of the choice that the map opens at, -1 for everything.
    layers
        What a list of the layers with months is called, of which one may be chosen; empty for none.
    """

    steps: tuple[str, ...]
    at: int
    facet: str = ""
    choices: tuple[tuple[str, tuple[int, ...]], ...] = ()
    chosen: int = -1
    layers: str = ""


def months_of(*days: Any) -> tuple[tuple[str, ...], int]:  # noqa: ANN401 - series of days
    """Every month from the first to the last of some days, and the number of the first since year 0.

    Examples
    --------
    >>> months_of(pd.Series(pd.to_datetime(["2025-11-30", None])), pd.Series(pd.to_datetime(["2026-01-02"])))
    (('2025-11', '2025-12', '2026-01'), 24310)
    """
    numbers = np.concatenate([month_numbers(each) for each in days]) if days else np.array([])
    known = numbers[np.isfinite(numbers)]
    if not len(known):
        return (), 0
    every = range(int(known.min()), int(known.max()) + 1)
    return tuple(f"{number // 12:04d}-{number % 12 + 1:02d}" for number in every), every[0]


def month_numbers(days: pd.Series[Any]) -> NDArray[np.float64]:
    """Months since year 0, (n,), NaN where there is no day."""
    told = pd.to_datetime(days)
    months = 12.0 * told.dt.year + told.dt.month - 1.0
    return np.asarray(months.to_numpy(dtype="float64", na_value=np.nan), dtype="float64")


def clock_marks(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """What a feature's properties say of its steps and choice, one for each row; empty where the frame has none."""
    found: list[dict[str, Any]] = [{} for _ in range(len(frame))]
    if FIRST in frame:
        for row, first, last in zip(found, frame[FIRST], frame[LAST], strict=True):
            row["s"] = [int(first), int(last)]
    if CHOICE in frame:
        for row, choice in zip(found, frame[CHOICE], strict=True):
            row["c"] = int(choice)
    return found


def clock_columns(frame: pd.DataFrame) -> dict[str, NDArray[np.int64]]:
    """The same as columns of numbers for what is packed: first and last step, choice; none that the frame has not."""
    found = {"s0": FIRST, "s1": LAST, "c": CHOICE}
    return {
        mark: np.maximum(frame[name].to_numpy(dtype="float64").astype("int64"), 0)
        for mark, name in found.items()
        if name in frame
    }


def add_clock(page: folium.Map, clock: Clock, groups: Sequence[str], language: Language) -> None:
    """Put the control on the page; it begins when everything else is there."""
    spec = {"steps": clock.steps, "at": clock.at, "choices": clock.choices, "chosen": clock.chosen,
            "words": _WORDS[language] | {"facet": clock.facet, "layers": clock.layers}}  # fmt: skip
    page.add_child(identify(Asides("clock"), page.get_name(), "clock"))
    code = f"riverlineClock.start({page.get_name()}, {json_text(spec)}, [{', '.join(groups)}]);"
    page.add_child(identify(Script(code), page.get_name(), "start"))
