"""A `pattern` document: a site's own alert in YAML → the same Pattern that a built-in one is. Pure.

What a document can get wrong is found here and in `trial`, with default parameters and an example service; what only
shows with a service's parameters or on the site at hand, `Pattern.refusals` says later. Whether the alert does what
its scenarios say, promtool decides, as for every alert.
"""

from __future__ import annotations

import dataclasses
import keyword
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from alertgen.diagnostics import Diagnostic, did_you_mean, in_order
from alertgen.example import having
from alertgen.model import Kind
from alertgen.needs import NEEDS, OF_A_SERVICE, OF_THE_SITE
from alertgen.pattern import (
    EVERY_KIND,
    Level,
    NoParams,
    Pattern,
    Runbook,
    param,
)
from alertgen.patterns import catalogue
from alertgen.quantity import Duration
from alertgen.site_patterns import trial
from alertgen.site_patterns.body import Body, Fault, Firing, Situation, Step, Text
from alertgen.site_patterns.findings import Findings, value_at
from alertgen.site_patterns.schema import QUANTITIES
from alertgen.site_patterns.trial import annotation_steps
from alertgen.source import Document

PACK: Final = "site"
"""The pack of every site pattern."""

_RESERVED_LABELS: Final = frozenset(("severity", "team", "service", "tier"))
_NAMES: Final = frozenset(("service", "namespace", "container", "kind"))
"""Words for what a service is called."""
_SETTINGS: Final = ("for", "keep_firing_for")
_TAKEN: Final = _NAMES.union(
    _SETTINGS,
    ("workload", "pods", "pod", "other_pod", "cluster", "scrape_interval", "evaluation_interval"),
    ("enabled", "severity", "labels", "annotations", "reason", "expires"),
)
"""Words that mean something already, in an override or in `${…}`."""

_MIXIN: Final = re.compile(r"Kube[A-Z]")


def read(document: Document) -> tuple[Pattern | None, tuple[Diagnostic, ...]]:
    """The pattern, and what is wrong with its document, which passed the schema.

    With errors the pattern proves nothing and must not be built. When all of them are in its scenarios there is one
    nevertheless, because of what may be wrong with the rest.
    """
    findings = Findings(document)
    pattern = _Reader(document, findings).pattern()
    return None if findings.misread else pattern, in_order(findings.problems)


