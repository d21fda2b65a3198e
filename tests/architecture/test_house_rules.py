"""The house rules, held against every file, and against samples of their own."""

import ast

import pytest

from tests.architecture.rules import RULES, TEST_RULES
from tests.architecture.sources import files_of_product, files_of_tests, name_of, text_of, tree_of


def offences(rule, files):
    covered = [path for path in files if rule.covers(name_of(path))]
    return [
        f"{name_of(path)}:{line}" for path in covered for line in rule.finds(tree_of(path), text_of(path))
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_product_keeps_the_rule(rule):
    found = offences(rule, files_of_product())
    assert not found, f"{rule.why}\n" + "\n".join(found)


@pytest.mark.parametrize("rule", TEST_RULES, ids=lambda rule: rule.name)
def test_the_tests_keep_the_rule(rule):
    found = offences(rule, files_of_tests())
    assert not found, f"{rule.why}\n" + "\n".join(found)


@pytest.mark.parametrize("rule", RULES + TEST_RULES, ids=lambda rule: rule.name)
def test_the_rule_catches_its_bad_sample_and_spares_the_good_one(rule):
    assert rule.finds(ast.parse(rule.bad), rule.bad)
    assert not rule.finds(ast.parse(rule.good), rule.good)
