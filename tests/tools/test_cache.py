"""What promtool said before is found again, and a cache that is broken is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertgen.tools.cache import Cache, folder, key


def test_answers_outlive_the_run(tmp_path: Path) -> None:
    with Cache(tmp_path) as cache:
        cache.keep({"a": "1"})
    with Cache(tmp_path) as cache:
        assert {"a": "1"} == cache.known(["a", "b"])


@pytest.mark.parametrize("broken", ["folder is a file", "no database"])
def test_a_cache_that_cannot_be_used_is_empty_and_no_error(broken: str, tmp_path: Path) -> None:
    path = tmp_path / "cache"
    if broken == "no database":
        path.mkdir()
        (path / "results.sqlite").write_bytes(b"garbage" * 1000)
    else:
        path.write_text("x", encoding="utf-8")
    with Cache(path) as cache:
        cache.keep({"a": "1"})
        assert {} == cache.known(["a"])


def test_texts_that_are_cut_elsewhere_are_others() -> None:
    assert 3 == len({key("ab", "c"), key("a", "bc"), key("abc")})


def test_caches_are_where_the_user_wants_them() -> None:
    assert Path("/x/alertgen") == folder({"XDG_CACHE_HOME": "/x", "HOME": "/h"})
    assert Path("/h/.cache/alertgen") == folder({"HOME": "/h"})
