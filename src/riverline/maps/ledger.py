"""The ledger as a map: every problem in the state that it had at the end of a month."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from riverline.errors import SchemaError
from riverline.maps.clock import CHOICE, FIRST, LAST, Clock, month_numbers, months_of
from riverline.maps.drawing import draw
from riverline.maps.gathering import gather, mended
from riverline.maps.look import Look
from riverline.maps.showing import MOST_FEATURES, refuse_too_many
from riverline.schema import PROBLEMS
from riverline.style import PROBLEMS_BY_STATUS

if TYPE_CHECKING:
    import os

    import folium

    from riverline.ledger import Ledger
    from riverline.maps.basemaps import Basemap
    from riverline.schema import Language

__all__ = ["show_ledger"]


def show_ledger(  # noqa: PLR0913 - one argument a thing to say
    ledger: Ledger | gpd.GeoDataFrame,
    *results: Any,  # noqa: ANN401 - any result or frame
    events: pd.DataFrame | None = None,
    language: Language = "zh",
    title: str = "",
    basemap: Basemap | str | os.PathLike[str] | None = None,
    tianditu_key: str | None = None,
    width: str | int = "100%",
    height: str | int = "100%",
    max_features: int = MOST_FEATURES,
    **layers: Any,  # noqa: ANN401
) -> folium.Map:
    """A map of the ledger with a slider by month, a layer for each status, and lists of statuses and kinds.

    Parameters
    ----------
    ledger
        A :class:`riverline.Ledger`, or rows of :data:`riverline.schema.PROBLEMS`.
    *results
        What lies under the problems, as in :func:`show`: axes, extents, hotspots. Photographs that a ledger has of its
        problems are in their popups; of problems without a ledger those of ``ledger.attachments()``, given here.
    events
        Rows of :data:`riverline.schema.EVENTS` for a frame of problems. Without them a problem is found from the month
        that it was found in, and in the state of its row from the month that it was closed in; what happened between is
        not in such a frame, and one that is not closed is in the state of its row all along.
    language, title, basemap, tianditu_key, width, height, max_features
        As in :func:`show`. A problem counts once for each state that it was in at the end of a month.
    **layers
        More frames or results, each with a name.

    Returns
    -------
    folium.Map
        One status or all may be chosen, and one kind; the layer tree shows and hides statuses one by one.
        It opens on the last month, whose counts the legend has. Problems without a day are there in every month.

    Raises
    ------
    SchemaError
        If ``ledger`` is neither a ledger nor problems.
    CRSError
        If something cannot be reprojected safely.
    JobError
        If there are too many features.

    Examples
    --------
    >>> import riverline as rl
    >>> problems = rl.read_layer(rl.samples.path("清水县.gpkg"), rl.schema.PROBLEMS, layer="problems")
    >>> page = rl.maps.show_ledger(problems, title="清水县整改台账")
    >>> [child.layer_name for child in page._children.values() if hasattr(child, "layer_name")][:3]
    ['四乱问题：发现', '四乱问题：整改', '四乱问题：销号']
    """
    look = Look(language, title, basemap, tianditu_key, width, height)
    problems, history = _parts(ledger, events)
    steps, first = months_of(*(problems[name] for name in ("found_on", "closed_on")), history["on"])
    states = _states(problems, history, first, max(len(steps) - 1, 0))
    order = {choice.value: number for number, choice in enumerate(PROBLEMS["kind"].choices)}
    kinds = sorted(states["kind"].dropna().unique(), key=lambda kind: (order.get(kind, len(order)), str(kind)))
    numbers = {kind: number for number, kind in enumerate(kinds)}
    states[CHOICE] = [numbers.get(kind, len(kinds)) for kind in states["kind"]]
    attached = [ledger.attachments()] if hasattr(ledger, "attachments") else []
    found = gather(states, *attached, *results, **layers)
    refuse_too_many(found, max_features)
    choices = tuple(str(PROBLEMS["kind"].value_label(kind, language)) for kind in kinds)
    label, state = (
        PROBLEMS[name].label_zh if language == "zh" else PROBLEMS[name].label_en for name in ("kind", "status")
    )
    listed = tuple((name, (number,)) for number, name in enumerate(choices))
    clock = Clock(steps or ("",), max(len(steps) - 1, 0), label, listed, layers=state)
    return draw(found, replace(look, clock=clock, themes={"problems": PROBLEMS_BY_STATUS}))


def _parts(ledger: Any, events: pd.DataFrame | None) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:  # noqa: ANN401
    """Problems, and what became of them: state by problem and day, in the order in which it happened."""
    if hasattr(ledger, "problems") and hasattr(ledger, "history"):
        ledger, events = ledger.problems(), ledger.history()
    if not isinstance(ledger, gpd.GeoDataFrame):
        what = type(ledger).__name__
        raise SchemaError(
            f"ledger 应为台账或四乱问题图层，实际为 {what}；如 rl.Ledger.open(…)、rl.read_layer(…, rl.schema.PROBLEMS)",
            f"ledger must be a ledger or a layer of problems, got {what}; write rl.Ledger.open(…) or "
            "rl.read_layer(…, rl.schema.PROBLEMS)",
        )
    PROBLEMS.require(ledger, layer="problems")
    ledger, events = mended(ledger), None if events is None else mended(events)
    problems = ledger.reindex(columns=list(dict.fromkeys([*ledger.columns, "found_on", "closed_on"])))
    if events is not None:
        told = events[events["status"].notna() & (events["status"] != "")]
        return problems, pd.DataFrame(told[["problem_id", "status", "on"]])
    closed = problems["closed_on"].notna()
    first = problems["status"].where(~closed, "found")
    rows = [
        pd.DataFrame({"problem_id": problems["problem_id"], "status": first, "on": problems["found_on"]}),
        pd.DataFrame({"problem_id": problems["problem_id"], "status": problems["status"], "on": problems["closed_on"]}),
    ]
    history = pd.concat(rows, ignore_index=True).dropna(subset="on")
    return problems, history.sort_values("on", kind="stable", ignore_index=True)


def _states(problems: gpd.GeoDataFrame, history: pd.DataFrame, first: int, last: int) -> gpd.GeoDataFrame:
    """A row for each stretch of months at whose ends a problem was in one state; ``last`` is the number of the last."""
    events = pd.DataFrame({
        "problem_id": history["problem_id"].astype("str").to_numpy(), "state": history["status"].to_numpy(),
        FIRST: month_numbers(history["on"]) - first,
    }).dropna()  # fmt: skip
    events = events.sort_values(["problem_id", FIRST], kind="stable").drop_duplicates(
        ["problem_id", FIRST], keep="last"
    )
    same = (events["problem_id"] == events["problem_id"].shift()) & (events["state"] == events["state"].shift())
    events = events[~same]
    until = events.groupby("problem_id")[FIRST].shift(-1) - 1
    events[LAST] = until.fillna(float(last))
    rows = problems.assign(**{"riverline:key": problems["problem_id"].astype("str")})
    joined = rows.merge(events, left_on="riverline:key", right_on="problem_id", how="left", suffixes=("", "_event"))
    joined["status"] = np.where(joined["state"].notna(), joined["state"], joined["status"])
    joined[FIRST], joined[LAST] = joined[FIRST].fillna(0.0), joined[LAST].fillna(float(last))
    drawn = joined.drop(columns=["riverline:key", "problem_id_event", "state"])
    return gpd.GeoDataFrame(drawn, geometry=problems.geometry.name, crs=problems.crs)
