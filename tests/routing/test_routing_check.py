from __future__ import annotations

import pytest
import yaml
from routingcase import SHOP, VERSION, at, problems, read, validate

from alertgen.routing import read as read_module


def test_an_unknown_receiver_is_named_with_the_nearest_known_one() -> None:
    _, found = read(SHOP.replace("page: web-pager", "page: web-pagr").replace("web-pager: {", "web-pager2: {"))
    (problem, unused) = found
    assert ("teams/web/page", "there is no receiver 'web-pagr'") == (problem.location.path, problem.message)
    assert ("unknown-receiver", "unused-receiver") == (problem.code, unused.code)
    assert "did you mean 'web-pager2'?" == problem.hint


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("default/receiver", SHOP.replace("default: {receiver: operators}", "default: {receiver: nobody}")),
        ("heartbeat/receiver", SHOP.replace("receiver: deadman", "receiver: nobody")),
        ("teams/data/log", SHOP.replace("log: data-chat", "log: nobody")),
    ],
)
def test_an_unknown_receiver_is_found_wherever_it_is_named(path: str, text: str) -> None:
    assert f"{path}: unknown-receiver: there is no receiver 'nobody'" in problems(text)


def test_a_receiver_that_nobody_uses_is_an_error() -> None:
    text = SHOP + "  lonely: {webhook: {url: 'http://x/'}}\n"
    assert ["receivers/lonely: unused-receiver: nothing is sent to the receiver 'lonely'"] == problems(text)


def test_a_receivers_own_problems_are_found_at_their_place() -> None:
    text = SHOP.replace("routing_key_file: /secrets/web-pager", "routing_key: hunter2")
    (problem,) = read(text)[1]
    assert "receivers/web-pager/pagerduty/routing_key" == problem.location.path
    assert "literal-secret" == problem.code


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "ticket: data-chat, ",
            "",
            "teams/data: no-ticket-receiver: the team 'data' does not say where its tickets go",
        ),
        (
            "ticket: data-chat, ",
            "ticket: none, ",
            (
                "teams/data/ticket: black-hole: pages of the team 'data' would reach nobody: they go where tickets go, "
                "and those are dropped"
            ),
        ),
        ("{receiver: operators}", "none", "default: black-hole: default goes to 'none': nobody would be told"),
        (
            "receiver: deadman",
            "receiver: none",
            "heartbeat: black-hole: heartbeat goes to 'none': nobody would be told",
        ),
        (
            "default: {receiver: operators}",
            "",
            ": no-default-receiver: nobody is told about alerts that no team owns",
        ),
        ("5m}", "1s}", "heartbeat/every: bad-value: every: 1s is too short"),
        ("5m}", "1000y}", "heartbeat/every: bad-value: every: '1000y' is more than a hundred years"),
        ("teams:", "group_interval: 0s\nteams:", "group_interval: bad-value: group_interval cannot be zero"),
        ("teams:", "repeat_interval: 0m\nteams:", "repeat_interval: bad-value: repeat_interval cannot be zero"),
        (
            "teams:",
            "repeat_interval: 1m\nteams:",
            (
                "repeat_interval: no-effect: a repeat_interval of 1m is as good as 5m: groups are looked at once in a "
                "group_interval"
            ),
        ),
        ("teams:", "group_by: [a, b, a]\nteams:", "group_by/2: duplicate-label: 'a' is already in group_by"),
        (
            "teams:",
            "group_by: [a, ...]\nteams:",
            "group_by/1: group-by-all: '...' means all labels: it cannot stand beside others",
        ),
        ("teams:", "group_by: [a.b]\nteams:", "group_by/0: bad-name: 'a.b' cannot be the name of a label"),
        ("web@example.com", "web", "teams/web/contacts/page: bad-value: 'web' is not an e-mail address"),
        ("web@example.com", '"{{ x }}"', "teams/web/contacts/page: bad-value: '{{ x }}' is not an e-mail address"),
        (
            "receivers:",
            "receivers:\n  none: {webhook: {url: 'http://x/'}}",
            "receivers/none: reserved-name: 'none' is built in: it drops what it is sent",
        ),
    ],
)
def test_what_makes_no_sense_is_found(old: str, new: str, expected: str) -> None:
    assert SHOP.count(old) == 1
    assert [expected] == [p for p in problems(SHOP.replace(old, new)) if "unused-receiver" not in p]


@pytest.mark.parametrize("text", ["group_wait: 0s", "group_by: []", "group_by: ['...']", "repeat_interval: 5m"])
def test_what_alertmanager_takes_is_no_problem(text: str) -> None:
    assert [] == problems(f"{SHOP}{text}\n")


BAD_NAMES = ["", "a b", "a/b", 'a"b', "a'b", "a\nb", "a{b}", "{{ x }}", "-a", "a.", "ä", "x" * 300, "a,b", "\x1b[31m"]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_would_break_something_is_refused_on_one_line(name: str) -> None:
    data = yaml.safe_load(SHOP)
    data["teams"][name] = data["teams"].pop("data") | {"page": name}
    data["receivers"][name] = data["receivers"]["data-chat"]
    validate(data) if name else None
    _, found = read_module.read(data, at, VERSION)
    assert ["receiver", "team"] == sorted(p.message.rpartition(" ")[2] for p in found if p.code == "bad-name")
    for problem in found:
        assert problem.message.isprintable()
        assert len(problem.message) < 120
