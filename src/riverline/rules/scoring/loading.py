"""Reading score sheets: by name or path, for a day."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from riverline.rules.dating import as_day
from riverline.rules.scoring.model import ScoreRules
from riverline.rules.shipped import RuleFolder, listed, load, names_in

if TYPE_CHECKING:
    import datetime as dt
    import os

    import pandas as pd

__all__ = ["list_score_rules", "load_score_rules"]

_SHIPPED = files("riverline.rules") / "scoring"
_KIND = RuleFolder(_SHIPPED, "考核办法", "score sheets")


def load_score_rules(
    name_or_path: str | os.PathLike[str] = "example", *, on: dt.date | str | None = None
) -> ScoreRules:
    """Score sheets that ship, or one's own from a TOML file, as they are in force on a day.

    Parameters
    ----------
    name_or_path
        Name of shipped score sheets (:func:`list_score_rules` lists them), or path of a ``.toml`` file.
    on
        Day as a date or as ISO text; if not given, the rules without an end.

    Returns
    -------
    ScoreRules
        Frozen.

    Raises
    ------
    RuleError
        If there is no such file, if it is no TOML or holds wrong values (all are listed), or nothing is in force.

    Examples
    --------
    >>> import riverline as rl
    >>> rl.rules.load_score_rules("example").title
    '河湖长制考核（示例，须按本地办法改写）'
    """
    day = as_day(on)
    return load(_KIND, name_or_path, ScoreRules).in_force(day)


def list_score_rules() -> pd.DataFrame:
    """The score sheets that ship, one row each.

    Returns
    -------
    DataFrame
        ``name``, ``title``, ``title_en``, ``jurisdiction``, ``rules`` (how many) and ``certainty`` (marks).

    Examples
    --------
    >>> import riverline as rl
    >>> rl.rules.list_score_rules()["name"].tolist()
    ['example']
    """
    every = [load_score_rules(name) for name in names_in(_SHIPPED)]
    return listed(
        every, counted=lambda each: len(each.indicators) + len(each.adjustments), cited=lambda each: each.cited
    )
