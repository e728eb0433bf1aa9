"""Layers as groups of drawable features: one group for each category, in lon/lat, light enough for a browser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import shapely

from riverline.maps.clock import clock_columns, clock_marks
from riverline.maps.lightening import NEVER_PACKED
from riverline.maps.packing import pack
from riverline.maps.ribbons import along_banks, beside_ribbons, rate_classes
from riverline.maps.texts import Texts, texts_of
from riverline.maps.tiling import cut_tiles, standing_in
from riverline.style import NEUTRALS, THEMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd

    from riverline.maps.packing import Packed
    from riverline.schema import Language
    from riverline.style import Layer, Symbol, Theme

__all__ = ["Group", "blank", "groups_of", "to_features"]

_PACKED_FROM = 2_000
"""Features of a layer from which it is packed, on a page that packs."""
_DECIMALS = 7

Kind = Literal["point", "line", "area"]
Figures = Mapping[str, dict[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The features of one category of one theme.

    Attributes
    ----------
    layer
        Name of the layer that the features are from.
    heading, label
        Titles of the theme and of the category.
    symbol, kind, order
        How it is drawn, as what (of several kinds, the lowest), and above what.
    count
        Number of features.
    features
        GeoJSON features in lon/lat; ``properties.t`` numbers the popup's texts, ``properties.h`` its bands' categories.
        Empty for a halo, which borrows them from the groups of its layer's main theme.
    fields, tip, find, texts
        Labels of the popup's rows, which of them make the tooltip, which a search looks through (and 1 beside those
        that say what a feature belongs to), and the texts that features point to.
    halo
        Number of the category in its theme for a halo, -1 for a group of a main theme.
    figures
        What popups draw beside their rows; ``properties.f`` of a feature numbers them.
    scale
        Between which sizes of a pixel it is drawn, metres (above, up to); empty for all.
    packed, marks
        Its features for a canvas of our own, in place of ``features``; what the numbers beside their texts are.
    kinds
        All that its features are, from areas to points, where it is more than one.
    """

    layer: str
    heading: str
    label: str
    symbol: Symbol
    kind: Kind
    order: int
    count: int
    features: list[dict[str, Any]]
    fields: tuple[str, ...] = ()
    tip: tuple[int, ...] = ()
    find: tuple[tuple[int, int], ...] = ()
    texts: tuple[str, ...] = ()
    halo: int = -1
    figures: tuple[dict[str, Any], ...] = ()
    scale: tuple[float, ...] = ()
    packed: Packed | None = None
    marks: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()


def groups_of(
    layers: Sequence[Layer],
    *,
    language: Language,
    names: Mapping[str, str],
    figures: Mapping[str, Figures] | None = None,
    own: Mapping[str, Theme] | None = None,
    packs: bool = False,
    tiled: frozenset[str] = frozenset(),
) -> tuple[Group, ...]:
    """Groups of all layers, in legend order.

    Parameters
    ----------
    layers
        Layers in lon/lat, one for each schema.
    language
        Language of every text.
    names
        River names by code.
    figures
        What popups draw beside their rows: name of the layer to the feature's code to its figure.
    own
        Themes that layers are drawn by in place of theirs, by the layer's name.
    packs
        Whether layers of 2,000 features and more are packed.
    tiled
        Names of layers that are packed whatever their number, with their shapes in tiles.

    Returns
    -------
    tuple of Group
        Rows without geometry are in no group.
    """
    found: list[Group] = []
    layers, own = along_banks(layers), own or {}
    for theme in (*own.values(), *THEMES, *NEUTRALS):
        for layer in layers:
            mine = layer.themes
            if theme in ((own[layer.name],) if layer.name in own else mine):
                drawn = replace(layer, frame=layer.frame[~blank(layer.frame)].reset_index(drop=True))
                if theme.halo:
                    found += _halos(drawn, theme, language)
                elif layer.name == "rates":
                    found += _rates(drawn, theme, language, names)
                else:
                    found += _groups(
                        drawn, theme, language, names, figures or {}, packs=packs, tiles=layer.name in tiled
                    )
    if any(group.layer == "rates" for group in found):
        found = [beside_ribbons(group) for group in found]
    # Layers that are drawn in one way share a heading, the last of the legend.
    return tuple(sorted(found, key=lambda group: not group.heading))


