from __future__ import annotations

import re
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertgen import golden
from alertgen.artifact import Artifact, header
from alertgen.golden import DIFF_LINES, Drift, Kind, Places, unified

HEAD = header("yaml", "rules.d/my-app.yaml") + "\n"


@dataclass(frozen=True)
class Tree:
    """An output folder in memory."""

    content: dict[str, bytes]
    foreign: tuple[Drift, ...] = ()

    @property
    def files(self) -> frozenset[str]:
        return frozenset(self.content)

    @property
    def folders(self) -> frozenset[str]:
        return frozenset(
            "/".join(parts[:n]) for parts in (path.split("/") for path in self.content) for n in range(1, len(parts))
        )

    def read(self, path: str, limit: int = -1) -> bytes:
        return self.content[path] if limit < 0 else self.content[path][:limit]


def artifact(path: str, body: str = "") -> Artifact:
    return Artifact(path, f"{HEAD}{body}")


def on_disk(*artifacts: Artifact) -> dict[str, bytes]:
    return {a.path: a.text.encode() for a in artifacts}


def kinds(tree: Tree, *artifacts: Artifact) -> list[tuple[str, str]]:
    return [(drift.path, str(drift.kind)) for drift in golden.compare(tree, artifacts)]


def test_an_unchanged_tree_has_no_drift() -> None:
    a, b = artifact("p/a.yaml"), artifact("p/b.yaml")
    assert [] == kinds(Tree(on_disk(a, b)), a, b)


def test_changed_missing_and_orphaned_files_are_told_apart() -> None:
    tree = Tree(on_disk(artifact("p/changed.yaml", "old"), artifact("p/orphaned.yaml"), artifact("p/same.yaml")))
    wanted = artifact("p/missing.yaml"), artifact("p/same.yaml"), artifact("p/changed.yaml", "new")
    expected = [("p/missing.yaml", "missing"), ("p/changed.yaml", "changed"), ("p/orphaned.yaml", "orphaned")]
    assert expected == kinds(tree, *wanted)


def test_the_order_is_foreign_then_the_artifacts_then_the_rest_by_path() -> None:
    link = Drift("z", Kind.FOREIGN, "is a symbolic link")
    tree = Tree(on_disk(artifact("d.yaml"), artifact("c.yaml")), (link,))
    assert ["z", "b.yaml", "a.yaml", "c.yaml", "d.yaml"] == [
        path for path, _ in kinds(tree, artifact("b.yaml"), artifact("a.yaml"))
    ]


def test_a_file_without_the_header_is_foreign_where_we_write_and_where_we_do_not() -> None:
    tree = Tree({"a.yaml": b"mine\n", "b.yaml": b"mine\n", "c.txt": b"mine\n"})
    assert [("a.yaml", "foreign"), ("b.yaml", "foreign"), ("c.txt", "foreign")] == kinds(tree, artifact("a.yaml"))


def test_an_empty_file_of_our_kind_is_put_right_like_any_other() -> None:
    tree = Tree({"a.yaml": b"", "b.yaml": b""})
    assert [("a.yaml", "changed"), ("b.yaml", "orphaned")] == kinds(tree, artifact("a.yaml"))


def test_a_folder_where_a_file_belongs_is_foreign() -> None:
    tree = Tree(on_disk(artifact("a.yaml/b.yaml")))
    assert [("a.yaml", "foreign"), ("a.yaml/b.yaml", "orphaned")] == kinds(tree, artifact("a.yaml"))


def test_a_file_where_a_folder_belongs_is_foreign_and_said_once() -> None:
    tree = Tree(on_disk(artifact("a.yaml")))
    assert [("a.yaml", "foreign")] == kinds(tree, artifact("a.yaml/b.yaml"), artifact("a.yaml/c/d.yaml"))


@pytest.mark.parametrize("foreign", ["p", "p/shop", "p/shop/a.yaml"])
def test_what_a_foreign_thing_hides_is_not_called_missing_too(foreign: str) -> None:
    tree = Tree({}, (Drift(foreign, Kind.FOREIGN, "is a symbolic link"),))
    assert [(foreign, "foreign")] == kinds(tree, artifact("p/shop/a.yaml"))


