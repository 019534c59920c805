"""The service itself, where its `http_request_duration_seconds` is a native histogram.

Prometheus reads native histograms since 2.40; promtool 2.42 cannot write one down, 2.53 can.
"""

from __future__ import annotations

from dataclasses import replace

from alertgen.http_sources import application
from alertgen.metrics.http import OWN_NATIVE_DURATION

SOURCE = replace(application.SOURCE, name="application-native", duration=OWN_NATIVE_DURATION, since=(2, 53))
