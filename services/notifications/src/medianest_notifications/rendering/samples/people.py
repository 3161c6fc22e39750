"""What becomes of people and of what they may do."""

from collections.abc import Mapping, Sequence
from typing import Any

_DUNE: dict[str, Any] = {
    "who": None,
    "reader": "requester",
    "title": "Dune",
    "year": 2021,
    "seasons": [],
    "is_4k": False,
    "reason": None,
}

SAMPLES: Mapping[str, Sequence[dict[str, Any]]] = {
    "security.role_changed": [
        {"reader": reader, "who": who, "role": role}
        for reader, who in (("account", "Ada"), ("admin", "Ada"), ("admin", None))
        for role in ("owner", "admin", "user")
    ],
    "security.email_changed": [{}],
    "people.access_lost": [{"who": "Ada", "is_out": True}, {"who": None, "is_out": False}],
    "people.suspended": [{"who": "Ada"}, {"who": None}],
    "quota.changed": [
        {"movie_limit": 10, "movie_days": 7, "tv_limit": 0, "tv_days": 7},
        {"movie_limit": None, "movie_days": 1, "tv_limit": 1, "tv_days": 1},
    ],
    "request.from_watchlist": [_DUNE],
    "watchlist.unreadable": [{"reason": "Sign in with Plex again."}],
    "import.ended": [
        {"dry_run": True, "problem": None},
        {"dry_run": False, "problem": None},
        {"dry_run": False, "problem": "Overseerr does not answer. Start it again."},
    ],
}
