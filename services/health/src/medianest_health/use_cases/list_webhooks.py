from uuid import UUID

from medianest_common.contracts.base import Page
from medianest_common.contracts.health.webhooks import KeptWebhook, ListKeptWebhooks
from medianest_common.paging import decode_cursor, encode_cursor
from medianest_health.app import HealthApp
from medianest_health.repository.webhooks import kept_page

_ORDER = "webhooks"


async def list_webhooks(app: HealthApp, query: ListKeptWebhooks) -> Page[KeptWebhook]:
    before = decode_cursor(query.cursor, _ORDER, UUID)[0] if query.cursor is not None else None
    async with app.db.read() as connection:
        found = await kept_page(connection, source=query.source, before=before, limit=query.limit + 1)
    items = list(found[: query.limit])
    more = encode_cursor(_ORDER, items[-1].id) if len(found) > query.limit else None
    return Page(items=items, next_cursor=more)
