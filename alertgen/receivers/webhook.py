"""Any HTTP endpoint."""

from __future__ import annotations

from alertgen.receivers._field import Integration, Kind, exactly_one, setting, url
from alertgen.receivers._http import HTTP_CONFIG

INTEGRATION = Integration(
    key="webhook",
    about="Posts the notification as JSON.",
    sample={"url": "https://example.com/alerts"},
    fields=(
        url("url", "Where it is posted, if the address is no secret.", templated_since="0.31"),
        setting("url_file", Kind.FILE, "The file that holds the address.", since="0.26"),
        setting("max_alerts", Kind.COUNT, "Alerts in one message; 0 means all.", default=0),
        setting("timeout", Kind.GO_DURATION, "How long one request may take.", default="0s", since="0.28"),
        setting("payload", Kind.TREE, "What is posted in place of Alertmanager's own message.", since="0.32"),
        HTTP_CONFIG,
    ),
    rules=(exactly_one("url", "url_file"),),
)
