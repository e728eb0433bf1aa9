"""What can be wrong between data and rules: words, names and days that the rule set does not meet."""

from __future__ import annotations

from riverline.faults.code import Code

__all__ = ["RULE_CODES"]

RULE_CODES = (
    Code("condition-unknown", "error", "{layer} {feature} 的适用情形不是规则集所用的词（所写 → 可用）：{note}",
         "{layer} {feature} names conditions that the rule set does not know (written → known): {note}",
         "改写 settings 字段；各词的含义见 riverline rules show",
         "correct its settings; riverline rules show says what each word means"),
    Code("river-name-near", "warning", "河流 {feature} 的名称与规则所写的河名相近而不相同，该规则未适用：{note}",
         "the name of river {feature} is near one that a rule names, not the same; that rule was not applied: {note}",
         "确为同一条河的，把名称改写为规则的河名，河段写在括号里，如 长江（安徽段）；是另一条河的不必改",
         "if it is that river, write the rule's name with the reach in brackets behind it; else leave it"),
    Code("rules-undated", "warning", "按指定日期划界，但所用规则的生效日期不明，当日是否有效未经核实（{note}）",
         "drawn for a day, by rules whose first day in force is not known; whether they held then is not certain "
         "({note})", "查明文件的生效日期，写入规则集的 in_force 或 effective_from",
         "find out when the document came into force and write it into the rule set as in_force or effective_from"),
    Code("level-implausible", "error", "{layer} {feature} 的水位 {value} {unit} 不可能（可信范围 {note}），未使用",
         "the level of {layer} {feature}, {value} {unit}, cannot be (plausible: {note}) and was not used",
         "多为缺值代码（-9999 等）或单位有误：留空或改正",
         "it is often a code for a missing value (-9999 …) or a wrong unit: leave it blank or correct it"),
    Code("levees-parallel", "warning",
         "堤防 {feature} 与同岸另一道堤防并行，相距 {value} {unit}（限 {limit} {unit}）；"
         "按规则集的 several_levees 只采用前者，未采用（政策）：{note}",
         "levee {feature} runs beside another on its bank, {value} {unit} apart (limit {limit} {unit}); by "
         "several_levees of the rule set it was used, and not (policy): {note}",
         "核对哪一道是现行主堤；需要另一道时在规则集改 several_levees，或从图层中删去不用的一道",
         "see which is the levee in force; change several_levees in the rule set, or take the other out of the layer"),
)  # fmt: skip
