"""What arrives from the bus, and what runs by the clock: each line leads to one use case."""

from medianest_auth.handlers import (
    audited,
    history,
    invites,
    operator,
    passwords,
    people,
    plex_access,
    providers,
    second_factors,
    sessions,
    tokens,
)
from medianest_auth.handlers.base import handlers

__all__ = [
    "audited",
    "handlers",
    "history",
    "invites",
    "operator",
    "passwords",
    "people",
    "plex_access",
    "providers",
    "second_factors",
    "sessions",
    "tokens",
]
