"""Who may call what. Every route stands in the table; one that does not fails the test until somebody has decided."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from medianest_common.contracts.identity import Scope
from medianest_common.web import Grants
from medianest_gateway.grants import GRANTS
from tests.security.belongings import belongings, first, prefix_of, requests_of
from tests.security.conftest import FILM, House
from tests.world import Person

PUBLIC, USER, ADMIN = "public", "user", "admin"
ACCESS = {
    "GET /.well-known/jwks.json": PUBLIC,
    "GET /health": PUBLIC,
    "GET /health/live": PUBLIC,
    "GET /health/ready": PUBLIC,
    "GET /api/v1/csrf": PUBLIC,
    "GET /api/v1/health": PUBLIC,
    "GET /api/v1/auth/providers": PUBLIC,
    "POST /api/v1/csrf/refresh": PUBLIC,
    "POST /api/v1/auth/setup": PUBLIC,
    "POST /api/v1/auth/login": PUBLIC,
    "POST /api/v1/auth/refresh": PUBLIC,
    "POST /api/v1/auth/password/forgot": PUBLIC,
    "POST /api/v1/auth/password/reset": PUBLIC,
    "POST /api/v1/auth/email/confirm": PUBLIC,
    "POST /api/v1/auth/login/mfa": PUBLIC,
    "POST /api/v1/auth/passkeys/login": PUBLIC,
    "POST /api/v1/auth/passkeys/login/options": PUBLIC,
    "POST /api/v1/auth/plex/pin": PUBLIC,
    "POST /api/v1/auth/plex/verify": PUBLIC,
    "GET /api/v1/auth/oauth/{provider}/start": PUBLIC,
    "POST /api/v1/auth/oauth/{provider}/start": PUBLIC,
    "GET /api/v1/auth/oauth/{provider}/callback": PUBLIC,
    "GET /api/v1/auth/verify": PUBLIC,
    "GET /api/v1/auth/forward": PUBLIC,
    "POST /api/v1/auth/invites/look": PUBLIC,
    "POST /api/v1/auth/invites/accept": PUBLIC,
    "GET /api/v1/auth/tokens": USER,
    "POST /api/v1/auth/tokens": USER,
    "DELETE /api/v1/auth/tokens/{id}": USER,
    "GET /api/v1/auth/identities": USER,
    "POST /api/v1/auth/identities/{provider}": USER,
    "DELETE /api/v1/auth/identities/{provider}": USER,
    "POST /api/v1/webhooks/overseerr": PUBLIC,
    "POST /api/v1/webhooks/plex/{secret}": PUBLIC,
    "POST /api/v1/webhooks/tautulli": PUBLIC,
    "POST /api/v1/webhooks/tautulli/{secret}": PUBLIC,
    "POST /api/v1/webhooks/sonarr": PUBLIC,
    "POST /api/v1/webhooks/sonarr/{secret}": PUBLIC,
    "POST /api/v1/webhooks/radarr": PUBLIC,
    "POST /api/v1/webhooks/radarr/{secret}": PUBLIC,
    "POST /api/v1/webhooks/prowlarr": PUBLIC,
    "POST /api/v1/webhooks/prowlarr/{secret}": PUBLIC,
    "POST /api/v1/webhooks/uptime-kuma": PUBLIC,
    "POST /api/v1/webhooks/uptime-kuma/{secret}": PUBLIC,
    "POST /api/v1/webhooks/generic/{name}": PUBLIC,
    "GET /api/v1/admin/webhooks": ADMIN,
    "GET /api/v1/auth/session": USER,
    "GET /api/v1/auth/devices": USER,
    "GET /api/v1/users/me": USER,
    "PATCH /api/v1/users/me": USER,
    "DELETE /api/v1/users/me": USER,
    "GET /api/v1/users/me/export": USER,
    "DELETE /api/v1/auth/devices/{id}": USER,
    "DELETE /api/v1/auth/devices/known": USER,
    "POST /api/v1/auth/devices/revoke-others": USER,
    "GET /api/v1/auth/activity": USER,
    "POST /api/v1/auth/logout": USER,
    "POST /api/v1/auth/step-up": USER,
    "GET /api/v1/auth/2fa": USER,
    "DELETE /api/v1/auth/2fa": USER,
    "POST /api/v1/auth/2fa/totp": USER,
    "POST /api/v1/auth/2fa/totp/verify": USER,
    "POST /api/v1/auth/2fa/recovery-codes": USER,
    "GET /api/v1/auth/passkeys": USER,
    "POST /api/v1/auth/passkeys": USER,
    "POST /api/v1/auth/passkeys/options": USER,
    "DELETE /api/v1/auth/passkeys/{id}": USER,
    "POST /api/v1/auth/password/change": USER,
    "GET /api/v1/media/search": USER,
    "GET /api/v1/media/discover/{shelf}": USER,
    "GET /api/v1/media/movie/{tmdb_id}": USER,
    "GET /api/v1/media/tv/{tmdb_id}": USER,
    "GET /api/v1/media/tv/{tmdb_id}/season/{number}": USER,
    "GET /api/v1/media/movie/{tmdb_id}/{relation}": USER,
    "GET /api/v1/media/tv/{tmdb_id}/{relation}": USER,
    "GET /api/v1/media/person/{tmdb_id}": USER,
    "GET /api/v1/media/genres": USER,
    "GET /api/v1/media/providers": USER,
    "GET /api/v1/media/quota": USER,
    "GET /api/v1/media/requests": USER,
    "GET /api/v1/media/requests/counts": USER,
    "GET /api/v1/media/requests/{id}": USER,
    "POST /api/v1/media/request": USER,
    "DELETE /api/v1/media/requests/{id}": USER,
    "PATCH /api/v1/media/requests/{id}": USER,
    "GET /api/v1/media/requests/followed": USER,
    "POST /api/v1/media/requests/{id}/follow": USER,
    "DELETE /api/v1/media/requests/{id}/follow": USER,
    "POST /api/v1/media/requests/{id}/check": USER,
    "GET /api/v1/media/options/{media_type}/{tmdb_id}": USER,
    "GET /api/v1/media/stats": USER,
    "GET /api/v1/media/issues": USER,
    "POST /api/v1/media/issues": USER,
    "GET /api/v1/media/issues/{id}": USER,
    "DELETE /api/v1/media/issues/{id}": USER,
    "GET /api/v1/media/issues/{id}/comments": USER,
    "POST /api/v1/media/issues/{id}/comments": USER,
    "POST /api/v1/media/issues/{id}/resolve": USER,
    "POST /api/v1/media/issues/{id}/reopen": USER,
    "GET /api/v1/media/watchlist": USER,
    "PUT /api/v1/media/watchlist": USER,
    "DELETE /api/v1/media/watchlist/{rating_key}": USER,
    "GET /api/v1/plex/server": USER,
    "GET /api/v1/plex/libraries": USER,
    "GET /api/v1/plex/recently-added": USER,
    "GET /api/v1/plex/search": USER,
    "GET /api/v1/plex/images/{key}": USER,
    "GET /api/v1/media/images/{size}/{name}": USER,
    "GET /api/v1/youtube/images/{key}": USER,
    "GET /api/v1/plex/libraries/{library_key}/items": USER,
    "GET /api/v1/plex/libraries/{library_key}/places": USER,
    "GET /api/v1/plex/libraries/{library_key}/filters": USER,
    "GET /api/v1/plex/items/{rating_key}": USER,
    "GET /api/v1/plex/items/{rating_key}/children": USER,
    "GET /api/v1/plex/collections": USER,
    "GET /api/v1/plex/collections/{rating_key}": USER,
    "GET /api/v1/plex/on-deck": USER,
    "GET /api/v1/plex/sessions": ADMIN,
    "GET /api/v1/plex/history": USER,
    "GET /api/v1/plex/stats": USER,
    "GET /api/v1/notifications": USER,
    "GET /api/v1/notifications/count": USER,
    "GET /api/v1/notifications/types": USER,
    "GET /api/v1/notifications/preferences": USER,
    "PUT /api/v1/notifications/preferences": USER,
    "GET /api/v1/notifications/preferences/preview": USER,
    "GET /api/v1/notifications/mutes": USER,
    "PUT /api/v1/notifications/mutes/{media_type}/{tmdb_id}": USER,
    "DELETE /api/v1/notifications/mutes/{media_type}/{tmdb_id}": USER,
    "GET /api/v1/notifications/channels": USER,
    "POST /api/v1/notifications/channels": USER,
    "GET /api/v1/notifications/channels/kinds": USER,
    "GET /api/v1/notifications/channels/{id}": USER,
    "PUT /api/v1/notifications/channels/{id}": USER,
    "DELETE /api/v1/notifications/channels/{id}": USER,
    "POST /api/v1/notifications/channels/{id}/code": USER,
    "POST /api/v1/notifications/channels/{id}/verify": USER,
    "POST /api/v1/notifications/channels/{id}/test": USER,
    "GET /api/v1/notifications/{id}/deliveries": USER,
    "GET /api/v1/notifications/unsubscribe": PUBLIC,
    "POST /api/v1/notifications/unsubscribe": PUBLIC,
    "GET /api/v1/admin/notifications/templates": ADMIN,
    "POST /api/v1/admin/notifications/templates/preview": ADMIN,
    "GET /api/v1/admin/notifications/templates/{type}/{locale}/{channel}": ADMIN,
    "PUT /api/v1/admin/notifications/templates/{type}/{locale}/{channel}": ADMIN,
    "DELETE /api/v1/admin/notifications/templates/{type}/{locale}/{channel}": ADMIN,
    "GET /api/v1/admin/broadcasts": ADMIN,
    "POST /api/v1/admin/broadcasts": ADMIN,
    "POST /api/v1/admin/broadcasts/reach": ADMIN,
    "GET /api/v1/admin/broadcasts/{id}": ADMIN,
    "DELETE /api/v1/admin/broadcasts/{id}": ADMIN,
    "GET /api/v1/admin/notifications/deliveries": ADMIN,
    "POST /api/v1/admin/notifications/deliveries/{id}/resend": ADMIN,
    "DELETE /api/v1/admin/notifications/deliveries/{id}": ADMIN,
    "POST /api/v1/notifications/ticket": USER,
    "POST /api/v1/notifications/read-all": USER,
    "POST /api/v1/notifications/{id}/read": USER,
    "DELETE /api/v1/notifications/{id}/read": USER,
    "POST /api/v1/notifications/{id}/pin": USER,
    "DELETE /api/v1/notifications/{id}/pin": USER,
    "DELETE /api/v1/notifications/{id}": USER,
    "GET /api/v1/services/status": USER,
    "GET /api/v1/dashboard/stats": USER,
    "GET /api/v1/dashboard/status": USER,
    "GET /api/v1/dashboard/notifications": USER,
    "GET /api/v1/services/{id}": USER,
    "GET /api/v1/services/{id}/history": USER,
    "GET /api/v1/services/{id}/incidents": USER,
    "GET /api/v1/services/push/{token}": PUBLIC,
    "POST /api/v1/services/push/{token}": PUBLIC,
    "GET /api/v1/services/{id}/badge.svg": PUBLIC,
    "GET /api/v1/status/{slug}": PUBLIC,
    "GET /api/v1/status/{slug}/feed.atom": PUBLIC,
    "GET /api/v1/status/{slug}/feed.rss": PUBLIC,
    "GET /api/v1/admin/status-pages": ADMIN,
    "POST /api/v1/admin/status-pages": ADMIN,
    "GET /api/v1/admin/status-pages/{id}": ADMIN,
    "PUT /api/v1/admin/status-pages/{id}": ADMIN,
    "DELETE /api/v1/admin/status-pages/{id}": ADMIN,
    "GET /api/v1/admin/monitors/maintenance": ADMIN,
    "POST /api/v1/admin/monitors/maintenance": ADMIN,
    "GET /api/v1/admin/monitors/maintenance/{id}": ADMIN,
    "PUT /api/v1/admin/monitors/maintenance/{id}": ADMIN,
    "DELETE /api/v1/admin/monitors/maintenance/{id}": ADMIN,
    "POST /api/v1/admin/monitors/maintenance/{id}/end": ADMIN,
    "POST /api/v1/admin/monitors/maintenance/{id}/cancel": ADMIN,
    "GET /api/v1/admin/stats": ADMIN,
    "GET /api/v1/admin/incidents": ADMIN,
    "GET /api/v1/admin/incidents/{id}": ADMIN,
    "POST /api/v1/admin/incidents/{id}/notes": ADMIN,
    "DELETE /api/v1/admin/incidents/{id}/notes/{note_id}": ADMIN,
    "PUT /api/v1/admin/incidents/{id}/post-mortem": ADMIN,
    "GET /api/v1/admin/monitors": ADMIN,
    "POST /api/v1/admin/monitors": ADMIN,
    "POST /api/v1/admin/monitors/test": ADMIN,
    "POST /api/v1/admin/monitors/bulk": ADMIN,
    "POST /api/v1/admin/monitors/import/uptime-kuma": ADMIN,
    "PUT /api/v1/admin/monitors/order": ADMIN,
    "GET /api/v1/admin/monitors/export": ADMIN,
    "POST /api/v1/admin/monitors/import": ADMIN,
    "GET /api/v1/admin/monitors/groups": ADMIN,
    "POST /api/v1/admin/monitors/groups": ADMIN,
    "PUT /api/v1/admin/monitors/groups/order": ADMIN,
    "PUT /api/v1/admin/monitors/groups/{id}": ADMIN,
    "DELETE /api/v1/admin/monitors/groups/{id}": ADMIN,
    "GET /api/v1/admin/monitors/{id}": ADMIN,
    "PUT /api/v1/admin/monitors/{id}": ADMIN,
    "DELETE /api/v1/admin/monitors/{id}": ADMIN,
    "POST /api/v1/admin/monitors/{id}/pause": ADMIN,
    "POST /api/v1/admin/monitors/{id}/resume": ADMIN,
    "POST /api/v1/admin/monitors/{id}/check": ADMIN,
    "POST /api/v1/admin/monitors/{id}/push-token": ADMIN,
    "POST /api/v1/media/requests/{id}/approve": ADMIN,
    "POST /api/v1/media/requests/{id}/decline": ADMIN,
    "POST /api/v1/media/requests/{id}/retry": ADMIN,
    "POST /api/v1/media/requests/bulk": ADMIN,
    "GET /api/v1/media/quotas": ADMIN,
    "GET /api/v1/media/quotas/{user_id}": ADMIN,
    "PUT /api/v1/media/quotas/{user_id}": ADMIN,
    "DELETE /api/v1/media/quotas/{user_id}": ADMIN,
    "GET /api/v1/media/defaults": ADMIN,
    "PUT /api/v1/media/defaults/{media_type}": ADMIN,
    "GET /api/v1/media/rules": ADMIN,
    "POST /api/v1/media/rules": ADMIN,
    "PUT /api/v1/media/rules/order": ADMIN,
    "POST /api/v1/media/rules/try": ADMIN,
    "PUT /api/v1/media/rules/{id}": ADMIN,
    "DELETE /api/v1/media/rules/{id}": ADMIN,
    "POST /api/v1/media/requests/{id}/mark": ADMIN,
    "GET /api/v1/media/watchlists": ADMIN,
    "GET /api/v1/media/import": ADMIN,
    "POST /api/v1/media/import": ADMIN,
    "GET /api/v1/media/import/{id}/findings": ADMIN,
    "GET /api/v1/media/import/people": ADMIN,
    "DELETE /api/v1/media/import/people/{id}": ADMIN,
    "GET /api/v1/youtube/metadata": USER,
    "POST /api/v1/youtube/download": USER,
    "GET /api/v1/youtube/downloads": USER,
    "POST /api/v1/youtube/downloads/retry-failed": USER,
    "GET /api/v1/youtube/downloads/{id}": USER,
    "DELETE /api/v1/youtube/downloads/{id}": USER,
    "POST /api/v1/youtube/downloads/{id}/pause": USER,
    "POST /api/v1/youtube/downloads/{id}/resume": USER,
    "POST /api/v1/youtube/downloads/{id}/retry": USER,
    "POST /api/v1/youtube/downloads/{id}/hurry": USER,
    "PUT /api/v1/youtube/downloads/{id}/pin": USER,
    "GET /api/v1/youtube/quota": USER,
    "GET /api/v1/youtube/stats": USER,
    "GET /api/v1/youtube/queue": USER,
    "GET /api/v1/youtube/profiles": USER,
    "POST /api/v1/youtube/profiles": ADMIN,
    "PUT /api/v1/youtube/profiles/{id}": ADMIN,
    "DELETE /api/v1/youtube/profiles/{id}": ADMIN,
    "POST /api/v1/youtube/queue/pause": ADMIN,
    "POST /api/v1/youtube/queue/resume": ADMIN,
    "GET /api/v1/youtube/quota/{user_id}": ADMIN,
    "PUT /api/v1/youtube/quota/{user_id}": ADMIN,
    "GET /api/v1/youtube/cookies": ADMIN,
    "PUT /api/v1/youtube/cookies": ADMIN,
    "DELETE /api/v1/youtube/cookies": ADMIN,
    "POST /api/v1/youtube/cookies/test": ADMIN,
    "GET /api/v1/youtube/batches": USER,
    "GET /api/v1/youtube/batches/{id}": USER,
    "DELETE /api/v1/youtube/batches/{id}": USER,
    "GET /api/v1/youtube/subscriptions": USER,
    "POST /api/v1/youtube/subscriptions": USER,
    "GET /api/v1/youtube/subscriptions/{id}": USER,
    "PUT /api/v1/youtube/subscriptions/{id}": USER,
    "DELETE /api/v1/youtube/subscriptions/{id}": USER,
    "POST /api/v1/youtube/subscriptions/{id}/check": USER,
    "GET /api/v1/youtube/tools": ADMIN,
    "GET /api/v1/youtube/tools/folder": ADMIN,
    "POST /api/v1/youtube/tools/update": ADMIN,
    "POST /api/v1/plex/collections": ADMIN,
    "PUT /api/v1/plex/collections/{rating_key}/items": ADMIN,
    "DELETE /api/v1/plex/collections/{rating_key}": ADMIN,
    "POST /api/v1/plex/libraries/{library_key}/scan": ADMIN,
    "GET /api/v1/plex/libraries/{library_key}/scan": ADMIN,
    "GET /api/v1/admin/plex/servers": ADMIN,
    "POST /api/v1/admin/plex/reconnect": ADMIN,
    "GET /api/v1/admin/plex/sync": ADMIN,
    "POST /api/v1/plex/libraries/{library_key}/sync": ADMIN,
    "GET /api/v1/auth/invites": ADMIN,
    "POST /api/v1/auth/invites": ADMIN,
    "DELETE /api/v1/auth/invites/{id}": ADMIN,
    "GET /api/v1/admin/users/{id}/tokens": ADMIN,
    "DELETE /api/v1/admin/users/{id}/tokens/{token_id}": ADMIN,
    "GET /api/v1/admin/users": ADMIN,
    "GET /api/v1/admin/users/{id}": ADMIN,
    "PATCH /api/v1/admin/users/{id}": ADMIN,
    "DELETE /api/v1/admin/users/{id}": ADMIN,
    "POST /api/v1/admin/users/{id}/sign-out": ADMIN,
    "POST /api/v1/admin/users/{id}/make-owner": ADMIN,
    "GET /api/v1/admin/erasures/{id}": ADMIN,
    "POST /api/v1/admin/users/{id}/reset-2fa": ADMIN,
    "GET /api/v1/admin/users/plex-candidates": ADMIN,
    "POST /api/v1/admin/users/import-plex": ADMIN,
    "POST /api/v1/admin/users/{id}/reset-link": ADMIN,
    "GET /api/v1/admin/sign-ins": ADMIN,
    "GET /api/v1/admin/audit": ADMIN,
    "GET /api/v1/admin/audit/verify": ADMIN,
    "GET /api/v1/health/details": ADMIN,
    "GET /api/v1/admin/services": ADMIN,
    "PUT /api/v1/admin/services/{kind}": ADMIN,
    "DELETE /api/v1/admin/services/{kind}": ADMIN,
    "POST /api/v1/admin/services/{kind}/test": ADMIN,
    "GET /api/v1/admin/findings": ADMIN,
    "GET /api/v1/admin/resilience": ADMIN,
    "POST /api/v1/admin/resilience/breakers/reset": ADMIN,
    "GET /api/v1/admin/recoveries": ADMIN,
    "GET /api/v1/admin/queues": ADMIN,
    "GET /api/v1/admin/queues/dead-letters": ADMIN,
    "POST /api/v1/admin/queues/dead-letters/retry": ADMIN,
    "POST /api/v1/admin/queues/dead-letters/drop": ADMIN,
    "GET /api/v1/admin/queues/dead-letters/{seq}": ADMIN,
    "POST /api/v1/admin/queues/dead-letters/{seq}/retry": ADMIN,
    "DELETE /api/v1/admin/queues/dead-letters/{seq}": ADMIN,
    "GET /api/v1/admin/backups": ADMIN,
    "POST /api/v1/admin/backups": ADMIN,
    "POST /api/v1/admin/backups/{name}/download": ADMIN,
    "GET /api/v1/admin/backups/{name}/file": ADMIN,
    "DELETE /api/v1/admin/backups/{name}": ADMIN,
    "POST /api/v1/errors/report": USER,
    "GET /api/v1/admin/errors": ADMIN,
    "GET /api/v1/admin/errors/{id}": ADMIN,
    "POST /api/v1/admin/errors/{id}/resolve": ADMIN,
    "DELETE /api/v1/admin/errors/{id}": ADMIN,
}
FOR_OTHERS = ("POST /api/v1/media/requests/{id}/follow",)
"""What one does with somebody else's thing, and sees no more of it for that than `test_following.py` says."""
OTHERS = [route for route, who in ACCESS.items() if who != PUBLIC]
BODIES: dict[str, Any] = {
    "POST /api/v1/errors/report": {"message": "x is not a function"},
    "POST /api/v1/admin/resilience/breakers/reset": {},
    "POST /api/v1/admin/queues/dead-letters/retry": {"everything": True},
    "POST /api/v1/admin/queues/dead-letters/drop": {"handler": "nobody__nothing"},
    "PUT /api/v1/admin/services/{kind}": {"url": "http://127.0.0.1:9", "secret": "k", "version": 999},
    "POST /api/v1/admin/services/{kind}/test": {"url": "http://127.0.0.1:9", "secret": "k"},
    "POST /api/v1/media/request": {"mediaType": "movie", "tmdbId": FILM},
    "POST /api/v1/media/requests/{id}/decline": {"reason": "no"},
    "POST /api/v1/media/issues": {
        "mediaType": "movie",
        "tmdbId": FILM,
        "kind": "other",
        "message": "blurred",
    },
    "POST /api/v1/media/issues/{id}/comments": {"message": "again"},
    "PATCH /api/v1/media/requests/{id}": {"note": "mine"},
    "POST /api/v1/media/requests/bulk": {"ids": [str(uuid4())], "action": "approve"},
    "PUT /api/v1/media/quotas/{user_id}": {"mayAsk4k": True},
    "PUT /api/v1/media/defaults/{media_type}": {"standard": {}, "fourK": {}},
    "POST /api/v1/media/rules": {"name": "Everything"},
    "PUT /api/v1/media/rules/{id}": {"name": "Everything"},
    "PUT /api/v1/media/rules/order": {"ids": []},
    "POST /api/v1/media/rules/try": {"userId": str(uuid4()), "mediaType": "movie", "tmdbId": FILM},
    "POST /api/v1/media/requests/{id}/mark": {"status": "processing"},
    "POST /api/v1/media/import": {"dryRun": True},
    "PUT /api/v1/media/watchlist": {"enabled": False},
    "POST /api/v1/notifications/read-all": {"upTo": 1},
    "POST /api/v1/admin/notifications/templates/preview": {"type": "request.approved"},
    "PUT /api/v1/admin/notifications/templates/{type}/{locale}/{channel}": {"title": "T", "body": "B"},
    "POST /api/v1/admin/broadcasts": {"audience": "everyone", "title": "T", "body": "B"},
    "POST /api/v1/admin/broadcasts/reach": {"audience": "everyone"},
    "POST /api/v1/notifications/channels": {"kind": "gotify", "name": "Mine", "config": {}},
    "PUT /api/v1/notifications/channels/{id}": {"name": "Mine", "config": {}},
    "POST /api/v1/notifications/channels/{id}/verify": {"code": "000000"},
    "PUT /api/v1/notifications/preferences": {
        "version": 0,
        "locale": "en",
        "zone": "UTC",
        "dailyAt": "08:00",
        "choices": [],
    },
    "PUT /api/v1/notifications/mutes/{media_type}/{tmdb_id}": {"title": "Dune"},
    "POST /api/v1/admin/plex/reconnect": {},
    "POST /api/v1/youtube/download": {"url": "https://youtu.be/aaaaaaaaaaa"},
    "POST /api/v1/youtube/downloads/retry-failed": {},
    "PUT /api/v1/youtube/downloads/{id}/pin": {"pinned": True},
    "POST /api/v1/youtube/profiles": {"name": "Small"},
    "PUT /api/v1/youtube/profiles/{id}": {"name": "Small"},
    "POST /api/v1/youtube/queue/pause": {},
    "PUT /api/v1/youtube/quota/{user_id}": {"limitPerHour": 1, "limitBytes": None},
    "PUT /api/v1/youtube/cookies": {"file": "none"},
    "POST /api/v1/youtube/cookies/test": {},
    "POST /api/v1/youtube/subscriptions": {"url": "https://www.youtube.com/@trains"},
    "PUT /api/v1/youtube/subscriptions/{id}": {},
    "POST /api/v1/youtube/tools/update": {},
    "POST /api/v1/plex/collections": {"title": "Nights", "libraryKey": "1", "ratingKeys": ["1"]},
    "PUT /api/v1/plex/collections/{rating_key}/items": {"add": ["1"]},
    "PATCH /api/v1/users/me": {"locale": "en"},
    "DELETE /api/v1/users/me": {"confirm": "nobody"},
    "PATCH /api/v1/admin/users/{id}": {"status": "active"},
    "POST /api/v1/admin/status-pages": {"slug": "house", "title": "Our house"},
    "PUT /api/v1/admin/status-pages/{id}": {"slug": "house", "title": "Our house", "version": 1},
    "POST /api/v1/admin/monitors/maintenance": {
        "title": "Backup",
        "zone": "UTC",
        "startsAtLocal": "2027-01-01T03:00",
        "durationSeconds": 3600,
        "rule": "FREQ=DAILY",
        "everything": True,
    },
    "PUT /api/v1/admin/monitors/maintenance/{id}": {
        "title": "Backup",
        "zone": "UTC",
        "startsAtLocal": "2027-01-01T03:00",
        "durationSeconds": 3600,
        "rule": "FREQ=DAILY",
        "everything": True,
        "version": 1,
    },
    "POST /api/v1/admin/incidents/{id}/notes": {"text": "The disk is new."},
    "PUT /api/v1/admin/incidents/{id}/post-mortem": {"text": "The disk was old.", "version": 0},
    "POST /api/v1/admin/monitors": {"name": "NAS", "spec": {"kind": "tcp", "host": "nas", "port": 1}},
    "PUT /api/v1/admin/monitors/{id}": {"name": "NAS", "version": 1},
    "POST /api/v1/admin/monitors/test": {"spec": {"kind": "tcp", "host": "127.0.0.1", "port": 1}},
    "POST /api/v1/admin/monitors/import/uptime-kuma": {"url": "http://127.0.0.1:1", "way": "metrics"},
    "POST /api/v1/admin/monitors/bulk": {"ids": [str(uuid4())], "action": "pause"},
    "PUT /api/v1/admin/monitors/order": {"ids": []},
    "POST /api/v1/admin/monitors/import": {"document": {"monitors": []}},
    "POST /api/v1/admin/monitors/groups": {"name": "Boxes"},
    "PUT /api/v1/admin/monitors/groups/order": {"ids": []},
    "PUT /api/v1/admin/monitors/groups/{id}": {"name": "Boxes"},
    "POST /api/v1/auth/tokens": {"name": "a script", "scopes": ["read"]},
    "POST /api/v1/auth/password/change": {"currentPassword": "x", "newPassword": "y"},
}
QUERIES = {
    "GET /api/v1/media/search": {"query": "film"},
    "GET /api/v1/plex/search": {"query": "film"},
    # Nothing that leads to YouTube.
    "GET /api/v1/youtube/metadata": {"url": "https://example.org"},
}


