"""What can be wrong between data and rules: words, names and days that the rule set does not meet."""

from __future__ import annotations

from riverline.faults.code import Code

__all__ = ["RULE_CODES"]

RULE_CODES = (
    Code("condition-unknown", "error", "{layer} {feature} 的适用情形不是规则集所用的词（所写 → 可用）：{note}",
         "{layer} {feature} names conditions that the rule set does not know (written → known): {note}",
         "改写 settings 字段；各词的含义见 riverline rules show",
         "correct its settings; riverline rules show says what each word means"),
)  # fmt: skip
