"""Search as you type, and the hubs of the home page."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .items import Item, ItemType, Section, tag_id
from .listing import newest, with_list
from .recorded import Document
from .rendering import container, metadata
from .responses import answer, caller_of, server_of, whole_number

_DEFAULT_LIMIT = 3
_HUBS: tuple[tuple[ItemType, str], ...] = (
    ("movie", "Movies"),
    ("show", "Shows"),
    ("episode", "Episodes"),
    ("artist", "Artists"),
    ("album", "Albums"),
    ("track", "Tracks"),
    ("collection", "Collections"),
)


async def search(request: Request) -> Response:
    """`limit` counts per hub. A hit through an actor says so in `reason` and `reasonTitle`."""
    server, account = server_of(request), caller_of(request)
    query = request.query_params.get("query", "").strip().casefold()
    if not query:
        raise HTTPException(400)
    limit = whole_number(request.query_params.get("limit"))
    shown = _DEFAULT_LIMIT if limit is None else limit
    sections = _searched(server.visible_sections(account), request.query_params.get("sectionId"))
    if not sections:
        raise HTTPException(404)
    visible = set(sections)
    items = [item for item in server.library.items.values() if item.section in visible]
    hubs = [_hub(kind, title, _hits(items, kind, query), shown) for kind, title in _HUBS]
    hubs.append(_actors(items, query, shown))
    return answer(request, container(size=len(hubs), Hub=hubs))


async def promoted(request: Request) -> Response:
    server = server_of(request)
    hubs = []
    for section in server.visible_sections(caller_of(request)):
        found = newest(server, [section])[:6]
        hub: Document = {
            "hubKey": f"/library/metadata/{','.join(item.rating_key for item in found)}",
            "key": f"/hubs/home/recentlyAdded?type={1 if section.type == 'movie' else 2}",
            "title": f"Recently Added in {section.title}",
            "type": {"movie": "movie", "show": "season"}.get(section.type, "album"),
            "hubIdentifier": f"home.{section.type}.recent",
            "context": f"hub.home.{section.type}.recent",
            "size": len(found),
            "more": len(found) == 6,
            "style": "shelf",
            "promoted": True,
        }
        hubs.append(with_list(hub, "Metadata", [metadata(item, section=True) for item in found]))
    return answer(request, with_list(container(size=len(hubs)), "Hub", hubs))


def _searched(visible: list[Section], section_id: str | None) -> list[Section]:
    return [section for section in visible if section_id is None or str(section.key) == section_id]


def _hits(items: list[Item], wanted: ItemType, query: str) -> list[tuple[Item, Document]]:
    """Each with what the hub says about it beyond the item itself; titles before actors."""
    by_title: list[Item] = []
    by_actor: list[tuple[Item, Document]] = []
    for item in items:
        if item.type != wanted:
            continue
        if query in item.title.casefold():
            by_title.append(item)
            continue
        actor = next((role for role in item.roles if query in role.casefold()), None)
        if actor is not None:
            reason = {"reason": "actor", "reasonTitle": actor, "reasonID": tag_id(actor), "score": "0.4"}
            by_actor.append((item, reason))
    by_title.sort(key=lambda item: (not item.title.casefold().startswith(query), item.title, item.key))
    return [(item, {"score": "0.75"}) for item in by_title] + by_actor


def _hub(kind: ItemType, title: str, hits: list[tuple[Item, Document]], limit: int) -> Document:
    shown = [metadata(item, section=True) | reason for item, reason in hits[:limit]]
    hub: Document = {
        "title": title,
        "type": kind,
        "hubIdentifier": kind,
        "context": f"hub.search.{kind}",
        "size": len(shown),
        "more": len(hits) > limit,
        "style": "shelf",
    }
    return with_list(hub, "Metadata", shown)


def _actors(items: list[Item], query: str, limit: int) -> Document:
    found = sorted(
        {(role, item.section.key) for item in items for role in item.roles if query in role.casefold()}
    )
    directories: list[Document] = [
        {
            "key": f"/library/sections/{section}/all?actor={tag_id(role)}",
            "librarySectionID": section,
            "type": "tag",
            "tag": role,
            "tagType": 6,
            "id": tag_id(role),
            "filter": f"actor={tag_id(role)}",
            "count": sum(role in item.roles for item in items),
        }
        for role, section in found[:limit]
    ]
    hub: Document = {
        "title": "Actors",
        "type": "actor",
        "hubIdentifier": "actor",
        "context": "hub.search.actor",
        "size": len(directories),
        "more": len(found) > limit,
        "style": "shelf",
    }
    return with_list(hub, "Directory", directories)


ROUTES = [
    Route("/hubs/search", search),
    Route("/hubs/promoted", promoted),
]
