"""From windows to patches: pixels labelled and summed up window by window, outlines joined across the seams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import ndimage

from riverline._kernels.grids.covers import GROUND, UNSEEN, VEGETATION, WATER
from riverline._kernels.grids.patches import Seams, label_patches, near, near_at, open_sides, sums_of
from riverline._kernels.grids.shores import hits_at
from riverline.encroachment.change.pixels import LEVEL, Examined, Search, examine
from riverline.encroachment.change.reading import box_of
from riverline.encroachment.change.waterlines import Waterlines
from riverline.io.scenes import Reason, to_plane
from riverline.io.scenes.places import cut_transform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from riverline.encroachment.change.inputs import Ground
    from riverline.encroachment.change.pixels import Moves
    from riverline.encroachment.change.reading import Stack
    from riverline.io.scenes import Window

    Flags = NDArray[np.bool_]

__all__ = ["Patches", "find_patches", "tiles_of"]


FEW_PIXELS = 8_192
"""Pixels of a window for each patch from which on patches are cut out of it before they are traced."""


@dataclass(frozen=True, slots=True, eq=False)
class Patches:
    """Patches of changed pixels.

    Attributes
    ----------
    frame
        One row a patch with its outline and ``pixels``, ``sides``, of these ``wet_sides``, ``rim_sides`` (on water of
        any reference), ``green_sides`` and ``cut_sides`` (on what the water level explains), ``bright``, ``shore`` and
        ``edge`` (by land, by water of any reference), ``level`` (explained by the water level: all of them or none),
        ``doubtful``, ``made_…`` for each transition, ``hit_…``, ``agreeing_…``, ``shown_…``, ``fall_…`` and ``rise_…``
        (the waterline around it) for each pair, and sums of ``seen_…``, ``water_…``, ``vegetation_…``, ``ground_…``,
        ``reason…_…`` and each index for each day.
    water_px
        Pixels of water on the earliest reference.
    windows
        How many windows were read.
    """

    frame: gpd.GeoDataFrame
    water_px: int
    windows: int


def tiles_of(ground: Ground, tree: shapely.STRtree, side: int) -> Iterator[Window]:
    """Windows that meet an extent, row by row from left to right."""
    rows, columns = ground.grid.shape
    for row in range(0, rows, side):
        for column in range(0, columns, side):
            window = (slice(row, min(row + side, rows)), slice(column, min(column + side, columns)))
            if len(tree.query(box_of(ground.grid, window), predicate="intersects")):
                yield window


def find_patches(stack: Stack, ground: Ground, search: Search, *, window_px: int) -> Patches:
    """All patches of the extents; the same whatever the size of the windows."""
    seams, tree = Seams(ground.grid.shape[1]), shapely.STRtree(ground.shapes)
    sums: list[pd.DataFrame] = []
    outlines: list[NDArray[np.object_]] = []
    owners: list[NDArray[np.int64]] = []
    shores = Waterlines(ground.grid, search)
    count = water = windows = 0
    for window in tiles_of(ground, tree, window_px):
        windows += 1
        wide, core = _widened(window, search.halo, ground.grid.shape)
        inside = _inside(ground, tree, wide)
        read = [stack.read(day, wide) for day in range(len(search.days))]
        found, wet, moves = examine([part[0] for part in read], [part[1] for part in read], inside, search)
        water += wet
        shores.add(moves, window, core, inside.shape[1])
        if found is None:
            continue
        group = found.group[core]
        labels, here = label_patches(group)
        if not here:
            continue
        seams.add(labels, group, count, row=window[0].start, column=window[1].start)
        sums.append(_sums(labels, here, found, core, [part[1] for part in read], search, moves))
        shapes, values = _outlines(labels, here, cut_transform(ground.grid.transform, window[0].start, window[1].start))
        outlines.append(shapes)
        owners.append(values + count - 1)
        count += here
    part, patches = seams.patches(count)
    frame = _joined(sums, outlines, owners, part, patches, search, ground.grid.crs)
    return Patches(shores.around(frame), water, windows)


def _widened(window: Window, halo: int, shape: tuple[int, int]) -> tuple[Window, Window]:
    """The window with its surroundings, and where in them it lies."""
    wide = tuple(
        slice(max(side.start - halo, 0), min(side.stop + halo, size)) for side, size in zip(window, shape, strict=True)
    )
    core = tuple(
        slice(side.start - outer.start, side.stop - outer.start) for side, outer in zip(window, wide, strict=True)
    )
    return (wide[0], wide[1]), (core[0], core[1])


def _inside(ground: Ground, tree: shapely.STRtree, window: Window) -> Flags:
    """Pixels of a window whose middle lies in an extent."""
    from rasterio import features

    rows, columns = window
    shape = (rows.stop - rows.start, columns.stop - columns.start)
    box = box_of(ground.grid, window)
    local = shapely.intersection(ground.shapes[np.sort(tree.query(box))], box)
    local = local[(shapely.get_dimensions(local) == 2) & ~shapely.is_empty(local)]  # noqa: PLR2004 - areas
    if any(shapely.area(local) >= shapely.area(box) * (1.0 - 1e-12)):
        return np.ones(shape, dtype=bool)
    if not len(local):
        return np.zeros(shape, dtype=bool)
    transform = cut_transform(ground.grid.transform, rows.start, columns.start)
    return np.asarray(features.geometry_mask(list(local), shape, transform, invert=True))


def _sums(
    labels: NDArray[np.int32],
    count: int,
    found: Examined,
    core: Window,
    reason: list[NDArray[np.uint8]],
    search: Search,
    moves: list[Moves],
) -> pd.DataFrame:
    """What adds up over the pixels of each patch of a window; columns as in :class:`Patches`."""
    row, column = np.divmod(found.places, found.group.shape[1])
    kept = (row >= core[0].start) & (row < core[0].stop) & (column >= core[1].start) & (column < core[1].stop)
    at = found.places[kept]
    inner = row[kept] - core[0].start, column[kept] - core[1].start
    of = labels[inner]

    def total(values: NDArray[Any]) -> NDArray[np.float64]:
        return sums_of(of, count, values)

    columns = {"pixels": total(np.ones(len(at), dtype="uint8")), "bright": total(found.bright[kept])}
    columns["doubtful"] = total(found.doubtful.reshape(-1)[at])
    columns["level"] = total(found.group.reshape(-1)[at] == LEVEL)
    group, reference = _framed(found.group, core), found.state[search.earliest]
    # Water came as high as on any of the references before anything changed.
    references = sorted({pair.reference for pair in search.pairs})
    wet = np.logical_or.reduce([found.state[day] == WATER for day in references])
    beside = {"wet_sides": reference == WATER, "rim_sides": wet, "cut_sides": found.explained,
              "green_sides": near(found.state[search.grown] == VEGETATION, 1)}  # fmt: skip
    for name, flags in beside.items():
        columns["sides"], columns[name] = open_sides(inner, of, count, group, _framed(flags, core))
    land = (reference != WATER) & (reference != UNSEEN)
    for name, flags in {"shore": land, "edge": wet}.items():
        columns[name] = total(near_at(flags, at, search.rules.stage.shore_px))
    for place, transition in enumerate(search.transitions):
        columns[f"made_{transition.id}"] = total(found.code[kept] == place)
    for number, pair_moves in enumerate(moves):
        for name, (places, passed) in zip(("fell", "rose"), pair_moves, strict=True):
            columns[f"{name}_{number}"] = total(hits_at(at, places[passed]))
        for name in ("hit", "agreeing", "shown"):
            columns[f"{name}_{number}"] = total(getattr(found, name)[number][kept])
    return pd.DataFrame(columns | _by_day(at, found, reason, total))


def _by_day(
    at: NDArray[np.intp],
    found: Examined,
    reason: list[NDArray[np.uint8]],
    total: Callable[[NDArray[Any]], NDArray[np.float64]],
) -> dict[str, NDArray[np.float64]]:
    """What each day shows of the patches."""
    columns = {}
    for day, states in enumerate(found.state):
        state, why = states.reshape(-1)[at], reason[day].reshape(-1)[at]
        columns[f"seen_{day}"] = total(state > 0)
        for name, value in (("water", WATER), ("vegetation", VEGETATION), ("ground", GROUND)):
            columns[f"{name}_{day}"] = total(state == value)
        for value in Reason:
            columns[f"reason{value.value}_{day}"] = total(why == value)
        for name, values in found.indices[day].items():
            columns[f"{name}_{day}"] = total(np.where(state > 0, values.reshape(-1)[at], 0.0))
    return columns


def _framed(flags: NDArray[Any], core: Window) -> NDArray[Any]:
    """The middle of a window with one pixel around it; beyond the images there is nothing."""
    padded = np.pad(flags, 1)
    return padded[core[0].start : core[0].stop + 2, core[1].start : core[1].stop + 2]


def _outlines(
    labels: NDArray[np.int32],
    count: int,
    transform: Any,  # noqa: ANN401 - an Affine
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Outlines of the patches along pixel sides, and their labels; one that touches itself by corners has several."""
    from rasterio import features

    canvas, up, left = labels, np.zeros(count + 1), np.zeros(count + 1)
    if count * FEW_PIXELS < labels.size:
        canvas, up, left = _packed(labels, ndimage.find_objects(labels))
    found = list(features.shapes(canvas, mask=canvas > 0, connectivity=4))
    owners = np.array([value for _, value in found], dtype="int64")
    sizes = [[len(ring) for ring in shape["coordinates"]] for shape, _ in found]
    places = np.array([place for shape, _ in found for ring in shape["coordinates"] for place in ring]).reshape(-1, 2)
    rings = np.array([size for each in sizes for size in each], dtype="int64")
    of = np.repeat(np.arange(len(found)), [len(each) for each in sizes])
    label = np.repeat(owners[of], rings)
    x, y = to_plane(transform, places[:, 0] + left[label], places[:, 1] + up[label])
    lines = shapely.linearrings(np.column_stack([x, y]), indices=np.repeat(np.arange(len(rings)), rings))
    return np.asarray(shapely.polygons(lines, indices=of), dtype="object"), owners


