"""Pattern documents: read like a built-in alert, refused with the place and the reason, proven by promtool."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertgen import promql_tree, schema, schema_words, spec
from alertgen.compiler import compile_spec
from alertgen.diagnostics import Diagnostic, Location, Severity
from alertgen.example import having as example_of
from alertgen.expand import Expansion, expand
from alertgen.model import Kind, Service, Site
from alertgen.needs import OF_A_SERVICE, OF_THE_SITE
from alertgen.pattern import Level, Pattern
from alertgen.quantity import Duration
from alertgen.render import prometheus
from alertgen.render import tests as render_tests
from alertgen.site_patterns import read as reading
from alertgen.site_patterns import trial
from alertgen.site_patterns.schema import SCHEMA
from alertgen.source import Document, parse
from alertgen.spec import Layer
from alertgen.testgen.generate import test_file as generated
from alertgen.tools import promtool as promtool_tool
from alertgen.tools.binaries import Binary
from alertgen.validate import validator

CASES = Path(__file__).parent.parent / "cases"
VALIDATE = validator({"$defs": {"pattern": SCHEMA}})

QUEUE = """\
pattern: QueueBacklogGrowing
severity: warning
for: 10m
keep_firing_for: 5m
labels: {area: messaging}
annotations:
  queue_url: https://mq.example.com/${namespace}/{{ $labels.queue }}
params:
  threshold: {type: count, default: 1000, meaning: messages waiting}
  window: {type: window, default: 10m, meaning: how long they have been}
expr: |
  # Not a moment below the threshold.
  max by (namespace, queue) (
    min_over_time(rabbitmq_queue_messages{namespace="${namespace}", queue=~"${service}[.].*"}[${window / 2}])
  ) > ${threshold}
summary: Queue {{ $labels.queue }} has {{ $value | printf "%.0f" }} messages
description: More than ${threshold} messages wait in {{ $labels.queue }} of ${service} for ${for}.
runbook:
  meaning: Consumers are slower than producers.
  diagnosis: ["Are the consumers of ${workload} up?"]
  mitigation: [Scale the consumers.]
scenarios:
- name: fires above the threshold
  series:
    'rabbitmq_queue_messages{namespace="${namespace}",queue="${service}.orders",instance="10.0.0.1:9090"}':
      0x10 ${threshold + 1}x40 0
  fires:
    from: ${5m30s + window / 2}
    until: 25m30s
    value: ${threshold + 1}
    may_start_earlier: 30s
- name: silent at the threshold
  series:
    'rabbitmq_queue_messages{namespace="${namespace}",queue="${service}.orders"}': 0x10 ${threshold}x60
- name: silent while it lasts a moment only
  series:
    'rabbitmq_queue_messages{namespace="${namespace}",queue="${service}.orders"}': 0x10 ${threshold + 1}x15 0
  pending: true
"""


def document(text: str) -> Document:
    (found,), problems = parse("rules.d/x.yaml", text.encode())
    assert problems == ()
    return found


def read(text: str) -> tuple[Pattern | None, tuple[Diagnostic, ...]]:
    """The pattern and what is wrong, the schema's findings included."""
    found = document(text)
    wrong = VALIDATE(found)
    return (None, wrong) if wrong else reading.read(found)


def good(text: str = QUEUE) -> Pattern:
    pattern, problems = read(text)
    assert pattern is not None, [str(problem) for problem in problems]
    return pattern


def changed(old: str, new: str, text: str = QUEUE) -> str:
    assert old in text
    return text.replace(old, new, 1)


def expansion(pattern: Pattern, site: Site | None = None, **override: Any) -> Expansion:
    """The pattern alone, switched on for a service, and tuned there."""
    kind = pattern.kinds[0]
    service = Service(name="my-app", namespace="shop", team="web", tier="standard", kind=kind, container="my-app")
    nowhere = Location("", 1, 1)
    layer = Layer("service", {pattern.alert: {"enabled": True, **override}}, lambda *_: nowhere)
    about = None if pattern.once_per_cluster else service
    found, problems = expand(site or Site(), about, {pattern.alert: pattern}, [layer], dt.date(2027, 1, 1), nowhere)
    assert problems == ()
    return found


