"""What an open stream shows, whatever gets lost, comes late or goes away in between."""

import asyncio
from functools import partial

import pytest

from medianest.embedded import EmbeddedServers
from medianest.testing import Sandbox, eventually
from medianest_common.contracts.identity import Role
from medianest_common.contracts.live import CloseCode, LiveFrame
from medianest_common.contracts.notifications import (
    PUSH_ADMINS,
    PUSH_ALL,
    DismissNotification,
    InboxPin,
    MarkAllRead,
    PinNotification,
    UnpinNotification,
    push_subject,
)
from medianest_common.testing.live_client import LiveClient
from medianest_gateway.live import Limits
from medianest_notifications.service import SERVICE as NOTIFICATIONS
from services.gateway.tests.live.node import caller, node
from services.gateway.tests.live.telling import epoch_of, tell, true, write_unseen
from services.notifications.tests.household import Person


@pytest.fixture
async def household(sandbox: Sandbox) -> Sandbox:
    await sandbox.start(NOTIFICATIONS)
    return sandbox


async def has_heard(live: LiveClient) -> bool:
    return any(state.key == "open" for state in live.states)


async def test_a_notice_reaches_every_open_page_of_its_person_and_nobody_else(household: Sandbox) -> None:
    ada, eve = caller("Ada"), caller("Eve")
    async with (
        node(household) as here,
        node(household) as there,
        here.browser(ada) as first,
        there.browser(ada) as second,
        here.browser(eve) as stranger,
    ):
        await tell(household, ada)
        shown = await first.event("request.available")
        assert await second.event("request.available") == shown
        assert (shown["seq"], shown["title"]) == (1, "Ready to watch: Dune (2021)")
        await tell(household, ada)
        await first.event("request.available")
        assert (first.seqs, stranger.events) == ([1, 2], [])


async def test_what_was_missed_comes_in_order_after_every_reconnect(household: Sandbox) -> None:
    ada = caller()
    async with node(household) as here, here.browser(ada) as live:
        for lost in range(1, 11):
            live.drop()
            await tell(household, ada, times=lost % 3)
            await eventually(partial(_welcomed, live, lost + 1))
        await eventually(lambda: true(len(live.events) == 10))
        assert live.seqs == list(range(1, 11)), "each once and in order, also over reconnects without news"
        assert live.gaps == []


async def test_a_long_absence_is_told_whole_and_a_longer_one_is_a_gap(household: Sandbox) -> None:
    ada = caller()
    await tell(household, ada)
    epoch = await epoch_of(household, ada)
    await write_unseen(household, ada.user_id, 2, 500)
    async with node(household) as here:
        async with here.browser(ada, epoch=epoch, last_seq=0) as live:
            await eventually(lambda: true(len(live.events) == 500))
            assert (live.seqs, live.gaps) == (list(range(1, 501)), [])
        await write_unseen(household, ada.user_id, 501, 501)
        async with here.browser(ada, epoch=epoch, last_seq=0) as live:
            await eventually(lambda: true(live.gaps))
            await tell(household, ada)
            await live.event("request.available")
            assert (live.gaps[0].head, live.seqs) == (501, [502])
        async with here.browser(ada, epoch="another", last_seq=500) as live:
            await eventually(lambda: true(live.gaps))


async def test_a_push_that_got_lost_is_fetched(household: Sandbox) -> None:
    ada = caller()
    async with node(household, heartbeat=0.5) as here, here.browser(ada) as live:
        await tell(household, ada)
        await live.event("request.available")
        await write_unseen(household, ada.user_id, 2, 3)
        await eventually(lambda: true(live.seqs == [1, 2, 3]))
        assert live.gaps == []


async def test_numbers_pushed_in_the_wrong_order_leave_in_the_right_one(household: Sandbox) -> None:
    ada = caller()
    async with node(household) as here, here.browser(ada) as live:
        await tell(household, ada, times=3)
        await eventually(lambda: true(len(live.events) == 3))
        frames = [frame.model_copy(update={"seq": frame.seq + 3}).model_dump_json() for frame in live.events]
        for index in (2, 0, 1, 0):
            await household.bus.publish_live(push_subject(ada.user_id), frames[index].encode())
        await eventually(lambda: true(len(live.events) == 6))
        assert live.seqs == [1, 2, 3, 4, 5, 6]


async def test_the_bus_may_go_away_and_come_back(household: Sandbox, servers: EmbeddedServers) -> None:
    ada = caller()
    async with node(household) as here, here.browser(ada) as live:
        await tell(household, ada)
        await live.event("request.available")
        servers.kill("nats")
        await write_unseen(household, ada.user_id, 2, 2)
        await eventually(lambda: true(live.seqs == [1, 2]))
        await eventually(lambda: true(household.bus.connected))
        await tell(household, ada)
        await eventually(lambda: true(live.seqs == [1, 2, 3]))
        assert live.close_codes == [], "nobody was sent away for it"


async def test_a_node_can_leave_while_the_bus_is_away(household: Sandbox, servers: EmbeddedServers) -> None:
    async with node(household) as here:
        servers.kill("nats")
        await eventually(lambda: true(not here.hub.bus.connected))
    await eventually(lambda: true(household.bus.connected))


