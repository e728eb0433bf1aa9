"""Faults: what is wrong with the data, as rows that can be filtered, drawn and handed back to whoever drew the layer.

The catalogue below is the only place that knows a code, how severe it is, what it says and what to do about it.

Examples
--------
>>> import shapely
>>> from riverline import faults
>>> frame = faults.found(
...     "multipart", layer="axes", feature_id=["R1"], value=[3], limit=1, geometry=[shapely.Point(0, 0)], crs=4548
... )
>>> frame[["fault_id", "code", "severity", "detail"]].values.tolist()
[['axes/R1/multipart', 'multipart', 'warning', '多部件要素，共 3 段']]
>>> faults.describe(frame, "en")["detail"].tolist()
['multipart feature of 3 parts']
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from riverline.schema import FAULTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from riverline.schema import Language

__all__ = ["CATALOGUE", "Code", "combine", "describe", "found"]


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of fault.

    Attributes
    ----------
    code
        Its name in frames.
    severity
        ``error``: the feature cannot be used; ``warning``: used, but look at it; ``note``: for the record.
    zh, en
        The sentence, with ``{value}``, ``{limit}``, ``{unit}``, ``{feature}``, ``{layer}`` and ``{note}`` to fill in.
    remedy_zh, remedy_en
        What to do about it.
    """

    code: str
    severity: Literal["error", "warning", "note"]
    zh: str
    en: str
    remedy_zh: str
    remedy_en: str


