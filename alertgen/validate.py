"""Documents against the schema: every deviation as a diagnostic at its own place. Pure."""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jsonschema import Draft7Validator, validators
from jsonschema.exceptions import ValidationError

from alertgen import schema, schema_words
from alertgen.belongs import Index
from alertgen.diagnostics import ALIKE, Diagnostic, did_you_mean, nearest
from alertgen.pattern import RATIO
from alertgen.quantity import DURATION_PATTERN, LATENCY_PATTERN, cron_hint, duration_hint
from alertgen.routing.schema import INSTEAD
from alertgen.schema_words import in_yaml
from alertgen.source import KINDS, Document

_IN_WORDS: Mapping[str, str] = {
    schema_words.NAME_PATTERN: "a DNS label (lower-case letters, digits and '-')",
    schema_words.WORD_PATTERN: "letters, digits, '-', '_' and '.'",
    schema_words.ADDRESS_PATTERN: "a name or an address without spaces, quotes or braces",
    schema_words.LABEL_PATTERN: "a label of Prometheus (letters, digits and '_') that is not reserved",
    schema_words.ALERT_PATTERN: "an alert name (letters and digits, beginning with a capital)",
    schema.URL_PATTERN: "an http or https address without spaces, quotes or braces",
    schema.DATE_PATTERN: "a day as YYYY-MM-DD",
    schema.VERSION_PATTERN: 'a version such as "2.42", in quotes',
    schema.OBJECT_LABEL_PATTERN: "a label of Kubernetes",
    schema.OBJECT_LABEL_VALUE_PATTERN: "letters, digits, '-', '_' and '.', with a letter or digit at both ends",
    DURATION_PATTERN: "a duration such as 30s, 5m, 1h30m or 7d",
    LATENCY_PATTERN: "a latency such as 500ms or 1.5s",
    RATIO.schema["pattern"]: "a ratio such as 0.05 or 5%",
}
_TYPES = {
    "string": "text", "object": "a mapping", "array": "a list", "integer": "a whole number", "number": "a number",
    "boolean": "true or false", "null": "nothing",
}  # fmt: skip

Validate = Callable[[Document], tuple[Diagnostic, ...]]


@functools.cache
def _regex(wanted: str) -> re.Pattern[str]:
    """The expression as JSON Schema means it: for Python alone, `$` is also before a line break at the end."""
    return re.compile(re.sub(r"(?<!\\)\$", r"\\Z", wanted))


def _pattern(_: object, wanted: str, value: object, __: object) -> Iterator[ValidationError]:
    if isinstance(value, str) and not _regex(wanted).search(value):
        yield ValidationError(f"{value!r} does not match {wanted!r}")


