"""The ledger as a workbook, and back: what was edited in it becomes events, what changed on both sides is listed."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

import pandas as pd

from riverline import faults
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.errors import LedgerError, needed
from riverline.io.sheet_cells import MOST_ROWS, cells_of, clean_text, cut_text, is_risky, number_format
from riverline.io.sheet_paper import TALLEST_ROW, lines_in, paper_of, print_margins, widths_of
from riverline.io.whole_files import drafted
from riverline.ledger import state
from riverline.ledger.cells import mended, texts_of, values_of
from riverline.ledger.chain import tail
from riverline.ledger.intake import take
from riverline.ledger.opening import COLUMNS, crs_of, opened, writing
from riverline.ledger.recording import AMENDABLE, Wish, write_events
from riverline.ledger.result import Recorded
from riverline.ledger.state import LAST, LAST_DAY
from riverline.schema import PROBLEMS, Column, Language
from riverline.schema.columns import text
from riverline.schema.values import read_values
from riverline.schema.words import plain_name

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from riverline.ledger.machine import LedgerRules
    from riverline.ledger.result import Intake

__all__ = ["from_excel", "to_excel"]

_VERSION = Column("version", "integer", "台账版本", "Version of the ledger", "TZBB",
                  "Number of the last event when the sheet was written; leave it as it is.")  # fmt: skip
_SOURCE = "Excel 台账"
_KEY = text("problem_id", "问题编号", "Problem code", "WTBH", "Key.")
_SHOWN = ("problem_id", *COLUMNS)
# What would be read as the code of a letter, _x0041_, is written as _x005F_x0041_, and not read back by every reader.
_ESCAPED = re.compile(r"_x005F_(?=x[0-9A-Fa-f]{4}_)")
_PLAIN = {"border": 1, "valign": "vcenter", "font_size": 10}
_PRINTED = {
    "zh": ('&C&"黑体"&16河湖四乱问题台账', "第 &P 页 共 &N 页"),
    "en": ("&C&16Ledger of river problems", "Page &P of &N"),
}


def to_excel(path: Path, target: Path, *, language: Language) -> Path:
    """Write the ledger as a workbook; see :meth:`riverline.Ledger.to_excel`."""
    if target.suffix.lower() != ".xlsx":
        raise LedgerError(
            f"台账只能写成 .xlsx，实际为 {target.name}", f"a workbook is an .xlsx file, got {target.name}"
        )
    writer = needed("xlsxwriter", extra="report", zh="Excel 台账", en="a ledger in Excel needs")
    with opened(path) as db:
        version = tail(db)[0]
        rows = state.problems(path, db, None)
    if len(rows) >= MOST_ROWS:
        raise LedgerError(
            f"问题 {len(rows):,} 条，超过工作表的 {MOST_ROWS:,} 行", f"{len(rows):,} problems do not fit a sheet"
        )
    columns = [PROBLEMS[name] for name in _SHOWN] + [_VERSION]
    cells = [cells_of(rows[name], PROBLEMS[name], language) for name in _SHOWN]
    body = [list(row) for row in zip(*cells, [version] * len(rows), strict=True)]
    body = [[cut_text(each, language=language)[0] if isinstance(each, str) else each for each in row] for row in body]
    with drafted(target, error=LedgerError) as draft, draft.open("wb") as file:
        book = writer.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True})
        sheet = book.add_worksheet(PROBLEMS.label(language))
        widths = _head(book, sheet, columns, body, language)
        looks = _Looks(book, {})
        for number, row in enumerate(body, 1):
            lines = [lines_in(value, width) for value, width in zip(row, widths, strict=True)]
            if max(lines) > 1:
                sheet.set_row(number, min(4 + 13 * max(lines), TALLEST_ROW))
            for at, (value, count) in enumerate(zip(row, lines, strict=True)):
                _write(sheet, number, at, value, looks.of(value, wrapped=count > 1))
        book.close()
    return target


def _head(book: Any, sheet: Any, columns: list[Column], body: list[list[Any]], language: Language) -> list[int]:  # noqa: ANN401
    """The first row, what its columns take and how they are printed; the widths of the columns."""
    labels = [column.label(language) for column in columns]
    widths = widths_of(labels, [number_format(column) for column in columns], body)
    heading = book.add_format(_PLAIN | {"bold": True, "bg_color": "#DDEBF7", "align": "center", "text_wrap": True})
    day, last = book.add_format({"num_format": "yyyy-mm-dd"}), max(len(body), 1)
    sheet.set_row(0, 6 + 14 * max(lines_in(label, width) for label, width in zip(labels, widths, strict=True)))
    for at, (column, label, width) in enumerate(zip(columns, labels, widths, strict=True)):
        # Days that are typed below the rows look like days.
        sheet.set_column(at, at, width, day if column.kind == "date" else None)
        sheet.write_string(0, at, label, heading)
        if column.choices:
            listed = [each.label(language) for each in column.choices]
            sheet.data_validation(1, at, last, at, {"validate": "list", "source": listed, "error_type": "warning"})
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, last, len(columns) - 1)
    title, foot = _PRINTED[language]
    paper_of([column.name for column in columns], widths, name=PROBLEMS.name).put_on(sheet)
    # What reads the sheet back finds the names of columns in its first row: the title is on paper alone.
    sheet.set_header(title)
    sheet.repeat_rows(0)
    print_margins(sheet, foot)
    return widths


class _Looks(NamedTuple):
    """Formats of cells, each made once."""

    book: Any
    made: dict[tuple[bool, bool, bool], Any]

    def of(self, value: Any, *, wrapped: bool) -> Any:  # noqa: ANN401
        """That of a value: days as days, long texts on several lines, and no text that a spreadsheet would compute."""
        key = (isinstance(value, dt.date), wrapped, isinstance(value, str) and is_risky(value))
        if key not in self.made:
            more = (("num_format", "yyyy-mm-dd"), ("text_wrap", True), ("quote_prefix", True))
            look = dict(each for asked, each in zip(key, more, strict=True) if asked)
            self.made[key] = self.book.add_format(_PLAIN | look)
        return self.made[key]


def _write(sheet: Any, row: int, at: int, value: Any, look: Any) -> None:  # noqa: ANN401
    if value is None:
        sheet.write_blank(row, at, None, look)
    elif isinstance(value, str):
        sheet.write_string(row, at, value, look)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, at, value, look)
    else:
        sheet.write_number(row, at, value, look)


def _shown(text: str) -> set[str]:
    """What a text may be in a cell: without what no cell holds, and cut in words of either language if it is long."""
    whole = clean_text(text)
    return {cut_text(whole, language=language)[0] for language in get_args(Language)}


class _Sheet(NamedTuple):
    """What a sheet says: codes, versions, and for each column the values and the rows that could not be read."""

    code: list[str]
    version: list[int]
    cells: dict[str, list[Any]]
    raw: dict[str, list[Any]]
    wrong: dict[str, list[bool]]


def from_excel(path: Path, rules: LedgerRules, source: Path, *, by: str, on: str) -> Recorded:
    """Take back what was edited in a workbook; see :meth:`riverline.Ledger.take_back`."""
    frame = _read(source)
    typed = (frame["version"].isna() | (frame["version"].astype("str").str.strip() == "")).to_numpy(dtype=bool)
    taken = _taken(path, rules, _typed(frame[typed].reset_index(drop=True)), on) if typed.any() else None
    sheet = _typed(frame[~typed].reset_index(drop=True))
    with writing(path) as db:
        edits, findings = _edits(db, sheet)
        wishes = [
            _wish(sheet, row, names, rules, status, by=by, on=on, file=source.name) for row, names, status in edits
        ]
        numbers, refused = write_events(db, rules, sorted(wishes, key=lambda wish: wish.on))
        events = state.events(db, first=numbers[0] if numbers else LAST)
        if taken is not None and len(taken.added):
            events = pd.concat([*(state.events(db, code) for code in taken.added["problem_id"]), events])
        crs = crs_of(db)
    told = findings_to_faults([*findings, *refused], crs)
    told = told if taken is None else [*told, taken.faults]
    return Recorded(events.reset_index(drop=True), faults.combine(told, crs=crs))


def _taken(path: Path, rules: LedgerRules, sheet: _Sheet, on: str) -> Intake:
    """Rows that somebody typed, told by having no version: taken as problems of any table are."""
    said = {name: [sheet.raw[name][row] if wrong else sheet.cells[name][row] for row, wrong in enumerate(wrongs)]
            for name, wrongs in sheet.wrong.items()}  # fmt: skip
    frame = pd.DataFrame({"problem_id": sheet.code, **said}, dtype="object")
    # One source for every workbook: a row is the same row, whatever its file is called when it comes again.
    return take(path, rules, frame, source=_SOURCE, on=on)


def _read(source: Path) -> pd.DataFrame:
    reader = needed("openpyxl", extra="report", zh="Excel 台账", en="a ledger in Excel needs")
    try:
        book = reader.load_workbook(source, read_only=True, data_only=True)
        rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
        book.close()
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, reader.utils.exceptions.InvalidFileException) as error:
        zh, en = _why_unread(source, error)
        raise LedgerError(
            f"无法读取工作簿 {source.name}：{zh}", f"cannot read the workbook {source.name}: {en}"
        ) from error
    named = {plain_name(label): column for column in (*PROBLEMS, _VERSION)
             for label in (column.name, column.label("zh"), column.label("en"))}  # fmt: skip
    heads = [named.get(plain_name(str(head or ""))) for head in (rows[0] if rows else [])]
    there = {column.name: at for at, column in enumerate(heads) if column is not None}
    lacking = [column.label() for column in (_KEY, _VERSION) if column.name not in there]
    if lacking:
        raise LedgerError(
            f"工作簿 {source.name} 缺少列：{'、'.join(lacking)}；请用 to_excel 导出后再改",
            f"the workbook {source.name} lacks {' and '.join(lacking)}; edit one that to_excel wrote",
        )
    filled = [row for row in rows[1:] if any(cell not in (None, "") for cell in row)]
    return pd.DataFrame({name: pd.Series([row[at] for row in filled], dtype="object") for name, at in there.items()})


def _why_unread(source: Path, error: Exception) -> tuple[str, str]:
    """Why a workbook cannot be read, in words of riverline's own."""
    if not source.exists():
        return "没有这个文件", "there is no such file"
    if source.suffix.lower() not in {".xlsx", ".xlsm"}:
        return "不是 .xlsx 工作簿；请用 to_excel 导出后再改", "it is no .xlsx workbook; edit one that to_excel wrote"
    if isinstance(error, OSError):
        return "没有权限或正被其他程序占用", "it may not be read, or another program holds it"
    return "内容不是 .xlsx 工作簿，或文件已损坏", "it holds no .xlsx workbook, or is damaged"


