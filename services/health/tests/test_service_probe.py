"""What is said of one of our own services, by how many of its replicas answer, and what they answer."""

import asyncio
from collections.abc import Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

import pytest
from nats.aio.msg import Msg

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.platform import Check, CheckStatus, Question, Readiness, each_subject
from medianest_common.readiness import overall
from medianest_common.testing.fault_proxy import FaultProxy
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_health.adapters.own import Ask, ServiceProbe
from services.health.tests.household import Household

OK, BAD, DOWN = CheckStatus.OK, CheckStatus.DEGRADED, CheckStatus.DOWN


@dataclass
class Known:
    """As the roster and its table say."""

    there: set[str] = field(default_factory=set)
    missing: int = 0
    is_away: bool = False

    def present(self) -> Collection[str]:
        return self.there

    async def missed(self) -> int:
        if self.is_away:
            raise OSError
        return self.missing


@pytest.fixture
def known() -> Known:
    return Known()


@dataclass
class Servers:
    """Below all services."""

    away: set[str] = field(default_factory=set)
    slow: set[str] = field(default_factory=set)

    def asks(self) -> dict[str, Ask]:
        return {name: partial(self._ask, name) for name in ("NATS", "PostgreSQL", "Valkey")}

    async def _ask(self, name: str) -> None:
        if name in self.away:
            raise OSError
        if name in self.slow:
            await asyncio.sleep(60)


@pytest.fixture
def below() -> Servers:
    return Servers()


@pytest.fixture
def probe(sandbox: Sandbox, known: Known, below: Servers) -> ServiceProbe:
    return ServiceProbe(
        "media",
        bus=sandbox.bus,
        seconds=10,
        clock=sandbox.clock,
        companions=known,
        servers=below.asks(),
    )


async def answers(sandbox: Sandbox, known: Known, *statuses: CheckStatus) -> None:
    """One replica for each, as it would answer."""
    await say(sandbox, known, *({"postgresql": status} for status in statuses))


async def say(sandbox: Sandbox, known: Known, *replicas: dict[str, CheckStatus]) -> None:
    for number, checks in enumerate(replicas):
        said = [Check(name=name, status=status, message="away") for name, status in checks.items()]
        readiness = Readiness(
            service="media",
            instance=f"box-{number}",
            version="1",
            status=overall(said),
            checks=said,
            uptime_seconds=1,
        )
        known.there.add(readiness.instance)

        async def answer(question: Msg, body: bytes = readiness.model_dump_json().encode()) -> None:
            await question.respond(body)

        await sandbox.nats.subscribe(each_subject("media", Question.READINESS), cb=answer)
    await sandbox.nats.flush()


@pytest.mark.parametrize(
    "statuses, missing, silent, state, message",
    [
        ([OK], 0, 0, MonitorState.UP, None),
        ([OK, OK, OK], 0, 0, MonitorState.UP, None),
        ([DOWN], 0, 0, MonitorState.DOWN, "postgresql: away"),
        ([BAD], 0, 0, MonitorState.DEGRADED, "postgresql: away"),
        ([OK, OK], 1, 0, MonitorState.DEGRADED, "1 of 3 replicas has vanished"),
        ([OK], 2, 0, MonitorState.DEGRADED, "2 of 3 replicas have vanished"),
        ([OK], 0, 1, MonitorState.DEGRADED, "1 of 2 replicas does not answer"),
        ([OK, DOWN], 0, 0, MonitorState.DEGRADED, "1 of 2 replicas: postgresql: away"),
        ([DOWN, DOWN], 0, 0, MonitorState.DOWN, "2 of 2 replicas: postgresql: away"),
        ([], 0, 2, MonitorState.DOWN, "The media service did not answer in time."),
        ([], 2, 0, MonitorState.DOWN, "The media service is not running."),
    ],
)
async def test_it_is_down_only_if_none_works_and_degraded_if_one_is_missing_or_not_well(
    sandbox: Sandbox,
    known: Known,
    probe: ServiceProbe,
    statuses: list[CheckStatus],
    missing: int,
    silent: int,
    state: MonitorState,
    message: str | None,
) -> None:
    await answers(sandbox, known, *statuses)
    known.missing = missing
    known.there |= {f"silent-{number}" for number in range(silent)}
    if silent:
        # They are waited for as long as that.
        probe._seconds = 5
    found = await probe()
    assert (found.outcome, found.message) == (state, message)


async def test_a_database_that_cannot_say_who_is_missed_is_no_fault_of_the_service(
    sandbox: Sandbox, known: Known, probe: ServiceProbe
) -> None:
    await answers(sandbox, known, OK)
    known.is_away = True
    assert (await probe()).outcome is MonitorState.UP


