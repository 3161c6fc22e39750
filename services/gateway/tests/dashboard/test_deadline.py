"""Nobody waits for a dashboard longer than for its slowest part, however many parts hang or are gone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from time import monotonic

import pytest
from redis.asyncio import Redis

from medianest.testing import Sandbox
from medianest_common.cache import open_valkey
from medianest_gateway.dashboard import board
from services.gateway.tests.dashboard.test_board import PARTS, Gateway, Services
from services.gateway.tests.dashboard.test_board import services as services
from services.gateway.tests.live.node import caller

DEADLINE = 0.1
MOST_LATE = 0.05
ROUNDS, AT_ONCE = 25, 4


async def _lateness(here: Gateway, name: str) -> float:
    """How much later than the deadline a dashboard came. Held against a plain sleep of the same length on the same
    loop, so that a machine that is busy or slow counts against both."""

    async def sleep() -> float:
        began = monotonic()
        await asyncio.sleep(DEADLINE)
        return monotonic() - began

    sleeping = asyncio.create_task(sleep())
    began = monotonic()
    shown = await here.show(caller(name))
    took = monotonic() - began
    assert set(shown) == set(PARTS)
    assert shown["requests"]["state"] == shown["services"]["state"] == "unavailable"
    return took - await sleeping


@asynccontextmanager
async def _valkey_that_hangs() -> AsyncIterator[Redis]:
    """Takes what is said, and never says anything."""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while await reader.read(65_536):
                continue
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, open_valkey(f"redis://127.0.0.1:{port}/0", timeout=60) as valkey:
        yield valkey


@pytest.mark.parametrize(
    "dead, hangs",
    [([], False), (["plex"], False), ([], True)],
    ids=["one hangs, one is dead", "one hangs, two are dead", "one hangs, one is dead, and Valkey hangs"],
)
async def test_all_come_within_50_ms_of_the_deadline(
    sandbox: Sandbox, services: Services, dead: list[str], hangs: bool
) -> None:
    """Each is somebody else's, so that none profits from what another has asked before."""
    for name in dead:
        await sandbox.stop(name)
    services.may_answer.clear()
    async with AsyncExitStack() as stack:
        valkey = await stack.enter_async_context(_valkey_that_hangs()) if hangs else None
        here = await stack.enter_async_context(services.gateway(valkey=valkey, deadline=DEADLINE))
        late = [
            each
            for turn in range(ROUNDS)
            for each in await asyncio.gather(
                *(_lateness(here, f"{turn}-{number}") for number in range(AT_ONCE))
            )
        ]
        services.may_answer.set()
    assert len(late) == 100
    # The machine may have held up two of the rounds.
    assert sorted(late)[-1 - 2 * AT_ONCE] <= MOST_LATE
    assert sorted(late)[2] > -DEADLINE / 2, "they did wait for the one that hangs"


async def test_who_joins_a_question_that_hangs_waits_for_it_no_longer_than_who_asked(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "GIVE_UP_SECONDS", 60.0)
    ada = caller("Ada")
    services.may_answer.clear()
    async with services.gateway(deadline=60) as patient, services.gateway(deadline=DEADLINE) as here:
        shown = await asyncio.gather(*(here.show(ada) for _ in range(30)))
        assert {each["requests"]["state"] for each in shown} == {"unavailable"}
        assert services.asked == 1
        again = asyncio.create_task(patient.show(ada))
        # Whoever comes later finds the question still on its way, and does not wait for it at all.
        shown = await asyncio.gather(*(here.show(ada) for _ in range(30)))
        assert {each["requests"]["state"] for each in shown} == {"unavailable"}
        services.may_answer.set()
        assert (await again)["requests"]["state"] == "fresh", "another gateway asks for itself"
    assert services.asked == 2
