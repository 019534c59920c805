"""Rule groups → PrometheusRule objects, each small enough for `kubectl apply`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from alertgen.model import RuleGroup
from alertgen.render.prometheus import Block, group, pretty_block
from alertgen.render.yamltext import plainest, quoted

MAX_BYTES = 262_144
"""What client-side apply can keep in its annotation (Kubernetes: TotalAnnotationSizeLimitB)."""

_ROOM = 16_384
"""Left free for the object's metadata."""


def prometheus_rule(
    name: str,
    namespace: str,
    labels: Mapping[str, str],
    groups: Sequence[RuleGroup],
    expr_block: Block = pretty_block,
) -> str:
    """The groups as one object, or as several documents of one file where they would not fit into one."""
    parts = list(_packed([group(g, 2, expr_block) for g in groups]))
    return "---\n".join(
        # With a dot, which no service has in its name: `my-app-2` may be somebody else.
        _object(name if number == 1 else f"{name}.{number}", namespace, labels, body)
        for number, body in enumerate(parts, start=1)
    )


def _packed(groups: Sequence[str]) -> Iterator[str]:
    """Groups joined for as long as they fit; one that is too large alone stays whole."""
    body, size = "", 0
    for text in groups:
        more = _bytes(text)
        if body and size + more > MAX_BYTES - _ROOM:
            yield body
            body, size = "", 0
        body += text
        size += more
    yield body


def _bytes(text: str) -> int:
    """How much it is at most in the annotation: as JSON, where kubectl takes six characters for `<`."""
    return len(text.encode()) + 5 * sum(text.count(character) for character in "<>&")


def _object(name: str, namespace: str, labels: Mapping[str, str], body: str) -> str:
    head = opening("monitoring.coreos.com/v1", "PrometheusRule", name, namespace, labels)
    return head + (f"spec:\n  groups:\n{body}" if body else "spec:\n  groups: []\n")


def opening(api_version: str, kind: str, name: str, namespace: str, labels: Mapping[str, str]) -> str:
    """What every object begins with: what it is, what it is called, and who manages it."""
    wanted = {"app.kubernetes.io/managed-by": "alertgen", **labels}
    return (
        f"apiVersion: {api_version}\nkind: {kind}\nmetadata:\n"
        f"  name: {quoted(name)}\n  namespace: {quoted(namespace)}\n  labels:\n"
        + "".join(f"    {plainest(k)}: {quoted(v)}\n" for k, v in wanted.items())
    )
