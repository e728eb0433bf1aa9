"""What was found in extents as rows of suspects, with areas, probability, permits, evidence and a stable order."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.special import ndtr

from riverline.encroachment.naming import suspect_ids
from riverline.encroachment.permits import STATES, covered_by
from riverline.encroachment.spans import Spans, lengths_by
from riverline.encroachment.telling import describe_suspects
from riverline.geodesy import ellipsoidal_area, round_half_up
from riverline.schema import FEATURES, SUSPECTS
from riverline.schema.values import read_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from riverline.encroachment.inputs import Inputs
    from riverline.encroachment.measuring import Found, Measures

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]
    Texts = NDArray[np.object_]

__all__ = ["Hits", "gathered", "probability", "suspects_of"]

BANKS = ("left", "right", "")
_OPEN_M2 = 0.005  # less than the last figure of an area


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """What was found in all extents, n of it.

    ``extent`` is the position of the extent, ``bank_m`` (n, 3) the length taken of the left bank, the right one and
    of a line that is neither; the spans' rows are positions here, their strands are numbered over all extents.
    """

    extent: NDArray[np.intp]
    row: NDArray[np.intp]
    position: Texts
    piece: Shapes
    depth: Floats
    bank: Texts
    chainage: Floats
    axis_m: Floats
    spans: Spans
    span_bank: NDArray[np.intp]
    drawn: NDArray[np.bool_]

    @property
    def bank_m(self) -> Floats:
        """Length that each takes of each bank, its own overlaps counted once."""
        group = self.spans.row * len(BANKS) + self.span_bank
        taken = lengths_by(group, self.spans.strand, self.spans.start, self.spans.end, len(self.row) * len(BANKS))
        return taken.reshape(-1, len(BANKS))


def gathered(made: Sequence[tuple[int, Found, Measures, Texts, bool]]) -> Hits:
    """What was found extent by extent as one.

    Parameters
    ----------
    made
        Position of the extent, what was found in it, its figures, the bank of each strand of its line, and whether
        the line was drawn by a demarcation.
    """
    sizes = [len(found.row) for _, found, *_ in made]
    before = np.append(0, np.cumsum(sizes)).astype("int64")
    strands = np.append(0, np.cumsum([len(banks) for *_, banks, _ in made])).astype("int64")
    numbers = {bank: number for number, bank in enumerate(BANKS)}
    spans = [measures.spans for _, _, measures, *_ in made]
    owned = [
        np.array([numbers[bank] for bank in banks], dtype=np.intp)[each.strand]
        for each, (*_, banks, _) in zip(spans, made, strict=True)
    ]

    def together(parts: Sequence[Any], kind: Any) -> Any:  # noqa: ANN401 - arrays of any kind
        return np.concatenate([np.empty(0, dtype=kind), *parts]).astype(kind)

    return Hits(
        extent=np.repeat(np.array([each[0] for each in made], dtype=np.intp), sizes),
        row=together([found.row for _, found, *_ in made], np.intp),
        position=together([found.position for _, found, *_ in made], object),
        piece=together([found.piece for _, found, *_ in made], object),
        depth=together([each[2].depth for each in made], float),
        bank=together([each[2].bank for each in made], object),
        chainage=together([each[2].chainage for each in made], float),
        axis_m=together([each[2].axis_m for each in made], float),
        spans=Spans(
            together([each.row + first for each, first in zip(spans, before[:-1], strict=True)], np.int64),
            together([each.strand + first for each, first in zip(spans, strands[:-1], strict=True)], np.int64),
            together([each.start for each in spans], float),
            together([each.end for each in spans], float),
        ),
        span_bank=together(owned, np.intp),
        drawn=np.repeat(np.array([each[4] for each in made], dtype=bool), sizes),
    )


def probability(depth: Any, tolerance_m: float) -> Floats:  # noqa: ANN401 - numbers
    """Probability that a feature reaches inside the line.

    Parameters
    ----------
    depth
        Largest distance inside the line as drawn; below zero outside it.
    tolerance_m
        Limit of the positional error of features against the line.

    Notes
    -----
    The error across the line is taken as normal, with the limit at two mean-square errors (GB 50026-2007, 1.0.3: the
    limit is twice the mean-square error): P = Φ(depth / (tolerance / 2)). It moves a feature as a whole. With a
    tolerance of zero what is drawn is true; a point on the line itself stays undecided.

    Examples
    --------
    >>> probability([0.0, 1.0, -1.0], 2.0).round(4).tolist()
    [0.5, 0.8413, 0.1587]
    """
    depths = np.asarray(depth, dtype="float64")
    with np.errstate(invalid="ignore"):
        sure = np.sign(depths) * np.inf if tolerance_m == 0.0 else depths / (tolerance_m / 2.0)
    return np.asarray(ndtr(np.where(depths == 0.0, 0.0, sure)), dtype="float64")


def suspects_of(hits: Hits, inputs: Inputs, tolerance_m: float) -> tuple[gpd.GeoDataFrame, NDArray[np.intp]]:
    """Rows of suspects by river, extent and code; and the hit behind each."""
    crs = inputs.extents.crs
    if not len(hits.row):
        return SUSPECTS.empty(crs), np.empty(0, dtype=np.intp)
    frame = inputs.features.frame.iloc[hits.row].reset_index(drop=True)
    frame = frame.rename(columns=_renamed(frame))
    given = {name: _dates(frame, name) for name in ("first_seen", "last_seen")}
    keys = inputs.features.keys(hits.row)
    extents = inputs.extents.iloc[hits.extent].reset_index(drop=True)
    shapes = shapely.force_2d(inputs.features.shapes[hits.row])
    columns = {
        "suspect_id": suspect_ids(extents["river_id"].to_numpy(object), extents["kind"].to_numpy(object), keys, shapes),
        "river_id": extents["river_id"],
        "bank": pd.Series(hits.bank, dtype="str").where(hits.bank != ""),
        "kind": "unknown", "item": "", "severity": "unknown",
        "confidence": probability(hits.depth, tolerance_m),
        **_sizes(hits, shapes, crs),
        "intrusion_m": round_half_up(hits.depth, 2),
        "shoreline_m": round_half_up(hits.bank_m.sum(axis=1), 1),
        "chainage_m": round_half_up(hits.chainage, 1),
        **given,
        "source": _source(frame),
        "position": hits.position,
        "axis_m": round_half_up(hits.axis_m, 1),
        "extent_id": extents["extent_id"], "extent_kind": extents["kind"],
        "feature_id": keys,
    }  # fmt: skip
    drop = [name for name in columns if name in frame.columns]
    made = gpd.GeoDataFrame(
        pd.concat([pd.DataFrame(columns), pd.DataFrame(frame.drop(columns=[*drop, frame.geometry.name]))], axis=1),
        geometry=shapes, crs=crs,
    )  # fmt: skip
    made = _permitted(made, hits, inputs, tolerance_m)
    protected = made["extent_kind"] == "protection"
    place = made.geometry.to_wkb(hex=True) if made["suspect_id"].duplicated().any() else ""
    order = made.assign(_kind=protected, _place=place).sort_values(
        ["river_id", "_kind", "extent_id", "suspect_id", "_place"], kind="stable"
    ).index  # fmt: skip
    made = made.loc[order].reset_index(drop=True)
    return describe_suspects(made), order.to_numpy(dtype=np.intp)


def _renamed(frame: gpd.GeoDataFrame) -> dict[str, str]:
    """Names of the features' columns that suspects have with another meaning, and what they are called instead."""
    own = {"first_seen", "last_seen", "source", "feature_id"}
    taken = {str(name) for name in frame.columns}
    names: dict[str, str] = {}
    for name in frame.columns:
        if name in SUSPECTS and name not in own:
            new = f"feature_{name}"
            while new in taken or new in SUSPECTS:
                new = f"feature_{new}"
            names[str(name)] = new
            taken.add(new)
    return names


