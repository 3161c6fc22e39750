"""What has piled up: ten thousand events that one consumer has not heard, an inbox of a hundred thousand entries."""

import asyncio
import json
import time
from uuid import UUID

import nats
from nats.aio.client import Client

from bench.load import Run, request
from bench.load import measure as measure_load
from bench.product import Running, product
from bench.requests import database
from bench.table import Row
from medianest.embedded.servers import urls_of_running
from medianest_common.clock import uuid7
from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.contracts.media.events import RequestCreated

_EVENTS = 10_000
_AT_ONCE = 200
_DRAIN_SECONDS = 60.0
_SMALL, _LARGE = 1_000, 100_000
_STREAM, _CONSUMER = "EVT_MEDIA", "notifications__request_created"
_FILL = """
    insert into notifications.entries (id, user_id, seq, dedupe_key, type, title, body, data, created_at)
    select gen_random_uuid(), $1, n, gen_random_uuid(), 'request.available', 'Title ' || n, 'Ready to watch.', '{}',
           now() - make_interval(secs => $3 - n) from generate_series($2::int, $3::int) n
"""
_HEAD = """
    insert into notifications.heads (user_id, head, unread) values ($1, $2, $2)
    on conflict (user_id) do update set head = excluded.head, unread = excluded.unread
"""
_LISTS = ("?limit=20", "?limit=20&unread=true", "?limit=20&pinned=true", "/count")


async def measure() -> list[Row]:
    async with product(names=("auth", "notifications", "gateway")) as running:
        owner = UUID(running.user_id)
        small, large = [await _inbox(running, owner, number) for number in (_SMALL, _LARGE)]
    async with product(names=("auth", "media", "notifications", "gateway")) as running:
        seconds, entries = await _drained(running)
    ratio = large.cpu_each_ms / small.cpu_each_ms
    rate = entries / seconds
    return [
        Row(
            f"an inbox of {_LARGE:,} entries against {_SMALL:,}",
            f"{ratio:.2f} × ({large.cpu_each_ms:.2f} against {small.cpu_each_ms:.2f} ms CPU)",
            "≤ 1.3 ×",
            "",
            ratio <= 1.3,
            ratio,
        ),
        Row(
            f"{_EVENTS:,} events that one consumer has not heard",
            f"{rate:.0f}/s, {entries} entries written",
            "≥ 1,000/s, each once",
            "",
            rate >= 1000 and entries == _EVENTS,
        ),
    ]


async def _inbox(running: Running, owner: UUID, number: int) -> Run:
    async with database(running) as connection:
        first = 1 + int(await connection.fetchval("select coalesce(max(seq), 0) from notifications.entries"))
        await connection.execute(_FILL, owner, first, number, timeout=300)
        await connection.execute(_HEAD, owner, number, timeout=30)
        await connection.execute("vacuum analyze notifications.entries", timeout=300)
    host = f"localhost:{running.port}"
    asked = [
        request("GET", f"/api/v1/notifications{query}", token=running.token, host=host) for query in _LISTS
    ]
    run = await measure_load(running.port, asked, seconds=4, processes=running.processes)
    assert not run.failed, f"{run.failed} of {run.requests} failed"
    return run


async def _drained(running: Running) -> tuple[float, int]:
    """Seconds until the last acknowledgement, or those we wait for it, and how many entries came of it."""
    urls = urls_of_running(running.data_dir)
    assert urls
    client = await nats.connect(urls.nats_url)
    try:
        await _pause(client, "2099-01-01T00:00:00Z")
        for _ in range(_EVENTS // _AT_ONCE):
            await asyncio.gather(*(_tell(client, number) for number in range(_AT_ONCE)))
        await _pause(client, "2000-01-01T00:00:00Z")
        started = time.perf_counter()
        while (took := time.perf_counter() - started) < _DRAIN_SECONDS:
            info = await client.jetstream().consumer_info(_STREAM, _CONSUMER)
            if not info.num_pending and not info.num_ack_pending:
                break
            await asyncio.sleep(0.1)
    finally:
        await client.close()
    async with database(running) as connection:
        entries = await connection.fetchval("select count(*) from notifications.entries", timeout=30)
    return took, int(entries)


async def _pause(client: Client, until: str) -> None:
    asked = json.dumps({"pause_until": until}).encode()
    answer = await client.request(f"$JS.API.CONSUMER.PAUSE.{_STREAM}.{_CONSUMER}", asked, timeout=5)
    assert "error" not in json.loads(answer.data), answer.data


async def _tell(client: Client, number: int) -> None:
    event_id = str(uuid7())
    event = RequestCreated(
        request_id=uuid7(),
        user_id=uuid7(),
        user_name="Frida",
        media_type=MediaType.MOVIE,
        tmdb_id=number,
        title=f"Film {number}",
        year=2020,
        is_4k=False,
        seasons=[],
        status=RequestStatus.PENDING,
        reason=None,
        actor_id=None,
        version=1,
    )
    headers = {"ce-id": event_id, "Nats-Msg-Id": event_id, "ce-type": event.type}
    await client.jetstream().publish(
        event.subject, event.model_dump_json().encode(), headers=headers, timeout=20
    )
