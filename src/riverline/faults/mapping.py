"""What can be wrong with a batch of maps."""

from __future__ import annotations

from riverline.faults.code import Code

__all__ = ["MAP_CODES"]

MAP_CODES = (
    Code("map-not-drawn", "error", "“{feature}”的地图未能绘出：{note}",
         "the map of {feature} could not be drawn: {note}",
         "按原因更正数据后重新运行，其余地图不会重绘", "mend what the reason names and run again; other maps are kept"),
    Code("map-empty", "warning", "“{feature}”的地图没有可绘的要素", "the map of {feature} has nothing to draw",
         "补绘几何，或删除这些行", "draw its features, or delete the rows"),
    Code("map-unit-blank", "warning", "{layer}有 {value} 个要素未填写 {note}，绘在单独一幅图中",
         "{value} features of {layer} have no {note}; they are on a map of their own", "填写该字段", "fill it in"),
    Code("map-outside", "note", "{layer}有 {value} 个要素不在任何一幅图的范围内，未绘出",
         "{value} features of {layer} lie near no map and are on none", "需要时另行绘制", "draw them apart if wanted"),
    Code("map-chief-joined", "note", "“{feature}”与“{note}”姓名、河流相同，级别不相矛盾，按同一人出图",
         "{feature} and {note} have the name and a river in common and no level against it: one map",
         "不是同一人时写明职务加以区分", "write the titles of both if they are two people"),
    Code("map-chief-apart", "warning", "“{feature}”与“{note}”姓名相同，但河流不同、级别不符或另有同名者，分别出图",
         "{feature} and {note} have the name in common, but no river, or the level is another, or there are more of "
         "that name: maps of their own",
         "是同一人时各图层写法应一致", "write the name alike in all layers if they are one person"),
)  # fmt: skip
