from collections.abc import Mapping, Sequence
from typing import Any

_TRAINS = {"title": "Trains of the Alps"}
_PRIVATE = {"code": "PRIVATE", "reason": "The video is private."}
_UNKNOWN = {"code": None, "reason": "Something else went wrong."}

SAMPLES: Mapping[str, Sequence[dict[str, Any]]] = {
    "download.ready": [
        _TRAINS | {"channel": "Railways", "in_plex": True},
        _TRAINS | {"channel": None, "in_plex": False},
    ],
    "download.failed": [_TRAINS | _PRIVATE, _TRAINS | _UNKNOWN, _TRAINS | {"code": None, "reason": None}],
    "downloads.paused": [
        {"code": "BOT_CHECK", "reason": "YouTube wants to see a person.", "until": None},
        {"code": None, "reason": "An administrator has paused them.", "until": "2026-11-29T18:30:00.000000Z"},
    ],
    "downloads.resumed": [{}],
    "list.indexed": [
        _TRAINS | {"made": 11, "left_out": 1},
        _TRAINS | {"made": 1, "left_out": 0},
        _TRAINS | {"made": 0, "left_out": 3},
    ],
    "list.failed": [_TRAINS | _PRIVATE],
    "subscription.failed": [_TRAINS | {"code": "REMOVED", "reason": "It is gone."}],
}