def failing(promtool: Binary, folder: Path, of: Expansion) -> list[str]:
    """The scenarios that promtool finds broken, each once, in its order."""
    (folder / "rules.yaml").write_text(prometheus.rule_file(of.groups), encoding="utf-8")
    tests = folder / "tests.yaml"
    tests.write_text(render_tests.render(generated(of), ["rules.yaml"]), encoding="utf-8")
    run = promtool_tool.test_rules(promtool, [tests], jobs=1, timeout=120, on_done=lambda _: None)
    assert run.errors == ()
    named = [failure.expr.rpartition(": ")[2] if failure.expr else failure.group for failure in run.failures]
    return list(dict.fromkeys(str(name).rpartition(": ")[2] for name in named))


def test_a_pattern_document_becomes_a_pattern() -> None:
    pattern = good()
    assert ("QueueBacklogGrowing", "site", Level.SERVICE) == (pattern.alert, pattern.pack, pattern.level)
    assert ("warning", "10m", "5m") == (pattern.severity, pattern.for_, pattern.keep_firing_for)
    assert (False, tuple(Kind)) == (pattern.enabled, pattern.kinds)
    assert ["threshold", "window"] == list(pattern.parameters())


def test_its_rule_has_everything_that_the_document_says() -> None:
    (alert,) = expansion(good()).alerts
    assert {"severity": "warning", "team": "web", "service": "my-app", "tier": "standard", "area": "messaging"} == dict(
        alert.rule.labels
    )
    assert {
        "summary": 'Queue {{ $labels.queue }} has {{ $value | printf "%.0f" }} messages',
        "description": "More than 1000 messages wait in {{ $labels.queue }} of my-app for 10m.",
        "queue_url": "https://mq.example.com/shop/{{ $labels.queue }}",
    } == dict(alert.rule.annotations)


def test_promtool_proves_it_and_its_neighbours_are_no_matter_on_every_version(
    promtools: tuple[Binary, ...], tmp_path: Path
) -> None:
    of = expansion(good())
    names = [case.expr.rpartition(": ")[2] for group in generated(of).groups for case in group.expr_cases]
    assert "silent for my-app-worker, whose name begins alike" in names
    for promtool in promtools:
        assert [] == failing(promtool, tmp_path, of)


@pytest.mark.parametrize(
    "override", [{"threshold": 1}, {"window": "4m"}, {"for": "0s"}, {"for": "30m"}, {"keep_firing_for": "0s"}]
)
def test_it_is_proven_for_a_service_that_tunes_it(override: dict[str, Any], promtool: Binary, tmp_path: Path) -> None:
    # Without `for` the moment would be long enough: here it stays at the threshold.
    text = changed("  pending: true\n", "").replace("${threshold + 1}x15 0", "${threshold}x15 0")
    assert [] == failing(promtool, tmp_path, expansion(good(text), **override))


def test_a_service_that_is_found_by_the_start_of_its_name_fails_for_its_neighbour(
    promtool: Binary, tmp_path: Path
) -> None:
    text = QUEUE.replace("${service}[.].*", "${service}.*")
    assert ["silent for my-app-worker, whose name begins alike"] == failing(promtool, tmp_path, expansion(good(text)))


def test_a_wrong_belief_turns_its_scenario_red(promtool: Binary, tmp_path: Path) -> None:
    text = changed("0x10 ${threshold}x60", "0x10 ${threshold + 1}x60")
    assert ["silent at the threshold"] == failing(promtool, tmp_path, expansion(good(text)))


def test_it_is_proven_with_every_parameter_and_at_any_interval(promtool: Binary, tmp_path: Path) -> None:
    pattern = good(changed("default: 1000", "default: 1").replace("window, default: 10m", "window, default: 4m"))
    assert [] == failing(promtool, tmp_path, expansion(pattern))
    text = changed("until: 25m30s", "until: ${51 * evaluation_interval}")
    text = changed("${5m30s + window / 2}", "${11 * evaluation_interval + window / 2}", text)
    text = changed("may_start_earlier: 30s", "may_start_earlier: ${evaluation_interval}", text)
    text = changed("1}x15 0", "1}x8 0", text)
    slow = Site(evaluation_interval=Duration(60), scrape_interval=Duration(60))
    assert [] == failing(promtool, tmp_path, expansion(good(text), slow))


