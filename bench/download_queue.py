"""A thousand downloads that wait, and ten thousand: what it costs to take the next, to say places, to show a page."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import httpx
from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from bench.product import Running, product
from bench.table import Row
from medianest.embedded.servers import urls_of_running
from medianest_common.clock import SystemClock
from medianest_common.db import Database, open_database
from medianest_youtube.models import Asset, Base
from medianest_youtube.repository.assets import Assets

SIZES = (10, 1_000, 10_000)
_TIMES = 50
_START_SECONDS = 60
_ROOM = 1 << 40
_PROFILE = UUID("01930000-0000-7000-8000-000000000001")
# Nobody takes what the measuring needs.
_PAUSE = """
    insert into queue_pauses (id, reason, strikes, since) values (gen_random_uuid(), 'It is measured.', 1, now())
"""
_PERSON = "select 1 from people where id = :id"
_ASSETS = """
    insert into assets (id, video_id, profile_id, title, status, status_since, queued_at, version,
        created_at, updated_at)
    select gen_random_uuid(), lpad(n::text, 11, 'v'), :profile, 'Title ' || n, 'queued', now(),
           now() + make_interval(secs => n), 1, now(), now()
      from generate_series(cast(:first as int), cast(:last as int)) n
"""
_WISHES = """
    insert into downloads (id, user_id, asset_id, created_at)
    select gen_random_uuid(), :owner, a.id, now() from assets a
     where not exists (select from downloads d where d.asset_id = a.id)
"""


async def measure() -> list[Row]:
    found: list[dict[str, float]] = []
    async with product(names=("auth", "youtube", "gateway")) as running:
        database = _database(running)
        try:
            await _change(database, _PAUSE)
            await _is_known(database, UUID(running.user_id))
            for first, last in zip((1, *(size + 1 for size in SIZES)), SIZES, strict=False):
                await _change(database, _ASSETS, first=first, last=last, profile=_PROFILE)
                await _change(database, _WISHES, owner=UUID(running.user_id))
                await _change(database, "analyze assets")
                await _change(database, "analyze downloads")
                found.append(await _costs(running, database))
        finally:
            await database.close()
    small, middle, large = found
    return [
        Row(
            f"{what}, {SIZES[0]:,}, {SIZES[1]:,} and {SIZES[2]:,} downloads waiting, the quickest of {_TIMES}",
            f"{small[what]:.1f}, {middle[what]:.1f} and {large[what]:.1f} ms",
        )
        for what in small
    ]


async def _costs(running: Running, database: Database) -> dict[str, float]:
    async with database.read() as connection:
        shown = set((await connection.scalars(select(Asset.id).limit(20))).all())

    async def take() -> None:
        async with database.transaction() as tx:
            assert await Assets(tx.session).next_claimable(room=_ROOM)

    async def say_places() -> None:
        async with database.transaction() as tx:
            assert await Assets(tx.session).positions(shown)

    headers = {"Authorization": f"Bearer {running.token}"}
    async with httpx.AsyncClient(base_url=f"http://localhost:{running.port}", headers=headers) as client:

        async def show() -> None:
            (await client.get("/api/v1/youtube/downloads?limit=20")).raise_for_status()

        return {
            "taking the next": await _quickest(take),
            "the places of 20": await _quickest(say_places),
            "a page of 20 over HTTP": await _quickest(show),
        }


async def _quickest(act: Callable[[], Awaitable[None]]) -> float:
    """In milliseconds; what else the machine does only ever makes one slower."""
    times = []
    for _ in range(_TIMES):
        started = time.perf_counter()
        await act()
        times.append(time.perf_counter() - started)
    return min(times) * 1000


async def _is_known(database: Database, person: UUID) -> None:
    async with asyncio.timeout(_START_SECONDS), database.read() as connection:
        while (await connection.execute(text(_PERSON), {"id": person})).first() is None:
            await asyncio.sleep(0.1)


async def _change(database: Database, sql: str, **values: object) -> None:
    async with database.transaction() as tx:
        await tx.session.execute(text(sql), values)


def _database(running: Running) -> Database:
    urls = urls_of_running(running.data_dir)
    assert urls
    url = make_url(urls.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    return open_database(url, metadata=Base.metadata, service="youtube", clock=SystemClock())
