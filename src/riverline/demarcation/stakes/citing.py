"""What a board may say of the law: which pieces of a line a rule founds, and which rules were read as text of law."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from riverline.rules import RuleSet

__all__ = ["is_certain", "is_founded"]

# What stands behind a piece that the policy made: ``national/policy.shared``.
_POLICY = "/policy."


def is_founded(rule_ids: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Whether a rule founds the piece, (n,): neither a sketch, which has none, nor a choice of the policy.

    Examples
    --------
    >>> is_founded(np.array(["anhui/changjiang", "anhui/policy.shared", ""], dtype=object)).tolist()
    [True, False, False]
    """
    return np.array([rule != "" and _POLICY not in rule for rule in rule_ids.tolist()], dtype=bool)


def is_certain(rule_ids: NDArray[np.object_], rules: RuleSet, marks: Collection[str]) -> NDArray[np.bool_]:
    """Whether the rule was seen as one of the marks says, (n,); a rule that the set does not know was not.

    Examples
    --------
    >>> import riverline as rl
    >>> asked = np.array(["national/flood-line", "national/bank-top", "mine/levee"], dtype=object)
    >>> is_certain(asked, rl.load_rules("national"), ("S", "M")).tolist()
    [True, False, False]
    """
    seen = {f"{each.name}/{rule.id}": rule.certainty for each in rules.chain for rule in each.rules}
    return np.array([seen.get(rule, "") in marks for rule in rule_ids.tolist()], dtype=bool)