PER_POD = """\
pattern: PodNotServing
per: pod
kinds: [{kind}]
severity: critical
for: 2m
expr: max by (namespace, pod) (serving{{namespace="${{namespace}}",pod=~"${{pods}}"}}) == 0
summary: "{{{{ $labels.pod }}}} does not serve"
description: It has not for ${{for}}.
runbook: {{meaning: Requests fail., diagnosis: [Look., Read.], mitigation: [Restart it.]}}
scenarios:
- name: fires when one of two pods does not serve
  series:
    'serving{{namespace="${{namespace}}",pod="${{pod}}"}}': 1x10 0
    'serving{{namespace="${{namespace}}",pod="${{other_pod}}"}}': 1
  fires: {{from: 5m30s, labels: {{pod: "${{pod}}"}}}}
- name: fires until the pod is gone
  series:
    'serving{{namespace="${{namespace}}",pod="${{pod}}"}}': 1x10 0x10 stale
  fires: {{from: 5m30s, until: 10m30s}}
- name: silent while the exporter cannot be scraped
  series:
    'serving{{namespace="${{namespace}}",pod="${{pod}}"}}': 1x10 _x30 1
"""


@pytest.mark.parametrize("kind", Kind)
def test_a_pattern_about_pods_knows_the_pods_of_every_kind(kind: Kind, promtool: Binary, tmp_path: Path) -> None:
    assert [] == failing(promtool, tmp_path, expansion(good(PER_POD.format(kind=kind))))


PER_ITEM = """\
pattern: ReportTooSmall
needs: schedules
severity: warning
for: 5m
expr: max by (namespace) (report_rows{namespace="${namespace}",report="${cronjob}"}) < 10
summary: The report of ${cronjob} has {{ $value }} rows
description: It has had so few for ${for}.
runbook: {meaning: Something was left out., diagnosis: ["Read the log of ${cronjob}."], mitigation: [Run it again.]}
scenarios:
- name: fires below ten rows
  series: {'report_rows{namespace="${namespace}",report="${cronjob}"}': 10x10 9}
  fires: {from: 5m30s, value: "9"}
- name: silent with ten rows
  series: {'report_rows{namespace="${namespace}",report="${cronjob}"}': 10}
"""


def having(pattern: Pattern, *cronjobs: str) -> Expansion:
    """The pattern, switched on for a service with these schedules."""
    schedules = {"schedules": [{"cronjob": name} for name in cronjobs]} if cronjobs else {}
    whole = {"service": "my-app", "namespace": "shop", "team": "web", **schedules}
    nowhere = Location("", 1, 1)
    layer = Layer("service", {pattern.alert: {"enabled": True}}, lambda *_: nowhere)
    service = spec.read_service(whole)
    found, problems = expand(Site(), service, {pattern.alert: pattern}, [layer], dt.date(2027, 1, 1), nowhere)
    assert problems == ()
    return found


def test_each_thing_that_a_pattern_needs_has_an_alert_of_its_own_with_its_name(
    promtool: Binary, tmp_path: Path
) -> None:
    of = having(good(PER_ITEM), "nightly", "weekly")
    assert ["nightly", "weekly"] == [alert.rule.labels["cronjob"] for alert in of.alerts]
    assert 'report="nightly"' in of.alerts[0].rule.expr
    assert "The report of weekly has {{ $value }} rows" == of.alerts[1].rule.annotations["summary"]
    names = [case.expr.rpartition(": ")[2] for group in generated(of).groups for case in group.expr_cases]
    assert "silent for what another service has as schedules" in names
    assert [] == failing(promtool, tmp_path, of)


def test_a_service_without_what_the_pattern_needs_does_not_have_it() -> None:
    assert () == having(good(PER_ITEM)).alerts


def test_an_item_that_the_expression_does_not_tell_from_others_fails_for_its_neighbour(
    promtool: Binary, tmp_path: Path
) -> None:
    text = PER_ITEM.replace('report="${cronjob}"}) <', 'report=~"${cronjob}.*"}) <')
    assert ["silent for what another service has as schedules"] == failing(
        promtool, tmp_path, having(good(text), "nightly")
    )


