from collections.abc import Mapping, Sequence
from typing import Any

_EPISODE: dict[str, Any] = {
    "who": "Ada",
    "message": "They come two seconds too late.",
    "kind": "subtitle",
    "title": "Dark",
    "year": 2017,
    "season": 1,
    "episode": 2,
}
_FILM = _EPISODE | {"kind": "video", "title": "Dune", "year": 2021, "season": None, "episode": None}
_NOBODYS = _EPISODE | {"who": None, "message": None, "kind": "other", "season": 0, "episode": None}

SAMPLES: Mapping[str, Sequence[dict[str, Any]]] = {
    f"issue.{change}": [_EPISODE, _FILM, _NOBODYS]
    for change in ("created", "commented", "resolved", "reopened")
}
