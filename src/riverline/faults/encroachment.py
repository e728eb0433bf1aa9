"""What can be wrong with what is held against the line: the part of the catalogue that screening finds."""

from __future__ import annotations

from riverline.faults.code import Code

__all__ = ["ENCROACHMENT_CODES"]

ENCROACHMENT_CODES = (
    Code("features-not-inside", "note", "{value} 个地物不在任何管理或保护范围内，不是疑似问题",
         "{value} features lie in no extent and are no suspects", "无须处理", "nothing to do"),
    Code("features-not-screened", "error", "没有可用的管理范围，{value} 个地物未筛查；没有疑似问题不等于没有问题",
         "no extent could be used and {value} features were not screened: that nothing was found says nothing",
         "按管理范围图层的质检问题处理后重跑；kind 应为 management 或 protection，可用 "
         "--set extents::kind=management 填写（代码中为 frame.assign(kind=…)）",
         "mend what the other faults say of the extents and run again; kind must be management or protection, and can "
         "be filled in with --set extents::kind=management (frame.assign(kind=…) in code)"),
    Code("features-elsewhere", "error",
         "地物与管理范围不在一处，相距 {value} {unit}（地物 | 范围：{note}）；没有疑似问题不等于没有问题",
         "features and extents are {value} {unit} apart (features | extents: {note}): that nothing was found says "
         "nothing of the river",
         "核对两个文件和坐标系：没写坐标系的用 --crs EPSG:4548 指定（代码中为 frame.set_crs），写错的先改正，"
         "东、北坐标写反的先对调",
         "check both files and their CRS: name one that is not written with --crs EPSG:4548 (frame.set_crs in code), "
         "correct a wrong one first, swap east and north where they are the wrong way round"),
    Code("feature-in-several", "warning", "地物 {feature} 同时位于 {note} 的管理范围内，各列一行，面积分别计算",
         "feature {feature} lies in the management extents of {note}: a row in each, with its area in each",
         "汇总时按范围汇总；两河范围重叠的，先核对界线",
         "sum up by extent; where extents overlap, settle the line first"),
    Code("feature-over-extent", "warning",
         "地物 {feature} 覆盖范围 {note} 的 {value} {unit}，多为行政区、保护区或水面本身，而非侵占",
         "feature {feature} covers {value} {unit} of extent {note}: rather an administrative area, a reserve or the "
         "water itself than an encroachment",
         "筛查前剔除，例如 --only building=yes，或在代码中先筛选",
         "leave it out before screening, such as with --only building=yes, or filter the frame"),
    Code("extent-not-screened", "error", "范围 {feature} 无法筛查：{note}",
         "extent {feature} could not be screened: {note}", "检查该范围及其中地物的图形",
         "look at its drawing and at those of the features in it"),
    Code("line-from-outline", "note", "范围 {feature} 没有管理范围线，以范围边线代替",
         "extent {feature} came without its lines; its outline stands in for them",
         "改用 riverline.demarcate 的返回值，侵入深度和占用岸线才按法定界线量算",
         "give what riverline.demarcate returned, so that depths and lengths are measured on the legal line"),
    Code("outline-without-axis", "note",
         "范围 {feature} 既没有管理范围线也没有中心线：岸别、桩号不明，占用岸线沿范围边线量算，河流两端的横断边也计入",
         "extent {feature} has neither lines nor an axis: banks and chainages are unknown, and the shoreline taken is "
         "measured along its outline, the cuts across the river at its ends included",
         "用 axes=（命令行 --axes）给出中心线；给 riverline.demarcate 的返回值则按法定界线量算",
         "give the axis with axes= (--axes on the command line), or what riverline.demarcate returned to measure on "
         "the legal line"),
    Code("axis-not-one", "note", "范围 {feature} 有 {value} 条可用中心线，岸别、桩号按界线推定或不明",
         "extent {feature} has {value} usable axes; banks and chainages come from the line, or are unknown",
         "用 axes= 提供该河唯一的一条中心线", "give the one axis of the river with axes="),
    Code("suspects-words-unknown", "note",
         "{value} 个疑似问题的用词在认定目录中没有对应条目，类型、严重程度不明：{note}",
         "the catalogue has no item for the words of {value} suspects, whose kind and severity are unknown: {note}",
         '在本地目录中补充这些词（extends = "national"，[[words]] fields、values、item；riverline catalog template '
         "打印样本），用 --catalog 给出；或给图层加 item 列写条目编号（riverline catalog show 列出）",
         'add the words to a catalogue of your own (extends = "national", [[words]] with fields, values and item; '
         "riverline catalog template prints one) and give it with --catalog; or add a column item with the code of the "
         "item (riverline catalog show lists them)"),
    Code("suspects-without-words", "note",
         "{value} 个疑似问题没有认定目录所读的属性（如 类型、building、landuse），类型、严重程度不明；现有字段：{note}",
         "{value} suspects have no attribute that the catalogue reads (such as building or landuse): kind and "
         "severity are unknown; their columns: {note}",
         '把写明地物类型的字段对应到 类型，如 --column DWLX=类型（代码中为 classify(…, columns=dict(DWLX="类型"))）；'
         '整层同为一类的用 --set features::类型=房屋（代码中为 frame.assign(类型="房屋")）',
         'say which field tells what a feature is, such as --column TYPE=landuse (classify(..., '
         'columns=dict(TYPE="landuse")) in code); where a whole layer is of one kind, --set features::building=yes '
         '(frame.assign(building="yes"))'),
    Code("suspects-not-counted", "note",
         "{value} 个疑似图斑不计入问题（许可覆盖、仅在保护范围或在线外），未参与精度评定",
         "{value} suspects do not count (permitted, in the protection extent or outside) and took no part in the "
         "assessment",
         "要一并评定时改给 found.suspects", "give found.suspects to have them assessed as well"),
    Code("permit-without-reach", "warning", "许可 {feature} 是{note}，没有半径，未扣除",
         "permit {feature} is a {note} without a radius and was not subtracted",
         "填写 radius_m，或改绘为面", "fill in radius_m, or draw it as an area"),
    Code("permit-dates-reversed", "error", "许可 {feature} 的有效期止早于有效期起（{note}），未扣除",
         "permit {feature} ends before it begins ({note}) and was not subtracted", "核对有效期", "check its dates"),
    Code("permit-undated", "note", "许可 {feature} 没有起止日期，按长期有效扣除",
         "permit {feature} has no dates and counts as valid for ever", "核对许可文书的有效期；已失效的在 valid_to 写明",
         "see what the permit itself says; write the last day of one that has run out into valid_to"),
    Code("permit-undecided", "warning", "许可 {feature} 是否有效无法判断（{note}），未扣除",
         "whether permit {feature} is valid cannot be told ({note}); it was not subtracted",
         '用 on= 指定日期，例如 on="2025-06-01"；有效期写作年-月-日',
         'give the day with on=, such as on="2025-06-01"; write dates as year-month-day'),
)  # fmt: skip
