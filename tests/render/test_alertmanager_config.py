from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from alertgen.compiler import Build, compile_spec
from alertgen.quantity import Duration
from alertgen.render import alertmanager
from alertgen.routing.model import Matcher, Route
from alertgen.tools import amtool as amtool_program
from alertgen.tools.binaries import Binary

SITE = """
site: mine
team: web
kubernetes: {alertmanager: {name: main, namespace: am, alertmanager_config: {labels: {alertmanagerConfig: main}}}}
alertmanager: {version: "0.25"}
"""
ROUTING = """
routing:
  default: {receiver: operators}
  heartbeat: {receiver: deadman}
  teams:
    web:
      page: {receiver: web-pager, escalate: [{after: 15m, receiver: web-lead}]}
      ticket: {receiver: web-chat, during: office, otherwise: {receiver: web-mail}}
    data:
      page: web-lead
      ticket: data-chat
      alerts: {WorkloadDown: {receiver: web-lead}}
  hours:
    office: [{weekdays: monday:friday, times: "09:00-18:00"}]
    holidays: [{days_of_month: [1, "24:26", -1], months: december, years: ["2026:2027"]}]
  mute: [{match: {service: my-app, severity: warning}, during: holidays, reason: nobody is there}]
  receivers:
    operators: {webhook: {url: "http://operators/"}}
    deadman: {webhook: {url: "http://beat/"}}
    web-pager:
      pagerduty: {routing_key_file: /etc/alertmanager/secrets/pagerduty/web, links: [{href: "http://w/", text: wiki}]}
    web-lead:
      opsgenie:
      - {api_key_file: /etc/alertmanager/secrets/opsgenie/key, responders: [{name: lead, type: team}]}
      - {api_key_file: /etc/alertmanager/secrets/opsgenie/other, details: {what: "it's on"}}
    web-chat:
      slack:
        api_url_file: /etc/alertmanager/secrets/slack/url
        channel: "#web"
        actions: [{type: button, text: Silence, url: "http://s/", confirm: {text: Sure, ok_text: Yes}}]
        http_config: {proxy_url: "http://proxy:3128", tls_config: {ca_file: /etc/alertmanager/secrets/tls/ca.crt}}
    web-mail: {email: {to: web@example.com, from: am@example.com, smarthost: "mail:587", headers: {X-Team: web}}}
    data-chat:
      webhook:
        url: "http://data/"
        max_alerts: 5
        http_config: {authorization: {credentials_file: /etc/alertmanager/secrets/hook/token}}
"""


def built(routing: str = ROUTING, site: str = SITE) -> Build:
    team = "Data_1" if "Data_1" in routing else "data"
    files = [
        ("rules.d/site.yaml", site.encode()),
        ("rules.d/routing.yaml", routing.encode()),
        ("rules.d/my-app.yaml", b"service: my-app\nnamespace: shop\nteam: web\n"),
        ("rules.d/report.yaml", f"service: report\nnamespace: shop\nteam: {team}\n".encode()),
    ]
    return compile_spec(files, dt.date(2026, 11, 24), "rules.d")


def written(build: Build) -> Mapping[str, Any]:
    assert [] == [str(problem) for problem in build.diagnostics]
    texts = {a.path.removeprefix("kubernetes/_site/"): a.text for a in build.routing_artifacts}
    return {name: yaml.safe_load(text) for name, text in texts.items() if name.startswith("alertmanager-")}


@pytest.fixture(scope="module")
def found() -> Mapping[str, Any]:
    return written(built())


# --- the object --------------------------------------------------------------------------------------------------


def test_each_team_has_an_object_where_the_alertmanager_is(found: Mapping[str, Any]) -> None:
    assert {"alertmanager-data.yaml", "alertmanager-web.yaml"} == set(found)
    labels = {"app.kubernetes.io/managed-by": "alertgen", "alertmanagerConfig": "main"}
    assert {"name": "web", "namespace": "am", "labels": labels} == found["alertmanager-web.yaml"]["metadata"]