async def test_without_the_inbox_a_client_is_sent_away_to_come_back(household: Sandbox) -> None:
    ada = caller()
    await household.stop("notifications")
    async with node(household) as here:
        live = here.browser(ada)
        running = asyncio.create_task(live.run())
        try:
            assert await live.closed() == CloseCode.INTERNAL
            await household.start(NOTIFICATIONS)
            await eventually(lambda: true(live.welcomes))
        finally:
            running.cancel()


async def test_passing_states_are_thinned_and_the_last_one_always_arrives(household: Sandbox) -> None:
    ada = caller()
    async with node(household) as here, here.browser(ada) as live:
        began = asyncio.get_running_loop().time()
        for percent in range(200):
            state = LiveFrame(key="download:1", type="download.progress", data={"percent": percent})
            await household.bus.publish_live(push_subject(ada.user_id), state.model_dump_json().encode())
        other = LiveFrame(key="monitor:1", type="monitor.ticked", data={"up": True})
        await household.bus.publish_live(PUSH_ALL, other.model_dump_json().encode())
        await eventually(lambda: true(any(s.data.get("percent") == 199 for s in live.states)))
        await eventually(lambda: true(any(s.key == "monitor:1" for s in live.states)))
        downloads = [state for state in live.states if state.key == "download:1"]
        passed = asyncio.get_running_loop().time() - began
        assert len(downloads) <= 2 + passed / Limits().live_interval
        assert len(downloads) < 150


async def test_what_is_for_administrators_reaches_them_and_nobody_else(household: Sandbox) -> None:
    ada, olive = caller("Ada"), caller("Olive", role=Role.OWNER)
    token = caller("Olive's token", role=Role.OWNER, scopes=["read"])
    async with (
        node(household) as here,
        here.browser(ada) as user,
        here.browser(olive) as owner,
        here.browser(token) as narrow,
    ):
        for subject, key in ((PUSH_ADMINS, "secret"), (PUSH_ALL, "open")):
            frame = LiveFrame(key=key, type="a.state", data={})
            await household.bus.publish_live(subject, frame.model_dump_json().encode())
            # Two subjects tell nothing of the order in which something was published.
            await eventually(lambda key=key: true(key in owner.shown))  # type: ignore[misc]
        for live in (user, owner, narrow):
            await eventually(partial(has_heard, live))
        assert [s.key for s in owner.states] == ["secret", "open"]
        assert [s.key for s in (*user.states, *narrow.states)] == ["open", "open"]


async def test_reading_on_one_device_changes_the_count_on_the_others(household: Sandbox) -> None:
    ada = caller()
    person = Person(household, "Ada", id=ada.user_id)
    async with node(household) as here, here.browser(ada) as live:
        await tell(household, ada)
        await live.event("request.available")
        await person.ask(MarkAllRead(up_to=1))
        await eventually(lambda: true(any(s.type == "inbox.counted" for s in live.states)))
        [counted] = [state for state in live.states if state.type == "inbox.counted"]
        assert counted.data == {"unread": 0, "head": 1}


async def test_what_is_pinned_on_one_device_is_shown_so_on_the_others(household: Sandbox) -> None:
    ada, eve = caller("Ada"), caller("Eve")
    person = Person(household, "Ada", id=ada.user_id)
    async with (
        node(household) as here,
        node(household) as there,
        here.browser(ada) as live,
        there.browser(eve) as stranger,
    ):
        await tell(household, ada)
        shown = await live.event("request.available")
        for turn, number in ((PinNotification, 1), (UnpinNotification, 2)):
            for _ in range(2):
                await person.ask(turn(id=shown["id"]))
            await eventually(partial(_has_pins, live, number))
        [entry] = await person.inbox()
        pinned, unpinned = _pins(live)
        assert pinned.pinned_at is not None
        assert pinned.notification == entry.model_copy(update={"pinned_at": pinned.pinned_at}), "all it needs"
        assert (pinned.id, pinned.seq) == (unpinned.id, unpinned.seq) == (entry.id, entry.seq)
        assert (unpinned.pinned_at, unpinned.notification) == (None, None)
        await person.ask(PinNotification(id=shown["id"]))
        await eventually(partial(_has_pins, live, 3))
        await person.ask(DismissNotification(id=shown["id"]))
        await eventually(partial(_has_pins, live, 4))
        assert [pin.pinned_at is None for pin in _pins(live)] == [False, True] * 2
        assert _pins(stranger) == []


async def test_a_node_that_leaves_says_so_and_its_clients_go_on_elsewhere(household: Sandbox) -> None:
    ada = caller()
    async with node(household) as there:
        async with node(household) as here:
            await tell(household, ada)
            live = await here.browser(ada, last_seq=0, epoch=await epoch_of(household, ada)).__aenter__()
            await live.event("request.available")
        await eventually(lambda: true(live.close_codes))
        assert live.close_codes[-1] == CloseCode.GOING_AWAY
        assert live.goodbyes[-1].retry_ms is not None
        await live.__aexit__()
        await tell(household, ada)
        async with there.browser(ada, epoch=live.epoch, last_seq=live.last_seq) as moved:
            await moved.event("request.available")
            assert moved.seqs == [2]


def _pins(live: LiveClient) -> list[InboxPin]:
    return [InboxPin.model_validate(state.data) for state in live.states if state.type == "inbox.pinned"]


async def _has_pins(live: LiveClient, number: int) -> bool:
    return len(_pins(live)) == number


async def _welcomed(live: LiveClient, times: int) -> bool:
    return len(live.welcomes) >= times
