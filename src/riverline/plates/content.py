"""What a sheet shows: layers in one plane, cut to a window, parted into marks by the style table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.errors import SchemaError
from riverline.faults import found as told_of
from riverline.geodesy import align, is_metric, to_metric
from riverline.schema import EXTENTS, FAULTS, HOLDINGS, MATCH_LINES, PLATES, ZONES
from riverline.style import NEUTRALS, THEMES, in_language

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    import pyproj

    from riverline.plates.planning import Frame
    from riverline.schema import Language
    from riverline.style import Layer, Symbol, Theme

__all__ = [
    "Bounds",
    "Mark",
    "apart",
    "bounds_of",
    "cut",
    "drawable",
    "marks_of",
    "no_sheet",
    "nothing_drawn",
    "require_marks",
    "undrawn",
]

Bounds = tuple[float, float, float, float]
Kind = Literal["point", "line", "area"]
_GROUND = frozenset({EXTENTS.name, HOLDINGS.name})
"""What is drawn as outlines where zones are."""
_APART_M = 20_000.0


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """The features of one category that a sheet draws alike.

    Attributes
    ----------
    layer, heading, label
        Name of the layer, titles of the theme and of the category.
    symbol, kind, order, halo
        How it is drawn, as what, above what, and whether as a band around features.
    geometry
        (n,) geometries in the plane of the sheet.
    """

    layer: str
    heading: str
    label: str
    symbol: Symbol
    kind: Kind
    order: int
    halo: bool
    geometry: np.ndarray


def drawable(
    layers: Sequence[Layer], language: Language, *, crs: object = None
) -> tuple[tuple[Layer, ...], pyproj.CRS]:
    """The layers that sheets are drawn from, and the plane that they are drawn in.

    Parameters
    ----------
    layers
        What was given. Faults inside results are left out: they are no part of a sheet that is stamped. A frame of
        faults that is given by itself is drawn.
    language
        Of sentences in them.
    crs
        The plane, where one is asked for.

    Returns
    -------
    tuple
        Layers of one schema together, and the CRS: the one asked for, else that of the first layer in metres, else
        the zone of the first.

    Raises
    ------
    SchemaError
        If there is no layer that lies anywhere, or no row of theirs does.
    CRSError
        If a layer has no CRS, or one that cannot be changed safely.
    """
    kept = [layer for layer in layers if layer.spatial and (layer.name != FAULTS.name or layer.run is None)]
    if not kept:
        raise SchemaError(
            "没有可以绘制的图层；请给出划界成果、界桩或其他图层",
            "there is no layer to draw; give a demarcation, stakes or other layers",
        )
    if any(len(layer.frame) for layer in kept) and not any(_drawn(layer.frame).any() for layer in kept):
        raise SchemaError(
            "图层中没有一个图形可绘：均为空，或坐标不是有限数（NaN、无穷大）；请检查数据",
            "no feature of the layers can be drawn: all are empty, or their coordinates are no finite numbers",
        )
    plane = _plane(kept, crs)
    merged: dict[str, list[Layer]] = {}
    for layer in in_language(kept, language):
        frame = align(layer.frame, plane, layer=layer.called)
        frame = frame if frame.geometry.name == "geometry" else frame.rename_geometry("geometry")
        merged.setdefault(layer.name, []).append(replace(layer, frame=frame[_drawn(frame)]))
    return tuple(
        same[0] if len(same) == 1 else replace(same[0], frame=pd.concat([each.frame for each in same]))
        for same in merged.values()
    ), plane


def undrawn(layers: Sequence[Layer], plane: pyproj.CRS) -> list[gpd.GeoDataFrame]:
    """Rows that no sheet can show, since they have no geometry or one with coordinates that are no numbers, as faults.

    Parameters
    ----------
    layers
        As they were given. Faults inside results are no part of sheets.
    plane
        The CRS of the sheets.
    """
    told = []
    for layer in layers:
        if not layer.spatial or (layer.name == FAULTS.name and layer.run is not None):
            continue
        off = ~_drawn(layer.frame)
        if off.any():
            key = layer.schema.key if layer.schema is not None else ""
            ids = layer.frame.get(key, layer.frame.index)
            told.append(told_of("plate-row-undrawn", layer=layer.called, feature_id=[str(each) for each in ids[off]],
                              geometry=[None] * int(off.sum()), crs=plane))  # fmt: skip
    return told


def apart(layers: Sequence[Layer], plane: pyproj.CRS) -> list[gpd.GeoDataFrame]:
    """Layers that lie 20 km or more from those before them, as faults: a sheet that holds both shows neither.

    Parameters
    ----------
    layers
        Layers of one plane.
    plane
        Its CRS.
    """
    told = []
    known: list[tuple[shapely.Geometry, str]] = []
    for layer in (each for each in layers if len(each.frame)):
        box = shapely.box(*layer.frame.total_bounds)
        gaps = [shapely.distance(box, other) for other, _ in known]
        if gaps and min(gaps) >= _APART_M:
            note, value = known[int(np.argmin(gaps))][1], round(min(gaps) / 1000.0, 1)
            told.append(told_of("plate-layer-apart", layer=layer.called, feature_id=["*"], note=note, value=value,
                              limit=_APART_M / 1000.0, unit="km", geometry=[box], crs=plane))  # fmt: skip
        known.append((box, layer.called))
    return told


def require_marks(layers: Sequence[Layer], parts: Sequence[Layer], language: Language) -> None:
    """Raise where a sheet would be blank: layers without rows, none of them in the window, or only what maps hide."""
    if not any(len(layer.frame) for layer in layers):
        raise nothing_drawn()
    names = ", ".join(layer.called for layer in layers)
    if not parts:
        raise SchemaError(
            f"所取范围内没有要素：{names}；请检查 within= 的范围和各图层的坐标系",
            f"nothing lies in the part that is to be drawn: {names}; check within= and the CRS of the layers",
        )
    if not marks_of(parts, language):
        raise SchemaError(
            f"图上没有可绘的内容：{names} 的要素按图式都不上图（如横断面、提示级质检问题）；请一并给出其他图层",
            f"nothing would be on the sheet: features of {names} are such as sheets leave out, such as transects and "
            "notes of checks; give other layers too",
        )


def no_sheet(layers: Sequence[Layer], by: str) -> SchemaError:
    """What is raised where layers give no sheet."""
    full = [layer for layer in layers if len(layer.frame)]
    if not full:
        return nothing_drawn()
    names = ", ".join(layer.called for layer in full)
    if by == "admin":
        return SchemaError(
            f"没有可绘的图幅：各行政区内都没有 {names} 的要素；请检查各图层的坐标系和范围",
            f"there is no sheet to draw: no administrative unit holds anything of {names}; check the CRS of the layers",
        )
    return SchemaError(
        f"没有可绘的图幅：{names} 的图形长度或面积为零；请检查数据",
        f"there is no sheet to draw: the features of {names} have no length or area; check the data",
    )


def nothing_drawn() -> SchemaError:
    """What is raised where layers have no rows."""
    return SchemaError(
        "没有可绘的要素：各图层都没有一行；请检查数据或筛选条件",
        "there is nothing to draw: the layers have no rows; check the data, or what chose them",
    )


def _plane(layers: Sequence[Layer], crs: object) -> pyproj.CRS:
    full = [layer for layer in layers if len(layer.frame)] or list(layers)
    first = None if crs is not None else next((layer.frame for layer in full if is_metric(layer.frame)), None)
    given = to_metric(full[0].frame, crs=crs, layer=full[0].called) if first is None else first
    return given.crs  # type: ignore[return-value]  # no CRS to pandas


def _drawn(frame: gpd.GeoDataFrame) -> np.ndarray:
    geometry = frame.geometry.to_numpy()
    return np.isfinite(shapely.bounds(geometry)).all(axis=1)


def bounds_of(layers: Sequence[Layer]) -> Bounds | None:
    """The box around everything but layers in the background; None where there is nothing."""
    main = [layer for layer in layers if layer.schema is not None] or list(layers)
    boxes = [layer.frame.total_bounds for layer in main if len(layer.frame)]
    if not boxes:
        return None
    low, high = np.min(boxes, axis=0)[:2], np.max(boxes, axis=0)[2:]
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def cut(layers: Sequence[Layer], window: Bounds, *, margin_m: float) -> tuple[Layer, ...]:
    """Layers with what lies in a window, areas and lines cut a little outside it, rows in the order of their shape."""
    wide = (window[0] - margin_m, window[1] - margin_m, window[2] + margin_m, window[3] + margin_m)
    found = []
    for layer in layers:
        rows = np.sort(layer.frame.sindex.query(shapely.box(*window), predicate="intersects"))
        frame = layer.frame.iloc[rows]
        geometry = frame.geometry.to_numpy()
        inside = shapely.within(geometry, shapely.box(*wide))
        shapes = np.where(inside, geometry, shapely.clip_by_rect(geometry, *wide))
        if not len(rows):
            continue
        part = gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=list(shapes), crs=layer.frame.crs)
        found.append(replace(layer, frame=_ordered(part[_drawn(part)])))
    return tuple(found)


def _ordered(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows in an order that does not hang on that of the input."""
    order: Any = np.argsort(frame.geometry.to_wkb(hex=True).to_numpy(dtype=str), kind="stable") if len(frame) else []
    return frame.iloc[order].reset_index(drop=True)