def test_two_artifacts_that_differ_in_case_only_clash() -> None:
    drifts = list(golden.compare(Tree({}), [artifact("p/My-App.yaml"), artifact("p/my-app.yaml")]))
    assert [("p/My-App.yaml", Kind.MISSING), ("p/my-app.yaml", Kind.CLASHING)] == [(d.path, d.kind) for d in drifts]
    assert "is the place of p/My-App.yaml where file names ignore upper and lower case" == drifts[1].reason


def test_a_clashing_file_that_is_on_disk_is_not_called_orphaned_too() -> None:
    one, other = artifact("A.yaml"), artifact("a.yaml")
    assert [("a.yaml", "clashing")] == kinds(Tree(on_disk(one, other)), one, other)


def test_two_artifacts_for_one_path_are_a_bug() -> None:
    with pytest.raises(ValueError, match=r"two artifacts need the path a\.yaml"):
        kinds(Tree({}), artifact("a.yaml"), artifact("a.yaml"))


@pytest.mark.parametrize("text", ["", "groups: []\n"])
def test_an_artifact_without_the_header_is_a_bug_because_the_next_build_would_refuse_it(text: str) -> None:
    with pytest.raises(ValueError, match="does not carry the header"):
        kinds(Tree({}), Artifact("a.yaml", text))


