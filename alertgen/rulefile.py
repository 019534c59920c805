"""Rule files as anybody writes them → groups and rules with their places. Pure.

Plain rule files and PrometheusRule objects (also several in a file, also in a List), which promtool does not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from alertgen import yamlnode
from alertgen.diagnostics import Location
from alertgen.yamlnode import Node

_NOT_PROMETHEUS = "partial_response_strategy"
"""What the operator hands to Thanos and Prometheus does not know (PrometheusRule, spec.groups)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """One rule as it is written: durations and templates are texts. `number` is its place among its group's rules."""

    name: str
    expr: str
    at: Location
    expr_at: Location
    group: str
    number: int
    group_number: int
    alert: bool
    for_: str = ""
    keep_firing_for: str = ""
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class RuleFile:
    """The groups that Prometheus loads from one file, or from one PrometheusRule object of it.

    `custom` says that it is an object; `ignored` is where a second document begins, which promtool does not look at.
    """

    path: str
    rules: tuple[Rule, ...]
    groups: tuple[str, ...]
    custom: bool
    node: Node
    ignored: Location | None = None

    def text(self) -> str:
        """A plain rule file with these groups and nothing else."""
        groups = [yamlnode.changed(group, {_NOT_PROMETHEUS: None}) for group in self._groups()]
        return yamlnode.written(yamlnode.mapping({"groups": yamlnode.sequence(groups)}))

    def with_rules(self, wanted: Mapping[Rule, Mapping[str, Node | None]]) -> str:
        """A plain rule file with only these rules, each with other values for some of its keys."""
        kept: list[Node] = []
        by_place = {(rule.group_number, rule.number): changes for rule, changes in wanted.items()}
        for number, group in enumerate(self._groups()):
            rules = [
                yamlnode.changed(rule, by_place[number, index])
                for index, rule in enumerate(yamlnode.items(yamlnode.child(group, "rules")))
                if (number, index) in by_place
            ]
            if rules:
                kept.append(yamlnode.changed(group, {_NOT_PROMETHEUS: None, "rules": yamlnode.sequence(rules)}))
        return yamlnode.written(yamlnode.mapping({"groups": yamlnode.sequence(kept)}))

    def _groups(self) -> list[Node]:
        return list(yamlnode.items(yamlnode.child(self.node, "groups")))


def parse(path: str, text: str) -> tuple[RuleFile, ...]:
    """What Prometheus or the operator would load from a file: nothing when it holds no rules.

    Raises yamlnode.UnreadableError.
    """
    documents = yamlnode.documents(text)
    objects = [spec for document in documents for spec in _objects(document)]
    if objects:
        return tuple(_rule_file(path, spec, custom=True) for spec in objects)
    if not documents:
        return ()
    ignored = yamlnode.place(path, documents[1]) if len(documents) > 1 else None
    return (_rule_file(path, documents[0], custom=False, ignored=ignored),)


def _objects(document: Node) -> Iterator[Node]:
    """The `spec` of each PrometheusRule."""
    kind = yamlnode.text(yamlnode.child(document, "kind"))
    if kind == "PrometheusRule":
        yield yamlnode.child(document, "spec") or yamlnode.mapping({})
    elif kind.endswith("List"):
        for item in yamlnode.items(yamlnode.child(document, "items")):
            yield from _objects(item)


def _rule_file(path: str, node: Node, *, custom: bool, ignored: Location | None = None) -> RuleFile:
    groups = yamlnode.items(yamlnode.child(node, "groups"))
    rules = tuple(rule for number, group in enumerate(groups) for rule in _rules(path, number, group))
    names = tuple(yamlnode.text(yamlnode.child(group, "name")) for group in groups)
    return RuleFile(path, rules, names, custom, node, ignored)


def _rules(path: str, group_number: int, group: Node) -> Iterator[Rule]:
    name = yamlnode.text(yamlnode.child(group, "name"))
    common = yamlnode.texts(yamlnode.child(group, "labels"))
    for number, node in enumerate(yamlnode.items(yamlnode.child(group, "rules"))):
        kind = "alert" if yamlnode.child(node, "alert") is not None else "record"
        expr = yamlnode.child(node, "expr")
        yield Rule(
            name=yamlnode.text(yamlnode.child(node, kind)),
            expr=yamlnode.text(expr),
            at=yamlnode.place(path, yamlnode.child(node, kind) or node),
            expr_at=yamlnode.place(path, expr or node),
            group=name,
            number=number,
            group_number=group_number,
            alert=kind == "alert",
            for_=yamlnode.text(yamlnode.child(node, "for")),
            keep_firing_for=yamlnode.text(yamlnode.child(node, "keep_firing_for")),
            labels=common | yamlnode.texts(yamlnode.child(node, "labels")),
            annotations=yamlnode.texts(yamlnode.child(node, "annotations")),
        )
