from __future__ import annotations

from typing import Any

import pytest
import routingcase

from alertgen.routing.model import InhibitRule

RULE = "{when: {alertname: DbDown}, silence: {alertname: [Slow, Late], team: web}, equal: [cluster]}"

OVERLAP = "an alert may be on both sides: some versions of Alertmanager then silence too little"


def with_rules(*rules: str) -> str:
    return routingcase.SHOP + "inhibit:\n" + "".join(f"- {rule}\n" for rule in rules)


def problems(*rules: str) -> list[str]:
    return routingcase.problems(with_rules(*rules))


def read(*rules: str) -> tuple[InhibitRule, ...]:
    found, diagnostics = routingcase.read(with_rules(*rules))
    assert () == diagnostics
    return found.inhibit


def test_a_list_means_any_of_its_values_and_all_labels_must_agree() -> None:
    (rule,) = read(RULE)
    assert ['alertname="DbDown"'] == [str(m) for m in rule.source]
    assert ['alertname=~"Late|Slow"', 'team="web"'] == [str(m) for m in rule.target]
    assert ("cluster",) == rule.equal


def test_values_mean_themselves_even_where_they_look_like_regular_expressions() -> None:
    (rule,) = read("{when: {alertname: A}, silence: {alertname: [B], path: ['a.b', 'c|d']}, equal: []}")
    assert ['alertname="B"', r'path=~"a\\.b|c\\|d"'] == [str(m) for m in rule.target]


def test_each_rule_has_its_line() -> None:
    other = RULE.replace("DbDown", "Gone")
    assert ["inhibit/0", "inhibit/1"] == [r.location.path for r in read(RULE, other) if r.location]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            RULE.replace("[Slow, Late]", "[Slow, DbDown]"),
            f"inhibit/0/silence: overlapping-sides: {OVERLAP}",
        ),
        (
            "{when: {service: a}, silence: {alertname: X}, equal: []}",
            f"inhibit/0/silence: overlapping-sides: {OVERLAP}",
        ),
        (RULE.replace("team:", "te-am:"), "inhibit/0/silence/te-am: bad-name: 'te-am' cannot be the name of a label"),
        (RULE.replace("[cluster]", "[a b]"), "inhibit/0/equal/0: bad-name: 'a b' cannot be the name of a label"),
        (RULE.replace("[cluster]", "[a, b, a]"), "inhibit/0/equal/2: duplicate-label: 'a' is already in equal"),
    ],
)
def test_what_cannot_work_is_said_where_it_stands(rule: str, expected: str) -> None:
    assert [expected] == problems(rule)


def test_the_same_rule_twice_has_no_effect() -> None:
    assert ["inhibit/1: no-effect: this is said already"] == problems(RULE, RULE)


@pytest.mark.parametrize("missing", ["when", "silence", "equal"])
def test_every_part_must_be_there(missing: str) -> None:
    whole: dict[str, Any] = {"when": {"a": "x"}, "silence": {"a": "y"}, "equal": []}
    whole.pop(missing)
    with pytest.raises(Exception, match=f"'{missing}' is a required property"):
        routingcase.validate({"default": "operators", "inhibit": [whole]})
