"""The public verb: how good a detection is, by object and by area, over thresholds, sizes and kinds."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline import faults as fault_rows
from riverline._kernels.statistics.survival import wilson
from riverline._version import __version__
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.encroachment.accuracy import DetectionAccuracy
from riverline.encroachment.matching import matched, pairs_of
from riverline.encroachment.sampling import kinds_of, sampled_areas
from riverline.errors import JobError, SchemaError
from riverline.geodesy import align, ellipsoidal_area, require_metric, round_half_up
from riverline.provenance import Run, crs_text, describe_input
from riverline.schema import ACCURACIES, ACCURACY_CURVE, CLASS_AREAS, RELIABILITY, Schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from riverline.encroachment.matching import Matches, Pairs

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

__all__ = ["assess_detection"]

Matching = Literal["one_to_one", "one_to_many"]
_BINS = 10


def assess_detection(
    found: Any,  # noqa: ANN401 - a frame or a result with suspects
    truth: gpd.GeoDataFrame,
    *,
    extents: gpd.GeoDataFrame | None = None,
    matching: Matching = "one_to_one",
    iou: float = 0.5,
    sizes_m2: Sequence[float] = (400.0, 1000.0, 5000.0),
    thresholds: Sequence[float] | None = None,
    confidence: float = 0.95,
) -> DetectionAccuracy:
    """Hold what was found against what is there.

    Parameters
    ----------
    found
        A result that has ``suspects``: those that count (``is_counted``) are what was found; what a permit covers, or
        lies in the protection extent or outside, is a note. Or areas, such as rows of
        :data:`riverline.schema.SUSPECTS`, all of which count as found. ``kind`` and ``confidence`` (a probability) are
        used where they are there. In a CRS in metres.
    truth
        Areas that are there, all of them, with ``kind`` where known. Or points: a stratified random sample, each with
        ``kind``, blank or ``none`` where there is nothing.
    extents
        For a sample of points: the ground that was looked at.
    matching
        ``"one_to_one"``: a found object is one true object, pairs that share most first. ``"one_to_many"``: besides,
        pieces that lie mostly in one object of the other layer are held against it as one.
    iou
        Least intersection over union of a match.
    sizes_m2
        Limits between classes of size.
    thresholds
        Probabilities of the curve; from 0 to 1 in steps of 0.05 if not given.
    confidence
        Level of intervals.

    Returns
    -------
    DetectionAccuracy
        Tables, Brier score, faults and run.

    Raises
    ------
    SchemaError, CRSError
        If something is no frame of the right geometry, or has no CRS, or is not in metres.
    JobError
        If ``iou``, sizes, thresholds or the level are out of range, or a sample of points comes without extents.

    Notes
    -----
    By object: precision is the share of found objects that match, recall that of true objects that do. Whether the
    kinds agree matters in the rows by kind, which compare each kind with itself; ``candidate_recall`` counts as hit as
    well what was found as ``unknown`` with the kind among those that its evidence names. In rows by size the size of a
    true object counts for recall, that of a found one for precision. By area: of the unions of both layers, so that
    nothing counts twice. The Brier score and the reliability are of found objects, the outcome being whether they
    match.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> import riverline as rl
    >>> x, y = 500_000, 3_500_000
    >>> def squares(*places):
    ...     shapes = [shapely.box(x + at, y, x + at + 20, y + 20) for at in places]
    ...     return gpd.GeoDataFrame({"kind": "construction"}, geometry=shapes, index=range(len(shapes)), crs=4548)
    >>> found = squares(0, 105, 200, 300).assign(confidence=[0.9, 0.8, 0.7, 0.2])
    >>> accuracy = rl.assess_detection(found, squares(0, 100, 200, 500))
    >>> accuracy
    DetectionAccuracy(precision 0.750, recall 0.750, F1 0.750, area IoU 0.524, Brier 0.045, 0 faults)
    """
    _require_numbers(iou, sizes_m2, thresholds, confidence, matching)
    frame, aside = _counted(found)
    sampled = _require(frame, truth, extents)
    crs = frame.crs
    true, about_truth = _usable(align(truth, crs, layer="truth"), "truth")
    made, about_found = _usable(frame, "found")
    described = {"found": describe_input(frame), "truth": describe_input(truth)}
    described["assess"] = {"matching": matching, "iou": iou, "confidence": confidence}
    tables = dict.fromkeys(("accuracies", "curve", "reliability", "estimates"))
    brier = float("nan")
    if sampled:
        tables["estimates"] = sampled_areas(made, true, align(extents, crs, layer="extents"), confidence)
    else:
        pairs = pairs_of(_shapes(made), _shapes(true))
        several = matching == "one_to_many"
        tables["accuracies"] = _accuracies(made, true, pairs, iou=iou, several=several, sizes=sizes_m2)
        if "confidence" in made.columns and len(made):
            chance = made["confidence"].to_numpy(dtype="float64")
            right = matched(pairs, iou=iou, several=several).right
            brier = float(np.mean((chance - right) ** 2))
            steps = np.linspace(0.0, 1.0, 21) if thresholds is None else np.unique(np.asarray(thresholds, dtype=float))
            tables["curve"] = _curve(chance, pairs, steps, iou=iou, several=several)
            tables["reliability"] = _reliability(chance, right, confidence)
    found_faults = fault_rows.combine(findings_to_faults([*aside, *about_found, *about_truth], crs), crs=crs)
    run = Run(__version__, "", described, crs_text(crs))
    schemas = {"accuracies": ACCURACIES, "curve": ACCURACY_CURVE, "reliability": RELIABILITY, "estimates": CLASS_AREAS}
    filled = {name: _table(schema, tables[name]) for name, schema in schemas.items()}
    return DetectionAccuracy(**filled, brier=brier, faults=found_faults, run=run)


def _counted(found: Any) -> tuple[Any, list[Finding]]:  # noqa: ANN401 - a frame or a result with suspects
    """What was found: of a result the suspects that count, and a note of the others; a frame as it is."""
    frame = getattr(found, "suspects", None)
    if not isinstance(frame, gpd.GeoDataFrame):
        return found, []
    counts = frame.get("is_counted", pd.Series(True, index=frame.index)).fillna(value=True).to_numpy(dtype=bool)
    others = frame[~counts]
    told = [Finding("suspects-not-counted", "suspects", "*", shapely.geometrycollections(_shapes(others)), len(others),
                    note=", ".join(others["suspect_id"].astype("str")))]  # fmt: skip
    return frame[counts], told if len(others) else []


def _table(schema: Schema, rows: Any) -> pd.DataFrame:  # noqa: ANN401 - a list of rows, a table, or nothing
    table = pd.DataFrame([] if rows is None else rows, columns=[column.name for column in schema])
    return table.astype({column.name: column.dtype for column in schema})


def _require_numbers(
    iou: float, sizes: Sequence[float], thresholds: Sequence[float] | None, confidence: float, matching: str
) -> None:
    problems = []
    if not 0.0 < iou <= 1.0:
        problems.append((f"iou 应在 0 与 1 之间，实际为 {iou!r}", f"iou must lie between 0 and 1, got {iou!r}"))
    if not 0.0 < confidence < 1.0:
        said = repr(confidence)
        problems.append(
            (f"confidence 应在 0 与 1 之间，实际为 {said}", f"confidence must lie between 0 and 1, got {said}")
        )
    if list(sizes) != sorted(set(sizes)) or any(size <= 0.0 for size in sizes):
        problems.append(("sizes_m2 应为由小到大的正数", "sizes_m2 must be numbers above zero that rise"))
    if thresholds is not None and not all(0.0 <= each <= 1.0 for each in thresholds):
        problems.append(("thresholds 应在 0 与 1 之间", "thresholds must lie between 0 and 1"))
    if matching not in {"one_to_one", "one_to_many"}:
        problems.append(
            (
                f'matching 应为 "one_to_one" 或 "one_to_many"，实际为 {matching!r}',
                f'matching must be "one_to_one" or "one_to_many", got {matching!r}',
            )
        )
    if problems:
        raise JobError.listing("无法评定精度", "accuracy cannot be assessed", problems)


def _require(found: Any, truth: Any, extents: Any) -> bool:  # noqa: ANN401 - whatever was given
    """Whether the truth is a sample of points; raise if something is no layer that can be compared."""
    for name, frame in {"found": found, "truth": truth, **({} if extents is None else {"extents": extents})}.items():
        Schema(name, "对比图层", name.capitalize(), "", ("Polygon",), (), "").require(frame, layer=name)
    require_metric(found, layer="found")
    flat = shapely.get_dimensions(_shapes(truth))
    sampled = bool(len(truth)) and bool((flat <= 0).all())
    if sampled and extents is None:
        raise JobError(
            "真值为抽样点时须用 extents= 给出所查看的范围", "a sample of points needs the ground looked at as extents="
        )
    if sampled and "kind" not in truth.columns:
        raise SchemaError(
            "抽样点缺少字段 kind（类别；空或 none 为无）", "sample points lack a column kind (none: nothing)"
        )
    return sampled


def _shapes(frame: gpd.GeoDataFrame) -> Shapes:
    return np.asarray(frame.geometry.array, dtype=object)


def _usable(frame: gpd.GeoDataFrame, layer: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Valid areas, or points of a sample; the others are findings."""
    shapes = _shapes(frame)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    sampled = layer == "truth" and bool((shapely.get_dimensions(shapes) <= 0).all())
    wanted = 0 if sampled else 2
    reasons = {
        "feature-blank": ~there,
        "geometry-type": there & (shapely.get_dimensions(shapes) != wanted),
        "invalid": there & ~shapely.is_valid(shapes),
    }
    bad = np.zeros(len(frame), dtype=bool)
    findings = []
    for code, wrong in reasons.items():
        for row in np.flatnonzero(wrong & ~bad):
            note = {"geometry-type": getattr(shapes[row], "geom_type", ""), "invalid": "is_valid"}.get(code, "")
            note = str(shapely.is_valid_reason(shapes[row])) if note == "is_valid" else note
            findings.append(
                Finding(code, layer, f"row {frame.index[row]}", shapes[row] if there[row] else None, note=note)
            )
        bad |= wrong
    kept = frame[~bad].reset_index(drop=True)
    if "confidence" in kept.columns and layer == "found":
        chance = pd.to_numeric(kept["confidence"], errors="coerce")
        if not chance.between(0.0, 1.0).all():
            raise SchemaError(
                "found 的 confidence 应为 0–1 的概率，不能为空",
                "confidence of found must be a probability, never blank",
            )
        kept = kept.assign(confidence=chance)
    # In an order of their own, so that of equal pairs the same one is matched whatever the order of rows.
    chances = kept["confidence"] if "confidence" in kept.columns else 0.0
    order = kept.assign(_chance=chances, _place=kept.geometry.to_wkb(hex=True))
    kept = kept.loc[order.sort_values(["_chance", "_place"], ascending=[False, True], kind="stable").index]
    kept = kept.reset_index(drop=True)
    return kept.set_geometry(shapely.force_2d(_shapes(kept)), crs=frame.crs), findings


