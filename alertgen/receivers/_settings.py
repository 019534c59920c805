"""An integration's settings: what is wrong with them, and how Alertmanager wants them written. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from alertgen.diagnostics import Diagnostic, Location
from alertgen.quantity import Duration
from alertgen.receivers._field import Field, Integration, Kind, Needs, Rule, Version, dotted

At = Callable[..., Location]
"""The place of the value at a path of keys and list indexes."""

_TEMPLATE = "{{"
_HOST = r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
_URL = re.compile(
    rf"https?://(?P<user>[^/?#@\s]*@)?{_HOST}(?P<rest>[/?#](?:[^\s\x00-\x1f\x7f\"<>\\^`{{}}|%]|%[0-9A-Fa-f]{{2}})*)?"
)
_HOST_PORT = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})")
_DOMAIN = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+)*@{_DOMAIN}"
_MAILBOX = re.compile(rf"(?:{_ADDRESS}|[^<>@\",]*<{_ADDRESS}>)")
_LONGEST_ADDRESS = 254

# What gives a secret in an address away: a query parameter by its name, a part of the path by its looks.
_SECRET_PARAMETER = re.compile(r"[?&#][^=&#]*(?:token|key|secret|sig|pass|auth|code)[^=&#]*=", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9]{16,}")

_SECRET_HEADER = re.compile(r"auth|cookie|key|pass|secret|session|token", re.IGNORECASE)
_RESERVED_HEADERS = frozenset(
    (
        "accept-encoding",
        "authorization",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "user-agent",
        "www-authenticate",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-security-token",
        "x-prometheus-remote-read-version",
        "x-prometheus-remote-write-version",
        "x-prometheus-scrape-timeout-seconds",
    )
)
"""Headers that Alertmanager's HTTP client sets itself and refuses to take from its configuration."""

_LARGEST = 2**63 - 1


def address_problem(text: str) -> str:
    """Why this is no e-mail address (or several, separated by commas); empty when it is one, or a template."""
    if _TEMPLATE in text:
        return ""
    for mailbox in text.split(","):
        address = mailbox.strip()
        if _MAILBOX.fullmatch(address) is None or len(address) > _LONGEST_ADDRESS:
            return f"{shown(address)} is not an e-mail address"
    return ""


def shown(text: str) -> str:
    """The user's own word in a message: on one line, and not longer than a line."""
    printable = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return f"'{printable[:57]}…'" if len(printable) > 60 else f"'{printable}'"


def check(integration: Integration, data: Mapping[str, Any], at: At, version: Version) -> Iterator[Diagnostic]:
    """What keeps this Alertmanager from loading or doing what the settings say; `at` starts at the integration."""
    if integration.since > version[:2]:
        yield Diagnostic(
            at(),
            "newer-integration",
            f"Alertmanager {dotted(version)} has no {integration.key}; {dotted(integration.since)} has",
            hint=f"use another integration, or declare site.alertmanager.version {dotted(integration.since)} or newer",
        )
        return
    checker = _Checker(at, version)
    yield from checker.fields(integration.settings, integration.rules, data, (), integration.key)
    for objection in integration.objections(data):
        yield Diagnostic(at(*objection.steps), "bad-value", f"{integration.key}: {objection.message}", objection.hint)


