"""Reading zone rules: by name or path, for a day."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from riverline.rules.dating import as_day
from riverline.rules.shipped import RuleFolder, listed, load, names_in
from riverline.rules.zoning.model import ZoneRules

if TYPE_CHECKING:
    import datetime as dt
    import os

    import pandas as pd

__all__ = ["list_zone_rules", "load_zone_rules"]

_SHIPPED = files("riverline.rules") / "zoning"
_KIND = RuleFolder(_SHIPPED, "分区规则", "zone rules")


def load_zone_rules(name_or_path: str | os.PathLike[str] = "national", *, on: dt.date | str | None = None) -> ZoneRules:
    """Zone rules that ship, or one's own from a TOML file, as they are in force on a day.

    Parameters
    ----------
    name_or_path
        Name of shipped zone rules (:func:`list_zone_rules` lists them), or path of a ``.toml`` file.
    on
        Day as a date or as ISO text; if not given, the rules without an end.

    Returns
    -------
    ZoneRules
        Frozen.

    Raises
    ------
    RuleError
        If there is no such file, if it is no TOML or holds wrong values (all are listed), or nothing is in force.

    Examples
    --------
    >>> import riverline as rl
    >>> rules = rl.rules.load_zone_rules("national")
    >>> rules.policy.default_type, rules.type_of(1).restraints[:6]
    (2, '仅可建设保障')
    """
    day = as_day(on)
    return load(_KIND, name_or_path, ZoneRules).in_force(day)


def list_zone_rules() -> pd.DataFrame:
    """The zone rules that ship, one row each.

    Returns
    -------
    DataFrame
        ``name``, ``title``, ``title_en``, ``jurisdiction``, ``rules`` (how many) and ``certainty`` (marks).

    Examples
    --------
    >>> import riverline as rl
    >>> rl.rules.list_zone_rules()["name"].tolist()
    ['national']
    """
    every = [load_zone_rules(name) for name in names_in(_SHIPPED)]
    return listed(every, counted=lambda each: len(each.rules), cited=lambda each: each.rules)
