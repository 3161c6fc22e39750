from uuid import UUID

from medianest_common.contracts.base import Page
from medianest_common.contracts.health.errors import ErrorSummary, ListErrors
from medianest_common.paging import decode_cursor, encode_cursor
from medianest_health.app import HealthApp
from medianest_health.moments import from_micros, micros
from medianest_health.repository.error_groups import errors_page

_ORDER = "errors"


async def list_errors(app: HealthApp, query: ListErrors) -> Page[ErrorSummary]:
    reached = None
    if query.cursor is not None:
        at, group_id = decode_cursor(query.cursor, _ORDER, int, UUID)
        reached = (from_micros(at), group_id)
    async with app.db.read() as connection:
        rows = await errors_page(
            connection, q=query.q, resolved=query.resolved, reached=reached, limit=query.limit + 1
        )
    items = [ErrorSummary(**row) for row in rows[: query.limit]]
    more = None
    if len(rows) > query.limit:
        more = encode_cursor(_ORDER, micros(items[-1].last_seen_at), items[-1].id)
    return Page(items=items, next_cursor=more)
