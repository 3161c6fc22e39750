"""What went wrong in other projects with live streams, each by the number of its report."""

import asyncio
import gc
import json
from pathlib import Path

import psutil
import pytest

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.live import CloseCode, LiveFrame
from medianest_common.contracts.notifications import PUSH_ALL, push_subject
from medianest_common.testing.live_client import LiveClient
from medianest_gateway.live import Limits, metrics
from medianest_gateway.live.outgoing import Outgoing
from medianest_notifications.service import SERVICE as NOTIFICATIONS
from services.gateway.tests.live.idle_proxy import idle_proxy
from services.gateway.tests.live.node import ORIGIN, Node, caller, node
from services.gateway.tests.live.raw import RawClient
from services.gateway.tests.live.telling import at_work, epoch_of, tell, true

MIB = 1 << 20


@pytest.fixture
async def household(sandbox: Sandbox) -> Sandbox:
    await sandbox.start(NOTIFICATIONS)
    return sandbox


def state(key: str, size: int = 10) -> bytes:
    return LiveFrame(key=key, type="a.state", data={"filler": "x" * size}).model_dump_json().encode()


async def test_an_idle_socket_outlives_a_proxy_that_ends_what_is_silent(
    household: Sandbox, tmp_path: Path
) -> None:
    """gotify/server#82, #341, #96. With times a tenth of the real ones."""
    assert Limits().heartbeat < 60 / 2, "nginx gives up after 60 s, and one ping may be lost"
    ada = caller()
    async with node(household, heartbeat=2.4) as here, idle_proxy(here.port, tmp_path, seconds=6) as port:
        url = f"ws://127.0.0.1:{port}/api/v1/ws"
        async with LiveClient(url, ticket=here.ticket_for(ada), origin=ORIGIN) as live:
            await eventually(lambda: true(live.pings >= 5))
            assert (len(live.welcomes), live.close_codes) == (1, [])
            await tell(household, ada)
            await live.event("request.available")


async def test_what_a_proxy_has_ended_comes_back_and_has_missed_nothing(
    household: Sandbox, tmp_path: Path
) -> None:
    """gotify/android#360: the client never came back."""
    ada = caller()
    async with node(household, heartbeat=30) as here, idle_proxy(here.port, tmp_path, seconds=1) as port:
        url = f"ws://127.0.0.1:{port}/api/v1/ws"
        async with LiveClient(url, ticket=here.ticket_for(ada), origin=ORIGIN) as live:
            await eventually(lambda: true(len(live.welcomes) >= 2))
            await tell(household, ada, times=2)
            await eventually(lambda: true(live.seqs == [1, 2]))
            assert live.gaps == []


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_an_idle_socket_outlives_the_usual_sixty_seconds(household: Sandbox, tmp_path: Path) -> None:
    """gotify/server#82, with the times as they are."""
    async with node(household) as here, idle_proxy(here.port, tmp_path, seconds=60) as port:
        url = f"ws://127.0.0.1:{port}/api/v1/ws"
        async with LiveClient(url, ticket=here.ticket_for(caller()), origin=ORIGIN) as live:
            await asyncio.sleep(130)
            assert (len(live.welcomes), live.close_codes) == (1, [])


async def test_what_cannot_be_read_or_shown_spoils_nothing_else(household: Sandbox) -> None:
    """ntfy PR#1534: one topic that was refused killed the subscription of all the others."""
    ada = caller()
    async with node(household) as here, here.browser(ada) as live:
        for nonsense in (b"", b"\xff\xfe", b"[]", b"{}", b'{"t":"event"}', b'{"t":"live","key":1}'):
            await household.bus.publish_live(push_subject(ada.user_id), nonsense)
            await household.bus.publish_live(PUSH_ALL, nonsense)
        await household.bus.publish_live(PUSH_ALL, state("open"))
        await tell(household, ada)
        await live.event("request.available")
        await eventually(lambda: true("open" in live.shown))
        assert live.close_codes == []


async def test_nothing_sent_before_the_drop_is_no_reason_to_lose_the_place(household: Sandbox) -> None:
    """socket.io#5282, #5538: recovery failed where no event had been sent; #4880: it worked only once."""
    ada = caller()
    async with node(household) as here, here.browser(ada) as live:
        for lost in range(1, 11):
            live.drop()
            await eventually(lambda lost=lost: true(len(live.welcomes) == lost + 1))  # type: ignore[misc]
        assert (live.events, live.gaps) == ([], [])
        live.drop()
        await tell(household, ada)
        await eventually(lambda: true(live.seqs == [1]))
        assert live.gaps == []


async def test_a_number_without_its_history_is_a_gap_and_never_a_guess(household: Sandbox) -> None:
    """centrifugo#1120, centrifuge-go PR#160: an epoch paired with the wrong offset."""
    ada = caller()
    await tell(household, ada, times=3)
    epoch = await epoch_of(household, ada)
    async with node(household) as here:
        for wrong, last_seq in ((None, 1), ("another", 1), ("another", 3), (epoch, 4), (epoch, 2**53 - 1)):
            async with here.browser(ada, epoch=wrong, last_seq=last_seq) as live:
                await eventually(lambda live=live: true(live.gaps))  # type: ignore[misc]
                assert (live.gaps[0].epoch, live.gaps[0].head, live.events) == (epoch, 3, [])
        async with here.browser(ada, epoch=epoch, last_seq=3) as live:
            assert (live.welcomes[0].epoch, live.welcomes[0].head) == (epoch, 3)
            await tell(household, ada)
            await live.event("request.available")
            assert (live.seqs, live.gaps) == ([4], []), "nothing was missed, so nothing is insufficient"


