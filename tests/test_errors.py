"""Errors: one tree, two languages, everything that is wrong at once."""

from __future__ import annotations

import pickle

import pytest

import riverline as rl
from riverline import errors

LEAVES = {
    rl.SchemaError: ValueError,
    rl.CRSError: ValueError,
    rl.RuleError: ValueError,
    rl.LedgerError: ValueError,
    rl.JobError: ValueError,
    rl.ReadError: OSError,
    rl.MissingDependencyError: ImportError,
}


def test_the_tree_has_no_leaf_that_this_file_does_not_know():
    assert {getattr(errors, name) for name in errors.__all__} - {errors.Hint, errors.needed} == {
        rl.RiverlineError,
        *LEAVES,
    }


@pytest.mark.parametrize(("leaf", "builtin"), LEAVES.items(), ids=lambda each: each.__name__)
def test_a_leaf_is_caught_as_riverlines_and_as_pythons(leaf, builtin):
    for caught in (rl.RiverlineError, builtin):
        with pytest.raises(caught, match="坐标系"):
            raise leaf("没有坐标系", "there is no CRS")


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda each: each.__name__)
def test_a_message_stands_in_both_languages_and_each_alone(leaf):
    error = leaf("没有坐标系", "there is no CRS")
    assert str(error) == "没有坐标系\nthere is no CRS"
    assert (error.message(), error.message("en")) == ("没有坐标系", "there is no CRS")


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda each: each.__name__)
def test_an_error_crosses_a_process_border_whole(leaf):
    error = pickle.loads(pickle.dumps(leaf("没有坐标系", "there is no CRS")))  # noqa: S301 - our own bytes
    assert type(error) is leaf
    assert (error.zh, error.en) == ("没有坐标系", "there is no CRS")


def test_one_problem_stands_in_the_line_and_several_are_numbered_in_both_languages():
    one = rl.RuleError.listing("规则有误", "the rules are wrong", [("宽度为负", "a width is negative")])
    assert str(one) == "规则有误：宽度为负\nthe rules are wrong: a width is negative"
    two = rl.RuleError.listing("规则有误", "the rules are wrong", iter([("甲", "a"), ("乙", "b")]))
    assert two.zh.splitlines() == ["规则有误：", "  1. 甲", "  2. 乙"]
    assert two.en.splitlines() == ["the rules are wrong:", "  1. a", "  2. b"]
    assert type(two) is rl.RuleError
