"""What can be wrong with outfalls, intakes and water-quality sections."""

from __future__ import annotations

from riverline.faults.code import Code

__all__ = ["OUTFALL_CODES"]

OUTFALL_CODES = (
    Code("outfall-class-unknown", "warning", "排污口 {feature} 的类型“{note}”不在类型表中，记为不明",
         "class {note} of outfall {feature} is not in the table of classes; it is unknown", "按 HJ 1312 填写类型",
         "write the class of HJ 1312"),
    Code("place-off-river", "warning", "{layer} {feature} 离最近的河流 {value} {unit}（允许 {limit} {unit}），未定位",
         "{feature} of {layer} lies {value} {unit} from the nearest river (allowed {limit} {unit}); it was put on none",
         "核对位置，或加大 near_m", "check its place, or widen near_m"),
    Code("place-no-axis", "error", "{layer} {feature} 的河流 {note} 没有中心线，未落到河流上",
         "river {note} of {feature} in {layer} has no axis; it was put on none", "补充中心线或更正河流编码",
         "give its axis or mend the code"),
    Code("target-unreadable", "warning", "水质断面 {feature} 的水质类别“{note}”无法识别，是否达标不明",
         "class {note} of section {feature} cannot be read; whether the target was met is unknown",
         "写 I、II、III、IV、V 或劣V", "write I, II, III, IV, V, or 6 for what is worse than V"),
)  # fmt: skip