# One line a code, grouped by the module that finds it.
_CODES = (
    # schema: attributes of any layer; feature "*" is the layer as a whole
    Code("key-blank", "error", "主键为空：{note}", "the key is blank: {note}",
         "填写唯一且不变的编码", "fill in a code that is unique and stays the same"),
    Code("key-duplicated", "error", "主键重复，共 {value} 个要素使用同一编码", "{value} features share this key",
         "每个要素使用不同的编码", "give each feature a code of its own"),
    Code("river-blank", "warning", "未填写所属河流编码（river_id）", "the feature names no river (river_id)",
         "填写河流编码，或由岸别判定步骤按位置补上", "fill in the river code, or let the bank step find it by place"),
    Code("value-blank", "error", "必填字段为空：{note}", "a required value is blank: {note}",
         "补填该字段", "fill it in"),
    Code("value-type", "error", "字段值的类型不对：{note}", "a value is not of its column's type: {note}",
         "改为字段要求的类型，去掉单位和“约”等文字",
         "write it as the type the column asks for, without units or words"),
    Code("value-choice", "error", "字段值不在允许范围内：{note}", "a value is not one of the choices: {note}",
         "改为允许值之一", "use one of the choices"),
    Code("date-order", "error", "日期的年月日顺序不明：{note}", "the order of day and month is not certain: {note}",
         "改写为年-月-日，例如 2025-06-01", "write it as year-month-day, such as 2025-06-01"),
    Code("zone-missing", "error", "{value} 个时间没有时区：{note}", "{value} times have no time zone: {note}",
         '用 frame["字段"].dt.tz_localize("Asia/Shanghai") 指定',
         'set it with frame["column"].dt.tz_localize("Asia/Shanghai")'),
    Code("column-type", "warning", "字段的存储类型不对，{value} 个值可无损转换：{note}",
         "the column is stored as another type; {value} values convert without loss: {note}",
         "用 riverline.schema 中对应数据字典的 conform(frame) 转换", "convert with the schema's conform(frame)"),
    # schema: geometry of any layer
    Code("geometry-missing", "error", "没有几何", "the feature has no geometry",
         "补绘，或删除该行", "draw it, or delete the row"),
    Code("geometry-empty", "error", "几何为空", "the geometry is empty",
         "补绘，或删除该行", "draw it, or delete the row"),
    Code("geometry-infinite", "error", "{value} 个坐标不是有限数",
         "{value} vertices have coordinates that are not finite",
         "从原始测量数据重新导入", "import it again from the survey"),
    Code("geometry-type", "error", "几何类型不符：{note}", "wrong geometry type: {note}",
         "放到对应的图层，或转换为要求的类型", "move it to the layer it belongs to, or convert it"),
    Code("multipart", "warning", "多部件要素，共 {value} 段", "multipart feature of {value} parts",
         "拆分为单部件后重新编码；read_layer 会自动拆分", "split it into single parts; read_layer does so"),
    Code("z-present", "note", "{value} 个要素带高程（Z），不参与平面计算",
         "{value} features carry Z, which plane work ignores",
         "需要的高程请写入字段；read_layer 会去掉 Z", "keep heights you need in a column; read_layer drops Z"),
    Code("m-present", "note", "{value} 个要素带测量值（M），不参与计算",
         "{value} features carry M, which is not used",
         "需要的值请写入字段；read_layer 会去掉 M", "keep values you need in a column; read_layer drops M"),
    Code("invalid", "error", "几何无效：{note}", "invalid geometry: {note}",
         "在标出的位置修改", "mend it at the place shown"),
    Code("self-crossing", "error", "线自相交或自接触，共 {value} 处",
         "the line crosses or touches itself at {value} places",
         "在标出的位置修改，或断开为多条", "mend it at the places shown, or split the line there"),
    Code("zero-length", "error", "线长为零：各节点重合", "the line has no length: its vertices coincide",
         "删除或重绘", "delete it or draw it again"),
    Code("zero-area", "error", "面积为零：面已退化为线或点", "the polygon has no area: it is a line or a point",
         "删除或重绘", "delete it or draw it again"),
    Code("repeated-vertices", "warning", "连续重复节点 {value} 个", "{value} vertices repeat the one before",
         "删除重复节点", "remove the repeated vertices"),
    Code("duplicate-geometry", "warning", "与要素 {note} 的几何完全相同", "the geometry equals that of feature {note}",
         "只保留一个", "keep one of them"),
    # schema: network of axes
    Code("undershoot", "warning", "悬挂点：线端距 {note} 还差 {value} {unit}",
         "dangle: the end stops {value} {unit} short of {note}",
         "将线端捕捉到对方线上", "snap the end onto the other line"),
    Code("overshoot", "warning", "悬挂点：线端越过 {note} {value} {unit}",
         "dangle: the end runs {value} {unit} past {note}",
         "在交点处截断", "cut it at the crossing"),
    Code("pseudo-node", "warning", "伪节点：与 {note} 首尾相接且属性相同",
         "pseudo-node: it meets {note}, which has the same attributes",
         "合并为一条，或补填使其不同的属性", "join the two, or fill in what tells them apart"),
    # schema: where the layer lies
    Code("axis-order", "error", "坐标轴次序颠倒：交换后才落在坐标系适用范围内",
         "the axes are swapped: only swapped do the coordinates fit the CRS's area of use",
         "交换 X、Y；测量成果表的 X 为北、Y 为东", "swap X and Y; in survey tables X is north and Y is east"),
    Code("out-of-area", "error", "超出坐标系适用范围 {value} {unit}", "{value} {unit} outside the CRS's area of use",
         "核对坐标系、带号、半球和坐标位数", "check the CRS, its zone and hemisphere, and the number of digits"),
    Code("beyond-area", "warning", "超出坐标系适用范围 {value} {unit}，长度和面积变形较大",
         "{value} {unit} beyond the CRS's area of use: lengths and areas are distorted",
         "改用所在地的 3 度带：riverline.geodesy.to_metric(frame)",
         "use the zone it lies in: riverline.geodesy.to_metric(frame)"),
    Code("off-projection", "error", "坐标（{note}）超出投影的有效范围", "the projection has no place for {note}",
         "核对带号前缀（39500000 与 500000）和坐标位数",
         "check the zone prefix (39500000 or 500000) and the number of digits"),
    Code("far-away", "warning", "与图层主体相距 {value} {unit}", "{value} {unit} away from the rest of the layer",
         "核对坐标位数与带号", "check digits and zone of the coordinates"),
    # io
    # rules
    # channel
    Code("river-unknown", "error", "没有编码为 {note} 的可用中心线", "there is no usable axis of river {note}",
         "核对河流编码，或补绘中心线", "check the river code, or draw the axis"),
    Code("river-by-place", "note", "未填写河流编码，按位置归入 {note}", "no river code; placed by position to {note}",
         "核对后填写河流编码", "check it and fill in the river code"),
    Code("bank-ambiguous", "error", "跨越中心线：只有全长的 {value} % 在一侧，不能定岸别",
         "it crosses the axis: only {value} % of its length lies on one side, so it has no bank",
         "在跨越处断开，或修正中心线", "split it where it crosses, or mend the axis"),
    Code("bank-disagrees", "warning", "给定岸别与位置不符（给定 → 实际）：{note}，全长的 {value} % 在实际一侧",
         "the bank given is not where it lies (given → found): {note}, with {value} % of its length there",
         "改正岸别；若整条河都相反，检查中心线是否自上游画向下游",
         "correct the bank; if a whole river disagrees, see whether its axis is drawn downstream"),
    Code("bank-name-disagrees", "note", "名称所说的岸别与位置不符（名称 → 实际）：{note}，全长的 {value} % 在实际一侧",
         "its name speaks of the other bank (name → found): {note}, with {value} % of its length there",
         "核对名称；若整条河都相反，检查中心线是否自上游画向下游",
         "check the name; if a whole river disagrees, see whether its axis is drawn downstream"),
    Code("banks-swapped", "warning", "河流 {feature} 两岸共 {value} 条线的岸别全部相反：左右岸颠倒，或中心线画反",
         "all {value} lines on both banks of {feature} are on the other side: banks swapped, or the axis drawn upstream",
         "先核对流向，再互换岸别或反转中心线", "check the flow first, then swap the banks or turn the axis"),
    Code("break-misplaced", "warning", "断链点沿中心线偏离其桩号所在处 {value} {unit}",
         "the break lies {value} {unit} along the axis from where its numbers put it",
         "核对断链桩号、点位和中心线起点桩号", "check its numbers, its point and the axis's start chainage"),
    Code("axis-against-levels", "error", "中心线疑似画反：洪水位向下游升高 {value} {unit}（{note}）",
         "the axis seems drawn upstream: flood levels rise {value} {unit} along it ({note})",
         "核对流向与水位；确认画反后用 geometry.reverse() 反转", "check flow and levels; turn it with geometry.reverse()"),
    Code("axis-against-network", "warning", "中心线疑似画反：起点在另一河流上而终点悬空（{note}）",
         "the axis seems drawn upstream: it begins on another river and ends nowhere ({note})",
         "确认不是分洪道、渠道后用 geometry.reverse() 反转",
         "if it is no diversion or canal, turn it with geometry.reverse()"),
    Code("axes-head-on", "warning", "与另一河流终点相对，水无去处（{note}）",
         "it ends head on with another river, so the water goes nowhere ({note})",
         "核对两条河流的流向，反转画反的一条", "check the flow of both and turn the one drawn upstream"),
    Code("axis-against-terrain", "warning", "中心线疑似画反：末段地面比首段高 {value} {unit}（{note}）",
         "the axis seems drawn upstream: the ground at its end is {value} {unit} above that at its start ({note})",
         "核对流向与地形高程；确认画反后用 geometry.reverse() 反转",
         "check flow and heights; turn it with geometry.reverse()"),
    Code("axis-untraced", "error", "水域未能生成中心线：{note}", "no axis could be traced from the water: {note}",
         "修复水域面，或改为提供中心线", "mend the polygon, or give an axis"),
    Code("water-in-parts", "warning", "水域由 {value} 个不相连的面组成，只按最大一个生成中心线",
         "the water is in {value} separate parts; only the largest has an axis",
         "在桥梁、闸坝处补连水域后重做", "join it across bridges and dams and trace again"),
    Code("direction-unknown", "note", "仅凭水域面不知流向：自西端起画",
         "the polygon does not tell which way the water flows: drawn from the western end",
         "用 upstream= 给出上游端的点", "give points at the upstream ends with upstream="),
    # demarcation
    Code("river-not-done", "error", "河流 {feature} 无法划界：{note}", "river {feature} could not be done: {note}",
         "按原因补充或更正数据：no-reference 为该岸没有任何参照线，其余为中心线本身的问题",
         "mend what the reason names: no-reference means a bank without any reference line"),
    Code("river-unknown", "error", "{layer} 要素 {feature} 的河流编码 {note} 不在中心线图层中",
         "{layer} {feature} belongs to river {note}, which has no axis", "更正河流编码或补充中心线",
         "correct river_id or add the axis"),
    Code("feature-blank", "error", "{layer} 要素 {feature} 没有几何", "{layer} {feature} has no geometry",
         "补画或删除", "draw or delete it"),
    Code("no-rule", "error", "规则集对要素 {feature}（{note}）没有规定", "the rule set says nothing about {feature} ({note})",
         "在规则集中补充规则，或写明 fallback", "add a rule to the rule set, or name a fallback"),
    Code("gap-joined", "note", "{note} 岸缺口 {value} 米已连接（规则允许 {limit} 米）",
         "a gap of {value} m on the {note} bank was joined (the rules allow {limit} m)",
         "核对缺口处是否为涵闸、支流口", "see whether it is a sluice or a tributary mouth"),
    Code("gap-unfounded", "error", "{note} 岸有 {value} 米没有任何依据，连线仅供示意（规则允许连接 {limit} 米）",
         "{value} m of the {note} bank have no basis; the join is a sketch (the rules allow {limit} m)",
         "补充堤防、岸顶线、洪水位或水域数据", "add levees, bank tops, flood levels or water"),
    Code("toe-missing", "warning", "堤防 {feature} 没有规则规定的参照线，以所绘的线代替，管理范围线可能偏向河道",
         "levee {feature} lacks the line that its rule measures from; the one drawn stands in: the legal line may lie too near the river",
         "补测背水侧堤脚", "survey the landside toe"),
    Code("wall-without-level", "warning", "防洪墙 {feature} 缺设计洪水位或墙后地面高程，未能绘制虚拟堤防断面",
         "flood wall {feature} lacks a design level or the ground behind it: no virtual section was drawn",
         "补充洪水位，并在 ground_m 填写墙后地面高程", "give flood levels, and the ground behind the wall in ground_m"),
    Code("feature-not-used", "note", "{layer} 要素 {feature} 未用于管理范围线", "{layer} {feature} made no part of a line",
         "该处有优先的依据时属正常", "right where another basis goes first"),
    Code("chains-cross", "warning", "河流 {feature} 的参照线相互交叉", "reference lines of river {feature} cross",
         "检查堤防、岸顶线的岸别和走向", "look at the banks and the course of levees and bank tops"),
    Code("pocket", "note", "河流 {feature} 的护堤地围出 {value} {unit} 范围外的地块",
         "strips of river {feature} enclose {value} {unit} of land outside the extent",
         "需要时由主管部门决定是否并入", "the authority may decide to take it in"),
    Code("extent-in-parts", "warning", "河流 {feature} 的管理范围分为 {value} 块", "the extent of river {feature} is in {value} parts",
         "检查水域图层是否有远离河道的要素", "look for water far from the river"),
    Code("bank-length", "note", "河流 {feature} 的 {note} 岸管理范围线长度是中心线的 {value} 倍（常见范围在 {limit} 倍以内）",
         "the {note} line of river {feature} is {value} times as long as the axis (usually within {limit} times)",
         "核对参照线是否绕入支流或沟汊", "see whether the reference runs up a tributary"),
    Code("axis-outside", "error", "河流 {feature} 的中心线有 {value} 米在管理范围之外",
         "{value} m of the axis of river {feature} lie outside the extent",
         "检查岸别是否相反、中心线是否偏离河道", "see whether banks are swapped or the axis is off the channel"),
    Code("scale-distortion", "note", "投影长度变形达 {value}（限 {limit}），宽度按平面米计",
         "the projection distorts lengths by {value} (limit {limit}); widths are plane metres",
         "分带处理，或改用更近的中央经线", "work zone by zone, or take a nearer central meridian"),
    # demarcation: flood levels
    Code("levels-missing", "error", "河流 {feature} 没有可用的洪水位，无法绘制洪水位线",
         "river {feature} has no usable flood level: no flood line was drawn",
         "补充设计洪水位或历史最高洪水位", "give design or historical-highest levels"),
    Code("level-missing", "error", "洪水位 {feature} 没有数值，未使用", "flood level {feature} has no value and was not used",
         "补填水位（米，1985 国家高程基准）", "fill in the level in metres, 1985 height datum"),
    Code("level-line-misses-axis", "error", "水位断面线 {feature} 不与河道中心线相交，未使用",
         "level line {feature} does not cross the axis and was not used", "将断面线画过中心线", "draw it across the axis"),
    Code("level-line-crosses-again", "warning", "水位断面线 {feature} 与中心线相交 {value} 次，只用其中间一段",
         "level line {feature} crosses the axis {value} times; only its middle part was used",
         "将断面线在相邻河段之间截断", "end it between the limbs of the river"),
    Code("level-duplicate", "warning", "洪水位 {feature}（{value} {unit}）与 {note} 位于同一处，采用较高者 {limit} {unit}",
         "flood level {feature} ({value} {unit}) lies where {note} does; the higher, {limit} {unit}, was used",
         "每处只保留一个水位", "keep one level a place"),
    Code("levels-mixed", "warning", "河流 {feature} 的洪水位属于 {value} 种洪水（{note}），混用的水面线不对应任何一种",
         "the levels of river {feature} belong to {value} floods ({note}); mixed, they are none of them",
         "按重现期和水位类型筛选后再用", "choose one return period and kind of level"),
    Code("level-rises-downstream", "warning", "水位 {feature} 比上游的 {note} 高 {value} {unit}，已按原值使用",
         "level {feature} is {value} {unit} higher than {note} upstream; it was used as it is",
         "核对水位与桩号；受回水影响时属正常", "check level and chainage; right where there is backwater"),
    Code("level-extrapolated", "note", "水位 {feature} 以外 {value} {unit} 河段按该水位不变推算",
         "{value} {unit} of the reach beyond level {feature} take that level unchanged",
         "补充河段端点的水位", "give levels at the ends of the reach"),
    # demarcation: terrain and flood
    Code("terrain-reprojected", "note", "地形栅格已按双线性重采样转换坐标系：{note}",
         "the terrain was brought to the CRS of the axis by bilinear resampling: {note}",
         "需要精确结果时请用与中心线同一坐标系的地形", "for exact lines use terrain in the CRS of the axis"),
    Code("terrain-unit", "note", "地形高程单位为 {note}，已乘以 {value} 换算为米",
         "heights of the terrain are in {note}; they were multiplied by {value} into metres",
         "核对地形高程单位", "check the unit of its heights"),
    Code("terrain-missing", "warning", "河流 {feature} 有 {value} {unit} 中心线在地形范围之外，该段没有洪水位线",
         "{value} {unit} of the axis of {feature} lie off the terrain and have no flood line",
         "补充地形", "give terrain for it"),
    Code("terrain-nodata", "warning", "河流 {feature} 的洪水淹到地形空值处，边缘长约 {value} {unit}，按不过水处理",
         "the flood of {feature} meets terrain without data along some {value} {unit}, taken as a wall",
         "补测空值处地形", "survey the ground there"),
    Code("flood-reaches-terrain-edge", "warning", "河流 {feature} 的洪水淹到地形边缘，长约 {value} {unit}，范围线不完整",
         "the flood of {feature} reaches the edge of the terrain along some {value} {unit}: the line is not complete",
         "向外扩大地形范围", "give terrain farther out"),
    Code("flood-disconnected", "note", "河流 {feature} 附近有 {note} 处低于洪水位但不与河道连通的洼地，共 {value} {unit}，未计入",
         "{note} areas near {feature}, {value} {unit} in all, are below the flood level but not joined to the channel and "
         "were left out",
         "核对有无涵闸或缺口与河道相通", "look for culverts and gaps that join them"),
    Code("flood-in-parts", "error", "河流 {feature} 的淹没范围分为 {value} 块，未绘制洪水位线",
         "the flooded area of {feature} is in {value} parts; no flood line was drawn",
         "核对中心线与堤防的位置", "check where the axis and the levees lie"),
    Code("axis-dry", "warning", "河流 {feature} 有 {value} {unit} 中心线高于洪水位，已沿中心线连通",
         "{value} {unit} of the axis of {feature} lie above the flood level; the area was joined along the axis",
         "核对中心线位置、水位、高程基准；桥面应从地形中去除",
         "check axis, levels and height datum; take bridge decks out of the terrain"),
    # demarcation: levees against the flood
    Code("levee-overtopped", "warning", "堤防 {feature} 有 {note} 低于洪水位，最多低 {value} {unit}，该段不挡水",
         "{note} of levee {feature} lie below the flood level, by up to {value} {unit}, and do not hold it",
         "核对堤顶高程和洪水位", "check crest and level"),
    Code("levee-open-end", "warning", "堤防 {feature} 的端点（{note}）未接高地，洪水可绕过",
         "the {note} of levee {feature} is not tied to high ground: water passes around it",
         "补画至高地或相邻堤防", "draw it up to high ground or the next levee"),
    Code("levee-gap", "warning", "堤防 {feature} 与 {note} 之间有 {value} {unit} 缺口，洪水可由此进入",
         "there is a gap of {value} {unit} between levees {feature} and {note}, where water enters",
         "核对缺口处是否有涵闸、路堤，补画后重算", "look for a sluice or road bank there, draw it and run again"),
    Code("levee-no-crest", "warning", "堤防 {feature} 没有堤顶高程，取自 {note}（terrain 为附近最高地面，none 为无从取得、按不挡水处理）",
         "levee {feature} has no crest level; taken from: {note} (terrain: highest ground near it; none: it is not trusted)",
         "填写堤顶高程 height_m", "fill in height_m"),
    # demarcation: surveyed sections
    Code("section-no-profile", "error", "断面 {feature} 没有可用的断面线，未使用",
         "section {feature} has no usable profile and was not used", "补充断面测点", "give its surveyed points"),
    Code("section-stations-fall", "error", "断面 {feature} 的起点距不是递增的，未使用",
         "stations of section {feature} do not rise; it was not used", "按起点距排列测点", "sort its points by station"),
    Code("section-misses-axis", "error", "断面 {feature} 不与河道中心线相交，未使用",
         "section {feature} does not cross the axis and was not used", "将断面线画过中心线", "draw it across the axis"),
    Code("section-crosses-again", "warning", "断面 {feature} 与中心线相交 {value} 次，取地面最低处的一次",
         "section {feature} crosses the axis {value} times; the crossing on the lowest ground was used",
         "将断面线在相邻河段之间截断", "end it between the limbs of the river"),
    Code("section-reversed", "warning", "断面 {feature} 由右岸画向左岸，已掉转使用",
         "section {feature} is drawn from the right to the left bank; it was turned",
         "按左岸到右岸重画，起点距一并掉转", "draw it from left to right, stations with it"),
    Code("section-duplicate", "warning", "断面 {feature} 与 {note} 在同一桩号，采用水位较高者",
         "section {feature} lies at the chainage of {note}; the one with the higher level was used",
         "每处只保留一个断面", "keep one section a place"),
    Code("section-length-differs", "warning", "断面 {feature} 的起点距总长与断面线长相差 {value} {unit}（允许 {limit} {unit}），已按比例换算",
         "stations of section {feature} differ from the length of its line by {value} {unit} (allowed {limit} {unit}); they "
         "were scaled",
         "核对断面端点坐标与起点距", "check the ends of its line and its stations"),
    Code("section-too-short", "warning", "断面 {feature} 的 {note} 端地面低于洪水位 {value} {unit}，断面不够长，该岸以断面端点为界",
         "the ground at the {note} end of section {feature} is {value} {unit} below the level: its end was taken as the limit",
         "将断面延长到高于洪水位处", "survey it up to ground above the level"),
    Code("section-dry", "warning", "断面 {feature} 全部高于洪水位，两岸均以中心线为界",
         "all of section {feature} is above the level; both limits were put on the axis",
         "核对水位与高程基准", "check level and height datum"),
    Code("section-axis-off-channel", "note", "断面 {feature} 处中心线落在水面以外 {value} {unit}，以最近的水面为河道",
         "the axis crosses section {feature} {value} {unit} off the water; the nearest water was taken as the channel",
         "核对中心线位置", "check where the axis runs"),
    Code("section-wet-beyond", "note", "断面 {feature} 的 {note} 岸高地以外还有宽 {value} {unit} 的地面低于洪水位，未计入",
         "beyond high ground on the {note} bank of section {feature}, {value} {unit} more lie below the level and were left "
         "out",
         "若在上下游与河道连通，应以地形计算", "where it is joined up- or downstream, use terrain"),
    Code("sections-cross", "warning", "断面 {feature} 与 {note} 在淹没宽度内相交，取外包线",
         "sections {feature} and {note} cross within the flooded width; the outer of the lines was taken",
         "截短或折转断面线，使其互不相交", "shorten or bend them so that they do not cross"),
    Code("sections-too-few", "error", "河流 {feature} 只有 {value} 个可用断面，至少需要 {limit} 个，未绘制洪水位线",
         "river {feature} has {value} usable sections of at least {limit}: no flood line was drawn",
         "补充断面", "give more sections"),
)  # fmt: skip

