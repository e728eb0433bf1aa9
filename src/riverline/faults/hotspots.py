"""What can be wrong with the problems whose hotspots are looked for: the part of the catalogue of the ledger report."""

from __future__ import annotations

from riverline.faults.code import Code

__all__ = ["HOTSPOT_CODES"]

HOTSPOT_CODES = (
    Code("problem-unplaced", "error", "问题 {feature} 没有位置，未计入",
         "problem {feature} has no place and is not counted",
         "补充坐标", "bring its coordinates"),
    Code("problem-far", "warning", "问题 {feature} 距最近的河道 {value} {unit}（限 {limit} {unit}），未计入",
         "problem {feature} lies {value} {unit} from the nearest axis (limit {limit} {unit}) and is not counted",
         "核对坐标和坐标系；确在河边的，加大 max_distance_m",
         "check coordinates and their CRS; where it is right, raise max_distance_m"),
    Code("problem-bankless", "warning", "问题 {feature} 恰在中心线上，岸别不明，未计入",
         "problem {feature} lies on the axis itself; its bank is not known and it is not counted",
         "填写岸别（bank），或用 by_bank=False", "give its bank, or type by_bank=False"),
    Code("problem-without-day", "warning", "问题 {feature} 没有发现日期，不能判断是否在时段内，未计入",
         "problem {feature} has no day and is not counted, for it may lie outside the window", "补填 found_on",
         "fill in found_on"),
    Code("problem-twin", "warning", "{value} 个问题位置、类型、日期都相同：{note}；仍分别计入",
         "{value} problems share place, kind and day: {note}; each is counted", "核对是否重复登记",
         "see whether one was entered twice"),
    Code("problems-outside-window", "note", "{value} 个问题不在时段 {note} 内，未计入",
         "{value} problems lie outside the window {note} and are not counted", "无须处理", "nothing to do"),
    Code("problems-rejected", "note", "{value} 个问题经核实不属实，未计入",
         "{value} problems were rejected and are not counted", "无须处理", "nothing to do"),
    Code("snaps-shifted", "warning",
         "问题点（全部，或写明来源的一批）偏离河道约 {value} {unit}，方向一致（{note}），坐标系可能不对",
         "problems, all or of the source named, lie off the rivers by some {value} {unit} in one direction ({note}); "
         "their datum may be wrong",
         "坐标若取自高德、腾讯地图，是 GCJ-02：先用 riverline.geodesy.wgs84_from_gcj02 改正",
         "coordinates picked on web maps of China are GCJ-02: mend them with riverline.geodesy.wgs84_from_gcj02 first"),
    Code("dates-heaped", "note", "{value} 个问题的发现日期集中在{note}，超出偶然",
         "{value} problems bear the date {note}, more than by chance",
         "核对是否为补录或专项行动日期；按时间的分析须注意",
         "see whether that is the day of entry or of a campaign; mind it in anything about time"),
    Code("exposure-unmatched", "warning", "{layer} 第 {feature} 行不在任何中心线的桩号内，未计入",
         "row {feature} of {layer} lies on no axis and is not counted", "核对河流编码、岸别和桩号",
         "check river code, bank and chainage"),
    Code("segments-unseen", "note", "{value} 个河段（{note}）巡查不足 {limit} 次，未作检验，也不判为冷点",
         "{value} segments ({note}) were passed fewer than {limit} times: neither tested nor called cold",
         "补巡后重做", "walk them and run again"),
    Code("counts-uneven", "note",
         "受检 {limit} 段中 {value} 段为热点或冷点，超过四分之一：各段个数相差太大（{note}），热点只说明多，不说明聚集",
         "{value} of {limit} tested segments are hot or cold, more than a quarter: counts differ too much ({note}), so "
         "that hot says many, not clustered",
         "核对暴露量和重复登记；看 moran 一列，或用 null='permutation' 只找高值相邻处",
         "see exposure and doubles; read the column moran, or find where high counts meet by null='permutation'"),
    Code("no-clustering", "note", "没有聚集的证据：全局 p={value}（限 {limit}）；{note}",
         "there is no evidence of clustering: global p={value} (limit {limit}); {note}",
         "无须处理；不要按个数多少另行指定热点", "nothing to do; do not call reaches hot by their count alone"),
)  # fmt: skip
