"""What can be wrong with shorelines of several dates: the part of the catalogue that the measuring of change finds."""

from __future__ import annotations

from riverline.faults.code import Code

__all__ = ["CHANGE_CODES"]

CHANGE_CODES = (
    Code("change-ends-left", "warning",
         "河流 {feature} 两端共 {value} {unit}（全长 {limit} {unit}）在首尾断面以外，冲淤面积未计入",
         "{value} {unit} of river {feature} (of {limit} {unit}) lie before its first or beyond its last transect; "
         "eroded and accreted areas leave them out", "减小断面间距（spacing_m，命令行 --spacing）",
         "give a smaller spacing_m (--spacing on the command line)"),
    Code("shoreline-without-date", "error", "岸线 {feature} 没有可用的日期，未使用",
         "shoreline {feature} has no usable date and was not used", "填写日期，写作 2024-05-06；"
         "只知年份的写年份，如 1987（按 7 月 1 日计），并如实加大中误差",
         "fill in its date, such as 2024-05-06; where only the year is known that, such as 1987 (taken as its 1 July), "
         "with an error that allows for it"),
    Code("shorelines-dated-by-year", "warning",
         "{value} 条岸线的日期只有年份（{note}），按当年 7 月 1 日计，可能差半年：相隔 n 年的两期，速率可差 1/n",
         "the dates of {value} shorelines are a year only ({note}) and taken as its 1 July, which may be half a year "
         "off: the rate between two dates n years apart may be off by 1/n of itself",
         "知道日期的写作 1987-05-06；否则如实加大 uncertainty_m（年变化量的一半）",
         "write the day where it is known, such as 1987-05-06; else allow for it in uncertainty_m (half of what the "
         "bank moves in a year)"),
    Code("shoreline-bank-contradicts", "error",
         "岸线 {feature} 标为{note}，但 {value} % 的交点在同期另一岸之外，或在中心线另一侧（允许 {limit} %），未使用",
         "shoreline {feature} says {note}, yet {value} % of its hits lie beyond the other bank of its day, or across "
         "the axis (allowed {limit} %); it was not used", "核对岸别；河道整体越过中心线时，改用较新的中心线",
         "check its bank; where the river has left the axis, use a newer axis"),
    Code("banks-all-contradict", "error",
         "河流 {feature} 的 {value} 条岸线岸别全部与中心线相反，均未使用：中心线画反（应由上游向下游），或左右岸写反",
         "the banks of all {value} shorelines of river {feature} contradict its axis, and none was used: the axis is "
         "drawn upstream, or left and right were swapped",
         "核对水流方向：中心线画反的先翻转（geometry.reverse()），左右岸写反的对调 bank",
         "see which way the water flows: turn an axis that is drawn upstream (geometry.reverse()), or swap bank"),
    Code("shoreline-never-hit", "warning", "岸线 {feature} 没有与任何断面相交，未使用",
         "no transect meets shoreline {feature}; it was not used",
         "核对位置、河流编码和岸别，或加大 reach_m、减小 spacing_m",
         "check its place, river and bank, or give a larger reach_m or a smaller spacing_m"),
    Code("shoreline-beyond-reach", "error",
         "岸线 {feature} 不在本河：离中心线或基线（中位）{value} {unit}，超出断面可及的 {limit} {unit}，未使用",
         "shoreline {feature} does not lie at its river: {value} {unit} from the axis or baseline (median), beyond the "
         "{limit} {unit} that transects may go; it was not used",
         "核对河流编码和坐标系；确属本河（如河口、旧河道）时用 reach_m（命令行 --reach）写明断面长度",
         "check its river and CRS; where it is of this river (an estuary, an old course) give reach_m, --reach on the "
         "command line"),
    Code("shoreline-partly-beyond", "note",
         "岸线 {feature} 约有 {value} {unit} 在断面可及的 {limit} {unit} 以外，该段未使用",
         "about {value} {unit} of shoreline {feature} lie beyond the {limit} {unit} that transects go and are left out",
         "属旧河道、裁弯则正常；否则加大 reach_m", "right at old courses and cut-offs; else give a larger reach_m"),
    Code("uncertainty-not-positive", "error", "岸线 {feature} 的定位中误差不大于零（{value} {unit}），按未知处理",
         "the position error of shoreline {feature} is not above zero ({value} {unit}); taken as unknown",
         "填写大于零的一倍中误差", "fill in one standard deviation, above zero"),
    Code("uncertainty-missing", "warning",
         "河流 {feature} 的{note}有 {value} 期岸线没有定位中误差，相应断面不作加权回归；"
         "满三期的变化属实概率只凭拟合误差，只有两期的没有概率，变化一律不能证实",
         "{value} dates of the {note} of river {feature} have no position error: no weighted rate there; with three "
         "dates or more the probability rests on the fit alone, with two there is none and no change can be proven",
         "填写 uncertainty_m，或给出 uncertainty_m=（命令行 --uncertainty）作为缺省值",
         "fill in uncertainty_m, or give uncertainty_m= (--uncertainty on the command line) for those that lack it"),
    Code("banks-one-side", "warning",
         "河流 {feature} 有 {value} 处断面，没写岸别的岸线同一日期在中心线一侧相交多次、另一侧没有："
         "河道可能已越过中心线，左右岸无从区分，变化量和符号不可靠",
         "at {value} transects of river {feature} shorelines without a bank are met several times on one side of the "
         "axis on a date, and not on the other: the river may have left the axis, banks cannot be told, and neither "
         "amounts nor signs can be relied on",
         "给岸线补 bank 列（left、right，面向下游），或改用较新的中心线",
         "give the shorelines a column bank (left, right, looking downstream), or use a newer axis"),
    Code("change-without-shoreline", "warning", "河流 {feature} 没有可用岸线，变化不明",
         "river {feature} has no usable shoreline: its change is unknown", "补充该河的岸线，核对河流编码",
         "give its shorelines, and check river codes"),
    Code("change-one-date", "error", "河流 {feature} 的{note}只有 {value} 期岸线，至少需要 {limit} 期，速率不明",
         "the {note} of river {feature} has {value} date of at least {limit}: no rates", "补充其他日期的岸线",
         "give shorelines of other dates"),
    Code("change-dates-few", "note",
         "河流 {feature} 的{note}只有 {value} 期岸线，回归至少需要 {limit} 期，只算首末速率",
         "the {note} of river {feature} has {value} dates; regression needs {limit}, so there are end point rates only",
         "补充其他日期的岸线", "give shorelines of other dates"),
    Code("shorelines-share-date", "note",
         "河流 {feature} 的{note}有 {value} 处断面同一日期与岸线相交多次，按交点取法取值",
         "{value} positions of the {note} of river {feature} had several hits on one date; the hit rule chose",
         "核对重复岸线、江心洲和回折；或改用其他交点取法",
         "look for repeated lines, islands and folds, or choose another hit rule"),
    Code("shoreline-jumps", "note",
         "河流 {feature} 的{note}有 {value} 处岸线位置突变（裁弯或回折），未计入速率",
         "{value} positions of the {note} of river {feature} jump, at cut-off bends or folds; rates do not count them",
         "核对裁弯处；要计入则取 jump_slope=math.inf", "look at cut-offs; jump_slope=math.inf counts them"),
    Code("transects-coincide", "warning",
         "河流 {feature} 的{note}有 {value} 条断面与另一条断面起点和方向都相同，同一处变化量了不止一次",
         "{value} transects of the {note} of river {feature} begin and run as another one does: one place is measured "
         "more than once",
         "核对基线是否画了两遍，或中心线是否在同一处往返",
         "see whether a baseline is drawn twice, or an axis runs to and fro"),
    Code("transects-without-hit", "note", "河流 {feature} 的{note}有 {value} 条断面没有遇到任何岸线，变化不明",
         "{value} transects of the {note} of river {feature} met no shoreline: change unknown there",
         "属岸线缺口则正常；否则加大 reach_m", "right at gaps of the shorelines; else give a larger reach_m"),
    Code("transects-shortened", "note",
         "河流 {feature} 的{note}有 {value} 条断面在急弯处截短（以免相交或伸到另一河湾），且未遇到全部各期岸线",
         "{value} transects of the {note} of river {feature} end early on bends, where they would cross or reach "
         "another arm, and miss some dates",
         "核对该处有无裁弯；必要时增大 smoothing_m 或改用基线",
         "look for cut-offs there; give a larger smoothing_m, or a baseline"),
)  # fmt: skip
