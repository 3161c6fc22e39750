"""A ticket works once, also where the answer to its use was lost."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from medianest_common.clock import SystemClock
from medianest_common.security.tokens import hash_token
from medianest_common.testing.fault_proxy import FaultProxy
from medianest_common.valkey import open_valkey
from medianest_gateway.live.tickets import Tickets
from services.gateway.tests.live.node import caller


@pytest.fixture
async def proxy(valkey_url: str) -> AsyncIterator[FaultProxy]:
    address = urlsplit(valkey_url)
    async with FaultProxy.start(address.hostname or "", address.port or 0) as proxy:
        yield proxy


async def test_an_answer_that_comes_too_late_does_not_use_a_ticket_up(
    proxy: FaultProxy, valkey_url: str
) -> None:
    through = open_valkey(urlsplit(valkey_url)._replace(netloc=f"{proxy.host}:{proxy.port}").geturl())
    tickets = Tickets(through, clock=SystemClock())
    ada = caller()
    ticket = await tickets.issue(ada)

    proxy.delay(0.2)
    redeeming = asyncio.create_task(tickets.redeem(ticket))
    await asyncio.sleep(0.45)
    await proxy.heal()
    admission = await redeeming
    assert admission is not None and admission.caller.user_id == ada.user_id
    assert await tickets.redeem(ticket) is None
    await through.aclose()


async def test_of_many_who_use_one_ticket_at_once_one_gets_in(valkey_url: str) -> None:
    valkeys = [open_valkey(valkey_url, timeout=5) for _ in range(4)]
    nodes = [Tickets(valkey, clock=SystemClock()) for valkey in valkeys]
    ticket = await nodes[0].issue(caller())
    admitted = await asyncio.gather(*(node.redeem(ticket) for node in nodes for _ in range(4)))
    assert sum(admission is not None for admission in admitted) == 1
    assert not await valkeys[0].exists(f"ticket:{hash_token(ticket).hex()}"), "it names a person"
    for valkey in valkeys:
        await valkey.aclose()
