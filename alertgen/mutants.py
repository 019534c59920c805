"""Rules broken in one small way each: what somebody's slip would make of them, and a test must notice. Pure."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

import promql_parser as promql

from alertgen import equivalence
from alertgen.equivalence import MATCH, Context, Fact, Node
from alertgen.model import AlertingRule, RecordingRule
from alertgen.promql import PromQLError, pretty, quote
from alertgen.quantity import Duration, number


class Operator(StrEnum):
    """The kinds of slips, by what is changed."""

    THRESHOLD = "threshold"
    """A number that something is compared with: a tenth, one, or twice more or less."""
    FACTOR = "factor"
    """Any other number, likewise."""
    COMPARISON = "comparison"
    """Turned round, or equality let in or out."""
    WINDOW = "window"
    """A range halved or doubled."""
    FUNCTION = "function"
    """A function confused with one that looks alike."""
    AGGREGATION = "aggregation"
    """Another aggregation operator."""
    BY_LABEL = "by label"
    """A label fewer to aggregate by."""
    ON_LABEL = "on label"
    """A label fewer to join on; without any, the join itself loses its `on ()`."""
    SIDE = "side"
    """One side alone of `and`, `or`, `unless`, or of a join."""
    MATCHER = "matcher"
    """A label matcher fewer."""
    ALTERNATIVE = "alternative"
    """A regular expression that matches one text fewer."""
    FOR = "for"
    """`for` one evaluation longer or shorter, twice as long, or none."""
    KEEP_FIRING_FOR = "keep_firing_for"
    """The same for what keeps an alert firing, but for the single evaluation."""


Rule = AlertingRule | RecordingRule


@dataclass(frozen=True, slots=True)
class Mutant:
    """A rule with one slip in it; `change` says which to a person and is unique among the mutants of a rule.

    `equivalent` says why no data can tell it from the right rule, when that can be seen from the expression alone.
    """

    rule: Rule
    operator: Operator
    change: str
    equivalent: str = ""


def mutants(rule: Rule, evaluation_interval: Duration) -> Iterator[Mutant]:
    """Every way to break the rule, each different from the rule and from all others. Raises PromQLError."""
    seen = {_identity(rule)}
    told: dict[str, int] = {}
    for mutant in _every(rule, evaluation_interval):
        # A selector without a name needs a matcher that does not match everything: not a slip that Prometheus loads.
        with contextlib.suppress(PromQLError):
            identity = _identity(mutant.rule)
            if identity in seen:
                continue
            seen.add(identity)
            told[mutant.change] = count = told.get(mutant.change, 0) + 1
            # The same words for another place in the expression.
            yield mutant if count == 1 else replace(mutant, change=f"{mutant.change} ({count})")


def _identity(rule: Rule) -> tuple[object, ...]:
    expr = pretty(rule.expr)
    return (expr, rule.for_, rule.keep_firing_for) if isinstance(rule, AlertingRule) else (expr,)


def _every(rule: Rule, step: Duration) -> Iterator[Mutant]:
    pretty(rule.expr)  # what does not parse is not the rule's mutants' fault
    edits = list(_edits(promql.parse(rule.expr), Context(presence=_is_any_value_right(rule))))
    for edit in edits:
        yield Mutant(replace(rule, expr=edit.text), edit.operator, edit.change, edit.equivalent)
    # What is redundant in each of several places is not in all of them at once.
    for what, operator in {edit.what: edit.operator for edit in edits if edit.what and edit.equivalent}.items():
        yield Mutant(replace(rule, expr=_without(rule.expr, what)), operator, f"{what} dropped everywhere")
    if isinstance(rule, RecordingRule):
        return
    for wait in _others(rule.for_, rule.for_ + step, rule.for_ - step):
        yield Mutant(replace(rule, for_=wait), Operator.FOR, f"for {rule.for_} becomes {wait}")
    if rule.keep_firing_for:
        for keep in _others(rule.keep_firing_for):
            change = f"keep_firing_for {rule.keep_firing_for} becomes {keep}"
            yield Mutant(replace(rule, keep_firing_for=keep), Operator.KEEP_FIRING_FOR, change)


def _without(expr: str, what: str) -> str:
    while edit := next((e for e in _edits(promql.parse(expr), Context()) if e.what == what), None):
        expr = edit.text
    return expr


def _is_any_value_right(rule: Rule) -> bool:
    """Whether an alert is about whether there is a value, and tells nobody which."""
    return isinstance(rule, AlertingRule) and not any(
        "$value" in text or ".Value" in text for text in (*rule.labels.values(), *rule.annotations.values())
    )


def _others(duration: Duration, *more: int) -> Iterator[Duration]:
    return (Duration(other) for other in (*more, 0, 2 * duration) if other >= 0)


@dataclass(frozen=True, slots=True)
class _Edit:
    """An expression with one slip in it, as text; `what` is gone, where the same may be gone elsewhere, too."""

    operator: Operator
    change: str
    text: str
    equivalent: str = ""
    what: str = ""


_FLIPPED = {"==": "!=", "!=": "==", ">": "<", "<": ">", ">=": "<=", "<=": ">="}
_SHIFTED = {">": (">=",), ">=": (">",), "<": ("<=",), "<=": ("<",)}
_SETS = frozenset({"and", "or", "unless"})
_AGGREGATIONS = {"max": "min", "min": "max", "sum": "max"}
_FUNCTIONS = {
    "changes": "resets",
    "increase": "delta",
    "max_over_time": "last_over_time",
    "min_over_time": "last_over_time",
    "rate": "irate",
}


def _edits(node: Node, context: Context) -> Iterator[_Edit]:
    """The node with one slip in it or in what is below it; binds as tightly as the node itself."""
    match node:
        case promql.NumberLiteral():
            for other in _numbers(node.val):
                yield _Edit(Operator.FACTOR, f"factor {_number(node)} becomes {other}", other)
        case promql.VectorSelector():
            _, _, rest = node.prettify().rpartition("}")
            yield from _selector_edits(node, rest, context)
        case promql.MatrixSelector():
            selector, window = _windowed(node)
            yield from _selector_edits(node.vector_selector, window, context)
            yield from _window_edits(node, selector, window)
        case promql.SubqueryExpr():
            inner, window = _windowed(node)
            yield from _inside(node.expr, context, lambda text: f"{text}{window}")
            yield from _window_edits(node, inner, window)
        case promql.ParenExpr():
            yield from _inside(node.expr, context, lambda text: f"({text})")
        case promql.UnaryExpr():
            yield from _inside(node.expr, context, lambda text: f"-{text}")
        case promql.Call():
            yield from _call_edits(node, context)
        case promql.AggregateExpr():
            yield from _aggregation_edits(node, context)
        case promql.BinaryExpr():
            yield from _binary_edits(node, context)


def _inside(node: Node, context: Context, around: Callable[[str], str]) -> Iterator[_Edit]:
    """The edits of a node, each in its surroundings."""
    return (replace(edit, text=around(edit.text)) for edit in _edits(node, context))


_AGAIN = "what it is joined with is joined likewise"
_ANY_VALUE = "whether there is a value matters, not which"


def _numbers(value: float) -> Iterator[str]:
    if not math.isfinite(value):
        return
    exact = Decimal(str(value))
    if exact == 0:
        yield "1"
        return
    if exact == int(exact) and abs(exact) < 10:  # from 10 on, a tenth is no less
        yield from (number(exact + 1), number(exact - 1))
    yield from (number(exact * Decimal(factor)) for factor in ("1.1", "0.9", "2", "0.5"))


def _windowed(node: Node) -> tuple[str, str]:
    """What the range is of, and the range itself with all that follows it."""
    inner, bracket, window = node.prettify().rpartition("[")
    return inner, bracket + window


def _window_edits(node: Node, inner: str, window: str) -> Iterator[_Edit]:
    seconds = int(node.range.total_seconds())
    rest = window[re.match(r"\[\w+", window).end() :]  # type: ignore[union-attr]  # the parser printed a range
    for other in (Duration(seconds // 2), Duration(2 * seconds)):
        if other:
            change = f"{_brief(node)} becomes [{other}]"
            yield _Edit(Operator.WINDOW, change, f"{inner}[{other}{rest}")


def _selector_edits(node: Node, rest: str, context: Context) -> Iterator[_Edit]:
    """`rest` is what follows the matchers: a range, an offset."""
    matchers = [(m.name, MATCH[str(m.op)], m.value) for m in node.matchers.matchers]

    def selector(kept: Sequence[tuple[str, str, str]]) -> str:
        inner = ",".join(f"{label}{operator}{quote(value)}" for label, operator, value in kept)
        return f"{node.name or ''}{{{inner}}}{rest}"

    for index, (label, operator, value) in enumerate(matchers):
        others = [*matchers[:index], *matchers[index + 1 :]]
        fact = Fact.matches(label, operator, value)
        same = f"what it is joined with says {label}, too" if fact in context.known else ""
        if context.spare:
            same = _AGAIN
        if node.name or others:
            change = f"{_brief(node)}: {fact.text} dropped"
            yield _Edit(Operator.MATCHER, change, selector(others), same, what=fact.text)
        alternatives = _alternatives(value) if operator == "=~" else []
        for dropped in alternatives if len(alternatives) > 1 else ():
            fewer = "|".join(a for a in alternatives if a != dropped)
            narrower = [*matchers[:index], (label, operator, fewer), *matchers[index + 1 :]]
            change = f"{_brief(node)}: {label} without {quote(dropped)}"
            yield _Edit(Operator.ALTERNATIVE, change, selector(narrower))


_REGEX_PART = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)


def _alternatives(regex: str) -> list[str]:
    """What stands between the regular expression's outermost bars."""
    found, depth = [""], 0
    for part in _REGEX_PART.findall(regex):
        depth += {"(": 1, ")": -1}.get(part, 0)
        if part == "|" and not depth:
            found.append("")
        else:
            found[-1] += part
    return found


