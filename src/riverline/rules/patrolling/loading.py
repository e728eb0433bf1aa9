"""Reading patrol rules: by name or path, for a day."""

from __future__ import annotations

import os
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from pydantic import ValidationError

from riverline.errors import RuleError
from riverline.rules.dating import as_day
from riverline.rules.patrolling.model import PatrolRules
from riverline.rules.wording import wrong_values

if TYPE_CHECKING:
    import datetime as dt
    from importlib.resources.abc import Traversable

__all__ = ["list_patrol_rules", "load_patrol_rules"]

_SHIPPED = files("riverline.rules") / "patrolling"
_SUFFIX = ".toml"


def load_patrol_rules(
    name_or_path: str | os.PathLike[str] = "national", *, on: dt.date | str | None = None
) -> PatrolRules:
    """Patrol rules that ship, or one's own from a TOML file, as they are in force on a day.

    Parameters
    ----------
    name_or_path
        Name of shipped patrol rules (:func:`list_patrol_rules` lists them), or path of a ``.toml`` file.
    on
        Day as a date or as ISO text; if not given, the rules without an end.

    Returns
    -------
    PatrolRules
        Frozen.

    Raises
    ------
    RuleError
        If there is no such file, if it is no TOML or holds wrong values (all are listed), or nothing is in force.

    Examples
    --------
    >>> import riverline as rl
    >>> rules = rl.rules.load_patrol_rules("gansu")
    >>> [(each.levels[0], each.times, each.per) for each in rules.frequencies if "city" in each.levels]
    [('city', 2, 'year')]
    """
    day = as_day(on)
    path = _find(os.fspath(name_or_path), named=isinstance(name_or_path, str))
    try:
        text = path.read_bytes().decode("utf-8-sig")
        data = tomllib.loads(text.replace("\r\n", "\n"))
        rules = PatrolRules.model_validate(data)
    except UnicodeDecodeError as error:
        raise RuleError(
            f"巡河规则文件 {path.name} 不是 UTF-8 编码；请另存为 UTF-8",
            f"patrol rules {path.name} are not UTF-8; save them as UTF-8",
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise RuleError(
            f"巡河规则文件 {path.name} 不是合法的 TOML：{error}", f"patrol rules {path.name} are no TOML: {error}"
        ) from error
    except ValidationError as error:
        problems = wrong_values(error, text=text, data=data)
        raise RuleError.listing(
            f"巡河规则文件 {path.name} 有误", f"patrol rules {path.name} are wrong", list(problems)
        ) from error
    return rules.in_force(day)


def list_patrol_rules() -> pd.DataFrame:
    """The patrol rules that ship, one row each.

    Returns
    -------
    DataFrame
        ``name``, ``title``, ``title_en``, ``jurisdiction``, ``rules`` (how many) and ``certainty`` (marks).

    Examples
    --------
    >>> import riverline as rl
    >>> rl.rules.list_patrol_rules()["name"].tolist()
    ['anhui_dinghu', 'gansu', 'guangzhou', 'national', 'shandong_malantun', 'xinjiang_aheqi']
    """
    sets = [load_patrol_rules(name) for name in _names()]
    marks = [{each.certainty or document.seen for each in (*one.validities, *one.frequencies)
              for document in one.documents if document.id == each.document} for one in sets]  # fmt: skip
    return pd.DataFrame(
        {
            "name": [each.name for each in sets],
            "title": [each.title for each in sets],
            "title_en": [each.title_en for each in sets],
            "jurisdiction": [each.jurisdiction for each in sets],
            "rules": [len(each.validities) + len(each.frequencies) for each in sets],
            "certainty": [", ".join(sorted(each)) for each in marks],
        }
    )


def _names() -> list[str]:
    return sorted(each.name.removesuffix(_SUFFIX) for each in _SHIPPED.iterdir() if each.name.endswith(_SUFFIX))


def _find(text: str, *, named: bool) -> Traversable:
    if named and text in _names():
        return _SHIPPED / f"{text}{_SUFFIX}"
    path = Path(text)
    if not path.is_file():
        listed = ", ".join(_names())
        raise RuleError(
            f"没有巡河规则 {text!r}；现有：{listed}；自编规则请给出 .toml 文件的路径",
            f"there are no patrol rules {text!r}; shipped are: {listed}; for your own give the path of a .toml file",
        )
    return path
