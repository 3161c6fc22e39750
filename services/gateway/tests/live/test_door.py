"""Who may open a stream, what it may cost, and when it ends."""

import asyncio
import json
import socket
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from medianest.embedded import EmbeddedServers
from medianest.testing import AT_ONCE, Sandbox, eventually
from medianest_common.contracts.auth import RevocationReason, SessionRevoked
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.live import SUBPROTOCOL, CloseCode, LiveFrame
from medianest_common.contracts.notifications import push_subject
from medianest_common.testing.live_client import LiveClient
from medianest_notifications.service import SERVICE as NOTIFICATIONS
from services.gateway.tests.live.node import ORIGIN, Node, caller, node
from services.gateway.tests.live.telling import at_work, epoch_of, tell, true


@pytest.fixture
async def household(sandbox: Sandbox) -> Sandbox:
    await sandbox.start(NOTIFICATIONS)
    return sandbox


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "https://nest.example.org:444", "http://nest.example.org", "null", None],
)
async def test_attack_101_another_sites_page_gets_nothing_even_with_the_persons_cookie(
    household: Sandbox, origin: str | None
) -> None:
    async with node(household) as here:
        cookie = here.token_for(caller(), by_cookie=True)
        headers = {"Cookie": f"access={cookie}"}
        with pytest.raises(InvalidStatus) as refused:
            await _opened(here, origin=origin, additional_headers=headers)
        assert refused.value.response.status_code == 403
        assert json.loads(refused.value.response.body or b"")["code"] == "FORBIDDEN"


async def test_a_cookie_alone_opens_nothing(household: Sandbox) -> None:
    async with node(household, auth_seconds=0.3) as here:
        cookie = here.token_for(caller(), by_cookie=True)
        async with _opened(here, additional_headers={"Cookie": f"access={cookie}"}) as raw:
            assert await _close_code(raw) == CloseCode.TIMED_OUT


async def test_an_unknown_subprotocol_is_refused(household: Sandbox) -> None:
    async with node(household) as here:
        for offered in ("medianest.v2", None):
            with pytest.raises(InvalidStatus) as refused:
                await _opened(here, offered=offered)
            assert refused.value.response.status_code == 400


async def test_a_ticket_works_once_and_on_any_node(household: Sandbox) -> None:
    async with node(household) as here, node(household) as there:
        ticket = await here.tickets.issue(caller())

        async def again() -> str:
            return ticket

        async with LiveClient(there.url, ticket=again, origin=ORIGIN):
            second = LiveClient(here.url, ticket=again, origin=ORIGIN, reconnect=False)
            await second.run()
            assert second.close_codes == [CloseCode.EXPIRED]
        assert await here.tickets.redeem("mnt_made-up") is None
        assert await here.tickets.redeem("\ud800") is None


async def test_of_many_who_redeem_one_ticket_at_once_one_succeeds(household: Sandbox) -> None:
    async with node(household) as here, node(household) as there:
        ticket = await here.tickets.issue(caller())
        taken = await asyncio.gather(*(n.tickets.redeem(ticket) for n in (here, there) * 8))
        assert sum(admission is not None for admission in taken) == 1


async def test_one_node_goes_on_without_valkey(household: Sandbox, servers: EmbeddedServers) -> None:
    async with node(household) as here:
        servers.kill("valkey")
        async with here.browser(caller()):
            pass


async def test_a_native_client_shows_a_token_and_may_name_its_position(household: Sandbox) -> None:
    ada = caller()
    await tell(household, ada, times=2)
    async with node(household) as here:
        token = here.token_for(ada)
        async with LiveClient(here.url, token=token) as live:
            assert (live.welcomes[0].head, live.welcomes[0].unread) == (2, 2)
        async with LiveClient(here.url, token=token, epoch=live.epoch, last_seq=1) as again:
            await eventually(lambda: true(again.seqs == [2]))
            assert again.socket is not None
            again.last_seq = 0
            await again.socket.send(json.dumps({"t": "auth", "epoch": live.epoch, "lastSeq": 0}))
            await eventually(lambda: true(again.seqs == [2, 1, 2]))
        wrong = LiveClient(here.url, token="wrong", reconnect=False)
        await wrong.run()
        assert wrong.refusals == [401], "a wrong token is refused before any frame"


@pytest.mark.parametrize(
    "said, code",
    [
        ('{"t":"pong"}', CloseCode.BAD_MESSAGE),
        ("[" * 50_000, CloseCode.BAD_MESSAGE),
        ('{"t":"ack","x":' + "[" * 5_000 + "]" * 5_000 + "}", CloseCode.BAD_MESSAGE),
        ('{"t":"auth","lastSeq":-1}', CloseCode.BAD_MESSAGE),
        ('{"t":"auth"}', CloseCode.EXPIRED),
        ('{"t":"auth","ticket":"mnt_guessed"}', CloseCode.EXPIRED),
        (b"\x00\x01", CloseCode.NOT_TEXT),
        ("x" * 70_000, 1009),
    ],
)
async def test_attack_101_nonsense_before_sign_in_ends_the_connection(
    household: Sandbox, said: Any, code: int
) -> None:
    async with node(household) as here, _opened(here) as raw:
        await raw.send(said)
        assert await _close_code(raw) == code