class _Reader:
    """One document on its way to a pattern."""

    def __init__(self, document: Document, findings: Findings) -> None:
        self.document = document
        self.data = document.data
        self.findings = findings
        self.level = Level(self.data.get("per", Level.SERVICE))
        self.kinds = tuple(Kind(kind) for kind in self.data.get("kinds", EVERY_KIND))
        self.facet = NEEDS.get(self.data.get("needs", ""))
        """What it needs of a service, or of the installation."""

    def pattern(self) -> Pattern | None:
        """The pattern, as good as it can be read."""
        self._name()
        self._needs()
        params = self._params()
        for_, keep = self._duration("for"), self._duration("keep_firing_for")
        situations = self._situations()
        expr = self._text("expr")
        self._texts(params)
        self._labels()
        if params is None or expr is None or for_ is None or keep is None:
            return None
        body = Body(
            expr=expr,
            situations=situations,
            level=self.level,
            kinds=self.kinds,
            for_=for_,
            defaults=params(),
            facet=self.facet,
        )
        if len(situations) == len(self.data["scenarios"]):
            body = trial.checked(body, self.data, self.findings)
        return Pattern(
            alert=self.data["pattern"],
            pack=PACK,
            level=self.level,
            severity=self.data["severity"],
            for_=str(for_),
            keep_firing_for=str(keep),
            enabled=self.data.get("enabled", self.level is Level.CLUSTER),
            kinds=self.kinds,
            facet=self.facet,
            params=params,
            expr=body.expression,
            scenarios=body.scenarios,
            refusals=body.refusals,
            summary=self.data["summary"],
            description=self.data["description"],
            runbook=Runbook(
                meaning=self.data["runbook"]["meaning"],
                diagnosis=tuple(self.data["runbook"]["diagnosis"]),
                mitigation=tuple(self.data["runbook"]["mitigation"]),
            ),
            labels=self.data.get("labels", {}),
            annotations=self.data.get("annotations", {}),
            place=self.document.at("pattern"),
            places={key: self.document.at(key) for key in ("expr", "summary", "description")},
            unparsed=body.unparsed,
        )

    def _name(self) -> None:
        name = self.data["pattern"]
        if name in catalogue():
            hint = f"to tune it, say alerts.{name} in a service; for another alert, use another name"
            self.findings.at(["pattern"], "reserved-name", f"{name} is built in", hint)
        elif _MIXIN.match(name):
            message = f"{name} looks like an alert of kubernetes-mixin, whose names all begin with 'Kube'"
            self.findings.warn(["pattern"], "reserved-name", message, "routes and silences by name would take in both")
        if self.level is Level.CLUSTER and "kinds" in self.data:
            message = "an alert per cluster is about no service, so `kinds` has no effect"
            self.findings.at_key(["kinds"], "no-effect", message, "drop it, or say per: service")

    def _needs(self) -> None:
        """Whether what it is about can have what it needs. What cannot be is left out of what follows."""
        needs = self.data.get("needs")
        possible = OF_THE_SITE if self.level is Level.CLUSTER else OF_A_SERVICE
        if needs is not None and needs not in possible:
            what = "an installation" if self.level is Level.CLUSTER else "a service"
            self.findings.at(
                ["needs"], "contradiction", f"{what} has no '{needs}'", f"there are: {', '.join(possible)}"
            )
            self.facet = None

    def _item_words(self) -> Collection[str]:
        """What the item that it needs is called by."""
        if self.facet is None:
            return ()
        site, service = having(self.facet, None if self.level is Level.CLUSTER else self.kinds[0])
        return self.facet.words(self.facet.items(site, service)[0])

    def _params(self) -> type[Any] | None:
        """The dataclass of the parameters; None when one of them cannot be."""
        fields: list[tuple[str, Any, Any]] = []
        used = _words_in(self.data["expr"])
        taken = _TAKEN.union(self._item_words())
        misspelt = used - taken - self.data.get("params", {}).keys()
        for name, written in self.data.get("params", {}).items():
            if name in taken or keyword.iskeyword(name):
                message = f"a parameter cannot be called '{name}': the word has a meaning already"
                self.findings.at_key(["params", name], "reserved-name", message)
                continue
            if name not in used and not misspelt:
                message = f"the expression does not use ${{{name}}}, so the parameter has no effect"
                self.findings.at_key(["params", name], "no-effect", message, "use it in `expr`, or drop it")
            default = written["default"]
            whole = isinstance(default, float) and default.is_integer()
            quantity = QUANTITIES[written["type"]]
            try:
                made = param(str(int(default) if whole else default), written["meaning"], quantity)
            except ValueError as error:
                self.findings.at(["params", name, "default"], "bad-value", f"{name}: {error}")
                continue
            fields.append((name, Any, made))
        if len(fields) < len(self.data.get("params", {})):
            return None
        return dataclasses.make_dataclass("Params", fields, frozen=True, slots=True) if fields else NoParams

    def _duration(self, key: str) -> Duration | None:
        try:
            return Duration.parse(str(self.data.get(key, "0s")))
        except ValueError as error:
            self.findings.at([key], "bad-value", f"{key}: {error}")
            return None

    def _text(self, *steps: Step, is_key: bool = False) -> Text | None:
        """A text with `${…}`; None when one of those is not well formed."""
        text = str(steps[-1]) if is_key else _plain(value_at(self.data, steps))
        try:
            return Text.of(self.document, *steps, text=text, is_key=is_key)
        except Fault as fault:
            self.findings.fault(fault, *steps)
            return None

    def _situations(self) -> tuple[Situation, ...]:
        found: list[Situation] = []
        names: dict[str, int] = {}
        for index, written in enumerate(self.data["scenarios"]):
            steps = ("scenarios", index)
            name = " ".join(written["name"].split())
            if name in names:
                self.findings.at(
                    [*steps, "name"], "duplicate", f"there is a scenario '{name}' already", "say what differs"
                )
            names.setdefault(name, index)
            if name.startswith("fires") is not ("fires" in written):
                message = "a scenario fires by name and by its key `fires`, or by neither"
                hint = "add `fires: {from: …}`" if name.startswith("fires") else "begin the name with 'fires'"
                self.findings.at([*steps, "name"], "contradiction", message, hint)
            if "fires" in written and written.get("pending"):
                self.findings.at_key(
                    [*steps, "pending"], "contradiction", "what fires does more than be pending", "drop one"
                )
            situation = self._situation(name, steps, written)
            if situation is not None:
                found.append(situation)
        for word, wanted in (("fires", True), ("silent", False)):
            if not any(("fires" in written) is wanted for written in self.data["scenarios"]):
                message = f"there is no scenario in which the alert {'fires' if wanted else 'is silent'}"
                self.findings.at_key(
                    ["scenarios"], "missing-scenario", message, f"add one whose name begins with '{word}'"
                )
        return tuple(found)

    def _situation(self, name: str, steps: Sequence[Step], written: Mapping[str, Any]) -> Situation | None:
        series = [
            (self._text(*steps, "series", key, is_key=True), self._text(*steps, "series", key))
            for key in written["series"]
        ]
        fires: Firing | None = None
        if "fires" in written:
            fires = self._firing([*steps, "fires"], written["fires"])
            if fires is None:
                return None
        pairs = tuple((key, values) for key, values in series if key and values)
        if len(pairs) < len(series):
            return None
        return Situation(name, pairs, fires, pending=written.get("pending", False))

    def _firing(self, steps: Sequence[Step], written: Mapping[str, Any]) -> Firing | None:
        texts = {
            key: self._text(*steps, key)
            for key in ("from", "until", "may_start_earlier", "may_end_later", "value")
            if key in written
        }
        labels = {label: self._text(*steps, "labels", label) for label in written.get("labels", {})}
        since = texts["from"]
        whole = {label: text for label, text in labels.items() if text}
        if since is None or None in texts.values() or len(whole) < len(labels):
            return None
        return Firing(
            since=since,
            until=texts.get("until"),
            labels=whole,
            value=texts.get("value"),
            may_start_earlier=texts.get("may_start_earlier"),
            may_end_later=texts.get("may_end_later"),
        )

    def _texts(self, params: type[Any] | None) -> None:
        """The texts for people: only `${word}`, and of words that they know."""
        names = {*_NAMES, "workload"} if self.level is not Level.CLUSTER else set()
        own = params.__dataclass_fields__ if params else self.data.get("params", {})
        known = {*own, *_SETTINGS, *names, *self._item_words()}
        for steps in self._for_people():
            text = value_at(self.data, steps)
            for match in re.finditer(r"\$\{([^}]*)\}?", text):
                if not re.fullmatch(r"\$\{[a-z_]+\}", match[0]):
                    message = "in texts only a single word can stand in a '${…}'"
                    self.findings.at(
                        steps, "bad-interpolation", message, "calculate in `expr` and in scenarios", match.start()
                    )
                elif match[1] not in known:
                    hint = did_you_mean(match[1], known) or f"known: {', '.join(sorted(known))}"
                    self.findings.at(steps, "unknown-word", f"unknown word '{match[1]}'", hint, match.start(1))

    def _for_people(self) -> Iterator[tuple[Step, ...]]:
        yield from annotation_steps(self.data)
        yield "runbook", "meaning"
        for key in ("diagnosis", "mitigation"):
            for index in range(len(self.data["runbook"][key])):
                yield "runbook", key, index

    def _labels(self) -> None:
        for label, text in self.data.get("labels", {}).items():
            if label in _RESERVED_LABELS:
                message = f"alertgen sets the label '{label}' itself"
                self.findings.at_key(["labels", label], "reserved-label", message)
            if "{{" in text or "${" in text:
                message = f"the label '{label}' is a template; these labels are the same on every alert"
                self.findings.at(["labels", label], "bad-value", message, "keep a label of the series in `expr`")
        for name in self.data.get("annotations", {}):
            if name in ("summary", "description"):
                self.findings.at_key(
                    ["annotations", name], "duplicate", f"'{name}' has a key of its own", f"say {name}: …"
                )


def _plain(value: Any) -> str:
    """A text, or a number that was written where a text may stand."""
    return value if isinstance(value, str) else str(value)


def _words_in(text: str) -> frozenset[str]:
    """The words in a text's `${…}`, well formed or not."""
    return frozenset(word for match in re.finditer(r"\$\{([^}]*)", text) for word in re.findall(r"[a-z_]+", match[1]))