async def ask(
    person: Person, route: str, query: dict[str, str] | None = None, /, *, id: str = "", **headers: str
) -> httpx.Response:
    method, path = route.split()
    values = {
        "id": id or str(uuid4()),
        "tmdb_id": FILM,
        "media_type": "movie",
        "user_id": str(uuid4()),
        "shelf": "trending",
        "number": "1",
        "relation": "similar",
        "key": "a-key",
        "rating_key": "1",
        "library_key": "1",
        "provider": "plex",
        "token_id": str(uuid4()),
        "note_id": str(uuid4()),
        "type": "request.approved",
        "locale": "en",
        "channel": "any",
        "kind": "tautulli",
        "seq": "999999",
        "secret": "nobody-knows-it",
        "token": "nobody-knows-it",
        "slug": "nowhere",
        "name": "nobody.jpg" if "/images/" in path else "nobody",
        "size": "w92",
    }
    headers = {"X-CSRF-Token": person.csrf, **headers}
    params = {**QUERIES.get(route, {}), **(query or {})}
    return await person.http.request(
        method, path.format_map(values), json=BODIES.get(route), params=params, headers=headers
    )


def test_every_route_of_the_description_is_in_the_table_and_says_whom_it_asks(house: House) -> None:
    document = house.do(house.olive.get("/openapi.json")).json()
    described = {
        f"{method.upper()} {path}": PUBLIC if operation.get("security") == [] else "asks"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert described == {route: PUBLIC if who == PUBLIC else "asks" for route, who in ACCESS.items()}
    assert document["security"] == [{"bearer": []}, {"cookie": []}]


@pytest.mark.parametrize("route", [*OTHERS, "GET /api/v1/events"])
def test_77_nobody_is_asked_to_sign_in(house: House, route: str) -> None:
    answer = house.do(ask(house.nobody, route))
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("route", OTHERS)
@pytest.mark.parametrize("authorization", ["Bearer nonsense", "Bearer", "Basic b2xpdmU6c2VjcmV0"])
def test_77_a_wrong_credential_is_not_mended_by_a_good_cookie(
    house: House, route: str, authorization: str
) -> None:
    assert house.do(ask(house.olive, route, Authorization=authorization)).status_code == 401


@pytest.mark.parametrize("route", [route for route, who in ACCESS.items() if who == ADMIN])
def test_77_what_is_for_administrators_is_refused_to_a_user(house: House, route: str) -> None:
    request = house.do(requests_of(house.frida))[0]
    answer = house.do(ask(house.frida, route, id=request["id"]))
    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
    assert house.do(house.frida.status_of(request["id"])) == request["status"]


STREAMS = ["GET /api/v1/events", "GET /api/v1/ws"]
NEEDED = {
    route: Grants(GRANTS).needed(*route.replace("{tmdb_id}", "603").split()) for route in [*OTHERS, *STREAMS]
}
"""Which scopes open a route to a personal token; empty where none does."""


def test_73_what_administrators_alone_may_change_takes_the_scope_of_administrators() -> None:
    changing = [r for r, who in ACCESS.items() if who == ADMIN and not r.startswith("GET ")]
    assert {r: NEEDED[r] for r in changing if NEEDED[r] - {Scope.ADMIN}} == {}


@pytest.fixture(scope="module")
def tokens(house: House) -> dict[frozenset[Scope], str]:
    """The owner's tokens, so that nothing but a scope can be missing."""
    return {}


def _token(house: House, tokens: dict[frozenset[Scope], str], scopes: frozenset[Scope]) -> str:
    if scopes not in tokens:
        body = {"name": ", ".join(sorted(scopes)), "scopes": sorted(scopes)}
        made = house.do(house.olive.post("/auth/tokens", body)).raise_for_status().json()
        tokens[scopes] = made["token"]
    return tokens[scopes]


@pytest.mark.parametrize("route", NEEDED)
def test_73_77_a_token_without_the_scope_is_refused(
    house: House, tokens: dict[frozenset[Scope], str], route: str
) -> None:
    """With every other scope, and where no scope is enough with all of them."""
    others = frozenset(Scope) - NEEDED[route]
    bearer = f"Bearer {_token(house, tokens, others)}"
    answer = house.do(ask(house.nobody, route, Authorization=bearer))
    assert (answer.status_code, answer.json()["code"]) == (
        403,
        "SCOPE_MISSING" if NEEDED[route] else "FORBIDDEN",
    )


@pytest.mark.parametrize("route", [r for r in OTHERS if NEEDED[r]])
def test_73_a_token_with_the_scope_is_let_through(
    house: House, tokens: dict[frozenset[Scope], str], route: str
) -> None:
    bearer = f"Bearer {_token(house, tokens, frozenset([min(NEEDED[route])]))}"
    answer = house.do(ask(house.nobody, route, Authorization=bearer))
    # A service may still ask for a person.
    assert answer.status_code != 401 and "SCOPE_MISSING" not in answer.text, answer.text


def test_75_what_is_anothers_is_not_there(house: House) -> None:
    """Attack 75: every route with an id, by somebody whom the thing behind the id does not belong to."""
    house.do(_strangers_find_nothing(house))


async def _strangers_find_nothing(house: House) -> None:
    owned = await belongings(house, BODIES)
    bert = await house.world.friend("Bert")
    request = (await requests_of(house.frida))[0]
    notice = owned["/api/v1/notifications/{id}"]
    for route, who in ACCESS.items():
        if "{id}" not in route or route in FOR_OTHERS:
            continue
        answer = await ask(bert, route, id=owned[prefix_of(route)])
        assert answer.status_code == (403 if who == ADMIN else 404), f"{route}: {answer.text}"
        nothing = await ask(bert, route)
        if who != ADMIN:
            mine, none = ({**a.json(), "instance": "", "correlationId": ""} for a in (answer, nothing))
            assert mine == none, "an answer tells that it exists"
    assert await house.frida.status_of(request["id"]) == request["status"]
    # Others may have come meanwhile.
    notices = (await house.olive.get("/notifications?limit=100")).raise_for_status().json()["items"]
    assert notice in [each["id"] for each in notices]
    session, token = owned["/api/v1/auth/devices/{id}"], owned["/api/v1/auth/tokens/{id}"]
    assert (await first(house.frida, "/auth/devices"))["id"] == session
    assert (await first(house.frida, "/auth/tokens"))["id"] == token
    assert (await first(house.olive, "/auth/invites"))["state"] == "open"


@pytest.mark.parametrize("name", ["userId", "user_id", "user", "owner", "requestedBy"])
def test_75_a_list_cannot_be_widened_to_someone_else(house: House, name: str) -> None:
    house.do(_lists_stay_ones_own(house, name))


async def _lists_stay_ones_own(house: House, name: str) -> None:
    frida = house.frida.user["id"]
    carla = await house.world.friend(f"Carla{name}")
    for path in ("/media/requests", "/media/issues", "/notifications", "/auth/devices"):
        answer = await carla.get(path, params={name: frida})
        assert answer.status_code in (200, 422)
        if answer.status_code == 200:
            theirs = {item["id"] for item in (await house.frida.get(path)).json()["items"]}
            assert not theirs & {item["id"] for item in answer.json()["items"]}
    counts = (await carla.get("/media/requests/counts", params={name: frida})).json()
    assert counts["total"] == 0