@pytest.mark.parametrize(
    "away, replicas, state, message",
    [
        (["Valkey"], [{"valkey": BAD}], MonitorState.UP, "Valkey does not answer in time"),
        (["Valkey"], [{"valkey": BAD}] * 2, MonitorState.UP, "Valkey does not answer in time"),
        (["PostgreSQL"], [{"postgresql": DOWN}], MonitorState.UNKNOWN, "PostgreSQL does not answer in time"),
        (
            ["PostgreSQL"],
            [{"postgresql": DOWN, "outbox": DOWN}] * 2,
            MonitorState.UNKNOWN,
            "2 of 2 replicas: PostgreSQL does not answer in time",
        ),
        (
            ["PostgreSQL", "Valkey"],
            [{"postgresql": DOWN, "valkey": BAD}],
            MonitorState.UNKNOWN,
            "PostgreSQL and Valkey do not answer in time",
        ),
        (
            ["Valkey"],
            [{"valkey": BAD, "overseerr": BAD}],
            MonitorState.DEGRADED,
            "overseerr: away; Valkey does not answer in time",
        ),
        (
            ["Valkey"],
            [{"valkey": BAD, "postgresql": DOWN}],
            MonitorState.DOWN,
            "postgresql: away; Valkey does not answer in time",
        ),
        (
            ["PostgreSQL"],
            [{"postgresql": DOWN}, {"postgresql": OK}],
            MonitorState.DEGRADED,
            "1 of 2 replicas: PostgreSQL does not answer in time",
        ),
        (["NATS"], [{"nats": DOWN}], MonitorState.UNKNOWN, "NATS does not answer in time"),
        ([], [{"valkey": BAD}], MonitorState.DEGRADED, "valkey: away"),
        ([], [{"outbox": DOWN}], MonitorState.DOWN, "outbox: away"),
    ],
)
async def test_what_is_wrong_with_a_server_is_not_told_of_each_service_as_well(
    sandbox: Sandbox,
    known: Known,
    below: Servers,
    probe: ServiceProbe,
    away: list[str],
    replicas: list[dict[str, CheckStatus]],
    state: MonitorState,
    message: str,
) -> None:
    await say(sandbox, known, *replicas)
    below.away |= set(away)
    found = await probe()
    assert (found.outcome, found.message) == (state, message)


async def test_a_slow_database_is_no_outage_of_a_service(
    sandbox: Sandbox, known: Known, below: Servers, probe: ServiceProbe
) -> None:
    await say(sandbox, known, {"postgresql": DOWN})
    below.slow.add("PostgreSQL")
    assert (await probe()).outcome is MonitorState.UNKNOWN


async def test_without_valkey_one_monitor_is_down_and_not_every_service_unwell(
    sandbox: Sandbox, clock: ShiftedClock
) -> None:
    home, url = Household(sandbox, clock), sandbox.settings["valkey_url"]
    address = urlsplit(url)
    async with FaultProxy.start(address.hostname or "", address.port or 0) as way:
        await home.start(valkey_url=url.replace(f":{address.port}", f":{way.port}"))
        way.refuse()
        await home.rounds(3)

        assert await home.state("Valkey") is MonitorState.DOWN
        health = await home.monitor("MediaNest health")
        assert (health.status, health.message) == (MonitorState.UP, "Valkey does not answer in time")
        await way.heal()

        async def is_well() -> bool:
            await home.rounds()
            found = [await home.monitor(name) for name in ("Valkey", "MediaNest health")]
            return all((each.status, each.message) == (MonitorState.UP, None) for each in found)

        await eventually(is_well)


async def test_connections_of_our_own_that_are_all_in_use_are_no_outage_of_the_database(
    sandbox: Sandbox, clock: ShiftedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Household(sandbox, clock)
    await home.start()
    database = home.app.db
    look = next(each.probe for each in home.app.watched if each.key == "server:postgresql")
    monkeypatch.setattr(database.engine.pool, "_timeout", 0.1)
    async with AsyncExitStack() as busy:
        for _ in range(database.pool().size):
            await busy.enter_async_context(database.read())
        assert (await look()).outcome is MonitorState.UNKNOWN
    assert (await look()).outcome is MonitorState.UP


async def test_nonsense_is_no_answer(sandbox: Sandbox, known: Known, probe: ServiceProbe) -> None:
    async def answer(question: Msg) -> None:
        await question.respond(b"<html>")

    await sandbox.nats.subscribe(each_subject("media", Question.READINESS), cb=answer)
    await sandbox.nats.flush()
    assert (await probe()).outcome is MonitorState.DOWN
