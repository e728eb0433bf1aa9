"""The work of an atlas: a sheet drawn, and kept where it was drawn before."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from shapely.errors import ShapelyError

from riverline._version import __version__
from riverline.errors import RiverlineError
from riverline.io.whole_files import write_whole
from riverline.plates.composing import compose
from riverline.plates.writing import encode
from riverline.provenance import content_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from riverline.plates.crew import Crew
    from riverline.plates.sheet import Look, Sheet

__all__ = ["MANIFEST", "Done", "Manifest", "Task", "digest_of", "draw_all"]

MANIFEST = "manifest.json"
_SAVED_EVERY_S = 1.0
_FAILURES = (RiverlineError, OSError, ValueError, TypeError, LookupError, ArithmeticError, RuntimeError, ShapelyError)
"""What one sheet may fail of while the others go on: everything but an interruption and want of memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A sheet to draw, and its files by format."""

    sheet: Sheet
    look: Look
    files: tuple[tuple[str, Path], ...]

    @property
    def digest(self) -> str:
        """That of all that the sheet hangs on."""
        return digest_of(self.sheet, self.look, [kind for kind, _ in self.files])


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a sheet: digests of its files by name, its faults as ``(code, value, limit, note)``."""

    number: str
    digest: str
    files: tuple[tuple[str, str], ...] = ()
    told: tuple[tuple[str, float | None, float | None, str], ...] = ()
    failure: str = ""
    status: str = "drawn"


def digest_of(sheet: Sheet, look: Look, formats: Sequence[str]) -> str:
    """SHA-256 of everything that a sheet hangs on: content, window, look, fonts, versions."""
    import matplotlib as mpl

    about = [
        __version__,
        mpl.__version__,
        list(formats),
        repr(look),
        sheet.number,
        sheet.title,
        sheet.window,
        sheet.scale,
    ]
    about += [
        sheet.crs,
        sheet.around,
        sheet.span,
        [(match.number, match.line.wkt) for match in sheet.matches],
    ]
    about += [(layer.name, content_digest(layer.frame)) for layer in sheet.layers]
    return hashlib.sha256(
        json.dumps(about, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")
    ).hexdigest()


@dataclass(slots=True)
class Manifest:
    """What an atlas says of its sheets in a file of its own, so that a run that was killed goes on where it was.

    ``before`` are the sheets of an earlier run that may be kept; ``old`` all files that earlier runs wrote, by name
    with their digests, and ``merged`` that of all sheets, which this one did.
    """

    path: Path
    about: dict[str, Any]
    before: dict[str, Done] = field(default_factory=dict)
    old: dict[str, str] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    done: dict[str, Done] = field(default_factory=dict)
    saved: float = 0.0

    @classmethod
    def open(cls, folder: Path, about: dict[str, Any], *, resume: bool) -> Manifest:
        """The manifest of a folder; one that cannot be read, or is not to be used, is as none."""
        path = folder / MANIFEST
        before: dict[str, Done] = {}
        old: dict[str, str] = {}
        if path.is_file():
            try:
                told = json.loads(path.read_text(encoding="utf-8"))
                before = {row["number"]: _read(row) for row in told["sheets"]}
                beside = {**told.get("earlier", {}), **told.get("merged", {})}
                old = {str(name): str(digest) for name, digest in beside.items()}
            except (OSError, ValueError, TypeError, LookupError, AttributeError):
                before, old = {}, {}
        old |= {name: digest for done in before.values() for name, digest in done.files}
        return cls(path, about, before if resume else {}, old)

    def kept(self, task: Task) -> Done | None:
        """What an earlier run drew of a sheet, if nothing has changed since and its files are as they were."""
        known = self.before.get(task.sheet.number)
        if known is None or known.failure or known.digest != task.digest:
            return None
        files = dict(known.files)
        same = all(path.is_file() and files.get(path.name) == _sum(path.read_bytes()) for _, path in task.files)
        return replace(known, status="kept") if same else None

    def add(self, done: Done) -> None:
        """Take note of a sheet; the file is written at most once a second."""
        self.done[done.number] = done
        if monotonic() - self.saved > _SAVED_EVERY_S:
            self.save()

    def save(self) -> None:
        """Write the file, sheets in the order of their numbers."""
        rows = [_written(self.done[number]) for number in sorted(self.done)]
        now = {name for done in self.done.values() for name, _ in done.files} | set(self.merged)
        earlier = {name: digest for name, digest in sorted(self.old.items()) if name not in now}
        beside = {name: files for name, files in (("merged", self.merged), ("earlier", earlier)) if files}
        text = json.dumps({**self.about, **beside, "sheets": rows}, ensure_ascii=False, indent=1)
        write_whole(self.path, (text + "\n").encode("utf-8", "surrogatepass"))
        self.saved = monotonic()

    def tidy(self, tasks: Sequence[Task], merged: Path | None) -> None:
        """Take away files of earlier runs that this one has no sheets for, and write the manifest for the last time.

        Parameters
        ----------
        tasks
            The sheets of this run. What an earlier one drew of a sheet that fails now stays where it is.
        merged
            The file of all sheets, if there is one.

        Notes
        -----
        Only a file whose content is still what the manifest says is taken away: any other is somebody's own.
        """
        planned = {path.name for task in tasks for _, path in task.files} | ({merged.name} if merged else set())
        for name in [name for name in self.old if name not in planned]:
            path, digest = self.path.parent / name, self.old.pop(name)
            if path.name == name and path.is_file() and _sum(path.read_bytes()) == digest:
                path.unlink()
        self.merged = {} if merged is None else {merged.name: _sum(merged.read_bytes())}
        self.save()


def _written(done: Done) -> dict[str, Any]:
    return {"number": done.number, "digest": done.digest, "files": dict(done.files), "faults": list(done.told),
            "failure": done.failure}  # fmt: skip


def _read(row: dict[str, Any]) -> Done:
    told = tuple((str(code), value, limit, str(note)) for code, value, limit, note in row["faults"])
    return Done(row["number"], row["digest"], tuple(row["files"].items()), told, row["failure"])


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def draw_one(task: Task) -> Done:
    """Draw and write one sheet; a failure is told, not raised."""
    number, digest = task.sheet.number, task.digest
    try:
        figure, faults = compose(task.sheet, task.look)
        files = []
        for kind, path in task.files:
            content = encode(figure, kind, task.look.fonts, title=f"{task.sheet.title} {number}")
            write_whole(path, content)
            files.append((path.name, _sum(content)))
    except _FAILURES as error:
        reason = error.zh if isinstance(error, RiverlineError) else f"{type(error).__name__}: {error}"
        return Done(number, digest, failure=reason, status="failed")
    rows = zip(faults["code"], faults["value"], faults["limit"], faults["note"], strict=True)
    told = tuple((str(code), _number(value), _number(limit), str(note)) for code, value, limit, note in rows)
    return Done(number, digest, tuple(files), told)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def draw_all(tasks: Sequence[Task], manifest: Manifest, crew: Crew, tell: Callable[[int, int], None]) -> None:
    """Draw sheets, but for those that an earlier run drew.

    Parameters
    ----------
    tasks
        The sheets.
    manifest
        Takes note of each.
    crew
        Who draws.
    tell
        Told how many are done, of how many.
    """
    rest = []
    for task in tasks:
        kept = manifest.kept(task)
        if kept is None:
            rest.append(task)
        else:
            manifest.add(kept)
    tell(len(manifest.done), len(tasks))
    for done in crew.draw(rest):
        manifest.add(done)
        tell(len(manifest.done), len(tasks))
    manifest.save()
