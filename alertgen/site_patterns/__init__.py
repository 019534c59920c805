"""A site's own alerts: `pattern` documents in YAML → the same patterns that the built-in ones are."""
