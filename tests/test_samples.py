"""Samples as promtool prints them."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from alertgen.samples import Sample, samples

_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)
_LABELS = st.dictionaries(st.from_regex(r"[a-z_]{1,5}", fullmatch=True), _TEXT, max_size=3)


@given(st.lists(_LABELS, max_size=4))
def test_every_sample_comes_back_with_its_labels(labels: list[dict[str, str]]) -> None:
    printed = ["{" + ", ".join(f"{k}={json.dumps(v)}" for k, v in one.items()) + "} 1E+00" for one in labels]
    assert tuple(Sample(one, "1E+00") for one in labels) == samples(", ".join(printed))


def test_labels_with_dots_are_quoted_since_3_0() -> None:
    assert ({"a.b": "x", "c": "y"},) == tuple(s.labels for s in samples('{"a.b"="x", c="y"} +Inf'))
