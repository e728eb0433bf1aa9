"""Files that are there whole or not at all, and the one error that says why not."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from riverline.errors import JobError

__all__ = ["cannot_write", "write_whole"]

# A file's own name may be as long as a folder allows; that of its draft is longer.
_LONGEST_PREFIX = 40


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


def cannot_write(target: Path, reason: str) -> JobError:
    """The error of a file that cannot be written.

    Examples
    --------
    >>> cannot_write(Path("a.txt"), "disk full").en.partition(";")[0]
    'cannot write a.txt: disk full'
    """
    return JobError(
        f"无法写入 {target}：{reason}；请检查文件夹是否存在、可写、有剩余空间，文件是否被其他程序打开",
        f"cannot write {target}: {reason}; see that the folder is there, writable and not full, and that no other "
        "program holds the file",
    )
