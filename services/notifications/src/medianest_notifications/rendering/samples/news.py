"""What is new in the library, and how services are."""

from collections.abc import Mapping, Sequence
from typing import Any

_NOTHING: dict[str, Any] = {
    "title": None,
    "by": None,
    "year": None,
    "season": None,
    "seasons": [],
    "is_4k": False,
    "episodes": None,
    "total": None,
    "library": "Movies",
    "count": 1,
    "titles": [],
    "more": 0,
}
_DARK = {"title": "Dark", "library": "Shows"}
_LASTED: dict[str, Any] = {"days": 0, "hours": 0, "minutes": 0}
_DOWN = _LASTED | {"name": "Plex", "reason": "Plex cannot be reached.", "times": 1}

_COMPLAINT: dict[str, Any] = {
    "name": "Radarr",
    "level": "warning",
    "said": "Indexers unavailable due to failures: Indexer A",
}

SAMPLES: Mapping[str, Sequence[dict[str, Any]]] = {
    "library.added": [
        _NOTHING | {"item": "movie", "title": "Dune", "year": 2021},
        _NOTHING | _DARK | {"item": "season", "season": 2, "seasons": [2], "episodes": 10, "total": 10},
        _NOTHING | _DARK | {"item": "season", "season": 0, "seasons": [0], "episodes": 1, "total": 1},
        _NOTHING | _DARK | {"item": "seasons", "seasons": [1, 2, 3], "episodes": 26, "total": 26},
        _NOTHING | _DARK | {"item": "episodes", "season": 2, "seasons": [2], "episodes": 1, "total": 4},
        _NOTHING | {"item": "album", "title": "Kid A", "by": "Radiohead", "library": None},
        _NOTHING | {"item": "many", "count": 23, "titles": ["Dune (2021)", "Heat (1995)"], "more": 21},
    ],
    "service.down": [
        _DOWN,
        _DOWN | {"reason": None},
        _DOWN | {"times": 3, "minutes": 20},
        _DOWN | {"times": 9, "hours": 5},
    ],
    "service.degraded": [
        {"name": "Plex", "reason": "Plex does not accept MEDIANEST_PLEX_TOKEN any more.", "state": "auth"},
        {"name": "Sonarr", "reason": None, "state": "degraded"},
        {"name": "Plex", "reason": "Plex cannot be reached.", "state": "flapping"},
    ],
    "service.still_down": [
        _LASTED | {"name": "Plex", "reason": "Plex cannot be reached.", "hours": 3},
        _LASTED | {"name": "Plex", "reason": None, "days": 2},
    ],
    "service.certificate_expiring": [
        {"name": "Plex", "days": 7, "until": "2026-12-06"},
        {"name": "Plex", "days": 0, "until": "2026-12-06"},
    ],
    "service.dead_letters": [
        {"handler": "media__submit_request", "reason": "KeyError: 'id'", "count": 1, "waiting": 1},
        {"handler": "plex__user_created", "reason": "Conflict: not now", "count": 12, "waiting": 40},
    ],
    "service.complained": [
        _COMPLAINT | {"count": 1},
        _COMPLAINT | {"count": 1, "level": "error", "said": "Nothing is free at /data"},
        _COMPLAINT | {"count": 1, "level": "notice", "said": "An update is there."},
        _COMPLAINT | {"count": 3, "said": "Indexers unavailable; Nothing is free at /data; No root folder"},
    ],
    "service.complaints_ended": [
        _COMPLAINT | _LASTED | {"count": 1, "hours": 3},
        _COMPLAINT | _LASTED | {"count": 1, "days": 2, "level": "error"},
        _COMPLAINT | _LASTED | {"count": 1, "minutes": 9, "level": "notice"},
        _COMPLAINT | _LASTED | {"count": 2, "said": "Indexers unavailable; Nothing is free at /data"},
    ],
    "service.download_stuck": [
        {"name": "Sonarr", "title": "Dark", "said": "One or more episodes were not imported; Sample"},
        {"name": "Radarr 4K", "title": "Dune", "said": None},
    ],
    "service.recovered": [
        _DOWN | {"was": "down", "minutes": 4},
        _DOWN | {"was": "down", "minutes": 20, "times": 3, "reason": None},
        _DOWN | {"was": "down", "days": 2},
        _DOWN | {"was": "auth", "hours": 3, "times": 0, "reason": None},
        {"name": "Plex", "reason": None, "was": "unwatched"},
    ],
}
