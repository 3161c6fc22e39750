"""What a media server answers, read leniently."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from medianest_common.errors import BadUpstream, MediaNestError
from medianest_common.http import Response
from medianest_plex.adapters.coercion import Document, entries, to_float, to_int, to_key, to_text

_CONTROL = re.compile("[\x00-\x1f]")


class TokenRefused(MediaNestError):
    """The server is well, but this token does not open it."""


@dataclass(frozen=True, slots=True)
class Identity:
    machine_identifier: str
    version: str | None


@dataclass(frozen=True, slots=True)
class About:
    machine_identifier: str
    name: str | None
    platform: str | None


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    title: str
    type: str
    agent: str | None = None
    hidden: bool = False
    changed_at: int = 0
    """Seconds since 1970: when its content or itself changed last, as far as the server says."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a long list. `total` is None when the server does not say how long that is."""

    documents: list[Document]
    total: int | None


def container_of(response: Response) -> Document:
    """An empty answer is an empty container. Text that breaks JSON is read once more without what breaks it, and by a
    reader that takes half a character for one: a single title must not hide the list that it is in."""
    if not response.body.strip():
        return {}
    try:
        document = response.json()
    except BadUpstream:
        if not response.content_type.endswith("json"):
            raise
        try:
            document = json.loads(_CONTROL.sub(" ", response.text))
        except RecursionError:
            raise ValueError("endless JSON") from None
    container = document["MediaContainer"]
    if not isinstance(container, Mapping):
        raise TypeError("no container")
    return container


def listed(container: Document, name: str) -> list[Document]:
    """What a list holds. An empty one has to say so, and what is in it has to be readable: whoever reads it takes for
    gone what is not in it."""
    value = container.get(name)
    size = to_int(container.get("size"))
    is_said_to_be_empty = value is None and size == 0
    if not is_said_to_be_empty and (not isinstance(value, list | Mapping) or (not value and size)):
        raise ValueError("no list")
    found = entries(value)
    if isinstance(value, list) and len(found) < len(value):
        raise ValueError("no entries")
    return found


def read_chunk(response: Response) -> Chunk:
    container = container_of(response)
    return Chunk(listed(container, "Metadata"), to_int(container.get("totalSize")))


def read_views(response: Response) -> dict[int, int]:
    """By rating key."""
    found = (
        (to_int(item.get("ratingKey")), item) for item in entries(container_of(response).get("Metadata"))
    )
    return {key: views_of(item) for key, item in found if key is not None}


def views_of(document: Document) -> int:
    """How often it was seen, or how many episodes or tracks of it were."""
    return to_int(document.get("viewCount")) or to_int(document.get("viewedLeafCount")) or 0


def read_keys(response: Response) -> set[int]:
    found = {to_int(document["ratingKey"]) for document in listed(container_of(response), "Metadata")}
    if None in found:
        raise ValueError("no rating key")
    return {key for key in found if key is not None}


def read_identity(response: Response) -> Identity:
    container = container_of(response)
    return Identity(_machine_identifier(container), to_text(container.get("version")))


def read_about(response: Response) -> About:
    container = container_of(response)
    return About(
        _machine_identifier(container),
        to_text(container.get("friendlyName")),
        to_text(container.get("platform")),
    )


def _machine_identifier(container: Document) -> str:
    identifier = to_text(container["machineIdentifier"], longest=200)
    if identifier is None:
        raise ValueError("no machine identifier")
    return identifier


def read_sections(response: Response) -> list[Section]:
    return [_section(directory) for directory in listed(container_of(response), "Directory")]


def _section(directory: Document) -> Section:
    key = to_key(directory.get("key"))
    if key is None:
        raise ValueError("no key of a library")
    changes = (to_int(directory.get(name)) or 0 for name in ("contentChangedAt", "updatedAt", "scannedAt"))
    return Section(
        key,
        # A name of which nothing can be shown hides neither this library nor the others.
        to_text(directory.get("title")) or key,
        to_text(directory.get("type")) or "unknown",
        agent=to_text(directory.get("agent")),
        hidden=bool(to_int(directory.get("hidden"))),
        changed_at=max(changes),
    )


def read_hits(response: Response) -> list[Document]:
    hits = [hit for hub in listed(container_of(response), "Hub") for hit in entries(hub.get("Metadata"))]
    return sorted(hits, key=lambda hit: -(to_float(hit.get("score")) or 0.0))
