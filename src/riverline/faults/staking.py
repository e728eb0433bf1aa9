"""What may be wrong with stakes and boards, and with what they are placed by."""

from __future__ import annotations

from riverline.faults.code import Code

__all__ = ["STAKE_CODES"]

STAKE_CODES = (
    # demarcation, stakes
    Code("stake-number-twice", "error", "编号 {note} 在同一岸出现不止一次",
         "the number {note} occurs more than once on its bank",
         "现场核对后改其中一根的编号", "find out on the spot which it is and change the other's number"),
    Code("stake-number-shared", "note", "编号 {note} 在河流 {feature} 的左右两岸都有",
         "the number {note} stands on both banks of river {feature}",
         "各岸自行编号的无须处理；否则改其一", "nothing to do where banks count on their own; else change one"),
    Code("board-without-law", "warning", "公告牌 {feature} 所在段没有核实过的条文可引，牌面留空",
         "board {feature} stands where no text of law was seen that it could cite: its text is blank",
         "改用当地规则集重做，或由本单位拟定牌面文字",
         "draw the line by the rule set of the place, or write the text yourself"),
    Code("stake-row-unlike", "error", "界桩 {feature} 所填{note}与其位置、界线或相邻桩不符",
         "what stands in {note} of stake {feature} is not what its place, its line or its neighbour says",
         "按图形重新填写该栏，或重做界桩表", "fill the column again from the drawing, or place the stakes again"),
    Code("stake-chord-inside", "error",
         "界桩 {feature} 至 {note} 的连线切入界线以内 {value} {unit}，以桩连线为准会让出土地",
         "the straight line from stake {feature} to {note} cuts {value} {unit} inside the line: it gives land away",
         '移动该处保留的旧桩，或以线为准（role="mark"）',
         'move the old stake that was kept there, or let the line count (role="mark")'),
    Code("stake-without-place", "warning", "原有界桩 {feature} 距本岸界线超过 {limit} {unit}，或本岸没有界线",
         "existing stake {feature} is over {limit} {unit} from the line of its bank, or its bank has no line",
         "核对河流编码与岸别；确已无用的拔除并登记",
         "check its river and bank; take it out if it marks nothing any more"),
    Code("stake-to-move", "warning", "原有界桩 {feature} 应移动 {value} {unit}",
         "stake {feature} has to move by {value} {unit}",
         "按新坐标重新埋设，编号不变", "set it again at its new place; it keeps its number"),
    Code("stake-off-line", "warning", "界桩 {feature} 距界线 {value} {unit}（允许 {limit} {unit}）",
         "stake {feature} stands {value} {unit} off the line (allowed {limit} {unit})", "核对坐标，或重新放样",
         "check its coordinates or set it out again"),
    Code("stake-without-line", "error", "界桩 {feature} 所填河流、岸别（{note}）没有界线",
         "the river and bank that stake {feature} names ({note}) have no line", "改正河流编码或岸别",
         "correct the code of the river, or the bank"),
    Code("stakes-far-apart", "warning", "界桩 {feature} 至 {note} 相距 {value} {unit}，超过 {limit} {unit}",
         "stakes {feature} and {note} are {value} {unit} apart, more than {limit} {unit}", "补设加密桩",
         "put densified stakes between"),
    Code("stake-out-of-sight", "warning",
         "界桩 {feature} 至 {note} 之间界线偏离视线 {value} {unit}，超过 {limit} {unit}",
         "between stakes {feature} and {note} the line leaves the sight line by {value} {unit}, over {limit} {unit}",
         "在转折处补设加密桩",
         "put a densified stake at the turn"),
    Code("stake-sight-roomless", "note",
         "界桩 {feature} 至 {note} 之间界线偏离视线 {value} {unit}，超过 {limit} {unit}；偏离处距桩太近，未加桩",
         "between stakes {feature} and {note} the line leaves the sight line by {value} {unit}, over {limit} {unit}, "
         "nearer to a stake than turns may be: no other was placed",
         "现场看是否通视；需要加桩的，在规则集中减小 turns_apart_m，或手工加设",
         "look whether one sees along it; for another stake lower turns_apart_m in the rule set, or set one by hand"),
    Code("stake-in-other-river", "warning", "界桩 {feature} 在河流 {note} 的管理范围内，可能落在水中",
         "stake {feature} stands inside the extent of river {note}, perhaps in its water", "现场核定，必要时改设在岸上",
         "look on the spot; set it ashore if need be"),
    Code("setting-unknown", "note", "河流 {feature} 有 {value} 根界桩不知位于城镇还是乡村，间距按乡村取",
         "nobody says whether {value} stakes of river {feature} stand in a town; distances of the country hold",
         "给出周边环境图层 settings", "give a layer of surroundings (settings)"),
    # demarcation, works at the line
    Code("structure-unstaked", "note", "建筑物 {feature} 距各岸界线均超过 {limit} {unit}，未设桩",
         "structure {feature} is over {limit} {unit} from every line and has no stake",
         "核对位置；应设桩的请在规则集中加大 structure_reach_m",
         "check where it lies; raise structure_reach_m in the rule set if it ought to have one"),
)  # fmt: skip
