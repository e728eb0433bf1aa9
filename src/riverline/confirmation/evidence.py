"""Parcels held against the line, the survey and the certificate: what does not agree, with its size and its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from riverline._kernels.areas.partition import HAIR_M, mean_width, widths
from riverline.demarcation.findings import Finding
from riverline.geodesy import ellipsoidal_area, round_half_up
from riverline.rules import load_land_classes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from riverline.confirmation.inputs import Parcels
    from riverline.confirmation.titles import Titles

    Floats = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]

__all__ = [
    "about_claims",
    "about_classes",
    "about_extents",
    "about_line",
    "about_registered",
    "about_titles",
    "areas_of",
    "is_state_by_law",
]

_OLD, _NEW = re.compile(r"\d{3}[A-Z]?"), re.compile(r"\d{4}[A-Z]?|\d{2}[A-Z]\d[A-Z]?")


def areas_of(shapes: Shapes, crs: Any) -> Floats:  # noqa: ANN401 - a CRS
    """(n,) ellipsoidal areas, rounded half-up to 0.01 m²."""
    return round_half_up(ellipsoidal_area(gpd.GeoSeries(shapes, crs=crs)).to_numpy(), 2)


def _stated(width: float) -> float:
    """A width to the millimetre, as the holdings have it: what is found beyond that is how it was found."""
    return float(round_half_up([width], 3)[0])


def about_titles(
    extent_id: str,
    titles: Titles,
    parcels: Parcels,
    *,
    tolerance_m: float,
    crs: Any,  # noqa: ANN401
) -> list[Finding]:
    """Untitled land, unknown holders, slivers, duplicates, claims and disputes of one extent."""
    odd = np.flatnonzero(titles.code != "")
    wide = odd[~np.isfinite(titles.width[odd])]
    area = dict(zip(wide.tolist(), areas_of(titles.geometry[wide], crs).tolist(), strict=True)) if len(wide) else {}
    findings = []
    for row in odd.tolist():
        names = sorted(str(key) for key in parcels.key[list(titles.members[row])])
        layer, feature = ("parcels", names[0]) if names else ("extents", extent_id)
        code, place, note = str(titles.code[row]), titles.geometry[row], "; ".join(names[1:])
        width = _stated(titles.width[row])
        if np.isfinite(width):
            findings.append(Finding(code, layer, feature, place, width, tolerance_m, "m", note))
        else:
            findings.append(Finding(code, layer, feature, place, area[row], unit="m²", note=note))
    return findings


def about_line(
    rows: Rows,
    pieces: Shapes,
    parcels: Parcels,
    *,
    tolerance_m: float,
    crs: Any,  # noqa: ANN401
) -> list[Finding]:
    """Parcels that lie on both sides of the line.

    Parameters
    ----------
    rows, pieces
        Parcels and their parts inside, over all extents.
    parcels
        All parcels.
    tolerance_m
        Where the part inside or the part outside is narrower, it is an error of drawing.
    crs
        CRS of all.
    """
    met = np.unique(rows)
    inside, whole = _united(rows, pieces, met), parcels.geometry[met]
    across = np.flatnonzero(shapely.area(whole) - shapely.area(inside) > HAIR_M * shapely.length(whole))
    if not len(across):
        return []
    wanted, inside = met[across], inside[across]
    thin = _thin_side(whole[across], inside, tolerance_m)
    sizes = areas_of(np.concatenate([inside, whole[across]]), crs).reshape(2, -1)
    findings = []
    for position, row in enumerate(wanted.tolist()):
        key, width = str(parcels.key[row]), _stated(thin[position])
        if np.isfinite(width):
            findings.append(Finding("sliver-straddle", "parcels", key, inside[position], width, tolerance_m, "m"))
        else:
            share, total = sizes[:, position].tolist()
            findings.append(Finding("parcel-straddles", "parcels", key, inside[position], share, total, "m²"))
    return findings


def _united(rows: Rows, pieces: Shapes, wanted: Rows) -> Shapes:
    """The parts of each parcel as one area."""
    order = np.argsort(rows, kind="stable")
    starts = np.searchsorted(rows[order], wanted)
    size = np.diff(np.append(starts, len(rows)))
    made = pieces[order][starts]
    for position in np.flatnonzero(size > 1):
        made[position] = shapely.union_all(pieces[order][starts[position] : starts[position] + size[position]])
    return made


def _thin_side(whole: Shapes, inside: Shapes, tolerance_m: float) -> Floats:
    """Width of what lies inside, or outside, where it is a sliver; else infinite."""
    outline = shapely.length(whole) + shapely.length(inside)
    outside_m2 = shapely.area(whole) - shapely.area(inside)
    found = np.where(mean_width(inside) < tolerance_m, widths(inside, limit_m=tolerance_m), np.inf)
    # No outline of the outside is longer than both together, so most are wide by that alone.
    doubtful = np.flatnonzero(2.0 * outside_m2 / outline < tolerance_m)
    outside = shapely.difference(whole[doubtful], inside[doubtful])
    found[doubtful] = np.minimum(found[doubtful], widths(outside, limit_m=tolerance_m))
    return found


def about_claims(holdings: gpd.GeoDataFrame, *, tolerance_m: float) -> tuple[NDArray[np.bool_], list[Finding]]:
    """Titles that are not the state's on land of river classes.

    Parameters
    ----------
    holdings
        Rows of :data:`riverline.schema.HOLDINGS` with ``class_name``.
    tolerance_m
        What reaches in by less is an error of drawing.

    Returns
    -------
    claimed : (n,)
        Holdings of one title on a class that is state land by law.
    findings
        One for each holding on a class that is, or is presumed to be.
    """
    classes = load_land_classes().find_all(holdings["land_class"])
    land = np.array(["" if each is None else each.land for each in classes], dtype=object)
    theirs = holdings["ownership"].isin(["collective", "private"]) & holdings["width_m"].isna()
    rows = np.flatnonzero(theirs.to_numpy(dtype=bool) & (land != ""))
    shapes = np.asarray(holdings.geometry.array, dtype=object)[rows]
    width = widths(shapes, limit_m=tolerance_m)
    claimed = np.zeros(len(holdings), dtype=bool)
    alone = holdings["status"].isin(["clear", "unknown"]).to_numpy(dtype=bool)
    claimed[rows] = (land[rows] == "state") & ~np.isfinite(width) & alone[rows]
    findings = []
    told = zip(
        rows.tolist(), shapes, width.tolist(),
        holdings["parcel_id"].iloc[rows], holdings["area_m2"].iloc[rows], strict=True,
    )  # fmt: skip
    for row, place, thin, parcel, area in told:
        note = str(holdings["land_class"].iloc[row])
        if np.isfinite(thin):
            findings.append(Finding("sliver-claim", "parcels", parcel, place, _stated(thin), tolerance_m, "m", note))
        else:
            code = "river-land-claimed" if land[row] == "state" else "river-land-presumed"
            findings.append(Finding(code, "parcels", parcel, place, float(area), unit="m²", note=note))
    return claimed, findings


def is_state_by_law(holdings: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Land without a title on a class that is state land by law, (n,)."""
    classes = load_land_classes().find_all(holdings["land_class"])
    waters = np.array([each is not None and each.land == "state" for each in classes], dtype=bool)
    return waters & (holdings["status"] == "untitled").to_numpy(dtype=bool)