@pytest.mark.parametrize(
    "said, code",
    [("{}", 4400), ('{"t":"cmd"}', 4400), (b"\x00", 1003), ('{"t":"refresh","ticket":"no"}', 4401)],
)
async def test_nonsense_after_sign_in_ends_the_connection(household: Sandbox, said: Any, code: int) -> None:
    async with node(household) as here, here.browser(caller(), reconnect=False) as live:
        assert live.socket is not None
        await live.socket.send(said)
        assert await live.closed() == code


async def test_attack_101_who_talks_too_much_is_cut_off(household: Sandbox) -> None:
    async with node(household) as here, here.browser(caller(), reconnect=False) as live:
        with suppress(ConnectionClosed):
            for _ in range(200):
                assert live.socket is not None
                await live.socket.send('{"t":"ack"}')
        assert await live.closed() == CloseCode.BAD_MESSAGE


async def test_silence_ends_the_connection(household: Sandbox) -> None:
    async with node(household, heartbeat=0.4) as here, _opened(here) as raw:
        await raw.send(json.dumps({"t": "auth", "ticket": await here.tickets.issue(caller())}))
        assert await _close_code(raw) == CloseCode.TIMED_OUT


async def test_a_client_that_answers_pings_stays(household: Sandbox) -> None:
    async with node(household, heartbeat=1.5) as here, here.browser(caller()) as live:
        await eventually(lambda: true(live.pings >= 3))
        assert live.close_codes == []


async def test_attack_101_an_ended_session_is_cut_off_on_every_node_within_a_second(
    household: Sandbox,
) -> None:
    ada = caller()
    phone = caller(user_id=ada.user_id)
    async with (
        node(household) as here,
        node(household) as there,
        here.browser(ada) as first,
        there.browser(ada) as second,
        here.browser(phone) as other_session,
    ):
        await household.emit(_revoked(ada, session_id=ada.session_id))
        assert await first.closed(within=AT_ONCE) == CloseCode.REVOKED
        assert await second.closed(within=AT_ONCE) == CloseCode.REVOKED
        await tell(household, phone)
        await other_session.event("request.available")
        await eventually(lambda: true(len(here.hub) == 1))


async def test_ending_all_sessions_spares_those_begun_later(household: Sandbox) -> None:
    ada = caller()
    async with node(household) as here, here.browser(ada) as before:
        revoked = _revoked(ada, session_id=None, not_before=household.clock.now() + timedelta(seconds=1))
        in_time = household.clock.now() + timedelta(seconds=2)
        later = LiveClient(here.url, ticket=here.ticket_for(ada, issued_at=in_time), origin=ORIGIN)
        async with later:
            await household.emit(revoked)
            assert await before.closed(within=AT_ONCE) == CloseCode.REVOKED
            await tell(household, ada)
            await later.event("request.available")


async def test_a_changed_role_asks_for_a_new_ticket_and_does_not_turn_the_client_away(
    household: Sandbox,
) -> None:
    ada = caller()
    async with node(household) as here, here.browser(ada) as live:
        await household.emit(_revoked(ada, session_id=None, reason=RevocationReason.ROLE_CHANGED))
        assert await live.closed(within=AT_ONCE) == CloseCode.EXPIRED
        await eventually(lambda: true(len(live.welcomes) == 2))


async def test_an_expired_stream_is_warned_and_then_closed_unless_renewed(household: Sandbox) -> None:
    ada = caller()
    async with node(household, grace_seconds=3) as here:
        soon = household.clock.now() + timedelta(seconds=5)
        ticket = here.ticket_for(ada, expires_at=soon)
        async with (
            LiveClient(here.url, ticket=ticket, origin=ORIGIN, reconnect=False) as left_alone,
            LiveClient(here.url, ticket=ticket, origin=ORIGIN, reconnect=False) as renewed,
        ):
            assert renewed.socket is not None
            fresh = await here.tickets.issue(ada)
            await renewed.socket.send(json.dumps({"t": "refresh", "ticket": fresh}))
            assert await left_alone.closed(within=60) == CloseCode.EXPIRED
            await tell(household, ada)
            await renewed.event("request.available")


async def test_attack_101_one_connection_too_many_ends_the_oldest(household: Sandbox) -> None:
    ada = caller()
    async with (
        node(household, per_user=2) as here,
        here.browser(ada) as oldest,
        here.browser(ada) as second,
        here.browser(ada) as third,
    ):
        assert await oldest.closed() == CloseCode.TOO_MANY
        assert oldest.goodbyes[0].retry_ms is None
        assert second.close_codes == third.close_codes == []


async def test_an_address_has_its_share_and_not_more(household: Sandbox) -> None:
    async with node(household, per_address=2) as here, _opened(here), _opened(here):
        with pytest.raises(InvalidStatus) as refused:
            await _opened(here)
        assert refused.value.response.status_code == 429
        assert int(refused.value.response.headers["retry-after"]) > 0