def _typed(frame: pd.DataFrame) -> _Sheet:
    values, raw, wrong = {}, {}, {}
    for name in (each for each in COLUMNS if each in frame.columns):
        cells = frame[name].map(lambda cell: mended(_ESCAPED.sub("_", cell)) if isinstance(cell, str) else cell)
        reading = read_values(cells, PROBLEMS[name])
        values[name] = values_of(reading.converted, PROBLEMS[name])
        raw[name] = cells.tolist()
        bad = reading.unreadable | reading.ambiguous | reading.zoneless
        allowed = {each.value for each in PROBLEMS[name].choices}
        outside = [bool(allowed) and each is not None and each not in allowed for each in values[name]]
        wrong[name] = [bool(one or other) for one, other in zip(bad, outside, strict=True)]
    version = pd.to_numeric(frame["version"], errors="coerce").fillna(-1).astype("int64").tolist()
    return _Sheet([_ESCAPED.sub("_", each) for each in texts_of(frame["problem_id"])], version, values, raw, wrong)


def _edits(db: sqlite3.Connection, sheet: _Sheet) -> tuple[list[tuple[int, list[str], str]], list[Finding]]:
    """Rows that were edited, with the columns and the present status; and what is to be said of the others."""
    latest = dict(db.execute('SELECT problem_id, version FROM states JOIN intake USING ("no")').fetchall())
    bases = {version: _by_code(state.standing(db, LAST_DAY, version)) for version in {*sheet.version, LAST}}
    edits, findings, twice = [], [], pd.Series(sheet.code).duplicated(keep=False).tolist()
    for row, code in enumerate(sheet.code):
        place, base = bases[LAST].get(code), bases[sheet.version[row]].get(code)
        if place is None or base is None or not code:
            findings.append(Finding("row-unknown", "problems", code or f"row {row + 2}", None))
            continue
        names = [name for name in sheet.cells if _differs(sheet, row, name, base[name])]
        ours = [name for name in names if _differs(sheet, row, name, place[name])]
        if ours and twice[row]:
            findings.append(Finding("key-duplicated", "problems", code, None, float(sheet.code.count(code)), 1.0))
        elif ours and latest[code] > sheet.version[row]:
            findings.append(Finding("row-conflict", "problems", code, None, note=", ".join(ours)))
        elif ours:
            edits.append((row, ours, str(place["status"])))
    return edits, findings


