"""Tables as people send them: cells of text, before anybody decided which row is the header.

Every cell is kept as the text that the sender sees, so that codes keep their leading zeros.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import warnings
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from riverline.errors import Hint, ReadError, needed
from riverline.io.contents import kind_of_content
from riverline.io.decoding import codec_title, damaged_notes, given_codec, settled_codec
from riverline.io.encodings import EncodingFrom, TextSample, decode
from riverline.io.notes import few, note
from riverline.io.refusals import refuse_unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from riverline.io.notes import Note

__all__ = ["Grid", "read_grid"]

_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SEPARATORS = ",\t;|，"
_LOOKED_AT = 100
_PADDED = re.compile(r"0{2,}")
_EXACT = 10**15


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells, all text, empty text where nothing stands; and how they were read."""

    rows: list[list[str]]
    driver: str
    layer: str
    encoding: str
    encoding_from: EncodingFrom
    notes: list[Note] = field(default_factory=list)


def read_grid(path: Path, *, sheet: str | None, encoding: str | None) -> Grid:
    """The cells of a workbook's sheet or of a text table.

    Parameters
    ----------
    path
        An .xlsx or .xlsm workbook, or text with separators.
    sheet
        Name of the sheet, needed where several hold data.
    encoding
        Encoding of a text table; found from the bytes if not given.

    Raises
    ------
    ReadError
        If the file is no table, or the sheet is not clear.
    MissingDependencyError
        If openpyxl is not installed.
    """
    refuse_unreadable(path)
    kind = "folder" if path.is_dir() else kind_of_content(path)
    if kind == "zip" and path.suffix.lower() in {".xlsx", ".xlsm"}:
        return _read_workbook(path, sheet)
    if kind == "text":
        return _read_text(path, encoding)
    raise ReadError(
        f"{path.name} 不是表格；read_table 读取 .xlsx 与 .csv/.txt，图层请用 read_layer 读取",
        f"{path.name} is no table; read_table reads .xlsx and .csv/.txt, layers are read with read_layer",
    )


def _read_workbook(path: Path, sheet: str | None) -> Grid:
    openpyxl = needed("openpyxl", extra="report", zh="读取 Excel", en="reading Excel needs")
    try:
        with warnings.catch_warnings():
            # What openpyxl cannot keep (styles, validations) is not read anyway.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise ReadError(
            f"{path.name} 不是有效的 Excel 工作簿；请在 Excel 或 WPS 中重新另存为 .xlsx",
            f"{path.name} is not a valid Excel workbook; save it again as .xlsx in Excel or WPS",
        ) from error
    name = _which_sheet(path, book, sheet)
    cells = list(book[name].iter_rows())
    rows = [[_cell_text(cell) for cell in row] for row in cells]
    merged = _fill_merged(rows, book[name].merged_cells.ranges)
    long = [_cell_text(cell) for row in cells for cell in row if _is_long(cell.value)]
    notes = []
    if merged:
        notes.append(note(f"{merged} 处合并单元格按其值填充", f"{merged} merged areas were filled with their value"))
    if long:
        notes.append(
            note(
                f"{len(long)} 个数字超过 15 位，Excel 已丢失末位；编码请以文本保存：{few(long)}",
                f"{len(long)} numbers have more than 15 digits, of which Excel has lost the last; keep codes as text: "
                f"{few(long)}",
            )
        )
    return Grid(rows, "XLSX", name, "UTF-8", "declared", notes)


def _which_sheet(path: Path, book: Any, sheet: str | None) -> str:  # noqa: ANN401 - openpyxl has no types
    names = [each.title for each in book.worksheets if each.max_row > 1 or each.max_column > 1]
    if sheet in book.sheetnames:
        return str(sheet)
    if sheet is None and len(names) == 1:
        return str(names[0])
    if not names:
        raise ReadError(f"{path.name} 没有数据", f"{path.name} holds no data")
    problem_zh = "有多个工作表" if sheet is None else f"没有工作表 {sheet}"
    problem_en = "several sheets" if sheet is None else f"no sheet {sheet!r}"
    hint = Hint.of("sheet", names[0], option="layer")
    raise ReadError(
        f"{path.name} {problem_zh}：{few(names, limit=30)}；请用 {hint.call} 指定",
        f"{path.name} has {problem_en}: {few(names, limit=30)}; choose one with {hint.call}",
        [hint],
    )


