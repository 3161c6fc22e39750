"""What each route answers while the service that it asks is away. `docs/operations.md` shows it to people, and
`tests/faults/test_degradation.py` takes the services away one by one and holds every route against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

API = "/api/v1"


class Fallback(StrEnum):
    NONE_NEEDED = "answers as ever"
    """Nobody is asked, or everybody, and whoever is away is named in the answer."""
    PARTS = "answers part by part: what is away is shown as it was last, or named as unavailable"
    PLACEHOLDER = "shows a placeholder"
    REFUSED = "503 that names the service, with `Retry-After`"


@dataclass(frozen=True)
class Line:
    """`prefix` is of a path; the first line that fits counts. `service` is who is asked, None for nobody or for all."""

    prefix: str
    service: str | None
    fallback: Fallback = Fallback.REFUSED


LINES: Sequence[Line] = (
    Line("/health", None, Fallback.NONE_NEEDED),
    Line("/.well-known/jwks.json", "auth"),
    Line(f"{API}/health", None, Fallback.NONE_NEEDED),
    Line(f"{API}/auth/verify", None, Fallback.NONE_NEEDED),
    Line(f"{API}/csrf", None, Fallback.NONE_NEEDED),
    Line(f"{API}/openapi.json", None, Fallback.NONE_NEEDED),
    Line(f"{API}/dashboard", None, Fallback.PARTS),
    Line(f"{API}/admin/stats", None, Fallback.PARTS),
    Line(f"{API}/admin/services", None, Fallback.PARTS),
    # Whoever makes them is no service.
    Line(f"{API}/admin/backups", None, Fallback.NONE_NEEDED),
    Line(f"{API}/users/me/export", None, Fallback.PARTS),
    Line(f"{API}/plex/images", "plex", Fallback.PLACEHOLDER),
    Line(f"{API}/media/images", "media", Fallback.PLACEHOLDER),
    Line(f"{API}/media", "media"),
    Line(f"{API}/plex", "plex"),
    Line(f"{API}/admin/plex", "plex"),
    Line(f"{API}/youtube/images", "youtube", Fallback.PLACEHOLDER),
    Line(f"{API}/youtube", "youtube"),
    Line(f"{API}/notifications", "notifications"),
    Line(f"{API}/admin/notifications", "notifications"),
    Line(f"{API}/admin/broadcasts", "notifications"),
    Line(f"{API}/services", "health"),
    Line(f"{API}/status", "health"),
    Line(f"{API}/admin/monitors", "health"),
    Line(f"{API}/admin/incidents", "health"),
    Line(f"{API}/admin/status-pages", "health"),
    Line(f"{API}/admin/errors", "health"),
    Line(f"{API}/admin/findings", "health"),
    Line(f"{API}/admin/resilience", "health"),
    Line(f"{API}/admin/recoveries", "health"),
    Line(f"{API}/admin/webhooks", "health"),
    Line(f"{API}/admin/queues", "health"),
    Line(f"{API}/webhooks", None, Fallback.NONE_NEEDED),
    Line(f"{API}/errors", "health"),
    Line(f"{API}/auth", "auth"),
    Line(f"{API}/users", "auth"),
    Line(f"{API}/admin", "auth"),
)


def line_for(path: str) -> Line:
    """Raises `LookupError` for a route that nobody has thought of."""
    for line in LINES:
        if path == line.prefix or path.startswith(f"{line.prefix}/"):
            return line
    raise LookupError(path)
