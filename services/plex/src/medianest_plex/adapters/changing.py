"""What the server is told to change, with the owner's token. Nothing here can delete media."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import batched
from urllib.parse import quote

from medianest_common.http import Response, UpstreamRefused
from medianest_plex.adapters.answers import container_of, listed
from medianest_plex.adapters.coercion import Document, entries, to_bool, to_key, to_text
from medianest_plex.adapters.pms import Pms

BATCH = 50
"""Their numbers travel in the address, which may not grow for ever."""
_TYPE_NUMBERS = {
    "movie": 1,
    "show": 2,
    "season": 3,
    "episode": 4,
    "artist": 8,
    "album": 9,
    "track": 10,
    "photo": 13,
}
_COLLECTION = 18
_PAGE = 200
_MOST_PAGES = 20
_LOOK_SECONDS = 2.5
_CHANGE_SECONDS = 5.0
_OTHER_METHOD = (404, 405)


@dataclass(frozen=True, slots=True)
class Described:
    key: str
    type: str
    title: str
    section: str | None
    subtype: str | None = None
    """What a collection holds."""
    smart: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A library and its folders, as the server names them."""

    key: str
    title: str
    type: str
    folders: Sequence[str]
    is_scanning: bool


async def places(pms: Pms, *, token: str) -> list[Place]:
    return await pms.ask("GET", "/library/sections", _read_places, token=token, timeout=_LOOK_SECONDS)


async def described(pms: Pms, keys: Sequence[str], *, token: str) -> dict[str, Described]:
    """Those that exist."""
    found: dict[str, Described] = {}
    for some in batched(keys, BATCH):
        try:
            found |= await pms.ask(
                "GET",
                f"/library/metadata/{','.join(some)}",
                _read_described,
                token=token,
                params={"checkFiles": 0},
                timeout=_LOOK_SECONDS,
            )
        except UpstreamRefused as refused:
            if refused.upstream_status == 404:
                continue
            raise
    return found


async def collections_of(pms: Pms, section: str, *, token: str) -> list[Described]:
    found: list[Described] = []
    start = 0
    for _ in range(_MOST_PAGES):
        chunk = await pms.chunk(section, kind=_COLLECTION, start=start, size=_PAGE, token=token)
        found += [each for document in chunk.documents if (each := _described(document, section=section))]
        start += len(chunk.documents)
        if not chunk.documents or (chunk.total is not None and start >= chunk.total):
            break
    return found


async def create_collection(
    pms: Pms, *, title: str, section: str, type: str, keys: Sequence[str], server: str, token: str
) -> str:
    """With at most `BATCH` items. Returns its rating key."""
    container = await pms.container(
        "POST",
        "/library/collections",
        token=token,
        params={
            "type": _TYPE_NUMBERS[type],
            "title": title,
            "smart": 0,
            "sectionId": section,
            "uri": _uri(server, keys),
        },
        timeout=_CHANGE_SECONDS,
    )
    made = next(
        (key for d in entries(container.get("Metadata")) if (key := to_key(d.get("ratingKey")))), None
    )
    if made is None:
        raise LookupError("no collection was made")
    return made


async def add_items(pms: Pms, collection: str, keys: Sequence[str], *, server: str, token: str) -> None:
    await pms.container(
        "PUT",
        f"/library/collections/{collection}/items",
        token=token,
        params={"uri": _uri(server, keys)},
        timeout=_CHANGE_SECONDS,
    )


async def remove_item(pms: Pms, collection: str, key: str, *, token: str) -> None:
    """Plex's description says PUT, its own clients send DELETE."""
    await _either(pms, ("DELETE", "PUT"), f"/library/collections/{collection}/items/{key}", token=token)


async def delete_collection(pms: Pms, collection: Described, *, token: str) -> None:
    """Never by `/library/metadata`, which deletes the files of what it names."""
    path = f"/library/sections/{collection.section}/collection/{collection.key}"
    try:
        await pms.ask("DELETE", path, anything, token=token, timeout=_CHANGE_SECONDS)
    except UpstreamRefused as refused:
        if refused.upstream_status not in _OTHER_METHOD:
            raise
        older = f"/library/collections/{collection.key}"
        await pms.ask("DELETE", older, anything, token=token, timeout=_CHANGE_SECONDS)


async def scan(pms: Pms, section: str, *, path: str | None, token: str) -> None:
    """The server answers at once and looks afterwards."""
    address = f"/library/sections/{section}/refresh" + (f"?path={quote(path, safe='')}" if path else "")
    await _either(pms, ("POST", "GET"), address, token=token)


async def scanning(pms: Pms, section: str, *, token: str) -> Document | None:
    """The activity that looks through this library, if there is one."""
    container = await pms.container("GET", "/activities", token=token, timeout=_LOOK_SECONDS)
    for activity in entries(container.get("Activity")):
        context = next(iter(entries(activity.get("Context"))), {})
        if (
            activity.get("type") == "library.update.section"
            and to_key(context.get("librarySectionID")) == section
        ):
            return activity
    return None


async def _either(pms: Pms, methods: tuple[str, str], path: str, *, token: str) -> None:
    """Servers of different age want different methods."""
    try:
        await pms.ask(methods[0], path, anything, token=token, timeout=_CHANGE_SECONDS)
    except UpstreamRefused as refused:
        if refused.upstream_status not in _OTHER_METHOD:
            raise
        await pms.ask(methods[1], path, anything, token=token, timeout=_CHANGE_SECONDS)


def _uri(server: str, keys: Sequence[str]) -> str:
    return f"server://{server}/com.plexapp.plugins.library/library/metadata/{','.join(keys)}"


def _read_places(response: Response) -> list[Place]:
    found = listed(container_of(response), "Directory")
    return [place for directory in found if (place := _place(directory))]


def _read_described(response: Response) -> dict[str, Described]:
    container = container_of(response)
    section = to_key(container.get("librarySectionID"))
    found = (_described(document, section=section) for document in listed(container, "Metadata"))
    return {item.key: item for item in found if item}


def _place(directory: Document) -> Place | None:
    key, title = to_key(directory.get("key")), to_text(directory.get("title"))
    if key is None or title is None:
        return None
    folders = [
        path
        for location in entries(directory.get("Location"))
        if isinstance(path := location.get("path"), str)
    ]
    type_ = to_text(directory.get("type")) or "unknown"
    return Place(key, title, type_, folders, is_scanning=bool(to_bool(directory.get("refreshing"))))


def _described(document: Document, *, section: str | None) -> Described | None:
    key, type_ = to_key(document.get("ratingKey")), to_text(document.get("type"))
    if key is None or type_ is None:
        return None
    return Described(
        key=key,
        type=type_,
        title=to_text(document.get("title")) or "",
        section=to_key(document.get("librarySectionID")) or section,
        subtype=to_text(document.get("subtype")),
        smart=bool(to_bool(document.get("smart"))),
    )


def anything(response: Response) -> None:
    """These are answered with nothing, or with the whole collection."""