def test_a_pattern_may_need_something_without_reading_its_names(promtool: Binary, tmp_path: Path) -> None:
    text = PER_ITEM.replace('report="${cronjob}"', 'report="all"').replace("${cronjob}", "${service}")
    assert [] == failing(promtool, tmp_path, having(good(text), "nightly"))


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "said"),
    [
        pytest.param("needs: schedules", "needs: schedule", "unknown-value", 2, "'schedules'", id="misspelt"),
        pytest.param("needs: schedules", "needs: node_pools", "contradiction", 2, "has no 'node_pools'", id="a site's"),
        pytest.param(
            "needs: schedules\n", "per: cluster\nneeds: schedules\n", "contradiction", 3, "has no 'schedules'",
            id="a service's, per cluster",
        ),
        pytest.param(
            "severity: warning", "severity: warning\nparams: {cronjob: {type: count, default: 1, meaning: m}}",
            "reserved-name", 4, "cannot be called 'cronjob'", id="a parameter of the same name",
        ),
        pytest.param("of ${cronjob} has", "of ${certificate} has", "unknown-word", 6, "'certificate'", id="other"),
    ],
)  # fmt: skip
def test_what_a_pattern_cannot_need_is_told_at_its_place(old: str, new: str, code: str, line: int, said: str) -> None:
    _, problems = read(PER_ITEM.replace(old, new))
    assert (code, line) == (problems[0].code, problems[0].location.line)
    assert said in f"{problems[0]} {problems[0].hint}"


@pytest.mark.parametrize("needs", OF_A_SERVICE)
@pytest.mark.parametrize("kind", Kind)
def test_a_service_of_any_kind_is_found_to_try_it_on(needs: str, kind: Kind) -> None:
    facet = OF_A_SERVICE[needs]
    site, service = example_of(facet, kind)
    assert facet.items(site, service)


@pytest.mark.parametrize("needs", OF_THE_SITE)
def test_an_installation_is_found_to_try_it_on(needs: str) -> None:
    site, _ = example_of(OF_THE_SITE[needs], None)
    assert OF_THE_SITE[needs].items(site, None)


PER_CLUSTER = """\
pattern: BlackboxExporterMissing
per: cluster
severity: critical
for: 5m
expr: absent(up{job="blackbox"} == 1)
summary: Nobody probes
description: For ${for}.
runbook: {meaning: Probes are blind., diagnosis: [Look.], mitigation: [Restart it.]}
scenarios:
- name: fires when there is none
  series: {}
  fires: {from: 0s}
- name: fires when it is down
  series: {'up{job="blackbox",instance="a"}': 1x10 0}
  fires: {from: 5m30s}
- name: fires when nobody knows
  series: {'up{job="blackbox",instance="a"}': 1x10 NaN}
  fires: {from: 5m30s}
- name: silent while one of two is up
  series: {'up{job="blackbox",instance="a"}': 0, 'up{job="blackbox",instance="b"}': 1}
"""


def test_a_pattern_about_the_cluster_is_on_and_proven_without_a_service(promtool: Binary, tmp_path: Path) -> None:
    pattern = good(PER_CLUSTER)
    assert (True, True) == (pattern.enabled, pattern.once_per_cluster)
    assert [] == failing(promtool, tmp_path, expansion(pattern))


def test_with_a_cluster_label_it_is_proven_in_the_second_cluster_too(promtool: Binary, tmp_path: Path) -> None:
    text = QUEUE.replace("by (namespace", "by (cluster, namespace").replace(
        '{namespace="${namespace}",queue=', '{cluster="${cluster}",namespace="${namespace}",queue='
    )
    of = expansion(good(text), Site(cluster_label="cluster"))
    assert "fires above the threshold, in the second cluster" in str(generated(of))
    assert [] == failing(promtool, tmp_path, of)