def about_registered(rows: Rows, parcels: Parcels, *, tolerance_m: float, crs: Any) -> list[Finding]:  # noqa: ANN401
    """Parcels in the extents whose drawn area is not the registered one.

    Notes
    -----
    Two outlines of one parcel may differ by the tolerance, each being off by half of it; half the tolerance along the
    whole outline is the largest difference of areas that drawing explains.
    """
    if parcels.registered is None:
        return []
    registered, whole = parcels.registered[rows], parcels.geometry[rows]
    drawn = areas_of(whole, crs)
    limit = round_half_up(shapely.length(whole) * tolerance_m / 2.0, 2)
    off = round_half_up(drawn - registered, 2)
    findings = [
        Finding(
            "area-differs", "parcels", str(parcels.key[rows[each]]), whole[each], float(off[each]), float(limit[each]),
            "m²", f"{drawn[each]:.2f} − {registered[each]:.2f}",
        )
        for each in np.flatnonzero(np.abs(off) > limit)
    ]  # fmt: skip
    blank = int(np.isnan(registered).sum())
    return findings + [Finding("registered-blank", "parcels", "*", None, float(blank))] * bool(blank)


def about_extents(extents: gpd.GeoDataFrame, areas: Floats, *, tolerance_m: float) -> list[Finding]:
    """Extents that overlap, and areas that are not those of the drawing."""
    shapes = np.asarray(extents.geometry.array, dtype=object)
    keys = extents["extent_id"].to_numpy(dtype=object)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    shared = shapely.intersection(shapes[one], shapes[other])
    wide = np.flatnonzero(~np.isfinite(widths(shared, limit_m=tolerance_m)))
    area = areas_of(shared[wide], extents.crs)
    findings = [
        Finding(
            "extents-overlap",
            "extents",
            str(keys[one[pair]]),
            shared[pair],
            size,
            unit="m²",
            note=str(keys[other[pair]]),
        )
        for pair, size in zip(wide.tolist(), area.tolist(), strict=True)
    ]
    off = round_half_up(extents["area_m2"].to_numpy(dtype="float64") - areas, 2)
    return findings + [
        Finding("extent-area-differs", "extents", str(keys[row]), shapes[row], float(off[row]), unit="m²")
        for row in np.flatnonzero(np.abs(off) > 0.0)
    ]


def about_classes(layer: str, keys: Iterable[str], codes: NDArray[np.object_], places: Shapes) -> list[Finding]:
    """Codes that no table knows, and a layer in which two generations are mixed."""
    table = load_land_classes()
    unmatched = np.array([each is None for each in table.find_all(codes)], dtype=bool)
    unknown = np.flatnonzero(unmatched & (codes != "").astype(bool))
    names = list(keys)
    findings = [
        Finding("class-unknown", layer, str(names[row]), places[row], note=str(codes[row])) for row in unknown.tolist()
    ]
    old = sum(bool(_OLD.fullmatch(str(code))) for code in codes)
    new = sum(bool(_NEW.fullmatch(str(code))) for code in codes)
    return findings + [Finding("class-generations-mixed", layer, "*", None, float(old), float(new))] * bool(old and new)
