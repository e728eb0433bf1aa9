"""TOML files of one kind: what ships in a folder of this package, or a file of one's own, read into its model."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd
from pydantic import BaseModel, ValidationError

from riverline.errors import RuleError
from riverline.rules.wording import wrong_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from importlib.resources.abc import Traversable

    from riverline.errors import RiverlineError
    from riverline.rules.headed import Cited, HeadedRules

__all__ = ["RuleFolder", "find", "listed", "load", "names_in", "read", "validated", "wrong_file"]

Model = TypeVar("Model", bound=BaseModel)
Rules = TypeVar("Rules", bound="HeadedRules")

_SUFFIX = ".toml"


@dataclass(frozen=True, slots=True)
class RuleFolder:
    """Where files of one kind ship, what they are called in both languages (in English several), and their error."""

    folder: Traversable
    zh: str
    en: str
    error: type[RiverlineError] = RuleError


def names_in(folder: Traversable) -> list[str]:
    """Names of what ships in a folder, in alphabetical order."""
    return sorted(each.name.removesuffix(_SUFFIX) for each in folder.iterdir() if each.name.endswith(_SUFFIX))


def find(kind: RuleFolder, source: str | os.PathLike[str], *, beside: Path | None = None) -> Traversable:
    """What ships under a name, or the file at a path.

    Parameters
    ----------
    kind
        What is looked for.
    source
        Name of what ships, or path of a ``.toml`` file.
    beside
        The folder that a path is from; None: the one that the process is in.

    Raises
    ------
    RiverlineError
        Of the kind, if there is no such file: it names those that ship.
    """
    text = os.fspath(source)
    if isinstance(source, str) and text in names_in(kind.folder):
        return kind.folder / f"{text}{_SUFFIX}"
    path = (Path(text) if beside is None else beside / text).absolute()
    if path.suffix != _SUFFIX or not path.is_file():
        there = ", ".join(names_in(kind.folder))
        raise kind.error(
            f"没有{kind.zh} {text!r}；现有：{there}；自编的请给出 .toml 文件的路径",
            f"no {kind.en} are called {text!r}; shipped are: {there}; for your own give the path of a .toml file",
        )
    return path


def read(kind: RuleFolder, path: Traversable) -> tuple[str, dict[str, Any]]:
    """What a file says, as text and as values.

    Raises
    ------
    RiverlineError
        Of the kind, if it is not UTF-8 or no TOML.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        return text, tomllib.loads(text)
    except UnicodeDecodeError as error:
        zh, en = "不是 UTF-8 编码；请另存为 UTF-8", "is not UTF-8; save it as UTF-8"
        raise kind.error(f"{kind.zh}文件 {path.name} {zh}", f"{path.name} ({kind.en}) {en}") from error
    except tomllib.TOMLDecodeError as error:
        raise kind.error(
            f"{kind.zh}文件 {path.name} 不是合法的 TOML：{error}", f"{path.name} ({kind.en}) is no TOML: {error}"
        ) from error


def validated(kind: RuleFolder, path: Traversable, model: type[Model], text: str, data: dict[str, Any]) -> Model:
    """The model of what a file says.

    Raises
    ------
    RiverlineError
        Of the kind, if values are wrong: all are listed.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise wrong_file(kind, path, wrong_values(error, text=text, data=data)) from error


def wrong_file(kind: RuleFolder, path: Traversable, problems: Iterable[tuple[str, str]]) -> RiverlineError:
    """The error that lists what is wrong with a file."""
    return kind.error.listing(f"{kind.zh}文件 {path.name} 有误", f"{path.name} ({kind.en}) is wrong", list(problems))


def load(
    kind: RuleFolder,
    name_or_path: str | os.PathLike[str],
    model: type[Model],
    problems: Callable[[Model], Iterable[tuple[str, str]]] = lambda _: (),
) -> Model:
    """What ships under a name, or one's own from a file, read into a model.

    Parameters
    ----------
    kind, name_or_path
        As for :func:`find`.
    model
        What it is read into.
    problems
        What is wrong with it beyond its form, in both languages.

    Raises
    ------
    RiverlineError
        Of the kind, if there is no such file, or it is no TOML or holds wrong values: all are listed.
    """
    path = find(kind, name_or_path)
    made = validated(kind, path, model, *read(kind, path))
    wrong = list(problems(made))
    if wrong:
        raise wrong_file(kind, path, wrong)
    return made


def listed(
    sets: Sequence[Rules], *, counted: Callable[[Rules], int], cited: Callable[[Rules], Sequence[Cited]]
) -> pd.DataFrame:
    """A row each: ``name``, ``title``, ``title_en``, ``jurisdiction``, ``rules`` (how many), ``certainty`` (marks)."""
    marks = [{each.mark(rule) for rule in cited(each)} for each in sets]
    heads = ("name", "title", "title_en", "jurisdiction")
    return pd.DataFrame(
        {
            **{name: [getattr(each, name) for each in sets] for name in heads},
            "rules": [counted(each) for each in sets],
            "certainty": [", ".join(sorted(each)) for each in marks],
        }
    )