def _accuracies(
    found: gpd.GeoDataFrame, truth: gpd.GeoDataFrame, pairs: Pairs, *, iou: float, several: bool, sizes: Sequence[float]
) -> list[dict[str, Any]]:
    """The row of all, rows by kind and rows by size."""
    every = matched(pairs, iou=iou, several=several)
    kind, true_kind = kinds_of(found), kinds_of(truth)
    rows = [_row("all", "*", found, truth, every)]
    for name in sorted((set(kind) | set(true_kind)) - {""}):
        same = (kind[pairs.found] == name) & (true_kind[pairs.truth] == name)
        made = matched(pairs.only(same), iou=iou, several=several)
        row = _row("kind", name, found, truth, made, kind == name, true_kind == name)
        perhaps = same | ((true_kind[pairs.truth] == name) & _named_by(found, kind, name)[pairs.found])
        hit = matched(pairs.only(perhaps), iou=iou, several=several).hit & (true_kind == name)
        rows.append(row | {"candidate_recall": _share(int(hit.sum()), row["truth_count"])})
    for low, high in _classes(sizes):
        one, other = (
            (round_half_up(areas, 2) >= low) & (round_half_up(areas, 2) < high)
            for areas in (pairs.found_area, pairs.truth_area)
        )
        part = f"{low:g}–{high:g}" if np.isfinite(high) else f"≥{low:g}"
        rows.append(_row("size", part, found, truth, every, one, other))
    return rows


