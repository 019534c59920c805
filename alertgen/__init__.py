"""alertgen: Prometheus alert rules and Alertmanager routing from a few lines of YAML, with proof."""
