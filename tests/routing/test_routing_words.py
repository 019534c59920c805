from __future__ import annotations

from alertgen.diagnostics import Location
from alertgen.routing.model import InhibitRule, Matcher
from alertgen.routing.words import silencing, symptoms

SYMPTOM = Matcher("alertname", "=", "PodNotReady")
HERE = ("cluster", "namespace")


def rule(*source: Matcher, equal: tuple[str, ...] = HERE, place: Location | None = None) -> InhibitRule:
    return InhibitRule(name="any", source=source, target=(SYMPTOM,), equal=equal, location=place)


def alert(*names: str) -> Matcher:
    return Matcher("alertname", "=" if len(names) == 1 else "=~", "|".join(names))


def test_causes_with_the_same_equal_labels_are_said_together_and_in_order() -> None:
    found = [rule(alert("WorkloadMissing")), rule(alert("ProbeDown"), equal=()), rule(alert("WorkloadDown"))]
    assert ("WorkloadDown, WorkloadMissing with the same cluster, namespace", "ProbeDown") == silencing(found)


def test_a_cause_of_some_severities_says_which_and_one_of_any_does_not() -> None:
    critical, warning = (Matcher("severity", "=", each) for each in ("critical", "warning"))
    some = [rule(alert("WorkloadDown"), critical), rule(alert("WorkloadDown"), warning)]
    said = "WorkloadDown (severity=critical or severity=warning) with the same cluster, namespace"
    assert (said,) == silencing(some)
    assert ("WorkloadDown with the same cluster, namespace",) == silencing([*some, rule(alert("WorkloadDown"))])


def test_a_rule_for_several_alerts_names_each_and_one_for_none_in_particular_says_so() -> None:
    assert ("A, B",) == silencing([rule(alert("A", "B"), equal=())])
    assert ("any alert (team=db)",) == silencing([rule(Matcher("team", "=", "db"), equal=())])


def test_what_the_spec_asks_for_has_a_line_with_its_place() -> None:
    asked = rule(alert("WorkloadDown"), place=Location("rules.d/routing.yaml", 17, 5))
    assert (
        "WorkloadDown with the same cluster, namespace (rules.d/routing.yaml:17:5)",
        "WorkloadMissing with the same cluster, namespace",
    ) == silencing([asked, rule(alert("WorkloadMissing"))])


def test_what_is_silenced_is_said_likewise() -> None:
    assert "PodNotReady" == symptoms(rule(alert("WorkloadDown")))
