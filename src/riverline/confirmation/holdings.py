"""Holdings: the titles of an extent cut by land class, administrative area and bank."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from riverline._kernels.areas.bank_faces import bank_faces
from riverline._kernels.areas.cutting import cross, cut
from riverline._kernels.areas.partition import HAIR_M, fine_grid, mean_width, part
from riverline.confirmation.titles import joined, with_cracks
from riverline.demarcation.findings import Finding

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.confirmation.inputs import Inputs
    from riverline.confirmation.titles import Titles

    Shapes = NDArray[np.object_]
    Texts = NDArray[np.object_]

__all__ = ["Cover", "Shares", "banks_of", "cover_of", "shares_of"]

# What gaps and overlaps of a layer are called.
_CODES = {"land_classes": ("class-missing", "classes-overlap"), "admin": ("admin-missing", "areas-overlap")}


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """An extent parted by another layer: areas, the text that each bears, rows of the layer that reach in, findings."""

    geometry: Shapes
    label: Texts
    used: NDArray[np.intp]
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """What an extent falls apart into: areas, row of the title part of each, land class, administrative area, bank."""

    geometry: Shapes
    title: NDArray[np.intp]
    land_class: Texts
    admin: Texts
    bank: Texts


def cover_of(
    extent_id: str, region: shapely.Geometry, layer: gpd.GeoDataFrame, *, name: str, label: str, tolerance_m: float
) -> Cover:
    """Part an extent by a layer that ought to cover it once.

    Parameters
    ----------
    extent_id, region
        The extent.
    layer
        Its rows, sorted by key.
    name, label
        Name of the layer, and of the column whose text matters.
    tolerance_m
        Gaps and overlaps narrower than this are slivers.

    Returns
    -------
    Cover
        Where rows overlap the texts of all stand, in gaps none; both are findings.
    """
    rows, pieces = cut(np.asarray(layer.geometry.array, dtype=object), region)
    parts, width = with_cracks(part(pieces, region), region, tolerance_m=tolerance_m)
    texts = layer[label].fillna("").str.strip().to_numpy(dtype=object)
    keys = layer.iloc[:, 0].to_numpy(dtype=object)
    members = [rows[list(each)] for each in parts.members]
    labels = np.array([joined(texts[each]) if len(each) != 1 else texts[each[0]] for each in members], dtype=object)
    odd = np.flatnonzero([len(each) != 1 for each in members])
    missing, overlap = _CODES[name]
    findings = []
    for row, thin in zip(odd.tolist(), width[odd].tolist(), strict=True):
        names, place = [str(key) for key in keys[members[row]]], parts.geometry[row]
        if np.isfinite(thin):
            code, first = ("sliver-overlap", names[0]) if names else ("sliver-gap", extent_id)
            findings.append(Finding(code, name, first, place, thin, tolerance_m, "m", "; ".join(names[1:])))
        elif names:
            area = float(shapely.area(place))
            findings.append(Finding(overlap, name, names[0], place, area, unit="m²", note="; ".join(names[1:])))
        else:
            findings.append(Finding(missing, "extents", extent_id, place, float(shapely.area(place)), unit="m²"))
    return Cover(parts.geometry, labels, rows, findings)


def shares_of(titles: Titles, inputs: Inputs, covers: dict[str, Cover], sides: Cover | None) -> Shares:
    """Cut the titles of an extent by the layers that are there.

    Parameters
    ----------
    titles
        The extent parted by titles.
    inputs
        Parcels, for their own land class where there is no survey.
    covers
        ``land_classes`` and ``admin``, as far as given.
    sides
        The extent parted by bank, if it has an axis.

    Returns
    -------
    Shares
        One for each title, class, area and bank.
    """
    geometry, title = titles.geometry, np.arange(len(titles.geometry))
    labels: dict[str, Texts] = {}
    for name, cover in {**covers, **({} if sides is None else {"bank": sides})}.items():
        first, second, geometry = cross(geometry, cover.geometry)
        title = title[first]
        labels = {known: texts[first] for known, texts in labels.items()} | {name: cover.label[second]}
    blank = np.full(len(title), "", dtype=object)
    land = labels.get("land_classes")
    if land is None:
        own = [joined(inputs.parcels.land_class[list(members)]) for members in titles.members]
        land = np.array(own, dtype=object)[title] if own else blank
    shares = Shares(geometry, title, land, labels.get("admin", blank), labels.get("bank", blank))
    return _gathered(_without_hairs(shares)) if labels else shares


def _without_hairs(shares: Shares) -> Shares:
    """Shares that were drawn: outlines of two layers that agree but for rounding leave hairs between them.

    A title that nothing but hairs is left of keeps them: every parcel ends in a holding.
    """
    wide = mean_width(shares.geometry) >= HAIR_M
    kept = wide | ~np.isin(shares.title, shares.title[wide])
    return Shares(
        shares.geometry[kept], shares.title[kept], shares.land_class[kept], shares.admin[kept], shares.bank[kept]
    )


def _gathered(shares: Shares) -> Shares:
    """Areas that agree in everything as one."""
    keys = pd.DataFrame({"t": shares.title, "c": shares.land_class, "a": shares.admin, "b": shares.bank})
    group = keys.groupby(["t", "c", "a", "b"], sort=False).ngroup().to_numpy()
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.append(True, np.diff(group[order]) != 0)) if len(order) else order
    firsts = order[starts]
    geometry = shares.geometry[firsts]
    size = np.diff(np.append(starts, len(order)))
    for row in np.flatnonzero(size > 1):
        rows = order[starts[row] : starts[row] + size[row]]
        whole = shapely.union_all(shares.geometry[rows], grid_size=fine_grid(geometry[row]))
        geometry[row] = geometry[row] if shapely.is_empty(whole) else whole
    return Shares(geometry, shares.title[firsts], shares.land_class[firsts], shares.admin[firsts], shares.bank[firsts])


def banks_of(region: shapely.Geometry, line: shapely.LineString) -> Cover:
    """An extent parted along its axis."""
    faces, right = bank_faces(region, shapely.get_coordinates(line))
    return Cover(faces, np.where(right, "right", "left").astype(object), np.empty(0, dtype=np.intp))