def test_a_receiver_refers_to_secrets_where_the_spec_names_files(found: Mapping[str, Any]) -> None:
    receivers = {r["name"]: r for r in found["alertmanager-web.yaml"]["spec"]["receivers"]}
    (chat,) = receivers["web-chat"]["slackConfigs"]
    assert {"name": "slack", "key": "url"} == chat["apiURL"]
    assert {
        "proxyUrl": "http://proxy:3128", "tlsConfig": {"ca": {"secret": {"name": "tls", "key": "ca.crt"}}},
    } == chat["httpConfig"]  # fmt: skip
    assert {"text": "Sure", "okText": "Yes"} == chat["actions"][0]["confirm"]
    first, second = receivers["web-lead"]["opsgenieConfigs"]
    assert [{"name": "lead", "type": "team"}] == first["responders"]
    assert [{"key": "what", "value": "it's on"}] == second["details"]
    (mail,) = receivers["web-mail"]["emailConfigs"]
    assert {"key": "X-Team", "value": "web"} in mail["headers"]
    (pager,) = receivers["web-pager"]["pagerdutyConfigs"]
    assert [{"href": "http://w/", "alt": "wiki"}] == pager["pagerDutyLinkConfigs"]
    data = {r["name"]: r for r in found["alertmanager-data.yaml"]["spec"]["receivers"]}
    (hook,) = data["data-chat"]["webhookConfigs"]
    assert ("http://data/", 5) == (hook["url"], hook["maxAlerts"])
    assert {"authorization": {"credentials": {"name": "hook", "key": "token"}}} == hook["httpConfig"]


def test_hours_and_mutes_are_there_where_they_are_named(found: Mapping[str, Any]) -> None:
    web = found["alertmanager-web.yaml"]["spec"]
    days = [{"start": 1, "end": 1}, {"start": 24, "end": 26}, {"start": -1, "end": -1}]
    assert {
        "holidays": [{"daysOfMonth": days, "months": ["december"], "years": ["2026:2027"]}],
        "office": [{"times": [{"startTime": "09:00", "endTime": "18:00"}], "weekdays": ["monday:friday"]}],
    } == {each["name"]: each["timeIntervals"] for each in web["muteTimeIntervals"]}
    assert "muteTimeIntervals" not in found["alertmanager-data.yaml"]["spec"]


def route_of(written: Mapping[str, Any]) -> Route:
    """What the operator reads in a route; KeyError for a key that it does not know, which it refuses."""
    spans = {"groupWait": "group_wait", "groupInterval": "group_interval", "repeatInterval": "repeat_interval"}
    names = {"muteTimeIntervals": "mute", "activeTimeIntervals": "active", "groupBy": "group_by"}
    read: dict[str, Any] = {}
    for key, value in written.items():
        if key == "matchers":
            assert all({"name", "matchType", "value"} == set(m) for m in value)
            read["matchers"] = tuple(Matcher(m["name"], m["matchType"], m["value"]) for m in value)
        elif key == "routes":
            read["routes"] = tuple(map(route_of, value))
        elif key in spans:
            read[spans[key]] = Duration.parse(value)
        elif key in names:
            read[names[key]] = tuple(value)
        else:
            read[{"receiver": "receiver", "continue": "continue_"}[key]] = value
    return Route(**read)


def test_the_object_holds_the_teams_subtree_and_nothing_else(found: Mapping[str, Any]) -> None:
    build = built()
    for name, route in build.division.teams.items():
        assert route == route_of(found[f"alertmanager-{name}.yaml"]["spec"]["route"])


def test_the_secret_has_only_what_is_no_teams() -> None:
    texts = {artifact.path: artifact.text for artifact in built().routing_artifacts}
    files = yaml.safe_load(texts["kubernetes/_site/alertmanager.yaml"])["stringData"]
    base, whole = (yaml.safe_load(t) for t in (files["alertmanager.yaml"], texts["alertmanager/alertmanager.yaml"]))
    assert ["deadman", "operators"] == [receiver["name"] for receiver in base["receivers"]]
    assert [['alertname="Watchdog"']] == [route["matchers"] for route in base["route"]["routes"]]
    assert "time_intervals" not in base
    assert whole["inhibit_rules"] == base["inhibit_rules"]
    assert ["/etc/alertmanager/config/alertgen.tmpl"] == base["templates"], "the teams' texts need them"
    assert "alertgen.tmpl" in files


def test_it_says_which_strategy_the_alertmanager_needs() -> None:
    (text,) = (a.text for a in built().routing_artifacts if a.path.endswith("alertmanager-web.yaml"))
    assert "alertmanagerConfigMatcherStrategy: {type: None}" in "\n".join(text.split("\n")[1:3])


def test_who_does_not_ask_for_objects_has_all_in_the_secret() -> None:
    assert {} == written(built(site=SITE.replace(", alertmanager_config: {labels: {alertmanagerConfig: main}}", "")))


# --- against the published CRD -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crd() -> Any:
    """The models of the CRD; importing them takes seconds, so only who asks waits."""
    from cloudcoil.models.prometheus_operator import v1alpha1  # noqa: PLC0415 - see above

    return v1alpha1