def _named_by(found: gpd.GeoDataFrame, kind: NDArray[Any], name: str) -> NDArray[np.bool_]:
    """Found objects of no known kind whose evidence names a kind among those that they may be."""
    named = np.zeros(len(found), dtype=bool)
    for row in np.flatnonzero(kind == "unknown") if "evidence" in found.columns else ():
        try:
            change = json.loads(str(found["evidence"].iloc[row])).get("change") or {}
        except (ValueError, AttributeError):
            continue  # Evidence of another hand names no kinds.
        named[row] = any(each.get("kind") == name for each in change.get("candidates", ()))
    return named


def _classes(sizes: Sequence[float]) -> Iterator[tuple[float, float]]:
    yield from pairwise([0.0, *sizes, float("inf")])


def _row(
    scope: str,
    part: str,
    found: gpd.GeoDataFrame,
    truth: gpd.GeoDataFrame,
    made: Matches,
    mine: Any = None,  # noqa: ANN401 - a mask
    theirs: Any = None,  # noqa: ANN401
) -> dict[str, Any]:
    """One row: counts and shares by object, and areas of the unions."""
    mine = np.ones(len(found), dtype=bool) if mine is None else mine
    theirs = np.ones(len(truth), dtype=bool) if theirs is None else theirs
    right, hit = int((made.right & mine).sum()), int((made.hit & theirs).sum())
    precision, recall = _share(right, int(mine.sum())), _share(hit, int(theirs.sum()))
    one, other = (shapely.union_all(_shapes(frame)[kept]) for frame, kept in ((found, mine), (truth, theirs)))
    shared = shapely.intersection(one, other)
    areas = ellipsoidal_area(gpd.GeoSeries([other, one, shared], crs=found.crs)).to_numpy()
    truth_m2, found_m2, shared_m2 = (float(each) for each in areas)
    area_precision, area_recall = _share(shared_m2, found_m2), _share(shared_m2, truth_m2)
    # Matches of a class of size would be of two classes where the sizes differ: none are told.
    told = scope != "size" and len(made.iou) > 0
    return {
        "accuracy_id": f"{scope}-{part}", "scope": scope, "part": part,
        "truth_count": int(theirs.sum()), "found_count": int(mine.sum()), "hit_count": hit, "right_count": right,
        "precision": precision, "recall": recall, "f1": _mean(precision, recall),
        "candidate_recall": recall, "mean_iou": float(made.iou.mean()) if told else np.nan,
        "truth_m2": round_half_up(truth_m2, 2), "found_m2": round_half_up(found_m2, 2),
        "shared_m2": round_half_up(shared_m2, 2),
        "area_precision": area_precision, "area_recall": area_recall, "area_f1": _mean(area_precision, area_recall),
        "area_iou": _share(shared_m2, found_m2 + truth_m2 - shared_m2),
    }  # fmt: skip