def _dates(frame: gpd.GeoDataFrame, name: str) -> pd.Series[Any]:
    if name not in frame.columns:
        return pd.Series(pd.NaT, index=frame.index, dtype="datetime64[s]")
    return read_values(frame[name], FEATURES[name]).converted


def _source(frame: gpd.GeoDataFrame) -> Any:  # noqa: ANN401 - texts
    if "source" in frame.columns:
        return frame["source"].astype("str").fillna("")
    return str(frame.attrs.get("source", {}).get("path", ""))


def _sizes(hits: Hits, shapes: Shapes, crs: Any) -> dict[str, Any]:  # noqa: ANN401 - a CRS
    """Areas, lengths and the share inside, by the dimension of each feature."""
    within, flat = hits.position == "inside", shapely.get_dimensions(shapes)
    partly = hits.position == "across"
    inside = np.where(hits.position == "near", 0.0, _areas(hits.piece, crs))
    whole = inside.copy()
    whole[~within] = _areas(shapes[~within], crs)
    length = np.where(flat == 1, shapely.length(hits.piece) * (hits.position != "near"), np.nan)
    share = within.astype("float64")
    size = {1: shapely.length, 2: shapely.area}
    for dimension, measure in size.items():
        rows = np.flatnonzero(partly & (flat == dimension))
        share[rows] = measure(hits.piece[rows]) / measure(shapes[rows])
    rows = np.flatnonzero(partly & (flat == 0))
    share[rows] = shapely.get_num_coordinates(hits.piece[rows]) / shapely.get_num_coordinates(shapes[rows])
    return {
        "area_m2": round_half_up(whole, 2),
        "inside_m2": round_half_up(inside, 2),
        "share_inside": np.clip(share, 0.0, 1.0),
        "inside_m": round_half_up(length, 1),
    }


