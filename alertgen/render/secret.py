"""Alertmanager's configuration and templates → the Secret from which the Prometheus operator takes them. Pure.

Facts are the operator's: pkg/alertmanager/operator.go (the Secret's key `alertmanager.yaml` is the configuration, every
other key is passed on) and statefulset.go (the keys are files in /etc/alertmanager/config, while what Alertmanager
loads is written to /etc/alertmanager/config_out: a path relative to the configuration leads nowhere).
"""

from __future__ import annotations

from collections.abc import Mapping

from alertgen.render.kubernetes import opening
from alertgen.render.yamltext import block, plainest

CONFIGURATION = "alertmanager.yaml"
"""The key under which the operator looks for the configuration."""

FOLDER = "/etc/alertmanager/config"
"""Where Alertmanager's pod has the Secret's other keys as files."""

MAX_BYTES = 1_048_576
"""What the values of a Secret may be together, decoded and without the keys (Kubernetes: MaxSecretSize)."""


def size(files: Mapping[str, str]) -> int:
    """What Kubernetes counts of a Secret with these files, in bytes."""
    return sum(len(text.encode()) for text in files.values())


def render(name: str, namespace: str, files: Mapping[str, str]) -> str:
    """The object; `files` are texts by key, in the order in which they are written.

    As `stringData`, so that a change is reviewed as the text that it is: there is no secret in it, only paths.
    """
    data = "".join(f"  {plainest(key)}: {block(text.removesuffix(chr(10)), 4)}" for key, text in files.items())
    return f"{opening('v1', 'Secret', name, namespace, {})}type: Opaque\nstringData:\n{data}"
