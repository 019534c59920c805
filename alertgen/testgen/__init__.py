"""Alerts and their scenarios → promtool unit tests.

Scenarios say what the alert means; what follows from `for`, from doubled exporters or from a neighbour's likeness is
added here for every alert alike: `situations` gathers and `variants` adds, `packing` puts side by side what may be,
`asking` says what must be true when, `generate` makes the file of it.
"""
