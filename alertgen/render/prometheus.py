"""Rule groups → a plain Prometheus rule file, and the `groups:` of a PrometheusRule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from alertgen.model import AlertingRule, RecordingRule, RuleGroup
from alertgen.promql import pretty
from alertgen.quantity import Duration
from alertgen.render.yamltext import block, plainest, quoted

Block = Callable[[str, int], str]
"""An expression on one line, and where its block stands → the block scalar that holds it, formatted."""


def pretty_block(expr: str, indent: int) -> str:
    """The expression as `promtool promql format` prints it, in a literal block."""
    return block(pretty(expr), indent)


def formatted(rule: AlertingRule) -> str:
    """The rule's expression as the rule file has it, without its indentation."""
    return rule.expr if rule.as_written else pretty(rule.expr)


def rule_file(groups: Iterable[RuleGroup], expr_block: Block = pretty_block) -> str:
    """A whole rule file, without the header that says who wrote it."""
    body = "".join(group(g, 0, expr_block) for g in groups)
    return f"groups:\n{body}" if body else "groups: []\n"


def group(rules: RuleGroup, indent: int, expr_block: Block) -> str:
    """One entry of `groups:`, at that indentation."""
    margin = " " * indent
    body = "".join(_rule(rule, indent + 2, expr_block) for rule in rules.rules)
    return f"{margin}- name: {quoted(rules.name)}\n{margin}  rules:\n{body}"


def _rule(rule: AlertingRule | RecordingRule, indent: int, expr_block: Block) -> str:
    margin = " " * (indent + 2)
    head = f"{' ' * indent}- "
    as_written = isinstance(rule, AlertingRule) and rule.as_written
    expr = f"{margin}expr: {(block if as_written else expr_block)(rule.expr, indent + 4)}"
    if isinstance(rule, RecordingRule):
        return f"{head}record: {plainest(rule.record)}\n{expr}{_mapping('labels', rule.labels, margin)}"
    return "".join(
        (
            f"{head}alert: {plainest(rule.alert)}\n{expr}",
            _duration("for", rule.for_, margin),
            _duration("keep_firing_for", rule.keep_firing_for, margin),
            _mapping("labels", rule.labels, margin),
            _mapping("annotations", rule.annotations, margin),
        )
    )


def _duration(key: str, value: Duration, margin: str) -> str:
    return f"{margin}{key}: {value}\n" if value else ""


def _mapping(key: str, pairs: Mapping[str, str], margin: str) -> str:
    if not pairs:
        return ""
    return f"{margin}{key}:\n" + "".join(f"{margin}  {plainest(k)}: {quoted(v)}\n" for k, v in pairs.items())
