"""What a client may change on the server: scans and collections. Only the owner's token may."""

from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .items import Item
from .recorded import Document
from .rendering import described, section_container
from .responses import MediaServer, answer, owner_of, server_of, visible_section


async def refresh(request: Request) -> Response:
    """Answers at once with nothing; the activity says when the scan is over."""
    owner_of(request)
    section, server = visible_section(request), server_of(request)
    if request.method == "DELETE":
        return Response(status_code=200)
    activity: Document = {
        "uuid": str(uuid4()),
        "type": "library.update.section",
        "cancellable": True,
        "userID": 1,
        "title": f"Scanning {section.title}",
        "subtitle": "",
        "progress": 0,
        "Context": {"librarySectionID": str(section.key)},
    }
    server.events.activity("started", activity)
    server.library.scan(section, request.query_params.get("path"))
    server.events.activity("ended", activity | {"progress": 100})
    return Response(status_code=200)


async def create_collection(request: Request) -> Response:
    owner_of(request)
    server, query = server_of(request), request.query_params
    section = server.library.sections.get(int(query.get("sectionId") or 0))
    if section is None or not query.get("title"):
        raise HTTPException(400)
    items = _named(server, query.get("uri", ""))
    _same_type(items, section.type)
    key = server.library.add_collection(
        query["title"], [item.rating_key for item in items], section=section.title
    )
    collection = server.library.item(key)
    document = section_container(section, "collection") | {"size": 1}
    return answer(request, document | {"Metadata": described([collection], section=True)})


async def add_to_collection(request: Request) -> Response:
    owner_of(request)
    server = server_of(request)
    collection = server.library.items.get(request.path_params["item"])
    if collection is None or collection.type != "collection":
        raise HTTPException(404)
    items = _named(server, request.query_params.get("uri", ""))
    _same_type(items, collection.section.type)
    collection.children.extend(item for item in items if item not in collection.children)
    server.library.update(collection.rating_key)
    document = section_container(collection.section, "collection") | {"size": 1}
    return answer(request, document | {"Metadata": described([collection], section=True)})


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
    return found


def _same_type(items: list[Item], type: str) -> None:
    if any(item.type != type for item in items):
        raise HTTPException(400)


ROUTES = [
    Route("/library/sections/{section:int}/refresh", refresh, methods=["GET", "POST", "DELETE"]),
    Route("/library/collections", create_collection, methods=["POST"]),
    Route("/library/collections/{item:int}/items", add_to_collection, methods=["PUT"]),
]
