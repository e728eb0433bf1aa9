"""What can be wrong with map sheets: the part of the catalogue that drawing them finds."""

from __future__ import annotations

from riverline.faults.code import Code

__all__ = ["PLATE_CODES"]

PLATE_CODES = (
    Code("plate-not-drawn", "error", "图幅 {feature} 未能绘制：{note}", "sheet {feature} was not drawn: {note}",
         "按原因处理后重新运行，已绘好的图幅会沿用", "see to the reason and run again: what was drawn is kept"),
    Code("plate-glyph-missing", "warning", "图幅 {feature} 有 {value} 个字在本机字体中没有字形：{note}",
         "{value} characters of sheet {feature} are in no font of this machine: {note}",
         "安装含生僻字的字体（如思源黑体、花园明朝），或用 font= 指定",
         "install a font that has them, such as Hanazono Mincho, or name one with font="),
    Code("plate-table-cut", "note", "图幅 {feature} 的界桩表排不下，少列 {value} 个（表中可列 {limit} 个）",
         "the stake table of sheet {feature} leaves out {value} stakes; it has room for {limit}",
         "用更大的纸张或比例尺；完整的表用 to_xlsx 输出",
         "take a larger paper or scale; to_xlsx writes the whole table"),
    Code("plate-stakes-thinned", "note", "图幅 {feature} 的界桩在此比例尺下相互压盖，{limit} 个中有 {value} 个未绘",
         "stakes of sheet {feature} lie upon each other at its scale: {value} of {limit} are not drawn",
         "用更大的比例尺，或用 atlas 分幅；完整的表用 to_xlsx 输出",
         "take a larger scale, or atlas for many sheets; to_xlsx writes the whole table"),
    Code("plate-legend-cut", "note", "图幅 {feature} 的图例有 {value} 条文字排不下，已截短",
         "{value} texts in the legend of sheet {feature} have no room and are cut short",
         "用更大的纸张，或给出更少的图层", "take a larger paper, or give fewer layers"),
    Code("plate-strip-in-cells", "note", "{feature} 的范围宽于一幅图，改按格网分幅",
         "the range of {feature} is wider than a sheet: it was cut into cells instead",
         "需要沿河分幅时，用更小的比例尺或更大的纸张", "take a smaller scale or a larger paper for strips"),
    Code("plate-axis-gap", "note", "{feature} 的河道中心线不相连，分幅时直接连过断开处",
         "the axis of {feature} is in pieces that lie apart: strips go straight across what is between",
         "补齐中心线，或把相接的端点合并", "draw the axis across the gap, or let its pieces end where the next begin"),
    Code("plate-no-axis", "note", "{feature} 没有河道中心线，两岸界线也没有桩号，改按格网分幅，没有接图线",
         "{feature} has no axis, and the lines of its banks have no chainages: it was cut into cells",
         "沿河分幅需要河道中心线（AXES），请一并给出；湖泊、水库按格网分幅即可",
         "strips need an axis (AXES): give it too; cells are right for lakes and reservoirs"),
    Code("plate-row-undrawn", "warning", "{layer} {feature} 没有图形，或坐标不是有限数，图上没有它",
         "{layer} {feature} has no geometry, or coordinates that are no finite numbers: it is on no sheet",
         "补上图形或改正坐标后重新绘制", "give it a geometry, or mend its coordinates, and draw again"),
    Code("plate-layer-apart", "warning", "{layer} 与 {note} 相距 {value} {unit}：不在图内，或使比例尺变小",
         "{layer} lies {value} {unit} from {note}: it is off the sheet, or the scale is what holds both",
         "核对两者的坐标系；无误时用 within= 指定要绘的范围",
         "check the CRS of both; where it is right, say within= what is to be drawn"),
    Code("plate-not-covered", "warning", "{layer} {feature} 不在任何图幅内", "{layer} {feature} lies on no sheet",
         '补充其所属单元的范围或界线，或按 by="sheet" 分幅',
         'give the extent or line of its unit, or cut by="sheet"'),
)  # fmt: skip
