"""Codes that are no choices of a column and yet have names: layers, ranks of rivers, several reasons in one cell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from riverline.faults.words import layer_label
from riverline.schema import PROBLEMS, STAKES
from riverline.schema.patrols import UNMET

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from riverline.schema import Language

__all__ = ["named", "parts_named"]


def named(column: str, codes: str, language: Language) -> str:
    """Codes of a column by their names; what has none stays as it is.

    Parameters
    ----------
    column
        Name of the column.
    codes
        One code, or several with commas between them.
    language
        Language of the names.

    Examples
    --------
    >>> named("layers", "stakes, boards", "zh"), named("owner", "stakes", "zh")
    ('界桩、公告牌', 'stakes')
    >>> named("reasons", "start,boundary", "zh"), named("rank", "tributary-2", "en"), named("rank", "县级", "zh")
    ('起点、行政区界', 'Tributary of order 2', '县级')
    """
    name_of = _NAMES.get(column)
    if name_of is None:
        return codes
    parting = "、" if language == "zh" else ", "
    return parting.join(name_of(code, language) for code in re.split(r"\s*[,;]\s*", codes))


def parts_named(rows: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Rows of statistics with the value of the column that each is grouped by in words; other rows as they are.

    A group of rows that have no value there is called so: nobody reads a row without a name.

    Parameters
    ----------
    rows
        Any rows; those of statistics have the columns ``scope`` and ``part``.
    language
        Language of the words.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"scope": ["all", "kind", "river_id", "admin"], "part": ["*", "dumping", "QS01", ""]})
    >>> parts_named(rows, "zh")["part"].tolist()
    ['*', '乱堆', 'QS01', '未填写']
    """
    if not {"scope", "part"} <= set(rows.columns):
        return rows
    known = {scope: {each.value: each.label(language) for each in choices} for scope, choices in _PARTS.items()}
    blank = "未填写" if language == "zh" else "Not given"
    pairs = zip(rows["scope"], rows["part"].fillna(""), strict=True)
    return rows.assign(part=[known.get(scope, {}).get(part, part) or blank for scope, part in pairs])


_TRIBUTARY = re.compile(r"tributary-([1-9])")
_PARTS = {"kind": PROBLEMS["kind"].choices, "severity": PROBLEMS["severity"].choices, "bank": STAKES["bank"].choices}
_ORDERS = "一二三四五六七八九"


def _rank(code: str, language: Language) -> str:
    """The rank of a river as it is said; the office's own words stay as they are."""
    if code == "main":
        return "干流" if language == "zh" else "Main river"
    found = _TRIBUTARY.fullmatch(code)
    if found is None:
        return code
    return f"{_ORDERS[int(found[1]) - 1]}级支流" if language == "zh" else f"Tributary of order {found[1]}"


def _unmet(code: str, language: Language) -> str:
    return next((each.label(language) for each in UNMET if each.value == code), code)


_NAMES: dict[str, Callable[[str, Language], str]] = {
    "layer": layer_label,
    "layers": layer_label,
    "rank": _rank,
    "reasons": STAKES["reason"].value_label,
    "unmet": _unmet,
}
