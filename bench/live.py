"""What open pages are told: how soon, and what thousands of them cost. Socket.IO is measured by the same clients."""

import asyncio
import resource
import statistics
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import nats
from redis.asyncio import Redis
from sqlalchemy.engine import make_url

from bench.live_socketio import socketio
from bench.live_sockets import BROADCASTS, SETTLE_SECONDS, Socket, open_sockets, ours, pss, until_all, upgrade
from bench.product import Running, product
from bench.table import Row
from medianest.embedded.servers import urls_of_running
from medianest_common.clock import SystemClock, uuid7
from medianest_common.contracts.identity import Caller, Role
from medianest_common.contracts.live import SUBPROTOCOL, LiveFrame
from medianest_common.contracts.notifications import PUSH_ALL
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_gateway.live.tickets import Tickets

SOMEBODY_ELSE = {"email": "frida@example.org", "password": "another password for measuring"}
_IDLE = 5_000
_RETURNING = 1_000
_MISSED = 3
_FIRST_FILM = 30_000_000
_POSTS = 300
_COLD = 20
"""The first ones find everything cold, and are not counted."""
_POSTS_EACH = 0.05
_READERS = 4
_READS_EACH = 0.04
_POSTS_AT_ONCE = 50
_TICKET_SECONDS = 600
_TICKETS = 4


async def measure() -> list[Row]:
    idle = min(_IDLE, resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 500)
    rows = [await _heard_by_another(processes=False), await _heard_by_another(processes=True)]
    async with product(names=("auth", "notifications", "gateway")) as running:
        memory, seconds = await _idle(running, idle)
        rows.append(await _returning(running))
    peer = await socketio(idle)
    theirs = f"Socket.IO {peer[0]:.1f} kB, {peer[1] * 1000:.0f} ms" if peer else "Socket.IO needs npm"
    rows += [
        Row(
            f"{idle} idle sockets on one node, memory each (PSS)",
            f"{memory:.1f} kB",
            "≤ 20 kB",
            theirs,
            memory <= 20,
        ),
        Row(
            "one message to all of them, until the last has it",
            f"{seconds * 1000:.0f} ms",
            "≤ 1 s, ≤ Socket.IO",
            theirs,
            seconds <= 1,
        ),
    ]
    return rows


async def _heard_by_another(*, processes: bool) -> Row:
    """A POST of one person until the frame is at another's socket, while others read lists."""
    async with FakeOverseerr.start() as overseerr:
        for number in range(_POSTS):
            overseerr.add_movie(_FIRST_FILM + number, f"Film {number}", 2020)
        backend: dict[str, Any] = {"overseerr_url": overseerr.url, "overseerr_api_key": overseerr.api_key}
        async with product(processes=processes, media_poll_seconds="3600", **backend) as running:
            friend = await somebody_else(running)
            took = await _post_and_hear(running, friend)
    ordered = sorted(took)
    p50, p99 = statistics.median(ordered), ordered[int(len(ordered) * 0.99) - 1]
    lost = _POSTS - _COLD - len(took)
    return Row(
        f"POST → frame at another's WebSocket, under load, {'a process each' if processes else 'one process'}",
        f"p50 {p50:.1f} ms, p99 {p99:.1f} ms" + (f", {lost} LOST" if lost else ""),
        "p50 ≤ 20 ms, p99 ≤ 100 ms",
        f"{1 / _POSTS_EACH:.0f} POSTs and {_READERS / _READS_EACH:.0f} lists a second",
        p50 <= 20 and p99 <= 100 and not lost,
    )