def _areas(shapes: Shapes, crs: Any) -> Floats:  # noqa: ANN401 - a CRS
    return np.asarray(ellipsoidal_area(gpd.GeoSeries(shapes, crs=crs)).to_numpy(), dtype="float64")


def _permitted(frame: gpd.GeoDataFrame, hits: Hits, inputs: Inputs, tolerance_m: float) -> gpd.GeoDataFrame:
    """With what permits cover, whether the row counts, and the evidence for it all."""
    there = np.flatnonzero(hits.position != "near")
    covered = covered_by(inputs.permits, hits.piece[there])
    rest = there[list(covered.rest)]
    left = np.array([*covered.rest.values(), None], dtype=object)[:-1]
    area = frame["inside_m2"].to_numpy().copy()
    open_m2 = area.copy()
    open_m2[rest] = np.minimum(area[rest], round_half_up(_areas(left, frame.crs), 2))
    done = np.zeros(len(frame), dtype=bool)
    flat = shapely.get_dimensions(frame.geometry.to_numpy())
    done[rest] = np.where(flat[rest] == 2, open_m2[rest] < _OPEN_M2, shapely.is_empty(left))  # noqa: PLR2004 - areas
    standing = np.select([(frame["extent_kind"] != "management").to_numpy(dtype=bool), hits.position == "near", done],
                         ["protection", "outside", "permitted"], "counted")  # fmt: skip
    counts = standing == "counted"
    permits = _told(covered.piece, covered.permit, hits, there, inputs)
    states = np.array([min((STATES.index(each["state"]) for each in told), default=-1) for told in permits])
    valid = ["; ".join(sorted({each["id"] for each in told if each["state"] == "valid"})) for told in permits]
    banks = np.round(hits.bank_m, 1).tolist()
    base = {"by": "screen", "tolerance_m": tolerance_m, "sigma_m": tolerance_m / 2.0}
    evidence = [
        json.dumps(base | {"line": "lines" if drawn else "outline",
                           "shoreline_m": {bank: m for bank, m in zip(BANKS, lengths, strict=True) if m},
                           **({"permits": told} if told else {})}, ensure_ascii=False)
        for drawn, lengths, told in zip(hits.drawn.tolist(), banks, permits, strict=True)
    ]  # fmt: skip
    return frame.assign(
        permit_id=pd.array(valid, dtype="str"),
        permit_state=np.array([*STATES, "none"], dtype=object)[states],
        is_counted=counts,
        standing=standing.astype(object),
        counted_m2=np.where(counts, open_m2, 0.0),
        permitted_m2=round_half_up(area - open_m2, 2),
        evidence=evidence,
    )


def _told(piece: Any, permit: Any, hits: Hits, there: Any, inputs: Inputs) -> list[list[dict[str, Any]]]:  # noqa: ANN401
    """What is to be said of the permits at each hit."""
    told: list[list[dict[str, Any]]] = [[] for _ in range(len(hits.row))]
    every = inputs.permits
    shapes = hits.piece[there[piece]]
    shared = shapely.intersection(shapes, every.area[permit])
    for measure, dimension in ((shapely.get_num_coordinates, 0), (shapely.length, 1), (shapely.area, 2)):
        rows = np.flatnonzero(shapely.get_dimensions(shapes) == dimension)
        shares = measure(shared[rows]) / measure(shapes[rows])
        for row, share in zip(rows.tolist(), shares.tolist(), strict=True):
            which = int(permit[row])
            told[int(there[piece[row]])].append(
                {"id": str(every.key[which]), "state": str(every.state[which]), "period": str(every.period[which]),
                 "share": round(min(float(share), 1.0), 4)}
            )  # fmt: skip
    return told
