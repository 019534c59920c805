from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from alertgen.cli import main
from alertgen.tools.binaries import Binary

SPEC = Path(__file__).parent.parent.parent / "rules.d"


Show = Callable[..., Result]


@pytest.fixture
def show(promtool: Binary, monkeypatch: pytest.MonkeyPatch) -> Show:
    monkeypatch.setenv("PATH", str(promtool.path.parent), prepend=":")
    return lambda *arguments: CliRunner().invoke(main, ["show", "--spec", str(SPEC), *arguments])


def test_the_first_scenario_is_drawn_in_the_terminal(show: Show) -> None:
    done = show("ContainerMemoryNearLimit", "--service", "my-app")
    assert 0 == done.exit_code, done.output
    assert done.output.startswith("shop/my-app ContainerMemoryNearLimit: fires above the threshold of the limit\n")
    assert "> 0.9 |---" in done.output
    assert "....pppppppppppppppppppp####" in done.output


def test_k_draws_the_scenarios_that_have_the_word(show: Show) -> None:
    done = show("ContainerMemoryNearLimit", "--service", "my-app", "-k", "sidecar")
    assert 0 == done.exit_code, done.output
    assert "ContainerMemoryNearLimit: silent for a sidecar" in done.output
    assert "#" not in done.output.partition("\n\n* value")[0]


def test_a_picture_is_written_to_a_file(show: Show, tmp_path: Path) -> None:
    done = show("WorkloadDown", "--service", "my-app", "--svg", str(tmp_path / "down.svg"))
    assert (0, "") == (done.exit_code, done.output)
    assert (tmp_path / "down.svg").read_text(encoding="utf-8").startswith("<svg xmlns=")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("WorkloadDwon",), "did you mean 'WorkloadDown'?", id="a misspelt alert"),
        pytest.param(("WorkloadDown", "--service", "my-ap"), "did you mean 'my-app'?", id="a misspelt service"),
        pytest.param(("WorkloadDown", "-k", "nonsense"), "contains 'nonsense'", id="a word that is nowhere"),
        pytest.param(("WorkloadDown", "--svg", "x.svg"), "choose one with --service and -k", id="several in a file"),
    ],
)
def test_what_cannot_be_drawn_is_wrong_usage(show: Show, arguments: tuple[str, ...], said: str) -> None:
    done = show(*arguments)
    assert 2 == done.exit_code
    assert said in done.output


def test_a_file_that_cannot_be_written_is_said(show: Show, tmp_path: Path) -> None:
    done = show("WorkloadDown", "--service", "my-app", "--svg", str(tmp_path / "no" / "down.svg"))
    assert 3 == done.exit_code
    assert "down.svg: No such file or directory" in done.output


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A service that says itself what it expects."""
    spec = tmp_path / "rules.d"
    spec.mkdir()
    (spec / "my-app.yaml").write_text(
        "service: my-app\nnamespace: shop\nteam: web\ntests:\n- name: the nightly batch takes all pods away\n"
        "  given: [available: 0 of 3 for 30m]\n"
        "  expect: [{alert: WorkloadDown, firing: 15m, labels: {severity: critical}}]\n",
        encoding="utf-8",
    )
    return spec


def test_a_services_own_case_is_drawn_too(show: Show, own: Path) -> None:
    done = show("WorkloadDown", "--spec", str(own), "--service", "my-app", "-k", "nightly")
    assert 0 == done.exit_code, done.output
    head, _, chart = done.output.partition("\n")
    assert "shop/my-app WorkloadDown (critical): the nightly batch takes all pods away" == head
    assert {"p", "#"} <= set(chart.split("|")[9].split("\n")[0])


def test_a_services_own_case_is_a_picture_in_a_file(show: Show, own: Path, tmp_path: Path) -> None:
    done = show("WorkloadDown", "--spec", str(own), "-k", "nightly", "--svg", str(tmp_path / "own.svg"))
    assert (0, "") == (done.exit_code, done.output)
    assert "the nightly batch" in (tmp_path / "own.svg").read_text(encoding="utf-8")


def test_without_a_word_the_first_scenario_is_the_alerts_own(show: Show, own: Path) -> None:
    assert "nightly" not in show("WorkloadDown", "--spec", str(own)).output