async def test_a_node_that_is_full_sends_people_elsewhere(household: Sandbox) -> None:
    async with node(household, in_all=1) as here, _opened(here):
        with pytest.raises(InvalidStatus) as refused:
            await _opened(here)
        assert refused.value.response.status_code == 503
        assert int(refused.value.response.headers["retry-after"]) > 0


async def test_a_client_that_does_not_read_is_cut_off_and_loses_nothing(household: Sandbox) -> None:
    ada = caller()
    async with node(household, send_seconds=1.0) as here:
        narrow = socket.create_connection(("127.0.0.1", here.port))
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        narrow.settimeout(0)
        async with _opened(here, sock=narrow, max_queue=1, ping_interval=None, close_timeout=0.1) as raw:
            await raw.send(json.dumps({"t": "auth", "ticket": await here.tickets.issue(ada)}))
            while json.loads(await raw.recv())["t"] != "auth_ok":
                pass
            for number in range(200):
                state = LiveFrame(key=f"k{number}", type="test", data={"filler": "x" * 60_000})
                await household.bus.publish_live(push_subject(ada.user_id), state.model_dump_json().encode())
            await tell(household, ada, times=3)
            await eventually(lambda: true(len(here.hub) == 0))
        async with here.browser(ada, epoch=await epoch_of(household, ada), last_seq=0) as live:
            await eventually(lambda: true(live.seqs == [1, 2, 3]))
        await eventually(lambda: true(not at_work()))


async def test_clients_that_vanish_leave_nothing_behind(household: Sandbox) -> None:
    ada = caller()
    async with node(household) as here:
        for _ in range(5):
            clients = [here.browser(caller(), reconnect=False) for _ in range(20)]
            await asyncio.gather(*(client.__aenter__() for client in clients))
            for client in clients:
                client.drop()
            await asyncio.gather(*(client.__aexit__() for client in clients))
        await eventually(lambda: true(len(here.hub) == 0))
        await eventually(lambda: true(not at_work()))
        async with here.browser(ada):
            pass


async def test_the_same_stream_as_server_sent_events(household: Sandbox) -> None:
    ada = caller()
    await tell(household, ada)
    async with node(household, heartbeat=0.4) as here:
        url = f"http://127.0.0.1:{here.port}/api/v1/events"
        cookies = {"access": here.token_for(ada, by_cookie=True)}
        async with httpx.AsyncClient(timeout=10, trust_env=False, cookies=cookies) as client:
            async with client.stream("GET", url) as answer:
                assert answer.headers["content-type"].startswith("text/event-stream")
                lines = answer.aiter_lines()
                welcome = await _sse(lines, "auth_ok")
                await tell(household, ada)
                shown = await _sse(lines, "event")
                assert (shown["data"]["seq"], shown["id"]) == (2, f"{welcome['data']['epoch']}:2")
                await _line(lines, ": ping")
            last = {"Last-Event-ID": f"{welcome['data']['epoch']}:1"}
            async with client.stream("GET", url, headers=last) as answer:
                assert (await _sse(answer.aiter_lines(), "event"))["data"]["seq"] == 2
            async with client.stream("GET", url, headers={"Last-Event-ID": "other:1"}) as answer:
                assert (await _sse(answer.aiter_lines(), "gap"))["data"]["head"] == 2
            async with client.stream("GET", url) as answer:
                lines = answer.aiter_lines()
                await _sse(lines, "auth_ok")
                await household.emit(_revoked(ada, session_id=ada.session_id))
                assert (await _sse(lines, "bye"))["data"]["code"] == CloseCode.REVOKED
                assert [line async for line in lines if line] == []
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            refused = await client.get(url)
            assert (refused.status_code, refused.json()["code"]) == (401, "UNAUTHENTICATED")
        await eventually(lambda: true(len(here.hub) == 0))


def _revoked(
    person: Caller,
    *,
    session_id: UUID | None,
    reason: RevocationReason = RevocationReason.LOGOUT,
    not_before: datetime = datetime(2100, 1, 1, tzinfo=UTC),
) -> SessionRevoked:
    return SessionRevoked(user_id=person.user_id, session_id=session_id, not_before=not_before, reason=reason)


def _opened(
    here: Node, *, offered: str | None = SUBPROTOCOL, origin: str | None = ORIGIN, **options: Any
) -> connect:
    return connect(
        here.url,
        subprotocols=[Subprotocol(offered)] if offered else None,
        origin=Origin(origin) if origin else None,
        proxy=None,
        **options,
    )


async def _close_code(raw: ClientConnection) -> int | None:
    async with asyncio.timeout(30):
        with suppress(ConnectionClosed):
            while True:
                await raw.recv()
    return raw.close_code


async def _sse(lines: Any, kind: str) -> dict[str, Any]:
    """The next event of this kind: its id and its data."""
    identity = None
    async with asyncio.timeout(30):
        while True:
            line = await anext(lines)
            if line.startswith("id: "):
                identity = line[4:]
            if line == f"event: {kind}":
                data = json.loads((await anext(lines)).removeprefix("data: "))
                return {"id": identity, "data": data}


async def _line(lines: Any, wanted: str) -> None:
    async with asyncio.timeout(30):
        while await anext(lines) != wanted:
            pass
