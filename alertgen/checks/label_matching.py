"""Operators between sides whose labels can never be equal.

Without `on (…)`, `and`, `unless` and arithmetic match series whose labels are all the same. Where one side has a label
that the other lacks, nothing ever matches: `a and b` is silent for ever, and `a unless b` never holds anything back.
`or` takes both sides for different things and gives both of them; with `absent()` on a side that is what it is for.
"""

from __future__ import annotations

from collections.abc import Iterator

from alertgen.checks._lint import Context, Finding
from alertgen.promql_tree import NO_LABELS, Binary, Call, Labels, Node, brief, walk

CODE = "label-matching"


def check(context: Context) -> Iterator[Finding]:
    """The operators of all rules whose sides never match."""
    for name, tree in context.expressions():
        for part in walk(tree):
            if isinstance(part, Binary) and part.joins and not part.fills:
                problem = _problem(part)
                if problem:
                    message, hint = problem
                    yield Finding(alert=name, code=CODE, message=message, hint=hint, setting="expr")


def _problem(node: Binary) -> tuple[str, str] | None:
    if node.operator == "or" and (_is_absent(node.left) or _is_absent(node.right)):
        return None
    left, right = _compared(node, node.left), _compared(node, node.right)
    for side, other, label in (
        *(("left", "right", label) for label in sorted(left.always) if not right.has(label)),
        *(("right", "left", label) for label in sorted(right.always) if not left.has(label)),
    ):
        # The first is enough: `on (…)` settles all of them.
        message = f"in {brief(node)} the {side} side has '{label}' and the {other} side does not, so {_effect(node)}"
        return message, _hint(node, label)
    return None


def _compared(node: Binary, side: Node) -> Labels:
    """The labels of a side that the operator looks at."""
    labels = side.labels or NO_LABELS
    match node.matching:
        case "on":
            return labels.only(node.matched)
        case "ignoring":
            return labels.without(node.matched)
    return labels


def _effect(node: Binary) -> str:
    match node.operator:
        case "or":
            return "both come through where one should stand in for the other"
        case "unless":
            return "nothing is ever held back"
    return "nothing ever matches"


def _hint(node: Binary, label: str) -> str:
    if node.matching == "on":
        return f"leave '{label}' out of on (…), or keep it on both sides"
    left, right = node.left.labels or NO_LABELS, node.right.labels or NO_LABELS
    common = sorted(name for name in left.named | right.named if left.has(name) and right.has(name))
    return f"say what they share: {node.operator} on ({', '.join(common)})"


def _is_absent(node: Node) -> bool:
    return isinstance(node, Call) and node.function in ("absent", "absent_over_time")
