"""Reading a coordinate exchange text: dialect, order of axes and zone are found, told, and refused where unclear."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

from riverline.errors import ReadError
from riverline.geodesy.datum import name_of
from riverline.io.coordinate_text.areas import STATED, measured_against, stated_areas, unit_of, unreadable
from riverline.io.coordinate_text.dialects import ITEMS
from riverline.io.coordinate_text.parsing import parse
from riverline.io.coordinate_text.placing import place
from riverline.io.coordinate_text.shaping import GUESSES, joined, shape_of
from riverline.io.decoding import given_codec
from riverline.io.notes import few, note
from riverline.schema import PARCELS

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from riverline.io.coordinate_text.areas import AreaUnit
    from riverline.io.coordinate_text.parsing import Block, Text
    from riverline.io.coordinate_text.shaping import Shaped
    from riverline.io.notes import Note

__all__ = ["read_coordinate_text"]

_THIRTEEN = tuple(ITEMS)
_EIGHT = _THIRTEEN[:8]
_ENCODINGS = (("utf-8-sig", "UTF-8"), ("gbk", "GBK"), ("gb18030", "GB18030"))
_SHAPES = {"面": "面", "线": "线", "点": "点", "polygon": "面", "line": "线", "point": "点"}


def read_coordinate_text(
    path: str | os.PathLike[str],
    *,
    crs: object = None,
    encoding: str | None = None,
    join: bool = True,
    area_unit: AreaUnit | None = None,
) -> gpd.GeoDataFrame:
    r"""Read parcels from a 勘测定界 coordinate exchange text (.txt).

    Parameters
    ----------
    path
        The file: ``[属性描述]`` and ``[地块坐标]``, parcels in lines that end in ``@``, points as ``J1,1,X,Y``.
    crs
        CRS of the coordinates, with or without the zone's number before eastings. Needed where neither the header's
        zone nor the digits tell it, and for old datums; has to agree with what they tell.
    encoding
        Encoding of the text; UTF-8 or GBK are found from the bytes if not given.
    join
        Whether parcels that follow one another under the same number are parts of one.
    area_unit
        Unit of stated areas: ``"ha"``, ``"m2"`` or ``"mu"`` (1/15 ha). The header's ``面积单位`` if not given, else
        hectares as the format has it.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.PARCELS`: ``parcel_id`` is the number of the parcel (``row 3`` where it has
        none), ``registered_area_m2`` the area that the file states; ``name``, ``use``, ``sheet`` and what else the
        dialect has follow, and ``line``, where the parcel begins. An area that is no number, of an unknown unit, or
        that of the drawing in another unit, is missing, and its text stands in ``stated_area``: nothing is converted
        unasked. Nothing is repaired: :func:`riverline.check` tells rings that cross themselves.
        ``attrs["source"]["notes"]`` says what was found: encoding, number of items, order of axes, zone, unit of areas,
        what was guessed of rings (closed, parted, holes before their outer ring, islands in holes …), counts and
        numbers that do not fit.

    Raises
    ------
    ReadError
        If the file is not there, is no text, or lines are wrong: all are named by their numbers; if ``area_unit`` is
        none.
    CRSError
        If the CRS is not told, or zone, datum or projection of the header, the digits and ``crs`` disagree; the message
        says what each of them tells, and what to type.

    Notes
    -----
    A ring ends where its number changes or where it comes back to its first point. A ring in an even number of others
    is an outer one, in an odd number a hole, whatever the order in the file.

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
    unit, measured = unit_of(told.about, area_unit)
    places, found, said = place(told, crs, source.name)
    rows, remarks = _rows(told.blocks, places, unit)
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=found)
    frame, parted = _joined(frame) if join else (frame, [])
    frame, doubts = measured_against(frame, unit, told=area_unit is not None)
    whole = PARCELS.conform(frame)
    about = {"path": source.name, "driver": "coordinate text", "layer": "地块坐标", "encoding": codec,
             "encoding_from": "given" if encoding else "detected", "crs": name_of(found), "rows": len(told.blocks),
             "about": told.about}  # fmt: skip
    whole.attrs = {"source": {**about, "notes": [*notes, *said, *measured, *remarks, *parted, *doubts]}}
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
    if told.tabs:
        notes.append(note("以制表符分隔，按逗号读取", "items are parted by tabs, read as commas"))
    if told.heights:
        notes.append(note("点的第 5 项（高程）未读", "the fifth items of points, heights, were not read"))
    if told.other:
        notes.append(note(f"未读的段：{few(told.other)}", f"sections that were not read: {few(told.other)}"))
    odd = [block.line for block in told.blocks if len(block.items) not in {len(_EIGHT), len(_THIRTEEN)}]
    if odd:
        notes.append(
            note(f"地块行不是 8 项或 13 项，按前 8 项的次序读取：第 {few(odd)} 行",
                 f"lines of parcels with neither 8 nor 13 items, read in the order of the first 8: lines {few(odd)}")
        )  # fmt: skip
    return notes


def _rows(blocks: Sequence[Block], places: np.ndarray, unit: AreaUnit | None) -> tuple[dict[str, Any], list[Note]]:
    """Columns of the parcels, and what does not fit in them."""
    ends = np.cumsum([len(block.first) for block in blocks])
    told = [_items(block) for block in blocks]
    kinds = [_SHAPES.get(items.get("shape", "面").casefold(), "面") for items in told]
    shapes = [
        shape_of(xy, block.rings, kind)
        for xy, block, kind in zip(np.split(places, ends[:-1]), blocks, kinds, strict=True)
    ]  # fmt: skip
    stated = [items.get("area", "") for items in told]
    columns: dict[str, Any] = {
        "parcel_id": [items.get("number", "") or f"row {row}" for row, items in enumerate(told, 1)],
        "owner": [""] * len(blocks),
        "ownership": ["unknown"] * len(blocks),
        "land_class": [items.get("land_class", "") for items in told],
        "registered_area_m2": stated_areas(stated, unit).round(4),
    }
    free = [name for name in ("name", "use", "sheet", *_THIRTEEN[len(_EIGHT) :])
            if name in {"name", "use", "sheet"} or any(items.get(name) for items in told)]  # fmt: skip
    columns |= {name: [items.get(name, "") for items in told] for name in free}
    columns |= {STATED: stated, "line": [block.line for block in blocks], "geometry": [each.shape for each in shapes]}
    return columns, _remarks(blocks, told, shapes)


def _remarks(blocks: Sequence[Block], told: Sequence[dict[str, str]], shapes: Sequence[Shaped]) -> list[Note]:
    """What was guessed of rings, and counts and areas that do not fit, by the lines of the parcels."""
    rows = list(zip(blocks, told, shapes, strict=True))
    wordy = unreadable([items.get("area", "") for items in told])
    return [
        *(each for guess, (zh, en) in GUESSES.items()
          for each in _remark([block.line for block, _, shape in rows if guess in shape.guesses], zh, en)),
        *_remark([block.line for block, items, shape in rows if _miscounted(block, items, shape.rings)],
                 "界址点数与实有点数不符", "numbers of points that do not fit"),
        *_remark([block.line for block, _, shape in rows if shape.shape is None],
                 "没有图形，该行图形为空", "without a shape, left blank"),
        *_remark([block.line for block, wrong in zip(blocks, wordy, strict=True) if wrong],
                 "面积不是数字，留空", "areas that are no numbers, left blank"),
    ]  # fmt: skip


def _items(block: Block) -> dict[str, str]:
    names = _THIRTEEN if len(block.items) >= len(_THIRTEEN) else _EIGHT
    return dict(zip(names, block.items, strict=False))


def _miscounted(block: Block, items: dict[str, str], rings: int) -> bool:
    """Whether the number of points is neither that with nor that without the repeated ones."""
    stated = items.get("points", "")
    return stated.isdigit() and int(stated) not in {len(block.first), len(block.first) - rings}


def _remark(lines: Sequence[int], zh: str, en: str) -> list[Note]:
    if not lines:
        return []
    return [note(f"{zh}：第 {few(lines)} 行的地块", f"{en}: parcels of lines {few(lines)}")]


def _joined(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """Parcels that follow one another under one number, as one: texts of the first, areas added where all are known."""
    run = (frame["parcel_id"] != frame["parcel_id"].shift()).cumsum()
    if run.is_unique:
        return frame, []
    first = frame.groupby(run, sort=False).head(1).reset_index(drop=True)
    shapes = [
        joined([each for each in part if each is not None]) for _, part in frame.groupby(run, sort=False)["geometry"]
    ]
    unknown = (frame["registered_area_m2"].isna() & (frame[STATED] != "")).groupby(run, sort=False).any().to_numpy()
    areas = frame.groupby(run, sort=False)["registered_area_m2"].sum(min_count=1).where(~unknown).to_numpy()
    texts = frame[STATED].groupby(run, sort=False).agg(lambda parts: " + ".join(text for text in parts if text))
    several = frame.loc[run.duplicated(), "parcel_id"].drop_duplicates()
    whole = first.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs)).assign(
        registered_area_m2=areas, **{STATED: texts.to_numpy()}
    )
    told = note(
        f"同一编号的相邻地块合为一宗，面积相加：{few(several)}",
        f"parcels that follow one another under one number were joined, areas added: {few(several)}",
    )
    return whole, [told]
