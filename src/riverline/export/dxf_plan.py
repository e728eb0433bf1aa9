"""What a drawing will hold, entity by entity, before any of it is written: layers, places, texts, extended data."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from riverline._kernels.lines.chainage import cut_many
from riverline.export.drawings import DrawingLayer
from riverline.export.placards import placards_of
from riverline.io.sheet_cells import clean_text
from riverline.style import LETTERING
from riverline.style.lettering import lettered, names_told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.export.drawings import Drawing
    from riverline.export.placards import Placards
    from riverline.schema import Language
    from riverline.style import Layer, Symbol

__all__ = ["Kind", "Planned", "beside", "plan", "strange_signs", "unknown_signs"]

Kind = Literal["LWPOLYLINE", "HATCH", "POINT", "TEXT"]

_LONGEST = 255
_SHOWN = 10
# What a program takes for a control code: %%d, \U+6CB3, ^J.
_CODES = ((re.compile(r"%(?=%)|(?<=%)%"), "％"), (re.compile(r"\\(?=[UuMm]\+)"), "＼"), (re.compile(r"\^"), "＾"))
_NOT_IN_NAMES = re.compile(r'[<>/\\":;?*|=,`\x00-\x1f]+')
_TOKEN = re.compile(r"\{(\w+)\}")
# Stakes are written to the millimetre, lines as they are.
_ON_LINE_M, _SHORTEST_M = 0.05, 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """One entity.

    Attributes
    ----------
    kind, layer, symbol, color
        What it is, where, and how it is drawn; a colour of 0 is the symbol's.
    rings
        Its places, east and north, (k, 2) each: one but for hatches.
    closed, height, text, below, side
        Of polylines, of points and of texts: whether one hangs below its place, and on which side of a mark there it
        stands, 1 right and -1 left of it; 0 where there is no mark.
    schema, key, part, ring
        The row that it is from, and which of its parts and rings.
    xdata
        Strings for the preset's application.
    """

    kind: Kind
    layer: str
    symbol: Symbol
    color: int
    rings: tuple[NDArray[np.float64], ...]
    schema: str
    key: str
    xdata: tuple[str, ...]
    part: int = 0
    ring: int = 0
    closed: bool = False
    height: float = 0.0
    text: str = ""
    below: bool = False
    side: int = 0


def beside(planned: Sequence[Planned], gap_m: float) -> list[Planned]:
    """The entities with texts that stand on a mark moved beside it, so that it covers no sign of theirs."""
    return [dataclasses.replace(each, rings=(each.rings[0] + [each.side * gap_m, 0.0],)) if each.side else each
            for each in planned]  # fmt: skip


def plan(layers: Sequence[tuple[Layer, gpd.GeoDataFrame]], drawing: Drawing, *, language: Language) -> list[Planned]:
    """The entities of a drawing, in the order of the layers: areas first, then lines, points and texts.

    Parameters
    ----------
    layers
        Layers and their rows, all in one plane.
    drawing
        The preset.
    language
        Of the names of layers that it does not speak of.
    """
    found: list[Planned] = []
    told = names_told([layer for layer, _ in layers])
    for layer, rows in layers:
        texts = placards_of(layer, rows, language=language)
        left = np.ones(len(rows), dtype=bool)
        for entry in drawing.layers:
            if layer.schema is None or entry.schema_name != layer.schema.name:
                continue
            chosen = _chosen(rows, entry)
            left &= ~chosen
            chosen &= ~_held(rows, layers, entry.unless)
            parted = _parted(rows, np.flatnonzero(chosen), _points_of(layers, entry.between))
            found += _entities(layer, rows, parted, texts, entry, drawing)
        if drawing.others and left.any():
            whole = _parted(rows, np.flatnonzero(left), None)
            found += _entities(layer, rows, whole, texts, None, drawing, label=layer.label(language))
            if drawing.texts:
                entry, named = _lettering(layer, texts, language), left & lettered(layer, rows, told)
                found += _entities(layer, rows, _parted(rows, np.flatnonzero(named), None), texts, entry, drawing)
    order = {"HATCH": 0, "LWPOLYLINE": 1, "POINT": 2, "TEXT": 3}
    return sorted((each for each in found if each.text or each.kind != "TEXT"), key=lambda each: order[each.kind])


def _lettering(layer: Layer, texts: Placards, language: Language) -> DrawingLayer:
    """What writes the names of a layer's features on a layer of their own."""
    wanted = LETTERING[layer.name].columns if layer.name in LETTERING else ()
    filled = [name for name, cells in zip(texts.columns, texts.cells, strict=True) if name in wanted and any(cells)]
    title = _layer_name(layer.label(language), "注记" if language == "zh" else "text")
    text = f"{{{min(filled, key=wanted.index)}}}" if filled else ""
    return DrawingLayer.model_validate({"schema": layer.name, "name": title, "draw": "text", "text": text})