CATALOGUE: dict[str, Code] = {code.code: code for code in _CODES}


def found(  # noqa: PLR0913 - one argument a column of the frame
    code: str,
    *,
    layer: str,
    feature_id: Sequence[Any],
    geometry: Any,  # noqa: ANN401 - any sequence of geometries
    crs: Any,  # noqa: ANN401 - anything pyproj takes
    value: Any = np.nan,  # noqa: ANN401 - a number or a sequence of them
    limit: Any = np.nan,  # noqa: ANN401
    unit: str = "",
    note: str | Sequence[str] = "",
) -> gpd.GeoDataFrame:
    """Fault rows of one code, one for each feature.

    Parameters
    ----------
    code
        A code of :data:`CATALOGUE`.
    layer
        Name of the layer that the features are in.
    feature_id
        Keys of the features, n of them.
    geometry
        Where to look, n geometries or None.
    crs
        CRS of the geometries.
    value, limit
        What was measured and what was allowed: a number, or n of them.
    unit
        Unit of both.
    note
        Names, codes or values the sentence quotes: a text, or n of them.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.FAULTS`; several faults of one code at one feature are numbered ``…#2``.

    Raises
    ------
    KeyError
        If the code is not in the catalogue.
    """
    entry = CATALOGUE[code]
    ids = pd.Series([str(each) for each in feature_id], dtype="str")
    frame = gpd.GeoDataFrame(
        {
            "fault_id": layer + "/" + ids + "/" + code,
            "code": code,
            "severity": entry.severity,
            "layer": layer,
            "feature_id": ids,
            "detail": "",
            "value": np.broadcast_to(np.asarray(value, dtype="float64"), len(ids)),
            "limit": np.broadcast_to(np.asarray(limit, dtype="float64"), len(ids)),
            "unit": unit,
            "note": note if isinstance(note, str) else [str(each) for each in note],
        },
        geometry=gpd.GeoSeries(list(geometry), crs=crs),
        crs=crs,
    )
    return describe(_numbered(frame))


