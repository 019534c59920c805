from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from alertgen import receivers
from alertgen.diagnostics import Diagnostic, Location
from alertgen.quantity import Duration
from alertgen.receivers import Integration, Receiver, Version, integrations
from alertgen.receivers._field import Field, Kind, Needs, Pick
from alertgen.receivers._http import HTTP_CONFIG
from alertgen.receivers._settings import go_duration
from alertgen.render import alertmanager
from alertgen.routing.model import Destination, Routing
from alertgen.routing.tree import tree
from alertgen.tools import amtool as amtool_program
from alertgen.tools.binaries import Binary

NEWEST = (0, 34)
EVERY_VERSION = [(0, minor) for minor in range(25, 35)]
INTEGRATIONS = list(integrations().values())


def at(*steps: Any) -> Location:
    """A place that tells the path to it."""
    return Location("/".join(map(str, steps)), 1, 1)


def read(text: str, version: Version = NEWEST) -> tuple[Receiver, tuple[Diagnostic, ...]]:
    data = yaml.safe_load(text)
    validate(data)
    return receivers.read("someone", data, at, version)


def problems(text: str, version: Version = NEWEST) -> list[str]:
    return [f"{p.location.path}: {p.code}: {p.message}" for p in read(text, version)[1]]


def hint(text: str, version: Version = NEWEST) -> str:
    (problem,) = read(text, version)[1]
    return problem.hint


def validate(data: Any) -> None:
    schema = {"$schema": "http://json-schema.org/draft-07/schema#", "$ref": "#/$defs/receiver"}
    schema["$defs"] = {"receiver": receivers.schema(), **receivers.definitions()}  # type: ignore[assignment]  # JSON
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(data, schema, cls=jsonschema.Draft7Validator)


def everything(
    fields: Sequence[Field], rules: Sequence[Pick | Needs], version: Version, *, newer: bool = False
) -> dict[str, Any]:
    """A body with each setting that the version knows; where only one of several may be, with the first.

    With `newer`, also those that it does not know.
    """
    dropped: set[str] = set()
    for rule in rules:
        if isinstance(rule, Pick):
            known = {f.name: f for f in fields if f.kind is not Kind.SECRET and (newer or f.since <= version)}
            usable = [name for name in rule.names if name.partition(".")[0] in known]
            dropped |= set(usable[rule.most :])
    dropped |= {rule.name for rule in rules if isinstance(rule, Needs) and rule.other in dropped}
    body: dict[str, Any] = {}
    for field in fields:
        if field.kind is Kind.SECRET or field.name in dropped or (field.since > version and not newer):
            continue
        value = example(field, version, newer=newer)
        for nested in (name.partition(".")[2] for name in dropped if name.startswith(f"{field.name}.")):
            value.pop(nested)
        body[field.name] = value
    for rule in rules:
        if isinstance(rule, Needs) and rule.other not in body and "." not in rule.other:
            body.pop(rule.name, None)
    return body


def example(field: Field, version: Version, *, newer: bool) -> Any:
    inner = everything(field.fields, field.rules, version, newer=newer) if field.fields else {}
    match field.kind:
        case Kind.TEXT:
            return field.choices[0] if field.choices else f"{{{{ .CommonLabels.x }}}} \"{field.name}\"\n- 'it'"
        case Kind.CHOICE:
            return field.choices[-1]
        case Kind.FILE:
            return f"/secrets/{field.name}"
        case Kind.FILES:
            return ["/secrets/one"]
        case Kind.URL:
            return "https://alerts.example.com:8443/in"
        case Kind.ADDRESSES:
            return "a@example.com, B <b@example.com>"
        case Kind.HOST_PORT:
            return "smtp.example.com:587"
        case Kind.FLAG:
            return True
        case Kind.COUNT | Kind.NUMBER:
            return 7
        case Kind.DURATION | Kind.GO_DURATION:
            return "1d2h"
        case Kind.TEXTS:
            return ["text", "pretext"]
        case Kind.PAIRS:
            return {"a": "1", "on": "{{ .Status }}"}
        case Kind.OBJECTS:
            return [inner]
        case Kind.NAMED:
            return {"X-Team": inner}
        case Kind.OBJECT:
            return inner
        case Kind.TREE:
            return {"b": [{"c": 1.5}, [True, None]], "a": {}}
        case Kind.SECRET:
            raise AssertionError(field)


