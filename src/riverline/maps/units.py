"""What each map of a batch is about: every row of every layer with the river, county or chief that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.channel.given import finite
from riverline.errors import Hint, JobError, RiverlineError
from riverline.geodesy import align
from riverline.io.notes import few
from riverline.maps.groups import blank
from riverline.maps.lightening import CRS
from riverline.maps.people import one_person
from riverline.maps.texts import river_names
from riverline.schema import FAULTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from riverline.schema import Language
    from riverline.style import Layer

    Objects = NDArray[np.object_]
    Floats = NDArray[np.float64]

__all__ = ["COLUMNS", "REST", "By", "Unit", "drawable", "part"]

By = Literal["river", "county", "chief"]

COLUMNS: dict[By, str] = {"river": "river_id", "county": "admin", "chief": "chief"}
"""Column that says what a row belongs to."""
REST = ""
"""Unit of the rows that belong to none."""
_REST = {
    "zh": {"river": "未填写河流", "county": "未填写行政区", "chief": "未填写河长"},
    "en": {"river": "No river given", "county": "No administrative unit given", "chief": "No chief given"},
}
_AROUND = 0.05
"""How far around a unit its surroundings are shown, of its larger side; at least this many degrees."""
_LEAST_AROUND = 0.002


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """One map of a batch.

    Attributes
    ----------
    code
        What its rows have in the column, empty for those that have nothing.
    title
        What it is called: the river's name, else the code.
    own
        Its rows of each layer that has some.
    around
        Rows of other layers that lie where it lies.
    shapes, near
        Shapes in lon/lat of each of its own layers and of those around, None for a table.
    """

    code: str
    title: str
    own: tuple[Layer, ...]
    around: tuple[Layer, ...]
    shapes: tuple[Objects | None, ...] = ()
    near: tuple[Objects | None, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Sorted:
    """A layer, the unit of each of its rows (None: wherever it lies), and their shapes in lon/lat if it has any."""

    layer: Layer
    unit: Objects
    shapes: Objects | None = None


def part(layers: Sequence[Layer], *, by: By, language: Language) -> tuple[tuple[Unit, ...], dict[str, int]]:
    """Layers parted by what their rows belong to.

    Parameters
    ----------
    layers
        What was collected.
    by
        ``river``: column ``river_id``. ``county``: column ``admin``, of whatever level its units are. ``chief``: column
        ``chief``.
    language
        Language of the title of those that belong to none.

    Returns
    -------
    tuple
        Units in the order of their codes, rows that belong to none last, and by layer the number of rows that are on no
        map. A layer without the column takes it from the layer whose key it has, such as the chief of its river's
        axis; what names a key that no row has, such as the lines of a lake, which has no axis, belongs to none. A fault
        is with its feature. Any other layer is shown wherever it lies near a unit.

    Raises
    ------
    JobError
        If no layer has the column.
    CRSError
        If a layer has no CRS or cannot be reprojected safely.
    """
    column = COLUMNS[by]
    sorted_ = _sort(layers, column)
    names = river_names(layers) if by == "river" else {}
    codes = sorted({code for each in sorted_ for code in each.unit if code is not None}, key=lambda c: (c == REST, c))
    if not any(column in each.layer.frame for each in sorted_):
        raise _unparted(layers, by)
    placed = [replace(each, shapes=_shapes(each)) for each in sorted_]
    rows = [_rows_of(each.unit) for each in placed]
    boxes = {code: _box(placed, rows, code) for code in codes}
    near, outside = _near(placed, boxes)
    units = []
    for code in codes:
        own = tuple(_cut(each.layer, mine[code]) for each, mine in zip(placed, rows, strict=True) if code in mine)
        around = tuple(_cut(each.layer, found[code]) for each, found in zip(placed, near, strict=True) if code in found)
        shapes, beside = _shapes_of(placed, rows, code), _shapes_of(placed, near, code)
        if code == REST and not any(drawable(each) for each in shapes):
            # What belongs to none and has no place is a sum or a note: told, but no map.
            outside |= {layer.name: outside.get(layer.name, 0) + len(layer.frame) for layer in own}
            continue
        known = names.get(code) or (_name_of(own) if by == "river" and code else "")
        units.append(Unit(code, known or code or _REST[language][by], own, around, shapes, beside))
    return tuple(units), outside


def _unparted(layers: Sequence[Layer], by: By) -> JobError:
    """The error of layers of which none says what its rows belong to: which fields there are, and what to type."""
    column = COLUMNS[by]
    there = [(layer.called or "frame", few([str(each) for each in layer.frame.columns if each != "geometry"], limit=12))
             for layer in layers]  # fmt: skip
    zh = "；".join(f"{name}（{fields}）" for name, fields in there)
    en = "; ".join(f"{name} ({fields})" for name, fields in there)
    hint = Hint(f"frame.assign({column}=frame[…])", "column", (f"FIELD={column}",))
    return JobError(
        f"没有图层带字段 {column}，不能按 by={by!r} 分图；现有：{zh}。请指明哪个字段是它：{hint.call}",
        f"no layer has the column {column}: maps cannot be parted with by={by!r}; there are: {en}. Say which field is "
        f"it: {hint.call}",
        [hint],
    )


def drawable(shapes: Objects | None) -> bool:
    """Whether any of a layer's shapes can be drawn; None for a layer without any."""
    return shapes is not None and bool((~(shapely.is_missing(shapes) | shapely.is_empty(shapes))).any())