def _share(part: float, whole: float) -> float:
    # Areas of unions carry rounding of their own.
    return min(part / whole, 1.0) if whole > 0 else float("nan")


def _mean(one: float, other: float) -> float:
    """The harmonic mean; zero where both are."""
    if one + other == 0.0:
        return 0.0
    return 2.0 * one * other / (one + other)


def _curve(chance: Floats, pairs: Pairs, steps: Floats, *, iou: float, several: bool) -> list[dict[str, Any]]:
    rows = []
    for number, step in enumerate(steps.tolist()):
        kept = chance >= step
        made = matched(pairs.only(kept[pairs.found]), iou=iou, several=several)
        precision = _share(int(made.right.sum()), int(kept.sum()))
        recall = _share(int(made.hit.sum()), len(made.hit))
        rows.append(
            {"threshold_id": f"T{number:03d}", "threshold": step, "found_count": int(kept.sum()),
             "precision": precision, "recall": recall, "f1": _mean(precision, recall)}
        )  # fmt: skip
    return rows


def _reliability(chance: Floats, right: NDArray[np.bool_], confidence: float) -> list[dict[str, Any]]:
    """Ten bins of equal width; the last one holds 1."""
    place = np.minimum((chance * _BINS).astype(int), _BINS - 1)
    rows = []
    for number in np.unique(place).tolist():
        here = place == number
        count, observed = int(here.sum()), float(right[here].mean())
        low, high = map(float, wilson(right[here].sum(), count, confidence))
        rows.append(
            {"bin_id": f"B{number:02d}", "low": number / _BINS, "high": (number + 1) / _BINS, "found_count": count,
             "stated": float(chance[here].mean()), "observed": observed, "observed_low": low, "observed_high": high}
        )  # fmt: skip
    return rows