def _call_edits(node: Node, context: Context) -> Iterator[_Edit]:
    name, arguments = node.func.name, [argument.prettify() for argument in node.args]

    def call(name: str, arguments: Sequence[str]) -> str:
        return f"{name}({', '.join(arguments)})"

    if name in _FUNCTIONS:
        other = _FUNCTIONS[name]
        same = _ANY_VALUE if context.presence and name.endswith("_over_time") else ""
        yield _Edit(Operator.FUNCTION, f"{_brief(node)} becomes {other}", call(other, arguments), same)
    if name == "vector":  # its number is a sample's value and decides nothing
        return
    for index, argument in enumerate(node.args):
        before, after = arguments[:index], arguments[index + 1 :]
        for edit in _edits(argument, equivalence.inside(node, context)):
            yield replace(edit, text=call(name, [*before, edit.text, *after]))


def _aggregation_edits(node: Node, context: Context) -> Iterator[_Edit]:
    operator, modifier = str(node.op), node.modifier
    by = modifier is None or modifier.type == promql.AggModifierType.By
    labels = modifier.labels if modifier else []
    parameter = f"{node.param.prettify()}, " if node.param is not None else ""

    def aggregation(operator: str, labels: Sequence[str], inner: str) -> str:
        grouping = f" {'by' if by else 'without'} ({', '.join(labels)})" if labels or not by else ""
        return f"{operator}{grouping} ({parameter}{inner})"

    inside = equivalence.inside(node, context)
    yield from _inside(node.expr, inside, lambda text: aggregation(operator, labels, text))
    inner = node.expr.prettify()
    if other := _AGGREGATIONS.get(operator):
        same = _ANY_VALUE if context.presence else ""
        if operator != "sum" and equivalence.at_most_one_value(node.expr):
            same = "all values are the same"
        yield _Edit(Operator.AGGREGATION, f"{_brief(node)} becomes {other}", aggregation(other, labels, inner), same)
    for label in labels:
        fewer = [other for other in labels if other != label]
        change = f"{_brief(node)} {'by' if by else 'without'} ({', '.join(labels)}): {label} dropped"
        yield _Edit(Operator.BY_LABEL, change, aggregation(operator, fewer, inner))