@pytest.mark.parametrize(
    ("old", "new", "place", "expected"),
    [
        # PromQL: the place in the expression, through block scalars, comments and what stands for ${…}
        (") > ${threshold}", ")\n    foo bar ${threshold}", "foo bar", "bad-promql: there is no operator before 'foo'"),
        ("[${window / 2}])", "[${window / 2})", "[${window / 2})", "bad-promql: this '[' is never closed"),
        (") > ${threshold}", ") > ${threshold", "${threshold", "bad-interpolation: this '${' is never closed"),
        ("min_over_time(", "min_over_tim(", "min_over_tim", "bad-promql: there is no function 'min_over_tim'"),
        (
            "[${window / 2}]",
            "[${window / 7}]",
            "window / 7",
            "bad-interpolation: 85.714285714285714 seconds is not a whole number of seconds",
        ),
        ("[${window / 2}]", "[${windw / 2}]", "windw", "unknown-word: unknown word 'windw'"),
        (
            '"${namespace}", q',
            "${namespace}, q",
            "${namespace}, q",
            "bad-interpolation: this is a name, and a name can stand only inside quotes",
        ),
        (
            "> ${threshold}\n",
            "> bool ${threshold}\n",
            "|",
            "always-fires: an alert fires when its expression gives anything, and it does so",
        ),
        # labels
        (
            "by (namespace, queue)",
            "by (queue)",
            "|",
            "dropped-label: an alert of a service must keep 'namespace', and the expression drops it",
        ),
        (
            "$labels.queue }} has",
            "$labels.queu }} has",
            "$labels.queu }}",
            "dropped-label: the expression drops the label 'queu', so this is always empty",
        ),
        (
            "$labels.queue }} has",
            "$labels.queue | toUpper }} has",
            "{{ $labels.queue",
            "bad-template: this is not a template that the generated tests can render",
        ),
        (
            "{{ $labels.queue }} has",
            "{{ $labels.queue has",
            "{{ $labels.queue",
            "bad-template: this is not a template that the generated tests can render",
        ),
        (
            "    until",
            "    labels: {pod: a}\n    until",
            "pod: a}",
            "dropped-label: the expression drops the label 'pod', so nothing fires with it",
        ),
        ("{area: messaging}", "{team: messaging}", "team", "reserved-label: alertgen sets the label 'team' itself"),
        (
            "{area: messaging}",
            '{area: "{{ $value }}"}',
            '"{{ $value',
            "bad-value: the label 'area' is a template; these labels are the same on every alert",
        ),
        ("  queue_url", "  summary", "summary: https", "duplicate: 'summary' has a key of its own"),
        # texts
        ("for ${for}.", "for ${fro}.", "fro}", "unknown-word: unknown word 'fro'"),
        (
            "for ${for}.",
            "for ${for * 2}.",
            "${for * 2}",
            "bad-interpolation: in texts only a single word can stand in a '${…}'",
        ),
        ("${workload}", "${deployment}", "deployment}", "unknown-word: unknown word 'deployment'"),
        # names and parameters
        ("QueueBacklogGrowing", "WorkloadDown", "WorkloadDown", "reserved-name: WorkloadDown is built in"),
        (
            "  window: {",
            "  unused: {type: count, default: 1, meaning: x}\n  window: {",
            "unused",
            "no-effect: the expression does not use ${unused}, so the parameter has no effect",
        ),
        (
            "  window: {",
            "  class: {type: count, default: 1, meaning: x}\n  window: {",
            "class",
            "reserved-name: a parameter cannot be called 'class': the word has a meaning already",
        ),
        (
            "  window: {",
            "  for: {type: count, default: 1, meaning: x}\n  window: {",
            "for: {",
            "reserved-name: a parameter cannot be called 'for': the word has a meaning already",
        ),
        ("default: 1000", "default: 5m", "5m", "wrong-type: 'default' must be a whole number, not text"),
        ("count, default: 1000", "ratio, default: 1000", "1000", "bad-value: threshold: 1000 is more than the whole"),
        ("window, default: 10m", "window, default: 0s", "0s", "bad-value: window: must be longer than 0s"),
        ("for: 10m", 'for: ""', '""', "bad-value: for: '' is not a duration"),
        (
            "for: 10m",
            "per: workload\nfor: 10m",
            "workload",
            "missing-key: an alert about a workload is about one kind of it",
        ),
        ("for: 10m", "kinds: [DeamonSet]\nfor: 10m", "DeamonSet]", "unknown-value: "),
        # scenarios
        (
            "- name: silent at the threshold",
            "- name: fires at the threshold",
            "fires at",
            "contradiction: a scenario fires by name and by its key `fires`, or by neither",
        ),
        ("- name: silent at the threshold", "- name: quiet at the threshold", "quiet", "bad-value: 'name' "),
        (
            "silent while it lasts a moment only",
            "silent at the threshold",
            "silent at",
            "duplicate: there is a scenario 'silent at the threshold' already",
        ),
        (
            "until: 25m30s",
            "until: 15m",
            "15m",
            "contradiction: the condition is over before the alert fires: that takes 10m",
        ),
        ("until: 25m30s", "until: 5m", "5m", "bad-value: the condition is over before it begins"),
        ("until: 25m30s", "until: later", "later", "bad-value: 'later' is not a duration"),
        ("until: 25m30s", "until: 25m30s\n    pending: true", "pending", "unknown-key: unknown key 'pending'"),
        (
            "    value: ${threshold + 1}\n",
            "",
            "fires:",
            "missing-key: the annotations show `$value`, and this scenario does not say what it is",
        ),
        (
            ' has {{ $value | printf "%.0f" }} messages',
            " is long",
            "value: ",
            "no-effect: no annotation shows `$value`",
        ),
        ("x40 0\n", "x40 NaNx2\n", "NaNx2", "bad-series: NaN and Inf cannot be repeated"),
        ("x40 0\n", "x40 0 1+-1x3\n", "1+-1x3", "bad-series: there are two signs in a row"),
        (
            "0x10 ${threshold + 1}x40",
            "0x10 ${service}x40",
            "${service}",
            "bad-interpolation: 'my-app' is a name; a number belongs here",
        ),
        ("0x10 ${threshold + 1}x40 0", "_x10 stale", "_x10", "bad-series: the series has no sample"),
        (
            'rabbitmq_queue_messages{namespace="${namespace}",queue="${service}.orders",i',
            "rabbitmq_queue_message{i",
            "'rabbit",
            "unread-series: the expression does not read rabbitmq_queue_message",
        ),
        (
            ',instance="10.0.0.1:9090"',
            ',instance=~"10"',
            "instance=~",
            "bad-series: the label 'instance' needs one value",
        ),
        (',instance="10.0.0.1:9090"', ',instance="10', '"10}', "bad-series: this quote is never closed"),
    ],
)
def test_a_mistake_is_found_at_its_place(old: str, new: str, place: str, expected: str) -> None:
    text = changed(old, new)
    _, problems = read(text)
    assert any(problem.severity is Severity.ERROR for problem in problems)
    lines = text.split("\n")
    found = [(lines[p.location.line - 1][p.location.column - 1 :], f"{p.code}: {p.message}") for p in problems]
    assert [at for at, message in found if message.startswith(expected) and at.startswith(place)], found


