from uuid import UUID

from medianest_common.contracts.base import Page
from medianest_common.contracts.health.inside import ListRecoveries, Recovery
from medianest_common.paging import decode_cursor, encode_cursor
from medianest_health.app import HealthApp
from medianest_health.moments import from_micros, micros
from medianest_health.repository.recoveries import recoveries_page

_ORDER = "recoveries"


async def list_recoveries(app: HealthApp, query: ListRecoveries) -> Page[Recovery]:
    reached = None
    if query.cursor is not None:
        at, recovery_id = decode_cursor(query.cursor, _ORDER, int, UUID)
        reached = (from_micros(at), recovery_id)
    async with app.db.read() as connection:
        found = await recoveries_page(
            connection,
            service=query.of_service,
            kind=query.of_kind,
            reached=reached,
            limit=query.limit + 1,
        )
    items = list(found[: query.limit])
    more = encode_cursor(_ORDER, micros(items[-1].at), items[-1].id) if len(found) > query.limit else None
    return Page(items=items, next_cursor=more)
