"""Whatever a test file looks like, its verdict is promtool's own: files good, failing, broken and odd, side by side."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from alertgen.promtool_output import Failure, failures, sections
from alertgen.suite import Verdict
from alertgen.tools import process, suite_runner
from alertgen.tools.binaries import Binary
from alertgen.tools.suite_files import Reader, expand

RULES = {
    "rules/web.yaml": """\
groups:
- name: web
  rules:
  - alert: Down
    expr: up == 0
    for: 2m
    labels: {severity: page}
    annotations: {summary: "{{ $labels.job }} is down in {{ $externalLabels.cluster }}: {{ $externalURL }}"}
  - {record: job:up:sum, expr: sum by (job) (up)}
""",
    "rules/recorded.yaml": """\
groups:
- name: first
  rules: [{record: a, expr: up + 1}]
- name: second
  rules: [{alert: Recorded, expr: a > 1}]
""",
    "rules/same-name.yaml": "groups:\n- name: web\n  rules: [{alert: Other, expr: up == 1}]\n",
    "rules/repeated.yaml": "groups:\n- {name: g, rules: []}\n- {name: g, rules: []}\n",
    "rules/bad-expr.yaml": "groups:\n- name: g\n  rules: [{alert: A, expr: 'up ='}, {alert: B, expr: 'sum('}]\n",
    "rules/bad-yaml.yaml": "groups: [\n",
    "rules/bad-key.yaml": "groups:\n- name: g\n  rules: [{alert: A, expr: up, threshold: 1}]\n",
    "rules/bad-template.yaml": "groups:\n- name: g\n  rules: [{alert: A, expr: up, annotations: {a: '{{ .Nope }'}}]\n",
    "rules/late-template.yaml": (
        "groups:\n- name: g\n  rules: [{alert: A, expr: up, annotations: {a: '{{ index (query `x`) 1 }}'}}]\n"
    ),
    "rules/duplicates.yaml": "groups:\n- name: g\n  rules: [{record: x, expr: 'up * on () up'}, {alert: A, expr: x}]\n",
    "rules/limit.yaml": "groups:\n- name: g\n  limit: 1\n  rules: [{alert: A, expr: up}]\n",
    "rules/offset.yaml": "groups:\n- name: g\n  query_offset: 1m\n  rules: [{alert: A, expr: up == 1}]\n",
    "rules/labels.yaml": "groups:\n- name: g\n  labels: {a: b}\n  rules: [{alert: A, expr: up == 1}]\n",
    "rules/holt.yaml": "groups:\n- name: g\n  rules: [{alert: A, expr: 'holt_winters(up[5m], 0.5, 0.5) > 0'}]\n",
    "rules/two.yaml": "groups: []\n---\ngroups:\n- name: g\n  rules: [{alert: A, expr: up}]\n",
    "rules/empty.yaml": "",
    "rules/deep/down/nested.yaml": "groups:\n- name: n\n  rules: [{alert: Nested, expr: up == 0}]\n",
    "rules/crlf.yaml": "groups:\r\n- name: g\r\n  rules:\r\n  - alert: A\r\n    expr: up == 1\r\n",
    "rules/words.yaml": """\
x: &common {severity: page, on: yes, at: 09:00, octal: 017}
groups:
- name: g
  rules: [{alert: A, expr: up == 1, labels: *common}]