def strange_signs(planned: Sequence[Planned]) -> list[tuple[str, str]]:
    """Layers whose texts have signs that GBK does not know, and which."""
    used: dict[str, set[str]] = {}
    first: dict[str, str] = {}
    for each in planned:
        text = "".join((each.layer, each.key, each.text, *each.xdata))
        strange = unknown_signs(text, "gbk")
        if strange:
            used.setdefault(each.layer, set()).update(strange)
            first.setdefault(each.layer, each.key)
    problems = []
    for name, signs in used.items():
        listed = "、".join(sorted(signs)[:_SHOWN])
        zh = (
            f"图层 {name} 有 GBK 没有的字：{listed}（{first[name]} 起）；请先与资料方商定代用字，或改用 GeoPackage、KMZ"
        )
        en = f"layer {name} has signs that GBK does not know: {listed} (from {first[name]}); agree on other signs "
        problems.append((zh, f"{en}first, or take GeoPackage or KMZ"))
    return problems


def unknown_signs(text: str, encoding: str) -> list[str]:
    """The signs of a text that an encoding does not know.

    Examples
    --------
    >>> unknown_signs("㳇河", "gbk")
    ['㳇']
    """
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return sorted({sign for sign in text if sign.encode(encoding, "ignore") == b""})
    return []


def _chosen(rows: gpd.GeoDataFrame, entry: DrawingLayer) -> NDArray[np.bool_]:
    chosen = np.ones(len(rows), dtype=bool)
    for column, values in entry.where.items():
        chosen &= rows[column].astype("str").isin(values).to_numpy() if column in rows else False
    return chosen


def _held(rows: gpd.GeoDataFrame, layers: Sequence[tuple[Layer, gpd.GeoDataFrame]], schema: str) -> NDArray[np.bool_]:
    """Rows of rivers whose lines another layer of the drawing holds: no line is drawn twice."""
    others = [other["river_id"] for layer, other in layers if layer.name == schema and "river_id" in other]
    if not schema or not others or "river_id" not in rows:
        return np.zeros(len(rows), dtype=bool)
    return rows["river_id"].isin(set().union(*others)).to_numpy(dtype=bool)


def _points_of(layers: Sequence[tuple[Layer, gpd.GeoDataFrame]], schema: str) -> shapely.STRtree | None:
    """The points of a layer of the drawing, if it is there."""
    there = [rows.geometry.to_numpy() for layer, rows in layers if schema and layer.name == schema]
    points = np.concatenate([np.zeros(0, dtype=object), *there])
    points = points[shapely.get_type_id(points) == shapely.GeometryType.POINT]
    return shapely.STRtree(points) if len(points) else None


def _parted(rows: gpd.GeoDataFrame, chosen: NDArray[np.intp], points: shapely.STRtree | None) -> list[tuple[int, Any]]:
    """Rows with their shapes; lines parted where points stand on them."""
    shapes = rows.geometry.to_numpy()
    there = [int(row) for row in chosen if shapes[row] is not None and not shapes[row].is_empty]
    if points is None:
        return [(row, shapes[row]) for row in there]
    return [(row, part) for row in there for part in _between(shapes[row], points)]


def _between(shape: Any, points: shapely.STRtree) -> list[Any]:  # noqa: ANN401
    if shapely.get_dimensions(shape) != 1:
        return [shape]
    parts: list[Any] = []
    for line in shapely.get_parts(shape):
        near = points.geometries[points.query(line, predicate="dwithin", distance=_ON_LINE_M)]
        at, corners = np.unique(shapely.line_locate_point(line, near)), _xy(line)
        ends = np.concatenate([[0.0], at, [line.length]])
        if line.is_closed and len(at):
            # A ring begins anywhere: from its first point it goes on over its own beginning.
            ends, corners = np.append(at, at[0] + line.length), np.vstack([corners, corners[1:]])
        long = np.diff(ends) > _SHORTEST_M
        parts += cut_many(corners, ends[:-1][long], ends[1:][long]).tolist()
    return parts


def _entities(
    layer: Layer,
    rows: gpd.GeoDataFrame,
    chosen: Sequence[tuple[int, Any]],
    texts: Placards,
    entry: DrawingLayer | None,
    drawing: Drawing,
    *,
    label: str = "",
) -> Iterator[Planned]:
    theme = layer.themes[0]
    told = theme.column in rows and bool(theme.column)
    values = rows[theme.column].tolist() if told else [None] * len(rows)
    keys = _keys(layer, rows, texts)
    sides = _outer_sides(rows) if entry and entry.draw == "text" else np.zeros(len(rows), dtype=int)
    # A code of the receiver's program is the preset's or none: a blank one would be wrong, and that of a fault is ours.
    asked = any("{code}" in each for each in drawing.xdata)
    coded = layer.name != "faults" and bool((entry and entry.code) or not asked)
    for row, shape in chosen:
        name = entry.name if entry else _layer_name(label, theme.label(values[row]) if told else "")
        words = {column: cells[row] for column, cells in zip(texts.columns, texts.cells, strict=True)}
        # The element code is the preset's alone, whatever a column of the data is called.
        words |= {"key": keys[row], "name": texts.names[row], "code": entry.code if entry else ""}
        common: dict[str, Any] = {
            "layer": name, "symbol": theme.symbol(values[row]), "color": entry.color if entry else 0,
            "schema": _cad(layer.name), "key": _cad(keys[row]),
            "xdata": tuple(_filled(each, words) for each in drawing.xdata) if drawing.application and coded else (),
        }  # fmt: skip
        yield from _drawn(shape, entry, words, common, int(sides[row]))