def nested(route: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for child in route.get("routes", ()):
        yield child
        yield from nested(child)


def test_the_crd_accepts_and_keeps_the_whole_object_and_each_route_in_it(found: Mapping[str, Any], crd: Any) -> None:
    for one in found.values():
        assert one == crd.AlertmanagerConfig.model_validate(one).model_dump(by_alias=True, exclude_none=True)
        routes = list(nested(one["spec"]["route"]))
        assert routes, "the CRD says nothing of those: they are any JSON there"
        model = type(crd.AlertmanagerConfig.model_validate(one).spec.route)
        for route in routes:
            assert route == model.model_validate(route).model_dump(by_alias=True, exclude_none=True)


# --- as the operator puts it together ----------------------------------------------------------------------------


def test_alertmanager_loads_what_the_operator_makes_of_it(amtools: Sequence[Binary], tmp_path: Path) -> None:
    build = built()
    routing, objects = build.routing, build.team_objects
    receivers = {o.seen_as(r.name): replace(r, name=o.seen_as(r.name)) for o in objects for r in o.receivers}
    intervals = tuple(replace(i, name=o.seen_as(i.name)) for o in objects for i in o.intervals)
    merged = replace(routing, receivers={**routing.receivers, **receivers}, intervals=intervals)
    text = alertmanager.render(merged, build.effective, build.estate.alertmanager_version, "#", "*.tmpl")
    file = tmp_path / "alertmanager.yaml"
    file.write_text(text, encoding="utf-8")
    labels = {"alertname": "WorkloadDown", "team": "web", "service": "my-app", "severity": "critical"}
    beat = {"alertname": "Watchdog", "team": "web", "severity": "none"}
    for amtool in amtools:
        assert "" == amtool_program.check_config(amtool, file)
        assert ("am/web/web-pager", "am/web/web-lead") == amtool_program.routes_test(amtool, file, labels)
        assert ("deadman",) == amtool_program.routes_test(amtool, file, beat)


# --- what it cannot say ------------------------------------------------------------------------------------------


NOT_MOUNTED = "an AlertmanagerConfig reads secrets from a Secret, and this file is in none"


@pytest.mark.parametrize(
    ("good", "bad", "code", "said"),
    [
        ('url: "http://data/"', "url_file: ^/run/hook", "not-in-object", NOT_MOUNTED),
        ("{credentials_file: /etc/alertmanager/secrets/hook/token",
         "{credentials_file: ^/etc/alertmanager/secrets/token", "not-in-object", NOT_MOUNTED),
        ("{api_key_file: /etc/alertmanager/secrets/opsgenie/other", "{api_key_file: ^/etc/other",
         "not-in-object", NOT_MOUNTED),
        ("pagerduty: {", "pagerduty: {timeout: ^5s, ", "not-in-object", "an AlertmanagerConfig has no timeout"),
        ("pagerduty: {", "pagerduty: {details: {firing: ^{a: b}}, ", "not-in-object",
         "an AlertmanagerConfig has only texts in details"),
        ("web-mail: {", "web-mail: {jira: ^{api_url: 'http://j/', project: A, issue_type: B}, ",
         "not-in-object", "an AlertmanagerConfig has no jira"),
        ("office: [{weekdays: monday:friday,", "office: [^{location: Asia/Tokyo,", "not-in-object",
         "an AlertmanagerConfig knows only UTC, and these hours are those of Asia/Tokyo"),
        ("data:\n      page:", "Data_1:\n      ^page:", "bad-name",
         "'Data_1' cannot be the name of an AlertmanagerConfig"),
    ],
)  # fmt: skip
def test_what_the_object_cannot_say_is_an_error_at_its_line(good: str, bad: str, code: str, said: str) -> None:
    marked = ROUTING.replace(good, bad)
    before, caret, _ = marked.partition("^")
    assert caret
    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    newest = SITE.replace("0.25", "0.33")
    text = marked.replace("^", "")
    found = [d for d in built(text, newest).diagnostics if d.code == code]
    assert [(line, column, said)] == [(d.location.line, d.location.column, d.message) for d in found]
    plain = newest.replace(", alertmanager_config: {labels: {alertmanagerConfig: main}}", "")
    assert not [d for d in built(text, plain).diagnostics if d.code == code]


def test_what_is_no_teams_may_say_anything() -> None:
    text = ROUTING.replace('url: "http://beat/"', "url_file: /run/beat, timeout: 5s")
    assert () == built(text, SITE.replace("0.25", "0.33")).diagnostics
