"""Files that are there whole or not at all, and the one error that says why not."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from riverline.errors import JobError, RiverlineError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["cannot_write", "drafted", "publish", "publish_folder", "why_full", "write_whole"]

# A file's own name may be as long as a folder allows; that of its draft is longer.
_LONGEST_PREFIX = 40
_PROBE = bytes(1 << 20)
_FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT} if os.name == "posix" else {errno.ENOSPC})


@contextmanager
def drafted(target: Path, *, error: type[RiverlineError] = JobError) -> Iterator[Path]:
    """A file to write in a folder of its own beside the target; it takes the target's place when the block ends.

    Parameters
    ----------
    target
        Where the file goes; its folder has to be there.
    error
        What is raised if the disk says no.

    Raises
    ------
    RiverlineError
        Of that kind, in words. Whatever ends the block early leaves nothing behind, and an older file as it was.

    Examples
    --------
    >>> target = Path(tempfile.mkdtemp()) / "a.txt"
    >>> with drafted(target) as draft:
    ...     _ = draft.write_text("all of it")
    >>> target.read_text(), len(list(target.parent.iterdir()))
    ('all of it', 1)
    """
    require_name(target)
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.stem[:_LONGEST_PREFIX]}.") as folder:
            draft = Path(folder) / f"draft{target.suffix.lower()}"
            yield draft
            publish(draft, target)
    except RiverlineError:
        raise
    except OSError as reason:
        raise cannot_write(target, reason.strerror or str(reason), error=error) from reason


def publish(draft: Path, target: Path) -> None:
    """Put a finished file in its place, so that after a crash either it or the older one is there whole."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(target)
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def publish_folder(draft: Path, target: Path) -> None:
    """Put a finished folder in its place; the older one is set aside beside the draft, and put back if that fails.

    Parameters
    ----------
    draft
        The new folder, alone in a folder that its writer removes.
    target
        Where it goes.

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in ("drafts/new", "old"):
    ...     (folder / name).mkdir(parents=True)
    >>> publish_folder(folder / "drafts" / "new", folder / "old")
    >>> sorted(each.name for each in (folder / "drafts").iterdir())
    ['before']
    """
    before = draft.with_name("before")
    if target.exists():
        target.rename(before)
    try:
        draft.rename(target)
    except OSError:
        if before.exists():
            before.rename(target)
        raise


def why_full(draft: Path) -> str:
    """What the disk says if it takes no more of a draft that is given up; empty if it takes a megabyte more.

    Libraries that write through a cache of their own name the statement that they failed in, not the full disk.

    Parameters
    ----------
    draft
        A file that is there, or is not there yet. It is spoilt.

    Examples
    --------
    >>> why_full(Path(tempfile.mkdtemp()) / "a.gpkg")
    ''
    """
    try:
        with draft.open("ab") as file:
            file.write(_PROBE)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return error.strerror or str(error) if error.errno in _FULL else ""
    return ""


def write_whole(target: Path, content: bytes) -> None:
    """Put bytes into a file at once: through a file beside it that is then renamed.

    Parameters
    ----------
    target
        The file; its folder has to be there.
    content
        All of it.

    Raises
    ------
    JobError
        If the folder is missing, full or not to be written to; an older file stays as it was.

    Examples
    --------
    >>> target = Path(tempfile.mkdtemp()) / "a.txt"
    >>> write_whole(target, b"all of it")
    >>> target.read_bytes(), len(list(target.parent.iterdir()))
    (b'all of it', 1)
    """
    require_name(target)
    try:
        with tempfile.NamedTemporaryFile(
            dir=target.parent, prefix=f".{target.name[:_LONGEST_PREFIX]}.", delete=False
        ) as file:
            draft = Path(file.name)
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                draft.chmod(0o644)
                draft.replace(target)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise cannot_write(target, error.strerror or str(error)) from error


def require_name(target: Path) -> None:
    """Raise if no disk can hold a file of that name.

    Raises
    ------
    JobError
        If it has a null byte.
    """
    if "\0" in str(target):
        name = target.name.replace("\0", "\ufffd")
        raise JobError(f"文件名 {name} 含空字符，不能使用", f"the file name {name} has a null byte: use another")


def cannot_write(target: Path, reason: str, *, error: type[RiverlineError] = JobError) -> RiverlineError:
    """The error of a file that cannot be written, of a kind.

    Examples
    --------
    >>> cannot_write(Path("a.txt"), "disk full").en.partition(";")[0]
    'cannot write a.txt: disk full'
    """
    return error(
        f"无法写入 {target}：{reason}；请检查文件夹是否存在、可写、有剩余空间，文件是否被其他程序打开",
        f"cannot write {target}: {reason}; see that the folder is there, writable and not full, and that no other "
        "program holds the file",
    )
