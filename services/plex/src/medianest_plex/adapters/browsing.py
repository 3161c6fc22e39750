"""What the portal asks a media server when somebody looks around in it."""

from typing import NamedTuple

from medianest_common.http import Response, UpstreamRefused
from medianest_plex.adapters.answers import Chunk, container_of, listed
from medianest_plex.adapters.coercion import Document, to_int, to_text
from medianest_plex.adapters.pms import Pms


class Choice(NamedTuple):
    """Something that a list can be narrowed to: `key` is what the server wants to be given for it."""

    key: str
    title: str


async def choices(pms: Pms, section: str, field: str, *, kind: int, token: str) -> list[Choice]:
    path = f"/library/sections/{section}/{field}"
    return await pms.ask("GET", path, _read_choices, token=token, params={"type": kind})


async def document_of(pms: Pms, rating_key: str, *, token: str) -> Document | None:
    """Everything about one item; None for what is not there for this token."""
    params: dict[str, str | int] = {
        "includeGuids": "1",
        "checkFiles": "0",
        "excludeElements": "Review,Extras,Related",
    }
    try:
        found = await pms.ask(
            "GET", f"/library/metadata/{rating_key}", _read_items, token=token, params=params
        )
    except UpstreamRefused as refused:
        if refused.upstream_status == 404:
            return None
        raise
    return next(iter(found.documents), None)


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
        return await pms.ask("GET", path, _read_items, token=token, params=params)
    except UpstreamRefused as refused:
        if refused.upstream_status == 404:
            return None
        raise


async def on_deck(pms: Pms, *, most: int, token: str) -> list[Document]:
    """What the person of the token is in the middle of, and what comes next."""
    params = {"count": most, "includeGuids": "1", "excludeElements": "Media,Role,Director,Writer,Country"}
    return await pms.ask("GET", "/hubs/continueWatching", _read_hubs, token=token, params=params)


def _read_hubs(response: Response) -> list[Document]:
    return [item for hub in listed(container_of(response), "Hub") for item in listed(hub, "Metadata")]


def _read_items(response: Response) -> Chunk:
    """The items of a list leave out what the list says for all of them."""
    container = container_of(response)
    section, total = container.get("librarySectionID"), to_int(container.get("totalSize"))
    # "All episodes" stands apart in some answers, and may be all there is on a page.
    has_no_items = "Metadata" not in container and bool(container.get("Directory"))
    found = [] if has_no_items else listed(container, "Metadata")
    if section is not None:
        found = [{"librarySectionID": section, **item} for item in found]
    return Chunk(found, total)


def _read_choices(response: Response) -> list[Choice]:
    found = []
    for directory in listed(container_of(response), "Directory"):
        key = to_text(directory.get("key"), longest=200)
        title = to_text(directory.get("title"), longest=100)
        if key is not None and title is not None:
            found.append(Choice(key, title))
    return found
