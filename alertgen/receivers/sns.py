"""Amazon SNS."""

from __future__ import annotations

from alertgen.receivers._field import (
    Integration,
    Kind,
    Needs,
    block,
    exactly_one,
    flag,
    only_literal,
    setting,
    text,
)
from alertgen.receivers._http import HTTP_CONFIG

_IDENTITY = "use profile, role_arn, or the AWS identity of Alertmanager's machine or pod"

INTEGRATION = Integration(
    key="sns",
    about="Publishes to Amazon SNS.",
    fields=(
        text("topic_arn", "The topic."),
        text("phone_number", "The phone number, in E.164."),
        text("target_arn", "The mobile endpoint."),
        text("api_url", "Where SNS is (default: AWS' own for the region)."),
        block(
            "sigv4",
            "How requests are signed.",
            (
                text("region", "The AWS region."),
                text("profile", "The profile of the shared credentials file."),
                text("role_arn", "The role to assume."),
                text("external_id", "The external id for assuming the role.", since="0.34"),
                only_literal("access_key", "An access key.", advice=_IDENTITY),
                only_literal("secret_key", "An access key's secret.", advice=_IDENTITY),
            ),
            Needs("external_id", "role_arn"),
        ),
        text("subject", "The subject, for e-mail endpoints.", default='{{ template "sns.default.subject" . }}'),
        text("message", "The text.", default='{{ template "sns.default.message" . }}'),
        setting("attributes", Kind.PAIRS, "Message attributes by name."),
        flag("use_aws_http_client", "Use AWS' own HTTP client.", since="0.33"),
        HTTP_CONFIG,
    ),
    rules=(exactly_one("topic_arn", "phone_number", "target_arn"),),
)