def config(integration: Integration, data: Mapping[str, Any], version: Version) -> str:
    """A configuration whose only receiver has this integration."""
    receiver, found = receivers.read("someone", {integration.key: data}, at, version)
    assert found == ()
    routing = Routing(default=Destination("someone"), receivers={"someone": receiver})
    return alertmanager.render(routing, tree(routing), version, "# a test")


def usable(integration: Integration, version: Version) -> bool:
    """Whether the version has the integration, and reads from files the secrets that it cannot do without."""
    required = [f for f in integration.fields if f.required]
    return integration.since <= version and all(f.since <= version for f in required)


def all_fields(fields: Sequence[Field], *path: str) -> Iterator[tuple[tuple[str, ...], Field]]:
    for field in fields:
        yield (*path, field.name), field
        yield from all_fields(field.fields, *path, field.name)


# What there is


def test_every_integration_of_alertmanager_is_there() -> None:
    expected = (
        "discord email incidentio jira mattermost msteams msteamsv2 opsgenie pagerduty pushover rocketchat slack sns "
        "telegram victorops webex webhook wechat"
    )
    assert expected.split() == list(integrations())


@pytest.mark.parametrize("integration", INTEGRATIONS, ids=lambda i: i.key)
def test_every_setting_says_what_it_is_and_stands_once(integration: Integration) -> None:
    paths = [path for path, _ in all_fields(integration.settings)]
    assert len(paths) == len(set(paths))
    for _, field in all_fields(integration.settings):
        assert field.about
        assert bool(field.way_out or field.advice) is (field.kind is Kind.SECRET)


@pytest.mark.parametrize("integration", INTEGRATIONS, ids=lambda i: i.key)
def test_every_rule_names_settings_that_exist(integration: Integration) -> None:
    def check(fields: Sequence[Field], rules: Sequence[Pick | Needs]) -> None:
        known = {".".join(path) for path, _ in all_fields(fields)}
        for rule in rules:
            assert known.issuperset((rule.name, rule.other) if isinstance(rule, Needs) else rule.names)
        for field in fields:
            check(field.fields, field.rules)

    check(integration.settings, integration.rules)


@pytest.mark.parametrize("integration", INTEGRATIONS, ids=lambda i: i.key)
@pytest.mark.parametrize("version", EVERY_VERSION, ids=lambda v: f"0.{v[1]}")
def test_all_settings_of_a_version_pass_the_schema_and_the_checks(integration: Integration, version: Version) -> None:
    data = {integration.key: everything(integration.settings, integration.rules, version)}
    if usable(integration, version):
        validate(data)
        assert () == receivers.read("someone", data, at, version)[1]
    else:
        assert receivers.read("someone", data, at, version)[1]


@pytest.mark.parametrize("integration", [i for i in INTEGRATIONS if i.sample], ids=lambda i: str(i.key))
def test_what_a_hint_says_to_write_is_right(integration: Integration) -> None:
    receiver, problems = read(yaml.safe_dump({integration.key: dict(integration.sample)}), integration.since)
    assert () == problems
    assert [integration.key] == [notifier.integration for notifier in receiver.notifiers]


def test_the_order_of_settings_in_the_spec_makes_no_difference() -> None:
    one, _ = read("slack: {channel: a, api_url_file: /x, http_config: {http_headers: {B: {}, A: {}}}}")
    other, _ = read("slack: {http_config: {http_headers: {A: {}, B: {}}}, api_url_file: /x, channel: a}")
    assert str(one.notifiers) == str(other.notifiers)


