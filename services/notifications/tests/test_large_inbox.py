"""However much lies in an inbox, none of what is asked of it reads the whole table."""

from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from medianest.testing import Sandbox
from medianest_common.contracts.identity import Role
from medianest_common.contracts.notifications import NotificationType
from medianest_common.testing.plans import indexes_read, queries_of, read_from_end_to_end
from medianest_notifications.service import SERVICE
from services.notifications.tests.household import Person

_MANY = 5_000
_FILL = """
    insert into notifications.entries (
        id, user_id, seq, dedupe_key, type, title, body, data, created_at, read_at, dismissed_at
    )
    select gen_random_uuid(), p.id, n, gen_random_uuid(),
           case when n % 500 = 0 then 'service.down' else 'request.available' end,
           'Title ' || n, 'Body', '{}', now(), case when n % 50 <> 0 then now() end,
           case when n % 250 = 1 then now() end
    from unnest($1::uuid[]) p(id), generate_series(1, $2::int) n
"""


@pytest.fixture
async def frida(sandbox: Sandbox) -> Person:
    await sandbox.start(SERVICE)
    frida, gustav = Person(sandbox, "Frida"), Person(sandbox, "Gustav", role=Role.ADMIN)
    # One person's are a small part of all, as in a household.
    others = [uuid4() for _ in range(8)]
    dsn = make_url(sandbox.settings["database_url"]).set(drivername="postgresql")
    connection = await asyncpg.connect(dsn.render_as_string(hide_password=False), timeout=30)
    try:
        await connection.execute(_FILL, [frida.id, gustav.id, *others], _MANY, timeout=60)
        await connection.execute(
            "insert into notifications.heads (user_id, head, unread) values ($1, $2, $3)",
            frida.id,
            _MANY,
            _MANY // 50,
            timeout=30,
        )
        await connection.execute("analyze notifications.entries", timeout=60)
    finally:
        await connection.close(timeout=30)
    return frida


async def test_no_question_reads_all_entries(frida: Person) -> None:
    epoch = (await frida.replay(None, None)).epoch
    with queries_of("entries") as asked:
        assert len(await frida.inbox()) == 100
        assert len(await frida.inbox(unread=True)) == 100
        assert await frida.inbox(pinned=True) == []
        assert len(await frida.inbox(dismissed=True)) == _MANY // 250
        assert len(await frida.inbox(type=NotificationType.SERVICE_DOWN)) == _MANY // 500
        assert len((await frida.replay(epoch, _MANY - 10)).items) == 10
        assert (await frida.count()).unread == _MANY // 50
    assert len(asked) >= 6
    assert await read_from_end_to_end(asked, "entries") == []


async def test_what_was_dismissed_is_found_without_reading_the_rest(frida: Person) -> None:
    with queries_of("entries") as asked:
        assert len(await frida.inbox(dismissed=True)) == _MANY // 250
    assert await indexes_read(asked) == {"ix_entries_dismissed"}
