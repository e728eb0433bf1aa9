"""Reading a coordinate exchange text: dialect, order of axes and zone are found, told, and refused where unclear."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from riverline.errors import CRSError, ReadError
from riverline.geodesy import identify_coordinates, zone_crs
from riverline.geodesy.datum import horizontal, name_of
from riverline.geodesy.zones import gauss_kruger
from riverline.io.coordinate_text.dialects import ITEMS
from riverline.io.coordinate_text.parsing import parse
from riverline.io.coordinate_text.shaping import joined, shape_of
from riverline.io.decoding import given_codec
from riverline.io.notes import few, note
from riverline.schema import PARCELS

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from riverline.io.coordinate_text.parsing import Block, Text
    from riverline.io.notes import Note

__all__ = ["read_coordinate_text"]

_PER_HECTARE = 10_000.0
_PER_ZONE_M = 1_000_000.0
_LEGACY = re.compile(r"80|54|西安|北京|xian|beijing", re.IGNORECASE)
_THIRTEEN = tuple(ITEMS)
_EIGHT = _THIRTEEN[:8]
_ENCODINGS = (("utf-8-sig", "UTF-8"), ("gb18030", "GBK"))
_SHAPES = {"面": "面", "线": "线", "点": "点", "polygon": "面", "line": "线", "point": "点"}


def read_coordinate_text(
    path: str | os.PathLike[str], *, crs: object = None, encoding: str | None = None, join: bool = True
) -> gpd.GeoDataFrame:
    r"""Read parcels from a 勘测定界 coordinate exchange text (.txt).

    Parameters
    ----------
    path
        The file: ``[属性描述]`` and ``[地块坐标]``, parcels in lines that end in ``@``, points as ``J1,1,X,Y``.
    crs
        CRS of the coordinates. Needed where neither the header's zone nor the digits tell it, and for old datums.
    encoding
        Encoding of the text; UTF-8 or GBK are found from the bytes if not given.
    join
        Whether parcels that follow one another under the same number are parts of one.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.PARCELS`: ``parcel_id`` is the number of the parcel (``row 3`` where it has
        none), ``registered_area_m2`` the area that the file states; ``name``, ``use``, ``sheet`` and what else the
        dialect has follow, and ``line``, where the parcel begins. Nothing is repaired: :func:`riverline.check` tells
        rings that cross themselves. ``attrs["source"]["notes"]`` says what was found: encoding, number of items, order
        of axes, zone, rings that were closed, counts and numbers that do not fit.

    Raises
    ------
    ReadError
        If the file is not there, is no text, or lines are wrong: all are named by their numbers.
    CRSError
        If the CRS is not told, or header, digits and ``crs`` disagree.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import riverline as rl
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "地块.txt"
    >>> points = ["3400000,39500000", "3400000,39500100", "3400100,39500100", "3400000,39500000"]
    >>> lines = ["[地块坐标]", "4,0.5,A1,甲,面,,,0601,@", *(f"J{i},1,{each}" for i, each in enumerate(points, 1))]
    >>> _ = file.write_text("\n".join(lines), encoding="gbk")
    >>> parcels = rl.read_coordinate_text(file)
    >>> parcels["parcel_id"].tolist(), parcels.area.tolist(), parcels.crs.to_epsg()
    (['A1'], [5000.0], 4527)
    """
    source = Path(path)
    text, codec = _decoded(source, encoding)
    told = parse(text, source.name)
    notes = [note(f"编码 {codec}", f"encoding {codec}"), *_dialect_notes(told)]
    places, found, said = _placed(told, crs, source.name)
    rows, remarks = _rows(told.blocks, places)
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=found)
    frame, parted = _joined(frame) if join else (frame, [])
    whole = PARCELS.conform(frame)
    about = {"path": source.name, "driver": "coordinate text", "layer": "地块坐标", "encoding": codec,
             "encoding_from": "given" if encoding else "detected", "crs": name_of(found), "rows": len(told.blocks),
             "about": told.about}  # fmt: skip
    whole.attrs = {"source": {**about, "notes": [*notes, *said, *remarks, *parted]}}
    return whole


def _decoded(source: Path, encoding: str | None) -> tuple[str, str]:
    try:
        content = source.read_bytes()
    except FileNotFoundError as error:
        raise ReadError(f"找不到文件 {source.name}", f"there is no file {source.name}") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReadError(f"无法读取 {source.name}：{reason}", f"cannot read {source.name}: {reason}") from error
    given = given_codec(encoding)
    for codec, title in ((given, given),) if given else _ENCODINGS:
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text, title
    raise ReadError(
        f"{source.name} 不是 {given or 'UTF-8 或 GBK'} 编码的文本；请用 encoding= 指明，或另存为 UTF-8",
        f"{source.name} is no text in {given or 'UTF-8 or GBK'}: say encoding=, or save it as UTF-8",
    )


def _dialect_notes(told: Text) -> list[Note]:
    counts = sorted({len(block.items) for block in told.blocks})
    listed = "、".join(map(str, counts))
    notes = [note(f"地块行 {listed} 项", f"lines of parcels have {', '.join(map(str, counts))} items")]
    if told.wide:
        notes.append(note("逗号为全角，按半角读取", "commas are full-width and were read as plain ones"))
    if told.other:
        notes.append(note(f"未读的段：{few(told.other)}", f"sections that were not read: {few(told.other)}"))
    odd = [block.line for block in told.blocks if len(block.items) not in {len(_EIGHT), len(_THIRTEEN)}]
    if odd:
        notes.append(
            note(f"地块行不是 8 项或 13 项，按前 8 项的次序读取：第 {few(odd)} 行",
                 f"lines of parcels with neither 8 nor 13 items, read in the order of the first 8: lines {few(odd)}")
        )  # fmt: skip
    return notes


def _placed(told: Text, crs: object, name: str) -> tuple[np.ndarray, Any, list[Note]]:
    """East and north of all points, (n, 2), their CRS, and what was found."""
    first = np.concatenate([np.asarray(block.first, dtype=float) for block in told.blocks])
    second = np.concatenate([np.asarray(block.second, dtype=float) for block in told.blocks])
    lines = np.concatenate([np.asarray(block.lines, dtype=int) for block in told.blocks])
    if not len(first):
        raise ReadError(f"{name} 的地块都没有点", f"no parcel of {name} has points")
    guess = identify_coordinates(first, second, misfits="report")
    if guess.misfits:
        wrong = few(lines[list(guess.misfits)])
        raise ReadError(
            f"{name} 有坐标与其余不在一处（行 {wrong}）：{guess.reason_zh}",
            f"coordinates of {name} do not fit the rest (lines {wrong}): {guess.reason_en}",
        )
    found = horizontal(crs) if crs is not None else _told_crs(told.about, guess, name)
    east, north = (first, second) if guess.east == "x" else (second, first)
    order = ("Y 在前（东、北）", "east first") if guess.east == "x" else ("X 在前（北、东）", "north first")
    notes = [note(f"坐标次序：{order[0]}；坐标系 {name_of(found)}", f"order of axes: {order[1]}; CRS {name_of(found)}")]
    zone = gauss_kruger(found)
    if zone is not None and guess.kind == "plane":
        there = np.floor(np.median(east) / _PER_ZONE_M)
        wanted = np.floor(zone.false_easting_m / _PER_ZONE_M)
        if there and wanted and there != wanted:
            raise CRSError(
                f"{name} 的带号 {there:.0f} 与坐标系 {name_of(found)} 不符",
                f"eastings of {name} are of zone {there:.0f}, which {name_of(found)} is not",
            )
        east = east + (wanted - there) * _PER_ZONE_M
    elif zone is not None:
        raise CRSError(f"{name} 的坐标是经纬度，不是 {name_of(found)}", f"{name} holds degrees, not {name_of(found)}")
    return np.column_stack([east, north]), found, notes


def _told_crs(about: dict[str, str], guess: Any, name: str) -> Any:  # noqa: ANN401 - a GridGuess, a CRS
    """The CRS by the header's zone and the digits, which have to agree."""
    system, number = about.get("坐标系", ""), re.sub(r"\D", "", about.get("带号", ""))
    if _LEGACY.search(system) and "2000" not in system:
        raise CRSError(
            f"{name} 的坐标系为“{system}”；请用 crs= 指明其 EPSG 代码，转换须另给参数",
            f"{name} is on {system}: say its EPSG code with crs=; changing the datum needs parameters",
        )
    if guess.kind == "degrees":
        return horizontal(guess.crs)
    if number:
        said = zone_crs(int(number), prefixed=guess.prefixed)
        if guess.prefixed and guess.zone is not None and int(number) != guess.zone:
            raise CRSError(
                f"{name} 的带号写 {number}，坐标却在 {guess.zone} 带；请核对，或用 crs= 指明",
                f"the header of {name} says zone {number}, its eastings {guess.zone}: see which is right, or say crs=",
            )
        return horizontal(said)
    if guess.crs is None:
        raise CRSError(
            f'{name} 没有带号，东坐标也不带带号；请指明，例如 crs="EPSG:4548"',
            f'{name} tells no zone, and its eastings carry none: say it, such as crs="EPSG:4548"',
        )
    return horizontal(guess.crs)


def _rows(blocks: Sequence[Block], places: np.ndarray) -> tuple[dict[str, Any], list[Note]]:
    """Columns of the parcels, and what does not fit in them."""
    ends = np.cumsum([len(block.first) for block in blocks])
    told = [_items(block) for block in blocks]
    kinds = [_SHAPES.get(items.get("shape", "面").casefold(), "面") for items in told]
    shapes = [
        shape_of(xy, block.rings, kind)
        for xy, block, kind in zip(np.split(places, ends[:-1]), blocks, kinds, strict=True)
    ]  # fmt: skip
    areas = pd.to_numeric(pd.Series([items.get("area", "") for items in told]), errors="coerce")
    numbers = [items.get("number", "") or f"row {row}" for row, items in enumerate(told, 1)]
    columns: dict[str, Any] = {
        "parcel_id": numbers,
        "owner": [""] * len(blocks),
        "ownership": ["unknown"] * len(blocks),
        "land_class": [items.get("land_class", "") for items in told],
        "registered_area_m2": (areas * _PER_HECTARE).round(4).to_numpy(),
    }
    free = [name for name in ("name", "use", "sheet", *_THIRTEEN[len(_EIGHT) :])
            if name in {"name", "use", "sheet"} or any(items.get(name) for items in told)]  # fmt: skip
    columns |= {name: [items.get(name, "") for items in told] for name in free}
    columns |= {"line": [block.line for block in blocks], "geometry": [each.shape for each in shapes]}
    remarks = [
        *_remark([b.line for b, each in zip(blocks, shapes, strict=True) if each.open],
                 "首尾未闭合的圈，已闭合", "rings that were open and were closed"),
        *_remark([b.line for b, each in zip(blocks, shapes, strict=True) if each.apart],
                 "不在第 1 圈内的圈，作为另一部分", "rings outside the first one, taken as parts"),
        *_remark([b.line for b, each in zip(blocks, shapes, strict=True) if each.short],
                 "点数不足的圈，未采用", "rings of too few points, left out"),
        *_remark([b.line for b, items in zip(blocks, told, strict=True) if _miscounted(b, items)],
                 "界址点数与实有点数不符", "numbers of points that do not fit"),
        *_remark([b.line for b, items in zip(blocks, told, strict=True) if items.get("area", "") and
                  not re.fullmatch(r"\s*\d+(\.\d*)?\s*", items["area"])],
                 "面积不是数字，留空", "areas that are no numbers, left blank"),
    ]  # fmt: skip
    return columns, remarks


def _items(block: Block) -> dict[str, str]:
    names = _THIRTEEN if len(block.items) >= len(_THIRTEEN) else _EIGHT
    return dict(zip(names, block.items, strict=False))


def _miscounted(block: Block, items: dict[str, str]) -> bool:
    """Whether the number of points is neither that with nor that without the repeated ones."""
    stated = items.get("points", "")
    rings = len(set(block.rings))
    return stated.isdigit() and int(stated) not in {len(block.first), len(block.first) - rings}


def _remark(lines: Sequence[int], zh: str, en: str) -> list[Note]:
    if not lines:
        return []
    return [note(f"{zh}：第 {few(lines)} 行的地块", f"{en}: parcels of lines {few(lines)}")]


def _joined(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """Parcels that follow one another under one number, as one: texts of the first, areas added."""
    run = (frame["parcel_id"] != frame["parcel_id"].shift()).cumsum()
    if run.is_unique:
        return frame, []
    first = frame.groupby(run, sort=False).head(1).reset_index(drop=True)
    shapes = [
        joined([each for each in part if each is not None]) for _, part in frame.groupby(run, sort=False)["geometry"]
    ]
    areas = frame.groupby(run, sort=False)["registered_area_m2"].sum(min_count=1).to_numpy()
    several = frame.loc[run.duplicated(), "parcel_id"].drop_duplicates()
    whole = first.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs)).assign(registered_area_m2=areas)
    told = note(
        f"同一编号的相邻地块合为一宗，面积相加：{few(several)}",
        f"parcels that follow one another under one number were joined, areas added: {few(several)}",
    )
    return whole, [told]
