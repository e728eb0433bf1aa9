"""Rule files of one kind: what ships in a folder of this package, or a file of one's own, read into its model."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pandas as pd
from pydantic import BaseModel, ValidationError

from riverline.errors import RuleError
from riverline.rules.wording import wrong_values

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.resources.abc import Traversable

    from riverline.rules.headed import Cited, HeadedRules

__all__ = ["RuleFolder", "listed", "load", "names_in"]

Model = TypeVar("Model", bound=BaseModel)
Rules = TypeVar("Rules", bound="HeadedRules")

_SUFFIX = ".toml"


@dataclass(frozen=True, slots=True)
class RuleFolder:
    """Where rules of one kind ship, and what they are called in both languages."""

    folder: Traversable
    zh: str
    en: str


def names_in(folder: Traversable) -> list[str]:
    """Names of what ships in a folder, in alphabetical order."""
    return sorted(each.name.removesuffix(_SUFFIX) for each in folder.iterdir() if each.name.endswith(_SUFFIX))


def load(kind: RuleFolder, name_or_path: str | os.PathLike[str], model: type[Model]) -> Model:
    """What ships under a name, or one's own from a file, read into a model.

    Raises
    ------
    RuleError
        If there is no such file, or it is no TOML or holds wrong values: all are listed.
    """
    path = _find(kind, os.fspath(name_or_path), named=isinstance(name_or_path, str))
    zh, en = f"{kind.zh}文件 {path.name}", f"{kind.en} {path.name}"
    try:
        text = path.read_bytes().decode("utf-8-sig")
        data = tomllib.loads(text.replace("\r\n", "\n"))
        return model.model_validate(data)
    except UnicodeDecodeError as error:
        raise RuleError(f"{zh} 不是 UTF-8 编码；请另存为 UTF-8", f"{en} are not UTF-8; save them as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{zh} 不是合法的 TOML：{error}", f"{en} are no TOML: {error}") from error
    except ValidationError as error:
        problems = list(wrong_values(error, text=text, data=data))
        raise RuleError.listing(f"{zh} 有误", f"{en} are wrong", problems) from error


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


def _find(kind: RuleFolder, text: str, *, named: bool) -> Traversable:
    names = names_in(kind.folder)
    if named and text in names:
        return kind.folder / f"{text}{_SUFFIX}"
    path = Path(text)
    if not path.is_file():
        there = ", ".join(names)
        raise RuleError(
            f"没有{kind.zh} {text!r}；现有：{there}；自编规则请给出 .toml 文件的路径",
            f"there are no {kind.en} {text!r}; shipped are: {there}; for your own give the path of a .toml file",
        )
    return path