def _binary_edits(node: Node, context: Context) -> Iterator[_Edit]:
    operator, left, right = str(node.op), node.lhs.prettify(), node.rhs.prettify()
    to_left, to_right = equivalence.sides(node, context)
    compares = operator in _FLIPPED

    def binary(left: str, operator: str, right: str, on: str = _matching(node)) -> str:
        return f"{left} {operator}{on} {right}"

    if not (compares and isinstance(node.lhs, promql.NumberLiteral)):
        yield from _inside(node.lhs, to_left, lambda text: binary(text, operator, right))
    if not (compares and isinstance(node.rhs, promql.NumberLiteral)):
        yield from _inside(node.rhs, to_right, lambda text: binary(left, operator, text))
    if compares:
        yield from _comparison_edits(node, binary)
    on = equivalence.join_labels(node)
    again = _AGAIN if to_right.spare else ""
    if operator in _SETS or on is not None:
        yield _Edit(Operator.SIDE, f"{operator}: left side dropped, {_brief(node.lhs)}", right)
        change = f"{operator}: right side dropped, {_brief(node.rhs)}"
        yield _Edit(Operator.SIDE, change, left, again, what=f"{operator}{_matching(node)} {right}")
    for label in node.modifier.matching.labels if on else ():
        # Results of a one-to-one join have the labels joined on and no others; all others keep those of a side.
        keeps = operator in _SETS or " group_" in _matching(node)
        same = "both sides have but one value of it" if keeps and _one_value(node, label, context) else again
        change = f"{_brief(node)} on ({', '.join(node.modifier.matching.labels)}): {label} dropped"
        yield _Edit(Operator.ON_LABEL, change, binary(left, operator, right, _matching(node, without=label)), same)
    if on == frozenset() and operator in _SETS:
        yield _Edit(Operator.ON_LABEL, f"{_brief(node)}: on () dropped", binary(left, operator, right, ""))