# The real amtool


@pytest.mark.parametrize("integration", INTEGRATIONS, ids=lambda i: i.key)
def test_amtool_accepts_every_setting_of_its_version(
    integration: Integration, amtools: Sequence[Binary], tmp_path: Path
) -> None:
    for amtool in amtools:
        version = amtool.version[:2]
        if usable(integration, version):
            file = tmp_path / "alertmanager.yaml"
            data = everything(integration.settings, integration.rules, version)
            file.write_text(config(integration, data, version), encoding="utf-8")
            complaint = amtool_program.check_config(amtool, file)
            # Debian's 0.28.1+ds is built without Jira.
            if integration.key != "jira" or "field jira_configs not found" not in complaint:
                assert complaint == "", amtool


NO_EFFECT_BEFORE = {"external_id"}
"""Settings that Alertmanager takes before the version that does something with them."""


@pytest.mark.parametrize("integration", INTEGRATIONS, ids=lambda i: i.key)
def test_amtool_knows_none_of_the_settings_that_are_newer_than_it(
    integration: Integration, amtools: Sequence[Binary], tmp_path: Path
) -> None:
    for amtool in amtools:
        version = amtool.version[:2]
        data = everything(integration.settings, integration.rules, version, newer=True)
        file = tmp_path / "alertmanager.yaml"
        file.write_text(config(integration, data, NEWEST), encoding="utf-8")
        complaint = amtool_program.check_config(amtool, file)
        if integration.since > version or f"field {integration.config} not found" in complaint:
            assert f"field {integration.config} not found" in complaint
            continue
        written = keys_in(data)
        newer = {path[-1] for path, field in all_fields(integration.settings) if field.since > version}
        # Integrations share http_config: webhook stands for all, so that the names cannot be taken for their own.
        shared = set() if integration.key == "webhook" else {path[-1] for path, _ in all_fields(HTTP_CONFIG.fields)}
        refused = set(re.findall(r"field (\S+) not found", complaint))
        ignored = shared | NO_EFFECT_BEFORE
        assert (newer & written) - ignored == refused - ignored, amtool


def keys_in(data: Any) -> set[str]:
    if isinstance(data, Mapping):
        return set(data).union(*map(keys_in, data.values()))
    return set().union(*map(keys_in, data)) if isinstance(data, list) else set()


# Versions


def test_an_integration_that_is_too_new_names_the_version_that_has_it() -> None:
    text = "msteamsv2: {webhook_url_file: /x}"
    assert ["msteamsv2: newer-integration: Alertmanager 0.27 has no msteamsv2; 0.28 has"] == problems(text, (0, 27))
    assert [] == problems(text, (0, 28, 1))


def test_a_setting_that_is_too_new_names_the_version_that_knows_it() -> None:
    text = "webhook: [{url: 'http://x/'}, {url: 'http://x/', timeout: 5s}]"
    assert ["webhook/1/timeout: newer-setting: Alertmanager 0.27 does not know webhook.timeout; 0.28 does"] == problems(
        text, (0, 27)
    )
    assert "leave it out, or declare site.alertmanager.version 0.28 or newer" == hint(text, (0, 27))
    assert [] == problems(text, (0, 28))


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("pagerduty: {routing_key_file: /x, details: {a: {b: c}}}", 30),
        ("jira: {api_url: 'https://x/', project: a, issue_type: b, summary: {template: x}}", 30),
        ("webhook: {url: 'http://x/{{ .GroupLabels.team }}'}", 31),
    ],
)
def test_a_form_that_is_too_new_is_found_too(text: str, since: int) -> None:
    assert ["newer-setting"] == [p.code for p in read(text, (0, since - 1))[1]]
    assert [] == problems(text, (0, since))


# Secrets


