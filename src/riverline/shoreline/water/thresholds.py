"""The threshold between water and land: chosen by name or given as a number, and reported with how well it parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from riverline._kernels.grids.mixtures import ONE_KIND, Mixture, mixture_of
from riverline._kernels.grids.thresholds import Split, multi_otsu, otsu, split_at
from riverline.errors import SchemaError
from riverline.shoreline.water.histogram import COARSE, Histogram
from riverline.shoreline.water.indices import compute_index

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from riverline.shoreline.water.indices import Index
    from riverline.shoreline.water.looking import Strip, View

__all__ = ["METHODS", "Method", "Threshold", "find_threshold", "require_threshold", "surface", "threshold_of_nothing"]

Method = Literal["edge", "half", "zero", "otsu", "multi_otsu", "local"]
METHODS: tuple[str, ...] = ("edge", "half", "zero", "otsu", "multi_otsu", "local")

SEED = "seed"
"""What the method is called where the index's own zero had to do."""

BLOCK = 16
"""Side of the blocks whose mixture of water and land tells where the edge is, pixels; strips hold whole blocks."""

TILE = 256
"""Side of the tiles of a local threshold, pixels."""

INFRARED = {"swir1": 0.11, "nir": 0.22}
"""Reflectance that water does not have, by band, the better first. In the short-wave infrared what makes a pixel over
water surely cloud in Fmask (Zhu & Woodcock 2012); in the near infrared twice what Fmask takes for clear water,
since muddy water is brighter: our own choice."""

APART = 1.0
"""Pixels beyond which lines follow another edge than the water's; up to there it may be ``edge`` that is off."""

_NEAR = ("half", "edge")
_EVERY = 4
_SAMPLED = 300_000
_MIXED = (0.05, 0.95)
_ENOUGH = 256
_LOCAL_SEPARABILITY = 0.75
_LOCAL_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Threshold:
    """The threshold that was used.

    Attributes
    ----------
    index, method
        Index and way the threshold was found; ``given`` for a number; ``seed`` where the way that was asked for had
        nothing to go by (no block of both water and land, one class only), and the index's own zero had to do.
    value
        Above is water. NaN where no pixel could be used; of a local threshold, the one of the whole scene.
    separability
        Variance between water and land in that of all pixels that were looked at, 0 to 1.
    spread
        How far the threshold may be off: half the range that parts water and land nearly as well (99 %, less
        where the classes overlap: 91 % at a separability of 0.53), and with
        ``edge`` its distance from the index of ground that is half water and half land, which the edge lies at where
        bands mix by area; the root of the sum of both squares.
    water, land
        Means of the two classes.
    water_share
        Share of water in the pixels that were looked at, 0 to 1.
    pixels
        Pixels that were looked at: all that can be used, or with ``half`` and ``edge`` those around the water's edge.
    holds_water
        Whether the upper class is water at all, by the index's ``driest``; a number that is given is trusted.
    tiles
        Of a local threshold, its value at the middle of each tile; else of shape (0, 0).
    lead
        Rows by which the first row of tiles is short: images stored from south to north have their tiles counted from
        the last row.
    bright_share
        Share of the water that is brighter in the infrared than water can be, 0 to 1; NaN where the index has no
        infrared, or numbers are no reflectance.
    infrared_ratio
        Mean infrared of the water in that of the land; NaN where the index has none, or there is no land.
    apart_px
        How far lines lie from those of ``edge``, pixels, the mean: the ground whose index is between the two thresholds
        in the blocks that hold an edge, by the side of a block. Of a number that is given it is not asked.
    mixture
        Two kinds of ground in the water, one dark in the infrared and one as bright as land, if it is so.
    """

    index: str
    method: str
    value: float
    separability: float
    spread: float
    water: float
    land: float
    water_share: float
    pixels: int
    holds_water: bool
    tiles: NDArray[np.float32] = field(repr=False)
    lead: int = field(default=0, repr=False)
    bright_share: float = float("nan")
    infrared_ratio: float = float("nan")
    apart_px: float = 0.0
    mixture: Mixture = ONE_KIND


def require_threshold(threshold: object) -> None:
    """Raise unless it is a number or the name of a method.

    Raises
    ------
    SchemaError
        With what may be said.
    """
    number = isinstance(threshold, int | float) and not isinstance(threshold, bool) and np.isfinite(threshold)
    if number or threshold in METHODS:
        return
    said = ", ".join(METHODS)
    raise SchemaError(
        f"threshold={threshold!r} 不认识；可用：{said}，或一个数值", f"threshold={threshold!r}: say {said}, or a number"
    )


