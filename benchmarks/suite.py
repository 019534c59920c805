"""A suite of promtool test files as somebody might have written it, of any size. Pure.

Each rule file has ten alerts of an error ratio, each test file three tests of its own rule file.
"""

from __future__ import annotations

from collections.abc import Iterator

TESTS = 3


def files(number: int) -> Iterator[tuple[str, str]]:
    """The rule files and test files: paths below the suite's folder, and their text."""
    for index in range(number):
        yield (
            f"rules/{index}.yaml",
            f"groups:\n- name: g{index}\n  rules:\n" + "".join(_rule(index, n) for n in range(10)),
        )
        tests = "".join(_test(index, n) for n in range(TESTS))
        yield f"tests/{index}.yaml", f"rule_files: [../rules/{index}.yaml]\nevaluation_interval: 1m\ntests:\n{tests}"


def _rule(index: int, number: int) -> str:
    job = f'job="job-{index}"'
    errors, all_of_them = f'rate(errors_total{{{job},kind="{number}"}}[5m])', f"rate(requests_total{{{job}}}[5m])"
    return (
        f"  - alert: Errors{index}Kind{number}\n"
        f"    expr: sum by (job) ({errors}) / sum by (job) ({all_of_them}) > 0.05\n"
        "    for: 5m\n"
        "    labels: {severity: page}\n"
        '    annotations: {summary: "{{ $labels.job }} fails"}\n'
    )


def _test(index: int, number: int) -> str:
    return (
        f"- name: errors of kind {number}\n  interval: 1m\n  input_series:\n"
        f"""  - {{series: 'errors_total{{job="job-{index}",kind="{number}"}}', values: 0+10x30}}\n"""
        f"""  - {{series: 'requests_total{{job="job-{index}"}}', values: 0+100x30}}\n"""
        "  alert_rule_test:\n"
        f"  - {{eval_time: 5m, alertname: Errors{index}Kind{number}}}\n"
        f"  - eval_time: 20m\n    alertname: Errors{index}Kind{number}\n    exp_alerts:\n"
        f"    - exp_labels: {{job: job-{index}, severity: page}}\n"
        f"      exp_annotations: {{summary: job-{index} fails}}\n"
    )
