from __future__ import annotations

import errno
import fcntl
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alertgen import workspace
from alertgen.artifact import Artifact, header
from alertgen.diagnostics import AlertgenError
from alertgen.golden import Kind
from alertgen.workspace import STAGING, Written, compare, read_specs, scan, write

HEAD = header("yaml", "rules.d/my-app.yaml") + "\n"
NOBODY = 65534


def artifact(path: str, body: str = "") -> Artifact:
    return Artifact(path, f"{HEAD}{body}")


OLD = tuple(artifact(f"p/{ns}/{n}.yaml", "old") for ns in ("shop", "web") for n in range(3))
NEW = tuple(artifact(f"p/{ns}/{n}.yaml", "new") for ns in ("shop", "infra") for n in range(4))


def snapshot(folder: Path) -> dict[str, str]:
    """Everything below a folder: what it is, and what it holds."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_dir():
            found[name] = "folder"
        else:
            found[name] = path.read_text("utf-8") if path.is_file() else "special"
    return found


def files(folder: Path) -> dict[str, str]:
    return {path: content for path, content in snapshot(folder).items() if content != "folder"}


def texts(*artifacts: Artifact) -> dict[str, str]:
    return {a.path: a.text for a in artifacts}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An output folder that holds OLD."""
    folder = tmp_path / "golden"
    write(str(folder), OLD)
    return folder


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder, and the test as a user to whom permissions apply, also when the tests run as root."""
    folder = Path(tempfile.mkdtemp())
    root = os.geteuid() == 0
    if root:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o700)
        shutil.rmtree(folder)


def python(code: str, *arguments: str) -> subprocess.Popen[str]:
    """A Python process of its own; what it prints can be read from its stdout."""
    command = [sys.executable, "-c", textwrap.dedent(code), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


# Reading the spec


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty `rules.d`, in the working directory."""
    folder = tmp_path / "rules.d"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    return folder


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")


def read(folder: str = "rules.d") -> list[str]:
    return [path for path, _ in read_specs(folder)]


def problems(folder: str = "rules.d") -> list[str]:
    with pytest.raises(AlertgenError) as caught:
        read(folder)
    return caught.value.message.splitlines()


def test_a_spec_file_comes_with_its_path_and_bytes(spec: Path) -> None:
    (spec / "my-app.yaml").write_bytes(b"service: \xff\r\n")
    assert [("rules.d/my-app.yaml", b"service: \xff\r\n")] == list(read_specs("rules.d"))