def _by_code(columns: dict[str, list[Any]]) -> dict[str, dict[str, Any]]:
    every = zip(columns["problem_id"], *(columns[name] for name in COLUMNS), strict=True)
    return {code: dict(zip(COLUMNS, row, strict=True)) for code, *row in every}


def _differs(sheet: _Sheet, row: int, name: str, before: Any) -> bool:  # noqa: ANN401 - a value
    """Whether a cell says something else than what was written there."""
    if PROBLEMS[name].kind == "text" and not PROBLEMS[name].choices:
        shown = _shown(before)
        return str(sheet.cells[name][row]) not in shown | {each.strip() for each in shown}
    return bool(sheet.wrong[name][row] or sheet.cells[name][row] != before)


def _wish(
    sheet: _Sheet, row: int, names: list[str], rules: LedgerRules, status: str, *, by: str, on: str, file: str
) -> Wish:
    """The event that an edited row asks for."""
    wrong = [name for name in names if sheet.wrong[name][row] or name not in (*AMENDABLE, "status", "closed_on")]
    if "found_on" in names and sheet.cells["found_on"][row] is None:
        wrong.append("found_on")
    moved = "status" in names and not sheet.wrong["status"][row]
    day = on
    if moved and sheet.cells["status"][row] == "closed" and "closed_on" in names:
        day = sheet.cells["closed_on"][row] or on
    elif "closed_on" in names and not (moved and sheet.cells["closed_on"][row] is None):
        wrong.append("closed_on")
    event = _event_to(rules, status, sheet.cells["status"][row]) if moved else "amended"
    changes = {name: sheet.cells[name][row] for name in names if name in AMENDABLE and name not in wrong}
    told = ", ".join(f"{name} = {sheet.raw[name][row]}" for name in wrong)
    return Wish(sheet.code[row], event, day, by, file, changes, (), mended(told))


def _event_to(rules: LedgerRules, status: str, wanted: Any) -> str:  # noqa: ANN401 - a status
    """The event that leads to a status from here; if none does, one that does from elsewhere, to be refused."""
    leading = [each for each in rules.events if each.to == wanted]
    return next((each.name for each in leading if status in each.start), leading[0].name if leading else str(wanted))
