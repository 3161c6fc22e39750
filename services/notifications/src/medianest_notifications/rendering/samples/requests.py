from collections.abc import Mapping, Sequence
from typing import Any

_DUNE: dict[str, Any] = {"title": "Dune", "year": 2021, "seasons": [], "is_4k": True, "reason": None}
_DARK: dict[str, Any] = {"title": "Dark", "year": 2017, "seasons": [1, 2], "is_4k": False, "reason": None}


def _told(title: dict[str, Any], *, reader: str, who: str | None = None, **more: Any) -> dict[str, Any]:
    return {"reader": reader, "who": who, **title, **more}


_OWN, _ADMINS, _FOLLOWED = (
    _told(_DARK, reader="requester"),
    _told(_DUNE, reader="admin", who="Ada"),
    _told(_DARK, reader="follower"),
)
_ORPHAN = _told(_DARK, reader="admin")
_WHY = {"reason": "We have it on disc."}

SAMPLES: Mapping[str, Sequence[dict[str, Any]]] = {
    "request.created": [_ADMINS, _ORPHAN],
    "request.approved": [_OWN, _FOLLOWED],
    "request.declined": [_OWN, _OWN | _WHY, _FOLLOWED],
    "request.processing": [_OWN],
    "request.partially_available": [_OWN, _FOLLOWED],
    "request.available": [_OWN, _FOLLOWED],
    "request.failed": [_OWN | _WHY, _ADMINS | _WHY, _FOLLOWED | _WHY, _ORPHAN],
    "request.cancelled": [_OWN | _WHY, _ADMINS, _FOLLOWED],
    "request.edited": [_OWN, _OWN | {"reason": "The second season is missing."}],
    "request.stuck": [_FOLLOWED, _FOLLOWED | {"reason": "Radarr does not answer."}],
}
