"""Whole models whose fields depend on each other."""

from typing import Any

from medianest_common.contracts.examples.ids import id_of

_PEOPLE = {"audience": "people", "userIds": [id_of("User")]}

EXAMPLES: dict[str, Any] = {
    "RequestMediaBody": {
        "mediaType": "tv",
        "tmdbId": 63639,
        "seasons": [1, 2],
        "note": "Season 1 first, please",
    },
    "AddresseesBody": _PEOPLE,
    "BroadcastBody": {
        **_PEOPLE,
        "title": "The server moves on Saturday",
        "body": "It will be away from 10 to 12 o'clock.",
        "link": "/requests",
        "urgency": "normal",
        "expiresAt": "2026-03-07T12:00:00.000000Z",
    },
    "health.BulkBody": {"ids": [id_of("Monitor")], "action": "visibility", "visibility": "everyone"},
    "EditRequestBody": {"seasons": [1, 2, 3], "note": "And the third one as well"},
    "ChangeUserBody": {"role": "admin"},
    "auth.ProfileBody": {"name": "Frida", "timeZone": "Europe/Vienna", "locale": "en"},
}
