"""What people read when they are told → the template file that Alertmanager loads beside its configuration. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from alertgen.notifications import TEMPLATES

FILE = "alertgen.tmpl"
PATH = f"templates/{FILE}"
"""Where it is, seen from the configuration."""


def render(replaced: Mapping[str, str], header: str) -> str:
    """The file: alertgen's own templates, but for those that the site replaces, and those that it adds."""
    defined = (
        f'{{{{ define "{name}" }}}}{body}{{{{ end }}}}' for name, body in sorted({**TEMPLATES, **replaced}.items())
    )
    return "\n\n".join((header, *defined)) + "\n"
