"""Keys, sealed values, tokens and what must never reach a log. Nothing here knows a service."""