class _Checker:
    """One walk through the settings of one integration: it knows the version and how to find places."""

    __slots__ = ("_at", "_version")

    def __init__(self, at: At, version: Version) -> None:
        self._at = at
        self._version = version[:2]

    def fields(
        self,
        fields: Iterable[Field],
        rules: Iterable[Rule],
        data: Mapping[str, Any],
        steps: tuple[Any, ...],
        label: str,
    ) -> Iterator[Diagnostic]:
        """Everything about one mapping of settings; `label` is how messages call it."""
        known = {field.name: field for field in fields}
        refused: set[str] = set()
        for name, value in data.items():
            found = list(self._field(known[name], known, value, (*steps, name), f"{label}.{name}"))
            refused.update(name for problem in found if problem.code == "literal-secret")
            yield from found
        for field in known.values():
            secret = field.name.removesuffix("_file")
            if field.required and not _given(data, field.name) and secret not in refused:
                yield Diagnostic(self._at(*steps), "missing-setting", f"{label} needs {field.name}", hint=field.about)
        for rule in rules:
            names = (rule.name, rule.other) if isinstance(rule, Needs) else rule.names
            if not refused.intersection({*names, *(name.removesuffix("_file") for name in names)}):
                yield from self._rule(rule, known, data, steps, label)

    def _rule(
        self, rule: Rule, known: Mapping[str, Field], data: Mapping[str, Any], steps: tuple[Any, ...], label: str
    ) -> Iterator[Diagnostic]:
        if isinstance(rule, Needs):
            if _given(data, rule.name) and not _given(data, rule.other):
                yield Diagnostic(
                    self._at(*steps, rule.name), "missing-setting", f"{label}.{rule.name} needs {rule.other}", rule.why
                )
            return
        given = [name for name in rule.names if _given(data, name)]
        # Neither a secret that only counts when its value is public, nor what this version does not know, is advice.
        usable = [
            name
            for name in rule.names
            if (field := known[name.partition(".")[0]]).kind is not Kind.SECRET and field.since <= self._version
        ]
        if len(given) < rule.least:
            choice = usable or rule.names
            one_of = "" if len(choice) == 1 else "one of "
            yield Diagnostic(self._at(*steps), "missing-setting", f"{label} needs {one_of}{', '.join(choice)}")
        elif len(given) > rule.most:
            yield Diagnostic(
                self._at(*steps, *given[-1].split(".")),
                "conflicting-settings",
                f"{label} cannot have both {' and '.join(given)}",
                hint="keep one of them",
            )

    def _field(
        self, field: Field, siblings: Mapping[str, Field], value: Any, steps: tuple[Any, ...], label: str
    ) -> Iterator[Diagnostic]:
        if field.kind is Kind.SECRET and value not in field.public:
            yield self._literal(field, siblings, steps, label)
            return
        if field.since > self._version:
            yield self._newer(label, field.since, steps)
            return
        match field.kind:
            case Kind.OBJECT:
                yield from self.fields(field.fields, field.rules, value, steps, label)
            case Kind.OBJECTS:
                for index, item in enumerate(value):
                    yield from self.fields(field.fields, field.rules, item, (*steps, index), label)
            case Kind.NAMED:
                for name, item in value.items():
                    yield from self._header(name, item, (*steps, name), label)
                    yield from self.fields(field.fields, field.rules, item, (*steps, name), f"{label}.{name}")
            case Kind.TEXT if isinstance(value, Mapping):
                yield from self._structured(field, value, steps, label)
                yield from self.fields(field.fields, field.rules, value, steps, label)
            case Kind.PAIRS if not all(isinstance(item, str) for item in value.values()):
                yield from self._structured(field, value, steps, label)
                yield from self._finite(value, steps, label)
            case Kind.TREE:
                yield from self._finite(value, steps, label)
            case Kind.URL:
                yield from self._url(field, siblings, value, steps, label)
            case Kind.FILES:
                for index, item in enumerate(value):
                    yield from self._value(field, item, (*steps, index), label)
            case _:
                yield from self._value(field, value, steps, label)

    def _value(self, field: Field, value: Any, steps: tuple[Any, ...], label: str) -> Iterator[Diagnostic]:
        problem = hint = ""
        match field.kind:
            case Kind.FILE | Kind.FILES if not value.startswith("/") or not value.isprintable():
                # The text is not repeated: it may well be the secret itself.
                problem = " is not an absolute path"
                hint = "name a file on Alertmanager's machine, e.g. /etc/alertmanager/secrets/web-pager"
            case Kind.ADDRESSES:
                problem = f": {reason}" if (reason := address_problem(value)) else ""
            case Kind.HOST_PORT:
                match = _HOST_PORT.fullmatch(value)
                if match is None or not 1 <= int(match["port"]) <= 65_535:
                    problem, hint = " is not host:port", "e.g. smtp.example.com:587"
            case Kind.DURATION | Kind.GO_DURATION:
                try:
                    Duration.parse(str(value))
                except ValueError as error:
                    problem = f": {error}"
            case Kind.NUMBER if value == 0 or abs(value) > _LARGEST:
                problem = " is out of range"
            case Kind.COUNT if value > _LARGEST:
                problem = " is out of range"
            case Kind.TEXT if field.choices and value.lower() not in field.choices and _TEMPLATE not in value:
                problem = f" is not one of {', '.join(field.choices)}"
        if problem:
            yield Diagnostic(self._at(*steps), "bad-value", f"{label}{problem}", hint)

    def _url(
        self, field: Field, siblings: Mapping[str, Field], value: str, steps: tuple[Any, ...], label: str
    ) -> Iterator[Diagnostic]:
        if _TEMPLATE in value:
            if field.templated_since is None:
                yield Diagnostic(self._at(*steps), "bad-value", f"{label}: Alertmanager expands no template here")
            elif field.templated_since > self._version:
                yield self._newer(f"a template in {label}", field.templated_since, steps)
            return
        match = _URL.fullmatch(value)
        if match is None:
            # The text is not repeated: what is no address may well be a token.
            yield Diagnostic(self._at(*steps), "bad-value", f"{label} is not an http or https address")
        elif match["user"] or _holds_secret(match["rest"] or ""):
            file = siblings.get(f"{field.name}_file")
            yield Diagnostic(
                self._at(*steps),
                "literal-secret",
                f"{label} looks as if it held a secret, which everybody who reads the configuration would see",
                hint=self._from_file(file)
                if file
                else "take it out of the address; http_config reads credentials from files",
            )

    def _header(self, name: str, item: Mapping[str, Any], steps: tuple[Any, ...], label: str) -> Iterator[Diagnostic]:
        if name.lower() in _RESERVED_HEADERS:
            yield Diagnostic(
                self._at(*steps), "bad-value", f"{label}: Alertmanager does not let the header {shown(name)} be set"
            )
        elif _SECRET_HEADER.search(name) and item.get("values"):
            yield Diagnostic(
                self._at(*steps, "values"),
                "literal-secret",
                f"{label}: the header {shown(name)} holds a secret by its name",
                hint="put it into a file and name the file in files",
            )

    def _literal(self, field: Field, siblings: Mapping[str, Field], steps: tuple[Any, ...], label: str) -> Diagnostic:
        message = f"{label} is a secret: it must not stand in the configuration"
        file = siblings.get(field.way_out)
        return Diagnostic(
            self._at(*steps), "literal-secret", message, hint=self._from_file(file) if file else field.advice
        )

    def _from_file(self, file: Field) -> str:
        if file.since <= self._version:
            return f"put it into a file on Alertmanager's machine and name that file in {file.name}"
        return (
            f"Alertmanager {dotted(self._version)} does not read it from a file; {dotted(file.since)} does, "
            f"as {file.name}"
        )

    def _structured(self, field: Field, value: Any, steps: tuple[Any, ...], label: str) -> Iterator[Diagnostic]:
        if field.structured_since is None:
            nested = next((name for name, item in value.items() if not isinstance(item, str)), "")
            yield Diagnostic(self._at(*steps, nested), "bad-value", f"{label}.{nested} must be text")
        elif field.structured_since > self._version:
            yield self._newer(f"structure in {label}", field.structured_since, steps)

    def _finite(self, value: Any, steps: tuple[Any, ...], label: str) -> Iterator[Diagnostic]:
        children: Iterable[tuple[Any, Any]] = ()
        if isinstance(value, float) and not math.isfinite(value):
            yield Diagnostic(self._at(*steps), "bad-value", f"{label}: {value} is not a number that JSON knows")
        elif isinstance(value, Mapping):
            children = value.items()
        elif isinstance(value, list):
            children = enumerate(value)
        for step, child in children:
            yield from self._finite(child, (*steps, step), label)

    def _newer(self, what: str, since: Version, steps: tuple[Any, ...]) -> Diagnostic:
        return Diagnostic(
            self._at(*steps),
            "newer-setting",
            f"Alertmanager {dotted(self._version)} does not know {what}; {dotted(since)} does",
            hint=f"leave it out, or declare site.alertmanager.version {dotted(since)} or newer",
        )