def secrets() -> list[Any]:
    return [
        pytest.param(integration, path, id=".".join((integration.key, *path)))
        for integration in INTEGRATIONS
        for path, field in all_fields(integration.settings)
        if field.kind is Kind.SECRET and (integration.key == "webhook" or path[0] != "http_config")
    ]


@pytest.mark.parametrize("version", [(0, 25), (0, 34)], ids=["0.25", "0.34"])
@pytest.mark.parametrize("value", ["hunter2", ["hunter2"], {"hunter2": "hunter2"}], ids=["text", "list", "mapping"])
@pytest.mark.parametrize(("integration", "path"), secrets())
def test_a_literal_secret_is_refused_without_repeating_it(
    integration: Integration, path: tuple[str, ...], value: object, version: Version
) -> None:
    data: Any = value
    for step in reversed(path):
        data = {"X-Team": {step: data}} if step == "secrets" else {step: data}
    validated = receivers.definitions()[f"receiver_{integration.key}"]["else"]
    assert path[0] in validated["properties"]
    _, found = receivers.read("someone", {integration.key: data}, at, version)
    assert "hunter2" not in repr([(p.message, p.hint) for p in found])
    if integration.since <= version and all(f.since <= version for f in on_the_way(integration, path)):
        refusal = next(p for p in found if p.code == "literal-secret")
        assert str(refusal.location).startswith(f"{integration.key}/{path[0]}")
        assert refusal.hint


def on_the_way(integration: Integration, path: tuple[str, ...]) -> list[Field]:
    return [field for found, field in all_fields(integration.settings) if found == path[: len(found)] and found != path]


def test_a_literal_secret_is_the_only_complaint_about_it() -> None:
    assert [
        (
            "pagerduty/routing_key: literal-secret: pagerduty.routing_key is a secret: it must not stand in the "
            "configuration"
        )
    ] == problems("pagerduty: {routing_key: abc}")
    assert "put it into a file on Alertmanager's machine and name that file in routing_key_file" == hint(
        "pagerduty: {routing_key: abc}"
    )
    assert ["literal-secret"] == [p.code for p in read("slack: {api_url: 'https://hooks.slack.com/a'}")[1]]
    assert ["literal-secret"] == [p.code for p in read("discord: {webhook_url: 'https://x/'}")[1]]


def test_a_secret_that_the_version_reads_from_no_file_says_which_one_does() -> None:
    text = "wechat: {corp_id: a, api_secret: b}"
    assert "Alertmanager 0.30 does not read it from a file; 0.31 does, as api_secret_file" == hint(text, (0, 30))
    assert "put it into a file on Alertmanager's machine and name that file in api_secret_file" == hint(text, (0, 31))


def test_a_secret_that_no_version_reads_from_a_file_has_another_way_out() -> None:
    text = "sns: {topic_arn: a, sigv4: {secret_key: b}}"
    assert "use profile, role_arn, or the AWS identity of Alertmanager's machine or pod" == hint(text)


@pytest.mark.parametrize(
    "address",
    [
        "https://user:pw@example.com/",
        "https://example.com/in?token=1",
        "https://example.com/in?a=1&api_key=2",
        "https://hc.example.com/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
        "https://hooks.example.com/services/T0000/B0000/a1B2c3D4e5F6g7H8",
    ],
)
def test_an_address_that_looks_like_a_secret_is_refused_without_repeating_it(address: str) -> None:
    text = f"webhook: {{url: '{address}'}}"
    _, (problem,) = read(text)
    assert "literal-secret" == problem.code
    assert "put it into a file on Alertmanager's machine and name that file in url_file" == problem.hint
    assert address not in problem.message
    assert "Alertmanager 0.25 does not read it from a file; 0.26 does, as url_file" == hint(text, (0, 25))


