"""What a client may change on the server: scans and collections. Only the owner's token may."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from .items import TYPE_NUMBER, Item
from .rendering import described, section_container
from .responses import MediaServer, answer, error_page, owner_of, server_of, visible_section


async def refresh(request: Request) -> Response:
    """Answers at once with nothing; the activity says when the scan is over."""
    owner_of(request)
    section, server = visible_section(request), server_of(request)
    if request.method == "DELETE":
        server.scans.cancel(section)
        return _done()
    if server.quirks.scans_by_get_only and request.method != "GET":
        raise HTTPException(405)
    server.scans.begin(section, request.query_params.get("path"))
    return _done()


async def create_collection(request: Request) -> Response:
    owner_of(request)
    server, query = server_of(request), request.query_params
    section = server.library.sections.get(int(query.get("sectionId") or 0))
    if section is None or not query.get("title"):
        raise HTTPException(400)
    items = _named(server, query.get("uri", ""))
    _same_type(items, _type_named(query.get("type")) or section.type)
    key = server.library.add_collection(
        query["title"], [item.rating_key for item in items], section=section.title
    )
    collection = server.library.item(key)
    document = section_container(section, "collection") | {"size": 1}
    return answer(request, document | {"Metadata": described([collection], section=True)})


async def add_to_collection(request: Request) -> Response:
    owner_of(request)
    server = server_of(request)
    collection = _collection(server, request.path_params["item"])
    items = _named(server, request.query_params.get("uri", ""))
    _same_type(items, next((each.type for each in collection.children), collection.section.type))
    collection.children.extend(item for item in items if item not in collection.children)
    server.library.update(collection.rating_key)
    document = section_container(collection.section, "collection") | {"size": 1}
    return answer(request, document | {"Metadata": described([collection], section=True)})


async def move_in_collection(request: Request) -> Response:
    """To the front without `after`. Shown only in collections in an order of their own."""
    owner_of(request)
    server = server_of(request)
    collection = _collection(server, request.path_params["item"])
    keys = [member.key for member in collection.children]
    after = request.query_params.get("after")
    if request.path_params["member"] not in keys or (after is not None and int(after) not in keys):
        raise HTTPException(404)
    moved = collection.children.pop(keys.index(request.path_params["member"]))
    place = 0
    if after is not None:
        place = [member.key for member in collection.children].index(int(after)) + 1
    collection.children.insert(place, moved)
    server.library.update(collection.rating_key)
    return _done()


async def prefer(request: Request) -> Response:
    """Of what can be preferred only the order of a collection: 0 by date, 1 by title, 2 its own."""
    owner_of(request)
    collection = _collection(server_of(request), request.path_params["item"])
    collection.custom_order = request.query_params.get("collectionSort") == "2"
    return _done()


async def edit(request: Request) -> Response:
    """The fields of the items named by `id`, all of one `type`."""
    owner_of(request)
    server, query, section = server_of(request), request.query_params, visible_section(request)
    items = [server.library.items.get(int(key)) for key in query.get("id", "").split(",") if key.isdecimal()]
    kind = query.get("type")
    for item in items:
        if item is None or item.section is not section or str(TYPE_NUMBER[item.type]) != kind:
            raise HTTPException(400)
    for item in filter(None, items):
        item.published_on = query.get("originallyAvailableAt.value", item.published_on)
        server.library.update(
            item.rating_key, title=query.get("title.value"), summary=query.get("summary.value")
        )
    return _done()


async def remove_from_collection(request: Request) -> Response:
    """Described as PUT, sent as DELETE by Plex's own clients."""
    owner_of(request)
    server = server_of(request)
    collection, item = _collection(server, request.path_params["item"]), request.path_params["member"]
    if server.quirks.removes_by_put_only and request.method != "PUT":
        raise HTTPException(405)
    if not any(member.key == item for member in collection.children):
        raise HTTPException(404)
    collection.children = [member for member in collection.children if member.key != item]
    server.library.update(collection.rating_key)
    document = section_container(collection.section, "collection") | {"size": 1}
    return answer(request, document | {"Metadata": described([collection], section=True)})


async def delete_collection(request: Request) -> Response:
    owner_of(request)
    server = server_of(request)
    server.library.remove(_collection(server, request.path_params["item"]).rating_key)
    return _done()


async def delete_item(request: Request) -> Response:
    """With its files, as a real server does."""
    owner_of(request)
    server = server_of(request)
    if request.path_params["item"] not in server.library.items:
        raise HTTPException(404)
    server.library.remove(str(request.path_params["item"]))
    return _done()


def _done() -> Response:
    """A page that says OK, as for everything that has nothing else to say."""
    return HTMLResponse(error_page(200)[1])


def _collection(server: MediaServer, key: int) -> Item:
    collection = server.library.items.get(key)
    if collection is None or collection.type != "collection":
        raise HTTPException(404)
    return collection


def _named(server: MediaServer, uri: str) -> list[Item]:
    """Of `server://{machineIdentifier}/com.plexapp.plugins.library/library/metadata/1,2`."""
    prefix = f"server://{server.machine_id}/com.plexapp.plugins.library/library/metadata/"
    keys = uri.removeprefix(prefix).split(",")
    if not uri.startswith(prefix) or not all(key.isdecimal() for key in keys):
        raise HTTPException(400)
    items = [server.library.items.get(int(key)) for key in keys]
    found = [item for item in items if item is not None]
    if len(found) != len(items):
        raise HTTPException(404)
    if any(item.key in server.quirks.refused_keys for item in found):
        raise HTTPException(400)
    server.quirks.changes += 1
    server.quirks.after_change(server.quirks.changes)
    return found


def _type_named(number: str | None) -> str | None:
    return next((name for name, each in TYPE_NUMBER.items() if str(each) == number), None)


def _same_type(items: list[Item], type: str) -> None:
    if any(item.type != type for item in items):
        raise HTTPException(400)


ROUTES = [
    Route("/library/sections/{section:int}/refresh", refresh, methods=["GET", "POST", "DELETE"]),
    Route("/library/collections", create_collection, methods=["POST"]),
    Route("/library/collections/{item:int}/items", add_to_collection, methods=["PUT"]),
    Route(
        "/library/collections/{item:int}/items/{member:int}",
        remove_from_collection,
        methods=["DELETE", "PUT"],
    ),
    Route("/library/collections/{item:int}/items/{member:int}/move", move_in_collection, methods=["PUT"]),
    Route("/library/metadata/{item:int}/prefs", prefer, methods=["PUT"]),
    Route("/library/sections/{section:int}/all", edit, methods=["PUT"]),
    Route("/library/sections/{section:int}/collection/{item:int}", delete_collection, methods=["DELETE"]),
    # Takes whatever it is named, so that a client that mistakes a film for a collection is found out.
    Route("/library/collections/{item:int}", delete_item, methods=["DELETE"]),
    Route("/library/metadata/{item:int}", delete_item, methods=["DELETE"]),
]