def _packed(
    labels: NDArray[np.int32], boxes: list[Window]
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
    """Few patches of a large window cut out of it and put side by side, a line between; how far each was moved."""
    sizes = np.array([[side.stop - side.start for side in box] for box in boxes])
    width = int(max(np.sqrt((sizes + 1).prod(axis=1).sum()), sizes[:, 1].max() + 1))
    order = np.argsort(-sizes[:, 0], kind="stable")
    at, row, column, height = np.zeros_like(sizes), 0, 0, 0
    for number in order:
        if column + sizes[number, 1] > width:
            row, column, height = row + height + 1, 0, 0
        at[number] = row, column
        column, height = column + int(sizes[number, 1]) + 1, max(height, int(sizes[number, 0]))
    canvas = np.zeros((row + height + 1, width), dtype="int32")
    for number, box in enumerate(boxes):
        (top, left), (rows, columns) = at[number], sizes[number]
        part = canvas[top : top + rows, left : left + columns]
        np.copyto(part, labels[box], where=labels[box] == number + 1)
    starts = np.array([[side.start for side in box] for box in boxes])
    up, aside = np.concatenate([[[0, 0]], starts - at]).T.astype("float64")
    return canvas, up, aside


def _joined(
    sums: list[pd.DataFrame],
    outlines: list[NDArray[np.object_]],
    owners: list[NDArray[np.int64]],
    part: NDArray[np.int64],
    patches: int,
    search: Search,
    crs: Any,  # noqa: ANN401 - a CRS
) -> gpd.GeoDataFrame:
    """One row a patch: sums of its parts, outline without the seams; small ones are left out."""
    if not patches:
        return gpd.GeoDataFrame({"pixels": []}, geometry=gpd.GeoSeries([], crs=crs), crs=crs)
    table = pd.concat(sums, ignore_index=True).groupby(part).sum()
    shapes = gpd.GeoSeries(np.concatenate(outlines), crs=crs)
    patch = part[np.concatenate(owners)]
    kept = (table["pixels"] >= search.rules.minimum.pixels).to_numpy()
    shapes, patch = shapes[kept[patch]], patch[kept[patch]]
    united = shapes.groupby(patch).agg(lambda pieces: _without_seams(np.asarray(pieces.array, dtype="object")))
    frame = gpd.GeoDataFrame(table[kept], geometry=gpd.GeoSeries(united, crs=crs), crs=crs)
    places = frame.geometry.bounds
    return frame.iloc[np.lexsort((places["minx"], places["maxy"]))].reset_index(drop=True)


def _without_seams(pieces: NDArray[np.object_]) -> shapely.Geometry:
    """One shape of pieces; vertices only where its outline turns, beginning at one of them."""
    united = shapely.union_all(pieces) if len(pieces) > 1 else pieces[0]
    return shapely.normalize(shapely.simplify(shapely.normalize(united), 0.0))