@pytest.mark.parametrize(
    "address",
    [
        "http://alert-sink.monitoring.svc.cluster.local:8080/prometheus/alerts",
        "https://example.com/api/v2/alertmanager-to-whatever/web-shop",
        "http://[::1]:9000/a%20b?team=web#x",
        "http://sink",
    ],
)
def test_an_ordinary_address_is_no_secret(address: str) -> None:
    assert [] == problems(f"webhook: {{url: '{address}'}}")


@pytest.mark.parametrize("address", ["example.com", "ftp://x/", "http://", "http://a b/", "${URL}", "http://x/%zz", ""])
def test_what_is_no_address_is_refused(address: str) -> None:
    assert "bad-value" in [p.code for p in read(f"webhook: {{url: '{address}'}}")[1]]


def test_a_secret_header_comes_from_a_file() -> None:
    text = "webhook: {url: 'http://x/', http_config: {http_headers: {X-Api-Key: {values: [abc]}}}}"
    assert [
        (
            "webhook/http_config/http_headers/X-Api-Key/values: literal-secret: webhook.http_config.http_headers: "
            "the header 'X-Api-Key' holds a secret by its name"
        )
    ] == problems(text)


def test_slacks_public_address_is_no_secret_and_wants_credentials() -> None:
    address = "https://slack.com/api/chat.postMessage"
    assert ["slack/api_url: missing-setting: slack.api_url needs http_config.authorization"] == problems(
        f"slack: {{api_url: '{address}', channel: a}}"
    )
    credentials = "http_config: {authorization: {credentials_file: /x}}"
    assert [] == problems(f"slack: {{api_url: '{address}', channel: a, update_message: true, {credentials}}}")


# What Alertmanager would refuse, or crash of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", ": empty-receiver: the receiver 'someone' tells nobody"),
        ("slack: {channel: a}", "slack: missing-setting: slack needs one of api_url_file, app_token_file"),
        (
            "slack: {app_token_file: /x, update_message: true}",
            "slack/update_message: missing-setting: slack.update_message needs api_url",
        ),
        (
            "slack: {app_token_file: /x, api_url_file: /y}",
            "slack/app_token_file: conflicting-settings: slack cannot have both api_url_file and app_token_file",
        ),
        ("webex: {room_id: a}", "webex: missing-setting: webex needs http_config.authorization"),
        ("discord: {title: a}", "discord: missing-setting: discord needs webhook_url_file"),
        (
            "sns: {topic_arn: a, phone_number: b}",
            "sns/phone_number: conflicting-settings: sns cannot have both topic_arn and phone_number",
        ),
        (
            "pushover: {user_key_file: /x, token_file: /y, html: true, monospace: true}",
            "pushover/monospace: conflicting-settings: pushover cannot have both html and monospace",
        ),
        (
            "telegram: {bot_token_file: /x, chat_id: 0}",
            "telegram/chat_id: bad-value: telegram.chat_id is out of range",
        ),
        (
            "pagerduty: {routing_key_file: secrets/x}",
            "pagerduty/routing_key_file: bad-value: pagerduty.routing_key_file is not an absolute path",
        ),
        (
            "email: {to: nobody, from: a@b, smarthost: 'x:25'}",
            "email/to: bad-value: email.to: 'nobody' is not an e-mail address",
        ),
        (
            "email: {to: a@b, from: a@b, smarthost: x}",
            "email/smarthost: bad-value: email.smarthost is not host:port",
        ),
        (
            "email: {to: a@b, from: a@b, smarthost: 'x:25', headers: {Subject: a, subject: b}}",
            "email/headers/subject: bad-value: email: the header 'subject' is there twice: case makes no difference",
        ),
        (
            "email: {to: a@b, from: a@b, smarthost: 'x:25', headers: {References: a}, threading: {enabled: true}}",
            "email/headers/References: bad-value: email: threading sets the header 'References' itself",
        ),
        (
            "victorops: {api_key_file: /x, routing_key: a, custom_fields: {entity_id: a}}",
            "victorops/custom_fields/entity_id: bad-value: victorops: Alertmanager sends the field 'entity_id' itself",
        ),
        (
            "opsgenie: {api_key_file: /x, responders: [{type: team}]}",
            "opsgenie/responders/0: missing-setting: opsgenie.responders needs one of id, name, username",
        ),
        (
            "opsgenie: {api_key_file: /x, responders: [{type: crowd, name: a}]}",
            (
                "opsgenie/responders/0/type: bad-value: opsgenie.responders.type is not one of team, teams, user, "
                "escalation, schedule"
            ),
        ),
        (
            "webhook: {url: 'http://x/', http_config: {http_headers: {authorization: {files: [/x]}}}}",
            (
                "webhook/http_config/http_headers/authorization: bad-value: webhook.http_config.http_headers: "
                "Alertmanager does not let the header 'authorization' be set"
            ),
        ),
        (
            "webhook: {url: 'http://x/', http_config: {tls_config: {cert_file: /x}}}",
            (
                "webhook/http_config/tls_config/cert_file: missing-setting: webhook.http_config.tls_config.cert_file "
                "needs key_file"
            ),
        ),
        (
            "webhook: {url: 'http://x/', payload: {a: [.nan]}}",
            "webhook/payload/a/0: bad-value: webhook.payload: nan is not a number that JSON knows",
        ),
        (
            "webhook: {url: 'http://x/', timeout: 1000y}",
            "webhook/timeout: bad-value: webhook.timeout: '1000y' is more than a hundred years",
        ),
        (
            "telegram: {bot_token_file: /x, chat_id: 1, api_url: 'http://{{ .x }}'}",
            "telegram/api_url: bad-value: telegram.api_url: Alertmanager expands no template here",
        ),
    ],
)
def test_what_alertmanager_refuses_is_found_here(text: str, expected: str) -> None:
    assert [expected] == problems(text)