def test_specs_are_sorted_by_path_whatever_the_order_of_the_listing(
    spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(spec, "b.yaml", "a/z.yml", "a-b/y.yaml", "a.yaml", "a/b/c.yaml")
    expected = ["a-b/y.yaml", "a.yaml", "a/b/c.yaml", "a/z.yml", "b.yaml"]
    listed = workspace._entries
    for order in (lambda e: e.name, lambda e: e.name[::-1], lambda e: -e.inode()):
        monkeypatch.setattr(workspace, "_entries", lambda folder, order=order: sorted(listed(folder), key=order))
        assert [f"rules.d/{path}" for path in expected] == read()


def test_hidden_files_and_folders_and_other_suffixes_are_not_read(spec: Path) -> None:
    put(spec, "a.yaml", ".b.yaml", ".git/c.yaml", "d/.e/f.yaml", "README.md", "g.yaml.bak", "h.json", "yaml")
    assert ["rules.d/a.yaml"] == read()


def test_a_folder_that_is_called_like_a_file_is_a_folder(spec: Path) -> None:
    put(spec, "a.yaml/b.yaml")
    assert ["rules.d/a.yaml/b.yaml"] == read()


@pytest.mark.parametrize("given_as", ["rules.d", "rules.d/", "./rules.d", "./rules.d//", "rules.d/../rules.d"])
def test_a_path_is_shown_the_short_way(spec: Path, given_as: str) -> None:
    put(spec, "a.yaml")
    assert ["rules.d/a.yaml"] == read(given_as)


def test_the_working_directory_itself_can_be_the_spec(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(spec, "a/b.yaml")
    monkeypatch.chdir(spec)
    assert ["a/b.yaml"] == read(".")


def test_a_missing_folder_is_an_error_that_names_alertgen_init(spec: Path) -> None:
    with pytest.raises(AlertgenError, match=r"^nowhere: there is no such folder$") as caught:
        read("nowhere")
    assert "alertgen init" in caught.value.hint
    assert spec.exists()


def test_a_file_instead_of_the_folder_is_an_error(spec: Path) -> None:
    put(spec, "a.yaml")
    assert ["rules.d/a.yaml: is not a folder"] == problems("rules.d/a.yaml")


def test_an_empty_folder_gives_no_files(spec: Path) -> None:
    assert spec.exists()
    assert [] == read()


def test_the_folder_itself_may_be_a_symbolic_link(spec: Path) -> None:
    put(spec, "a.yaml")
    (spec.parent / "link").symlink_to("rules.d")
    assert ["link/a.yaml"] == read("link")


@pytest.mark.parametrize(
    ("expected", "name", "target"),
    [
        ("to {tmp}/secret.yaml, which is not inside the folder of the spec", "a.yaml", "../secret.yaml"),
        ("to {tmp}, which is not inside the folder of the spec", "a", ".."),
        ("to {tmp}/rules.d, which is not inside the folder of the spec", "a", "."),
        ("to {tmp}/rules.d-other, which is not inside the folder of the spec", "a", "../rules.d-other"),
        ("that leads nowhere", "a.yaml", "nowhere.yaml"),
        ("that leads nowhere", "a.yaml", "a.yaml"),
        ("to team of the same folder, which is read by its own name", "a", "team"),
        ("to team of the same folder, which is read by its own name", "team/a", "../team"),
        ("to team/b.yaml of the same folder, which is read by its own name", "a.yaml", "team/b.yaml"),
    ],
)
def test_a_symbolic_link_out_of_the_folder_to_nothing_or_in_a_loop_is_an_error(
    spec: Path, expected: str, name: str, target: str
) -> None:
    put(spec, "team/b.yaml", "../secret.yaml", "../rules.d-other/c.yaml")
    (spec / name).symlink_to(target)
    assert [f"rules.d/{name}: is a symbolic link {expected.format(tmp=spec.parent)}"] == problems()


def test_a_mounted_config_map_is_read_once(spec: Path) -> None:
    put(spec, "..2027_01_31/a.yaml", "..2027_01_31/b.yaml")
    (spec / "..data").symlink_to("..2027_01_31")
    (spec / "a.yaml").symlink_to("..data/a.yaml")
    (spec / "b.yaml").symlink_to("..data/b.yaml")
    expected = [("rules.d/a.yaml", b"..2027_01_31/a.yaml"), ("rules.d/b.yaml", b"..2027_01_31/b.yaml")]
    assert expected == list(read_specs("rules.d"))


def test_links_to_folders_cannot_multiply_or_loop(spec: Path) -> None:
    put(spec, ".hidden/a.yaml")
    (spec / ".hidden" / "again").symlink_to("../.hidden")
    (spec / "one").symlink_to(".hidden")
    assert ["rules.d/one/again: is a second symbolic link to .hidden of the same folder"] == problems()


def test_all_problems_of_the_walk_are_named_at_once_before_anything_is_read(spec: Path) -> None:
    put(spec, "a.yaml")
    os.mkfifo(spec / "z.yaml")
    (spec / "b.yaml").symlink_to("nowhere")
    (spec / "c\nd.yaml").touch()
    (spec / os.fsdecode(b"\xff.yaml")).touch()
    odd = "has a name with control characters or bytes that are not UTF-8"
    expected = [
        "rules.d/\\udcff.yaml: " + odd,
        "rules.d/b.yaml: is a symbolic link that leads nowhere",
        "rules.d/c\\nd.yaml: " + odd,
        "rules.d/z.yaml: is a device, a pipe or a socket",
    ]
    assert expected == problems()


def test_an_unreadable_spec_file_is_named(unprivileged: Path) -> None:
    put(unprivileged, "a.yaml")
    (unprivileged / "a.yaml").chmod(0)
    assert [f"{unprivileged}/a.yaml: cannot read: Permission denied"] == problems(str(unprivileged))


def test_an_unreadable_spec_folder_is_named(unprivileged: Path) -> None:
    put(unprivileged, "team/a.yaml")
    (unprivileged / "team").chmod(0)
    assert [f"{unprivileged}/team: cannot read: Permission denied"] == problems(str(unprivileged))


def test_deep_folders_need_no_deep_stack(spec: Path) -> None:
    deep = "/".join("a" * 500)
    put(spec, f"{deep}/x.yaml")
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    try:
        assert [f"rules.d/{deep}/x.yaml"] == read()
    finally:
        sys.setrecursionlimit(limit)


def test_a_large_file_is_read_whole(spec: Path) -> None:
    content = os.urandom(300_000)
    (spec / "a.yaml").write_bytes(content)
    assert [("rules.d/a.yaml", content)] == list(read_specs("rules.d"))


# Writing


def test_a_first_build_writes_the_tree_and_leaves_nothing_else(tmp_path: Path) -> None:
    assert Written(6, changed=6) == write(str(tmp_path / "a" / "golden"), OLD)
    assert texts(*OLD) == files(tmp_path / "a" / "golden")


def test_a_second_build_touches_no_file(out: Path) -> None:
    before = [(path, path.stat().st_ino, path.stat().st_mtime_ns) for path in sorted(out.rglob("*.yaml"))]
    assert Written(6) == write(str(out), OLD)
    assert before == [(path, path.stat().st_ino, path.stat().st_mtime_ns) for path in sorted(out.rglob("*.yaml"))]


def test_a_build_writes_what_differs_and_removes_what_is_left_over_with_its_folders(out: Path) -> None:
    (out / "p" / "web" / "empty" / "too").mkdir(parents=True)
    assert Written(8, changed=8, removed=3) == write(str(out), NEW)
    assert texts(*NEW) == files(out)
    assert {"p", "p/shop", "p/infra"} == {path for path, content in snapshot(out).items() if content == "folder"}


def test_a_build_of_nothing_removes_the_folder(out: Path) -> None:
    assert Written(0, removed=6) == write(str(out), [])
    assert not out.exists()


def test_a_file_that_a_power_cut_emptied_is_written_again(out: Path) -> None:
    (out / OLD[0].path).write_bytes(b"")
    assert Written(6, changed=1) == write(str(out), OLD)
    assert texts(*OLD) == files(out)


def test_a_file_gets_the_permissions_that_the_umask_gives(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write(str(tmp_path / "golden"), OLD)
    finally:
        os.umask(before)
    assert 0o640 == (tmp_path / "golden" / OLD[0].path).stat().st_mode & 0o777


def test_the_output_may_be_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(".", OLD)
    assert texts(*OLD) == files(tmp_path)
    assert [] == list(compare(".", OLD))


def test_a_service_whose_name_changes_its_case_keeps_its_new_file_where_case_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a file system takes both names for one file: removing the old one last would remove the new one."""
    folder = tmp_path / "golden"
    write(str(folder), [artifact("Shop/a.yaml", "old"), artifact("web/b.yaml")])
    steps: list[str] = []
    replace = os.replace

    def record(verb: str, path: str) -> None:
        if STAGING not in path:
            steps.append(f"{verb} {Path(path).relative_to(folder)}")

    def recorded_replace(new: str, path: str) -> None:
        record("place", path)
        replace(new, path)

    def recorded(verb: str, act: Callable[[str], None]) -> None:
        def do(path: str) -> None:
            record(verb, path)
            act(path)

        monkeypatch.setattr(os, verb, do)

    recorded("unlink", os.unlink)
    recorded("rmdir", os.rmdir)
    monkeypatch.setattr(os, "replace", recorded_replace)
    write(str(folder), [artifact("shop/a.yaml", "new"), artifact("web/c.yaml")])
    assert [
        "unlink Shop/a.yaml",
        "rmdir Shop",
        "place shop/a.yaml",
        "place web/c.yaml",
        "unlink web/b.yaml",
    ] == [step for step in steps if step != "rmdir ."]


TREES = st.dictionaries(
    st.from_regex(r"[ab]{1,2}(/[ab]{1,2}){0,2}\.yaml", fullmatch=True), st.text(max_size=5), max_size=8
).map(lambda tree: tuple(artifact(path, body) for path, body in tree.items()))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(before=TREES, after=TREES)
def test_a_build_makes_any_tree_of_any_other_and_then_the_check_is_content(
    tmp_path: Path, before: tuple[Artifact, ...], after: tuple[Artifact, ...]
) -> None:
    root = tmp_path / "golden"
    shutil.rmtree(root, ignore_errors=True)
    write(str(root), before)
    drifts = list(compare(str(root), after))
    written = write(str(root), after)
    repaired = [drift.kind for drift in drifts]
    assert (written.changed, written.removed) == (
        repaired.count(Kind.CHANGED) + repaired.count(Kind.MISSING),
        repaired.count(Kind.ORPHANED),
    )
    assert {a.path: a.text.encode() for a in after} == {p: scan(str(root)).read(p) for p in scan(str(root)).files}
    assert [] == list(compare(str(root), after))


def test_a_comparison_changes_nothing_and_finds_everything(out: Path) -> None:
    (out / STAGING).mkdir()
    (out / "p" / "mine.txt").write_text("mine", encoding="utf-8")
    before = snapshot(out)
    drifts = [(drift.path, str(drift.kind)) for drift in compare(str(out), NEW)]
    assert before == snapshot(out)
    assert [
        *((f"p/shop/{n}.yaml", "changed") for n in range(3)),
        ("p/shop/3.yaml", "missing"),
        *((f"p/infra/{n}.yaml", "missing") for n in range(4)),
        ("p/mine.txt", "foreign"),
        *((f"p/web/{n}.yaml", "orphaned") for n in range(3)),
    ] == drifts


def test_everything_is_missing_from_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert {Kind.MISSING} == {drift.kind for drift in compare(str(tmp_path / "golden"), OLD)}
    assert [] == list(tmp_path.iterdir())


def test_a_build_holds_one_file_at_a_time(tmp_path: Path) -> None:
    def artifacts() -> Iterator[Artifact]:
        for number in range(200):
            yield artifact(f"{number}.yaml", "x" * 500_000)

    tracemalloc.start()
    write(str(tmp_path / "golden"), artifacts())
    found = list(compare(str(tmp_path / "golden"), artifacts()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [] == found
    assert peak < 10_000_000


# What is not ours


def link(target: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.symlink_to(target)

    return make


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(path))  # the whole path may be too long for a socket


def a_text(path: Path) -> None:
    path.write_text("mine: true\n", encoding="utf-8")


FOREIGN = [
    ("p/mine.yaml", a_text, "does not say"),
    ("p/mine.txt", a_text, "does not say"),
    ("p/shop/0.yaml", a_text, "does not say"),
    ("p/shop/.gitkeep", Path.touch, "is hidden"),
    (".git", Path.mkdir, "is hidden"),
    ("p/link.yaml", link("../../outside/ours.yaml"), "is a symbolic link"),
    ("p/link.yaml", link("shop/1.yaml"), "is a symbolic link"),
    ("p/link.yaml", link("nowhere"), "is a symbolic link"),
    ("p/shop/0.yaml", link("../../../outside/ours.yaml"), "is a symbolic link"),
    ("p/shop/0.yaml", link("1.yaml"), "is a symbolic link"),
    ("p/infra", link("../../outside"), "is a symbolic link"),
    ("tests", link("../outside"), "is a symbolic link"),
    ("p/shop/0.yaml", Path.mkdir, "is a folder where a generated file belongs"),
    ("p/infra", a_text, "is a file where a folder of generated files belongs"),
    ("p/shop/0.yaml", os.mkfifo, "is a device, a pipe or a socket"),
    ("p/pipe.yaml", os.mkfifo, "is a device, a pipe or a socket"),
    ("p/socket.yaml", a_socket, "is a device, a pipe or a socket"),
    ("p/a\\nb.yaml", a_text, "has a name with control characters"),
]


@pytest.mark.parametrize(("path", "make", "reason"), FOREIGN)
def test_with_anything_foreign_in_the_folder_nothing_is_changed(
    out: Path, path: str, make: Callable[[Path], None], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(out)
    put(out.parent / "outside", "untouched")
    (out.parent / "outside" / "ours.yaml").write_text(HEAD, encoding="utf-8")
    there = out / path.replace("\\n", "\n")
    there.unlink(missing_ok=True)
    make(there)
    before = snapshot(out.parent)
    written = write(str(out), NEW)
    assert before == snapshot(out.parent)
    assert (0, 0) == (written.changed, written.removed)
    assert [(path, Kind.FOREIGN)] == [(drift.path, drift.kind) for drift in written.refused]
    assert written.refused[0].reason.startswith(reason)
    assert written.refused == tuple(d for d in compare(str(out), NEW) if d.kind is Kind.FOREIGN)


def test_all_that_is_foreign_is_named_at_once(out: Path) -> None:
    (out / "a.yaml").symlink_to("p")
    a_text(out / "z.txt")
    a_text(out / NEW[3].path)
    clashing = artifact("P/x.yaml")
    written = write(str(out), [*NEW, clashing])
    assert [("a.yaml", "foreign"), (NEW[3].path, "foreign"), ("P/x.yaml", "clashing"), ("z.txt", "foreign")] == [
        (drift.path, str(drift.kind)) for drift in written.refused
    ]
    assert not (out / "p" / "infra").exists()


def test_the_output_folder_itself_may_not_be_a_symbolic_link(out: Path) -> None:
    (out.parent / "link").symlink_to("golden")
    before = snapshot(out.parent)
    for act in (write, lambda root, new: list(compare(root, new))):
        with pytest.raises(AlertgenError, match="link: is a symbolic link"):
            act(f"{out.parent}/link/", NEW)
    assert before == snapshot(out.parent)


def test_a_file_instead_of_the_output_folder_is_an_error(tmp_path: Path) -> None:
    a_text(tmp_path / "golden")
    for act in (write, lambda root, new: list(compare(root, new))):
        with pytest.raises(AlertgenError, match="golden: is not a folder"):
            act(str(tmp_path / "golden"), NEW)
    assert {"golden": "mine: true\n"} == snapshot(tmp_path)


# When something breaks


class Broken(Exception):  # noqa: N818 - it stands for any exception
    pass


@pytest.mark.parametrize("error", [Broken, KeyboardInterrupt])
def test_an_exception_of_the_generator_leaves_the_tree_as_it_was(out: Path, error: type[BaseException]) -> None:
    def artifacts() -> Iterator[Artifact]:
        yield from NEW[:5]
        raise error

    before = snapshot(out)
    with pytest.raises(error):
        write(str(out), artifacts())
    assert before == snapshot(out)


def test_an_exception_of_the_generator_leaves_no_folder_where_there_was_none(tmp_path: Path) -> None:
    def artifacts() -> Iterator[Artifact]:
        yield NEW[0]
        raise Broken

    with pytest.raises(Broken):
        write(str(tmp_path / "golden"), artifacts())
    assert [] == list(tmp_path.iterdir())


def test_a_full_disk_is_named_with_the_file_and_leaves_the_tree_as_it_was(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = 3 * len(NEW[0].text) + 10
    really_write = os.write

    def until_full(fd: int, content: bytes) -> int:
        nonlocal room
        if not room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = really_write(fd, content[:room])
        room -= written
        return written

    before = snapshot(out)
    monkeypatch.setattr(os, "write", until_full)
    with pytest.raises(AlertgenError) as caught:
        write(str(out), NEW)
    assert f"{out}/{NEW[3].path}: cannot write: No space left on device" == caught.value.message
    assert "nothing was changed" == caught.value.hint
    assert before == snapshot(out)


def test_a_file_that_is_taken_in_pieces_is_written_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really_write = os.write
    monkeypatch.setattr(os, "write", lambda fd, content: really_write(fd, content[:7]))
    write(str(tmp_path / "golden"), NEW)
    assert texts(*NEW) == files(tmp_path / "golden")


def test_a_disk_that_is_really_full_leaves_the_tree_as_it_was(tmp_path: Path) -> None:
    code = """
        import sys
        from alertgen import workspace
        from alertgen.artifact import Artifact, header
        from alertgen.diagnostics import AlertgenError

        def artifacts(size):
            return (Artifact(f"p/{n}.yaml", header("yaml", "x") + "x" * size) for n in range(20))

        root = sys.argv[1] + "/golden"
        workspace.write(root, artifacts(1000))
        try:
            workspace.write(root, artifacts(20_000))
        except AlertgenError as error:
            print(error.message.removeprefix(root), "/", error.hint)
        print(list(workspace.compare(root, artifacts(1000))))
        print(workspace.write(root, artifacts(900)).changed)
    """
    script = 'mount -t tmpfs -o size=256k none "$1" && exec "$0" -c "$2" "$1"'
    private = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, sys.executable, str(tmp_path), textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=False,
    )
    if private.returncode and not private.stdout:
        pytest.skip(f"a small file system cannot be mounted here: {private.stderr.strip()}")
    failed, drifts, changed = private.stdout.splitlines()
    assert failed.startswith("/p/")
    assert failed.endswith(".yaml: cannot write: No space left on device / nothing was changed")
    assert ("[]", "20") == (drifts, changed)


def test_a_rename_that_fails_leaves_whole_files_and_the_next_build_finishes(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really_replace = os.replace

    def fail_at_the_third(new: str, path: str) -> None:
        if path.endswith(NEW[2].path):
            raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))
        really_replace(new, path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail_at_the_third)
        with pytest.raises(AlertgenError) as caught:
            write(str(out), NEW)
    assert f"{out}/{NEW[2].path}: cannot write: Disk quota exceeded" == caught.value.message
    assert texts(*OLD) | texts(*NEW[:2]) == files(out)
    write(str(out), NEW)
    assert texts(*NEW) == files(out)


def test_a_read_only_folder_is_named_and_keeps_what_it_had(unprivileged: Path) -> None:
    out = unprivileged / "golden"
    write(str(out), OLD)
    out.chmod(0o500)
    with pytest.raises(AlertgenError, match=f"^{out}: cannot write: Permission denied$"):
        write(str(out), NEW)
    assert texts(*OLD) == files(out)


def test_a_read_only_folder_can_be_compared(unprivileged: Path) -> None:
    out = unprivileged / "golden"
    write(str(out), OLD)
    out.chmod(0o500)
    assert [] == list(compare(str(out), OLD))


def test_a_read_only_folder_further_down_is_named_and_keeps_what_it_had(unprivileged: Path) -> None:
    out = unprivileged / "golden"
    write(str(out), OLD)
    (out / "p" / "shop").chmod(0o500)
    with pytest.raises(AlertgenError, match=f"^{out}/p/shop/0.yaml: cannot write: Permission denied$"):
        write(str(out), NEW)
    assert texts(*OLD) == files(out)


def test_an_orphan_that_cannot_be_removed_is_named(unprivileged: Path) -> None:
    out = unprivileged / "golden"
    write(str(out), OLD)
    (out / "p" / "web").chmod(0o500)
    with pytest.raises(AlertgenError, match=f"^{out}/p/web/0.yaml: cannot remove: Permission denied$"):
        write(str(out), NEW)
    assert texts(*NEW, *OLD[3:]) == files(out)


@pytest.mark.parametrize("path", ["p/shop/0.yaml", "p/web/0.yaml", "p/web"])
def test_what_cannot_be_read_is_named_and_nothing_is_changed(unprivileged: Path, path: str) -> None:
    out = unprivileged / "golden"
    write(str(out), OLD)
    (out / path).chmod(0)
    for act in (write, lambda root, new: list(compare(root, new))):
        with pytest.raises(AlertgenError, match=f"^{out}/{path}: cannot read: Permission denied$"):
            act(str(out), NEW)
    (out / path).chmod(0o700)
    assert texts(*OLD) == files(out)


def test_a_folder_that_somebody_uses_meanwhile_is_left(out: Path) -> None:
    def artifacts() -> Iterator[Artifact]:
        yield from NEW
        a_text(out / "p" / "web" / "mine.txt")

    assert Written(8, changed=8, removed=3) == write(str(out), artifacts())
    assert {**texts(*NEW), "p/web/mine.txt": "mine: true\n"} == files(out)


def test_an_orphan_that_somebody_removes_meanwhile_is_fine(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really_replace = os.replace

    def remove_first(new: str, path: str) -> None:
        (out / OLD[5].path).unlink(missing_ok=True)
        really_replace(new, path)

    monkeypatch.setattr(os, "replace", remove_first)
    write(str(out), NEW)
    assert texts(*NEW) == files(out)


# Killed, and two at once


def test_what_a_killed_build_left_is_removed_by_the_next(out: Path) -> None:
    put(out / STAGING, "lock", "0", "17")
    assert [] == list(compare(str(out), OLD))
    assert Written(6) == write(str(out), OLD)
    assert texts(*OLD) == files(out)


@pytest.mark.parametrize("make", [link("../outside"), a_text])
def test_something_else_in_the_place_of_the_staging_folder_is_not_touched(
    out: Path, make: Callable[[Path], None]
) -> None:
    put(out.parent / "outside", "untouched")
    make(out / STAGING)
    before = snapshot(out.parent)
    with pytest.raises(AlertgenError, match=f"{STAGING}: is not a folder"):
        write(str(out), NEW)
    assert before == snapshot(out.parent)
    assert [(STAGING, Kind.FOREIGN)] == [(drift.path, drift.kind) for drift in compare(str(out), OLD)]


def test_a_build_killed_at_any_moment_leaves_whole_files_and_the_next_one_repairs_the_tree(tmp_path: Path) -> None:
    root = tmp_path / "golden"
    code = """
        import itertools, sys
        from alertgen import workspace
        from alertgen.artifact import Artifact, header

        print("ready", flush=True)
        for body in itertools.cycle("abcd"):
            folders = "pq" if body in "ab" else "qr"
            text = header("yaml", "x") + body * 9000
            paths = (f"{folder}/{n}.yaml" for folder in folders for n in range(60))
            workspace.write(sys.argv[1], (Artifact(path, text) for path in paths))
    """
    whole = {header("yaml", "x") + body * 9000 for body in "abcd"} | set(texts(*OLD).values())
    moments = random.Random(20270131)  # noqa: S311 - moments to kill at, not secrets
    caught_at_work = 0
    for _ in range(25):
        with python(code, str(root)) as build:
            assert build.stdout
            build.stdout.readline()
            time.sleep(moments.uniform(0, 0.05))
            build.kill()
        caught_at_work += (root / STAGING).exists()
        assert whole.issuperset(t for path, t in files(root).items() if not path.startswith(STAGING))
        if moments.random() < 0.5:
            write(str(root), OLD)
            assert texts(*OLD) == files(root)
    write(str(root), OLD)
    assert texts(*OLD) == files(root)
    assert caught_at_work


HOLD = """
    import sys, time
    from alertgen import workspace
    from alertgen.artifact import Artifact, header

    def artifacts():
        yield Artifact("a.yaml", header("yaml", "x"))
        print("writing", flush=True)
        time.sleep(float(sys.argv[2]))

    workspace.write(sys.argv[1], artifacts())
"""


def test_a_second_build_gives_up_with_a_clear_message_and_disturbs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "golden"
    monkeypatch.setattr(workspace, "LOCK_WAIT", 0.2)
    with python(HOLD, str(root), "60") as build:
        assert build.stdout
        build.stdout.readline()
        before = snapshot(root)
        with pytest.raises(AlertgenError, match=f"^{root}: another alertgen build is writing here$"):
            write(str(root), OLD)
        assert before == snapshot(root)
        build.kill()
    assert Written(6, changed=6) == write(str(root), OLD)


def test_a_second_build_waits_for_one_that_ends_soon(tmp_path: Path) -> None:
    root = tmp_path / "golden"
    with python(HOLD, str(root), "0.3") as build:
        assert build.stdout
        build.stdout.readline()
        assert Written(6, changed=6, removed=1) == write(str(root), OLD)
    assert 0 == build.returncode
    assert texts(*OLD) == files(root)


def test_many_builds_at_once_end_one_after_the_other(tmp_path: Path) -> None:
    root = tmp_path / "golden"
    builds = [python(HOLD, str(root), "0") for _ in range(6)]
    for build in builds:
        build.communicate()
    assert [0] * 6 == [build.returncode for build in builds]
    assert {"a.yaml": header("yaml", "x")} == files(root)


def test_a_worker_that_outlives_a_killed_build_does_not_hold_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "golden"
    monkeypatch.setattr(workspace, "LOCK_WAIT", 0.2)
    code = """
        import os, sys, time
        from alertgen import workspace

        def artifacts():
            worker = os.fork()
            if not worker:
                time.sleep(60)
                os._exit(0)
            print(worker, flush=True)
            time.sleep(60)
            yield

        workspace.write(sys.argv[1], artifacts())
    """
    with python(code, str(root)) as build:
        assert build.stdout
        worker = int(build.stdout.readline())
        build.kill()
        build.wait()
        try:
            os.kill(worker, 0)  # still there
            assert Written(6, changed=6) == write(str(root), OLD)
        finally:
            os.kill(worker, signal.SIGKILL)


def test_a_file_system_without_locks_is_named(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(_fd: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "lockf", no_locks)
    with pytest.raises(AlertgenError, match=f"^{out}: cannot write: No locks available$"):
        write(str(out), NEW)
    assert texts(*OLD) == {p: t for p, t in files(out).items() if not p.startswith(STAGING)}
