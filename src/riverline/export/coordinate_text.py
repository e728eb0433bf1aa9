"""Results as the 勘测定界 coordinate exchange text: parcels, rings and points as a land office reads them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from riverline.errors import CRSError, JobError
from riverline.export.drafts import changed, drafted, layers_for
from riverline.export.dxf import plane_of
from riverline.export.dxf_plan import unknown_signs
from riverline.export.fitness import with_places
from riverline.export.placards import ordered, placards_of
from riverline.geodesy import align, ellipsoidal_area
from riverline.geodesy.rounding import round_half_up
from riverline.geodesy.zones import gauss_kruger
from riverline.io.coordinate_text import load_dialect, read_coordinate_text
from riverline.io.coordinate_text.shaping import crossing
from riverline.io.sheet_cells import clean_text
from riverline.style import in_language

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from riverline.io.coordinate_text import Dialect
    from riverline.style import Layer

__all__ = ["to_coordinate_text"]

_PER_HECTARE = 10_000.0
_CORNERS = 3
_LISTED = 5
_SHAPES = ("点", "线", "面")
_TOLD_BY = {"extents": {"use": "kind"}}


@dataclass(frozen=True, slots=True, eq=False)
class _Parcel:
    """One part of a feature: the items of its line by their names, and its rings, north and east as texts."""

    key: str
    items: dict[str, str]
    rings: list[list[tuple[str, str]]]
    closed: bool


def to_coordinate_text(
    path: str | os.PathLike[str],
    *results: Any,  # noqa: ANN401 - any result or frame
    dialect: str | os.PathLike[str] = "ministry",
    columns: Mapping[str, str] | None = None,
    about: Mapping[str, str] | None = None,
    **layers: Any,  # noqa: ANN401
) -> Path:
    """Write the features of results as a coordinate exchange text, one parcel a part.

    Parameters
    ----------
    path
        The file, named ``….txt``; its folder has to be there. A file that is already there is replaced as a whole.
    *results
        Frames or results of one kind, in a Gauss-Krüger plane. Layers without geometry are left out.
    dialect
        Name or path of a dialect (:func:`riverline.io.coordinate_text.list_dialects`).
    columns
        Item of the parcel's line → column that fills it: ``{"use": "用途"}``. Where nothing is said ``number`` is the
        key of the layer, and items are filled from columns of their names; ``use`` of extents says which kind they are.
    about
        Lines of ``[属性描述]`` that the dialect leaves empty or has otherwise: ``{"数据产生单位": "清水县水利局"}``.
    **layers
        More frames or results, each with a name.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    SchemaError
        If something is neither a result nor a frame.
    CRSError
        If a layer is in no Gauss-Krüger plane.
    JobError
        If there is nothing to write, or layers of several kinds; coordinates are no finite numbers, a number stands for
        several rows, a ring crosses itself or has fewer than three corners at the dialect's decimals, a text has signs
        that the encoding does not know, or the file cannot be written or does not read back as what was written.

    Notes
    -----
    X is north, Y is east. Rings are closed by their first point, outer ones are 1, holes follow; parts of one feature
    are parcels of one number, which the reader joins again. A ring that rounding would make cross itself is snapped to
    the last decimal instead, by less than that decimal. Areas are hectares, of each part, on the ellipsoid unless
    the dialect says ``plane``. Commas in texts are written in full width, line ends as blanks. Lines end in CRLF.

    Examples
    --------
    >>> import tempfile
    >>> import geopandas as gpd, shapely
    >>> import riverline as rl
    >>> field = gpd.GeoDataFrame({"地块": ["A1"]}, geometry=[shapely.box(500000, 3400000, 500100, 3400050)], crs=4548)
    >>> file = rl.export.to_coordinate_text(f"{tempfile.mkdtemp()}/地块.txt", 征地=field)
    >>> file.read_text("gbk").splitlines()[12:14]
    ['5,0.5000,A1,,面,,,,@', 'J1,1,3400000.000,39500100.000']
    """
    target = Path(path)
    found = in_language(layers_for("TXT", target, (".txt",), results, layers), "zh")
    preset = load_dialect(dialect)
    drawn = with_places(found, form="TXT")
    _require_one_kind(drawn)
    crs = plane_of(drawn, zone_prefix=None)
    if gauss_kruger(crs) is None:
        raise CRSError(
            f"{crs} 不是高斯-克吕格投影；请先用 riverline.geodesy.to_metric 转换",
            f"{crs} is no Gauss-Krüger plane: bring the layers into one with riverline.geodesy.to_metric",
        )
    crs = plane_of(drawn, zone_prefix=preset.zone_number)
    _require_numbers(drawn, columns or {})
    parcels = [each for layer in drawn for each in _parcels(layer, crs, preset, columns or {})]
    text = "\r\n".join([*_header(preset, crs, about or {}), "[地块坐标]", *_lines(parcels, preset)]) + "\r\n"
    _require_signs(parcels, text, preset)
    with drafted(target) as draft:
        draft.write_bytes(text.encode(preset.encoding))
        _require_same(draft, parcels, crs)
    return target


def _require_one_kind(layers: Sequence[Layer]) -> None:
    """Refuse layers of several kinds: who reads the file would take all of them for parcels of one survey."""
    named = {layer.name: layer for layer in layers}
    if len(named) > 1:
        zh, en = ("、".join(each.label("zh") for each in named.values()), ", ".join(each.label("en")
                  for each in named.values()))  # fmt: skip
        raise JobError(
            f"一个坐标文件只写一类地块，实际给了 {len(named)} 类：{zh}；请只给其中一类（如管理范围），其余另写文件",
            f"a coordinate text holds parcels of one kind, got {len(named)}: {en}; give one of them, such as the "
            "extents, and write the others into files of their own",
        )


def _require_numbers(layers: Sequence[Layer], columns: Mapping[str, str]) -> None:
    """Refuse one number for several rows: a reader would take them for the parts of one parcel."""
    numbers = [number for layer in layers for number in _numbers(layer, columns) if number]
    twice = [number for number, count in Counter(numbers).items() if count > 1]
    if twice:
        listed, more = twice[:_LISTED], "…" if len(twice) > _LISTED else ""
        raise JobError(
            f"{len(twice)} 个地块编号用于多行，读入时会合并为一个地块：{'、'.join(listed)}{more}；请用 "
            'columns={"number": 列名} 指定每行不同的列',
            f"{len(twice)} numbers stand for several rows, which a reader would join into one parcel: "
            f'{", ".join(listed)}{more}; name a column that differs in each row with columns={{"number": column}}',
        )


def _numbers(layer: Layer, columns: Mapping[str, str]) -> list[str]:
    """The number of each row that has a place."""
    rows = gpd.GeoDataFrame(ordered(layer))
    key = columns.get("number") or (layer.schema.key if layer.schema is not None else "")
    there = ~(rows.geometry.isna() | rows.geometry.is_empty).to_numpy(dtype=bool)
    if key and key not in rows:
        return []
    told = rows[key].astype("str").tolist() if key else placards_of(layer, rows, language="zh").names
    return [_item(number) for number, here in zip(told, there, strict=True) if here]


def _parcels(layer: Layer, crs: Any, preset: Dialect, columns: Mapping[str, str]) -> Iterator[_Parcel]:  # noqa: ANN401
    rows = align(gpd.GeoDataFrame(ordered(layer)), crs, layer=layer.name)
    lost = [name for name in columns.values() if name not in rows]
    if lost:
        raise JobError(
            f"{layer.label('zh')} 没有列 {'、'.join(lost)}", f"{layer.label('en')} has no column {', '.join(lost)}"
        )
    texts = placards_of(layer, rows, language="zh")
    told = dict(zip(texts.columns, texts.cells, strict=True))
    key = layer.schema.key if layer.schema is not None else ""
    wanted = {**_TOLD_BY.get(layer.name, {}), **columns}
    keys = [clean_text(str(each)) for each in rows[key]] if key else texts.names
    filled: dict[str, list[str]] = {name: told.get(wanted.get(name, name), [""] * len(rows)) for name in preset.items}
    filled |= {} if "number" in columns else {"number": keys}
    parts, row = shapely.get_parts(_on_grid(rows.geometry.to_numpy(), preset.decimals), return_index=True)
    sizes = np.zeros(len(parts))
    flat = shapely.get_dimensions(parts) == 2  # noqa: PLR2004 - areas
    areas = gpd.GeoSeries(parts[flat], crs=crs)
    sizes[flat] = areas.area if preset.area == "plane" else ellipsoidal_area(areas)
    hectares = round_half_up(sizes / _PER_HECTARE, preset.area_decimals)
    problems: list[tuple[str, str]] = []
    crossed = crossing(parts)
    for part, at, size, is_area, crosses in zip(parts, row, hectares, flat, crossed, strict=True):
        items: dict[str, str] = {name: _item(cells[at]) for name, cells in filled.items()}
        rings = [_ring(ring, preset) for ring in _rings(part)]
        if is_area and any(len(set(ring)) < _CORNERS for ring in rings):
            problems.append(_too_small(items["number"], preset))
        elif crosses:
            problems.append(_crossed(items["number"], part))
        items["area"] = f"{size:.{preset.area_decimals}f}" if is_area else ""
        items["shape"] = _SHAPES[shapely.get_dimensions(part)]
        count = sum(map(len, rings)) - (0 if preset.counts_closing or not is_area else len(rings))
        yield _Parcel(items["number"], items | {"points": str(count)}, rings, bool(is_area))
    if problems:
        raise JobError.listing("成果不能写成坐标文件", "the result cannot be written as coordinates", problems)


def _on_grid(shapes: NDArray[np.object_], decimals: int) -> NDArray[np.object_]:
    """Geometries whose corners are as they will be written; those that would cross themselves then are mended there."""
    flat = shapely.force_2d(shapes)
    rounded = shapely.transform(flat, lambda xy: round_half_up(xy, decimals))
    crossed = shapely.is_valid(flat) & ~shapely.is_valid(rounded) & (shapely.area(flat) > 0)
    mended = shapely.set_precision(flat[crossed], 10.0**-decimals)
    there = ~shapely.is_empty(mended)
    rounded[np.flatnonzero(crossed)[there]] = mended[there]
    return np.asarray(rounded, dtype=object)


def _too_small(number: str, preset: Dialect) -> tuple[str, str]:
    return (
        f"地块 {number} 有的圈取 {preset.decimals} 位小数后不足三个点",
        f"a ring of parcel {number} has fewer than three points at {preset.decimals} decimals",
    )


def _crossed(number: str, part: Any) -> tuple[str, str]:  # noqa: ANN401 - a geometry of one part
    x, y = re.findall(r"-?\d+(?:\.\d+)?", shapely.is_valid_reason(part))[:2] or ("?", "?")
    return (
        f"地块 {number} 的圈自交（{y}, {x} 处），围成的面积不定；请先改正图形",
        f"a ring of parcel {number} crosses itself (at {y}, {x}), so that its area is not certain: correct it first",
    )


def _rings(part: Any) -> list[NDArray[np.float64]]:  # noqa: ANN401 - a geometry of one part
    if shapely.get_type_id(part) == shapely.GeometryType.POLYGON:
        return [shapely.get_coordinates(ring) for ring in (part.exterior, *part.interiors)]
    return [shapely.get_coordinates(part)]


def _ring(xy: NDArray[np.float64], preset: Dialect) -> list[tuple[str, str]]:
    """North and east of each point, as they are written; points that fall together are one."""
    told = [(f"{y:.{preset.decimals}f}", f"{x:.{preset.decimals}f}") for x, y in round_half_up(xy, preset.decimals)]
    return [each for at, each in enumerate(told) if at == 0 or each != told[at - 1]]


def _item(text: str) -> str:
    # A sign that cannot be seen is ? here, as in shapefiles: GBK has no � for it.
    seen = clean_text(text).replace("�", "?").replace(",", "，")
    plain = seen.replace("\n", " ").replace("\u2028", " ").replace("\u2029", " ").strip()
    return "＠" if plain == "@" else plain


def _header(preset: Dialect, crs: Any, about: Mapping[str, str]) -> list[str]:  # noqa: ANN401
    zone = gauss_kruger(crs)
    if zone is None:
        return []
    width = 6 if zone.is_six else 3
    number = (zone.meridian + 3) / 6 if zone.is_six else zone.meridian / 3
    known = {"几度分带": str(width), "带号": f"{number:g}", "精度": f"{10.0**-preset.decimals:.{preset.decimals}f}"}
    said = {key: value or known.get(key, "") for key, value in preset.header.items()} | dict(about)
    return ["[属性描述]", *(f"{_item(key)}={clean_text(value).replace(chr(10), ' ')}" for key, value in said.items())]


def _lines(parcels: Sequence[_Parcel], preset: Dialect) -> Iterator[str]:
    for parcel in parcels:
        yield ",".join([*(parcel.items.get(name, "") for name in preset.items), "@"])
        number = 1
        for ring, points in enumerate(parcel.rings, 1):
            start = number = 1 if preset.numbering == "ring" else number
            for at, (north, east) in enumerate(points):
                closing = parcel.closed and at == len(points) - 1
                name = f"{preset.prefix}{start if closing else number}"
                yield f"{name},{ring},{north},{east}" if preset.north_first else f"{name},{ring},{east},{north}"
                number += 0 if closing else 1


def _require_signs(parcels: Sequence[_Parcel], text: str, preset: Dialect) -> None:
    strange = unknown_signs(text, preset.encoding)
    if strange:
        first = next((each.key for each in parcels if unknown_signs("".join(each.items.values()), preset.encoding)), "")
        listed = "、".join(strange[:10])
        raise JobError(
            f"坐标文件有 {preset.encoding.upper()} 没有的字：{listed}（{first or '属性描述'} 起）；"
            '请先与资料方商定代用字，或用 encoding = "utf-8" 的自编格式',
            f"signs that {preset.encoding.upper()} does not know: {listed} (from {first or 'the header'}); "
            'agree on other signs first, or take a dialect of your own with encoding = "utf-8"',
        )


def _require_same(path: Path, parcels: Sequence[_Parcel], crs: Any) -> None:  # noqa: ANN401
    back = read_coordinate_text(path, crs=crs, join=False)
    if len(back) != len(parcels):
        raise changed([f"{len(parcels)} → {len(back)}"])
    for shape, key, sent in zip(back.geometry, back["parcel_id"], parcels, strict=True):
        there = np.array([(float(east), float(north)) for ring in sent.rings for north, east in ring])
        here = shapely.get_coordinates(shape)
        if here.shape != there.shape or not (here == there).all() or (sent.key and key != sent.key):
            raise changed([sent.key])
