"""What the portal asks a media server when somebody looks around in it."""

from typing import NamedTuple

from medianest_common.http import UpstreamRefused
from medianest_plex.adapters.answers import Chunk
from medianest_plex.adapters.coercion import Document, entries, to_int, to_text
from medianest_plex.adapters.pms import Pms


class Choice(NamedTuple):
    """Something that a list can be narrowed to: `key` is what the server wants to be given for it."""

    key: str
    title: str


async def choices(pms: Pms, section: str, field: str, *, kind: int, token: str) -> list[Choice]:
    path = f"/library/sections/{section}/{field}"
    return _choices(await pms.container("GET", path, token=token, params={"type": kind}))


async def document_of(pms: Pms, rating_key: str, *, token: str) -> Document | None:
    """Everything about one item; None for what is not there for this token."""
    params: dict[str, str | int] = {
        "includeGuids": "1",
        "checkFiles": "0",
        "excludeElements": "Review,Extras,Related",
    }
    try:
        container = await pms.container("GET", f"/library/metadata/{rating_key}", token=token, params=params)
    except UpstreamRefused as refused:
        if refused.upstream_status == 404:
            return None
        raise
    return next(iter(_with_section(container)), None)


async def children_chunk(pms: Pms, path: str, *, start: int, size: int, token: str) -> Chunk | None:
    """Below a show, season, artist, album or collection; None where that is not there for this token. What has no
    number of its own, such as "All episodes", is no item."""
    params: dict[str, str | int] = {
        "X-Plex-Container-Start": start,
        "X-Plex-Container-Size": size,
        "excludeAllLeaves": "1",
        "includeGuids": "1",
    }
    try:
        container = await pms.container("GET", path, token=token, params=params)
    except UpstreamRefused as refused:
        if refused.upstream_status == 404:
            return None
        raise
    return Chunk(_with_section(container), to_int(container.get("totalSize")))


async def on_deck(pms: Pms, *, most: int, token: str) -> list[Document]:
    """What the person of the token is in the middle of, and what comes next."""
    params = {"count": most, "includeGuids": "1", "excludeElements": "Media,Role,Director,Writer,Country"}
    container = await pms.container("GET", "/hubs/continueWatching", token=token, params=params)
    return [item for hub in entries(container.get("Hub")) for item in entries(hub.get("Metadata"))]


def _with_section(container: Document) -> list[Document]:
    """The items of a list leave out what the list says for all of them."""
    section = container.get("librarySectionID")
    found = entries(container.get("Metadata"))
    return [{"librarySectionID": section, **item} for item in found] if section is not None else found


def _choices(container: Document) -> list[Choice]:
    found = []
    for directory in entries(container.get("Directory")):
        key = to_text(directory.get("key"), longest=200)
        title = to_text(directory.get("title"), longest=100)
        if key is not None and title is not None:
            found.append(Choice(key, title))
    return found