""",
}

# ruff: noqa: E501 - a test file on a line
UP = "  input_series: [{series: 'up{job=\"a\"}', values: '0x20'}]\n"
FIRES = (
    "  - eval_time: 5m\n    alertname: Down\n    exp_alerts:\n    - exp_labels: {job: a, severity: page}\n"
    "      exp_annotations: {summary: 'a is down in : '}\n"
)


def file(rules: str, tests: str, *, head: str = "") -> str:
    """A test file about these rules: a flow list of patterns."""
    return f"rule_files: [{rules}]\nevaluation_interval: 1m\n{head}tests:\n{tests}"


def alert(name: str, *, at: str = "5m", more: str = "", series: str = UP, title: str = "") -> str:
    """A test that expects the alert to be silent."""
    named = f"  name: {title}\n" if title else ""
    return f"- interval: 1m\n{named}{series}{more}  alert_rule_test: [{{eval_time: {at}, alertname: {name}}}]\n"


def expr(text: str, samples: str = "[]", *, series: str = UP, at: str = "5m") -> str:
    """A test of an expression."""
    return (
        f"- interval: 1m\n{series}  promql_expr_test:\n"
        f"  - expr: '{text}'\n    eval_time: {at}\n    exp_samples: {samples}\n"
    )


WEB = "../rules/web.yaml"
GOOD = f"- interval: 1m\n{UP}  alert_rule_test:\n{FIRES}"
FAILS = alert("Down")

TESTS = {
    "good": file(WEB, GOOD),
    "fails": file(WEB, FAILS),
    "many": file(WEB, GOOD + FAILS + GOOD + FAILS + FAILS),
    "equal-names": file(WEB, alert("Down", title="x") + alert("Nobody", title="x") + alert("Down", title="x")),
    "name-with-commas": file(WEB, alert("Down", title="'alertname: Down, time: 5m, '") + expr("up", "[]")),
    "name-of-lines": file(WEB, alert("Down", title='"one\\n  SUCCESS\\n\\n  FAILED:\\n"') + GOOD),
    "late-and-early": file(WEB, GOOD.replace("alert_rule_test:\n", "alert_rule_test:\n  - {eval_time: 9m, alertname: Down}\n")),
    "misspelt": file(WEB, alert("Dwon")),
    "no-alertname": file(WEB, "- interval: 1m\n  alert_rule_test: [{eval_time: 1m}]\n"),
    "no-file": file("../rules/nothing.yaml", alert("Down")),
    "no-match": file("'../rules/nothing*.yaml'", alert("Down")),
    "one-of-two-missing": file(f"{WEB}, missing.yaml", GOOD),
    "no-rule-files": file("", expr("up", "[{labels: 'up{job=\"a\"}', value: 0}]")),
    "empty-pattern": file("''", alert("Down")),
    "bad-pattern": file("'[a'", alert("Down")),
    "a-folder": file("../rules", alert("Down")),
    "glob": file("'../rules/w*b.yaml'", GOOD),
    "all-of-them": file("'../rules/*.yaml'", GOOD),
    "no-double-star": file("'../rules/**/nested.yaml'", alert("Nested")),
    "star-in-between": file("'../rules/*/*/*.yaml'", alert("Nested")),
    "class": file("'../rules/[v-x]eb.yaml'", FAILS),
    "braces": file("'../rules/{web,recorded}.yaml'", alert("Down")),
    "same-twice": file(f"{WEB}, ./{WEB}", GOOD),
    "through-a-link": file("linked/web.yaml", FAILS),
    "back-through-a-link": file("linked/../../rules/web.yaml", FAILS),
    "same-group-name-in-two-files": file(f"{WEB}, ../rules/same-name.yaml", FAILS + alert("Other")),
    "repeated-group": file("../rules/repeated.yaml", GOOD),
    "bad-expr": file("../rules/bad-expr.yaml", GOOD + FAILS),
    "bad-yaml": file("../rules/bad-yaml.yaml", GOOD),
    "bad-key": file("../rules/bad-key.yaml", GOOD),
    "bad-template": file("../rules/bad-template.yaml", GOOD),
    "late-template": file("../rules/late-template.yaml", alert("A")),
    "duplicates": file("../rules/duplicates.yaml", alert("A", series='  input_series: [{series: "up{a=\'1\'}", values: 1x9}, {series: "up{a=\'2\'}", values: 1x9}]\n') + alert("A") + GOOD),
    "limit": file("../rules/limit.yaml", alert("A", series="  input_series: [{series: up, values: 1x9}, {series: 'up{a=\"b\"}', values: 1x9}]\n")),
    "query-offset": file("../rules/offset.yaml", alert("A")),
    "group-labels": file("../rules/labels.yaml", alert("A")),
    "gone-in-3": file("../rules/holt.yaml", alert("A")),
    "two-documents-of-rules": file("../rules/two.yaml", alert("A")),
    "empty-rules": file("../rules/empty.yaml", alert("A")),
    "crlf": file("../rules/crlf.yaml", alert("A")).replace("\n", "\r\n"),
    "words-of-yaml-1.1": file("../rules/words.yaml", alert("A", series="  input_series: [{series: up, values: 1x9}]\n")),
    "order": file("../rules/recorded.yaml", alert("Recorded"), head="group_eval_order: [first, second]\n"),
    "order-repeated": file("../rules/recorded.yaml", alert("Recorded"), head="group_eval_order: [first, first]\n"),
    "order-of-nobody": file("../rules/recorded.yaml", alert("Recorded"), head="group_eval_order: [nobody]\n"),
    "external": file(
        WEB,
        GOOD.replace("in : ", "in eu: http://p") + "  external_labels: {cluster: eu}\n  external_url: http://p\n" + GOOD,
    ),
    "fuzzy": file(WEB, expr("vector(0.1) + 0.2", "[{labels: '{}', value: 0.3}]"), head="fuzzy_compare: true\n"),
    "not-fuzzy": file(WEB, expr("vector(0.1) + 0.2", "[{labels: '{}', value: 0.3}]")),
    "start": file(WEB, expr("vector(time())", "[{labels: '{}', value: 1300}]", at="5m") + "  start_timestamp: 1000\n"),
    "expr-good": file(WEB, expr("job:up:sum", "[{labels: 'job:up:sum{job=\"a\"}', value: 0}]")),
    "expr-wrong": file(WEB, expr("job:up:sum", "[{labels: 'job:up:sum{job=\"a\"}', value: 1}]") + expr("up")),
    "expr-broken": file(WEB, expr("up[", "[]") + expr("rate(up)") + expr("up * on () up")),
    "expr-labels-broken": file(WEB, expr("up", "[{labels: 'up{', value: 1}]")),
    "expr-lines": file(WEB, expr("up\n\n      or up # x, time: 1m,")),
    "expr-scalar": file(WEB, expr("1 + 1", "[{value: 2}]") + expr('"text"', "[]")),
    "expr-nan": file(WEB, expr("vector(NaN)", "[{labels: '{}', value: .nan}]")),
    "histogram": file(WEB, expr("h", "[{labels: h, histogram: '{{schema:0 count:1}}'}]", series="  input_series: [{series: h, values: '{{schema:0 count:1}}x9'}]\n")),
    "utf-8": file(WEB, expr('{"a.b"}', "[]", series="  input_series: [{series: '{\"a.b\"}', values: 1x9}]\n")),
    "edge-of-the-range": file(WEB, expr("count_over_time(up[5m])", "[{labels: '{job=\"a\"}', value: 5}]")),
    "edge-of-lookback": file(WEB, expr("up", "[]", series="  input_series: [{series: up, values: 1}]\n")),
    "nothing": "",
    "a-comment": "# nothing\n",
    "no-tests": f"rule_files: [{WEB}]\n",
    "tests-null": file(WEB, "").replace("tests:\n", "tests: null\n"),
    "tests-a-mapping": file(WEB, "  a: b\n"),
    "empty-test": file(WEB, "- {}\n- interval: 1m\n- null\n"),
    "no-interval": file(WEB, FAILS.replace("- interval: 1m\n", "- name: x\n")),
    "intervals": file(WEB, FAILS.replace("interval: 1m", "interval: 15s"), head="").replace("val: 1m", "val: 15s"),
    "bad-interval": file(WEB, FAILS.replace("interval: 1m", "interval: soon")),
    "zero-interval": file(WEB, GOOD).replace("evaluation_interval: 1m", "evaluation_interval: 0s"),
    "bad-time": file(WEB, alert("Down", at="-5m")),
    "number-as-time": file(WEB, alert("Down", at="5")),
    "no-time": file(WEB, alert("Down", at="''")),
    "mixed-time": file(WEB, alert("Down", at="0h4m60s") + alert("Down", at="4m60s")),
    "between-evaluations": file(WEB, alert("Down", at="5m7s") + alert("Down", at="119s")),
    "bad-series": file(WEB, alert("Down", series="  input_series: [{series: 'up{', values: 1}]\n") + GOOD),
    "bad-values": file(WEB, alert("Down", series="  input_series: [{series: up, values: 1 x}]\n") + FAILS),
    "no-values": file(WEB, alert("Down", series="  input_series: [{series: up}]\n")),
    "number-as-values": file(WEB, alert("Down", series="  input_series: [{series: up, values: 0}]\n", at="0")),
    "same-series-twice": file(WEB, alert("Down", series="  input_series: [{series: up, values: 0x9}, {series: up, values: 1x9}]\n")),
    "unknown-key": file(WEB, GOOD, head="threshold: 1\n"),
    "unknown-key-of-a-test": file(WEB, GOOD + "  input_serie: []\n"),
    "twice-the-same-key": file(WEB, GOOD) + f"tests:\n{FAILS}",
    "twice-the-same-key-inside": file(WEB, FAILS + "  interval: 2m\n"),
    "aliases": file(WEB, FAILS.replace("- interval", "- &t\n  interval") + "- *t\n- {<<: *t, name: merged}\n"),
    "same-anchor-twice": file(WEB, FAILS.replace("- interval", "- &t\n  interval") * 2 + "- *t\n"),
    "two-documents": file(WEB, GOOD) + "---\n" + file(WEB, FAILS),
    "broken-second-document": file(WEB, GOOD) + "---\n[\n",
    "no-yaml": "a: [\n",
    "a-list": "- a\n",
    "a-word": "tests\n",
    "tabs": file(WEB, "\t- interval: 1m\n"),
    "marked": "\ufeff" + file(WEB, FAILS),
    "json": '{"rule_files": ["../rules/web.yaml"], "tests": [{"interval": "1m"}]}',
    "emoji": file(WEB, alert("Down", title="🔥 \u2028 ü") + alert("Down", title='"\\U0001F525 \\u2028"')),
    "a space": file(WEB, FAILS),
    "-x": file(WEB, FAILS),
    "@file": file(WEB, GOOD),
    "ü,ö": file(WEB, FAILS),
    "deep/down/relative": file("../../../rules/web.yaml", FAILS),
    "long": file(WEB, "".join(alert("Down" if n % 3 else "Nobody", title=f"t{n}") for n in range(30))),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    texts = RULES | {f"tests/{name}.yaml": text for name, text in TESTS.items()}
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    (tmp_path / "tests/no-utf-8.yaml").write_bytes(file(WEB, alert("Down", title="'\xff'")).encode("latin-1"))
    (tmp_path / "elsewhere" / "rules").mkdir(parents=True)
    (tmp_path / "elsewhere" / "files").mkdir()
    (tmp_path / "elsewhere" / "files" / "web.yaml").write_text(RULES["rules/web.yaml"], encoding="utf-8")
    (tmp_path / "tests" / "linked").symlink_to("../elsewhere/files")
    (tmp_path / "tests" / "folder").symlink_to("../elsewhere/rules")
    (tmp_path / "elsewhere" / "rules" / "t.yaml").write_text(file("../../rules/web.yaml", FAILS), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _alone(promtool: Binary, path: str) -> tuple[bool, set[str], list[tuple[str, bool]]]:
    """What promtool says of one file: its verdict, what it complains about, and from 2.55 on of each test."""
    report = Path("report.xml")
    report.unlink(missing_ok=True)
    junit = ("--junit", str(report)) if promtool.version >= (2, 55, 0) else ()
    command = process.Command(
        (str(promtool.path), "test", *junit, "rules", "./" + path), process.clean_environment(), merged=True
    )
    ((_, done),) = process.run_all([command], jobs=1, timeout=60)
    complaints = [f for s in sections(done.stdout) for f in failures(s, Path(path)) if not f.is_warning]
    cases = list(ET.fromstring(report.read_bytes()).iter("testcase")) if report.exists() else []  # noqa: S314 - promtool's
    begun = [case for case in cases if case.find("error") is None]
    verdicts = [(case.attrib["name"], case.find("failure") is None) for case in begun]
    return not done.status, _words(complaints), verdicts


def _words(complaints: Iterable[Failure]) -> set[str]:
    """What promtool complains about: parts of a file name its rules from the root, each one all that is wrong with
    them, and series come in any order."""
    texts = (re.sub(r"\[\{.*\}\];", "", failure.raw.replace(f"{Path.cwd()}/", "")) for failure in complaints)
    return {part for text in texts for part in text.split("\n\n")}


def _ours(verdict: Verdict) -> list[tuple[str, bool]]:
    groups = verdict.source.tests.groups if verdict.source.tests else ()
    return [(group.title, not verdict.of(group)) for group in groups]


def _run(promtool: Binary, paths: Sequence[str]) -> list[Verdict]:
    reader = Reader()
    verdicts, errors = suite_runner.run(promtool, [reader.source(path) for path in paths], jobs=2, timeout=60)
    assert () == errors
    return verdicts


@pytest.mark.long
@pytest.mark.usefixtures("folder")
def test_every_odd_file_has_promtools_own_verdict(promtools: Sequence[Binary], monkeypatch: pytest.MonkeyPatch) -> None:
    paths = expand(["tests/**/*.yaml"])
    assert len(TESTS) < len(paths)
    for promtool in promtools:
        own = {path: _alone(promtool, path) for path in paths}
        together = _run(promtool, paths)
        with monkeypatch.context() as patched:
            patched.setattr(suite_runner, "_WORTH_SPLITTING", 0.0)
            several = [v.source.path for v in together if v.source.tests and len(v.source.tests.groups) > 1]
            in_parts = [verdict for path in several for verdict in _run(promtool, [path])]
        assert len(several) > 10
        for verdict in (*together, *in_parts):
            passed, complaints, cases = own[verdict.source.path]
            about = (str(promtool), verdict.source.path)
            assert (about, passed) == (about, verdict.passed)
            assert verdict.passed == all(right for _, right in _ours(verdict)) or not _ours(verdict)
            if cases:
                assert (about, cases) == (about, _ours(verdict))
            if "name-of-lines" not in verdict.source.path:
                ours = _words(complaint.failure for complaint in verdict.complaints)
                assert (about, complaints) == (about, ours)
