"""What `alertgen test` does with the spec's own scenarios."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from alertgen import compiler
from alertgen.alertmanager_config.divide import Division
from alertgen.cli import main
from alertgen.tools.binaries import Binary

SPEC = Path(__file__).parent.parent.parent / "rules.d"

Run = Callable[..., Result]


@pytest.fixture
def run(promtool: Binary, amtool: Binary, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for tool in (promtool, amtool):
        monkeypatch.setenv("PATH", str(tool.path.parent), prepend=":")
    monkeypatch.setenv("ALERTGEN_PROMTOOLS", "")
    return lambda *arguments: CliRunner().invoke(main, ["test", "--spec", str(SPEC), *arguments])


def test_html_is_a_page_with_a_picture_of_each_scenario(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "proof.html"
    done = run("-k", "shop/my-app WorkloadDown", "--html", str(file))
    assert 0 == done.exit_code, done.output
    text = file.read_text(encoding="utf-8")
    scenarios = text.count("<figure>")
    assert f"<title>All {scenarios} scenarios hold</title>" in text
    assert scenarios == text.count("<svg") > 3


def test_a_page_that_cannot_be_written_is_said(run: Run, tmp_path: Path) -> None:
    done = run("-k", "shop/my-app WorkloadDown", "--html", str(tmp_path / "no" / "proof.html"))
    assert 3 == done.exit_code
    assert "proof.html: No such file or directory" in done.output


def test_a_word_that_no_scenario_has_is_told_with_the_nearest_alert_or_service(run: Run) -> None:
    for word, meant in (("WorkloadDwn", "WorkloadDown"), ("my-servce", "my-service")):
        done = run("-k", word)
        assert 2 == done.exit_code
        assert f"no scenario contains '{word}'. did you mean '{meant}'?" in " ".join(done.output.split())


def test_there_is_no_page_for_other_peoples_tests(run: Run) -> None:
    done = run("--tests", "x.yaml", "--html", "proof.html")
    assert 2 == done.exit_code
    assert "--html is about the spec's own scenarios" in done.output


def test_a_case_that_one_promtool_fails_and_another_passes_is_a_finding_of_its_own(
    run: Run, promtool: Binary, fake: Callable[[str, str], Path]
) -> None:
    body = f"""case "$*" in
--version) echo 'promtool, version 9.9.9 (x)'; exit;;
*"test rules"*) for file; do case $file in *.yaml) sed -i 's/value: 1}}/value: 2}}/' "$file";; esac; done;;
esac
exec '{promtool.path}' "$@\""""
    other = fake("promtool", body)
    done = run("-k", "shop/my-app WorkloadDown", "--promtool", str(promtool.path), "--promtool", str(other))
    assert 1 == done.exit_code
    assert "error[versions-differ]: shop/my-app WorkloadDown: fires" in done.output
    assert f"fails with promtool 9.9.9, passes with {promtool}" in done.output
    assert "likely cause: " in done.output


@pytest.fixture
def alike(tmp_path: Path) -> Path:
    """Three services of one shape, of which one is proven."""
    spec = tmp_path / "rules.d"
    spec.mkdir()
    (spec / "site.yaml").write_text("site: x\ntests: {full_up_to: 1}\n", encoding="utf-8")
    for name in ("one", "two", "three"):
        (spec / f"{name}.yaml").write_text(f"service: {name}\nnamespace: shop\nteam: web\n", encoding="utf-8")
    return spec


def test_one_service_of_each_shape_is_proven_and_with_exhaustive_all(run: Run, alike: Path) -> None:
    proven = ("--no-golden", "--spec", str(alike), "-k", "WorkloadDown: fires when no", "--format", "junit")
    assert 1 == run(*proven).output.count('<testsuite name="shop/')
    assert 3 == run(*proven, "--exhaustive").output.count('<testsuite name="shop/')


def test_exhaustive_is_about_the_spec(run: Run) -> None:
    assert 2 == run("--tests", "x.yaml", "--exhaustive").exit_code


def test_what_passed_before_is_not_proven_again(run: Run) -> None:
    asked = ("-k", "shop/my-app WorkloadDown")
    assert "known from before" not in run(*asked).output
    assert "2 files known from before" in run(*asked).output
    assert "known from before" not in run(*asked, "--no-cache").output


@pytest.mark.parametrize("guarded", [True, False])
def test_the_tree_that_the_operator_puts_together_is_proven_too(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, guarded: bool
) -> None:
    spec = tmp_path / "rules.d"
    spec.mkdir()
    objects = "kubernetes: {alertmanager: {name: main, alertmanager_config: {}}}"
    (spec / "site.yaml").write_text(f"site: x\nteam: web\n{objects}\n", encoding="utf-8")
    hook = "{webhook: {url: 'http://localhost/'}}"
    (spec / "routing.yaml").write_text(
        "routing:\n  default: chat\n  heartbeat: {receiver: deadman}\n  teams: {web: {page: chat, ticket: chat}}\n"
        f"  receivers: {{chat: {hook}, deadman: {hook}}}\n",
        encoding="utf-8",
    )
    (spec / "one.yaml").write_text("service: one\nnamespace: shop\nteam: web\n", encoding="utf-8")
    if not guarded:
        monkeypatch.setattr(
            compiler,
            "divide",
            lambda tree, _: Division(replace(tree, routes=tree.routes[:1]), {"web": tree.routes[1]}),
        )
    done = run("--spec", str(spec), "-k", "Watchdog")
    assert (0 if guarded else 1) == done.exit_code, done.output
    assert guarded is ("monitoring/web/chat, deadman" not in done.output)