def _cell_text(cell: Any) -> str:  # noqa: ANN401 - openpyxl has no types
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if _is_long(value) or value != value // 1:
        return repr(value)
    # A code shown as 000123 is stored as 123 under the number format 000000.
    digits = len(cell.number_format) if _PADDED.fullmatch(cell.number_format or "") else 0
    return f"{int(value):0{digits}d}" if digits else str(int(value))


def _is_long(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) >= _EXACT


def _fill_merged(rows: list[list[str]], areas: Iterable[Any]) -> int:
    """Write the value of a merged area into each of its cells: the eye sees one river's name beside all its rows."""
    filled = 0
    for area in areas:
        value = rows[area.min_row - 1][area.min_col - 1]
        filled += bool(value)
        for row in rows[area.min_row - 1 : area.max_row]:
            row[area.min_col - 1 : area.max_col] = [value] * (area.max_col - area.min_col + 1)
    return filled


def _read_text(path: Path, encoding: str | None) -> Grid:
    content = path.read_bytes()
    codec, origin, notes = _text_codec(path, content, encoding)
    text, state = decode(content, codec)
    if state == "damaged":
        damaged = [line for line in text.splitlines() if "\ufffd" in line]
        if encoding is not None:
            raise ReadError(
                f"{path.name} 有 {len(damaged)} 行不能按 encoding={encoding!r} 解码：{few(damaged, limit=2)}；"
                "可不写 encoding，由程序判定",
                f"{len(damaged)} lines of {path.name} cannot be decoded as encoding={encoding!r}: "
                f"{few(damaged, limit=2)}; leave encoding out to have it found",
            )
        notes += damaged_notes(damaged, codec)
    rows, separator = _split(path, text.removeprefix("\ufeff"))
    width = max(map(len, rows), default=0)
    shown = {"\t": "Tab", " ": "空格 / space"}.get(separator, separator)
    notes.append(note(f"分隔符：{shown}", f"separator: {shown}"))
    return Grid([row + [""] * (width - len(row)) for row in rows], "CSV", path.stem, codec_title(codec), origin, notes)


def _split(path: Path, text: str) -> tuple[list[list[str]], str]:
    lines = io.StringIO(text, newline="")
    try:
        separator = _separator(text)
        if separator == " ":
            return [line.split() for line in lines], separator
        return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=separator)], separator
    except csv.Error as error:
        raise ReadError(
            f"{path.name} 的引号或换行有误，无法分列：{error}",
            f"quotes or line ends of {path.name} are broken, it cannot be cut into columns: {error}",
        ) from error


def _text_codec(path: Path, content: bytes, encoding: str | None) -> tuple[str, EncodingFrom, list[Note]]:
    marked = next((codec for mark, codec in _BYTE_ORDER_MARKS if content.startswith(mark)), None)
    if marked is not None:
        return marked, "bom", []
    return settled_codec(path.name, TextSample(tuple(set(content.splitlines()))), given_codec(encoding))


def _separator(text: str) -> str:
    """The separator that cuts the first lines into the most columns, as many in nearly every line."""
    lines = [line for line in text.splitlines()[: 2 * _LOOKED_AT] if line.strip()][:_LOOKED_AT]
    best, best_score = ",", 0
    for separator in _SEPARATORS:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=separator))
        score = max((width * count for width, count in widths.items() if width > 1), default=0)
        if score > best_score:
            best, best_score = separator, score
    spaced = Counter(len(line.split()) for line in lines)
    width, count = spaced.most_common(1)[0] if spaced else (0, 0)
    return " " if best_score == 0 and width > 1 and count * 2 > len(lines) else best
