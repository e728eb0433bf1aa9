"""What ships as TOML in a folder of this package, or is one's own: found by its name or path, read into its model."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from riverline.errors import JobError
from riverline.rules.shipped import names_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from importlib.resources.abc import Traversable

__all__ = ["Frozen", "load", "to_tuple"]

Model = TypeVar("Model", bound=BaseModel)

_SUFFIX = ".toml"


class Frozen(BaseModel):
    """A value read from TOML: nothing of it changes, and names that it does not know are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


def to_tuple(value: object) -> object:
    """Lists as they come from TOML, as tuples."""
    return tuple(value) if isinstance(value, list) else value


def load(
    name_or_path: str | os.PathLike[str],
    folder: Traversable,
    model: type[Model],
    problems: Callable[[Model], Iterable[tuple[str, str]]],
    *,
    called: tuple[str, str],
) -> Model:
    """What ships under a name, or one's own from a file.

    Parameters
    ----------
    name_or_path
        Name of what ships in ``folder``, or path of a ``.toml`` file.
    folder
        What ships.
    model
        What it is read into.
    problems
        What is wrong with it beyond its form, in both languages.
    called
        What such a thing is called, in both languages.

    Raises
    ------
    JobError
        If there is nothing of that name, or the file holds wrong values.
    """
    zh, en = called
    path = _find(os.fspath(name_or_path), folder, zh, en)
    try:
        read = model.model_validate(tomllib.loads(path.read_bytes().decode("utf-8-sig")))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise JobError(f"{zh} {path.name} 有误：{error}", f"{en} {path.name} is wrong: {error}") from error
    wrong = list(problems(read))
    if wrong:
        raise JobError.listing(f"{zh} {path.name} 有误", f"{en} {path.name} is wrong", wrong)
    return read


def _find(text: str, folder: Traversable, zh: str, en: str) -> Traversable:
    names = names_in(folder)
    if text in names:
        return folder / f"{text}{_SUFFIX}"
    if not Path(text).is_file():
        listed = ", ".join(names)
        raise JobError(
            f"没有{zh} {text!r}；现有：{listed}；自编{zh}请给出 .toml 文件的路径",
            f"there is no {en} {text!r}; shipped are: {listed}; for your own give the path of a .toml file",
        )
    return Path(text)
