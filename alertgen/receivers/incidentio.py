"""incident.io."""

from __future__ import annotations

from alertgen.receivers._field import Integration, Kind, exactly_one, from_file, setting, url
from alertgen.receivers._http import HTTP_CONFIG

INTEGRATION = Integration(
    key="incidentio",
    about="Sends to an alert source of incident.io.",
    since=(0, 29),
    fields=(
        url("url", "The alert source's address."),
        setting("url_file", Kind.FILE, "The file that holds the alert source's address."),
        *from_file("alert_source_token", "the alert source's token"),
        setting("max_alerts", Kind.COUNT, "Alerts in one message; 0 means all.", default=0),
        setting("timeout", Kind.GO_DURATION, "How long one request may take.", default="0s"),
        HTTP_CONFIG,
    ),
    rules=(
        exactly_one("url", "url_file"),
        exactly_one("alert_source_token_file", "http_config.authorization"),
    ),
)
