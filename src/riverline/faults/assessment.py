"""What can be wrong with the values of an assessment."""

from __future__ import annotations

from riverline.faults.code import Code

__all__ = ["ASSESSMENT_CODES"]

ASSESSMENT_CODES = (
    Code("value-without-subject", "error", "指标值 {feature} 缺少{note}，未计入",
         "value {feature} lacks {note}; it was not counted", "填写完整", "fill it in"),
    Code("indicator-unknown", "warning", "指标 {feature} 不在考核办法中，{value} 个值未计入",
         "indicator {feature} is not in the score sheet; its values ({value}) were not counted",
         "核对指标编号；考核办法不用的指标可不理会",
         "check the id of the indicator; one that the sheet does not use may be ignored"),
    Code("value-twice", "error", "指标值 {feature} 与同一对象、考核期、指标的另一行冲突（{note}），均未使用",
         "value {feature} has a rival for its subject, period and indicator ({note}); neither was used",
         "只留一行，或在考核办法中写 combine = sum", "keep one, or write combine = sum"),
    Code("value-out-of-range", "error", "指标值 {feature} 为 {value}，超出该指标允许的范围，按未知处理",
         "value {feature} is {value}, beyond what its indicator may be; it counts as unknown",
         "比例写 0 到 1，次数不小于 0", "shares run from 0 to 1, counts are not below 0"),
)  # fmt: skip
