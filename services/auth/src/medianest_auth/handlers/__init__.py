"""What arrives from the bus, and what runs by the clock: each line leads to one use case."""

from medianest_auth.handlers import (
    audited,
    audited_integrations,
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
    "audited_integrations",
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
