"""Which assertion of a test file promtool complains about. Pure.

promtool names neither lines nor, for expressions, tests. But it judges in a fixed order, so what it complains about is
a subsequence of the assertions; where more than one would fit, the tests have to be run one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from alertgen.promtool_output import Failure
from alertgen.unittests import Assertion, TestGroup, seconds


def blame(groups: Sequence[TestGroup], failures: Sequence[Failure]) -> list[Assertion | None] | None:
    """For each failure the assertion it is about, or None when it is about none: a rule that cannot be evaluated.

    Nothing at all when there is more than one possibility, unless the groups are only one: then the first is as good
    as any, since equal assertions of one test come out alike.
    """
    if len(groups) == 1:
        return _aligned(groups, failures)
    first = _aligned(groups, failures)
    last = _aligned(groups[::-1], failures[::-1], backwards=True)[::-1]
    if None in first or first != last:
        return None
    return first


def _aligned(
    groups: Iterable[TestGroup], failures: Iterable[Failure], *, backwards: bool = False
) -> list[Assertion | None]:
    step = -1 if backwards else 1
    waiting = [(group, assertion) for group in groups for assertion in group.assertions[::step]]
    found: list[Assertion | None] = []
    for failure in failures:
        index = next((i for i, (group, assertion) in enumerate(waiting) if _fits(group, assertion, failure)), None)
        found.append(None if index is None else waiting[index][1])
        if index is not None:
            del waiting[: index + 1]
    return found


def _fits(group: TestGroup, assertion: Assertion, failure: Failure) -> bool:
    if seconds(failure.at) != assertion.time:
        return False
    if failure.expr is not None:
        wanted = bool(failure.expected) == bool(assertion.samples)
        return failure.expr == assertion.expr and (bool(failure.error) or wanted)
    return (
        failure.alertname == assertion.alertname
        and (failure.group or "") == group.name
        and not failure.error
        and len(failure.expected.splitlines()) == assertion.expected
    )
