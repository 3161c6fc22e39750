"""The ids that other catalogues know a title by, from the new agents' list or the old agents' one address."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from medianest_plex.adapters.coercion import Document, entries, to_positive

_LEGACY = re.compile(
    r"com\.plexapp\.agents\.(?P<agent>imdb|themoviedb|thetvdb|hama)://(?:tvdb[0-9]?-)?(?P<id>[A-Za-z0-9]+)(?:[/?]|$)"
)
_LEGACY_SOURCE = {"imdb": "imdb", "themoviedb": "tmdb", "thetvdb": "tvdb", "hama": "tvdb"}
_IMDB = re.compile(r"tt[0-9]{5,12}")


@dataclass(frozen=True, slots=True)
class ExternalIds:
    tmdb: int | None = None
    tvdb: int | None = None
    imdb: str | None = None


def external_ids(item: Document) -> ExternalIds:
    """`guid` and `Guid` are two different members. Local and unmatched items have no ids."""
    found: dict[str, str] = {}
    for source, value in (*_listed(item), *_legacy(item)):
        found.setdefault(source, value)
    imdb = found.get("imdb", "")
    return ExternalIds(
        tmdb=to_positive(found.get("tmdb")),
        tvdb=to_positive(found.get("tvdb")),
        imdb=imdb if _IMDB.fullmatch(imdb) else None,
    )


def _listed(item: Document) -> Iterator[tuple[str, str]]:
    for guid in entries(item.get("Guid")):
        source, mark, value = str(guid.get("id", "")).partition("://")
        if mark:
            yield source, value


def _legacy(item: Document) -> Iterator[tuple[str, str]]:
    """Of an episode the old address names the show, so it says nothing about the episode itself."""
    match = _LEGACY.match(str(item.get("guid", "")))
    if match and item.get("type") in ("movie", "show"):
        yield _LEGACY_SOURCE[match["agent"]], match["id"]
