"""The library: sections, lists, single items and their children."""

from collections.abc import Iterable
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .filters import BadFilter, matching, ordered
from .items import Item, ItemType, Section, tag_id
from .meta import detailed_directory, meta
from .recorded import Document
from .rendering import (
    all_episodes,
    children_container,
    container,
    described,
    metadata,
    section_container,
    section_directory,
    type_named,
)
from .responses import (
    MediaServer,
    answer,
    caller_of,
    flag,
    owner_of,
    paged,
    server_of,
    visible_item,
    visible_section,
)


async def library(request: Request) -> Response:
    owner_of(request)
    return answer(
        request,
        container(
            size=1, title1="Plex Library", Directory=[{"key": "sections", "title": "Library Sections"}]
        ),
    )


async def sections(request: Request) -> Response:
    server = server_of(request)
    visible = server.visible_sections(caller_of(request))
    document: Document = {"size": len(visible), "allowSync": False, "title1": "Plex Library"}
    return answer(
        request,
        with_list(
            document,
            "Directory",
            [section_directory(section, refreshing=server.scans.is_running(section)) for section in visible],
        ),
    )


async def section_details(request: Request) -> Response:
    section = visible_section(request)
    document = section_container(section, section.type) | {"content": "secondary", "viewGroup": "secondary"}
    directories: list[Document] = [
        {"key": "all", "title": f"All {section.title}"},
        {"key": "recentlyAdded", "title": "Recently Added"},
    ]
    if flag(request, "includeDetails"):
        directories.append(detailed_directory(section))
    return answer(request, with_list(document | {"size": len(directories)}, "Directory", directories))


async def section_all(request: Request) -> Response:
    section, server = visible_section(request), server_of(request)
    wanted = type_named(request.query_params.get("type"), default=section.type)
    if wanted is None:
        raise HTTPException(400)
    account = caller_of(request)
    found = _list(server, section, wanted, request)
    if flag(request, "unwatched"):
        found = [each for each in found if not server.watching.has_seen(account, each)]
    part, size = paged(request, found)
    document = section_container(section, wanted) | size
    if flag(request, "includeMeta"):
        document["Meta"] = meta(section)
    documents = described(part, guids=flag(request, "includeGuids"))
    for entry, each in zip(documents, part, strict=True):
        entry.update(server.watching.views(account, each))
    return answer(request, with_list(document, "Metadata", documents))


async def section_choices(request: Request) -> Response:
    """The genres or content ratings of a section, as they are given back to narrow a list of it."""
    section, field = visible_section(request), request.path_params["field"]
    wanted = type_named(request.query_params.get("type"), default=section.type)
    items = [
        i for i in server_of(request).library.items.values() if i.section is section and i.type == wanted
    ]
    if field == "genre":
        named = {str(tag_id(genre)): genre for item in items for genre in item.genres}
    elif field == "contentRating":
        named = {item.content_rating: item.content_rating for item in items if item.content_rating}
    else:
        raise HTTPException(404)
    directories: list[Document] = [
        {
            "key": key,
            "title": title,
            "type": field,
            "fastKey": f"/library/sections/{section.key}/all?{field}={key}",
        }
        for key, title in sorted(named.items(), key=lambda pair: pair[1])
    ]
    document = section_container(section, section.type) | {"size": len(directories)}
    return answer(request, with_list(document, "Directory", directories))


async def section_collections(request: Request) -> Response:
    section = visible_section(request)
    found = [
        i
        for i in server_of(request).library.items.values()
        if i.type == "collection" and i.section is section
    ]
    part, size = paged(request, found)
    return answer(
        request, with_list(section_container(section, "collection") | size, "Metadata", described(part))
    )


async def section_recently_added(request: Request) -> Response:
    section = visible_section(request)
    found = newest(server_of(request), [section])
    part, size = paged(request, found)
    return answer(
        request, with_list(section_container(section, section.type) | size, "Metadata", described(part))
    )


async def recently_added(request: Request) -> Response:
    """Films and seasons of all visible libraries in one list, newest first."""
    server = server_of(request)
    found = newest(server, server.visible_sections(caller_of(request)))
    part, size = paged(request, found)
    document = container(mixedParents=True, **size)
    guids = flag(request, "includeGuids")
    return answer(request, with_list(document, "Metadata", described(part, guids=guids, section=True)))


