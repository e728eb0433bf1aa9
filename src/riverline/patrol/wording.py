"""What is said of a patrol, in either language."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riverline.schema import Language

__all__ = ["reason_of"]

_TESTS = {
    "time": ("时长 {value:.0f} 分钟，少于 {limit:g} 分钟", "{value:.0f} min, less than {limit:g} min"),
    "length": ("长度 {value:.0f} 米，少于 {limit:g} 米", "{value:.0f} m, less than {limit:g} m"),
    "gap": ("距上次有效巡河 {value:.1f} 小时，不超过 {limit:g} 小时",
            "{value:.1f} h since the last valid patrol, not more than {limit:g} h"),
    "copy": ("与另一条轨迹逐点相同", "runs through the very places of another track"),
    "off_river": ("没有沿河行走", "follows no river"),
    "vehicle": ("平均 {value:.1f} km/h，快于 {limit:g} km/h，不是步行察看",
                "{value:.1f} km/h on average, faster than {limit:g} km/h: no walk"),
    "time?": ("没有时间，时长无法判定", "no times: duration unknown"),
    "gap?": ("没有日期，间隔无法判定", "no day: interval unknown"),
    "level?": ("没有级别，不知适用哪条规则", "no level: which rule holds is unknown"),
    "season?": ("没有日期，不知适用哪个季节的规则", "no day: which season's rule holds is unknown"),
}  # fmt: skip
_FINE = {
    True: ("符合要求", "keeps what is asked for"),
    False: ("规则对该级别没有规定有效条件", "no rule says what a patrol of this level needs"),
}


def reason_of(
    tests: Sequence[tuple[str, float, float]], language: Language, *, ruled: bool, certain: bool = True
) -> str:
    """One sentence on why a patrol counts or not.

    Parameters
    ----------
    tests
        What failed or could not be judged (``time?``): its name, what was measured, what was asked for.
    language
        ``"zh"`` or ``"en"``.
    ruled
        Whether a rule speaks of the level.
    certain
        Whether the rule was verified.

    Examples
    --------
    >>> reason_of([("time", 12.0, 30.0)], "zh", ruled=True)
    '时长 12 分钟，少于 30 分钟'
    >>> reason_of([], "en", ruled=True, certain=False)
    'keeps what is asked for (rule not verified)'
    """
    at = 0 if language == "zh" else 1
    told = [_TESTS[name][at].format(value=value, limit=limit) for name, value, limit in tests] or [_FINE[ruled][at]]
    doubt = "" if certain else ("（规则未核实）", " (rule not verified)")[at]
    return ("；", "; ")[at].join(told) + doubt
