"""A ledger that is killed, written to by two at once, damaged or tampered with: what is lost, told and brought back."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal

import riverline as rl
from ledgers import closing, ledger_of, problems_of, walk

WRITER = """
import sys
import riverline as rl
ledger = rl.Ledger.open(sys.argv[1])
for number in range(int(sys.argv[3])):
    code = ledger.record("A" if number % 2 else "B", "noted", on="2025-03-01", by=sys.argv[2], note=str(number))
    print(code, number, flush=True)
"""


def writer(path, name, count):
    command = [sys.executable, "-c", WRITER, str(path), name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ)


@pytest.fixture
def walked(tmp_path):
    photo = tmp_path / "照片.jpg"
    photo.write_bytes(b"pixels")
    ledger = ledger_of(
        tmp_path, problems_of(4, problem_id=list("ABCD"), area_m2=[1.5, None, 2.0, 0.1], 网格=list("甲乙丙丁"))
    )
    walk(ledger, "A", *closing("2025-02-01"), ("reopened", "2025-03-01"))
    ledger.record("B", "assigned", on="2025-02-01", by="某", changes={"due_on": "2025-03-01", "area_m2": 7})
    ledger.record("B", "noted", on="2025-02-02", by="某", note="照片", files=[photo])
    return ledger


def test_a_clean_ledger_has_no_faults(walked):
    assert walked.verify().empty


def test_two_writers_at_once_lose_nothing(tmp_path):
    ledger = ledger_of(tmp_path, problems_of(2, problem_id=["A", "B"]))
    writers = [writer(ledger.path, name, 40) for name in ("甲", "乙")]
    told = [each.communicate(timeout=120)[0].split("\n")[:-1] for each in writers]
    assert [each.returncode for each in writers] == [0, 0]
    history = ledger.history().set_index("event_id")
    for name, lines in zip(("甲", "乙"), told, strict=True):
        assert len(lines) == 40
        for code, note in map(str.split, lines):
            assert history.loc[code, ["by", "note"]].tolist() == [name, note]
    assert len(history) == 82
    assert ledger.verify().empty


def test_a_killed_writer_loses_nothing_that_it_was_told_is_written(tmp_path):
    ledger = ledger_of(tmp_path, problems_of(2, problem_id=["A", "B"]))
    generator, acknowledged = random.Random(0), 0  # noqa: S311 - no secret
    for _ in range(3):
        process = writer(ledger.path, "甲", 200)
        stop, lines = generator.randrange(5, 60), []
        while len(lines) < stop:
            lines.append(process.stdout.readline())
        time.sleep(generator.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        lines += process.communicate()[0].splitlines(keepends=True)
        whole = [line.split() for line in lines if line.endswith("\n")]
        history = ledger.history().set_index("event_id")["note"]
        assert {code: history.get(code) for code, _ in whole} == dict(whole)
        acknowledged += len(whole)
    assert acknowledged <= len(ledger.history()) - 2 <= acknowledged + 3
    assert rl.Ledger.open(ledger.path).verify().empty


def test_a_killed_intake_is_there_as_a_whole_or_not_at_all(tmp_path):
    frame = problems_of(3000)
    frame.to_pickle(tmp_path / "frame.pkl")
    code = (
        "import sys, pandas as pd, riverline as rl; "
        "ledger = rl.Ledger.open(sys.argv[1]); frame = pd.read_pickle(sys.argv[2]); print('go', flush=True); "
        "ledger.take(frame, source='排查', on='2025-12-31')"
    )
    path = tmp_path / "台账.gpkg"
    for wait in (0.05, 0.4, 0.8):
        command = [sys.executable, "-c", code, str(path), str(tmp_path / "frame.pkl")]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ)
        process.stdout.readline()
        time.sleep(wait)
        process.kill()
        process.communicate()
        ledger = rl.Ledger.open(path)
        assert len(ledger.problems()) in {0, 3000}
        assert ledger.verify().empty
    assert len(ledger.take(frame, source="排查", on="2025-12-31").kept) in {0, 3000}
    assert len(ledger.problems()) == 3000


# Damage and tampering


def tamper(ledger, *statements):
    db = sqlite3.connect(ledger.path)
    for table in ("events", "intake", "attachments"):
        for deed in ("update", "delete"):
            db.execute(f"DROP TRIGGER {table}_{deed}")
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.close()


TAMPERINGS = {
    'UPDATE events SET "by" = \'别人\' WHERE "no" = 5': "ledger-chain-broken",
    "UPDATE events SET note = '' WHERE \"no\" = 6": "ledger-chain-broken",
    'DELETE FROM events WHERE "no" = 7': "ledger-chain-broken",
    "UPDATE intake SET description = '没问题' WHERE problem_id = 'A'": "ledger-state-differs",
    "UPDATE intake SET geom = NULL WHERE problem_id = 'A'": "ledger-state-differs",
    "UPDATE states SET status = 'closed' WHERE \"no\" = 2": "ledger-state-differs",
    'UPDATE states SET area_m2 = 8 WHERE "no" = 2': "ledger-state-differs",
    'DELETE FROM states WHERE "no" = 4': "ledger-state-differs",
    "UPDATE attachments SET sha256 = 'x'": "ledger-chain-broken",
}


@pytest.mark.parametrize(("statement", "code"), TAMPERINGS.items(), ids=range(len(TAMPERINGS)))
def test_whoever_changes_the_file_is_found_out(walked, statement, code):
    tamper(walked, statement)
    assert code in set(walked.verify()["code"])


def test_attachments_that_are_gone_or_changed_are_told(walked, tmp_path):
    (tmp_path / "照片.jpg").write_bytes(b"other pixels")
    assert walked.verify()["code"].tolist() == ["attachment-changed"]
    (tmp_path / "照片.jpg").unlink()
    assert walked.verify()["code"].tolist() == ["attachment-missing"]


def test_a_ledger_comes_back_from_its_log(walked, tmp_path):
    log = walked.to_log(tmp_path / "事件.jsonl")
    again = rl.Ledger.rebuild(tmp_path / "新.gpkg", log=log)
    assert again.verify().empty
    assert_geodataframe_equal(again.problems(), walked.problems())
    assert_geodataframe_equal(again.problems(on="2025-02-15"), walked.problems(on="2025-02-15"))
    pd.testing.assert_frame_equal(again.history(), walked.history())
    pd.testing.assert_frame_equal(again.attachments(), walked.attachments())
    assert again.to_log(tmp_path / "再.jsonl").read_bytes() == log.read_bytes()
    again.record("A", "assigned", on="2025-04-01", by="某")
    assert again.verify().empty
    with pytest.raises(rl.LedgerError, match="已存在"):
        rl.Ledger.rebuild(tmp_path / "新.gpkg", log=log)


@pytest.mark.parametrize("place", ["", "县河长办", "问题2", "CREATE VIEW"])
def test_damaged_bytes_are_found_and_the_log_brings_all_back(walked, tmp_path, place):
    log = walked.to_log(tmp_path / "事件.jsonl")
    problems = walked.problems()
    content = bytearray(walked.path.read_bytes())
    at = max(content.find(place.encode()) - 300, 0)
    content[at : at + 2000] = bytes(range(250)) * 8
    walked.path.write_bytes(content)
    try:
        told = set(rl.Ledger.open(walked.path).verify()["severity"])
    except rl.LedgerError as error:
        told = {"error" if "Ledger.rebuild" in str(error) else "no way out"}
    assert "error" in told
    assert_geodataframe_equal(rl.Ledger.rebuild(tmp_path / "新.gpkg", log=log).problems(), problems)


def test_a_file_that_opens_but_is_not_whole_is_told(walked):
    """One code in an index is another one: the file opens, and its tables say something else than the index."""
    with sqlite3.connect(walked.path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page, size = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
        (root,) = db.execute(
            "SELECT rootpage FROM sqlite_master WHERE type = 'index' AND tbl_name = 'intake' LIMIT 1"
        ).fetchone()
    db.close()
    assert root <= page
    content = bytearray(walked.path.read_bytes())
    begin = (root - 1) * size
    at = content.rindex(b"D", begin, begin + size)
    content[at] = ord("Z")
    walked.path.write_bytes(content)
    told = walked.verify()
    assert set(told["code"]) == {"ledger-damaged"}
    assert told["severity"].eq("error").all()
    assert "index" in told["note"].iloc[0]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: lines[:-1],
        lambda lines: [*lines[:3], *lines[4:]],
        lambda lines: [line.replace("县河长办", "别人") for line in lines],
        lambda lines: [line.replace("问题0", "没问题") for line in lines],
        lambda lines: [*lines[:5], lines[5][:20], *lines[6:]],
        lambda lines: lines[1:],
        lambda _: [],
        lambda _: ["[1]\n"],
    ],
)
def test_a_log_that_was_changed_is_refused_and_leaves_no_file(walked, tmp_path, spoil):
    log = walked.to_log(tmp_path / "事件.jsonl")
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    log.write_text("".join(spoil(lines)), encoding="utf-8")
    with pytest.raises(rl.LedgerError):
        rl.Ledger.rebuild(tmp_path / "新.gpkg", log=log)
    assert not [each for each in tmp_path.iterdir() if "新" in each.name]


def test_the_log_is_whole_or_the_old_one(walked, tmp_path):
    log = walked.to_log(tmp_path / "事件.jsonl")
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert lines[0]["events"] == len(lines) - 1 == len(walked.history())
    with pytest.raises(rl.LedgerError, match="无法写入"):
        walked.to_log(tmp_path / "没有" / "事件.jsonl")