def find_threshold(view: View, index: Index, threshold: Method | float, strips: Iterable[Strip]) -> Threshold:
    """The threshold of a scene.

    Parameters
    ----------
    view
        What is looked at.
    index
        The index of the strips' values.
    threshold
        Method or number.
    strips
        Once through the scene.
    """
    infrared = next((role for role in INFRARED if role in index.roles), "")
    everything, around = Histogram(bands=2 if infrared else 0), Histogram(bands=len(index.roles))
    tiles = _tile_counts(view) if threshold == "local" else None
    near = threshold in _NEAR
    pairs, sparse = _Pairs(), (slice(None, None, _sparse(view)),) * 2
    for strip in strips:
        values, usable, bands = _southward(strip, upward=view.upward)
        thin = slice(None, None, _EVERY if near else 1)  # of all pixels a part will do where the edge decides
        shown = usable[thin]
        dark = bands[index.roles.index(infrared), thin][shown] if infrared else None
        if infrared:
            pairs.add(values[sparse], bands[index.roles.index(infrared)][sparse], usable[sparse])
        everything.add(values[thin][shown], None if dark is None else np.stack([dark > INFRARED[infrared], dark]))
        if isinstance(threshold, str):
            chosen = _around_edge(values, usable, index.seed)
            around.add(values[chosen], bands[:, chosen])
        if tiles is not None:
            _count_tiles(tiles, strip, index, view)
    looked = around if near and around.counts.sum() >= _ENOUGH else everything
    value, method = _value(looked, index, threshold, seeded=looked is around)
    if np.isnan(value):
        return threshold_of_nothing(index, threshold)
    split = split_at(looked.counts, looked.centres, value)
    if isinstance(threshold, str) and view.scene.reflectance and split.lower > index.seed:
        # Both classes are water: what parts them is no bank.
        value, method = index.seed, SEED
        split = split_at(looked.counts, looked.centres, value)
    spread = split.spread
    if threshold == "edge" and looked is around:
        spread = float(np.hypot(spread, value - _half(looked, index, value)))
    return Threshold(
        index.name, method, value, split.separability, spread,
        split.upper, split.lower, split.share, int(looked.counts.sum()),
        holds_water=_holds_water(split, index, threshold),
        tiles=np.zeros((0, 0), dtype="float32") if tiles is None else _local(tiles, index, value, upward=view.upward),
        lead=tiles.shape[0] * TILE - view.shape[0] if tiles is not None and view.upward else 0,
        apart_px=_apart(around, index, value) if isinstance(threshold, str) and threshold != "edge" else 0.0,
        mixture=pairs.mixture(value),
        **_darkness(everything, value, reflectance=view.scene.reflectance),
    )  # fmt: skip


def _southward(strip: Strip, *, upward: bool) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.float32]]:
    """Values, usable pixels and bands of a strip, rows from north to south."""
    order = slice(None, None, -1 if upward else 1)
    return strip.field[order], strip.reason[order] == 0, strip.bands[:, order]


def _darkness(histogram: Histogram, value: float, *, reflectance: bool) -> dict[str, float]:
    """How dark in the infrared that is which a threshold makes water: see :class:`Threshold`."""
    if not len(histogram.sums):
        return {}
    bright, water = histogram.means_above(value)
    land = histogram.means_above(value, below=True)[1]
    return {
        "bright_share": float(bright) if reflectance else float("nan"),
        "infrared_ratio": float(water / land) if land > 0.0 else float("nan"),
    }


def threshold_of_nothing(index: Index, threshold: Method | float) -> Threshold:
    """The threshold where nothing could be seen."""
    method, nothing = (threshold if isinstance(threshold, str) else "given"), float("nan")
    return Threshold(index.name, method, nothing, 0.0, nothing, nothing, nothing, 0.0, 0, holds_water=False,
                     tiles=np.zeros((0, 0), dtype="float32"))  # fmt: skip


def _value(histogram: Histogram, index: Index, threshold: Method | float, *, seeded: bool) -> tuple[float, str]:
    """The threshold, and the way by which it was found in the end."""
    if not isinstance(threshold, str):
        return (float(threshold) if histogram.counts.any() else float("nan")), "given"
    if not histogram.counts.any():
        return float("nan"), threshold
    if threshold == "zero":
        return 0.0, threshold
    if threshold in _NEAR and not seeded:
        return index.seed, SEED
    if threshold == "multi_otsu":
        found = multi_otsu(*histogram.coarse())[1]
    else:
        found = otsu(histogram.counts, histogram.centres)
    if not np.isfinite(found):
        return index.seed, SEED
    return (_half(histogram, index, found) if threshold == "half" else found), threshold


class _Pairs:
    """Index and infrared of pixels here and there, as many as tell how the water's infrared is spread."""

    def __init__(self) -> None:
        self.index: list[NDArray[np.float32]] = []
        self.infrared: list[NDArray[np.float32]] = []

    def add(self, index: NDArray[np.float32], infrared: NDArray[np.float32], usable: NDArray[np.bool_]) -> None:
        self.index.append(index[usable])
        self.infrared.append(infrared[usable])

    def mixture(self, value: float) -> Mixture:
        """What a threshold makes of them."""
        if not self.index:
            return ONE_KIND
        index = np.concatenate(self.index)
        return mixture_of(index, np.concatenate(self.infrared), index > value)


