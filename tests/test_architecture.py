"""Which module may know which, and where files, processes and the clock may be touched: read from the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "alertgen"
MODULES = sorted(PACKAGE.rglob("*.py"))

SHELL = ("workspace", "cli", "commands", "tools", "pytest_plugin")
"""The modules that may read, write, run and ask the time."""

_TOUCHING = {"os", "pathlib", "subprocess", "tempfile", "shutil", "socket", "time", "random", "sys", "io"}

_HARMLESS = {"sys.intern", "pathlib.PurePath"}

_PATTERN_MAY = {
    "claims", "diagnostics", "expiry", "facets", "metrics", "missing_probe", "model", "pattern", "probing", "promql",
    "quantity", "slo", "subject", "traffic", "workload", "world",
}  # fmt: skip


def _name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _is_shell(path: Path) -> bool:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py") in SHELL


CORE = [path for path in MODULES if not _is_shell(path)]


@pytest.mark.parametrize("path", CORE, ids=_name)
def test_the_core_touches_nothing_outside_and_never_imports_what_does(path: Path) -> None:
    found = {name.split(".")[0] for name in _imports(path) if name not in _HARMLESS}
    assert set() == found & _TOUCHING
    assert [] == [n for n in _imports(path) if n.startswith(tuple(f"alertgen.{shell}" for shell in SHELL))]


@pytest.mark.parametrize("path", CORE, ids=_name)
def test_the_core_neither_opens_nor_prints_nor_asks_the_time(path: Path) -> None:
    calls = {
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    }
    assert set() == calls & {"open", "print", "now", "today", "utcnow", "input", "eval", "exec"}


@pytest.mark.parametrize("path", sorted((PACKAGE / "patterns").glob("[a-z]*.py")), ids=_name)
def test_a_pattern_stands_on_few_modules(path: Path) -> None:
    own = {name.split(".")[1] for name in _imports(path) if name.startswith("alertgen.")}
    assert set() == own - _PATTERN_MAY


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_every_module_says_in_its_first_line_what_it_is(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert docstring.split("\n")[0].endswith((".", ":", ","))


def test_no_file_names_a_path_of_the_machine_it_was_written_on() -> None:
    somewhere = re.compile(r"""(?<![\w.$}~:/-])/(?:home|root|work|Users)/[\w.]""")
    texts = [p for pattern in ("*.py", "*.md", "*.toml", "*.yaml", "Makefile") for p in ROOT.rglob(pattern)]
    own = [p for p in texts if not any(part.startswith(".") for part in p.relative_to(ROOT).parts)]
    assert [] == [str(p.relative_to(ROOT)) for p in own if somewhere.search(p.read_text(encoding="utf-8"))]
