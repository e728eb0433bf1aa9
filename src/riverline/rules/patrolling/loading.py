"""Reading patrol rules: by name or path, for a day."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from riverline.rules.dating import as_day
from riverline.rules.patrolling.model import PatrolRules
from riverline.rules.shipped import RuleFolder, listed, load, names_in

if TYPE_CHECKING:
    import datetime as dt
    import os

    import pandas as pd

__all__ = ["list_patrol_rules", "load_patrol_rules"]

_SHIPPED = files("riverline.rules") / "patrolling"
_KIND = RuleFolder(_SHIPPED, "巡河规则", "patrol rules")


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
    return load(_KIND, name_or_path, PatrolRules).in_force(day)


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
    every = [load_patrol_rules(name) for name in names_in(_SHIPPED)]
    return listed(every, counted=lambda each: len(each.cited), cited=lambda each: each.cited)