def _one_value(node: Node, label: str, context: Context) -> bool:
    """Whether the label has the same, single value on both sides of a join."""
    shared = (equivalence.facts(node.lhs) | context.known) & equivalence.facts(node.rhs)
    return any(fact.labels == {label} and fact.text.startswith(f'{label}="') for fact in shared)


def _comparison_edits(node: Node, binary: Callable[[str, str, str], str]) -> Iterator[_Edit]:
    operator, left, right = str(node.op), node.lhs.prettify(), node.rhs.prettify()
    exact = not (equivalence.is_rounded(node.lhs) and _is_not_zero(node.rhs))
    for swapped in [_FLIPPED[operator], *(_SHIFTED.get(operator, ()) if exact else ())]:
        yield _Edit(Operator.COMPARISON, f"{_brief(node)} becomes {swapped}", binary(left, swapped, right))
    if isinstance(node.rhs, promql.NumberLiteral):
        for other in _numbers(node.rhs.val):
            same = equivalence.is_whole(node.lhs) and _same_for_whole(operator, node.rhs.val, float(other))
            change = f"{_brief(node)} becomes {other}"
            reason = "it is compared with whole numbers" if same else ""
            yield _Edit(Operator.THRESHOLD, change, binary(left, operator, other), reason)
    if isinstance(node.lhs, promql.NumberLiteral):
        for other in _numbers(node.lhs.val):
            yield _Edit(Operator.THRESHOLD, f"{_brief(node)} becomes {other}", binary(other, operator, right))


def _is_not_zero(node: Node) -> bool:
    return isinstance(node, promql.NumberLiteral) and node.val != 0


def _same_for_whole(operator: str, limit: float, other: float) -> bool:
    """Whether the two limits part the whole numbers alike."""
    part = {">=": math.ceil, "<": math.ceil, ">": math.floor, "<=": math.floor}.get(operator)
    return part is not None and part(limit) == part(other)


def _matching(node: Node, without: str = "") -> str:
    """What stands between an operator and its right side: ` bool on (…) group_left (…)`."""
    modifier = node.modifier
    if modifier is None:
        return ""
    text = " bool" if modifier.return_bool else ""
    if modifier.matching:
        keyword = "on" if modifier.matching.type == promql.LabelModifierType.Include else "ignoring"
        text += f" {keyword} ({', '.join(label for label in modifier.matching.labels if label != without)})"
    grouping = {"VectorMatchCardinality.ManyToOne": "group_left", "VectorMatchCardinality.OneToMany": "group_right"}
    if str(modifier.card) in grouping:
        text += f" {grouping[str(modifier.card)]} ({', '.join(modifier.group_labels or ())})"
    return text


def _number(node: Node) -> str:
    return number(Decimal(str(node.val))) if math.isfinite(node.val) else str(node.val)


def _brief(node: Node) -> str:
    """The expression without matchers, grouping and parentheses: enough to recognise it."""
    match node:
        case promql.NumberLiteral():
            return _number(node)
        case promql.StringLiteral():
            return quote(node.val)
        case promql.VectorSelector():
            return node.name or "selector"
        case promql.MatrixSelector():
            return f"{_brief(node.vector_selector)}{_range(node)}"
        case promql.SubqueryExpr():
            return f"({_brief(node.expr)}){_range(node)}"
        case promql.ParenExpr():
            return _brief(node.expr)
        case promql.UnaryExpr():
            return f"-{_brief(node.expr)}"
        case promql.Call():
            return f"{node.func.name}({', '.join(map(_brief, node.args))})"
        case promql.AggregateExpr():
            return f"{node.op}({_brief(node.expr)})"
        case _:
            return f"{_brief(node.lhs)} {node.op} {_brief(node.rhs)}"


def _range(node: Node) -> str:
    return f"[{Duration(node.range.total_seconds())}]"
