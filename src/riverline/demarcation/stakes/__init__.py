"""Stakes and notice boards: where they stand along the management line, how they are numbered, what is in their rows.

A call reads as its parts: :mod:`bank_lines <riverline.demarcation.stakes.bank_lines>` puts the pieces of each bank
together, :mod:`control_points <riverline.demarcation.stakes.control_points>` finds where a stake has to stand,
:mod:`existing <riverline.demarcation.stakes.existing>` brings in those that stand already,
:mod:`layout <riverline.demarcation.stakes.layout>` adds turns and even distances,
:mod:`numbers <riverline.demarcation.stakes.numbers>` numbers, :mod:`columns <riverline.demarcation.stakes.columns>`
fills the rows.
"""

from __future__ import annotations

from riverline.demarcation.stakes.checking import check_stakes
from riverline.demarcation.stakes.placing import place_boards, place_stakes

__all__ = ["check_stakes", "place_boards", "place_stakes"]
