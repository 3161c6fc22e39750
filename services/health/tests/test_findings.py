"""What is the matter is found by looking, and said with what to do about it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from medianest.testing import Sandbox, eventually
from medianest_common import figures
from medianest_common.bus import Bus, Handlers, Reach, use
from medianest_common.bus.context import Context
from medianest_common.bus.wire import ATTEMPTS, HANDLER, REASON
from medianest_common.clock import uuid7
from medianest_common.contracts.health.findings import (
    FindingCode,
    InstallationFinding,
    InstallationFindings,
    ReadFindings,
)
from medianest_common.contracts.identity import Role
from medianest_common.errors import RemoteError, TimedOut, Unavailable
from medianest_common.http import breakers
from medianest_common.http.breaker import CircuitBreaker
from medianest_common.service import Runtime, Service
from medianest_common.settings import Settings
from medianest_common.testing.certificates import issued_for
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_health.own_certificate import Refused, expires_at
from medianest_health.use_cases import found_in_database, read_findings
from services.health.tests.household import Household


async def test_a_house_where_all_is_well_has_nothing_to_say(home: Household) -> None:
    found = await _ask(home)
    assert (found.items, found.unknown) == ([], [])


async def test_an_event_that_nobody_takes_is_found_in_the_outbox(home: Household) -> None:
    async with home.app.db.engine.begin() as connection:
        await connection.execute(
            text(
                "insert into outbox (id, subject, headers, body, not_before) values"
                " (gen_random_uuid(), 'evt.nobody.has.this', '{}', '{}', now() - interval '10 minutes')"
            )
        )
    finding = await _found(home, FindingCode.OUTBOX_STUCK)
    assert (finding.about, finding.severity) == ("health", "critical")
    assert finding.number and finding.number >= 600


async def test_a_system_that_has_not_answered_for_long_is_named(home: Household) -> None:
    breaker = CircuitBreaker("Overseerr", clock=home.clock, threshold=1)

    @asynccontextmanager
    async def open_app(_: Runtime[Settings]) -> AsyncIterator[None]:
        breakers.join(breaker)
        yield

    await home.sandbox.start(Service(name="media", handlers=Handlers("media"), open_app=open_app))
    breaker.failed(breaker.admit())
    assert FindingCode.BREAKER_OPEN not in {each.code for each in (await _ask(home)).items}
    home.clock.advance(360)
    assert (await _found(home, FindingCode.BREAKER_OPEN)).number == 6


async def test_what_a_handler_has_given_up_is_found_by_its_name(home: Household) -> None:
    handler = "media__thing_done"
    buried = {HANDLER: handler, REASON: "it was late", ATTEMPTS: "3", "ce-id": str(uuid7())}
    await home.sandbox.bus.publish_stored("dlq.evt.sample.thing.done", b"{}", headers=buried)
    finding = await _found(home, FindingCode.DEAD_LETTERS)
    assert (finding.about, finding.number) == (handler, 1)


async def test_what_the_bus_has_refused_a_service_is_found(home: Household) -> None:
    home.sandbox.lets_be_refused = True
    buses: list[Bus] = []

    @asynccontextmanager
    async def open_app(runtime: Runtime[Settings]) -> AsyncIterator[None]:
        buses.append(runtime.bus)
        yield

    handlers = Handlers("youtube")
    await home.sandbox.start(
        Service(name="youtube", handlers=handlers, open_app=open_app, reach=Reach(pushes=True))
    )
    with suppress(Unavailable, TimedOut):
        await buses[0].call(ReadFindings(), timeout=5)
    finding = await _found(home, FindingCode.BUS_REFUSED)
    assert finding.about == "youtube" and "rpc.health.read_findings" in finding.text


async def test_a_disk_with_little_room_is_found(home: Household, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much this machine has."""
    monkeypatch.setattr(figures, "_IN_MEMORY", ())
    monkeypatch.setattr(read_findings, "LEAST_FREE", 1 << 60)
    watching = asyncio.create_task(figures.watch_disk(Path(home.sandbox.settings["data_dir"]), name="data"))
    try:
        finding = await _found(home, FindingCode.DISK_FULL)
    finally:
        watching.cancel()
    assert finding.about == str(home.sandbox.settings["data_dir"])
    assert finding.number and finding.severity == "critical"


async def test_clocks_that_do_not_agree_are_found(home: Household) -> None:
    home.clock.advance(90)
    finding = await _found(home, FindingCode.CLOCKS_APART)
    assert finding.number == pytest.approx(90, abs=20)


async def test_connections_of_others_count_when_they_are_nearly_used_up(
    home: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty of somebody else's, of which an ordinary role sees no more than that they are there."""
    async with AsyncExitStack() as stack:
        others = []
        for _ in range(30):
            connection = await asyncpg.connect(home.sandbox.settings["database_url"], timeout=20)
            stack.push_async_callback(connection.close, timeout=5)
            others.append(connection)
        allowed = int(await others[0].fetchval("show max_connections", timeout=20))
        # The service's own are eleven at most.
        monkeypatch.setattr(found_in_database, "_CROWDED", 100 * 25 / allowed)
        finding = await _found(home, FindingCode.DATABASE_CROWDED)
    assert finding.number and finding.number >= 100 * 25 // allowed


async def test_an_address_that_leads_nowhere_from_inside_is_no_finding(
    sandbox: Sandbox, clock: ShiftedClock
) -> None:
    home = Household(sandbox, clock)
    await home.start(alone=True, base_url="https://127.0.0.1:9")
    found = await _ask(home)
    assert (found.items, found.unknown) == ([], [])


@pytest.mark.long
async def test_who_is_not_there_is_missed_once_we_have_listened_long_enough(home: Household) -> None:
    assert FindingCode.SERVICE_MISSING not in {each.code for each in (await _ask(home)).items}

    async def missed() -> set[str]:
        items = (await _ask(home)).items
        return {each.about for each in items if each.code is FindingCode.SERVICE_MISSING}

    assert "media" in await eventually(missed, within=60)


async def test_members_are_told_nothing_and_the_doctor_asks_in_nobodys_name(home: Household) -> None:
    with pytest.raises(RemoteError) as refused, home.sandbox.as_user(role=Role.USER):
        await home.sandbox.bus.call(ReadFindings(), timeout=10)
    assert refused.value.status == 403
    with use(Context("the-doctor")):
        await home.sandbox.bus.call(ReadFindings(), timeout=10)


async def test_a_certificate_says_until_when_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, authority = issued_for(tmp_path, ["localhost"])
    async with _shown(context) as url:
        with pytest.raises(Refused):
            await expires_at(url)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        assert await expires_at(url) > datetime.now(UTC) + timedelta(hours=1)


@asynccontextmanager
async def _shown(context: ssl.SSLContext) -> AsyncIterator[str]:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "localhost", 0, ssl=context)
    async with server:
        yield f"https://localhost:{server.sockets[0].getsockname()[1]}"


async def _ask(home: Household) -> InstallationFindings:
    with home.sandbox.as_user(role=Role.ADMIN):
        return await home.sandbox.bus.call(ReadFindings(), timeout=10)


async def _found(home: Household, code: FindingCode) -> InstallationFinding:
    async def there() -> InstallationFinding | None:
        return next((each for each in (await _ask(home)).items if each.code is code), None)

    return await eventually(there, within=60)
