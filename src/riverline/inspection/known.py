"""Checks whose faults other parts of riverline find: what is said of single layers, and of stakes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from riverline.channel.given import texts
from riverline.demarcation import check_stakes
from riverline.demarcation.extents.closed import closed_codes
from riverline.inspection.bank_ends import gaps, useless_nodes
from riverline.inspection.check import failing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import geopandas as gpd

    from riverline.inspection.check import Subject

__all__ = ["CODES", "REVIEW", "codes", "dangles", "duplicates", "layer_codes", "pseudo_nodes", "stake_codes"]

CODES: dict[str, tuple[str, ...]] = {
    "dangles": ("undershoot", "overshoot"),
    "pseudo-nodes": ("pseudo-node",),
    "duplicates": ("duplicate-geometry", "near-duplicate"),
    "self-crossings": ("self-crossing",),
    "closed-areas": ("invalid", "zero-area"),
    "geometry": ("geometry-missing", "geometry-empty", "geometry-infinite", "geometry-type", "multipart", "zero-length",
                 "repeated-vertices", "river-not-done"),
    "placement": ("axis-order", "zone-prefix", "out-of-area", "beyond-area", "off-projection", "far-away"),
    "codes": ("key-blank", "key-duplicated", "river-blank", "value-blank", "value-type", "value-choice", "value-beyond",
              "date-order", "zone-missing", "column-type"),
    "stakes-on-line": ("stake-off-line", "stake-without-line", "stake-without-place", "stake-to-move",
                       "stake-in-other-river"),
    "stakes-numbered": ("stake-number-twice", "stake-number-shared"),
    "stakes-spacing": ("stakes-far-apart", "stake-out-of-sight", "stake-turn-too-near", "stake-chord-inside"),
}  # fmt: skip
"""Which codes fail which check. Every error and warning that a layer's own check knows fails one."""

REVIEW = frozenset({"stake-to-move", "stake-in-other-river", "stake-out-of-sight"})
"""Codes that a person has to look at and that may be right as they are: they do not fail a check."""

_LINKED = ("management_lines", "extents", "stakes", "boards", "holdings", "water", "levees")


def layer_codes(check_id: str) -> Callable[[Subject, float], Iterator[gpd.GeoDataFrame]]:
    """What finds the faults of a check among those that the layers' own checks told."""
    return partial(_known, check_id)


def _known(check_id: str, subject: Subject, _limit: float) -> Iterator[gpd.GeoDataFrame]:
    yield subject.known[subject.known["code"].isin(CODES[check_id])]


def dangles(subject: Subject, _limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Axes that almost meet another one, and loose ends of lines."""
    yield from _known("dangles", subject, _limit)
    yield from gaps(subject)


def duplicates(subject: Subject, _limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Features drawn twice; an edge that two rivers share is a line of each of them."""
    for told in _known("duplicates", subject, _limit):
        lines = subject.rows("management_lines")
        river = dict(zip(texts(lines["line_id"]), texts(lines["river_id"]), strict=True))
        one, two = (np.array([river.get(each, "") for each in texts(told[name])]) for name in ("feature_id", "note"))
        shared = (told["layer"] == "management_lines").to_numpy() & (one != two) & (two != "")
        yield told[~shared]


def pseudo_nodes(subject: Subject, _limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Nodes that separate nothing, of axes and of lines."""
    yield from _known("pseudo-nodes", subject, _limit)
    yield from useless_nodes(subject)


def codes(subject: Subject, _limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Blank and wrong values, and rivers that no axis has."""
    yield from _known("codes", subject, _limit)
    if "axes" in subject.layers:
        # A lake or a reservoir has no axis; its code stands where others have that of their river.
        there = np.append(texts(subject.layers["axes"]["river_id"]), closed_codes(subject.rows("management_lines")))
        for layer in _LINKED:
            rows = subject.rows(layer)
            # Lakes and reservoirs have no axis.
            rows = rows[rows["kind"] == "river"] if layer == "water" else rows
            named = texts(rows["river_id"])
            lost = (named != "") & ~np.isin(named.astype(str), there.astype(str))
            yield failing(rows, layer, where=lost, code="river-without-axis", note=named)


def stake_codes(check_id: str) -> Callable[[Subject, float], Iterator[gpd.GeoDataFrame]]:
    """What finds the faults of a check among those that :func:`riverline.check_stakes` tells."""
    return partial(_stakes, check_id)


def _stakes(check_id: str, subject: Subject, _limit: float) -> Iterator[gpd.GeoDataFrame]:
    told = check_stakes(subject.rows("stakes"), subject.result, settings=subject.layers.get("settings"))
    yield told[told["code"].isin(CODES[check_id])]