async def item(request: Request) -> Response:
    server, account = server_of(request), caller_of(request)
    keys = [int(key) for key in request.path_params["items"].split(",") if key.isdecimal()]
    known = [server.library.items[key] for key in keys if key in server.library.items]
    found = [each for each in known if server.can_see(account, each)]
    if not found:
        raise HTTPException(404)
    documents = [metadata(each, detail=True) | server.watching.views(account, each) for each in found]
    if flag(request, "includeChildren"):
        for document, each in zip(documents, found, strict=True):
            document["Children"] = {"size": len(each.children), "Metadata": described(each.children)}
    section = found[0].section
    document = container(
        allowSync=True,
        librarySectionID=section.key,
        librarySectionTitle=section.title,
        librarySectionUUID=section.uuid,
        size=len(found),
    )
    return answer(request, with_list(document, "Metadata", documents))


async def children(request: Request) -> Response:
    parent = visible_item(request)
    part, size = paged(request, parent.children)
    document = children_container(parent) | size
    if parent.type == "show" and len(parent.children) > 1 and not flag(request, "excludeAllLeaves"):
        document |= {"Directory": [all_episodes(parent)], "size": document["size"] + 1}
    guids = flag(request, "includeGuids")
    return answer(request, with_list(document, "Metadata", described(part, guids=guids)))


async def leaves(request: Request) -> Response:
    parent = visible_item(request)
    part, size = paged(request, parent.leaves)
    leaf = "track" if parent.section.type == "artist" else "episode"
    document = children_container(parent) | {"viewGroup": leaf} | size
    guids = flag(request, "includeGuids")
    return answer(request, with_list(document, "Metadata", described(part, guids=guids)))


def newest(server: MediaServer, sections: Iterable[Section]) -> list[Item]:
    visible = set(sections)
    found = [
        i
        for i in server.library.items.values()
        if i.type in ("movie", "season", "album") and i.section in visible
    ]
    return sorted(found, key=lambda item: (_last_added(item), item.key), reverse=True)


def with_list(document: Document, key: str, entries: list[Document]) -> Document:
    """An empty list is a missing key."""
    return document | {key: entries} if entries else document


def _list(server: MediaServer, section: Section, type: ItemType, request: Request) -> list[Item]:
    """Filtered and sorted; kept until the library changes, so that paging through 50,000 items is quick."""
    query = parse_qsl(request.url.query, keep_blank_values=True)
    filters = [(name, value) for name, value in query if name.lower() != "x-plex-token"]
    sort = request.query_params.get("sort")
    unpaged = tuple(pair for pair in filters if not pair[0].lower().startswith("x-plex-"))
    key = (server.library.version, section.key, type, unpaged)
    if key not in server.lists:
        server.lists = {
            known: items for known, items in server.lists.items() if known[0] == server.library.version
        }
        items = [i for i in server.library.items.values() if i.type == type and i.section is section]
        try:
            server.lists[key] = ordered(matching(items, unpaged, now=server.clock.now()), sort)
        except BadFilter as bad:
            raise HTTPException(400) from bad
    return server.lists[key]


def _last_added(item: Item) -> float:
    return max((child.added_at.timestamp() for child in item.children), default=item.added_at.timestamp())


ROUTES = [
    Route("/library", library),
    Route("/library/", library),
    Route("/library/sections", sections),
    Route("/library/sections/", sections),
    Route("/library/sections/all", sections),
    Route("/library/sections/{section:int}", section_details),
    Route("/library/sections/{section:int}/all", section_all),
    Route("/library/sections/{section:int}/collections", section_collections),
    Route("/library/sections/{section:int}/recentlyAdded", section_recently_added),
    Route("/library/sections/{section:int}/{field}", section_choices, methods=["GET"]),
    Route("/library/recentlyAdded", recently_added),
    Route("/library/metadata/{items}", item),
    Route("/library/metadata/{item:int}/children", children),
    Route("/library/metadata/{item:int}/allLeaves", leaves),
    Route("/library/metadata/{item:int}/grandchildren", leaves),
    Route("/library/collections/{items}", item),
    Route("/library/collections/{item:int}/children", children),
    Route("/library/collections/{item:int}/items", children),
]