def _sort(layers: Sequence[Layer], column: str) -> list[_Sorted]:
    same = one_person(layers) if column == COLUMNS["chief"] else {}
    own = {i: _codes(layer.frame[column], same) for i, layer in enumerate(layers) if column in layer.frame}
    known = {i: layer for i, layer in enumerate(layers) if i in own and layer.schema is not None}
    units = {i: own[i] if i in own else _through_keys(layer, known, own, column)
             for i, layer in enumerate(layers) if i in own or not _tells_faults(layer)}  # fmt: skip
    found = []
    for i, layer in enumerate(layers):
        unit = units[i] if i in units else _of_faults(layer.frame, layers, units)
        if isinstance(layer.frame, gpd.GeoDataFrame) and layer.spatial:
            unit = np.where(_free(unit) & blank(layer.frame), np.array(REST, dtype=object), unit)
        found.append(_Sorted(layer, unit))
    return found


def _tells_faults(layer: Layer) -> bool:
    return layer.name == FAULTS.name and layer.schema is not None


def _free(unit: Objects) -> NDArray[np.bool_]:
    """Which rows are shown wherever they lie."""
    return np.array([each is None for each in unit], dtype=bool)


def _codes(values: pd.Series, same: Mapping[str, str] | None = None) -> Objects:
    """The codes of a column, those that are the same as another under that one."""
    told = values.astype("object").where(values.notna(), "").map(lambda value: str(value).strip())
    return np.asarray(told.replace(same or {}).to_numpy(dtype=object))


def _through_keys(layer: Layer, known: Mapping[int, Layer], own: Mapping[int, Objects], column: str) -> Objects:
    """The unit of the row of another layer whose key a layer names, that of an axis before others.

    A row that names what is in none of them belongs to none; a layer that names no key lies where it lies (None).
    """
    told = np.full(len(layer.frame), None, dtype=object)
    for i in sorted(known, key=lambda i: (known[i].name != "axes", i)):
        keys = [getattr(known[i].schema, "key", "")]
        # A lake has no axis: who answers for it may stand with its water or its extent.
        keys += ["river_id"] if column == COLUMNS["chief"] else []
        for key in dict.fromkeys(keys):
            if key in layer.frame and key in known[i].frame:
                found = pd.Series(_codes(layer.frame[key])).map(_unit_of_key(known[i].frame[key], own[i]))
                told = np.where(_free(told) | (told == REST), found.astype("object").where(found.notna(), REST), told)
    return told


def _unit_of_key(keys: pd.Series, unit: Objects) -> pd.Series:
    """Key → unit, where all rows that have the key are of one unit and none is blank."""
    rows = pd.DataFrame({"key": _codes(keys), "unit": unit}, dtype=object)
    rows = rows[(rows["key"] != "") & (rows["unit"] != REST)].drop_duplicates()
    return rows.drop_duplicates("key", keep=False).set_index("key")["unit"]


def _of_faults(faults: pd.DataFrame, layers: Sequence[Layer], units: Mapping[int, Objects]) -> Objects:
    """The unit of the feature that each fault is about; where it is on no layer, that of which it is the code."""
    known: dict[tuple[str, str], str] = {}
    for i, unit in units.items():
        key = getattr(layers[i].schema, "key", "")
        if key in layers[i].frame:
            pairs = zip(_codes(layers[i].frame[key]), unit, strict=True)
            known |= {(getattr(layers[i].schema, "name", ""), code): each for code, each in pairs if each is not None}
    codes = {each for unit in units.values() for each in unit if each}
    features = zip(faults["layer"].astype("str"), _codes(faults["feature_id"]), strict=True)
    told = [known.get(pair, pair[1] if pair[1] in codes else None) for pair in features]
    return np.array([*told, None], dtype=object)[:-1]


