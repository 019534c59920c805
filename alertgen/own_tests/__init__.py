"""A service's own `tests:`: what somebody expects of its alerts in a situation → promtool unit tests."""
