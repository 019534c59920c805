"""A `pattern` document: a site's own alert in YAML → the same Pattern that a built-in one is. Pure.

What a document can get wrong is found here, with default parameters and an example service; what only shows with a
service's parameters or on the site at hand, `Pattern.refusals` says later. Whether the alert does what its scenarios
say, promtool decides, as for every alert.
"""

from __future__ import annotations

import dataclasses
import keyword
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from alertgen import promql_tree
from alertgen.diagnostics import Diagnostic, Severity, did_you_mean, in_order, nearest
from alertgen.example import having
from alertgen.model import Kind, Scenario, Series, Site
from alertgen.needs import NEEDS, OF_A_SERVICE, OF_THE_SITE
from alertgen.pattern import (
    COUNT,
    DURATION,
    EVERY_KIND,
    NUMBER,
    RATIO,
    WINDOW,
    Level,
    NoParams,
    Pattern,
    Quantity,
    Runbook,
    param,
)
from alertgen.patterns import catalogue
from alertgen.promql_text import mistake
from alertgen.promql_tree import Aggregation, Binary, Call, Labels, Node, Selector
from alertgen.quantity import Duration
from alertgen.routing.model import SEVERITIES
from alertgen.site_body import Body, Fault, Firing, Situation, Step, Text
from alertgen.source import Document
from alertgen.subject import WORKLOAD_LABEL

PACK: Final = "site"
"""The pack of every site pattern."""

QUANTITIES: Final[Mapping[str, Quantity]] = {q.name: q for q in (COUNT, RATIO, NUMBER, DURATION, WINDOW)}
"""The types a parameter may have."""

ALERT_PATTERN: Final = "^[A-Z][A-Za-z0-9]*$"
_LABEL_PATTERN: Final = "^(?!__)(?!alertname$)[a-zA-Z_][a-zA-Z0-9_]*$"
_PARAMETER_PATTERN: Final = "^[a-z]+(_[a-z]+)*$"

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

_ABSENT: Final = frozenset(("absent", "absent_over_time"))
_MIXIN: Final = re.compile(r"Kube[A-Z]")


