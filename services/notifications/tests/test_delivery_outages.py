"""The database or the bus goes away in the middle of a delivery: nothing is lost, and nothing arrives twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.media import RequestStatus
from medianest_common.lifecycle import running
from medianest_common.testing.fake_channels import FakeNtfy
from medianest_common.testing.fault_proxy import FaultProxy
from medianest_notifications.service import SERVICE
from services.notifications.tests.channels_of import allowing, sql, texts, with_ntfy
from services.notifications.tests.household import Person, request_event

FILMS = 5


class SlowNtfy(FakeNtfy):
    """Takes a message at once, and says so when it is let."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def _publish(self, request: Request) -> JSONResponse:
        taken = await super()._publish(request)
        await self.may_answer.wait()
        return taken


@dataclass
class House:
    sandbox: Sandbox
    ntfy: SlowNtfy
    database: FaultProxy
    bus: FaultProxy

    async def has_sent(self, count: int) -> bool:
        rows = await sql(self.sandbox, "select state, attempts, repeated from deliveries")
        assert [row["state"] for row in rows] == ["sent"] * count, rows
        return True


@pytest.fixture
async def house(sandbox: Sandbox) -> AsyncIterator[House]:
    """Its notifications service reaches the servers through what can be broken; we reach them all the time."""
    await sandbox.start(SERVICE)
    await sandbox.stop("notifications")
    database, bus = urlsplit(sandbox.settings["database_url"]), urlsplit(sandbox.settings["nats_url"])
    assert database.port and bus.port
    async with (
        SlowNtfy.start() as ntfy,
        FaultProxy.start(str(database.hostname), database.port) as to_database,
        FaultProxy.start(str(bus.hostname), bus.port) as to_bus,
    ):
        through = {
            "database_url": sandbox.settings["database_url"].replace(
                f":{database.port}/", f":{to_database.port}/"
            ),
            "nats_url": sandbox.settings["nats_url"].replace(f":{bus.port}", f":{to_bus.port}"),
        }
        async with running(SERVICE, overrides=sandbox.settings | through | allowing(ntfy)):
            yield House(sandbox, ntfy, to_database, to_bus)


@pytest.mark.parametrize("away", ["database", "bus"])
async def test_what_was_taken_while_a_server_was_away_is_known_to_be_sent(house: House, away: str) -> None:
    ada = Person(house.sandbox, "Ada")
    await with_ntfy(ada, house.ntfy)
    house.ntfy.may_answer.clear()
    await house.sandbox.emit(request_event(ada, RequestStatus.AVAILABLE, version=1))
    await house.ntfy.next()
    server: FaultProxy = getattr(house, away)
    server.refuse()
    house.ntfy.may_answer.set()
    # Long enough that it tries to record it, or to say that the job is done, in vain.
    await asyncio.sleep(1.0)
    await server.heal()
    await eventually(lambda: house.has_sent(1), within=150)
    [row] = await sql(house.sandbox, "select attempts, repeated from deliveries")
    assert (row["attempts"], row["repeated"], len(house.ntfy.received)) == (1, False, 1)


async def test_connections_that_break_all_the_time_cost_no_message_and_double_none(house: House) -> None:
    ada = Person(house.sandbox, "Ada")
    await with_ntfy(ada, house.ntfy)
    for number in range(FILMS):
        await house.sandbox.emit(
            request_event(ada, RequestStatus.AVAILABLE, version=1, title=f"Film {number}")
        )
        house.database.cut()
        await asyncio.sleep(0.1)
        house.bus.cut()
        await asyncio.sleep(0.1)
    await eventually(lambda: house.has_sent(FILMS), within=150)
    assert sorted(texts(house.ntfy)) == [f"Ready to watch: Film {number} (2021)" for number in range(FILMS)]
