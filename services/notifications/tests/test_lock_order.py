"""Whoever tells many locks their inboxes in one order: while the first is held by somebody else, the last is free."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from medianest.testing import eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.auth.standing import RoleChanged
from medianest_common.contracts.health import MonitorWentDown, Visibility
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import RequestSource, RequestStatus
from services.notifications.tests.household import Person, request_event
from services.notifications.tests.news import News

_WAITS = """
    select 1 from pg_stat_activity
     where datname = current_database() and wait_event in ('transactionid', 'tuple')
"""
_CHANNEL = """
    insert into channels (id, user_id, kind, name, config_sealed, shown, fingerprint, state, code_attempts,
        created_at, updated_at)
    values (:id, :user_id, 'ntfy', 'Mine', '', '', '', 'active', 0, now(), now())
"""


async def _held_first_leaves_the_last_free(news: News, first: Person, last: Person, event: Any) -> None:
    async with news.app.db.transaction() as tx:
        made = "insert into heads (user_id, head, unread) values (:first, 0, 0), (:last, 0, 0)"
        await tx.session.execute(text(made), {"first": first.id, "last": last.id})
    async with asyncio.timeout(30), news.app.db.transaction() as tx:
        lock = "select 1 from heads where user_id = :id for update"
        await tx.session.execute(text(lock), {"id": first.id})
        await news.sandbox.emit(event)

        async def waits() -> bool:
            return bool(await news.rows(_WAITS))

        await eventually(waits)
        await tx.session.execute(text(f"{lock} nowait"), {"id": last.id})

    await eventually(last.inbox)


@pytest.mark.parametrize("status", [RequestStatus.FAILED, RequestStatus.PENDING])
async def test_of_a_request(news: News, status: RequestStatus) -> None:
    """Of one from a watchlist its person hears as well, where administrators have to decide."""
    boss = await news.person("Grace", role=Role.ADMIN)
    ada = await news.person("Ada")
    source: dict[str, Any] = {"source": RequestSource.WATCHLIST} if status is RequestStatus.PENDING else {}
    event = request_event(ada, status, version=1, **source)
    await _held_first_leaves_the_last_free(news, boss, ada, event)


async def test_of_a_role(news: News) -> None:
    boss = await news.person("Grace", role=Role.ADMIN)
    ada = await news.person("Ada")
    values = {"user_id": ada.id, "name": ada.name, "role": Role.USER, "actor_id": uuid7()}
    await _held_first_leaves_the_last_free(news, boss, ada, RoleChanged.model_validate(values))


async def test_of_a_service_where_only_the_last_has_a_channel(news: News) -> None:
    first = await news.person("Grace", role=Role.ADMIN)
    last = await news.person("Linus", role=Role.ADMIN)
    async with news.app.db.transaction() as tx:
        await tx.session.execute(text(_CHANNEL), {"id": uuid7(), "user_id": last.id})
    now = news.clock.now()
    values = {
        "incident_id": uuid7(),
        "monitor_id": uuid7(),
        "monitor_name": "Plex",
        "visibility": Visibility.ADMINS,
        "at": now,
        "since": now,
        "reason": None,
    }
    await _held_first_leaves_the_last_free(news, first, last, MonitorWentDown.model_validate(values))