def _text(meaning: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": 5000, "description": meaning, **more}


def _object(meaning: str, properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "description": meaning,
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def _map(meaning: str, value: Mapping[str, Any], names: str = "") -> dict[str, Any]:
    shape = {"type": "object", "description": meaning, "additionalProperties": value}
    return shape | ({"propertyNames": {"pattern": names}} if names else {})


def _time(meaning: str) -> dict[str, Any]:
    return {"type": ["string", "integer"], "minLength": 1, "description": meaning}


_PARAMETER: Final = _object(
    "One parameter.",
    {
        "type": {
            "enum": list(QUANTITIES),
            "description": "count: a whole number; ratio: 0.05 or 5%; number: any above 0; duration: 5m, also 0s; "
            "window: a duration above 0s.",
        },
        "default": {"description": "Its value where nobody says otherwise."},
        "meaning": _text("What it means, for the docs and for completion."),
    },
    "type",
    "default",
    "meaning",
) | {
    "allOf": [
        {"if": {"properties": {"type": {"const": name}}}, "then": {"properties": {"default": dict(quantity.schema)}}}
        for name, quantity in QUANTITIES.items()
    ]
}

_FIRES: Final = _object(
    "When the condition holds, and what fires then; how long it is pending before follows from `for`.",
    {
        "from": _time("The first evaluation at which the condition holds, from the start of the test: 5m30s."),
        "until": _time("The last one; without it, the condition holds until the test ends."),
        "labels": _map(
            "The series labels of what fires; those with one value in all the scenario's series need not be named.",
            {"type": "string"},
            _LABEL_PATTERN,
        ),
        "value": _text("What `{{ $value }}` reads in the annotations then, formatted as they ask."),
        "may_start_earlier": _time(
            "By how much the condition may begin earlier on some versions of Prometheus: a range includes its left "
            "edge in 2.x and not in 3.x."
        ),
        "may_end_later": _time("By how much it may end later on some versions."),
    },
    "from",
)

_SCENARIO: Final = _object(
    "One situation and what the alert must do in it: fire as `fires` says, or else stay silent.",
    {
        "name": _text(
            "A sentence that starts with 'fires' or 'silent': fires above the threshold.",
            pattern="^(fires|silent) ",
            maxLength=200,
        ),
        "series": _map(
            'The input: metric{label="value"} → samples as promtool writes them (0x10 1001x60 _x5 stale), one each '
            "evaluation interval. The last item goes on until the test ends; `_` or `stale` end the series.",
            {"type": ["string", "number"]},
        ),
        "fires": _FIRES,
        "pending": {
            "type": "boolean",
            "description": "true: the condition holds, but not for as long as `for`, so that nothing fires.",
        },
    },
    "name",
    "series",
)

SCHEMA: Final = _object(
    "A site's own alert. ${word} stands for a parameter or a name; ${window / 2} and the like are calculated.",
    {
        "pattern": _text("The alert's name.", pattern=ALERT_PATTERN, maxLength=100),
        "per": {
            # What a site measures of all requests, it can say per service.
            "enum": [level.value for level in Level if level is not Level.TRAFFIC],
            "default": Level.SERVICE.value,
            "description": "What one alert is about: a container, a pod, a workload, something else of the service, or "
            "(once, not per service) the whole cluster.",
        },
        "kinds": {
            "type": "array",
            "items": {"enum": [kind.value for kind in Kind]},
            "minItems": 1,
            "uniqueItems": True,
            "description": "The kinds of services it is for (default all).",
        },
        "needs": {
            "enum": list(NEEDS),
            "description": "Only for services that say this of themselves (node_pools: for installations). Each item "
            "of it has an alert of its own, and its names are words: ${cronjob}, ${certificate}, ${scrape_job}, "
            "${target}, ${hpa}, ${kubernetes_service}, ${pool}.",
        },
        "enabled": {
            "type": "boolean",
            "description": "true: every service it fits has it; false: who asks (default false; true per cluster).",
        },
        "severity": {
            "enum": list(SEVERITIES),
            "description": "critical pages, warning opens a ticket, info is a log line.",
        },
        "for": {**DURATION.schema, "description": "How long the condition must hold before the alert fires."},
        "keep_firing_for": {
            **DURATION.schema,
            "description": "How long the alert stays after the condition is over (default 0s).",
        },
        "labels": _map("Static labels on the alert.", {"type": "string", "maxLength": 1000}, _LABEL_PATTERN),
        "annotations": _map("Annotations besides summary and description.", _text("A text."), _LABEL_PATTERN),
        "params": _map("What a service may tune, by name.", _PARAMETER, _PARAMETER_PATTERN),
        "expr": _text(
            "When the condition holds, in PromQL. ${namespace}, ${service}, ${container}, ${kind} and ${pods} (a "
            "regular expression for its pods' names) stand inside quotes; a duration is its seconds but for ranges.",
            maxLength=20_000,
        ),
        "summary": _text("One line for the notification; {{ $labels.x }} and {{ $value }} as in Prometheus."),
        "description": _text("What happened and what it means, for the notification."),
        "runbook": _object(
            "What the person who is woken needs first.",
            {
                "meaning": _text("What it means when this alert fires."),
                "diagnosis": {
                    "type": "array",
                    "minItems": 1,
                    "items": _text("A step."),
                    "description": "Where to look.",
                },
                "mitigation": {"type": "array", "minItems": 1, "items": _text("A step."), "description": "What to do."},
            },
            "meaning",
            "diagnosis",
            "mitigation",
        ),
        "scenarios": {
            "type": "array",
            "minItems": 2,
            "items": _SCENARIO,
            "description": "The situations that prove it; at least one in which it fires and one in which not.",
        },
    },
    "pattern",
    "severity",
    "for",
    "expr",
    "summary",
    "description",
    "runbook",
    "scenarios",
)
"""The JSON Schema of a pattern document."""


def read(document: Document) -> tuple[Pattern | None, tuple[Diagnostic, ...]]:
    """The pattern, and what is wrong with its document, which passed the schema.

    With errors the pattern proves nothing and must not be built. When all of them are in its scenarios there is one
    nevertheless, because of what may be wrong with the rest.
    """
    reader = _Reader(document)
    pattern = reader.pattern()
    return None if reader.misread else pattern, in_order(reader.problems)


class _Reader:
    """One document on its way to a pattern; what is wrong with it gathers in `problems`."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.data = document.data
        self.problems: list[Diagnostic] = []
        self.misread = False
        """Whether there is an error outside of the scenarios."""
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
            body = _Proof(self, body).checked()
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

    def at(self, steps: Sequence[Step], code: str, message: str, hint: str = "", index: int | None = None) -> None:
        """Adds an error at a value, or at a character of it."""
        place = self.document.at(*steps)
        if index is not None:
            place = self.document.within(place, _value(self.data, steps), index)
        self.problems.append(Diagnostic(place, code, message, hint))
        self.misread |= steps[0] != "scenarios"

    def at_key(self, steps: Sequence[Step], code: str, message: str, hint: str = "") -> None:
        """Adds an error at a key."""
        self.problems.append(Diagnostic(self.document.key(*steps), code, message, hint))
        self.misread |= steps[0] != "scenarios"

    def warn(self, steps: Sequence[Step], code: str, message: str, hint: str = "") -> None:
        """Adds a warning at a value."""
        self.problems.append(Diagnostic(self.document.at(*steps), code, message, hint, Severity.WARNING))

    def _name(self) -> None:
        name = self.data["pattern"]
        if name in catalogue():
            hint = f"to tune it, say alerts.{name} in a service; for another alert, use another name"
            self.at(["pattern"], "reserved-name", f"{name} is built in", hint)
        elif _MIXIN.match(name):
            message = f"{name} looks like an alert of kubernetes-mixin, whose names all begin with 'Kube'"
            self.warn(["pattern"], "reserved-name", message, "routes and silences by name would take in both")
        if self.level is Level.CLUSTER and "kinds" in self.data:
            message = "an alert per cluster is about no service, so `kinds` has no effect"
            self.at_key(["kinds"], "no-effect", message, "drop it, or say per: service")

    def _needs(self) -> None:
        """Whether what it is about can have what it needs. What cannot be is left out of what follows."""
        needs = self.data.get("needs")
        possible = OF_THE_SITE if self.level is Level.CLUSTER else OF_A_SERVICE
        if needs is not None and needs not in possible:
            what = "an installation" if self.level is Level.CLUSTER else "a service"
            self.at(["needs"], "contradiction", f"{what} has no '{needs}'", f"there are: {', '.join(possible)}")
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
                self.at_key(["params", name], "reserved-name", message)
                continue
            if name not in used and not misspelt:
                message = f"the expression does not use ${{{name}}}, so the parameter has no effect"
                self.at_key(["params", name], "no-effect", message, "use it in `expr`, or drop it")
            default = written["default"]
            whole = isinstance(default, float) and default.is_integer()
            quantity = QUANTITIES[written["type"]]
            try:
                made = param(str(int(default) if whole else default), written["meaning"], quantity)
            except ValueError as error:
                self.at(["params", name, "default"], "bad-value", f"{name}: {error}")
                continue
            fields.append((name, Any, made))
        if len(fields) < len(self.data.get("params", {})):
            return None
        return dataclasses.make_dataclass("Params", fields, frozen=True, slots=True) if fields else NoParams

    def _duration(self, key: str) -> Duration | None:
        try:
            return Duration.parse(str(self.data.get(key, "0s")))
        except ValueError as error:
            self.at([key], "bad-value", f"{key}: {error}")
            return None

    def _text(self, *steps: Step, is_key: bool = False) -> Text | None:
        """A text with `${…}`; None when one of those is not well formed."""
        text = str(steps[-1]) if is_key else _plain(_value(self.data, steps))
        try:
            return Text.of(self.document, *steps, text=text, is_key=is_key)
        except Fault as fault:
            self.problems.append(fault.diagnostic)
            self.misread |= steps[0] != "scenarios"
            return None

    def _situations(self) -> tuple[Situation, ...]:
        found: list[Situation] = []
        names: dict[str, int] = {}
        for index, written in enumerate(self.data["scenarios"]):
            steps = ("scenarios", index)
            name = " ".join(written["name"].split())
            if name in names:
                self.at([*steps, "name"], "duplicate", f"there is a scenario '{name}' already", "say what differs")
            names.setdefault(name, index)
            if name.startswith("fires") is not ("fires" in written):
                message = "a scenario fires by name and by its key `fires`, or by neither"
                hint = "add `fires: {from: …}`" if name.startswith("fires") else "begin the name with 'fires'"
                self.at([*steps, "name"], "contradiction", message, hint)
            if "fires" in written and written.get("pending"):
                self.at_key([*steps, "pending"], "contradiction", "what fires does more than be pending", "drop one")
            situation = self._situation(name, steps, written)
            if situation is not None:
                found.append(situation)
        for word, wanted in (("fires", True), ("silent", False)):
            if not any(("fires" in written) is wanted for written in self.data["scenarios"]):
                message = f"there is no scenario in which the alert {'fires' if wanted else 'is silent'}"
                self.at_key(["scenarios"], "missing-scenario", message, f"add one whose name begins with '{word}'")
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
            text = _value(self.data, steps)
            for match in re.finditer(r"\$\{([^}]*)\}?", text):
                if not re.fullmatch(r"\$\{[a-z_]+\}", match[0]):
                    message = "in texts only a single word can stand in a '${…}'"
                    self.at(steps, "bad-interpolation", message, "calculate in `expr` and in scenarios", match.start())
                elif match[1] not in known:
                    hint = did_you_mean(match[1], known) or f"known: {', '.join(sorted(known))}"
                    self.at(steps, "unknown-word", f"unknown word '{match[1]}'", hint, match.start(1))

    def _for_people(self) -> Iterator[tuple[Step, ...]]:
        yield from self.annotation_steps()
        yield "runbook", "meaning"
        for key in ("diagnosis", "mitigation"):
            for index in range(len(self.data["runbook"][key])):
                yield "runbook", key, index

    def annotation_steps(self) -> Iterator[tuple[Step, ...]]:
        """The texts that go into annotations."""
        yield ("summary",)
        yield ("description",)
        for name in self.data.get("annotations", {}):
            yield "annotations", name

    def _labels(self) -> None:
        for label, text in self.data.get("labels", {}).items():
            if label in _RESERVED_LABELS:
                message = f"alertgen sets the label '{label}' itself"
                self.at_key(["labels", label], "reserved-label", message)
            if "{{" in text or "${" in text:
                message = f"the label '{label}' is a template; these labels are the same on every alert"
                self.at(["labels", label], "bad-value", message, "keep a label of the series in `expr`")
        for name in self.data.get("annotations", {}):
            if name in ("summary", "description"):
                self.at_key(["annotations", name], "duplicate", f"'{name}' has a key of its own", f"say {name}: …")


class _Proof:
    """The pattern tried on an example service, with default parameters on a site of defaults."""

    def __init__(self, reader: _Reader, body: Body) -> None:
        self.reader = reader
        self.body = body
        self.subject, self.world = body.example(Site())

    def checked(self) -> Body:
        """The body with what its expression says about itself; what is wrong is with the reader."""
        parsed = self._parsed()
        labels = (parsed.labels or promql_tree.NO_LABELS) if parsed else None
        if parsed and labels:
            self.body = dataclasses.replace(self.body, keeps=frozenset() if labels.more else labels.always)
            self._expression(parsed, labels)
        self._templates(labels)
        scenarios = [(index, self._scenario(s)) for index, s in enumerate(self.body.situations)]
        for index, scenario in scenarios:
            if scenario is not None:
                self._situation(index, scenario, parsed, labels)
        return self.body

    def _parsed(self) -> Node | None:
        """The expression; None when it is none, or when only promtool can tell."""
        try:
            filled = self.body.filled(self.subject, self.body.defaults)
        except Fault as fault:
            self.reader.problems.append(fault.diagnostic)
            self.reader.misread = True
            return None
        wrong = mistake(filled.text)
        if wrong is None:
            return promql_tree.parse(filled.text)
        if wrong.certain:
            index = filled.origin(wrong.index)
            self.reader.at(["expr"], "bad-promql", wrong.message, wrong.hint, index)
            return None
        self.body = dataclasses.replace(self.body, unparsed=True)
        message = f"promql-parser cannot read this, so it is kept as written and promtool decides: {wrong.message}"
        hint = "what depends on reading it (labels, formatting) is not checked here"
        self.reader.warn(["expr"], "unparsed-promql", message, hint)
        return None

    def _expression(self, parsed: Node, labels: Labels) -> None:
        """Whether the expression makes an alert."""
        if not _conditional(parsed):
            what = "it gives a number" if parsed.labels is None else "it does so whenever its series are there"
            hint = "compare it with something, e.g. `> 0`; `bool` makes a 0 or 1 of a comparison, and both fire"
            self.reader.at(
                ["expr"], "always-fires", f"an alert fires when its expression gives anything, and {what}", hint
            )
        level, needed = self.body.level, self._needed()
        missing = [label for label in needed if not labels.more and label not in labels.always]
        if missing:
            what = {Level.SERVICE: "of a service"}.get(level, f"about a {level}")
            message = f"an alert {what} must keep {_listed(missing)}, and the expression drops it"
            hint = f"by ({', '.join((*needed, '…'))}); where the series have none, label_replace() can add it"
            self.reader.at(["expr"], "dropped-label", message, hint)

    def _needed(self) -> tuple[str, ...]:
        """The labels without which nobody knows what the alert is about."""
        level = self.body.level
        if level is Level.CLUSTER:
            return ()
        workloads = {WORKLOAD_LABEL[kind] for kind in self.body.kinds}
        if level is Level.WORKLOAD and len(workloads) > 1:
            message = "an alert about a workload is about one kind of it"
            self.reader.at(["per"], "missing-key", message, "say which, e.g. kinds: [Deployment]")
            return ("namespace",)
        more = {Level.CONTAINER: ("pod", "container"), Level.POD: ("pod",), Level.WORKLOAD: tuple(workloads)}
        return ("namespace", *more.get(level, ()))

    def _templates(self, labels: Labels | None) -> None:
        """Go templates: only what the generated tests can render, and only of labels that are there."""
        reader = self.reader
        shows_value = False
        for steps in reader.annotation_steps():
            text = _value(reader.data, steps)
            for match in re.finditer(r"\{\{(.*?)\}\}|\{\{", text, re.DOTALL):
                inner = (match[1] or "").strip()
                label = re.fullmatch(r"\$labels\.(\w+)", inner)
                if re.fullmatch(r"\$value(\s*\|[^}]+)?", inner):
                    shows_value = True
                elif label is None:
                    message = "this is not a template that the generated tests can render"
                    hint = 'there are {{ $labels.x }}, {{ $value }} and {{ $value | printf "%.0f" }}'
                    reader.at(steps, "bad-template", message, hint, match.start())
                elif labels and not labels.has(label[1]):
                    message = f"the expression drops the label '{label[1]}', so this is always empty"
                    reader.at(steps, "dropped-label", message, _kept(labels, label[1]), match.start(1) + 1)
        self._values(shows_value=shows_value)

    def _values(self, *, shows_value: bool) -> None:
        """`value` is there where the annotations of what fires are compared word for word, and nowhere in vain."""
        firing = [i for i, s in enumerate(self.body.situations) if s.fires]
        for index in firing:
            value = self.reader.data["scenarios"][index]["fires"].get("value")
            steps = ("scenarios", index, "fires")
            if value is None and shows_value and index == firing[0]:
                message = "the annotations show `$value`, and this scenario does not say what it is"
                self.reader.at_key(steps, "missing-key", message, 'say value: "…" as the annotations format it')
            if value is not None and not shows_value:
                self.reader.at_key([*steps, "value"], "no-effect", "no annotation shows `$value`", "drop it")

    def _scenario(self, situation: Situation) -> Scenario | None:
        try:
            return self.body.scenario(situation, self.world, self.body.defaults)
        except Fault as fault:
            self.reader.problems.append(fault.diagnostic)
            return None

    def _situation(self, index: int, scenario: Scenario, parsed: Node | None, labels: Labels | None) -> None:
        """Whether a scenario can prove anything."""
        reader, situation = self.reader, self.body.situations[index]
        steps = ("scenarios", index)
        if not situation.series and situation.fires is None:
            message = "without series the alert is silent whatever its expression says"
            reader.at_key([*steps, "series"], "proves-nothing", message, "show the series that it must not fire for")
        if situation.pending and not self.body.for_:
            reader.at_key([*steps, "pending"], "contradiction", "an alert without `for` is never pending")
        if situation.fires and scenario.brief:
            message = f"the condition is over before the alert fires: that takes {self.body.for_}"
            place = "until" if situation.fires.until else "from"
            reader.at([*steps, "fires", place], "contradiction", message, "let it last, or say `pending: true` instead")
        if parsed is not None:
            self._reading(steps, situation, scenario, parsed)
        if situation.fires:
            self._about([*steps, "fires"], situation.fires, scenario, labels)

    def _reading(self, steps: Sequence[Step], situation: Situation, scenario: Scenario, parsed: Node) -> None:
        """Whether the expression reads the scenario's series."""
        selectors = tuple(promql_tree.selectors(parsed))
        known = {s.metric for s in selectors if s.metric}
        differing: list[str] = []
        selected = False
        for (key, _), series in zip(situation.series, scenario.series, strict=True):
            reading = [s for s in selectors if s.metric in ("", series.metric)]
            if not reading:
                message = f"the expression does not read {series.metric}"
                self.reader.at_key(key.steps, "unread-series", message, did_you_mean(series.metric, known))
            differs = [_differing(series, selector) for selector in reading]
            selected = selected or "" in differs
            differing += filter(None, differs)
        # Where absence fires, series that are not selected are the point of the scenario.
        absence = any(isinstance(n, Call) and n.function in _ABSENT for n in promql_tree.walk(parsed))
        if scenario.breached and differing and not selected and not absence:
            message = f"the expression selects none of these series: {differing[0]}"
            self.reader.warn([*steps, "series"], "selects-nothing", message, "promtool will find that nothing fires")

    def _about(self, steps: Sequence[Step], fires: Firing, scenario: Scenario, labels: Labels | None) -> None:
        """Whether what fires has the labels that the expression gives it."""
        if labels is None or labels.more:
            unknown = labels is not None or self.body.unparsed
            if unknown and "labels" not in _value(self.reader.data, steps):
                message = "which labels the alert has cannot be told from the expression"
                self.reader.at_key(steps, "missing-key", message, "say all its series labels: labels: {…}")
            return
        for label in fires.labels:
            if not labels.has(label):
                message = f"the expression drops the label '{label}', so nothing fires with it"
                self.reader.at_key([*steps, "labels", label], "dropped-label", message, _kept(labels, label))
        for label in sorted(labels.always - set(fires.labels)):
            if self.body.derived(label, scenario.series) is None:
                several = any(label in series.labels for series in scenario.series)
                message = (
                    f"the alert keeps '{label}', of which the series have {'several values' if several else 'none'}"
                )
                self.reader.at_key(steps, "missing-key", message, f"say which fires: labels: {{{label}: …}}")


def _conditional(node: Node) -> bool:
    """Whether an expression can be empty although the series it reads are there: it compares, joins or misses some."""
    match node:
        case Call(function=name) if name in _ABSENT:
            return True
        case Binary(operator="or"):
            return _conditional(node.left) and _conditional(node.right)
        case Binary(operator=operator) if operator in promql_tree.SETS or (node.filters and node.labels is not None):
            return True
        case Aggregation():
            return _conditional(node.of)
    return any(map(_conditional, node.children))


def _differing(series: Series, selector: Selector) -> str:
    """The first matcher of a selector that a series does not pass, and what it has there; empty when it passes all."""
    for condition in selector.conditions:
        value = series.labels.get(condition.label, "")
        if not condition.takes(value):
            has = f'{condition.label}="{value}"' if value else f"no {condition.label}"
            return f"it asks for {condition}, and {series.metric} has {has}"
    return ""


def _kept(labels: Labels, label: str) -> str:
    near = nearest(label, labels.named)
    return f"did you mean '{near[0]}'?" if near else f"keep it: by ({', '.join(sorted({*labels.named, label}))})"


def _listed(labels: Sequence[str]) -> str:
    return " and ".join(f"'{label}'" for label in labels)


def _value(data: Any, steps: Sequence[Step]) -> Any:
    for step in steps:
        data = data[step]
    return data


def _plain(value: Any) -> str:
    """A text, or a number that was written where a text may stand."""
    return value if isinstance(value, str) else str(value)


def _words_in(text: str) -> frozenset[str]:
    """The words in a text's `${…}`, well formed or not."""
    return frozenset(word for match in re.finditer(r"\$\{([^}]*)", text) for word in re.findall(r"[a-z_]+", match[1]))