@pytest.mark.parametrize(
    "written",
    [
        "|\n  a > b and\n    (foo bar)\n",
        "|-\n    a > b and\n    (foo bar)\n",
        ">-\n  a > b and\n\n  (foo bar)\n",
        "a > b and (foo bar)\n",
        "a > b\n  and (foo bar)\n",
        "'a > b and (foo bar)'\n",
        '"a > \\"b\\" and (foo\n  bar)"\n',
    ],
)
def test_a_character_is_found_in_any_style_of_scalar(written: str) -> None:
    found = document(f"# above\npattern: X\nexpr: {written}summary: bar\n")
    lines = f"# above\npattern: X\nexpr: {written}".split("\n")
    text = found.data["expr"]
    for word in ("a", "foo", "bar"):
        place = found.within(found.at("expr"), text, text.index(word))
        assert lines[place.line - 1][place.column - 1 :].startswith(word)


def test_one_mistake_is_one_finding() -> None:
    for old, new in ((") > ${threshold}", ") > ${treshold}"), ("x40 0\n", "x40 NaNx2\n"), ("for: 10m", 'for: ""')):
        _, problems = read(changed(old, new))
        assert len(problems) == 1, [str(problem) for problem in problems]


@pytest.mark.parametrize("word", ["service", "namespace", "container", "kind", "pods", "pod"])
def test_a_pattern_about_the_cluster_knows_no_service(word: str) -> None:
    _, problems = read(PER_CLUSTER.replace('job="blackbox"}', f'job="${{{word}}}"}}', 1))
    assert [f"unknown word '{word}'"] == [problem.message for problem in problems]


def test_kinds_mean_nothing_to_a_pattern_about_the_cluster() -> None:
    _, problems = read(f"kinds: [Deployment]\n{PER_CLUSTER}")
    assert ["no-effect"] == [problem.code for problem in problems]


@pytest.mark.parametrize(
    ("per", "expected"),
    [
        ("container", "an alert about a container must keep 'container', and the expression drops it"),
        ("workload", "an alert about a workload must keep 'statefulset', and the expression drops it"),
    ],
)
def test_the_labels_that_say_what_an_alert_is_about_must_be_kept(per: str, expected: str) -> None:
    _, problems = read(PER_POD.format(kind="StatefulSet").replace("per: pod", f"per: {per}"))
    assert expected in [problem.message for problem in problems]