async def _post_and_hear(running: Running, friend: str) -> list[float]:
    heard: dict[int, float] = {}

    def hears(socket: Socket, frame: dict[str, Any]) -> None:
        if frame.get("type") == "request.created":
            heard[frame["data"]["tmdbId"]] = time.perf_counter()

    me = Caller(
        user_id=UUID(running.user_id),
        session_id=uuid7(),
        role=Role.OWNER,
        name="Bench",
        auth_time=SystemClock().now(),
    )
    [ticket] = await _tickets(running, [me])
    [socket] = await open_sockets(running.port, [_ours(running)], [ours(ticket, hears)])
    sent: dict[int, float] = {}
    reading = [asyncio.create_task(_read_lists(running)) for _ in range(_READERS)]
    async with httpx.AsyncClient(base_url=f"http://localhost:{running.port}", timeout=20) as client:

        async def post(film: int) -> None:
            sent[film] = time.perf_counter()
            body = {"mediaType": "movie", "tmdbId": film}
            headers = {"Authorization": f"Bearer {friend}"}
            # Whether it was answered in time or not, what counts is that it is heard of.
            await client.post("/api/v1/media/request", json=body, headers=headers)

        posting = []
        for number in range(_POSTS):
            posting.append(asyncio.create_task(post(_FIRST_FILM + number)))
            await asyncio.sleep(_POSTS_EACH)
        await asyncio.gather(*posting)
    deadline = time.perf_counter() + 10
    while len(heard) < _POSTS and time.perf_counter() < deadline:
        await asyncio.sleep(0.05)
    for task in reading:
        task.cancel()
    await asyncio.gather(*reading, return_exceptions=True)
    socket.drop()
    return [(heard[film] - at) * 1000 for film, at in list(sent.items())[_COLD:] if film in heard] or [
        float("inf")
    ]


async def _read_lists(running: Running) -> None:
    headers = {"Authorization": f"Bearer {running.token}"}
    async with httpx.AsyncClient(base_url=f"http://localhost:{running.port}", timeout=20) as client:
        while True:
            await client.get("/api/v1/media/requests?limit=20", headers=headers)
            await asyncio.sleep(_READS_EACH)


async def somebody_else(running: Running) -> str:
    """Their access token."""
    async with httpx.AsyncClient(base_url=f"http://localhost:{running.port}/api/v1", timeout=20) as client:
        headers = {"Authorization": f"Bearer {running.token}"}
        invite = (await client.post("/auth/invites", json={}, headers=headers)).raise_for_status().json()
        csrf = (await client.get("/csrf")).json()["token"]
        body = SOMEBODY_ELSE | {"token": invite["url"].partition("#token=")[2], "name": "Frida"}
        answer = await client.post("/auth/invites/accept", json=body, headers={"X-CSRF-Token": csrf})
        return str(answer.raise_for_status().json()["accessToken"])


async def _idle(running: Running, number: int) -> tuple[float, float]:
    """Kilobytes for each, and seconds until all have one message."""
    heard: list[float] = []

    def hears(socket: Socket, frame: dict[str, Any]) -> None:
        if frame["t"] == "live" and frame["key"] == "bench":
            heard.append(time.perf_counter())

    tickets = await _tickets(running, [_somebody(uuid7()) for _ in range(number)])
    # What the first ones make it load stays once.
    warm = await open_sockets(
        running.port, [_ours(running)] * 50, [ours(each, hears) for each in tickets[:50]]
    )
    before = pss(running.process)
    sockets = await open_sockets(
        running.port, [_ours(running)] * (number - 50), [ours(each, hears) for each in tickets[50:]]
    )
    sockets += warm
    await asyncio.sleep(SETTLE_SECONDS)
    each = (pss(running.process) - before) / (number - 50) / 1000
    client = await nats.connect(_urls(running).nats_url)
    took = []
    for _ in range(BROADCASTS):
        heard.clear()
        data = {"status": "down", "filler": "x" * 300}
        frame = LiveFrame(key="bench", type="monitor.changed", data=data)
        started = time.perf_counter()
        await client.publish(PUSH_ALL, frame.model_dump_json().encode())
        took.append(await until_all(heard, number, started))
        await asyncio.sleep(0.5)
    await client.close()
    assert not any(socket.closed for socket in sockets)
    for socket in sockets:
        socket.drop()
    await asyncio.sleep(1)
    return each, statistics.median(took)


