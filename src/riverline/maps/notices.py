"""What a map has to say of the rivers and features that are not on it: an absent river is not a finished one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from riverline.faults import describe
from riverline.schema import COVERAGE, PATROL_GAPS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["counted", "undrawn", "unmeasured"]

_COUNTED = {
    COVERAGE.name: {
        "zh": "走到程度的数字是责任段数（每名河长每岸每期一段）。",
        "en": "Numbers beside how much was walked count reaches on duty, one for each chief, bank and period.",
    },
    PATROL_GAPS.name: {
        "zh": "未走到河段的数字是空白处数，一个责任段可有几处。",
        "en": "The number of reaches not walked counts gaps, of which one reach on duty may have several.",
    },
}

_SHOWN = 8
# Errors that leave a feature without its place on the map, or without an answer.
_CODES = ("river-not-done", "change-not-compared", "feature-blank", "geometry-missing", "geometry-empty")
_WORDS = {
    "zh": {
        "title": "未能绘出（{count}）",
        "unknown": "未能比较，有无变化不明（{count}）",
        "more": "… 另有 {left} 条，见质检问题",
        "row": "{name}：{detail}",
        "no_duty": "未作巡河统计，走到与否不明（{count}）",
    },
    "en": {
        "title": "Could not be drawn ({count})",
        "unknown": "Not compared, change unknown ({count})",
        "more": "… {left} more, see the faults",
        "row": "{name}: {detail}",
        "no_duty": "Patrols not measured, whether walked unknown ({count})",
    },
}


def counted(layers: Sequence[Layer], language: Language) -> str:
    """What the numbers of the legend count, of those layers of patrols that are on a map; empty where none are.

    Examples
    --------
    >>> from riverline import schema
    >>> from riverline.style import collect
    >>> counted(collect(schema.PATROL_GAPS.empty("EPSG:4548").reindex([0])), "zh")
    '未走到河段的数字是空白处数，一个责任段可有几处。'
    >>> counted(collect(schema.AXES.empty("EPSG:4548")), "zh")
    ''
    """
    there = {layer.name for layer in layers if len(layer.frame)}
    parting = "" if language == "zh" else " "
    return parting.join(words[language] for name, words in _COUNTED.items() if name in there)


def undrawn(layers: Sequence[Layer], language: Language, names: Mapping[str, str]) -> dict[str, Any] | None:
    """The notice of what could not be drawn, from the faults among the layers; None where everything is there.

    Parameters
    ----------
    layers
        Everything that the map was given.
    language
        Language of the sentences.
    names
        River names by code.

    Returns
    -------
    dict or None
        ``title`` with the count, ``rows`` with a sentence each: rivers first, at most eight and a line for the rest.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> import riverline as rl
    >>> from riverline.style import collect
    >>> line = [shapely.LineString([(500_000, 3_500_000), (501_000, 3_500_000)])]
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=line, crs=4548)
    >>> result = rl.demarcate(axes, rl.load_rules("national"))
    >>> undrawn(collect(result), "zh", {"R1": "清水河"})["title"]
    '未能绘出（1）'
    """
    frames = _of("faults", layers)
    found = [frame[frame["code"].isin(_CODES)] for frame in frames]
    rows = [describe(each, language) for each in found if len(each)]
    if not rows:
        return None
    told = pd.concat([pd.DataFrame(each[["code", "feature_id", "detail"]]) for each in rows]).drop_duplicates()
    order = told["code"].map({code: number for number, code in enumerate(_CODES)})
    told = told.assign(_order=order).sort_values(["_order", "feature_id", "detail"])
    words = _WORDS[language]
    texts = [
        words["row"].format(name=names.get(code, code), detail=detail)
        for code, detail in zip(told["feature_id"].head(_SHOWN), told["detail"].head(_SHOWN), strict=True)
    ]
    left = len(told) - _SHOWN
    title = "unknown" if (told["code"] == "change-not-compared").all() else "title"
    return {
        "title": words[title].format(count=len(told)),
        "rows": texts + [words["more"].format(left=left)] * (left > 0),
    }


def unmeasured(layers: Sequence[Layer], language: Language, names: Mapping[str, str]) -> dict[str, Any] | None:
    """The notice of rivers that patrols were not measured on, as :func:`undrawn` has it; None where there are none.

    These are the rivers that no chief answers for, and, beside coverage, axes that it says nothing of.

    Examples
    --------
    >>> import riverline as rl
    >>> from riverline.style import collect
    >>> told = rl.faults.found("river-without-duty", layer="axes", feature_id=["R1"], geometry=[None], crs=4548)
    >>> unmeasured(collect(told), "zh", {"R1": "清水河"})
    {'title': '未作巡河统计，走到与否不明（1）', 'rows': ['清水河']}
    """
    found = [frame.loc[frame["code"] == "river-without-duty", "feature_id"] for frame in _of("faults", layers)]
    codes = {str(code) for each in found for code in each}
    if coverage := _of("coverage", layers):
        measured = {str(code) for frame in coverage for code in frame["river_id"].dropna()}
        codes |= {str(code) for frame in _of("axes", layers) for code in frame["river_id"].dropna()} - measured
    rivers = sorted({names.get(code, code) for code in codes})
    if not rivers:
        return None
    words, left = _WORDS[language], len(rivers) - _SHOWN
    more = [words["more"].format(left=left)] * (left > 0)
    return {"title": words["no_duty"].format(count=len(rivers)), "rows": [*rivers[:_SHOWN], *more]}


def _of(schema: str, layers: Sequence[Layer]) -> list[pd.DataFrame]:
    return [layer.frame for layer in layers if layer.schema is not None and layer.schema.name == schema]
