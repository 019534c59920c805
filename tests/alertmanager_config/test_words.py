"""What the settings are called in the published CRD, and all that it has."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from alertgen.alertmanager_config.words import WORDS, Form, Word, words
from alertgen.receivers import integrations

UNUSED = {
    "accessKey", "secretKey",  # a literal secret of Amazon's has no file to be read from, so the spec has none
    "bearerTokenSecret",  # deprecated: authorization
    "botTokenFile", "tokenFile", "userKeyFile",  # there is a Secret for each
    "oauth2",  # client_id is a text in the spec and a Secret there
    "proxyConnectHeader",  # secrets of which Alertmanager has no files
    "proxyURL",  # deprecated: proxyUrl
}  # fmt: skip
"""What the CRD has and no receiver of ours can say."""


@pytest.fixture(scope="module")
def receiver() -> Any:
    """The CRD's model; importing it takes seconds, so only who asks waits."""
    from cloudcoil.models.prometheus_operator.v1alpha1 import Receiver  # noqa: PLC0415 - see above

    return Receiver


def model_in(annotation: Any) -> Any:
    """The model that a field of another one holds, in whatever it is wrapped; None for a plain value."""
    if isinstance(annotation, type) and hasattr(annotation, "model_fields"):
        return annotation
    return next(filter(None, map(model_in, typing.get_args(annotation))), None)


def fields(model: Any) -> dict[str, Any]:
    return {field.alias or name: model_in(field.annotation) for name, field in model.model_fields.items()}


def unknown(known: Mapping[str, Word], model: Any) -> Iterator[str]:
    """The words that the model does not have, and what it has beside them."""
    there = fields(model)
    for name, word in known.items():
        held = model
        for part in word.path:
            if part not in fields(held):
                yield f"{name}: {'.'.join(word.path)} is not there"
                break
            held = fields(held)[part]
        else:
            if word.form in {Form.BLOCK, Form.BLOCKS}:
                yield from unknown(word.words, held)
            else:
                expected = {Form.SECRET: {"key", "name", "optional"}, Form.PAIRS: {"key", "value"}, Form.SAME: set()}
                if expected[word.form] != (set(fields(held)) if held else set()):
                    yield f"{name}: not written as a {word.form.name}"
    yield from (f"{left} is there" for left in there.keys() - {w.path[0] for w in known.values()} - UNUSED)


@pytest.mark.parametrize("integration", sorted(WORDS))
def test_the_words_are_those_of_the_crd_and_all_of_them(integration: str, receiver: Any) -> None:
    assert [] == list(unknown(words(integration) or {}, fields(receiver)[f"{integration}Configs"]))


def test_every_integration_of_the_crd_is_there(receiver: Any) -> None:
    assert {"name", *(f"{integration}Configs" for integration in WORDS)} == set(fields(receiver))


@pytest.mark.parametrize("integration", sorted(WORDS))
def test_every_word_is_a_setting_of_ours(integration: str) -> None:
    ours = {field.name for field in integrations()[integration].settings}
    assert set() == (words(integration) or {}).keys() - ours


def test_what_the_crd_lacks_has_no_words() -> None:
    assert {"incidentio", "jira", "mattermost", "msteamsv2", "rocketchat"} == {
        key for key in integrations() if words(key) is None
    }