@pytest.mark.parametrize("times", [100, pytest.param(1_000, marks=pytest.mark.long)])
@pytest.mark.timeout(300)
async def test_clients_killed_in_the_middle_of_a_message_leave_nothing(
    household: Sandbox, times: int
) -> None:
    """uvicorn#2754: `drain` never returned once the client had vanished, and its task stayed for ever."""
    async with node(household) as here:
        await _vanish_while_sent_to(household, here, times=20)
        await eventually(lambda: true(not at_work()))
        resident = _resident()
        for _ in range(times // 20):
            await _vanish_while_sent_to(household, here, times=20)
        await eventually(lambda: true(not at_work()))
        assert len(here.hub) == 0
        assert _resident() - resident < 24 * MIB, "memory returns to where it was"
        async with here.browser(caller()):
            pass


async def _vanish_while_sent_to(household: Sandbox, here: Node, *, times: int) -> None:
    ada = caller()
    clients = [await RawClient.signed_in(here, caller(user_id=ada.user_id)) for _ in range(min(times, 10))]
    clients += [await RawClient.signed_in(here, caller()) for _ in range(times - len(clients))]
    for number in range(8):
        # More than the buffers of both ends hold, so that each is in the middle of being sent to.
        await household.bus.publish_live(PUSH_ALL, state(f"k{number}", 100_000))
    await household.nats.flush(timeout=5)
    for client in clients:
        client.vanish()
    await eventually(lambda: true(len(here.hub) == 0))


def _resident() -> int:
    gc.collect()
    return int(psutil.Process().memory_info().rss)


async def test_what_waits_for_a_stalled_client_is_a_mebibyte_at_most() -> None:
    """elizaOS#31953: a client that did not read made the server grow without bound."""
    limits = Limits()
    out = Outgoing(limits, wake=lambda: None)
    held = 0
    while out.put_state(f"k{held}", "x" * 10_000):
        held += 1
    assert held * 10_000 <= MIB < (held + 1) * 10_000
    assert not out.put("x" * 10_000), "what is durable counts with it"
    assert out.put_state("k0", "y" * 10_000), "and what replaces another is no more than that"
    out.clear()

    sent = 0
    while out.put("x"):
        sent += 1
    assert sent == limits.waiting_messages


async def test_a_snapshot_is_not_overtaken_by_what_came_after_it() -> None:
    """However soon it follows the one before, of which the limit would let only one go in a quarter of a second."""
    out = Outgoing(Limits(live_interval=60), wake=lambda: None)
    for snapshot, state_after in (("first", "one"), ("second", "two")):
        assert out.put_state("snapshot", snapshot, at_once=True)
        assert out.put_state(state_after, state_after)
        assert [out.pop(), out.pop()] == [snapshot, state_after]


async def test_a_stalled_client_is_sent_away_with_a_word_it_can_read_later(household: Sandbox) -> None:
    """elizaOS#31953, over a real socket that is not read."""
    ada = caller()
    closed = metrics.CLOSED.labels(str(int(CloseCode.SLOW)))
    before = closed._value.get()
    async with node(household, close_seconds=20) as here:
        stalled = await RawClient.signed_in(here, ada)
        for number in range(60):
            await household.bus.publish_live(push_subject(ada.user_id), state(f"k{number}", 60_000))
        await eventually(lambda: true(closed._value.get() > before))
        async with asyncio.timeout(15):
            rest = await stalled.reader.read(-1)
        bye = json.loads(rest[rest.rindex(b'{"t":"bye"') :].split(b"}")[0] + b"}")
        assert bye["code"] == CloseCode.SLOW
        assert rest.endswith(b"Come back; nothing is lost.")
        assert rest[-2 - len(bye["reason"]) :][:2] == int(CloseCode.SLOW).to_bytes(2)
        await eventually(lambda: true(len(here.hub) == 0))


async def test_those_who_are_sent_away_come_back_spread_over_time(household: Sandbox) -> None:
    """All at once they would be the next outage."""
    async with node(household) as here:
        clients = [here.browser(caller(), reconnect=False) for _ in range(40)]
        await asyncio.gather(*(client.__aenter__() for client in clients))
    for client in clients:
        await eventually(lambda client=client: true(client.close_codes))  # type: ignore[misc]
    retries = sorted(client.goodbyes[0].retry_ms or 0 for client in clients)
    assert {client.close_codes[-1] for client in clients} == {CloseCode.GOING_AWAY}
    assert 0 <= retries[0] < 3_000 and 7_000 < retries[-1] <= 10_000
    assert len(set(retries)) > 35
    await asyncio.gather(*(client.__aexit__() for client in clients))