def _rates(layer: Layer, theme: Theme, language: Language, names: Mapping[str, str]) -> Iterator[Group]:
    """Ribbons by rate and certainty, and transects that nothing is known of."""
    plain, rest = replace(theme, column=""), np.ones(len(layer.frame), dtype=bool)
    for heading, label, symbol, rows in rate_classes(layer.frame, language):
        rest[rows] = False
        drawn = replace(layer, frame=layer.frame.iloc[rows].reset_index(drop=True))
        for group in _groups(drawn, plain, language, names, {}):
            yield replace(group, heading=heading, label=label, symbol=symbol)
    unknown = replace(layer, frame=layer.frame[rest].reset_index(drop=True))
    for group in _groups(unknown, theme, language, names, {}):
        yield replace(group, symbol=replace(group.symbol, shown=False))


def blank(frame: gpd.GeoDataFrame) -> np.ndarray:
    """Which rows have nothing to draw, (n,) of bool."""
    geometry = frame.geometry.to_numpy()
    return np.asarray(shapely.is_missing(geometry) | shapely.is_empty(geometry))


def _groups(
    layer: Layer,
    theme: Theme,
    language: Language,
    names: Mapping[str, str],
    figures: Mapping[str, Figures],
    *,
    packs: bool = False,
    tiles: bool = False,
) -> Iterator[Group]:
    texts = texts_of(layer, language=language, names=names)
    halo = _halo_bits(layer)
    packed_layer = packs and len(layer.frame) >= _PACKED_FROM and layer.name not in NEVER_PACKED
    for value, rows in _categories(layer.frame, theme):
        pool, numbers = _pool(texts, rows)
        geometry = layer.frame.geometry.to_numpy()[rows]
        own, which = _number_figures(layer, rows, figures.get(layer.name, {}))
        made = partial(_group, layer, theme, value, geometry, texts, pool, language, figures=own)
        if tiles or packed_layer:
            columns = clock_columns(layer.frame.iloc[rows]) | ({"f": which} if own else {})
            columns |= {"h": halo[rows]} if halo[rows].any() else {}
            packed = _packed(geometry, np.column_stack([numbers, *columns.values()]), tiles=tiles)
            yield made(packed=packed, marks=tuple(columns))
            continue
        marks = clock_marks(layer.frame.iloc[rows])
        properties = [
            {"t": each.tolist(), "h": [at for at in range(int(h).bit_length()) if int(h) >> at & 1]}
            | mark
            | ({"f": int(figure) - 1} if figure else {})
            for each, h, mark, figure in zip(numbers, halo[rows], marks, which, strict=True)
        ]
        yield made(features=to_features(geometry, properties))


def _packed(geometry: np.ndarray, numbers: np.ndarray, *, tiles: bool) -> Packed:
    cut = cut_tiles(geometry) if tiles and "point" not in _kinds(geometry) else ()
    return replace(pack(standing_in(geometry), numbers), tiles=cut) if cut else pack(geometry, numbers)


def _group(  # noqa: PLR0913 - what a group is made of
    layer: Layer,
    theme: Theme,
    value: Any,  # noqa: ANN401 - whatever a cell holds
    geometry: np.ndarray,
    texts: Texts,
    pool: tuple[str, ...],
    language: Language,
    *,
    features: list[dict[str, Any]] | None = None,
    figures: tuple[dict[str, Any], ...] = (),
    packed: Packed | None = None,
    marks: tuple[str, ...] = (),
) -> Group:
    kinds = _kinds(geometry)
    return Group(
        layer=layer.name,
        heading=theme.title(language) if theme.column else "",
        label=theme.label(value, language) or layer.label(language),
        symbol=theme.symbol(value),
        kind=kinds[-1],
        order=theme.order,
        count=len(geometry),
        features=features or [],
        fields=texts.fields,
        tip=texts.tip,
        find=texts.find,
        texts=pool,
        figures=figures,
        packed=packed,
        marks=marks,
        kinds=kinds if len(kinds) > 1 else (),
    )


def _number_figures(layer: Layer, rows: np.ndarray, figures: Figures) -> tuple[tuple[dict[str, Any], ...], np.ndarray]:
    """The figures of a group's features, and which each has, (n,): the first is 1, none is 0."""
    numbers = np.zeros(len(rows), dtype="int64")
    if not figures or layer.schema is None:
        return (), numbers
    codes = layer.frame[layer.schema.key].astype("str").to_numpy()[rows]
    there = np.flatnonzero(np.isin(codes, list(figures)))
    unique, places = np.unique(codes[there].astype("str"), return_inverse=True)
    numbers[there] = places + 1
    return tuple(figures[code] for code in unique), numbers


