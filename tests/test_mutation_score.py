"""A score counts what is known."""

from __future__ import annotations

from typing import Any, cast

import pytest

from alertgen.mutation import Fate, Outcome, score


@pytest.mark.parametrize(
    ("fates", "expected"),
    [
        ((), 100.0),
        ((Fate.KILLED,), 100.0),
        ((Fate.KILLED, Fate.SURVIVED), 50.0),
        ((Fate.KILLED, Fate.UNTESTED, Fate.UNTESTED, Fate.SURVIVED), 25.0),
        ((Fate.KILLED, Fate.UNKNOWN), 100.0),
        ((Fate.UNKNOWN, Fate.UNKNOWN), None),
    ],
)
def test_the_score_is_the_share_of_slips_noticed_of_those_of_which_it_is_known(
    fates: tuple[Fate, ...], expected: float | None
) -> None:
    nothing = cast("Any", None)  # the score looks at fates only
    assert expected == score(Outcome(nothing, nothing, fate) for fate in fates)
