"""Who is told: the routing document → teams and receivers → Alertmanager's tree, and where an alert ends up."""
