"""What becomes of areas that are drawn wrongly: mended where that changes nothing, or left out, and what that does."""

from __future__ import annotations

from riverline.faults.code import Code

__all__ = ["MENDING_CODES"]

MENDING_CODES = (
    Code("left-out", "warning", "{layer} {feature} 未参与，{note}",
         "{layer} {feature} took no part: {note}", "按该要素的另一条问题修正后重做",
         "mend it as its other fault says and do it again"),
    Code("parts-united", "warning", "{layer} {feature} 的各部分互相重叠，已按合并后的范围参与，重叠 {value} {unit}",
         "parts of {layer} {feature} overlap by {value} {unit}: it took part as what they cover together",
         "合并为互不重叠的部分", "merge them into parts that do not overlap"),
    Code("area-mended", "warning",
         "{layer} {feature} 的图形无效（自接触或多余折返），修复后面积不变，已按修复后的图形参与",
         "the outline of {layer} {feature} touches itself or turns back; it took part mended, with the same area",
         "在原图层中修正图形", "mend the outline in its layer"),
)  # fmt: skip
