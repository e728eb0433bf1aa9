"""A policy that can be written is a policy that something reads."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest

import riverline as rl
from riverline.rules import Policy

SOURCE = Path(rl.__file__).parent
# These make, check and print a policy; reading it there changes no line.
KEEPERS = {"policy.py", "loading.py", "describing.py", "checking.py"}
# Says where the other values come from.
ABOUT = {"sources"}


def has_a_choice(name: str) -> bool:
    """Whether a field may hold more than one value; what holds only one is a statement of what is always done."""
    kind = Policy.model_fields[name].annotation
    return get_origin(kind) is not Literal or len(get_args(kind)) > 1


@cache
def read_somewhere() -> frozenset[str]:
    """Names that the code reads off some value."""
    files = [path for path in SOURCE.rglob("*.py") if not (path.parent.name == "rules" and path.name in KEEPERS)]
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in files)
    return frozenset(node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute))


FIELDS = [name for name in Policy.model_fields if name not in ABOUT and has_a_choice(name)]


@pytest.mark.parametrize("name", FIELDS)
def test_every_choice_of_the_policy_is_read_by_what_draws(name) -> None:
    assert name in read_somewhere()


def test_what_is_read_nowhere_would_be_seen() -> None:
    assert "widths_of_nothing_m" not in read_somewhere()
