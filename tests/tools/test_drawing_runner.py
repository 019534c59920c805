from __future__ import annotations

from conftest import Fake
from settings import expansion

from alertgen.drawing import Sitter
from alertgen.patterns import catalogue
from alertgen.testgen.situations import situations
from alertgen.tools import drawing_runner
from alertgen.tools.binaries import Binary


def sitters(alert: str) -> list[Sitter]:
    whole = expansion(catalogue()[alert])
    (one,) = whole.alerts
    return [Sitter(whole, one, scenario) for scenario in situations(whole)[one.title]]


def test_promtool_says_what_the_value_was_and_when_the_alert_fired(promtools: tuple[Binary, ...]) -> None:
    asked = sitters("ContainerMemoryNearLimit")
    for promtool in promtools:
        drawings, errors = drawing_runner.draw(promtool, asked, jobs=1, timeout=60)
        assert not errors
        for sitter, drawing in zip(asked, drawings, strict=True):
            assert drawing
            assert bool(drawing.firing) == (sitter.scenario.breached is not None), sitter.scenario.name
            over = {time for curve in drawing.curves.values() for time, value in curve.items() if value > 0.9}
            assert over >= drawing.pending, sitter.scenario.name
            assert bool(over) == bool(drawing.pending), sitter.scenario.name


def test_a_promtool_that_goes_wrong_leaves_no_picture_and_an_error(fake: Fake) -> None:
    broken = Binary("promtool", fake("promtool", "exit 2"), (2, 42, 0), "PATH")
    drawings, errors = drawing_runner.draw(broken, sitters("ContainerMemoryNearLimit")[:2], jobs=1, timeout=60)
    assert (None, None) == drawings
    assert errors