def test_artifacts_are_taken_one_at_a_time() -> None:
    def artifacts() -> Iterator[Artifact]:
        for number in range(300):
            yield artifact(f"{number}.yaml", "x" * 1_000_000)

    tracemalloc.start()
    drifts = sum(1 for _ in golden.compare(Tree({}), artifacts()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 300 == drifts
    assert peak < 10_000_000


# Places


@pytest.mark.parametrize(
    ("expected", "paths"),
    [
        (["", ""], ["p/a.yaml", "p/b.yaml"]),
        (["", ""], ["a.yaml", "b.yaml"]),
        (["", "p/a.yaml"], ["p/a.yaml", "p/A.yaml"]),
        (["", "straße.yaml"], ["straße.yaml", "STRASSE.yaml"]),
        (["", "P"], ["P/a.yaml", "p/b.yaml"]),
        (["", "P", "P"], ["P/x/a.yaml", "p/y/b.yaml", "p/y/c.yaml"]),
        (["", "p/Q"], ["p/Q/a.yaml", "p/q/b.yaml"]),
        (["", "X.yaml"], ["X.yaml", "x.yaml/a.yaml"]),
        (["", "X.yaml"], ["X.yaml/a.yaml", "x.yaml"]),
    ],
)
def test_a_place_is_taken_for_every_spelling(expected: list[str], paths: list[str]) -> None:
    places = Places()
    assert expected == [places.clash(path) for path in paths]


@pytest.mark.parametrize("paths", [("a.yaml", "a.yaml"), ("a.yaml", "a.yaml/b.yaml"), ("a.yaml/b.yaml", "a.yaml")])
def test_a_path_that_is_needed_twice_is_a_bug(paths: tuple[str, str]) -> None:
    places = Places()
    places.clash(paths[0])
    with pytest.raises(ValueError, match=r"two artifacts need the path a\.yaml"):
        places.clash(paths[1])


# Diffs


def only(tree: Tree, *artifacts: Artifact) -> Drift:
    (drift,) = golden.compare(tree, artifacts)
    return drift


def test_the_diff_of_a_changed_file_says_which_side_is_which() -> None:
    drift = only(
        Tree(on_disk(artifact("prometheus/shop/my-app.yaml", "for: 5m\n"))),
        artifact("prometheus/shop/my-app.yaml", "for: 10m\n"),
    )
    expected = f"""\
--- golden/prometheus/shop/my-app.yaml (committed)
+++ golden/prometheus/shop/my-app.yaml (built from rules.d)
@@ -1,2 +1,2 @@
 {HEAD}-for: 5m
+for: 10m
"""
    assert expected == drift.diff("golden", "rules.d")


def test_the_diff_of_a_missing_file_adds_all_of_it() -> None:
    expected = f"""\
--- /dev/null
+++ golden/a.yaml (built from rules.d)
@@ -0,0 +1,2 @@
+{HEAD}+for: 5m
"""
    assert expected == only(Tree({}), artifact("a.yaml", "for: 5m\n")).diff("golden", "rules.d")


def test_the_diff_of_an_orphaned_file_removes_all_of_it() -> None:
    expected = f"""\
--- golden/a.yaml (committed)
+++ /dev/null
@@ -1,2 +0,0 @@
-{HEAD}-for: 5m
"""
    assert expected == only(Tree(on_disk(artifact("a.yaml", "for: 5m\n")))).diff("golden", "rules.d")


def test_a_foreign_file_is_not_quoted() -> None:
    assert "" == only(Tree({"a.yaml": b"password: x\n"})).diff("golden", "rules.d")


def test_a_missing_newline_at_the_end_is_shown() -> None:
    assert r"""--- a
+++ b
@@ -1,2 +1,2 @@
 x
-y
\ No newline at end of file
+y
""" == unified(b"x\ny", b"x\ny\n", "a", "b")


def test_crlf_line_endings_are_said_once_and_not_shown_on_every_line() -> None:
    assert (
        "--- a\n+++ b\n(the committed file has CRLF line endings, the built one LF)\n@@ -1,2 +1,2 @@\n x\n-y\n+z\n"
        == unified(b"x\r\ny\r\n", b"x\nz\n", "a", "b")
    )


def test_control_characters_and_broken_bytes_of_a_committed_file_cannot_act_on_the_terminal() -> None:
    shown = unified("\x1b[2Jgone\u202e\n".encode() + b"\xff\t\n", b"", "a\x1b", "b")
    assert "--- a\\x1b\n+++ b\n@@ -1,2 +0,0 @@\n-\\x1b[2Jgone\\u202e\n-\\xff\t\n" == shown


LINES = st.lists(st.sampled_from(["a", "b", "c", "- x", "+ y", "@@ -1 +1 @@", ""]), max_size=40).map(
    lambda lines: "".join(f"{line}\n" for line in lines).encode()
)


@given(LINES, LINES)
def test_a_diff_applied_to_the_committed_file_gives_the_built_one(before: bytes, after: bytes) -> None:
    assert after.decode() == patched(before.decode(), unified(before, after, "a", "b"))


def test_a_one_line_change_deep_in_a_large_file_is_shown_at_its_line() -> None:
    lines = [f"  - alert: A{n % 7}\n" for n in range(200_000)]
    before, lines[150_000] = "".join(lines).encode(), "changed\n"
    shown = unified(before, "".join(lines).encode(), "a", "b")
    assert "@@ -149998,7 +149998,7 @@" in shown
    assert 11 == len(shown.splitlines())


def test_thousands_of_changed_lines_are_summed_up() -> None:
    before, after = (b"".join(b"%s%d\n" % (side, n) for n in range(DIFF_LINES + 1)) for side in (b"a", b"b"))
    assert (
        "(5001 lines from line 1 on become 5001: too many to compare here; run alertgen build and look at git diff)"
        == unified(before, after, "a", "b").splitlines()[-1]
    )


def patched(text: str, diff: str) -> str:
    """What `patch` makes of the text."""
    lines = text.split("\n")[:-1]
    out: list[str] = []
    at = 0
    for line in diff.split("\n")[2:-1]:
        if heading := re.match(r"@@ -(\d+)(?:,(\d+))? ", line):
            start = int(heading[1]) - (heading[2] != "0")
            out += lines[at:start]
            at = start
        elif line[0] == "+":
            out.append(line[1:])
        else:
            assert lines[at] == line[1:]
            at += 1
            if line[0] == " ":
                out.append(line[1:])
    return "".join(f"{line}\n" for line in [*out, *lines[at:]])