def _sparse(view: View) -> int:
    """Every how many pixels one is taken: a power of two up to the side of a block, so that strips are of no matter."""
    wanted = float(np.sqrt(view.shape[0] * view.shape[1] / _SAMPLED))
    return int(2 ** min(max(np.ceil(np.log2(max(wanted, 1.0))), 0.0), np.log2(BLOCK)))


def _apart(around: Histogram, index: Index, value: float) -> float:
    """How far lines lie from those that part the blocks with an edge best, pixels; 0 where there are too few."""
    if around.counts.sum() < _ENOUGH:
        return 0.0
    low, high = sorted((_value(around, index, "edge", seeded=True)[0], value))
    between = around.counts[(around.centres > low) & (around.centres <= high)].sum()
    return float(BLOCK * between / around.counts.sum())


def _half(histogram: Histogram, index: Index, parting: float) -> float:
    """The index of ground that is half water and half land: bands mix by area, their ratio does not."""
    water, land = histogram.means_above(parting), histogram.means_above(parting, below=True)
    middle = dict(zip(index.roles, ((water + land) / 2).astype("float32"), strict=True))
    found = float(compute_index(index.formula, middle))
    return found if np.isfinite(found) else parting


def _holds_water(split: Split, index: Index, threshold: Method | float) -> bool:
    if split.share <= 0.0:
        return False
    return not isinstance(threshold, str) or bool(split.upper >= index.driest)


def _around_edge(values: NDArray[np.float32], usable: NDArray[np.bool_], seed: float) -> NDArray[np.bool_]:
    """Usable pixels of blocks that hold both water and land at the seed; blocks keep to the grid, not to the strip."""
    rows, columns = (size // BLOCK * BLOCK for size in values.shape)
    shape = (rows // BLOCK, BLOCK, columns // BLOCK, BLOCK)
    seen = usable[:rows, :columns]
    wet = (seen & (values[:rows, :columns] > seed)).reshape(shape).sum(axis=(1, 3), dtype="int32")
    count = seen.reshape(shape).sum(axis=(1, 3), dtype="int32")
    mixed = (wet > _MIXED[0] * count) & (wet < _MIXED[1] * count)
    chosen = np.zeros(values.shape, dtype="bool")
    chosen[:rows, :columns] = np.repeat(np.repeat(mixed, BLOCK, axis=0), BLOCK, axis=1) & seen
    return chosen


def _tile_counts(view: View) -> NDArray[np.int64]:
    down, across = (-(-size // TILE) for size in view.shape)
    return np.zeros((down, across, COARSE), dtype="int64")


def _count_tiles(tiles: NDArray[np.int64], strip: Strip, index: Index, view: View) -> None:
    low, high = index.range
    usable = strip.reason == 0
    row, column = np.nonzero(usable)
    row = view.shape[0] - 1 - row - strip.row if view.upward else row + strip.row
    places = (strip.field[usable] - low) * np.float32(COARSE / (high - low))
    cell = np.clip(places.astype("int64"), 0, COARSE - 1)
    tile = (row // TILE) * tiles.shape[1] + column // TILE
    tiles += np.bincount(tile * COARSE + cell, minlength=tiles.size).reshape(tiles.shape)


def _local(tiles: NDArray[np.int64], index: Index, scene: float, *, upward: bool) -> NDArray[np.float32]:
    """A threshold for each tile from itself and its neighbours; the scene's where they do not hold both classes.

    Tiles are counted from the north, and come back in the order of the image's rows.
    """
    low, high = index.range
    centres = low + (np.arange(COARSE) + 0.5) * (high - low) / COARSE
    padded = np.pad(tiles, ((1, 1), (1, 1), (0, 0)))
    down, across = tiles.shape[:2]
    near = sum(padded[i : i + down, j : j + across] for i in range(3) for j in range(3))
    found = np.full((down, across), scene, dtype="float32")
    for place in np.ndindex(down, across):
        counts: Any = near[place]  # type: ignore[index]  # a sum of arrays
        if counts.sum() < _ENOUGH:
            continue
        split = split_at(counts, centres, otsu(counts, centres))
        both = min(split.share, 1.0 - split.share) >= _LOCAL_SHARE and split.separability >= _LOCAL_SEPARABILITY
        if both and split.upper >= index.driest:
            found[place] = split.value
    return found[::-1] if upward else found


def surface(threshold: Threshold, rows: slice, columns: int) -> NDArray[np.float32] | np.float32:
    """The threshold of every pixel of some rows: one number, or interpolated between the middles of tiles."""
    if not threshold.tiles.size:
        return np.float32(threshold.value)
    from scipy.ndimage import map_coordinates

    row = (np.arange(rows.start, rows.stop) + threshold.lead + 0.5) / TILE - 0.5
    column = (np.arange(columns) + 0.5) / TILE - 0.5
    places = np.meshgrid(row, column, indexing="ij")
    return np.asarray(map_coordinates(threshold.tiles, places, order=1, mode="nearest", output="float32"))
