"""Files that are there as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from riverline.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["whole_file"]


@contextlib.contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A path to write to; at the end it takes the place of the target, or is gone if anything went wrong.

    Raises
    ------
    LedgerError
        If it cannot be written.
    """
    draft = target.with_name(f".{os.getpid()}.{target.name}")
    try:
        yield draft
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError as error:
        raise LedgerError(f"无法写入 {target}：{error.strerror}", f"cannot write {target}: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
