"""Stable codes over rounds: a suspect that was there before keeps its code, what is gone is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.geodesy import align
from riverline.io.scenes import Reason
from riverline.io.scenes.places import window_around

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.encroachment.change.pixels import Search
    from riverline.encroachment.change.reading import Stack

    Shapes = NDArray[np.object_]

__all__ = ["Look", "codes_by_place", "looked_at", "matched", "why_undecided"]

CELL_M = 10.0
Look = Callable[["gpd.GeoSeries"], "tuple[NDArray[np.float64], NDArray[np.object_]]"]
_SEEN = 0.5  # share of a place that must be seen before what is not there is gone


def codes_by_place(shapes: Shapes, river: NDArray[Any], kind: NDArray[Any]) -> NDArray[np.object_]:
    """Codes from river, kind and place to ten metres: the same on every run, whatever else is found.

    Parameters
    ----------
    shapes : (n,)
        Outlines in metres.
    river, kind : (n,)
        River and kind of each.

    Examples
    --------
    >>> codes_by_place(np.array([shapely.box(500, 900, 540, 930)]), np.array(["R1"]), np.array(["dumping"])).tolist()
    ['R1-D-52-91']
    """
    inner = shapely.point_on_surface(shapes)
    places = np.column_stack([np.asarray(shapely.get_x(inner)), np.asarray(shapely.get_y(inner))])
    east, north = np.floor(places / CELL_M).astype("int64").T.reshape(2, -1)
    names = [
        f"{code}-{str(what)[:1].upper()}-{x}-{y}" for code, what, x, y in zip(river, kind, east, north, strict=True)
    ]
    again = pd.Series(names, dtype="str").groupby(pd.Series(names, dtype="str")).cumcount().to_numpy()
    return np.array([name if not k else f"{name}-{k + 1}" for name, k in zip(names, again, strict=True)], dtype=object)


def matched(now: Shapes, before: Shapes, *, overlap: float) -> NDArray[np.int64]:
    """Which of the shapes of the round before each one is, -1 for new ones; none is taken twice.

    Parameters
    ----------
    now, before : (n,), (m,)
        Outlines.
    overlap
        Least share of the smaller one that both have.

    Examples
    --------
    >>> matched(shapely.box([0, 50], 0, [10, 60], 10), shapely.box([48, 2], 0, [58, 9], 10), overlap=0.3).tolist()
    [1, 0]
    """
    found = np.full(len(now), -1, dtype="int64")
    if not len(now) or not len(before):
        return found
    one, other = shapely.STRtree(before).query(now, predicate="intersects")
    shared = shapely.area(shapely.intersection(now[one], before[other]))
    share = shared / np.maximum(np.minimum(shapely.area(now[one]), shapely.area(before[other])), 1e-9)
    order = np.lexsort((other, one, -shared))
    taken: set[int] = set()
    for at in order[share[order] >= overlap]:
        if found[one[at]] < 0 and int(other[at]) not in taken:
            found[one[at]] = other[at]
            taken.add(int(other[at]))
    return found


def looked_at(stack: Stack, places: gpd.GeoSeries, day: int) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    """Share of the pixels of each place's surroundings that a day shows, and what hides most of the others.

    Parameters
    ----------
    stack
        The images.
    places : (n,)
        Outlines in any CRS.
    day
        Which of the days; below zero none, for no image was compared.
    """
    shares, causes = np.zeros(len(places)), np.full(len(places), "not-compared" if day < 0 else "outside", dtype=object)
    if not len(places) or day < 0:
        return shares, causes
    moved = align(gpd.GeoDataFrame(geometry=places), stack.grid.crs, layer="previous").geometry
    for at, shape in enumerate(moved):
        window = window_around(stack.grid, shapely.envelope(shape))
        if window is not None:
            counts = np.bincount(stack.read(day, window)[1].ravel(), minlength=len(Reason))
            shares[at] = counts[0] / counts.sum()
            causes[at] = Reason(1 + int(counts[1:].argmax())).name.lower()
    return shares, causes


def why_undecided(left: gpd.GeoDataFrame, shown: Shapes, search: Search, look: Look) -> NDArray[np.object_]:
    """Why it cannot be said that suspects of the round before are gone; empty where they are.

    Parameters
    ----------
    left : (n,)
        Rows of :data:`riverline.schema.SUSPECTS` that no suspect of this round is.
    shown : (m,)
        Outlines of patches that the newest image shows, told or not.
    search
        What was looked for.
    look
        What the newest image that was compared shows of places.

    Notes
    -----
    Gone is what the newest image shows and no longer tells from a reference that is older than the suspect. Against a
    reference of the same age nothing differs, whether it stands or not; and an image that is older than the day on
    which a suspect was last seen says nothing of what has become of it since.
    """
    share, hidden = look(left.geometry)
    causes = np.where(share < _SEEN, hidden, "").astype(object)
    newest = max((pd.Timestamp(search.days[pair.later].date) for pair in search.pairs), default=pd.Timestamp.max)
    causes = np.where((causes == "") & (pd.to_datetime(left["last_seen"]) > newest).to_numpy(), "image-older", causes)
    oldest = min((pd.Timestamp(search.days[pair.reference].date) for pair in search.pairs), default=pd.Timestamp.max)
    since = pd.to_datetime(left["first_seen"])
    causes = np.where((causes == "") & since.isna().to_numpy(), "no-first-day", causes)
    causes = np.where((causes == "") & (since <= oldest).to_numpy(), "reference-later", causes)
    still = matched(np.asarray(left.geometry.array, dtype="object"), shown, overlap=search.rules.tracking.overlap) >= 0
    return np.where((causes == "") & still, "still-there", causes).astype(object)