def test_a_setting_that_nobody_knows_is_the_schemas_to_find() -> None:
    with pytest.raises(jsonschema.ValidationError, match="chanel"):
        validate({"slack": {"api_url_file": "/x", "chanel": "a"}})


def test_several_channels_of_one_integration_are_a_list() -> None:
    receiver, found = read("slack: [{api_url_file: /x, channel: a}, {api_url_file: /x, channel: b}]")
    assert () == found
    assert ["a", "b"] == [notifier.settings["channel"] for notifier in receiver.notifiers]


# Words and spans


@given(st.integers(min_value=0, max_value=10**9))
def test_go_reads_the_duration_that_prometheus_reads(seconds: int) -> None:
    written = go_duration(Duration(seconds))
    units = {"h": 3600, "m": 60, "s": 1}
    parts = re.findall(r"(\d+)([hms])", written)
    assert written == "".join(n + unit for n, unit in parts)
    assert seconds == sum(int(n) * units[unit] for n, unit in parts)


@given(st.text())
def test_a_word_in_a_message_stays_on_one_line(text: str) -> None:
    assert receivers.shown(text).isprintable()
    assert len(receivers.shown(text)) <= 62


@given(st.from_regex(r"[a-z0-9+_-]+(\.[a-z0-9]+)?@[a-z0-9]+(-[a-z0-9]+)?(\.[a-z]+){0,2}", fullmatch=True))
def test_an_address_is_one_and_stops_being_one_without_its_at(address: str) -> None:
    assert "" == receivers.address_problem(address) or len(address) > 60
    assert receivers.address_problem(address.replace("@", ""))


@pytest.mark.parametrize("text", ["", "a@", "@b", "a@b@c", "a b@c", "a@b..c", "a@-b", "a@b,", "<a@b", "x" * 300 + "@b"])
def test_what_is_no_address_of_a_person_is_refused(text: str) -> None:
    assert receivers.address_problem(text).endswith("is not an e-mail address")
