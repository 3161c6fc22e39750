from medianest_common.contracts.base import Page
from medianest_common.contracts.health.queues import DeadLetter, ListDeadLetters
from medianest_common.paging import decode_cursor, encode_cursor
from medianest_health import models
from medianest_health.app import HealthApp
from medianest_health.repository.dead_letters import letters_page, narrowed

_ORDER = "dead letters"


async def list_dead_letters(app: HealthApp, query: ListDeadLetters) -> Page[DeadLetter]:
    conditions = narrowed(query.of_service, query.handler, query.of_subject, query.reason)
    conditions.append(models.DeadLetter.state == query.state.value)
    if query.cursor is not None:
        conditions.append(models.DeadLetter.seq < decode_cursor(query.cursor, _ORDER, int)[0])
    async with app.db.read() as connection:
        found = await letters_page(connection, conditions, limit=query.limit + 1)
    items = list(found[: query.limit])
    return Page(
        items=items,
        next_cursor=encode_cursor(_ORDER, items[-1].seq) if len(found) > query.limit else None,
    )