def _shapes(each: _Sorted) -> Objects | None:
    """Shapes in lon/lat; None for rows that cannot be brought there, whose map says why."""
    if not isinstance(each.layer.frame, gpd.GeoDataFrame) or not each.layer.spatial:
        return None
    bare = gpd.GeoDataFrame(geometry=each.layer.frame.geometry.reset_index(drop=True))
    name = each.layer.called
    align(bare.iloc[:0], CRS, layer=name)
    try:
        return finite(align(bare, CRS, layer=name)).geometry.to_numpy()
    except RiverlineError:
        shapes = np.full(len(bare), None, dtype=object)
        for rows in [*_rows_of(each.unit).values(), np.flatnonzero(_free(each.unit))]:
            try:
                shapes[rows] = finite(align(bare.iloc[rows], CRS, layer=name)).geometry.to_numpy()
            except RiverlineError:
                continue
        return shapes


def _shapes_of(
    placed: Sequence[_Sorted], rows: Sequence[Mapping[str, NDArray[np.int64]]], code: str
) -> tuple[Objects | None, ...]:
    """Shapes of a unit's rows of each layer that has some."""
    return tuple(None if each.shapes is None else each.shapes[mine[code]]
                 for each, mine in zip(placed, rows, strict=True) if code in mine)  # fmt: skip


def _rows_of(unit: Objects) -> dict[str, NDArray[np.int64]]:
    """Rows by unit."""
    numbers, codes = pd.factorize(unit)
    order = np.argsort(numbers, kind="stable")
    first = np.searchsorted(numbers[order], np.arange(len(codes) + 1))
    return {code: order[first[i] : first[i + 1]] for i, code in enumerate(codes)}


def _box(placed: Sequence[_Sorted], rows: Sequence[Mapping[str, NDArray[np.int64]]], code: str) -> Floats:
    """West, south, east, north of a unit's rows and some room around them; NaN where nothing can be drawn."""
    found = [each.shapes[mine[code]] for each, mine in zip(placed, rows, strict=True)
             if each.shapes is not None and code in mine]  # fmt: skip
    box = np.asarray(shapely.total_bounds(np.concatenate([*found, np.array([None], dtype=object)])))
    around = max(_AROUND * max(box[2] - box[0], box[3] - box[1]), _LEAST_AROUND)
    return np.asarray(box + np.array([-around, -around, around, around]))


def _near(
    placed: Sequence[_Sorted], boxes: Mapping[str, Floats]
) -> tuple[list[dict[str, NDArray[np.int64]]], dict[str, int]]:
    """Rows of each layer that belong nowhere, by the units that they are near to, and how many are near none."""
    codes = [code for code, box in boxes.items() if np.isfinite(box).all()]
    areas = shapely.box(*np.array([boxes[code] for code in codes]).reshape(-1, 4).T)
    found: list[dict[str, NDArray[np.int64]]] = []
    outside: dict[str, int] = {}
    for each in placed:
        free = np.flatnonzero(_free(each.unit))
        near: dict[str, NDArray[np.int64]] = {}
        if each.shapes is not None and len(free):
            unit, row = shapely.STRtree(each.shapes[free]).query(areas, predicate="intersects")
            order = np.lexsort((row, unit))
            unit, row = unit[order], free[row[order]]
            starts = np.searchsorted(unit, np.arange(len(codes) + 1))
            near = {code: row[starts[i] : starts[i + 1]] for i, code in enumerate(codes) if starts[i] < starts[i + 1]}
            left = len(free) - len(np.unique(row))
            outside |= {each.layer.name: outside.get(each.layer.name, 0) + left} if left else {}
        found.append(near)
    return found, outside


def _name_of(own: Sequence[Layer]) -> str:
    """The first name among the rows of waters and works, where no axis and no extent has one."""
    named = [
        layer.frame["name"].dropna() for layer in own if layer.name in {"water", "works"} and "name" in layer.frame
    ]
    return next((str(name) for names in named for name in names if str(name).strip()), "")


def _cut(layer: Layer, rows: NDArray[np.int64]) -> Layer:
    return replace(layer, frame=layer.frame.iloc[rows])
