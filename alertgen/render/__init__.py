"""Rules, tests, routing and docs → text. One file per output; each emits the few shapes it knows directly."""