def test_at_least_one_scenario_fires_and_one_is_silent() -> None:
    text = QUEUE[: QUEUE.index("- name: fires")] + QUEUE[QUEUE.index("- name: silent at") :]
    _, problems = read(text)
    assert ["there is no scenario in which the alert fires"] == [problem.message for problem in problems]


def test_a_series_cannot_be_shown_twice() -> None:
    line = '\'rabbitmq_queue_messages{namespace="${namespace}",queue="${service}.orders"}\': 0x10 ${threshold}x60\n'
    again = line.replace("{namespace", "{  namespace")
    _, problems = read(changed(line, f"{line}    {again}"))
    assert ["the scenario has this series already"] == [problem.message for problem in problems]


def test_a_silent_scenario_without_series_proves_nothing() -> None:
    text = PER_CLUSTER.replace("- name: fires when there is none", "- name: silent at rest").replace(
        "series: {}\n  fires: {from: 0s}", "series: {}"
    )
    _, problems = read(text)
    assert ["proves-nothing"] == [problem.code for problem in problems]


def test_what_fires_must_be_named_where_the_series_leave_it_open() -> None:
    series = '    \'rabbitmq_queue_messages{namespace="${namespace}",queue="${service}.orders",instance'
    other = '    \'rabbitmq_queue_messages{namespace="${namespace}",queue="${service}.mail"}\': 0\n'
    _, problems = read(changed(series, other + series))
    assert ["the alert keeps 'queue', of which the series have several values"] == [p.message for p in problems]
    text = changed("    until", '    labels: {queue: "${service}.orders"}\n    until', changed(series, other + series))
    good(text)


WARNINGS = {
    "selects-nothing": (
        'namespace="${namespace}",queue="${service}.orders",i',
        'namespace="other",queue="${service}.orders",i',
        (
            'the expression selects none of these series: it asks for namespace="shop", and rabbitmq_queue_messages '
            'has namespace="other"'
        ),
    ),
    "reserved-name": (
        "QueueBacklogGrowing",
        "KubeQueueGrowing",
        "KubeQueueGrowing looks like an alert of kubernetes-mixin, whose names all begin with 'Kube'",
    ),
    "unparsed-promql": (
        "[${window / 2}]",
        "[${window / 2}] smoothed",
        "promql-parser cannot read this, so it is kept as written and promtool decides: invalid promql query",
    ),
}


@pytest.mark.parametrize("code", WARNINGS)
def test_what_may_be_meant_is_a_warning(code: str) -> None:
    old, new, message = WARNINGS[code]
    labels = '    labels: {namespace: "${namespace}", queue: "${service}.orders"}\n    until'
    pattern, problems = read(changed(old, new, changed("    until", labels)))
    assert pattern is not None, [str(problem) for problem in problems]
    assert [(code, message, Severity.WARNING)] == [(p.code, p.message, p.severity) for p in problems]


def test_newer_syntax_is_kept_as_written_and_says_so() -> None:
    old, new, _ = WARNINGS["unparsed-promql"]
    pattern = good(changed(old, new, changed("    until", "    labels: {}\n    until")))
    assert pattern.unparsed
    (alert,) = expansion(pattern).alerts
    assert alert.rule.expr.startswith("# Not a moment below the threshold.\nmax by (namespace, queue) (\n  min_over")
    assert "[5m] smoothed)" in alert.rule.expr


def test_without_a_readable_expression_the_labels_must_be_said() -> None:
    old, new, _ = WARNINGS["unparsed-promql"]
    _, problems = read(changed(old, new))
    assert "which labels the alert has cannot be told from the expression" in [problem.message for problem in problems]


@pytest.mark.parametrize(
    "expr",
    [
        "x > 1",
        "count(x > 1)",
        "label_replace(x > 1, 'a', 'b', '', '')",
        "x and y",
        "x unless y",
        "absent(x)",
        "x > 1 or y > 1",
        "(x > 1) * 2",
        "-(x > 1)",
        "time() - x > 5",
        "count_over_time((x > 1)[5m:1m])",
    ],
)
def test_a_condition_can_be_false(expr: str) -> None:
    assert trial.conditional(promql_tree.parse(expr))


@pytest.mark.parametrize(
    "expr",
    ["x", "sum(x)", "x > bool 1", "vector(1)", "1", "x > 1 or y", "rate(x[5m])", "x * 2", "time()", "1 > bool 2"],
)
def test_what_compares_nothing_is_always_true(expr: str) -> None:
    assert not trial.conditional(promql_tree.parse(expr))


