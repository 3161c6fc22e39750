"""Whole models whose fields depend on each other."""

from typing import Any

EXAMPLES: dict[str, Any] = {
    "RequestMediaBody": {
        "mediaType": "tv",
        "tmdbId": 63639,
        "seasons": [1, 2],
        "note": "Season 1 first, please",
    },
}
