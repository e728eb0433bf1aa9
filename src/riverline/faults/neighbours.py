"""Faults of rivers whose extents meet: land that both claim, mouths, and strips between them that none holds."""

from __future__ import annotations

from riverline.faults.code import Code

__all__ = ["NEIGHBOUR_CODES"]

NEIGHBOUR_CODES = (
    Code("extents-shared", "note", "{feature} 与 {note} 的管理范围重叠 {value} {unit}，重叠部分归 {note}",
         "the extents of {feature} and {note} share {value} {unit}; {note} keeps it",
         "归属由规则集 policy.shared 决定：higher_rank、larger、first_code 或 midline；工程、湖库与河流之间由 "
         "shared_kinds 决定",
         "the rule set decides, in policy.shared: higher_rank, larger, first_code or midline; between works, waters "
         "and rivers in shared_kinds"),
    Code("extents-halved", "note", "{feature} 与 {note} 的管理范围重叠 {value} {unit}，沿中线各取一半",
         "the extents of {feature} and {note} share {value} {unit}, parted along the middle",
         "归属由规则集 policy.shared 决定", "the rule set decides, in policy.shared"),
    Code("shared-by-code", "warning",
         "{feature} 与 {note} 的级别、流域面积、河宽（湖库、工程的面积）分不出先后，重叠的 {value} {unit} 按编码次序归 "
         "{note}",
         "neither rank nor catchment nor width, of lakes and works area, tells whether {feature} or {note} goes first; "
         "by the order of their codes {note} keeps the {value} {unit} that they share",
         "填写中心线的 rank、catchment_km2 或 width_m", "fill in rank, catchment_km2 or width_m of their axes"),
    Code("extent-taken", "warning", "{feature} 的管理范围全部在 {note} 的管理范围内，没有自己的范围和界线",
         "all of the extent of {feature} lies in that of {note}: it has neither extent nor line of its own",
         "核对它是否为该河的一段，级别、编码是否有误",
         "see whether it is a part of that river, and whether ranks and codes are right"),
    Code("water-nested", "note",
         "{feature} 的管理范围内有另一湖库 {note}（湖中湖、岛上水面），{note} 的 {value} {unit} 单独划界",
         "{note} lies within {feature}, on an island or in its water, and keeps {value} {unit} as a range of its own",
         "核对内湖是否应并入外湖：同一编码的水面合为一个",
         "see whether the inner one is a part of the outer: water of one code is one water"),
    Code("line-dropped", "note", "{feature} 的管理范围线有 {value} {unit} 在 {note} 的管理范围内，不再画出",
         "{value} {unit} of the line of {feature} lie inside the extent of {note} and are not drawn",
         "属正常：该处的界线是共用边", "right: the line there is the edge that they share"),
    Code("mouth-closed", "note", "支流 {note} 汇入河流 {feature}，{feature} 的管理范围线横过支流口 {value} {unit}",
         "{note} joins {feature}, whose line runs across its mouth, {value} {unit}",
         '需沿支流上溯的，在规则集中写 mouth = "follow" 和 mouth_follow_m',
         'to run up the tributary write mouth = "follow" and mouth_follow_m in the rule set'),
    Code("mouth-followed", "note",
         "支流 {note} 汇入河流 {feature}，{feature} 的管理范围沿支流上溯 {limit} 米，计 {value} {unit}",
         "{note} joins {feature}, whose extent follows it for {limit} m: {value} {unit}",
         "由规则集 policy.mouth 决定", "the rule set decides, in policy.mouth"),
    Code("mouth-not-followed", "warning",
         "支流 {note} 汇入河流 {feature}，口上 {limit} 米处河弯两侧范围相连，不能截断，未沿支流上溯",
         "{note} joins {feature}, whose extent does not follow it: {limit} m above the mouth bends run together and "
         "the extent cannot be parted", "改用较短的 mouth_follow_m，或人工划定",
         "choose a shorter mouth_follow_m, or draw it by hand"),
    Code("hole-between", "warning", "{note} 的管理范围之间夹有 {value} {unit} 无归属的窄条，最宽 {limit} 米",
         "between the extents of {note} lies a strip of {value} {unit} that is in none of them, {limit} m wide at most",
         '由主管部门决定是否并入；规则集写 gaps = "give" 时并入占先的河流',
         'the authority may decide to take it in; with gaps = "give" in the rule set the river that goes first has it'),
    Code("hole-given", "note", "{note} 的管理范围之间夹有 {value} {unit} 窄条，最宽 {limit} 米，已并入 {feature}",
         "between the extents of {note} lay a strip of {value} {unit}, {limit} m wide at most, which went to {feature}",
         "由规则集 policy.gaps 决定", "the rule set decides, in policy.gaps"),
)  # fmt: skip