FIRST_RULE = (CASES / "first-rule" / "pattern.yaml").read_text(encoding="utf-8")


def test_the_first_rule_is_explained_before_anything_runs() -> None:
    pattern, problems = read(FIRST_RULE)
    assert pattern is not None
    assert [
        (
            'the expression selects none of these series: it asks for job="kubelet", and '
            'kube_pod_container_status_restarts_total has job="kube-state-metrics"'
        ),
    ] == [problem.message for problem in problems]


def test_the_first_rule_never_fires_because_the_kubelet_does_not_export_that_metric(
    promtools: tuple[Binary, ...], tmp_path: Path
) -> None:
    of = expansion(good(FIRST_RULE))
    for promtool in promtools:
        assert ["fires for more than 5 restarts within 5 minutes"] == failing(promtool, tmp_path, of)


def test_with_its_job_repaired_the_first_rule_fires_for_ever_and_for_others(
    promtools: tuple[Binary, ...], tmp_path: Path
) -> None:
    of = expansion(good(FIRST_RULE.replace('job="kubelet"', 'job="kube-state-metrics"')))
    for promtool in promtools:
        assert [
            # It does fire then, at 13m: but it compares the restarts of a lifetime, so it is still firing at 17m30s.
            "fires for more than 5 restarts within 5 minutes",
            "silent for 6 restarts in its whole life",
            "silent for my-app-worker, whose name begins alike",
            "silent for my-app in another namespace",
        ] == failing(promtool, tmp_path, of)


def test_the_schema_refuses_and_describes_in_the_words_of_the_other_documents() -> None:
    properties = SCHEMA["properties"]
    assert schema_words.ALERT_PATTERN == properties["pattern"]["pattern"]
    assert schema_words.LABEL_PATTERN == properties["labels"]["propertyNames"]["pattern"]
    assert list(schema.SEVERITIES) == properties["severity"]["enum"]
    assert all("description" in value for value in properties.values())


@settings(deadline=None)  # the machine may be busy
@given(st.data())
def test_a_damaged_document_is_refused_or_read_but_never_breaks_the_reader(data: st.DataObject) -> None:
    lines = QUEUE.splitlines(keepends=True)
    number = data.draw(st.integers(0, len(lines) - 1))
    line = lines[number]
    start = data.draw(st.integers(0, len(line) - 1))
    end = data.draw(st.integers(start, min(len(line) - 1, start + 6)))
    lines[number] = line[:start] + data.draw(st.text("${}()[]\"' 0x+-a,>", max_size=3)) + line[end:]
    documents, problems = parse("rules.d/x.yaml", "".join(lines).encode())
    for found in documents:
        if found.kind == "pattern" and not problems and not VALIDATE(found):
            pattern, problems = reading.read(found)
            assert pattern is not None or problems
            assert all(p.location.path == "rules.d/x.yaml" for p in problems)
            if pattern is not None and not list(pattern.refusals(Site(), pattern.params())):
                assert expansion(pattern).alerts


BELIEVED = """\
service: my-app
namespace: shop
team: web
---
pattern: MyAppRestarts
severity: critical
for: 5m
expr: kube_pod_container_status_restarts_total{job="kubelet",container="my-app"} > 5
summary: my-app restarted more than 5 times within 5 minutes
description: my-app restarted more than 5 times within 5 minutes.
runbook: {meaning: it does not stay up, diagnosis: [why?], mitigation: [roll back]}
scenarios:
- name: fires for six restarts
  series: {'kube_pod_container_status_restarts_total{job="kubelet",namespace="shop",pod="a",container="my-app"}': 6x60}
  fires: {from: 5m}
- name: silent without
  series: {'kube_pod_container_status_restarts_total{job="kubelet",namespace="shop",pod="a",container="my-app"}': 0x60}
"""


def test_what_somebody_wrongly_believes_of_an_expression_is_told_before_what_is_wrong_with_its_scenarios() -> None:
    found = compile_spec([("rules.d/x.yaml", BELIEVED.encode())], dt.date(2026, 11, 23), "rules.d").diagnostics
    assert ["lifetime-counter", "series-labels", "wrong-exporter", "missing-key"] == [problem.code for problem in found]
    assert {8} == {problem.location.line for problem in found[:3]}
    assert "`for: 5m` says how long that must have been so, and is no window" in found[0].message
