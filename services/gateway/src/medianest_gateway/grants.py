"""Which scope a personal token needs where. The first line that fits decides, and what no line names is refused.

Whether its owner may do it at all is decided by the service, as for anybody.
"""

from medianest_common.contracts.identity import Scope
from medianest_common.web import Grant

API = "/api/v1"

_READ = frozenset({Scope.READ})
_REQUEST = frozenset({Scope.REQUEST})
_DOWNLOAD = frozenset({Scope.DOWNLOAD})
_NOTIFICATIONS = frozenset({Scope.NOTIFICATIONS})
_FORWARD_AUTH = frozenset({Scope.FORWARD_AUTH})
_ADMIN = frozenset({Scope.ADMIN})

GRANTS = (
    Grant(f"{API}/auth/verify", reading=_FORWARD_AUTH),
    # Nothing about the account itself, or a stolen token could make itself at home.
    Grant(f"{API}/auth"),
    Grant(f"{API}/csrf"),
    Grant(f"{API}/users/me/*"),
    Grant(f"{API}/users/me", reading=_READ),
    Grant(f"{API}/admin", reading=_ADMIN, changing=_ADMIN),
    Grant(f"{API}/health", reading=_ADMIN),
    Grant(f"{API}/media/requests/*/approve", changing=_ADMIN),
    Grant(f"{API}/media/requests/*/decline", changing=_ADMIN),
    Grant(f"{API}/media/requests/*/retry", changing=_ADMIN),
    Grant(f"{API}/media/requests/*/mark", changing=_ADMIN),
    Grant(f"{API}/media/requests/bulk", changing=_ADMIN),
    Grant(f"{API}/media/quotas", reading=_ADMIN, changing=_ADMIN),
    Grant(f"{API}/media/defaults", reading=_ADMIN, changing=_ADMIN),
    Grant(f"{API}/media/rules", reading=_ADMIN, changing=_ADMIN),
    Grant(f"{API}/media/import", reading=_ADMIN, changing=_ADMIN),
    Grant(f"{API}/media/watchlists", reading=_ADMIN),
    # What is changed there is at Plex, with the person's own account.
    Grant(f"{API}/media/watchlist", reading=_READ),
    Grant(f"{API}/media", reading=_READ, changing=_REQUEST),
    Grant(f"{API}/plex", reading=_READ, changing=_ADMIN),
    Grant(f"{API}/youtube/profiles", reading=_READ, changing=_ADMIN),
    Grant(f"{API}/youtube/queue", reading=_READ, changing=_ADMIN),
    Grant(f"{API}/youtube/quota/*", reading=_ADMIN, changing=_ADMIN),
    Grant(f"{API}/youtube/cookies", reading=_ADMIN, changing=_ADMIN),
    Grant(f"{API}/youtube/tools", reading=_ADMIN, changing=_ADMIN),
    Grant(f"{API}/youtube", reading=_READ, changing=_DOWNLOAD),
    Grant(f"{API}/services", reading=_READ),
    Grant(f"{API}/status", reading=_READ),
    Grant(f"{API}/dashboard", reading=_READ),
    Grant(f"{API}/notifications", reading=_READ | _NOTIFICATIONS, changing=_NOTIFICATIONS),
    Grant(f"{API}/ws", reading=_READ | _NOTIFICATIONS),
    Grant(f"{API}/events", reading=_READ | _NOTIFICATIONS),
    Grant(f"{API}/openapi.json", reading=_READ),
)
