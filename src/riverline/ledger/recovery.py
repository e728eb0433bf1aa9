"""Proving a ledger and bringing it back: is every digest right, is every state what its events come to, and the log."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely

from riverline import faults
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.errors import LedgerError
from riverline.io.whole_files import drafted
from riverline.ledger import chain, intake, state
from riverline.ledger.blobs import from_blobs, to_blobs
from riverline.ledger.chain import Event
from riverline.ledger.opening import COLUMNS, about, create, crs_of, listed, opened, set_crs, writing

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    import geopandas as gpd

__all__ = ["check", "rebuild", "to_log"]

_LOG = "riverline-ledger-log"
_BATCH = 20_000
_INTAKE = (
    f'SELECT intake."no", problem_id, geom, origin, origin_id, {listed("intake")}, extra, digest '
    'FROM intake ORDER BY "no"'
)
_EVENTS = (
    'SELECT events."no", events.problem, intake.problem_id, events.event, events.status, events.moved, events."on", '
    'events."by", events.note, events.changes, events.recorded_at, events.digest, '
    "CASE WHEN events.event = 'found' THEN intake.digest END "
    'FROM events JOIN intake ON intake."no" = events.problem ORDER BY events."no"'
)


def check(path: Path) -> gpd.GeoDataFrame:
    """What is wrong with a ledger; see :meth:`riverline.Ledger.verify`."""
    with opened(path) as db:
        told = [text for (text,) in db.execute("PRAGMA integrity_check(20)") if text != "ok"]
        findings = [Finding("ledger-damaged", "events", path.name, None, note=text) for text in told]
        if not told:
            findings += [*_broken(db), *_differing(db), *_files(db)]
        crs = crs_of(db)
    return faults.combine(findings_to_faults(findings, crs), crs=crs)


def _rows(db: sqlite3.Connection) -> Iterator[tuple[int, list[Any], bytes]]:
    """Problems as they were taken: number, content, digest."""
    rows = db.execute(_INTAKE)
    while batch := rows.fetchmany(_BATCH):
        wkb = shapely.to_wkb(from_blobs([row[2] for row in batch]), hex=True, byte_order=1).tolist()
        for row, shape in zip(batch, wkb, strict=True):
            yield row[0], [row[1], shape, *row[3:-1]], row[-1]


def _events(db: sqlite3.Connection) -> Iterator[tuple[int, Event, bytes]]:
    """Events as they were written: number, what was said, digest."""
    files: dict[int, list[tuple[str, str]]] = {}
    for number, path, sha in db.execute('SELECT event, path, sha256 FROM attachments ORDER BY "no"'):
        files.setdefault(number, []).append((path, sha))
    for number, *said, digest, taken in db.execute(_EVENTS):
        said[4] = bool(said[4])
        yield number, Event._make((*said, tuple(files.get(number, ())), "" if taken is None else taken.hex())), digest


def _broken(db: sqlite3.Connection) -> Iterator[Finding]:
    """The first event that does not follow from the one before, and problems that are not as they were taken."""
    for _, content, digest in _rows(db):
        if chain.content_digest(content) != digest:
            yield Finding("ledger-state-differs", "events", str(content[0]), None, note="intake")
    before, expected = chain.START, itertools.count(1)
    for (number, event, digest), wanted in zip(_events(db), expected, strict=False):
        before = chain.link(before, number, event)
        if before != digest or number != wanted:
            yield Finding("ledger-chain-broken", "events", str(number), None, float(number))
            return


def _differing(db: sqlite3.Connection) -> Iterator[Finding]:
    """Problems whose kept state is not what their events come to."""
    wanted = state.standing(db)
    text = f'SELECT intake.problem_id, {listed("states")} FROM states JOIN intake ON intake."no" = states."no"'
    kept = {row[0]: row[1:] for row in db.execute(text)}
    for code, *row in zip(wanted["problem_id"], *(wanted[name] for name in COLUMNS), strict=True):
        there = kept.pop(code, None)
        if there is None or tuple(row) != there:
            pairs = zip(COLUMNS, row, there or (), strict=False)
            note = ", ".join(name for name, one, other in pairs if one != other) or "missing"
            yield Finding("ledger-state-differs", "events", str(code), None, note=note)
    yield from (Finding("ledger-state-differs", "events", str(code), None, note="events") for code in kept)


def _files(db: sqlite3.Connection) -> Iterator[Finding]:
    """Attachments that are gone or changed."""
    told = state.attachments(db)
    for code, path, digest in zip(told["problem_id"], told["path"], told["sha256"], strict=True):
        try:
            with Path(path).open("rb") as file:
                now = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            yield Finding("attachment-missing", "events", str(code), None, note=str(path))
            continue
        if now != digest:
            yield Finding("attachment-changed", "events", str(code), None, note=str(path))


def to_log(path: Path, log: Path) -> Path:
    """Write every event as a line of JSON; see :meth:`riverline.Ledger.to_log`."""
    with (
        drafted(log, error=LedgerError) as draft,
        opened(path) as db,
        draft.open("w", encoding="utf-8", newline="\n") as file,
    ):
        db.execute("BEGIN")  # one moment of the ledger, whoever writes meanwhile
        told = about(db)
        head = {"log": _LOG, "crs": told.get("crs"), "events": chain.tail(db)[0], "digest": chain.tail(db)[1].hex()}
        file.write(json.dumps(head, ensure_ascii=False) + "\n")
        taken = {number: content for number, content, _ in _rows(db)}
        for number, event, digest in _events(db):
            said = {"no": number, **event._asdict(), "digest": digest.hex()}
            if event.intake:
                said["content"] = taken[event.problem]
            file.write(json.dumps(said, ensure_ascii=False) + "\n")
        db.execute("COMMIT")
    return log


def rebuild(path: Path, log: Path) -> None:
    """Make a ledger of its log; see :meth:`riverline.Ledger.rebuild`."""
    if path.exists():
        raise LedgerError(
            f"{path} 已存在；重建请写到新文件，核对无误后再替换",
            f"{path} is there already; rebuild to a new file and put it in place yourself",
        )
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        create(draft)
        with log.open(encoding="utf-8") as file:
            _fill(draft, file, log.name)
        draft.replace(path)
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerError(
            f"无法读取事件日志 {log.name}：{error}", f"the log {log.name} cannot be read: {error}"
        ) from error
    finally:
        for left in (draft, *(draft.with_name(draft.name + end) for end in ("-wal", "-shm"))):
            left.unlink(missing_ok=True)


def _fill(path: Path, lines: Any, name: str) -> None:  # noqa: ANN401 - an open file
    head = _parsed(next(iter(lines), ""), name, 1)
    if head.get("log") != _LOG:
        raise LedgerError(f"{name} 不是台账事件日志", f"{name} is no log of a ledger")
    with writing(path) as db:
        srs_id = -1 if head["crs"] is None else set_crs(db, head["crs"])
        for first in itertools.count(2, _BATCH):
            batch = [_parsed(line, name, first + k) for k, line in enumerate(itertools.islice(lines, _BATCH))]
            if not batch:
                break
            _add(db, batch, srs_id, name)
        if chain.tail(db) != (head["events"], bytes.fromhex(head["digest"])):
            found, wanted = chain.tail(db)[0], head["events"]
            raise LedgerError(
                f"事件日志 {name} 不完整：应有 {wanted} 个事件，实有 {found} 个",
                f"the log {name} is not complete: {wanted} events are promised, {found} are there",
            )
        _stand(db)


def _parsed(line: str, name: str, number: int) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except json.JSONDecodeError as error:
        raise LedgerError(
            f"事件日志 {name} 第 {number} 行损坏：{error}", f"line {number} of the log {name} is damaged: {error}"
        ) from error
    if not isinstance(said, dict):
        raise LedgerError(f"事件日志 {name} 第 {number} 行不是事件", f"line {number} of the log {name} is no event")
    return said


def _add(db: sqlite3.Connection, batch: list[dict[str, Any]], srs_id: int, name: str) -> None:
    """Problems and events of some lines; their digests must come out as they stand there."""
    taken = [said for said in batch if "content" in said]
    shapes = shapely.from_wkb([said["content"][1] for said in taken])
    boxes, blobs = shapely.bounds(shapes).tolist(), to_blobs(shapes, srs_id)
    content = [said["content"] for said in taken]
    digests = [chain.content_digest(row) for row in content]
    intake.add_rows(db, zip((said["problem"] for said in taken), blobs, boxes, content, digests, strict=True))
    events = [
        Event(**{key: said[key] for key in Event._fields} | {"files": tuple(tuple(each) for each in said["files"])})
        for said in batch
    ]
    for said, digest in zip(taken, digests, strict=True):
        if digest.hex() != said["intake"]:
            raise _tampered(name, said["no"])
    numbers = chain.append(db, events)
    last = bytes.fromhex(batch[-1]["digest"])
    if chain.tail(db) != (batch[-1]["no"], last):
        raise _tampered(name, numbers[0])


def _tampered(name: str, number: int) -> LedgerError:
    return LedgerError(
        f"事件日志 {name} 自第 {number} 个事件起与校验链不符，已被改动或缺行",
        f"from event {number} on the log {name} does not fit its chain: it was changed, or lines are missing",
    )


def _stand(db: sqlite3.Connection) -> None:
    """Where problems stand by all events."""
    columns = state.standing(db)
    last = {number: (version, on) for number, version, on in db.execute(
        'SELECT problem, max("no"), "on" FROM events GROUP BY problem')}  # fmt: skip
    rows = zip(columns["no"], *(columns[name] for name in COLUMNS), strict=True)
    db.executemany(intake.STATE, ((number, *last[number], *row) for number, *row in rows))
    low = db.execute("SELECT min(x1), min(y1), max(x2), max(y2) FROM intake").fetchone()
    db.execute("UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = 'problems'", low)
