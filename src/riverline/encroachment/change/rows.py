"""Patches become suspects: measured against the line, with codes that last, and what is not told is counted."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.demarcation.findings import Finding
from riverline.encroachment.change.deciding import judge
from riverline.encroachment.change.showing import evidence_of, in_short, no_evidence
from riverline.encroachment.change.tracking import Look, codes_by_place, matched, why_undecided
from riverline.encroachment.change.untold import count_untold, untold_rows
from riverline.encroachment.screening import screen
from riverline.encroachment.telling import describe_suspects
from riverline.geodesy import align
from riverline.schema import GONE_SUSPECTS, SUSPECTS, UNTOLD_CHANGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.demarcation import Demarcation
    from riverline.encroachment.change.deciding import Verdicts
    from riverline.encroachment.change.decisions import ChangeRules
    from riverline.encroachment.change.patches import Patches
    from riverline.encroachment.change.pixels import Search

__all__ = ["Against", "Made", "implausible_shares", "rows_of"]

OWN = ("state", "tracking", "change_class")
"""Columns that only suspects from images have."""


@dataclass(frozen=True, slots=True, eq=False)
class Against:
    """Layers that patches are held against, as they were given; ``usable`` are the extents that can be used.

    ``previous`` are suspects of the round before, ``gone`` those that were gone then.
    """

    usable: gpd.GeoDataFrame
    drawn: Demarcation | gpd.GeoDataFrame
    axes: gpd.GeoDataFrame | None
    permits: gpd.GeoDataFrame | None
    previous: gpd.GeoDataFrame | None
    gone: gpd.GeoDataFrame | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """Suspects, their evidence, patches that are none, suspects that are gone, and what is to be said of them."""

    suspects: gpd.GeoDataFrame
    evidence: pd.DataFrame
    untold: gpd.GeoDataFrame
    gone: gpd.GeoDataFrame
    findings: list[Finding] = field(default_factory=list)
    faults: list[gpd.GeoDataFrame] = field(default_factory=list)


def rows_of(patches: Patches | None, search: Search, levels: NDArray[np.float64], against: Against, look: Look) -> Made:
    """Rows of :data:`riverline.schema.SUSPECTS` from patches.

    ``look`` says how much of each of some places the newest image that was compared shows, and what hides the rest.
    """
    crs = against.usable.crs
    before, gone = _before(against.previous, crs), _gone_before(against.gone, crs)
    if patches is None or not len(patches.frame):
        carried, left, lost = _lost(before, np.zeros(0, dtype="int64"), np.empty(0, dtype=object), search, look)
        return Made(carried, no_evidence(), UNTOLD_CHANGES.empty(crs), _all_gone(gone, left), lost)
    frame = align(patches.frame, crs, layer="patches")
    verdicts = judge(frame, search)
    large = shapely.area(np.asarray(frame.geometry.array, dtype="object")) >= search.rules.minimum.area_m2
    told = np.flatnonzero(verdicts.alarmed & large)
    untold = untold_rows(frame, verdicts, large, against.usable, search)
    findings = count_untold(untold, against.usable)
    suspects, row, measured = _measured(frame, told, search, against)
    suspects = _filled(suspects, row, frame, verdicts, search)
    suspects, found = _tracked(suspects, before, search)
    suspects, still = _come_back(suspects, gone, search)
    evidence = evidence_of(suspects["suspect_id"].to_numpy(object), frame, verdicts, row, search, levels)
    shown = np.asarray(frame.geometry.array, dtype="object")[verdicts.last == len(search.pairs) - 1]
    carried, left, lost = _lost(before, found, shown, search, look)
    return Made(_together(suspects, carried), evidence, untold, _all_gone(still, left), findings + lost, measured)


def implausible_shares(suspects: gpd.GeoDataFrame, usable: gpd.GeoDataFrame, rules: ChangeRules) -> list[Finding]:
    """Extents of which suspects cover more than can be: the images differ there, the ground hardly does."""
    inside = suspects.groupby("extent_id")["inside_m2"].sum().reindex(usable["extent_id"]).to_numpy(dtype="float64")
    share = 100.0 * np.nan_to_num(inside) / shapely.area(np.asarray(usable.geometry.array, dtype="object"))
    most = 100.0 * rules.doubt.share
    return [
        Finding("change-share-implausible", "extents", str(usable["extent_id"].iloc[at]), usable.geometry.iloc[at],
                round(float(share[at]), 1), most, "%")
        for at in np.flatnonzero(share > most)
    ]  # fmt: skip


def _measured(
    frame: gpd.GeoDataFrame, told: NDArray[np.intp], search: Search, against: Against
) -> tuple[gpd.GeoDataFrame, NDArray[np.intp], list[gpd.GeoDataFrame]]:
    """Patches as suspects of the management extent that holds most of each, the patch behind each, and faults."""
    features = gpd.GeoDataFrame({"feature_id": told.astype("str")}, geometry=frame.geometry.iloc[told].array,
                                crs=frame.crs)  # fmt: skip
    screened = screen(features, against.drawn, axes=against.axes, permits=against.permits, on=search.days[-1].date)
    rows = screened.suspects
    rows = rows[(rows["extent_kind"] == "management").to_numpy(dtype=bool)]
    rows = rows.sort_values(["feature_id", "inside_m2"], ascending=[True, False], kind="stable")
    rows = rows.drop_duplicates("feature_id")
    patch = rows["feature_id"].astype("int64").to_numpy()
    order = np.argsort(patch, kind="stable")
    told_of = screened.faults[~screened.faults["code"].isin(_OF_PATCHES)]
    return rows.iloc[order].drop(columns="feature_id").reset_index(drop=True), patch[order], [told_of]


_OF_PATCHES = ("features-not-inside", "feature-in-several", "value-type", "value-choice", "choice-label")
"""What screening says of layers that are checked already, or of patches that belong to no file."""


def _filled(
    suspects: gpd.GeoDataFrame, row: NDArray[np.intp], frame: gpd.GeoDataFrame, verdicts: Verdicts, search: Search
) -> gpd.GeoDataFrame:
    """With kind, item, probability, days and evidence of each patch."""
    classes = [search.rules.classes[place] for place in verdicts.chosen[row]]
    days = pd.to_datetime([search.days[pair.later].date for pair in search.pairs])
    kinds = np.array([each.kind for each in classes], dtype=object)
    shapes = np.asarray(suspects.geometry.array, dtype="object")
    # What a permit leaves of pixels along its edge is no patch of its own.
    counts = suspects["is_counted"] & (suspects["counted_m2"] >= search.rules.minimum.area_m2)
    columns: dict[str, Any] = {
        "suspect_id": codes_by_place(shapes, suspects["river_id"].to_numpy(object), kinds),
        "kind": kinds,
        "item": [each.item for each in classes],
        "confidence": np.round(verdicts.probability[row], 4),
        "evidence": [_with_own(screened, own) for screened, own in
                     zip(suspects["evidence"], in_short(row, frame, verdicts, search), strict=True)],
        "first_seen": days[verdicts.onset[row]],
        "last_seen": days[verdicts.last[row]],
        "source": ", ".join(day.name for day in search.days),
        "state": np.where(verdicts.confirmed[row], "confirmed", "unconfirmed"),
        "tracking": "new",
        "change_class": [each.id for each in classes],
        "is_counted": counts,
        "standing": suspects["standing"].where(counts | ~suspects["is_counted"], "permitted"),
        "counted_m2": suspects["counted_m2"].where(counts, 0.0),
    }  # fmt: skip
    return describe_suspects(suspects.assign(**columns))


def _with_own(screened: str, own: dict[str, Any]) -> str:
    """Evidence of the screening with that of the images under ``change``."""
    content: dict[str, Any] = json.loads(screened) if screened else {}
    return json.dumps(content | {"change": own}, ensure_ascii=False, sort_keys=True)


def _before(previous: gpd.GeoDataFrame | None, crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - a CRS
    """Suspects of the round before, in the CRS of the extents."""
    if previous is None:
        return _empty(crs)
    SUSPECTS.require(previous, layer="previous")
    return align(previous, crs, layer="previous").reset_index(drop=True)


def _empty(crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - a CRS
    return SUSPECTS.empty(crs).assign(**{name: pd.Series([], dtype="str") for name in OWN})


def _tracked(
    suspects: gpd.GeoDataFrame, before: gpd.GeoDataFrame, search: Search
) -> tuple[gpd.GeoDataFrame, NDArray[np.int64]]:
    """With code and days of the round before where a suspect is one of it; and which of those are still there.

    What was seen on a day was seen on it, whatever images a later round is given: the first day only moves back, the
    last one only on.
    """
    now, old = (np.asarray(each.geometry.array, dtype="object") for each in (suspects, before))
    found = matched(now, old, overlap=search.rules.tracking.overlap)
    kept = np.flatnonzero(found >= 0)
    codes = suspects["suspect_id"].to_numpy(object).copy()
    codes[kept] = before["suspect_id"].to_numpy(object)[found[kept]]
    seen = {}
    for name, outer in (("first_seen", np.fmin), ("last_seen", np.fmax)):
        seen[name] = suspects[name].to_numpy().copy()
        seen[name][kept] = outer(seen[name][kept], before[name].to_numpy()[found[kept]])
    tracking = np.where(found >= 0, "kept", "new")
    return SUSPECTS.conform(suspects.assign(suspect_id=codes, tracking=tracking, **seen)), found[kept]


def _lost(
    before: gpd.GeoDataFrame,
    found: NDArray[np.int64],
    shown: NDArray[np.object_],
    search: Search,
    look: Look,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, list[Finding]]:
    """Suspects of the round before that none is any more: those that cannot be judged, those gone, and findings."""
    left = before.iloc[np.setdiff1d(np.arange(len(before)), found)].reset_index(drop=True)
    causes = why_undecided(left, shown, search, look)
    findings = [
        Finding("suspect-not-seen" if cause else "suspect-gone", "suspects", str(code), shape, float(area), unit="m²",
                note=cause)
        for code, shape, area, cause in zip(left["suspect_id"], left.geometry, left["inside_m2"], causes, strict=True)
    ]  # fmt: skip
    kept = left[causes != ""].assign(tracking="unseen")
    kept = kept.assign(**{name: "" for name in OWN if name not in kept.columns})
    return kept, _gone_now(left[causes == ""], search), findings


def _gone_before(gone: gpd.GeoDataFrame | None, crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - a CRS
    """Suspects that were gone in the round before, in the CRS of the extents."""
    if gone is None:
        return GONE_SUSPECTS.empty(crs)
    GONE_SUSPECTS.require(gone, layer="previous")
    return align(gone, crs, layer="previous").reset_index(drop=True)


def _gone_now(left: gpd.GeoDataFrame, search: Search) -> gpd.GeoDataFrame:
    """Rows of :data:`riverline.schema.GONE_SUSPECTS` of suspects that the newest image shows no more."""
    day = max((pd.Timestamp(search.days[pair.later].date) for pair in search.pairs), default=pd.NaT)
    names = [column.name for column in GONE_SUSPECTS if column.name not in {"gone_on", "was"}]
    rows = left[[*names, "geometry"]].assign(was=left["kind"].to_numpy(), gone_on=day)
    return GONE_SUSPECTS.conform(gpd.GeoDataFrame(rows, geometry="geometry", crs=left.crs))


def _come_back(
    suspects: gpd.GeoDataFrame, gone: gpd.GeoDataFrame, search: Search
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Suspects with the code of one that was gone where they are it, and those that are gone still."""
    new = np.flatnonzero((suspects["tracking"] == "new").to_numpy(dtype=bool))
    now, old = (np.asarray(each.geometry.array, dtype="object") for each in (suspects, gone))
    found = matched(now[new], old, overlap=search.rules.tracking.overlap)
    back, of = new[found >= 0], found[found >= 0]
    codes, tracking = (suspects[name].to_numpy(object).copy() for name in ("suspect_id", "tracking"))
    codes[back], tracking[back] = gone["suspect_id"].to_numpy(object)[of], "back"
    still = gone.iloc[np.setdiff1d(np.arange(len(gone)), of)]
    return SUSPECTS.conform(suspects.assign(suspect_id=codes, tracking=tracking)), still


def _all_gone(before: gpd.GeoDataFrame, now: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Those that were gone before and those that went since, by code."""
    both = [each for each in (before, now) if len(each)]
    every = pd.concat(both, ignore_index=True) if both else now
    return GONE_SUSPECTS.conform(every.sort_values("suspect_id", kind="stable", ignore_index=True))


def _together(suspects: gpd.GeoDataFrame, carried: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Suspects that were found and those that are kept, by river and chainage."""
    if len(carried):
        suspects = SUSPECTS.conform(pd.concat([suspects, carried], ignore_index=True))
    return suspects.sort_values(["river_id", "chainage_m", "suspect_id"], kind="stable", ignore_index=True)
