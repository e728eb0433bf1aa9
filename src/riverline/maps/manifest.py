"""What a batch of maps has written: every file with its digest, so that the next run draws only what is new."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riverline.errors import JobError
from riverline.io.whole_files import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["INDEX", "MANIFEST", "Drawn", "Journal", "file_digest", "text_digest", "write_manifest"]

MANIFEST, INDEX, JOURNAL = "manifest.json", "index.html", ".riverline-maps.jsonl"
FORMAT = "riverline-maps-1"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A map of a batch.

    Attributes
    ----------
    unit, title
        Code of the river, county or chief, and what it is called.
    file
        The map, relative to the folder; empty if it could not be drawn.
    input
        Digest of all that the map is made of.
    sha256, size
        Digest of the file, and its bytes.
    counts
        Number of features by layer.
    assets
        Shared files that the map needs, relative to the folder.
    note
        Why it could not be drawn.
    """

    unit: str
    title: str
    file: str
    input: str
    sha256: str = ""
    size: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    assets: tuple[str, ...] = ()
    note: str = ""


def text_digest(*parts: object) -> str:
    """SHA-256 of parts as JSON."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True, sort_keys=True, default=str).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file, empty if it is not there."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Journal:
    """What was drawn so far, line by line beside the maps: a run that was killed goes on from there.

    Parameters
    ----------
    folder
        Of the batch.

    Raises
    ------
    JobError
        If the folder holds an index page that no batch wrote, or cannot be written to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.before = {each.file: each for each in (*_of_manifest(folder), *_of_journal(folder))}
        if (folder / INDEX).exists() and not self.before and not (folder / MANIFEST).exists():
            raise JobError(
                f"文件夹 {folder.name} 中已有其他 {INDEX}；请换一个新文件夹",
                f"folder {folder.name} holds another {INDEX}: take a new one",
            )

    def kept(self, file: str, digest: str) -> Drawn | None:
        """What an earlier run wrote of the same input, if its file and its assets are still there whole."""
        known = self.before.get(file)
        if known is None or known.input != digest or known.sha256 != file_digest(self.folder / file):
            return None
        return known if all((self.folder / asset).is_file() for asset in known.assets) else None

    def add(self, drawn: Drawn) -> None:
        """Write down that a map was drawn."""
        line = json.dumps(asdict(drawn), ensure_ascii=False, sort_keys=True) + "\n"
        with (self.folder / JOURNAL).open("ab") as file:
            file.write(line.encode("utf-8", "replace"))

    def close(self, drawn: Iterable[Drawn]) -> None:
        """Take away maps of earlier runs that are no longer part of the batch, and the journal."""
        kept = {path for each in drawn for path in (each.file, *each.assets)}
        for each in self.before.values():
            path = self.folder / each.file
            if each.file and each.file not in kept and file_digest(path) == each.sha256:
                path.unlink()
            for asset in set(each.assets) - kept:
                (self.folder / asset).unlink(missing_ok=True)
        (self.folder / JOURNAL).unlink(missing_ok=True)


def write_manifest(folder: Path, about: Mapping[str, Any], drawn: Iterable[Drawn]) -> Path:
    """Write the manifest: what the batch is, its maps, and every file with its digest."""
    maps = [asdict(each) for each in drawn]
    names = sorted({each["file"] for each in maps if each["file"]} | {path for each in maps for path in each["assets"]})
    files = [_file(folder, name) for name in (INDEX, *names)]
    content = {"format": FORMAT, **about, "maps": maps, "files": files}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1)
    write_whole(folder / MANIFEST, (text + "\n").encode("utf-8", "replace"))
    return folder / MANIFEST


def _file(folder: Path, name: str) -> dict[str, Any]:
    return {"file": name, "sha256": file_digest(folder / name), "size": (folder / name).stat().st_size}


def _of_manifest(folder: Path) -> list[Drawn]:
    try:
        content = json.loads((folder / MANIFEST).read_text("utf-8"))
        ours = content.get("format") == FORMAT
        return [_drawn(each) for each in content["maps"]] if ours else []
    except (FileNotFoundError, json.JSONDecodeError, UnicodeDecodeError, AttributeError, KeyError, TypeError):
        return []


def _of_journal(folder: Path) -> list[Drawn]:
    """Lines of a run that did not end; the last may be half a line."""
    try:
        lines = (folder / JOURNAL).read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    found = []
    for line in lines[:-1]:
        try:
            found.append(_drawn(json.loads(line)))
        except (json.JSONDecodeError, UnicodeDecodeError, TypeError, KeyError):
            continue
    return found


def _drawn(row: Mapping[str, Any]) -> Drawn:
    """A row as it was; its files must lie in the folder, whoever wrote the manifest."""
    paths = (row["file"], *row["assets"])
    if any(Path(path).is_absolute() or ".." in Path(path).parts for path in paths):
        raise KeyError(row["file"])
    return Drawn(**{**row, "assets": tuple(row["assets"])})