def _given(data: Mapping[str, Any], dotted_name: str) -> bool:
    """Whether the setting is there and says something: Alertmanager takes an empty text or `false` for nothing."""
    value: Any = data
    for step in dotted_name.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value is not None and value is not False and value != ""


def _holds_secret(rest: str) -> bool:
    """Whether the path, query or fragment of an address looks like a key to it."""
    if _SECRET_PARAMETER.search(rest) or _UUID.search(rest):
        return True
    return any(any(c.isdigit() for c in word) and any(c.isalpha() for c in word) for word in _WORD.findall(rest))


def written(integration: Integration, data: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as Alertmanager reads them, in the order of their fields whatever the order of the spec."""
    return _written(integration.settings, data)


def _written(fields: Iterable[Field], data: Mapping[str, Any]) -> dict[str, Any]:
    return {field.name: _written_value(field, data[field.name]) for field in fields if field.name in data}


def _written_value(field: Field, value: Any) -> Any:
    match field.kind:
        case Kind.OBJECT:
            return _written(field.fields, value)
        case Kind.OBJECTS:
            return [_written(field.fields, item) for item in value]
        case Kind.NAMED:
            return {name: _written(field.fields, value[name]) for name in sorted(value)}
        case Kind.TEXT if isinstance(value, Mapping):
            return _written(field.fields, value)
        case Kind.PAIRS | Kind.TREE:
            return _sorted(value)
        case Kind.DURATION:
            return str(Duration.parse(str(value)))
        case Kind.GO_DURATION:
            return go_duration(Duration.parse(str(value)))
        case _:
            return value


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def go_duration(duration: Duration) -> str:
    """As Go writes time spans: `26h`, where Prometheus writes `1d2h`, because Go knows nothing above an hour."""
    hours, rest = divmod(int(duration), 3_600)
    minutes, seconds = divmod(rest, 60)
    parts = (f"{n}{unit}" for n, unit in ((hours, "h"), (minutes, "m"), (seconds, "s")) if n)
    return "".join(parts) or "0s"
