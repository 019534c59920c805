"""`expose`: the Kubernetes Service in front of the pods, and from where it may be reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from alertgen.diagnostics import Diagnostic
from alertgen.facet import At, Facet, Part
from alertgen.model import Service, Site
from alertgen.podnames import ALPHABET
from alertgen.promql import Matcher, escape_regex, regex
from alertgen.schema_words import Schema, keys, name

LOCAL: Final = "Local"
DEFAULT_MIN_NODES: Final = 2


class Type(StrEnum):
    """What leads to the pods. Internal is a ClusterIP that nothing may lead to from outside, an Ingress neither."""

    LOAD_BALANCER = "LoadBalancer"
    NODE_PORT = "NodePort"
    CLUSTER_IP = "ClusterIP"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Expose:
    """A Service of Kubernetes; `type` None where nobody said which."""

    service: str
    type: Type | None = None
    external_traffic_policy: str = ""
    min_nodes: int = DEFAULT_MIN_NODES

    @property
    def slices(self) -> str:
        """The names of its EndpointSlices, as RE2: `my-app-x2x9z`. What would be too long is cut, as in pod names."""
        return f"{escape_regex(f'{self.service}-'[:_LONGEST_PREFIX])}[{ALPHABET}]{{5}}"

    @property
    def slice(self) -> str:
        """One of these names."""
        return f"{self.service}-"[:_LONGEST_PREFIX] + ALPHABET[:5]


_LONGEST_PREFIX: Final = 58
"""k8s.io/apiserver/pkg/storage/names: 63 characters, five of them random."""


def _read(data: Any, document: Mapping[str, Any]) -> Expose:
    if isinstance(data, str):
        return Expose(document["service"], Type(data))
    return Expose(
        service=data.get("service", document["service"]),
        type=Type(data["type"]) if "type" in data else None,
        external_traffic_policy=data.get("external_traffic_policy", ""),
        min_nodes=data.get("min_nodes", DEFAULT_MIN_NODES),
    )


def _check(data: Any, _site: Site, at: At) -> Iterator[Diagnostic]:
    if isinstance(data, str):
        return
    local = data.get("external_traffic_policy") == LOCAL
    if local and data.get("type") in (Type.CLUSTER_IP, Type.INTERNAL):
        yield Diagnostic(
            at("external_traffic_policy"),
            "no-effect",
            f"nothing comes from outside to a Service of type {data['type']}: it has no external traffic policy",
            hint="drop the key, or say `type: LoadBalancer` or `type: NodePort`",
        )
    if "min_nodes" in data and not local:
        yield Diagnostic(
            at("min_nodes"),
            "no-effect",
            "on how many nodes the pods run matters only to a Service that keeps traffic on the node",
            hint=f"say `external_traffic_policy: {LOCAL}`, or drop the key",
        )


_MAPPING: Final[Schema] = {
    **keys(
        "The Service.",
        {
            "type": {
                "enum": [t.value for t in Type],
                "description": "The Service's type. internal: a ClusterIP to which no Ingress may lead either.",
            },
            "service": name("The Service's name (default: the service's own)."),
            "external_traffic_policy": {
                "enum": [LOCAL, "Cluster"],
                "description": "Local keeps the clients' addresses, and needs ready pods where traffic arrives.",
            },
            "min_nodes": {
                "type": "integer",
                "minimum": 2,
                "maximum": 10_000,
                "default": DEFAULT_MIN_NODES,
                "description": "With Local: on so many nodes there must be ready pods.",
            },
        },
    ),
    "minProperties": 1,
}

PART = Part(
    key="expose",
    names=frozenset({"service"}),
    schema={
        "description": "The Service in front of the pods: `internal`, or what is known of it.",
        "if": {"type": "string"},
        "then": {
            "enum": [Type.INTERNAL.value],
            "description": "Else, how: {type: LoadBalancer}.",
        },
        "else": _MAPPING,
    },
    read=_read,
    check=_check,
)


def exposure(service: Service) -> Expose | None:
    """What the service says of its Service."""
    found = service.facets.get(PART.key)
    return found if isinstance(found, Expose) else None


def is_internal(service: Service) -> bool:
    """Whether nothing outside the cluster may reach the service."""
    found = exposure(service)
    return found is not None and found.type is Type.INTERNAL


def _where(wanted: Callable[[Expose], bool]) -> Callable[[Site, Service | None], Sequence[Expose]]:
    def items(_site: Site, service: Service | None) -> Sequence[Expose]:
        found = exposure(service) if service else None
        return (found,) if found and wanted(found) else ()

    return items


def _named(item: Expose) -> Mapping[str, str]:
    # Who asks for a label has it mean this: kube-state-metrics uses each of them for nothing else.
    return {"service": item.service, "service_name": item.service, "endpoint": item.service}


def _select(item: Expose) -> Mapping[str, str | Matcher]:
    return {**_named(item), "endpointslice": regex(item.slices)}


def _example(item: Expose) -> Mapping[str, str]:
    return {**_named(item), "endpointslice": item.slice}


# No neighbour: some of the alerts are about what must not be missing, and another Service's is no substitute. Each
# pattern shows in a scenario of its own that other Services do not matter.
def _facet(text: str, sample: Any, wanted: Callable[[Expose], bool]) -> Facet[Expose]:
    return Facet(
        text=text,
        key=PART.key,
        items=_where(wanted),
        sample={"expose": sample},
        select=_select,
        example=_example,
        words=lambda item: {"kubernetes_service": item.service, "min_nodes": str(item.min_nodes)},
    )


EXPOSED = _facet("expose", {"type": "ClusterIP"}, lambda _: True)
"""A Service of Kubernetes leads to its pods."""
LOCAL_TRAFFIC = _facet(
    "expose.external_traffic_policy: Local",
    {"type": "LoadBalancer", "external_traffic_policy": LOCAL},
    lambda item: item.external_traffic_policy == LOCAL,
)
"""Its Service passes traffic from outside only to pods of the node where it arrives."""
CLOSED = _facet(
    "expose: internal` or `expose.type: ClusterIP",
    "internal",
    lambda item: item.type in (Type.INTERNAL, Type.CLUSTER_IP),
)
"""Its Service has an address in the cluster and nowhere else."""
INTERNAL = _facet("expose: internal", "internal", lambda item: item.type is Type.INTERNAL)
"""Nothing outside the cluster may reach it, on no way."""