def marks_of(layers: Sequence[Layer], language: Language) -> tuple[Mark, ...]:
    """What to draw of layers, in the order of the legend.

    Parameters
    ----------
    layers
        Layers of one plane, one of each schema.
    language
        Of headings and labels.
    """
    found: list[Mark] = []
    for theme in (*THEMES, *NEUTRALS):
        for layer in layers:
            if theme in layer.themes and len(layer.frame):
                found += _marks(layer, theme, language)
    found = [_outlined(mark) if mark.layer == FAULTS.name and mark.kind == "area" else mark for mark in found]
    if any(mark.layer == ZONES.name for mark in found):
        # Fills over or under those of zones would make each of them another colour than in the legend.
        found = [_outlined(mark) if mark.layer in _GROUND else mark for mark in found]
    # What is drawn in one way shares a heading, the last of the legend.
    return tuple(sorted(found, key=lambda mark: not mark.heading))


def _outlined(mark: Mark) -> Mark:
    return replace(mark, symbol=replace(mark.symbol, fill="", fill_opacity=0.0))


def _marks(layer: Layer, theme: Theme, language: Language) -> Iterator[Mark]:
    title = layer.label(language)
    for value, rows in _categories(layer.frame, theme):
        symbol = theme.symbol(value)
        # Bands that a map shows when asked, and what it hides at first, have no place on paper.
        if not symbol.shown or (theme.halo and value is None):
            continue
        geometry = layer.frame.geometry.to_numpy()[rows]
        label = theme.label(value, language) or title
        heading = theme.title(language) if theme.column else ""
        yield Mark(layer.name, heading, label, symbol, _kind(geometry), theme.order, theme.halo, geometry)


