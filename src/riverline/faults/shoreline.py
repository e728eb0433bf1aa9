"""What can be wrong with a shoreline plan's data: the part of the catalogue that the plan finds."""

from __future__ import annotations

from riverline.faults.code import Code

__all__ = ["SHORELINE_CODES"]

SHORELINE_CODES = (
    Code("shoreline-without-bank", "warning",
         "{feature} 的管理范围线没有岸别（湖泊、水库或工程的闭合界线），未编制岸线规划，计 {value} {unit}",
         "the management line of {feature} has no bank (it closes around a lake, a reservoir or a work): {value} "
         "{unit} have no shoreline plan", "岸线规划按河流左右岸编制；湖库岸线请另行编制",
         "a plan goes by the left and right bank of rivers: plan lakes and reservoirs otherwise"),
    Code("shoreline-of-others", "note",
         "河流 {feature} 的{note}界线有 {value} {unit} 是与湖库或工程范围共用的边，不计入岸线",
         "{value} {unit} of the line of river {feature}, {note}, are an edge shared with a lake or a work: no "
         "shoreline",
         "无须处理；该处岸线属湖库或工程的管理范围", "nothing to do: the shoreline there lies in the other's range"),
    Code("waterside-missing", "error", "河流 {feature} 的{note}没有临水边界线，未划分功能区，利用长度未计",
         "the {note} of river {feature} has no waterside line: no zones, no used length",
         "用 waterside= 给出临水边界线（river_id、bank）或水域面",
         "give lines with river_id and bank, or the water, as waterside="),
    Code("waterside-one-bank", "error",
         "河流 {feature} 只有{note}有管理范围线，无从由水域分出两岸的水边，未划分功能区，利用长度未计",
         "river {feature} has a management line on the {note} only: no telling which edge of the water is whose; no "
         "zones, no used length", "补全另一岸的管理范围线，或用 waterside= 给出临水边界线",
         "complete the line of the other bank, or give lines as waterside="),
    Code("waterside-from-water", "note", "河流 {feature} 的{note}临水边界线取自水域现状水边线，可信度为低",
         "the waterside line of the {note} of river {feature} is the edge of the water; confidence low",
         "换用按造床流量水面线核定的临水边界线", "use the line of the bank-forming discharge"),
    Code("waterside-short", "warning",
         "河流 {feature} 的{note}临水边界线两端共有 {value} {unit} 未覆盖（允许 {limit} {unit}），端部以斜线相接",
         "the waterside line of the {note} of river {feature} stops {value} {unit} short (allowed {limit} {unit}); its "
         "ends are joined askew", "补画至河段两端", "draw it to both ends of the reach"),
    Code("waterside-crosses", "warning", "河流 {feature} 的{note}临水边界线与外缘边界线相接或越过，该处没有岸线范围",
         "the waterside line of the {note} of river {feature} meets or crosses the outer line; no shoreline there",
         "核对临水边界线，或该处的管理范围线", "check the waterside line, or the management line there"),
    Code("shoreline-overlap", "warning", "{note} 两段的岸线范围重叠 {value} {unit}，重叠处归入后者",
         "the shorelines of {note} overlap by {value} {unit}, which went to the latter",
         "核对两岸的临水边界线是否画反、越过对岸或在急弯处相交",
         "see whether waterside lines are on the wrong bank, cross the river, or meet in a tight bend"),
    Code("band-tangled", "warning", "河流 {feature} 的{note}岸线范围的边线或分区切线相交，交叠处归入最近的岸段",
         "lines or cuts of the {note} of river {feature} cross; faces there went to the nearest stretch",
         "核对急弯、支流口处的临水边界线", "look at the waterside line in tight bends and at mouths"),
    Code("use-off-shoreline", "error", "利用项目 {feature} 不在任何岸线范围内，未计入",
         "use {feature} lies on no shoreline and was not counted", "核对位置、河流编码和岸别",
         "check its place, river and bank"),
    Code("use-both-banks", "warning", "利用项目 {feature} 同时占用 {note} 两岸岸线，两岸分别计入",
         "use {feature} takes shoreline on both banks of {note}; each was counted",
         "跨河建筑物属正常；否则填写 bank 或修正图形",
         "right for what crosses the river; else fill in bank or mend it"),
    Code("use-in-water", "note", "利用项目 {feature} 位于水中，计入最近一岸",
         "use {feature} lies in the water and was counted on the nearest bank", "核对岸别", "check the bank"),
    Code("use-length-missing", "error", "利用项目 {feature} 是点且没有申报占用长度，未计入",
         "use {feature} is a point without a declared length and was not counted", "填写 use_length_m",
         "fill in use_length_m"),
    Code("use-length-implausible", "error",
         "利用项目 {feature} 申报占用长度 {value} {unit} 不大于零或超过所在岸线的长度，未计入",
         "use {feature} declares {value} {unit}, which is not above zero or longer than its bank, and was not counted",
         "核对 use_length_m（单位：米）", "check use_length_m (metres)"),
    Code("use-length-cut", "warning",
         "利用项目 {feature} 申报占用长度 {value} {unit}，所在岸段只有 {limit} {unit}，按岸段长度计入",
         "use {feature} declares {value} {unit} where the bank's part has {limit} {unit}, which were counted",
         "核对申报长度；岸线被湖库或工程断开处，须确认另一段是否也被占用",
         "check the figure; where a lake or a work cuts the bank, see whether the other part is used too"),
    Code("use-without-length", "error", "利用项目 {feature} 在管理范围线上没有长度，未计入",
         "use {feature} has no length along the management line and was not counted",
         "填写 use_length_m，或把横穿岸线的线状设施改绘为面",
         "fill in use_length_m, or draw what runs straight across as an area"),
    Code("sensitive-off-shoreline", "note", "敏感因素 {feature} 在岸线上没有长度，未影响分区",
         "sensitive area {feature} has no length on any shoreline and decided nothing", "核对位置；离岸较远时属正常",
         "check its place; right where it lies far off"),
)  # fmt: skip