def _drawn(
    shape: Any, entry: DrawingLayer | None, words: Mapping[str, str], common: Mapping[str, Any], side: int = 0  # noqa: ANN401
) -> Iterator[Planned]:  # fmt: skip
    draw = entry.draw if entry else "shape"
    if entry and draw == "text":
        at = _middle(shape)
        more = {
            "north": f"{at.y:.3f}",
            "east": f"{at.x:.3f}",
            "length": f"{shape.length:.2f}",
            "area": f"{shape.area:.2f}",
        }
        yield Planned("TEXT", rings=(_xy(at),), text=_filled(entry.text, {**words, **more}), below=entry.below,
                      side=side, **common)  # fmt: skip
        return
    for part, each in enumerate(shapely.get_parts(shape)):
        rings = _rings(each)
        if draw == "hatch" and shapely.get_dimensions(each) == 2:  # noqa: PLR2004 - an area
            yield Planned("HATCH", rings=tuple(ring[:-1] for ring in rings), part=part, **common)
        elif shapely.get_dimensions(each) == 0:
            height = float(each.z) if each.has_z else 0.0
            yield Planned("POINT", rings=(_xy(each),), part=part, height=height, **common)
        elif draw == "corners":
            corners = np.vstack([ring[:-1] if _closed(ring) else ring for ring in rings])
            yield from (Planned("POINT", rings=(at[None],), part=part, **common) for at in corners)
        else:
            for number, ring in enumerate(rings):
                closed = _closed(ring)
                body = ring[:-1] if closed else ring
                yield Planned("LWPOLYLINE", rings=(body,), part=part, ring=number, closed=closed, **common)


def _outer_sides(rows: gpd.GeoDataFrame) -> NDArray[np.int_]:
    """On which side of points texts stand: away from the nearest point of the other bank; 0 for what is no point."""
    shapes = rows.geometry.to_numpy()
    x = shapely.get_x(shapes)
    sides = np.where(np.isnan(x), 0, 1)
    if not {"river_id", "bank"} <= set(rows):
        return sides
    for at in rows.groupby("river_id").indices.values():
        there = at[sides[at] != 0]
        banks = [there[(rows["bank"].iloc[there] == bank).to_numpy(dtype=bool)] for bank in ("left", "right")]
        if all(map(len, banks)):
            for own, other in (banks, banks[::-1]):
                facing = other[shapely.STRtree(shapes[other]).nearest(shapes[own])]
                sides[own] = np.where(x[own] < x[facing], -1, 1)
    return sides


def _rings(shape: Any) -> list[NDArray[np.float64]]:  # noqa: ANN401 - a geometry of one part
    if shapely.get_type_id(shape) == shapely.GeometryType.POLYGON:
        return [_xy(ring) for ring in (shape.exterior, *shape.interiors)]
    return [_xy(shape)]


def _xy(shape: Any) -> NDArray[np.float64]:  # noqa: ANN401
    return np.asarray(shapely.get_coordinates(shape), dtype=float)


def _closed(ring: NDArray[np.float64]) -> bool:
    return len(ring) > 2 and bool((ring[0] == ring[-1]).all())  # noqa: PLR2004 - a there-and-back is none


def _middle(shape: Any) -> Any:  # noqa: ANN401
    if shapely.get_dimensions(shape) == 1:
        longest = max(shapely.get_parts(shape), key=shapely.length)
        return shapely.line_interpolate_point(longest, 0.5, normalized=True)
    return shapely.point_on_surface(shape)


def _keys(layer: Layer, rows: gpd.GeoDataFrame, texts: Placards) -> list[str]:
    if layer.schema is not None and layer.schema.key in rows:
        return [clean_text(str(each)) for each in rows[layer.schema.key]]
    return [name or str(row + 1) for row, name in enumerate(texts.names)]


def _layer_name(label: str, category: str) -> str:
    whole = f"{label}-{category}" if category else label
    return _NOT_IN_NAMES.sub("_", _cad(whole)).strip() or "0"


def _filled(template: str, words: Mapping[str, str]) -> str:
    """A template with the words in its braces; what there is no word for is empty."""
    return _cad(_TOKEN.sub(lambda token: words.get(token[1], ""), template))


def _cad(text: str) -> str:
    """A text on one line of at most 255 bytes that no program takes for a code."""
    plain = clean_text(text).replace("\n", " ").replace("\u2028", " ").replace("\u2029", " ").replace("�", "?")
    for code, full in _CODES:
        plain = code.sub(full, plain)
    if len(plain) * 2 <= _LONGEST:
        return plain
    while len(plain.encode("gbk", "replace")) > _LONGEST:
        plain = plain[:-1]
    return plain