def _categories(frame: gpd.GeoDataFrame, theme: Theme) -> Iterator[tuple[Any, np.ndarray]]:
    """Values of a theme's column and the rows of each: those of the schema in its order, then others."""
    if not theme.column:
        yield "", np.arange(len(frame))
        return
    if theme.column not in frame:
        if not theme.halo:
            yield None, np.arange(len(frame))
        return
    values = frame[theme.column].astype("object").where(frame[theme.column].notna(), None).to_numpy()
    known = [value for value, _ in theme.symbols]
    others = sorted({value for value in values if value is not None and value not in known}, key=str)
    for value in [*known, *([] if theme.halo else others)]:
        rows = np.flatnonzero(values == value)
        if len(rows):
            yield value, rows
    blank = np.array([value is None for value in values], dtype=bool)
    if blank.any() and not theme.halo:
        yield None, np.flatnonzero(blank)


def _kind(geometry: np.ndarray) -> Kind:
    kinds: tuple[Kind, ...] = ("point", "line", "area")
    return kinds[max(int(shapely.get_dimensions(geometry).min()), 0)]


def index_frame(rows: dict[str, list[Any]], bounds: Sequence[Bounds], crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Rows of :data:`riverline.schema.PLATES` from columns and windows."""
    shapes = [shapely.box(*box) for box in bounds]
    return PLATES.conform(gpd.GeoDataFrame(rows, geometry=gpd.GeoSeries(shapes, crs=crs), crs=crs))


def match_frame(frames: Sequence[Frame], crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Rows of :data:`riverline.schema.MATCH_LINES`: for each sheet the lines at which others go on."""
    rows = [(frame.number, *match) for frame in frames for match in frame.matches]
    numbers, joins, lines = zip(*rows, strict=True) if rows else ((), (), ())
    about = {"match_id": [f"{one}>{other}" for one, other in zip(numbers, joins, strict=True)],
             "number": list(numbers), "joins": list(joins)}  # fmt: skip
    return MATCH_LINES.conform(gpd.GeoDataFrame(about, geometry=gpd.GeoSeries(list(lines), crs=crs), crs=crs))
