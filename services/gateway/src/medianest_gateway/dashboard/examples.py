"""Answers as the description of the API shows them."""

from typing import Any

_AT = "2026-03-01T18:00:00.000000Z"
_EARLIER = "2026-03-01T17:42:10.000000Z"
_REQUEST_COUNTS = {
    "total": 12,
    "movie": 9,
    "tv": 3,
    "pending": 1,
    "approved": 0,
    "processing": 2,
    "partially_available": 1,
    "available": 8,
    "declined": 0,
    "failed": 0,
    "cancelled": 0,
}


def _fresh(data: Any) -> dict[str, Any]:
    return {"state": "fresh", "asOf": _AT, "data": data}


_AWAY = {"state": "unavailable", "asOf": None, "data": None}
_INBOX = _fresh({"unread": 2, "head": 41})

STATS: dict[str, Any] = {
    "requests": _fresh({key.replace("_available", "Available"): n for key, n in _REQUEST_COUNTS.items()}),
    "moved": _fresh({"items": [], "nextCursor": None, "total": None}),
    "quota": _fresh(
        {
            kind: {"limit": 10, "days": 7, "used": used, "remaining": 10 - used, "resetsAt": None}
            for kind, used in {"movie": 2, "tv": 0}.items()
        }
    ),
    "libraries": {
        "state": "stale",
        "asOf": _EARLIER,
        "data": {"items": [{"key": "1", "title": "Films", "type": "movie", "count": 1284}], "stale": False},
    },
    "recentlyAdded": _AWAY,
    "downloads": _fresh(
        {
            "total": 6,
            "queued": 1,
            "waiting": 0,
            "downloading": 1,
            "processing": 0,
            "importing": 0,
            "ready": 4,
            "paused": 0,
            "failed": 0,
            "cancelled": 0,
            "removed": 0,
        }
    ),
    "downloadQuota": _AWAY,
    "inbox": _INBOX,
    "household": None,
}
STATUS: dict[str, Any] = {
    "services": _fresh(
        {
            "status": "degraded",
            "counts": {"up": 1, "degraded": 1},
            "items": [
                {
                    "id": "0195a1b2-0000-7000-8000-000000000001",
                    "name": "Plex",
                    "group": "Media",
                    "status": "up",
                    "since": _EARLIER,
                    "message": None,
                },
                {
                    "id": "0195a1b2-0000-7000-8000-000000000002",
                    "name": "Overseerr",
                    "group": "Media",
                    "status": "degraded",
                    "since": _EARLIER,
                    "message": "It answers slowly.",
                },
            ],
        }
    )
}
NOTIFICATIONS: dict[str, Any] = {
    "latest": _fresh(
        {
            "items": [
                {
                    "seq": 41,
                    "id": "0195a1b2-0000-7000-8000-000000000041",
                    "type": "request.available",
                    "title": "The Matrix is there",
                    "body": "What you asked for can be watched.",
                    "link": "/requests/0195a1b2-0000-7000-8000-000000000007",
                    "data": {},
                    "createdAt": _EARLIER,
                    "readAt": None,
                    "dismissedAt": None,
                    "pinnedAt": None,
                }
            ],
            "nextCursor": None,
            "total": None,
        }
    ),
    "inbox": _INBOX,
}
