"""What can be wrong with a delivery, and what a revision says in passing: codes that neither single layer knows."""

from __future__ import annotations

from riverline.faults.code import Code

__all__ = ["DELIVERY_CODES"]

DELIVERY_CODES = (
    # inspection
    Code("line-gap", "error", "界线 {feature} 的端点与同岸界线不相接，最近的断头相距 {value} {unit}",
         "an end of line {feature} meets no other of its bank; the nearest loose end is {value} {unit} away",
         "补绘断开处，或捕捉到相邻界线的端点", "draw what is missing, or snap the ends together"),
    Code("line-end-alone", "error", "界线 {feature} 的端点与同岸界线不相接，同岸也没有别的断头",
         "an end of line {feature} meets no other of its bank, and there is no other loose end",
         "核对该端点处是否多画或错接", "see whether a piece there is too many, or joined to the wrong one"),
    Code("line-broken-at-bridge", "error",
         "界线 {feature} 在建筑物 {note} 处断开 {value} {unit}",
         "line {feature} is broken over {value} {unit} at structure {note}",
         "界线应连续穿过桥梁，不因桥梁或注记断开", "carry the line on under bridges and labels"),
    Code("line-off-edge", "error", "界线 {feature} 偏离管理范围面的边线 {value} {unit}（允许 {limit} {unit}）",
         "line {feature} leaves the edge of the extent by {value} {unit} (allowed {limit} {unit})",
         "由范围面重新提取界线，使两者共用几何", "take the line from the extent again, so that both share geometry"),
    Code("edges-differ", "error",
         "{layer} {feature} 与相邻要素（{note}）的公共边不一致，重叠 {value} {unit}",
         "{layer} {feature} and its neighbours ({note}) do not share an edge: they overlap by {value} {unit}",
         "使相邻要素共用同一条边", "let neighbours share one edge"),
    Code("extent-not-held", "error", "{layer} {feature} 有 {value} {unit} 不在任何权属分块内",
         "{value} {unit} of {layer} {feature} are in no holding", "重新确权，使权属分块铺满管理范围",
         "confirm titles again, so that holdings fill the extent"),
    Code("bank-length-unlike", "warning",
         "范围 {feature} {note}界线长度为中心线的 {value} 倍（允许 {limit} 倍及其倒数）",
         "the line of the {note} of extent {feature} is {value} times as long as the axis (allowed {limit}, or its "
         "inverse)", "核对界线是否缺段、重复或折返", "see whether the line lacks a part, is doubled or turns back"),
    Code("bank-goes-round", "error", "界线 {feature} 自成一圈（{value} {unit}），是范围内他物的外轮廓，不是岸线",
         "line {feature} goes round and comes back to itself ({value} {unit}): it is the outline of what lies within "
         "the extent, and no bank", "删去该线，并重算两岸长度", "take it out, and sum up the banks again"),
    Code("bank-not-whole", "error", "范围 {feature} {note}界线在河段两端共缺 {value} {unit}（允许 {limit} {unit}）",
         "the line of the {note} of extent {feature} lacks {value} {unit} of the reach at its ends (allowed {limit} "
         "{unit})", "补绘缺少的界线", "draw what is missing"),
    Code("water-uncovered", "error", "水域 {feature} 有 {value} {unit} 不在管理范围内（允许 {limit} {unit}）",
         "{value} {unit} of water {feature} are outside the extent (allowed {limit} {unit})",
         "管理范围应包含全部水域，核对水边线与界线", "the extent has to contain the water: check both lines"),
    Code("levee-uncovered", "error", "堤防 {feature} 有 {value} {unit} 不在管理范围内（允许 {limit} {unit}）",
         "{value} {unit} of levee {feature} are outside the extent (allowed {limit} {unit})",
         "管理范围应包含堤防及护堤地", "the extent has to contain the levees and their strips"),
    Code("river-without-axis", "error", "{layer} {feature} 的河流编码 {note} 不在中心线图层中",
         "river code {note} of {layer} {feature} is not among the axes", "改正河流编码，或补充中心线",
         "correct the code, or add the axis"),
    Code("edge-without-line", "error", "范围 {feature} 的边线有 {value} {unit} 没有界线（允许 {limit} {unit}）",
         "{value} {unit} of the edge of extent {feature} have no line (allowed {limit} {unit})",
         "补绘缺少的界线，或由界线重新构成范围面",
         "draw the line that is missing, or build the extent from the lines again"),
    Code("extent-in-another", "error", "范围 {feature} 与范围 {note} 重叠 {value} {unit}",
         "extents {feature} and {note} overlap by {value} {unit}",
         "相邻范围不应重叠，重叠部分只归其中一个", "extents must not overlap: give what they share to one of them"),
    Code("measure-unlike", "error", "{layer} {feature} 所填{note}与图形相差 {value} {unit}（允许 {limit} {unit}）",
         "{note} of {layer} {feature} is {value} {unit} off what the geometry measures (allowed {limit} {unit})",
         "按图形重新量算，或核对图形是否被改动", "measure the geometry again, or see whether it was changed"),
    Code("coordinates-unlike", "error", "{layer} {feature} 所填坐标与图形相差 {value} {unit}（允许 {limit} {unit}）",
         "the coordinates stated for {layer} {feature} are {value} {unit} off where it is drawn (allowed {limit} "
         "{unit})", "按图形重新计算坐标，或核对图形是否被移动",
         "take the coordinates from the geometry again, or see whether it was moved"),
    Code("check-failed", "error", "{layer} {feature} 不满足检查 {note}", "{layer} {feature} fails the check {note}",
         "按该项检查的要求修改", "mend it as the check asks"),
    # revision
    Code("line-moved-slightly", "note",
         "{feature} {note}界线移动不超过 {value} {unit}（限 {limit} {unit}），属数值差异",
         "the line of {feature}, {note}, moved by no more than {value} {unit} (limit {limit} {unit}): a "
         "difference of numbers only", "无须处理", "nothing to do"),
    Code("line-came", "note", "界线 {feature} 为新增编码", "line {feature} is new", "无须处理", "nothing to do"),
    Code("line-went", "note", "界线 {feature} 的编码已取消", "line {feature} is no longer there", "无须处理",
         "nothing to do"),
    Code("factor-not-shifted", "note", "没有可扰动的{note}资料，未作该项敏感性分析",
         "nothing was given that the factor {note} could shift: it was left out", "补充资料，或将该扰动量设为 0",
         "give the layer, or set that shift to 0"),
    Code("bank-lost-by-shift", "warning", "{feature} {note}界线在扰动 {value} {unit} 后未能划出",
         "{feature}, {note}: no line came of it when shifted by {value} {unit}",
         "核对该段资料；界线对该因素不稳定", "check the data there; the line hangs on this factor"),
)  # fmt: skip