async def _returning(running: Running) -> Row:
    """All at the same moment, without the pauses that our clients make: a ticket each, and what each has missed."""
    people = [_somebody(uuid7()) for _ in range(_RETURNING)]
    epoch = await _missed(running, [person.user_id for person in people])
    tickets = await _tickets(running, people)
    got = [0] * _RETURNING
    done: list[float] = []

    def counting(number: int) -> Any:
        def hears(socket: Socket, frame: dict[str, Any]) -> None:
            got[number] += frame["t"] == "event"
            if got[number] == _MISSED and frame["t"] == "event":
                done.append(time.perf_counter())

        return hears

    started = time.perf_counter()
    headers = {"Authorization": f"Bearer {running.token}"}
    # httpx looks at every waiting request for each answer: a thousand that wait cost the client more than the server.
    places = asyncio.Semaphore(_POSTS_AT_ONCE)
    async with httpx.AsyncClient(base_url=f"http://localhost:{running.port}", timeout=60) as client:

        async def asks() -> None:
            async with places:
                (await client.post("/api/v1/notifications/ticket", headers=headers)).raise_for_status()

        opening = open_sockets(
            running.port,
            [_ours(running)] * _RETURNING,
            [ours(each, counting(number), epoch=epoch, last_seq=0) for number, each in enumerate(tickets)],
            at_once=_RETURNING,
        )
        sockets, _ = await asyncio.gather(opening, asyncio.gather(*(asks() for _ in range(_RETURNING))))
    took = await until_all(done, _RETURNING, started)
    log = (running.data_dir / "bench.log").read_text(errors="replace")
    late = sum("rpc_dependency_down" in line and "rpc.notifications." in line for line in log.splitlines())
    closed = sum(socket.closed for socket in sockets)
    for socket in sockets:
        socket.drop()
    return Row(
        f"{_RETURNING} come back at once, until each has the {_MISSED} entries missed",
        f"{took:.1f} s, {closed} sent away, {late} database time-outs",
        "≤ 10 s, none",
        "a ticket each over HTTP among it",
        took <= 10 and not closed and not late,
    )


async def _missed(running: Running, people: Sequence[UUID]) -> str:
    """Entries that nobody was told of; returns the epoch of the inboxes."""
    dsn = make_url(_urls(running).database_url).set(drivername="postgresql")
    connection = await asyncpg.connect(
        dsn.render_as_string(hide_password=False), server_settings={"search_path": "notifications"}
    )
    try:
        await connection.execute(
            """
            insert into entries (id, user_id, seq, dedupe_key, type, title, body, data, created_at)
            select gen_random_uuid(), person, n, gen_random_uuid(), 'request.available', 'Ready to watch', 'Now.', '{}',
                now()
            from unnest($1::uuid[]) person, generate_series(1, $2::int) n
            """,
            list(people),
            _MISSED,
        )
        await connection.execute(
            "insert into heads (user_id, head, unread) select person, $2, $2 from unnest($1::uuid[]) person",
            list(people),
            _MISSED,
        )
        return str(await connection.fetchval("select value from epoch"))
    finally:
        await connection.close()


async def _tickets(running: Running, people: Sequence[Caller]) -> list[list[str]]:
    """As the gateway makes them, without as many sign-ins; some for each, as used ones do not work again."""
    valkey = Redis.from_url(_urls(running).valkey_url, socket_timeout=5, max_connections=50)
    tickets = Tickets(valkey, clock=SystemClock(), seconds=_TICKET_SECONDS)
    made = [[await _stored(tickets, person) for _ in range(_TICKETS)] for person in people]
    await valkey.aclose()
    return made


async def _stored(tickets: Tickets, person: Caller) -> str:
    """What Valkey was too slow for is kept in this process, where the gateway does not find it."""
    while True:
        before = len(tickets._at_home)
        ticket = await tickets.issue(person)
        if len(tickets._at_home) == before:
            return ticket
        await asyncio.sleep(1)


def _somebody(user_id: UUID) -> Caller:
    now = SystemClock().now()
    return Caller(user_id=user_id, session_id=uuid7(), role=Role.USER, name="Somebody", auth_time=now)


def _ours(running: Running) -> bytes:
    origin = f"http://localhost:{running.port}"
    return upgrade("/api/v1/ws", running.port, origin=origin, protocol=SUBPROTOCOL)


def _urls(running: Running) -> Any:
    urls = urls_of_running(running.data_dir)
    assert urls
    return urls