def combine(parts: Iterable[gpd.GeoDataFrame], *, crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - anything pyproj takes
    """All fault rows in one frame, in a stable order, ids unique.

    Parameters
    ----------
    parts
        Frames of faults; empty ones are fine.
    crs
        CRS of the result; parts in another CRS are reprojected.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.FAULTS`, ordered by severity, layer, feature and code.
    """
    rows = [part if part.crs == crs else part.to_crs(crs) for part in parts if len(part)]
    if not rows:
        return FAULTS.empty(crs)
    together = pd.concat(rows, ignore_index=True)
    keys = ["layer", "feature_id", "code"]
    order = together["severity"].map({"error": 0, "warning": 1, "note": 2})
    # Several faults of one code at one feature are numbered by what they say, not by where they stood in the input.
    tied = together.duplicated(keys, keep=False)
    place = together["geometry"].where(tied).to_wkb(hex=True).fillna("")
    together = together.assign(_order=order, _place=place)
    together = together.sort_values(["_order", *keys, "note", "value", "_place"], kind="stable")
    together = _numbered(together.drop(columns=["_order", "_place"]).reset_index(drop=True))
    return FAULTS.conform(gpd.GeoDataFrame(together, geometry="geometry", crs=crs))


def describe(faults: gpd.GeoDataFrame, language: Language = "zh") -> gpd.GeoDataFrame:
    """A copy whose ``detail`` is written in the language asked for.

    Parameters
    ----------
    faults
        Rows of :data:`riverline.schema.FAULTS`.
    language
        ``"zh"`` or ``"en"``.

    Returns
    -------
    GeoDataFrame
        The same rows; codes that the catalogue does not know keep their detail.
    """
    columns = ["code", "value", "limit", "unit", "feature_id", "layer", "note", "detail"]
    rows = faults[columns].itertuples(index=False)
    return FAULTS.conform(faults.assign(detail=[_sentence(row, language) for row in rows]))


def _sentence(row: Any, language: Language) -> str:  # noqa: ANN401 - a named tuple of pandas
    if row.code not in CATALOGUE:
        return str(row.detail)
    template = CATALOGUE[row.code].zh if language == "zh" else CATALOGUE[row.code].en
    return template.format(
        value=_number(row.value),
        limit=_number(row.limit),
        unit=row.unit,
        feature=row.feature_id,
        layer=row.layer,
        note=row.note,
    )


def _number(value: float) -> str:
    return "-" if pd.isna(value) else f"{value:.3f}".rstrip("0").rstrip(".")


def _numbered(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    base = frame["layer"] + "/" + frame["feature_id"] + "/" + frame["code"]
    count = base.groupby(base).cumcount()
    return frame.assign(fault_id=base.where(count == 0, base + "#" + (count + 1).astype("str")))
