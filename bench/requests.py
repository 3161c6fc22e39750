"""The list of requests and the making of one, in the whole product: gateway, bus, service, PostgreSQL.

Measured on 10,000 seeded requests, and again while the backend hangs.
"""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import asyncpg
import nats
from sqlalchemy.engine import make_url

from bench.load import Run, request
from bench.load import measure as measure_load
from bench.product import Running, product
from bench.table import Row
from medianest.embedded.servers import urls_of_running
from medianest_common.testing.fake_arr import FakeRadarr, FakeSonarr
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_common.testing.fake_overseerr.faults import Fault
from medianest_common.testing.fake_tmdb import FakeTmdb

_PEOPLE = 200
_FIRST_TITLE = 20_000_000
_TITLES = 6_000
_SEED_PEOPLE = """
    insert into people (id, name, email, role, plex_id, version)
    select gen_random_uuid(), 'Person ' || n, null, 'user', n, 1 from generate_series(1, $1) n
"""
_SEED_REQUESTS = """
    with people as (select id, row_number() over () - 1 as place from people where plex_id is not null)
    insert into requests (id, user_id, media_type, tmdb_id, is_4k, seasons, title, title_words, title_known, year,
        poster_path, status, status_since, version, in_line, watched, attempted_at, checked_at, created_at, updated_at)
    select
        (lpad(to_hex(1700000000000 + n), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '8' ||
            lpad(to_hex(n), 15, '0'))::uuid,
        people.id,
        case when n % 3 = 0 then 'tv' else 'movie' end, n, false,
        case when n % 3 = 0 then array[1, 2] else array[]::int[] end,
        'Title number ' || n, 'title number ' || n, true, 1950 + n % 75, '/poster' || n || '.jpg',
        (array['available','available','available','pending','approved','processing','declined'])[1 + n % 7],
        now() - make_interval(secs => n), 3, true, false, now(), now(),
        now() - make_interval(secs => $2 - n), now() - make_interval(secs => $2 - n)
    from generate_series($1::int, $2::int) n join people on people.place = n % 200
"""
_COUNT = """
    insert into request_counts (user_id, media_type, status, n)
    select user_id, media_type, status, count(*) from requests group by 1, 2, 3
    on conflict (user_id, media_type, status) do update set n = excluded.n
"""
_FIGURES = (
    _COUNT,
    """
    insert into request_months (user_id, month, media_type, n)
    select user_id, date_trunc('month', created_at at time zone 'UTC')::date, media_type, count(*)
    from requests group by 1, 2, 3
    on conflict (user_id, month, media_type) do update set n = excluded.n
    """,
    """
    insert into title_requests (media_type, tmdb_id, n)
    select media_type, tmdb_id, count(*) from requests group by 1, 2
    on conflict (media_type, tmdb_id) do update set n = excluded.n
    """,
    """
    insert into request_waits (user_id, step, n)
    select user_id, wait_step(status_since - created_at), count(*)
    from requests where status = 'available' group by 1, 2
    on conflict (user_id, step) do update set n = excluded.n
    """,
)


async def measure() -> list[Row]:
    rows = []
    async with FakeOverseerr.start() as overseerr:
        overseerr.generate(5_000)
        backend: dict[str, Any] = {"overseerr_url": overseerr.url, "overseerr_api_key": overseerr.api_key}
        for processes, how in ((False, "one process"), (True, "a process each")):
            rows += await _listing(how, "Overseerr hangs", [overseerr], processes=processes, **backend)
    async with FakeRadarr.start() as radarr, FakeSonarr.start() as sonarr, FakeTmdb.start() as tmdb:
        backend = {
            "radarr_url": radarr.url,
            "radarr_api_key": radarr.api_key,
            "sonarr_url": sonarr.url,
            "sonarr_api_key": sonarr.api_key,
            "tmdb_url": tmdb.url,
            "tmdb_api_key": tmdb.api_key,
        }
        servers: list[_Hangs] = [radarr, sonarr, tmdb]
        rows += await _listing("no Overseerr", "Radarr, Sonarr and TMDB hang", servers, **backend)
    created = await making()
    rows.append(Row("make a request", str(created), "≤ 6 ms CPU", "", created.cpu_each_ms <= 6))
    rows.append(await _whole_chain())
    return rows


class _Hangs(Protocol):
    def fail_with(self, fault: Fault, /) -> None: ...

    def heal(self) -> None: ...