def _is_number(_: object, value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


_NUMBERS = Draft7Validator.TYPE_CHECKER.redefine("number", _is_number)
_Validator = validators.extend(Draft7Validator, {"pattern": _pattern}, type_checker=_NUMBERS)  # type: ignore[no-untyped-call]  # the stubs leave it open


def validator(whole: Mapping[str, Any]) -> Validate:
    """A function that checks one document against the part of the schema for its kind."""

    @functools.cache
    def of_kind(kind: str) -> Any:
        return _Validator({"$ref": f"#/$defs/{kind}", "$defs": whole["$defs"]})

    @functools.cache
    def index() -> Index:
        return Index(whole, [kind for kind in KINDS if kind in whole["$defs"]])

    def validate(document: Document) -> tuple[Diagnostic, ...]:
        errors = of_kind(document.kind).iter_errors(document.data)
        problems = [problem for error in errors for problem in _problems(document, error, index)]
        # What is of the wrong type is wrong in other ways too; one reason is enough.
        mistyped = {problem.location for problem in problems if problem.code == "wrong-type"}
        return tuple(p for p in problems if p.code == "wrong-type" or p.location not in mistyped)

    return validate


def _problems(document: Document, error: ValidationError, index: Callable[[], Index]) -> Iterator[Diagnostic]:
    """One schema error, in the words of somebody who edits the spec."""
    path = list(error.absolute_path)
    kind, value, wanted = str(error.validator), _any(error.instance), _any(error.validator_value)
    properties = _any(error.schema).get("properties", {})
    if kind == "additionalProperties":
        for key in sorted(set(value) - set(properties)):
            written = value[key] if isinstance(value[key], str) and "receivers" not in path else ""
            hints = (cron_hint(written), *_unknown_hints(document.kind, _any(error.schema), path, key, index()))
            yield Diagnostic(
                document.key(*path, key), "unknown-key", f"unknown key '{_short(key)}'",
                hint=next((hint for hint in hints if hint), ""),
            )  # fmt: skip
        return
    if kind == "required":
        missing = [key for key in wanted if key not in value]
        place = document.key(*path) if path else document.key(document.kind)
        what = _named(path) if path else f"the {document.kind}"
        for key in missing if error.message.startswith(repr(missing[0])) else ():
            meaning = properties.get(key, {}).get("description", "")
            yield Diagnostic(place, "missing-key", f"{what} needs '{key}'", hint=meaning)
        return
    if error.context:
        for inner in error.context:
            yield from _problems(document, inner, index)
        return
    in_key = "propertyNames" in error.absolute_schema_path
    place = document.key(*path, str(value)) if in_key else document.at(*path)
    name = f"the key '{_short(str(value))}'" if in_key else _named(path)
    yield Diagnostic(place, *_words(error, name, secret="receivers" in path))


def _words(error: ValidationError, name: str, *, secret: bool) -> tuple[str, str, str]:
    """Code, message and hint. A receiver's values are never repeated: one of them may be a secret."""
    value, wanted, kind = _any(error.instance), _any(error.validator_value), str(error.validator)
    shown = "" if secret else f": {_short(json.dumps(value, ensure_ascii=False, default=str))}"
    if kind == "type":
        types = wanted if isinstance(wanted, list) else [wanted]
        if isinstance(value, float) and not math.isfinite(value):
            return "bad-value", f"{name} must be a number with an end{shown}", ""
        got = "nothing" if value is None else _TYPES.get(_type_of(value), "something else")
        got = "a fraction" if types == ["integer"] and isinstance(value, float) else got
        return (
            "wrong-type",
            f"{name} must be {' or '.join(_TYPES[t] for t in types)}, not {got}",
            _type_hint(types, value, _any(error.schema), secret=secret),
        )
    if kind == "enum":
        words = [str(w) for w in wanted]
        hint = did_you_mean(str(value), words) if nearest(str(value), words) else _meaning(error)
        if len(words) == 1:
            return "unknown-value", f"{name} can only be '{words[0]}'{shown}", hint
        return "unknown-value", f"{name} must be one of {', '.join(words)}{shown}", hint
    if kind == "pattern":
        hint = cron_hint(str(value)) or duration_hint(str(value)) if wanted == DURATION_PATTERN else ""
        words_ = _IN_WORDS.get(wanted, f"something that matches {wanted}")
        return "bad-value", f"{name} must be {words_}{shown}", hint
    if kind in ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"):
        relation = {
            "minimum": "at least",
            "exclusiveMinimum": "more than",
            "maximum": "at most",
            "exclusiveMaximum": "less than",
        }[kind]
        if _any(error.schema).get("pattern") == DURATION_PATTERN:
            return "bad-value", f"{name} must be {_IN_WORDS[DURATION_PATTERN]}, with a unit{shown}", _with_unit(value)
        return "bad-value", f"{name} must be {relation} {wanted}{shown}", ""
    if kind == "maxLength":
        return "too-long", f"{name} is longer than {wanted} characters", ""
    if kind in ("minLength", "minItems", "minProperties"):
        return "empty", f"{name} is empty", "say something, or drop the key"
    if kind == "uniqueItems":
        return "duplicate", f"{name} lists something twice", ""
    return "bad-value", f"{name} is not what the schema asks for ({kind})", ""


def _any(value: Any) -> Any:
    """An error that was raised has all its parts; the library's types cannot say so."""
    return value


def _named(path: list[Any]) -> str:
    if path and isinstance(path[-1], int):
        return f"item {path[-1] + 1} of {_named(path[:-1])}"
    return f"'{_short(str(path[-1]))}'" if path else "this"


def _unknown_hints(kind: str, part: Mapping[str, Any], path: list[Any], key: str, index: Index) -> Iterator[str]:
    """What somebody may have meant, the likeliest first."""
    known = [name for name, inner in part["properties"].items() if not inner.get("deprecated")]
    yield index.taken_for_a_name(kind, path)
    if nearest(key, known, ALIKE):
        yield did_you_mean(key, known)
    if path[:-1] == ["routing", "teams"]:
        yield INSTEAD.get(key, "")
    yield index.hint(kind, path, key)
    if "examples" not in part or nearest(key, known, ALIKE - 0.1):
        yield did_you_mean(key, known)
    yield _example(part)
    if path and path[-1] == "alerts":
        yield "`alertgen patterns` lists the alerts there are"


def _with_unit(value: float, units: Iterable[str] = "smh") -> str:
    return f"write it with a unit: {' or '.join(f'{value:g}{unit}' for unit in units)}"


def _meaning(error: ValidationError) -> str:
    part = _any(error.schema)
    return _example(part) or str(part.get("description", ""))


def _type_hint(types: list[str], value: Any, part: Mapping[str, Any], *, secret: bool) -> str:
    for units, pattern in (("smh", DURATION_PATTERN), (("ms", "s"), LATENCY_PATTERN)):
        if part.get("pattern") == pattern and _type_of(value) in ("integer", "number"):
            return _with_unit(value, units)
    if isinstance(value, str) and cron_hint(value):
        return cron_hint(value)
    if types[-1] == "array" and isinstance(value, str) and part.get("items", {}).get("type") == "string" and not secret:
        return f"write it as a list: {in_yaml([value])}"
    if "examples" in part:
        return _example(part)
    if types == ["array"] and isinstance(value, dict):
        return "put '- ' before it: it is a list, also of one"
    if types == ["string"] and isinstance(value, bool | int | float):
        # How a number was written is not known any more: 2.50 is 2.5 by now, and 0x10 is 16.
        return f'put it in quotes: "{str(value).lower()}"' if isinstance(value, bool) else "put it in quotes"
    if types == ["boolean"] and value in _YES_OR_NO:
        return f"'{value}' is a text in YAML 1.2: write {_YES_OR_NO[value]}"
    if types == ["object"] and isinstance(value, list):
        return "write each below its name, as `name: …` without '-'"
    if types == ["integer"] and "default" in part:
        return f"{part['description']}, such as {part['default']}"
    return str(part.get("description", ""))


_YES_OR_NO = {"yes": "true", "on": "true", "no": "false", "off": "false"}


def _example(part: Mapping[str, Any]) -> str:
    return f"write it like this: {in_yaml(part['examples'][0])}" if "examples" in part else ""


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    names = {str: "string", dict: "object", list: "array", int: "integer", float: "number"}
    return next((name for kind, name in names.items() if isinstance(value, kind)), "")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
