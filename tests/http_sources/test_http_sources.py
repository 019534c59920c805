"""Every pattern about requests holds for every source that counts them."""

from __future__ import annotations

from pathlib import Path

import pytest
from settings import expansion

from alertgen.facets.http import HTTP
from alertgen.http_sources import sources
from alertgen.model import Kind, Select
from alertgen.patterns import catalogue
from alertgen.render import prometheus
from alertgen.render import tests as tests_file
from alertgen.testgen import test_file as generated_tests
from alertgen.tools.binaries import Binary
from alertgen.tools.promtool import test_rules as run_tests

ABOUT_REQUESTS = [alert for alert, pattern in catalogue().items() if pattern.facet and pattern.facet.key == HTTP.key]


@pytest.mark.parametrize("source", sources())
@pytest.mark.parametrize("alert", ABOUT_REQUESTS)
def test_a_pattern_holds_for_every_source(alert: str, source: str, promtool: Binary, tmp_path: Path) -> None:
    pattern = catalogue()[alert]
    sample = dict(pattern.facet.sample["http"]) if pattern.facet else {}
    own = sources()[source]
    spec = {**sample, "source": source, own.key: "my-route"}
    ways = [spec]
    if own.honors_labels is not None:
        ways.append({**spec, "honor_labels": not own.honors_labels})
    files = []
    for number, http in enumerate(ways):
        for label in ("", "cluster"):
            whole = expansion(pattern, Kind.DEPLOYMENT, Select.NAME, cluster_label=label, http=http)
            home = tmp_path / f"{number}{label}"
            home.mkdir()
            (home / "rules.yaml").write_text(prometheus.rule_file(whole.groups), encoding="utf-8")
            files.append(home / "tests.yaml")
            files[-1].write_text(tests_file.render(generated_tests(whole), ["rules.yaml"]), encoding="utf-8")
    run = run_tests(promtool, files, jobs=1, timeout=600, on_done=lambda _: None)
    assert not run.errors
    assert [] == [failure.raw for failure in run.failures]