def _halos(layer: Layer, theme: Theme, language: Language) -> Iterator[Group]:
    if theme.column not in layer.frame:
        return
    first = _numbers_of(layer)[theme.column]
    # A band around points is a ring, and the legend shows it as one; among problems a few may be areas.
    pointed = layer.frame.geom_type.dropna().isin(["Point", "MultiPoint"])
    kind: Kind = "point" if 2 * pointed.sum() >= len(pointed) else "line"
    for number, (value, symbol) in enumerate(theme.symbols, first):
        count = int((layer.frame[theme.column] == value).sum())
        if count:
            label = theme.label(value, language)
            heading = theme.title(language)
            yield Group(layer.name, heading, label, symbol, kind, theme.order, count, [], halo=number)


def _halo_bits(layer: Layer) -> np.ndarray:
    """Which bands are around each feature when they are shown, (n,) with a bit for each number.

    One of each theme, but for those left out by another.
    """
    bits, alone = np.zeros(len(layer.frame), dtype="int64"), np.zeros(len(layer.frame), dtype=bool)
    firsts = _numbers_of(layer)
    for theme in [each for each in layer.themes if each.halo and each.column in firsts]:
        known = {
            value: (1 << at, symbol.shown) for at, (value, symbol) in enumerate(theme.symbols, firsts[theme.column])
        }
        codes, values = pd.factorize(layer.frame[theme.column])
        own = [known.get(value, (0, False)) for value in values]
        # What has no value is the last.
        bit, shown = (
            np.array([*each, 0], dtype="int64")[codes] for each in (zip(*own, strict=True) if own else ((), ()))
        )
        bit[alone & shown.astype(bool)] = 0
        bits |= bit
        alone |= (bit > 0) & shown.astype(bool) & theme.alone
    return bits


def _numbers_of(layer: Layer) -> dict[str, int]:
    """Number of the first category of each halo of a layer; of a column that the frame need not have none."""
    halos = [theme for theme in layer.themes if theme.halo and theme.column in layer.frame]
    ends = np.cumsum([0, *(len(theme.symbols) for theme in halos)])
    return {theme.column: int(at) for theme, at in zip(halos, ends, strict=False)}


def _categories(frame: gpd.GeoDataFrame, theme: Theme) -> Iterator[tuple[Any, np.ndarray]]:
    if not theme.column or not len(frame):
        yield from [(None, np.arange(len(frame)))] * bool(len(frame))
        return
    values = frame[theme.column]
    rank = {value: i for i, (value, _) in enumerate(theme.symbols)}
    present = sorted(values.dropna().unique(), key=lambda value: (rank.get(value, len(rank)), str(value)))
    yield from ((value, np.flatnonzero((values == value).fillna(value=False))) for value in present)
    if values.isna().any():
        yield None, np.flatnonzero(values.isna())


def _pool(texts: Texts, rows: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
    # Each text once for a group: citations repeat in hundreds of features.
    chosen = texts.cells[rows]
    numbers, pool = pd.factorize(chosen.ravel(), sort=True)
    return tuple(str(text) for text in pool), numbers.reshape(chosen.shape)


def _kinds(geometry: np.ndarray) -> tuple[Kind, ...]:
    """What shapes are, areas first; those of a collection are what its parts are."""
    collections = shapely.get_type_id(geometry) == shapely.GeometryType.GEOMETRYCOLLECTION
    whole = [geometry[~collections], shapely.get_parts(geometry[collections])]
    there = {dimension for each in whole for dimension in np.unique(shapely.get_dimensions(each)).tolist()}
    kinds: tuple[Kind, ...] = ("point", "line", "area")
    return tuple(kinds[each] for each in (2, 1, 0) if each in there) or ("point",)


def to_features(geometry: np.ndarray, properties: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """GeoJSON features with 7 decimals (1 cm), heights dropped.

    Parameters
    ----------
    geometry
        (n,) geometries in lon/lat.
    properties
        n dictionaries.
    """
    flat = shapely.transform(shapely.force_2d(geometry), lambda xy: np.round(xy, _DECIMALS))
    shapes = json.loads(f"[{','.join(shapely.to_geojson(flat))}]")
    return [
        {"type": "Feature", "geometry": shape, "properties": row} for shape, row in zip(shapes, properties, strict=True)
    ]
