from collections.abc import Mapping, Sequence
from typing import Any

_KINDS = ("email", "web_push", "discord", "telegram", "ntfy", "gotify", "apprise")

SAMPLES: Mapping[str, Sequence[dict[str, Any]]] = {
    "channel.disabled": [
        {"name": "Phone", "kind": kind, "answer": "404: there is no such webhook."} for kind in _KINDS
    ],
    "channel.code": [{"name": "Phone", "code": "834172"}],
    "channel.digest": [{"count": 3}],
    "channel.test": [{"name": "Phone", "who": "Ada"}],
}
"""All but the first are no notifications: they go to one channel alone."""