async def _listing(
    how: str, trouble: str, servers: Sequence[_Hangs], *, processes: bool = False, **settings: Any
) -> list[Row]:
    async with product(processes=processes, media_poll_seconds="3600", **settings) as running:
        await seed(running, 1, 10_000)
        listed = await list_of(running, ["?limit=20"])
        for server in servers:
            server.fail_with("hang")
        hanging = await list_of(running, ["?limit=20"])
        for server in servers:
            server.heal()
    return [
        Row(
            f"list of 20 of 10,000, {how}",
            str(listed),
            "≤ 2.8 ms CPU, ≥ 500/s, p99 ≤ 60 ms",
            "Seerr 28 ms, 37/s, 500 ms",
            listed.cpu_each_ms <= 2.8 and listed.per_second >= 500 and listed.percentile(0.99) <= 60,
        ),
        Row(
            f"the same while {trouble}, {how}",
            str(hanging),
            "the same",
            f"{hanging.per_second / listed.per_second:.2f} × as many",
            hanging.per_second >= 500 and hanging.percentile(0.99) <= 60,
        ),
    ]


@asynccontextmanager
async def database(running: Running) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """The media service's schema, as the servers' own superuser."""
    urls = urls_of_running(running.data_dir)
    assert urls
    dsn = make_url(urls.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn, server_settings={"search_path": "media"})
    try:
        yield connection
    finally:
        await connection.close()


async def seed(running: Running, first: int, last: int) -> None:
    async with database(running) as connection:
        if first == 1:
            await connection.execute(_SEED_PEOPLE, _PEOPLE)
        # The triggers that keep the figures would touch the same few rows once for each of these.
        await connection.execute("set session_replication_role = replica")
        await connection.execute(_SEED_REQUESTS, first, last, timeout=600)
        for figures in _FIGURES:
            await connection.execute(figures, timeout=600)
        await connection.execute("vacuum analyze requests", timeout=600)


async def list_of(running: Running, queries: Sequence[str], *, seconds: float = 4) -> Run:
    messages = [
        request(
            "GET", f"/api/v1/media/requests{query}", token=running.token, host=f"localhost:{running.port}"
        )
        for query in queries
    ]
    run = await measure_load(running.port, messages, seconds=seconds, processes=running.processes)
    assert not run.failed, f"{run.failed} of {run.requests} failed"
    return run


async def making() -> Run:
    """Checked, saved, event out: the gateway, auth and media.

    What follows is measured by `_whole_chain`, so nobody hears the events here, and the job stays in its queue.
    """
    async with product(names=("auth", "media", "gateway"), media_poll_seconds="3600") as running:
        await hold_back(running, stream="JOB_MEDIA", consumer="media__submit_request")
        return await _create(running)


async def hold_back(running: Running, *, stream: str, consumer: str) -> None:
    urls = urls_of_running(running.data_dir)
    assert urls
    client = await nats.connect(urls.nats_url)
    until = json.dumps({"pause_until": "2099-01-01T00:00:00Z"}).encode()
    answer = await client.request(f"$JS.API.CONSUMER.PAUSE.{stream}.{consumer}", until, timeout=5)
    assert json.loads(answer.data)["paused"], answer.data
    await client.close()


async def _whole_chain() -> Row:
    """The same with all services and a backend that answers: looked up, told, heard of, written into inboxes."""
    async with FakeOverseerr.start() as overseerr:
        for number in range(_TITLES):
            overseerr.add_movie(_FIRST_TITLE + number, f"Film {number}", 2020)
        backend: dict[str, Any] = {"overseerr_url": overseerr.url, "overseerr_api_key": overseerr.api_key}
        async with product(media_poll_seconds="3600", **backend) as running:
            created = await _create(running)
    return Row(
        "the same with all that follows from it", str(created), "", "Overseerr told, notices written", None
    )


def posts(running: Running, first: int, number: int) -> list[bytes]:
    """Each asks for a film that nobody has asked for."""
    return [
        request(
            "POST",
            "/api/v1/media/request",
            token=running.token,
            host=f"localhost:{running.port}",
            body=json.dumps({"mediaType": "movie", "tmdbId": _FIRST_TITLE + n, "is4k": False}).encode(),
        )
        for n in range(first, first + number)
    ]


async def _create(running: Running) -> Run:
    messages = posts(running, 0, _TITLES)
    run = await measure_load(
        running.port, messages, connections=8, seconds=4, processes=running.processes, expect=201
    )
    assert not run.failed, f"{run.failed} of {run.requests} failed"
    return run
