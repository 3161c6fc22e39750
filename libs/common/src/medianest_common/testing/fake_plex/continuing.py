"""What an account is in the middle of, and what comes next for it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .accounts import FakeAccount
from .items import Item
from .listing import with_list
from .recorded import Document
from .rendering import container, metadata
from .responses import MediaServer, answer, caller_of, server_of, whole_number

_DEFAULT_COUNT = 20


async def continue_watching(request: Request) -> Response:
    server, account = server_of(request), caller_of(request)
    count = whole_number(request.query_params.get("count"))
    found = _next(server, account)
    shown = found[: _DEFAULT_COUNT if count is None else count]
    hub: Document = {
        "key": "/hubs/continueWatching/items",
        "title": "Continue Watching",
        "type": "mixed",
        "hubIdentifier": "continueWatching",
        "context": "hub.continueWatching",
        "size": len(shown),
        "more": len(found) > len(shown),
        "style": "hero",
    }
    documents = [metadata(item, section=True) | server.watching.views(account, item) for item in shown]
    return answer(request, container(size=1, Hub=[with_list(hub, "Metadata", documents)]))


def _next(server: MediaServer, account: FakeAccount) -> list[Item]:
    """What was stopped last comes first; then the first episode after those that were seen of each show."""
    items = server.library.items
    stopped = [items[key] for user, key in server.watching.stopped_at if user == account.id and key in items]
    found = [item for item in reversed(stopped) if server.can_see(account, item)]
    begun = {item.top.key for item in found}
    for show in items.values():
        if show.type != "show" or show.key in begun or not server.can_see(account, show):
            continue
        seen = [(account.id, leaf.key) in server.watching.seen for leaf in show.leaves]
        if any(seen) and not all(seen):
            found.append(show.leaves[seen.index(False)])
    return found


ROUTES = [Route("/hubs/continueWatching", continue_watching)]
